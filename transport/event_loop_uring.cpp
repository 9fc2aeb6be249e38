// SPDX-License-Identifier: Apache-2.0
//
// The event loop's io_uring engine. Arming costs an entry of the submission ring and no system call of its own: all
// entries travel with the next wait. Only taking a watch back is submitted at once, because the kernel holds the file
// open until then.
#include <liburing.h>
#include <poll.h>

#include <cerrno>

#include "transport/event_loop_engine.hpp"
#include "transport/system_time.hpp"

namespace scmi::transport {
namespace {

constexpr unsigned ring_entries = 128;
constexpr std::uint64_t no_tag = 0;  // Completions of our own removals.

// The kernel cancels a poll when the thread that submitted it ends: no event, but the watch is to be armed again.
std::uint32_t events_of(int result) noexcept {
  if (result == -ECANCELED) return 0;
  return result < 0 ? std::uint32_t{POLLNVAL} : static_cast<std::uint32_t>(result);
}

class UringEngine final : public LoopEngine {
 public:
  UringEngine() = default;
  UringEngine(const UringEngine&) = delete;
  UringEngine& operator=(const UringEngine&) = delete;
  ~UringEngine() override {
    if (open_) io_uring_queue_exit(&ring_);
  }

  Result<void> open() {
    const int error = io_uring_queue_init(ring_entries, &ring_, 0);
    if (error < 0) return Error::system(-error);
    open_ = true;
    // Waits with a timeout need it (Linux 5.11); older kernels get the poll engine.
    if ((ring_.features & IORING_FEAT_EXT_ARG) == 0) return Error::system(ENOSYS);
    return {};
  }

  Result<void> arm(std::uint64_t tag, int fd, std::uint32_t events) override {
    io_uring_sqe* entry = next_entry();
    if (entry == nullptr) return Error::system(EBUSY);
    io_uring_prep_poll_add(entry, fd, events);
    io_uring_sqe_set_data64(entry, tag);
    return {};
  }

  void disarm(std::uint64_t tag) override {
    io_uring_sqe* entry = next_entry();
    if (entry == nullptr) return;
    io_uring_prep_poll_remove(entry, tag);
    io_uring_sqe_set_data64(entry, no_tag);
    io_uring_submit(&ring_);
  }

  Result<void> wait(Duration timeout, std::vector<Ready>& out) override {
    int result = 0;
    if (timeout <= Duration::zero()) {
      result = io_uring_submit_and_get_events(&ring_);
    } else if (timeout == forever) {
      result = io_uring_submit_and_wait(&ring_, 1);
    } else {
      const std::timespec left = to_timespec(timeout);
      __kernel_timespec ts{};
      ts.tv_sec = left.tv_sec;
      ts.tv_nsec = left.tv_nsec;
      io_uring_cqe* first = nullptr;
      result = io_uring_submit_and_wait_timeout(&ring_, &first, 1, &ts, nullptr);
    }
    // Busy: completions have to be taken first, which is what comes next.
    if (result < 0 && result != -ETIME && result != -EINTR && result != -EBUSY && result != -EAGAIN)
      return Error::system(-result);

    unsigned head = 0;
    unsigned count = 0;
    io_uring_cqe* completion = nullptr;
    io_uring_for_each_cqe(&ring_, head, completion) {
      ++count;
      if (completion->user_data != no_tag) out.push_back({completion->user_data, events_of(completion->res)});
    }
    io_uring_cq_advance(&ring_, count);
    return {};
  }

 private:
  io_uring_sqe* next_entry() {
    io_uring_sqe* entry = io_uring_get_sqe(&ring_);
    if (entry == nullptr && io_uring_submit(&ring_) > 0) entry = io_uring_get_sqe(&ring_);
    return entry;
  }

  io_uring ring_{};
  bool open_ = false;
};

}  // namespace

Result<std::unique_ptr<LoopEngine>> make_uring_engine() {
  auto engine = std::make_unique<UringEngine>();
  if (auto opened = engine->open(); !opened) return opened.error();
  return std::unique_ptr<LoopEngine>(std::move(engine));
}

}  // namespace scmi::transport
