// SPDX-License-Identifier: Apache-2.0
//
// The sensors of the simulated SoC. What they read can be computed for any moment, so a reading costs nothing while
// nobody asks. Trip points are looked at every `sample_us` while one is set, updates are sent at the sensor's interval
// while somebody wants them: otherwise a sensor puts nothing on the agenda. The moment of a crossing could be solved
// for where a temperature goes one way; a sensor with noise, a list of values or several parts would need another way,
// and hardware samples: so here every trip point fires at the first sample behind its crossing. Trip points and
// configuration belong to the sensor, not to an agent; a sensor is on while any agent has it on.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "platform/agenda.hpp"
#include "platform/physics.hpp"
#include "platform/requests.hpp"
#include "platform/soc_config.hpp"
#include "platform/soc_observer.hpp"
#include "scmi/time.hpp"

namespace scmi::platform {

/// What becomes of an update interval that the sensor does not have.
enum class IntervalRounding : std::uint8_t { down, up, any };

/// Not synchronised: one context owns the SoC.
class SensorModel {
 public:
  /// Borrows all. Time begins at `start`.
  SensorModel(const SocConfig& config, const Physics& physics, Agenda& agenda, SocObserver& observer, Instant start);

  [[nodiscard]] bool enabled(Index sensor) const;
  [[nodiscard]] bool timestamps(Index sensor) const noexcept { return sensors_[sensor].timestamps; }
  [[nodiscard]] SensorInterval interval(Index sensor) const noexcept { return sensors_[sensor].interval; }
  /// One sample for each axis.
  [[nodiscard]] std::vector<SensorSample> read(Index sensor, Instant now) const;

  /// Asynchronous readings of that agent that have not ended.
  [[nodiscard]] std::size_t pending(AgentId agent) const;
  /// Starts one; it ends with SensorReadingDone.
  void start_reading(AgentId agent, Index sensor, std::uint32_t header, Instant now);

  void set_enabled(AgentId agent, Index sensor, bool enabled, Instant now);
  void set_timestamps(Index sensor, bool on) noexcept { sensors_[sensor].timestamps = on; }
  /// The interval that the sensor would get; nothing if there is none on that side.
  [[nodiscard]] std::optional<SensorInterval> round(Index sensor, SensorInterval wanted,
                                                    IntervalRounding rounding) const;
  /// One that round() gave.
  void set_interval(Index sensor, SensorInterval interval, Instant now);
  void set_trip_point(Index sensor, std::uint32_t trip_point, bool positive, bool negative, std::int64_t value,
                      Instant now);
  void want_updates(AgentId agent, Index sensor, bool wanted, Instant now);

  /// What belongs to the sensors and not to an agent is as at first: trip points, intervals, time stamps.
  void restart(Instant now);
  /// Ends the agent's readings with GENERIC_ERROR and forgets what it asked for.
  void forget(AgentId agent, Instant now);
  /// The agent is gone: nobody hears of its readings, and it wants no updates.
  void hang_up(AgentId agent);
  /// An entry of the agenda is due.
  void run(const AgendaEntry& entry);

 private:
  struct TripPoint {
    bool positive = false;
    bool negative = false;
    std::int64_t value = 0;
  };
  struct Sensor {
    Requests<bool> enables;
    Requests<bool> updates;
    bool timestamps = false;
    SensorInterval interval;
    std::vector<TripPoint> trip_points;
    std::int64_t last = 0;  ///< When trip points were looked at last.
    Appointment sampling;
    Appointment update;
  };
  struct Job {
    Appointment end;
    AgentId agent{};
    Index sensor = no_index;
    std::uint32_t header = 0;
  };

  /// What an axis reads: the value of its source, within the axis' range.
  [[nodiscard]] std::int64_t value(const SensorAxisConfig& axis, Instant now) const;
  [[nodiscard]] std::int64_t first_value(Index sensor, Instant now) const;
  /// Puts on the agenda what the sensor needs there, and takes off what it does not.
  void arrange(Index sensor, Instant now);
  void look(Index sensor, Instant now);
  void finish(const Job& job, Status status);

  const SocConfig& config_;
  const Physics& physics_;
  Agenda& agenda_;
  SocObserver& observer_;
  Instant start_;
  std::vector<Sensor> sensors_;
  std::vector<Job> jobs_;
};

}  // namespace scmi::platform
