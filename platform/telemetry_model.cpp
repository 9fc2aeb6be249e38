// SPDX-License-Identifier: Apache-2.0
#include "platform/telemetry_model.hpp"

#include <algorithm>
#include <chrono>

namespace scmi::platform {
namespace {

/// Finer than this nothing is collected, whatever interval was asked for.
constexpr std::uint64_t interval_us_min = 100;
constexpr std::uint64_t ns_per_s = 1'000'000'000;

/// How often something that happens `per_s` times a second has happened.
[[nodiscard]] std::uint64_t count_of(std::uint64_t per_s, Instant from, Instant to) noexcept {
  const auto ns = static_cast<std::uint64_t>(std::chrono::nanoseconds(to - from).count());
  return ns / ns_per_s * per_s + ns % ns_per_s * per_s / ns_per_s;
}

}  // namespace

TelemetryModel::TelemetryModel(const SocConfig& config, const SensorModel& sensors, Agenda& agenda,
                               SocObserver& observer, Instant start)
    : config_(config), sensors_(sensors), agenda_(agenda), observer_(observer), start_(start) {
  if (!config.telemetry) return;
  for (std::size_t i = 0; i < config.agents.size(); ++i) sessions_.push_back(fresh(start));
}

TelemetryModel::Session TelemetryModel::fresh(Instant since) const {
  const TelemetryConfig& t = *config_.telemetry;
  return {std::vector<DataEventMode>(t.data_events.size()),
          std::vector<DataEventMode>(t.groups.size()),
          std::vector<Collecting>(scope_count()),
          {},
          since};
}

Index TelemetryModel::scope_of(Index data_event) const noexcept {
  const Index group = config_.telemetry->data_events[data_event].group;
  return group == no_index ? 0 : group + 1;
}

DataEventMode TelemetryModel::mode(AgentId agent, Index data_event) const noexcept {
  const Session& s = session(agent);
  const Index scope = scope_of(data_event);
  if (s.own[data_event] != DataEventMode::off || scope == 0) return s.own[data_event];
  const DataEventMode through_group = s.groups[scope - 1];
  const bool stamped = config_.telemetry->data_events[data_event].timestamps != DataEventTimestamps::none;
  return through_group == DataEventMode::timestamps && !stamped ? DataEventMode::on : through_group;
}

std::size_t TelemetryModel::enabled_count(AgentId agent) const noexcept {
  std::size_t count = 0;
  for (Index i = 0; i < config_.telemetry->data_events.size(); ++i) {
    if (mode(agent, i) != DataEventMode::off) ++count;
  }
  return count;
}

void TelemetryModel::disable_all(AgentId agent) {
  std::ranges::fill(session(agent).own, DataEventMode::off);
  std::ranges::fill(session(agent).groups, DataEventMode::off);
}

CollectState TelemetryModel::state(AgentId agent, Index scope) const noexcept {
  const Session& s = session(agent);
  if (reading(agent) && std::ranges::find(s.read.scopes, scope) != s.read.scopes.end()) {
    return {true, CollectMode::single_read, {}};
  }
  return s.scopes[scope].state;
}

std::uint64_t TelemetryModel::value(const DataEventConfig& data_event, Instant since, Instant now) const {
  const DataEventInput& input = data_event.input;
  const std::uint64_t all = input.sensor != no_index
                                ? static_cast<std::uint64_t>(sensors_.read(input.sensor, now).front().value)
                                : input.value + count_of(input.count_per_s, since, now);
  constexpr unsigned whole = 8;
  return data_event.data_size >= whole ? all : all & ((std::uint64_t{1} << 8 * data_event.data_size) - 1);
}

std::vector<DataEventSample> TelemetryModel::samples(AgentId agent, const std::vector<bool>& scopes,
                                                     Instant now) const {
  const TelemetryConfig& t = *config_.telemetry;
  std::vector<DataEventSample> all;
  for (Index i = 0; i < t.data_events.size(); ++i) {
    const DataEventMode how = mode(agent, i);
    if (how == DataEventMode::off || !scopes[scope_of(i)]) continue;
    const DataEventConfig& c = t.data_events[i];
    DataEventSample sample{i, value(c, session(agent).since, now), std::nullopt, c.input.failed};
    if (how == DataEventMode::timestamps) sample.ticks = count_of(t.timestamp_rate_hz, start_, now);
    all.push_back(sample);
  }
  return all;
}

void TelemetryModel::schedule(AgentId agent, Index scope, Instant now) {
  Collecting& c = session(agent).scopes[scope];
  const std::uint64_t us = std::max(c.state.interval.us().value_or(std::uint64_t{1} << 50), interval_us_min);
  c.next = agenda_.put(now + std::chrono::microseconds(us), AgendaKind::telemetry, agent.value - 1);
}

void TelemetryModel::collect(AgentId agent, std::span<const Index> scopes, const CollectState& state, Instant now) {
  std::vector<bool> begun(scope_count());
  for (const Index scope : scopes) {
    Collecting& c = session(agent).scopes[scope];
    agenda_.cancel(c.next);
    c.state = state;
    if (!state.enabled) continue;
    begun[scope] = true;
    schedule(agent, scope, now);
  }
  // What is read on demand is there from the beginning.
  if (state.enabled && state.mode == CollectMode::on_demand) {
    observer_.happened(agent, TelemetryCollected{state.mode, samples(agent, begun, now)});
  }
}

void TelemetryModel::start_reading(AgentId agent, std::span<const Index> scopes, std::uint32_t header, Instant now) {
  collect(agent, scopes, {}, now);
  const Instant end = now + std::chrono::microseconds(config_.telemetry->read_latency_us);
  session(agent).read = {agenda_.put(end, AgendaKind::telemetry, agent.value - 1),
                         std::vector<Index>(scopes.begin(), scopes.end()), header};
}

void TelemetryModel::finish_reading(AgentId agent, Status status, Instant now) {
  const Reading read = std::exchange(session(agent).read, {});
  std::vector<bool> scopes(scope_count());
  for (const Index scope : read.scopes) scopes[scope] = true;
  observer_.happened(agent,
                     TelemetryCollected{CollectMode::single_read, samples(agent, scopes, now), read.header, status});
}

void TelemetryModel::run(const AgendaEntry& entry) {
  const AgentId agent(static_cast<std::uint32_t>(entry.entity + 1));
  Session& s = session(agent);
  if (entry.ticket == s.read.end.ticket) {
    finish_reading(agent, Status::success, s.read.end.when);
    return;
  }
  const auto due = std::ranges::find(s.scopes, entry.ticket, [](const Collecting& c) { return c.next.ticket; });
  const Instant at = due->next.when;
  const CollectMode mode = due->state.mode;
  // Scopes that are due together are collected together.
  std::vector<bool> scopes(scope_count());
  for (Index i = 0; i < s.scopes.size(); ++i) {
    Collecting& c = s.scopes[i];
    if (c.next.ticket == 0 || c.next.when != at || c.state.mode != mode) continue;
    agenda_.cancel(c.next);
    scopes[i] = true;
    schedule(agent, i, at);
  }
  auto collected = samples(agent, scopes, at);
  if (!collected.empty()) observer_.happened(agent, TelemetryCollected{mode, std::move(collected)});
}

void TelemetryModel::forget(AgentId agent, Instant now) {
  if (!config_.telemetry) return;
  if (reading(agent)) {
    agenda_.cancel(session(agent).read.end);
    finish_reading(agent, Status::generic_error, now);
  }
  for (Collecting& c : session(agent).scopes) agenda_.cancel(c.next);
  session(agent) = fresh(now);
}

void TelemetryModel::hang_up(AgentId agent) {
  if (!config_.telemetry) return;
  agenda_.cancel(session(agent).read.end);
  for (Collecting& c : session(agent).scopes) {
    agenda_.cancel(c.next);
    c.state = {};
  }
}

}  // namespace scmi::platform
