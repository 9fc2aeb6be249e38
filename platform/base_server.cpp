// SPDX-License-Identifier: Apache-2.0
//
// The Base protocol (DEN0056 0x10): who the platform is, who else is there, and who may do what.
#include <algorithm>

#include "platform/call.hpp"
#include "scmi/base_messages.hpp"

namespace scmi::platform {
namespace {

using namespace base_protocol;

/// The protocols besides Base that the caller can use, ascending.
std::vector<ProtocolId> usable_protocols(const Call& call) {
  std::vector<ProtocolId> list;
  for (const ServedProtocol p : all_served) {
    if (p != ServedProtocol::base && call.agent.open(p)) list.push_back(row_of(p).id);
  }
  const auto vendor = call.platform.vendor().open_for(call.id);
  list.insert(list.end(), vendor.begin(), vendor.end());
  return list;
}

bool discoverable(const Call& call) {
  return !call.config().disabled[ServedProtocol::base].contains(DiscoverAgent::info.message.value);
}

Status protocol_attributes(Call& call, const ProtocolAttributes&, ProtocolAttributes::Reply& reply) {
  using R = ProtocolAttributes::Reply;
  const std::size_t agents = discoverable(call) ? call.config().agents.size() : 0;
  reply.attributes = R::num_agents.put(static_cast<std::uint32_t>(agents)) |
                     R::num_protocols.put(static_cast<std::uint32_t>(usable_protocols(call).size()));
  return Status::success;
}

Status discover_vendor(Call& call, const DiscoverVendor&, DiscoverVendor::Reply& reply) {
  reply.vendor_identifier = std::string_view(call.config().vendor);
  return Status::success;
}

Status discover_sub_vendor(Call& call, const DiscoverSubVendor&, DiscoverSubVendor::Reply& reply) {
  reply.sub_vendor_identifier = std::string_view(call.config().sub_vendor);
  return Status::success;
}

Status discover_implementation_version(Call& call, const DiscoverImplementationVersion&,
                                       DiscoverImplementationVersion::Reply& reply) {
  reply.implementation_version = call.config().implementation_version;
  return Status::success;
}

Status discover_list_protocols(Call& call, const DiscoverListProtocols& command, DiscoverListProtocols::Reply& reply) {
  const std::vector<ProtocolId> all = usable_protocols(call);
  if (command.skip > all.size()) return Status::invalid_parameters;
  if (command.skip == all.size() && command.skip != 0 && !call.behaviour().list_end_is_empty) {
    return Status::invalid_parameters;
  }
  const std::size_t left = all.size() - command.skip;
  const std::size_t n = std::min(left, call.room_for(4) * 4);
  if (n == 0 && left != 0) return Status::generic_error;
  const auto first = all.begin() + command.skip;
  reply.protocols.assign(first, first + static_cast<std::ptrdiff_t>(n));
  return Status::success;
}

Status discover_agent(Call& call, const DiscoverAgent& command, DiscoverAgent::Reply& reply) {
  AgentId wanted = command.agent_id;
  if (wanted == self && call.version >= version_2_0) wanted = call.id;
  if (wanted.value == 0) {
    reply.name = "platform";
    return Status::success;
  }
  const AgentState* agent = call.platform.agent(wanted);
  if (agent == nullptr) return Status::not_found;
  reply.agent_id = wanted;
  reply.name = std::string_view(agent->config().name);
  return Status::success;
}

Status notify_errors(Call& call, const NotifyErrors& command, Empty&) {
  const Status status = check_enable(command.notify_enable);
  if (status == Status::success) call.agent.want_errors(command.notify_enable != 0);
  return status;
}

/// The agent and the device of a permission command. NOT_FOUND, also for devices the agent may never have.
tl::expected<AgentState*, Status> subject(Call& call, AgentId id, std::uint32_t device) {
  AgentState* agent = call.platform.agent(id);
  if (agent == nullptr || device >= call.config().devices.size() || !agent->config().devices[device]) {
    return tl::unexpected(Status::not_found);
  }
  return agent;
}

Status set_device_permissions(Call& call, const SetDevicePermissions& command, Empty&) {
  const auto agent = subject(call, command.agent_id, command.device_id);
  if (!agent) return agent.error();
  if ((command.flags & reserved_bits(SetDevicePermissions::flags_bits, call.version)) != 0) {
    return Status::invalid_parameters;
  }
  for (const ServedProtocol p : all_served) {
    (*agent)->grant(command.device_id, p, SetDevicePermissions::allow.test(command.flags));
  }
  return Status::success;
}

Status set_protocol_permissions(Call& call, const SetProtocolPermissions& command, Empty&) {
  using C = SetProtocolPermissions;
  const auto agent = subject(call, command.agent_id, command.device_id);
  if (!agent) return agent.error();
  if ((command.command_id & reserved_bits(C::command_id_bits, call.version)) != 0) return Status::invalid_parameters;
  const auto id = static_cast<std::uint8_t>(C::protocol_id.get(command.command_id));
  const auto p = served_protocol(ProtocolId(id));
  if (!p || *p == ServedProtocol::base || !(*agent)->config().protocols[*p] || !(*agent)->offered(*p)) {
    return Status::not_found;
  }
  if ((command.flags & reserved_bits(C::flags_bits, call.version)) != 0) return Status::invalid_parameters;
  (*agent)->grant(command.device_id, *p, C::allow.test(command.flags));
  return Status::success;
}

Status reset_agent_configuration(Call& call, const ResetAgentConfiguration& command, Empty&) {
  using C = ResetAgentConfiguration;
  if (call.platform.agent(command.agent_id) == nullptr) return Status::not_found;
  const bool with_permissions = C::reset_permissions.test(command.flags);
  // Everybody may reset what is their own; what a trusted agent took away is not.
  const bool own = command.agent_id == call.id && !with_permissions;
  if (!call.agent.config().trusted && !own) return Status::denied;
  if ((command.flags & reserved_bits(C::flags_bits, call.version)) != 0) return Status::invalid_parameters;
  call.platform.reset_agent(command.agent_id, with_permissions);
  return Status::success;
}

constexpr std::array rows = {
    row<ProtocolVersion, protocol_version>(),
    row<ProtocolAttributes, protocol_attributes>(),
    row<ProtocolMessageAttributes, message_attributes>(),
    row<DiscoverVendor, discover_vendor>(),
    row<DiscoverSubVendor, discover_sub_vendor>(),
    row<DiscoverImplementationVersion, discover_implementation_version>(),
    row<DiscoverListProtocols, discover_list_protocols>(),
    row<DiscoverAgent, discover_agent>(),
    row<NotifyErrors, notify_errors>(Need::p2a),
    row<SetDevicePermissions, set_device_permissions>(Need::trusted),
    row<SetProtocolPermissions, set_protocol_permissions>(Need::trusted),
    row<ResetAgentConfiguration, reset_agent_configuration>(),
    row<NegotiateProtocolVersion, negotiate>(),
};

}  // namespace

const Server base_server{ServedProtocol::base, rows};

}  // namespace scmi::platform
