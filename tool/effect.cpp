// SPDX-License-Identifier: Apache-2.0
#include "tool/effect.hpp"

#include <algorithm>
#include <string_view>

namespace scmi::tool {

Effect effect_of(const catalogue::Entry& entry) noexcept {
  std::string_view name = entry.info->name;
  name = name.substr(name.find('.') + 1);
  const auto has_a = [&](std::initializer_list<std::string_view> words) {
    return std::ranges::any_of(words, [&](std::string_view w) { return name.starts_with(w) || name.ends_with(w); });
  };
  if (name.starts_with("negotiate")) return Effect::changes;
  if (has_a({"notify"})) return Effect::subscribes;
  return has_a({"get", "attributes", "describe", "description", "discover", "list", "protocol_version"})
             ? Effect::asks
             : Effect::changes;
}

}  // namespace scmi::tool
