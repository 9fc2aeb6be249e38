// SPDX-License-Identifier: Apache-2.0
//
// Shared-memory areas and a platform that writes into them as it likes. The agent's side of ChanOps is written here
// over the product's own ShmArea, with a place for an interruption between any two steps.
#include <algorithm>
#include <array>
#include <cstring>
#include <deque>

#include "fuzz/sim/runtime.hpp"
#include "fuzz/sim/wire.hpp"
#include "transport/shm_area.hpp"

namespace scmi::sim {
namespace {

using transport::SharedWord;
using transport::ShmArea;

constexpr std::uint32_t area_size = transport::area_payload_offset + wire_max_payload;
constexpr std::uint32_t length_at = 0x14;

class AreaWire final : public Wire {
 public:
  AreaWire(const Plan& plan, Scheduler& scheduler, WireListener& listener)
      : scheduler_(scheduler), listener_(listener) {
    lanes_.emplace_back(*this, protocol::base, Direction::a2p, 1);
    lanes_.emplace_back(*this, protocol::base, Direction::p2a, 2);
    if (plan.own_channel) lanes_.emplace_back(*this, protocol::performance, Direction::a2p, 3);
    description_ = {.name = "area",
                    .max_message_size = wire_max_payload + header_size,
                    .default_timeout = std::chrono::milliseconds(30)};
  }

  Transport transport() override {
    return {&ops(), &description_, static_cast<TransportState*>(static_cast<void*>(this))};
  }

  bool answerable(const WireCommand& command) const override {
    const Lane* lane = find(command.channel, Direction::a2p);
    return lane != nullptr && lane->use == command.use;
  }
  bool complete(const WireCommand& command, std::span<const std::byte> bytes, Bell bell) override {
    if (!answerable(command)) return false;
    Lane* const lane = find(command.channel, Direction::a2p);
    const std::size_t payload = bytes.size() < header_size ? 0 : bytes.size() - header_size;
    std::uint32_t header = command.header;
    if (bytes.size() >= header_size) std::memcpy(&header, bytes.data(), sizeof header);
    const auto content = bytes.subspan(bytes.size() - payload, std::min<std::size_t>(payload, wire_max_payload));
    lane->area.reply(header, content);
    lane->word(length_at).store(static_cast<std::uint32_t>(bytes.size()));
    if (bell == Bell::ring) lane->ring();
    return true;
  }
  bool channel_error(const WireCommand& command, Bell bell) override {
    if (!answerable(command)) return false;
    Lane* const lane = find(command.channel, Direction::a2p);
    lane->area.give_back_error();
    if (bell == Bell::ring) lane->ring();
    return true;
  }
  bool stray(std::span<const std::byte>) override { return false; }
  void post(std::span<const std::byte> bytes) override {
    if (queue_.size() >= queue_max) return;  // A platform has no more room than that.
    queue_.emplace_back(bytes.begin(), bytes.end());
    next_p2a();
  }
  void ring(ProtocolId channel, Direction direction) override {
    if (Lane* lane = find(channel, direction)) lane->ring();
  }
  void hang_up() override {
    alive_ = false;
    for (const Lane& lane : lanes_) {
      if (!lane.open || lane.stopped) continue;
      const Callee to = lane.callee;
      peer_lost(*to.registry, to.handle);
    }
  }
  void restart() override {
    alive_ = true;
    ++epoch_;
    queue_.clear();
    for (Lane& lane : lanes_) {
      lane.area.initialise();
      lane.taken = false;
      ++lane.use;
    }
  }
  bool blocked(ProtocolId channel) const override {
    const Lane* lane = find(channel, Direction::a2p);
    return lane != nullptr && !lane->area.done();
  }
  std::size_t kept(ProtocolId channel) const override { return blocked(channel) ? 1 : 0; }
  Callee callee(ProtocolId channel, Direction direction) const override {
    const Lane* lane = find(channel, direction);
    return lane == nullptr || !lane->open ? Callee{} : lane->callee;
  }
  std::size_t open_channels() const override {
    return static_cast<std::size_t>(std::ranges::count_if(lanes_, [](const Lane& l) { return l.open; }));
  }
  std::uint64_t violations() const override { return violations_; }
  std::size_t waiting() const override { return queue_.size(); }

 private:
  static constexpr std::size_t queue_max = 512;

  struct Lane {
    Lane(AreaWire& wire, ProtocolId p, Direction d, std::uint64_t memory_id)
        : owner(&wire), protocol(p), direction(d), number(memory_id) {
      area.initialise();
    }
    Lane(const Lane&) = delete;
    Lane& operator=(const Lane&) = delete;

    [[nodiscard]] SharedWord word(std::uint32_t at) noexcept { return SharedWord(memory.data() + at); }
    void ring() const {
      if (!open || stopped) return;
      const Callee to = callee;
      rx_callback(*to.registry, to.handle, 0);
    }

    AreaWire* owner;
    ProtocolId protocol;
    Direction direction;
    std::uint64_t number;
    alignas(64) std::array<std::byte, area_size> memory{};
    ShmArea area{memory.data(), area_size};
    std::uint64_t use = 0;
    bool open = false;
    bool stopped = false;
    bool taken = false;  ///< P2A: the agent has read what is there, and will give it back.
    Callee callee;
  };

  static AreaWire& self(TransportState* state) { return *static_cast<AreaWire*>(static_cast<void*>(state)); }
  /// The channel, which must be open: its memory was freed otherwise.
  static Lane& open_lane(ChannelState* state) {
    Lane& lane = *static_cast<Lane*>(static_cast<void*>(state));
    if (!lane.open) ++lane.owner->violations_;
    runtime::step();
    return lane;
  }

  [[nodiscard]] const Lane* find(ProtocolId channel, Direction direction) const {
    for (const Lane& lane : lanes_) {
      if (lane.protocol == channel && lane.direction == direction) return &lane;
    }
    return nullptr;
  }
  [[nodiscard]] Lane* find(ProtocolId channel, Direction direction) {
    return const_cast<Lane*>(std::as_const(*this).find(channel, direction));
  }
  void next_p2a() {
    Lane& lane = *find(protocol::base, Direction::p2a);
    if (queue_.empty() || !lane.open || !lane.area.is_free()) return;
    const std::vector<std::byte> bytes = std::move(queue_.front());
    queue_.pop_front();
    std::uint32_t header = 0;
    std::memcpy(&header, bytes.data(), std::min<std::size_t>(bytes.size(), sizeof header));
    const std::size_t payload = bytes.size() < header_size ? 0 : bytes.size() - header_size;
    const auto content =
        std::span(bytes).subspan(bytes.size() - payload, std::min<std::size_t>(payload, wire_max_payload));
    static_cast<void>(lane.area.try_send(header, content, true));
    lane.word(length_at).store(static_cast<std::uint32_t>(bytes.size()));
    lane.ring();
  }

  static const ChanOps& ops() {
    static const ChanOps table = make_ops();
    return table;
  }
  static ChanOps make_ops() {
    ChanOps ops;
    ops.available = [](TransportState* state, ProtocolId protocol, Direction direction) {
      return self(state).find(protocol, direction) != nullptr;
    };
    ops.setup = [](TransportState* state, const ChannelSetup& setup) -> Result<ChannelPort> {
      AreaWire& wire = self(state);
      Lane* lane = wire.find(setup.protocol, setup.direction);
      if (lane->open) {
        ++wire.violations_;
        return Error::local(LocalError::channel_busy);
      }
      lane->open = true;
      lane->stopped = false;
      lane->callee = {setup.handle, setup.registry};
      wire.listener_.opening(setup.protocol, setup.direction);
      if (setup.direction == Direction::p2a) wire.scheduler_.after({}, [&wire] { wire.next_p2a(); });
      return ChannelPort{static_cast<ChannelState*>(static_cast<void*>(lane)), wire_max_payload, lane->number,
                         wire.epoch_};
    };
    ops.stop = [](ChannelState* state) { open_lane(state).stopped = true; };
    ops.free = [](ChannelState* state) {
      Lane& lane = open_lane(state);
      if (!lane.stopped) ++lane.owner->violations_;
      lane.open = false;
      const auto registry = std::move(lane.callee.registry);  // Maybe the last one: let go at the very end.
      lane.callee = {};
    };
    ops.send = [](ChannelState* state, const TxMessage& message) -> SendResult {
      Lane& lane = open_lane(state);
      AreaWire& wire = *lane.owner;
      if (!wire.alive_) return Error::local(LocalError::platform_lost);
      if (message.payload.size() > wire_max_payload) return Error::local(LocalError::message_too_large);
      if (!lane.area.try_send(message.header, message.payload, message.want_interrupt)) {
        return Error::local(LocalError::channel_busy);
      }
      wire.listener_.commanded(
          {lane.protocol, message.header, {message.payload.begin(), message.payload.end()}, 0, ++lane.use});
      runtime::step();
      return {};
    };
    ops.poll_done = [](ChannelState* state) {
      const Lane& lane = open_lane(state);
      return lane.direction == Direction::a2p ? lane.area.done() : lane.area.has_message();
    };
    ops.fetch_response = [](ChannelState* state, std::span<std::byte> into) {
      const RxMessage message = open_lane(state).area.fetch_reply(into);
      runtime::step();
      return message;
    };
    ops.take_reply = [](ChannelState* state, std::uint32_t header, std::byte* into) {
      const std::size_t length = open_lane(state).area.take_reply(header, into);
      runtime::step();
      return length;
    };
    ops.fetch_notification = [](ChannelState* state, std::span<std::byte> into) {
      Lane& lane = open_lane(state);
      const RxMessage message = lane.area.fetch_message(into);
      lane.taken = message.kind != RxMessage::Kind::none;
      runtime::step();
      return message;
    };
    ops.clear = [](ChannelState* state) {
      Lane& lane = open_lane(state);
      // Nothing to give back: the platform was restarted meanwhile, or the agent is wrong.
      if (!lane.taken) return;
      if (lane.area.is_free()) ++lane.owner->violations_;
      lane.taken = false;
      lane.area.give_back();
      lane.owner->scheduler_.after(std::chrono::microseconds(1), [wire = lane.owner] { wire->next_p2a(); });
    };
    ops.ring = [](ChannelState* state) { static_cast<void>(open_lane(state)); };
    ops.wait_fds = [](ChannelState* state, std::span<int>, bool) -> std::size_t {
      static_cast<void>(open_lane(state));
      return 0;
    };
    ops.liveness = [](ChannelState* state) { return open_lane(state).owner->alive_; };
    ops.map_region = [](ChannelState*, std::uint64_t, std::size_t) -> Result<std::span<std::byte>> {
      return Error::local(LocalError::unsupported);
    };
    ops.reset = [](ChannelState*) -> Result<std::uint64_t> { return Error::local(LocalError::unsupported); };
    return ops;
  }

  Scheduler& scheduler_;
  WireListener& listener_;
  TransportDescription description_;
  std::deque<Lane> lanes_;
  std::deque<std::vector<std::byte>> queue_;
  bool alive_ = true;
  std::uint64_t epoch_ = 1;
  std::uint64_t violations_ = 0;
};

}  // namespace

std::unique_ptr<Wire> make_area(const Plan& plan, Scheduler& scheduler, WireListener& listener) {
  return std::make_unique<AreaWire>(plan, scheduler, listener);
}

}  // namespace scmi::sim
