// SPDX-License-Identifier: Apache-2.0
//
// Runs a small concurrent program under every schedule and every outcome that its memory orders allow, and says
// which schedule breaks it. docs/explorer.md explains how to read and replay a failure.
//
//   explore::Result r = explore::explore([&](explore::Program& p) {
//     auto s = std::make_shared<State>();
//     p.thread("sender", [s] { ... });
//     p.thread("closer", [s] { ... });
//     p.finally([s] { explore::check(s->users == 0, "nobody left"); });
//   });
//
// The body is called anew for every schedule and must do the same each time: no real clock, no randomness, and no
// state that outlives it except what the caller collects on purpose.
#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <string>
#include <vector>

#include "fuzz/explore/runtime.hpp"

namespace explore {

/// What one schedule consists of. Used from inside the body only.
class Program {
 public:
  /// Adds a thread, up to four. Threads start together after the body returns.
  void thread(const char* name, std::function<void()> run) { threads_.push_back({name, std::move(run)}); }
  /// Runs after all threads have ended, sees everything they did.
  void finally(std::function<void()> run) { finals_.push_back(std::move(run)); }
  /// An instant (nanoseconds) that the clock may jump to at any moment. Deadlines of waits count by themselves.
  void instant(std::int64_t nanoseconds) { instants_.push_back(nanoseconds); }

 private:
  friend class Engine;
  struct Thread {
    const char* name;
    std::function<void()> run;
  };
  std::vector<Thread> threads_;
  std::vector<std::function<void()>> finals_;
  std::vector<std::int64_t> instants_;
};

struct Options {
  /// Partial-order reduction: schedules that differ only in the order of independent steps are run once.
  bool reduction = true;
  /// Stores may take effect in another order than they were executed in, where the orders allow it (2+2W).
  bool reorder_stores = true;
  /// Most switches away from a thread that could have gone on; negative: no bound. A bound turns reduction off
  /// and makes the result incomplete.
  int preemption_bound = -1;
  /// Deadlines (nanoseconds) from here on never pass: so that a sleep that only its deadline would end is a deadlock.
  std::int64_t horizon = std::numeric_limits<std::int64_t>::max();
  /// Turns of a polling loop that a thread may take for nothing before cpu_relax() waits for a change.
  unsigned free_spins = 0;
  /// Waits of each thread that may return early for no reason.
  unsigned spurious_wakeups = 0;
  /// Bugs planted into the operations of the named functions. What a program is worth is shown by what it finds.
  struct Plant {
    const char* function;  ///< Unqualified, as the compiler names the function that contains the operation.
    enum class Kind : std::uint8_t {
      torn,     ///< A read-modify-write becomes a load, then a store.
      relaxed,  ///< Every operation is relaxed.
      skipped,  ///< A wake-up is not given.
    } kind;
  };
  std::vector<Plant> plants;
  /// A schedule longer than this is cut, the search after so many schedules; both make the result incomplete.
  std::uint32_t max_steps = 2000;
  std::uint64_t max_schedules = 5'000'000;
  /// Runs this one schedule (Result::schedule of a failure) and records its steps.
  std::string replay;
};

struct Result {
  enum class Failure : std::uint8_t {
    none,
    check,      ///< check() was false.
    data_race,  ///< Two threads touched plain data, unordered, one of them writing.
    deadlock,   ///< Nobody can move: a lock cycle, a lost wake-up, a loop that polls for nothing.
    misuse,     ///< A destroyed atomic, a lock unlocked by another thread, a replay that does not fit.
  };
  Failure failure = Failure::none;
  std::string message;          ///< One line.
  std::string schedule;         ///< Options::replay for it.
  std::string steps;            ///< The failing schedule, a line for each step.
  bool complete = false;        ///< Every schedule was run (or the search ended at a failure: false).
  std::uint64_t planted = 0;    ///< Operations that Options::plants changed.
  std::uint64_t schedules = 0;  ///< Run to their end.
  std::uint64_t pruned = 0;     ///< Found redundant half way.
  std::uint64_t cut = 0;        ///< Stopped by max_steps.
  std::uint32_t max_depth = 0;  ///< Steps of the longest.

  /// Complete and without a failure.
  [[nodiscard]] bool proved() const { return complete && failure == Failure::none; }
  /// Everything a test wants to print.
  [[nodiscard]] std::string text() const;
};

/// Explores. Stops at the first failure. One exploration at a time.
[[nodiscard]] Result explore(const std::function<void(Program&)>& body, const Options& options = {});

// For use inside programs.

/// Ends the exploration with a failure when `holds` is false. `message` must live on (a literal).
void check(bool holds, const char* message, runtime::Site where = runtime::Site::here());
/// Names an atomic, a mutex or a plain datum in reports. `what` must live on.
void name(const void* object, const char* what);
/// Puts a line into the report. `text` must live on.
void note(const char* text, std::uint64_t value = 0);
/// One of 0..count-1: all are explored.
[[nodiscard]] unsigned choose(unsigned count);

/// Tells the race detector that plain memory is read or written here: an unordered pair of accesses, one of them a
/// write, is reported as a data race.
inline void plain_read(const void* object, std::size_t size, runtime::Site where = runtime::Site::here()) {
  if (runtime::active()) runtime::plain_read(object, static_cast<std::uint32_t>(size), where);
}
inline void plain_write(const void* object, std::size_t size, runtime::Site where = runtime::Site::here()) {
  if (runtime::active()) runtime::plain_write(object, static_cast<std::uint32_t>(size), where);
}

/// Plain, non-atomic data: an unordered pair of accesses, one of them a write, is reported as a data race.
template <class T>
class var {
 public:
  var() = default;
  explicit var(T value) : value_(value) {}
  ~var() {
    if (runtime::active()) runtime::plain_forget(this, sizeof(*this));
  }
  var(const var&) = delete;
  var& operator=(const var&) = delete;

  [[nodiscard]] T get(runtime::Site where = runtime::Site::here()) const {
    plain_read(this, sizeof(*this), where);
    return value_;
  }
  void set(T value, runtime::Site where = runtime::Site::here()) {
    plain_write(this, sizeof(*this), where);
    value_ = value;
  }

 private:
  T value_{};
};

}  // namespace explore
