// SPDX-License-Identifier: Apache-2.0
//
// The Base protocol: its edge cases, its multi-part list, permissions and the error event.
#include "tests/platform/platform_bench.hpp"

using namespace scmi;
using namespace scmi::platform;
using namespace scmi::platform::test;

namespace {

constexpr Edit no_discovery{"[behaviour]", "[disabled]\nbase = [7]\n[behaviour]"};

}  // namespace

TEST_CASE("base edges: each row of the table") {
  check_edges({no_discovery}, {
                                  {"0x1: num_agents if 0x7 is unimplemented", base, 0x1, {}, Status::success, {3}},
                                  {"0x7 disabled", base, 0x7, {0}, Status::not_supported},
                              });
  check_edges(
      {}, {
              {"0x1: agents without the platform, protocols without Base", base, 0x1, {}, Status::success, {0x303}},
              {"0x1: the caller's own protocols", base, 0x1, {}, Status::success, {0x301}, 3},
              {"0x2 with 0x3", base, 0x2, {0x3}, Status::success, {0}},
              {"0x2 with 0x5", base, 0x2, {0x5}, Status::success, {0}},
              {"0x2 with 0x6", base, 0x2, {0x6}, Status::success, {0}},
              {"0x2 with unknown id", base, 0x2, {0xC}, Status::not_found},
              {"direct call of unknown id in Base", base, 0xC, {}, Status::not_found},
              {"0x3", base, 0x3, {}, Status::success, name_words("acme")},
              {"0x4", base, 0x4, {}, Status::success, name_words("edge")},
              {"0x5", base, 0x5, {}, Status::success, {0x01020304}},
              {"0x6 skip = 0", base, 0x6, {0}, Status::success, {3, 0x141311}},
              {"0x6 skip = 1", base, 0x6, {1}, Status::success, {2, 0x1413}},
              {"0x6 skip == total", base, 0x6, {3}, Status::success, {0}},
              {"0x6 skip > total", base, 0x6, {4}, Status::invalid_parameters},
              {"0x6 skip > total", base, 0x6, {8}, Status::invalid_parameters},
              {"0x6 skip > total", base, 0x6, {0xFFFF'FFFF}, Status::invalid_parameters},
              {"0x6 leaves out what the agent may not use", base, 0x6, {0}, Status::success, {1, 0x11}, 3},
              {"0x7 agent 0", base, 0x7, {0}, Status::success, Words{0} + name_words("platform")},
              {"0x7 agent 0xFFFFFFFF", base, 0x7, {0xFFFF'FFFF}, Status::success, Words{2} + name_words("guest"), 2},
              {"0x7 another agent", base, 0x7, {1}, Status::success, Words{1} + name_words("manager"), 2},
              {"0x7 agent num_agents+1", base, 0x7, {4}, Status::not_found},
              {"0x8 value 0xF", base, 0x8, {0xF}, Status::invalid_parameters},
              {"0x8 value 2", base, 0x8, {2}, Status::invalid_parameters},
              {"0x8 on", base, 0x8, {1}, Status::success},
              {"0x8 off", base, 0x8, {0}, Status::success},
              {"0x9 agent num_agents+1", base, 0x9, {4, 0, 1}, Status::not_found},
              {"0x9 agent 0", base, 0x9, {0, 0, 1}, Status::not_found},
              {"0x9 flags 0xF", base, 0x9, {2, 0, 0xF}, Status::invalid_parameters},
              {"0x9 deny an unknown device", base, 0x9, {2, 3, 0}, Status::not_found},
              {"0x9 deny a device the agent does not have", base, 0x9, {2, 2, 0}, Status::not_found},
              {"0x9 deny", base, 0x9, {2, 0, 0}, Status::success},
              {"0xA protocol 0x10", base, 0xA, {2, 0, 0x10, 0}, Status::not_found},
              {"0xA protocol unknown", base, 0xA, {2, 0, 0x12, 0}, Status::not_found},
              {"0xA protocol the agent does not have", base, 0xA, {3, 0, 0x14, 0}, Status::not_found},
              {"0xA flags 0xF", base, 0xA, {2, 0, 0x11, 0xF}, Status::invalid_parameters},
              {"0xA reserved bits of command_id", base, 0xA, {2, 0, 0x111, 0}, Status::invalid_parameters},
              {"0xA unknown device", base, 0xA, {2, 3, 0x11, 0}, Status::not_found},
              {"0xA unknown agent", base, 0xA, {9, 0, 0x11, 0}, Status::not_found},
              {"0xA deny", base, 0xA, {2, 0, 0x11, 0}, Status::success},
              {"0xB unknown agent", base, 0xB, {4, 0}, Status::not_found},
              {"0xB agent 0", base, 0xB, {0, 0}, Status::not_found},
              {"0xB flags 0xF", base, 0xB, {2, 0xF}, Status::invalid_parameters},
              {"0xB", base, 0xB, {2, 1}, Status::success},
              {"0x9 from an untrusted agent", base, 0x9, {2, 0, 1}, Status::denied, {}, 2},
              {"0xA from an untrusted agent", base, 0xA, {2, 0, 0x11, 1}, Status::denied, {}, 2},
              {"0xB from an untrusted agent, of another", base, 0xB, {1, 0}, Status::denied, {}, 2},
              {"0xB from an untrusted agent, its permissions", base, 0xB, {2, 1}, Status::denied, {}, 2},
              {"0xB of oneself", base, 0xB, {2, 0}, Status::success, {}, 2},
              {"0x2 of 0x9 from an untrusted agent", base, 0x2, {0x9}, Status::not_found, {}, 2},
              {"0x2 of 0xA from an untrusted agent", base, 0x2, {0xA}, Status::not_found, {}, 2},
              {"short payload 0x6", base, 0x6, {}, Status::protocol_error},
              {"short payload 0x7", base, 0x7, {}, Status::protocol_error},
              {"short payload 0x8", base, 0x8, {}, Status::protocol_error},
              {"short payload 0x9", base, 0x9, {2, 0}, Status::protocol_error},
              {"short payload 0xA", base, 0xA, {2, 0, 0x11}, Status::protocol_error},
              {"short payload 0xB", base, 0xB, {2}, Status::protocol_error},
          });
  check_edges({Edit{"[behaviour]", "[behaviour]\nprotocol_list_end = \"invalid_parameters\""}},
              {
                  {"0x6 skip == total, as others say", base, 0x6, {3}, Status::invalid_parameters},
              });
  check_edges({Edit{"protocols = [\"base\", \"power_domain\"]", "protocols = [\"base\"]"}},
              {
                  {"0x6 skip = 0 and no protocols", base, 0x6, {0}, Status::success, {0}, 3},
                  {"0x1 and no protocols", base, 0x1, {}, Status::success, {0x300}, 3},
              });
}

TEST_CASE("base edges: 1.0 has no agent id in DISCOVER_AGENT, no self, and no permission commands") {
  const Edit old{"[behaviour]", "[versions]\nbase = 0x10000\n[behaviour]"};
  check_edges({old}, {
                         {"0x7 agent 1, 1.0 layout", base, 0x7, {1}, Status::success, name_words("manager")},
                         {"0x7 agent 0, 1.0 layout", base, 0x7, {0}, Status::success, name_words("platform")},
                         {"0x7 agent 0xFFFFFFFF in 1.0", base, 0x7, {0xFFFF'FFFF}, Status::not_found},
                         {"0x9 in 1.0", base, 0x9, {2, 0, 1}, Status::not_found},
                         {"0xA in 1.0", base, 0xA, {2, 0, 0x11, 1}, Status::not_found},
                         {"0xB in 1.0", base, 0xB, {2, 0}, Status::not_found},
                     });
}

TEST_CASE("base: 0x8 twice the same value is harmless") {
  Bench t;
  for (int i = 0; i < 2; ++i) CHECK(t.ask(1, base, 0x8, {1}).status == Status::success);
  for (int i = 0; i < 2; ++i) CHECK(t.ask(1, base, 0x8, {0}).status == Status::success);
}

TEST_CASE("base: a list of protocols in parts no larger than the channel") {
  Bench t;
  t.limits.max_payload = 12;
  CHECK(t.ask(1, base, 0x6, {0}).words == Words{3, 0x141311});
}

TEST_CASE("base: after a device is denied its resources are DENIED, and a protocol with nothing left closes") {
  Bench t;
  CHECK(t.ask(2, power, 0x5, {0}).status == Status::success);
  CHECK(t.ask(2, clk, 0x6, {2}).status == Status::success);
  REQUIRE(t.ask(1, base, 0x9, {2, 0, 0}).status == Status::success);
  CHECK(t.ask(2, power, 0x5, {0}).status == Status::denied);
  CHECK(t.ask(2, power, 0x3, {0}).status == Status::denied);
  CHECK(t.ask(2, power, 0x4, {0, 0, 0}).status == Status::denied);
  CHECK(t.ask(2, clk, 0x6, {2}).status == Status::denied);
  CHECK(t.ask(2, power, 0x5, {1}).status == Status::success);  // Another device's, or none's.
  CHECK(t.ask(2, power, 0x0).status == Status::success);       // Something is left.
  CHECK(t.ask(1, power, 0x5, {1}).status == Status::success);  // Another agent's.

  REQUIRE(t.ask(1, base, 0x9, {2, 1, 0}).status == Status::success);  // All of its performance domains.
  for (const std::uint8_t message : std::initializer_list<std::uint8_t>{0x0, 0x1, 0x2, 0x6}) {
    CHECK(t.ask(2, perf, message, {0}).status == Status::denied);
  }
  CHECK(t.ask(2, base, 0x1).words == Words{0x302});
  CHECK(t.ask(2, base, 0x6, {0}).words == Words{2, 0x1411});
  CHECK(t.ask(2, base, 0x0).status == Status::success);

  REQUIRE(t.ask(1, base, 0x9, {2, 1, 1}).status == Status::success);
  CHECK(t.ask(2, perf, 0x0).status == Status::success);
  CHECK(t.ask(2, base, 0x1).words == Words{0x303});
}

TEST_CASE("base: after a protocol is denied on a device only that protocol's commands there are DENIED") {
  Bench t;
  REQUIRE(t.ask(1, base, 0xA, {2, 0, 0x14, 0}).status == Status::success);
  CHECK(t.ask(2, clk, 0x6, {2}).status == Status::denied);
  CHECK(t.ask(2, power, 0x5, {0}).status == Status::success);
  CHECK(t.ask(2, clk, 0x0).status == Status::success);
  REQUIRE(t.ask(1, base, 0xA, {2, 1, 0x13, 0}).status == Status::success);
  CHECK(t.ask(2, perf, 0x0).status == Status::denied);
  REQUIRE(t.ask(1, base, 0xA, {2, 1, 0x13, 1}).status == Status::success);
  CHECK(t.ask(2, perf, 0x0).status == Status::success);
}

TEST_CASE("base: 0xB undoes an agent's settings and subscriptions, and with flag 1 its denials") {
  Bench t;
  REQUIRE(t.ask(2, clk, 0x5, {0, 2, 5000, 0}).status == Status::success);
  REQUIRE(t.ask(2, clk, 0x7, {2, 1, 0}).status == Status::success);
  REQUIRE(t.ask(2, clk, 0x9, {2, 1}).status == Status::success);
  REQUIRE(t.ask(1, base, 0x9, {2, 1, 0}).status == Status::success);
  REQUIRE(t.ask(1, base, 0xB, {2, 0}).status == Status::success);
  t.take();
  CHECK(t.ask(1, clk, 0x6, {1}).words == Words{3000, 0});
  CHECK((t.ask(1, clk, 0x3, {1}).words.front() & 1) == 0);
  REQUIRE(t.ask(1, clk, 0x5, {0, 1, 4000, 0}).status == Status::success);
  CHECK(t.take().empty());
  CHECK(t.ask(2, perf, 0x0).status == Status::denied);  // Permissions kept.
  REQUIRE(t.ask(1, base, 0xB, {2, 1}).status == Status::success);
  CHECK(t.ask(2, perf, 0x0).status == Status::success);
}

TEST_CASE("base: an error that no response can tell becomes an event for those who asked") {
  Bench t;
  REQUIRE(t.ask(1, base, 0x8, {1}).status == Status::success);
  const std::uint32_t header = Bench::header(clk, 0x5, 0x2A);
  REQUIRE(t.ask_header(2, header, {0x3, 1, 1000, 0}).status == Status::success);  // Async, without delayed response.
  REQUIRE(t.ask(1, base, 0xB, {2, 0}).status == Status::success);
  CHECK(t.take() ==
        std::vector<Sent>{{1, base, 0x4300, {2, 1, header, static_cast<std::uint32_t>(Status::generic_error)}}});
}

TEST_CASE("base: without agent discovery notifications name nobody") {
  Bench t({no_discovery});
  REQUIRE(t.ask(2, clk, 0x9, {2, 1}).status == Status::success);
  REQUIRE(t.ask(1, clk, 0x5, {0, 1, 4000, 0}).status == Status::success);
  CHECK(t.take() == std::vector<Sent>{{2, clk, 0x5300, {0, 2, 4000, 0}}});
}
