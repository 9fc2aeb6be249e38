// SPDX-License-Identifier: Apache-2.0
//
// Messages as lines for people.
#include <fmt/format.h>

#include <iterator>

#include "protocols/catalogue_entry.hpp"

namespace scmi::catalogue {
namespace {

[[nodiscard]] std::string_view spoken(Unit unit) {
  switch (unit) {
    case Unit::none: return "";
    case Unit::hertz: return " Hz";
    case Unit::kilohertz: return " kHz";
    case Unit::microseconds: return " us";
    case Unit::milliseconds: return " ms";
    case Unit::microwatts: return " uW";
    case Unit::bytes: return " bytes";
    case Unit::microvolts: return " uV";
  }
  return "";
}

[[nodiscard]] std::string number_of(const FieldValue& field) {
  if (field.is_signed) return fmt::format("{}", static_cast<std::int64_t>(field.number));
  return field.display == Display::hex ? fmt::format("{:#x}", field.number) : fmt::format("{}", field.number);
}

/// Text from the wire must not be able to move the cursor.
[[nodiscard]] std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (c >= ' ' && c <= '~') {
      out += c;
    } else {
      fmt::format_to(std::back_inserter(out), "\\x{:02x}", static_cast<unsigned char>(c));
    }
  }
  return out + '"';
}

[[nodiscard]] std::string join(const std::vector<FieldValue>& fields, std::string_view separator);

[[nodiscard]] std::string ranges_of(const FieldValue& word) {
  std::string out;
  for (const FieldValue& part : word.parts) {
    if (part.is_flag && part.number == 0) continue;
    if (!out.empty()) out += ' ';
    out += part.name;
    if (part.is_flag) continue;
    out += '=';
    out += part.value_name.empty() ? number_of(part) + std::string(spoken(part.unit)) : part.value_name;
  }
  return out;
}

[[nodiscard]] std::string value_of(const FieldValue& field) {
  switch (field.kind) {
    case FieldKind::text: return quoted(field.text);
    case FieldKind::list: return fmt::format("[{}]", join(field.parts, ", "));
    case FieldKind::record: return fmt::format("{{{}}}", join(field.parts, " "));
    case FieldKind::status: return fmt::format("{}({})", field.value_name, static_cast<std::int64_t>(field.number));
    case FieldKind::word: {
      const std::string ranges = ranges_of(field);
      return ranges.empty() ? fmt::format("{:#x}", field.number) : fmt::format("{:#x}({})", field.number, ranges);
    }
    case FieldKind::number: break;
  }
  std::string out = number_of(field);
  if (!field.value_name.empty()) out += fmt::format("({})", field.value_name);
  return out + std::string(spoken(field.unit));
}

std::string join(const std::vector<FieldValue>& fields, std::string_view separator) {
  std::string out;
  for (const FieldValue& field : fields) {
    if (!out.empty()) out += separator;
    if (!field.name.empty()) out += field.name + '=';
    out += value_of(field);
  }
  return out;
}

[[nodiscard]] std::string bytes_of(std::span<const std::byte> payload) {
  constexpr std::size_t shown_max = 64;
  std::string out;
  for (const std::byte b : payload.first(std::min(payload.size(), shown_max))) {
    fmt::format_to(std::back_inserter(out), " {:02x}", std::to_integer<unsigned>(b));
  }
  if (payload.size() > shown_max) out += " ...";
  return out;
}

[[nodiscard]] std::string_view spoken(Kind kind) {
  switch (kind) {
    case Kind::command:
    case Kind::notification: return "";
    case Kind::response: return " response";
    case Kind::delayed_response: return " delayed response";
  }
  return "";
}

}  // namespace

std::string print(const Entry& entry, Kind kind, const Decoded& decoded) {
  std::string out = entry.name() + std::string(spoken(kind));
  if (decoded.status) {
    out += fmt::format(" {}", name(*decoded.status));
    if (*decoded.status != Status::success) out += fmt::format("({})", static_cast<std::int32_t>(*decoded.status));
  }
  if (!decoded.fields.empty()) out += ' ' + join(decoded.fields, " ");
  if (decoded.trailing_bytes != 0) out += fmt::format(" (and {} bytes more)", decoded.trailing_bytes);
  return out;
}

std::string print_message(MessageHeader header, Kind kind, std::span<const std::byte> payload, Version version) {
  return detail::print_as(find(header.protocol, kind, header.message), protocol_name(header.protocol), header, kind,
                          payload, version);
}

std::string detail::print_as(const Entry* entry, std::string_view protocol_name, MessageHeader header, Kind kind,
                             std::span<const std::byte> payload, Version version) {
  if (entry == nullptr) {
    return fmt::format("{}.{:#x} {} (unknown), {} bytes:{}", protocol_name, header.message.value, name(kind),
                       payload.size(), bytes_of(payload));
  }
  const auto decoded = decode(*entry, kind, payload, version);
  if (!decoded) {
    return fmt::format("{}{} (malformed), {} bytes:{}", entry->name(), spoken(kind), payload.size(), bytes_of(payload));
  }
  return print(*entry, kind, *decoded);
}

}  // namespace scmi::catalogue
