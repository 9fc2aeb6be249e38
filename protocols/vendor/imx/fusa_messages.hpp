// SPDX-License-Identifier: Apache-2.0
//
// Messages of the i.MX functional safety protocol (NXP vendor protocol 0x83): the state of the safety environments, and
// faults. Known from one public implementation only.
#pragma once

#include "scmi/common_messages.hpp"
#include "scmi/fields.hpp"

namespace scmi::imx::fusa_protocol {

inline constexpr ProtocolId protocol_id{0x83};
inline constexpr Version newest{0x10000};

inline constexpr std::array<NamedValue, 4> fault_environment_state_names{
    NamedValue{0, "INIT"}, NamedValue{1, "PRE_SAFETY"}, NamedValue{2, "SAFETY_RUNTIME"}, NamedValue{3, "TERMINATING"}};

/// PROTOCOL_ATTRIBUTES of the functional safety protocol.
struct ProtocolAttributes {
  static constexpr MessageInfo info{protocol_id, MessageId(0x1), "imx_fusa.protocol_attributes"};

  struct Reply {
    static constexpr BitField num_faults = bits("num_faults", 31, 16);
    static constexpr BitField num_environment_ids = bits("num_environment_ids", 15, 8);
    static constexpr BitField num_machines = bits("num_machines", 7, 0);
    static constexpr std::array<BitField, 3> attributes_bits{num_faults, num_environment_ids, num_machines};

    std::uint32_t attributes = 0;
    std::uint32_t attributes2 = 0;  ///< Reserved.

    template <class Self, class V>
    static constexpr void fields(Self& m, V& v) {
      v.word("attributes", m.attributes, attributes_bits);
      v.word(Field("attributes2").omittable(), m.attributes2, {});
    }
    bool operator==(const Reply&) const = default;
  };

  template <class Self, class V>
  static constexpr void fields(Self&, V&) {}
  bool operator==(const ProtocolAttributes&) const = default;
};

/// FUSA_FEENV_STATE_GET.
struct FaultEnvironmentStateGet {
  static constexpr MessageInfo info{protocol_id, MessageId(0x3), "imx_fusa.feenv_state_get"};

  struct Reply {
    std::uint32_t state = 0;
    std::uint32_t mode_selector = 0;

    template <class Self, class V>
    static constexpr void fields(Self& m, V& v) {
      v.u32({"state", Unit::none, Display::decimal, fault_environment_state_names}, m.state);
      v.u32("mode_selector", m.mode_selector);
    }
    bool operator==(const Reply&) const = default;
  };

  template <class Self, class V>
  static constexpr void fields(Self&, V&) {}
  bool operator==(const FaultEnvironmentStateGet&) const = default;
};

/// FUSA_FEENV_STATE_NOTIFY.
struct FaultEnvironmentStateNotify {
  static constexpr MessageInfo info{protocol_id, MessageId(0x5), "imx_fusa.feenv_state_notify"};
  using Reply = Empty;

  std::uint32_t notify_enable = 0;

  template <class Self, class V>
  static constexpr void fields(Self& m, V& v) {
    v.word("notify_enable", m.notify_enable, notify_enable_bits);
  }
  bool operator==(const FaultEnvironmentStateNotify&) const = default;
};

/// FUSA_SEENV_STATE_GET.
struct SafetyEnvironmentStateGet {
  static constexpr MessageInfo info{protocol_id, MessageId(0x6), "imx_fusa.seenv_state_get"};

  std::uint32_t environment_id = 0;

  struct Reply {
    std::uint32_t environment_id = 0;
    std::uint32_t lm_id = 0;
    std::uint32_t state = 0;  ///< 0 disabled .. 4 terminal.

    template <class Self, class V>
    static constexpr void fields(Self& m, V& v) {
      v.u32("environment_id", m.environment_id);
      v.u32("lm_id", m.lm_id);
      v.u32("state", m.state);
    }
    bool operator==(const Reply&) const = default;
  };

  template <class Self, class V>
  static constexpr void fields(Self& m, V& v) {
    v.u32("environment_id", m.environment_id);
  }
  bool operator==(const SafetyEnvironmentStateGet&) const = default;
};

/// FUSA_SEENV_STATE_SET: the caller tells of its own environment.
struct SafetyEnvironmentStateSet {
  static constexpr MessageInfo info{protocol_id, MessageId(0x7), "imx_fusa.seenv_state_set"};
  using Reply = Empty;

  std::uint32_t state = 0;
  std::uint32_t ping_cookie = 0;  ///< Of the request that this answers.

  template <class Self, class V>
  static constexpr void fields(Self& m, V& v) {
    v.u32("state", m.state);
    v.u32({"ping_cookie", Unit::none, Display::hex}, m.ping_cookie);
  }
  bool operator==(const SafetyEnvironmentStateSet&) const = default;
};

/// FUSA_FAULT_GET.
struct FaultGet {
  static constexpr MessageInfo info{protocol_id, MessageId(0x8), "imx_fusa.fault_get"};

  std::uint32_t fault_id = 0;

  struct Reply {
    static constexpr BitField set = bit("set", 0);
    static constexpr std::array<BitField, 1> flags_bits{set};

    std::uint32_t flags = 0;

    template <class Self, class V>
    static constexpr void fields(Self& m, V& v) {
      v.word("flags", m.flags, flags_bits);
    }
    bool operator==(const Reply&) const = default;
  };

  template <class Self, class V>
  static constexpr void fields(Self& m, V& v) {
    v.u32("fault_id", m.fault_id);
  }
  bool operator==(const FaultGet&) const = default;
};

/// FUSA_FAULT_SET.
struct FaultSet {
  static constexpr MessageInfo info{protocol_id, MessageId(0x9), "imx_fusa.fault_set"};
  using Reply = Empty;
  static constexpr BitField set = bits("set", 1, 0);
  static constexpr std::array<BitField, 1> flags_bits{set};

  std::uint32_t fault_id = 0;
  std::uint32_t flags = 0;

  template <class Self, class V>
  static constexpr void fields(Self& m, V& v) {
    v.u32("fault_id", m.fault_id);
    v.word("flags", m.flags, flags_bits);
  }
  bool operator==(const FaultSet&) const = default;
};

/// FUSA_FAULT_GROUP_NOTIFY: up to 32 faults from one on.
struct FaultGroupNotify {
  static constexpr MessageInfo info{protocol_id, MessageId(0xA), "imx_fusa.fault_group_notify"};

  std::uint32_t first_fault_id = 0;
  std::uint32_t mask = 0;  ///< Which of them the call is about.
  std::uint32_t enable_mask = 0;

  struct Reply {
    std::uint32_t first_fault_id = 0;
    std::uint32_t enabled_mask = 0;

    template <class Self, class V>
    static constexpr void fields(Self& m, V& v) {
      v.u32("first_fault_id", m.first_fault_id);
      v.u32({"enabled_mask", Unit::none, Display::hex}, m.enabled_mask);
    }
    bool operator==(const Reply&) const = default;
  };

  template <class Self, class V>
  static constexpr void fields(Self& m, V& v) {
    v.u32("first_fault_id", m.first_fault_id);
    v.u32({"mask", Unit::none, Display::hex}, m.mask);
    v.u32({"enable_mask", Unit::none, Display::hex}, m.enable_mask);
  }
  bool operator==(const FaultGroupNotify&) const = default;
};

/// FUSA_SCHECK_EVNTRIG.
struct SafetyCheckEventTrigger {
  static constexpr MessageInfo info{protocol_id, MessageId(0xB), "imx_fusa.scheck_event_trigger"};
  using Reply = Empty;
  template <class Self, class V>
  static constexpr void fields(Self&, V&) {}
  bool operator==(const SafetyCheckEventTrigger&) const = default;
};

/// FUSA_SCHECK_TEST_EXEC.
struct SafetyCheckTestExecute {
  static constexpr MessageInfo info{protocol_id, MessageId(0xE), "imx_fusa.scheck_test_exec"};
  using Reply = Empty;

  std::uint32_t test_id = 0;

  template <class Self, class V>
  static constexpr void fields(Self& m, V& v) {
    v.u32("test_id", m.test_id);
  }
  bool operator==(const SafetyCheckTestExecute&) const = default;
};

/// FUSA_FEENV_STATE_EVENT.
struct FaultEnvironmentStateEvent {
  static constexpr MessageInfo info{protocol_id, MessageId(0x0), "imx_fusa.feenv_state_event", Version(0x10000),
                                    MessageType::notification};

  std::uint32_t state = 0;
  std::uint32_t mode_selector = 0;

  template <class Self, class V>
  static constexpr void fields(Self& m, V& v) {
    v.u32({"state", Unit::none, Display::decimal, fault_environment_state_names}, m.state);
    v.u32("mode_selector", m.mode_selector);
  }
  bool operator==(const FaultEnvironmentStateEvent&) const = default;
};

/// FUSA_SEENV_STATE_REQ_EVENT: the platform wants the caller's state.
struct SafetyEnvironmentStateRequest {
  static constexpr MessageInfo info{protocol_id, MessageId(0x1), "imx_fusa.seenv_state_request", Version(0x10000),
                                    MessageType::notification};

  std::uint32_t ping_cookie = 0;

  template <class Self, class V>
  static constexpr void fields(Self& m, V& v) {
    v.u32({"ping_cookie", Unit::none, Display::hex}, m.ping_cookie);
  }
  bool operator==(const SafetyEnvironmentStateRequest&) const = default;
};

/// FUSA_FAULT_EVENT.
struct FaultEvent {
  static constexpr MessageInfo info{protocol_id, MessageId(0x2), "imx_fusa.fault_event", Version(0x10000),
                                    MessageType::notification};
  static constexpr BitField set = bit("set", 0);
  static constexpr std::array<BitField, 1> flags_bits{set};

  std::uint32_t fault_id = 0;
  std::uint32_t flags = 0;

  template <class Self, class V>
  static constexpr void fields(Self& m, V& v) {
    v.u32("fault_id", m.fault_id);
    v.word("flags", m.flags, flags_bits);
  }
  bool operator==(const FaultEvent&) const = default;
};

}  // namespace scmi::imx::fusa_protocol
