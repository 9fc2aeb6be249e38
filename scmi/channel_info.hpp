// SPDX-License-Identifier: Apache-2.0
//
// One channel: the word that guards it against teardown, the arbiter that admits senders, and the lease of whoever
// waits for it.
//
// The channel word holds {generation, open, closing, lost, waiters, held, users}. Whoever touches the channel has a
// user count; on a channel that carries one message at a time the sender also has `held`. Acquiring, and admission with
// it, is one CAS when nobody contends; giving both back is one fetch_sub. `waiters` shuts the fast path, so that nobody
// overtakes the queue. The release that takes the users of a closing channel to zero finishes the close, in whichever
// context it happens: no close ever waits for itself.
//
// Slots are type-stable: a ChannelInfo lives as long as its registry, and a stale handle meets another generation,
// never freed memory.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "scmi/chan_ops.hpp"
#include "scmi/counters.hpp"
#include "scmi/notification_queue.hpp"
#include "scmi/tolerances.hpp"
#include "scmi/trace.hpp"
#include "scmi/xfer_table.hpp"

namespace scmi {

/// What every channel of an agent shares. Owned by the registry.
struct ChannelServices {
  TimeSource& clock;
  Waiter& waiter;
  sync::atomic<TraceTap*> tap{nullptr};
  Duration spin_extra{};         ///< Spinning goes on for the learned service time plus this.
  Duration spin_max{};           ///< No longer than this.
  Duration poll_interval_max{};  ///< Longest pause between two looks at a channel without doorbell.
  ToleranceLog tolerances{};
};

/// The bits of the channel word.
struct ChannelWord {
  static constexpr std::uint64_t one_user = 1;
  static constexpr std::uint64_t users_mask = 0xFFFF;
  static constexpr std::uint64_t held = 1U << 16;
  static constexpr std::uint64_t waiters = 1U << 17;
  static constexpr std::uint64_t closing = 1U << 18;
  static constexpr std::uint64_t lost = 1U << 19;
  static constexpr std::uint64_t open = 1U << 20;
  static constexpr std::uint64_t shared = 1U << 21;  ///< Carries many messages at a time; constant while open.
  static constexpr unsigned generation_shift = 32;
  [[nodiscard]] static constexpr std::uint32_t generation(std::uint64_t w) noexcept {
    return static_cast<std::uint32_t>(w >> generation_shift);
  }
};

/// Who waits for an area that the platform keeps.
enum class AreaWatch : std::uint8_t {
  none,
  holder,  ///< The blocking caller who holds the channel.
  told,    ///< He was told that it may have come back, and has not looked yet.
  stuck,   ///< A pending call that holds the channel; whoever finds the area free launches it.
};

/// What a channel is while it is open. Written before the channel opens and after its last user left.
struct ChannelBinding {
  const ChanOps* ops = nullptr;
  const TransportDescription* description = nullptr;
  ChannelState* state = nullptr;
  Direction direction = Direction::a2p;
  std::uint32_t max_payload = 0;
  std::uint64_t memory_id = 0;
  std::shared_ptr<XferTable> table;  ///< A2P only.
};

class ChannelInfo {
 public:
  ChannelInfo(ChannelServices& services, std::uint32_t slot);
  ChannelInfo(const ChannelInfo&) = delete;
  ChannelInfo& operator=(const ChannelInfo&) = delete;

  // --- The word --------------------------------------------------------------------------------------------------
  /// One more user, unless the generation is over or the channel is closing. One CAS.
  [[nodiscard]] bool try_acquire(std::uint32_t generation) noexcept {
    std::uint64_t w = word_.load(std::memory_order_relaxed);
    for (;;) {
      if (ChannelWord::generation(w) != generation || (w & ChannelWord::open) == 0 || (w & ChannelWord::closing) != 0 ||
          (w & ChannelWord::users_mask) == ChannelWord::users_mask) {
        return false;
      }
      // Acquire: pairs with the release of the opener and of earlier holders.
      if (word_.compare_exchange_weak(w, w + ChannelWord::one_user, std::memory_order_acquire,
                                      std::memory_order_relaxed)) {
        return true;
      }
    }
  }
  /// One more user and the area at once, if nobody has it, nobody queues and the peer is there; never on a `lent`
  /// channel. One CAS.
  [[nodiscard]] bool try_admit(std::uint32_t generation) noexcept {
    std::uint64_t w = word_.load(std::memory_order_relaxed);
    // This generation, open, nothing else, and users that can be counted: below `idle` the difference wraps round.
    const std::uint64_t idle = std::uint64_t{generation} << ChannelWord::generation_shift | ChannelWord::open;
    while (w - idle < ChannelWord::users_mask) {
      if (word_.compare_exchange_weak(w, w + (ChannelWord::one_user | ChannelWord::held), std::memory_order_acquire,
                                      std::memory_order_relaxed)) {
        return true;
      }
    }
    return false;
  }
  /// Gives back a user count and, with ChannelWord::held, the area. The caller must not touch the channel afterwards.
  void release(std::uint64_t what = ChannelWord::one_user) noexcept {
    const std::uint64_t before = word_.fetch_sub(what, std::memory_order_acq_rel);
    if ((before & (ChannelWord::waiters | ChannelWord::closing)) != 0) [[unlikely]]
      release_slow(before, what);
  }
  /// A pending call gives the area back and keeps its user count.
  void release_hold() noexcept SCMI_EXCLUDES(mutex_);
  /// A pending call that is over gives its user count back.
  void leave() noexcept SCMI_EXCLUDES(mutex_);
  [[nodiscard]] std::uint64_t word() const noexcept { return word_.load(std::memory_order_seq_cst); }
  [[nodiscard]] std::uint32_t slot() const noexcept { return slot_; }

  // --- Arbiter ---------------------------------------------------------------------------------------------------
  /// `copied` channels: waits for the area, in order. The caller has a user count. Errors: channel_closed,
  /// platform_lost, channel_busy (the deadline passed in the queue).
  [[nodiscard]] Result<void> admit(Instant deadline) noexcept SCMI_EXCLUDES(mutex_);
  /// `lent` channels: waits in order for a free xfer. The caller has a user count.
  [[nodiscard]] Result<Xfer*> admit_shared(Instant deadline) noexcept SCMI_EXCLUDES(mutex_);
  /// Admits a prepared pending xfer now (true) or queues it to be launched by whoever frees the area (false). The xfer
  /// already owns a user count. Errors: channel_closed, platform_lost.
  [[nodiscard]] Result<bool> admit_pending(Xfer& xfer) noexcept SCMI_EXCLUDES(mutex_);
  /// Takes a pending xfer out of the queue. False: it is not there any more.
  [[nodiscard]] bool withdraw(Xfer& xfer, std::uint64_t sequence) noexcept SCMI_EXCLUDES(mutex_);
  /// An xfer became free: lets the head of a shared channel's queue look again.
  void xfer_freed() noexcept SCMI_EXCLUDES(mutex_);
  /// Refuses everybody in the queue.
  void refuse_queue(LocalError reason) noexcept SCMI_EXCLUDES(mutex_);

  // --- Waiting ---------------------------------------------------------------------------------------------------
  /// Sleeps until `point.word` moves from `seen`, the deadline, or activity on the channel. Takes the wait lease if it
  /// is free, and then reads doorbell and liveness for everybody and delivers what came. May return early. The caller
  /// has a user count. `also` is a second channel to listen on (the P2A side of a delayed response), or null.
  void sleep(WaitPoint& point, std::uint32_t seen, Instant deadline, ChannelInfo* also = nullptr) noexcept
      SCMI_EXCLUDES(mutex_);
  /// Tells the transport that somebody sleeps on the channel, and stores the descriptors to sleep on. Counted.
  [[nodiscard]] std::size_t arm(std::span<int> fds) noexcept;
  /// Undoes one arm.
  void disarm() noexcept;
  /// For event loops: whether a caller leads the wait, and so reads the doorbell. If so it is remembered: when he stops
  /// and nobody takes over, ChannelRegistry::announce() tells.
  [[nodiscard]] bool passed_over() noexcept {
    if (lease_.load(std::memory_order_relaxed) == 0) return false;
    // seq_cst: either we see the lease free here, or its holder sees us when he lets it go.
    passed_over_.store(true, std::memory_order_seq_cst);
    return lease_.load(std::memory_order_seq_cst) != 0;
  }

  // --- Delivery (channel_delivery.cpp). The caller has a user count. -----------------------------------------------
  /// Takes whatever the channel has and hands it to its owners.
  /// `doorbell`: the transport said so; finding nothing is then counted.
  void pump(bool doorbell) noexcept SCMI_EXCLUDES(mutex_);
  /// A delayed response for a command of this channel; the P2A channel it came on is somebody else's.
  void take_delayed(std::uint32_t header, std::span<const std::byte> payload) noexcept;
  /// Only by the holder of the area: takes a late reply that lies there before it is overwritten.
  void take_late() noexcept;

  // --- Calls without a caller (channel_calls.cpp). The caller has a user count. --------------------------------------
  /// Puts a prepared, admitted pending xfer on the wire, or leaves it waiting for the area.
  void launch(Xfer& xfer) noexcept;
  /// Launches the pending xfer that waits for a stuck area, if it has come back.
  void retry_stuck() noexcept;
  /// Ends what is out on the channel: everything, or only what is past its deadline at `now`.
  void end_calls(std::uint64_t wish, Instant now = never) noexcept;
  /// Ends one pending xfer. False: it had ended already.
  bool end_pending(Xfer& xfer, std::uint64_t sequence, std::uint64_t wish) noexcept;
  /// Earliest deadline of the pending calls.
  [[nodiscard]] Instant next_deadline() noexcept;
  /// The peer is gone: every call ends with platform_lost, now and later.
  void mark_lost() noexcept;

  // --- Counters ----------------------------------------------------------------------------------------------------
  static constexpr std::size_t max_protocols = 24;
  /// The block of a protocol on this channel; unmapped protocols share the first.
  [[nodiscard]] CounterBlock& counters(ProtocolId protocol) noexcept {
    return blocks_[block_of_[protocol.value].load(std::memory_order_relaxed)];
  }
  [[nodiscard]] CounterBlock& counters_for(std::uint32_t header) noexcept {
    return counters(MessageHeader::unpack(header).protocol);
  }
  /// The block for what belongs to no protocol of this channel.
  [[nodiscard]] CounterBlock& unattributed() noexcept { return blocks_[0]; }
  /// Gives a protocol a block of its own. False when there are none left (it then shares the first).
  bool add_protocol(ProtocolId protocol) noexcept SCMI_EXCLUDES(mutex_);
  [[nodiscard]] CounterSnapshot total() const noexcept;
  /// The counters of a protocol that has a block here; zeros otherwise.
  [[nodiscard]] CounterSnapshot protocol_counters(ProtocolId protocol) const noexcept {
    const std::uint8_t block = block_of_[protocol.value].load(std::memory_order_relaxed);
    return block == 0 ? CounterSnapshot{} : blocks_[block].snapshot();
  }
  /// Whether fetching from the channel now would find something that somebody waits for, and that was not looked at
  /// already.
  [[nodiscard]] bool has_news() noexcept;

  void trace(TraceKind kind, std::uint32_t header, std::span<const std::byte> payload) noexcept {
    if (TraceTap* const to = tap()) [[unlikely]]
      trace_to(*to, kind, header, payload);
  }
  /// Who sees every message, or null.
  [[nodiscard]] TraceTap* tap() const noexcept { return services_.tap.load(std::memory_order_acquire); }

  [[nodiscard]] const ChannelBinding& binding() const noexcept { return binding_; }
  [[nodiscard]] ChannelServices& services() noexcept { return services_; }
  [[nodiscard]] bool shared() const noexcept { return binding_.description->buffers == BufferModel::lent; }
  /// Who waits for the platform to give a stuck area back; said anew each time before he looks at it.
  /// An exchange: pairs with the one who tells the holder, so that he then sees what that one has seen.
  void watch_area(AreaWatch who) noexcept { area_watch_.exchange(who, std::memory_order_seq_cst); }
  [[nodiscard]] NotificationQueue& queue() noexcept { return queue_; }

  /// How long the platform takes, as learned by holders that had to read the clock.
  Duration learned_service{};

 private:
  friend class ChannelRegistry;
  friend class Transaction;
  void release_slow(std::uint64_t before, std::uint64_t what) noexcept SCMI_EXCLUDES(mutex_);
  void admit_next(bool shared) noexcept SCMI_EXCLUDES(mutex_);
  [[nodiscard]] Result<void> wait_admission(WaitNode& node, Instant deadline) noexcept SCMI_EXCLUDES(mutex_);
  void finish_close() noexcept;
  void trace_to(TraceTap& tap, TraceKind kind, std::uint32_t header, std::span<const std::byte> payload) noexcept;
  [[nodiscard]] bool take_lease(WaitNode& node) noexcept;
  /// A sleeper leaves, and what he leads is offered to the next.
  void leave_ring(WaitNode& node) noexcept SCMI_EXCLUDES(mutex_);
  /// The channel closes: whoever sleeps on it without a call of its own there is to go.
  void wake_sleepers() noexcept SCMI_EXCLUDES(mutex_);
  void signal(WaitPoint& point) noexcept;

  void deliver_area(bool doorbell) noexcept;
  void drain_ring() noexcept;
  /// Ring: takes the xfer for its response. Answers its state before, which is `receiving` when somebody else has it
  /// and was told; `free` when the message is not its response. `back` is added to the word of one that is taken.
  [[nodiscard]] XferState claim_response(Xfer& xfer, const RxMessage& message, std::uint64_t back) noexcept;
  void drain_p2a() noexcept;
  void deliver_response(Xfer& xfer, const RxMessage& message, XferState before) noexcept;
  void deliver_delayed(std::uint32_t header, std::span<const std::byte> payload) noexcept;
  void stray(std::uint32_t header, std::span<const std::byte> payload) noexcept;
  void finish_give_back(Xfer& xfer, XferState before) noexcept;
  void complete(Xfer& xfer, XferState next) noexcept;
  [[nodiscard]] bool publish_responded(Xfer& xfer) noexcept;
  void take_parked(Xfer& xfer) noexcept;
  [[nodiscard]] static std::uint64_t stuck_id(const Xfer& xfer, std::uint64_t sequence) noexcept {
    return sequence << XferWord::sequence_shift | (xfer.index + 1U);
  }
  void end(Xfer& xfer, bool blocking, LocalError reason) noexcept;
  void fail(Xfer& xfer, LocalError reason) noexcept;
  void run_completion(Completion& completion, const Result<std::span<const std::byte>>& result) noexcept;
  void count_end(std::uint32_t header, std::uint64_t wish) noexcept;

  ChannelServices& services_;
  const std::uint32_t slot_;
  class ChannelRegistry* registry_ = nullptr;
  ChannelBinding binding_;

  alignas(sync::cache_line) sync::atomic<std::uint64_t> word_;
  /// Which xfer is on the area of a `copied` channel: that of the pending call that holds it, else the held one.
  alignas(sync::cache_line) sync::atomic<std::uint16_t> current_{0};
  sync::atomic<std::uint64_t> stuck_{0};  ///< Which use of which pending xfer holds a stuck area; 0 = none.
  sync::atomic<AreaWatch> area_watch_{AreaWatch::none};
  sync::atomic<std::int64_t> blind_pause_ns_{0};  ///< Backs off while a channel without doorbell is watched.
  sync::atomic<std::uint32_t> lease_{0};
  sync::atomic<std::uint32_t> armed_{0};
  sync::atomic<bool> passed_over_{false};    ///< An event loop wants to know when nobody leads any more.
  sync::atomic<std::uint32_t> rx_claim_{0};  ///< P2A: 0 idle, 1 somebody drains, 2 and shall look again.
  std::vector<std::byte> rx_buffer_;         ///< P2A: owned by whoever has rx_claim_.
  NotificationQueue queue_;
  WaitPoint close_point_;

  sync::Mutex mutex_;
  WaitNode admission_ SCMI_GUARDED_BY(mutex_);  ///< Ring sentinel: FIFO of queued senders.
  WaitNode sleeping_ SCMI_GUARDED_BY(mutex_);   ///< Ring sentinel: contexts that sleep; one of them leads.

  std::array<sync::atomic<std::uint8_t>, 256> block_of_{};
  std::array<CounterBlock, max_protocols> blocks_;
  sync::atomic<std::uint32_t> block_count_{1};
};

/// A counted reference to an open channel: the only way to touch one. Movable, not copyable.
class ChannelRef {
 public:
  ChannelRef() = default;
  ChannelRef(ChannelInfo& channel, std::uint32_t generation) noexcept
      : channel_(channel.try_acquire(generation) ? &channel : nullptr) {}
  ChannelRef(ChannelRef&& other) noexcept : channel_(other.channel_) { other.channel_ = nullptr; }
  ChannelRef& operator=(ChannelRef&& other) noexcept {
    if (this != &other) {
      reset();
      channel_ = other.channel_;
      other.channel_ = nullptr;
    }
    return *this;
  }
  ~ChannelRef() { reset(); }
  void reset() noexcept {
    if (channel_ != nullptr) channel_->release();
    channel_ = nullptr;
  }
  [[nodiscard]] explicit operator bool() const noexcept { return channel_ != nullptr; }
  ChannelInfo* operator->() const noexcept { return channel_; }
  ChannelInfo& operator*() const noexcept { return *channel_; }
  [[nodiscard]] ChannelInfo* get() const noexcept { return channel_; }

 private:
  ChannelInfo* channel_ = nullptr;
};

}  // namespace scmi
