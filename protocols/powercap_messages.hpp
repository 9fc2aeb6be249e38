// SPDX-License-Identifier: Apache-2.0
//
// Messages of the powercap protocol (DEN0056 protocol 0x18), power capping and monitoring. Powers are in the unit
// that each domain tells of itself. PAI is the interval over which power is averaged.
#pragma once

#include "protocols/fastchannel_messages.hpp"
#include "scmi/common_messages.hpp"
#include "scmi/fields.hpp"

namespace scmi::powercap_protocol {

inline constexpr Version version_1_0{0x10000};
inline constexpr Version version_2_0{0x20000};
/// The newest version we know.
inline constexpr Version newest = version_2_0;

/// The cap that stands for "no cap", since 2.0.
inline constexpr std::uint32_t no_cap = 0;

/// PROTOCOL_MESSAGE_ATTRIBUTES of this protocol: some domain has a fast channel for the command asked about.
inline constexpr BitField has_fastchannel = bit("fastchannel", 0);
inline constexpr std::array<BitField, 1> message_attributes_bits{has_fastchannel};

/// DEN0056 PROTOCOL_ATTRIBUTES of the powercap protocol.
struct ProtocolAttributes {
  static constexpr MessageInfo info{protocol::powercap, MessageId(0x1), "powercap.protocol_attributes"};

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

/// DEN0056 POWERCAP_DOMAIN_ATTRIBUTES.
struct DomainAttributes {
  static constexpr MessageInfo info{protocol::powercap, MessageId(0x3), "powercap.domain_attributes"};

  DomainId domain_id{};

  struct Reply {
    static constexpr std::array<NamedValue, 3> unit_names{NamedValue{0, "abstract"}, NamedValue{1, "microwatt"},
                                                          NamedValue{2, "milliwatt"}};
    static constexpr BitField cap_notify = bit("cap_notify", 31);  ///< Also of the interval.
    static constexpr BitField measurements_notify = bit("measurements_notify", 30);
    static constexpr BitField async_cap_set = bit("async_cap_set", 29);
    static constexpr BitField extended_name = bit("extended_name", 28);
    static constexpr BitField cap_configurable = bit("cap_configurable", 27);
    static constexpr BitField monitoring = bit("monitoring", 26);
    static constexpr BitField pai_configurable = bit("pai_configurable", 25);
    static constexpr BitField power_unit = bits("power_unit", 24, 23, version_1_0, Unit::none, unit_names);
    static constexpr BitField fastchannel = bit("fastchannel", 22);
    static constexpr std::array<BitField, 9> attributes_bits{cap_notify,       measurements_notify, async_cap_set,
                                                             extended_name,    cap_configurable,    monitoring,
                                                             pai_configurable, power_unit,          fastchannel};
    static constexpr std::uint32_t no_parent = 0xFFFF'FFFF;
    static constexpr std::array<NamedValue, 1> parent_names{NamedValue{no_parent, "none"}};

    std::uint32_t attributes = 0;
    ShortName name;
    std::uint32_t min_pai_us = 0;
    std::uint32_t max_pai_us = 0;
    std::uint32_t pai_step_us = 0;
    std::uint32_t min_power_cap = 0;
    std::uint32_t max_power_cap = 0;
    std::uint32_t power_cap_step = 0;
    std::uint32_t sustainable_power = 0;  ///< 0 = unknown.
    std::uint32_t accuracy = 0;           ///< Of measurements, in 0.001 percent.
    DomainId parent_id{};

    template <class Self, class V>
    static constexpr void fields(Self& m, V& v) {
      v.word("attributes", m.attributes, attributes_bits);
      v.text("name", m.name);
      v.u32({"min_pai", Unit::microseconds}, m.min_pai_us);
      v.u32({"max_pai", Unit::microseconds}, m.max_pai_us);
      v.u32({"pai_step", Unit::microseconds}, m.pai_step_us);
      v.u32("min_power_cap", m.min_power_cap);
      v.u32("max_power_cap", m.max_power_cap);
      v.u32("power_cap_step", m.power_cap_step);
      v.u32("sustainable_power", m.sustainable_power);
      v.u32("accuracy", m.accuracy);
      v.u32({"parent_id", Unit::none, Display::decimal, parent_names}, m.parent_id);
    }
    bool operator==(const Reply&) const = default;
  };

  template <class Self, class V>
  static constexpr void fields(Self& m, V& v) {
    v.u32("domain_id", m.domain_id);
  }
  bool operator==(const DomainAttributes&) const = default;
};

/// DEN0056 POWERCAP_CAP_GET.
struct CapGet {
  static constexpr MessageInfo info{protocol::powercap, MessageId(0x4), "powercap.cap_get"};

  DomainId domain_id{};

  struct Reply {
    std::uint32_t power_cap = 0;  ///< In force; no_cap if none is.

    template <class Self, class V>
    static constexpr void fields(Self& m, V& v) {
      v.u32("power_cap", m.power_cap);
    }
    bool operator==(const Reply&) const = default;
  };

  template <class Self, class V>
  static constexpr void fields(Self& m, V& v) {
    v.u32("domain_id", m.domain_id);
  }
  bool operator==(const CapGet&) const = default;
};

/// DEN0056 POWERCAP_CAP_SET, with the delayed response POWERCAP_CAP_SET_COMPLETE. Since 2.0 no_cap ends capping.
struct CapSet {
  static constexpr MessageInfo info{protocol::powercap, MessageId(0x5), "powercap.cap_set"};
  using Reply = Empty;
  static constexpr BitField ignore_delayed_response =
      bit("ignore_delayed_response", 0);  ///< Means something with async.
  static constexpr BitField async = bit("async", 1);
  static constexpr std::array<BitField, 2> flags_bits{ignore_delayed_response, async};

  DomainId domain_id{};
  std::uint32_t flags = 0;
  std::uint32_t power_cap = 0;

  struct Complete {
    DomainId domain_id{};
    std::uint32_t power_cap = 0;  ///< In force now.

    template <class Self, class V>
    static constexpr void fields(Self& m, V& v) {
      v.u32("domain_id", m.domain_id);
      v.u32("power_cap", m.power_cap);
    }
    bool operator==(const Complete&) const = default;
  };

  template <class Self, class V>
  static constexpr void fields(Self& m, V& v) {
    v.u32("domain_id", m.domain_id);
    v.word(Field("flags").omittable(), m.flags, flags_bits);
    v.u32("power_cap", m.power_cap);
  }
  bool operator==(const CapSet&) const = default;
};

/// DEN0056 POWERCAP_PAI_GET.
struct PaiGet {
  static constexpr MessageInfo info{protocol::powercap, MessageId(0x6), "powercap.pai_get"};

  DomainId domain_id{};

  struct Reply {
    std::uint32_t pai_us = 0;

    template <class Self, class V>
    static constexpr void fields(Self& m, V& v) {
      v.u32({"pai", Unit::microseconds}, m.pai_us);
    }
    bool operator==(const Reply&) const = default;
  };

  template <class Self, class V>
  static constexpr void fields(Self& m, V& v) {
    v.u32("domain_id", m.domain_id);
  }
  bool operator==(const PaiGet&) const = default;
};

/// DEN0056 POWERCAP_PAI_SET.
struct PaiSet {
  static constexpr MessageInfo info{protocol::powercap, MessageId(0x7), "powercap.pai_set"};
  using Reply = Empty;

  DomainId domain_id{};
  std::uint32_t flags = 0;  ///< Reserved.
  std::uint32_t pai_us = 0;

  template <class Self, class V>
  static constexpr void fields(Self& m, V& v) {
    v.u32("domain_id", m.domain_id);
    v.word(Field("flags").omittable(), m.flags, {});
    v.u32({"pai", Unit::microseconds}, m.pai_us);
  }
  bool operator==(const PaiSet&) const = default;
};

/// DEN0056 POWERCAP_DOMAIN_NAME_GET.
struct DomainNameGet {
  static constexpr MessageInfo info{protocol::powercap, MessageId(0x8), "powercap.domain_name_get"};
  using Reply = NameReply;

  DomainId domain_id{};

  template <class Self, class V>
  static constexpr void fields(Self& m, V& v) {
    v.u32("domain_id", m.domain_id);
  }
  bool operator==(const DomainNameGet&) const = default;
};

/// DEN0056 POWERCAP_MEASUREMENTS_GET.
struct MeasurementsGet {
  static constexpr MessageInfo info{protocol::powercap, MessageId(0x9), "powercap.measurements_get"};

  DomainId domain_id{};

  struct Reply {
    std::uint32_t power = 0;   ///< Average over the interval.
    std::uint32_t pai_us = 0;  ///< The interval it was averaged over.

    template <class Self, class V>
    static constexpr void fields(Self& m, V& v) {
      v.u32("power", m.power);
      v.u32({"pai", Unit::microseconds}, m.pai_us);
    }
    bool operator==(const Reply&) const = default;
  };

  template <class Self, class V>
  static constexpr void fields(Self& m, V& v) {
    v.u32("domain_id", m.domain_id);
  }
  bool operator==(const MeasurementsGet&) const = default;
};

/// DEN0056 POWERCAP_CAP_NOTIFY, optional.
struct CapNotify {
  static constexpr MessageInfo info{protocol::powercap, MessageId(0xA), "powercap.cap_notify"};
  using Reply = Empty;

  DomainId domain_id{};
  std::uint32_t notify_enable = 0;

  template <class Self, class V>
  static constexpr void fields(Self& m, V& v) {
    v.u32("domain_id", m.domain_id);
    v.word("notify_enable", m.notify_enable, notify_enable_bits);
  }
  bool operator==(const CapNotify&) const = default;
};

/// DEN0056 POWERCAP_MEASUREMENTS_NOTIFY, optional: of an average below the low or above the high threshold.
struct MeasurementsNotify {
  static constexpr MessageInfo info{protocol::powercap, MessageId(0xB), "powercap.measurements_notify"};
  using Reply = Empty;

  DomainId domain_id{};
  std::uint32_t notify_enable = 0;
  std::uint32_t power_thresh_low = 0;
  std::uint32_t power_thresh_high = 0;

  template <class Self, class V>
  static constexpr void fields(Self& m, V& v) {
    v.u32("domain_id", m.domain_id);
    v.word("notify_enable", m.notify_enable, notify_enable_bits);
    v.u32(Field("power_thresh_low").omittable(), m.power_thresh_low);
    v.u32(Field("power_thresh_high").omittable(), m.power_thresh_high);
  }
  bool operator==(const MeasurementsNotify&) const = default;
};

/// DEN0056 POWERCAP_DESCRIBE_FASTCHANNEL, optional.
struct DescribeFastchannel {
  static constexpr MessageInfo info{protocol::powercap, MessageId(0xC), "powercap.describe_fastchannel"};
  using Reply = FastchannelReply;

  DomainId domain_id{};
  std::uint32_t message_id = 0;  ///< 0x4 to 0x7.

  template <class Self, class V>
  static constexpr void fields(Self& m, V& v) {
    v.u32("domain_id", m.domain_id);
    v.u32({"message_id", Unit::none, Display::hex}, m.message_id);
  }
  bool operator==(const DescribeFastchannel&) const = default;
};

/// DEN0056 POWERCAP_CAP_CHANGED: cap or interval changed.
struct CapChanged {
  static constexpr MessageInfo info{protocol::powercap, MessageId(0x0), "powercap.cap_changed", version_1_0,
                                    MessageType::notification};

  AgentId agent_id{};
  DomainId domain_id{};
  std::uint32_t power_cap = 0;
  std::uint32_t pai_us = 0;

  template <class Self, class V>
  static constexpr void fields(Self& m, V& v) {
    v.u32("agent_id", m.agent_id);
    v.u32("domain_id", m.domain_id);
    v.u32("power_cap", m.power_cap);
    v.u32({"pai", Unit::microseconds}, m.pai_us);
  }
  bool operator==(const CapChanged&) const = default;
};

/// DEN0056 POWERCAP_MEASUREMENTS_CHANGED: the average left the thresholds.
struct MeasurementsChanged {
  static constexpr MessageInfo info{protocol::powercap, MessageId(0x1), "powercap.measurements_changed", version_1_0,
                                    MessageType::notification};

  AgentId agent_id{};
  DomainId domain_id{};
  std::uint32_t power = 0;  ///< Average over the interval.

  template <class Self, class V>
  static constexpr void fields(Self& m, V& v) {
    v.u32("agent_id", m.agent_id);
    v.u32("domain_id", m.domain_id);
    v.u32("power", m.power);
  }
  bool operator==(const MeasurementsChanged&) const = default;
};

}  // namespace scmi::powercap_protocol
