// SPDX-License-Identifier: Apache-2.0
//
// Rates, enables, parents and extended configurations of the simulated clocks.
#include "platform/clock_model.hpp"

#include <algorithm>

namespace scmi::platform {

ClockModel::ClockModel(const SocConfig& config, const PowerModel& power, Agenda& agenda, SocObserver& observer)
    : config_(config), power_(power), agenda_(agenda), observer_(observer), clocks_(config.clocks.size()) {
  for (Index i = 0; i < clocks_.size(); ++i) {
    clocks_[i].rate_hz = config.clocks[i].rate_hz;
    for (const ExtendedConfig& e : config.clocks[i].extended) clocks_[i].extended[e.type];
  }
}

bool ClockModel::enabled(Index clock) const {
  const Clock& c = clocks_[clock];
  if (c.enables.empty()) return config_.clocks[clock].enabled;
  return c.enables.fold(false, [](bool any, bool wish) { return any || wish; });
}

bool ClockModel::running(Index clock, Instant now) const {
  return enabled(clock) && now >= clocks_[clock].runs_from && power_.powered(config_.clocks[clock].power_domain);
}

Index ClockModel::parent(Index clock) const noexcept {
  const Index* wish = clocks_[clock].parents.latest();
  return wish == nullptr ? config_.clocks[clock].parent : *wish;
}

std::optional<std::uint32_t> ClockModel::extended(Index clock, std::uint8_t type) const {
  const auto at = clocks_[clock].extended.find(type);
  if (at == clocks_[clock].extended.end()) return std::nullopt;
  if (const std::uint32_t* wish = at->second.latest()) return *wish;
  for (const ExtendedConfig& e : config_.clocks[clock].extended) {
    if (e.type == type) return e.value;
  }
  return std::nullopt;
}

std::optional<std::uint64_t> ClockModel::round(Index clock, std::uint64_t rate_hz, Rounding rounding) const {
  const ClockConfig& c = config_.clocks[clock];
  std::uint64_t below = 0;
  std::uint64_t above = 0;
  if (c.range) {
    if (rate_hz < c.min_hz || rate_hz > c.max_hz) return std::nullopt;
    if (c.step_hz == 0) return rate_hz;
    below = rate_hz - (rate_hz - c.min_hz) % c.step_hz;
    above = below == rate_hz ? rate_hz : below + c.step_hz;
    if (above > c.max_hz) above = below;  // The range ends off its own steps.
  } else {
    const auto& rates = c.rates_hz;
    const auto at = std::lower_bound(rates.begin(), rates.end(), rate_hz);
    if (at == rates.end() || rate_hz < rates.front()) return std::nullopt;
    above = *at;
    below = *at == rate_hz ? rate_hz : *(at - 1);
  }
  switch (rounding) {
    case Rounding::down: return below;
    case Rounding::up: return above;
    case Rounding::closest: return rate_hz - below <= above - rate_hz ? below : above;
  }
  return std::nullopt;
}

std::size_t ClockModel::pending(AgentId agent) const {
  return static_cast<std::size_t>(std::count_if(
      jobs_.begin(), jobs_.end(), [&](const PendingJob& p) { return p.job.agent == agent && p.job.asynchronous; }));
}

Instant ClockModel::set_rate(const RateJob& job, Instant now) {
  observer_.happened(job.agent, RateRequested{job.clock, job.rate_hz});
  Clock& c = clocks_[job.clock];
  const Instant done =
      std::max(now, c.busy_until) + std::chrono::microseconds(config_.clocks[job.clock].rate_latency_us);
  c.busy_until = done;
  // An asynchronous change always ends after its response: the agent is told of it by another channel.
  if (done <= now && !job.asynchronous) {
    finish(job);
  } else {
    jobs_.push_back({agenda_.put(done, AgendaKind::clock, job.clock), job});
  }
  return done;
}

void ClockModel::drive(AgentId cause, Index clock, std::uint64_t rate_hz) { apply(cause, clock, rate_hz); }

void ClockModel::apply(AgentId cause, Index clock, std::uint64_t rate_hz) {
  if (clocks_[clock].rate_hz == rate_hz) return;
  clocks_[clock].rate_hz = rate_hz;
  observer_.happened(cause, RateChanged{clock, rate_hz});
}

Instant ClockModel::set_enabled(AgentId agent, Index clock, bool wish, Instant now) {
  Clock& c = clocks_[clock];
  const bool before = enabled(clock);
  c.enables.set(agent, wish);
  if (!before && enabled(clock)) c.runs_from = now + std::chrono::microseconds(config_.clocks[clock].enable_delay_us);
  return wish ? std::max(now, c.runs_from) : now;
}

void ClockModel::set_parent(AgentId agent, Index clock, Index parent) { clocks_[clock].parents.set(agent, parent); }

bool ClockModel::extended_possible(Index clock, std::uint8_t type, std::uint32_t value) const {
  const auto& kinds = config_.clocks[clock].extended;
  return std::any_of(kinds.begin(), kinds.end(),
                     [&](const ExtendedConfig& e) { return e.type == type && value >= e.min && value <= e.max; });
}

void ClockModel::set_extended(AgentId agent, Index clock, std::uint8_t type, std::uint32_t value) {
  clocks_[clock].extended[type].set(agent, value);
}

void ClockModel::forget(AgentId agent) {
  std::vector<RateJob> ended;
  std::erase_if(jobs_, [&](PendingJob& p) {
    if (p.job.agent != agent) return false;
    agenda_.cancel(p.end);
    ended.push_back(p.job);
    return true;
  });
  for (Index i = 0; i < clocks_.size(); ++i) {
    Clock& c = clocks_[i];
    c.enables.drop(agent);
    c.parents.drop(agent);
    for (auto& [type, wishes] : c.extended) wishes.drop(agent);
    if (!c.rates.drop(agent)) continue;
    const std::uint64_t* wish = c.rates.latest();
    apply(agent, i, wish == nullptr ? config_.clocks[i].rate_hz : *wish);
  }
  for (RateJob job : ended) {
    job.rate_hz = clocks_[job.clock].rate_hz;
    if (job.asynchronous) observer_.happened(agent, RateJobDone{job, Status::generic_error});
  }
}

void ClockModel::hang_up(AgentId agent) {
  for (PendingJob& p : jobs_) {
    if (p.job.agent == agent) p.job.asynchronous = p.job.delayed_response = false;
  }
}

void ClockModel::run(const AgendaEntry& entry) {
  const auto at =
      std::find_if(jobs_.begin(), jobs_.end(), [&](const PendingJob& p) { return p.end.ticket == entry.ticket; });
  const RateJob job = at->job;
  jobs_.erase(at);
  finish(job);
}

void ClockModel::finish(RateJob job) {
  Status status = Status::success;
  if (job.asynchronous && !observer_.still_allowed(job.agent, ServedProtocol::clock, job.clock)) {
    status = Status::denied;
  } else {
    clocks_[job.clock].rates.set(job.agent, job.rate_hz);
    apply(job.agent, job.clock, job.rate_hz);
  }
  job.rate_hz = clocks_[job.clock].rate_hz;
  if (job.asynchronous) observer_.happened(job.agent, RateJobDone{job, status});
}

}  // namespace scmi::platform
