// SPDX-License-Identifier: Apache-2.0
//
// The transactions of one A2P channel: preallocated xfers, the tokens they carry, and the quarantine of tokens
// whose reply may still come.
//
//   free ──▶ prepared ──▶ in_flight ──▶ receiving ──▶ done ──▶ free
//              ▲  │           │ ▲           │
//              │  └▶ queued   │ └───────────┘ no match: the claim is given back
//              └──────┘       │             ├──▶ responded ──▶ receiving ──▶ done      (delayed response awaited)
//                             │             └──▶ early ──▶ receiving ──▶ done          (it overtook the response)
//                             ▼
//                         abandoned ──▶ free    (released by its caller, and a lent buffer has come back)
//
// The state word carries a sequence number, so that a claim or a cancel meant for an earlier use of the xfer fails.
// A Transaction that holds a one-message channel goes from free to in_flight in one store.
//
// Who changes it: the owner while prepared; whoever claims by CAS from in_flight, responded or early; a deadline,
// cancel or close by CAS, or, while somebody is receiving, by recording a wish that the receiver honours if the message
// turns out not to match.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "scmi/message_header.hpp"
#include "scmi/result.hpp"
#include "scmi/sync.hpp"
#include "scmi/time.hpp"

namespace scmi {

enum class XferState : std::uint8_t { free, prepared, queued, in_flight, receiving, responded, early, done, abandoned };

/// The xfer's state word, taken apart.
struct XferWord {
  static constexpr std::uint64_t state_mask = 0xFF;
  static constexpr std::uint64_t released = 1U << 8;  ///< The caller has left; free when the buffer is back.
  static constexpr std::uint64_t returned = 1U << 9;  ///< The buffer is ours (always, where buffers are copied).
  static constexpr std::uint64_t waiting = 1U << 10;  ///< Somebody may sleep on the xfer's wait point.
  static constexpr std::uint64_t want_timeout = 1U << 11;
  static constexpr std::uint64_t want_cancel = 1U << 12;
  static constexpr std::uint64_t want_close = 1U << 13;
  static constexpr std::uint64_t want_lost = 1U << 14;
  static constexpr std::uint64_t wishes = want_timeout | want_cancel | want_close | want_lost;
  static constexpr std::uint64_t blocking = 1U << 15;  ///< The caller waits in Transaction and ends the use by himself.
  static constexpr std::uint64_t settled = 1U << 16;   ///< Abandoned, and whoever did it needs the xfer no longer.
  static constexpr std::uint64_t answered_early = 1U << 17;   ///< The delayed response came; the response is owed.
  static constexpr std::uint64_t look_again = 1U << 18;       ///< Somebody came with news while another was receiving.
  static constexpr std::uint64_t parked = 1U << 19;           ///< A delayed response came while another was receiving.
  static constexpr std::uint64_t expects_delayed = 1U << 20;  ///< A delayed response follows. Constant during a use.
  static constexpr std::uint64_t replied = 1U << 21;          ///< Ring: its response came while another was receiving.
  static constexpr std::uint64_t flags = released | returned | waiting | wishes | blocking | settled | answered_early |
                                         look_again | parked | expects_delayed | replied;
  static constexpr unsigned sequence_shift = 24;

  [[nodiscard]] static constexpr XferState state(std::uint64_t w) noexcept {
    return static_cast<XferState>(w & state_mask);
  }
  [[nodiscard]] static constexpr std::uint64_t sequence(std::uint64_t w) noexcept { return w >> sequence_shift; }
  /// `w` of a free xfer (its sequence and nothing else) in its next use: in flight, for a Transaction, its buffer ours.
  [[nodiscard]] static constexpr std::uint64_t launched(std::uint64_t w) noexcept {
    constexpr std::uint64_t start = static_cast<std::uint64_t>(XferState::in_flight) | returned | blocking;
    return w + (std::uint64_t{1} << sequence_shift) + start;
  }
  /// `w` in flight, claimed.
  [[nodiscard]] static constexpr std::uint64_t claimed(std::uint64_t w) noexcept {
    static_assert(static_cast<int>(XferState::receiving) == static_cast<int>(XferState::in_flight) + 1);
    return w + 1;
  }
  /// From prepared to queued; the flags stay, whoever sets them meanwhile.
  static constexpr std::uint64_t queueing =
      static_cast<std::uint64_t>(XferState::queued) - static_cast<std::uint64_t>(XferState::prepared);
  [[nodiscard]] static constexpr std::uint64_t freed(std::uint64_t w) noexcept { return w & ~(state_mask | flags); }
  [[nodiscard]] static constexpr std::uint64_t with(std::uint64_t w, XferState s) noexcept {
    return (w & ~state_mask) | static_cast<std::uint64_t>(s);
  }
};

/// Why an abandoned xfer was abandoned: the wish in its word.
[[nodiscard]] constexpr LocalError abandon_reason(std::uint64_t word) noexcept {
  if ((word & XferWord::want_lost) != 0) return LocalError::platform_lost;
  if ((word & XferWord::want_close) != 0) return LocalError::channel_closed;
  if ((word & XferWord::want_cancel) != 0) return LocalError::cancelled;
  return LocalError::timed_out;
}

/// Result of a finished call as a completion callback sees it. The payload starts with the status word.
using Completion = std::function<void(const Result<std::span<const std::byte>>&)>;

/// One waiting or queued context or pending xfer of a channel; linked into the channel's lists under its lock.
struct Xfer;
struct WaitNode {
  WaitNode* previous = nullptr;
  WaitNode* next = nullptr;
  WaitPoint* point = nullptr;
  Xfer* pending = nullptr;  ///< Set: admission for this xfer, to be launched by whoever admits it.
  enum class State : std::uint8_t { idle, queued, admitted, refused } state = State::idle;
  LocalError reason{};       ///< With `refused`.
  std::uint32_t offers = 0;  ///< A sleeper's: times it was told that nobody leads the wait.
  bool leads = false;        ///< A sleeper's own: it leads the wait.
};

/// One transaction. Fields without a note are written by the owner before the state is released as in_flight, and by
/// the claimer while receiving.
struct alignas(sync::cache_line) Xfer {
  sync::atomic<std::uint64_t> word{0};
  sync::atomic<std::uint32_t> header{0};  ///< Of the command; may be read before a claim.
  std::uint16_t index = 0;                ///< Constant.
  bool owns_hold = false;  ///< The xfer itself (a pending call) owns the channel's area and a user count.
  bool owns_user = false;  ///< The xfer itself owns a user count.
  bool token_marked = false;
  std::uint32_t tx_length = 0;
  std::uint32_t rx_length = 0;
  bool failed = false;
  LocalError failure{};  ///< Valid when `failed` and done. An abandoned xfer's reason is the wish in its word.
  sync::atomic<std::uint32_t> rejected_header{0};  ///< A message already counted as not ours during this use.
  /// Of the stage a pending call is in, nanoseconds of the agent's clock; may be read at any time.
  sync::atomic<Duration::rep> deadline{never.time_since_epoch().count()};
  Duration delayed_timeout{};
  std::byte* tx = nullptr;  ///< Constant; capacity is the channel's max_payload.
  std::byte* rx = nullptr;  ///< Constant.
  /// The parked delayed response: written under the table's lock before `parked` is set, read by whoever receives once
  /// he has seen it.
  std::byte* parked = nullptr;  ///< Constant.
  std::uint32_t parked_length = 0;
  WaitPoint point;
  WaitNode node;
  Completion completion;

  /// What `word` becomes when the xfer is free; to be stored with release. The deadline ends with the use, and before
  /// it: whoever looks for what is overdue never takes it for that of the next use.
  [[nodiscard]] std::uint64_t retired(std::uint64_t w) noexcept {
    deadline.store(never.time_since_epoch().count(), std::memory_order_relaxed);
    return XferWord::freed(w);
  }
};

/// How a message without a taker is classified.
enum class Stray : std::uint8_t { late, duplicate, unexpected };

/// Xfers, tokens and quarantine of one channel. Shared by the channel and the pending handles that outlive it;
/// survives closing and re-opening of the same memory.
class XferTable {
 public:
  struct Config {
    std::uint16_t xfers = 0;        ///< How many transactions may exist at once (with xfer 0, the held one).
    std::uint32_t max_payload = 0;  ///< Bytes.
    std::uint16_t first_token = 0;
    Duration quarantine_horizon{};
    bool shared = false;  ///< True: several commands in flight, tokens are marked while out.
  };
  XferTable(const Config& config, TimeSource& clock);
  XferTable(const XferTable&) = delete;
  XferTable& operator=(const XferTable&) = delete;

  [[nodiscard]] Xfer& held() noexcept { return xfers_[0]; }
  [[nodiscard]] Xfer& at(std::size_t index) noexcept { return xfers_[index]; }
  [[nodiscard]] std::size_t size() const noexcept { return config_.xfers; }
  [[nodiscard]] std::uint32_t max_payload() const noexcept { return config_.max_payload; }
  [[nodiscard]] bool shared() const noexcept { return config_.shared; }

  /// Takes a free xfer other than the held one; nullptr when all are in use. Any context, lock-free.
  /// `use`: XferWord::blocking for a Transaction; 0 or XferWord::expects_delayed for a pending call.
  [[nodiscard]] Xfer* allocate(std::uint64_t use) noexcept;
  /// Gives an xfer back that was allocated and never used.
  void discard(Xfer& xfer) noexcept;
  /// The caller is done with a done or abandoned xfer: free now, or once its lent buffer returns. Any context, once.
  void release(Xfer& xfer) noexcept;
  /// Whoever abandoned a pending xfer has taken out of it what he needs.
  void settle(Xfer& xfer) noexcept;
  /// The peer gave the lent buffer of `xfer` back outside of a match.
  void buffer_returned(Xfer& xfer) noexcept;

  /// Next token in round-robin order that is neither marked nor in quarantine; nullopt when there is none. On a
  /// channel that is not shared only by the context that holds it, and the token is not marked.
  [[nodiscard]] std::optional<Token> take_token() noexcept {
    if (!config_.shared && all_tokens_in()) return Token(static_cast<std::uint16_t>(next_token()));
    return take_token_slow();
  }
  /// The usual case on a channel that is not shared: no token is in quarantine or kept out for a delayed response, so
  /// the next one can be had without looking, and no late reply can lie in the area.
  /// Acquire: pairs with unmark(), as marked() does.
  [[nodiscard]] bool all_tokens_in() const noexcept { return tokens_out_.load(std::memory_order_acquire) == 0; }
  /// Only when all_tokens_in(), by the context that holds the channel.
  [[nodiscard]] std::uint32_t next_token() noexcept {
    const std::uint32_t t = next_token_.load(std::memory_order_relaxed);
    next_token_.store(t + 1, std::memory_order_relaxed);
    return t & (token_count - 1);
  }
  /// Keeps a token out of circulation and lets find() see its xfer.
  void mark(Token token, const Xfer& xfer) noexcept;
  void unmark(Token token) noexcept;
  /// The xfer that marked this token, or nullptr.
  [[nodiscard]] Xfer* find(Token token) noexcept;

  /// Ends a command that is out: in_flight, responded or early becomes abandoned with `wish` as its reason, and its
  /// token goes into quarantine until its reply, the peer's end or the horizon. If somebody is receiving, preparing or
  /// launching, the wish is recorded for him. Any context.
  enum class Abandoned : std::uint8_t { yes, recorded, too_late };
  Abandoned abandon(Xfer& xfer, std::uint64_t sequence, std::uint64_t wish) noexcept;
  /// The receiver's message did not match: `receiving` goes back to `before`, or, if a wish was recorded, to abandoned;
  /// answers the recorded
  /// wishes, `look_again`, and whether the use was `blocking`.
  std::uint64_t give_back(Xfer& xfer, XferState before) noexcept;
  /// Leaves a delayed response to whoever is receiving or sending for the xfer. `word` is the state word as last seen;
  /// it is updated. False: he is through meanwhile, or another one is parked there.
  [[nodiscard]] bool park(Xfer& xfer, std::uint64_t& word, std::span<const std::byte> payload) noexcept;
  /// Classifies a message that nobody waits for; a late reply ends its token's quarantine.
  [[nodiscard]] Stray classify_stray(std::uint32_t header) noexcept;
  [[nodiscard]] bool quarantine_empty() const noexcept { return quarantined_.load(std::memory_order_relaxed) == 0; }
  [[nodiscard]] std::uint32_t quarantine_size() const noexcept { return quarantined_.load(std::memory_order_relaxed); }
  /// The command of this header was answered (for telling duplicates).
  void note_answered(std::uint32_t header) noexcept {
    answered_[header >> 18 & (token_count - 1)].store(header, std::memory_order_relaxed);
  }
  /// A new incarnation of the peer: nothing of the old one can come any more.
  void end_epoch() noexcept;
  /// Xfers that are not free (tests, shutdown checks).
  [[nodiscard]] std::size_t in_use() const noexcept;

 private:
  [[nodiscard]] bool marked(std::uint32_t token) const noexcept {
    return (marks_[token / 64].bits.load(std::memory_order_acquire) >> (token % 64) & 1U) != 0;
  }
  [[nodiscard]] bool try_mark(std::uint16_t token) noexcept;
  [[nodiscard]] std::optional<Token> take_token_slow() noexcept;
  void reap_expired() noexcept;
  void quarantine(const Xfer& xfer, std::uint64_t word) noexcept SCMI_REQUIRES(mutex_);
  void unquarantine(std::uint16_t token) noexcept SCMI_REQUIRES(mutex_);

  struct alignas(sync::cache_line) MarkWord {
    sync::atomic<std::uint64_t> bits{0};
  };
  struct Quarantined {
    std::uint32_t header = 0;
    bool expects_delayed = false;
    bool response_taken = false;  // What lies in the area with this header was seen before.
    bool active = false;
    Instant until{};
  };

  Config config_;
  TimeSource& clock_;
  std::vector<std::byte> buffers_;
  std::unique_ptr<Xfer[]> xfers_;
  sync::atomic<std::uint32_t> allocate_hint_{0};
  alignas(sync::cache_line) sync::atomic<std::uint32_t> next_token_;
  sync::atomic<std::uint32_t> tokens_out_{0};  ///< Marked tokens; counted only where the table is not shared.
  sync::atomic<std::uint32_t> quarantined_{0};
  std::array<MarkWord, token_count / 64> marks_;
  std::unique_ptr<sync::atomic<std::uint16_t>[]> by_token_;          ///< Index of the xfer that marked the token.
  std::array<sync::atomic<std::uint32_t>, token_count> answered_{};  ///< Header last answered with that token.
  sync::Mutex mutex_;
  std::vector<Quarantined> records_ SCMI_GUARDED_BY(mutex_);
};

}  // namespace scmi
