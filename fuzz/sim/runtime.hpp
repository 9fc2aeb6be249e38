// SPDX-License-Identifier: Apache-2.0
//
// What the core's atomics and locks tell the simulator's scheduler (fuzz/sim/sync.hpp): every operation is a place
// where another task may go on. Process-wide: one simulator runs in a process at a time, on one thread.
#pragma once

#include <cstdint>

namespace scmi::sim::runtime {

/// Operations until the running task is interrupted.
extern std::uint32_t steps_left;
void interrupt() noexcept;
inline void step() noexcept {
  if (--steps_left == 0) [[unlikely]]
    interrupt();
}

/// The running task waits until `mutex` may be free.
void wait_for_lock(const void* mutex) noexcept;
void lock_freed(const void* mutex) noexcept;

/// Identity of the running task, never 0.
[[nodiscard]] std::uintptr_t context() noexcept;

}  // namespace scmi::sim::runtime
