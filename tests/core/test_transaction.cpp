// SPDX-License-Identifier: Apache-2.0
// Blocking calls over an area: who gets which reply, and what happens to the replies nobody waits for.
#include <doctest/doctest.h>

#include "tests/core/fake_area.hpp"

using namespace scmi;
using namespace scmi::test;
using namespace std::chrono_literals;

namespace {
constexpr MessageId rate_get{0x6};

struct Answer {
  Result<std::size_t> length = Error::local(LocalError::not_found);
  Bytes bytes = Bytes(FakeArea::max_payload);
  [[nodiscard]] std::uint32_t word(std::size_t i) const {
    std::uint32_t w = 0;
    std::memcpy(&w, bytes.data() + 4 * i, 4);
    return w;
  }
};

Answer ask(const ProtocolLink& link, std::uint32_t parameter, CallOptions options = {}, MessageId id = rate_get) {
  Answer a;
  a.length = link.transact(id, words({parameter}), a.bytes, options);
  return a;
}
}  // namespace

TEST_CASE("a command that is answered in place returns its payload and releases the channel") {
  AgentFixture f;
  f.platform.on_request = [](FakeArea& p) { p.reply_to_last(words({0, 42, 7})); };
  const Answer a = ask(f.clock_link, 3);
  REQUIRE(a.length);
  CHECK(*a.length == 12);
  CHECK(a.word(1) == 42);
  CHECK(f.platform.last().protocol == protocol::clock);
  CHECK(f.platform.last().message == rate_get);
  CHECK(f.platform.requests.back().second == words({3}));
  CHECK((f.clock_link.channel().word() & (ChannelWord::users_mask | ChannelWord::held)) == 0);
  CHECK(f.agent->registry()->xfers_in_use() == 0);
}

TEST_CASE("tokens go round from the injected start, one for each command") {
  AgentFixture f;
  f.platform.on_request = [](FakeArea& p) { p.reply_to_last(words({0})); };
  const auto first = f.platform.last().token.value;
  for (int i = 0; i < 3; ++i) REQUIRE(ask(f.clock_link, 0).length);
  CHECK(f.platform.last().token.value == first + 3);
}

TEST_CASE("T4 a short reply is malformed, and what lay in the buffer is not read") {
  AgentFixture f;
  f.platform.on_request = [](FakeArea& p) { p.reply_to_last(words({0, 42, 7})); };
  REQUIRE(ask(f.clock_link, 1).length);
  SUBCASE("no status") {
    f.platform.on_request = [](FakeArea& p) { p.reply_to_last({}); };
    const Answer a = ask(f.clock_link, 1);
    REQUIRE_FALSE(a.length);
    CHECK(a.length.error().is(LocalError::malformed_reply));
    CHECK(f.count(Count::malformed) == 1);
  }
  SUBCASE("status only") {
    f.platform.on_request = [](FakeArea& p) { p.reply_to_last(words({0})); };
    const Answer a = ask(f.clock_link, 1);
    REQUIRE(a.length);
    CHECK(*a.length == 4);
    const auto typed = call(f.clock_link, ProtocolVersion{});
    REQUIRE_FALSE(typed);
    CHECK(typed.error().is(LocalError::malformed_reply));
  }
  f.platform.on_request = [](FakeArea& p) { p.reply_to_last(words({0, 1})); };
  CHECK(ask(f.clock_link, 1).length);
}

TEST_CASE("lengths below the header or above the area fail the call as malformed, and the channel goes on") {
  AgentFixture f;
  for (const std::uint32_t length : {0U, 3U, 4096U, 0xFFFF'FFFFU}) {
    CAPTURE(length);
    f.platform.on_request = [length](FakeArea& p) {
      p.reply_to_last(words({0}));
      p.a2p.length = length;
    };
    const Answer a = ask(f.clock_link, 1);
    REQUIRE_FALSE(a.length);
    CHECK(a.length.error().is(LocalError::malformed_reply));
  }
  CHECK(f.count(Count::malformed) == 4);
  f.platform.on_request = [](FakeArea& p) { p.reply_to_last(words({0})); };
  CHECK(ask(f.clock_link, 1).length);
}

TEST_CASE("T13 CHANNEL_ERROR is reported whether found by polling or by interrupt") {
  AgentFixture f;
  SUBCASE("polled") {
    f.platform.on_request = [](FakeArea& p) { p.a2p.free = p.a2p.error = true; };
  }
  SUBCASE("by interrupt") {
    f.platform.on_request = [&](FakeArea&) {
      f.waiter.at(1ms, [&] {
        f.platform.a2p.free = f.platform.a2p.error = true;
        f.platform.ring();
      });
    };
  }
  const Answer a = ask(f.clock_link, 1);
  REQUIRE_FALSE(a.length);
  CHECK(a.length.error().is(LocalError::channel_error));
  CHECK(f.count(Count::channel_errors) == 1);
}

TEST_CASE("T18 a status without a name arrives as the number it was") {
  AgentFixture f;
  for (const std::int32_t status : {-133, -127, -12, 5}) {
    f.platform.on_request = [status](FakeArea& p) { p.reply_to_last(words({static_cast<std::uint32_t>(status)})); };
    const auto reply = call(f.clock_link, ProtocolVersion{});
    REQUIRE_FALSE(reply);
    CHECK(reply.error().origin == Origin::platform);
    CHECK(reply.error().code == status);
  }
  CHECK(name(static_cast<Status>(-133)) == "VENDOR");
  CHECK(name(static_cast<Status>(-127)) == "RESERVED");
}

TEST_CASE("T20 each call has its own deadline") {
  AgentFixture f;
  f.platform.on_request = [](FakeArea&) {};
  const Instant before = f.clock.now();
  CHECK(ask(f.clock_link, 1, {.timeout = 5ms}).length.error().is(LocalError::timed_out));
  CHECK(f.clock.now() - before == 5ms);
  f.platform.a2p.free = true;
  const Instant second = f.clock.now();
  CHECK(ask(f.clock_link, 1, {.timeout = 300ms}).length.error().is(LocalError::timed_out));
  CHECK(f.clock.now() - second == 300ms);
  CHECK(f.count(Count::timeouts) == 2);
}

TEST_CASE("T2 an area the platform still owns is never written: channel_busy when the deadline comes") {
  AgentFixture f;
  f.platform.on_request = [](FakeArea&) {};
  CHECK(ask(f.clock_link, 1, {.timeout = 5ms}).length.error().is(LocalError::timed_out));
  const auto sent = f.platform.requests.size();
  const std::uint32_t header = f.platform.a2p.header;
  const Answer a = ask(f.power_link, 2, {.timeout = 20ms});
  REQUIRE_FALSE(a.length);
  CHECK(a.length.error().is(LocalError::channel_busy));
  CHECK(f.platform.requests.size() == sent);
  CHECK(f.platform.a2p.header == header);
  CHECK_FALSE(f.platform.a2p.free);
}

TEST_CASE("T2 a stuck area that comes back within the deadline carries the next command") {
  AgentFixture f;
  f.platform.on_request = [](FakeArea&) {};
  CHECK_FALSE(ask(f.clock_link, 1, {.timeout = 5ms}).length);
  const MessageHeader first = f.platform.last();
  f.platform.on_request = [](FakeArea& p) { p.reply_to_last(words({0, 99})); };
  f.waiter.at(3ms, [&] { f.platform.reply(first.pack(), words({0, 11})); });
  const Answer a = ask(f.power_link, 2, {.timeout = 20ms});
  REQUIRE(a.length);
  CHECK(a.word(1) == 99);
  CHECK(f.count(Count::late) == 1);
}

TEST_CASE("T1 a late reply never completes another call, however many tokens went by") {
  AgentFixture f;
  f.platform.on_request = [](FakeArea&) {};
  CHECK_FALSE(ask(f.clock_link, 1, {.timeout = 5ms}).length);
  const MessageHeader first = f.platform.last();
  f.platform.a2p.free = true;  // Given back without an answer; the answer is still to come.
  f.platform.a2p.length = 0;
  std::vector<bool> used(token_count, false);
  f.platform.on_request = [&](FakeArea& p) {
    used[p.last().token.value] = true;
    p.reply_to_last(words({0, 1}));
  };
  for (int i = 0; i < 1200; ++i) REQUIRE(ask(f.clock_link, 1).length);
  CHECK_FALSE(used[first.token.value]);
  // Now it comes, in the middle of another call.
  f.platform.on_request = [&](FakeArea& p) {
    const MessageHeader mine = p.last();
    p.reply(first.pack(), words({0, 666}));
    f.waiter.at(1ms, [&f, mine] { f.platform.reply(mine.pack(), words({0, 2})); });
  };
  const Answer a = ask(f.clock_link, 1);
  REQUIRE(a.length);
  CHECK(a.word(1) == 2);
  CHECK(f.count(Count::late) == 1);
}

TEST_CASE(
    "S4.8 a token whose call timed out is not given out again until its late reply, its epoch's end or the horizon") {
  AgentFixture f;
  XferTable& table = *f.clock_link.channel().binding().table;
  f.platform.on_request = [](FakeArea& p) {
    p.a2p.free = true;
    p.a2p.length = 0;
    p.a2p.header = 0;
  };
  // A platform that gives the area back and never answers (the length of 0 makes the call fail as malformed, so
  // let it keep the area until the deadline instead).
  f.platform.on_request = [](FakeArea&) {};
  int calls = 0;
  Error last{};
  for (; calls < 2000; ++calls) {
    f.platform.a2p.free = true;
    f.platform.a2p.header = 0;
    const Answer a = ask(f.clock_link, 1, {.timeout = 1ms});
    REQUIRE_FALSE(a.length);
    last = a.length.error();
    if (last.is(LocalError::no_token)) break;
  }
  CHECK(last.is(LocalError::no_token));
  CHECK(calls == token_count);
  CHECK(table.quarantine_size() == token_count);
  SUBCASE("at once, not after the deadline") {
    const Instant before = f.clock.now();
    CHECK(ask(f.clock_link, 1, {.timeout = 1s}).length.error().is(LocalError::no_token));
    CHECK(f.clock.now() == before);
  }
  SUBCASE("a late reply frees its own") {
    f.platform.reply(f.platform.last().pack(), words({0}));
    f.platform.ring();
    CHECK(f.count(Count::late) == 1);
    const auto token = f.platform.last().token;
    f.platform.on_request = [](FakeArea& p) { p.reply_to_last(words({0})); };
    CHECK(ask(f.clock_link, 1).length);
    CHECK(f.platform.last().token == token);
  }
  SUBCASE("the horizon frees all that are old enough") {
    f.clock.advance(31s);
    f.platform.a2p.free = true;
    f.platform.on_request = [](FakeArea& p) { p.reply_to_last(words({0})); };
    CHECK(ask(f.clock_link, 1).length);
  }
  SUBCASE("the end of the epoch frees all") {
    table.end_epoch();
    CHECK(table.quarantine_empty());
    f.platform.a2p.free = true;
    f.platform.on_request = [](FakeArea& p) { p.reply_to_last(words({0})); };
    CHECK(ask(f.clock_link, 1).length);
  }
}

TEST_CASE(
    "S4.9 the right token with another message, protocol or type is unexpected, and the right reply is still taken") {
  AgentFixture f;
  const auto with = [&](auto change) {
    f.platform.on_request = [&f, change](FakeArea& p) {
      MessageHeader h = p.last();
      change(h);
      p.reply(h.pack(), words({0, 666}));
      f.waiter.at(2ms, [&f] { f.platform.reply_to_last(words({0, 5})); });
    };
  };
  SUBCASE("message") {
    with([](MessageHeader& h) { h.message = MessageId(static_cast<std::uint8_t>(h.message.value + 1)); });
  }
  SUBCASE("protocol") {
    with([](MessageHeader& h) { h.protocol = protocol::sensor; });
  }
  SUBCASE("type") {
    with([](MessageHeader& h) { h.type = MessageType::delayed_response; });
  }
  SUBCASE("token") {
    with([](MessageHeader& h) { h.token = Token(static_cast<std::uint16_t>((h.token.value + 7) % 1024)); });
  }
  const Answer a = ask(f.clock_link, 1);
  REQUIRE(a.length);
  CHECK(a.word(1) == 5);
  CHECK(f.count(Count::unexpected) == 1);
  CHECK(f.count(Count::replies) == f.count(Count::sent));
}

TEST_CASE("reserved header bits echoed by the platform do not spoil the match") {
  AgentFixture f;
  f.platform.on_request = [](FakeArea& p) { p.reply(p.last().pack() | 0xA000'0000U, words({0, 5})); };
  CHECK(ask(f.clock_link, 1).length);
}

TEST_CASE("T9 an interrupt of the previous reply reads nothing of the next message") {
  AgentFixture f;
  f.platform.on_request = [](FakeArea& p) { p.reply_to_last(words({0, 1})); };
  REQUIRE(ask(f.clock_link, 1).length);
  f.platform.on_request = [&](FakeArea& p) {
    p.ring();  // Late, while the request lies in the area.
    f.waiter.at(1ms, [&] {
      f.platform.ring();
      f.platform.reply_to_last(words({0, 2}));
    });
  };
  const Answer a = ask(f.clock_link, 0x1234);
  REQUIRE(a.length);
  CHECK(a.word(1) == 2);
  CHECK(f.count(Count::spurious) >= 1);
}

TEST_CASE("S4.15 two observers of one FREE and the next sender make one reply out of it") {
  AgentFixture f;
  f.platform.on_request = [](FakeArea& p) {
    p.reply_to_last(words({0, 1}));
    p.ring();  // The loop saw it first, from inside the send: nothing is in flight yet.
    p.ring();
  };
  const auto replies = f.count(Count::replies);
  const Answer a = ask(f.clock_link, 1);
  REQUIRE(a.length);
  CHECK(a.word(1) == 1);
  f.platform.ring();
  CHECK(f.count(Count::replies) == replies + 1);
  CHECK(f.count(Count::spurious) == 3);
  REQUIRE(ask(f.clock_link, 0x2222).length);
}

TEST_CASE("T11 a reply delivered by another observer completes the caller after the copy") {
  AgentFixture f;
  f.platform.on_request = [&](FakeArea&) {
    f.waiter.at(1ms, [&] {
      f.platform.reply_to_last(words({0, 77}));
      f.platform.ring();
      // The copy is done: what the platform writes now is not seen.
      std::uint32_t later = 88;
      std::memcpy(f.platform.a2p.payload.data() + 4, &later, 4);
    });
  };
  const Answer a = ask(f.clock_link, 1);
  REQUIRE(a.length);
  CHECK(a.word(1) == 77);
}

TEST_CASE("a platform that is lost fails the call at once, and every later one") {
  AgentFixture f;
  f.platform.on_request = [&](FakeArea&) {
    f.waiter.at(1ms, [&] { peer_lost(*f.agent->registry(), f.platform.a2p_handle); });
  };
  const Instant before = f.clock.now();
  CHECK(ask(f.clock_link, 1, {.timeout = 10s}).length.error().is(LocalError::platform_lost));
  CHECK(f.clock.now() - before < 10s);
  CHECK(ask(f.clock_link, 1).length.error().is(LocalError::platform_lost));
}

TEST_CASE("a waiting caller notices by itself that the platform is gone") {
  AgentFixture f;
  f.platform.on_request = [&](FakeArea& p) { p.alive = false; };
  const Instant before = f.clock.now();
  CHECK(ask(f.clock_link, 1, {.timeout = 10s}).length.error().is(LocalError::platform_lost));
  CHECK(f.clock.now() - before < 1s);
}

TEST_CASE("a request that does not fit the channel is refused before anything is sent") {
  AgentFixture f;
  const auto sent = f.platform.requests.size();
  const Bytes big(FakeArea::max_payload + 4);
  Bytes reply(100);
  const auto r = f.clock_link.transact(rate_get, big, reply);
  REQUIRE_FALSE(r);
  CHECK(r.error().is(LocalError::message_too_large));
  CHECK(f.platform.requests.size() == sent);
}

TEST_CASE("the trace tap sees command and response with time and payload") {
  struct Tap : TraceTap {
    std::vector<std::pair<TraceKind, std::uint32_t>> seen;
    std::vector<std::size_t> sizes;
    void event(const TraceEvent& e) noexcept override {
      seen.emplace_back(e.kind, e.header);
      sizes.push_back(e.payload.size());
    }
  } tap;
  AgentFixture f;
  f.agent->set_tap(&tap);
  f.platform.on_request = [](FakeArea& p) { p.reply_to_last(words({0, 1, 2})); };
  REQUIRE(ask(f.clock_link, 1).length);
  REQUIRE(tap.seen.size() == 2);
  CHECK(tap.seen[0].first == TraceKind::command);
  CHECK(tap.seen[1].first == TraceKind::response);
  CHECK(tap.seen[0].second == tap.seen[1].second);
  CHECK(tap.sizes == std::vector<std::size_t>{4, 12});
}

TEST_CASE("counters are kept for each protocol") {
  AgentFixture f;
  f.platform.on_request = [](FakeArea& p) { p.reply_to_last(words({0})); };
  REQUIRE(ask(f.clock_link, 1).length);
  REQUIRE(ask(f.clock_link, 1).length);
  REQUIRE(ask(f.power_link, 1).length);
  CHECK(f.agent->counters(protocol::clock)[Count::sent] == 2);
  CHECK(f.agent->counters(protocol::power_domain)[Count::replies] == 1);
  CHECK(f.agent->counters(protocol::sensor)[Count::sent] == 0);
}
