// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include "scmi/base_messages.hpp"
#include "tests/protocols/goldens.hpp"

using namespace scmi;
using namespace scmi::base_protocol;

void golden::base(Goldens& g) {
  g.command(ProtocolVersion{}, newest, "00 40 00 00");
  g.response<ProtocolVersion>({Version(0x20001)}, newest, "00 40 00 00  00 00 00 00  01 00 02 00");
  g.command(ProtocolMessageAttributes{0x10C}, newest, "02 40 00 00  0c 01 00 00");
  g.response<ProtocolMessageAttributes>({0x8000'0001}, newest, "02 40 00 00  00 00 00 00  01 00 00 80");
  g.command(NegotiateProtocolVersion{Version(0x30004)}, newest, "10 40 00 00  04 00 03 00");
  g.response<NegotiateProtocolVersion>({}, newest, "10 40 00 00  00 00 00 00");

  g.command(ProtocolAttributes{}, newest, "01 40 00 00");
  g.response<ProtocolAttributes>({.attributes = 0x0000'0305}, newest, "01 40 00 00  00 00 00 00  05 03 00 00");
  g.command(DiscoverVendor{}, newest, "03 40 00 00");
  g.response<DiscoverVendor>({.vendor_identifier = short_name}, newest,
                             join("03 40 00 00  00 00 00 00", short_name_bytes));
  g.command(DiscoverSubVendor{}, newest, "04 40 00 00");
  g.response<DiscoverSubVendor>({.sub_vendor_identifier = short_name}, newest,
                                join("04 40 00 00  00 00 00 00", short_name_bytes));
  g.command(DiscoverImplementationVersion{}, newest, "05 40 00 00");
  g.response<DiscoverImplementationVersion>({.implementation_version = 0x0102'0304}, newest,
                                            "05 40 00 00  00 00 00 00  04 03 02 01");
  g.command(DiscoverListProtocols{.skip = 6}, newest, "06 40 00 00  06 00 00 00");
  g.response<DiscoverListProtocols>({.protocols = {ProtocolId(0x11), ProtocolId(0x12), ProtocolId(0x13),
                                                   ProtocolId(0x14), ProtocolId(0x15), ProtocolId(0x80)}},
                                    newest, "06 40 00 00  00 00 00 00  06 00 00 00  11 12 13 14  15 80 00 00");
  g.command(DiscoverAgent{.agent_id = AgentId(0xFFFF'FFFF)}, newest, "07 40 00 00  ff ff ff ff");
  g.response<DiscoverAgent>({.agent_id = {}, .name = short_name}, version_1_0,
                            join("07 40 00 00  00 00 00 00", short_name_bytes));
  g.response<DiscoverAgent>({.agent_id = AgentId(2), .name = short_name}, version_2_0,
                            join("07 40 00 00  00 00 00 00  02 00 00 00", short_name_bytes));
  g.command(NotifyErrors{.notify_enable = 1}, newest, "08 40 00 00  01 00 00 00");
  g.response<NotifyErrors>({}, newest, "08 40 00 00  00 00 00 00");
  g.command(SetDevicePermissions{.agent_id = AgentId(2), .device_id = 3, .flags = 1}, newest,
            "09 40 00 00  02 00 00 00  03 00 00 00  01 00 00 00");
  g.response<SetDevicePermissions>({}, newest, "09 40 00 00  00 00 00 00");
  g.command(SetProtocolPermissions{.agent_id = AgentId(2), .device_id = 3, .command_id = 0x14, .flags = 1}, newest,
            "0a 40 00 00  02 00 00 00  03 00 00 00  14 00 00 00  01 00 00 00");
  g.response<SetProtocolPermissions>({}, newest, "0a 40 00 00  00 00 00 00");
  g.command(ResetAgentConfiguration{.agent_id = AgentId(2), .flags = 1}, newest,
            "0b 40 00 00  02 00 00 00  01 00 00 00");
  g.response<ResetAgentConfiguration>({}, newest, "0b 40 00 00  00 00 00 00");
  g.notification(ErrorEvent{.agent_id = AgentId(2),
                            .error_status = 0x8000'0000,
                            .reports = {{0x0000'4404, Status::busy}, {0x0000'5005, Status::denied}}},
                 newest, "00 43 00 00  02 00 00 00  02 00 00 80  04 44 00 00  fa ff ff ff  05 50 00 00  fd ff ff ff");
}

TEST_CASE("golden bytes: Base") {
  golden::Goldens g;
  golden::base(g);
}

TEST_CASE("golden bytes: Base, lists without entries and in full words") {
  golden::reply_both_ways(DiscoverListProtocols::Reply{}, newest, "00 00 00 00  00 00 00 00");
  golden::reply_both_ways(
      DiscoverListProtocols::Reply{{ProtocolId(0x14), ProtocolId(0x13), ProtocolId(0x12), ProtocolId(0x11)}}, newest,
      "00 00 00 00  04 00 00 00  14 13 12 11");
  golden::both_ways(ErrorEvent{.agent_id = AgentId(1), .error_status = 0x8000'0000, .reports = {}}, newest,
                    "01 00 00 00  00 00 00 80");
}

TEST_CASE("bits: Base") {
  CHECK(ProtocolAttributes::Reply::num_agents.get(0xABCD'0305) == 3);
  CHECK(ProtocolAttributes::Reply::num_protocols.get(0xABCD'0305) == 5);
  CHECK(notify_enable_bit.mask() == 0x1);
  CHECK(reserved_bits(notify_enable_bits, newest) == 0xFFFF'FFFE);
  CHECK(SetDevicePermissions::allow.mask() == 0x1);
  CHECK(reserved_bits(SetDevicePermissions::flags_bits, newest) == 0xFFFF'FFFE);
  CHECK(SetProtocolPermissions::allow.mask() == 0x1);
  CHECK(SetProtocolPermissions::protocol_id.mask() == 0xFF);
  CHECK(reserved_bits(SetProtocolPermissions::command_id_bits, newest) == 0xFFFF'FF00);
  CHECK(ResetAgentConfiguration::reset_permissions.mask() == 0x1);
  CHECK(ErrorEvent::fatal.mask() == 0x8000'0000);
  CHECK(ErrorEvent::num_reports.mask() == 0x3FF);
}
