// SPDX-License-Identifier: Apache-2.0
//
// A platform that says exactly what a test wrote down, word by word, behind the loopback transport and a clock that
// only moves when somebody waits. What the test did not write down is answered with NOT_FOUND.
#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <cstring>
#include <functional>
#include <map>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "scmi/agent.hpp"
#include "transport/loopback.hpp"

namespace scripted {

using Words = std::vector<std::uint32_t>;

/// Time passes by waiting.
struct Clock final : scmi::TimeSource, scmi::Waiter {
  scmi::Instant at{std::chrono::seconds(1)};
  scmi::Instant now() noexcept override { return at; }
  void wait(scmi::WaitPoint& point, std::uint32_t seen, scmi::Instant deadline,
            std::span<const int>) noexcept override {
    if (point.word.load(std::memory_order_relaxed) != seen) return;
    REQUIRE_MESSAGE(deadline != scmi::never, "somebody waits for something that cannot come");
    at = std::max(at, deadline);
  }
  void wake(scmi::WaitPoint&) noexcept override {}
};

inline std::vector<std::byte> bytes_of(const Words& words) {
  std::vector<std::byte> bytes(words.size() * 4);
  if (!words.empty()) std::memcpy(bytes.data(), words.data(), bytes.size());
  return bytes;
}
inline Words words_of(std::span<const std::byte> bytes) {
  Words words(bytes.size() / 4);
  if (!words.empty()) std::memcpy(words.data(), bytes.data(), words.size() * 4);
  return words;
}

/// The words of a name, zero padded to `size` bytes.
inline Words name(std::string_view text, std::size_t size = 16) {
  Words words(size / 4);
  std::memcpy(words.data(), text.data(), std::min(text.size(), size));
  return words;
}
inline Words operator+(Words a, const Words& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

constexpr std::uint32_t status(scmi::Status s) { return static_cast<std::uint32_t>(s); }

class Platform {
 public:
  using Answer = std::function<Words(const Words& parameters)>;
  struct Command {
    std::uint8_t protocol;
    std::uint8_t message;
    std::uint16_t token;
    Words parameters;
  };

  explicit Platform(scmi::transport::LoopbackOptions options = {.max_message_size = 1024}) : loop(std::move(options)) {
    on(0x10, 0x0, {0, 0x20001});
    on(0x10, 0x1, {0, 0x000A});
    on(0x10, 0x3, Words{0} + name("acme"));
    on(0x10, 0x5, {0, 1});
    on_ask(0x10, 0x6, Answer([](const Words& p) {
             return p.at(0) == 0 ? Words{0, 10, 0x1413'1211, 0x1817'1615, 0x0000'1B19} : Words{0, 0};
           }));
    loop.set_responder([this](scmi::transport::Loopback&, const scmi::transport::LoopbackCommand& c) { answer(c); });
  }

  /// What a command is answered with, its status first: made from its parameters, or always the same. No words at all:
  /// not yet, see answer_held().
  void on_ask(std::uint8_t protocol, std::uint8_t message, Answer answer) {
    answers_[{protocol, message}] = std::move(answer);
  }
  void on(std::uint8_t protocol, std::uint8_t message, Words reply) {
    on_ask(protocol, message, [reply = std::move(reply)](const Words&) { return reply; });
  }

  scmi::Agent& agent() {
    if (agent_ == nullptr) {
      auto probed = scmi::Agent::probe(loop.transport(), clock, clock);
      REQUIRE_MESSAGE(probed.has_value(), (probed ? std::string() : scmi::describe(probed.error())));
      agent_ = std::move(*probed);
      commands.clear();
    }
    return *agent_;
  }
  /// The platform starts anew, and the next agent takes the subscriptions of the last one over.
  scmi::Agent& restart_and_probe() {
    loop.hang_up();
    const auto notifications = agent().notifications();
    loop.restart();
    return probe_with(notifications);
  }
  /// A (further) agent, with subscriptions that are there already.
  scmi::Agent& probe_with(std::shared_ptr<scmi::NotificationHub> notifications) {
    scmi::AgentConfig config;
    config.notifications = std::move(notifications);
    agent_.reset();
    auto probed = scmi::Agent::probe(loop.transport(), clock, clock, config);
    REQUIRE_MESSAGE(probed.has_value(), (probed ? std::string() : scmi::describe(probed.error())));
    agent_ = std::move(*probed);
    commands.clear();
    return *agent_;
  }
  /// Answers the oldest command that was met with no words at all.
  void answer_held(const Words& reply) {
    REQUIRE_FALSE(held_.empty());
    loop.deliver(loop.reply(held_.front(), bytes_of(reply)));
    held_.erase(held_.begin());
  }

  /// A notification, delivered and dispatched.
  void notify(std::uint8_t protocol, std::uint8_t message, const Words& payload) {
    REQUIRE(loop.deliver(loop.notify(scmi::ProtocolId(protocol), scmi::MessageId(message), bytes_of(payload))));
    agent().poll();
  }
  /// The delayed response to the last command.
  void complete_last(const Words& payload) { REQUIRE(loop.deliver(loop.delayed(last_, bytes_of(payload)))); }

  [[nodiscard]] const Command& last() const { return commands.back(); }
  [[nodiscard]] std::size_t asked(std::uint8_t protocol, std::uint8_t message) const {
    return static_cast<std::size_t>(std::ranges::count_if(
        commands, [&](const Command& c) { return c.protocol == protocol && c.message == message; }));
  }

  Clock clock;
  scmi::transport::Loopback loop;
  std::vector<Command> commands;  ///< Since the probe.

 private:
  void answer(const scmi::transport::LoopbackCommand& command) {
    const scmi::MessageHeader header = command.decoded();
    const Words parameters = words_of(command.payload);
    commands.push_back({header.protocol.value, header.message.value, header.token.value, parameters});
    last_ = command;
    const auto found = answers_.find({header.protocol.value, header.message.value});
    const Words reply = found == answers_.end() ? Words{status(scmi::Status::not_found)} : found->second(parameters);
    if (reply.empty()) {
      held_.push_back(command);
    } else {
      loop.deliver(loop.reply(command, bytes_of(reply)));
    }
  }

  std::map<std::pair<std::uint8_t, std::uint8_t>, Answer> answers_;
  scmi::transport::LoopbackCommand last_;
  std::vector<scmi::transport::LoopbackCommand> held_;
  std::unique_ptr<scmi::Agent> agent_;
};

}  // namespace scripted
