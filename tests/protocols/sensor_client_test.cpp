// SPDX-License-Identifier: Apache-2.0
//
// The sensor client against a platform that says, word by word, what the test wrote down.
#include <doctest/doctest.h>

#include <string>

#include "protocols/sensor.hpp"
#include "tests/protocols/scripted_platform.hpp"

using namespace scmi;
using scripted::operator+;
using scripted::Platform;
using scripted::status;
using scripted::Words;

namespace {

constexpr std::uint8_t sen = 0x15;
constexpr SensorId id{5};

Sensors open(Platform& p, std::uint32_t version, std::uint32_t attributes = 0x0002'0008) {
  p.on(sen, 0x0, {0, version});
  p.on(sen, 0x1, {0, attributes, 0, 0, 0});
  auto sensors = Sensors::open(p.agent());
  REQUIRE(sensors);
  p.commands.clear();
  return std::move(*sensors);
}

/// A scale of `axes` values in thousandths, with time stamps in microseconds.
SensorScale scale(std::size_t axes = 1) {
  return {id, std::vector<SensorValue>(axes, SensorValue{0, -3, SensorType::celsius}), std::int8_t{-6}};
}

}  // namespace

TEST_CASE("sensors at 1.0: 28 bytes, an interval in the description, no axes and no time stamps") {
  Platform p;
  const Sensors sensors = open(p, 0x10000);
  CHECK(sensors.count() == 8);
  CHECK(sensors.async_max() == 2);
  // Three trip points, asynchronous; bits that mean nothing before 2.0; 100 ms -> 1 x 10^-1.
  p.on(sen, 0x3, Words{0, 1, 5, 0xFFFF'FF03, 0x0FC1'E902} + scripted::name("soc_thermal"));
  const auto info = sensors.describe(id);
  REQUIRE(info);
  CHECK(p.last().parameters == Words{5});
  CHECK(p.commands.size() == 1);
  CHECK(info->id == id);
  CHECK(info->name == "soc_thermal");
  CHECK(info->type == SensorType::celsius);
  CHECK(info->exponent == -3);
  CHECK(info->trip_point_count == 3);
  CHECK(info->async_read);
  CHECK_FALSE(info->continuous_update);
  CHECK_FALSE(info->timestamps);
  CHECK(info->axis_count == 0);
  CHECK(*info->interval == SensorInterval{.mantissa = 1, .exponent = -1});
  CHECK_FALSE(info->power_uw);

  const auto how = sensors.scale(*info);
  REQUIRE(how);
  p.on(sen, 0x6, {0, 0xFFFF'FFFE, 0xFFFF'FFFF});
  const auto reading = sensors.read(*how);
  REQUIRE(reading);
  CHECK(p.last().parameters == Words{5, 0});
  REQUIRE(reading->samples.size() == 1);
  CHECK(reading->samples[0].value == SensorValue{-2, -3, SensorType::celsius});
  CHECK_FALSE(reading->samples[0].timestamp_ticks);
}

TEST_CASE("sensors at 3.0: extended attributes, time stamps, an extended name") {
  Platform p;
  const Sensors sensors = open(p, 0x30000);
  p.on(sen, 0x3,
       Words{0, 1, 5, 0xE000'6B02, 0x0000'E802} + scripted::name("the_board_sensor") +
           Words{750, 0xE800'0019, 0, 0x8000'0000, 125'000, 0});
  p.on(sen, 0xC, Words{0, 0} + scripted::name("the_board_sensor_near_the_fan", 64));
  const auto info = sensors.describe(id);
  REQUIRE(info);
  CHECK(info->name == "the_board_sensor_near_the_fan");
  CHECK(info->short_name == "the_board_sensor");
  CHECK(info->continuous_update);
  CHECK(info->timestamps);
  CHECK(info->timestamp_exponent == -6);
  CHECK(*info->power_uw == 750);
  CHECK_FALSE(info->interval);
  CHECK_FALSE(info->limits.min);
  CHECK(*info->limits.max == SensorValue{125'000, -3, SensorType::celsius});
  CHECK(*info->limits.resolution == SensorValue{25, -3, SensorType::celsius});
  const auto how = sensors.scale(*info);
  REQUIRE(how);
  p.on(sen, 0x6, {0, 45'123, 0, 2'000'000, 0});
  const auto reading = sensors.read(*how);
  REQUIRE(reading);
  CHECK(*reading->samples[0].value.milli() == 45'123);
  CHECK(*reading->samples[0].timestamp_ns() == 2'000'000'000);
  p.on(sen, 0x6, {0, 45'123, 0, 0, 0});
  CHECK_FALSE(sensors.read(*how)->samples[0].timestamp_ticks);
}

TEST_CASE("sensor list: descriptions of different length, over several pages, each asked for with its own token") {
  Platform p;
  const Sensors sensors = open(p, 0x20000);
  const auto plain = [](std::uint32_t n) { return Words{n, 0, 5} + scripted::name("v" + std::to_string(n)); };
  const auto scalar = [](std::uint32_t n) {
    return Words{n, 0x100, 7} + scripted::name("w" + std::to_string(n)) + Words{0, 0, 1, 0, 2, 0};
  };
  const auto axes = [](std::uint32_t n) {
    return Words{n, 0x100, 0x2'0100} + scripted::name("a" + std::to_string(n)) + Words{9};
  };
  p.on_ask(sen, 0x3, Platform::Answer([&](const Words& c) {
             switch (c.at(0)) {
               case 0: return Words{0, 3U | 3U << 16} + axes(0) + scalar(1) + plain(2);
               case 3: return Words{0, 2U | 1U << 16} + plain(3) + axes(4);
               default: return Words{0, 1} + scalar(5);
             }
           }));
  const auto all = sensors.list();
  REQUIRE(all);
  REQUIRE(all->size() == 6);
  CHECK((*all)[0].axis_count == 2);
  CHECK(*(*all)[0].power_uw == 9);
  CHECK(*(*all)[1].limits.max == SensorValue{2, 0, SensorType::watt});
  CHECK((*all)[2].type == SensorType::volt);
  CHECK((*all)[4].name == "a4");
  CHECK((*all)[5].id == SensorId(5));
  REQUIRE(p.commands.size() == 3);
  CHECK(p.commands[1].parameters == Words{3});
  CHECK(p.commands[2].parameters == Words{5});
  CHECK(p.commands[0].token != p.commands[1].token);
  CHECK(*sensors.by_name("w5") == SensorId(5));
  CHECK(sensors.by_name("w").error().is(LocalError::not_found));
}

TEST_CASE("T5 sensor list: a count beyond the bytes, no progress, a total that moves; T6 no sensor at all") {
  Platform p;
  const Sensors sensors = open(p, 0x30000);
  const auto refused = [&] { return sensors.list().error().is(LocalError::malformed_reply); };
  p.on(sen, 0x3, Words{0, 0xFFF, 0, 0, 2} + scripted::name("x"));
  CHECK(refused());
  p.on(sen, 0x3, {0, 4U << 16});
  CHECK(refused());
  p.on(sen, 0x3, Words{0, 1U | 1U << 16, 0, 0, 2} + scripted::name("x"));
  CHECK(refused());
  // The bits promise words that did not come.
  p.on(sen, 0x3, Words{0, 1, 0, 0x100, 2} + scripted::name("x"));
  CHECK(refused());
  p.on(sen, 0x3, Words{0, 1, 6, 0, 2} + scripted::name("x"));
  CHECK(sensors.describe(id).error().is(LocalError::malformed_reply));

  Platform none;
  const Sensors nothing = open(none, 0x30000, 0);
  CHECK(nothing.list()->empty());
  CHECK(none.commands.empty());
}

TEST_CASE("sensor axes: one to a reply, with units of their own and extended names") {
  Platform p;
  const Sensors sensors = open(p, 0x30001);
  p.on_ask(sen, 0x7, Platform::Answer([](const Words& c) {
             const std::uint32_t n = c.at(1);
             const Words head{0, 1U | (2 - n) << 26, n};
             if (n == 1) {
               return head + Words{0x300, 0xE859} + scripted::name("acc_Y") +
                      Words{0xE800'0001, 0xFFFF'FC00, 0xFFFF'FFFF, 0x400, 0};
             }
             return head + Words{0, 0xF057} + scripted::name(n == 0 ? "gyr_X" : "gyr_Z");
           }));
  p.on(sen, 0xD, Words{0, 2, 1} + scripted::name("acceleration_across", 64) + Words{9} + scripted::name("none", 64));
  const auto axes = sensors.axes(id);
  REQUIRE(axes);
  REQUIRE(axes->size() == 3);
  CHECK(p.asked(sen, 0x7) == 3);
  CHECK((*axes)[0].name == "gyr_X");
  CHECK((*axes)[0].type == SensorType::radian_per_second);
  CHECK((*axes)[0].exponent == -2);
  CHECK_FALSE((*axes)[0].limits.max);
  CHECK((*axes)[1].name == "acceleration_across");
  CHECK((*axes)[1].short_name == "acc_Y");
  CHECK(*(*axes)[1].limits.min == SensorValue{-1024, -3, SensorType::metre_per_second_squared});
  CHECK((*axes)[2].name == "gyr_Z");

  SensorInfo info;
  info.id = id;
  info.axis_count = 3;
  const auto how = sensors.scale(info);
  REQUIRE(how);
  p.on(sen, 0x6, {0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0});
  const auto reading = sensors.read(*how);
  REQUIRE(reading);
  REQUIRE(reading->samples.size() == 3);
  CHECK(reading->samples[1].value == SensorValue{2, -3, SensorType::metre_per_second_squared});
  CHECK(reading->samples[2].value == SensorValue{3, -2, SensorType::radian_per_second});
  p.on(sen, 0x6, {0, 1, 0, 0, 0, 2, 0, 0, 0});
  CHECK(sensors.read(*how).error().is(LocalError::malformed_reply));
  p.on(sen, 0xD, {status(Status::not_supported)});
  CHECK((*sensors.axes(id))[1].name == "acc_Y");
}

TEST_CASE("sensor reading, asynchronous: the delayed response has it") {
  for (const std::uint32_t version : {0x10000U, 0x20000U}) {
    CAPTURE(version);
    Platform p;
    const Sensors sensors = open(p, version);
    p.on(sen, 0x6, {0});
    const auto complete = [&](std::uint32_t sensor) {
      return version == 0x10000 ? Words{0, sensor, 77, 0} : Words{0, sensor, 77, 0, 5, 0};
    };
    auto pending = sensors.read_async(scale());
    REQUIRE(pending);
    CHECK(p.last().parameters == Words{5, 1});
    CHECK_FALSE(pending->poll());
    p.complete_last(complete(5));
    CHECK(pending->poll());
    const auto reading = pending->wait();
    REQUIRE(reading);
    CHECK(reading->samples.at(0).value.raw == 77);
    CHECK(reading->samples[0].timestamp_ticks.has_value() == (version != 0x10000));

    auto other = sensors.read_async(scale());
    p.complete_last(complete(6));
    CHECK(other->wait().error().is(LocalError::malformed_reply));
    auto broken = sensors.read_async(scale());
    p.complete_last({status(Status::hardware_error)});
    CHECK(broken->wait().error().is(Status::hardware_error));
    p.on(sen, 0x6, {status(Status::not_supported)});
    CHECK(sensors.read_async(scale())->wait().error().is(Status::not_supported));
  }
}

TEST_CASE("sensor reading, asynchronous: a platform that never completes ends by the call's own deadline") {
  Platform p;
  const Sensors sensors = open(p, 0x30000);
  p.on(sen, 0x6, {0});
  const Instant begin = p.clock.now();
  auto pending = sensors.read_async(scale(), {.delayed_timeout = std::chrono::milliseconds(100)});
  CHECK(pending->wait().error().is(LocalError::timed_out));
  CHECK(p.clock.now() - begin >= std::chrono::milliseconds(100));

  Platform deaf({.p2a = false});
  const Sensors without = open(deaf, 0x30000);
  CHECK(without.read_async(scale()).error().is(LocalError::unsupported));
  CHECK(without.watch_updates(scale(), [](const auto&) {}).error().is(LocalError::unsupported));
  CHECK(without.watch_trip_points(id, [](const auto&) {}).error().is(LocalError::unsupported));
  CHECK(deaf.commands.empty());
}

TEST_CASE("sensor intervals: pages of a list, or a range") {
  Platform p;
  const Sensors sensors = open(p, 0x20000);
  p.on_ask(sen, 0x8, Platform::Answer([](const Words& c) {
             return c.at(1) == 0 ? Words{0, 1U | 1U << 16, 0x3F} : Words{0, 1, 0x40};
           }));
  const auto list = sensors.intervals(id);
  REQUIRE(list);
  CHECK_FALSE(list->is_range);
  REQUIRE(list->discrete.size() == 2);
  CHECK(*list->discrete[0].ns() == 100'000'000);
  CHECK(*list->discrete[1].ns() == 2'000'000'000);
  p.on(sen, 0x8, {0, 3U | 1U << 12, 0x3E, 0x40, 0x3D});
  const auto range = sensors.intervals(id);
  REQUIRE(range);
  CHECK(range->is_range);
  CHECK(*range->lowest.ns() == 10'000'000);
  CHECK(*range->highest.ns() == 2'000'000'000);
  CHECK(*range->step.ns() == 1'000'000);
  p.on(sen, 0x8, {0, 2U | 1U << 12, 0x3E, 0x40});
  CHECK(sensors.intervals(id).error().is(LocalError::malformed_reply));
  p.on(sen, 0x8, {0, 0});
  CHECK(sensors.intervals(id)->discrete.empty());
}

TEST_CASE("sensor config: what is not to change is asked for first") {
  Platform p;
  const Sensors sensors = open(p, 0x20000);
  p.on(sen, 0x9, {0, 0x0064'E803});
  const auto config = sensors.config_get(id);
  REQUIRE(config);
  CHECK(config->enabled);
  CHECK(config->timestamps);
  CHECK(*config->interval.ns() == 100'000'000);
  p.on(sen, 0xA, {0});
  p.commands.clear();
  CHECK(sensors.config_set(id, {.enabled = false, .timestamps = true}));
  CHECK(p.commands.size() == 1);
  CHECK(p.last().parameters == Words{5, 0x2});
  CHECK(sensors.config_set(id, {.enabled = false}));
  CHECK(p.last().parameters == Words{5, 0x2});
  CHECK(p.commands.size() == 3);
  const SensorInterval second{.mantissa = 1, .exponent = 0};
  CHECK(sensors.config_set(id, {.interval = second}, IntervalRounding::up));
  CHECK(p.last().parameters == Words{5, 0x0001'0203});
  CHECK(sensors.config_set(id, {.interval = second}));
  CHECK(p.last().parameters == Words{5, 0x0001'0403});
  CHECK(sensors.config_set(id, {}).error().is(LocalError::invalid_argument));
  CHECK(sensors.config_set(id, {.interval = SensorInterval{}}).error().is(LocalError::invalid_argument));
}

TEST_CASE("sensor trip points: set, told of, whole ids") {
  Platform p;
  const Sensors sensors = open(p, 0x10000);
  p.on(sen, 0x5, {0});
  CHECK(sensors.trip_point_config(id, 2, TripDirection::both, -1000));
  CHECK(p.last().parameters == Words{5, 0x23, 0xFFFF'FC18, 0xFFFF'FFFF});
  p.on(sen, 0x4, {0});
  std::vector<SensorTrip> trips;
  auto watch = sensors.watch_trip_points(id, [&](const SensorTrip& t) { trips.push_back(t); });
  REQUIRE(watch);
  CHECK(p.last().parameters == Words{5, 1});
  p.notify(sen, 0x0, {0, 5, 0x1'0002});
  p.notify(sen, 0x0, {0, 6, 0x1'0002});
  p.notify(sen, 0x0, {0, 0x1'0005, 0x1'0002});
  REQUIRE(trips.size() == 1);
  CHECK(trips[0].trip_point == 2);
  CHECK(trips[0].positive);
  watch->cancel();
  p.notify(sen, 0x0, {0, 5, 0x1'0002});
  CHECK(trips.size() == 1);
  CHECK(sensors.trip_point_notify(id, false));
  CHECK(p.last().parameters == Words{5, 0});
}

TEST_CASE("sensor updates: as readings; what is too short is dropped") {
  Platform p;
  const Sensors sensors = open(p, 0x20000);
  p.on(sen, 0xB, {0});
  std::vector<std::int64_t> seen;
  auto watch = sensors.watch_updates(scale(2), [&](const SensorReading& r) {
    for (const SensorSample& s : r.samples) seen.push_back(s.value.raw);
  });
  REQUIRE(watch);
  CHECK(p.last().message == 0xB);
  p.notify(sen, 0x1, {0, 5, 10, 0, 0, 0, 11, 0, 0, 0});
  p.notify(sen, 0x1, {0, 5, 10, 0, 0, 0});
  p.notify(sen, 0x1, {0, 6, 10, 0, 0, 0, 11, 0, 0, 0});
  CHECK(seen == std::vector<std::int64_t>{10, 11});
  CHECK(sensors.continuous_update_notify(id, false));
  CHECK(p.last().parameters == Words{5, 0});
}

TEST_CASE("sensors: what the platform's version lacks is unsupported and not asked for") {
  Platform p;
  const Sensors sensors = open(p, 0x10000);
  CHECK(sensors.axes(id).error().is(LocalError::unsupported));
  CHECK(sensors.intervals(id).error().is(LocalError::unsupported));
  CHECK(sensors.config_get(id).error().is(LocalError::unsupported));
  CHECK(sensors.config_set(id, {.enabled = true, .timestamps = false}).error().is(LocalError::unsupported));
  CHECK(sensors.continuous_update_notify(id, true).error().is(LocalError::unsupported));
  CHECK(p.commands.empty());
}
