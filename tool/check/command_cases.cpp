// SPDX-License-Identifier: Apache-2.0
//
// Cases that every command has: is it there, wrong lengths, an id that does not exist, reserved bits, replies in their
// layout, replies of several parts, names, switching notifications. Made from the catalogue alone.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "scmi/common_messages.hpp"
#include "tool/check/layout.hpp"
#include "tool/check/trial.hpp"
#include "tool/effect.hpp"

namespace scmi::tool::check {
namespace {

using catalogue::Entry;
using catalogue::FieldInfo;
using catalogue::FieldKind;

constexpr MessageId message_attributes = ProtocolMessageAttributes::info.message;
constexpr std::uint32_t nobody = 0xFFFF'FFFF;

/// Commands that a platform must have, besides 0x0 to 0x2, if it has the protocol.
struct Mandatory {
  ProtocolId protocol;
  std::array<std::uint8_t, 6> commands;  ///< 0: none.
};
constexpr std::array mandatory{
    Mandatory{protocol::base, {0x3, 0x5, 0x6}},
    Mandatory{protocol::power_domain, {0x3, 0x4, 0x5}},
    Mandatory{protocol::system_power, {0x3}},
    Mandatory{protocol::performance, {0x3, 0x4, 0x5, 0x6, 0x7, 0x8}},
    Mandatory{protocol::clock, {0x3, 0x4, 0x5, 0x6, 0x7}},
    Mandatory{protocol::sensor, {0x3, 0x6}},
    Mandatory{protocol::reset_domain, {0x3, 0x4}},
    Mandatory{protocol::voltage, {0x3, 0x4, 0x5, 0x6, 0x7, 0x8}},
    Mandatory{protocol::powercap, {0x3, 0x4, 0x5}},
    Mandatory{protocol::telemetry, {0x4, 0x5, 0x6, 0x7, 0x8, 0x9}},
};

[[nodiscard]] bool is_mandatory(const Entry& entry) {
  const auto* const row = std::ranges::find(mandatory, entry.protocol, &Mandatory::protocol);
  const std::uint8_t id = entry.info->message.value;
  return id <= 2 || (row != mandatory.end() && std::ranges::find(row->commands, id) != row->commands.end());
}

/// A payload that no sound platform carries out: every word is all ones, or one word is missing.
[[nodiscard]] Words nonsense(std::size_t words) { return Words(words, nobody); }

/// MESSAGE_ATTRIBUTES tells the truth: what it knows answers, what it does not know does not.
void offered(Trial& t, const Entry& entry) {
  const Answer answer = t.ask(message_attributes, Words{entry.info->message.value});
  if (!t.expect(answer, {Status::success, Status::not_found})) return;
  const bool there = answer.is(Status::success);
  if (!t.require(there || !is_mandatory(entry), "SUCCESS: the command is mandatory")) return;
  if (there) {
    if (!t.require(answer.payload.size() == 8, "8 bytes")) return;
    if (!t.require((answer.word(1) & 0x3FFF'FFFE) == 0, "the reserved bits of the attributes to be zero")) return;
  }
  // The direct question, in a form that changes nothing.
  const Layout layout = command_layout(entry, t.version());
  const std::size_t words = size_of(layout) / 4;
  if (words == 0 && effect_of(entry) != Effect::asks) return;
  const Answer direct = t.ask(entry.info->message, words == 0 ? Words{} : nonsense(words - 1));
  if (!t.require(direct.came(), "an answer")) return;
  if (there) {
    if (direct.is(Status::not_found) || direct.is(Status::not_supported)) {
      t.fail("an answer of a command that is there");
    }
  } else {
    t.require(!direct.is(Status::success), "an error, since MESSAGE_ATTRIBUTES does not know the command");
  }
}

void too_short(Trial& t, const Entry& entry) {
  const std::size_t words = size_of(command_layout(entry, t.version())) / 4;
  for (const std::size_t length : {words - 1, std::size_t{0}}) {
    const Answer answer = t.ask(entry.info->message, nonsense(length));
    if (!t.expect(answer, Status::protocol_error)) return;
    if (answer.payload.size() != 4) t.warn("the status word alone");
    if (length == 0) break;
  }
}

void too_long(Trial& t, const Entry& entry) {
  const Layout layout = command_layout(entry, t.version());
  if (effect_of(entry) != Effect::asks) {
    const Answer answer = t.ask(entry.info->message, nonsense(size_of(layout) / 4 + 1));
    t.require(answer.came() && !answer.is(Status::success), "an error");
    return;
  }
  Words request = request_for(layout, 0);
  const Answer usual = t.ask(entry.info->message, request);
  request.push_back(nobody);
  const Answer answer = t.ask(entry.info->message, request);
  if (!t.require(answer.came(), "an answer")) return;
  const bool same = answer.status() == usual.status() && answer.payload.size() == usual.payload.size();
  t.require(answer.is(Status::protocol_error) || same, "PROTOCOL_ERROR, or the same as without the surplus word");
}

void invalid_id(Trial& t, const Entry& entry) {
  const Layout layout = command_layout(entry, t.version());
  if (entity_field(layout) == nullptr) return t.skip("the command names no entity at this version");
  for (const std::uint32_t id : {t.entities(), t.entities() + 1, 0x0001'0000U + t.entities(), nobody}) {
    if (!t.expect(t.ask(entry.info->message, request_for(layout, id)), Status::not_found)) return;
  }
}

/// The bits that are reserved in any of the command's words; a word that is all reserved is no flag word.
void reserved_bits(Trial& t, const Entry& entry) {
  const Layout layout = command_layout(entry, t.version());
  if (entity_field(layout) != nullptr && t.entities() == 0) return t.skip("there is nothing to try it on");
  bool any = false;
  for (const FieldInfo& field : layout) {
    if (field.kind != FieldKind::word || reserved_in(field) == 0 || field.parts.empty()) continue;
    any = true;
    for (const std::uint32_t bits :
         {reserved_in(field), reserved_in(field) & (~reserved_in(field) + 1), 0x8000'0000U}) {
      if ((bits & reserved_in(field)) != bits) continue;
      Words request = request_for(layout, 0);
      request.at(field.offset / 4) = bits;
      const Answer answer = t.ask(entry.info->message, request);
      if (answer.is(Status::denied) || answer.is(Status::not_supported)) return t.skip("the caller may not do that");
      if (answer.is(Status::not_found) && entity_field(layout) == nullptr) return t.skip("nothing is known to name");
      if (!t.expect(answer, Status::invalid_parameters)) return;
    }
  }
  if (!any) t.skip("no word of this version has reserved bits");
}

void reply(Trial& t, const Entry& entry) {
  const Layout layout = command_layout(entry, t.version());
  const bool names_entity = entity_field(layout) != nullptr;
  if (names_entity && t.entities() == 0) return t.skip("there is nothing to ask about");
  for (const std::uint32_t id : names_entity ? some_entities(t.entities(), 8) : std::vector<std::uint32_t>{0}) {
    const Answer answer = t.ask(entry.info->message, request_for(layout, id));
    if (!t.require(answer.came(), "an answer")) return;
    if (!answer.is(Status::success)) {
      // What lacks for this entity is no error of form; but it has to be said in a form that all agents understand.
      if (!t.require(static_cast<std::int32_t>(answer.status()) < 0, "a status that is zero or negative")) return;
      if (answer.payload.size() != 4) t.warn("the status word alone");
      continue;
    }
    if (std::string flaw = flaw_of(entry, t.version(), answer); !flaw.empty()) return t.fail(std::move(flaw));
  }
}

/// Follows a reply of several parts to its end: dense, honest about what remains, and finite.
bool follow(Trial& t, const Entry& entry, std::uint32_t id) {
  const Layout layout = command_layout(entry, t.version());
  const Layout answer_layout = reply_layout(entry, t.version());
  const ListPlace place = list_of(answer_layout);
  const FieldInfo* index = index_field(layout);
  std::uint32_t at = 0;
  std::optional<std::uint32_t> total;
  for (bool more = true; more;) {
    Words request = request_for(layout, id);
    request.at(index->offset / 4) = at;
    const Answer answer = t.ask(entry.info->message, request);
    if (at == 0 && answer.came() && !answer.is(Status::success)) return true;  // This one has no list.
    if (!t.expect(answer, Status::success)) return false;
    const auto decoded = catalogue::decode(entry, catalogue::Kind::response, answer.payload, t.version());
    if (!t.require(decoded.has_value(), "as many entries as announced")) return false;
    const std::uint32_t word = answer.word(place.count->offset / 4);
    const std::uint32_t remaining = part_of(*place.count, "remaining", word).value_or(0);
    const auto list = std::ranges::find(decoded->fields, FieldKind::list, &catalogue::FieldValue::kind);
    const auto came = static_cast<std::uint32_t>(list == decoded->fields.end() ? 0 : list->parts.size());
    if (part_of(*place.count, "format", word).value_or(0) != 0) {
      return t.require(remaining == 0, "nothing to remain after a range");
    }
    if (!t.require(came != 0 || remaining == 0, "entries, while some remain")) return false;
    if (!total) total = came + remaining;
    if (!t.require(at + came + remaining == *total, "as many remaining as the first part promised")) return false;
    at += came;
    more = remaining != 0;
  }
  if (at == 0) return true;
  Words request = request_for(layout, id);
  for (const std::uint32_t beyond : {at, at + 1}) {
    request.at(index->offset / 4) = beyond;
    const Answer answer = t.ask(entry.info->message, request);
    if (!t.expect(answer, {Status::out_of_range, Status::invalid_parameters, Status::not_found})) return false;
  }
  return true;
}

void parts(Trial& t, const Entry& entry) {
  const Layout layout = command_layout(entry, t.version());
  if (index_field(layout) == nullptr) return t.skip("not in parts at this version");
  if (t.entities() == 0) return t.skip("there is nothing to ask about");
  for (const std::uint32_t id : some_entities(t.entities(), 8)) {
    if (!follow(t, entry, id)) return;
  }
}

void extended_name(Trial& t, const Entry& entry) {
  const Entry* describing = catalogue::find(t.protocol(), catalogue::Kind::command, MessageId(0x3));
  if (describing == nullptr) return t.skip("nothing tells of short names");
  const Layout layout = reply_layout(*describing, t.version());
  const FieldInfo* name = field_named(layout, "name");
  if (name == nullptr) return t.skip("nothing tells of short names");
  for (const std::uint32_t id : some_entities(t.entities(), 16)) {
    const Answer attributes = t.ask(MessageId(0x3), request_for(command_layout(*describing, t.version()), id));
    if (!attributes.is(Status::success)) continue;
    bool promised = false;
    for (const FieldInfo& field : layout) {
      promised = promised || part_of(field, "extended_name", attributes.word(field.offset / 4)).value_or(0) != 0;
    }
    const Answer answer = t.ask(entry.info->message, request_for(command_layout(entry, t.version()), id));
    if (!promised && answer.came() && !answer.is(Status::success)) continue;
    if (!t.expect(answer, Status::success)) return;
    const auto decoded = catalogue::decode(entry, catalogue::Kind::response, answer.payload, t.version());
    const auto told = catalogue::decode(*describing, catalogue::Kind::response, attributes.payload, t.version());
    if (!t.require(decoded && told, "replies in their layout")) return;
    const auto whole = std::ranges::find(decoded->fields, "name", &catalogue::FieldValue::name);
    const auto start = std::ranges::find(told->fields, "name", &catalogue::FieldValue::name);
    if (!t.require(whole->text.starts_with(start->text), "a name that begins with the short one")) return;
    if (!t.require(promised || whole->text == start->text, "the extended name's attribute bit")) return;
  }
}

/// Switching on twice and off twice is harmless; another value is none.
void switching(Trial& t, const Entry& entry) {
  const Layout layout = command_layout(entry, t.version());
  const FieldInfo* enable = field_named(layout, "notify_enable");
  if (enable == nullptr) return t.skip("switched by other means than notify_enable");
  if (entity_field(layout) != nullptr && t.entities() == 0) return t.skip("there is nothing to subscribe to");
  for (const std::uint32_t id : some_entities(entity_field(layout) != nullptr ? t.entities() : 1, 8)) {
    Words off = request_for(layout, id);
    Words on = off;
    on.at(enable->offset / 4) = 1;
    for (const Words& words : {on, on, off, off}) {
      const Answer answer = t.ask(entry.info->message, words);
      if (words == on && answer.is(Status::success)) t.put_back(entry.info->message, bytes_of(off));
      if (answer.is(Status::not_supported) || answer.is(Status::denied)) break;  // This one has no such event.
      if (!t.expect(answer, Status::success)) return;
    }
  }
}

[[nodiscard]] Case make(const Entry& entry, const char* what, bool destructive,
                        void (*run)(Trial&, const Entry& entry)) {
  return {fmt::format("{}.{}", entry.name(), what),
          section_of(entry.name()),
          entry.protocol,
          entry.info->since,
          entry.info->message,
          destructive,
          [run, &entry](Trial& t) { run(t, entry); }};
}

}  // namespace

void add_command_cases(Cases& cases, ProtocolId protocol) {
  for (const Entry& entry : catalogue::entries()) {
    if (entry.protocol != protocol || entry.is_notification()) continue;
    const Effect effect = effect_of(entry);
    const Layout layout = command_layout(entry, catalogue::find_protocol(protocol)->newest);
    const bool names_entity = entity_field(layout) != nullptr;
    // Nonsense is harmless where it is about an entity that does not exist.
    const bool risky = effect == Effect::changes && !names_entity && entry.info->protocol == protocol;
    cases.push_back(make(entry, "offered", risky, offered));
    cases.back().command.reset();
    if (!layout.empty()) cases.push_back(make(entry, "too_short", risky, too_short));
    if (effect != Effect::changes || !layout.empty()) cases.push_back(make(entry, "too_long", risky, too_long));
    if (names_entity) cases.push_back(make(entry, "invalid_id", false, invalid_id));
    if (effect == Effect::asks) cases.push_back(make(entry, "reply", false, reply));
    const bool has_flags = std::ranges::any_of(
        layout, [](const FieldInfo& f) { return f.kind == FieldKind::word && reserved_in(f) != 0; });
    if (has_flags) cases.push_back(make(entry, "reserved_bits", effect == Effect::changes, reserved_bits));
    if (effect == Effect::subscribes) cases.push_back(make(entry, "switching", false, switching));
    const ListPlace place = list_of(reply_layout(entry, catalogue::find_protocol(protocol)->newest));
    if (names_entity && index_field(layout) != nullptr && place.list != nullptr) {
      cases.push_back(make(entry, "parts", false, parts));
    }
    if (entry.info->name.ends_with("name_get") && names_entity) {
      cases.push_back(make(entry, "name", false, extended_name));
    }
  }
}

}  // namespace scmi::tool::check
