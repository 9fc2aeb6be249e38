// SPDX-License-Identifier: Apache-2.0
//
// Messages of the i.MX CPU protocol (NXP vendor protocol 0x82): starting and stopping the cores of the caller's
// machine, and what wakes them.
#pragma once

#include <vector>

#include "scmi/common_messages.hpp"
#include "scmi/fields.hpp"

namespace scmi::imx::cpu_protocol {

inline constexpr ProtocolId protocol_id{0x82};
inline constexpr Version newest{0x10000};

inline constexpr std::array<NamedValue, 4> run_mode_names{NamedValue{0, "RUN"}, NamedValue{1, "HOLD"},
                                                          NamedValue{2, "STOP"}, NamedValue{3, "SLEEP"}};
inline constexpr std::array<NamedValue, 4> sleep_mode_names{NamedValue{0, "RUN"}, NamedValue{1, "WAIT"},
                                                            NamedValue{2, "STOP"}, NamedValue{3, "SUSPEND"}};
/// How long something stays powered while a core sleeps ever deeper.
inline constexpr std::array<NamedValue, 5> low_power_setting_names{NamedValue{0, "never"}, NamedValue{1, "run"},
                                                                   NamedValue{2, "wait"}, NamedValue{3, "stop"},
                                                                   NamedValue{4, "always"}};

/// What becomes of a power domain while a core sleeps.
struct PowerDomainSetting {
  std::uint32_t domain_id = 0;
  std::uint32_t setting = 0;
  std::uint32_t retention_mask = 0;

  template <class Self, class V>
  static constexpr void fields(Self& m, V& v) {
    v.u32("domain_id", m.domain_id);
    v.u32({"setting", Unit::none, Display::decimal, low_power_setting_names}, m.setting);
    v.u32({"retention_mask", Unit::none, Display::hex}, m.retention_mask);
  }
  bool operator==(const PowerDomainSetting&) const = default;
};

/// What becomes of a peripheral while a core sleeps.
struct PeripheralSetting {
  std::uint32_t peripheral_id = 0;
  std::uint32_t setting = 0;

  template <class Self, class V>
  static constexpr void fields(Self& m, V& v) {
    v.u32("peripheral_id", m.peripheral_id);
    v.u32({"setting", Unit::none, Display::decimal, low_power_setting_names}, m.setting);
  }
  bool operator==(const PeripheralSetting&) const = default;
};

/// PROTOCOL_ATTRIBUTES of the CPU protocol.
struct ProtocolAttributes {
  static constexpr MessageInfo info{protocol_id, MessageId(0x1), "imx_cpu.protocol_attributes"};

  struct Reply {
    static constexpr BitField num_cpus = bits("num_cpus", 15, 0);
    static constexpr std::array<BitField, 1> attributes_bits{num_cpus};

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

/// CPU_ATTRIBUTES.
struct Attributes {
  static constexpr MessageInfo info{protocol_id, MessageId(0x3), "imx_cpu.attributes"};

  std::uint32_t cpu_id = 0;

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
    v.u32("cpu_id", m.cpu_id);
  }
  bool operator==(const Attributes&) const = default;
};

/// CPU_START.
struct Start {
  static constexpr MessageInfo info{protocol_id, MessageId(0x4), "imx_cpu.start"};
  using Reply = Empty;

  std::uint32_t cpu_id = 0;

  template <class Self, class V>
  static constexpr void fields(Self& m, V& v) {
    v.u32("cpu_id", m.cpu_id);
  }
  bool operator==(const Start&) const = default;
};

/// CPU_STOP.
struct Stop {
  static constexpr MessageInfo info{protocol_id, MessageId(0x5), "imx_cpu.stop"};
  using Reply = Empty;

  std::uint32_t cpu_id = 0;

  template <class Self, class V>
  static constexpr void fields(Self& m, V& v) {
    v.u32("cpu_id", m.cpu_id);
  }
  bool operator==(const Stop&) const = default;
};

/// CPU_RESET_VECTOR_SET. At least one of resume, start and boot.
struct ResetVectorSet {
  static constexpr MessageInfo info{protocol_id, MessageId(0x6), "imx_cpu.reset_vector_set"};
  using Reply = Empty;
  static constexpr BitField resume = bit("resume", 31);
  static constexpr BitField start = bit("start", 30);
  static constexpr BitField boot = bit("boot", 29);
  static constexpr BitField table = bit("table", 0);
  static constexpr std::array<BitField, 4> flags_bits{resume, start, boot, table};

  std::uint32_t cpu_id = 0;
  std::uint32_t flags = 0;
  std::uint64_t vector = 0;

  template <class Self, class V>
  static constexpr void fields(Self& m, V& v) {
    v.u32("cpu_id", m.cpu_id);
    v.word("flags", m.flags, flags_bits);
    v.u64({"vector", Unit::none, Display::hex}, m.vector);
  }
  bool operator==(const ResetVectorSet&) const = default;
};

/// CPU_SLEEP_MODE_SET.
struct SleepModeSet {
  static constexpr MessageInfo info{protocol_id, MessageId(0x7), "imx_cpu.sleep_mode_set"};
  using Reply = Empty;
  static constexpr BitField irq_mux = bit("irq_mux", 0);
  static constexpr BitField platform_wake = bit("platform_wake", 1);
  static constexpr BitField low_power_compute = bit("low_power_compute", 2);
  static constexpr std::array<BitField, 3> flags_bits{irq_mux, platform_wake, low_power_compute};

  std::uint32_t cpu_id = 0;
  std::uint32_t flags = 0;
  std::uint32_t mode = 0;

  template <class Self, class V>
  static constexpr void fields(Self& m, V& v) {
    v.u32("cpu_id", m.cpu_id);
    v.word("flags", m.flags, flags_bits);
    v.u32({"mode", Unit::none, Display::decimal, sleep_mode_names}, m.mode);
  }
  bool operator==(const SleepModeSet&) const = default;
};

/// CPU_IRQ_WAKE_SET: interrupts that wake the core.
struct IrqWakeSet {
  static constexpr MessageInfo info{protocol_id, MessageId(0x8), "imx_cpu.irq_wake_set"};
  using Reply = Empty;

  std::uint32_t cpu_id = 0;
  std::uint32_t mask_index = 0;     ///< Of the first word.
  std::vector<std::uint32_t> mask;  ///< A set bit wakes.

  template <class Self, class V>
  static constexpr void fields(Self& m, V& v) {
    v.u32("cpu_id", m.cpu_id);
    v.u32("mask_index", m.mask_index);
    v.count("num_mask", m.mask);
    v.list({"mask", Unit::none, Display::hex}, m.mask);
  }
  bool operator==(const IrqWakeSet&) const = default;
};

/// CPU_NON_IRQ_WAKE_SET: other events that wake it.
struct NonIrqWakeSet {
  static constexpr MessageInfo info{protocol_id, MessageId(0x9), "imx_cpu.non_irq_wake_set"};
  using Reply = Empty;

  std::uint32_t cpu_id = 0;
  std::uint32_t mask_index = 0;     ///< Of the first word.
  std::vector<std::uint32_t> mask;  ///< A set bit wakes.

  template <class Self, class V>
  static constexpr void fields(Self& m, V& v) {
    v.u32("cpu_id", m.cpu_id);
    v.u32("mask_index", m.mask_index);
    v.count("num_mask", m.mask);
    v.list({"mask", Unit::none, Display::hex}, m.mask);
  }
  bool operator==(const NonIrqWakeSet&) const = default;
};

/// CPU_PD_LPM_CONFIG_SET.
struct PowerDomainSettingsSet {
  static constexpr MessageInfo info{protocol_id, MessageId(0xA), "imx_cpu.pd_lpm_config_set"};
  using Reply = Empty;

  std::uint32_t cpu_id = 0;
  std::vector<PowerDomainSetting> configs;

  template <class Self, class V>
  static constexpr void fields(Self& m, V& v) {
    v.u32("cpu_id", m.cpu_id);
    v.count("num_configs", m.configs);
    v.list("configs", m.configs);
  }
  bool operator==(const PowerDomainSettingsSet&) const = default;
};

/// CPU_PER_LPM_CONFIG_SET.
struct PeripheralSettingsSet {
  static constexpr MessageInfo info{protocol_id, MessageId(0xB), "imx_cpu.per_lpm_config_set"};
  using Reply = Empty;

  std::uint32_t cpu_id = 0;
  std::vector<PeripheralSetting> configs;

  template <class Self, class V>
  static constexpr void fields(Self& m, V& v) {
    v.u32("cpu_id", m.cpu_id);
    v.count("num_configs", m.configs);
    v.list("configs", m.configs);
  }
  bool operator==(const PeripheralSettingsSet&) const = default;
};

/// CPU_INFO_GET.
struct InfoGet {
  static constexpr MessageInfo info{protocol_id, MessageId(0xC), "imx_cpu.info_get"};

  std::uint32_t cpu_id = 0;

  struct Reply {
    std::uint32_t run_mode = 0;
    std::uint32_t sleep_mode = 0;
    std::uint64_t vector = 0;

    template <class Self, class V>
    static constexpr void fields(Self& m, V& v) {
      v.u32({"run_mode", Unit::none, Display::decimal, run_mode_names}, m.run_mode);
      v.u32({"sleep_mode", Unit::none, Display::decimal, sleep_mode_names}, m.sleep_mode);
      v.u64({"vector", Unit::none, Display::hex}, m.vector);
    }
    bool operator==(const Reply&) const = default;
  };

  template <class Self, class V>
  static constexpr void fields(Self& m, V& v) {
    v.u32("cpu_id", m.cpu_id);
  }
  bool operator==(const InfoGet&) const = default;
};

}  // namespace scmi::imx::cpu_protocol
