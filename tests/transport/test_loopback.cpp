// SPDX-License-Identifier: Apache-2.0
//
// The loopback by itself, through its table of functions: what it promises to the core and to the platform side. The
// registry here has no open channel, so that each doorbell shows up as one refused callback.
#include <doctest/doctest.h>
#include <poll.h>

#include <array>
#include <atomic>
#include <cstring>
#include <thread>
#include <vector>

#include "scmi/channel_registry.hpp"
#include "transport/loopback.hpp"
#include "transport/loopback_inline.hpp"

using namespace scmi;
using transport::InlineLoopback;
using transport::Loopback;
using transport::LoopbackCommand;
using transport::LoopbackOptions;

namespace {

class NoTime final : public TimeSource {
 public:
  [[nodiscard]] Instant now() noexcept override { return {}; }
};

class NoWaiter final : public Waiter {
 public:
  void wait(WaitPoint&, std::uint32_t, Instant, std::span<const int>) noexcept override { FAIL("nobody waits here"); }
  void wake(WaitPoint&) noexcept override {}
};

std::vector<std::byte> words(std::initializer_list<std::uint32_t> values) {
  std::vector<std::byte> bytes(values.size() * 4);
  std::memcpy(bytes.data(), std::data(values), bytes.size());
  return bytes;
}

std::vector<std::byte> copy(std::span<const std::byte> bytes) { return {bytes.begin(), bytes.end()}; }

constexpr std::uint32_t header_of(std::uint16_t token) {
  return MessageHeader{MessageId(3), MessageType::command, protocol::base, Token(token)}.pack();
}

// An agent of the simplest kind: it calls the table and nothing else.
struct Side {
  NoTime time;
  NoWaiter waiter;
  std::shared_ptr<ChannelRegistry> registry = ChannelRegistry::create(time, waiter, {});
  Loopback loop;
  Transport transport = loop.transport();
  const ChanOps& ops = *transport.ops;
  std::array<std::byte, 128> into{};

  explicit Side(LoopbackOptions options = {}) : loop(std::move(options)) {}

  Result<ChannelPort> setup(ProtocolId protocol, Direction direction) {
    return ops.setup(transport.state, {protocol, direction, {1, 77}, registry});
  }
  ChannelState* open(ProtocolId protocol = protocol::base, Direction direction = Direction::a2p) {
    const auto port = setup(protocol, direction);
    REQUIRE(port);
    return port->state;
  }
  void close(ChannelState* state) const {
    ops.stop(state);
    ops.free(state);
  }
  SendResult send(ChannelState* state, std::uint16_t loan, std::uint16_t token) const {
    const auto payload = words({0x1000U + loan, token});
    return ops.send(state, {payload, header_of(token), loan, true});
  }
  LoopbackCommand exchange(ChannelState* state, std::uint16_t loan, std::uint16_t token) {
    REQUIRE(send(state, loan, token));
    const auto command = loop.next_command();
    REQUIRE(command);
    return *command;
  }
  RxMessage fetch(ChannelState* state) { return ops.fetch_response(state, {}); }
  [[nodiscard]] std::uint64_t rings() const { return registry->stale_handles(); }
};

}  // namespace

TEST_CASE("loopback: describes its limits and keeps them within the specification's") {
  Loopback loop({.max_in_flight = 5000, .max_message_size = 200});
  const auto& d = *loop.transport().description;
  CHECK(d.name == "loopback");
  CHECK(d.max_in_flight == 1024);
  CHECK(d.max_message_size == 200);
  CHECK(d.buffers == BufferModel::lent);
  Loopback least({.max_in_flight = 0, .max_message_size = 0});
  CHECK(least.transport().description->max_in_flight == 1);
  CHECK(least.transport().description->max_message_size == 4);
  Loopback usual;
  CHECK(usual.transport().description->max_in_flight == 256);
}

TEST_CASE("loopback: has the channels it was configured with, each with a memory of its own") {
  Side side({.own_a2p = {protocol::clock}});
  const auto has = [&](ProtocolId p, Direction d) { return side.ops.available(side.transport.state, p, d); };
  CHECK(has(protocol::base, Direction::a2p));
  CHECK(has(protocol::clock, Direction::a2p));
  CHECK_FALSE(has(protocol::performance, Direction::a2p));
  CHECK(has(protocol::base, Direction::p2a));
  CHECK_FALSE(has(protocol::clock, Direction::p2a));
  const auto base = side.setup(protocol::base, Direction::a2p);
  const auto clock = side.setup(protocol::clock, Direction::a2p);
  REQUIRE(base);
  REQUIRE(clock);
  CHECK(base->max_payload == 128);
  CHECK(base->memory_id != clock->memory_id);
  CHECK(base->epoch == clock->epoch);
  CHECK(side.loop.open_channels() == 2);
  CHECK_FALSE(side.setup(protocol::performance, Direction::a2p));
  CHECK_FALSE(Side({.p2a = false}).setup(protocol::base, Direction::p2a));
  CHECK(side.loop.counts().violations == 0);
  CHECK_FALSE(side.setup(protocol::base, Direction::a2p));  // Twice at a time.
  CHECK(side.loop.counts().violations == 1);
}

TEST_CASE("loopback: a command travels out and its reply back in the same loan") {
  Side side;
  ChannelState* channel = side.open();
  const auto command = side.exchange(channel, 7, 300);
  CHECK(command.header == header_of(300));
  CHECK(command.payload == words({0x1007, 300}));
  CHECK(command.channel == protocol::base);
  CHECK(side.loop.loans_out() == 1);
  CHECK_FALSE(side.loop.next_command());

  const auto id = side.loop.reply(command, words({0, 42}));
  CHECK_FALSE(side.ops.poll_done(channel));
  CHECK(side.fetch(channel).kind == RxMessage::Kind::none);
  CHECK(side.rings() == 0);
  CHECK(side.loop.deliver(id));
  CHECK_FALSE(side.loop.deliver(id));
  CHECK(side.rings() == 1);
  CHECK(side.ops.poll_done(channel));
  const auto reply = side.fetch(channel);
  CHECK(reply.kind == RxMessage::Kind::message);
  CHECK(reply.header == header_of(300));
  CHECK(copy(reply.payload) == words({0, 42}));
  CHECK(reply.loan == 7);
  CHECK(side.loop.loans_out() == 0);
  CHECK_FALSE(side.ops.poll_done(channel));
  side.close(channel);
  CHECK(side.loop.open_channels() == 0);
  CHECK(side.loop.counts().violations == 0);
}

TEST_CASE("loopback: 1,024 commands at a time, answered backwards") {
  Side side({.max_in_flight = 1024});
  ChannelState* channel = side.open();
  std::vector<Loopback::DeliveryId> ids;
  for (std::uint16_t i = 0; i < 1024; ++i) {
    const auto command = side.exchange(channel, i, i);
    ids.push_back(side.loop.reply(command, words({0, i})));
  }
  CHECK(side.loop.loans_out() == 1024);
  for (std::size_t i = 1024; i-- > 0;) {
    CHECK(side.loop.deliver(ids[i]));
    const auto reply = side.fetch(channel);
    CHECK(reply.loan == i);
    CHECK(reply.header == header_of(static_cast<std::uint16_t>(i)));
  }
  CHECK(side.loop.loans_out() == 0);
}

TEST_CASE("loopback: a payload stays in its loan until that loan is sent again") {
  Side side;
  ChannelState* channel = side.open();
  const auto first = side.exchange(channel, 0, 1);
  const auto second = side.exchange(channel, 1, 2);
  side.loop.deliver(side.loop.reply(first, words({0, 11})));
  const auto reply = side.fetch(channel);
  side.loop.deliver(side.loop.reply(second, words({0, 22})));
  const auto other = side.fetch(channel);
  CHECK(copy(reply.payload) == words({0, 11}));
  CHECK(copy(other.payload) == words({0, 22}));
}

TEST_CASE("loopback: a loan that is out, out of range or on the wrong channel cannot be sent, and is counted") {
  Side side({.max_in_flight = 4});
  ChannelState* channel = side.open();
  ChannelState* p2a = side.open(protocol::base, Direction::p2a);
  REQUIRE(side.send(channel, 2, 1));
  CHECK(side.send(channel, 2, 2).error().is(LocalError::channel_busy));
  CHECK(side.send(channel, 4, 2).error().is(LocalError::invalid_argument));
  CHECK(side.send(p2a, 0, 2).error().is(LocalError::invalid_argument));
  CHECK(side.loop.counts().violations == 3);
  CHECK(side.loop.counts().refused == 3);
  const std::vector<std::byte> large(129);
  CHECK(side.ops.send(channel, {large, header_of(1), 0, true}).error().is(LocalError::message_too_large));
  CHECK(side.loop.counts().violations == 3);
  CHECK(side.loop.counts().commands == 1);
}

TEST_CASE("loopback: short, long and empty completions are malformed and bring the loan back") {
  Side side;
  ChannelState* channel = side.open();
  std::uint16_t loan = 0;
  for (const std::size_t size : {0U, 1U, 3U, 133U, 500U}) {
    const auto command = side.exchange(channel, loan, loan);
    side.loop.deliver(side.loop.complete(command, std::vector<std::byte>(size)));
    const auto got = side.fetch(channel);
    CHECK(got.kind == RxMessage::Kind::malformed);
    CHECK(got.loan == loan++);
    CHECK(got.payload.empty());
  }
  const auto command = side.exchange(channel, loan, loan);
  side.loop.deliver(side.loop.complete(command, words({0x55})));
  const auto header_only = side.fetch(channel);
  CHECK(header_only.kind == RxMessage::Kind::message);
  CHECK(header_only.header == 0x55);
  CHECK(header_only.payload.empty());
  const auto refused = side.exchange(channel, loan, loan);
  side.loop.deliver(side.loop.channel_error(refused));
  CHECK(side.fetch(channel).kind == RxMessage::Kind::channel_error);
  CHECK(side.loop.loans_out() == 0);
}

TEST_CASE("loopback: duplicates and strays come without a loan") {
  Side side;
  ChannelState* channel = side.open();
  const auto command = side.exchange(channel, 9, 5);
  const auto first = side.loop.reply(command, words({0, 1}));
  const auto second = side.loop.reply(command, words({0, 2}));
  side.loop.deliver(second);
  side.loop.deliver(first);
  CHECK(side.fetch(channel).loan == 9);
  const auto duplicate = side.fetch(channel);
  CHECK(duplicate.loan == RxMessage::no_loan);
  CHECK(duplicate.header == header_of(5));
  CHECK(copy(duplicate.payload) == words({0, 1}));
  // The loan is out anew: completing its earlier use must not bring it back.
  const auto again = side.exchange(channel, 9, 6);
  side.loop.deliver(side.loop.reply(command, words({0, 3})));
  CHECK(side.fetch(channel).loan == RxMessage::no_loan);
  CHECK(side.loop.loans_out() == 1);
  side.loop.deliver(side.loop.stray(protocol::base, words({0x77, 0})));
  CHECK(side.fetch(channel).header == 0x77);
  CHECK(again.loan == 9);
  CHECK_FALSE(side.loop.deliver(side.loop.stray(protocol::clock, words({0x77, 0}))));
}

TEST_CASE("loopback: silent deliveries, discarded ones and empty doorbells") {
  Side side;
  ChannelState* channel = side.open();
  const auto command = side.exchange(channel, 0, 5);
  const auto id = side.loop.reply(command, words({0}));
  const auto dropped = side.loop.reply(command, words({0}));
  CHECK(side.loop.pending() == std::vector{id, dropped});
  CHECK(side.loop.discard(dropped));
  CHECK_FALSE(side.loop.discard(dropped));
  CHECK(side.loop.deliver_next(Loopback::Bell::silent));
  CHECK(side.rings() == 0);
  CHECK(side.ops.poll_done(channel));
  CHECK(side.loop.ring(protocol::base, Direction::a2p));
  CHECK(side.rings() == 1);
  CHECK_FALSE(side.loop.ring(protocol::base, Direction::p2a));
  CHECK_FALSE(side.loop.deliver_next());
}

TEST_CASE("loopback: P2A messages wait for buffers that the agent gives back") {
  Side side({.p2a_buffers = 2});
  ChannelState* channel = side.open(protocol::base, Direction::p2a);
  side.loop.notify(protocol::clock, MessageId(1), words({1, 2}));
  side.loop.p2a({});
  side.loop.p2a(words({0x99, 4}));
  CHECK(side.loop.deliver_all() == 2);
  CHECK(side.loop.pending().size() == 1);
  const auto notification = side.ops.fetch_notification(channel, side.into);
  CHECK(MessageHeader::unpack(notification.header).type == MessageType::notification);
  CHECK(MessageHeader::unpack(notification.header).protocol == protocol::clock);
  CHECK(copy(notification.payload) == words({1, 2}));
  CHECK(notification.payload.data() == side.into.data());
  CHECK_FALSE(side.loop.deliver_next());
  side.ops.clear(channel);
  CHECK(side.loop.deliver_next());
  CHECK(side.ops.fetch_notification(channel, side.into).kind == RxMessage::Kind::malformed);
  side.ops.clear(channel);
  CHECK(side.ops.fetch_notification(channel, std::span(side.into).first(3)).kind == RxMessage::Kind::malformed);
  side.ops.clear(channel);
  CHECK(side.ops.fetch_notification(channel, side.into).kind == RxMessage::Kind::none);
  CHECK(side.loop.counts().given_back == 3);
  CHECK(side.loop.counts().violations == 0);
  side.ops.clear(channel);
  CHECK(side.loop.counts().violations == 1);
}

TEST_CASE("loopback: a delayed response keeps the command's token and identity") {
  Side side;
  ChannelState* a2p = side.open();
  ChannelState* p2a = side.open(protocol::base, Direction::p2a);
  const auto command = side.exchange(a2p, 0, 0x2A);
  CHECK(side.loop.deliver(side.loop.delayed(command, words({0, 9}))));
  const auto got = side.ops.fetch_notification(p2a, side.into);
  auto expected = command.decoded();
  expected.type = MessageType::delayed_response;
  CHECK(MessageHeader::unpack(got.header) == expected);
}

TEST_CASE("loopback: loans survive re-opening by the same registry, and return in the new channel") {
  Side side;
  ChannelState* channel = side.open();
  const auto command = side.exchange(channel, 3, 8);
  side.close(channel);
  CHECK_FALSE(side.loop.callee(protocol::base, Direction::a2p).registry);
  CHECK(side.loop.deliver(side.loop.reply(command, words({0, 1}))));
  CHECK(side.rings() == 0);  // Nobody to ring.
  channel = side.open();
  const auto late = side.fetch(channel);
  CHECK(late.loan == 3);
  CHECK(late.header == header_of(8));
  CHECK(side.loop.counts().violations == 0);
}

TEST_CASE("loopback: another registry starts with all loans, and meets old replies without one") {
  Side side;
  ChannelState* channel = side.open();
  const auto visible = side.exchange(channel, 0, 8);
  const auto pending = side.exchange(channel, 1, 9);
  side.loop.deliver(side.loop.reply(visible, words({0, 80})));
  side.close(channel);
  side.registry = ChannelRegistry::create(side.time, side.waiter, {});
  channel = side.open();
  CHECK(side.loop.loans_out() == 0);
  REQUIRE(side.send(channel, 0, 1));
  REQUIRE(side.send(channel, 1, 2));
  side.loop.deliver(side.loop.reply(pending, words({0, 90})));
  auto got = side.fetch(channel);
  CHECK(got.loan == RxMessage::no_loan);
  CHECK(copy(got.payload) == words({0, 80}));
  got = side.fetch(channel);
  CHECK(got.loan == RxMessage::no_loan);
  CHECK(copy(got.payload) == words({0, 90}));
  CHECK(side.loop.loans_out() == 2);
}

TEST_CASE("loopback: hang-up, restart, reset and new memory are told apart by liveness, epoch and memory id") {
  Side side;
  auto port = side.setup(protocol::base, Direction::a2p);
  REQUIRE(port);
  const auto command = side.exchange(port->state, 0, 1);
  side.loop.hang_up();
  CHECK_FALSE(side.ops.liveness(port->state));
  CHECK(side.send(port->state, 1, 2).error().is(LocalError::platform_lost));
  CHECK(side.ops.reset(port->state).error().is(LocalError::platform_lost));
  side.loop.restart();
  CHECK(side.ops.liveness(port->state));
  CHECK(side.loop.loans_out() == 0);
  side.close(port->state);
  const auto restarted = side.setup(protocol::base, Direction::a2p);
  REQUIRE(restarted);
  CHECK(restarted->memory_id == port->memory_id);
  CHECK(restarted->epoch != port->epoch);
  // A reply of the old epoch is a stray by now.
  side.loop.deliver(side.loop.reply(command, words({0})));
  CHECK(side.fetch(restarted->state).loan == RxMessage::no_loan);

  REQUIRE(side.send(restarted->state, 5, 2));
  const auto reset = side.ops.reset(restarted->state);
  REQUIRE(reset);
  CHECK(*reset != restarted->epoch);
  CHECK(side.loop.loans_out() == 0);
  CHECK_FALSE(side.loop.next_command());
  side.close(restarted->state);
  side.loop.replace_memory();
  const auto renewed = side.setup(protocol::base, Direction::a2p);
  REQUIRE(renewed);
  CHECK(renewed->memory_id != port->memory_id);
  CHECK(side.ops.map_region(renewed->state, 0, 64).error().is(LocalError::unsupported));
}

TEST_CASE("loopback: a responder answers inside send, and may deliver there") {
  Side side;
  side.loop.set_responder([](Loopback& loop, const LoopbackCommand& command) {
    loop.deliver(loop.reply(command, words({0, command.loan})));
  });
  ChannelState* channel = side.open();
  REQUIRE(side.send(channel, 6, 1));
  CHECK(copy(side.fetch(channel).payload) == words({0, 6}));
  CHECK_FALSE(side.loop.next_command());
  side.loop.set_responder({});
  REQUIRE(side.send(channel, 6, 2));
  CHECK(side.loop.next_command());
}

TEST_CASE("loopback: with a descriptor as doorbell nobody is called back") {
  Side side({.doorbell_fd = true});
  ChannelState* channel = side.open();
  std::array<int, 2> fds{};
  REQUIRE(side.ops.wait_fds(channel, fds, true) == 1);
  pollfd bell{fds[0], POLLIN, 0};
  CHECK(poll(&bell, 1, 0) == 0);
  const auto command = side.exchange(channel, 0, 1);
  side.loop.deliver(side.loop.reply(command, words({0})));
  CHECK(poll(&bell, 1, 0) == 1);
  CHECK(side.rings() == 0);
  CHECK(side.ops.wait_fds(channel, fds, false) == 1);  // Awake: consumes the doorbell.
  CHECK(poll(&bell, 1, 0) == 0);
  CHECK(side.ops.poll_done(channel));
  side.close(channel);
  channel = side.open();  // What lies there rings anew, or nobody would look.
  REQUIRE(side.ops.wait_fds(channel, fds, true) == 1);
  bell.fd = fds[0];
  CHECK(poll(&bell, 1, 0) == 1);
  side.close(channel);
  Side without;
  CHECK(without.ops.wait_fds(without.open(), fds, true) == 0);
}

TEST_CASE("loopback: senders, platform and receivers on threads of their own lose nothing") {
  Side side({.max_in_flight = 64});
  ChannelState* channel = side.open();
  constexpr std::uint32_t rounds = 300;
  std::atomic<std::uint32_t> received{0};
  std::atomic<bool> wrong{false};
  std::array<std::atomic<std::uint32_t>, 64> sent{};  // Per loan; the sender waits for its reply to be taken.
  std::array<std::atomic<std::uint32_t>, 64> taken{};
  constexpr std::uint32_t total = 64 * rounds;
  std::vector<std::thread> threads;
  for (std::size_t sender = 0; sender < 2; ++sender) {
    threads.emplace_back([&, sender] {
      for (std::uint32_t round = 1; round <= rounds; ++round) {
        for (auto loan = static_cast<std::uint16_t>(sender); loan < 64; loan += 2) {
          while (taken[loan].load() != round - 1) std::this_thread::yield();
          sent[loan].store(round);
          if (!side.send(channel, loan, static_cast<std::uint16_t>(round))) wrong = true;
        }
      }
    });
  }
  threads.emplace_back([&] {
    for (std::uint32_t answered = 0; answered < total;) {
      if (auto command = side.loop.next_command()) {
        side.loop.deliver(side.loop.reply(*command, command->payload), Loopback::Bell::silent);
        ++answered;
      } else {
        std::this_thread::yield();
      }
    }
  });
  for (int receiver = 0; receiver < 2; ++receiver) {
    threads.emplace_back([&] {
      while (received.load() < total) {
        const auto got = side.ops.fetch_response(channel, {});
        if (got.kind == RxMessage::Kind::none) {
          std::this_thread::yield();
          continue;
        }
        const std::uint32_t round = sent[got.loan].load();
        if (copy(got.payload) != words({0x1000U + got.loan, round})) wrong = true;
        received.fetch_add(1);
        taken[got.loan].store(round);
      }
    });
  }
  for (auto& thread : threads) thread.join();
  CHECK_FALSE(wrong.load());
  CHECK(received.load() == total);
  CHECK(side.loop.counts().violations == 0);
}

TEST_CASE("inline loopback: the reply is there when send returns") {
  int calls = 0;
  const auto echo = [](void* context, std::uint32_t, std::span<const std::byte> command,
                       std::span<std::byte> reply) noexcept -> std::size_t {
    ++*static_cast<int*>(context);
    std::memcpy(reply.data(), command.data(), command.size());
    return command.size();
  };
  InlineLoopback loop(echo, &calls);
  NoTime time;
  NoWaiter waiter;
  const auto registry = ChannelRegistry::create(time, waiter, {});
  const Transport transport = loop.transport();
  CHECK(transport.description->buffers == BufferModel::copied);
  CHECK_FALSE(transport.ops->setup(transport.state, {protocol::base, Direction::p2a, {1, 1}, registry}));
  const auto port = transport.ops->setup(transport.state, {protocol::base, Direction::a2p, {1, 1}, registry});
  REQUIRE(port);
  CHECK_FALSE(transport.ops->setup(transport.state, {protocol::base, Direction::a2p, {1, 1}, registry}));
  const auto payload = words({7, 8, 9});
  REQUIRE(transport.ops->send(port->state, {payload, header_of(4), 0, false}));
  CHECK(calls == 1);
  CHECK(transport.ops->poll_done(port->state));
  std::array<std::byte, 128> into{};
  for (int twice = 0; twice < 2; ++twice) {
    const auto got = transport.ops->fetch_response(port->state, into);
    CHECK(got.header == header_of(4));
    CHECK(copy(got.payload) == payload);
  }
  CHECK(transport.ops->fetch_response(port->state, std::span(into).first(4)).kind == RxMessage::Kind::malformed);
  const std::vector<std::byte> large(129);
  CHECK(transport.ops->send(port->state, {large, header_of(4), 0, false}).error().is(LocalError::message_too_large));
  transport.ops->stop(port->state);
  transport.ops->free(port->state);
  CHECK(transport.ops->setup(transport.state, {protocol::base, Direction::a2p, {1, 1}, registry}));
}
