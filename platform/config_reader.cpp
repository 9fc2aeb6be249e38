// SPDX-License-Identifier: Apache-2.0
//
// Getters of TableReader: look the key up, check the type, check the range, report with line and path.
#include "platform/config_reader.hpp"

#include <fmt/core.h>

#include <algorithm>

namespace scmi::platform {

void ConfigDiagnostics::report(unsigned line, std::string key, std::string message) {
  errors_.push_back({file_, line, std::move(key), std::move(message)});
}

ConfigErrors ConfigDiagnostics::take() {
  std::stable_sort(errors_.begin(), errors_.end(),
                   [](const ConfigError& a, const ConfigError& b) { return a.line < b.line; });
  return std::exchange(errors_, {});
}

TableReader::TableReader(const ConfigNode* node, std::string path, ConfigDiagnostics& diagnostics)
    : path_(std::move(path)), diagnostics_(&diagnostics) {
  if (node == nullptr) return;
  line_ = node->line;
  table_ = std::get_if<ConfigNode::Table>(&node->value);
  if (table_ == nullptr) {
    diagnostics.report(line_, path_, fmt::format("must be a table, not {}", type_name(*node)));
  }
}

std::string TableReader::path(std::string_view key) const {
  return path_.empty() ? std::string(key) : fmt::format("{}.{}", path_, key);
}

namespace {
const ConfigNode* lookup(const ConfigNode::Table* table, std::string_view key) noexcept {
  if (table == nullptr) return nullptr;
  const auto at = std::find_if(table->begin(), table->end(), [&](const auto& entry) { return entry.key == key; });
  return at == table->end() ? nullptr : &at->node;
}
}  // namespace

bool TableReader::has(std::string_view key) const noexcept { return lookup(table_, key) != nullptr; }

unsigned TableReader::line_of(std::string_view key) const noexcept {
  const ConfigNode* node = lookup(table_, key);
  return node == nullptr ? line_ : node->line;
}

const ConfigNode* TableReader::find(std::string_view key) {
  asked_.emplace_back(key);
  return lookup(table_, key);
}

void TableReader::wrong_type(std::string_view key, const ConfigNode& node, std::string_view wanted) {
  diagnostics_->report(node.line, path(key), fmt::format("must be {}, not {}", wanted, type_name(node)));
}

void TableReader::missing(std::string_view key) { diagnostics_->report(line_, path(key), "is missing"); }

const std::string* TableReader::string_of(std::string_view key, const ConfigNode& node) {
  const auto* text = std::get_if<std::string>(&node.value);
  if (text == nullptr) wrong_type(key, node, "a string");
  return text;
}

bool TableReader::boolean(std::string_view key, bool fallback) {
  const ConfigNode* node = find(key);
  if (node == nullptr) return fallback;
  if (const bool* value = std::get_if<bool>(&node->value)) return *value;
  wrong_type(key, *node, "a boolean");
  return fallback;
}

std::int64_t TableReader::integer(std::string_view key, std::int64_t fallback, std::int64_t min, std::int64_t max) {
  const ConfigNode* node = find(key);
  if (node == nullptr) return fallback;
  const auto* value = std::get_if<std::int64_t>(&node->value);
  if (value == nullptr) {
    wrong_type(key, *node, "an integer");
    return fallback;
  }
  if (*value < min || *value > max) {
    diagnostics_->report(node->line, path(key), fmt::format("{} is not between {} and {}", *value, min, max));
    return fallback;
  }
  return *value;
}

std::int64_t TableReader::required_integer(std::string_view key, std::int64_t min, std::int64_t max) {
  if (!has(key)) missing(key);
  return integer(key, min, min, max);
}

std::uint32_t TableReader::u32(std::string_view key, std::uint32_t fallback, std::uint32_t max) {
  return static_cast<std::uint32_t>(integer(key, fallback, 0, max));
}

std::string TableReader::text(std::string_view key, std::string fallback, std::size_t max_length) {
  const ConfigNode* node = find(key);
  if (node == nullptr) return fallback;
  const std::string* value = string_of(key, *node);
  if (value == nullptr) return fallback;
  if (value->size() > max_length) {
    diagnostics_->report(node->line, path(key), fmt::format("\"{}\" is longer than {} characters", *value, max_length));
    return fallback;
  }
  if (!std::all_of(value->begin(), value->end(), [](char c) { return c >= ' ' && c <= '~'; })) {
    diagnostics_->report(node->line, path(key), "holds a character that is not printable ASCII");
    return fallback;
  }
  return *value;
}

std::string TableReader::required_text(std::string_view key, std::size_t max_length) {
  if (!has(key)) {
    missing(key);
    asked_.emplace_back(key);
    return {};
  }
  std::string value = text(key, {}, max_length);
  if (value.empty() && !diagnostics_->failed()) report(key, "must not be empty");
  return value;
}

std::vector<NameRef> TableReader::names(std::string_view key) {
  std::vector<NameRef> list;
  const ConfigNode* node = find(key);
  if (node == nullptr) return list;
  const auto* array = std::get_if<ConfigNode::Array>(&node->value);
  if (array == nullptr) {
    wrong_type(key, *node, "an array of strings");
    return list;
  }
  for (const ConfigNode& element : *array) {
    if (const auto* name = std::get_if<std::string>(&element.value)) {
      list.push_back({*name, element.line});
    } else {
      wrong_type(key, element, "strings only");
    }
  }
  return list;
}

std::vector<NameRef> TableReader::name_or_names(std::string_view key) {
  const ConfigNode* node = lookup(table_, key);
  const auto* name = node == nullptr ? nullptr : std::get_if<std::string>(&node->value);
  if (name == nullptr) return names(key);
  asked_.emplace_back(key);
  return {{*name, node->line}};
}

std::vector<std::int64_t> TableReader::integers(std::string_view key, std::int64_t min, std::int64_t max) {
  std::vector<std::int64_t> list;
  const ConfigNode* node = find(key);
  if (node == nullptr) return list;
  const auto* array = std::get_if<ConfigNode::Array>(&node->value);
  if (array == nullptr) {
    wrong_type(key, *node, "an array of integers");
    return list;
  }
  for (const ConfigNode& element : *array) {
    const auto* value = std::get_if<std::int64_t>(&element.value);
    if (value == nullptr) {
      wrong_type(key, element, "integers only");
    } else if (*value < min || *value > max) {
      diagnostics_->report(element.line, path(key), fmt::format("{} is not between {} and {}", *value, min, max));
    } else {
      list.push_back(*value);
    }
  }
  return list;
}

TableReader TableReader::table(std::string_view key) { return {find(key), path(key), *diagnostics_}; }

std::vector<TableReader> TableReader::tables(std::string_view key) {
  std::vector<TableReader> list;
  const ConfigNode* node = find(key);
  if (node == nullptr) return list;
  const auto* array = std::get_if<ConfigNode::Array>(&node->value);
  if (array == nullptr) {
    wrong_type(key, *node, fmt::format("an array of tables ([[{}]])", key));
    return list;
  }
  list.reserve(array->size());
  for (std::size_t i = 0; i < array->size(); ++i) {
    list.emplace_back(&(*array)[i], fmt::format("{}[{}]", path(key), i), *diagnostics_);
  }
  return list;
}

std::vector<std::string> TableReader::keys() {
  std::vector<std::string> list;
  if (table_ == nullptr) return list;
  for (const auto& entry : *table_) {
    list.push_back(entry.key);
    asked_.push_back(entry.key);
  }
  return list;
}

void TableReader::report(std::string_view key, std::string message) {
  diagnostics_->report(line_of(key), path(key), std::move(message));
}

void TableReader::finish() {
  if (table_ == nullptr) return;
  for (const auto& [key, node] : *table_) {
    if (std::find(asked_.begin(), asked_.end(), key) == asked_.end()) {
      diagnostics_->report(node.line, path(key), "is not a known key here");
    }
  }
}

}  // namespace scmi::platform
