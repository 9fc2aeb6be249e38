// SPDX-License-Identifier: Apache-2.0
//
// [[pin]], [[pin_group]] and [[pin_function]]. Agents are shown pins; which groups and functions they see follows.
#include <algorithm>
#include <charconv>
#include <limits>

#include "platform/soc_config_entries.hpp"
#include "protocols/pin_control_messages.hpp"

namespace scmi::platform::parts {
namespace {

using namespace pin_control_protocol;

/// A type by its name ("bias_pull_up") or number.
std::optional<std::uint8_t> setting_type(const std::string& word) {
  for (const NamedValue& known : setting_names) {
    if (known.name == word && known.value != 0) return static_cast<std::uint8_t>(known.value);
  }
  std::uint32_t number = 0;
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), number);
  const bool valid = error == std::errc{} && end == word.data() + word.size() && number != 0 &&
                     (number <= last_standard_setting || number >= first_oem_setting) && number <= setting_type_max;
  return valid ? std::optional(static_cast<std::uint8_t>(number)) : std::nullopt;
}

class PinReader final : public EntryReader<PinConfig> {
 public:
  PinReader() : EntryReader(ServedProtocol::pin_control, &SocConfig::pins) {}

 private:
  void read_entry(Entry<PinConfig>& entry) override {
    TableReader settings = entry.table.table("settings");
    for (const std::string& key : settings.keys()) {
      const auto type = setting_type(key);
      const std::uint32_t value = settings.u32(key, 0);
      if (!type) {
        settings.report(key, "is neither the name nor the number of a setting");
      } else {
        entry.config.settings[*type] = value;
      }
    }
  }
  void link_copy(const Entry<PinConfig>&, PinConfig&, const Resolver&) override {}
};

/// Groups and functions have numbers of their own, but no rights.
class PinGroupReader final : public ResourceReader {
 public:
  void read(TableReader&, SocConfig&, AllNames&, ConfigDiagnostics&) override {}
  void link(TableReader& root, SocConfig& soc, const AllNames& names, ConfigDiagnostics& diagnostics) override {
    Names groups("pin group");
    for (TableReader& t : root.tables("pin_group")) {
      PinGroupConfig group;
      group.name = t.required_text("name", name_length_max);
      groups.add(group.name, t.line_of("name"), t.path("name"), diagnostics);
      group.pins = sorted(names[ServedProtocol::pin_control].match(t.names("pins"), t.path("pins"), diagnostics));
      if (group.pins.empty()) t.report("pins", "names no pin");
      t.finish();
      soc.pin_groups.push_back(std::move(group));
    }
    Names functions("pin function");
    for (TableReader& t : root.tables("pin_function")) {
      PinFunctionConfig function;
      function.name = t.required_text("name", name_length_max);
      functions.add(function.name, t.line_of("name"), t.path("name"), diagnostics);
      function.pin_only = t.has("pins");
      function.pins = sorted(names[ServedProtocol::pin_control].match(t.names("pins"), t.path("pins"), diagnostics));
      function.groups = sorted(groups.match(t.names("groups"), t.path("groups"), diagnostics));
      if (function.pins.empty() == function.groups.empty()) t.report("groups", "either groups or pins are needed");
      function.gpio = t.boolean("gpio", false);
      t.finish();
      soc.pin_functions.push_back(std::move(function));
    }
    if (soc.pins.empty() && (!soc.pin_groups.empty() || !soc.pin_functions.empty())) {
      root.report("pin_group", "stands without any [[pin]]");
    }
  }

 private:
  static std::vector<Index> sorted(std::vector<Index> list) {
    std::ranges::sort(list);
    return list;
  }
};

}  // namespace

std::unique_ptr<ResourceReader> pin_reader() { return std::make_unique<PinReader>(); }
std::unique_ptr<ResourceReader> pin_group_reader() { return std::make_unique<PinGroupReader>(); }

}  // namespace scmi::platform::parts
