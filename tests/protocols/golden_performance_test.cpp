// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include "protocols/performance_messages.hpp"
#include "tests/protocols/goldens.hpp"

using namespace scmi;
using namespace scmi::performance_protocol;

void golden::performance(Goldens& g) {
  g.command(ProtocolAttributes{}, newest, "01 4c 00 00");
  g.response<ProtocolAttributes>(
      {.attributes = 0x0002'0003, .statistics_address = 0x0000'0009'4000'5000, .statistics_len_bytes = 0x60}, newest,
      "01 4c 00 00  00 00 00 00  03 00 02 00  00 50 00 40  09 00 00 00  60 00 00 00");
  g.command(DomainAttributes{.domain_id = DomainId(5)}, newest, "03 4c 00 00  05 00 00 00");
  g.response<DomainAttributes>(
      {.attributes = 0xF200'0000,
       .rate_limit = 0x1F4,
       .sustained_freq_khz = 1'200'000,
       .sustained_perf_level = 1200,
       .name = short_name},
      newest, join("03 4c 00 00  00 00 00 00  00 00 00 f2  f4 01 00 00  80 4f 12 00  b0 04 00 00", short_name_bytes));
  g.command(DescribeLevels{.domain_id = DomainId(5), .level_index = 2}, newest,
            "04 4c 00 00  05 00 00 00  02 00 00 00");
  g.response<DescribeLevels>({.num_levels = 0x0007'0000,
                              .levels = {{.performance_level = 0x11, .power_cost = 0x12, .attributes = 0x13},
                                         {.performance_level = 0x21, .power_cost = 0x22, .attributes = 0x23}}},
                             version_3_0,
                             "04 4c 00 00  00 00 00 00  02 00 07 00"
                             "11 00 00 00  12 00 00 00  13 00 00 00"
                             "21 00 00 00  22 00 00 00  23 00 00 00");
  g.response<DescribeLevels>({.num_levels = 0x0007'0000,
                              .levels = {{.performance_level = 0x11,
                                          .power_cost = 0x12,
                                          .attributes = 0x13,
                                          .indicative_freq_khz = 0x14,
                                          .level_index = 0x15},
                                         {.performance_level = 0x21,
                                          .power_cost = 0x22,
                                          .attributes = 0x23,
                                          .indicative_freq_khz = 0x24,
                                          .level_index = 0x25}}},
                             version_4_0,
                             "04 4c 00 00  00 00 00 00  02 00 07 00"
                             "11 00 00 00  12 00 00 00  13 00 00 00  14 00 00 00  15 00 00 00"
                             "21 00 00 00  22 00 00 00  23 00 00 00  24 00 00 00  25 00 00 00");
  g.command(LimitsSet{.domain_id = DomainId(5), .range_max = 900, .range_min = 300}, newest,
            "05 4c 00 00  05 00 00 00  84 03 00 00  2c 01 00 00");
  g.response<LimitsSet>({}, newest, "05 4c 00 00  00 00 00 00");
  g.command(LimitsGet{.domain_id = DomainId(5)}, newest, "06 4c 00 00  05 00 00 00");
  g.response<LimitsGet>({.range_max = 900, .range_min = 300}, newest,
                        "06 4c 00 00  00 00 00 00  84 03 00 00  2c 01 00 00");
  g.command(LevelSet{.domain_id = DomainId(5), .performance_level = 600}, newest,
            "07 4c 00 00  05 00 00 00  58 02 00 00");
  g.response<LevelSet>({}, newest, "07 4c 00 00  00 00 00 00");
  g.command(LevelGet{.domain_id = DomainId(5)}, newest, "08 4c 00 00  05 00 00 00");
  g.response<LevelGet>({.performance_level = 600}, newest, "08 4c 00 00  00 00 00 00  58 02 00 00");
  g.command(NotifyLimits{.domain_id = DomainId(5), .notify_enable = 1}, newest,
            "09 4c 00 00  05 00 00 00  01 00 00 00");
  g.response<NotifyLimits>({}, newest, "09 4c 00 00  00 00 00 00");
  g.command(NotifyLevel{.domain_id = DomainId(5), .notify_enable = 1}, newest, "0a 4c 00 00  05 00 00 00  01 00 00 00");
  g.response<NotifyLevel>({}, newest, "0a 4c 00 00  00 00 00 00");
  g.command(DescribeFastchannel{.domain_id = DomainId(5), .message_id = 7}, newest,
            "0b 4c 00 00  05 00 00 00  07 00 00 00");
  g.response<DescribeFastchannel>({.attributes = 5,
                                   .rate_limit = 0x2711,
                                   .chan_addr = 0x0000'0006'0100'0000,
                                   .chan_size_bytes = 8,
                                   .doorbell_addr = 0x0000'0007'0200'0000,
                                   .doorbell_set_mask = 0x0000'0030'0000'0020,
                                   .doorbell_preserve_mask = 0x0000'0050'0000'0040},
                                  newest,
                                  "0b 4c 00 00  00 00 00 00  05 00 00 00  11 27 00 00"
                                  "00 00 00 01  06 00 00 00  08 00 00 00  00 00 00 02  07 00 00 00"
                                  "20 00 00 00  30 00 00 00  40 00 00 00  50 00 00 00");
  g.command(DomainNameGet{.domain_id = DomainId(5)}, newest, "0c 4c 00 00  05 00 00 00");
  g.response<DomainNameGet>({.flags = 9, .name = extended_name}, newest,
                            join("0c 4c 00 00  00 00 00 00  09 00 00 00", extended_name_bytes));
  g.notification(LimitsChanged{.agent_id = AgentId(2), .domain_id = DomainId(5), .range_max = 900, .range_min = 300},
                 newest, "00 4f 00 00  02 00 00 00  05 00 00 00  84 03 00 00  2c 01 00 00");
  g.notification(LevelChanged{.agent_id = AgentId(2), .domain_id = DomainId(5), .performance_level = 600}, newest,
                 "01 4f 00 00  02 00 00 00  05 00 00 00  58 02 00 00");
}

TEST_CASE("golden bytes: performance") {
  golden::Goldens g;
  golden::performance(g);
}

TEST_CASE("bits: performance") {
  using Reply = DomainAttributes::Reply;
  CHECK(ProtocolAttributes::Reply::num_domains.mask() == 0xFFFF);
  CHECK(ProtocolAttributes::Reply::power_unit.mask() == 0x0003'0000);
  CHECK(has_fastchannel.mask() == 0x1);
  CHECK(Reply::set_limits.mask() == 0x8000'0000);
  CHECK(Reply::set_level.mask() == 0x4000'0000);
  CHECK(Reply::limits_notify.mask() == 0x2000'0000);
  CHECK(Reply::level_notify.mask() == 0x1000'0000);
  CHECK(Reply::fastchannel.mask() == 0x0800'0000);
  CHECK(Reply::extended_name.mask() == 0x0400'0000);
  CHECK(Reply::level_indexing.mask() == 0x0200'0000);
  CHECK(reserved_bits(Reply::attributes_bits, version_1_0) == 0x0FFF'FFFF);
  CHECK(reserved_bits(Reply::attributes_bits, version_2_0) == 0x07FF'FFFF);
  CHECK(reserved_bits(Reply::attributes_bits, version_3_0) == 0x03FF'FFFF);
  CHECK(reserved_bits(Reply::attributes_bits, version_4_0) == 0x01FF'FFFF);
  CHECK(Reply::rate_limit_us.mask() == 0x000F'FFFF);
  CHECK(DescribeLevels::Reply::count.mask() == 0x0000'0FFF);
  CHECK(DescribeLevels::Reply::remaining.mask() == 0xFFFF'0000);
  CHECK(DescribeLevels::Level::transition_latency_us.mask() == 0x0000'FFFF);
  CHECK(DescribeFastchannel::Reply::doorbell.mask() == 0x1);
  CHECK(DescribeFastchannel::Reply::doorbell_width.mask() == 0x6);
  CHECK(DescribeFastchannel::Reply::rate_limit_us.mask() == 0x000F'FFFF);
}
