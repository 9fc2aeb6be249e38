// SPDX-License-Identifier: Apache-2.0
//
// The performance domain protocol (DEN0056 0x13). Behind it levels are values; agents that speak 4.0 name them by index
// in domains with level indexing.
#include "platform/fast_replies.hpp"
#include "protocols/performance_messages.hpp"

namespace scmi::platform {
namespace {

using namespace performance_protocol;

/// Whether that version of the protocol names the domain's levels by index.
bool indexed(const SocConfig& soc, Index domain, Version version) {
  return soc.performance_domains[domain].level_indexing && version >= version_4_0;
}

/// Level or index of a level, as that version of the protocol says it.
std::uint32_t level_on_wire(const SocConfig& soc, Index domain, std::uint32_t level, Version version) {
  if (!indexed(soc, domain, version)) return level;
  const auto& levels = soc.performance_domains[domain].levels;
  const auto at = std::find_if(levels.begin(), levels.end(), [&](const auto& l) { return l.level >= level; });
  return at == levels.end() ? levels.back().index : at->index;
}

/// Limits likewise: an index that lies inside them.
Limits limits_on_wire(const SocConfig& soc, Index domain, Limits limits, Version version) {
  if (!indexed(soc, domain, version)) return limits;
  const auto& levels = soc.performance_domains[domain].levels;
  const auto top = std::find_if(levels.rbegin(), levels.rend(), [&](const auto& l) { return l.level <= limits.max; });
  return {top == levels.rend() ? levels.front().index : top->index, level_on_wire(soc, domain, limits.min, version)};
}

/// Before 3.0 one bit says "milliwatt": finer costs are given in milliwatts there.
bool coarse_power(const Call& call) {
  return call.config().power_unit == PowerUnit::microwatt && call.version < version_3_0;
}

Status message_attributes(Call& call, const ProtocolMessageAttributes& command,
                          ProtocolMessageAttributes::Reply& reply) {
  return message_attributes_with(has_fastchannel, call, command, reply);
}

Status protocol_attributes(Call& call, const ProtocolAttributes&, ProtocolAttributes::Reply& reply) {
  using R = ProtocolAttributes::Reply;
  const auto count = static_cast<std::uint32_t>(call.agent.view(call.protocol).size());
  const PowerUnit unit = coarse_power(call) ? PowerUnit::milliwatt : call.config().power_unit;
  reply.attributes = R::num_domains.put(count) | R::power_unit.put(static_cast<std::uint32_t>(unit));
  statistics_place(call, reply.statistics_address, reply.statistics_len_bytes);
  return Status::success;
}

Status domain_attributes(Call& call, const DomainAttributes& command, DomainAttributes::Reply& reply) {
  using R = DomainAttributes::Reply;
  const auto domain = call.resource(command.domain_id.value);
  if (!domain) return domain.error();
  const PerformanceDomainConfig& d = call.config().performance_domains[*domain];
  const AgentConfig& caller = call.agent.config();
  reply.attributes = attribute(R::set_limits, call.version, caller.may_set_limits[*domain]) |
                     attribute(R::set_level, call.version, caller.may_set_level[*domain]) |
                     attribute(R::limits_notify, call.version, d.notify_limits && call.limits.has_p2a) |
                     attribute(R::level_notify, call.version, d.notify_level && call.limits.has_p2a) |
                     attribute(R::fastchannel, call.version, has_fast_channel(call, *domain, std::nullopt)) |
                     attribute(R::extended_name, call.version, d.name.size() >= sizeof(ShortName)) |
                     attribute(R::level_indexing, call.version, d.level_indexing);
  reply.rate_limit = R::rate_limit_us.put(d.rate_limit_us);
  reply.sustained_freq_khz = d.sustained_khz;
  reply.sustained_perf_level = d.sustained_level;
  reply.name = std::string_view(d.name);
  return Status::success;
}

Status describe_levels(Call& call, const DescribeLevels& command, DescribeLevels::Reply& reply) {
  using R = DescribeLevels::Reply;
  const auto domain = call.resource(command.domain_id.value);
  if (!domain) return domain.error();
  const auto& levels = call.config().performance_domains[*domain].levels;
  if (command.level_index >= levels.size()) {
    return call.version >= version_4_0 ? Status::out_of_range : Status::invalid_parameters;
  }
  const std::size_t left = levels.size() - command.level_index;
  const std::size_t n = std::min<std::size_t>(
      {left, call.room_for(wire::entry_size<DescribeLevels::Level>(call.version)), R::count.max()});
  if (n == 0) return Status::generic_error;
  const std::uint32_t divisor = coarse_power(call) ? 1000 : 1;
  for (std::size_t i = 0; i < n; ++i) {
    const PerformanceLevel& level = levels[command.level_index + i];
    reply.levels.push_back({level.level, level.power / divisor,
                            DescribeLevels::Level::transition_latency_us.put(level.latency_us), level.frequency_khz,
                            level.index});
  }
  reply.num_levels = R::remaining.put(static_cast<std::uint32_t>(left - n));
  return Status::success;
}

/// Somebody who asks for a level or for limits, by command or by fast channel.
struct Asker {
  PlatformState& platform;
  AgentId id;
  Version version;
  Instant now;
};
Asker asker(Call& call) { return {call.platform, call.id, call.version, call.now}; }

/// A level as the asker names it, as a value. OUT_OF_RANGE for an index that no level has.
tl::expected<std::uint32_t, Status> value_of(const Asker& asker, Index domain, std::uint32_t named) {
  if (!indexed(asker.platform.config(), domain, asker.version)) return named;
  const auto& levels = asker.platform.config().performance_domains[domain].levels;
  const auto at = std::find_if(levels.begin(), levels.end(), [&](const auto& l) { return l.index == named; });
  if (at == levels.end()) return tl::unexpected(Status::out_of_range);
  return at->level;
}

/// BUSY when the platform insists on the rate limit and the caller does not keep it.
Status check_rate(Call& call, Index domain) {
  const bool within = call.platform.soc().performance().within_rate(call.id, domain, call.now);
  return within || !call.behaviour().rate_limit_busy ? Status::success : Status::busy;
}

/// The limits that the asker means, as values.
tl::expected<Limits, Status> wanted_limits(const Asker& asker, Index domain, std::uint32_t max, std::uint32_t min) {
  const PerformanceModel& performance = asker.platform.soc().performance();
  const bool zero_keeps = asker.version >= version_3_0;
  if (zero_keeps && max == 0 && min == 0) return tl::unexpected(Status::out_of_range);
  Limits wanted = performance.limits_of(asker.id, domain);
  const Limits described = performance.described(domain);
  const auto replace = [&](std::uint32_t named, std::uint32_t& limit) {
    if (zero_keeps && named == 0) return true;
    const auto value = value_of(asker, domain, named);
    if (!value || *value < described.min || *value > described.max) return false;
    limit = *value;
    return true;
  };
  if (!replace(max, wanted.max) || !replace(min, wanted.min)) return tl::unexpected(Status::out_of_range);
  if (wanted.min > wanted.max) return tl::unexpected(Status::invalid_parameters);
  return wanted;
}

Status limits_set(Call& call, const LimitsSet& command, Empty&) {
  const auto domain = call.resource(command.domain_id.value);
  if (!domain) return domain.error();
  if (!call.agent.config().may_set_limits[*domain]) return Status::denied;
  const auto wanted = wanted_limits(asker(call), *domain, command.range_max, command.range_min);
  if (!wanted) return wanted.error();
  if (const Status status = check_rate(call, *domain); status != Status::success) return status;
  call.platform.soc().performance().set_limits(call.id, *domain, *wanted, call.now);
  call.platform.windows().changed(call.platform, ServedProtocol::performance, *domain);
  return Status::success;
}

Status limits_get(Call& call, const LimitsGet& command, LimitsGet::Reply& reply) {
  const auto domain = call.resource(command.domain_id.value);
  if (!domain) return domain.error();
  const Limits limits =
      limits_on_wire(call.config(), *domain, call.platform.soc().performance().limits(*domain), call.version);
  reply.range_max = limits.max;
  reply.range_min = limits.min;
  return Status::success;
}

/// The highest of the allowed levels that is not above the one asked for, or else the lowest.
std::uint32_t clipped(const std::vector<PerformanceLevel>& levels, const Limits& allowed, std::uint32_t wanted) {
  std::uint32_t best = allowed.min;
  for (const PerformanceLevel& level : levels) {
    if (level.level >= allowed.min && level.level <= std::min(allowed.max, wanted)) best = level.level;
  }
  return best;
}

/// The described level that the asker means, as a value.
tl::expected<std::uint32_t, Status> wanted_level(const Asker& asker, Index domain, std::uint32_t named) {
  const auto value = value_of(asker, domain, named);
  const Limits allowed = asker.platform.soc().performance().limits(domain);
  const auto& levels = asker.platform.config().performance_domains[domain].levels;
  if (value && asker.platform.config().behaviour.clip_levels) return clipped(levels, allowed, *value);
  if (!value || *value < allowed.min || *value > allowed.max) return tl::unexpected(Status::out_of_range);
  const auto at = std::find_if(levels.begin(), levels.end(), [&](const auto& l) { return l.level >= *value; });
  const bool exact = at != levels.end() && at->level == *value;
  const bool near =
      at != levels.end() && at->level <= allowed.max && asker.platform.config().behaviour.approximate_levels;
  if (!exact && !near) return tl::unexpected(Status::out_of_range);
  return at->level;
}

Status level_set(Call& call, const LevelSet& command, Empty&) {
  const auto domain = call.resource(command.domain_id.value);
  if (!domain) return domain.error();
  if (!call.agent.config().may_set_level[*domain]) return Status::denied;
  const auto level = wanted_level(asker(call), *domain, command.performance_level);
  if (!level) return level.error();
  if (const Status status = check_rate(call, *domain); status != Status::success) return status;
  call.platform.soc().performance().set_level(call.id, *domain, *level, call.now);
  return Status::success;
}

Status level_get(Call& call, const LevelGet& command, LevelGet::Reply& reply) {
  const auto domain = call.resource(command.domain_id.value);
  if (!domain) return domain.error();
  const std::uint32_t level = call.platform.soc().performance().level(*domain);
  reply.performance_level = level_on_wire(call.config(), *domain, level, call.version);
  return Status::success;
}

Status subscribe(Call& call, DomainId id, std::uint32_t enable, Event event,
                 bool PerformanceDomainConfig::* available) {
  const auto domain = call.resource(id.value);
  if (!domain) return domain.error();
  if (const Status status = check_enable(enable); status != Status::success) return status;
  if (!(call.config().performance_domains[*domain].*available)) return Status::not_supported;
  call.agent.subscribe(event, *domain, enable != 0);
  return Status::success;
}

Status notify_limits(Call& call, const NotifyLimits& command, Empty&) {
  return subscribe(call, command.domain_id, command.notify_enable, Event::limits_changed,
                   &PerformanceDomainConfig::notify_limits);
}

Status notify_level(Call& call, const NotifyLevel& command, Empty&) {
  return subscribe(call, command.domain_id, command.notify_enable, Event::level_changed,
                   &PerformanceDomainConfig::notify_level);
}

/// A domain without any says so before it looks at the message.
Status describe_fastchannel(Call& call, const DescribeFastchannel& command, DescribeFastchannel::Reply& reply) {
  const auto domain = call.resource(command.domain_id.value);
  if (!domain) return domain.error();
  if (!has_fast_channel(call, *domain, std::nullopt)) return Status::not_supported;
  const Row* row = nullptr;
  if (presence(call, command.message_id, &row) == Presence::unknown) return Status::not_found;
  return tell_fast_channel(call, *domain, row->message, reply);
}

// --- Fast channels: the same without anybody to answer ---------------------------------------------------------------

Asker asker(PlatformState& platform, AgentId agent, Instant now) {
  return {platform, agent, platform.agent(agent)->version(ServedProtocol::performance), now};
}

FastWords present(PlatformState& platform, AgentId agent, const FastSlot& slot) {
  const SocConfig& soc = platform.config();
  const PerformanceModel& performance = platform.soc().performance();
  const Version version = platform.agent(agent)->version(ServedProtocol::performance);
  if (slot.message == LevelSet::info.message || slot.message == LevelGet::info.message) {
    return {level_on_wire(soc, slot.resource, performance.level(slot.resource), version), 0};
  }
  const Limits limits = limits_on_wire(
      soc, slot.resource, slot.setter ? performance.limits_of(agent, slot.resource) : performance.limits(slot.resource),
      version);
  return {limits.max, limits.min};
}

void apply(PlatformState& platform, AgentId agent, const FastSlot& slot, FastWords words, Instant now) {
  const AgentState& state = *platform.agent(agent);
  if (!state.open(slot.protocol) || !state.granted(slot.protocol, slot.resource)) return;
  PerformanceModel& performance = platform.soc().performance();
  const Asker who = asker(platform, agent, now);
  if (slot.message == LevelSet::info.message) {
    const auto level = wanted_level(who, slot.resource, words[0]);
    if (level) performance.set_level(agent, slot.resource, *level, now);
  } else {
    const auto limits = wanted_limits(who, slot.resource, words[0], words[1]);
    if (limits) performance.set_limits(agent, slot.resource, *limits, now);
  }
}

Status domain_name_get(Call& call, const DomainNameGet& command, DomainNameGet::Reply& reply) {
  const auto domain = call.resource(command.domain_id.value);
  if (!domain) return domain.error();
  reply.name = std::string_view(call.config().performance_domains[*domain].name);
  return Status::success;
}

constexpr std::array rows = {
    row<ProtocolVersion, protocol_version>(),
    row<ProtocolAttributes, protocol_attributes>(),
    row<ProtocolMessageAttributes, message_attributes>(),
    row<DomainAttributes, domain_attributes>(),
    row<DescribeLevels, describe_levels>(),
    row<LimitsSet, limits_set>(),
    row<LimitsGet, limits_get>(),
    row<LevelSet, level_set>(),
    row<LevelGet, level_get>(),
    row<NotifyLimits, notify_limits>(Need::p2a),
    row<NotifyLevel, notify_level>(Need::p2a),
    row<DescribeFastchannel, describe_fastchannel>(),
    row<DomainNameGet, domain_name_get>(),
    row<NegotiateProtocolVersion, negotiate>(),
};

}  // namespace

void note_level(PlatformState& platform, Index domain, Instant now) {
  const auto& levels = platform.config().performance_domains[domain].levels;
  const auto at = std::ranges::find(levels, platform.soc().performance().level(domain), &PerformanceLevel::level);
  platform.windows().entered(ServedProtocol::performance, domain, static_cast<std::size_t>(at - levels.begin()), now);
}

void tell(PlatformState& platform, AgentId cause, const platform::LimitsChanged& event) {
  platform.windows().changed(platform, ServedProtocol::performance, event.domain);
  const SocConfig& soc = platform.config();
  platform.notify(Event::limits_changed, cause, soc.behaviour.notify_requester, event.domain,
                  [&](std::uint32_t id, Version version) {
                    const Limits limits = limits_on_wire(soc, event.domain, {event.max, event.min}, version);
                    return performance_protocol::LimitsChanged{platform.told(cause), DomainId(id), limits.max,
                                                               limits.min};
                  });
}

void tell(PlatformState& platform, AgentId cause, const platform::LevelChanged& event) {
  note_level(platform, event.domain, platform.soc().now());
  platform.windows().changed(platform, ServedProtocol::performance, event.domain);
  const SocConfig& soc = platform.config();
  platform.notify(Event::level_changed, cause, soc.behaviour.notify_requester, event.domain,
                  [&](std::uint32_t id, Version version) {
                    return performance_protocol::LevelChanged{platform.told(cause), DomainId(id),
                                                              level_on_wire(soc, event.domain, event.level, version)};
                  });
}

const FastServer performance_fast_server{ServedProtocol::performance, present, apply};
const Server performance_server{ServedProtocol::performance, rows};

}  // namespace scmi::platform
