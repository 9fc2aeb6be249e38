// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include "protocols/sensor_messages.hpp"
#include "tests/protocols/goldens.hpp"

using namespace scmi;
using namespace scmi::sensor_protocol;

namespace {

constexpr SensorId id{5};

/// Everything that version 1.0 has.
void old_layouts(golden::Goldens& g) {
  g.command(ProtocolAttributes{}, newest, "01 54 00 00");
  g.response<ProtocolAttributes>(
      {.attributes = 0x0003'0007, .sensor_reg_address = 0x0000'0008'1000'2000, .sensor_reg_len_bytes = 0x90}, newest,
      "01 54 00 00  00 00 00 00  07 00 03 00  00 20 00 10  08 00 00 00  90 00 00 00");
  g.command(DescriptionGet{.desc_index = 4}, newest, "03 54 00 00  04 00 00 00");
  g.response<DescriptionGet>(
      {.num_sensor_flags = 0x0009'0000,
       .descriptors = {{.sensor_id = id,
                        .attributes_low = 0x8000'0003,
                        .attributes_high = 0x0FC0'E802,
                        .name = golden::short_name}}},
      version_1_0,
      golden::join("03 54 00 00  00 00 00 00  01 00 09 00  05 00 00 00  03 00 00 80  02 e8 c0 0f",
                   golden::short_name_bytes));
  g.command(TripPointNotify{.sensor_id = id, .sensor_event_control = 1}, newest,
            "04 54 00 00  05 00 00 00  01 00 00 00");
  g.response<TripPointNotify>({}, newest, "04 54 00 00  00 00 00 00");
  g.command(TripPointConfig{.sensor_id = id, .trip_point_ev_ctrl = 0x23, .trip_point_val = -2}, newest,
            "05 54 00 00  05 00 00 00  23 00 00 00  fe ff ff ff  ff ff ff ff");
  g.response<TripPointConfig>({}, newest, "05 54 00 00  00 00 00 00");
  g.command(ReadingGet{.sensor_id = id, .flags = 1}, newest, "06 54 00 00  05 00 00 00  01 00 00 00");
  g.response<ReadingGet>({.value = 0x0000'0007'0000'B043, .readings = {}}, version_1_0,
                         "06 54 00 00  00 00 00 00  43 b0 00 00  07 00 00 00");
  g.delayed_response<ReadingGet>({.sensor_id = id, .value = -0x0000'0007'0000'0001, .readings = {}}, version_1_0,
                                 "06 56 00 00  00 00 00 00  05 00 00 00  ff ff ff ff  f8 ff ff ff");
  g.notification(TripPointEvent{.agent_id = AgentId(2), .sensor_id = id, .trip_point_desc = 0x0001'0009}, newest,
                 "00 57 00 00  02 00 00 00  05 00 00 00  09 00 01 00");
}

/// Extended attributes, axes, intervals, configuration, updates.
void layouts_2_0(golden::Goldens& g) {
  // Without extended attributes, as in 1.0; one with axes; one without.
  g.response<DescriptionGet>(
      {.num_sensor_flags = 0x0009'0000,
       .descriptors = {{.sensor_id = id,
                        .attributes_low = 0x4000'0003,
                        .attributes_high = 0x0000'E802,
                        .name = golden::short_name}}},
      version_2_0,
      golden::join("03 54 00 00  00 00 00 00  01 00 09 00  05 00 00 00  03 00 00 40  02 e8 00 00",
                   golden::short_name_bytes));
  g.response<DescriptionGet>(
      {.num_sensor_flags = 0x0009'0000,
       .descriptors = {{.sensor_id = id,
                        .attributes_low = 0xC000'7703,
                        .attributes_high = 0x0003'0101,
                        .name = golden::short_name,
                        .sensor_power_uw = 750}}},
      newest,
      golden::join("03 54 00 00  00 00 00 00  01 00 09 00  05 00 00 00  03 77 00 c0  01 01 03 00",
                   golden::short_name_bytes, "ee 02 00 00"));
  g.response<DescriptionGet>(
      {.num_sensor_flags = 0x0009'0000,
       .descriptors = {{.sensor_id = id,
                        .attributes_low = 0xE000'0104,
                        .attributes_high = 0x0000'E802,
                        .name = golden::short_name,
                        .sensor_power_uw = 750,
                        .resolution = 0xE800'0019,
                        .min_range = -0x0000'0004'0000'0011,
                        .max_range = 0x0000'0012'0000'0013}}},
      newest,
      golden::join("03 54 00 00  00 00 00 00  01 00 09 00  05 00 00 00  04 01 00 e0  02 e8 00 00",
                   golden::short_name_bytes,
                   "ee 02 00 00  19 00 00 e8  ef ff ff ff  fb ff ff ff  13 00 00 00  12 00 00 00"));
  g.response<ReadingGet>({.value = 0, .readings = {{.value = 0x0000'0007'0000'B043, .timestamp = 0x21'0000'0020}}},
                         newest, "06 54 00 00  00 00 00 00  43 b0 00 00  07 00 00 00  20 00 00 00  21 00 00 00");
  g.response<ReadingGet>({.value = 0,
                          .readings = {{.value = 0x11'0000'0010, .timestamp = 0x13'0000'0012},
                                       {.value = -2, .timestamp = 0x15'0000'0014}}},
                         newest,
                         "06 54 00 00  00 00 00 00  10 00 00 00  11 00 00 00  12 00 00 00  13 00 00 00"
                         "fe ff ff ff  ff ff ff ff  14 00 00 00  15 00 00 00");
  g.delayed_response<ReadingGet>(
      {.sensor_id = id, .value = 0, .readings = {{.value = 0x11'0000'0010, .timestamp = 0x13'0000'0012}}}, newest,
      "06 56 00 00  00 00 00 00  05 00 00 00  10 00 00 00  11 00 00 00  12 00 00 00  13 00 00 00");
  g.command(AxisDescriptionGet{.sensor_id = id, .axis_desc_index = 2}, newest, "07 54 00 00  05 00 00 00  02 00 00 00");
  g.response<AxisDescriptionGet>(
      {.num_axis_flags = 0x0400'0000,
       .descriptors = {{.axis_id = 2, .attributes_low = 0x200, .attributes_high = 0xE859, .name = golden::short_name}}},
      newest,
      golden::join("07 54 00 00  00 00 00 00  01 00 00 04  02 00 00 00  00 02 00 00  59 e8 00 00",
                   golden::short_name_bytes));
  g.response<AxisDescriptionGet>(
      {.num_axis_flags = 0x0400'0000,
       .descriptors = {{.axis_id = 2,
                        .attributes_low = 0x300,
                        .attributes_high = 0xE857,
                        .name = golden::short_name,
                        .resolution = 0xE800'0019,
                        .min_range = -0x0000'0004'0000'0011,
                        .max_range = 0x0000'0012'0000'0013}}},
      version_2_0,
      golden::join("07 54 00 00  00 00 00 00  01 00 00 04  02 00 00 00  00 03 00 00  57 e8 00 00",
                   golden::short_name_bytes, "19 00 00 e8  ef ff ff ff  fb ff ff ff  13 00 00 00  12 00 00 00"));
  g.command(ListUpdateIntervals{.sensor_id = id, .index = 2}, newest, "08 54 00 00  05 00 00 00  02 00 00 00");
  g.response<ListUpdateIntervals>({.num_intervals_flags = 0x0004'0000, .intervals = {0x3D, 0x5D}}, newest,
                                  "08 54 00 00  00 00 00 00  02 00 04 00  3d 00 00 00  5d 00 00 00");
  g.response<ListUpdateIntervals>({.num_intervals_flags = 0x0000'1000, .intervals = {0x3D, 0x5D, 0x7D}}, newest,
                                  "08 54 00 00  00 00 00 00  03 10 00 00  3d 00 00 00  5d 00 00 00  7d 00 00 00");
  g.command(ConfigGet{.sensor_id = id}, newest, "09 54 00 00  05 00 00 00");
  g.response<ConfigGet>({.sensor_config = 0x0064'E803}, newest, "09 54 00 00  00 00 00 00  03 e8 64 00");
  g.command(ConfigSet{.sensor_id = id, .sensor_config = 0x0064'EC03}, newest, "0a 54 00 00  05 00 00 00  03 ec 64 00");
  g.response<ConfigSet>({}, newest, "0a 54 00 00  00 00 00 00");
  g.command(ContinuousUpdateNotify{.sensor_id = id, .notify_enable = 1}, newest,
            "0b 54 00 00  05 00 00 00  01 00 00 00");
  g.response<ContinuousUpdateNotify>({}, newest, "0b 54 00 00  00 00 00 00");
  g.notification(Update{.agent_id = AgentId(2),
                        .sensor_id = id,
                        .readings = {{.value = 0x11'0000'0010, .timestamp = 0x13'0000'0012}}},
                 newest, "01 57 00 00  02 00 00 00  05 00 00 00  10 00 00 00  11 00 00 00  12 00 00 00  13 00 00 00");
}

void layouts_3_0(golden::Goldens& g) {
  g.command(NameGet{.sensor_id = id}, newest, "0c 54 00 00  05 00 00 00");
  g.response<NameGet>({.flags = 9, .name = golden::extended_name}, newest,
                      golden::join("0c 54 00 00  00 00 00 00  09 00 00 00", golden::extended_name_bytes));
  g.command(AxisNameGet{.sensor_id = id, .axis_desc_index = 2}, newest, "0d 54 00 00  05 00 00 00  02 00 00 00");
  g.response<AxisNameGet>(
      {.num_axis_flags = 0x0400'0000, .names = {{.axis_id = 2, .name = golden::extended_name}}}, newest,
      golden::join("0d 54 00 00  00 00 00 00  01 00 00 04  02 00 00 00", golden::extended_name_bytes));
}

}  // namespace

void golden::sensor(Goldens& g) {
  old_layouts(g);
  layouts_2_0(g);
  layouts_3_0(g);
}

TEST_CASE("golden bytes: sensor") {
  golden::Goldens g;
  golden::sensor(g);
}

TEST_CASE("sensor descriptors: long and short ones follow each other in one reply") {
  using golden::join;
  const std::string wire = "00 00 00 00  03 00 00 00 " +
                           join("00 00 00 00  00 01 00 00  01 01 02 00", golden::short_name_bytes, "07 00 00 00 ") +
                           join("01 00 00 00  00 01 00 00  02 00 00 00", golden::short_name_bytes,
                                "08 00 00 00  09 00 00 00  0a 00 00 00  0b 00 00 00  0c 00 00 00  0d 00 00 00 ") +
                           join("02 00 00 00  04 00 00 00  05 00 00 00", golden::short_name_bytes);
  const auto reply = decode_reply<DescriptionGet::Reply>(golden::hex(wire), newest);
  REQUIRE(reply);
  REQUIRE(reply->descriptors.size() == 3);
  CHECK(reply->descriptors[0].sensor_power_uw == 7);
  CHECK(reply->descriptors[0].max_range == 0);
  CHECK(reply->descriptors[1].max_range == 0x0000'000D'0000'000C);
  CHECK(reply->descriptors[2].sensor_id == SensorId(2));
  CHECK(reply->descriptors[2].attributes_high == 5);
  std::array<std::byte, 256> out{};
  const auto size = encode_reply(*reply, newest, out);
  REQUIRE(size);
  CHECK(golden::to_text(std::span(out).first(*size)) == golden::to_text(golden::hex(wire)));
  CHECK(encoded_size(*reply, newest) + 4 == *size);
}

TEST_CASE("sensor descriptors: axis support without any axis is a sensor without axes") {
  const DescriptionGet::Descriptor none{.attributes_high = 0x100};
  CHECK_FALSE(none.has_axes());
  CHECK_FALSE(DescriptionGet::Descriptor{.attributes_high = 0x3'0000}.has_axes());
  CHECK(DescriptionGet::Descriptor{.attributes_high = 0x3'0100}.has_axes());
}

TEST_CASE("sensor readings: as many as came, at least one") {
  CHECK_FALSE(decode_reply<ReadingGet::Reply>(golden::hex("00 00 00 00"), newest).has_value());
  const auto one = decode_reply<ReadingGet::Reply>(
      golden::hex("00 00 00 00  01 00 00 00  02 00 00 00  03 00 00 00  04 00 00 00  05 00 00 00"), newest);
  REQUIRE(one);
  CHECK(one->readings.size() == 1);
}

TEST_CASE("bits: sensor") {
  using D = DescriptionGet::Descriptor;
  CHECK(ProtocolAttributes::Reply::num_sensors.mask() == 0x0000'FFFF);
  CHECK(ProtocolAttributes::Reply::max_async_requests.mask() == 0x00FF'0000);
  CHECK(D::async_read.mask() == 0x8000'0000);
  CHECK(D::continuous_update.mask() == 0x4000'0000);
  CHECK(D::extended_name.mask() == 0x2000'0000);
  CHECK(D::timestamp_exponent.mask() == 0x0000'7C00);
  CHECK(D::timestamps.mask() == 0x200);
  CHECK(D::extended.mask() == 0x100);
  CHECK(D::num_trip_points.mask() == 0xFF);
  CHECK(reserved_bits(D::low_bits, version_1_0) == 0x7FFF'FF00);
  CHECK(reserved_bits(D::low_bits, version_2_0) == 0x3FFF'8000);
  CHECK(reserved_bits(D::low_bits, version_3_0) == 0x1FFF'8000);
  CHECK(D::interval_seconds_1_0.mask() == 0xF800'0000);
  CHECK(D::interval_exponent_1_0.mask() == 0x07C0'0000);
  CHECK(D::exponent.mask() == 0xF800);
  CHECK(D::type.mask() == 0xFF);
  CHECK(D::num_axes.mask() == 0x003F'0000);
  CHECK(D::axes.mask() == 0x100);
  CHECK(reserved_bits(D::high_bits, newest) == 0xFFC0'0600);
  CHECK(reserved_bits(D::high_bits_1_0, version_1_0) == 0x003F'0700);
  CHECK(D::exponent.get_signed(0x0000'E802) == -3);
  CHECK(D::exponent.get_signed(0x0000'7802) == 15);
  CHECK(D::exponent.get_signed(0x0000'8002) == -16);
  CHECK(DescriptionGet::Reply::count.mask() == 0xFFF);
  CHECK(DescriptionGet::Reply::remaining.mask() == 0xFFFF'0000);
  CHECK(AxisDescriptionGet::Reply::count.mask() == 0x3F);
  CHECK(AxisDescriptionGet::Reply::remaining.mask() == 0xFC00'0000);
  CHECK(reserved_bits(AxisDescriptionGet::Descriptor::low_bits, newest) == 0xFFFF'FCFF);
  CHECK(reserved_bits(AxisDescriptionGet::Descriptor::high_bits, newest) == 0xFFFF'0700);
  CHECK(ListUpdateIntervals::Reply::count.mask() == 0xFFF);
  CHECK(ListUpdateIntervals::Reply::format.mask() == 0x1000);
  CHECK(ListUpdateIntervals::Reply::remaining.mask() == 0xFFFF'0000);
  CHECK(reserved_bits(TripPointConfig::trip_point_ev_ctrl_bits, newest) == 0xFFFF'F00C);
  CHECK(TripPointEvent::trip_point_id.mask() == 0xFF);
  CHECK(TripPointEvent::direction.mask() == 0x1'0000);
  CHECK(reserved_bits(ReadingGet::flags_bits, newest) == 0xFFFF'FFFE);
  CHECK(config::interval_seconds.mask() == 0xFFFF'0000);
  CHECK(config::interval_exponent.mask() == 0xF800);
  CHECK(config::rounding.mask() == 0x600);
  CHECK(config::timestamps.mask() == 0x2);
  CHECK(config::enabled.mask() == 0x1);
  CHECK(reserved_bits(config::set_bits, newest) == 0x1FC);
  CHECK(resolution_magnitude.mask() == 0x07FF'FFFF);
  CHECK(resolution_exponent.mask() == 0xF800'0000);
}

TEST_CASE("sensor intervals: three packings of one thing, to and from nanoseconds") {
  const SensorInterval hundred_ms{.mantissa = 100, .exponent = -3};
  CHECK(hundred_ms.word() == 0x0000'0C9D);
  CHECK(SensorInterval::from_word(0x0000'0C9D) == hundred_ms);
  CHECK(config::put(hundred_ms) == 0x0064'E800);
  CHECK(config::interval(0x0064'E803) == hundred_ms);
  CHECK(*hundred_ms.ns() == 100'000'000);
  CHECK(*hundred_ms.us() == 100'000);
  CHECK_FALSE(SensorInterval{.mantissa = 5, .exponent = 15}.us().has_value());
  CHECK(*SensorInterval{.mantissa = 5, .exponent = -16}.ns() == 0);
}

TEST_CASE("sensor intervals: the best fit of a number of nanoseconds") {
  CHECK(*SensorInterval::from_ns(100'000'000) == SensorInterval{.mantissa = 1, .exponent = -1});
  CHECK(*SensorInterval::from_ns(0) == SensorInterval{});
  CHECK(*SensorInterval::from_ns(1) == SensorInterval{.mantissa = 1, .exponent = -9});
  CHECK(*SensorInterval::from_ns(65'535'000) == SensorInterval{.mantissa = 65'535, .exponent = -6});
  CHECK(*SensorInterval::from_ns(65'536'000) == SensorInterval{.mantissa = 6554, .exponent = -5});
  CHECK(*SensorInterval::from_ns(60'000'000'000) == SensorInterval{.mantissa = 60, .exponent = 0});
}

TEST_CASE("sensor values: thousandths and millionths of the unit, towards zero, never wrapped") {
  const SensorValue value{.raw = 45'123, .exponent = -3, .type = SensorType::celsius};
  CHECK(*value.milli() == 45'123);
  CHECK(*value.micro() == 45'123'000);
  CHECK(value.value() == doctest::Approx(45.123));
  CHECK(*SensorValue{.raw = -1999, .exponent = -6}.milli() == -1);
  CHECK(*SensorValue{.raw = 7, .exponent = -16}.milli() == 0);
  CHECK_FALSE(SensorValue{.raw = INT64_MAX / 10 + 1, .exponent = -2}.milli().has_value());
  CHECK_FALSE(SensorValue{.raw = INT64_MIN, .exponent = 15}.micro().has_value());
  CHECK(*SensorValue{.raw = 0, .exponent = 15}.micro() == 0);
}

TEST_CASE("sensor types: names there and back, none twice") {
  CHECK(name(SensorType::celsius) == "celsius");
  CHECK(name(static_cast<SensorType>(0x60)) == "reserved");
  for (const NamedValue& n : type_names) {
    CHECK(static_cast<std::uint32_t>(*sensor_type(n.name)) == n.value);
  }
  CHECK_FALSE(sensor_type("furlong").has_value());
}
