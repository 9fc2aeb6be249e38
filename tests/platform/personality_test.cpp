// SPDX-License-Identifier: Apache-2.0
//
// Each habit of platforms in the field, met by our agent: it lives with it, and says what it met, by a result, a
// counter or Agent::tolerated(). Real clients, core and servers on virtual time; habits of areas over a real area.
#include <fstream>
#include <sstream>

#include "platform/habits.hpp"
#include "protocols/base.hpp"
#include "protocols/clock.hpp"
#include "protocols/performance.hpp"
#include "protocols/power_domain.hpp"
#include "protocols/reset_domain.hpp"
#include "protocols/sensor.hpp"
#include "protocols/system_power.hpp"
#include "protocols/voltage.hpp"
#include "tests/platform/habit_life.hpp"

using namespace scmi;
using namespace scmi::platform::test;
using namespace std::chrono_literals;

namespace {

// --- Arm's reference firmware ----------------------------------------------------------------------------------------

void agent_is_channel() {
  Life t("agent-is-channel");
  REQUIRE(t.agent().base().self);
  CHECK(t.agent().base().self->id == AgentId(1));
  CHECK(t.agent().base().self->name == "scmi-channel");
}

void async_refused() {
  Life t("async-refused");
  const auto clocks = t.open<Clocks>();
  auto rate = clocks.rate_set_async(list_clock, 2'000);
  REQUIRE(rate);
  CHECK(fails(rate->wait(), Status::not_supported));
  CHECK(clocks.rate_set(list_clock, 2'000));
  const auto sensors = t.open<Sensors>();
  const auto info = sensors.describe(SensorId(0));
  REQUIRE(info);
  const auto scale = sensors.scale(*info);
  REQUIRE(scale);
  auto reading = sensors.read_async(*scale);
  REQUIRE(reading);
  CHECK(fails(reading->wait(), Status::not_supported));
  CHECK(sensors.read(*scale));
}

void async_unanswered() {
  Life t("async-unanswered");
  const auto resets = t.open<ResetDomains>();
  const Instant before = t.bench.clock().now();
  auto reset = resets.reset_async(first);
  REQUIRE(reset);
  CHECK(fails(reset->wait(), LocalError::timed_out));
  CHECK(t.bench.clock().now() - before <= 3s);  // Its own deadline.
  CHECK(t.count(Count::timeouts) == 1);
  const auto power = t.open<PowerDomains>();
  CHECK(power.state_set(first, 0x4000'0000, SetMode::async));
  CHECK(power.state_get(first) == 0x4000'0000U);
}

void bad_state_sticks() {
  Life t("bad-state-sticks");
  const auto power = t.open<PowerDomains>();
  REQUIRE(power.state_set(first, 0x4000'0000));
  CHECK(fails(power.state_set(first, 0x1234), Status::invalid_parameters));
  CHECK(fails(power.state_set(first, 0), Status::busy));
  CHECK(fails(power.state_set(first, 0), Status::busy));
  CHECK(power.state_set(second, 0x4000'0000));
}

void crashes() {
  Life t("crashes");
  REQUIRE(t.raw(protocol::base, 0x9, {1, 0, 1}) == Status::denied);
  CHECK(fails(t.raw(protocol::base, 0x9, {}), LocalError::platform_lost));
  CHECK(fails(t.raw(protocol::base, 0x0, {}), LocalError::platform_lost));
}

void exact_sizes() {
  Life t("exact-sizes");
  CHECK(t.raw(protocol::base, 0x0, {1}) == Status::protocol_error);
  CHECK(t.raw(protocol::base, 0x0, {}) == Status::success);
  CHECK(t.open<Clocks>().list());
  CHECK(t.open<PerformanceDomains>().levels(first));
}

void graceful_never() {
  Life t("graceful-never");
  const auto system = t.open<SystemPower>();
  std::vector<bool> heard;
  const auto watching = system.watch_state([&](const auto& event) { heard.push_back((event.flags & 1U) != 0); });
  REQUIRE(watching);
  REQUIRE(system.state_set(system_power_protocol::shutdown, Transition::graceful));
  t.bench.pass(60s);
  CHECK(heard.empty());  // Who asked hears of the end only.
  CHECK(system.state_get() == system_power_protocol::power_up);
}

void levels_clipped() {
  Life t("levels-clipped");
  const auto performance = t.open<PerformanceDomains>();
  REQUIRE(performance.level_set(first, 900));
  CHECK(performance.level_get(first, {}, Via::message) == 300U);  // What was done is not what was asked.
}

void long_error() {
  Tap tap;
  Life t("long-error", {.tap = &tap});
  CHECK(fails(t.open<PerformanceDomains>().level_get(DomainId(9)), Status::not_found));
  REQUIRE(tap.kinds.back() == TraceKind::response);
  CHECK(tap.sizes.back() == 8);
}

void old_layouts() {
  Life t("old-layouts");
  CHECK(t.agent().base().version == Version(0x20000));
  const auto clocks = t.open<Clocks>();
  CHECK(clocks.version() == Version(0x10000));
  CHECK(clocks.list()->size() == 2);
  CHECK(fails(clocks.parent_get(list_clock), LocalError::unsupported));
  CHECK(t.open<PerformanceDomains>().version() == Version(0x20000));
  CHECK(t.open<PerformanceDomains>().levels(first)->levels.size() == 3);
  CHECK(t.raw(protocol::clock, 0x10, {0x10000}) == Status::not_found);
}

void slow_drivers() {
  Life t("slow-drivers");
  const auto voltages = t.open<VoltageDomains>();
  const Instant before = t.bench.clock().now();
  CHECK(voltages.level_set(first, 900'000));
  CHECK(t.bench.clock().now() - before >= 20ms);
  CHECK(fails(voltages.level_set(first, 800'000, {.timeout = 10ms}), LocalError::timed_out));
  CHECK(t.count(Count::timeouts) == 1);
  t.bench.pass(20ms);
  CHECK(t.count(Count::late) == 1);
}

void stale_fast_channels() {
  Life t("stale-fast-channels");
  const auto performance = t.open<PerformanceDomains>();
  REQUIRE(performance.level_set(first, 200, {}, Via::fast));
  t.bench.pass(5ms);
  REQUIRE(performance.level_set(first, 100, {}, Via::message));
  CHECK(performance.level_get(first, {}, Via::message) == 100U);
  t.bench.pass(5ms);
  CHECK(performance.level_get(first, {}, Via::message) == 200U);  // Who asks hears it; who watches is told.
  REQUIRE(performance.level_set(first, 300, {}, Via::fast));      // By the way that holds.
  t.bench.pass(5ms);
  CHECK(performance.level_get(first, {}, Via::message) == 300U);
}

void unfiltered_notifications() {
  Life t("unfiltered-notifications");
  const auto clocks = t.open<Clocks>();
  int heard = 0;
  const auto watching = clocks.watch_rate(list_clock, [&](const auto&) { ++heard; });
  REQUIRE(watching);
  REQUIRE(clocks.rate_set(range_clock, 20));
  t.bench.pass(1ms);
  CHECK(t.count(Count::notifications) == 1);  // It came,
  CHECK(heard == 0);                          // and was nobody's.
  REQUIRE(clocks.rate_set(list_clock, 2'000));
  t.bench.pass(1ms);
  CHECK(heard == 1);
}

void unprovided_protocol_error() {
  Life t("unprovided-protocol-error");
  CHECK(t.raw(protocol::clock, 0x8, {0}) == Status::protocol_error);
  const auto info = t.open<Clocks>().describe(list_clock);
  REQUIRE(info);
  CHECK(info->name == "list");
}

// --- NXP, Rust -------------------------------------------------------------------------------------------------------

void token_order() {
  Life t("token-order");
  const auto clocks = t.open<Clocks>();
  int refused = 0;
  // All tokens, and round.
  for (int i = 0; i < 1500; ++i) refused += clocks.rate_get(list_clock) ? 0 : 1;
  CHECK(refused == 0);
}

void malformed_unanswered() {
  Life t("malformed-unanswered");
  CHECK(fails(t.raw(protocol::clock, 0x6, {}), LocalError::timed_out));
  CHECK(t.count(Count::timeouts) == 1);
  CHECK(t.open<Clocks>().rate_get(list_clock) == 1'000U);
}

void short_used_length() {
  Life t("short-used-length");
  const auto clocks = t.open<Clocks>();
  const auto rate = clocks.rate_get(list_clock);
  REQUIRE(fails(rate, LocalError::malformed_reply));
  CHECK(rate.error().context.message == clock_protocol::RateGet::info.message.value);
  CHECK(clocks.rates(list_clock));
}

// --- Boards ----------------------------------------------------------------------------------------------------------

void delayed_first() {
  Tap tap;
  Life t("delayed-first", {.tap = &tap});
  const auto clocks = t.open<Clocks>();
  auto rate = clocks.rate_set_async(list_clock, 2'000);
  REQUIRE(rate);
  tap.kinds.clear();
  CHECK(rate->wait() == 2'000U);
  t.bench.pass(10ms);
  CHECK(tap.kinds == std::vector{TraceKind::delayed});
  CHECK(t.count(Count::unexpected) == 0);
  REQUIRE(t.tolerated(Tolerated::early_delayed_response));
  CHECK(t.tolerated(Tolerated::early_delayed_response)->protocol == protocol::clock);
  CHECK(clocks.rate_get(list_clock) == 2'000U);
}

void duplicate_levels() {
  Life t("duplicate-levels");
  const auto levels = t.open<PerformanceDomains>().levels(first);
  REQUIRE(levels);
  CHECK(levels->levels.size() == 2);
  CHECK(levels->by_value(100) != nullptr);
  CHECK(levels->by_value(300) != nullptr);
  CHECK(t.tolerated(Tolerated::repeated_entry));
}

void header_bits() {
  Life t("header-bits");
  CHECK(t.open<Clocks>().rate_get(list_clock) == 1'000U);
  const auto noted = t.tolerated(Tolerated::reserved_header_bits);
  REQUIRE(noted);
  CHECK(noted->count == t.count(Count::replies));
}

void implementation_zero() {
  Life t("implementation-zero");
  CHECK(t.agent().base().implementation_version == 0);
}

void late_bursts() {
  Life t("late-bursts");
  const auto clocks = t.open<Clocks>();
  int good = 0;
  int late = 0;
  for (int i = 0; i < 64; ++i) {
    const auto rate = clocks.rate_get(list_clock);
    if (rate) CHECK(*rate == 1'000);
    if (!rate) CHECK(rate.error().is(LocalError::timed_out));
    (rate ? good : late) += 1;
  }
  t.bench.pass(1s);
  CHECK(good > late);
  CHECK(late != 0);
  CHECK(t.count(Count::timeouts) == static_cast<std::uint64_t>(late));
  CHECK(t.count(Count::late) == static_cast<std::uint64_t>(late));  // Each is told apart from what was never asked.
  CHECK(t.count(Count::unexpected) == 0);
}

void long_protocol_list() {
  Life t("long-protocol-list");
  Life ordinary("implementation-zero");
  CHECK(t.agent().base().protocols == ordinary.agent().base().protocols);
  const auto noted = t.tolerated(Tolerated::longer_reply);
  REQUIRE(noted);
  CHECK(noted->message == base_protocol::DiscoverListProtocols::info.message);
}

void no_discover_agent() {
  Life t("no-discover-agent");
  CHECK(t.agent().base().agents.empty());
  CHECK_FALSE(t.agent().base().self);
  CHECK(t.tolerated(Tolerated::no_agent_discovery));
  CHECK(t.open<Clocks>().rate_get(list_clock) == 1'000U);
}

void odd_rate_range() {
  Life t("odd-rate-range");
  const auto clocks = t.open<Clocks>();
  for (int i = 0; i < 4; ++i) {
    const auto rates = clocks.rates(range_clock);
    REQUIRE(rates);
    CHECK(rates->is_range);
    CHECK(rates->lowest_hz == 10);
    CHECK(rates->highest_hz == 100);
    CHECK(rates->step_hz == 10);
  }
  REQUIRE(t.tolerated(Tolerated::miscounted_range));
  CHECK(t.tolerated(Tolerated::miscounted_range)->count == 4);
}

void oversized_replies() {
  Life t("oversized-replies");
  CHECK(t.open<Clocks>().rate_get(list_clock) == 1'000U);
  CHECK(t.open<PerformanceDomains>().levels(first)->levels.size() == 3);
  CHECK(t.tolerated(Tolerated::longer_reply));
}

void power_version() {
  Life t("power-version-21000");
  const auto power = t.open<PowerDomains>();
  CHECK(power.version() == Version(0x21000));
  CHECK(power.list()->size() == 2);
  CHECK(power.state_set(first, 0x4000'0000));
  const auto noted = t.tolerated(Tolerated::unpublished_version);
  REQUIRE(noted);
  CHECK(noted->protocol == protocol::power_domain);
}

void slow_replies() {
  Error refused{};
  const Life impatient("slow-replies", {.refused = &refused});
  CHECK(refused.is(LocalError::timed_out));
  CHECK(refused.context.step == Step::base_version);
  Life t("slow-replies", {.default_timeout = 300ms});
  CHECK(t.open<Clocks>().rate_get(list_clock) == 1'000U);
}

struct Lived {
  std::string_view habit;
  void (*live)();
};
constexpr Lived lives[] = {
    {"agent-is-channel", agent_is_channel},
    {"area-crc", live_with_area_crc},
    {"async-refused", async_refused},
    {"async-unanswered", async_unanswered},
    {"bad-state-sticks", bad_state_sticks},
    {"crashes", crashes},
    {"delayed-first", delayed_first},
    {"duplicate-levels", duplicate_levels},
    {"exact-sizes", exact_sizes},
    {"graceful-never", graceful_never},
    {"header-bits", header_bits},
    {"implementation-zero", implementation_zero},
    {"late-bursts", late_bursts},
    {"levels-clipped", levels_clipped},
    {"long-error", long_error},
    {"long-protocol-list", long_protocol_list},
    {"malformed-unanswered", malformed_unanswered},
    {"no-discover-agent", no_discover_agent},
    {"odd-rate-range", odd_rate_range},
    {"old-layouts", old_layouts},
    {"oversized-replies", oversized_replies},
    {"p2a-drops", live_with_p2a_drops},
    {"p2a-starts-busy", live_with_p2a_starts_busy},
    {"power-version-21000", power_version},
    {"short-used-length", short_used_length},
    {"slow-drivers", slow_drivers},
    {"slow-replies", slow_replies},
    {"stale-fast-channels", stale_fast_channels},
    {"token-order", token_order},
    {"unfiltered-notifications", unfiltered_notifications},
    {"unprovided-protocol-error", unprovided_protocol_error},
};

}  // namespace

TEST_CASE("habits: our agent lives with each of them, and says what it met") {
  for (const Lived& lived : lives) {
    SUBCASE(std::string(lived.habit).c_str()) { lived.live(); }
  }
}

TEST_CASE("habits: each one has its test, and nothing is reported of a platform without any") {
  std::vector<std::string_view> known;
  std::vector<std::string_view> tested;
  for (const platform::Habit& habit : platform::habits()) known.push_back(habit.name);
  for (const Lived& lived : lives) tested.push_back(lived.habit);
  CHECK(known == tested);

  real::Bench plain(soc(""));
  CHECK(Clocks::open(plain.agent())->rates(range_clock));
  CHECK(PerformanceDomains::open(plain.agent())->levels(first));
  CHECK(plain.agent().tolerated().empty());
}

TEST_CASE("personalities: a patient agent works with each of them") {
  for (const platform::Personality& personality : platform::personalities()) {
    CAPTURE(personality.name);
    real::Bench bench(soc("personality = \"" + std::string(personality.name) + "\""), {.default_timeout = 300ms});
    const auto clocks = Clocks::open(bench.agent());
    REQUIRE(clocks);
    CHECK(clocks->list()->size() == 2);
    CHECK(clocks->rate_set(list_clock, 2'000));
    const auto performance = PerformanceDomains::open(bench.agent());
    REQUIRE(performance);
    CHECK(performance->level_set(first, 300));
  }
}

TEST_CASE("personalities: what nobody knows is refused with what there is") {
  const auto errors = [](std::string_view line) {
    const auto config = platform::parse_soc_config(soc(line), "soc.toml");
    REQUIRE_FALSE(config);
    REQUIRE(config.error().size() == 1);
    return platform::describe(config.error().front());
  };
  CHECK(errors("personality = \"mine\"") ==
        "soc.toml:6: soc.personality: \"mine\" is not one of field-boards, nxp-system-manager, rust-virtio, "
        "scp-firmware, "
        "trusted-firmware");
  CHECK(errors("habits = [\"token-order\", \"nails\"]")
            .starts_with("soc.toml:6: soc.habits: \"nails\" is not one of agent-is-channel, area-crc, "));

  const auto both = platform::parse_soc_config(
      soc("personality = \"rust-virtio\"\nhabits = [\"exact-sizes\", \"header-bits\"]"), "soc.toml");
  REQUIRE(both);
  CHECK(both->personality == "rust-virtio");
  CHECK(both->habits.size() == 4);  // None twice.
}

TEST_CASE("docs/platform.md has the table of habits as they are") {
  std::ifstream file(SCMI_PLATFORM_DOC);
  REQUIRE(file.good());
  std::ostringstream text;
  text << file.rdbuf();
  for (const platform::Habit& habit : platform::habits()) {
    std::string who;
    for (const platform::Personality& p : platform::personalities()) {
      if (std::ranges::find(p.habits, habit.name) != p.habits.end()) {
        who += (who.empty() ? "" : ", ") + std::string(p.name);
      }
    }
    const std::string row = "| `" + std::string(habit.name) + "` | " + std::string(habit.sentence) + " | " +
                            (who.empty() ? "-" : who) + " |";
    CAPTURE(row);
    CHECK(text.str().find(row + "\n") != std::string::npos);
  }
}
