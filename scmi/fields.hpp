// SPDX-License-Identifier: Apache-2.0
//
// The vocabulary in which messages describe themselves. A message is a plain struct with one
//
//   template <class Self, class V> static constexpr void fields(Self& m, V& v);
//
// which names its fields to the visitor `v` in wire order. Whoever needs the layout is such a visitor: encoder,
// decoder, size (scmi/codec.hpp), printer, JSON and raw-by-name (protocols/catalogue.hpp). What a visitor offers:
//
//   v.version()                          the version whose layout is wanted; fields() branches on it
//   v.u32(field, member)                 one word: std::uint32_t, std::int32_t, Version, a 32-bit strong id
//                                        or enum
//   v.status(field, member)              one word holding a Status
//   v.u64(field, member)                 two words, low word first
//   v.i64(field, member)                 the same, signed
//   v.word(field, member, bits)          one word made of bit ranges; the member keeps the raw word, so that
//                                        reserved bits survive and can be judged
//   v.text(field, member)                FixedString: NUL terminated, zero padded
//   v.tail_u32(field, member, optional)  a last word that senders of the same version may leave out when `optional`
//   v.count(field, list)                 a word that is the number of entries of the list which follows
//   v.count(field, member, bits, counter[, correct])
//                                        the same where the count is the bit range `counter` of a word. In memory
//                                        these bits stay zero: the list's own size is the count
//   v.list(field, list)                  the entries announced by the count before: 8-bit ids (padded to words),
//                                        16-bit numbers (not padded), words, 64-bit pairs, or structs with a
//                                        fields() of their own, which may branch on what they have already named: such
//                                        entries differ in size
//   v.rest(field, list)                  records up to the payload's end, at least one; no count tells how many
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>
#include <string_view>
#include <type_traits>

#include "scmi/ids.hpp"
#include "scmi/message_header.hpp"

namespace scmi {

/// Unit of a number; its suffix ends names ("rate_hz").
enum class Unit : std::uint8_t {
  none,
  hertz,
  kilohertz,
  microseconds,
  milliseconds,
  bytes,
  microvolts,
  microwatts,
};

/// "hz", "khz", "us", "ms", "bytes", "uv", "uw"; empty for Unit::none.
[[nodiscard]] constexpr std::string_view suffix(Unit unit) noexcept {
  switch (unit) {
    case Unit::none: return "";
    case Unit::hertz: return "hz";
    case Unit::kilohertz: return "khz";
    case Unit::microseconds: return "us";
    case Unit::milliseconds: return "ms";
    case Unit::microwatts: return "uw";
    case Unit::bytes: return "bytes";
    case Unit::microvolts: return "uv";
  }
  return "";
}

/// How people like to read a number.
enum class Display : std::uint8_t { decimal, hex };

/// A value that has a name of its own ("milliwatt").
struct NamedValue {
  std::uint32_t value = 0;
  std::string_view name;
};

/// Name (as in the specification, without unit) and reading of one field.
struct Field {
  std::string_view name;
  Unit unit = Unit::none;
  Display display = Display::decimal;
  std::span<const NamedValue> names{};
  bool may_be_omitted = false;  ///< A person who writes the message by hand may leave it out: zero then.

  // NOLINTNEXTLINE(*-explicit-*): lets fields() pass a bare name.
  constexpr Field(const char* n, Unit u = Unit::none, Display d = Display::decimal,
                  std::span<const NamedValue> v = {}) noexcept
      : name(n), unit(u), display(d), names(v) {}
  [[nodiscard]] constexpr Field omittable() const noexcept {
    Field copy = *this;
    copy.may_be_omitted = true;
    return copy;
  }
};

/// Bits [high:low] of a word, and the protocol version that gave them a meaning.
struct BitField {
  std::string_view name;
  std::uint8_t high = 0;
  std::uint8_t low = 0;
  Version since{0x10000};
  Unit unit = Unit::none;
  std::span<const NamedValue> names{};
  bool is_signed = false;  ///< Two's complement within its bits.

  [[nodiscard]] constexpr std::uint32_t max() const noexcept {
    return high - low == 31 ? 0xFFFF'FFFFU : (1U << (high - low + 1)) - 1U;
  }
  [[nodiscard]] constexpr std::uint32_t mask() const noexcept { return max() << low; }
  /// The range's value inside `word`.
  [[nodiscard]] constexpr std::uint32_t get(std::uint32_t word) const noexcept { return (word >> low) & max(); }
  /// The same for a range that is signed.
  [[nodiscard]] constexpr std::int32_t get_signed(std::uint32_t word) const noexcept {
    const auto unused = static_cast<unsigned>(31 - high + low);
    return static_cast<std::int32_t>(get(word) << unused) >> unused;
  }
  /// `value` moved to the range's place, to be or-ed into a word. Bits that do not fit are cut off.
  [[nodiscard]] constexpr std::uint32_t put(std::uint32_t value) const noexcept { return (value & max()) << low; }
  /// True for a single bit that is set, or a range that is not zero.
  [[nodiscard]] constexpr bool test(std::uint32_t word) const noexcept { return get(word) != 0; }
};

[[nodiscard]] constexpr BitField bit(std::string_view name, std::uint8_t position, Version since = Version(0x10000)) {
  return {name, position, position, since, Unit::none, {}};
}
[[nodiscard]] constexpr BitField bits(std::string_view name, std::uint8_t high, std::uint8_t low,
                                      Version since = Version(0x10000), Unit unit = Unit::none,
                                      std::span<const NamedValue> names = {}) {
  return {name, high, low, since, unit, names};
}

[[nodiscard]] constexpr BitField signed_bits(std::string_view name, std::uint8_t high, std::uint8_t low,
                                             Version since = Version(0x10000)) {
  return {name, high, low, since, Unit::none, {}, true};
}

/// The bits of a word which mean nothing in that version. A platform refuses commands that set one.
[[nodiscard]] constexpr std::uint32_t reserved_bits(std::span<const BitField> fields, Version version) noexcept {
  std::uint32_t reserved = 0xFFFF'FFFFU;
  for (const BitField& f : fields) {
    if (version >= f.since) reserved &= ~f.mask();
  }
  return reserved;
}

/// Text in a fixed number of bytes, zero padded (DEN0056 names: 16 or 64 bytes). Keeps all bytes as they came.
template <std::size_t N>
struct FixedString {
  std::array<char, N> bytes{};

  constexpr FixedString() = default;
  /// Cuts after N - 1 characters, so that the result is terminated.
  // NOLINTNEXTLINE(*-explicit-*): reads as text in initialisers.
  constexpr FixedString(std::string_view text) noexcept {
    std::copy_n(text.begin(), std::min(text.size(), N - 1), bytes.begin());
  }
  constexpr FixedString(const char* text) noexcept : FixedString(std::string_view(text)) {}  // NOLINT(*-explicit-*)

  /// Up to the first NUL; the whole field if the sender forgot it. Borrows from this object.
  [[nodiscard]] constexpr std::string_view view() const noexcept {
    const auto end = std::find(bytes.begin(), bytes.end(), '\0');
    return {bytes.data(), static_cast<std::size_t>(end - bytes.begin())};
  }
  friend constexpr bool operator==(const FixedString&, const FixedString&) = default;
};
using ShortName = FixedString<16>;
using ExtendedName = FixedString<64>;

/// What is fixed about a message. `protocol` is 0 for messages that every protocol has.
struct MessageInfo {
  ProtocolId protocol{};
  MessageId message{};
  std::string_view name;  ///< "clock.rate_set"; without prefix for messages that every protocol has.
  Version since{0x10000};
  MessageType type = MessageType::command;
};

/// A payload without fields.
struct Empty {
  template <class Self, class V>
  static constexpr void fields(Self&, V&) {}
  bool operator==(const Empty&) const = default;
};

/// A command: its parameters, and the struct of its reply (without the status, which every reply has).
template <class C>
concept Command = requires {
  C::info;
  typename C::Reply;
};
/// A command that also has a delayed response (again without the status).
template <class C>
concept DelayedCommand = Command<C> && requires { typename C::Complete; };

namespace wire {

template <class T>
inline constexpr bool is_strong_id = false;
template <class Tag, class Rep>
inline constexpr bool is_strong_id<StrongId<Tag, Rep>> = true;

/// The word that travels for a member, and back.
template <class T>
[[nodiscard]] constexpr std::uint32_t to_word(const T& value) noexcept {
  if constexpr (std::is_same_v<T, Version>) {
    return value.word;
  } else if constexpr (is_strong_id<T>) {
    return static_cast<std::uint32_t>(value.value);
  } else {
    static_assert(sizeof(T) == 4, "a word field holds 32 bits");
    return static_cast<std::uint32_t>(value);
  }
}
template <class T>
[[nodiscard]] constexpr T from_word(std::uint32_t word) noexcept {
  if constexpr (is_strong_id<T>) {
    return T(static_cast<typename T::rep>(word));
  } else {
    return static_cast<T>(word);
  }
}

/// How a list's entries lie on the wire.
enum class EntryKind : std::uint8_t { byte, half, word, pair, record };
template <class E>
[[nodiscard]] consteval EntryKind entry_kind() {
  if constexpr (is_strong_id<E>) {
    return sizeof(typename E::rep) == 1 ? EntryKind::byte : EntryKind::word;
  } else if constexpr (std::is_same_v<E, std::uint16_t>) {
    return EntryKind::half;
  } else if constexpr (std::is_same_v<E, std::uint64_t>) {
    return EntryKind::pair;
  } else if constexpr (std::is_same_v<E, std::uint32_t> || std::is_same_v<E, std::int32_t>) {
    return EntryKind::word;
  } else {
    static_assert(std::is_class_v<E>, "no wire form for this kind of list entry");
    return EntryKind::record;
  }
}

/// Gives a list's true count where senders are known to err: (word, count in it, payload bytes after it).
using CountCorrection = std::uint32_t (*)(std::uint32_t word, std::uint32_t count, std::size_t bytes_after);

}  // namespace wire
}  // namespace scmi
