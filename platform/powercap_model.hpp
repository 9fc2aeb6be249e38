// SPDX-License-Identifier: Apache-2.0
//
// The powercap domains of the simulated SoC. The lowest cap that anybody wants holds, for the domain and what lies
// below it, and is kept by limiting performance levels: of the performance domains concerned the one that costs most at
// its highest level gives way first, until all of them together fit. Power is what the present levels cost, or where a
// performance domain has a part what physics says; it is averaged over intervals that follow one another, and the last
// complete one is told.
//
// What levels cost is known before they run, so a cap is never left for that. What physics adds (leakage, a voltage set
// by hand) is found by measuring: when an average is above the cap, whatever it has beyond what the levels were planned
// to cost is taken off the plan's budget, and given back when the average leaves room for it.
#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "platform/domain_jobs.hpp"
#include "platform/performance_model.hpp"
#include "platform/physics.hpp"
#include "platform/power_model.hpp"
#include "platform/requests.hpp"
#include "platform/soc_observer.hpp"
#include "scmi/time.hpp"

namespace scmi::platform {

/// Not synchronised: one context owns the SoC. Caps and powers are in the domain's unit where nothing else is said.
class PowercapModel {
 public:
  /// Borrows all.
  PowercapModel(const SocConfig& config, const PowerModel& power, PerformanceModel& performance, const Physics& physics,
                TimeSource& time, Agenda& agenda, SocObserver& observer);
  /// Begins to measure. Before that the caps of the description have limited levels.
  void start();

  /// In force; 0: none.
  [[nodiscard]] std::uint32_t cap(Index domain) const;
  [[nodiscard]] std::uint32_t pai_us(Index domain) const;
  /// An average power, and the interval it is of.
  struct Measurement {
    std::uint32_t power = 0;
    std::uint32_t pai_us = 0;
  };
  [[nodiscard]] Measurement measured(Index domain);
  /// A cap change is under way.
  [[nodiscard]] bool busy(Index domain) const { return jobs_.busy(domain); }

  /// Starts a change to a cap that is possible, or to 0; the domain must not be busy. Answers when it ends.
  Instant set_cap(const CapJob& job, Instant now);
  /// Sets an averaging interval that is possible, at once.
  void set_pai(AgentId agent, Index domain, std::uint32_t pai_us);
  /// What an agent wants to hear of a domain's power: an average below `low`, and one above `high`.
  struct Watch {
    bool enabled = false;
    std::uint32_t low = 0;
    std::uint32_t high = 0;
  };
  void watch(AgentId agent, Index domain, const Watch& watch);

  /// Hears from the rest of the SoC what changes power.
  void level_changed(Index performance_domain);
  void power_state_changed(Index power_domain);
  /// Physics is about to change: what was consumed so far is counted.
  void settle();
  /// Physics has changed.
  void power_changed();

  /// Ends the agent's changes with GENERIC_ERROR and forgets its wishes.
  void forget(AgentId agent);
  void hang_up(AgentId agent);
  /// An entry of the agenda is due: the end of a cap change, or of an interval somebody watches.
  void run(const AgendaEntry& entry);

 private:
  enum class Side : std::uint8_t { inside, below, above };
  struct Watcher {
    Watch watch;
    Side side = Side::inside;  ///< Of the average, when the agent was last told.
  };
  struct Domain {
    std::vector<Index> children;
    Requests<std::uint32_t> caps;
    Requests<std::uint32_t> pais;
    std::map<AgentId, Watcher> watchers;
    Appointment check;           ///< End of the interval, when somebody watches.
    std::vector<Index> parts;    ///< That physics measures, here and below.
    double parts_energy_uj = 0;  ///< Theirs, when the interval began.
    Instant levels_since{};      ///< No level here or below has changed after that.
    // In fine units: microwatts, or abstract.
    std::uint64_t unplanned = 0;  ///< What the levels allowed consume beyond their cost.
    std::uint64_t power = 0;      ///< Now, without the parts.
    double energy = 0;            ///< Of the interval so far: power times nanoseconds.
    std::uint64_t average = 0;    ///< Of the last complete interval.
    std::uint32_t average_pai_us = 0;
    Instant interval_start{};
    Instant counted_to{};
  };

  [[nodiscard]] Index root_of(Index domain) const;
  [[nodiscard]] std::uint64_t own_power(Index domain) const;
  void change_power(Index domain);
  void count(Index domain, Instant now);
  void restart_interval(Index domain, Instant now);
  void schedule_check(Index domain);
  void check(Index domain);
  void finish(CapJob job);
  void tell_changed(AgentId cause, Index domain);
  /// The highest position of each performance domain below `root` that keeps all caps there, by performance domain.
  [[nodiscard]] std::map<Index, std::size_t> plan(Index root) const;
  void enforce(Index domain, Instant now);
  /// What the levels of a plan cost, in the domain and below.
  [[nodiscard]] std::uint64_t planned(Index domain) const;
  /// The average may yet leave the cap, or come back.
  [[nodiscard]] bool guarded(Index domain) const;
  /// The average will be another one.
  [[nodiscard]] bool moving(Index domain) const;
  /// Compares the average of the interval that is over with the cap.
  void hold(Index domain);
  [[nodiscard]] double parts_power_uw(Index domain, Instant at) const;
  [[nodiscard]] double parts_energy_uj(Index domain, Instant at) const;

  const SocConfig& config_;
  const PowerModel& power_;
  PerformanceModel& performance_;
  const Physics& physics_;
  TimeSource& time_;
  Agenda& agenda_;
  SocObserver& observer_;
  std::vector<Domain> domains_;
  std::vector<Index> owner_;  ///< By performance domain: the powercap domain that names it.
  DomainJobs<CapJob> jobs_;
};

}  // namespace scmi::platform
