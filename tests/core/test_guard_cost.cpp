// SPDX-License-Identifier: Apache-2.0
//
// What the way through the core costs when nobody contends, counted and not timed: the core's sources are compiled here
// with atomics and locks that keep a tally, operator new is replaced, and clock and waiter count their calls.
#include <doctest/doctest.h>

#include <array>
#include <cstdlib>
#include <cstring>
#include <new>

#include "scmi/channel_registry.hpp"
#include "scmi/transaction.hpp"

namespace {
std::uint64_t allocations = 0;
}  // namespace

void* operator new(std::size_t size) {
  ++allocations;
  void* const made = std::malloc(size);
  if (made == nullptr) std::abort();
  return made;
}
void* operator new(std::size_t size, std::align_val_t alignment) {
  ++allocations;
  const auto align = static_cast<std::size_t>(alignment);
  void* const made = std::aligned_alloc(align, (size + align - 1) / align * align);
  if (made == nullptr) std::abort();
  return made;
}
void operator delete(void* what) noexcept { std::free(what); }
void operator delete(void* what, std::align_val_t) noexcept { std::free(what); }
void operator delete(void* what, std::size_t, std::align_val_t) noexcept { std::free(what); }
void operator delete(void* what, std::size_t) noexcept { std::free(what); }

namespace scmi {
namespace {

struct CountingClock : TimeSource {
  std::uint64_t reads = 0;
  Instant now() noexcept override { return Instant(std::chrono::microseconds(++reads)); }
};

struct CountingWaiter : Waiter {
  std::uint64_t calls = 0;
  void wait(WaitPoint&, std::uint32_t, Instant, std::span<const int>) noexcept override { ++calls; }
  void wake(WaitPoint&) noexcept override { ++calls; }
};

/// One area whose platform echoes the request, and is seen to have done so at a given poll.
struct EchoArea {
  std::uint64_t polls = 0;
  std::uint64_t answered_at = 1;
  bool out = false;
  std::uint32_t header = 0;
  std::size_t size = 0;
  std::array<std::byte, 64> payload{};

  static EchoArea& of(void* state) { return *static_cast<EchoArea*>(state); }
  static const ChanOps& ops() {
    static const ChanOps table = [] {
      ChanOps o;
      o.available = [](TransportState*, ProtocolId, Direction) { return true; };
      o.setup = [](TransportState* s, const ChannelSetup&) -> Result<ChannelPort> {
        return ChannelPort{static_cast<ChannelState*>(static_cast<void*>(s)), 64, 0, 0};
      };
      o.stop = [](ChannelState*) {};
      o.free = [](ChannelState*) {};
      o.send = [](ChannelState* s, const TxMessage& m) -> SendResult {
        EchoArea& area = of(s);
        area.out = true;
        area.polls = 0;
        area.header = m.header;
        area.size = m.payload.size();
        std::memcpy(area.payload.data(), m.payload.data(), m.payload.size());
        return {};
      };
      o.poll_done = [](ChannelState* s) {
        EchoArea& area = of(s);
        return area.out && ++area.polls >= area.answered_at;
      };
      static constexpr auto fetch_response = [](ChannelState* s, std::span<std::byte> into) {
        EchoArea& area = of(s);
        std::memcpy(into.data(), area.payload.data(), area.size);
        return RxMessage{.kind = RxMessage::Kind::message, .header = area.header, .payload = into.first(area.size)};
      };
      o.fetch_response = fetch_response;
      o.take_reply = [](ChannelState* s, std::uint32_t header, std::byte* into) {
        return reply_length(fetch_response(s, {into, 64}), header);
      };
      o.wait_fds = [](ChannelState*, std::span<int>, bool) -> std::size_t { return 0; };
      o.liveness = [](ChannelState*) { return true; };
      return o;
    }();
    return table;
  }
};

struct Costs {
  std::uint64_t read_modify_writes = 0;
  std::uint64_t locks = 0;
  std::uint64_t allocations = 0;
  std::uint64_t clock_reads = 0;
  std::uint64_t waiter_calls = 0;
};

struct World {
  CountingClock clock;
  CountingWaiter waiter;
  EchoArea area;
  TransportDescription description{"echo", 68, 1, std::chrono::seconds(1), true, BufferModel::copied};
  std::shared_ptr<ChannelRegistry> registry = ChannelRegistry::create(clock, waiter, {});
  ChannelHandle handle;
  ChannelInfo* channel = nullptr;

  World() {
    const auto opened =
        registry->open({&EchoArea::ops(), &description, static_cast<TransportState*>(static_cast<void*>(&area))},
                       protocol::base, Direction::a2p);
    REQUIRE(opened);
    handle = *opened;
    channel = registry->slot(handle.slot);
  }
  ~World() { registry->close_all(); }

  template <class Act>
  Costs costs(const Act& act) {
    const std::uint64_t allocated = allocations;
    const std::uint64_t clock_reads = clock.reads;
    const std::uint64_t waiter_calls = waiter.calls;
    sync::tally = {};
    act();
    return {sync::tally.read_modify_writes, sync::tally.locks, allocations - allocated, clock.reads - clock_reads,
            waiter.calls - waiter_calls};
  }

  bool transact(bool poll) {
    Transaction transaction(*channel, handle.generation, {.timeout = {}, .poll = poll});
    if (!transaction.ok()) return false;
    const std::uint32_t sent = 0xA1B2C3D4;
    std::memcpy(transaction.request().data(), &sent, sizeof sent);
    const auto reply = transaction.run({MessageId(3), MessageType::command, protocol::base, Token()}, sizeof sent);
    std::uint32_t got = 0;
    if (reply && reply->size() == sizeof got) std::memcpy(&got, reply->data(), sizeof got);
    return got == sent;
  }
};

TEST_CASE("S4.13 the uncontended guard costs at most two read-modify-writes: one acquires and admits, one gives back") {
  World world;
  SUBCASE("around a transaction that sends nothing") {
    bool admitted = false;
    const Costs costs = world.costs([&] {
      const Transaction transaction(*world.channel, world.handle.generation, {});
      admitted = transaction.ok();
    });
    CHECK(admitted);
    CHECK(costs.read_modify_writes == 2);
    CHECK(costs.locks == 0);
    CHECK(costs.allocations == 0);
    CHECK(costs.clock_reads == 0);
  }
  SUBCASE("around a reference") {
    bool acquired = false;
    const Costs costs = world.costs([&] { acquired = static_cast<bool>(world.registry->acquire(world.handle)); });
    CHECK(acquired);
    CHECK(costs.read_modify_writes == 2);
    CHECK(costs.locks == 0);
    CHECK(costs.allocations == 0);
  }
  SUBCASE("and nothing for a handle whose generation is over") {
    const Costs costs =
        world.costs([&] { CHECK_FALSE(world.registry->acquire({world.handle.slot, world.handle.generation + 1})); });
    CHECK(costs.read_modify_writes == 0);
  }
}

TEST_CASE("guard cost: a whole transaction is three read-modify-writes, no lock, no heap, no clock, no waiter") {
  World world;
  for (const bool poll : {true, false}) {
    CAPTURE(poll);
    REQUIRE(world.transact(poll));
    bool right = false;
    const Costs costs = world.costs([&] { right = world.transact(poll); });
    CHECK(right);
    CHECK(costs.read_modify_writes == 3);
    CHECK(costs.locks == 0);
    CHECK(costs.allocations == 0);
    CHECK(costs.clock_reads == 0);
    CHECK(costs.waiter_calls == 0);
  }
}

TEST_CASE("guard cost: the clock is read for the first time when 64 polls have failed") {
  World world;
  world.area.answered_at = 64;
  CHECK(world.costs([&] { CHECK(world.transact(true)); }).clock_reads == 0);
  world.area.answered_at = 65;
  CHECK(world.costs([&] { CHECK(world.transact(true)); }).clock_reads != 0);
}

TEST_CASE("guard cost: tokens all round the 10-bit space cost the same") {
  World world;
  const Costs costs = world.costs([&] {
    bool right = true;
    for (std::uint32_t i = 0; i < 2 * token_count; ++i) right = world.transact(true) && right;
    CHECK(right);
  });
  CHECK(costs.read_modify_writes == std::uint64_t{3} * 2 * token_count);
  CHECK(costs.locks == 0);
  CHECK(costs.allocations == 0);
}

TEST_CASE("guard cost: the tally counts (a contended path locks and reads the clock)") {
  World world;
  Transaction first(*world.channel, world.handle.generation, {});
  REQUIRE(first.ok());
  const Costs costs = world.costs([&] {
    const Transaction second(*world.channel, world.handle.generation,
                             {.timeout = std::chrono::nanoseconds(1), .poll = true});
    CHECK_FALSE(second.ok());
  });
  CHECK(costs.locks > 0);
  CHECK(costs.clock_reads > 0);
  CHECK(costs.read_modify_writes > 2);
}

}  // namespace
}  // namespace scmi
