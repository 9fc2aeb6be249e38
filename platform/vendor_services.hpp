// SPDX-License-Identifier: Apache-2.0
//
// The vendor protocols of one platform: those servers whose key fits the description. Internal to the platform.
#pragma once

#include <map>
#include <vector>

#include "platform/vendor_server.hpp"

namespace scmi::platform {

class VendorServices final : private VendorHost {
 public:
  /// Borrows config, time and sink.
  VendorServices(const VendorServers& servers, const SocConfig& config, TimeSource& time, OutgoingSink& sink);

  /// Ascending.
  [[nodiscard]] std::vector<ProtocolId> open_for(AgentId agent) const;
  [[nodiscard]] bool serves(ProtocolId protocol) const noexcept { return servers_.contains(protocol); }
  /// Answers the command's status; for SUCCESS `size` is set.
  [[nodiscard]] Status handle(VendorCall& call, const MessageHeader& header, std::span<const std::byte> payload,
                              std::span<std::byte> reply, std::size_t& size);
  void forget(AgentId agent);
  [[nodiscard]] Instant next_event() const noexcept;
  void advance(Instant now);

 private:
  [[nodiscard]] bool allowed(AgentId agent, ProtocolId protocol) const;
  [[nodiscard]] const SocConfig& config() const noexcept override { return config_; }
  [[nodiscard]] Instant now() noexcept override { return time_.now(); }
  void send(AgentId to, ProtocolId protocol, std::uint32_t header, std::span<const std::byte> payload) override {
    if (allowed(to, protocol)) sink_.send(to, protocol, header, payload);
  }

  const SocConfig& config_;
  TimeSource& time_;
  OutgoingSink& sink_;
  std::map<ProtocolId, std::unique_ptr<VendorServer>> servers_;
};

}  // namespace scmi::platform
