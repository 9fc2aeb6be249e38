// SPDX-License-Identifier: Apache-2.0
//
// The platform without its transports: commands go in as header and payload, replies come out as payload, and what the
// platform says by itself (delayed responses, notifications) goes to a sink. One context owns it; it never blocks.
//
//   transport ──handle()──▶ Platform ──▶ protocol servers ──▶ Soc
//      ▲                       │                               │ SocObserver
//      └──────OutgoingSink─────┴───────────notifications───────┘
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "platform/soc_config.hpp"
#include "protocols/vendor_table.hpp"
#include "scmi/ids.hpp"
#include "scmi/time.hpp"

namespace scmi::platform {

/// The channel a command came by.
struct ChannelLimits {
  std::uint32_t max_payload = 0;  ///< Bytes after the header.
  bool has_p2a = false;           ///< The protocol's channel can carry delayed responses and notifications.
};

/// What became of a command. The reply's header is the command's, but for `header_flaw`.
struct Handled {
  std::size_t size = 0;           ///< Payload bytes written; 0: no reply can be given (not even a status fits).
  Instant not_before{};           ///< The transport keeps the reply until then: a synchronous operation takes its time.
  std::uint32_t header_flaw = 0;  ///< Bits in which the reply's header differs from the command's: a planted defect.
  bool silent = false;            ///< No reply at all, ever: a habit.
  bool fatal = false;             ///< The platform does not live through it: a habit.
};

/// Takes what the platform sends by itself.
class OutgoingSink {
 public:
  virtual ~OutgoingSink() = default;
  /// A message for the P2A channel that carries `protocol` for that agent. Copied by the callee, which drops and counts
  /// what it cannot deliver. Must not call the platform.
  virtual void send(AgentId agent, ProtocolId protocol, std::uint32_t header, std::span<const std::byte> payload) = 0;
};

class PlatformState;
class VendorHost;
class VendorServer;

/// Vendor protocols that somebody can serve; see platform/vendor_server.hpp. Those run whose key fits the description.
using MakeVendorServer = std::function<std::unique_ptr<VendorServer>(VendorHost& host)>;
using VendorServers = VendorTable<MakeVendorServer>;

class Defects;
struct Defect;

/// The platform of one SoC. Not synchronised. Nothing it is handed can make it fail: wrong input gets the status that
/// DEN0056 gives it.
class Platform {
 public:
  /// Borrows time and sink.
  Platform(SocConfig config, TimeSource& time, OutgoingSink& sink, const VendorServers& vendor_servers = {},
           const std::vector<const Defect*>& planted = {});
  ~Platform();
  Platform(const Platform&) = delete;
  Platform& operator=(const Platform&) = delete;

  [[nodiscard]] const SocConfig& config() const noexcept;

  /// Answers one command of an agent (1..number of agents). `reply` should hold max_payload bytes.
  [[nodiscard]] Handled handle(AgentId agent, const ChannelLimits& limits, std::uint32_t header,
                               std::span<const std::byte> payload, std::span<std::byte> reply);

  /// An agent's process is gone: its subscriptions, negotiated versions and expected delayed responses end. What it
  /// asked of the SoC is undone, or stays, as the description says ([behaviour] disconnect).
  void disconnect(AgentId agent);

  /// The memory that the agent shares with the platform, laid out as plan_window() says (platform/shared_window.hpp);
  /// borrowed until disconnect() or the next call. Fast channels and statistics are offered from now on.
  void share(AgentId agent, std::span<std::byte> memory);

  /// When advance() has something to do; `never` if nothing is under way.
  [[nodiscard]] Instant next_event() const noexcept;
  /// Lets happen what is due.
  void advance();

 private:
  [[nodiscard]] Handled answer(AgentId agent, const ChannelLimits& limits, std::uint32_t header,
                               std::span<const std::byte> payload, std::span<std::byte> reply);

  std::unique_ptr<Defects> defects_;  ///< Usually none.
  std::unique_ptr<PlatformState> state_;
};

}  // namespace scmi::platform
