// SPDX-License-Identifier: Apache-2.0
#include "fuzz/sim/history.hpp"

#include <fmt/format.h>

#include "fuzz/sim/world.hpp"

namespace scmi::sim {

Outcome run_history(const Plan& plan, bool trace) {
  SeededChoices schedule(plan.seed);
  World world(plan, schedule, trace);
  return world.run();
}

}  // namespace scmi::sim
