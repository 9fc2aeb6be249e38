// SPDX-License-Identifier: Apache-2.0
//
// [[powercap]]. What agents are known to refuse a whole platform for is refused here.
#include <algorithm>
#include <array>

#include "platform/soc_config_entries.hpp"
#include "protocols/powercap_messages.hpp"

namespace scmi::platform::parts {
namespace {

constexpr std::array fast_messages = {Choice<MessageId>{"cap_get", powercap_protocol::CapGet::info.message},
                                      Choice<MessageId>{"cap_set", powercap_protocol::CapSet::info.message},
                                      Choice<MessageId>{"pai_get", powercap_protocol::PaiGet::info.message},
                                      Choice<MessageId>{"pai_set", powercap_protocol::PaiSet::info.message}};
constexpr std::int64_t word_max = 0xFFFF'FFFF;

/// Key `{ min, max, step }`. Both ends lie on the steps counted from 0: agents count either way.
struct Range {
  std::uint32_t min = 1;
  std::uint32_t max = 1;
  std::uint32_t step = 0;

  [[nodiscard]] bool has(std::uint32_t value) const noexcept {
    return value >= min && value <= max && (step == 0 || value % step == 0);
  }
};

Range read_range(TableReader& t, std::string_view key) {
  Range r;
  if (!t.has(key)) {
    t.report(key, "is missing");
    return r;
  }
  TableReader range = t.table(key);
  r.min = static_cast<std::uint32_t>(range.required_integer("min", 1, word_max));
  r.max = static_cast<std::uint32_t>(range.required_integer("max", 1, word_max));
  r.step = range.u32("step", 0);
  range.finish();
  if (r.min > r.max) range.report("max", fmt::format("{} is below min", r.max));
  if (r.min < r.max && r.step == 0) range.report("step", "is needed between min and max");
  if (r.min == r.max) r.step = 0;
  if (r.step != 0 && (r.min % r.step != 0 || r.max % r.step != 0)) {
    range.report("step", fmt::format("min and max are not multiples of {}", r.step));
  }
  return r;
}

class PowercapReader final : public EntryReader<PowercapConfig> {
 public:
  PowercapReader() : EntryReader(ServedProtocol::powercap, &SocConfig::powercaps) {}

 private:
  void read_entry(Entry<PowercapConfig>& entry) override {
    // References: parent, then performance domains.
    TableReader& t = entry.table;
    PowercapConfig& c = entry.config;
    entry.references = {read_reference(t, "parent")};
    for (NameRef& domain : t.names("performance_domains")) entry.references.push_back(std::move(domain));
    static constexpr std::array units = {Choice<PowercapUnit>{"abstract", PowercapUnit::abstract},
                                         Choice<PowercapUnit>{"uW", PowercapUnit::microwatt},
                                         Choice<PowercapUnit>{"mW", PowercapUnit::milliwatt}};
    c.unit = t.choice<PowercapUnit>("unit", PowercapUnit::microwatt, units);
    const Range caps = read_range(t, "cap_range");
    c.min_cap = caps.min;
    c.max_cap = caps.max;
    c.cap_step = caps.step;
    c.cap = t.u32("cap", c.max_cap);
    if (!caps.has(c.cap) && (c.cap != 0 || caps.min == caps.max)) {
      t.report("cap", fmt::format("{} is not a cap of the domain", c.cap));
    }
    const Range pais = read_range(t, "pai_range_us");
    c.min_pai_us = pais.min;
    c.max_pai_us = pais.max;
    c.pai_step_us = pais.step;
    c.pai_us = t.u32("pai_us", c.min_pai_us);
    if (!pais.has(c.pai_us)) t.report("pai_us", fmt::format("{} is not an interval of the domain", c.pai_us));
    c.sustainable_power = t.u32("sustainable_power", 0);
    c.accuracy = t.u32("accuracy", 0);
    c.static_power = t.u32("static_power", 0);
    c.monitoring = t.boolean("monitoring", true);
    if (!c.monitoring && c.min_cap == c.max_cap) t.report("monitoring", "is needed where the cap is fixed");
    c.async = t.boolean("async", false);
    c.latency_us = t.u32("latency_us", 0, latency_us_max);
    c.notify_cap = t.boolean("notify_cap", true);
    c.notify_measurements = t.boolean("notify_measurements", c.monitoring);
    if (c.notify_measurements && !c.monitoring) t.report("notify_measurements", "cannot be without monitoring");
    c.fast_channels = read_fast_channels(t, fast_messages);
  }

  void link_copy(const Entry<PowercapConfig>& entry, PowercapConfig& config, const Resolver& resolve) override {
    config.parent = resolve(0, ServedProtocol::powercap, "parent");
    for (std::size_t i = 1; i < entry.references.size(); ++i) {
      const Index domain = resolve(i, ServedProtocol::performance, "performance_domains");
      if (domain != no_index) config.performance_domains.push_back(domain);
    }
  }

  void check(TableReader& root, const SocConfig& soc, ConfigDiagnostics&) override {
    const bool abstract_costs = soc.power_unit == PowerUnit::abstract;
    std::vector<bool> taken(soc.performance_domains.size());
    for (Index i = 0; i < soc.powercaps.size(); ++i) {
      const PowercapConfig& c = soc.powercaps[i];
      const auto complain = [&](const std::string& what) {
        root.report("powercap", fmt::format("\"{}\" {}", c.name, what));
      };
      std::size_t steps = 0;
      Index above = c.parent;
      while (above != no_index && above != i && ++steps <= soc.powercaps.size()) above = soc.powercaps[above].parent;
      if (above == i) {
        complain("is its own ancestor");
        return;
      }
      if (above != no_index) continue;  // Below a circle, which is reported.
      const bool abstract = c.unit == PowercapUnit::abstract;
      if (!c.performance_domains.empty() && abstract != abstract_costs) {
        complain("counts power in another unit than the levels of its performance_domains");
      }
      if (c.parent != no_index && abstract != (soc.powercaps[c.parent].unit == PowercapUnit::abstract)) {
        complain("counts power in another unit than its parent");
      }
      for (const Index p : c.performance_domains) {
        if (taken[p]) complain(fmt::format("names \"{}\" of another powercap", soc.performance_domains[p].name));
        taken[p] = true;
      }
    }
  }
};

}  // namespace

std::unique_ptr<ResourceReader> powercap_reader() { return std::make_unique<PowercapReader>(); }

}  // namespace scmi::platform::parts
