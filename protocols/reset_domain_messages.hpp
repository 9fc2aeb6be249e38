// SPDX-License-Identifier: Apache-2.0
//
// Messages of the reset domain protocol (DEN0056 protocol 0x16).
#pragma once

#include "scmi/common_messages.hpp"
#include "scmi/fields.hpp"

namespace scmi::reset_domain_protocol {

inline constexpr Version version_1_0{0x10000};
inline constexpr Version version_3_0{0x30000};
inline constexpr Version version_3_1{0x30001};
/// The newest version we know.
inline constexpr Version newest = version_3_1;

/// A reset state: bit 31 tells the implementation's own states from the architectural ones, of which there is one.
inline constexpr std::uint32_t cold_reset = 0;  ///< All context is lost.
inline constexpr std::uint32_t implementation_defined = 0x8000'0000;
inline constexpr std::array<NamedValue, 1> reset_state_names{NamedValue{cold_reset, "COLD_RESET"}};

/// DEN0056 PROTOCOL_ATTRIBUTES of the reset domain protocol.
struct ProtocolAttributes {
  static constexpr MessageInfo info{protocol::reset_domain, MessageId(0x1), "reset.protocol_attributes"};

  struct Reply {
    static constexpr BitField num_domains = bits("num_domains", 15, 0);
    static constexpr std::array<BitField, 1> attributes_bits{num_domains};

    std::uint32_t attributes = 0;

    template <class Self, class V>
    static constexpr void fields(Self& m, V& v) {
      v.word("attributes", m.attributes, attributes_bits);
    }
    bool operator==(const Reply&) const = default;
  };

  template <class Self, class V>
  static constexpr void fields(Self&, V&) {}
  bool operator==(const ProtocolAttributes&) const = default;
};

/// DEN0056 RESET_DOMAIN_ATTRIBUTES.
struct DomainAttributes {
  static constexpr MessageInfo info{protocol::reset_domain, MessageId(0x3), "reset.domain_attributes"};

  DomainId domain_id{};

  struct Reply {
    static constexpr BitField async_reset = bit("async_reset", 31);
    static constexpr BitField reset_notify = bit("reset_notify", 30);
    static constexpr BitField extended_name = bit("extended_name", 29, version_3_0);
    static constexpr std::array<BitField, 3> attributes_bits{async_reset, reset_notify, extended_name};
    static constexpr std::uint32_t latency_not_reported = 0xFFFF'FFFF;

    std::uint32_t attributes = 0;
    std::uint32_t latency_us = 0;  ///< Longest time of a reset.
    ShortName name;

    template <class Self, class V>
    static constexpr void fields(Self& m, V& v) {
      v.word("attributes", m.attributes, attributes_bits);
      v.u32({"latency", Unit::microseconds}, m.latency_us);
      v.text("name", m.name);
    }
    bool operator==(const Reply&) const = default;
  };

  template <class Self, class V>
  static constexpr void fields(Self& m, V& v) {
    v.u32("domain_id", m.domain_id);
  }
  bool operator==(const DomainAttributes&) const = default;
};

/// DEN0056 RESET, with the delayed response RESET_COMPLETE.
struct Reset {
  static constexpr MessageInfo info{protocol::reset_domain, MessageId(0x4), "reset.reset"};
  using Reply = Empty;
  static constexpr BitField autonomous = bit("autonomous", 0);  ///< The platform asserts, waits and deasserts.
  static constexpr BitField explicit_assert =
      bit("assert", 1);                               ///< Means something without autonomous. Clear: deassert.
  static constexpr BitField async = bit("async", 2);  ///< With autonomous only.
  static constexpr std::array<BitField, 3> flags_bits{autonomous, explicit_assert, async};

  DomainId domain_id{};
  std::uint32_t flags = 0;
  std::uint32_t reset_state = cold_reset;

  struct Complete {
    DomainId domain_id{};

    template <class Self, class V>
    static constexpr void fields(Self& m, V& v) {
      v.u32("domain_id", m.domain_id);
    }
    bool operator==(const Complete&) const = default;
  };

  template <class Self, class V>
  static constexpr void fields(Self& m, V& v) {
    v.u32("domain_id", m.domain_id);
    v.word("flags", m.flags, flags_bits);
    v.u32(Field("reset_state", Unit::none, Display::hex, reset_state_names).omittable(), m.reset_state);
  }
  bool operator==(const Reset&) const = default;
};

/// DEN0056 RESET_NOTIFY, optional.
struct Notify {
  static constexpr MessageInfo info{protocol::reset_domain, MessageId(0x5), "reset.notify"};
  using Reply = Empty;

  DomainId domain_id{};
  std::uint32_t notify_enable = 0;

  template <class Self, class V>
  static constexpr void fields(Self& m, V& v) {
    v.u32("domain_id", m.domain_id);
    v.word("notify_enable", m.notify_enable, notify_enable_bits);
  }
  bool operator==(const Notify&) const = default;
};

/// DEN0056 RESET_DOMAIN_NAME_GET.
struct DomainNameGet {
  static constexpr MessageInfo info{protocol::reset_domain, MessageId(0x6), "reset.domain_name_get", version_3_0};
  using Reply = NameReply;

  DomainId domain_id{};

  template <class Self, class V>
  static constexpr void fields(Self& m, V& v) {
    v.u32("domain_id", m.domain_id);
  }
  bool operator==(const DomainNameGet&) const = default;
};

/// DEN0056 RESET_ISSUED: that agent had the domain reset.
struct Issued {
  static constexpr MessageInfo info{protocol::reset_domain, MessageId(0x0), "reset.issued", version_1_0,
                                    MessageType::notification};

  AgentId agent_id{};
  DomainId domain_id{};
  std::uint32_t reset_state = cold_reset;

  template <class Self, class V>
  static constexpr void fields(Self& m, V& v) {
    v.u32("agent_id", m.agent_id);
    v.u32("domain_id", m.domain_id);
    v.u32({"reset_state", Unit::none, Display::hex, reset_state_names}, m.reset_state);
  }
  bool operator==(const Issued&) const = default;
};

}  // namespace scmi::reset_domain_protocol
