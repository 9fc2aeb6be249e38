// SPDX-License-Identifier: Apache-2.0
//
// What a transport is to the core: one table of functions, filled out by each transport, and a description of its
// limits. The core owns the order of the calls; the transport owns the memory behind `state`.
//
//   available ─▶ setup ─▶ { send · poll_done · fetch_response · mark_tx_done · ring · wait_fds · liveness }  (A2P)
//                      └▶ { fetch_notification · clear · ring · wait_fds · liveness }                        (P2A)
//                ─▶ stop ─▶ (users drain) ─▶ free
//
// A transport knows a channel only by its ChannelHandle, never by pointer, and reports what arrives by calling
// scmi::rx_callback (scmi/channel_registry.hpp) with that handle, from any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "scmi/ids.hpp"
#include "scmi/message_header.hpp"
#include "scmi/result.hpp"
#include "scmi/time.hpp"

namespace scmi {

class ChannelRegistry;

/// Which way the first word goes.
enum class Direction : std::uint8_t {
  a2p,  ///< Commands and their responses.
  p2a,  ///< Delayed responses and notifications.
};

/// Name of a channel for transports: a slot of the registry and the generation of its use. Survives the channel;
/// a stale one is refused and counted.
struct ChannelHandle {
  std::uint32_t slot = 0;
  std::uint32_t generation = 0;  ///< Never 0 in a valid handle.
  friend constexpr bool operator==(ChannelHandle, ChannelHandle) = default;
};

/// How message buffers behave while a command is out.
enum class BufferModel : std::uint8_t {
  copied,  ///< One area for each channel; free again once the platform has given it back.
  lent,    ///< A buffer for each message, with the peer until it returns it, even past a timeout.
};

/// A transport's constants.
struct TransportDescription {
  std::string_view name;
  std::uint32_t max_message_size = 0;  ///< Header and payload, bytes; the largest any channel of it carries.
  std::uint16_t max_in_flight = 1;     ///< Commands on the wire of one A2P channel at a time, 1..1024.
  Duration default_timeout{};          ///< For a command whose caller names none.
  bool polling = false;                ///< poll_done() sees replies without any doorbell.
  BufferModel buffers = BufferModel::copied;
};

/// Opaque state of one channel, owned by the transport between setup and free.
struct ChannelState;
/// Opaque state of the transport itself; outlives all its channels.
struct TransportState;

/// What setup is told.
struct ChannelSetup {
  ProtocolId protocol;  ///< The protocol the channel is asked for (Base for the default one).
  Direction direction = Direction::a2p;
  ChannelHandle handle;                       ///< To be used in rx_callback from now on.
  std::shared_ptr<ChannelRegistry> registry;  ///< Keep a copy as long as rx_callback may be called.
};

/// What setup answers.
struct ChannelPort {
  ChannelState* state = nullptr;
  std::uint32_t max_payload = 0;  ///< Bytes after the header.
  std::uint64_t memory_id = 0;    ///< Same value = same memory as an earlier channel: quarantine goes on.
  std::uint64_t epoch = 0;        ///< Incarnation of the peer; a new value ends quarantine.
};

/// A command to put on the wire. Borrowed until send returns.
struct TxMessage {
  std::span<const std::byte> payload;
  std::uint32_t header = 0;
  std::uint16_t loan = 0;      ///< Lent buffers: which (the xfer's index, < max_in_flight).
  bool want_interrupt = true;  ///< False when the caller polls.
};

/// What send answers: nothing, or an Error without its context. Fits a register, where a Result<void> does not.
class [[nodiscard]] SendResult {
 public:
  constexpr SendResult() = default;
  // NOLINTNEXTLINE(*-explicit-*): transports answer with an Error.
  constexpr SendResult(const Error& error) noexcept : code_(error.code), origin_(error.origin) {}
  /// Whether it was sent. No error has the code 0.
  [[nodiscard]] constexpr explicit operator bool() const noexcept { return code_ == 0; }
  [[nodiscard]] constexpr Error error() const noexcept { return {origin_, code_, {}}; }

 private:
  std::int32_t code_ = 0;
  Origin origin_{};
};

/// Something fetched from the wire.
struct RxMessage {
  enum class Kind : std::uint8_t {
    none,           ///< Nothing there (area not FREE, ring empty).
    message,        ///< `header` and `payload` are set.
    channel_error,  ///< The platform returned the area with the error bit; no content.
    malformed,      ///< Length below the header or above the channel; no content. The buffer is back.
  };
  static constexpr std::uint16_t no_loan = 0xFFFF;
  Kind kind = Kind::none;
  std::uint32_t header = 0;
  std::span<const std::byte> payload;  ///< `copied`: in the buffer given to fetch; `lent`: in the transport's, until
                                       ///< the same loan is sent again or the next fetch of this context.
  std::uint16_t loan = no_loan;        ///< `lent`: the buffer that came back, no_loan if it was none of ours.
};

/// What ChanOps::take_reply answers when `message` lies there.
[[nodiscard]] constexpr std::size_t reply_length(const RxMessage& message, std::uint32_t header) noexcept {
  const bool expected = message.kind == RxMessage::Kind::message && message.header == header;
  return expected && message.payload.size() >= status_size ? message.payload.size() : 0;
}

/// The functions. None may throw. All but the ones marked may be called from any thread, also at the same time for
/// different channels; for one channel the core serialises send; it serialises fetch_response and
/// fetch_notification for `copied` channels; a `lent` transport serialises itself.
struct ChanOps {
  /// Whether the transport has a channel of its own for that protocol and direction. Base A2P is mandatory.
  bool (*available)(TransportState*, ProtocolId, Direction) = nullptr;
  /// May be null: Base. For a protocol without a channel of its own, the protocol whose channel carries it.
  ProtocolId (*carrier)(TransportState*, ProtocolId, Direction) = nullptr;
  /// Makes the channel. From its return on rx_callback may be called. Errors leave nothing behind.
  Result<ChannelPort> (*setup)(TransportState*, const ChannelSetup&) = nullptr;
  /// After its return no new rx_callback will start for the channel. Never waits. Idempotent.
  void (*stop)(ChannelState*) = nullptr;
  /// Last call, after stop and with no user left. May come from inside the transport's own rx_callback call, which
  /// must not touch the channel's state afterwards.
  void (*free)(ChannelState*) = nullptr;
  /// Publishes a command and rings as far as the peer needs it. Errors: channel_busy when the area is not FREE (nothing
  /// was written), message_too_large, platform_lost, system errors.
  SendResult (*send)(ChannelState*, const TxMessage&) = nullptr;
  /// `lent` only; may be null. The core is done with the transaction of `loan` (reply taken, or given up with
  /// `completed` false).
  void (*mark_tx_done)(ChannelState*, std::uint16_t loan, bool completed) = nullptr;
  /// True when fetch_response would find something other than `none`. `copied`: the platform does not own the area.
  bool (*poll_done)(ChannelState*) = nullptr;
  /// Takes one response. `copied`: loads the status word (acquire), then header, length and payload once, into
  /// `into`; leaves the area as it is, so a second call gives the same. `lent`: takes the next returned buffer.
  RxMessage (*fetch_response)(ChannelState*, std::span<std::byte> into) = nullptr;
  /// `copied` only: fetch_response for the usual case, in one step. If a message with exactly this header and at least
  /// a status word lies there, takes it and answers its payload's length; otherwise 0, and fetch_response tells what is
  /// there. `into` has room for the channel's max_payload. See reply_length.
  std::size_t (*take_reply)(ChannelState*, std::uint32_t header, std::byte* into) = nullptr;
  /// Takes one message of a P2A channel into `into`. Does not give the area back: that is clear.
  RxMessage (*fetch_notification)(ChannelState*, std::span<std::byte> into) = nullptr;
  /// Gives the P2A area or buffer of the last fetch_notification back, and rings if the platform asked for it.
  void (*clear)(ChannelState*) = nullptr;
  /// Rings the doorbell once more, unconditionally.
  void (*ring)(ChannelState*) = nullptr;
  /// Descriptors that become readable when the channel has something or the peer is gone; returns how many were
  /// stored. `arm` true: also tell the peer that we are about to sleep (the core polls again before it does);
  /// `arm` false: we are awake, and consume a pending doorbell. 0 descriptors: the channel can only be polled.
  std::size_t (*wait_fds)(ChannelState*, std::span<int> fds, bool arm) = nullptr;
  /// False when the peer is known to be gone.
  bool (*liveness)(ChannelState*) = nullptr;
  /// Maps a region the platform named by address (fast channels, statistics). Error: unsupported, bad_memory.
  Result<std::span<std::byte>> (*map_region)(ChannelState*, std::uint64_t address, std::size_t size) = nullptr;
  /// Device reset: takes every lent buffer back and answers the new epoch. Error: unsupported.
  Result<std::uint64_t> (*reset)(ChannelState*) = nullptr;
};

/// A transport as handed to Agent::probe. Borrowed: must outlive the agent.
struct Transport {
  const ChanOps* ops = nullptr;
  const TransportDescription* description = nullptr;
  TransportState* state = nullptr;
};

}  // namespace scmi
