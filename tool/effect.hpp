// SPDX-License-Identifier: Apache-2.0
//
// What a command of the catalogue does to the platform, judged by the words of its name in the specification. So a new
// protocol is judged without a line of its own.
#pragma once

#include <cstdint>

#include "protocols/catalogue.hpp"

namespace scmi::tool {

enum class Effect : std::uint8_t {
  asks,        ///< Changes nothing.
  subscribes,  ///< Changes what the caller hears of, and nothing else.
  changes,     ///< May change anything.
};

[[nodiscard]] Effect effect_of(const catalogue::Entry& entry) noexcept;

}  // namespace scmi::tool
