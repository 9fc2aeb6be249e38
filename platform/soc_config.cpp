// SPDX-License-Identifier: Apache-2.0
//
// Reads a SoC description: the SoC itself and its behaviour here, resources and agents in their own files.
#include "platform/soc_config.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <fstream>
#include <limits>

#include "platform/habits.hpp"
#include "platform/soc_config_parts.hpp"
#include "protocols/vendor_table.hpp"

namespace scmi::platform {
namespace parts {

ErrorReply read_error_reply(TableReader& table, ErrorReply fallback) {
  static constexpr std::array choices = {Choice<ErrorReply>{"status", ErrorReply::status},
                                         Choice<ErrorReply>{"full", ErrorReply::full}};
  return table.choice<ErrorReply>("error_reply", fallback, choices);
}

std::optional<std::set<std::uint8_t>> read_vendor_protocols(TableReader& t) {
  if (!t.has("vendor_protocols")) return std::nullopt;
  std::set<std::uint8_t> ids;
  for (const std::int64_t id : t.integers("vendor_protocols", first_vendor_protocol.value, 0xFF)) {
    ids.insert(static_cast<std::uint8_t>(id));
  }
  return ids;
}

namespace {

template <class T>
std::string names_of(std::span<const T> those) {
  std::string all;
  for (const T& one : those) all += (all.empty() ? "" : ", ") + std::string(one.name);
  return all;
}

/// Those of the personality first, none twice.
void read_habits(TableReader& t, SocConfig& soc) {
  const auto add = [&](const Habit* habit) {
    if (std::ranges::find(soc.habits, habit) == soc.habits.end()) soc.habits.push_back(habit);
  };
  if (const std::string name = t.text("personality", "", name_length_max); !name.empty()) {
    if (const Personality* personality = find_personality(name)) {
      soc.personality = personality->name;
      for (const std::string_view habit : personality->habits) add(find_habit(habit));
    } else {
      t.report("personality", fmt::format("\"{}\" is not one of {}", name, names_of(personalities())));
    }
  }
  for (const NameRef& ref : t.names("habits")) {
    if (const Habit* habit = find_habit(ref.name)) {
      add(habit);
    } else {
      t.report("habits", fmt::format("\"{}\" is not one of {}", ref.name, names_of(habits())));
    }
  }
}

void read_soc(TableReader soc_table, SocConfig& soc) {
  soc.name = soc_table.required_text("name", name_length_max);
  soc.vendor = soc_table.required_text("vendor", short_name_length_max);
  soc.sub_vendor = soc_table.text("sub_vendor", "", short_name_length_max);
  soc.implementation_version = soc_table.u32("implementation_version", 0);
  std::array<Choice<std::size_t>, releases.size()> choices;
  for (std::size_t i = 0; i < releases.size(); ++i) choices[i] = {releases[i], i};
  if (!soc_table.has("profile")) soc_table.report("profile", "is missing");
  const auto release = soc_table.choice<std::size_t>("profile", releases.size() - 1, choices);
  soc.profile = releases[release];
  for (const ServedProtocol p : all_served) soc.versions[p] = row_of(p).by_release[release];
  static constexpr std::array units = {Choice<PowerUnit>{"abstract", PowerUnit::abstract},
                                       Choice<PowerUnit>{"mW", PowerUnit::milliwatt},
                                       Choice<PowerUnit>{"uW", PowerUnit::microwatt}};
  soc.power_unit = soc_table.choice<PowerUnit>("power_unit", PowerUnit::milliwatt, units);
  soc.sensor_max_pending_async = static_cast<std::uint8_t>(soc_table.u32("sensor_max_pending_async", 0, 0xFF));
  soc.clock_max_pending_async = static_cast<std::uint8_t>(soc_table.u32("clock_max_pending_async", 0, 0xFF));
  soc.statistics = soc_table.boolean("statistics", false);
  soc.vendor_protocols = read_vendor_protocols(soc_table);
  read_habits(soc_table, soc);
  soc_table.finish();
}

/// A switch between two words.
bool either(TableReader& t, std::string_view key, std::string_view yes, std::string_view no, bool fallback) {
  const std::array<Choice<bool>, 2> words = {{{yes, true}, {no, false}}};
  return t.choice<bool>(key, fallback, words);
}

void read_behaviour(TableReader t, Behaviour& b) {
  b.accept_longer_payload = either(t, "longer_payload", "accept", "refuse", b.accept_longer_payload);
  b.unknown_message_not_found = either(t, "unknown_message", "not_found", "not_supported", b.unknown_message_not_found);
  b.notify_requester = t.boolean("notify_requester", b.notify_requester);
  b.triplet_index_repeats = either(t, "triplet_index", "repeat", "out_of_range", b.triplet_index_repeats);
  b.voltage_triplet_index_repeats =
      either(t, "voltage_triplet_index", "repeat", "out_of_range", b.voltage_triplet_index_repeats);
  b.refuse_reserved_header = either(t, "reserved_header_bits", "refuse", "ignore", b.refuse_reserved_header);
  b.list_end_is_empty = either(t, "protocol_list_end", "empty", "invalid_parameters", b.list_end_is_empty);
  b.approximate_levels = t.boolean("approximate_levels", b.approximate_levels);
  b.rate_limit_busy = either(t, "rate_limited_request", "busy", "accept", b.rate_limit_busy);
  b.no_async_not_supported =
      either(t, "async_unsupported", "not_supported", "invalid_parameters", b.no_async_not_supported);
  b.system_set_denied = either(t, "system_set_unprivileged", "denied", "not_supported", b.system_set_denied);
  b.system_get_not_supported = either(t, "system_get", "not_supported", "success", b.system_get_not_supported);
  b.disconnect_resets = either(t, "disconnect", "reset", "keep", b.disconnect_resets);
  b.pins_of_others_denied = either(t, "pins_of_others", "denied", "in_use", b.pins_of_others_denied);
  b.pin_settings_ascending = either(t, "pin_settings_order", "ascending", "any", b.pin_settings_ascending);
  b.error_reply = read_error_reply(t, b.error_reply);
  b.fast_channel_poll_us =
      static_cast<std::uint32_t>(t.integer("fast_channel_poll_us", b.fast_channel_poll_us, 10, 1'000'000));
  t.finish();
}

/// "0x84" or "132": a vendor's protocol has no name here.
std::optional<ProtocolId> vendor_protocol(std::string_view key) {
  const bool hex = key.starts_with("0x");
  std::uint8_t number = 0;
  const char* end = key.data() + key.size();
  const auto read = std::from_chars(key.data() + (hex ? 2 : 0), end, number, hex ? 16 : 10);
  if (read.ec != std::errc{} || read.ptr != end || ProtocolId(number) < first_vendor_protocol) return std::nullopt;
  return ProtocolId(number);
}

void read_disabled(TableReader t, SocConfig& soc) {
  for (const ServedProtocol p : all_served) {
    // 0x0 to 0x2 are how an agent finds out about everything else.
    for (const std::int64_t id : t.integers(row_of(p).name, 3, 0xFF)) {
      soc.disabled[p].insert(static_cast<std::uint8_t>(id));
    }
  }
  for (const std::string& key : t.keys()) {
    if (std::ranges::find(served_protocols, key, &ProtocolRow::name) != served_protocols.end()) continue;
    const auto vendors = vendor_protocol(key);
    if (!vendors) t.report(key, "is neither a protocol nor the number of a vendor's");
    for (const std::int64_t id : t.integers(key, 3, 0xFF)) {
      if (vendors) soc.disabled_of_vendor[*vendors].insert(static_cast<std::uint8_t>(id));
    }
  }
  t.finish();
}

}  // namespace
}  // namespace parts

std::size_t resource_count(const SocConfig& soc, ServedProtocol p) noexcept {
  switch (p) {
    case ServedProtocol::base: return 0;
    case ServedProtocol::power_domain: return soc.power_domains.size();
    case ServedProtocol::system_power: return soc.system_power ? 1 : 0;
    case ServedProtocol::performance: return soc.performance_domains.size();
    case ServedProtocol::clock: return soc.clocks.size();
    case ServedProtocol::sensor: return soc.sensors.size();
    case ServedProtocol::reset_domain: return soc.reset_domains.size();
    case ServedProtocol::voltage: return soc.voltage_domains.size();
    case ServedProtocol::powercap: return soc.powercaps.size();
    case ServedProtocol::pin_control: return soc.pins.size();
    case ServedProtocol::telemetry: return soc.telemetry ? 1 : 0;
  }
  return 0;
}

bool offered(const SocConfig& soc, const VersionSet& versions, ServedProtocol p) noexcept {
  return versions[p] != Version{} && (p == ServedProtocol::base || resource_count(soc, p) != 0);
}

tl::expected<SocConfig, ConfigErrors> parse_soc_config(std::string_view text, const std::string& file) {
  const auto document = parse_toml(text, file);
  if (!document) return tl::unexpected(document.error());
  ConfigDiagnostics diagnostics(file);
  TableReader root(&*document, "", diagnostics);
  SocConfig soc;
  parts::AllNames names;
  if (!root.has("soc")) root.report("soc", "is missing");
  parts::read_soc(root.table("soc"), soc);
  parts::read_versions(root.table("versions"), soc.versions);
  parts::read_behaviour(root.table("behaviour"), soc.behaviour);
  parts::read_disabled(root.table("disabled"), soc);
  parts::read_physics(root.table("physics"), soc.physics);
  parts::read_system_power(root, soc);
  parts::read_resources(root, soc, names, diagnostics);
  parts::read_agents(root, soc, names, diagnostics);
  root.finish();
  if (diagnostics.failed()) return tl::unexpected(diagnostics.take());
  settle_habits(soc);
  return soc;
}

tl::expected<SocConfig, ConfigErrors> load_soc_config(const std::string& path) {
  constexpr std::size_t size_max = 16U << 20;
  std::ifstream in(path, std::ios::binary);
  if (!in) return tl::unexpected(ConfigErrors{{path, 0, "", fmt::format("cannot be read: {}", std::strerror(errno))}});
  std::string text;
  std::array<char, 65'536> chunk;
  while (in.read(chunk.data(), chunk.size()) || in.gcount() > 0) {
    text.append(chunk.data(), static_cast<std::size_t>(in.gcount()));
    if (text.size() > size_max) return tl::unexpected(ConfigErrors{{path, 0, "", "is larger than 16 MiB"}});
  }
  if (in.bad()) return tl::unexpected(ConfigErrors{{path, 0, "", "cannot be read to its end"}});
  return parse_soc_config(text, path);
}

}  // namespace scmi::platform
