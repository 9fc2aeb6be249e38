// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include "protocols/voltage_messages.hpp"
#include "tests/protocols/goldens.hpp"

using namespace scmi;
using namespace scmi::voltage_protocol;

void golden::voltage(Goldens& g) {
  g.command(ProtocolAttributes{}, newest, "01 5c 00 00");
  g.response<ProtocolAttributes>({.attributes = 0x0000'0203}, newest, "01 5c 00 00  00 00 00 00  03 02 00 00");
  g.command(DomainAttributes{.domain_id = DomainId(5)}, newest, "03 5c 00 00  05 00 00 00");
  g.response<DomainAttributes>({.attributes = 0xC000'0000, .name = short_name}, newest,
                               join("03 5c 00 00  00 00 00 00  00 00 00 c0", short_name_bytes));
  g.command(DescribeLevels{.domain_id = DomainId(5), .level_index = 2}, newest,
            "04 5c 00 00  05 00 00 00  02 00 00 00");
  g.response<DescribeLevels>({.flags = 0x0007'0000, .levels_uv = {-5000, 800'000, 900'000}}, newest,
                             "04 5c 00 00  00 00 00 00  03 00 07 00  78 ec ff ff  00 35 0c 00  a0 bb 0d 00");
  g.response<DescribeLevels>({.flags = 0x0000'1000, .levels_uv = {800'000, 1'200'000, 12'500}}, newest,
                             "04 5c 00 00  00 00 00 00  03 10 00 00  00 35 0c 00  80 4f 12 00  d4 30 00 00");
  g.command(ConfigSet{.domain_id = DomainId(5), .config = 7}, newest, "05 5c 00 00  05 00 00 00  07 00 00 00");
  g.response<ConfigSet>({}, newest, "05 5c 00 00  00 00 00 00");
  g.command(ConfigGet{.domain_id = DomainId(5)}, newest, "06 5c 00 00  05 00 00 00");
  g.response<ConfigGet>({.config = 9}, newest, "06 5c 00 00  00 00 00 00  09 00 00 00");
  g.command(LevelSet{.domain_id = DomainId(5), .flags = 0, .voltage_level_uv = 1'000'000}, version_1_0,
            "07 5c 00 00  05 00 00 00  00 00 00 00  40 42 0f 00");
  g.command(LevelSet{.domain_id = DomainId(5), .flags = 1, .voltage_level_uv = -1'000'000}, version_2_0,
            "07 5c 00 00  05 00 00 00  01 00 00 00  c0 bd f0 ff");
  g.response<LevelSet>({}, newest, "07 5c 00 00  00 00 00 00");
  g.delayed_response<LevelSet>({.domain_id = DomainId(5), .voltage_level_uv = -1'000'000}, newest,
                               "07 5e 00 00  00 00 00 00  05 00 00 00  c0 bd f0 ff");
  g.command(LevelGet{.domain_id = DomainId(5)}, newest, "08 5c 00 00  05 00 00 00");
  g.response<LevelGet>({.voltage_level_uv = -1'000'000}, newest, "08 5c 00 00  00 00 00 00  c0 bd f0 ff");
  g.command(DomainNameGet{.domain_id = DomainId(5)}, newest, "09 5c 00 00  05 00 00 00");
  g.response<DomainNameGet>({.flags = 9, .name = extended_name}, newest,
                            join("09 5c 00 00  00 00 00 00  09 00 00 00", extended_name_bytes));
}

TEST_CASE("golden bytes: voltage") {
  golden::Goldens g;
  golden::voltage(g);
}

TEST_CASE("worked example: a triplet of VOLTAGE_DESCRIBE_LEVELS and a synchronous VOLTAGE_LEVEL_SET") {
  golden::reply_both_ways(DescribeLevels::Reply{.flags = 0x1000, .levels_uv = {800'000, 1'200'000, 12'500}}, newest,
                          "00 00 00 00  03 10 00 00  00 35 0c 00  80 4f 12 00  d4 30 00 00");
  golden::both_ways(LevelSet{.domain_id = DomainId(0), .flags = 0, .voltage_level_uv = 1'000'000}, newest,
                    "00 00 00 00  00 00 00 00  40 42 0f 00");
}

TEST_CASE("voltages are signed wherever they are shown, and may be given so") {
  const MessageHeader header{LevelSet::info.message, MessageType::command, protocol::voltage, Token(0)};
  const golden::Bytes bytes = golden::hex("05 00 00 00  01 00 00 00  c0 bd f0 ff");
  CHECK(catalogue::print_message(header, catalogue::Kind::command, bytes, newest) ==
        "voltage.level_set domain_id=5 flags=0x1(async) voltage_level=-1000000 uV");
  CHECK(catalogue::message_to_json(header, catalogue::Kind::command, bytes, newest)
            .find(R"("voltage_level_uv":-1000000)") != std::string::npos);
  const std::vector<catalogue::Argument> arguments{
      {"domain_id", "5"}, {"async", "1"}, {"voltage_level_uv", "-1000000"}};
  const auto sent =
      catalogue::encode(*catalogue::find("voltage.level_set"), catalogue::Kind::command, arguments, newest);
  REQUIRE(sent.has_value());
  CHECK(*sent == bytes);
  const MessageHeader levels{DescribeLevels::info.message, MessageType::command, protocol::voltage, Token(0)};
  CHECK(
      catalogue::print_message(levels, catalogue::Kind::response,
                               golden::hex("00 00 00 00  02 00 00 00  ff ff ff ff  05 00 00 00"), newest) ==
      "voltage.describe_levels response SUCCESS flags=0x2(num_levels=2 format=list remaining=0) levels=[-1 uV, 5 uV]");
}

TEST_CASE("bits: voltage") {
  using Reply = DomainAttributes::Reply;
  CHECK(ProtocolAttributes::Reply::num_domains.mask() == 0x0000'FFFF);
  CHECK(Reply::async_level_set.mask() == 0x8000'0000);
  CHECK(Reply::extended_name.mask() == 0x4000'0000);
  CHECK(reserved_bits(Reply::attributes_bits, version_1_0) == 0xFFFF'FFFF);
  CHECK(reserved_bits(Reply::attributes_bits, version_2_0) == 0x3FFF'FFFF);
  CHECK(DescribeLevels::Reply::count.mask() == 0x0000'0FFF);
  CHECK(DescribeLevels::Reply::format.mask() == 0x0000'1000);
  CHECK(DescribeLevels::Reply::remaining.mask() == 0xFFFF'0000);
  CHECK(reserved_bits(config_bits, newest) == 0xFFFF'FFF0);
  CHECK(reserved_bits(LevelSet::flags_bits, version_1_0) == 0xFFFF'FFFF);
  CHECK(reserved_bits(LevelSet::flags_bits, version_2_0) == 0xFFFF'FFFE);
}
