// SPDX-License-Identifier: Apache-2.0
//
// What the simulated SoC tells the servers: an event is a type, and an alternative of SocEvent. Positions are those of
// the description, not an agent's ids.
#pragma once

#include <cstdint>
#include <optional>
#include <variant>
#include <vector>

#include "platform/soc_config.hpp"
#include "scmi/ids.hpp"
#include "scmi/status.hpp"

namespace scmi::platform {

/// Identifies an accepted rate change to whoever asked for it.
struct RateJob {
  AgentId agent{};
  Index clock = no_index;
  std::uint64_t rate_hz = 0;
  std::uint32_t header = 0;       ///< Of the command.
  bool asynchronous = false;      ///< Counts as pending, and ends with rate_job_done().
  bool delayed_response = false;  ///< The agent wants to hear of it.
};

/// The same for a change that takes time and is the only one of its domain: see DomainJobs.
struct DomainJob {
  AgentId agent{};
  Index domain = no_index;
  std::uint32_t header = 0;  ///< Of the command.
  bool asynchronous = false;
  bool delayed_response = false;  ///< The agent wants to hear of its end.
};
struct ResetJob : DomainJob {
  std::uint32_t reset_state = 0;
};

struct VoltageJob : DomainJob {
  std::int32_t level_uv = 0;
};

struct CapJob : DomainJob {
  std::uint32_t cap = 0;
};

struct PowerStateChanged {
  Index domain = no_index;
  std::uint32_t state = 0;
};
struct PowerStateRequested {
  Index domain = no_index;
  std::uint32_t state = 0;
};
/// The states of DEN0056 SYSTEM_POWER_STATE_SET. 0x80000000 and above are the vendor's.
namespace system_state {
inline constexpr std::uint32_t shutdown = 0;
inline constexpr std::uint32_t cold_reset = 1;
inline constexpr std::uint32_t warm_reset = 2;
inline constexpr std::uint32_t power_up = 3;
inline constexpr std::uint32_t suspend = 4;
}  // namespace system_state

/// A transition of the whole system is asked for (graceful), or done. Nothing else happens after it in the call that
/// leads to it, so that its observers may change the SoC.
struct SystemStateChanged {
  std::uint32_t state = 0;
  bool graceful = false;
  std::uint32_t timeout_ms = 0;
  bool tell_cause = false;  ///< Whoever asked for it did not do it.

  /// A reset or a shutdown that is done: nothing is left of what the system was asked for.
  [[nodiscard]] bool starts_afresh() const noexcept { return !graceful && state <= system_state::warm_reset; }
};
struct LimitsChanged {
  Index domain = no_index;
  std::uint32_t max = 0;
  std::uint32_t min = 0;
};
struct LevelChanged {
  Index domain = no_index;
  std::uint32_t level = 0;
};
struct RateChanged {
  Index clock = no_index;
  std::uint64_t rate_hz = 0;
};
struct RateRequested {
  Index clock = no_index;
  std::uint64_t rate_hz = 0;
};
/// An asynchronous change ended. `rate_hz` of the job is the clock's rate now.
struct RateJobDone {
  RateJob job;
  Status status{};
};

struct ResetIssued {
  Index domain = no_index;
  std::uint32_t reset_state = 0;
};
/// An asynchronous reset ended.
struct ResetJobDone {
  ResetJob job;
  Status status{};
};

/// Level or mode may be other ones.
struct VoltageChanged {
  Index domain = no_index;
};
/// An asynchronous change ended.
struct VoltageJobDone {
  VoltageJob job;
  Status status{};
};

/// The cap in force, or the interval that power is averaged over.
struct CapChanged {
  Index domain = no_index;
  std::uint32_t cap = 0;  ///< 0: none.
  std::uint32_t pai_us = 0;
};
/// An average left the thresholds of one agent.
struct MeasurementsChanged {
  Index domain = no_index;
  std::uint32_t power = 0;
  AgentId to{};
};
/// An asynchronous change ended. `cap` of the job is the one in force now.
struct CapJobDone {
  CapJob job;
  Status status{};
};

/// What one axis of a sensor says.
struct SensorSample {
  std::int64_t value = 0;
  std::uint64_t ticks = 0;  ///< Time stamp; 0: none.
};
struct SensorTripped {
  Index sensor = no_index;
  std::uint32_t trip_point = 0;
  bool positive = false;
};
struct SensorUpdated {
  Index sensor = no_index;
  std::vector<SensorSample> samples;
};
/// An asynchronous reading ended.
struct SensorReadingDone {
  Index sensor = no_index;
  std::uint32_t header = 0;  ///< Of the command.
  Status status{};
  std::vector<SensorSample> samples;
};

/// How telemetry is collected (DEN0056 TELEMETRY_CONFIG_SET; the words of its mode).
enum class CollectMode : std::uint8_t { on_demand, notify, single_read };
/// One data event at one moment.
struct DataEventSample {
  Index data_event = no_index;
  std::uint64_t value = 0;
  std::optional<std::uint64_t> ticks;  ///< Time stamp, where the agent wants one.
  bool failed = false;                 ///< It could not be read.
};
/// Telemetry of the causing agent.
struct TelemetryCollected {
  CollectMode mode = CollectMode::on_demand;
  std::vector<DataEventSample> samples;
  std::uint32_t header = 0;         ///< Of the command; of a single read.
  Status status = Status::success;  ///< Of a single read.
};

using SocEvent =
    std::variant<PowerStateChanged, PowerStateRequested, SystemStateChanged, LimitsChanged, LevelChanged, RateChanged,
                 RateRequested, RateJobDone, SensorTripped, SensorUpdated, SensorReadingDone, ResetIssued, ResetJobDone,
                 VoltageChanged, VoltageJobDone, CapChanged, MeasurementsChanged, CapJobDone, TelemetryCollected>;

/// Called from inside Soc's functions; may read the SoC but not change it, except for SystemStateChanged.
class SocObserver {
 public:
  virtual ~SocObserver() = default;
  /// `cause` is the agent whose request led to it, 0 the platform itself.
  virtual void happened(AgentId cause, const SocEvent& event) = 0;
  /// Whether the agent may still do what it asked for: asked when an asynchronous change becomes due.
  [[nodiscard]] virtual bool still_allowed(AgentId agent, ServedProtocol protocol, Index resource) = 0;
};

}  // namespace scmi::platform
