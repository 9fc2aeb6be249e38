// SPDX-License-Identifier: Apache-2.0
//
// The sensor protocol (DEN0056 protocol 0x15) as methods. A sensor without axes reads like one with a single axis, and
// version 1.0 like the later ones, so that callers need not know which they talk to.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "protocols/event.hpp"
#include "protocols/protocol_client.hpp"
#include "protocols/sensor_messages.hpp"

namespace scmi {

/// Rows for watch(), subscribe() and listen().
using SensorTripEvent = Event<sensor_protocol::TripPointEvent, sensor_protocol::TripPointNotify,
                              &sensor_protocol::TripPointEvent::sensor_id>;
using SensorUpdateEvent =
    Event<sensor_protocol::Update, sensor_protocol::ContinuousUpdateNotify, &sensor_protocol::Update::sensor_id>;

/// What a value can be. Empty: not reported.
struct SensorLimits {
  std::optional<SensorValue> min;
  std::optional<SensorValue> max;
  std::optional<SensorValue> resolution;
};

/// What SENSOR_AXIS_DESCRIPTION_GET and SENSOR_AXIS_NAME_GET say about an axis.
struct SensorAxisInfo {
  std::uint32_t id = 0;
  std::string name;        ///< The extended name where there is one.
  std::string short_name;  ///< At most 16 bytes.
  SensorType type = SensorType::none;
  std::int8_t exponent = 0;  ///< Of the axis' values.
  SensorLimits limits;
};

/// What SENSOR_DESCRIPTION_GET and SENSOR_NAME_GET say about a sensor.
struct SensorInfo {
  SensorId id;
  std::string name;                        ///< The extended name where there is one.
  std::string short_name;                  ///< At most 16 bytes.
  SensorType type = SensorType::none;      ///< Of a sensor without axes.
  std::int8_t exponent = 0;                ///< Of the values of a sensor without axes.
  std::uint32_t axis_count = 0;            ///< 0: a sensor without axes. Otherwise axes() describes them.
  std::uint32_t trip_point_count = 0;      ///< Trip points have the ids 0 to trip_point_count-1.
  bool async_read = false;                 ///< read_async() works.
  bool continuous_update = false;          ///< watch_updates() works.
  bool timestamps = false;                 ///< Readings can have time stamps.
  std::int8_t timestamp_exponent = 0;      ///< A tick is 10^this seconds.
  std::optional<SensorInterval> interval;  ///< Of updates; reported here by 1.0 only, by config_get() since.
  std::optional<std::uint32_t> power_uw;   ///< While active.
  SensorLimits limits;                     ///< Of a sensor without axes.
};

/// One value at one moment. Ticks are the platform's own.
struct SensorSample {
  SensorValue value;
  std::optional<std::uint64_t> timestamp_ticks;  ///< Empty where the sensor has no time stamps, or they are off.
  std::int8_t timestamp_exponent = 0;            ///< A tick is 10^this seconds.

  /// Nothing without a time stamp, or beyond 64 bits.
  [[nodiscard]] std::optional<std::uint64_t> timestamp_ns() const noexcept;
};

/// One reading: a sample for each axis, or one alone.
struct SensorReading {
  std::vector<SensorSample> samples;
};

/// What the values of one sensor mean. A sensor's readings cannot be understood without it: keep it as long as you
/// read.
struct SensorScale {
  SensorId id;
  std::vector<SensorValue> units;  ///< One for each sample of a reading; type and exponent count.
  std::optional<std::int8_t> timestamp_exponent;
};

/// What SENSOR_CONFIG_GET says.
struct SensorConfig {
  bool enabled = true;
  bool timestamps = false;
  SensorInterval interval;
};

/// What SENSOR_CONFIG_SET is to change; what is empty stays as it is.
struct SensorConfigChange {
  std::optional<bool> enabled;
  std::optional<bool> timestamps;
  std::optional<SensorInterval> interval;  ///< Not 0: that cannot be said.
};

/// Which way a trip point fires.
enum class TripDirection : std::uint8_t { off, positive, negative, both };

/// What the platform does with an interval that the sensor cannot have exactly.
enum class IntervalRounding : std::uint8_t { down, up, any };

/// What SENSOR_LIST_UPDATE_INTERVALS says: a list or a range.
struct SensorIntervals {
  bool is_range = false;
  std::vector<SensorInterval> discrete;  ///< Ascending; may be empty.
  SensorInterval lowest;                 ///< This and the next two: of a range.
  SensorInterval highest;
  SensorInterval step;
};

/// A trip point has fired.
struct SensorTrip {
  AgentId agent;
  SensorId sensor;
  std::uint32_t trip_point = 0;
  bool positive = false;
};

/// A reading that is on its way. Destroying it gives up waiting. One context at a time.
class PendingReading {
 public:
  PendingReading() = default;
  PendingReading(TypedCall<sensor_protocol::ReadingGet::Complete> call, SensorScale scale, Version version)
      : call_(std::move(call)), scale_(std::move(scale)), version_(version) {}

  /// Waits for the delayed response. Errors: the platform's status, those of PendingCall::wait, malformed_reply also
  /// when the response is about another sensor or lacks an axis.
  [[nodiscard]] Result<SensorReading> wait();
  [[nodiscard]] bool poll() noexcept { return call_.poll(); }
  [[nodiscard]] bool wait_until(Instant until) noexcept { return call_.wait_until(until); }
  bool cancel() noexcept { return call_.cancel(); }
  [[nodiscard]] bool finished() const noexcept { return call_.finished(); }

 private:
  TypedCall<sensor_protocol::ReadingGet::Complete> call_;
  SensorScale scale_;
  Version version_;
};

/// Every method blocks unless it says otherwise, may be called from any thread, and answers the errors of call() (the
/// platform's status among them). Those that need a newer version than the platform's answer unsupported. Must not
/// outlive the transport.
class Sensors {
 public:
  /// See Clocks::open.
  static Result<Sensors> open(const Agent& agent, const CallOptions& options = {});

  [[nodiscard]] Version version() const noexcept { return link_.version(); }  ///< In force.
  [[nodiscard]] Version platform_version() const noexcept { return reported_; }
  [[nodiscard]] const ProtocolLink& link() const noexcept { return link_; }
  /// Sensors have the ids 0 to count()-1.
  [[nodiscard]] std::uint32_t count() const noexcept { return count_; }
  /// How many asynchronous readings the platform can have pending.
  [[nodiscard]] std::uint32_t async_max() const noexcept { return async_max_; }
  /// Memory in which the platform keeps readings. Its layout is not public. Size 0 = none.
  [[nodiscard]] const StatisticsRegion& shared_memory() const noexcept { return shared_memory_; }

  /// SENSOR_DESCRIPTION_GET from that sensor on, and SENSOR_NAME_GET where the name is longer. Error: malformed_reply
  /// when the platform describes another one.
  [[nodiscard]] Result<SensorInfo> describe(SensorId sensor, const CallOptions& options = {}) const;
  /// All sensors, all pages.
  [[nodiscard]] Result<std::vector<SensorInfo>> list(const CallOptions& options = {}) const;
  /// Goes through list(). Errors: not_found, ambiguous.
  [[nodiscard]] Result<SensorId> by_name(std::string_view name, const CallOptions& options = {}) const;
  /// SENSOR_AXIS_DESCRIPTION_GET, all pages, and SENSOR_AXIS_NAME_GET where names are longer.
  [[nodiscard]] Result<std::vector<SensorAxisInfo>> axes(SensorId sensor, const CallOptions& options = {}) const;
  /// What the sensor's values mean; asks for its axes if it has some.
  [[nodiscard]] Result<SensorScale> scale(const SensorInfo& info, const CallOptions& options = {}) const;

  /// SENSOR_READING_GET. Error: malformed_reply when there are fewer samples than axes.
  [[nodiscard]] Result<SensorReading> read(const SensorScale& scale, const CallOptions& options = {}) const;
  /// SENSOR_READING_GET, asynchronous. Never waits. Errors: unsupported without a P2A channel; a refusal by the
  /// platform is the result of the PendingReading.
  [[nodiscard]] Result<PendingReading> read_async(const SensorScale& scale, PendingOptions options = {}) const;

  /// SENSOR_LIST_UPDATE_INTERVALS, all pages.
  [[nodiscard]] Result<SensorIntervals> intervals(SensorId sensor, const CallOptions& options = {}) const;
  /// SENSOR_CONFIG_GET.
  [[nodiscard]] Result<SensorConfig> config_get(SensorId sensor, const CallOptions& options = {}) const;
  /// SENSOR_CONFIG_SET. State and time stamps have no "as it is" on the wire: what is empty is asked for first. Error:
  /// invalid_argument for an interval of 0, or an empty change.
  [[nodiscard]] Result<void> config_set(SensorId sensor, const SensorConfigChange& change,
                                        IntervalRounding rounding = IntervalRounding::any,
                                        const CallOptions& options = {}) const;

  /// SENSOR_TRIP_POINT_CONFIG: `value` in the sensor's own scale. All agents share a sensor's trip points.
  [[nodiscard]] Result<void> trip_point_config(SensorId sensor, std::uint8_t trip_point, TripDirection direction,
                                               std::int64_t value, const CallOptions& options = {}) const;
  /// SENSOR_TRIP_POINT_NOTIFY and SENSOR_CONTINUOUS_UPDATE_NOTIFY by hand; watch_...() does it by itself.
  [[nodiscard]] Result<void> trip_point_notify(SensorId sensor, bool enable, const CallOptions& options = {}) const;
  [[nodiscard]] Result<void> continuous_update_notify(SensorId sensor, bool enable,
                                                      const CallOptions& options = {}) const;

  using TripCallback = std::function<void(const SensorTrip&)>;
  using UpdateCallback = std::function<void(const SensorReading&)>;
  /// Receives the trip points of any sensor. Callbacks run in the agent's dispatcher. Nothing is asked of the platform.
  [[nodiscard]] Subscription on_trip_point(TripCallback callback) const;
  /// Receives the updates of one sensor; those that lack an axis are dropped. Nothing is asked of the platform.
  [[nodiscard]] Subscription on_update(SensorScale scale, UpdateCallback callback) const;
  /// The same for one sensor, with the platform told. See Clocks::watch_rate.
  [[nodiscard]] Result<Subscription> watch_trip_points(SensorId sensor, TripCallback callback,
                                                       const CallOptions& options = {}) const;
  [[nodiscard]] Result<Subscription> watch_updates(SensorScale scale, UpdateCallback callback,
                                                   const CallOptions& options = {}) const;

 private:
  using Descriptor = sensor_protocol::DescriptionGet::Descriptor;

  Sensors(ProtocolLink link, Version reported) : link_(std::move(link)), reported_(reported) {}
  [[nodiscard]] Result<SensorInfo> info_of(const Descriptor& descriptor, const CallOptions& options) const;
  [[nodiscard]] Result<void> add_axis_names(SensorId sensor, std::vector<SensorAxisInfo>& axes,
                                            const CallOptions& options) const;

  ProtocolLink link_;
  Version reported_;
  std::uint32_t count_ = 0;
  std::uint32_t async_max_ = 0;
  StatisticsRegion shared_memory_;
};

}  // namespace scmi
