// SPDX-License-Identifier: Apache-2.0
//
// From events of the SoC to notifications and delayed responses.
#include "platform/platform_state.hpp"

#include <algorithm>

#include "protocols/clock_messages.hpp"
#include "protocols/performance_messages.hpp"
#include "protocols/power_domain_messages.hpp"
#include "scmi/base_messages.hpp"

namespace scmi::platform {
namespace {

/// No message that the platform sends by itself is longer: an error event with one report.
constexpr std::size_t outgoing_max = 64;

}  // namespace

PlatformState::PlatformState(SocConfig config, TimeSource& time, OutgoingSink& sink)
    : config_(std::move(config)), sink_(sink), soc_(config_, time, *this) {
  agents_.reserve(config_.agents.size());
  for (const AgentConfig& agent : config_.agents) agents_.emplace_back(config_, agent);
}

AgentState* PlatformState::agent(AgentId id) noexcept {
  if (id.value == 0 || id.value > agents_.size()) return nullptr;
  return &agents_[id.value - 1];
}

void PlatformState::reset_agent(AgentId id, bool with_permissions) {
  soc_.forget(id);
  agent(id)->drop_subscriptions();
  if (with_permissions) agent(id)->restore_grants();
}

void PlatformState::disconnect(AgentId id) {
  AgentState* gone = agent(id);
  if (gone == nullptr) return;
  gone->drop_subscriptions();
  gone->restore_versions();
  soc_.clocks().hang_up(id);
  if (config_.behaviour.disconnect_resets) soc_.forget(id);
}

bool PlatformState::indexed(Index domain, Version version) const noexcept {
  return config_.performance_domains[domain].level_indexing && version >= performance_protocol::version_4_0;
}

std::uint32_t PlatformState::level_on_wire(Index domain, std::uint32_t level, Version version) const noexcept {
  if (!indexed(domain, version)) return level;
  const auto& levels = config_.performance_domains[domain].levels;
  const auto at = std::find_if(levels.begin(), levels.end(), [&](const auto& l) { return l.level >= level; });
  return at == levels.end() ? levels.back().index : at->index;
}

Limits PlatformState::limits_on_wire(Index domain, Limits limits, Version version) const noexcept {
  if (!indexed(domain, version)) return limits;
  const auto& levels = config_.performance_domains[domain].levels;
  const auto top = std::find_if(levels.rbegin(), levels.rend(), [&](const auto& l) { return l.level <= limits.max; });
  return {top == levels.rend() ? levels.front().index : top->index, level_on_wire(domain, limits.min, version)};
}

AgentId PlatformState::told(AgentId cause) const noexcept {
  // Without BASE_DISCOVER_AGENT nobody could know who that is.
  const auto& hidden = config_.disabled[slot(ServedProtocol::base)];
  return hidden.contains(base_protocol::DiscoverAgent::info.message.value) ? AgentId(0) : cause;
}

template <class Message>
void PlatformState::send(AgentId to, const Message& message, Version version) {
  std::array<std::byte, outgoing_max> bytes{};
  const auto size = encode(message, version, bytes);
  if (!size) return;  // Cannot be: outgoing_max holds every message sent here.
  const MessageHeader header{Message::info.message, MessageType::notification, Message::info.protocol, Token(0)};
  sink_.send(to, Message::info.protocol, header.pack(), std::span(bytes).first(*size));
}

template <class Make>
void PlatformState::notify(ServedProtocol p, Event event, AgentId cause, bool to_requester, Index index, Make make) {
  for (std::size_t i = 0; i < agents_.size(); ++i) {
    const AgentState& agent = agents_[i];
    const AgentId to(static_cast<std::uint32_t>(i + 1));
    if (!agent.subscribed(event, index) || (to == cause && !to_requester)) continue;
    const auto id = agent.view(p).id_of(index);
    if (!id || !agent.open(p) || !agent.granted(p, index)) continue;
    const Version version = agent.version(p);
    const auto message = make(*id, version);
    if (version >= message.info.since) send(to, message, version);
  }
}

void PlatformState::power_state_changed(AgentId cause, Index domain, std::uint32_t state) {
  notify(
      ServedProtocol::power_domain, Event::power_changed, cause, config_.behaviour.notify_requester, domain,
      [&](std::uint32_t id, Version) { return power_domain_protocol::StateChanged{told(cause), DomainId(id), state}; });
}

void PlatformState::power_state_requested(AgentId cause, Index domain, std::uint32_t state) {
  notify(ServedProtocol::power_domain, Event::power_requested, cause, false, domain, [&](std::uint32_t id, Version) {
    return power_domain_protocol::StateChangeRequested{told(cause), DomainId(id), state};
  });
}

void PlatformState::limits_changed(AgentId cause, Index domain, std::uint32_t max, std::uint32_t min) {
  notify(ServedProtocol::performance, Event::limits_changed, cause, config_.behaviour.notify_requester, domain,
         [&](std::uint32_t id, Version version) {
           const Limits limits = limits_on_wire(domain, {max, min}, version);
           return performance_protocol::LimitsChanged{told(cause), DomainId(id), limits.max, limits.min};
         });
}

void PlatformState::level_changed(AgentId cause, Index domain, std::uint32_t level) {
  notify(ServedProtocol::performance, Event::level_changed, cause, config_.behaviour.notify_requester, domain,
         [&](std::uint32_t id, Version version) {
           return performance_protocol::LevelChanged{told(cause), DomainId(id), level_on_wire(domain, level, version)};
         });
}

void PlatformState::rate_changed(AgentId cause, Index clock, std::uint64_t rate_hz) {
  notify(ServedProtocol::clock, Event::rate_changed, cause, config_.behaviour.notify_requester, clock,
         [&](std::uint32_t id, Version) { return clock_protocol::RateChanged{told(cause), ClockId(id), rate_hz}; });
}

void PlatformState::rate_requested(AgentId cause, Index clock, std::uint64_t rate_hz) {
  notify(ServedProtocol::clock, Event::rate_requested, cause, false, clock, [&](std::uint32_t id, Version) {
    return clock_protocol::RateChangeRequested{told(cause), ClockId(id), rate_hz};
  });
}

bool PlatformState::still_allowed(const RateJob& job) {
  const AgentState* owner = agent(job.agent);
  return owner->open(ServedProtocol::clock) && owner->granted(ServedProtocol::clock, job.clock);
}

void PlatformState::rate_job_done(const RateJob& job, Status status) {
  const AgentState* owner = agent(job.agent);
  if (job.delayed_response) {
    std::array<std::byte, outgoing_max> bytes{};
    const std::uint32_t id = owner->view(ServedProtocol::clock).id_of(job.clock).value_or(0);
    const clock_protocol::RateSet::Complete complete{ClockId(id), job.rate_hz};
    const auto size = status == Status::success ? encode_reply(complete, owner->version(ServedProtocol::clock), bytes)
                                                : encode_status(status, bytes);
    MessageHeader header = MessageHeader::unpack(job.header);
    header.type = MessageType::delayed_response;
    if (size) sink_.send(job.agent, protocol::clock, header.pack(), std::span(bytes).first(*size));
    return;
  }
  if (status == Status::success) return;
  // Nobody waits for an answer: those who asked for errors are the only ones who can hear of it.
  base_protocol::ErrorEvent event;
  event.agent_id = told(job.agent);
  event.reports = {{job.header, status}};
  for (std::size_t i = 0; i < agents_.size(); ++i) {
    if (!agents_[i].wants_errors()) continue;
    send(AgentId(static_cast<std::uint32_t>(i + 1)), event, agents_[i].version(ServedProtocol::base));
  }
}

}  // namespace scmi::platform
