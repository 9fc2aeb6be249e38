// SPDX-License-Identifier: Apache-2.0
//
// The wait lease changes hands: whoever leads a channel leaves it to the next sleeper, who sleeps on and leads, and to
// an event loop when nobody sleeps.
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
    ++falls_asleep_;
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
  void until_fallen_asleep(int times) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return falls_asleep_ == times; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  int sleeping_ = 0;
  int falls_asleep_ = 0;
};

struct Lease {
  ManualClock clock;
  GatedWaiter waiter;
  FakeArea platform;
  std::shared_ptr<ChannelRegistry> registry = ChannelRegistry::create(clock, waiter, {});
  ChannelRef channel;
  ChannelRef p2a;

  Lease() {
    const auto opened = registry->open(platform.transport(), protocol::base, Direction::a2p);
    REQUIRE(opened);
    channel = registry->acquire(*opened);
    REQUIRE(channel);
    const auto other = registry->open(platform.transport(), protocol::base, Direction::p2a);
    REQUIRE(other);
    p2a = registry->acquire(*other);
    REQUIRE(p2a);
  }
  ~Lease() {
    p2a.reset();
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

TEST_CASE("lease: it goes from sleeper to sleeper; whoever gets it sleeps on") {
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
  f.waiter.until_fallen_asleep(4);
  CHECK(second.word == 1);  // He leads now.
  CHECK(third.word == 0);
  f.wake(second);
  next.join();
  f.waiter.until_fallen_asleep(5);
  CHECK(third.word == 1);
  f.wake(third);
  last.join();
}

TEST_CASE("lease: a sleeper who waits for two channels and gets the second keeps the first") {
  Lease f;
  WaitPoint one;
  WaitPoint both;
  std::thread leader([&] { f.p2a->sleep(one, 0, never); });
  f.waiter.until_asleep(1);
  std::thread waits_for_both([&] { f.channel->sleep(both, 0, never, f.p2a.get()); });
  f.waiter.until_asleep(2);

  f.wake(one);
  leader.join();
  f.waiter.until_fallen_asleep(3);
  CHECK(both.word == 1);
  CHECK(f.channel->passed_over());
  CHECK(f.p2a->passed_over());
  f.wake(both);
  waits_for_both.join();
  CHECK_FALSE(f.channel->passed_over());
  CHECK_FALSE(f.p2a->passed_over());
}

TEST_CASE("lease: a notification channel that closes lets its sleepers go") {
  Lease f;
  WaitPoint first;
  WaitPoint second;
  const auto sleeps = [&](WaitPoint& point) {
    return std::thread([&] { f.registry->channel(protocol::base, Direction::p2a)->sleep(point, 0, never); });
  };
  std::thread leader = sleeps(first);
  f.waiter.until_asleep(1);
  std::thread next = sleeps(second);
  f.waiter.until_asleep(2);
  f.p2a.reset();
  f.registry->close(f.registry->route(protocol::base, Direction::p2a));  // Waits for both.
  leader.join();
  next.join();
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
  CHECK(f.announced() == 0);
  f.wake(second);
  next.join();  // Only now nobody is left.
  CHECK(f.announced() == 1);
  CHECK_FALSE(f.channel->passed_over());

  WaitPoint third;
  std::thread later = f.sleeper(third);
  f.waiter.until_asleep(1);
  f.wake(third);
  later.join();
  CHECK(f.announced() == 1);
}
