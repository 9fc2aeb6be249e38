// SPDX-License-Identifier: Apache-2.0
//
// The bounded queue between the receive path of one P2A channel and the agent's dispatcher. Producer: whoever drains
// the channel (one at a time, the channel's rx claim). Consumer: the dispatcher (one at a time, the agent's dispatch
// claim). Overflow: the newest is dropped, and counted by the caller. Storage is preallocated.
#pragma once

#include <boost/lockfree/spsc_queue.hpp>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <span>
#include <vector>

namespace scmi {

class NotificationQueue {
 public:
  /// Allocates. Only while neither side uses the queue.
  void configure(std::size_t capacity, std::size_t max_payload) {
    capacity_ = capacity;
    stride_ = max_payload;
    storage_.assign(capacity * max_payload, std::byte{0});
    ready_ = std::make_unique<Ring>(capacity);
    free_ = std::make_unique<Ring>(capacity);
    for (std::uint32_t i = 0; i < capacity; ++i) free_->push(Entry{i, 0, 0});
  }
  /// Producer. False: full.
  [[nodiscard]] bool push(std::uint32_t header, std::span<const std::byte> payload) noexcept {
    Entry entry{};
    if (free_ == nullptr || payload.size() > stride_ || !free_->pop(entry)) return false;
    entry.header = header;
    entry.length = static_cast<std::uint32_t>(payload.size());
    std::memcpy(storage_.data() + entry.index * stride_, payload.data(), payload.size());
    return ready_->push(entry);
  }
  /// Consumer. Calls `use(header, payload)` for the oldest, if there is one; the payload is valid during the call.
  template <class F>
  bool consume(F&& use) {
    Entry entry{};
    if (ready_ == nullptr || !ready_->pop(entry)) return false;
    use(entry.header, std::span<const std::byte>(storage_.data() + entry.index * stride_, entry.length));
    free_->push(entry);
    return true;
  }

 private:
  struct Entry {
    std::uint32_t index;
    std::uint32_t header;
    std::uint32_t length;
  };
  using Ring = boost::lockfree::spsc_queue<Entry>;
  std::size_t capacity_ = 0;
  std::size_t stride_ = 0;
  std::vector<std::byte> storage_;
  std::unique_ptr<Ring> ready_;
  std::unique_ptr<Ring> free_;
};

}  // namespace scmi
