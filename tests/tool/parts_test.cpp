// SPDX-License-Identifier: Apache-2.0
//
// The tool's parts by themselves: numbers with units, names, tables against documents, errors against exit codes.
#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "tool/choose.hpp"
#include "tool/failure.hpp"
#include "tool/report.hpp"
#include "tool/text.hpp"

namespace scmi::tool {

TEST_CASE("tool text: rates are whole hertz, exactly, or nothing") {
  CHECK(parse_rate_hz("32768") == 32768);
  CHECK(parse_rate_hz("100MHz") == 100'000'000);
  CHECK(parse_rate_hz("1.2 ghz") == 1'200'000'000);
  CHECK(parse_rate_hz("2.1168MHz") == 2'116'800);
  CHECK(parse_rate_hz("1.50kHz") == 1500);
  CHECK(parse_rate_hz("18446744073709551615Hz") == 18446744073709551615U);
  for (const char* bad : {"", "Hz", "1.5", "1.", ".5MHz", "1.2.3MHz", "-1", "1 THz", "18446744073709551616",
                          "20000000000GHz", "1.00000000001GHz", "0x10"}) {
    CAPTURE(bad);
    CHECK_FALSE(parse_rate_hz(bad));
  }
}

TEST_CASE("text: a power has a unit, and is whole microwatts") {
  CHECK(parse_power_uw("5W") == 5'000'000);
  CHECK(parse_power_uw("800 mW") == 800'000);
  CHECK(parse_power_uw("1.5mw") == 1500);
  CHECK(parse_power_uw("7uW") == 7);
  for (const char* bad : {"", "5", "W", "1.5uW", "-5W", "5 kW", "5W5"}) {
    CAPTURE(bad);
    CHECK_FALSE(parse_power_uw(bad));
  }
}

TEST_CASE("text: a voltage is whole microvolts, with or without unit and sign") {
  CHECK(parse_voltage_uv("800000") == 800'000);
  CHECK(parse_voltage_uv("1.05V") == 1'050'000);
  CHECK(parse_voltage_uv("900 mv") == 900'000);
  CHECK(parse_voltage_uv("12uV") == 12);
  CHECK(parse_voltage_uv("-12.5mV") == -12'500);
  CHECK(parse_voltage_uv("2147.483647V") == 2'147'483'647);
  CHECK(parse_voltage_uv("-2147483648") == -2'147'483'647 - 1);
  for (const char* bad : {"", "-", "V", "1.5uV", "2147483648", "-2147483649", "1 kV", "--1", "+1", "1V2", "0x10"}) {
    CAPTURE(bad);
    CHECK_FALSE(parse_voltage_uv(bad));
  }
}

TEST_CASE("tool text: times need a unit, and end within a day") {
  CHECK(parse_duration("100ms") == std::chrono::milliseconds(100));
  CHECK(parse_duration("1.5s") == std::chrono::milliseconds(1500));
  CHECK(parse_duration("500us") == std::chrono::microseconds(500));
  CHECK(parse_duration("2m") == std::chrono::minutes(2));
  for (const char* bad : {"", "5", "0s", "s", "2h", "1441m", "-1s"}) {
    CAPTURE(bad);
    CHECK_FALSE(parse_duration(bad));
  }
}

TEST_CASE("tool text: numbers are decimal or 0x, whole, and fit") {
  CHECK(parse_number32("0x40000000") == 0x40000000U);
  CHECK(parse_number32("12") == 12U);
  for (const char* bad : {"", "0x", "12a", "-1", "4294967296", " 1"}) {
    CAPTURE(bad);
    CHECK_FALSE(parse_number32(bad));
  }
}

TEST_CASE("tool text: numbers read with the unit that fits them") {
  CHECK(readable(1'200'000'000, Measure::hertz) == "1.2 GHz");
  CHECK(readable(2'116'800, Measure::hertz) == "2.1168 MHz");
  CHECK(readable(999, Measure::hertz) == "999 Hz");
  CHECK(readable(0, Measure::hertz) == "0 Hz");
  CHECK(readable(450'000, Measure::kilohertz) == "450 MHz");
  CHECK(readable(1450, Measure::microseconds) == "1.45 ms");
  CHECK(readable(540, Measure::milliwatts) == "540 mW");
  CHECK(readable(1'500'000, Measure::microwatts) == "1.5 W");
  CHECK(readable_signed(1'050'000, Measure::microvolts) == "1.05 V");
  CHECK(readable_signed(-900'000, Measure::microvolts) == "-900 mV");
  CHECK(readable(7, Measure::none) == "7");
}

TEST_CASE("tool names: exact before careless, and twice is an error") {
  const std::vector<Candidate> clocks{{0, "CPU"}, {1, "cpu"}, {2, "GPU"}, {3, "GPU"}, {4, "HDLCD_0"}};
  CHECK(choose("clock", "CPU", clocks) == 0U);
  CHECK(choose("clock", "cpu", clocks) == 1U);
  CHECK(choose("clock", "hdlcd_0", clocks) == 4U);
  CHECK(choose("clock", "0x2", clocks) == 2U);
  const auto careless = choose("clock", "Cpu", clocks);
  REQUIRE_FALSE(careless);
  CHECK(careless.error().exit == Exit::usage);
  CHECK(careless.error().message == "more than one clock is called 'Cpu': 0 (CPU), 1 (cpu)");
  const auto twice = choose("clock", "GPU", clocks);
  REQUIRE_FALSE(twice);
  CHECK(twice.error().message == "more than one clock is called 'GPU': 2 (GPU), 3 (GPU)");
  const auto none = choose("clock", "HDLCD", clocks);
  REQUIRE_FALSE(none);
  CHECK(none.error().advice == "did you mean 4 (HDLCD_0)?");
}

TEST_CASE("tool report: one description makes the table and the document") {
  Report report;
  report.add("name", "BIG\x1b[2J");
  report.add("state", Named{0x40000000, "OFF"}, Measure::none, Style::hex);
  report.add_table("rates", {{{"id", 1U}, {"rate", std::uint64_t{2'116'800}, Measure::hertz}},
                             {{"id", 10U}, {"rate", Value(), Measure::hertz}}});
  report.add_table("parents", {});
  CHECK(to_table(report) ==
        "name   BIG\\x1b[2J\n"
        "state  OFF (0x40000000)\n"
        "\n"
        "ID        RATE\n"
        " 1  2.1168 MHz\n"
        "10           -\n"
        "no parents\n");
  const auto document = nlohmann::json::parse(to_json({"sim", "x y"}, report, nullptr));
  CHECK(document["connection"] == "sim");
  CHECK(document["command"] == "x y");
  CHECK(document["schema_version"] == 1);
  CHECK(document["state"] == 0x40000000);
  CHECK(document["state_name"] == "OFF");
  CHECK(document["rates"][0]["rate_hz"] == 2'116'800);
  CHECK(document["rates"][1]["rate_hz"].is_null());
  CHECK(document["parents"] == nlohmann::json::array());
}

TEST_CASE("tool report: names that are no UTF-8 do not break the document") {
  Report report;
  report.add("name", "\xff\xfe");
  CHECK(nlohmann::json::accept(to_json({}, report, nullptr)));
}

TEST_CASE("tool failure: every error of the library has its exit code") {
  CHECK(exit_of(Error::platform(Status::busy)) == Exit::status);
  CHECK(exit_of(Error::system(ENOENT)) == Exit::transport);
  const auto of = [](LocalError error) { return exit_of(Error::local(error)); };
  for (const LocalError error : {LocalError::timed_out, LocalError::cancelled}) CHECK(of(error) == Exit::ended);
  for (const LocalError error : {LocalError::not_found, LocalError::ambiguous, LocalError::invalid_argument}) {
    CHECK(of(error) == Exit::usage);
  }
  for (const LocalError error :
       {LocalError::channel_closed, LocalError::channel_busy, LocalError::channel_error, LocalError::platform_lost,
        LocalError::no_token, LocalError::no_xfer, LocalError::unsupported, LocalError::agent_claimed,
        LocalError::incompatible_peer, LocalError::bad_memory, LocalError::message_too_large}) {
    CHECK(of(error) == Exit::transport);
  }
  CHECK(of(LocalError::malformed_reply) == Exit::malformed);
}

}  // namespace scmi::tool
