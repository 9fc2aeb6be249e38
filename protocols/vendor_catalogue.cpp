// SPDX-License-Identifier: Apache-2.0
#include "protocols/vendor_catalogue.hpp"

#include <limits>

namespace scmi::catalogue {

Catalogue::Catalogue(const VendorProtocols& known, const PlatformIdentity& platform) {
  for (unsigned id = first_vendor_protocol.value; id <= std::numeric_limits<std::uint8_t>::max(); ++id) {
    const auto* const item = known.table().find(ProtocolId(static_cast<std::uint8_t>(id)), platform);
    if (item != nullptr) vendor_.push_back(item->value);
  }
}

const VendorProtocol* Catalogue::vendor_protocol(ProtocolId id) const noexcept {
  const auto found = std::ranges::find(vendor_, id, [](const VendorProtocol& p) { return p.protocol.id; });
  return found == vendor_.end() ? nullptr : &*found;
}

const ProtocolEntry* Catalogue::find_protocol(ProtocolId id) const noexcept {
  const VendorProtocol* const vendor = vendor_protocol(id);
  return vendor != nullptr ? &vendor->protocol : catalogue::find_protocol(id);
}

const ProtocolEntry* Catalogue::find_protocol(std::string_view name) const noexcept {
  for (const ProtocolEntry& protocol : protocols()) {
    if (protocol.name == name) return &protocol;
  }
  for (const VendorProtocol& vendor : vendor_) {
    if (vendor.protocol.name == name) return &vendor.protocol;
  }
  return nullptr;
}

std::string Catalogue::protocol_name(ProtocolId id) const {
  const VendorProtocol* const vendor = vendor_protocol(id);
  return vendor != nullptr ? std::string(vendor->protocol.name) : catalogue::protocol_name(id);
}

const Entry* Catalogue::find(ProtocolId protocol, Kind kind, MessageId message) const noexcept {
  const VendorProtocol* const vendor = vendor_protocol(protocol);
  return vendor != nullptr ? detail::find_in(vendor->entries, protocol, kind, message)
                           : catalogue::find(protocol, kind, message);
}

const Entry* Catalogue::find(std::string_view name) const noexcept {
  const Entry* found = catalogue::find(name);
  for (auto vendor = vendor_.begin(); found == nullptr && vendor != vendor_.end(); ++vendor) {
    found = detail::find_in(vendor->entries, name);
  }
  return found;
}

std::string Catalogue::print_message(MessageHeader header, Kind kind, std::span<const std::byte> payload,
                                     Version version) const {
  return detail::print_as(find(header.protocol, kind, header.message), protocol_name(header.protocol), header, kind,
                          payload, version);
}

std::string Catalogue::message_to_json(MessageHeader header, Kind kind, std::span<const std::byte> payload,
                                       Version version) const {
  return detail::json_as(find(header.protocol, kind, header.message), protocol_name(header.protocol), header, kind,
                         payload, version);
}

}  // namespace scmi::catalogue
