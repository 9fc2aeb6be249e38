// SPDX-License-Identifier: Apache-2.0
//
// Finds data races: two accesses to the same bytes of plain data by different threads, one of them a write,
// neither ordered before the other by the program's synchronisation (vector clocks, as in memory.hpp). It does not
// matter which of the two the schedule happened to run first.
#pragma once

#include <cstdint>
#include <vector>

#include "fuzz/explore/address_map.hpp"
#include "fuzz/explore/memory.hpp"
#include "fuzz/explore/runtime.hpp"

namespace explore {

class RaceDetector {
 public:
  struct Access {
    std::uint8_t thread = 0;
    std::uint8_t bytes = 0;  ///< Of the eight, a bit each.
    bool write = false;
    std::uint32_t clock = 0;  ///< The thread's own, at the time.
    std::size_t step = 0;
    runtime::Site site;
  };

  void reset() { cells_.clear(); }
  /// Records an access and returns the earlier one it races with, or null. The answer lasts until the next call.
  const Access* access(const void* object, std::uint32_t size, Access now, const Clock& seen);
  /// The bytes become another object.
  void forget(const void* object, std::uint32_t size);

 private:
  struct Cell {
    std::vector<Access> accesses;
  };
  AddressMap<Cell> cells_;
};

}  // namespace explore
