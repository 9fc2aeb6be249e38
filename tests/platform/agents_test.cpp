// SPDX-License-Identifier: Apache-2.0
//
// Agents in the field, as this platform meets them: what each is known to send, and the answer that it can live with.
// The other direction, platforms in the field as our agent meets them, is personality_test.cpp.
#include <set>

#include "tests/platform/platform_bench.hpp"

using namespace scmi;
using namespace scmi::platform;
using namespace scmi::platform::test;

TEST_CASE("agents: one asks for the number of rates and then jumps to the last") {
  Bench t;
  const Reply all = t.ask(1, clk, 0x4, {0, 0});
  REQUIRE(all.status == Status::success);
  const std::uint32_t total = (all.words[0] & 0xFFF) + (all.words[0] >> 16);
  REQUIRE(total > 2);
  const Reply last = t.ask(1, clk, 0x4, {0, total - 1});
  REQUIRE(last.status == Status::success);
  CHECK(last.words[0] == 1);  // One, none remains.
  CHECK(last.words.size() == 3);
}

TEST_CASE("agents: one sets rates asynchronously only where two or more may be pending, and is told how many") {
  Bench t;
  CHECK((t.ask(1, clk, 0x1).words[0] >> 16 & 0xFF) == 2);
  CHECK(t.ask(1, clk, 0x5, {1, 0, 1000, 0}).status == Status::success);
  CHECK(t.ask(1, clk, 0x5, {1, 1, 4000, 0}).status == Status::success);
}

TEST_CASE("agents: one asks whether it may negotiate before it does") {
  for (const std::uint8_t p : {base, power, perf, clk}) {
    CAPTURE(p);
    Bench now;
    CHECK(now.ask(1, p, 0x2, {0x10}).status == Status::success);
    Bench then({profile_2_0});
    CHECK(then.ask(1, p, 0x2, {0x10}).status == Status::not_found);
  }
}

TEST_CASE("agents: one whose token is always 0 is answered each time, and its delayed responses have token 0 too") {
  Bench t;
  for (int i = 0; i < 2000; ++i) {
    REQUIRE(t.ask_header(1, Bench::header(clk, 0x6, 0), {0}).status == Status::success);
  }
  REQUIRE(t.ask_header(1, Bench::header(clk, 0x5, 0), {1, 0, 1000, 0}).status == Status::success);
  REQUIRE(t.ask_header(1, Bench::header(clk, 0x5, 0), {1, 1, 4000, 0}).status == Status::success);
  t.pass(std::chrono::milliseconds(10));
  std::set<std::uint32_t> clocks;
  for (const Sent& sent : t.take()) {
    CHECK(sent.header == 0x5205);
    clocks.insert(sent.words.at(1));
  }
  CHECK(clocks == std::set<std::uint32_t>{0, 1});
}

TEST_CASE("agents: old suites ask for MESSAGE_ATTRIBUTES without its parameter, and nothing is assumed") {
  for (const std::uint8_t p : {base, power, perf, clk}) {
    CAPTURE(p);
    Bench t;
    CHECK(t.ask(1, p, 0x2).status == Status::protocol_error);
    CHECK(t.ask(1, p, 0x2, {0}).status == Status::success);
  }
}

TEST_CASE("agents: old suites send 8-byte CLOCK_CONFIG_SET at any version, and the clock follows") {
  for (const std::string_view version : {"0x10000", "0x20000", "0x20001", "0x30000"}) {
    CAPTURE(version);
    const std::string versions = "[versions]\nclock = " + std::string(version) + "\n[behaviour]";
    Bench t({Edit{"[behaviour]", versions}});
    for (const std::uint32_t on : {1U, 0U}) {
      CHECK(t.ask(1, clk, 0x7, {0, on}).status == Status::success);
      t.pass(std::chrono::milliseconds(1));
      CHECK((t.ask(1, clk, 0x3, {0}).words.at(0) & 1) == on);
    }
  }
}
