// SPDX-License-Identifier: Apache-2.0
//
// A conformance run: all cases against one platform, and what they found as a report or as JUnit's XML.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "tool/check/case.hpp"
#include "tool/check/subject.hpp"
#include "tool/report.hpp"

namespace scmi::tool::check {

struct Summary {
  std::array<std::size_t, 4> counts{};  ///< By verdict.
  [[nodiscard]] std::size_t operator[](Verdict v) const noexcept { return counts[static_cast<std::size_t>(v)]; }
};

struct Outcomes {
  std::vector<Finding> findings;  ///< One for each case of the chosen protocols, in the order of running.
  Summary summary;
  bool lost = false;  ///< The platform went away; what was left is skipped.
};

/// Runs the cases. Blocks; one context.
[[nodiscard]] Outcomes run(Agent& agent, TimeSource& clock, const Settings& settings);

/// Adds `cases` and `summary`. Tables show what was asked, came and expected of failures and warnings; documents
/// always.
void describe(const Outcomes& outcomes, Report& report);
[[nodiscard]] std::string to_junit(const Outcomes& outcomes);

}  // namespace scmi::tool::check
