// SPDX-License-Identifier: Apache-2.0
//
// The 32-bit header that starts every SCMI message: one place that knows its bit positions.
#pragma once

#include <cstdint>

#include "scmi/ids.hpp"

namespace scmi {

/// Message type, header bits [9:8]. A synchronous response keeps the type of its command.
enum class MessageType : std::uint8_t { command = 0, reserved = 1, delayed_response = 2, notification = 3 };

inline constexpr std::uint32_t header_size = 4;  ///< Bytes of the header on the wire.
inline constexpr std::uint32_t status_size = 4;  ///< Bytes of the status word that starts every response.
inline constexpr std::uint32_t token_count = 1024;
inline constexpr unsigned header_token_shift = 18;  ///< The token is the header's bits [27:18].

/// The header, taken apart. Bits [31:28] are reserved: written as zero, and left out of every comparison, since
/// platforms that echo junk in them exist.
struct MessageHeader {
  MessageId message{};
  MessageType type = MessageType::command;
  ProtocolId protocol{};
  Token token{};

  [[nodiscard]] static constexpr MessageHeader unpack(std::uint32_t word) noexcept {
    return {MessageId(static_cast<std::uint8_t>(word & 0xFFU)), static_cast<MessageType>((word >> 8) & 0x3U),
            ProtocolId(static_cast<std::uint8_t>((word >> 10) & 0xFFU)),
            Token(static_cast<std::uint16_t>((word >> 18) & 0x3FFU))};
  }
  [[nodiscard]] constexpr std::uint32_t pack() const noexcept {
    return static_cast<std::uint32_t>(message.value) | static_cast<std::uint32_t>(type) << 8 |
           static_cast<std::uint32_t>(protocol.value) << 10 | static_cast<std::uint32_t>(token.value & 0x3FFU) << 18;
  }
  friend constexpr bool operator==(const MessageHeader&, const MessageHeader&) = default;
};

inline constexpr std::uint32_t header_defined_bits = 0x0FFF'FFFF;

}  // namespace scmi
