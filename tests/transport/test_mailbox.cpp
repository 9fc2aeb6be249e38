// SPDX-License-Identifier: Apache-2.0
#include "tests/transport/mailbox_fixture.hpp"

using namespace scmi;
using namespace scmi::transport;
using namespace scmi::transport::test;

namespace {
constexpr std::uint32_t command = 0x0014'4C07;  // performance LEVEL_SET, token 5
}  // namespace

TEST_CASE("mailbox: a connection carries a request and its answer") {
  Platform platform;
  const auto agent = platform.agent(1);
  REQUIRE(platform.connected.size() == 1);
  CHECK(platform.connected[0].agent == AgentId(1));
  CHECK(agent->agent().name == "alpha");
  const Transport transport = agent->transport();
  CHECK(transport.description->name == "mailbox");
  CHECK(transport.description->max_message_size == 128 - 0x18);
  CHECK(transport.description->max_in_flight == 1);
  CHECK(transport.description->polling);

  const OpenChannel channel(transport, protocol::performance, Direction::a2p);
  CHECK(channel.port.max_payload == 100);
  CHECK(channel.port.epoch == 77);
  Request request;
  CHECK_FALSE(platform.server->take(request));
  REQUIRE(channel.send(command, bytes(8)));
  CHECK_FALSE(channel.done());
  REQUIRE(platform.server->take(request));
  CHECK(request.port == platform.connected[0]);
  CHECK(request.channel == 1);
  CHECK(request.header == command);
  CHECK(copy(request.payload) == bytes(8));
  CHECK(request.max_reply_payload == 100);
  REQUIRE(platform.server->respond(request, bytes(4, 0x20)));
  REQUIRE(channel.done());
  std::array<std::byte, 100> buffer{};
  const RxMessage reply = channel.ops->fetch_response(channel.port.state, buffer);
  REQUIRE(reply.kind == RxMessage::Kind::message);
  CHECK(reply.header == command);
  CHECK(copy(reply.payload) == bytes(4, 0x20));
}
