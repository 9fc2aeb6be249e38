// SPDX-License-Identifier: Apache-2.0
#include "scmi/event_switches.hpp"

#include <algorithm>
#include <utility>

#include "scmi/codec.hpp"

namespace scmi {

void EventSwitches::attach(std::shared_ptr<ChannelRegistry> registry) {
  std::vector<PendingCall> calls;
  const sync::MutexLock lock(mutex_);
  forget(calls);
  // Release: pairs with attached_to() in another agent's dispatcher.
  attached_.store(registry.get(), std::memory_order_release);
  registry_ = std::move(registry);
}

void EventSwitches::detach(const ChannelRegistry& registry) noexcept {
  std::vector<PendingCall> calls;  // Before the lock: ended without it.
  std::shared_ptr<ChannelRegistry> gone;
  const sync::MutexLock lock(mutex_);
  if (registry_.get() != &registry) return;
  attached_.store(nullptr, std::memory_order_release);
  gone = std::exchange(registry_, nullptr);
  forget(calls);
}

void EventSwitches::opened(const ChannelRegistry& registry, ProtocolId protocol, Version version) {
  Launches launches;
  {
    const sync::MutexLock lock(mutex_);
    if (registry_.get() != &registry) return;
    versions_[protocol.value].store(version.word, std::memory_order_relaxed);
    open_[protocol.value] = true;
    next_of_all(protocol, launches);
  }
  start(launches);
}

bool EventSwitches::is_open(ProtocolId protocol) {
  const sync::MutexLock lock(mutex_);
  return registry_ != nullptr && open_[protocol.value];
}

void EventSwitches::renew() {
  Launches launches;
  {
    const sync::MutexLock lock(mutex_);
    for (auto& [key, row] : rows_) {
      row.maybe_on = false;
      row.on.reset();
      row.refused.reset();
    }
    next_of_all({}, launches);
    tidy();
  }
  start(launches);
}

std::uint64_t EventSwitches::add(EventSwitch event, Duration timeout) {
  Launches launches;
  std::uint64_t number = 0;
  {
    const sync::MutexLock lock(mutex_);
    number = next_number_++;
    const Key key{event.protocol, event.command, event.source};
    Row& row = rows_[key];
    row.event = event;
    row.refused.reset();
    row.uses.push_back({number, std::move(event), timeout});
    next(key, row, launches);
  }
  start(launches);
  return number;
}

void EventSwitches::remove(std::uint64_t use) noexcept {
  Launches launches;
  {
    const sync::MutexLock lock(mutex_);
    for (auto& [key, row] : rows_) {
      if (std::erase_if(row.uses, [&](const Use& u) { return u.number == use; }) == 0) continue;
      // What stays wanted stays as it is: parameters are not wound back to those of an older use.
      if (row.uses.empty()) {
        next(key, row, launches);
      } else if (row.on) {
        row.refused.reset();
      }
      break;
    }
    tidy();
  }
  start(launches);
}

Result<bool> EventSwitches::state(std::uint64_t use) {
  const sync::MutexLock lock(mutex_);
  const Row* row = row_of(use);
  if (row == nullptr) return Error::local(LocalError::invalid_argument);
  return state_of(*row);
}

Result<void> EventSwitches::wait(std::uint64_t use) {
  WaitPoint point;
  std::shared_ptr<ChannelRegistry> registry;
  ProtocolId protocol;
  for (bool first = true;; first = false) {
    const std::uint32_t seen = point.word.load(std::memory_order_seq_cst);
    {
      const sync::MutexLock lock(mutex_);
      const Row* row = row_of(use);
      const Result<bool> on = row == nullptr ? Error::local(LocalError::invalid_argument) : state_of(*row);
      if (!on || *on || row->launch == 0) {
        std::erase(sleepers_, &point);
        if (!on) return on.error();
        // Nothing is out for it: there is no agent, or the protocol is not open.
        if (!*on) return Error::local(LocalError::channel_closed, {row->event.protocol.value, 0, Step::none, 0});
        return {};
      }
      if (first) sleepers_.push_back(&point);
      registry = registry_;
      protocol = row->event.protocol;
    }
    const ChannelRef channel = registry->channel(protocol, Direction::a2p);
    if (!channel) {
      // Closing: whoever closes ends the call, and wakes us.
      waiter_.wait(point, seen, never, {});
      continue;
    }
    channel->pump(false);
    channel->end_calls(XferWord::want_timeout, channel->services().clock.now());
    channel->sleep(point, seen, channel->next_deadline());
  }
}

void EventSwitches::count_malformed(ProtocolId protocol) noexcept {
  std::shared_ptr<ChannelRegistry> registry;
  {
    const sync::MutexLock lock(mutex_);
    registry = registry_;
  }
  if (registry == nullptr) return;
  const ChannelRef channel = registry->channel(protocol, Direction::p2a);
  if (channel) channel->counters(protocol).add(Count::malformed);
}

void EventSwitches::retry() {
  if (!retry_.load(std::memory_order_relaxed)) return;
  Launches launches;
  {
    const sync::MutexLock lock(mutex_);
    retry_.store(false, std::memory_order_relaxed);
    next_of_all({}, launches);
  }
  start(launches);
}

std::size_t EventSwitches::rows() {
  const sync::MutexLock lock(mutex_);
  return rows_.size();
}

// --- With the lock ---------------------------------------------------------------------------------------------------

Result<bool> EventSwitches::state_of(const Row& row) const {
  if (row.refused) return *row.refused;
  if (row.no_room && row.launch == 0) return Error::local(LocalError::no_xfer, {row.event.protocol.value, 0, {}, 0});
  return row.launch == 0 && row.on.has_value();
}

EventSwitches::Row* EventSwitches::row_of(std::uint64_t use) noexcept {
  for (auto& [key, row] : rows_) {
    if (std::ranges::find(row.uses, use, &Use::number) != row.uses.end()) return &row;
  }
  return nullptr;
}

void EventSwitches::next(const Key& key, Row& row, Launches& launches) {
  if (registry_ == nullptr || !open_[row.event.protocol.value] || row.launch != 0) return;
  const bool wanted = !row.uses.empty();
  row.no_room = false;
  if (wanted ? row.refused.has_value() : !row.maybe_on) return;
  const Version version = this->version(row.event.protocol);
  const ErrorContext context{row.event.protocol.value, row.event.command.value, Step::none, 0};
  Command command;
  const bool possible =
      version >= row.event.since && registry_->route(row.event.protocol, Direction::p2a).generation != 0;
  Result<std::size_t> size =
      possible ? row.event.encode(wanted, version, command.bytes) : Error::local(LocalError::unsupported, context);
  if (!size) {
    if (wanted) row.refused = size.error();
    row.maybe_on = row.maybe_on && wanted;
    return;
  }
  command.size = *size;
  if (wanted && row.on == command) return;
  row.launch = next_number_++;
  row.enabling = wanted;
  row.out = command;
  launches.push_back({registry_, key, row.launch, command, wanted ? row.uses.back().timeout : Duration{}});
}

void EventSwitches::next_of_all(std::optional<ProtocolId> protocol, Launches& launches) {
  for (auto& [key, row] : rows_) {
    if (!protocol || std::get<ProtocolId>(key) == *protocol) next(key, row, launches);
  }
}

void EventSwitches::forget(std::vector<PendingCall>& calls) noexcept {
  open_.fill(false);
  for (auto& [key, row] : rows_) {
    row.maybe_on = false;
    row.on.reset();
    row.refused.reset();
    row.no_room = false;
    row.launch = 0;
    calls.push_back(std::move(row.call));
  }
  tidy();
  wake_all();
}

void EventSwitches::tidy() noexcept {
  std::erase_if(rows_, [](const auto& entry) {
    const Row& row = entry.second;
    return row.uses.empty() && !row.maybe_on && row.launch == 0;
  });
}

void EventSwitches::wake_all() noexcept {
  for (WaitPoint* point : sleepers_) {
    point->word.fetch_add(1, std::memory_order_seq_cst);
    waiter_.wake(*point);
  }
}

// --- Without it ------------------------------------------------------------------------------------------------------

void EventSwitches::start(const Launches& launches) {
  for (const Launch& launch : launches) {
    const auto [protocol, message, source] = launch.key;
    PendingOptions options;
    options.timeout = launch.timeout;
    options.completion = [self = shared_from_this(), key = launch.key, number = launch.number](const auto& answer) {
      self->finished(key, number, answer);
    };
    Result<PendingCall> call =
        PendingCall::start(launch.registry, launch.registry->route(protocol, Direction::a2p),
                           {message, MessageType::command, protocol, Token()},
                           std::span(launch.command.bytes).first(launch.command.size), std::move(options));
    if (!call) {
      finished(launch.key, launch.number, call.error());
      continue;
    }
    const sync::MutexLock lock(mutex_);
    const auto row = rows_.find(launch.key);
    // Otherwise it has ended already, and goes with this turn.
    if (row != rows_.end() && row->second.launch == launch.number) row->second.call = std::move(*call);
  }
}

void EventSwitches::finished(const Key& key, std::uint64_t number, const Result<std::span<const std::byte>>& answer) {
  Launches launches;
  PendingCall ended;  // Outside the lock.
  {
    const sync::MutexLock lock(mutex_);
    const auto found = rows_.find(key);
    if (found == rows_.end() || found->second.launch != number) return;
    Row& row = found->second;
    const Result<Empty> reply =
        answer ? decode_reply<Empty>(*answer, version(row.event.protocol)) : Result<Empty>(answer.error());
    ended = std::move(row.call);
    row.launch = 0;
    row.no_room = !reply && reply.error().is(LocalError::no_xfer);
    if (row.no_room) {
      retry_.store(true, std::memory_order_relaxed);
    } else if (!row.enabling) {
      row.maybe_on = false;
      row.on.reset();
    } else if (reply) {
      row.maybe_on = true;
      row.on = row.out;
    } else {
      row.refused = reply.error();
      row.refused->context.protocol = row.event.protocol.value;
      row.refused->context.message = row.event.command.value;
      // What did not answer may have heard all the same.
      const bool heard =
          std::ranges::any_of(std::array{LocalError::timed_out, LocalError::channel_error, LocalError::malformed_reply},
                              [&](LocalError e) { return row.refused->is(e); });
      row.maybe_on = row.maybe_on || heard;
    }
    if (!row.no_room) next(key, row, launches);
    tidy();
    wake_all();
  }
  start(launches);
}

}  // namespace scmi
