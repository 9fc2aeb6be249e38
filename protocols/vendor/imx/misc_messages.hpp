// SPDX-License-Identifier: Apache-2.0
//
// Messages of the i.MX miscellaneous protocol (NXP vendor protocol 0x84): controls of the chip and the board, reasons
// of the last reset, and what the platform is.
#pragma once

#include <vector>

#include "protocols/vendor/imx/imx_common.hpp"
#include "scmi/common_messages.hpp"
#include "scmi/fields.hpp"

namespace scmi::imx::misc_protocol {

inline constexpr ProtocolId protocol_id{0x84};
inline constexpr Version newest{0x10001};

/// Controls of the board are numbered from here on.
inline constexpr std::uint32_t first_board_control = 0x8000;

/// PROTOCOL_ATTRIBUTES of the miscellaneous protocol.
struct ProtocolAttributes {
  static constexpr MessageInfo info{protocol_id, MessageId(0x1), "imx_misc.protocol_attributes"};

  struct Reply {
    static constexpr BitField num_board_controls = bits("num_board_controls", 31, 24);
    static constexpr BitField num_reasons = bits("num_reasons", 23, 16);
    static constexpr BitField num_device_controls = bits("num_device_controls", 15, 0);
    static constexpr std::array<BitField, 3> attributes_bits{num_board_controls, num_reasons, num_device_controls};

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

/// MISC_CONTROL_SET.
struct ControlSet {
  static constexpr MessageInfo info{protocol_id, MessageId(0x3), "imx_misc.control_set"};
  using Reply = Empty;

  std::uint32_t control_id = 0;
  std::vector<std::uint32_t> values;

  template <class Self, class V>
  static constexpr void fields(Self& m, V& v) {
    v.u32({"control_id", Unit::none, Display::hex}, m.control_id);
    v.count("num_values", m.values);
    v.list({"values", Unit::none, Display::hex}, m.values);
  }
  bool operator==(const ControlSet&) const = default;
};

/// MISC_CONTROL_GET.
struct ControlGet {
  static constexpr MessageInfo info{protocol_id, MessageId(0x4), "imx_misc.control_get"};

  std::uint32_t control_id = 0;

  struct Reply {
    std::vector<std::uint32_t> values;

    template <class Self, class V>
    static constexpr void fields(Self& m, V& v) {
      v.count("num_values", m.values);
      v.list({"values", Unit::none, Display::hex}, m.values);
    }
    bool operator==(const Reply&) const = default;
  };

  template <class Self, class V>
  static constexpr void fields(Self& m, V& v) {
    v.u32({"control_id", Unit::none, Display::hex}, m.control_id);
  }
  bool operator==(const ControlGet&) const = default;
};

/// MISC_CONTROL_ACTION.
struct ControlAction {
  static constexpr MessageInfo info{protocol_id, MessageId(0x5), "imx_misc.control_action"};

  std::uint32_t control_id = 0;
  std::uint32_t action = 0;
  std::vector<std::uint32_t> arguments;

  struct Reply {
    std::vector<std::uint32_t> values;

    template <class Self, class V>
    static constexpr void fields(Self& m, V& v) {
      v.count("num_values", m.values);
      v.list({"values", Unit::none, Display::hex}, m.values);
    }
    bool operator==(const Reply&) const = default;
  };

  template <class Self, class V>
  static constexpr void fields(Self& m, V& v) {
    v.u32({"control_id", Unit::none, Display::hex}, m.control_id);
    v.u32("action", m.action);
    v.count("num_arguments", m.arguments);
    v.list({"arguments", Unit::none, Display::hex}, m.arguments);
  }
  bool operator==(const ControlAction&) const = default;
};

/// MISC_DISCOVER_BUILD_INFO, optional.
struct BuildInfo {
  static constexpr MessageInfo info{protocol_id, MessageId(0x6), "imx_misc.discover_build_info"};

  struct Reply {
    std::uint32_t build_number = 0;
    std::uint32_t commit = 0;
    ShortName date;
    ShortName time;

    template <class Self, class V>
    static constexpr void fields(Self& m, V& v) {
      v.u32("build_number", m.build_number);
      v.u32({"commit", Unit::none, Display::hex}, m.commit);
      v.text("date", m.date);
      v.text("time", m.time);
    }
    bool operator==(const Reply&) const = default;
  };

  template <class Self, class V>
  static constexpr void fields(Self&, V&) {}
  bool operator==(const BuildInfo&) const = default;
};

/// MISC_ROM_PASSOVER_GET.
struct RomPassoverGet {
  static constexpr MessageInfo info{protocol_id, MessageId(0x7), "imx_misc.rom_passover_get"};

  struct Reply {
    std::vector<std::uint32_t> words;

    template <class Self, class V>
    static constexpr void fields(Self& m, V& v) {
      v.count("num_words", m.words);
      v.list({"words", Unit::none, Display::hex}, m.words);
    }
    bool operator==(const Reply&) const = default;
  };

  template <class Self, class V>
  static constexpr void fields(Self&, V&) {}
  bool operator==(const RomPassoverGet&) const = default;
};

/// MISC_CONTROL_NOTIFY.
struct ControlNotify {
  static constexpr MessageInfo info{protocol_id, MessageId(0x8), "imx_misc.control_notify"};
  using Reply = Empty;

  std::uint32_t control_id = 0;
  std::uint32_t flags = 0;  ///< Each control has events of its own.

  template <class Self, class V>
  static constexpr void fields(Self& m, V& v) {
    v.u32({"control_id", Unit::none, Display::hex}, m.control_id);
    v.u32({"flags", Unit::none, Display::hex}, m.flags);
  }
  bool operator==(const ControlNotify&) const = default;
};

/// MISC_RESET_REASON_ATTRIBUTES.
struct ReasonAttributes {
  static constexpr MessageInfo info{protocol_id, MessageId(0x9), "imx_misc.reset_reason_attributes"};

  std::uint32_t reason_id = 0;

  struct Reply {
    std::uint32_t attributes = 0;  ///< Reserved.
    ShortName name;

    template <class Self, class V>
    static constexpr void fields(Self& m, V& v) {
      v.word(Field("attributes").omittable(), m.attributes, {});
      v.text("name", m.name);
    }
    bool operator==(const Reply&) const = default;
  };

  template <class Self, class V>
  static constexpr void fields(Self& m, V& v) {
    v.u32("reason_id", m.reason_id);
  }
  bool operator==(const ReasonAttributes&) const = default;
};

/// MISC_RESET_REASON_GET.
struct ReasonGet {
  static constexpr MessageInfo info{protocol_id, MessageId(0xA), "imx_misc.reset_reason_get"};
  static constexpr BitField system = bit("system", 0);  ///< Of the system; clear: of the caller's machine.
  static constexpr std::array<BitField, 1> flags_bits{system};

  std::uint32_t flags = 0;

  struct Reply {
    std::uint32_t boot_flags = 0;
    std::uint32_t shutdown_flags = 0;  ///< Without the count: that is the size of `extended`.
    std::vector<std::uint32_t> extended;

    template <class Self, class V>
    static constexpr void fields(Self& m, V& v) {
      v.word("boot_flags", m.boot_flags, reason_bits);
      v.count("shutdown_flags", m.shutdown_flags, shutdown_reason_bits, reason_extended_words, m.extended);
      v.list({"extended", Unit::none, Display::hex}, m.extended);
    }
    bool operator==(const Reply&) const = default;
  };

  template <class Self, class V>
  static constexpr void fields(Self& m, V& v) {
    v.word("flags", m.flags, flags_bits);
  }
  bool operator==(const ReasonGet&) const = default;
};

/// MISC_SI_INFO_GET.
struct SiliconInfoGet {
  static constexpr MessageInfo info{protocol_id, MessageId(0xB), "imx_misc.si_info_get"};

  struct Reply {
    std::uint32_t device_id = 0;
    std::uint32_t silicon_revision = 0;
    std::uint32_t part_number = 0;
    ShortName name;

    template <class Self, class V>
    static constexpr void fields(Self& m, V& v) {
      v.u32({"device_id", Unit::none, Display::hex}, m.device_id);
      v.u32({"silicon_revision", Unit::none, Display::hex}, m.silicon_revision);
      v.u32({"part_number", Unit::none, Display::hex}, m.part_number);
      v.text("name", m.name);
    }
    bool operator==(const Reply&) const = default;
  };

  template <class Self, class V>
  static constexpr void fields(Self&, V&) {}
  bool operator==(const SiliconInfoGet&) const = default;
};

/// MISC_CFG_INFO_GET, optional.
struct ConfigurationInfoGet {
  static constexpr MessageInfo info{protocol_id, MessageId(0xC), "imx_misc.cfg_info_get"};

  struct Reply {
    std::uint32_t mode_selector = 0;
    ShortName name;

    template <class Self, class V>
    static constexpr void fields(Self& m, V& v) {
      v.u32("mode_selector", m.mode_selector);
      v.text("name", m.name);
    }
    bool operator==(const Reply&) const = default;
  };

  template <class Self, class V>
  static constexpr void fields(Self&, V&) {}
  bool operator==(const ConfigurationInfoGet&) const = default;
};

/// MISC_SYSLOG_GET, multi-part.
struct SyslogGet {
  static constexpr MessageInfo info{protocol_id, MessageId(0xD), "imx_misc.syslog_get"};

  std::uint32_t flags = 0;  ///< Reserved.
  std::uint32_t log_index = 0;

  struct Reply {
    static constexpr BitField count = bits("num_log", 11, 0);
    static constexpr BitField remaining = bits("remaining", 31, 20);
    static constexpr std::array<BitField, 2> num_log_flags_bits{count, remaining};

    std::uint32_t num_log_flags = 0;  ///< Without the count: that is the size of `words`.
    std::vector<std::uint32_t> words;

    template <class Self, class V>
    static constexpr void fields(Self& m, V& v) {
      v.count("num_log_flags", m.num_log_flags, num_log_flags_bits, count, m.words);
      v.list({"words", Unit::none, Display::hex}, m.words);
    }
    bool operator==(const Reply&) const = default;
  };

  template <class Self, class V>
  static constexpr void fields(Self& m, V& v) {
    v.word(Field("flags").omittable(), m.flags, {});
    v.u32("log_index", m.log_index);
  }
  bool operator==(const SyslogGet&) const = default;
};

/// MISC_BOARD_INFO, optional.
struct BoardInfo {
  static constexpr MessageInfo info{protocol_id, MessageId(0xE), "imx_misc.board_info_get"};

  struct Reply {
    std::uint32_t attributes = 0;
    ShortName name;

    template <class Self, class V>
    static constexpr void fields(Self& m, V& v) {
      v.u32({"attributes", Unit::none, Display::hex}, m.attributes);
      v.text("name", m.name);
    }
    bool operator==(const Reply&) const = default;
  };

  template <class Self, class V>
  static constexpr void fields(Self&, V&) {}
  bool operator==(const BoardInfo&) const = default;
};

/// MISC_CONTROL_EXT_SET.
struct ControlExtendedSet {
  static constexpr MessageInfo info{protocol_id, MessageId(0x20), "imx_misc.control_ext_set", Version(0x10001)};
  using Reply = Empty;

  std::uint32_t control_id = 0;
  std::uint32_t address = 0;
  std::uint32_t length = 0;
  std::vector<std::uint32_t> values;

  template <class Self, class V>
  static constexpr void fields(Self& m, V& v) {
    v.u32({"control_id", Unit::none, Display::hex}, m.control_id);
    v.u32({"address", Unit::none, Display::hex}, m.address);
    v.u32("length", m.length);
    v.count("num_values", m.values);
    v.list({"values", Unit::none, Display::hex}, m.values);
  }
  bool operator==(const ControlExtendedSet&) const = default;
};

/// MISC_CONTROL_EXT_GET.
struct ControlExtendedGet {
  static constexpr MessageInfo info{protocol_id, MessageId(0x21), "imx_misc.control_ext_get", Version(0x10001)};

  std::uint32_t control_id = 0;
  std::uint32_t address = 0;
  std::uint32_t length = 0;

  struct Reply {
    std::vector<std::uint32_t> values;

    template <class Self, class V>
    static constexpr void fields(Self& m, V& v) {
      v.count("num_values", m.values);
      v.list({"values", Unit::none, Display::hex}, m.values);
    }
    bool operator==(const Reply&) const = default;
  };

  template <class Self, class V>
  static constexpr void fields(Self& m, V& v) {
    v.u32({"control_id", Unit::none, Display::hex}, m.control_id);
    v.u32({"address", Unit::none, Display::hex}, m.address);
    v.u32("length", m.length);
  }
  bool operator==(const ControlExtendedGet&) const = default;
};

/// MISC_DDR_INFO_GET.
struct DdrInfoGet {
  static constexpr MessageInfo info{protocol_id, MessageId(0x22), "imx_misc.ddr_info_get", Version(0x10001)};

  std::uint32_t region = 0;

  struct Reply {
    static constexpr std::array<NamedValue, 4> type_names{NamedValue{0, "LPDDR5"}, NamedValue{1, "LPDDR5X"},
                                                          NamedValue{2, "LPDDR4"}, NamedValue{3, "LPDDR4X"}};
    static constexpr BitField ecc = bit("ecc", 31);
    static constexpr BitField num_regions = bits("num_regions", 17, 16);
    static constexpr BitField width = bits("width", 10, 8);
    static constexpr BitField type = bits("type", 4, 0, Version(0x10000), Unit::none, type_names);
    static constexpr std::array<BitField, 4> attributes_bits{ecc, num_regions, width, type};

    std::uint32_t attributes = 0;
    std::uint32_t megatransfers_per_second = 0;
    std::uint64_t start = 0;
    std::uint64_t end = 0;

    template <class Self, class V>
    static constexpr void fields(Self& m, V& v) {
      v.word("attributes", m.attributes, attributes_bits);
      v.u32("megatransfers_per_second", m.megatransfers_per_second);
      v.u64({"start", Unit::none, Display::hex}, m.start);
      v.u64({"end", Unit::none, Display::hex}, m.end);
    }
    bool operator==(const Reply&) const = default;
  };

  template <class Self, class V>
  static constexpr void fields(Self& m, V& v) {
    v.u32("region", m.region);
  }
  bool operator==(const DdrInfoGet&) const = default;
};

/// MISC_CONTROL_EVENT.
struct ControlEvent {
  static constexpr MessageInfo info{protocol_id, MessageId(0x0), "imx_misc.control_event", Version(0x10000),
                                    MessageType::notification};

  std::uint32_t control_id = 0;
  std::uint32_t flags = 0;

  template <class Self, class V>
  static constexpr void fields(Self& m, V& v) {
    v.u32({"control_id", Unit::none, Display::hex}, m.control_id);
    v.u32({"flags", Unit::none, Display::hex}, m.flags);
  }
  bool operator==(const ControlEvent&) const = default;
};

}  // namespace scmi::imx::misc_protocol
