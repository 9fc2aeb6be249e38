// SPDX-License-Identifier: Apache-2.0
//
// What a command has to say, described once: keys, units and values. Whether it becomes tables for people or a JSON
// document for programs is decided afterwards and nowhere else, so that the two cannot tell different things.
#pragma once

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "scmi/status.hpp"
#include "tool/failure.hpp"
#include "tool/text.hpp"

namespace scmi::tool {

struct Item;
using Record = std::vector<Item>;
struct Value;
using List = std::vector<Value>;

/// A number that has a name: `key` and `key_name` in JSON, "NAME (number)" in a table.
struct Named {
  std::int64_t number = 0;
  std::string name;
};

/// raw x 10^exponent: exact in a table, a number in JSON.
struct Decimal {
  std::int64_t raw = 0;
  std::int8_t exponent = 0;
};
/// "45.123", with as many places as the exponent says.
[[nodiscard]] std::string plain(Decimal decimal);

/// Null means "not known" or "does not apply".
struct Value {
  // NOLINTBEGIN(*-explicit-*): reads as the value itself in descriptions of rows.
  Value();
  template <std::unsigned_integral T>
  Value(T v);
  template <std::signed_integral T>
  Value(T v);
  Value(std::string v);
  Value(std::string_view v);
  Value(const char* v);
  Value(Named v);
  Value(Decimal v);
  Value(Record v);
  Value(List v);
  Value(Status v);
  // NOLINTEND(*-explicit-*)

  std::variant<std::monostate, bool, std::int64_t, std::uint64_t, std::string, Named, Decimal, Record, List> data;
};

/// How a number reads in a table; JSON has it in full.
enum class Style : std::uint8_t {
  decimal,
  hex,
  document,  ///< In documents only: too long for a table.
};

/// One thing with its key ("rate") and unit, which ends the key in JSON ("rate_hz").
struct Item {
  std::string key;
  Value value;
  Measure measure = Measure::none;
  Style style = Style::decimal;
  bool shown = false;  ///< To people, before the report was.
};

// Down here, where a Record's items are known.
inline Value::Value() = default;
template <std::unsigned_integral T>
Value::Value(T v) : data(std::conditional_t<std::is_same_v<T, bool>, bool, std::uint64_t>(v)) {}
template <std::signed_integral T>
Value::Value(T v) : data(static_cast<std::int64_t>(v)) {}
inline Value::Value(std::string v) : data(std::move(v)) {}
inline Value::Value(std::string_view v) : data(std::string(v)) {}
inline Value::Value(const char* v) : data(std::string(v)) {}
inline Value::Value(Named v) : data(std::move(v)) {}
inline Value::Value(Decimal v) : data(v) {}
inline Value::Value(Record v) : data(std::move(v)) {}
inline Value::Value(List v) : data(std::move(v)) {}
inline Value::Value(Status v) : data(Named{static_cast<std::int64_t>(v), std::string(scmi::name(v))}) {}

/// The answer of one command.
class Report {
 public:
  void add(std::string key, Value value, Measure measure = Measure::none, Style style = Style::decimal) {
    items_.push_back({std::move(key), std::move(value), measure, style});
  }
  /// Records of one shape: a table with a line for each.
  void add_table(std::string key, std::vector<Record> rows);
  /// What was shown live already: records for the document, nothing for people.
  void add_events(std::string key, std::vector<Record> events);
  [[nodiscard]] const Record& items() const noexcept { return items_; }

 private:
  Record items_;
};

/// What every document says of itself.
struct DocumentHead {
  std::string connection;  ///< "sim", "mailbox:SOCKET", ...
  std::string command;     ///< "clock list"; empty when it could not be made out.
};

inline constexpr int schema_version = 1;

/// One event: "key=value key=value", without the newline.
[[nodiscard]] std::string to_line(const Record& event);
/// Aligned tables, each line ended; empty for a report without items.
[[nodiscard]] std::string to_table(const Report& report);
/// One JSON document and a newline, always valid UTF-8. With a failure it has a member `error`; what the report has is
/// in it all the same.
[[nodiscard]] std::string to_json(const DocumentHead& head, const Report& report, const Failure* failure);

}  // namespace scmi::tool
