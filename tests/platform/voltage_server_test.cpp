// SPDX-License-Identifier: Apache-2.0
//
// The voltage domain protocol: its edge cases, old layouts, pages, changes that take time, and votes of agents.
#include "tests/platform/platform_bench.hpp"

using namespace scmi;
using namespace scmi::platform;
using namespace scmi::platform::test;
using std::chrono::microseconds;

namespace {

constexpr Edit domains{"[[clock]]             # 0", R"(
[[voltage_domain]]    # 0
name = "list"
levels_uv = [-5000, 0, 800_000, 900_000, 1_000_000]
level_uv = 800_000
async = true
latency_us = 100
modes = [8, 11]
[[voltage_domain]]    # 1
name = "range_and_long_name"
range_uv = { min = 800_000, max = 1_200_000, step = 12_500 }
on = false
[[voltage_domain]]    # 2
name = "fixed"
levels_uv = [3_300_000]
switchable = false
[[clock]]             # 0)"};
constexpr Edit guest{"name = \"guest\"", R"(name = "guest"
voltage = { visible = ["fixed", "list"], may_set_level = [], may_set_mode = ["list"] })"};
constexpr Edit other_guest{"name = \"guest\"", R"(name = "guest"
voltage = { visible = ["fixed", "list"] })"};
constexpr Edit profile_3_0{"profile = \"3.2\"", "profile = \"3.0\""};
constexpr Edit profile_3_1{"profile = \"3.2\"", "profile = \"3.1\""};

constexpr std::uint32_t word(std::int32_t level_uv) { return static_cast<std::uint32_t>(level_uv); }

}  // namespace

TEST_CASE("voltage edges: each row of the table") {
  check_edges(
      {domains, guest},
      {
          {"unknown message id", volt, 0xA, {}, Status::not_found},
          {"unknown message id by 0x2", volt, 0x2, {0xA}, Status::not_found},
          {"0x2 for LEVEL_SET", volt, 0x2, {0x7}, Status::success, {0}},
          {"0x0", volt, 0x0, {}, Status::success, {0x20001}},
          {"0x1", volt, 0x1, {}, Status::success, {3}},
          {"0x1 counts what the agent sees", volt, 0x1, {}, Status::success, {2}, 2},
          {"domain_id >= count, 0x3", volt, 0x3, {3}, Status::not_found},
          {"domain_id >= count, 0x4", volt, 0x4, {3, 0}, Status::not_found},
          {"domain_id >= count, 0x5", volt, 0x5, {3, 7}, Status::not_found},
          {"domain_id >= count, 0x6", volt, 0x6, {3}, Status::not_found},
          {"domain_id >= count, 0x7", volt, 0x7, {3, 0, 0}, Status::not_found},
          {"domain_id >= count, 0x8", volt, 0x8, {3}, Status::not_found},
          {"domain_id >= count, 0x9", volt, 0x9, {3}, Status::not_found},
          {"domain_id >= count, all 32 bits", volt, 0x8, {0x1'0000}, Status::not_found},
          {"0x3 async", volt, 0x3, {0}, Status::success, Words{0x8000'0000} + name_words("list")},
          {"0x3 long name", volt, 0x3, {1}, Status::success, Words{0x4000'0000} + name_words("range_and_long_name")},
          {"0x4 list", volt, 0x4, {0, 3}, Status::success, {2, 900'000, 1'000'000}},
          {"0x4 negative", volt, 0x4, {0, 0}, Status::success, {5, word(-5000), 0, 800'000, 900'000, 1'000'000}},
          {"DESCRIBE_LEVELS index at the end of a list", volt, 0x4, {0, 5}, Status::out_of_range},
          {"DESCRIBE_LEVELS index past the end of a list", volt, 0x4, {0, 0xFFFF'FFFF}, Status::out_of_range},
          {"0x4 triplet", volt, 0x4, {1, 0}, Status::success, {0x1003, 800'000, 1'200'000, 12'500}},
          {"DESCRIBE_LEVELS index != 0 for a triplet", volt, 0x4, {1, 1}, Status::out_of_range},
          {"CONFIG_SET ON", volt, 0x5, {0, 7}, Status::success},
          {"CONFIG_SET OFF", volt, 0x5, {0, 0}, Status::success},
          {"CONFIG_SET architectural id other than 0 / 7: 1", volt, 0x5, {0, 1}, Status::invalid_parameters},
          {"CONFIG_SET architectural id other than 0 / 7: 6", volt, 0x5, {0, 6}, Status::invalid_parameters},
          {"CONFIG_SET a mode of its own", volt, 0x5, {0, 11}, Status::success},
          {"CONFIG_SET a mode of its own it lacks", volt, 0x5, {0, 9}, Status::invalid_parameters},
          {"CONFIG_SET bits [31:4] set", volt, 0x5, {0, 0x17}, Status::invalid_parameters},
          {"CONFIG_SET bit 31 set", volt, 0x5, {0, 0x8000'0007}, Status::invalid_parameters},
          {"CONFIG_SET of what cannot be switched", volt, 0x5, {2, 0}, Status::not_supported},
          {"0x6 on", volt, 0x6, {0}, Status::success, {7}},
          {"0x6 off", volt, 0x6, {1}, Status::success, {0}},
          {"LEVEL_SET value not in the list", volt, 0x7, {0, 0, 850'000}, Status::invalid_parameters},
          {"LEVEL_SET value not on a step", volt, 0x7, {1, 0, 800'001}, Status::invalid_parameters},
          {"LEVEL_SET value outside the range, below", volt, 0x7, {1, 0, 787'500}, Status::invalid_parameters},
          {"LEVEL_SET value outside the range, above", volt, 0x7, {1, 0, 1'212'500}, Status::invalid_parameters},
          {"LEVEL_SET value far outside the range", volt, 0x7, {1, 0, 0x8000'0000}, Status::invalid_parameters},
          {"LEVEL_SET the highest of a range", volt, 0x7, {1, 0, 1'200'000}, Status::success},
          {"LEVEL_SET negative", volt, 0x7, {0, 0, word(-5000)}, Status::success},
          {"LEVEL_SET async", volt, 0x7, {0, 1, 900'000}, Status::success},
          {"LEVEL_SET async without attributes[31]", volt, 0x7, {1, 1, 800'000}, Status::not_supported},
          {"LEVEL_SET reserved flags", volt, 0x7, {0, 2, 900'000}, Status::invalid_parameters},
          {"LEVEL_SET reserved flags", volt, 0x7, {0, 0x8000'0000, 900'000}, Status::invalid_parameters},
          {"0x8", volt, 0x8, {0}, Status::success, {800'000}},
          {"0x8 while off: the programmed level", volt, 0x8, {1}, Status::success, {800'000}},
          {"SET commands by agent without rights: LEVEL_SET", volt, 0x7, {1, 0, 900'000}, Status::denied, {}, 2},
          {"SET commands by agent without rights: CONFIG_SET", volt, 0x5, {0, 7}, Status::denied, {}, 2},
          {"CONFIG_SET with rights, in the agent's own ids", volt, 0x5, {1, 7}, Status::success, {}, 2},
          {"0x9", volt, 0x9, {1}, Status::success, Words{0} + name_words("range_and_long_name", 64)},
          {"NAME_GET when the domain has no long name",
           volt,
           0x9,
           {2},
           Status::success,
           Words{0} + name_words("fixed", 64)},
          {"wrong size 0x3", volt, 0x3, {}, Status::protocol_error},
          {"wrong size 0x4", volt, 0x4, {0}, Status::protocol_error},
          {"wrong size 0x5", volt, 0x5, {0}, Status::protocol_error},
          {"wrong size 0x6", volt, 0x6, {}, Status::protocol_error},
          {"wrong size 0x7", volt, 0x7, {0, 0}, Status::protocol_error},
          {"wrong size 0x8", volt, 0x8, {}, Status::protocol_error},
          {"wrong size 0x9", volt, 0x9, {}, Status::protocol_error},
      });
  check_edges({domains, guest, Edit{"[behaviour]", "[behaviour]\nvoltage_triplet_index = \"repeat\""}},
              {
                  {"DESCRIBE_LEVELS index != 0 for a triplet, as others say",
                   volt,
                   0x4,
                   {1, 1},
                   Status::success,
                   {0x1003, 800'000, 1'200'000, 12'500}},
              });
}

TEST_CASE("voltage edges: releases and their layouts") {
  check_edges({domains, guest, profile_3_0},
              {
                  {"3.0: version", volt, 0x0, {}, Status::success, {0x10000}},
                  {"3.0: no bits", volt, 0x3, {1}, Status::success, Words{0} + name_words("range_and_long_name")},
                  {"LEVEL_SET flags != 0 at v0x10000", volt, 0x7, {0, 1, 900'000}, Status::invalid_parameters},
                  {"3.0: LEVEL_SET", volt, 0x7, {0, 0, 900'000}, Status::success},
                  {"3.0: 0x9 is unknown", volt, 0x9, {0}, Status::not_found},
                  {"3.0: no negotiation", volt, 0x10, {0x10000}, Status::not_found},
              });
  check_edges({domains, guest, profile_3_1}, {
                                                 {"3.1: version", volt, 0x0, {}, Status::success, {0x20000}},
                                                 {"3.1: async", volt, 0x7, {0, 1, 900'000}, Status::success},
                                                 {"3.1: no negotiation", volt, 0x10, {0x10000}, Status::not_found},
                                             });
  check_edges({domains, guest}, {
                                    {"3.2: negotiation", volt, 0x10, {0x10000}, Status::success},
                                    {"3.2: to what never was", volt, 0x10, {0x30000}, Status::not_supported},
                                });
  check_edges({domains, guest, profile_2_0},
              {
                  {"2.0 does not have the protocol", volt, 0x0, {}, Status::not_supported},
              });
}

TEST_CASE("voltage: levels come in pages no larger than the channel, from any start") {
  Bench t({domains, guest});
  t.limits.max_payload = 16;  // Two levels.
  CHECK(t.ask(1, volt, 0x4, {0, 0}).words == Words{2 | 3U << 16, word(-5000), 0});
  CHECK(t.ask(1, volt, 0x4, {0, 2}).words == Words{2 | 1U << 16, 800'000, 900'000});
  CHECK(t.ask(1, volt, 0x4, {0, 4}).words == Words{1, 1'000'000});
}

TEST_CASE("voltage edges: a reply without room for a whole triplet, or for one level") {
  Bench t({domains, guest});
  t.limits.max_payload = 16;
  CHECK(t.ask(1, volt, 0x4, {1, 0}).status == Status::generic_error);
  t.limits.max_payload = 8;
  CHECK(t.ask(1, volt, 0x4, {0, 0}).status == Status::generic_error);
}

TEST_CASE("voltage: a synchronous change is answered when it is done, and the domain is BUSY meanwhile") {
  Bench t({domains, other_guest});
  const Reply r = t.ask(1, volt, 0x7, {0, 0, 900'000});
  CHECK(r.status == Status::success);
  CHECK(r.not_before == t.time.at + microseconds(100));
  CHECK(t.ask(1, volt, 0x8, {0}).words == Words{800'000});
  CHECK(t.ask(2, volt, 0x7, {1, 0, 0}).status == Status::busy);
  t.pass(microseconds(100));
  CHECK(t.ask(1, volt, 0x8, {0}).words == Words{900'000});
  CHECK(t.take().empty());
  CHECK(t.ask(1, volt, 0x7, {1, 0, 812'500}).not_before == t.time.at);  // Without latency.
  CHECK(t.ask(1, volt, 0x8, {1}).words == Words{812'500});
}

TEST_CASE("voltage edges: a second async LEVEL_SET while one runs is BUSY; LEVEL_SET_COMPLETE tells the level") {
  Bench t({domains, other_guest});
  const std::uint32_t header = Bench::header(volt, 0x7, 0x2A);
  const Reply r = t.ask_header(1, header, {0, 1, word(-5000)});
  CHECK(r.status == Status::success);
  CHECK(r.not_before == t.time.at);
  CHECK(t.ask(1, volt, 0x7, {0, 1, 0}).status == Status::busy);
  CHECK(t.ask(1, volt, 0x7, {0, 1, 1}).status == Status::invalid_parameters);
  t.pass(microseconds(99));
  CHECK(t.take().empty());
  t.pass(microseconds(1));
  CHECK(t.take() == std::vector<Sent>{{1, volt, 0x5E07 | 0x2AU << 18, {0, 0, word(-5000)}}});
  CHECK(t.ask(1, volt, 0x8, {0}).words == Words{word(-5000)});
  t.limits.has_p2a = false;
  CHECK(t.ask(1, volt, 0x3, {0}).words.front() == 0);
  CHECK(t.ask(1, volt, 0x7, {0, 1, 0}).status == Status::not_supported);
}

TEST_CASE("voltage: a domain is on while any agent wants it on, in the mode asked for last") {
  Bench t({domains, other_guest});
  const auto mode = [&] { return t.ask(1, volt, 0x6, {0}).words.front(); };
  const auto ask_for = [&](std::uint32_t agent, std::uint32_t wish) {
    REQUIRE(t.ask(agent, volt, 0x5, {agent == 1 ? 0U : 1U, wish}).status == Status::success);
  };
  CHECK(mode() == 7);
  ask_for(1, 0);
  CHECK(mode() == 0);
  ask_for(2, 8);
  CHECK(mode() == 8);
  ask_for(1, 7);
  CHECK(mode() == 7);
  ask_for(1, 0);
  CHECK(mode() == 8);
  ask_for(2, 0);
  CHECK(mode() == 0);
  // With the agents go their wishes: what is left is how the SoC started.
  t.platform.disconnect(AgentId(2));
  CHECK(mode() == 0);
  t.platform.disconnect(AgentId(1));
  CHECK(mode() == 7);
}

TEST_CASE("voltage: the newest level holds, and an agent that goes leaves the one before") {
  Bench t({domains, other_guest});
  const auto set = [&](std::uint32_t agent, std::uint32_t level_uv) {
    REQUIRE(t.ask(agent, volt, 0x7, {agent == 1 ? 0U : 1U, 0, level_uv}).status == Status::success);
    t.pass(microseconds(100));
  };
  set(1, 900'000);
  set(2, 1'000'000);
  CHECK(t.ask(1, volt, 0x8, {0}).words == Words{1'000'000});
  t.platform.disconnect(AgentId(2));
  CHECK(t.ask(1, volt, 0x8, {0}).words == Words{900'000});
  t.platform.disconnect(AgentId(1));
  CHECK(t.ask(1, volt, 0x8, {0}).words == Words{800'000});
}

TEST_CASE("voltage: who loses the right, or is reset, while its change is under way is told so") {
  Bench t({domains, other_guest, Edit{"clocks = [\"range\"]", "clocks = [\"range\"]\nvoltage_domains = [\"list\"]"}});
  REQUIRE(t.ask(2, volt, 0x7, {1, 1, 0}).status == Status::success);
  REQUIRE(t.ask(1, base, 0x9, {2, 0, 0}).status == Status::success);
  CHECK(t.ask(2, volt, 0x8, {1}).status == Status::denied);
  t.pass(microseconds(100));
  CHECK(t.take() == std::vector<Sent>{{2, volt, 0x5E07 | 0x155U << 18, {static_cast<std::uint32_t>(Status::denied)}}});
  REQUIRE(t.ask(1, base, 0x9, {2, 0, 1}).status == Status::success);
  REQUIRE(t.ask(2, volt, 0x7, {1, 1, 0}).status == Status::success);
  REQUIRE(t.ask(1, base, 0xB, {2, 0}).status == Status::success);
  CHECK(t.take() ==
        std::vector<Sent>{{2, volt, 0x5E07 | 0x155U << 18, {static_cast<std::uint32_t>(Status::generic_error)}}});
  CHECK(t.ask(1, volt, 0x8, {0}).words == Words{800'000});
}
