// SPDX-License-Identifier: Apache-2.0
//
// The performance domain protocol (DEN0056 0x13). Behind it levels are values; agents that speak 4.0 name them by index
// in domains with level indexing.
#include "platform/call.hpp"
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

Status protocol_attributes(Call& call, const ProtocolAttributes&, ProtocolAttributes::Reply& reply) {
  using R = ProtocolAttributes::Reply;
  const auto count = static_cast<std::uint32_t>(call.agent.view(call.protocol).size());
  const PowerUnit unit = coarse_power(call) ? PowerUnit::milliwatt : call.config().power_unit;
  reply.attributes = R::num_domains.put(count) | R::power_unit.put(static_cast<std::uint32_t>(unit));
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

/// A level as the caller names it, as a value. OUT_OF_RANGE for an index that no level has.
tl::expected<std::uint32_t, Status> value_of(const Call& call, Index domain, std::uint32_t named) {
  if (!indexed(call.config(), domain, call.version)) return named;
  const auto& levels = call.config().performance_domains[domain].levels;
  const auto at = std::find_if(levels.begin(), levels.end(), [&](const auto& l) { return l.index == named; });
  if (at == levels.end()) return tl::unexpected(Status::out_of_range);
  return at->level;
}

/// BUSY when the platform insists on the rate limit and the caller does not keep it.
Status check_rate(Call& call, Index domain) {
  const bool within = call.platform.soc().performance().within_rate(call.id, domain, call.now);
  return within || !call.behaviour().rate_limit_busy ? Status::success : Status::busy;
}

Status limits_set(Call& call, const LimitsSet& command, Empty&) {
  const auto domain = call.resource(command.domain_id.value);
  if (!domain) return domain.error();
  if (!call.agent.config().may_set_limits[*domain]) return Status::denied;
  PerformanceModel& performance = call.platform.soc().performance();
  const bool zero_keeps = call.version >= version_3_0;
  if (zero_keeps && command.range_max == 0 && command.range_min == 0) return Status::out_of_range;
  Limits wanted = performance.limits_of(call.id, *domain);
  const Limits described = performance.described(*domain);
  const auto replace = [&](std::uint32_t named, std::uint32_t& limit) {
    if (zero_keeps && named == 0) return true;
    const auto value = value_of(call, *domain, named);
    if (!value || *value < described.min || *value > described.max) return false;
    limit = *value;
    return true;
  };
  if (!replace(command.range_max, wanted.max) || !replace(command.range_min, wanted.min)) return Status::out_of_range;
  if (wanted.min > wanted.max) return Status::invalid_parameters;
  if (const Status status = check_rate(call, *domain); status != Status::success) return status;
  performance.set_limits(call.id, *domain, wanted, call.now);
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

Status level_set(Call& call, const LevelSet& command, Empty&) {
  const auto domain = call.resource(command.domain_id.value);
  if (!domain) return domain.error();
  if (!call.agent.config().may_set_level[*domain]) return Status::denied;
  PerformanceModel& performance = call.platform.soc().performance();
  const auto value = value_of(call, *domain, command.performance_level);
  const Limits allowed = performance.limits(*domain);
  if (!value || *value < allowed.min || *value > allowed.max) return Status::out_of_range;
  const auto& levels = call.config().performance_domains[*domain].levels;
  const auto at = std::find_if(levels.begin(), levels.end(), [&](const auto& l) { return l.level >= *value; });
  const bool exact = at != levels.end() && at->level == *value;
  const bool near = at != levels.end() && at->level <= allowed.max && call.behaviour().approximate_levels;
  if (!exact && !near) return Status::out_of_range;
  if (const Status status = check_rate(call, *domain); status != Status::success) return status;
  performance.set_level(call.id, *domain, at->level, call.now);
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

/// No domain has a fast channel here, which this command says in its own way.
Status describe_fastchannel(Call& call, const DescribeFastchannel& command, DescribeFastchannel::Reply&) {
  const auto domain = call.resource(command.domain_id.value);
  return domain ? Status::not_supported : domain.error();
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

void tell(PlatformState& platform, AgentId cause, const platform::LimitsChanged& event) {
  const SocConfig& soc = platform.config();
  platform.notify(Event::limits_changed, cause, soc.behaviour.notify_requester, event.domain,
                  [&](std::uint32_t id, Version version) {
                    const Limits limits = limits_on_wire(soc, event.domain, {event.max, event.min}, version);
                    return performance_protocol::LimitsChanged{platform.told(cause), DomainId(id), limits.max,
                                                               limits.min};
                  });
}

void tell(PlatformState& platform, AgentId cause, const platform::LevelChanged& event) {
  const SocConfig& soc = platform.config();
  platform.notify(Event::level_changed, cause, soc.behaviour.notify_requester, event.domain,
                  [&](std::uint32_t id, Version version) {
                    return performance_protocol::LevelChanged{platform.told(cause), DomainId(id),
                                                              level_on_wire(soc, event.domain, event.level, version)};
                  });
}

const Server performance_server{ServedProtocol::performance, rows};

}  // namespace scmi::platform
