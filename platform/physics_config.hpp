// SPDX-License-Identifier: Apache-2.0
//
// [physics] and [[part]] of a SoC description. Part of platform/soc_config.hpp.
#pragma once

#include <cstdint>
#include <string>

#include "platform/index.hpp"

namespace scmi::platform {

/// [physics]
struct PhysicsConfig {
  std::uint64_t seed = 1;            ///< Of loads that walk, and of noise.
  std::int32_t ambient_mc = 25'000;  ///< Temperature around the SoC, in thousandths of a degree Celsius.
};

/// How busy a part is. Percent of its dynamic power.
enum class LoadKind : std::uint8_t {
  constant,
  square,  ///< From high to low and back.
  walk,    ///< Each step up or down by a random amount.
};

/// load = { kind = "constant" | "square" | "walk", ... }; without it a part is busy all the time.
struct LoadConfig {
  LoadKind kind = LoadKind::constant;
  std::uint32_t percent = 100;       ///< constant: the load. walk: where it starts; default low_percent.
  std::uint32_t low_percent = 0;     ///< square, walk: the lowest.
  std::uint32_t high_percent = 100;  ///< square, walk: the highest.
  std::uint32_t high_us = 0;         ///< square: how long it is high, from the start on. At least load_us_min.
  std::uint32_t low_us = 0;          ///< square: how long it is low then.
  std::uint32_t step_percent = 0;    ///< walk: a step is at most this, either way, and ends at the bounds.
  std::uint32_t step_us = 0;         ///< walk: time between two steps.
};

/// The shortest time for which a load stays as it is: each change is an event.
inline constexpr std::uint32_t load_us_min = 1000;

/// [[part]]: something that takes power and gets warm. platform/physics.hpp has the equations.
struct PartConfig {
  std::string name;
  Index performance_domain = no_index;  ///< Whose level sets frequency and dynamic power.
  Index power_domain = no_index;     ///< While that is off, the part takes nothing. Default: the performance domain's.
  Index voltage_domain = no_index;   ///< What feeds it. Default: the performance domain's.
  std::int32_t voltage_uv = 0;       ///< Where neither that nor the level says it.
  std::uint32_t capacitance_pf = 0;  ///< Dynamic power is this x f x V^2; 0: what the level costs.
  std::uint32_t power_uw = 0;        ///< What it takes besides, whatever the load.
  std::uint32_t leakage_uw = 0;      ///< At ambient temperature ...
  std::uint32_t leakage_permille_per_c = 0;  ///< ... and how much more with each degree above.
  std::uint32_t thermal_mc_per_w = 0;        ///< Thermal resistance to the surroundings; 0: it never gets warm.
  std::uint32_t thermal_ms = 1000;           ///< Time in which 63 percent of a change of temperature have happened.
  LoadConfig load;
};

}  // namespace scmi::platform
