// SPDX-License-Identifier: Apache-2.0
#include "protocols/base.hpp"

#include <algorithm>

namespace scmi {

using namespace base_protocol;

Result<Base> Base::open(const Agent& agent) {
  Result<ProtocolLink> link = agent.link(protocol::base);
  if (!link) return link.error();
  const std::optional<AgentName>& caller = agent.base().self;
  return Base(std::move(*link), caller ? std::optional(caller->id) : std::nullopt);
}

Result<Version> Base::platform_version(const CallOptions& options) const {
  const auto reply = call(link_, ProtocolVersion{}, options);
  if (!reply) return reply.error();
  return reply->version;
}

Result<Base::Counts> Base::counts(const CallOptions& options) const {
  using Reply = ProtocolAttributes::Reply;
  const auto reply = call(link_, ProtocolAttributes{}, options);
  if (!reply) return reply.error();
  return Counts{Reply::num_agents.get(reply->attributes), Reply::num_protocols.get(reply->attributes)};
}

Result<std::string> Base::vendor(const CallOptions& options) const {
  const auto reply = call(link_, DiscoverVendor{}, options);
  if (!reply) return reply.error();
  return std::string(reply->vendor_identifier.view());
}

Result<std::string> Base::sub_vendor(const CallOptions& options) const {
  const auto reply = call(link_, DiscoverSubVendor{}, options);
  if (!reply) return reply.error();
  return std::string(reply->sub_vendor_identifier.view());
}

Result<std::uint32_t> Base::implementation_version(const CallOptions& options) const {
  const auto reply = call(link_, DiscoverImplementationVersion{}, options);
  if (!reply) return reply.error();
  return reply->implementation_version;
}

Result<std::vector<ProtocolId>> Base::protocols(const CallOptions& options) const {
  const auto promised = counts(options);
  if (!promised) return promised.error();
  std::vector<ProtocolId> list;
  while (list.size() < promised->protocols) {
    const auto page = call(link_, DiscoverListProtocols{static_cast<std::uint32_t>(list.size())}, options);
    // Some platforms say "end" by a status and some by an empty page.
    const bool ended = page ? page->protocols.empty() : !list.empty() && page.error().origin == Origin::platform;
    if (ended) break;
    if (!page) return page.error();
    for (const ProtocolId id : page->protocols) {
      if (list.size() == promised->protocols) break;
      if (std::ranges::find(list, id) != list.end()) {
        return Error::local(LocalError::malformed_reply, detail::context_of<DiscoverListProtocols>(link_));
      }
      list.push_back(id);
    }
  }
  return Result<std::vector<ProtocolId>>(std::move(list));
}

Result<AgentName> Base::discover_agent(AgentId agent, const CallOptions& options) const {
  const bool tells_id = version() >= version_2_0;
  if (agent == self && !tells_id) {
    return Error::local(LocalError::unsupported, detail::context_of<DiscoverAgent>(link_));
  }
  const auto reply = call(link_, DiscoverAgent{agent}, options);
  if (!reply) return reply.error();
  return AgentName{tells_id ? reply->agent_id : agent, std::string(reply->name.view())};
}

Result<void> Base::set_device_permissions(AgentId agent, std::uint32_t device, bool allow,
                                          const CallOptions& options) const {
  return detail::order(link_, SetDevicePermissions{agent, device, SetDevicePermissions::allow.put(allow ? 1 : 0)},
                       options);
}

Result<void> Base::set_protocol_permissions(AgentId agent, std::uint32_t device, ProtocolId protocol, bool allow,
                                            const CallOptions& options) const {
  return detail::order(link_,
                       SetProtocolPermissions{agent, device, SetProtocolPermissions::protocol_id.put(protocol.value),
                                              SetProtocolPermissions::allow.put(allow ? 1 : 0)},
                       options);
}

Result<void> Base::reset_agent_configuration(AgentId agent, bool reset_permissions, const CallOptions& options) const {
  const std::uint32_t flags = ResetAgentConfiguration::reset_permissions.put(reset_permissions ? 1 : 0);
  const Result<void> reset = detail::order(link_, ResetAgentConfiguration{agent, flags}, options);
  EventSwitches& switches = link_.notifications()->switches();
  if (reset && agent == ourselves_ && switches.attached_to(*link_.registry())) switches.renew();
  return reset;
}

Result<void> Base::notify_errors(bool enable, const CallOptions& options) const {
  return detail::order(link_, NotifyErrors{notify_enable_bit.put(enable ? 1 : 0)}, options);
}

Subscription Base::on_error_event(ErrorCallback callback) const {
  return listen<ErrorsEvent>(link_, std::move(callback));
}

Result<Subscription> Base::watch_errors(ErrorCallback callback, const CallOptions& options) const {
  return watch<ErrorsEvent>(link_, NoSource(), std::move(callback), options);
}

}  // namespace scmi
