// SPDX-License-Identifier: Apache-2.0
//
// What can take a system down asks first: on a terminal, or not at all where nobody can answer.
#pragma once

#include <string_view>

#include "tool/failure.hpp"

namespace scmi::tool {

class Confirm {
 public:
  /// `assumed`: the user has said yes beforehand (`-y`).
  explicit Confirm(bool assumed) noexcept : assumed_(assumed) {}

  /// Whether asking makes sense at all, to be looked at before anything is started. Failure: usage.
  [[nodiscard]] Outcome<void> possible(std::string_view command) const;
  /// Asks "`deed`?" on stderr and reads the answer from the terminal. Failures: ended (anything but yes).
  [[nodiscard]] Outcome<void> ask(std::string_view deed) const;

 private:
  bool assumed_;
};

}  // namespace scmi::tool
