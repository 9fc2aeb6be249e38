// SPDX-License-Identifier: Apache-2.0
//
// The memory that agents share with the platform: fast channels as the platform serves them, and statistics regions.
#include "platform/shared_window.hpp"
#include "tests/platform/platform_bench.hpp"

using namespace scmi;
using namespace scmi::platform;
using namespace scmi::platform::test;
using std::chrono::microseconds;

namespace {

constexpr Edit fast{"rate_limit_us = 100\n", "rate_limit_us = 100\nfast_channels = true\n"};
constexpr Edit fast_indexed{"level_indexing = true\n",
                            "level_indexing = true\nfast_channels = true\nfast_channel_rate_limit_us = 250\n"
                            "fast_channel_doorbell_bits = 16\n"};
constexpr Edit statistics{"profile = \"3.2\"", "profile = \"3.2\"\nstatistics = true"};

/// A bench whose agents 1 and 2 share memory with it.
struct Windows : Bench {
  explicit Windows(std::initializer_list<Edit> edits) : Bench(edits) {
    for (std::size_t a = 0; a < 2; ++a) {
      plans[a] = plan_window(platform.config(), a);
      memory[a].resize(plans[a].size / sizeof(std::uint64_t) + 1);
      platform.share(AgentId(static_cast<std::uint32_t>(a + 1)), std::as_writable_bytes(std::span(memory[a])));
    }
  }
  /// Word of a fast channel of agent 1, by what DESCRIBE_FASTCHANNEL says.
  std::uint32_t& word(std::uint32_t domain, std::uint32_t message, std::size_t i = 0, std::uint32_t agent = 1) {
    const Reply r = ask(agent, perf, 0xB, {domain, message});
    REQUIRE(r.status == Status::success);
    return at(r.words.at(2) + 4 * i, agent);
  }
  std::uint32_t& at(std::uint64_t address, std::uint32_t agent = 1) {
    const std::uint64_t offset = address - plans[agent - 1].address;
    REQUIRE(offset < plans[agent - 1].size);
    return reinterpret_cast<std::uint32_t*>(memory[agent - 1].data())[offset / 4];
  }
  std::uint32_t level(std::uint32_t domain) { return ask(1, perf, 0x8, {domain}).words.at(0); }

  std::array<WindowPlan, 2> plans;
  std::array<std::vector<std::uint64_t>, 2> memory;
};

}  // namespace

TEST_CASE("fast channel edges: each row of the table") {
  struct Row {
    std::string_view row;
    std::uint8_t message;
    Words parameters;
    Status status;
    std::uint32_t agent = 1;
  };
  for (const Row& c : {
           Row{"0xB unknown domain", 0xB, {3, 7}, Status::not_found},
           Row{"0xB invalid message id", 0xB, {0, 0x77}, Status::not_found},
           Row{"0xB invalid message id, whole word", 0xB, {0, 0x107}, Status::not_found},
           Row{"0xB invalid message id, but no FastChannel in the domain", 0xB, {2, 0x77}, Status::not_supported},
           Row{"0xB domain without FastChannel", 0xB, {2, 7}, Status::not_supported},
           Row{"0xB valid message that cannot have one", 0xB, {0, 0x0}, Status::not_supported},
           Row{"0xB valid message that cannot have one (0x4)", 0xB, {0, 0x4}, Status::not_supported},
           Row{"0xB 0xC, valid from 0x30000", 0xB, {0, 0xC}, Status::not_supported},
           Row{"0xB for a setter of another agent", 0xB, {1, 7}, Status::not_supported, 2},
           Row{"0xB wrong payload size", 0xB, {0}, Status::protocol_error},
           Row{"0xB", 0xB, {0, 7}, Status::success},
       }) {
    CAPTURE(c.row);
    Windows t({fast});
    const Reply r = t.ask(c.agent, perf, c.message, c.parameters);
    CHECK_MESSAGE(r.status == c.status, name(r.status));
  }
}

TEST_CASE("fast channels are told: domain attributes [27], message attributes [0], and where they are") {
  Windows t({fast, fast_indexed});
  CHECK(t.ask(1, perf, 0x3, {0}).words[0] == 0xF800'0000);
  CHECK(t.ask(1, perf, 0x3, {2}).words[0] == 0x0400'0000);
  for (const std::uint32_t m : {5U, 6U, 7U, 8U}) CHECK(t.ask(1, perf, 0x2, {m}).words == Words{1});
  for (const std::uint32_t m : {3U, 4U, 9U, 0xBU}) CHECK(t.ask(1, perf, 0x2, {m}).words == Words{0});
  // No doorbell: zeros behind the size.
  const Reply plain = t.ask(1, perf, 0xB, {0, 7});
  CHECK(plain.words.at(0) == 0);
  CHECK(plain.words.at(4) == 4);
  CHECK(Words(plain.words.begin() + 5, plain.words.end()) == Words{0, 0, 0, 0, 0, 0});
  const Reply rung = t.ask(1, perf, 0xB, {1, 5});
  CHECK(rung.words.at(0) == (1 | 1 << 1));
  CHECK(rung.words.at(1) == 250);
  CHECK(rung.words.at(4) == 8);
  CHECK(Words(rung.words.begin() + 5, rung.words.end()) == Words{rung.words[2] + 8, 0, 0x8000, 0, 0x7FFF, 0});
  // Readers have none.
  CHECK(t.ask(1, perf, 0xB, {1, 6}).words.at(0) == 0);
  CHECK(t.ask(1, perf, 0xB, {1, 8}).words.at(0) == 0);
  // An agent without memory hears of none.
  t.platform.disconnect(AgentId(1));
  CHECK(t.ask(1, perf, 0xB, {0, 7}).status == Status::not_supported);
  CHECK(t.ask(1, perf, 0x3, {0}).words[0] == 0xF000'0000);
  CHECK(t.ask(1, perf, 0x2, {7}).words == Words{0});
}

TEST_CASE("fast channels before 2.0: not there") {
  Windows t({fast, {"[behaviour]", "[versions]\nperformance = 0x10000\n[behaviour]"}});
  CHECK(t.ask(1, perf, 0xB, {0, 7}).status == Status::not_found);
  CHECK(t.ask(1, perf, 0x3, {0}).words[0] == 0xF000'0000);
  CHECK(t.ask(1, perf, 0x2, {7}).words == Words{0});
}

TEST_CASE("fast channels without a doorbell: polled, preset, and agreeing with the messages at any time") {
  Windows t({fast});
  std::uint32_t& set = t.word(0, 7);
  const std::uint32_t& get = t.word(0, 8);
  CHECK(set == 300);
  CHECK(get == 300);
  // Untouched it changes nothing, also after a message set another level.
  CHECK(t.ask(1, perf, 0x7, {0, 200}).status == Status::success);
  t.pass(microseconds(20'000));
  CHECK(t.level(0) == 200);
  CHECK(get == 200);
  CHECK(set == 200);
  set = 400;
  CHECK(t.level(0) == 200);
  t.pass(microseconds(4000 + 9));
  CHECK(t.level(0) == 400);
  CHECK(get == 400);
  // The same value again, after a message in between.
  CHECK(t.ask(1, perf, 0x7, {0, 300}).status == Status::success);
  t.pass(microseconds(100));
  set = 400;
  t.pass(microseconds(5000));
  CHECK(get == 400);
}

TEST_CASE("fast channels with a doorbell: nothing before it rings, and it is taken back") {
  Windows t({fast_indexed});
  const Reply place = t.ask(1, perf, 0xB, {1, 7});
  std::uint32_t& set = t.at(place.words[2]);
  std::uint32_t& bell = t.at(place.words[5]);
  CHECK(set == 9);  // By index.
  set = 5;
  t.pass(microseconds(10'000));
  CHECK(t.level(1) == 9);
  bell = (bell & place.words[9]) | place.words[7];
  t.pass(microseconds(4000));
  CHECK(t.level(1) == 5);
  CHECK(bell == 0);
  t.ask(1, perf, 0x7, {1, 6});
  t.pass(microseconds(10'000));
  CHECK(t.level(1) == 6);
}

TEST_CASE("fast channels: a bad value is ignored, and so is one of an agent whose device was denied") {
  Windows t({fast});
  std::uint32_t& set = t.word(0, 7);
  for (const std::uint32_t bad : {0U, 1U, 199U, 250U, 401U, 0xFFFF'FFFFU}) {
    CAPTURE(bad);
    set = bad;
    t.pass(microseconds(5000));
    CHECK(t.level(0) == 300);
  }
  std::uint32_t& max = t.word(0, 5);
  std::uint32_t& min = t.word(0, 5, 1);
  max = 200;
  min = 400;
  t.pass(microseconds(5000));
  CHECK(t.ask(1, perf, 0x6, {0}).words == Words{400, 200});
  REQUIRE(t.ask(1, base, 0x9, {1, 1, 0}).status == Status::success);
  set = 200;
  t.pass(microseconds(5000));
  REQUIRE(t.ask(1, base, 0x9, {1, 1, 1}).status == Status::success);
  CHECK(t.level(0) == 300);
}

TEST_CASE("fast channels: limits clip the level, and both are told to subscribers and to other agents' channels") {
  Windows t({fast});
  t.ask(1, perf, 0x9, {0, 1});
  t.ask(1, perf, 0xA, {0, 1});
  t.take();
  t.word(0, 5) = 250;
  t.pass(microseconds(5000));
  CHECK(t.word(0, 6) == 250);
  CHECK(t.word(0, 8) == 200);
  CHECK(t.word(0, 7) == 200);
  CHECK(t.word(1, 6, 0, 2) == 250);  // Agent 2 calls the domain 1.
  CHECK(t.word(1, 8, 0, 2) == 200);
  const auto sent = t.take();
  REQUIRE(sent.size() == 2);
  CHECK(sent[0].words == Words{1, 0, 250, 200});
  CHECK(sent[1].words == Words{1, 0, 200});
  // Each agent's own wish stands in its own channel.
  CHECK(t.word(1, 5, 0, 2) == 400);
  t.ask(1, base, 0xB, {1, 0});
  CHECK(t.word(0, 5) == 400);
  CHECK(t.word(0, 6) == 400);
}

TEST_CASE("fast channels: only the messages that the description names") {
  Windows t(
      {{"rate_limit_us = 100\n", "fast_channels = true\nfast_channel_messages = [\"level_get\", \"limits_set\"]\n"}});
  CHECK(t.ask(1, perf, 0xB, {0, 5}).status == Status::success);
  CHECK(t.ask(1, perf, 0xB, {0, 6}).status == Status::not_supported);
  CHECK(t.ask(1, perf, 0xB, {0, 7}).status == Status::not_supported);
  CHECK(t.ask(1, perf, 0xB, {0, 8}).status == Status::success);
}

TEST_CASE("powercap fast channels: told, polled, kept up to date, and deaf to bad values") {
  constexpr Edit caps{"[[performance_domain]]  # 0", R"([[powercap]]
name = "cap"
cap_range = { min = 100, max = 900, step = 100 }
pai_range_us = { min = 1000, max = 9000, step = 1000 }
fast_channels = true
fast_channel_doorbell_bits = 32
fast_channel_rate_limit_us = 77
[[powercap]]
name = "fixed"
cap_range = { min = 500, max = 500, step = 0 }
pai_range_us = { min = 1000, max = 1000, step = 0 }
fast_channels = true
fast_channel_messages = ["cap_get", "cap_set"]
[[powercap]]
name = "slow"
cap_range = { min = 100, max = 900, step = 100 }
pai_range_us = { min = 1000, max = 1000, step = 0 }
[[performance_domain]]  # 0)"};
  Windows t({caps});
  CHECK((t.ask(1, pcap, 0x3, {0}).words.at(0) & 1U << 22) != 0);
  CHECK((t.ask(1, pcap, 0x3, {2}).words.at(0) & 1U << 22) == 0);
  for (const std::uint32_t m : {4U, 5U, 6U, 7U}) CHECK(t.ask(1, pcap, 0x2, {m}).words == Words{1});
  for (const std::uint32_t m : {3U, 9U, 0xCU}) CHECK(t.ask(1, pcap, 0x2, {m}).words == Words{0});
  CHECK(t.ask(1, pcap, 0xC, {1, 5}).status == Status::not_supported);  // A fixed cap is not set.
  CHECK(t.ask(1, pcap, 0xC, {1, 6}).status == Status::not_supported);  // Not named.
  CHECK(t.ask(1, pcap, 0xC, {0, 9}).status == Status::not_found);
  CHECK(t.ask(1, pcap, 0xC, {2, 5}).status == Status::not_supported);

  const Reply set = t.ask(1, pcap, 0xC, {0, 5});
  REQUIRE(set.status == Status::success);
  CHECK(Words{set.words[0], set.words[1], set.words[4]} == Words{1 | 2 << 1, 77, 4});
  const auto cap_set = [&](std::uint32_t value) {
    t.at(set.words.at(2)) = value;
    t.at(set.words.at(5)) |= set.words.at(7);
    t.pass(microseconds(4000));
  };
  const std::uint32_t& cap = t.at(t.ask(1, pcap, 0xC, {0, 4}).words.at(2));
  const std::uint32_t& pai = t.at(t.ask(1, pcap, 0xC, {0, 6}).words.at(2));
  CHECK(cap == 900);
  CHECK(pai == 1000);
  REQUIRE(t.ask(1, pcap, 0xA, {0, 1}).status == Status::success);
  cap_set(400);
  CHECK(cap == 400);
  CHECK(t.ask(1, pcap, 0x4, {0}).words == Words{400});
  CHECK(t.take().size() == 1);
  CHECK((t.at(set.words.at(5)) & set.words.at(7)) == 0);  // Heard.
  for (const std::uint32_t bad : {50U, 450U, 1000U}) {
    cap_set(bad);
    CHECK(cap == 400);
  }
  t.at(set.words.at(2)) = 500;  // Not rung.
  t.pass(microseconds(8000));
  CHECK(cap == 400);
  REQUIRE(t.ask(1, pcap, 0x5, {0, 0, 300}).status == Status::success);
  CHECK(cap == 300);
  cap_set(0);  // Ends it.
  CHECK(cap == 0);

  const Reply set_pai = t.ask(1, pcap, 0xC, {0, 7});
  t.at(set_pai.words.at(2)) = 5000;
  t.at(set_pai.words.at(5)) |= set_pai.words.at(7);
  t.pass(microseconds(4000));
  CHECK(pai == 5000);
  CHECK(t.ask(1, pcap, 0x6, {0}).words == Words{5000});
}

TEST_CASE("a window costs nothing where nobody can write: no polling") {
  Windows none({});
  CHECK(none.plans[0].size == 0);
  CHECK(none.platform.next_event() == never);
  Windows some({fast});
  CHECK(some.platform.next_event() == Instant{} + microseconds(4000));
  some.platform.disconnect(AgentId(1));
  some.platform.disconnect(AgentId(2));
  CHECK(some.platform.next_event() == never);
}

TEST_CASE("statistics: where they are, and how often and how long each state was held") {
  Windows t({statistics});
  const Reply attributes = t.ask(1, perf, 0x1);
  const std::uint64_t region = attributes.words.at(1);
  CHECK(attributes.words.at(3) == t.plans[0].statistics[ServedProtocol::performance].size);
  CHECK(region % 8 == 0);
  CHECK(t.at(region) == 0x5045'5246);
  CHECK(t.at(region + 8) == 3);
  const std::uint64_t section = region + t.at(region + 16);
  CHECK(section % 8 == 0);
  CHECK(t.at(section) == (3 | 1 << 16));  // Three levels, the second at start.
  CHECK(t.at(section + 16 + 24 + 8) == 1);
  t.time.at += microseconds(1000);
  t.ask(1, perf, 0x7, {0, 400});
  t.pass(microseconds(9));
  CHECK(t.at(section) == (3 | 2 << 16));
  CHECK(t.at(section + 8) == 1009);
  CHECK(t.at(section + 16 + 24 + 16) == 1009);
  t.pass(microseconds(500));
  t.ask(1, perf, 0x7, {0, 300});
  t.pass(microseconds(8));
  CHECK(t.at(section + 16 + 24 + 8) == 2);
  CHECK(t.at(section + 16 + 48 + 16) == 508);
  const std::uint64_t powers = t.ask(1, power, 0x1).words.at(1);
  CHECK(t.at(powers) == 0x504F'5752);
  CHECK(t.at(powers + 8) == 6);
  CHECK(t.ask(1, power, 0x4, {0, 0, 0x4000'0000}).status == Status::success);
  const std::uint64_t first = powers + t.at(powers + 16);
  CHECK(t.at(first) == (2 | 1 << 16));
  // Agent 2 has its own region, with its own ids.
  CHECK(t.at(t.ask(2, power, 0x1).words.at(1) + 8, 2) == 2);
  Windows none({});
  CHECK(none.ask(1, perf, 0x1).words == Words{3 | 1U << 16, 0, 0, 0});
}
