// SPDX-License-Identifier: Apache-2.0
//
// "Ring only if I sleep", without a fence on the side that is in a hurry.
//
//   ringer (hot)                               sleeper (cold)
//   status.store(release)                      sleeping = 1
//   -- compiler barrier only --                heavy barrier (membarrier: every running thread of the
//   if (sleeping) ring                           registered processes passes a full barrier)
//                                              look at status once more; nothing there: sleep
//
// Either the ringer's load sees `sleeping`, and it rings, or the load was made before the sleeper's membarrier; then
// the membarrier also completed the ringer's earlier store of the status, and the last look sees it.
// Where that cannot be had both sides fall back to read-modify-writes of the sleeping word: their total order gives the
// same either-or, at the price of one locked instruction for each message. (MEMBARRIER_CMD_GLOBAL, the older way to the
// same end, takes 8 to 35 ms for each sleep: a locked instruction is the lesser evil.)
#pragma once

#include <atomic>
#include <cstdint>

#include "transport/shm_area.hpp"

namespace scmi::transport {

/// How the two sides of a connection order `status` against `sleeping`; agreed in the hello.
enum class BarrierMode : std::uint8_t {
  locked = 0,     ///< Read-modify-writes on both sides; always possible.
  expedited = 1,  ///< MEMBARRIER_CMD_GLOBAL_EXPEDITED by the sleeper; both processes are registered.
};

/// Bit `1 << mode` for each mode this process can take part in. Registers the process for expedited barriers.
[[nodiscard]] std::uint32_t barrier_capabilities() noexcept;
/// The best mode that both sides can take part in.
[[nodiscard]] BarrierMode choose_barrier(std::uint32_t ours, std::uint32_t theirs) noexcept;

/// Ringer, after its release store of the status word: whether the other side said that it sleeps.
[[nodiscard]] inline bool peer_sleeps(SharedWord sleeping, BarrierMode mode) noexcept {
  if (mode == BarrierMode::locked) [[unlikely]] {
    // Pairs with say_asleep's exchange: the later of the two in the word's order sees the earlier one's side.
    return sleeping.fetch_add(0, std::memory_order_acq_rel) != 0;
  }
  std::atomic_signal_fence(std::memory_order_seq_cst);
  return sleeping.load() != 0;
}

/// Sleeper, first half: announces the sleep. heavy_barrier() must follow, then a last look at what it waits for.
inline void say_asleep(SharedWord sleeping, BarrierMode mode) noexcept {
  if (mode == BarrierMode::locked) {
    sleeping.exchange(1, std::memory_order_acq_rel);
  } else {
    sleeping.store(1);
  }
}
/// Sleeper, second half, once for any number of words. False when the kernel refuses it (since set-up): then the
/// sleeper must not rely on being rung.
[[nodiscard]] bool heavy_barrier(BarrierMode mode) noexcept;

/// Sleeper: awake again. A ring that is under way may still arrive.
inline void say_awake(SharedWord sleeping, BarrierMode mode) noexcept {
  if (mode == BarrierMode::locked) {
    sleeping.exchange(0, std::memory_order_acq_rel);  // a plain store would break the chain of peer_sleeps' updates
  } else {
    sleeping.store(0);
  }
}

}  // namespace scmi::transport
