// SPDX-License-Identifier: Apache-2.0
//
// `info`: who answers. Nearly all of it was asked during the probe.
#include <fmt/format.h>

#include <algorithm>

#include "protocols/catalogue.hpp"
#include "scmi/call.hpp"
#include "scmi/common_messages.hpp"
#include "tool/command_line.hpp"
#include "tool/commands.hpp"

namespace scmi::tool {
namespace {

[[nodiscard]] std::string text_of(Version version) {
  return fmt::format("{}.{}", version.major_number(), version.minor_number());
}

/// Name, version and what we make of it, for one protocol.
[[nodiscard]] Outcome<Record> describe_protocol(Context& context, ProtocolId id) {
  const catalogue::Catalogue& all = context.connection.catalogue();
  const catalogue::ProtocolEntry* entry = all.find_protocol(id);
  Record row{{"id", id.value, Measure::none, Style::hex}, {"name", all.protocol_name(id)}};
  const ProtocolLink link = context.connection.agent().raw_link(id);
  const auto version = call(link, ProtocolVersion{}, context.connection.call());
  if (!version && version.error().origin != Origin::platform) {
    return failed(fmt::format("asking for the version of protocol {:#04x}", id.value), version.error());
  }
  row.push_back({"version", version ? Value(text_of(version->version)) : Value()});
  row.push_back(
      {"spoken", version && entry != nullptr ? Value(text_of(std::min(version->version, entry->newest))) : Value()});
  return row;
}

Outcome<void> info(Context& context) {
  const BaseInfo& base = context.connection.agent().base();
  Report& report = context.report;
  report.add("vendor", base.vendor);
  report.add("sub_vendor", base.sub_vendor.empty() ? Value() : Value(base.sub_vendor));
  report.add("implementation_version", base.implementation_version, Measure::none, Style::hex);
  report.add("transport", context.connection.session().transport().transport().description->name);
  report.add("agent_id", base.self ? Value(base.self->id.value) : Value());
  report.add("agent_name", base.self ? Value(base.self->name) : Value());

  std::vector<Record> protocols;
  std::vector<ProtocolId> ids{protocol::base};
  ids.insert(ids.end(), base.protocols.begin(), base.protocols.end());
  for (const ProtocolId id : ids) {
    auto row = describe_protocol(context, id);
    if (!row) return tl::unexpected(row.error());
    protocols.push_back(std::move(*row));
  }
  report.add_table("protocols", std::move(protocols));

  std::vector<Record> agents;
  for (const AgentName& agent : base.agents) {
    agents.push_back({{"id", agent.id.value},
                      {"name", agent.name},
                      {"role", agent.id.value == 0                      ? "platform"
                               : base.self && base.self->id == agent.id ? "this tool"
                                                                        : "agent"}});
  }
  report.add_table("agents", std::move(agents));

  // Last, since asking for the versions may have added to it.
  std::vector<Record> tolerated;
  for (const Tolerance& t : context.connection.agent().tolerated()) {
    const catalogue::Catalogue& all = context.connection.catalogue();
    const catalogue::Entry* entry = all.find(t.protocol, catalogue::Kind::command, t.message);
    tolerated.push_back({{"what", name(t.kind)},
                         {"count", t.count},
                         {"first_in", entry != nullptr ? entry->name() : all.protocol_name(t.protocol)},
                         {"meaning", sentence(t.kind)}});
  }
  if (!tolerated.empty()) report.add_table("tolerated", std::move(tolerated));
  return {};
}

}  // namespace

void add_info(CommandLine& line) { line.top().verb("info", "who answers", info); }

}  // namespace scmi::tool
