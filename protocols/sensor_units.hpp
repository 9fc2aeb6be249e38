// SPDX-License-Identifier: Apache-2.0
//
// How the sensor protocol writes numbers: what a sensor measures, and mantissas with a power of ten beside them. Used
// by the messages, the client and the platform.
#pragma once

#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>
#include <string_view>

#include "scmi/fields.hpp"

namespace scmi {

/// What a sensor measures, and so its unit (DSP0249; DEN0056 sensor types). Any of 256 values may come.
enum class SensorType : std::uint8_t {
  none = 0x00,
  unspecified = 0x01,
  celsius = 0x02,
  volt = 0x05,
  ampere = 0x06,
  watt = 0x07,
  joule = 0x08,
  hertz = 0x14,
  percent = 0x41,
  radian_per_second = 0x57,
  metre_per_second_squared = 0x59,
  vendor = 0xFF,
};

namespace sensor_protocol {
inline constexpr std::array<NamedValue, 95> type_names{{
    {0x00, "none"},
    {0x01, "unspecified"},
    {0x02, "celsius"},
    {0x03, "fahrenheit"},
    {0x04, "kelvin"},
    {0x05, "volt"},
    {0x06, "ampere"},
    {0x07, "watt"},
    {0x08, "joule"},
    {0x09, "coulomb"},
    {0x0A, "volt_ampere"},
    {0x0B, "nit"},
    {0x0C, "lumen"},
    {0x0D, "lux"},
    {0x0E, "candela"},
    {0x0F, "kilopascal"},
    {0x10, "psi"},
    {0x11, "newton"},
    {0x12, "cubic_foot_per_minute"},
    {0x13, "rpm"},
    {0x14, "hertz"},
    {0x15, "second"},
    {0x16, "minute"},
    {0x17, "hour"},
    {0x18, "day"},
    {0x19, "week"},
    {0x1A, "mil"},
    {0x1B, "inch"},
    {0x1C, "foot"},
    {0x1D, "cubic_inch"},
    {0x1E, "cubic_foot"},
    {0x1F, "metre"},
    {0x20, "cubic_centimetre"},
    {0x21, "cubic_metre"},
    {0x22, "litre"},
    {0x23, "fluid_ounce"},
    {0x24, "radian"},
    {0x25, "steradian"},
    {0x26, "revolution"},
    {0x27, "cycle"},
    {0x28, "gravity"},
    {0x29, "ounce"},
    {0x2A, "pound"},
    {0x2B, "foot_pound"},
    {0x2C, "ounce_inch"},
    {0x2D, "gauss"},
    {0x2E, "gilbert"},
    {0x2F, "henry"},
    {0x30, "farad"},
    {0x31, "ohm"},
    {0x32, "siemens"},
    {0x33, "mole"},
    {0x34, "becquerel"},
    {0x35, "ppm"},
    {0x36, "decibel"},
    {0x37, "decibel_a"},
    {0x38, "decibel_c"},
    {0x39, "gray"},
    {0x3A, "sievert"},
    {0x3B, "colour_temperature_kelvin"},
    {0x3C, "bit"},
    {0x3D, "byte"},
    {0x3E, "word"},
    {0x3F, "double_word"},
    {0x40, "quad_word"},
    {0x41, "percent"},
    {0x42, "pascal"},
    {0x43, "count"},
    {0x44, "gram"},
    {0x45, "newton_metre"},
    {0x46, "hit"},
    {0x47, "miss"},
    {0x48, "retry"},
    {0x49, "overrun"},
    {0x4A, "underrun"},
    {0x4B, "collision"},
    {0x4C, "packet"},
    {0x4D, "message"},
    {0x4E, "character"},
    {0x4F, "error"},
    {0x50, "corrected_error"},
    {0x51, "uncorrectable_error"},
    {0x52, "square_mil"},
    {0x53, "square_inch"},
    {0x54, "square_foot"},
    {0x55, "square_centimetre"},
    {0x56, "square_metre"},
    {0x57, "radian_per_second"},
    {0x58, "beat_per_minute"},
    {0x59, "metre_per_second_squared"},
    {0x5A, "metre_per_second"},
    {0x5B, "cubic_metre_per_second"},
    {0x5C, "mmhg"},
    {0x5D, "radian_per_second_squared"},
    {0xFF, "vendor"},
}};
}  // namespace sensor_protocol

/// "celsius"; "reserved" for types without a name.
[[nodiscard]] constexpr std::string_view name(SensorType type) noexcept {
  for (const NamedValue& n : sensor_protocol::type_names) {
    if (n.value == static_cast<std::uint32_t>(type)) return n.name;
  }
  return "reserved";
}
/// The type of that name; nothing if there is none.
[[nodiscard]] constexpr std::optional<SensorType> sensor_type(std::string_view text) noexcept {
  for (const NamedValue& n : sensor_protocol::type_names) {
    if (n.name == text) return static_cast<SensorType>(n.value);
  }
  return std::nullopt;
}

/// mantissa × 10^exponent, rounded towards zero; nothing where that is more than 64 bits hold.
[[nodiscard]] constexpr std::optional<std::int64_t> times_power_of_ten(std::int64_t mantissa, int exponent) noexcept {
  for (; exponent < 0 && mantissa != 0; ++exponent) mantissa /= 10;
  for (; exponent > 0 && mantissa != 0; --exponent) {
    if (mantissa > std::numeric_limits<std::int64_t>::max() / 10) return std::nullopt;
    if (mantissa < std::numeric_limits<std::int64_t>::min() / 10) return std::nullopt;
    mantissa *= 10;
  }
  return mantissa;
}

/// A reading, limit or trip point: raw × 10^exponent of the sensor's unit.
struct SensorValue {
  std::int64_t raw = 0;
  std::int8_t exponent = 0;  ///< -16 to 15.
  SensorType type = SensorType::none;

  /// In the unit itself (celsius, volt, ...).
  [[nodiscard]] double value() const noexcept { return static_cast<double>(raw) * std::pow(10.0, exponent); }
  /// In thousandths of the unit (millicelsius, millivolt, ...), towards zero; nothing beyond 64 bits.
  [[nodiscard]] constexpr std::optional<std::int64_t> milli() const noexcept {
    return times_power_of_ten(raw, exponent + 3);
  }
  /// In millionths, likewise.
  [[nodiscard]] constexpr std::optional<std::int64_t> micro() const noexcept {
    return times_power_of_ten(raw, exponent + 6);
  }
  friend constexpr bool operator==(const SensorValue&, const SensorValue&) = default;
};

/// The time between two updates: mantissa × 10^exponent seconds. 0 = none.
struct SensorInterval {
  std::uint16_t mantissa = 0;
  std::int8_t exponent = 0;  ///< -16 to 15.

  /// From the words of SENSOR_LIST_UPDATE_INTERVALS.
  [[nodiscard]] static constexpr SensorInterval from_word(std::uint32_t word) noexcept {
    constexpr BitField bits = signed_bits("", 4, 0);
    return {static_cast<std::uint16_t>(word >> 5), static_cast<std::int8_t>(bits.get_signed(word))};
  }
  [[nodiscard]] constexpr std::uint32_t word() const noexcept {
    return std::uint32_t{mantissa} << 5 | (static_cast<std::uint32_t>(exponent) & 0x1FU);
  }
  /// The best fit for a number of nanoseconds; nothing if that is more than can be said.
  [[nodiscard]] static constexpr std::optional<SensorInterval> from_ns(std::uint64_t ns) noexcept {
    int exponent = -9;
    std::uint64_t rest = ns;
    while (rest != 0 && rest % 10 == 0 && exponent < 0) {
      rest /= 10;
      ++exponent;
    }
    while (rest > 0xFFFF) {
      rest = (rest + 5) / 10;
      ++exponent;
    }
    if (exponent > 15) return std::nullopt;
    return SensorInterval{static_cast<std::uint16_t>(rest), static_cast<std::int8_t>(ns == 0 ? 0 : exponent)};
  }
  /// Nothing where 64 bits of nanoseconds are not enough; below one nanosecond 0.
  [[nodiscard]] constexpr std::optional<std::uint64_t> ns() const noexcept {
    const auto value = times_power_of_ten(mantissa, exponent + 9);
    if (!value) return std::nullopt;
    return static_cast<std::uint64_t>(*value);
  }
  [[nodiscard]] constexpr std::optional<std::uint64_t> us() const noexcept {
    const auto value = ns();
    if (!value) return std::nullopt;
    return *value / 1000;
  }
  friend constexpr bool operator==(const SensorInterval&, const SensorInterval&) = default;
};

}  // namespace scmi
