// SPDX-License-Identifier: Apache-2.0
//
// The powercap protocol (DEN0056 0x18). Of two things wrong the one is told that comes first in: unknown, not
// supported, not valid, not allowed.
#include "platform/fast_replies.hpp"
#include "protocols/powercap_messages.hpp"

namespace scmi::platform {
namespace {

using namespace powercap_protocol;

const PowercapConfig& config_of(const Call& call, Index domain) { return call.config().powercaps[domain]; }

/// Asynchronous changes need a way to tell of their end.
bool offers_async(const Call& call, const PowercapConfig& domain) { return domain.async && call.limits.has_p2a; }

/// A cap as that version says it: before 2.0 there is always one.
std::uint32_t cap_on_wire(const SocConfig& soc, Index domain, std::uint32_t cap, Version version) {
  return cap == no_cap && version < version_2_0 ? soc.powercaps[domain].max_cap : cap;
}

Status message_attributes(Call& call, const ProtocolMessageAttributes& command,
                          ProtocolMessageAttributes::Reply& reply) {
  return message_attributes_with(has_fastchannel, call, command, reply);
}

Status protocol_attributes(Call& call, const ProtocolAttributes&, ProtocolAttributes::Reply& reply) {
  const auto count = static_cast<std::uint32_t>(call.agent.view(call.protocol).size());
  reply.attributes = ProtocolAttributes::Reply::num_domains.put(count);
  return Status::success;
}

/// The domain's nearest ancestor that the caller sees.
std::uint32_t parent_id(const Call& call, Index domain) {
  for (Index at = config_of(call, domain).parent; at != no_index; at = config_of(call, at).parent) {
    if (const auto id = call.agent.view(call.protocol).id_of(at)) return *id;
  }
  return DomainAttributes::Reply::no_parent;
}

Status domain_attributes(Call& call, const DomainAttributes& command, DomainAttributes::Reply& reply) {
  using R = DomainAttributes::Reply;
  const auto domain = call.resource(command.domain_id.value);
  if (!domain) return domain.error();
  const PowercapConfig& d = config_of(call, *domain);
  reply.attributes = attribute(R::cap_notify, call.version, d.notify_cap && call.limits.has_p2a) |
                     attribute(R::measurements_notify, call.version, d.notify_measurements && call.limits.has_p2a) |
                     attribute(R::async_cap_set, call.version, offers_async(call, d) && d.cap_configurable()) |
                     attribute(R::extended_name, call.version, d.name.size() >= sizeof(ShortName)) |
                     attribute(R::cap_configurable, call.version, d.cap_configurable()) |
                     attribute(R::monitoring, call.version, d.monitoring) |
                     attribute(R::pai_configurable, call.version, d.pai_configurable()) |
                     attribute(R::fastchannel, call.version, has_fast_channel(call, *domain, std::nullopt)) |
                     R::power_unit.put(static_cast<std::uint32_t>(d.unit));
  reply.name = std::string_view(d.name);
  reply.min_pai_us = d.min_pai_us;
  reply.max_pai_us = d.max_pai_us;
  reply.pai_step_us = d.pai_step_us;
  reply.min_power_cap = d.min_cap;
  reply.max_power_cap = d.max_cap;
  reply.power_cap_step = d.cap_step;
  reply.sustainable_power = d.sustainable_power;
  reply.accuracy = d.accuracy;
  reply.parent_id = DomainId(parent_id(call, *domain));
  return Status::success;
}

Status cap_get(Call& call, const CapGet& command, CapGet::Reply& reply) {
  const auto domain = call.resource(command.domain_id.value);
  if (!domain) return domain.error();
  reply.power_cap = cap_on_wire(call.config(), *domain, call.platform.soc().powercaps().cap(*domain), call.version);
  return Status::success;
}

/// OUT_OF_RANGE outside [min, max], INVALID_PARAMETERS between two steps.
Status check_value(std::uint32_t value, std::uint32_t min, std::uint32_t max, std::uint32_t step) {
  if (value < min || value > max) return Status::out_of_range;
  return (value - min) % step == 0 ? Status::success : Status::invalid_parameters;
}

/// Whether a domain can have that cap. OUT_OF_RANGE, INVALID_PARAMETERS.
Status check_cap(const PowercapConfig& d, std::uint32_t cap, Version version) {
  const bool disables = cap == no_cap && version >= version_2_0;
  return disables ? Status::success : check_value(cap, d.min_cap, d.max_cap, d.cap_step);
}
Status check_pai(const PowercapConfig& d, std::uint32_t pai_us) {
  return check_value(pai_us, d.min_pai_us, d.max_pai_us, d.pai_step_us);
}

Status cap_set(Call& call, const CapSet& command, Empty&) {
  const auto domain = call.resource(command.domain_id.value);
  if (!domain) return domain.error();
  const PowercapConfig& d = config_of(call, *domain);
  const bool async_asked = CapSet::async.test(command.flags);
  const bool delayed_response = async_asked && !CapSet::ignore_delayed_response.test(command.flags);
  if (!d.cap_configurable() || (delayed_response && !offers_async(call, d))) return Status::not_supported;
  if ((command.flags & reserved_bits(CapSet::flags_bits, call.version)) != 0) return Status::invalid_parameters;
  const Status possible = check_cap(d, command.power_cap, call.version);
  if (possible != Status::success) return possible;
  if (!call.agent.config().may_set_powercap[*domain]) return Status::denied;
  PowercapModel& powercaps = call.platform.soc().powercaps();
  if (powercaps.busy(*domain)) return Status::busy;
  const bool async = async_asked && offers_async(call, d);
  const Instant done =
      powercaps.set_cap({{call.id, *domain, call.header, async, delayed_response}, command.power_cap}, call.now);
  if (!async) call.not_before = done;
  return Status::success;
}

Status pai_get(Call& call, const PaiGet& command, PaiGet::Reply& reply) {
  const auto domain = call.resource(command.domain_id.value);
  if (!domain) return domain.error();
  reply.pai_us = call.platform.soc().powercaps().pai_us(*domain);
  return Status::success;
}

Status pai_set(Call& call, const PaiSet& command, Empty&) {
  const auto domain = call.resource(command.domain_id.value);
  if (!domain) return domain.error();
  const PowercapConfig& d = config_of(call, *domain);
  if (!d.pai_configurable()) return Status::not_supported;
  if (command.flags != 0) return Status::invalid_parameters;
  const Status possible = check_pai(d, command.pai_us);
  if (possible != Status::success) return possible;
  if (!call.agent.config().may_set_powercap[*domain]) return Status::denied;
  PowercapModel& powercaps = call.platform.soc().powercaps();
  if (powercaps.busy(*domain)) return Status::busy;
  powercaps.set_pai(call.id, *domain, command.pai_us);
  return Status::success;
}

Status domain_name_get(Call& call, const DomainNameGet& command, DomainNameGet::Reply& reply) {
  const auto domain = call.resource(command.domain_id.value);
  if (!domain) return domain.error();
  reply.name = std::string_view(config_of(call, *domain).name);
  return Status::success;
}

Status measurements_get(Call& call, const MeasurementsGet& command, MeasurementsGet::Reply& reply) {
  const auto domain = call.resource(command.domain_id.value);
  if (!domain) return domain.error();
  if (!config_of(call, *domain).monitoring) return Status::not_supported;
  const auto measured = call.platform.soc().powercaps().measured(*domain);
  reply.power = measured.power;
  reply.pai_us = measured.pai_us;
  return Status::success;
}

Status cap_notify(Call& call, const CapNotify& command, Empty&) {
  const auto domain = call.resource(command.domain_id.value);
  if (!domain) return domain.error();
  if (!config_of(call, *domain).notify_cap) return Status::not_supported;
  if (const Status status = check_enable(command.notify_enable); status != Status::success) return status;
  call.agent.subscribe(Event::cap_changed, *domain, command.notify_enable != 0);
  return Status::success;
}

Status measurements_notify(Call& call, const MeasurementsNotify& command, Empty&) {
  const auto domain = call.resource(command.domain_id.value);
  if (!domain) return domain.error();
  if (!config_of(call, *domain).notify_measurements) return Status::not_supported;
  if (const Status status = check_enable(command.notify_enable); status != Status::success) return status;
  if (command.power_thresh_low > command.power_thresh_high) return Status::invalid_parameters;
  call.platform.soc().powercaps().watch(
      call.id, *domain, {command.notify_enable != 0, command.power_thresh_low, command.power_thresh_high});
  return Status::success;
}

/// Which messages could have one is known, whether or not the domain has any.
Status describe_fastchannel(Call& call, const DescribeFastchannel& command, DescribeFastchannel::Reply& reply) {
  const auto domain = call.resource(command.domain_id.value);
  if (!domain) return domain.error();
  const bool possible =
      command.message_id >= CapGet::info.message.value && command.message_id <= PaiSet::info.message.value;
  if (!possible) return Status::not_found;
  return tell_fast_channel(call, *domain, MessageId(static_cast<std::uint8_t>(command.message_id)), reply);
}

// --- Fast channels: the same without anybody to answer ---------------------------------------------------------------

FastWords present(PlatformState& platform, AgentId agent, const FastSlot& slot) {
  const PowercapModel& powercaps = platform.soc().powercaps();
  if (slot.message == PaiGet::info.message || slot.message == PaiSet::info.message) {
    return {powercaps.pai_us(slot.resource), 0};
  }
  const Version version = platform.agent(agent)->version(ServedProtocol::powercap);
  return {cap_on_wire(platform.config(), slot.resource, powercaps.cap(slot.resource), version), 0};
}

void apply(PlatformState& platform, AgentId agent, const FastSlot& slot, FastWords words, Instant now) {
  const AgentState& state = *platform.agent(agent);
  if (!state.open(slot.protocol) || !state.granted(slot.protocol, slot.resource)) return;
  const PowercapConfig& d = platform.config().powercaps[slot.resource];
  PowercapModel& powercaps = platform.soc().powercaps();
  if (powercaps.busy(slot.resource)) return;
  if (slot.message == PaiSet::info.message) {
    if (check_pai(d, words[0]) == Status::success) powercaps.set_pai(agent, slot.resource, words[0]);
  } else if (check_cap(d, words[0], state.version(slot.protocol)) == Status::success) {
    const MessageHeader header{CapSet::info.message, MessageType::command, protocol::powercap, Token(0)};
    static_cast<void>(powercaps.set_cap({{agent, slot.resource, header.pack(), false, false}, words[0]}, now));
  }
}

constexpr std::array rows = {
    row<ProtocolVersion, protocol_version>(),
    row<ProtocolAttributes, protocol_attributes>(),
    row<ProtocolMessageAttributes, message_attributes>(),
    row<DomainAttributes, domain_attributes>(),
    row<CapGet, cap_get>(),
    row<CapSet, cap_set>(),
    row<PaiGet, pai_get>(),
    row<PaiSet, pai_set>(),
    row<DomainNameGet, domain_name_get>(),
    row<MeasurementsGet, measurements_get>(),
    row<CapNotify, cap_notify>(Need::p2a),
    row<MeasurementsNotify, measurements_notify>(Need::p2a),
    row<DescribeFastchannel, describe_fastchannel>(),
    row<NegotiateProtocolVersion, negotiate>(),
};

}  // namespace

void tell(PlatformState& platform, AgentId cause, const platform::CapChanged& event) {
  platform.windows().changed(platform, ServedProtocol::powercap, event.domain);
  const SocConfig& soc = platform.config();
  platform.notify(
      Event::cap_changed, cause, soc.behaviour.notify_requester, event.domain, [&](std::uint32_t id, Version version) {
        return powercap_protocol::CapChanged{platform.told(cause), DomainId(id),
                                             cap_on_wire(soc, event.domain, event.cap, version), event.pai_us};
      });
}

void tell(PlatformState& platform, AgentId cause, const platform::MeasurementsChanged& event) {
  platform.notify_one(ServedProtocol::powercap, event.to, event.domain, [&](std::uint32_t id, Version) {
    return powercap_protocol::MeasurementsChanged{platform.told(cause), DomainId(id), event.power};
  });
}

void tell(PlatformState& platform, AgentId, const CapJobDone& event) {
  platform.job_done(ServedProtocol::powercap, event.job, event.status,
                    [&](DomainId domain) { return CapSet::Complete{domain, event.job.cap}; });
}

const FastServer powercap_fast_server{ServedProtocol::powercap, present, apply};
const Server powercap_server{ServedProtocol::powercap, rows};

}  // namespace scmi::platform
