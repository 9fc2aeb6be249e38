// SPDX-License-Identifier: Apache-2.0
//
// The clock client against a platform that says, word by word, what the test wrote down.
#include <doctest/doctest.h>

#include <set>

#include "protocols/clock.hpp"
#include "tests/protocols/scripted_platform.hpp"

using namespace scmi;
using scripted::operator+;
using scripted::Platform;
using scripted::status;
using scripted::Words;

namespace {

constexpr std::uint8_t clk = 0x14;
constexpr ClockId id{5};

Clocks open(Platform& p, std::uint32_t version, std::uint32_t attributes = 0x0002'0008) {
  p.on(clk, 0x0, {0, version});
  p.on(clk, 0x1, {0, attributes});
  auto clocks = Clocks::open(p.agent());
  REQUIRE(clocks);
  p.commands.clear();
  return std::move(*clocks);
}

}  // namespace

TEST_CASE("clock attributes at 1.0: 24 bytes, and only the state means anything") {
  Platform p;
  const Clocks clocks = open(p, 0x10000);
  p.on(clk, 0x3, Words{0, 0xF800'0003} + scripted::name("uart"));
  const auto info = clocks.describe(id);
  REQUIRE(info);
  CHECK(p.last().parameters == Words{5});
  CHECK(info->id == id);
  CHECK(info->name == "uart");
  CHECK(info->enabled);
  CHECK_FALSE(info->rate_notify);
  CHECK_FALSE(info->parents);
  CHECK_FALSE(info->restricted);
  CHECK(info->enable_delay_us == 0);
  CHECK(p.commands.size() == 1);
}

TEST_CASE("clock attributes at 2.0: the enable delay, with or without its word, and the extended name") {
  Platform p;
  const Clocks clocks = open(p, 0x20000);
  p.on(clk, 0x3, Words{0, 0xE000'0000} + scripted::name("pll_of_the_displ") + Words{250});
  p.on(clk, 0x8, Words{0, 0} + scripted::name("pll_of_the_display_controller", 64));
  const auto info = clocks.describe(id);
  REQUIRE(info);
  CHECK(info->name == "pll_of_the_display_controller");
  CHECK(info->short_name == "pll_of_the_displ");
  CHECK(info->rate_notify);
  CHECK(info->rate_change_requested_notify);
  CHECK_FALSE(info->parents);
  CHECK(info->enable_delay_us == 250);

  p.on(clk, 0x3, Words{0, 1} + scripted::name("short"));
  const auto older = clocks.describe(id);
  REQUIRE(older);
  CHECK(older->enabled);
  CHECK(older->enable_delay_us == 0);

  // A platform that sets the bit and lacks the command: the short name has to do.
  p.on(clk, 0x3, Words{0, 0x2000'0000} + scripted::name("fallback") + Words{0});
  p.on(clk, 0x8, {status(Status::not_supported)});
  CHECK(clocks.describe(id)->name == "fallback");
  // But a channel that fails is no answer.
  p.on(clk, 0x8, {0});
  CHECK(clocks.describe(id).error().is(LocalError::malformed_reply));
}

TEST_CASE("clock attributes at 3.0: parents, extended configuration, restrictions") {
  Platform p;
  const Clocks clocks = open(p, 0x30000);
  p.on(clk, 0x3, Words{0, 0x1800'0002} + scripted::name("x") + Words{0});
  const auto info = clocks.describe(id);
  REQUIRE(info);
  CHECK(info->parents);
  CHECK(info->extended_config);
  CHECK(info->restricted);
  CHECK_FALSE(info->enabled);
}

TEST_CASE("clock list and names: failing entries are left out, ambiguity is an error") {
  Platform p;
  const Clocks clocks = open(p, 0x20000, 5);
  p.on_ask(clk, 0x3, Platform::Answer([](const Words& c) {
             const std::vector<std::string_view> names{"uart", "gpu", "", "uart", "verylongclockna"};
             if (c.at(0) == 2) return Words{status(Status::denied)};
             return Words{0, c.at(0) == 4 ? 0x2000'0000U : 0} + scripted::name(names.at(c.at(0))) + Words{0};
           }));
  p.on(clk, 0x8, Words{0, 0} + scripted::name("verylongclockname", 64));
  const auto all = clocks.list();
  REQUIRE(all);
  CHECK(all->size() == 4);
  CHECK(*clocks.by_name("gpu") == ClockId(1));
  CHECK(*clocks.by_name("verylongclockname") == ClockId(4));
  CHECK(*clocks.by_name("verylongclockna") == ClockId(4));
  CHECK(clocks.by_name("uart").error().is(LocalError::ambiguous));
  CHECK(clocks.by_name("nothing").error().is(LocalError::not_found));
  p.on(clk, 0x3, {0, 0});
  CHECK(clocks.list().error().is(LocalError::malformed_reply));
}

TEST_CASE("T14 clock rates: discrete pages are put together, each asked for with a token of its own") {
  Platform p;
  const Clocks clocks = open(p, 0x30000);
  p.on_ask(clk, 0x4, Platform::Answer([](const Words& c) {
             switch (c.at(1)) {
               case 0: return Words{0, 2U | 3U << 16, 10, 0, 20, 0};
               case 2: return Words{0, 2U | 1U << 16, 30, 0, 40, 0};
               default: return Words{0, 1, 50, 7};
             }
           }));
  const auto rates = clocks.rates(id);
  REQUIRE(rates);
  CHECK_FALSE(rates->is_range);
  CHECK(rates->discrete_hz == std::vector<std::uint64_t>{10, 20, 30, 40, 0x7'0000'0032});
  REQUIRE(p.commands.size() == 3);
  CHECK(p.commands[2].parameters == Words{5, 4});
  std::set<std::uint16_t> tokens;
  for (const auto& c : p.commands) tokens.insert(c.token);
  CHECK(tokens.size() == 3);
}

TEST_CASE("clock rates: a range comes whole, also from a platform that counts it as one entry") {
  Platform p;
  const Clocks clocks = open(p, 0x30000);
  for (const std::uint32_t count : {3U, 1U}) {
    p.on(clk, 0x4, {0, count | 1U << 12, 100, 0, 900, 1, 50, 0});
    const auto rates = clocks.rates(id);
    REQUIRE(rates);
    CHECK(rates->is_range);
    CHECK(rates->lowest_hz == 100);
    CHECK(rates->highest_hz == 0x1'0000'0384);
    CHECK(rates->step_hz == 50);
    CHECK(rates->discrete_hz.empty());
  }
  p.on(clk, 0x4, {0, 2U | 1U << 12, 100, 0, 900, 0});
  CHECK(clocks.rates(id).error().is(LocalError::malformed_reply));
}

TEST_CASE("clock rates: an old platform's unsorted list is sorted") {
  Platform p;
  const Clocks clocks = open(p, 0x10000);
  p.on(clk, 0x4, {0, 3, 30, 0, 10, 0, 20, 0});
  CHECK(clocks.rates(id)->discrete_hz == std::vector<std::uint64_t>{10, 20, 30});
}

TEST_CASE("T5 clock rates: a count beyond the bytes, a page beyond the promise, a total that moves") {
  Platform p;
  const Clocks clocks = open(p, 0x30000);
  const auto refused = [&] { return clocks.rates(id).error().is(LocalError::malformed_reply); };
  p.on(clk, 0x4, {0, 0xFFF, 1, 0});
  CHECK(refused());
  p.on(clk, 0x4, {0, 1U | 1U << 16, 1, 0});  // The same page for ever: promises one more, always.
  CHECK(refused());
  CHECK(p.commands.size() == 3);
  p.on_ask(clk, 0x4, Platform::Answer([](const Words& c) {
             return c.at(1) == 0 ? Words{0, 1U | 1U << 16, 1, 0} : Words{0, 2, 2, 0, 3, 0};
           }));
  CHECK(refused());
  p.on_ask(clk, 0x4, Platform::Answer([](const Words& c) {
             return c.at(1) == 0 ? Words{0, 1U | 5U << 16, 1, 0} : Words{0, 3U | 1U << 12, 2, 0, 3, 0, 4, 0};
           }));
  CHECK(refused());
}

TEST_CASE("T6 clock rates: none at all is an empty list, remaining without progress is an error") {
  Platform p;
  const Clocks clocks = open(p, 0x30000);
  p.on(clk, 0x4, {0, 0});
  const auto none = clocks.rates(id);
  REQUIRE(none);
  CHECK(none->discrete_hz.empty());
  CHECK_FALSE(none->is_range);
  p.on(clk, 0x4, {0, 4U << 16});
  CHECK(clocks.rates(id).error().is(LocalError::malformed_reply));
  p.on(clk, 0x4, {0, 1U << 12});
  CHECK(clocks.rates(id).error().is(LocalError::malformed_reply));
}

TEST_CASE("clock rate get and set: 64 bits, every rounding") {
  Platform p;
  const Clocks clocks = open(p, 0x30000);
  p.on(clk, 0x6, {0, 0x3B9A'CA00, 2});
  CHECK(*clocks.rate_get(id) == 0x2'3B9A'CA00);
  p.on(clk, 0x5, {0});
  CHECK(clocks.rate_set(id, 0x2'3B9A'CA00));
  CHECK(p.last().parameters == Words{0, 5, 0x3B9A'CA00, 2});
  CHECK(clocks.rate_set(id, 1, Rounding::up));
  CHECK(p.last().parameters.at(0) == 4);
  CHECK(clocks.rate_set(id, 1, Rounding::closest));
  CHECK(p.last().parameters.at(0) == 8);
  CHECK(clocks.rate_set_unconfirmed(id, 1, Rounding::up));
  CHECK(p.last().parameters.at(0) == 7);
  p.on(clk, 0x5, {status(Status::invalid_parameters)});
  const auto refused = clocks.rate_set(id, 7);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().is(Status::invalid_parameters));
  CHECK(refused.error().context.protocol == clk);
  CHECK(refused.error().context.message == 0x5);
}

TEST_CASE("T18 clock rate get: a status without a name arrives as the number it was") {
  Platform p;
  const Clocks clocks = open(p, 0x30000);
  p.on(clk, 0x6, {static_cast<std::uint32_t>(-133), 7, 7});
  const auto rate = clocks.rate_get(id);
  REQUIRE_FALSE(rate);
  CHECK(rate.error().origin == Origin::platform);
  CHECK(rate.error().code == -133);
}

TEST_CASE("clock rate set, asynchronous: the delayed response tells the rate") {
  Platform p;
  const Clocks clocks = open(p, 0x30000);
  p.on(clk, 0x5, {0});
  auto pending = clocks.rate_set_async(id, 1000, Rounding::closest);
  REQUIRE(pending);
  CHECK(p.last().parameters == Words{9, 5, 1000, 0});
  CHECK_FALSE(pending->poll());
  p.complete_last({0, 5, 999, 1});
  CHECK(pending->poll());
  CHECK(*pending->wait() == 0x1'0000'03E7);

  auto other = clocks.rate_set_async(id, 1000);
  p.complete_last({0, 6, 999, 0});
  CHECK(other->wait().error().is(LocalError::malformed_reply));

  auto failed = clocks.rate_set_async(id, 1000);
  p.complete_last({status(Status::hardware_error)});
  CHECK(failed->wait().error().is(Status::hardware_error));

  p.on(clk, 0x5, {status(Status::busy)});
  auto refused = clocks.rate_set_async(id, 1000);
  REQUIRE(refused);
  CHECK(refused->wait().error().is(Status::busy));
}

TEST_CASE("clock rate set, asynchronous: a platform that never completes ends by the call's own deadline") {
  Platform p;
  const Clocks clocks = open(p, 0x30000);
  p.on(clk, 0x5, {0});
  const Instant begin = p.clock.now();
  auto pending = clocks.rate_set_async(id, 1000, Rounding::down, {.delayed_timeout = std::chrono::milliseconds(100)});
  CHECK(pending->wait().error().is(LocalError::timed_out));
  CHECK(p.clock.now() - begin >= std::chrono::milliseconds(100));
  CHECK(p.clock.now() - begin < std::chrono::milliseconds(200));
}

TEST_CASE("clock rate set, asynchronous: refused here when it cannot work") {
  {
    Platform p;
    const Clocks clocks = open(p, 0x30000, 8);
    CHECK(clocks.rate_set_async(id, 1).error().is(LocalError::unsupported));
    CHECK(p.commands.empty());
  }
  {
    Platform p({.p2a = false});
    const Clocks clocks = open(p, 0x30000);
    CHECK(clocks.rate_set_async(id, 1).error().is(LocalError::unsupported));
    CHECK(clocks.watch_rate(id, [](const auto&) {}).error().is(LocalError::unsupported));
    CHECK(p.commands.empty());
  }
}

TEST_CASE("clock config: two words before 2.1, three since") {
  for (const std::uint32_t version : {0x10000U, 0x20000U, 0x20001U, 0x30000U}) {
    CAPTURE(version);
    Platform p;
    const Clocks clocks = open(p, version);
    p.on(clk, 0x7, {0});
    CHECK(clocks.enable(id));
    CHECK(p.last().parameters == (version >= 0x20001 ? Words{5, 1, 0} : Words{5, 1}));
    CHECK(clocks.disable(id));
    CHECK(p.last().parameters == (version >= 0x20001 ? Words{5, 0, 0} : Words{5, 0}));
  }
}

TEST_CASE("clock config: the state comes from the attributes before 2.1, from CONFIG_GET since") {
  Platform old;
  const Clocks old_clocks = open(old, 0x20000);
  old.on(clk, 0x3, Words{0, 1} + scripted::name("x") + Words{0});
  CHECK(old_clocks.config_get(id)->enabled);
  CHECK(old_clocks.config_get(id, 1).error().is(LocalError::unsupported));
  CHECK(old_clocks.config_set(id, true, {1, 50}).error().is(LocalError::unsupported));
  CHECK(old.commands.size() == 1);

  Platform p;
  const Clocks clocks = open(p, 0x30000);
  p.on(clk, 0xB, {0, 0, 1, 50});
  const auto config = clocks.config_get(id, 1);
  REQUIRE(config);
  CHECK(p.last().parameters == Words{5, 1});
  CHECK(config->enabled);
  CHECK(config->extended_value == 50);
  CHECK(clocks.config_get(id)->extended_value == 0);  // Not asked for: what stands there means nothing.
  p.on(clk, 0x7, {0});
  CHECK(clocks.config_set(id, std::nullopt, {1, 50}));
  CHECK(p.last().parameters == Words{5, 0x0001'0003, 50});
  CHECK(clocks.config_set(id, true, {0x80, 7}));
  CHECK(p.last().parameters == Words{5, 0x0080'0001, 7});
  CHECK(clocks.config_set(id, false, {2, 7}));
  CHECK(p.last().parameters == Words{5, 0x0002'0000, 7});
  CHECK(clocks.config_set(id, true, {0, 7}).error().is(LocalError::invalid_argument));
}

TEST_CASE("clock parents: pages, also when the count of the rest is saturated") {
  Platform p;
  const Clocks clocks = open(p, 0x30000);
  p.on_ask(clk, 0xC, Platform::Answer([](const Words& c) {
             constexpr std::uint32_t total = 600;
             const std::uint32_t n = std::min(total - c.at(1), 100U);
             Words reply{0, n | std::min(total - c.at(1) - n, 255U) << 24};
             for (std::uint32_t i = 0; i < n; ++i) reply.push_back(c.at(1) + i + 1);
             return reply;
           }));
  const auto parents = clocks.possible_parents(id);
  REQUIRE(parents);
  REQUIRE(parents->size() == 600);
  CHECK(parents->back() == ClockId(600));
  p.on(clk, 0xC, {0, 0});
  CHECK(clocks.possible_parents(id)->empty());
  p.on(clk, 0xC, {0, 3U << 24});
  CHECK(clocks.possible_parents(id).error().is(LocalError::malformed_reply));
  p.commands.clear();
  // For ever 255 more: ends with the first page that says again what one has said.
  p.on(clk, 0xC, {0, 1U | 255U << 24, 9});
  CHECK(clocks.possible_parents(id).error().is(LocalError::malformed_reply));
  CHECK(p.commands.size() == 2);
  // Or with a page that says nothing.
  p.commands.clear();
  p.on_ask(clk, 0xC, Platform::Answer([](const Words& c) {
             return c.at(1) < 10 ? Words{0, 1U | 255U << 24, 100 + c.at(1)} : Words{0, 255U << 24};
           }));
  CHECK(clocks.possible_parents(id).error().is(LocalError::malformed_reply));
  CHECK(p.commands.size() == 11);

  p.on(clk, 0xE, {0, 11});
  CHECK(*clocks.parent_get(id) == ClockId(11));
  p.on(clk, 0xD, {0});
  CHECK(clocks.parent_set(id, ClockId(12)));
  CHECK(p.last().parameters == Words{5, 12});
  p.on(clk, 0xF, {0, 0xA000'0000});
  const auto permissions = clocks.permissions(id);
  REQUIRE(permissions);
  CHECK(permissions->state);
  CHECK_FALSE(permissions->parent);
  CHECK(permissions->rate);
}

TEST_CASE("clock: what the platform's version lacks is unsupported and not asked for") {
  Platform p;
  const Clocks clocks = open(p, 0x10000);
  CHECK(clocks.possible_parents(id).error().is(LocalError::unsupported));
  CHECK(clocks.parent_get(id).error().is(LocalError::unsupported));
  CHECK(clocks.parent_set(id, id).error().is(LocalError::unsupported));
  CHECK(clocks.permissions(id).error().is(LocalError::unsupported));
  CHECK(clocks.rate_notify(id, true).error().is(LocalError::unsupported));
  CHECK(clocks.rate_change_requested_notify(id, true).error().is(LocalError::unsupported));
  CHECK(p.commands.empty());
}

TEST_CASE("T17 clock notifications: typed, of one clock or of all, with the whole agent id") {
  Platform p;
  const Clocks clocks = open(p, 0x30000);
  p.on(clk, 0x9, {0});
  p.on(clk, 0xA, {0});
  std::vector<clock_protocol::RateChanged> one;
  std::vector<clock_protocol::RateChanged> all;
  std::vector<clock_protocol::RateChangeRequested> requests;
  auto watch = clocks.watch_rate(id, [&](const auto& n) { one.push_back(n); });
  REQUIRE(watch);
  CHECK(p.last().message == 0x9);
  CHECK(p.last().parameters == Words{5, 1});
  auto every = clocks.on_rate_changed([&](const auto& n) { all.push_back(n); });
  auto watch_requests = clocks.watch_rate_requests(id, [&](const auto& n) { requests.push_back(n); });
  REQUIRE(watch_requests);
  CHECK(p.last().message == 0xA);
  p.notify(clk, 0x0, {0xFFFF'FFFF, 5, 1000, 1});
  p.notify(clk, 0x0, {0xFFFF, 6, 2000, 0});
  p.notify(clk, 0x1, {2, 5, 3000, 0});
  REQUIRE(one.size() == 1);
  CHECK(one[0] == clock_protocol::RateChanged{AgentId(0xFFFF'FFFF), id, 0x1'0000'03E8});
  REQUIRE(all.size() == 2);
  CHECK(all[1].agent_id == AgentId(0xFFFF));
  REQUIRE(requests.size() == 1);
  CHECK(requests[0].rate_hz == 3000);
  watch->cancel();
  p.notify(clk, 0x0, {1, 5, 1, 0});
  CHECK(one.size() == 1);
  CHECK(all.size() == 3);
  CHECK(clocks.rate_notify(id, false));
  CHECK(p.last().parameters == Words{5, 0});
}

TEST_CASE("clock notifications: one that is too short is counted and not delivered") {
  Platform p;
  const Clocks clocks = open(p, 0x30000);
  int seen = 0;
  const auto every = clocks.on_rate_changed([&](const auto&) { ++seen; });
  const auto before = p.agent().counters(protocol::clock)[Count::malformed];
  p.notify(clk, 0x0, {1, 5, 1000});
  CHECK(seen == 0);
  CHECK(p.agent().counters(protocol::clock)[Count::malformed] == before + 1);
  p.notify(clk, 0x0, {1, 5, 1000, 0, 99});
  CHECK(seen == 1);
}

TEST_CASE("clock notifications: a platform that refuses leaves no subscription behind") {
  Platform p;
  const Clocks clocks = open(p, 0x30000);
  p.on(clk, 0x9, {status(Status::not_supported)});
  int seen = 0;
  const auto watch = clocks.watch_rate(id, [&](const auto&) { ++seen; });
  REQUIRE_FALSE(watch);
  CHECK(watch.error().is(Status::not_supported));
  p.notify(clk, 0x0, {1, 5, 1000, 0});
  CHECK(seen == 0);
}
