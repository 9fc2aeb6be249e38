// SPDX-License-Identifier: Apache-2.0
// The P2A channel: notifications through a bounded queue to callbacks that may do as they please.
#include <doctest/doctest.h>

#include "tests/core/fake_area.hpp"

using namespace scmi;
using namespace scmi::test;
using namespace std::chrono_literals;

namespace {
constexpr MessageHeader changed{MessageId(0), MessageType::notification, protocol::power_domain, Token()};

std::uint32_t word(std::span<const std::byte> bytes, std::size_t i) {
  std::uint32_t w = 0;
  std::memcpy(&w, bytes.data() + 4 * i, 4);
  return w;
}
}  // namespace

TEST_CASE("notifications are delivered in order, by poll, to every subscriber") {
  AgentFixture f;
  std::vector<std::uint32_t> a;
  std::vector<std::uint32_t> b;
  const auto first = f.power_link.subscribe(MessageId(0), [&](auto p) { a.push_back(word(p, 1)); });
  const auto second = f.power_link.subscribe(MessageId(0), [&](auto p) { b.push_back(word(p, 1)); });
  const auto other = f.clock_link.subscribe(MessageId(0), [&](auto) { FAIL("another protocol's"); });
  for (std::uint32_t i = 0; i < 3; ++i) f.platform.post(changed, words({1, i, 0}));
  CHECK(a.empty());
  CHECK(f.agent->poll().notifications == 6);
  CHECK(a == std::vector<std::uint32_t>{0, 1, 2});
  CHECK(a == b);
  CHECK(f.count(Count::notifications) == 3);
}

TEST_CASE("T7 a header-only notification is counted and dropped, and the queue goes on") {
  AgentFixture f;
  int seen = 0;
  const auto s = f.power_link.subscribe(MessageId(0), [&](auto) { ++seen; });
  f.platform.post(changed, {});
  f.platform.post(changed, words({1, 2, 3}));
  f.agent->poll();
  CHECK(seen == 1);
  CHECK(f.count(Count::malformed) == 1);
}

TEST_CASE("T8 every malformed message on the P2A channel still gives the area back") {
  AgentFixture f;
  for (const std::uint32_t length : {0U, 2U, 3U, 4U, 5U, 2000U, 0xFFFF'FFFFU}) {
    CAPTURE(length);
    f.platform.p2a.header = changed.pack();
    f.platform.p2a.length = length;
    f.platform.p2a.free = false;
    rx_callback(*f.agent->registry(), f.platform.p2a_handle, 0);
    CHECK(f.platform.p2a.free);
  }
  CHECK(f.platform.clears == 7);
  f.platform.p2a.error = true;
  f.platform.p2a.free = false;
  rx_callback(*f.agent->registry(), f.platform.p2a_handle, 0);
  CHECK(f.platform.p2a.free);
  CHECK(f.count(Count::malformed) + f.count(Count::channel_errors) == 8);
}

TEST_CASE("a full queue drops the newest and counts it; the receive path never waits") {
  AgentFixture f;
  std::vector<std::uint32_t> seen;
  const auto s = f.power_link.subscribe(MessageId(0), [&](auto p) { seen.push_back(word(p, 1)); });
  for (std::uint32_t i = 0; i < 300; ++i) f.platform.post(changed, words({1, i, 0}));
  CHECK(f.count(Count::notifications) == 256);
  CHECK(f.count(Count::dropped) == 44);
  f.agent->poll();
  REQUIRE(seen.size() == 256);
  CHECK(seen.back() == 255);
  f.platform.post(changed, words({1, 1000, 0}));
  f.agent->poll();
  CHECK(seen.back() == 1000);
}

TEST_CASE("a callback may unsubscribe itself and others, subscribe, call and close") {
  AgentFixture f;
  int a = 0;
  int b = 0;
  Subscription first;
  Subscription second;
  first = f.power_link.subscribe(MessageId(0), [&](auto) {
    ++a;
    second.cancel();
    first.cancel();
    f.platform.on_request = [](FakeArea& p) { p.reply_to_last(words({0})); };
    CHECK(f.clock_link.transact(MessageId(6), words({1}), {}));
    f.agent->shutdown();
  });
  second = f.power_link.subscribe(MessageId(0), [&](auto) { ++b; });
  f.platform.post(changed, words({1, 2, 3}));
  f.platform.post(changed, words({1, 2, 3}));
  f.agent->poll();
  CHECK(a == 1);
  CHECK(b == 0);
  CHECK(f.platform.frees == 2);
}

TEST_CASE("none is delivered after unsubscribe returned") {
  AgentFixture f;
  int seen = 0;
  {
    const auto s = f.power_link.subscribe(MessageId(0), [&](auto) { ++seen; });
    f.platform.post(changed, words({1, 2, 3}));
  }
  f.agent->poll();
  CHECK(seen == 0);
}

TEST_CASE("the dispatcher is one: a poll from inside a callback does everything but deliver") {
  AgentFixture f;
  int depth = 0;
  int seen = 0;
  const auto s = f.power_link.subscribe(MessageId(0), [&](auto) {
    ++depth;
    CHECK(depth == 1);
    ++seen;
    CHECK(f.agent->poll().notifications == 0);
    --depth;
  });
  f.platform.post(changed, words({1, 2, 3}));
  f.platform.post(changed, words({1, 2, 3}));
  f.agent->poll();
  CHECK(seen == 2);
}

TEST_CASE("Agent::wait sleeps until a notification comes and delivers it") {
  AgentFixture f;
  int seen = 0;
  const auto s = f.power_link.subscribe(MessageId(0), [&](auto) { ++seen; });
  f.waiter.at(500us, [&] { f.platform.post(changed, words({1, 2, 3})); });
  const Instant until = f.clock.now() + 10ms;
  while (seen == 0 && f.clock.now() < until) f.agent->wait(until);
  CHECK(seen == 1);
  CHECK(f.clock.now() < until);
}
