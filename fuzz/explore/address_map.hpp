// SPDX-License-Identifier: Apache-2.0
//
// A hash table from addresses to small values that is emptied in constant time: one is needed afresh for each
// schedule, and a program has many thousands of schedules. Pointers into it last until the next insertion.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace explore {

template <class Value>
class AddressMap {
 public:
  AddressMap() : slots_(64) {}

  void clear() {
    ++generation_;
    count_ = 0;
  }
  [[nodiscard]] bool empty() const { return count_ == 0; }
  [[nodiscard]] Value* find(std::uintptr_t key) {
    for (std::size_t i = index(key);; i = (i + 1) & (slots_.size() - 1)) {
      Slot& slot = slots_[i];
      if (slot.generation != generation_) return nullptr;
      if (slot.key == key) return &slot.value;
    }
  }
  /// The value of `key`, made with Value{} if it is new. Entries are never removed one by one.
  Value& operator[](std::uintptr_t key) {
    if (Value* const found = find(key)) return *found;
    if ((count_ + 1) * 2 > slots_.size()) grow();
    ++count_;
    Slot& slot = free_slot(key);
    slot.key = key;
    slot.generation = generation_;
    slot.value = Value{};
    return slot.value;
  }

 private:
  struct Slot {
    std::uintptr_t key = 0;
    std::uint64_t generation = 0;
    Value value{};
  };

  [[nodiscard]] std::size_t index(std::uintptr_t key) const {
    return static_cast<std::size_t>((key * 0x9E3779B97F4A7C15U) >> 20U) & (slots_.size() - 1);
  }
  Slot& free_slot(std::uintptr_t key) {
    std::size_t i = index(key);
    while (slots_[i].generation == generation_) i = (i + 1) & (slots_.size() - 1);
    return slots_[i];
  }
  void grow() {
    std::vector<Slot> old(slots_.size() * 2);
    old.swap(slots_);
    for (Slot& slot : old) {
      if (slot.generation == generation_) free_slot(slot.key) = std::move(slot);
    }
  }

  std::vector<Slot> slots_;
  std::uint64_t generation_ = 1;
  std::size_t count_ = 0;
};

}  // namespace explore
