// SPDX-License-Identifier: Apache-2.0
//
// Changes that take time, where a domain has at most one under way: what reset, voltage and powercap domains have in
// common.
#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "platform/agenda.hpp"
#include "platform/soc_config.hpp"
#include "scmi/ids.hpp"

namespace scmi::platform {

/// Bounded by the number of domains. `Job` is a DomainJob.
template <class Job>
class DomainJobs {
 public:
  /// Borrows the agenda.
  DomainJobs(Agenda& agenda, AgendaKind kind) : agenda_(agenda), kind_(kind) {}

  [[nodiscard]] bool busy(Index domain) const { return pending_.contains(domain); }
  /// The domain must not be busy.
  void start(const Job& job, Instant end) { pending_[job.domain] = {agenda_.put(end, kind_, job.domain), job}; }
  /// Ends the job whose time has come.
  [[nodiscard]] Job take(Index domain) { return pending_.extract(domain).mapped().job; }
  /// Ends all that the agent has started, and answers them.
  [[nodiscard]] std::vector<Job> end_all(AgentId agent) {
    std::vector<Job> ended;
    for (auto at = pending_.begin(); at != pending_.end();) {
      Pending& pending = at->second;
      if (pending.job.agent != agent) {
        ++at;
        continue;
      }
      agenda_.cancel(pending.end);
      ended.push_back(pending.job);
      at = pending_.erase(at);
    }
    return ended;
  }
  /// What the agent has started goes on, and nobody hears of its end.
  void hang_up(AgentId agent) {
    for (auto& [domain, pending] : pending_) {
      if (pending.job.agent == agent) pending.job.asynchronous = pending.job.delayed_response = false;
    }
  }

 private:
  struct Pending {
    Appointment end;
    Job job;
  };
  Agenda& agenda_;
  AgendaKind kind_;
  std::map<Index, Pending> pending_;
};

}  // namespace scmi::platform
