// SPDX-License-Identifier: Apache-2.0
#include "tool/statistics.hpp"

#include <algorithm>

namespace scmi::tool::detail {

void add_statistics(Context& context, const std::vector<DomainStatistics>& all, const std::vector<DomainName>& names) {
  std::vector<Record> rows;
  for (const DomainStatistics& domain : all) {
    const auto named = std::ranges::find(names, domain.id, &DomainName::id);
    for (std::size_t i = 0; i < domain.states.size(); ++i) {
      const StateStatistics& state = domain.states[i];
      rows.push_back({{"id", domain.id.value},
                      {"name", named != names.end() ? Value(named->name) : Value()},
                      {"state", state.id},
                      {"current", i == domain.current},
                      {"uses", state.uses},
                      {"residency", state.residency_us, Measure::microseconds},
                      {"changed", domain.changed_us, Measure::microseconds}});
    }
  }
  context.report.add_table("statistics", std::move(rows));
}

}  // namespace scmi::tool::detail
