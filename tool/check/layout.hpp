// SPDX-License-Identifier: Apache-2.0
//
// What the generic cases read out of a message's description: where the entity's id stands, which bits are reserved,
// where a list begins. So they work for every protocol of the catalogue.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "protocols/catalogue.hpp"
#include "tool/check/subject.hpp"

namespace scmi::tool::check {

using Layout = std::vector<catalogue::FieldInfo>;

[[nodiscard]] Layout command_layout(const catalogue::Entry& entry, Version version);
[[nodiscard]] Layout reply_layout(const catalogue::Entry& entry, Version version);

/// Bytes of a payload whose lists are empty.
[[nodiscard]] std::uint32_t size_of(const Layout& layout);
/// The field that names a domain, clock, sensor, ... among those the protocol counts.
[[nodiscard]] const catalogue::FieldInfo* entity_field(const Layout& layout);
/// Where to go on in a reply of several parts.
[[nodiscard]] const catalogue::FieldInfo* index_field(const Layout& layout);
[[nodiscard]] const catalogue::FieldInfo* field_named(const Layout& layout, std::string_view name);
/// The bits of a word that mean nothing.
[[nodiscard]] std::uint32_t reserved_in(const catalogue::FieldInfo& word);

/// Zeros, with the entity's id where it belongs, and agent 1 where one is named.
[[nodiscard]] Words request_for(const Layout& layout, std::uint32_t entity);
/// Up to `most` ids, from both ends of those there are.
[[nodiscard]] std::vector<std::uint32_t> some_entities(std::uint32_t count, std::uint32_t most);

/// The list of a reply and the word before it that counts.
struct ListPlace {
  const catalogue::FieldInfo* list = nullptr;
  const catalogue::FieldInfo* count = nullptr;
};
[[nodiscard]] ListPlace list_of(const Layout& layout);
/// A named range of a word in a payload; nothing if the word has none of that name.
[[nodiscard]] std::optional<std::uint32_t> part_of(const catalogue::FieldInfo& word, std::string_view name,
                                                   std::uint32_t value);

/// What is wrong with the form of a successful reply: its length, a name's end, reserved bits. Empty: nothing.
[[nodiscard]] std::string flaw_of(const catalogue::Entry& entry, Version version, const Answer& answer);

}  // namespace scmi::tool::check
