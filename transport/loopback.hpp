// SPDX-License-Identifier: Apache-2.0
//
// A transport without an outside: the platform is whoever holds the Loopback object, a test, a simulator or an
// in-process platform. It lends buffers, carries up to 1,024 commands at a time, and does every wrong thing that a
// platform can do, in exactly the order it is told. It has no time, no thread and no randomness of its own.
//
// Theory of operation. A command stays in its loan until it is completed; completions and P2A messages are first
// `pending` (on their way) and become visible to the agent when somebody delivers them, in any order:
//
//   agent                              Loopback                                     platform side
//   send(loan) ───────────────▶ loan out, command ──────────────▶ responder called, or next_command()
//   fetch_response ◀── visible ◀── deliver(id) ◀── pending ◀───── reply / complete / p2a / ...
//     loan is back                   and rings: rx_callback, or the channel's eventfd
//
// The buffers belong to the memory, not to the channel: closing a channel leaves its loans with the platform, and a
// completion that comes after re-opening shows up in the new channel. A completion for a loan that is not out (a
// duplicate, or after a reset of the agent) shows up without a loan.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "scmi/chan_ops.hpp"
#include "scmi/message_header.hpp"
#include "scmi/sync.hpp"

namespace scmi::transport {

struct LoopbackOptions {
  std::uint16_t max_in_flight = 256;     ///< Loans of each A2P channel, 1..1024.
  std::uint32_t max_message_size = 132;  ///< Header and payload, bytes.
  Duration default_timeout = std::chrono::milliseconds(30);
  std::vector<ProtocolId> own_a2p;  ///< Protocols with an A2P channel of their own, beside Base.
  bool p2a = true;                  ///< Whether there is a P2A channel (for all protocols).
  std::size_t p2a_buffers = 64;     ///< P2A messages that the agent may have and not have given back.
  bool polling = true;
  bool doorbell_fd = false;  ///< Ring by an eventfd for each channel (wait_fds) and never by rx_callback.
};

/// A command as the platform side has it. A copy: stays valid.
struct LoopbackCommand {
  ProtocolId channel{};  ///< Whose channel it came on.
  std::uint32_t header = 0;
  std::vector<std::byte> payload;
  std::uint16_t loan = 0;
  bool want_interrupt = true;
  std::uint64_t use = 0;  ///< Which use of the loan: completing an earlier one is a duplicate.
  [[nodiscard]] MessageHeader decoded() const noexcept { return MessageHeader::unpack(header); }
};

/// What happened so far.
struct LoopbackCounts {
  std::uint64_t commands = 0;
  std::uint64_t refused = 0;     ///< Sends that were refused.
  std::uint64_t delivered = 0;   ///< Messages made visible.
  std::uint64_t rings = 0;       ///< Doorbells, also spurious ones.
  std::uint64_t completed = 0;   ///< mark_tx_done with a reply taken.
  std::uint64_t given_up = 0;    ///< mark_tx_done without.
  std::uint64_t given_back = 0;  ///< P2A buffers.
  std::uint64_t violations = 0;  ///< The agent broke the contract of ChanOps. Always a bug of the agent.
};

/// Any thread may call anything. Neither movable nor copyable; outlives the agents that use transport().
class Loopback {
 public:
  /// Called inside send, on the sender's thread, with no lock held; may call anything of the Loopback.
  using Responder = std::function<void(Loopback&, const LoopbackCommand&)>;
  /// Names a pending message; never 0.
  using DeliveryId = std::uint64_t;
  /// Whether a delivery rings. A silent one is found by whoever polls, or by the next one that rings.
  enum class Bell : std::uint8_t { ring, silent };

  explicit Loopback(LoopbackOptions options = {});
  ~Loopback();
  Loopback(const Loopback&) = delete;
  Loopback& operator=(const Loopback&) = delete;

  [[nodiscard]] Transport transport() noexcept;

  // --- Commands ----------------------------------------------------------------------------------------------------
  /// From now on commands go to `responder` and not to next_command(); an empty one switches back.
  void set_responder(Responder responder) SCMI_EXCLUDES(mutex_);
  /// The oldest command not yet taken.
  [[nodiscard]] std::optional<LoopbackCommand> next_command() SCMI_EXCLUDES(mutex_);

  // --- Messages on their way ---------------------------------------------------------------------------------------
  /// Answers with the command's own header.
  DeliveryId reply(const LoopbackCommand& command, std::span<const std::byte> payload) SCMI_EXCLUDES(mutex_);
  /// Returns the command's loan with any bytes in it: the wrong header, less than a header, more than the channel.
  DeliveryId complete(const LoopbackCommand& command, std::span<const std::byte> bytes) SCMI_EXCLUDES(mutex_);
  /// Returns the command's loan with the channel error mark.
  DeliveryId channel_error(const LoopbackCommand& command) SCMI_EXCLUDES(mutex_);
  /// A message on the A2P channel of `channel` that uses up no loan.
  DeliveryId stray(ProtocolId channel, std::span<const std::byte> bytes) SCMI_EXCLUDES(mutex_);
  /// Delayed response to `command`, on the P2A channel.
  DeliveryId delayed(const LoopbackCommand& command, std::span<const std::byte> payload) SCMI_EXCLUDES(mutex_);
  /// Notification, on the P2A channel.
  DeliveryId notify(ProtocolId protocol, MessageId message, std::span<const std::byte> payload) SCMI_EXCLUDES(mutex_);
  /// Any bytes on the P2A channel.
  DeliveryId p2a(std::span<const std::byte> bytes) SCMI_EXCLUDES(mutex_);

  // --- Deliveries --------------------------------------------------------------------------------------------------
  /// Makes a pending message visible, and rings. False: not pending (any more), or no P2A buffer is free (it stays
  /// pending).
  bool deliver(DeliveryId id, Bell bell = Bell::ring) SCMI_EXCLUDES(mutex_);
  /// The same for the oldest that can be delivered.
  bool deliver_next(Bell bell = Bell::ring) SCMI_EXCLUDES(mutex_);
  /// All of them, oldest first, also those that come up meanwhile; returns how many.
  std::size_t deliver_all(Bell bell = Bell::ring) SCMI_EXCLUDES(mutex_);
  /// Takes a pending message away for good. A loan in it stays out.
  bool discard(DeliveryId id) SCMI_EXCLUDES(mutex_);
  [[nodiscard]] std::vector<DeliveryId> pending() const SCMI_EXCLUDES(mutex_);
  /// Rings without a message. False: the channel is not open.
  bool ring(ProtocolId channel, Direction direction, std::uint32_t header_hint = 0) SCMI_EXCLUDES(mutex_);

  // --- Incarnations ------------------------------------------------------------------------------------------------
  /// The peer is gone until restart(); every open channel is told (peer_lost, or its eventfd).
  void hang_up() SCMI_EXCLUDES(mutex_);
  /// The peer starts anew over the same memory: new epoch; loans, commands and messages of the old one are gone.
  /// Channels that are open do not learn of it, as little as on real memory.
  void restart() SCMI_EXCLUDES(mutex_);
  /// The same with new memory: a new memory_id for channels set up from now on.
  void replace_memory() SCMI_EXCLUDES(mutex_);

  // --- Memory --------------------------------------------------------------------------------------------------------
  /// What agents may map from now on: `memory` stands at `address`. Borrowed until it is replaced, and for as long as a
  /// region of it is in use. Empty: nothing (the default).
  void set_window(std::uint64_t address, std::span<std::byte> memory) SCMI_EXCLUDES(mutex_);

  // --- Views -------------------------------------------------------------------------------------------------------
  [[nodiscard]] LoopbackCounts counts() const SCMI_EXCLUDES(mutex_);
  /// Loans of the A2P channel that are with the platform.
  [[nodiscard]] std::size_t loans_out(ProtocolId channel = protocol::base) const SCMI_EXCLUDES(mutex_);
  [[nodiscard]] std::size_t open_channels() const SCMI_EXCLUDES(mutex_);
  /// Handle and registry of an open channel, to call back with when it is long closed. The handle is {} when the
  /// channel is not open.
  struct Callee {
    ChannelHandle handle;
    std::shared_ptr<ChannelRegistry> registry;
  };
  [[nodiscard]] Callee callee(ProtocolId channel, Direction direction) const SCMI_EXCLUDES(mutex_);

 private:
  struct Ops;
  struct Lane;
  struct Pending;
  static constexpr DeliveryId any_delivery = 0;

  [[nodiscard]] Lane* find(ProtocolId channel, Direction direction) const noexcept;
  DeliveryId enqueue(Lane* lane, const LoopbackCommand* command, std::span<const std::byte> bytes, bool error)
      SCMI_EXCLUDES(mutex_);
  [[nodiscard]] bool make_visible(Pending& message) SCMI_REQUIRES(mutex_);
  bool deliver_first(DeliveryId wanted, Bell bell) SCMI_EXCLUDES(mutex_);
  void new_epoch() SCMI_REQUIRES(mutex_);
  [[nodiscard]] Callee callee_to_ring(Lane& lane) SCMI_EXCLUDES(mutex_);
  void ring_lane(Lane& lane, std::uint32_t header_hint) SCMI_EXCLUDES(mutex_);

  const LoopbackOptions options_;
  const TransportDescription description_;
  std::vector<std::unique_ptr<Lane>> lanes_;  // Fixed after construction; what is inside is guarded by mutex_.

  mutable sync::Mutex mutex_;
  std::shared_ptr<const Responder> responder_ SCMI_GUARDED_BY(mutex_);
  std::vector<LoopbackCommand> commands_ SCMI_GUARDED_BY(mutex_);
  std::vector<Pending> pending_ SCMI_GUARDED_BY(mutex_);
  DeliveryId next_delivery_ SCMI_GUARDED_BY(mutex_) = 1;
  std::uint64_t next_use_ SCMI_GUARDED_BY(mutex_) = 1;
  std::uint64_t epoch_ SCMI_GUARDED_BY(mutex_) = 1;
  std::uint64_t memory_id_ SCMI_GUARDED_BY(mutex_) = 1;
  bool lost_ SCMI_GUARDED_BY(mutex_) = false;
  std::uint64_t window_address_ SCMI_GUARDED_BY(mutex_) = 0;
  std::span<std::byte> window_ SCMI_GUARDED_BY(mutex_);
  LoopbackCounts counts_ SCMI_GUARDED_BY(mutex_);
};

}  // namespace scmi::transport
