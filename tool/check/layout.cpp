// SPDX-License-Identifier: Apache-2.0
#include "tool/check/layout.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace scmi::tool::check {

using catalogue::FieldInfo;
using catalogue::FieldKind;
using catalogue::Kind;

Layout command_layout(const catalogue::Entry& entry, Version version) {
  return catalogue::describe(entry, Kind::command, version);
}
Layout reply_layout(const catalogue::Entry& entry, Version version) {
  return catalogue::describe(entry, Kind::response, version);
}

std::uint32_t size_of(const Layout& layout) {
  std::uint32_t size = 0;
  for (const FieldInfo& field : layout) size += field.size;
  return size;
}

const FieldInfo* entity_field(const Layout& layout) {
  const auto at = std::ranges::find_if(layout, [](const FieldInfo& f) {
    return f.name == "domain_id" || f.name == "clock_id" || f.name == "sensor_id" || f.name == "powercap_id";
  });
  return at == layout.end() ? nullptr : &*at;
}

const FieldInfo* index_field(const Layout& layout) {
  const auto at = std::ranges::find_if(layout, [](const FieldInfo& f) {
    return f.name.find("index") != std::string::npos || f.name.find("skip") != std::string::npos;
  });
  return at == layout.end() ? nullptr : &*at;
}

const FieldInfo* field_named(const Layout& layout, std::string_view name) {
  const auto at = std::ranges::find(layout, name, &FieldInfo::name);
  return at == layout.end() ? nullptr : &*at;
}

std::uint32_t reserved_in(const FieldInfo& word) {
  std::uint32_t reserved = 0xFFFF'FFFF;
  for (const FieldInfo& part : word.parts) {
    reserved &= ~BitField{part.name, part.high, part.low, Version(0x10000), Unit::none, {}}.mask();
  }
  return reserved;
}

Words request_for(const Layout& layout, std::uint32_t entity) {
  Words words(size_of(layout) / 4);
  if (const FieldInfo* field = entity_field(layout)) words.at(field->offset / 4) = entity;
  if (const FieldInfo* field = field_named(layout, "agent_id")) words.at(field->offset / 4) = 1;
  return words;
}

std::vector<std::uint32_t> some_entities(std::uint32_t count, std::uint32_t most) {
  std::vector<std::uint32_t> ids;
  for (std::uint32_t id = 0; id < count; ++id) {
    if (count <= most || id < most / 2 || id + most / 2 >= count) ids.push_back(id);
  }
  return ids;
}

ListPlace list_of(const Layout& layout) {
  for (std::size_t i = 1; i < layout.size(); ++i) {
    if (layout[i].kind == FieldKind::list) return {&layout[i], &layout[i - 1]};
  }
  return {};
}

std::optional<std::uint32_t> part_of(const FieldInfo& word, std::string_view name, std::uint32_t value) {
  for (const FieldInfo& part : word.parts) {
    if (part.name == name) return BitField{part.name, part.high, part.low, Version(0x10000), Unit::none, {}}.get(value);
  }
  return std::nullopt;
}

namespace {

/// The name's bytes: printable, ended, nothing behind the end.
[[nodiscard]] bool is_clean(std::span<const std::byte> text) {
  const auto end = std::ranges::find(text, std::byte{0});
  if (end == text.end()) return false;
  return std::all_of(text.begin(), end, [](std::byte b) { return b >= std::byte{0x20} && b < std::byte{0x7F}; }) &&
         std::all_of(end, text.end(), [](std::byte b) { return b == std::byte{0}; });
}

[[nodiscard]] std::string flaw_of_fields(const Layout& fields, std::span<const std::byte> payload) {
  for (const FieldInfo& field : fields) {
    if (field.offset + field.size > payload.size()) break;  // A last word that may be left out.
    const auto bytes = payload.subspan(field.offset, field.size);
    if (field.kind == FieldKind::text && !is_clean(bytes)) {
      return fmt::format("{} to be printable, ended by a NUL and padded with zeros", field.name);
    }
    if (field.kind != FieldKind::word) continue;
    const std::uint32_t word = Answer{{}, {bytes.begin(), bytes.end()}}.word(0);
    if ((word & reserved_in(field)) != 0) {
      return fmt::format("the reserved bits {:#x} of {} to be zero", word & reserved_in(field), field.name);
    }
  }
  return {};
}

/// The same for records of different sizes; only their words are looked at.
[[nodiscard]] std::string flaw_of_words(const Layout& fields, const std::vector<catalogue::FieldValue>& records) {
  for (const catalogue::FieldValue& record : records) {
    for (const catalogue::FieldValue& value : record.parts) {
      const FieldInfo* field = field_named(fields, value.name);
      if (field == nullptr || field->kind != FieldKind::word) continue;
      const auto reserved = static_cast<std::uint32_t>(value.number) & reserved_in(*field);
      if (reserved != 0) return fmt::format("the reserved bits {:#x} of {} to be zero", reserved, field->name);
    }
  }
  return {};
}

}  // namespace

std::string flaw_of(const catalogue::Entry& entry, Version version, const Answer& answer) {
  const auto decoded = catalogue::decode(entry, Kind::response, answer.payload, version);
  const Layout layout = reply_layout(entry, version);
  if (!decoded) return fmt::format("at least {} bytes, and as many list entries as announced", size_of(layout));
  if (decoded->trailing_bytes != 0) return fmt::format("{} bytes less", decoded->trailing_bytes);
  if (std::string flaw = flaw_of_fields(layout, answer.payload); !flaw.empty()) return flaw;
  // Entries of a list are as the list's parts say, one after the other.
  const ListPlace place = list_of(layout);
  if (place.list == nullptr || place.list->parts.empty()) return {};
  const std::uint32_t entry_size = size_of(place.list->parts);
  if (entry_size < 4) return {};
  const auto list = std::ranges::find(decoded->fields, FieldKind::list, &catalogue::FieldValue::kind);
  if (list == decoded->fields.end()) return {};
  // Entries of several sizes, as a sensor's descriptors.
  if (list->parts.size() * entry_size != answer.payload.size() - place.list->offset) {
    return flaw_of_words(place.list->parts, list->parts);
  }
  for (std::size_t at = place.list->offset; at + entry_size <= answer.payload.size(); at += entry_size) {
    const auto bytes = std::span(answer.payload).subspan(at, entry_size);
    if (std::string flaw = flaw_of_fields(place.list->parts, bytes); !flaw.empty()) return flaw;
  }
  return {};
}

}  // namespace scmi::tool::check
