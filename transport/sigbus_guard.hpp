// SPDX-License-Identifier: Apache-2.0
//
// A named file can be truncated by anybody who may write it, and the next access to its mapping is a SIGBUS. A program
// that installs a SigbusGuard survives: the handler puts zero pages where the file was, marks the mapping lost, and
// lets the access go on; the transport then reports `platform_lost`. Sealed memory needs none of this.
#pragma once

#include <signal.h>

#include <atomic>
#include <cstddef>
#include <span>

namespace scmi::transport {

/// Handles SIGBUS in guarded mappings while it lives; all others go to the handler that was there before. For main():
/// one for each process.
class SigbusGuard {
 public:
  SigbusGuard() noexcept;
  ~SigbusGuard();
  SigbusGuard(const SigbusGuard&) = delete;
  SigbusGuard& operator=(const SigbusGuard&) = delete;
};

/// A mapping that the guard, if there is one, looks after.
class GuardedMapping {
 public:
  static constexpr std::size_t mappings_max = 64;  ///< In one process at a time.

  GuardedMapping() = default;
  GuardedMapping(const GuardedMapping&) = delete;
  GuardedMapping& operator=(const GuardedMapping&) = delete;
  ~GuardedMapping();

  /// Borrows `mapping` (whole pages) and `lost`, which becomes true when the file behind it has gone. False when
  /// there are too many.
  [[nodiscard]] bool watch(std::span<std::byte> mapping, std::atomic<bool>& lost) noexcept;

 private:
  int slot_ = -1;
};

}  // namespace scmi::transport
