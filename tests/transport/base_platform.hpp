// SPDX-License-Identifier: Apache-2.0
//
// The smallest platform that a probe is content with (Base 2.0, one protocol, no agents), and bytes made from words.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <span>
#include <vector>

#include "scmi/message_header.hpp"
#include "scmi/status.hpp"

namespace scmi::test {

using Bytes = std::vector<std::byte>;

inline Bytes words(std::initializer_list<std::uint32_t> values) {
  Bytes bytes(values.size() * sizeof(std::uint32_t));
  std::memcpy(bytes.data(), std::data(values), bytes.size());
  return bytes;
}

inline Bytes copy(std::span<const std::byte> bytes) { return {bytes.begin(), bytes.end()}; }

/// The protocol that tests talk to when it does not matter what the messages mean.
inline constexpr ProtocolId subject = protocol::clock;

/// Answers the probe's questions; every other message is not supported.
inline Bytes base_reply(MessageId message) {
  switch (message.value) {
    case 0x0: return words({0, 0x20000});
    case 0x1: return words({0, 1});
    case 0x3: return words({0, 0x646E6576, 0x726F, 0, 0});
    case 0x5: return words({0, 7});
    case 0x6: return words({0, 1, subject.value});
    default: return words({static_cast<std::uint32_t>(Status::not_supported)});
  }
}

/// Base as above; everything else succeeds and echoes its payload.
inline Bytes default_reply(std::uint32_t header, std::span<const std::byte> payload) {
  const MessageHeader unpacked = MessageHeader::unpack(header);
  if (unpacked.protocol == protocol::base) return base_reply(unpacked.message);
  Bytes reply(sizeof(std::uint32_t) + payload.size());
  std::copy(payload.begin(), payload.end(), reply.begin() + sizeof(std::uint32_t));
  return reply;
}

}  // namespace scmi::test
