// SPDX-License-Identifier: Apache-2.0
//
// futex(2) and ppoll(2) behind the core's Waiter. See the header for why no wake-up is lost.
#include "transport/system_waiter.hpp"

#include <linux/futex.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <bit>
#include <climits>

#include "transport/system_time.hpp"

namespace scmi::transport {
namespace {

constexpr Duration slice = std::chrono::milliseconds(1);

static_assert(sizeof(WaitPoint::word) == sizeof(std::uint32_t), "the futex word is the atomic itself");

std::uint32_t* futex_word(WaitPoint& point) noexcept { return reinterpret_cast<std::uint32_t*>(&point.word); }

// FUTEX_WAIT takes a relative timeout; the BITSET form takes an absolute one on CLOCK_MONOTONIC.
void futex_wait(WaitPoint& point, std::uint32_t seen, Instant deadline) noexcept {
  const std::timespec until = to_timespec(deadline);
  syscall(SYS_futex, futex_word(point), FUTEX_WAIT_BITSET_PRIVATE, seen, deadline == never ? nullptr : &until, nullptr,
          FUTEX_BITSET_MATCH_ANY);
}

void poll_until(std::span<pollfd> polled, Instant deadline) noexcept {
  if (deadline == never) {
    ppoll(polled.data(), polled.size(), nullptr, nullptr);
    return;
  }
  const std::timespec left = to_timespec(std::max(deadline, Instant()) - SystemTime().now());
  ppoll(polled.data(), polled.size(), &left, nullptr);
}

}  // namespace

SystemWaiter::SystemWaiter() noexcept {
  for (auto& fd : eventfds_) fd.store(-1, std::memory_order_relaxed);
}

SystemWaiter::~SystemWaiter() {
  for (auto& fd : eventfds_) {
    const int open = fd.load(std::memory_order_acquire);
    if (open >= 0) close(open);
  }
}

std::size_t SystemWaiter::eventfd_count() const noexcept {
  return static_cast<std::size_t>(std::count_if(
      eventfds_.begin(), eventfds_.end(), [](const auto& fd) { return fd.load(std::memory_order_relaxed) >= 0; }));
}

std::size_t SystemWaiter::take_slot() noexcept {
  std::uint64_t taken = taken_.load(std::memory_order_relaxed);
  std::size_t slot = no_slot;
  do {
    slot = static_cast<std::size_t>(std::countr_one(taken));
    if (slot == no_slot) return no_slot;
  } while (!taken_.compare_exchange_weak(taken, taken | std::uint64_t{1} << slot, std::memory_order_acquire,
                                         std::memory_order_relaxed));
  if (eventfds_[slot].load(std::memory_order_relaxed) < 0) {
    const int fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (fd < 0) {
      give_slot_back(slot);
      return no_slot;
    }
    eventfds_[slot].store(fd, std::memory_order_release);
  }
  return slot;
}

void SystemWaiter::give_slot_back(std::size_t slot) noexcept {
  taken_.fetch_and(~(std::uint64_t{1} << slot), std::memory_order_release);
}

void SystemWaiter::wait(WaitPoint& point, std::uint32_t seen, Instant deadline, std::span<const int> fds) noexcept {
  if (point.word.load(std::memory_order_acquire) != seen) return;
  if (fds.empty()) {
    futex_wait(point, seen, deadline);
    return;
  }

  std::array<pollfd, fds_max + 1> polled;
  const std::size_t count = std::min(fds.size(), fds_max);
  for (std::size_t i = 0; i < count; ++i) polled[i] = {fds[i], POLLIN, 0};
  const std::size_t slot = take_slot();
  if (slot == no_slot) {
    poll_until(std::span(polled).first(count), std::min(deadline, SystemTime().now() + slice));
    return;
  }
  const int wake_fd = eventfds_[slot].load(std::memory_order_relaxed);
  polled[count] = {wake_fd, POLLIN, 0};

  // Pairs with the read-modify-write in wake(): if that came first, its release makes the changed word visible here.
  point.cookie.exchange(static_cast<std::uint32_t>(slot + 1), std::memory_order_acq_rel);
  if (point.word.load(std::memory_order_acquire) == seen) {
    if (fds.size() > count) deadline = std::min(deadline, SystemTime().now() + slice);
    poll_until(std::span(polled).first(count + 1), deadline);
  }
  point.cookie.exchange(0, std::memory_order_acq_rel);
  if (polled[count].revents != 0) {
    std::uint64_t drained = 0;
    [[maybe_unused]] const auto n = read(wake_fd, &drained, sizeof drained);
  }
  give_slot_back(slot);
}

void SystemWaiter::wake(WaitPoint& point) noexcept {
  // A read-modify-write, because the caller's change of the word may be no more than a release store: a plain load
  // could then be taken before it, and the context's look at the word could miss it.
  const std::uint32_t cookie = point.cookie.fetch_or(0, std::memory_order_acq_rel);
  if (cookie == 0) {
    syscall(SYS_futex, futex_word(point), FUTEX_WAKE_PRIVATE, INT_MAX, nullptr, nullptr, 0);
    return;
  }
  const std::uint64_t one = 1;
  [[maybe_unused]] const auto n = write(eventfds_[cookie - 1].load(std::memory_order_acquire), &one, sizeof one);
}

}  // namespace scmi::transport
