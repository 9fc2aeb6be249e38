// SPDX-License-Identifier: Apache-2.0
//
// Strong types for the numbers that SCMI passes around, so that a clock id cannot be handed over as a
// domain id and a token not as a message id.
#pragma once

#include <compare>
#include <cstdint>

namespace scmi {

/// A number with a meaning. Converts only explicitly, compares only with its own kind.
template <class Tag, class Rep>
struct StrongId {
  using rep = Rep;
  Rep value{};

  constexpr StrongId() = default;
  constexpr explicit StrongId(Rep v) noexcept : value(v) {}
  friend constexpr auto operator<=>(StrongId, StrongId) = default;
};

/// Protocol number, 8 bits (DEN0056 protocol ids; 0x80..0xFF are vendor protocols).
using ProtocolId = StrongId<struct ProtocolIdTag, std::uint8_t>;
/// Message number inside a protocol, 8 bits on the wire.
using MessageId = StrongId<struct MessageIdTag, std::uint8_t>;
/// Sequence number of a command, 10 bits on the wire (0..1023).
using Token = StrongId<struct TokenTag, std::uint16_t>;
/// Agent number; 0 is the platform itself.
using AgentId = StrongId<struct AgentIdTag, std::uint32_t>;
/// Number of a domain (power, performance, reset, voltage, powercap) inside its protocol.
using DomainId = StrongId<struct DomainIdTag, std::uint32_t>;
/// Clock number.
using ClockId = StrongId<struct ClockIdTag, std::uint32_t>;
/// Sensor number.
using SensorId = StrongId<struct SensorIdTag, std::uint32_t>;
/// Number of a telemetry data event: chosen by the platform, sparse.
using DataEventId = StrongId<struct DataEventIdTag, std::uint32_t>;

namespace protocol {
inline constexpr ProtocolId base{0x10};
inline constexpr ProtocolId power_domain{0x11};
inline constexpr ProtocolId system_power{0x12};
inline constexpr ProtocolId performance{0x13};
inline constexpr ProtocolId clock{0x14};
inline constexpr ProtocolId sensor{0x15};
inline constexpr ProtocolId reset_domain{0x16};
inline constexpr ProtocolId voltage{0x17};
inline constexpr ProtocolId powercap{0x18};
inline constexpr ProtocolId pin_control{0x19};
inline constexpr ProtocolId telemetry{0x1B};
}  // namespace protocol

/// Protocol version word: major in [31:16], minor in [15:0]. Ordered as a whole.
struct Version {
  std::uint32_t word{};

  constexpr Version() = default;
  constexpr explicit Version(std::uint32_t w) noexcept : word(w) {}
  [[nodiscard]] constexpr std::uint16_t major_number() const noexcept { return static_cast<std::uint16_t>(word >> 16); }
  [[nodiscard]] constexpr std::uint16_t minor_number() const noexcept { return static_cast<std::uint16_t>(word); }
  friend constexpr auto operator<=>(Version, Version) = default;
};

}  // namespace scmi
