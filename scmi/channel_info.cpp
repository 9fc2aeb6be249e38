// SPDX-License-Identifier: Apache-2.0
//
// The channel word's slow half: contended admission, the wait lease, and the last release of a closing channel.
#include "scmi/channel_info.hpp"

#include <algorithm>
#include <utility>

#include "scmi/channel_registry.hpp"

namespace scmi {

namespace {
void push_back(WaitNode& ring, WaitNode& node) noexcept {
  node.previous = ring.previous;
  node.next = &ring;
  ring.previous->next = &node;
  ring.previous = &node;
}
void unlink(WaitNode& node) noexcept {
  node.previous->next = node.next;
  node.next->previous = node.previous;
  node.previous = node.next = nullptr;
}
bool empty(const WaitNode& ring) noexcept { return ring.next == &ring; }
}  // namespace

ChannelInfo::ChannelInfo(ChannelServices& services, std::uint32_t slot)
    : services_(services), slot_(slot), word_(std::uint64_t{1} << ChannelWord::generation_shift) {
  const sync::MutexLock lock(mutex_);
  admission_.previous = admission_.next = &admission_;
  sleeping_.previous = sleeping_.next = &sleeping_;
}

void ChannelInfo::signal(WaitPoint& point) noexcept {
  point.word.fetch_add(1, std::memory_order_seq_cst);
  services_.waiter.wake(point);
}

void ChannelInfo::release_hold() noexcept {
  current_.store(0, std::memory_order_relaxed);
  const std::uint64_t before = word_.fetch_sub(ChannelWord::held, std::memory_order_acq_rel);
  if ((before & ChannelWord::waiters) != 0) admit_next((before & ChannelWord::shared) != 0);
}

void ChannelInfo::release_slow(std::uint64_t before, std::uint64_t what) noexcept {
  if ((before & (ChannelWord::waiters | ChannelWord::shared)) == ChannelWord::waiters) {
    // Others queue, and each of them has a user count. We have none any more, so nothing but the lists and the word,
    // which are type-stable, may be touched from here. On a shared channel the queue waits for xfers, not for users:
    // whoever frees one says so (xfer_freed), and users who come to look and leave again wake nobody.
    admit_next(false);
  }
  const bool last = (before & ChannelWord::users_mask) == (what & ChannelWord::users_mask);
  if ((before & ChannelWord::closing) != 0 && last) finish_close();
}

Result<void> ChannelInfo::admit(Instant deadline) noexcept {
  WaitNode node;
  WaitPoint point;
  node.point = &point;
  {
    const sync::MutexLock lock(mutex_);
    std::uint64_t w = word_.load(std::memory_order_relaxed);
    for (;;) {
      if ((w & (ChannelWord::closing | ChannelWord::lost)) != 0) {
        node.state = WaitNode::State::refused;
        node.reason = (w & ChannelWord::closing) != 0 ? LocalError::channel_closed : LocalError::platform_lost;
        break;
      }
      const bool take = (w & ChannelWord::held) == 0 && empty(admission_);
      const std::uint64_t next = w | (take ? ChannelWord::held : ChannelWord::waiters);
      if (word_.compare_exchange_weak(w, next, std::memory_order_acquire, std::memory_order_relaxed)) {
        if (take) return {};
        node.state = WaitNode::State::queued;
        push_back(admission_, node);
        break;
      }
    }
  }
  return wait_admission(node, deadline);
}

Result<void> ChannelInfo::wait_admission(WaitNode& node, Instant deadline) noexcept {
  WaitPoint& point = *node.point;
  for (;;) {
    const std::uint32_t seen = point.word.load(std::memory_order_seq_cst);
    {
      const sync::MutexLock lock(mutex_);
      if (node.state == WaitNode::State::admitted) return {};
      if (node.state == WaitNode::State::refused) return Error::local(node.reason);
      if (services_.clock.now() >= deadline) {
        unlink(node);
        if (empty(admission_)) word_.fetch_and(~ChannelWord::waiters, std::memory_order_relaxed);
        return Error::local(LocalError::channel_busy);
      }
    }
    sleep(point, seen, deadline);
  }
}

Result<bool> ChannelInfo::admit_pending(Xfer& xfer) noexcept {
  const sync::MutexLock lock(mutex_);
  std::uint64_t w = word_.load(std::memory_order_relaxed);
  for (;;) {
    if ((w & ChannelWord::closing) != 0) return Error::local(LocalError::channel_closed);
    if ((w & ChannelWord::lost) != 0) return Error::local(LocalError::platform_lost);
    const bool take = (w & ChannelWord::held) == 0 && empty(admission_);
    const std::uint64_t next = w | (take ? ChannelWord::held : ChannelWord::waiters);
    if (word_.compare_exchange_weak(w, next, std::memory_order_acquire, std::memory_order_relaxed)) {
      if (take) return true;
      xfer.owns_hold = false;
      xfer.word.fetch_add(XferWord::queueing, std::memory_order_acq_rel);
      xfer.node.state = WaitNode::State::queued;
      push_back(admission_, xfer.node);
      return false;
    }
  }
}

bool ChannelInfo::withdraw(Xfer& xfer, std::uint64_t sequence) noexcept {
  const sync::MutexLock lock(mutex_);
  // Only under the lock does an xfer enter or leave the queue: the sequence tells whether it is still this call.
  const std::uint64_t w = xfer.word.load(std::memory_order_relaxed);
  if (XferWord::state(w) != XferState::queued || XferWord::sequence(w) != sequence) return false;
  if (xfer.node.state != WaitNode::State::queued) return false;
  xfer.node.state = WaitNode::State::idle;
  unlink(xfer.node);
  if (empty(admission_)) word_.fetch_and(~ChannelWord::waiters, std::memory_order_relaxed);
  return true;
}

void ChannelInfo::admit_next(bool shared) noexcept {
  Xfer* launchable = nullptr;
  {
    const sync::MutexLock lock(mutex_);
    if (empty(admission_)) {
      word_.fetch_and(~ChannelWord::waiters, std::memory_order_relaxed);
      return;
    }
    WaitNode& node = *admission_.next;
    if (shared) {
      // The head takes an xfer by itself; it stays in the queue until it has one.
      signal(*node.point);
      return;
    }
    // While somebody queues only the lock's owner sets `held`; it may be set already by an earlier pass. Launching for
    // somebody else takes a user count of its own: his may go with his reply before we are through.
    const std::uint64_t grant = ChannelWord::held + (node.pending != nullptr ? ChannelWord::one_user : 0);
    std::uint64_t w = word_.load(std::memory_order_relaxed);
    do {
      if ((w & ChannelWord::held) != 0) return;
    } while (!word_.compare_exchange_weak(w, w + grant, std::memory_order_acquire, std::memory_order_relaxed));
    unlink(node);
    if (empty(admission_)) word_.fetch_and(~ChannelWord::waiters, std::memory_order_relaxed);
    node.state = WaitNode::State::admitted;
    if (node.pending != nullptr) {
      launchable = node.pending;
      launchable->owns_hold = true;
      launchable->word.fetch_sub(XferWord::queueing, std::memory_order_acq_rel);
    } else {
      // Under the lock: the node is on the waiter's stack, and he takes the lock before he leaves.
      signal(*node.point);
    }
  }
  if (launchable == nullptr) return;
  launch(*launchable);
  release();
}

Result<Xfer*> ChannelInfo::admit_shared(Instant deadline) noexcept {
  XferTable& table = *binding_.table;
  WaitNode node;
  WaitPoint point;
  node.point = &point;
  {
    const sync::MutexLock lock(mutex_);
    word_.fetch_or(ChannelWord::waiters, std::memory_order_seq_cst);
    node.state = WaitNode::State::queued;
    push_back(admission_, node);
  }
  for (;;) {
    const std::uint32_t seen = point.word.load(std::memory_order_seq_cst);
    const std::uint64_t w = word();
    {
      const sync::MutexLock lock(mutex_);
      Xfer* xfer = nullptr;
      LocalError reason{};
      bool leave = true;
      if (node.state == WaitNode::State::refused) return Error::local(node.reason);
      if ((w & ChannelWord::closing) != 0) {
        reason = LocalError::channel_closed;
      } else if ((w & ChannelWord::lost) != 0) {
        reason = LocalError::platform_lost;
      } else if (admission_.next == &node && (xfer = table.allocate(XferWord::blocking)) != nullptr) {
      } else if (services_.clock.now() >= deadline) {
        reason = LocalError::channel_busy;
      } else {
        leave = false;
      }
      if (leave) {
        unlink(node);
        if (empty(admission_)) {
          word_.fetch_and(~ChannelWord::waiters, std::memory_order_relaxed);
        } else {
          signal(*admission_.next->point);
        }
        if (xfer != nullptr) return xfer;
        return Error::local(reason);
      }
    }
    sleep(point, seen, deadline);
  }
}

void ChannelInfo::xfer_freed() noexcept {
  const std::uint64_t w = word();
  if ((w & ChannelWord::waiters) != 0) admit_next((w & ChannelWord::shared) != 0);
}

void ChannelInfo::refuse_queue(LocalError reason) noexcept {
  for (;;) {
    Xfer* xfer = nullptr;
    {
      const sync::MutexLock lock(mutex_);
      if (empty(admission_)) {
        word_.fetch_and(~ChannelWord::waiters, std::memory_order_relaxed);
        return;
      }
      WaitNode& node = *admission_.next;
      unlink(node);
      node.state = WaitNode::State::refused;
      node.reason = reason;
      xfer = node.pending;
      if (xfer == nullptr) signal(*node.point);
    }
    if (xfer != nullptr) fail(*xfer, reason);
  }
}

void ChannelInfo::sleep(WaitPoint& point, std::uint32_t seen, Instant deadline, ChannelInfo* also) noexcept {
  const std::array<ChannelInfo*, 2> both = {this, also};
  const std::span<ChannelInfo* const> channels(both.data(), also == nullptr ? 1U : 2U);
  std::array<WaitNode, 2> nodes;
  for (std::size_t i = 0; i < channels.size(); ++i) {
    nodes[i].point = &point;
    const sync::MutexLock lock(channels[i]->mutex_);
    push_back(channels[i]->sleeping_, nodes[i]);
  }
  for (;;) {
    std::array<int, 8> fds{};
    std::size_t fd_count = 0;
    bool ready = false;
    ChannelInfo* blind = nullptr;  // We lead a channel that gives no sign by itself: look at it now and then.
    for (std::size_t i = 0; i < channels.size(); ++i) {
      ChannelInfo& c = *channels[i];
      if (!nodes[i].leads && !c.take_lease(nodes[i])) continue;
      const std::size_t n = c.arm(std::span(fds).subspan(fd_count, 4));
      fd_count += n;
      // A stuck area gives no doorbell when its last sender polled: look at it now and then.
      const bool stuck = c.area_watch_.load(std::memory_order_relaxed) != AreaWatch::none;
      if ((n == 0 && c.binding_.description->polling) || stuck) blind = &c;
      if (c.has_news()) ready = true;
    }
    if (!ready) {
      Instant until = deadline;
      if (blind != nullptr) {
        constexpr Duration first_pause{1000};
        const Duration pause = std::clamp(Duration(blind->blind_pause_ns_.load(std::memory_order_relaxed) * 2),
                                          first_pause, std::max(first_pause, services_.poll_interval_max));
        blind->blind_pause_ns_.store(pause.count(), std::memory_order_relaxed);
        until = std::min(until, services_.clock.now() + pause);
      }
      services_.waiter.wait(point, seen, until, std::span<const int>(fds).first(fd_count));
    }
    std::uint32_t offers = 0;
    for (std::size_t i = 0; i < channels.size(); ++i) {
      if (nodes[i].leads) channels[i]->disarm();
      const sync::MutexLock lock(channels[i]->mutex_);
      offers += std::exchange(nodes[i].offers, 0);
    }
    // Woken for nothing but a lease that became free: it is taken, and what we lead is kept. Two who lead a channel
    // each and wait for both would otherwise wake each other for ever.
    const bool nothing_else = offers != 0 && point.word.load(std::memory_order_seq_cst) == seen + offers;
    if (!nothing_else) break;
    seen += offers;
  }
  for (std::size_t i = 0; i < channels.size(); ++i) {
    ChannelInfo& c = *channels[i];
    const bool led = nodes[i].leads;
    // Before anything is delivered: a callback may wait on the channel itself, or take its time.
    c.leave_ring(nodes[i]);
    if (!led) continue;
    c.pump(false);
    if (!c.binding_.ops->liveness(c.binding_.state)) c.mark_lost();
  }
}

bool ChannelInfo::take_lease(WaitNode& node) noexcept {
  std::uint32_t nobody = 0;
  node.leads = lease_.compare_exchange_strong(nobody, 1, std::memory_order_acquire, std::memory_order_relaxed);
  return node.leads;
}

void ChannelInfo::leave_ring(WaitNode& node) noexcept {
  {
    const sync::MutexLock lock(mutex_);
    unlink(node);
    // seq_cst: pairs with passed_over().
    if (node.leads) lease_.store(0, std::memory_order_seq_cst);
    if (lease_.load(std::memory_order_seq_cst) != 0) return;
    // Nobody leads: a sleeper does, or passes the offer on when he leaves; without any, an event loop may watch.
    if (!empty(sleeping_)) {
      ++sleeping_.next->offers;
      signal(*sleeping_.next->point);
      return;
    }
  }
  if (passed_over_.load(std::memory_order_seq_cst) && passed_over_.exchange(false, std::memory_order_acq_rel)) {
    registry_->announce();
  }
}

void ChannelInfo::wake_sleepers() noexcept {
  const sync::MutexLock lock(mutex_);
  for (const WaitNode* node = sleeping_.next; node != &sleeping_; node = node->next) signal(*node->point);
}

std::size_t ChannelInfo::arm(std::span<int> fds) noexcept {
  armed_.fetch_add(1, std::memory_order_acq_rel);
  return binding_.ops->wait_fds(binding_.state, fds, true);
}

void ChannelInfo::disarm() noexcept {
  // An event loop may sleep on the channel while a caller leads for a while: the last one up tells the platform.
  if (armed_.fetch_sub(1, std::memory_order_acq_rel) == 1) {
    static_cast<void>(binding_.ops->wait_fds(binding_.state, {}, false));
  }
}

bool ChannelInfo::has_news() noexcept {
  if (!binding_.ops->poll_done(binding_.state)) return false;
  if (binding_.direction == Direction::p2a) {
    // Whoever drains just now may have looked before it was there: he is to look again.
    std::uint32_t claim = rx_claim_.load(std::memory_order_relaxed);
    while (claim != 0) {
      if (rx_claim_.compare_exchange_weak(claim, 2, std::memory_order_acq_rel)) return false;
    }
    return true;
  }
  if (shared()) return true;
  // A holder who has been told is awake, or about to be.
  const AreaWatch watch = area_watch_.load(std::memory_order_relaxed);
  if (watch != AreaWatch::none) return watch != AreaWatch::told;
  Xfer& xfer = binding_.table->at(current_.load(std::memory_order_relaxed));
  std::uint64_t w = xfer.word.load(std::memory_order_acquire);
  // Whoever receives just now may have looked before the reply was there: he is to look again.
  while (XferWord::state(w) == XferState::receiving) {
    if (xfer.word.compare_exchange_weak(w, w | XferWord::look_again, std::memory_order_acq_rel)) return false;
  }
  const XferState state = XferWord::state(w);
  const bool awaited = state == XferState::in_flight || state == XferState::early;
  // What was looked at and is nobody's is not worth staying awake for.
  return awaited && xfer.rejected_header.load(std::memory_order_relaxed) == 0;
}

bool ChannelInfo::add_protocol(ProtocolId protocol) noexcept {
  const sync::MutexLock lock(mutex_);
  if (block_of_[protocol.value].load(std::memory_order_relaxed) != 0) return true;
  const std::uint32_t n = block_count_.load(std::memory_order_relaxed);
  if (n == max_protocols) return false;
  block_of_[protocol.value].store(static_cast<std::uint8_t>(n), std::memory_order_relaxed);
  block_count_.store(n + 1, std::memory_order_relaxed);
  return true;
}

CounterSnapshot ChannelInfo::total() const noexcept {
  CounterSnapshot sum;
  for (const CounterBlock& block : blocks_) sum += block.snapshot();
  return sum;
}

void ChannelInfo::trace_to(TraceTap& tap, TraceKind kind, std::uint32_t header,
                           std::span<const std::byte> payload) noexcept {
  tap.event({kind, services_.clock.now(), slot_, header, payload});
}

void ChannelInfo::finish_close() noexcept {
  // Alone: no user is left and none can come before the word says `open` again.
  binding_.ops->free(binding_.state);
  registry_->channel_finished(*this);
}

}  // namespace scmi
