// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <array>
#include <memory>

#include "scmi/message_header.hpp"
#include "transport/agent_port.hpp"

using namespace scmi;
using namespace scmi::transport;

namespace {

/// A port over memory of the test's own, whose words a hostile agent may change.
struct Fixture {
  MailboxLayout layout;
  std::unique_ptr<std::byte[]> memory;
  std::unique_ptr<AgentPort> port;

  Fixture() {
    const AgentConfig config{
        .id = AgentId(3), .name = "x", .channels = {{.protocols = {protocol::base}}, {.protocols = {protocol::clock}}}};
    auto planned = plan_mailbox(config);
    REQUIRE(planned);
    layout = *planned;
    memory.reset(new std::byte[layout.memory_size]());
    port = std::make_unique<AgentPort>(PortKey{AgentId(3), 1}, layout.agent, memory.get(), AgentPort::Bells{});
  }
  [[nodiscard]] ShmArea a2p(std::size_t channel) const {
    const AreaPlace place = layout.agent.channels[channel].a2p;
    return {memory.get() + place.offset, place.size};
  }
  [[nodiscard]] ShmArea p2a(std::size_t channel) const {
    const AreaPlace place = layout.agent.channels[channel].p2a;
    return {memory.get() + place.offset, place.size};
  }
  [[nodiscard]] SharedWord word(std::size_t channel, std::uint32_t offset) const {
    return SharedWord(memory.get() + layout.agent.channels[channel].a2p.offset + offset);
  }
};

constexpr std::array<std::byte, 4> four{std::byte{1}, std::byte{2}, std::byte{3}, std::byte{4}};

}  // namespace

TEST_CASE("port: a length that no message can have gives the area back with ERROR and starts nothing") {
  for (const std::uint32_t length : {0U, 3U, 105U, 0xFFFF'FFFFU}) {
    CAPTURE(length);
    Fixture f;
    REQUIRE(f.a2p(0).try_send(0x4000, four, false));
    f.word(0, 0x14).store(length);
    Request request;
    CHECK_FALSE(f.port->take(request));
    CHECK(f.word(0, 0x04).load() == 3);
    CHECK(f.port->counters().malformed == 1);
    CHECK(f.port->counters().requests == 0);
    REQUIRE(f.a2p(0).try_send(0x4000, four, false));
    CHECK(f.port->take(request));
  }
}

TEST_CASE("port: a malformed message on one channel does not hold up the request on another") {
  Fixture f;
  REQUIRE(f.a2p(0).try_send(0x4000, four, false));
  f.word(0, 0x14).store(0);
  REQUIRE(f.a2p(1).try_send(0x5000, four, false));
  Request request;
  REQUIRE(f.port->take(request));
  CHECK(request.channel == 1);
}

TEST_CASE("port: while a request is worked on, an agent that plays with the area starts nothing") {
  Fixture f;
  REQUIRE(f.a2p(0).try_send(0x4000, four, false));
  Request request;
  REQUIRE(f.port->take(request));
  f.word(0, 0x04).store(1);
  f.word(0, 0x18).store(0x4001);
  f.word(0, 0x1C).store(0xFFFF'FFFF);
  f.word(0, 0x04).store(0);
  Request other;
  CHECK_FALSE(f.port->take(other));
  CHECK_FALSE(f.port->has_work());
  CHECK(request.header == 0x4000);
  CHECK(request.payload[0] == std::byte{1});
  CHECK(f.port->respond(request.channel, request.header, four));
  CHECK(f.port->counters().requests == 1);
}

TEST_CASE("port: channels take turns, so that a busy one does not starve another") {
  Fixture f;
  Request request;
  std::array<int, 2> served{};
  REQUIRE(f.a2p(1).try_send(0x5000, four, false));
  for (int i = 0; i < 6; ++i) {
    if (f.a2p(0).is_free()) REQUIRE(f.a2p(0).try_send(0x4000, four, false));
    if (f.a2p(1).is_free()) REQUIRE(f.a2p(1).try_send(0x5000, four, false));
    REQUIRE(f.port->take(request));
    ++served.at(request.channel);
    REQUIRE(f.port->respond(request.channel, request.header, {}));
  }
  CHECK(served[0] == 3);
  CHECK(served[1] == 3);
}

TEST_CASE("port: an answer without a request, or a second one, is refused and touches nothing") {
  Fixture f;
  CHECK(f.port->respond(0, 0x4000, four).error().is(LocalError::invalid_argument));
  CHECK(f.port->respond(7, 0x4000, four).error().is(LocalError::invalid_argument));
  CHECK(f.word(0, 0x14).load() == 0);
  REQUIRE(f.a2p(0).try_send(0x4000, four, false));
  Request request;
  REQUIRE(f.port->take(request));
  REQUIRE(f.port->respond(0, 0x4000, {}));
  CHECK(f.port->respond(0, 0x4000, four).error().is(LocalError::invalid_argument));
  CHECK(f.port->respond_error(0).error().is(LocalError::invalid_argument));
  CHECK(f.word(0, 0x14).load() == 4);
}

TEST_CASE("port: messages of a protocol without a P2A area of its own go through the Base channel's") {
  Fixture f;
  const auto note = [](ProtocolId protocol) {
    return MessageHeader{MessageId(0), MessageType::notification, protocol, Token(0)}.pack();
  };
  REQUIRE(f.port->post(note(protocol::clock), four));
  CHECK(f.p2a(1).has_message());
  CHECK_FALSE(f.p2a(0).has_message());
  REQUIRE(f.port->post(note(protocol::performance), four));
  CHECK(f.p2a(0).has_message());
}

TEST_CASE("port: a P2A area asks for no interrupt where nobody could be rung") {
  Fixture f;
  REQUIRE(f.port->post(MessageHeader{MessageId(0), MessageType::notification, protocol::base, Token(0)}.pack(), four));
  CHECK_FALSE(f.p2a(0).wants_interrupt());
  CHECK_FALSE(f.port->can_be_rung());
}
