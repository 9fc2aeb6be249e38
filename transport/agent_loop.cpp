// SPDX-License-Identifier: Apache-2.0
//
// The agent's side of the event loop. The state is shared with the loop's callbacks, because one of them may be what
// destroys the AgentLoop.
#include "transport/agent_loop.hpp"

#include <poll.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <span>
#include <utility>
#include <vector>

namespace scmi::transport {
namespace {

constexpr std::size_t fds_of_channel = 8;
constexpr std::uint32_t gone = POLLHUP | POLLERR | POLLNVAL;

}  // namespace

struct AgentLoop::State : std::enable_shared_from_this<AgentLoop::State> {
  struct Armed {
    int fd = -1;
    ChannelHandle channel;  // Generation 0: several channels share the descriptor.
    friend bool operator==(const Armed&, const Armed&) = default;
  };
  struct Watched {
    Armed what;
    EventLoop::WatchId id;
    bool dead = false;  // Hung up: stays so, and would wake us for ever. Kept as a mark until nobody names it any more.
  };

  State(EventLoop& l, Agent& a, bool is_told) : loop(l), agent(a), told(is_told) {}

  void service() {
    disarm(std::exchange(sleeping_on, {}));
    servicing.store(sync::current_context(), std::memory_order_relaxed);
    const PollResult result = agent.poll();
    servicing.store(0, std::memory_order_relaxed);
    // Callbacks may have made more come; and only so many are run in one go.
    again = result.notifications != 0;
  }

  bool prepare() {
    if (again) {
      service();
      return true;
    }
    bool ready = false;
    const Instant look = arm(ready);
    if (ready) {
      service();
      return true;
    }
    watch();
    set_timer(look);
    return false;
  }

  // Arms what has to be watched. Answers when to look again even if nothing happens: at the first deadline of a call,
  // or soon, where a channel gives no sign. Asked anew each time, since any callback of the loop may have started
  // calls.
  Instant arm(bool& ready) {
    ChannelRegistry& registry = *agent.registry();
    Instant look = never;
    bool blind = false;
    armed.clear();
    // Armed anew before the old ones are given up: in between nobody takes us for awake.
    const std::vector<ChannelHandle> before = std::exchange(sleeping_on, {});
    for (std::uint32_t i = 0; i < registry.slot_count(); ++i) {
      const ChannelHandle handle = registry.handle_at(i);
      const ChannelRef channel = registry.acquire(handle);
      if (!channel) continue;
      const ChannelBinding& binding = channel->binding();
      if (binding.direction == Direction::a2p) {
        const Instant deadline = channel->next_deadline();
        if (deadline == never) continue;
        look = std::min(look, deadline);
        if (channel->passed_over()) {
          // Whoever leads reads the doorbell, and tells our waiter when he stops.
          blind = blind || !told;
          continue;
        }
      }
      std::array<int, fds_of_channel> fds;
      const std::size_t count = channel->arm(fds);
      sleeping_on.push_back(handle);
      for (const int fd : std::span(fds).first(count)) add_armed({fd, handle});
      blind = blind || (count == 0 && binding.description->polling);
      ready = ready || channel->has_news();
    }
    disarm(before);
    blind = blind || unwatched;
    if (!blind) return look;
    return std::min(look, registry.services().clock.now() + registry.services().poll_interval_max);
  }

  void disarm(const std::vector<ChannelHandle>& channels) {
    for (const ChannelHandle handle : channels) {
      if (const ChannelRef channel = agent.registry()->acquire(handle)) channel->disarm();
    }
  }

  void add_armed(const Armed& one) {
    const auto same = std::find_if(armed.begin(), armed.end(), [&](const Armed& a) { return a.fd == one.fd; });
    if (same == armed.end()) {
      armed.push_back(one);
    } else {
      same->channel = {};
    }
  }

  void watch() {
    std::erase_if(watched, [&](const Watched& w) {
      if (std::find(armed.begin(), armed.end(), w.what) != armed.end()) return false;
      loop.remove(w.id);
      return true;
    });
    unwatched = false;
    for (const Armed& one : armed) {
      if (std::any_of(watched.begin(), watched.end(), [&](const Watched& w) { return w.what == one; })) continue;
      auto added = loop.add_watch(one.fd, POLLIN,
                                  [self = shared_from_this(), one](std::uint32_t events) { self->event(one, events); });
      if (added) {
        watched.push_back({one, *added, false});
      } else {
        // No room in the kernel. The next turn tries again, and until then the channel is looked at by the timer.
        unwatched = true;
      }
    }
  }

  void event(const Armed& what, std::uint32_t events) {
    if ((events & gone) != 0) {
      const auto found = std::find_if(watched.begin(), watched.end(), [&](const Watched& w) { return w.what == what; });
      if (found != watched.end()) {
        found->dead = true;
        loop.remove(found->id);
      }
    } else if (what.channel.generation != 0) {
      rx_callback(*agent.registry(), what.channel, 0);
    }
    if (!stopped) service();
  }

  void set_timer(Instant at) {
    if (at == timer_at) return;
    loop.cancel(timer);
    timer = {};
    timer_at = at;
    if (at == never) return;
    timer = loop.add_timer(at, [self = shared_from_this()] {
      self->timer_at = never;
      self->service();
    });
  }

  void kick() {
    // What service() itself stirs up it looks after by itself.
    if (servicing.load(std::memory_order_relaxed) == sync::current_context()) return;
    if (kicked.exchange(true, std::memory_order_acq_rel)) return;
    loop.post([self = shared_from_this()] {
      self->kicked.exchange(false, std::memory_order_acq_rel);
      if (!self->stopped) self->service();
    });
  }

  void stop() {
    stopped = true;
    for (const Watched& w : watched) loop.remove(w.id);
    watched.clear();
    loop.cancel(timer);
    loop.remove(preparing);
    disarm(std::exchange(sleeping_on, {}));
    again = false;
  }

  EventLoop& loop;
  Agent& agent;
  const bool told;  // By a LoopWaiter, of what other threads' waits have received, and when they end.
  EventLoop::PrepareId preparing;
  EventLoop::TimerId timer;
  Instant timer_at = never;
  std::vector<Armed> armed;
  std::vector<Watched> watched;
  bool unwatched = false;                  // Something that was armed could not be watched.
  std::vector<ChannelHandle> sleeping_on;  // Channels whose platform takes us for asleep.
  bool again = false;
  bool stopped = false;
  // Set (after the change it tells of) by whoever posts, cleared by the task before it looks.
  std::atomic<bool> kicked{false};
  // The loop's thread while it is inside Agent::poll; compared with the own thread only.
  std::atomic<sync::ContextId> servicing{0};
};

AgentLoop::AgentLoop(EventLoop& loop, Agent& agent, LoopWaiter* waiter)
    : state_(std::make_shared<State>(loop, agent, waiter != nullptr)), waiter_(waiter) {
  state_->preparing = loop.add_prepare([state = state_] { return state->prepare(); });
  if (waiter_ != nullptr) waiter_->tell(&agent.registry()->activity(), [state = state_] { state->kick(); });
  kick();  // Whatever was queued before us.
}

AgentLoop::~AgentLoop() {
  if (waiter_ != nullptr) waiter_->tell(nullptr, nullptr);
  state_->stop();
}

void AgentLoop::kick() { state_->kick(); }

std::size_t AgentLoop::watched() const noexcept {
  return static_cast<std::size_t>(
      std::count_if(state_->watched.begin(), state_->watched.end(), [](const State::Watched& w) { return !w.dead; }));
}

void LoopWaiter::wake(WaitPoint& point) noexcept {
  inner_.wake(point);
  if (point_.load(std::memory_order_acquire) != &point) return;
  const sync::MutexLock lock(mutex_);
  if (kick_) kick_();
}

void LoopWaiter::tell(const WaitPoint* point, std::function<void()> kick) {
  const sync::MutexLock lock(mutex_);
  kick_ = std::move(kick);
  point_.store(point, std::memory_order_release);
}

}  // namespace scmi::transport
