// SPDX-License-Identifier: Apache-2.0
//
// The reset domain protocol (DEN0056 0x16).
#include "platform/call.hpp"
#include "protocols/reset_domain_messages.hpp"

namespace scmi::platform {
namespace {

using namespace reset_domain_protocol;

/// Asynchronous resets need a way to tell of their end.
bool offers_async(const Call& call, const ResetDomainConfig& domain) { return domain.async && call.limits.has_p2a; }

Status protocol_attributes(Call& call, const ProtocolAttributes&, ProtocolAttributes::Reply& reply) {
  const auto count = static_cast<std::uint32_t>(call.agent.view(call.protocol).size());
  reply.attributes = ProtocolAttributes::Reply::num_domains.put(count);
  return Status::success;
}

Status domain_attributes(Call& call, const DomainAttributes& command, DomainAttributes::Reply& reply) {
  using R = DomainAttributes::Reply;
  const auto domain = call.resource(command.domain_id.value);
  if (!domain) return domain.error();
  const ResetDomainConfig& d = call.config().reset_domains[*domain];
  reply.attributes = attribute(R::async_reset, call.version, offers_async(call, d)) |
                     attribute(R::reset_notify, call.version, d.notify && call.limits.has_p2a) |
                     attribute(R::extended_name, call.version, d.name.size() >= sizeof(ShortName));
  reply.latency_us = d.report_latency ? d.latency_us : R::latency_not_reported;
  reply.name = std::string_view(d.name);
  return Status::success;
}

bool has_state(const ResetDomainConfig& domain, std::uint32_t state) {
  return state == cold_reset || std::find(domain.states.begin(), domain.states.end(), state) != domain.states.end();
}

Status reset(Call& call, const Reset& command, Empty&) {
  const auto domain = call.resource(command.domain_id.value);
  if (!domain) return domain.error();
  const ResetDomainConfig& d = call.config().reset_domains[*domain];
  if (!call.agent.config().may_reset[*domain]) return Status::denied;
  const bool autonomous = Reset::autonomous.test(command.flags);
  const bool async = Reset::async.test(command.flags);
  if ((command.flags & reserved_bits(Reset::flags_bits, call.version)) != 0 || (async && !autonomous) ||
      !has_state(d, command.reset_state)) {
    return Status::invalid_parameters;
  }
  if ((async && !offers_async(call, d)) || (!autonomous && !d.explicit_reset)) return Status::not_supported;
  ResetModel& resets = call.platform.soc().resets();
  if (resets.busy(*domain)) return Status::busy;
  if (!autonomous) {
    resets.set_asserted(call.id, *domain, command.reset_state, Reset::explicit_assert.test(command.flags));
    return Status::success;
  }
  const Instant done = resets.reset({{call.id, *domain, call.header, async, async}, command.reset_state}, call.now);
  if (!async) call.not_before = done;
  return Status::success;
}

Status notify(Call& call, const Notify& command, Empty&) {
  const auto domain = call.resource(command.domain_id.value);
  if (!domain) return domain.error();
  if (const Status status = check_enable(command.notify_enable); status != Status::success) return status;
  if (!call.config().reset_domains[*domain].notify) return Status::not_supported;
  call.agent.subscribe(Event::reset_issued, *domain, command.notify_enable != 0);
  return Status::success;
}

Status domain_name_get(Call& call, const DomainNameGet& command, DomainNameGet::Reply& reply) {
  const auto domain = call.resource(command.domain_id.value);
  if (!domain) return domain.error();
  reply.name = std::string_view(call.config().reset_domains[*domain].name);
  return Status::success;
}

constexpr std::array rows = {
    row<ProtocolVersion, protocol_version>(),
    row<ProtocolAttributes, protocol_attributes>(),
    row<ProtocolMessageAttributes, message_attributes>(),
    row<DomainAttributes, domain_attributes>(),
    row<Reset, reset>(),
    row<Notify, notify>(Need::p2a),
    row<DomainNameGet, domain_name_get>(),
    row<NegotiateProtocolVersion, negotiate>(),
};

}  // namespace

void tell(PlatformState& platform, AgentId cause, const ResetIssued& event) {
  platform.notify(
      Event::reset_issued, cause, platform.config().behaviour.notify_requester, event.domain,
      [&](std::uint32_t id, Version) { return Issued{platform.told(cause), DomainId(id), event.reset_state}; });
}

void tell(PlatformState& platform, AgentId, const ResetJobDone& event) {
  platform.job_done(ServedProtocol::reset_domain, event.job, event.status,
                    [](DomainId domain) { return Reset::Complete{domain}; });
}

const Server reset_domain_server{ServedProtocol::reset_domain, rows};

}  // namespace scmi::platform
