// SPDX-License-Identifier: Apache-2.0
//
// What the simulated SoC tells the servers. Positions are those of the description, not an agent's ids.
#pragma once

#include <cstdint>

#include "platform/soc_config.hpp"
#include "scmi/ids.hpp"
#include "scmi/status.hpp"

namespace scmi::platform {

/// Identifies an accepted rate change to whoever asked for it.
struct RateJob {
  AgentId agent{};
  Index clock = no_index;
  std::uint64_t rate_hz = 0;
  std::uint32_t header = 0;       ///< Of the command.
  bool asynchronous = false;      ///< Counts as pending, and ends with rate_job_done().
  bool delayed_response = false;  ///< The agent wants to hear of it.
};

/// Called from inside Soc's functions; may read the SoC but not change it. `cause` is the agent whose request led
/// to the change, 0 the platform itself.
class SocObserver {
 public:
  virtual ~SocObserver() = default;
  virtual void power_state_changed(AgentId cause, Index domain, std::uint32_t state) = 0;
  virtual void power_state_requested(AgentId cause, Index domain, std::uint32_t state) = 0;
  virtual void limits_changed(AgentId cause, Index domain, std::uint32_t max, std::uint32_t min) = 0;
  virtual void level_changed(AgentId cause, Index domain, std::uint32_t level) = 0;
  virtual void rate_changed(AgentId cause, Index clock, std::uint64_t rate_hz) = 0;
  virtual void rate_requested(AgentId cause, Index clock, std::uint64_t rate_hz) = 0;
  /// Whether the agent may still do what it asked for: asked when an asynchronous change becomes due.
  [[nodiscard]] virtual bool still_allowed(const RateJob& job) = 0;
  /// An asynchronous change ended. `rate_hz` of the job is the clock's rate now.
  virtual void rate_job_done(const RateJob& job, Status status) = 0;
};

}  // namespace scmi::platform
