// SPDX-License-Identifier: Apache-2.0
//
// [[power_domain]].
#include <algorithm>

#include "platform/soc_config_entries.hpp"

namespace scmi::platform::parts {
namespace {

class PowerDomainReader final : public EntryReader<PowerDomainConfig> {
 public:
  PowerDomainReader() : EntryReader(ServedProtocol::power_domain, &SocConfig::power_domains) {}

 private:
  void read_entry(Entry<PowerDomainConfig>& entry) override {
    TableReader& t = entry.table;
    PowerDomainConfig& c = entry.config;
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
  }

  void link_copy(const Entry<PowerDomainConfig>&, PowerDomainConfig& config, const Resolver& resolve) override {
    config.parent = resolve(0, ServedProtocol::power_domain, "parent");
  }

  void check(TableReader& root, const SocConfig& soc, ConfigDiagnostics& diagnostics) override {
    for (const PowerDomainConfig& domain : soc.power_domains) {
      std::size_t steps = 0;
      for (Index at = domain.parent; at != no_index; at = soc.power_domains[at].parent) {
        if (++steps > soc.power_domains.size()) {
          diagnostics.report(root.line_of("power_domain"), "power_domain",
                             fmt::format("\"{}\" is its own ancestor", domain.name));
          return;
        }
      }
      if (domain.parent != no_index && domain.on && !soc.power_domains[domain.parent].on) {
        diagnostics.report(root.line_of("power_domain"), "power_domain",
                           fmt::format("\"{}\" starts on while its parent \"{}\" starts off", domain.name,
                                       soc.power_domains[domain.parent].name));
      }
    }
  }
};

}  // namespace

std::unique_ptr<ResourceReader> power_domain_reader() { return std::make_unique<PowerDomainReader>(); }

}  // namespace scmi::platform::parts
