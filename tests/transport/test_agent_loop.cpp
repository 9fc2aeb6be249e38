// SPDX-License-Identifier: Apache-2.0
//
// An agent on the event loop: who is watched when, what runs on the loop's thread, and that nothing is forgotten when
// other threads wait for the same channels. Time is set by hand; turns of the loop do not wait unless a test says so.
#include <doctest/doctest.h>

#include <atomic>
#include <functional>
#include <thread>
#include <utility>
#include <vector>

#include "scmi/agent.hpp"
#include "tests/transport/base_platform.hpp"
#include "tests/transport/mailbox_fixture.hpp"
#include "transport/agent_loop.hpp"
#include "transport/event_loop.hpp"
#include "transport/loopback.hpp"
#include "transport/system_time.hpp"
#include "transport/system_waiter.hpp"

using namespace scmi;
using namespace std::chrono_literals;
using test::Bytes;
using test::default_reply;
using test::subject;
using test::words;
using transport::AgentLoop;
using transport::EventLoop;
using transport::Loopback;
using transport::LoopbackCommand;
using transport::LoopbackOptions;
using transport::LoopWaiter;

namespace {

constexpr MessageId request{0x21};
constexpr MessageId notified{0x1};

class ManualTime final : public TimeSource {
 public:
  [[nodiscard]] Instant now() noexcept override { return Instant(Duration(now_.load())); }
  void advance(Duration by) noexcept { now_.fetch_add(by.count()); }
  void advance_to(Instant to) noexcept {
    if (to > now()) now_.store(to.time_since_epoch().count());
  }

 private:
  std::atomic<Duration::rep> now_{1'000'000'000};
};

/// Sleeping is the time passing.
class JumpWaiter final : public Waiter {
 public:
  explicit JumpWaiter(ManualTime& time) : time_(time) {}
  void wait(WaitPoint& point, std::uint32_t seen, Instant deadline, std::span<const int>) noexcept override {
    if (const auto happens = std::exchange(meanwhile, nullptr)) {
      happens();
      return;
    }
    if (point.word.load() == seen && deadline != never) time_.advance_to(deadline);
  }
  void wake(WaitPoint&) noexcept override {}

  std::function<void()> meanwhile;  ///< Happens while the next one sleeps, in no time.

 private:
  ManualTime& time_;
};

AgentConfig config() {
  AgentConfig c;
  c.registry.spin_extra = {};
  c.registry.spin_max = {};
  return c;
}

template <EventLoop::Engine engine>
struct Bench {
  ManualTime time;
  JumpWaiter jump{time};
  LoopWaiter waiter{jump};
  Loopback platform;
  std::vector<LoopbackCommand> hold;
  bool holding = false;
  std::unique_ptr<EventLoop> loop;
  std::unique_ptr<Agent> agent;
  std::unique_ptr<AgentLoop> adapter;
  ProtocolLink link;

  explicit Bench(LoopbackOptions options = {.doorbell_fd = true}) : platform(std::move(options)) {
    auto made = EventLoop::create(time, engine);
    if (!made) made = EventLoop::create(time);  // No io_uring here.
    REQUIRE(made);
    loop = std::move(*made);
    platform.set_responder(
        [this](Loopback&, const LoopbackCommand& command) { holding ? hold.push_back(command) : answer(command); });
    auto probed = Agent::probe(platform.transport(), time, waiter, config());
    REQUIRE(probed);
    agent = std::move(*probed);
    link = *agent->link(subject);
    adapter = std::make_unique<AgentLoop>(*loop, *agent, &waiter);
    settle();
  }
  ~Bench() {
    adapter.reset();
    agent->shutdown();
    CHECK(platform.open_channels() == 0);
    CHECK(platform.counts().violations == 0);
  }
  void answer(const LoopbackCommand& command) {
    platform.deliver(platform.reply(command, default_reply(command.header, command.payload)));
  }
  /// Turns that do not wait, until one does nothing; true if there was anything.
  bool settle() {
    bool any = false;
    for (int quiet = 0; quiet < 3;) {
      const auto called = loop->run_once(time.now());
      REQUIRE(called);
      any = any || *called != 0;
      quiet = *called == 0 ? quiet + 1 : 0;
    }
    return any;
  }
  void notify(std::uint32_t value) { platform.deliver(platform.notify(subject, notified, words({value}))); }
  PendingCall start(std::uint32_t value, Completion completion, Duration timeout = 20ms) {
    auto call = link.start(request, words({value}), {.timeout = timeout, .completion = std::move(completion)});
    REQUIRE(call);
    return std::move(*call);
  }
};

using UringBench = Bench<EventLoop::Engine::io_uring>;
using PollBench = Bench<EventLoop::Engine::poll>;
#define BENCHES UringBench, PollBench

}  // namespace

TEST_CASE_TEMPLATE("agent loop: a doorbell on the P2A channel runs the subscriber on the loop", B, BENCHES) {
  B bench;
  std::vector<Bytes> got;
  const auto subscription =
      bench.link.subscribe(notified, [&](std::span<const std::byte> payload) { got.push_back(test::copy(payload)); });
  CHECK(bench.adapter->watched() == 1);
  CHECK_FALSE(bench.settle());
  bench.notify(7);
  bench.notify(8);
  CHECK(got.empty());
  bench.settle();
  REQUIRE(got.size() == 2);
  CHECK(got[1] == words({8}));
  CHECK_FALSE(bench.settle());
}

TEST_CASE_TEMPLATE("agent loop: the A2P channel is watched exactly while a call is out", B, BENCHES) {
  B bench;
  bench.holding = true;
  int completed = 0;
  const auto call = bench.start(5, [&](const auto& result) { completed += result ? 1 : 100; });
  CHECK(bench.adapter->watched() == 1);
  bench.settle();
  CHECK(bench.adapter->watched() == 2);
  CHECK(completed == 0);
  bench.answer(bench.hold.at(0));
  bench.settle();
  CHECK(completed == 1);
  CHECK(bench.adapter->watched() == 1);
}

TEST_CASE_TEMPLATE("agent loop: a call that nobody waits for ends at its deadline", B, BENCHES) {
  B bench;
  bench.holding = true;
  std::vector<Error> errors;
  const auto note = [&](const auto& result) { errors.push_back(result.error()); };
  const auto first = bench.start(1, note, 20ms);
  const auto second = bench.start(2, note, 10ms);
  bench.settle();
  bench.time.advance(10ms);
  bench.settle();
  REQUIRE(errors.size() == 1);
  CHECK(second.finished());
  CHECK_FALSE(first.finished());
  bench.time.advance(10ms);
  bench.settle();
  REQUIRE(errors.size() == 2);
  CHECK(errors[1].is(LocalError::timed_out));
}

TEST_CASE_TEMPLATE("agent loop: a callback may start calls, block in them, and end them by their deadline", B,
                   BENCHES) {
  B bench;
  std::vector<int> order;
  PendingCall inner;
  const auto subscription = bench.link.subscribe(notified, [&](std::span<const std::byte>) {
    order.push_back(1);
    Bytes reply(16);
    // On the loop's own thread: it leads its own wait.
    CHECK(bench.link.transact(request, words({3}), reply).value() == 8);
    order.push_back(2);
    bench.holding = true;
    inner = bench.start(4, [&](const auto& result) {
      CHECK(result.error().is(LocalError::timed_out));
      order.push_back(3);
    });
  });
  bench.notify(1);
  bench.settle();
  CHECK(order == std::vector{1, 2});
  bench.time.advance(20ms);
  bench.settle();
  CHECK(order == std::vector{1, 2, 3});
}

TEST_CASE_TEMPLATE("agent loop: an adapter destroyed by a callback it runs leaves the loop clean", B, BENCHES) {
  B bench;
  int calls = 0;
  const auto subscription = bench.link.subscribe(notified, [&](std::span<const std::byte>) {
    ++calls;
    bench.adapter.reset();
  });
  bench.notify(1);
  bench.settle();
  CHECK(calls == 1);
  bench.notify(2);
  CHECK_FALSE(bench.settle());
  CHECK(calls == 1);
}

TEST_CASE_TEMPLATE("agent loop: an agent shut down on the loop is watched no longer", B, BENCHES) {
  B bench;
  const auto subscription =
      bench.link.subscribe(notified, [&](std::span<const std::byte>) { bench.agent->shutdown(); });
  bench.notify(1);
  bench.settle();
  CHECK(bench.platform.open_channels() == 0);
  CHECK(bench.adapter->watched() == 0);
  bench.settle();
}

TEST_CASE_TEMPLATE("agent loop: a notification that another context's wait received is dispatched by the loop", B,
                   BENCHES) {
  // By callback: whoever delivers has received it, on any thread, and no descriptor tells.
  B bench(LoopbackOptions{});
  std::atomic<int> got{0};
  std::thread::id on;
  const auto subscription = bench.link.subscribe(notified, [&](std::span<const std::byte>) {
    on = std::this_thread::get_id();
    ++got;
  });
  CHECK(bench.adapter->watched() == 0);
  std::thread([&] { bench.notify(1); }).join();
  CHECK(got == 0);
  bench.settle();
  CHECK(got == 1);
  CHECK(on == std::this_thread::get_id());
}

TEST_CASE_TEMPLATE("agent loop: channels without a descriptor are looked at now and then", B, BENCHES) {
  B bench(LoopbackOptions{});
  int got = 0;
  const auto subscription = bench.link.subscribe(notified, [&](std::span<const std::byte>) { ++got; });
  bench.platform.deliver(bench.platform.notify(subject, notified, words({1})), Loopback::Bell::silent);
  bench.settle();
  bench.time.advance(RegistrySettings{}.poll_interval_max);
  bench.settle();
  CHECK(got == 1);
}

TEST_CASE_TEMPLATE("agent loop: a call started by another thread needs a kick, and gets one", B, BENCHES) {
  B bench;
  bench.holding = true;
  std::atomic<int> timed_out{0};
  PendingCall call;
  std::thread([&] {
    call = bench.start(1, [&](const auto& result) { timed_out += result.error().is(LocalError::timed_out) ? 1 : 100; });
    bench.adapter->kick();
  }).join();
  bench.settle();
  CHECK(bench.adapter->watched() == 2);
  bench.time.advance(20ms);
  bench.settle();
  CHECK(timed_out == 1);
}

TEST_CASE_TEMPLATE("agent loop: a caller who stops leading tells the loop, which watches again at once", B, BENCHES) {
  B bench;
  bench.holding = true;
  const auto pending = bench.start(1, nullptr, 100s);
  bench.settle();
  CHECK(bench.adapter->watched() == 2);
  bench.jump.meanwhile = [&] {
    // The caller leads: the loop leaves the channel to him, however long it takes.
    bench.notify(1);
    bench.settle();
    CHECK(bench.adapter->watched() == 1);
    bench.time.advance(RegistrySettings{}.poll_interval_max);
    CHECK_FALSE(bench.settle());
    bench.answer(bench.hold.at(1));
  };
  Bytes reply(16);
  CHECK(bench.link.transact(request, words({2}), reply, {.timeout = 10s}).value() == 8);
  CHECK(bench.settle());  // Woken, though no time has passed and nothing has arrived.
  CHECK(bench.adapter->watched() == 2);
}

TEST_CASE("agent loop: callers, starters and notifications on threads of their own, one loop") {
  transport::SystemTime time;
  transport::SystemWaiter inner;
  LoopWaiter waiter(inner);
  Loopback platform({.doorbell_fd = true});
  platform.set_responder([](Loopback& loop, const LoopbackCommand& command) {
    loop.deliver(loop.reply(command, default_reply(command.header, command.payload)));
  });
  auto agent = Agent::probe(platform.transport(), time, waiter);
  REQUIRE(agent);
  auto loop = EventLoop::create(time);
  REQUIRE(loop);
  constexpr int each = 200;
  std::atomic<int> calls{0};
  std::atomic<int> completions{0};
  int notifications = 0;  // Only the loop's thread.
  {
    AgentLoop adapter(**loop, **agent, &waiter);
    const ProtocolLink link = *(*agent)->link(subject);
    const auto done = [&] {
      if (calls == each && completions == each && notifications == each) (*loop)->stop();
    };
    const auto subscription = link.subscribe(notified, [&](std::span<const std::byte>) {
      ++notifications;
      done();
    });
    std::thread caller([&] {
      for (int i = 0; i < each; ++i) {
        Bytes reply(16);
        if (link.transact(request, words({1}), reply, {.timeout = 60s})) ++calls;
      }
      (*loop)->post(done);
    });
    std::thread starter([&] {
      for (int i = 0; i < each; ++i) {
        auto call =
            link.start(request, words({2}),
                       {.timeout = 60s, .completion = [&](const auto& result) { completions += result ? 1 : 1000; }});
        adapter.kick();
        while (!call || !call->finished()) std::this_thread::yield();
      }
      (*loop)->post(done);
    });
    std::thread notifier([&] {
      for (int i = 0; i < each; ++i) {
        const auto id = platform.notify(subject, notified, words({3}));
        while (!platform.deliver(id)) std::this_thread::yield();
      }
    });
    CHECK((*loop)->run());
    caller.join();
    starter.join();
    notifier.join();
  }
  CHECK(calls == each);
  CHECK(completions == each);
  CHECK(notifications == each);
  (*agent)->shutdown();
  CHECK(platform.counts().violations == 0);
}

TEST_CASE_TEMPLATE("agent loop: a platform that hangs up ends the calls and does not keep the loop busy", B, BENCHES) {
  // Over a socket: its hang-up stays readable for ever.
  transport::test::Platform platform;
  auto mailbox = platform.agent(1);
  ManualTime time;

  struct ServingWaiter final : Waiter {
    transport::test::Platform* platform = nullptr;
    ManualTime* time = nullptr;
    void wait(WaitPoint&, std::uint32_t, Instant deadline, std::span<const int>) noexcept override {
      if (!serve() && deadline != never) time->advance_to(deadline);
    }
    void wake(WaitPoint&) noexcept override {}
    bool serve() const noexcept {
      transport::test::step(*platform->server);
      bool served = false;
      transport::Request taken;
      for (transport::AgentPort* port : platform->server->ports()) {
        while (port->take(taken)) {
          if (MessageHeader::unpack(taken.header).protocol == subject) continue;  // Kept for ever.
          CHECK(port->respond(taken.channel, taken.header, default_reply(taken.header, taken.payload)));
          served = true;
        }
      }
      return served;
    }
  } waiter;
  waiter.platform = &platform;
  waiter.time = &time;

  auto agent = Agent::probe(mailbox->transport(), time, waiter, config());
  REQUIRE(agent);
  auto loop =
      EventLoop::create(time, std::is_same_v<B, PollBench> ? EventLoop::Engine::poll : EventLoop::Engine::automatic);
  REQUIRE(loop);
  AgentLoop adapter(**loop, **agent);
  std::vector<Error> errors;
  const auto link = *(*agent)->link(subject);
  auto call = link.start(request, words({1}),
                         {.timeout = 100s, .completion = [&](const auto& r) { errors.push_back(r.error()); }});
  REQUIRE(call);
  const auto turn = [&] { return (*loop)->run_once(time.now()).value(); };
  while (turn() > 0) {
  }
  (void)waiter.serve();
  platform.server.reset();
  for (int i = 0; i < 10; ++i) (void)turn();
  REQUIRE(errors.size() == 1);
  CHECK(errors[0].is(LocalError::platform_lost));
  for (int i = 0; i < 10; ++i) CHECK(turn() == 0);
}
