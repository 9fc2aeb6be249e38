// SPDX-License-Identifier: Apache-2.0
//
// How the models and the description of a SoC name a resource.
#pragma once

#include <cstddef>

namespace scmi::platform {

/// Position in the description: power domain, performance domain, clock, part, device.
using Index = std::size_t;
inline constexpr Index no_index = static_cast<Index>(-1);

}  // namespace scmi::platform
