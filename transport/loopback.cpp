// SPDX-License-Identifier: Apache-2.0
//
// The in-process transport: loans, pending and visible messages, and the table of functions the core sees.
#include "transport/loopback.hpp"

#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <deque>
#include <map>
#include <utility>

#include "scmi/channel_registry.hpp"

namespace scmi::transport {
namespace {

constexpr std::uint64_t no_use = 0;

std::uint32_t first_word(std::span<const std::byte> bytes) noexcept {
  std::uint32_t word = 0;
  if (!bytes.empty()) std::memcpy(&word, bytes.data(), std::min(bytes.size(), sizeof word));
  return word;
}

std::vector<std::byte> with_header(std::uint32_t header, std::span<const std::byte> payload) {
  std::vector<std::byte> bytes(header_size + payload.size());
  std::memcpy(bytes.data(), &header, header_size);
  std::copy(payload.begin(), payload.end(), bytes.begin() + header_size);
  return bytes;
}

LoopbackOptions checked(LoopbackOptions options) {
  options.max_in_flight = std::clamp<std::uint16_t>(options.max_in_flight, 1, token_count);
  options.max_message_size = std::max(options.max_message_size, header_size);
  return options;
}

}  // namespace

// Guarded by the Loopback's mutex_, but `protocol`, `direction` and `number`, which never change.
struct Loopback::Lane {
  struct Loan {
    std::uint64_t use = no_use;  // Not no_use: with the platform.
    std::vector<std::byte> buffer;
  };
  struct Visible {
    RxMessage::Kind kind{};
    std::uint16_t loan = RxMessage::no_loan;
    std::size_t size = 0;          // Of the message in the loan.
    std::vector<std::byte> bytes;  // Of a message without a loan.
  };

  Loopback* owner = nullptr;
  ProtocolId protocol{};
  Direction direction{};
  std::uint64_t number = 0;  // Each channel's memory is its own.
  bool open = false;
  bool stopped = false;
  int bell = -1;
  Callee callee;
  // Whose loans these are: they survive re-opening by the same registry, another one starts with all of them.
  std::weak_ptr<ChannelRegistry> last_registry;
  std::vector<Loan> loans;
  std::deque<Visible> visible;
  std::size_t p2a_held = 0;
  // A message without a loan stays valid until the same context fetches again.
  std::map<sync::ContextId, std::vector<std::byte>> scratch;
};

struct Loopback::Pending {
  DeliveryId id = 0;
  Lane* lane = nullptr;
  std::uint16_t loan = RxMessage::no_loan;
  std::uint64_t use = no_use;
  bool error = false;
  std::vector<std::byte> bytes;
};

struct Loopback::Ops {
  static Loopback& self(TransportState* state) { return *reinterpret_cast<Loopback*>(state); }
  static Lane& lane_of(ChannelState* state) { return *reinterpret_cast<Lane*>(state); }

  static bool available(TransportState* state, ProtocolId protocol, Direction direction) {
    return self(state).find(protocol, direction) != nullptr;
  }

  static Result<ChannelPort> setup(TransportState* state, const ChannelSetup& setup) {
    Loopback& loop = self(state);
    Lane* lane = loop.find(setup.protocol, setup.direction);
    if (lane == nullptr) return Error::local(LocalError::unsupported);
    sync::MutexLock lock(loop.mutex_);
    if (lane->open) {
      ++loop.counts_.violations;
      return Error::local(LocalError::channel_busy);
    }
    if (loop.options_.doorbell_fd) {
      lane->bell = eventfd(lane->visible.empty() ? 0 : 1, EFD_CLOEXEC | EFD_NONBLOCK);
      if (lane->bell < 0) return Error::system(errno);
    }
    if (lane->last_registry.lock() != setup.registry) {
      for (Lane::Loan& loan : lane->loans) loan.use = no_use;
      for (Lane::Visible& message : lane->visible) disown(*lane, message);
    }
    lane->open = true;
    lane->stopped = false;
    lane->callee = {setup.handle, setup.registry};
    lane->last_registry = setup.registry;
    lane->p2a_held = 0;
    return ChannelPort{reinterpret_cast<ChannelState*>(lane), loop.options_.max_message_size - header_size,
                       loop.memory_id_ << 16 | lane->number, loop.epoch_};
  }

  // The message keeps its bytes and loses its loan.
  static void disown(Lane& lane, Lane::Visible& message) {
    if (message.loan == RxMessage::no_loan) return;
    const auto& buffer = lane.loans[message.loan].buffer;
    message.bytes.assign(buffer.begin(), buffer.begin() + static_cast<std::ptrdiff_t>(message.size));
    message.loan = RxMessage::no_loan;
  }

  static void stop(ChannelState* state) {
    Lane& lane = lane_of(state);
    sync::MutexLock lock(lane.owner->mutex_);
    lane.stopped = true;
  }

  static void free(ChannelState* state) {
    Lane& lane = lane_of(state);
    std::shared_ptr<ChannelRegistry> registry;  // Let go outside the lock: it may be the last holder.
    sync::MutexLock lock(lane.owner->mutex_);
    if (!lane.open || !lane.stopped) ++lane.owner->counts_.violations;
    lane.open = false;
    lane.callee.handle = {};
    registry.swap(lane.callee.registry);
    if (lane.bell >= 0) close(lane.bell);
    lane.bell = -1;
  }

  static SendResult send(ChannelState* state, const TxMessage& message) {
    Lane& lane = lane_of(state);
    Loopback& loop = *lane.owner;
    LoopbackCommand command{lane.protocol, message.header, {}, message.loan, message.want_interrupt, no_use};
    std::shared_ptr<const Responder> responder;
    {
      sync::MutexLock lock(loop.mutex_);
      if (auto usable = loan_for(loop, lane, message); !usable) {
        ++loop.counts_.refused;
        return usable.error();
      }
      command.payload.assign(message.payload.begin(), message.payload.end());
      command.use = lane.loans[message.loan].use = loop.next_use_++;
      ++loop.counts_.commands;
      responder = loop.responder_;
      if (!responder) loop.commands_.push_back(command);
    }
    if (responder) (*responder)(loop, command);
    return {};
  }

  static Result<void> loan_for(Loopback& loop, const Lane& lane, const TxMessage& message) SCMI_REQUIRES(loop.mutex_) {
    if (loop.lost_) return Error::local(LocalError::platform_lost);
    if (message.payload.size() + header_size > loop.options_.max_message_size) {
      return Error::local(LocalError::message_too_large);
    }
    const bool in_range = lane.direction == Direction::a2p && message.loan < lane.loans.size();
    if (!lane.open || !in_range || lane.loans[message.loan].use != no_use) {
      ++loop.counts_.violations;
      return Error::local(in_range ? LocalError::channel_busy : LocalError::invalid_argument);
    }
    return {};
  }

  static void mark_tx_done(ChannelState* state, std::uint16_t, bool completed) {
    Loopback& loop = *lane_of(state).owner;
    sync::MutexLock lock(loop.mutex_);
    ++(completed ? loop.counts_.completed : loop.counts_.given_up);
  }

  static bool poll_done(ChannelState* state) {
    Lane& lane = lane_of(state);
    sync::MutexLock lock(lane.owner->mutex_);
    return !lane.visible.empty();
  }

  static RxMessage fetch_response(ChannelState* state, std::span<std::byte>) {
    Lane& lane = lane_of(state);
    sync::MutexLock lock(lane.owner->mutex_);
    Lane::Visible message;
    if (!take(lane, message)) return {};
    RxMessage fetched{message.kind, 0, {}, message.loan};
    if (message.kind != RxMessage::Kind::message) return fetched;
    std::span<const std::byte> bytes;
    if (message.loan != RxMessage::no_loan) {
      bytes = std::span(lane.loans[message.loan].buffer).first(message.size);
    } else {
      bytes = lane.scratch[sync::current_context()] = std::move(message.bytes);
    }
    fetched.header = first_word(bytes);
    fetched.payload = bytes.subspan(header_size);
    return fetched;
  }

  static RxMessage fetch_notification(ChannelState* state, std::span<std::byte> into) {
    Lane& lane = lane_of(state);
    sync::MutexLock lock(lane.owner->mutex_);
    Lane::Visible message;
    if (!take(lane, message)) return {};
    ++lane.p2a_held;
    RxMessage fetched{message.kind, 0, {}, RxMessage::no_loan};
    if (message.kind != RxMessage::Kind::message) return fetched;
    const std::size_t size = message.bytes.size() - header_size;
    if (size > into.size()) {
      fetched.kind = RxMessage::Kind::malformed;
      return fetched;
    }
    fetched.header = first_word(message.bytes);
    std::copy(message.bytes.begin() + header_size, message.bytes.end(), into.begin());
    fetched.payload = into.first(size);
    return fetched;
  }

  static bool take(Lane& lane, Lane::Visible& message) {
    if (lane.visible.empty()) return false;
    message = std::move(lane.visible.front());
    lane.visible.pop_front();
    return true;
  }

  static void clear(ChannelState* state) {
    Lane& lane = lane_of(state);
    sync::MutexLock lock(lane.owner->mutex_);
    if (lane.p2a_held == 0) {
      ++lane.owner->counts_.violations;
      return;
    }
    --lane.p2a_held;
    ++lane.owner->counts_.given_back;
  }

  // The platform side sees every command as it is sent: there is nobody to be rung.
  static void ring(ChannelState*) {}

  static std::size_t wait_fds(ChannelState* state, std::span<int> fds, bool arm) {
    Lane& lane = lane_of(state);
    sync::MutexLock lock(lane.owner->mutex_);
    if (lane.bell < 0) return 0;
    if (!arm) {
      std::uint64_t drained = 0;
      [[maybe_unused]] const auto n = read(lane.bell, &drained, sizeof drained);
    }
    if (fds.empty()) return 0;
    fds[0] = lane.bell;
    return 1;
  }

  static bool liveness(ChannelState* state) {
    Loopback& loop = *lane_of(state).owner;
    sync::MutexLock lock(loop.mutex_);
    return !loop.lost_;
  }

  static Result<std::span<std::byte>> map_region(ChannelState* state, std::uint64_t address, std::size_t size) {
    Loopback& loop = *lane_of(state).owner;
    sync::MutexLock lock(loop.mutex_);
    if (loop.window_.empty()) return Error::local(LocalError::unsupported);
    const std::uint64_t offset = address - loop.window_address_;
    if (address < loop.window_address_ || offset > loop.window_.size() || size > loop.window_.size() - offset) {
      return Error::local(LocalError::bad_memory);
    }
    return loop.window_.subspan(offset, size);
  }

  static Result<std::uint64_t> reset(ChannelState* state) {
    Loopback& loop = *lane_of(state).owner;
    sync::MutexLock lock(loop.mutex_);
    if (loop.lost_) return Error::local(LocalError::platform_lost);
    loop.new_epoch();
    return loop.epoch_;
  }

  static constexpr ChanOps table{
      .available = available,
      .setup = setup,
      .stop = stop,
      .free = free,
      .send = send,
      .mark_tx_done = mark_tx_done,
      .poll_done = poll_done,
      .fetch_response = fetch_response,
      .fetch_notification = fetch_notification,
      .clear = clear,
      .ring = ring,
      .wait_fds = wait_fds,
      .liveness = liveness,
      .map_region = map_region,
      .reset = reset,
  };
};

Loopback::Loopback(LoopbackOptions options)
    : options_(checked(std::move(options))),
      description_{.name = "loopback",
                   .max_message_size = options_.max_message_size,
                   .max_in_flight = options_.max_in_flight,
                   .default_timeout = options_.default_timeout,
                   .polling = options_.polling,
                   .buffers = BufferModel::lent} {
  const auto add = [this](ProtocolId protocol, Direction direction) {
    auto lane = std::make_unique<Lane>();
    lane->owner = this;
    lane->protocol = protocol;
    lane->direction = direction;
    lane->number = lanes_.size() + 1;
    if (direction == Direction::a2p) {
      lane->loans.resize(options_.max_in_flight);
      for (Lane::Loan& loan : lane->loans) loan.buffer.resize(options_.max_message_size);
    }
    lanes_.push_back(std::move(lane));
  };
  add(protocol::base, Direction::a2p);
  for (const ProtocolId protocol : options_.own_a2p) {
    if (find(protocol, Direction::a2p) == nullptr) add(protocol, Direction::a2p);
  }
  if (options_.p2a) add(protocol::base, Direction::p2a);
}

Loopback::~Loopback() {
  for (const auto& lane : lanes_) {
    if (lane->bell >= 0) close(lane->bell);
  }
}

Transport Loopback::transport() noexcept {
  return {&Ops::table, &description_, reinterpret_cast<TransportState*>(this)};
}

Loopback::Lane* Loopback::find(ProtocolId channel, Direction direction) const noexcept {
  for (const auto& lane : lanes_) {
    if (lane->protocol == channel && lane->direction == direction) return lane.get();
  }
  return nullptr;
}

void Loopback::set_responder(Responder responder) {
  auto shared = responder ? std::make_shared<const Responder>(std::move(responder)) : nullptr;
  sync::MutexLock lock(mutex_);
  responder_.swap(shared);
}

std::optional<LoopbackCommand> Loopback::next_command() {
  sync::MutexLock lock(mutex_);
  if (commands_.empty()) return std::nullopt;
  LoopbackCommand oldest = std::move(commands_.front());
  commands_.erase(commands_.begin());
  return oldest;
}

Loopback::DeliveryId Loopback::enqueue(Lane* lane, const LoopbackCommand* command, std::span<const std::byte> bytes,
                                       bool error) {
  sync::MutexLock lock(mutex_);
  const DeliveryId id = next_delivery_++;
  if (lane == nullptr) return id;  // No such channel: never pending.
  Pending message{id, lane, RxMessage::no_loan, no_use, error, {bytes.begin(), bytes.end()}};
  if (command != nullptr) {
    message.loan = command->loan;
    message.use = command->use;
  }
  pending_.push_back(std::move(message));
  return id;
}

Loopback::DeliveryId Loopback::reply(const LoopbackCommand& command, std::span<const std::byte> payload) {
  return complete(command, with_header(command.header, payload));
}

Loopback::DeliveryId Loopback::complete(const LoopbackCommand& command, std::span<const std::byte> bytes) {
  return enqueue(find(command.channel, Direction::a2p), &command, bytes, false);
}

Loopback::DeliveryId Loopback::channel_error(const LoopbackCommand& command) {
  return enqueue(find(command.channel, Direction::a2p), &command, {}, true);
}

Loopback::DeliveryId Loopback::stray(ProtocolId channel, std::span<const std::byte> bytes) {
  return enqueue(find(channel, Direction::a2p), nullptr, bytes, false);
}

Loopback::DeliveryId Loopback::delayed(const LoopbackCommand& command, std::span<const std::byte> payload) {
  MessageHeader header = command.decoded();
  header.type = MessageType::delayed_response;
  return p2a(with_header(header.pack(), payload));
}

Loopback::DeliveryId Loopback::notify(ProtocolId protocol, MessageId message, std::span<const std::byte> payload) {
  const MessageHeader header{message, MessageType::notification, protocol, Token(0)};
  return p2a(with_header(header.pack(), payload));
}

Loopback::DeliveryId Loopback::p2a(std::span<const std::byte> bytes) {
  return enqueue(find(protocol::base, Direction::p2a), nullptr, bytes, false);
}

bool Loopback::make_visible(Pending& message) {
  Lane& lane = *message.lane;
  if (lane.direction == Direction::p2a && lane.visible.size() + lane.p2a_held >= options_.p2a_buffers) return false;
  Lane::Visible visible;
  visible.kind = RxMessage::Kind::message;
  if (message.error) {
    visible.kind = RxMessage::Kind::channel_error;
  } else if (message.bytes.size() < header_size || message.bytes.size() > options_.max_message_size) {
    visible.kind = RxMessage::Kind::malformed;
  }
  if (message.use != no_use && lane.loans[message.loan].use == message.use) {
    Lane::Loan& loan = lane.loans[message.loan];
    loan.use = no_use;
    visible.loan = message.loan;
    if (visible.kind == RxMessage::Kind::message) {
      std::copy(message.bytes.begin(), message.bytes.end(), loan.buffer.begin());
      visible.size = message.bytes.size();
    }
  } else {
    visible.bytes = std::move(message.bytes);
  }
  lane.visible.push_back(std::move(visible));
  ++counts_.delivered;
  return true;
}

Loopback::Callee Loopback::callee_to_ring(Lane& lane) {
  sync::MutexLock lock(mutex_);
  if (!lane.open || lane.stopped) return {};
  ++counts_.rings;
  if (lane.bell < 0) return lane.callee;
  const std::uint64_t one = 1;
  [[maybe_unused]] const auto n = write(lane.bell, &one, sizeof one);
  return {};
}

void Loopback::ring_lane(Lane& lane, std::uint32_t header_hint) {
  const Callee callee = callee_to_ring(lane);
  // The channel may be stopped between here and there: the handle and the registry it names stay good, and refuse.
  if (callee.registry != nullptr) rx_callback(*callee.registry, callee.handle, header_hint);
}

bool Loopback::deliver_first(DeliveryId wanted, Bell bell) {
  Lane* lane = nullptr;
  std::uint32_t header_hint = 0;
  {
    sync::MutexLock lock(mutex_);
    for (auto message = pending_.begin(); message != pending_.end(); ++message) {
      if (wanted != any_delivery && message->id != wanted) continue;
      header_hint = first_word(message->bytes);
      if (!make_visible(*message)) continue;
      lane = message->lane;
      pending_.erase(message);
      break;
    }
  }
  if (lane == nullptr) return false;
  if (bell == Bell::ring) ring_lane(*lane, header_hint);
  return true;
}

bool Loopback::deliver(DeliveryId id, Bell bell) { return id != any_delivery && deliver_first(id, bell); }

bool Loopback::deliver_next(Bell bell) { return deliver_first(any_delivery, bell); }

std::size_t Loopback::deliver_all(Bell bell) {
  std::size_t delivered = 0;
  while (deliver_next(bell)) ++delivered;
  return delivered;
}

bool Loopback::discard(DeliveryId id) {
  sync::MutexLock lock(mutex_);
  return std::erase_if(pending_, [id](const Pending& message) { return message.id == id; }) != 0;
}

std::vector<Loopback::DeliveryId> Loopback::pending() const {
  sync::MutexLock lock(mutex_);
  std::vector<DeliveryId> ids;
  ids.reserve(pending_.size());
  for (const Pending& message : pending_) ids.push_back(message.id);
  return ids;
}

bool Loopback::ring(ProtocolId channel, Direction direction, std::uint32_t header_hint) {
  Lane* lane = find(channel, direction);
  if (lane == nullptr || callee(channel, direction).registry == nullptr) return false;
  ring_lane(*lane, header_hint);
  return true;
}

void Loopback::hang_up() {
  {
    sync::MutexLock lock(mutex_);
    lost_ = true;
  }
  for (const auto& lane : lanes_) {
    const Callee callee = callee_to_ring(*lane);
    if (callee.registry != nullptr) peer_lost(*callee.registry, callee.handle);
  }
}

void Loopback::set_window(std::uint64_t address, std::span<std::byte> memory) {
  sync::MutexLock lock(mutex_);
  window_address_ = address;
  window_ = memory;
}

void Loopback::new_epoch() {
  ++epoch_;
  commands_.clear();
  pending_.clear();
  for (const auto& lane : lanes_) {
    for (Lane::Loan& loan : lane->loans) loan.use = no_use;
    lane->visible.clear();
  }
}

void Loopback::restart() {
  sync::MutexLock lock(mutex_);
  lost_ = false;
  new_epoch();
}

void Loopback::replace_memory() {
  sync::MutexLock lock(mutex_);
  lost_ = false;
  new_epoch();
  ++memory_id_;
}

LoopbackCounts Loopback::counts() const {
  sync::MutexLock lock(mutex_);
  return counts_;
}

std::size_t Loopback::loans_out(ProtocolId channel) const {
  const Lane* lane = find(channel, Direction::a2p);
  if (lane == nullptr) return 0;
  sync::MutexLock lock(mutex_);
  return static_cast<std::size_t>(
      std::count_if(lane->loans.begin(), lane->loans.end(), [](const Lane::Loan& loan) { return loan.use != no_use; }));
}

std::size_t Loopback::open_channels() const {
  sync::MutexLock lock(mutex_);
  return static_cast<std::size_t>(
      std::count_if(lanes_.begin(), lanes_.end(), [](const auto& lane) { return lane->open; }));
}

Loopback::Callee Loopback::callee(ProtocolId channel, Direction direction) const {
  const Lane* lane = find(channel, direction);
  if (lane == nullptr) return {};
  sync::MutexLock lock(mutex_);
  return lane->open ? lane->callee : Callee{};
}

}  // namespace scmi::transport
