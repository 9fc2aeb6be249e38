// SPDX-License-Identifier: Apache-2.0
//
// The Base protocol (DEN0056 protocol 0x10) as methods. The agent's probe has asked most of it already and keeps the
// answers (Agent::base()): this is for asking again, for errors, and for agents that are trusted with permissions.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "protocols/protocol_client.hpp"
#include "scmi/base_messages.hpp"

namespace scmi {

/// Row for watch(), subscribe() and listen().
namespace base_protocol {
using ErrorsEvent = Event<ErrorEvent, NotifyErrors>;
}  // namespace base_protocol

/// Every method blocks, may be called from any thread, and answers the errors of call() (the platform's status among
/// them). Those that need a newer version than the platform's answer unsupported. Must not outlive the transport.
class Base {
 public:
  /// Uses the version that the probe settled; sends nothing. Error: none but those of Agent::link.
  static Result<Base> open(const Agent& agent);

  [[nodiscard]] Version version() const noexcept { return link_.version(); }  ///< In force.
  [[nodiscard]] const ProtocolLink& link() const noexcept { return link_; }

  /// PROTOCOL_VERSION: the platform's own.
  [[nodiscard]] Result<Version> platform_version(const CallOptions& options = {}) const;
  struct Counts {
    std::uint32_t agents = 0;     ///< Without the platform; 0 when agents cannot be discovered.
    std::uint32_t protocols = 0;  ///< Without Base.
  };
  /// PROTOCOL_ATTRIBUTES.
  [[nodiscard]] Result<Counts> counts(const CallOptions& options = {}) const;
  [[nodiscard]] Result<std::string> vendor(const CallOptions& options = {}) const;
  [[nodiscard]] Result<std::string> sub_vendor(const CallOptions& options = {}) const;
  [[nodiscard]] Result<std::uint32_t> implementation_version(const CallOptions& options = {}) const;
  /// BASE_DISCOVER_LIST_PROTOCOLS, all pages, at most as many as counts() promises; a status on a later page ends the
  /// list. Error: malformed_reply for an id that comes twice.
  [[nodiscard]] Result<std::vector<ProtocolId>> protocols(const CallOptions& options = {}) const;
  /// BASE_DISCOVER_AGENT. base_protocol::self asks for ourselves (unsupported before 2.0). The id answered is the one
  /// asked for, before 2.0.
  [[nodiscard]] Result<AgentName> discover_agent(AgentId agent, const CallOptions& options = {}) const;

  /// BASE_SET_DEVICE_PERMISSIONS.
  [[nodiscard]] Result<void> set_device_permissions(AgentId agent, std::uint32_t device, bool allow,
                                                    const CallOptions& options = {}) const;
  /// BASE_SET_PROTOCOL_PERMISSIONS: commands of one protocol on a device.
  [[nodiscard]] Result<void> set_protocol_permissions(AgentId agent, std::uint32_t device, ProtocolId protocol,
                                                      bool allow, const CallOptions& options = {}) const;
  /// BASE_RESET_AGENT_CONFIGURATION: undoes every setting of the agent, and its permissions if asked to. Where that is
  /// ourselves, the notifications that our subscriptions need are switched on again.
  [[nodiscard]] Result<void> reset_agent_configuration(AgentId agent, bool reset_permissions,
                                                       const CallOptions& options = {}) const;

  /// BASE_NOTIFY_ERRORS.
  [[nodiscard]] Result<void> notify_errors(bool enable, const CallOptions& options = {}) const;
  /// Receives BASE_ERROR_EVENT. Callbacks run in the agent's dispatcher. Nothing is asked of the platform.
  using ErrorCallback = std::function<void(const base_protocol::ErrorEvent&)>;
  [[nodiscard]] Subscription on_error_event(ErrorCallback callback) const;
  /// See Clocks::watch_rate.
  [[nodiscard]] Result<Subscription> watch_errors(ErrorCallback callback, const CallOptions& options = {}) const;

 private:
  Base(ProtocolLink link, std::optional<AgentId> ourselves) : link_(std::move(link)), ourselves_(ourselves) {}

  ProtocolLink link_;
  std::optional<AgentId> ourselves_;
};

}  // namespace scmi
