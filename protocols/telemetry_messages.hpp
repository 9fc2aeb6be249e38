// SPDX-License-Identifier: Apache-2.0
//
// PROVISIONAL: messages of the system telemetry protocol (DEN0056 protocol 0x1B), which comes with release 4.0 of the
// specification. That release is not final, so these layouts may change with it; all of them are in this file. Earlier
// drafts differ: what they leave out at a reply's end may be left out here, and no more is done for them.
#pragma once

#include <vector>

#include "protocols/sensor_units.hpp"
#include "scmi/common_messages.hpp"
#include "scmi/fields.hpp"
#include "scmi/status.hpp"

namespace scmi {

/// The telemetry data capture format, in shared memory and in messages: lines of 4 or 6 words, {meta, id, data (64
/// bits)} and in extended ones a time stamp (64 bits). A region, offsets in bytes:
///
///   0 signature   4 sequence (odd: being changed)   8 length of the lines / 8   12 revision   16 lines
///   size-8 sequence again   size-4 signature
namespace tdcf {
inline constexpr std::uint32_t begin_signature = 0x5442'474E;
inline constexpr std::uint32_t end_signature = 0x5445'4E44;
inline constexpr std::uint32_t head_size = 16;
inline constexpr std::uint32_t tail_size = 8;
inline constexpr std::uint32_t revision = 1;

/// Of a line's first word.
inline constexpr BitField invalid = bit("invalid", 0);
inline constexpr BitField has_timestamp = bit("timestamp", 1);
inline constexpr BitField extended = bit("extended", 2);
inline constexpr BitField uses_block = bit("uses_block_timestamp", 3);
inline constexpr BitField type = bits("type", 7, 4);
inline constexpr std::uint32_t type_data = 0;
inline constexpr std::uint32_t type_block_timestamp = 1;
inline constexpr std::uint32_t type_uuid = 2;

inline constexpr std::size_t line_words = 4;
inline constexpr std::size_t extended_line_words = 6;
}  // namespace tdcf

namespace telemetry_protocol {

inline constexpr Version version_1_0{0x10000};
/// The newest version we know.
inline constexpr Version newest = version_1_0;

/// Group of a data event that has none.
inline constexpr std::uint32_t no_group = 0xFFFF'FFFF;
/// Where a data event's line is, when it has none.
inline constexpr std::uint32_t no_shmti = 0xFFFF'FFFF;

/// Which data events a command is about.
inline constexpr std::uint32_t select_ungrouped = 0;  ///< Those without a group.
inline constexpr std::uint32_t select_group = 1;
inline constexpr std::uint32_t select_all = 2;
inline constexpr std::array<NamedValue, 3> selector_names{
    NamedValue{select_ungrouped, "ungrouped"}, NamedValue{select_group, "group"}, NamedValue{select_all, "all"}};

/// Whether a data event is enabled.
inline constexpr std::uint32_t mode_off = 0;
inline constexpr std::uint32_t mode_on = 1;          ///< Without time stamp.
inline constexpr std::uint32_t mode_timestamps = 2;  ///< With time stamp.
inline constexpr std::array<NamedValue, 3> mode_names{NamedValue{mode_off, "off"}, NamedValue{mode_on, "on"},
                                                      NamedValue{mode_timestamps, "timestamps"}};

/// How data events are collected.
inline constexpr std::uint32_t collect_on_demand = 0;    ///< From shared memory.
inline constexpr std::uint32_t collect_notify = 1;       ///< TELEMETRY_UPDATE.
inline constexpr std::uint32_t collect_single_read = 2;  ///< Once, with TELEMETRY_READING_COMPLETE.
inline constexpr std::array<NamedValue, 3> collect_names{NamedValue{collect_on_demand, "on_demand"},
                                                         NamedValue{collect_notify, "notify"},
                                                         NamedValue{collect_single_read, "single_read"}};

/// PROTOCOL_ATTRIBUTES of the telemetry protocol.
struct ProtocolAttributes {
  static constexpr MessageInfo info{protocol::telemetry, MessageId(0x1), "telemetry.protocol_attributes"};

  struct Reply {
    static constexpr BitField single_read = bit("single_read", 31);
    static constexpr BitField continuous_update = bit("continuous_update", 30);
    static constexpr BitField per_group = bit("per_group", 18);
    static constexpr BitField reset = bit("reset", 17);
    static constexpr BitField fast_channels = bit("fast_channels", 16);
    static constexpr BitField num_shmti = bits("num_shmti", 15, 0);
    static constexpr std::array<BitField, 6> attributes_bits{single_read, continuous_update, per_group,
                                                             reset,       fast_channels,     num_shmti};

    std::uint32_t num_de = 0;
    std::uint32_t num_groups = 0;
    // The UUID of the set of data events; its first byte is the highest one of the first word.
    std::uint32_t de_implementation_revision_0 = 0;
    std::uint32_t de_implementation_revision_1 = 0;
    std::uint32_t de_implementation_revision_2 = 0;
    std::uint32_t de_implementation_revision_3 = 0;
    std::uint32_t attributes = 0;
    std::uint32_t default_blk_ts_rate = 0;  ///< Earlier drafts end before it.

    template <class Self, class V>
    static constexpr void fields(Self& m, V& v) {
      v.u32("num_de", m.num_de);
      v.u32("num_groups", m.num_groups);
      v.u32({"de_implementation_revision_0", Unit::none, Display::hex}, m.de_implementation_revision_0);
      v.u32({"de_implementation_revision_1", Unit::none, Display::hex}, m.de_implementation_revision_1);
      v.u32({"de_implementation_revision_2", Unit::none, Display::hex}, m.de_implementation_revision_2);
      v.u32({"de_implementation_revision_3", Unit::none, Display::hex}, m.de_implementation_revision_3);
      v.word("attributes", m.attributes, attributes_bits);
      v.tail_u32("default_blk_ts_rate", m.default_blk_ts_rate, true);
    }
    bool operator==(const Reply&) const = default;
  };

  template <class Self, class V>
  static constexpr void fields(Self&, V&) {}
  bool operator==(const ProtocolAttributes&) const = default;
};

/// TELEMETRY_LIST_SHMTI, multi-part: the memory regions in which the platform keeps data.
struct ListShmti {
  static constexpr MessageInfo info{protocol::telemetry, MessageId(0x3), "telemetry.list_shmti"};

  std::uint32_t index = 0;

  struct Descriptor {
    std::uint32_t shmti_id = 0;  ///< The position in the list.
    std::uint64_t address = 0;   ///< Physical.
    std::uint32_t length_bytes = 0;
    std::uint32_t flags = 0;

    template <class Self, class V>
    static constexpr void fields(Self& m, V& v) {
      v.u32("shmti_id", m.shmti_id);
      v.u64({"address", Unit::none, Display::hex}, m.address);
      v.u32({"length", Unit::bytes}, m.length_bytes);
      v.u32({"flags", Unit::none, Display::hex}, m.flags);
    }
    bool operator==(const Descriptor&) const = default;
  };

  struct Reply {
    static constexpr BitField count = bits("num_shmti", 15, 0);
    static constexpr BitField remaining = bits("remaining", 31, 16);
    static constexpr std::array<BitField, 2> flags_bits{count, remaining};

    std::uint32_t flags = 0;  ///< Without the count: that is the size of `descriptors`.
    std::vector<Descriptor> descriptors;

    template <class Self, class V>
    static constexpr void fields(Self& m, V& v) {
      v.count("flags", m.flags, flags_bits, count, m.descriptors);
      v.list("descriptors", m.descriptors);
    }
    bool operator==(const Reply&) const = default;
  };

  template <class Self, class V>
  static constexpr void fields(Self& m, V& v) {
    v.u32(Field("index").omittable(), m.index);
  }
  bool operator==(const ListShmti&) const = default;
};

/// TELEMETRY_DE_DESCRIPTION, multi-part.
struct DeDescription {
  static constexpr MessageInfo info{protocol::telemetry, MessageId(0x4), "telemetry.de_description"};

  std::uint32_t index = 0;  ///< Counts data events, not ids.

  /// 24 bytes, and what `attributes_1` says behind them.
  struct Descriptor {
    static constexpr std::uint32_t timestamp_none = 0;
    static constexpr std::uint32_t timestamp_line = 1;
    static constexpr std::uint32_t timestamp_block = 2;
    static constexpr std::array<NamedValue, 3> timestamp_names{
        NamedValue{timestamp_none, "none"}, NamedValue{timestamp_line, "line"}, NamedValue{timestamp_block, "block"}};
    static constexpr BitField has_name = bit("name_present", 31);
    static constexpr BitField has_fast_channel = bit("fast_channel", 30);
    static constexpr BitField type = bits("type", 29, 22);
    static constexpr BitField persistent = bit("persistent", 21);
    static constexpr BitField exponent = signed_bits("exponent", 20, 13);
    static constexpr BitField unit = bits("unit", 12, 5, version_1_0, Unit::none, sensor_protocol::type_names);
    static constexpr BitField timestamps = bits("timestamps", 1, 0, version_1_0, Unit::none, timestamp_names);
    static constexpr std::array<BitField, 7> attributes_1_bits{has_name, has_fast_channel, type, persistent, exponent,
                                                               unit,     timestamps};
    static constexpr BitField instance = bits("instance", 31, 24);
    static constexpr BitField component_instance = bits("component_instance", 23, 8);
    static constexpr BitField component_type = bits("component_type", 7, 0);
    static constexpr std::array<BitField, 3> attributes_2_bits{instance, component_instance, component_type};

    DataEventId de_id{};
    std::uint32_t group_id = no_group;
    std::uint32_t data_size_bytes = 0;
    std::uint32_t attributes_1 = 0;
    std::uint32_t attributes_2 = 0;
    std::uint32_t attributes_3 = 0;
    std::uint32_t ts_rate = 0;                 ///< With time stamps in its line.
    std::uint64_t fast_channel_address = 0;    ///< Physical; this and the next with `has_fast_channel`.
    std::uint32_t fast_channel_len_bytes = 0;  ///< 8, or 16 with a time stamp.
    ShortName name;                            ///< With `has_name`.

    template <class Self, class V>
    static constexpr void fields(Self& m, V& v) {
      v.u32({"de_id", Unit::none, Display::hex}, m.de_id);
      v.u32({"group_id", Unit::none, Display::hex}, m.group_id);
      v.u32({"data_size", Unit::bytes}, m.data_size_bytes);
      v.word("attributes_1", m.attributes_1, attributes_1_bits);
      v.word("attributes_2", m.attributes_2, attributes_2_bits);
      v.u32({"attributes_3", Unit::none, Display::hex}, m.attributes_3);
      if (timestamps.get(m.attributes_1) == timestamp_line) v.u32("ts_rate", m.ts_rate);
      if (has_fast_channel.test(m.attributes_1)) {
        v.u64({"fast_channel_address", Unit::none, Display::hex}, m.fast_channel_address);
        v.u32({"fast_channel_len", Unit::bytes}, m.fast_channel_len_bytes);
      }
      if (has_name.test(m.attributes_1)) v.text("name", m.name);
    }
    bool operator==(const Descriptor&) const = default;
  };

  struct Reply {
    static constexpr BitField count = bits("num_desc", 15, 0);
    static constexpr BitField remaining = bits("remaining", 31, 16);
    static constexpr std::array<BitField, 2> flags_bits{count, remaining};

    std::uint32_t flags = 0;  ///< Without the count: that is the size of `descriptors`.
    std::vector<Descriptor> descriptors;

    template <class Self, class V>
    static constexpr void fields(Self& m, V& v) {
      v.count("flags", m.flags, flags_bits, count, m.descriptors);
      v.list("descriptors", m.descriptors);
    }
    bool operator==(const Reply&) const = default;
  };

  template <class Self, class V>
  static constexpr void fields(Self& m, V& v) {
    v.u32(Field("index").omittable(), m.index);
  }
  bool operator==(const DeDescription&) const = default;
};

/// TELEMETRY_LIST_UPDATE_INTERVALS, multi-part for lists.
struct ListUpdateIntervals {
  static constexpr MessageInfo info{protocol::telemetry, MessageId(0x5), "telemetry.list_update_intervals"};
  static constexpr BitField selector = bits("selector", 3, 0, version_1_0, Unit::none, selector_names);
  static constexpr std::array<BitField, 1> flags_bits{selector};

  std::uint32_t index = 0;
  std::uint32_t group_id = no_group;
  std::uint32_t flags = 0;

  struct Reply {
    static constexpr std::array<NamedValue, 2> format_names{NamedValue{0, "discrete"}, NamedValue{1, "range"}};
    static constexpr BitField count = bits("num_intervals", 11, 0);
    static constexpr BitField format = bits("format", 12, 12, version_1_0, Unit::none, format_names);
    static constexpr BitField remaining = bits("remaining", 31, 16);
    static constexpr std::array<BitField, 3> flags_bits{count, format, remaining};

    std::uint32_t flags = 0;               ///< Without the count: that is the size of `intervals`.
    std::vector<std::uint32_t> intervals;  ///< SensorInterval::word(), ascending; or lowest, highest, step.

    template <class Self, class V>
    static constexpr void fields(Self& m, V& v) {
      v.count("flags", m.flags, flags_bits, count, m.intervals);
      v.list({"intervals", Unit::none, Display::hex}, m.intervals);
    }
    bool operator==(const Reply&) const = default;
  };

  template <class Self, class V>
  static constexpr void fields(Self& m, V& v) {
    v.u32("index", m.index);
    v.u32({"group_id", Unit::none, Display::hex}, m.group_id);
    v.word("flags", m.flags, flags_bits);
  }
  bool operator==(const ListUpdateIntervals&) const = default;
};

/// TELEMETRY_DE_CONFIGURE: enables and disables a data event, a group, or everything.
struct DeConfigure {
  static constexpr MessageInfo info{protocol::telemetry, MessageId(0x6), "telemetry.de_configure"};
  static constexpr BitField group = bit("group", 3);
  static constexpr BitField disable_all = bit("disable_all", 2);
  static constexpr BitField mode = bits("mode", 1, 0, version_1_0, Unit::none, mode_names);
  static constexpr std::array<BitField, 3> flags_bits{group, disable_all, mode};

  std::uint32_t id = 0;  ///< Of the data event, or of the group.
  std::uint32_t flags = 0;

  struct Reply {
    std::uint32_t shmti_id = no_shmti;
    std::uint32_t shmti_de_offset = 0;  ///< Of the line, from the region's start.
    std::uint32_t blk_ts_offset = 0;    ///< Of the block time stamp's line; 0 = none. Earlier drafts end before it.

    template <class Self, class V>
    static constexpr void fields(Self& m, V& v) {
      v.u32({"shmti_id", Unit::none, Display::hex}, m.shmti_id);
      v.u32("shmti_de_offset", m.shmti_de_offset);
      v.tail_u32("blk_ts_offset", m.blk_ts_offset, true);
    }
    bool operator==(const Reply&) const = default;
  };

  template <class Self, class V>
  static constexpr void fields(Self& m, V& v) {
    v.u32({"id", Unit::none, Display::hex}, m.id);
    v.word("flags", m.flags, flags_bits);
  }
  bool operator==(const DeConfigure&) const = default;
};

/// TELEMETRY_DE_ENABLED_LIST, multi-part.
struct DeEnabledList {
  static constexpr MessageInfo info{protocol::telemetry, MessageId(0x7), "telemetry.de_enabled_list"};
  static constexpr BitField groups = bit("groups", 0);
  static constexpr std::array<BitField, 1> flags_bits{groups};

  std::uint32_t index = 0;
  std::uint32_t flags = 0;

  struct Enabled {
    std::uint32_t id = 0;
    std::uint32_t mode = mode_on;

    template <class Self, class V>
    static constexpr void fields(Self& m, V& v) {
      v.u32({"id", Unit::none, Display::hex}, m.id);
      v.u32({"mode", Unit::none, Display::decimal, mode_names}, m.mode);
    }
    bool operator==(const Enabled&) const = default;
  };

  struct Reply {
    static constexpr BitField count = bits("num_enabled", 15, 0);
    static constexpr BitField remaining = bits("remaining", 31, 16);
    static constexpr std::array<BitField, 2> flags_bits{count, remaining};

    std::uint32_t flags = 0;  ///< Without the count: that is the size of `entries`.
    std::vector<Enabled> entries;

    template <class Self, class V>
    static constexpr void fields(Self& m, V& v) {
      v.count("flags", m.flags, flags_bits, count, m.entries);
      v.list("entries", m.entries);
    }
    bool operator==(const Reply&) const = default;
  };

  template <class Self, class V>
  static constexpr void fields(Self& m, V& v) {
    v.u32("index", m.index);
    v.word(Field("flags").omittable(), m.flags, flags_bits);
  }
  bool operator==(const DeEnabledList&) const = default;
};

/// The word that says whether and how data is collected.
namespace control {
inline constexpr BitField selector = bits("selector", 8, 5, version_1_0, Unit::none, selector_names);
inline constexpr BitField mode = bits("mode", 4, 1, version_1_0, Unit::none, collect_names);
inline constexpr BitField enable = bit("enable", 0);
inline constexpr std::array<BitField, 3> all_bits{selector, mode, enable};
}  // namespace control

/// TELEMETRY_CONFIG_SET, with the delayed response TELEMETRY_READING_COMPLETE to a single read.
struct ConfigSet {
  static constexpr MessageInfo info{protocol::telemetry, MessageId(0x8), "telemetry.config_set"};
  using Reply = Empty;

  std::uint32_t group_id = no_group;
  std::uint32_t control = 0;
  std::uint32_t sampling_rate = 0;  ///< SensorInterval::word(); 0 for single reads.

  struct Complete {
    std::vector<std::uint32_t> lines;  ///< As in shared memory, without its head and end.

    /// Only part of the data could be read; it comes all the same.
    [[nodiscard]] static constexpr bool fields_follow(Status status) noexcept {
      return status == Status::success || status == Status::partial_error;
    }
    template <class Self, class V>
    static constexpr void fields(Self& m, V& v) {
      v.count("num_dwords", m.lines);
      v.list({"lines", Unit::none, Display::hex}, m.lines);
    }
    bool operator==(const Complete&) const = default;
  };

  template <class Self, class V>
  static constexpr void fields(Self& m, V& v) {
    v.u32({"group_id", Unit::none, Display::hex}, m.group_id);
    v.word("control", m.control, control::all_bits);
    v.u32({"sampling_rate", Unit::none, Display::hex}, m.sampling_rate);
  }
  bool operator==(const ConfigSet&) const = default;
};

/// TELEMETRY_CONFIG_GET.
struct ConfigGet {
  static constexpr MessageInfo info{protocol::telemetry, MessageId(0x9), "telemetry.config_get"};
  static constexpr BitField selector = bits("selector", 3, 0, version_1_0, Unit::none, selector_names);
  static constexpr std::array<BitField, 1> flags_bits{selector};

  std::uint32_t group_id = no_group;
  std::uint32_t flags = 0;

  struct Reply {
    std::uint32_t control = 0;
    std::uint32_t sampling_rate = 0;

    template <class Self, class V>
    static constexpr void fields(Self& m, V& v) {
      v.word("control", m.control, control::all_bits);
      v.u32({"sampling_rate", Unit::none, Display::hex}, m.sampling_rate);
    }
    bool operator==(const Reply&) const = default;
  };

  template <class Self, class V>
  static constexpr void fields(Self& m, V& v) {
    v.u32({"group_id", Unit::none, Display::hex}, m.group_id);
    v.word("flags", m.flags, flags_bits);
  }
  bool operator==(const ConfigGet&) const = default;
};

/// TELEMETRY_RESET, optional: as after start.
struct Reset {
  static constexpr MessageInfo info{protocol::telemetry, MessageId(0xA), "telemetry.reset"};
  using Reply = Empty;

  std::uint32_t flags = 0;

  template <class Self, class V>
  static constexpr void fields(Self& m, V& v) {
    v.u32(Field("flags", Unit::none, Display::hex).omittable(), m.flags);
  }
  bool operator==(const Reset&) const = default;
};

/// TELEMETRY_UPDATE. The only notification with a status.
struct Update {
  static constexpr MessageInfo info{protocol::telemetry, MessageId(0x0), "telemetry.update", version_1_0,
                                    MessageType::notification};

  AgentId agent_id{};
  Status status = Status::success;
  std::vector<std::uint32_t> lines;  ///< As in shared memory, without its head and end.

  template <class Self, class V>
  static constexpr void fields(Self& m, V& v) {
    v.u32("agent_id", m.agent_id);
    v.status("status", m.status);
    v.count("num_dwords", m.lines);
    v.list({"lines", Unit::none, Display::hex}, m.lines);
  }
  bool operator==(const Update&) const = default;
};

}  // namespace telemetry_protocol
}  // namespace scmi
