// SPDX-License-Identifier: Apache-2.0
//
// The simulator's threads and its time. Every thread is a fibre; which one goes on is a choice, made whenever one
// waits and, now and then, between two atomic operations. Time moves only when nobody can go on.
//
//   ready ──chosen──▶ running ──wait()──▶ waiting ──wake(), deadline, for no reason──▶ ready
//     ▲                  │ └──sleep_until()──▶ waiting (on nothing)
//     └──interrupted─────┘ └──contended lock──▶ locked out ──lock freed──▶ ready
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "fuzz/explore/fibre.hpp"
#include "fuzz/sim/choices.hpp"
#include "scmi/time.hpp"

namespace scmi::sim {

/// How rough the going is.
struct Pace {
  std::uint32_t interrupt_every = 0;   ///< Mean number of atomic operations between interruptions; 0: none.
  std::uint32_t stall_percent = 0;     ///< Of the interruptions: the task sleeps for up to stall_us as well.
  std::uint32_t stall_us = 50;         ///< At most.
  std::uint32_t spurious_percent = 0;  ///< Of the waits: returns early for no reason.
};

/// Not synchronised: there is one thread. Only one scheduler may exist at a time.
class Scheduler final : public TimeSource, public Waiter {
 public:
  Scheduler(Choices& choices, Pace pace);
  ~Scheduler() override;
  Scheduler(const Scheduler&) = delete;
  Scheduler& operator=(const Scheduler&) = delete;

  /// A thread. May be called from inside one.
  void spawn(std::function<void()> body);
  /// Runs `body` as a thread of its own at `when` (at once if that is past).
  void at(Instant when, std::function<void()> body);
  void after(Duration span, std::function<void()> body) { at(now_ + span, std::move(body)); }

  enum class End : std::uint8_t { all_ended, stuck, endless };
  /// Lets everything run until there is no thread and no event left, somebody waits for ever, or so many turns are
  /// over.
  [[nodiscard]] End run(std::uint64_t turns_max);

  [[nodiscard]] Instant now() noexcept override { return now_; }
  void wait(WaitPoint& point, std::uint32_t seen, Instant deadline, std::span<const int> fds) noexcept override;
  void wake(WaitPoint& point) noexcept override;
  /// Only inside a thread.
  void sleep_until(Instant when);
  /// A place where others may go on, besides the atomics.
  void yield();

  /// From now on nobody is interrupted or woken for no reason.
  void calm_down() noexcept { pace_ = {}; }
  /// Total time that threads were stalled: what a deadline may be overrun by.
  [[nodiscard]] Duration stalled() const noexcept { return stalled_; }
  /// Switches to a thread so far.
  [[nodiscard]] std::uint64_t turns() const noexcept { return turns_; }

  // For runtime.hpp.
  void interrupted() noexcept;
  void wait_for_lock(const void* mutex) noexcept;
  void lock_freed(const void* mutex) noexcept;
  [[nodiscard]] std::uintptr_t context() const noexcept;

 private:
  struct Task;
  [[nodiscard]] Task& idle_task();
  void suspend();
  void run_task(Task& task);
  void draw_interruption();

  Choices& choices_;
  Pace pace_;
  Instant now_{std::chrono::seconds(1000)};
  std::multimap<Instant, std::function<void()>> events_;
  std::vector<Task*> live_;  ///< In the order they came to life.
  std::size_t locked_out_ = 0;
  Task* running_ = nullptr;
  Duration stalled_{};
  std::uint64_t turns_ = 0;
};

}  // namespace scmi::sim
