// SPDX-License-Identifier: Apache-2.0
//
// The clock protocol (DEN0056 0x14).
#include "platform/call.hpp"
#include "protocols/clock_messages.hpp"

namespace scmi::platform {
namespace {

using namespace clock_protocol;

const ClockRights& rights(const Call& call, Index clock) { return call.agent.config().clock_rights[clock]; }

/// How many changes the caller may have pending. Without a P2A channel nobody could tell it of their end.
std::uint32_t pending_max(const Call& call) { return call.limits.has_p2a ? call.config().clock_max_pending_async : 0; }

Status protocol_attributes(Call& call, const ProtocolAttributes&, ProtocolAttributes::Reply& reply) {
  using R = ProtocolAttributes::Reply;
  const auto count = static_cast<std::uint32_t>(call.agent.view(call.protocol).size());
  reply.attributes = R::num_clocks.put(count) | R::max_async_requests.put(pending_max(call));
  return Status::success;
}

Status attributes(Call& call, const Attributes& command, Attributes::Reply& reply) {
  using R = Attributes::Reply;
  const auto clock = call.resource(command.clock_id.value);
  if (!clock) return clock.error();
  const ClockConfig& c = call.config().clocks[*clock];
  const ClockRights& may = rights(call, *clock);
  const bool restricted = !may.state || !may.rate || (!may.parent && !c.parents.empty());
  reply.attributes =
      attribute(R::rate_notify, call.version, c.notify_changed && call.limits.has_p2a) |
      attribute(R::rate_change_requested_notify, call.version, c.notify_requested && call.limits.has_p2a) |
      attribute(R::extended_name, call.version, c.name.size() >= sizeof(ShortName)) |
      attribute(R::parents, call.version, !c.parents.empty()) |
      attribute(R::extended_config, call.version, !c.extended.empty()) |
      attribute(R::restricted, call.version, restricted) |
      attribute(R::enabled, call.version, call.platform.soc().clocks().running(*clock, call.now));
  reply.name = std::string_view(c.name);
  reply.clock_enable_delay_us = c.enable_delay_us;
  return Status::success;
}

Status describe_rates(Call& call, const DescribeRates& command, DescribeRates::Reply& reply) {
  using R = DescribeRates::Reply;
  const auto clock = call.resource(command.clock_id.value);
  if (!clock) return clock.error();
  const ClockConfig& c = call.config().clocks[*clock];
  if (c.range) {
    if (command.rate_index != 0 && !call.behaviour().triplet_index_repeats) return Status::out_of_range;
    reply.num_rates_flags = R::format.put(1);
    reply.rates_hz = {c.min_hz, c.max_hz, c.step_hz};
    return Status::success;
  }
  if (c.rates_hz.empty() && command.rate_index == 0) return Status::success;
  if (command.rate_index >= c.rates_hz.size()) return Status::out_of_range;
  const std::size_t left = c.rates_hz.size() - command.rate_index;
  const std::size_t n = std::min<std::size_t>({left, call.room_for(sizeof(std::uint64_t)), R::count.max()});
  if (n == 0) return Status::generic_error;
  const auto first = c.rates_hz.begin() + command.rate_index;
  reply.rates_hz.assign(first, first + static_cast<std::ptrdiff_t>(n));
  reply.num_rates_flags = R::remaining.put(static_cast<std::uint32_t>(left - n));
  return Status::success;
}

Rounding rounding_of(std::uint32_t flags) {
  if (RateSet::round_closest.test(flags)) return Rounding::closest;
  return RateSet::round_up.test(flags) ? Rounding::up : Rounding::down;
}

Status rate_set(Call& call, const RateSet& command, Empty&) {
  const auto clock = call.resource(command.clock_id.value);
  if (!clock) return clock.error();
  if (!rights(call, *clock).rate) return Status::denied;
  if ((command.flags & reserved_bits(RateSet::flags_bits, call.version)) != 0) return Status::invalid_parameters;
  const bool async = RateSet::async.test(command.flags);
  if (async && pending_max(call) == 0) {
    return call.behaviour().no_async_not_supported ? Status::not_supported : Status::invalid_parameters;
  }
  ClockModel& clocks = call.platform.soc().clocks();
  const auto rate_hz = clocks.round(*clock, command.rate_hz, rounding_of(command.flags));
  if (!rate_hz) return Status::invalid_parameters;
  if (async && clocks.pending(call.id) >= pending_max(call)) return Status::busy;
  const bool delayed_response = async && !RateSet::no_delayed_response.test(command.flags);
  const Instant done = clocks.set_rate({call.id, *clock, *rate_hz, call.header, async, delayed_response}, call.now);
  if (!async) call.not_before = done;
  return Status::success;
}

Status rate_get(Call& call, const RateGet& command, RateGet::Reply& reply) {
  const auto clock = call.resource(command.clock_id.value);
  if (!clock) return clock.error();
  reply.rate_hz = call.platform.soc().clocks().rate_hz(*clock);
  return Status::success;
}

Status config_set(Call& call, const ConfigSet& command, Empty&) {
  const auto clock = call.resource(command.clock_id.value);
  if (!clock) return clock.error();
  if (!rights(call, *clock).state) return Status::denied;
  const bool extended_layout = call.version >= version_2_1;
  const std::span<const BitField> defined =
      extended_layout ? std::span<const BitField>(ConfigSet::attributes_bits) : ConfigSet::attributes_bits_1_0;
  if ((command.attributes & reserved_bits(defined, call.version)) != 0) return Status::invalid_parameters;
  const std::uint32_t state = extended_layout ? ConfigSet::state.get(command.attributes) : command.attributes;
  const auto type =
      static_cast<std::uint8_t>(extended_layout ? ConfigSet::extended_config_type.get(command.attributes) : 0);
  const bool keeps = state == ConfigSet::keep_state;
  if (state != ConfigSet::enable && state != ConfigSet::disable && !(keeps && type != 0)) {
    return Status::invalid_parameters;
  }
  ClockModel& clocks = call.platform.soc().clocks();
  if (type != 0) {
    if (!clocks.extended_possible(*clock, type, command.extended_config_val)) return Status::invalid_parameters;
    clocks.set_extended(call.id, *clock, type, command.extended_config_val);
  }
  if (!keeps) call.not_before = clocks.set_enabled(call.id, *clock, state == ConfigSet::enable, call.now);
  return Status::success;
}

Status config_get(Call& call, const ConfigGet& command, ConfigGet::Reply& reply) {
  const auto clock = call.resource(command.clock_id.value);
  if (!clock) return clock.error();
  if ((command.flags & reserved_bits(ConfigGet::flags_bits, call.version)) != 0) return Status::invalid_parameters;
  const auto type = static_cast<std::uint8_t>(ConfigGet::extended_config_type.get(command.flags));
  const ClockModel& clocks = call.platform.soc().clocks();
  if (type != 0) {
    const auto value = clocks.extended(*clock, type);
    if (!value) return Status::invalid_parameters;
    reply.extended_config_val = *value;
  }
  reply.config = ConfigGet::Reply::enabled.put(clocks.running(*clock, call.now) ? 1 : 0);
  return Status::success;
}

Status name_get(Call& call, const NameGet& command, NameGet::Reply& reply) {
  const auto clock = call.resource(command.clock_id.value);
  if (!clock) return clock.error();
  reply.name = std::string_view(call.config().clocks[*clock].name);
  return Status::success;
}

Status subscribe(Call& call, ClockId id, std::uint32_t enable, Event event, bool ClockConfig::* available) {
  const auto clock = call.resource(id.value);
  if (!clock) return clock.error();
  if (const Status status = check_enable(enable); status != Status::success) return status;
  if (!(call.config().clocks[*clock].*available)) return Status::not_supported;
  call.agent.subscribe(event, *clock, enable != 0);
  return Status::success;
}

Status rate_notify(Call& call, const RateNotify& command, Empty&) {
  return subscribe(call, command.clock_id, command.notify_enable, Event::rate_changed, &ClockConfig::notify_changed);
}

Status rate_change_requested_notify(Call& call, const RateChangeRequestedNotify& command, Empty&) {
  return subscribe(call, command.clock_id, command.notify_enable, Event::rate_requested,
                   &ClockConfig::notify_requested);
}

/// The caller's number of a clock that is a possible parent. The description made sure that there is one.
ClockId id_of(const Call& call, Index clock) {
  return ClockId(call.agent.view(call.protocol).id_of(clock).value_or(0xFFFF'FFFF));
}

Status possible_parents_get(Call& call, const PossibleParentsGet& command, PossibleParentsGet::Reply& reply) {
  using R = PossibleParentsGet::Reply;
  const auto clock = call.resource(command.clock_id.value);
  if (!clock) return clock.error();
  const std::vector<Index>& parents = call.config().clocks[*clock].parents;
  if (parents.empty()) return Status::not_supported;
  if (command.skip_parents >= parents.size()) return Status::out_of_range;
  const std::size_t left = parents.size() - command.skip_parents;
  const std::size_t n = std::min<std::size_t>({left, call.room_for(sizeof(std::uint32_t)), R::count.max()});
  if (n == 0) return Status::generic_error;
  for (std::size_t i = 0; i < n; ++i) reply.parents.push_back(id_of(call, parents[command.skip_parents + i]));
  const auto remaining = static_cast<std::uint32_t>(std::min<std::size_t>(left - n, R::remaining.max()));
  reply.num_parents_flags = R::remaining.put(remaining);
  return Status::success;
}

Status parent_set(Call& call, const ParentSet& command, Empty&) {
  const auto clock = call.resource(command.clock_id.value);
  if (!clock) return clock.error();
  const auto parent = call.visible(command.parent_id.value);
  if (!parent) return parent.error();
  const std::vector<Index>& parents = call.config().clocks[*clock].parents;
  if (!rights(call, *clock).parent) return Status::denied;
  if (parents.empty()) return Status::not_supported;
  if (std::find(parents.begin(), parents.end(), *parent) == parents.end()) return Status::invalid_parameters;
  call.platform.soc().clocks().set_parent(call.id, *clock, *parent);
  return Status::success;
}

Status parent_get(Call& call, const ParentGet& command, ParentGet::Reply& reply) {
  const auto clock = call.resource(command.clock_id.value);
  if (!clock) return clock.error();
  if (call.config().clocks[*clock].parents.empty()) return Status::not_supported;
  reply.parent_id = id_of(call, call.platform.soc().clocks().parent(*clock));
  return Status::success;
}

Status get_permissions(Call& call, const GetPermissions& command, GetPermissions::Reply& reply) {
  using R = GetPermissions::Reply;
  const auto clock = call.resource(command.clock_id.value);
  if (!clock) return clock.error();
  const ClockRights& may = rights(call, *clock);
  reply.permissions =
      R::state_control.put(may.state) | R::parent_control.put(may.parent) | R::rate_control.put(may.rate);
  return Status::success;
}

constexpr std::array rows = {
    row<ProtocolVersion, protocol_version>(),
    row<ProtocolAttributes, protocol_attributes>(),
    row<ProtocolMessageAttributes, message_attributes>(),
    row<Attributes, attributes>(),
    row<DescribeRates, describe_rates>(),
    row<RateSet, rate_set>(),
    row<RateGet, rate_get>(),
    row<ConfigSet, config_set>(),
    row<NameGet, name_get>(),
    row<RateNotify, rate_notify>(Need::p2a),
    row<RateChangeRequestedNotify, rate_change_requested_notify>(Need::p2a),
    row<ConfigGet, config_get>(),
    row<PossibleParentsGet, possible_parents_get>(),
    row<ParentSet, parent_set>(),
    row<ParentGet, parent_get>(),
    row<GetPermissions, get_permissions>(),
    row<NegotiateProtocolVersion, negotiate>(),
};

}  // namespace

void tell(PlatformState& platform, AgentId cause, const platform::RateChanged& event) {
  platform.notify(Event::rate_changed, cause, platform.config().behaviour.notify_requester, event.clock,
                  [&](std::uint32_t id, Version) {
                    return clock_protocol::RateChanged{platform.told(cause), ClockId(id), event.rate_hz};
                  });
}

void tell(PlatformState& platform, AgentId cause, const RateRequested& event) {
  platform.notify(Event::rate_requested, cause, false, event.clock, [&](std::uint32_t id, Version) {
    return RateChangeRequested{platform.told(cause), ClockId(id), event.rate_hz};
  });
}

void tell(PlatformState& platform, AgentId, const RateJobDone& event) {
  const RateJob& job = event.job;
  if (job.delayed_response) {
    const std::uint32_t id = platform.agent(job.agent)->view(ServedProtocol::clock).id_of(job.clock).value_or(0);
    platform.complete(job.agent, job.header, event.status, RateSet::Complete{ClockId(id), job.rate_hz});
  } else if (event.status != Status::success) {
    platform.report_error(job.agent, job.header, event.status);
  }
}

const Server clock_server{ServedProtocol::clock, rows};

}  // namespace scmi::platform
