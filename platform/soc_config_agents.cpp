// SPDX-License-Identifier: Apache-2.0
//
// Reads the agents of a SoC description: who they are, their channels, what they see and what they may change.
#include <fmt/core.h>

#include <algorithm>

#include "platform/soc_config_parts.hpp"

namespace scmi::platform::parts {
namespace {

constexpr std::size_t agents_max = 255;  // num_agents is 8 bits wide.
constexpr std::int64_t area_size_min = 64;
constexpr std::int64_t area_size_max = 65'536;

/// Position of a protocol by its name in a description. Reports an unknown one.
std::optional<ServedProtocol> read_protocol(TableReader& t, std::string_view key, const std::string& name) {
  std::string offered;
  for (const ServedProtocol p : all_served) {
    if (row_of(p).name == name) return p;
    offered += (offered.empty() ? "" : ", ") + std::string(row_of(p).name);
  }
  t.report(key, fmt::format("\"{}\" is not one of {}", name, offered));
  return std::nullopt;
}

void read_channels(TableReader& t, const SocConfig& soc, AgentConfig& agent) {
  PerProtocol<bool> placed;
  for (TableReader& row : t.tables("channel")) {
    ChannelConfig channel;
    for (const NameRef& ref : row.names("protocols")) {
      const auto p = read_protocol(row, "protocols", ref.name);
      if (!p) continue;
      if (placed[*p]) row.report("protocols", fmt::format("\"{}\" has a channel already", ref.name));
      if (!agent.protocols[*p]) {
        row.report("protocols", fmt::format("\"{}\" is not among the agent's protocols", ref.name));
      }
      placed[*p] = true;
      channel.protocols.push_back(*p);
    }
    if (channel.protocols.empty()) row.report("protocols", "names no protocol");
    channel.size = static_cast<std::uint32_t>(row.integer("size", 128, area_size_min, area_size_max));
    if (channel.size % 8 != 0) row.report("size", fmt::format("{} is not a multiple of 8", channel.size));
    channel.p2a = row.boolean("p2a", true);
    channel.p2a_size = static_cast<std::uint32_t>(row.integer("p2a_size", channel.size, area_size_min, area_size_max));
    if (channel.p2a_size % 8 != 0) row.report("p2a_size", fmt::format("{} is not a multiple of 8", channel.p2a_size));
    row.finish();
    agent.channels.push_back(std::move(channel));
  }
  if (agent.channels.empty()) {
    ChannelConfig shared;
    shared.protocols = {ServedProtocol::base};
    placed[ServedProtocol::base] = true;
    agent.channels.push_back(shared);
  }
  if (!placed[ServedProtocol::base]) {
    t.report("channel", "no channel carries \"base\"");
    return;
  }
  const auto shared = std::find_if(agent.channels.begin(), agent.channels.end(), [](const ChannelConfig& c) {
    return std::find(c.protocols.begin(), c.protocols.end(), ServedProtocol::base) != c.protocols.end();
  });
  for (const ServedProtocol p : all_served) {
    if (agent.protocols[p] && !placed[p] && offered(soc, agent.versions, p)) shared->protocols.push_back(p);
  }
  for (ChannelConfig& c : agent.channels) std::sort(c.protocols.begin(), c.protocols.end());
}

/// A list of resources; absent: all of them.
std::vector<Index> read_list(TableReader& t, std::string_view key, const Names& names, ConfigDiagnostics& diagnostics) {
  if (t.has(key)) return names.match(t.names(key), t.path(key), diagnostics);
  return names.match({{"*", 0}}, t.path(key), diagnostics);
}

std::vector<bool> read_set(TableReader& t, std::string_view key, const Names& names, ConfigDiagnostics& diagnostics) {
  std::vector<bool> set(names.size());
  for (const Index i : read_list(t, key, names, diagnostics)) set[i] = true;
  return set;
}

/// Only one agent may set the level of a performance domain. Checked among those that see it.
void check_level_owners(TableReader& t, const SocConfig& soc, const AgentConfig& agent) {
  for (const AgentConfig& other : soc.agents) {
    for (const Index i : agent.visible[ServedProtocol::performance]) {
      const auto& seen = other.visible[ServedProtocol::performance];
      if (agent.may_set_level[i] && other.may_set_level[i] && std::find(seen.begin(), seen.end(), i) != seen.end()) {
        t.report("may_set_level", fmt::format("the level of \"{}\" may be set by \"{}\" already",
                                              soc.performance_domains[i].name, other.name));
        return;
      }
    }
  }
}

/// CLOCK_PARENT_GET has to have a number to answer.
void check_parents_visible(TableReader& t, const SocConfig& soc, const AgentConfig& agent) {
  std::vector<bool> seen(soc.clocks.size());
  for (const Index i : agent.visible[ServedProtocol::clock]) seen[i] = true;
  for (const Index i : agent.visible[ServedProtocol::clock]) {
    for (const Index parent : soc.clocks[i].parents) {
      if (parent == no_index || seen[parent]) continue;
      t.report("visible", fmt::format("shows \"{}\" but not its possible parent \"{}\"", soc.clocks[i].name,
                                      soc.clocks[parent].name));
      return;
    }
  }
}

/// The agent's rights to a protocol's resources, from its table [agent.PROTOCOL].
using RightsReader = void (*)(TableReader& table, const SocConfig& soc, const Names& names, AgentConfig& agent,
                              ConfigDiagnostics& diagnostics);

void read_power_rights(TableReader& table, const SocConfig&, const Names& names, AgentConfig& agent,
                       ConfigDiagnostics& diagnostics) {
  agent.may_set_power = read_set(table, "may_set", names, diagnostics);
}

void read_performance_rights(TableReader& table, const SocConfig& soc, const Names& names, AgentConfig& agent,
                             ConfigDiagnostics& diagnostics) {
  agent.may_set_level = read_set(table, "may_set_level", names, diagnostics);
  agent.may_set_limits = read_set(table, "may_set_limits", names, diagnostics);
  check_level_owners(table, soc, agent);
}

void read_clock_rights(TableReader& table, const SocConfig& soc, const Names& names, AgentConfig& agent,
                       ConfigDiagnostics& diagnostics) {
  const std::vector<bool> state = read_set(table, "may_set_state", names, diagnostics);
  const std::vector<bool> parent = read_set(table, "may_set_parent", names, diagnostics);
  const std::vector<bool> rate = read_set(table, "may_set_rate", names, diagnostics);
  for (Index i = 0; i < soc.clocks.size(); ++i) agent.clock_rights.push_back({state[i], parent[i], rate[i]});
  for (const PerformanceDomainConfig& domain : soc.performance_domains) {
    if (domain.clock != no_index) agent.clock_rights[domain.clock].rate = false;  // Its level says how fast it runs.
  }
  check_parents_visible(table, soc, agent);
}

void read_reset_rights(TableReader& table, const SocConfig&, const Names& names, AgentConfig& agent,
                       ConfigDiagnostics& diagnostics) {
  agent.may_reset = read_set(table, "may_reset", names, diagnostics);
}

void read_voltage_rights(TableReader& table, const SocConfig&, const Names& names, AgentConfig& agent,
                         ConfigDiagnostics& diagnostics) {
  agent.may_set_voltage_level = read_set(table, "may_set_level", names, diagnostics);
  agent.may_set_voltage_mode = read_set(table, "may_set_mode", names, diagnostics);
}

void read_powercap_rights(TableReader& table, const SocConfig&, const Names& names, AgentConfig& agent,
                          ConfigDiagnostics& diagnostics) {
  agent.may_set_powercap = read_set(table, "may_set", names, diagnostics);
}

void read_rights_to_system(TableReader& table, const SocConfig&, const Names&, AgentConfig& agent, ConfigDiagnostics&) {
  read_system_rights(table, agent);
}

void read_sensor_rights(TableReader& table, const SocConfig&, const Names& names, AgentConfig& agent,
                        ConfigDiagnostics& diagnostics) {
  agent.may_configure_sensor = read_set(table, "may_configure", names, diagnostics);
}

void read_pin_rights(TableReader& table, const SocConfig&, const Names& names, AgentConfig& agent,
                     ConfigDiagnostics& diagnostics) {
  agent.may_configure_pin = read_set(table, "may_configure", names, diagnostics);
}

void read_telemetry_rights(TableReader& table, const SocConfig&, const Names&, AgentConfig& agent, ConfigDiagnostics&) {
  agent.may_configure_telemetry = table.boolean("may_configure", true);
}

/// Nothing for a protocol whose resources know no rights.
RightsReader rights_reader(ServedProtocol p) {
  switch (p) {
    case ServedProtocol::base: return nullptr;
    case ServedProtocol::power_domain: return read_power_rights;
    case ServedProtocol::system_power: return read_rights_to_system;
    case ServedProtocol::performance: return read_performance_rights;
    case ServedProtocol::clock: return read_clock_rights;
    case ServedProtocol::sensor: return read_sensor_rights;
    case ServedProtocol::reset_domain: return read_reset_rights;
    case ServedProtocol::voltage: return read_voltage_rights;
    case ServedProtocol::powercap: return read_powercap_rights;
    case ServedProtocol::pin_control: return read_pin_rights;
    case ServedProtocol::telemetry: return read_telemetry_rights;
  }
  return nullptr;
}

void read_views(TableReader& t, const SocConfig& soc, const AllNames& names, AgentConfig& agent,
                ConfigDiagnostics& diagnostics) {
  for (const ServedProtocol p : all_served) {
    if (p == ServedProtocol::base) continue;
    TableReader table = t.table(row_of(p).name);
    if (!row_of(p).resource.empty()) {
      agent.visible[p] = read_list(table, "visible", names[p], diagnostics);
    } else if (resource_count(soc, p) != 0) {
      agent.visible[p] = {0};  // The one that needs no name.
    }
    if (const RightsReader read = rights_reader(p)) read(table, soc, names[p], agent, diagnostics);
    table.finish();
  }
}

void read_devices_of(TableReader& t, const SocConfig& soc, const AllNames& names, AgentConfig& agent,
                     ConfigDiagnostics& diagnostics) {
  if (t.has("devices")) {
    agent.devices = read_set(t, "devices", names.devices, diagnostics);
    return;
  }
  const auto sees = [](const std::vector<Index>& visible, const std::vector<Index>& members) {
    return std::any_of(members.begin(), members.end(),
                       [&](Index i) { return std::find(visible.begin(), visible.end(), i) != visible.end(); });
  };
  for (const DeviceConfig& device : soc.devices) {
    agent.devices.push_back(
        std::ranges::any_of(all_served, [&](ServedProtocol p) { return sees(agent.visible[p], device.members[p]); }));
  }
}

void read_agent(TableReader& t, SocConfig& soc, const AllNames& names, ConfigDiagnostics& diagnostics) {
  AgentConfig agent;
  agent.name = t.required_text("name", short_name_length_max);
  if (std::any_of(soc.agents.begin(), soc.agents.end(), [&](const auto& a) { return a.name == agent.name; })) {
    t.report("name", fmt::format("another agent is named \"{}\" already", agent.name));
  }
  if (t.has("uid")) agent.uid = t.u32("uid", 0);
  agent.trusted = t.boolean("trusted", false);
  agent.error_reply = read_error_reply(t, soc.behaviour.error_reply);
  agent.versions = soc.versions;
  read_versions(t.table("versions"), agent.versions);
  agent.protocols.fill(!t.has("protocols"));
  for (const NameRef& ref : t.names("protocols")) {
    if (const auto p = read_protocol(t, "protocols", ref.name)) agent.protocols[*p] = true;
  }
  agent.protocols[ServedProtocol::base] = true;
  agent.vendor_protocols = read_vendor_protocols(t);
  read_channels(t, soc, agent);
  read_views(t, soc, names, agent, diagnostics);
  read_devices_of(t, soc, names, agent, diagnostics);
  t.finish();
  soc.agents.push_back(std::move(agent));
}

}  // namespace

void read_versions(TableReader table, VersionSet& versions) {
  for (const std::string& key : table.keys()) {
    const auto p = read_protocol(table, key, key);
    if (!p) continue;
    const auto known = row_of(*p).known;
    const Version wanted(table.u32(key, known.back().word));
    if (std::find(known.begin(), known.end(), wanted) == known.end()) {
      table.report(key, fmt::format("version {:#x} is not served", wanted.word));
    }
    versions[*p] = wanted;
  }
}

void read_agents(TableReader& root, SocConfig& soc, const AllNames& names, ConfigDiagnostics& diagnostics) {
  for (TableReader& t : root.tables("agent")) read_agent(t, soc, names, diagnostics);
  if (soc.agents.empty()) root.report("agent", "at least one [[agent]] is needed");
  if (soc.agents.size() > agents_max) root.report("agent", fmt::format("there are more than {}", agents_max));
}

}  // namespace scmi::platform::parts
