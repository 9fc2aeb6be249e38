// SPDX-License-Identifier: Apache-2.0
//
// What the event loop asks of the kernel, in the smallest form that both engines can give alike: watch a descriptor
// for ONE report, take that back, wait. The loop above re-arms after each callback, which makes watches level-triggered
// with io_uring and with poll.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "scmi/result.hpp"
#include "scmi/time.hpp"

namespace scmi::transport {

/// An engine of the event loop. Used by one thread at a time.
class LoopEngine {
 public:
  struct Ready {
    std::uint64_t tag = 0;
    std::uint32_t events = 0;  ///< POLLIN and friends; POLLNVAL: the descriptor is not open; 0: lost, arm again.
  };
  static constexpr Duration forever = Duration::max();

  virtual ~LoopEngine() = default;
  /// Watches `fd` for one report under `tag` (unique among armed watches, not 0). Errors: system.
  [[nodiscard]] virtual Result<void> arm(std::uint64_t tag, int fd, std::uint32_t events) = 0;
  /// Lets go of the descriptor before it returns. A report that is on its way may still come: the caller knows.
  virtual void disarm(std::uint64_t tag) = 0;
  /// Waits up to `timeout` for at least one report and appends what there is. A signal is no error. Errors: system.
  [[nodiscard]] virtual Result<void> wait(Duration timeout, std::vector<Ready>& out) = 0;
};

/// Error: system, with the kernel's reason (ENOSYS, EPERM under seccomp, ENOMEM).
[[nodiscard]] Result<std::unique_ptr<LoopEngine>> make_uring_engine();
[[nodiscard]] std::unique_ptr<LoopEngine> make_poll_engine();

}  // namespace scmi::transport
