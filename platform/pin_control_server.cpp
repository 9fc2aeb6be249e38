// SPDX-License-Identifier: Apache-2.0
//
// The pin control protocol (DEN0056 0x19). An agent's numbers of pins are its positions in `visible`; of groups it sees
// those all of whose pins it sees, of functions those that it could select somewhere, each numbered without holes.
#include <algorithm>

#include "platform/call.hpp"
#include "protocols/pin_control_messages.hpp"

namespace scmi::platform {
namespace {

using namespace pin_control_protocol;

constexpr std::uint32_t id_bits = 0xFFFF;  ///< Of an identifier: the platform ignores the others.

bool sees(const Call& call, Index pin) { return call.agent.view(call.protocol).id_of(pin).has_value(); }

std::vector<Index> visible_groups(const Call& call) {
  std::vector<Index> list;
  const auto& groups = call.config().pin_groups;
  for (Index i = 0; i < groups.size(); ++i) {
    if (std::ranges::all_of(groups[i].pins, [&](Index pin) { return sees(call, pin); })) list.push_back(i);
  }
  return list;
}

/// The agent's numbers of what a function can be selected for.
std::vector<std::uint16_t> elements_of(const Call& call, const PinFunctionConfig& function) {
  std::vector<std::uint16_t> ids;
  if (function.pin_only) {
    for (const Index pin : function.pins) {
      if (const auto id = call.agent.view(call.protocol).id_of(pin)) ids.push_back(static_cast<std::uint16_t>(*id));
    }
  } else {
    const std::vector<Index> groups = visible_groups(call);
    for (std::size_t id = 0; id < groups.size(); ++id) {
      if (std::ranges::binary_search(function.groups, groups[id])) ids.push_back(static_cast<std::uint16_t>(id));
    }
  }
  std::ranges::sort(ids);
  return ids;
}

std::vector<Index> visible_functions(const Call& call) {
  std::vector<Index> list;
  const auto& functions = call.config().pin_functions;
  for (Index i = 0; i < functions.size(); ++i) {
    if (!elements_of(call, functions[i]).empty()) list.push_back(i);
  }
  return list;
}

/// What a selector and an identifier mean.
struct Target {
  std::uint32_t kind = select_pin;
  Index index = no_index;   ///< In the description.
  std::vector<Index> pins;  ///< Of a pin or group: what it consists of.
};

/// INVALID_PARAMETERS for a selector above `kind_max`, NOT_FOUND.
tl::expected<Target, Status> find(const Call& call, std::uint32_t kind, std::uint32_t identifier,
                                  std::uint32_t kind_max) {
  if (kind > kind_max) return tl::unexpected(Status::invalid_parameters);
  const std::uint32_t id = identifier & id_bits;
  if (kind == select_pin) {
    const auto pin = call.visible(id);
    if (!pin) return tl::unexpected(pin.error());
    return Target{kind, *pin, {*pin}};
  }
  const std::vector<Index> list = kind == select_group ? visible_groups(call) : visible_functions(call);
  if (id >= list.size()) return tl::unexpected(Status::not_found);
  Target target{kind, list[id], {}};
  if (kind == select_group) target.pins = call.config().pin_groups[target.index].pins;
  return target;
}

bool granted(const Call& call, const Target& target) {
  return std::ranges::all_of(target.pins, [&](Index pin) { return call.agent.granted(call.protocol, pin); });
}

/// For commands that only look: what a trusted agent denied is not there.
tl::expected<Target, Status> look_at(const Call& call, std::uint32_t kind, std::uint32_t identifier,
                                     std::uint32_t kind_max) {
  auto target = find(call, kind, identifier, kind_max);
  if (target && !granted(call, *target)) return tl::unexpected(Status::not_found);
  return target;
}

/// Whether the caller may change it at all; ownership is another matter.
bool may_change(const Call& call, const Target& target) {
  const PinModel& pins = call.platform.soc().pins();
  return granted(call, target) && std::ranges::all_of(target.pins, [&](Index pin) {
           return call.agent.config().may_configure_pin[pin] && pins.allowed(call.id, pin);
         });
}
bool owned_by_other(const Call& call, const Target& target) {
  const PinModel& pins = call.platform.soc().pins();
  return std::ranges::any_of(target.pins, [&](Index pin) {
    const AgentId owner = pins.owner(pin);
    return owner != AgentId(0) && owner != call.id;
  });
}
Status refused_for_owner(const Call& call) {
  return call.behaviour().pins_of_others_denied ? Status::denied : Status::in_use;
}

const std::string& name_of(const Call& call, const Target& target) {
  const SocConfig& soc = call.config();
  if (target.kind == select_pin) return soc.pins[target.index].name;
  return target.kind == select_group ? soc.pin_groups[target.index].name : soc.pin_functions[target.index].name;
}

Status protocol_attributes(Call& call, const ProtocolAttributes&, ProtocolAttributes::Reply& reply) {
  using R = ProtocolAttributes::Reply;
  reply.attributes_low = R::num_pins.put(static_cast<std::uint32_t>(call.agent.view(call.protocol).size())) |
                         R::num_groups.put(static_cast<std::uint32_t>(visible_groups(call).size()));
  reply.attributes_high = R::num_functions.put(static_cast<std::uint32_t>(visible_functions(call).size()));
  return Status::success;
}

Status attributes(Call& call, const Attributes& command, Attributes::Reply& reply) {
  using R = Attributes::Reply;
  if ((command.flags & reserved_bits(flags_bits, call.version)) != 0) return Status::invalid_parameters;
  const auto target = look_at(call, command.flags, command.identifier, select_function);
  if (!target) return target.error();
  std::size_t count = target->pins.size();
  if (target->kind == select_function) {
    const PinFunctionConfig& function = call.config().pin_functions[target->index];
    count = elements_of(call, function).size();
    reply.attributes |= R::gpio.put(function.gpio) | R::pin_only.put(function.pin_only);
  }
  const std::string& name = name_of(call, *target);
  reply.attributes |=
      R::num_elements.put(static_cast<std::uint32_t>(count)) | R::extended_name.put(name.size() >= sizeof(ShortName));
  reply.name = std::string_view(name);
  return Status::success;
}

Status name_get(Call& call, const NameGet& command, NameGet::Reply& reply) {
  if ((command.flags & reserved_bits(flags_bits, call.version)) != 0) return Status::invalid_parameters;
  const auto target = look_at(call, command.flags, command.identifier, select_function);
  if (!target) return target.error();
  reply.name = std::string_view(name_of(call, *target));
  return Status::success;
}

Status list_associations(Call& call, const ListAssociations& command, ListAssociations::Reply& reply) {
  using R = ListAssociations::Reply;
  if ((command.flags & reserved_bits(flags_bits, call.version)) != 0 || command.flags == select_pin) {
    return Status::invalid_parameters;
  }
  const auto target = look_at(call, command.flags, command.identifier, select_function);
  if (!target) return target.error();
  std::vector<std::uint16_t> all;
  if (target->kind == select_function) {
    all = elements_of(call, call.config().pin_functions[target->index]);
  } else {
    for (const Index pin : target->pins) {
      all.push_back(static_cast<std::uint16_t>(*call.agent.view(call.protocol).id_of(pin)));
    }
    std::ranges::sort(all);
  }
  if (command.index >= all.size()) return Status::invalid_parameters;
  const std::size_t left = all.size() - command.index;
  const std::size_t n = std::min<std::size_t>({left, call.room_for(sizeof(std::uint16_t)), R::count.max()});
  if (n == 0) return Status::generic_error;
  const auto first = all.begin() + command.index;
  reply.elements.assign(first, first + static_cast<std::ptrdiff_t>(n));
  reply.flags = R::remaining.put(static_cast<std::uint32_t>(left - n));
  return Status::success;
}

bool reserved_type(std::uint32_t type) {
  return type > setting_type_max || (type > last_standard_setting && type < first_oem_setting);
}

/// What all pins of the target have; the value is the first one's.
std::vector<Setting> settings_of(const Call& call, const Target& target) {
  const PinModel& pins = call.platform.soc().pins();
  std::vector<Setting> list;
  for (const auto& [type, initial] : call.config().pins[target.pins.front()].settings) {
    const bool shared =
        std::ranges::all_of(target.pins, [&](Index pin) { return call.config().pins[pin].settings.contains(type); });
    if (shared) list.push_back({type, pins.setting(target.pins.front(), type).value_or(initial)});
  }
  return list;
}

/// The caller's number of the function that all pins of the target have.
std::uint32_t function_of(const Call& call, const Target& target) {
  const PinModel& pins = call.platform.soc().pins();
  const Index function = pins.function(target.pins.front());
  const bool common = std::ranges::all_of(target.pins, [&](Index pin) { return pins.function(pin) == function; });
  const std::vector<Index> seen = visible_functions(call);
  const auto at = std::ranges::find(seen, function);
  if (!common || at == seen.end()) return no_function;
  return static_cast<std::uint32_t>(at - seen.begin());
}

Status settings_get(Call& call, const SettingsGet& command, SettingsGet::Reply& reply) {
  using C = SettingsGet;
  using R = SettingsGet::Reply;
  const std::uint32_t flag = C::config_flag.get(command.attributes);
  if ((command.attributes & reserved_bits(C::attributes_bits, call.version)) != 0 || flag > C::only_function) {
    return Status::invalid_parameters;
  }
  const auto target = look_at(call, C::selector.get(command.attributes), command.identifier, select_group);
  if (!target) return target.error();
  reply.function_selected = function_of(call, *target);
  if (flag == C::only_function) return Status::success;
  const std::vector<Setting> all = settings_of(call, *target);
  if (flag == C::one_type) {
    const std::uint32_t type = C::config_type.get(command.attributes);
    if (reserved_type(type)) return Status::invalid_parameters;
    const auto at = std::ranges::find(all, type, &Setting::type);
    if (at == all.end()) return Status::not_supported;
    reply.configs = {*at};
    return Status::success;
  }
  const std::size_t skip = std::min<std::size_t>(C::skip_configs.get(command.attributes), all.size());
  constexpr std::size_t head = 4;  // The function, besides what room_for() knows.
  const std::size_t room = call.room_for(1) < head ? 0 : (call.room_for(1) - head) / (2 * sizeof(std::uint32_t));
  const std::size_t n = std::min<std::size_t>({all.size() - skip, room, R::count.max()});
  if (n == 0 && skip != all.size()) return Status::generic_error;
  const auto first = all.begin() + static_cast<std::ptrdiff_t>(skip);
  reply.configs.assign(first, first + static_cast<std::ptrdiff_t>(n));
  const auto remaining = static_cast<std::uint32_t>(std::min<std::size_t>(all.size() - skip - n, R::remaining.max()));
  reply.num_configs = R::remaining.put(remaining);
  return Status::success;
}

/// The types, by themselves: SUCCESS or INVALID_PARAMETERS.
Status check_types(const Call& call, const std::vector<Setting>& settings) {
  std::vector<std::uint32_t> types;
  for (const Setting& s : settings) {
    if (reserved_type(s.type)) return Status::invalid_parameters;
    types.push_back(s.type);
  }
  if (!std::ranges::is_sorted(types) && call.behaviour().pin_settings_ascending) return Status::invalid_parameters;
  std::ranges::sort(types);
  return std::ranges::adjacent_find(types) == types.end() ? Status::success : Status::invalid_parameters;
}

bool can_select(const Call& call, const Target& target, Index function) {
  const PinFunctionConfig& f = call.config().pin_functions[function];
  if (target.kind == select_pin) return f.pin_only && std::ranges::binary_search(f.pins, target.index);
  return !f.pin_only && std::ranges::binary_search(f.groups, target.index);
}

/// Judges everything first, so that a command that fails has changed nothing.
Status settings_configure(Call& call, const SettingsConfigure& command, Empty&) {
  using C = SettingsConfigure;
  const bool with_function = C::function_valid.test(command.attributes);
  if ((command.attributes & reserved_bits(C::attributes_bits, call.version)) != 0) return Status::invalid_parameters;
  const auto target = find(call, C::selector.get(command.attributes), command.identifier, select_group);
  if (!target) return target.error();
  if (command.configs.empty() && !with_function) return Status::invalid_parameters;
  if (const Status status = check_types(call, command.configs); status != Status::success) return status;
  Index function = no_index;
  if (with_function && command.function_id != no_function) {
    const auto found = find(call, select_function, command.function_id, select_function);
    if (!found) return Status::invalid_parameters;
    function = found->index;
  }
  if (!may_change(call, *target)) return Status::denied;
  if (owned_by_other(call, *target)) return refused_for_owner(call);
  const std::vector<Setting> known = settings_of(call, *target);
  for (const Setting& s : command.configs) {
    const bool has = s.type == 0 || std::ranges::find(known, s.type, &Setting::type) != known.end();
    if (!has) return Status::not_supported;
  }
  if (function != no_index && !can_select(call, *target, function)) return Status::not_supported;

  PinModel& pins = call.platform.soc().pins();
  for (const Index pin : target->pins) {
    if (with_function) pins.select(call.id, pin, function);
    // Defaults first, wherever they stand: what is said besides them holds.
    for (const Setting& s : command.configs) {
      if (s.type == 0) pins.set_defaults(pin);
    }
    for (const Setting& s : command.configs) {
      if (s.type != 0) pins.set(call.id, pin, static_cast<std::uint8_t>(s.type), s.value);
    }
  }
  return Status::success;
}

Status request(Call& call, const Request& command, Empty&) {
  if ((command.flags & reserved_bits(flags_bits, call.version)) != 0) return Status::invalid_parameters;
  const auto target = find(call, command.flags, command.identifier, select_group);
  if (!target) return target.error();
  if (!may_change(call, *target)) return Status::denied;
  if (owned_by_other(call, *target)) return Status::in_use;
  for (const Index pin : target->pins) call.platform.soc().pins().own(pin, call.id);
  return Status::success;
}

Status release(Call& call, const Release& command, Empty&) {
  if ((command.flags & reserved_bits(flags_bits, call.version)) != 0) return Status::invalid_parameters;
  const auto target = find(call, command.flags, command.identifier, select_group);
  if (!target) return target.error();
  if (owned_by_other(call, *target)) return refused_for_owner(call);
  for (const Index pin : target->pins) call.platform.soc().pins().own(pin, AgentId(0));
  return Status::success;
}

Status set_permissions(Call& call, const SetPermissions& command, Empty&) {
  using C = SetPermissions;
  if (call.platform.agent(command.agent_id) == nullptr) return Status::not_found;
  if ((command.flags & reserved_bits(C::flags_bits, call.version)) != 0) return Status::invalid_parameters;
  const auto target = find(call, C::selector.get(command.flags), command.identifier, select_function);
  if (!target) return target.error();
  // What a function may be selected for is decided by pin and by group.
  if (target->kind == select_function) return Status::not_supported;
  for (const Index pin : target->pins) {
    call.platform.soc().pins().allow(command.agent_id, pin, C::allow.test(command.flags));
  }
  return Status::success;
}

constexpr std::array rows = {
    row<ProtocolVersion, protocol_version>(),
    row<ProtocolAttributes, protocol_attributes>(),
    row<ProtocolMessageAttributes, message_attributes>(),
    row<Attributes, attributes>(),
    row<ListAssociations, list_associations>(),
    row<SettingsGet, settings_get>(),
    row<SettingsConfigure, settings_configure>(),
    row<Request, request>(),
    row<Release, release>(),
    row<NameGet, name_get>(),
    row<SetPermissions, set_permissions>(Need::trusted),
    row<NegotiateProtocolVersion, negotiate>(),
};

}  // namespace

const Server pin_control_server{ServedProtocol::pin_control, rows};

}  // namespace scmi::platform
