// SPDX-License-Identifier: Apache-2.0
//
// Who wants which notification. Delivery runs in the agent's one dispatcher, with no lock held; callbacks never
// overlap.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "scmi/ids.hpp"
#include "scmi/sync.hpp"
#include "scmi/time.hpp"

namespace scmi {

/// Receives the payload of a notification (valid during the call).
using NotificationCallback = std::function<void(std::span<const std::byte>)>;

class NotificationHub;

/// Keeps a subscription alive. Destroying it unsubscribes: once that returns the callback is not running and will not
/// run again; from inside the callback itself it returns at once. May outlive the agent.
class Subscription {
 public:
  Subscription() = default;
  Subscription(Subscription&& other) noexcept = default;
  Subscription& operator=(Subscription&& other) noexcept;
  ~Subscription() { cancel(); }
  void cancel() noexcept;
  [[nodiscard]] explicit operator bool() const noexcept { return hub_ != nullptr; }

 private:
  friend class NotificationHub;
  std::shared_ptr<NotificationHub> hub_;
  std::uint64_t id_ = 0;
};

/// The subscriptions of one agent.
class NotificationHub : public std::enable_shared_from_this<NotificationHub> {
 public:
  explicit NotificationHub(Waiter& waiter) : waiter_(waiter) {}
  /// Any context.
  [[nodiscard]] Subscription subscribe(ProtocolId protocol, MessageId message, NotificationCallback callback)
      SCMI_EXCLUDES(mutex_);
  /// Only by the dispatcher. Answers how many callbacks ran.
  std::size_t dispatch(std::uint32_t header, std::span<const std::byte> payload) SCMI_EXCLUDES(mutex_);

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
  WaitPoint done_;
  sync::Mutex mutex_;
  std::vector<Entry> entries_ SCMI_GUARDED_BY(mutex_);
  std::uint64_t next_id_ SCMI_GUARDED_BY(mutex_) = 1;
  std::uint64_t running_ SCMI_GUARDED_BY(mutex_) = 0;
  sync::ContextId running_in_ SCMI_GUARDED_BY(mutex_) = 0;
};

}  // namespace scmi
