// SPDX-License-Identifier: Apache-2.0
//
// The real clock: what the core's TimeSource is in a running agent. The core itself reads no clock, so this small
// file is the only place where an agent's time comes from the system.
#pragma once

#include <ctime>

#include "scmi/time.hpp"

namespace scmi::transport {

/// CLOCK_MONOTONIC. Has no state; callable from any thread.
class SystemTime final : public TimeSource {
 public:
  [[nodiscard]] Instant now() noexcept override;
};

/// A point of SystemTime as the kernel takes it for an absolute CLOCK_MONOTONIC timeout; before 0 becomes 0.
[[nodiscard]] std::timespec to_timespec(Instant instant) noexcept;
/// A length of time as the kernel takes it for a relative timeout; negative becomes 0.
[[nodiscard]] std::timespec to_timespec(Duration duration) noexcept;

}  // namespace scmi::transport
