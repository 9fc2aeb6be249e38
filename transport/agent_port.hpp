// SPDX-License-Identifier: Apache-2.0
//
// The platform's end of one agent's areas: takes requests, answers them, and sends notifications and delayed responses,
// wherever the memory and the bells come from.
//
// Who owns an A2P area:   idle ─(agent hands over)─▶ taken ─(respond)─▶ idle
// While a request is taken the area is not looked at again: a doorbell, or a status word that an agent changes behind
// our back, starts nothing. A message that cannot be taken (length) gives the area back with ERROR at once. P2A areas
// carry one message at a time, so what cannot go now waits here: delayed responses before notifications, both bounded;
// a notification that finds its queue full is dropped and counted.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <span>
#include <vector>

#include "scmi/result.hpp"
#include "transport/channel_layout.hpp"
#include "transport/shm_area.hpp"
#include "transport/sleep_word.hpp"
#include "transport/unique_fd.hpp"

namespace scmi::transport {

/// One use of an agent by somebody: a connection, or the life of a named file. Names it after it is gone, too.
struct PortKey {
  AgentId agent{};
  std::uint32_t serial = 0;  ///< Differs between connections of the same agent; never 0 in a valid key.
  friend constexpr auto operator<=>(const PortKey&, const PortKey&) = default;
};

/// A request as the platform sees it. The payload is the platform's private copy, valid until respond() for that
/// channel of that port.
struct Request {
  PortKey port;
  std::uint16_t channel = 0;
  std::uint32_t header = 0;
  std::span<const std::byte> payload;
  std::uint32_t max_reply_payload = 0;  ///< Bytes that the answer may have.
};

/// What went through one port. Plain numbers: read them on the thread that serves.
struct PortCounters {
  std::uint64_t requests = 0;
  std::uint64_t responses = 0;
  std::uint64_t malformed = 0;           ///< Lengths that no message can have: given back with ERROR.
  std::uint64_t spurious_doorbells = 0;  ///< Rings that found no new request (late rings among them).
  std::uint64_t notifications = 0;
  std::uint64_t delayed_responses = 0;
  std::uint64_t notifications_dropped = 0;  ///< Queue full.
  std::uint64_t delayed_dropped = 0;        ///< Queue full.
  std::uint64_t rings = 0;                  ///< Bells rung because the agent slept.
};

/// Not thread-safe; functions of one port belong to one thread.
class AgentPort {
 public:
  /// How one area's sleeper is woken. Empty words: nobody to ring, the agent polls.
  struct Bell {
    SharedWord agent_sleeping;
    int fd = -1;  ///< Borrowed.
  };
  struct Bells {
    SharedWord platform_sleeping;
    BarrierMode barrier = BarrierMode::locked;
    std::vector<Bell> a2p;  ///< One for each channel, or none at all.
    std::vector<Bell> p2a;
  };
  static constexpr std::size_t queue_size_max = 64;  ///< Messages waiting for one P2A area, of each kind.

  /// Borrows `memory`, which `layout` must fit. Initialises every area (FREE).
  AgentPort(PortKey key, AgentLayout layout, std::byte* memory, Bells bells);

  [[nodiscard]] PortKey key() const noexcept { return key_; }
  [[nodiscard]] const AgentLayout& layout() const noexcept { return layout_; }
  /// The memory that messages name by address; empty where the agent has none.
  [[nodiscard]] std::span<std::byte> window() const noexcept {
    return {memory_ + layout_.window.place.offset, layout_.window.place.size};
  }
  [[nodiscard]] const PortCounters& counters() const noexcept { return counters_; }
  /// Whether messages of `protocol` have a P2A area to go to (its channel's, or the Base channel's). Without one
  /// asynchronous commands and notifications must be refused.
  [[nodiscard]] bool has_p2a(ProtocolId protocol) const noexcept { return p2a_channel(protocol) >= 0; }

  /// Takes the next request of any channel, in turn; false when there is none. Also sends what waits for P2A areas.
  [[nodiscard]] bool take(Request& request) noexcept;
  /// Answers the request taken from `channel`; `header` is the request's. Errors: invalid_argument (nothing is taken
  /// there), message_too_large (nothing was written: answer something smaller).
  [[nodiscard]] Result<void> respond(std::uint16_t channel, std::uint32_t header,
                                     std::span<const std::byte> payload) noexcept;
  /// Gives the area of a taken request back with ERROR: for a request that deserves no answer.
  [[nodiscard]] Result<void> respond_error(std::uint16_t channel) noexcept;
  /// Sends a notification or delayed response (by the header's type) through the P2A area of the header's protocol, now
  /// or when the area is free. Errors: unsupported (no such area), message_too_large, queue_full (dropped, counted),
  /// channel_busy (dropped, counted: the platform's manners are not to wait), invalid_argument (type).
  [[nodiscard]] Result<void> post(std::uint32_t header, std::span<const std::byte> payload);

  /// For fault injection: the bytes of an area, to be spoilt past the rules kept here; empty where there is none.
  [[nodiscard]] std::span<std::byte> area_bytes(std::uint16_t channel, Direction direction) const noexcept;
  /// For fault injection: rings the agent's bell, asleep or not, asked or not.
  void ring_always(std::uint16_t channel, Direction direction) noexcept;

  /// Whether take() would find something to do.
  [[nodiscard]] bool has_work() const noexcept;
  /// To be called when the agent's doorbell rang, before the take() that looks what for.
  void doorbell_rang() noexcept { doorbell_pending_ = true; }

  /// Tells the agent that we are about to sleep, or that we are awake. After `true`: heavy_barrier(barrier()), then
  /// has_work() once more.
  void set_sleeping(bool sleeping) noexcept;
  [[nodiscard]] BarrierMode barrier() const noexcept { return bells_.barrier; }
  /// False when the agent cannot ring: its areas must be polled.
  [[nodiscard]] bool can_be_rung() const noexcept { return static_cast<bool>(bells_.platform_sleeping); }

 private:
  struct Message {
    std::uint32_t header = 0;
    std::vector<std::byte> payload;
  };
  struct Channel {
    ShmArea a2p;
    ShmArea p2a;
    bool taken = false;
    bool interrupt = false;  // the taken request asked for a bell
    std::vector<std::byte> request;
    std::deque<Message> delayed;
    std::deque<Message> notifications;
  };

  [[nodiscard]] int p2a_channel(ProtocolId protocol) const noexcept;
  void pump(std::size_t channel) noexcept;
  [[nodiscard]] bool pump_ready(const Channel& channel) const noexcept;
  void put_check_words(AreaPlace area, std::uint32_t header, std::span<const std::byte> payload) noexcept;
  void hand_over(std::size_t channel, std::uint32_t header, std::span<const std::byte> payload) noexcept;
  void ring(const std::vector<Bell>& bells, std::size_t channel) noexcept;

  PortKey key_;
  AgentLayout layout_;
  std::byte* memory_;
  Bells bells_;
  std::vector<Channel> channels_;
  std::size_t next_ = 0;     // channel that take() looks at first
  std::size_t waiting_ = 0;  // messages in all P2A queues
  bool doorbell_pending_ = false;
  PortCounters counters_;
};

}  // namespace scmi::transport
