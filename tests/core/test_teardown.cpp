// SPDX-License-Identifier: Apache-2.0
// Channels that close while something is going on: the registry's half of the promises.
#include <doctest/doctest.h>

#include "tests/core/fake_area.hpp"

using namespace scmi;
using namespace scmi::test;
using namespace std::chrono_literals;

namespace {
PendingOptions with(Completion completion) {
  PendingOptions o;
  o.completion = std::move(completion);
  return o;
}
constexpr std::uint64_t busy_bits = ChannelWord::users_mask | ChannelWord::held | ChannelWord::waiters;
}  // namespace

TEST_CASE("S4.1 a reply between a Base timeout and the close that follows is dropped and counted") {
  AgentFixture f;
  const ProtocolLink base = *f.agent->link(protocol::base);
  f.platform.on_request = [](FakeArea&) {};
  CHECK(call(base, ProtocolVersion{}, {.timeout = 5ms}).error().is(LocalError::timed_out));
  f.platform.reply_to_last(words({0, 0x20000}));
  f.platform.ring();
  CHECK(f.count(Count::late) == 1);
  f.agent->shutdown();
  CHECK(f.platform.frees == 2);
  CHECK(f.agent->registry()->open_channels() == 0);
}

TEST_CASE("S4.2 a reply after close meets a stale handle: refused and counted") {
  AgentFixture f;
  const auto registry = f.agent->registry();
  registry->close(f.platform.a2p_handle);
  CHECK(f.platform.stops == 1);
  CHECK(f.platform.frees == 1);
  f.platform.ring();
  CHECK(registry->stale_handles() == 1);
  registry->close(f.platform.a2p_handle);
  CHECK(f.platform.frees == 1);
}

TEST_CASE("S4.3 a reply before the channel is ready is refused and counted, and the probe goes on") {
  AgentFixture f([](FakeArea& p) { p.on_setup = [&p] { rx_callback(*p.registry, p.a2p_handle, 0); }; });
  CHECK(f.agent->registry()->stale_handles() >= 1);
  CHECK(f.agent->base().protocols.size() == 2);
}

TEST_CASE("T16 tables come before channels: the first reply that can pass finds its xfer table") {
  AgentFixture f([](FakeArea& p) {
    p.on_setup = [&p] {
      p.reply(0x4000, words({0, 0x20000}));
      rx_callback(*p.registry, p.a2p_handle, 0x4000);
    };
  });
  CHECK(f.agent->counters()[Count::replies] == f.agent->counters()[Count::sent]);
}

TEST_CASE("S4.5 close from inside a callback on the same channel finishes when the callback returns") {
  AgentFixture f;
  const auto registry = f.agent->registry();
  bool open_inside = false;
  auto pending = f.clock_link.start(MessageId(5), words({1}), with([&](const auto&) {
                                      registry->close(f.platform.a2p_handle);
                                      open_inside = f.platform.frees == 0;
                                    }));
  REQUIRE(pending);
  f.platform.reply_to_last(words({0}));
  f.platform.ring();
  CHECK(open_inside);
  CHECK(f.platform.frees == 1);
  CHECK(registry->handle_at(f.platform.a2p_handle.slot).generation == 0);
}

TEST_CASE("S4.6 a channel shared by several protocols is closed once, and their calls fail with channel_closed") {
  AgentFixture f;
  auto a = f.clock_link.start(MessageId(5), words({1}), {});
  auto b = f.power_link.start(MessageId(5), words({1}), {});
  REQUIRE(a);
  REQUIRE(b);
  CHECK(f.platform.setups == 2);
  f.agent->shutdown();
  CHECK(a->wait().error().is(LocalError::channel_closed));
  CHECK(b->wait().error().is(LocalError::channel_closed));
  CHECK(f.platform.stops == 2);
  CHECK(f.platform.frees == 2);
  CHECK(call(f.clock_link, ProtocolVersion{}).error().is(LocalError::stale_handle));
  CHECK(call(f.power_link, ProtocolVersion{}).error().is(LocalError::stale_handle));
}

TEST_CASE("S4.6 a blocking call whose channel is closed meanwhile ends with channel_closed") {
  AgentFixture f;
  const auto registry = f.agent->registry();
  f.platform.on_request = [&](FakeArea&) {
    f.waiter.at(1ms, [&] {
      // Another context closes; it does not wait for us, which the callback mark stands for.
      const CallbackScope scope(*registry);
      registry->close(f.platform.a2p_handle);
    });
  };
  const auto r = call(f.clock_link, ProtocolVersion{}, {.timeout = 1s});
  REQUIRE_FALSE(r);
  CHECK(r.error().is(LocalError::channel_closed));
  CHECK(f.platform.frees == 1);
}

TEST_CASE(
    "S4.7 close and re-open: the earlier handle is dead, and a late reply through the new one is recognised as late") {
  AgentFixture f;
  const auto registry = f.agent->registry();
  f.platform.on_request = [](FakeArea&) {};
  CHECK_FALSE(call(f.clock_link, ProtocolVersion{}, {.timeout = 5ms}));
  const MessageHeader lost = f.platform.last();
  const ChannelHandle old = f.platform.a2p_handle;
  registry->close(old);
  const auto reopened = registry->open(f.platform.transport(), protocol::clock, Direction::a2p);
  REQUIRE(reopened);
  CHECK(*reopened != old);
  rx_callback(*registry, old, 0);
  CHECK(registry->stale_handles() == 1);
  const ChannelRef channel = registry->acquire(*reopened);
  REQUIRE(channel);
  CHECK(channel->binding().table->quarantine_size() == 1);
  f.platform.reply(lost.pack(), words({0, 1}));
  f.platform.ring();
  CHECK(f.count(Count::late) == 1);
  CHECK(channel->binding().table->quarantine_empty());
}

TEST_CASE("S4.7 memory of another incarnation of the peer starts with an empty quarantine") {
  AgentFixture f;
  const auto registry = f.agent->registry();
  f.platform.on_request = [](FakeArea&) {};
  CHECK_FALSE(call(f.clock_link, ProtocolVersion{}, {.timeout = 5ms}));
  registry->close(f.platform.a2p_handle);
  f.platform.epoch = 2;
  const auto reopened = registry->open(f.platform.transport(), protocol::clock, Direction::a2p);
  REQUIRE(reopened);
  CHECK(registry->acquire(*reopened)->binding().table->quarantine_empty());
}

TEST_CASE("S4.14 callbacks on channels X and Y that close each other end without deadlock") {
  AgentFixture f([](FakeArea& p) { p.own_channels = {protocol::clock}; });
  const auto registry = f.agent->registry();
  const ChannelHandle x = registry->route(protocol::base, Direction::a2p);
  const ChannelHandle y = registry->route(protocol::clock, Direction::a2p);
  REQUIRE(x != y);
  // Each callback runs under a user count of its own channel and closes the other's.
  ChannelRef in_x = registry->acquire(x);
  ChannelRef in_y = registry->acquire(y);
  {
    const CallbackScope scope(*registry);
    registry->close(y);
    registry->close(x);
    CHECK(f.platform.frees == 0);
    CHECK_FALSE(registry->acquire(x));
    in_x.reset();
    CHECK(f.platform.frees == 1);
    in_y.reset();
  }
  CHECK(f.platform.frees == 2);
}

TEST_CASE("S4.14 a callback blocked in a call while its channel is closed: the call ends, then the close") {
  AgentFixture f;
  const auto registry = f.agent->registry();
  Error inner{};
  int frees_at_end_of_call = -1;
  auto outer = f.clock_link.start(MessageId(5), words({1}), with([&](const auto&) {
                                    f.waiter.at(1ms, [&] { registry->close(f.platform.a2p_handle); });
                                    inner = call(f.clock_link, ProtocolVersion{}, {.timeout = 1s}).error();
                                    frees_at_end_of_call = f.platform.frees;
                                  }));
  REQUIRE(outer);
  f.platform.reply_to_last(words({0}));
  f.platform.ring();
  CHECK(inner.is(LocalError::channel_closed));
  CHECK(frees_at_end_of_call == 0);
  CHECK(f.platform.frees == 1);
}

TEST_CASE("S4.16 a callback after the agent object is gone is refused and counted") {
  AgentFixture f;
  const auto registry = f.platform.registry;
  f.agent.reset();
  f.platform.ring();
  rx_callback(*registry, f.platform.p2a_handle, 0);
  rx_callback(*registry, {9999, 1}, 0);
  rx_callback(*registry, {0, 0}, 0);
  CHECK(registry->stale_handles() == 4);
  CHECK(registry->open_channels() == 0);
}

TEST_CASE("S4.16 a dead channel does not starve another of tokens") {
  FakeArea other;  // Outlives the agent, as a transport must.
  other.memory_id = 8;
  AgentFixture f;
  const auto second = f.agent->registry()->open(other.transport(), protocol::performance, Direction::a2p);
  REQUIRE(second);
  f.platform.on_request = [](FakeArea&) {};
  for (int i = 0; i < 1100; ++i) {
    f.platform.a2p.free = true;
    f.platform.a2p.header = 0;
    static_cast<void>(call(f.clock_link, ProtocolVersion{}, {.timeout = 1ms}));
  }
  f.platform.a2p.free = true;
  f.platform.a2p.header = 0;
  CHECK(call(f.clock_link, ProtocolVersion{}).error().is(LocalError::no_token));
  other.on_request = [](FakeArea& p) { p.reply_to_last(words({0, 1})); };
  Transaction t(*f.agent->registry()->slot(second->slot), second->generation, {});
  REQUIRE(t.ok());
  CHECK(t.run({MessageId(0), MessageType::command, protocol::performance, Token()}, 0));
}

TEST_CASE("a pending call outlives the agent and says channel_closed") {
  AgentFixture f;
  auto pending = f.clock_link.start(MessageId(5), words({1}), {});
  REQUIRE(pending);
  f.agent.reset();
  CHECK(pending->poll());
  CHECK(pending->wait().error().is(LocalError::channel_closed));
}

TEST_CASE("close ends queued, in-flight and half-answered calls once each, and leaves no xfer behind") {
  AgentFixture f;
  int ended = 0;
  std::vector<Result<PendingCall>> calls;
  PendingOptions delayed = with([&](const auto& r) { ended += r.error().is(LocalError::channel_closed) ? 1 : 100; });
  delayed.expects_delayed = true;
  f.platform.on_request = [](FakeArea& p) { p.reply_to_last(words({0})); };
  calls.push_back(f.clock_link.start(MessageId(5), words({1}), delayed));
  f.platform.on_request = [](FakeArea&) {};
  for (int i = 0; i < 3; ++i) calls.push_back(f.clock_link.start(MessageId(5), words({1}), delayed));
  f.agent->shutdown();
  CHECK(ended == 4);
  calls.clear();
  CHECK(f.platform.registry->xfers_in_use() == 0);
  CHECK((f.clock_link.channel().word() & busy_bits) == 0);
}

TEST_CASE("a registry with every slot in use refuses the next channel and keeps the others") {
  ManualClock clock;
  ScriptedWaiter waiter{clock};
  RegistrySettings settings;
  settings.max_channels = 1;
  const auto registry = ChannelRegistry::create(clock, waiter, settings);
  FakeArea a;
  const auto first = registry->open(a.transport(), protocol::base, Direction::a2p);
  REQUIRE(first);
  CHECK(registry->open(a.transport(), protocol::clock, Direction::a2p).error().is(LocalError::queue_full));
  registry->close(*first);
  const auto again = registry->open(a.transport(), protocol::clock, Direction::a2p);
  REQUIRE(again);
  CHECK(again->generation == first->generation + 1);
  registry->close_all();
}
