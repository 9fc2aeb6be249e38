// SPDX-License-Identifier: Apache-2.0
//
// The i.MX protocols in bytes written by hand.
#include <doctest/doctest.h>

#include "protocols/vendor/imx/bbm_messages.hpp"
#include "protocols/vendor/imx/cpu_messages.hpp"
#include "protocols/vendor/imx/fusa_messages.hpp"
#include "protocols/vendor/imx/imx_catalogue.hpp"
#include "protocols/vendor/imx/lmm_messages.hpp"
#include "protocols/vendor/imx/misc_messages.hpp"
#include "tests/protocols/goldens.hpp"

using namespace scmi;
using namespace scmi::imx;
using golden::Goldens;
using golden::join;
using golden::short_name;
using golden::short_name_bytes;

namespace {

void lmm(Goldens& g) {
  using namespace lmm_protocol;
  g.command(ProtocolAttributes{}, newest, "01 00 02 00");
  g.response<ProtocolAttributes>({.attributes = 3}, newest, "01 00 02 00  00 00 00 00  03 00 00 00");
  g.command(Attributes{.lm_id = own}, newest, "03 00 02 00  ff ff ff ff");
  g.response<Attributes>(
      {.lm_id = 2, .attributes = 5, .state = 3, .error_status = Status::hardware_error, .name = short_name}, newest,
      join("03 00 02 00  00 00 00 00  02 00 00 00  05 00 00 00  03 00 00 00  f7 ff ff ff", short_name_bytes));
  g.command(Boot{.lm_id = 2}, newest, "04 00 02 00  02 00 00 00");
  g.response<Boot>({}, newest, "04 00 02 00  00 00 00 00");
  g.command(Reset{.lm_id = 2, .flags = 1}, newest, "05 00 02 00  02 00 00 00  01 00 00 00");
  g.response<Reset>({}, newest, "05 00 02 00  00 00 00 00");
  g.command(Shutdown{.lm_id = 2, .flags = 1}, newest, "06 00 02 00  02 00 00 00  01 00 00 00");
  g.response<Shutdown>({}, newest, "06 00 02 00  00 00 00 00");
  g.command(Wake{.lm_id = 2}, newest, "07 00 02 00  02 00 00 00");
  g.response<Wake>({}, newest, "07 00 02 00  00 00 00 00");
  g.command(Suspend{.lm_id = 2}, newest, "08 00 02 00  02 00 00 00");
  g.response<Suspend>({}, newest, "08 00 02 00  00 00 00 00");
  g.command(Notify{.lm_id = 2, .flags = 0xF}, newest, "09 00 02 00  02 00 00 00  0f 00 00 00");
  g.response<Notify>({}, newest, "09 00 02 00  00 00 00 00");
  g.command(lmm_protocol::ResetReason{.lm_id = 2}, newest, "0a 00 02 00  02 00 00 00");
  g.response<lmm_protocol::ResetReason>(
      {.boot_flags = 0x9300'0005, .shutdown_flags = 0x8080'0707, .extended = {0x11, 0x22}}, newest,
      "0a 00 02 00  00 00 00 00  05 00 00 93  07 07 80 c0  11 00 00 00  22 00 00 00");
  g.command(PowerOn{.lm_id = 2}, newest, "0b 00 02 00  02 00 00 00");
  g.response<PowerOn>({}, newest, "0b 00 02 00  00 00 00 00");
  g.command(ResetVectorSet{.lm_id = 2, .cpu_id = 6, .flags = 1, .vector = 0x1122'3344'5566'7788}, newest,
            "0c 00 02 00  02 00 00 00  06 00 00 00  01 00 00 00  88 77 66 55  44 33 22 11");
  g.response<ResetVectorSet>({}, newest, "0c 00 02 00  00 00 00 00");
  g.notification(Event{.lm_id = 1, .event_lm_id = 2, .flags = 4}, newest,
                 "00 03 02 00  01 00 00 00  02 00 00 00  04 00 00 00");
}

void bbm(Goldens& g) {
  using namespace bbm_protocol;
  g.command(ProtocolAttributes{}, newest, "01 04 02 00");
  g.response<ProtocolAttributes>({.attributes = 0x0002'0008}, newest, "01 04 02 00  00 00 00 00  08 00 02 00");
  g.command(RegisterSet{.index = 3, .value = 0xCAFE}, newest, "03 04 02 00  03 00 00 00  fe ca 00 00");
  g.response<RegisterSet>({}, newest, "03 04 02 00  00 00 00 00");
  g.command(RegisterGet{.index = 3}, newest, "04 04 02 00  03 00 00 00");
  g.response<RegisterGet>({.value = 0xCAFE}, newest, "04 04 02 00  00 00 00 00  fe ca 00 00");
  g.command(RtcAttributes{.index = 1}, newest, "05 04 02 00  01 00 00 00");
  g.response<RtcAttributes>({.attributes = 0x202F'8000, .name = short_name}, newest,
                            join("05 04 02 00  00 00 00 00  00 80 2f 20", short_name_bytes));
  g.command(RtcTimeSet{.index = 2, .flags = 1, .value = 0x1122'3344'5566'7788}, newest,
            "06 04 02 00  02 00 00 00  01 00 00 00  88 77 66 55  44 33 22 11");
  g.response<RtcTimeSet>({}, newest, "06 04 02 00  00 00 00 00");
  g.command(RtcTimeGet{.index = 2, .flags = 1}, newest, "07 04 02 00  02 00 00 00  01 00 00 00");
  g.response<RtcTimeGet>({.value = 0x1122'3344'5566'7788}, newest,
                         "07 04 02 00  00 00 00 00  88 77 66 55  44 33 22 11");
  g.command(RtcAlarmSet{.index = 2, .flags = 1, .seconds = 0x1122'3344'5566'7788}, newest,
            "08 04 02 00  02 00 00 00  01 00 00 00  88 77 66 55  44 33 22 11");
  g.response<RtcAlarmSet>({}, newest, "08 04 02 00  00 00 00 00");
  g.command(ButtonGet{}, newest, "09 04 02 00");
  g.response<ButtonGet>({.state = 1}, newest, "09 04 02 00  00 00 00 00  01 00 00 00");
  g.command(RtcNotify{.index = 2, .flags = 7}, newest, "0a 04 02 00  02 00 00 00  07 00 00 00");
  g.response<RtcNotify>({}, newest, "0a 04 02 00  00 00 00 00");
  g.command(ButtonNotify{.flags = 1}, newest, "0b 04 02 00  01 00 00 00");
  g.response<ButtonNotify>({}, newest, "0b 04 02 00  00 00 00 00");
  g.command(RtcState{.index = 2}, newest, "0c 04 02 00  02 00 00 00");
  g.response<RtcState>({.state = 3}, newest, "0c 04 02 00  00 00 00 00  03 00 00 00");
  g.notification(RtcEvent{.flags = 0x0100'0004}, newest, "00 07 02 00  04 00 00 01");
  g.notification(ButtonEvent{.flags = 1}, newest, "01 07 02 00  01 00 00 00");
}

void cpu(Goldens& g) {
  using namespace cpu_protocol;
  g.command(ProtocolAttributes{}, newest, "01 08 02 00");
  g.response<ProtocolAttributes>({.attributes = 7}, newest, "01 08 02 00  00 00 00 00  07 00 00 00");
  g.command(Attributes{.cpu_id = 4}, newest, "03 08 02 00  04 00 00 00");
  g.response<Attributes>({.attributes = 9, .name = short_name}, newest,
                         join("03 08 02 00  00 00 00 00  09 00 00 00", short_name_bytes));
  g.command(Start{.cpu_id = 4}, newest, "04 08 02 00  04 00 00 00");
  g.response<Start>({}, newest, "04 08 02 00  00 00 00 00");
  g.command(Stop{.cpu_id = 4}, newest, "05 08 02 00  04 00 00 00");
  g.response<Stop>({}, newest, "05 08 02 00  00 00 00 00");
  g.command(cpu_protocol::ResetVectorSet{.cpu_id = 4, .flags = 0xE000'0001, .vector = 0x1122'3344'5566'7788}, newest,
            "06 08 02 00  04 00 00 00  01 00 00 e0  88 77 66 55  44 33 22 11");
  g.response<cpu_protocol::ResetVectorSet>({}, newest, "06 08 02 00  00 00 00 00");
  g.command(SleepModeSet{.cpu_id = 4, .flags = 7, .mode = 2}, newest,
            "07 08 02 00  04 00 00 00  07 00 00 00  02 00 00 00");
  g.response<SleepModeSet>({}, newest, "07 08 02 00  00 00 00 00");
  g.command(IrqWakeSet{.cpu_id = 4, .mask_index = 3, .mask = {0x11, 0x22}}, newest,
            "08 08 02 00  04 00 00 00  03 00 00 00  02 00 00 00  11 00 00 00  22 00 00 00");
  g.response<IrqWakeSet>({}, newest, "08 08 02 00  00 00 00 00");
  g.command(NonIrqWakeSet{.cpu_id = 4, .mask_index = 3, .mask = {0x11}}, newest,
            "09 08 02 00  04 00 00 00  03 00 00 00  01 00 00 00  11 00 00 00");
  g.response<NonIrqWakeSet>({}, newest, "09 08 02 00  00 00 00 00");
  g.command(PowerDomainSettingsSet{.cpu_id = 4, .configs = {{6, 3, 0x77}, {8, 5, 0x99}}}, newest,
            "0a 08 02 00  04 00 00 00  02 00 00 00  06 00 00 00  03 00 00 00  77 00 00 00  08 00 00 00  05 00 00 00  "
            "99 00 00 00");
  g.response<PowerDomainSettingsSet>({}, newest, "0a 08 02 00  00 00 00 00");
  g.command(PeripheralSettingsSet{.cpu_id = 4, .configs = {{6, 3}}}, newest,
            "0b 08 02 00  04 00 00 00  01 00 00 00  06 00 00 00  03 00 00 00");
  g.response<PeripheralSettingsSet>({}, newest, "0b 08 02 00  00 00 00 00");
  g.command(InfoGet{.cpu_id = 4}, newest, "0c 08 02 00  04 00 00 00");
  g.response<InfoGet>({.run_mode = 3, .sleep_mode = 2, .vector = 0x1122'3344'5566'7788}, newest,
                      "0c 08 02 00  00 00 00 00  03 00 00 00  02 00 00 00  88 77 66 55  44 33 22 11");
}

void fusa(Goldens& g) {
  using namespace fusa_protocol;
  g.command(ProtocolAttributes{}, newest, "01 0c 02 00");
  g.response<ProtocolAttributes>({.attributes = 0x0010'0302, .attributes2 = 9}, newest,
                                 "01 0c 02 00  00 00 00 00  02 03 10 00  09 00 00 00");
  g.command(FaultEnvironmentStateGet{}, newest, "03 0c 02 00");
  g.response<FaultEnvironmentStateGet>({.state = 2, .mode_selector = 5}, newest,
                                       "03 0c 02 00  00 00 00 00  02 00 00 00  05 00 00 00");
  g.command(FaultEnvironmentStateNotify{.notify_enable = 1}, newest, "05 0c 02 00  01 00 00 00");
  g.response<FaultEnvironmentStateNotify>({}, newest, "05 0c 02 00  00 00 00 00");
  g.command(SafetyEnvironmentStateGet{.environment_id = 3}, newest, "06 0c 02 00  03 00 00 00");
  g.response<SafetyEnvironmentStateGet>({.environment_id = 3, .lm_id = 2, .state = 4}, newest,
                                        "06 0c 02 00  00 00 00 00  03 00 00 00  02 00 00 00  04 00 00 00");
  g.command(SafetyEnvironmentStateSet{.state = 4, .ping_cookie = 0xC0C1}, newest,
            "07 0c 02 00  04 00 00 00  c1 c0 00 00");
  g.response<SafetyEnvironmentStateSet>({}, newest, "07 0c 02 00  00 00 00 00");
  g.command(FaultGet{.fault_id = 12}, newest, "08 0c 02 00  0c 00 00 00");
  g.response<FaultGet>({.flags = 1}, newest, "08 0c 02 00  00 00 00 00  01 00 00 00");
  g.command(FaultSet{.fault_id = 12, .flags = 1}, newest, "09 0c 02 00  0c 00 00 00  01 00 00 00");
  g.response<FaultSet>({}, newest, "09 0c 02 00  00 00 00 00");
  g.command(FaultGroupNotify{.first_fault_id = 12, .mask = 0xF0, .enable_mask = 0x30}, newest,
            "0a 0c 02 00  0c 00 00 00  f0 00 00 00  30 00 00 00");
  g.response<FaultGroupNotify>({.first_fault_id = 12, .enabled_mask = 0x30}, newest,
                               "0a 0c 02 00  00 00 00 00  0c 00 00 00  30 00 00 00");
  g.command(SafetyCheckEventTrigger{}, newest, "0b 0c 02 00");
  g.response<SafetyCheckEventTrigger>({}, newest, "0b 0c 02 00  00 00 00 00");
  g.command(SafetyCheckTestExecute{.test_id = 6}, newest, "0e 0c 02 00  06 00 00 00");
  g.response<SafetyCheckTestExecute>({}, newest, "0e 0c 02 00  00 00 00 00");
  g.notification(FaultEnvironmentStateEvent{.state = 3, .mode_selector = 5}, newest,
                 "00 0f 02 00  03 00 00 00  05 00 00 00");
  g.notification(SafetyEnvironmentStateRequest{.ping_cookie = 0xC0C1}, newest, "01 0f 02 00  c1 c0 00 00");
  g.notification(FaultEvent{.fault_id = 12, .flags = 1}, newest, "02 0f 02 00  0c 00 00 00  01 00 00 00");
}

void misc(Goldens& g) {
  using namespace misc_protocol;
  g.command(ProtocolAttributes{}, newest, "01 10 02 00");
  g.response<ProtocolAttributes>({.attributes = 0x0407'0009}, newest, "01 10 02 00  00 00 00 00  09 00 07 04");
  g.command(ControlSet{.control_id = 0x8001, .values = {0x11, 0x22}}, newest,
            "03 10 02 00  01 80 00 00  02 00 00 00  11 00 00 00  22 00 00 00");
  g.response<ControlSet>({}, newest, "03 10 02 00  00 00 00 00");
  g.command(ControlGet{.control_id = 0x8001}, newest, "04 10 02 00  01 80 00 00");
  g.response<ControlGet>({.values = {0x11, 0x22}}, newest,
                         "04 10 02 00  00 00 00 00  02 00 00 00  11 00 00 00  22 00 00 00");
  g.command(ControlAction{.control_id = 0x8001, .action = 3, .arguments = {0x11}}, newest,
            "05 10 02 00  01 80 00 00  03 00 00 00  01 00 00 00  11 00 00 00");
  g.response<ControlAction>({.values = {0x22}}, newest, "05 10 02 00  00 00 00 00  01 00 00 00  22 00 00 00");
  g.command(BuildInfo{}, newest, "06 10 02 00");
  g.response<BuildInfo>(
      {.build_number = 17, .commit = 0xABCD'EF01, .date = "pqrsTUVWxyz0987", .time = short_name}, newest,
      join("06 10 02 00  00 00 00 00  11 00 00 00  01 ef cd ab  70 71 72 73  54 55 56 57  78 79 7a 30  39 38 37 00",
           short_name_bytes));
  g.command(RomPassoverGet{}, newest, "07 10 02 00");
  g.response<RomPassoverGet>({.words = {0x11, 0x22}}, newest,
                             "07 10 02 00  00 00 00 00  02 00 00 00  11 00 00 00  22 00 00 00");
  g.command(ControlNotify{.control_id = 0x8001, .flags = 6}, newest, "08 10 02 00  01 80 00 00  06 00 00 00");
  g.response<ControlNotify>({}, newest, "08 10 02 00  00 00 00 00");
  g.command(ReasonAttributes{.reason_id = 4}, newest, "09 10 02 00  04 00 00 00");
  g.response<ReasonAttributes>({.attributes = 9, .name = short_name}, newest,
                               join("09 10 02 00  00 00 00 00  09 00 00 00", short_name_bytes));
  g.command(ReasonGet{.flags = 1}, newest, "0a 10 02 00  01 00 00 00");
  g.response<ReasonGet>({.boot_flags = 0x9300'0005, .shutdown_flags = 0x8080'0707, .extended = {0x11}}, newest,
                        "0a 10 02 00  00 00 00 00  05 00 00 93  07 07 80 a0  11 00 00 00");
  g.command(SiliconInfoGet{}, newest, "0b 10 02 00");
  g.response<SiliconInfoGet>({.device_id = 0x95, .silicon_revision = 0xB0, .part_number = 0x1234, .name = short_name},
                             newest,
                             join("0b 10 02 00  00 00 00 00  95 00 00 00  b0 00 00 00  34 12 00 00", short_name_bytes));
  g.command(ConfigurationInfoGet{}, newest, "0c 10 02 00");
  g.response<ConfigurationInfoGet>({.mode_selector = 5, .name = short_name}, newest,
                                   join("0c 10 02 00  00 00 00 00  05 00 00 00", short_name_bytes));
  g.command(SyslogGet{.flags = 8, .log_index = 20}, newest, "0d 10 02 00  08 00 00 00  14 00 00 00");
  g.response<SyslogGet>({.num_log_flags = 0x0050'0000, .words = {0x11, 0x22}}, newest,
                        "0d 10 02 00  00 00 00 00  02 00 50 00  11 00 00 00  22 00 00 00");
  g.command(BoardInfo{}, newest, "0e 10 02 00");
  g.response<BoardInfo>({.attributes = 0xB1, .name = short_name}, newest,
                        join("0e 10 02 00  00 00 00 00  b1 00 00 00", short_name_bytes));
  g.command(ControlExtendedSet{.control_id = 0x8001, .address = 0x100, .length = 8, .values = {0x11, 0x22}}, newest,
            "20 10 02 00  01 80 00 00  00 01 00 00  08 00 00 00  02 00 00 00  11 00 00 00  22 00 00 00");
  g.response<ControlExtendedSet>({}, newest, "20 10 02 00  00 00 00 00");
  g.command(ControlExtendedGet{.control_id = 0x8001, .address = 0x100, .length = 8}, newest,
            "21 10 02 00  01 80 00 00  00 01 00 00  08 00 00 00");
  g.response<ControlExtendedGet>({.values = {0x11, 0x22}}, newest,
                                 "21 10 02 00  00 00 00 00  02 00 00 00  11 00 00 00  22 00 00 00");
  g.command(DdrInfoGet{.region = 1}, newest, "22 10 02 00  01 00 00 00");
  g.response<DdrInfoGet>({.attributes = 0x8001'0201,
                          .megatransfers_per_second = 6400,
                          .start = 0x1122'3344'8000'0000,
                          .end = 0x5566'7788'FFFF'FFFF},
                         newest,
                         "22 10 02 00  00 00 00 00  01 02 01 80  00 19 00 00  00 00 00 80  44 33 22 11  ff ff ff ff  "
                         "88 77 66 55");
  g.notification(ControlEvent{.control_id = 0x8001, .flags = 6}, newest, "00 13 02 00  01 80 00 00  06 00 00 00");
}

std::vector<golden::Row> all_imx() {
  Goldens g;
  lmm(g);
  bbm(g);
  cpu(g);
  fusa(g);
  misc(g);
  return g.rows();
}

}  // namespace

TEST_CASE("golden bytes: the i.MX protocols") { CHECK(all_imx().size() > 100); }

TEST_CASE("imx: every message of the catalogue has golden bytes in each of its forms") {
  catalogue::VendorProtocols known;
  REQUIRE(add_to(known));
  const auto rows = all_imx();
  for (const auto& item : known.table().items()) {
    for (const catalogue::Entry& entry : item.value.entries) {
      if (entry.info->protocol == ProtocolId{}) continue;  // Those that every protocol has.
      for (const auto kind : {catalogue::Kind::command, catalogue::Kind::response, catalogue::Kind::delayed_response,
                              catalogue::Kind::notification}) {
        if (entry.layout(kind) == nullptr) continue;
        CAPTURE(entry.name());
        CHECK(std::ranges::any_of(rows, [&](const auto& r) { return r.info == entry.info && r.kind == kind; }));
      }
    }
  }
}

TEST_CASE("imx: golden bytes cut short anywhere are malformed, or still whole, never more") {
  catalogue::VendorProtocols known;
  REQUIRE(add_to(known));
  const catalogue::Catalogue all(known, {vendor, sub_vendor, 1});
  for (const golden::Row& row : all_imx()) {
    const catalogue::Entry* entry = all.find(row.protocol, row.kind, row.info->message);
    REQUIRE(entry != nullptr);
    CAPTURE(entry->name());
    CHECK(catalogue::decode(*entry, row.kind, row.payload, row.version)->trailing_bytes == 0);
    for (std::size_t size = 0; size < row.payload.size(); ++size) {
      const auto cut = catalogue::decode(*entry, row.kind, std::span(row.payload).first(size), row.version);
      CHECK_FALSE(cut.has_value());
    }
  }
}

TEST_CASE("bits: the words of the i.MX protocols") {
  CHECK(lmm_protocol::ProtocolAttributes::Reply::num_machines.mask() == 0x1F);
  CHECK(lmm_protocol::Reset::graceful.mask() == 1);
  CHECK(lmm_protocol::wake_event.mask() == 8);
  CHECK(reason_valid.mask() == 0x8000'0000);
  CHECK(reason_extended_words.mask() == 0x6000'0000);
  CHECK(reason_origin_valid.mask() == 0x1000'0000);
  CHECK(reason_origin.mask() == 0x0F00'0000);
  CHECK(reason_error_valid.mask() == 0x0080'0000);
  CHECK(reason_error.mask() == 0x007F'FF00);
  CHECK(reason_id.mask() == 0xFF);
  CHECK(bbm_protocol::ProtocolAttributes::Reply::num_rtcs.mask() == 0x00FF'0000);
  CHECK(bbm_protocol::ProtocolAttributes::Reply::num_registers.mask() == 0xFFFF);
  CHECK(bbm_protocol::RtcAttributes::Reply::seconds_width.mask() == 0xFF00'0000);
  CHECK(bbm_protocol::RtcAttributes::Reply::tick_width.mask() == 0x00FF'0000);
  CHECK(bbm_protocol::RtcEvent::rtc.mask() == 0xFF00'0000);
  CHECK(bbm_protocol::RtcNotify::updated.mask() == 4);
  CHECK(cpu_protocol::ResetVectorSet::resume.mask() == 0x8000'0000);
  CHECK(cpu_protocol::ResetVectorSet::start.mask() == 0x4000'0000);
  CHECK(cpu_protocol::ResetVectorSet::boot.mask() == 0x2000'0000);
  CHECK(cpu_protocol::SleepModeSet::low_power_compute.mask() == 4);
  CHECK(fusa_protocol::ProtocolAttributes::Reply::num_faults.mask() == 0xFFFF'0000);
  CHECK(fusa_protocol::ProtocolAttributes::Reply::num_environment_ids.mask() == 0xFF00);
  CHECK(fusa_protocol::FaultSet::set.mask() == 3);
  CHECK(misc_protocol::ProtocolAttributes::Reply::num_board_controls.mask() == 0xFF00'0000);
  CHECK(misc_protocol::ProtocolAttributes::Reply::num_reasons.mask() == 0x00FF'0000);
  CHECK(misc_protocol::SyslogGet::Reply::count.mask() == 0xFFF);
  CHECK(misc_protocol::SyslogGet::Reply::remaining.mask() == 0xFFF0'0000);
  CHECK(misc_protocol::DdrInfoGet::Reply::width.mask() == 0x700);
}
