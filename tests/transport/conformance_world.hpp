// SPDX-License-Identifier: Apache-2.0
//
// Where the conformance cases take place: an agent, a platform that does what the case says, and a time that stands
// still unless somebody waits.
#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <functional>
#include <memory>
#include <vector>

#include "scmi/agent.hpp"
#include "tests/transport/base_platform.hpp"
#include "tests/transport/conformance.hpp"

namespace scmi::conformance {

using namespace std::chrono_literals;

using test::Bytes;
using test::copy;
using test::default_reply;
using test::subject;
using test::words;

inline constexpr MessageId request{0x21};
inline constexpr Duration timeout = 20ms;

inline std::uint32_t notification_header(MessageId message = MessageId(1)) {
  return MessageHeader{message, MessageType::notification, subject, Token(0)}.pack();
}

inline std::uint32_t delayed_header(std::uint32_t command) {
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

inline AgentConfig quiet_config() {
  AgentConfig config;
  // A clock that stands still would never end a spin.
  config.registry.spin_extra = {};
  config.registry.spin_max = {};
  config.registry.notification_queue = 8;
  config.probe.timeout = timeout;
  return config;
}

/// One agent, its platform side, and the time between them.
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

}  // namespace scmi::conformance
