// SPDX-License-Identifier: Apache-2.0
//
// The i.MX clients against a platform that says, word by word, what the test wrote down.
#include <doctest/doctest.h>

#include "protocols/vendor/imx/bbm.hpp"
#include "protocols/vendor/imx/cpu.hpp"
#include "protocols/vendor/imx/fusa.hpp"
#include "protocols/vendor/imx/lmm.hpp"
#include "protocols/vendor/imx/misc.hpp"
#include "tests/protocols/scripted_platform.hpp"

using namespace scmi;
using namespace scmi::imx;
using scripted::operator+;
using scripted::Platform;
using scripted::status;
using scripted::Words;

namespace {

void be_imx(Platform& p) {
  p.on(0x10, 0x3, Words{0} + scripted::name("NXP"));
  p.on(0x10, 0x4, Words{0} + scripted::name("imx"));
  p.on_ask(0x10, 0x6, Platform::Answer([](const Words& c) {
             return c.at(0) == 0 ? Words{0, 5, 0x8382'8180, 0x84} : Words{0, 0};
           }));
}

/// Orders that are answered with SUCCESS.
void accept(Platform& p, std::uint8_t protocol, std::initializer_list<std::uint8_t> messages) {
  for (const std::uint8_t message : messages) p.on(protocol, message, {0});
}

template <class Client>
Client open(Platform& p, std::uint8_t protocol, const Words& attributes, std::uint32_t version = 0x10000) {
  be_imx(p);
  p.on(protocol, 0x0, {0, version});
  p.on(protocol, 0x1, Words{0} + attributes);
  auto client = Client::open(p.agent());
  REQUIRE(client);
  p.commands.clear();
  return std::move(*client);
}

}  // namespace

TEST_CASE("imx: another vendor's protocol of the same number is not spoken to") {
  Platform p;
  be_imx(p);
  p.on(0x10, 0x3, Words{0} + scripted::name("Qualcomm"));
  p.on(0x80, 0x0, {0, 0x10000});
  CHECK(Lmm::open(p.agent()).error().is(LocalError::not_found));
  CHECK(p.asked(0x80, 0x0) == 0);
}

TEST_CASE("imx lmm: machines, their life and their events") {
  Platform p;
  const Lmm lmm = open<Lmm>(p, 0x80, {3});
  CHECK(lmm.count() == 3);
  p.on_ask(0x80, 0x3, Platform::Answer([](const Words& c) {
             const std::uint32_t id = c.at(0) == 0xFFFF'FFFF ? 2 : c.at(0);
             return Words{0, id, 0, 1, 0} + scripted::name(id == 2 ? "AP" : "M7");
           }));
  CHECK(lmm.own()->id == 2);
  CHECK(lmm.own()->name == "AP");
  CHECK(lmm.describe(1)->state == MachineState::on);
  CHECK(*lmm.by_name("AP") == 2);
  CHECK(lmm.list()->size() == 3);
  accept(p, 0x80, {0x4, 0x5, 0x6, 0x7, 0x8, 0x9, 0xB, 0xC});
  REQUIRE(lmm.boot(1));
  CHECK(p.last().message == 0x4);
  REQUIRE(lmm.reset(1, true));
  CHECK(p.last().parameters == Words{1, 1});
  REQUIRE(lmm.shutdown(1, false));
  CHECK(p.last().message == 0x6);
  CHECK(p.last().parameters == Words{1, 0});
  REQUIRE(lmm.wake(1));
  CHECK(p.last().message == 0x7);
  REQUIRE(lmm.suspend(1));
  CHECK(p.last().message == 0x8);
  REQUIRE(lmm.power_on(1));
  CHECK(p.last().message == 0xB);
  REQUIRE(lmm.reset_vector_set(1, 6, 0x1122'3344'5566'7788));
  CHECK(p.last().parameters == Words{1, 6, 0, 0x5566'7788, 0x1122'3344});
  p.on(0x80, 0xA, {0, 0x8000'0001, 0xA000'0002, 77, 88, 99});
  const auto reason = lmm.reset_reason(1);
  REQUIRE(reason);
  CHECK(reason->boot_flags == 0x8000'0001);
  CHECK(reason->extended == Words{77});  // As many as the word says, whatever came.
  std::vector<std::uint32_t> heard;
  auto watch =
      lmm.watch(1, {.shutdown = true, .wake = true}, [&](const lmm_protocol::Event& e) { heard.push_back(e.flags); });
  REQUIRE(watch);
  CHECK(p.last().parameters == Words{1, 0xA});
  p.notify(0x80, 0x0, {2, 1, 2});
  p.notify(0x80, 0x0, {2, 0, 8});
  CHECK(heard == Words{2});
}

TEST_CASE("imx bbm: registers, clocks and the button") {
  Platform p;
  const Bbm bbm = open<Bbm>(p, 0x81, {0x0002'0008});
  CHECK(bbm.register_count() == 8);
  CHECK(bbm.rtc_count() == 2);
  accept(p, 0x81, {0x3, 0x6, 0x8, 0xA, 0xB});
  REQUIRE(bbm.register_set(3, 0xCAFE));
  CHECK(p.last().parameters == Words{3, 0xCAFE});
  p.on(0x81, 0x4, {0, 0xCAFE});
  CHECK(*bbm.register_get(3) == 0xCAFE);
  p.on(0x81, 0x5, Words{0, 0x2030'8000} + scripted::name("bbnsm"));
  const auto rtc = bbm.rtc_describe(1);
  REQUIRE(rtc);
  CHECK(rtc->name == "bbnsm");
  CHECK(rtc->ticks_per_second == 32768);
  CHECK(rtc->seconds_width == 32);
  CHECK(rtc->tick_width == 48);
  p.on_ask(0x81, 0x7, Platform::Answer([](const Words& c) { return Words{0, c.at(1) == 1 ? 20U : 10U, 1}; }));
  CHECK(*bbm.rtc_seconds(0) == 0x1'0000'000A);
  CHECK(*bbm.rtc_ticks(0) == 0x1'0000'0014);
  REQUIRE(bbm.rtc_set_ticks(1, 0x1'0000'0002));
  CHECK(p.last().parameters == Words{1, 1, 2, 1});
  REQUIRE(bbm.rtc_set_seconds(1, 5));
  CHECK(p.last().parameters == Words{1, 0, 5, 0});
  REQUIRE(bbm.rtc_alarm(1, 60));
  CHECK(p.last().parameters == Words{1, 1, 60, 0});
  REQUIRE(bbm.rtc_alarm(1, std::nullopt));
  CHECK(p.last().parameters == Words{1, 0, 0, 0});
  p.on(0x81, 0xC, {0, 2});
  CHECK(*bbm.rtc_battery_low(0));
  p.on(0x81, 0x9, {0, 1});
  CHECK(*bbm.button_pressed());
  int pressed = 0;
  auto button = bbm.watch_button([&](bool down) { pressed += down ? 1 : 10; });
  REQUIRE(button);
  CHECK(p.last().parameters == Words{1});
  p.notify(0x81, 0x1, {1});
  p.notify(0x81, 0x1, {0});
  CHECK(pressed == 11);
  int alarms = 0;
  auto alarm = bbm.watch_rtc(1, {.alarm = true}, [&](std::uint32_t, RtcEvents e) { alarms += e.alarm ? 1 : 0; });
  REQUIRE(alarm);
  CHECK(p.last().parameters == Words{1, 1});
  p.notify(0x81, 0x0, {0x0100'0001});
  p.notify(0x81, 0x0, {0x0000'0001});
  CHECK(alarms == 1);
}

TEST_CASE("imx cpu: cores, how they sleep and what wakes them") {
  Platform p;
  const Cpu cpu = open<Cpu>(p, 0x82, {2});
  p.on_ask(0x82, 0x3, Platform::Answer([](const Words& c) {
             return Words{0, 0} + scripted::name(c.at(0) == 0 ? "m33p" : "m7p");
           }));
  CHECK(*cpu.by_name("m7p") == 1);
  p.on(0x82, 0xC, {0, 1, 3, 0x1000, 0x2});
  const auto state = cpu.state(1);
  REQUIRE(state);
  CHECK(state->run_mode == RunMode::hold);
  CHECK(state->sleep_mode == SleepMode::suspend);
  CHECK(state->vector == 0x2'0000'1000);
  accept(p, 0x82, {0x4, 0x5, 0x6, 0x7, 0x8, 0x9, 0xA, 0xB});
  REQUIRE(cpu.start(1));
  CHECK(p.last().message == 0x4);
  REQUIRE(cpu.stop(1));
  CHECK(p.last().message == 0x5);
  REQUIRE(cpu.reset_vector_set(1, 0x2'0000'1000, {.start = true}));
  CHECK(p.last().parameters == Words{1, 0x4000'0000, 0x1000, 2});
  REQUIRE(cpu.sleep_mode_set(1, SleepMode::stop, true));
  CHECK(p.last().parameters == Words{1, 1, 2});
  const std::array<std::uint32_t, 2> mask{5, 6};
  REQUIRE(cpu.irq_wake_set(1, 4, mask));
  CHECK(p.last().parameters == Words{1, 4, 2, 5, 6});
  REQUIRE(cpu.non_irq_wake_set(1, 0, mask));
  CHECK(p.last().message == 0x9);
  REQUIRE(cpu.power_domain_settings_set(1, {{9, 4, 0xFF}}));
  CHECK(p.last().parameters == Words{1, 1, 9, 4, 0xFF});
  REQUIRE(cpu.peripheral_settings_set(1, {{9, 4}, {10, 1}}));
  CHECK(p.last().parameters == Words{1, 2, 9, 4, 10, 1});
}

TEST_CASE("imx fusa: environments, faults and their events") {
  Platform p;
  const Fusa fusa = open<Fusa>(p, 0x83, {0x0010'0302, 0});
  CHECK(fusa.fault_count() == 16);
  CHECK(fusa.environment_count() == 3);
  p.on(0x83, 0x3, {0, 2, 1});
  CHECK(fusa.fault_environment()->state == 2);
  p.on(0x83, 0x6, {0, 1, 2, 3});
  CHECK(fusa.safety_environment(1)->machine == 2);
  p.on(0x83, 0x8, {0, 1});
  CHECK(*fusa.fault_get(4));
  accept(p, 0x83, {0x5, 0x7, 0x9, 0xB, 0xE});
  REQUIRE(fusa.fault_set(4, true));
  CHECK(p.last().parameters == Words{4, 1});
  REQUIRE(fusa.safety_environment_set(3, 0xC0));
  CHECK(p.last().parameters == Words{3, 0xC0});
  REQUIRE(fusa.fault_environment_notify(true));
  CHECK(p.last().parameters == Words{1});
  REQUIRE(fusa.check_event_trigger());
  REQUIRE(fusa.check_test_execute(2));
  p.on(0x83, 0xA, {0, 4, 0x3});
  CHECK(*fusa.fault_group_notify(4, 0xF, 0x3) == 3);
  CHECK(p.last().parameters == Words{4, 0xF, 0x3});
  std::uint32_t fault = 0;
  std::uint32_t cookie = 0;
  std::uint32_t state = 0;
  const auto on_fault = fusa.on_fault([&](const auto& e) { fault = e.fault_id; });
  const auto on_request = fusa.on_state_request([&](const auto& e) { cookie = e.ping_cookie; });
  const auto on_state = fusa.on_fault_environment([&](const auto& e) { state = e.state; });
  p.notify(0x83, 0x0, {3, 0});
  p.notify(0x83, 0x1, {0xC0});
  p.notify(0x83, 0x2, {7, 1});
  CHECK(state == 3);
  CHECK(cookie == 0xC0);
  CHECK(fault == 7);
}

TEST_CASE("imx misc: controls, reasons and what the platform is") {
  Platform p;
  const Misc misc = open<Misc>(p, 0x84, {0x0407'0009}, 0x10001);
  CHECK(misc.device_control_count() == 9);
  CHECK(misc.board_control_count() == 4);
  CHECK(misc.reason_count() == 7);
  p.on(0x84, 0x4, {0, 2, 5, 6});
  CHECK(*misc.control_get(3) == Words{5, 6});
  p.on(0x84, 0x4, {0, 3, 5, 6});
  CHECK(misc.control_get(3).error().is(LocalError::malformed_reply));
  p.on(0x84, 0x3, {0});
  REQUIRE(misc.control_set(3, {7, 8}));
  CHECK(p.last().parameters == Words{3, 2, 7, 8});
  p.on(0x84, 0x5, {0, 1, 9});
  CHECK(*misc.control_action(3, 1, {4}) == Words{9});
  CHECK(p.last().parameters == Words{3, 1, 1, 4});
  p.on(0x84, 0x9, Words{0, 0} + scripted::name("por"));
  CHECK(*misc.reason_name(2) == "por");
  p.on(0x84, 0xA, {0, 0x8000'0002, 0x8000'0003});
  CHECK(misc.reset_reason(true)->shutdown_flags == 0x8000'0003);
  CHECK(p.last().parameters == Words{1});
  CHECK(misc.build_info().error().is(Status::not_found));
  p.on(0x84, 0x22, {0, 0x8000'0200, 6400, 0, 1, 0xFFFF'FFFF, 2});
  CHECK(misc.ddr_info(0)->end == 0x2'FFFF'FFFF);
  std::uint32_t flags = 0;
  auto watch = misc.watch_control(3, 0x10, [&](const auto& e) { flags = e.flags; });
  CHECK(watch.error().is(Status::not_found));
  p.on(0x84, 0x8, {0});
  watch = misc.watch_control(3, 0x10, [&](const auto& e) { flags = e.flags; });
  REQUIRE(watch);
  CHECK(p.last().parameters == Words{3, 0x10});
  p.notify(0x84, 0x0, {4, 1});
  CHECK(flags == 0);
  p.notify(0x84, 0x0, {3, 0x10});
  CHECK(flags == 0x10);
}

TEST_CASE("imx misc: the log comes in pages, and a platform that promises without end is refused") {
  Platform p;
  const Misc misc = open<Misc>(p, 0x84, {0});
  p.on_ask(0x84, 0xD, Platform::Answer([](const Words& c) {
             return c.at(1) == 0 ? Words{0, 2U << 20 | 3, 1, 2, 3} : Words{0, 2, 4, 5};
           }));
  CHECK(*misc.syslog() == Words{1, 2, 3, 4, 5});
  CHECK(p.last().parameters == Words{0, 3});
  p.on(0x84, 0xD, {0, 2U << 20});
  CHECK(misc.syslog().error().is(LocalError::malformed_reply));
  CHECK(misc.ddr_info(0).error().is(LocalError::unsupported));  // Version 1.0 has none.
}
