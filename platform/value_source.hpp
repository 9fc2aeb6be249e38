// SPDX-License-Identifier: Apache-2.0
//
// Where a measured value comes from: it stands still, goes through a list, or is a physical quantity of parts of the
// SoC. Whoever shows a value (a sensor's axis, a counter) has a ValueSource in its configuration and asks value_of().
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "platform/index.hpp"
#include "scmi/time.hpp"

namespace scmi::platform {

class Physics;

/// What can be measured of a part.
enum class Quantity : std::uint8_t { power, energy, temperature, voltage, current, frequency, load };

/// Keys `value`, `wave` or `source`, and `noise`, of whatever shows the value.
struct ValueSource {
  std::int64_t value = 0;            ///< In the reader's scale, as are `values` and `noise`.
  std::vector<std::int64_t> values;  ///< Key `wave`: one after the other instead, from the platform's start on.
  std::uint64_t step_us = 0;         ///< wave.step_us: how long each of them holds.
  bool repeat = true;                ///< wave.repeat; otherwise the last one stays.
  /// source.kind: a quantity of the parts `of` instead (not empty then).
  std::optional<Quantity> quantity;
  /// source.of: of several parts powers, energies and currents add up, of temperatures the mean is told. The other
  /// quantities are those of one part.
  std::vector<Index> of;
  std::uint32_t noise = 0;         ///< Readings are off by up to this much, either way.
  std::uint64_t noise_stream = 0;  ///< Tells sources apart that share a seed: from the name of the resource.
};

/// The value at that moment, in units of 10^exponent of watt, joule, degree Celsius, volt, ampere, hertz or percent. It
/// depends on nothing but the arguments, so whoever asks again for the same moment gets the same, noise included. `now`
/// must not lie before the last event of the SoC.
[[nodiscard]] std::int64_t value_of(const ValueSource& source, const Physics& physics, int exponent, Instant now);

}  // namespace scmi::platform
