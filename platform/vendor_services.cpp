// SPDX-License-Identifier: Apache-2.0
#include "platform/vendor_services.hpp"

#include <algorithm>
#include <set>

#include "scmi/common_messages.hpp"

namespace scmi::platform {
namespace {

constexpr std::size_t vendor_protocol_count = 0x80;

const VendorRow* find_row(const VendorServer& server, std::uint32_t message) {
  const auto rows = server.rows();
  const auto at = std::ranges::find_if(
      rows, [&](const VendorRow& r) { return r.message.value == message && server.version() >= r.since; });
  return at == rows.end() ? nullptr : &*at;
}

bool is_disabled(const std::set<std::uint8_t>* disabled, std::uint32_t message) {
  return disabled != nullptr && message <= 0xFF && disabled->contains(static_cast<std::uint8_t>(message));
}

/// The commands that every protocol has, and a server need not bother with.
class Common final : public VendorServer {
 public:
  /// Borrows the server and the numbers of what it does not have, nullptr for none.
  Common(const VendorServer& about, const std::set<std::uint8_t>* disabled) : about_(about), disabled_(disabled) {}
  [[nodiscard]] Version version() const noexcept override { return about_.version(); }
  [[nodiscard]] std::span<const VendorRow> rows() const noexcept override {
    static constexpr std::array all = {
        vendor_row<Common, ProtocolVersion, &Common::protocol_version>(),
        vendor_row<Common, ProtocolMessageAttributes, &Common::message_attributes>(),
        vendor_row<Common, NegotiateProtocolVersion, &Common::negotiate>(),
    };
    return all;
  }

 private:
  Status protocol_version(VendorCall&, const ProtocolVersion&, ProtocolVersion::Reply& reply) {
    reply.version = version();
    return Status::success;
  }
  Status message_attributes(VendorCall&, const ProtocolMessageAttributes& command, ProtocolMessageAttributes::Reply&) {
    const bool known =
        find_row(about_, command.message_id) != nullptr || find_row(*this, command.message_id) != nullptr;
    return known && !is_disabled(disabled_, command.message_id) ? Status::success : Status::not_found;
  }
  Status negotiate(VendorCall&, const NegotiateProtocolVersion& command, Empty&) {
    const bool can = command.version.major_number() == version().major_number() && command.version <= version();
    return can ? Status::success : Status::not_supported;
  }

  const VendorServer& about_;
  const std::set<std::uint8_t>* disabled_;
};

}  // namespace

VendorServices::VendorServices(const VendorServers& servers, const SocConfig& config, TimeSource& time,
                               OutgoingSink& sink)
    : config_(config), time_(time), sink_(sink) {
  const PlatformIdentity self{config.vendor, config.sub_vendor, config.implementation_version};
  for (std::size_t i = 0; i < vendor_protocol_count; ++i) {
    const ProtocolId id(static_cast<std::uint8_t>(first_vendor_protocol.value + i));
    if (config.vendor_protocols && !config.vendor_protocols->contains(id.value)) continue;
    if (const auto* item = servers.find(id, self)) servers_.emplace(id, item->value(*this));
  }
}

bool VendorServices::allowed(AgentId agent, ProtocolId protocol) const {
  if (agent.value == 0 || agent.value > config_.agents.size()) return false;
  const auto& only = config_.agents[agent.value - 1].vendor_protocols;
  return !only || only->contains(protocol.value);
}

std::vector<ProtocolId> VendorServices::open_for(AgentId agent) const {
  std::vector<ProtocolId> list;
  for (const auto& [id, server] : servers_) {
    if (allowed(agent, id)) list.push_back(id);
  }
  return list;
}

Status VendorServices::handle(VendorCall& call, const MessageHeader& header, std::span<const std::byte> payload,
                              std::span<std::byte> reply, std::size_t& size) {
  if (!allowed(call.id, header.protocol)) return Status::denied;
  VendorServer& own = *servers_.at(header.protocol);
  const auto known = config_.disabled_of_vendor.find(header.protocol);
  const std::set<std::uint8_t>* disabled = known == config_.disabled_of_vendor.end() ? nullptr : &known->second;
  Common common(own, disabled);
  VendorServer* server = &own;
  const VendorRow* row = find_row(own, header.message.value);
  if (row == nullptr) {
    server = &common;
    row = find_row(common, header.message.value);
  }
  const Behaviour& behaviour = config_.behaviour;
  if (row == nullptr) return behaviour.unknown_message_not_found ? Status::not_found : Status::not_supported;
  if (is_disabled(disabled, header.message.value)) return Status::not_supported;
  if (row->judge != nullptr) {
    if (const Status status = row->judge(payload, call.limits); status != Status::success) return status;
  }
  const PayloadFit fit = row->fit(payload, server->version());
  if (fit == PayloadFit::too_short || (fit == PayloadFit::too_long && !behaviour.accept_longer_payload)) {
    return Status::protocol_error;
  }
  return row->run(*server, call, payload, reply, size);
}

void VendorServices::forget(AgentId agent) {
  for (auto& [id, server] : servers_) server->forget(agent);
}

Instant VendorServices::next_event() const noexcept {
  Instant next = never;
  for (const auto& [id, server] : servers_) next = std::min(next, server->next_event());
  return next;
}

void VendorServices::advance(Instant now) {
  for (auto& [id, server] : servers_) {
    if (server->next_event() <= now) server->advance(now);
  }
}

}  // namespace scmi::platform
