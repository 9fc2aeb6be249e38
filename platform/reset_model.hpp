// SPDX-License-Identifier: Apache-2.0
//
// The reset domains of the simulated SoC: lines that are asserted or not, and resets that the platform does by itself
// (assert, wait, deassert). Of what agents ask for the newest wish holds.
#pragma once

#include <vector>

#include "platform/domain_jobs.hpp"
#include "platform/requests.hpp"
#include "platform/soc_observer.hpp"
#include "scmi/time.hpp"

namespace scmi::platform {

/// Not synchronised: one context owns the SoC.
class ResetModel {
 public:
  /// Borrows all.
  ResetModel(const SocConfig& config, Agenda& agenda, SocObserver& observer);

  /// Also while the platform itself holds the line.
  [[nodiscard]] bool asserted(Index domain) const;
  /// A reset by the platform is under way.
  [[nodiscard]] bool busy(Index domain) const { return jobs_.busy(domain); }

  /// Starts a reset by the platform, which leaves the line deasserted; the domain must not be busy. Answers when it
  /// ends.
  Instant reset(const ResetJob& job, Instant now);
  /// Asserts or deasserts on behalf of an agent, at once.
  void set_asserted(AgentId agent, Index domain, std::uint32_t reset_state, bool asserted);

  /// Ends the agent's resets with GENERIC_ERROR and forgets its wishes.
  void forget(AgentId agent);
  void hang_up(AgentId agent) { jobs_.hang_up(agent); }
  /// An entry of the agenda is due.
  void run(const AgendaEntry& entry) { finish(jobs_.take(entry.entity)); }

 private:
  void finish(const ResetJob& job);

  const SocConfig& config_;
  SocObserver& observer_;
  std::vector<Requests<bool>> asserted_;
  DomainJobs<ResetJob> jobs_;
};

}  // namespace scmi::platform
