// SPDX-License-Identifier: Apache-2.0
// See races.hpp.
#include "fuzz/explore/races.hpp"

#include <algorithm>

namespace explore {

namespace {

// Calls visit(address of the eight bytes, which of them) for each group of eight that [object, object + size) touches.
template <class Visit>
bool each_group(const void* object, std::uint32_t size, Visit visit) {
  auto at = reinterpret_cast<std::uintptr_t>(object);
  const std::uintptr_t end = at + size;
  while (at < end) {
    const std::uintptr_t group = at & ~std::uintptr_t{7};
    const std::uintptr_t stop = std::min(end, group + 8);
    const auto bytes = static_cast<std::uint8_t>(((1U << (stop - at)) - 1U) << (at - group));
    if (visit(group, bytes)) return true;
    at = stop;
  }
  return false;
}

}  // namespace

const RaceDetector::Access* RaceDetector::access(const void* object, std::uint32_t size, Access now,
                                                 const Clock& seen) {
  const Access* found = nullptr;
  each_group(object, size, [&](std::uintptr_t group, std::uint8_t bytes) {
    std::vector<Access>& accesses = cells_[group].accesses;
    for (const Access& before : accesses) {
      if (before.thread != now.thread && (before.bytes & bytes) != 0 && (before.write || now.write) &&
          before.clock > seen.at[before.thread]) {
        found = &before;
        return true;
      }
    }
    std::erase_if(accesses, [&](const Access& before) {
      return before.thread == now.thread && before.write == now.write && (before.bytes & ~bytes) == 0;
    });
    now.bytes = bytes;
    accesses.push_back(now);
    return false;
  });
  return found;
}

void RaceDetector::forget(const void* object, std::uint32_t size) {
  if (cells_.empty()) return;
  each_group(object, size, [&](std::uintptr_t group, std::uint8_t bytes) {
    if (Cell* const cell = cells_.find(group)) {
      for (Access& access : cell->accesses) access.bytes = static_cast<std::uint8_t>(access.bytes & ~bytes);
    }
    return false;
  });
}

}  // namespace explore
