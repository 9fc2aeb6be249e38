// SPDX-License-Identifier: Apache-2.0
//
// One thread's event loop: descriptors, timers, and tasks from other threads. It has no thread of its own; whoever
// calls run() or run_once() is the loop. Two engines do the waiting, io_uring and poll, with the same behaviour.
//
// Rules that users may rely on:
//  - callbacks run on the thread inside run()/run_once(), one at a time, with no lock held;
//  - a callback may add and remove anything, also what is calling it;
//  - once remove()/cancel() has returned, that callback does not run any more, also not for an event already seen;
//  - watches are level-triggered: as long as the descriptor is ready, the callback comes again.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <utility>
#include <vector>

#include "scmi/result.hpp"
#include "scmi/sync.hpp"
#include "scmi/time.hpp"
#include "transport/event_loop_engine.hpp"

namespace scmi::transport {

/// All functions are for the loop's thread (or for any one thread while nobody runs the loop), but post() and stop(),
/// which any thread may call until the destructor starts. Neither movable nor copyable.
class EventLoop {
 public:
  enum class Engine : std::uint8_t {
    automatic,  ///< io_uring, or poll where the kernel refuses it.
    io_uring,
    poll,
  };
  /// Told the events that are there: POLLIN, POLLOUT, POLLHUP, POLLERR; POLLNVAL once if the descriptor is not open.
  using WatchCallback = std::function<void(std::uint32_t events)>;
  using Task = std::function<void()>;
  /// Asked each time before the loop sleeps; true means "I found work to do, do not sleep".
  using Prepare = std::function<bool()>;

  /// Names of what was added. A default one names nothing; stale ones are ignored.
  struct WatchId {
    std::uint64_t value = 0;
  };
  struct TimerId {
    Instant deadline{};
    std::uint64_t serial = 0;
  };
  struct PrepareId {
    std::uint64_t serial = 0;
  };

  /// Borrows `time`, which must outlive the loop. Errors: system (eventfd; or io_uring when it was asked for by name).
  [[nodiscard]] static Result<std::unique_ptr<EventLoop>> create(TimeSource& time, Engine engine = Engine::automatic);
  /// Forgets watches, timers and tasks without calling them. Descriptors stay open: they are borrowed.
  ~EventLoop();
  EventLoop(const EventLoop&) = delete;
  EventLoop& operator=(const EventLoop&) = delete;

  /// The engine in use; never `automatic`.
  [[nodiscard]] Engine engine() const noexcept { return kind_; }

  /// Watches `fd` (borrowed; to stay open until remove) for `events`. Errors: invalid_argument (negative descriptor, no
  /// callback), system.
  [[nodiscard]] Result<WatchId> add_watch(int fd, std::uint32_t events, WatchCallback callback);
  /// After its return the loop does not hold the descriptor any more. Unknown ids are ignored.
  void remove(WatchId id);

  /// Calls once when `time` reaches `deadline`. Timers due together run in the order of their deadlines.
  TimerId add_timer(Instant deadline, Task callback);
  void cancel(TimerId id);

  PrepareId add_prepare(Prepare callback);
  void remove(PrepareId id);

  /// Runs the task on the loop, in the order of posting. Any thread.
  void post(Task task) SCMI_EXCLUDES(mutex_);
  /// Makes run() return soon; if nobody runs, the next run() returns at once. Any thread.
  void stop() noexcept;

  /// One turn: what is due or ready, or else the first that becomes so, until `deadline` (in `time`; the waiting itself
  /// is real). Returns the number of callbacks called; 0 after the deadline, a signal, or from inside a callback,
  /// where it does nothing. Errors: system.
  Result<std::size_t> run_once(Instant deadline) SCMI_EXCLUDES(mutex_);
  /// Turns until stop(). Errors: system.
  Result<void> run() SCMI_EXCLUDES(mutex_);

 private:
  struct Watch {
    WatchCallback callback;
    int fd = -1;
    std::uint32_t events = 0;
    std::uint32_t generation = 1;
    bool live = false;
  };

  EventLoop(TimeSource& time, std::unique_ptr<LoopEngine> engine, Engine kind, int wake_fd);

  [[nodiscard]] static std::uint64_t tag_of(std::size_t slot, std::uint32_t generation) noexcept;
  [[nodiscard]] Watch* find(std::uint64_t tag) noexcept;
  void wake() noexcept;
  [[nodiscard]] Duration time_to_sleep(Instant deadline);
  [[nodiscard]] bool prepare();
  std::size_t run_tasks() SCMI_EXCLUDES(mutex_);
  std::size_t run_timers();
  std::size_t report(const LoopEngine::Ready& ready);

  TimeSource& time_;
  std::unique_ptr<LoopEngine> engine_;
  const Engine kind_;
  const int wake_fd_;
  WatchId wake_watch_;
  bool turning_ = false;

  std::vector<Watch> watches_;
  std::vector<std::size_t> free_slots_;
  std::vector<LoopEngine::Ready> ready_;
  std::vector<LoopEngine::Ready> retry_;  // Watches that the engine had no room for; the next turn tries again.
  std::map<std::pair<Instant, std::uint64_t>, Task> timers_;
  std::map<std::uint64_t, Prepare> prepares_;
  std::uint64_t next_serial_ = 1;

  sync::Mutex mutex_;
  std::vector<Task> tasks_ SCMI_GUARDED_BY(mutex_);
  // True from the write of wake_fd_ until the loop has read it. Pairs: post()/stop() set it after their own change, the
  // loop clears it before it looks for those changes.
  std::atomic<bool> woken_{false};
  std::atomic<bool> stopping_{false};
};

}  // namespace scmi::transport
