// SPDX-License-Identifier: Apache-2.0
//
// The protocols this platform serves, and which of their versions a release of the specification means. A protocol is
// an enumerator and a row.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <span>
#include <string_view>

#include "scmi/ids.hpp"

namespace scmi::platform {

/// The protocols this platform serves, as positions in per-protocol tables; by ascending number.
enum class ServedProtocol : std::uint8_t {
  base,
  power_domain,
  system_power,
  performance,
  clock,
  sensor,
  reset_domain,
  voltage,
  powercap,
  pin_control,
  telemetry
};

/// Releases of the specification (DEN0056), which a SoC description names as its profile.
inline constexpr std::array<std::string_view, 5> releases = {"1.0", "2.0", "3.0", "3.1", "3.2"};

/// One served protocol.
struct ProtocolRow {
  ProtocolId id;
  std::string_view name;       ///< In a SoC description.
  std::string_view resource;   ///< Table of one of its resources there; empty: it has none to name.
  std::string_view resources;  ///< Key of a list of them.
  /// Version word in each release; 0: the release does not have the protocol.
  std::array<Version, releases.size()> by_release;
  std::span<const Version> known;  ///< Every version whose layouts are served, ascending.
  Version negotiate_since;         ///< The version from which on there is NEGOTIATE_PROTOCOL_VERSION.
};

namespace version_list {
inline constexpr std::array base = {Version(0x10000), Version(0x20000), Version(0x20001)};
inline constexpr std::array power_domain = {Version(0x10000), Version(0x20000), Version(0x30000), Version(0x30001)};
inline constexpr std::array system_power = {Version(0x10000), Version(0x20000), Version(0x20001)};
inline constexpr std::array performance = {Version(0x10000), Version(0x20000), Version(0x30000), Version(0x40000)};
inline constexpr std::array sensor = {Version(0x10000), Version(0x20000), Version(0x30000), Version(0x30001)};
inline constexpr std::array clock = {Version(0x10000), Version(0x20000), Version(0x20001), Version(0x30000)};
inline constexpr std::array reset_domain = {Version(0x10000), Version(0x30000), Version(0x30001)};
inline constexpr std::array voltage = {Version(0x10000), Version(0x20000), Version(0x20001)};
inline constexpr std::array powercap = {Version(0x10000), Version(0x20000)};
inline constexpr std::array pin_control = {Version(0x10000)};
inline constexpr std::array telemetry = {Version(0x10000)};
}  // namespace version_list

inline constexpr std::array served_protocols = {
    ProtocolRow{protocol::base,
                "base",
                "",
                "",
                {Version(0x10000), Version(0x20000), Version(0x20000), Version(0x20000), Version(0x20001)},
                version_list::base,
                Version(0x20001)},
    ProtocolRow{protocol::power_domain,
                "power_domain",
                "power_domain",
                "power_domains",
                {Version(0x10000), Version(0x20000), Version(0x20000), Version(0x30000), Version(0x30001)},
                version_list::power_domain,
                Version(0x30001)},
    ProtocolRow{protocol::system_power,
                "system_power",
                "",
                "",
                {Version(0x10000), Version(0x10000), Version(0x10000), Version(0x20000), Version(0x20001)},
                version_list::system_power,
                Version(0x20001)},
    ProtocolRow{protocol::performance,
                "performance",
                "performance_domain",
                "performance_domains",
                {Version(0x10000), Version(0x20000), Version(0x20000), Version(0x30000), Version(0x40000)},
                version_list::performance,
                Version(0x40000)},
    ProtocolRow{protocol::clock,
                "clock",
                "clock",
                "clocks",
                {Version(0x10000), Version(0x10000), Version(0x10000), Version(0x20000), Version(0x30000)},
                version_list::clock,
                Version(0x30000)},
    ProtocolRow{protocol::sensor,
                "sensor",
                "sensor",
                "sensors",
                {Version(0x10000), Version(0x10000), Version(0x20000), Version(0x30000), Version(0x30001)},
                version_list::sensor,
                Version(0x30001)},
    ProtocolRow{protocol::reset_domain,
                "reset_domain",
                "reset_domain",
                "reset_domains",
                {Version(), Version(0x10000), Version(0x10000), Version(0x30000), Version(0x30001)},
                version_list::reset_domain,
                Version(0x30001)},
    ProtocolRow{protocol::voltage,
                "voltage",
                "voltage_domain",
                "voltage_domains",
                {Version(), Version(), Version(0x10000), Version(0x20000), Version(0x20001)},
                version_list::voltage,
                Version(0x20001)},
    ProtocolRow{protocol::powercap,
                "powercap",
                "powercap",
                "powercaps",
                {Version(), Version(), Version(), Version(0x10000), Version(0x20000)},
                version_list::powercap,
                Version(0x20000)},
    ProtocolRow{protocol::pin_control,
                "pin_control",
                "pin",
                "pins",
                {Version(), Version(), Version(), Version(), Version(0x10000)},
                version_list::pin_control,
                Version(0x10000)},
    // Provisional: of the release after 3.2, and there only where a description has it.
    ProtocolRow{protocol::telemetry,
                "telemetry",
                "",
                "",
                {Version(), Version(), Version(), Version(), Version(0x10000)},
                version_list::telemetry,
                Version(0x10000)},
};
inline constexpr std::size_t served_protocol_count = served_protocols.size();

[[nodiscard]] constexpr std::size_t slot(ServedProtocol p) noexcept { return static_cast<std::size_t>(p); }
[[nodiscard]] constexpr const ProtocolRow& row_of(ServedProtocol p) noexcept { return served_protocols[slot(p)]; }
[[nodiscard]] constexpr std::optional<ServedProtocol> served_protocol(ProtocolId id) noexcept {
  for (std::size_t i = 0; i < served_protocol_count; ++i) {
    if (served_protocols[i].id == id) return static_cast<ServedProtocol>(i);
  }
  return std::nullopt;
}

/// Something for each served protocol.
template <class T>
class PerProtocol {
 public:
  [[nodiscard]] constexpr T& operator[](ServedProtocol p) noexcept { return values_[slot(p)]; }
  [[nodiscard]] constexpr const T& operator[](ServedProtocol p) const noexcept { return values_[slot(p)]; }
  constexpr void fill(const T& value) { values_.fill(value); }

 private:
  std::array<T, served_protocol_count> values_{};
};

/// All of them, for loops.
inline constexpr auto all_served = [] {
  std::array<ServedProtocol, served_protocol_count> all{};
  for (std::size_t i = 0; i < all.size(); ++i) all[i] = static_cast<ServedProtocol>(i);
  return all;
}();
static_assert(std::ranges::is_sorted(served_protocols, {}, [](const ProtocolRow& r) { return r.id.value; }));

/// One version word for each protocol; 0: not offered.
using VersionSet = PerProtocol<Version>;

}  // namespace scmi::platform
