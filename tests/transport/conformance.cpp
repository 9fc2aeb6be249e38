// SPDX-License-Identifier: Apache-2.0
//
// Conformance: messages that go where they should. Whatever happens in a case, the agent must be able to leave without
// a trace.
#include "tests/transport/conformance.hpp"

#include <algorithm>
#include <array>

#include "tests/transport/conformance_world.hpp"

namespace scmi::conformance {

void send_and_receive(Fixture& fixture) {
  World world(fixture);
  CHECK(world.agent->base().vendor == "vendor");
  CHECK(world.agent->has(subject));
  MessageHeader seen;
  Bytes payload;
  world.on_command = [&](const Command& command) {
    seen = MessageHeader::unpack(command.header);
    payload = command.payload;
    world.fixture.respond(command, command.header, words({0xFFFFFFFD, 77}));
  };
  const auto sent = world.count(Count::sent);
  const auto reply = world.call(words({0x11, 0x22, 0x33}));
  REQUIRE(reply);
  CHECK(*reply == words({0xFFFFFFFD, 77}));
  CHECK(seen.protocol == subject);
  CHECK(seen.message == request);
  CHECK(seen.type == MessageType::command);
  CHECK(payload == words({0x11, 0x22, 0x33}));
  CHECK(world.count(Count::sent) == sent + 1);
  CHECK(world.count(Count::replies) == sent + 1);
  CHECK(world.call({}).value() == words({0xFFFFFFFD, 77}));  // A command may be its header alone.
  CHECK(payload.empty());
}

void largest_message(Fixture& fixture) {
  World world(fixture);
  Bytes largest(world.max_payload());
  for (std::size_t i = 0; i < largest.size(); ++i) largest[i] = static_cast<std::byte>(i + 1);
  Bytes received;
  Bytes back = largest;
  std::reverse(back.begin() + 4, back.end());
  world.on_command = [&](const Command& command) {
    received = command.payload;
    world.fixture.respond(command, command.header, back);
  };
  const auto reply = world.call(largest);
  REQUIRE(reply);
  CHECK(received == largest);
  CHECK(*reply == back);
  const auto commands = world.commands;
  largest.push_back(std::byte{1});
  const auto refused = world.call(largest);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().is(LocalError::message_too_large));
  world.run_platform();
  CHECK(world.commands == commands);
  world.check_usable();
}

void polled_call(Fixture& fixture) {
  World world(fixture);
  if (!fixture.transport().description->polling) return;
  for (std::uint32_t i = 0; i < 5; ++i) {
    const auto reply = world.call(words({i}), timeout, true);
    REQUIRE(reply);
    CHECK(*reply == words({0, i}));
  }
}

void many_calls(Fixture& fixture) {
  World world(fixture);
  world.tokens.clear();
  constexpr std::uint32_t calls = token_count + 50;
  bool all = true;
  for (std::uint32_t i = 0; i < calls; ++i) {
    const auto reply = world.call(words({i, ~i}));
    all = all && reply && *reply == words({0, i, ~i});
  }
  CHECK(all);
  REQUIRE(world.tokens.size() == calls);
  auto round = std::vector(world.tokens.begin(), world.tokens.begin() + token_count);
  std::sort(round.begin(), round.end());
  CHECK(std::adjacent_find(round.begin(), round.end()) == round.end());
}

void pending_calls(Fixture& fixture) {
  World world(fixture);
  constexpr std::uint32_t calls = 8;
  std::array<PendingCall, calls> pending;
  std::uint32_t completed = 0;
  world.keep_commands();
  for (std::uint32_t i = 0; i < calls; ++i) {
    PendingOptions options;
    options.completion = [&](const Result<std::span<const std::byte>>& result) { completed += result ? 1 : 100; };
    auto started = world.start(words({i}), std::move(options));
    REQUIRE(started);
    pending[i] = std::move(*started);
  }
  while (completed < calls) {
    world.run_platform();
    REQUIRE_FALSE(world.hold.empty());
    CHECK(world.hold.size() <= (world.shared() ? calls : 1));
    // The youngest first, as far as the transport lets several out at a time.
    const Command command = world.hold.back();
    world.hold.pop_back();
    world.answer(command);
    world.agent->poll();
  }
  CHECK(completed == calls);
  for (std::uint32_t i = 0; i < calls; ++i) {
    CHECK(pending[i].finished());
    const auto result = pending[i].wait();
    REQUIRE(result);
    CHECK(copy(*result) == words({0, i}));
  }
}

void delayed_response(Fixture& fixture) {
  if (!fixture.capabilities().p2a) return;
  World world(fixture);
  world.on_command = [&](const Command& command) {
    world.fixture.respond(command, command.header, words({0}));
    world.later.emplace_back(
        [&world, command] { CHECK(world.fixture.send_p2a(delayed_header(command.header), words({0, 0x1234}))); });
  };
  auto call = world.start(words({5}), {.expects_delayed = true});
  REQUIRE(call);
  const auto result = call->wait();
  REQUIRE(result);
  CHECK(copy(*result) == words({0, 0x1234}));
  CHECK(world.count(Count::delayed) == 1);
  CHECK(fixture.p2a_idle());

  // A refused command has no delayed response to wait for.
  world.on_command = [&](const Command& command) {
    world.fixture.respond(command, command.header, words({0xFFFFFFFE}));
  };
  auto refused = world.start(words({6}), {.expects_delayed = true});
  REQUIRE(refused);
  CHECK(copy(refused->wait().value()) == words({0xFFFFFFFE}));

  // And one that is accepted and never finished ends by its own deadline; what comes then is late.
  Command accepted;
  world.on_command = [&](const Command& command) {
    accepted = command;
    world.fixture.respond(command, command.header, words({0}));
  };
  auto endless = world.start(words({7}), {.expects_delayed = true});
  REQUIRE(endless);
  const auto nothing = endless->wait();
  REQUIRE_FALSE(nothing);
  CHECK(nothing.error().is(LocalError::timed_out));
  CHECK(fixture.send_p2a(delayed_header(accepted.header), words({0})));
  world.agent->poll();
  CHECK(world.count(Count::late) == 1);
  CHECK(fixture.p2a_idle());
  world.check_usable();
}

void delayed_first(Fixture& fixture) {
  if (!fixture.capabilities().p2a) return;
  World world(fixture);
  world.on_command = [&](const Command& command) {
    CHECK(world.fixture.send_p2a(delayed_header(command.header), words({0, 99})));
    world.hold.push_back(command);
  };
  auto call = world.start(words({5}), {.expects_delayed = true});
  REQUIRE(call);
  const auto result = call->wait();
  REQUIRE(result);
  CHECK(copy(*result) == words({0, 99}));
  REQUIRE(world.hold.size() == 1);
  world.answer(world.hold.back());
  world.agent->poll();
  CHECK(world.count(Count::delayed) == 1);
  CHECK(world.count(Count::unexpected) == 0);
  CHECK(world.count(Count::late) == 0);
  world.check_usable();
}

void delayed_unrequested(Fixture& fixture) {
  if (!fixture.capabilities().p2a) return;
  World world(fixture);
  world.on_command = [&](const Command& command) {
    CHECK(world.fixture.send_p2a(delayed_header(command.header), words({0, 99})));
    world.agent->poll();  // While the command is out.
    world.later.emplace_back([&world, command] { world.answer(command); });
  };
  const auto reply = world.call(words({5}));
  REQUIRE(reply);
  CHECK(*reply == words({0, 5}));
  world.agent->poll();
  CHECK(world.count(Count::unexpected) == 1);
  CHECK(world.count(Count::delayed) == 0);
  CHECK(fixture.p2a_idle());
  world.check_usable();
}

void notification(Fixture& fixture) {
  if (!fixture.capabilities().p2a) return;
  World world(fixture);
  std::vector<Bytes> got;
  const Subscription subscription =
      world.link.subscribe(MessageId(1), [&](std::span<const std::byte> payload) { got.push_back(copy(payload)); });
  CHECK(fixture.send_p2a(notification_header(), words({1, 0xFEDC})));
  CHECK(world.agent->poll().notifications == 1);
  CHECK(fixture.send_p2a(notification_header(MessageId(2)), words({8})));  // Nobody asked for this one.
  CHECK(world.agent->poll().notifications == 0);
  CHECK(fixture.send_p2a(notification_header(), words({2})));
  world.agent->poll();
  REQUIRE(got.size() == 2);
  CHECK(got[0] == words({1, 0xFEDC}));
  CHECK(got[1] == words({2}));
  CHECK(world.count(Count::notifications) == 3);
  CHECK(fixture.p2a_idle());
}

void p2a_malformed(Fixture& fixture) {
  if (!fixture.capabilities().p2a) return;
  World world(fixture);
  int delivered = 0;
  const Subscription subscription =
      world.link.subscribe(MessageId(1), [&](std::span<const std::byte>) { ++delivered; });
  const auto too_long = static_cast<std::uint32_t>(fixture.transport().description->max_message_size + 4);
  std::uint64_t bad = 0;
  for (int round = 0; round < 3; ++round) {
    for (const std::uint32_t length : {0U, 1U, 3U, too_long}) {
      CHECK(fixture.send_p2a_bad_length(length));
      world.agent->poll();
      CHECK(world.count(Count::malformed) == ++bad);
      CHECK(fixture.p2a_idle());
    }
    CHECK(fixture.send_p2a(notification_header(), {}));  // The header alone.
    world.agent->poll();
    CHECK(world.count(Count::malformed) == ++bad);
    CHECK(fixture.p2a_idle());
  }
  for (const MessageType type : {MessageType::command, MessageType::reserved}) {
    CHECK(fixture.send_p2a(MessageHeader{MessageId(1), type, subject, Token(3)}.pack(), words({0})));
    world.agent->poll();
    CHECK(fixture.p2a_idle());
  }
  CHECK(world.count(Count::unexpected) == 2);
  CHECK(delivered == 0);
  CHECK(fixture.send_p2a(notification_header(), words({1})));
  world.agent->poll();
  CHECK(delivered == 1);
}

void p2a_flood(Fixture& fixture) {
  if (!fixture.capabilities().p2a) return;
  World world(fixture);
  std::vector<Bytes> got;
  const Subscription subscription =
      world.link.subscribe(MessageId(1), [&](std::span<const std::byte> payload) { got.push_back(copy(payload)); });
  const std::uint32_t capacity = quiet_config().registry.notification_queue;
  for (std::uint32_t i = 0; i < capacity + 5; ++i) {
    CHECK(fixture.send_p2a(notification_header(), words({i})));
    const ChannelRef channel = world.agent->registry()->channel(protocol::base, Direction::p2a);
    REQUIRE(channel);
    channel->pump(false);  // Received, but not dispatched.
    CHECK(fixture.p2a_idle());
  }
  CHECK(world.count(Count::notifications) == capacity);
  CHECK(world.count(Count::dropped) == 5);
  while (world.agent->poll().notifications > 0) {
  }
  REQUIRE(got.size() == capacity);
  for (std::uint32_t i = 0; i < capacity; ++i) CHECK(got[i] == words({i}));
}

}  // namespace scmi::conformance
