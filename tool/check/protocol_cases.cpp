// SPDX-License-Identifier: Apache-2.0
//
// Cases that every protocol has: version, attributes, discovery of commands, entities, negotiation, and what came by
// itself. Made from the catalogue alone.
#include <fmt/format.h>

#include <algorithm>

#include "scmi/common_messages.hpp"
#include "tool/check/layout.hpp"
#include "tool/check/trial.hpp"
#include "tool/effect.hpp"

namespace scmi::tool::check {
namespace {

constexpr MessageId version_message = ProtocolVersion::info.message;
constexpr MessageId attributes_message{0x1};
constexpr MessageId message_attributes = ProtocolMessageAttributes::info.message;
constexpr MessageId describe_entity{0x3};
constexpr MessageId negotiate_message = NegotiateProtocolVersion::info.message;

void version(Trial& t) {
  const Answer answer = t.ask(version_message, Words{});
  if (!t.expect(answer, Status::success)) return;
  if (!t.require(answer.payload.size() == 8, "8 bytes")) return;
  const Version reported(answer.word(1));
  if (!t.require(reported.major_number() != 0, "a major version above 0")) return;
  if (t.subject().settings().release) {
    const Version wanted = t.subject().judged(t.protocol());
    if (!t.require(reported == wanted, fmt::format("version {:#x}, as the release has it", wanted.word))) return;
  }
  const catalogue::ProtocolEntry* entry = catalogue::find_protocol(t.protocol());
  if (entry == nullptr || reported > entry->newest) t.warn("a version of release 3.2 or older");
  t.require(t.ask(version_message, Words{}).payload == answer.payload, "the same version when asked again");
}

void attributes(Trial& t) {
  const Answer answer = t.ask(attributes_message, Words{});
  if (!t.expect(answer, Status::success)) return;
  const catalogue::Entry* entry = catalogue::find(t.protocol(), catalogue::Kind::response, attributes_message);
  if (entry == nullptr) return;
  if (std::string flaw = flaw_of(*entry, t.version(), answer); !flaw.empty()) return t.fail(std::move(flaw));
  t.require(t.ask(attributes_message, Words{}).payload == answer.payload, "the same attributes when asked again");
}

void discovery_of_basics(Trial& t) {
  for (const std::uint32_t id : {0x0U, 0x1U, 0x2U}) {
    const Answer answer = t.ask(message_attributes, Words{id});
    if (!t.expect(answer, Status::success)) return;
    if (!t.require(answer.payload.size() == 8, "8 bytes") || !t.require(answer.word(1) == 0, "attributes 0")) return;
  }
}

/// The first number above all commands of the protocol.
[[nodiscard]] std::uint32_t unknown_message(ProtocolId protocol) {
  std::uint32_t last = negotiate_message.value;
  for (const catalogue::Entry& e : catalogue::entries()) {
    if (e.protocol == protocol && !e.is_notification()) last = std::max<std::uint32_t>(last, e.info->message.value);
  }
  return std::min(last + 1, 0xFFU);
}

void discovery_of_unknown(Trial& t) {
  for (const std::uint32_t id : {unknown_message(t.protocol()), 0xFFU, 0x100U, 0x10000U, 0xFFFF'FFFFU}) {
    if (!t.expect(t.ask(message_attributes, Words{id}), Status::not_found)) return;
  }
}

void unknown_command(Trial& t) {
  for (const std::uint32_t id : {unknown_message(t.protocol()), 0xFFU}) {
    const Answer answer = t.ask(MessageId(static_cast<std::uint8_t>(id)), Words{});
    if (!t.expect(answer, {Status::not_found, Status::not_supported})) return;
    if (answer.is(Status::not_supported)) t.warn("NOT_FOUND");
    if (answer.payload.size() != 4) t.warn("the status word alone");
  }
}

void commands_of_newer_versions(Trial& t) {
  for (const catalogue::Entry& e : catalogue::entries()) {
    if (e.protocol != t.protocol() || e.is_notification() || e.info->since <= t.version()) continue;
    if (e.info->message == negotiate_message) continue;  // From a minor version on which not every table agrees about.
    if (t.ask(message_attributes, Words{e.info->message.value}).is(Status::success)) {
      return t.warn(fmt::format("NOT_FOUND: {} came with version {:#x}", e.name(), e.info->since.word));
    }
  }
}

void entities(Trial& t) {
  const catalogue::Entry* entry = catalogue::find(t.protocol(), catalogue::Kind::command, describe_entity);
  const Layout layout = command_layout(*entry, t.version());
  const std::uint32_t count = t.entities();
  for (const std::uint32_t id : some_entities(count, 64)) {
    const Answer answer = t.ask(describe_entity, request_for(layout, id));
    if (!t.expect(answer, {Status::success, Status::denied})) return;
    if (!answer.is(Status::success)) continue;
    if (std::string flaw = flaw_of(*entry, t.version(), answer); !flaw.empty()) return t.fail(std::move(flaw));
  }
  // Dense: nothing lies behind the last one.
  t.expect(t.ask(describe_entity, request_for(layout, count)), Status::not_found);
}

void negotiate_refused(Trial& t) {
  const Version before = t.version();
  for (const std::uint32_t word : {0x0U, 0xFFFF'0000U, 0x0000'0001U}) {
    const Answer answer = t.ask(negotiate_message, Words{word});
    if (answer.is(Status::success)) t.put_back(negotiate_message, bytes_of(Words{before.word}));
    if (!t.expect(answer, Status::not_supported)) return;
  }
  // What was in force still is.
  const catalogue::Entry* entry = catalogue::find(t.protocol(), catalogue::Kind::response, attributes_message);
  const Answer answer = t.ask(attributes_message, Words{});
  if (!t.expect(answer, Status::success) || entry == nullptr) return;
  if (std::string flaw = flaw_of(*entry, before, answer); !flaw.empty()) t.fail(std::move(flaw));
}

void negotiate_same(Trial& t) { t.expect(t.ask(negotiate_message, Words{t.version().word}), Status::success); }

/// Every older version that the platform agrees to has to be spoken then.
void negotiate_older(Trial& t) {
  const auto served = platform::served_protocol(t.protocol());
  if (!served) return t.skip("no older versions are known");
  bool any = false;
  for (const Version older : platform::row_of(*served).known) {
    if (older >= t.version()) continue;
    const Answer agreed = t.ask(negotiate_message, Words{older.word});
    if (!t.expect(agreed, {Status::success, Status::not_supported})) return;
    if (!agreed.is(Status::success)) continue;
    t.put_back(negotiate_message, bytes_of(Words{t.version().word}));
    any = true;
    for (const catalogue::Entry& e : catalogue::entries()) {
      if (e.protocol != t.protocol() || e.is_notification() || e.info->message == negotiate_message) continue;
      if (effect_of(e) != Effect::asks) continue;
      const Words request = request_for(command_layout(e, older), 0);
      if (e.info->since > older) {
        if (t.ask(e.info->message, request).is(Status::success)) {
          return t.fail(fmt::format("no {} at version {:#x}", e.name(), older.word));
        }
        continue;
      }
      if (e.info->message == version_message ||
          (entity_field(command_layout(e, older)) != nullptr && t.entities() == 0)) {
        continue;
      }
      const Answer answer = t.ask(e.info->message, request);
      if (!answer.is(Status::success)) continue;
      if (const std::string flaw = flaw_of(e, older, answer); !flaw.empty()) {
        return t.fail(fmt::format("at version {:#x}: {}", older.word, flaw));
      }
    }
  }
  if (!any) t.skip("the platform agrees to no older version");
}

void unsolicited(Trial& t) {
  t.subject().listen(t.subject().settings().quiet);
  for (const Event& event : t.subject().events()) {
    if (event.protocol != t.protocol() || event.subscribed) continue;
    const catalogue::Entry* entry = catalogue::find(event.protocol, catalogue::Kind::notification, event.message);
    return t.fail(fmt::format("no notification without a subscription, but {} came",
                              entry != nullptr ? entry->name() : std::string("one")));
  }
}

void strays(Trial& t) {
  const CounterSnapshot counts = t.subject().agent().counters(t.protocol());
  for (const Count kind : {Count::unexpected, Count::duplicate, Count::malformed, Count::channel_errors}) {
    if (counts[kind] != 0) {
      return t.fail(fmt::format("no message that answers nothing, but {} came ({})", counts[kind], scmi::name(kind)));
    }
  }
}

}  // namespace

std::string section_of(std::string_view message) {
  const std::size_t dot = message.find('.');
  std::string_view prefix = message.substr(0, dot);
  const std::string_view rest = dot == std::string_view::npos ? message : message.substr(dot + 1);
  const bool common = rest.starts_with("protocol_") || rest.starts_with("negotiate_") || rest == prefix;
  if (prefix == "perf") prefix = "performance";
  std::string text = common ? std::string(rest) : fmt::format("{}_{}", prefix, rest);
  std::ranges::transform(text, text.begin(),
                         [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; });
  return "DEN0056 " + text;
}

void add_protocol_cases(Cases& cases, ProtocolId protocol) {
  const std::string prefix = catalogue::protocol_name(protocol) + '.';
  const auto add = [&](const char* id, const char* section, void (*run)(Trial&)) -> Case& {
    return cases.emplace_back(
        Case{prefix + id, std::string("DEN0056 ") + section, protocol, Version(0x10000), std::nullopt, false, run});
  };
  add("version", "PROTOCOL_VERSION", version);
  add("attributes", "PROTOCOL_ATTRIBUTES", attributes);
  add("discovery.basics", "PROTOCOL_MESSAGE_ATTRIBUTES", discovery_of_basics);
  add("discovery.unknown", "PROTOCOL_MESSAGE_ATTRIBUTES", discovery_of_unknown);
  add("discovery.newer", "PROTOCOL_MESSAGE_ATTRIBUTES", commands_of_newer_versions);
  add("unknown_command", "messages", unknown_command);
  const catalogue::Entry* entry = catalogue::find(protocol, catalogue::Kind::command, describe_entity);
  if (entry != nullptr && entity_field(command_layout(*entry, Version(0x10000))) != nullptr) {
    add("entities", "identifiers", entities);
  }
  add("negotiate.refused", "NEGOTIATE_PROTOCOL_VERSION", negotiate_refused).command = negotiate_message;
  add("negotiate.same", "NEGOTIATE_PROTOCOL_VERSION", negotiate_same).command = negotiate_message;
  add("negotiate.older", "NEGOTIATE_PROTOCOL_VERSION", negotiate_older).command = negotiate_message;
}

void add_closing_cases(Cases& cases, ProtocolId protocol) {
  const std::string prefix = catalogue::protocol_name(protocol) + '.';
  cases.push_back(
      {prefix + "unsolicited", "DEN0056 notifications", protocol, Version(0x10000), {}, false, unsolicited});
  cases.push_back({prefix + "strays", "DEN0056 message header", protocol, Version(0x10000), {}, false, strays});
}

}  // namespace scmi::tool::check
