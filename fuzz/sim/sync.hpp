// SPDX-License-Identifier: Apache-2.0
//
// scmi::sync as the simulator's build sees it: plain values, since tasks share one thread, and a possible interruption
// before every operation. Orders are not modelled here; the explorer does that. Select it with
// SCMI_SYNC_HEADER="fuzz/sim/sync.hpp" for every source of the executable.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "fuzz/sim/runtime.hpp"
#include "scmi/thread_annotations.hpp"

namespace scmi::sync {

/// std::atomic's interface.
template <class T>
class atomic {
  using Order = std::memory_order;
  using Difference = std::conditional_t<std::is_pointer_v<T>, std::ptrdiff_t, T>;

 public:
  using value_type = T;
  static constexpr bool is_always_lock_free = true;

  constexpr atomic() noexcept = default;
  constexpr atomic(T value) noexcept : value_(value) {}  // NOLINT(google-explicit-constructor): as in std
  atomic(const atomic&) = delete;
  atomic& operator=(const atomic&) = delete;

  /// Without an interruption, for the simulator's own parts.
  [[nodiscard]] T newest() const noexcept { return value_; }

  T load(Order = Order::seq_cst) const noexcept {
    sim::runtime::step();
    return value_;
  }
  void store(T value, Order = Order::seq_cst) noexcept {
    sim::runtime::step();
    value_ = value;
  }
  T exchange(T value, Order = Order::seq_cst) noexcept {
    return modify([&](T) { return value; });
  }
  bool compare_exchange_strong(T& expected, T desired, Order = Order::seq_cst, Order = Order::seq_cst) noexcept {
    sim::runtime::step();
    if (value_ == expected) {
      value_ = desired;
      return true;
    }
    expected = value_;
    return false;
  }
  bool compare_exchange_weak(T& expected, T desired, Order = Order::seq_cst, Order = Order::seq_cst) noexcept {
    return compare_exchange_strong(expected, desired);
  }
  T fetch_add(Difference by, Order = Order::seq_cst) noexcept {
    return modify([&](T old) { return static_cast<T>(old + by); });
  }
  T fetch_sub(Difference by, Order = Order::seq_cst) noexcept {
    return modify([&](T old) { return static_cast<T>(old - by); });
  }
  T fetch_and(T by, Order = Order::seq_cst) noexcept {
    return modify([&](T old) { return static_cast<T>(old & by); });
  }
  T fetch_or(T by, Order = Order::seq_cst) noexcept {
    return modify([&](T old) { return static_cast<T>(old | by); });
  }
  T fetch_xor(T by, Order = Order::seq_cst) noexcept {
    return modify([&](T old) { return static_cast<T>(old ^ by); });
  }

  operator T() const noexcept { return load(); }  // NOLINT(google-explicit-constructor): as in std
  T operator=(T value) noexcept {                 // NOLINT: as in std
    store(value);
    return value;
  }
  T operator++() noexcept { return static_cast<T>(fetch_add(1) + 1); }
  T operator--() noexcept { return static_cast<T>(fetch_sub(1) - 1); }

 private:
  template <class Update>
  T modify(Update update) noexcept {
    sim::runtime::step();
    const T old = value_;
    value_ = update(old);
    return old;
  }

  T value_{};
};

/// A mutex that Clang's analysis knows.
class SCMI_CAPABILITY("mutex") Mutex {
 public:
  Mutex() = default;
  Mutex(const Mutex&) = delete;
  Mutex& operator=(const Mutex&) = delete;
  void lock() SCMI_ACQUIRE() {
    sim::runtime::step();
    while (held_) sim::runtime::wait_for_lock(this);
    held_ = true;
  }
  void unlock() SCMI_RELEASE() {
    held_ = false;
    sim::runtime::lock_freed(this);
    sim::runtime::step();
  }

 private:
  bool held_ = false;
};

using ContextId = std::uintptr_t;
[[nodiscard]] inline ContextId current_context() noexcept { return sim::runtime::context(); }

/// Nothing changes while a task polls without a pause; twice shows the loop.
constexpr int poll_turns(int) noexcept { return 2; }
inline void cpu_relax() noexcept { sim::runtime::step(); }

}  // namespace scmi::sync
