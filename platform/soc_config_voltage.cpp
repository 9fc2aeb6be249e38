// SPDX-License-Identifier: Apache-2.0
//
// [[voltage_domain]].
#include <algorithm>

#include "platform/soc_config_entries.hpp"

namespace scmi::platform::parts {
namespace {

constexpr std::int64_t level_uv_min = std::numeric_limits<std::int32_t>::min();
constexpr std::int64_t level_uv_max = std::numeric_limits<std::int32_t>::max();

void read_range(TableReader range, VoltageDomainConfig& c) {
  c.range = true;
  c.min_uv = static_cast<std::int32_t>(range.required_integer("min", level_uv_min, level_uv_max));
  c.max_uv = static_cast<std::int32_t>(range.required_integer("max", level_uv_min, level_uv_max));
  // Agents divide by the step: a fixed voltage is a list of one.
  c.step_uv = static_cast<std::int32_t>(range.required_integer("step", 1, level_uv_max));
  range.finish();
  c.step_uv = std::max(c.step_uv, 1);
  if (c.min_uv >= c.max_uv) range.report("max", fmt::format("{} is not above min", c.max_uv));
}

void read_levels(TableReader& t, VoltageDomainConfig& c) {
  for (const std::int64_t level : t.integers("levels_uv", level_uv_min, level_uv_max)) {
    const auto uv = static_cast<std::int32_t>(level);
    if (!c.levels_uv.empty() && c.levels_uv.back() >= uv) t.report("levels_uv", fmt::format("{} does not ascend", uv));
    c.levels_uv.push_back(uv);
  }
  if (c.levels_uv.size() > 0xFFFF) t.report("levels_uv", "holds more than 65535 levels");
  if (t.has("range_uv")) {
    if (!c.levels_uv.empty()) t.report("range_uv", "cannot stand beside levels_uv");
    c.levels_uv.clear();
    read_range(t.table("range_uv"), c);
  } else if (c.levels_uv.empty()) {
    t.report("levels_uv", "at least one level is needed, or range_uv");
    c.levels_uv.push_back(0);
  }
  const std::int32_t lowest = c.range ? c.min_uv : c.levels_uv.front();
  c.level_uv = static_cast<std::int32_t>(t.integer("level_uv", lowest, level_uv_min, level_uv_max));
  if (!c.has_level(c.level_uv)) t.report("level_uv", fmt::format("{} is not a level of the domain", c.level_uv));
}

class VoltageDomainReader final : public EntryReader<VoltageDomainConfig> {
 public:
  VoltageDomainReader() : EntryReader(ServedProtocol::voltage, &SocConfig::voltage_domains) {}

 private:
  void read_entry(Entry<VoltageDomainConfig>& entry) override {
    TableReader& t = entry.table;
    VoltageDomainConfig& c = entry.config;
    read_levels(t, c);
    c.mode = t.boolean("on", true) ? voltage_mode_on : voltage_mode_off;
    c.switchable = t.boolean("switchable", true);
    for (const std::int64_t mode : t.integers("modes", voltage_mode_own_first, voltage_mode_max)) {
      c.modes.push_back(static_cast<std::uint32_t>(mode));
    }
    c.async = t.boolean("async", false);
    c.latency_us = t.u32("latency_us", 0, latency_us_max);
  }

  void link_copy(const Entry<VoltageDomainConfig>&, VoltageDomainConfig&, const Resolver&) override {}
};

}  // namespace

std::unique_ptr<ResourceReader> voltage_domain_reader() { return std::make_unique<VoltageDomainReader>(); }

}  // namespace scmi::platform::parts
