// SPDX-License-Identifier: Apache-2.0
//
// The simulated SoC: models that hang together (levels drive clocks and voltages, power domains stop them, all of it
// makes power and heat, caps limit levels) over one agenda. It has no thread and reads no clock of its own: whoever
// owns it calls advance() when next_event() has come.
#pragma once

#include "platform/agenda.hpp"
#include "platform/clock_model.hpp"
#include "platform/performance_model.hpp"
#include "platform/physics.hpp"
#include "platform/pin_model.hpp"
#include "platform/power_model.hpp"
#include "platform/powercap_model.hpp"
#include "platform/reset_model.hpp"
#include "platform/sensor_model.hpp"
#include "platform/soc_config.hpp"
#include "platform/soc_observer.hpp"
#include "platform/system_power_model.hpp"
#include "platform/telemetry_model.hpp"
#include "platform/voltage_model.hpp"
#include "scmi/time.hpp"

namespace scmi::platform {

/// Not synchronised: one context owns it. Borrows config, time and observer.
class Soc final : SocObserver {
 public:
  Soc(const SocConfig& config, TimeSource& time, SocObserver& observer)
      : time_(time),
        observer_(observer),
        event_time_(time),
        power_(config, agenda_, *this),
        system_power_(config, agenda_, *this),
        clocks_(config, power_, agenda_, *this),
        voltages_(config, agenda_, *this),
        performance_(config, clocks_, voltages_, agenda_, *this),
        physics_(config, power_, performance_, voltages_, agenda_),
        resets_(config, agenda_, *this),
        sensors_(config, physics_, agenda_, *this, time.now()),
        powercaps_(config, power_, performance_, physics_, event_time_, agenda_, *this),
        pins_(config),
        telemetry_(config, sensors_, agenda_, *this, time.now()) {
    // Caps of the description have limited levels by now.
    physics_.start(time.now());
    powercaps_.start();
  }
  Soc(const Soc&) = delete;
  Soc& operator=(const Soc&) = delete;

  [[nodiscard]] Instant now() noexcept { return time_.now(); }
  /// When something will happen by itself; `never` if nothing is under way.
  [[nodiscard]] Instant next_event() const noexcept { return agenda_.next(); }
  /// How many things are under way.
  [[nodiscard]] std::size_t pending_events() const noexcept { return agenda_.size(); }
  /// Lets happen what is due.
  void advance(Instant now) {
    while (const auto entry = agenda_.take(now)) {
      event_time_.at = entry->when;
      switch (entry->kind) {
        case AgendaKind::power: power_.run(*entry); break;
        case AgendaKind::system_power: system_power_.run(*entry); break;
        case AgendaKind::performance: performance_.run(*entry); break;
        case AgendaKind::clock: clocks_.run(*entry); break;
        case AgendaKind::sensor: sensors_.run(*entry); break;
        case AgendaKind::reset_domain: resets_.run(*entry); break;
        case AgendaKind::voltage: voltages_.run(*entry); break;
        case AgendaKind::physics:
          powercaps_.settle();
          physics_.run(*entry);
          powercaps_.power_changed();
          break;
        case AgendaKind::powercap:
        case AgendaKind::measurement: powercaps_.run(*entry); break;
        case AgendaKind::telemetry: telemetry_.run(*entry); break;
      }
      event_time_.at.reset();
    }
  }
  /// Undoes everything an agent asked for. What it waits for ends with an error.
  void forget(AgentId agent) {
    const Instant at = now();
    performance_.forget(agent, at);
    clocks_.forget(agent);
    power_.forget(agent, at);
    resets_.forget(agent);
    sensors_.forget(agent, at);
    voltages_.forget(agent);
    pins_.forget(agent);
    powercaps_.forget(agent);
    telemetry_.forget(agent, at);
  }
  /// The agent is gone: what it has started goes on, and nobody hears of its end.
  void hang_up(AgentId agent) {
    clocks_.hang_up(agent);
    resets_.hang_up(agent);
    sensors_.hang_up(agent);
    voltages_.hang_up(agent);
    powercaps_.hang_up(agent);
    telemetry_.hang_up(agent);
  }

  [[nodiscard]] PowerModel& power() noexcept { return power_; }
  [[nodiscard]] SystemPowerModel& system_power() noexcept { return system_power_; }
  [[nodiscard]] PerformanceModel& performance() noexcept { return performance_; }
  [[nodiscard]] ClockModel& clocks() noexcept { return clocks_; }
  [[nodiscard]] ResetModel& resets() noexcept { return resets_; }
  [[nodiscard]] SensorModel& sensors() noexcept { return sensors_; }
  [[nodiscard]] VoltageModel& voltages() noexcept { return voltages_; }
  [[nodiscard]] const Physics& physics() const noexcept { return physics_; }
  [[nodiscard]] PinModel& pins() noexcept { return pins_; }
  [[nodiscard]] PowercapModel& powercaps() noexcept { return powercaps_; }
  [[nodiscard]] TelemetryModel& telemetry() noexcept { return telemetry_; }

 private:
  /// What the models tell goes on to the observer; some of it the models tell each other.
  void happened(AgentId cause, const SocEvent& event) override {
    observer_.happened(cause, event);
    const auto* level = std::get_if<LevelChanged>(&event);
    const auto* state = std::get_if<PowerStateChanged>(&event);
    if (!physics_.empty() && (level != nullptr || state != nullptr || std::holds_alternative<VoltageChanged>(event))) {
      powercaps_.settle();
      physics_.update(event_time_.now());
      powercaps_.power_changed();
    }
    if (level != nullptr) powercaps_.level_changed(level->domain);
    if (state != nullptr) powercaps_.power_state_changed(state->domain);
    if (const auto* system = std::get_if<SystemStateChanged>(&event)) system_changed(cause, *system);
  }
  /// Off and asleep nothing has power; all that wakes finds its sensors set as at first, unless it only slept.
  void system_changed(AgentId cause, const SystemStateChanged& event) {
    if (event.graceful) return;
    const std::uint32_t state = system_power_.state();
    power_.cut(cause, state == system_state::shutdown || state == system_state::suspend, now());
    if (event.starts_afresh()) sensors_.restart(now());
  }
  [[nodiscard]] bool still_allowed(AgentId agent, ServedProtocol protocol, Index resource) override {
    return observer_.still_allowed(agent, protocol, resource);
  }

  /// The time an event of the agenda was due, while it runs: histories do not depend on how late somebody looked.
  struct EventTime final : TimeSource {
    explicit EventTime(TimeSource& from) : time(from) {}
    Instant now() noexcept override { return at ? *at : time.now(); }
    TimeSource& time;
    std::optional<Instant> at;
  };

  TimeSource& time_;
  SocObserver& observer_;
  EventTime event_time_;
  Agenda agenda_;
  PowerModel power_;
  SystemPowerModel system_power_;
  ClockModel clocks_;
  VoltageModel voltages_;
  PerformanceModel performance_;
  Physics physics_;
  ResetModel resets_;
  SensorModel sensors_;
  PowercapModel powercaps_;
  PinModel pins_;
  TelemetryModel telemetry_;
};

}  // namespace scmi::platform
