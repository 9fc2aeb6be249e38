// SPDX-License-Identifier: Apache-2.0
//
// The simulated platform behind the loopback, on a clock that moves when somebody waits: clients, core and servers
// together, without a process in between.
#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <cstring>
#include <fstream>
#include <memory>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "platform/platform.hpp"
#include "platform/shared_window.hpp"
#include "scmi/agent.hpp"
#include "transport/loopback.hpp"

namespace real {

/// A SoC of platform/socs, with some text replaced.
inline std::string soc(std::string_view name, std::string_view from = "", std::string_view to = "") {
  std::ifstream file(std::string(SCMI_SOCS_DIR) + '/' + std::string(name));
  REQUIRE(file.good());
  std::ostringstream text;
  text << file.rdbuf();
  std::string result = text.str();
  if (!from.empty()) {
    const std::size_t at = result.find(from);
    REQUIRE(at != std::string::npos);
    result.replace(at, from.size(), to);
  }
  return result;
}

inline constexpr std::string_view juno = "juno-r2.toml";
inline std::string juno_2_0() { return soc(juno, "profile = \"3.2\"", "profile = \"2.0\""); }

/// Beyond the description of the SoC.
struct Options {
  std::uint32_t max_message_size = 128;
  std::vector<const scmi::platform::Defect*> planted{};
  bool lenient = false;
  scmi::TraceTap* tap = nullptr;
  scmi::Duration default_timeout = std::chrono::milliseconds(30);
  scmi::Error* refused = nullptr;  ///< If the probe fails: why; there is no agent then. Else it must not.
};

class Bench final : scmi::TimeSource, scmi::Waiter, scmi::platform::OutgoingSink {
 public:
  /// `text` is a description of a SoC; the client is its agent 1.
  explicit Bench(const std::string& text, std::uint32_t max_message_size = 128)
      : Bench(text, Options{.max_message_size = max_message_size}) {}
  Bench(const std::string& text, const Options& options)
      : loop_({.max_message_size = options.max_message_size, .default_timeout = options.default_timeout}),
        max_payload_(options.max_message_size - 4),
        platform_(parse(text), *this, *this, {}, options.planted) {
    const scmi::platform::WindowPlan plan = scmi::platform::plan_window(platform_.config(), 0);
    memory_.resize(plan.size / sizeof(std::uint64_t));
    if (plan.size != 0) {
      loop_.set_window(plan.address, std::as_writable_bytes(std::span(memory_)));
      platform_.share(scmi::AgentId(1), std::as_writable_bytes(std::span(memory_)));
    }
    loop_.set_responder([this](scmi::transport::Loopback&, const scmi::transport::LoopbackCommand& c) { serve(c); });
    scmi::AgentConfig config;
    config.registry.spin_max = scmi::Duration{};  // Time stands still while somebody spins.
    config.lenient = options.lenient;
    config.tap = options.tap;
    auto probed = scmi::Agent::probe(loop_.transport(), *this, *this, config);
    if (!probed && options.refused != nullptr) {
      *options.refused = probed.error();
      return;
    }
    REQUIRE_MESSAGE(probed.has_value(), (probed ? std::string() : scmi::describe(probed.error())));
    agent_ = std::move(*probed);
  }

  scmi::Agent& agent() { return *agent_; }
  scmi::TimeSource& clock() { return *this; }
  /// Lets time pass, and delivers what comes of it.
  void pass(scmi::Duration span) {
    const scmi::Instant end = at_ + span;
    while (step(end)) {
    }
    agent_->poll();
  }

 private:
  struct Due {
    scmi::Instant at;
    scmi::transport::Loopback::DeliveryId id;
  };

  static scmi::platform::SocConfig parse(const std::string& text) {
    auto config = scmi::platform::parse_soc_config(text, "test.toml");
    REQUIRE_MESSAGE(config.has_value(), (config ? std::string() : describe(config.error().front())));
    return std::move(*config);
  }

  scmi::Instant now() noexcept override { return at_; }
  void wait(scmi::WaitPoint& point, std::uint32_t seen, scmi::Instant deadline,
            std::span<const int>) noexcept override {
    while (point.word.load(std::memory_order_relaxed) == seen && step(deadline)) {
    }
  }
  void wake(scmi::WaitPoint&) noexcept override {}
  void send(scmi::AgentId agent, scmi::ProtocolId, std::uint32_t header, std::span<const std::byte> payload) override {
    if (agent != scmi::AgentId(1)) return;
    std::vector<std::byte> message(4);
    std::memcpy(message.data(), &header, 4);
    message.insert(message.end(), payload.begin(), payload.end());
    due_.push_back({at_, loop_.p2a(message)});
  }

  void serve(const scmi::transport::LoopbackCommand& command) {
    std::vector<std::byte> reply(max_payload_);
    const auto handled =
        platform_.handle(scmi::AgentId(1), {max_payload_, true}, command.header, command.payload, reply);
    if (handled.fatal) loop_.hang_up();
    if (handled.silent || handled.fatal) return;
    reply.resize(handled.size);
    if (handled.header_flaw == 0) {
      due_.push_back({handled.not_before, loop_.reply(command, reply)});
      return;
    }
    const std::uint32_t header = command.header ^ handled.header_flaw;
    std::vector<std::byte> message(4);
    std::memcpy(message.data(), &header, 4);
    message.insert(message.end(), reply.begin(), reply.end());
    due_.push_back({handled.not_before, loop_.complete(command, message)});
  }

  /// Goes to the next thing that happens, and does it; false when nothing happens until `end`.
  bool step(scmi::Instant end) {
    const auto next = std::ranges::min_element(due_, {}, &Due::at);
    const scmi::Instant delivery = next == due_.end() ? scmi::never : next->at;
    const scmi::Instant event = platform_.next_event();
    if (std::min(delivery, event) > end) {
      at_ = std::max(at_, end);
      return false;
    }
    if (delivery <= event) {
      at_ = std::max(at_, delivery);
      const auto id = next->id;
      due_.erase(next);
      CHECK(loop_.deliver(id));
    } else {
      at_ = std::max(at_, event);
      platform_.advance();
    }
    return true;
  }

  scmi::Instant at_{std::chrono::seconds(1)};
  std::vector<Due> due_;
  scmi::transport::Loopback loop_;
  std::uint32_t max_payload_;
  std::vector<std::uint64_t> memory_;
  scmi::platform::Platform platform_;
  std::unique_ptr<scmi::Agent> agent_;
};

}  // namespace real
