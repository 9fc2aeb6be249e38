// SPDX-License-Identifier: Apache-2.0
// Runs one schedule: set-up, the threads step by step, final checks. See engine.hpp.
#include "fuzz/explore/engine.hpp"

#include <algorithm>
#include <limits>
#include <string>

namespace explore {

Engine* Engine::current_ = nullptr;

namespace {

constexpr std::int64_t forever = std::numeric_limits<std::int64_t>::max();

/// Programs and stacks of failed schedules. Their fibres stand in the middle of something and cannot be unwound, so
/// what they hold is kept.
struct Graveyard {
  std::vector<std::unique_ptr<Program>> programs;
  std::vector<std::unique_ptr<Fibre>> fibres;
};
Graveyard& graveyard() {
  static auto* const instance = new Graveyard;  // Never destroyed: destructors of programs may wait.
  return *instance;
}

}  // namespace

Engine::Engine(const std::function<void(Program&)>& body, const Options& options) : body_(body), options_(options) {
  for (auto& fibre : fibres_) fibre = std::make_unique<Fibre>();
  current_ = this;
}

Engine::~Engine() { current_ = nullptr; }

void Engine::abandon() {
  graveyard().programs.push_back(std::move(program_));
  for (auto& fibre : fibres_) {
    if (fibre->finished()) continue;
    graveyard().fibres.push_back(std::move(fibre));
    fibre = std::make_unique<Fibre>();
  }
}

void Engine::reset() {
  memory_.reset({.reorder_stores = options_.reorder_stores, .skip_redundant = options_.reduction});
  objects_.clear();
  names_.clear();
  lock_numbers_.clear();
  locks_.clear();
  races_.reset();
  steps_.clear();
  for (auto& list : by_object_) list.clear();
  notes_.clear();
  now_ = 0;
  draining_ = false;
  cut_ = false;
  preemptions_ = 0;
  last_moved_ = main_thread;
  for (std::uint8_t i = 0; i < max_threads; ++i) {
    threads_[i] = Thread{};
    threads_[i].observer.thread = i;
    threads_[i].observer.clock.at[i] = 1;
  }
  threads_[main_thread].name = "main";
  program_ = std::make_unique<Program>();
}

void Engine::execute_once() {
  reset();
  run_main(Phase::setup);
  if (failure_ == Result::Failure::none) {
    start_threads();
    run_threads();
  }
  if (failure_ == Result::Failure::none && !cut_) run_main(Phase::finals);
  if (failure_ != Result::Failure::none || cut_) abandon();
  program_.reset();
}

// Set-up, final checks and the program's destruction run on a fibre too, so that a failing check can leave it.
void Engine::run_main(Phase phase) {
  phase_ = phase;
  running_ = main_thread;
  fibres_[main_thread]->start(&Engine::main_entry, this);
  fibres_[main_thread]->resume();
}

void Engine::main_entry(void* self) {
  auto& engine = *static_cast<Engine*>(self);
  if (engine.phase_ == Phase::setup) {
    engine.body_(*engine.program_);
    return;
  }
  for (const auto& check : engine.program_->finals_) check();
  engine.program_->threads_.clear();
  engine.program_->finals_.clear();
}

void Engine::thread_entry(void* self) {
  auto& engine = *static_cast<Engine*>(self);
  (*engine.self().run)();
  engine.self().finished = true;
}

void Engine::start_threads() {
  if (program_->threads_.size() > time_thread) {
    failure_ = Result::Failure::misuse;
    message_ = "a program has at most " + std::to_string(time_thread) + " threads";
    return;
  }
  for (std::uint8_t i = 0; i <= time_thread; ++i) {
    Thread& thread = threads_[i];
    if (i == time_thread || i >= program_->threads_.size()) continue;
    thread.name = program_->threads_[i].name;
    thread.run = &program_->threads_[i].run;
    thread.used = true;
    thread.finished = false;
    thread.spurious = options_.spurious_wakeups;
    thread.free_spins = options_.free_spins;
    thread.pending = {.kind = OpKind::start};
    fibres_[i]->start(&Engine::thread_entry, this);
  }
  Thread& time = threads_[time_thread];
  time.name = "time";
  time.used = true;
  time.finished = false;
  time.pending = {.kind = OpKind::advance};
}

void Engine::run_threads() {
  struct Stepping {
    Stepping() { runtime::stepping = true; }
    ~Stepping() { runtime::stepping = false; }
  };
  const Stepping stepping;
  running_ = 0;
  while (failure_ == Result::Failure::none) {
    const bool all_finished =
        std::all_of(threads_.begin(), threads_.begin() + time_thread, [](const Thread& t) { return t.finished; });
    // The clock runs to its end, so that the search sees what each of its steps could have come before.
    if (all_finished && next_instant() == forever) return;
    if (steps_.size() >= options_.max_steps) {
      cut_ = true;
      return;
    }
    const std::uint8_t enabled = enabled_threads();
    if (enabled == 0) {
      failure_ = Result::Failure::deadlock;
      message_ = deadlock_text();
      return;
    }
    const std::uint8_t thread = pick_thread(enabled);
    if (failure_ == Result::Failure::none) step(thread);
  }
}

void Engine::step(std::uint8_t thread) {
  running_ = thread;
  Thread& t = threads_[thread];
  Step next;
  next.op = t.pending;
  next.thread = thread;
  next.sequence = ++t.steps;
  t.observer.sequence = next.sequence;
  steps_.push_back(next);
  if (thread == time_thread) {
    advance_clock();
  } else {
    fibres_[thread]->resume();
  }
  if (failure_ != Result::Failure::none) return;
  order_step(reducing() && !draining_ && !replaying_ && steps_.size() > changed_frame_);
}

bool Engine::is_enabled(const Thread& thread) const {
  switch (thread.pending.kind) {
    case OpKind::lock: return locks_[thread.pending.object].owner < 0;
    case OpKind::woken: return thread.awake;
    case OpKind::relax: return has_news(thread);
    case OpKind::advance: return next_instant() != forever;
    default: return true;
  }
}

std::uint8_t Engine::enabled_threads() {
  std::uint8_t enabled = 0;
  for (std::uint8_t i = 0; i <= time_thread; ++i) {
    if (!threads_[i].finished && is_enabled(threads_[i])) enabled |= bit(i);
  }
  if (enabled != 0) return enabled;
  // Nobody else can move: let the polling ones poll in vain for a while, they may give up and sleep.
  for (std::uint8_t i = 0; i < time_thread; ++i) {
    Thread& thread = threads_[i];
    if (!thread.finished && thread.pending.kind == OpKind::relax && thread.idle_spins < idle_spins_max) {
      ++thread.idle_spins;
      enabled |= bit(i);
    }
  }
  return enabled;
}

// The first store after the one that was read which would tell the polling loop anything new.
StoreId Engine::next_different(const Polled& polled) const {
  const Location& location = memory_.at(polled.object);
  const std::uint64_t seen = location.stores[polled.store].value;
  for (std::size_t i = location.position[polled.store] + std::size_t{1}; i < location.order.size(); ++i) {
    if (location.stores[location.order[i]].value != seen) return location.order[i];
  }
  return polled.store;
}

bool Engine::has_news(const Thread& thread) const {
  if (thread.clock_polled && now_ != thread.clock_seen) return true;
  return std::any_of(thread.polled.begin(), thread.polled.end(),
                     [this](const Polled& polled) { return next_different(polled) != polled.store; });
}

std::int64_t Engine::next_instant() const {
  std::int64_t next = forever;
  for (const std::int64_t instant : program_->instants_) {
    if (instant > now_) next = std::min(next, instant);
  }
  return next;
}

void Engine::advance_clock() {
  steps_.back().old = static_cast<std::uint64_t>(now_);
  now_ = next_instant();
  steps_.back().value = static_cast<std::uint64_t>(now_);
}

std::string Engine::deadlock_text() const {
  std::string text = "deadlock:";
  for (const Thread& thread : threads_) {
    if (thread.finished || thread.name == threads_[time_thread].name) continue;
    text += std::string(" ") + thread.name;
    const Op& op = thread.pending;
    if (op.kind == OpKind::lock) {
      text += " waits for " + object_name(op) + " held by " +
              threads_[static_cast<std::size_t>(locks_[op.object].owner)].name + ";";
    } else if (op.kind == OpKind::woken) {
      text += " sleeps on " + name_of(memory_.at(thread.word).address, "atomic", thread.word) + ", nobody wakes it;";
    } else {
      text += " polls for ever;";
    }
  }
  return text;
}

}  // namespace explore
