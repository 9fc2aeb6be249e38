// SPDX-License-Identifier: Apache-2.0
#include "scmi/status.hpp"

namespace scmi {

std::string_view name(Status status) noexcept {
  switch (status) {
    case Status::success: return "SUCCESS";
    case Status::not_supported: return "NOT_SUPPORTED";
    case Status::invalid_parameters: return "INVALID_PARAMETERS";
    case Status::denied: return "DENIED";
    case Status::not_found: return "NOT_FOUND";
    case Status::out_of_range: return "OUT_OF_RANGE";
    case Status::busy: return "BUSY";
    case Status::comms_error: return "COMMS_ERROR";
    case Status::generic_error: return "GENERIC_ERROR";
    case Status::hardware_error: return "HARDWARE_ERROR";
    case Status::protocol_error: return "PROTOCOL_ERROR";
    case Status::in_use: return "IN_USE";
    case Status::partial_error: return "PARTIAL_ERROR";
  }
  return static_cast<std::int32_t>(status) <= -128 ? "VENDOR" : "RESERVED";
}

}  // namespace scmi
