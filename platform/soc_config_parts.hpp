// SPDX-License-Identifier: Apache-2.0
//
// How the reader of SoC descriptions is divided: names and references, resources, agents. Internal to the reader.
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "platform/config_reader.hpp"
#include "platform/soc_config.hpp"

namespace scmi::platform::parts {

inline constexpr std::size_t name_length_max = 63;        ///< Characters of an extended name on the wire.
inline constexpr std::size_t short_name_length_max = 15;  ///< Characters of a short one.

/// "{}" becomes `number`, "{/K}" becomes number / K.
[[nodiscard]] std::string expand(std::string_view text, std::uint64_t number);

/// The names of one kind of resource and their positions.
class Names {
 public:
  explicit Names(std::string_view kind) : kind_(kind) {}
  /// Reports a name that is taken.
  void add(const std::string& name, unsigned line, const std::string& path, ConfigDiagnostics& diagnostics);
  /// The position of a name. Reports a dangling reference and answers no_index; an empty name is no reference.
  [[nodiscard]] Index resolve(const NameRef& ref, const std::string& path, ConfigDiagnostics& diagnostics) const;
  /// The positions a list of names and `prefix*` patterns stands for, in the list's order, each once.
  [[nodiscard]] std::vector<Index> match(const std::vector<NameRef>& refs, const std::string& path,
                                         ConfigDiagnostics& diagnostics) const;
  [[nodiscard]] std::size_t size() const noexcept { return names_.size(); }

 private:
  std::string_view kind_;
  std::vector<std::string> names_;
  std::unordered_map<std::string, Index> positions_;
};

/// The names of everything.
class AllNames {
 public:
  [[nodiscard]] Names& operator[](ServedProtocol p) noexcept { return resources_[slot(p)]; }
  [[nodiscard]] const Names& operator[](ServedProtocol p) const noexcept { return resources_[slot(p)]; }

  Names devices{"device"};
  Names parts{"part"};

 private:
  std::vector<Names> resources_ = [] {
    std::vector<Names> all;
    for (const ServedProtocol p : all_served) all.emplace_back(row_of(p).resource);
    return all;
  }();
};

/// Reads the resources of every protocol, and [[device]].
void read_resources(TableReader& root, SocConfig& soc, AllNames& names, ConfigDiagnostics& diagnostics);
/// Reads [physics].
void read_physics(TableReader table, PhysicsConfig& physics);
/// Gives parts the domains of their performance domains, where they name none. Everything has been linked.
void complete_parts(SocConfig& soc);
/// Reads the keys `value`, `wave`, `source` and `noise` of whatever shows a value. The names of its parts are added to
/// `references`, and room for them is in `of`.
[[nodiscard]] ValueSource read_value_source(TableReader& table, std::vector<NameRef>& references);
/// The noise_stream of a resource's value, `which` of its several.
[[nodiscard]] std::uint64_t noise_stream(std::string_view name, std::size_t which) noexcept;
/// Reads [system_power], if it is there.
void read_system_power(TableReader& root, SocConfig& soc);
/// Reads an agent's [agent.system_power].
void read_system_rights(TableReader& table, AgentConfig& agent);
/// Reads [[agent]]. Needs the resources and the SoC's versions.
void read_agents(TableReader& root, SocConfig& soc, const AllNames& names, ConfigDiagnostics& diagnostics);
/// Key `vendor_protocols`.
[[nodiscard]] std::optional<std::set<std::uint8_t>> read_vendor_protocols(TableReader& table);
/// Reads a table {protocol = version word}.
void read_versions(TableReader table, VersionSet& versions);
/// The fast channels of a domain; `messages` are the commands that can have one.
[[nodiscard]] FastChannelsConfig read_fast_channels(TableReader& table, std::span<const Choice<MessageId>> messages);
/// The words an error_reply key takes.
[[nodiscard]] ErrorReply read_error_reply(TableReader& table, ErrorReply fallback);

}  // namespace scmi::platform::parts
