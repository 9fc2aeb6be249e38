// SPDX-License-Identifier: Apache-2.0
//
// Histories of the whole agent against a platform that errs, on virtual time: none may break a rule of the model. Kept
// seeds are of histories that did once.
#include <doctest/doctest.h>

#include <array>
#include <bitset>
#include <cstdint>
#include <string>

#include "fuzz/sim/history.hpp"

namespace {

using namespace scmi::sim;  // NOLINT(google-build-using-namespace)

std::string told(std::uint64_t seed, const Outcome& outcome) {
  std::string text = "seed " + std::to_string(seed);
  for (const std::string& violation : outcome.violations) text += ": " + violation;
  return text;
}

}  // namespace

TEST_CASE("simulator: twenty thousand histories break no rule, and meet everything that can happen") {
  std::bitset<fault_count> faults;
  std::bitset<disruption_count> disruptions;
  std::bitset<act_count> acts;
  std::uint64_t broken = 0;
  for (std::uint64_t seed = 1; seed <= 20'000; ++seed) {
    const Outcome outcome = run_history(plan_of(seed));
    faults |= outcome.faults;
    disruptions |= outcome.disruptions;
    acts |= outcome.acts;
    if (!outcome.good()) {
      ++broken;
      MESSAGE(told(seed, outcome));
    }
  }
  CHECK(broken == 0);
  faults.set(static_cast<std::size_t>(Fault::none));  // Not an event.
  CHECK(faults.all());
  CHECK(disruptions.all());
  CHECK(acts.all());
}

TEST_CASE("simulator: a seed is one history") {
  for (const std::uint64_t seed : {3U, 17U, 4711U}) {
    const Outcome once = run_history(plan_of(seed), true);
    const Outcome again = run_history(plan_of(seed), true);
    CHECK(once.turns == again.turns);
    CHECK(once.trace.size() == again.trace.size());
    CHECK(once.commands == again.commands);
  }
}

TEST_CASE("simulator: what a plan says in words is the plan") {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    const Plan plan = plan_of(seed);
    std::string why;
    const auto read = read_plan(to_text(plan), &why);
    CAPTURE(why);
    REQUIRE(read);
    CHECK(to_text(*read) == to_text(plan));
  }
}

TEST_CASE("simulator: histories that broke a rule once") {
  struct Kept {
    std::uint64_t seed;
    const char* what;
  };
  constexpr std::array kept = {
      Kept{2321, "an agent that ends with its last user, in a task of its own"},
      Kept{4787, "a delayed response owed to an agent that is gone"},
      Kept{9002, "two who wait for two channels hand on a lease for ever"},
      Kept{5294, "the same, past the deadline of both"},
      Kept{19594, "a delayed response before its sender is back from sending"},
      Kept{33477, "a ring's response while its delayed response is received, its caller gone"},
      Kept{37664, "a close meets a pending call between the queue and the channel"},
      Kept{46958, "an agent that ends with a completion callback"},
  };
  for (const Kept& one : kept) {
    const Outcome outcome = run_history(plan_of(one.seed));
    CHECK_MESSAGE(outcome.good(), one.what << ": " << told(one.seed, outcome));
  }
}
