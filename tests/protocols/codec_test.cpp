// SPDX-License-Identifier: Apache-2.0
#include "scmi/codec.hpp"

#include <doctest/doctest.h>

#include "protocols/clock_messages.hpp"
#include "protocols/performance_messages.hpp"
#include "scmi/base_messages.hpp"
#include "tests/protocols/golden.hpp"

using namespace scmi;
using golden::hex;

TEST_CASE("codec: a failed response is its status, whatever follows") {
  const auto alone = decode_reply<clock_protocol::RateGet::Reply>(hex("fc ff ff ff"), clock_protocol::newest);
  REQUIRE_FALSE(alone.has_value());
  CHECK(alone.error().is(Status::not_found));
  const auto padded =
      decode_reply<clock_protocol::RateGet::Reply>(hex("80 ff ff ff 01 00 00 00 02"), clock_protocol::newest);
  REQUIRE_FALSE(padded.has_value());
  CHECK(padded.error().origin == Origin::platform);
  CHECK(padded.error().code == -128);
}

TEST_CASE("T4 codec: a reply that is too short is malformed, one that is longer is a newer minor version") {
  const auto bytes = hex("00 00 00 00 05 00 00 00 06 00 00 00 07");
  for (std::size_t length = 0; length < 12; ++length) {
    CAPTURE(length);
    const auto reply =
        decode_reply<clock_protocol::RateGet::Reply>(std::span(bytes).first(length), clock_protocol::newest);
    REQUIRE_FALSE(reply.has_value());
    CHECK(reply.error().is(LocalError::malformed_reply));
  }
  const auto longer = decode_reply<clock_protocol::RateGet::Reply>(bytes, clock_protocol::newest);
  REQUIRE(longer.has_value());
  CHECK(longer->rate_hz == 0x6'0000'0005);
}

TEST_CASE("codec: a platform learns whether a command was too short or too long") {
  const auto bytes = hex("01 00 00 00 02 00 00 00 03 00 00 00 04 00 00 00 05");
  using clock_protocol::RateSet;
  CHECK(decode_command<RateSet>(std::span(bytes).first(15), clock_protocol::newest).fit == PayloadFit::too_short);
  CHECK(decode_command<RateSet>(std::span(bytes).first(16), clock_protocol::newest).fit == PayloadFit::exact);
  const auto longer = decode_command<RateSet>(bytes, clock_protocol::newest);
  CHECK(longer.fit == PayloadFit::too_long);
  CHECK(longer.parameters == RateSet{.flags = 1, .clock_id = ClockId(2), .rate_hz = 0x4'0000'0003});
  CHECK(decode_command<RateSet>({}, clock_protocol::newest).parameters == RateSet{});
}

TEST_CASE("codec: what does not fit the buffer is refused, not cut") {
  const clock_protocol::RateSet command{.flags = 1, .clock_id = ClockId(2), .rate_hz = 3};
  std::array<std::byte, 16> out{};
  for (std::size_t room = 0; room < out.size(); ++room) {
    const auto size = encode(command, clock_protocol::newest, std::span(out).first(room));
    REQUIRE_FALSE(size.has_value());
    CHECK(size.error().is(LocalError::message_too_large));
  }
  CHECK(*encode(command, clock_protocol::newest, out) == 16);
}

TEST_CASE("T5 codec: a count beyond the bytes that came is malformed before anything is allocated for it") {
  // 4095 rates announced, two came.
  const auto rates = decode_reply<clock_protocol::DescribeRates::Reply>(
      hex("00 00 00 00 ff 0f 00 00 01 00 00 00 02 00 00 00 03 00 00 00 04 00 00 00"), clock_protocol::newest);
  REQUIRE_FALSE(rates.has_value());
  CHECK(rates.error().is(LocalError::malformed_reply));
  // 2^32-1 protocols announced, four came.
  const auto protocols = decode_reply<base_protocol::DiscoverListProtocols::Reply>(
      hex("00 00 00 00 ff ff ff ff 11 12 13 14"), base_protocol::newest);
  REQUIRE_FALSE(protocols.has_value());
  CHECK(protocols.error().is(LocalError::malformed_reply));
  // A level of three words does not fill one of five.
  const auto bytes = hex("00 00 00 00 01 00 00 00 01 00 00 00 02 00 00 00 03 00 00 00");
  using Levels = performance_protocol::DescribeLevels::Reply;
  CHECK(decode_reply<Levels>(bytes, performance_protocol::version_3_0).has_value());
  CHECK_FALSE(decode_reply<Levels>(bytes, performance_protocol::version_4_0).has_value());
}

TEST_CASE("codec: a list too long for its count is the caller's mistake") {
  clock_protocol::PossibleParentsGet::Reply reply;
  reply.parents.resize(256);
  std::array<std::byte, 2048> out{};
  const auto size = encode_reply(reply, clock_protocol::newest, out);
  REQUIRE_FALSE(size.has_value());
  CHECK(size.error().is(LocalError::invalid_argument));
}
