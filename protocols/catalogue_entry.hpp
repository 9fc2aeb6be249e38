// SPDX-License-Identifier: Apache-2.0
//
// From a message's type to its entry in the catalogue.
#pragma once

#include "protocols/catalogue_visitors.hpp"

namespace scmi::catalogue::detail {

/// Borrows `protocol_name`.
template <class M>
[[nodiscard]] constexpr Entry entry_of(ProtocolId protocol, std::string_view protocol_name) {
  Entry e{protocol, protocol_name, &M::info, layout_of<M>(), {}, {}};
  if constexpr (Command<M>) e.response = layout_of<typename M::Reply>();
  if constexpr (DelayedCommand<M>) e.delayed_response = layout_of<typename M::Complete>();
  return e;
}

/// Among `entries`, which need not be the catalogue's own; nullptr if there is none.
[[nodiscard]] const Entry* find_in(std::span<const Entry> entries, ProtocolId protocol, Kind kind,
                                   MessageId message) noexcept;
[[nodiscard]] const Entry* find_in(std::span<const Entry> entries, std::string_view name) noexcept;

/// print_message() and message_to_json() with the entry that they would have found, or nullptr.
[[nodiscard]] std::string print_as(const Entry* entry, std::string_view protocol_name, MessageHeader header, Kind kind,
                                   std::span<const std::byte> payload, Version version);
[[nodiscard]] std::string json_as(const Entry* entry, std::string_view protocol_name, MessageHeader header, Kind kind,
                                  std::span<const std::byte> payload, Version version);

/// Commands before notifications, then by number.
[[nodiscard]] constexpr int order_of(const Entry& entry) noexcept {
  return (entry.is_notification() ? 0x100 : 0) + entry.info->message.value;
}

}  // namespace scmi::catalogue::detail
