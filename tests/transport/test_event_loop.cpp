// SPDX-License-Identifier: Apache-2.0
//
// One suite for both engines of the event loop: what a user may rely on does not depend on what the kernel offers.
#include <doctest/doctest.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <string_view>
#include <thread>
#include <vector>

#include "transport/event_loop.hpp"

using namespace scmi;
using transport::EventLoop;

namespace {

using namespace std::chrono_literals;

class ManualTime final : public TimeSource {
 public:
  [[nodiscard]] Instant now() noexcept override { return Instant(Duration(now_.load())); }
  void advance(Duration by) noexcept { now_.fetch_add(by.count()); }

 private:
  std::atomic<Duration::rep> now_{1'000'000'000};
};

class EventFd {
 public:
  EventFd() : fd_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) { REQUIRE(fd_ >= 0); }
  EventFd(const EventFd&) = delete;
  EventFd& operator=(const EventFd&) = delete;
  ~EventFd() { close(fd_); }
  [[nodiscard]] int fd() const { return fd_; }
  void signal() const {
    const std::uint64_t one = 1;
    REQUIRE(write(fd_, &one, sizeof one) == sizeof one);
  }
  [[nodiscard]] bool drain() const {
    std::uint64_t value = 0;
    return read(fd_, &value, sizeof value) == sizeof value;
  }

 private:
  int fd_;
};

struct UringTag {
  static constexpr auto engine = EventLoop::Engine::io_uring;
};
struct PollTag {
  static constexpr auto engine = EventLoop::Engine::poll;
};

template <class Tag>
struct Bench {
  ManualTime time;
  std::unique_ptr<EventLoop> loop;

  Bench() {
    auto made = EventLoop::create(time, Tag::engine);
    if (made) {
      loop = std::move(*made);
      REQUIRE(loop->engine() == Tag::engine);
    } else {
      // Only where the kernel has no io_uring at all; the poll engine must always be there.
      REQUIRE(Tag::engine == EventLoop::Engine::io_uring);
      MESSAGE("no io_uring here: ", describe(made.error()));
      loop = std::move(*EventLoop::create(time));
    }
  }
  EventLoop* operator->() { return loop.get(); }
  // One turn that does not wait.
  std::size_t turn() {
    const auto called = loop->run_once(time.now());
    REQUIRE(called);
    return *called;
  }
};

#define ENGINES UringTag, PollTag

}  // namespace

TEST_CASE_TEMPLATE("event loop: a watch is called as long as its descriptor is readable", Tag, ENGINES) {
  Bench<Tag> loop;
  EventFd fd;
  int calls = 0;
  const auto id = loop->add_watch(fd.fd(), POLLIN, [&](std::uint32_t events) {
    CHECK((events & POLLIN) != 0);
    if (++calls == 3) CHECK(fd.drain());
  });
  REQUIRE(id);
  CHECK(loop.turn() == 0);
  fd.signal();
  for (int i = 0; i < 3; ++i) CHECK(loop.turn() == 1);
  CHECK(loop.turn() == 0);
  CHECK(calls == 3);
  fd.signal();
  CHECK(loop.turn() == 1);
}

TEST_CASE_TEMPLATE("event loop: a hang-up and a writable end are reported as what they are", Tag, ENGINES) {
  Bench<Tag> loop;
  std::array<int, 2> ends{};
  REQUIRE(pipe2(ends.data(), O_CLOEXEC) == 0);
  std::uint32_t seen_by_writer = 0;
  std::uint32_t seen_by_reader = 0;
  const auto writer = loop->add_watch(ends[1], POLLOUT, [&](std::uint32_t events) { seen_by_writer |= events; });
  const auto reader = loop->add_watch(ends[0], POLLIN, [&](std::uint32_t events) { seen_by_reader |= events; });
  REQUIRE(writer);
  REQUIRE(reader);
  CHECK(loop.turn() == 1);
  CHECK(seen_by_writer == POLLOUT);
  loop->remove(*writer);
  close(ends[1]);
  CHECK(loop.turn() == 1);
  CHECK((seen_by_reader & POLLHUP) != 0);
  loop->remove(*reader);
  close(ends[0]);
}

TEST_CASE_TEMPLATE("event loop: removing a watch lets go of its file at once", Tag, ENGINES) {
  Bench<Tag> loop;
  std::array<int, 2> ends{};
  REQUIRE(pipe2(ends.data(), O_CLOEXEC | O_NONBLOCK) == 0);
  const auto reader = loop->add_watch(ends[0], POLLIN, [](std::uint32_t) {});
  REQUIRE(reader);
  CHECK(loop.turn() == 0);
  loop->remove(*reader);
  close(ends[0]);
  pollfd other_end{ends[1], POLLOUT, 0};
  CHECK(poll(&other_end, 1, 0) == 1);
  CHECK((other_end.revents & POLLERR) != 0);  // Nobody holds the reading end any more.
  close(ends[1]);
}

TEST_CASE_TEMPLATE("event loop: a watch may remove itself, and is not called again", Tag, ENGINES) {
  Bench<Tag> loop;
  EventFd fd;
  int calls = 0;
  EventLoop::WatchId id;
  // The vector is owned by the callback: it must survive its own removal until it returns.
  auto added = loop->add_watch(fd.fd(), POLLIN, [&, own = std::vector<int>(100, 7)](std::uint32_t) {
    loop->remove(id);
    loop->remove(id);
    calls += own.back();
  });
  REQUIRE(added);
  id = *added;
  fd.signal();
  CHECK(loop.turn() == 1);
  CHECK(loop.turn() == 0);
  CHECK(calls == 7);
}

TEST_CASE_TEMPLATE("event loop: a watch removed while its event is pending is not called", Tag, ENGINES) {
  Bench<Tag> loop;
  EventFd a;
  EventFd b;
  int calls = 0;
  std::array<EventLoop::WatchId, 2> ids;
  // Both are ready in the same turn; whichever comes first removes the other.
  for (std::size_t i = 0; i < 2; ++i) {
    const auto added = loop->add_watch(i == 0 ? a.fd() : b.fd(), POLLIN, [&, i](std::uint32_t) {
      ++calls;
      loop->remove(ids[1 - i]);
    });
    REQUIRE(added);
    ids[i] = *added;
  }
  CHECK(loop.turn() == 0);
  a.signal();
  b.signal();
  CHECK(loop.turn() == 1);
  CHECK(calls == 1);

  EventFd c;
  const auto before = loop->add_watch(c.fd(), POLLIN, [&](std::uint32_t) { calls += 100; });
  REQUIRE(before);
  CHECK(loop.turn() == 1);  // The one that was left; arms the new one.
  c.signal();
  loop->remove(*before);
  (void)loop.turn();
  CHECK(calls < 100);
}

TEST_CASE_TEMPLATE("event loop: the place of a removed watch does not inherit its events", Tag, ENGINES) {
  Bench<Tag> loop;
  EventFd old_fd;
  EventFd new_fd;
  int wrong = 0;
  const auto first = loop->add_watch(old_fd.fd(), POLLIN, [&](std::uint32_t) { ++wrong; });
  REQUIRE(first);
  CHECK(loop.turn() == 0);
  old_fd.signal();
  loop->remove(*first);
  const auto second = loop->add_watch(new_fd.fd(), POLLIN, [&](std::uint32_t) { ++wrong; });
  REQUIRE(second);
  CHECK(loop.turn() == 0);
  loop->remove(*first);  // Stale: must not hit the new one.
  CHECK(wrong == 0);
  new_fd.signal();
  CHECK(loop.turn() == 1);
}

TEST_CASE_TEMPLATE("event loop: callbacks may add watches, many at once", Tag, ENGINES) {
  Bench<Tag> loop;
  constexpr std::size_t count = 300;  // More than an engine's ring holds.
  std::vector<EventFd> fds(count);
  EventFd starter;
  std::size_t calls = 0;
  std::vector<EventLoop::WatchId> ids;
  const auto added = loop->add_watch(starter.fd(), POLLIN, [&](std::uint32_t) {
    CHECK(starter.drain());
    for (const EventFd& fd : fds) {
      const auto id = loop->add_watch(fd.fd(), POLLIN, [&](std::uint32_t) {
        CHECK(fd.drain());
        ++calls;
      });
      REQUIRE(id);
      ids.push_back(*id);
    }
  });
  REQUIRE(added);
  starter.signal();
  CHECK(loop.turn() == 1);
  for (int round = 1; round <= 3; ++round) {
    for (const EventFd& fd : fds) fd.signal();
    while (loop.turn() > 0) {
    }
    CHECK(calls == count * static_cast<std::size_t>(round));
  }
  for (const auto id : ids) loop->remove(id);
  for (const EventFd& fd : fds) fd.signal();
  CHECK(loop.turn() == 0);
}

TEST_CASE_TEMPLATE("event loop: a descriptor that is not open is reported once, and the loop goes on", Tag, ENGINES) {
  Bench<Tag> loop;
  const int closed = eventfd(0, EFD_CLOEXEC);
  close(closed);
  std::vector<std::uint32_t> seen;
  const auto id = loop->add_watch(closed, POLLIN, [&](std::uint32_t events) { seen.push_back(events); });
  REQUIRE(id);
  for (int i = 0; i < 3; ++i) (void)loop.turn();
  REQUIRE(seen.size() == 1);
  CHECK((seen[0] & POLLNVAL) != 0);
  loop->remove(*id);
  const auto negative = loop->add_watch(-1, POLLIN, [](std::uint32_t) {});
  REQUIRE_FALSE(negative);
  CHECK(negative.error().is(LocalError::invalid_argument));
}

TEST_CASE_TEMPLATE("event loop: timers run at their deadline on the injected clock, in order", Tag, ENGINES) {
  Bench<Tag> loop;
  std::string order;
  const Instant start = loop.time.now();
  loop->add_timer(start + 20ms, [&] { order += 'b'; });
  const auto cancelled = loop->add_timer(start + 15ms, [&] { order += 'x'; });
  loop->add_timer(start + 10ms, [&] { order += 'a'; });
  EventLoop::TimerId other;
  loop->add_timer(start + 30ms, [&] {
    order += 'c';
    loop->cancel(other);
    // Due at once, but not in this turn: a timer that re-arms itself must not hold the loop.
    loop->add_timer(start, [&] { order += 'd'; });
  });
  other = loop->add_timer(start + 30ms, [&] { order += 'y'; });
  loop->cancel(cancelled);
  CHECK(loop.turn() == 0);
  loop.time.advance(10ms);
  CHECK(loop.turn() == 1);
  CHECK(order == "a");
  loop.time.advance(10ms);
  CHECK(loop.turn() == 1);
  CHECK(order == "ab");
  loop.time.advance(10ms);
  while (loop.turn() > 0) {
  }
  CHECK(order == "abcd");
}

TEST_CASE_TEMPLATE("event loop: posted tasks run in order, and one that posts again waits for the next turn", Tag,
                   ENGINES) {
  Bench<Tag> loop;
  std::string order;
  loop->post([&] {
    order += '1';
    loop->post([&] { order += '3'; });
  });
  loop->post([&] { order += '2'; });
  CHECK(order.empty());
  while (loop.turn() > 0) {
  }
  CHECK(order == "123");
  CHECK(loop.turn() == 0);
}

TEST_CASE_TEMPLATE("event loop: a prepare callback that finds work keeps the loop from sleeping", Tag, ENGINES) {
  Bench<Tag> loop;
  int asked = 0;
  EventLoop::PrepareId id;
  id = loop->add_prepare([&] {
    if (++asked == 2) loop->remove(id);
    return true;
  });
  // `never` would hang here if the answer were ignored.
  CHECK(loop->run_once(never).value() == 0);
  CHECK(loop->run_once(never).value() == 0);
  CHECK(loop.turn() == 0);
  CHECK(asked == 2);
}

TEST_CASE_TEMPLATE("event loop: a turn inside a callback does nothing", Tag, ENGINES) {
  Bench<Tag> loop;
  std::size_t nested = 99;
  loop->post([&] { nested = loop->run_once(never).value(); });
  (void)loop.turn();
  CHECK(nested == 0);
}

TEST_CASE_TEMPLATE("event loop: stop before run, and stop from a callback, end run", Tag, ENGINES) {
  Bench<Tag> loop;
  loop->stop();
  CHECK(loop->run());
  int calls = 0;
  loop->post([&] {
    ++calls;
    loop->stop();
  });
  CHECK(loop->run());
  CHECK(calls == 1);
}

TEST_CASE_TEMPLATE("event loop: posts from several threads all run, on the loop's thread", Tag, ENGINES) {
  Bench<Tag> loop;
  constexpr int threads = 3;
  constexpr int posts = 3'000;
  int count = 0;  // No atomic: only the loop's thread touches it.
  std::vector<std::thread> posters;
  for (int t = 0; t < threads; ++t) {
    posters.emplace_back([&] {
      for (int i = 0; i < posts; ++i) {
        loop->post([&] {
          if (++count == threads * posts) loop->stop();
        });
      }
    });
  }
  CHECK(loop->run());
  for (auto& poster : posters) poster.join();
  CHECK(count == threads * posts);
}

TEST_CASE_TEMPLATE("event loop: watches survive the end of the thread that ran the loop", Tag, ENGINES) {
  Bench<Tag> loop;
  EventFd fd;
  int calls = 0;
  const auto id = loop->add_watch(fd.fd(), POLLIN, [&](std::uint32_t events) {
    CHECK(events == POLLIN);
    CHECK(fd.drain());
    ++calls;
    loop->stop();
  });
  REQUIRE(id);
  for (int i = 1; i <= 3; ++i) {
    // This thread leaves with the watch armed and quiet.
    std::thread([&] { CHECK(loop.turn() == 0); }).join();
    std::thread runner([&] { CHECK(loop->run()); });
    fd.signal();
    runner.join();
    CHECK(calls == i);
  }
  fd.signal();
  CHECK(loop->run());
  CHECK(calls == 4);
}

TEST_CASE_TEMPLATE("event loop: destroying a loop with everything pending calls nothing", Tag, ENGINES) {
  EventFd fd;
  int calls = 0;
  {
    Bench<Tag> loop;
    REQUIRE(loop->add_watch(fd.fd(), POLLIN, [&](std::uint32_t) { ++calls; }));
    loop->add_timer(loop.time.now(), [&] { ++calls; });
    loop->post([&] { ++calls; });
    fd.signal();
  }
  CHECK(calls == 0);
  CHECK(fd.drain());
}

TEST_CASE("event loop: automatic takes io_uring where there is one, else poll") {
  ManualTime time;
  const bool has_uring = EventLoop::create(time, EventLoop::Engine::io_uring).has_value();
  const auto loop = EventLoop::create(time);
  REQUIRE(loop);
  CHECK((*loop)->engine() == (has_uring ? EventLoop::Engine::io_uring : EventLoop::Engine::poll));
}
