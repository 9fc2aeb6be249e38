// SPDX-License-Identifier: Apache-2.0
//
// scmi-sim: runs histories, and tells one in prose.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <array>
#include <charconv>
#include <cstdint>
#include <string>
#include <string_view>

#include "fuzz/sim/history.hpp"

namespace {

using namespace scmi::sim;

constexpr std::array<std::string_view, 3> actors = {"client", "agent", "platform"};

void tell(const Outcome& outcome) {
  for (const TraceLine& line : outcome.trace) {
    const std::string_view from = actors[static_cast<std::size_t>(line.from)];
    const std::string_view to = actors[static_cast<std::size_t>(line.to)];
    fmt::print("{:>9} us  {:<8} {} {:<8}  {}\n", line.at.count() / 1000, from, from == to ? "  " : "->",
               from == to ? "" : to, line.text);
  }
}

/// Answers how many histories were not as they should be.
std::uint64_t run(std::uint64_t first, std::uint64_t last) {
  std::uint64_t bad = 0;
  std::uint64_t commands = 0;
  for (std::uint64_t seed = first; seed <= last; ++seed) {
    const Outcome outcome = run_history(plan_of(seed));
    commands += outcome.commands;
    if (outcome.good()) continue;
    ++bad;
    for (const std::string& violation : outcome.violations) fmt::print("seed {}: {}\n", seed, violation);
  }
  fmt::print("{} histories, {} commands, {} violated\n", last - first + 1, commands, bad);
  return bad;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{"Histories of an agent and a platform that errs, on virtual time.", "scmi-sim"};
  app.require_subcommand(1);
  std::string seeds;
  std::uint64_t seed = 0;
  CLI::App* const run_verb = app.add_subcommand("run", "many histories");
  run_verb->add_option("--seeds", seeds, "FIRST..LAST")->required();
  CLI::App* const replay_verb = app.add_subcommand("replay", "one history, told in full");
  replay_verb->add_option("seed", seed)->required();
  CLI11_PARSE(app, argc, argv);
  if (replay_verb->parsed()) {
    const Plan plan = plan_of(seed);
    const Outcome outcome = run_history(plan, true);
    fmt::print("{}", to_text(plan));
    tell(outcome);
    for (const std::string& violation : outcome.violations) fmt::print("violated: {}\n", violation);
    return outcome.good() ? 0 : 1;
  }
  std::uint64_t first = 0;
  std::uint64_t last = 0;
  const char* const end = seeds.data() + seeds.size();
  const auto [dots, bad_first] = std::from_chars(seeds.data(), end, first);
  const bool two = bad_first == std::errc() && std::string_view(dots, end).starts_with("..");
  if (!two || std::from_chars(dots + 2, end, last).ptr != end || last < first) {
    fmt::print(stderr, "scmi-sim: --seeds {}: say FIRST..LAST\n", seeds);
    return 2;
  }
  return run(first, last) == 0 ? 0 : 1;
}
