// SPDX-License-Identifier: Apache-2.0
//
// PROVISIONAL: the system telemetry protocol (DEN0056 protocol 0x1B, release 4.0) as methods. A platform has data
// events; an agent enables those that it wants, alone or by group, and collects their values in one of three ways: from
// memory that the platform fills at an interval, as notifications, or once by a single read.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "protocols/protocol_client.hpp"
#include "protocols/tdcf.hpp"
#include "protocols/telemetry_messages.hpp"

namespace scmi {

/// What PROTOCOL_ATTRIBUTES says.
struct TelemetryInfo {
  std::uint32_t data_event_count = 0;
  std::uint32_t group_count = 0;           ///< Groups have the ids 0 to group_count-1.
  Uuid revision{};                         ///< Of the set of data events: what an id means is fixed by it.
  bool single_read = false;                ///< read() and read_async() work.
  bool updates = false;                    ///< watch_updates() works.
  bool per_group = false;                  ///< Groups can be enabled and configured.
  bool reset = false;                      ///< reset() works.
  bool fast_channels = false;              ///< Some data events have one.
  std::uint32_t shmti_count = 0;           ///< How many regions shmtis() lists.
  std::uint32_t block_timestamp_rate = 0;  ///< Of block time stamps that do not tell theirs.
};

/// Where a data event's time stamp is.
enum class TelemetryTimestamps : std::uint8_t { none, line, block };

/// What TELEMETRY_DE_DESCRIPTION says about a data event.
struct DataEventInfo {
  DataEventId id;
  std::string name;                    ///< Empty where the platform has none.
  std::string short_name;              ///< The same.
  std::optional<std::uint32_t> group;  ///< It belongs to.
  std::uint32_t data_size_bytes = 0;
  std::uint8_t type = 0;      ///< The platform's own numbering, like the next four.
  std::uint8_t instance = 0;  ///< Of the data event.
  std::uint16_t component_instance = 0;
  std::uint8_t component_type = 0;
  bool persistent = false;
  SensorType unit = SensorType::none;
  std::int8_t exponent = 0;  ///< A value is a number x 10^this of the unit.
  TelemetryTimestamps timestamps = TelemetryTimestamps::none;
  std::uint32_t timestamp_rate = 0;              ///< Of a time stamp in its line.
  std::optional<StatisticsRegion> fast_channel;  ///< See Telemetry::read_fast_channel().
};

/// A region of shared memory in which the platform keeps data.
struct ShmtiInfo {
  std::uint32_t id = 0;
  StatisticsRegion region;
};

/// Which data events a command is about.
struct TelemetryScope {
  std::uint32_t selector = telemetry_protocol::select_all;
  std::uint32_t group_id = telemetry_protocol::no_group;

  [[nodiscard]] static constexpr TelemetryScope all() noexcept { return {}; }
  [[nodiscard]] static constexpr TelemetryScope ungrouped() noexcept { return {telemetry_protocol::select_ungrouped}; }
  [[nodiscard]] static constexpr TelemetryScope group(std::uint32_t id) noexcept {
    return {telemetry_protocol::select_group, id};
  }
  friend constexpr bool operator==(const TelemetryScope&, const TelemetryScope&) = default;
};

/// How data is collected.
enum class TelemetryCollect : std::uint8_t { on_demand, notify, single_read };

/// What TELEMETRY_CONFIG_GET says, and TELEMETRY_CONFIG_SET is told.
struct TelemetryConfig {
  bool enabled = false;
  TelemetryCollect collect = TelemetryCollect::on_demand;
  SensorInterval interval;  ///< Between two samples.
};

/// What TELEMETRY_LIST_UPDATE_INTERVALS says: a list or a range.
struct TelemetryIntervals {
  bool is_range = false;
  std::vector<SensorInterval> discrete;  ///< Ascending; may be empty.
  SensorInterval lowest;                 ///< This and the next two: of a range.
  SensorInterval highest;
  SensorInterval step;
};

/// Where the line of an enabled data event is; of a group, the first one.
struct DataEventPlace {
  std::optional<std::uint32_t> shmti;  ///< Empty: in none.
  std::uint32_t offset = 0;
  std::optional<std::uint32_t> block_timestamp_offset;
};

/// One entry of TELEMETRY_DE_ENABLED_LIST.
struct EnabledData {
  std::uint32_t id = 0;  ///< Of a data event, or a group.
  bool timestamps = false;
};

/// Data as it came by a single read, or in an update.
struct TelemetryReading {
  Status status = Status::success;  ///< PARTIAL_ERROR: there is more that could not be read.
  std::vector<TelemetrySample> samples;
};

/// A single read that is on its way. Destroying it gives up waiting. One context at a time.
class PendingTelemetry {
 public:
  PendingTelemetry() = default;
  PendingTelemetry(PendingCall call, Version version) : call_(std::move(call)), version_(version) {}

  /// Waits for the delayed response. What the platform puts into shared memory is not in it: read that afterwards.
  /// Errors: the platform's status other than PARTIAL_ERROR, those of PendingCall::wait and parse_tdcf().
  [[nodiscard]] Result<TelemetryReading> wait();
  [[nodiscard]] bool poll() noexcept { return call_.poll(); }
  [[nodiscard]] bool wait_until(Instant until) noexcept { return call_.wait_until(until); }
  bool cancel() noexcept { return call_.cancel(); }
  [[nodiscard]] bool finished() const noexcept { return call_.finished(); }

 private:
  PendingCall call_;
  Version version_;
};

/// Every method blocks unless it says otherwise, may be called from any thread, and answers the errors of call() (the
/// platform's status among them). Must not outlive the transport.
class Telemetry {
 public:
  /// See Clocks::open.
  static Result<Telemetry> open(const Agent& agent, const CallOptions& options = {});

  [[nodiscard]] Version version() const noexcept { return link_.version(); }  ///< In force.
  [[nodiscard]] Version platform_version() const noexcept { return reported_; }
  [[nodiscard]] const ProtocolLink& link() const noexcept { return link_; }
  [[nodiscard]] const TelemetryInfo& info() const noexcept { return info_; }

  /// TELEMETRY_DE_DESCRIPTION, all pages. Error: malformed_reply also when an id comes twice (`detail` is the id).
  [[nodiscard]] Result<std::vector<DataEventInfo>> list(const CallOptions& options = {}) const;
  /// Goes through list(). Error: not_found.
  [[nodiscard]] Result<DataEventInfo> describe(DataEventId id, const CallOptions& options = {}) const;
  /// Goes through list(). Errors: not_found, ambiguous.
  [[nodiscard]] Result<DataEventId> by_name(std::string_view name, const CallOptions& options = {}) const;
  /// TELEMETRY_LIST_SHMTI, all pages; none without asking where the attributes count none.
  [[nodiscard]] Result<std::vector<ShmtiInfo>> shmtis(const CallOptions& options = {}) const;
  /// TELEMETRY_LIST_UPDATE_INTERVALS, all pages.
  [[nodiscard]] Result<TelemetryIntervals> intervals(TelemetryScope scope = {}, const CallOptions& options = {}) const;

  /// TELEMETRY_DE_CONFIGURE. Error: malformed_reply also for a place in a region that there is not.
  [[nodiscard]] Result<DataEventPlace> enable(DataEventId id, bool timestamps, const CallOptions& options = {}) const;
  [[nodiscard]] Result<DataEventPlace> enable_group(std::uint32_t group, bool timestamps,
                                                    const CallOptions& options = {}) const;
  [[nodiscard]] Result<void> disable(DataEventId id, const CallOptions& options = {}) const;
  [[nodiscard]] Result<void> disable_group(std::uint32_t group, const CallOptions& options = {}) const;
  [[nodiscard]] Result<void> disable_all(const CallOptions& options = {}) const;
  /// TELEMETRY_DE_ENABLED_LIST, all pages.
  [[nodiscard]] Result<std::vector<EnabledData>> enabled(const CallOptions& options = {}) const;
  [[nodiscard]] Result<std::vector<EnabledData>> enabled_groups(const CallOptions& options = {}) const;

  /// TELEMETRY_CONFIG_GET.
  [[nodiscard]] Result<TelemetryConfig> config_get(TelemetryScope scope = {}, const CallOptions& options = {}) const;
  /// TELEMETRY_CONFIG_SET, of what is enabled. Error: invalid_argument for a single read: that is read().
  [[nodiscard]] Result<void> config_set(TelemetryScope scope, const TelemetryConfig& config,
                                        const CallOptions& options = {}) const;
  /// TELEMETRY_CONFIG_SET, single read. Never waits. Errors: unsupported without a P2A channel; a refusal by the
  /// platform is the result of the PendingTelemetry.
  [[nodiscard]] Result<PendingTelemetry> read_async(TelemetryScope scope = {}, PendingOptions options = {}) const;
  /// The same, waited for.
  [[nodiscard]] Result<TelemetryReading> read(TelemetryScope scope = {}, PendingOptions options = {}) const;
  /// TELEMETRY_RESET.
  [[nodiscard]] Result<void> reset(const CallOptions& options = {}) const;

  /// Maps the region and reads it. Errors: those of MappedRegion::map and read_tdcf().
  [[nodiscard]] Result<std::vector<TelemetrySample>> read_shmti(const ShmtiInfo& shmti) const;
  /// Maps a data event's fast channel and reads it. Errors: unsupported (it has none), malformed_reply (of a size that
  /// cannot be), those of MappedRegion.
  [[nodiscard]] Result<TelemetrySample> read_fast_channel(const DataEventInfo& data_event) const;

  using UpdateCallback = std::function<void(const TelemetryReading&)>;
  /// Receives updates. Callbacks run in the agent's dispatcher; what cannot be read is counted as malformed. Nothing is
  /// asked of the platform.
  [[nodiscard]] Subscription on_update(UpdateCallback callback) const;
  /// The same, with the platform told to send them of what is enabled. See Clocks::watch_rate. Updates do not say for
  /// which scope they are.
  [[nodiscard]] Result<Subscription> watch_updates(TelemetryScope scope, SensorInterval interval,
                                                   UpdateCallback callback, const CallOptions& options = {}) const;

 private:
  Telemetry(ProtocolLink link, Version reported) : link_(std::move(link)), reported_(reported) {}
  [[nodiscard]] Result<DataEventPlace> configure(std::uint32_t id, std::uint32_t flags,
                                                 const CallOptions& options) const;
  [[nodiscard]] Result<void> set_off(std::uint32_t id, std::uint32_t flags, const CallOptions& options) const;
  [[nodiscard]] Result<std::vector<EnabledData>> enabled_list(bool groups, const CallOptions& options) const;

  ProtocolLink link_;
  Version reported_;
  TelemetryInfo info_;
};

}  // namespace scmi
