// SPDX-License-Identifier: Apache-2.0
//
// A Platform behind real endpoints: takes requests from them, keeps replies back whose operation takes time, and sends
// what the platform says by itself to wherever the agent last spoke from. One thread.
//
//   endpoint ──request──▶ handle() ──reply due now──▶ respond
//                            └────── reply due later ─▶ kept, until its time or until the agent is gone
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "platform/platform.hpp"
#include "transport/mailbox_server.hpp"
#include "transport/platform_endpoint.hpp"
#include "transport/service_loop.hpp"

namespace scmi::platform {

/// The agents of a description as transports need them.
[[nodiscard]] std::vector<transport::AgentConfig> transport_agents(const SocConfig& soc);
/// Who may be which agent: the description's user, or the platform's own where it names none.
[[nodiscard]] std::function<bool(const transport::PeerCredentials&, AgentId)> agent_rights(const SocConfig& soc);

/// What the host has to say while it runs. 0 errors, 1 also comings and goings, 2 also every message.
enum class LogLevel : std::uint8_t { error, info, debug };
using LogSink = std::function<void(std::string_view)>;

/// Not thread-safe: everything on the thread that calls run_once().
class PlatformHost final : private OutgoingSink {
 public:
  /// Borrows time. `log` gets what `level` asks for.
  PlatformHost(SocConfig config, TimeSource& time, LogLevel level, LogSink log,
               const VendorServers& vendor_servers = {}, const std::vector<const Defect*>& planted = {});
  ~PlatformHost() override;

  /// To be handed to the endpoints that are made for this host.
  [[nodiscard]] transport::PortEvents events();
  /// Borrows the endpoint, which must outlive the host's last run_once().
  void add(transport::PlatformEndpoint& endpoint) { loop_.add(endpoint); }
  void watch(int fd, std::function<void()> readable) { loop_.watch(fd, std::move(readable)); }

  /// Serves what is there, or sleeps until something comes or is due.
  void run_once();

  [[nodiscard]] const SocConfig& config() const noexcept { return platform_.config(); }

 private:
  struct Route {
    transport::PlatformEndpoint* endpoint = nullptr;
    transport::PortKey key;
  };
  struct KeptReply {
    transport::PlatformEndpoint* endpoint = nullptr;
    transport::Request request;  ///< Without its payload.
    std::vector<std::byte> payload;
  };

  void send(AgentId agent, ProtocolId protocol, std::uint32_t header, std::span<const std::byte> payload) override;
  void serve(transport::PlatformEndpoint& endpoint, const transport::Request& request);
  void respond(transport::PlatformEndpoint& endpoint, const transport::Request& request,
               std::span<const std::byte> payload);
  void gone(const transport::PortKey& key);
  void release_due(Instant now);
  /// Nothing is put into words that nobody wants to hear.
  [[nodiscard]] bool wanted(LogLevel level) const noexcept { return level <= level_; }

  TimeSource& time_;
  LogLevel level_;
  LogSink log_;
  Platform platform_;
  transport::ServiceLoop loop_;
  std::vector<Route> routes_;               ///< By agent id.
  std::multimap<Instant, KeptReply> kept_;  ///< At most one for each channel: a channel waits for its reply.
  std::vector<std::byte> reply_;
};

}  // namespace scmi::platform
