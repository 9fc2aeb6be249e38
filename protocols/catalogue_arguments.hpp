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

 private:
  void fail(ArgumentError::Reason reason, std::string_view field, std::string text);

  std::span<const Argument> arguments_;
  std::vector<bool> taken_;
  std::optional<ArgumentError> error_;
};

/// "a,b,c" at `separator`; empty text has no parts.
[[nodiscard]] std::vector<std::string_view> split(std::string_view text, char separator);

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
  void u64(const Field& field, std::uint64_t& value);
  void word(const Field& field, std::uint32_t& value, std::span<const BitField> ranges) {
    fill_word(field, value, ranges, nullptr);
  }
  template <std::size_t N>
  void text(const Field& field, FixedString<N>& value) {
    const auto given = take(field);
    if (!given) return;
    if (given->size() >= N) {
      arguments_.bad_value(field.name, *given, "at most " + std::to_string(N - 1) + " characters");
      return;
    }
    value = FixedString<N>(*given);
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
      } else if constexpr (wire::entry_kind<E>() == wire::EntryKind::byte) {
        entries.push_back(E(static_cast<std::uint8_t>(arguments_.number(field.name, text, 0xFF, false, field.names))));
      } else {
        entries.push_back(wire::from_word<E>(static_cast<std::uint32_t>(number32(field, text))));
      }
    }
  }

 private:
  /// The argument for `field`; reports it as missing unless it may be omitted.
  [[nodiscard]] std::optional<std::string_view> take(const Field& field);
  [[nodiscard]] std::uint64_t number32(const Field& field, std::string_view text);
  void fill_word(const Field& field, std::uint32_t& value, std::span<const BitField> ranges, const BitField* counter);

  /// A list's record, "x:y:z" in wire order.
  template <class E>
  [[nodiscard]] E record(const Field& field, std::string_view text) {
    E entry{};
    const std::vector<std::string_view> parts = split(text, ':');
    if (parts.size() * 4 != wire::entry_size<E>(version_)) {
      arguments_.bad_value(field.name, text,
                           std::to_string(wire::entry_size<E>(version_) / 4) + " values joined by ':' for each entry");
      return entry;
    }
    std::vector<std::byte> bytes(wire::entry_size<E>(version_));
    wire::Writer writer(bytes);
    for (const std::string_view part : parts) {
      writer.u32(static_cast<std::uint32_t>(arguments_.number(field.name, part, 0xFFFF'FFFFU, true, {})));
    }
    (void)writer.finish();
    wire::Reader reader(bytes);
    wire::Decoder decoder(reader, version_);
    E::fields(entry, decoder);
    (void)reader.finish();
    return entry;
  }

  ArgumentSet& arguments_;
  Version version_;
};

}  // namespace scmi::catalogue::detail
