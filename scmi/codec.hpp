// SPDX-License-Identifier: Apache-2.0
//
// Messages to bytes and back, as visitors over fields() (scmi/fields.hpp). Reader and Writer are bounded, little-endian
// and fail for good at the first byte that does not fit, so that callers check once, at finish(). Everything
// inlines; messages without lists never touch the heap. A count that came over the wire is compared with the bytes
// that came before anything is allocated for it.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <vector>

#include "scmi/fields.hpp"
#include "scmi/result.hpp"
#include "scmi/status.hpp"

namespace scmi {
namespace wire {

static_assert(std::endian::native == std::endian::little || std::endian::native == std::endian::big);

[[nodiscard]] constexpr std::uint32_t little_endian(std::uint32_t word) noexcept {
  if constexpr (std::endian::native == std::endian::big) return __builtin_bswap32(word);
  return word;
}

/// Appends to a byte range that it borrows. Writes nothing more once something did not fit.
class Writer {
 public:
  explicit Writer(std::span<std::byte> out) noexcept : out_(out) {}
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;
  ~Writer() { assert(finished_); }

  void u16(std::uint16_t half) noexcept {
    const std::array<std::byte, 2> le{static_cast<std::byte>(half & 0xFFU), static_cast<std::byte>(half >> 8)};
    bytes(le.data(), le.size());
  }
  void u32(std::uint32_t word) noexcept {
    const std::uint32_t le = little_endian(word);
    bytes(&le, sizeof le);
  }
  void u64(std::uint64_t pair) noexcept {
    u32(static_cast<std::uint32_t>(pair));
    u32(static_cast<std::uint32_t>(pair >> 32));
  }
  void bytes(const void* data, std::size_t size) noexcept {
    if (out_.size() - used_ < size || failure_ != 0) {
      fail(LocalError::message_too_large);
      return;
    }
    std::memcpy(out_.data() + used_, data, size);
    used_ += size;
  }
  void fail(LocalError error) noexcept {
    if (failure_ == 0) failure_ = static_cast<std::int32_t>(error);
  }

  /// Bytes written. Must be called. Errors: the first failure (message_too_large, invalid_argument).
  [[nodiscard]] Result<std::size_t> finish() noexcept {
    finished_ = true;
    if (failure_ != 0) {
      return Error::local(static_cast<LocalError>(failure_), {.detail = static_cast<std::uint32_t>(used_)});
    }
    return used_;
  }

 private:
  std::span<std::byte> out_;
  std::size_t used_ = 0;
  std::int32_t failure_ = 0;
  bool finished_ = false;
};

/// Takes from a byte range that it borrows. Gives zeros once something was missing.
class Reader {
 public:
  explicit Reader(std::span<const std::byte> in) noexcept : in_(in) {}
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;
  ~Reader() { assert(finished_); }

  [[nodiscard]] std::uint16_t u16() noexcept {
    std::array<std::byte, 2> le{};
    bytes(le.data(), le.size());
    return static_cast<std::uint16_t>(std::to_integer<unsigned>(le[0]) | std::to_integer<unsigned>(le[1]) << 8);
  }
  [[nodiscard]] std::uint32_t u32() noexcept {
    std::uint32_t le = 0;
    bytes(&le, sizeof le);
    return little_endian(le);
  }
  [[nodiscard]] std::uint64_t u64() noexcept {
    const std::uint64_t low = u32();
    return low | static_cast<std::uint64_t>(u32()) << 32;
  }
  void bytes(void* into, std::size_t size) noexcept {
    if (failed_ || left() < size) {
      failed_ = true;
      return;
    }
    std::memcpy(into, in_.data() + used_, size);
    used_ += size;
  }
  [[nodiscard]] std::size_t left() const noexcept { return in_.size() - used_; }
  [[nodiscard]] std::size_t used() const noexcept { return used_; }
  [[nodiscard]] bool failed() const noexcept { return failed_; }
  void fail() noexcept { failed_ = true; }

  /// True when everything asked for was there; left() then tells how much was not asked for. Must be called.
  [[nodiscard]] bool finish() noexcept {
    finished_ = true;
    return !failed_;
  }

 private:
  std::span<const std::byte> in_;
  std::size_t used_ = 0;
  bool failed_ = false;
  bool finished_ = false;
};

[[nodiscard]] constexpr std::size_t padding(std::size_t size) noexcept { return (4 - size % 4) % 4; }

template <class E>
[[nodiscard]] std::size_t entry_size(Version version) noexcept;

/// Visitor that adds up wire bytes.
class Sizer {
 public:
  explicit Sizer(Version version) noexcept : version_(version) {}
  [[nodiscard]] Version version() const noexcept { return version_; }
  [[nodiscard]] std::size_t size() const noexcept { return size_; }

  template <class T>
  void u32(const Field&, const T&) noexcept {
    size_ += 4;
  }
  void status(const Field&, Status) noexcept { size_ += 4; }
  void u64(const Field&, std::uint64_t) noexcept { size_ += 8; }
  void i64(const Field&, std::int64_t) noexcept { size_ += 8; }
  void word(const Field&, std::uint32_t, std::span<const BitField>) noexcept { size_ += 4; }
  template <std::size_t N>
  void text(const Field&, const FixedString<N>&) noexcept {
    size_ += N;
  }
  void tail_u32(const Field&, std::uint32_t, bool) noexcept { size_ += 4; }
  template <class E>
  void count(const Field&, const std::vector<E>&) noexcept {
    size_ += 4;
  }
  template <class E>
  void count(const Field&, std::uint32_t, std::span<const BitField>, const BitField&, const std::vector<E>&,
             CountCorrection = nullptr) noexcept {
    size_ += 4;
  }
  template <class E>
  void list(const Field&, const std::vector<E>& entries) noexcept {
    if constexpr (entry_kind<E>() == EntryKind::record) {
      for (const E& entry : entries) E::fields(entry, *this);
    } else {
      size_ += entries.size() * entry_size<E>(version_);
    }
    if (entry_kind<E>() == EntryKind::byte) size_ += padding(entries.size());
  }
  template <class E>
  void rest(const Field& field, const std::vector<E>& entries) noexcept {
    list(field, entries);
  }

 private:
  Version version_;
  std::size_t size_ = 0;
};

/// Bytes of one list entry in that version (never 0); the least, where entries differ.
template <class E>
[[nodiscard]] std::size_t entry_size(Version version) noexcept {
  switch (entry_kind<E>()) {
    case EntryKind::byte: return 1;
    case EntryKind::half: return 2;
    case EntryKind::word: return 4;
    case EntryKind::pair: return 8;
    case EntryKind::record: break;
  }
  if constexpr (entry_kind<E>() == EntryKind::record) {
    Sizer sizer(version);
    const E entry{};
    E::fields(entry, sizer);
    return sizer.size();
  }
  return 0;
}

/// Visitor that writes.
class Encoder {
 public:
  Encoder(Writer& out, Version version) noexcept : out_(out), version_(version) {}
  [[nodiscard]] Version version() const noexcept { return version_; }

  template <class T>
  void u32(const Field&, const T& value) noexcept {
    out_.u32(to_word(value));
  }
  void status(const Field&, Status value) noexcept { out_.u32(to_word(value)); }
  void u64(const Field&, std::uint64_t value) noexcept { out_.u64(value); }
  void i64(const Field&, std::int64_t value) noexcept { out_.u64(static_cast<std::uint64_t>(value)); }
  void word(const Field&, std::uint32_t value, std::span<const BitField>) noexcept { out_.u32(value); }
  template <std::size_t N>
  void text(const Field&, const FixedString<N>& value) noexcept {
    static_assert(N % 4 == 0);
    out_.bytes(value.bytes.data(), N);
  }
  void tail_u32(const Field&, std::uint32_t value, bool) noexcept { out_.u32(value); }
  template <class E>
  void count(const Field&, const std::vector<E>& entries) noexcept {
    out_.u32(static_cast<std::uint32_t>(entries.size()));
  }
  template <class E>
  void count(const Field&, std::uint32_t word, std::span<const BitField>, const BitField& counter,
             const std::vector<E>& entries, CountCorrection = nullptr) noexcept {
    if (entries.size() > counter.max()) out_.fail(LocalError::invalid_argument);
    out_.u32((word & ~counter.mask()) | counter.put(static_cast<std::uint32_t>(entries.size())));
  }
  template <class E>
  void list(const Field&, const std::vector<E>& entries) noexcept {
    for (const E& entry : entries) {
      if constexpr (entry_kind<E>() == EntryKind::byte) {
        out_.bytes(&entry.value, 1);
      } else if constexpr (entry_kind<E>() == EntryKind::half) {
        out_.u16(entry);
      } else if constexpr (entry_kind<E>() == EntryKind::word) {
        out_.u32(to_word(entry));
      } else if constexpr (entry_kind<E>() == EntryKind::pair) {
        out_.u64(entry);
      } else {
        E::fields(entry, *this);
      }
    }
    constexpr std::array<std::byte, 3> zeros{};
    if constexpr (entry_kind<E>() == EntryKind::byte) out_.bytes(zeros.data(), padding(entries.size()));
  }
  template <class E>
  void rest(const Field& field, const std::vector<E>& entries) noexcept {
    list(field, entries);
  }

 private:
  Writer& out_;
  Version version_;
};

/// Visitor that reads.
class Decoder {
 public:
  Decoder(Reader& in, Version version) noexcept : in_(in), version_(version) {}
  [[nodiscard]] Version version() const noexcept { return version_; }
  /// Whether a count was corrected.
  [[nodiscard]] bool recounted() const noexcept { return recounted_; }

  template <class T>
  void u32(const Field&, T& value) noexcept {
    value = from_word<T>(in_.u32());
  }
  void status(const Field&, Status& value) noexcept { value = from_word<Status>(in_.u32()); }
  void u64(const Field&, std::uint64_t& value) noexcept { value = in_.u64(); }
  void i64(const Field&, std::int64_t& value) noexcept { value = static_cast<std::int64_t>(in_.u64()); }
  void word(const Field&, std::uint32_t& value, std::span<const BitField>) noexcept { value = in_.u32(); }
  template <std::size_t N>
  void text(const Field&, FixedString<N>& value) noexcept {
    in_.bytes(value.bytes.data(), N);
  }
  void tail_u32(const Field&, std::uint32_t& value, bool optional) noexcept {
    if (!optional || in_.left() != 0) value = in_.u32();
  }
  template <class E>
  void count(const Field&, const std::vector<E>&) noexcept {
    count_ = in_.u32();
  }
  template <class E>
  void count(const Field&, std::uint32_t& word, std::span<const BitField>, const BitField& counter,
             const std::vector<E>&, CountCorrection correct = nullptr) noexcept {
    const std::uint32_t raw = in_.u32();
    count_ = counter.get(raw);
    word = raw & ~counter.mask();
    if (correct == nullptr) return;
    const std::uint32_t corrected = correct(raw, count_, in_.left());
    recounted_ = recounted_ || corrected != count_;
    count_ = corrected;
  }
  template <class E>
  void list(const Field&, std::vector<E>& entries) {
    const std::size_t fit = in_.left() / entry_size<E>(version_);
    if (in_.failed() || count_ > fit) {
      in_.fail();
      return;
    }
    entries.resize(count_);
    for (E& entry : entries) {
      if constexpr (entry_kind<E>() == EntryKind::byte) {
        in_.bytes(&entry.value, 1);
      } else if constexpr (entry_kind<E>() == EntryKind::half) {
        entry = in_.u16();
      } else if constexpr (entry_kind<E>() == EntryKind::word) {
        entry = from_word<E>(in_.u32());
      } else if constexpr (entry_kind<E>() == EntryKind::pair) {
        entry = in_.u64();
      } else {
        E::fields(entry, *this);
      }
    }
    if constexpr (entry_kind<E>() == EntryKind::byte) {
      std::array<std::byte, 3> pad{};
      in_.bytes(pad.data(), padding(entries.size()));
    }
  }
  template <class E>
  void rest(const Field& field, std::vector<E>& entries) {
    count_ = static_cast<std::uint32_t>(std::max<std::size_t>(in_.left() / entry_size<E>(version_), 1));
    list(field, entries);
  }

 private:
  Reader& in_;
  Version version_;
  std::uint32_t count_ = 0;
  bool recounted_ = false;
};

}  // namespace wire

/// Payload bytes that encode() needs.
template <class M>
[[nodiscard]] std::size_t encoded_size(const M& message, Version version) noexcept {
  wire::Sizer sizer(version);
  M::fields(message, sizer);
  return sizer.size();
}

/// Writes a payload without status (a command's parameters, a notification) in the layout of `version` and returns
/// its size. Errors: message_too_large (`out` is too small), invalid_argument (a list longer than its count can say).
template <class M>
[[nodiscard]] Result<std::size_t> encode(const M& message, Version version, std::span<std::byte> out) {
  wire::Writer writer(out);
  wire::Encoder encoder(writer, version);
  M::fields(message, encoder);
  return writer.finish();
}

/// Whether a response or delayed response of that status has its fields behind it: only SUCCESS does, unless the
/// message says otherwise by a static `fields_follow(Status)` of its own.
template <class M>
[[nodiscard]] constexpr bool fields_follow(Status status) noexcept {
  if constexpr (requires { M::fields_follow(status); }) {
    return M::fields_follow(status);
  } else {
    return status == Status::success;
  }
}

/// Writes a response or a delayed response: a status after which fields follow, then `reply`. Errors as encode().
template <class M>
[[nodiscard]] Result<std::size_t> encode_reply(const M& reply, Version version, std::span<std::byte> out,
                                               Status status = Status::success) {
  wire::Writer writer(out);
  writer.u32(wire::to_word(status));
  wire::Encoder encoder(writer, version);
  M::fields(reply, encoder);
  return writer.finish();
}

/// Writes a response that is a status word only (DEN0056: every failed command). Errors: message_too_large.
[[nodiscard]] inline Result<std::size_t> encode_status(Status status, std::span<std::byte> out) {
  wire::Writer writer(out);
  writer.u32(wire::to_word(status));
  return writer.finish();
}

/// Reads a payload without status, as an agent does: longer than the layout is a newer minor version and accepted.
/// Error: malformed_reply (too short, or a count beyond the bytes that came; `detail` is the offset).
template <class M>
[[nodiscard]] Result<M> decode(std::span<const std::byte> payload, Version version) {
  wire::Reader reader(payload);
  wire::Decoder decoder(reader, version);
  Result<M> message{};
  M::fields(*message, decoder);
  if (!reader.finish()) {
    return Error::local(LocalError::malformed_reply, {.detail = static_cast<std::uint32_t>(reader.used())});
  }
  return message;
}

/// In what a reply was not as its layout has it, and was read all the same.
struct ReplyOddities {
  bool longer = false;     ///< Bytes came behind it.
  bool recounted = false;  ///< A count was corrected.
  [[nodiscard]] bool any() const noexcept { return longer || recounted; }
};

/// Reads a response or a delayed response, whose first word is the status. Errors: the platform's status when it is
/// not SUCCESS, whatever else came with it; malformed_reply as decode(), also for a payload without a status.
/// `oddities` is set for a SUCCESS.
template <class M>
[[nodiscard]] Result<M> decode_reply(std::span<const std::byte> payload, Version version,
                                     ReplyOddities* oddities = nullptr) {
  wire::Reader reader(payload);
  const auto status = wire::from_word<Status>(reader.u32());
  wire::Decoder decoder(reader, version);
  Result<M> message{};
  if (status == Status::success) M::fields(*message, decoder);
  if (!reader.finish()) {
    return Error::local(LocalError::malformed_reply, {.detail = static_cast<std::uint32_t>(reader.used())});
  }
  if (status != Status::success) return Error::platform(status);
  if (oddities != nullptr) *oddities = {reader.left() != 0, decoder.recounted()};
  return message;
}

/// How a command's payload compares with its layout.
enum class PayloadFit : std::uint8_t { exact, too_short, too_long };

/// A command as a platform reads it. `parameters` are all zero where the payload was too short.
template <class C>
struct DecodedCommand {
  C parameters{};
  PayloadFit fit = PayloadFit::exact;
};

/// Reads a command's parameters, as a platform does: what a wrong length means is the platform's decision.
template <class C>
[[nodiscard]] DecodedCommand<C> decode_command(std::span<const std::byte> payload, Version version) {
  wire::Reader reader(payload);
  wire::Decoder decoder(reader, version);
  DecodedCommand<C> command;
  C::fields(command.parameters, decoder);
  if (!reader.finish()) return {C{}, PayloadFit::too_short};
  if (reader.left() != 0) command.fit = PayloadFit::too_long;
  return command;
}

}  // namespace scmi
