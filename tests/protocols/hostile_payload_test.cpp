// SPDX-License-Identifier: Apache-2.0
//
// The golden messages, damaged in every simple way: each must end as an error or as a clean result. Sanitizers watch.
#include <doctest/doctest.h>

#include <cstring>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <set>

#include "protocols/clock_messages.hpp"
#include "tests/protocols/goldens.hpp"

using namespace scmi;
using catalogue::Kind;

namespace {

const catalogue::Entry& entry_of(const golden::Row& row) {
  const catalogue::Entry* entry = catalogue::find(row.protocol, row.kind, row.info->message);
  REQUIRE(entry != nullptr);
  return *entry;
}

/// Decodes from a buffer of exactly that size, so that the address sanitizer sees a read past the end.
Result<catalogue::Decoded> decode(const golden::Row& row, std::span<const std::byte> payload) {
  const auto exact = std::make_unique<std::byte[]>(payload.size());
  if (!payload.empty()) std::memcpy(exact.get(), payload.data(), payload.size());
  const std::span<const std::byte> copy(exact.get(), payload.size());
  const catalogue::Entry& entry = entry_of(row);
  auto decoded = catalogue::decode(entry, row.kind, copy, row.version);
  const MessageHeader header{row.info->message, row.info->type, row.protocol, Token(0)};
  CHECK_FALSE(catalogue::print_message(header, row.kind, copy, row.version).empty());
  CHECK(nlohmann::json::accept(catalogue::message_to_json(header, row.kind, copy, row.version)));
  return decoded;
}

std::string signature(const catalogue::Entry& entry, Kind kind, Version version) {
  std::string text;
  for (const catalogue::FieldInfo& f : catalogue::describe(entry, kind, version)) {
    text += f.name + '@' + std::to_string(f.offset) + '+' + std::to_string(f.size);
    if (f.kind == catalogue::FieldKind::list) text += 'x' + std::to_string(f.parts.size());
    text += ' ';
  }
  return text;
}

}  // namespace

TEST_CASE("golden bytes: every message of the catalogue has them, and every layout where versions differ") {
  using Key = std::pair<const MessageInfo*, Kind>;
  std::map<Key, std::set<std::string>> covered;
  for (const golden::Row& row : golden::all_rows()) {
    covered[{row.info, row.kind}].insert(signature(entry_of(row), row.kind, row.version));
  }
  for (const catalogue::Entry& entry : catalogue::entries()) {
    for (const Kind kind : {Kind::command, Kind::response, Kind::delayed_response, Kind::notification}) {
      if (entry.layout(kind) == nullptr) continue;
      for (const std::uint32_t word : {0x10000U, 0x20000U, 0x20001U, 0x30000U, 0x30001U, 0x40000U}) {
        if (Version(word) < entry.info->since) continue;
        CAPTURE(entry.name());
        CAPTURE(name(kind));
        CAPTURE(word);
        CHECK(covered[{entry.info, kind}].contains(signature(entry, kind, Version(word))));
      }
    }
  }
}

TEST_CASE("T4 every message: cut at any length it is malformed, never read beyond") {
  for (const golden::Row& row : golden::all_rows()) {
    CAPTURE(row.info->name);
    CAPTURE(name(row.kind));
    REQUIRE(decode(row, row.payload).has_value());
    for (std::size_t length = 0; length < row.payload.size(); ++length) {
      CAPTURE(length);
      const auto decoded = decode(row, std::span(row.payload).first(length));
      const bool delay_left_out = row.info->name == "clock.attributes" && row.kind == Kind::response &&
                                  row.version >= clock_protocol::version_2_0 && length == 24;
      const bool draft =
          row.kind == Kind::response && length + 4 == row.payload.size() &&
          (row.info->name == "telemetry.protocol_attributes" || row.info->name == "telemetry.de_configure");
      // Readings without a count: what is left may be fewer of them, but never a part of one.
      const std::size_t head = row.payload.size() % 16;
      const bool fewer = decoded && decoded->fields.back().name == "readings" && length >= head + 16;
      CHECK(decoded.has_value() == (delay_left_out || draft || fewer));
      if (!decoded) CHECK(decoded.error().is(LocalError::malformed_reply));
    }
  }
}

TEST_CASE("every message: longer than its layout it is accepted, and the rest reported") {
  for (const golden::Row& row : golden::all_rows()) {
    CAPTURE(row.info->name);
    golden::Bytes longer = row.payload;
    longer.resize(longer.size() + 5, std::byte{0xAA});
    const auto decoded = decode(row, longer);
    REQUIRE(decoded.has_value());
    CHECK(decoded->trailing_bytes == 5);
  }
}

TEST_CASE("T5 every message: 0 and 2^32-1 in any word, and any byte flipped, give an error or a clean result") {
  std::size_t errors = 0;
  for (const golden::Row& row : golden::all_rows()) {
    CAPTURE(row.info->name);
    for (std::size_t offset = 0; offset < row.payload.size(); ++offset) {
      golden::Bytes bytes = row.payload;
      bytes[offset] ^= std::byte{0xFF};
      if (!decode(row, bytes)) ++errors;
      if (offset % 4 != 0) continue;
      for (const std::byte value : {std::byte{0x00}, std::byte{0xFF}}) {
        std::fill_n(bytes.begin() + static_cast<std::ptrdiff_t>(offset), 4, value);
        const auto decoded = decode(row, bytes);
        if (decoded) continue;
        CHECK(decoded.error().is(LocalError::malformed_reply));
        ++errors;
      }
    }
  }
  CHECK(errors > 0);
}

TEST_CASE("every message: a name without its NUL is cut at the end of its field") {
  for (const golden::Row& row : golden::all_rows()) {
    golden::Bytes bytes = row.payload;
    std::fill(bytes.begin() + static_cast<std::ptrdiff_t>(std::min<std::size_t>(4, bytes.size())), bytes.end(),
              std::byte{'x'});
    const auto decoded = decode(row, bytes);
    if (!decoded) continue;
    for (const catalogue::FieldValue& field : decoded->fields) {
      if (field.kind == catalogue::FieldKind::text) CHECK((field.text.size() == 16 || field.text.size() == 64));
    }
  }
}

TEST_CASE("by name: what was printed of a golden message makes the same bytes again") {
  for (const golden::Row& row : golden::all_rows()) {
    CAPTURE(row.info->name);
    const catalogue::Entry& entry = entry_of(row);
    const auto decoded = catalogue::decode(entry, row.kind, row.payload, row.version);
    REQUIRE(decoded.has_value());
    std::vector<std::string> values;
    std::vector<std::string> names;
    const auto layout = catalogue::describe(entry, row.kind, row.version);
    for (std::size_t i = 0; i < decoded->fields.size(); ++i) {
      const catalogue::FieldValue& field = decoded->fields[i];
      // The count before a list is not given by hand, except for the other bits of its word.
      const std::size_t status_fields = layout.size() - decoded->fields.size();
      const bool pure_count = field.kind == catalogue::FieldKind::number && layout[status_fields + i].may_be_omitted &&
                              i + 1 < decoded->fields.size() &&
                              decoded->fields[i + 1].kind == catalogue::FieldKind::list;
      if (pure_count) continue;
      std::string value;
      if (field.kind == catalogue::FieldKind::text) {
        value = field.text;
      } else if (field.kind == catalogue::FieldKind::list) {
        for (const catalogue::FieldValue& part : field.parts) {
          if (!value.empty()) value += ',';
          if (part.kind != catalogue::FieldKind::record) {
            value +=
                part.is_signed ? std::to_string(static_cast<std::int64_t>(part.number)) : std::to_string(part.number);
          }
          for (std::size_t j = 0; j < part.parts.size(); ++j) {
            if (j != 0) value += ':';
            const catalogue::FieldValue& piece = part.parts[j];
            const auto number = static_cast<std::int64_t>(piece.number);
            value += piece.kind == catalogue::FieldKind::text ? piece.text : std::to_string(number);
          }
        }
      } else {
        value =
            field.is_signed ? std::to_string(static_cast<std::int64_t>(field.number)) : std::to_string(field.number);
      }
      names.push_back(field.key());
      values.push_back(value);
    }
    std::vector<catalogue::Argument> arguments;
    for (std::size_t i = 0; i < names.size(); ++i) arguments.push_back({names[i], values[i]});
    const auto bytes = catalogue::encode(entry, row.kind, arguments, row.version);
    REQUIRE_MESSAGE(bytes.has_value(), bytes.error().text);
    CHECK(golden::to_text(*bytes) == golden::to_text(row.payload));
  }
}
