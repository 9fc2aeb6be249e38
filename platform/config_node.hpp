// SPDX-License-Identifier: Apache-2.0
//
// A parsed configuration file as plain values that know their line, so that the reader of the SoC description does
// not depend on the TOML parser (whose header costs more to compile than everything else in this folder).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <variant>
#include <vector>

namespace scmi::platform {

/// What is wrong with a configuration file, and where.
struct ConfigError {
  std::string file;
  unsigned line = 0;    ///< 1-based; 0 when the error concerns the file as a whole.
  std::string key;      ///< Dotted path, "clock[3].rate_hz"; empty when there is none.
  std::string message;  ///< One sentence, without the three above.
};

/// "juno.toml:12: clock[3].rate_hz: ..." on one line.
[[nodiscard]] std::string describe(const ConfigError& error);

/// Everything found wrong in one file, in the order of its lines. Never empty in an error.
using ConfigErrors = std::vector<ConfigError>;

/// One value of the file.
struct ConfigNode {
  struct Entry;
  using Array = std::vector<ConfigNode>;
  using Table = std::vector<Entry>;  ///< In the order of the keys' names.
  std::variant<bool, std::int64_t, double, std::string, Array, Table> value;
  unsigned line = 0;
};

/// A key and what it stands for. A type of its own, since a std::pair of an incomplete type is no type yet.
struct ConfigNode::Entry {
  std::string key;
  ConfigNode node;
};

/// What a node holds, for messages: "boolean", "integer", "number", "string", "array", "table".
[[nodiscard]] std::string_view type_name(const ConfigNode& node) noexcept;

/// Parses TOML text; `file` is the name used in errors. Errors: one syntax error with its line; values of a type
/// that no description uses (dates, times).
[[nodiscard]] tl::expected<ConfigNode, ConfigErrors> parse_toml(std::string_view text, const std::string& file);

}  // namespace scmi::platform
