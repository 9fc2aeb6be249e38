// SPDX-License-Identifier: Apache-2.0
//
// What the explorer's atomics, locks and waiters call: the narrow door between a program's types and the engine.
// Values are carried as 64 bits. While no threads run (active() is false) the types work on their plain value and
// only the calls marked so come here.
#pragma once

#include <atomic>
#include <cstdint>

namespace explore::runtime {

/// Where in the source an operation stands.
struct Site {
  const char* file = "";
  int line = 0;
  const char* function = "";
  /// As a default argument: the place of the call.
  static constexpr Site here(const char* file = __builtin_FILE(), int line = __builtin_LINE(),
                             const char* function = __builtin_FUNCTION()) noexcept {
    return {file, line, function};
  }
};

/// True while threads of a program run. In its set-up and its final checks there is one context only, and values are
/// plain.
inline bool stepping = false;
[[nodiscard]] inline bool active() noexcept { return stepping; }

// `current` is the object's plain value: the initial value if the engine does not know the object yet. `newest` is
// the last value in modification order, which the object keeps as its plain value.

struct ReadWrite {
  std::uint64_t old = 0;
  std::uint64_t newest = 0;
  bool stored = true;
};
using Function = std::uint64_t (*)(std::uint64_t old, std::uint64_t operand);

void constructed(const void* object) noexcept;
void destroyed(const void* object) noexcept;
std::uint64_t load(const void* object, std::uint64_t current, std::memory_order order, Site site) noexcept;
std::uint64_t store(const void* object, std::uint64_t current, std::uint64_t value, std::memory_order order,
                    Site site) noexcept;
ReadWrite modify(const void* object, std::uint64_t current, Function function, std::uint64_t operand,
                 std::memory_order order, Site site) noexcept;
ReadWrite compare_exchange(const void* object, std::uint64_t current, std::uint64_t expected, std::uint64_t desired,
                           std::memory_order success, std::memory_order failure, Site site) noexcept;

void lock(const void* mutex, Site site) noexcept;
void unlock(const void* mutex, Site site) noexcept;

/// Also while no threads run, where nobody could wake the sleeper: the deadline passes, or it is a failure.
/// Sleeps until a wake() on the same word or the deadline (nanoseconds of the explorer's clock), unless the newest
/// value of the word differs from `seen`.
void wait(const void* word, std::uint64_t current, std::uint64_t seen, std::int64_t deadline, Site site) noexcept;
void wake(const void* word, std::uint64_t current, Site site) noexcept;
/// Also while no threads run.
[[nodiscard]] std::int64_t now(Site site) noexcept;

/// One turn of a polling loop.
void relax() noexcept;
/// 1 + the running thread's index; 1000 outside of threads.
[[nodiscard]] std::uintptr_t context() noexcept;

/// Plain data, watched for races.
void plain_read(const void* object, std::uint32_t size, Site site) noexcept;
void plain_write(const void* object, std::uint32_t size, Site site) noexcept;
void plain_forget(const void* object, std::uint32_t size) noexcept;

}  // namespace explore::runtime
