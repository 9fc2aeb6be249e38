// SPDX-License-Identifier: Apache-2.0
//
// Whatever an agent sends, the platform answers within the channel, and what it keeps stays bounded. A seed replays a
// run.
#include <random>

#include "tests/platform/platform_bench.hpp"

using namespace scmi;
using namespace scmi::platform;
using namespace scmi::platform::test;

namespace {

/// One domain of each kind that the tables' SoC does not have by itself.
constexpr Edit more_domains{"[[clock]]             # 0", R"(
[[reset_domain]]
name = "reset"
async = true
latency_us = 100
[[voltage_domain]]
name = "voltage"
levels_uv = [0, 1000, 2000]
async = true
latency_us = 100
[[powercap]]
name = "cap"
unit = "mW"
cap_range = { min = 10, max = 1000, step = 5 }
pai_range_us = { min = 100, max = 1000, step = 100 }
performance_domains = ["perf", "indexed"]
async = true
latency_us = 100
[[clock]]             # 0)"};

/// Mostly plausible numbers, so that most messages get past the first check.
std::uint32_t word(std::mt19937& random) {
  constexpr std::uint32_t interesting[] = {
      0,   1,   2,    3,    4,    5,        9,        0xF,      0x10,        0xFF,        200,
      300, 400, 1000, 2000, 5000, 0x1'0001, 0x1'0003, 0x2'0000, 0x4000'0000, 0x8000'0000, 0xFFFF'FFFF};
  return random() % 8 == 0 ? static_cast<std::uint32_t>(random()) : interesting[random() % std::size(interesting)];
}

void storm(Bench& t, std::uint32_t seed, std::size_t messages) {
  CAPTURE(seed);
  std::mt19937 random(seed);
  std::vector<std::byte> reply(256);
  for (std::size_t i = 0; i < messages; ++i) {
    const ChannelLimits limits{static_cast<std::uint32_t>(random() % 128), random() % 4 != 0};
    const auto agent = static_cast<std::uint32_t>(random() % 5);
    const auto protocol = static_cast<std::uint8_t>(0x10 + random() % 9);
    std::uint32_t header = Bench::header(protocol, static_cast<std::uint8_t>(random() % 0x12));
    if (random() % 32 == 0) header = static_cast<std::uint32_t>(random());
    std::vector<std::uint32_t> payload(random() % 6);
    for (std::uint32_t& w : payload) w = word(random);
    std::span<const std::byte> bytes = std::as_bytes(std::span(payload));
    bytes = bytes.first(bytes.size() - (random() % 16 == 0 ? std::min<std::size_t>(bytes.size(), random() % 4) : 0));
    std::fill(reply.begin(), reply.end(), std::byte{0xEE});
    const Handled handled = t.platform.handle(AgentId(agent), limits, header, bytes, reply);
    REQUIRE(handled.size <= limits.max_payload);
    REQUIRE((handled.size >= 4 || limits.max_payload < 4));
    REQUIRE(reply[limits.max_payload] == std::byte{0xEE});
    REQUIRE(handled.not_before >= t.time.at);
    if (random() % 8 == 0) t.pass(std::chrono::microseconds(random() % 200));
    if (random() % 512 == 0) t.platform.disconnect(AgentId(agent));
    t.take();
  }
}

}  // namespace

TEST_CASE("hostile agents: any bytes get an answer that fits the channel, in every profile and form of error") {
  for (std::uint32_t seed = 1; seed <= 20; ++seed) {
    Bench now;
    storm(now, seed, 2000);
    Bench more({more_domains});
    storm(more, seed, 2000);
    Bench old({profile_2_0});
    storm(old, seed, 2000);
    Bench full({Edit{"[behaviour]", "[behaviour]\nerror_reply = \"full\"\nlonger_payload = \"refuse\""}});
    storm(full, seed, 1000);
  }
}

TEST_CASE("hostile agents: after a storm and a reset the SoC is as it was at the start") {
  Bench t({more_domains});
  storm(t, 99, 5000);
  for (const std::uint32_t agent : {2U, 3U, 1U}) REQUIRE(t.ask(1, base, 0xB, {agent, 1}).status == Status::success);
  t.pass(std::chrono::seconds(100));
  CHECK(t.platform.next_event() == never);
  Bench fresh({more_domains});
  for (const std::uint8_t message : std::initializer_list<std::uint8_t>{0x6, 0x8}) {
    CHECK(t.ask(1, volt, message, {0}).words == fresh.ask(1, volt, message, {0}).words);
  }
  for (const std::uint8_t message : std::initializer_list<std::uint8_t>{0x4, 0x6, 0x9}) {
    CHECK(t.ask(1, pcap, message, {0}).words == fresh.ask(1, pcap, message, {0}).words);
  }
  for (std::uint32_t id = 0; id < 6; ++id)
    CHECK(t.ask(1, power, 0x5, {id}).words == fresh.ask(1, power, 0x5, {id}).words);
  for (std::uint32_t id = 0; id < 3; ++id) {
    CHECK(t.ask(1, perf, 0x6, {id}).words == fresh.ask(1, perf, 0x6, {id}).words);
    CHECK(t.ask(1, perf, 0x8, {id}).words == fresh.ask(1, perf, 0x8, {id}).words);
  }
  for (std::uint32_t id = 0; id < 4; ++id) {
    CHECK(t.ask(1, clk, 0x3, {id}).words == fresh.ask(1, clk, 0x3, {id}).words);
    CHECK(t.ask(1, clk, 0x6, {id}).words == fresh.ask(1, clk, 0x6, {id}).words);
  }
}
