// SPDX-License-Identifier: Apache-2.0
//
// A platform made from the catalogue: it answers every command of every protocol with SUCCESS and a well-formed reply,
// and asynchronous ones with their delayed response. Tests spoil what it says.
#pragma once

#include <algorithm>
#include <functional>
#include <set>

#include "protocols/catalogue.hpp"
#include "tests/protocols/scripted_platform.hpp"

namespace obedient {

using Bytes = std::vector<std::byte>;

inline void put_word(Bytes& bytes, std::size_t offset, std::uint32_t word) {
  for (unsigned i = 0; i < 4; ++i) bytes.at(offset + i) = static_cast<std::byte>(word >> 8 * i);
}

/// One entry of a list: ended names where it has some, and then extended ones too; otherwise ones and
/// no flags, since some flags say that the entry is longer.
inline void put_entry(Bytes& bytes, const std::vector<scmi::catalogue::FieldInfo>& parts) {
  using scmi::catalogue::FieldKind;
  const bool named = std::ranges::any_of(parts, [](const auto& part) { return part.kind == FieldKind::text; });
  for (const auto& part : parts) {
    const std::size_t at = bytes.size();
    bytes.resize(at + part.size);
    if (part.kind == FieldKind::text) bytes.at(at) = std::byte{'x'};
    for (std::size_t i = at; !named && i < bytes.size(); i += 4) bytes.at(i) = std::byte{1};
    if (!named && part.kind == FieldKind::word) put_word(bytes, at, 0);
    for (const auto& bit : part.parts) {
      if (named && bit.name == "extended_name") put_word(bytes, at, 1U << bit.low);
    }
  }
  bytes.resize((bytes.size() + 3) / 4 * 4);
}

/// How many entries a list has: one, but a line of telemetry is four words.
inline std::size_t entries_of(const scmi::catalogue::FieldInfo& list) { return list.name == "lines" ? 4 : 1; }

/// A payload of that layout: small numbers, ended names, one entry in each list, nothing that remains.
inline Bytes well_formed(const std::vector<scmi::catalogue::FieldInfo>& fields) {
  using scmi::catalogue::FieldKind;
  Bytes bytes;
  std::uint32_t number = 1;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    const auto& field = fields[i];
    const std::size_t at = bytes.size();
    const bool counts = i + 1 < fields.size() && fields[i + 1].kind == FieldKind::list;
    if (field.kind == FieldKind::list) {
      for (std::size_t n = entries_of(field); n != 0; --n) put_entry(bytes, field.parts);
    } else if (field.kind == FieldKind::text) {
      bytes.resize(at + field.size);
      bytes.at(at) = std::byte{'x'};
    } else if (field.kind == FieldKind::status) {
      bytes.resize(at + 4);
    } else {
      bytes.resize(at + field.size);
      if (field.size >= 4)
        put_word(bytes, at, counts ? static_cast<std::uint32_t>(entries_of(fields[i + 1])) : number++ % 8);
      // The count of a word that has more in it stands in the range that is called so.
      for (const auto& part : field.parts) {
        if (counts && part.name.starts_with("num_")) put_word(bytes, at, 1U << part.low);
      }
    }
  }
  return bytes;
}

class Platform {
 public:
  using Spoil = std::function<void(const scmi::catalogue::Entry&, scmi::catalogue::Kind, Bytes&)>;
  static constexpr std::size_t patience = 3000;

  Platform() : loop({.max_message_size = 1024}) {
    loop.set_responder([this](scmi::transport::Loopback&, const scmi::transport::LoopbackCommand& c) { answer(c); });
    scmi::AgentConfig config;
    config.registry.spin_max = scmi::Duration{};
    auto probed = scmi::Agent::probe(loop.transport(), clock, clock, config);
    REQUIRE_MESSAGE(probed.has_value(), (probed ? std::string() : scmi::describe(probed.error())));
    agent = std::move(*probed);
    sent.clear();
    count = 0;
  }

  scripted::Clock clock;
  scmi::transport::Loopback loop;
  std::unique_ptr<scmi::Agent> agent;
  Spoil spoil;                                   ///< Changes what is about to be said.
  std::set<const scmi::catalogue::Entry*> sent;  ///< Commands that came.
  std::size_t count = 0;                         ///< How many; beyond `patience` the platform is gone.
  bool newer = false;                            ///< Says of each protocol that it is newer than anybody knows.
  bool gone = false;

 private:
  [[nodiscard]] Bytes reply_to(const scmi::catalogue::Entry& entry) const {
    using namespace scmi;
    const catalogue::ProtocolEntry& protocol = *catalogue::find_protocol(entry.protocol);
    Bytes bytes = well_formed(catalogue::describe(entry, catalogue::Kind::response, protocol.newest));
    if (entry.info->message == ProtocolVersion::info.message) {
      put_word(bytes, 4, newer ? protocol.newest.word + 0x10000 : protocol.newest.word);
    }
    for (const auto& field : catalogue::describe(entry, catalogue::Kind::response, protocol.newest)) {
      for (const auto& part : field.parts) {
        if (part.name == "extended_name") put_word(bytes, field.offset, 1U << part.low);
      }
    }
    if (entry.info->message == MessageId(0x1)) {
      put_word(bytes, 4, 2);
      if (entry.protocol == protocol::base) {
        const auto n = static_cast<std::uint32_t>(catalogue::protocols().size() - 1);
        put_word(bytes, 4, 1U << 8U | n);
      } else if (entry.protocol == protocol::clock) {
        put_word(bytes, 4, 4U << 16U | 2U);
      }
    }
    if (entry.info->name == "base.discover_list_protocols") {
      bytes = scripted::bytes_of({0, static_cast<std::uint32_t>(catalogue::protocols().size() - 1)});
      for (const auto& p : catalogue::protocols().subspan(1)) bytes.push_back(static_cast<std::byte>(p.id.value));
      bytes.resize((bytes.size() + 3) / 4 * 4);
    }
    return bytes;
  }

  /// Whether the command's async bit is set.
  [[nodiscard]] static bool is_async(const scmi::catalogue::Entry& entry, std::span<const std::byte> payload) {
    using namespace scmi;
    if (entry.layout(catalogue::Kind::delayed_response) == nullptr) return false;
    const auto decoded =
        catalogue::decode(entry, catalogue::Kind::command, payload, catalogue::find_protocol(entry.protocol)->newest);
    if (!decoded) return false;
    for (const auto& field : decoded->fields) {
      for (const auto& part : field.parts) {
        if (part.name == "async") return part.number != 0;
        if (part.value_name == "single_read") return true;
      }
    }
    return false;
  }

  void answer(const scmi::transport::LoopbackCommand& command) {
    using namespace scmi;
    const MessageHeader header = command.decoded();
    if (++count > patience) {
      gone = true;
      loop.hang_up();
      return;
    }
    const catalogue::Entry* entry = catalogue::find(header.protocol, catalogue::Kind::command, header.message);
    if (entry == nullptr) {
      loop.deliver(loop.reply(command, scripted::bytes_of({scripted::status(Status::not_found)})));
      return;
    }
    sent.insert(entry);
    Bytes reply = reply_to(*entry);
    if (spoil) spoil(*entry, catalogue::Kind::response, reply);
    loop.deliver(loop.reply(command, reply));
    if (!is_async(*entry, command.payload)) return;
    Bytes delayed = well_formed(catalogue::describe(*entry, catalogue::Kind::delayed_response,
                                                    catalogue::find_protocol(entry->protocol)->newest));
    put_word(delayed, 4, 0);  // The operations are about entity 0, and clients compare.
    if (spoil) spoil(*entry, catalogue::Kind::delayed_response, delayed);
    loop.deliver(loop.delayed(command, delayed));
  }
};

}  // namespace obedient
