// SPDX-License-Identifier: Apache-2.0
//
// Reads everything a SoC is made of, and the devices that group it.
#include <array>
#include <memory>

#include "platform/soc_config_entries.hpp"

namespace scmi::platform::parts {
namespace {

void read_devices(TableReader& root, SocConfig& soc, AllNames& names, ConfigDiagnostics& diagnostics) {
  PerProtocol<std::vector<bool>> taken;
  for (const ServedProtocol p : all_served) taken[p].resize(resource_count(soc, p));
  for (TableReader& t : root.tables("device")) {
    DeviceConfig device;
    device.name = t.required_text("name", name_length_max);
    names.devices.add(device.name, t.line_of("name"), t.path("name"), diagnostics);
    for (const ServedProtocol p : all_served) {
      if (row_of(p).resource.empty()) continue;
      const std::string_view key = row_of(p).resources;
      device.members[p] = names[p].match(t.names(key), t.path(key), diagnostics);
      for (const Index i : device.members[p]) {
        if (taken[p][i]) t.report(key, "holds a member of another device");
        taken[p][i] = true;
      }
    }
    t.finish();
    soc.devices.push_back(std::move(device));
  }
}

}  // namespace

void read_resources(TableReader& root, SocConfig& soc, AllNames& names, ConfigDiagnostics& diagnostics) {
  const std::array kinds = {
      power_domain_reader(), performance_domain_reader(), part_reader(),           clock_reader(),
      sensor_reader(),       reset_domain_reader(),       voltage_domain_reader(), powercap_reader(),
      pin_reader(),          pin_group_reader(),          telemetry_reader()};
  for (const auto& kind : kinds) kind->read(root, soc, names, diagnostics);
  for (const auto& kind : kinds) kind->link(root, soc, names, diagnostics);
  complete_parts(soc);
  read_devices(root, soc, names, diagnostics);
}

}  // namespace scmi::platform::parts
