// SPDX-License-Identifier: Apache-2.0
//
// scmi::sync with a tally: the standard's atomics and locks, and a count of what they cost. Select it with
// SCMI_SYNC_HEADER="tests/core/counting_sync.hpp" for every source of the executable.
#pragma once

#include <pthread.h>

#include <atomic>
#include <cstdint>
#include <mutex>

#include "scmi/thread_annotations.hpp"

namespace scmi::sync {

/// What the core did since somebody set it to zero. For tests with one thread.
struct Tally {
  std::uint64_t read_modify_writes = 0;
  std::uint64_t locks = 0;
};
inline Tally tally;

template <class T>
class atomic : private std::atomic<T> {
  using Base = std::atomic<T>;
  using Order = std::memory_order;

 public:
  using Base::Base;
  using Base::load;
  using Base::operator T;
  using Base::store;

  T exchange(T value, Order order = Order::seq_cst) noexcept { return counted().exchange(value, order); }
  bool compare_exchange_strong(T& expected, T desired, Order success, Order failure) noexcept {
    return counted().compare_exchange_strong(expected, desired, success, failure);
  }
  bool compare_exchange_strong(T& expected, T desired, Order order = Order::seq_cst) noexcept {
    return counted().compare_exchange_strong(expected, desired, order);
  }
  bool compare_exchange_weak(T& expected, T desired, Order success, Order failure) noexcept {
    return counted().compare_exchange_weak(expected, desired, success, failure);
  }
  bool compare_exchange_weak(T& expected, T desired, Order order = Order::seq_cst) noexcept {
    return counted().compare_exchange_weak(expected, desired, order);
  }
  T fetch_add(T by, Order order = Order::seq_cst) noexcept { return counted().fetch_add(by, order); }
  T fetch_sub(T by, Order order = Order::seq_cst) noexcept { return counted().fetch_sub(by, order); }
  T fetch_and(T by, Order order = Order::seq_cst) noexcept { return counted().fetch_and(by, order); }
  T fetch_or(T by, Order order = Order::seq_cst) noexcept { return counted().fetch_or(by, order); }

 private:
  Base& counted() noexcept {
    ++tally.read_modify_writes;
    return *this;
  }
};

class SCMI_CAPABILITY("mutex") Mutex {
 public:
  Mutex() = default;
  Mutex(const Mutex&) = delete;
  Mutex& operator=(const Mutex&) = delete;
  void lock() SCMI_ACQUIRE() {
    ++tally.locks;
    mutex_.lock();
  }
  void unlock() SCMI_RELEASE() { mutex_.unlock(); }

 private:
  std::mutex mutex_;
};

using ContextId = std::uintptr_t;
[[nodiscard]] inline ContextId current_context() noexcept { return static_cast<ContextId>(pthread_self()); }
inline void cpu_relax() noexcept {}
constexpr int poll_turns(int turns) noexcept { return turns; }

}  // namespace scmi::sync
