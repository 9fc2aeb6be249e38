// SPDX-License-Identifier: Apache-2.0
//
// CLOCK_MONOTONIC behind the core's TimeSource.
#include "transport/system_time.hpp"

#include <algorithm>

namespace scmi::transport {

Instant SystemTime::now() noexcept {
  std::timespec ts{};
  clock_gettime(CLOCK_MONOTONIC, &ts);
  return Instant(std::chrono::seconds(ts.tv_sec) + std::chrono::nanoseconds(ts.tv_nsec));
}

std::timespec to_timespec(Duration duration) noexcept {
  constexpr Duration::rep ns_per_s = 1'000'000'000;
  const Duration::rep ns = std::max<Duration::rep>(duration.count(), 0);
  std::timespec ts{};
  ts.tv_sec = static_cast<std::time_t>(ns / ns_per_s);
  ts.tv_nsec = static_cast<long>(ns % ns_per_s);
  return ts;
}

std::timespec to_timespec(Instant instant) noexcept { return to_timespec(instant.time_since_epoch()); }

}  // namespace scmi::transport
