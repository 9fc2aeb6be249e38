// SPDX-License-Identifier: Apache-2.0
//
// The power domain protocol (DEN0056 0x11).
#include "platform/call.hpp"
#include "protocols/power_domain_messages.hpp"

namespace scmi::platform {
namespace {

using namespace power_domain_protocol;

Status protocol_attributes(Call& call, const ProtocolAttributes&, ProtocolAttributes::Reply& reply) {
  const auto count = static_cast<std::uint32_t>(call.agent.view(call.protocol).size());
  reply.attributes = ProtocolAttributes::Reply::num_domains.put(count);
  statistics_place(call, reply.statistics_address, reply.statistics_len_bytes);
  return Status::success;
}

Status domain_attributes(Call& call, const DomainAttributes& command, DomainAttributes::Reply& reply) {
  using R = DomainAttributes::Reply;
  const auto domain = call.resource(command.domain_id.value);
  if (!domain) return domain.error();
  const PowerDomainConfig& d = call.config().power_domains[*domain];
  const bool may_set = call.agent.config().may_set_power[*domain];
  reply.attributes = attribute(R::state_change_notify, call.version, d.notify_changed && call.limits.has_p2a) |
                     attribute(R::async_set, call.version, d.async && may_set) |
                     attribute(R::sync_set, call.version, d.sync && may_set) |
                     attribute(R::change_requested_notify, call.version, d.notify_requested && call.limits.has_p2a) |
                     attribute(R::extended_name, call.version, d.name.size() >= sizeof(ShortName));
  reply.name = std::string_view(d.name);
  return Status::success;
}

/// One step of an application processor's request: the processor itself is level 0, its parent level 1, ...
struct Step {
  Index domain = no_index;
  std::size_t depth = 0;
};

/// Takes an application processor's state word apart: in [19:16] the highest level for which it gives a state, in
/// each nibble below one of off (0), on (1), sleep (2). INVALID_PARAMETERS.
tl::expected<std::vector<Step>, Status> processor_steps(Call& call, Index processor, std::uint32_t word) {
  constexpr std::uint32_t defined = 0x000F'FFFF;
  constexpr std::uint32_t levels_max = 3;
  const std::uint32_t highest = (word >> 16) & 0xF;
  if ((word & ~defined) != 0 || highest > levels_max) return tl::unexpected(Status::invalid_parameters);
  std::vector<Step> steps;
  Index at = processor;
  for (std::uint32_t level = 0; level <= highest; ++level) {
    if (at == no_index) return tl::unexpected(Status::invalid_parameters);
    const PowerDomainConfig& d = call.config().power_domains[at];
    const std::uint32_t nibble = (word >> (4 * level)) & 0xF;
    const std::uint32_t generic = nibble == 1 ? power_state_on : power_state_off;
    if (nibble > (d.processor ? 2U : 1U)) return tl::unexpected(Status::invalid_parameters);
    const auto depth = call.platform.soc().power().depth_of(at, d.processor ? nibble : generic);
    if (!depth) return tl::unexpected(Status::invalid_parameters);
    steps.push_back({at, *depth});
    at = d.parent;
  }
  return steps;
}

/// What a request asks of which domains. INVALID_PARAMETERS.
tl::expected<std::vector<Step>, Status> steps_of(Call& call, Index domain, std::uint32_t word) {
  if (call.config().power_domains[domain].processor) return processor_steps(call, domain, word);
  const auto depth = call.platform.soc().power().depth_of(domain, word);
  if (!depth) return tl::unexpected(Status::invalid_parameters);
  return std::vector<Step>{{domain, *depth}};
}

Status state_set(Call& call, const StateSet& command, Empty&) {
  const auto domain = call.resource(command.domain_id.value);
  if (!domain) return domain.error();
  const PowerDomainConfig& d = call.config().power_domains[*domain];
  if (!call.agent.config().may_set_power[*domain]) return Status::denied;
  if ((command.flags & reserved_bits(StateSet::flags_bits, call.version)) != 0) return Status::invalid_parameters;
  const auto steps = steps_of(call, *domain, command.power_state);
  if (!steps) return steps.error();
  // Application processors cannot wait for their own end: always asynchronous.
  const bool async = d.processor || StateSet::async.test(command.flags);
  if (async ? !d.async : !d.sync) return Status::not_supported;
  for (const Step& step : *steps) {
    const auto done = call.platform.soc().power().request(call.id, step.domain, step.depth, !async, call.now);
    if (!done) return Status::busy;
    if (!async) call.not_before = *done;
  }
  return Status::success;
}

Status state_get(Call& call, const StateGet& command, StateGet::Reply& reply) {
  const auto domain = call.resource(command.domain_id.value);
  if (!domain) return domain.error();
  reply.power_state = call.platform.soc().power().state(*domain);
  return Status::success;
}

Status subscribe(Call& call, DomainId id, std::uint32_t enable, Event event, bool PowerDomainConfig::* available) {
  const auto domain = call.resource(id.value);
  if (!domain) return domain.error();
  if (const Status status = check_enable(enable); status != Status::success) return status;
  if (!(call.config().power_domains[*domain].*available)) return Status::not_supported;
  call.agent.subscribe(event, *domain, enable != 0);
  return Status::success;
}

Status state_notify(Call& call, const StateNotify& command, Empty&) {
  return subscribe(call, command.domain_id, command.notify_enable, Event::power_changed,
                   &PowerDomainConfig::notify_changed);
}

Status state_change_requested_notify(Call& call, const StateChangeRequestedNotify& command, Empty&) {
  return subscribe(call, command.domain_id, command.notify_enable, Event::power_requested,
                   &PowerDomainConfig::notify_requested);
}

Status domain_name_get(Call& call, const DomainNameGet& command, DomainNameGet::Reply& reply) {
  const auto domain = call.resource(command.domain_id.value);
  if (!domain) return domain.error();
  reply.name = std::string_view(call.config().power_domains[*domain].name);
  return Status::success;
}

}  // namespace

void note_power(PlatformState& platform, Index domain, Instant now) {
  const PowerModel& model = platform.soc().power();
  if (const auto depth = model.depth_of(domain, model.state(domain))) {
    platform.windows().entered(ServedProtocol::power_domain, domain, *depth, now);
  }
}

namespace {

constexpr std::array rows = {
    row<ProtocolVersion, protocol_version>(),
    row<ProtocolAttributes, protocol_attributes>(),
    row<ProtocolMessageAttributes, message_attributes>(),
    row<DomainAttributes, domain_attributes>(),
    row<StateSet, state_set>(),
    row<StateGet, state_get>(),
    row<StateNotify, state_notify>(Need::p2a),
    row<StateChangeRequestedNotify, state_change_requested_notify>(Need::p2a),
    row<DomainNameGet, domain_name_get>(),
    row<NegotiateProtocolVersion, negotiate>(),
};

}  // namespace

void tell(PlatformState& platform, AgentId cause, const PowerStateChanged& event) {
  note_power(platform, event.domain, platform.soc().now());
  platform.notify(
      Event::power_changed, cause, platform.config().behaviour.notify_requester, event.domain,
      [&](std::uint32_t id, Version) { return StateChanged{platform.told(cause), DomainId(id), event.state}; });
}

void tell(PlatformState& platform, AgentId cause, const PowerStateRequested& event) {
  platform.notify(Event::power_requested, cause, false, event.domain, [&](std::uint32_t id, Version) {
    return StateChangeRequested{platform.told(cause), DomainId(id), event.state};
  });
}

const Server power_domain_server{ServedProtocol::power_domain, rows};

}  // namespace scmi::platform
