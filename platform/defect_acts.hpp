// SPDX-License-Identifier: Apache-2.0
//
// What the rows of the tables of defects are made of: mistakes that several of them make. Word 0 of a reply is its
// status; the words of a request start at 0.
#pragma once

#include <algorithm>
#include <array>

#include "platform/defects.hpp"

namespace scmi::platform::defect {

inline constexpr std::uint8_t version_id = 0x0;
inline constexpr std::uint8_t attributes_id = 0x1;
inline constexpr std::uint8_t discovery_id = 0x2;
inline constexpr std::uint8_t describe_id = 0x3;
inline constexpr std::uint8_t negotiate_id = 0x10;

[[nodiscard]] inline bool worked(const Exchange& e) { return e.status() == Status::success; }

template <Status S>
void become(Exchange& e) {
  e.answer(S);
}
/// An unknown entity is answered like entity 0.
template <std::size_t Word, std::size_t ReplyWords>
void accept_unknown(Exchange& e) {
  if (e.status() == Status::not_found) e.answer(Status::success, ReplyWords);
}
template <std::size_t Word, std::uint32_t Bits>
void set_bits(Exchange& e) {
  if (worked(e)) e.tell(Word, e.told(Word) | Bits);
}
template <std::size_t Word, std::uint32_t Bits>
void clear_bits(Exchange& e) {
  if (worked(e)) e.tell(Word, e.told(Word) & ~Bits);
}
/// SUCCESS, and nothing happens.
inline void ignore(Exchange& e) { e.answer(Status::success); }
/// What was refused as a bad parameter is accepted.
inline void accept_bad(Exchange& e) {
  if (e.status() == Status::invalid_parameters || e.status() == Status::out_of_range) e.answer(Status::success);
}
inline void accept_denied(Exchange& e) {
  if (e.status() == Status::denied) e.answer(Status::success);
}
/// The first answer ever given is given for good.
inline void stale(Exchange& e) {
  if (!worked(e)) return;
  if (e.memory.empty()) e.memory = e.reply;
  e.reply = e.memory;
}
/// What is not there is there.
inline void accept_unsupported(Exchange& e) {
  if (e.status() == Status::not_supported) e.answer(Status::success);
}
inline void cut(Exchange& e) {
  if (worked(e) && e.reply.size() > 4) e.reply.resize(e.reply.size() - 4);
}
inline void lengthen(Exchange& e) {
  if (worked(e)) e.reply.resize(e.reply.size() + 4);
}
template <std::size_t Word, std::size_t Words>
void fill_name(Exchange& e) {
  for (std::size_t i = 0; worked(e) && i < Words; ++i) e.tell(Word + i, 0x7878'7878);
}
inline void drop(Message& m) { m.dropped = true; }
inline void twice(Message& m) { m.copies = 2; }
inline void shorten(Message& m) { m.payload.resize(m.payload.size() - 4); }
template <std::size_t Word>
void spoil(Message& m) {
  if (m.payload.size() >= Word * 4 + 4) m.payload[Word * 4] ^= std::byte{0x01};
}
/// After a change the agent hears of it, whether or not it asked to.
template <std::uint8_t Protocol, std::uint8_t Notification>
void shout(Exchange& e) {
  const MessageHeader header{MessageId(Notification), MessageType::notification, ProtocolId(Protocol), Token()};
  const std::array<std::uint32_t, 3> words{e.agent.value, e.asked(0), e.asked(1)};
  if (worked(e)) e.send(header.pack(), words);
}
/// A too short command is taken for one that ends in zeros.
template <std::size_t Words>
void pad_request(Exchange& e) {
  if (e.request.size() < Words * 4) e.request.resize(Words * 4);
}
inline void unknown_becomes_success(Exchange& e) {
  if (e.fields().message.value > negotiate_id && e.status() == Status::not_found) e.answer(Status::success);
}
/// The two entries of a reply that stand first, of `Words` words each, change places.
template <std::size_t First, std::size_t Words>
void swap_entries(Exchange& e) {
  if (!worked(e) || e.reply.size() < (First + 2 * Words) * 4) return;
  for (std::size_t i = 0; i < Words * 4; ++i) std::swap(e.reply[First * 4 + i], e.reply[(First + Words) * 4 + i]);
}

/// The rows of one table.
[[nodiscard]] std::span<const Defect> of_domains() noexcept;
[[nodiscard]] std::span<const Defect> of_sensors_and_pins() noexcept;

}  // namespace scmi::platform::defect
