// SPDX-License-Identifier: Apache-2.0
//
// What the i.MX protocols share: whose they are, and how a reset is explained.
#pragma once

#include <array>
#include <string_view>

#include "scmi/fields.hpp"

namespace scmi::imx {

/// How a platform with these protocols names itself in the Base protocol.
inline constexpr std::string_view vendor = "NXP";
inline constexpr std::string_view sub_vendor = "IMX";

/// Why a machine was started or stopped.
inline constexpr BitField reason_valid = bit("valid", 31);
inline constexpr BitField reason_extended_words = bits("num_extended", 30, 29);  ///< In the word of a shutdown only.
inline constexpr BitField reason_origin_valid = bit("origin_valid", 28);
inline constexpr BitField reason_origin = bits("origin", 27, 24);
inline constexpr BitField reason_error_valid = bit("error_valid", 23);
inline constexpr BitField reason_error = bits("error", 22, 8);
inline constexpr BitField reason_id = bits("reason", 7, 0);
inline constexpr std::array<BitField, 6> reason_bits{reason_valid,       reason_origin_valid, reason_origin,
                                                     reason_error_valid, reason_error,        reason_id};
inline constexpr std::array<BitField, 7> shutdown_reason_bits{reason_valid,  reason_extended_words, reason_origin_valid,
                                                              reason_origin, reason_error_valid,    reason_error,
                                                              reason_id};

}  // namespace scmi::imx
