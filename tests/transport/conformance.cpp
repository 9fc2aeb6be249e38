// SPDX-License-Identifier: Apache-2.0
//
// The cases of the conformance suite. Whatever happens in a case, the agent must be able to leave without a trace.
#include "tests/transport/conformance.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <filesystem>
#include <functional>
#include <thread>

#include "scmi/agent.hpp"
#include "tests/transport/base_platform.hpp"
#include "transport/system_time.hpp"
#include "transport/system_waiter.hpp"

namespace scmi::conformance {
namespace {

using namespace std::chrono_literals;

using test::Bytes;
using test::copy;
using test::default_reply;
using test::subject;
using test::words;

constexpr MessageId request{0x21};
constexpr Duration timeout = 20ms;

std::uint32_t notification_header(MessageId message = MessageId(1)) {
  return MessageHeader{message, MessageType::notification, subject, Token(0)}.pack();
}

std::uint32_t delayed_header(std::uint32_t command) {
  MessageHeader header = MessageHeader::unpack(command);
  header.type = MessageType::delayed_response;
  return header.pack();
}

class ManualTime final : public TimeSource {
 public:
  [[nodiscard]] Instant now() noexcept override { return now_; }
  void advance_to(Instant to) noexcept { now_ = std::max(now_, to); }

 private:
  Instant now_{std::chrono::seconds(1000)};
};

/// Nobody sleeps: first the platform moves, and only if it has nothing to do does the time.
class StepWaiter final : public Waiter {
 public:
  StepWaiter(ManualTime& time, std::function<bool()> step) : time_(time), step_(std::move(step)) {}
  void wait(WaitPoint& point, std::uint32_t seen, Instant deadline, std::span<const int>) noexcept override {
    if (point.word.load(std::memory_order_acquire) != seen || step_()) return;
    if (deadline == never && ++endless_ > 1000) {
      MESSAGE("a wait without a deadline that nothing ends");
      std::abort();
    }
    time_.advance_to(deadline == never ? time_.now() + 1s : deadline);
  }
  void wake(WaitPoint&) noexcept override {}

 private:
  ManualTime& time_;
  std::function<bool()> step_;
  int endless_ = 0;
};

std::size_t open_descriptors() {
  const auto all = std::filesystem::directory_iterator("/proc/self/fd");
  return static_cast<std::size_t>(std::distance(begin(all), end(all)));
}

AgentConfig quiet_config() {
  AgentConfig config;
  // A clock that stands still would never end a spin.
  config.registry.spin_extra = {};
  config.registry.spin_max = {};
  config.registry.notification_queue = 8;
  config.probe.timeout = timeout;
  return config;
}

struct World {
  explicit World(Fixture& f, bool probe = true) : fixture(f) {
    if (probe) connect();
  }
  ~World() {
    hold.clear();
    if (agent != nullptr) {
      const auto registry = agent->registry();
      agent->shutdown();
      CHECK(registry->open_channels() == 0);
    }
    CHECK(fixture.violations() == 0);
  }
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  void connect() {
    auto probed = Agent::probe(fixture.transport(), time, waiter, quiet_config());
    if (!probed) FAIL(describe(probed.error()));
    agent = std::move(*probed);
    auto linked = agent->link(subject);
    REQUIRE(linked);
    link = *linked;
  }

  // One move of the platform: takes a command, or does the next thing on its list.
  bool step() {
    if (auto command = fixture.next_command()) {
      ++commands;
      tokens.push_back(MessageHeader::unpack(command->header).token.value);
      if (on_command && MessageHeader::unpack(command->header).protocol == subject) {
        on_command(*command);
      } else {
        answer(*command);
      }
      return true;
    }
    if (later.empty()) return false;
    const auto next = std::move(later.front());
    later.erase(later.begin());
    next();
    return true;
  }
  void run_platform() {
    while (step()) {
    }
  }
  void answer(const Command& command) {
    fixture.respond(command, command.header, default_reply(command.header, command.payload));
  }
  void keep_commands() {
    on_command = [this](const Command& command) { hold.push_back(command); };
  }

  Result<Bytes> call(const Bytes& payload, Duration limit = timeout, bool poll = false) {
    Bytes reply(256);
    const auto size = link.transact(request, payload, reply, {.timeout = limit, .poll = poll});
    if (!size) return size.error();
    reply.resize(*size);
    return reply;
  }
  void check_usable() {
    on_command = nullptr;
    const auto reply = call(words({0xAB, 0xCD}));
    REQUIRE(reply);
    CHECK(*reply == words({0, 0xAB, 0xCD}));
  }
  // A call that runs out of time while the platform keeps the command, which is then in `hold`.
  void time_out() {
    keep_commands();
    const auto before = count(Count::timeouts);
    const auto reply = call(words({1, 2}));
    REQUIRE_FALSE(reply);
    CHECK(reply.error().is(LocalError::timed_out));
    CHECK(count(Count::timeouts) == before + 1);
    REQUIRE(hold.size() == 1);
    on_command = nullptr;
  }
  Result<PendingCall> start(const Bytes& payload, PendingOptions options = {}) {
    if (options.timeout == Duration{}) options.timeout = timeout;
    return link.start(request, payload, std::move(options));
  }
  [[nodiscard]] std::uint64_t count(Count kind) const { return agent->counters()[kind]; }
  [[nodiscard]] bool shared() const { return fixture.transport().description->buffers == BufferModel::lent; }
  [[nodiscard]] std::size_t max_payload() const { return link.channel().binding().max_payload; }

  Fixture& fixture;
  ManualTime time;
  StepWaiter waiter{time, [this] { return step(); }};
  std::function<void(const Command&)> on_command;  ///< Commands of the subject; empty = answered at once.
  std::vector<std::function<void()>> later;        ///< What the platform does when it has no command to take.
  std::vector<Command> hold;
  std::vector<std::uint16_t> tokens;
  std::size_t commands = 0;
  std::unique_ptr<Agent> agent;
  ProtocolLink link;
};

}  // namespace

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

void close_with_calls_out(Fixture& fixture) {
  World world(fixture);
  constexpr std::uint32_t calls = 6;
  std::array<PendingCall, calls> pending;
  std::array<int, calls> ended{};
  world.keep_commands();
  const ProtocolLink base = *world.agent->link(protocol::base);
  for (std::uint32_t i = 0; i < calls; ++i) {
    PendingOptions options{.timeout = timeout};
    options.completion = [&, i](const Result<std::span<const std::byte>>& result) {
      ++ended[i];
      CHECK_FALSE(result);
      CHECK(result.error().is(LocalError::channel_closed));
    };
    // Two protocols, on one channel or on two.
    const ProtocolLink& link = i % 2 == 0 ? world.link : base;
    auto started = link.start(request, words({i}), std::move(options));
    REQUIRE(started);
    pending[i] = std::move(*started);
  }
  const Instant before = world.time.now();
  world.agent->shutdown();
  world.agent->shutdown();
  CHECK(world.time.now() == before);
  CHECK(world.agent->registry()->open_channels() == 0);
  for (std::uint32_t i = 0; i < calls; ++i) {
    CHECK(ended[i] == 1);
    CHECK(pending[i].wait().error().is(LocalError::channel_closed));
  }
  const auto after = world.call(words({1}));
  REQUIRE_FALSE(after);
  CHECK((after.error().is(LocalError::channel_closed) || after.error().is(LocalError::stale_handle)));
  // What the platform still says reaches nobody, and hurts nobody.
  world.run_platform();
  for (const Command& command : world.hold) world.answer(command);
  CHECK(std::all_of(ended.begin(), ended.end(), [](int n) { return n == 1; }));
}

void reopen(Fixture& fixture) {
  World world(fixture);
  const Transport transport = fixture.transport();
  const auto registry = world.agent->registry();
  world.time_out();
  const std::uint16_t timed_out = world.tokens.back();
  const Command old = world.hold.back();

  const bool own = transport.ops->available(transport.state, subject, Direction::a2p);
  const ProtocolId owner = own ? subject : protocol::base;
  registry->close(registry->route(subject, Direction::a2p));
  REQUIRE_FALSE(world.call(words({1})));
  const auto opened = registry->open(transport, owner, Direction::a2p);
  REQUIRE(opened);
  if (!own) REQUIRE(registry->map(subject, Direction::a2p, *opened));
  const auto closed_link = world.link;
  world.link = world.agent->raw_link(subject);
  CHECK(closed_link.start(request, {}, {}).error().is(LocalError::stale_handle));

  const auto late = world.count(Count::late);
  world.answer(old);
  world.agent->poll();
  CHECK(world.count(Count::late) == late + 1);
  world.tokens.clear();
  world.check_usable();
  CHECK(world.tokens.back() != timed_out);
  CHECK(world.count(Count::unexpected) == 0);
}

void hang_up(Fixture& fixture) {
  if (!fixture.capabilities().hang_up) return;
  World world(fixture);
  std::vector<PendingCall> pending;
  world.keep_commands();
  for (std::uint32_t i = 0; i < 3; ++i) {
    auto started = world.start(words({i}), {.timeout = 100s});
    REQUIRE(started);
    pending.push_back(std::move(*started));
  }
  const Instant start = world.time.now();
  world.later.emplace_back([&] { fixture.hang_up(); });
  const auto reply = world.call(words({1}), 100s);
  REQUIRE_FALSE(reply);
  CHECK(reply.error().is(LocalError::platform_lost));
  world.agent->poll();
  for (PendingCall& call : pending) CHECK(call.wait().error().is(LocalError::platform_lost));
  const auto again = world.call(words({1}), 100s);
  REQUIRE_FALSE(again);
  CHECK(again.error().is(LocalError::platform_lost));
  CHECK(world.time.now() - start < 1s);  // Not by any timeout.
  CHECK(world.count(Count::timeouts) == 0);
}

void teardown_during_traffic(Fixture& fixture) {
  if (!fixture.capabilities().threads) return;
  transport::SystemTime time;
  transport::SystemWaiter waiter;
  std::atomic<bool> stop{false};
  std::thread platform([&] {
    while (!stop.load()) {
      auto command = fixture.next_command();
      if (!command) {
        std::this_thread::yield();
        continue;
      }
      fixture.respond(*command, command->header, default_reply(command->header, command->payload));
    }
  });
  AgentConfig config;
  config.probe.timeout = 60s;
  auto agent = Agent::probe(fixture.transport(), time, waiter, config);
  std::atomic<std::uint32_t> good{0};
  std::atomic<std::uint32_t> wrong{0};
  constexpr std::uint32_t enough = 400;
  if (agent) {
    const ProtocolLink link = *(*agent)->link(subject);
    const auto over = [](const Error& error) {
      return error.is(LocalError::channel_closed) || error.is(LocalError::stale_handle);
    };
    const auto caller = [&](std::uint32_t first) {
      for (std::uint32_t i = first;; ++i) {
        std::array<std::byte, 16> reply{};
        const auto size = link.transact(request, words({i}), reply, {.timeout = 60s});
        if (!size) {
          if (!over(size.error())) wrong.fetch_add(1);
          return;
        }
        if (*size != 8 || copy(std::span(reply).first(8)) != words({0, i})) wrong.fetch_add(1);
        good.fetch_add(1);
      }
    };
    const auto starter = [&] {
      for (std::uint32_t i = 0;; ++i) {
        auto call = link.start(request, words({i}), {.timeout = 60s});
        if (!call) {
          if (!over(call.error())) wrong.fetch_add(1);
          return;
        }
        const auto result = call->wait();
        if (!result) {
          if (!over(result.error())) wrong.fetch_add(1);
          return;
        }
        if (copy(*result) != words({0, i})) wrong.fetch_add(1);
        good.fetch_add(1);
      }
    };
    std::vector<std::thread> callers;
    callers.emplace_back(caller, 0);
    callers.emplace_back(caller, 1U << 20);
    callers.emplace_back(starter);
    while (good.load() < enough && wrong.load() == 0) std::this_thread::yield();
    (*agent)->shutdown();
    CHECK((*agent)->registry()->open_channels() == 0);
    for (auto& thread : callers) thread.join();
  }
  stop = true;
  platform.join();
  REQUIRE(agent);
  CHECK(wrong.load() == 0);
  CHECK(good.load() >= enough);
  CHECK(fixture.violations() == 0);
}

void failed_probe(Fixture& fixture) {
  World world(fixture, false);
  const std::size_t before = open_descriptors();
  bool answering = false;
  Command kept;
  StepWaiter silent(world.time, [&] {
    const auto command = fixture.next_command();
    if (!command) return false;
    kept = *command;
    if (answering) world.answer(*command);
    return true;
  });
  const auto failed = Agent::probe(fixture.transport(), world.time, silent, quiet_config());
  REQUIRE_FALSE(failed);
  CHECK(failed.error().is(LocalError::timed_out));
  CHECK(failed.error().context.step == Step::base_version);
  CHECK(open_descriptors() == before);
  // The platform has its wits back: the next probe goes through, also over the memory that the first one left.
  world.answer(kept);
  world.connect();
  world.check_usable();
}

}  // namespace scmi::conformance
