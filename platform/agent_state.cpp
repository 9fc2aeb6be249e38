// SPDX-License-Identifier: Apache-2.0
//
// Permissions and subscriptions of an agent.
#include "platform/agent_state.hpp"

#include <algorithm>

namespace scmi::platform {

AgentState::AgentState(const SocConfig& soc, const AgentConfig& config)
    : soc_(soc), config_(config), in_force_(config.versions) {
  for (const ServedProtocol p : all_served) {
    const std::size_t total = resource_count(soc, p);
    views_[p] = View(config.visible[p], total);
    device_of_[p].assign(total, no_index);
    for (Index d = 0; d < soc.devices.size(); ++d) {
      for (const Index i : soc.devices[d].members[p]) device_of_[p][i] = d;
    }
  }
  restore_grants();
  drop_subscriptions();
}

bool AgentState::granted(ServedProtocol p, Index index) const noexcept {
  const Index device = device_of_[p][index];
  return device == no_index || !denied_[device][p];
}

bool AgentState::offered(ServedProtocol p) const noexcept { return platform::offered(soc_, config_.versions, p); }

bool AgentState::open(ServedProtocol p) const noexcept {
  if (p == ServedProtocol::base) return true;
  if (!config_.protocols[p] || !offered(p)) return false;
  return view(p).size() == 0 || granted_count_[p] != 0;
}

void AgentState::grant(Index device, ServedProtocol p, bool allow) {
  denied_[device][p] = !allow;
  count_granted();
}

void AgentState::restore_grants() {
  denied_.assign(soc_.devices.size(), {});
  for (Index d = 0; d < denied_.size(); ++d) {
    if (!config_.devices[d]) denied_[d].fill(true);
  }
  count_granted();
}

void AgentState::count_granted() {
  for (const ServedProtocol p : all_served) {
    const auto& visible = view(p).visible();
    granted_count_[p] =
        static_cast<std::size_t>(std::count_if(visible.begin(), visible.end(), [&](Index i) { return granted(p, i); }));
  }
}

void AgentState::drop_subscriptions() {
  for (std::size_t e = 0; e < event_count; ++e) subscriptions_[e].assign(resource_count(soc_, event_owner[e]), false);
  wants_errors_ = false;
}

}  // namespace scmi::platform
