// SPDX-License-Identifier: Apache-2.0
#include "protocols/catalogue_arguments.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

namespace scmi::catalogue {
namespace detail {

namespace {

[[nodiscard]] bool same_ignoring_case(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
  return std::ranges::equal(a, b, {}, lower, lower);
}

/// Digits only, decimal or 0x; nothing if there is anything else, or more than 64 bits.
[[nodiscard]] std::optional<std::uint64_t> parse_unsigned(std::string_view text) {
  int base = 10;
  if (text.starts_with("0x") || text.starts_with("0X")) {
    base = 16;
    text.remove_prefix(2);
  }
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

[[nodiscard]] std::string list_names(std::span<const NamedValue> names) {
  std::string text;
  for (const NamedValue& n : names) text += fmt::format(", {}", n.name);
  return text;
}

/// What may be written on the left of '='.
[[nodiscard]] std::string list_fields(const std::vector<FieldInfo>& fields) {
  std::string text;
  for (const FieldInfo& f : fields) {
    if (!text.empty()) text += ", ";
    text += f.key();
    if (f.kind != FieldKind::word || f.parts.empty()) continue;
    text += " (";
    for (std::size_t i = 0; i < f.parts.size(); ++i) text += (i == 0 ? "" : ", ") + f.parts[i].key();
    text += ")";
  }
  return text.empty() ? "it has none" : text;
}

}  // namespace

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  if (text.empty()) return parts;
  for (;;) {
    const std::size_t end = text.find(separator);
    parts.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

ArgumentSet::ArgumentSet(std::span<const Argument> arguments) : arguments_(arguments), taken_(arguments.size()) {
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      if (arguments[i].name == arguments[j].name) {
        fail(ArgumentError::Reason::duplicate_field, arguments[i].name,
             fmt::format("field '{}' is given twice", arguments[i].name));
      }
    }
  }
}

void ArgumentSet::fail(ArgumentError::Reason reason, std::string_view field, std::string text) {
  if (!error_) error_ = ArgumentError{reason, std::string(field), std::move(text)};
}

std::optional<std::string_view> ArgumentSet::take(std::string_view name, Unit unit) {
  const std::string with_unit = unit == Unit::none ? std::string(name) : fmt::format("{}_{}", name, suffix(unit));
  std::optional<std::string_view> found;
  for (std::size_t i = 0; i < arguments_.size(); ++i) {
    if (taken_[i] || (arguments_[i].name != name && arguments_[i].name != with_unit)) continue;
    taken_[i] = true;
    if (found) {
      fail(ArgumentError::Reason::duplicate_field, name, fmt::format("field '{}' is given twice", name));
    }
    found = arguments_[i].value;
  }
  return found;
}

void ArgumentSet::missing(std::string_view field) {
  fail(ArgumentError::Reason::missing_field, field, fmt::format("field '{}' is missing", field));
}

void ArgumentSet::bad_value(std::string_view field, std::string_view value, std::string_view expected) {
  fail(ArgumentError::Reason::bad_value, field,
       fmt::format("field '{}' cannot be '{}': expected {}", field, value, expected));
}

std::optional<ArgumentError> ArgumentSet::finish(std::string_view message, Version version,
                                                 const std::vector<FieldInfo>& known) const {
  std::optional<ArgumentError> error = error_;
  for (std::size_t i = 0; i < arguments_.size() && !error; ++i) {
    if (taken_[i]) continue;
    error = ArgumentError{ArgumentError::Reason::unknown_field, std::string(arguments_[i].name),
                          fmt::format("no field '{}' in version {}.{}", arguments_[i].name, version.major_number(),
                                      version.minor_number())};
  }
  if (error) error->text = fmt::format("{}: {}; fields: {}", message, error->text, list_fields(known));
  return error;
}

std::uint64_t ArgumentSet::number(std::string_view field, std::string_view value, std::uint64_t max,
                                  bool allow_negative, std::span<const NamedValue> names) {
  for (const NamedValue& n : names) {
    if (same_ignoring_case(n.name, value)) return n.value;
  }
  const bool negative = allow_negative && value.starts_with('-');
  const auto magnitude = parse_unsigned(negative ? value.substr(1) : value);
  if (magnitude && !negative && *magnitude <= max) return *magnitude;
  if (magnitude && negative && *magnitude <= max / 2 + 1) return (~*magnitude + 1) & max;
  bad_value(field, value,
            fmt::format("a number{} up to {:#x}{}", allow_negative ? fmt::format(" from -{:#x}", max / 2 + 1) : "", max,
                        list_names(names)));
  return 0;
}

Status ArgumentSet::status(std::string_view field, std::string_view value) {
  for (std::int32_t code = 0; code >= static_cast<std::int32_t>(Status::partial_error); --code) {
    if (same_ignoring_case(name(static_cast<Status>(code)), value)) return static_cast<Status>(code);
  }
  return wire::from_word<Status>(static_cast<std::uint32_t>(number(field, value, 0xFFFF'FFFFU, true, {})));
}

void RecordFiller::finish() {
  if (used_ == pieces_.size()) return;
  arguments_.bad_value(list_, text_, fmt::format("{} values joined by ':' for each entry", used_));
}

std::optional<std::string_view> Filler::take(const Field& field) {
  const auto given = arguments_.take(field.name, field.unit);
  if (!given && !field.may_be_omitted) arguments_.missing(field.name);
  return given;
}

std::uint64_t Filler::number32(const Field& field, std::string_view text) {
  return arguments_.number(field.name, text, 0xFFFF'FFFFU, true, field.names);
}

std::uint64_t Filler::pair(const Field& field, bool allow_negative) {
  if (const auto whole = take(field.omittable())) {
    return arguments_.number(field.name, *whole, std::numeric_limits<std::uint64_t>::max(), allow_negative, {});
  }
  const std::string low_name = std::string(field.name) + "_low";
  const std::string high_name = std::string(field.name) + "_high";
  const auto low = arguments_.take(low_name);
  const auto high = arguments_.take(high_name);
  if (!low && !high && !field.may_be_omitted) arguments_.missing(field.name);
  std::uint64_t value = 0;
  if (low) value = arguments_.number(low_name, *low, 0xFFFF'FFFFU, false, {});
  if (high) value |= arguments_.number(high_name, *high, 0xFFFF'FFFFU, false, {}) << 32;
  return value;
}

void Filler::fill_word(const Field& field, std::uint32_t& value, std::span<const BitField> ranges,
                       const BitField* counter) {
  bool given = false;
  if (const auto whole = arguments_.take(field.name, field.unit)) {
    value = static_cast<std::uint32_t>(number32(field, *whole));
    given = true;
  }
  for (const BitField& range : ranges) {
    if (version_ < range.since) continue;
    if (counter != nullptr && range.mask() == counter->mask()) continue;
    const auto text = arguments_.take(range.name, range.unit);
    if (!text) continue;
    given = true;
    constexpr std::array<NamedValue, 2> booleans{NamedValue{0, "false"}, NamedValue{1, "true"}};
    const bool flag = range.high == range.low && range.names.empty();
    const auto number =
        arguments_.number(range.name, *text, range.max(), range.is_signed, flag ? booleans : range.names);
    value = (value & ~range.mask()) | range.put(static_cast<std::uint32_t>(number));
  }
  if (!given && !field.may_be_omitted) arguments_.missing(field.name);
}

}  // namespace detail

ArgumentResult<Argument> parse_argument(std::string_view text) {
  const std::size_t equals = text.find('=');
  if (equals == std::string_view::npos || equals == 0) {
    return tl::unexpected(ArgumentError{ArgumentError::Reason::not_a_payload, std::string(text),
                                        fmt::format("'{}' is not of the form name=value", text)});
  }
  return Argument{text.substr(0, equals), text.substr(equals + 1)};
}

}  // namespace scmi::catalogue
