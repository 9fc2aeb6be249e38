// SPDX-License-Identifier: Apache-2.0
//
// The voltage domain protocol (DEN0056 0x17).
#include "platform/call.hpp"
#include "protocols/voltage_messages.hpp"

namespace scmi::platform {
namespace {

using namespace voltage_protocol;

static_assert(voltage_mode_off == mode_off && voltage_mode_on == mode_on);

/// Asynchronous changes need a way to tell of their end.
bool offers_async(const Call& call, const VoltageDomainConfig& domain) {
  return domain.async && call.limits.has_p2a && call.version >= version_2_0;
}

Status protocol_attributes(Call& call, const ProtocolAttributes&, ProtocolAttributes::Reply& reply) {
  const auto count = static_cast<std::uint32_t>(call.agent.view(call.protocol).size());
  reply.attributes = ProtocolAttributes::Reply::num_domains.put(count);
  return Status::success;
}

Status domain_attributes(Call& call, const DomainAttributes& command, DomainAttributes::Reply& reply) {
  using R = DomainAttributes::Reply;
  const auto domain = call.resource(command.domain_id.value);
  if (!domain) return domain.error();
  const VoltageDomainConfig& d = call.config().voltage_domains[*domain];
  reply.attributes = attribute(R::async_level_set, call.version, offers_async(call, d)) |
                     attribute(R::extended_name, call.version, d.name.size() >= sizeof(ShortName));
  reply.name = std::string_view(d.name);
  return Status::success;
}

Status describe_levels(Call& call, const DescribeLevels& command, DescribeLevels::Reply& reply) {
  using R = DescribeLevels::Reply;
  const auto domain = call.resource(command.domain_id.value);
  if (!domain) return domain.error();
  const VoltageDomainConfig& d = call.config().voltage_domains[*domain];
  if (d.range) {
    if (command.level_index != 0 && !call.behaviour().voltage_triplet_index_repeats) return Status::out_of_range;
    reply.flags = R::format.put(1);
    reply.levels_uv = {d.min_uv, d.max_uv, d.step_uv};
    return Status::success;
  }
  if (command.level_index >= d.levels_uv.size()) return Status::out_of_range;
  const std::size_t left = d.levels_uv.size() - command.level_index;
  const std::size_t n = std::min<std::size_t>({left, call.room_for(sizeof(std::int32_t)), R::count.max()});
  if (n == 0) return Status::generic_error;
  const auto first = d.levels_uv.begin() + command.level_index;
  reply.levels_uv.assign(first, first + static_cast<std::ptrdiff_t>(n));
  reply.flags = R::remaining.put(static_cast<std::uint32_t>(left - n));
  return Status::success;
}

Status config_set(Call& call, const ConfigSet& command, Empty&) {
  const auto domain = call.resource(command.domain_id.value);
  if (!domain) return domain.error();
  const VoltageDomainConfig& d = call.config().voltage_domains[*domain];
  if (!call.agent.config().may_set_voltage_mode[*domain]) return Status::denied;
  if ((command.config & reserved_bits(config_bits, call.version)) != 0) return Status::invalid_parameters;
  const bool own = std::find(d.modes.begin(), d.modes.end(), command.config) != d.modes.end();
  if (command.config != mode_off && command.config != mode_on && !own) return Status::invalid_parameters;
  if (!d.switchable) return Status::not_supported;
  call.platform.soc().voltages().set_mode(call.id, *domain, command.config);
  return Status::success;
}

Status config_get(Call& call, const ConfigGet& command, ConfigGet::Reply& reply) {
  const auto domain = call.resource(command.domain_id.value);
  if (!domain) return domain.error();
  reply.config = call.platform.soc().voltages().mode(*domain);
  return Status::success;
}

Status level_set(Call& call, const LevelSet& command, Empty&) {
  const auto domain = call.resource(command.domain_id.value);
  if (!domain) return domain.error();
  if (!call.agent.config().may_set_voltage_level[*domain]) return Status::denied;
  if ((command.flags & reserved_bits(LevelSet::flags_bits, call.version)) != 0) return Status::invalid_parameters;
  const bool async = LevelSet::async.test(command.flags);
  if (async && !offers_async(call, call.config().voltage_domains[*domain])) return Status::not_supported;
  VoltageModel& voltages = call.platform.soc().voltages();
  if (!voltages.has_level(*domain, command.voltage_level_uv)) return Status::invalid_parameters;
  if (voltages.busy(*domain)) return Status::busy;
  const Instant done =
      voltages.set_level({{call.id, *domain, call.header, async, async}, command.voltage_level_uv}, call.now);
  if (!async) call.not_before = done;
  return Status::success;
}

Status level_get(Call& call, const LevelGet& command, LevelGet::Reply& reply) {
  const auto domain = call.resource(command.domain_id.value);
  if (!domain) return domain.error();
  reply.voltage_level_uv = call.platform.soc().voltages().level_uv(*domain);
  return Status::success;
}

Status domain_name_get(Call& call, const DomainNameGet& command, DomainNameGet::Reply& reply) {
  const auto domain = call.resource(command.domain_id.value);
  if (!domain) return domain.error();
  reply.name = std::string_view(call.config().voltage_domains[*domain].name);
  return Status::success;
}

constexpr std::array rows = {
    row<ProtocolVersion, protocol_version>(),
    row<ProtocolAttributes, protocol_attributes>(),
    row<ProtocolMessageAttributes, message_attributes>(),
    row<DomainAttributes, domain_attributes>(),
    row<DescribeLevels, describe_levels>(),
    row<ConfigSet, config_set>(),
    row<ConfigGet, config_get>(),
    row<LevelSet, level_set>(),
    row<LevelGet, level_get>(),
    row<DomainNameGet, domain_name_get>(),
    row<NegotiateProtocolVersion, negotiate>(),
};

}  // namespace

/// The protocol has no notifications: agents find out by asking.
void tell(PlatformState&, AgentId, const VoltageChanged&) {}

void tell(PlatformState& platform, AgentId, const VoltageJobDone& event) {
  platform.job_done(ServedProtocol::voltage, event.job, event.status,
                    [&](DomainId domain) { return LevelSet::Complete{domain, event.job.level_uv}; });
}

const Server voltage_server{ServedProtocol::voltage, rows};

}  // namespace scmi::platform
