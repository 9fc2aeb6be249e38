// SPDX-License-Identifier: Apache-2.0
//
// Conformance: a platform that is late, stuck, or wrong.
#include <algorithm>
#include <array>

#include "tests/transport/conformance.hpp"
#include "tests/transport/conformance_world.hpp"

namespace scmi::conformance {

void timeout_then_late(Fixture& fixture) {
  World world(fixture);
  world.time_out();
  world.answer(world.hold.back());
  world.agent->poll();
  CHECK(world.count(Count::late) == 1);
  world.check_usable();
  CHECK(world.count(Count::late) == 1);

  // And one whose late reply is met by the next caller, not by a poll.
  world.hold.clear();
  world.time_out();
  world.answer(world.hold.back());
  world.check_usable();
  world.agent->poll();
  CHECK(world.count(Count::late) == 2);
  CHECK(world.count(Count::unexpected) == 0);
  CHECK(world.count(Count::duplicate) == 0);
}

void token_in_quarantine(Fixture& fixture) {
  World world(fixture);
  world.time_out();
  const std::uint16_t timed_out = world.tokens.back();
  // The area or buffer comes back, but with something else in it: the reply may still come.
  MessageHeader other = MessageHeader::unpack(world.hold.back().header);
  other.message.value ^= 1;
  fixture.respond(world.hold.back(), other.pack(), words({0}));
  world.agent->poll();
  world.tokens.clear();
  bool all = true;
  for (std::uint32_t i = 0; i < token_count + 20; ++i) all = all && world.call(words({i})).has_value();
  CHECK(all);
  CHECK(std::count(world.tokens.begin(), world.tokens.end(), timed_out) == 0);
}

void cancel(Fixture& fixture) {
  World world(fixture);
  world.keep_commands();
  auto call = world.start(words({1}));
  REQUIRE(call);
  world.run_platform();
  const Instant before = world.time.now();
  CHECK(call->cancel());
  CHECK_FALSE(call->cancel());
  CHECK(call->finished());
  const auto result = call->wait();
  REQUIRE_FALSE(result);
  CHECK(result.error().is(LocalError::cancelled));
  CHECK(world.time.now() == before);
  CHECK(world.count(Count::cancelled) == 1);
  REQUIRE(world.hold.size() == 1);
  world.answer(world.hold.back());
  world.agent->poll();
  CHECK(world.count(Count::late) == 1);
  world.check_usable();
}

void stuck(Fixture& fixture) {
  World world(fixture);
  world.time_out();
  const auto commands = world.commands;
  if (world.shared()) {
    // The buffer is the platform's; everybody else goes on.
    world.check_usable();
    CHECK(world.commands == commands + 1);
  } else {
    for (int i = 0; i < 3; ++i) {
      const Instant start = world.time.now();
      const auto refused = world.call(words({9}));
      REQUIRE_FALSE(refused);
      CHECK(refused.error().is(LocalError::channel_busy));
      CHECK(world.time.now() >= start + timeout);
      auto pending = world.start(words({9}));
      REQUIRE(pending);
      CHECK(pending->wait().error().is(LocalError::channel_busy));
    }
    CHECK(world.commands == commands);
  }
  // It comes back in the middle of somebody's waiting.
  world.later.emplace_back([&] { world.answer(world.hold.back()); });
  world.check_usable();
  world.agent->poll();
  world.run_platform();
  world.agent->poll();
  CHECK(world.count(Count::late) == 1);
}

void short_reply(Fixture& fixture) {
  World world(fixture);
  std::uint64_t bad = 0;
  for (const std::size_t size : {0U, 1U, 3U}) {
    world.on_command = [&](const Command& command) { world.fixture.respond(command, command.header, Bytes(size)); };
    const auto reply = world.call(words({1, 2, 3}));
    REQUIRE_FALSE(reply);
    CHECK(reply.error().is(LocalError::malformed_reply));
    CHECK(world.count(Count::malformed) == ++bad);
  }
  world.check_usable();
}

void impossible_length(Fixture& fixture) {
  World world(fixture);
  std::uint64_t bad = 0;
  const auto too_long = static_cast<std::uint32_t>(world.max_payload() + header_size + 4);
  for (const std::uint32_t length : {0U, 1U, 3U, too_long}) {
    world.on_command = [&](const Command& command) { world.fixture.respond_bad_length(command, length); };
    const auto reply = world.call(words({1, 2, 3}));
    REQUIRE_FALSE(reply);
    CHECK(reply.error().is(LocalError::malformed_reply));
    CHECK(world.count(Count::malformed) == ++bad);
    world.check_usable();
  }
}

void wrong_header(Fixture& fixture) {
  World world(fixture);
  using Change = void (*)(MessageHeader&);
  const std::array<Change, 6> changes = {
      [](MessageHeader& h) { h.token.value = (h.token.value + 500) % token_count; },
      [](MessageHeader& h) { h.message.value ^= 1; },
      [](MessageHeader& h) { h.protocol = protocol::power_domain; },
      [](MessageHeader& h) { h.type = MessageType::reserved; },
      [](MessageHeader& h) { h.type = MessageType::delayed_response; },
      [](MessageHeader& h) { h.type = MessageType::notification; },
  };
  std::uint64_t rejected = 0;
  for (const Change change : changes) {
    world.on_command = [&](const Command& command) {
      MessageHeader header = MessageHeader::unpack(command.header);
      change(header);
      world.fixture.respond(command, header.pack(), words({0, 0xBAD}));
      world.later.emplace_back([&world, command] { world.answer(command); });
    };
    const auto reply = world.call(words({4}));
    REQUIRE(reply);
    CHECK(*reply == words({0, 4}));
    CHECK(world.count(Count::unexpected) == ++rejected);
  }
  // Junk in the reserved bits is no difference.
  world.on_command = [&](const Command& command) {
    world.fixture.respond(command, command.header | 0xA000'0000U, words({0, 6}));
  };
  CHECK(world.call(words({4})).value() == words({0, 6}));
  CHECK(world.count(Count::unexpected) == rejected);
  // Only the wrong one: the call ends by its deadline.
  world.on_command = [&](const Command& command) {
    world.fixture.respond(command, command.header ^ 1U, words({0, 0xBAD}));
  };
  const auto none = world.call(words({4}));
  REQUIRE_FALSE(none);
  CHECK(none.error().is(LocalError::timed_out));
  world.check_usable();
}

void channel_error(Fixture& fixture) {
  if (!fixture.capabilities().error_bit) return;
  World world(fixture);
  for (std::uint64_t i = 1; i <= 3; ++i) {
    world.on_command = [&](const Command& command) { world.fixture.respond_error(command); };
    const auto reply = world.call(words({1}));
    REQUIRE_FALSE(reply);
    CHECK(reply.error().is(LocalError::channel_error));
    CHECK(world.count(Count::channel_errors) == i);
  }
  world.check_usable();
}

void duplicate(Fixture& fixture) {
  World world(fixture);
  Command answered;
  world.on_command = [&](const Command& command) {
    answered = command;
    world.answer(command);
  };
  REQUIRE(world.call(words({1})));
  world.answer(answered);
  world.agent->poll();
  // Where buffers are copied the area is ours by then, and what somebody writes there is nobody's message.
  if (world.shared()) CHECK(world.count(Count::duplicate) == 1);
  CHECK(world.count(Count::unexpected) == 0);
  world.check_usable();
}

void empty_doorbell(Fixture& fixture) {
  if (!fixture.capabilities().empty_bell) return;
  World world(fixture);
  const auto ring_both = [&] {
    fixture.ring(Direction::a2p);
    if (fixture.capabilities().p2a) fixture.ring(Direction::p2a);
  };
  ring_both();
  world.agent->poll();
  world.on_command = [&](const Command& command) {
    ring_both();
    world.later.emplace_back([&world, command] { world.answer(command); });
  };
  CHECK(world.call(words({3})).value() == words({0, 3}));
  ring_both();
  world.agent->poll();
  CHECK(world.count(Count::unexpected) == 0);
  CHECK(world.count(Count::malformed) == 0);
  world.check_usable();
}

}  // namespace scmi::conformance
