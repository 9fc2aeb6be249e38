// SPDX-License-Identifier: Apache-2.0
//
// The C++ memory model as a machine that can be stepped. Each atomic object keeps all its stores in modification
// order; each thread has a view: the oldest store of each object that it may still read. A release store carries
// the writer's view, an acquire load takes it over. docs/explorer.md says what is approximated and in which
// direction.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace explore {

/// Threads of one program, the time and the main context included.
inline constexpr std::size_t max_threads = 6;

/// A vector clock.
struct Clock {
  std::array<std::uint32_t, max_threads> at{};
  void join(const Clock& other) {
    for (std::size_t i = 0; i < max_threads; ++i) {
      if (other.at[i] > at[i]) at[i] = other.at[i];
    }
  }
};

/// Number of a store within its object, in order of execution. 0 is the initial value.
using StoreId = std::uint16_t;

/// For each object (by number) the store a thread has reached.
class View {
 public:
  [[nodiscard]] StoreId of(std::uint32_t object) const { return object < ids_.size() ? ids_[object] : StoreId{0}; }
  void set(std::uint32_t object, StoreId id) {
    if (object >= ids_.size()) ids_.resize(object + 1, 0);
    ids_[object] = id;
  }
  void clear() { ids_.clear(); }
  [[nodiscard]] std::size_t size() const { return ids_.size(); }

 private:
  std::vector<StoreId> ids_;
};

struct Store {
  std::uint64_t value = 0;
  std::uint8_t thread = 0;
  std::uint32_t sequence = 0;  ///< The step of that thread which made it; 0 for the initial value.
  bool read_modify_write = false;
  bool carries = false;  ///< `view` and `clock` are to be taken over by an acquiring reader.
  View view;
  Clock clock;
  Clock past;  ///< The steps that come before it in every equivalent schedule.
};

/// One atomic object.
struct Location {
  const void* address = nullptr;
  std::vector<Store> stores;            ///< By StoreId.
  std::vector<StoreId> order;           ///< Modification order.
  std::vector<std::uint16_t> position;  ///< Of each StoreId in `order`.
  StoreId sequential_floor = 0;         ///< What the last seq_cst operation on it read or wrote.

  [[nodiscard]] StoreId latest() const { return order.back(); }
  [[nodiscard]] bool later(StoreId a, StoreId b) const { return position[a] > position[b]; }
};

/// What a thread brings to a memory operation.
struct Observer {
  std::uint8_t thread = 0;
  std::uint32_t sequence = 0;  ///< Number of the step that is being executed.
  View view;
  Clock clock;  ///< Happens-before.
  Clock trace;  ///< Order of dependent steps, by step numbers: what the search calls "before".
};

[[nodiscard]] constexpr bool acquires(std::memory_order order) {
  return order == std::memory_order_acquire || order == std::memory_order_acq_rel ||
         order == std::memory_order_seq_cst || order == std::memory_order_consume;
}
[[nodiscard]] constexpr bool releases(std::memory_order order) {
  return order == std::memory_order_release || order == std::memory_order_acq_rel || order == std::memory_order_seq_cst;
}

/// One way a memory operation can go.
struct Candidate {
  StoreId store = 0;    ///< Load: read from it. Store: placed right after it. Read-modify-write: both.
  bool success = true;  ///< compare_exchange: whether it stores.
};

/// All atomic objects of one execution.
class Memory {
 public:
  struct Rules {
    bool reorder_stores = true;  ///< A store may be placed before one that was executed earlier.
    bool skip_redundant = true;  ///< Leave out what another order of execution gives as well.
  };

  void reset(Rules rules);
  /// Registers an object; its initial value counts as seen by everybody.
  std::uint32_t add(const void* address, std::uint64_t value);
  [[nodiscard]] Location& at(std::uint32_t object) { return *locations_[object]; }
  [[nodiscard]] const Location& at(std::uint32_t object) const { return *locations_[object]; }
  [[nodiscard]] std::uint32_t count() const { return used_; }

  /// The ways in which an operation can go, the one nearest to plain execution first. Never empty.
  void load_candidates(std::uint32_t object, const Observer& who, std::memory_order order,
                       std::vector<Candidate>& out) const;
  void store_candidates(std::uint32_t object, const Observer& who, std::memory_order order,
                        std::vector<Candidate>& out) const;
  void rmw_candidates(std::uint32_t object, const Observer& who, std::memory_order order,
                      std::vector<Candidate>& out) const;
  void cas_candidates(std::uint32_t object, const Observer& who, std::uint64_t expected, std::memory_order success,
                      std::memory_order failure, std::vector<Candidate>& out) const;

  std::uint64_t load(std::uint32_t object, Observer& who, std::memory_order order, StoreId from);
  void store(std::uint32_t object, Observer& who, std::memory_order order, std::uint64_t value, StoreId after);
  /// Reads `from` and places `value` right after it.
  void exchange(std::uint32_t object, Observer& who, std::memory_order order, std::uint64_t value, StoreId from);

  /// `into` takes over what `from` has seen.
  void join(View& into, const View& from) const;

 private:
  /// Whether a step of `who` that reads or goes next to something older than `store` is worth exploring. Not if
  /// running the step before `store` gives the same: then nothing orders `store` before the step, neither the
  /// thread's own past nor the past of the older stores that the step builds on (`base`).
  [[nodiscard]] bool may_ignore(const Store& store, const Observer& who, const Clock& base) const {
    return !rules_.skip_redundant || store.thread == who.thread || store.sequence == 0 ||
           store.sequence <= who.trace.at[store.thread] || store.sequence <= base.at[store.thread];
  }
  [[nodiscard]] bool may_ignore_after(const Location& location, std::size_t position, const Observer& who,
                                      bool whole_past) const;
  [[nodiscard]] std::uint16_t floor(const Location& location, std::uint32_t object, const Observer& who,
                                    std::memory_order order) const;
  [[nodiscard]] bool open_after(const Location& location, std::size_t position) const;
  void place(Location& location, std::uint32_t object, Observer& who, std::memory_order order, Store store,
             StoreId after);

  Rules rules_;
  std::vector<std::unique_ptr<Location>> locations_;
  std::uint32_t used_ = 0;
};

}  // namespace explore
