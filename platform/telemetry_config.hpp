// SPDX-License-Identifier: Apache-2.0
//
// [telemetry] of a SoC description, with its [[telemetry.group]] and [[telemetry.data_event]]. Part of
// platform/soc_config.hpp. PROVISIONAL, as the protocol is.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "protocols/sensor_units.hpp"

namespace scmi::platform {

/// Where a data event's time stamp is.
enum class DataEventTimestamps : std::uint8_t { none, line, block };

/// Where a value comes from. One of: it stands still, it counts, it is what a sensor reads.
struct DataEventInput {
  std::uint64_t value = 0;        ///< At start.
  std::uint64_t count_per_s = 0;  ///< It goes up by so much each second, evenly; from 0 again after a reset.
  std::size_t sensor = SIZE_MAX;  ///< Position; key holds a name. The first axis counts.
  bool failed = false;            ///< It cannot be read.
};

/// [[telemetry.data_event]]
struct DataEventConfig {
  std::uint32_t id = 0;          ///< The platform's own numbering, each once.
  std::string name;              ///< Up to 15 characters; empty: none.
  std::size_t group = SIZE_MAX;  ///< Position; key holds a name. SIZE_MAX: none.
  std::uint32_t data_size = 8;   ///< Bytes, 1 to 8.
  std::uint8_t type = 0;
  std::uint8_t instance = 0;
  std::uint16_t component_instance = 0;
  std::uint8_t component_type = 0;
  bool persistent = false;
  SensorType unit = SensorType::none;
  std::int8_t exponent = 0;
  DataEventTimestamps timestamps = DataEventTimestamps::none;  ///< "none" | "line" | "block"
  bool shared = true;                                          ///< Has a line in shared memory.
  bool fast_channel = false;                                   ///< Has a fast channel.
  DataEventInput input;
};

/// [[telemetry.group]]
struct TelemetryGroupConfig {
  std::string name;                  ///< For the description alone.
  std::vector<std::size_t> members;  ///< Positions of its data events, ascending; follows from these.
};

/// [telemetry]
struct TelemetryConfig {
  std::array<std::uint8_t, 16> revision{};  ///< Of the set of data events, a UUID.
  bool single_read = true;
  bool notifications = true;
  bool per_group = true;                        ///< Groups can be enabled and configured.
  std::uint32_t timestamp_rate_hz = 1'000'000;  ///< Of all time stamps.
  std::uint32_t max_enabled = 0;                ///< Data events at a time, for each agent; 0: all.
  std::uint32_t read_latency_us = 0;            ///< Of a single read.
  std::vector<SensorInterval>
      intervals;  ///< Keys intervals_us, or interval_range_us = { min, max, step }: these three.
  bool interval_range = false;
  std::vector<TelemetryGroupConfig> groups;
  std::vector<DataEventConfig> data_events;
};

}  // namespace scmi::platform
