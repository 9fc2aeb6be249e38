// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include "protocols/clock_messages.hpp"
#include "tests/protocols/goldens.hpp"

using namespace scmi;
using namespace scmi::clock_protocol;

void golden::clock(Goldens& g) {
  g.command(ProtocolAttributes{}, newest, "01 50 00 00");
  g.response<ProtocolAttributes>({.attributes = 0x0008'0005}, newest, "01 50 00 00  00 00 00 00  05 00 08 00");
  g.command(Attributes{.clock_id = ClockId(5)}, newest, "03 50 00 00  05 00 00 00");
  g.response<Attributes>({.attributes = 1, .name = short_name, .clock_enable_delay_us = 0}, version_1_0,
                         join("03 50 00 00  00 00 00 00  01 00 00 00", short_name_bytes));
  g.response<Attributes>({.attributes = 0xF800'0003, .name = short_name, .clock_enable_delay_us = 250}, version_2_0,
                         join("03 50 00 00  00 00 00 00  03 00 00 f8", short_name_bytes, "fa 00 00 00"));
  g.command(DescribeRates{.clock_id = ClockId(5), .rate_index = 2}, newest, "04 50 00 00  05 00 00 00  02 00 00 00");
  g.response<DescribeRates>({.num_rates_flags = 0x0007'0000, .rates_hz = {0x12'0000'0011, 0x14'0000'0013}}, newest,
                            "04 50 00 00  00 00 00 00  02 00 07 00"
                            "11 00 00 00  12 00 00 00  13 00 00 00  14 00 00 00");
  g.response<DescribeRates>(
      {.num_rates_flags = 0x0000'1000, .rates_hz = {0x22'0000'0021, 0x24'0000'0023, 0x26'0000'0025}}, newest,
      "04 50 00 00  00 00 00 00  03 10 00 00"
      "21 00 00 00  22 00 00 00  23 00 00 00  24 00 00 00  25 00 00 00  26 00 00 00");
  g.command(RateSet{.flags = 9, .clock_id = ClockId(5), .rate_hz = 0x0000'0001'3B9A'CA00}, newest,
            "05 50 00 00  09 00 00 00  05 00 00 00  00 ca 9a 3b  01 00 00 00");
  g.response<RateSet>({}, newest, "05 50 00 00  00 00 00 00");
  g.delayed_response<RateSet>({.clock_id = ClockId(5), .rate_hz = 0x0000'0001'3B9A'CA00}, newest,
                              "05 52 00 00  00 00 00 00  05 00 00 00  00 ca 9a 3b  01 00 00 00");
  g.command(RateGet{.clock_id = ClockId(5)}, newest, "06 50 00 00  05 00 00 00");
  g.response<RateGet>({.rate_hz = 0x0000'0002'3B9A'CA00}, newest, "06 50 00 00  00 00 00 00  00 ca 9a 3b  02 00 00 00");
  g.command(ConfigSet{.clock_id = ClockId(5), .attributes = 1, .extended_config_val = 0}, version_1_0,
            "07 50 00 00  05 00 00 00  01 00 00 00");
  g.command(ConfigSet{.clock_id = ClockId(5), .attributes = 0x0001'0003, .extended_config_val = 50}, version_2_1,
            "07 50 00 00  05 00 00 00  03 00 01 00  32 00 00 00");
  g.response<ConfigSet>({}, newest, "07 50 00 00  00 00 00 00");
  g.command(NameGet{.clock_id = ClockId(5)}, newest, "08 50 00 00  05 00 00 00");
  g.response<NameGet>({.flags = 9, .name = extended_name}, newest,
                      join("08 50 00 00  00 00 00 00  09 00 00 00", extended_name_bytes));
  g.command(RateNotify{.clock_id = ClockId(5), .notify_enable = 1}, newest, "09 50 00 00  05 00 00 00  01 00 00 00");
  g.response<RateNotify>({}, newest, "09 50 00 00  00 00 00 00");
  g.command(RateChangeRequestedNotify{.clock_id = ClockId(5), .notify_enable = 1}, newest,
            "0a 50 00 00  05 00 00 00  01 00 00 00");
  g.response<RateChangeRequestedNotify>({}, newest, "0a 50 00 00  00 00 00 00");
  g.command(ConfigGet{.clock_id = ClockId(5), .flags = 0x81}, newest, "0b 50 00 00  05 00 00 00  81 00 00 00");
  g.response<ConfigGet>({.attributes = 7, .config = 1, .extended_config_val = 50}, newest,
                        "0b 50 00 00  00 00 00 00  07 00 00 00  01 00 00 00  32 00 00 00");
  g.command(PossibleParentsGet{.clock_id = ClockId(5), .skip_parents = 2}, newest,
            "0c 50 00 00  05 00 00 00  02 00 00 00");
  g.response<PossibleParentsGet>({.num_parents_flags = 0x0700'0000, .parents = {ClockId(11), ClockId(12), ClockId(13)}},
                                 newest,
                                 "0c 50 00 00  00 00 00 00  03 00 00 07  0b 00 00 00  0c 00 00 00  0d 00 00 00");
  g.command(ParentSet{.clock_id = ClockId(5), .parent_id = ClockId(11)}, newest,
            "0d 50 00 00  05 00 00 00  0b 00 00 00");
  g.response<ParentSet>({}, newest, "0d 50 00 00  00 00 00 00");
  g.command(ParentGet{.clock_id = ClockId(5)}, newest, "0e 50 00 00  05 00 00 00");
  g.response<ParentGet>({.parent_id = ClockId(11)}, newest, "0e 50 00 00  00 00 00 00  0b 00 00 00");
  g.command(GetPermissions{.clock_id = ClockId(5)}, newest, "0f 50 00 00  05 00 00 00");
  g.response<GetPermissions>({.permissions = 0xA000'0000}, newest, "0f 50 00 00  00 00 00 00  00 00 00 a0");
  g.notification(RateChanged{.agent_id = AgentId(2), .clock_id = ClockId(5), .rate_hz = 0x0000'0001'3B9A'CA00}, newest,
                 "00 53 00 00  02 00 00 00  05 00 00 00  00 ca 9a 3b  01 00 00 00");
  g.notification(RateChangeRequested{.agent_id = AgentId(2), .clock_id = ClockId(5), .rate_hz = 0x0000'0001'3B9A'CA00},
                 newest, "01 53 00 00  02 00 00 00  05 00 00 00  00 ca 9a 3b  01 00 00 00");
}

TEST_CASE("golden bytes: clock") {
  golden::Goldens g;
  golden::clock(g);
}

TEST_CASE("clock attributes: a platform of version 2.0 that leaves the enable delay out reports none") {
  const auto reply = decode_reply<Attributes::Reply>(
      golden::hex(golden::join("00 00 00 00  01 00 00 00", golden::short_name_bytes)), version_2_0);
  REQUIRE(reply.has_value());
  CHECK(*reply == Attributes::Reply{.attributes = 1, .name = golden::short_name, .clock_enable_delay_us = 0});
  // Half a word is not "left out".
  CHECK_FALSE(decode_reply<Attributes::Reply>(
                  golden::hex(golden::join("00 00 00 00  01 00 00 00", golden::short_name_bytes, "01 00")), version_2_0)
                  .has_value());
}

TEST_CASE("clock rates: a range counted as one entry is read as its three values") {
  using Reply = DescribeRates::Reply;
  const std::string_view values = "01 00 00 00 00 00 00 00  09 00 00 00 00 00 00 00  02 00 00 00 00 00 00 00";
  const auto range = decode_reply<Reply>(golden::hex(golden::join("00 00 00 00  01 10 00 00", values)), newest);
  REQUIRE(range.has_value());
  CHECK(range->rates_hz == std::vector<std::uint64_t>{1, 9, 2});
  // Not when it is a list, when more is promised, or when the values have not come.
  const auto list = decode_reply<Reply>(golden::hex(golden::join("00 00 00 00  01 00 00 00", values)), newest);
  CHECK(list->rates_hz.size() == 1);
  const auto more = decode_reply<Reply>(golden::hex(golden::join("00 00 00 00  01 10 01 00", values)), newest);
  CHECK(more->rates_hz.size() == 1);
  const auto one = decode_reply<Reply>(golden::hex("00 00 00 00  01 10 00 00  01 00 00 00 00 00 00 00"), newest);
  CHECK(one->rates_hz.size() == 1);
}

TEST_CASE("clock config: the two-word form is understood by a newer platform if it asks for no extended config") {
  const auto plain = decode_command<ConfigSet>(golden::hex("05 00 00 00  01 00 00 00"), newest);
  CHECK(plain.fit == PayloadFit::exact);
  CHECK(plain.parameters == ConfigSet{.clock_id = ClockId(5), .attributes = 1, .extended_config_val = 0});
  CHECK(decode_command<ConfigSet>(golden::hex("05 00 00 00  03 00 01 00"), newest).fit == PayloadFit::too_short);
  CHECK(decode_command<ConfigSet>(golden::hex("05 00 00 00  01 00 00 00  32 00 00 00"), version_2_0).fit ==
        PayloadFit::too_long);
}

TEST_CASE("bits: clock") {
  using Reply = Attributes::Reply;
  CHECK(ProtocolAttributes::Reply::num_clocks.mask() == 0x0000'FFFF);
  CHECK(ProtocolAttributes::Reply::max_async_requests.mask() == 0x00FF'0000);
  CHECK(Reply::rate_notify.mask() == 0x8000'0000);
  CHECK(Reply::rate_change_requested_notify.mask() == 0x4000'0000);
  CHECK(Reply::extended_name.mask() == 0x2000'0000);
  CHECK(Reply::parents.mask() == 0x1000'0000);
  CHECK(Reply::extended_config.mask() == 0x0800'0000);
  CHECK(Reply::restricted.mask() == 0x2);
  CHECK(Reply::enabled.mask() == 0x1);
  CHECK(reserved_bits(Reply::attributes_bits, version_1_0) == 0xFFFF'FFFE);
  CHECK(reserved_bits(Reply::attributes_bits, version_2_0) == 0x1FFF'FFFE);
  CHECK(reserved_bits(Reply::attributes_bits, version_3_0) == 0x07FF'FFFC);
  CHECK(DescribeRates::Reply::count.mask() == 0x0000'0FFF);
  CHECK(DescribeRates::Reply::format.mask() == 0x0000'1000);
  CHECK(DescribeRates::Reply::remaining.mask() == 0xFFFF'0000);
  CHECK(RateSet::async.mask() == 0x1);
  CHECK(RateSet::no_delayed_response.mask() == 0x2);
  CHECK(RateSet::round_up.mask() == 0x4);
  CHECK(RateSet::round_closest.mask() == 0x8);
  CHECK(reserved_bits(RateSet::flags_bits, newest) == 0xFFFF'FFF0);
  CHECK(reserved_bits(ConfigSet::attributes_bits_1_0, version_1_0) == 0xFFFF'FFFE);
  CHECK(ConfigSet::state.mask() == 0x3);
  CHECK(ConfigSet::extended_config_type.mask() == 0x00FF'0000);
  CHECK(reserved_bits(ConfigSet::attributes_bits, newest) == 0xFF00'FFFC);
  CHECK(ConfigGet::extended_config_type.mask() == 0xFF);
  CHECK(ConfigGet::Reply::enabled.mask() == 0x1);
  CHECK(PossibleParentsGet::Reply::count.mask() == 0x0000'00FF);
  CHECK(PossibleParentsGet::Reply::remaining.mask() == 0xFF00'0000);
  CHECK(GetPermissions::Reply::state_control.mask() == 0x8000'0000);
  CHECK(GetPermissions::Reply::parent_control.mask() == 0x4000'0000);
  CHECK(GetPermissions::Reply::rate_control.mask() == 0x2000'0000);
}
