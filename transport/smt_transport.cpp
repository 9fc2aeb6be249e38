// SPDX-License-Identifier: Apache-2.0
#include "transport/smt_transport.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace scmi::transport {
namespace {

constexpr Duration default_timeout = std::chrono::seconds(1);

[[gnu::cold]] void write_bell(int fd) noexcept {
  if (fd < 0) return;
  const std::uint64_t one = 1;
  // EAGAIN means that the counter is full: the bell rings already. Nothing else is worth reporting from here: a peer
  // that is gone is found by liveness.
  [[maybe_unused]] const ssize_t written = ::write(fd, &one, sizeof one);
}

void drain_bell(int fd) noexcept {
  std::uint64_t count = 0;
  [[maybe_unused]] const ssize_t got = ::read(fd, &count, sizeof count);
}

}  // namespace

/// One direction of one channel. Fields above the line are fixed after open.
struct alignas(2 * sync::cache_line) SmtTransport::Channel {
  ShmArea area;
  SmtTransport* owner = nullptr;
  SharedWord first_look;     // after a message: 0 = nobody sleeps, for sure
  SharedWord peer_sleeping;  // empty: nobody to ring
  // Of what may be sent here, header included: nothing on P2A, nor once the peer is known to be gone.
  std::atomic<std::uint32_t> message_size_max{0};
  int peer_bell = -1;
  BarrierMode barrier = BarrierMode::locked;
  Direction direction = Direction::a2p;
  std::uint32_t ask_first = 0;  // the first look where a plain load does not tell: 1, or 0 where there is nobody
  SharedWord own_sleeping;
  UniqueFd own_bell;
  std::uint64_t memory_id = 0;
  std::uint64_t epoch = 0;
  // ---
  std::atomic<bool> in_use{false};  // between setup and free
  // Whether the command that is out asked for an interrupt. Written by send, read by whoever waits: it only decides
  // whether descriptors are worth waiting on, so relaxed is enough.
  std::atomic<bool> interrupt{true};
  bool holding = false;  // P2A: a message was fetched and not given back. Serialised with fetch and clear by the core.
};

void SmtTransport::ChannelsDeleter::operator()(Channel* channels) const noexcept { delete[] channels; }

struct SmtTransport::Ops {
  // The core's states are names without a type; these are the types behind them.
  static SmtTransport& self(TransportState* state) noexcept {
    return *static_cast<SmtTransport*>(static_cast<void*>(state));
  }
  static Channel& chan(ChannelState* state) noexcept { return *static_cast<Channel*>(static_cast<void*>(state)); }

  static void ring_sleeper(Channel& c) noexcept {
    // Orders as in sleep_word.hpp, where a plain look is enough.
    std::atomic_signal_fence(std::memory_order_seq_cst);
    if (c.first_look.load() != 0) [[unlikely]]
      ring_if_asleep(c);
  }
  [[gnu::cold]] static void ring_if_asleep(Channel& c) noexcept {
    if (peer_sleeps(c.peer_sleeping, c.barrier)) write_bell(c.peer_bell);
  }

  static Channel* find(SmtTransport& t, ProtocolId protocol, Direction direction) noexcept {
    const int index = find_channel(t.agent_.channels, protocol);
    if (index < 0) return nullptr;
    const std::size_t count = t.agent_.channels.size();
    Channel& c = t.channels_[static_cast<std::size_t>(index) + (direction == Direction::p2a ? count : 0)];
    return c.area ? &c : nullptr;
  }

  /// A channel belongs to the first protocol of its list, so that one that serves several is made once; the Base
  /// channel belongs to Base wherever Base stands in the list.
  static ProtocolId carrier(TransportState* state, ProtocolId protocol, Direction direction) noexcept {
    SmtTransport& t = self(state);
    const int index = find_channel(t.agent_.channels, protocol);
    if (index < 0 || find(t, protocol, direction) == nullptr) return protocol::base;
    const auto& list = t.agent_.channels[static_cast<std::size_t>(index)].protocols;
    const bool base = std::find(list.begin(), list.end(), protocol::base) != list.end();
    return base ? protocol::base : list.front();
  }

  static bool available(TransportState* state, ProtocolId protocol, Direction direction) noexcept {
    return find(self(state), protocol, direction) != nullptr && carrier(state, protocol, direction) == protocol;
  }

  static Result<ChannelPort> setup(TransportState* state, const ChannelSetup& setup) noexcept {
    SmtTransport& t = self(state);
    Channel* const c = find(t, setup.protocol, setup.direction);
    if (c == nullptr) return Error::local(LocalError::unsupported);
    if (t.lost()) return Error::local(LocalError::platform_lost);
    if (c->in_use.exchange(true, std::memory_order_acquire)) return Error::local(LocalError::channel_busy);
    c->holding = false;
    c->interrupt.store(true, std::memory_order_relaxed);
    return ChannelPort{.state = static_cast<ChannelState*>(static_cast<void*>(c)),
                       .max_payload = c->area.max_payload(),
                       .memory_id = c->memory_id,
                       .epoch = c->epoch};
  }

  static void stop(ChannelState*) noexcept {}

  static void free(ChannelState* state) noexcept {
    Channel& c = chan(state);
    if (c.own_sleeping) say_awake(c.own_sleeping, c.barrier);
    c.in_use.store(false, std::memory_order_release);
  }

  static SendResult send(ChannelState* state, const TxMessage& message) noexcept {
    Channel& c = chan(state);
    // Copies: the compiler need not look again after each store.
    const ShmArea area = c.area;
    const bool interrupt = message.want_interrupt;
    if (message.payload.size() + header_size > c.message_size_max.load(std::memory_order_relaxed) ||
        !area.try_send(message.header, message.payload, interrupt)) [[unlikely]] {
      return why_not_sent(c, message);
    }
    c.interrupt.store(interrupt, std::memory_order_relaxed);
    ring_sleeper(c);
    return {};
  }
  [[gnu::cold, gnu::noinline]] static SendResult why_not_sent(const Channel& c, const TxMessage& message) noexcept {
    if (c.direction != Direction::a2p) return Error::local(LocalError::unsupported);
    if (c.owner->lost()) return Error::local(LocalError::platform_lost);
    const bool fits = message.payload.size() <= c.area.max_payload();
    return Error::local(fits ? LocalError::channel_busy : LocalError::message_too_large);
  }

  static bool poll_done(ChannelState* state) noexcept {
    const Channel& c = chan(state);
    return c.direction == Direction::a2p ? c.area.done() : c.area.has_message();
  }

  static RxMessage fetch_response(ChannelState* state, std::span<std::byte> into) noexcept {
    const ShmArea area = chan(state).area;
    return area.fetch_reply(into);
  }

  static std::size_t take_reply(ChannelState* state, std::uint32_t header, std::byte* into) noexcept {
    const ShmArea area = chan(state).area;
    return area.take_reply(header, into);
  }

  static RxMessage fetch_notification(ChannelState* state, std::span<std::byte> into) noexcept {
    Channel& c = chan(state);
    if (c.direction != Direction::p2a) return {};
    const RxMessage message = c.area.fetch_message(into);
    c.holding = message.kind != RxMessage::Kind::none;
    return message;
  }

  static void clear(ChannelState* state) noexcept {
    Channel& c = chan(state);
    // Giving back what we do not hold could swallow the message that the platform is just handing over.
    if (!c.holding) return;
    c.holding = false;
    const bool interrupt = c.area.wants_interrupt();
    c.area.give_back();
    if (interrupt) ring_sleeper(c);
  }

  static void ring(ChannelState* state) noexcept { write_bell(chan(state).peer_bell); }

  static std::size_t wait_fds(ChannelState* state, std::span<int> fds, bool arm) noexcept {
    Channel& c = chan(state);
    if (!c.own_bell) return 0;
    if (!arm) {
      say_awake(c.own_sleeping, c.barrier);
      drain_bell(c.own_bell.get());
    } else {
      // A command that asked for no interrupt will not ring: it can only be polled.
      if (c.direction == Direction::a2p && !c.interrupt.load(std::memory_order_relaxed) && !c.area.done()) return 0;
      say_asleep(c.own_sleeping, c.barrier);
      if (!heavy_barrier(c.barrier)) {
        say_awake(c.own_sleeping, c.barrier);
        return 0;
      }
    }
    const int both[] = {c.own_bell.get(), c.owner->socket_};
    const std::size_t count = std::min(fds.size(), std::size(both));
    std::copy_n(both, count, fds.begin());
    return count;
  }

  static bool liveness(ChannelState* state) noexcept {
    SmtTransport& t = *chan(state).owner;
    if (!t.lost() && t.check_alive()) return true;
    t.lost_.store(true, std::memory_order_relaxed);
    for (std::size_t i = 0; i < 2 * t.agent_.channels.size(); ++i) {
      t.channels_[i].message_size_max.store(0, std::memory_order_relaxed);
    }
    return false;
  }

  static Result<std::span<std::byte>> map_region(ChannelState* state, std::uint64_t address,
                                                 std::size_t size) noexcept {
    const SmtTransport& t = *chan(state).owner;
    return t.agent_.window.find(t.memory_, address, size);
  }

  static Result<std::uint64_t> reset(ChannelState*) noexcept { return Error::local(LocalError::unsupported); }
};

constexpr ChanOps SmtTransport::ops_{
    .available = &Ops::available,
    .carrier = &Ops::carrier,
    .setup = &Ops::setup,
    .stop = &Ops::stop,
    .free = &Ops::free,
    .send = &Ops::send,
    .poll_done = &Ops::poll_done,
    .fetch_response = &Ops::fetch_response,
    .take_reply = &Ops::take_reply,
    .fetch_notification = &Ops::fetch_notification,
    .clear = &Ops::clear,
    .ring = &Ops::ring,
    .wait_fds = &Ops::wait_fds,
    .liveness = &Ops::liveness,
    .map_region = &Ops::map_region,
    .reset = &Ops::reset,
};

Transport SmtTransport::transport() noexcept {
  return {.ops = &ops_, .description = &description_, .state = static_cast<TransportState*>(static_cast<void*>(this))};
}

void SmtTransport::open(std::string_view name, std::byte* memory, AgentLayout layout, std::vector<Bells> bells,
                        BarrierMode barrier, std::uint64_t memory_id, std::uint64_t epoch, int socket) {
  agent_ = std::move(layout);
  memory_ = memory;
  socket_ = socket;
  const std::size_t count = agent_.channels.size();
  channels_.reset(new Channel[2 * count]);
  std::uint32_t largest = 0;
  for (std::size_t i = 0; i < 2 * count; ++i) {
    const bool a2p = i < count;
    const ChannelLayout& placed = agent_.channels[a2p ? i : i - count];
    const AreaPlace place = a2p ? placed.a2p : placed.p2a;
    if (place.size == 0) continue;
    largest = std::max(largest, place.size - area_prefix_size);
    Channel& c = channels_[i];
    c.area = ShmArea(memory + place.offset, place.size);
    c.owner = this;
    c.first_look = SharedWord(&c.ask_first);
    if (a2p) c.message_size_max.store(place.size - area_prefix_size, std::memory_order_relaxed);
    c.direction = a2p ? Direction::a2p : Direction::p2a;
    c.barrier = barrier;
    c.memory_id = memory_id + place.offset;  // memory ids are spaced wider than any memory is large
    c.epoch = epoch;
    if (i < bells.size()) {
      c.peer_sleeping = bells[i].peer_sleeping;
      c.ask_first = c.peer_sleeping ? 1 : 0;
      if (c.peer_sleeping && barrier == BarrierMode::expedited) c.first_look = c.peer_sleeping;
      c.own_sleeping = bells[i].own_sleeping;
      c.peer_bell = bells[i].peer_bell;
      c.own_bell = std::move(bells[i].own_bell);
    }
  }
  description_ = {.name = name,
                  .max_message_size = largest,
                  .max_in_flight = 1,
                  .default_timeout = default_timeout,
                  .polling = true,
                  .buffers = BufferModel::copied};
}

}  // namespace scmi::transport
