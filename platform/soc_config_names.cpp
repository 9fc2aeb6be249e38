// SPDX-License-Identifier: Apache-2.0
//
// Names, references and repeated entries of a SoC description.
#include <fmt/core.h>

#include <algorithm>
#include <charconv>

#include "platform/soc_config_parts.hpp"

namespace scmi::platform::parts {

std::string expand(std::string_view text, std::uint64_t number) {
  std::string out;
  while (!text.empty()) {
    const std::size_t open = text.find('{');
    const std::size_t close = open == std::string_view::npos ? open : text.find('}', open);
    if (close == std::string_view::npos) break;
    const std::string_view inside = text.substr(open + 1, close - open - 1);
    std::uint64_t divisor = 1;
    bool valid = inside.empty();
    if (inside.size() > 1 && inside.front() == '/') {
      const auto [end, error] = std::from_chars(inside.data() + 1, inside.data() + inside.size(), divisor);
      valid = error == std::errc{} && end == inside.data() + inside.size() && divisor != 0;
    }
    out += text.substr(0, open);
    out += valid ? std::to_string(number / divisor) : std::string(text.substr(open, close - open + 1));
    text.remove_prefix(close + 1);
  }
  return out.append(text);
}

void Names::add(const std::string& name, unsigned line, const std::string& path, ConfigDiagnostics& diagnostics) {
  if (!positions_.emplace(name, names_.size()).second && !name.empty()) {
    diagnostics.report(line, path, fmt::format("another {} is named \"{}\" already", kind_, name));
  }
  names_.push_back(name);
}

Index Names::resolve(const NameRef& ref, const std::string& path, ConfigDiagnostics& diagnostics) const {
  if (ref.name.empty()) return no_index;
  const auto at = positions_.find(ref.name);
  if (at != positions_.end()) return at->second;
  diagnostics.report(ref.line, path, fmt::format("no {} is named \"{}\"", kind_, ref.name));
  return no_index;
}

std::vector<Index> Names::match(const std::vector<NameRef>& refs, const std::string& path,
                                ConfigDiagnostics& diagnostics) const {
  std::vector<Index> list;
  std::vector<bool> taken(names_.size());
  const auto take = [&](Index i) {
    if (!taken[i]) list.push_back(i);
    taken[i] = true;
  };
  for (const NameRef& ref : refs) {
    if (!ref.name.ends_with('*')) {
      const Index at = resolve(ref, path, diagnostics);
      if (at != no_index) take(at);
      continue;
    }
    const std::string_view prefix = std::string_view(ref.name).substr(0, ref.name.size() - 1);
    bool any = prefix.empty();
    for (Index i = 0; i < names_.size(); ++i) {
      if (!names_[i].starts_with(prefix)) continue;
      take(i);
      any = true;
    }
    if (!any) diagnostics.report(ref.line, path, fmt::format("no {} name begins with \"{}\"", kind_, prefix));
  }
  return list;
}

}  // namespace scmi::platform::parts
