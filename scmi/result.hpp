// SPDX-License-Identifier: Apache-2.0
//
// How every fallible function of the library answers: a value, or an Error that says who refused, why, and in
// the middle of what. No exception crosses the API and no string is carried inside an error.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <type_traits>

#include "scmi/ids.hpp"
#include "scmi/status.hpp"

namespace scmi {

/// Who refused.
enum class Origin : std::uint8_t {
  platform,  ///< The platform answered with a status; `code` is that status, untranslated.
  system,    ///< The operating system refused; `code` is the errno (positive).
  local,     ///< The library itself; `code` is a LocalError.
};

/// Failures that the library itself finds.
enum class LocalError : std::int32_t {
  timed_out = 1,      ///< No reply within the deadline.
  cancelled,          ///< The caller cancelled the call.
  channel_closed,     ///< The channel was closed before the call ended.
  channel_busy,       ///< The platform still owned the channel's area when the deadline passed; nothing was sent.
  channel_error,      ///< The platform gave the area back with the channel error bit.
  platform_lost,      ///< The platform is gone (hang-up, process end).
  no_token,           ///< All tokens are in flight or in quarantine.
  no_xfer,            ///< Every preallocated xfer of the channel is in use.
  malformed_reply,    ///< The reply's length or content does not fit the message.
  would_deadlock,     ///< The call would wait for the context that makes it.
  unsupported,        ///< The transport or the negotiated version cannot do that.
  stale_handle,       ///< The handle's generation is over.
  message_too_large,  ///< The request does not fit the channel.
  invalid_argument,   ///< The caller's argument is out of its domain.
  not_found,          ///< No such name.
  ambiguous,          ///< The name fits more than one entity.
  agent_claimed,      ///< Another process holds that agent.
  incompatible_peer,  ///< The other side of a socket or file does not speak our protocol, or another version.
  bad_memory,         ///< Memory handed over has the wrong size, seal, owner or mode.
  queue_full,         ///< A bounded queue is full.
};

/// The step of a longer operation in which an error arose; `none` for a plain call.
enum class Step : std::uint8_t {
  none,
  xfer_tables,
  base_channel_available,
  base_channel_setup,
  transport_start,
  base_version,
  base_negotiate,
  base_attributes,
  base_vendor,
  base_sub_vendor,
  base_implementation_version,
  base_protocol_list,
  base_discover_agent,
  protocol_channel_setup,
  protocol_version,
  protocol_negotiate,
  protocol_attributes,
};

/// What an error happened to. All zero where it does not apply.
struct ErrorContext {
  std::uint8_t protocol = 0;
  std::uint8_t message = 0;
  Step step = Step::none;
  std::uint32_t detail = 0;  ///< Origin-specific: an offset, an index, a count.
  friend constexpr bool operator==(const ErrorContext&, const ErrorContext&) = default;
};

/// Why an operation failed. Trivially copyable, 16 bytes, no owner.
struct Error {
  Origin origin = Origin::local;
  std::int32_t code = 0;
  ErrorContext context{};

  static constexpr Error local(LocalError e, ErrorContext c = {}) noexcept {
    return {Origin::local, static_cast<std::int32_t>(e), c};
  }
  static constexpr Error platform(Status s, ErrorContext c = {}) noexcept {
    return {Origin::platform, static_cast<std::int32_t>(s), c};
  }
  static constexpr Error system(int errno_value, ErrorContext c = {}) noexcept {
    return {Origin::system, errno_value, c};
  }
  [[nodiscard]] constexpr bool is(LocalError e) const noexcept {
    return origin == Origin::local && code == static_cast<std::int32_t>(e);
  }
  [[nodiscard]] constexpr bool is(Status s) const noexcept {
    return origin == Origin::platform && code == static_cast<std::int32_t>(s);
  }
  /// The same error, as seen from a longer operation's step.
  [[nodiscard]] constexpr Error at(Step step) const noexcept {
    Error e = *this;
    e.context.step = step;
    return e;
  }
  friend constexpr bool operator==(const Error&, const Error&) = default;
};
static_assert(std::is_trivially_copyable_v<Error>);

/// "timed_out", "channel_busy", ...
[[nodiscard]] std::string_view name(LocalError error) noexcept;
/// "platform", "system", "local".
[[nodiscard]] std::string_view name(Origin origin) noexcept;
/// "base_version", ...; empty for Step::none.
[[nodiscard]] std::string_view name(Step step) noexcept;
/// One line for people: origin, name and number of the code, step, protocol and message where they are set.
[[nodiscard]] std::string describe(const Error& error);

/// A value or an Error. Never ignore one: the compiler warns.
template <class T>
class [[nodiscard]] Result : public tl::expected<T, Error> {
 public:
  using tl::expected<T, Error>::expected;
  constexpr Result(const Error& error) : tl::expected<T, Error>(tl::unexpect, error) {}  // NOLINT(*-explicit-*)
};

}  // namespace scmi
