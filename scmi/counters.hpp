// SPDX-License-Identifier: Apache-2.0
//
// What happened on a channel, counted for each protocol on it. Nothing is dropped in silence: a message that is not
// delivered shows up in one of these.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "scmi/ids.hpp"
#include "scmi/sync.hpp"

namespace scmi {

/// One kind of event. The order is the order of printing.
enum class Count : std::uint8_t {
  sent,            ///< Commands published on the wire.
  replies,         ///< Responses that completed or advanced a call.
  delayed,         ///< Delayed responses that completed a call.
  notifications,   ///< Notifications queued for delivery.
  timeouts,        ///< Calls that ended by their deadline.
  cancelled,       ///< Calls that ended by cancellation.
  late,            ///< Replies to a call that had ended: dropped.
  duplicate,       ///< Replies to a call that was answered already: dropped.
  unexpected,      ///< Messages that match nothing: dropped.
  malformed,       ///< Messages of an impossible length: dropped, the call goes on or fails.
  spurious,        ///< Doorbells with nothing behind them, and observers that came second.
  stale_handle,    ///< Callbacks with a handle whose generation is over, or not yet open.
  dropped,         ///< Notifications that met a full queue.
  channel_errors,  ///< Areas given back with the error bit.
};
inline constexpr std::size_t count_kinds = 14;

/// "sent", "replies", ...
[[nodiscard]] std::string_view name(Count kind) noexcept;

/// A copy of the counters at one moment; each is exact, the set is not atomic.
struct CounterSnapshot {
  std::array<std::uint64_t, count_kinds> values{};
  [[nodiscard]] std::uint64_t operator[](Count kind) const noexcept { return values[static_cast<std::size_t>(kind)]; }
  CounterSnapshot& operator+=(const CounterSnapshot& other) noexcept {
    for (std::size_t i = 0; i < count_kinds; ++i) values[i] += other.values[i];
    return *this;
  }
};

/// The counters of one protocol on one channel.
class alignas(sync::cache_line) CounterBlock {
 public:
  /// Any context. One read-modify-write.
  void add(Count kind) noexcept { at(kind).fetch_add(1, std::memory_order_relaxed); }
  /// Only by the context that holds the channel (nobody else counts `kind` then): a plain store.
  void add_held(Count kind) noexcept {
    auto& c = at(kind);
    c.store(c.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
  }
  [[nodiscard]] CounterSnapshot snapshot() const noexcept {
    CounterSnapshot s;
    for (std::size_t i = 0; i < count_kinds; ++i) s.values[i] = values_[i].load(std::memory_order_relaxed);
    return s;
  }

 private:
  sync::atomic<std::uint64_t>& at(Count kind) noexcept { return values_[static_cast<std::size_t>(kind)]; }
  std::array<sync::atomic<std::uint64_t>, count_kinds> values_{};
};

}  // namespace scmi
