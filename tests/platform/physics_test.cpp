// SPDX-License-Identifier: Apache-2.0
//
// Power, heat and energy of the simulated SoC against numbers worked out by hand. How they are described is tested in
// soc_config_physics_test.cpp, what reads them in physics_readers_test.cpp.
#include "tests/platform/physics_bench.hpp"

using namespace scmi;
using namespace scmi::platform;
using namespace scmi::platform::test;

TEST_CASE("physics: power is what the level costs, current is power by voltage, energy is power by time") {
  Bench t;
  CHECK(t.power_uw() == Approx(100'000));
  CHECK(t.soc.physics().voltage_uv(cpu) == 800'000);
  CHECK(t.soc.physics().current_ua(cpu, t.time.at) == Approx(125'000));
  CHECK(t.soc.physics().frequency_hz(cpu) == 500e6);
  CHECK(t.soc.physics().load_percent(cpu) == 100);
  CHECK(t.energy_uj() == 0);
  t.pass(2s);
  CHECK(t.energy_uj() == Approx(200'000));
  CHECK(t.soc.next_event() == never);  // Nothing ticks.
}

TEST_CASE("physics: the energy of a level ends with it to the nanosecond") {
  Bench t;
  t.pass(2s - 50us);
  t.set_level(2);
  CHECK(t.energy_uj() == Approx(200'000).epsilon(1e-12));
  t.pass(500ms);
  CHECK(t.energy_uj() == Approx(200'000 + 200'000).epsilon(1e-12));
  t.pass(1ns);
  CHECK(t.energy_uj() - 400'000 == Approx(0.0004).epsilon(1e-3));
}

TEST_CASE("physics: it starts as warm as it would ever get, and follows a level along the exponential") {
  Bench t;
  CHECK(t.temperature_mc() == Approx(32'000));
  t.pass(10s);
  CHECK(t.temperature_mc() == Approx(32'000));
  t.set_level(2);
  t.pass(1s);
  CHECK(t.temperature_mc() == Approx(38'000 - 6000 / std::exp(1.0)).epsilon(1e-12));
  t.pass(1s);
  CHECK(t.temperature_mc() == Approx(38'000 - 6000 / std::exp(2.0)).epsilon(1e-12));
  t.set_level(1);
  t.pass(1h);
  CHECK(t.temperature_mc() == Approx(32'000));
}

TEST_CASE("physics: capacitance x frequency x voltage^2, for the voltage there is") {
  Bench t("capacitance_pf = 500\npower_uw = 1000\n");
  CHECK(t.power_uw() == Approx(500e-12 * 500e6 * 0.64 * 1e6 + 1000));
  t.set_level(2);
  CHECK(t.power_uw() == Approx(500'000 + 1000));
  const VoltageJob by_hand{{agent, 0, 0, false, false}, 900'000};
  t.soc.voltages().set_level(by_hand, t.time.at);
  CHECK(t.power_uw() == Approx(500'000 * 0.81 + 1000));
  CHECK(t.soc.physics().voltage_uv(cpu) == 900'000);
}

TEST_CASE("physics: leakage grows with temperature") {
  // 10 mW at 30 degrees, and 5 percent of that for each degree more; 40 degrees for each watt.
  Bench t("leakage_uw = 10_000\nleakage_permille_per_c = 50\n", {{"w = 20_000", "w = 40_000"}});
  const auto end_rise = [](double watts) { return 40'000 * watts / (1 - 0.04 * 0.5); };
  CHECK(t.temperature_mc() == Approx(30'000 + end_rise(0.110)));
  CHECK(t.power_uw() == Approx(110'000 + 0.5 * end_rise(0.110)));
  t.set_level(2);

  // The closed form against the equation itself, in small steps.
  const double energy_before_uj = t.energy_uj();
  double rise_mc = end_rise(0.110);
  double energy_uj = 0;
  constexpr int steps = 200'000;
  constexpr double dt = 1.5 / steps;
  for (int i = 0; i < steps; ++i) {
    const auto slope = [](double r) { return 0.04 * (410'000 + 0.5 * r) - r; };
    const double middle = rise_mc + slope(rise_mc) * dt / 2;
    energy_uj += (410'000 + 0.5 * middle) * dt;
    rise_mc += slope(middle) * dt;
  }
  t.pass(1500ms);
  CHECK(t.temperature_mc() == Approx(30'000 + rise_mc).epsilon(1e-9));
  CHECK(t.power_uw() == Approx(410'000 + 0.5 * rise_mc).epsilon(1e-9));
  CHECK(t.energy_uj() - energy_before_uj == Approx(energy_uj).epsilon(1e-9));
  t.pass(1h);
  CHECK(t.power_uw() == Approx(410'000 + 0.5 * end_rise(0.410)));
}

TEST_CASE("physics: a part whose power domain is off takes nothing and cools down") {
  Bench t("power_uw = 5000\nleakage_uw = 10_000\nleakage_permille_per_c = 20\n");
  const double before_mc = t.temperature_mc();
  t.pass(1s);
  t.set_power(false);
  const double energy_uj = t.energy_uj();
  CHECK(t.power_uw() == 0);
  CHECK(t.soc.physics().frequency_hz(cpu) == 0);
  CHECK(t.soc.physics().voltage_uv(cpu) == 800'000);  // The rail stays.
  t.pass(1s);
  CHECK(t.temperature_mc() == Approx(30'000 + (before_mc - 30'000) / std::exp(1.0)));
  CHECK(t.energy_uj() == energy_uj);
  t.set_power(true);
  CHECK(t.power_uw() > 115'000);
}

TEST_CASE("physics: without voltage there is no power either") {
  Bench t;
  t.soc.voltages().set_mode(agent, 0, voltage_mode_off);
  CHECK(t.power_uw() == 0);
  CHECK(t.soc.physics().voltage_uv(cpu) == 0);
  CHECK(t.soc.physics().current_ua(cpu, t.time.at) == 0);
  t.soc.forget(agent);
  CHECK(t.power_uw() == Approx(100'000));
}

TEST_CASE("physics: a voltage domain follows the level; what an agent sets holds until the next one") {
  Bench t;
  VoltageModel& rail = t.soc.voltages();
  CHECK(rail.level_uv(0) == 800'000);
  t.soc.performance().set_level(agent, 0, 2, t.time.at);
  t.pass(49us);
  CHECK(rail.level_uv(0) == 800'000);
  t.pass(1us);
  CHECK(rail.level_uv(0) == 1'000'000);
  rail.set_level({{agent, 0, 0, false, false}, 900'000}, t.time.at);
  CHECK(rail.level_uv(0) == 900'000);
  t.set_level(1);
  CHECK(rail.level_uv(0) == 800'000);
  t.set_level(2);
  rail.set_level({{AgentId(2), 0, 0, false, false}, 900'000}, t.time.at);
  rail.forget(AgentId(2));
  CHECK(rail.level_uv(0) == 1'000'000);
}

TEST_CASE("physics: a square load") {
  Bench t("load = { kind = \"square\", low_percent = 20, high_percent = 80, high_us = 30_000, low_us = 10_000 }\n");
  const auto percent = [&] { return t.soc.physics().load_percent(cpu); };
  CHECK(percent() == 80);
  CHECK(t.power_uw() == Approx(80'000));
  t.pass(30ms - 1ns);
  CHECK(percent() == 80);
  t.pass(1ns);
  CHECK(percent() == 20);
  t.pass(10ms);
  CHECK(percent() == 80);
  // 80 percent for three quarters of the time, 20 for the rest.
  const double before_uj = t.energy_uj();
  t.pass(4s);
  CHECK(t.energy_uj() - before_uj == Approx(4 * (0.75 * 80'000 + 0.25 * 20'000)));
}

namespace {

constexpr std::string_view walk =
    "load = { kind = \"walk\", low_percent = 30, high_percent = 70, percent = 50, step_percent = 9, step_us = 10_000 "
    "}\n";

std::vector<std::uint32_t> history(std::string_view seed) {
  Bench t(walk, {{"seed = 7", seed}});
  std::vector<std::uint32_t> percents;
  for (int i = 0; i < 300; ++i) {
    percents.push_back(t.soc.physics().load_percent(cpu));
    t.pass(10ms);
  }
  return percents;
}

}  // namespace

TEST_CASE("physics: a load walks within its bounds; the same seed has the same history, another one another") {
  const std::vector<std::uint32_t> first = history("seed = 7");
  CHECK(first == history("seed = 7"));
  CHECK(first != history("seed = 8"));
  CHECK(first.front() == 50);
  bool moved_far = false;
  for (std::size_t i = 1; i < first.size(); ++i) {
    REQUIRE(first[i] >= 30);
    REQUIRE(first[i] <= 70);
    REQUIRE(first[i] <= first[i - 1] + 9);
    REQUIRE(first[i] + 9 >= first[i - 1]);
    moved_far = moved_far || first[i] > first[i - 1] + 5;
  }
  CHECK(moved_far);
}

TEST_CASE("physics: history does not depend on when, or how late, somebody looked") {
  Bench often(walk);
  Bench late(walk);
  for (Bench* b : {&often, &late}) b->soc.performance().set_level(agent, 0, 2, b->time.at);
  for (int i = 0; i < 1000; ++i) {
    often.pass(1777us);
    CHECK(often.energy_uj() >= 0);
  }
  late.time.at += 1000 * 1777us;  // Nobody stopped at the events in between.
  late.soc.advance(late.time.at);
  CHECK(late.energy_uj() == often.energy_uj());
  CHECK(late.temperature_mc() == often.temperature_mc());
}
