// SPDX-License-Identifier: Apache-2.0
//
// Caps, what they leave to performance domains, and the power that is measured.
#include "platform/powercap_model.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <queue>
#include <utility>

namespace scmi::platform {
namespace {

/// Fine units in one of the domain's.
std::uint64_t fine_per_unit(PowercapUnit unit) noexcept { return unit == PowercapUnit::milliwatt ? 1000 : 1; }

/// What a level costs, in fine units.
std::uint64_t fine_cost(const SocConfig& soc, const PerformanceLevel& level) noexcept {
  return std::uint64_t{level.power} * (soc.power_unit == PowerUnit::milliwatt ? 1000 : 1);
}

std::uint64_t nanoseconds_between(Instant from, Instant to) noexcept {
  if (to <= from) return 0;
  return static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::nanoseconds>(to - from).count());
}

struct Cheaper {
  bool operator()(const std::pair<std::uint64_t, Index>& a, const std::pair<std::uint64_t, Index>& b) const noexcept {
    return a.first != b.first ? a.first < b.first : a.second > b.second;
  }
};

std::uint64_t rounded(double power) noexcept { return static_cast<std::uint64_t>(std::llround(power)); }

/// More often than this no average is looked at, however short the interval.
constexpr std::chrono::microseconds check_period_min{100};

/// As a double: whole numbers are exact up to 2^53, and nothing overflows beyond.
double energy_of(std::uint64_t power, std::uint64_t nanoseconds) noexcept {
  return static_cast<double>(power) * static_cast<double>(nanoseconds);
}

}  // namespace

PowercapModel::PowercapModel(const SocConfig& config, const PowerModel& power, PerformanceModel& performance,
                             const Physics& physics, TimeSource& time, Agenda& agenda, SocObserver& observer)
    : config_(config),
      power_(power),
      performance_(performance),
      physics_(physics),
      time_(time),
      agenda_(agenda),
      observer_(observer),
      domains_(config.powercaps.size()),
      owner_(config.performance_domains.size(), no_index),
      jobs_(agenda, AgendaKind::powercap) {
  for (Index i = 0; i < domains_.size(); ++i) {
    const PowercapConfig& c = config_.powercaps[i];
    if (c.parent != no_index) domains_[c.parent].children.push_back(i);
    for (const Index p : c.performance_domains) owner_[p] = i;
  }
  for (Index i = 0; i < domains_.size(); ++i) {
    if (config_.powercaps[i].parent != no_index) continue;
    for (const auto& [p, position] : plan(i)) {
      const Limits described = performance_.described(p);
      const std::uint32_t max = config_.performance_domains[p].levels[position].level;
      if (max != described.max) performance_.preset_limits(p, {max, described.min});
    }
  }
}

void PowercapModel::start() {
  const Instant now = time_.now();
  for (Index i = 0; i < domains_.size(); ++i) {
    domains_[i].interval_start = domains_[i].counted_to = domains_[i].levels_since = now;
    domains_[i].average_pai_us = pai_us(i);
    for (Index d = i; d != no_index; d = config_.powercaps[d].parent) {
      domains_[d].power += own_power(i);
      for (const Index p : config_.powercaps[i].performance_domains) {
        if (const Index part = physics_.part_of(p); part != no_index) domains_[d].parts.push_back(part);
      }
    }
  }
  for (Index i = 0; i < domains_.size(); ++i) {
    domains_[i].average = domains_[i].power + rounded(parts_power_uw(i, now));
    domains_[i].parts_energy_uj = parts_energy_uj(i, now);
    schedule_check(i);
  }
}

std::uint32_t PowercapModel::cap(Index domain) const {
  const PowercapConfig& c = config_.powercaps[domain];
  const Requests<std::uint32_t>& wishes = domains_[domain].caps;
  if (wishes.empty()) return c.cap;
  return wishes.fold(0U, [](std::uint32_t lowest, std::uint32_t wish) {
    return wish == 0 || (lowest != 0 && lowest < wish) ? lowest : wish;
  });
}

std::uint32_t PowercapModel::pai_us(Index domain) const {
  const std::uint32_t* wish = domains_[domain].pais.latest();
  return wish == nullptr ? config_.powercaps[domain].pai_us : *wish;
}

PowercapModel::Measurement PowercapModel::measured(Index domain) {
  count(domain, time_.now());
  const Domain& d = domains_[domain];
  const std::uint64_t power = d.average / fine_per_unit(config_.powercaps[domain].unit);
  return {static_cast<std::uint32_t>(std::min<std::uint64_t>(power, std::numeric_limits<std::uint32_t>::max())),
          d.average_pai_us};
}

Instant PowercapModel::set_cap(const CapJob& job, Instant now) {
  const Instant done = now + std::chrono::microseconds(config_.powercaps[job.domain].latency_us);
  // An asynchronous change always ends after its response: the agent is told of it by another channel.
  if (done <= now && !job.asynchronous) {
    finish(job);
  } else {
    jobs_.start(job, done);
  }
  return done;
}

void PowercapModel::set_pai(AgentId agent, Index domain, std::uint32_t wish) {
  const std::uint32_t before = pai_us(domain);
  count(domain, time_.now());
  domains_[domain].pais.set(agent, wish);
  if (pai_us(domain) == before) return;
  restart_interval(domain, time_.now());
  tell_changed(agent, domain);
}

void PowercapModel::watch(AgentId agent, Index domain, const Watch& watch) {
  domains_[domain].watchers[agent] = {watch, Side::inside};
  if (watch.enabled) schedule_check(domain);
}

void PowercapModel::level_changed(Index performance_domain) {
  const Index owner = owner_[performance_domain];
  if (owner == no_index) return;
  for (Index d = owner; d != no_index; d = config_.powercaps[d].parent) domains_[d].levels_since = time_.now();
  change_power(owner);
}

void PowercapModel::power_state_changed(Index power_domain) {
  for (Index p = 0; p < owner_.size(); ++p) {
    if (config_.performance_domains[p].power_domain == power_domain) level_changed(p);
  }
}

std::uint64_t PowercapModel::own_power(Index domain) const {
  const PowercapConfig& c = config_.powercaps[domain];
  std::uint64_t power = c.static_power * fine_per_unit(c.unit);
  for (const Index p : c.performance_domains) {
    const PerformanceDomainConfig& performance = config_.performance_domains[p];
    if (physics_.part_of(p) != no_index || !power_.powered(performance.power_domain)) continue;
    power += fine_cost(config_, performance.levels[performance_.position(p)]);
  }
  return power;
}

/// What the domain names itself costs something else now.
void PowercapModel::change_power(Index domain) {
  std::uint64_t after = own_power(domain);
  for (const Index child : domains_[domain].children) after += domains_[child].power;
  const std::uint64_t before = domains_[domain].power;
  if (after == before) return;
  const Instant now = time_.now();
  for (Index d = domain; d != no_index; d = config_.powercaps[d].parent) {
    count(d, now);
    domains_[d].power = domains_[d].power - before + after;
    schedule_check(d);
  }
}

/// Counts energy up to now, and closes the intervals that are over.
void PowercapModel::count(Index domain, Instant now) {
  Domain& d = domains_[domain];
  const std::chrono::nanoseconds pai = std::chrono::microseconds(pai_us(domain));
  const auto pai_ns = static_cast<std::uint64_t>(pai.count());
  const std::uint64_t over = nanoseconds_between(d.interval_start, now) / pai_ns;
  if (over != 0) {
    double energy = d.energy + energy_of(d.power, nanoseconds_between(d.counted_to, d.interval_start + pai));
    d.interval_start += std::chrono::nanoseconds(over * pai_ns);
    if (over > 1) {  // Nothing changed in the intervals after the first, except how warm it is.
      energy = energy_of(d.power, pai_ns);
      d.parts_energy_uj = parts_energy_uj(domain, d.interval_start - pai);
    }
    const double parts_before_uj = std::exchange(d.parts_energy_uj, parts_energy_uj(domain, d.interval_start));
    energy += (d.parts_energy_uj - parts_before_uj) * 1e9;
    d.average = rounded(energy / static_cast<double>(pai_ns));
    d.average_pai_us = pai_us(domain);
    d.counted_to = d.interval_start;
    d.energy = 0;
  }
  d.energy += energy_of(d.power, nanoseconds_between(d.counted_to, now));
  d.counted_to = std::max(d.counted_to, now);
}

void PowercapModel::restart_interval(Index domain, Instant now) {
  Domain& d = domains_[domain];
  d.interval_start = d.counted_to = now;
  d.energy = 0;
  d.parts_energy_uj = parts_energy_uj(domain, now);
  agenda_.cancel(d.check);
  schedule_check(domain);
}

/// Looks at the average at the end of this interval, if somebody watches or the cap has to be kept by measuring.
void PowercapModel::schedule_check(Index domain) {
  Domain& d = domains_[domain];
  const bool watched =
      std::any_of(d.watchers.begin(), d.watchers.end(), [](const auto& w) { return w.second.watch.enabled; });
  if (d.check.ticket != 0 || (!watched && !guarded(domain))) return;
  count(domain, time_.now());
  const std::chrono::microseconds pai(pai_us(domain));
  const auto intervals = d.parts.empty() ? 1 : std::max<std::int64_t>(check_period_min / pai, 1);
  d.check = agenda_.put(d.interval_start + intervals * pai, AgendaKind::measurement, domain);
}

void PowercapModel::check(Index domain) {
  Domain& d = domains_[domain];
  d.check = {};
  const std::uint32_t power = measured(domain).power;
  for (auto& [agent, watcher] : d.watchers) {
    if (!watcher.watch.enabled) continue;
    const Side side = power < watcher.watch.low ? Side::below : power > watcher.watch.high ? Side::above : Side::inside;
    if (side == std::exchange(watcher.side, side) || side == Side::inside) continue;
    observer_.happened(AgentId(0), MeasurementsChanged{domain, power, agent});
  }
  hold(domain);
  if (moving(domain) || guarded(domain)) schedule_check(domain);
}

void PowercapModel::tell_changed(AgentId cause, Index domain) {
  observer_.happened(cause, CapChanged{domain, cap(domain), pai_us(domain)});
}

std::map<Index, std::size_t> PowercapModel::plan(Index root) const {
  // The domains of the tree, those below first.
  std::vector<Index> tree{root};
  for (std::size_t i = 0; i < tree.size(); ++i) {
    const std::vector<Index>& children = domains_[tree[i]].children;
    tree.insert(tree.end(), children.begin(), children.end());
  }
  std::reverse(tree.begin(), tree.end());

  struct Share {
    std::vector<Index> performance_domains;  ///< Of the domain and what lies below it.
    std::uint64_t static_power = 0;
  };
  std::map<Index, Share> shares;
  std::map<Index, std::size_t> positions;
  const auto cost = [&](Index p) { return fine_cost(config_, config_.performance_domains[p].levels[positions.at(p)]); };
  for (const Index domain : tree) {
    const PowercapConfig& c = config_.powercaps[domain];
    Share& share = shares[domain];
    share.static_power += c.static_power * fine_per_unit(c.unit);
    for (const Index p : c.performance_domains) {
      share.performance_domains.push_back(p);
      positions[p] = config_.performance_domains[p].levels.size() - 1;
    }
    if (const std::uint64_t budget = cap(domain) * fine_per_unit(c.unit); budget != 0) {
      const std::uint64_t allowed = budget - std::min(budget, domains_[domain].unplanned);
      std::uint64_t total = share.static_power;
      // By cost; the first of those that cost the same.
      std::priority_queue<std::pair<std::uint64_t, Index>, std::vector<std::pair<std::uint64_t, Index>>, Cheaper>
          dearest;
      for (const Index p : share.performance_domains) {
        total += cost(p);
        if (positions[p] != 0) dearest.emplace(cost(p), p);
      }
      // Without any left it cannot be kept: all are at their lowest.
      while (total > allowed && !dearest.empty()) {
        const auto [before, p] = dearest.top();
        dearest.pop();
        --positions[p];
        total = total - before + cost(p);
        if (positions[p] != 0) dearest.emplace(cost(p), p);
      }
    }
    if (c.parent == no_index) continue;
    Share& above = shares[c.parent];
    above.static_power += share.static_power;
    above.performance_domains.insert(above.performance_domains.end(), share.performance_domains.begin(),
                                     share.performance_domains.end());
  }
  return positions;
}

Index PowercapModel::root_of(Index domain) const {
  while (config_.powercaps[domain].parent != no_index) domain = config_.powercaps[domain].parent;
  return domain;
}

void PowercapModel::enforce(Index domain, Instant now) {
  for (const auto& [p, position] : plan(root_of(domain))) {
    const std::uint32_t max = config_.performance_domains[p].levels[position].level;
    const Limits wanted{max, performance_.described(p).min};
    if (performance_.limits_of(AgentId(0), p) != wanted) performance_.set_limits(AgentId(0), p, wanted, now);
  }
}

void PowercapModel::settle() {
  for (Index i = 0; i < domains_.size(); ++i) {
    if (!domains_[i].parts.empty()) count(i, time_.now());
  }
}

void PowercapModel::power_changed() {
  for (Index i = 0; i < domains_.size(); ++i) {
    if (!domains_[i].parts.empty()) schedule_check(i);
  }
}

double PowercapModel::parts_power_uw(Index domain, Instant at) const {
  double sum_uw = 0;
  for (const Index part : domains_[domain].parts) sum_uw += physics_.power_uw(part, at);
  return sum_uw;
}

double PowercapModel::parts_energy_uj(Index domain, Instant at) const {
  double sum_uj = 0;
  for (const Index part : domains_[domain].parts) sum_uj += physics_.energy_uj(part, at);
  return sum_uj;
}

std::uint64_t PowercapModel::planned(Index domain) const {
  const std::map<Index, std::size_t> positions = plan(root_of(domain));
  std::vector<Index> tree{domain};
  std::uint64_t cost = 0;
  for (std::size_t i = 0; i < tree.size(); ++i) {
    const PowercapConfig& c = config_.powercaps[tree[i]];
    cost += c.static_power * fine_per_unit(c.unit);
    for (const Index p : c.performance_domains) {
      cost += fine_cost(config_, config_.performance_domains[p].levels[positions.at(p)]);
    }
    const std::vector<Index>& children = domains_[tree[i]].children;
    tree.insert(tree.end(), children.begin(), children.end());
  }
  return cost;
}

bool PowercapModel::guarded(Index domain) const {
  const Domain& d = domains_[domain];
  if (d.parts.empty()) return false;
  const std::uint64_t budget = cap(domain) * fine_per_unit(config_.powercaps[domain].unit);
  if (budget == 0) return false;
  double highest_uw = 0;
  for (const Index part : d.parts) highest_uw += physics_.ceiling_uw(part, time_.now());
  return d.unplanned != 0 || d.power + rounded(highest_uw) > budget;
}

bool PowercapModel::moving(Index domain) const {
  const Domain& d = domains_[domain];
  const Instant now = time_.now();
  if (std::any_of(d.parts.begin(), d.parts.end(), [&](Index part) { return physics_.moving(part, now); })) return true;
  return d.average != d.power + rounded(parts_power_uw(domain, now));
}

void PowercapModel::hold(Index domain) {
  Domain& d = domains_[domain];
  const std::uint64_t budget = cap(domain) * fine_per_unit(config_.powercaps[domain].unit);
  if (d.parts.empty() || budget == 0) return;
  // An interval in which a level changed says nothing about the levels that are allowed now.
  if (d.interval_start - std::chrono::microseconds(d.average_pai_us) < d.levels_since) return;
  const auto changing = [&](Index part) { return performance_.moving(config_.parts[part].performance_domain); };
  if (std::any_of(d.parts.begin(), d.parts.end(), changing)) return;
  const std::uint64_t before = d.unplanned;
  const std::uint64_t cost = planned(domain);
  if (d.average > budget && d.average > cost) {
    d.unplanned = d.average - cost;
  } else if (before != 0) {
    d.unplanned = 0;
    if (d.average + planned(domain) - cost > budget) d.unplanned = before;
  }
  if (d.unplanned != before) enforce(domain, time_.now());
}

void PowercapModel::finish(CapJob job) {
  Status status = Status::success;
  if (job.asynchronous && !observer_.still_allowed(job.agent, ServedProtocol::powercap, job.domain)) {
    status = Status::denied;
  } else {
    const std::uint32_t before = cap(job.domain);
    domains_[job.domain].caps.set(job.agent, job.cap);
    if (cap(job.domain) != before) {
      domains_[job.domain].unplanned = 0;
      tell_changed(job.agent, job.domain);
      enforce(job.domain, time_.now());
      schedule_check(job.domain);
    }
  }
  job.cap = cap(job.domain);
  if (job.asynchronous) observer_.happened(job.agent, CapJobDone{job, status});
}

void PowercapModel::forget(AgentId agent) {
  std::vector<CapJob> ended = jobs_.end_all(agent);
  for (Index i = 0; i < domains_.size(); ++i) {
    Domain& d = domains_[i];
    d.watchers.erase(agent);
    const std::uint32_t cap_before = cap(i);
    const std::uint32_t pai_before = pai_us(i);
    count(i, time_.now());
    d.caps.drop(agent);
    d.pais.drop(agent);
    const bool cap_changed = cap(i) != cap_before;
    const bool pai_changed = pai_us(i) != pai_before;
    if (pai_changed) restart_interval(i, time_.now());
    if (cap_changed || pai_changed) tell_changed(agent, i);
    if (cap_changed) {
      d.unplanned = 0;
      enforce(i, time_.now());
      schedule_check(i);
    }
  }
  for (CapJob& job : ended) {
    job.cap = cap(job.domain);
    if (job.asynchronous) observer_.happened(agent, CapJobDone{job, Status::generic_error});
  }
}

void PowercapModel::hang_up(AgentId agent) {
  jobs_.hang_up(agent);
  for (Domain& d : domains_) d.watchers.erase(agent);
}

void PowercapModel::run(const AgendaEntry& entry) {
  if (entry.kind == AgendaKind::measurement) {
    check(entry.entity);
  } else {
    finish(jobs_.take(entry.entity));
  }
}

}  // namespace scmi::platform
