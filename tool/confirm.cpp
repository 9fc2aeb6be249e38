// SPDX-License-Identifier: Apache-2.0
#include "tool/confirm.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <cstdio>

#include "tool/text.hpp"

namespace scmi::tool {

Outcome<void> Confirm::possible(std::string_view command) const {
  if (assumed_ || ::isatty(STDIN_FILENO) == 1) return {};
  return misused(fmt::format("'{}' can take the system down and there is no terminal to ask on", command),
                 "say '-y' if it is meant");
}

Outcome<void> Confirm::ask(std::string_view deed) const {
  if (assumed_) return {};
  fmt::print(stderr, "{}? [y/N] ", deed);
  std::array<char, 16> answer{};
  const bool read = std::fgets(answer.data(), static_cast<int>(answer.size()), stdin) != nullptr;
  std::string_view word(answer.data());
  word = word.substr(0, word.find('\n'));
  if (read && (equal_but_case(word, "y") || equal_but_case(word, "yes"))) return {};
  return tl::unexpected(
      Failure{Exit::ended, "cancelled: not confirmed", "nothing was changed", Error::local(LocalError::cancelled)});
}

}  // namespace scmi::tool
