// SPDX-License-Identifier: Apache-2.0
//
// Filling a message from the names and values that a person wrote: the visitor `Filler`, and the set of arguments
// that it takes from. The first mistake is kept and reported with what would have been right. Internal to protocols/.
#pragma once

#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "protocols/catalogue.hpp"
#include "scmi/codec.hpp"

namespace scmi::catalogue::detail {

/// "a,b,c" at `separator`; empty text has no parts.
[[nodiscard]] std::vector<std::string_view> split(std::string_view text, char separator);

/// Arguments, each to be taken once.
class ArgumentSet {
 public:
  /// Borrows the arguments.
  explicit ArgumentSet(std::span<const Argument> arguments);

  /// The value given for `name` or `name_unit`; nothing if it was not given.
  [[nodiscard]] std::optional<std::string_view> take(std::string_view name, Unit unit = Unit::none);
  void missing(std::string_view field);
  void bad_value(std::string_view field, std::string_view value, std::string_view expected);
  /// The first mistake; arguments that nobody took count as one.
  [[nodiscard]] std::optional<ArgumentError> finish(std::string_view message, Version version,
                                                    const std::vector<FieldInfo>& known) const;

  /// A number up to `max`; negative ones down to -(max+1)/2 in two's complement, when that is allowed.
  [[nodiscard]] std::uint64_t number(std::string_view field, std::string_view value, std::uint64_t max,
                                     bool allow_negative, std::span<const NamedValue> names);
  [[nodiscard]] Status status(std::string_view field, std::string_view value);
  template <std::size_t N>
  [[nodiscard]] FixedString<N> fixed_text(std::string_view field, std::string_view value) {
    if (value.size() >= N) bad_value(field, value, "at most " + std::to_string(N - 1) + " characters");
    return FixedString<N>(value);
  }

 private:
  void fail(ArgumentError::Reason reason, std::string_view field, std::string text);

  std::span<const Argument> arguments_;
  std::vector<bool> taken_;
  std::optional<ArgumentError> error_;
};

/// Visitor that fills one record of a list from the pieces of "x:y:z", one for each field, in wire order.
class RecordFiller {
 public:
  RecordFiller(ArgumentSet& arguments, std::string_view list, std::string_view text, Version version)
      : arguments_(arguments), list_(list), text_(text), pieces_(split(text, ':')), version_(version) {}
  [[nodiscard]] Version version() const noexcept { return version_; }

  template <class T>
  void u32(const Field& field, T& value) {
    value = wire::from_word<T>(static_cast<std::uint32_t>(number(0xFFFF'FFFFU, true, field.names)));
  }
  void status(const Field&, Status& value) {
    if (const auto piece = next()) value = arguments_.status(list_, *piece);
  }
  void u64(const Field&, std::uint64_t& value) { value = number(max64, false, {}); }
  void i64(const Field&, std::int64_t& value) { value = static_cast<std::int64_t>(number(max64, true, {})); }
  void word(const Field&, std::uint32_t& value, std::span<const BitField>) {
    value = static_cast<std::uint32_t>(number(0xFFFF'FFFFU, true, {}));
  }
  template <std::size_t N>
  void text(const Field&, FixedString<N>& value) {
    if (const auto piece = next()) value = arguments_.fixed_text<N>(list_, *piece);
  }
  void tail_u32(const Field& field, std::uint32_t& value, bool) { u32(field, value); }
  /// Reports pieces that were missing or too many.
  void finish();

 private:
  static constexpr std::uint64_t max64 = std::numeric_limits<std::uint64_t>::max();
  [[nodiscard]] std::optional<std::string_view> next() {
    return used_ < pieces_.size() ? std::optional(pieces_[used_++]) : (++used_, std::nullopt);
  }
  [[nodiscard]] std::uint64_t number(std::uint64_t max, bool allow_negative, std::span<const NamedValue> names) {
    const auto piece = next();
    return piece ? arguments_.number(list_, *piece, max, allow_negative, names) : 0;
  }

  ArgumentSet& arguments_;
  std::string_view list_;
  std::string_view text_;
  std::vector<std::string_view> pieces_;
  std::size_t used_ = 0;
  Version version_;
};

/// Visitor that fills a message from arguments.
class Filler {
 public:
  Filler(ArgumentSet& arguments, Version version) : arguments_(arguments), version_(version) {}
  [[nodiscard]] Version version() const noexcept { return version_; }

  template <class T>
  void u32(const Field& field, T& value) {
    if (const auto text = take(field)) {
      value = wire::from_word<T>(static_cast<std::uint32_t>(number32(field, *text)));
    }
  }
  void status(const Field& field, Status& value) {
    if (const auto text = take(field)) value = arguments_.status(field.name, *text);
  }
  void u64(const Field& field, std::uint64_t& value) { value = pair(field, false); }
  void i64(const Field& field, std::int64_t& value) { value = static_cast<std::int64_t>(pair(field, true)); }
  void word(const Field& field, std::uint32_t& value, std::span<const BitField> ranges) {
    fill_word(field, value, ranges, nullptr);
  }
  template <std::size_t N>
  void text(const Field& field, FixedString<N>& value) {
    if (const auto given = take(field)) value = arguments_.fixed_text<N>(field.name, *given);
  }
  void tail_u32(const Field& field, std::uint32_t& value, bool) { u32(field.omittable(), value); }
  template <class E>
  void count(const Field&, const std::vector<E>&) {}
  template <class E>
  void count(const Field& field, std::uint32_t& value, std::span<const BitField> ranges, const BitField& counter,
             const std::vector<E>&, wire::CountCorrection = nullptr) {
    fill_word(field.omittable(), value, ranges, &counter);
  }
  template <class E>
  void list(const Field& field, std::vector<E>& entries) {
    const auto given = take(field.omittable());
    if (!given) return;
    for (const std::string_view text : split(*given, ',')) {
      if constexpr (wire::entry_kind<E>() == wire::EntryKind::record) {
        entries.push_back(record<E>(field, text));
      } else if constexpr (wire::entry_kind<E>() == wire::EntryKind::pair) {
        entries.push_back(arguments_.number(field.name, text, std::numeric_limits<std::uint64_t>::max(), false, {}));
      } else if constexpr (wire::entry_kind<E>() == wire::EntryKind::half) {
        entries.push_back(static_cast<E>(arguments_.number(field.name, text, 0xFFFF, false, {})));
      } else if constexpr (wire::entry_kind<E>() == wire::EntryKind::byte) {
        entries.push_back(E(static_cast<std::uint8_t>(arguments_.number(field.name, text, 0xFF, false, field.names))));
      } else {
        entries.push_back(wire::from_word<E>(static_cast<std::uint32_t>(number32(field, text))));
      }
    }
  }
  template <class E>
  void rest(const Field& field, std::vector<E>& entries) {
    list(field, entries);
  }

 private:
  /// The argument for `field`; reports it as missing unless it may be omitted.
  [[nodiscard]] std::optional<std::string_view> take(const Field& field);
  [[nodiscard]] std::uint64_t number32(const Field& field, std::string_view text);
  [[nodiscard]] std::uint64_t pair(const Field& field, bool allow_negative);
  void fill_word(const Field& field, std::uint32_t& value, std::span<const BitField> ranges, const BitField* counter);

  /// A list's record, "x:y:z" in wire order.
  template <class E>
  [[nodiscard]] E record(const Field& field, std::string_view text) {
    E entry{};
    RecordFiller filler(arguments_, field.name, text, version_);
    E::fields(entry, filler);
    filler.finish();
    return entry;
  }

  ArgumentSet& arguments_;
  Version version_;
};

}  // namespace scmi::catalogue::detail
