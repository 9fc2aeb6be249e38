// SPDX-License-Identifier: Apache-2.0
//
// Wishes, aggregation and transitions of power domains.
//
//            target != state             due
//   resting ────────────────▶ under way ─────▶ resting, power_state_changed
//                              │      ▲
//                              │      └─ another target: a new appointment
//                              └─▶ target == state again: resting, nobody is told
#include "platform/power_model.hpp"

#include <algorithm>

namespace scmi::platform {

PowerModel::PowerModel(const SocConfig& config, Agenda& agenda, SocObserver& observer)
    : config_(config), agenda_(agenda), observer_(observer), domains_(config.power_domains.size()) {
  for (Index i = 0; i < domains_.size(); ++i) {
    const PowerDomainConfig& c = config_.power_domains[i];
    domains_[i].depth = domains_[i].target = c.on ? 0 : off(i);
    if (c.parent != no_index) domains_[c.parent].children.push_back(i);
  }
}

std::optional<std::size_t> PowerModel::depth_of(Index domain, std::uint32_t state) const noexcept {
  const auto& states = config_.power_domains[domain].states;
  const auto at = std::find(states.begin(), states.end(), state);
  if (at == states.end()) return std::nullopt;
  return static_cast<std::size_t>(at - states.begin());
}

std::uint32_t PowerModel::state(Index domain) const noexcept {
  return config_.power_domains[domain].states[depth(domain)];
}

std::size_t PowerModel::wanted(Index domain) const {
  const Domain& d = domains_[domain];
  if (cut_) return off(domain);
  if (d.wishes.empty()) return config_.power_domains[domain].on ? 0 : off(domain);
  return d.wishes.fold(off(domain), [](std::size_t a, std::size_t b) { return std::min(a, b); });
}

std::vector<Index> PowerModel::subtree(Index domain) const {
  std::vector<Index> list = {domain};
  for (std::size_t i = 0; i < list.size(); ++i) {
    const auto& children = domains_[list[i]].children;
    list.insert(list.end(), children.begin(), children.end());
  }
  return list;
}

std::optional<Instant> PowerModel::request(AgentId agent, Index domain, std::size_t depth, bool synchronous,
                                           Instant now) {
  std::vector<Index> concerned;
  const bool to_off = depth == off(domain);
  if (to_off) {
    concerned = subtree(domain);
  } else {
    for (Index at = domain; at != no_index; at = config_.power_domains[at].parent) concerned.push_back(at);
  }
  const auto locked = [&](Index i) { return domains_[i].arrival.ticket != 0 && domains_[i].synchronous; };
  if (std::any_of(concerned.begin(), concerned.end(), locked)) return std::nullopt;

  for (const Index i : concerned) {
    Requests<std::size_t>& wishes = domains_[i].wishes;
    const std::size_t* present = wishes.of(agent);
    if (i == domain) {
      wishes.set(agent, depth);
    } else if (to_off) {
      wishes.set(agent, off(i));
    } else if (present == nullptr || *present == off(i)) {
      wishes.set(agent, 0);
    }
  }
  observer_.happened(agent, PowerStateRequested{domain, config_.power_domains[domain].states[depth]});

  // What goes off does so from the leaves, what comes on from the root: both orders are the reverse of `concerned`.
  std::reverse(concerned.begin(), concerned.end());
  const Instant done = end_of(concerned, now, config_.power_domains[domain].latency_us);
  for (const Index i : concerned) move(i, agent, synchronous, now, done);
  const Domain& d = domains_[domain];
  return d.arrival.ticket == 0 ? now : d.arrival.when;
}

std::vector<Index> PowerModel::tree() const {
  std::vector<Index> all;
  for (Index i = 0; i < domains_.size(); ++i) {
    if (config_.power_domains[i].parent != no_index) continue;
    const std::vector<Index> part = subtree(i);
    all.insert(all.end(), part.begin(), part.end());
  }
  return all;
}

void PowerModel::cut(AgentId cause, bool off, Instant now) {
  if (cut_ == off) return;
  cut_ = off;
  std::vector<Index> all = tree();
  if (off) std::reverse(all.begin(), all.end());
  for (const Index i : all) move(i, cause, false, now, now);
}

void PowerModel::forget(AgentId agent, Instant now) {
  std::vector<Index> concerned = tree();
  std::uint32_t latency_us = 0;
  std::erase_if(concerned, [&](Index i) { return !domains_[i].wishes.drop(agent); });
  for (const Index i : concerned) latency_us = std::max(latency_us, config_.power_domains[i].latency_us);
  const Instant done = end_of(concerned, now, latency_us);
  for (auto i = concerned.rbegin(); i != concerned.rend(); ++i) {
    if (wanted(*i) == off(*i)) move(*i, agent, false, now, done);
  }
  for (const Index i : concerned) move(i, agent, false, now, done);
}

Instant PowerModel::end_of(const std::vector<Index>& concerned, Instant now, std::uint32_t latency_us) const {
  Instant done = now + std::chrono::microseconds(latency_us);
  for (const Index i : concerned) {
    if (domains_[i].arrival.ticket != 0) done = std::max(done, domains_[i].arrival.when);
  }
  return done;
}

void PowerModel::move(Index domain, AgentId cause, bool synchronous, Instant now, Instant done) {
  Domain& d = domains_[domain];
  const std::size_t target = wanted(domain);
  if (target == d.target) {
    if (d.arrival.ticket != 0 && synchronous) d.synchronous = true;
    return;
  }
  d.target = target;
  agenda_.cancel(d.arrival);
  if (target == d.depth) return;
  d.cause = cause;
  d.synchronous = synchronous;
  if (done <= now) {
    arrive(domain);
    return;
  }
  d.arrival = agenda_.put(done, AgendaKind::power, domain);
}

void PowerModel::arrive(Index domain) {
  Domain& d = domains_[domain];
  d.arrival = {};
  d.depth = d.target;
  observer_.happened(d.cause, PowerStateChanged{domain, state(domain)});
}

void PowerModel::run(const AgendaEntry& entry) { arrive(entry.entity); }

}  // namespace scmi::platform
