// SPDX-License-Identifier: Apache-2.0
//
// Messages of the i.MX logical machine management protocol (NXP vendor protocol 0x80): the machines that a
// system manager divides the chip into, and their life.
#pragma once

#include <vector>

#include "protocols/vendor/imx/imx_common.hpp"
#include "scmi/common_messages.hpp"
#include "scmi/fields.hpp"
#include "scmi/status.hpp"

namespace scmi::imx::lmm_protocol {

inline constexpr ProtocolId protocol_id{0x80};
inline constexpr Version newest{0x10000};

/// The caller's own machine, for ATTRIBUTES.
inline constexpr std::uint32_t own = 0xFFFF'FFFF;

inline constexpr std::array<NamedValue, 4> state_names{NamedValue{0, "OFF"}, NamedValue{1, "ON"},
                                                       NamedValue{2, "SUSPENDED"}, NamedValue{3, "POWERED"}};

/// Kinds of events in the life of a machine.
inline constexpr BitField boot_event = bit("boot", 0);
inline constexpr BitField shutdown_event = bit("shutdown", 1);
inline constexpr BitField suspend_event = bit("suspend", 2);
inline constexpr BitField wake_event = bit("wake", 3);
inline constexpr std::array<BitField, 4> event_bits{boot_event, shutdown_event, suspend_event, wake_event};

/// PROTOCOL_ATTRIBUTES of the machine management protocol.
struct ProtocolAttributes {
  static constexpr MessageInfo info{protocol_id, MessageId(0x1), "imx_lmm.protocol_attributes"};

  struct Reply {
    static constexpr BitField num_machines = bits("num_machines", 4, 0);
    static constexpr std::array<BitField, 1> attributes_bits{num_machines};

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

/// LMM_ATTRIBUTES.
struct Attributes {
  static constexpr MessageInfo info{protocol_id, MessageId(0x3), "imx_lmm.attributes"};

  std::uint32_t lm_id = 0;  ///< Or `own`.

  struct Reply {
    std::uint32_t lm_id = 0;       ///< The real number, also when asked for `own`.
    std::uint32_t attributes = 0;  ///< Reserved.
    std::uint32_t state = 0;
    Status error_status{};  ///< Why the machine stopped, if it did.
    ShortName name;

    template <class Self, class V>
    static constexpr void fields(Self& m, V& v) {
      v.u32("lm_id", m.lm_id);
      v.word(Field("attributes").omittable(), m.attributes, {});
      v.u32({"state", Unit::none, Display::decimal, state_names}, m.state);
      v.status("error_status", m.error_status);
      v.text("name", m.name);
    }
    bool operator==(const Reply&) const = default;
  };

  template <class Self, class V>
  static constexpr void fields(Self& m, V& v) {
    v.u32("lm_id", m.lm_id);
  }
  bool operator==(const Attributes&) const = default;
};

/// LMM_BOOT.
struct Boot {
  static constexpr MessageInfo info{protocol_id, MessageId(0x4), "imx_lmm.boot"};
  using Reply = Empty;

  std::uint32_t lm_id = 0;

  template <class Self, class V>
  static constexpr void fields(Self& m, V& v) {
    v.u32("lm_id", m.lm_id);
  }
  bool operator==(const Boot&) const = default;
};

/// LMM_RESET.
struct Reset {
  static constexpr MessageInfo info{protocol_id, MessageId(0x5), "imx_lmm.reset"};
  using Reply = Empty;
  static constexpr BitField graceful =
      bit("graceful", 0);  ///< The machine is asked, not forced: SUCCESS means that it was told.
  static constexpr std::array<BitField, 1> flags_bits{graceful};

  std::uint32_t lm_id = 0;
  std::uint32_t flags = 0;

  template <class Self, class V>
  static constexpr void fields(Self& m, V& v) {
    v.u32("lm_id", m.lm_id);
    v.word("flags", m.flags, flags_bits);
  }
  bool operator==(const Reset&) const = default;
};

/// LMM_SHUTDOWN.
struct Shutdown {
  static constexpr MessageInfo info{protocol_id, MessageId(0x6), "imx_lmm.shutdown"};
  using Reply = Empty;
  static constexpr BitField graceful =
      bit("graceful", 0);  ///< The machine is asked, not forced: SUCCESS means that it was told.
  static constexpr std::array<BitField, 1> flags_bits{graceful};

  std::uint32_t lm_id = 0;
  std::uint32_t flags = 0;

  template <class Self, class V>
  static constexpr void fields(Self& m, V& v) {
    v.u32("lm_id", m.lm_id);
    v.word("flags", m.flags, flags_bits);
  }
  bool operator==(const Shutdown&) const = default;
};

/// LMM_WAKE: asks the machine to come out of suspend.
struct Wake {
  static constexpr MessageInfo info{protocol_id, MessageId(0x7), "imx_lmm.wake"};
  using Reply = Empty;

  std::uint32_t lm_id = 0;

  template <class Self, class V>
  static constexpr void fields(Self& m, V& v) {
    v.u32("lm_id", m.lm_id);
  }
  bool operator==(const Wake&) const = default;
};

/// LMM_SUSPEND: asks the machine to suspend.
struct Suspend {
  static constexpr MessageInfo info{protocol_id, MessageId(0x8), "imx_lmm.suspend"};
  using Reply = Empty;

  std::uint32_t lm_id = 0;

  template <class Self, class V>
  static constexpr void fields(Self& m, V& v) {
    v.u32("lm_id", m.lm_id);
  }
  bool operator==(const Suspend&) const = default;
};

/// LMM_NOTIFY: which events of a machine the caller hears of.
struct Notify {
  static constexpr MessageInfo info{protocol_id, MessageId(0x9), "imx_lmm.notify"};
  using Reply = Empty;

  std::uint32_t lm_id = 0;
  std::uint32_t flags = 0;

  template <class Self, class V>
  static constexpr void fields(Self& m, V& v) {
    v.u32("lm_id", m.lm_id);
    v.word("flags", m.flags, event_bits);
  }
  bool operator==(const Notify&) const = default;
};

/// LMM_RESET_REASON.
struct ResetReason {
  static constexpr MessageInfo info{protocol_id, MessageId(0xA), "imx_lmm.reset_reason_get"};

  std::uint32_t lm_id = 0;

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
    v.u32("lm_id", m.lm_id);
  }
  bool operator==(const ResetReason&) const = default;
};

/// LMM_POWER_ON: power without a start of its processors.
struct PowerOn {
  static constexpr MessageInfo info{protocol_id, MessageId(0xB), "imx_lmm.power_on"};
  using Reply = Empty;

  std::uint32_t lm_id = 0;

  template <class Self, class V>
  static constexpr void fields(Self& m, V& v) {
    v.u32("lm_id", m.lm_id);
  }
  bool operator==(const PowerOn&) const = default;
};

/// LMM_RESET_VECTOR_SET.
struct ResetVectorSet {
  static constexpr MessageInfo info{protocol_id, MessageId(0xC), "imx_lmm.reset_vector_set"};
  using Reply = Empty;
  static constexpr BitField table = bit("table", 0);  ///< The address is that of a vector table.
  static constexpr std::array<BitField, 1> flags_bits{table};

  std::uint32_t lm_id = 0;
  std::uint32_t cpu_id = 0;
  std::uint32_t flags = 0;
  std::uint64_t vector = 0;

  template <class Self, class V>
  static constexpr void fields(Self& m, V& v) {
    v.u32("lm_id", m.lm_id);
    v.u32("cpu_id", m.cpu_id);
    v.word("flags", m.flags, flags_bits);
    v.u64({"vector", Unit::none, Display::hex}, m.vector);
  }
  bool operator==(const ResetVectorSet&) const = default;
};

/// LMM_EVENT.
struct Event {
  static constexpr MessageInfo info{protocol_id, MessageId(0x0), "imx_lmm.event", Version(0x10000),
                                    MessageType::notification};

  std::uint32_t lm_id = 0;        ///< Who caused it.
  std::uint32_t event_lm_id = 0;  ///< Whom it is about.
  std::uint32_t flags = 0;

  template <class Self, class V>
  static constexpr void fields(Self& m, V& v) {
    v.u32("lm_id", m.lm_id);
    v.u32("event_lm_id", m.event_lm_id);
    v.word("flags", m.flags, event_bits);
  }
  bool operator==(const Event&) const = default;
};

}  // namespace scmi::imx::lmm_protocol
