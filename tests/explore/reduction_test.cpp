// SPDX-License-Identifier: Apache-2.0
// The search's reductions lose nothing: generated programs have the same outcomes with them and without. The
// generator is seeded, so the programs are always the same ones.
#include <doctest/doctest.h>

#include <random>
#include <string>

#include "tests/explore/litmus.hpp"

namespace {

using namespace litmus;

struct Operation {
  enum class Kind { load, store, fetch_add, compare_exchange } kind = Kind::load;
  bool on_y = false;
  std::size_t order = 0;
  int value = 0;
  std::size_t result = 0;
};
using Code = std::vector<Operation>;

void execute(const Code& code, Cells& c) {
  static constexpr std::array<memory_order, 3> load_orders{relaxed, acquire, seq_cst};
  static constexpr std::array<memory_order, 3> store_orders{relaxed, release, seq_cst};
  static constexpr std::array<memory_order, 3> modify_orders{relaxed, acq_rel, seq_cst};
  for (const Operation& op : code) {
    auto& cell = op.on_y ? c.y : c.x;
    int seen = 0;
    switch (op.kind) {
      case Operation::Kind::load: seen = cell.load(load_orders.at(op.order)); break;
      case Operation::Kind::store: cell.store(op.value, store_orders.at(op.order)); break;
      case Operation::Kind::fetch_add: seen = cell.fetch_add(20, modify_orders.at(op.order)); break;
      case Operation::Kind::compare_exchange:
        if (cell.compare_exchange_strong(seen, op.value, modify_orders.at(op.order))) seen = -1;
        break;
    }
    c.r.at(op.result) = c.r.at(op.result) * 101 + seen;
  }
}

std::vector<Code> generate(std::mt19937& random, unsigned threads, unsigned operations) {
  std::vector<Code> program(threads);
  int value = 1;
  for (std::size_t i = 0; i < threads; ++i) {
    const unsigned count = 1 + static_cast<unsigned>(random()) % operations;
    for (unsigned j = 0; j < count; ++j) {
      program[i].push_back({.kind = static_cast<Operation::Kind>(random() % 4),
                            .on_y = random() % 2 == 0,
                            .order = random() % 3,
                            .value = value++,
                            .result = i});
    }
  }
  return program;
}

void compare(unsigned threads, unsigned operations, unsigned programs) {
  std::mt19937 random(threads * 100 + operations);
  std::uint64_t reduced_schedules = 0;
  std::uint64_t full_schedules = 0;
  for (unsigned i = 0; i < programs; ++i) {
    const std::vector<Code> program = generate(random, threads, operations);
    std::vector<Thread> run_by;
    for (const Code& code : program) run_by.emplace_back([&code](Cells& c) { execute(code, c); });
    const auto observe = [](const Cells& c) { return Outcome{c.r[0], c.r[1], c.r[2], c.x.load(), c.y.load()}; };
    explore::Options everything;
    everything.reduction = false;
    everything.max_schedules = 20'000;
    const Run full = run(run_by, observe, everything);
    if (!full.result.complete) continue;
    const Run reduced = run(run_by, observe);
    CHECK(reduced.result.proved());
    CHECK_MESSAGE(reduced.outcomes == full.outcomes, "program " << i << " of " << threads << "x" << operations);
    reduced_schedules += reduced.result.schedules + reduced.result.pruned;
    full_schedules += full.result.schedules;
  }
  CHECK(full_schedules > 10'000);
  CHECK(reduced_schedules * 3 < full_schedules);
}

TEST_CASE("reduction: generated programs of two threads have the same outcomes with and without it") {
  compare(2, 4, 300);
}
TEST_CASE("reduction: generated programs of three threads have the same outcomes with and without it") {
  compare(3, 2, 300);
  compare(3, 3, 30);
}

}  // namespace
