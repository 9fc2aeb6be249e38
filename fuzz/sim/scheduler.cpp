// SPDX-License-Identifier: Apache-2.0
#include "fuzz/sim/scheduler.hpp"

#include <algorithm>
#include <cstdlib>
#include <limits>
#include <utility>

#include "fuzz/sim/runtime.hpp"

namespace scmi::sim {

namespace {
Scheduler* the_scheduler = nullptr;
constexpr std::uint32_t no_interruption = std::numeric_limits<std::uint32_t>::max();
}  // namespace

struct Scheduler::Task {
  enum class State : std::uint8_t { ready, waiting, locked_out, ended };

  explore::Fibre fibre;
  std::function<void()> body;
  State state = State::ended;
  WaitPoint* point = nullptr;
  Instant deadline = never;
  const void* mutex = nullptr;
  std::uint64_t serial = 0;
};

namespace {
/// Fibres and their stacks outlive the histories: making them anew would be most of the time.
template <class Task>
std::vector<std::unique_ptr<Task>>& pool() {
  static std::vector<std::unique_ptr<Task>> tasks;
  return tasks;
}
std::uint64_t next_serial = 1;
}  // namespace

Scheduler::Scheduler(Choices& choices, Pace pace) : choices_(choices), pace_(pace) {
  if (the_scheduler != nullptr) std::abort();
  the_scheduler = this;
  runtime::steps_left = no_interruption;
}

Scheduler::~Scheduler() {
  // Threads that never ended are given up: what is on their stacks stays as it is.
  for (Task* task : live_) task->state = Task::State::ended;
  runtime::steps_left = no_interruption;
  the_scheduler = nullptr;
}

Scheduler::Task& Scheduler::idle_task() {
  auto& tasks = pool<Task>();
  for (const auto& task : tasks) {
    if (task->state == Task::State::ended && task->fibre.finished()) return *task;
  }
  tasks.push_back(std::make_unique<Task>());
  return *tasks.back();
}

void Scheduler::spawn(std::function<void()> body) {
  Task& task = idle_task();
  task.body = std::move(body);
  task.state = Task::State::ready;
  task.serial = next_serial++;
  // What the body holds is let go in the task as well: it may be an agent, whose end takes its time.
  task.fibre.start(
      [](void* self) {
        const std::function<void()> own = std::move(static_cast<Task*>(self)->body);
        own();
      },
      &task);
  live_.push_back(&task);
}

void Scheduler::at(Instant when, std::function<void()> body) { events_.emplace(when, std::move(body)); }

void Scheduler::draw_interruption() {
  // Twice the mean at most: close together often, far apart now and then.
  runtime::steps_left = pace_.interrupt_every == 0 ? no_interruption : 1 + choices_.below(2 * pace_.interrupt_every);
}

void Scheduler::run_task(Task& task) {
  ++turns_;
  running_ = &task;
  draw_interruption();
  task.fibre.resume();
  runtime::steps_left = no_interruption;
  running_ = nullptr;
  if (task.fibre.finished()) {
    task.state = Task::State::ended;
    std::erase(live_, &task);
  }
}

Scheduler::End Scheduler::run(std::uint64_t turns_max) {
  std::vector<Task*> able;
  while (turns_ < turns_max) {
    for (auto due = events_.begin(); due != events_.end() && due->first <= now_; due = events_.erase(due)) {
      spawn(std::move(due->second));
    }
    able.clear();
    Instant next = events_.empty() ? never : events_.begin()->first;
    for (Task* task : live_) {
      if (task->state == Task::State::ready || (task->state == Task::State::waiting && task->deadline <= now_)) {
        able.push_back(task);
      } else if (task->state == Task::State::waiting) {
        next = std::min(next, task->deadline);
      }
    }
    if (!able.empty()) {
      Task& chosen = *able[choices_.below(static_cast<std::uint32_t>(able.size()))];
      chosen.state = Task::State::ready;
      run_task(chosen);
    } else if (next != never) {
      now_ = next;
    } else {
      return live_.empty() ? End::all_ended : End::stuck;
    }
  }
  return End::endless;
}

void Scheduler::suspend() { running_->fibre.suspend(); }

void Scheduler::wait(WaitPoint& point, std::uint32_t seen, Instant deadline, std::span<const int>) noexcept {
  // As a futex: comparing and going to sleep is one step.
  if (point.word.newest() != seen) return;
  if (pace_.spurious_percent != 0 && choices_.chance(pace_.spurious_percent)) {
    yield();
    return;
  }
  running_->state = Task::State::waiting;
  running_->point = &point;
  running_->deadline = deadline;
  suspend();
  running_->point = nullptr;
}

void Scheduler::wake(WaitPoint& point) noexcept {
  for (Task* task : live_) {
    if (task->state == Task::State::waiting && task->point == &point) task->state = Task::State::ready;
  }
}

void Scheduler::sleep_until(Instant when) {
  running_->state = Task::State::waiting;
  running_->point = nullptr;
  running_->deadline = when;
  suspend();
}

void Scheduler::yield() {
  running_->state = Task::State::ready;
  suspend();
}

void Scheduler::interrupted() noexcept {
  if (running_ == nullptr) {
    runtime::steps_left = no_interruption;
    return;
  }
  if (pace_.stall_percent != 0 && choices_.chance(pace_.stall_percent)) {
    const Duration span = std::chrono::microseconds(1 + choices_.below(pace_.stall_us));
    stalled_ += span;
    sleep_until(now_ + span);
  } else {
    yield();
  }
}

void Scheduler::wait_for_lock(const void* mutex) noexcept {
  if (running_ == nullptr) std::abort();  // Nobody could ever free it.
  running_->state = Task::State::locked_out;
  running_->mutex = mutex;
  ++locked_out_;
  suspend();
}

void Scheduler::lock_freed(const void* mutex) noexcept {
  if (locked_out_ == 0) return;
  for (Task* task : live_) {
    if (task->state != Task::State::locked_out || task->mutex != mutex) continue;
    task->state = Task::State::ready;
    --locked_out_;
  }
}

std::uintptr_t Scheduler::context() const noexcept { return running_ == nullptr ? 1 : running_->serial + 1; }

namespace runtime {

std::uint32_t steps_left = no_interruption;

void interrupt() noexcept {
  if (the_scheduler != nullptr) {
    the_scheduler->interrupted();
  } else {
    steps_left = no_interruption;
  }
}
void wait_for_lock(const void* mutex) noexcept {
  if (the_scheduler == nullptr) std::abort();
  the_scheduler->wait_for_lock(mutex);
}
void lock_freed(const void* mutex) noexcept {
  if (the_scheduler != nullptr) the_scheduler->lock_freed(mutex);
}
std::uintptr_t context() noexcept { return the_scheduler == nullptr ? 1 : the_scheduler->context(); }

}  // namespace runtime
}  // namespace scmi::sim
