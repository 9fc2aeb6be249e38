// SPDX-License-Identifier: Apache-2.0
//
// The channels of one agent, and the only way in from below. The registry turns a transport's handle into a counted
// reference, or refuses and counts it. It is shared: transports keep a copy for as long as they may call, so that a
// callback that comes after the agent is gone still meets a registry, finds its generation over, and is a counted
// no-op.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <unordered_map>
#include <vector>

#include "scmi/channel_info.hpp"

namespace scmi {

/// Limits and times of an agent's channels.
struct RegistrySettings {
  std::uint32_t max_channels = 64;
  std::uint16_t pending_calls_max = 32;    ///< Pending calls for each `copied` channel.
  std::uint32_t notification_queue = 256;  ///< Notifications held for each P2A channel.
  std::uint16_t first_token = 0;
  Duration quarantine_horizon = std::chrono::seconds(30);
  Duration spin_extra = std::chrono::microseconds(5);
  Duration spin_max = std::chrono::microseconds(200);
  Duration poll_interval_max = std::chrono::milliseconds(1);
};

class ChannelRegistry : public std::enable_shared_from_this<ChannelRegistry> {
 public:
  /// Borrows clock and waiter: they must outlive every copy of the pointer and every handle made from it.
  static std::shared_ptr<ChannelRegistry> create(TimeSource& clock, Waiter& waiter, const RegistrySettings& settings);
  ~ChannelRegistry() = default;
  ChannelRegistry(const ChannelRegistry&) = delete;
  ChannelRegistry& operator=(const ChannelRegistry&) = delete;

  /// Sets a channel up on the transport and opens it for `protocol`. Errors: those of ChanOps::setup; queue_full when
  /// every slot is in use.
  Result<ChannelHandle> open(const Transport& transport, ProtocolId protocol, Direction direction)
      SCMI_EXCLUDES(mutex_);
  /// Lets a further protocol use an open channel. Error: stale_handle.
  Result<void> map(ProtocolId protocol, Direction direction, ChannelHandle handle) SCMI_EXCLUDES(mutex_);
  /// Closes a channel: no new users, every call on it ends with channel_closed, the transport stops, and once the last
  /// user has left the transport frees it. Waits for that, asleep, unless called from inside a callback of this
  /// registry: then the last release finishes it. Idempotent; a stale handle is a no-op.
  void close(ChannelHandle handle) noexcept SCMI_EXCLUDES(mutex_);
  /// Closes every channel, P2A first.
  void close_all() noexcept;
  /// Refuses every open from now on.
  void retire() noexcept { retired_.store(true, std::memory_order_release); }

  /// A counted reference, or an empty one (stale or closing).
  [[nodiscard]] ChannelRef acquire(ChannelHandle handle) noexcept;
  /// The channel of a protocol, counted; empty if it has none.
  [[nodiscard]] ChannelRef channel(ProtocolId protocol, Direction direction) noexcept;
  /// The handle of a protocol's channel; generation 0 if it has none.
  [[nodiscard]] ChannelHandle route(ProtocolId protocol, Direction direction) const noexcept;
  /// The slot itself, for those who check the generation on the way in; nullptr if there is no such slot.
  [[nodiscard]] ChannelInfo* slot(std::uint32_t index) noexcept {
    return index < slots_.size() ? slots_[index].get() : nullptr;
  }
  [[nodiscard]] std::size_t notification_capacity() const noexcept { return settings_.notification_queue; }
  [[nodiscard]] std::size_t slot_count() const noexcept { return slots_.size(); }
  /// Handle of the channel open in a slot now; generation 0 if none is.
  [[nodiscard]] ChannelHandle handle_at(std::uint32_t index) const noexcept;
  [[nodiscard]] std::size_t open_channels() const noexcept { return open_.load(std::memory_order_acquire); }
  /// Xfers in use over all tables, parked ones included (shutdown checks).
  [[nodiscard]] std::size_t xfers_in_use() SCMI_EXCLUDES(mutex_);
  /// Callbacks refused for a stale or unopened handle.
  [[nodiscard]] std::uint64_t stale_handles() const noexcept { return stale_.load(std::memory_order_relaxed); }

  [[nodiscard]] ChannelServices& services() noexcept { return services_; }
  /// True inside a user's callback or an rx_callback of this registry, on the calling context.
  [[nodiscard]] bool in_callback() noexcept SCMI_EXCLUDES(callbacks_mutex_);
  /// Wakes whoever waits in Agent::wait, and tells an event loop: a notification was queued, or nobody leads a channel
  /// that was passed over.
  void announce() noexcept;
  /// Moves with each announce().
  [[nodiscard]] WaitPoint& activity() noexcept { return activity_; }

 private:
  friend class CallbackScope;
  friend class ChannelInfo;
  friend void rx_callback(ChannelRegistry&, ChannelHandle, std::uint32_t) noexcept;
  ChannelRegistry(TimeSource& clock, Waiter& waiter, const RegistrySettings& settings);
  void channel_finished(ChannelInfo& channel) noexcept SCMI_EXCLUDES(mutex_);
  [[nodiscard]] std::shared_ptr<XferTable> table_for(const TransportDescription& description, const ChannelPort& port)
      SCMI_REQUIRES(mutex_);

  struct ParkedTable {
    std::shared_ptr<XferTable> table;
    std::uint64_t epoch = 0;
  };

  const RegistrySettings settings_;
  ChannelServices services_;
  std::vector<std::unique_ptr<ChannelInfo>> slots_;
  /// Packed handles, by direction and protocol; 0 = none.
  std::array<std::array<sync::atomic<std::uint64_t>, 256>, 2> routes_{};
  sync::atomic<std::uint64_t> stale_{0};
  sync::atomic<std::size_t> open_{0};
  sync::atomic<bool> retired_{false};
  WaitPoint activity_;

  sync::Mutex mutex_;
  std::vector<bool> taken_ SCMI_GUARDED_BY(mutex_);
  std::unordered_map<std::uint64_t, ParkedTable> tables_ SCMI_GUARDED_BY(mutex_);  ///< By memory id.

  sync::Mutex callbacks_mutex_;
  class CallbackScope* callbacks_ SCMI_GUARDED_BY(callbacks_mutex_) = nullptr;
};

/// Marks the running context as inside a callback for a scope.
class CallbackScope {
 public:
  explicit CallbackScope(ChannelRegistry& registry) noexcept;
  ~CallbackScope();
  CallbackScope(const CallbackScope&) = delete;
  CallbackScope& operator=(const CallbackScope&) = delete;

 private:
  friend class ChannelRegistry;
  ChannelRegistry& registry_;
  const sync::ContextId context_;
  CallbackScope* next_;
};

/// Something arrived on a channel: the transport's way into the core, from any thread, at any time after setup.
/// `header_hint` is the header if the transport knows it, else 0; it decides nothing. A stale handle is counted.
void rx_callback(ChannelRegistry& registry, ChannelHandle handle, std::uint32_t header_hint) noexcept;

/// The transport learned that the peer of a channel is gone: every call on it ends with platform_lost.
void peer_lost(ChannelRegistry& registry, ChannelHandle handle) noexcept;

}  // namespace scmi
