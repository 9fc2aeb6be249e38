// SPDX-License-Identifier: Apache-2.0
//
// One history: a plan carried out by the real core, the real clients and the real platform on virtual time, and judged
// by the model at every step.
#pragma once

#include <array>
#include <bitset>
#include <cstdint>
#include <string>
#include <vector>

#include "fuzz/sim/plan.hpp"
#include "scmi/counters.hpp"
#include "scmi/result.hpp"

namespace scmi::sim {

/// Who a line of a trace is about.
enum class Actor : std::uint8_t { client, agent, platform };

/// Something that happened. `from` == `to`: it happened there and went nowhere.
struct TraceLine {
  Duration at{};  ///< Since the beginning.
  Actor from{};
  Actor to{};
  bool lost = false;  ///< It never arrived.
  std::string text;
};

inline constexpr std::size_t local_error_count = 21;

struct Outcome {
  std::vector<std::string> violations;  ///< None: the history was as it should be.
  std::uint32_t commands = 0;           ///< On the wire.
  std::size_t calls = 0;
  std::uint64_t turns = 0;  ///< Of the scheduler.
  Duration virtual_time{};
  // What was reached.
  std::bitset<fault_count> faults;
  std::bitset<disruption_count> disruptions;
  std::bitset<act_count> acts;
  std::bitset<local_error_count> errors;  ///< By LocalError: how calls ended.
  CounterSnapshot counters;               ///< Of all agents of the history.
  std::vector<TraceLine> trace;           ///< Only if asked for.

  [[nodiscard]] bool good() const noexcept { return violations.empty(); }
};

/// Runs one history. Not re-entrant, and for one thread only.
[[nodiscard]] Outcome run_history(const Plan& plan, bool trace = false);

}  // namespace scmi::sim
