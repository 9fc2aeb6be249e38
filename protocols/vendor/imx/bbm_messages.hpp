// SPDX-License-Identifier: Apache-2.0
//
// Messages of the i.MX battery-backed module protocol (NXP vendor protocol 0x81): what lives on while the chip is off,
// that is registers, clocks with alarms, and the power button.
#pragma once

#include "scmi/common_messages.hpp"
#include "scmi/fields.hpp"

namespace scmi::imx::bbm_protocol {

inline constexpr ProtocolId protocol_id{0x81};
inline constexpr Version newest{0x10000};

/// PROTOCOL_ATTRIBUTES of the battery-backed module protocol.
struct ProtocolAttributes {
  static constexpr MessageInfo info{protocol_id, MessageId(0x1), "imx_bbm.protocol_attributes"};

  struct Reply {
    static constexpr BitField num_rtcs = bits("num_rtcs", 23, 16);
    static constexpr BitField num_registers = bits("num_registers", 15, 0);
    static constexpr std::array<BitField, 2> attributes_bits{num_rtcs, num_registers};

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

/// BBM_GPR_SET.
struct RegisterSet {
  static constexpr MessageInfo info{protocol_id, MessageId(0x3), "imx_bbm.gpr_set"};
  using Reply = Empty;

  std::uint32_t index = 0;
  std::uint32_t value = 0;

  template <class Self, class V>
  static constexpr void fields(Self& m, V& v) {
    v.u32("index", m.index);
    v.u32({"value", Unit::none, Display::hex}, m.value);
  }
  bool operator==(const RegisterSet&) const = default;
};

/// BBM_GPR_GET.
struct RegisterGet {
  static constexpr MessageInfo info{protocol_id, MessageId(0x4), "imx_bbm.gpr_get"};

  std::uint32_t index = 0;

  struct Reply {
    std::uint32_t value = 0;

    template <class Self, class V>
    static constexpr void fields(Self& m, V& v) {
      v.u32({"value", Unit::none, Display::hex}, m.value);
    }
    bool operator==(const Reply&) const = default;
  };

  template <class Self, class V>
  static constexpr void fields(Self& m, V& v) {
    v.u32("index", m.index);
  }
  bool operator==(const RegisterGet&) const = default;
};

/// BBM_RTC_ATTRIBUTES.
struct RtcAttributes {
  static constexpr MessageInfo info{protocol_id, MessageId(0x5), "imx_bbm.rtc_attributes"};

  std::uint32_t index = 0;

  struct Reply {
    static constexpr BitField seconds_width = bits("seconds_width", 31, 24);  ///< Bits of the seconds counter.
    static constexpr BitField tick_width = bits("tick_width", 23, 16);        ///< Bits of the tick counter.
    static constexpr BitField ticks_per_second = bits("ticks_per_second", 15, 0);
    static constexpr std::array<BitField, 3> attributes_bits{seconds_width, tick_width, ticks_per_second};

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
    v.u32("index", m.index);
  }
  bool operator==(const RtcAttributes&) const = default;
};

/// BBM_RTC_TIME_SET.
struct RtcTimeSet {
  static constexpr MessageInfo info{protocol_id, MessageId(0x6), "imx_bbm.rtc_time_set"};
  using Reply = Empty;
  static constexpr BitField ticks = bit("ticks", 0);  ///< The value counts ticks; clear: seconds.
  static constexpr std::array<BitField, 1> flags_bits{ticks};

  std::uint32_t index = 0;
  std::uint32_t flags = 0;
  std::uint64_t value = 0;

  template <class Self, class V>
  static constexpr void fields(Self& m, V& v) {
    v.u32("index", m.index);
    v.word("flags", m.flags, flags_bits);
    v.u64("value", m.value);
  }
  bool operator==(const RtcTimeSet&) const = default;
};

/// BBM_RTC_TIME_GET.
struct RtcTimeGet {
  static constexpr MessageInfo info{protocol_id, MessageId(0x7), "imx_bbm.rtc_time_get"};
  static constexpr BitField ticks = bit("ticks", 0);  ///< The value counts ticks; clear: seconds.
  static constexpr std::array<BitField, 1> flags_bits{ticks};

  std::uint32_t index = 0;
  std::uint32_t flags = 0;

  struct Reply {
    std::uint64_t value = 0;

    template <class Self, class V>
    static constexpr void fields(Self& m, V& v) {
      v.u64("value", m.value);
    }
    bool operator==(const Reply&) const = default;
  };

  template <class Self, class V>
  static constexpr void fields(Self& m, V& v) {
    v.u32("index", m.index);
    v.word("flags", m.flags, flags_bits);
  }
  bool operator==(const RtcTimeGet&) const = default;
};

/// BBM_RTC_ALARM_SET.
struct RtcAlarmSet {
  static constexpr MessageInfo info{protocol_id, MessageId(0x8), "imx_bbm.rtc_alarm_set"};
  using Reply = Empty;
  static constexpr BitField enable = bit("enable", 0);
  static constexpr std::array<BitField, 1> flags_bits{enable};

  std::uint32_t index = 0;
  std::uint32_t flags = 0;
  std::uint64_t seconds = 0;

  template <class Self, class V>
  static constexpr void fields(Self& m, V& v) {
    v.u32("index", m.index);
    v.word("flags", m.flags, flags_bits);
    v.u64("seconds", m.seconds);
  }
  bool operator==(const RtcAlarmSet&) const = default;
};

/// BBM_BUTTON_GET.
struct ButtonGet {
  static constexpr MessageInfo info{protocol_id, MessageId(0x9), "imx_bbm.button_get"};

  struct Reply {
    std::uint32_t state = 0;  ///< 1: pressed.

    template <class Self, class V>
    static constexpr void fields(Self& m, V& v) {
      v.u32("state", m.state);
    }
    bool operator==(const Reply&) const = default;
  };

  template <class Self, class V>
  static constexpr void fields(Self&, V&) {}
  bool operator==(const ButtonGet&) const = default;
};

/// BBM_RTC_NOTIFY.
struct RtcNotify {
  static constexpr MessageInfo info{protocol_id, MessageId(0xA), "imx_bbm.rtc_notify"};
  using Reply = Empty;
  static constexpr BitField alarm = bit("alarm", 0);
  static constexpr BitField rollover = bit("rollover", 1);
  static constexpr BitField updated = bit("updated", 2);
  static constexpr std::array<BitField, 3> flags_bits{alarm, rollover, updated};

  std::uint32_t index = 0;
  std::uint32_t flags = 0;

  template <class Self, class V>
  static constexpr void fields(Self& m, V& v) {
    v.u32("index", m.index);
    v.word("flags", m.flags, flags_bits);
  }
  bool operator==(const RtcNotify&) const = default;
};

/// BBM_BUTTON_NOTIFY.
struct ButtonNotify {
  static constexpr MessageInfo info{protocol_id, MessageId(0xB), "imx_bbm.button_notify"};
  using Reply = Empty;
  static constexpr BitField enable = bit("enable", 0);
  static constexpr std::array<BitField, 1> flags_bits{enable};

  std::uint32_t flags = 0;

  template <class Self, class V>
  static constexpr void fields(Self& m, V& v) {
    v.word("flags", m.flags, flags_bits);
  }
  bool operator==(const ButtonNotify&) const = default;
};

/// BBM_RTC_STATE; newer system managers only.
struct RtcState {
  static constexpr MessageInfo info{protocol_id, MessageId(0xC), "imx_bbm.rtc_state_get"};

  std::uint32_t index = 0;

  struct Reply {
    static constexpr BitField was_reset = bit("was_reset", 0);
    static constexpr BitField battery_low = bit("battery_low", 1);
    static constexpr std::array<BitField, 2> state_bits{was_reset, battery_low};

    std::uint32_t state = 0;

    template <class Self, class V>
    static constexpr void fields(Self& m, V& v) {
      v.word("state", m.state, state_bits);
    }
    bool operator==(const Reply&) const = default;
  };

  template <class Self, class V>
  static constexpr void fields(Self& m, V& v) {
    v.u32("index", m.index);
  }
  bool operator==(const RtcState&) const = default;
};

/// BBM_RTC_EVENT.
struct RtcEvent {
  static constexpr MessageInfo info{protocol_id, MessageId(0x0), "imx_bbm.rtc_event", Version(0x10000),
                                    MessageType::notification};
  static constexpr BitField rtc = bits("rtc", 31, 24);
  static constexpr BitField alarm = bit("alarm", 0);
  static constexpr BitField rollover = bit("rollover", 1);
  static constexpr BitField updated = bit("updated", 2);
  static constexpr std::array<BitField, 4> flags_bits{rtc, alarm, rollover, updated};

  std::uint32_t flags = 0;

  template <class Self, class V>
  static constexpr void fields(Self& m, V& v) {
    v.word("flags", m.flags, flags_bits);
  }
  bool operator==(const RtcEvent&) const = default;
};

/// BBM_BUTTON_EVENT.
struct ButtonEvent {
  static constexpr MessageInfo info{protocol_id, MessageId(0x1), "imx_bbm.button_event", Version(0x10000),
                                    MessageType::notification};
  static constexpr BitField pressed = bit("pressed", 0);
  static constexpr std::array<BitField, 1> flags_bits{pressed};

  std::uint32_t flags = 0;

  template <class Self, class V>
  static constexpr void fields(Self& m, V& v) {
    v.word("flags", m.flags, flags_bits);
  }
  bool operator==(const ButtonEvent&) const = default;
};

}  // namespace scmi::imx::bbm_protocol
