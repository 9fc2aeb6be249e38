// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include "protocols/powercap_messages.hpp"
#include "tests/protocols/goldens.hpp"

using namespace scmi;
using namespace scmi::powercap_protocol;

void golden::powercap(Goldens& g) {
  g.command(ProtocolAttributes{}, newest, "01 60 00 00");
  g.response<ProtocolAttributes>({.attributes = 0x0000'0203}, newest, "01 60 00 00  00 00 00 00  03 02 00 00");
  g.command(DomainAttributes{.domain_id = DomainId(5)}, newest, "03 60 00 00  05 00 00 00");
  g.response<DomainAttributes>({.attributes = 0xFEC0'0000,
                                .name = short_name,
                                .min_pai_us = 0x11,
                                .max_pai_us = 0x12,
                                .pai_step_us = 0x13,
                                .min_power_cap = 0x14,
                                .max_power_cap = 0x15,
                                .power_cap_step = 0x16,
                                .sustainable_power = 0x17,
                                .accuracy = 0x18,
                                .parent_id = DomainId(0x19)},
                               newest,
                               join("03 60 00 00  00 00 00 00  00 00 c0 fe", short_name_bytes,
                                    "11 00 00 00  12 00 00 00  13 00 00 00  14 00 00 00  15 00 00 00"
                                    "16 00 00 00  17 00 00 00  18 00 00 00  19 00 00 00"));
  g.command(CapGet{.domain_id = DomainId(5)}, newest, "04 60 00 00  05 00 00 00");
  g.response<CapGet>({.power_cap = 5'000'000}, newest, "04 60 00 00  00 00 00 00  40 4b 4c 00");
  g.command(CapSet{.domain_id = DomainId(5), .flags = 3, .power_cap = 5'000'000}, newest,
            "05 60 00 00  05 00 00 00  03 00 00 00  40 4b 4c 00");
  g.response<CapSet>({}, newest, "05 60 00 00  00 00 00 00");
  g.delayed_response<CapSet>({.domain_id = DomainId(5), .power_cap = 5'000'000}, newest,
                             "05 62 00 00  00 00 00 00  05 00 00 00  40 4b 4c 00");
  g.command(PaiGet{.domain_id = DomainId(5)}, newest, "06 60 00 00  05 00 00 00");
  g.response<PaiGet>({.pai_us = 100'000}, newest, "06 60 00 00  00 00 00 00  a0 86 01 00");
  g.command(PaiSet{.domain_id = DomainId(5), .flags = 0, .pai_us = 100'000}, newest,
            "07 60 00 00  05 00 00 00  00 00 00 00  a0 86 01 00");
  g.response<PaiSet>({}, newest, "07 60 00 00  00 00 00 00");
  g.command(DomainNameGet{.domain_id = DomainId(5)}, newest, "08 60 00 00  05 00 00 00");
  g.response<DomainNameGet>({.flags = 9, .name = extended_name}, newest,
                            join("08 60 00 00  00 00 00 00  09 00 00 00", extended_name_bytes));
  g.command(MeasurementsGet{.domain_id = DomainId(5)}, newest, "09 60 00 00  05 00 00 00");
  g.response<MeasurementsGet>({.power = 4'000'000, .pai_us = 100'000}, newest,
                              "09 60 00 00  00 00 00 00  00 09 3d 00  a0 86 01 00");
  g.command(CapNotify{.domain_id = DomainId(5), .notify_enable = 1}, newest, "0a 60 00 00  05 00 00 00  01 00 00 00");
  g.response<CapNotify>({}, newest, "0a 60 00 00  00 00 00 00");
  g.command(
      MeasurementsNotify{
          .domain_id = DomainId(5), .notify_enable = 1, .power_thresh_low = 0x300, .power_thresh_high = 0x400},
      newest, "0b 60 00 00  05 00 00 00  01 00 00 00  00 03 00 00  00 04 00 00");
  g.response<MeasurementsNotify>({}, newest, "0b 60 00 00  00 00 00 00");
  g.command(DescribeFastchannel{.domain_id = DomainId(5), .message_id = 7}, newest,
            "0c 60 00 00  05 00 00 00  07 00 00 00");
  g.response<DescribeFastchannel>({.attributes = 5,
                                   .rate_limit = 0x2711,
                                   .chan_addr = 0x0000'0006'0100'0000,
                                   .chan_size_bytes = 4,
                                   .doorbell_addr = 0x0000'0007'0200'0000,
                                   .doorbell_set_mask = 0x0000'0030'0000'0020,
                                   .doorbell_preserve_mask = 0x0000'0050'0000'0040},
                                  newest,
                                  "0c 60 00 00  00 00 00 00  05 00 00 00  11 27 00 00"
                                  "00 00 00 01  06 00 00 00  04 00 00 00  00 00 00 02  07 00 00 00"
                                  "20 00 00 00  30 00 00 00  40 00 00 00  50 00 00 00");
  g.notification(
      CapChanged{.agent_id = AgentId(2), .domain_id = DomainId(5), .power_cap = 5'000'000, .pai_us = 100'000}, newest,
      "00 63 00 00  02 00 00 00  05 00 00 00  40 4b 4c 00  a0 86 01 00");
  g.notification(MeasurementsChanged{.agent_id = AgentId(2), .domain_id = DomainId(5), .power = 4'000'000}, newest,
                 "01 63 00 00  02 00 00 00  05 00 00 00  00 09 3d 00");
}

TEST_CASE("golden bytes: powercap") {
  golden::Goldens g;
  golden::powercap(g);
}

TEST_CASE("worked example: POWERCAP_CAP_SET of 5 W and POWERCAP_CAP_CHANGED") {
  golden::both_ways(CapSet{.domain_id = DomainId(1), .flags = 0, .power_cap = 5'000'000}, newest,
                    "01 00 00 00  00 00 00 00  40 4b 4c 00");
  golden::both_ways(
      CapChanged{.agent_id = AgentId(1), .domain_id = DomainId(1), .power_cap = 5'000'000, .pai_us = 100'000}, newest,
      "01 00 00 00  01 00 00 00  40 4b 4c 00  a0 86 01 00");
}

TEST_CASE("bits: powercap") {
  using Reply = DomainAttributes::Reply;
  CHECK(ProtocolAttributes::Reply::num_domains.mask() == 0x0000'FFFF);
  CHECK(has_fastchannel.mask() == 0x1);
  CHECK(Reply::cap_notify.mask() == 0x8000'0000);
  CHECK(Reply::measurements_notify.mask() == 0x4000'0000);
  CHECK(Reply::async_cap_set.mask() == 0x2000'0000);
  CHECK(Reply::extended_name.mask() == 0x1000'0000);
  CHECK(Reply::cap_configurable.mask() == 0x0800'0000);
  CHECK(Reply::monitoring.mask() == 0x0400'0000);
  CHECK(Reply::pai_configurable.mask() == 0x0200'0000);
  CHECK(Reply::power_unit.mask() == 0x0180'0000);
  CHECK(Reply::fastchannel.mask() == 0x0040'0000);
  CHECK(reserved_bits(Reply::attributes_bits, newest) == 0x003F'FFFF);
  CHECK(CapSet::ignore_delayed_response.mask() == 0x1);
  CHECK(CapSet::async.mask() == 0x2);
  CHECK(reserved_bits(CapSet::flags_bits, newest) == 0xFFFF'FFFC);
  CHECK(DescribeFastchannel::Reply::doorbell.mask() == 0x1);
  CHECK(DescribeFastchannel::Reply::doorbell_width.mask() == 0x6);
  CHECK(DescribeFastchannel::Reply::rate_limit_us.mask() == 0x000F'FFFF);
}
