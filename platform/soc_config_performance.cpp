// SPDX-License-Identifier: Apache-2.0
//
// [[performance_domain]].
#include <algorithm>
#include <array>

#include "platform/soc_config_entries.hpp"
#include "protocols/performance_messages.hpp"

namespace scmi::platform::parts {
namespace {

constexpr std::uint32_t voltage_uv_max = 10'000'000;

std::vector<PerformanceLevel> read_levels(TableReader& t) {
  std::vector<PerformanceLevel> levels;
  for (TableReader& row : t.tables("levels")) {
    PerformanceLevel level;
    level.level = static_cast<std::uint32_t>(row.required_integer("level", 0, 0xFFFF'FFFF));
    level.power = row.u32("power", 0);
    level.latency_us = row.u32("latency_us", 0, 0xFFFF);
    level.frequency_khz = row.u32("frequency_khz", 0);
    level.voltage_uv = static_cast<std::int32_t>(row.u32("voltage_uv", 0, voltage_uv_max));
    level.index = row.u32("index", static_cast<std::uint32_t>(levels.size() + 1));
    if (!levels.empty() && levels.back().level >= level.level) {
      row.report("level", fmt::format("{} does not ascend", level.level));
    }
    if (std::any_of(levels.begin(), levels.end(), [&](const auto& other) { return other.index == level.index; })) {
      row.report("index", fmt::format("{} is used by another level", level.index));
    }
    row.finish();
    levels.push_back(level);
  }
  return levels;
}

/// `level_range = {first, step, count, ...}`: many levels in one line.
std::vector<PerformanceLevel> read_level_range(TableReader range) {
  std::vector<PerformanceLevel> levels;
  const std::int64_t first = range.required_integer("first", 1, 0x7FFF'FFFF);
  const std::int64_t step = range.required_integer("step", 1, 0x00FF'FFFF);
  const std::int64_t count = range.required_integer("count", 1, 0xFFF);
  const std::uint32_t latency_us = range.u32("latency_us", 0, 0xFFFF);
  const std::uint32_t khz_per_level = range.u32("khz_per_level", 0, 1'000'000);
  range.finish();
  for (std::int64_t i = 0; i < count; ++i) {
    const auto value = static_cast<std::uint32_t>(std::min<std::int64_t>(first + i * step, 0xFFFF'FFFF));
    if (!levels.empty() && levels.back().level >= value) {
      range.report("count", "the range leaves 32 bits");
      break;
    }
    levels.push_back({value, static_cast<std::uint32_t>(i + 1), latency_us,
                      static_cast<std::uint32_t>(std::uint64_t{value} * khz_per_level),
                      static_cast<std::uint32_t>(i + 1), 0});
  }
  return levels;
}

void require_level(TableReader& t, std::string_view key, const std::vector<PerformanceLevel>& levels,
                   std::uint32_t wanted) {
  if (std::none_of(levels.begin(), levels.end(), [&](const auto& l) { return l.level == wanted; })) {
    t.report(key, fmt::format("{} is none of the levels", wanted));
  }
}

constexpr std::array fast_messages = {Choice<MessageId>{"level_get", performance_protocol::LevelGet::info.message},
                                      Choice<MessageId>{"level_set", performance_protocol::LevelSet::info.message},
                                      Choice<MessageId>{"limits_get", performance_protocol::LimitsGet::info.message},
                                      Choice<MessageId>{"limits_set", performance_protocol::LimitsSet::info.message}};

class PerformanceDomainReader final : public EntryReader<PerformanceDomainConfig> {
 public:
  PerformanceDomainReader() : EntryReader(ServedProtocol::performance, &SocConfig::performance_domains) {}

 private:
  void read_entry(Entry<PerformanceDomainConfig>& entry) override {
    TableReader& t = entry.table;
    PerformanceDomainConfig& c = entry.config;
    entry.references = {read_reference(t, "clock"), read_reference(t, "power_domain"),
                        read_reference(t, "voltage_domain")};
    c.levels = read_levels(t);
    if (t.has("level_range")) {
      if (!c.levels.empty()) t.report("level_range", "cannot stand beside levels");
      c.levels = read_level_range(t.table("level_range"));
    }
    if (c.levels.empty()) {
      t.report("levels", "at least one level is needed");
      c.levels.push_back({});
    }
    const PerformanceLevel& top = c.levels.back();
    c.level_indexing = t.boolean("level_indexing", false);
    c.sustained_level = t.u32("sustained_level", top.level);
    require_level(t, "sustained_level", c.levels, c.sustained_level);
    const auto sustained = std::find_if(c.levels.begin(), c.levels.end(),
                                        [&](const PerformanceLevel& l) { return l.level == c.sustained_level; });
    c.sustained_khz = t.u32("sustained_khz", sustained == c.levels.end() ? 0 : sustained->frequency_khz);
    c.initial_level = t.u32("initial_level", c.sustained_level);
    if (t.has("initial_level")) require_level(t, "initial_level", c.levels, c.initial_level);
    c.rate_limit_us = t.u32("rate_limit_us", 0, 0xF'FFFF);
    c.notify_limits = t.boolean("notify_limits", true);
    c.notify_level = t.boolean("notify_level", true);
    c.fast_channels = read_fast_channels(t, fast_messages);
  }

  void link_copy(const Entry<PerformanceDomainConfig>&, PerformanceDomainConfig& config,
                 const Resolver& resolve) override {
    config.clock = resolve(0, ServedProtocol::clock, "clock");
    config.power_domain = resolve(1, ServedProtocol::power_domain, "power_domain");
    if (config.clock != no_index && config.levels.front().frequency_khz == 0) {
      resolve.report("clock", "a clock can follow only levels with a frequency_khz");
    }
    config.voltage_domain = resolve(2, ServedProtocol::voltage, "voltage_domain");
  }

  void check(TableReader& root, const SocConfig& soc, ConfigDiagnostics&) override {
    for (const PerformanceDomainConfig& c : soc.performance_domains) {
      if (c.voltage_domain == no_index) continue;
      const VoltageDomainConfig& voltage = soc.voltage_domains[c.voltage_domain];
      for (const PerformanceLevel& level : c.levels) {
        if (voltage.has_level(level.voltage_uv)) continue;
        root.report("performance_domain", fmt::format("\"{}\" needs {} uV for level {}, which \"{}\" does not have",
                                                      c.name, level.voltage_uv, level.level, voltage.name));
      }
    }
  }
};

}  // namespace

std::unique_ptr<ResourceReader> performance_domain_reader() { return std::make_unique<PerformanceDomainReader>(); }

}  // namespace scmi::platform::parts
