// SPDX-License-Identifier: Apache-2.0
//
// `scmi-tool telemetry` against the Juno platform.
#include "tests/tool/tool_runner.hpp"

namespace scmi::tool::test {

TEST_CASE("tool: telemetry list and show") {
  const JunoPlatform juno;
  const Json list = juno.json({"telemetry", "list"});
  REQUIRE(list["data_events"].size() == 4);
  const Json& big = list["data_events"][0];
  CHECK(big["id"] == 0x1001);
  CHECK(big["name"] == "ENRG_BIG");
  CHECK(big["group"] == 0);
  CHECK(big["unit"] == "joule");
  CHECK(big["exponent"] == -6);
  CHECK(big["data_size_bytes"] == 8);
  CHECK(big["timestamps"] == "block");
  CHECK(big["enabled"] == false);
  CHECK(list["data_events"][3]["group"].is_null());

  const Json show = juno.json({"telemetry", "show"});
  CHECK(show["revision"] == "6f0d7a52-3b1e-4c84-9a65-0e2f41b7c9d3");
  CHECK(show["data_event_count"] == 4);
  CHECK(show["collecting"] == false);
  CHECK(show["interval_ns"].is_null());
  CHECK(show["intervals"][1]["interval_ns"] == 10'000'000);
  REQUIRE(show["shared_memory"].size() == 1);
  CHECK(show["shared_memory"][0]["size_bytes"] == 16 + 24 + 16 + 16 + 16 + 8);
  const Json one = juno.json({"telemetry", "show", "temp_soc"});
  CHECK(one["id"] == 0x2001);
  CHECK(one["fast_channel"] == true);
  CHECK(one["timestamp_rate"] == 1'000'000);
  CHECK(juno.tool({"telemetry", "list"}).out.find("0x2001") != std::string::npos);
  CHECK(juno.json({"telemetry", "show", "TEMP_MOON"}, 2)["error"]["kind"] == "usage");
  CHECK(juno.json({"telemetry", "show", "0x77"}, 2)["error"]["kind"] == "usage");
}

TEST_CASE("tool: telemetry enable and disable, one, by group and all") {
  const JunoPlatform juno;
  const auto enabled = [&](std::size_t i) { return juno.json({"telemetry", "list"})["data_events"][i]["enabled"]; };
  const Json energy = juno.json({"telemetry", "enable", "0", "--group", "--timestamps", "--interval", "10ms"});
  CHECK(energy["what"] == "group 0");
  CHECK(energy["shmti"] == 0);
  CHECK(energy["offset"] == 56);
  CHECK(energy["interval_ns"] == 10'000'000);
  CHECK(enabled(0) == true);
  CHECK(enabled(1) == true);
  CHECK(enabled(2) == false);
  CHECK(juno.json({"telemetry", "disable", "ENRG_BIG"}, 1)["error"]["status_name"] == "IN_USE");
  CHECK(juno.json({"telemetry", "disable", "0", "--group"})["enabled"] == false);
  CHECK(juno.json({"telemetry", "enable", "BOOT_COUNT"})["shmti"].is_null());
  CHECK(juno.json({"telemetry", "disable", "all"})["what"] == "all");
  CHECK(enabled(3) == false);
  CHECK(juno.json({"telemetry", "enable", "BOOT_COUNT", "--timestamps"}, 1)["error"]["status_name"] == "NOT_SUPPORTED");
  CHECK(juno.json({"telemetry", "enable", "x", "--group"}, 2)["error"]["kind"] == "usage");
  CHECK(juno.json({"telemetry", "enable", "BOOT_COUNT", "--interval", "soon"}, 2)["error"]["kind"] == "usage");
  CHECK(juno.json({"telemetry", "enable", "BOOT_COUNT", "--interval", "3ms"}, 1)["error"]["status_name"] ==
        "INVALID_PARAMETERS");
}

TEST_CASE("tool: telemetry read takes what comes in the message and what lies in memory, and leaves nothing enabled") {
  const JunoPlatform juno;
  const Json read = juno.json({"telemetry", "read", "all"});
  CHECK(read["status"] == 0);
  REQUIRE(read["samples"].size() == 4);
  CHECK(read["samples"][0]["raw"] > 0);
  CHECK(read["samples"][0]["timestamp_ticks"] > 0);
  CHECK(read["samples"][2]["unit"] == "celsius");
  CHECK(read["samples"][2]["raw"].is_number_integer());
  CHECK(read["samples"][2]["timestamp_ticks"] > 0);
  CHECK(read["samples"][3]["raw"] == 3);
  CHECK(read["samples"][3]["timestamp_ticks"].is_null());
  const Json list = juno.json({"telemetry", "list"});
  for (const Json& event : list["data_events"]) CHECK(event["enabled"] == false);
  const Json two = juno.json({"telemetry", "read", "BOOT_COUNT", "0x2001"});
  REQUIRE(two["samples"].size() == 2);
  CHECK(two["samples"][0]["name"] == "BOOT_COUNT");
  CHECK(two["samples"][1]["name"] == "TEMP_SOC");
  CHECK(juno.json({"telemetry", "read", "BOOT_COUNT", "nothing"}, 2)["error"]["kind"] == "usage");
}

TEST_CASE("tool: telemetry watch shows updates, also of the platform that the tool starts itself") {
  const Json updates = run_json({"telemetry", "watch", "ENRG_BIG", "BOOT_COUNT", "--count", "4"}).json();
  REQUIRE(updates["events"].size() == 4);
  CHECK(updates["interval_ns"] == 1'000'000);
  CHECK(updates["events"][0]["name"] == "ENRG_BIG");
  CHECK(updates["events"][1]["name"] == "BOOT_COUNT");
  CHECK(updates["events"][2]["raw"] > updates["events"][0]["raw"]);
  const JunoPlatform juno;
  CHECK(juno.json({"telemetry", "watch", "all", "--interval", "1s", "--for", "1ms"})["events"] == Json::array());
  CHECK(juno.json({"telemetry", "watch", "all", "--interval", "3ms"}, 1)["error"]["status_name"] ==
        "INVALID_PARAMETERS");
}

}  // namespace scmi::tool::test
