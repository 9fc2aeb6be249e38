// SPDX-License-Identifier: Apache-2.0
//
// What platforms in the field do otherwise than ours, by name, so that agents can be shown to live with it. A habit is
// made like a planted mistake (platform/defects.hpp) or is a setting of the description, or both; a personality is the
// set of habits of one well-known firmware. Mistakes are what a conformance run has to find; habits are what an agent
// has to bear.
#pragma once

#include <span>
#include <string_view>

#include "platform/defects.hpp"

namespace scmi::platform {

using Habit = Defect;

/// Every habit, by name.
[[nodiscard]] std::span<const Habit> habits() noexcept;
/// nullptr if there is none of that name.
[[nodiscard]] const Habit* find_habit(std::string_view name) noexcept;

struct Personality {
  std::string_view name;
  std::string_view sentence;
  std::span<const std::string_view> habits;  ///< Each is the name of one.
};
[[nodiscard]] std::span<const Personality> personalities() noexcept;
/// nullptr if there is none of that name.
[[nodiscard]] const Personality* find_personality(std::string_view name) noexcept;

/// Does to a description what its habits ask for. Habits are stronger than keys.
void settle_habits(SocConfig& soc);

}  // namespace scmi::platform
