// SPDX-License-Identifier: Apache-2.0
#include "scmi/notifications.hpp"

#include <algorithm>
#include <utility>

#include "scmi/message_header.hpp"

namespace scmi {

Subscription& Subscription::operator=(Subscription&& other) noexcept {
  if (this != &other) {
    cancel();
    hub_ = std::move(other.hub_);
    id_ = other.id_;
  }
  return *this;
}

void Subscription::cancel() noexcept {
  if (hub_ != nullptr) std::exchange(hub_, nullptr)->unsubscribe(id_);
}

Subscription NotificationHub::subscribe(ProtocolId protocol, MessageId message, NotificationCallback callback) {
  Subscription subscription;
  subscription.hub_ = shared_from_this();
  const sync::MutexLock lock(mutex_);
  subscription.id_ = next_id_++;
  entries_.push_back(
      {subscription.id_, protocol, message, std::make_shared<NotificationCallback>(std::move(callback))});
  return subscription;
}

std::size_t NotificationHub::dispatch(std::uint32_t header, std::span<const std::byte> payload) {
  const MessageHeader h = MessageHeader::unpack(header);
  std::size_t ran = 0;
  std::uint64_t last = 0;
  // In order of subscription; one that is made or cancelled by a callback is seen at the next look.
  for (;;) {
    std::shared_ptr<NotificationCallback> callback;
    {
      const sync::MutexLock lock(mutex_);
      const auto next = std::find_if(entries_.begin(), entries_.end(), [&](const Entry& e) {
        return e.id > last && e.protocol == h.protocol && e.message == h.message;
      });
      if (next == entries_.end()) return ran;
      last = next->id;
      callback = next->callback;
      running_ = last;
      running_in_ = sync::current_context();
    }
    (*callback)(payload);
    ++ran;
    {
      const sync::MutexLock lock(mutex_);
      running_ = 0;
    }
    done_.word.fetch_add(1, std::memory_order_seq_cst);
    waiter_.wake(done_);
  }
}

void NotificationHub::unsubscribe(std::uint64_t id) noexcept {
  for (bool removed = false;;) {
    const std::uint32_t seen = done_.word.load(std::memory_order_seq_cst);
    {
      const sync::MutexLock lock(mutex_);
      if (!removed) std::erase_if(entries_, [&](const Entry& e) { return e.id == id; });
      removed = true;
      if (running_ != id || running_in_ == sync::current_context()) return;
    }
    waiter_.wait(done_, seen, never, {});
  }
}

}  // namespace scmi
