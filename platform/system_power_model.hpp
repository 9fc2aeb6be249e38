// SPDX-License-Identifier: Apache-2.0
//
// The state of the simulated system as a whole. A graceful request is announced, and done by force when its time is
// over; whoever is asked may do it himself before. Resets pass: the system is up again when they are done. What else a
// transition does to the SoC and its agents is with Soc and PlatformState.
#pragma once

#include <cstdint>

#include "platform/agenda.hpp"
#include "platform/soc_config.hpp"
#include "platform/soc_observer.hpp"
#include "scmi/time.hpp"

namespace scmi::platform {

/// Not synchronised: one context owns the SoC.
class SystemPowerModel {
 public:
  /// Borrows all.
  SystemPowerModel(const SocConfig& config, Agenda& agenda, SocObserver& observer)
      : config_(config), agenda_(agenda), observer_(observer) {}

  /// Shutdown, power_up (running), suspend, or the vendor's.
  [[nodiscard]] std::uint32_t state() const noexcept { return state_; }
  /// Done at once. Ends a graceful request that is under way.
  void force(AgentId agent, std::uint32_t state);
  /// Announced now, forced after [system_power] graceful_timeout_ms (never, if that is 0). Nothing happens while
  /// another one is under way.
  void ask(AgentId agent, std::uint32_t state, Instant now);
  /// An entry of the agenda is due.
  void run(const AgendaEntry& entry);

 private:
  void enter(AgentId cause, std::uint32_t state, bool tell_cause);

  const SocConfig& config_;
  Agenda& agenda_;
  SocObserver& observer_;
  std::uint32_t state_ = system_state::power_up;
  bool asked_ = false;  ///< A graceful request is under way.
  std::uint32_t asked_state_ = 0;
  AgentId asked_by_{};
  Appointment force_at_;
};

}  // namespace scmi::platform
