// SPDX-License-Identifier: Apache-2.0
//
// Cases of the pin control protocol. Pins are set to another value, and taken or given back, only where destructive
// cases are allowed; otherwise they are set to what they are.
#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "protocols/pin_control_messages.hpp"
#include "tool/check/layout.hpp"
#include "tool/check/trial.hpp"

namespace scmi::tool::check {
namespace {

using namespace pin_control_protocol;
using Attr = Attributes::Reply;

constexpr std::uint32_t reserved_selector = 3;
constexpr std::uint32_t reserved_setting = 100;
constexpr std::uint32_t input_value = 14;  ///< Read from the outside world, so it is no setting.

/// How many there are, by selector.
[[nodiscard]] std::array<std::uint32_t, 3> counts(Trial& t) {
  const auto reply = t.read(ProtocolAttributes{});
  if (!reply) return {};
  using R = ProtocolAttributes::Reply;
  return {R::num_pins.get(reply->attributes_low), R::num_groups.get(reply->attributes_low),
          R::num_functions.get(reply->attributes_high)};
}

[[nodiscard]] std::uint32_t elements_of(std::uint32_t attributes) { return Attr::num_elements.get(attributes); }

/// Every pin, group and function describes itself, dense from 0.
void elements(Trial& t) {
  const auto total = counts(t);
  const catalogue::Entry* entry = catalogue::find(t.protocol(), catalogue::Kind::response, Attributes::info.message);
  if (!t.failed()) t.require(total[select_pin] != 0, "at least one pin");
  for (std::uint32_t kind = 0; kind < total.size() && !t.failed(); ++kind) {
    for (const std::uint32_t id : some_entities(total[kind], 32)) {
      const Answer answer = t.send(Attributes{id, kind});
      const auto one = t.decoded<Attr>(answer);
      if (!one) return;
      if (std::string flaw = flaw_of(*entry, t.version(), answer); !flaw.empty()) return t.fail(std::move(flaw));
      const bool some = kind == select_pin ? elements_of(one->attributes) == 1 : elements_of(one->attributes) != 0;
      if (!t.require(some, "one element of a pin, and some of a group or function")) return;
      const bool functions_bits = Attr::gpio.test(one->attributes) || Attr::pin_only.test(one->attributes);
      if (!t.require(kind == select_function || !functions_bits, "a function's bits of functions alone")) return;
    }
    if (!t.expect(t.send(Attributes{total[kind], kind}), Status::not_found)) return;
  }
}

void bad_selectors(Trial& t) {
  const Status bad = Status::invalid_parameters;
  for (const std::uint32_t flags : {reserved_selector, 0x4U, 0x8000'0000U}) {
    if (!t.expect(t.send(Attributes{0, flags}), {bad, Status::not_found})) return;
  }
  const auto get = [&](std::uint32_t selector, std::uint32_t flag) {
    return t.send(SettingsGet{0, SettingsGet::selector.put(selector) | SettingsGet::config_flag.put(flag)});
  };
  if (!t.expect(get(select_function, SettingsGet::all_types), bad)) return;
  if (!t.expect(get(reserved_selector, SettingsGet::all_types), bad)) return;
  t.expect(get(select_pin, 3), bad);
}

void names(Trial& t) {
  const auto total = counts(t);
  for (std::uint32_t kind = 0; kind < total.size(); ++kind) {
    for (const std::uint32_t id : some_entities(total[kind], 16)) {
      const auto one = t.read(Attributes{id, kind});
      if (!one) return;
      const Answer answer = t.send(NameGet{id, kind});
      const bool promised = Attr::extended_name.test(one->attributes);
      if (!promised && answer.is(Status::not_found)) continue;
      const auto whole = t.decoded<NameGet::Reply>(answer);
      if (!whole) return;
      const bool begins = whole->name.view().starts_with(one->name.view());
      if (!t.require(begins, "a name that begins with the short one")) return;
      if (!t.require(promised || whole->name.view() == one->name.view(), "the extended name's attribute bit")) return;
    }
    if (!t.expect(t.send(NameGet{total[kind], kind}), Status::not_found)) return;
  }
}

/// The whole list of a group or function: as long as its attributes say, ascending, of ids that exist.
void associations_of(Trial& t, std::uint32_t id, std::uint32_t kind, const std::array<std::uint32_t, 3>& total) {
  const auto one = t.read(Attributes{id, kind});
  if (!one) return;
  using R = ListAssociations::Reply;
  std::vector<std::uint16_t> all;
  for (bool more = true; more;) {
    const auto part = t.read(ListAssociations{id, kind, static_cast<std::uint32_t>(all.size())});
    if (!part || !t.require(!part->elements.empty(), "elements, while some remain")) return;
    all.insert(all.end(), part->elements.begin(), part->elements.end());
    const std::size_t promised = all.size() + R::remaining.get(part->flags);
    const std::uint32_t wanted = elements_of(one->attributes);
    if (!t.require(promised == wanted, fmt::format("{} elements, as the attributes say", wanted))) return;
    more = all.size() < promised;
  }
  if (!t.require(std::ranges::adjacent_find(all, std::greater_equal<>()) == all.end(), "elements in ascending order")) {
    return;
  }
  const bool pins = kind == select_group || Attr::pin_only.test(one->attributes);
  const std::uint32_t end = total[pins ? select_pin : select_group];
  if (!t.require(all.back() < end, fmt::format("elements below {}", end))) return;
  const Answer beyond = t.send(ListAssociations{id, kind, static_cast<std::uint32_t>(all.size())});
  t.expect(beyond, {Status::invalid_parameters, Status::out_of_range});
}

void associations(Trial& t) {
  const auto total = counts(t);
  if (total[select_group] + total[select_function] == 0) return t.skip("there are pins alone");
  for (const std::uint32_t kind : {select_group, select_function}) {
    for (const std::uint32_t id : some_entities(total[kind], 16)) {
      if (!t.failed()) associations_of(t, id, kind, total);
    }
    if (t.failed() || !t.expect(t.send(ListAssociations{total[kind], kind, 0}), Status::not_found)) return;
  }
  t.expect(t.send(ListAssociations{0, select_pin, 0}), {Status::invalid_parameters, Status::not_supported});
}

/// All settings of a pin or group; fails the case if the parts do not fit together.
[[nodiscard]] std::vector<Setting> settings_of(Trial& t, std::uint32_t id, std::uint32_t kind) {
  std::vector<Setting> all;
  for (bool more = true; more;) {
    const std::uint32_t attributes = SettingsGet::config_flag.put(SettingsGet::all_types) |
                                     SettingsGet::selector.put(kind) |
                                     SettingsGet::skip_configs.put(static_cast<std::uint32_t>(all.size()));
    const auto part = t.read(SettingsGet{id, attributes});
    if (!part) return {};
    all.insert(all.end(), part->configs.begin(), part->configs.end());
    more = SettingsGet::Reply::remaining.get(part->num_configs) != 0;
    if (more && !t.require(!part->configs.empty() && all.size() <= setting_type_max, "settings, while some remain")) {
      return {};
    }
  }
  return all;
}

[[nodiscard]] Answer one_setting(Trial& t, std::uint32_t id, std::uint32_t kind, std::uint32_t type) {
  return t.send(SettingsGet{id, SettingsGet::selector.put(kind) | SettingsGet::config_type.put(type)});
}

/// All settings, and each of them by itself, say the same.
void settings(Trial& t) {
  const auto total = counts(t);
  for (const std::uint32_t kind : {select_pin, select_group}) {
    for (const std::uint32_t id : some_entities(total[kind], 8)) {
      const std::vector<Setting> all = settings_of(t, id, kind);
      if (t.failed()) return;
      const bool ascending = std::ranges::adjacent_find(all, std::greater_equal<>(), &Setting::type) == all.end();
      if (!t.require(ascending, "settings in ascending order of their types")) return;
      for (const Setting& s : all) {
        const auto alone = t.decoded<SettingsGet::Reply>(one_setting(t, id, kind, s.type));
        if (!alone) return;
        const bool same = alone->configs.size() == 1 && alone->configs.front().type == s.type &&
                          (s.type == input_value || alone->configs.front().value == s.value);
        if (!t.require(same, fmt::format("setting {} as in the whole list", s.type))) return;
      }
      if (!t.expect(one_setting(t, id, kind, reserved_setting), Status::invalid_parameters)) return;
    }
  }
}

/// Asked for its function alone, a pin tells no settings.
void function_alone(Trial& t) {
  const auto total = counts(t);
  for (const std::uint32_t kind : {select_pin, select_group}) {
    for (const std::uint32_t id : some_entities(total[kind], 16)) {
      const auto reply = t.read(
          SettingsGet{id, SettingsGet::config_flag.put(SettingsGet::only_function) | SettingsGet::selector.put(kind)});
      if (!reply || !t.require(reply->configs.empty(), "no settings")) return;
      const bool exists = reply->function_selected == no_function || reply->function_selected < total[select_function];
      if (!t.require(exists, "a function that there is, or none")) return;
    }
  }
}

/// A pin with settings that the caller may write: what it is, written again, changes nothing.
struct Writable {
  std::uint32_t id = 0;
  std::vector<Setting> settings;
};
[[nodiscard]] SettingsConfigure write(std::uint32_t pin, std::vector<Setting> settings) {
  return {pin, no_function, 0, std::move(settings)};
}
[[nodiscard]] std::optional<Writable> writable(Trial& t) {
  for (const std::uint32_t id : some_entities(counts(t)[select_pin], 32)) {
    for (const Setting& s : settings_of(t, id, select_pin)) {
      if (s.type == input_value) continue;
      const Answer answer = t.send(write(id, {s}));
      if (answer.is(Status::denied) || answer.is(Status::not_supported) || answer.is(Status::in_use)) break;
      if (!t.expect(answer, Status::success)) return std::nullopt;
      return Writable{id, {s}};
    }
    if (t.failed()) return std::nullopt;
  }
  t.skip("the caller may configure no pin");
  return std::nullopt;
}

void bad_settings(Trial& t) {
  const auto pin = writable(t);
  if (!pin) return;
  const Setting& known = pin->settings.front();
  t.put_back(write(pin->id, {known}));
  const Status bad = Status::invalid_parameters;
  if (!t.expect(t.send(write(pin->id, {})), bad)) return;
  if (!t.expect(t.send(write(pin->id, {{reserved_setting, 1}})), bad)) return;
  if (!t.expect(t.send(write(pin->id, {{known.type | 0x100U, known.value}})), bad)) return;
  if (!t.expect(t.send(write(pin->id, {known, known})), bad)) return;
  const std::uint32_t functions = counts(t)[select_function];
  const Answer stranger = t.send(SettingsConfigure{pin->id, functions, SettingsConfigure::function_valid.mask(), {}});
  if (!t.expect(stranger, bad)) return;
  // The first setting is good: but a command that fails changes nothing.
  const Setting other{known.type, known.value ^ 1U};
  if (!t.expect(t.send(write(pin->id, {other, {reserved_setting, 1}})), bad)) return;
  const auto after = t.decoded<SettingsGet::Reply>(one_setting(t, pin->id, select_pin, known.type));
  if (after && (after->configs.size() != 1 || after->configs.front().value != known.value)) {
    t.warn("a command that was refused to have changed nothing");
  }
}

/// More settings counted than came.
void short_list(Trial& t) {
  const Words words{0, no_function, SettingsConfigure::count.put(2), 1, 0};
  t.expect(t.ask(SettingsConfigure::info.message, words), Status::protocol_error);
}

void setting_takes_effect(Trial& t) {
  const auto pin = writable(t);
  if (!pin) return;
  const Setting& known = pin->settings.front();
  const Setting other{known.type, known.value ^ 1U};
  t.put_back(write(pin->id, {known}));
  if (!t.expect(t.send(write(pin->id, {other})), Status::success)) return;
  const auto after = t.decoded<SettingsGet::Reply>(one_setting(t, pin->id, select_pin, known.type));
  if (!after) return;
  const bool set = after->configs.size() == 1 && after->configs.front().value == other.value;
  t.require(set, fmt::format("setting {} to be {}", other.type, other.value));
}

/// Only pins and groups can be taken, and only those that there are.
void bad_requests(Trial& t) {
  const auto total = counts(t);
  for (const MessageId message : {Request::info.message, Release::info.message}) {
    if (!t.offers(message)) continue;
    for (const std::uint32_t flags : {select_function, reserved_selector, 0x4U}) {
      const Answer answer = t.ask(message, Words{0, flags});
      if (answer.is(Status::not_supported)) return t.skip("pins cannot be taken");
      if (!t.expect(answer, Status::invalid_parameters)) return;
    }
    for (const std::uint32_t kind : {select_pin, select_group}) {
      if (!t.expect(t.ask(message, Words{total[kind], kind}), Status::not_found)) return;
    }
  }
}

/// Taking twice and giving back twice is harmless.
void take_and_give_back(Trial& t) {
  for (const std::uint32_t id : some_entities(counts(t)[select_pin], 16)) {
    const Answer taken = t.send(Request{id, select_pin});
    if (taken.is(Status::not_supported)) return t.skip("pins cannot be taken");
    if (taken.is(Status::denied) || taken.is(Status::in_use)) continue;
    if (!t.expect(taken, Status::success)) return;
    t.put_back(Release{id, select_pin});
    if (!t.expect(t.send(Request{id, select_pin}), Status::success)) return;
    if (!t.expect(t.send(Release{id, select_pin}), Status::success)) return;
    t.expect(t.send(Release{id, select_pin}), Status::success);
    return;
  }
  t.skip("the caller may take no pin");
}

/// Only a trusted agent decides about others, and only about those that there are.
void permissions(Trial& t) {
  const std::uint32_t nobody = 0xFFFF'FFF0;
  const Answer answer = t.send(SetPermissions{AgentId(nobody), 0, SetPermissions::allow.mask()});
  const std::initializer_list<Status> refused = {Status::denied, Status::not_found, Status::not_supported};
  if (!t.expect(answer, refused) || !t.offers(SetPermissions::info.message)) return;
  const std::uint32_t pins = counts(t)[select_pin];
  t.expect(t.send(SetPermissions{AgentId(1), pins, SetPermissions::allow.mask()}), refused);
}

}  // namespace

void add_pin_control_cases(Cases& cases) {
  const auto add = [&](const MessageInfo& info, const char* id, void (*run)(Trial&)) -> Case& {
    return cases.emplace_back(Case{std::string(info.name) + '.' + id, section_of(info.name), protocol::pin_control,
                                   info.since, info.message, false, run});
  };
  add(Attributes::info, "elements", elements);
  add(Attributes::info, "bad_selector", bad_selectors);
  add(NameGet::info, "names", names);
  add(ListAssociations::info, "whole", associations);
  add(SettingsGet::info, "settings", settings);
  add(SettingsGet::info, "function_alone", function_alone);
  add(SettingsConfigure::info, "bad", bad_settings);
  add(SettingsConfigure::info, "short_list", short_list);
  add(SettingsConfigure::info, "takes_effect", setting_takes_effect).destructive = true;
  add(Request::info, "bad_selector", bad_requests);
  add(Request::info, "take_and_give_back", take_and_give_back).destructive = true;
  add(SetPermissions::info, "strangers", permissions).command.reset();
}

}  // namespace scmi::tool::check
