// SPDX-License-Identifier: Apache-2.0
#include "scmi/agent.hpp"

#include <algorithm>
#include <array>

namespace scmi {

void Agent::shutdown() noexcept {
  registry_->retire();
  hub_->switches().detach(*registry_);
  registry_->close_all();
}

bool Agent::has(ProtocolId protocol) const noexcept {
  return protocol == protocol::base ||
         std::find(base_.protocols.begin(), base_.protocols.end(), protocol) != base_.protocols.end();
}

Result<ProtocolLink> Agent::link(ProtocolId protocol) const {
  if (!has(protocol)) return Error::local(LocalError::not_found, {protocol.value, 0, Step::none, 0});
  ProtocolLink link(registry_, hub_, protocol);
  if (protocol == protocol::base) link.set_version(base_.version_in_force);
  return link;
}

ProtocolLink Agent::raw_link(ProtocolId protocol) {
  if (registry_->route(protocol, Direction::a2p).generation == 0) {
    static_cast<void>(registry_->map(protocol, Direction::a2p, registry_->route(protocol::base, Direction::a2p)));
  }
  return {registry_, hub_, protocol};
}

PollResult Agent::poll() {
  PollResult result;
  const Instant now = registry_->services().clock.now();
  for (std::uint32_t i = 0; i < registry_->slot_count(); ++i) {
    const ChannelHandle handle = registry_->handle_at(i);
    const ChannelRef channel = registry_->acquire(handle);
    if (!channel) continue;
    const ChannelBinding& binding = channel->binding();
    channel->pump(false);
    if (!binding.ops->liveness(binding.state)) channel->mark_lost();
    if (binding.direction == Direction::a2p) {
      channel->end_calls(XferWord::want_timeout, now);
      result.next_deadline = std::min(result.next_deadline, channel->next_deadline());
    }
  }
  hub_->switches().retry();
  if (!hub_->begin_dispatch(*registry_)) return result;
  for (std::uint32_t i = 0; i < registry_->slot_count(); ++i) {
    const ChannelRef channel = registry_->acquire(registry_->handle_at(i));
    if (!channel || channel->binding().direction != Direction::p2a) continue;
    const CallbackScope scope(*registry_);
    // Bounded: what arrives during the callbacks waits for the next poll.
    for (std::size_t budget = registry_->notification_capacity(); budget != 0; --budget) {
      const bool had = channel->queue().consume([&](std::uint32_t header, std::span<const std::byte> payload) {
        result.notifications += hub_->dispatch(header, payload);
      });
      if (!had) break;
    }
  }
  hub_->end_dispatch();
  return result;
}

PollResult Agent::wait(Instant until) {
  std::array<int, 64> fds;
  WaitPoint& activity = registry_->activity();
  const std::uint32_t seen = activity.word.load(std::memory_order_seq_cst);
  PollResult result = poll();
  if (result.notifications != 0) return result;
  bool ready = false;
  const std::size_t n = arm(fds, ready);
  if (!ready) {
    Instant wake = std::min(until, result.next_deadline);
    // Channels that give no sign by themselves are looked at now and then.
    if (n == 0) wake = std::min(wake, registry_->services().clock.now() + registry_->services().poll_interval_max);
    registry_->services().waiter.wait(activity, seen, wake, std::span<const int>(fds).first(n));
  }
  disarm();
  return poll();
}

std::size_t Agent::arm(std::span<int> fds, bool& ready) {
  std::size_t n = 0;
  const sync::MutexLock lock(armed_mutex_);
  for (std::uint32_t i = 0; i < registry_->slot_count(); ++i) {
    const ChannelHandle handle = registry_->handle_at(i);
    const ChannelRef channel = registry_->acquire(handle);
    if (!channel) continue;
    const ChannelBinding& binding = channel->binding();
    // Commands without a caller of their own are watched; where a caller waits, he reads the doorbell himself.
    if (binding.direction == Direction::a2p && (channel->next_deadline() == never || channel->passed_over())) continue;
    n += channel->arm(fds.subspan(n));
    armed_.push_back(handle);
    if (channel->has_news()) ready = true;
  }
  return n;
}

void Agent::disarm() {
  const sync::MutexLock lock(armed_mutex_);
  for (const ChannelHandle handle : armed_) {
    const ChannelRef channel = registry_->acquire(handle);
    if (channel) channel->disarm();
  }
  armed_.clear();
}

CounterSnapshot Agent::counters(std::optional<ProtocolId> protocol) const {
  CounterSnapshot sum;
  for (std::uint32_t i = 0; i < registry_->slot_count(); ++i) {
    const ChannelRef channel = registry_->acquire(registry_->handle_at(i));
    if (!channel) continue;
    sum += protocol ? channel->protocol_counters(*protocol) : channel->total();
  }
  if (!protocol) sum.values[static_cast<std::size_t>(Count::stale_handle)] += registry_->stale_handles();
  return sum;
}

}  // namespace scmi
