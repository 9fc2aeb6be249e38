// SPDX-License-Identifier: Apache-2.0
//
// Messages of the Base protocol (DEN0056 protocol 0x10). They live in the core because the agent's probe speaks them.
#pragma once

#include <vector>

#include "scmi/common_messages.hpp"
#include "scmi/fields.hpp"
#include "scmi/status.hpp"

namespace scmi::base_protocol {

inline constexpr Version version_1_0{0x10000};
inline constexpr Version version_2_0{0x20000};
inline constexpr Version version_2_1{0x20001};
/// The newest version we know.
inline constexpr Version newest = version_2_1;

/// The agent that sends the command, in commands that name an agent (since 2.0).
inline constexpr AgentId self{0xFFFF'FFFF};

/// DEN0056 PROTOCOL_ATTRIBUTES of the Base protocol.
struct ProtocolAttributes {
  static constexpr MessageInfo info{protocol::base, MessageId(0x1), "base.protocol_attributes"};

  struct Reply {
    static constexpr BitField num_agents = bits("num_agents", 15, 8);  ///< Without the platform.
    static constexpr BitField num_protocols = bits("num_protocols", 7, 0);
    static constexpr std::array<BitField, 2> attributes_bits{num_agents, num_protocols};

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

/// DEN0056 BASE_DISCOVER_VENDOR.
struct DiscoverVendor {
  static constexpr MessageInfo info{protocol::base, MessageId(0x3), "base.discover_vendor"};

  struct Reply {
    ShortName vendor_identifier;

    template <class Self, class V>
    static constexpr void fields(Self& m, V& v) {
      v.text("vendor_identifier", m.vendor_identifier);
    }
    bool operator==(const Reply&) const = default;
  };

  template <class Self, class V>
  static constexpr void fields(Self&, V&) {}
  bool operator==(const DiscoverVendor&) const = default;
};

/// DEN0056 BASE_DISCOVER_SUB_VENDOR, optional.
struct DiscoverSubVendor {
  static constexpr MessageInfo info{protocol::base, MessageId(0x4), "base.discover_sub_vendor"};

  struct Reply {
    ShortName sub_vendor_identifier;

    template <class Self, class V>
    static constexpr void fields(Self& m, V& v) {
      v.text("sub_vendor_identifier", m.sub_vendor_identifier);
    }
    bool operator==(const Reply&) const = default;
  };

  template <class Self, class V>
  static constexpr void fields(Self&, V&) {}
  bool operator==(const DiscoverSubVendor&) const = default;
};

/// DEN0056 BASE_DISCOVER_IMPLEMENTATION_VERSION.
struct DiscoverImplementationVersion {
  static constexpr MessageInfo info{protocol::base, MessageId(0x5), "base.discover_implementation_version"};

  struct Reply {
    std::uint32_t implementation_version = 0;

    template <class Self, class V>
    static constexpr void fields(Self& m, V& v) {
      v.u32({"implementation_version", Unit::none, Display::hex}, m.implementation_version);
    }
    bool operator==(const Reply&) const = default;
  };

  template <class Self, class V>
  static constexpr void fields(Self&, V&) {}
  bool operator==(const DiscoverImplementationVersion&) const = default;
};

/// DEN0056 BASE_DISCOVER_LIST_PROTOCOLS, multi-part.
struct DiscoverListProtocols {
  static constexpr MessageInfo info{protocol::base, MessageId(0x6), "base.discover_list_protocols"};

  std::uint32_t skip = 0;

  struct Reply {
    std::vector<ProtocolId> protocols;  ///< Of this part; four ids in a word on the wire.

    template <class Self, class V>
    static constexpr void fields(Self& m, V& v) {
      v.count("num_protocols", m.protocols);
      v.list({"protocols", Unit::none, Display::hex}, m.protocols);
    }
    bool operator==(const Reply&) const = default;
  };

  template <class Self, class V>
  static constexpr void fields(Self& m, V& v) {
    v.u32(Field("skip").omittable(), m.skip);
  }
  bool operator==(const DiscoverListProtocols&) const = default;
};

/// DEN0056 BASE_DISCOVER_AGENT, optional.
struct DiscoverAgent {
  static constexpr MessageInfo info{protocol::base, MessageId(0x7), "base.discover_agent"};

  AgentId agent_id{};  ///< 0 is the platform; `self` since 2.0.

  struct Reply {
    AgentId agent_id{};  ///< Not on the wire before 2.0: stays zero.
    ShortName name;

    template <class Self, class V>
    static constexpr void fields(Self& m, V& v) {
      if (v.version() >= version_2_0) v.u32("agent_id", m.agent_id);
      v.text("name", m.name);
    }
    bool operator==(const Reply&) const = default;
  };

  template <class Self, class V>
  static constexpr void fields(Self& m, V& v) {
    v.u32("agent_id", m.agent_id);
  }
  bool operator==(const DiscoverAgent&) const = default;
};

/// DEN0056 BASE_NOTIFY_ERRORS, optional.
struct NotifyErrors {
  static constexpr MessageInfo info{protocol::base, MessageId(0x8), "base.notify_errors"};
  using Reply = Empty;

  std::uint32_t notify_enable = 0;

  template <class Self, class V>
  static constexpr void fields(Self& m, V& v) {
    v.word("notify_enable", m.notify_enable, notify_enable_bits);
  }
  bool operator==(const NotifyErrors&) const = default;
};

/// DEN0056 BASE_SET_DEVICE_PERMISSIONS, optional, for trusted agents.
struct SetDevicePermissions {
  static constexpr MessageInfo info{protocol::base, MessageId(0x9), "base.set_device_permissions", version_2_0};
  using Reply = Empty;
  static constexpr BitField allow = bit("allow", 0);
  static constexpr std::array<BitField, 1> flags_bits{allow};

  AgentId agent_id{};
  std::uint32_t device_id = 0;
  std::uint32_t flags = 0;

  template <class Self, class V>
  static constexpr void fields(Self& m, V& v) {
    v.u32("agent_id", m.agent_id);
    v.u32("device_id", m.device_id);
    v.word("flags", m.flags, flags_bits);
  }
  bool operator==(const SetDevicePermissions&) const = default;
};

/// DEN0056 BASE_SET_PROTOCOL_PERMISSIONS, optional, for trusted agents.
struct SetProtocolPermissions {
  static constexpr MessageInfo info{protocol::base, MessageId(0xA), "base.set_protocol_permissions", version_2_0};
  using Reply = Empty;
  static constexpr BitField protocol_id = bits("protocol_id", 7, 0);
  static constexpr std::array<BitField, 1> command_id_bits{protocol_id};
  static constexpr BitField allow = bit("allow", 0);
  static constexpr std::array<BitField, 1> flags_bits{allow};

  AgentId agent_id{};
  std::uint32_t device_id = 0;
  std::uint32_t command_id = 0;  ///< Holds a protocol id, in spite of its name.
  std::uint32_t flags = 0;

  template <class Self, class V>
  static constexpr void fields(Self& m, V& v) {
    v.u32("agent_id", m.agent_id);
    v.u32("device_id", m.device_id);
    v.word({"command_id", Unit::none, Display::hex}, m.command_id, command_id_bits);
    v.word("flags", m.flags, flags_bits);
  }
  bool operator==(const SetProtocolPermissions&) const = default;
};

/// DEN0056 BASE_RESET_AGENT_CONFIGURATION, optional.
struct ResetAgentConfiguration {
  static constexpr MessageInfo info{protocol::base, MessageId(0xB), "base.reset_agent_configuration", version_2_0};
  using Reply = Empty;
  static constexpr BitField reset_permissions = bit("reset_permissions", 0);
  static constexpr std::array<BitField, 1> flags_bits{reset_permissions};

  AgentId agent_id{};
  std::uint32_t flags = 0;

  template <class Self, class V>
  static constexpr void fields(Self& m, V& v) {
    v.u32("agent_id", m.agent_id);
    v.word(Field("flags").omittable(), m.flags, flags_bits);
  }
  bool operator==(const ResetAgentConfiguration&) const = default;
};

/// DEN0056 BASE_ERROR_EVENT: a command failed in a way that its response could not tell.
struct ErrorEvent {
  static constexpr MessageInfo info{protocol::base, MessageId(0x0), "base.error_event", version_1_0,
                                    MessageType::notification};

  /// One failed command. Header before status: our sources leave the order open.
  struct Report {
    std::uint32_t command_header = 0;
    Status command_status = Status::success;

    template <class Self, class V>
    static constexpr void fields(Self& m, V& v) {
      v.u32({"command_header", Unit::none, Display::hex}, m.command_header);
      v.status("command_status", m.command_status);
    }
    bool operator==(const Report&) const = default;
  };

  static constexpr BitField fatal = bit("fatal", 31);
  static constexpr BitField num_reports = bits("num_reports", 9, 0);
  static constexpr std::array<BitField, 2> error_status_bits{fatal, num_reports};

  AgentId agent_id{};
  std::uint32_t error_status = 0;  ///< Without num_reports: that is the size of `reports`.
  std::vector<Report> reports;

  template <class Self, class V>
  static constexpr void fields(Self& m, V& v) {
    v.u32("agent_id", m.agent_id);
    v.count("error_status", m.error_status, error_status_bits, num_reports, m.reports);
    v.list("reports", m.reports);
  }
  bool operator==(const ErrorEvent&) const = default;
};

}  // namespace scmi::base_protocol
