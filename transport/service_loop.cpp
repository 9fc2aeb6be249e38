// SPDX-License-Identifier: Apache-2.0
#include "transport/service_loop.hpp"

#include <algorithm>

#include "scmi/sync.hpp"

namespace scmi::transport {
namespace {

using SteadyClock = std::chrono::steady_clock;

// A platform that always has requests still sees connections, hang-ups and signals once in so many turns.
constexpr std::uint32_t busy_turns_max = 64;
// One turn serves at most so many requests of one endpoint, so that a flood does not hold up the platform's timers.
constexpr std::size_t requests_per_turn = 64;
constexpr int looks_per_clock = 64;

timespec to_timespec(Duration duration) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(duration);
  return {.tv_sec = seconds.count(), .tv_nsec = (duration - seconds).count()};
}

}  // namespace

ServiceLoop::ServiceLoop(Handler handler) : ServiceLoop(std::move(handler), Options{}) {}

ServiceLoop::ServiceLoop(Handler handler, Options options)
    : handler_(std::move(handler)), options_(options), nap_(options.nap_min) {}

std::size_t ServiceLoop::run_once(Duration timeout) {
  if (const std::size_t served = serve(); served != 0) {
    nap_ = options_.nap_min;
    if (++busy_turns_ >= busy_turns_max) look_at_fds(Duration::zero());
    return served;
  }
  if (options_.spin > Duration::zero() && timeout > Duration::zero()) {
    const auto end = SteadyClock::now() + std::min(options_.spin, timeout);
    do {
      for (int i = 0; i < looks_per_clock; ++i) {
        if (const std::size_t served = serve(); served != 0) {
          nap_ = options_.nap_min;
          if (++busy_turns_ >= busy_turns_max) look_at_fds(Duration::zero());
          return served;
        }
        sync::cpu_relax();
      }
    } while (SteadyClock::now() < end);
  }
  if (fall_asleep()) {
    if (must_nap()) {
      timeout = std::min(timeout, nap_);
      nap_ = std::min(2 * nap_, options_.nap_max);
    }
    look_at_fds(std::max(timeout, Duration::zero()));
  } else {
    look_at_fds(Duration::zero());
  }
  wake_up();
  const std::size_t served = serve();
  if (served != 0) nap_ = options_.nap_min;
  return served;
}

std::size_t ServiceLoop::serve() {
  std::size_t served = 0;
  Request request;
  for (PlatformEndpoint* const endpoint : endpoints_) {
    for (std::size_t i = 0; i < requests_per_turn && endpoint->take(request); ++i) {
      handler_(*endpoint, request);
      ++served;
    }
  }
  return served;
}

bool ServiceLoop::fall_asleep() {
  bool expedited = false;
  for (PlatformEndpoint* const endpoint : endpoints_) {
    for (AgentPort* const port : endpoint->ports()) {
      port->set_sleeping(true);
      expedited = expedited || (port->can_be_rung() && port->barrier() == BarrierMode::expedited);
    }
  }
  if (expedited && !heavy_barrier(BarrierMode::expedited)) deaf_ = true;
  bool idle = true;
  for (PlatformEndpoint* const endpoint : endpoints_) {
    for (const AgentPort* const port : endpoint->ports()) idle = idle && !port->has_work();
  }
  return idle;
}

void ServiceLoop::wake_up() {
  for (PlatformEndpoint* const endpoint : endpoints_) {
    for (AgentPort* const port : endpoint->ports()) port->set_sleeping(false);
  }
}

bool ServiceLoop::must_nap() {
  return deaf_ || std::any_of(endpoints_.begin(), endpoints_.end(), [](PlatformEndpoint* endpoint) {
           const auto ports = endpoint->ports();
           return std::any_of(ports.begin(), ports.end(), [](const AgentPort* port) { return !port->can_be_rung(); });
         });
}

void ServiceLoop::look_at_fds(Duration timeout) {
  busy_turns_ = 0;
  fds_.clear();
  for (const Watched& watched : watched_) fds_.push_back({.fd = watched.fd, .events = POLLIN, .revents = 0});
  std::vector<std::size_t> ends;
  for (PlatformEndpoint* const endpoint : endpoints_) {
    endpoint->add_fds(fds_);
    ends.push_back(fds_.size());
  }
  const timespec wait = to_timespec(std::min<Duration>(timeout, std::chrono::hours(1)));
  if (::ppoll(fds_.data(), fds_.size(), &wait, nullptr) <= 0) return;
  // Connections that end take the words with them, so everybody is told that we are awake before anything is freed.
  wake_up();
  std::size_t start = watched_.size();
  for (std::size_t i = 0; i < endpoints_.size(); ++i) {
    endpoints_[i]->dispatch(std::span(fds_).subspan(start, ends[i] - start));
    start = ends[i];
  }
  for (std::size_t i = 0; i < watched_.size(); ++i) {
    if (fds_[i].revents != 0) watched_[i].readable();
  }
}

}  // namespace scmi::transport
