// SPDX-License-Identifier: Apache-2.0
//
// The performance protocol: its edge cases in old and new versions, levels by value and by index, pages, notifications.
#include "tests/platform/platform_bench.hpp"

using namespace scmi;
using namespace scmi::platform;
using namespace scmi::platform::test;
using std::chrono::microseconds;

namespace {

constexpr Edit version_3_0{"[behaviour]", "[versions]\nperformance = 0x30000\n[behaviour]"};
constexpr Edit version_1_0{"[behaviour]", "[versions]\nperformance = 0x10000\n[behaviour]"};
constexpr Edit microwatts{"profile = \"3.2\"", "profile = \"3.2\"\npower_unit = \"uW\""};

}  // namespace

TEST_CASE("performance edges: each row of the table, 4.0") {
  check_edges(
      {},
      {
          {"unknown id, direct", perf, 0xD, {}, Status::not_found},
          {"unknown id by 0x2", perf, 0x2, {0xD}, Status::not_found},
          {"0x2 for 0x3", perf, 0x2, {0x3}, Status::success, {0}},
          {"0x2 for 0x4", perf, 0x2, {0x4}, Status::success, {0}},
          {"0x2 for 0x5", perf, 0x2, {0x5}, Status::success, {0}},
          {"0x2 for 0x6", perf, 0x2, {0x6}, Status::success, {0}},
          {"0x2 for 0x7", perf, 0x2, {0x7}, Status::success, {0}},
          {"0x2 for 0x8", perf, 0x2, {0x8}, Status::success, {0}},
          {"0x1", perf, 0x1, {}, Status::success, {3 | 1U << 16, 0, 0, 0}},
          {"0x3 domain >= count", perf, 0x3, {3}, Status::not_found},
          {"0x3", perf, 0x3, {0}, Status::success, Words{0xF000'0000, 100, 30'000, 300} + name_words("perf")},
          {"0x3 indexed", perf, 0x3, {1}, Status::success, Words{0xF200'0000, 0, 9000, 400} + name_words("indexed")},
          {"0x3 no rights, silent, long name",
           perf,
           0x3,
           {2},
           Status::success,
           Words{0x0400'0000, 0, 0, 1} + name_words("silent_and_with")},
          {"0x3 the agent's own ids and rights",
           perf,
           0x3,
           {0},
           Status::success,
           Words{0xB200'0000, 0, 9000, 400} + name_words("indexed"),
           2},
          {"0x4 domain unknown", perf, 0x4, {3, 0}, Status::not_found},
          {"0x4 index count+1", perf, 0x4, {0, 4}, Status::out_of_range},
          {"0x4 index == count", perf, 0x4, {0, 3}, Status::out_of_range},
          {"0x4 five words for each level, also without indexing",
           perf,
           0x4,
           {0, 1},
           Status::success,
           {2, 300, 20'500, 8, 30'000, 2, 400, 30'500, 9, 40'000, 3}},
          {"0x5 max = top+1", perf, 0x5, {0, 401, 200}, Status::out_of_range},
          {"0x5 min = bottom-1", perf, 0x5, {0, 400, 199}, Status::out_of_range},
          {"0x5 min > max (both in range)", perf, 0x5, {0, 250, 300}, Status::invalid_parameters},
          {"0x5 0/0 with version >= 0x30000", perf, 0x5, {0, 0, 0}, Status::out_of_range},
          {"0x5 values between levels", perf, 0x5, {0, 350, 250}, Status::success},
          {"0x5 by an index that no level has", perf, 0x5, {1, 7, 5}, Status::out_of_range},
          {"0x5 by index", perf, 0x5, {1, 9, 6}, Status::success},
          {"0x5 domain with [31]=0", perf, 0x5, {2, 1, 1}, Status::denied},
          {"0x5 unknown domain", perf, 0x5, {3, 400, 200}, Status::not_found},
          {"0x6 unknown domain", perf, 0x6, {3}, Status::not_found},
          {"0x6 none set: highest and lowest", perf, 0x6, {0}, Status::success, {400, 200}},
          {"0x6 none set, by index", perf, 0x6, {1}, Status::success, {9, 5}},
          {"0x7 unknown domain", perf, 0x7, {3, 1}, Status::not_found},
          {"0x7 above top", perf, 0x7, {0, 401}, Status::out_of_range},
          {"0x7 below bottom", perf, 0x7, {0, 199}, Status::out_of_range},
          {"0x7 between levels", perf, 0x7, {0, 250}, Status::out_of_range},
          {"0x7 an index that no level has", perf, 0x7, {1, 300}, Status::out_of_range},
          {"0x7 domain with [30]=0", perf, 0x7, {2, 1}, Status::denied},
          {"0x7 caller with [30]=0", perf, 0x7, {1, 300}, Status::denied, {}, 2},
          {"both domain unknown and caller without rights", perf, 0x7, {7, 1}, Status::not_found, {}, 2},
          {"0x7", perf, 0x7, {0, 200}, Status::success},
          {"0x8 unknown domain", perf, 0x8, {3}, Status::not_found},
          {"0x8", perf, 0x8, {0}, Status::success, {300}},
          {"0x8 by index", perf, 0x8, {1}, Status::success, {9}},
          {"0x9 value 0xFF", perf, 0x9, {0, 0xFF}, Status::invalid_parameters},
          {"0xA value 0xFF", perf, 0xA, {0, 0xFF}, Status::invalid_parameters},
          {"0x9 on [29]=0", perf, 0x9, {2, 1}, Status::not_supported},
          {"0xA on [28]=0", perf, 0xA, {2, 1}, Status::not_supported},
          {"0x9 unknown domain", perf, 0x9, {3, 1}, Status::not_found},
          {"0xA unknown domain", perf, 0xA, {3, 1}, Status::not_found},
          {"0x9", perf, 0x9, {0, 1}, Status::success},
          {"0xA", perf, 0xA, {0, 1}, Status::success},
          {"0xB unknown domain", perf, 0xB, {3, 7}, Status::not_found},
          {"0xB invalid message id, domain without FastChannel", perf, 0xB, {0, 0x77}, Status::not_supported},
          {"0xB domain without FastChannel", perf, 0xB, {0, 7}, Status::not_supported},
          {"0xB valid message that cannot have one", perf, 0xB, {0, 0}, Status::not_supported},
          {"0xC unknown domain", perf, 0xC, {3}, Status::not_found},
          {"0xC", perf, 0xC, {2}, Status::success, Words{0} + name_words("silent_and_with_a_long_name", 64)},
          {"wrong payload size 0x3", perf, 0x3, {}, Status::protocol_error},
          {"wrong payload size 0x4", perf, 0x4, {0}, Status::protocol_error},
          {"wrong payload size 0x5", perf, 0x5, {0, 400}, Status::protocol_error},
          {"wrong payload size 0x6", perf, 0x6, {}, Status::protocol_error},
          {"wrong payload size 0x7", perf, 0x7, {0}, Status::protocol_error},
          {"wrong payload size 0x8", perf, 0x8, {}, Status::protocol_error},
          {"wrong payload size 0x9", perf, 0x9, {0}, Status::protocol_error},
          {"wrong payload size 0xA", perf, 0xA, {0}, Status::protocol_error},
          {"wrong payload size 0xB", perf, 0xB, {0}, Status::protocol_error},
          {"wrong payload size 0xC", perf, 0xC, {}, Status::protocol_error},
      });
  check_edges({Edit{"[behaviour]", "[disabled]\nperformance = [9, 10, 11, 12]\n[behaviour]"}},
              {
                  {"0x2 for 0x9 absent", perf, 0x2, {0x9}, Status::not_found},
                  {"0x2 for 0xA absent", perf, 0x2, {0xA}, Status::not_found},
                  {"0x2 for 0xB absent", perf, 0x2, {0xB}, Status::not_found},
                  {"0x2 for 0xC absent", perf, 0x2, {0xC}, Status::not_found},
              });
}

TEST_CASE(
    "performance edges: before 4.0 levels are three words, without indices, and a bad index is INVALID_PARAMETERS") {
  check_edges({version_3_0}, {
                                 {"0x3 has no indexing bit",
                                  perf,
                                  0x3,
                                  {1},
                                  Status::success,
                                  Words{0xF000'0000, 0, 9000, 400} + name_words("indexed")},
                                 {"0x4 index == count", perf, 0x4, {0, 3}, Status::invalid_parameters},
                                 {"0x4 index count+1", perf, 0x4, {0, 4}, Status::invalid_parameters},
                                 {"0x4", perf, 0x4, {0, 1}, Status::success, {2, 300, 20'500, 8, 400, 30'500, 9}},
                                 {"0x5 0/0", perf, 0x5, {1, 0, 0}, Status::out_of_range},
                                 {"0x5 a zero leaves a limit as it is", perf, 0x5, {1, 300, 0}, Status::success},
                                 {"0x6 by value", perf, 0x6, {1}, Status::success, {400, 200}},
                                 {"0x7 by value", perf, 0x7, {1, 300}, Status::success},
                                 {"0x8 by value", perf, 0x8, {1}, Status::success, {400}},
                                 {"NEGOTIATE is unknown", perf, 0x10, {0x30000}, Status::not_found},
                             });
}

TEST_CASE("performance edges: 2.0 and 1.0") {
  check_edges({profile_2_0},
              {
                  {"2.0: 0xC is unknown", perf, 0xC, {0}, Status::not_found},
                  {"2.0: 0x2 of 0xC", perf, 0x2, {0xC}, Status::not_found},
                  {"2.0: 0xB", perf, 0xB, {0, 7}, Status::not_supported},
                  {"2.0: 0x3 has no extended name",
                   perf,
                   0x3,
                   {2},
                   Status::success,
                   Words{0, 0, 0, 1} + name_words("silent_and_with")},
                  {"2.0: in 0x5 a zero is a level, and out of range", perf, 0x5, {0, 300, 0}, Status::out_of_range},
                  {"2.0: 0x5 0/0", perf, 0x5, {0, 0, 0}, Status::out_of_range},
              });
  check_edges({version_1_0}, {
                                 {"1.0: 0xB is unknown", perf, 0xB, {0, 7}, Status::not_found},
                                 {"1.0: 0x2 of 0xB", perf, 0x2, {0xB}, Status::not_found},
                             });
}

TEST_CASE("performance: microwatts are milliwatts where the version has no bit for them") {
  check_edges({microwatts}, {
                                {"4.0: unit", perf, 0x1, {}, Status::success, {3 | 2U << 16, 0, 0, 0}},
                                {"4.0: cost", perf, 0x4, {0, 2}, Status::success, {1, 400, 30'500, 9, 40'000, 3}},
                            });
  check_edges({microwatts, Edit{"[behaviour]", "[versions]\nperformance = 0x20000\n[behaviour]"}},
              {
                  {"2.0: unit", perf, 0x1, {}, Status::success, {3 | 1U << 16, 0, 0, 0}},
                  {"2.0: cost", perf, 0x4, {0, 2}, Status::success, {1, 400, 30, 9}},
              });
}

TEST_CASE("performance: levels come in pages no larger than the channel, from any start") {
  Bench t;
  t.limits.max_payload = 48;  // Two entries of 20 bytes.
  CHECK(t.ask(1, perf, 0x4, {0, 0}).words == Words{2 | 1U << 16, 200, 10'500, 7, 20'000, 1, 300, 20'500, 8, 30'000, 2});
  CHECK(t.ask(1, perf, 0x4, {0, 2}).words == Words{1, 400, 30'500, 9, 40'000, 3});
  CHECK(t.ask(1, perf, 0x4, {0, 1}).words.front() == 2);
  t.limits.max_payload = 28;
  CHECK(t.ask(1, perf, 0x4, {0, 0}).words.front() == (1 | 2U << 16));
  REQUIRE(t.ask(1, perf, 0x10, {0x20000}).status == Status::success);
  t.limits.max_payload = 43;  // Two entries of 12 bytes, and some.
  CHECK(t.ask(1, perf, 0x4, {0, 0}).words.front() == (2 | 1U << 16));
}

TEST_CASE("performance edges: outside the present limits 0x7 is OUT_OF_RANGE") {
  Bench t;
  REQUIRE(t.ask(1, perf, 0x5, {0, 350, 0}).status == Status::success);
  CHECK(t.ask(1, perf, 0x6, {0}).words == Words{350, 200});
  CHECK(t.ask(1, perf, 0x7, {0, 400}).status == Status::out_of_range);
  CHECK(t.ask(1, perf, 0x7, {0, 200}).status == Status::success);
  REQUIRE(t.ask(1, perf, 0x5, {0, 0, 300}).status == Status::success);  // The maximum has stayed.
  CHECK(t.ask(1, perf, 0x6, {0}).words == Words{350, 300});
  CHECK(t.ask(1, perf, 0x5, {0, 250, 0}).status == Status::invalid_parameters);  // Judged after the zero is replaced.
}

TEST_CASE("performance edges: limits that exclude the current level move it to the nearest limit, with LEVEL_CHANGED") {
  Bench t;
  REQUIRE(t.ask(1, perf, 0x9, {0, 1}).status == Status::success);
  REQUIRE(t.ask(1, perf, 0xA, {0, 1}).status == Status::success);
  REQUIRE(t.ask(2, perf, 0x9, {1, 1}).status == Status::success);
  CHECK(t.ask(1, perf, 0x5, {0, 250, 200}).status == Status::success);
  CHECK(t.take() == std::vector<Sent>{{1, perf, 0x4F00, {1, 0, 250, 200}}, {2, perf, 0x4F00, {1, 1, 250, 200}}});
  t.pass(microseconds(7));
  CHECK(t.take() == std::vector<Sent>{{1, perf, 0x4F01, {1, 0, 200}}});
  CHECK(t.ask(1, perf, 0x8, {0}).words == Words{200});
  CHECK(t.ask(1, clk, 0x6, {2}).words == Words{20'000'000, 0});  // The clock follows.
}

TEST_CASE("performance: a level set by index is notified by index, and by value to those who speak an older version") {
  Bench t;
  REQUIRE(t.ask(1, perf, 0x9, {1, 1}).status == Status::success);
  REQUIRE(t.ask(2, perf, 0x9, {0, 1}).status == Status::success);
  REQUIRE(t.ask(2, perf, 0x10, {0x30000}).status == Status::success);
  REQUIRE(t.ask(1, perf, 0x5, {1, 6, 5}).status == Status::success);
  CHECK(t.take() == std::vector<Sent>{{1, perf, 0x4F00, {1, 1, 6, 5}}, {2, perf, 0x4F00, {1, 0, 300, 200}}});
  CHECK(t.ask(1, perf, 0x6, {1}).words == Words{6, 5});
  CHECK(t.ask(1, perf, 0x8, {1}).words == Words{6});
  CHECK(t.ask(2, perf, 0x6, {0}).words == Words{300, 200});
  SUBCASE("limits set by value between levels are answered by indices inside them") {
    REQUIRE(t.ask(1, perf, 0x5, {1, 9, 5}).status == Status::success);
    REQUIRE(t.ask(2, perf, 0x5, {0, 350, 250}).status == Status::success);
    CHECK(t.ask(1, perf, 0x6, {1}).words == Words{6, 6});
  }
}

TEST_CASE("performance: a level between two is taken upwards where the platform approximates") {
  Bench t({Edit{"[behaviour]", "[behaviour]\napproximate_levels = true"}});
  REQUIRE(t.ask(1, perf, 0x7, {0, 201}).status == Status::success);
  t.pass(microseconds(10));
  CHECK(t.ask(1, perf, 0x8, {0}).words == Words{300});
  REQUIRE(t.ask(1, perf, 0x5, {0, 350, 200}).status == Status::success);
  CHECK(t.ask(1, perf, 0x7, {0, 301}).status == Status::out_of_range);  // The next higher is beyond the limits.
}

TEST_CASE("performance edges: level set within rate_limit") {
  Bench accepting;
  CHECK(accepting.ask(1, perf, 0x7, {0, 200}).status == Status::success);
  CHECK(accepting.ask(1, perf, 0x7, {0, 400}).status == Status::success);
  Bench busy({Edit{"[behaviour]", "[behaviour]\nrate_limited_request = \"busy\""}});
  CHECK(busy.ask(1, perf, 0x7, {0, 200}).status == Status::success);
  CHECK(busy.ask(1, perf, 0x7, {0, 400}).status == Status::busy);
  CHECK(busy.ask(1, perf, 0x5, {0, 300, 200}).status == Status::busy);
  busy.pass(microseconds(100));
  CHECK(busy.ask(1, perf, 0x7, {0, 400}).status == Status::success);
}
