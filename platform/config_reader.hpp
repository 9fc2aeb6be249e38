// SPDX-License-Identifier: Apache-2.0
//
// Typed reading of one table of a configuration file. Errors are collected, not returned: after a bad value the
// reader goes on with a default, so that one run reports everything that is wrong. A key that nobody asked for is
// an error too, because a misspelt key would otherwise silently keep its default.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "platform/config_node.hpp"

namespace scmi::platform {

/// Where the errors of one file go.
class ConfigDiagnostics {
 public:
  explicit ConfigDiagnostics(std::string file) : file_(std::move(file)) {}
  void report(unsigned line, std::string key, std::string message);
  [[nodiscard]] bool failed() const noexcept { return !errors_.empty(); }
  /// The errors sorted by line. Leaves none behind.
  [[nodiscard]] ConfigErrors take();

 private:
  std::string file_;
  ConfigErrors errors_;
};

/// A word a string key may hold and the value it stands for.
template <class T>
struct Choice {
  std::string_view word;
  T value;
};

/// A list of strings with the line each stands on.
struct NameRef {
  std::string name;
  unsigned line = 0;
};

/// Reads one table. Borrows node and diagnostics.
class TableReader {
 public:
  /// `node` may be absent or of another type: then all getters answer their defaults (and the type is reported).
  TableReader(const ConfigNode* node, std::string path, ConfigDiagnostics& diagnostics);

  [[nodiscard]] unsigned line() const noexcept { return line_; }
  [[nodiscard]] const std::string& path() const noexcept { return path_; }
  [[nodiscard]] std::string path(std::string_view key) const;
  [[nodiscard]] bool has(std::string_view key) const noexcept;
  [[nodiscard]] unsigned line_of(std::string_view key) const noexcept;

  [[nodiscard]] bool boolean(std::string_view key, bool fallback);
  /// An integer within [min, max].
  [[nodiscard]] std::int64_t integer(std::string_view key, std::int64_t fallback, std::int64_t min, std::int64_t max);
  [[nodiscard]] std::int64_t required_integer(std::string_view key, std::int64_t min, std::int64_t max);
  [[nodiscard]] std::uint32_t u32(std::string_view key, std::uint32_t fallback,
                                  std::uint32_t max = std::numeric_limits<std::uint32_t>::max());
  /// Printable ASCII of at most `max_length` characters.
  [[nodiscard]] std::string text(std::string_view key, std::string fallback, std::size_t max_length);
  [[nodiscard]] std::string required_text(std::string_view key, std::size_t max_length);
  [[nodiscard]] std::vector<NameRef> names(std::string_view key);
  /// The same, where one string may stand without brackets.
  [[nodiscard]] std::vector<NameRef> name_or_names(std::string_view key);
  [[nodiscard]] std::vector<std::int64_t> integers(std::string_view key, std::int64_t min, std::int64_t max);

  template <class T>
  [[nodiscard]] T choice(std::string_view key, T fallback, std::span<const Choice<T>> choices) {
    const ConfigNode* node = find(key);
    if (node == nullptr) return fallback;
    if (const auto* word = string_of(key, *node)) {
      std::string offered;
      for (const auto& c : choices) {
        if (c.word == *word) return c.value;
        offered += (offered.empty() ? "\"" : ", \"") + std::string(c.word) + "\"";
      }
      diagnostics_->report(node->line, path(key), "\"" + *word + "\" is not one of " + offered);
    }
    return fallback;
  }

  /// A sub-table; absent: a reader of nothing.
  [[nodiscard]] TableReader table(std::string_view key);
  /// The elements of an array of tables; absent: none.
  [[nodiscard]] std::vector<TableReader> tables(std::string_view key);
  /// All keys of this table, each marked as asked for (a table whose keys are names).
  [[nodiscard]] std::vector<std::string> keys();

  /// Reports an error about `key` at its line.
  void report(std::string_view key, std::string message);
  /// Reports every key that nobody asked for. Call last.
  void finish();

 private:
  const ConfigNode* find(std::string_view key);
  const std::string* string_of(std::string_view key, const ConfigNode& node);
  void wrong_type(std::string_view key, const ConfigNode& node, std::string_view wanted);
  void missing(std::string_view key);

  const ConfigNode::Table* table_ = nullptr;
  std::string path_;
  unsigned line_ = 0;
  ConfigDiagnostics* diagnostics_;
  std::vector<std::string> asked_;
};

}  // namespace scmi::platform
