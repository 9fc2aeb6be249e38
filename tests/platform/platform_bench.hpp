// SPDX-License-Identifier: Apache-2.0
//
// A platform on virtual time for tests: asks in words, answers in words, and keeps what the platform sends by itself.
#pragma once

#include <doctest/doctest.h>

#include <cstring>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "platform/platform.hpp"
#include "scmi/codec.hpp"
#include "scmi/message_header.hpp"
#include "scmi/status.hpp"

namespace scmi::platform::test {

using Words = std::vector<std::uint32_t>;

constexpr std::uint8_t base = 0x10;
constexpr std::uint8_t power = 0x11;
constexpr std::uint8_t sys = 0x12;
constexpr std::uint8_t perf = 0x13;
constexpr std::uint8_t clk = 0x14;
constexpr std::uint8_t sen = 0x15;
constexpr std::uint8_t rst = 0x16;
constexpr std::uint8_t volt = 0x17;
constexpr std::uint8_t pcap = 0x18;

struct VirtualTime : TimeSource {
  Instant at{};
  Instant now() noexcept override { return at; }
};

/// What came out by itself.
struct Sent {
  std::uint32_t agent = 0;
  std::uint32_t protocol = 0;
  std::uint32_t header = 0;
  Words words;
  friend bool operator==(const Sent&, const Sent&) = default;
};

struct Recorder : OutgoingSink {
  std::vector<Sent> sent;
  void send(AgentId agent, ProtocolId protocol, std::uint32_t header, std::span<const std::byte> payload) override {
    Words words(payload.size() / 4);
    std::memcpy(words.data(), payload.data(), payload.size());
    sent.push_back({agent.value, protocol.value, header, std::move(words)});
  }
};

/// A reply, taken apart.
struct Reply {
  Status status{};
  Words words;  ///< Behind the status.
  Instant not_before{};
};

/// The description every table of this folder starts from. `edit` replaces text in it.
struct Edit {
  std::string_view from;
  std::string_view to;
};
[[nodiscard]] SocConfig edge_soc(const std::vector<Edit>& edits = {});

class Bench {
 public:
  explicit Bench(std::initializer_list<Edit> edits = {}) : platform(edge_soc(edits), time, sink) {}
  explicit Bench(SocConfig config, const VendorServers& vendor_servers = {})
      : platform(std::move(config), time, sink, vendor_servers) {}

  Reply ask_header(std::uint32_t agent, std::uint32_t header, const Words& parameters) {
    std::vector<std::byte> reply(limits.max_payload, std::byte{0xEE});
    const auto bytes = std::as_bytes(std::span(parameters));
    const Handled handled = platform.handle(AgentId(agent), limits, header, bytes, reply);
    REQUIRE(handled.size >= 4);
    REQUIRE(handled.size <= limits.max_payload);
    REQUIRE(handled.size % 4 == 0);
    Words words(handled.size / 4);
    std::memcpy(words.data(), reply.data(), handled.size);
    Reply r{static_cast<Status>(words.front()), {words.begin() + 1, words.end()}, handled.not_before};
    return r;
  }
  Reply ask(std::uint32_t agent, std::uint8_t protocol, std::uint8_t message, const Words& parameters = {}) {
    return ask_header(agent, header(protocol, message), parameters);
  }
  static std::uint32_t header(std::uint8_t protocol, std::uint8_t message, std::uint16_t token = 0x155) {
    return MessageHeader{MessageId(message), MessageType::command, ProtocolId(protocol), Token(token)}.pack();
  }
  /// Lets virtual time pass, stopping at every event.
  void pass(std::chrono::microseconds span) {
    const Instant end = time.at + span;
    while (platform.next_event() <= end) {
      time.at = platform.next_event();
      platform.advance();
    }
    time.at = end;
  }
  std::vector<Sent> take() { return std::exchange(sink.sent, {}); }

  VirtualTime time;
  Recorder sink;
  ChannelLimits limits{100, true};
  Platform platform;
};

/// One line of an edge-case table of the specification's reading: what is sent, and the status it must get.
struct EdgeCase {
  std::string_view row;
  std::uint8_t protocol;
  std::uint8_t message;
  Words parameters;
  Status status;
  Words reply{};  ///< Compared for SUCCESS, unless `any_reply`.
  std::uint32_t agent = 1;
  bool any_reply = false;
};

/// Sends each case to a platform of its own.
inline void check_edges(std::initializer_list<Edit> edits, std::initializer_list<EdgeCase> cases) {
  for (const EdgeCase& c : cases) {
    CAPTURE(c.row);
    CAPTURE(c.message);
    Bench t(edits);
    const Reply r = t.ask(c.agent, c.protocol, c.message, c.parameters);
    CHECK_MESSAGE(r.status == c.status, "status is ", name(r.status), ", not ", name(c.status));
    if (r.status != Status::success) CHECK(r.words.empty());
    if (r.status == Status::success && c.status == Status::success && !c.any_reply) CHECK(r.words == c.reply);
  }
}

/// The words of a fixed-size name.
[[nodiscard]] inline Words name_words(std::string_view text, std::size_t size = 16) {
  Words words(size / 4);
  std::memcpy(words.data(), text.data(), std::min(text.size(), size - 1));
  return words;
}
[[nodiscard]] inline Words operator+(Words a, const Words& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

constexpr Edit profile_2_0{"profile = \"3.2\"", "profile = \"2.0\""};

}  // namespace scmi::platform::test
