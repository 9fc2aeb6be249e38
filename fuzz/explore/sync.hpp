// SPDX-License-Identifier: Apache-2.0
//
// scmi::sync as the proof build sees it: the same names as in scmi/sync.hpp, each operation one step of the
// explorer. Select it with SCMI_SYNC_HEADER="fuzz/explore/sync.hpp" for every source of the executable.
#pragma once

#include <atomic>
#include <cstdint>
#include <cstring>
#include <type_traits>

#include "fuzz/explore/runtime.hpp"
#include "scmi/thread_annotations.hpp"

namespace scmi::sync {

/// std::atomic's interface. As large as T; of at most 8 bytes.
template <class T>
class atomic {
  static_assert(std::is_trivially_copyable_v<T> && sizeof(T) <= sizeof(std::uint64_t));
  using Order = std::memory_order;
  using Site = explore::runtime::Site;
  // atomic<T*> counts in elements, everything else in T.
  using Difference = std::conditional_t<std::is_pointer_v<T>, std::ptrdiff_t, T>;

 public:
  using value_type = T;
  static constexpr bool is_always_lock_free = true;

  constexpr atomic() noexcept : atomic(T{}) {}
  constexpr atomic(T value) noexcept : value_(value) {  // NOLINT(google-explicit-constructor): as in std
    if (!std::is_constant_evaluated() && explore::runtime::active()) explore::runtime::constructed(this);
  }
  constexpr ~atomic() {
    if (!std::is_constant_evaluated() && explore::runtime::active()) explore::runtime::destroyed(this);
  }
  atomic(const atomic&) = delete;
  atomic& operator=(const atomic&) = delete;

  [[nodiscard]] bool is_lock_free() const noexcept { return true; }
  /// The last value in modification order, outside of the memory model. For the explorer's own parts.
  [[nodiscard]] T newest() const noexcept { return value_; }

  T load(Order order = Order::seq_cst, Site where = Site::here()) const noexcept {
    if (!explore::runtime::active()) return value_;
    return from_bits(explore::runtime::load(this, bits(value_), order, where));
  }
  void store(T value, Order order = Order::seq_cst, Site where = Site::here()) noexcept {
    value_ = explore::runtime::active()
                 ? from_bits(explore::runtime::store(this, bits(value_), bits(value), order, where))
                 : value;
  }
  T exchange(T value, Order order = Order::seq_cst, Site where = Site::here()) noexcept {
    return modify([](T, T operand) { return operand; }, value, order, where);
  }
  bool compare_exchange_strong(T& expected, T desired, Order success, Order failure,
                               Site where = Site::here()) noexcept {
    if (!explore::runtime::active()) {
      if (bits(value_) == bits(expected)) {
        value_ = desired;
        return true;
      }
      expected = value_;
      return false;
    }
    const auto done =
        explore::runtime::compare_exchange(this, bits(value_), bits(expected), bits(desired), success, failure, where);
    value_ = from_bits(done.newest);
    if (!done.stored) expected = from_bits(done.old);
    return done.stored;
  }
  bool compare_exchange_strong(T& expected, T desired, Order order = Order::seq_cst,
                               Site where = Site::here()) noexcept {
    return compare_exchange_strong(expected, desired, order, failure_order(order), where);
  }
  bool compare_exchange_weak(T& expected, T desired, Order success, Order failure, Site where = Site::here()) noexcept {
    return compare_exchange_strong(expected, desired, success, failure, where);
  }
  bool compare_exchange_weak(T& expected, T desired, Order order = Order::seq_cst, Site where = Site::here()) noexcept {
    return compare_exchange_strong(expected, desired, order, failure_order(order), where);
  }
  T fetch_add(Difference operand, Order order = Order::seq_cst, Site where = Site::here()) noexcept {
    return modify([](T old, Difference by) { return static_cast<T>(old + by); }, operand, order, where);
  }
  T fetch_sub(Difference operand, Order order = Order::seq_cst, Site where = Site::here()) noexcept {
    return modify([](T old, Difference by) { return static_cast<T>(old - by); }, operand, order, where);
  }
  T fetch_and(T operand, Order order = Order::seq_cst, Site where = Site::here()) noexcept {
    return modify([](T old, T by) { return static_cast<T>(old & by); }, operand, order, where);
  }
  T fetch_or(T operand, Order order = Order::seq_cst, Site where = Site::here()) noexcept {
    return modify([](T old, T by) { return static_cast<T>(old | by); }, operand, order, where);
  }
  T fetch_xor(T operand, Order order = Order::seq_cst, Site where = Site::here()) noexcept {
    return modify([](T old, T by) { return static_cast<T>(old ^ by); }, operand, order, where);
  }

  operator T() const noexcept { return load(); }  // NOLINT(google-explicit-constructor): as in std
  T operator=(T value) noexcept {                 // NOLINT: as in std
    store(value);
    return value;
  }
  T operator++() noexcept { return static_cast<T>(fetch_add(1) + 1); }
  T operator--() noexcept { return static_cast<T>(fetch_sub(1) - 1); }
  T operator++(int) noexcept { return fetch_add(1); }
  T operator--(int) noexcept { return fetch_sub(1); }
  T operator+=(Difference by) noexcept { return static_cast<T>(fetch_add(by) + by); }
  T operator-=(Difference by) noexcept { return static_cast<T>(fetch_sub(by) - by); }
  T operator|=(T by) noexcept { return static_cast<T>(fetch_or(by) | by); }
  T operator&=(T by) noexcept { return static_cast<T>(fetch_and(by) & by); }

 private:
  static constexpr Order failure_order(Order order) {
    if (order == Order::acq_rel) return Order::acquire;
    if (order == Order::release) return Order::relaxed;
    return order;
  }
  template <class U>
  static std::uint64_t to_bits(U value) noexcept {
    std::uint64_t out = 0;
    std::memcpy(&out, &value, sizeof(U));
    return out;
  }
  template <class U>
  static U of_bits(std::uint64_t in) noexcept {
    U value;
    std::memcpy(&value, &in, sizeof(U));
    return value;
  }
  static std::uint64_t bits(T value) noexcept { return to_bits<T>(value); }
  static T from_bits(std::uint64_t in) noexcept { return of_bits<T>(in); }

  template <class Update, class Operand>
  T modify(Update, Operand operand, Order order, Site site) noexcept {
    if (!explore::runtime::active()) {
      const T old = value_;
      value_ = Update{}(old, operand);
      return old;
    }
    const auto function = [](std::uint64_t old, std::uint64_t by) {
      return bits(Update{}(from_bits(old), of_bits<Operand>(by)));
    };
    const auto done = explore::runtime::modify(this, bits(value_), function, to_bits<Operand>(operand), order, site);
    value_ = from_bits(done.newest);
    return from_bits(done.old);
  }

  T value_;
};

/// A mutex that Clang's analysis knows.
class SCMI_CAPABILITY("mutex") Mutex {
  using Site = explore::runtime::Site;

 public:
  Mutex() = default;
  Mutex(const Mutex&) = delete;
  Mutex& operator=(const Mutex&) = delete;
  void lock(Site where = Site::here()) SCMI_ACQUIRE() {
    if (explore::runtime::active()) explore::runtime::lock(this, where);
  }
  void unlock(Site where = Site::here()) SCMI_RELEASE() {
    if (explore::runtime::active()) explore::runtime::unlock(this, where);
  }
};

/// Once is enough to try every order of events.
constexpr int poll_turns(int) noexcept { return 1; }

using ContextId = std::uintptr_t;
[[nodiscard]] inline ContextId current_context() noexcept {
  return explore::runtime::active() ? static_cast<ContextId>(explore::runtime::context()) : ContextId{1000};
}

inline void cpu_relax() noexcept {
  if (explore::runtime::active()) explore::runtime::relax();
}

}  // namespace scmi::sync
