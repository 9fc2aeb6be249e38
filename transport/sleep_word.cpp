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
  if ((commands & MEMBARRIER_CMD_GLOBAL) != 0) modes |= bit(BarrierMode::global);
  if ((commands & MEMBARRIER_CMD_GLOBAL_EXPEDITED) != 0 && membarrier(MEMBARRIER_CMD_REGISTER_GLOBAL_EXPEDITED) == 0) {
    modes |= bit(BarrierMode::expedited);
  }
  return modes;
}

BarrierMode choose_barrier(std::uint32_t ours, std::uint32_t theirs) noexcept {
  const std::uint32_t both = ours & theirs;
  if ((both & bit(BarrierMode::expedited)) != 0) return BarrierMode::expedited;
  if ((both & bit(BarrierMode::global)) != 0) return BarrierMode::global;
  return BarrierMode::locked;
}

bool heavy_barrier(BarrierMode mode) noexcept {
  switch (mode) {
    case BarrierMode::locked: return true;  // say_asleep's exchange was the barrier
    case BarrierMode::global: return membarrier(MEMBARRIER_CMD_GLOBAL) == 0;
    case BarrierMode::expedited: return membarrier(MEMBARRIER_CMD_GLOBAL_EXPEDITED) == 0;
  }
  return false;
}

}  // namespace scmi::transport
