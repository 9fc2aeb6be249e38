// SPDX-License-Identifier: Apache-2.0
//
// What a schedule is made of: operations, which of them depend on each other, and the executed steps with what a
// report says about them.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <vector>

#include "fuzz/explore/memory.hpp"
#include "fuzz/explore/runtime.hpp"

namespace explore {

enum class OpKind : std::uint8_t {
  start,   ///< A thread's first step.
  woken,   ///< A sleeper goes on.
  choice,  ///< choose().
  load,
  store,
  modify,  ///< A read-modify-write; executed as `load` when a comparison failed.
  lock,
  unlock,
  wait,  ///< Compares the word and falls asleep.
  wake,
  now,
  advance,  ///< The clock moves. Made by the thread "time".
  relax,
};

/// An operation a thread is about to do, or has done.
struct Op {
  OpKind kind = OpKind::start;
  bool writes = false;
  bool sequential = false;   ///< seq_cst.
  bool timed = false;        ///< wait: has a deadline. relax: the loop has read the clock.
  std::uint32_t object = 0;  ///< Atomic or mutex by number.
  std::uint64_t mask = 0;    ///< relax: the objects the loop reads, by number modulo 64.
  runtime::Site site;
};

[[nodiscard]] constexpr bool is_local(const Op& op) {
  return op.kind == OpKind::start || op.kind == OpKind::woken || op.kind == OpKind::choice;
}
/// Whether the order of two steps of different threads can matter.
[[nodiscard]] bool dependent(const Op& a, const Op& b);
/// Whether both can be possible in one state.
[[nodiscard]] bool may_be_co_enabled(const Op& a, const Op& b);

struct Step {
  Op op;
  std::uint8_t thread = 0;
  std::uint16_t choice = 0;
  std::uint32_t sequence = 0;  ///< Among the steps of its thread, from 1.
  Clock trace;                 ///< Which steps come before it in every equivalent schedule.
  // For the report.
  std::memory_order order = std::memory_order_seq_cst;
  std::uint64_t old = 0;
  std::uint64_t value = 0;
  std::uint16_t newer = 0;  ///< Stores later in modification order than the one read or placed.
  const char* remark = "";
};

/// A note() with its place among the steps.
struct Note {
  std::size_t before_step = 0;
  std::uint8_t thread = 0;
  const char* text = "";
  std::uint64_t value = 0;
};

/// Index of the pseudo-thread that moves the clock, and of the main context (set-up and final checks).
inline constexpr std::uint8_t time_thread = max_threads - 2;
inline constexpr std::uint8_t main_thread = max_threads - 1;

/// A schedule as text: a letter for each step's thread (t: time) and, where the step could go several ways, which
/// one if not the first.
[[nodiscard]] std::string schedule_text(const std::vector<Step>& steps);
struct ScheduleEntry {
  std::uint8_t thread = 0;
  std::uint16_t choice = 0;
};
/// False when `text` is no schedule.
[[nodiscard]] bool parse_schedule(const std::string& text, std::vector<ScheduleEntry>& out);

[[nodiscard]] const char* order_name(std::memory_order order);
[[nodiscard]] std::string site_text(runtime::Site site);

}  // namespace explore
