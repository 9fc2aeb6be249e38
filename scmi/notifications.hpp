// SPDX-License-Identifier: Apache-2.0
//
// Who wants which notification. Delivery runs in the agent's one dispatcher, with no lock held; callbacks never
// overlap. The hub outlives agents: handed to the next probe (AgentConfig::notifications) it takes its subscriptions
// along, and what they need is switched on there again (scmi/event_switches.hpp).
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "scmi/event_switches.hpp"
#include "scmi/ids.hpp"
#include "scmi/sync.hpp"
#include "scmi/time.hpp"

namespace scmi {

/// Receives the payload of a notification (valid during the call).
using NotificationCallback = std::function<void(std::span<const std::byte>)>;

class NotificationHub;

/// Keeps a subscription alive. Destroying it unsubscribes: once that returns the callback is not running and will not
/// run again; from inside the callback itself it returns at once. The last subscription to a source also has the
/// platform's notification switched off, without waiting for that. May outlive the agent.
class Subscription {
 public:
  Subscription() = default;
  Subscription(Subscription&& other) noexcept = default;
  Subscription& operator=(Subscription&& other) noexcept;
  ~Subscription() { cancel(); }
  void cancel() noexcept;
  [[nodiscard]] explicit operator bool() const noexcept { return hub_ != nullptr; }

  /// Whether the platform has been told: false while that is pending (no agent, protocol not open, answer not there).
  /// Always true for a subscription that asks nothing of the platform. Errors: why it cannot be, among them the
  /// platform's status; the subscription stays, and counts again with the next agent.
  [[nodiscard]] Result<bool> active() const;
  /// Waits for the platform's answer. Errors: as active(); channel_closed where nothing is under way.
  [[nodiscard]] Result<void> wait() const;

 private:
  friend class NotificationHub;
  std::shared_ptr<NotificationHub> hub_;
  std::uint64_t id_ = 0;
  std::uint64_t use_ = 0;  ///< Of a switch; 0 = none.
};

/// The subscriptions of one agent, and of those that come after it.
class NotificationHub : public std::enable_shared_from_this<NotificationHub> {
 public:
  /// Borrows the waiter: it must outlive the hub.
  explicit NotificationHub(Waiter& waiter) : waiter_(waiter), switches_(std::make_shared<EventSwitches>(waiter)) {}
  /// Delivers what comes; asks nothing of the platform. Any context.
  [[nodiscard]] Subscription subscribe(ProtocolId protocol, MessageId message, NotificationCallback callback)
      SCMI_EXCLUDES(mutex_);
  /// The same, and has the event switched on for as long as somebody wants it. Never waits: the subscription is pending
  /// until the platform has answered, also while there is no agent yet. `timeout` is that of the command; 0 = the
  /// transport's default. Any context.
  [[nodiscard]] Subscription subscribe(EventSwitch event, MessageId message, NotificationCallback callback,
                                       Duration timeout = {}) SCMI_EXCLUDES(mutex_);

  /// The dispatcher's turn, if nobody else has it and the agent of that registry is the attached one.
  [[nodiscard]] bool begin_dispatch(const ChannelRegistry& registry) noexcept;
  void end_dispatch() noexcept { dispatching_.store(false, std::memory_order_release); }
  /// Only inside a turn. Answers how many callbacks ran.
  std::size_t dispatch(std::uint32_t header, std::span<const std::byte> payload) SCMI_EXCLUDES(mutex_);

  [[nodiscard]] EventSwitches& switches() noexcept { return *switches_; }

 private:
  friend class Subscription;
  struct Entry {
    std::uint64_t id;
    ProtocolId protocol;
    MessageId message;
    std::shared_ptr<NotificationCallback> callback;
  };
  void unsubscribe(std::uint64_t id) noexcept SCMI_EXCLUDES(mutex_);

  Waiter& waiter_;
  const std::shared_ptr<EventSwitches> switches_;
  sync::atomic<bool> dispatching_{false};
  WaitPoint done_;
  sync::Mutex mutex_;
  std::vector<Entry> entries_ SCMI_GUARDED_BY(mutex_);
  std::uint64_t next_id_ SCMI_GUARDED_BY(mutex_) = 1;
  std::uint64_t running_ SCMI_GUARDED_BY(mutex_) = 0;
  sync::ContextId running_in_ SCMI_GUARDED_BY(mutex_) = 0;
};

}  // namespace scmi
