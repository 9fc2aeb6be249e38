// SPDX-License-Identifier: Apache-2.0
//
// The voltage domain client against a platform that says, word by word, what the test wrote down.
#include <doctest/doctest.h>

#include <set>

#include "protocols/voltage.hpp"
#include "tests/protocols/scripted_platform.hpp"

using namespace scmi;
using scripted::operator+;
using scripted::Platform;
using scripted::status;
using scripted::Words;

namespace {

constexpr std::uint8_t volt = 0x17;
constexpr DomainId id{5};

constexpr std::uint32_t word(std::int32_t level_uv) { return static_cast<std::uint32_t>(level_uv); }

VoltageDomains open(Platform& p, std::uint32_t version, std::uint32_t attributes = 8) {
  p.on(volt, 0x0, {0, version});
  p.on(volt, 0x1, {0, attributes});
  auto domains = VoltageDomains::open(p.agent());
  REQUIRE(domains);
  p.commands.clear();
  return std::move(*domains);
}

}  // namespace

TEST_CASE("voltage attributes at 1.0: no bit means anything") {
  Platform p;
  const VoltageDomains domains = open(p, 0x10000, 0xFFFF'0008);
  CHECK(domains.count() == 8);
  p.on(volt, 0x3, Words{0, 0xC000'0000} + scripted::name("vbig"));
  const auto info = domains.describe(id);
  REQUIRE(info);
  CHECK(p.last().parameters == Words{5});
  CHECK(info->id == id);
  CHECK(info->name == "vbig");
  CHECK_FALSE(info->async_level_set);
  CHECK(p.commands.size() == 1);
}

TEST_CASE("voltage attributes at 2.0: asynchronous setting and the extended name") {
  Platform p;
  const VoltageDomains domains = open(p, 0x20000);
  p.on(volt, 0x3, Words{0, 0xC000'0000} + scripted::name("supply_of_the_d"));
  p.on(volt, 0x9, Words{0, 0} + scripted::name("supply_of_the_display", 64));
  const auto info = domains.describe(id);
  REQUIRE(info);
  CHECK(info->async_level_set);
  CHECK(info->name == "supply_of_the_display");
  CHECK(info->short_name == "supply_of_the_d");
}

TEST_CASE("voltage list and names: a platform that calls unknown domains INVALID_PARAMETERS is listed all the same") {
  Platform p;
  const VoltageDomains domains = open(p, 0x20001, 3);
  p.on_ask(volt, 0x3, Platform::Answer([](const Words& c) {
             if (c.at(0) == 1) return Words{status(Status::invalid_parameters)};
             return Words{0, 0} + scripted::name(c.at(0) == 0 ? "vsys" : "vgpu");
           }));
  CHECK(domains.list()->size() == 2);
  CHECK(*domains.by_name("vgpu") == DomainId(2));
  CHECK(domains.by_name("vbig").error().is(LocalError::not_found));
}

TEST_CASE("T14 voltage levels: pages are put together, each asked for with a token of its own") {
  Platform p;
  const VoltageDomains domains = open(p, 0x20001);
  p.on_ask(volt, 0x4, Platform::Answer([](const Words& c) {
             switch (c.at(1)) {
               case 0: return Words{0, 2U | 3U << 16, word(-20), word(-10)};
               case 2: return Words{0, 2U | 1U << 16, 30, 40};
               default: return Words{0, 1, 50};
             }
           }));
  const auto levels = domains.levels(id);
  REQUIRE(levels);
  CHECK_FALSE(levels->is_range);
  CHECK(levels->discrete_uv == std::vector<std::int32_t>{-20, -10, 30, 40, 50});
  REQUIRE(p.commands.size() == 3);
  CHECK(p.commands[2].parameters == Words{5, 4});
  std::set<std::uint16_t> tokens;
  for (const auto& c : p.commands) tokens.insert(c.token);
  CHECK(tokens.size() == 3);
  CHECK(levels->contains(-10));
  CHECK_FALSE(levels->contains(0));
}

TEST_CASE("voltage levels: a platform that counts each page among what remains is understood") {
  for (const std::uint32_t page_size : {1U, 2U, 3U, 5U, 6U, 9U}) {
    CAPTURE(page_size);
    Platform p;
    const VoltageDomains domains = open(p, 0x20000);
    p.on_ask(volt, 0x4, Platform::Answer([&](const Words& c) {
               constexpr std::uint32_t total = 6;
               const std::uint32_t left = total - std::min(c.at(1), total);
               const std::uint32_t here = std::min(left, page_size);
               Words reply{0, here | left << 16};
               for (std::uint32_t i = 0; i < here; ++i) reply.push_back(100 + c.at(1) + i);
               return reply;
             }));
    const auto levels = domains.levels(id);
    REQUIRE(levels);
    CHECK(levels->discrete_uv == std::vector<std::int32_t>{100, 101, 102, 103, 104, 105});
  }
}

TEST_CASE("T5 voltage levels: a count beyond the bytes, a page beyond the promise, a total that moves") {
  Platform p;
  const VoltageDomains domains = open(p, 0x20001);
  const auto refused = [&] { return domains.levels(id).error().is(LocalError::malformed_reply); };
  p.on(volt, 0x4, {0, 0xFFF, 1});
  CHECK(refused());
  p.commands.clear();
  p.on(volt, 0x4, {0, 1U | 1U << 16, 1});  // The same page for ever: promises one more, always.
  CHECK(refused());
  CHECK(p.commands.size() == 2);
  p.on_ask(volt, 0x4, Platform::Answer([](const Words& c) {
             return c.at(1) == 0 ? Words{0, 1U | 1U << 16, 1} : Words{0, 2, 2, 3};
           }));
  CHECK(refused());
  p.on_ask(volt, 0x4, Platform::Answer([](const Words& c) {
             return c.at(1) == 0 ? Words{0, 1U | 5U << 16, 1} : Words{0, 3U | 1U << 12, 2, 3, 4};
           }));
  CHECK(refused());
  p.on_ask(volt, 0x4, Platform::Answer([](const Words& c) {
             return c.at(1) == 0 ? Words{0, 1U | 0xFFFFU << 16, 1} : Words{0, 0xFFFEU << 16};
           }));
  CHECK(refused());
}

TEST_CASE("T6 voltage levels: none at all is an empty list, remaining without progress is an error") {
  Platform p;
  const VoltageDomains domains = open(p, 0x20001);
  p.on(volt, 0x4, {0, 0});
  const auto none = domains.levels(id);
  REQUIRE(none);
  CHECK(none->discrete_uv.empty());
  CHECK_FALSE(none->contains(0));
  p.on(volt, 0x4, {0, 4U << 16});
  CHECK(domains.levels(id).error().is(LocalError::malformed_reply));
}

TEST_CASE("voltage levels: a range has three values, also one that cannot be stepped through") {
  Platform p;
  const VoltageDomains domains = open(p, 0x10000);
  p.on(volt, 0x4, {0, 3U | 1U << 12, word(-1000), 1000, 500});
  const auto levels = domains.levels(id);
  REQUIRE(levels);
  CHECK(levels->is_range);
  CHECK(levels->lowest_uv == -1000);
  CHECK(levels->highest_uv == 1000);
  CHECK(levels->step_uv == 500);
  CHECK(levels->contains(-500));
  CHECK_FALSE(levels->contains(-499));
  CHECK_FALSE(levels->contains(1500));
  p.on(volt, 0x4, {0, 3U | 1U << 12, 0x8000'0000, 0x7FFF'FFFF, 0});
  CHECK(domains.levels(id)->contains(0));
  for (const std::uint32_t count : {0U, 1U, 2U, 4U}) {
    p.on(volt, 0x4, {0, count | 1U << 12, 1, 2, 3, 4});
    CHECK(domains.levels(id).error().is(LocalError::malformed_reply));
  }
}

TEST_CASE("voltage level get and set: signed microvolts, flags 0") {
  Platform p;
  const VoltageDomains domains = open(p, 0x10000);
  p.on(volt, 0x8, {0, word(-12'500)});
  CHECK(*domains.level_get(id) == -12'500);
  p.on(volt, 0x7, {0});
  CHECK(domains.level_set(id, -1));
  CHECK(p.last().parameters == Words{5, 0, 0xFFFF'FFFF});
  p.on(volt, 0x8, {status(Status::not_supported), 7});
  CHECK(domains.level_get(id).error().is(Status::not_supported));
  CHECK(domains.level_set_async(id, 1).error().is(LocalError::unsupported));
  CHECK(p.asked(volt, 0x7) == 1);
}

TEST_CASE("voltage level set, asynchronous: the delayed response tells the level") {
  Platform p;
  const VoltageDomains domains = open(p, 0x20000);
  p.on(volt, 0x7, {0});
  auto pending = domains.level_set_async(id, 1'000'000);
  REQUIRE(pending);
  CHECK(p.last().parameters == Words{5, 1, 1'000'000});
  CHECK_FALSE(pending->poll());
  p.complete_last({0, 5, word(-7)});
  CHECK(pending->poll());
  CHECK(*pending->wait() == -7);

  auto other = domains.level_set_async(id, 1);
  p.complete_last({0, 6, 1});
  CHECK(other->wait().error().is(LocalError::malformed_reply));

  p.on(volt, 0x7, {status(Status::busy)});
  CHECK(domains.level_set_async(id, 1)->wait().error().is(Status::busy));

  Platform without({.p2a = false});
  CHECK(open(without, 0x20000).level_set_async(id, 1).error().is(LocalError::unsupported));
}

TEST_CASE("voltage config: on, off, and the implementation's own modes") {
  Platform p;
  const VoltageDomains domains = open(p, 0x20001);
  p.on(volt, 0x5, {0});
  CHECK(domains.enable(id));
  CHECK(p.last().parameters == Words{5, 7});
  CHECK(domains.disable(id));
  CHECK(p.last().parameters == Words{5, 0});
  CHECK(domains.config_set(id, 0xB));
  CHECK(p.last().parameters == Words{5, 0xB});
  CHECK(domains.config_set(id, 0x10).error().is(LocalError::invalid_argument));
  CHECK(p.commands.size() == 3);
  struct Row {
    std::uint32_t word;
    std::uint32_t mode;
    bool enabled;
  };
  for (const Row row : {Row{0, 0, false}, Row{7, 7, true}, Row{1, 1, true}, Row{8, 8, false}, Row{0xF0, 0, false}}) {
    CAPTURE(row.word);
    p.on(volt, 0x6, {0, row.word});
    CHECK(domains.config_get(id)->mode == row.mode);
    CHECK(domains.config_get(id)->enabled == row.enabled);
  }
}
