// SPDX-License-Identifier: Apache-2.0
//
// Levels, limits and transitions of performance domains.
#include "platform/performance_model.hpp"

#include <algorithm>

namespace scmi::platform {
namespace {

std::uint64_t rate_hz_of(const PerformanceLevel& level) noexcept { return std::uint64_t{level.frequency_khz} * 1000; }

}  // namespace

PerformanceModel::PerformanceModel(const SocConfig& config, ClockModel& clocks, VoltageModel& voltages, Agenda& agenda,
                                   SocObserver& observer)
    : config_(config),
      clocks_(clocks),
      voltages_(voltages),
      agenda_(agenda),
      observer_(observer),
      domains_(config.performance_domains.size()) {
  for (Index i = 0; i < domains_.size(); ++i) {
    domains_[i].position = domains_[i].target = position_of(i, config_.performance_domains[i].initial_level);
    preset_followers(i);
  }
}

void PerformanceModel::preset_followers(Index domain) {
  const PerformanceDomainConfig& c = config_.performance_domains[domain];
  const PerformanceLevel& level = c.levels[domains_[domain].position];
  if (c.clock != no_index) clocks_.preset(c.clock, rate_hz_of(level));
  if (c.voltage_domain != no_index) voltages_.preset(c.voltage_domain, level.voltage_uv);
}

std::size_t PerformanceModel::position_of(Index domain, std::uint32_t level) const noexcept {
  const auto& levels = config_.performance_domains[domain].levels;
  const auto at = std::find_if(levels.begin(), levels.end(), [&](const auto& l) { return l.level == level; });
  return at == levels.end() ? 0 : static_cast<std::size_t>(at - levels.begin());
}

std::uint32_t PerformanceModel::level(Index domain) const noexcept {
  return config_.performance_domains[domain].levels[domains_[domain].position].level;
}

Limits PerformanceModel::described(Index domain) const noexcept {
  const auto& levels = config_.performance_domains[domain].levels;
  return {levels.back().level, levels.front().level};
}

Limits PerformanceModel::limits(Index domain) const {
  Limits all = domains_[domain].limits.fold(described(domain), [](Limits a, const Limits& b) {
    return Limits{std::min(a.max, b.max), std::max(a.min, b.min)};
  });
  all.min = std::min(all.min, all.max);
  return all;
}

Limits PerformanceModel::limits_of(AgentId agent, Index domain) const {
  const Limits* wish = domains_[domain].limits.of(agent);
  return wish == nullptr ? described(domain) : *wish;
}

std::size_t PerformanceModel::wanted(Index domain) const {
  const auto& c = config_.performance_domains[domain];
  const std::uint32_t* wish = domains_[domain].levels.latest();
  std::size_t position = position_of(domain, wish == nullptr ? c.initial_level : *wish);
  const Limits allowed = limits(domain);
  while (position + 1 < c.levels.size() && c.levels[position].level < allowed.min) ++position;
  while (position > 0 && c.levels[position].level > allowed.max) --position;
  return position;
}

Instant PerformanceModel::set_level(AgentId agent, Index domain, std::uint32_t level, Instant now) {
  domains_[domain].levels.set(agent, level);
  return move(agent, domain, now);
}

void PerformanceModel::set_limits(AgentId agent, Index domain, Limits limits_wanted, Instant now) {
  const Limits before = limits(domain);
  domains_[domain].limits.set(agent, limits_wanted);
  const Limits after = limits(domain);
  if (before != after) observer_.happened(agent, LimitsChanged{domain, after.max, after.min});
  move(agent, domain, now);
}

void PerformanceModel::preset_limits(Index domain, Limits limits_wanted) {
  Domain& d = domains_[domain];
  d.limits.set(AgentId(0), limits_wanted);
  d.position = d.target = wanted(domain);
  preset_followers(domain);
}

bool PerformanceModel::within_rate(AgentId agent, Index domain, Instant now) {
  Requests<Instant>& last = domains_[domain].last_requests;
  const Instant* before = last.of(agent);
  const std::chrono::microseconds gap(config_.performance_domains[domain].rate_limit_us);
  if (before != nullptr && now - *before < gap) return false;
  last.set(agent, now);
  return true;
}

void PerformanceModel::forget(AgentId agent, Instant now) {
  for (Index i = 0; i < domains_.size(); ++i) {
    Domain& d = domains_[i];
    const Limits before = limits(i);
    d.limits.drop(agent);
    d.levels.drop(agent);
    d.last_requests.drop(agent);
    const Limits after = limits(i);
    if (before != after) observer_.happened(agent, LimitsChanged{i, after.max, after.min});
    move(agent, i, now);
  }
}

Instant PerformanceModel::move(AgentId cause, Index domain, Instant now) {
  Domain& d = domains_[domain];
  const std::size_t target = wanted(domain);
  if (target == d.target) return d.arrival.ticket == 0 ? now : d.arrival.when;
  d.target = target;
  agenda_.cancel(d.arrival);
  if (target == d.position) return now;
  d.cause = cause;
  const Instant done = now + std::chrono::microseconds(config_.performance_domains[domain].levels[target].latency_us);
  if (done <= now) {
    arrive(domain);
    return now;
  }
  d.arrival = agenda_.put(done, AgendaKind::performance, domain);
  return done;
}

void PerformanceModel::arrive(Index domain) {
  Domain& d = domains_[domain];
  d.arrival = {};
  d.position = d.target;
  const PerformanceDomainConfig& c = config_.performance_domains[domain];
  const PerformanceLevel& level = c.levels[d.position];
  if (c.clock != no_index) clocks_.drive(d.cause, c.clock, rate_hz_of(level));
  if (c.voltage_domain != no_index) voltages_.drive(d.cause, c.voltage_domain, level.voltage_uv);
  observer_.happened(d.cause, LevelChanged{domain, level.level});
}

void PerformanceModel::run(const AgendaEntry& entry) { arrive(entry.entity); }

}  // namespace scmi::platform
