// SPDX-License-Identifier: Apache-2.0
//
// The powercap domains of the simulated SoC. The lowest cap that anybody wants holds, for the domain and what lies
// below it, and is kept by limiting performance levels: of the performance domains concerned the one that costs most at
// its highest level gives way first, until all of them together fit. Power is what the present levels cost; it is
// averaged over intervals that follow one another, and the last complete one is told.
#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "platform/domain_jobs.hpp"
#include "platform/performance_model.hpp"
#include "platform/power_model.hpp"
#include "platform/requests.hpp"
#include "platform/soc_observer.hpp"
#include "scmi/time.hpp"

namespace scmi::platform {

/// Not synchronised: one context owns the SoC. Caps and powers are in the domain's unit where nothing else is said.
class PowercapModel {
 public:
  /// Borrows all.
  PowercapModel(const SocConfig& config, const PowerModel& power, PerformanceModel& performance, TimeSource& time,
                Agenda& agenda, SocObserver& observer);

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
    Appointment check;  ///< End of the interval, when somebody watches.
    // In fine units: microwatts, or abstract.
    std::uint64_t power = 0;    ///< Now.
    double energy = 0;          ///< Of the interval so far: power times nanoseconds.
    std::uint64_t average = 0;  ///< Of the last complete interval.
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

  const SocConfig& config_;
  const PowerModel& power_;
  PerformanceModel& performance_;
  TimeSource& time_;
  Agenda& agenda_;
  SocObserver& observer_;
  std::vector<Domain> domains_;
  std::vector<Index> owner_;  ///< By performance domain: the powercap domain that names it.
  DomainJobs<CapJob> jobs_;
};

}  // namespace scmi::platform
