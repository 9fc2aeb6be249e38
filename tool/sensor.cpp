// SPDX-License-Identifier: Apache-2.0
//
// `sensor`: readings, axes, configuration, trip points.
#include "protocols/sensor.hpp"

#include <fmt/format.h>

#include <charconv>

#include "tool/choose.hpp"
#include "tool/command_line.hpp"
#include "tool/commands.hpp"
#include "tool/watch.hpp"

namespace scmi::tool {
namespace {

constexpr std::string_view kind = "sensor";

struct Words {
  std::string sensor;  ///< Name or id.
  bool async = false;
  std::string enable;      ///< "on" or "off".
  std::string timestamps;  ///< "on" or "off".
  std::string interval;    ///< "100ms".
  std::string round = "any";
  std::string trip_point;
  std::string direction;
  std::string value;  ///< In the sensor's unit: "85.5".
  bool updates = false;
  WatchWords watch;
};

struct Chosen {
  Sensors sensors;
  SensorInfo info;
};

[[nodiscard]] std::string named(const SensorInfo& info) {
  return fmt::format("sensor {} ({})", info.id.value, info.name);
}

[[nodiscard]] Outcome<Chosen> choose_sensor(Context& context, const std::string& word) {
  auto sensors = open_client<Sensors>(context.connection, kind);
  if (!sensors) return tl::unexpected(sensors.error());
  const auto id = find_entity<SensorId>(context.connection, *sensors, kind, word);
  if (!id) return tl::unexpected(id.error());
  auto info = sensors->describe(*id, context.connection.call());
  if (!info) return failed(fmt::format("describing sensor {}", id->value), info.error());
  return Chosen{std::move(*sensors), std::move(*info)};
}

[[nodiscard]] Outcome<SensorScale> scale_of(Context& context, const Chosen& chosen) {
  auto scale = chosen.sensors.scale(chosen.info, context.connection.call());
  if (!scale) return failed(fmt::format("asking for the axes of {}", named(chosen.info)), scale.error());
  return *std::move(scale);
}

/// A value as it is shown.
[[nodiscard]] Value shown(const std::optional<SensorValue>& v) {
  return v ? Value(Decimal{v->raw, v->exponent}) : Value();
}

/// "45.123" in the scale of `like`. Nothing if it is no number, or has more places than the scale.
[[nodiscard]] std::optional<std::int64_t> parse_value(std::string_view text, const SensorValue& like) {
  const bool negative = text.starts_with('-');
  if (negative) text.remove_prefix(1);
  std::string digits(text.substr(0, text.find('.')));
  std::string fraction(text.find('.') == std::string_view::npos ? "" : text.substr(text.find('.') + 1));
  if (digits.empty() || digits.find_first_not_of("0123456789") != std::string::npos ||
      fraction.find_first_not_of("0123456789") != std::string::npos) {
    return std::nullopt;
  }
  digits += fraction;
  std::int64_t mantissa = 0;
  const auto [stop, error] = std::from_chars(digits.data(), digits.data() + digits.size(), mantissa);
  if (error != std::errc() || stop != digits.data() + digits.size()) return std::nullopt;
  const int shift = -static_cast<int>(fraction.size()) - like.exponent;
  const auto raw = times_power_of_ten(mantissa, shift);
  if (!raw || times_power_of_ten(*raw, -shift) != mantissa) return std::nullopt;
  return negative ? -*raw : *raw;
}

[[nodiscard]] std::string unit_of(SensorType type) {
  const std::string_view text = name(type);
  return text == "reserved" ? fmt::format("type_{:#x}", static_cast<unsigned>(type)) : std::string(text);
}

[[nodiscard]] Value type_value(SensorType type) {
  return Named{static_cast<std::int64_t>(type), std::string(name(type))};
}

/// One value with its unit, and the number that travelled for it.
void add_value(Record& row, const std::optional<SensorValue>& value) {
  row.push_back({"value", shown(value)});
  row.push_back({"unit", value ? Value(unit_of(value->type)) : Value()});
  row.push_back({"raw", value ? Value(value->raw) : Value()});
  row.push_back({"exponent", value ? Value(std::int64_t{value->exponent}) : Value()});
}

[[nodiscard]] Value nanoseconds(const std::optional<std::uint64_t>& ns) { return ns ? Value(*ns) : Value(); }

[[nodiscard]] Record sample_record(const SensorSample& sample, std::size_t axis) {
  Record row{{"axis", axis}};
  add_value(row, sample.value);
  row.push_back({"timestamp", nanoseconds(sample.timestamp_ns()), Measure::nanoseconds});
  return row;
}

[[nodiscard]] std::vector<Record> sample_records(const SensorReading& reading) {
  std::vector<Record> rows;
  for (std::size_t i = 0; i < reading.samples.size(); ++i) rows.push_back(sample_record(reading.samples[i], i));
  return rows;
}

/// What list and get say about a sensor besides its reading.
[[nodiscard]] Record about(const SensorInfo& info) {
  Record row{{"id", info.id.value}, {"name", info.name}};
  if (info.axis_count == 0) {
    row.push_back({"type", type_value(info.type)});
  } else {
    row.push_back({"type", Value()});
  }
  row.push_back({"axes", info.axis_count});
  row.push_back({"trip_points", info.trip_point_count});
  row.push_back({"async", info.async_read});
  row.push_back({"updates", info.continuous_update});
  return row;
}

Outcome<void> list(Context& context) {
  const auto sensors = open_client<Sensors>(context.connection, kind);
  if (!sensors) return tl::unexpected(sensors.error());
  const CallOptions call = context.connection.call();
  const auto all = sensors->list(call);
  if (!all) return failed("listing the sensors", all.error());
  std::vector<Record> rows;
  for (const SensorInfo& info : *all) {
    Record row = about(info);
    std::optional<SensorValue> value;
    if (info.axis_count == 0) {
      const SensorScale scale{info.id, {{0, info.exponent, info.type}}, std::nullopt};
      const auto reading = if_answered(fmt::format("reading {}", named(info)), sensors->read(scale, call));
      if (!reading) return tl::unexpected(reading.error());
      if (*reading) value = (*reading)->samples.front().value;
    }
    add_value(row, value);
    rows.push_back(std::move(row));
  }
  context.report.add_table("sensors", std::move(rows));
  return {};
}

[[nodiscard]] Result<SensorReading> read(Context& context, const Chosen& chosen, const SensorScale& scale, bool async) {
  if (!async) return chosen.sensors.read(scale, context.connection.call());
  auto pending = chosen.sensors.read_async(scale, context.connection.pending());
  if (!pending) return pending.error();
  return pending->wait();
}

Outcome<void> get(Context& context, const Words& words) {
  const auto chosen = choose_sensor(context, words.sensor);
  if (!chosen) return tl::unexpected(chosen.error());
  const auto scale = scale_of(context, *chosen);
  if (!scale) return tl::unexpected(scale.error());
  const auto reading = read(context, *chosen, *scale, words.async);
  if (!reading) return failed(fmt::format("reading {}", named(chosen->info)), reading.error());
  for (Item& item : about(chosen->info)) context.report.add(item.key, std::move(item.value), item.measure, item.style);
  const SensorInfo& info = chosen->info;
  context.report.add("power", info.power_uw ? Value(*info.power_uw) : Value(), Measure::microwatts);
  context.report.add("min", shown(info.limits.min));
  context.report.add("max", shown(info.limits.max));
  context.report.add("resolution", shown(info.limits.resolution));
  context.report.add_table("samples", sample_records(*reading));
  return {};
}

Outcome<void> axes(Context& context, const Words& words) {
  const auto chosen = choose_sensor(context, words.sensor);
  if (!chosen) return tl::unexpected(chosen.error());
  std::vector<Record> rows;
  if (chosen->info.axis_count != 0) {
    const auto all = chosen->sensors.axes(chosen->info.id, context.connection.call());
    if (!all) return failed(fmt::format("asking for the axes of {}", named(chosen->info)), all.error());
    for (const SensorAxisInfo& axis : *all) {
      rows.push_back({{"id", axis.id},
                      {"name", axis.name},
                      {"type", type_value(axis.type)},
                      {"exponent", std::int64_t{axis.exponent}},
                      {"min", shown(axis.limits.min)},
                      {"max", shown(axis.limits.max)},
                      {"resolution", shown(axis.limits.resolution)}});
    }
  }
  context.report.add("id", chosen->info.id.value);
  context.report.add("name", chosen->info.name);
  context.report.add_table("axes", std::move(rows));
  return {};
}

Outcome<void> intervals(Context& context, const Words& words) {
  const auto chosen = choose_sensor(context, words.sensor);
  if (!chosen) return tl::unexpected(chosen.error());
  const auto found = chosen->sensors.intervals(chosen->info.id, context.connection.call());
  if (!found) return failed(fmt::format("asking for the intervals of {}", named(chosen->info)), found.error());
  context.report.add("id", chosen->info.id.value);
  context.report.add("name", chosen->info.name);
  context.report.add("format", found->is_range ? "range" : "discrete");
  if (found->is_range) {
    context.report.add("lowest", nanoseconds(found->lowest.ns()), Measure::nanoseconds);
    context.report.add("highest", nanoseconds(found->highest.ns()), Measure::nanoseconds);
    context.report.add("step", nanoseconds(found->step.ns()), Measure::nanoseconds);
    return {};
  }
  std::vector<Record> rows;
  for (const SensorInterval& i : found->discrete) {
    rows.push_back({{"interval", nanoseconds(i.ns()), Measure::nanoseconds}});
  }
  context.report.add_table("intervals", std::move(rows));
  return {};
}

[[nodiscard]] Outcome<std::optional<bool>> parse_switch(const char* flag, std::string_view word) {
  if (word.empty()) return std::nullopt;
  if (equal_but_case(word, "on")) return true;
  if (equal_but_case(word, "off")) return false;
  return misused(fmt::format("{} '{}' is neither on nor off", flag, printable(word)));
}

[[nodiscard]] std::optional<IntervalRounding> parse_rounding(std::string_view word) {
  if (word == "any") return IntervalRounding::any;
  if (word == "up") return IntervalRounding::up;
  if (word == "down") return IntervalRounding::down;
  return std::nullopt;
}

[[nodiscard]] Outcome<SensorConfigChange> change_of(const Words& words) {
  SensorConfigChange change;
  const auto enabled = parse_switch("--enable", words.enable);
  if (!enabled) return tl::unexpected(enabled.error());
  const auto timestamps = parse_switch("--timestamps", words.timestamps);
  if (!timestamps) return tl::unexpected(timestamps.error());
  change.enabled = *enabled;
  change.timestamps = *timestamps;
  if (!words.interval.empty()) {
    const auto time = parse_duration(words.interval);
    if (!time)
      return misused(fmt::format("--interval '{}' is no time", printable(words.interval)), "say 500us, 10ms, 2s");
    change.interval = SensorInterval::from_ns(static_cast<std::uint64_t>(std::chrono::nanoseconds(*time).count()));
  }
  return change;
}

/// Whether a sensor is switched off, under whoever reads it.
[[nodiscard]] bool switches_off(const Words& words) { return equal_but_case(words.enable, "off"); }

Outcome<void> config(Context& context, const Words& words) {
  const auto change = change_of(words);
  if (!change) return tl::unexpected(change.error());
  const auto rounding = parse_rounding(words.round);
  if (!rounding) return misused(fmt::format("'{}' is no rounding", printable(words.round)), "say up, down or any");
  const auto chosen = choose_sensor(context, words.sensor);
  if (!chosen) return tl::unexpected(chosen.error());
  const auto& [sensors, info] = *chosen;
  if (switches_off(words)) {
    const std::string deed = fmt::format("Switch off sensor {} ({})", info.id.value, printable(info.name));
    if (auto sure = context.confirm.ask(deed); !sure) return sure;
  }
  const CallOptions call = context.connection.call();
  if (change->enabled || change->timestamps || change->interval) {
    if (auto set = sensors.config_set(info.id, *change, *rounding, call); !set) {
      return failed(fmt::format("configuring {}", named(info)), set.error());
    }
  }
  const auto now = sensors.config_get(info.id, call);
  if (!now) return failed(fmt::format("asking for the configuration of {}", named(info)), now.error());
  context.report.add("id", info.id.value);
  context.report.add("name", info.name);
  context.report.add("enabled", now->enabled);
  context.report.add("timestamps", now->timestamps);
  context.report.add("interval", nanoseconds(now->interval.ns()), Measure::nanoseconds);
  return {};
}

[[nodiscard]] std::optional<TripDirection> parse_direction(std::string_view word) {
  if (equal_but_case(word, "off")) return TripDirection::off;
  if (equal_but_case(word, "up")) return TripDirection::positive;
  if (equal_but_case(word, "down")) return TripDirection::negative;
  if (equal_but_case(word, "both")) return TripDirection::both;
  return std::nullopt;
}

Outcome<void> trip(Context& context, const Words& words) {
  const auto point = parse_number32(words.trip_point);
  if (!point || *point > 0xFF) return misused(fmt::format("'{}' is no trip point", printable(words.trip_point)));
  const auto direction = parse_direction(words.direction);
  if (!direction) {
    return misused(fmt::format("'{}' is no direction", printable(words.direction)), "say up, down, both or off");
  }
  const auto chosen = choose_sensor(context, words.sensor);
  if (!chosen) return tl::unexpected(chosen.error());
  const auto scale = scale_of(context, *chosen);
  if (!scale) return tl::unexpected(scale.error());
  if (scale->units.empty()) return misused(fmt::format("{} measures nothing", named(chosen->info)));
  SensorValue value = scale->units.front();
  if (words.value.empty() && *direction != TripDirection::off) {
    return misused("a trip point needs a value", "say it in the sensor's unit, as in 85.5");
  }
  if (!words.value.empty()) {
    const auto raw = parse_value(words.value, value);
    if (!raw) {
      return misused(fmt::format("'{}' is no value of {}", printable(words.value), named(chosen->info)),
                     fmt::format("say it in {}, in steps of 10^{}", unit_of(value.type), value.exponent));
    }
    value.raw = *raw;
  }
  const SensorInfo& info = chosen->info;
  if (auto set = chosen->sensors.trip_point_config(info.id, static_cast<std::uint8_t>(*point), *direction, value.raw,
                                                   context.connection.call());
      !set) {
    return failed(fmt::format("setting trip point {} of {}", *point, named(info)), set.error());
  }
  Record row{{"id", info.id.value},
             {"name", info.name},
             {"trip_point", *point},
             {"direction", Named{static_cast<std::int64_t>(*direction), words.direction}}};
  add_value(row, value);
  for (Item& item : row) context.report.add(item.key, std::move(item.value), item.measure, item.style);
  return {};
}

Outcome<void> watch(Context& context, const Words& words) {
  auto events = Watch::begin(words.watch);
  if (!events) return tl::unexpected(events.error());
  const auto chosen = choose_sensor(context, words.sensor);
  if (!chosen) return tl::unexpected(chosen.error());
  const auto& [sensors, info] = *chosen;
  const auto scale = scale_of(context, *chosen);
  if (!scale) return tl::unexpected(scale.error());
  const CallOptions call = context.connection.call();
  const bool updates = words.updates || info.trip_point_count == 0;
  const auto subscription = updates ? sensors.watch_updates(
                                          *scale,
                                          [&](const SensorReading& reading) {
                                            for (Record& row : sample_records(reading)) {
                                              Record event{{"event", "update"}};
                                              for (Item& item : row) event.push_back(std::move(item));
                                              events->add(std::move(event));
                                            }
                                          },
                                          call)
                                    : sensors.watch_trip_points(
                                          info.id,
                                          [&](const SensorTrip& trip) {
                                            events->add({{"event", "trip"},
                                                         {"trip_point", trip.trip_point},
                                                         {"direction", trip.positive ? "up" : "down"}});
                                          },
                                          call);
  if (!subscription) return failed(fmt::format("subscribing to {}", named(info)), subscription.error());
  context.report.add("id", info.id.value);
  context.report.add("name", info.name);
  return events->run(context, "events");
}

}  // namespace

void add_sensor(CommandLine& line) {
  Words& words = line.keep<Words>();
  const auto with = [&words](Outcome<void> (*run)(Context&, const Words&)) {
    return [&words, run](Context& c) { return run(c, words); };
  };
  constexpr const char* which = "name or id";
  Object sensor = line.object("sensor", "sensors");
  sensor.verb("list", "all sensors and their readings", list);
  sensor.verb("get", "read one sensor", with(get))
      .argument("sensor", words.sensor, which)
      .flag("--async", words.async, "as an asynchronous command; waits for its delayed response");
  sensor.verb("axes", "what each axis measures", with(axes)).argument("sensor", words.sensor, which);
  sensor.verb("intervals", "how often a sensor can send updates", with(intervals))
      .argument("sensor", words.sensor, which);
  sensor
      .verb("config", "show how a sensor is set, and change it", with(config), [&words] { return switches_off(words); })
      .argument("sensor", words.sensor, which)
      .option("--enable", "on|off", words.enable, "whether it measures")
      .option("--timestamps", "on|off", words.timestamps, "whether readings have a time stamp")
      .option("--interval", "TIME", words.interval, "between updates, as 100ms")
      .option("--round", "WHERE", words.round, "an interval in between goes up, down, or any way (default)");
  sensor.verb("trip", "set a trip point", with(trip))
      .argument("sensor", words.sensor, which)
      .argument("point", words.trip_point, "number of the trip point, from 0")
      .argument("direction", words.direction, "up, down, both, or off")
      .optional_argument("value", words.value, "in the sensor's unit, as 85.5");
  Verb watching = sensor.verb("watch", "trip points as they fire; updates, where there are none", with(watch));
  watching.argument("sensor", words.sensor, which)
      .flag("--updates", words.updates, "readings at the sensor's interval, instead");
  words.watch.add_to(watching);
}

}  // namespace scmi::tool
