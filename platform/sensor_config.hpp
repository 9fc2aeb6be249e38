// SPDX-License-Identifier: Apache-2.0
//
// [[sensor]] of a SoC description. Part of platform/soc_config.hpp.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "platform/value_source.hpp"
#include "protocols/sensor_units.hpp"

namespace scmi::platform {

/// What one axis measures; a sensor without axes has one of these for itself.
struct SensorAxisConfig {
  std::string name;  ///< Up to 63 characters. Of a sensor without axes: the sensor's.
  SensorType type = SensorType::none;
  std::int8_t exponent = 0;
  std::optional<std::int64_t> min;  ///< In the sensor's scale; absent: not reported.
  std::optional<std::int64_t> max;
  std::uint32_t resolution = 0;  ///< × 10^resolution_exponent of the unit; 0: not reported.
  std::int8_t resolution_exponent = 0;
  ValueSource input;

  [[nodiscard]] bool extended() const noexcept { return min || max || resolution != 0; }
};

/// [[sensor]]
struct SensorConfig {
  std::string name;                     ///< Up to 63 characters.
  std::vector<SensorAxisConfig> axes;   ///< One, unless the key `axes` lists them.
  bool has_axes = false;                ///< The key `axes` is there.
  std::uint8_t trip_points = 0;         ///< How many.
  bool async = false;                   ///< Can be read asynchronously.
  bool continuous = false;              ///< Can send updates by itself.
  bool timestamps = false;              ///< Can stamp its readings.
  std::int8_t timestamp_exponent = -6;  ///< A tick is 10^this seconds.
  std::uint32_t power_uw = 0;           ///< While active; 0: not reported.
  std::vector<SensorInterval>
      intervals;  ///< Keys intervals_us, or interval_range_us = { min, max, step }: these three.
  bool interval_range = false;
  SensorInterval interval;  ///< Key interval_us: at start; default the first.
  bool enabled = true;      ///< At start, and when no agent asks for another.
  bool failed = false;      ///< It answers HARDWARE_ERROR.
  std::uint32_t read_latency_us = 0;
  std::uint32_t sample_us = 10'000;  ///< How often trip points are looked at, while one is set.
};

}  // namespace scmi::platform
