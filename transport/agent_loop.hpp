// SPDX-License-Identifier: Apache-2.0
//
// Runs an agent on an event loop: what arrives is delivered, notifications are dispatched and calls end at their
// deadlines, all on the loop's thread. A2P channels are watched only while calls without a caller of their own are out
// and nobody leads the wait for them; P2A channels always.
//
//   prepare:   arm ──▶ something there already? ──yes──▶ service, and do not sleep
//                 └──▶ watch what was armed, set the timer for the next deadline, sleep
//   an event, a deadline, a kick:  service = disarm, Agent::poll
#pragma once

#include <cstddef>
#include <functional>
#include <memory>

#include "scmi/agent.hpp"
#include "scmi/sync.hpp"
#include "scmi/time.hpp"
#include "transport/event_loop.hpp"

namespace scmi::transport {

/// A Waiter for agents on a loop whose channels are also waited for by other threads: the thread that leads a wait may
/// be the one that receives a notification, and has to tell the loop, also when it stops leading. Passes everything on
/// to `inner` (borrowed).
class LoopWaiter final : public Waiter {
 public:
  explicit LoopWaiter(Waiter& inner) noexcept : inner_(inner) {}
  void wait(WaitPoint& point, std::uint32_t seen, Instant deadline, std::span<const int> fds) noexcept override {
    inner_.wait(point, seen, deadline, fds);
  }
  void wake(WaitPoint& point) noexcept override SCMI_EXCLUDES(mutex_);

 private:
  friend class AgentLoop;
  /// From now on a wake of `point` calls `kick` too; nullptr: no longer. The kick is not running after this returns.
  void tell(const WaitPoint* point, std::function<void()> kick) SCMI_EXCLUDES(mutex_);

  Waiter& inner_;
  sync::atomic<const WaitPoint*> point_{nullptr};  // A filter only: what counts is looked up under the lock.
  sync::Mutex mutex_;
  std::function<void()> kick_ SCMI_GUARDED_BY(mutex_);
};

/// Borrows loop and agent: both must outlive it. Made and destroyed on the loop's thread (or while nobody runs it),
/// also from inside a callback of the agent.
class AgentLoop {
 public:
  /// `waiter`: the one the agent was probed with, if it is a LoopWaiter. Without one, notifications that another
  /// thread's wait has received may lie until the next event, and channels that other threads lead are looked at every
  /// poll_interval_max.
  AgentLoop(EventLoop& loop, Agent& agent, LoopWaiter* waiter = nullptr);
  ~AgentLoop();
  AgentLoop(const AgentLoop&) = delete;
  AgentLoop& operator=(const AgentLoop&) = delete;

  /// Makes the loop look at the agent. To be called after another thread than the loop's has started a call that nobody
  /// waits for. Any thread, until the destructor starts.
  void kick();
  /// Descriptors watched at present.
  [[nodiscard]] std::size_t watched() const noexcept;

 private:
  struct State;
  std::shared_ptr<State> state_;
  LoopWaiter* waiter_;
};

}  // namespace scmi::transport
