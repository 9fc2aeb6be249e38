// SPDX-License-Identifier: Apache-2.0
// What a program's operations do, on the fibre of the thread that does them. Each first hands over to the search
// (yield) and takes effect when the search has chosen it.
#include <algorithm>
#include <cstring>
#include <limits>
#include <string>

#include "fuzz/explore/engine.hpp"

namespace explore {

using runtime::ReadWrite;
using runtime::Site;

void Engine::fail(Result::Failure failure, std::string message) {
  failure_ = failure;
  message_ = std::move(message);
  for (;;) fibres_[running_]->suspend();
}

void Engine::yield(const Op& op) {
  self().pending = op;
  fibres_[running_]->suspend();
}

// Which of `count` ways the current step goes.
std::size_t Engine::pick_way(std::size_t count) {
  const std::size_t depth = steps_.size() - 1;
  std::uint16_t choice = 0;
  if (replaying_) {
    choice = depth < replay_.size() ? replay_[depth].choice : std::uint16_t{0};
    if (choice >= count) fail(Result::Failure::misuse, "the schedule to replay does not fit this program");
  } else if (depth < frames_.size()) {
    Frame& frame = frames_[depth];
    if (frame.choices == 0) frame.choices = static_cast<std::uint16_t>(count);
    if (frame.choices != count) fail(Result::Failure::misuse, "the program does not repeat itself under one schedule");
    choice = frame.choice;
  }
  steps_.back().choice = choice;
  return choice;
}

std::uint32_t Engine::object_of(const void* address, std::uint64_t current, Site site) {
  std::uint32_t* const known = objects_.find(key(address));
  if (known != nullptr && *known == dead_object) {
    fail(Result::Failure::misuse,
         "use of the destroyed atomic " + name_of(address, "atomic", 0) + " at " + site_text(site));
  }
  if (known != nullptr && *known != 0) return *known - 1;
  const std::uint32_t number = memory_.add(address, current);
  objects_[key(address)] = number + 1;
  return number;
}

void Engine::constructed(const void* object) {
  if (objects_.empty()) return;
  if (std::uint32_t* const known = objects_.find(key(object))) *known = 0;
}

void Engine::destroyed(const void* object) { objects_[key(object)] = dead_object; }

std::uint64_t Engine::newest(std::uint32_t object) const {
  const Location& location = memory_.at(object);
  return location.stores[location.latest()].value;
}

void Engine::polled(std::uint32_t object, StoreId store) {
  for (Polled& entry : self().polled) {
    if (entry.object == object) {
      entry.store = store;
      return;
    }
  }
  self().polled.push_back({.object = object, .store = store});
}

std::uint64_t Engine::load(const void* object, std::uint64_t current, std::memory_order order, Site site) {
  const std::uint32_t number = object_of(object, current, site);
  Observer& who = self().observer;
  if (planted(Options::Plant::Kind::relaxed, site)) order = std::memory_order_relaxed;
  yield({.kind = OpKind::load, .sequential = order == std::memory_order_seq_cst, .object = number, .site = site});
  candidates_.clear();
  memory_.load_candidates(number, who, order, candidates_);
  const StoreId from = candidates_[pick_way(candidates_.size())].store;
  const std::uint64_t value = memory_.load(number, who, order, from);
  ++who.clock.at[who.thread];
  polled(number, from);
  Step& step = steps_.back();
  step.order = order;
  step.value = value;
  const Location& location = memory_.at(number);
  step.newer = static_cast<std::uint16_t>(location.order.size() - 1 - location.position[from]);
  return value;
}

std::uint64_t Engine::store(const void* object, std::uint64_t current, std::uint64_t value, std::memory_order order,
                            Site site) {
  const std::uint32_t number = object_of(object, current, site);
  Observer& who = self().observer;
  if (planted(Options::Plant::Kind::relaxed, site)) order = std::memory_order_relaxed;
  yield({.kind = OpKind::store,
         .writes = true,
         .sequential = order == std::memory_order_seq_cst,
         .object = number,
         .site = site});
  candidates_.clear();
  memory_.store_candidates(number, who, order, candidates_);
  const StoreId after = candidates_[pick_way(candidates_.size())].store;
  memory_.store(number, who, order, value, after);
  ++who.clock.at[who.thread];
  Step& step = steps_.back();
  step.order = order;
  step.value = value;
  const Location& location = memory_.at(number);
  step.newer = static_cast<std::uint16_t>(location.order.size() - 2 - location.position[after]);
  return newest(number);
}

ReadWrite Engine::modify(const void* object, std::uint64_t current, runtime::Function function, std::uint64_t operand,
                         std::memory_order order, Site site) {
  if (planted(Options::Plant::Kind::torn, site)) {
    const std::uint64_t old = load(object, current, std::memory_order_acquire, site);
    return {.old = old, .newest = store(object, current, function(old, operand), std::memory_order_release, site)};
  }
  if (planted(Options::Plant::Kind::relaxed, site)) order = std::memory_order_relaxed;
  const std::uint32_t number = object_of(object, current, site);
  Observer& who = self().observer;
  yield({.kind = OpKind::modify,
         .writes = true,
         .sequential = order == std::memory_order_seq_cst,
         .object = number,
         .site = site});
  candidates_.clear();
  memory_.rmw_candidates(number, who, order, candidates_);
  const StoreId from = candidates_[pick_way(candidates_.size())].store;
  const std::uint64_t old = memory_.at(number).stores[from].value;
  const std::uint64_t value = function(old, operand);
  memory_.exchange(number, who, order, value, from);
  ++who.clock.at[who.thread];
  const Location& location = memory_.at(number);
  polled(number, static_cast<StoreId>(location.stores.size() - 1));
  Step& step = steps_.back();
  step.order = order;
  step.old = old;
  step.value = value;
  step.newer = static_cast<std::uint16_t>(location.order.size() - 2 - location.position[from]);
  return {.old = old, .newest = newest(number)};
}

ReadWrite Engine::compare_exchange(const void* object, std::uint64_t current, std::uint64_t expected,
                                   std::uint64_t desired, std::memory_order success, std::memory_order failure,
                                   Site site) {
  if (planted(Options::Plant::Kind::torn, site)) {
    const std::uint64_t old = load(object, current, std::memory_order_acquire, site);
    if (old != expected) return {.old = old, .newest = newest(object_of(object, current, site)), .stored = false};
    return {.old = old, .newest = store(object, current, desired, std::memory_order_release, site)};
  }
  if (planted(Options::Plant::Kind::relaxed, site)) success = failure = std::memory_order_relaxed;
  const std::uint32_t number = object_of(object, current, site);
  Observer& who = self().observer;
  const bool sequential = success == std::memory_order_seq_cst || failure == std::memory_order_seq_cst;
  yield({.kind = OpKind::modify, .writes = true, .sequential = sequential, .object = number, .site = site});
  candidates_.clear();
  memory_.cas_candidates(number, who, expected, success, failure, candidates_);
  const Candidate way = candidates_[pick_way(candidates_.size())];
  const std::uint64_t old = memory_.at(number).stores[way.store].value;
  if (way.success) {
    memory_.exchange(number, who, success, desired, way.store);
  } else {
    memory_.load(number, who, failure, way.store);
  }
  ++who.clock.at[who.thread];
  const Location& location = memory_.at(number);
  polled(number, way.success ? static_cast<StoreId>(location.stores.size() - 1) : way.store);
  Step& step = steps_.back();
  step.order = way.success ? success : failure;
  step.old = old;
  step.value = desired;
  step.newer =
      static_cast<std::uint16_t>(location.order.size() - 1U - location.position[way.store] - (way.success ? 1U : 0U));
  step.remark = way.success ? "" : "fails";
  if (!way.success) {
    step.op.kind = OpKind::load;
    step.op.writes = false;
  }
  return {.old = old, .newest = newest(number), .stored = way.success};
}

Engine::Lock& Engine::lock_of(const void* mutex, std::uint32_t& number) {
  std::uint32_t& known = lock_numbers_[key(mutex)];
  if (known == 0) {
    locks_.push_back({.address = mutex, .owner = -1, .view = {}, .clock = {}});
    known = static_cast<std::uint32_t>(locks_.size());
  }
  number = known - 1;
  return locks_[number];
}

void Engine::lock(const void* mutex, Site site) {
  std::uint32_t number = 0;
  lock_of(mutex, number);
  yield({.kind = OpKind::lock, .object = number, .site = site});
  Lock& lock = locks_[number];
  Observer& who = self().observer;
  lock.owner = running_;
  memory_.join(who.view, lock.view);
  who.clock.join(lock.clock);
  ++who.clock.at[who.thread];
}

void Engine::unlock(const void* mutex, Site site) {
  std::uint32_t number = 0;
  lock_of(mutex, number);
  yield({.kind = OpKind::unlock, .object = number, .site = site});
  Lock& lock = locks_[number];
  if (lock.owner != running_) {
    fail(Result::Failure::misuse, "a mutex is unlocked by a thread that does not hold it, " + site_text(site));
  }
  Observer& who = self().observer;
  lock.owner = -1;
  lock.view = who.view;
  lock.clock.join(who.clock);
  ++who.clock.at[who.thread];
}

void Engine::wait(const void* word, std::uint64_t current, std::uint64_t seen, std::int64_t deadline, Site site) {
  const bool timed = deadline < options_.horizon;
  Thread& thread = self();
  if (!runtime::stepping) {
    if (current != seen) return;
    if (!timed) fail(Result::Failure::deadlock, "the only context that is left sleeps without a deadline");
    now_ = std::max(now_, deadline);
    return;
  }
  const std::uint32_t number = object_of(word, current, site);
  yield({.kind = OpKind::wait, .timed = timed, .object = number, .site = site});
  const bool may_return_early = thread.spurious > 0;
  const std::size_t way = may_return_early ? pick_way(2) : 0;
  memory_.load(number, thread.observer, std::memory_order_relaxed, memory_.at(number).latest());
  Step& step = steps_.back();
  step.value = seen;
  step.remark = "sleeps";
  if (newest(number) != seen) {
    step.remark = "the word has changed";
    return;
  }
  if (timed && now_ >= deadline) {
    step.remark = "the deadline has passed";
    return;
  }
  if (way == 1) {
    step.remark = "returns early";
    --thread.spurious;
    return;
  }
  if (timed) program_->instant(deadline);
  thread.asleep = true;
  thread.awake = false;
  thread.word = number;
  thread.deadline = deadline;
  yield({.kind = OpKind::woken, .object = number, .site = site});
  thread.asleep = false;
}

void Engine::wake(const void* word, std::uint64_t current, Site site) {
  const std::uint32_t number = object_of(word, current, site);
  if (!planted(Options::Plant::Kind::skipped, site)) yield({.kind = OpKind::wake, .object = number, .site = site});
}

std::int64_t Engine::now(Site site) {
  if (!runtime::stepping) return now_;
  yield({.kind = OpKind::now, .site = site});
  self().clock_polled = true;
  self().clock_seen = now_;
  steps_.back().value = static_cast<std::uint64_t>(now_);
  return now_;
}

void Engine::relax() {
  Thread& thread = self();
  if (thread.free_spins > 0) {
    --thread.free_spins;
    return;
  }
  Op op{.kind = OpKind::relax, .timed = thread.clock_polled};
  for (const Polled& entry : thread.polled) op.mask |= std::uint64_t{1} << (entry.object % 64U);
  yield(op);
  // The next turn must find something new in at least one place: which one is a choice, and what it finds there is
  // left to the load, from the first new value on.
  std::vector<std::size_t> fresh;
  for (std::size_t i = 0; i < thread.polled.size(); ++i) {
    if (next_different(thread.polled[i]) != thread.polled[i].store) fresh.push_back(i);
  }
  const bool clock_moved = thread.clock_polled && now_ != thread.clock_seen;
  if (!fresh.empty()) {
    const std::size_t way = pick_way(fresh.size() + (clock_moved ? 1 : 0));
    if (way < fresh.size()) {
      const Polled& chosen = thread.polled[fresh[way]];
      const StoreId next = next_different(chosen);
      View& view = thread.observer.view;
      if (memory_.at(chosen.object).later(next, view.of(chosen.object))) view.set(chosen.object, next);
    }
  }
  thread.polled.clear();
  thread.clock_polled = false;
}

unsigned Engine::choose(unsigned count) {
  if (!runtime::stepping) fail(Result::Failure::misuse, "choose() is for threads");
  yield({.kind = OpKind::choice});
  const std::size_t way = pick_way(count);
  steps_.back().value = way;
  return static_cast<unsigned>(way);
}

bool Engine::planted(Options::Plant::Kind kind, Site site) {
  for (const Options::Plant& plant : options_.plants) {
    if (plant.kind != kind || std::strcmp(plant.function, site.function) != 0) continue;
    ++planted_;
    return true;
  }
  return false;
}

std::uintptr_t Engine::context() const { return std::uintptr_t{1} + running_; }

void Engine::plain(const void* object, std::uint32_t size, bool write, Site site) {
  const Observer& who = self().observer;
  const RaceDetector::Access now{
      .thread = running_, .write = write, .clock = who.clock.at[running_], .step = steps_.size(), .site = site};
  const RaceDetector::Access* const other = races_.access(object, size, now, who.clock);
  if (other == nullptr) return;
  fail(Result::Failure::data_race, "data race on " + name_of(object, "plain data", 0) + ": " + threads_[running_].name +
                                       (write ? " writes" : " reads") + " at " + site_text(site) + ", unordered with " +
                                       threads_[other->thread].name + (other->write ? " writing" : " reading") +
                                       " at " + site_text(other->site));
}

void Engine::check_failed(const char* message, Site site) {
  fail(Result::Failure::check, std::string("check failed: ") + message + " (" + site_text(site) + ")");
}

void Engine::note(const char* text, std::uint64_t value) {
  notes_.push_back({.before_step = steps_.size(), .thread = running_, .text = text, .value = value});
}

}  // namespace explore
