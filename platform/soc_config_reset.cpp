// SPDX-License-Identifier: Apache-2.0
//
// [[reset_domain]].
#include <algorithm>

#include "platform/soc_config_entries.hpp"

namespace scmi::platform::parts {
namespace {

constexpr std::int64_t own_state_first = 0x8000'0000;  // Bit 31 says that the state is the platform's own.

class ResetDomainReader final : public EntryReader<ResetDomainConfig> {
 public:
  ResetDomainReader() : EntryReader(ServedProtocol::reset_domain, &SocConfig::reset_domains) {}

 private:
  void read_entry(Entry<ResetDomainConfig>& entry) override {
    TableReader& t = entry.table;
    ResetDomainConfig& c = entry.config;
    c.async = t.boolean("async", false);
    c.explicit_reset = t.boolean("explicit", true);
    c.notify = t.boolean("notify", true);
    c.asserted = t.boolean("asserted", false);
    if (c.asserted && !c.explicit_reset) t.report("asserted", "cannot be where explicit is false");
    c.latency_us = t.u32("latency_us", 0, latency_us_max);
    c.report_latency = t.boolean("report_latency", true);
    for (const std::int64_t state : t.integers("states", own_state_first, 0xFFFF'FFFF)) {
      c.states.push_back(static_cast<std::uint32_t>(state));
    }
  }

  void link_copy(const Entry<ResetDomainConfig>&, ResetDomainConfig&, const Resolver&) override {}
};

}  // namespace

std::unique_ptr<ResourceReader> reset_domain_reader() { return std::make_unique<ResetDomainReader>(); }

}  // namespace scmi::platform::parts
