// SPDX-License-Identifier: Apache-2.0
//
// Numbers with units as people write and read them, and text from outside made harmless.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "scmi/time.hpp"

namespace scmi::tool {

/// Unit of a number in a report; its suffix ends the key ("rate_hz").
enum class Measure : std::uint8_t {
  none,
  hertz,
  kilohertz,
  nanoseconds,
  microseconds,
  milliseconds,
  bytes,
  milliwatts,
  microwatts,
  microvolts,
};

/// "hz", "khz", "ns", "us", "ms", "bytes", "mw", "uw", "uv"; empty for none.
[[nodiscard]] std::string_view suffix(Measure measure) noexcept;
/// "1.2 GHz", "2.1168 MHz", "1.45 ms": scaled, six digits.
[[nodiscard]] std::string readable(std::uint64_t value, Measure measure);
[[nodiscard]] std::string readable_signed(std::int64_t value, Measure measure);

/// Whole text as a number, decimal or 0x…; nothing if it is anything else or does not fit.
[[nodiscard]] std::optional<std::uint64_t> parse_number(std::string_view text);
[[nodiscard]] std::optional<std::uint32_t> parse_number32(std::string_view text);
/// "100ms", "2s", "500us", "1m"; nothing without unit, for 0, or past a day.
[[nodiscard]] std::optional<Duration> parse_duration(std::string_view text);
/// "100MHz", "1.2 GHz", "32768Hz", "32768": whole hertz; nothing otherwise.
[[nodiscard]] std::optional<std::uint64_t> parse_rate_hz(std::string_view text);
/// "1.05V", "-900mV", "800000": whole microvolts that fit a signed word; nothing otherwise.
[[nodiscard]] std::optional<std::int32_t> parse_voltage_uv(std::string_view text);
/// "5W", "800mW", "1.5mW": whole microwatts; nothing otherwise, and nothing without a unit.
[[nodiscard]] std::optional<std::uint64_t> parse_power_uw(std::string_view text);

/// `text` with what could move a cursor, or is no ASCII, as \xNN.
[[nodiscard]] std::string printable(std::string_view text);
/// ASCII only.
[[nodiscard]] bool equal_but_case(std::string_view a, std::string_view b) noexcept;

}  // namespace scmi::tool
