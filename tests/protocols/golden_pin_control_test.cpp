// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include "protocols/pin_control_messages.hpp"
#include "tests/protocols/goldens.hpp"

using namespace scmi;
using namespace scmi::pin_control_protocol;

void golden::pin_control(Goldens& g) {
  g.command(ProtocolAttributes{}, newest, "01 64 00 00");
  g.response<ProtocolAttributes>({.attributes_low = 0x0012'0034, .attributes_high = 0x56}, newest,
                                 "01 64 00 00  00 00 00 00  34 00 12 00  56 00 00 00");
  g.command(Attributes{.identifier = 5, .flags = 2}, newest, "03 64 00 00  05 00 00 00  02 00 00 00");
  g.response<Attributes>({.attributes = 0x8003'0007, .name = short_name}, newest,
                         join("03 64 00 00  00 00 00 00  07 00 03 80", short_name_bytes));
  g.command(ListAssociations{.identifier = 5, .flags = 1, .index = 9}, newest,
            "04 64 00 00  05 00 00 00  01 00 00 00  09 00 00 00");
  g.response<ListAssociations>({.flags = 0x0006'0000, .elements = {0x0102, 0x0304, 0x0506, 0x0708}}, newest,
                               "04 64 00 00  00 00 00 00  04 00 06 00  02 01 04 03  06 05 08 07");
  g.command(SettingsGet{.identifier = 5, .attributes = 0x0005'0304}, newest, "05 64 00 00  05 00 00 00  04 03 05 00");
  g.response<SettingsGet>(
      {.function_selected = 8, .num_configs = 0x0300'0000, .configs = {{4, 1}, {10, 16}}}, newest,
      "05 64 00 00  00 00 00 00  08 00 00 00  02 00 00 03  04 00 00 00  01 00 00 00  0a 00 00 00  10 00 00 00");
  g.command(SettingsConfigure{.identifier = 5, .function_id = 7, .attributes = 0x401, .configs = {{4, 1}, {10, 16}}},
            newest,
            "06 64 00 00  05 00 00 00  07 00 00 00  09 04 00 00  04 00 00 00  01 00 00 00  0a 00 00 00  10 00 00 00");
  g.response<SettingsConfigure>({}, newest, "06 64 00 00  00 00 00 00");
  g.command(Request{.identifier = 5, .flags = 1}, newest, "07 64 00 00  05 00 00 00  01 00 00 00");
  g.response<Request>({}, newest, "07 64 00 00  00 00 00 00");
  g.command(Release{.identifier = 5, .flags = 1}, newest, "08 64 00 00  05 00 00 00  01 00 00 00");
  g.response<Release>({}, newest, "08 64 00 00  00 00 00 00");
  g.command(NameGet{.identifier = 5, .flags = 2}, newest, "09 64 00 00  05 00 00 00  02 00 00 00");
  g.response<NameGet>({.flags = 9, .name = extended_name}, newest,
                      join("09 64 00 00  00 00 00 00  09 00 00 00", extended_name_bytes));
  g.command(SetPermissions{.agent_id = AgentId(3), .identifier = 5, .flags = 6}, newest,
            "0a 64 00 00  03 00 00 00  05 00 00 00  06 00 00 00");
  g.response<SetPermissions>({}, newest, "0a 64 00 00  00 00 00 00");
}

TEST_CASE("golden bytes: pin control") {
  golden::Goldens g;
  golden::pin_control(g);
}

TEST_CASE("worked example: SETTINGS_CONFIGURE of pull-up and drive strength, no function") {
  golden::both_ways(
      SettingsConfigure{.identifier = 5, .function_id = no_function, .attributes = 0, .configs = {{4, 1}, {10, 8}}},
      newest, "05 00 00 00  ff ff ff ff  08 00 00 00  04 00 00 00 01 00 00 00  0a 00 00 00 08 00 00 00");
}

TEST_CASE("pin associations: an odd number of 16-bit ids is sent without padding, and read with it or without") {
  const ListAssociations::Reply three{.flags = 0, .elements = {1, 2, 0xFFFE}};
  golden::reply_both_ways(three, newest, "00 00 00 00  03 00 00 00  01 00 02 00  fe ff");
  const auto padded = golden::hex("00 00 00 00  03 00 00 00  01 00 02 00  fe ff 00 00");
  CHECK(*decode_reply<ListAssociations::Reply>(padded, newest) == three);
  const auto cut = golden::hex("00 00 00 00  03 00 00 00  01 00 02 00  fe");
  CHECK(decode_reply<ListAssociations::Reply>(cut, newest).error().is(LocalError::malformed_reply));
}

TEST_CASE("bits: pin control") {
  CHECK(ProtocolAttributes::Reply::num_pins.mask() == 0x0000'FFFF);
  CHECK(ProtocolAttributes::Reply::num_groups.mask() == 0xFFFF'0000);
  CHECK(ProtocolAttributes::Reply::num_functions.mask() == 0x0000'FFFF);
  CHECK(reserved_bits(flags_bits, newest) == 0xFFFF'FFFC);
  CHECK(Attributes::Reply::extended_name.mask() == 0x8000'0000);
  CHECK(Attributes::Reply::gpio.mask() == 0x0002'0000);
  CHECK(Attributes::Reply::pin_only.mask() == 0x0001'0000);
  CHECK(Attributes::Reply::num_elements.mask() == 0x0000'FFFF);
  CHECK(ListAssociations::Reply::count.mask() == 0x0000'0FFF);
  CHECK(ListAssociations::Reply::remaining.mask() == 0xFFFF'0000);
  CHECK(SettingsGet::config_flag.mask() == 0x000C'0000);
  CHECK(SettingsGet::selector.mask() == 0x0003'0000);
  CHECK(SettingsGet::skip_configs.mask() == 0x0000'FF00);
  CHECK(SettingsGet::config_type.mask() == 0x0000'00FF);
  CHECK(reserved_bits(SettingsGet::attributes_bits, newest) == 0xFFF0'0000);
  CHECK(SettingsGet::Reply::count.mask() == 0x0000'00FF);
  CHECK(SettingsGet::Reply::remaining.mask() == 0xFF00'0000);
  CHECK(SettingsConfigure::selector.mask() == 0x3);
  CHECK(SettingsConfigure::count.mask() == 0x3FC);
  CHECK(SettingsConfigure::function_valid.mask() == 0x400);
  CHECK(SetPermissions::allow.mask() == 0x4);
}
