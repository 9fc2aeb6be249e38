// SPDX-License-Identifier: Apache-2.0
//
// Messages of the voltage domain protocol (DEN0056 protocol 0x17). Voltages are signed, in microvolts.
#pragma once

#include <vector>

#include "scmi/common_messages.hpp"
#include "scmi/fields.hpp"

namespace scmi::voltage_protocol {

inline constexpr Version version_1_0{0x10000};
inline constexpr Version version_2_0{0x20000};
inline constexpr Version version_2_1{0x20001};
/// The newest version we know.
inline constexpr Version newest = version_2_1;

/// DEN0056 PROTOCOL_ATTRIBUTES of the voltage domain protocol.
struct ProtocolAttributes {
  static constexpr MessageInfo info{protocol::voltage, MessageId(0x1), "voltage.protocol_attributes"};

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

/// DEN0056 VOLTAGE_DOMAIN_ATTRIBUTES.
struct DomainAttributes {
  static constexpr MessageInfo info{protocol::voltage, MessageId(0x3), "voltage.domain_attributes"};

  DomainId domain_id{};

  struct Reply {
    static constexpr BitField async_level_set = bit("async_level_set", 31, version_2_0);
    static constexpr BitField extended_name = bit("extended_name", 30, version_2_0);
    static constexpr std::array<BitField, 2> attributes_bits{async_level_set, extended_name};

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

/// DEN0056 VOLTAGE_DESCRIBE_LEVELS, multi-part for lists.
struct DescribeLevels {
  static constexpr MessageInfo info{protocol::voltage, MessageId(0x4), "voltage.describe_levels"};

  DomainId domain_id{};
  std::uint32_t level_index = 0;

  struct Reply {
    static constexpr std::array<NamedValue, 2> format_names{NamedValue{0, "list"}, NamedValue{1, "triplet"}};
    static constexpr BitField count = bits("num_levels", 11, 0);
    static constexpr BitField format = bits("format", 12, 12, version_1_0, Unit::none, format_names);
    static constexpr BitField remaining = bits("remaining", 31, 16);
    static constexpr std::array<BitField, 3> flags_bits{count, format, remaining};

    std::uint32_t flags = 0;              ///< Without the count: that is the size of `levels_uv`.
    std::vector<std::int32_t> levels_uv;  ///< A list, ascending; or lowest, highest, step.

    template <class Self, class V>
    static constexpr void fields(Self& m, V& v) {
      v.count("flags", m.flags, flags_bits, count, m.levels_uv);
      v.list({"levels", Unit::microvolts}, m.levels_uv);
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

/// The word of VOLTAGE_CONFIG_SET and VOLTAGE_CONFIG_GET: a mode. 8 to 15 are the implementation's own.
inline constexpr std::uint32_t mode_off = 0;
inline constexpr std::uint32_t mode_on = 7;
inline constexpr std::uint32_t implementation_defined = 8;
inline constexpr std::array<NamedValue, 2> mode_names{NamedValue{mode_off, "OFF"}, NamedValue{mode_on, "ON"}};
inline constexpr BitField config_mode = bits("mode", 3, 0, version_1_0, Unit::none, mode_names);
inline constexpr std::array<BitField, 1> config_bits{config_mode};

/// DEN0056 VOLTAGE_CONFIG_SET.
struct ConfigSet {
  static constexpr MessageInfo info{protocol::voltage, MessageId(0x5), "voltage.config_set"};
  using Reply = Empty;

  DomainId domain_id{};
  std::uint32_t config = 0;

  template <class Self, class V>
  static constexpr void fields(Self& m, V& v) {
    v.u32("domain_id", m.domain_id);
    v.word("config", m.config, config_bits);
  }
  bool operator==(const ConfigSet&) const = default;
};

/// DEN0056 VOLTAGE_CONFIG_GET.
struct ConfigGet {
  static constexpr MessageInfo info{protocol::voltage, MessageId(0x6), "voltage.config_get"};

  DomainId domain_id{};

  struct Reply {
    std::uint32_t config = 0;

    template <class Self, class V>
    static constexpr void fields(Self& m, V& v) {
      v.word("config", m.config, config_bits);
    }
    bool operator==(const Reply&) const = default;
  };

  template <class Self, class V>
  static constexpr void fields(Self& m, V& v) {
    v.u32("domain_id", m.domain_id);
  }
  bool operator==(const ConfigGet&) const = default;
};

/// DEN0056 VOLTAGE_LEVEL_SET, with the delayed response VOLTAGE_LEVEL_SET_COMPLETE.
struct LevelSet {
  static constexpr MessageInfo info{protocol::voltage, MessageId(0x7), "voltage.level_set"};
  using Reply = Empty;
  static constexpr BitField async = bit("async", 0, version_2_0);
  static constexpr std::array<BitField, 1> flags_bits{async};

  DomainId domain_id{};
  std::uint32_t flags = 0;
  std::int32_t voltage_level_uv = 0;

  struct Complete {
    DomainId domain_id{};
    std::int32_t voltage_level_uv = 0;  ///< As really set.

    template <class Self, class V>
    static constexpr void fields(Self& m, V& v) {
      v.u32("domain_id", m.domain_id);
      v.u32({"voltage_level", Unit::microvolts}, m.voltage_level_uv);
    }
    bool operator==(const Complete&) const = default;
  };

  template <class Self, class V>
  static constexpr void fields(Self& m, V& v) {
    v.u32("domain_id", m.domain_id);
    v.word(Field("flags").omittable(), m.flags, flags_bits);
    v.u32({"voltage_level", Unit::microvolts}, m.voltage_level_uv);
  }
  bool operator==(const LevelSet&) const = default;
};

/// DEN0056 VOLTAGE_LEVEL_GET.
struct LevelGet {
  static constexpr MessageInfo info{protocol::voltage, MessageId(0x8), "voltage.level_get"};

  DomainId domain_id{};

  struct Reply {
    std::int32_t voltage_level_uv = 0;

    template <class Self, class V>
    static constexpr void fields(Self& m, V& v) {
      v.u32({"voltage_level", Unit::microvolts}, m.voltage_level_uv);
    }
    bool operator==(const Reply&) const = default;
  };

  template <class Self, class V>
  static constexpr void fields(Self& m, V& v) {
    v.u32("domain_id", m.domain_id);
  }
  bool operator==(const LevelGet&) const = default;
};

/// DEN0056 VOLTAGE_DOMAIN_NAME_GET.
struct DomainNameGet {
  static constexpr MessageInfo info{protocol::voltage, MessageId(0x9), "voltage.domain_name_get", version_2_0};
  using Reply = NameReply;

  DomainId domain_id{};

  template <class Self, class V>
  static constexpr void fields(Self& m, V& v) {
    v.u32("domain_id", m.domain_id);
  }
  bool operator==(const DomainNameGet&) const = default;
};

}  // namespace scmi::voltage_protocol
