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
    use_ = other.use_;
  }
  return *this;
}

void Subscription::cancel() noexcept {
  if (hub_ == nullptr) return;
  const std::shared_ptr<NotificationHub> hub = std::exchange(hub_, nullptr);
  hub->unsubscribe(id_);
  if (use_ != 0) hub->switches().remove(use_);
}

Result<bool> Subscription::active() const {
  if (hub_ == nullptr) return Error::local(LocalError::invalid_argument);
  return use_ == 0 ? Result<bool>(true) : hub_->switches().state(use_);
}

Result<void> Subscription::wait() const {
  if (hub_ == nullptr) return Error::local(LocalError::invalid_argument);
  return use_ == 0 ? Result<void>() : hub_->switches().wait(use_);
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

Subscription NotificationHub::subscribe(EventSwitch event, MessageId message, NotificationCallback callback,
                                        Duration timeout) {
  // Ears first, so that nothing falls between.
  Subscription subscription = subscribe(event.protocol, message, std::move(callback));
  subscription.use_ = switches_->add(std::move(event), timeout);
  return subscription;
}

bool NotificationHub::begin_dispatch(const ChannelRegistry& registry) noexcept {
  return switches_->attached_to(registry) && !dispatching_.exchange(true, std::memory_order_acquire);
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
