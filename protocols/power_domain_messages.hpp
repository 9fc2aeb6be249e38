// SPDX-License-Identifier: Apache-2.0
//
// Messages of the power domain protocol (DEN0056 protocol 0x11).
#pragma once

#include "scmi/common_messages.hpp"
#include "scmi/fields.hpp"

namespace scmi::power_domain_protocol {

inline constexpr Version version_1_0{0x10000};
inline constexpr Version version_2_0{0x20000};
inline constexpr Version version_3_0{0x30000};
inline constexpr Version version_3_1{0x30001};
/// The newest version we know.
inline constexpr Version newest = version_3_1;

/// Generic states of device domains. Application-processor domains have a platform-specific word instead.
inline constexpr std::uint32_t state_on = 0x0000'0000;
inline constexpr std::uint32_t state_off = 0x4000'0000;

inline constexpr BitField context_lost = bit("context_lost", 30);
inline constexpr BitField state_id = bits("state_id", 27, 0);
/// Bits of a device domain's state word.
inline constexpr std::array<BitField, 2> power_state_bits{context_lost, state_id};
inline constexpr std::array<NamedValue, 2> power_state_names{NamedValue{state_on, "ON"}, NamedValue{state_off, "OFF"}};
inline constexpr Field power_state_field{"power_state", Unit::none, Display::hex, power_state_names};

/// DEN0056 PROTOCOL_ATTRIBUTES of the power domain protocol.
struct ProtocolAttributes {
  static constexpr MessageInfo info{protocol::power_domain, MessageId(0x1), "power.protocol_attributes"};

  struct Reply {
    static constexpr BitField num_domains = bits("num_domains", 15, 0);
    static constexpr std::array<BitField, 1> attributes_bits{num_domains};

    std::uint32_t attributes = 0;
    std::uint64_t statistics_address = 0;  ///< Physical; means nothing while statistics_len_bytes is 0.
    std::uint32_t statistics_len_bytes = 0;

    template <class Self, class V>
    static constexpr void fields(Self& m, V& v) {
      v.word("attributes", m.attributes, attributes_bits);
      v.u64({"statistics_address", Unit::none, Display::hex}, m.statistics_address);
      v.u32({"statistics_len", Unit::bytes}, m.statistics_len_bytes);
    }
    bool operator==(const Reply&) const = default;
  };

  template <class Self, class V>
  static constexpr void fields(Self&, V&) {}
  bool operator==(const ProtocolAttributes&) const = default;
};

/// DEN0056 POWER_DOMAIN_ATTRIBUTES.
struct DomainAttributes {
  static constexpr MessageInfo info{protocol::power_domain, MessageId(0x3), "power.domain_attributes"};

  DomainId domain_id{};

  struct Reply {
    static constexpr BitField state_change_notify = bit("state_change_notify", 31);
    static constexpr BitField async_set = bit("async_set", 30);
    static constexpr BitField sync_set = bit("sync_set", 29);
    static constexpr BitField change_requested_notify = bit("change_requested_notify", 28, version_2_0);
    static constexpr BitField extended_name = bit("extended_name", 27, version_3_0);
    static constexpr std::array<BitField, 5> attributes_bits{state_change_notify, async_set, sync_set,
                                                             change_requested_notify, extended_name};

    std::uint32_t attributes = 0;
    ShortName name;

    template <class Self, class V>
    static constexpr void fields(Self& m, V& v) {
      v.word("attributes", m.attributes, attributes_bits);
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

/// DEN0056 POWER_STATE_SET. Has an asynchronous form, but no delayed response.
struct StateSet {
  static constexpr MessageInfo info{protocol::power_domain, MessageId(0x4), "power.state_set"};
  using Reply = Empty;
  static constexpr BitField async = bit("async", 0);
  static constexpr std::array<BitField, 1> flags_bits{async};

  std::uint32_t flags = 0;
  DomainId domain_id{};
  std::uint32_t power_state = 0;

  template <class Self, class V>
  static constexpr void fields(Self& m, V& v) {
    v.word(Field("flags").omittable(), m.flags, flags_bits);
    v.u32("domain_id", m.domain_id);
    v.u32(power_state_field, m.power_state);
  }
  bool operator==(const StateSet&) const = default;
};

/// DEN0056 POWER_STATE_GET.
struct StateGet {
  static constexpr MessageInfo info{protocol::power_domain, MessageId(0x5), "power.state_get"};

  DomainId domain_id{};

  struct Reply {
    std::uint32_t power_state = 0;

    template <class Self, class V>
    static constexpr void fields(Self& m, V& v) {
      v.u32(power_state_field, m.power_state);
    }
    bool operator==(const Reply&) const = default;
  };

  template <class Self, class V>
  static constexpr void fields(Self& m, V& v) {
    v.u32("domain_id", m.domain_id);
  }
  bool operator==(const StateGet&) const = default;
};

/// DEN0056 POWER_STATE_NOTIFY, optional.
struct StateNotify {
  static constexpr MessageInfo info{protocol::power_domain, MessageId(0x6), "power.state_notify"};
  using Reply = Empty;

  DomainId domain_id{};
  std::uint32_t notify_enable = 0;

  template <class Self, class V>
  static constexpr void fields(Self& m, V& v) {
    v.u32("domain_id", m.domain_id);
    v.word("notify_enable", m.notify_enable, notify_enable_bits);
  }
  bool operator==(const StateNotify&) const = default;
};

/// DEN0056 POWER_STATE_CHANGE_REQUESTED_NOTIFY, optional.
struct StateChangeRequestedNotify {
  static constexpr MessageInfo info{protocol::power_domain, MessageId(0x7), "power.state_change_requested_notify",
                                    version_2_0};
  using Reply = Empty;

  DomainId domain_id{};
  std::uint32_t notify_enable = 0;

  template <class Self, class V>
  static constexpr void fields(Self& m, V& v) {
    v.u32("domain_id", m.domain_id);
    v.word("notify_enable", m.notify_enable, notify_enable_bits);
  }
  bool operator==(const StateChangeRequestedNotify&) const = default;
};

/// DEN0056 POWER_DOMAIN_NAME_GET.
struct DomainNameGet {
  static constexpr MessageInfo info{protocol::power_domain, MessageId(0x8), "power.domain_name_get", version_3_0};
  using Reply = NameReply;

  DomainId domain_id{};

  template <class Self, class V>
  static constexpr void fields(Self& m, V& v) {
    v.u32("domain_id", m.domain_id);
  }
  bool operator==(const DomainNameGet&) const = default;
};

/// DEN0056 POWER_STATE_CHANGED: the domain is in that state now.
struct StateChanged {
  static constexpr MessageInfo info{protocol::power_domain, MessageId(0x0), "power.state_changed", version_1_0,
                                    MessageType::notification};

  AgentId agent_id{};
  DomainId domain_id{};
  std::uint32_t power_state = 0;

  template <class Self, class V>
  static constexpr void fields(Self& m, V& v) {
    v.u32("agent_id", m.agent_id);
    v.u32("domain_id", m.domain_id);
    v.u32(power_state_field, m.power_state);
  }
  bool operator==(const StateChanged&) const = default;
};

/// DEN0056 POWER_STATE_CHANGE_REQUESTED: another agent asked for that state.
struct StateChangeRequested {
  static constexpr MessageInfo info{protocol::power_domain, MessageId(0x1), "power.state_change_requested", version_2_0,
                                    MessageType::notification};

  AgentId agent_id{};
  DomainId domain_id{};
  std::uint32_t power_state = 0;

  template <class Self, class V>
  static constexpr void fields(Self& m, V& v) {
    v.u32("agent_id", m.agent_id);
    v.u32("domain_id", m.domain_id);
    v.u32(power_state_field, m.power_state);
  }
  bool operator==(const StateChangeRequested&) const = default;
};

}  // namespace scmi::power_domain_protocol
