// SPDX-License-Identifier: Apache-2.0
//
// The probe: channels, then the Base protocol, then the channels of the other protocols. Each step that fails says so
// in the error, and the agent made so far shuts itself down on the way out.
#include <algorithm>
#include <array>
#include <string>

#include "scmi/agent.hpp"
#include "scmi/base_messages.hpp"
#include "scmi/call.hpp"

namespace scmi {

class AgentProbe {
 public:
  AgentProbe(const Transport& transport, const AgentConfig& config, Agent& agent)
      : transport_(transport), config_(config), agent_(agent), registry_(*agent.registry_) {}

  Result<void> run() {
    if (const Result<void> r = base_channels(); !r) return r;
    link_ = ProtocolLink(agent_.registry_, agent_.hub_, protocol::base);
    for (const auto step :
         {&AgentProbe::version, &AgentProbe::identity, &AgentProbe::protocol_list, &AgentProbe::discover_agents}) {
      const Result<void> r = (this->*step)();
      if (r) continue;
      if (!config_.lenient) return r;
      agent_.base_.faults.push_back(r.error());
    }
    if (const Result<void> r = protocol_channels(); !r) return r;
    EventSwitches& switches = agent_.hub_->switches();
    switches.attach(agent_.registry_);
    switches.opened(registry_, protocol::base, link_.version());
    return {};
  }

 private:
  template <class C>
  [[nodiscard]] Result<typename C::Reply> ask(const C& command, Step step) {
    Result<typename C::Reply> reply = call(link_, command, config_.probe);
    if (!reply) return reply.error().at(step);
    return reply;
  }

  Result<void> base_channels() {
    if (!transport_.ops->available(transport_.state, protocol::base, Direction::a2p)) {
      return Error::local(LocalError::unsupported, {protocol::base.value, 0, Step::base_channel_available, 0});
    }
    const Result<ChannelHandle> a2p = registry_.open(transport_, protocol::base, Direction::a2p);
    if (!a2p) return a2p.error().at(Step::base_channel_setup);
    if (transport_.ops->available(transport_.state, protocol::base, Direction::p2a)) {
      const Result<ChannelHandle> p2a = open_p2a(protocol::base);
      if (!p2a) return p2a.error().at(Step::base_channel_setup);
    }
    return {};
  }

  /// Some platforms start with the area in their own hands, and send nothing until it was given back once.
  Result<ChannelHandle> open_p2a(ProtocolId protocol) {
    const Result<ChannelHandle> opened = registry_.open(transport_, protocol, Direction::p2a);
    if (!opened) return opened;
    const ChannelRef channel = registry_.acquire(*opened);
    const ChannelBinding& binding = channel->binding();
    if (!binding.ops->poll_done(binding.state)) return opened;
    const auto malformed = [&] { return channel->unattributed().snapshot()[Count::malformed]; };
    const std::uint64_t before = malformed();
    channel->pump(false);
    if (malformed() != before) note(Tolerated::busy_at_open, protocol, MessageId());
    return opened;
  }

  void note(Tolerated kind, ProtocolId protocol, MessageId message) noexcept {
    registry_.services().tolerances.note(kind, protocol, message);
  }

  Result<void> version() {
    const auto reply = ask(ProtocolVersion{}, Step::base_version);
    if (!reply) return reply.error();
    BaseInfo& base = agent_.base_;
    base.version = reply->version;
    if (base.version.major_number() == 0) {
      return Error::local(LocalError::unsupported, {protocol::base.value, 0, Step::base_version, base.version.word});
    }
    base.version_in_force = std::min(base.version, base_protocol::newest);
    if (base.version > base_protocol::newest) {
      // Newer than us: ask for what we know. A platform without that command is spoken to in our newest all the same.
      const auto exists =
          call(link_, ProtocolMessageAttributes{NegotiateProtocolVersion::info.message.value}, config_.probe);
      if (exists) {
        const auto agreed = call(link_, NegotiateProtocolVersion{base_protocol::newest}, config_.probe);
        if (!agreed && agreed.error().origin != Origin::platform) return agreed.error().at(Step::base_negotiate);
      } else if (exists.error().origin != Origin::platform) {
        return exists.error().at(Step::base_negotiate);
      }
    }
    link_.set_version(base.version_in_force);
    return {};
  }

  Result<void> identity() {
    BaseInfo& base = agent_.base_;
    const auto attributes = ask(base_protocol::ProtocolAttributes{}, Step::base_attributes);
    if (!attributes) return attributes.error();
    using Attributes = base_protocol::ProtocolAttributes::Reply;
    protocol_count_ = Attributes::num_protocols.get(attributes->attributes);
    base.agent_count = Attributes::num_agents.get(attributes->attributes);

    const auto vendor = ask(base_protocol::DiscoverVendor{}, Step::base_vendor);
    if (!vendor) return vendor.error();
    base.vendor = vendor->vendor_identifier.view();
    // Optional: only a failure of the channel counts.
    const auto sub_vendor = ask(base_protocol::DiscoverSubVendor{}, Step::base_sub_vendor);
    if (sub_vendor) {
      base.sub_vendor = sub_vendor->sub_vendor_identifier.view();
    } else if (sub_vendor.error().origin != Origin::platform) {
      return sub_vendor.error();
    }
    const auto implementation = ask(base_protocol::DiscoverImplementationVersion{}, Step::base_implementation_version);
    if (!implementation) return implementation.error();
    base.implementation_version = implementation->implementation_version;
    return {};
  }

  /// Bounded by the count the platform announced; by progress, since an empty page ends the list; and by the ids, since
  /// none may come twice.
  Result<void> protocol_list() {
    std::vector<ProtocolId>& list = agent_.base_.protocols;
    const auto bad = [&](std::size_t at) {
      return Error::local(LocalError::malformed_reply,
                          {protocol::base.value, base_protocol::DiscoverListProtocols::info.message.value,
                           Step::base_protocol_list, static_cast<std::uint32_t>(at)});
    };
    while (list.size() < protocol_count_) {
      const auto page =
          ask(base_protocol::DiscoverListProtocols{static_cast<std::uint32_t>(list.size())}, Step::base_protocol_list);
      if (!page) return page.error();
      if (page->protocols.empty()) break;
      for (const ProtocolId id : page->protocols) {
        const bool repeated = std::find(list.begin(), list.end(), id) != list.end();
        if (repeated || list.size() == protocol_count_ || list.size() == config_.protocols_max) {
          return bad(list.size());
        }
        list.push_back(id);
      }
    }
    return {};
  }

  /// Optional throughout: platforms without DISCOVER_AGENT, or with holes, exist.
  Result<void> discover_agents() {
    BaseInfo& base = agent_.base_;
    const bool tells_id = base.version_in_force >= base_protocol::version_2_0;
    for (std::uint32_t id = 0; base.agent_count != 0 && id <= base.agent_count; ++id) {
      const auto reply = ask(base_protocol::DiscoverAgent{AgentId(id)}, Step::base_discover_agent);
      if (!reply) {
        if (reply.error().origin != Origin::platform) return reply.error();
        if (id == 0) note(Tolerated::no_agent_discovery, protocol::base, base_protocol::DiscoverAgent::info.message);
        continue;
      }
      base.agents.push_back({AgentId(id), std::string(reply->name.view())});
    }
    if (!tells_id || base.agent_count == 0) return {};
    const auto self = ask(base_protocol::DiscoverAgent{base_protocol::self}, Step::base_discover_agent);
    if (self) {
      base.self = AgentName{self->agent_id, std::string(self->name.view())};
    } else if (self.error().origin != Origin::platform) {
      return self.error();
    }
    return {};
  }

  Result<void> protocol_channels() {
    for (const ProtocolId protocol : agent_.base_.protocols) {
      for (const Direction direction : {Direction::a2p, Direction::p2a}) {
        if (const Result<void> r = provide(protocol, direction); !r) {
          Error error = r.error().at(Step::protocol_channel_setup);
          error.context.protocol = protocol.value;
          return error;
        }
      }
    }
    return {};
  }

  /// Gives a protocol the channel the transport has for it: its own, one that it shares, or Base's.
  Result<void> provide(ProtocolId protocol, Direction direction) {
    const bool own = transport_.ops->available(transport_.state, protocol, direction);
    ProtocolId carrier = protocol;
    if (!own) {
      carrier = transport_.ops->carrier != nullptr ? transport_.ops->carrier(transport_.state, protocol, direction)
                                                   : protocol::base;
    }
    ChannelHandle channel = registry_.route(carrier, direction);
    if (channel.generation == 0) {
      // Base without a P2A channel is a fact; everything else is made when its first protocol needs it.
      if (carrier == protocol::base) return {};
      const Result<ChannelHandle> opened =
          direction == Direction::p2a ? open_p2a(carrier) : registry_.open(transport_, carrier, direction);
      if (!opened) return opened.error();
      channel = *opened;
    }
    return carrier == protocol ? Result<void>() : registry_.map(protocol, direction, channel);
  }

  const Transport& transport_;
  const AgentConfig& config_;
  Agent& agent_;
  ChannelRegistry& registry_;
  ProtocolLink link_;
  std::uint32_t protocol_count_ = 0;
};

Result<std::unique_ptr<Agent>> Agent::probe(const Transport& transport, TimeSource& clock, Waiter& waiter,
                                            const AgentConfig& config) {
  std::unique_ptr<Agent> agent(
      new Agent(ChannelRegistry::create(clock, waiter, config.registry),
                config.notifications != nullptr ? config.notifications : std::make_shared<NotificationHub>(waiter)));
  agent->set_tap(config.tap);
  const Result<void> probed = AgentProbe(transport, config, *agent).run();
  if (!probed) {
    agent->shutdown();
    return probed.error();
  }
  return agent;
}

}  // namespace scmi
