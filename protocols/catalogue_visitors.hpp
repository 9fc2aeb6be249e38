// SPDX-License-Identifier: Apache-2.0
//
// The visitors behind the catalogue: one that collects a message's values, one that describes its layout, and the
// functions that hide a message's type behind a Layout. Internal to protocols/.
#pragma once

#include <array>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "protocols/catalogue.hpp"
#include "protocols/catalogue_arguments.hpp"
#include "scmi/codec.hpp"

namespace scmi::catalogue::detail {

[[nodiscard]] inline std::string name_of_value(std::span<const NamedValue> names, std::uint64_t value) {
  for (const NamedValue& n : names) {
    if (n.value == value) return std::string(n.name);
  }
  return {};
}

[[nodiscard]] constexpr std::uint64_t sign_extended(std::int32_t value) noexcept {
  return static_cast<std::uint64_t>(std::int64_t{value});
}

/// Collects the values of a message.
class Collector {
 public:
  Collector(std::vector<FieldValue>& into, Version version) : into_(into), version_(version) {}
  [[nodiscard]] Version version() const noexcept { return version_; }

  template <class T>
  void u32(const Field& field, const T& value) {
    FieldValue& v = add(field, FieldKind::number, wire::to_word(value));
    v.is_signed = std::is_signed_v<T>;
    if constexpr (std::is_signed_v<T>) v.number = sign_extended(value);
  }
  void status(const Field& field, Status value) { add_status(field.name, value); }
  void u64(const Field& field, std::uint64_t value) { add(field, FieldKind::number, value); }
  void i64(const Field& field, std::int64_t value) {
    add(field, FieldKind::number, static_cast<std::uint64_t>(value)).is_signed = true;
  }
  void word(const Field& field, std::uint32_t value, std::span<const BitField> ranges) {
    FieldValue& v = add(field, FieldKind::word, value);
    for (const BitField& range : ranges) {
      if (version_ < range.since) continue;
      FieldValue part;
      part.name = range.name;
      part.unit = range.unit;
      part.number = range.get(value);
      if (range.is_signed) {
        part.number = sign_extended(range.get_signed(value));
        part.is_signed = true;
      }
      part.is_flag = range.high == range.low && range.names.empty();
      part.value_name = name_of_value(range.names, part.number);
      v.parts.push_back(std::move(part));
    }
  }
  template <std::size_t N>
  void text(const Field& field, const FixedString<N>& value) {
    add(field, FieldKind::text, 0).text = value.view();
  }
  void tail_u32(const Field& field, std::uint32_t value, bool) { add(field, FieldKind::number, value); }
  template <class E>
  void count(const Field& field, const std::vector<E>& entries) {
    add(field, FieldKind::number, entries.size());
  }
  template <class E>
  void count(const Field& field, std::uint32_t value, std::span<const BitField> ranges, const BitField& counter,
             const std::vector<E>& entries, wire::CountCorrection = nullptr) {
    word(field, value | counter.put(static_cast<std::uint32_t>(entries.size())), ranges);
  }
  template <class E>
  void list(const Field& field, const std::vector<E>& entries) {
    FieldValue list_value = make(field, FieldKind::list, 0);
    for (const E& entry : entries) {
      FieldValue part = make(field, FieldKind::number, 0);
      part.name.clear();
      if constexpr (wire::entry_kind<E>() == wire::EntryKind::record) {
        part.kind = FieldKind::record;
        Collector inner(part.parts, version_);
        E::fields(entry, inner);
      } else if constexpr (wire::entry_kind<E>() == wire::EntryKind::pair ||
                           wire::entry_kind<E>() == wire::EntryKind::half) {
        part.number = entry;
      } else if constexpr (wire::is_strong_id<E>) {
        part.number = entry.value;
      } else if constexpr (std::is_signed_v<E>) {
        part.is_signed = true;
        part.number = sign_extended(entry);
      } else {
        part.number = wire::to_word(entry);
      }
      list_value.parts.push_back(std::move(part));
    }
    into_.push_back(std::move(list_value));
  }
  template <class E>
  void rest(const Field& field, const std::vector<E>& entries) {
    list(field, entries);
  }

 private:
  [[nodiscard]] static FieldValue make(const Field& field, FieldKind kind, std::uint64_t number) {
    FieldValue v;
    v.name = field.name;
    v.kind = kind;
    v.unit = field.unit;
    v.display = field.display;
    v.number = number;
    v.value_name = name_of_value(field.names, number);
    return v;
  }
  FieldValue& add(const Field& field, FieldKind kind, std::uint64_t number) {
    return into_.emplace_back(make(field, kind, number));
  }
  void add_status(std::string_view name, Status value) {
    FieldValue& v = into_.emplace_back();
    v.name = name;
    v.kind = FieldKind::status;
    v.is_signed = true;
    v.number = static_cast<std::uint64_t>(static_cast<std::int64_t>(value));
    v.value_name = scmi::name(value);
  }

  std::vector<FieldValue>& into_;
  Version version_;
};

/// Describes the layout of a message.
class Describer {
 public:
  Describer(std::vector<FieldInfo>& into, Version version, std::uint32_t offset)
      : into_(into), version_(version), offset_(offset) {}
  [[nodiscard]] Version version() const noexcept { return version_; }

  template <class T>
  void u32(const Field& field, const T&) {
    add(field, FieldKind::number, 4).is_signed = std::is_signed_v<T>;
  }
  void status(const Field& field, Status) { add(field, FieldKind::status, 4); }
  void u64(const Field& field, std::uint64_t) { add(field, FieldKind::number, 8); }
  void i64(const Field& field, std::int64_t) { add(field, FieldKind::number, 8).is_signed = true; }
  void word(const Field& field, std::uint32_t, std::span<const BitField> ranges) {
    FieldInfo& info = add(field, FieldKind::word, 4);
    for (const BitField& range : ranges) {
      if (version_ < range.since) continue;
      FieldInfo part;
      part.name = range.name;
      part.unit = range.unit;
      part.offset = info.offset;
      part.is_signed = range.is_signed;
      part.high = range.high;
      part.low = range.low;
      part.names = range.names;
      info.parts.push_back(std::move(part));
    }
  }
  template <std::size_t N>
  void text(const Field& field, const FixedString<N>&) {
    add(field, FieldKind::text, N);
  }
  void tail_u32(const Field& field, std::uint32_t, bool) { add(field.omittable(), FieldKind::number, 4); }
  template <class E>
  void count(const Field& field, const std::vector<E>&) {
    add(field.omittable(), FieldKind::number, 4);
  }
  template <class E>
  void count(const Field& field, std::uint32_t, std::span<const BitField> ranges, const BitField&,
             const std::vector<E>&, wire::CountCorrection = nullptr) {
    word(field.omittable(), 0, ranges);
  }
  template <class E>
  void list(const Field& field, const std::vector<E>&) {
    std::vector<FieldInfo> parts;
    Describer inner(parts, version_, 0);
    if constexpr (wire::entry_kind<E>() == wire::EntryKind::record) {
      const E entry{};
      E::fields(entry, inner);
    } else {
      const Field entry("", field.unit, field.display, field.names);
      const auto size = static_cast<std::uint32_t>(wire::entry_size<E>(version_));
      inner.add(entry, FieldKind::number, size).is_signed = std::is_signed_v<E>;
    }
    add(field.omittable(), FieldKind::list, 0).parts = std::move(parts);
  }
  template <class E>
  void rest(const Field& field, const std::vector<E>& entries) {
    list(field, entries);
  }

 private:
  FieldInfo& add(const Field& field, FieldKind kind, std::uint32_t size) {
    FieldInfo& info = into_.emplace_back();
    info.name = field.name;
    info.kind = kind;
    info.unit = field.unit;
    info.offset = offset_;
    info.size = size;
    info.may_be_omitted = field.may_be_omitted;
    info.names = field.names;
    offset_ += size;
    return info;
  }

  std::vector<FieldInfo>& into_;
  Version version_;
  std::uint32_t offset_;
};

template <class M>
[[nodiscard]] std::vector<FieldInfo> describe_layout(Version version, bool with_status) {
  std::vector<FieldInfo> fields;
  if (with_status) {
    Describer status(fields, version, 0);
    status.status(Field("status").omittable(), Status::success);
  }
  Describer describer(fields, version, with_status ? 4 : 0);
  const M message{};
  M::fields(message, describer);
  return fields;
}

template <class M>
[[nodiscard]] Result<Decoded> decode_layout(std::span<const std::byte> payload, Version version, bool with_status) {
  Decoded decoded;
  wire::Reader reader(payload);
  if (with_status) decoded.status = wire::from_word<Status>(reader.u32());
  const bool failed_command = with_status && !fields_follow<M>(*decoded.status);
  M message{};
  wire::Decoder decoder(reader, version);
  if (!failed_command) M::fields(message, decoder);
  if (!reader.finish()) {
    return Error::local(LocalError::malformed_reply, {.detail = static_cast<std::uint32_t>(reader.used())});
  }
  decoded.trailing_bytes = reader.left();
  if (!failed_command) {
    Collector collector(decoded.fields, version);
    M::fields(std::as_const(message), collector);
  }
  return decoded;
}

template <class M>
[[nodiscard]] ArgumentResult<std::vector<std::byte>> encode_layout(std::string_view message_name,
                                                                   std::span<const Argument> arguments, Version version,
                                                                   bool with_status) {
  ArgumentSet set(arguments);
  Status status = Status::success;
  M message{};
  if (with_status) {
    Filler filler(set, version);
    filler.status(Field("status").omittable(), status);
  }
  if (fields_follow<M>(status)) {
    Filler filler(set, version);
    M::fields(message, filler);
  }
  if (auto error = set.finish(message_name, version, describe_layout<M>(version, with_status))) {
    return tl::unexpected(*std::move(error));
  }
  const std::size_t status_size = with_status ? 4 : 0;
  const bool status_only = with_status && !fields_follow<M>(status);
  std::vector<std::byte> bytes(status_size + (status_only ? 0 : encoded_size(message, version)));
  if (with_status) (void)encode_status(status, bytes);
  if (status_only) return bytes;
  const auto size = scmi::encode(message, version, std::span(bytes).subspan(status_size));
  if (!size) {
    return tl::unexpected(
        ArgumentError{ArgumentError::Reason::too_large,
                      {},
                      std::string(message_name) + ": a list has more entries than its count can say"});
  }
  return bytes;
}

template <class M>
[[nodiscard]] constexpr Layout layout_of() noexcept {
  return {decode_layout<M>, encode_layout<M>, describe_layout<M>};
}

}  // namespace scmi::catalogue::detail
