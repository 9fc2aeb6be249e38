// SPDX-License-Identifier: Apache-2.0
#include "tool/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <iterator>
#include <limits>
#include <span>

namespace scmi::tool {
namespace {

[[nodiscard]] char lower(char c) noexcept { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

struct Scale {
  double factor;
  std::string_view unit;
};

[[nodiscard]] std::string scaled(double value, std::span<const Scale> scales) {
  for (const Scale& scale : scales) {
    if (value >= scale.factor) return fmt::format("{:.6g} {}", value / scale.factor, scale.unit);
  }
  return fmt::format("{:.6g} {}", value / scales.back().factor, scales.back().unit);
}

constexpr std::array<Scale, 4> hertz{Scale{1e9, "GHz"}, {1e6, "MHz"}, {1e3, "kHz"}, {1, "Hz"}};
constexpr std::array<Scale, 3> time{Scale{1e6, "s"}, {1e3, "ms"}, {1, "us"}};
constexpr std::array<Scale, 3> power{Scale{1e6, "W"}, {1e3, "mW"}, {1, "uW"}};
constexpr std::array<Scale, 3> voltage{Scale{1e6, "V"}, {1e3, "mV"}, {1, "uV"}};

struct Suffix {
  std::string_view text;
  std::uint64_t factor;
};

/// Splits digits and an optional fraction from what follows, and multiplies exactly: nothing for a remainder below 1.
[[nodiscard]] std::optional<std::uint64_t> with_suffix(std::string_view text, std::span<const Suffix> suffixes) {
  const std::size_t end = std::min(text.find_first_not_of("0123456789."), text.size());
  const std::string_view number = text.substr(0, end);
  std::string_view unit = text.substr(end);
  while (!unit.empty() && unit.front() == ' ') unit.remove_prefix(1);
  const auto suffix =
      std::find_if(suffixes.begin(), suffixes.end(), [&](const Suffix& s) { return equal_but_case(s.text, unit); });
  if (suffix == suffixes.end()) return std::nullopt;

  const std::size_t point = std::min(number.find('.'), number.size());
  const std::string_view whole = number.substr(0, point);
  std::string_view fraction = number.substr(std::min(point + 1, number.size()));
  if (whole.empty() || (point < number.size() && fraction.empty())) return std::nullopt;
  std::uint64_t value = 0;
  const auto [stop, error] = std::from_chars(whole.data(), whole.data() + whole.size(), value);
  if (error != std::errc() || stop != whole.data() + whole.size()) return std::nullopt;
  if (value > std::numeric_limits<std::uint64_t>::max() / suffix->factor) return std::nullopt;
  value *= suffix->factor;
  std::uint64_t place = suffix->factor;
  for (const char c : fraction) {
    if (c < '0' || c > '9') return std::nullopt;
    if (c == '0' && place < 10) continue;
    if (place % 10 != 0) return std::nullopt;
    place /= 10;
    const std::uint64_t part = static_cast<std::uint64_t>(c - '0') * place;
    if (value > std::numeric_limits<std::uint64_t>::max() - part) return std::nullopt;
    value += part;
  }
  return value;
}

}  // namespace

std::string_view suffix(Measure measure) noexcept {
  switch (measure) {
    case Measure::none: return "";
    case Measure::hertz: return "hz";
    case Measure::kilohertz: return "khz";
    case Measure::nanoseconds: return "ns";
    case Measure::microseconds: return "us";
    case Measure::milliseconds: return "ms";
    case Measure::bytes: return "bytes";
    case Measure::milliwatts: return "mw";
    case Measure::microwatts: return "uw";
    case Measure::microvolts: return "uv";
  }
  return "";
}

std::string readable(std::uint64_t value, Measure measure) {
  const double number = static_cast<double>(value);
  switch (measure) {
    case Measure::none: return fmt::format("{}", value);
    case Measure::hertz: return scaled(number, hertz);
    case Measure::kilohertz: return scaled(number * 1e3, hertz);
    case Measure::nanoseconds: return scaled(number * 1e-3, time);
    case Measure::microseconds: return scaled(number, time);
    case Measure::milliseconds: return scaled(number * 1e3, time);
    case Measure::bytes: return fmt::format("{} bytes", value);
    case Measure::milliwatts: return scaled(number * 1e3, power);
    case Measure::microwatts: return scaled(number, power);
    case Measure::microvolts: return scaled(number, voltage);
  }
  return {};
}

std::string readable_signed(std::int64_t value, Measure measure) {
  if (value >= 0) return readable(static_cast<std::uint64_t>(value), measure);
  return '-' + readable(0 - static_cast<std::uint64_t>(value), measure);
}

std::optional<std::uint64_t> parse_number(std::string_view text) {
  int base = 10;
  if (text.starts_with("0x") || text.starts_with("0X")) {
    base = 16;
    text.remove_prefix(2);
  }
  std::uint64_t value = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (text.empty() || error != std::errc() || stop != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<std::uint32_t> parse_number32(std::string_view text) {
  const auto value = parse_number(text);
  if (!value || *value > std::numeric_limits<std::uint32_t>::max()) return std::nullopt;
  return static_cast<std::uint32_t>(*value);
}

std::optional<Duration> parse_duration(std::string_view text) {
  static constexpr std::array<Suffix, 5> units{
      Suffix{"ns", 1}, {"us", 1000}, {"ms", 1'000'000}, {"s", 1'000'000'000}, {"m", 60'000'000'000}};
  const auto value = with_suffix(text, units);
  if (!value || *value == 0 || *value > 86'400'000'000'000) return std::nullopt;
  return Duration(static_cast<Duration::rep>(*value));
}

std::optional<std::uint64_t> parse_rate_hz(std::string_view text) {
  static constexpr std::array<Suffix, 8> units{
      Suffix{"", 1},      {"hz", 1},        {"khz", 1000},          {"k", 1000},
      {"mhz", 1'000'000}, {"m", 1'000'000}, {"ghz", 1'000'000'000}, {"g", 1'000'000'000}};
  return with_suffix(text, units);
}

std::optional<std::int32_t> parse_voltage_uv(std::string_view text) {
  static constexpr std::array<Suffix, 4> units{Suffix{"", 1}, {"uv", 1}, {"mv", 1000}, {"v", 1'000'000}};
  const bool negative = text.starts_with('-');
  if (negative) text.remove_prefix(1);
  const auto value = with_suffix(text, units);
  constexpr std::uint64_t value_max = std::numeric_limits<std::int32_t>::max();
  if (!value || *value > value_max + (negative ? 1 : 0)) return std::nullopt;
  const auto uv = static_cast<std::int64_t>(*value);
  return static_cast<std::int32_t>(negative ? -uv : uv);
}

std::optional<std::uint64_t> parse_power_uw(std::string_view text) {
  static constexpr std::array<Suffix, 3> units{Suffix{"uw", 1}, {"mw", 1000}, {"w", 1'000'000}};
  return with_suffix(text, units);
}

std::string printable(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c >= ' ' && c <= '~') {
      out += c;
    } else {
      fmt::format_to(std::back_inserter(out), "\\x{:02x}", static_cast<unsigned char>(c));
    }
  }
  return out;
}

bool equal_but_case(std::string_view a, std::string_view b) noexcept {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) { return lower(x) == lower(y); });
}

}  // namespace scmi::tool
