// SPDX-License-Identifier: Apache-2.0
//
// Time and waiting, as the core sees them: two small interfaces that are handed in. The real ones live in
// transport/ (monotonic clock, futex and poll); the simulated ones run the same core on a virtual clock.
#pragma once

#include <chrono>
#include <cstdint>
#include <span>

#include "scmi/sync.hpp"

namespace scmi {

using Duration = std::chrono::nanoseconds;

/// The agent's monotonic clock, as a std::chrono clock without a now(): the time comes from a TimeSource.
struct AgentClock {
  using duration = Duration;
  using rep = duration::rep;
  using period = duration::period;
  using time_point = std::chrono::time_point<AgentClock, duration>;
  static constexpr bool is_steady = true;
};
using Instant = AgentClock::time_point;

inline constexpr Instant never = Instant::max();

/// Reads the time. Callable from any thread.
class TimeSource {
 public:
  virtual ~TimeSource() = default;
  [[nodiscard]] virtual Instant now() noexcept = 0;
};

/// What one blocked context waits on. The waker changes `word`, then calls Waiter::wake. `cookie` belongs to the
/// Waiter (zero when nobody waits there with descriptors).
struct WaitPoint {
  sync::atomic<std::uint32_t> word{0};
  sync::atomic<std::uint32_t> cookie{0};
};

/// Puts contexts to sleep and wakes them. Callable from any thread.
class Waiter {
 public:
  virtual ~Waiter() = default;
  /// Sleeps until `point.word != seen`, a descriptor of `fds` is readable or hung up, or `deadline` has come.
  /// May return early for no reason. Must not miss a wake() whose change of the word was made after `seen` was
  /// loaded. Does not read the descriptors.
  virtual void wait(WaitPoint& point, std::uint32_t seen, Instant deadline, std::span<const int> fds) noexcept = 0;
  /// Wakes whoever waits on `point`. Called after `point.word` was changed.
  virtual void wake(WaitPoint& point) noexcept = 0;
};

}  // namespace scmi
