// SPDX-License-Identifier: Apache-2.0
//
// Reads the resources of a SoC description. References may point forwards, so entries are read first, then named,
// then linked.
#include <fmt/core.h>

#include <algorithm>
#include <array>

#include "platform/soc_config_parts.hpp"

namespace scmi::platform::parts {
namespace {

constexpr std::int64_t count_max = 65'535;  // 16 bits hold the number of domains in the protocols' attributes.
constexpr std::uint32_t latency_us_max = 60'000'000;
constexpr std::int64_t rate_hz_max = std::int64_t{1} << 62;

/// One entry as read, before it is repeated and linked.
template <class Config>
struct Entry {
  TableReader table;
  std::uint64_t count = 1;
  Config config;
  std::vector<NameRef> references;  ///< In an order each kind knows.
};

std::uint64_t read_count(TableReader& table) {
  return static_cast<std::uint64_t>(table.integer("count", 1, 1, count_max));
}

NameRef read_reference(TableReader& table, std::string_view key) {
  return {table.text(key, {}, name_length_max), table.line_of(key)};
}

/// Names every copy of every entry and answers the configs in order, still without links.
template <class Config>
std::vector<Config> name_copies(const std::vector<Entry<Config>>& entries, Names& names,
                                ConfigDiagnostics& diagnostics) {
  std::vector<Config> list;
  for (const auto& entry : entries) {
    if (list.size() + entry.count > count_max) {
      diagnostics.report(entry.table.line(), entry.table.path(), fmt::format("there are more than {}", count_max));
      break;
    }
    for (std::uint64_t i = 0; i < entry.count; ++i) {
      Config config = entry.config;
      config.name = expand(entry.config.name, i);
      names.add(config.name, entry.table.line_of("name"), entry.table.path("name"), diagnostics);
      list.push_back(std::move(config));
    }
  }
  return list;
}

/// Calls link(config, resolve) for every copy, where resolve(reference number, names) answers a position.
template <class Config, class Link>
void link_copies(const std::vector<Entry<Config>>& entries, std::vector<Config>& configs,
                 ConfigDiagnostics& diagnostics, Link link) {
  std::size_t next = 0;
  for (const auto& entry : entries) {
    for (std::uint64_t i = 0; i < entry.count && next < configs.size(); ++i) {
      const auto resolve = [&](std::size_t reference, const Names& names, std::string_view key) {
        const NameRef& ref = entry.references[reference];
        return names.resolve({expand(ref.name, i), ref.line}, entry.table.path(key), diagnostics);
      };
      link(entry, configs[next++], resolve);
    }
  }
}

// ---- Power domains

Entry<PowerDomainConfig> read_power_domain(TableReader table) {
  Entry<PowerDomainConfig> entry{std::move(table), 1, {}, {}};
  TableReader& t = entry.table;
  PowerDomainConfig& c = entry.config;
  entry.count = read_count(t);
  c.name = t.required_text("name", name_length_max);
  entry.references = {read_reference(t, "parent")};
  c.processor = t.boolean("processor", false);
  c.sync = t.boolean("sync", !c.processor);
  c.async = t.boolean("async", c.processor);
  c.notify_changed = t.boolean("notify_changed", true);
  c.notify_requested = t.boolean("notify_requested", false);
  c.on = t.boolean("on", true);
  c.latency_us = t.u32("latency_us", 0, latency_us_max);
  const auto between = t.integers("states", 0, 0xFFFF'FFFF);
  if (c.processor) {
    if (!between.empty()) t.report("states", "an application processor's states are fixed (on, sleep, off)");
    c.states = {1, 2, 0};
  } else {
    c.states = {power_state_on};
    for (const std::int64_t state : between) {
      const auto word = static_cast<std::uint32_t>(state);
      if ((word & ~power_state_defined_bits) != 0) {
        t.report("states", fmt::format("{:#x} has reserved bits set", word));
      } else if (word == power_state_off || std::find(c.states.begin(), c.states.end(), word) != c.states.end()) {
        t.report("states", fmt::format("{:#x} is listed twice, or is the generic on or off", word));
      } else {
        c.states.push_back(word);
      }
    }
    c.states.push_back(power_state_off);
  }
  t.finish();
  return entry;
}

void check_parents(TableReader& root, const std::vector<PowerDomainConfig>& domains, ConfigDiagnostics& diagnostics) {
  for (const PowerDomainConfig& domain : domains) {
    std::size_t steps = 0;
    for (Index at = domain.parent; at != no_index; at = domains[at].parent) {
      if (++steps > domains.size()) {
        diagnostics.report(root.line_of("power_domain"), "power_domain",
                           fmt::format("\"{}\" is its own ancestor", domain.name));
        return;
      }
    }
    if (domain.parent != no_index && domain.on && !domains[domain.parent].on) {
      diagnostics.report(
          root.line_of("power_domain"), "power_domain",
          fmt::format("\"{}\" starts on while its parent \"{}\" starts off", domain.name, domains[domain.parent].name));
    }
  }
}

// ---- Performance domains

std::vector<PerformanceLevel> read_levels(TableReader& t) {
  std::vector<PerformanceLevel> levels;
  for (TableReader& row : t.tables("levels")) {
    PerformanceLevel level;
    level.level = static_cast<std::uint32_t>(row.required_integer("level", 0, 0xFFFF'FFFF));
    level.power = row.u32("power", 0);
    level.latency_us = row.u32("latency_us", 0, 0xFFFF);
    level.frequency_khz = row.u32("frequency_khz", 0);
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
                      static_cast<std::uint32_t>(i + 1)});
  }
  return levels;
}

void require_level(TableReader& t, std::string_view key, const std::vector<PerformanceLevel>& levels,
                   std::uint32_t wanted) {
  if (std::none_of(levels.begin(), levels.end(), [&](const auto& l) { return l.level == wanted; })) {
    t.report(key, fmt::format("{} is none of the levels", wanted));
  }
}

Entry<PerformanceDomainConfig> read_performance_domain(TableReader table) {
  Entry<PerformanceDomainConfig> entry{std::move(table), 1, {}, {}};
  TableReader& t = entry.table;
  PerformanceDomainConfig& c = entry.config;
  entry.count = read_count(t);
  c.name = t.required_text("name", name_length_max);
  entry.references = {read_reference(t, "clock"), read_reference(t, "power_domain")};
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
  t.finish();
  return entry;
}

// ---- Clocks

void read_rates(TableReader& t, ClockConfig& c) {
  for (const std::int64_t rate : t.integers("rates_hz", 1, rate_hz_max)) {
    const auto hz = static_cast<std::uint64_t>(rate);
    if (!c.rates_hz.empty() && c.rates_hz.back() >= hz) t.report("rates_hz", fmt::format("{} does not ascend", hz));
    c.rates_hz.push_back(hz);
  }
  if (c.rates_hz.size() > 0xFFFF) t.report("rates_hz", "holds more than 65535 rates");
  if (t.has("range_hz")) {
    if (!c.rates_hz.empty()) t.report("range_hz", "cannot stand beside rates_hz");
    c.range = true;
    c.rates_hz.clear();
    TableReader range = t.table("range_hz");
    c.min_hz = static_cast<std::uint64_t>(range.required_integer("min", 1, rate_hz_max));
    c.max_hz = static_cast<std::uint64_t>(range.required_integer("max", 1, rate_hz_max));
    c.step_hz = static_cast<std::uint64_t>(range.required_integer("step", 0, rate_hz_max));
    range.finish();
    if (c.min_hz > c.max_hz) range.report("max", fmt::format("{} is below min", c.max_hz));
  }
  const std::uint64_t lowest = c.range ? c.min_hz : c.rates_hz.empty() ? 0 : c.rates_hz.front();
  c.rate_hz = static_cast<std::uint64_t>(t.integer("rate_hz", static_cast<std::int64_t>(lowest), 0, rate_hz_max));
  const bool possible = c.range
                            ? c.rate_hz >= c.min_hz && c.rate_hz <= c.max_hz &&
                                  (c.step_hz == 0 || (c.rate_hz - c.min_hz) % c.step_hz == 0)
                            : c.rates_hz.empty() || std::binary_search(c.rates_hz.begin(), c.rates_hz.end(), c.rate_hz);
  if (!possible && t.has("rate_hz")) t.report("rate_hz", fmt::format("{} is not a rate of the clock", c.rate_hz));
}

void read_extended(TableReader& t, ClockConfig& c) {
  for (TableReader& row : t.tables("extended")) {
    ExtendedConfig e;
    e.type = static_cast<std::uint8_t>(row.required_integer("type", 1, 0xFF));
    if (e.type > 2 && e.type < 0x80) row.report("type", fmt::format("{:#x} is reserved", e.type));
    e.min = row.u32("min", 0);
    e.max = row.u32("max", 0xFFFF'FFFF);
    e.value = row.u32("value", e.min);
    if (e.value < e.min || e.value > e.max) row.report("value", fmt::format("{} is not within min and max", e.value));
    if (std::any_of(c.extended.begin(), c.extended.end(), [&](const auto& other) { return other.type == e.type; })) {
      row.report("type", fmt::format("{:#x} is listed twice", e.type));
    }
    row.finish();
    c.extended.push_back(e);
  }
}

/// References of a clock: power domain, initial parent, then the possible parents.
Entry<ClockConfig> read_clock(TableReader table) {
  Entry<ClockConfig> entry{std::move(table), 1, {}, {}};
  TableReader& t = entry.table;
  ClockConfig& c = entry.config;
  entry.count = read_count(t);
  c.name = t.required_text("name", name_length_max);
  read_rates(t, c);
  c.enabled = t.boolean("enabled", false);
  entry.references = {read_reference(t, "power_domain"), read_reference(t, "parent")};
  for (NameRef& parent : t.names("parents")) entry.references.push_back(std::move(parent));
  c.enable_delay_us = t.u32("enable_delay_us", 0, latency_us_max);
  c.rate_latency_us = t.u32("rate_latency_us", 0, latency_us_max);
  c.notify_changed = t.boolean("notify_changed", true);
  c.notify_requested = t.boolean("notify_requested", true);
  read_extended(t, c);
  t.finish();
  return entry;
}

// ---- Devices

void read_devices(TableReader& root, SocConfig& soc, AllNames& names, ConfigDiagnostics& diagnostics) {
  std::array<std::vector<bool>, 3> taken = {std::vector<bool>(soc.power_domains.size()),
                                            std::vector<bool>(soc.performance_domains.size()),
                                            std::vector<bool>(soc.clocks.size())};
  for (TableReader& t : root.tables("device")) {
    DeviceConfig device;
    device.name = t.required_text("name", name_length_max);
    names.devices.add(device.name, t.line_of("name"), t.path("name"), diagnostics);
    const auto members = [&](std::string_view key, const Names& kind, std::vector<bool>& used) {
      std::vector<Index> list = kind.match(t.names(key), t.path(key), diagnostics);
      for (const Index i : list) {
        if (used[i]) t.report(key, "holds a member of another device");
        used[i] = true;
      }
      return list;
    };
    device.power_domains = members("power_domains", names.power_domains, taken[0]);
    device.performance_domains = members("performance_domains", names.performance_domains, taken[1]);
    device.clocks = members("clocks", names.clocks, taken[2]);
    t.finish();
    soc.devices.push_back(std::move(device));
  }
}

template <class Config, class Read>
std::vector<Entry<Config>> read_entries(TableReader& root, std::string_view key, Read read) {
  std::vector<Entry<Config>> entries;
  for (TableReader& t : root.tables(key)) entries.push_back(read(t));
  return entries;
}

}  // namespace

void read_resources(TableReader& root, SocConfig& soc, AllNames& names, ConfigDiagnostics& diagnostics) {
  const auto powers = read_entries<PowerDomainConfig>(root, "power_domain", read_power_domain);
  const auto performances = read_entries<PerformanceDomainConfig>(root, "performance_domain", read_performance_domain);
  const auto clocks = read_entries<ClockConfig>(root, "clock", read_clock);
  soc.power_domains = name_copies(powers, names.power_domains, diagnostics);
  soc.performance_domains = name_copies(performances, names.performance_domains, diagnostics);
  soc.clocks = name_copies(clocks, names.clocks, diagnostics);

  link_copies(powers, soc.power_domains, diagnostics, [&](const auto&, PowerDomainConfig& c, const auto& resolve) {
    c.parent = resolve(0, names.power_domains, "parent");
  });
  check_parents(root, soc.power_domains, diagnostics);
  link_copies(performances, soc.performance_domains, diagnostics,
              [&](const auto& entry, PerformanceDomainConfig& c, const auto& resolve) {
                c.clock = resolve(0, names.clocks, "clock");
                c.power_domain = resolve(1, names.power_domains, "power_domain");
                if (c.clock != no_index && c.levels.front().frequency_khz == 0) {
                  diagnostics.report(entry.table.line_of("clock"), entry.table.path("clock"),
                                     "a clock can follow only levels with a frequency_khz");
                }
              });
  link_copies(clocks, soc.clocks, diagnostics, [&](const auto& entry, ClockConfig& c, const auto& resolve) {
    c.power_domain = resolve(0, names.power_domains, "power_domain");
    c.parent = resolve(1, names.clocks, "parent");
    for (std::size_t i = 2; i < entry.references.size(); ++i) {
      c.parents.push_back(resolve(i, names.clocks, "parents"));
    }
    if (c.parent == no_index) {
      c.parent = c.parents.empty() ? no_index : c.parents.front();
    } else if (std::find(c.parents.begin(), c.parents.end(), c.parent) == c.parents.end()) {
      diagnostics.report(entry.table.line_of("parent"), entry.table.path("parent"), "is none of parents");
    }
  });
  read_devices(root, soc, names, diagnostics);
}

}  // namespace scmi::platform::parts
