// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include "protocols/reset_domain_messages.hpp"
#include "tests/protocols/goldens.hpp"

using namespace scmi;
using namespace scmi::reset_domain_protocol;

void golden::reset_domain(Goldens& g) {
  g.command(ProtocolAttributes{}, newest, "01 58 00 00");
  g.response<ProtocolAttributes>({.attributes = 0x0000'0203}, newest, "01 58 00 00  00 00 00 00  03 02 00 00");
  g.command(DomainAttributes{.domain_id = DomainId(5)}, newest, "03 58 00 00  05 00 00 00");
  g.response<DomainAttributes>({.attributes = 0xC000'0000, .latency_us = 250, .name = short_name}, version_1_0,
                               join("03 58 00 00  00 00 00 00  00 00 00 c0  fa 00 00 00", short_name_bytes));
  g.response<DomainAttributes>({.attributes = 0xE000'0000, .latency_us = 0xFFFF'FFFF, .name = short_name}, version_3_0,
                               join("03 58 00 00  00 00 00 00  00 00 00 e0  ff ff ff ff", short_name_bytes));
  g.command(Reset{.domain_id = DomainId(5), .flags = 7, .reset_state = 0x8000'0009}, newest,
            "04 58 00 00  05 00 00 00  07 00 00 00  09 00 00 80");
  g.response<Reset>({}, newest, "04 58 00 00  00 00 00 00");
  g.delayed_response<Reset>({.domain_id = DomainId(5)}, newest, "04 5a 00 00  00 00 00 00  05 00 00 00");
  g.command(Notify{.domain_id = DomainId(5), .notify_enable = 1}, newest, "05 58 00 00  05 00 00 00  01 00 00 00");
  g.response<Notify>({}, newest, "05 58 00 00  00 00 00 00");
  g.command(DomainNameGet{.domain_id = DomainId(5)}, newest, "06 58 00 00  05 00 00 00");
  g.response<DomainNameGet>({.flags = 9, .name = extended_name}, newest,
                            join("06 58 00 00  00 00 00 00  09 00 00 00", extended_name_bytes));
  g.notification(Issued{.agent_id = AgentId(2), .domain_id = DomainId(5), .reset_state = 0x8000'0009}, newest,
                 "00 5b 00 00  02 00 00 00  05 00 00 00  09 00 00 80");
}

TEST_CASE("golden bytes: reset domain") {
  golden::Goldens g;
  golden::reset_domain(g);
}

TEST_CASE("worked example: RESET, autonomous and synchronous, and RESET_ISSUED") {
  golden::both_ways(Reset{.domain_id = DomainId(2), .flags = 1, .reset_state = cold_reset}, newest,
                    "02 00 00 00  01 00 00 00  00 00 00 00");
  golden::reply_both_ways(Reset::Reply{}, newest, "00 00 00 00");
  golden::both_ways(Issued{.agent_id = AgentId(1), .domain_id = DomainId(2), .reset_state = cold_reset}, newest,
                    "01 00 00 00  02 00 00 00  00 00 00 00");
}

TEST_CASE("bits: reset domain") {
  using Reply = DomainAttributes::Reply;
  CHECK(ProtocolAttributes::Reply::num_domains.mask() == 0x0000'FFFF);
  CHECK(Reply::async_reset.mask() == 0x8000'0000);
  CHECK(Reply::reset_notify.mask() == 0x4000'0000);
  CHECK(Reply::extended_name.mask() == 0x2000'0000);
  CHECK(reserved_bits(Reply::attributes_bits, version_1_0) == 0x3FFF'FFFF);
  CHECK(reserved_bits(Reply::attributes_bits, version_3_0) == 0x1FFF'FFFF);
  CHECK(Reset::autonomous.mask() == 0x1);
  CHECK(Reset::explicit_assert.mask() == 0x2);
  CHECK(Reset::async.mask() == 0x4);
  CHECK(reserved_bits(Reset::flags_bits, newest) == 0xFFFF'FFF8);
}
