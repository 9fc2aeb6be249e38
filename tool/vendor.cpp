// SPDX-License-Identifier: Apache-2.0
//
// `vendor`: which vendor protocols a platform lists, and which of them we know.
#include <fmt/format.h>

#include "protocols/catalogue_entry.hpp"
#include "protocols/vendor/imx/imx_catalogue.hpp"
#include "scmi/call.hpp"
#include "scmi/common_messages.hpp"
#include "tool/command_line.hpp"
#include "tool/commands.hpp"
#include "tool/vendors.hpp"

namespace scmi::tool {

const catalogue::VendorProtocols& known_vendors() {
  static const catalogue::VendorProtocols all = [] {
    catalogue::VendorProtocols made;
    [[maybe_unused]] const auto added = imx::add_to(made);  // Cannot be refused: nothing is in it yet.
    return made;
  }();
  return all;
}

const catalogue::Entry* find_of_any_vendor(std::string_view name) {
  for (const auto& item : known_vendors().table().items()) {
    if (const auto* entry = catalogue::detail::find_in(item.value.entries, name)) return entry;
  }
  return nullptr;
}

namespace {

Outcome<void> list(Context& context) {
  Connection& connection = context.connection;
  const BaseInfo& base = connection.agent().base();
  context.report.add("vendor", base.vendor);
  context.report.add("sub_vendor", base.sub_vendor.empty() ? Value() : Value(base.sub_vendor));
  context.report.add("implementation_version", base.implementation_version, Measure::none, Style::hex);
  std::vector<Record> rows;
  for (const ProtocolId id : base.protocols) {
    if (id < first_vendor_protocol) continue;
    const catalogue::ProtocolEntry* known = connection.catalogue().find_protocol(id);
    const auto version = call(connection.agent().raw_link(id), ProtocolVersion{}, connection.call());
    if (!version && version.error().origin != Origin::platform) {
      return failed(fmt::format("asking for the version of protocol {:#04x}", id.value), version.error());
    }
    rows.push_back({{"id", id.value, Measure::none, Style::hex},
                    {"known", known != nullptr},
                    {"name", known != nullptr ? Value(known->name) : Value()},
                    {"version", version ? Value(fmt::format("{}.{}", version->version.major_number(),
                                                            version->version.minor_number()))
                                        : Value()}});
  }
  context.report.add_table("vendor_protocols", std::move(rows));
  return {};
}

}  // namespace

void add_vendor(CommandLine& line) {
  line.object("vendor", "vendor protocols").verb("list", "which the platform lists, and which we know", list);
}

}  // namespace scmi::tool
