// SPDX-License-Identifier: Apache-2.0
#include "platform/system_power_model.hpp"

namespace scmi::platform {

void SystemPowerModel::force(AgentId agent, std::uint32_t state) { enter(agent, state, false); }

void SystemPowerModel::ask(AgentId agent, std::uint32_t state, Instant now) {
  if (asked_) return;
  asked_ = true;
  asked_state_ = state;
  asked_by_ = agent;
  const std::uint32_t timeout_ms = config_.system_power->graceful_timeout_ms;
  if (timeout_ms != 0)
    force_at_ = agenda_.put(now + std::chrono::milliseconds(timeout_ms), AgendaKind::system_power, 0);
  const bool has_timeout = state == system_state::shutdown;
  observer_.happened(agent, SystemStateChanged{state, true, has_timeout ? timeout_ms : 0, false});
}

void SystemPowerModel::run(const AgendaEntry&) {
  force_at_ = {};
  // He who asked hears of it too: it was not he who did it.
  enter(asked_by_, asked_state_, true);
}

void SystemPowerModel::enter(AgentId cause, std::uint32_t state, bool tell_cause) {
  agenda_.cancel(force_at_);
  asked_ = false;
  const bool reset = state == system_state::cold_reset || state == system_state::warm_reset;
  state_ = reset ? system_state::power_up : state;
  observer_.happened(cause, SystemStateChanged{state, false, 0, tell_cause});
}

}  // namespace scmi::platform
