// SPDX-License-Identifier: Apache-2.0
//
// The powercap protocol: its edge cases, old layouts, caps that limit performance, measured power, notifications.
#include "tests/platform/platform_bench.hpp"

using namespace scmi;
using namespace scmi::platform;
using namespace scmi::platform::test;
using std::chrono::microseconds;

namespace {

/// The levels of "perf" cost 10,500, 20,500 and 30,500 uW; it starts at 300, which is the second of them.
constexpr Edit microwatts{"profile = \"3.2\"", "profile = \"3.2\"\npower_unit = \"uW\""};
constexpr Edit domains{"[[clock]]             # 0", R"(
[[powercap]]          # 0
name = "soc"
unit = "mW"
cap_range = { min = 10, max = 100, step = 5 }
pai_range_us = { min = 1000, max = 9000, step = 500 }
static_power = 2
sustainable_power = 60
accuracy = 5000
async = true
latency_us = 100
[[powercap]]          # 1
name = "perf_with_a_long_name"
parent = "soc"
cap_range = { min = 10_000, max = 40_000, step = 1000 }
pai_range_us = { min = 1000, max = 1000 }
performance_domains = ["perf"]
[[powercap]]          # 2
name = "meter"
parent = "perf_with_a_long_name"
cap_range = { min = 50, max = 50 }
pai_range_us = { min = 1000, max = 2000, step = 1000 }
notify_cap = false
static_power = 50
[[powercap]]          # 3
name = "cap_only"
monitoring = false
cap_range = { min = 1, max = 3, step = 1 }
cap = 0
pai_range_us = { min = 1000, max = 1000 }
[[clock]]             # 0)"};
constexpr Edit guest{"name = \"guest\"", R"(name = "guest"
powercap = { visible = ["meter", "soc", "cap_only"], may_set = ["soc"] })"};
constexpr Edit profile_3_1{"profile = \"3.2\"", "profile = \"3.1\""};
constexpr Edit profile_3_0{"profile = \"3.2\"", "profile = \"3.0\""};

constexpr std::uint32_t ignore_delayed = 1;
constexpr std::uint32_t async = 2;
constexpr std::uint32_t none = 0xFFFF'FFFF;

}  // namespace

TEST_CASE("powercap edges: each row of the table") {
  check_edges(
      {microwatts, domains, guest},
      {
          {"unknown message id", pcap, 0xD, {}, Status::not_found},
          {"unknown message id by 0x2", pcap, 0x2, {0xD}, Status::not_found},
          {"0x2 for CAP_SET: no fast channel", pcap, 0x2, {0x5}, Status::success, {0}},
          {"0x2 for CAP_NOTIFY", pcap, 0x2, {0xA}, Status::success, {0}},
          {"0x0", pcap, 0x0, {}, Status::success, {0x20000}},
          {"0x1", pcap, 0x1, {}, Status::success, {4}},
          {"0x1 counts what the agent sees", pcap, 0x1, {}, Status::success, {3}, 2},
          {"domain_id >= count, 0x3", pcap, 0x3, {4}, Status::not_found},
          {"domain_id >= count, 0x4", pcap, 0x4, {4}, Status::not_found},
          {"domain_id >= count, 0x5", pcap, 0x5, {4, 0, 1}, Status::not_found},
          {"domain_id >= count, 0x6", pcap, 0x6, {4}, Status::not_found},
          {"domain_id >= count, 0x7", pcap, 0x7, {4, 0, 1000}, Status::not_found},
          {"domain_id >= count, 0x8", pcap, 0x8, {4}, Status::not_found},
          {"domain_id >= count, 0x9", pcap, 0x9, {4}, Status::not_found},
          {"domain_id >= count, 0xA", pcap, 0xA, {4, 1}, Status::not_found},
          {"domain_id >= count, 0xB", pcap, 0xB, {4, 1, 1, 2}, Status::not_found},
          {"domain_id >= count, all 32 bits", pcap, 0x4, {0x1'0000}, Status::not_found},
          {"0x3 everything",
           pcap,
           0x3,
           {0},
           Status::success,
           Words{0xEF00'0000} + name_words("soc") + Words{1000, 9000, 500, 10, 100, 5, 60, 5000, none}},
          {"0x3 parent, long name, fixed interval",
           pcap,
           0x3,
           {1},
           Status::success,
           Words{0xDC80'0000} + name_words("perf_with_a_long_name") +
               Words{1000, 1000, 0, 10'000, 40'000, 1000, 0, 0, 0}},
          {"0x3 fixed cap, silent",
           pcap,
           0x3,
           {2},
           Status::success,
           Words{0x4680'0000} + name_words("meter") + Words{1000, 2000, 1000, 50, 50, 0, 0, 0, 1}},
          {"0x3 no monitoring",
           pcap,
           0x3,
           {3},
           Status::success,
           Words{0x8880'0000} + name_words("cap_only") + Words{1000, 1000, 0, 1, 3, 1, 0, 0, none}},
          {"0x3 the nearest ancestor the agent sees",
           pcap,
           0x3,
           {0},
           Status::success,
           Words{0x4680'0000} + name_words("meter") + Words{1000, 2000, 1000, 50, 50, 0, 0, 0, 1},
           2},
          {"0x4", pcap, 0x4, {0}, Status::success, {100}},
          {"0x4 of a fixed domain succeeds", pcap, 0x4, {2}, Status::success, {50}},
          {"0x4 without a cap", pcap, 0x4, {3}, Status::success, {0}},
          {"CAP_SET on a domain with [27] = 0", pcap, 0x5, {2, 0, 50}, Status::not_supported},
          {"PAI_SET with [25] = 0", pcap, 0x7, {1, 0, 1000}, Status::not_supported},
          {"CAP_SET flags [31:2] set", pcap, 0x5, {0, 4, 50}, Status::invalid_parameters},
          {"CAP_SET flags [31:2] set", pcap, 0x5, {0, 0x8000'0000, 50}, Status::invalid_parameters},
          {"PAI_SET flags != 0", pcap, 0x7, {0, 1, 1000}, Status::invalid_parameters},
          {"CAP_SET async + delayed response", pcap, 0x5, {0, async, 50}, Status::success},
          {"CAP_SET async + delayed response, [29] = 0", pcap, 0x5, {1, async, 20'000}, Status::not_supported},
          {"CAP_SET async + ignore delayed response, [29] = 0",
           pcap,
           0x5,
           {1, async | ignore_delayed, 20'000},
           Status::success},
          {"CAP_SET synchronous with [0] = 1", pcap, 0x5, {0, ignore_delayed, 50}, Status::success},
          {"value outside min..max, below", pcap, 0x5, {0, 0, 9}, Status::out_of_range},
          {"value outside min..max, above", pcap, 0x5, {0, 0, 105}, Status::out_of_range},
          {"value outside min..max, far above", pcap, 0x5, {0, 0, 0xFFFF'FFFF}, Status::out_of_range},
          {"value between two steps", pcap, 0x5, {0, 0, 51}, Status::invalid_parameters},
          {"CAP_SET 0 at v0x20000+", pcap, 0x5, {0, 0, 0}, Status::success},
          {"PAI_SET", pcap, 0x7, {0, 0, 1500}, Status::success},
          {"PAI_SET 0", pcap, 0x7, {0, 0, 0}, Status::out_of_range},
          {"PAI_SET outside", pcap, 0x7, {0, 0, 9500}, Status::out_of_range},
          {"PAI_SET between two steps", pcap, 0x7, {0, 0, 1001}, Status::invalid_parameters},
          {"0x6", pcap, 0x6, {0}, Status::success, {1000}},
          {"0x9", pcap, 0x9, {0}, Status::success, {22, 1000}},
          {"MEASUREMENTS_GET with [26] = 0", pcap, 0x9, {3}, Status::not_supported},
          {"CAP_NOTIFY", pcap, 0xA, {0, 1}, Status::success},
          {"CAP_NOTIFY reserved bits", pcap, 0xA, {0, 2}, Status::invalid_parameters},
          {"MEASUREMENTS_NOTIFY", pcap, 0xB, {0, 1, 1, 2}, Status::success},
          {"MEASUREMENTS_NOTIFY reserved bits", pcap, 0xB, {0, 3, 1, 2}, Status::invalid_parameters},
          {"MEASUREMENTS_NOTIFY low > high", pcap, 0xB, {0, 1, 2, 1}, Status::invalid_parameters},
          {"MEASUREMENTS_NOTIFY low > high, disabling", pcap, 0xB, {0, 0, 2, 1}, Status::invalid_parameters},
          {"CAP_NOTIFY when attribute bit is 0", pcap, 0xA, {2, 1}, Status::not_supported},
          {"MEASUREMENTS_NOTIFY when attribute bit is 0", pcap, 0xB, {3, 1, 1, 2}, Status::not_supported},
          {"DESCRIBE_FASTCHANNEL for message without channel, 0x4", pcap, 0xC, {0, 4}, Status::not_supported},
          {"DESCRIBE_FASTCHANNEL for message without channel, 0x7", pcap, 0xC, {0, 7}, Status::not_supported},
          {"DESCRIBE_FASTCHANNEL for a message that can have none", pcap, 0xC, {0, 9}, Status::not_found},
          {"DESCRIBE_FASTCHANNEL for unknown message", pcap, 0xC, {0, 0x104}, Status::not_found},
          {"DESCRIBE_FASTCHANNEL for unknown domain", pcap, 0xC, {4, 4}, Status::not_found},
          {"CAP_SET without rights", pcap, 0x5, {2, 0, 2}, Status::denied, {}, 2},
          {"PAI_SET without rights", pcap, 0x7, {0, 0, 2000}, Status::denied, {}, 2},
          {"CAP_SET with rights, in the agent's own ids", pcap, 0x5, {1, 0, 50}, Status::success, {}, 2},
          {"several failures: not found before all", pcap, 0x5, {4, 4, 999}, Status::not_found, {}, 2},
          {"several failures: not supported before invalid", pcap, 0x5, {0, 4, 999}, Status::not_supported, {}, 2},
          {"several failures: invalid before denied", pcap, 0x5, {2, 4, 2}, Status::invalid_parameters, {}, 2},
          {"0x8", pcap, 0x8, {1}, Status::success, Words{0} + name_words("perf_with_a_long_name", 64)},
          {"0x8 of a short name", pcap, 0x8, {0}, Status::success, Words{0} + name_words("soc", 64)},
          {"wrong size 0x3", pcap, 0x3, {}, Status::protocol_error},
          {"wrong size 0x4", pcap, 0x4, {}, Status::protocol_error},
          {"wrong size 0x5", pcap, 0x5, {0, 0}, Status::protocol_error},
          {"wrong size 0x6", pcap, 0x6, {}, Status::protocol_error},
          {"wrong size 0x7", pcap, 0x7, {0, 0}, Status::protocol_error},
          {"wrong size 0x8", pcap, 0x8, {}, Status::protocol_error},
          {"wrong size 0x9", pcap, 0x9, {}, Status::protocol_error},
          {"wrong size 0xA", pcap, 0xA, {0}, Status::protocol_error},
          {"wrong size 0xB", pcap, 0xB, {0, 1, 1}, Status::protocol_error},
          {"wrong size 0xC", pcap, 0xC, {0}, Status::protocol_error},
      });
  check_edges({microwatts, domains, guest, Edit{"[behaviour]", "[disabled]\npowercap = [9]\n[behaviour]"}},
              {
                  {"message whose feature is compiled out", pcap, 0x9, {0}, Status::not_supported},
              });
}

TEST_CASE("powercap edges: releases and what differs") {
  check_edges({domains, guest, profile_3_1, Edit{"vendor = \"acme\"", "vendor = \"acme\"\npower_unit = \"uW\""}},
              {
                  {"3.1: version", pcap, 0x0, {}, Status::success, {0x10000}},
                  {"3.1: CAP_SET 0", pcap, 0x5, {0, 0, 0}, Status::out_of_range},
                  {"3.1: no cap is the highest", pcap, 0x4, {3}, Status::success, {3}},
                  {"3.1: no negotiation", pcap, 0x10, {0x10000}, Status::not_found},
              });
  check_edges({microwatts, domains, guest}, {
                                                {"3.2: negotiation", pcap, 0x10, {0x10000}, Status::success},
                                                {"3.2: to 4.0", pcap, 0x10, {0x30000}, Status::not_supported},
                                            });
  check_edges({domains, guest, profile_3_0, Edit{"vendor = \"acme\"", "vendor = \"acme\"\npower_unit = \"uW\""}},
              {
                  {"3.0 does not have the protocol", pcap, 0x0, {}, Status::not_supported},
              });
}

TEST_CASE("powercap: without a P2A channel there are no asynchronous changes and no notifications") {
  Bench t({microwatts, domains, guest});
  t.limits.has_p2a = false;
  CHECK(t.ask(1, pcap, 0x3, {0}).words.front() == 0x0F00'0000);
  CHECK(t.ask(1, pcap, 0x5, {0, async, 50}).status == Status::not_supported);
  CHECK(t.ask(1, pcap, 0xA, {0, 1}).status == Status::not_supported);
  CHECK(t.ask(1, pcap, 0xB, {0, 1, 1, 2}).status == Status::not_supported);
}

TEST_CASE("powercap edges: CAP_SET while an earlier one is pending is BUSY; it ends with the cap in force") {
  Bench t({microwatts, domains, guest});
  const std::uint32_t header = Bench::header(pcap, 0x5, 0x2A);
  const Reply r = t.ask_header(1, header, {0, async, 50});
  CHECK(r.status == Status::success);
  CHECK(r.not_before == t.time.at);
  CHECK(t.ask(2, pcap, 0x5, {1, 0, 60}).status == Status::busy);
  CHECK(t.ask(1, pcap, 0x7, {0, 0, 2000}).status == Status::busy);
  CHECK(t.ask(1, pcap, 0x4, {0}).words == Words{100});
  t.pass(microseconds(100));
  CHECK(t.take() == std::vector<Sent>{{1, pcap, 0x6205 | 0x2AU << 18, {0, 0, 50}}});
  // The lowest of all agents' caps is in force; the delayed response tells that one.
  REQUIRE(t.ask(2, pcap, 0x5, {1, async, 60}).status == Status::success);
  t.pass(microseconds(100));
  CHECK(t.take() == std::vector<Sent>{{2, pcap, 0x6205 | 0x155U << 18, {0, 1, 50}}});
  // Without a delayed response it is as quiet as asked for.
  REQUIRE(t.ask(2, pcap, 0x5, {1, async | ignore_delayed, 40}).status == Status::success);
  CHECK(t.ask(1, pcap, 0x4, {0}).words == Words{50});
  t.pass(microseconds(100));
  CHECK(t.take().empty());
  CHECK(t.ask(1, pcap, 0x4, {0}).words == Words{40});
}

TEST_CASE("powercap: a synchronous change is answered when it is done") {
  Bench t({microwatts, domains, guest});
  CHECK(t.ask(1, pcap, 0x5, {0, ignore_delayed, 50}).not_before == t.time.at + microseconds(100));
  t.pass(microseconds(100));
  CHECK(t.take().empty());
  CHECK(t.ask(1, pcap, 0x4, {0}).words == Words{50});
  CHECK(t.ask(1, pcap, 0x5, {1, async | ignore_delayed, 20'000}).not_before == t.time.at);
  CHECK(t.ask(1, pcap, 0x4, {1}).words == Words{20'000});
}

TEST_CASE("powercap: 0 takes an agent's cap back; what others want goes on") {
  Bench t({microwatts, domains, guest});
  const auto set = [&](std::uint32_t agent, std::uint32_t cap) {
    REQUIRE(t.ask(agent, pcap, 0x5, {agent == 1 ? 0U : 1U, 0, cap}).status == Status::success);
    t.pass(microseconds(100));
    return t.ask(1, pcap, 0x4, {0}).words.front();
  };
  CHECK(set(1, 0) == 0);
  CHECK(set(2, 70) == 70);
  CHECK(set(1, 80) == 70);
  CHECK(set(2, 0) == 80);
  CHECK(set(1, 0) == 0);
  t.platform.disconnect(AgentId(1));
  CHECK(t.ask(1, pcap, 0x4, {0}).words == Words{0});
  t.platform.disconnect(AgentId(2));
  CHECK(t.ask(1, pcap, 0x4, {0}).words == Words{100});  // As it started.
}

TEST_CASE("powercap: a cap limits the levels of its performance domains, and of those below; agents are told") {
  Bench t({microwatts, domains, guest});
  REQUIRE(t.ask(1, perf, 0x9, {0, 1}).status == Status::success);
  REQUIRE(t.ask(1, perf, 0xA, {0, 1}).status == Status::success);
  CHECK(t.ask(1, perf, 0x6, {0}).words == Words{400, 200});
  // 20,000 uW leave 10,500: the lowest level.
  REQUIRE(t.ask(1, pcap, 0x5, {1, 0, 20'000}).status == Status::success);
  CHECK(t.ask(1, perf, 0x6, {0}).words == Words{200, 200});
  t.pass(microseconds(7));
  CHECK(t.take() == std::vector<Sent>{{1, perf, 0x4F00, {0, 0, 200, 200}}, {1, perf, 0x4F01, {0, 0, 200}}});
  CHECK(t.ask(1, perf, 0x7, {0, 300}).status == Status::out_of_range);
  REQUIRE(t.ask(1, pcap, 0x5, {1, 0, 40'000}).status == Status::success);
  CHECK(t.ask(1, perf, 0x6, {0}).words == Words{400, 200});
  t.pass(microseconds(10));
  CHECK(t.take() == std::vector<Sent>{{1, perf, 0x4F00, {0, 0, 400, 200}}, {1, perf, 0x4F01, {0, 0, 300}}});
  // The parent's 30 mW leave out the highest, which makes 32,550 uW with what else there is.
  REQUIRE(t.ask(2, pcap, 0x5, {1, 0, 30}).status == Status::success);
  t.pass(microseconds(100));
  CHECK(t.ask(1, perf, 0x6, {0}).words == Words{300, 200});
  REQUIRE(t.ask(2, pcap, 0x5, {1, 0, 10}).status == Status::success);
  t.pass(microseconds(100));
  CHECK(t.ask(1, perf, 0x6, {0}).words == Words{200, 200});  // It cannot be kept: the lowest is all there is.
  t.platform.disconnect(AgentId(2));
  CHECK(t.ask(1, perf, 0x6, {0}).words == Words{400, 200});
}

TEST_CASE("powercap: of several performance domains the one that costs most at its highest level gives way first") {
  Bench t({microwatts, domains, guest,
           Edit{"performance_domains = [\"perf\"]", "performance_domains = [\"perf\", \"indexed\"]"},
           Edit{"index = 5,", "index = 5, power = 5000,"}, Edit{"index = 6,", "index = 6, power = 15_000,"},
           Edit{"index = 9,", "index = 9, power = 25_000,"}});
  const auto max_of = [&](std::uint32_t domain) { return t.ask(1, perf, 0x6, {domain}).words.front(); };
  REQUIRE(t.ask(1, pcap, 0x5, {0, 0, 0}).status == Status::success);  // The parent's out of the way.
  t.pass(microseconds(100));
  REQUIRE(t.ask(1, pcap, 0x5, {1, 0, 0}).status == Status::success);
  CHECK(max_of(0) == 400);
  CHECK(max_of(1) == 9);
  REQUIRE(t.ask(1, pcap, 0x5, {1, 0, 40'000}).status == Status::success);  // 30,500 + 25,000 + 50 are too much.
  CHECK(max_of(0) == 300);
  CHECK(max_of(1) == 6);
  REQUIRE(t.ask(1, pcap, 0x5, {1, 0, 26'000}).status == Status::success);  // 20,500 + 15,000 + 50, too.
  CHECK(max_of(0) == 200);
  CHECK(max_of(1) == 6);
}

TEST_CASE("powercap: a cap of the description holds from the start, without a word") {
  Bench t({microwatts, domains, guest, Edit{"step = 1000 }", "step = 1000 }\ncap = 11_000"}});
  CHECK(t.ask(1, pcap, 0x4, {1}).words == Words{11'000});
  CHECK(t.ask(1, perf, 0x6, {0}).words == Words{200, 200});
  CHECK(t.ask(1, perf, 0x8, {0}).words == Words{200});
  CHECK(t.ask(1, clk, 0x6, {2}).words == Words{20'000'000, 0});
  CHECK(t.ask(1, pcap, 0x9, {0}).words == Words{12, 1000});
  CHECK(t.take().empty());
}

TEST_CASE("powercap: power is the average of the last complete interval") {
  Bench t({microwatts, domains, guest});
  const auto drawn = [&](std::uint32_t domain) { return t.ask(1, pcap, 0x9, {domain}).words.front(); };
  CHECK(drawn(1) == 20'550);  // The meter below has its own 50.
  REQUIRE(t.ask(1, perf, 0x7, {0, 400}).status == Status::success);
  t.pass(microseconds(9 + 491));  // Runs there for half of the first interval, less the latency of 9 us.
  CHECK(drawn(1) == 20'550);
  t.pass(microseconds(500));
  CHECK(drawn(1) == 30'550 - 10'000 * 9 / 1000);
  CHECK(drawn(0) == 32);
  CHECK(drawn(2) == 50);
  t.pass(microseconds(1000));
  CHECK(drawn(1) == 30'550);
  // Half of an interval at each level.
  t.pass(microseconds(500));
  REQUIRE(t.ask(1, perf, 0x7, {0, 200}).status == Status::success);
  t.pass(microseconds(500));
  CHECK(drawn(1) == 30'550 - 20'000 * 493 / 1000);
  t.pass(microseconds(100'000));
  CHECK(drawn(1) == 10'550);
  CHECK(t.platform.next_event() == never);  // Nobody watches: nothing has to be counted.
}

TEST_CASE("powercap: constant power is told to the last unit, whatever the moments at which it is asked for") {
  Bench t({microwatts, domains, guest});
  for (int i = 0; i < 5000; ++i) {
    t.time.at += std::chrono::nanoseconds(1777 + i);
    REQUIRE(t.ask(1, pcap, 0x9, {1}).words.front() == 20'550);
  }
}

TEST_CASE("powercap: power follows a power domain that is switched off") {
  Bench t({microwatts, domains, guest, Edit{"clock = \"other\"", "clock = \"other\"\npower_domain = \"both\""}});
  REQUIRE(t.ask(1, power, 0x4, {0, 1, 0x4000'0000}).status == Status::success);
  t.pass(microseconds(2000));
  CHECK(t.ask(1, pcap, 0x9, {1}).words == Words{50, 1000});
  REQUIRE(t.ask(1, power, 0x4, {0, 1, 0}).status == Status::success);
  t.pass(microseconds(2000));
  CHECK(t.ask(1, pcap, 0x9, {1}).words == Words{20'550, 1000});
}

TEST_CASE("powercap: a new interval starts where it is set; until it is over the old average is told") {
  Bench t({microwatts, domains, guest});
  REQUIRE(t.ask(1, pcap, 0xA, {0, 1}).status == Status::success);
  t.pass(microseconds(300));
  REQUIRE(t.ask(1, pcap, 0x7, {0, 0, 2000}).status == Status::success);
  CHECK(t.take() == std::vector<Sent>{{1, pcap, 0x6300, {1, 0, 100, 2000}}});
  CHECK(t.ask(1, pcap, 0x6, {0}).words == Words{2000});
  t.pass(microseconds(1999));
  CHECK(t.ask(1, pcap, 0x9, {0}).words == Words{22, 1000});
  t.pass(microseconds(1));
  CHECK(t.ask(1, pcap, 0x9, {0}).words == Words{22, 2000});
  REQUIRE(t.ask(1, pcap, 0x7, {0, 0, 2000}).status == Status::success);
  CHECK(t.take().empty());
}

TEST_CASE("powercap: CAP_CHANGED goes to subscribers in their own ids when the cap in force changes") {
  Bench t({microwatts, domains, guest});
  REQUIRE(t.ask(1, pcap, 0xA, {0, 1}).status == Status::success);
  REQUIRE(t.ask(2, pcap, 0xA, {1, 1}).status == Status::success);
  REQUIRE(t.ask(2, pcap, 0x5, {1, 0, 50}).status == Status::success);
  t.pass(microseconds(100));
  CHECK(t.take() == std::vector<Sent>{{1, pcap, 0x6300, {2, 0, 50, 1000}}, {2, pcap, 0x6300, {2, 1, 50, 1000}}});
  REQUIRE(t.ask(1, pcap, 0x5, {0, 0, 60}).status == Status::success);  // 50 stays in force.
  t.pass(microseconds(100));
  CHECK(t.take().empty());
  REQUIRE(t.ask(1, pcap, 0x5, {0, 0, 10}).status == Status::success);
  t.pass(microseconds(100));
  t.take();
  REQUIRE(t.ask(1, base, 0xB, {1, 0}).status == Status::success);
  CHECK(t.take() == std::vector<Sent>{{1, pcap, 0x6300, {1, 0, 50, 1000}}, {2, pcap, 0x6300, {1, 1, 50, 1000}}});
}

TEST_CASE("powercap: to an agent of version 1.0 no cap is the highest one") {
  Bench t({microwatts, domains, guest});
  REQUIRE(t.ask(1, pcap, 0xA, {0, 1}).status == Status::success);
  REQUIRE(t.ask(1, pcap, 0x10, {0x10000}).status == Status::success);
  REQUIRE(t.ask(2, pcap, 0x5, {1, 0, 0}).status == Status::success);
  t.pass(microseconds(100));
  CHECK(t.take() == std::vector<Sent>{{1, pcap, 0x6300, {2, 0, 100, 1000}}});
  CHECK(t.ask(1, pcap, 0x4, {0}).words == Words{100});
  CHECK(t.ask(2, pcap, 0x4, {1}).words == Words{0});
}

TEST_CASE("powercap: MEASUREMENTS_CHANGED is told once for each time the average leaves the agent's thresholds") {
  Bench t({microwatts, domains, guest});
  REQUIRE(t.ask(1, pcap, 0xB, {1, 1, 15'000, 25'000}).status == Status::success);
  REQUIRE(t.ask(2, pcap, 0xB, {1, 1, 0, 1000}).status == Status::success);  // Of the parent, far away.
  t.pass(microseconds(5000));
  CHECK(t.take().empty());
  CHECK(t.platform.next_event() == never);
  REQUIRE(t.ask(1, perf, 0x7, {0, 400}).status == Status::success);
  t.pass(microseconds(5000));
  CHECK(t.take() == std::vector<Sent>{{1, pcap, 0x6301, {0, 1, 30'460}}});
  REQUIRE(t.ask(1, perf, 0x7, {0, 300}).status == Status::success);
  t.pass(microseconds(5000));
  CHECK(t.take().empty());
  REQUIRE(t.ask(1, perf, 0x7, {0, 200}).status == Status::success);
  t.pass(microseconds(5000));
  CHECK(t.take() == std::vector<Sent>{{1, pcap, 0x6301, {0, 1, 10'620}}});
  // New thresholds: what is outside of them is told although nothing changes.
  REQUIRE(t.ask(1, pcap, 0xB, {1, 1, 0, 10'000}).status == Status::success);
  t.pass(microseconds(1000));
  CHECK(t.take() == std::vector<Sent>{{1, pcap, 0x6301, {0, 1, 10'550}}});
  REQUIRE(t.ask(1, pcap, 0xB, {1, 0, 0, 0}).status == Status::success);
  REQUIRE(t.ask(1, perf, 0x7, {0, 400}).status == Status::success);
  t.pass(microseconds(5000));
  CHECK(t.take().empty());
  CHECK(t.platform.next_event() == never);
}

TEST_CASE("powercap: an average that leaves the thresholds only in the interval after the change is told then") {
  Bench t({microwatts, domains, guest});
  REQUIRE(t.ask(1, pcap, 0xB, {1, 1, 15'000, 28'000}).status == Status::success);
  t.pass(microseconds(1500));
  REQUIRE(t.ask(1, perf, 0x7, {0, 400}).status == Status::success);
  t.pass(microseconds(500));
  CHECK(t.ask(1, pcap, 0x9, {1}).words == Words{30'550 - 10'000 * 509 / 1000, 1000});
  CHECK(t.take().empty());
  t.pass(microseconds(1000));
  CHECK(t.take() == std::vector<Sent>{{1, pcap, 0x6301, {0, 1, 30'550}}});
}

TEST_CASE("powercap: caps stay when their agent goes, if the description says so; its thresholds do not") {
  Bench t({microwatts, domains, guest, Edit{"[behaviour]", "[behaviour]\ndisconnect = \"keep\""}});
  REQUIRE(t.ask(1, pcap, 0xB, {1, 1, 0, 1}).status == Status::success);
  REQUIRE(t.ask(1, pcap, 0x5, {0, async, 50}).status == Status::success);
  t.platform.disconnect(AgentId(1));
  t.pass(microseconds(5000));
  CHECK(t.take().empty());
  CHECK(t.ask(1, pcap, 0x4, {0}).words == Words{50});
}

TEST_CASE("powercap: an agent that goes, or is reset, watches nothing and waits for nothing") {
  Bench t({microwatts, domains, guest});
  REQUIRE(t.ask(1, pcap, 0xB, {1, 1, 0, 1}).status == Status::success);
  REQUIRE(t.ask(1, pcap, 0x5, {0, async, 50}).status == Status::success);
  t.platform.disconnect(AgentId(1));
  t.pass(microseconds(5000));
  CHECK(t.take().empty());
  REQUIRE(t.ask(2, pcap, 0x5, {1, async, 50}).status == Status::success);
  REQUIRE(t.ask(1, base, 0xB, {2, 0}).status == Status::success);
  CHECK(t.take() ==
        std::vector<Sent>{{2, pcap, 0x6205 | 0x155U << 18, {static_cast<std::uint32_t>(Status::generic_error)}}});
  CHECK(t.ask(1, pcap, 0x4, {0}).words == Words{100});
}
