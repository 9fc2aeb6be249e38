// SPDX-License-Identifier: Apache-2.0
// The rules of memory.hpp.
#include "fuzz/explore/memory.hpp"

#include <algorithm>
#include <utility>

namespace explore {

void Memory::reset(Rules rules) {
  rules_ = rules;
  used_ = 0;
}

std::uint32_t Memory::add(const void* address, std::uint64_t value) {
  if (used_ == locations_.size()) locations_.push_back(std::make_unique<Location>());
  Location& location = *locations_[used_];
  location.address = address;
  location.stores.clear();
  location.stores.push_back({.value = value});
  location.order.assign(1, 0);
  location.position.assign(1, 0);
  location.sequential_floor = 0;
  return used_++;
}

std::uint16_t Memory::floor(const Location& location, std::uint32_t object, const Observer& who,
                            std::memory_order order) const {
  std::uint16_t lowest = location.position[who.view.of(object)];
  if (order == std::memory_order_seq_cst) {
    lowest = std::max(lowest, location.position[location.sequential_floor]);
  }
  return lowest;
}

// A read-modify-write stays next to the store it read.
bool Memory::open_after(const Location& location, std::size_t position) const {
  return position + 1 == location.order.size() || !location.stores[location.order[position + 1]].read_modify_write;
}

// For all stores after `position`. A load builds on the one store there, a store on all that stay before it.
bool Memory::may_ignore_after(const Location& location, std::size_t position, const Observer& who,
                              bool whole_past) const {
  if (!rules_.skip_redundant) return true;
  Clock base = location.stores[location.order[position]].past;
  for (std::size_t i = 0; whole_past && i < position; ++i) base.join(location.stores[location.order[i]].past);
  for (std::size_t i = position + 1; i < location.order.size(); ++i) {
    if (!may_ignore(location.stores[location.order[i]], who, base)) return false;
  }
  return true;
}

void Memory::load_candidates(std::uint32_t object, const Observer& who, std::memory_order order,
                             std::vector<Candidate>& out) const {
  const Location& location = at(object);
  const std::uint16_t lowest = floor(location, object, who, order);
  for (std::size_t i = location.order.size(); i-- > lowest;) {
    if (may_ignore_after(location, i, who, false)) out.push_back({.store = location.order[i]});
  }
}

void Memory::store_candidates(std::uint32_t object, const Observer& who, std::memory_order order,
                              std::vector<Candidate>& out) const {
  const Location& location = at(object);
  const std::uint16_t lowest = floor(location, object, who, order);
  for (std::size_t i = location.order.size(); i-- > lowest;) {
    if (open_after(location, i) && may_ignore_after(location, i, who, true)) {
      out.push_back({.store = location.order[i]});
    }
    if (!rules_.reorder_stores) return;
  }
}

void Memory::rmw_candidates(std::uint32_t object, const Observer& who, std::memory_order order,
                            std::vector<Candidate>& out) const {
  store_candidates(object, who, order, out);
}

void Memory::cas_candidates(std::uint32_t object, const Observer& who, std::uint64_t expected,
                            std::memory_order success, std::memory_order failure, std::vector<Candidate>& out) const {
  const Location& location = at(object);
  const std::uint16_t lowest_success = floor(location, object, who, success);
  const std::uint16_t lowest_failure = floor(location, object, who, failure);
  const std::uint16_t lowest = std::min(lowest_success, lowest_failure);
  for (std::size_t i = location.order.size(); i-- > lowest;) {
    const bool equal = location.stores[location.order[i]].value == expected;
    const bool newest = i + 1 == location.order.size();
    if (!may_ignore_after(location, i, who, equal)) continue;
    if (equal && i >= lowest_success && (newest || (rules_.reorder_stores && open_after(location, i)))) {
      out.push_back({.store = location.order[i], .success = true});
    } else if (!equal && i >= lowest_failure) {
      out.push_back({.store = location.order[i], .success = false});
    }
  }
}

std::uint64_t Memory::load(std::uint32_t object, Observer& who, std::memory_order order, StoreId from) {
  Location& location = at(object);
  const Store& store = location.stores[from];
  if (location.later(from, who.view.of(object))) who.view.set(object, from);
  if (acquires(order) && store.carries) {
    join(who.view, store.view);
    who.clock.join(store.clock);
  }
  if (order == std::memory_order_seq_cst && location.later(from, location.sequential_floor)) {
    location.sequential_floor = from;
  }
  return store.value;
}

void Memory::place(Location& location, std::uint32_t object, Observer& who, std::memory_order order, Store store,
                   StoreId after) {
  const auto id = static_cast<StoreId>(location.stores.size());
  const auto where = static_cast<std::size_t>(location.position[after]) + 1;
  location.order.insert(location.order.begin() + static_cast<std::ptrdiff_t>(where), id);
  location.position.push_back(0);
  for (std::size_t i = where; i < location.order.size(); ++i) {
    location.position[location.order[i]] = static_cast<std::uint16_t>(i);
  }
  store.thread = who.thread;
  store.sequence = who.sequence;
  location.stores.push_back(std::move(store));
  who.view.set(object, id);
  Store& placed = location.stores.back();
  if (releases(order)) {
    if (placed.carries) {
      join(placed.view, who.view);
    } else {
      placed.view = who.view;
    }
    placed.clock.join(who.clock);
    placed.carries = true;
  }
  if (order == std::memory_order_seq_cst && location.later(id, location.sequential_floor)) {
    location.sequential_floor = id;
  }
}

void Memory::store(std::uint32_t object, Observer& who, std::memory_order order, std::uint64_t value, StoreId after) {
  place(at(object), object, who, order, {.value = value}, after);
}

void Memory::exchange(std::uint32_t object, Observer& who, std::memory_order order, std::uint64_t value, StoreId from) {
  load(object, who, order, from);
  const Store& read = at(object).stores[from];
  // A read-modify-write goes on with the release sequence of what it read, whatever its own order is.
  Store next{
      .value = value, .read_modify_write = true, .carries = read.carries, .view = read.view, .clock = read.clock};
  place(at(object), object, who, order, std::move(next), from);
}

void Memory::join(View& into, const View& from) const {
  for (std::uint32_t object = 0; object < from.size(); ++object) {
    const StoreId id = from.of(object);
    if (id != 0 && at(object).later(id, into.of(object))) into.set(object, id);
  }
}

}  // namespace explore
