// SPDX-License-Identifier: Apache-2.0
//
// [[clock]].
#include <algorithm>

#include "platform/soc_config_entries.hpp"

namespace scmi::platform::parts {
namespace {

constexpr std::int64_t rate_hz_max = std::int64_t{1} << 62;

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

class ClockReader final : public EntryReader<ClockConfig> {
 public:
  ClockReader() : EntryReader(ServedProtocol::clock, &SocConfig::clocks) {}

 private:
  void read_entry(Entry<ClockConfig>& entry) override {
    // References: power domain, initial parent, then the possible parents.
    TableReader& t = entry.table;
    ClockConfig& c = entry.config;
    read_rates(t, c);
    c.enabled = t.boolean("enabled", false);
    entry.references = {read_reference(t, "power_domain"), read_reference(t, "parent")};
    for (NameRef& parent : t.names("parents")) entry.references.push_back(std::move(parent));
    c.enable_delay_us = t.u32("enable_delay_us", 0, latency_us_max);
    c.rate_latency_us = t.u32("rate_latency_us", 0, latency_us_max);
    c.notify_changed = t.boolean("notify_changed", true);
    c.notify_requested = t.boolean("notify_requested", true);
    read_extended(t, c);
  }

  void link_copy(const Entry<ClockConfig>& entry, ClockConfig& config, const Resolver& resolve) override {
    config.power_domain = resolve(0, ServedProtocol::power_domain, "power_domain");
    config.parent = resolve(1, ServedProtocol::clock, "parent");
    for (std::size_t i = 2; i < entry.references.size(); ++i) {
      config.parents.push_back(resolve(i, ServedProtocol::clock, "parents"));
    }
    if (config.parent == no_index) {
      config.parent = config.parents.empty() ? no_index : config.parents.front();
    } else if (std::find(config.parents.begin(), config.parents.end(), config.parent) == config.parents.end()) {
      resolve.report("parent", "is none of parents");
    }
  }
};

}  // namespace

std::unique_ptr<ResourceReader> clock_reader() { return std::make_unique<ClockReader>(); }

}  // namespace scmi::platform::parts
