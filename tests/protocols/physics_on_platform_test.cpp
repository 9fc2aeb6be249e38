// SPDX-License-Identifier: Apache-2.0
//
// The board as its user sees it: a level is set, and power, voltage, temperature and energy follow; a cap is set, and
// the level follows. Through the typed clients, on the Juno of platform/socs.
#include <doctest/doctest.h>

#include "protocols/performance.hpp"
#include "protocols/powercap.hpp"
#include "protocols/sensor.hpp"
#include "protocols/voltage.hpp"
#include "tests/protocols/real_platform.hpp"

using namespace scmi;
using namespace std::chrono_literals;

namespace {

constexpr std::uint32_t low = 600'000'000;
constexpr std::uint32_t middle = 1'000'000'000;
constexpr std::uint32_t high = 1'200'000'000;

struct Board {
  real::Bench b{real::soc(real::juno)};
  Sensors sensors = *Sensors::open(b.agent());
  PerformanceDomains performance = *PerformanceDomains::open(b.agent());
  Powercaps caps = *Powercaps::open(b.agent());
  DomainId big = *performance.by_name("BIG");

  SensorScale scale(std::string_view name) { return *sensors.scale(*sensors.describe(*sensors.by_name(name))); }
  /// In thousandths.
  std::int64_t read(std::string_view name) { return *sensors.read(scale(name))->samples.front().value.milli(); }
};

}  // namespace

TEST_CASE("physics to clients: sensors follow a level, and a trip point and the updates tell of it") {
  Board board;
  CHECK(board.read("BRD_VOLT_BIG") == 900);
  CHECK(board.read("BRD_PWR_BIG") == 372);  // 450 pF x 1 GHz x 0.81 V^2 and 7 mW of leakage.
  CHECK(board.read("BRD_CURR_BIG") == 413);
  const std::int64_t cool = board.read("TEMP_BIG");
  CHECK(cool == 46'874);
  const std::int64_t gpu = board.read("TEMP_GPU_0");

  const SensorScale temp = board.scale("TEMP_BIG");
  std::vector<SensorTrip> trips;
  std::vector<std::int64_t> updates;
  const auto watch = board.sensors.watch_trip_points(temp.id, [&](const SensorTrip& t) { trips.push_back(t); });
  const auto watch_updates = board.sensors.watch_updates(
      temp, [&](const SensorReading& r) { updates.push_back(r.samples.front().value.raw); });
  REQUIRE(watch);
  REQUIRE(watch_updates);
  REQUIRE(board.sensors.trip_point_config(temp.id, 1, TripDirection::both, 50'000));
  const std::int64_t energy = board.read("BRD_ENRG_BIG");
  REQUIRE(board.performance.level_set(board.big, high));
  board.b.pass(1s);
  CHECK(trips.empty());
  board.b.pass(4s);
  REQUIRE(trips.size() == 1);
  CHECK(trips[0].sensor == temp.id);
  CHECK(trips[0].trip_point == 1);
  CHECK(trips[0].positive);
  REQUIRE(updates.size() == 50);  // Each 100 ms.
  CHECK(std::ranges::is_sorted(updates));
  CHECK(updates.back() > 53'000);

  CHECK(board.read("VOLT_BIG") == 1000);
  CHECK(board.read("BRD_PWR_BIG") == 548);
  CHECK(board.read("TEMP_SOC") > 42'000);
  CHECK(board.read("BRD_ENRG_BIG") - energy > 5 * 546);
  CHECK(board.read("BRD_ENRG_BIG") - energy < 5 * 549);
  CHECK(std::abs(board.read("TEMP_GPU_0") - gpu) <= 240);  // Noise is all there is.
  const auto voltages = VoltageDomains::open(board.b.agent());
  REQUIRE(voltages);
  CHECK(*voltages->level_get(*voltages->by_name("VBIG")) == 1'000'000);

  REQUIRE(board.performance.level_set(board.big, middle));
  board.b.pass(20s);
  REQUIRE(trips.size() == 2);
  CHECK_FALSE(trips[1].positive);
  CHECK(board.read("TEMP_BIG") == cool);
}

TEST_CASE("physics to clients: a cap clamps the level, tells limits, level and measurements, and gives all back") {
  Board board;
  const DomainId cap = *board.caps.by_name("BIG");
  REQUIRE(board.performance.level_set(board.big, high));
  board.b.pass(20s);
  CHECK(board.caps.measurements_get(cap)->power == 547);  // Cut off, where sensors round.
  std::vector<std::uint32_t> maxima;
  std::vector<std::uint32_t> levels;
  std::vector<std::uint32_t> powers;
  const auto limits = board.performance.watch_limits(board.big, [&](const auto& n) { maxima.push_back(n.range_max); });
  const auto level =
      board.performance.watch_level(board.big, [&](const auto& n) { levels.push_back(n.performance_level); });
  const auto measured =
      board.caps.watch_measurements(cap, {400, 600}, [&](const auto& n) { powers.push_back(n.power); });
  REQUIRE(limits);
  REQUIRE(level);
  REQUIRE(measured);

  // Less than what the highest level costs: it is not allowed from the start.
  REQUIRE(board.caps.cap_set(cap, 500));
  board.b.pass(100ms);
  CHECK(maxima == std::vector<std::uint32_t>{middle});
  CHECK(levels == std::vector<std::uint32_t>{middle});
  REQUIRE(powers.size() == 1);
  CHECK(powers[0] < 400);
  CHECK(board.performance.level_set(board.big, high).error().is(Status::out_of_range));
  // More than it costs, but not with what it leaks when it is warm.
  REQUIRE(board.caps.cap_set(cap, 540));
  board.b.pass(200ms);
  CHECK(maxima[1] == high);
  CHECK(maxima[2] == middle);
  CHECK(*board.performance.level_get(board.big) != low);
  // Lifted: everything is as it was.
  REQUIRE(board.caps.cap_disable(cap));
  board.b.pass(20s);
  CHECK(maxima.back() == high);
  CHECK(levels.back() == high);
  CHECK(board.caps.measurements_get(cap)->power == 547);  // Cut off, where sensors round.
}
