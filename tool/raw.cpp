// SPDX-License-Identifier: Apache-2.0
//
// `raw`: any command, by name with named fields or by numbers with bytes, and its answer as the catalogue reads it.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <iterator>

#include "protocols/catalogue.hpp"
#include "scmi/call.hpp"
#include "scmi/common_messages.hpp"
#include "tool/command_line.hpp"
#include "tool/commands.hpp"
#include "tool/effect.hpp"
#include "tool/vendors.hpp"

namespace scmi::tool {
namespace {

struct Words {
  std::vector<std::string> words;  ///< NAME FIELD=VALUE..., or PROTOCOL MESSAGE PAYLOAD...
  bool delayed = false;            ///< Wait for the delayed response as well.
};

using catalogue::Kind;

/// A command that was made out of words.
struct Target {
  ProtocolId protocol;
  MessageId message;
  const catalogue::Entry* entry = nullptr;  ///< Unless we do not know it.
  std::span<const std::string> rest;        ///< Fields, or pieces of payload.

  [[nodiscard]] std::string name() const {
    return entry != nullptr ? entry->name()
                            : fmt::format("{}.{:#x}", catalogue::protocol_name(protocol), message.value);
  }
};

[[nodiscard]] Measure measure_of(Unit unit) {
  switch (unit) {
    case Unit::none: return Measure::none;
    case Unit::hertz: return Measure::hertz;
    case Unit::kilohertz: return Measure::kilohertz;
    case Unit::microseconds: return Measure::microseconds;
    case Unit::milliseconds: return Measure::milliseconds;
    case Unit::microwatts: return Measure::microwatts;
    case Unit::bytes: return Measure::bytes;
    case Unit::microvolts: return Measure::microvolts;
  }
  return Measure::none;
}

[[nodiscard]] Record record_of(const std::vector<catalogue::FieldValue>& fields);

[[nodiscard]] Value value_of(const catalogue::FieldValue& field) {
  switch (field.kind) {
    case catalogue::FieldKind::text: return field.text;
    case catalogue::FieldKind::record: return record_of(field.parts);
    case catalogue::FieldKind::status: return static_cast<Status>(static_cast<std::int32_t>(field.number));
    case catalogue::FieldKind::list: {
      List list;
      for (const catalogue::FieldValue& part : field.parts) list.push_back(value_of(part));
      return list;
    }
    case catalogue::FieldKind::word: {
      if (field.parts.empty()) return field.number;
      Record parts{{"raw", field.number, Measure::none, Style::hex}};
      for (Item& item : record_of(field.parts)) parts.push_back(std::move(item));
      return parts;
    }
    case catalogue::FieldKind::number: break;
  }
  if (field.is_flag) return field.number != 0;
  if (!field.value_name.empty()) return Named{static_cast<std::int64_t>(field.number), field.value_name};
  if (field.is_signed) return static_cast<std::int64_t>(field.number);
  return field.number;
}

Record record_of(const std::vector<catalogue::FieldValue>& fields) {
  Record record;
  for (const catalogue::FieldValue& field : fields) {
    record.push_back({field.name, value_of(field), measure_of(field.unit),
                      field.display == Display::hex ? Style::hex : Style::decimal});
  }
  return record;
}

[[nodiscard]] std::string hex(std::span<const std::byte> bytes) {
  std::string out;
  for (const std::byte b : bytes) fmt::format_to(std::back_inserter(out), "{:02x}", std::to_integer<unsigned>(b));
  return out;
}

[[nodiscard]] std::optional<ProtocolId> parse_protocol(const catalogue::Catalogue& all, std::string_view word) {
  if (const auto number = parse_number(word)) {
    if (*number == 0 || *number > 0xFF) return std::nullopt;
    return ProtocolId(static_cast<std::uint8_t>(*number));
  }
  const catalogue::ProtocolEntry* entry = all.find_protocol(word);
  return entry == nullptr ? std::nullopt : std::optional(entry->id);
}

/// `all`: what the platform speaks; nullptr before we know which it is: then a message of any vendor will do.
[[nodiscard]] Outcome<Target> target_of(const Words& given, const catalogue::Catalogue* all) {
  const catalogue::Catalogue standard;
  const std::span<const std::string> words = given.words;
  if (words.empty()) return misused("raw: nothing to send", "say NAME FIELD=VALUE..., or PROTOCOL MESSAGE PAYLOAD...");
  const catalogue::Entry* const of_any_vendor = find_of_any_vendor(words[0]);
  const catalogue::Entry* entry = (all != nullptr ? *all : standard).find(words[0]);
  if (entry == nullptr && all == nullptr) entry = of_any_vendor;
  if (entry != nullptr) {
    if (entry->is_notification()) return misused(fmt::format("{} is a notification, only platforms send it", words[0]));
    return Target{entry->protocol, entry->info->message, entry, words.subspan(1)};
  }
  if (of_any_vendor != nullptr) {
    return tl::unexpected(Failure{Exit::transport,
                                  fmt::format("{} is not a message of this platform's vendor", words[0]),
                                  "'scmi-tool vendor list' shows what it has",
                                  {}});
  }
  const auto protocol = parse_protocol(all != nullptr ? *all : standard, words[0]);
  if (!protocol) {
    return misused(fmt::format("no message or protocol is called '{}'", printable(words[0])),
                   "names look like clock.rate_get; numbers are PROTOCOL MESSAGE, as in 0x14 0x6");
  }
  const auto message = words.size() > 1 ? parse_number(words[1]) : std::nullopt;
  if (!message || *message > 0xFF) {
    return misused(fmt::format("protocol {} needs a message number from 0 to 0xff after it", printable(words[0])));
  }
  Target target{*protocol, MessageId(static_cast<std::uint8_t>(*message)), nullptr, words.subspan(2)};
  target.entry = (all != nullptr ? *all : standard).find(target.protocol, Kind::command, target.message);
  return target;
}

/// "0x…" is a 32-bit word; everything else is pairs of hex digits, bytes in wire order.
[[nodiscard]] Outcome<std::vector<std::byte>> payload_of(std::span<const std::string> pieces) {
  std::vector<std::byte> bytes;
  for (const std::string& piece : pieces) {
    if (piece.starts_with("0x") || piece.starts_with("0X")) {
      const auto word = parse_number32(piece);
      if (!word) return misused(fmt::format("'{}' is no 32-bit word", printable(piece)));
      for (unsigned shift = 0; shift < 32; shift += 8) bytes.push_back(static_cast<std::byte>(*word >> shift & 0xFFU));
      continue;
    }
    if (piece.empty() || piece.size() % 2 != 0) {
      return misused(fmt::format("'{}' is neither a word (0x...) nor pairs of hex digits", printable(piece)));
    }
    for (std::size_t i = 0; i < piece.size(); i += 2) {
      unsigned value = 0;
      const char* const start = piece.data() + i;
      const auto [stop, error] = std::from_chars(start, start + 2, value, 16);
      if (error != std::errc() || stop != start + 2) {
        return misused(fmt::format("'{}' has something other than hex digits", printable(piece)));
      }
      bytes.push_back(static_cast<std::byte>(value));
    }
  }
  return bytes;
}

[[nodiscard]] Outcome<std::vector<std::byte>> request_of(const Target& target, Version version) {
  const bool named = std::any_of(target.rest.begin(), target.rest.end(),
                                 [](const std::string& word) { return word.find('=') != std::string::npos; });
  // Without any argument a known message is made by its layout, which says what is missing.
  if (target.entry == nullptr || (!named && !target.rest.empty())) {
    if (named) return misused(fmt::format("the fields of {} are not known", target.name()), "give the payload in hex");
    return payload_of(target.rest);
  }
  std::vector<catalogue::Argument> fields;
  for (const std::string& word : target.rest) {
    const auto field = catalogue::parse_argument(word);
    if (!field) return misused(field.error().text);
    fields.push_back(*field);
  }
  auto payload = catalogue::encode(*target.entry, Kind::command, fields, version);
  if (!payload) return misused(payload.error().text);
  return *payload;
}

/// The version to read and write layouts by: the platform's, as far as we know it too.
[[nodiscard]] Outcome<Version> version_of(Context& context, const Target& target, const ProtocolLink& link) {
  const catalogue::ProtocolEntry* protocol = context.connection.catalogue().find_protocol(target.protocol);
  if (protocol == nullptr) return Version(0x10000);
  if (target.message == ProtocolVersion::info.message) return protocol->newest;
  const auto version = call(link, ProtocolVersion{}, context.connection.call());
  if (version) return std::min(version->version, protocol->newest);
  if (version.error().origin == Origin::platform) return protocol->newest;
  return failed("asking for the protocol's version", version.error());
}

/// Adds an answer to the report. Failures: status, malformed.
[[nodiscard]] Outcome<void> report_answer(Context& context, const Target& target, Kind kind,
                                          std::span<const std::byte> payload, Version version) {
  const std::string key(catalogue::name(kind));
  const ErrorContext where{target.protocol.value, target.message.value, Step::none, 0};
  Record answer;
  std::optional<Status> status;
  if (target.entry != nullptr) {
    const auto decoded = catalogue::decode(*target.entry, kind, payload, version);
    if (!decoded) {
      context.report.add(key, Record{{"payload_hex", hex(payload)}});
      Error error = decoded.error();
      error.context = where;
      return failed(fmt::format("{} of {}", key, target.name()), error);
    }
    status = decoded->status;
    if (status) answer.push_back({"status", *status});
    answer.push_back({"fields", record_of(decoded->fields)});
    if (decoded->trailing_bytes != 0) {
      answer.push_back({"trailing", static_cast<std::uint64_t>(decoded->trailing_bytes), Measure::bytes});
    }
  } else if (payload.size() >= 4) {
    std::uint32_t word = 0;
    for (unsigned i = 0; i < 4; ++i) word |= std::to_integer<std::uint32_t>(payload[i]) << 8 * i;
    status = static_cast<Status>(static_cast<std::int32_t>(word));
    answer.push_back({"status", *status});
  }
  answer.push_back({"payload_hex", hex(payload)});
  context.report.add(key, std::move(answer));
  if (status && *status != Status::success) return failed(target.name(), Error::platform(*status, where));
  return {};
}

/// Whether the message may change something; also true for what we do not know.
bool may_change(const Words& given, const catalogue::Catalogue* all) {
  const auto target = target_of(given, all);
  if (!target) return false;  // It will not be sent.
  return target->entry == nullptr || effect_of(*target->entry) == Effect::changes;
}

Outcome<void> raw(Context& context, const Words& given) {
  const catalogue::Catalogue* const all = &context.connection.catalogue();
  const auto target = target_of(given, all);
  if (!target) return tl::unexpected(target.error());
  if (may_change(given, all)) {
    if (auto sure = context.confirm.ask(fmt::format("Send {}", target->name())); !sure) return sure;
  }
  const ProtocolLink link = context.connection.agent().raw_link(target->protocol);
  const auto version = version_of(context, *target, link);
  if (!version) return tl::unexpected(version.error());
  const auto request = request_of(*target, *version);
  if (!request) return tl::unexpected(request.error());

  Record sent{{"message", target->name()},
              {"protocol_id", target->protocol.value, Measure::none, Style::hex},
              {"message_id", target->message.value, Measure::none, Style::hex}};
  if (target->entry != nullptr) {
    const auto decoded = catalogue::decode(*target->entry, Kind::command, *request, *version);
    sent.push_back({"fields", decoded ? Value(record_of(decoded->fields)) : Value()});
  }
  sent.push_back({"payload_hex", hex(*request)});
  context.report.add("request", std::move(sent));

  const std::string doing = fmt::format("sending {}", target->name());
  if (given.delayed) {
    PendingOptions options = context.connection.pending();
    options.expects_delayed = true;
    auto pending = link.start(target->message, *request, std::move(options));
    if (!pending) return failed(doing, pending.error());
    const auto payload = pending->wait();
    if (!payload) return failed(doing, payload.error());
    return report_answer(context, *target, Kind::delayed_response, *payload, *version);
  }
  std::vector<std::byte> reply(context.connection.session().transport().transport().description->max_message_size);
  const auto length = link.transact(target->message, *request, reply, context.connection.call());
  if (!length) return failed(doing, length.error());
  return report_answer(context, *target, Kind::response, std::span(reply).first(*length), *version);
}

}  // namespace

void add_raw(CommandLine& line) {
  Words& given = line.keep<Words>();
  line.top()
      .verb(
          "raw", "one message: NAME FIELD=VALUE..., or PROTOCOL MESSAGE PAYLOAD...",
          [&given](Context& c) { return raw(c, given); }, [&given] { return may_change(given, nullptr); })
      .arguments("words", given.words, "clock.rate_get clock_id=3, or 0x14 0x6 03000000")
      .flag("--delayed", given.delayed, "answer the delayed response instead of the response");
}

}  // namespace scmi::tool
