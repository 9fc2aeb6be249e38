// SPDX-License-Identifier: Apache-2.0
//
// The wait lease changes hands: whoever leads a channel leaves it to the next sleeper, also past one who has no use for
// it any more, and to an event loop when nobody sleeps.
#include <doctest/doctest.h>

#include <condition_variable>
#include <mutex>
#include <thread>

#include "tests/core/fake_area.hpp"

using namespace scmi;
using namespace scmi::test;

namespace {

/// Contexts sleep until their word moves, and can be counted.
class GatedWaiter final : public Waiter {
 public:
  void wait(WaitPoint& point, std::uint32_t seen, Instant, std::span<const int>) noexcept override {
    std::unique_lock lock(mutex_);
    ++sleeping_;
    changed_.notify_all();
    changed_.wait(lock, [&] { return point.word.load() != seen; });
    --sleeping_;
  }
  void wake(WaitPoint&) noexcept override {
    const std::lock_guard lock(mutex_);
    changed_.notify_all();
  }
  void until_asleep(int contexts) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return sleeping_ == contexts; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  int sleeping_ = 0;
};

struct Lease {
  ManualClock clock;
  GatedWaiter waiter;
  FakeArea platform;
  std::shared_ptr<ChannelRegistry> registry = ChannelRegistry::create(clock, waiter, {});
  ChannelRef channel;

  Lease() {
    const auto opened = registry->open(platform.transport(), protocol::base, Direction::a2p);
    REQUIRE(opened);
    channel = registry->acquire(*opened);
    REQUIRE(channel);
  }
  ~Lease() {
    channel.reset();
    registry->close_all();
  }
  std::thread sleeper(WaitPoint& point) {
    return std::thread([&] { channel->sleep(point, 0, never); });
  }
  void wake(WaitPoint& point) {
    point.word.fetch_add(1);
    waiter.wake(point);
  }
  [[nodiscard]] std::uint32_t announced() const { return registry->activity().word.load(); }
};

}  // namespace

TEST_CASE("lease: a sleeper who was to lead and leaves for good passes the lease on") {
  Lease f;
  WaitPoint first;
  WaitPoint second;
  WaitPoint third;
  std::thread leader = f.sleeper(first);
  f.waiter.until_asleep(1);
  std::thread next = f.sleeper(second);
  f.waiter.until_asleep(2);
  std::thread last = f.sleeper(third);
  f.waiter.until_asleep(3);

  f.wake(first);
  leader.join();
  CHECK(second.word == 1);  // He is to lead; but he leaves.
  next.join();
  CHECK(third.word == 1);
  f.wake(third);
  last.join();
}

TEST_CASE("lease: an event loop that passed a channel over is told once when nobody leads it any more") {
  Lease f;
  WaitPoint first;
  WaitPoint second;
  CHECK_FALSE(f.channel->passed_over());
  std::thread leader = f.sleeper(first);
  f.waiter.until_asleep(1);
  CHECK(f.channel->passed_over());
  std::thread next = f.sleeper(second);
  f.waiter.until_asleep(2);
  CHECK(f.announced() == 0);

  f.wake(first);
  leader.join();
  next.join();  // Woken to lead, and leaves: only now nobody is left.
  CHECK(f.announced() == 1);
  CHECK_FALSE(f.channel->passed_over());

  WaitPoint third;
  std::thread later = f.sleeper(third);
  f.waiter.until_asleep(1);
  f.wake(third);
  later.join();
  CHECK(f.announced() == 1);
}
