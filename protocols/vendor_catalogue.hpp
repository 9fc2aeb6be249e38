// SPDX-License-Identifier: Apache-2.0
//
// Vendor protocols in the catalogue. Whoever knows one describes its messages as the standard ones are described
// (scmi/fields.hpp) and adds them to a VendorProtocols under the vendor's names:
//
//   catalogue::VendorProtocols known;
//   known.add(catalogue::vendor_protocol<Ping, Pong>(ProtocolId(0x85), "acme", newest), "ACME");
//   catalogue::Catalogue all(known, identity_of(agent.base()));
//
// A Catalogue is what one platform speaks: the standard protocols and those vendor protocols that are meant for it.
// None of this is needed to send: ProtocolLink::transact() and call() take any protocol number.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "protocols/catalogue.hpp"
#include "protocols/catalogue_entry.hpp"
#include "protocols/vendor_table.hpp"
#include "scmi/agent.hpp"
#include "scmi/common_messages.hpp"

namespace scmi::catalogue {

/// A protocol with its messages.
struct VendorProtocol {
  ProtocolEntry protocol;
  std::vector<Entry> entries;  ///< Commands before notifications, then by number.
};

/// Describes a vendor protocol by the types of its messages, which bear names that begin with `name` and a dot. The
/// messages that every protocol has come by themselves, unless the vendor uses their numbers otherwise. `name` is
/// borrowed for ever: a literal.
template <class... Messages>
[[nodiscard]] VendorProtocol vendor_protocol(ProtocolId id, std::string_view name, Version newest) {
  VendorProtocol made{{id, name, newest}, {detail::entry_of<Messages>(id, name)...}};
  for (const Entry& common :
       {detail::entry_of<ProtocolVersion>(id, name), detail::entry_of<ProtocolMessageAttributes>(id, name),
        detail::entry_of<NegotiateProtocolVersion>(id, name)}) {
    const auto taken = [&](const Entry& e) { return detail::order_of(e) == detail::order_of(common); };
    if (std::ranges::none_of(made.entries, taken)) made.entries.push_back(common);
  }
  std::ranges::sort(made.entries, {}, detail::order_of);
  return made;
}

/// The vendor protocols that somebody knows, of whatever vendors. Not synchronised.
class VendorProtocols {
 public:
  /// An empty `sub_vendor` stands for any, 0 for any version. Errors: those of VendorTable::add().
  [[nodiscard]] Result<void> add(VendorProtocol protocol, std::string vendor, std::string sub_vendor = {},
                                 std::uint32_t implementation_version = 0) {
    const ProtocolId id = protocol.protocol.id;
    return table_.add({id, std::move(vendor), std::move(sub_vendor), implementation_version}, std::move(protocol));
  }
  [[nodiscard]] const VendorTable<VendorProtocol>& table() const noexcept { return table_; }

 private:
  VendorTable<VendorProtocol> table_;
};

/// Who answered the probe. Borrows.
[[nodiscard]] inline PlatformIdentity identity_of(const BaseInfo& base) noexcept {
  return {base.vendor, base.sub_vendor, base.implementation_version};
}

/// The messages of one platform. Immutable, so any thread may read it.
class Catalogue {
 public:
  /// The standard protocols alone.
  Catalogue() = default;
  /// And of `known` what fits that platform. Borrows nothing.
  Catalogue(const VendorProtocols& known, const PlatformIdentity& platform);

  /// As the functions of the same name (protocols/catalogue.hpp), with the vendor protocols.
  [[nodiscard]] const ProtocolEntry* find_protocol(ProtocolId id) const noexcept;
  [[nodiscard]] const ProtocolEntry* find_protocol(std::string_view name) const noexcept;
  [[nodiscard]] std::string protocol_name(ProtocolId id) const;
  [[nodiscard]] const Entry* find(ProtocolId protocol, Kind kind, MessageId message) const noexcept;
  [[nodiscard]] const Entry* find(std::string_view name) const noexcept;
  [[nodiscard]] std::string print_message(MessageHeader header, Kind kind, std::span<const std::byte> payload,
                                          Version version) const;
  [[nodiscard]] std::string message_to_json(MessageHeader header, Kind kind, std::span<const std::byte> payload,
                                            Version version) const;

  /// Ascending by number.
  [[nodiscard]] const std::vector<VendorProtocol>& vendor_protocols() const noexcept { return vendor_; }

 private:
  [[nodiscard]] const VendorProtocol* vendor_protocol(ProtocolId id) const noexcept;

  std::vector<VendorProtocol> vendor_;
};

}  // namespace scmi::catalogue
