// SPDX-License-Identifier: Apache-2.0
//
// The clock protocol: its edge cases, old layouts, pages, asynchronous changes, permissions and notifications.
#include "tests/platform/platform_bench.hpp"

using namespace scmi;
using namespace scmi::platform;
using namespace scmi::platform::test;
using std::chrono::microseconds;

namespace {

constexpr Edit version_2_0{"[behaviour]", "[versions]\nclock = 0x20000\n[behaviour]"};
constexpr Edit version_2_1{"[behaviour]", "[versions]\nclock = 0x20001\n[behaviour]"};
constexpr Edit slow_range{"name = \"range\"", "name = \"range\"\nrate_latency_us = 20"};
constexpr Edit no_async{"clock_max_pending_async = 2", "clock_max_pending_async = 0"};

}  // namespace

TEST_CASE("clock edges: each row of the table") {
  check_edges(
      {},
      {
          {"unknown id, direct", clk, 0x11, {}, Status::not_found},
          {"unknown id by 0x2", clk, 0x2, {0x11}, Status::not_found},
          {"0x2 for 0x3", clk, 0x2, {0x3}, Status::success, {0}},
          {"0x2 for 0x4", clk, 0x2, {0x4}, Status::success, {0}},
          {"0x2 for 0x5", clk, 0x2, {0x5}, Status::success, {0}},
          {"0x2 for 0x6", clk, 0x2, {0x6}, Status::success, {0}},
          {"0x2 for 0x7", clk, 0x2, {0x7}, Status::success, {0}},
          {"0x1", clk, 0x1, {}, Status::success, {4 | 2U << 16}},
          {"0x1 counts what the agent sees", clk, 0x1, {}, Status::success, {3 | 2U << 16}, 2},
          {"0x3 clock >= count", clk, 0x3, {4}, Status::not_found},
          {"0x3 everything", clk, 0x3, {0}, Status::success, Words{0xD800'0000} + name_words("list") + Words{30}},
          {"0x3 restricted parent",
           clk,
           0x3,
           {1},
           Status::success,
           Words{0xC000'0000} + name_words("range") + Words{0}},
          {"0x3 running, silent, restricted rate",
           clk,
           0x3,
           {2},
           Status::success,
           Words{0x3} + name_words("other") + Words{0}},
          {"0x4 clock unknown", clk, 0x4, {4, 0}, Status::not_found},
          {"0x4 discrete", clk, 0x4, {0, 2}, Status::success, {2, 4000, 0, 0xDCD6'5000, 1}},
          {"0x4 discrete, rate_index == count", clk, 0x4, {0, 4}, Status::out_of_range},
          {"0x4 discrete, rate_index beyond", clk, 0x4, {0, 0xFFFF'FFFF}, Status::out_of_range},
          {"0x4 triplet", clk, 0x4, {1, 0}, Status::success, {3 | 1U << 12, 1000, 0, 5000, 0, 500, 0}},
          {"0x4 triplet, rate_index > 0", clk, 0x4, {1, 1}, Status::success, {3 | 1U << 12, 1000, 0, 5000, 0, 500, 0}},
          {"0x4 no rates", clk, 0x4, {3, 0}, Status::success, {0}},
          {"0x4 no rates, rate_index > 0", clk, 0x4, {3, 1}, Status::out_of_range},
          {"0x5 rate far above highest, flags 0", clk, 0x5, {0, 0, 0xDCD6'5001, 2}, Status::invalid_parameters},
          {"0x5 rate far above highest, closest", clk, 0x5, {8, 0, 0xDCD6'5001, 2}, Status::invalid_parameters},
          {"0x5 below the lowest, rounding up", clk, 0x5, {4, 0, 999, 0}, Status::invalid_parameters},
          {"0x5 flags 0xFF", clk, 0x5, {0xFF, 0, 1000, 0}, Status::invalid_parameters},
          {"0x5 flags bit 4", clk, 0x5, {0x10, 0, 1000, 0}, Status::invalid_parameters},
          {"0x5 clock unknown", clk, 0x5, {0, 4, 1000, 0}, Status::not_found},
          {"0x5 no rates", clk, 0x5, {0, 3, 1000, 0}, Status::invalid_parameters},
          {"0x5 sync + [1] set", clk, 0x5, {2, 0, 1000, 0}, Status::success},
          {"0x5 rate not permitted", clk, 0x5, {0, 2, 20'000'000, 0}, Status::denied},
          {"0x6 clock unknown", clk, 0x6, {4}, Status::not_found},
          {"0x6 disabled clock", clk, 0x6, {0}, Status::success, {2000, 0}},
          {"0x7 attributes 0xF, 8-byte payload", clk, 0x7, {0, 0xF}, Status::invalid_parameters},
          {"0x7 8-byte payload, type 0", clk, 0x7, {0, 1}, Status::success},
          {"0x7 state 2", clk, 0x7, {0, 2, 0}, Status::invalid_parameters},
          {"0x7 state 3 with type 0", clk, 0x7, {0, 3, 0}, Status::invalid_parameters},
          {"0x7 state 3 with a type", clk, 0x7, {0, 0x1'0003, 60}, Status::success},
          {"0x7 reserved bits", clk, 0x7, {0, 0x100'0001, 0}, Status::invalid_parameters},
          {"0x7 type != 0 with 8 bytes", clk, 0x7, {0, 0x1'0001}, Status::protocol_error},
          {"0x7 type != 0 and attributes[27] = 0", clk, 0x7, {1, 0x1'0001, 50}, Status::invalid_parameters},
          {"0x7 another type", clk, 0x7, {0, 0x2'0001, 50}, Status::invalid_parameters},
          {"0x7 value out of the type's range", clk, 0x7, {0, 0x1'0001, 91}, Status::invalid_parameters},
          {"0x7 value without type is ignored", clk, 0x7, {0, 1, 12345}, Status::success},
          {"0x7 unknown clock", clk, 0x7, {4, 1, 0}, Status::not_found},
          {"0x7 enable an enabled clock", clk, 0x7, {2, 1, 0}, Status::success},
          {"0x7 disable a disabled clock", clk, 0x7, {0, 0, 0}, Status::success},
          {"0x8 unknown clock", clk, 0x8, {4}, Status::not_found},
          {"0x8", clk, 0x8, {1}, Status::success, Words{0} + name_words("range", 64)},
          {"0x9 bad value", clk, 0x9, {0, 2}, Status::invalid_parameters},
          {"0xA bad value", clk, 0xA, {0, 2}, Status::invalid_parameters},
          {"0x9 unknown clock", clk, 0x9, {4, 1}, Status::not_found},
          {"0xA unknown clock", clk, 0xA, {4, 1}, Status::not_found},
          {"0x9 clock without the attribute bit", clk, 0x9, {2, 1}, Status::not_supported},
          {"0xA clock without the attribute bit", clk, 0xA, {2, 1}, Status::not_supported},
          {"0xB unknown clock", clk, 0xB, {4, 0}, Status::not_found},
          {"0xB", clk, 0xB, {2, 0}, Status::success, {0, 1, 0}},
          {"0xB with a type", clk, 0xB, {0, 1}, Status::success, {0, 0, 50}},
          {"0xB unsupported type", clk, 0xB, {0, 2}, Status::invalid_parameters},
          {"0xB unsupported type", clk, 0xB, {1, 1}, Status::invalid_parameters},
          {"0xB reserved bits", clk, 0xB, {0, 0x101}, Status::invalid_parameters},
          {"0xC unknown clock", clk, 0xC, {4, 0}, Status::not_found},
          {"0xC", clk, 0xC, {0, 0}, Status::success, {2, 1, 2}},
          {"0xC in the agent's own ids", clk, 0xC, {1, 0}, Status::success, {2, 2, 0}, 2},
          {"0xC skip >= total", clk, 0xC, {0, 2}, Status::out_of_range},
          {"0xC skip far beyond", clk, 0xC, {0, 0xFFFF'FFFF}, Status::out_of_range},
          {"0xC clock without parents", clk, 0xC, {1, 0}, Status::not_supported},
          {"0xD", clk, 0xD, {0, 2}, Status::success},
          {"0xD unknown clock", clk, 0xD, {4, 1}, Status::not_found},
          {"0xD unknown parent", clk, 0xD, {0, 4}, Status::not_found},
          {"0xD existing clock, not a possible parent", clk, 0xD, {0, 3}, Status::invalid_parameters},
          {"0xD without permission", clk, 0xD, {1, 2}, Status::denied},
          {"0xD clock without parents", clk, 0xD, {0, 1}, Status::not_supported, {}, 2},
          {"0xE unknown clock", clk, 0xE, {4}, Status::not_found},
          {"0xE", clk, 0xE, {0}, Status::success, {1}},
          {"0xE clock without parents", clk, 0xE, {1}, Status::not_supported},
          {"0xF unknown clock", clk, 0xF, {4}, Status::not_found},
          {"0xF all", clk, 0xF, {0}, Status::success, {0xE000'0000}},
          {"0xF state only", clk, 0xF, {2}, Status::success, {0x8000'0000}},
          {"wrong size 0x3", clk, 0x3, {}, Status::protocol_error},
          {"wrong size 0x4", clk, 0x4, {0}, Status::protocol_error},
          {"wrong size 0x5", clk, 0x5, {0, 0, 1000}, Status::protocol_error},
          {"wrong size 0x6", clk, 0x6, {}, Status::protocol_error},
          {"wrong size 0x7", clk, 0x7, {0}, Status::protocol_error},
          {"wrong size 0x8", clk, 0x8, {}, Status::protocol_error},
          {"wrong size 0x9", clk, 0x9, {0}, Status::protocol_error},
          {"wrong size 0xA", clk, 0xA, {0}, Status::protocol_error},
          {"wrong size 0xB", clk, 0xB, {0}, Status::protocol_error},
          {"wrong size 0xC", clk, 0xC, {0}, Status::protocol_error},
          {"wrong size 0xD", clk, 0xD, {0}, Status::protocol_error},
          {"wrong size 0xE", clk, 0xE, {}, Status::protocol_error},
          {"wrong size 0xF", clk, 0xF, {}, Status::protocol_error},
      });
  check_edges({Edit{"[behaviour]", "[behaviour]\ntriplet_index = \"out_of_range\""}},
              {
                  {"0x4 triplet, rate_index > 0, as others say", clk, 0x4, {1, 1}, Status::out_of_range},
              });
  check_edges({no_async}, {
                              {"0x5 async, 0x1[23:16] = 0", clk, 0x5, {1, 0, 1000, 0}, Status::not_supported},
                              {"0x1 without async", clk, 0x1, {}, Status::success, {4}},
                          });
  check_edges({no_async, Edit{"[behaviour]", "[behaviour]\nasync_unsupported = \"invalid_parameters\""}},
              {
                  {"0x5 async, 0x1[23:16] = 0, as others say", clk, 0x5, {1, 0, 1000, 0}, Status::invalid_parameters},
              });
}

TEST_CASE("clock edges: the 1.0, 2.0 and 2.1 layouts") {
  for (const std::uint8_t message : std::initializer_list<std::uint8_t>{0x8, 0x9, 0xA, 0xB, 0xC, 0xD, 0xE, 0xF, 0x10}) {
    check_edges({profile_2_0}, {{"0x8..0xF on a 1.0 platform", clk, message, {0, 0}, Status::not_found}});
  }
  check_edges({profile_2_0},
              {
                  {"1.0: 0x3 has no delay and one bit", clk, 0x3, {0}, Status::success, Words{0} + name_words("list")},
                  {"1.0: 0x3 running", clk, 0x3, {2}, Status::success, Words{1} + name_words("other")},
                  {"1.0: 0x7 is 8 bytes", clk, 0x7, {0, 1}, Status::success},
                  {"1.0: 0x7 attributes 0xF", clk, 0x7, {0, 0xF}, Status::invalid_parameters},
                  {"1.0: 0x7 attributes 3", clk, 0x7, {0, 3}, Status::invalid_parameters},
                  {"1.0: 0x7 short", clk, 0x7, {0}, Status::protocol_error},
              });
  check_edges({version_2_0}, {
                                 {"2.0: 0x3 has the delay",
                                  clk,
                                  0x3,
                                  {0},
                                  Status::success,
                                  Words{0xC000'0000} + name_words("list") + Words{30}},
                                 {"2.0: 0x7 is 8 bytes", clk, 0x7, {0, 3}, Status::invalid_parameters},
                                 {"2.0: 0x9", clk, 0x9, {0, 1}, Status::success},
                                 {"2.0: 0xB is unknown", clk, 0xB, {0, 0}, Status::not_found},
                                 {"2.0: 0xC is unknown", clk, 0xC, {0, 0}, Status::not_found},
                             });
  check_edges({version_2_1}, {
                                 {"2.1: 0x7 has the 3.0 layout", clk, 0x7, {0, 0x1'0003, 60}, Status::success},
                                 {"2.1: 0xB", clk, 0xB, {0, 1}, Status::success, {0, 0, 50}},
                                 {"2.1: 0xC is unknown", clk, 0xC, {0, 0}, Status::not_found},
                             });
}

TEST_CASE("clock: rates and parents come in pages no larger than the channel, from any start") {
  Bench t;
  t.limits.max_payload = 24;  // Two rates, four parents.
  CHECK(t.ask(1, clk, 0x4, {0, 0}).words == Words{2 | 2U << 16, 1000, 0, 2000, 0});
  CHECK(t.ask(1, clk, 0x4, {0, 2}).words == Words{2, 4000, 0, 0xDCD6'5000, 1});
  CHECK(t.ask(1, clk, 0x4, {0, 3}).words == Words{1, 0xDCD6'5000, 1});
  t.limits.max_payload = 12;
  CHECK(t.ask(1, clk, 0xC, {0, 0}).words == Words{1 | 1U << 24, 1});
  CHECK(t.ask(1, clk, 0xC, {0, 1}).words == Words{1, 2});
}

TEST_CASE("clock: rounding flags choose the rate, which RATE_GET tells") {
  struct Rounded {
    std::uint32_t flags, asked, got;
  };
  for (const Rounded& r :
       {Rounded{0, 3999, 2000}, {4, 2001, 4000}, {8, 2999, 2000}, {8, 3001, 4000}, {0xC, 2999, 2000}}) {
    CAPTURE(r.flags);
    Bench t;
    const Reply set = t.ask(1, clk, 0x5, {r.flags, 0, r.asked, 0});
    CHECK(set.status == Status::success);
    CHECK(set.not_before == t.time.at + microseconds(50));  // Synchronous: the reply waits for the rate.
    t.pass(microseconds(50));
    CHECK(t.ask(1, clk, 0x6, {0}).words == Words{r.got, 0});
  }
}

TEST_CASE("clock edges: async OK is SUCCESS, then a delayed response with id, token, clock and rate") {
  Bench t({slow_range});
  const std::uint32_t first = Bench::header(clk, 0x5, 0x2A);
  const std::uint32_t second = Bench::header(clk, 0x5, 0x3FF);
  const Reply r = t.ask_header(1, first, {1, 0, 1000, 0});
  CHECK(r.status == Status::success);
  CHECK(r.not_before == t.time.at);
  CHECK(t.ask_header(1, second, {1, 1, 4000, 0}).status == Status::success);
  CHECK(t.ask(1, clk, 0x5, {1, 0, 4000, 0}).status == Status::busy);     // 0x5 async, limit reached.
  CHECK(t.ask(2, clk, 0x5, {1, 2, 5000, 0}).status == Status::success);  // Each agent has a limit of its own.
  CHECK(t.take().empty());
  t.pass(microseconds(20));
  CHECK(t.take() == std::vector<Sent>{{1, clk, 0x5205 | 0x3FFU << 18, {0, 1, 4000, 0}}});
  t.pass(microseconds(30));
  CHECK(t.take() == std::vector<Sent>{{2, clk, 0x5205 | 0x155U << 18, {0, 2, 5000, 0}},
                                      {1, clk, 0x5205 | 0x2AU << 18, {0, 0, 1000, 0}}});
  CHECK(t.ask(1, clk, 0x5, {1, 0, 4000, 0}).status == Status::success);
}

TEST_CASE("clock: an asynchronous change without latency still ends after its response") {
  Bench t;
  CHECK(t.ask(1, clk, 0x5, {1, 1, 4000, 0}).status == Status::success);
  CHECK(t.take().empty());
  CHECK(t.platform.next_event() == t.time.at);
  t.pass(microseconds(0));
  CHECK(t.take() == std::vector<Sent>{{1, clk, 0x5205 | 0x155U << 18, {0, 1, 4000, 0}}});
}

TEST_CASE("clock edges: async + [1] is SUCCESS, nothing more") {
  Bench t;
  CHECK(t.ask(1, clk, 0x5, {3, 0, 1000, 0}).status == Status::success);
  t.pass(microseconds(1000));
  CHECK(t.take().empty());
  CHECK(t.ask(1, clk, 0x6, {0}).words == Words{1000, 0});
}

TEST_CASE("clock edges: async accepted, fails later is an error in the delayed response") {
  Bench t({slow_range});
  REQUIRE(t.ask(2, clk, 0x5, {1, 2, 4000, 0}).status == Status::success);
  REQUIRE(t.ask(1, base, 0x9, {2, 0, 0}).status == Status::success);
  t.pass(microseconds(100));
  CHECK(t.take() == std::vector<Sent>{{2, clk, 0x5205 | 0x155U << 18, {static_cast<std::uint32_t>(Status::denied)}}});
  CHECK(t.ask(1, clk, 0x6, {1}).words == Words{3000, 0});
}

TEST_CASE("clock edges: async refused is an error now, and no delayed response") {
  Bench t;
  CHECK(t.ask(1, clk, 0x5, {1, 0, 999, 0}).status == Status::invalid_parameters);
  t.pass(microseconds(1000));
  CHECK(t.take().empty());
}

TEST_CASE("clock edges: disable while another agent uses it is SUCCESS, and the clock keeps running") {
  Bench t;
  const Reply enabled = t.ask(1, clk, 0x7, {0, 1, 0});
  CHECK(enabled.not_before == t.time.at + microseconds(30));
  CHECK(t.ask(1, clk, 0xB, {0, 0}).words == Words{0, 0, 0});
  t.pass(microseconds(30));
  CHECK(t.ask(1, clk, 0xB, {0, 0}).words == Words{0, 1, 0});
  REQUIRE(t.ask(2, clk, 0x7, {1, 1, 0}).status == Status::success);
  CHECK(t.ask(1, clk, 0x7, {0, 0, 0}).status == Status::success);
  CHECK((t.ask(1, clk, 0x3, {0}).words.front() & 1) == 1);
  REQUIRE(t.ask(2, clk, 0x7, {1, 0, 0}).status == Status::success);
  CHECK((t.ask(1, clk, 0x3, {0}).words.front() & 1) == 0);
}

TEST_CASE("clock: state and extended configuration in one command are both done, or neither") {
  Bench t;
  CHECK(t.ask(1, clk, 0x7, {0, 0x1'0001, 91}).status == Status::invalid_parameters);
  t.pass(microseconds(100));
  CHECK(t.ask(1, clk, 0xB, {0, 1}).words == Words{0, 0, 50});
  CHECK(t.ask(1, clk, 0x7, {0, 0x1'0001, 90}).status == Status::success);
  t.pass(microseconds(100));
  CHECK(t.ask(1, clk, 0xB, {0, 1}).words == Words{0, 1, 90});
  CHECK(t.ask(1, clk, 0x7, {0, 0x1'0003, 10}).status == Status::success);
  CHECK(t.ask(1, clk, 0xB, {0, 1}).words == Words{0, 1, 10});
}

TEST_CASE("clock: a parent is set and read back in the ids of each agent") {
  Bench t;
  REQUIRE(t.ask(1, clk, 0xD, {0, 2}).status == Status::success);
  CHECK(t.ask(1, clk, 0xE, {0}).words == Words{2});
  CHECK(t.ask(2, clk, 0xE, {1}).words == Words{0});
}

TEST_CASE("clock: a change is told to all subscribers in their own ids, a request to the others only") {
  Bench t;
  REQUIRE(t.ask(1, clk, 0x9, {1, 1}).status == Status::success);
  REQUIRE(t.ask(1, clk, 0xA, {1, 1}).status == Status::success);
  REQUIRE(t.ask(2, clk, 0x9, {2, 1}).status == Status::success);
  REQUIRE(t.ask(2, clk, 0xA, {2, 1}).status == Status::success);
  REQUIRE(t.ask(1, clk, 0x5, {0, 1, 4100, 0}).status == Status::success);
  CHECK(t.take() == std::vector<Sent>{{2, clk, 0x5301, {1, 2, 4000, 0}},
                                      {1, clk, 0x5300, {1, 1, 4000, 0}},
                                      {2, clk, 0x5300, {1, 2, 4000, 0}}});
  REQUIRE(t.ask(1, clk, 0x5, {0, 1, 4000, 0}).status == Status::success);  // Nothing changes.
  CHECK(t.take() == std::vector<Sent>{{2, clk, 0x5301, {1, 2, 4000, 0}}});
}
