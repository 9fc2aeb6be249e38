// SPDX-License-Identifier: Apache-2.0
//
// The part of the event loop that both engines share: who is called, when, and who is not called any more.
#include "transport/event_loop.hpp"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace scmi::transport {

Result<std::unique_ptr<EventLoop>> EventLoop::create(TimeSource& time, Engine engine) {
  std::unique_ptr<LoopEngine> chosen;
  if (engine != Engine::poll) {
    auto uring = make_uring_engine();
    if (uring) {
      chosen = std::move(*uring);
    } else if (engine == Engine::io_uring) {
      return uring.error();
    }
  }
  const Engine kind = chosen ? Engine::io_uring : Engine::poll;
  if (!chosen) chosen = make_poll_engine();

  const int wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (wake_fd < 0) return Error::system(errno);
  std::unique_ptr<EventLoop> loop(new EventLoop(time, std::move(chosen), kind, wake_fd));
  auto watched = loop->add_watch(wake_fd, POLLIN, [raw = loop.get()](std::uint32_t) {
    std::uint64_t drained = 0;
    [[maybe_unused]] const auto n = read(raw->wake_fd_, &drained, sizeof drained);
    raw->woken_.exchange(false, std::memory_order_acq_rel);
  });
  if (!watched) return watched.error();
  loop->wake_watch_ = *watched;
  return loop;
}

EventLoop::EventLoop(TimeSource& time, std::unique_ptr<LoopEngine> engine, Engine kind, int wake_fd)
    : time_(time), engine_(std::move(engine)), kind_(kind), wake_fd_(wake_fd) {}

EventLoop::~EventLoop() {
  engine_.reset();
  close(wake_fd_);
}

std::uint64_t EventLoop::tag_of(std::size_t slot, std::uint32_t generation) noexcept {
  return std::uint64_t{generation} << 32 | static_cast<std::uint32_t>(slot);
}

EventLoop::Watch* EventLoop::find(std::uint64_t tag) noexcept {
  const std::size_t slot = static_cast<std::uint32_t>(tag);
  if (slot >= watches_.size()) return nullptr;
  Watch& watch = watches_[slot];
  return watch.live && watch.generation == tag >> 32 ? &watch : nullptr;
}

Result<EventLoop::WatchId> EventLoop::add_watch(int fd, std::uint32_t events, WatchCallback callback) {
  if (fd < 0 || !callback) return Error::local(LocalError::invalid_argument);
  if (free_slots_.empty()) {
    free_slots_.push_back(watches_.size());
    watches_.emplace_back();
  }
  const std::size_t slot = free_slots_.back();
  Watch& watch = watches_[slot];
  const std::uint64_t tag = tag_of(slot, watch.generation);
  if (auto armed = engine_->arm(tag, fd, events); !armed) return armed.error();
  free_slots_.pop_back();
  watch.callback = std::move(callback);
  watch.fd = fd;
  watch.events = events;
  watch.live = true;
  return WatchId{tag};
}

void EventLoop::remove(WatchId id) {
  Watch* watch = find(id.value);
  if (watch == nullptr) return;
  engine_->disarm(id.value);
  watch->live = false;
  // Reports under the old generation, seen already or still to come, find nobody. 0 is no generation.
  watch->generation = std::max<std::uint32_t>(watch->generation + 1, 1);
  watch->callback = nullptr;
  free_slots_.push_back(static_cast<std::uint32_t>(id.value));
}

EventLoop::TimerId EventLoop::add_timer(Instant deadline, Task callback) {
  const TimerId id{deadline, next_serial_++};
  timers_.emplace(std::pair(id.deadline, id.serial), std::move(callback));
  return id;
}

void EventLoop::cancel(TimerId id) { timers_.erase({id.deadline, id.serial}); }

EventLoop::PrepareId EventLoop::add_prepare(Prepare callback) {
  const PrepareId id{next_serial_++};
  prepares_.emplace(id.serial, std::move(callback));
  return id;
}

void EventLoop::remove(PrepareId id) { prepares_.erase(id.serial); }

void EventLoop::post(Task task) {
  {
    sync::MutexLock lock(mutex_);
    tasks_.push_back(std::move(task));
  }
  wake();
}

void EventLoop::stop() noexcept {
  stopping_.store(true, std::memory_order_release);
  wake();
}

void EventLoop::wake() noexcept {
  if (woken_.exchange(true, std::memory_order_acq_rel)) return;
  const std::uint64_t one = 1;
  [[maybe_unused]] const auto n = write(wake_fd_, &one, sizeof one);
}

std::size_t EventLoop::run_tasks() {
  std::vector<Task> tasks;
  {
    sync::MutexLock lock(mutex_);
    tasks.swap(tasks_);
  }
  for (Task& task : tasks) {
    task();
    task = nullptr;
  }
  return tasks.size();
}

std::size_t EventLoop::run_timers() {
  if (timers_.empty()) return 0;
  const Instant now = time_.now();
  const std::uint64_t limit = next_serial_;  // Timers that callbacks add wait for the next turn.
  std::size_t called = 0;
  for (;;) {
    const auto due = std::find_if(timers_.begin(), timers_.end(), [&](const auto& timer) {
      return timer.first.first > now || timer.first.second < limit;
    });
    if (due == timers_.end() || due->first.first > now) return called;
    auto timer = timers_.extract(due);
    timer.mapped()();
    ++called;
  }
}

std::size_t EventLoop::report(const LoopEngine::Ready& ready) {
  Watch* watch = find(ready.tag);
  if (watch == nullptr) return 0;
  std::size_t called = 0;
  if (ready.events != 0) {
    // Moved out, so that a callback may remove its own watch, or add one that moves the table.
    WatchCallback callback = std::move(watch->callback);
    callback(ready.events);
    called = ready.tag == wake_watch_.value ? 0 : 1;
    watch = find(ready.tag);
    if (watch == nullptr) return called;
    watch->callback = std::move(callback);
  }
  if ((ready.events & POLLNVAL) == 0) {
    if (!engine_->arm(ready.tag, watch->fd, watch->events)) retry_.push_back({ready.tag, 0});
  }
  return called;
}

bool EventLoop::prepare() {
  bool found = false;
  const std::uint64_t limit = next_serial_;
  for (auto next = prepares_.begin(); next != prepares_.end() && next->first < limit;) {
    const std::uint64_t serial = next->first;
    // Moved out for the same reason as in report().
    Prepare callback = std::move(next->second);
    found = callback() || found;
    if (const auto self = prepares_.find(serial); self != prepares_.end()) self->second = std::move(callback);
    next = prepares_.upper_bound(serial);
  }
  return found;
}

Duration EventLoop::time_to_sleep(Instant deadline) {
  if (!timers_.empty()) deadline = std::min(deadline, timers_.begin()->first.first);
  if (deadline == never) return LoopEngine::forever;
  const Instant now = time_.now();
  return deadline <= now ? Duration::zero() : deadline - now;
}

Result<std::size_t> EventLoop::run_once(Instant deadline) {
  if (turning_) return std::size_t{0};
  turning_ = true;
  std::size_t called = run_tasks();
  called += run_timers();
  const bool busy = prepare() || called > 0 || !retry_.empty() || stopping_.load(std::memory_order_acquire);
  ready_.clear();
  ready_.swap(retry_);
  const auto waited = engine_->wait(busy ? Duration::zero() : time_to_sleep(deadline), ready_);
  if (!waited) {
    turning_ = false;
    return waited.error();
  }
  for (const LoopEngine::Ready& ready : ready_) called += report(ready);
  called += run_tasks();
  called += run_timers();
  turning_ = false;
  return called;
}

Result<void> EventLoop::run() {
  while (!stopping_.exchange(false, std::memory_order_acq_rel)) {
    if (auto turned = run_once(never); !turned) return turned.error();
  }
  return {};
}

}  // namespace scmi::transport
