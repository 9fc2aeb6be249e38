// SPDX-License-Identifier: Apache-2.0
//
// The golden bytes see every swap: for each message and layout, any two fields of one size, and any two bit ranges of
// one width in a word, are exchanged in the bytes. If no golden message of that layout changes by it, then the goldens
// could not tell an encoder which mixes them up.
#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <string>

#include "tests/protocols/goldens.hpp"

using namespace scmi;
using catalogue::FieldInfo;
using catalogue::FieldKind;

namespace {

/// Something with a value, at a place in the payload.
struct Place {
  std::string name;
  std::size_t bit = 0;
  std::size_t width = 0;
};

void collect(const std::vector<FieldInfo>& fields, std::size_t offset, const std::string& prefix,
             std::vector<Place>& places) {
  std::size_t at = offset;
  for (const FieldInfo& field : fields) {
    at = offset + field.offset;
    if (field.kind == FieldKind::list) {
      collect(field.parts, at, prefix + field.name + "[0].", places);
      continue;
    }
    if (field.kind == FieldKind::word) {
      for (const FieldInfo& part : field.parts) {
        places.push_back(
            {prefix + field.name + '.' + part.name, at * 8 + part.low, std::size_t{1} + part.high - part.low});
      }
    }
    places.push_back({prefix + field.name, at * 8, field.size * std::size_t{8}});
  }
}

[[nodiscard]] bool bit_at(const golden::Bytes& bytes, std::size_t bit) {
  return (std::to_integer<unsigned>(bytes.at(bit / 8)) >> (bit % 8) & 1U) != 0;
}

[[nodiscard]] bool same(const golden::Bytes& bytes, const Place& a, const Place& b) {
  for (std::size_t i = 0; i < a.width; ++i) {
    if (bit_at(bytes, a.bit + i) != bit_at(bytes, b.bit + i)) return false;
  }
  return true;
}

[[nodiscard]] bool overlap(const Place& a, const Place& b) {
  return a.bit < b.bit + b.width && b.bit < a.bit + a.width;
}

}  // namespace

TEST_CASE("golden bytes: no two fields of any message can be swapped unseen") {
  using Key = std::tuple<std::string, catalogue::Kind, std::string, std::string>;
  std::map<Key, bool> seen;
  for (const golden::Row& row : golden::all_rows()) {
    const catalogue::Entry* entry = catalogue::find(row.protocol, row.kind, row.info->message);
    REQUIRE(entry != nullptr);
    std::vector<Place> places;
    collect(catalogue::describe(*entry, row.kind, row.version), 0, "", places);
    std::erase_if(places, [&](const Place& p) { return p.bit + p.width > row.payload.size() * 8; });
    for (std::size_t i = 0; i < places.size(); ++i) {
      for (std::size_t j = i + 1; j < places.size(); ++j) {
        const Place& a = places[i];
        const Place& b = places[j];
        // Ranges are compared within their word; across words the words themselves differ.
        const bool ranges = a.width < 32 || b.width < 32;
        if (a.width != b.width || overlap(a, b) || (ranges && a.bit / 32 != b.bit / 32)) continue;
        bool& noticed =
            seen[{std::string(row.info->name) + '@' + std::to_string(row.protocol.value), row.kind, a.name, b.name}];
        noticed = noticed || !same(row.payload, a, b);
      }
    }
  }
  CHECK(seen.size() > 100);
  for (const auto& [key, noticed] : seen) {
    const auto& [message, kind, a, b] = key;
    CHECK_MESSAGE(noticed, message, ' ', name(kind), ": ", a, " and ", b, " are alike in every golden message");
  }
}
