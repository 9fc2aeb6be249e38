// SPDX-License-Identifier: Apache-2.0
//
// The performance domains of the simulated SoC. One agent sets the level, several may limit it: the highest of the
// minima and the lowest of the maxima hold (the maximum, should they cross). The level in force is the one asked for,
// moved into the limits; it comes back when they widen. Levels are values here, never indices.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "platform/agenda.hpp"
#include "platform/clock_model.hpp"
#include "platform/requests.hpp"
#include "platform/soc_config.hpp"
#include "platform/soc_observer.hpp"
#include "platform/voltage_model.hpp"
#include "scmi/time.hpp"

namespace scmi::platform {

/// Lowest and highest level allowed.
struct Limits {
  std::uint32_t max = 0;
  std::uint32_t min = 0;
  friend bool operator==(const Limits&, const Limits&) = default;
};

/// Not synchronised: one context owns the SoC.
class PerformanceModel {
 public:
  /// Borrows all.
  PerformanceModel(const SocConfig& config, ClockModel& clocks, VoltageModel& voltages, Agenda& agenda,
                   SocObserver& observer);

  /// Value of the level the domain runs at; during a transition the old one.
  [[nodiscard]] std::uint32_t level(Index domain) const noexcept;
  /// Of that level among the domain's levels.
  [[nodiscard]] std::size_t position(Index domain) const noexcept { return domains_[domain].position; }
  /// A transition is under way.
  [[nodiscard]] bool moving(Index domain) const noexcept { return domains_[domain].arrival.ticket != 0; }
  /// In force for everybody.
  [[nodiscard]] Limits limits(Index domain) const;
  /// What one agent asked for; all levels if it has not.
  [[nodiscard]] Limits limits_of(AgentId agent, Index domain) const;
  /// Lowest and highest described level.
  [[nodiscard]] Limits described(Index domain) const noexcept;

  /// Sets a described level within the limits. Answers when the transition ends.
  Instant set_level(AgentId agent, Index domain, std::uint32_t level, Instant now);
  /// Sets one agent's limits, each within the described levels, min <= max.
  void set_limits(AgentId agent, Index domain, Limits limits, Instant now);
  /// Limits by the platform itself (agent 0), before anything has happened.
  void preset_limits(Index domain, Limits limits);
  /// False if the agent asked something of the domain less than its rate limit ago; else records the request.
  [[nodiscard]] bool within_rate(AgentId agent, Index domain, Instant now);

  /// Forgets what the agent asked for.
  void forget(AgentId agent, Instant now);
  /// An entry of the agenda is due.
  void run(const AgendaEntry& entry);

 private:
  struct Domain {
    Requests<Limits> limits;
    Requests<std::uint32_t> levels;
    Requests<Instant> last_requests;
    std::size_t position = 0;  ///< Of the level in force.
    std::size_t target = 0;
    Appointment arrival;  ///< End of the transition under way.
    AgentId cause{};
  };

  [[nodiscard]] std::size_t position_of(Index domain, std::uint32_t level) const noexcept;
  [[nodiscard]] std::size_t wanted(Index domain) const;
  Instant move(AgentId cause, Index domain, Instant now);
  void arrive(Index domain);
  /// Clock and voltage follow the level, before anything has happened.
  void preset_followers(Index domain);

  const SocConfig& config_;
  ClockModel& clocks_;
  VoltageModel& voltages_;
  Agenda& agenda_;
  SocObserver& observer_;
  std::vector<Domain> domains_;
};

}  // namespace scmi::platform
