// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include "protocols/telemetry_messages.hpp"
#include "tests/protocols/goldens.hpp"

using namespace scmi;
using namespace scmi::telemetry_protocol;

void golden::telemetry(Goldens& g) {
  g.command(ProtocolAttributes{}, newest, "01 6c 00 00");
  g.response<ProtocolAttributes>({.num_de = 7,
                                  .num_groups = 3,
                                  .de_implementation_revision_0 = 0x0011'2233,
                                  .de_implementation_revision_1 = 0x4455'6677,
                                  .de_implementation_revision_2 = 0x8899'AABB,
                                  .de_implementation_revision_3 = 0xCCDD'EEFF,
                                  .attributes = 0xC007'0002,
                                  .default_blk_ts_rate = 1000},
                                 newest,
                                 "01 6c 00 00  00 00 00 00  07 00 00 00  03 00 00 00  33 22 11 00  77 66 55 44 "
                                 "bb aa 99 88  ff ee dd cc  02 00 07 c0  e8 03 00 00");
  g.command(ListShmti{.index = 4}, newest, "03 6c 00 00  04 00 00 00");
  g.response<ListShmti>({.flags = 0x0003'0000, .descriptors = {{5, 0x1'0000'2000, 256, 7}, {6, 0x2'0000'3000, 512, 8}}},
                        newest,
                        "03 6c 00 00  00 00 00 00  02 00 03 00  05 00 00 00  00 20 00 00  01 00 00 00  00 01 00 00 "
                        "07 00 00 00  06 00 00 00  00 30 00 00  02 00 00 00  00 02 00 00  08 00 00 00");
  g.command(DeDescription{.index = 9}, newest, "04 6c 00 00  09 00 00 00");
  g.response<DeDescription>({.flags = 0x0004'0000,
                             .descriptors = {{.de_id = DataEventId(0x1001),
                                              .group_id = 11,
                                              .data_size_bytes = 8,
                                              .attributes_1 = 0x0160'0042,
                                              .attributes_2 = 0x0203'0405,
                                              .attributes_3 = 0x0600'0000}}},
                            newest,
                            "04 6c 00 00  00 00 00 00  01 00 04 00  01 10 00 00  0b 00 00 00  08 00 00 00  42 00 60 01 "
                            "05 04 03 02  00 00 00 06");
  // Every optional part: time stamps in the line, a fast channel, a name.
  g.response<DeDescription>({.flags = 0x0005'0000,
                             .descriptors = {{.de_id = DataEventId(0x1002),
                                              .group_id = 12,
                                              .data_size_bytes = 4,
                                              .attributes_1 = 0xC09F'A0A1,
                                              .attributes_2 = 0x0302'0106,
                                              .attributes_3 = 0x0700'0000,
                                              .ts_rate = 1'000'000,
                                              .fast_channel_address = 0x3'0000'4000,
                                              .fast_channel_len_bytes = 16,
                                              .name = short_name}}},
                            newest,
                            join("04 6c 00 00  00 00 00 00  01 00 05 00  02 10 00 00  0c 00 00 00  04 00 00 00 "
                                 "a1 a0 9f c0  06 01 02 03  00 00 00 07  40 42 0f 00  00 40 00 00  03 00 00 00 "
                                 "10 00 00 00 ",
                                 short_name_bytes));
  g.command(ListUpdateIntervals{.index = 4, .group_id = 5, .flags = 1}, newest,
            "05 6c 00 00  04 00 00 00  05 00 00 00  01 00 00 00");
  g.response<ListUpdateIntervals>({.flags = 0x0006'0000, .intervals = {0x3D, 0x1E0, 0x5C}}, newest,
                                  "05 6c 00 00  00 00 00 00  03 00 06 00  3d 00 00 00  e0 01 00 00  5c 00 00 00");
  g.command(DeConfigure{.id = 0x1001, .flags = 0xA}, newest, "06 6c 00 00  01 10 00 00  0a 00 00 00");
  g.response<DeConfigure>({.shmti_id = 2, .shmti_de_offset = 0x40, .blk_ts_offset = 0x10}, newest,
                          "06 6c 00 00  00 00 00 00  02 00 00 00  40 00 00 00  10 00 00 00");
  g.command(DeEnabledList{.index = 4, .flags = 1}, newest, "07 6c 00 00  04 00 00 00  01 00 00 00");
  g.response<DeEnabledList>(
      {.flags = 0x0007'0000, .entries = {{0x1001, 1}, {0x1002, 2}}}, newest,
      "07 6c 00 00  00 00 00 00  02 00 07 00  01 10 00 00  01 00 00 00  02 10 00 00  02 00 00 00");
  g.command(ConfigSet{.group_id = 5, .control = 0x23, .sampling_rate = 0x3D}, newest,
            "08 6c 00 00  05 00 00 00  23 00 00 00  3d 00 00 00");
  g.response<ConfigSet>({}, newest, "08 6c 00 00  00 00 00 00");
  g.delayed_response<ConfigSet>({.lines = {0x8, 0x1001, 77, 5}}, newest,
                                "08 6e 00 00  00 00 00 00  04 00 00 00  08 00 00 00  01 10 00 00  4d 00 00 00 "
                                "05 00 00 00");
  g.command(ConfigGet{.group_id = 5, .flags = 1}, newest, "09 6c 00 00  05 00 00 00  01 00 00 00");
  g.response<ConfigGet>({.control = 0x23, .sampling_rate = 0x3D}, newest,
                        "09 6c 00 00  00 00 00 00  23 00 00 00  3d 00 00 00");
  g.command(Reset{.flags = 3}, newest, "0a 6c 00 00  03 00 00 00");
  g.response<Reset>({}, newest, "0a 6c 00 00  00 00 00 00");
  g.notification(Update{.agent_id = AgentId(1), .status = Status::partial_error, .lines = {0x8, 0x1001, 77, 5}}, newest,
                 "00 6f 00 00  01 00 00 00  f4 ff ff ff  04 00 00 00  08 00 00 00  01 10 00 00  4d 00 00 00 "
                 "05 00 00 00");
}

TEST_CASE("golden bytes: telemetry") {
  golden::Goldens g;
  golden::telemetry(g);
}

TEST_CASE("telemetry: what earlier drafts leave out at the end of a reply is zero") {
  const auto attributes = golden::hex(
      "00 00 00 00  07 00 00 00  03 00 00 00  33 22 11 00  77 66 55 44  bb aa 99 88  ff ee dd cc  02 00 07 c0");
  const auto old = decode_reply<ProtocolAttributes::Reply>(attributes, newest);
  REQUIRE(old);
  CHECK(old->attributes == 0xC007'0002);
  CHECK(old->default_blk_ts_rate == 0);
  const auto place = decode_reply<DeConfigure::Reply>(golden::hex("00 00 00 00  02 00 00 00  40 00 00 00"), newest);
  REQUIRE(place);
  CHECK(*place == DeConfigure::Reply{2, 0x40, 0});
}

TEST_CASE("telemetry: descriptors of different sizes stand behind one another") {
  using D = DeDescription::Descriptor;
  const DeDescription::Reply all{.flags = 0,
                                 .descriptors = {
                                     {.de_id = DataEventId(1), .attributes_1 = 1, .ts_rate = 10},
                                     {.de_id = DataEventId(2)},
                                     {.de_id = DataEventId(3), .attributes_1 = D::has_name.mask(), .name = "three"},
                                     {.de_id = DataEventId(4),
                                      .attributes_1 = D::has_fast_channel.mask() | 2,
                                      .fast_channel_address = 0x1000,
                                      .fast_channel_len_bytes = 8},
                                 }};
  CHECK(encoded_size(all, newest) == 4 + 28 + 24 + 40 + 36);
  std::array<std::byte, 256> bytes{};
  const auto size = encode_reply(all, newest, bytes);
  REQUIRE(size);
  CHECK(*decode_reply<DeDescription::Reply>(std::span(bytes).first(*size), newest) == all);
  CHECK(decode_reply<DeDescription::Reply>(std::span(bytes).first(*size - 4), newest)
            .error()
            .is(LocalError::malformed_reply));
}

TEST_CASE("telemetry: a partial reading keeps its lines, in traces and by name") {
  const auto bytes = golden::hex("f4 ff ff ff  04 00 00 00  08 00 00 00  01 10 00 00  4d 00 00 00  05 00 00 00");
  const catalogue::Entry* entry = catalogue::find("telemetry.config_set");
  REQUIRE(entry != nullptr);
  const auto decoded = catalogue::decode(*entry, catalogue::Kind::delayed_response, bytes, newest);
  REQUIRE(decoded);
  CHECK(decoded->status == Status::partial_error);
  REQUIRE(decoded->fields.size() == 2);
  CHECK(decoded->fields[1].parts.size() == 4);
  const std::vector<catalogue::Argument> arguments{{"status", "PARTIAL_ERROR"}, {"lines", "8,0x1001,77,5"}};
  const auto again = catalogue::encode(*entry, catalogue::Kind::delayed_response, arguments, newest);
  REQUIRE(again.has_value());
  CHECK(golden::to_text(*again) == golden::to_text(bytes));
}

TEST_CASE("bits: telemetry") {
  using A = ProtocolAttributes::Reply;
  CHECK(A::single_read.mask() == 0x8000'0000);
  CHECK(A::continuous_update.mask() == 0x4000'0000);
  CHECK(A::per_group.mask() == 0x0004'0000);
  CHECK(A::reset.mask() == 0x0002'0000);
  CHECK(A::fast_channels.mask() == 0x0001'0000);
  CHECK(A::num_shmti.mask() == 0x0000'FFFF);
  using D = DeDescription::Descriptor;
  CHECK(D::has_name.mask() == 0x8000'0000);
  CHECK(D::has_fast_channel.mask() == 0x4000'0000);
  CHECK(D::type.mask() == 0x3FC0'0000);
  CHECK(D::persistent.mask() == 0x0020'0000);
  CHECK(D::exponent.mask() == 0x001F'E000);
  CHECK(D::unit.mask() == 0x0000'1FE0);
  CHECK(D::timestamps.mask() == 0x3);
  CHECK(reserved_bits(D::attributes_1_bits, newest) == 0x1C);
  CHECK(D::instance.mask() == 0xFF00'0000);
  CHECK(D::component_instance.mask() == 0x00FF'FF00);
  CHECK(D::component_type.mask() == 0x0000'00FF);
  CHECK(reserved_bits(ListUpdateIntervals::flags_bits, newest) == 0xFFFF'FFF0);
  CHECK(ListUpdateIntervals::Reply::count.mask() == 0xFFF);
  CHECK(ListUpdateIntervals::Reply::format.mask() == 0x1000);
  CHECK(ListUpdateIntervals::Reply::remaining.mask() == 0xFFFF'0000);
  CHECK(DeConfigure::group.mask() == 0x8);
  CHECK(DeConfigure::disable_all.mask() == 0x4);
  CHECK(DeConfigure::mode.mask() == 0x3);
  CHECK(control::selector.mask() == 0x1E0);
  CHECK(control::mode.mask() == 0x1E);
  CHECK(control::enable.mask() == 0x1);
  CHECK(reserved_bits(ConfigGet::flags_bits, newest) == 0xFFFF'FFF0);
}
