// SPDX-License-Identifier: Apache-2.0
//
// Messages of the pin control protocol (DEN0056 protocol 0x19). Pins, groups and functions are numbered apart; a
// selector says which of them an identifier means.
#pragma once

#include <vector>

#include "scmi/common_messages.hpp"
#include "scmi/fields.hpp"

namespace scmi::pin_control_protocol {

inline constexpr Version version_1_0{0x10000};
/// The newest version we know.
inline constexpr Version newest = version_1_0;

/// What an identifier is the number of.
inline constexpr std::uint32_t select_pin = 0;
inline constexpr std::uint32_t select_group = 1;
inline constexpr std::uint32_t select_function = 2;
inline constexpr std::array<NamedValue, 3> selector_names{
    NamedValue{select_pin, "pin"}, NamedValue{select_group, "group"}, NamedValue{select_function, "function"}};

inline constexpr BitField selector_bits = bits("selector", 1, 0, version_1_0, Unit::none, selector_names);
inline constexpr std::array<BitField, 1> flags_bits{selector_bits};

/// No function.
inline constexpr std::uint32_t no_function = 0xFFFF'FFFF;
inline constexpr std::array<NamedValue, 1> function_names{NamedValue{no_function, "none"}};

/// Types from here on are the manufacturer's.
inline constexpr std::uint32_t first_oem_setting = 192;
inline constexpr std::uint32_t setting_type_max = 255;
inline constexpr std::uint32_t last_standard_setting = 20;
inline constexpr std::array<NamedValue, 21> setting_names{
    NamedValue{0, "default"},           NamedValue{1, "bias_bus_hold"},
    NamedValue{2, "bias_disable"},      NamedValue{3, "bias_high_impedance"},
    NamedValue{4, "bias_pull_up"},      NamedValue{5, "bias_pull_default"},
    NamedValue{6, "bias_pull_down"},    NamedValue{7, "drive_open_drain"},
    NamedValue{8, "drive_open_source"}, NamedValue{9, "drive_push_pull"},
    NamedValue{10, "drive_strength"},   NamedValue{11, "input_debounce"},
    NamedValue{12, "input_mode"},       NamedValue{13, "pull_mode"},
    NamedValue{14, "input_value"},      NamedValue{15, "input_schmitt"},
    NamedValue{16, "low_power_mode"},   NamedValue{17, "output_mode"},
    NamedValue{18, "output_value"},     NamedValue{19, "power_source"},
    NamedValue{20, "slew_rate"}};

/// One setting of a pin or group.
struct Setting {
  std::uint32_t type = 0;
  std::uint32_t value = 0;

  template <class Self, class V>
  static constexpr void fields(Self& m, V& v) {
    v.u32({"type", Unit::none, Display::decimal, setting_names}, m.type);
    v.u32("value", m.value);
  }
  bool operator==(const Setting&) const = default;
};

/// DEN0056 PROTOCOL_ATTRIBUTES of the pin control protocol.
struct ProtocolAttributes {
  static constexpr MessageInfo info{protocol::pin_control, MessageId(0x1), "pin.protocol_attributes"};

  struct Reply {
    static constexpr BitField num_groups = bits("num_groups", 31, 16);
    static constexpr BitField num_pins = bits("num_pins", 15, 0);
    static constexpr std::array<BitField, 2> attributes_low_bits{num_groups, num_pins};
    static constexpr BitField num_functions = bits("num_functions", 15, 0);
    static constexpr std::array<BitField, 1> attributes_high_bits{num_functions};

    std::uint32_t attributes_low = 0;
    std::uint32_t attributes_high = 0;

    template <class Self, class V>
    static constexpr void fields(Self& m, V& v) {
      v.word("attributes_low", m.attributes_low, attributes_low_bits);
      v.word("attributes_high", m.attributes_high, attributes_high_bits);
    }
    bool operator==(const Reply&) const = default;
  };

  template <class Self, class V>
  static constexpr void fields(Self&, V&) {}
  bool operator==(const ProtocolAttributes&) const = default;
};

/// DEN0056 PINCTRL_ATTRIBUTES.
struct Attributes {
  static constexpr MessageInfo info{protocol::pin_control, MessageId(0x3), "pin.attributes"};

  std::uint32_t identifier = 0;
  std::uint32_t flags = 0;

  struct Reply {
    static constexpr BitField extended_name = bit("extended_name", 31);
    static constexpr BitField gpio = bit("gpio", 17);          ///< Of a function: usable as GPIO.
    static constexpr BitField pin_only = bit("pin_only", 16);  ///< Of a function: its elements are pins, not groups.
    static constexpr BitField num_elements =
        bits("num_elements", 15, 0);  ///< Pins of a group; groups or pins of a function.
    static constexpr std::array<BitField, 4> attributes_bits{extended_name, gpio, pin_only, num_elements};

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
    v.u32("identifier", m.identifier);
    v.word("flags", m.flags, flags_bits);
  }
  bool operator==(const Attributes&) const = default;
};

/// DEN0056 PINCTRL_LIST_ASSOCIATIONS, multi-part: the pins of a group, the groups (or pins) of a function.
struct ListAssociations {
  static constexpr MessageInfo info{protocol::pin_control, MessageId(0x4), "pin.list_associations"};

  std::uint32_t identifier = 0;
  std::uint32_t flags = 0;
  std::uint32_t index = 0;

  struct Reply {
    static constexpr BitField count = bits("count", 11, 0);
    static constexpr BitField remaining = bits("remaining", 31, 16);
    static constexpr std::array<BitField, 2> flags_bits{count, remaining};

    std::uint32_t flags = 0;              ///< Without the count: that is the size of `elements`.
    std::vector<std::uint16_t> elements;  ///< Ascending.

    template <class Self, class V>
    static constexpr void fields(Self& m, V& v) {
      v.count("flags", m.flags, flags_bits, count, m.elements);
      v.list("elements", m.elements);
    }
    bool operator==(const Reply&) const = default;
  };

  template <class Self, class V>
  static constexpr void fields(Self& m, V& v) {
    v.u32("identifier", m.identifier);
    v.word("flags", m.flags, flags_bits);
    v.u32(Field("index").omittable(), m.index);
  }
  bool operator==(const ListAssociations&) const = default;
};

/// DEN0056 PINCTRL_SETTINGS_GET, multi-part.
struct SettingsGet {
  static constexpr MessageInfo info{protocol::pin_control, MessageId(0x5), "pin.settings_get"};
  static constexpr std::uint32_t one_type = 0;
  static constexpr std::uint32_t all_types = 1;
  static constexpr std::uint32_t only_function = 2;
  static constexpr std::array<NamedValue, 3> config_flag_names{
      NamedValue{one_type, "one_type"}, NamedValue{all_types, "all_types"}, NamedValue{only_function, "only_function"}};
  static constexpr BitField config_flag = bits("config_flag", 19, 18, Version(0x10000), Unit::none, config_flag_names);
  static constexpr BitField selector = bits("selector", 17, 16, Version(0x10000), Unit::none, selector_names);
  static constexpr BitField skip_configs = bits("skip_configs", 15, 8);  ///< Counts with all_types.
  static constexpr BitField config_type =
      bits("config_type", 7, 0, Version(0x10000), Unit::none, setting_names);  ///< Counts with one_type.
  static constexpr std::array<BitField, 4> attributes_bits{config_flag, selector, skip_configs, config_type};

  std::uint32_t identifier = 0;
  std::uint32_t attributes = 0;

  struct Reply {
    static constexpr BitField count = bits("count", 7, 0);
    static constexpr BitField remaining = bits("remaining", 31, 24);
    static constexpr std::array<BitField, 2> num_configs_bits{count, remaining};

    std::uint32_t function_selected = 0;
    std::uint32_t num_configs = 0;  ///< Without the count: that is the size of `configs`.
    std::vector<Setting> configs;

    template <class Self, class V>
    static constexpr void fields(Self& m, V& v) {
      v.u32({"function_selected", Unit::none, Display::decimal, function_names}, m.function_selected);
      v.count("num_configs", m.num_configs, num_configs_bits, count, m.configs);
      v.list("configs", m.configs);
    }
    bool operator==(const Reply&) const = default;
  };

  template <class Self, class V>
  static constexpr void fields(Self& m, V& v) {
    v.u32("identifier", m.identifier);
    v.word("attributes", m.attributes, attributes_bits);
  }
  bool operator==(const SettingsGet&) const = default;
};

/// DEN0056 PINCTRL_SETTINGS_CONFIGURE.
struct SettingsConfigure {
  static constexpr MessageInfo info{protocol::pin_control, MessageId(0x6), "pin.settings_configure"};
  using Reply = Empty;
  static constexpr BitField function_valid = bit("function_valid", 10);
  static constexpr BitField count = bits("count", 9, 2);
  static constexpr BitField selector = bits("selector", 1, 0, Version(0x10000), Unit::none, selector_names);
  static constexpr std::array<BitField, 3> attributes_bits{function_valid, count, selector};

  std::uint32_t identifier = 0;
  std::uint32_t function_id = 0;  ///< Counts with function_valid; no_function deselects.
  std::uint32_t attributes = 0;   ///< Without the count: that is the size of `configs`.
  std::vector<Setting> configs;

  template <class Self, class V>
  static constexpr void fields(Self& m, V& v) {
    v.u32("identifier", m.identifier);
    v.u32({"function_id", Unit::none, Display::decimal, function_names}, m.function_id);
    v.count("attributes", m.attributes, attributes_bits, count, m.configs);
    v.list("configs", m.configs);
  }
  bool operator==(const SettingsConfigure&) const = default;
};

/// DEN0056 PINCTRL_REQUEST, optional: exclusive control.
struct Request {
  static constexpr MessageInfo info{protocol::pin_control, MessageId(0x7), "pin.request"};
  using Reply = Empty;

  std::uint32_t identifier = 0;
  std::uint32_t flags = 0;

  template <class Self, class V>
  static constexpr void fields(Self& m, V& v) {
    v.u32("identifier", m.identifier);
    v.word("flags", m.flags, flags_bits);
  }
  bool operator==(const Request&) const = default;
};

/// DEN0056 PINCTRL_RELEASE, optional.
struct Release {
  static constexpr MessageInfo info{protocol::pin_control, MessageId(0x8), "pin.release"};
  using Reply = Empty;

  std::uint32_t identifier = 0;
  std::uint32_t flags = 0;

  template <class Self, class V>
  static constexpr void fields(Self& m, V& v) {
    v.u32("identifier", m.identifier);
    v.word("flags", m.flags, flags_bits);
  }
  bool operator==(const Release&) const = default;
};

/// DEN0056 PINCTRL_NAME_GET. The only NAME_GET with a second parameter.
struct NameGet {
  static constexpr MessageInfo info{protocol::pin_control, MessageId(0x9), "pin.name_get"};
  using Reply = NameReply;

  std::uint32_t identifier = 0;
  std::uint32_t flags = 0;

  template <class Self, class V>
  static constexpr void fields(Self& m, V& v) {
    v.u32("identifier", m.identifier);
    v.word("flags", m.flags, flags_bits);
  }
  bool operator==(const NameGet&) const = default;
};

/// DEN0056 PINCTRL_SET_PERMISSIONS, optional.
struct SetPermissions {
  static constexpr MessageInfo info{protocol::pin_control, MessageId(0xA), "pin.set_permissions"};
  using Reply = Empty;
  static constexpr BitField selector = bits("selector", 1, 0, Version(0x10000), Unit::none, selector_names);
  static constexpr BitField allow = bit("allow", 2);
  static constexpr std::array<BitField, 2> flags_bits{selector, allow};

  AgentId agent_id{};
  std::uint32_t identifier = 0;
  std::uint32_t flags = 0;

  template <class Self, class V>
  static constexpr void fields(Self& m, V& v) {
    v.u32("agent_id", m.agent_id);
    v.u32("identifier", m.identifier);
    v.word("flags", m.flags, flags_bits);
  }
  bool operator==(const SetPermissions&) const = default;
};

}  // namespace scmi::pin_control_protocol
