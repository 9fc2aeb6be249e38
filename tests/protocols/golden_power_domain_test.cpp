// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include "protocols/power_domain_messages.hpp"
#include "tests/protocols/goldens.hpp"

using namespace scmi;
using namespace scmi::power_domain_protocol;

void golden::power_domain(Goldens& g) {
  g.command(ProtocolAttributes{}, newest, "01 44 00 00");
  g.response<ProtocolAttributes>(
      {.attributes = 7, .statistics_address = 0x0000'0008'1000'2000, .statistics_len_bytes = 0x90}, newest,
      "01 44 00 00  00 00 00 00  07 00 00 00  00 20 00 10  08 00 00 00  90 00 00 00");
  g.command(DomainAttributes{.domain_id = DomainId(5)}, newest, "03 44 00 00  05 00 00 00");
  g.response<DomainAttributes>({.attributes = 0xA800'0000, .name = short_name}, newest,
                               join("03 44 00 00  00 00 00 00  00 00 00 a8", short_name_bytes));
  g.command(StateSet{.flags = 1, .domain_id = DomainId(5), .power_state = 0x4000'0002}, newest,
            "04 44 00 00  01 00 00 00  05 00 00 00  02 00 00 40");
  g.response<StateSet>({}, newest, "04 44 00 00  00 00 00 00");
  g.command(StateGet{.domain_id = DomainId(5)}, newest, "05 44 00 00  05 00 00 00");
  g.response<StateGet>({.power_state = 0x4000'0003}, newest, "05 44 00 00  00 00 00 00  03 00 00 40");
  g.command(StateNotify{.domain_id = DomainId(5), .notify_enable = 1}, newest, "06 44 00 00  05 00 00 00  01 00 00 00");
  g.response<StateNotify>({}, newest, "06 44 00 00  00 00 00 00");
  g.command(StateChangeRequestedNotify{.domain_id = DomainId(5), .notify_enable = 1}, newest,
            "07 44 00 00  05 00 00 00  01 00 00 00");
  g.response<StateChangeRequestedNotify>({}, newest, "07 44 00 00  00 00 00 00");
  g.command(DomainNameGet{.domain_id = DomainId(5)}, newest, "08 44 00 00  05 00 00 00");
  g.response<DomainNameGet>({.flags = 9, .name = extended_name}, newest,
                            join("08 44 00 00  00 00 00 00  09 00 00 00", extended_name_bytes));
  g.notification(StateChanged{.agent_id = AgentId(2), .domain_id = DomainId(5), .power_state = 0x4000'0000}, newest,
                 "00 47 00 00  02 00 00 00  05 00 00 00  00 00 00 40");
  g.notification(StateChangeRequested{.agent_id = AgentId(2), .domain_id = DomainId(5), .power_state = 0x4000'0001},
                 newest, "01 47 00 00  02 00 00 00  05 00 00 00  01 00 00 40");
}

TEST_CASE("golden bytes: power domain") {
  golden::Goldens g;
  golden::power_domain(g);
}

TEST_CASE("bits: power domain") {
  using Reply = DomainAttributes::Reply;
  CHECK(ProtocolAttributes::Reply::num_domains.mask() == 0xFFFF);
  CHECK(Reply::state_change_notify.mask() == 0x8000'0000);
  CHECK(Reply::async_set.mask() == 0x4000'0000);
  CHECK(Reply::sync_set.mask() == 0x2000'0000);
  CHECK(Reply::change_requested_notify.mask() == 0x1000'0000);
  CHECK(Reply::extended_name.mask() == 0x0800'0000);
  CHECK(reserved_bits(Reply::attributes_bits, version_1_0) == 0x1FFF'FFFF);
  CHECK(reserved_bits(Reply::attributes_bits, version_2_0) == 0x0FFF'FFFF);
  CHECK(reserved_bits(Reply::attributes_bits, version_3_0) == 0x07FF'FFFF);
  CHECK(StateSet::async.mask() == 0x1);
  CHECK(reserved_bits(StateSet::flags_bits, newest) == 0xFFFF'FFFE);
  CHECK(context_lost.mask() == 0x4000'0000);
  CHECK(state_id.mask() == 0x0FFF'FFFF);
  CHECK(reserved_bits(power_state_bits, newest) == 0xB000'0000);
}
