// SPDX-License-Identifier: Apache-2.0
//
// Messages of the clock protocol (DEN0056 protocol 0x14). Rates are 64-bit hertz.
#pragma once

#include <vector>

#include "scmi/common_messages.hpp"
#include "scmi/fields.hpp"

namespace scmi::clock_protocol {

inline constexpr Version version_1_0{0x10000};
inline constexpr Version version_2_0{0x20000};
inline constexpr Version version_2_1{0x20001};  ///< Beta of release 3.2: has the 3.0 layout of CONFIG_SET and _GET.
inline constexpr Version version_3_0{0x30000};
/// The newest version we know.
inline constexpr Version newest = version_3_0;

/// Kinds of extended configuration (CONFIG_SET, CONFIG_GET); 0x80..0xFF are the manufacturer's.
inline constexpr std::array<NamedValue, 3> extended_config_names{NamedValue{0, "none"}, NamedValue{1, "duty_cycle"},
                                                                 NamedValue{2, "phase"}};

/// DEN0056 PROTOCOL_ATTRIBUTES of the clock protocol.
struct ProtocolAttributes {
  static constexpr MessageInfo info{protocol::clock, MessageId(0x1), "clock.protocol_attributes"};

  struct Reply {
    static constexpr BitField num_clocks = bits("num_clocks", 15, 0);
    static constexpr BitField max_async_requests = bits("max_async_requests", 23, 16);
    static constexpr std::array<BitField, 2> attributes_bits{num_clocks, max_async_requests};

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

/// DEN0056 CLOCK_ATTRIBUTES.
struct Attributes {
  static constexpr MessageInfo info{protocol::clock, MessageId(0x3), "clock.attributes"};

  ClockId clock_id{};

  struct Reply {
    static constexpr BitField rate_notify = bit("rate_notify", 31, version_2_0);
    static constexpr BitField rate_change_requested_notify = bit("rate_change_requested_notify", 30, version_2_0);
    static constexpr BitField extended_name = bit("extended_name", 29, version_2_0);
    static constexpr BitField parents = bit("parents", 28, version_3_0);
    static constexpr BitField extended_config = bit("extended_config", 27, version_3_0);
    static constexpr BitField restricted = bit("restricted", 1, version_3_0);
    static constexpr BitField enabled = bit("enabled", 0);
    static constexpr std::array<BitField, 7> attributes_bits{
        rate_notify, rate_change_requested_notify, extended_name, parents, extended_config, restricted, enabled};

    std::uint32_t attributes = 0;
    ShortName name;
    std::uint32_t clock_enable_delay_us = 0;  ///< Worst case; 0 = not reported.

    template <class Self, class V>
    static constexpr void fields(Self& m, V& v) {
      v.word("attributes", m.attributes, attributes_bits);
      v.text("name", m.name);
      // Platforms exist that say 2.0 and answer with the 1.0 layout: a missing word means "not reported".
      if (v.version() >= version_2_0) {
        v.tail_u32({"clock_enable_delay", Unit::microseconds}, m.clock_enable_delay_us, true);
      }
    }
    bool operator==(const Reply&) const = default;
  };

  template <class Self, class V>
  static constexpr void fields(Self& m, V& v) {
    v.u32("clock_id", m.clock_id);
  }
  bool operator==(const Attributes&) const = default;
};

/// DEN0056 CLOCK_DESCRIBE_RATES, multi-part for discrete rates.
struct DescribeRates {
  static constexpr MessageInfo info{protocol::clock, MessageId(0x4), "clock.describe_rates"};

  ClockId clock_id{};
  std::uint32_t rate_index = 0;

  struct Reply {
    static constexpr std::array<NamedValue, 2> format_names{NamedValue{0, "discrete"}, NamedValue{1, "range"}};
    static constexpr BitField count = bits("num_rates", 11, 0);
    static constexpr BitField format = bits("format", 12, 12, version_1_0, Unit::none, format_names);
    static constexpr BitField remaining = bits("remaining", 31, 16);
    static constexpr std::array<BitField, 3> num_rates_flags_bits{count, format, remaining};

    std::uint32_t num_rates_flags = 0;    ///< Without the count: that is the size of `rates_hz`.
    std::vector<std::uint64_t> rates_hz;  ///< Discrete rates ascending; or lowest, highest, step.

    /// Some platforms count a range as one entry, or not at all: its three values have come nevertheless.
    static constexpr std::uint32_t count_of_range(std::uint32_t word, std::uint32_t entries, std::size_t bytes_after) {
      const bool one_range = format.test(word) && entries < 3 && remaining.get(word) == 0;
      return one_range && bytes_after >= 24 ? 3 : entries;
    }

    template <class Self, class V>
    static constexpr void fields(Self& m, V& v) {
      v.count("num_rates_flags", m.num_rates_flags, num_rates_flags_bits, count, m.rates_hz, count_of_range);
      v.list({"rates", Unit::hertz}, m.rates_hz);
    }
    bool operator==(const Reply&) const = default;
  };

  template <class Self, class V>
  static constexpr void fields(Self& m, V& v) {
    v.u32("clock_id", m.clock_id);
    v.u32(Field("rate_index").omittable(), m.rate_index);
  }
  bool operator==(const DescribeRates&) const = default;
};

/// DEN0056 CLOCK_RATE_SET, with the delayed response CLOCK_RATE_SET_COMPLETE.
struct RateSet {
  static constexpr MessageInfo info{protocol::clock, MessageId(0x5), "clock.rate_set"};
  using Reply = Empty;
  static constexpr BitField async = bit("async", 0);
  static constexpr BitField no_delayed_response = bit("no_delayed_response", 1);  ///< Means something with async only.
  static constexpr BitField round_up = bit("round_up", 2);                        ///< Clear: down.
  static constexpr BitField round_closest = bit("round_closest", 3);              ///< Overrules round_up.
  static constexpr std::array<BitField, 4> flags_bits{async, no_delayed_response, round_up, round_closest};

  std::uint32_t flags = 0;
  ClockId clock_id{};
  std::uint64_t rate_hz = 0;

  struct Complete {
    ClockId clock_id{};
    std::uint64_t rate_hz = 0;  ///< As really set.

    template <class Self, class V>
    static constexpr void fields(Self& m, V& v) {
      v.u32("clock_id", m.clock_id);
      v.u64({"rate", Unit::hertz}, m.rate_hz);
    }
    bool operator==(const Complete&) const = default;
  };

  template <class Self, class V>
  static constexpr void fields(Self& m, V& v) {
    v.word(Field("flags").omittable(), m.flags, flags_bits);
    v.u32("clock_id", m.clock_id);
    v.u64({"rate", Unit::hertz}, m.rate_hz);
  }
  bool operator==(const RateSet&) const = default;
};

/// DEN0056 CLOCK_RATE_GET.
struct RateGet {
  static constexpr MessageInfo info{protocol::clock, MessageId(0x6), "clock.rate_get"};

  ClockId clock_id{};

  struct Reply {
    std::uint64_t rate_hz = 0;

    template <class Self, class V>
    static constexpr void fields(Self& m, V& v) {
      v.u64({"rate", Unit::hertz}, m.rate_hz);
    }
    bool operator==(const Reply&) const = default;
  };

  template <class Self, class V>
  static constexpr void fields(Self& m, V& v) {
    v.u32("clock_id", m.clock_id);
  }
  bool operator==(const RateGet&) const = default;
};

/// DEN0056 CLOCK_CONFIG_SET. Before 2.1 only the lowest bit of `attributes` exists, and no value.
struct ConfigSet {
  static constexpr MessageInfo info{protocol::clock, MessageId(0x7), "clock.config_set"};
  using Reply = Empty;
  static constexpr std::uint32_t disable = 0;
  static constexpr std::uint32_t enable = 1;
  static constexpr std::uint32_t keep_state = 3;  ///< Only together with an extended configuration.
  static constexpr std::array<NamedValue, 3> state_names{NamedValue{disable, "disable"}, NamedValue{enable, "enable"},
                                                         NamedValue{keep_state, "keep"}};
  static constexpr BitField enable_bit = bits("state", 0, 0, version_1_0, Unit::none, state_names);
  static constexpr std::array<BitField, 1> attributes_bits_1_0{enable_bit};
  static constexpr BitField state = bits("state", 1, 0, version_2_1, Unit::none, state_names);
  static constexpr BitField extended_config_type =
      bits("extended_config_type", 23, 16, version_2_1, Unit::none, extended_config_names);
  static constexpr std::array<BitField, 2> attributes_bits{state, extended_config_type};

  ClockId clock_id{};
  std::uint32_t attributes = 0;
  std::uint32_t extended_config_val = 0;

  template <class Self, class V>
  static constexpr void fields(Self& m, V& v) {
    v.u32("clock_id", m.clock_id);
    if (v.version() < version_2_1) {
      v.word("attributes", m.attributes, attributes_bits_1_0);
      return;
    }
    v.word("attributes", m.attributes, attributes_bits);
    // The two-word form of older agents is understood as long as there is no extended configuration to give.
    v.tail_u32("extended_config_val", m.extended_config_val, !extended_config_type.test(m.attributes));
  }
  bool operator==(const ConfigSet&) const = default;
};

/// DEN0056 CLOCK_NAME_GET.
struct NameGet {
  static constexpr MessageInfo info{protocol::clock, MessageId(0x8), "clock.name_get", version_2_0};
  using Reply = NameReply;

  ClockId clock_id{};

  template <class Self, class V>
  static constexpr void fields(Self& m, V& v) {
    v.u32("clock_id", m.clock_id);
  }
  bool operator==(const NameGet&) const = default;
};

/// DEN0056 CLOCK_RATE_NOTIFY, optional.
struct RateNotify {
  static constexpr MessageInfo info{protocol::clock, MessageId(0x9), "clock.rate_notify", version_2_0};
  using Reply = Empty;

  ClockId clock_id{};
  std::uint32_t notify_enable = 0;

  template <class Self, class V>
  static constexpr void fields(Self& m, V& v) {
    v.u32("clock_id", m.clock_id);
    v.word("notify_enable", m.notify_enable, notify_enable_bits);
  }
  bool operator==(const RateNotify&) const = default;
};

/// DEN0056 CLOCK_RATE_CHANGE_REQUESTED_NOTIFY, optional.
struct RateChangeRequestedNotify {
  static constexpr MessageInfo info{protocol::clock, MessageId(0xA), "clock.rate_change_requested_notify", version_2_0};
  using Reply = Empty;

  ClockId clock_id{};
  std::uint32_t notify_enable = 0;

  template <class Self, class V>
  static constexpr void fields(Self& m, V& v) {
    v.u32("clock_id", m.clock_id);
    v.word("notify_enable", m.notify_enable, notify_enable_bits);
  }
  bool operator==(const RateChangeRequestedNotify&) const = default;
};

/// DEN0056 CLOCK_CONFIG_GET. The type sits in other bits than in CONFIG_SET.
struct ConfigGet {
  static constexpr MessageInfo info{protocol::clock, MessageId(0xB), "clock.config_get", version_2_1};
  static constexpr BitField extended_config_type =
      bits("extended_config_type", 7, 0, version_2_1, Unit::none, extended_config_names);
  static constexpr std::array<BitField, 1> flags_bits{extended_config_type};

  ClockId clock_id{};
  std::uint32_t flags = 0;

  struct Reply {
    static constexpr BitField enabled = bit("enabled", 0);
    static constexpr std::array<BitField, 1> config_bits{enabled};

    std::uint32_t attributes = 0;  ///< Reserved.
    std::uint32_t config = 0;
    std::uint32_t extended_config_val = 0;

    template <class Self, class V>
    static constexpr void fields(Self& m, V& v) {
      v.word(Field("attributes").omittable(), m.attributes, {});
      v.word("config", m.config, config_bits);
      v.u32("extended_config_val", m.extended_config_val);
    }
    bool operator==(const Reply&) const = default;
  };

  template <class Self, class V>
  static constexpr void fields(Self& m, V& v) {
    v.u32("clock_id", m.clock_id);
    v.word(Field("flags").omittable(), m.flags, flags_bits);
  }
  bool operator==(const ConfigGet&) const = default;
};

/// DEN0056 CLOCK_POSSIBLE_PARENTS_GET, multi-part.
struct PossibleParentsGet {
  static constexpr MessageInfo info{protocol::clock, MessageId(0xC), "clock.possible_parents_get", version_3_0};

  ClockId clock_id{};
  std::uint32_t skip_parents = 0;

  struct Reply {
    static constexpr BitField count = bits("num_parents", 7, 0);
    static constexpr BitField remaining = bits("remaining", 31, 24);
    static constexpr std::array<BitField, 2> num_parents_flags_bits{count, remaining};

    std::uint32_t num_parents_flags = 0;  ///< Without the count: that is the size of `parents`.
    std::vector<ClockId> parents;

    template <class Self, class V>
    static constexpr void fields(Self& m, V& v) {
      v.count("num_parents_flags", m.num_parents_flags, num_parents_flags_bits, count, m.parents);
      v.list("parents", m.parents);
    }
    bool operator==(const Reply&) const = default;
  };

  template <class Self, class V>
  static constexpr void fields(Self& m, V& v) {
    v.u32("clock_id", m.clock_id);
    v.u32(Field("skip_parents").omittable(), m.skip_parents);
  }
  bool operator==(const PossibleParentsGet&) const = default;
};

/// DEN0056 CLOCK_PARENT_SET. The parent is named by its clock id.
struct ParentSet {
  static constexpr MessageInfo info{protocol::clock, MessageId(0xD), "clock.parent_set", version_3_0};
  using Reply = Empty;

  ClockId clock_id{};
  ClockId parent_id{};

  template <class Self, class V>
  static constexpr void fields(Self& m, V& v) {
    v.u32("clock_id", m.clock_id);
    v.u32("parent_id", m.parent_id);
  }
  bool operator==(const ParentSet&) const = default;
};

/// DEN0056 CLOCK_PARENT_GET.
struct ParentGet {
  static constexpr MessageInfo info{protocol::clock, MessageId(0xE), "clock.parent_get", version_3_0};

  ClockId clock_id{};

  struct Reply {
    ClockId parent_id{};

    template <class Self, class V>
    static constexpr void fields(Self& m, V& v) {
      v.u32("parent_id", m.parent_id);
    }
    bool operator==(const Reply&) const = default;
  };

  template <class Self, class V>
  static constexpr void fields(Self& m, V& v) {
    v.u32("clock_id", m.clock_id);
  }
  bool operator==(const ParentGet&) const = default;
};

/// DEN0056 CLOCK_GET_PERMISSIONS. A set bit allows the caller to change.
struct GetPermissions {
  static constexpr MessageInfo info{protocol::clock, MessageId(0xF), "clock.get_permissions", version_3_0};

  ClockId clock_id{};

  struct Reply {
    static constexpr BitField state_control = bit("state_control", 31);
    static constexpr BitField parent_control = bit("parent_control", 30);
    static constexpr BitField rate_control = bit("rate_control", 29);
    static constexpr std::array<BitField, 3> permissions_bits{state_control, parent_control, rate_control};

    std::uint32_t permissions = 0;

    template <class Self, class V>
    static constexpr void fields(Self& m, V& v) {
      v.word("permissions", m.permissions, permissions_bits);
    }
    bool operator==(const Reply&) const = default;
  };

  template <class Self, class V>
  static constexpr void fields(Self& m, V& v) {
    v.u32("clock_id", m.clock_id);
  }
  bool operator==(const GetPermissions&) const = default;
};

/// DEN0056 CLOCK_RATE_CHANGED: the clock runs at that rate now.
struct RateChanged {
  static constexpr MessageInfo info{protocol::clock, MessageId(0x0), "clock.rate_changed", version_2_0,
                                    MessageType::notification};

  AgentId agent_id{};
  ClockId clock_id{};
  std::uint64_t rate_hz = 0;

  template <class Self, class V>
  static constexpr void fields(Self& m, V& v) {
    v.u32("agent_id", m.agent_id);
    v.u32("clock_id", m.clock_id);
    v.u64({"rate", Unit::hertz}, m.rate_hz);
  }
  bool operator==(const RateChanged&) const = default;
};

/// DEN0056 CLOCK_RATE_CHANGE_REQUESTED: another agent asked for that rate.
struct RateChangeRequested {
  static constexpr MessageInfo info{protocol::clock, MessageId(0x1), "clock.rate_change_requested", version_2_0,
                                    MessageType::notification};

  AgentId agent_id{};
  ClockId clock_id{};
  std::uint64_t rate_hz = 0;

  template <class Self, class V>
  static constexpr void fields(Self& m, V& v) {
    v.u32("agent_id", m.agent_id);
    v.u32("clock_id", m.clock_id);
    v.u64({"rate", Unit::hertz}, m.rate_hz);
  }
  bool operator==(const RateChangeRequested&) const = default;
};

}  // namespace scmi::clock_protocol
