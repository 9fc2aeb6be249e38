// SPDX-License-Identifier: Apache-2.0
//
// `scmi-tool sensor` against the Juno platform, and against the large one for axes.
#include "tests/tool/tool_runner.hpp"

namespace scmi::tool::test {
namespace {

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("tool: sensor list and get") {
  const JunoPlatform juno;
  const Json list = juno.json({"sensor", "list"});
  REQUIRE(list["sensors"].size() == 25);
  const Json& soc = list["sensors"][3];
  CHECK(soc["name"] == "TEMP_SOC");
  CHECK(soc["type"] == 2);
  CHECK(soc["type_name"] == "celsius");
  CHECK(soc["unit"] == "celsius");
  CHECK(soc["exponent"] == -3);
  CHECK(soc["value"].is_number());
  CHECK(soc["raw"].is_number_integer());
  CHECK(soc["trip_points"] == 4);
  CHECK(has(juno.tool({"sensor", "list"}).out, "BRD_ENRG_GPU"));

  const Json volt = juno.json({"sensor", "get", "volt_sys"});
  CHECK(volt["id"] == 4);
  REQUIRE(volt["samples"].size() == 1);
  CHECK(volt["samples"][0]["raw"] == 900);
  CHECK(volt["samples"][0]["value"] == 0.9);
  CHECK(volt["samples"][0]["unit"] == "volt");
  CHECK(volt["samples"][0]["timestamp_ns"].is_null());
  CHECK(has(juno.tool({"sensor", "get", "4"}).out, "0.900  volt"));
  CHECK(juno.json({"sensor", "get", "TEMP_PMIC", "--async"})["samples"][0]["raw"] == 38'000);
  CHECK(juno.json({"sensor", "get", "VOLT_BIG", "--async"}, 1)["error"]["status_name"] == "NOT_SUPPORTED");
  CHECK(juno.json({"sensor", "get", "25"}, 2)["error"]["kind"] == "usage");
  CHECK(juno.json({"sensor", "axes", "VOLT_BIG"})["axes"] == Json::array());
}

TEST_CASE("tool: sensor intervals and config") {
  const JunoPlatform juno;
  const Json intervals = juno.json({"sensor", "intervals", "TEMP_SOC"});
  CHECK(intervals["format"] == "discrete");
  CHECK(intervals["intervals"][1]["interval_ns"] == 100'000'000);
  const Json before = juno.json({"sensor", "config", "TEMP_SOC"});
  CHECK(before["enabled"] == true);
  CHECK(before["timestamps"] == false);
  CHECK(before["interval_ns"] == 100'000'000);
  const Json after = juno.json({"sensor", "config", "TEMP_SOC", "--timestamps", "on", "--interval", "11ms"});
  CHECK(after["timestamps"] == true);
  CHECK(after["interval_ns"] == 10'000'000);
  CHECK(juno.json({"sensor", "get", "TEMP_SOC"})["samples"][0]["timestamp_ns"] > 0);
  CHECK(juno.tool({"sensor", "config", "TEMP_SOC", "--enable", "off"}).code == 2);
  CHECK(juno.json({"sensor", "config", "TEMP_SOC", "--enable", "off", "-y"})["enabled"] == false);
  CHECK(juno.json({"sensor", "get", "TEMP_SOC"}, 1)["error"]["status_name"] == "PROTOCOL_ERROR");
  CHECK(juno.json({"sensor", "config", "TEMP_SOC", "--enable", "maybe"}, 2)["error"]["kind"] == "usage");
  CHECK(juno.json({"sensor", "config", "TEMP_SOC", "--interval", "often"}, 2)["error"]["kind"] == "usage");
  CHECK(juno.json({"sensor", "config", "VOLT_BIG", "--interval", "1s"}, 1)["error"]["status_name"] == "NOT_SUPPORTED");
}

TEST_CASE("tool: sensor trip takes values in the sensor's unit") {
  const JunoPlatform juno;
  const Json trip = juno.json({"sensor", "trip", "TEMP_SOC", "1", "up", "85.5"});
  CHECK(trip["trip_point"] == 1);
  CHECK(trip["direction_name"] == "up");
  CHECK(trip["raw"] == 85'500);
  CHECK(trip["value"] == 85.5);
  CHECK(juno.json({"sensor", "trip", "TEMP_SOC", "0", "both", "-5"})["raw"] == -5000);
  CHECK(juno.json({"sensor", "trip", "TEMP_SOC", "0", "off"})["direction"] == 0);
  CHECK(juno.json({"sensor", "trip", "TEMP_SOC", "4", "up", "1"}, 1)["error"]["status_name"] == "INVALID_PARAMETERS");
  CHECK(juno.json({"sensor", "trip", "TEMP_SOC", "0", "up"}, 2)["error"]["kind"] == "usage");
  CHECK(juno.json({"sensor", "trip", "TEMP_SOC", "0", "up", "hot"}, 2)["error"]["kind"] == "usage");
  CHECK(juno.json({"sensor", "trip", "TEMP_SOC", "0", "up", "1.2345"}, 2)["error"]["kind"] == "usage");
  CHECK(juno.json({"sensor", "trip", "TEMP_SOC", "0", "sideways", "1"}, 2)["error"]["kind"] == "usage");
  CHECK(juno.json({"sensor", "trip", "VOLT_BIG", "0", "up", "1"}, 1)["error"]["status_name"] == "NOT_SUPPORTED");
}

TEST_CASE("tool: sensor watch shows updates, also of the platform that the tool starts itself") {
  const Json updates = run_json({"sensor", "watch", "TEMP_SOC", "--updates", "--count", "2"}).json();
  REQUIRE(updates["events"].size() == 2);
  CHECK(updates["events"][0]["event"] == "update");
  CHECK(updates["events"][0]["unit"] == "celsius");
  const Ran lines = run({"sensor", "watch", "TEMP_SOC", "--updates", "--count", "1"});
  CHECK(lines.code == 0);
  CHECK(lines.out.starts_with("event=update axis=0 value="));
  const JunoPlatform juno;
  CHECK(juno.json({"sensor", "watch", "TEMP_SOC", "--for", "1ms"})["events"] == Json::array());
  CHECK(juno.json({"sensor", "watch", "VOLT_BIG"}, 1)["error"]["status_name"] == "NOT_SUPPORTED");
}

}  // namespace scmi::tool::test
