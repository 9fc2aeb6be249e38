// SPDX-License-Identifier: Apache-2.0
//
// The system power management protocol (DEN0056 protocol 0x12) as methods.
#pragma once

#include <cstdint>

#include "protocols/event.hpp"
#include "protocols/protocol_client.hpp"
#include "protocols/system_power_messages.hpp"

namespace scmi {

/// Row for watch(), subscribe() and listen().
using SystemStateEvent = Event<system_power_protocol::StateNotifier, system_power_protocol::StateNotify>;

/// Forceful: done at once. Graceful: the system is asked, and may end its work first.
enum class Transition : std::uint8_t { forceful, graceful };

/// What PROTOCOL_MESSAGE_ATTRIBUTES says this agent may ask for.
struct SystemPowerInfo {
  bool set = false;         ///< state_set() works.
  bool get = false;         ///< state_get() is there. Platforms may refuse it by status all the same.
  bool notify = false;      ///< watch_state() works.
  bool warm_reset = false;  ///< ... for that state.
  bool suspend = false;
};

/// Every method blocks, may be called from any thread, and answers the errors of call() (the platform's status among
/// them). Must not outlive the transport.
class SystemPower {
 public:
  /// Settles the version (open_protocol()). Errors: those of open_protocol(), with the step in the context.
  static Result<SystemPower> open(const Agent& agent, const CallOptions& options = {});

  [[nodiscard]] Version version() const noexcept { return link_.version(); }  ///< In force.
  [[nodiscard]] Version platform_version() const noexcept { return reported_; }
  [[nodiscard]] const ProtocolLink& link() const noexcept { return link_; }

  /// PROTOCOL_MESSAGE_ATTRIBUTES of the three commands. A refusal by status means "no".
  [[nodiscard]] Result<SystemPowerInfo> describe(const CallOptions& options = {}) const;
  /// SYSTEM_POWER_STATE_GET: one of system_power_protocol's states, or the vendor's.
  [[nodiscard]] Result<std::uint32_t> state_get(const CallOptions& options = {}) const;
  /// SYSTEM_POWER_STATE_SET. When the system that asks is the one that goes, no answer may come: timed_out then, or
  /// platform_lost. What a graceful request leads to shows in watch_state().
  [[nodiscard]] Result<void> state_set(std::uint32_t system_state, Transition transition = Transition::forceful,
                                       const CallOptions& options = {}) const;

  /// SYSTEM_POWER_STATE_NOTIFY by hand; watch_state() does it by itself.
  [[nodiscard]] Result<void> state_notify(bool enable, const CallOptions& options = {}) const;
  using StateCallback = std::function<void(const system_power_protocol::StateNotifier&)>;
  /// Receives what comes. Callbacks run in the agent's dispatcher. Nothing is asked of the platform.
  [[nodiscard]] Subscription on_state(StateCallback callback) const;
  /// Both together. See Clocks::watch_rate.
  [[nodiscard]] Result<Subscription> watch_state(StateCallback callback, const CallOptions& options = {}) const;

 private:
  SystemPower(ProtocolLink link, Version reported) : link_(std::move(link)), reported_(reported) {}

  ProtocolLink link_;
  Version reported_;
};

}  // namespace scmi
