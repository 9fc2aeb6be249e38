// SPDX-License-Identifier: Apache-2.0
#include "bench/harness.hpp"

#include <fmt/format.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <nlohmann/json.hpp>

namespace scmi::bench {
namespace {

[[noreturn]] void die_of(const char* what) {
  std::perror(what);
  std::exit(1);
}

double block_mean_ns(const Contestant& contestant, std::size_t iterations) {
  if (contestant.prepare) contestant.prepare();
  const auto start = std::chrono::steady_clock::now();
  contestant.block(iterations);
  const std::chrono::duration<double, std::nano> took = std::chrono::steady_clock::now() - start;
  return took.count() / static_cast<double>(iterations);
}

}  // namespace

Spread spread(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const std::size_t n = values.size();
  const double middle = n % 2 != 0 ? values[n / 2] : (values[n / 2 - 1] + values[n / 2]) / 2;
  return {values.front(), middle, values.back()};
}

void compare(const Comparison& comparison, const std::vector<Contestant>& contestants, nlohmann::json& document) {
  const std::size_t count = contestants.size();
  std::vector<std::vector<double>> means(count);
  for (const Contestant& contestant : contestants) block_mean_ns(contestant, comparison.iterations);
  for (std::size_t block = 0; block < comparison.blocks; ++block) {
    for (std::size_t i = 0; i < count; ++i) {
      const std::size_t turn = block % 2 == 0 ? i : count - 1 - i;
      means[turn].push_back(block_mean_ns(contestants[turn], comparison.iterations));
    }
  }
  fmt::print(stderr, "\n{}: {} blocks of {}\n", comparison.title, comparison.blocks, comparison.iterations);
  fmt::print(stderr, "{:<34}{:>10}{:>10}{:>10}   {:<26}{:>8}{:>8}{:>8}\n", "ns", "min", "median", "max", "ratio to",
             "min", "median", "max");
  for (std::size_t i = 0; i < count; ++i) {
    const Contestant& contestant = contestants[i];
    std::vector<double> shown = means[i];
    for (double& mean : shown) mean -= comparison.subtract_ns;
    const Spread ns = spread(shown);
    nlohmann::json row = {{"name", comparison.title + ": " + contestant.name},
                          {"blocks", comparison.blocks},
                          {"min_ns", ns.min},
                          {"median_ns", ns.median},
                          {"max_ns", ns.max}};
    fmt::print(stderr, "{:<34}{:>10.0f}{:>10.0f}{:>10.0f}", contestant.name, ns.min, ns.median, ns.max);
    if (contestant.reference != i) {
      std::vector<double> ratios;
      for (std::size_t block = 0; block < comparison.blocks; ++block) {
        ratios.push_back(means[i][block] / means[contestant.reference][block]);
      }
      const Spread ratio = spread(ratios);
      const std::string& to = contestants[contestant.reference].name;
      row["ratio_to"] = to;
      row["min_ratio"] = ratio.min;
      row["median_ratio"] = ratio.median;
      row["max_ratio"] = ratio.max;
      fmt::print(stderr, "   {:<26}{:>8.2f}{:>8.2f}{:>8.2f}", to, ratio.min, ratio.median, ratio.max);
    }
    fmt::print(stderr, "\n");
    document["rows"].push_back(row);
  }
}

void pin(int cpu) {
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(static_cast<std::size_t>(cpu), &set);
  if (::sched_setaffinity(0, sizeof set, &set) != 0) die_of("sched_setaffinity");
}

std::pair<int, int> two_cpus() {
  cpu_set_t set;
  CPU_ZERO(&set);
  if (::sched_getaffinity(0, sizeof set, &set) != 0) die_of("sched_getaffinity");
  int first = -1;
  int last = -1;
  for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
    if (!CPU_ISSET(static_cast<std::size_t>(cpu), &set)) continue;
    if (first < 0) first = cpu;
    last = cpu;
  }
  return {first, last};
}

pid_t start_child(int cpu, const std::function<void()>& body) {
  const pid_t parent = ::getpid();
  const pid_t child = ::fork();
  if (child < 0) die_of("fork");
  if (child != 0) return child;
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) std::_Exit(1);
  pin(cpu);
  body();
  std::_Exit(0);
}

void end_child(pid_t child) {
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
}

bool wants_json(int argc, char** argv) {
  if (argc == 1) return false;
  if (argc == 2 && std::strcmp(argv[1], "--json") == 0) return true;
  fmt::print(stderr, "usage: {} [--json]\n", argv[0]);
  std::exit(2);
}

void finish(bool json, const nlohmann::json& document) {
  if (json) fmt::print("{}\n", document.dump());
}

}  // namespace scmi::bench
