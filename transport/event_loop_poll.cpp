// SPDX-License-Identifier: Apache-2.0
//
// The event loop's engine for places without io_uring (seccomp, containers, emulation): one ppoll over what is armed.
#include <poll.h>

#include <algorithm>
#include <cerrno>

#include "transport/event_loop_engine.hpp"
#include "transport/system_time.hpp"

namespace scmi::transport {
namespace {

class PollEngine final : public LoopEngine {
 public:
  Result<void> arm(std::uint64_t tag, int fd, std::uint32_t events) override {
    polled_.push_back({fd, static_cast<short>(events), 0});
    tags_.push_back(tag);
    return {};
  }

  void disarm(std::uint64_t tag) override {
    const auto found = std::find(tags_.begin(), tags_.end(), tag);
    if (found != tags_.end()) forget(static_cast<std::size_t>(found - tags_.begin()));
  }

  Result<void> wait(Duration timeout, std::vector<Ready>& out) override {
    const std::timespec left = to_timespec(timeout);
    int ready = ppoll(polled_.data(), polled_.size(), timeout == forever ? nullptr : &left, nullptr);
    if (ready < 0) {
      if (errno == EINTR) return {};
      return Error::system(errno);
    }
    for (std::size_t i = polled_.size(); ready > 0 && i-- > 0;) {
      if (polled_[i].revents == 0) continue;
      out.push_back({tags_[i], static_cast<std::uint16_t>(polled_[i].revents)});
      forget(i);
      --ready;
    }
    return {};
  }

 private:
  void forget(std::size_t i) {
    polled_[i] = polled_.back();
    tags_[i] = tags_.back();
    polled_.pop_back();
    tags_.pop_back();
  }

  // Same index: descriptor and its tag.
  std::vector<pollfd> polled_;
  std::vector<std::uint64_t> tags_;
};

}  // namespace

std::unique_ptr<LoopEngine> make_poll_engine() { return std::make_unique<PollEngine>(); }

}  // namespace scmi::transport
