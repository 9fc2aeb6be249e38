// SPDX-License-Identifier: Apache-2.0
//
// Clients against the simulated platform, with the layouts of an old and of a new release: both sides read the same
// catalogue, so this shows that they agree on what the commands do; the golden bytes show the layouts.
#include <doctest/doctest.h>

#include "protocols/base.hpp"
#include "protocols/clock.hpp"
#include "protocols/performance.hpp"
#include "protocols/power_domain.hpp"
#include "protocols/powercap.hpp"
#include "tests/protocols/real_platform.hpp"

using namespace scmi;
using namespace std::chrono_literals;
using real::juno;
using real::juno_2_0;
using real::soc;

TEST_CASE("clients on the platform: versions of releases 2.0 and 3.2") {
  real::Bench modern(soc(juno));
  CHECK(Clocks::open(modern.agent())->version() == clock_protocol::version_3_0);
  CHECK(PerformanceDomains::open(modern.agent())->version() == performance_protocol::version_4_0);
  CHECK(PowerDomains::open(modern.agent())->version() == power_domain_protocol::version_3_1);
  CHECK(Base::open(modern.agent())->version() == base_protocol::version_2_1);
  real::Bench old(juno_2_0());
  CHECK(Clocks::open(old.agent())->version() == clock_protocol::version_1_0);
  CHECK(PerformanceDomains::open(old.agent())->version() == performance_protocol::version_2_0);
  CHECK(PowerDomains::open(old.agent())->version() == power_domain_protocol::version_2_0);
  CHECK(Base::open(old.agent())->version() == base_protocol::version_2_0);
}

TEST_CASE("clients on the platform: power domains, both releases") {
  for (const std::string& text : {soc(juno), juno_2_0()}) {
    real::Bench b(text);
    const auto power = PowerDomains::open(b.agent());
    REQUIRE(power);
    const auto all = power->list();
    REQUIRE(all);
    CHECK(all->size() == 11);
    const auto gpu = power->by_name("GPUTOP");
    REQUIRE(gpu);
    CHECK(*power->state_get(*gpu) == power_domain_protocol::state_on);
    std::vector<std::uint32_t> seen;
    const auto watch = power->watch_state(*gpu, [&](const auto& n) { seen.push_back(n.power_state); });
    REQUIRE(watch);
    CHECK(power->state_set(*gpu, power_domain_protocol::state_off));
    CHECK(*power->state_get(*gpu) == power_domain_protocol::state_off);
    CHECK(power->state_set(*gpu, power_domain_protocol::state_on, SetMode::async));
    b.pass(10ms);
    CHECK(*power->state_get(*gpu) == power_domain_protocol::state_on);
    CHECK(seen == std::vector<std::uint32_t>{power_domain_protocol::state_off, power_domain_protocol::state_on});
    CHECK(power->state_get(DomainId(99)).error().is(Status::not_found));
  }
}

TEST_CASE("clients on the platform: performance levels, limits and their notifications, both releases") {
  for (const std::string& text : {soc(juno), juno_2_0()}) {
    real::Bench b(text);
    const auto perf = PerformanceDomains::open(b.agent());
    REQUIRE(perf);
    const auto big = perf->by_name("BIG");
    REQUIRE(big);
    CHECK(perf->power_unit() == PowerUnit::milliwatt);
    const auto levels = perf->levels(*big);
    REQUIRE(levels);
    REQUIRE(levels->levels.size() == 3);
    CHECK(levels->levels[1].power_cost == 364);
    CHECK(levels->levels[1].latency_us == 1450);
    std::vector<std::uint32_t> seen;
    const auto watch = perf->watch_level(*big, [&](const auto& n) { seen.push_back(n.performance_level); });
    REQUIRE(watch);
    const std::uint32_t top = levels->on_wire(levels->levels[2]);
    CHECK(perf->level_set(*big, top));
    b.pass(10ms);
    CHECK(*perf->level_get(*big) == top);
    CHECK(seen == std::vector<std::uint32_t>{top});
    CHECK(perf->limits_set(*big, levels->on_wire(levels->levels[1]), std::nullopt));
    const auto limits = perf->limits_get(*big);
    REQUIRE(limits);
    CHECK(limits->max == levels->on_wire(levels->levels[1]));
    CHECK(limits->min == levels->on_wire(levels->levels[0]));
    CHECK(perf->level_set(*big, top).error().is(Status::out_of_range));
  }
}

TEST_CASE("clients on the platform: levels and limits by fast channel, with and without doorbell, both releases") {
  for (const std::string_view release : {"3.2", "2.0"}) {
    for (const unsigned doorbell_bits : {0U, 8U, 16U, 32U, 64U}) {
      CAPTURE(release);
      CAPTURE(doorbell_bits);
      std::string text = soc(juno, "profile = \"3.2\"", "profile = \"" + std::string(release) + "\"");
      const std::string_view after = "power_domain = \"BIG_SSTOP\"\n";
      const std::size_t at = text.find(after, text.find("[[performance_domain]]"));
      REQUIRE(at != std::string::npos);
      text.insert(at + after.size(),
                  "level_indexing = true\nfast_channel_doorbell_bits = " + std::to_string(doorbell_bits) + "\n");
      real::Bench b(text);
      const auto perf = PerformanceDomains::open(b.agent());
      REQUIRE(perf);
      const DomainId big = *perf->by_name("BIG");
      CHECK(perf->describe(big)->fastchannel);
      CHECK(*perf->has_fastchannel(MessageId(0x7)));
      const auto levels = perf->levels(big);
      REQUIRE(levels);
      const std::uint32_t top = levels->on_wire(levels->levels[2]);
      const std::uint32_t low = levels->on_wire(levels->levels[0]);
      CHECK(perf->level_set(big, top, {}, Via::fast));
      b.pass(10ms);
      CHECK(*perf->level_get(big, {}, Via::fast) == top);
      CHECK(*perf->level_get(big) == top);
      CHECK(perf->limits_set(big, levels->on_wire(levels->levels[1]), low, {}, Via::fast));
      b.pass(10ms);
      CHECK(perf->limits_get(big)->max == levels->on_wire(levels->levels[1]));
      CHECK(perf->limits_get(big, {}, Via::fast)->max == levels->on_wire(levels->levels[1]));
      CHECK(*perf->level_get(big, {}, Via::fast) == levels->on_wire(levels->levels[1]));
      // A domain without any: fast is refused, automatic is a message.
      const DomainId gpu = *perf->by_name("GPU");
      CHECK(perf->level_get(gpu, {}, Via::fast).error().is(Status::not_supported));
      CHECK(*perf->level_get(gpu, {}, Via::automatic) == *perf->level_get(gpu));
    }
  }
}

TEST_CASE("clients on the platform: clocks, both releases") {
  for (const std::string& text : {soc(juno), juno_2_0()}) {
    real::Bench b(text);
    const auto clocks = Clocks::open(b.agent());
    REQUIRE(clocks);
    const auto i2s = clocks->by_name("I2SCLK");
    const auto ref = clocks->by_name("HDLCDREFCLK");
    REQUIRE(i2s);
    REQUIRE(ref);
    CHECK(clocks->rates(*i2s)->discrete_hz.size() == 7);
    const auto range = clocks->rates(*ref);
    REQUIRE(range);
    CHECK(range->is_range);
    CHECK(range->lowest_hz == 25'000'000);
    CHECK(range->highest_hz == 120'000'000);
    CHECK(range->step_hz == 250'000);
    CHECK(clocks->rate_set(*ref, 60'100'000, Rounding::up));
    CHECK(*clocks->rate_get(*ref) == 60'250'000);
    CHECK(clocks->rate_set(*ref, 1'000'000'000).error().is(Status::invalid_parameters));
    CHECK(clocks->enable(*i2s));
    CHECK(clocks->config_get(*i2s)->enabled);
    CHECK(clocks->disable(*i2s));
    CHECK_FALSE(clocks->config_get(*i2s)->enabled);
    auto pending = clocks->rate_set_async(*i2s, 4'608'000);
    REQUIRE(pending);
    CHECK(*pending->wait() == 4'608'000);
    CHECK(clocks->rate_set_unconfirmed(*i2s, 2'304'000));
    b.pass(100ms);
    CHECK(*clocks->rate_get(*i2s) == 2'304'000);
  }
}

TEST_CASE("clients on the platform: clock notifications, permissions and parents of release 3.2") {
  real::Bench b(soc(juno));
  const auto clocks = Clocks::open(b.agent());
  REQUIRE(clocks);
  const auto i2s = clocks->by_name("I2SCLK");
  REQUIRE(i2s);
  std::vector<std::uint64_t> seen;
  const auto watch = clocks->watch_rate(*i2s, [&](const auto& n) { seen.push_back(n.rate_hz); });
  REQUIRE(watch);
  CHECK(clocks->rate_set(*i2s, 9'216'000));
  b.pass(100ms);
  CHECK(seen == std::vector<std::uint64_t>{9'216'000});
  const auto big = clocks->by_name("BIG_CLK");
  REQUIRE(big);
  CHECK(clocks->describe(*big)->restricted);
  const auto permissions = clocks->permissions(*big);
  REQUIRE(permissions);
  CHECK_FALSE(permissions->rate);
  CHECK_FALSE(permissions->state);
  CHECK(clocks->rate_set(*big, 600'000'000).error().is(Status::denied));
  const auto all = clocks->list();
  REQUIRE(all);
  for (const ClockInfo& clock : *all) {
    if (!clock.parents) continue;
    const auto parents = clocks->possible_parents(clock.id);
    REQUIRE(parents);
    REQUIRE_FALSE(parents->empty());
    const auto parent = clocks->parent_get(clock.id);
    REQUIRE(parent);
    CHECK(std::ranges::find(*parents, *parent) != parents->end());
  }
}

TEST_CASE("clients on the platform: a thousand domains of each kind come page by page") {
  real::Bench b(soc("synthetic-1000.toml"));
  const auto clocks = Clocks::open(b.agent());
  const auto perf = PerformanceDomains::open(b.agent());
  const auto power = PowerDomains::open(b.agent());
  REQUIRE(clocks);
  REQUIRE(perf);
  REQUIRE(power);
  CHECK(clocks->list()->size() == 1000);
  CHECK(perf->list()->size() == 1000);
  CHECK(power->list()->size() == 1000);
  std::size_t longest_rates = 0;
  std::size_t longest_levels = 0;
  for (std::uint32_t i = 0; i < 1000; ++i) {
    const auto rates = clocks->rates(ClockId(i));
    REQUIRE(rates);
    CHECK(std::ranges::is_sorted(rates->discrete_hz));
    longest_rates = std::max(longest_rates, rates->discrete_hz.size());
    const auto levels = perf->levels(DomainId(i));
    REQUIRE(levels);
    longest_levels = std::max(longest_levels, levels->levels.size());
  }
  // More than one page of 124 bytes holds: (124 - 8) / 8 rates, (124 - 8) / 20 levels.
  CHECK(longest_rates > 14);
  CHECK(longest_levels > 5);
}

TEST_CASE("clients on the platform: Base asks again what the probe asked") {
  real::Bench b(soc(juno));
  const auto base = Base::open(b.agent());
  REQUIRE(base);
  CHECK(*base->vendor() == b.agent().base().vendor);
  CHECK(*base->sub_vendor() == b.agent().base().sub_vendor);
  CHECK(*base->implementation_version() == 0x020e0000);
  CHECK(*base->protocols() == b.agent().base().protocols);
  CHECK(base->discover_agent(base_protocol::self)->name == "OSPM");
  CHECK(base->reset_agent_configuration(AgentId(2), false).error().is(Status::denied));
}

TEST_CASE("powercap fast channels on the platform: by each way, and by whichever there is") {
  real::Bench bench(real::soc(real::juno));
  const auto caps = Powercaps::open(bench.agent());
  REQUIRE(caps);
  const DomainId big{1};
  const DomainId little{2};
  CHECK(caps->describe(big)->fastchannel);
  CHECK_FALSE(caps->describe(little)->fastchannel);
  CHECK(*caps->has_fastchannel(powercap_protocol::CapSet::info.message));
  REQUIRE(caps->cap_set(big, 300, {}, Via::fast));
  bench.pass(std::chrono::milliseconds(5));
  CHECK(caps->cap_get(big, {}, Via::fast) == 300U);
  CHECK(caps->cap_get(big) == 300U);
  REQUIRE(caps->cap_set(big, 400));
  CHECK(caps->cap_get(big, {}, Via::automatic) == 400U);
  REQUIRE(caps->pai_set(big, 20'000, {}, Via::automatic));
  bench.pass(std::chrono::milliseconds(5));
  CHECK(caps->pai_get(big, {}, Via::fast) == 20'000U);
  REQUIRE(caps->cap_disable(big, {}, Via::fast));
  bench.pass(std::chrono::milliseconds(5));
  CHECK(caps->cap_get(big) == powercap_protocol::no_cap);

  const auto refused = caps->cap_set(little, 100, {}, Via::fast);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().is(Status::not_supported));
  CHECK(caps->cap_set(little, 100, {}, Via::automatic));
  CHECK(caps->cap_get(little) == 100U);
}
