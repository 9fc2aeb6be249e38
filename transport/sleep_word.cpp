// SPDX-License-Identifier: Apache-2.0
#include "transport/sleep_word.hpp"

#include <linux/membarrier.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace scmi::transport {
namespace {

long membarrier(int command) noexcept { return ::syscall(SYS_membarrier, command, 0, 0); }

constexpr std::uint32_t bit(BarrierMode mode) noexcept { return 1U << static_cast<unsigned>(mode); }

}  // namespace

std::uint32_t barrier_capabilities() noexcept {
  std::uint32_t modes = bit(BarrierMode::locked);
  const long commands = membarrier(MEMBARRIER_CMD_QUERY);
  if (commands < 0) return modes;
  if ((commands & MEMBARRIER_CMD_GLOBAL_EXPEDITED) != 0 && membarrier(MEMBARRIER_CMD_REGISTER_GLOBAL_EXPEDITED) == 0) {
    modes |= bit(BarrierMode::expedited);
  }
  return modes;
}

BarrierMode choose_barrier(std::uint32_t ours, std::uint32_t theirs) noexcept {
  const std::uint32_t both = ours & theirs;
  return (both & bit(BarrierMode::expedited)) != 0 ? BarrierMode::expedited : BarrierMode::locked;
}

bool heavy_barrier(BarrierMode mode) noexcept {
  // In the other mode say_asleep's exchange was the barrier.
  return mode == BarrierMode::locked || membarrier(MEMBARRIER_CMD_GLOBAL_EXPEDITED) == 0;
}

}  // namespace scmi::transport
