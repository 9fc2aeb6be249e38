// SPDX-License-Identifier: Apache-2.0
#include "platform/voltage_model.hpp"

namespace scmi::platform {

VoltageModel::VoltageModel(const SocConfig& config, Agenda& agenda, SocObserver& observer)
    : config_(config),
      observer_(observer),
      domains_(config.voltage_domains.size()),
      jobs_(agenda, AgendaKind::voltage) {
  for (Index i = 0; i < domains_.size(); ++i) domains_[i].level_uv = config.voltage_domains[i].level_uv;
}

std::uint32_t VoltageModel::mode(Index domain) const {
  const Requests<std::uint32_t>& modes = domains_[domain].modes;
  if (modes.empty()) return config_.voltage_domains[domain].mode;
  return modes.fold(voltage_mode_off,
                    [](std::uint32_t mode, std::uint32_t wish) { return wish == voltage_mode_off ? mode : wish; });
}

Instant VoltageModel::set_level(const VoltageJob& job, Instant now) {
  const Instant done = now + std::chrono::microseconds(config_.voltage_domains[job.domain].latency_us);
  // An asynchronous change always ends after its response: the agent is told of it by another channel.
  if (done <= now && !job.asynchronous) {
    finish(job);
  } else {
    jobs_.start(job, done);
  }
  return done;
}

void VoltageModel::preset(Index domain, std::int32_t level_uv) {
  domains_[domain].levels.set(AgentId(0), level_uv);
  domains_[domain].level_uv = level_uv;
}

void VoltageModel::drive(AgentId cause, Index domain, std::int32_t level_uv) {
  preset(domain, level_uv);
  observer_.happened(cause, VoltageChanged{domain});
}

void VoltageModel::set_mode(AgentId agent, Index domain, std::uint32_t mode) {
  domains_[domain].modes.set(agent, mode);
  observer_.happened(agent, VoltageChanged{domain});
}

void VoltageModel::forget(AgentId agent) {
  const std::vector<VoltageJob> ended = jobs_.end_all(agent);
  for (Index i = 0; i < domains_.size(); ++i) {
    Domain& d = domains_[i];
    const bool had_mode = d.modes.drop(agent);
    const bool had_level = d.levels.drop(agent);
    if (!had_mode && !had_level) continue;
    const std::int32_t* wish = d.levels.latest();
    d.level_uv = wish == nullptr ? config_.voltage_domains[i].level_uv : *wish;
    observer_.happened(agent, VoltageChanged{i});
  }
  for (const VoltageJob& job : ended) {
    if (job.asynchronous) observer_.happened(agent, VoltageJobDone{job, Status::generic_error});
  }
}

void VoltageModel::finish(const VoltageJob& job) {
  Status status = Status::success;
  Domain& d = domains_[job.domain];
  if (job.asynchronous && !observer_.still_allowed(job.agent, ServedProtocol::voltage, job.domain)) {
    status = Status::denied;
  } else {
    d.levels.set(job.agent, job.level_uv);
    d.level_uv = job.level_uv;
    observer_.happened(job.agent, VoltageChanged{job.domain});
  }
  if (job.asynchronous) observer_.happened(job.agent, VoltageJobDone{job, status});
}

}  // namespace scmi::platform
