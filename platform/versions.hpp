// SPDX-License-Identifier: Apache-2.0
//
// Which protocol versions a release of the specification means, and which versions this platform can serve. A new
// release is a new row.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <span>
#include <string_view>

#include "scmi/ids.hpp"

namespace scmi::platform {

/// The protocols this platform serves, as positions in per-protocol tables.
enum class ServedProtocol : std::uint8_t { base, power_domain, performance, clock };
inline constexpr std::size_t served_protocol_count = 4;

/// Number, and name in a SoC description, of each served protocol.
struct ProtocolRow {
  ProtocolId id;
  std::string_view name;
};
inline constexpr std::array<ProtocolRow, served_protocol_count> served_protocols = {{
    {protocol::base, "base"},
    {protocol::power_domain, "power_domain"},
    {protocol::performance, "performance"},
    {protocol::clock, "clock"},
}};

[[nodiscard]] constexpr std::size_t slot(ServedProtocol p) noexcept { return static_cast<std::size_t>(p); }
[[nodiscard]] constexpr std::optional<ServedProtocol> served_protocol(ProtocolId id) noexcept {
  for (std::size_t i = 0; i < served_protocol_count; ++i) {
    if (served_protocols[i].id == id) return static_cast<ServedProtocol>(i);
  }
  return std::nullopt;
}

/// One word for each served protocol.
using VersionSet = std::array<Version, served_protocol_count>;

/// A release of the specification and the versions its protocols have there.
struct Profile {
  std::string_view name;
  VersionSet versions;
};
inline constexpr std::array<Profile, 2> profiles = {{
    {"2.0", {Version(0x20000), Version(0x20000), Version(0x20000), Version(0x10000)}},
    {"3.2", {Version(0x20001), Version(0x30001), Version(0x40000), Version(0x30000)}},
}};

namespace version_list {
inline constexpr std::array base = {Version(0x10000), Version(0x20000), Version(0x20001)};
inline constexpr std::array power_domain = {Version(0x10000), Version(0x20000), Version(0x30000), Version(0x30001)};
inline constexpr std::array performance = {Version(0x10000), Version(0x20000), Version(0x30000), Version(0x40000)};
inline constexpr std::array clock = {Version(0x10000), Version(0x20000), Version(0x20001), Version(0x30000)};
}  // namespace version_list

/// Every version of a protocol whose layouts this platform serves, ascending.
[[nodiscard]] constexpr std::span<const Version> known_versions(ServedProtocol p) noexcept {
  switch (p) {
    case ServedProtocol::base: return version_list::base;
    case ServedProtocol::power_domain: return version_list::power_domain;
    case ServedProtocol::performance: return version_list::performance;
    case ServedProtocol::clock: return version_list::clock;
  }
  return {};
}

/// The version from which on a protocol has NEGOTIATE_PROTOCOL_VERSION.
inline constexpr VersionSet negotiate_since = {Version(0x20001), Version(0x30001), Version(0x40000), Version(0x30000)};

}  // namespace scmi::platform
