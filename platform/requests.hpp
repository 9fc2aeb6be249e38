// SPDX-License-Identifier: Apache-2.0
//
// What each agent has asked of one resource, so that an agent's wishes can be forgotten and the others' remain.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <vector>

#include "scmi/ids.hpp"

namespace scmi::platform {

/// At most one wish of each agent, in the order in which they were made.
template <class T>
class Requests {
 public:
  void set(AgentId agent, T wish) {
    drop(agent);
    wishes_.push_back({agent, std::move(wish)});
  }
  /// True if there was one.
  bool drop(AgentId agent) {
    return std::erase_if(wishes_, [&](const Wish& w) { return w.agent == agent; }) != 0;
  }
  [[nodiscard]] const T* of(AgentId agent) const noexcept {
    const auto at = std::find_if(wishes_.begin(), wishes_.end(), [&](const Wish& w) { return w.agent == agent; });
    return at == wishes_.end() ? nullptr : &at->wish;
  }
  /// The newest wish: "the last request wins".
  [[nodiscard]] const T* latest() const noexcept { return wishes_.empty() ? nullptr : &wishes_.back().wish; }
  [[nodiscard]] bool empty() const noexcept { return wishes_.empty(); }
  /// Folds all wishes, oldest first.
  template <class A, class F>
  [[nodiscard]] A fold(A start, F f) const {
    for (const Wish& w : wishes_) start = f(start, w.wish);
    return start;
  }

 private:
  struct Wish {
    AgentId agent;
    T wish;
  };
  std::vector<Wish> wishes_;
};

}  // namespace scmi::platform
