// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include "protocols/performance.hpp"
#include "tests/protocols/scripted_platform.hpp"

using namespace scmi;
using scripted::operator+;
using scripted::Platform;
using scripted::status;
using scripted::Words;

namespace {

constexpr std::uint8_t perf = 0x13;
constexpr DomainId id{5};

PerformanceDomains open(Platform& p, std::uint32_t version, std::uint32_t attributes = 8) {
  p.on(perf, 0x0, {0, version});
  p.on(perf, 0x1, {0, attributes, 0, 0, 0});
  auto domains = PerformanceDomains::open(p.agent());
  REQUIRE(domains);
  p.commands.clear();
  return std::move(*domains);
}

/// DOMAIN_ATTRIBUTES: bits, then sustained frequency and level.
void describe_as(Platform& p, std::uint32_t bits, std::uint32_t freq_khz = 0, std::uint32_t level = 0) {
  p.on(perf, 0x3, Words{0, bits, 0xFFF0'01F4, freq_khz, level} + scripted::name("cpu"));
}

}  // namespace

TEST_CASE("performance attributes: the power unit has one bit before 3.0 and two since") {
  const auto unit = [](std::uint32_t version, std::uint32_t field) {
    Platform p;
    return open(p, version, field << 16 | 8).power_unit();
  };
  CHECK(unit(0x20000, 0) == PowerUnit::abstract);
  CHECK(unit(0x20000, 1) == PowerUnit::milliwatt);
  CHECK(unit(0x20000, 2) == PowerUnit::abstract);
  CHECK(unit(0x30000, 2) == PowerUnit::microwatt);
  CHECK(unit(0x40000, 3) == PowerUnit::unknown);
}

TEST_CASE("performance domain attributes: each bit from its version on") {
  for (const std::uint32_t version : {0x10000U, 0x20000U, 0x30000U, 0x40000U}) {
    CAPTURE(version);
    Platform p;
    const PerformanceDomains domains = open(p, version);
    describe_as(p, 0xFE00'0000, 1'000'000, 800);
    p.on(perf, 0xC, Words{0, 0} + scripted::name("cpu_of_the_big_cluster", 64));
    const auto info = domains.describe(id);
    REQUIRE(info);
    CHECK(info->set_limits);
    CHECK(info->set_level);
    CHECK(info->limits_notify);
    CHECK(info->level_notify);
    CHECK(info->fastchannel == (version >= 0x20000));
    CHECK(info->name == (version >= 0x30000 ? "cpu_of_the_big_cluster" : "cpu"));
    CHECK(info->level_indexing == (version >= 0x40000));
    CHECK(info->rate_limit_us == 500);
    CHECK(info->sustained_freq_khz == 1'000'000);
    CHECK(info->sustained_level == 800);
  }
}

TEST_CASE("performance levels before 4.0: three words, levels go by value") {
  Platform p;
  const PerformanceDomains domains = open(p, 0x30000);
  describe_as(p, 0x0200'0000, 1'000'000, 500);  // The indexing bit means nothing yet.
  p.on_ask(perf, 0x4, Platform::Answer([](const Words& c) {
             return c.at(1) == 0 ? Words{0, 2U | 1U << 16, 100, 7, 0xFFFF'0001, 200, 8, 2} : Words{0, 1, 300, 9, 3};
           }));
  const auto levels = domains.levels(id);
  REQUIRE(levels);
  CHECK_FALSE(levels->indexed);
  REQUIRE(levels->levels.size() == 3);
  const PerformanceLevel* level = levels->by_value(200);
  REQUIRE(level != nullptr);
  CHECK(level->index == 1);
  CHECK(level->power_cost == 8);
  CHECK(level->latency_us == 2);
  CHECK(levels->levels[0].latency_us == 1);
  CHECK(levels->on_wire(*level) == 200);
  CHECK(levels->from_wire(200) == level);
  CHECK(levels->from_wire(1) == nullptr);
  CHECK(levels->frequency_hz(*level) == 400'000'000);  // 1 GHz is level 500.
  CHECK(p.last().parameters == Words{5, 2});
}

TEST_CASE("performance levels since 4.0: five words, and by index where the domain says so") {
  Platform p;
  const PerformanceDomains domains = open(p, 0x40000);
  p.on(perf, 0x4, {0, 2, 100, 7, 1, 450'000, 11, 200, 8, 2, 800'000, 3});
  describe_as(p, 0x0200'0000);
  const auto indexed = domains.levels(id);
  REQUIRE(indexed);
  CHECK(indexed->indexed);
  REQUIRE(indexed->by_index(3) != nullptr);
  CHECK(indexed->by_index(3)->value == 200);
  CHECK(indexed->from_wire(11)->value == 100);
  CHECK(indexed->on_wire(indexed->levels[1]) == 3);
  CHECK(indexed->frequency_hz(indexed->levels[1]) == 800'000'000);
  describe_as(p, 0);
  const auto by_value = domains.levels(id);
  REQUIRE(by_value);
  CHECK_FALSE(by_value->indexed);
  CHECK(by_value->on_wire(by_value->levels[1]) == 200);
  CHECK(by_value->from_wire(200) == &by_value->levels[1]);
  CHECK(by_value->frequency_hz(by_value->levels[1]) == 200'000);  // Nothing said: a level is a kilohertz.
}

TEST_CASE("T6 performance levels: none is an empty list, remaining without progress an error") {
  Platform p;
  const PerformanceDomains domains = open(p, 0x40000);
  describe_as(p, 0);
  p.on(perf, 0x4, {0, 0});
  const auto none = domains.levels(id);
  REQUIRE(none);
  CHECK(none->levels.empty());
  CHECK(none->from_wire(0) == nullptr);
  p.on(perf, 0x4, {0, 1U << 16});
  CHECK(domains.levels(id).error().is(LocalError::malformed_reply));
}

TEST_CASE("T5 performance levels: counts are bounded by bytes and by the promise") {
  Platform p;
  const PerformanceDomains domains = open(p, 0x40000);
  describe_as(p, 0);
  p.on(perf, 0x4, {0, 2, 1, 2, 3, 4, 5, 1, 2, 3});  // The second entry is cut after three words.
  CHECK(domains.levels(id).error().is(LocalError::malformed_reply));
  p.on(perf, 0x4, {0, 1U | 1U << 16, 1, 2, 3, 4, 5});  // One more, for ever.
  p.commands.clear();
  const auto endless = domains.levels(id);
  REQUIRE_FALSE(endless);
  CHECK(endless.error().is(LocalError::malformed_reply));
  CHECK(endless.error().context.detail == 1);
  CHECK(p.asked(perf, 0x4) == 2);
}

TEST_CASE("performance levels: get, set, and tables out of order with a level twice") {
  Platform p;
  const PerformanceDomains domains = open(p, 0x30000);
  p.on(perf, 0x8, {0, 600});
  CHECK(*domains.level_get(id) == 600);
  p.on(perf, 0x7, {0});
  CHECK(domains.level_set(id, 900));
  CHECK(p.last().parameters == Words{5, 900});
  p.on(perf, 0x7, {status(Status::out_of_range)});
  CHECK(domains.level_set(id, 1).error().is(Status::out_of_range));
  describe_as(p, 0);
  p.on(perf, 0x4, {0, 3, 300, 1, 1, 100, 2, 2, 100, 3, 3});
  const auto levels = domains.levels(id);
  REQUIRE(levels);
  REQUIRE(levels->levels.size() == 2);  // The first of the two is taken.
  CHECK(levels->levels[0].power_cost == 2);
  CHECK(levels->levels[1].power_cost == 1);
  CHECK(levels->by_value(100) == &levels->levels[0]);
  CHECK(levels->by_value(300) == &levels->levels[1]);
}

TEST_CASE("performance limits: since 3.0 zero keeps a limit, before it has to be read first") {
  Platform p;
  const PerformanceDomains domains = open(p, 0x40000);
  p.on(perf, 0x5, {0});
  p.on(perf, 0x6, {0, 900, 300});
  const auto limits = domains.limits_get(id);
  REQUIRE(limits);
  CHECK(limits->max == 900);
  CHECK(limits->min == 300);
  CHECK(domains.limits_set(id, 800, 400));
  CHECK(p.last().parameters == Words{5, 800, 400});
  CHECK(domains.limits_set(id, std::nullopt, 400));
  CHECK(p.last().parameters == Words{5, 0, 400});
  p.commands.clear();
  CHECK(domains.limits_set(id, std::nullopt, std::nullopt).error().is(LocalError::invalid_argument));
  CHECK(domains.limits_set(id, 0, 400).error().is(LocalError::invalid_argument));
  CHECK(domains.limits_set(id, 800, 0).error().is(LocalError::invalid_argument));
  CHECK(p.commands.empty());

  Platform old;
  const PerformanceDomains old_domains = open(old, 0x20000);
  old.on(perf, 0x5, {0});
  old.on(perf, 0x6, {0, 900, 300});
  CHECK(old_domains.limits_set(id, 800, std::nullopt));
  CHECK(old.last().parameters == Words{5, 800, 300});
  CHECK(old_domains.limits_set(id, std::nullopt, 0));
  CHECK(old.last().parameters == Words{5, 900, 0});
}

TEST_CASE("performance fast channels: whether there are any, and where") {
  Platform p;
  const PerformanceDomains domains = open(p, 0x40000);
  p.on(perf, 0x2, {0, 1});
  CHECK(*domains.has_fastchannel(MessageId(0x7)));
  CHECK(p.last().parameters == Words{7});
  p.on(perf, 0x2, {0, 0xFFFF'FFFE});
  CHECK_FALSE(*domains.has_fastchannel(MessageId(0x7)));
  p.on(perf, 0xB, {0, 5, 10, 0x1000, 0x1, 4, 0x2000, 0x2, 3, 4, 5, 6});
  const auto channel = domains.describe_fastchannel(id, MessageId(0x7));
  REQUIRE(channel);
  CHECK(p.last().parameters == Words{5, 7});
  CHECK(channel->chan_addr == 0x1'0000'1000);
  CHECK(channel->doorbell_preserve_mask == 0x6'0000'0005);
  Platform old;
  const PerformanceDomains old_domains = open(old, 0x10000);
  CHECK_FALSE(*old_domains.has_fastchannel(MessageId(0x7)));
  CHECK(old_domains.describe_fastchannel(id, MessageId(0x7)).error().is(LocalError::unsupported));
  CHECK(old.commands.empty());
}

TEST_CASE("performance frequencies: the rounding rule, in both modes") {
  for (const bool indexed : {false, true}) {
    CAPTURE(indexed);
    PerformanceLevels levels;
    levels.indexed = indexed;
    levels.hz_per_value = 1'000'000;
    for (const std::uint32_t mhz : {200U, 300U, 500U}) {
      levels.levels.push_back({.value = mhz, .index = mhz / 100, .indicative_freq_khz = mhz * 1000});
    }
    struct Row {
      std::uint64_t hz;
      std::uint32_t down;
      std::uint32_t up;
      std::uint32_t closest;
    };
    for (const Row& row :
         {Row{0, 200, 200, 200}, Row{199'999'999, 200, 200, 200}, Row{200'000'000, 200, 200, 200},
          Row{200'000'001, 200, 300, 200}, Row{250'000'000, 200, 300, 200}, Row{250'000'001, 200, 300, 300},
          Row{400'000'000, 300, 500, 300}, Row{499'999'999, 300, 500, 500}, Row{500'000'001, 500, 500, 500},
          Row{~std::uint64_t{0}, 500, 500, 500}}) {
      CAPTURE(row.hz);
      CHECK(levels.at_frequency_hz(row.hz, Rounding::down)->value == row.down);
      CHECK(levels.at_frequency_hz(row.hz, Rounding::up)->value == row.up);
      CHECK(levels.at_frequency_hz(row.hz, Rounding::closest)->value == row.closest);
    }
    Platform p;
    const PerformanceDomains domains = open(p, 0x40000);
    p.on(perf, 0x7, {0});
    p.on(perf, 0x8, {0, indexed ? 3U : 300U});
    CHECK(*domains.set_frequency_hz(id, levels, 450'000'000, Rounding::closest) == 500'000'000);
    CHECK(p.last().parameters == Words{5, indexed ? 5U : 500U});
    CHECK(*domains.frequency_hz(id, levels) == 300'000'000);
    p.on(perf, 0x8, {0, 77});
    CHECK(domains.frequency_hz(id, levels).error().is(LocalError::not_found));
    CHECK(domains.set_frequency_hz(id, PerformanceLevels{}, 1).error().is(LocalError::not_found));
    p.on(perf, 0x7, {status(Status::out_of_range)});
    CHECK(domains.set_frequency_hz(id, levels, 1).error().is(Status::out_of_range));
  }
}

TEST_CASE("performance notifications: typed, of one domain or of all") {
  Platform p;
  const PerformanceDomains domains = open(p, 0x40000);
  p.on(perf, 0x9, {0});
  p.on(perf, 0xA, {0});
  std::vector<performance_protocol::LevelChanged> levels;
  std::vector<performance_protocol::LimitsChanged> limits;
  const auto level = domains.watch_level(id, [&](const auto& n) { levels.push_back(n); });
  REQUIRE(level);
  CHECK(p.last().message == 0xA);
  CHECK(p.last().parameters == Words{5, 1});
  const auto limit = domains.watch_limits(id, [&](const auto& n) { limits.push_back(n); });
  REQUIRE(limit);
  CHECK(p.last().message == 0x9);
  p.notify(perf, 0x1, {2, 5, 700});
  p.notify(perf, 0x1, {2, 6, 800});
  p.notify(perf, 0x0, {3, 5, 900, 300});
  p.notify(perf, 0x0, {3, 5, 900});
  REQUIRE(levels.size() == 1);
  CHECK(levels[0] == performance_protocol::LevelChanged{AgentId(2), id, 700});
  REQUIRE(limits.size() == 1);
  CHECK(limits[0] == performance_protocol::LimitsChanged{AgentId(3), id, 900, 300});
  CHECK(p.agent().counters(protocol::performance)[Count::malformed] == 1);
}
