// SPDX-License-Identifier: Apache-2.0
//
// One protocol of one agent, as a client talks to it: the channel that carries it and the version in force. Cheap to
// copy; may outlive the agent, calls then answer stale_handle or channel_closed.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "scmi/channel_registry.hpp"
#include "scmi/codec.hpp"
#include "scmi/mapped_region.hpp"
#include "scmi/notifications.hpp"
#include "scmi/pending_call.hpp"
#include "scmi/transaction.hpp"

namespace scmi {

class ProtocolLink {
 public:
  ProtocolLink() = default;
  ProtocolLink(std::shared_ptr<ChannelRegistry> registry, std::shared_ptr<NotificationHub> hub, ProtocolId protocol)
      : registry_(std::move(registry)),
        hub_(std::move(hub)),
        protocol_(protocol),
        handle_(registry_->route(protocol, Direction::a2p)),
        channel_(registry_->slot(handle_.slot)) {}

  [[nodiscard]] ProtocolId protocol() const noexcept { return protocol_; }
  /// The version whose layouts are used; set by whoever probed or negotiated.
  [[nodiscard]] Version version() const noexcept { return version_; }
  void set_version(Version version) noexcept { version_ = version; }
  /// Whether the protocol has a P2A channel: without one there are neither notifications nor delayed responses.
  [[nodiscard]] bool has_p2a() const noexcept { return registry_->route(protocol_, Direction::p2a).generation != 0; }

  /// The slot and generation a Transaction wants.
  [[nodiscard]] ChannelInfo& channel() const noexcept { return *channel_; }
  [[nodiscard]] ChannelHandle handle() const noexcept { return handle_; }
  [[nodiscard]] const std::shared_ptr<ChannelRegistry>& registry() const noexcept { return registry_; }

  /// One raw command: `payload` out, response payload (status word first) into `reply`; answers its length, which is
  /// cut to the size of `reply`. Errors: those of Transaction. Any thread.
  [[nodiscard]] Result<std::size_t> transact(MessageId message, std::span<const std::byte> payload,
                                             std::span<std::byte> reply, const CallOptions& options = {}) const;
  /// Starts a command without waiting for it.
  [[nodiscard]] Result<PendingCall> start(MessageId message, std::span<const std::byte> payload,
                                          PendingOptions options) const;
  [[nodiscard]] const std::shared_ptr<NotificationHub>& notifications() const noexcept { return hub_; }
  /// A reply of this protocol was taken although the specification has it otherwise; see Agent::tolerated().
  void tolerate(Tolerated kind, MessageId message) const noexcept {
    registry_->services().tolerances.note(kind, protocol_, message);
  }
  void tolerate(const ReplyOddities& oddities, MessageId message) const noexcept {
    if (oddities.longer) tolerate(Tolerated::longer_reply, message);
    if (oddities.recounted) tolerate(Tolerated::miscounted_range, message);
  }
  /// Memory that the platform named by address in a message of this protocol. Errors: those of MappedRegion::map.
  [[nodiscard]] Result<MappedRegion> map(std::uint64_t address, std::size_t size) const {
    return MappedRegion::map(registry_, handle_, address, size);
  }
  /// Delivers notifications of this protocol with that number. The platform has to be told separately (`*_NOTIFY`).
  [[nodiscard]] Subscription subscribe(MessageId notification, NotificationCallback callback) const {
    return hub_->subscribe(protocol_, notification, std::move(callback));
  }

 private:
  std::shared_ptr<ChannelRegistry> registry_;
  std::shared_ptr<NotificationHub> hub_;
  ProtocolId protocol_;
  Version version_{0x10000};
  ChannelHandle handle_;
  ChannelInfo* channel_ = nullptr;
};

}  // namespace scmi
