// SPDX-License-Identifier: Apache-2.0
//
// The commands that every protocol has under the same number and with the same layout. Their protocol comes from
// the caller. PROTOCOL_ATTRIBUTES differs from protocol to protocol and is described with each.
#pragma once

#include "scmi/fields.hpp"

namespace scmi {

/// DEN0056 PROTOCOL_VERSION: the newest version of the protocol that the platform speaks.
struct ProtocolVersion {
  static constexpr MessageInfo info{{}, MessageId(0x0), "protocol_version"};

  struct Reply {
    Version version{};

    template <class Self, class V>
    static constexpr void fields(Self& m, V& v) {
      v.u32({"version", Unit::none, Display::hex}, m.version);
    }
    bool operator==(const Reply&) const = default;
  };

  template <class Self, class V>
  static constexpr void fields(Self&, V&) {}
  bool operator==(const ProtocolVersion&) const = default;
};

/// DEN0056 PROTOCOL_MESSAGE_ATTRIBUTES: whether a command exists for this caller (platform status NOT_FOUND if not).
struct ProtocolMessageAttributes {
  static constexpr MessageInfo info{{}, MessageId(0x2), "protocol_message_attributes"};

  std::uint32_t message_id = 0;  ///< The whole word counts: 0x100 is not message 0x0.

  struct Reply {
    std::uint32_t attributes = 0;  ///< Zero, unless the protocol gives its bits a meaning.

    template <class Self, class V>
    static constexpr void fields(Self& m, V& v) {
      v.u32({"attributes", Unit::none, Display::hex}, m.attributes);
    }
    bool operator==(const Reply&) const = default;
  };

  template <class Self, class V>
  static constexpr void fields(Self& m, V& v) {
    v.u32({"message_id", Unit::none, Display::hex}, m.message_id);
  }
  bool operator==(const ProtocolMessageAttributes&) const = default;
};

/// DEN0056 NEGOTIATE_PROTOCOL_VERSION, since release 3.2: asks the platform to speak an older version.
struct NegotiateProtocolVersion {
  static constexpr MessageInfo info{{}, MessageId(0x10), "negotiate_protocol_version"};
  using Reply = Empty;

  Version version{};

  template <class Self, class V>
  static constexpr void fields(Self& m, V& v) {
    v.u32({"version", Unit::none, Display::hex}, m.version);
  }
  bool operator==(const NegotiateProtocolVersion&) const = default;
};

/// The parameters with which an entity's notifications are switched on and off; the `*_NOTIFY` commands have these.
inline constexpr BitField notify_enable_bit = bit("enable", 0);
inline constexpr std::array<BitField, 1> notify_enable_bits{notify_enable_bit};

/// What every *_NAME_GET is answered with.
struct NameReply {
  std::uint32_t flags = 0;  ///< Reserved.
  ExtendedName name;

  template <class Self, class V>
  static constexpr void fields(Self& m, V& v) {
    v.word(Field("flags").omittable(), m.flags, {});
    v.text("name", m.name);
  }
  bool operator==(const NameReply&) const = default;
};

}  // namespace scmi
