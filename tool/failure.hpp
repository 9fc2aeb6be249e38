// SPDX-License-Identifier: Apache-2.0
//
// How a command of the tool fails: with one line for people, advice, and the exit code that scripts go by. The table
// from the library's errors to exit codes is here and nowhere else.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

#include "scmi/result.hpp"

namespace scmi::tool {

/// What the process ends with. Part of the tool's contract.
enum class Exit : std::uint8_t {
  ok = 0,
  status = 1,     ///< The platform answered with a status other than SUCCESS.
  usage = 2,      ///< Bad arguments; an unknown or ambiguous name; not confirmed.
  ended = 3,      ///< Timed out or cancelled.
  transport = 4,  ///< No connection, closed, busy, lost, no token, unsupported.
  malformed = 5,  ///< A reply that does not fit its message.
};

/// "status", "usage", "ended", ...
[[nodiscard]] std::string_view name(Exit exit) noexcept;

/// A command that did not work.
struct Failure {
  Exit exit = Exit::usage;
  std::string message;         ///< What went wrong, without full stop.
  std::string advice;          ///< What to do next; may be empty.
  std::optional<Error> error;  ///< Where the library said so.
};

template <class T>
using Outcome = tl::expected<T, Failure>;

/// The exit code of an error of the library.
[[nodiscard]] Exit exit_of(const Error& error) noexcept;

/// An error that came while `doing` ("reading the rate of clock 3"). `why` replaces the error's own words if there are
/// any.
[[nodiscard]] tl::unexpected<Failure> failed(std::string_view doing, const Error& error, std::string_view why = {});
/// A mistake of the caller.
[[nodiscard]] tl::unexpected<Failure> misused(std::string message, std::string advice = {});

/// The one line for stderr, without newline.
[[nodiscard]] std::string line_of(const Failure& failure);

}  // namespace scmi::tool
