// SPDX-License-Identifier: Apache-2.0
//
// The golden bytes see every swap: for each message and layout, any two fields of one size are exchanged in the bytes.
// If no golden message of that layout changes by it, then the goldens could not tell an encoder which mixes them up.
// (Bit ranges stay inside their word, which the structs keep as it is.)
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
  std::size_t offset = 0;
  std::size_t size = 0;
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
    places.push_back({prefix + field.name, at, field.size});
  }
}

[[nodiscard]] bool same(const golden::Bytes& bytes, const Place& a, const Place& b) {
  const auto at = [&](const Place& p) { return bytes.begin() + static_cast<std::ptrdiff_t>(p.offset); };
  return std::equal(at(a), at(a) + static_cast<std::ptrdiff_t>(a.size), at(b));
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
    std::erase_if(places, [&](const Place& p) { return p.offset + p.size > row.payload.size(); });
    for (std::size_t i = 0; i < places.size(); ++i) {
      for (std::size_t j = i + 1; j < places.size(); ++j) {
        const Place& a = places[i];
        const Place& b = places[j];
        if (a.size != b.size) continue;
        bool& noticed = seen[{std::string(row.info->name) + ' ' + std::to_string(row.protocol.value) + ' ' +
                                  std::to_string(row.version.word),
                              row.kind, a.name, b.name}];
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
