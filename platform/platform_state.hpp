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
#include "platform/vendor_services.hpp"
#include "platform/window_board.hpp"
#include "scmi/codec.hpp"
#include "scmi/message_header.hpp"

namespace scmi::platform {

class PlatformState final : public SocObserver {
 public:
  /// No message that the platform sends by itself is longer: a sensor's update with all axes fits.
  static constexpr std::size_t outgoing_max = 1024;

  PlatformState(SocConfig config, TimeSource& time, OutgoingSink& sink, const VendorServers& vendor_servers);

  [[nodiscard]] const SocConfig& config() const noexcept { return config_; }
  [[nodiscard]] Soc& soc() noexcept { return soc_; }
  [[nodiscard]] const Soc& soc() const noexcept { return soc_; }
  [[nodiscard]] VendorServices& vendor() noexcept { return vendor_; }
  [[nodiscard]] const VendorServices& vendor() const noexcept { return vendor_; }
  [[nodiscard]] WindowBoard& windows() noexcept { return windows_; }
  [[nodiscard]] std::size_t agent_count() const noexcept { return agents_.size(); }
  /// Nothing for 0 and for ids beyond the last agent.
  [[nodiscard]] AgentState* agent(AgentId id) noexcept;

  /// Undoes what an agent asked for and its subscriptions (DEN0056 BASE_RESET_AGENT_CONFIGURATION).
  void reset_agent(AgentId id, bool with_permissions);
  void disconnect(AgentId id);

  // For the servers, which turn events of the SoC into messages.

  /// Sends make(id in the agent's view, version) to every agent that subscribed and may hear of it. The one that
  /// caused it is left out unless `to_cause`.
  template <class Make>
  void notify(Event event, AgentId cause, bool to_cause, Index index, Make make);
  /// Sends make(id in the agent's view, version) to one agent, if it may still hear of it.
  template <class Make>
  void notify_one(ServedProtocol protocol, AgentId to, Index index, Make make);
  /// Sends the delayed response of command `header`: `complete` if the status is SUCCESS, else the status alone.
  template <class Complete>
  void complete(AgentId to, std::uint32_t header, Status status, const Complete& complete);
  /// A domain's change ended: the delayed response `make(domain id)` if the agent waits for one, else an error that
  /// nobody waits for is reported.
  template <class Make>
  void job_done(ServedProtocol protocol, const DomainJob& job, Status status, Make make);
  /// Tells whoever asked for errors that a command failed which nobody waits for (DEN0056 BASE_ERROR_EVENT).
  void report_error(AgentId cause, std::uint32_t header, Status status);
  /// The agent to name as the cause of something: 0 where agents cannot be discovered, for nobody could know who it is.
  [[nodiscard]] AgentId told(AgentId cause) const noexcept;

 private:
  void happened(AgentId cause, const SocEvent& event) override;
  /// The agents that are part of the system start afresh with it. Whoever stands outside goes on, unless the platform
  /// has all of the system in view.
  void restart_agents();
  [[nodiscard]] bool still_allowed(AgentId agent, ServedProtocol protocol, Index resource) override;

  template <class Message>
  void send(AgentId to, const Message& message, Version version);

  SocConfig config_;
  OutgoingSink& sink_;
  Soc soc_;
  VendorServices vendor_;
  std::vector<AgentState> agents_;  ///< Agent 1 first.
  WindowBoard windows_;
};

template <class Message>
void PlatformState::send(AgentId to, const Message& message, Version version) {
  std::array<std::byte, outgoing_max> bytes{};
  const auto size = encode(message, version, bytes);
  if (!size) return;  // Cannot be: outgoing_max holds every message sent here.
  const MessageHeader header{Message::info.message, MessageType::notification, Message::info.protocol, Token(0)};
  sink_.send(to, Message::info.protocol, header.pack(), std::span(bytes).first(*size));
}

template <class Make>
void PlatformState::notify(Event event, AgentId cause, bool to_cause, Index index, Make make) {
  const ServedProtocol p = event_owner[static_cast<std::size_t>(event)];
  for (std::size_t i = 0; i < agents_.size(); ++i) {
    const AgentState& agent = agents_[i];
    const AgentId to(static_cast<std::uint32_t>(i + 1));
    if (!agent.subscribed(event, index) || (to == cause && !to_cause)) continue;
    const auto id = agent.view(p).id_of(index);
    if (!id || !agent.open(p) || !agent.granted(p, index)) continue;
    const Version version = agent.version(p);
    const auto message = make(*id, version);
    if (version >= message.info.since) send(to, message, version);
  }
}

template <class Make>
void PlatformState::notify_one(ServedProtocol p, AgentId to, Index index, Make make) {
  const AgentState& receiver = *agent(to);
  const auto id = receiver.view(p).id_of(index);
  if (!id || !receiver.open(p) || !receiver.granted(p, index)) return;
  const Version version = receiver.version(p);
  send(to, make(*id, version), version);
}

template <class Complete>
void PlatformState::complete(AgentId to, std::uint32_t header, Status status, const Complete& complete) {
  MessageHeader fields = MessageHeader::unpack(header);
  const auto served = served_protocol(fields.protocol);
  std::array<std::byte, outgoing_max> bytes{};
  const auto size = fields_follow<Complete>(status) ? encode_reply(complete, agent(to)->version(*served), bytes, status)
                                                    : encode_status(status, bytes);
  fields.type = MessageType::delayed_response;
  if (size) sink_.send(to, fields.protocol, fields.pack(), std::span(bytes).first(*size));
}

template <class Make>
void PlatformState::job_done(ServedProtocol protocol, const DomainJob& job, Status status, Make make) {
  if (job.delayed_response) {
    const std::uint32_t id = agent(job.agent)->view(protocol).id_of(job.domain).value_or(0);
    complete(job.agent, job.header, status, make(DomainId(id)));
  } else if (status != Status::success) {
    report_error(job.agent, job.header, status);
  }
}

/// Takes the lines of what an agent has not enabled off its memory.
void note_telemetry(PlatformState& platform, AgentId agent);

/// Tells the statistics in which state a domain is.
void note_power(PlatformState& platform, Index domain, Instant now);
void note_level(PlatformState& platform, Index domain, Instant now);

// One for each event; each stands with the server of its protocol.
void tell(PlatformState& platform, AgentId cause, const PowerStateChanged& event);
void tell(PlatformState& platform, AgentId cause, const PowerStateRequested& event);
void tell(PlatformState& platform, AgentId cause, const SystemStateChanged& event);
void tell(PlatformState& platform, AgentId cause, const LimitsChanged& event);
void tell(PlatformState& platform, AgentId cause, const LevelChanged& event);
void tell(PlatformState& platform, AgentId cause, const RateChanged& event);
void tell(PlatformState& platform, AgentId cause, const RateRequested& event);
void tell(PlatformState& platform, AgentId cause, const RateJobDone& event);
void tell(PlatformState& platform, AgentId cause, const SensorTripped& event);
void tell(PlatformState& platform, AgentId cause, const SensorUpdated& event);
void tell(PlatformState& platform, AgentId cause, const SensorReadingDone& event);
void tell(PlatformState& platform, AgentId cause, const ResetIssued& event);
void tell(PlatformState& platform, AgentId cause, const ResetJobDone& event);
void tell(PlatformState& platform, AgentId cause, const VoltageChanged& event);
void tell(PlatformState& platform, AgentId cause, const VoltageJobDone& event);
void tell(PlatformState& platform, AgentId cause, const CapChanged& event);
void tell(PlatformState& platform, AgentId cause, const MeasurementsChanged& event);
void tell(PlatformState& platform, AgentId cause, const CapJobDone& event);
void tell(PlatformState& platform, AgentId cause, const TelemetryCollected& event);

}  // namespace scmi::platform
