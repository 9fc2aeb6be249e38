// SPDX-License-Identifier: Apache-2.0
//
// The clocks of the simulated SoC. A clock runs while at least one agent has it enabled (or nobody has said anything
// and it started enabled), its power domain is on, and its enable delay has passed. Of rates, parents and extended
// configurations the newest wish holds.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "platform/agenda.hpp"
#include "platform/power_model.hpp"
#include "platform/requests.hpp"
#include "platform/soc_config.hpp"
#include "platform/soc_observer.hpp"
#include "scmi/time.hpp"

namespace scmi::platform {

/// How a rate that the clock does not have is turned into one it has (DEN0056 CLOCK_RATE_SET flags).
enum class Rounding : std::uint8_t { down, up, closest };

/// Not synchronised: one context owns the SoC.
class ClockModel {
 public:
  /// Borrows all.
  ClockModel(const SocConfig& config, const PowerModel& power, Agenda& agenda, SocObserver& observer);

  [[nodiscard]] std::uint64_t rate_hz(Index clock) const noexcept { return clocks_[clock].rate_hz; }
  [[nodiscard]] bool running(Index clock, Instant now) const;
  [[nodiscard]] Index parent(Index clock) const noexcept;
  /// Value of an extended configuration type; nothing if the clock does not have it.
  [[nodiscard]] std::optional<std::uint32_t> extended(Index clock, std::uint8_t type) const;

  /// The rate the clock would get. Nothing outside [lowest, highest], or without rates.
  [[nodiscard]] std::optional<std::uint64_t> round(Index clock, std::uint64_t rate_hz, Rounding rounding) const;
  /// Asynchronous changes of that agent that have not ended.
  [[nodiscard]] std::size_t pending(AgentId agent) const;
  /// Starts a rate change to a rate that round() gave. Changes of one clock happen one after the other. Answers when
  /// it ends.
  Instant set_rate(const RateJob& job, Instant now);
  /// The rate of a clock that a performance level drives, before anything has happened.
  void preset(Index clock, std::uint64_t rate_hz) noexcept { clocks_[clock].rate_hz = rate_hz; }
  /// A performance level drives the clock, at once and on behalf of `cause`.
  void drive(AgentId cause, Index clock, std::uint64_t rate_hz);
  /// Enables or disables on behalf of one agent. Answers when the clock runs.
  Instant set_enabled(AgentId agent, Index clock, bool enabled, Instant now);
  void set_parent(AgentId agent, Index clock, Index parent);
  /// False when the type is unknown or the value out of its range; then nothing is changed.
  [[nodiscard]] bool extended_possible(Index clock, std::uint8_t type, std::uint32_t value) const;
  void set_extended(AgentId agent, Index clock, std::uint8_t type, std::uint32_t value);

  /// Ends the agent's pending changes with GENERIC_ERROR and forgets its wishes.
  void forget(AgentId agent);
  /// The agent is gone: its pending changes will happen, and nobody hears of their end.
  void hang_up(AgentId agent);
  /// An entry of the agenda is due.
  void run(const AgendaEntry& entry);

 private:
  struct Clock {
    Requests<std::uint64_t> rates;
    Requests<bool> enables;
    Requests<Index> parents;
    std::map<std::uint8_t, Requests<std::uint32_t>> extended;
    std::uint64_t rate_hz = 0;
    Instant runs_from = Instant::min();
    Instant busy_until = Instant::min();  ///< End of the last rate change that was started.
  };
  struct PendingJob {
    Appointment end;
    RateJob job;
  };

  [[nodiscard]] bool enabled(Index clock) const;
  void finish(RateJob job);
  void apply(AgentId cause, Index clock, std::uint64_t rate_hz);

  const SocConfig& config_;
  const PowerModel& power_;
  Agenda& agenda_;
  SocObserver& observer_;
  std::vector<Clock> clocks_;
  std::vector<PendingJob> jobs_;
};

}  // namespace scmi::platform
