// SPDX-License-Identifier: Apache-2.0
//
// Cases of the sensor protocol. Sensors are switched, and trip points set, only where destructive cases are allowed:
// what a trip point was before cannot be asked.
#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "protocols/sensor_messages.hpp"
#include "tool/check/layout.hpp"
#include "tool/check/trial.hpp"

namespace scmi::tool::check {
namespace {

using namespace sensor_protocol;
using Descriptor = DescriptionGet::Descriptor;

/// Every sensor's descriptor; fails the case if they cannot be had, or what the parts say does not fit together.
[[nodiscard]] std::vector<Descriptor> sensors_of(Trial& t) {
  const std::uint32_t count = t.entities();
  std::vector<Descriptor> all;
  while (all.size() < count) {
    const Answer answer = t.send(DescriptionGet{static_cast<std::uint32_t>(all.size())});
    const auto part = t.decoded<DescriptionGet::Reply>(answer);
    if (!part || !t.require(!part->descriptors.empty(), "descriptors, while some remain")) return {};
    const std::size_t size = sizeof(std::uint32_t) + encoded_size(*part, t.version());
    if (!t.require(answer.payload.size() == size, fmt::format("{} bytes", size))) return {};
    all.insert(all.end(), part->descriptors.begin(), part->descriptors.end());
    const std::uint32_t remaining = DescriptionGet::Reply::remaining.get(part->num_sensor_flags);
    if (!t.require(all.size() + remaining == count, fmt::format("{} sensors in all", count))) return {};
  }
  return all;
}

/// The sensors of the case, not more than some; ids are positions, which sensor.descriptions judges.
[[nodiscard]] std::vector<Descriptor> some_sensors(Trial& t) {
  std::vector<Descriptor> all = sensors_of(t);
  std::vector<Descriptor> some;
  for (const std::uint32_t id : some_entities(static_cast<std::uint32_t>(all.size()), 32)) some.push_back(all[id]);
  return some;
}

[[nodiscard]] std::size_t axes_of(const Descriptor& d, Version version) {
  return version >= version_2_0 && d.has_axes() ? Descriptor::num_axes.get(d.attributes_high) : 1;
}

void descriptions(Trial& t) {
  const std::vector<Descriptor> all = sensors_of(t);
  for (std::uint32_t i = 0; i < all.size(); ++i) {
    if (!t.require(all[i].sensor_id.value == i, fmt::format("sensor {} at index {}", i, i))) return;
    if (!t.require(all[i].name.view().size() < all[i].name.bytes.size(),
                   fmt::format("the name of sensor {} to be ended by a NUL", i)))
      return;
    const auto& bits = t.version() < version_2_0 ? std::span<const BitField>(Descriptor::high_bits_1_0)
                                                 : std::span<const BitField>(Descriptor::high_bits);
    const std::uint32_t strange = (all[i].attributes_low & reserved_bits(Descriptor::low_bits, t.version())) |
                                  (all[i].attributes_high & reserved_bits(bits, t.version()));
    if (!t.require(strange == 0, fmt::format("the reserved bits {:#x} of sensor {} to be zero", strange, i))) return;
  }
  for (const std::uint32_t beyond : {t.entities(), t.entities() + 1, 0xFFFF'FFFFU}) {
    if (!t.expect(t.send(DescriptionGet{beyond}), Status::invalid_parameters)) return;
  }
}

/// Axes where the descriptor announces them, as many as it says, and nowhere else.
void axes(Trial& t) {
  for (const Descriptor& d : some_sensors(t)) {
    const Answer answer = t.send(AxisDescriptionGet{d.sensor_id, 0});
    if (!d.has_axes()) {
      if (!t.expect(answer, Status::not_supported)) return;
      continue;
    }
    const auto part = t.decoded<AxisDescriptionGet::Reply>(answer);
    if (!part) return;
    const std::size_t count = axes_of(d, t.version());
    const std::uint32_t remaining = AxisDescriptionGet::Reply::remaining.get(part->num_axis_flags);
    if (!t.require(part->descriptors.size() + remaining == count, fmt::format("{} axes in all", count))) return;
    for (std::uint32_t i = 0; i < part->descriptors.size(); ++i) {
      if (!t.require(part->descriptors[i].axis_id == i, fmt::format("axis {} at index {}", i, i))) return;
    }
    const Answer beyond = t.send(AxisDescriptionGet{d.sensor_id, static_cast<std::uint32_t>(count)});
    if (!t.expect(beyond, Status::invalid_parameters)) return;
  }
}

[[nodiscard]] bool switched_on(Trial& t, const Descriptor& d) {
  if (t.version() < version_2_0 || !t.offers(ConfigGet::info.message)) return true;
  const auto now = t.read(ConfigGet{d.sensor_id});
  return now && config::enabled.test(now->sensor_config);
}

/// True if a first reading lies in the range that the descriptor tells.
[[nodiscard]] bool inside(const Descriptor& d, Version version, std::int64_t value) {
  const bool told = version >= version_2_0 && Descriptor::extended.test(d.attributes_low) && !d.has_axes();
  return !told || (value >= d.min_range && value <= d.max_range);
}

void readings(Trial& t) {
  for (const Descriptor& d : some_sensors(t)) {
    const bool on = switched_on(t, d);
    const Answer answer = t.send(ReadingGet{d.sensor_id, 0});
    if (t.failed()) return;
    if (!on) {
      if (!t.expect(answer, Status::protocol_error)) return;
      continue;
    }
    if (answer.is(Status::hardware_error) || answer.is(Status::denied)) continue;
    const auto reply = t.decoded<ReadingGet::Reply>(answer);
    if (!reply) return;
    const bool old = t.version() < version_2_0;
    const std::size_t size = old ? 12 : 4 + 16 * axes_of(d, t.version());
    if (!t.require(answer.payload.size() == size, fmt::format("{} bytes", size))) return;
    const std::int64_t value = old ? reply->value : reply->readings.front().value;
    if (!t.require(inside(d, t.version(), value), "a reading inside the sensor's range")) return;
  }
}

void async_readings(Trial& t) {
  for (const Descriptor& d : some_sensors(t)) {
    const ReadingGet command{d.sensor_id, ReadingGet::async.mask()};
    if (!Descriptor::async_read.test(d.attributes_low)) {
      if (!t.expect(t.send(command), Status::not_supported)) return;
      continue;
    }
    if (!switched_on(t, d)) continue;
    const Answer answer = t.send_delayed(command);
    if (answer.is(Status::hardware_error) || answer.is(Status::denied)) continue;
    const auto done = t.decoded<ReadingGet::Complete>(answer);
    if (!done || !t.require(done->sensor_id == d.sensor_id, "the sensor that was asked about")) return;
    if (t.version() < version_2_0) continue;
    const std::size_t count = axes_of(d, t.version());
    if (!t.require(done->readings.size() == count, fmt::format("{} readings", count))) return;
  }
}

void timestamps(Trial& t) {
  for (const Descriptor& d : some_sensors(t)) {
    const auto now = t.read(ConfigGet{d.sensor_id});
    if (!now) return;
    const bool has = Descriptor::timestamps.test(d.attributes_low);
    const bool on = config::timestamps.test(now->sensor_config);
    if (!t.require(has || !on, "no time stamps of a sensor that has none")) return;
    if (!config::enabled.test(now->sensor_config) || on) continue;
    const Answer answer = t.send(ReadingGet{d.sensor_id, 0});
    if (!answer.is(Status::success)) continue;
    const auto reply = t.decoded<ReadingGet::Reply>(answer);
    if (!reply) return;
    const bool zero = std::ranges::all_of(reply->readings, [](const Reading& r) { return r.timestamp == 0; });
    if (!t.require(zero, "a time stamp of 0 while time stamps are off")) return;
  }
}

/// The configuration that is, said again: SUCCESS, or DENIED to who may not.
[[nodiscard]] std::vector<std::pair<Descriptor, std::uint32_t>> configurable(Trial& t) {
  std::vector<std::pair<Descriptor, std::uint32_t>> list;
  for (const Descriptor& d : some_sensors(t)) {
    const auto now = t.read(ConfigGet{d.sensor_id});
    if (!now) return {};
    const Answer again = t.send(ConfigSet{d.sensor_id, now->sensor_config});
    if (again.is(Status::denied) || again.is(Status::not_supported)) continue;
    if (!t.expect(again, Status::success)) return {};
    list.emplace_back(d, now->sensor_config);
  }
  if (list.empty()) t.skip("the caller may configure no sensor");
  return list;
}

void bad_config(Trial& t) {
  for (const auto& [d, word] : configurable(t)) {
    t.put_back(ConfigSet{d.sensor_id, word});
    for (const std::uint32_t bit : {1U << 2U, 1U << 8U}) {
      if (!t.expect(t.send(ConfigSet{d.sensor_id, word | bit}), Status::invalid_parameters)) return;
    }
    if (Descriptor::timestamps.test(d.attributes_low)) continue;
    const Answer stamps = t.send(ConfigSet{d.sensor_id, word | config::timestamps.mask()});
    if (!t.expect(stamps, {Status::not_supported, Status::invalid_parameters})) return;
  }
}

/// The time stamps of a sensor that has them, switched and put back.
void config_takes_effect(Trial& t) {
  for (const auto& [d, word] : configurable(t)) {
    if (!Descriptor::timestamps.test(d.attributes_low)) continue;
    const std::uint32_t other = word ^ config::timestamps.mask();
    t.put_back(ConfigSet{d.sensor_id, word});
    if (!t.expect(t.send(ConfigSet{d.sensor_id, other}), Status::success)) return;
    const auto after = t.read(ConfigGet{d.sensor_id});
    if (after) t.require(after->sensor_config == other, "the configuration that was set");
    return;
  }
  t.skip("no sensor that may be configured has time stamps");
}

void off_and_on(Trial& t) {
  for (const auto& [d, word] : configurable(t)) {
    if (!config::enabled.test(word)) continue;
    t.put_back(ConfigSet{d.sensor_id, word});
    if (!t.expect(t.send(ConfigSet{d.sensor_id, word & ~config::enabled.mask()}), Status::success)) return;
    const auto after = t.read(ConfigGet{d.sensor_id});
    if (!after) return;
    if (config::enabled.test(after->sensor_config)) {
      // Where there are other agents, one of them may want it on.
      constexpr const char* expected = "a sensor that is off once nobody wants it on";
      return t.subject().agent().base().agent_count > 1 ? t.warn(expected) : t.fail(expected);
    }
    t.expect(t.send(ReadingGet{d.sensor_id, 0}), Status::protocol_error);
    return;
  }
  t.skip("no sensor that is on may be configured");
}

/// Intervals ascend, and the one in force is one of them.
void intervals(Trial& t) {
  for (const Descriptor& d : some_sensors(t)) {
    const Answer answer = t.send(ListUpdateIntervals{d.sensor_id, 0});
    if (answer.is(Status::not_supported)) continue;
    const auto list = t.decoded<ListUpdateIntervals::Reply>(answer);
    if (!list) return;
    std::vector<std::uint64_t> ns;
    for (const std::uint32_t word : list->intervals) ns.push_back(SensorInterval::from_word(word).ns().value_or(~0ULL));
    const bool range = ListUpdateIntervals::Reply::format.test(list->num_intervals_flags);
    if (range) {
      if (!t.require(ns.size() == 3 && ns[0] <= ns[1], "lowest, highest, step")) return;
      continue;
    }
    const bool ascending = std::ranges::adjacent_find(ns, std::greater_equal<>()) == ns.end();
    if (!t.require(ascending, fmt::format("intervals of sensor {} in ascending order", d.sensor_id.value))) return;
  }
}

/// A command that switches one event of a sensor: where there is such an event, and nowhere else.
void available(Trial& t, MessageId notify, bool (*has)(const Descriptor&)) {
  for (const Descriptor& d : some_sensors(t)) {
    const Answer on = t.ask(notify, Words{d.sensor_id.value, 1});
    if (on.is(Status::success)) t.put_back(notify, bytes_of(Words{d.sensor_id.value, 0}));
    if (!t.expect(on, has(d) ? Status::success : Status::not_supported)) return;
  }
}

void bad_enable(Trial& t, MessageId notify, bool (*has)(const Descriptor&)) {
  for (const Descriptor& d : some_sensors(t)) {
    if (!has(d)) continue;
    for (const std::uint32_t value : {2U, 0xFU, 0x8000'0000U}) {
      const Answer answer = t.ask(notify, Words{d.sensor_id.value, value});
      if (answer.is(Status::success)) t.put_back(notify, bytes_of(Words{d.sensor_id.value, 0}));
      if (!t.expect(answer, Status::invalid_parameters)) return;
    }
    return;
  }
  t.skip("no sensor has that event");
}

[[nodiscard]] bool trips(const Descriptor& d) { return Descriptor::num_trip_points.get(d.attributes_low) != 0; }
[[nodiscard]] bool updates(const Descriptor& d) { return Descriptor::continuous_update.test(d.attributes_low); }

/// Trip points that do not exist are refused, and so are all of a sensor that has none.
void bad_trip_points(Trial& t) {
  for (const Descriptor& d : some_sensors(t)) {
    const std::uint32_t count = Descriptor::num_trip_points.get(d.attributes_low);
    if (count > 0xFF - 1) continue;
    const Answer beyond =
        t.send(TripPointConfig{d.sensor_id, TripPointConfig::trip_point_id.put(count) | TripPointConfig::positive, 0});
    if (beyond.is(Status::denied)) continue;
    const bool none = count == 0 && beyond.is(Status::not_supported);
    if (!none && !t.expect(beyond, Status::invalid_parameters)) return;
  }
}

/// Some event of a sensor whose reading goes to and fro: a trip point at the higher one of two readings between which
/// it was seen to go there and back.
void crossing(Trial& t) {
  for (const Descriptor& d : some_sensors(t)) {
    if (!trips(d) || !switched_on(t, d)) continue;
    std::vector<std::int64_t> seen;
    const Instant end = t.subject().clock().now() + t.subject().settings().observation;
    bool back = false;
    while (!back && t.subject().clock().now() < end) {
      const Answer answer = t.send(ReadingGet{d.sensor_id, 0});
      if (!answer.is(Status::success)) break;
      const auto reply = t.decoded<ReadingGet::Reply>(answer);
      if (!reply) return;
      const std::int64_t value = t.version() < version_2_0 ? reply->value : reply->readings.front().value;
      if (seen.size() < 2 && (seen.empty() || seen.front() != value)) seen.push_back(value);
      back = seen.size() == 2 && value == seen.front();
      t.subject().listen(std::chrono::milliseconds(5));
    }
    if (!back) continue;
    t.put_back(TripPointNotify{d.sensor_id, 0});
    if (!t.expect(t.send(TripPointNotify{d.sensor_id, 1}), Status::success)) return;
    t.forget_events();
    const Answer set = t.send(TripPointConfig{d.sensor_id, TripPointConfig::both, std::max(seen.front(), seen.back())});
    if (set.is(Status::denied)) continue;
    if (!t.expect(set, Status::success)) return;
    t.put_back(TripPointConfig{d.sensor_id, TripPointConfig::off, 0});
    const auto event = t.await(
        TripPointEvent::info.message, [&](const Event& e) { return word_of(e, 1) == d.sensor_id.value; },
        "SENSOR_TRIP_POINT_EVENT of the sensor, whose reading goes to and fro");
    if (!event || !t.require(event->payload.size() == 12, "a notification of 12 bytes")) return;
    t.require((word_of(*event, 2) & ~0x1'0000U) == 0, "trip point 0, and no reserved bits");
    return;
  }
  t.skip("no sensor that may be configured has trip points and a reading that moves");
}

void update_comes(Trial& t) {
  for (const Descriptor& d : some_sensors(t)) {
    const auto now = t.read(ConfigGet{d.sensor_id});
    if (!now) return;
    const auto ns = config::interval(now->sensor_config).ns();
    const bool soon = ns && *ns != 0 && std::chrono::nanoseconds(*ns) < t.subject().settings().observation;
    if (!updates(d) || !config::enabled.test(now->sensor_config) || !soon) continue;
    t.put_back(ContinuousUpdateNotify{d.sensor_id, 0});
    t.forget_events();
    if (!t.expect(t.send(ContinuousUpdateNotify{d.sensor_id, 1}), Status::success)) return;
    const auto event = t.await(
        Update::info.message, [&](const Event& e) { return word_of(e, 1) == d.sensor_id.value; },
        "SENSOR_UPDATE of the sensor, after its interval");
    const std::size_t size = 8 + 16 * axes_of(d, t.version());
    if (event) t.require(event->payload.size() == size, fmt::format("a notification of {} bytes", size));
    return;
  }
  t.skip("no sensor that is on tells of itself often enough to wait for it");
}

}  // namespace

void add_sensor_cases(Cases& cases) {
  const auto add = [&](const MessageInfo& info, const char* id, std::function<void(Trial&)> run) -> Case& {
    return cases.emplace_back(Case{std::string(info.name) + '.' + id, section_of(info.name), protocol::sensor,
                                   info.since, info.message, false, std::move(run)});
  };
  add(DescriptionGet::info, "descriptions", descriptions);
  add(AxisDescriptionGet::info, "axes", axes);
  add(ReadingGet::info, "readings", readings);
  add(ReadingGet::info, "async", async_readings);
  add(ConfigGet::info, "timestamps", timestamps);
  add(ConfigSet::info, "bad", bad_config);
  add(ConfigSet::info, "takes_effect", config_takes_effect);
  add(ConfigSet::info, "off_and_on", off_and_on).destructive = true;
  add(ListUpdateIntervals::info, "ascending", intervals);
  add(TripPointConfig::info, "bad_trip_point", bad_trip_points);
  add(TripPointConfig::info, "crossing", crossing).destructive = true;
  add(ContinuousUpdateNotify::info, "update", update_comes);
  const auto add_switch = [&](const MessageInfo& info, bool (*has)(const Descriptor&)) {
    add(info, "available", [message = info.message, has](Trial& t) { available(t, message, has); });
    add(info, "bad_enable", [message = info.message, has](Trial& t) { bad_enable(t, message, has); });
  };
  add_switch(TripPointNotify::info, trips);
  add_switch(ContinuousUpdateNotify::info, updates);
}

}  // namespace scmi::tool::check
