// SPDX-License-Identifier: Apache-2.0
#include "scmi/channel_registry.hpp"

#include <algorithm>

namespace scmi {

namespace {
constexpr std::uint64_t pack(ChannelHandle handle) noexcept {
  return std::uint64_t{handle.generation} << 32 | handle.slot;
}
constexpr ChannelHandle unpack(std::uint64_t word) noexcept {
  return {static_cast<std::uint32_t>(word), static_cast<std::uint32_t>(word >> 32)};
}
}  // namespace

std::shared_ptr<ChannelRegistry> ChannelRegistry::create(TimeSource& clock, Waiter& waiter,
                                                         const RegistrySettings& settings) {
  return std::shared_ptr<ChannelRegistry>(new ChannelRegistry(clock, waiter, settings));
}

ChannelRegistry::ChannelRegistry(TimeSource& clock, Waiter& waiter, const RegistrySettings& settings)
    : settings_(settings), services_{clock, waiter}, taken_(settings.max_channels, false) {
  services_.spin_extra = settings.spin_extra;
  services_.spin_max = settings.spin_max;
  services_.poll_interval_max = settings.poll_interval_max;
  slots_.reserve(settings.max_channels);
  for (std::uint32_t i = 0; i < settings.max_channels; ++i) {
    slots_.push_back(std::make_unique<ChannelInfo>(services_, i));
    slots_.back()->registry_ = this;
  }
}

std::shared_ptr<XferTable> ChannelRegistry::table_for(const TransportDescription& description,
                                                      const ChannelPort& port) {
  const bool shared = description.buffers == BufferModel::lent;
  const auto xfers = static_cast<std::uint16_t>(shared ? description.max_in_flight : settings_.pending_calls_max + 1);
  if (port.memory_id != 0) {
    const auto found = tables_.find(port.memory_id);
    if (found != tables_.end()) {
      ParkedTable& parked = found->second;
      // The same memory: what was in quarantine stays there, unless the peer is provably another one.
      if (parked.table->max_payload() == port.max_payload && parked.table->size() == xfers &&
          parked.table->shared() == shared) {
        if (parked.epoch != port.epoch) parked.table->end_epoch();
        parked.epoch = port.epoch;
        return parked.table;
      }
    }
  }
  auto table = std::make_shared<XferTable>(
      XferTable::Config{xfers, port.max_payload, settings_.first_token, settings_.quarantine_horizon, shared},
      services_.clock);
  if (port.memory_id != 0) tables_[port.memory_id] = {table, port.epoch};
  return table;
}

Result<ChannelHandle> ChannelRegistry::open(const Transport& transport, ProtocolId protocol, Direction direction) {
  std::uint32_t index = 0;
  {
    const sync::MutexLock lock(mutex_);
    if (retired_.load(std::memory_order_acquire)) return Error::local(LocalError::channel_closed);
    const auto found = std::find(taken_.begin(), taken_.end(), false);
    if (found == taken_.end()) return Error::local(LocalError::queue_full);
    *found = true;
    index = static_cast<std::uint32_t>(found - taken_.begin());
  }
  ChannelInfo& channel = *slots_[index];
  const std::uint32_t generation = ChannelWord::generation(channel.word());
  const ChannelHandle handle{index, generation};
  // Callbacks may come from here on; the slot is not open, so they are refused and counted.
  const Result<ChannelPort> port =
      transport.ops->setup(transport.state, {protocol, direction, handle, shared_from_this()});
  if (!port) {
    const sync::MutexLock lock(mutex_);
    taken_[index] = false;
    return port.error();
  }
  ChannelBinding binding{transport.ops,     transport.description, port->state, direction,
                         port->max_payload, port->memory_id,       nullptr};
  const bool shared = transport.description->buffers == BufferModel::lent;
  if (direction == Direction::a2p) {
    const sync::MutexLock lock(mutex_);
    binding.table = table_for(*transport.description, *port);
  } else {
    channel.rx_buffer_.assign(port->max_payload, std::byte{0});
    channel.queue_.configure(settings_.notification_queue, port->max_payload);
  }
  channel.binding_ = std::move(binding);
  channel.stuck_.store(0, std::memory_order_relaxed);
  channel.rx_claim_.store(0, std::memory_order_relaxed);
  channel.armed_.store(0, std::memory_order_relaxed);
  channel.area_watch_.store(AreaWatch::none, std::memory_order_relaxed);
  open_.fetch_add(1, std::memory_order_acq_rel);
  // Release: the binding is complete before anybody can acquire the channel.
  channel.word_.store(std::uint64_t{generation} << ChannelWord::generation_shift | ChannelWord::open |
                          (shared && direction == Direction::a2p ? ChannelWord::shared : 0),
                      std::memory_order_release);
  const Result<void> mapped = map(protocol, direction, handle);
  if (!mapped) {
    close(handle);
    return mapped.error();
  }
  return handle;
}

Result<void> ChannelRegistry::map(ProtocolId protocol, Direction direction, ChannelHandle handle) {
  const ChannelRef channel = acquire(handle);
  if (!channel) return Error::local(LocalError::stale_handle);
  static_cast<void>(channel->add_protocol(protocol));
  routes_[static_cast<std::size_t>(direction)][protocol.value].store(pack(handle), std::memory_order_release);
  return {};
}

ChannelHandle ChannelRegistry::route(ProtocolId protocol, Direction direction) const noexcept {
  return unpack(routes_[static_cast<std::size_t>(direction)][protocol.value].load(std::memory_order_acquire));
}

ChannelHandle ChannelRegistry::handle_at(std::uint32_t index) const noexcept {
  if (index >= slots_.size()) return {};
  const std::uint64_t w = slots_[index]->word();
  if ((w & ChannelWord::open) == 0) return {};
  return {index, ChannelWord::generation(w)};
}

ChannelRef ChannelRegistry::acquire(ChannelHandle handle) noexcept {
  ChannelInfo* channel = slot(handle.slot);
  if (channel == nullptr || handle.generation == 0) return {};
  return {*channel, handle.generation};
}

ChannelRef ChannelRegistry::channel(ProtocolId protocol, Direction direction) noexcept {
  return acquire(route(protocol, direction));
}

void ChannelRegistry::close(ChannelHandle handle) noexcept {
  ChannelInfo* channel = slot(handle.slot);
  if (channel == nullptr) return;
  std::uint64_t w = channel->word();
  for (;;) {
    if (ChannelWord::generation(w) != handle.generation || (w & ChannelWord::open) == 0) return;
    if ((w & ChannelWord::closing) != 0) break;
    // We count as a user while we stop the channel, so that it is not finished before it is stopped. seq_cst: pairs
    // with the caller's look at the word after it said that it waits (Transaction).
    if (channel->word_.compare_exchange_weak(w, (w | ChannelWord::closing) + ChannelWord::one_user,
                                             std::memory_order_seq_cst)) {
      if (channel->binding_.direction == Direction::a2p) {
        channel->refuse_queue(LocalError::channel_closed);
        channel->end_calls(XferWord::want_close);
      }
      channel->binding_.ops->stop(channel->binding_.state);
      channel->wake_sleepers();
      channel->release();
      break;
    }
  }
  if (in_callback()) return;
  for (;;) {
    const std::uint32_t seen = channel->close_point_.word.load(std::memory_order_seq_cst);
    if (ChannelWord::generation(channel->word()) != handle.generation) return;
    services_.waiter.wait(channel->close_point_, seen, never, {});
  }
}

void ChannelRegistry::close_all() noexcept {
  // Notifications first, then commands; a channel opened after another is closed before it.
  for (const Direction direction : {Direction::p2a, Direction::a2p}) {
    for (std::size_t i = slots_.size(); i-- > 0;) {
      const ChannelHandle handle = handle_at(static_cast<std::uint32_t>(i));
      if (handle.generation == 0) continue;
      {
        const ChannelRef channel = acquire(handle);
        if (channel && channel->binding().direction != direction) continue;
      }
      close(handle);  // Also one that is closing already: then we wait for it.
    }
  }
}

void ChannelRegistry::channel_finished(ChannelInfo& channel) noexcept {
  const std::uint64_t w = channel.word();
  std::uint32_t next = ChannelWord::generation(w) + 1;
  if (next == 0) next = 1;
  channel.binding_ = {};
  open_.fetch_sub(1, std::memory_order_acq_rel);
  {
    // Both under the lock: whoever sees the new generation and opens a channel finds the slot free.
    const sync::MutexLock lock(mutex_);
    channel.word_.store(std::uint64_t{next} << ChannelWord::generation_shift, std::memory_order_seq_cst);
    taken_[channel.slot_] = false;
  }
  channel.signal(channel.close_point_);
}

std::size_t ChannelRegistry::xfers_in_use() {
  std::size_t n = 0;
  for (const auto& channel : slots_) {
    const ChannelRef ref = acquire(handle_at(channel->slot()));
    if (ref && ref->binding().table != nullptr && ref->binding().memory_id == 0) n += ref->binding().table->in_use();
  }
  const sync::MutexLock lock(mutex_);
  for (const auto& [id, parked] : tables_) n += parked.table->in_use();
  return n;
}

bool ChannelRegistry::in_callback() noexcept {
  const sync::ContextId self = sync::current_context();
  const sync::MutexLock lock(callbacks_mutex_);
  for (const CallbackScope* s = callbacks_; s != nullptr; s = s->next_) {
    if (s->context_ == self) return true;
  }
  return false;
}

void ChannelRegistry::announce() noexcept {
  activity_.word.fetch_add(1, std::memory_order_seq_cst);
  services_.waiter.wake(activity_);
}

CallbackScope::CallbackScope(ChannelRegistry& registry) noexcept
    : registry_(registry), context_(sync::current_context()), next_(nullptr) {
  const sync::MutexLock lock(registry_.callbacks_mutex_);
  next_ = registry_.callbacks_;
  registry_.callbacks_ = this;
}

CallbackScope::~CallbackScope() {
  const sync::MutexLock lock(registry_.callbacks_mutex_);
  CallbackScope** link = &registry_.callbacks_;
  while (*link != this) link = &(*link)->next_;
  *link = next_;
}

void rx_callback(ChannelRegistry& registry, ChannelHandle handle, std::uint32_t /*header_hint*/) noexcept {
  // The scope outlives the reference: if this is the last user of a closing channel, the close is finished here, and
  // a close called from a callback underneath does not wait for us.
  ChannelRef channel = registry.acquire(handle);
  if (!channel) {
    registry.stale_.fetch_add(1, std::memory_order_relaxed);
    return;
  }
  const CallbackScope scope(registry);
  channel->pump(true);
  channel.reset();
}

void peer_lost(ChannelRegistry& registry, ChannelHandle handle) noexcept {
  const ChannelRef channel = registry.acquire(handle);
  if (channel) channel->mark_lost();
}

}  // namespace scmi
