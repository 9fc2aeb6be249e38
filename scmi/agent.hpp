// SPDX-License-Identifier: Apache-2.0
//
// An SCMI agent: probes a platform over a transport, knows what it offers, delivers its notifications and leaves
// nothing behind when it goes.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "scmi/channel_registry.hpp"
#include "scmi/notifications.hpp"
#include "scmi/protocol_link.hpp"

namespace scmi {

struct AgentConfig {
  RegistrySettings registry;
  CallOptions probe;                  ///< For the commands of the probe.
  TraceTap* tap = nullptr;            ///< Borrowed; outlives the agent. May be set later too.
  std::uint32_t protocols_max = 256;  ///< A platform that lists more is refused.
  /// Subscriptions to take over, from an earlier agent (Agent::notifications()) or made before there was one; null =
  /// start with none. They are delivered by this agent from the end of the probe on, and what they need of the platform
  /// is switched on again, once, as soon as each protocol is opened. Its waiter must outlive this agent.
  std::shared_ptr<NotificationHub> notifications;
  /// For programs that judge platforms: a step of the Base protocol that fails is noted in BaseInfo::faults, and the
  /// probe goes on with what it knows.
  bool lenient = false;
};

/// One agent of the system, as the Base protocol names it.
struct AgentName {
  AgentId id;
  std::string name;
};

/// What the Base protocol told during the probe.
struct BaseInfo {
  Version version;           ///< As the platform reports it.
  Version version_in_force;  ///< What we speak: the platform's, or our newest if that is older.
  std::string vendor;
  std::string sub_vendor;  ///< Empty when the platform does not tell.
  std::uint32_t implementation_version = 0;
  std::uint32_t agent_count = 0;      ///< Without the platform; 0 when agents cannot be discovered.
  std::optional<AgentName> self;      ///< Ourselves, from Base 2.0 on.
  std::vector<AgentName> agents;      ///< Those that could be discovered, the platform (0) first.
  std::vector<ProtocolId> protocols;  ///< Without Base, in the platform's order.
  std::vector<Error> faults;          ///< Of a lenient probe: the steps that failed.
};

/// Result of Agent::poll.
struct PollResult {
  std::size_t notifications = 0;  ///< Callbacks that ran.
  Instant next_deadline = never;  ///< When to poll again at the latest.
};

/// Thread-safe. Destroying it shuts it down.
class Agent {
 public:
  /// Sets up the Base channels, asks the Base protocol everything, then sets up the channels of the protocols that have
  /// their own. Borrows transport, clock and waiter: they must outlive the agent and every handle made from it (links,
  /// pending calls, subscriptions). On any failure everything made so far is undone in reverse order; the error's
  /// context names the step. Errors: those of ChanOps::setup, of calls, and malformed_reply for an endless or repeated
  /// protocol list.
  static Result<std::unique_ptr<Agent>> probe(const Transport& transport, TimeSource& clock, Waiter& waiter,
                                              const AgentConfig& config = {});
  ~Agent() { shutdown(); }
  Agent(const Agent&) = delete;
  Agent& operator=(const Agent&) = delete;

  /// Closes every channel and waits until nothing of the agent is in use, unless called from inside a callback: then
  /// the last release finishes it. Idempotent.
  void shutdown() noexcept;

  /// Who listens to what. Outlives the agent; hand it to the next probe to keep the subscriptions.
  [[nodiscard]] const std::shared_ptr<NotificationHub>& notifications() const noexcept { return hub_; }

  [[nodiscard]] const BaseInfo& base() const noexcept { return base_; }
  [[nodiscard]] bool has(ProtocolId protocol) const noexcept;
  /// The way to talk to a protocol; its version is 1.0 until somebody asked for the real one. Error: not_found when the
  /// platform does not list it.
  [[nodiscard]] Result<ProtocolLink> link(ProtocolId protocol) const;
  /// A link for any protocol number, listed or not: over its own channel, or Base's.
  [[nodiscard]] ProtocolLink raw_link(ProtocolId protocol);

  /// Looks at every channel, delivers what came, ends calls whose deadline has passed, and runs the notification
  /// callbacks. Never waits. One dispatcher at a time: a second caller does all but run callbacks.
  PollResult poll();
  /// Sleeps until a channel has something, a notification was queued, or `until`; then polls. For programs without an
  /// event loop.
  PollResult wait(Instant until);
  /// For event loops: stores the descriptors that tell of activity (armed: the platform knows that we sleep) and
  /// answers how many there are. `ready`: something is there already, poll at once. After activity call poll(), then
  /// arm again.
  /// One loop at a time.
  [[nodiscard]] std::size_t arm(std::span<int> fds, bool& ready) SCMI_EXCLUDES(armed_mutex_);
  void disarm() SCMI_EXCLUDES(armed_mutex_);

  /// Sum over channels; `protocol` restricts it to one.
  [[nodiscard]] CounterSnapshot counters(std::optional<ProtocolId> protocol = std::nullopt) const;
  /// What this agent took although the specification has it otherwise.
  [[nodiscard]] std::vector<Tolerance> tolerated() const { return registry_->services().tolerances.met(); }
  void set_tap(TraceTap* tap) noexcept { registry_->services().tap.store(tap, std::memory_order_release); }
  [[nodiscard]] const std::shared_ptr<ChannelRegistry>& registry() const noexcept { return registry_; }

 private:
  Agent(std::shared_ptr<ChannelRegistry> registry, std::shared_ptr<NotificationHub> hub)
      : registry_(std::move(registry)), hub_(std::move(hub)) {}
  friend class AgentProbe;

  std::shared_ptr<ChannelRegistry> registry_;
  std::shared_ptr<NotificationHub> hub_;
  BaseInfo base_;
  sync::Mutex armed_mutex_;
  std::vector<ChannelHandle> armed_ SCMI_GUARDED_BY(armed_mutex_);
};

}  // namespace scmi
