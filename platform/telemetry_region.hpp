// SPDX-License-Identifier: Apache-2.0
//
// Telemetry in the memory that an agent shares with the platform: a region with a line for each data event that has one
// (the format is that of protocols/tdcf.hpp), and fast channels. Lines stay where they are; one whose data event is not
// enabled, or could not be read, is marked invalid. Each group has a block time stamp of its own, for it is collected
// by itself. PROVISIONAL, as the protocol is.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "platform/shared_window.hpp"
#include "platform/soc_observer.hpp"

namespace scmi::platform {

/// Bytes of the region; fills the places of its lines.
[[nodiscard]] std::uint32_t plan_telemetry_lines(const TelemetryConfig& telemetry, TelemetryPlan& plan);

/// Writes one agent's region.
class TelemetryRegion {
 public:
  /// The memory is new: no line is valid.
  void open(const SharedWindow& window, const TelemetryPlan& plan, const TelemetryConfig& telemetry);
  /// Shows samples; `enabled` tells which data events are. What is enabled and not among the samples stays.
  void show(const SharedWindow& window, const TelemetryPlan& plan, const TelemetryConfig& telemetry,
            std::span<const DataEventSample> samples, const std::vector<bool>& enabled);

 private:
  std::uint32_t sequence_ = 0;
};

}  // namespace scmi::platform
