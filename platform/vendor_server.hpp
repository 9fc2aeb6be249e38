// SPDX-License-Identifier: Apache-2.0
//
// How somebody's own code serves a vendor protocol (0x80 to 0xFF) on this platform. A server is a class with a method
// for each command; its rows are made from the messages' descriptions, so that it sees typed parameters and fills out
// a typed reply. Which servers run is decided by the vendor strings of the SoC's description:
//
//   VendorServers servers;
//   servers.add({ProtocolId(0x85), "ACME"}, [](VendorHost& host) { return std::make_unique<AcmeServer>(host); });
//   Platform platform(config, time, sink, servers);
#pragma once

#include <array>
#include <memory>
#include <span>

#include "platform/platform.hpp"
#include "scmi/codec.hpp"
#include "scmi/message_header.hpp"
#include "scmi/status.hpp"

namespace scmi::platform {

/// One command on its way.
struct VendorCall {
  AgentId id;  ///< The caller, 1..number of agents.
  ChannelLimits limits;
  Instant now;
  Instant not_before;  ///< A handler moves it when the operation takes time.
};

/// What a server may use. Outlives it.
class VendorHost {
 public:
  virtual ~VendorHost() = default;
  [[nodiscard]] virtual const SocConfig& config() const noexcept = 0;
  [[nodiscard]] virtual Instant now() noexcept = 0;
  virtual void send(AgentId to, ProtocolId protocol, std::uint32_t header, std::span<const std::byte> payload) = 0;

  /// Sends a notification. One that is longer than 128 bytes is not sent.
  template <class N>
  void notify(AgentId to, const N& notification, Version version) {
    std::array<std::byte, 128> bytes{};
    const auto size = encode(notification, version, bytes);
    if (!size) return;
    const MessageHeader header{N::info.message, MessageType::notification, N::info.protocol, Token(0)};
    send(to, N::info.protocol, header.pack(), std::span(bytes).first(*size));
  }
};

class VendorServer;

/// A command of a vendor protocol.
struct VendorRow {
  MessageId message{};
  Version since{};
  PayloadFit (*fit)(std::span<const std::byte> payload, Version version) = nullptr;
  Status (*run)(VendorServer& server, VendorCall& call, std::span<const std::byte> payload, std::span<std::byte> reply,
                std::size_t& size) = nullptr;
  /// Judges the payload before its length is; may be missing.
  Status (*judge)(std::span<const std::byte> payload, const ChannelLimits& limits) = nullptr;
};

/// Not synchronised: called from the platform's one context.
class VendorServer {
 public:
  VendorServer() = default;
  virtual ~VendorServer() = default;
  VendorServer(const VendorServer&) = delete;
  VendorServer& operator=(const VendorServer&) = delete;

  [[nodiscard]] virtual Version version() const noexcept = 0;
  /// The protocol's own commands. PROTOCOL_VERSION, PROTOCOL_MESSAGE_ATTRIBUTES and NEGOTIATE_PROTOCOL_VERSION (for the
  /// same major and no newer minor version) are served as well, unless a row has their number.
  [[nodiscard]] virtual std::span<const VendorRow> rows() const noexcept = 0;
  /// The agent was reset, or is gone: drops its subscriptions and what it asked for.
  virtual void forget(AgentId) {}
  /// When advance() has something to do; `never` if nothing is under way.
  [[nodiscard]] virtual Instant next_event() const noexcept { return never; }
  virtual void advance(Instant) {}
};

/// The row of command `C`, served by the method `F` of server `S`.
template <class S, Command C, Status (S::*F)(VendorCall&, const C&, typename C::Reply&)>
[[nodiscard]] constexpr VendorRow vendor_row() {
  VendorRow r;
  r.message = C::info.message;
  r.since = C::info.since;
  r.fit = [](std::span<const std::byte> payload, Version version) { return decode_command<C>(payload, version).fit; };
  r.run = [](VendorServer& server, VendorCall& call, std::span<const std::byte> payload, std::span<std::byte> reply,
             std::size_t& size) {
    const DecodedCommand<C> command = decode_command<C>(payload, server.version());
    typename C::Reply answer{};
    const Status status = (static_cast<S&>(server).*F)(call, command.parameters, answer);
    if (status != Status::success) return status;
    const auto written = encode_reply(answer, server.version(), reply);
    if (!written) return Status::generic_error;  // The channel cannot carry it.
    size = *written;
    return Status::success;
  };
  return r;
}

}  // namespace scmi::platform
