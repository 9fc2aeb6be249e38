// SPDX-License-Identifier: Apache-2.0
//
// The pin control client against a platform that says, word by word, what the test wrote down.
#include <doctest/doctest.h>

#include "protocols/pin_control.hpp"
#include "tests/protocols/scripted_platform.hpp"

using namespace scmi;
using scripted::operator+;
using scripted::Platform;
using scripted::status;
using scripted::Words;

namespace {

constexpr std::uint8_t pin = 0x19;
constexpr PinRef pin5{PinKind::pin, 5};
constexpr PinRef group1{PinKind::group, 1};
constexpr PinRef function2{PinKind::function, 2};

PinControl open(Platform& p, std::uint32_t low = 0x0002'0008, std::uint32_t high = 3) {
  p.on(pin, 0x0, {0, 0x10000});
  p.on(pin, 0x1, {0, low, high});
  auto pins = PinControl::open(p.agent());
  REQUIRE(pins);
  p.commands.clear();
  return std::move(*pins);
}

}  // namespace

TEST_CASE("pin control: counts of pins, groups and functions") {
  Platform p;
  const PinControl pins = open(p, 0x0002'0008, 0xFFFF'0003);
  CHECK(pins.count(PinKind::pin) == 8);
  CHECK(pins.count(PinKind::group) == 2);
  CHECK(pins.count(PinKind::function) == 3);
}

TEST_CASE("pin control names: the extended one is asked for with the selector") {
  Platform p;
  const PinControl pins = open(p);
  p.on(pin, 0x3, Words{0, 0x8002'0004} + scripted::name("a_function_with"));
  p.on(pin, 0x9, Words{0, 0} + scripted::name("a_function_with_a_long_name", 64));
  const auto info = pins.describe(function2);
  REQUIRE(info);
  CHECK(p.last().parameters == Words{2, 2});
  CHECK(info->name == "a_function_with_a_long_name");
  CHECK(info->short_name == "a_function_with");
  CHECK(info->element_count == 4);
  CHECK(info->gpio);
  CHECK_FALSE(info->pin_only);
  CHECK_FALSE(pins.describe(pin5)->gpio);  // A function's bit.
  p.on_ask(pin, 0x3, Platform::Answer([](const Words& c) {
             if (c.at(1) != 1) return Words{status(Status::not_found)};
             return Words{0, 2} + scripted::name(c.at(0) == 0 ? "uart" : "spi");
           }));
  CHECK(*pins.by_name(PinKind::group, "spi") == group1);
  CHECK(pins.by_name(PinKind::pin, "spi").error().is(LocalError::not_found));
  CHECK(pins.list(PinKind::group)->size() == 2);
  CHECK(pins.list(PinKind::pin)->empty());
}

TEST_CASE("pin associations come in pages, and end") {
  Platform p;
  const PinControl pins = open(p);
  p.on_ask(pin, 0x4, Platform::Answer([](const Words& c) {
             return c.at(2) == 0 ? Words{0, 1U << 16 | 2, 4U << 16 | 3} : Words{0, 1, 7};
           }));
  CHECK(*pins.associations(group1) == std::vector<std::uint16_t>{3, 4, 7});
  CHECK(p.last().parameters == Words{1, 1, 2});
  p.on(pin, 0x4, {0, 1U << 16});
  CHECK(pins.associations(group1).error().is(LocalError::malformed_reply));
  p.on(pin, 0x4, {0, 3, 1});
  CHECK(pins.associations(group1).error().is(LocalError::malformed_reply));
  CHECK(pins.associations(pin5).error().is(LocalError::invalid_argument));
}

TEST_CASE("pin settings: all of them in pages, one of them, the function alone") {
  Platform p;
  const PinControl pins = open(p);
  p.on_ask(pin, 0x5, Platform::Answer([](const Words& c) {
             return c.at(1) >> 8 == 0x400 ? Words{0, 2, 1U << 24 | 2, 4, 1, 10, 8} : Words{0, 2, 1, 200, 77};
           }));
  const auto state = pins.state(pin5);
  REQUIRE(state);
  CHECK(state->function == 2);
  CHECK(state->settings == std::vector<PinSetting>{{4, 1}, {10, 8}, {200, 77}});
  CHECK(p.last().parameters == Words{5, 0x0004'0200});
  p.on(pin, 0x5, {0, 0xFFFF'FFFF, 1, 10, 8});
  CHECK(*pins.setting(group1, 10) == 8);
  CHECK(p.last().parameters == Words{1, 0x0001'000A});
  CHECK(pins.setting(group1, 11).error().is(LocalError::malformed_reply));
  CHECK(pins.setting(group1, 256).error().is(LocalError::invalid_argument));
  CHECK_FALSE(pins.function(pin5)->has_value());
  CHECK(p.last().parameters == Words{5, 0x0008'0000});
  p.on(pin, 0x5, {0, 0, 0xFF00'0001, 1, 1});  // More than eight bits can skip.
  CHECK(pins.state(pin5).error().is(LocalError::malformed_reply));
  CHECK(pins.state(function2).error().is(LocalError::invalid_argument));
}

TEST_CASE("pin configure: ascending by type whatever was given; a type twice and nothing are refused unsent") {
  Platform p;
  const PinControl pins = open(p);
  p.on(pin, 0x6, {0});
  REQUIRE(pins.configure(group1, {{10, 8}, {4, 1}}));
  CHECK(p.last().parameters == Words{1, 0xFFFF'FFFF, 0x9, 4, 1, 10, 8});
  REQUIRE(pins.select_function(pin5, 2));
  CHECK(p.last().parameters == Words{5, 2, 0x400});
  REQUIRE(pins.select_function(group1, std::nullopt));
  CHECK(p.last().parameters == Words{1, 0xFFFF'FFFF, 0x401});
  p.commands.clear();
  CHECK(pins.configure(pin5, {}).error().is(LocalError::invalid_argument));
  CHECK(pins.configure(pin5, {{4, 1}, {4, 0}}).error().is(LocalError::invalid_argument));
  CHECK(pins.configure(pin5, {{256, 1}}).error().is(LocalError::invalid_argument));
  CHECK(pins.configure(function2, {{4, 1}}).error().is(LocalError::invalid_argument));
  CHECK(p.commands.empty());
}

TEST_CASE("pin configure: more settings than a message carries go in several, the defaults first") {
  Platform p({.max_message_size = 4 + 12 + 3 * 8});
  const PinControl pins = open(p);
  std::vector<Words> sent;
  p.on_ask(pin, 0x6, scripted::Platform::Answer([&](const Words& words) {
             sent.push_back(words);
             return Words{0};
           }));
  REQUIRE(pins.configure(pin5, {{4, 40}, {3, 30}, {2, 20}, {1, 10}, {0, 0}}));
  const std::uint32_t none = 0xFFFF'FFFF;
  CHECK(sent == std::vector<Words>{{5, none, 2U << 2U, 0, 0, 1, 10},  //
                                   {5, none, 2U << 2U, 2, 20, 3, 30},
                                   {5, none, 1U << 2U, 4, 40}});
  // What is refused ends it, and is told.
  sent.clear();
  p.on_ask(pin, 0x6, scripted::Platform::Answer([&](const Words& words) {
             sent.push_back(words);
             return Words{sent.size() == 2 ? scripted::status(Status::denied) : 0};
           }));
  CHECK(pins.configure(pin5, {{1, 1}, {2, 2}, {3, 3}, {4, 4}, {5, 5}}).error().is(Status::denied));
  CHECK(sent.size() == 2);
  // All types that there can be.
  sent.clear();
  p.on_ask(pin, 0x6, scripted::Platform::Answer([&](const Words& words) {
             sent.push_back(words);
             return Words{0};
           }));
  std::vector<PinSetting> all;
  for (std::uint32_t type = 0; type <= 255; ++type) all.push_back({type, type});
  REQUIRE(pins.configure(pin5, all));
  std::size_t count = 0;
  for (const Words& words : sent) count += words.at(2) >> 2U & 0xFFU;
  CHECK(count == 256);
}

TEST_CASE("pin request, release and permissions") {
  Platform p;
  const PinControl pins = open(p);
  CHECK(pins.request(pin5).error().is(Status::not_found));
  for (const int message : {0x7, 0x8, 0xA}) p.on(pin, static_cast<std::uint8_t>(message), {0});
  REQUIRE(pins.request(group1));
  CHECK(p.last().parameters == Words{1, 1});
  REQUIRE(pins.release(pin5));
  CHECK(p.last().message == 0x8);
  REQUIRE(pins.set_permissions(AgentId(3), function2, true));
  CHECK(p.last().parameters == Words{3, 2, 6});
  REQUIRE(pins.set_permissions(AgentId(3), pin5, false));
  CHECK(p.last().parameters == Words{3, 5, 0});
}
