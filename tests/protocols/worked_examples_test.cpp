// SPDX-License-Identifier: Apache-2.0
//
// Whole messages, header included, as written down in public descriptions of the protocol.
#include <doctest/doctest.h>

#include "protocols/clock_messages.hpp"
#include "protocols/performance_messages.hpp"
#include "protocols/power_domain_messages.hpp"
#include "scmi/base_messages.hpp"
#include "tests/protocols/golden.hpp"

using namespace scmi;

namespace {

void header_is(std::string_view wire, ProtocolId protocol, MessageId message, MessageType type, std::uint16_t token) {
  const golden::Bytes bytes = golden::hex(wire);
  wire::Reader reader(bytes);
  const std::uint32_t word = reader.u32();
  REQUIRE(reader.finish());
  const MessageHeader header{message, type, protocol, Token(token)};
  CHECK(MessageHeader::unpack(word) == header);
  CHECK(header.pack() == word);
}

template <class C>
void command_is(std::string_view header, std::string_view payload, ProtocolId protocol, std::uint16_t token,
                Version version, const C& command) {
  header_is(header, protocol, C::info.message, C::info.type, token);
  golden::both_ways(command, version, payload);
}

}  // namespace

TEST_CASE("worked example: Base PROTOCOL_VERSION and its answer") {
  command_is("00 40 00 00", "", protocol::base, 0, base_protocol::newest, ProtocolVersion{});
  golden::reply_both_ways(ProtocolVersion::Reply{Version(0x20001)}, base_protocol::newest, "00 00 00 00  01 00 02 00");
}

TEST_CASE("worked example: Base LIST_PROTOCOLS, five protocols in two words") {
  command_is("06 40 08 00", "00 00 00 00", protocol::base, 2, base_protocol::newest,
             base_protocol::DiscoverListProtocols{});
  golden::reply_both_ways(
      base_protocol::DiscoverListProtocols::Reply{
          {ProtocolId(0x11), ProtocolId(0x12), ProtocolId(0x13), ProtocolId(0x14), ProtocolId(0x15)}},
      base_protocol::newest, "00 00 00 00  05 00 00 00  11 12 13 14  15 00 00 00");
}

TEST_CASE("worked example: Base DISCOVER_AGENT of oneself with the highest token") {
  command_is("07 40 fc 0f", "ff ff ff ff", protocol::base, 0x3FF, base_protocol::newest,
             base_protocol::DiscoverAgent{base_protocol::self});
}

TEST_CASE("worked example: POWER_STATE_SET to OFF, and NOT_FOUND") {
  using power_domain_protocol::StateSet;
  command_is("04 44 04 00", "00 00 00 00  05 00 00 00  00 00 00 40", protocol::power_domain, 1,
             power_domain_protocol::newest,
             StateSet{.flags = 0, .domain_id = DomainId(5), .power_state = power_domain_protocol::state_off});
  const auto reply = decode_reply<StateSet::Reply>(golden::hex("fc ff ff ff"), power_domain_protocol::newest);
  REQUIRE_FALSE(reply.has_value());
  CHECK(reply.error().is(Status::not_found));
}

TEST_CASE("worked example: PERFORMANCE_LEVEL_SET and the notification LEVEL_CHANGED") {
  command_is("07 4c 14 00", "03 00 00 00  e8 03 00 00", protocol::performance, 5, performance_protocol::newest,
             performance_protocol::LevelSet{DomainId(3), 1000});
  command_is("01 4f 00 00", "02 00 00 00  03 00 00 00  e8 03 00 00", protocol::performance, 0,
             performance_protocol::newest, performance_protocol::LevelChanged{AgentId(2), DomainId(3), 1000});
}

TEST_CASE("worked example: CLOCK_RATE_SET, asynchronous, with its delayed response") {
  using clock_protocol::RateSet;
  command_is("05 50 a8 00", "01 00 00 00  09 00 00 00  00 ca 9a 3b  00 00 00 00", protocol::clock, 0x2A,
             clock_protocol::newest,
             RateSet{.flags = RateSet::async.put(1), .clock_id = ClockId(9), .rate_hz = 1'000'000'000});
  golden::reply_both_ways(RateSet::Reply{}, clock_protocol::newest, "00 00 00 00");
  header_is("05 52 a8 00", protocol::clock, RateSet::info.message, MessageType::delayed_response, 0x2A);
  golden::reply_both_ways(RateSet::Complete{ClockId(9), 1'000'000'000}, clock_protocol::newest,
                          "00 00 00 00  09 00 00 00  00 ca 9a 3b  00 00 00 00");
}

TEST_CASE("worked example: NEGOTIATE_PROTOCOL_VERSION of the clock protocol, refused") {
  command_is("10 50 1c 00", "00 00 02 00", protocol::clock, 7, clock_protocol::newest,
             NegotiateProtocolVersion{Version(0x20000)});
  std::array<std::byte, 4> out{};
  CHECK(*encode_status(Status::not_supported, out) == 4);
  CHECK(golden::to_text(out) == "ff ff ff ff");
}
