// SPDX-License-Identifier: Apache-2.0
//
// The power domain protocol: its edge cases, both layouts, its notifications.
#include "tests/platform/platform_bench.hpp"

using namespace scmi;
using namespace scmi::platform;
using namespace scmi::platform::test;
using std::chrono::microseconds;

namespace {

constexpr std::uint32_t on = power_state_on;
constexpr std::uint32_t off = power_state_off;

}  // namespace

TEST_CASE("power edges: each row of the table") {
  check_edges(
      {},
      {
          {"unknown message", power, 0x9, {}, Status::not_found},
          {"MESSAGE_ATTRIBUTES of an unknown message", power, 0x2, {0x9}, Status::not_found},
          {"0x1 no statistics: len 0, address 0", power, 0x1, {}, Status::success, {6, 0, 0, 0}},
          {"0x1 counts what the agent sees", power, 0x1, {}, Status::success, {2, 0, 0, 0}, 2},
          {"0x3 domain == count", power, 0x3, {6}, Status::not_found},
          {"0x3 domain above", power, 0x3, {0x10000}, Status::not_found},
          {"0x3 domain out of the agent's sight", power, 0x3, {2}, Status::not_found, {}, 2},
          {"0x3 sync only, both notifications",
           power,
           0x3,
           {0},
           Status::success,
           Words{0xB000'0000} + name_words("sync")},
          {"0x3 sync and async", power, 0x3, {1}, Status::success, Words{0xE000'0000} + name_words("both")},
          {"0x3 neither, silent", power, 0x3, {2}, Status::success, Words{0} + name_words("fixed")},
          {"0x3 read-only for the caller, long name",
           power,
           0x3,
           {4},
           Status::success,
           Words{0x8800'0000} + name_words("read_only_and_l")},
          {"0x3 the agent's own ids", power, 0x3, {0}, Status::success, Words{0xE000'0000} + name_words("both"), 2},
          {"0x4 domain unknown", power, 0x4, {0, 6, off}, Status::not_found},
          {"0x4 on the system-level pseudo domain (there is none)", power, 0x4, {0, 0xFFFF, off}, Status::not_found},
          {"0x4 state 0xFF000000 (reserved bits)", power, 0x4, {0, 0, 0xFF00'0000}, Status::invalid_parameters},
          {"0x4 state bit 31", power, 0x4, {0, 0, 0x8000'0000}, Status::invalid_parameters},
          {"0x4 state not one of the domain's", power, 0x4, {0, 0, 3}, Status::invalid_parameters},
          {"0x4 state of the domain's own", power, 0x4, {0, 1, 3}, Status::success},
          {"0x4 flags 0xE", power, 0x4, {0xE, 1, off}, Status::invalid_parameters},
          {"0x4 flags 0xF", power, 0x4, {0xF, 1, off}, Status::invalid_parameters},
          {"0x4 domain with [30]=[29]=0", power, 0x4, {0, 2, off}, Status::not_supported},
          {"0x4 domain with [30]=[29]=0, async", power, 0x4, {1, 2, off}, Status::not_supported},
          {"0x4 async on sync-only domain", power, 0x4, {1, 0, off}, Status::not_supported},
          {"0x4 permission missing", power, 0x4, {0, 4, off}, Status::denied},
          {"0x4 the state already current", power, 0x4, {0, 0, on}, Status::success},
          {"0x5 domain == count", power, 0x5, {6}, Status::not_found},
          {"0x5", power, 0x5, {0}, Status::success, {on}},
          {"0x6 notify_enable 0xF", power, 0x6, {0, 0xF}, Status::invalid_parameters},
          {"0x6 domain with [31]=0", power, 0x6, {2, 1}, Status::not_supported},
          {"0x6 domain unknown", power, 0x6, {6, 1}, Status::not_found},
          {"0x6", power, 0x6, {0, 1}, Status::success},
          {"0x7 notify_enable 0xF", power, 0x7, {0, 0xF}, Status::invalid_parameters},
          {"0x7 domain with [28]=0", power, 0x7, {1, 1}, Status::not_supported},
          {"0x7 domain unknown", power, 0x7, {6, 1}, Status::not_found},
          {"0x7", power, 0x7, {0, 1}, Status::success},
          {"0x8 domain unknown", power, 0x8, {6}, Status::not_found},
          {"0x8 long name", power, 0x8, {4}, Status::success, Words{0} + name_words("read_only_and_long_name", 64)},
          {"0x8 short name", power, 0x8, {0}, Status::success, Words{0} + name_words("sync", 64)},
          {"wrong payload size 0x3", power, 0x3, {}, Status::protocol_error},
          {"wrong payload size 0x4", power, 0x4, {0, 0}, Status::protocol_error},
          {"wrong payload size 0x5", power, 0x5, {}, Status::protocol_error},
          {"wrong payload size 0x6", power, 0x6, {0}, Status::protocol_error},
          {"wrong payload size 0x7", power, 0x7, {0}, Status::protocol_error},
          {"wrong payload size 0x8", power, 0x8, {}, Status::protocol_error},
      });
  check_edges({Edit{"[behaviour]", "[disabled]\npower_domain = [6, 7, 8]\n[behaviour]"}},
              {
                  {"0x2 of 0x6 not served", power, 0x2, {6}, Status::not_found},
                  {"0x2 of 0x7 not served", power, 0x2, {7}, Status::not_found},
                  {"0x2 of 0x8 not served", power, 0x2, {8}, Status::not_found},
              });
  check_edges({profile_2_0}, {
                                 {"2.0: 0x8 is unknown", power, 0x8, {0}, Status::not_found},
                                 {"2.0: 0x2 of 0x8", power, 0x2, {8}, Status::not_found},
                                 {"2.0: 0x7", power, 0x7, {0, 1}, Status::success},
                                 {"2.0: 0x3 has no extended name",
                                  power,
                                  0x3,
                                  {4},
                                  Status::success,
                                  Words{0x8000'0000} + name_words("read_only_and_l")},
                             });
  check_edges({Edit{"[behaviour]", "[versions]\npower_domain = 0x10000\n[behaviour]"}},
              {
                  {"1.0: 0x7 is unknown", power, 0x7, {0, 1}, Status::not_found},
                  {"1.0: 0x3 has no [28]", power, 0x3, {0}, Status::success, Words{0xA000'0000} + name_words("sync")},
              });
}

TEST_CASE("power edges: agent denied to the device of the domain") {
  Bench t;
  REQUIRE(t.ask(1, base, 0x9, {2, 0, 0}).status == Status::success);
  CHECK(t.ask(2, power, 0x4, {0, 0, off}).status == Status::denied);
}

TEST_CASE("power edges: while a synchronous transition is pending 0x4 is BUSY") {
  Bench t;
  const Reply r = t.ask(1, power, 0x4, {0, 3, off});
  CHECK(r.status == Status::success);
  CHECK(r.not_before == t.time.at + microseconds(1000));  // The reply waits for the end of the transition.
  CHECK(t.ask(2, power, 0x4, {0, 1, on}).status == Status::busy);
  CHECK(t.ask(2, power, 0x5, {1}).words == Words{on});
  t.pass(microseconds(1000));
  CHECK(t.ask(2, power, 0x5, {1}).words == Words{off});
  CHECK(t.ask(2, power, 0x4, {0, 1, on}).status == Status::success);
}

TEST_CASE("power: an asynchronous request is answered at once, and its end is a notification") {
  Bench t;
  REQUIRE(t.ask(1, power, 0x6, {3, 1}).status == Status::success);
  REQUIRE(t.ask(2, power, 0x6, {1, 1}).status == Status::success);
  const Reply r = t.ask(2, power, 0x4, {1, 1, off});
  CHECK(r.status == Status::success);
  CHECK(r.not_before == t.time.at);
  t.pass(microseconds(999));
  CHECK(t.take().empty());
  t.pass(microseconds(1));
  CHECK(t.take() == std::vector<Sent>{{1, power, 0x4700, {2, 3, off}}, {2, power, 0x4700, {2, 1, off}}});
  REQUIRE(t.ask(1, power, 0x6, {3, 0}).status == Status::success);
  REQUIRE(t.ask(2, power, 0x4, {1, 1, on}).status == Status::success);
  t.pass(microseconds(1000));
  CHECK(t.take() == std::vector<Sent>{{2, power, 0x4700, {2, 1, on}}});
}

TEST_CASE("power: the state already current raises no notification") {
  Bench t;
  REQUIRE(t.ask(1, power, 0x6, {0, 1}).status == Status::success);
  CHECK(t.ask(1, power, 0x4, {0, 0, on}).status == Status::success);
  CHECK(t.take().empty());
}

TEST_CASE("power: a request is told to the others who want to know, not to the one who made it") {
  Bench t({Edit{"visible = [\"both\", \"slow\"]", "visible = [\"slow\", \"sync\"]"}});
  REQUIRE(t.ask(1, power, 0x7, {0, 1}).status == Status::success);
  REQUIRE(t.ask(2, power, 0x7, {1, 1}).status == Status::success);
  REQUIRE(t.ask(1, power, 0x4, {0, 0, off}).status == Status::success);
  CHECK(t.take() == std::vector<Sent>{{2, power, 0x4701, {1, 1, off}}});
}

TEST_CASE("power: the requester can be left out of its own changes") {
  Bench t({Edit{"[behaviour]", "[behaviour]\nnotify_requester = false"}});
  REQUIRE(t.ask(1, power, 0x6, {0, 1}).status == Status::success);
  REQUIRE(t.ask(1, power, 0x4, {0, 0, off}).status == Status::success);
  CHECK(t.take().empty());
}

TEST_CASE("power: an application processor's word gives a state for each level, and is always asynchronous") {
  Bench t;
  CHECK(t.ask(1, power, 0x5, {5}).words == Words{1});
  for (const std::uint32_t bad : {0x3U, 0x0010'0001U, 0x0004'0001U, 0x0001'0021U, 0x0002'0111U, 0x8000'0000U}) {
    CAPTURE(bad);
    CHECK(t.ask(1, power, 0x4, {1, 5, bad}).status == Status::invalid_parameters);
  }
  const Reply r = t.ask(1, power, 0x4, {0, 5, 0x0001'0000});  // Off, with its parent; the flag is ignored.
  CHECK(r.status == Status::success);
  CHECK(r.not_before == t.time.at);
  t.pass(microseconds(10));
  CHECK(t.ask(1, power, 0x5, {5}).words == Words{0});
  CHECK(t.ask(1, power, 0x5, {1}).words == Words{off});
  CHECK(t.ask(1, power, 0x4, {1, 5, 0x2}).status == Status::success);  // Sleep: the parent has to be on.
  t.pass(microseconds(10));
  CHECK(t.ask(1, power, 0x5, {5}).words == Words{2});
  CHECK(t.ask(1, power, 0x5, {1}).words == Words{on});
}
