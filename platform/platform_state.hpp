// SPDX-License-Identifier: Apache-2.0
//
// What the protocol servers share: the SoC, the agents, the way out. Hears from the SoC what happened and tells the
// agents that subscribed, each in its own ids and in the layout of the version it negotiated. Internal to the platform.
#pragma once

#include <array>
#include <vector>

#include "platform/agent_state.hpp"
#include "platform/platform.hpp"
#include "platform/soc.hpp"
#include "scmi/codec.hpp"
#include "scmi/message_header.hpp"

namespace scmi::platform {

class PlatformState final : public SocObserver {
 public:
  PlatformState(SocConfig config, TimeSource& time, OutgoingSink& sink);

  [[nodiscard]] const SocConfig& config() const noexcept { return config_; }
  [[nodiscard]] Soc& soc() noexcept { return soc_; }
  [[nodiscard]] const Soc& soc() const noexcept { return soc_; }
  [[nodiscard]] std::size_t agent_count() const noexcept { return agents_.size(); }
  /// Nothing for 0 and for ids beyond the last agent.
  [[nodiscard]] AgentState* agent(AgentId id) noexcept;

  /// Undoes what an agent asked for and its subscriptions (DEN0056 BASE_RESET_AGENT_CONFIGURATION).
  void reset_agent(AgentId id, bool with_permissions);
  void disconnect(AgentId id);

  /// Level or index of a level, as that version of the protocol says it.
  [[nodiscard]] std::uint32_t level_on_wire(Index domain, std::uint32_t level, Version version) const noexcept;
  /// Limits likewise: an index that lies inside them.
  [[nodiscard]] Limits limits_on_wire(Index domain, Limits limits, Version version) const noexcept;
  [[nodiscard]] bool indexed(Index domain, Version version) const noexcept;

 private:
  void power_state_changed(AgentId cause, Index domain, std::uint32_t state) override;
  void power_state_requested(AgentId cause, Index domain, std::uint32_t state) override;
  void limits_changed(AgentId cause, Index domain, std::uint32_t max, std::uint32_t min) override;
  void level_changed(AgentId cause, Index domain, std::uint32_t level) override;
  void rate_changed(AgentId cause, Index clock, std::uint64_t rate_hz) override;
  void rate_requested(AgentId cause, Index clock, std::uint64_t rate_hz) override;
  [[nodiscard]] bool still_allowed(const RateJob& job) override;
  void rate_job_done(const RateJob& job, Status status) override;

  [[nodiscard]] AgentId told(AgentId cause) const noexcept;
  template <class Message>
  void send(AgentId to, const Message& message, Version version);
  /// Sends make(id in the agent's view, version) to everybody who subscribed and may hear of it.
  template <class Make>
  void notify(ServedProtocol p, Event event, AgentId cause, bool to_requester, Index index, Make make);

  SocConfig config_;
  OutgoingSink& sink_;
  Soc soc_;
  std::vector<AgentState> agents_;  ///< Agent 1 first.
};

}  // namespace scmi::platform
