// SPDX-License-Identifier: Apache-2.0
//
// What reads the physics of the simulated SoC: sensors, their trip points and updates, and powercaps.
#include "tests/platform/physics_bench.hpp"

using namespace scmi;
using namespace scmi::platform;
using namespace scmi::platform::test;

namespace {

constexpr std::string_view more_parts = R"([[part]]
name = "board"
power_uw = 250_000
voltage_uv = 5_000_000
thermal_mc_per_w = 8000
[[sensor]]            # 0
name = "power"
type = "watt"
exponent = -3
source = { kind = "power", of = "cpu" }
[[sensor]]            # 1
name = "all_power"
type = "watt"
exponent = -6
source = { kind = "power", of = ["cpu", "board"] }
[[sensor]]            # 2
name = "voltage"
type = "volt"
exponent = -2
source = { kind = "voltage", of = "cpu" }
[[sensor]]            # 3
name = "current"
type = "ampere"
exponent = -3
source = { kind = "current", of = ["board"] }
[[sensor]]            # 4
name = "energy"
type = "joule"
exponent = -3
source = { kind = "energy", of = ["cpu", "board"] }
[[sensor]]            # 5
name = "temperature"
type = "celsius"
exponent = -3
source = { kind = "temperature", of = "cpu" }
trip_points = 2
sample_us = 1000
continuous = true
intervals_us = [250_000]
[[sensor]]            # 6
name = "mean"
type = "celsius"
exponent = -1
source = { kind = "temperature", of = ["cpu", "board"] }
[[sensor]]            # 7
name = "frequency"
type = "hertz"
exponent = 6
source = { kind = "frequency", of = "cpu" }
[[sensor]]            # 8
name = "load"
type = "percent"
source = { kind = "load", of = "cpu" }
[[sensor]]            # 9
name = "narrow"
type = "celsius"
min = 31
max = 33
source = { kind = "temperature", of = "cpu" }
[[sensor]]            # 10
name = "noisy"
type = "watt"
exponent = -3
source = { kind = "power", of = "cpu" }
noise = 20
[[sensor]]            # 11
name = "noisy too"
type = "watt"
exponent = -3
value = 1000
noise = 20
)";

}  // namespace

TEST_CASE("physics: sensors read it in their own units, of one part or of several") {
  Bench t(more_parts);
  t.pass(2s);
  CHECK(t.read(0) == 100);
  CHECK(t.read(1) == 350'000);
  CHECK(t.read(2) == 80);
  CHECK(t.read(3) == 50);
  CHECK(t.read(4) == 700);
  CHECK(t.read(5) == 32'000);
  CHECK(t.read(6) == 320);  // Both are at 32 degrees.
  CHECK(t.read(7) == 500);
  CHECK(t.read(8) == 100);
  t.set_level(2);
  CHECK(t.read(0) == 400);
  CHECK(t.read(2) == 100);
  CHECK(t.read(7) == 1000);
  t.pass(1h);
  CHECK(t.read(5) == 38'000);
  CHECK(t.read(6) == 350);
}

TEST_CASE("physics: a reading stays within the sensor's range") {
  Bench t(more_parts);
  CHECK(t.read(9) == 32);
  t.set_level(2);
  t.pass(1h);
  CHECK(t.read(9) == 33);
  t.set_power(false);
  t.pass(1h);
  CHECK(t.read(9) == 31);
}

TEST_CASE("physics: noise belongs to the moment, the sensor and the seed, and keeps its bounds") {
  Bench t(more_parts);
  Bench same(more_parts);
  Bench other(more_parts, {{"seed = 7", "seed = 8"}});
  std::int64_t lowest = 100;
  std::int64_t highest = 100;
  bool differs = false;
  bool differs_by_sensor = false;
  for (int i = 0; i < 500; ++i) {
    const std::int64_t value = t.read(10);
    REQUIRE(value == t.read(10));
    REQUIRE(value == same.read(10));
    differs = differs || value != other.read(10);
    differs_by_sensor = differs_by_sensor || value - 100 != t.read(11) - 1000;
    lowest = std::min(lowest, value);
    highest = std::max(highest, value);
    for (Bench* b : {&t, &same, &other}) b->pass(333us);
  }
  CHECK(differs);
  CHECK(differs_by_sensor);
  CHECK(lowest == 80);
  CHECK(highest == 120);
}

TEST_CASE("physics: a trip point fires with the first sample behind the crossing that the equation gives") {
  Bench t(more_parts);
  SensorModel& sensors = t.soc.sensors();
  t.set_level(2);
  const Instant raised = t.time.at;
  sensors.set_trip_point(5, 0, true, true, 36'000, raised);
  sensors.set_trip_point(5, 1, true, false, 38'001, raised);  // Never reached.
  t.pass(20s);
  // 38000 - 6000 e^-t = 36000 at t = ln 3 = 1.0986.
  REQUIRE(t.seen.trips.size() == 1);
  CHECK(t.seen.trips[0].point == 0);
  CHECK(t.seen.trips[0].positive);
  CHECK((t.seen.trips[0].at - raised).count() == std::chrono::nanoseconds(1099ms).count());
  t.set_level(1);
  t.pass(20s);
  // 32000 + 6000 e^-t = 36000 at t = ln 1.5 = 0.4055, after the 20 s and the 50 us of the level change.
  REQUIRE(t.seen.trips.size() == 2);
  CHECK_FALSE(t.seen.trips[1].positive);
  CHECK((t.seen.trips[1].at - raised).count() == std::chrono::nanoseconds(20'406ms).count());
  sensors.set_trip_point(5, 0, false, false, 0, t.time.at);
  sensors.set_trip_point(5, 1, false, false, 0, t.time.at);
  CHECK(t.soc.next_event() == never);
}

TEST_CASE("physics: updates are readings of the moment they are sent") {
  Bench t(more_parts);
  t.soc.sensors().want_updates(agent, 5, true, t.time.at);
  t.set_level(2);
  t.pass(1s - 50us);
  std::vector<std::int64_t> expected;
  for (const double s : {0.25, 0.5, 0.75, 1.0}) {
    expected.push_back(std::llround(38'000 - 6000 * std::exp(-(s - 50e-6))));
  }
  CHECK(t.seen.updates == expected);
}

namespace {

/// 10 percent more leakage for each degree: 20 mW become 25 at level 1 and 37.5 at level 2, with time.
constexpr std::string_view capped = R"(leakage_uw = 20_000
leakage_permille_per_c = 100
[[powercap]]          # 0
name = "all"
unit = "mW"
cap_range = { min = 10, max = 1000, step = 1 }
cap = 0
pai_range_us = { min = 10_000, max = 100_000, step = 10_000 }
static_power = 7
[[powercap]]          # 1
name = "cpu"
parent = "all"
unit = "uW"
cap_range = { min = 10_000, max = 900_000, step = 1 }
cap = 0
pai_range_us = { min = 10_000, max = 100_000, step = 10_000 }
performance_domains = ["cpu"]
)";

void set_cap(Bench& t, Index domain, std::uint32_t cap) {
  t.soc.powercaps().set_cap({{agent, domain, 0, false, false}, cap}, t.time.at);
}

}  // namespace

TEST_CASE("physics: a powercap domain measures the average of whole intervals, static power and parents included") {
  Bench t(capped);
  const auto measured = [&](Index domain) { return t.soc.powercaps().measured(domain).power; };
  CHECK(measured(1) == std::llround(t.power_uw()));
  CHECK(measured(0) == std::llround(t.power_uw()) / 1000 + 7);
  t.pass(5ms);
  const double start_uj = t.energy_uj() - 5e-3 * t.power_uw();
  t.set_level(2);
  CHECK(measured(1) == std::llround(t.soc.physics().power_uw(cpu, t.time.at) - t.power_uw() + 100'000 + 20'000 +
                                    0.002 * (t.temperature_mc() - 30'000) * 1000));
  t.pass(5ms - 50us);
  const double first_uj = t.energy_uj();
  CHECK(measured(1) == std::llround((first_uj - start_uj) / 0.01));
  t.pass(3s);
  // Seconds nobody looked: the last complete interval is told all the same.
  const double now_uj = t.energy_uj();
  const double before_uj = t.soc.physics().energy_uj(cpu, t.time.at - 10ms);
  CHECK(measured(1) == std::llround((now_uj - before_uj) / 0.01));
  t.pass(9ms);
  CHECK(measured(1) == std::llround((now_uj - before_uj) / 0.01));
  CHECK(t.soc.next_event() == never);
}

TEST_CASE("physics: an average is right also when nobody looked while levels changed") {
  Bench t(capped, {{"leakage_uw = 20_000\n", ""}});
  t.pass(3ms - 50us);
  t.set_level(2);
  t.pass(10ms - 50us);
  t.set_level(1);
  t.pass(7ms);
  CHECK(t.soc.powercaps().measured(1).power == (3 * 400'000 + 7 * 100'000) / 10);
}

TEST_CASE("physics: what a part consumes beyond its level's cost is held to the cap by measuring, and given back") {
  Bench t(capped);
  t.set_level(2);
  t.pass(50ms);
  const auto max = [&] { return t.soc.performance().limits(0).max; };
  // Level 2 costs 400 mW, and leaks 25 first, then more and more.
  set_cap(t, 1, 432'000);
  t.pass(1ms);
  CHECK(max() == 2);
  CHECK(t.seen.maxima.empty());
  Instant over{};
  for (int i = 0; i < 4000 && max() == 2; ++i) {
    t.pass(1ms);
    if (over == Instant{} && t.power_uw() > 432'000) over = t.time.at;
  }
  REQUIRE(max() == 1);
  REQUIRE(over != Instant{});
  CHECK(t.time.at - over > 5ms);  // Half of an interval has to be over it.
  CHECK(t.time.at - over <= 20ms);
  CHECK(t.seen.maxima == std::vector<std::uint32_t>{1});
  t.pass(50us);
  CHECK(t.soc.performance().level(0) == 1);
  CHECK(t.soc.voltages().level_uv(0) == 800'000);
  // It cools down; as soon as level 2 would fit, it is back.
  t.pass(1s);
  CHECK(t.seen.maxima.size() > 1);
  CHECK(t.seen.maxima[1] == 2);
  // Lifted, everything is given back, and nothing remains on the agenda.
  set_cap(t, 1, 0);
  t.pass(1s);
  CHECK(max() == 2);
  CHECK(t.soc.performance().level(0) == 2);
  CHECK(t.soc.next_event() == never);
}

TEST_CASE("physics: a cap of the parent holds the part below it") {
  Bench t(capped);
  t.set_level(2);
  t.pass(1h);
  set_cap(t, 0, 430);  // 407 are planned, 444 are consumed.
  t.pass(20ms);
  CHECK(t.soc.performance().limits(0).max == 1);
  set_cap(t, 0, 900);
  CHECK(t.soc.performance().limits(0).max == 2);
}

TEST_CASE("physics: what the levels cost never runs into a cap at all") {
  Bench t(capped);
  t.set_level(2);
  set_cap(t, 1, 300'000);
  CHECK(t.seen.maxima == std::vector<std::uint32_t>{1});
  t.pass(1s);
  CHECK(t.soc.powercaps().measured(1).power < 300'000);
  CHECK(t.soc.next_event() == never);  // And it cannot come near: nobody has to look.
}

TEST_CASE("physics: thresholds are looked at as long as power moves") {
  Bench t(capped);
  t.set_level(2);
  t.soc.powercaps().watch(agent, 1, {true, 0, 432'000});
  t.pass(1h);
  CHECK(t.soc.next_event() == never);
  t.set_level(1);
  CHECK(t.soc.next_event() <= t.time.at + 10ms);
  t.pass(1h);
  CHECK(t.soc.next_event() == never);
}
