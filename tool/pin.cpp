// SPDX-License-Identifier: Apache-2.0
//
// `pin`: pins, groups of pins, and what they are used for.
#include <fmt/format.h>

#include <algorithm>

#include "protocols/pin_control.hpp"
#include "tool/choose.hpp"
#include "tool/command_line.hpp"
#include "tool/commands.hpp"

namespace scmi::tool {
namespace {

struct Words {
  std::string what;                   ///< Name or id.
  bool group = false;                 ///< Of a group, not of a pin.
  std::string function;               ///< Name or id, or "none".
  std::vector<std::string> settings;  ///< NAME=VALUE.
};

[[nodiscard]] std::string_view name_of(PinKind kind) {
  switch (kind) {
    case PinKind::pin: return "pin";
    case PinKind::group: return "pin group";
    case PinKind::function: return "pin function";
  }
  return "pin";
}

[[nodiscard]] std::string setting_name(std::uint32_t type) {
  for (const NamedValue& known : pin_control_protocol::setting_names) {
    if (known.value == type) return std::string(known.name);
  }
  return fmt::format("{}", type);
}

[[nodiscard]] Outcome<PinSetting> parse_setting(const std::string& word) {
  const std::size_t equals = word.find('=');
  const std::string name = word.substr(0, equals);
  const auto value =
      equals == std::string::npos ? std::nullopt : parse_number32(std::string_view(word).substr(equals + 1));
  if (!value) return misused(fmt::format("'{}' is no SETTING=VALUE", printable(word)), "say bias_pull_up=1, 192=0x5");
  auto type = parse_number32(name);
  for (const NamedValue& known : pin_control_protocol::setting_names) {
    if (known.name == name) type = known.value;
  }
  if (!type || *type > pin_control_protocol::setting_type_max) {
    return misused(fmt::format("there is no pin setting '{}'", printable(name)),
                   "settings are named as 'pin get' shows them, or numbered 0 to 255");
  }
  return PinSetting{*type, *value};
}

[[nodiscard]] Outcome<PinControl> open_pins(Context& context) {
  return open_client<PinControl>(context.connection, "pin control");
}

/// What a word means among all of a kind, and what that is called.
[[nodiscard]] Outcome<PinInfo> find_pin(Context& context, const PinControl& pins, PinKind kind,
                                        const std::string& word) {
  std::vector<Candidate> candidates;
  if (!parse_number32(word)) {
    const auto all = pins.list(kind, context.connection.call());
    if (!all) return failed(fmt::format("listing every {}", name_of(kind)), all.error());
    for (const PinInfo& info : *all) candidates.push_back({info.id, info.name});
  }
  const auto id = choose(name_of(kind), word, candidates);
  if (!id) return tl::unexpected(id.error());
  if (*id >= pins.count(kind)) {
    return misused(fmt::format("there is no {} {}: the platform has {}", name_of(kind), *id, pins.count(kind)),
                   "'pin list', 'pin groups' and 'pin functions' show the ids");
  }
  auto info = pins.describe({kind, *id}, context.connection.call());
  if (!info) return failed(fmt::format("describing {} {}", name_of(kind), *id), info.error());
  return std::move(*info);
}

struct Chosen {
  PinControl pins;
  PinInfo info;
  [[nodiscard]] PinRef ref() const { return {info.kind, info.id}; }
  [[nodiscard]] std::string named() const { return fmt::format("{} {} ({})", name_of(info.kind), info.id, info.name); }
};

[[nodiscard]] Outcome<Chosen> choose_pin(Context& context, const Words& words) {
  auto pins = open_pins(context);
  if (!pins) return tl::unexpected(pins.error());
  auto info = find_pin(context, *pins, words.group ? PinKind::group : PinKind::pin, words.what);
  if (!info) return tl::unexpected(info.error());
  return Chosen{std::move(*pins), std::move(*info)};
}

void add_head(Context& context, const Chosen& chosen) {
  context.report.add("kind", chosen.info.kind == PinKind::group ? "group" : "pin");
  context.report.add("id", chosen.info.id);
  context.report.add("name", chosen.info.name);
}

[[nodiscard]] Outcome<void> add_state(Context& context, const Chosen& chosen) {
  const auto state = chosen.pins.state(chosen.ref(), context.connection.call());
  if (!state) return failed(fmt::format("reading the settings of {}", chosen.named()), state.error());
  add_head(context, chosen);
  context.report.add("function_id", state->function ? Value(*state->function) : Value());
  Value function;
  if (state->function) {
    const auto info = chosen.pins.describe({PinKind::function, *state->function}, context.connection.call());
    if (info) function = info->name;
  }
  context.report.add("function", std::move(function));
  std::vector<Record> rows;
  for (const PinSetting& s : state->settings) {
    rows.push_back({{"type", s.type}, {"name", setting_name(s.type)}, {"value", s.value}});
  }
  context.report.add_table("settings", std::move(rows));
  return {};
}

Outcome<void> list(Context& context) {
  const auto pins = open_pins(context);
  if (!pins) return tl::unexpected(pins.error());
  const auto all = pins->list(PinKind::pin, context.connection.call());
  if (!all) return failed("listing the pins", all.error());
  std::vector<Record> rows;
  for (const PinInfo& info : *all) {
    const auto function = if_answered(fmt::format("reading the function of pin {}", info.id),
                                      pins->function({PinKind::pin, info.id}, context.connection.call()));
    if (!function) return tl::unexpected(function.error());
    const bool known = *function && **function;
    rows.push_back({{"id", info.id}, {"name", info.name}, {"function_id", known ? Value(***function) : Value()}});
  }
  context.report.add_table("pins", std::move(rows));
  return {};
}

/// Groups with their pins, or functions with their groups (or pins).
Outcome<void> list_with_members(Context& context, PinKind kind) {
  const auto pins = open_pins(context);
  if (!pins) return tl::unexpected(pins.error());
  const CallOptions call = context.connection.call();
  const auto all = pins->list(kind, call);
  if (!all) return failed(fmt::format("listing every {}", name_of(kind)), all.error());
  std::vector<Record> rows;
  for (const PinInfo& info : *all) {
    const auto members = if_answered(fmt::format("listing what {} {} has", name_of(kind), info.id),
                                     pins->associations({kind, info.id}, call));
    if (!members) return tl::unexpected(members.error());
    List ids;
    if (*members) {
      for (const std::uint16_t id : **members) ids.emplace_back(id);
    }
    Record row{{"id", info.id}, {"name", info.name}};
    if (kind == PinKind::function) {
      row.push_back({"members", info.pin_only ? "pins" : "groups"});
      row.push_back({"gpio", info.gpio});
    }
    row.push_back({kind == PinKind::group ? "pins" : "member_ids", std::move(ids)});
    rows.push_back(std::move(row));
  }
  context.report.add_table(kind == PinKind::group ? "groups" : "functions", std::move(rows));
  return {};
}

Outcome<void> groups(Context& context) { return list_with_members(context, PinKind::group); }
Outcome<void> functions(Context& context) { return list_with_members(context, PinKind::function); }

Outcome<void> get(Context& context, const Words& words) {
  const auto chosen = choose_pin(context, words);
  if (!chosen) return tl::unexpected(chosen.error());
  return add_state(context, *chosen);
}

Outcome<void> set(Context& context, const Words& words) {
  std::vector<PinSetting> settings;
  for (const std::string& word : words.settings) {
    const auto setting = parse_setting(word);
    if (!setting) return tl::unexpected(setting.error());
    settings.push_back(*setting);
  }
  const auto chosen = choose_pin(context, words);
  if (!chosen) return tl::unexpected(chosen.error());
  if (auto sure = context.confirm.ask(fmt::format("Change {}", printable(chosen->named()))); !sure) return sure;
  const auto done = chosen->pins.configure(chosen->ref(), std::move(settings), context.connection.call());
  if (!done) return failed(fmt::format("changing {}", chosen->named()), done.error());
  return add_state(context, *chosen);
}

Outcome<void> mux(Context& context, const Words& words) {
  const auto chosen = choose_pin(context, words);
  if (!chosen) return tl::unexpected(chosen.error());
  std::optional<std::uint32_t> function;
  if (words.function != "none") {
    const auto info = find_pin(context, chosen->pins, PinKind::function, words.function);
    if (!info) return tl::unexpected(info.error());
    function = info->id;
  }
  const std::string deed = fmt::format("Select {} for {}", printable(words.function), printable(chosen->named()));
  if (auto sure = context.confirm.ask(deed); !sure) return sure;
  const auto done = chosen->pins.select_function(chosen->ref(), function, context.connection.call());
  if (!done) return failed(fmt::format("selecting the function of {}", chosen->named()), done.error());
  return add_state(context, *chosen);
}

Outcome<void> own(Context& context, const Words& words, bool wanted) {
  const auto chosen = choose_pin(context, words);
  if (!chosen) return tl::unexpected(chosen.error());
  const CallOptions call = context.connection.call();
  const auto done = wanted ? chosen->pins.request(chosen->ref(), call) : chosen->pins.release(chosen->ref(), call);
  if (!done) return failed(fmt::format("{} {}", wanted ? "requesting" : "releasing", chosen->named()), done.error());
  add_head(context, *chosen);
  context.report.add("requested", wanted);
  return {};
}

Outcome<void> request(Context& context, const Words& words) { return own(context, words, true); }
Outcome<void> release(Context& context, const Words& words) { return own(context, words, false); }

}  // namespace

void add_pin(CommandLine& line) {
  Words& words = line.keep<Words>();
  const auto with = [&words](Outcome<void> (*run)(Context&, const Words&)) {
    return [&words, run](Context& c) { return run(c, words); };
  };
  Object pin = line.object("pin", "pins, groups of pins and their functions");
  constexpr const char* which = "name or id";
  constexpr const char* of_group = "a group of pins is meant, not a pin";
  pin.verb("list", "all pins and what they are used for", list);
  pin.verb("groups", "all groups and their pins", groups);
  pin.verb("functions", "all functions and what they can be selected for", functions);
  pin.verb("get", "settings and function", with(get))
      .argument("pin", words.what, which)
      .flag("--group", words.group, of_group);
  pin.verb("set", "change settings", with(set), always)
      .argument("pin", words.what, which)
      .arguments("settings", words.settings, "bias_pull_up=1, drive_strength=8, 192=0x5")
      .flag("--group", words.group, of_group);
  pin.verb("mux", "select a function", with(mux), always)
      .argument("pin", words.what, which)
      .argument("function", words.function, "name or id, or none")
      .flag("--group", words.group, of_group);
  pin.verb("request", "take exclusive control", with(request))
      .argument("pin", words.what, which)
      .flag("--group", words.group, of_group);
  pin.verb("release", "give it back", with(release))
      .argument("pin", words.what, which)
      .flag("--group", words.group, of_group);
}

}  // namespace scmi::tool
