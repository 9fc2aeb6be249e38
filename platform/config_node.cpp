// SPDX-License-Identifier: Apache-2.0
//
// The only file that sees toml++: it turns the parser's tree into ConfigNode.
#define TOML_EXCEPTIONS 0
#define TOML_HEADER_ONLY 1

#include "platform/config_node.hpp"

#include <fmt/core.h>
#include <toml++/toml.h>

#include <array>

namespace scmi::platform {
namespace {

class Converter {
 public:
  explicit Converter(const std::string& file) : file_(file) {}

  ConfigNode convert(const toml::node& from) {
    ConfigNode node;
    node.line = from.source().begin.line;
    switch (from.type()) {
      case toml::node_type::table: node.value = table(*from.as_table()); break;
      case toml::node_type::array: node.value = array(*from.as_array()); break;
      case toml::node_type::string: node.value = from.as_string()->get(); break;
      case toml::node_type::integer: node.value = from.as_integer()->get(); break;
      case toml::node_type::floating_point: node.value = from.as_floating_point()->get(); break;
      case toml::node_type::boolean: node.value = from.as_boolean()->get(); break;
      default: errors.push_back({file_, node.line, "", "dates and times are not used in a SoC description"}); break;
    }
    return node;
  }

  ConfigErrors errors;

 private:
  ConfigNode::Table table(const toml::table& from) {
    ConfigNode::Table into;
    into.reserve(from.size());
    for (const auto& [key, node] : from) {
      into.push_back({std::string(key.str()), convert(node)});
      if (into.back().node.line == 0) into.back().node.line = key.source().begin.line;
    }
    return into;
  }

  ConfigNode::Array array(const toml::array& from) {
    ConfigNode::Array into;
    into.reserve(from.size());
    for (const auto& node : from) into.push_back(convert(node));
    return into;
  }

  const std::string& file_;
};

}  // namespace

std::string describe(const ConfigError& error) {
  std::string text = error.file;
  if (error.line != 0) text += fmt::format(":{}", error.line);
  if (!error.key.empty()) text += fmt::format(": {}", error.key);
  return text + ": " + error.message;
}

std::string_view type_name(const ConfigNode& node) noexcept {
  static constexpr std::array<std::string_view, 6> names = {"boolean", "integer", "number", "string", "array", "table"};
  return names[node.value.index()];
}

tl::expected<ConfigNode, ConfigErrors> parse_toml(std::string_view text, const std::string& file) {
  const toml::parse_result parsed = toml::parse(text, file);
  if (!parsed) {
    return tl::unexpected(ConfigErrors{{file, parsed.error().source().begin.line, "",
                                        "not valid TOML: " + std::string(parsed.error().description())}});
  }
  Converter converter(file);
  ConfigNode root = converter.convert(parsed.table());
  if (!converter.errors.empty()) return tl::unexpected(std::move(converter.errors));
  return root;
}

}  // namespace scmi::platform
