// SPDX-License-Identifier: Apache-2.0
//
// Permissions and subscriptions of an agent.
#include "platform/agent_state.hpp"

#include <algorithm>

namespace scmi::platform {

AgentState::AgentState(const SocConfig& soc, const AgentConfig& config)
    : soc_(soc),
      config_(config),
      views_{View(config.power_domains, soc.power_domains.size()),
             View(config.performance_domains, soc.performance_domains.size()), View(config.clocks, soc.clocks.size())},
      device_of_{std::vector<Index>(soc.power_domains.size(), no_index),
                 std::vector<Index>(soc.performance_domains.size(), no_index),
                 std::vector<Index>(soc.clocks.size(), no_index)},
      in_force_(config.versions) {
  for (Index d = 0; d < soc.devices.size(); ++d) {
    const DeviceConfig& device = soc.devices[d];
    for (const Index i : device.power_domains) device_of_[0][i] = d;
    for (const Index i : device.performance_domains) device_of_[1][i] = d;
    for (const Index i : device.clocks) device_of_[2][i] = d;
  }
  restore_grants();
  drop_subscriptions();
}

bool AgentState::granted(ServedProtocol p, Index index) const noexcept {
  const Index device = device_of_[slot(p) - 1][index];
  return device == no_index || !denied_[device][slot(p)];
}

bool AgentState::open(ServedProtocol p) const noexcept {
  if (p == ServedProtocol::base) return true;
  if (!config_.protocols[slot(p)]) return false;
  return view(p).size() == 0 || granted_count_[slot(p)] != 0;
}

void AgentState::grant(Index device, ServedProtocol p, bool allow) {
  denied_[device][slot(p)] = !allow;
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
  for (std::size_t p = 1; p < served_protocol_count; ++p) {
    const auto served = static_cast<ServedProtocol>(p);
    const auto& visible = view(served).visible();
    granted_count_[p] = static_cast<std::size_t>(
        std::count_if(visible.begin(), visible.end(), [&](Index i) { return granted(served, i); }));
  }
}

void AgentState::drop_subscriptions() {
  const std::array<std::size_t, event_count> sizes = {
      soc_.power_domains.size(),       soc_.power_domains.size(), soc_.performance_domains.size(),
      soc_.performance_domains.size(), soc_.clocks.size(),        soc_.clocks.size()};
  for (std::size_t e = 0; e < event_count; ++e) subscriptions_[e].assign(sizes[e], false);
  wants_errors_ = false;
}

}  // namespace scmi::platform
