// SPDX-License-Identifier: Apache-2.0
//
// Comparisons on a machine that other people use too: the contestants take turns, block by block, and what counts is
// the ratio of two neighbouring blocks. Whatever slows the machine down for a while slows both; blocks are short, so
// that losing the processor spoils one of many.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

namespace scmi::bench {

/// One way to do the work. `block` does it that many times.
struct Contestant {
  std::string name;
  std::function<void(std::size_t iterations)> block;
  std::function<void()> prepare = {};  ///< Before each block; not timed.
  std::size_t reference = 0;           ///< Index of the contestant it is measured against; its own: none.
};

struct Comparison {
  std::string title;
  std::size_t blocks = 0;
  std::size_t iterations = 0;  ///< In each block.
  double subtract_ns = 0;      ///< Taken off every mean before printing (a service time), not off the ratios.
};

/// Smallest, middle and largest of a series.
struct Spread {
  double min = 0;
  double median = 0;
  double max = 0;
};
[[nodiscard]] Spread spread(std::vector<double> values);

/// Runs the contestants in turn, forwards and backwards, prints a table, and adds the rows to `document["rows"]`.
void compare(const Comparison& comparison, const std::vector<Contestant>& contestants, nlohmann::json& document);

/// Runs `body` in a child on `cpu`; the child ends when it returns, and dies with this process.
[[nodiscard]] pid_t start_child(int cpu, const std::function<void()>& body);
void end_child(pid_t child);
/// This process runs on `cpu` alone from now on.
void pin(int cpu);
/// Two processors this process may use: {first, last}; the same twice if there is one only.
[[nodiscard]] std::pair<int, int> two_cpus();

/// Command line of a program: `--json` alone or nothing. Says what is wrong and ends the program otherwise.
[[nodiscard]] bool wants_json(int argc, char** argv);
/// Ends a program: prints the document if asked for it.
void finish(bool json, const nlohmann::json& document);

}  // namespace scmi::bench
