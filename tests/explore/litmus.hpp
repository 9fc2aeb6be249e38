// SPDX-License-Identifier: Apache-2.0
//
// Litmus tests: tiny programs whose every outcome is known from the C++ memory model. Each is run with the search's
// reductions and without; both must give the same outcomes.
#pragma once

#include <array>
#include <functional>
#include <memory>
#include <set>
#include <vector>

#include "fuzz/explore/explore.hpp"
#include "scmi/sync.hpp"

namespace litmus {

using Outcome = std::vector<int>;
using Outcomes = std::set<Outcome>;
using std::memory_order;

/// Three atomics, five results, and whatever else a small program needs.
struct Cells {
  scmi::sync::atomic<int> x{0};
  scmi::sync::atomic<int> y{0};
  scmi::sync::atomic<int> z{0};
  std::array<int, 5> r{};
};
using Thread = std::function<void(Cells&)>;

struct Run {
  Outcomes outcomes;
  explore::Result result;
};

/// All outcomes of `threads`; an outcome is what `observe` returns at the end.
inline Run run(const std::vector<Thread>& threads, const std::function<Outcome(const Cells&)>& observe,
               const explore::Options& options = {}) {
  static constexpr std::array<const char*, 4> names{"first", "second", "third", "fourth"};
  Run run;
  run.result = explore::explore(
      [&](explore::Program& program) {
        auto cells = std::make_shared<Cells>();
        explore::name(&cells->x, "x");
        explore::name(&cells->y, "y");
        explore::name(&cells->z, "z");
        for (std::size_t i = 0; i < threads.size(); ++i) {
          program.thread(names.at(i), [cells, thread = &threads[i]] { (*thread)(*cells); });
        }
        program.finally([cells, &run, &observe] { run.outcomes.insert(observe(*cells)); });
      },
      options);
  return run;
}

inline constexpr memory_order relaxed = std::memory_order_relaxed;
inline constexpr memory_order acquire = std::memory_order_acquire;
inline constexpr memory_order release = std::memory_order_release;
inline constexpr memory_order acq_rel = std::memory_order_acq_rel;
inline constexpr memory_order seq_cst = std::memory_order_seq_cst;

}  // namespace litmus
