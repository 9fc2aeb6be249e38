// SPDX-License-Identifier: Apache-2.0
//
// [[sensor]].
#include <limits>

#include "platform/soc_config_entries.hpp"

namespace scmi::platform::parts {
namespace {

constexpr std::int64_t value_min = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t value_max = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t exponent_min = -16;
constexpr std::int64_t exponent_max = 15;
constexpr std::int64_t interval_us_max = 3'600'000'000;
constexpr std::size_t axes_max = 63;
constexpr std::uint32_t resolution_max = 0x07FF'FFFF;

SensorType read_type(TableReader& t) {
  const std::string word = t.required_text("type", name_length_max);
  const auto type = sensor_type(word);
  if (!type && !word.empty())
    t.report("type", fmt::format("\"{}\" is no unit of a sensor (celsius, volt, watt, ...)", word));
  return type.value_or(SensorType::none);
}

std::int8_t read_exponent(TableReader& t, std::string_view key, std::int64_t fallback = 0) {
  return static_cast<std::int8_t>(t.integer(key, fallback, exponent_min, exponent_max));
}

/// The type of a sensor that shows a quantity.
SensorType unit_of(Quantity quantity) {
  switch (quantity) {
    case Quantity::power: return SensorType::watt;
    case Quantity::energy: return SensorType::joule;
    case Quantity::temperature: return SensorType::celsius;
    case Quantity::voltage: return SensorType::volt;
    case Quantity::current: return SensorType::ampere;
    case Quantity::frequency: return SensorType::hertz;
    case Quantity::load: return SensorType::percent;
  }
  return SensorType::none;
}

/// What a sensor without axes and an axis have in common.
SensorAxisConfig read_axis(TableReader& t, std::vector<NameRef>& references) {
  SensorAxisConfig axis;
  axis.type = read_type(t);
  axis.exponent = read_exponent(t, "exponent");
  if (t.has("min")) axis.min = t.integer("min", 0, value_min, value_max);
  if (t.has("max")) axis.max = t.integer("max", 0, value_min, value_max);
  if (axis.min && axis.max && *axis.min > *axis.max) t.report("max", fmt::format("{} is below min", *axis.max));
  axis.resolution = t.u32("resolution", 0, resolution_max);
  axis.resolution_exponent = read_exponent(t, "resolution_exponent", axis.exponent);
  axis.input = read_value_source(t, references);
  if (axis.input.quantity && axis.type != SensorType::none && axis.type != unit_of(*axis.input.quantity)) {
    t.report("source", fmt::format("is in {}, the sensor in {}", name(unit_of(*axis.input.quantity)), name(axis.type)));
  }
  return axis;
}

SensorInterval interval_of(std::int64_t us) {
  return SensorInterval::from_ns(static_cast<std::uint64_t>(us) * 1000).value_or(SensorInterval{});
}

void read_intervals(TableReader& t, SensorConfig& c) {
  std::int64_t last = 0;
  for (const std::int64_t us : t.integers("intervals_us", 1, interval_us_max)) {
    if (us <= last) t.report("intervals_us", fmt::format("{} does not ascend", us));
    last = us;
    c.intervals.push_back(interval_of(us));
  }
  if (t.has("interval_range_us")) {
    if (!c.intervals.empty()) t.report("interval_range_us", "cannot stand beside intervals_us");
    TableReader range = t.table("interval_range_us");
    const std::int64_t min = range.required_integer("min", 1, interval_us_max);
    const std::int64_t max = range.required_integer("max", 1, interval_us_max);
    const std::int64_t step = range.required_integer("step", 1, interval_us_max);
    if (min > max) range.report("max", fmt::format("{} is below min", max));
    range.finish();
    c.interval_range = true;
    c.intervals = {interval_of(min), interval_of(max), interval_of(step)};
  }
  if (!c.intervals.empty()) c.interval = c.intervals.front();
  if (t.has("interval_us")) c.interval = interval_of(t.integer("interval_us", 0, 0, interval_us_max));
}

class SensorReader final : public EntryReader<SensorConfig> {
 public:
  SensorReader() : EntryReader(ServedProtocol::sensor, &SocConfig::sensors) {}

 private:
  void read_entry(Entry<SensorConfig>& entry) override {
    TableReader& t = entry.table;
    SensorConfig& c = entry.config;
    c.has_axes = t.has("axes");
    if (c.has_axes) {
      for (TableReader& row : t.tables("axes")) {
        const std::string name = row.required_text("name", name_length_max);
        c.axes.push_back(read_axis(row, entry.references));
        c.axes.back().name = name;
        row.finish();
      }
      if (c.axes.empty() || c.axes.size() > axes_max) {
        t.report("axes", fmt::format("holds {} axes, not 1 to {}", c.axes.size(), axes_max));
        c.axes.resize(1);
      }
    } else {
      c.axes.push_back(read_axis(t, entry.references));
    }
    c.trip_points = static_cast<std::uint8_t>(t.u32("trip_points", 0, 0xFF));
    c.async = t.boolean("async", false);
    c.continuous = t.boolean("continuous", false);
    c.timestamps = t.boolean("timestamps", false);
    c.timestamp_exponent = read_exponent(t, "timestamp_exponent", c.timestamp_exponent);
    c.power_uw = t.u32("power_uw", 0);
    read_intervals(t, c);
    c.enabled = t.boolean("enabled", true);
    c.failed = t.boolean("failed", false);
    c.read_latency_us = t.u32("read_latency_us", 0, latency_us_max);
    c.sample_us = static_cast<std::uint32_t>(t.integer("sample_us", c.sample_us, 100, latency_us_max));
  }

  void link_copy(const Entry<SensorConfig>&, SensorConfig& config, const Resolver& resolve) override {
    std::size_t reference = 0;
    for (std::size_t i = 0; i < config.axes.size(); ++i) {
      resolve(config.axes[i].input, reference);
      config.axes[i].input.noise_stream = noise_stream(config.name, i);
    }
  }
};

}  // namespace

std::unique_ptr<ResourceReader> sensor_reader() { return std::make_unique<SensorReader>(); }

}  // namespace scmi::platform::parts
