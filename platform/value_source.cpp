// SPDX-License-Identifier: Apache-2.0
#include "platform/value_source.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "platform/physics.hpp"

namespace scmi::platform {
namespace {

/// A quantity of one part, as `unit_exponent` counts it.
double quantity_of(const Physics& physics, Quantity quantity, Index part, Instant now) {
  switch (quantity) {
    case Quantity::power: return physics.power_uw(part, now);
    case Quantity::energy: return physics.energy_uj(part, now);
    case Quantity::temperature: return physics.temperature_mc(part, now);
    case Quantity::voltage: return physics.voltage_uv(part);
    case Quantity::current: return physics.current_ua(part, now);
    case Quantity::frequency: return physics.frequency_hz(part);
    case Quantity::load: return physics.load_percent(part);
  }
  return 0;
}

int unit_exponent(Quantity quantity) noexcept {
  switch (quantity) {
    case Quantity::temperature: return -3;
    case Quantity::frequency:
    case Quantity::load: return 0;
    case Quantity::power:
    case Quantity::energy:
    case Quantity::voltage:
    case Quantity::current: break;
  }
  return -6;
}

/// number x 10^exponent to the nearest whole number, or what is nearest of those that fit.
std::int64_t scaled(double number, int exponent) noexcept {
  const double factor = std::pow(10.0, std::abs(exponent));
  const double exact = std::round(exponent < 0 ? number / factor : number * factor);
  constexpr double limit = 0x1p63;
  if (exact >= limit) return std::numeric_limits<std::int64_t>::max();
  if (exact <= -limit) return std::numeric_limits<std::int64_t>::min();
  return static_cast<std::int64_t>(exact);
}

std::int64_t exact_value(const ValueSource& source, const Physics& physics, int exponent, Instant now) {
  if (source.quantity) {
    double sum = 0;
    for (const Index part : source.of) sum += quantity_of(physics, *source.quantity, part, now);
    if (*source.quantity == Quantity::temperature) sum /= static_cast<double>(source.of.size());
    return scaled(sum, unit_exponent(*source.quantity) - exponent);
  }
  if (source.values.empty()) return source.value;
  const auto passed = static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::microseconds>(now - physics.started()).count());
  const std::uint64_t step = passed / source.step_us;
  const std::uint64_t count = source.values.size();
  return source.values[source.repeat ? step % count : std::min(step, count - 1)];
}

}  // namespace

std::int64_t value_of(const ValueSource& source, const Physics& physics, int exponent, Instant now) {
  const std::int64_t value = exact_value(source, physics, exponent, now);
  const std::int64_t noise = physics.noise(source.noise_stream, now, source.noise);
  std::int64_t sum = 0;
  if (!__builtin_add_overflow(value, noise, &sum)) return sum;
  return noise < 0 ? std::numeric_limits<std::int64_t>::min() : std::numeric_limits<std::int64_t>::max();
}

}  // namespace scmi::platform
