// SPDX-License-Identifier: Apache-2.0
//
// The clients of reset, voltage and powercap domains, and of telemetry, against the simulated platform, with old and
// new layouts.
#include <doctest/doctest.h>

#include "protocols/performance.hpp"
#include "protocols/powercap.hpp"
#include "protocols/reset_domain.hpp"
#include "protocols/telemetry.hpp"
#include "protocols/voltage.hpp"
#include "tests/protocols/real_platform.hpp"

using namespace scmi;
using namespace std::chrono_literals;
using real::juno;
using real::soc;

namespace {

std::string juno_of(std::string_view release) {
  return soc(juno, "profile = \"3.2\"", "profile = \"" + std::string(release) + '"');
}

}  // namespace

TEST_CASE("clients on the platform: reset domains in every release that has them") {
  struct Row {
    std::string_view release;
    Version version;
  };
  for (const Row row :
       {Row{"2.0", reset_domain_protocol::version_1_0}, Row{"3.0", reset_domain_protocol::version_1_0},
        Row{"3.1", reset_domain_protocol::version_3_0}, Row{"3.2", reset_domain_protocol::version_3_1}}) {
    CAPTURE(row.release);
    real::Bench b(juno_of(row.release));
    const auto resets = ResetDomains::open(b.agent());
    REQUIRE(resets);
    CHECK(resets->version() == row.version);
    const auto uart = resets->by_name("JUNO_UART");
    REQUIRE(uart);
    CHECK(resets->describe(*uart)->latency_us == 1000);
    std::vector<reset_domain_protocol::Issued> seen;
    const auto watch = resets->watch_reset(*uart, [&](const auto& n) { seen.push_back(n); });
    REQUIRE(watch);
    CHECK(resets->reset(*uart));
    b.pass(2ms);
    CHECK(resets->assert_reset(*uart));
    b.pass(1ms);
    CHECK(resets->deassert_reset(*uart));
    auto pending = resets->reset_async(*uart);
    REQUIRE(pending);
    CHECK(pending->wait());
    b.pass(1ms);
    CHECK(seen == std::vector<reset_domain_protocol::Issued>(3, {AgentId(1), *uart, 0}));
    CHECK(resets->reset(DomainId(99)).error().is(Status::not_found));
  }
  real::Bench old(juno_of("1.0"));
  CHECK(ResetDomains::open(old.agent()).error().is(LocalError::not_found));
}

TEST_CASE("clients on the platform: a thousand reset domains, some with long names") {
  real::Bench b(soc("synthetic-1000.toml"));
  const auto resets = ResetDomains::open(b.agent());
  REQUIRE(resets);
  CHECK(resets->list()->size() == 1000);
  CHECK(*resets->by_name("reset_of_block_899") == DomainId(899));
  CHECK_FALSE(resets->describe(DomainId(999))->latency_us.has_value());
}

TEST_CASE("clients on the platform: voltage domains in every release that has them") {
  struct Row {
    std::string_view release;
    Version version;
    bool async;
  };
  for (const Row row :
       {Row{"3.0", voltage_protocol::version_1_0, false}, Row{"3.1", voltage_protocol::version_2_0, true},
        Row{"3.2", voltage_protocol::version_2_1, true}}) {
    CAPTURE(row.release);
    real::Bench b(juno_of(row.release));
    const auto voltages = VoltageDomains::open(b.agent());
    REQUIRE(voltages);
    CHECK(voltages->version() == row.version);
    CHECK(voltages->list()->size() == 4);
    const auto big = voltages->by_name("VBIG");
    REQUIRE(big);
    CHECK(voltages->describe(*big)->async_level_set == row.async);
    const auto levels = voltages->levels(*big);
    REQUIRE(levels);
    CHECK(levels->is_range);
    CHECK(levels->contains(950'000));
    CHECK(*voltages->level_get(*big) == 900'000);
    CHECK(voltages->level_set(*big, 950'000));
    b.pass(1ms);
    CHECK(*voltages->level_get(*big) == 950'000);
    CHECK(voltages->level_set(*big, 955'000).error().is(Status::invalid_parameters));
    CHECK(voltages->disable(*big));
    CHECK_FALSE(voltages->config_get(*big)->enabled);
    CHECK(*voltages->level_get(*big) == 950'000);
    CHECK(voltages->enable(*big));
    CHECK(voltages->config_get(*big)->mode == voltage_protocol::mode_on);
    auto pending = voltages->level_set_async(*big, 1'000'000);
    REQUIRE(pending.has_value() == row.async);
    if (row.async) CHECK(*pending->wait() == 1'000'000);
    CHECK(voltages->disable(*voltages->by_name("VSYS")).error().is(Status::not_supported));
  }
  real::Bench old(juno_of("2.0"));
  CHECK(VoltageDomains::open(old.agent()).error().is(LocalError::not_found));
}

TEST_CASE("clients on the platform: a thousand voltage domains, their levels page by page") {
  real::Bench b(soc("synthetic-1000.toml"));
  const auto voltages = VoltageDomains::open(b.agent());
  REQUIRE(voltages);
  CHECK(voltages->list()->size() == 1000);
  const auto rail = voltages->by_name("rail_of_a_cluster_0");
  REQUIRE(rail);
  const auto levels = voltages->levels(*rail);
  REQUIRE(levels);
  // More than two pages of 124 bytes hold.
  REQUIRE(levels->discrete_uv.size() == 64);
  CHECK(levels->discrete_uv.front() == -100'000);
  CHECK(levels->discrete_uv.back() == 1'475'000);
}

TEST_CASE("clients on the platform: powercaps in both releases that have them") {
  for (const std::string_view release : {"3.1", "3.2"}) {
    CAPTURE(release);
    real::Bench b(juno_of(release));
    const auto caps = Powercaps::open(b.agent());
    const auto perf = PerformanceDomains::open(b.agent());
    REQUIRE(caps);
    REQUIRE(perf);
    const bool modern = release == "3.2";
    CHECK(caps->version() == (modern ? powercap_protocol::version_2_0 : powercap_protocol::version_1_0));
    const auto soc_cap = caps->by_name("SOC");
    const auto big_cap = caps->by_name("BIG");
    const auto big = perf->by_name("BIG");
    REQUIRE(soc_cap);
    REQUIRE(big_cap);
    REQUIRE(big);
    const auto info = caps->describe(*big_cap);
    REQUIRE(info);
    CHECK(info->unit == PowercapUnit::milliwatt);
    CHECK(info->parent == *soc_cap);
    CHECK(info->max_cap == 560);
    // 100 static, and the sustained levels with what leaks: 371 + 94 + 179 and their fractions.
    CHECK(caps->measurements_get(*soc_cap)->power == 745);
    const std::uint32_t top = perf->limits_get(*big)->max;
    std::vector<std::uint32_t> told;
    const auto watch = caps->watch_cap(*big_cap, [&](const auto& n) { told.push_back(n.power_cap); });
    std::vector<std::uint32_t> powers;
    const auto watch_power =
        caps->watch_measurements(*big_cap, {300, 400}, [&](const auto& n) { powers.push_back(n.power); });
    REQUIRE(watch);
    REQUIRE(watch_power);
    CHECK(caps->cap_set(*big_cap, 200));
    b.pass(50ms);
    CHECK(told == std::vector<std::uint32_t>{200});
    CHECK(*caps->cap_get(*big_cap) == 200);
    CHECK(perf->limits_get(*big)->max < top);
    CHECK(caps->measurements_get(*big_cap)->power == 188);
    CHECK(powers.size() == 1);
    auto pending = caps->cap_set_async(*soc_cap, 400);
    REQUIRE(pending);
    CHECK(*pending->wait() == 400);
    CHECK(caps->pai_set(*soc_cap, 20'000));
    CHECK(*caps->pai_get(*soc_cap) == 20'000);
    CHECK(caps->cap_set(*big_cap, 205).error().is(Status::invalid_parameters));
    CHECK(caps->cap_set(*big_cap, 1000).error().is(Status::out_of_range));
    CHECK(caps->cap_disable(*big_cap).has_value() == modern);
    CHECK(*caps->has_fastchannel(MessageId(0x5)));
    CHECK(caps->describe_fastchannel(*big_cap, MessageId(0x5))->chan_size_bytes == 4);
    CHECK(caps->describe_fastchannel(*soc_cap, MessageId(0x5)).error().is(Status::not_supported));
  }
  real::Bench old(juno_of("3.0"));
  CHECK(Powercaps::open(old.agent()).error().is(LocalError::not_found));
}

TEST_CASE("clients on the platform: a thousand powercap domains") {
  real::Bench b(soc("synthetic-1000.toml"));
  const auto caps = Powercaps::open(b.agent());
  REQUIRE(caps);
  const auto all = caps->list();
  REQUIRE(all);
  REQUIRE(all->size() == 1000);
  CHECK((*all)[999].parent == DomainId(90));
  CHECK(caps->cap_set(DomainId(0), 1000));
  b.pass(1ms);
  CHECK(*caps->cap_get(DomainId(0)) == 1000);
}

TEST_CASE("clients on the platform: telemetry, in all three ways") {
  real::Bench b(soc(juno));
  const auto telemetry = Telemetry::open(b.agent());
  REQUIRE(telemetry);
  CHECK(telemetry->info().data_event_count == 4);
  const auto energy = telemetry->by_name("ENRG_BIG");
  const auto heat = telemetry->by_name("TEMP_SOC");
  const auto boots = telemetry->by_name("BOOT_COUNT");
  REQUIRE((energy && heat && boots));
  const auto regions = telemetry->shmtis();
  REQUIRE(regions);
  REQUIRE(regions->size() == 1);
  CHECK(telemetry->read_shmti(regions->front())->empty());
  REQUIRE(telemetry->enable(*energy, true));
  REQUIRE(telemetry->enable(*boots, false));
  const auto place = telemetry->enable(*heat, true);
  REQUIRE(place);
  CHECK(place->shmti == 0);

  // From memory: the values at the last interval, in the order of the lines.
  REQUIRE(telemetry->config_set({}, {true, TelemetryCollect::on_demand, {1, -2}}));
  b.pass(25ms);
  const auto memory = telemetry->read_shmti(regions->front());
  REQUIRE(memory);
  REQUIRE(memory->size() == 2);
  CHECK(memory->at(0).id == *heat);
  REQUIRE(memory->at(0).timestamp_ticks);
  CHECK(memory->at(1).id == *energy);
  REQUIRE(memory->at(1).timestamp_ticks);
  CHECK(*memory->at(1).timestamp_ticks == *memory->at(0).timestamp_ticks);
  CHECK(memory->at(1).value == *memory->at(1).timestamp_ticks * 350'000 / 1'000'000);
  const auto fast = telemetry->read_fast_channel(*telemetry->describe(*heat));
  REQUIRE(fast);
  CHECK(fast->value == memory->at(0).value);
  CHECK(fast->timestamp_ticks == memory->at(0).timestamp_ticks);

  // By notifications: everything is in them.
  std::vector<TelemetryReading> heard;
  {
    const auto watch = telemetry->watch_updates({}, {1, -2}, [&](const auto& r) { heard.push_back(r); });
    REQUIRE(watch);
    b.pass(25ms);
    REQUIRE(heard.size() == 2);
    CHECK(heard[0].samples.size() == 3);
    CHECK(heard[0].samples[0].block_timestamp_rate == 1'000'000);
  }
  b.pass(25ms);
  CHECK(heard.size() == 2);

  // Once: what has a place in memory is there, and the rest in the delayed response.
  const auto reading = telemetry->read();
  REQUIRE(reading);
  CHECK(reading->samples == std::vector<TelemetrySample>{{*boots, 3, {}, {}, {}}});
  CHECK(telemetry->read_shmti(regions->front())->at(1).value > memory->at(1).value);
  CHECK_FALSE(telemetry->config_get()->enabled);
  REQUIRE(telemetry->reset());
  CHECK(telemetry->enabled()->empty());
  CHECK(telemetry->read().error().is(Status::invalid_parameters));
}
