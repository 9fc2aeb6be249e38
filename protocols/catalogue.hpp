// SPDX-License-Identifier: Apache-2.0
//
// All messages we know, to be looked up by number or by name, without their C++ types: for traces, for sending by
// name, for documents, fuzzing and completion. Every function here walks the messages' own fields().
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "scmi/fields.hpp"
#include "scmi/ids.hpp"
#include "scmi/message_header.hpp"
#include "scmi/result.hpp"
#include "scmi/status.hpp"

namespace scmi::catalogue {

/// What a message is. The header's type alone does not tell a command from its response: the direction does.
enum class Kind : std::uint8_t { command, response, delayed_response, notification };

/// "command", "response", "delayed_response", "notification".
[[nodiscard]] std::string_view name(Kind kind) noexcept;
/// The kind of a message that travelled to the agent or to the platform; nothing for the reserved type.
[[nodiscard]] std::optional<Kind> kind_of(MessageType type, bool towards_agent) noexcept;

/// A protocol whose messages are in the catalogue.
struct ProtocolEntry {
  ProtocolId id;
  std::string_view name;  ///< Prefix of its messages: "clock".
  Version newest;         ///< The newest version we know.
};
[[nodiscard]] std::span<const ProtocolEntry> protocols() noexcept;
/// nullptr for a protocol without messages here.
[[nodiscard]] const ProtocolEntry* find_protocol(ProtocolId id) noexcept;
/// "clock"; "0x85" for protocols without messages here.
[[nodiscard]] std::string protocol_name(ProtocolId id);

/// The type of a field's value.
enum class FieldKind : std::uint8_t {
  number,  ///< 8, 32 or 64 bits, unsigned unless it is said to be signed.
  status,
  word,  ///< 32 bits made of ranges; they are the `parts`.
  text,
  list,    ///< Entries are the `parts`.
  record,  ///< Fields are the `parts`.
};

/// One field with the value it has in one message.
struct FieldValue {
  std::string name;  ///< As in the specification; empty for list entries.
  FieldKind kind = FieldKind::number;
  Unit unit = Unit::none;
  Display display = Display::decimal;
  bool is_flag = false;      ///< A single bit without names for its values.
  bool is_signed = false;    ///< Of a number.
  std::uint64_t number = 0;  ///< number, word, and status; sign extended where signed.
  std::string value_name;    ///< Name of the value, if it has one ("OFF", "NOT_FOUND").
  std::string text;
  std::vector<FieldValue> parts;

  /// Name with unit: "rate_hz".
  [[nodiscard]] std::string key() const;
};

/// One field of a layout.
struct FieldInfo {
  std::string name;
  FieldKind kind = FieldKind::number;
  Unit unit = Unit::none;
  std::uint32_t offset = 0;  ///< Bytes from the payload's start (the response's status included), or in a list's entry.
  std::uint32_t size = 0;    ///< Bytes; 0 for lists. Of a bit range: 0.
  std::uint8_t high = 31;    ///< Bits, where it is a range of a word.
  std::uint8_t low = 0;
  bool may_be_omitted = false;
  bool is_signed = false;  ///< Of a number.
  std::span<const NamedValue> names{};
  std::vector<FieldInfo>
      parts;  ///< Of a word: its ranges. Of a list: the fields of an entry (one without name if simple).

  [[nodiscard]] std::string key() const;
};

/// A payload, taken apart.
struct Decoded {
  std::optional<Status> status;    ///< Of responses; with anything but SUCCESS there are usually no fields.
  std::vector<FieldValue> fields;  ///< In wire order.
  std::size_t trailing_bytes = 0;  ///< Bytes after what the layout has.
};

/// name=value, as a person writes it. Borrows.
struct Argument {
  std::string_view name;
  std::string_view value;
};
/// What is wrong with arguments; `text` names the message, the field and what would be right.
struct ArgumentError {
  enum class Reason : std::uint8_t {
    unknown_field,
    missing_field,
    duplicate_field,
    bad_value,
    not_a_payload,
    too_large
  };
  Reason reason = Reason::bad_value;
  std::string field;
  std::string text;
};
template <class T>
using ArgumentResult = tl::expected<T, ArgumentError>;

/// The operations on one payload struct, without its type.
struct Layout {
  Result<Decoded> (*decode)(std::span<const std::byte> payload, Version version, bool with_status) = nullptr;
  ArgumentResult<std::vector<std::byte>> (*encode)(std::string_view message, std::span<const Argument> arguments,
                                                   Version version, bool with_status) = nullptr;
  std::vector<FieldInfo> (*describe)(Version version, bool with_status) = nullptr;
};

/// One command with its responses, or one notification.
struct Entry {
  ProtocolId protocol;
  std::string_view protocol_name;
  const MessageInfo* info = nullptr;
  Layout payload;           ///< Of the command or notification itself.
  Layout response;          ///< Empty functions for a notification.
  Layout delayed_response;  ///< Empty functions where there is none.

  /// "clock.rate_set", "clock.protocol_version".
  [[nodiscard]] std::string name() const;
  [[nodiscard]] constexpr bool is_notification() const noexcept { return info->type == MessageType::notification; }
  /// The layout of that kind of message, or nullptr if there is none.
  [[nodiscard]] const Layout* layout(Kind kind) const noexcept;
};

/// Everything, ordered by protocol, commands before notifications, then by number.
[[nodiscard]] std::span<const Entry> entries() noexcept;
/// nullptr if unknown. A command's entry also serves its responses.
[[nodiscard]] const Entry* find(ProtocolId protocol, Kind kind, MessageId message) noexcept;
/// By full name; nullptr if unknown.
[[nodiscard]] const Entry* find(std::string_view name) noexcept;

/// Takes a payload apart. Errors: malformed_reply, unsupported (the message has no such kind).
[[nodiscard]] Result<Decoded> decode(const Entry& entry, Kind kind, std::span<const std::byte> payload,
                                     Version version);

/// The fields of a layout, in wire order; empty if the message has no such kind.
[[nodiscard]] std::vector<FieldInfo> describe(const Entry& entry, Kind kind, Version version);

/// Splits "name=value". Error: not_a_payload without '=' or name.
[[nodiscard]] ArgumentResult<Argument> parse_argument(std::string_view text);

/// Makes a payload from names and values. Names: as in the specification, with or without unit (`rate`, `rate_hz`),
/// halves of 64-bit values (`rate_low`), words (`flags=0x9`) and their bit ranges (`async=1`). Values: decimal, 0x…,
/// negative for 32 bits, names of values (`OFF`), text, lists `a,b,c` whose records are `x:y:z`. Responses are made
/// with status SUCCESS unless `status=` says otherwise. Errors: ArgumentError.
[[nodiscard]] ArgumentResult<std::vector<std::byte>> encode(const Entry& entry, Kind kind,
                                                            std::span<const Argument> arguments, Version version);

/// One line: "clock.rate_get clock_id=3", "clock.rate_get response SUCCESS rate=1000 Hz".
[[nodiscard]] std::string print(const Entry& entry, Kind kind, const Decoded& decoded);
/// One line for whatever came: unknown messages and malformed payloads are shown as bytes, and said to be so.
[[nodiscard]] std::string print_message(MessageHeader header, Kind kind, std::span<const std::byte> payload,
                                        Version version);

/// One JSON object: numbers stay numbers, units end keys, a status is number and name. Always valid UTF-8.
[[nodiscard]] std::string to_json(const Entry& entry, Kind kind, const Decoded& decoded);
/// One JSON object for whatever came, as print_message().
[[nodiscard]] std::string message_to_json(MessageHeader header, Kind kind, std::span<const std::byte> payload,
                                          Version version);

}  // namespace scmi::catalogue
