// SPDX-License-Identifier: Apache-2.0
//
// Subscriptions and what the platform is told of them: counted, pending, renewed, and never in anybody's way.
#include <doctest/doctest.h>

#include <atomic>
#include <thread>

#include "protocols/base.hpp"
#include "protocols/clock.hpp"
#include "protocols/performance.hpp"
#include "protocols/power_domain.hpp"
#include "scmi/queued_subscription.hpp"
#include "tests/protocols/scripted_platform.hpp"
#include "transport/system_time.hpp"
#include "transport/system_waiter.hpp"

using namespace scmi;
using namespace scripted;
using clock_protocol::RateChanged;
using clock_protocol::RateChangedEvent;

namespace {

constexpr std::uint8_t clk = 0x14;
constexpr std::uint8_t notify_command = 0x9;
constexpr ClockId id{5};
const Words on{5, 1};
const Words off{5, 0};
const Words change{2, 5, 1000, 0};

/// A platform with clocks whose rate notifications can be switched.
void offer_clocks(Platform& p) {
  p.on(clk, 0x0, {0, 0x20000});
  p.on(clk, 0x1, {0, 8});
  p.on(clk, notify_command, {0});
}

Clocks open(Platform& p) {
  auto clocks = Clocks::open(p.agent());
  REQUIRE(clocks);
  p.commands.clear();
  return std::move(*clocks);
}

/// The parameters of every rate notify command, in order.
std::vector<Words> told(const Platform& p) {
  std::vector<Words> all;
  for (const auto& c : p.commands) {
    if (c.protocol == clk && c.message == notify_command) all.push_back(c.parameters);
  }
  return all;
}
using Told = std::vector<Words>;

void ignore(const RateChanged&) {}

}  // namespace

TEST_CASE("subscriptions: two of one source cause one enable, and the last to go one disable") {
  Platform p;
  offer_clocks(p);
  const Clocks clocks = open(p);
  auto first = clocks.watch_rate(id, ignore);
  auto second = clocks.watch_rate(id, ignore);
  auto other = clocks.watch_rate(ClockId(6), ignore);
  REQUIRE((first && second && other));
  CHECK(told(p) == Told{on, {6, 1}});
  first->cancel();
  CHECK(told(p).size() == 2);
  second->cancel();
  CHECK(told(p) == Told{on, {6, 1}, off});
  first->cancel();
  CHECK(told(p).size() == 3);
  const auto again = clocks.watch_rate(id, ignore);
  CHECK(told(p) == Told{on, {6, 1}, off, on});
  CHECK(p.agent().notifications()->switches().rows() == 2);
}

TEST_CASE("subscriptions: the events of one source are counted apart") {
  Platform p;
  offer_clocks(p);
  p.on(clk, 0x0, {0, 0x30000});
  p.on(clk, 0xA, {0});
  const Clocks clocks = open(p);
  const auto rate = clocks.watch_rate(id, ignore);
  {
    const auto requests = clocks.watch_rate_requests(id, [](const auto&) {});
    REQUIRE(requests);
  }
  CHECK(p.asked(clk, notify_command) == 1);
  CHECK(p.asked(clk, 0xA) == 2);
  CHECK(p.last().parameters == off);
}

TEST_CASE("subscriptions: dropped from inside the callback, with nothing delivered afterwards") {
  Platform p;
  offer_clocks(p);
  const Clocks clocks = open(p);
  int seen = 0;
  Subscription mine;
  auto watch = clocks.watch_rate(id, [&](const RateChanged&) {
    ++seen;
    mine.cancel();
    CHECK(told(p).back() == off);
  });
  REQUIRE(watch);
  mine = std::move(*watch);
  p.loop.deliver(p.loop.notify(protocol::clock, MessageId(0), bytes_of(change)));
  p.loop.deliver(p.loop.notify(protocol::clock, MessageId(0), bytes_of(change)));
  p.agent().poll();
  CHECK(seen == 1);
  CHECK(told(p) == Told{on, off});
}

TEST_CASE("subscriptions: dropping one never waits for the platform, and who comes next waits for the disable") {
  Platform p;
  offer_clocks(p);
  const Clocks clocks = open(p);
  auto first = clocks.watch_rate(id, ignore);
  REQUIRE(first);
  p.on(clk, notify_command, {});
  const Instant before = p.clock.at;
  first->cancel();
  CHECK(p.clock.at == before);
  CHECK(told(p) == Told{on, off});
  const Subscription next = subscribe<RateChangedEvent>(p.agent().notifications(), id, ignore);
  const Subscription one_more = subscribe<RateChangedEvent>(p.agent().notifications(), id, ignore);
  CHECK(told(p) == Told{on, off});
  CHECK_FALSE(*next.active());
  p.answer_held({0});
  p.agent().poll();
  CHECK(told(p) == Told{on, off, on});
  CHECK_FALSE(*one_more.active());
  p.answer_held({0});
  p.agent().poll();
  CHECK(*next.active());
  CHECK(*one_more.active());
  CHECK(one_more.wait());
  CHECK(told(p).size() == 3);
}

TEST_CASE("subscriptions: a disable that is never answered is given up, and the row with it") {
  Platform p;
  offer_clocks(p);
  const Clocks clocks = open(p);
  p.on_ask(clk, notify_command, [](const Words& w) { return w[1] == 1 ? Words{0} : Words{}; });
  {
    const auto watch = clocks.watch_rate(id, ignore);
    REQUIRE(watch);
  }
  CHECK(p.agent().notifications()->switches().rows() == 1);
  p.clock.at += std::chrono::seconds(1);
  p.agent().poll();
  CHECK(p.agent().notifications()->switches().rows() == 0);
  CHECK(told(p) == Told{on, off});
}

TEST_CASE("subscriptions: an enable that is not answered is an error, and taken back since it may have been heard") {
  Platform p;
  offer_clocks(p);
  const Clocks clocks = open(p);
  p.on_ask(clk, notify_command, [](const Words& w) { return w[1] == 0 ? Words{0} : Words{}; });
  const auto watch = clocks.watch_rate(id, ignore);
  REQUIRE_FALSE(watch);
  CHECK(watch.error().is(LocalError::timed_out));
  CHECK(watch.error().context.message == notify_command);
  CHECK(told(p) == Told{on, off});
  CHECK(p.agent().notifications()->switches().rows() == 0);
}

TEST_CASE("subscriptions: a refusal is the caller's error, is not taken back, and the next one asks again") {
  Platform p;
  offer_clocks(p);
  const Clocks clocks = open(p);
  p.on(clk, notify_command, {status(Status::not_supported)});
  CHECK(clocks.watch_rate(id, ignore).error().is(Status::not_supported));
  CHECK(told(p) == Told{on});
  CHECK(p.agent().notifications()->switches().rows() == 0);
  const Subscription stays = subscribe<RateChangedEvent>(p.agent().notifications(), id, ignore);
  CHECK(stays.active().error().is(Status::not_supported));
  p.on(clk, notify_command, {0});
  CHECK(clocks.watch_rate(id, ignore));
  CHECK(*stays.active());
  CHECK(told(p) == Told{on, on, on});
}

TEST_CASE("subscriptions: other parameters for the same event are sent again, the newest hold") {
  Platform p;
  offer_clocks(p);
  const Clocks clocks = open(p);
  using clock_protocol::RateNotify;
  const auto plain = clocks.watch_rate(id, ignore);
  // A second bit stands for thresholds and the like.
  auto special = watch<RateChangedEvent>(clocks.link(), id, RateNotify{id, 3}, ignore);
  REQUIRE(special);
  CHECK(told(p) == Told{on, {5, 3}});
  p.on(clk, notify_command, {status(Status::invalid_parameters)});
  CHECK(watch<RateChangedEvent>(clocks.link(), id, RateNotify{id, 7}, ignore).error().is(Status::invalid_parameters));
  CHECK(*plain->active());
  special->cancel();
  CHECK(told(p) == Told{on, {5, 3}, {5, 7}});
}

TEST_CASE("subscriptions: pending before there is an agent, and before the protocol is open") {
  Platform p;
  offer_clocks(p);
  const auto hub = std::make_shared<NotificationHub>(p.clock);
  int seen = 0;
  const Subscription early = subscribe<RateChangedEvent>(hub, id, [&](const RateChanged&) { ++seen; });
  CHECK_FALSE(*early.active());
  CHECK(early.wait().error().is(LocalError::channel_closed));
  p.probe_with(hub);
  CHECK(told(p).empty());
  CHECK_FALSE(*early.active());
  const Clocks clocks = *Clocks::open(p.agent());
  CHECK(told(p) == Told{on});
  CHECK(*early.active());
  const Clocks twice = *Clocks::open(p.agent());
  CHECK(told(p) == Told{on});
  p.notify(clk, 0x0, change);
  CHECK(seen == 1);
}

TEST_CASE("subscriptions: the enable goes out after the version was settled") {
  Platform p;
  offer_clocks(p);
  p.on(clk, 0x0, {0, 0x40000});
  p.on(clk, 0x2, {0, 0});
  p.on(clk, 0x10, {0});
  const Subscription early = subscribe<RateChangedEvent>(p.agent().notifications(), id, ignore);
  REQUIRE(Clocks::open(p.agent()));
  std::vector<int> order;
  for (const auto& c : p.commands) order.push_back(c.message);
  CHECK(order == std::vector<int>{0x0, 0x2, 0x10, 0x9, 0x1});
}

TEST_CASE("S0.9 notification subscriptions are renewed exactly once after the platform started anew") {
  Platform p;
  offer_clocks(p);
  int seen = 0;
  const Clocks before = open(p);
  const auto one = before.watch_rate(id, [&](const RateChanged&) { ++seen; });
  const auto two = before.watch_rate(id, [&](const RateChanged&) { ++seen; });
  auto gone = before.watch_rate(ClockId(6), ignore);
  gone->cancel();
  p.restart_and_probe();
  CHECK_FALSE(*one->active());
  const Clocks after = *Clocks::open(p.agent());
  const Clocks again = *Clocks::open(p.agent());
  CHECK(told(p) == Told{on});
  CHECK(*one->active());
  CHECK(*two->active());
  p.notify(clk, 0x0, change);
  CHECK(seen == 2);
  // The client of before stays dead, and asks nothing of the new platform.
  CHECK_FALSE(before.watch_rate(id, ignore));
  CHECK(told(p) == Told{on});
}

TEST_CASE("subscriptions: without a platform they end quietly, and with the agent gone too") {
  Platform p;
  offer_clocks(p);
  const Clocks clocks = open(p);
  auto lost = clocks.watch_rate(id, ignore);
  auto late = clocks.watch_rate(ClockId(6), ignore);
  p.loop.hang_up();
  lost->cancel();
  CHECK(p.agent().notifications()->switches().rows() == 1);
  p.agent().shutdown();
  late->cancel();
  CHECK(p.agent().notifications()->switches().rows() == 0);
  CHECK(told(p).size() == 2);
  CHECK(clocks.watch_rate(id, ignore).error().is(LocalError::channel_closed));
}

TEST_CASE("subscriptions: an agent whose subscriptions were taken over delivers and sends nothing any more") {
  Platform first;
  Platform second;
  offer_clocks(first);
  offer_clocks(second);
  int seen = 0;
  const Clocks clocks = open(first);
  auto watch = clocks.watch_rate(id, [&](const RateChanged&) { ++seen; });
  second.probe_with(first.agent().notifications());
  REQUIRE(Clocks::open(second.agent()));
  first.notify(clk, 0x0, change);
  CHECK(seen == 0);
  second.notify(clk, 0x0, change);
  CHECK(seen == 1);
  first.agent().shutdown();
  CHECK(*watch->active());
  watch->cancel();
  CHECK(told(first) == Told{on});
  CHECK(told(second) == Told{on, off});
}

TEST_CASE("subscriptions: resetting our own configuration renews them once; another agent's does not") {
  Platform p;
  offer_clocks(p);
  p.on(0x10, 0x1, {0, 0x02FF});
  p.on_ask(0x10, 0x7, [](const Words& w) { return Words{0, w[0] == 0xFFFF'FFFF ? 2 : w[0]} + name("agent"); });
  p.on(0x10, 0xB, {0});
  const Clocks clocks = open(p);
  const auto watch = clocks.watch_rate(id, ignore);
  const Base base = *Base::open(p.agent());
  CHECK(base.reset_agent_configuration(AgentId(1), false));
  CHECK(told(p) == Told{on});
  CHECK(base.reset_agent_configuration(AgentId(2), false));
  CHECK(told(p) == Told{on, on});
  CHECK(*watch->active());
}

TEST_CASE("subscriptions: a disable that finds no room goes out with the next poll") {
  Platform p({.max_in_flight = 1, .max_message_size = 1024});
  offer_clocks(p);
  p.on(clk, 0x6, {});
  const Clocks clocks = open(p);
  auto watch = clocks.watch_rate(id, ignore);
  REQUIRE(watch);
  auto hog = start(clocks.link(), clock_protocol::RateGet{id});
  REQUIRE(hog);
  watch->cancel();
  CHECK(told(p) == Told{on});
  p.agent().poll();
  CHECK(told(p) == Told{on});
  p.answer_held({0, 1, 0});
  CHECK(hog->wait());
  *hog = {};
  p.agent().poll();
  CHECK(told(p) == Told{on, off});
  CHECK(p.agent().notifications()->switches().rows() == 0);
}

TEST_CASE("subscriptions: Base errors have no source and are counted all the same") {
  Platform p;
  p.on(0x10, 0x8, {0});
  const Base base = *Base::open(p.agent());
  int seen = 0;
  auto one = base.watch_errors([&](const auto&) { ++seen; });
  auto two = base.watch_errors([&](const auto&) { ++seen; });
  CHECK(p.asked(0x10, 0x8) == 1);
  p.notify(0x10, 0x0, {2, 0});
  CHECK(seen == 2);
  one->cancel();
  two->cancel();
  CHECK(p.asked(0x10, 0x8) == 2);
  CHECK(p.last().parameters == Words{0});
}

TEST_CASE("T17 the source of a subscription is compared over its full width, and `any` is no number") {
  Platform p;
  offer_clocks(p);
  const Clocks clocks = open(p);
  std::vector<std::uint32_t> low;
  std::vector<std::uint32_t> high;
  std::size_t any = 0;
  const auto a = clocks.watch_rate(ClockId(0xFFFF), [&](const auto& n) { low.push_back(n.clock_id.value); });
  const auto b = clocks.watch_rate(ClockId(0xFFFF'FFFF), [&](const auto& n) { high.push_back(n.clock_id.value); });
  const auto c = clocks.on_rate_changed([&](const auto&) { ++any; });
  CHECK(told(p) == Told{{0xFFFF, 1}, {0xFFFF'FFFF, 1}});
  for (const std::uint32_t source : {0xFFFFU, 0x1'FFFFU, 0xFFFF'FFFFU, 0U}) p.notify(clk, 0x0, {1, source, 1, 0});
  CHECK(low == std::vector<std::uint32_t>{0xFFFF});
  CHECK(high == std::vector<std::uint32_t>{0xFFFF'FFFF});
  CHECK(any == 4);
}

TEST_CASE("queued subscriptions: a full queue drops the oldest or the newest, and counts") {
  Platform p;
  offer_clocks(p);
  const Clocks clocks = open(p);
  const auto watch = [&](auto sink) { return clocks.watch_rate(id, std::move(sink)); };
  auto newest = QueuedSubscription<RateChanged>::make(2, Overflow::drop_newest, watch);
  auto oldest = QueuedSubscription<RateChanged>::make(2, Overflow::drop_oldest, watch);
  REQUIRE((newest && oldest));
  CHECK(told(p) == Told{on});
  for (const std::uint32_t rate_hz : {10U, 20U, 30U, 40U, 50U}) p.notify(clk, 0x0, {1, 5, rate_hz, 0});
  CHECK(newest->dropped() == 3);
  CHECK(oldest->dropped() == 3);
  CHECK(newest->size() == 2);
  CHECK(newest->take()->rate_hz == 10);
  CHECK(newest->take()->rate_hz == 20);
  CHECK_FALSE(newest->take());
  CHECK(oldest->take()->rate_hz == 40);
  oldest->cancel();
  p.notify(clk, 0x0, {1, 5, 60, 0});
  CHECK(oldest->take()->rate_hz == 50);
  CHECK_FALSE(oldest->take());
  CHECK(newest->take()->rate_hz == 60);
  CHECK(
      QueuedSubscription<RateChanged>::make(0, Overflow::drop_oldest, watch).error().is(LocalError::invalid_argument));
  p.on(clk, notify_command, {status(Status::denied)});
  newest->cancel();
  CHECK(QueuedSubscription<RateChanged>::make(1, Overflow::drop_oldest, watch).error().is(Status::denied));
}

TEST_CASE("subscriptions: made and dropped by many threads, the platform sees them one at a time and off at the end") {
  transport::SystemTime time;
  transport::SystemWaiter waiter;
  std::atomic<int> state{0};
  std::atomic<int> wrong{0};
  std::atomic<int> commands{0};
  transport::Loopback loop({.default_timeout = std::chrono::seconds(10)});
  loop.set_responder([&](transport::Loopback& l, const transport::LoopbackCommand& c) {
    const MessageHeader h = c.decoded();
    Words reply{0};
    if (h.protocol == protocol::clock && h.message == MessageId(notify_command)) {
      const int want = static_cast<int>(words_of(c.payload).at(1));
      if (state.exchange(want) == want) ++wrong;
      ++commands;
    } else if (h.protocol == protocol::clock) {
      reply = h.message == MessageId(0) ? Words{0, 0x20000} : Words{0, 8};
    } else if (h.message == MessageId(0)) {
      reply = {0, 0x20001};
    } else if (h.message == MessageId(1)) {
      reply = {0, 1};
    } else if (h.message == MessageId(6)) {
      reply = words_of(c.payload).at(0) == 0 ? Words{0, 1, 0x14} : Words{0, 0};
    } else {
      reply = Words{0} + name("acme");
    }
    l.deliver(l.reply(c, bytes_of(reply)));
  });
  auto agent = Agent::probe(loop.transport(), time, waiter);
  REQUIRE(agent);
  const auto clocks = Clocks::open(**agent);
  REQUIRE(clocks);
  std::atomic<bool> stop{false};
  std::thread dispatcher([&] {
    while (!stop) {
      loop.deliver(loop.notify(protocol::clock, MessageId(0), bytes_of(change)));
      (*agent)->poll();
    }
  });
  std::vector<std::thread> threads;
  for (int t = 0; t < 3; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 100; ++i) {
        const auto alive = std::make_shared<std::atomic<bool>>(true);
        auto watch = clocks->watch_rate(id, [&, alive](const RateChanged&) {
          if (!*alive) ++wrong;
        });
        if (!watch) {
          ++wrong;
          continue;
        }
        watch->cancel();
        *alive = false;
      }
    });
  }
  for (auto& t : threads) t.join();
  stop = true;
  dispatcher.join();
  (*agent)->poll();
  CHECK(wrong == 0);
  CHECK(state == 0);
  CHECK(commands % 2 == 0);
  CHECK((*agent)->notifications()->switches().rows() == 0);
}
