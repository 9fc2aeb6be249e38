// SPDX-License-Identifier: Apache-2.0
//
// The simulated SoC: models that hang together (levels drive clocks, power domains stop them) over one agenda.
// It has no thread and reads no clock of its own: whoever owns it calls advance() when next_event() has come.
#pragma once

#include "platform/agenda.hpp"
#include "platform/clock_model.hpp"
#include "platform/performance_model.hpp"
#include "platform/power_model.hpp"
#include "platform/reset_model.hpp"
#include "platform/soc_config.hpp"
#include "platform/soc_observer.hpp"
#include "platform/voltage_model.hpp"
#include "scmi/time.hpp"

namespace scmi::platform {

/// Not synchronised: one context owns it. Borrows config, time and observer.
class Soc {
 public:
  Soc(const SocConfig& config, TimeSource& time, SocObserver& observer)
      : time_(time),
        power_(config, agenda_, observer),
        clocks_(config, power_, agenda_, observer),
        performance_(config, clocks_, agenda_, observer),
        resets_(config, agenda_, observer),
        voltages_(config, agenda_, observer) {}
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
      switch (entry->kind) {
        case AgendaKind::power: power_.run(*entry); break;
        case AgendaKind::performance: performance_.run(*entry); break;
        case AgendaKind::clock: clocks_.run(*entry); break;
        case AgendaKind::reset_domain: resets_.run(*entry); break;
        case AgendaKind::voltage: voltages_.run(*entry); break;
      }
    }
  }
  /// Undoes everything an agent asked for. What it waits for ends with an error.
  void forget(AgentId agent) {
    const Instant at = now();
    performance_.forget(agent, at);
    clocks_.forget(agent);
    power_.forget(agent, at);
    resets_.forget(agent);
    voltages_.forget(agent);
  }
  /// The agent is gone: what it has started goes on, and nobody hears of its end.
  void hang_up(AgentId agent) {
    clocks_.hang_up(agent);
    resets_.hang_up(agent);
    voltages_.hang_up(agent);
  }

  [[nodiscard]] PowerModel& power() noexcept { return power_; }
  [[nodiscard]] PerformanceModel& performance() noexcept { return performance_; }
  [[nodiscard]] ClockModel& clocks() noexcept { return clocks_; }
  [[nodiscard]] ResetModel& resets() noexcept { return resets_; }
  [[nodiscard]] VoltageModel& voltages() noexcept { return voltages_; }

 private:
  TimeSource& time_;
  Agenda agenda_;
  PowerModel power_;
  ClockModel clocks_;
  PerformanceModel performance_;
  ResetModel resets_;
  VoltageModel voltages_;
};

}  // namespace scmi::platform
