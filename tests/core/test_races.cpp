// SPDX-License-Identifier: Apache-2.0
// Real threads against each other. Bounded by counts, never by time; meant for the thread and address lanes. The small
// interleavings are enumerated by the explorer (fuzz/explore); this is the crowd.
#include <doctest/doctest.h>

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <random>
#include <thread>

#include "tests/core/fake_area.hpp"

using namespace scmi;
using namespace scmi::test;
using namespace std::chrono_literals;

namespace {

/// A waiter of condition variables; time passes by one step with every sleep that finds nothing, so that deadlines
/// come.
class ThreadWaiter : public Waiter, public TimeSource {
 public:
  Instant now() noexcept override { return Instant(Duration(now_.load(std::memory_order_relaxed))); }
  void wait(WaitPoint& point, std::uint32_t seen, Instant, std::span<const int>) noexcept override {
    std::unique_lock lock(mutex_);
    if (point.word.load() == seen) {
      now_.fetch_add(Duration(100us).count(), std::memory_order_relaxed);
      lock.unlock();
      std::this_thread::yield();
    }
  }
  void wake(WaitPoint&) noexcept override {}

 private:
  std::mutex mutex_;
  std::atomic<Duration::rep> now_{Duration(1s).count()};
};

/// An area whose platform is another thread. Only what is atomic here may be touched by both sides.
class ThreadedArea {
 public:
  std::atomic<bool> free{true};
  std::atomic<std::uint32_t> header{0};
  std::atomic<std::uint32_t> length{0};
  std::array<std::atomic<std::uint32_t>, 16> payload{};
  std::mutex registry_mutex;
  std::shared_ptr<ChannelRegistry> registry;
  ChannelHandle handle;

  Transport transport() {
    static const ChanOps ops = make_ops();
    static constexpr TransportDescription description{"threaded", 68, 1, 1ms, true, BufferModel::copied};
    return {&ops, &description, static_cast<TransportState*>(static_cast<void*>(this))};
  }
  void ring() {
    std::shared_ptr<ChannelRegistry> r;
    ChannelHandle h;
    {
      const std::lock_guard lock(registry_mutex);
      r = registry;
      h = handle;
    }
    if (r != nullptr) rx_callback(*r, h, 0);
  }

 private:
  static ThreadedArea& of(void* s) { return *static_cast<ThreadedArea*>(s); }
  static ChanOps make_ops() {
    ChanOps ops;
    ops.available = [](TransportState*, ProtocolId p, Direction d) {
      return p == protocol::base && d == Direction::a2p;
    };
    ops.setup = [](TransportState* s, const ChannelSetup& setup) -> Result<ChannelPort> {
      ThreadedArea& a = of(static_cast<void*>(s));
      const std::lock_guard lock(a.registry_mutex);
      a.registry = setup.registry;
      a.handle = setup.handle;
      return ChannelPort{static_cast<ChannelState*>(static_cast<void*>(s)), 64, 1, 1};
    };
    ops.stop = [](ChannelState*) {};
    ops.free = [](ChannelState*) {};
    ops.send = [](ChannelState* s, const TxMessage& m) -> SendResult {
      ThreadedArea& a = of(static_cast<void*>(s));
      if (!a.free.load(std::memory_order_acquire)) return Error::local(LocalError::channel_busy);
      a.header.store(m.header, std::memory_order_relaxed);
      a.length.store(4 + static_cast<std::uint32_t>(m.payload.size()), std::memory_order_relaxed);
      a.free.store(false, std::memory_order_release);
      return {};
    };
    ops.poll_done = [](ChannelState* s) { return of(static_cast<void*>(s)).free.load(std::memory_order_acquire); };
    static constexpr auto fetch_response = [](ChannelState* s, std::span<std::byte> into) {
      ThreadedArea& a = of(static_cast<void*>(s));
      RxMessage m;
      if (!a.free.load(std::memory_order_acquire)) return m;
      m.kind = RxMessage::Kind::message;
      m.header = a.header.load(std::memory_order_relaxed);
      const std::uint32_t n = std::min<std::uint32_t>(a.length.load(std::memory_order_relaxed), 68) - 4;
      for (std::uint32_t i = 0; i < n / 4; ++i) {
        const std::uint32_t w = a.payload[i].load(std::memory_order_relaxed);
        std::memcpy(into.data() + 4 * i, &w, 4);
      }
      m.payload = into.first(n);
      return m;
    };
    ops.fetch_response = fetch_response;
    ops.take_reply = [](ChannelState* s, std::uint32_t header, std::byte* into) {
      return reply_length(fetch_response(s, {into, 64}), header);
    };
    ops.fetch_notification = [](ChannelState*, std::span<std::byte>) { return RxMessage{}; };
    ops.clear = [](ChannelState*) {};
    ops.ring = [](ChannelState*) {};
    ops.wait_fds = [](ChannelState*, std::span<int>, bool) -> std::size_t { return 0; };
    ops.liveness = [](ChannelState*) { return true; };
    return ops;
  }
};

/// The platform's thread: answers, sometimes not, rings too often, until told to stop.
void serve(ThreadedArea& a, std::uint64_t seed, std::atomic<bool>& stop) {
  std::mt19937_64 random(seed);
  while (!stop.load(std::memory_order_relaxed)) {
    if (!a.free.load(std::memory_order_acquire)) {
      const MessageHeader h = MessageHeader::unpack(a.header.load(std::memory_order_relaxed));
      const auto dice = random() % 16;
      if (dice == 0) std::this_thread::yield();
      a.payload[0].store(dice == 1 ? 0xFFFF'FFF8U : 0U, std::memory_order_relaxed);
      a.payload[1].store(h.message.value == 0 ? 0x20000U : h.token.value, std::memory_order_relaxed);
      for (std::size_t i = 2; i < 6; ++i) a.payload[i].store(0, std::memory_order_relaxed);
      if (dice == 2) a.header.store(a.header.load(std::memory_order_relaxed) ^ 0x40000U, std::memory_order_relaxed);
      a.length.store(dice == 3 ? 4U : 28U, std::memory_order_relaxed);
      a.free.store(true, std::memory_order_release);
    }
    a.ring();
    std::this_thread::yield();
  }
}

}  // namespace

TEST_CASE("S4.12 a probe that fails while replies arrive on another thread, 10,000 seeded rounds") {
  // Rounds are cheap; a thread for each block of them keeps the platform busy across probes.
  constexpr int blocks = 20;
  constexpr int rounds = 500;
  int failed = 0;
  int probed = 0;
  for (int block = 0; block < blocks; ++block) {
    ThreadWaiter time;
    ThreadedArea area;
    std::atomic<bool> stop{false};
    std::thread platform(serve, std::ref(area), 1000U + static_cast<unsigned>(block), std::ref(stop));
    for (int round = 0; round < rounds; ++round) {
      AgentConfig config = AgentFixture::config();
      config.registry.first_token = static_cast<std::uint16_t>(round);
      auto agent = Agent::probe(area.transport(), time, time, config);
      ++(agent ? probed : failed);
      if (agent) agent->reset();
      REQUIRE(area.registry->open_channels() == 0);
      REQUIRE(area.registry->xfers_in_use() == 0);
    }
    stop = true;
    platform.join();
  }
  CHECK(failed + probed == blocks * rounds);
  CHECK(failed > rounds);  // Most rounds meet a fault.
}

TEST_CASE("S4.4 close waits for callbacks that are running, and for nothing else") {
  ThreadWaiter time;
  ThreadedArea area;
  const auto registry = ChannelRegistry::create(time, time, {});
  for (int round = 0; round < 200; ++round) {
    const auto handle = registry->open(area.transport(), protocol::base, Direction::a2p);
    REQUIRE(handle);
    std::atomic<int> phase{0};
    std::thread callback([&] {
      ChannelRef running = registry->acquire(*handle);
      phase = 1;
      while (phase.load() != 2) std::this_thread::yield();
      const bool alive = registry->handle_at(handle->slot) == *handle;
      CHECK(alive);  // Not freed under us, however long we take.
      running.reset();
    });
    while (phase.load() != 1) std::this_thread::yield();
    std::thread closer([&] { registry->close(*handle); });
    ChannelInfo* slot = registry->slot(handle->slot);
    REQUIRE(slot != nullptr);
    while ((slot->word() & ChannelWord::closing) == 0) std::this_thread::yield();
    CHECK_FALSE(registry->acquire(*handle));
    CHECK(registry->open_channels() == 1);
    phase = 2;
    closer.join();
    CHECK(registry->open_channels() == 0);
    callback.join();
  }
}

TEST_CASE("callers, a noisy platform and a closer at once: every call ends exactly once") {
  for (unsigned round = 0; round < 30; ++round) {
    ThreadWaiter time;
    ThreadedArea area;
    const auto registry = ChannelRegistry::create(time, time, {});
    const auto handle = registry->open(area.transport(), protocol::base, Direction::a2p);
    REQUIRE(handle);
    std::atomic<bool> stop{false};
    std::thread platform(serve, std::ref(area), round, std::ref(stop));
    std::atomic<int> ended{0};
    std::atomic<int> foreign{0};
    std::vector<std::thread> callers;
    for (int c = 0; c < 3; ++c) {
      callers.emplace_back([&, c] {
        for (int i = 0; i < 60; ++i) {
          if (c == 2) {
            auto call = PendingCall::start(registry, *handle,
                                           {MessageId(9), MessageType::command, protocol::base, Token()}, {}, {});
            if (call && i % 3 == 0) call->cancel();
            if (call) static_cast<void>(call->wait());
            ++ended;
            continue;
          }
          Transaction t(*registry->slot(handle->slot), handle->generation, {});
          if (t.ok()) {
            const auto r = t.run({MessageId(9), MessageType::command, protocol::base, Token()}, 0);
            if (r && r->size() >= 8) {
              // The reply carries the token it answers: nobody may get another's.
              std::uint32_t token = 0;
              std::memcpy(&token, r->data() + 4, 4);
              const Xfer& x = registry->slot(handle->slot)->binding().table->held();
              if (token != MessageHeader::unpack(x.header.load()).token.value) ++foreign;
            }
          }
          ++ended;
        }
      });
    }
    if (round % 2 == 0) {
      while (ended.load() < 50) std::this_thread::yield();
      registry->close(*handle);
    }
    for (auto& t : callers) t.join();
    registry->close(*handle);
    stop = true;
    platform.join();
    CHECK(ended == 180);
    CHECK(foreign == 0);
    CHECK(registry->xfers_in_use() == 0);
    CHECK(registry->open_channels() == 0);
  }
}
