// SPDX-License-Identifier: Apache-2.0
//
// The system power protocol (DEN0056 0x12). There is one system, so it is resource 0 of everybody who may use the
// protocol.
#include <algorithm>

#include "platform/call.hpp"
#include "protocols/system_power_messages.hpp"

namespace scmi::platform {
namespace {

using namespace system_power_protocol;

constexpr Index the_system = 0;

const SystemPowerConfig& settings(const Call& call) { return *call.config().system_power; }
const SystemRights& rights(const Call& call) { return call.agent.config().system; }

Status protocol_attributes(Call&, const ProtocolAttributes&, ProtocolAttributes::Reply&) { return Status::success; }

/// Unlike elsewhere NOT_SUPPORTED tells that there are no notifications.
Status attributes_of_message(Call& call, const ProtocolMessageAttributes& command,
                             ProtocolMessageAttributes::Reply& reply) {
  const Row* row = nullptr;
  const Presence present = presence(call, command.message_id, &row);
  const bool notify = present != Presence::unknown && row->message == StateNotify::info.message;
  if (notify && (present != Presence::served || !rights(call).notify)) return Status::not_supported;
  if (present != Presence::served) return Status::not_found;
  if (row->message == StateSet::info.message) {
    reply.attributes = warm_reset_supported.put(settings(call).warm_reset ? 1 : 0) |
                       suspend_supported.put(settings(call).suspend ? 1 : 0);
  }
  return Status::success;
}

bool known(const Call& call, std::uint32_t state) {
  if (state < first_vendor_state) return state <= system_state::suspend;
  const auto& states = settings(call).vendor_states;
  return std::find(states.begin(), states.end(), state) != states.end();
}

bool supported(const Call& call, std::uint32_t state) {
  switch (state) {
    case system_state::warm_reset: return settings(call).warm_reset;
    case system_state::suspend: return settings(call).suspend;
    case system_state::power_up: return !settings(call).full_view && rights(call).role != SystemRole::psci;
    default: return true;
  }
}

/// Whether more application processors than the caller's own are on.
bool others_running(const Call& call) {
  const auto& domains = call.config().power_domains;
  std::size_t running = 0;
  for (Index i = 0; i < domains.size(); ++i) {
    if (domains[i].processor && call.platform.soc().power().powered(i)) ++running;
  }
  return running > 1;
}

bool possible_now(const Call& call, std::uint32_t state) {
  const std::uint32_t now = call.platform.soc().system_power().state();
  const bool down = now == system_state::shutdown || now == system_state::suspend;
  if (state == system_state::power_up) return down;
  if (state == system_state::shutdown) return true;
  if (now == system_state::shutdown) return false;
  return state != system_state::suspend || !others_running(call);
}

Status state_set(Call& call, const StateSet& command, Empty&) {
  if ((command.flags & reserved_bits(flags_bits, call.version)) != 0) return Status::invalid_parameters;
  const std::uint32_t state = command.system_state;
  if (!known(call, state)) return Status::invalid_parameters;
  if (rights(call).role == SystemRole::ospm) {
    return call.behaviour().system_set_denied ? Status::denied : Status::not_supported;
  }
  if (!supported(call, state)) return Status::not_supported;
  if (!possible_now(call, state)) return Status::denied;
  SystemPowerModel& system = call.platform.soc().system_power();
  if (graceful.test(command.flags) && state != system_state::power_up) {
    system.ask(call.id, state, call.now);
  } else {
    system.force(call.id, state);
  }
  return Status::success;
}

Status state_get(Call& call, const StateGet&, StateGet::Reply& reply) {
  const bool sensible = !settings(call).full_view && rights(call).role != SystemRole::psci;
  if (!sensible || call.behaviour().system_get_not_supported) return Status::not_supported;
  reply.system_state = call.platform.soc().system_power().state();
  return Status::success;
}

Status state_notify(Call& call, const StateNotify& command, Empty&) {
  if (!rights(call).notify) return Status::not_supported;
  if (const Status status = check_enable(command.notify_enable); status != Status::success) return status;
  call.agent.subscribe(Event::system_state, the_system, command.notify_enable != 0);
  return Status::success;
}

constexpr std::array rows = {
    row<ProtocolVersion, protocol_version>(),
    row<ProtocolAttributes, protocol_attributes>(),
    row<ProtocolMessageAttributes, attributes_of_message>(),
    row<StateSet, state_set>(),
    row<StateGet, state_get>(),
    row<StateNotify, state_notify>(Need::p2a),
    row<NegotiateProtocolVersion, negotiate>(),
};

}  // namespace

void tell(PlatformState& platform, AgentId cause, const SystemStateChanged& event) {
  platform.notify(Event::system_state, cause, event.tell_cause, the_system, [&](std::uint32_t, Version) {
    return StateNotifier{platform.told(cause), graceful.put(event.graceful ? 1 : 0), event.state, event.timeout_ms};
  });
}

const Server system_power_server{ServedProtocol::system_power, rows};

}  // namespace scmi::platform
