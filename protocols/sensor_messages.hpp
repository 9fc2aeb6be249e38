// SPDX-License-Identifier: Apache-2.0
//
// Messages of the sensor protocol (DEN0056 protocol 0x15). Version 1.0 knows a reading as one signed 64-bit value;
// since 2.0 a sensor may have several axes, and each reading a time stamp.
#pragma once

#include <vector>

#include "protocols/sensor_units.hpp"
#include "scmi/common_messages.hpp"
#include "scmi/fields.hpp"

namespace scmi::sensor_protocol {

inline constexpr Version version_1_0{0x10000};
inline constexpr Version version_2_0{0x20000};
inline constexpr Version version_3_0{0x30000};
inline constexpr Version version_3_1{0x30001};
/// The newest version we know.
inline constexpr Version newest = version_3_1;

/// "Not reported" of a range's ends.
inline constexpr std::int64_t range_min_unknown = std::numeric_limits<std::int64_t>::min();
inline constexpr std::int64_t range_max_unknown = std::numeric_limits<std::int64_t>::max();

/// A resolution: magnitude × 10^exponent of the unit; 0 = not reported.
inline constexpr BitField resolution_magnitude = bits("resolution_magnitude", 26, 0, version_2_0);
inline constexpr BitField resolution_exponent = signed_bits("resolution_exponent", 31, 27, version_2_0);
inline constexpr std::array<BitField, 2> resolution_bits{resolution_magnitude, resolution_exponent};

/// One axis at one moment; a sensor without axes has one.
struct Reading {
  std::int64_t value = 0;
  std::uint64_t timestamp = 0;  ///< Ticks of the sensor's own length; 0 while time stamps are off.

  template <class Self, class V>
  static constexpr void fields(Self& m, V& v) {
    v.i64("value", m.value);
    v.u64("timestamp", m.timestamp);
  }
  bool operator==(const Reading&) const = default;
};

/// DEN0056 PROTOCOL_ATTRIBUTES of the sensor protocol.
struct ProtocolAttributes {
  static constexpr MessageInfo info{protocol::sensor, MessageId(0x1), "sensor.protocol_attributes"};

  struct Reply {
    static constexpr BitField num_sensors = bits("num_sensors", 15, 0);
    static constexpr BitField max_async_requests = bits("max_async_requests", 23, 16);
    static constexpr std::array<BitField, 2> attributes_bits{num_sensors, max_async_requests};

    std::uint32_t attributes = 0;
    std::uint64_t sensor_reg_address = 0;  ///< Physical; means nothing while sensor_reg_len_bytes is 0.
    std::uint32_t sensor_reg_len_bytes = 0;

    template <class Self, class V>
    static constexpr void fields(Self& m, V& v) {
      v.word("attributes", m.attributes, attributes_bits);
      v.u64({"sensor_reg_address", Unit::none, Display::hex}, m.sensor_reg_address);
      v.u32({"sensor_reg_len", Unit::bytes}, m.sensor_reg_len_bytes);
    }
    bool operator==(const Reply&) const = default;
  };

  template <class Self, class V>
  static constexpr void fields(Self&, V&) {}
  bool operator==(const ProtocolAttributes&) const = default;
};

/// DEN0056 SENSOR_DESCRIPTION_GET, multi-part.
struct DescriptionGet {
  static constexpr MessageInfo info{protocol::sensor, MessageId(0x3), "sensor.description_get"};

  std::uint32_t desc_index = 0;  ///< Counts sensors, not ids.

  /// 28 bytes; with extended attributes 32, and 52 for a sensor without axes.
  struct Descriptor {
    static constexpr BitField async_read = bit("async_read", 31);
    static constexpr BitField continuous_update = bit("continuous_update", 30, version_2_0);
    static constexpr BitField extended_name = bit("extended_name", 29, version_3_0);
    static constexpr BitField timestamp_exponent = signed_bits("timestamp_exponent", 14, 10, version_2_0);
    static constexpr BitField timestamps = bit("timestamps", 9, version_2_0);
    static constexpr BitField extended = bit("extended", 8, version_2_0);
    static constexpr BitField num_trip_points = bits("num_trip_points", 7, 0);
    static constexpr std::array<BitField, 7> low_bits{async_read, continuous_update, extended_name,  timestamp_exponent,
                                                      timestamps, extended,          num_trip_points};

    static constexpr BitField type = bits("type", 7, 0, version_1_0, Unit::none, type_names);
    static constexpr BitField exponent = signed_bits("exponent", 15, 11);
    static constexpr BitField interval_exponent_1_0 = signed_bits("interval_exponent", 26, 22);
    static constexpr BitField interval_seconds_1_0 = bits("interval_seconds", 31, 27);
    static constexpr std::array<BitField, 4> high_bits_1_0{interval_seconds_1_0, interval_exponent_1_0, exponent, type};
    static constexpr BitField num_axes = bits("num_axes", 21, 16, version_2_0);
    static constexpr BitField axes = bit("axes", 8, version_2_0);
    static constexpr std::array<BitField, 4> high_bits{num_axes, exponent, axes, type};

    SensorId sensor_id{};
    std::uint32_t attributes_low = 0;
    std::uint32_t attributes_high = 0;
    ShortName name;
    std::uint32_t sensor_power_uw = 0;  ///< While active; 0 = not reported. From here on with `extended`.
    std::uint32_t resolution = 0;       ///< From here on without axes: those have their own.
    std::int64_t min_range = 0;
    std::int64_t max_range = 0;

    /// Some set the bit and then count no axis: that is a sensor without.
    [[nodiscard]] constexpr bool has_axes() const noexcept {
      return axes.test(attributes_high) && num_axes.test(attributes_high);
    }

    template <class Self, class V>
    static constexpr void fields(Self& m, V& v) {
      const bool old = v.version() < version_2_0;
      v.u32("sensor_id", m.sensor_id);
      v.word("attributes_low", m.attributes_low, low_bits);
      v.word("attributes_high", m.attributes_high, old ? high_bits_1_0 : high_bits);
      v.text("name", m.name);
      if (old || !extended.test(m.attributes_low)) return;
      v.u32({"sensor_power", Unit::microwatts}, m.sensor_power_uw);
      if (m.has_axes()) return;
      v.word("resolution", m.resolution, resolution_bits);
      v.i64("min_range", m.min_range);
      v.i64("max_range", m.max_range);
    }
    bool operator==(const Descriptor&) const = default;
  };

  struct Reply {
    static constexpr BitField count = bits("num_sensors", 11, 0);
    static constexpr BitField remaining = bits("remaining", 31, 16);
    static constexpr std::array<BitField, 2> num_sensor_flags_bits{count, remaining};

    std::uint32_t num_sensor_flags = 0;  ///< Without the count: that is the size of `descriptors`.
    std::vector<Descriptor> descriptors;

    template <class Self, class V>
    static constexpr void fields(Self& m, V& v) {
      v.count("num_sensor_flags", m.num_sensor_flags, num_sensor_flags_bits, count, m.descriptors);
      v.list("descriptors", m.descriptors);
    }
    bool operator==(const Reply&) const = default;
  };

  template <class Self, class V>
  static constexpr void fields(Self& m, V& v) {
    v.u32(Field("desc_index").omittable(), m.desc_index);
  }
  bool operator==(const DescriptionGet&) const = default;
};

/// DEN0056 SENSOR_TRIP_POINT_NOTIFY, optional: all trip points of a sensor.
struct TripPointNotify {
  static constexpr MessageInfo info{protocol::sensor, MessageId(0x4), "sensor.trip_point_notify"};
  using Reply = Empty;

  SensorId sensor_id{};
  std::uint32_t sensor_event_control = 0;

  template <class Self, class V>
  static constexpr void fields(Self& m, V& v) {
    v.u32("sensor_id", m.sensor_id);
    v.word("sensor_event_control", m.sensor_event_control, notify_enable_bits);
  }
  bool operator==(const TripPointNotify&) const = default;
};

/// DEN0056 SENSOR_TRIP_POINT_CONFIG, optional.
struct TripPointConfig {
  static constexpr MessageInfo info{protocol::sensor, MessageId(0x5), "sensor.trip_point_config"};
  using Reply = Empty;
  static constexpr std::uint32_t off = 0;
  static constexpr std::uint32_t positive = 1;
  static constexpr std::uint32_t negative = 2;
  static constexpr std::uint32_t both = 3;
  static constexpr std::array<NamedValue, 4> direction_names{NamedValue{off, "off"}, NamedValue{positive, "positive"},
                                                             NamedValue{negative, "negative"},
                                                             NamedValue{both, "both"}};
  static constexpr BitField trip_point_id = bits("trip_point_id", 11, 4);
  static constexpr BitField direction = bits("direction", 1, 0, version_1_0, Unit::none, direction_names);
  static constexpr std::array<BitField, 2> trip_point_ev_ctrl_bits{trip_point_id, direction};

  SensorId sensor_id{};
  std::uint32_t trip_point_ev_ctrl = 0;
  std::int64_t trip_point_val = 0;

  template <class Self, class V>
  static constexpr void fields(Self& m, V& v) {
    v.u32("sensor_id", m.sensor_id);
    v.word("trip_point_ev_ctrl", m.trip_point_ev_ctrl, trip_point_ev_ctrl_bits);
    v.i64("trip_point_val", m.trip_point_val);
  }
  bool operator==(const TripPointConfig&) const = default;
};

/// DEN0056 SENSOR_READING_GET, with the delayed response SENSOR_READING_COMPLETE. One value in 1.0; since 2.0 as many
/// readings as the sensor has axes.
struct ReadingGet {
  static constexpr MessageInfo info{protocol::sensor, MessageId(0x6), "sensor.reading_get"};
  static constexpr BitField async = bit("async", 0);
  static constexpr std::array<BitField, 1> flags_bits{async};

  SensorId sensor_id{};
  std::uint32_t flags = 0;

  /// The answer to a synchronous command. An asynchronous one is answered with the status alone.
  struct Reply {
    std::int64_t value = 0;         ///< 1.0.
    std::vector<Reading> readings;  ///< Since 2.0.

    template <class Self, class V>
    static constexpr void fields(Self& m, V& v) {
      if (v.version() < version_2_0) {
        v.i64("value", m.value);
      } else {
        v.rest("readings", m.readings);
      }
    }
    bool operator==(const Reply&) const = default;
  };

  struct Complete {
    SensorId sensor_id{};
    std::int64_t value = 0;         ///< 1.0.
    std::vector<Reading> readings;  ///< Since 2.0.

    template <class Self, class V>
    static constexpr void fields(Self& m, V& v) {
      v.u32("sensor_id", m.sensor_id);
      if (v.version() < version_2_0) {
        v.i64("value", m.value);
      } else {
        v.rest("readings", m.readings);
      }
    }
    bool operator==(const Complete&) const = default;
  };

  template <class Self, class V>
  static constexpr void fields(Self& m, V& v) {
    v.u32("sensor_id", m.sensor_id);
    v.word(Field("flags").omittable(), m.flags, flags_bits);
  }
  bool operator==(const ReadingGet&) const = default;
};

/// DEN0056 SENSOR_AXIS_DESCRIPTION_GET, multi-part.
struct AxisDescriptionGet {
  static constexpr MessageInfo info{protocol::sensor, MessageId(0x7), "sensor.axis_description_get", version_2_0};

  SensorId sensor_id{};
  std::uint32_t axis_desc_index = 0;

  /// 28 bytes; with extended attributes 48.
  struct Descriptor {
    static constexpr BitField extended_name = bit("extended_name", 9, version_3_0);
    static constexpr BitField extended = bit("extended", 8, version_2_0);
    static constexpr std::array<BitField, 2> low_bits{extended_name, extended};
    static constexpr BitField exponent = signed_bits("exponent", 15, 11, version_2_0);
    static constexpr BitField type = bits("type", 7, 0, version_2_0, Unit::none, type_names);
    static constexpr std::array<BitField, 2> high_bits{exponent, type};

    std::uint32_t axis_id = 0;
    std::uint32_t attributes_low = 0;
    std::uint32_t attributes_high = 0;
    ShortName name;
    std::uint32_t resolution = 0;  ///< From here on with `extended`.
    std::int64_t min_range = 0;
    std::int64_t max_range = 0;

    template <class Self, class V>
    static constexpr void fields(Self& m, V& v) {
      v.u32("axis_id", m.axis_id);
      v.word("attributes_low", m.attributes_low, low_bits);
      v.word("attributes_high", m.attributes_high, high_bits);
      v.text("name", m.name);
      if (!extended.test(m.attributes_low)) return;
      v.word("resolution", m.resolution, resolution_bits);
      v.i64("min_range", m.min_range);
      v.i64("max_range", m.max_range);
    }
    bool operator==(const Descriptor&) const = default;
  };

  struct Reply {
    static constexpr BitField count = bits("num_axes", 5, 0, version_2_0);
    static constexpr BitField remaining = bits("remaining", 31, 26, version_2_0);
    static constexpr std::array<BitField, 2> num_axis_flags_bits{count, remaining};

    std::uint32_t num_axis_flags = 0;  ///< Without the count: that is the size of `descriptors`.
    std::vector<Descriptor> descriptors;

    template <class Self, class V>
    static constexpr void fields(Self& m, V& v) {
      v.count("num_axis_flags", m.num_axis_flags, num_axis_flags_bits, count, m.descriptors);
      v.list("descriptors", m.descriptors);
    }
    bool operator==(const Reply&) const = default;
  };

  template <class Self, class V>
  static constexpr void fields(Self& m, V& v) {
    v.u32("sensor_id", m.sensor_id);
    v.u32(Field("axis_desc_index").omittable(), m.axis_desc_index);
  }
  bool operator==(const AxisDescriptionGet&) const = default;
};

/// DEN0056 SENSOR_LIST_UPDATE_INTERVALS, multi-part for lists.
struct ListUpdateIntervals {
  static constexpr MessageInfo info{protocol::sensor, MessageId(0x8), "sensor.list_update_intervals", version_2_0};

  SensorId sensor_id{};
  std::uint32_t index = 0;

  struct Reply {
    static constexpr std::array<NamedValue, 2> format_names{NamedValue{0, "discrete"}, NamedValue{1, "range"}};
    static constexpr BitField count = bits("num_intervals", 11, 0, version_2_0);
    static constexpr BitField format = bits("format", 12, 12, version_2_0, Unit::none, format_names);
    static constexpr BitField remaining = bits("remaining", 31, 16, version_2_0);
    static constexpr std::array<BitField, 3> num_intervals_flags_bits{count, format, remaining};

    std::uint32_t num_intervals_flags = 0;  ///< Without the count: that is the size of `intervals`.
    std::vector<std::uint32_t> intervals;   ///< SensorInterval::word(), ascending; or lowest, highest, step.

    template <class Self, class V>
    static constexpr void fields(Self& m, V& v) {
      v.count("num_intervals_flags", m.num_intervals_flags, num_intervals_flags_bits, count, m.intervals);
      v.list({"intervals", Unit::none, Display::hex}, m.intervals);
    }
    bool operator==(const Reply&) const = default;
  };

  template <class Self, class V>
  static constexpr void fields(Self& m, V& v) {
    v.u32("sensor_id", m.sensor_id);
    v.u32(Field("index").omittable(), m.index);
  }
  bool operator==(const ListUpdateIntervals&) const = default;
};

/// The word of CONFIG_GET and CONFIG_SET. Its interval is packed differently from all others.
namespace config {
inline constexpr BitField interval_seconds = bits("interval_seconds", 31, 16, version_2_0);
inline constexpr BitField interval_exponent = signed_bits("interval_exponent", 15, 11, version_2_0);
inline constexpr std::uint32_t round_down = 0;
inline constexpr std::uint32_t round_up = 1;
inline constexpr std::uint32_t round_any = 2;  ///< The platform chooses; the lowest bit is ignored then.
inline constexpr std::array<NamedValue, 3> rounding_names{NamedValue{round_down, "down"}, NamedValue{round_up, "up"},
                                                          NamedValue{round_any, "any"}};
inline constexpr BitField rounding = bits("rounding", 10, 9, version_2_0, Unit::none, rounding_names);
inline constexpr BitField timestamps = bit("timestamps", 1, version_2_0);
inline constexpr BitField enabled = bit("enabled", 0, version_2_0);
inline constexpr std::array<BitField, 4> get_bits{interval_seconds, interval_exponent, timestamps, enabled};
inline constexpr std::array<BitField, 5> set_bits{interval_seconds, interval_exponent, rounding, timestamps, enabled};

[[nodiscard]] constexpr std::uint32_t put(SensorInterval interval) noexcept {
  return interval_seconds.put(interval.mantissa) |
         interval_exponent.put(static_cast<std::uint32_t>(std::int32_t{interval.exponent}));
}
[[nodiscard]] constexpr SensorInterval interval(std::uint32_t word) noexcept {
  return {static_cast<std::uint16_t>(interval_seconds.get(word)),
          static_cast<std::int8_t>(interval_exponent.get_signed(word))};
}
}  // namespace config

/// DEN0056 SENSOR_CONFIG_GET.
struct ConfigGet {
  static constexpr MessageInfo info{protocol::sensor, MessageId(0x9), "sensor.config_get", version_2_0};

  SensorId sensor_id{};

  struct Reply {
    std::uint32_t sensor_config = 0;

    template <class Self, class V>
    static constexpr void fields(Self& m, V& v) {
      v.word("sensor_config", m.sensor_config, config::get_bits);
    }
    bool operator==(const Reply&) const = default;
  };

  template <class Self, class V>
  static constexpr void fields(Self& m, V& v) {
    v.u32("sensor_id", m.sensor_id);
  }
  bool operator==(const ConfigGet&) const = default;
};

/// DEN0056 SENSOR_CONFIG_SET. An interval of 0 leaves it as it is.
struct ConfigSet {
  static constexpr MessageInfo info{protocol::sensor, MessageId(0xA), "sensor.config_set", version_2_0};
  using Reply = Empty;

  SensorId sensor_id{};
  std::uint32_t sensor_config = 0;

  template <class Self, class V>
  static constexpr void fields(Self& m, V& v) {
    v.u32("sensor_id", m.sensor_id);
    v.word("sensor_config", m.sensor_config, config::set_bits);
  }
  bool operator==(const ConfigSet&) const = default;
};

/// DEN0056 SENSOR_CONTINUOUS_UPDATE_NOTIFY, optional.
struct ContinuousUpdateNotify {
  static constexpr MessageInfo info{protocol::sensor, MessageId(0xB), "sensor.continuous_update_notify", version_2_0};
  using Reply = Empty;

  SensorId sensor_id{};
  std::uint32_t notify_enable = 0;

  template <class Self, class V>
  static constexpr void fields(Self& m, V& v) {
    v.u32("sensor_id", m.sensor_id);
    v.word("notify_enable", m.notify_enable, notify_enable_bits);
  }
  bool operator==(const ContinuousUpdateNotify&) const = default;
};

/// DEN0056 SENSOR_NAME_GET.
struct NameGet {
  static constexpr MessageInfo info{protocol::sensor, MessageId(0xC), "sensor.name_get", version_3_0};
  using Reply = NameReply;

  SensorId sensor_id{};

  template <class Self, class V>
  static constexpr void fields(Self& m, V& v) {
    v.u32("sensor_id", m.sensor_id);
  }
  bool operator==(const NameGet&) const = default;
};

/// DEN0056 SENSOR_AXIS_NAME_GET, multi-part: the axes that have an extended name.
struct AxisNameGet {
  static constexpr MessageInfo info{protocol::sensor, MessageId(0xD), "sensor.axis_name_get", version_3_0};

  SensorId sensor_id{};
  std::uint32_t axis_desc_index = 0;

  struct AxisName {
    std::uint32_t axis_id = 0;
    ExtendedName name;

    template <class Self, class V>
    static constexpr void fields(Self& m, V& v) {
      v.u32("axis_id", m.axis_id);
      v.text("name", m.name);
    }
    bool operator==(const AxisName&) const = default;
  };

  struct Reply {
    static constexpr BitField count = AxisDescriptionGet::Reply::count;
    static constexpr BitField remaining = AxisDescriptionGet::Reply::remaining;

    std::uint32_t num_axis_flags = 0;  ///< Without the count: that is the size of `names`.
    std::vector<AxisName> names;

    template <class Self, class V>
    static constexpr void fields(Self& m, V& v) {
      v.count("num_axis_flags", m.num_axis_flags, AxisDescriptionGet::Reply::num_axis_flags_bits, count, m.names);
      v.list("names", m.names);
    }
    bool operator==(const Reply&) const = default;
  };

  template <class Self, class V>
  static constexpr void fields(Self& m, V& v) {
    v.u32("sensor_id", m.sensor_id);
    v.u32(Field("axis_desc_index").omittable(), m.axis_desc_index);
  }
  bool operator==(const AxisNameGet&) const = default;
};

/// DEN0056 SENSOR_TRIP_POINT_EVENT.
struct TripPointEvent {
  static constexpr MessageInfo info{protocol::sensor, MessageId(0x0), "sensor.trip_point_event", version_1_0,
                                    MessageType::notification};
  static constexpr std::array<NamedValue, 2> direction_names{NamedValue{0, "negative"}, NamedValue{1, "positive"}};
  static constexpr BitField direction = bits("direction", 16, 16, version_1_0, Unit::none, direction_names);
  static constexpr BitField trip_point_id = bits("trip_point_id", 7, 0);
  static constexpr std::array<BitField, 2> trip_point_desc_bits{direction, trip_point_id};

  AgentId agent_id{};
  SensorId sensor_id{};
  std::uint32_t trip_point_desc = 0;

  template <class Self, class V>
  static constexpr void fields(Self& m, V& v) {
    v.u32("agent_id", m.agent_id);
    v.u32("sensor_id", m.sensor_id);
    v.word("trip_point_desc", m.trip_point_desc, trip_point_desc_bits);
  }
  bool operator==(const TripPointEvent&) const = default;
};

/// DEN0056 SENSOR_UPDATE.
struct Update {
  static constexpr MessageInfo info{protocol::sensor, MessageId(0x1), "sensor.update", version_2_0,
                                    MessageType::notification};

  AgentId agent_id{};
  SensorId sensor_id{};
  std::vector<Reading> readings;

  template <class Self, class V>
  static constexpr void fields(Self& m, V& v) {
    v.u32("agent_id", m.agent_id);
    v.u32("sensor_id", m.sensor_id);
    v.rest("readings", m.readings);
  }
  bool operator==(const Update&) const = default;
};

}  // namespace scmi::sensor_protocol
