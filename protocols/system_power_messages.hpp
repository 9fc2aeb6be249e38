// SPDX-License-Identifier: Apache-2.0
//
// Messages of the system power management protocol (DEN0056 protocol 0x12).
#pragma once

#include "scmi/common_messages.hpp"
#include "scmi/fields.hpp"

namespace scmi::system_power_protocol {

inline constexpr Version version_1_0{0x10000};
inline constexpr Version version_2_0{0x20000};
inline constexpr Version version_2_1{0x20001};
/// The newest version we know.
inline constexpr Version newest = version_2_1;

/// States of the system. 0x80000000 and above are the vendor's.
inline constexpr std::uint32_t shutdown = 0;
inline constexpr std::uint32_t cold_reset = 1;
inline constexpr std::uint32_t warm_reset = 2;
inline constexpr std::uint32_t power_up = 3;
inline constexpr std::uint32_t suspend = 4;
inline constexpr std::uint32_t first_vendor_state = 0x8000'0000;
inline constexpr std::array<NamedValue, 5> state_names{
    NamedValue{shutdown, "SHUTDOWN"}, NamedValue{cold_reset, "COLD_RESET"}, NamedValue{warm_reset, "WARM_RESET"},
    NamedValue{power_up, "POWER_UP"}, NamedValue{suspend, "SUSPEND"}};
inline constexpr Field state_field{"system_state", Unit::none, Display::decimal, state_names};

/// Requested of a system that may still end its work, or done at once.
inline constexpr BitField graceful = bit("graceful", 0);
inline constexpr std::array<BitField, 1> flags_bits{graceful};

/// What PROTOCOL_MESSAGE_ATTRIBUTES says about POWER_STATE_SET.
inline constexpr BitField warm_reset_supported = bit("warm_reset", 31);
inline constexpr BitField suspend_supported = bit("suspend", 30);

/// DEN0056 PROTOCOL_ATTRIBUTES of the system power protocol: nothing so far.
struct ProtocolAttributes {
  static constexpr MessageInfo info{protocol::system_power, MessageId(0x1), "system.protocol_attributes"};

  struct Reply {
    std::uint32_t attributes = 0;  ///< Reserved.

    template <class Self, class V>
    static constexpr void fields(Self& m, V& v) {
      v.word("attributes", m.attributes, {});
    }
    bool operator==(const Reply&) const = default;
  };

  template <class Self, class V>
  static constexpr void fields(Self&, V&) {}
  bool operator==(const ProtocolAttributes&) const = default;
};

/// DEN0056 SYSTEM_POWER_STATE_SET.
struct StateSet {
  static constexpr MessageInfo info{protocol::system_power, MessageId(0x3), "system.power_state_set"};
  using Reply = Empty;

  std::uint32_t flags = 0;
  std::uint32_t system_state = 0;

  template <class Self, class V>
  static constexpr void fields(Self& m, V& v) {
    v.word(Field("flags").omittable(), m.flags, flags_bits);
    v.u32(state_field, m.system_state);
  }
  bool operator==(const StateSet&) const = default;
};

/// DEN0056 SYSTEM_POWER_STATE_GET.
struct StateGet {
  static constexpr MessageInfo info{protocol::system_power, MessageId(0x4), "system.power_state_get"};

  struct Reply {
    std::uint32_t system_state = 0;

    template <class Self, class V>
    static constexpr void fields(Self& m, V& v) {
      v.u32(state_field, m.system_state);
    }
    bool operator==(const Reply&) const = default;
  };

  template <class Self, class V>
  static constexpr void fields(Self&, V&) {}
  bool operator==(const StateGet&) const = default;
};

/// DEN0056 SYSTEM_POWER_STATE_NOTIFY, optional.
struct StateNotify {
  static constexpr MessageInfo info{protocol::system_power, MessageId(0x5), "system.power_state_notify"};
  using Reply = Empty;

  std::uint32_t notify_enable = 0;

  template <class Self, class V>
  static constexpr void fields(Self& m, V& v) {
    v.word("notify_enable", m.notify_enable, notify_enable_bits);
  }
  bool operator==(const StateNotify&) const = default;
};

/// DEN0056 SYSTEM_POWER_STATE_NOTIFIER. Three words before 2.0, four since.
struct StateNotifier {
  static constexpr MessageInfo info{protocol::system_power, MessageId(0x0), "system.power_state_notifier", version_1_0,
                                    MessageType::notification};

  AgentId agent_id{};
  std::uint32_t flags = 0;
  std::uint32_t system_state = 0;
  std::uint32_t timeout_ms = 0;  ///< Of a graceful shutdown, until it is forced; 0 = none.

  template <class Self, class V>
  static constexpr void fields(Self& m, V& v) {
    v.u32("agent_id", m.agent_id);
    v.word("flags", m.flags, flags_bits);
    v.u32(state_field, m.system_state);
    if (v.version() >= version_2_0) v.u32({"timeout", Unit::milliseconds}, m.timeout_ms);
  }
  bool operator==(const StateNotifier&) const = default;
};

}  // namespace scmi::system_power_protocol
