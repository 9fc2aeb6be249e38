// SPDX-License-Identifier: Apache-2.0
#include "tool/choose.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "tool/text.hpp"

namespace scmi::tool {
namespace {

[[nodiscard]] std::vector<const Candidate*> matching(std::span<const Candidate> candidates, auto matches) {
  std::vector<const Candidate*> found;
  for (const Candidate& candidate : candidates) {
    if (matches(candidate.name)) found.push_back(&candidate);
  }
  return found;
}

/// "3 (HDLCD_0), 4 (HDLCD_1)", the first few.
[[nodiscard]] std::string listed(const std::vector<const Candidate*>& candidates) {
  constexpr std::size_t shown_max = 8;
  std::string out;
  for (std::size_t i = 0; i < std::min(candidates.size(), shown_max); ++i) {
    if (i != 0) out += ", ";
    out += fmt::format("{} ({})", candidates[i]->id, printable(candidates[i]->name));
  }
  if (candidates.size() > shown_max) out += ", ...";
  return out;
}

}  // namespace

Outcome<std::uint32_t> choose(std::string_view kind, std::string_view word, std::span<const Candidate> candidates) {
  if (const auto id = parse_number32(word)) return *id;
  auto found = matching(candidates, [&](std::string_view name) { return name == word; });
  if (found.empty()) found = matching(candidates, [&](std::string_view name) { return equal_but_case(name, word); });
  if (found.size() == 1) return found.front()->id;
  if (found.size() > 1) {
    return misused(fmt::format("more than one {} is called '{}': {}", kind, printable(word), listed(found)),
                   "use the id");
  }
  const auto close = matching(candidates, [&](std::string_view name) {
    return !word.empty() && name.size() > word.size() && equal_but_case(name.substr(0, word.size()), word);
  });
  return misused(
      fmt::format("no {} is called '{}'", kind, printable(word)),
      close.empty() ? "the object's 'list' shows the names" : fmt::format("did you mean {}?", listed(close)));
}

Outcome<Via> parse_via(std::string_view word) {
  if (word == "message") return Via::message;
  if (word == "fast") return Via::fast;
  if (word == "auto") return Via::automatic;
  return misused(fmt::format("'{}' is no way", printable(word)), "say fast, message or auto");
}

}  // namespace scmi::tool
