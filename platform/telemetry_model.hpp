// SPDX-License-Identifier: Apache-2.0
//
// The telemetry of the simulated SoC. Each agent has a session of its own: what it has enabled, and how it collects;
// nothing that one agent does is seen by another. A value is a function of time alone, so it costs nothing until it is
// collected; a session puts something on the agenda only while it collects.
//
//   off ──collect──▶ collecting ──each interval──▶ TelemetryCollected
//   off ──start_reading──▶ reading ──latency──▶ TelemetryCollected ──▶ off
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "platform/agenda.hpp"
#include "platform/sensor_model.hpp"
#include "platform/soc_config.hpp"
#include "platform/soc_observer.hpp"
#include "scmi/time.hpp"

namespace scmi::platform {

enum class DataEventMode : std::uint8_t { off, on, timestamps };

/// Whether and how a scope is collected. A scope is what has a configuration of its own: 0 the data events without a
/// group, 1 + g those of group g.
struct CollectState {
  bool enabled = false;
  CollectMode mode = CollectMode::on_demand;
  SensorInterval interval;
};

/// Not synchronised: one context owns the SoC. Only for a SoC that has telemetry.
class TelemetryModel {
 public:
  /// Borrows all. Time begins at `start`.
  TelemetryModel(const SocConfig& config, const SensorModel& sensors, Agenda& agenda, SocObserver& observer,
                 Instant start);

  [[nodiscard]] std::size_t scope_count() const noexcept { return config_.telemetry->groups.size() + 1; }
  [[nodiscard]] Index scope_of(Index data_event) const noexcept;

  /// By itself, or through its group.
  [[nodiscard]] DataEventMode mode(AgentId agent, Index data_event) const noexcept;
  /// By itself alone.
  [[nodiscard]] DataEventMode own_mode(AgentId agent, Index data_event) const noexcept {
    return session(agent).own[data_event];
  }
  [[nodiscard]] DataEventMode group_mode(AgentId agent, Index group) const noexcept {
    return session(agent).groups[group];
  }
  [[nodiscard]] std::size_t enabled_count(AgentId agent) const noexcept;
  void set_mode(AgentId agent, Index data_event, DataEventMode mode) { session(agent).own[data_event] = mode; }
  void set_group_mode(AgentId agent, Index group, DataEventMode mode) { session(agent).groups[group] = mode; }
  void disable_all(AgentId agent);

  /// Of a single read that is on its way, too.
  [[nodiscard]] CollectState state(AgentId agent, Index scope) const noexcept;
  [[nodiscard]] bool reading(AgentId agent) const noexcept { return session(agent).read.end.ticket != 0; }
  /// Not while reading.
  void collect(AgentId agent, std::span<const Index> scopes, const CollectState& state, Instant now);
  void start_reading(AgentId agent, std::span<const Index> scopes, std::uint32_t header, Instant now);

  /// As at start; a reading ends with GENERIC_ERROR.
  void forget(AgentId agent, Instant now);
  /// The agent is gone: nothing is collected for it, and nobody hears of a reading's end.
  void hang_up(AgentId agent);
  /// An entry of the agenda is due.
  void run(const AgendaEntry& entry);

 private:
  struct Collecting {
    CollectState state;
    Appointment next;
  };
  struct Reading {
    Appointment end;
    std::vector<Index> scopes;
    std::uint32_t header = 0;
  };
  struct Session {
    std::vector<DataEventMode> own;     ///< By data event.
    std::vector<DataEventMode> groups;  ///< By group.
    std::vector<Collecting> scopes;
    Reading read;
    Instant since;  ///< From which counters count.
  };

  [[nodiscard]] Session& session(AgentId agent) noexcept { return sessions_[agent.value - 1]; }
  [[nodiscard]] const Session& session(AgentId agent) const noexcept { return sessions_[agent.value - 1]; }
  [[nodiscard]] Session fresh(Instant since) const;
  /// The one place where values come from.
  [[nodiscard]] std::uint64_t value(const DataEventConfig& data_event, Instant since, Instant now) const;
  [[nodiscard]] std::vector<DataEventSample> samples(AgentId agent, const std::vector<bool>& scopes, Instant now) const;
  void schedule(AgentId agent, Index scope, Instant now);
  void finish_reading(AgentId agent, Status status, Instant now);

  const SocConfig& config_;
  const SensorModel& sensors_;
  Agenda& agenda_;
  SocObserver& observer_;
  Instant start_;
  std::vector<Session> sessions_;  ///< Agent 1 first.
};

}  // namespace scmi::platform
