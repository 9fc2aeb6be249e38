// SPDX-License-Identifier: Apache-2.0
//
// The sensor protocol: its edge cases, every version's layouts, trip points, updates and asynchronous readings.
#include "tests/platform/platform_bench.hpp"

using namespace scmi;
using namespace scmi::platform;
using namespace scmi::platform::test;
using std::chrono::microseconds;
using std::chrono::milliseconds;

namespace {

constexpr std::uint32_t celsius = 0x02;
constexpr std::uint32_t volts = 0x05;
constexpr std::uint32_t milli = 0x1DU << 11;  // -3

/// Sensors for the edge SoC. Agent 2 sees some, in another order, and configures none.
constexpr Edit sensors{"[[clock]]             # 0\n", R"([[sensor]]            # 0: everything
name = "thermal"
type = "celsius"
exponent = -3
min = -40_000
max = 125_000
resolution = 25
wave = { values = [20_000, 50_000, 70_000, 50_000], step_us = 10_000 }
trip_points = 2
async = true
continuous = true
timestamps = true
intervals_us = [1_000, 10_000, 100_000]
read_latency_us = 200
sample_us = 1_000
power_uw = 750
[[sensor]]            # 1: nothing
name = "volt"
type = "volt"
exponent = -3
value = -2
[[sensor]]            # 2: three axes
name = "acceleration_of_the_board"
continuous = true
interval_range_us = { min = 1_000, max = 5_000, step = 2_000 }
axes = [
  { name = "acc_X", type = "metre_per_second_squared", exponent = -3, value = 1 },
  { name = "acc_Y", type = "metre_per_second_squared", exponent = -3, value = 2, min = -1024, max = 1024, resolution = 1 },
  { name = "turning_around_the_axis", type = "radian_per_second", exponent = -2, value = 3 },
]
[[sensor]]            # 3
name = "broken"
type = "watt"
failed = true
async = true
[[sensor]]            # 4
name = "off"
type = "ampere"
enabled = false
value = 5
[[clock]]             # 0
)"};
constexpr Edit two_async{"clock_max_pending_async = 2\n",
                         "clock_max_pending_async = 2\nsensor_max_pending_async = 2\n"};
constexpr Edit rights{"name = \"guest\"\n",
                      "name = \"guest\"\nsensor = { visible = [\"volt\", \"thermal\"], may_configure = [] }\n"};

constexpr Edit version(std::string_view table) { return {"[behaviour]", table}; }
constexpr Edit version_1_0 = version("[versions]\nsensor = 0x10000\n[behaviour]");
constexpr Edit version_2_0 = version("[versions]\nsensor = 0x20000\n[behaviour]");

struct SensorBench : Bench {
  explicit SensorBench(std::vector<Edit> more = {}) : Bench(with(std::move(more))) { limits.max_payload = 256; }
  static SocConfig with(std::vector<Edit> more) {
    std::vector<Edit> edits{sensors, two_async, rights};
    edits.insert(edits.end(), more.begin(), more.end());
    return edge_soc(edits);
  }
};

Sent tripped(std::uint32_t agent, std::uint32_t sensor, std::uint32_t what) {
  return {agent, sen, 0x5700, {0, sensor, what}};
}

}  // namespace

TEST_CASE("sensor edges: each row of the table") {
  check_edges(
      {sensors, two_async, rights},
      {
          {"unknown message id", sen, 0xE, {}, Status::not_found},
          {"unknown message id by 0x2", sen, 0x2, {0xE}, Status::not_found},
          {"0x1", sen, 0x1, {}, Status::success, {5 | 2U << 16, 0, 0, 0}},
          {"0x1 counts what the agent sees", sen, 0x1, {}, Status::success, {2 | 2U << 16, 0, 0, 0}, 2},
          {"DESCRIPTION_GET index >= count", sen, 0x3, {5}, Status::invalid_parameters},
          {"DESCRIPTION_GET index >= count", sen, 0x3, {0xFFFF'FFFF}, Status::invalid_parameters},
          {"sensor_id >= count, 0x4", sen, 0x4, {5, 1}, Status::not_found},
          {"sensor_id >= count, 0x5", sen, 0x5, {5, 1, 0, 0}, Status::not_found},
          {"sensor_id >= count, 0x6", sen, 0x6, {5, 0}, Status::not_found},
          {"sensor_id >= count, 0x7", sen, 0x7, {5, 0}, Status::not_found},
          {"sensor_id >= count, 0x8", sen, 0x8, {5, 0}, Status::not_found},
          {"sensor_id >= count, 0x9", sen, 0x9, {5}, Status::not_found},
          {"sensor_id >= count, 0xA", sen, 0xA, {5, 1}, Status::not_found},
          {"sensor_id >= count, 0xB", sen, 0xB, {5, 1}, Status::not_found},
          {"sensor_id >= count, 0xC", sen, 0xC, {5}, Status::not_found},
          {"sensor_id >= count, 0xD", sen, 0xD, {5, 0}, Status::not_found},
          {"TRIP_POINT_NOTIFY with bits [31:1]", sen, 0x4, {0, 2}, Status::invalid_parameters},
          {"TRIP_POINT_NOTIFY", sen, 0x4, {0, 1}, Status::success},
          {"TRIP_POINT_NOTIFY on sensor with 0 trip points", sen, 0x4, {1, 1}, Status::not_supported},
          {"TRIP_POINT_CONFIG on sensor with 0 trip points", sen, 0x5, {1, 1, 0, 0}, Status::not_supported},
          {"TRIP_POINT_CONFIG bits [3:2]", sen, 0x5, {0, 0x4, 0, 0}, Status::invalid_parameters},
          {"TRIP_POINT_CONFIG bits [31:12]", sen, 0x5, {0, 0x1001, 0, 0}, Status::invalid_parameters},
          {"TRIP_POINT_CONFIG trip id out of range", sen, 0x5, {0, 0x21, 0, 0}, Status::invalid_parameters},
          {"TRIP_POINT_CONFIG", sen, 0x5, {0, 0x13, 0, 0}, Status::success},
          {"TRIP_POINT_CONFIG without the right", sen, 0x5, {1, 0x13, 0, 0}, Status::denied, {}, 2},
          {"READING_GET flags [31:1]", sen, 0x6, {0, 2}, Status::invalid_parameters},
          {"READING_GET async on a sensor without async", sen, 0x6, {1, 1}, Status::not_supported},
          {"READING_GET of disabled sensor", sen, 0x6, {4, 0}, Status::protocol_error},
          {"READING_GET, sensor failed", sen, 0x6, {3, 0}, Status::hardware_error},
          {"READING_GET", sen, 0x6, {1, 0}, Status::success, {0xFFFF'FFFE, 0xFFFF'FFFF, 0, 0}},
          {"READING_GET of all axes", sen, 0x6, {2, 0}, Status::success, {1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0}},
          {"AXIS_DESCRIPTION_GET on scalar sensor", sen, 0x7, {0, 0}, Status::not_supported},
          {"AXIS_NAME_GET on scalar sensor", sen, 0xD, {0, 0}, Status::not_supported},
          {"AXIS_DESCRIPTION_GET index out of range", sen, 0x7, {2, 3}, Status::invalid_parameters},
          {"AXIS_NAME_GET unknown axis", sen, 0xD, {2, 3}, Status::not_found},
          {"LIST_UPDATE_INTERVALS bad index", sen, 0x8, {0, 3}, Status::invalid_parameters},
          {"LIST_UPDATE_INTERVALS none", sen, 0x8, {1, 0}, Status::success, {0}},
          {"LIST_UPDATE_INTERVALS of none, bad index", sen, 0x8, {1, 1}, Status::invalid_parameters},
          {"LIST_UPDATE_INTERVALS list", sen, 0x8, {0, 1}, Status::success, {2, 1U << 5 | 0x1E, 1U << 5 | 0x1F}},
          {"LIST_UPDATE_INTERVALS range",
           sen,
           0x8,
           {2, 0},
           Status::success,
           {3 | 1U << 12, 1U << 5 | 0x1D, 5U << 5 | 0x1D, 2U << 5 | 0x1D}},
          {"CONFIG_GET", sen, 0x9, {0}, Status::success, {1U << 16 | 0x1DU << 11 | 1}},
          {"CONFIG_GET of a sensor that is off", sen, 0x9, {4}, Status::success, {0}},
          {"CONFIG_SET reserved bits", sen, 0xA, {0, 0x5}, Status::invalid_parameters},
          {"CONFIG_SET reserved bits", sen, 0xA, {0, 0x101}, Status::invalid_parameters},
          {"CONFIG_SET time stamps it does not have", sen, 0xA, {1, 3}, Status::not_supported},
          {"CONFIG_SET interval it does not have", sen, 0xA, {1, 1U << 16 | 1}, Status::not_supported},
          {"CONFIG_SET interval not representable", sen, 0xA, {0, 1U << 16 | 0x201}, Status::invalid_parameters},
          {"CONFIG_SET without the right", sen, 0xA, {0, 1}, Status::denied, {}, 2},
          {"CONFIG_SET without the right, and wrong", sen, 0xA, {0, 5}, Status::invalid_parameters, {}, 2},
          {"CONTINUOUS_UPDATE_NOTIFY where low[30] = 0", sen, 0xB, {1, 1}, Status::not_supported},
          {"CONTINUOUS_UPDATE_NOTIFY reserved bits", sen, 0xB, {0, 2}, Status::invalid_parameters},
          {"CONTINUOUS_UPDATE_NOTIFY", sen, 0xB, {0, 1}, Status::success},
          {"NAME_GET", sen, 0xC, {2}, Status::success, Words{0} + name_words("acceleration_of_the_board", 64)},
          {"not among the agent's protocols", sen, 0x0, {}, Status::denied, {}, 3},
      });
  check_edges({}, {{"no sensors, no protocol", sen, 0x0, {}, Status::not_supported}});
  check_edges({sensors}, {{"no asynchronous reading by the SoC", sen, 0x6, {0, 1}, Status::not_supported}});
}

TEST_CASE("sensor edges: a reply that does not fit one descriptor") {
  SensorBench t;
  t.limits.max_payload = 8 + 51;
  CHECK(t.ask(1, sen, 0x3, {0}).status == Status::generic_error);
  t.limits.max_payload = 8 + 52;
  CHECK(t.ask(1, sen, 0x3, {0}).status == Status::success);
  t.limits.max_payload = 4 + 47;
  CHECK(t.ask(1, sen, 0x6, {2, 0}).status == Status::generic_error);
}

TEST_CASE("sensor edges: a second asynchronous reading over the limit is BUSY") {
  SensorBench t;
  CHECK(t.ask(1, sen, 0x6, {0, 1}).status == Status::success);
  CHECK(t.ask(1, sen, 0x6, {0, 1}).status == Status::success);
  CHECK(t.ask(1, sen, 0x6, {0, 1}).status == Status::busy);
  CHECK(t.ask(2, sen, 0x6, {1, 1}).status == Status::success);
  t.pass(microseconds(200));
  CHECK(t.take().size() == 3);
  CHECK(t.ask(1, sen, 0x6, {0, 1}).status == Status::success);
}

TEST_CASE("sensor descriptions: four pages, of three sizes") {
  SensorBench t;
  t.limits.max_payload = 8 + 52 + 28;
  const Reply first = t.ask(1, sen, 0x3, {0});
  const std::uint32_t thermal_low = 0xC000'0000 | 0x1AU << 10 | 0x302;
  CHECK(first.words == Words{2 | 3U << 16, 0, thermal_low, celsius | milli} + name_words("thermal") +
                           Words{750, 25 | 0x1DU << 27, 0xFFFF'63C0, 0xFFFF'FFFF, 125'000, 0} +
                           Words{1, 0, volts | milli} + name_words("volt"));
  const Reply second = t.ask(1, sen, 0x3, {2});
  CHECK(second.words.at(0) == (2U | 1U << 16));
  CHECK(second.words.at(2) == 0x6000'0000);
  CHECK(second.words.at(3) == (3U << 16 | 0x100));
  CHECK(second.words.at(8) == 3);
  CHECK(t.ask(1, sen, 0x3, {4}).words.at(0) == 1);
  CHECK(t.ask(2, sen, 0x3, {0}).words.at(1) == 0);
  CHECK(t.ask(2, sen, 0x3, {0}).words.at(3) == (volts | milli));
}

TEST_CASE("sensor descriptions at 1.0: an interval of five bits, nothing extended, axes as their first") {
  SensorBench t({version_1_0});
  const Reply all = t.ask(1, sen, 0x3, {0});
  REQUIRE(all.words.at(0) == 5);
  CHECK(Words(all.words.begin() + 1, all.words.begin() + 8) ==
        Words{0, 0x8000'0002, celsius | milli | 1U << 27 | 0x1DU << 22} + name_words("thermal"));
  CHECK(all.words.at(1 + 7 * 2 + 1) == 0);
  CHECK(all.words.at(1 + 7 * 2 + 2) == (0x59 | milli | 1U << 27 | 0x1DU << 22));
  CHECK(t.ask(1, sen, 0x6, {1, 0}).words == Words{0xFFFF'FFFE, 0xFFFF'FFFF});
  CHECK(t.ask(1, sen, 0x6, {2, 0}).words == Words{1, 0});
  CHECK(t.ask(1, sen, 0x6, {4, 0}).words == Words{5, 0});
  for (const unsigned newer : {0x7, 0x8, 0x9, 0xA, 0xB, 0xC, 0xD}) {
    CHECK(t.ask(1, sen, static_cast<std::uint8_t>(newer), {0, 0}).status == Status::not_found);
  }
  CHECK(t.ask(1, sen, 0x6, {0, 1}).words.empty());
  t.pass(microseconds(200));
  CHECK(t.take() == std::vector<Sent>{{1, sen, Bench::header(sen, 0x6) | 2U << 8, {0, 0, 20'000, 0}}});
}

TEST_CASE("sensor axes: descriptions of two sizes, one to a reply if need be, and all names") {
  SensorBench t;
  t.limits.max_payload = 8 + 28;
  CHECK(t.ask(1, sen, 0x7, {2, 0}).words == Words{1 | 2U << 26, 0, 0, 0x59 | milli} + name_words("acc_X"));
  CHECK(t.ask(1, sen, 0x7, {2, 1}).status == Status::generic_error);
  t.limits.max_payload = 8 + 48;
  CHECK(t.ask(1, sen, 0x7, {2, 1}).words == Words{1 | 1U << 26, 1, 0x100, 0x59 | milli} + name_words("acc_Y") +
                                                Words{1 | 0x1DU << 27, 0xFFFF'FC00, 0xFFFF'FFFF, 1024, 0});
  CHECK(t.ask(1, sen, 0x7, {2, 2}).words == Words{1, 2, 0x200, 0x57 | 0x1EU << 11} + name_words("turning_around_"));
  t.limits.max_payload = 8 + 68;
  CHECK(t.ask(1, sen, 0xD, {2, 2}).words == Words{1, 2} + name_words("turning_around_the_axis", 64));
  CHECK(t.ask(1, sen, 0xD, {2, 0}).words.at(0) == (1U | 2U << 26));

  SensorBench old({version_2_0});
  CHECK(old.ask(1, sen, 0x7, {2, 2}).words.at(2) == 0);
  CHECK(old.ask(1, sen, 0xD, {2, 0}).status == Status::not_found);
}

TEST_CASE("sensor readings follow their wave, with time stamps when they are wanted") {
  SensorBench t;
  CHECK(t.ask(1, sen, 0x6, {0, 0}).words == Words{20'000, 0, 0, 0});
  CHECK(t.ask(1, sen, 0x6, {0, 0}).not_before == t.time.at + microseconds(200));
  CHECK(t.ask(1, sen, 0xA, {0, 3}).status == Status::success);
  t.pass(milliseconds(25));
  CHECK(t.ask(1, sen, 0x6, {0, 0}).words == Words{70'000, 0, 25'000, 0});
  t.pass(milliseconds(20));
  CHECK(t.ask(2, sen, 0x6, {1, 0}).words == Words{20'000, 0, 45'000, 0});
  CHECK(t.ask(1, sen, 0x9, {0}).words == Words{1U << 16 | 0x1DU << 11 | 3});
}

TEST_CASE("sensor readings, asynchronous: the delayed response comes after its time, with the command's token") {
  SensorBench t;
  const Reply accepted = t.ask(1, sen, 0x6, {0, 1});
  CHECK(accepted.status == Status::success);
  CHECK(accepted.words.empty());
  CHECK(t.ask(1, sen, 0x6, {3, 1}).status == Status::success);
  CHECK(t.take().size() == 0);
  t.pass(microseconds(199));
  CHECK(t.take() == std::vector<Sent>{{1, sen, Bench::header(sen, 0x6) | 2U << 8, Words{0xFFFF'FFF7}}});
  t.pass(microseconds(1));
  CHECK(t.take() == std::vector<Sent>{{1, sen, Bench::header(sen, 0x6) | 2U << 8, {0, 0, 20'000, 0, 0, 0}}});
  // Whoever is gone hears nothing.
  CHECK(t.ask(1, sen, 0x6, {0, 1}).status == Status::success);
  t.platform.disconnect(AgentId(1));
  t.pass(milliseconds(1));
  CHECK(t.take().empty());
}

TEST_CASE("sensor trip points: each direction, at the crossing, to whoever wants to hear") {
  SensorBench t;
  CHECK(t.ask(1, sen, 0x5, {0, 0x01, 50'000, 0}).status == Status::success);
  CHECK(t.ask(1, sen, 0x5, {0, 0x12, 60'000, 0}).status == Status::success);
  CHECK(t.ask(1, sen, 0x4, {0, 1}).status == Status::success);
  CHECK(t.ask(2, sen, 0x4, {1, 1}).status == Status::success);
  t.pass(milliseconds(9));
  CHECK(t.take().empty());
  t.pass(milliseconds(1));  // 20 -> 50: reaches the first one.
  CHECK(t.take() == std::vector<Sent>{tripped(1, 0, 0x1'0000), tripped(2, 1, 0x1'0000)});
  t.pass(milliseconds(19));  // 50 -> 70: the second one does not fire upwards.
  CHECK(t.take().empty());
  t.pass(milliseconds(1));  // 70 -> 50.
  CHECK(t.take() == std::vector<Sent>{tripped(1, 0, 0x0'0001), tripped(2, 1, 0x0'0001)});
  CHECK(t.ask(2, sen, 0x4, {1, 0}).status == Status::success);
  CHECK(t.ask(1, sen, 0x5, {0, 0x10, 0, 0}).status == Status::success);
  CHECK(t.ask(1, sen, 0x5, {0, 0x03, 30'000, 0}).status == Status::success);
  t.pass(milliseconds(20));
  CHECK(t.take() == std::vector<Sent>{tripped(1, 0, 0), tripped(1, 0, 0x1'0000)});
  CHECK(t.ask(1, sen, 0x5, {0, 0x00, 0, 0}).status == Status::success);
  CHECK(t.platform.next_event() == never);
}

TEST_CASE("sensor trip points: one that is passed already does not fire, and none does while the sensor is off") {
  SensorBench t;
  CHECK(t.ask(1, sen, 0x4, {0, 1}).status == Status::success);
  t.pass(milliseconds(15));
  CHECK(t.ask(1, sen, 0x5, {0, 0x01, 40'000, 0}).status == Status::success);
  t.pass(milliseconds(4));
  CHECK(t.take().empty());
  CHECK(t.ask(1, sen, 0xA, {0, 0}).status == Status::success);
  CHECK(t.platform.next_event() == never);
  t.pass(milliseconds(31));
  CHECK(t.take().empty());
  CHECK(t.ask(1, sen, 0xA, {0, 1}).status == Status::success);
  t.pass(milliseconds(40));
  CHECK(t.take() == std::vector<Sent>{tripped(1, 0, 0x1'0000)});
}

TEST_CASE("sensor updates: at the interval, while the sensor is on and somebody wants them") {
  SensorBench t;
  CHECK(t.ask(1, sen, 0xA, {0, 1U << 16 | 0x1EU << 11 | 1}).status == Status::success);  // 10 ms
  CHECK(t.ask(1, sen, 0xB, {0, 1}).status == Status::success);
  CHECK(t.ask(2, sen, 0xB, {1, 1}).status == Status::success);
  t.pass(milliseconds(10));
  CHECK(t.take() ==
        std::vector<Sent>{{1, sen, 0x5701, {0, 0, 50'000, 0, 0, 0}}, {2, sen, 0x5701, {0, 1, 50'000, 0, 0, 0}}});
  CHECK(t.ask(1, sen, 0xB, {0, 0}).status == Status::success);
  t.pass(milliseconds(20));
  CHECK(t.take().size() == 2);
  CHECK(t.ask(1, sen, 0xA, {0, 0}).status == Status::success);
  CHECK(t.platform.next_event() == never);
  CHECK(t.ask(1, sen, 0xA, {0, 1}).status == Status::success);
  CHECK(t.platform.next_event() == t.time.at + milliseconds(10));
  t.platform.disconnect(AgentId(2));
  CHECK(t.platform.next_event() == never);

  CHECK(t.ask(1, sen, 0xB, {2, 1}).status == Status::success);
  t.pass(milliseconds(1));
  CHECK(t.take() == std::vector<Sent>{{1, sen, 0x5701, {0, 2, 1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0}}});
}

TEST_CASE("sensor intervals: rounded as asked, within what the sensor has") {
  struct Case {
    std::uint32_t sensor;
    std::uint32_t interval;  ///< Mantissa and exponent, as in the word.
    std::uint32_t rounding;
    std::uint32_t expected;  ///< 0: refused.
  };
  constexpr std::uint32_t ms = 0x1DU << 11;
  const auto word = [](std::uint32_t n, std::uint32_t exponent) { return n << 16 | exponent; };
  for (const Case& c :
       {Case{0, word(10, ms), 0, word(1, 0x1EU << 11)}, Case{0, word(50, ms), 0, word(1, 0x1EU << 11)},
        Case{0, word(50, ms), 1, word(1, 0x1FU << 11)}, Case{0, word(50, ms), 2, word(1, 0x1EU << 11)},
        Case{0, word(90, ms), 3, word(1, 0x1FU << 11)}, Case{0, word(200, ms), 0, word(1, 0x1FU << 11)},
        Case{0, word(200, ms), 1, 0}, Case{0, word(1, 0x1CU << 11), 0, 0},
        Case{0, word(1, 0x1CU << 11), 1, word(1, ms)}, Case{2, word(4, ms), 0, word(3, ms)},
        Case{2, word(4, ms), 1, word(5, ms)}, Case{2, word(9, ms), 0, word(5, ms)}, Case{2, word(9, ms), 1, 0}}) {
    CAPTURE(c.sensor);
    CAPTURE(c.interval);
    CAPTURE(c.rounding);
    SensorBench t;
    const Reply set = t.ask(1, sen, 0xA, {c.sensor, c.interval | c.rounding << 9 | 1});
    CHECK((set.status == Status::success) == (c.expected != 0));
    if (c.expected != 0) CHECK(t.ask(1, sen, 0x9, {c.sensor}).words == Words{c.expected | 1});
  }
}

TEST_CASE("sensors are on while any agent has them on; an agent that is reset no longer does") {
  SensorBench t({Edit{"may_configure = []", "may_configure = [\"*\"]"}});
  CHECK(t.ask(1, sen, 0xA, {0, 1}).status == Status::success);
  CHECK(t.ask(2, sen, 0xA, {1, 0}).status == Status::success);
  CHECK(t.ask(2, sen, 0x6, {1, 0}).status == Status::success);
  CHECK(t.ask(1, base, 0xB, {1, 0}).status == Status::success);
  CHECK(t.ask(2, sen, 0x6, {1, 0}).status == Status::protocol_error);
  CHECK(t.ask(1, base, 0xB, {2, 0}).status == Status::success);
  CHECK(t.ask(2, sen, 0x6, {1, 0}).status == Status::success);
}
