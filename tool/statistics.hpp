// SPDX-License-Identifier: Apache-2.0
//
// How the statistics regions of power and performance domains are shown: a line for each state of each domain.
#pragma once

#include <string>
#include <vector>

#include "protocols/statistics.hpp"
#include "tool/failure.hpp"
#include "tool/run.hpp"

namespace scmi::tool {

/// Reads the client's statistics and adds the table `statistics`. `kind` is what the domains are called.
template <class Client>
[[nodiscard]] Outcome<void> report_statistics(Context& context, const Client& client, std::string_view kind);

namespace detail {
struct DomainName {
  DomainId id;
  std::string name;
};
void add_statistics(Context& context, const std::vector<DomainStatistics>& all, const std::vector<DomainName>& names);
}  // namespace detail

template <class Client>
Outcome<void> report_statistics(Context& context, const Client& client, std::string_view kind) {
  const auto all = client.read_statistics();
  if (!all) return failed("reading the statistics of the " + std::string(kind) + "s", all.error());
  const auto described = client.list(context.connection.call());
  if (!described) return failed("listing the " + std::string(kind) + "s", described.error());
  std::vector<detail::DomainName> names;
  for (const auto& info : *described) names.push_back({info.id, info.name});
  detail::add_statistics(context, *all, names);
  return {};
}

}  // namespace scmi::tool
