// SPDX-License-Identifier: Apache-2.0
//
// Requests in, replies and messages out, in time.
#include "platform/platform_host.hpp"

#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>

#include "platform/shared_window.hpp"
#include "scmi/message_header.hpp"
#include "scmi/result.hpp"
#include "scmi/status.hpp"

namespace scmi::platform {
namespace {

/// Bytes of an area that are no payload (DEN0056 shared memory transport: status, flags, length, header).
constexpr std::uint32_t area_overhead = 28;

std::string words(std::uint32_t header) {
  const MessageHeader h = MessageHeader::unpack(header);
  return fmt::format("protocol {:#x} message {:#x} token {}", h.protocol.value, h.message.value, h.token.value);
}

std::string status_of(std::span<const std::byte> payload) {
  std::int32_t status = 0;
  std::memcpy(&status, payload.data(), std::min(payload.size(), sizeof status));
  return std::string(name(static_cast<Status>(status)));
}

}  // namespace

std::vector<transport::AgentConfig> transport_agents(const SocConfig& soc) {
  std::vector<transport::AgentConfig> agents;
  for (const AgentConfig& agent : soc.agents) {
    transport::AgentConfig to{AgentId(static_cast<std::uint32_t>(agents.size() + 1)), agent.name, {}};
    for (const ChannelConfig& channel : agent.channels) {
      transport::ChannelConfig c{{}, channel.size, channel.p2a ? channel.p2a_size : 0};
      for (const ServedProtocol p : channel.protocols) c.protocols.push_back(row_of(p).id);
      to.channels.push_back(std::move(c));
    }
    const WindowPlan plan = plan_window(soc, agents.size());
    to.window = {plan.address, plan.size};
    to.manners = {soc.behaviour.p2a_starts_busy, soc.behaviour.p2a_never_waits, soc.behaviour.check_words};
    agents.push_back(std::move(to));
  }
  return agents;
}

std::function<bool(const transport::PeerCredentials&, AgentId)> agent_rights(const SocConfig& soc) {
  std::vector<std::uint32_t> users;
  for (const AgentConfig& agent : soc.agents) users.push_back(agent.uid.value_or(::geteuid()));
  return [users](const transport::PeerCredentials& peer, AgentId agent) {
    return agent.value >= 1 && agent.value <= users.size() && peer.uid == users[agent.value - 1];
  };
}

PlatformHost::PlatformHost(SocConfig config, TimeSource& time, LogLevel level, LogSink log,
                           const VendorServers& vendor_servers, const std::vector<const Defect*>& planted)
    : time_(time),
      level_(level),
      log_(std::move(log)),
      platform_(std::move(config), time, *this, vendor_servers, planted),
      loop_([this](transport::PlatformEndpoint& endpoint, const transport::Request& r) { serve(endpoint, r); }),
      routes_(platform_.config().agents.size() + 1) {
  std::uint32_t largest = 0;
  for (const AgentConfig& agent : platform_.config().agents) {
    for (const ChannelConfig& channel : agent.channels) largest = std::max(largest, channel.size);
  }
  reply_.resize(largest - area_overhead);
}

PlatformHost::~PlatformHost() = default;

transport::PortEvents PlatformHost::events() {
  return {.connected =
              [this](const transport::PortKey& key) {
                if (wanted(LogLevel::info)) log_(fmt::format("agent {} connected", key.agent.value));
              },
          .gone = [this](const transport::PortKey& key) { gone(key); }};
}

void PlatformHost::run_once() {
  platform_.advance();
  const Instant now = time_.now();
  release_due(now);
  Instant next = platform_.next_event();
  if (!kept_.empty()) next = std::min(next, kept_.begin()->first);
  loop_.run_once(next == never ? Duration::max() : next - now);
}

void PlatformHost::serve(transport::PlatformEndpoint& endpoint, const transport::Request& request) {
  transport::AgentPort* port = endpoint.find(request.port);
  if (port == nullptr) return;
  const AgentId agent = request.port.agent;
  if (agent.value < routes_.size()) {
    // The first message of a connection: nothing of its memory can have been used before.
    if (routes_[agent.value].key != request.port) platform_.share(agent, port->window());
    routes_[agent.value] = {&endpoint, request.port};
  }

  const MessageHeader header = MessageHeader::unpack(request.header);
  const ChannelLimits limits{request.max_reply_payload, port->has_p2a(header.protocol)};
  const Handled handled = platform_.handle(agent, limits, request.header, request.payload, reply_);
  if (handled.fatal) {
    log_(fmt::format("agent {}: {} is more than this platform bears", agent.value, words(request.header)));
    std::abort();
  }
  if (handled.silent) return;
  const std::span<const std::byte> payload = std::span(reply_).first(handled.size);
  if (wanted(LogLevel::debug)) {
    log_(fmt::format("agent {}: {} -> {}", agent.value, words(request.header), status_of(payload)));
  }
  if (handled.size == 0) {
    if (!endpoint.respond_error(request)) log_("a channel cannot carry a status word");
    return;
  }
  transport::Request answered = request;
  answered.payload = {};
  answered.header ^= handled.header_flaw;
  if (handled.not_before <= time_.now()) {
    respond(endpoint, answered, payload);
    return;
  }
  kept_.emplace(handled.not_before,
                KeptReply{&endpoint, answered, std::vector<std::byte>(payload.begin(), payload.end())});
}

void PlatformHost::respond(transport::PlatformEndpoint& endpoint, const transport::Request& request,
                           std::span<const std::byte> payload) {
  const Result<void> done = endpoint.respond(request, payload);
  if (!done) {
    log_(fmt::format("agent {}: reply to {} could not be given: {}", request.port.agent.value, words(request.header),
                     describe(done.error())));
  }
}

void PlatformHost::release_due(Instant now) {
  while (!kept_.empty() && kept_.begin()->first <= now) {
    const KeptReply due = std::move(kept_.begin()->second);
    kept_.erase(kept_.begin());
    respond(*due.endpoint, due.request, due.payload);
  }
}

void PlatformHost::send(AgentId agent, ProtocolId, std::uint32_t header, std::span<const std::byte> payload) {
  const Route& route = routes_[agent.value];
  if (route.endpoint == nullptr) return;  // Nobody is this agent any more.
  const Result<void> posted = route.endpoint->post(route.key, header, payload);
  if (!wanted(LogLevel::debug)) return;
  const std::string trouble = posted ? std::string() : ": " + describe(posted.error());
  log_(fmt::format("agent {}: sends {}{}", agent.value, words(header), trouble));
}

void PlatformHost::gone(const transport::PortKey& key) {
  std::erase_if(kept_, [&](const auto& entry) { return entry.second.request.port == key; });
  if (wanted(LogLevel::info)) log_(fmt::format("agent {} gone", key.agent.value));
  if (key.agent.value >= routes_.size() || routes_[key.agent.value].key != key) return;
  routes_[key.agent.value] = {};
  platform_.disconnect(key.agent);
}

}  // namespace scmi::platform
