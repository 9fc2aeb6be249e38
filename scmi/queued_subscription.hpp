// SPDX-License-Identifier: Apache-2.0
//
// A subscription whose notifications wait until their owner takes them, in a bounded queue of their own: for code that
// has its own thread or loop and wants no callback. A slow owner loses notifications, by choice the oldest or the
// newest, and is told how many; he never holds up the dispatcher.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <utility>

#include "scmi/notifications.hpp"

namespace scmi {

/// Which one a full queue drops.
enum class Overflow : std::uint8_t { drop_newest, drop_oldest };

/// Holds notifications of type N. Any context may take; the agent's dispatcher fills it.
template <class N>
class QueuedSubscription {
 public:
  /// `watch` is called once with a callback and answers its Subscription, or a Result of one:
  ///   QueuedSubscription<RateChanged>::make(16, Overflow::drop_oldest,
  ///                                         [&](auto sink) { return clocks.watch_rate(clock, std::move(sink)); })
  /// Errors: those of `watch`; invalid_argument for a capacity of 0.
  template <class Watch>
  [[nodiscard]] static Result<QueuedSubscription> make(std::size_t capacity, Overflow overflow, Watch&& watch) {
    if (capacity == 0) return Error::local(LocalError::invalid_argument);
    QueuedSubscription queued(capacity, overflow);
    Result<Subscription> subscription =
        watch([queue = queued.queue_](const N& notification) { queue->put(notification); });
    if (!subscription) return subscription.error();
    queued.subscription_ = std::move(*subscription);
    return Result<QueuedSubscription>(std::move(queued));
  }

  /// The oldest one waiting; empty if there is none. Never waits.
  [[nodiscard]] std::optional<N> take() {
    const sync::MutexLock lock(queue_->mutex);
    if (queue_->waiting.empty()) return std::nullopt;
    std::optional<N> oldest(std::move(queue_->waiting.front()));
    queue_->waiting.pop_front();
    return oldest;
  }
  [[nodiscard]] std::size_t size() const {
    const sync::MutexLock lock(queue_->mutex);
    return queue_->waiting.size();
  }
  /// Lost since the beginning because the queue was full.
  [[nodiscard]] std::uint64_t dropped() const {
    const sync::MutexLock lock(queue_->mutex);
    return queue_->dropped;
  }
  /// No more come; those that wait can still be taken.
  void cancel() noexcept { subscription_.cancel(); }
  [[nodiscard]] const Subscription& subscription() const noexcept { return subscription_; }

 private:
  struct Queue {
    Queue(std::size_t c, Overflow o) : capacity(c), overflow(o) {}
    void put(const N& notification) {
      const sync::MutexLock lock(mutex);
      if (waiting.size() == capacity) {
        ++dropped;
        if (overflow == Overflow::drop_newest) return;
        waiting.pop_front();
      }
      waiting.push_back(notification);
    }
    const std::size_t capacity;
    const Overflow overflow;
    sync::Mutex mutex;
    std::deque<N> waiting SCMI_GUARDED_BY(mutex);
    std::uint64_t dropped SCMI_GUARDED_BY(mutex) = 0;
  };
  QueuedSubscription(std::size_t capacity, Overflow overflow) : queue_(std::make_shared<Queue>(capacity, overflow)) {}

  std::shared_ptr<Queue> queue_;
  Subscription subscription_;
};

}  // namespace scmi
