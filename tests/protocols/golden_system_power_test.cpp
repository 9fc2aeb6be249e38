// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include "protocols/system_power_messages.hpp"
#include "tests/protocols/goldens.hpp"

using namespace scmi;
using namespace scmi::system_power_protocol;

void golden::system_power(Goldens& g) {
  g.command(ProtocolAttributes{}, newest, "01 48 00 00");
  g.response<ProtocolAttributes>({.attributes = 7}, newest, "01 48 00 00  00 00 00 00  07 00 00 00");
  g.command(StateSet{.flags = 1, .system_state = 0x8000'0002}, newest, "03 48 00 00  01 00 00 00  02 00 00 80");
  g.response<StateSet>({}, newest, "03 48 00 00  00 00 00 00");
  g.command(StateGet{}, newest, "04 48 00 00");
  g.response<StateGet>({.system_state = 3}, newest, "04 48 00 00  00 00 00 00  03 00 00 00");
  g.command(StateNotify{.notify_enable = 1}, newest, "05 48 00 00  01 00 00 00");
  g.response<StateNotify>({}, newest, "05 48 00 00  00 00 00 00");
  g.notification(StateNotifier{.agent_id = AgentId(2), .flags = 1, .system_state = 4, .timeout_ms = 0}, version_1_0,
                 "00 4b 00 00  02 00 00 00  01 00 00 00  04 00 00 00");
  g.notification(StateNotifier{.agent_id = AgentId(2), .flags = 1, .system_state = 0, .timeout_ms = 5000}, version_2_0,
                 "00 4b 00 00  02 00 00 00  01 00 00 00  00 00 00 00  88 13 00 00");
}

TEST_CASE("golden bytes: system power") {
  golden::Goldens g;
  golden::system_power(g);
}

TEST_CASE("bits: system power") {
  CHECK(graceful.mask() == 0x1);
  CHECK(reserved_bits(flags_bits, newest) == 0xFFFF'FFFE);
  CHECK(warm_reset_supported.mask() == 0x8000'0000);
  CHECK(suspend_supported.mask() == 0x4000'0000);
}
