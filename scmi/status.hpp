// SPDX-License-Identifier: Apache-2.0
//
// SCMI status codes as the platform sends them. A status is kept as it came, also when we have no name for it.
#pragma once

#include <cstdint>
#include <string_view>

namespace scmi {

/// Status word of a response (DEN0056 "status codes"). Values without a name here, vendor values (<= -128)
/// among them, travel unchanged.
enum class Status : std::int32_t {
  success = 0,
  not_supported = -1,
  invalid_parameters = -2,
  denied = -3,
  not_found = -4,
  out_of_range = -5,
  busy = -6,
  comms_error = -7,
  generic_error = -8,
  hardware_error = -9,
  protocol_error = -10,
  in_use = -11,         ///< Since release 3.2.
  partial_error = -12,  ///< Release 4.0.
};

/// The specification's name in capitals ("NOT_FOUND"); "VENDOR" for <= -128, "RESERVED" for the rest.
[[nodiscard]] std::string_view name(Status status) noexcept;

}  // namespace scmi
