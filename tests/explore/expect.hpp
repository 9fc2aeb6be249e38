// SPDX-License-Identifier: Apache-2.0
//
// What the tests of the programs share: a planted bug, and what is expected of an exploration.
#pragma once

#include <doctest/doctest.h>

#include <string>

#include "fuzz/explore/explore.hpp"

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define EXPLORE_SANITIZED 1
#endif
#elif defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define EXPLORE_SANITIZED 1
#endif

namespace explore_test {

using explore::Options;
using explore::Result;
using Failure = explore::Result::Failure;
using Kind = explore::Options::Plant::Kind;
namespace programs = explore::programs;

inline Options with(const char* function, Kind kind) {
  Options options;
  options.plants.push_back({function, kind});
  return options;
}

inline void expect_proved(const Result& r) {
  CHECK_MESSAGE(r.proved(), r.text());
  MESSAGE(r.schedules << " schedules, longest " << r.max_depth << " steps");
}

// The largest searches are for the builds without sanitizers; with them they are samples, up to one preemption.
inline void expect_proved_or_sampled(Result (*program)(const Options&)) {
#if defined(EXPLORE_SANITIZED)
  Options options;
  options.preemption_bound = 1;
  const Result r = program(options);
  CHECK_MESSAGE(r.failure == Failure::none, r.text());
#else
  expect_proved(program({}));
#endif
}

inline void expect_found(const Result& r, Failure failure, const char* message) {
  CHECK(r.planted > 0);
  CHECK_MESSAGE(r.failure == failure, r.text());
  CHECK_MESSAGE(r.message.find(message) != std::string::npos, r.message);
}

}  // namespace explore_test
