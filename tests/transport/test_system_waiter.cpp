// SPDX-License-Identifier: Apache-2.0
//
// The real waiter must never lose a wake-up, whichever of its two ways of sleeping a context uses. The deadlines here
// only bound a failing run; no result depends on how long anything takes.
#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <memory>
#include <thread>
#include <vector>

#include "transport/system_time.hpp"
#include "transport/system_waiter.hpp"

using namespace scmi;
using transport::SystemTime;
using transport::SystemWaiter;

namespace {

Instant far_away() { return SystemTime().now() + std::chrono::seconds(30); }

struct EventFd {
  int fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  EventFd() = default;
  EventFd(const EventFd&) = delete;
  EventFd& operator=(const EventFd&) = delete;
  ~EventFd() { close(fd); }
  void signal() const {
    const std::uint64_t one = 1;
    REQUIRE(write(fd, &one, sizeof one) == sizeof one);
  }
};

void bump(SystemWaiter& waiter, WaitPoint& point) {
  point.word.fetch_add(1, std::memory_order_release);
  waiter.wake(point);
}

// Waits until the word has left `seen`; false when that never happened.
bool wait_for_change(SystemWaiter& waiter, WaitPoint& point, std::uint32_t seen, std::span<const int> fds) {
  const Instant deadline = far_away();
  while (point.word.load(std::memory_order_acquire) == seen) {
    if (SystemTime().now() >= deadline) return false;
    waiter.wait(point, seen, deadline, fds);
  }
  return true;
}

// Two threads hand a turn to each other `rounds` times: each lost wake-up stops the game for good.
std::uint32_t ping_pong(SystemWaiter& waiter, std::uint32_t rounds, std::span<const int> fds_a,
                        std::span<const int> fds_b) {
  WaitPoint a;
  WaitPoint b;
  std::thread other([&] {
    for (std::uint32_t i = 0; i < rounds; ++i) {
      if (!wait_for_change(waiter, b, i, fds_b)) return;
      bump(waiter, a);
    }
  });
  std::uint32_t done = 0;
  for (; done < rounds; ++done) {
    bump(waiter, b);
    if (!wait_for_change(waiter, a, done, fds_a)) break;
  }
  other.join();
  return done;
}

}  // namespace

TEST_CASE("system time: moves forward and converts to the kernel's form") {
  SystemTime time;
  const Instant first = time.now();
  CHECK(time.now() >= first);
  const auto ts = transport::to_timespec(Duration(1'234'567'890'123));
  CHECK(ts.tv_sec == 1234);
  CHECK(ts.tv_nsec == 567'890'123);
  CHECK(transport::to_timespec(Duration(-5)).tv_sec == 0);
  CHECK(transport::to_timespec(Duration(-5)).tv_nsec == 0);
  CHECK(transport::to_timespec(Instant(Duration(3'000'000'001))).tv_sec == 3);
}

TEST_CASE("system waiter: a word that has changed already is not waited for") {
  SystemWaiter waiter;
  WaitPoint point;
  point.word = 7;
  EventFd fd;
  const std::array fds{fd.fd};
  waiter.wait(point, 6, never, {});
  waiter.wait(point, 6, never, fds);
  CHECK(waiter.eventfd_count() == 0);
}

TEST_CASE("system waiter: a deadline that has passed ends the wait, with and without descriptors") {
  SystemWaiter waiter;
  WaitPoint point;
  EventFd fd;
  const std::array fds{fd.fd};
  for (const Instant deadline : {Instant::min(), Instant(), SystemTime().now()}) {
    waiter.wait(point, 0, deadline, {});
    waiter.wait(point, 0, deadline, fds);
  }
  CHECK(point.cookie.load() == 0);
}

TEST_CASE("system waiter: a wait ends at its deadline and not before, when nothing else happens") {
  SystemWaiter waiter;
  WaitPoint point;
  EventFd fd;
  const std::array fds{fd.fd};
  for (const std::span<const int> set : {std::span<const int>(), std::span<const int>(fds)}) {
    const Instant deadline = SystemTime().now() + std::chrono::milliseconds(2);
    while (SystemTime().now() < deadline) waiter.wait(point, 0, deadline, set);
    CHECK(SystemTime().now() >= deadline);
  }
}

TEST_CASE("system waiter: a readable descriptor and a hang-up end the wait and stay unread") {
  SystemWaiter waiter;
  WaitPoint point;
  EventFd fd;
  fd.signal();
  std::array<int, 2> ends{};
  REQUIRE(pipe2(ends.data(), O_CLOEXEC) == 0);
  close(ends[1]);
  const std::array hung_up{ends[0]};
  const std::array readable{fd.fd};
  waiter.wait(point, 0, never, readable);
  waiter.wait(point, 0, never, hung_up);
  std::uint64_t value = 0;
  CHECK(read(fd.fd, &value, sizeof value) == sizeof value);
  CHECK(value == 1);
  close(ends[0]);
}

TEST_CASE("system waiter: a wake ends a wait with more descriptors than it can poll") {
  SystemWaiter waiter;
  WaitPoint point;
  EventFd fd;
  const std::vector<int> many(SystemWaiter::fds_max + 5, fd.fd);
  std::thread waker([&] { bump(waiter, point); });
  CHECK(wait_for_change(waiter, point, 0, many));
  waker.join();
}

TEST_CASE("system waiter: no wake-up is lost between threads that sleep on futex and on descriptors") {
  SystemWaiter waiter;
  EventFd fd_a;
  EventFd fd_b;
  const std::array set_a{fd_a.fd};
  const std::array set_b{fd_b.fd};
  constexpr std::uint32_t rounds = 5'000;
  CHECK(ping_pong(waiter, rounds, {}, {}) == rounds);
  CHECK(ping_pong(waiter, rounds, set_a, set_b) == rounds);
  CHECK(ping_pong(waiter, rounds, set_a, {}) == rounds);
  CHECK(waiter.eventfd_count() <= 2);
}

TEST_CASE("system waiter: more sleepers with descriptors than eventfds all wake") {
  SystemWaiter waiter;
  EventFd fd;
  const std::array fds{fd.fd};
  constexpr std::size_t sleepers = SystemWaiter::slots_max + 8;
  constexpr std::uint32_t rounds = 20;
  std::vector<WaitPoint> points(sleepers);
  std::vector<WaitPoint> answers(sleepers);
  std::atomic<std::size_t> finished{0};
  std::vector<std::thread> threads;
  threads.reserve(sleepers);
  for (std::size_t i = 0; i < sleepers; ++i) {
    threads.emplace_back([&, i] {
      for (std::uint32_t round = 0; round < rounds; ++round) {
        if (!wait_for_change(waiter, points[i], round, fds)) return;
        bump(waiter, answers[i]);
      }
      finished.fetch_add(1);
    });
  }
  for (std::uint32_t round = 0; round < rounds; ++round) {
    for (auto& point : points) bump(waiter, point);
    for (auto& answer : answers) {
      if (!wait_for_change(waiter, answer, round, {})) break;
    }
  }
  for (auto& thread : threads) thread.join();
  CHECK(finished.load() == sleepers);
  CHECK(waiter.eventfd_count() <= SystemWaiter::slots_max);
}

TEST_CASE("system waiter: a wake-up that falls between the first look and the sleep is not lost") {
  // A new waiter each round makes its first eventfd inside that gap, which keeps it open for a while; the waker's
  // delay is swept over it. Both threads meet at a counter first, so that the sweep is real.
  constexpr std::uint32_t rounds = 4'000;
  EventFd fd;
  const std::array fds{fd.fd};
  std::array<std::atomic<SystemWaiter*>, 2> given{};
  WaitPoint point;
  std::atomic<bool> lost{false};
  std::thread waker([&] {
    for (std::uint32_t round = 0; round < rounds; ++round) {
      SystemWaiter* waiter = nullptr;
      while ((waiter = given[round % 2].exchange(nullptr, std::memory_order_acq_rel)) == nullptr) {
        if (lost.load()) return;
        std::this_thread::yield();
      }
      for (std::uint32_t pause = 0; pause < round % 500; ++pause) sync::cpu_relax();
      bump(*waiter, point);
    }
  });
  std::array<std::unique_ptr<SystemWaiter>, 2> waiters;
  for (std::uint32_t round = 0; round < rounds && !lost.load(); ++round) {
    waiters[round % 2] = std::make_unique<SystemWaiter>();
    given[round % 2].store(waiters[round % 2].get(), std::memory_order_release);
    lost = !wait_for_change(*waiters[round % 2], point, round, fds);
  }
  waker.join();
  CHECK_FALSE(lost.load());
}
