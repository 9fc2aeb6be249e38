// SPDX-License-Identifier: Apache-2.0
#include "scmi/result.hpp"

#include <fmt/format.h>

#include <cstring>

namespace scmi {

std::string_view name(LocalError error) noexcept {
  switch (error) {
    case LocalError::timed_out: return "timed_out";
    case LocalError::cancelled: return "cancelled";
    case LocalError::channel_closed: return "channel_closed";
    case LocalError::channel_busy: return "channel_busy";
    case LocalError::channel_error: return "channel_error";
    case LocalError::platform_lost: return "platform_lost";
    case LocalError::no_token: return "no_token";
    case LocalError::no_xfer: return "no_xfer";
    case LocalError::malformed_reply: return "malformed_reply";
    case LocalError::would_deadlock: return "would_deadlock";
    case LocalError::unsupported: return "unsupported";
    case LocalError::stale_handle: return "stale_handle";
    case LocalError::message_too_large: return "message_too_large";
    case LocalError::invalid_argument: return "invalid_argument";
    case LocalError::not_found: return "not_found";
    case LocalError::ambiguous: return "ambiguous";
    case LocalError::agent_claimed: return "agent_claimed";
    case LocalError::incompatible_peer: return "incompatible_peer";
    case LocalError::bad_memory: return "bad_memory";
    case LocalError::queue_full: return "queue_full";
  }
  return "unknown";
}

std::string_view name(Origin origin) noexcept {
  switch (origin) {
    case Origin::platform: return "platform";
    case Origin::system: return "system";
    case Origin::local: return "local";
  }
  return "unknown";
}

std::string_view name(Step step) noexcept {
  switch (step) {
    case Step::none: return "";
    case Step::xfer_tables: return "xfer_tables";
    case Step::base_channel_available: return "base_channel_available";
    case Step::base_channel_setup: return "base_channel_setup";
    case Step::transport_start: return "transport_start";
    case Step::base_version: return "base_version";
    case Step::base_negotiate: return "base_negotiate";
    case Step::base_attributes: return "base_attributes";
    case Step::base_vendor: return "base_vendor";
    case Step::base_sub_vendor: return "base_sub_vendor";
    case Step::base_implementation_version: return "base_implementation_version";
    case Step::base_protocol_list: return "base_protocol_list";
    case Step::base_discover_agent: return "base_discover_agent";
    case Step::protocol_channel_setup: return "protocol_channel_setup";
    case Step::protocol_version: return "protocol_version";
    case Step::protocol_negotiate: return "protocol_negotiate";
    case Step::protocol_attributes: return "protocol_attributes";
  }
  return "unknown";
}

std::string describe(const Error& error) {
  std::string text;
  switch (error.origin) {
    case Origin::platform:
      text = fmt::format("platform status {} ({})", name(static_cast<Status>(error.code)), error.code);
      break;
    case Origin::system:
      text = fmt::format("system error: {} (errno {})", std::strerror(error.code), error.code);
      break;
    case Origin::local: text = std::string(name(static_cast<LocalError>(error.code))); break;
  }
  if (error.context.protocol != 0) {
    text += fmt::format(", protocol {:#04x} message {:#x}", error.context.protocol, error.context.message);
  }
  if (error.context.step != Step::none) text += fmt::format(", in step {}", name(error.context.step));
  return text;
}

}  // namespace scmi
