// SPDX-License-Identifier: Apache-2.0
//
// The shared-memory area that carries one message at a time between a caller and a callee, as seen from either
// side. On an A2P channel the agent is the caller; on a P2A channel the platform is. Both directions obey the same
// handover, so there is one class and the roles are groups of functions:
//
//          caller owns (FREE=1)                           callee owns (FREE=0)
//   try_send: flags, length, header, payload,  ──────▶  has_message, fetch_message
//             then status = 0 (release)                         │
//   done, fetch_reply (status: acquire)        ◀──────  reply / give_back / give_back_error (status: release)
//
//   offset  0x00 reserved   0x04 status (bit 0 FREE, bit 1 ERROR)   0x08 implementation defined, never touched
//           0x10 flags (bit 0 INTR)   0x14 length (header + payload)   0x18 header   0x1C payload
//
// The memory belongs to somebody else as much as to us: every word is accessed as a relaxed 32-bit atomic, the status
// word with acquire and release, each value is read once and bounded before it is used.
#pragma once

#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

#include "scmi/chan_ops.hpp"
#include "scmi/message_header.hpp"

namespace scmi::transport {

static_assert(std::endian::native == std::endian::little, "areas are little-endian and accessed as native words");

/// Bytes before the header, which `length` does not count.
inline constexpr std::uint32_t area_prefix_size = 0x18;
/// The status word.
inline constexpr std::uint32_t area_status_at = 0x04;
/// Bytes before the payload.
inline constexpr std::uint32_t area_payload_offset = 0x1C;
/// The smallest area that carries anything: a status word after the header.
inline constexpr std::uint32_t area_size_min = area_payload_offset + 4;
/// The largest area that we make or accept.
inline constexpr std::uint32_t area_size_max = 64 * 1024;
/// The customary size: 100 bytes of payload.
inline constexpr std::uint32_t area_size_default = 128;

/// One word of memory that another process may change at any time.
class SharedWord {
 public:
  constexpr SharedWord() = default;
  /// `at` must be 4-byte aligned and outlive the object.
  explicit SharedWord(std::byte* at) noexcept : word_(reinterpret_cast<std::uint32_t*>(at)) {}
  explicit SharedWord(std::uint32_t* at) noexcept : word_(at) {}

  [[nodiscard]] std::uint32_t load(std::memory_order order = std::memory_order_relaxed) const noexcept {
    return std::atomic_ref<std::uint32_t>(*word_).load(order);
  }
  void store(std::uint32_t value, std::memory_order order = std::memory_order_relaxed) const noexcept {
    std::atomic_ref<std::uint32_t>(*word_).store(value, order);
  }
  std::uint32_t exchange(std::uint32_t value, std::memory_order order) const noexcept {
    return std::atomic_ref<std::uint32_t>(*word_).exchange(value, order);
  }
  std::uint32_t fetch_add(std::uint32_t value, std::memory_order order) const noexcept {
    return std::atomic_ref<std::uint32_t>(*word_).fetch_add(value, order);
  }
  [[nodiscard]] explicit operator bool() const noexcept { return word_ != nullptr; }

 private:
  std::uint32_t* word_ = nullptr;
};

/// A view of one area. Borrows the memory. Copyable; the functions of one role must be serialised by their user,
/// except done() and has_message(), which anybody may call at any time.
class ShmArea {
 public:
  ShmArea() = default;
  /// `base` 4-byte aligned, `size` a multiple of 4 within [area_size_min, area_size_max]: check with valid_size first.
  ShmArea(std::byte* base, std::uint32_t size) noexcept : base_(base), max_payload_(size - area_payload_offset) {}

  [[nodiscard]] static constexpr bool valid_size(std::uint64_t size) noexcept {
    return size >= area_size_min && size <= area_size_max && size % 4 == 0;
  }

  /// False for a channel that has no area in this direction.
  [[nodiscard]] explicit operator bool() const noexcept { return base_ != nullptr; }
  [[nodiscard]] std::uint32_t max_payload() const noexcept { return static_cast<std::uint32_t>(max_payload_); }

  /// Zeroes the area and makes it FREE. For the platform, before anybody else knows of the memory.
  void initialise() const noexcept;

  // -- caller ---------------------------------------------------------------------------------------------------
  /// Whether the area was given back (FREE, or ERROR) and fetch_reply will find something.
  [[nodiscard]] bool done() const noexcept {
    return (word(status_at).load(std::memory_order_acquire) & (free_bit | error_bit)) != 0;
  }
  /// Whether a message may be written now.
  [[nodiscard]] bool is_free() const noexcept {
    return (word(status_at).load(std::memory_order_acquire) & free_bit) != 0;
  }
  /// Writes a message and hands the area over; false, with nothing written, when it is not FREE.
  /// `payload` must not exceed max_payload().
  [[nodiscard]] bool try_send(std::uint32_t header, std::span<const std::byte> payload, bool interrupt) const noexcept {
    // Pairs with the release of the callee's give-back: its reads of the last message are over before we overwrite it.
    if (!is_free()) return false;
    word(flags_at).store(interrupt ? intr_bit : 0U);
    word(length_at).store(static_cast<std::uint32_t>(payload.size() + header_size));
    word(header_at).store(header);
    copy_out(payload);
    // Status last: a callee that polls the memory sees the whole message. Pairs with fetch_message's acquire.
    word(status_at).store(0, std::memory_order_release);
    return true;
  }
  /// Copies the reply into `into`, once, and leaves the area as it is. Kinds: none (the callee owns it),
  /// channel_error (ERROR), malformed (length below the header, above the area or above `into`), message.
  [[nodiscard]] RxMessage fetch_reply(std::span<std::byte> into) const noexcept {
    const std::uint32_t status = word(status_at).load(std::memory_order_acquire);
    if ((status & (free_bit | error_bit)) != free_bit) [[unlikely]] {
      return {.kind = (status & error_bit) != 0 ? RxMessage::Kind::channel_error : RxMessage::Kind::none};
    }
    return copy_message(into);
  }
  /// fetch_reply for the usual case: if a reply with exactly this header and at least a status word lies here, copies
  /// its payload, once, and answers its length; otherwise 0. `into` has room for max_payload().
  [[nodiscard]] std::size_t take_reply(std::uint32_t header, std::byte* into) const noexcept {
    if ((word(status_at).load(std::memory_order_acquire) & (free_bit | error_bit)) != free_bit) [[unlikely]]
      return 0;
    const std::size_t size = std::size_t{word(length_at).load()} - header_size;
    // A length below the header's wraps round and is too large.
    if (size < status_size || size > max_payload_) [[unlikely]]
      return 0;
    if (word(header_at).load() != header) [[unlikely]]
      return 0;
    copy_in(size, into);
    return size;
  }

  // -- callee ---------------------------------------------------------------------------------------------------
  /// Whether the caller has handed a message over.
  [[nodiscard]] bool has_message() const noexcept {
    return (word(status_at).load(std::memory_order_acquire) & free_bit) == 0;
  }
  /// Copies the message into `into`, once, and leaves the area as it is: `none` when FREE, otherwise `malformed` or
  /// `message`. One of the functions below must follow for the last two.
  [[nodiscard]] RxMessage fetch_message(std::span<std::byte> into) const noexcept {
    if (!has_message()) return {};
    return copy_message(into);
  }
  /// Whether the caller asked for an interrupt when the area comes back. To be read while the callee owns the area.
  [[nodiscard]] bool wants_interrupt() const noexcept { return (word(flags_at).load() & intr_bit) != 0; }
  /// Writes the answer and gives the area back. `payload` must not exceed max_payload().
  void reply(std::uint32_t header, std::span<const std::byte> payload) const noexcept {
    copy_out(payload);
    word(header_at).store(header);
    word(length_at).store(header_size + static_cast<std::uint32_t>(payload.size()));
    give_back();
  }
  /// Gives the area back without an answer (P2A).
  void give_back() const noexcept { word(status_at).store(free_bit, std::memory_order_release); }
  /// Gives the area back as a transport-level fault: the message could not be taken.
  void give_back_error() const noexcept { word(status_at).store(free_bit | error_bit, std::memory_order_release); }

 private:
  static constexpr std::uint32_t free_bit = 1U;
  static constexpr std::uint32_t error_bit = 2U;
  static constexpr std::uint32_t intr_bit = 1U;
  static constexpr std::uint32_t status_at = area_status_at;
  static constexpr std::uint32_t flags_at = 0x10;
  static constexpr std::uint32_t length_at = 0x14;
  static constexpr std::uint32_t header_at = 0x18;

  [[nodiscard]] SharedWord word(std::uint32_t offset) const noexcept { return SharedWord(base_ + offset); }

  [[nodiscard]] RxMessage copy_message(std::span<std::byte> into) const noexcept {
    const std::uint32_t length = word(length_at).load();
    if (length < header_size || length - header_size > max_payload_ || length - header_size > into.size()) {
      return {.kind = RxMessage::Kind::malformed};
    }
    const std::uint32_t header = word(header_at).load();
    const std::size_t size = length - header_size;
    copy_in(size, into.data());
    return {.kind = RxMessage::Kind::message, .header = header, .payload = into.first(size)};
  }

  // By words, the last one first, because a loop that ends at zero is the shortest. The area's size is a multiple of 4,
  // so that the word that holds odd bytes is inside.
  void copy_in(std::size_t size, std::byte* into) const noexcept {
    std::byte* const from = base_ + area_payload_offset;
    std::size_t at = size / 4 * 4;
    if (at != size) [[unlikely]]
      take_odd_bytes(from + at, into + at, size - at);
    for (; at != 0; at -= 4) {
      const std::uint32_t value = SharedWord(from + at - 4).load();
      std::memcpy(into + at - 4, &value, 4);
    }
  }
  void copy_out(std::span<const std::byte> payload) const noexcept {
    const std::size_t size = payload.size();
    const std::byte* const from = payload.data();
    std::byte* const to = base_ + area_payload_offset;
    std::size_t at = size / 4 * 4;
    if (at != size) [[unlikely]]
      put_odd_bytes(from + at, to + at, size - at);
    for (; at != 0; at -= 4) {
      std::uint32_t value = 0;
      std::memcpy(&value, from + at - 4, 4);
      SharedWord(to + at - 4).store(value);
    }
  }
  static void take_odd_bytes(std::byte* from, std::byte* to, std::size_t count) noexcept {
    const std::uint32_t value = SharedWord(from).load();
    for (std::size_t i = 0; i < count; ++i) to[i] = static_cast<std::byte>(value >> (8 * i));
  }
  static void put_odd_bytes(const std::byte* from, std::byte* to, std::size_t count) noexcept {
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < count; ++i) value |= std::to_integer<std::uint32_t>(from[i]) << (8 * i);
    SharedWord(to).store(value);
  }

  std::byte* base_ = nullptr;
  std::size_t max_payload_ = 0;
};

}  // namespace scmi::transport
