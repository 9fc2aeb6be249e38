// SPDX-License-Identifier: Apache-2.0
#include "platform/reset_model.hpp"

namespace scmi::platform {

ResetModel::ResetModel(const SocConfig& config, Agenda& agenda, SocObserver& observer)
    : config_(config),
      observer_(observer),
      asserted_(config.reset_domains.size()),
      jobs_(agenda, AgendaKind::reset_domain) {}

bool ResetModel::asserted(Index domain) const {
  if (jobs_.busy(domain)) return true;
  const bool* wish = asserted_[domain].latest();
  return wish == nullptr ? config_.reset_domains[domain].asserted : *wish;
}

Instant ResetModel::reset(const ResetJob& job, Instant now) {
  const Instant done = now + std::chrono::microseconds(config_.reset_domains[job.domain].latency_us);
  // An asynchronous reset always ends after its response: the agent is told of it by another channel.
  if (done <= now && !job.asynchronous) {
    finish(job);
  } else {
    jobs_.start(job, done);
  }
  return done;
}

void ResetModel::set_asserted(AgentId agent, Index domain, std::uint32_t reset_state, bool wish) {
  const bool before = asserted(domain);
  asserted_[domain].set(agent, wish);
  if (wish && !before) observer_.happened(agent, ResetIssued{domain, reset_state});
}

void ResetModel::forget(AgentId agent) {
  const std::vector<ResetJob> ended = jobs_.end_all(agent);
  for (Requests<bool>& wishes : asserted_) wishes.drop(agent);
  for (const ResetJob& job : ended) {
    if (job.asynchronous) observer_.happened(agent, ResetJobDone{job, Status::generic_error});
  }
}

void ResetModel::finish(const ResetJob& job) {
  Status status = Status::success;
  if (job.asynchronous && !observer_.still_allowed(job.agent, ServedProtocol::reset_domain, job.domain)) {
    status = Status::denied;
  } else {
    asserted_[job.domain].set(job.agent, false);
    observer_.happened(job.agent, ResetIssued{job.domain, job.reset_state});
  }
  if (job.asynchronous) observer_.happened(job.agent, ResetJobDone{job, status});
}

}  // namespace scmi::platform
