// SPDX-License-Identifier: Apache-2.0
//
// [telemetry].
#include <algorithm>
#include <cctype>
#include <limits>
#include <set>

#include "platform/soc_config_entries.hpp"

namespace scmi::platform::parts {
namespace {

constexpr std::int64_t interval_us_max = 3'600'000'000;
constexpr std::uint32_t ns_per_us = 1000;

std::array<std::uint8_t, 16> read_revision(TableReader& t) {
  std::array<std::uint8_t, 16> uuid{};
  const std::string text = t.text("revision", "00000000-0000-0000-0000-000000000000", 36);
  std::string digits;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    if (dash ? text[i] == '-' : std::isxdigit(static_cast<unsigned char>(text[i])) != 0) {
      if (!dash) digits += text[i];
    }
  }
  if (text.size() != 36 || digits.size() != 2 * uuid.size()) {
    t.report("revision", fmt::format("\"{}\" is no UUID", text));
    return uuid;
  }
  for (std::size_t i = 0; i < uuid.size(); ++i) {
    uuid[i] = static_cast<std::uint8_t>(std::stoul(digits.substr(2 * i, 2), nullptr, 16));
  }
  return uuid;
}

SensorInterval interval_of(std::int64_t us) {
  return SensorInterval::from_ns(static_cast<std::uint64_t>(us) * ns_per_us).value_or(SensorInterval{});
}

void read_intervals(TableReader& t, TelemetryConfig& c) {
  if (t.has("interval_range_us")) {
    if (t.has("intervals_us")) t.report("interval_range_us", "cannot stand beside intervals_us");
    TableReader range = t.table("interval_range_us");
    const std::int64_t min = range.required_integer("min", 1, interval_us_max);
    const std::int64_t max = range.required_integer("max", 1, interval_us_max);
    const std::int64_t step = range.required_integer("step", 1, interval_us_max);
    if (min > max) range.report("max", fmt::format("{} is below min", max));
    range.finish();
    c.interval_range = true;
    c.intervals = {interval_of(min), interval_of(max), interval_of(step)};
    return;
  }
  std::int64_t last = 0;
  for (const std::int64_t us : t.integers("intervals_us", 1, interval_us_max)) {
    if (us <= last) t.report("intervals_us", fmt::format("{} does not ascend", us));
    last = us;
    c.intervals.push_back(interval_of(us));
  }
  if (c.intervals.empty()) t.report("intervals_us", "is needed, or interval_range_us");
}

SensorType read_unit(TableReader& t) {
  const std::string word = t.text("unit", "none", name_length_max);
  const auto type = sensor_type(word);
  if (!type) t.report("unit", fmt::format("\"{}\" is no unit of a sensor (celsius, volt, watt, ...)", word));
  return type.value_or(SensorType::none);
}

DataEventInput read_input(TableReader& t, const Names& sensors, ConfigDiagnostics& diagnostics) {
  DataEventInput input;
  input.value = static_cast<std::uint64_t>(
      t.integer("value", 0, std::numeric_limits<std::int64_t>::min(), std::numeric_limits<std::int64_t>::max()));
  input.count_per_s = static_cast<std::uint64_t>(t.integer("count_per_s", 0, 0, 1'000'000'000));
  input.sensor = sensors.resolve(read_reference(t, "sensor"), t.path("sensor"), diagnostics);
  if (t.has("sensor") && (t.has("value") || t.has("count_per_s"))) {
    t.report("sensor", "cannot stand beside value and count_per_s");
  }
  input.failed = t.boolean("failed", false);
  return input;
}

DataEventConfig read_data_event(TableReader& t, const Names& groups, const Names& sensors,
                                ConfigDiagnostics& diagnostics) {
  static constexpr std::array timestamps = {Choice<DataEventTimestamps>{"none", DataEventTimestamps::none},
                                            Choice<DataEventTimestamps>{"line", DataEventTimestamps::line},
                                            Choice<DataEventTimestamps>{"block", DataEventTimestamps::block}};
  DataEventConfig c;
  c.id = static_cast<std::uint32_t>(t.required_integer("id", 0, 0xFFFF'FFFF));
  c.name = t.text("name", {}, short_name_length_max);
  c.group = groups.resolve(read_reference(t, "group"), t.path("group"), diagnostics);
  c.data_size = static_cast<std::uint32_t>(t.integer("data_size", 8, 1, 8));
  c.type = static_cast<std::uint8_t>(t.u32("type", 0, 0xFF));
  c.instance = static_cast<std::uint8_t>(t.u32("instance", 0, 0xFF));
  c.component_instance = static_cast<std::uint16_t>(t.u32("component_instance", 0, 0xFFFF));
  c.component_type = static_cast<std::uint8_t>(t.u32("component_type", 0, 0xFF));
  c.persistent = t.boolean("persistent", false);
  c.unit = read_unit(t);
  c.exponent = static_cast<std::int8_t>(t.integer("exponent", 0, -128, 127));
  c.timestamps = t.choice<DataEventTimestamps>("timestamps", c.timestamps, timestamps);
  c.shared = t.boolean("shared", true);
  c.fast_channel = t.boolean("fast_channel", false);
  c.input = read_input(t, sensors, diagnostics);
  return c;
}

/// Data events have numbers of their own that no agent's view changes, so nothing here is named to agents.
class TelemetryReader final : public ResourceReader {
 public:
  void read(TableReader&, SocConfig&, AllNames&, ConfigDiagnostics&) override {}
  void link(TableReader& root, SocConfig& soc, const AllNames& names, ConfigDiagnostics& diagnostics) override {
    if (!root.has("telemetry")) return;
    TableReader t = root.table("telemetry");
    TelemetryConfig c;
    c.revision = read_revision(t);
    c.single_read = t.boolean("single_read", c.single_read);
    c.notifications = t.boolean("notifications", c.notifications);
    c.timestamp_rate_hz = static_cast<std::uint32_t>(t.integer("timestamp_rate_hz", 1'000'000, 1, 1'000'000'000));
    c.max_enabled = t.u32("max_enabled", 0);
    c.read_latency_us = t.u32("read_latency_us", 0, latency_us_max);
    read_intervals(t, c);
    Names groups("telemetry group");
    for (TableReader& row : t.tables("group")) {
      TelemetryGroupConfig group{row.required_text("name", name_length_max), {}};
      groups.add(group.name, row.line_of("name"), row.path("name"), diagnostics);
      row.finish();
      c.groups.push_back(std::move(group));
    }
    c.per_group = t.boolean("per_group", !c.groups.empty());
    std::set<std::uint32_t> ids;
    for (TableReader& row : t.tables("data_event")) {
      DataEventConfig event = read_data_event(row, groups, names[ServedProtocol::sensor], diagnostics);
      if (!ids.insert(event.id).second)
        row.report("id", fmt::format("{:#x} is another data event's already", event.id));
      if (event.group < c.groups.size()) c.groups[event.group].members.push_back(c.data_events.size());
      row.finish();
      c.data_events.push_back(std::move(event));
    }
    if (c.data_events.empty()) t.report("data_event", "at least one [[telemetry.data_event]] is needed");
    if (c.data_events.size() > count_max) t.report("data_event", fmt::format("there are more than {}", count_max));
    t.finish();
    soc.telemetry = std::move(c);
  }
};

}  // namespace

std::unique_ptr<ResourceReader> telemetry_reader() { return std::make_unique<TelemetryReader>(); }

}  // namespace scmi::platform::parts
