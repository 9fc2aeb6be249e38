// SPDX-License-Identifier: Apache-2.0
//
// The voltage domains of the simulated SoC. Of levels the newest wish holds, that of a performance level included; a
// domain is on as long as any agent wants it on, in the mode that was asked for last.
#pragma once

#include <cstdint>
#include <vector>

#include "platform/domain_jobs.hpp"
#include "platform/requests.hpp"
#include "platform/soc_observer.hpp"
#include "scmi/time.hpp"

namespace scmi::platform {

/// Not synchronised: one context owns the SoC.
class VoltageModel {
 public:
  /// Borrows all.
  VoltageModel(const SocConfig& config, Agenda& agenda, SocObserver& observer);

  /// Microvolts programmed, also while the domain is off.
  [[nodiscard]] std::int32_t level_uv(Index domain) const noexcept { return domains_[domain].level_uv; }
  /// The mode in force (DEN0056 VOLTAGE_CONFIG_GET).
  [[nodiscard]] std::uint32_t mode(Index domain) const;
  [[nodiscard]] bool has_level(Index domain, std::int32_t level_uv) const {
    return config_.voltage_domains[domain].has_level(level_uv);
  }
  /// A level change is under way.
  [[nodiscard]] bool busy(Index domain) const { return jobs_.busy(domain); }

  /// Starts a change to a level the domain has; the domain must not be busy. Answers when it ends.
  Instant set_level(const VoltageJob& job, Instant now);
  /// The voltage of a domain that a performance level drives, before anything has happened.
  void preset(Index domain, std::int32_t level_uv);
  /// A performance level drives the domain, at once and on behalf of `cause`, to a level it has.
  void drive(AgentId cause, Index domain, std::int32_t level_uv);
  /// One agent's wish for a mode.
  void set_mode(AgentId agent, Index domain, std::uint32_t mode);

  /// Ends the agent's changes with GENERIC_ERROR and forgets its wishes.
  void forget(AgentId agent);
  void hang_up(AgentId agent) { jobs_.hang_up(agent); }
  /// An entry of the agenda is due.
  void run(const AgendaEntry& entry) { finish(jobs_.take(entry.entity)); }

 private:
  struct Domain {
    Requests<std::int32_t> levels;
    Requests<std::uint32_t> modes;
    std::int32_t level_uv = 0;
  };

  void finish(const VoltageJob& job);

  const SocConfig& config_;
  SocObserver& observer_;
  std::vector<Domain> domains_;
  DomainJobs<VoltageJob> jobs_;
};

}  // namespace scmi::platform
