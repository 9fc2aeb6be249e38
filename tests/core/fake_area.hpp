// SPDX-License-Identifier: Apache-2.0
//
// A shared-memory platform small enough to be obviously right, for tests of the core: one area in each direction, a
// clock that stands still, and a waiter whose sleep is where the rest of the world happens.
#pragma once

#include <algorithm>
#include <array>
#include <cstring>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "scmi/agent.hpp"
#include "scmi/base_messages.hpp"
#include "scmi/call.hpp"
#include "scmi/channel_registry.hpp"

namespace scmi::test {

using Bytes = std::vector<std::byte>;

inline Bytes words(std::initializer_list<std::uint32_t> list) {
  Bytes bytes(list.size() * 4);
  std::size_t i = 0;
  for (const std::uint32_t w : list) std::memcpy(bytes.data() + 4 * i++, &w, 4);
  return bytes;
}

class ManualClock : public TimeSource {
 public:
  Instant now() noexcept override { return now_; }
  void set(Instant t) noexcept { now_ = t; }
  void advance(Duration d) noexcept { now_ += d; }

 private:
  Instant now_{std::chrono::seconds(1000)};
};

/// Sleeping runs the next planned event, or lets time pass until the deadline.
class ScriptedWaiter : public Waiter {
 public:
  explicit ScriptedWaiter(ManualClock& clock) : clock_(clock) {}
  /// `what` happens `after` the present moment, when somebody sleeps that long.
  void at(Duration after, std::function<void()> what) { events_.emplace(clock_.now() + after, std::move(what)); }

  void wait(WaitPoint& point, std::uint32_t seen, Instant deadline, std::span<const int>) noexcept override {
    ++sleeps;
    if (point.word.load() != seen) return;
    if (!events_.empty() && events_.begin()->first <= deadline) {
      auto node = events_.extract(events_.begin());
      if (node.key() > clock_.now()) clock_.set(node.key());
      node.mapped()();
      return;
    }
    if (deadline == never) {
      ++hopeless;
      // Nothing will ever wake this sleeper: make the test fail instead of hanging.
      std::abort();
    }
    clock_.set(std::max(deadline, clock_.now()));
  }
  void wake(WaitPoint&) noexcept override {}

  int sleeps = 0;
  int hopeless = 0;

 private:
  ManualClock& clock_;
  std::multimap<Instant, std::function<void()>> events_;
};

/// The platform's side: two areas and what they hold.
class FakeArea {
 public:
  struct Area {
    bool free = true;
    bool error = false;
    std::uint32_t header = 0;
    std::uint32_t length = 0;  ///< Header included, as the wire has it.
    std::array<std::byte, 1024> payload{};
  };
  static constexpr std::uint32_t max_payload = 100;

  Area a2p;
  Area p2a;
  bool alive = true;
  bool has_p2a = true;
  bool polling = true;
  std::uint64_t memory_id = 7;
  std::uint64_t epoch = 1;
  std::vector<ProtocolId> own_channels;  ///< Protocols with a channel of their own (it shares the areas).
  ProtocolId carrier_of_power = protocol::base;
  std::function<void(FakeArea&)> on_request;      ///< Called in send, with the area busy.
  std::function<void(FakeArea&)> while_fetching;  ///< Once, while somebody takes what lies in the A2P area.
  std::function<bool(ProtocolId)> refuse_setup;
  std::function<void()> on_setup;
  std::vector<std::pair<MessageHeader, Bytes>> requests;
  int setups = 0;
  int stops = 0;
  int frees = 0;
  int clears = 0;
  ChannelHandle a2p_handle;
  ChannelHandle p2a_handle;
  std::shared_ptr<ChannelRegistry> registry;

  [[nodiscard]] MessageHeader last() const { return requests.back().first; }
  /// Writes a reply and gives the area back; does not ring.
  void reply(std::uint32_t header, const Bytes& payload) {
    a2p.header = header;
    std::copy(payload.begin(), payload.end(), a2p.payload.begin());
    a2p.length = 4 + static_cast<std::uint32_t>(payload.size());
    a2p.error = false;
    a2p.free = true;
  }
  void reply_to_last(const Bytes& payload) { reply(last().pack(), payload); }
  void ring() const { rx_callback(*registry, a2p_handle, 0); }
  void post(MessageHeader header, const Bytes& payload) {
    p2a.header = header.pack();
    std::copy(payload.begin(), payload.end(), p2a.payload.begin());
    p2a.length = 4 + static_cast<std::uint32_t>(payload.size());
    p2a.free = false;
    rx_callback(*registry, p2a_handle, 0);
  }

  Transport transport() {
    static const ChanOps ops = make_ops();
    description_.polling = polling;
    return {&ops, &description_, static_cast<TransportState*>(static_cast<void*>(this))};
  }

 private:
  struct Side {
    FakeArea* fake;
    Direction direction;
  };
  Side sides_[2] = {{this, Direction::a2p}, {this, Direction::p2a}};
  TransportDescription description_{"fake", 104, 1, std::chrono::milliseconds(30), true, BufferModel::copied};

  static FakeArea& of(TransportState* s) { return *static_cast<FakeArea*>(static_cast<void*>(s)); }
  static Side& side(ChannelState* s) { return *static_cast<Side*>(static_cast<void*>(s)); }

  static RxMessage fetch(Area& area, std::span<std::byte> into) {
    RxMessage m;
    if (area.error) {
      m.kind = RxMessage::Kind::channel_error;
    } else if (area.length < 4 || area.length - 4 > into.size()) {
      m.kind = RxMessage::Kind::malformed;
    } else {
      m.kind = RxMessage::Kind::message;
      m.header = area.header;
      std::copy_n(area.payload.begin(), area.length - 4, into.begin());
      m.payload = into.first(area.length - 4);
    }
    return m;
  }

  static ChanOps make_ops() {
    ChanOps ops;
    ops.available = [](TransportState* s, ProtocolId p, Direction d) {
      FakeArea& f = of(s);
      if (d == Direction::p2a && !f.has_p2a) return false;
      return p == protocol::base || std::find(f.own_channels.begin(), f.own_channels.end(), p) != f.own_channels.end();
    };
    ops.carrier = [](TransportState* s, ProtocolId p, Direction) {
      return p == protocol::power_domain ? of(s).carrier_of_power : protocol::base;
    };
    ops.setup = [](TransportState* s, const ChannelSetup& setup) -> Result<ChannelPort> {
      FakeArea& f = of(s);
      if (f.refuse_setup && f.refuse_setup(setup.protocol)) return Error::system(12);
      ++f.setups;
      f.registry = setup.registry;
      (setup.direction == Direction::a2p ? f.a2p_handle : f.p2a_handle) = setup.handle;
      if (f.on_setup) f.on_setup();
      Side& side = f.sides_[static_cast<std::size_t>(setup.direction)];
      return ChannelPort{static_cast<ChannelState*>(static_cast<void*>(&side)), max_payload, f.memory_id, f.epoch};
    };
    ops.stop = [](ChannelState* s) { ++side(s).fake->stops; };
    ops.free = [](ChannelState* s) { ++side(s).fake->frees; };
    ops.send = [](ChannelState* s, const TxMessage& m) -> SendResult {
      FakeArea& f = *side(s).fake;
      if (!f.alive) return Error::local(LocalError::platform_lost);
      if (m.payload.size() > max_payload) return Error::local(LocalError::message_too_large);
      if (!f.a2p.free) return Error::local(LocalError::channel_busy);
      f.a2p.free = false;
      f.a2p.error = false;
      f.a2p.header = m.header;
      f.a2p.length = 4 + static_cast<std::uint32_t>(m.payload.size());
      std::copy(m.payload.begin(), m.payload.end(), f.a2p.payload.begin());
      f.requests.emplace_back(MessageHeader::unpack(m.header), Bytes(m.payload.begin(), m.payload.end()));
      if (f.on_request) f.on_request(f);
      return {};
    };
    ops.poll_done = [](ChannelState* s) {
      const Side& d = side(s);
      return d.direction == Direction::a2p ? d.fake->a2p.free : !d.fake->p2a.free;
    };
    static constexpr auto fetch_response = [](ChannelState* s, std::span<std::byte> into) {
      FakeArea& f = *side(s).fake;
      if (const auto happens = std::exchange(f.while_fetching, nullptr)) happens(f);
      return f.a2p.free ? fetch(f.a2p, into) : RxMessage{};
    };
    ops.fetch_response = fetch_response;
    ops.take_reply = [](ChannelState* s, std::uint32_t header, std::byte* into) {
      return reply_length(fetch_response(s, {into, max_payload}), header);
    };
    ops.fetch_notification = [](ChannelState* s, std::span<std::byte> into) {
      Area& area = side(s).fake->p2a;
      return area.free ? RxMessage{} : fetch(area, into);
    };
    ops.clear = [](ChannelState* s) {
      side(s).fake->p2a.free = true;
      ++side(s).fake->clears;
    };
    ops.ring = [](ChannelState*) {};
    ops.wait_fds = [](ChannelState*, std::span<int>, bool) -> std::size_t { return 0; };
    ops.liveness = [](ChannelState* s) { return side(s).fake->alive; };
    ops.map_region = [](ChannelState*, std::uint64_t, std::size_t) -> Result<std::span<std::byte>> {
      return Error::local(LocalError::unsupported);
    };
    ops.reset = [](ChannelState*) -> Result<std::uint64_t> { return Error::local(LocalError::unsupported); };
    return ops;
  }
};

/// Answers the whole Base protocol, so that a probe succeeds: one clock and one power protocol.
inline void answer_base(FakeArea& f) {
  const MessageHeader h = f.last();
  if (h.protocol != protocol::base) return;
  Bytes name(20);
  std::memcpy(name.data() + 4, "acme", 4);
  switch (h.message.value) {
    case 0x0: f.reply_to_last(words({0, 0x20000})); break;
    case 0x1: f.reply_to_last(words({0, 0x0102})); break;
    case 0x3:
    case 0x4: f.reply_to_last(name); break;
    case 0x5: f.reply_to_last(words({0, 0x17})); break;
    case 0x6: f.reply_to_last(words({0, 2, 0x1411})); break;
    case 0x7: {
      Bytes agent(24);
      std::memcpy(agent.data() + 4, f.requests.back().second.data(), 4);
      std::memcpy(agent.data() + 8, "platform", 8);
      f.reply_to_last(agent);
      break;
    }
    default: f.reply_to_last(words({static_cast<std::uint32_t>(-4)})); break;
  }
}

/// A probed agent over a FakeArea.
struct AgentFixture {
  ManualClock clock;
  ScriptedWaiter waiter{clock};
  FakeArea platform;
  std::unique_ptr<Agent> agent;
  ProtocolLink clock_link;
  ProtocolLink power_link;

  AgentFixture() { probe(); }
  explicit AgentFixture(const std::function<void(FakeArea&)>& prepare) {
    prepare(platform);
    probe();
  }
  static AgentConfig config() {
    AgentConfig c;
    c.registry.spin_max = Duration{};
    return c;
  }
  void probe() {
    const auto old = platform.on_request;
    platform.on_request = answer_base;
    auto probed = Agent::probe(platform.transport(), clock, waiter, config());
    if (!probed) throw std::runtime_error(describe(probed.error()));
    agent = std::move(*probed);
    platform.on_request = old;
    clock_link = *agent->link(protocol::clock);
    power_link = *agent->link(protocol::power_domain);
  }
  [[nodiscard]] std::uint64_t count(Count kind) const { return agent->counters()[kind]; }
};

}  // namespace scmi::test
