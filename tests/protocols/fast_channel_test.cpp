// SPDX-License-Identifier: Apache-2.0
//
// Fast channels from the agent's side: what is written where, in which width, and what happens when it cannot be.
#include <doctest/doctest.h>

#include <array>

#include "protocols/performance.hpp"
#include "tests/protocols/scripted_platform.hpp"

using namespace scmi;
using namespace scripted;
using namespace performance_protocol;

namespace {

constexpr std::uint8_t perf = 0x13;
constexpr DomainId id{5};
constexpr std::uint64_t window = 0xFFFF'FFFF'0000'1000;  // Both halves of the address count.

struct Place {
  std::uint64_t address = window;
  std::uint32_t size = 4;
  std::uint32_t rate_limit_us = 0;
  std::uint32_t bell_width = 0;  ///< As on the wire.
  bool bell = false;
  std::uint64_t bell_address = window + 8;
  std::uint64_t set = 0;
  std::uint64_t preserve = 0;
};

Words reply_of(const Place& p) {
  const auto low = [](std::uint64_t v) { return static_cast<std::uint32_t>(v); };
  const auto high = [](std::uint64_t v) { return static_cast<std::uint32_t>(v >> 32); };
  return {0,
          (p.bell ? 1U : 0U) | p.bell_width << 1,
          p.rate_limit_us,
          low(p.address),
          high(p.address),
          p.size,
          low(p.bell ? p.bell_address : 0),
          high(p.bell ? p.bell_address : 0),
          low(p.set),
          high(p.set),
          low(p.preserve),
          high(p.preserve)};
}

/// A platform with one window of memory and a fast channel for each message that is described.
struct Fixture {
  Platform p;
  alignas(8) std::array<std::byte, 64> memory{};
  std::optional<PerformanceDomains> domains;

  explicit Fixture(std::map<std::uint32_t, Place> places, bool mapped = true) {
    if (mapped) p.loop.set_window(window, memory);
    p.on(perf, 0x0, {0, 0x30000});
    p.on(perf, 0x1, {0, 8, 0, 0, 0});
    p.on(perf, 0x7, {0});
    p.on(perf, 0x8, {0, 77});
    p.on(perf, 0x5, {0});
    p.on(perf, 0x6, {0, 900, 100});
    p.on_ask(perf, 0xB, [places = std::move(places)](const Words& w) {
      const auto found = places.find(w.at(1));
      return found == places.end() ? Words{status(Status::not_supported)} : reply_of(found->second);
    });
    auto opened = PerformanceDomains::open(p.agent());
    REQUIRE(opened);
    domains.emplace(std::move(*opened));
    p.commands.clear();
  }
  template <class Word>
  Word word(std::size_t offset) const {
    Word w{};
    std::memcpy(&w, memory.data() + offset, sizeof w);
    return w;
  }
  template <class Word>
  void put(std::size_t offset, Word w) {
    std::memcpy(memory.data() + offset, &w, sizeof w);
  }
};

}  // namespace

TEST_CASE("fast channels: a level is written to its word, asked for once, and nothing else is sent") {
  Fixture f({{0x7, Place{}}});
  CHECK(f.domains->level_set(id, 1234, {}, Via::fast));
  CHECK(f.word<std::uint32_t>(0) == 1234);
  CHECK(f.word<std::uint32_t>(4) == 0);
  CHECK(f.domains->level_set(id, 5678, {}, Via::automatic));
  CHECK(f.word<std::uint32_t>(0) == 5678);
  CHECK(f.p.commands.size() == 1);
  CHECK(f.p.last().message == 0xB);
  CHECK(f.p.last().parameters == Words{5, 7});
  const PerformanceDomains copy = *f.domains;
  CHECK(copy.level_set(id, 9, {}, Via::fast));
  CHECK(f.p.commands.size() == 1);
}

TEST_CASE("fast channels: the doorbell keeps what it must, sets what it must, in its own width") {
  struct Row {
    std::uint32_t wire;
    std::uint64_t mask;
  };
  for (const Row row : {Row{0, 0xFF}, Row{1, 0xFFFF}, Row{2, 0xFFFF'FFFF}, Row{3, ~std::uint64_t{0}}}) {
    CAPTURE(row.wire);
    // The masks reach beyond the register: only its own bits count.
    constexpr std::uint64_t set = 0x8040'2010'0804'0281;
    constexpr std::uint64_t preserve = 0x0F0F'0F0F'0F0F'0F0E;
    constexpr std::uint64_t before = 0xAAAA'5555'AAAA'55A6;
    Fixture f({{0x7, {.bell_width = row.wire, .bell = true, .set = set, .preserve = preserve}}});
    f.put<std::uint64_t>(8, before);
    CHECK(f.domains->level_set(id, 42, {}, Via::fast));
    CHECK(f.word<std::uint32_t>(0) == 42);
    CHECK(f.word<std::uint64_t>(8) == ((before & ~row.mask) | (((before & preserve) | set) & row.mask)));
  }
}

TEST_CASE("fast channels: limits are two words, the maximum first, wherever they are aligned") {
  for (const std::uint64_t shift : {0U, 4U}) {
    CAPTURE(shift);
    Fixture f({{0x5, {.address = window + shift, .size = 8}}, {0x6, {.address = window + 16 + shift, .size = 8}}});
    CHECK(f.domains->limits_set(id, 800, 200, {}, Via::fast));
    CHECK(f.word<std::uint32_t>(shift) == 800);
    CHECK(f.word<std::uint32_t>(shift + 4) == 200);
    f.put<std::uint32_t>(16 + shift, 700);
    f.put<std::uint32_t>(20 + shift, 300);
    const auto limits = f.domains->limits_get(id, {}, Via::fast);
    REQUIRE(limits);
    CHECK(limits->max == 700);
    CHECK(limits->min == 300);
    // One alone: the other is what is in force.
    CHECK(f.domains->limits_set(id, 600, std::nullopt, {}, Via::fast));
    CHECK(f.word<std::uint32_t>(shift) == 600);
    CHECK(f.word<std::uint32_t>(shift + 4) == 300);
    CHECK(
        f.domains->limits_set(id, std::nullopt, std::nullopt, {}, Via::fast).error().is(LocalError::invalid_argument));
  }
}

TEST_CASE("fast channels: a level is read from its word") {
  Fixture f({{0x8, {.address = window + 24}}});
  f.put<std::uint32_t>(24, 321);
  CHECK(*f.domains->level_get(id, {}, Via::fast) == 321);
  CHECK(*f.domains->level_get(id, {}, Via::automatic) == 321);
  CHECK(*f.domains->level_get(id) == 77);
}

TEST_CASE(
    "fast channels: without one `fast` is the platform's refusal and `automatic` a message, both asked for once") {
  Fixture f(std::map<std::uint32_t, Place>{});
  CHECK(f.domains->level_set(id, 1, {}, Via::fast).error().is(Status::not_supported));
  CHECK(f.domains->level_set(id, 2, {}, Via::automatic));
  CHECK(f.domains->level_set(id, 3, {}, Via::automatic));
  CHECK(f.p.asked(perf, 0xB) == 1);
  CHECK(f.p.asked(perf, 0x7) == 2);
  CHECK(*f.domains->level_get(id, {}, Via::automatic) == 77);
  CHECK(f.domains->limits_get(id, {}, Via::automatic)->max == 900);
  CHECK(f.domains->limits_set(id, 800, 200, {}, Via::automatic));
  CHECK(f.p.last().parameters == Words{5, 800, 200});
}

TEST_CASE("fast channels: an address that the transport must not map is an error, never a fault") {
  constexpr std::uint64_t end = window + 64;
  for (const std::uint64_t address : {window - 4, end, end - 3, end - 2, std::uint64_t{0}, ~std::uint64_t{0},
                                      ~std::uint64_t{0} - 3, window + (std::uint64_t{1} << 32)}) {
    CAPTURE(address);
    Fixture f({{0x7, {.address = address}}, {0x8, {.bell = true, .bell_address = address + 5}}});
    const auto set = f.domains->level_set(id, 1, {}, Via::fast);
    REQUIRE_FALSE(set);
    CHECK((set.error().is(LocalError::bad_memory) || set.error().is(LocalError::invalid_argument)));
    CHECK(set.error().context.message == 0x7);
    CHECK(f.domains->level_set(id, 1, {}, Via::automatic));
    CHECK(f.p.last().message == 0x7);
  }
  Fixture bell({{0x7, {.bell_width = 3, .bell = true, .bell_address = end - 4}}});
  CHECK(bell.domains->level_set(id, 1, {}, Via::fast).error().is(LocalError::bad_memory));
  CHECK(bell.word<std::uint32_t>(0) == 0);
  Fixture nothing({{0x7, Place{}}}, false);
  CHECK(nothing.domains->level_set(id, 1, {}, Via::fast).error().is(LocalError::unsupported));
  CHECK(nothing.domains->level_set(id, 1, {}, Via::automatic));
}

TEST_CASE("fast channels: a word that is not aligned is refused when it is used") {
  Fixture f({{0x7, {.address = window + 2}}});
  CHECK(f.domains->level_set(id, 1, {}, Via::fast).error().is(LocalError::invalid_argument));
  CHECK(f.domains->level_set(id, 1, {}, Via::automatic));
}

TEST_CASE("fast channels: another size than the message has is no channel") {
  for (const std::uint32_t size : {0U, 2U, 8U, 0xFFFF'FFFFU}) {
    CAPTURE(size);
    Fixture f({{0x7, {.size = size}}, {0x5, {.size = size == 8 ? 4 : size}}});
    CHECK(f.domains->level_set(id, 1, {}, Via::fast).error().is(LocalError::malformed_reply));
    CHECK(f.domains->limits_set(id, 2, 1, {}, Via::fast).error().is(LocalError::malformed_reply));
  }
}

TEST_CASE("fast channels: the rate limit refuses what comes too soon, and `automatic` sends a message then") {
  Fixture f({{0x7, {.rate_limit_us = 500}}});
  CHECK(f.domains->level_set(id, 1, {}, Via::fast));
  f.p.clock.at += std::chrono::microseconds(200);
  const auto soon = f.domains->level_set(id, 2, {}, Via::fast);
  CHECK(soon.error().is(LocalError::channel_busy));
  CHECK(soon.error().context.detail == 300);
  CHECK(f.word<std::uint32_t>(0) == 1);
  CHECK(f.domains->level_set(id, 3, {}, Via::automatic));
  CHECK(f.p.last().parameters == Words{5, 3});
  f.p.clock.at += std::chrono::microseconds(300);
  CHECK(f.domains->level_set(id, 4, {}, Via::fast));
  CHECK(f.word<std::uint32_t>(0) == 4);
}

TEST_CASE("fast channels: closed with the agent, and dead with the platform") {
  Fixture f({{0x7, Place{}}, {0x8, Place{}}});
  const auto channel = f.domains->fast_channel(id, MessageId(0x7));
  REQUIRE(channel);
  CHECK(f.domains->level_set(id, 1, {}, Via::fast));
  f.p.loop.hang_up();
  CHECK(f.domains->level_set(id, 2, {}, Via::fast).error().is(LocalError::platform_lost));
  CHECK(f.word<std::uint32_t>(0) == 1);
  f.p.agent().shutdown();
  const std::array<std::uint32_t, 1> level{3};
  CHECK((*channel)->write(level).error().is(LocalError::channel_closed));
  CHECK((*channel)->read().error().is(LocalError::channel_closed));
  CHECK(f.word<std::uint32_t>(0) == 1);
}

TEST_CASE("fast channels: a platform that did not answer is asked again") {
  Fixture f({{0x7, Place{}}});
  f.p.on(perf, 0xB, {});
  CHECK(f.domains->level_set(id, 1, {}, Via::fast).error().is(LocalError::timed_out));
  f.p.on(perf, 0xB, reply_of({}));
  CHECK(f.domains->level_set(id, 2, {}, Via::fast));
  CHECK(f.word<std::uint32_t>(0) == 2);
}
