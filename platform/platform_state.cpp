// SPDX-License-Identifier: Apache-2.0
//
// The life of the agents, and which server hears of which event.
#include "platform/platform_state.hpp"

#include "scmi/base_messages.hpp"

namespace scmi::platform {
PlatformState::PlatformState(SocConfig config, TimeSource& time, OutgoingSink& sink,
                             const VendorServers& vendor_servers)
    : config_(std::move(config)),
      sink_(sink),
      soc_(config_, time, *this),
      vendor_(vendor_servers, config_, time, sink),
      windows_(config_, time.now()) {
  agents_.reserve(config_.agents.size());
  for (const AgentConfig& agent : config_.agents) agents_.emplace_back(config_, agent);
  const Instant now = time.now();
  for (Index i = 0; i < config_.power_domains.size(); ++i) note_power(*this, i, now);
  for (Index i = 0; i < config_.performance_domains.size(); ++i) note_level(*this, i, now);
}

AgentState* PlatformState::agent(AgentId id) noexcept {
  if (id.value == 0 || id.value > agents_.size()) return nullptr;
  return &agents_[id.value - 1];
}

void PlatformState::reset_agent(AgentId id, bool with_permissions) {
  soc_.forget(id);
  vendor_.forget(id);
  agent(id)->drop_subscriptions();
  windows_.refresh(*this, id);
  note_telemetry(*this, id);
  if (with_permissions) {
    agent(id)->restore_grants();
    soc_.pins().restore(id);
  }
}

void PlatformState::disconnect(AgentId id) {
  AgentState* gone = agent(id);
  if (gone == nullptr) return;
  windows_.detach(id);
  gone->drop_subscriptions();
  vendor_.forget(id);
  gone->restore_versions();
  soc_.hang_up(id);
  if (config_.behaviour.disconnect_resets) soc_.forget(id);
}

AgentId PlatformState::told(AgentId cause) const noexcept {
  const auto& hidden = config_.disabled[ServedProtocol::base];
  return hidden.contains(base_protocol::DiscoverAgent::info.message.value) ? AgentId(0) : cause;
}

void PlatformState::happened(AgentId cause, const SocEvent& event) {
  std::visit([&](const auto& e) { tell(*this, cause, e); }, event);
  if (const auto* system = std::get_if<SystemStateChanged>(&event); system != nullptr && system->starts_afresh()) {
    restart_agents();
  }
}

void PlatformState::restart_agents() {
  const bool all = config_.system_power->full_view;
  std::vector<AgentId> concerned;
  for (std::size_t i = 0; i < agents_.size(); ++i) {
    if (!all && agents_[i].config().system.role == SystemRole::management) continue;
    concerned.emplace_back(static_cast<std::uint32_t>(i + 1));
    // First of all of them: none hears of what ends for the others.
    agents_[i].drop_subscriptions();
  }
  for (const AgentId id : concerned) reset_agent(id, all);
}

bool PlatformState::still_allowed(AgentId id, ServedProtocol protocol, Index resource) {
  const AgentState* owner = agent(id);
  return owner->open(protocol) && owner->granted(protocol, resource);
}

void PlatformState::report_error(AgentId cause, std::uint32_t header, Status status) {
  base_protocol::ErrorEvent event;
  event.agent_id = told(cause);
  event.reports = {{header, status}};
  for (std::size_t i = 0; i < agents_.size(); ++i) {
    if (!agents_[i].wants_errors()) continue;
    send(AgentId(static_cast<std::uint32_t>(i + 1)), event, agents_[i].version(ServedProtocol::base));
  }
}

}  // namespace scmi::platform
