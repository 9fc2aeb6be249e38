// SPDX-License-Identifier: Apache-2.0
// Calls that go on without their caller: delayed responses, cancellation, queues behind a stuck area.
#include <doctest/doctest.h>

#include "tests/core/fake_area.hpp"

using namespace scmi;
using namespace scmi::test;
using namespace std::chrono_literals;

namespace {
constexpr MessageId rate_set{0x5};

std::uint32_t word(std::span<const std::byte> bytes, std::size_t i) {
  std::uint32_t w = 0;
  std::memcpy(&w, bytes.data() + 4 * i, 4);
  return w;
}

Result<PendingCall> begin(const ProtocolLink& link, PendingOptions options = {}) {
  return link.start(rate_set, words({1, 9, 0x3B9A'CA00, 0}), std::move(options));
}
PendingOptions delayed(Completion completion = nullptr) {
  PendingOptions o;
  o.expects_delayed = true;
  o.completion = std::move(completion);
  return o;
}
MessageHeader delayed_header(const FakeArea& f) {
  MessageHeader h = f.last();
  h.type = MessageType::delayed_response;
  return h;
}
void free_area(AgentFixture& f) { f.platform.a2p.free = true; }
}  // namespace

TEST_CASE("a pending call is answered by whoever sees the reply; poll, wait and callback agree") {
  AgentFixture f;
  int called = 0;
  auto call = begin(f.clock_link, {.completion = [&](const auto& r) {
                      ++called;
                      REQUIRE(r);
                      CHECK(word(*r, 1) == 5);
                    }});
  REQUIRE(call);
  CHECK_FALSE(call->poll());
  CHECK(called == 0);
  f.platform.reply_to_last(words({0, 5}));
  f.platform.ring();
  CHECK(called == 1);
  CHECK(call->poll());
  const auto result = call->wait();
  REQUIRE(result);
  CHECK(word(*result, 1) == 5);
  CHECK(called == 1);
}

TEST_CASE("S4.10 a delayed response that comes while its response is being received is kept, not taken for a stray") {
  AgentFixture f;
  int called = 0;
  auto call = begin(f.clock_link, delayed([&](const auto&) { ++called; }));
  REQUIRE(call);
  const auto both = [](FakeArea& p) { p.post(delayed_header(p), words({0, 77})); };
  SUBCASE("and completes the call with it") {
    f.platform.while_fetching = both;
    f.platform.reply_to_last(words({0}));
  }
  SUBCASE("also when what is being received is somebody else's") {
    f.platform.while_fetching = both;
    MessageHeader other = f.platform.last();
    other.message = MessageId(0x7);
    f.platform.reply(other.pack(), words({0}));
    f.platform.ring();
    CHECK(called == 1);
    f.platform.reply_to_last(words({0}));
  }
  f.platform.ring();
  CHECK(called == 1);
  const auto result = call->wait();
  REQUIRE(result);
  CHECK(word(*result, 1) == 77);
  CHECK(f.count(Count::delayed) == 1);
  CHECK(f.count(Count::duplicate) == 0);
  *call = PendingCall();
  CHECK(f.agent->registry()->xfers_in_use() == 0);
}
TEST_CASE("S4.10 a delayed response that comes while a refusal is being received is dropped and counted") {
  AgentFixture f;
  auto call = begin(f.clock_link, delayed());
  REQUIRE(call);
  f.platform.while_fetching = [](FakeArea& p) { p.post(delayed_header(p), words({0, 77})); };
  f.platform.reply_to_last(words({static_cast<std::uint32_t>(-2)}));
  f.platform.ring();
  const auto result = call->wait();
  REQUIRE(result);
  CHECK(word(*result, 0) == static_cast<std::uint32_t>(-2));
  CHECK(f.count(Count::delayed) == 0);
  CHECK(f.count(Count::duplicate) == 1);
}

TEST_CASE("a delayed response completes the call with its payload") {
  AgentFixture f;
  f.platform.on_request = [](FakeArea& p) { p.reply_to_last(words({0})); };
  auto call = begin(f.clock_link, delayed());
  REQUIRE(call);
  CHECK_FALSE(call->poll());
  CHECK((f.clock_link.channel().word() & ChannelWord::held) == 0);
  REQUIRE(f.clock_link.transact(MessageId(6), words({1}), {}));  // The area is free for others meanwhile.
  const MessageHeader mine{rate_set, MessageType::delayed_response, protocol::clock,
                           f.platform.requests[f.platform.requests.size() - 2].first.token};
  f.platform.post(mine, words({0, 9, 0x3B9A'CA00, 0}));
  REQUIRE(call->poll());
  const auto result = call->wait();
  REQUIRE(result);
  CHECK(result->size() == 16);
  CHECK(word(*result, 1) == 9);
  CHECK(f.count(Count::delayed) == 1);
  CHECK(f.platform.clears == 1);
}

TEST_CASE("an async command that is refused is answered by its response; no delayed response is awaited") {
  AgentFixture f;
  f.platform.on_request = [](FakeArea& p) { p.reply_to_last(words({static_cast<std::uint32_t>(-6)})); };
  auto call = begin(f.clock_link, delayed());
  REQUIRE(call);
  REQUIRE(call->poll());
  CHECK(word(*call->wait(), 0) == static_cast<std::uint32_t>(-6));
}

TEST_CASE("a delayed response that never comes ends by its own deadline") {
  AgentFixture f;
  f.platform.on_request = [](FakeArea& p) { p.reply_to_last(words({0})); };
  PendingOptions o = delayed();
  o.delayed_timeout = 700ms;
  auto call = begin(f.clock_link, std::move(o));
  REQUIRE(call);
  const Instant before = f.clock.now();
  CHECK(call->wait().error().is(LocalError::timed_out));
  CHECK(f.clock.now() - before >= 700ms);
  CHECK(f.clock.now() - before < 800ms);
  f.platform.post(delayed_header(f.platform), words({0, 9, 1, 0}));
  CHECK(f.count(Count::late) == 1);
}

TEST_CASE("T15 a delayed response that overtakes completes the call; token and area stay held until the response") {
  AgentFixture f;
  int called = 0;
  auto call = begin(f.clock_link, delayed([&](const auto& r) { called += r ? 1 : 100; }));
  REQUIRE(call);
  f.platform.post(delayed_header(f.platform), words({0, 9, 1, 0}));
  CHECK(called == 1);
  REQUIRE(call->poll());
  CHECK(word(*call->wait(), 1) == 9);
  CHECK((f.clock_link.channel().word() & ChannelWord::held) != 0);
  f.platform.reply_to_last(words({0}));
  f.platform.ring();
  CHECK((f.clock_link.channel().word() & ChannelWord::held) == 0);
  CHECK(word(*call->wait(), 1) == 9);
  CHECK(called == 1);
  CHECK(f.count(Count::unexpected) == 0);
  call = PendingCall();
  CHECK(f.agent->registry()->xfers_in_use() == 0);
}

TEST_CASE("T15 a delayed response that comes before its sender is back from sending completes the call") {
  AgentFixture f;
  f.platform.on_request = [](FakeArea& p) { p.post(delayed_header(p), words({0, 9, 1, 0})); };
  auto call = begin(f.clock_link, delayed());
  REQUIRE(call);
  REQUIRE(call->finished());
  CHECK(word(*call->wait(), 1) == 9);
  CHECK(f.count(Count::delayed) == 1);
  f.platform.reply_to_last(words({0}));
  f.platform.ring();
  CHECK((f.clock_link.channel().word() & ChannelWord::held) == 0);
  CHECK(f.count(Count::unexpected) + f.count(Count::duplicate) == 0);
  call = PendingCall();
  CHECK(f.agent->registry()->xfers_in_use() == 0);
}

TEST_CASE("a free xfer has no deadline that could end its next use") {
  AgentFixture f;
  XferTable& table = *f.clock_link.channel().binding().table;
  const auto deadlines = [&] {
    std::size_t set = 0;
    for (std::size_t i = 0; i < table.size(); ++i)
      set += table.at(i).deadline != never.time_since_epoch().count() ? 1 : 0;
    return set;
  };
  auto answered = begin(f.clock_link);
  REQUIRE(answered);
  CHECK(deadlines() == 1);
  f.platform.reply_to_last(words({0}));
  f.platform.ring();
  REQUIRE(answered->poll());
  *answered = PendingCall();
  auto cancelled = begin(f.clock_link);
  REQUIRE(cancelled);
  CHECK(deadlines() == 1);
  *cancelled = PendingCall();
  CHECK(deadlines() == 0);
}

TEST_CASE("T15 the caller of an overtaken call may leave before the response comes") {
  AgentFixture f;
  {
    auto call = begin(f.clock_link, delayed());
    REQUIRE(call);
    f.platform.post(delayed_header(f.platform), words({0, 9, 1, 0}));
    REQUIRE(call->poll());
  }
  CHECK(f.agent->registry()->xfers_in_use() == 1);
  f.platform.reply_to_last(words({0}));
  f.platform.ring();
  CHECK(f.agent->registry()->xfers_in_use() == 0);
  CHECK((f.clock_link.channel().word() & ChannelWord::users_mask) == 0);
}

TEST_CASE("T10 a delayed response to a caller that has left meets the table, and is late") {
  AgentFixture f;
  f.platform.on_request = [](FakeArea& p) { p.reply_to_last(words({0})); };
  MessageHeader mine;
  {
    auto call = begin(f.clock_link, delayed());
    REQUIRE(call);
    mine = delayed_header(f.platform);
  }
  f.platform.post(mine, words({0, 9, 1, 0}));
  CHECK(f.count(Count::cancelled) == 1);
  CHECK(f.count(Count::late) == 1);
  CHECK(f.agent->registry()->xfers_in_use() == 0);
}

TEST_CASE("S4.10 replies doubled, unasked, unknown or empty are told apart, counted and survived") {
  AgentFixture f;
  f.platform.on_request = [](FakeArea& p) { p.reply_to_last(words({0})); };
  auto call = begin(f.clock_link, delayed());
  REQUIRE(call);
  const MessageHeader mine = delayed_header(f.platform);
  SUBCASE("duplicate delayed response") {
    f.platform.post(mine, words({0, 9, 1, 0}));
    f.platform.post(mine, words({0, 9, 1, 0}));
    CHECK(f.count(Count::delayed) == 1);
    CHECK(f.count(Count::duplicate) == 1);
  }
  SUBCASE("duplicate response, by a doorbell with nothing new behind it") {
    f.platform.ring();
    CHECK(f.count(Count::spurious) == 1);
  }
  SUBCASE("duplicate response during the next call") {
    f.platform.on_request = [&](FakeArea& p) {
      const MessageHeader next = p.last();
      MessageHeader old = mine;
      old.type = MessageType::command;
      p.reply(old.pack(), words({0}));
      f.waiter.at(1ms, [&f, next] { f.platform.reply(next.pack(), words({0})); });
    };
    CHECK(f.clock_link.transact(MessageId(6), words({1}), {}));
    CHECK(f.count(Count::duplicate) == 1);
  }
  SUBCASE("unrequested delayed response") {
    MessageHeader other = mine;
    other.token = Token(static_cast<std::uint16_t>((mine.token.value + 100) % 1024));
    f.platform.post(other, words({0, 9, 1, 0}));
    CHECK(f.count(Count::unexpected) == 1);
    CHECK_FALSE(call->finished());
  }
  SUBCASE("unknown type") {
    MessageHeader other = mine;
    other.type = MessageType::reserved;
    f.platform.post(other, words({0, 9, 1, 0}));
    CHECK(f.count(Count::unexpected) == 1);
  }
  SUBCASE("a command on the P2A channel") {
    MessageHeader other = mine;
    other.type = MessageType::command;
    f.platform.post(other, words({0, 9, 1, 0}));
    CHECK(f.count(Count::unexpected) == 1);
  }
  SUBCASE("a delayed response without a status") {
    f.platform.post(mine, {});
    CHECK(f.count(Count::malformed) == 1);
    CHECK_FALSE(call->finished());
  }
  SUBCASE("zero length") {
    f.platform.p2a.header = mine.pack();
    f.platform.p2a.length = 0;
    f.platform.p2a.free = false;
    rx_callback(*f.agent->registry(), f.platform.p2a_handle, 0);
    CHECK(f.count(Count::malformed) == 1);
  }
  CHECK(f.platform.p2a.free);
  f.platform.post(mine, words({0, 9, 1, 0}));
  CHECK(call->poll());
  f.platform.on_request = [](FakeArea& p) { p.reply_to_last(words({0, 3})); };
  CHECK(f.clock_link.transact(MessageId(6), words({1}), {}));
}

TEST_CASE("an unrequested delayed response for a synchronous call leaves the call alone") {
  AgentFixture f;
  auto call = begin(f.clock_link);
  REQUIRE(call);
  f.platform.post(delayed_header(f.platform), words({0, 9, 1, 0}));
  CHECK_FALSE(call->finished());
  CHECK(f.count(Count::unexpected) == 1);
  f.platform.reply_to_last(words({0}));
  CHECK(call->poll());
}

TEST_CASE("T3 one stuck command holds up nobody past his own deadline") {
  AgentFixture f;
  auto stuck = begin(f.clock_link, {.timeout = 10s});
  REQUIRE(stuck);
  auto second = begin(f.clock_link, {.timeout = 20ms});
  auto third = begin(f.power_link, {.timeout = 10ms});
  REQUIRE(second);
  REQUIRE(third);
  const Instant before = f.clock.now();
  CHECK(third->wait().error().is(LocalError::timed_out));
  CHECK(f.clock.now() - before < 12ms);
  CHECK(second->wait().error().is(LocalError::timed_out));
  CHECK(f.clock.now() - before < 25ms);
  CHECK(f.platform.requests.size() >= 1);
  CHECK(stuck->cancel());
  CHECK_FALSE(stuck->cancel());
  CHECK(stuck->wait().error().is(LocalError::cancelled));
  // A blocking caller behind the abandoned area has his own deadline too.
  Bytes reply(8);
  CHECK(f.clock_link.transact(MessageId(6), words({1}), reply, {.timeout = 5ms}).error().is(LocalError::channel_busy));
}

TEST_CASE("T3 the queue keeps its order across deadlines and cancellations") {
  AgentFixture f;
  auto first = begin(f.clock_link, {.timeout = 1s});
  REQUIRE(first);
  std::vector<Result<PendingCall>> queued;
  for (std::uint32_t i = 0; i < 4; ++i) {
    queued.push_back(f.power_link.start(MessageId(5), words({100 + i}), {.timeout = 1s}));
    REQUIRE(queued.back());
  }
  CHECK(queued[1]->cancel());
  std::vector<std::uint32_t> order;
  f.platform.on_request = [&](FakeArea& p) {
    order.push_back(word(p.requests.back().second, 0));
    p.reply_to_last(words({0}));
  };
  f.platform.reply_to_last(words({0}));
  f.platform.ring();
  CHECK(order == std::vector<std::uint32_t>{100, 102, 103});
  for (const std::size_t i : {0U, 2U, 3U}) CHECK(queued[i]->poll());
  CHECK(queued[1]->wait().error().is(LocalError::cancelled));
  CHECK((f.clock_link.channel().word() & (ChannelWord::users_mask | ChannelWord::held | ChannelWord::waiters)) == 0);
}

TEST_CASE("T3 a pending call behind a stuck area goes out when the area comes back") {
  AgentFixture f;
  auto stuck = begin(f.clock_link, {.timeout = 5ms});
  REQUIRE(stuck);
  CHECK(stuck->wait().error().is(LocalError::timed_out));
  const MessageHeader old = f.platform.last();
  auto next = begin(f.power_link, {.timeout = 50ms});
  REQUIRE(next);
  CHECK(f.platform.last() == old);  // Nothing was written.
  f.platform.on_request = [](FakeArea& p) { p.reply_to_last(words({0, 8})); };
  f.waiter.at(10ms, [&] { f.platform.reply(old.pack(), words({0})); });
  const auto result = next->wait();
  REQUIRE(result);
  CHECK(word(*result, 1) == 8);
  CHECK(f.count(Count::late) == 1);
}

TEST_CASE("a pending call behind an area that never comes back ends with channel_busy; nothing was sent") {
  AgentFixture f;
  auto stuck = begin(f.clock_link, {.timeout = 5ms});
  CHECK_FALSE(stuck->wait());
  const auto sent = f.platform.requests.size();
  auto next = begin(f.power_link, {.timeout = 50ms});
  REQUIRE(next);
  CHECK(next->wait().error().is(LocalError::channel_busy));
  CHECK(f.platform.requests.size() == sent);
  CHECK((f.clock_link.channel().word() & (ChannelWord::users_mask | ChannelWord::held)) == 0);
}

TEST_CASE("the table of pending calls is bounded: no_xfer, and calls go on once some have ended") {
  AgentFixture f;
  f.platform.on_request = [](FakeArea& p) { p.reply_to_last(words({0})); };
  std::vector<Result<PendingCall>> calls;
  for (int i = 0; i < 32; ++i) {
    calls.push_back(begin(f.clock_link, delayed()));
    REQUIRE(calls.back());
  }
  CHECK(begin(f.clock_link, delayed()).error().is(LocalError::no_xfer));
  CHECK(f.clock_link.transact(MessageId(6), words({1}), {}));  // A blocking call has a place of its own.
  calls.clear();
  CHECK(begin(f.clock_link, delayed()));
}

TEST_CASE("Agent::poll ends pending calls that nobody waits for") {
  AgentFixture f;
  LocalError got{};
  auto call =
      begin(f.clock_link,
            {.timeout = 5ms, .completion = [&](const auto& r) { got = static_cast<LocalError>(r.error().code); }});
  REQUIRE(call);
  CHECK(f.agent->poll().next_deadline == f.clock.now() + 5ms);
  f.clock.advance(6ms);
  CHECK(f.agent->poll().next_deadline == never);
  CHECK(got == LocalError::timed_out);
  free_area(f);
}

TEST_CASE("a completion callback may call the library, cancel, and start anew") {
  AgentFixture f;
  std::optional<PendingCall> second;
  auto call = begin(f.clock_link, {.completion = [&](const auto&) {
                      f.platform.on_request = [](FakeArea& p) { p.reply_to_last(words({0})); };
                      CHECK(f.clock_link.transact(MessageId(6), words({1}), {}));
                      auto again = begin(f.clock_link);
                      REQUIRE(again);
                      second = std::move(*again);
                    }});
  REQUIRE(call);
  f.platform.reply_to_last(words({0}));
  f.platform.ring();
  REQUIRE(second.has_value());
  CHECK(second->poll());
}
