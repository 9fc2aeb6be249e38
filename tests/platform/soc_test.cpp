// SPDX-License-Identifier: Apache-2.0
//
// The simulated SoC on virtual time: latencies, aggregation over agents, dependence, agent reset.
#include "platform/soc.hpp"

#include <doctest/doctest.h>
#include <fmt/core.h>

#include <string>
#include <vector>

using namespace scmi;
using namespace scmi::platform;
using std::chrono::microseconds;

namespace {

constexpr AgentId a{1};
constexpr AgentId b{2};

constexpr std::string_view description = R"([soc]
name = "test"
vendor = "acme"
profile = "3.2"
clock_max_pending_async = 4
[[agent]]
name = "one"
[[agent]]
name = "two"
performance = { may_set_level = [] }
[[power_domain]]      # 0
name = "top"
latency_us = 500
[[power_domain]]      # 1
name = "cluster"
parent = "top"
latency_us = 200
states = [0x40000007]
[[power_domain]]      # 2, 3
name = "cpu{}"
count = 2
parent = "cluster"
latency_us = 100
[[power_domain]]      # 4
name = "instant"
parent = "top"
on = false
[[performance_domain]]
name = "cpu"
clock = "cpu_clk"
initial_level = 200
rate_limit_us = 50
levels = [
  { level = 100, frequency_khz = 100_000, latency_us = 10 },
  { level = 200, frequency_khz = 200_000, latency_us = 20 },
  { level = 300, frequency_khz = 300_000, latency_us = 30 },
]
[[clock]]             # 0
name = "cpu_clk"
rates_hz = [100_000_000, 200_000_000, 300_000_000]
enabled = true
power_domain = "cluster"
[[clock]]             # 1
name = "list"
rates_hz = [10, 20, 40]
rate_latency_us = 100
enable_delay_us = 7
parents = ["cpu_clk", "range"]
extended = [{ type = 1, min = 10, max = 90, value = 50 }]
[[clock]]             # 2
name = "range"
range_hz = { min = 1000, max = 2050, step = 100 }
rate_latency_us = 10
[[clock]]             # 3
name = "any"
range_hz = { min = 5, max = 50, step = 0 }
[[clock]]             # 4
name = "none"
)";

struct VirtualTime : TimeSource {
  Instant at{};
  Instant now() noexcept override { return at; }
};

/// Writes down what happened, as text.
struct Recorder : SocObserver {
  std::vector<std::string> log;
  bool allowed = true;
  void happened(AgentId cause, const SocEvent& event) override {
    std::visit([&](const auto& e) { write(cause, e); }, event);
  }
  bool still_allowed(AgentId, ServedProtocol, Index) override { return allowed; }

  void write(AgentId cause, const PowerStateChanged& e) {
    log.push_back(fmt::format("power {} {:#x} by {}", e.domain, e.state, cause.value));
  }
  void write(AgentId cause, const LimitsChanged& e) {
    log.push_back(fmt::format("limits {} {}..{} by {}", e.domain, e.min, e.max, cause.value));
  }
  void write(AgentId cause, const LevelChanged& e) {
    log.push_back(fmt::format("level {} {} by {}", e.domain, e.level, cause.value));
  }
  void write(AgentId cause, const RateChanged& e) {
    log.push_back(fmt::format("rate {} {} by {}", e.clock, e.rate_hz, cause.value));
  }
  void write(AgentId, const RateJobDone& e) {
    log.push_back(fmt::format("done {:#x} {} {}", e.job.header, e.job.rate_hz, name(e.status)));
  }
  /// Everything else is not looked at here.
  void write(AgentId, const auto&) {}

  std::vector<std::string> take() { return std::exchange(log, {}); }
};

using Log = std::vector<std::string>;

struct Bench {
  SocConfig config;
  VirtualTime time;
  Recorder seen;
  Soc soc;
  Bench() : config(load()), soc(config, time, seen) {}
  static SocConfig load() {
    auto parsed = parse_soc_config(description, "test.toml");
    if (!parsed) FAIL(describe(parsed.error().front()));
    return std::move(*parsed);
  }
  /// Lets virtual time pass, stopping at every event.
  void pass(microseconds span) {
    const Instant end = time.at + span;
    while (soc.next_event() <= end) {
      time.at = soc.next_event();
      soc.advance(time.at);
    }
    time.at = end;
  }
  std::optional<Instant> power(AgentId who, Index domain, std::uint32_t state, bool sync = false) {
    return soc.power().request(who, domain, *soc.power().depth_of(domain, state), sync, time.at);
  }
  Instant rate(AgentId who, Index clock, std::uint64_t hz, std::uint32_t header, bool async = true) {
    return soc.clocks().set_rate({who, clock, hz, header, async, async}, time.at);
  }
};

constexpr std::uint32_t on = power_state_on;
constexpr std::uint32_t off = power_state_off;

}  // namespace

TEST_CASE("power: a transition takes its latency, and only then the state changes") {
  Bench t;
  CHECK(t.power(a, 2, off) == Instant(microseconds(100)));
  t.pass(microseconds(99));
  CHECK(t.soc.power().state(2) == on);
  CHECK(t.seen.take().empty());
  t.pass(microseconds(1));
  CHECK(t.soc.power().state(2) == off);
  CHECK(t.seen.take() == Log{"power 2 0x40000000 by 1"});
  CHECK(t.soc.next_event() == never);
}

TEST_CASE("power: switching a parent off stops what depends on it, leaves first, and the clocks below") {
  Bench t;
  REQUIRE(t.soc.clocks().running(0, t.time.at));
  REQUIRE(t.power(a, 1, off));
  t.pass(microseconds(200));
  CHECK(t.seen.take() == Log{"power 3 0x40000000 by 1", "power 2 0x40000000 by 1", "power 1 0x40000000 by 1"});
  CHECK_FALSE(t.soc.clocks().running(0, t.time.at));
  CHECK(t.soc.clocks().rate_hz(0) == 200'000'000);
  SUBCASE("and switching a child on brings its ancestors on, root first, and the clock back") {
    REQUIRE(t.power(a, 0, off));
    t.pass(microseconds(500));
    t.seen.take();
    REQUIRE(t.power(a, 2, on));
    t.pass(microseconds(100));
    CHECK(t.seen.take() == Log{"power 0 0x0 by 1", "power 1 0x0 by 1", "power 2 0x0 by 1"});
    CHECK(t.soc.power().state(3) == off);
    CHECK(t.soc.clocks().running(0, t.time.at));
  }
}

TEST_CASE("power: a second child does not come on before the parent that is still on its way") {
  Bench t;
  REQUIRE(t.power(a, 0, off));
  t.pass(microseconds(500));
  t.seen.take();
  REQUIRE(t.power(a, 2, on));
  t.pass(microseconds(50));
  CHECK(t.power(b, 4, on) == t.time.at + microseconds(50));  // "instant" has no latency of its own.
  t.pass(microseconds(50));
  CHECK(t.seen.take() == Log{"power 0 0x0 by 1", "power 1 0x0 by 1", "power 2 0x0 by 1", "power 4 0x0 by 2"});
}

TEST_CASE("power: the most powered wish of all agents holds") {
  Bench t;
  REQUIRE(t.power(b, 2, on));
  REQUIRE(t.power(a, 2, off));
  t.pass(microseconds(1000));
  CHECK(t.seen.take().empty());
  CHECK(t.soc.power().state(2) == on);
  REQUIRE(t.power(a, 0, off));  // The other agent's cpu0 holds its ancestors; cpu1 is nobody else's.
  t.pass(microseconds(1000));
  CHECK(t.seen.take() == Log{"power 3 0x40000000 by 1"});
  REQUIRE(t.power(b, 2, off));
  t.pass(microseconds(1000));
  CHECK(t.soc.power().state(2) == off);
  CHECK(t.soc.power().state(0) == on);  // b raised it with its wish for cpu0 and has not taken that back.
  REQUIRE(t.power(b, 0, off));
  t.pass(microseconds(1000));
  CHECK(t.soc.power().state(0) == off);
}

TEST_CASE("power: a state between on and off loses against on and wins against off") {
  Bench t;
  REQUIRE(t.power(a, 1, 0x4000'0007));
  t.pass(microseconds(200));
  CHECK(t.soc.power().state(1) == 0x4000'0007);
  REQUIRE(t.power(b, 1, off));
  t.pass(microseconds(200));
  CHECK(t.soc.power().state(1) == 0x4000'0007);
  REQUIRE(t.power(b, 1, on));
  t.pass(microseconds(200));
  CHECK(t.soc.power().state(1) == on);
}

TEST_CASE("power: while a synchronous transition is under way other requests are refused") {
  Bench t;
  REQUIRE(t.power(a, 1, off, true));
  CHECK_FALSE(t.power(b, 1, on).has_value());
  CHECK_FALSE(t.power(b, 2, on).has_value());   // Below it.
  CHECK_FALSE(t.power(b, 0, off).has_value());  // Above it.
  t.pass(microseconds(200));
  CHECK(t.power(b, 1, on).has_value());
}

TEST_CASE("power: a request that takes back one under way ends it without a word") {
  Bench t;
  REQUIRE(t.power(a, 2, off));
  t.pass(microseconds(50));
  REQUIRE(t.power(a, 2, on));
  t.pass(microseconds(1000));
  CHECK(t.seen.take().empty());
}

TEST_CASE("power: changing one's mind again and again leaves one appointment, not a heap of them") {
  Bench t;
  for (int i = 0; i < 1001; ++i) REQUIRE(t.power(a, 0, i % 2 == 0 ? off : on));
  CHECK(t.soc.pending_events() == 4);  // The domains below go with it; "instant" was off.
}

TEST_CASE("performance: a level changes the level and its clock after its latency") {
  Bench t;
  CHECK(t.soc.clocks().rate_hz(0) == 200'000'000);
  CHECK(t.soc.performance().set_level(a, 0, 300, t.time.at) == Instant(microseconds(30)));
  t.pass(microseconds(29));
  CHECK(t.soc.performance().level(0) == 200);
  CHECK(t.soc.clocks().rate_hz(0) == 200'000'000);
  t.pass(microseconds(1));
  CHECK(t.soc.performance().level(0) == 300);
  CHECK(t.soc.clocks().rate_hz(0) == 300'000'000);
  CHECK(t.seen.take() == Log{"rate 0 300000000 by 1", "level 0 300 by 1"});
}

TEST_CASE("performance: limits that exclude the level move it, and it comes back when they widen") {
  Bench t;
  t.soc.performance().set_limits(b, 0, {150, 100}, t.time.at);
  CHECK(t.seen.take() == Log{"limits 0 100..150 by 2"});
  t.pass(microseconds(100));
  CHECK(t.seen.take() == Log{"rate 0 100000000 by 2", "level 0 100 by 2"});
  t.soc.performance().set_limits(b, 0, {300, 250}, t.time.at);
  t.pass(microseconds(100));
  CHECK(t.soc.performance().level(0) == 300);
  t.seen.take();
  t.soc.performance().set_limits(b, 0, {300, 100}, t.time.at);
  t.pass(microseconds(100));
  CHECK(t.soc.performance().level(0) == 200);
}

TEST_CASE("performance: the agents' limits combine, and nobody is told what did not change") {
  Bench t;
  t.soc.performance().set_limits(a, 0, {200, 100}, t.time.at);
  t.soc.performance().set_limits(b, 0, {300, 200}, t.time.at);
  CHECK(t.soc.performance().limits(0) == Limits{200, 200});
  CHECK(t.soc.performance().limits_of(b, 0) == Limits{300, 200});
  t.seen.take();
  t.soc.performance().set_limits(b, 0, {250, 200}, t.time.at);
  CHECK(t.seen.take().empty());
  t.soc.performance().set_limits(b, 0, {300, 300}, t.time.at);  // Crosses a's maximum, which wins.
  CHECK(t.soc.performance().limits(0) == Limits{200, 200});
}

TEST_CASE("performance: requests nearer to each other than the rate limit are noticed") {
  Bench t;
  CHECK(t.soc.performance().within_rate(a, 0, t.time.at));
  t.pass(microseconds(49));
  CHECK_FALSE(t.soc.performance().within_rate(a, 0, t.time.at));
  CHECK(t.soc.performance().within_rate(b, 0, t.time.at));
  t.pass(microseconds(1));
  CHECK(t.soc.performance().within_rate(a, 0, t.time.at));
}

TEST_CASE("clock: rounding stays inside the rates of the clock") {
  Bench t;
  ClockModel& c = t.soc.clocks();
  CHECK(c.round(1, 25, Rounding::down) == 20);
  CHECK(c.round(1, 25, Rounding::up) == 40);
  CHECK(c.round(1, 29, Rounding::closest) == 20);
  CHECK(c.round(1, 31, Rounding::closest) == 40);
  CHECK(c.round(1, 40, Rounding::down) == 40);
  CHECK_FALSE(c.round(1, 41, Rounding::down).has_value());
  CHECK_FALSE(c.round(1, 9, Rounding::up).has_value());
  CHECK(c.round(2, 1250, Rounding::down) == 1200);
  CHECK(c.round(2, 1250, Rounding::up) == 1300);
  CHECK(c.round(2, 2030, Rounding::up) == 2000);  // The next step would be beyond the highest rate.
  CHECK_FALSE(c.round(2, 2051, Rounding::down).has_value());
  CHECK(c.round(3, 17, Rounding::down) == 17);
  CHECK_FALSE(c.round(4, 1, Rounding::closest).has_value());
}

TEST_CASE("clock: asynchronous changes of one clock end one after the other, of two clocks in the order of time") {
  Bench t;
  CHECK(t.rate(a, 1, 20, 0x11) == Instant(microseconds(100)));
  CHECK(t.rate(b, 1, 40, 0x22) == Instant(microseconds(200)));
  CHECK(t.rate(a, 2, 1500, 0x33) == Instant(microseconds(10)));
  CHECK(t.soc.clocks().pending(a) == 2);
  CHECK(t.soc.clocks().pending(b) == 1);
  t.pass(microseconds(150));
  CHECK(t.seen.take() == Log{"rate 2 1500 by 1", "done 0x33 1500 SUCCESS", "rate 1 20 by 1", "done 0x11 20 SUCCESS"});
  CHECK(t.soc.clocks().rate_hz(1) == 20);
  t.pass(microseconds(50));
  CHECK(t.seen.take() == Log{"rate 1 40 by 2", "done 0x22 40 SUCCESS"});
  CHECK(t.soc.clocks().pending(a) == 0);
}

TEST_CASE("clock: an agent that lost its right meanwhile is told so when its change is due") {
  Bench t;
  t.rate(a, 1, 20, 0x11);
  t.seen.allowed = false;
  t.pass(microseconds(100));
  CHECK(t.seen.take() == Log{"done 0x11 10 DENIED"});
  CHECK(t.soc.clocks().rate_hz(1) == 10);
}

TEST_CASE("clock: it runs while any agent has it enabled, however often, and after its delay") {
  Bench t;
  ClockModel& c = t.soc.clocks();
  CHECK_FALSE(c.running(1, t.time.at));
  CHECK(c.set_enabled(a, 1, true, t.time.at) == t.time.at + microseconds(7));
  CHECK_FALSE(c.running(1, t.time.at));
  t.pass(microseconds(7));
  CHECK(c.running(1, t.time.at));
  CHECK(c.set_enabled(a, 1, true, t.time.at) == t.time.at);
  c.set_enabled(b, 1, true, t.time.at);
  c.set_enabled(a, 1, false, t.time.at);
  CHECK(c.running(1, t.time.at));
  c.set_enabled(b, 1, false, t.time.at);
  CHECK_FALSE(c.running(1, t.time.at));
}

TEST_CASE("agent reset: only that agent's wishes are undone") {
  Bench t;
  ClockModel& c = t.soc.clocks();
  REQUIRE(t.power(a, 1, off));
  REQUIRE(t.power(b, 4, on));
  t.soc.performance().set_level(a, 0, 300, t.time.at);
  t.soc.performance().set_limits(b, 0, {300, 200}, t.time.at);
  t.rate(b, 1, 40, 0, false);
  t.pass(microseconds(100));
  t.rate(a, 1, 20, 0, false);
  c.set_enabled(a, 1, true, t.time.at);
  c.set_enabled(b, 1, true, t.time.at);
  c.set_parent(a, 1, 2);
  c.set_extended(a, 1, 1, 60);
  t.pass(microseconds(1000));
  REQUIRE(c.rate_hz(1) == 20);
  REQUIRE(c.parent(1) == 2);
  REQUIRE(c.extended(1, 1) == 60);
  REQUIRE(t.soc.power().state(2) == off);

  t.soc.forget(a);
  t.pass(microseconds(1000));
  CHECK(t.soc.power().state(1) == on);
  CHECK(t.soc.power().state(2) == on);
  CHECK(t.soc.power().state(4) == on);  // b's.
  CHECK(t.soc.performance().level(0) == 200);
  CHECK(t.soc.performance().limits(0) == Limits{300, 200});
  CHECK(c.rate_hz(1) == 40);  // b asked before a.
  CHECK(c.running(1, t.time.at));
  CHECK(c.parent(1) == 0);
  CHECK(c.extended(1, 1) == 50);

  t.soc.forget(b);
  CHECK(c.rate_hz(1) == 10);
  CHECK_FALSE(c.running(1, t.time.at));
}

TEST_CASE("agent reset: changes that are under way end with an error, or silently when the agent has hung up") {
  Bench t;
  t.rate(a, 1, 40, 0x55);
  t.soc.forget(a);
  CHECK(t.seen.take() == Log{"done 0x55 10 GENERIC_ERROR"});
  t.rate(a, 1, 40, 0x66);
  t.soc.clocks().hang_up(a);
  t.soc.forget(a);
  t.pass(microseconds(1000));
  CHECK(t.seen.take().empty());
  CHECK(t.soc.clocks().rate_hz(1) == 10);
}
