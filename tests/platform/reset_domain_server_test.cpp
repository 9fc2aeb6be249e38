// SPDX-License-Identifier: Apache-2.0
//
// The reset domain protocol: its edge cases, old layouts, resets that take time, permissions and notifications.
#include "tests/platform/platform_bench.hpp"

using namespace scmi;
using namespace scmi::platform;
using namespace scmi::platform::test;
using std::chrono::microseconds;

namespace {

/// Four domains, which the guest sees in another order and may not reset all of.
constexpr Edit domains{"[[clock]]             # 0", R"(
[[reset_domain]]      # 0
name = "slow"
async = true
latency_us = 100
states = [0x80000001, 0x80000007]
[[reset_domain]]      # 1
name = "plain"
report_latency = false
[[reset_domain]]      # 2
name = "pulse_only_and_long_name"
explicit = false
notify = false
latency_us = 7
[[reset_domain]]      # 3
name = "held"
asserted = true
[[clock]]             # 0)"};
constexpr Edit guest{"name = \"guest\"", R"(name = "guest"
reset_domain = { visible = ["plain", "slow"], may_reset = ["slow"] })"};
constexpr Edit version_3_0{"[behaviour]", "[versions]\nreset_domain = 0x30000\n[behaviour]"};
constexpr Edit in_device{"clocks = [\"range\"]", "clocks = [\"range\"]\nreset_domains = [\"plain\"]"};

constexpr std::uint32_t autonomous = 1;
constexpr std::uint32_t assert_line = 2;
constexpr std::uint32_t async = 4;

}  // namespace

TEST_CASE("reset edges: each row of the table") {
  check_edges(
      {domains, guest},
      {
          {"unknown message id", rst, 0x7, {}, Status::not_found},
          {"unknown message id by 0x2", rst, 0x2, {0x7}, Status::not_found},
          {"0x2 for RESET", rst, 0x2, {0x4}, Status::success, {0}},
          {"0x2 for RESET_NOTIFY", rst, 0x2, {0x5}, Status::success, {0}},
          {"0x0", rst, 0x0, {}, Status::success, {0x30001}},
          {"0x1", rst, 0x1, {}, Status::success, {4}},
          {"0x1 counts what the agent sees", rst, 0x1, {}, Status::success, {2}, 2},
          {"domain_id >= count, 0x3", rst, 0x3, {4}, Status::not_found},
          {"domain_id >= count, 0x4", rst, 0x4, {4, 1, 0}, Status::not_found},
          {"domain_id >= count, 0x5", rst, 0x5, {4, 1}, Status::not_found},
          {"domain_id >= count, 0x6", rst, 0x6, {4}, Status::not_found},
          {"domain_id >= count, all 32 bits", rst, 0x3, {0x1'0000}, Status::not_found},
          {"0x3 everything", rst, 0x3, {0}, Status::success, Words{0xC000'0000, 100} + name_words("slow")},
          {"0x3 latency not reported",
           rst,
           0x3,
           {1},
           Status::success,
           Words{0x4000'0000, 0xFFFF'FFFF} + name_words("plain")},
          {"0x3 long name, silent",
           rst,
           0x3,
           {2},
           Status::success,
           Words{0x2000'0000, 7} + name_words("pulse_only_and_long_name")},
          {"RESET flags [31:3] set (suite sends 0xF8)", rst, 0x4, {0, 0xF8, 0}, Status::invalid_parameters},
          {"RESET flags bit 31", rst, 0x4, {0, 0x8000'0001, 0}, Status::invalid_parameters},
          {"RESET, unknown domain and bad flags", rst, 0x4, {4, 0xF8, 0}, Status::not_found},
          {"RESET, unknown domain and bad state", rst, 0x4, {4, 1, 9}, Status::not_found},
          {"RESET flags async without autonomous", rst, 0x4, {0, async, 0}, Status::invalid_parameters},
          {"RESET flags async without autonomous, assert", rst, 0x4, {0, 6, 0}, Status::invalid_parameters},
          {"RESET flags bit 1 with bit 0", rst, 0x4, {0, autonomous | assert_line, 0}, Status::success},
          {"RESET flags bit 1 with bits 0 and 2", rst, 0x4, {0, 7, 0}, Status::success},
          {"RESET architectural state with id != 0", rst, 0x4, {0, 1, 1}, Status::invalid_parameters},
          {"RESET implementation-defined state the domain has", rst, 0x4, {0, 1, 0x8000'0007}, Status::success},
          {"RESET implementation-defined state the domain does not have",
           rst,
           0x4,
           {0, 1, 0x8000'0002},
           Status::invalid_parameters},
          {"RESET implementation-defined state, a domain without any",
           rst,
           0x4,
           {1, 1, 0x8000'0000},
           Status::invalid_parameters},
          {"RESET async+autonomous, domain lacks attributes[31]", rst, 0x4, {1, 5, 0}, Status::not_supported},
          {"RESET explicit, domain only autonomous: assert", rst, 0x4, {2, assert_line, 0}, Status::not_supported},
          {"RESET explicit, domain only autonomous: deassert", rst, 0x4, {2, 0, 0}, Status::not_supported},
          {"RESET autonomous, domain only autonomous", rst, 0x4, {2, autonomous, 0}, Status::success},
          {"deassert when not asserted", rst, 0x4, {1, 0, 0}, Status::success},
          {"assert when asserted from the start", rst, 0x4, {3, assert_line, 0}, Status::success},
          {"RESET of shared domain without rights", rst, 0x4, {0, 1, 0}, Status::denied, {}, 2},
          {"RESET without rights and bad flags", rst, 0x4, {0, 0xF8, 0}, Status::denied, {}, 2},
          {"RESET with rights, in the agent's own ids", rst, 0x4, {1, 5, 0}, Status::success, {}, 2},
          {"RESET_NOTIFY reserved bits", rst, 0x5, {0, 2}, Status::invalid_parameters},
          {"RESET_NOTIFY reserved bits", rst, 0x5, {0, 0xF}, Status::invalid_parameters},
          {"RESET_NOTIFY", rst, 0x5, {0, 1}, Status::success},
          {"RESET_NOTIFY, attributes[30] = 0", rst, 0x5, {2, 1}, Status::not_supported},
          {"0x6", rst, 0x6, {2}, Status::success, Words{0} + name_words("pulse_only_and_long_name", 64)},
          {"0x6 of a short name", rst, 0x6, {1}, Status::success, Words{0} + name_words("plain", 64)},
          {"payload of wrong size 0x3", rst, 0x3, {}, Status::protocol_error},
          {"payload of wrong size 0x4", rst, 0x4, {0, 1}, Status::protocol_error},
          {"payload of wrong size 0x5", rst, 0x5, {0}, Status::protocol_error},
          {"payload of wrong size 0x6", rst, 0x6, {}, Status::protocol_error},
      });
}

TEST_CASE("reset edges: releases and their layouts") {
  check_edges({domains, guest, profile_2_0}, {
                                                 {"2.0: version", rst, 0x0, {}, Status::success, {0x10000}},
                                                 {"2.0: 0x3 has no name bit",
                                                  rst,
                                                  0x3,
                                                  {2},
                                                  Status::success,
                                                  Words{0, 7} + name_words("pulse_only_and_long_name")},
                                                 {"2.0: 0x4", rst, 0x4, {0, 5, 0}, Status::success},
                                                 {"2.0: 0x6 is unknown", rst, 0x6, {0}, Status::not_found},
                                                 {"2.0: no negotiation", rst, 0x10, {0x10000}, Status::not_found},
                                             });
  check_edges({domains, guest, version_3_0}, {
                                                 {"3.0: 0x6", rst, 0x6, {0}, Status::success, {}, 1, true},
                                                 {"3.0: no negotiation", rst, 0x10, {0x10000}, Status::not_found},
                                             });
  check_edges({domains, guest}, {
                                    {"3.1: negotiation", rst, 0x10, {0x10000}, Status::success},
                                    {"3.1: to what never was", rst, 0x10, {0x20000}, Status::not_supported},
                                });
  check_edges({domains, guest, Edit{"profile = \"3.2\"", "profile = \"1.0\""}},
              {
                  {"1.0 does not have the protocol", rst, 0x0, {}, Status::not_supported},
              });
  check_edges({}, {
                      {"without domains there is no protocol", rst, 0x0, {}, Status::not_supported},
                  });
}

TEST_CASE("reset: without a P2A channel there are no asynchronous resets and no notifications") {
  Bench t({domains, guest});
  t.limits.has_p2a = false;
  CHECK(t.ask(1, rst, 0x3, {0}).words.front() == 0);
  CHECK(t.ask(1, rst, 0x4, {0, 5, 0}).status == Status::not_supported);
  CHECK(t.ask(1, rst, 0x5, {0, 1}).status == Status::not_supported);
}

TEST_CASE("reset: a synchronous one is answered when it is over, and nobody else resets the domain meanwhile") {
  Bench t({domains, guest});
  const Reply r = t.ask(1, rst, 0x4, {0, autonomous, 0});
  CHECK(r.status == Status::success);
  CHECK(r.not_before == t.time.at + microseconds(100));
  for (const std::uint32_t flags : {0U, assert_line, autonomous, autonomous | async}) {
    CHECK(t.ask(2, rst, 0x4, {1, flags, 0}).status == Status::busy);
  }
  CHECK(t.ask(1, rst, 0x4, {1, autonomous, 0}).not_before == t.time.at);  // Another domain, without latency.
  t.pass(microseconds(100));
  CHECK(t.ask(2, rst, 0x4, {1, autonomous, 0}).status == Status::success);
  CHECK(t.take().empty());
}

TEST_CASE("reset: an asynchronous one ends with RESET_COMPLETE, and a second one meanwhile is BUSY") {
  Bench t({domains, guest});
  const std::uint32_t header = Bench::header(rst, 0x4, 0x2A);
  const Reply r = t.ask_header(1, header, {0, autonomous | async, 0});
  CHECK(r.status == Status::success);
  CHECK(r.not_before == t.time.at);
  CHECK(t.ask(1, rst, 0x4, {0, autonomous | async, 0}).status == Status::busy);
  t.pass(microseconds(99));
  CHECK(t.take().empty());
  t.pass(microseconds(1));
  CHECK(t.take() == std::vector<Sent>{{1, rst, 0x5A04 | 0x2AU << 18, {0, 0}}});
  CHECK(t.ask(2, rst, 0x4, {1, autonomous | async, 0}).status == Status::success);
  t.pass(microseconds(100));
  CHECK(t.take() == std::vector<Sent>{{2, rst, 0x5A04 | 0x155U << 18, {0, 1}}});
}

TEST_CASE("reset: the line follows assert, deassert and resets; an agent that goes lets go") {
  Bench t({domains, guest});
  REQUIRE(t.ask(1, rst, 0x5, {0, 1}).status == Status::success);
  // RESET_ISSUED comes for an assert that changes something.
  REQUIRE(t.ask(1, rst, 0x4, {0, assert_line, 0x8000'0007}).status == Status::success);
  CHECK(t.take() == std::vector<Sent>{{1, rst, 0x5B00, {1, 0, 0x8000'0007}}});
  REQUIRE(t.ask(1, rst, 0x4, {0, assert_line, 0}).status == Status::success);
  CHECK(t.take().empty());
  REQUIRE(t.ask(1, rst, 0x4, {0, 0, 0}).status == Status::success);
  CHECK(t.take().empty());
  REQUIRE(t.ask(2, rst, 0x4, {1, assert_line, 0}).status == Status::success);
  CHECK(t.take() == std::vector<Sent>{{1, rst, 0x5B00, {2, 0, 0}}});
  // A reset by the platform leaves the line deasserted, so asserting it is a change again.
  REQUIRE(t.ask(1, rst, 0x4, {0, autonomous, 0}).status == Status::success);
  t.pass(microseconds(100));
  CHECK(t.take() == std::vector<Sent>{{1, rst, 0x5B00, {1, 0, 0}}});
  REQUIRE(t.ask(2, rst, 0x4, {1, assert_line, 0}).status == Status::success);
  CHECK(t.take().size() == 1);
  t.platform.disconnect(AgentId(2));
  REQUIRE(t.ask(1, rst, 0x4, {0, assert_line, 0}).status == Status::success);
  CHECK(t.take().size() == 1);
}

TEST_CASE("reset: RESET_ISSUED goes to subscribers in their own ids, not to others, and stops when asked to") {
  Bench t({domains, guest});
  REQUIRE(t.ask(1, rst, 0x5, {0, 1}).status == Status::success);
  REQUIRE(t.ask(2, rst, 0x5, {1, 1}).status == Status::success);
  REQUIRE(t.ask(1, rst, 0x4, {0, autonomous, 0x8000'0001}).status == Status::success);
  CHECK(t.take().empty());
  t.pass(microseconds(100));
  CHECK(t.take() == std::vector<Sent>{{1, rst, 0x5B00, {1, 0, 0x8000'0001}}, {2, rst, 0x5B00, {1, 1, 0x8000'0001}}});
  REQUIRE(t.ask(2, rst, 0x5, {1, 0}).status == Status::success);
  REQUIRE(t.ask(1, rst, 0x4, {1, autonomous, 0}).status == Status::success);  // Nobody subscribed to this one.
  REQUIRE(t.ask(2, rst, 0x4, {1, autonomous, 0}).status == Status::success);
  t.pass(microseconds(100));
  CHECK(t.take() == std::vector<Sent>{{1, rst, 0x5B00, {2, 0, 0}}});
}

TEST_CASE("reset: who loses the right while its reset is under way is told DENIED") {
  Bench t({domains, guest, Edit{"clocks = [\"range\"]", "clocks = [\"range\"]\nreset_domains = [\"slow\"]"}});
  REQUIRE(t.ask(1, rst, 0x5, {0, 1}).status == Status::success);
  REQUIRE(t.ask(2, rst, 0x4, {1, autonomous | async, 0}).status == Status::success);
  REQUIRE(t.ask(1, base, 0x9, {2, 0, 0}).status == Status::success);
  CHECK(t.ask(2, rst, 0x3, {1}).status == Status::denied);
  t.pass(microseconds(100));
  CHECK(t.take() == std::vector<Sent>{{2, rst, 0x5A04 | 0x155U << 18, {static_cast<std::uint32_t>(Status::denied)}}});
}

TEST_CASE("reset: an agent whose process ends hears nothing; one that is reset is told GENERIC_ERROR") {
  Bench t({domains, guest});
  REQUIRE(t.ask(1, rst, 0x4, {0, autonomous | async, 0}).status == Status::success);
  t.platform.disconnect(AgentId(1));
  t.pass(microseconds(1000));
  CHECK(t.take().empty());
  REQUIRE(t.ask(2, rst, 0x4, {1, autonomous | async, 0}).status == Status::success);
  REQUIRE(t.ask(1, base, 0xB, {2, 0}).status == Status::success);
  CHECK(t.take() ==
        std::vector<Sent>{{2, rst, 0x5A04 | 0x155U << 18, {static_cast<std::uint32_t>(Status::generic_error)}}});
  t.pass(microseconds(1000));
  CHECK(t.take().empty());
}

TEST_CASE("reset domains belong to devices, and are denied with them") {
  Bench t({domains, guest, in_device});
  CHECK(t.ask(2, rst, 0x3, {0}).status == Status::success);
  REQUIRE(t.ask(1, base, 0x9, {2, 0, 0}).status == Status::success);
  CHECK(t.ask(2, rst, 0x3, {0}).status == Status::denied);
  CHECK(t.ask(2, rst, 0x3, {1}).status == Status::success);
}
