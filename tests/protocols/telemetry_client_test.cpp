// SPDX-License-Identifier: Apache-2.0
//
// The telemetry client against a platform that says what is written down here, and the reader of its format against
// memory that lies.
#include <doctest/doctest.h>

#include <array>

#include "protocols/telemetry.hpp"
#include "tests/protocols/scripted_platform.hpp"

using namespace scmi;
using namespace scripted;

namespace {

constexpr std::uint8_t tel = 0x1B;
constexpr std::uint64_t address = 0x1'0000'2000;
constexpr std::uint32_t none = 0xFFFF'FFFF;
constexpr DataEventId energy(0x1001);
constexpr SensorInterval ms10{1, -2};

Telemetry open(Platform& p, std::uint32_t attributes = 0xC007'0002) {
  p.on(tel, 0x0, {0, 0x10000});
  p.on(tel, 0x1, {0, 3, 2, 0x0011'2233, 0x4455'6677, 0x8899'AABB, 0xCCDD'EEFF, attributes, 1000});
  auto telemetry = Telemetry::open(p.agent());
  REQUIRE(telemetry);
  p.commands.clear();
  return std::move(*telemetry);
}

}  // namespace

TEST_CASE("telemetry open: what the platform offers, in the earlier layout too") {
  Platform p;
  const Telemetry offered = open(p);
  const TelemetryInfo& info = offered.info();
  CHECK(info.data_event_count == 3);
  CHECK(info.group_count == 2);
  CHECK(info.revision ==
        Uuid{0x00, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88, 0x99, 0xAA, 0xBB, 0xCC, 0xDD, 0xEE, 0xFF});
  CHECK(info.single_read);
  CHECK(info.updates);
  CHECK(info.per_group);
  CHECK(info.reset);
  CHECK(info.fast_channels);
  CHECK(info.shmti_count == 2);
  CHECK(info.block_timestamp_rate == 1000);
  Platform old;
  old.on(tel, 0x0, {0, 0x10000});
  old.on(tel, 0x1, {0, 3, 2, 1, 2, 3, 4, 0x8000'0000});
  const auto telemetry = Telemetry::open(old.agent());
  REQUIRE(telemetry);
  CHECK(telemetry->info().single_read);
  CHECK_FALSE(telemetry->info().per_group);
  CHECK(telemetry->info().block_timestamp_rate == 0);
  CHECK(telemetry->shmtis()->empty());
  CHECK(old.asked(tel, 0x3) == 0);
}

TEST_CASE("telemetry list: descriptors of every size, over pages") {
  Platform p;
  const Telemetry telemetry = open(p);
  const Words whole = Words{0x1001, 1, 8, 0xC09F'A101, 0x0300'0405, 0, 500, 0x4000, 1, 16} + name("energy");
  const Words block{0x1002, none, 4, 0x2, 0, 0};
  const Words plain{0x1003, 0, 2, 0, 0, 0};
  p.on_ask(tel, 0x4, Platform::Answer([&](const Words& w) {
             return w.at(0) == 0 ? Words{0, 1U << 16 | 2U} + whole + block : Words{0, 1} + plain;
           }));
  const auto all = telemetry.list();
  REQUIRE(all);
  REQUIRE(all->size() == 3);
  const DataEventInfo& e = all->front();
  CHECK(e.id == energy);
  CHECK(e.name == "energy");
  CHECK(e.group == 1);
  CHECK(e.data_size_bytes == 8);
  CHECK(e.type == 2);
  CHECK(e.instance == 3);
  CHECK(e.component_instance == 4);
  CHECK(e.component_type == 5);
  CHECK_FALSE(e.persistent);
  CHECK(e.unit == SensorType::joule);
  CHECK(e.exponent == -3);
  CHECK(e.timestamps == TelemetryTimestamps::line);
  CHECK(e.timestamp_rate == 500);
  REQUIRE(e.fast_channel);
  CHECK(e.fast_channel->address == 0x1'0000'4000);
  CHECK(e.fast_channel->size_bytes == 16);
  CHECK(all->at(1).timestamps == TelemetryTimestamps::block);
  CHECK_FALSE(all->at(1).group);
  CHECK(all->at(1).name.empty());
  CHECK(all->at(2).group == 0);
  CHECK(*telemetry.by_name("energy") == energy);
  CHECK(telemetry.by_name("heat").error().is(LocalError::not_found));
  CHECK(telemetry.describe(DataEventId(0x1003))->data_size_bytes == 2);
  CHECK(telemetry.describe(DataEventId(9)).error().is(LocalError::not_found));
  p.on(tel, 0x4, Words{0, 2} + plain + plain);
  const auto twice = telemetry.list();
  CHECK(twice.error().is(LocalError::malformed_reply));
  CHECK(twice.error().context.detail == 0x1003);
  p.on(tel, 0x4, {0, 1U << 16});
  CHECK(telemetry.list().error().is(LocalError::malformed_reply));
}

TEST_CASE("telemetry shmtis, intervals and enabled lists, over pages") {
  Platform p;
  const Telemetry telemetry = open(p);
  p.on_ask(tel, 0x3, Platform::Answer([](const Words& w) {
             return w.at(0) == 0 ? Words{0, 1U << 16 | 1U, 0, 0x2000, 1, 128, 0} : Words{0, 1, 1, 0x3000, 1, 256, 0};
           }));
  const auto shmtis = telemetry.shmtis();
  REQUIRE(shmtis);
  REQUIRE(shmtis->size() == 2);
  CHECK(shmtis->at(1).id == 1);
  CHECK(shmtis->at(1).region.address == 0x1'0000'3000);
  CHECK(shmtis->at(1).region.size_bytes == 256);
  p.on_ask(tel, 0x5, Platform::Answer([](const Words& w) {
             return w.at(0) == 0 ? Words{0, 1U << 16 | 1U, 1 << 5 | 0x1D} : Words{0, 1, 1 << 5 | 0x1E};
           }));
  const auto list = telemetry.intervals(TelemetryScope::group(1));
  REQUIRE(list);
  CHECK(list->discrete == std::vector<SensorInterval>{{1, -3}, {1, -2}});
  CHECK(p.last().parameters == Words{1, 1, 1});
  p.on(tel, 0x5, {0, 0x1003, 1 << 5 | 0x1D, 1 << 5, 1 << 5 | 0x1C});
  const auto range = telemetry.intervals();
  REQUIRE(range);
  CHECK(range->is_range);
  CHECK(range->step == SensorInterval{1, -4});
  CHECK(p.last().parameters == Words{0, none, 2});
  p.on(tel, 0x5, {0, 0x1002, 1, 2});
  CHECK(telemetry.intervals().error().is(LocalError::malformed_reply));
  p.on_ask(tel, 0x7, Platform::Answer([](const Words& w) {
             return w.at(0) == 0 ? Words{0, 1U << 16 | 1U, 0x1001, 2} : Words{0, 1, 0x1002, 1};
           }));
  const auto enabled = telemetry.enabled();
  REQUIRE(enabled);
  REQUIRE(enabled->size() == 2);
  CHECK(enabled->at(0).timestamps);
  CHECK(enabled->at(1).id == 0x1002);
  CHECK_FALSE(enabled->at(1).timestamps);
  REQUIRE(telemetry.enabled_groups());
  CHECK(p.last().parameters == Words{1, 1});
}

TEST_CASE("telemetry enable, disable and configure: the words, and a place that is not is an error") {
  Platform p;
  const Telemetry telemetry = open(p);
  p.on(tel, 0x6, {0, 1, 0x40, 0x10});
  const auto place = telemetry.enable(energy, true);
  REQUIRE(place);
  CHECK(place->shmti == 1);
  CHECK(place->offset == 0x40);
  CHECK(place->block_timestamp_offset == 0x10);
  CHECK(p.last().parameters == Words{0x1001, 2});
  p.on(tel, 0x6, {0, 1, 0x40});  // The earlier layout.
  CHECK_FALSE(telemetry.enable(energy, false)->block_timestamp_offset);
  CHECK(p.last().parameters == Words{0x1001, 1});
  REQUIRE(telemetry.enable_group(1, false));
  CHECK(p.last().parameters == Words{1, 9});
  p.on(tel, 0x6, {0, 2, 0x40, 0});
  CHECK(telemetry.enable(energy, false).error().is(LocalError::malformed_reply));
  p.on(tel, 0x6, {0, none, 0, 0});
  CHECK_FALSE(telemetry.enable(energy, false)->shmti);
  REQUIRE(telemetry.disable(energy));
  CHECK(p.last().parameters == Words{0x1001, 0});
  REQUIRE(telemetry.disable_group(1));
  CHECK(p.last().parameters == Words{1, 8});
  REQUIRE(telemetry.disable_all());
  CHECK(p.last().parameters == Words{0, 4});

  p.on(tel, 0x8, {0});
  REQUIRE(telemetry.config_set(TelemetryScope::group(1), {true, TelemetryCollect::on_demand, ms10}));
  CHECK(p.last().parameters == Words{1, 1 << 5 | 1, 1 << 5 | 0x1E});
  REQUIRE(telemetry.config_set(TelemetryScope::ungrouped(), {}));
  CHECK(p.last().parameters == Words{none, 0, 0});
  p.commands.clear();
  CHECK(telemetry.config_set({}, {true, TelemetryCollect::single_read, {}}).error().is(LocalError::invalid_argument));
  CHECK(p.commands.empty());
  p.on(tel, 0x9, {0, 2 << 5 | 1 << 1 | 1, 1 << 5 | 0x1E});
  const auto config = telemetry.config_get();
  REQUIRE(config);
  CHECK(config->enabled);
  CHECK(config->collect == TelemetryCollect::notify);
  CHECK(config->interval == ms10);
  CHECK(p.last().parameters == Words{none, 2});
  p.on(tel, 0x9, {0, 3 << 1 | 1, 0});
  CHECK(telemetry.config_get().error().is(LocalError::malformed_reply));
  CHECK(telemetry.reset().error().is(Status::not_found));
  p.on(tel, 0xA, {0});
  REQUIRE(telemetry.reset());
  CHECK(p.last().parameters == Words{0});
}

TEST_CASE("telemetry single read: whole, in part, refused, and broken") {
  const auto read = [](const Words& complete) {
    Platform p;
    const Telemetry telemetry = open(p);
    p.on(tel, 0x8, {0});
    auto pending = telemetry.read_async();
    REQUIRE(pending);
    CHECK(p.last().parameters == Words{none, 2 << 5 | 2 << 1 | 1, 0});
    p.complete_last(complete);
    return pending->wait();
  };
  const auto whole = read({0, 6, 6, 0x1001, 77, 1, 500, 2});
  REQUIRE(whole);
  CHECK(whole->status == Status::success);
  CHECK(whole->samples == std::vector<TelemetrySample>{{energy, 0x1'0000'004D, 0x2'0000'01F4, {}, {}}});
  const auto part = read({status(Status::partial_error), 4, 0, 0x1001, 77, 0});
  REQUIRE(part);
  CHECK(part->status == Status::partial_error);
  CHECK(part->samples.size() == 1);
  CHECK(read({0, 0})->samples.empty());
  CHECK(read({status(Status::hardware_error)}).error().is(Status::hardware_error));
  CHECK(read({0, 5, 0, 0x1001, 77, 0}).error().is(LocalError::malformed_reply));
  CHECK(read({0, 3, 0, 0x1001, 77}).error().is(LocalError::malformed_reply));
  CHECK(read({0}).error().is(LocalError::malformed_reply));
  Platform p;
  const Telemetry telemetry = open(p);
  CHECK(telemetry.read().error().is(Status::not_found));
}

TEST_CASE("telemetry updates: switched on and off by CONFIG_SET; what cannot be read is counted") {
  Platform p;
  const Telemetry telemetry = open(p);
  p.on(tel, 0x8, {0});
  std::vector<TelemetryReading> heard;
  {
    const auto watch =
        telemetry.watch_updates(TelemetryScope::group(1), ms10, [&](const auto& r) { heard.push_back(r); });
    REQUIRE(watch);
    CHECK(p.last().parameters == Words{1, 1 << 5 | 1 << 1 | 1, 1 << 5 | 0x1E});
    p.notify(tel, 0x0, {0, status(Status::partial_error), 4, 0, 0x1001, 77, 0});
    REQUIRE(heard.size() == 1);
    CHECK(heard[0].status == Status::partial_error);
    CHECK(heard[0].samples == std::vector<TelemetrySample>{{energy, 77, {}, {}, {}}});
    p.notify(tel, 0x0, {0, 0, 6, 0, 0x1001, 77, 0});
    p.notify(tel, 0x0, {0, 0, 4, 4, 0x1001, 77, 0});  // An extended line, cut short.
    CHECK(heard.size() == 1);
    CHECK(p.agent().counters(protocol::telemetry)[Count::malformed] == 2);
  }
  CHECK(p.last().parameters == Words{1, 1 << 5 | 1 << 1, 0});
}

TEST_CASE("tdcf: lines of every kind") {
  const Words lines = Words{0x25, 0, 1, 2, 3, 4} +  // A UUID, but invalid.
                      Words{0x24, 0, 0x3322'1100, 0x7766'5544, 0xBBAA'9988, 0xFFEE'DDCC} + Words{0, 1, 10, 0} +
                      Words{0x10, 60, 5, 1} +                               // The block's time stamp.
                      Words{8, 2, 20, 0} + Words{6, 3, 30, 0, 7, 1} +       // In the block; in its line.
                      Words{1, 4, 40, 0} + Words{5, 5, 50, 0, 0, 0} +       // Invalid, of either length.
                      Words{0x30, 6, 60, 0} + Words{0x34, 7, 0, 0, 0, 0} +  // Of a type that nobody knows.
                      Words{4, 8, 80, 0, 9, 9};                             // Without the time stamp it has room for.
  const auto all = parse_tdcf(lines);
  REQUIRE(all);
  const Uuid set{0x00, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88, 0x99, 0xAA, 0xBB, 0xCC, 0xDD, 0xEE, 0xFF};
  CHECK(*all == std::vector<TelemetrySample>{{DataEventId(1), 10, {}, {}, set},
                                             {DataEventId(2), 20, 0x1'0000'0005, 60, set},
                                             {DataEventId(3), 30, 0x1'0000'0007, {}, set},
                                             {DataEventId(8), 80, {}, {}, set}});
  struct Row {
    std::string_view flaw;
    Words lines;
    std::uint32_t at;
  };
  for (const Row& row : {
           Row{"cut short", {0, 1, 10}, 0},
           Row{"an extended one cut short", {0, 1, 10, 0, 4, 2, 20, 0, 0}, 16},
           Row{"a block time stamp that never came", {8, 2, 20, 0}, 0},
           Row{"a time stamp without room", {2, 2, 20, 0}, 0},
           Row{"an extended block time stamp", {0x14, 0, 1, 1, 0, 0}, 0},
           Row{"a block time stamp with a time stamp", {0x12, 0, 1, 1}, 0},
           Row{"a block time stamp in a block", {0x18, 0, 1, 1}, 0},
           Row{"a short UUID", {0x20, 0, 1, 1}, 0},
           Row{"a UUID in a block", {0x2C, 0, 1, 1, 1, 1}, 0},
           Row{"a UUID with a time stamp", {0x26, 0, 1, 1, 1, 1}, 0},
       }) {
    CAPTURE(row.flaw);
    const auto parsed = parse_tdcf(row.lines);
    REQUIRE_FALSE(parsed);
    CHECK(parsed.error().is(LocalError::malformed_reply));
    CHECK(parsed.error().context.detail == row.at);
  }
}

namespace {

const Words good = {0x5442'474E, 6, 7, 1, 0x10, 60, 5, 1, 8, 2, 20, 0, 6, 3, 30, 0, 7, 1, 6, 0x5445'4E44};

struct Region {
  Platform p;
  std::array<std::uint32_t, 32> memory{};
  Telemetry telemetry = open(p);

  explicit Region(const Words& words = good) {
    std::copy(words.begin(), words.end(), memory.begin());
    p.loop.set_window(address, std::as_writable_bytes(std::span(memory)));
  }
  [[nodiscard]] Result<std::vector<TelemetrySample>> read(
      std::uint32_t size = static_cast<std::uint32_t>(4 * good.size())) const {
    return telemetry.read_shmti({0, {address, size}});
  }
};

}  // namespace

TEST_CASE("telemetry shared memory: every word in its place") {
  const auto all = Region().read();
  REQUIRE(all);
  CHECK(*all == std::vector<TelemetrySample>{{DataEventId(2), 20, 0x1'0000'0005, 60, {}},
                                             {DataEventId(3), 30, 0x1'0000'0007, {}, {}}});
  Words fewer = good;
  fewer[2] = 4;  // The end stays where it is.
  CHECK(Region(fewer).read()->size() == 1);
  fewer[2] = 0;
  CHECK(Region(fewer).read()->empty());
}

TEST_CASE("telemetry shared memory: one that is being changed is not believed") {
  struct Row {
    std::string_view what;
    std::uint32_t start;
    std::uint32_t end;
  };
  for (const Row& row :
       {Row{"at work", 7, 6}, Row{"at work, twice odd", 7, 7}, Row{"begun anew", 8, 6}, Row{"end first", 6, 8}}) {
    CAPTURE(row.what);
    Words words = good;
    words[1] = row.start;
    words[18] = row.end;
    CHECK(Region(words).read().error().is(LocalError::timed_out));
    words[2] = 0xFFFF'FFFF;  // What it says then does not matter.
    CHECK(Region(words).read().error().is(LocalError::timed_out));
  }
}

TEST_CASE("T5 telemetry shared memory: no length leaves the region, and no line the lines") {
  for (std::size_t i = 0; i < good.size(); ++i) {
    for (const std::uint32_t lie :
         {0U, 1U, 2U, 4U, 8U, 9U, 0x7FFFU, 0xFFFFU, 0x7FFF'FFFFU, 0x8000'0000U, 0xFFFF'FFFFU}) {
      CAPTURE(i);
      CAPTURE(lie);
      Words words = good;
      words[i] = lie;
      const auto all = Region(words).read();
      if (!all) CHECK((all.error().is(LocalError::malformed_reply) || all.error().is(LocalError::timed_out)));
      if (all) CHECK(all->size() <= 3);
    }
  }
  for (std::uint32_t size = 1; size < 4 * good.size(); ++size) {
    CAPTURE(size);
    CHECK(Region().read(size).error().is(LocalError::malformed_reply));
  }
  CHECK(Region().read(4096).error().is(LocalError::bad_memory));
  Region unmapped;
  unmapped.p.loop.set_window(0, {});
  CHECK(unmapped.read().error().is(LocalError::unsupported));
}

TEST_CASE("telemetry fast channel: with a time stamp and without, and only of a size that can be") {
  Region r;
  r.memory = {77, 1, 500, 2};
  DataEventInfo info;
  info.id = energy;
  CHECK(r.telemetry.read_fast_channel(info).error().is(LocalError::unsupported));
  info.fast_channel = StatisticsRegion{address, 8};
  CHECK(*r.telemetry.read_fast_channel(info) == TelemetrySample{energy, 0x1'0000'004D, {}, {}, {}});
  info.fast_channel->size_bytes = 16;
  CHECK(*r.telemetry.read_fast_channel(info) == TelemetrySample{energy, 0x1'0000'004D, 0x2'0000'01F4, {}, {}});
  info.fast_channel->size_bytes = 12;
  CHECK(r.telemetry.read_fast_channel(info).error().is(LocalError::malformed_reply));
  info.fast_channel = StatisticsRegion{0x7000, 8};
  CHECK(r.telemetry.read_fast_channel(info).error().is(LocalError::bad_memory));
}
