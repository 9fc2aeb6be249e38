// SPDX-License-Identifier: Apache-2.0
//
// The core's seams for time and sleep, as steps of the explorer. The clock stands still until the explorer moves
// it, which it may do at any moment: to the next declared instant or to the next deadline somebody sleeps for. So
// every order of a deadline and a reply is tried, and nothing depends on real time.
#pragma once

#include "fuzz/explore/runtime.hpp"
#include "scmi/time.hpp"

namespace explore {

/// Sleeps and wakes fibres. A wake-up that is not given shows as a deadlock. Descriptors are never readable.
class Waiter final : public scmi::Waiter {
 public:
  void wait(scmi::WaitPoint& point, std::uint32_t seen, scmi::Instant deadline,
            std::span<const int>) noexcept override {
    runtime::wait(&point.word, point.word.newest(), seen, deadline.time_since_epoch().count(), {"", 0, "wait"});
  }
  void wake(scmi::WaitPoint& point) noexcept override {
    if (runtime::active()) runtime::wake(&point.word, point.word.newest(), {"", 0, "wake"});
  }
};

/// The explorer's clock. Starts at 0.
class TimeSource final : public scmi::TimeSource {
 public:
  [[nodiscard]] scmi::Instant now() noexcept override {
    return scmi::Instant(scmi::Duration(runtime::now({"", 0, "now"})));
  }
};

}  // namespace explore
