// SPDX-License-Identifier: Apache-2.0
//
// The pins of the simulated SoC. Of settings and functions the newest wish holds, pin by pin; a group is its pins. A
// pin that an agent has requested is its alone until it releases it.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <vector>

#include "platform/requests.hpp"
#include "platform/soc_config.hpp"

namespace scmi::platform {

/// Not synchronised: one context owns the SoC. Positions are those of the description.
class PinModel {
 public:
  /// Borrows the description.
  explicit PinModel(const SocConfig& config) : config_(config), pins_(config.pins.size()) {}

  /// Nothing for a type that the pin does not have.
  [[nodiscard]] std::optional<std::uint32_t> setting(Index pin, std::uint8_t type) const;
  /// no_index: none is selected.
  [[nodiscard]] Index function(Index pin) const;
  /// 0: nobody.
  [[nodiscard]] AgentId owner(Index pin) const noexcept { return pins_[pin].owner; }

  void set(AgentId agent, Index pin, std::uint8_t type, std::uint32_t value) {
    pins_[pin].wishes[type].set(agent, value);
  }
  /// All settings go back to the description's, whoever changed them.
  void set_defaults(Index pin) { pins_[pin].wishes.clear(); }
  void select(AgentId agent, Index pin, Index function) { pins_[pin].functions.set(agent, function); }
  void own(Index pin, AgentId agent) noexcept { pins_[pin].owner = agent; }

  /// Whether a trusted agent left the pin to that one (DEN0056 PINCTRL_SET_PERMISSIONS).
  [[nodiscard]] bool allowed(AgentId agent, Index pin) const { return !pins_[pin].denied.contains(agent); }
  void allow(AgentId agent, Index pin, bool allow);
  /// Puts an agent's permissions back to what they were at start.
  void restore(AgentId agent);

  /// The agent's wishes go, and what it owns is free.
  void forget(AgentId agent);

 private:
  struct Pin {
    std::map<std::uint8_t, Requests<std::uint32_t>> wishes;
    Requests<Index> functions;
    std::set<AgentId> denied;
    AgentId owner{};
  };
  const SocConfig& config_;
  std::vector<Pin> pins_;
};

}  // namespace scmi::platform
