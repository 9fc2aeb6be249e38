// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <deque>

#include "fuzz/sim/wire.hpp"
#include "transport/loopback.hpp"

namespace scmi::sim {
namespace {

using transport::Loopback;
using transport::LoopbackCommand;

transport::LoopbackOptions options_of(const Plan& plan) {
  transport::LoopbackOptions options;
  options.max_in_flight = plan.in_flight;
  options.max_message_size = wire_max_payload + header_size;
  if (plan.own_channel) options.own_a2p = {protocol::performance};
  options.p2a_buffers = 16;
  return options;
}

class RingWire final : public Wire {
 public:
  RingWire(const Plan& plan, Scheduler& scheduler, WireListener& listener)
      : scheduler_(scheduler),
        listener_(listener),
        in_flight_(plan.in_flight),
        loop_(options_of(plan)),
        ops_(*loop_.transport().ops) {
    loop_.set_responder([this](Loopback&, const LoopbackCommand& c) {
      listener_.commanded({c.channel, c.header, c.payload, c.loan, c.use});
    });
    ops_.available = [](TransportState* state, ProtocolId protocol, Direction direction) {
      const Transport below = self(state).loop_.transport();
      return below.ops->available(below.state, protocol, direction);
    };
    ops_.setup = [](TransportState* state, const ChannelSetup& setup) {
      RingWire& wire = self(state);
      const Transport below = wire.loop_.transport();
      Result<ChannelPort> port = below.ops->setup(below.state, setup);
      if (port) wire.listener_.opening(setup.protocol, setup.direction);
      return port;
    };
  }

  Transport transport() override {
    return {&ops_, loop_.transport().description, static_cast<TransportState*>(static_cast<void*>(this))};
  }
  bool answerable(const WireCommand&) const override { return true; }
  bool complete(const WireCommand& command, std::span<const std::byte> bytes, Bell bell) override {
    return loop_.deliver(loop_.complete(of(command), bytes), to(bell));
  }
  bool channel_error(const WireCommand& command, Bell bell) override {
    return loop_.deliver(loop_.channel_error(of(command)), to(bell));
  }
  bool stray(std::span<const std::byte> bytes) override { return loop_.deliver(loop_.stray(protocol::base, bytes)); }
  void post(std::span<const std::byte> bytes) override {
    if (p2a_.size() >= queue_max) return;  // A platform has no more room than that.
    p2a_.push_back({lives_, {bytes.begin(), bytes.end()}});
    deliver_p2a();
  }
  void ring(ProtocolId channel, Direction direction) override { static_cast<void>(loop_.ring(channel, direction)); }
  void hang_up() override { loop_.hang_up(); }
  void restart() override {
    ++lives_;  // What the platform had to say before is forgotten.
    loop_.restart();
  }
  bool blocked(ProtocolId channel) const override { return loop_.loans_out(channel) >= in_flight_; }
  std::size_t kept(ProtocolId channel) const override { return loop_.loans_out(channel); }
  Callee callee(ProtocolId channel, Direction direction) const override {
    auto [handle, registry] = loop_.callee(channel, direction);
    return {handle, std::move(registry)};
  }
  std::size_t open_channels() const override { return loop_.open_channels(); }
  std::uint64_t violations() const override { return loop_.counts().violations; }
  std::size_t waiting() const override { return loop_.pending().size(); }

 private:
  static constexpr std::size_t queue_max = 512;
  struct Posted {
    std::uint32_t life = 0;
    std::vector<std::byte> bytes;
  };

  static RingWire& self(TransportState* state) { return *static_cast<RingWire*>(static_cast<void*>(state)); }
  static Loopback::Bell to(Bell bell) { return bell == Bell::ring ? Loopback::Bell::ring : Loopback::Bell::silent; }
  static LoopbackCommand of(const WireCommand& c) { return {c.channel, c.header, {}, c.loan, true, c.use}; }

  /// In order: the first one that finds no buffer holds the others up until the agent gives one back.
  void deliver_p2a() {
    if (delivering_) return;  // Whoever does it sees what was added.
    delivering_ = true;
    deliver_queue();
    delivering_ = false;
  }
  void deliver_queue() {
    while (!p2a_.empty()) {
      if (p2a_.front().life == lives_ && loop_.callee(protocol::base, Direction::p2a).registry != nullptr) {
        const Loopback::DeliveryId message = loop_.p2a(p2a_.front().bytes);
        if (!loop_.deliver(message)) {
          static_cast<void>(loop_.discard(message));
          retry_later();
          return;
        }
      }
      p2a_.pop_front();
    }
  }
  void retry_later() {
    if (retrying_) return;
    retrying_ = true;
    scheduler_.after(std::chrono::microseconds(20), [this] {
      retrying_ = false;
      deliver_p2a();
    });
  }

  Scheduler& scheduler_;
  WireListener& listener_;
  const std::size_t in_flight_;
  Loopback loop_;
  ChanOps ops_;
  std::deque<Posted> p2a_;
  std::uint32_t lives_ = 0;
  bool retrying_ = false;
  bool delivering_ = false;
};

}  // namespace

std::unique_ptr<Wire> make_ring(const Plan& plan, Scheduler& scheduler, WireListener& listener) {
  return std::make_unique<RingWire>(plan, scheduler, listener);
}

}  // namespace scmi::sim
