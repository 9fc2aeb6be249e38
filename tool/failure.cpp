// SPDX-License-Identifier: Apache-2.0
#include "tool/failure.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <utility>

#include "tool/text.hpp"

namespace scmi::tool {
namespace {

[[nodiscard]] std::string_view advice_for(Status status) {
  switch (status) {
    case Status::not_supported: return "the platform does not have this; 'scmi-tool info' shows what it has";
    case Status::invalid_parameters: return "check the values; '--trace' shows what was sent";
    case Status::denied: return "this agent may not do that; another one may ('--agent')";
    case Status::not_found: return "the object's 'list' shows the ids there are";
    case Status::out_of_range: return "the object's 'rates', 'levels' or 'limits' show what is allowed";
    case Status::busy: return "try again later";
    case Status::in_use: return "something still uses it";
    default: return "'--trace' shows the messages";
  }
}

[[nodiscard]] std::string_view advice_for(LocalError error) {
  switch (error) {
    case LocalError::timed_out: return "give it longer with '--timeout'; '--trace' shows how far it got";
    case LocalError::channel_busy: return "the platform has not given the last message back; try again, or restart it";
    case LocalError::platform_lost: return "start the platform again";
    case LocalError::agent_claimed: return "end the other process, or be another agent with '--agent'";
    case LocalError::incompatible_peer: return "name the socket or file of a platform of this version";
    case LocalError::bad_memory: return "restart the platform; do not trust it if that does not help";
    case LocalError::malformed_reply: return "'--trace' shows the bytes; the platform is at fault";
    case LocalError::unsupported: return "'scmi-tool info' shows what the platform speaks";
    case LocalError::not_found: return "check the name";
    case LocalError::channel_error: return "the platform refused the message; '--trace' shows it";
    default: return "'--trace' shows the messages";
  }
}

[[nodiscard]] std::string_view advice_for_errno(int value) {
  switch (value) {
    case ENOENT: return "is the platform running, and is the path right?";
    case ECONNREFUSED: return "nobody listens there; start the platform";
    case EACCES:
    case EPERM: return "run as the user that the platform maps to this agent";
    default: return "check '--connect'";
  }
}

[[nodiscard]] std::string_view advice_for(const Error& error) {
  switch (error.origin) {
    case Origin::platform: return advice_for(static_cast<Status>(error.code));
    case Origin::system: return advice_for_errno(error.code);
    case Origin::local: return advice_for(static_cast<LocalError>(error.code));
  }
  return {};
}

}  // namespace

std::string_view name(Exit exit) noexcept {
  switch (exit) {
    case Exit::ok: return "ok";
    case Exit::status: return "status";
    case Exit::usage: return "usage";
    case Exit::ended: return "ended";
    case Exit::transport: return "transport";
    case Exit::malformed: return "malformed";
  }
  return "unknown";
}

Exit exit_of(const Error& error) noexcept {
  if (error.origin == Origin::platform) return Exit::status;
  if (error.origin == Origin::system) return Exit::transport;
  switch (static_cast<LocalError>(error.code)) {
    case LocalError::timed_out:
    case LocalError::cancelled: return Exit::ended;
    case LocalError::malformed_reply: return Exit::malformed;
    case LocalError::invalid_argument:
    case LocalError::not_found:
    case LocalError::ambiguous: return Exit::usage;
    default: return Exit::transport;
  }
}

tl::unexpected<Failure> failed(std::string_view doing, const Error& error, std::string_view why) {
  std::string message = why.empty() ? fmt::format("{}: {}", doing, describe(error))
                                    : fmt::format("{}: {} ({})", doing, printable(why), describe(error));
  return tl::unexpected(Failure{exit_of(error), std::move(message), std::string(advice_for(error)), error});
}

tl::unexpected<Failure> misused(std::string message, std::string advice) {
  return tl::unexpected(Failure{Exit::usage, std::move(message), std::move(advice), {}});
}

std::string line_of(const Failure& failure) {
  std::string line = "scmi-tool: " + failure.message;
  if (!failure.advice.empty()) line += "; " + failure.advice;
  return line;
}

}  // namespace scmi::tool
