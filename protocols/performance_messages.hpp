// SPDX-License-Identifier: Apache-2.0
//
// Messages of the performance domain protocol (DEN0056 protocol 0x13). Where a domain is in level indexing mode,
// every `level` and `range` below carries a level's index instead of its value.
#pragma once

#include <vector>

#include "protocols/fastchannel_messages.hpp"
#include "scmi/common_messages.hpp"
#include "scmi/fields.hpp"

namespace scmi::performance_protocol {

inline constexpr Version version_1_0{0x10000};
inline constexpr Version version_2_0{0x20000};
inline constexpr Version version_3_0{0x30000};
inline constexpr Version version_4_0{0x40000};
/// The newest version we know.
inline constexpr Version newest = version_4_0;

/// DEN0056 PROTOCOL_ATTRIBUTES of the performance protocol.
struct ProtocolAttributes {
  static constexpr MessageInfo info{protocol::performance, MessageId(0x1), "perf.protocol_attributes"};

  struct Reply {
    static constexpr std::array<NamedValue, 3> power_unit_names{NamedValue{0, "abstract"}, NamedValue{1, "milliwatt"},
                                                                NamedValue{2, "microwatt"}};
    static constexpr BitField num_domains = bits("num_domains", 15, 0);
    /// Microwatt since 3.0; bit 17 is reserved before.
    static constexpr BitField power_unit = bits("power_unit", 17, 16, version_1_0, Unit::none, power_unit_names);
    static constexpr std::array<BitField, 2> attributes_bits{num_domains, power_unit};

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

/// PROTOCOL_MESSAGE_ATTRIBUTES of this protocol: at least one fast channel exists for the command asked about.
inline constexpr BitField has_fastchannel = bit("fastchannel", 0, version_2_0);

/// DEN0056 PERFORMANCE_DOMAIN_ATTRIBUTES.
struct DomainAttributes {
  static constexpr MessageInfo info{protocol::performance, MessageId(0x3), "perf.domain_attributes"};

  DomainId domain_id{};

  struct Reply {
    static constexpr BitField set_limits = bit("set_limits", 31);
    static constexpr BitField set_level = bit("set_level", 30);
    static constexpr BitField limits_notify = bit("limits_notify", 29);
    static constexpr BitField level_notify = bit("level_notify", 28);
    static constexpr BitField fastchannel = bit("fastchannel", 27, version_2_0);
    static constexpr BitField extended_name = bit("extended_name", 26, version_3_0);
    static constexpr BitField level_indexing = bit("level_indexing", 25, version_4_0);
    static constexpr std::array<BitField, 7> attributes_bits{set_limits,  set_level,     limits_notify, level_notify,
                                                             fastchannel, extended_name, level_indexing};
    static constexpr BitField rate_limit_us = bits("rate_limit", 19, 0, version_1_0, Unit::microseconds);
    static constexpr std::array<BitField, 1> rate_limit_bits{rate_limit_us};

    std::uint32_t attributes = 0;
    std::uint32_t rate_limit = 0;
    std::uint32_t sustained_freq_khz = 0;    ///< 0 = unknown.
    std::uint32_t sustained_perf_level = 0;  ///< A level's value, also in level indexing mode.
    ShortName name;

    template <class Self, class V>
    static constexpr void fields(Self& m, V& v) {
      v.word("attributes", m.attributes, attributes_bits);
      v.word("rate_limit", m.rate_limit, rate_limit_bits);
      v.u32({"sustained_freq", Unit::kilohertz}, m.sustained_freq_khz);
      v.u32("sustained_perf_level", m.sustained_perf_level);
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

/// DEN0056 PERFORMANCE_DESCRIBE_LEVELS, multi-part, levels ascending by value.
struct DescribeLevels {
  static constexpr MessageInfo info{protocol::performance, MessageId(0x4), "perf.describe_levels"};

  DomainId domain_id{};
  std::uint32_t level_index = 0;  ///< How many levels to leave out: a position, never an indexing mode's index.

  /// Three words before 4.0, five since, whatever mode the domain is in.
  struct Level {
    static constexpr BitField transition_latency_us =
        bits("transition_latency", 15, 0, version_1_0, Unit::microseconds);
    static constexpr std::array<BitField, 1> attributes_bits{transition_latency_us};

    std::uint32_t performance_level = 0;
    std::uint32_t power_cost = 0;  ///< In the power unit of PROTOCOL_ATTRIBUTES; 0 = not reported.
    std::uint32_t attributes = 0;
    std::uint32_t indicative_freq_khz = 0;  ///< 0 = not reported.
    std::uint32_t level_index = 0;

    template <class Self, class V>
    static constexpr void fields(Self& m, V& v) {
      v.u32("performance_level", m.performance_level);
      v.u32("power_cost", m.power_cost);
      v.word("attributes", m.attributes, attributes_bits);
      if (v.version() >= version_4_0) {
        v.u32({"indicative_freq", Unit::kilohertz}, m.indicative_freq_khz);
        v.u32("level_index", m.level_index);
      }
    }
    bool operator==(const Level&) const = default;
  };

  struct Reply {
    static constexpr BitField count = bits("num_levels", 11, 0);
    static constexpr BitField remaining = bits("remaining", 31, 16);
    static constexpr std::array<BitField, 2> num_levels_bits{count, remaining};

    std::uint32_t num_levels = 0;  ///< Without the count: that is the size of `levels`.
    std::vector<Level> levels;

    template <class Self, class V>
    static constexpr void fields(Self& m, V& v) {
      v.count("num_levels", m.num_levels, num_levels_bits, count, m.levels);
      v.list("levels", m.levels);
    }
    bool operator==(const Reply&) const = default;
  };

  template <class Self, class V>
  static constexpr void fields(Self& m, V& v) {
    v.u32("domain_id", m.domain_id);
    v.u32(Field("level_index").omittable(), m.level_index);
  }
  bool operator==(const DescribeLevels&) const = default;
};

/// DEN0056 PERFORMANCE_LIMITS_SET. Since 3.0 a zero leaves that limit as it is.
struct LimitsSet {
  static constexpr MessageInfo info{protocol::performance, MessageId(0x5), "perf.limits_set"};
  using Reply = Empty;

  DomainId domain_id{};
  std::uint32_t range_max = 0;
  std::uint32_t range_min = 0;

  template <class Self, class V>
  static constexpr void fields(Self& m, V& v) {
    v.u32("domain_id", m.domain_id);
    v.u32("range_max", m.range_max);
    v.u32("range_min", m.range_min);
  }
  bool operator==(const LimitsSet&) const = default;
};

/// DEN0056 PERFORMANCE_LIMITS_GET.
struct LimitsGet {
  static constexpr MessageInfo info{protocol::performance, MessageId(0x6), "perf.limits_get"};

  DomainId domain_id{};

  struct Reply {
    std::uint32_t range_max = 0;
    std::uint32_t range_min = 0;

    template <class Self, class V>
    static constexpr void fields(Self& m, V& v) {
      v.u32("range_max", m.range_max);
      v.u32("range_min", m.range_min);
    }
    bool operator==(const Reply&) const = default;
  };

  template <class Self, class V>
  static constexpr void fields(Self& m, V& v) {
    v.u32("domain_id", m.domain_id);
  }
  bool operator==(const LimitsGet&) const = default;
};

/// DEN0056 PERFORMANCE_LEVEL_SET.
struct LevelSet {
  static constexpr MessageInfo info{protocol::performance, MessageId(0x7), "perf.level_set"};
  using Reply = Empty;

  DomainId domain_id{};
  std::uint32_t performance_level = 0;

  template <class Self, class V>
  static constexpr void fields(Self& m, V& v) {
    v.u32("domain_id", m.domain_id);
    v.u32("performance_level", m.performance_level);
  }
  bool operator==(const LevelSet&) const = default;
};

/// DEN0056 PERFORMANCE_LEVEL_GET.
struct LevelGet {
  static constexpr MessageInfo info{protocol::performance, MessageId(0x8), "perf.level_get"};

  DomainId domain_id{};

  struct Reply {
    std::uint32_t performance_level = 0;

    template <class Self, class V>
    static constexpr void fields(Self& m, V& v) {
      v.u32("performance_level", m.performance_level);
    }
    bool operator==(const Reply&) const = default;
  };

  template <class Self, class V>
  static constexpr void fields(Self& m, V& v) {
    v.u32("domain_id", m.domain_id);
  }
  bool operator==(const LevelGet&) const = default;
};

/// DEN0056 PERFORMANCE_NOTIFY_LIMITS, optional.
struct NotifyLimits {
  static constexpr MessageInfo info{protocol::performance, MessageId(0x9), "perf.notify_limits"};
  using Reply = Empty;

  DomainId domain_id{};
  std::uint32_t notify_enable = 0;

  template <class Self, class V>
  static constexpr void fields(Self& m, V& v) {
    v.u32("domain_id", m.domain_id);
    v.word("notify_enable", m.notify_enable, notify_enable_bits);
  }
  bool operator==(const NotifyLimits&) const = default;
};

/// DEN0056 PERFORMANCE_NOTIFY_LEVEL, optional.
struct NotifyLevel {
  static constexpr MessageInfo info{protocol::performance, MessageId(0xA), "perf.notify_level"};
  using Reply = Empty;

  DomainId domain_id{};
  std::uint32_t notify_enable = 0;

  template <class Self, class V>
  static constexpr void fields(Self& m, V& v) {
    v.u32("domain_id", m.domain_id);
    v.word("notify_enable", m.notify_enable, notify_enable_bits);
  }
  bool operator==(const NotifyLevel&) const = default;
};

/// DEN0056 PERFORMANCE_DESCRIBE_FASTCHANNEL, optional.
struct DescribeFastchannel {
  static constexpr MessageInfo info{protocol::performance, MessageId(0xB), "perf.describe_fastchannel", version_2_0};
  using Reply = FastchannelReply;

  DomainId domain_id{};
  std::uint32_t message_id = 0;  ///< 0x5 to 0x8.

  template <class Self, class V>
  static constexpr void fields(Self& m, V& v) {
    v.u32("domain_id", m.domain_id);
    v.u32({"message_id", Unit::none, Display::hex}, m.message_id);
  }
  bool operator==(const DescribeFastchannel&) const = default;
};

/// DEN0056 PERFORMANCE_DOMAIN_NAME_GET.
struct DomainNameGet {
  static constexpr MessageInfo info{protocol::performance, MessageId(0xC), "perf.domain_name_get", version_3_0};
  using Reply = NameReply;

  DomainId domain_id{};

  template <class Self, class V>
  static constexpr void fields(Self& m, V& v) {
    v.u32("domain_id", m.domain_id);
  }
  bool operator==(const DomainNameGet&) const = default;
};

/// DEN0056 PERFORMANCE_LIMITS_CHANGED.
struct LimitsChanged {
  static constexpr MessageInfo info{protocol::performance, MessageId(0x0), "perf.limits_changed", version_1_0,
                                    MessageType::notification};

  AgentId agent_id{};
  DomainId domain_id{};
  std::uint32_t range_max = 0;
  std::uint32_t range_min = 0;

  template <class Self, class V>
  static constexpr void fields(Self& m, V& v) {
    v.u32("agent_id", m.agent_id);
    v.u32("domain_id", m.domain_id);
    v.u32("range_max", m.range_max);
    v.u32("range_min", m.range_min);
  }
  bool operator==(const LimitsChanged&) const = default;
};

/// DEN0056 PERFORMANCE_LEVEL_CHANGED.
struct LevelChanged {
  static constexpr MessageInfo info{protocol::performance, MessageId(0x1), "perf.level_changed", version_1_0,
                                    MessageType::notification};

  AgentId agent_id{};
  DomainId domain_id{};
  std::uint32_t performance_level = 0;

  template <class Self, class V>
  static constexpr void fields(Self& m, V& v) {
    v.u32("agent_id", m.agent_id);
    v.u32("domain_id", m.domain_id);
    v.u32("performance_level", m.performance_level);
  }
  bool operator==(const LevelChanged&) const = default;
};

}  // namespace scmi::performance_protocol
