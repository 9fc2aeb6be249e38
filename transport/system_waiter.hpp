// SPDX-License-Identifier: Apache-2.0
//
// The real Waiter: a blocked context sleeps on its word alone (futex), or on the word and a set of descriptors at the
// same time (ppoll).
//
// Theory of operation. A futex cannot wait for descriptors and ppoll cannot wait for a word. So a context that has
// descriptors borrows an eventfd from a small pool, says so in WaitPoint.cookie, looks at the word once more and polls
// its descriptors together with the eventfd. A waker changes the word first and reads the cookie second; with a cookie
// it writes the eventfd, without one it wakes the futex. Both sides touch the cookie with a read-modify-write, so of
// the two one comes second: either the waker sees the cookie, or the context sees the changed word. A wake() that
// comes too late hits whoever has the eventfd by then, who returns early; nobody is left asleep.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

#include "scmi/time.hpp"

namespace scmi::transport {

/// Owns its eventfds (made at first need, closed with the object). Deadlines are SystemTime's. Any thread.
class SystemWaiter final : public Waiter {
 public:
  /// Contexts that can sleep on descriptors at one time. More than these, or a failing eventfd(2), are served in
  /// slices of a millisecond: later, but not lost.
  static constexpr std::size_t slots_max = 64;
  /// Descriptors of one wait that are polled; a wait with more is served in slices too.
  static constexpr std::size_t fds_max = 31;

  SystemWaiter() noexcept;
  ~SystemWaiter() override;
  SystemWaiter(const SystemWaiter&) = delete;
  SystemWaiter& operator=(const SystemWaiter&) = delete;

  void wait(WaitPoint& point, std::uint32_t seen, Instant deadline, std::span<const int> fds) noexcept override;
  void wake(WaitPoint& point) noexcept override;

  /// Eventfds made so far.
  [[nodiscard]] std::size_t eventfd_count() const noexcept;

 private:
  static constexpr std::size_t no_slot = slots_max;

  [[nodiscard]] std::size_t take_slot() noexcept;
  void give_slot_back(std::size_t slot) noexcept;

  // Bit set: slot taken. Taking pairs (acquire) with giving back (release).
  std::atomic<std::uint64_t> taken_{0};
  // Written by a slot's first holder before the slot's number is published in a cookie; read by wakers after the
  // cookie.
  std::array<std::atomic<int>, slots_max> eventfds_;
};

}  // namespace scmi::transport
