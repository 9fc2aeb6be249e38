// SPDX-License-Identifier: Apache-2.0
//
// The tool's reset, voltage and powercap commands, each in JSON and as a table, against a real platform process.
#include "tests/tool/tool_runner.hpp"

namespace scmi::tool::test {
namespace {

/// The line that has `word` in it, with runs of blanks made one.
std::string line_with(const std::string& text, const std::string& word) {
  const std::size_t at = text.find(word);
  if (at == std::string::npos) return "no line with " + word;
  const std::size_t begin = text.rfind('\n', at) + 1;
  std::string line;
  for (const char c : text.substr(begin, text.find('\n', at) - begin)) {
    if (c != ' ' || (!line.empty() && line.back() != ' ')) line += c;
  }
  return line;
}

/// The entry of a list that has that name.
Json named(const Json& list, const std::string& name) {
  for (const Json& entry : list) {
    if (entry.at("name") == name) return entry;
  }
  FAIL("nothing is called ", name);
  return {};
}

}  // namespace

TEST_CASE("tool: reset list and get") {
  const JunoPlatform juno;
  const Json list = juno.json({"reset", "list"});
  CHECK(named(list["reset_domains"], "JUNO_UART") ==
        Json({{"id", 0}, {"name", "JUNO_UART"}, {"async", true}, {"notify", true}, {"latency_us", 1000}}));
  CHECK(line_with(juno.tool({"reset", "list"}).out, "JUNO_UART") == "0 JUNO_UART yes yes 1 ms");
  CHECK(juno.json({"reset", "get", "juno_uart"})["id"] == 0);
  CHECK(juno.json({"reset", "get", "7"}, 2)["error"]["kind"] == "usage");
}

TEST_CASE("tool: reset assert, deassert and pulse") {
  const JunoPlatform juno;
  const Json assert_it = juno.json({"reset", "assert", "JUNO_UART", "-y"});
  CHECK(assert_it["action"] == "assert");
  CHECK(assert_it["reset_state"] == 0);
  CHECK(assert_it["reset_state_name"] == "COLD_RESET");
  CHECK(juno.json({"reset", "deassert", "JUNO_UART"})["action"] == "deassert");
  const Json pulse = juno.json({"reset", "pulse", "0", "--yes"});
  CHECK(pulse["action"] == "pulse");
  CHECK(pulse["async"] == false);
  CHECK(juno.json({"reset", "pulse", "0", "--yes", "--async"})["async"] == true);
  const Json other = juno.json({"reset", "pulse", "0", "--yes", "--state", "0x80000001"}, 1);
  CHECK(other["error"]["status_name"] == "INVALID_PARAMETERS");
  CHECK(juno.json({"reset", "pulse", "0", "--yes", "--state", "warm"}, 2)["error"]["kind"] == "usage");
}

TEST_CASE("tool: reset assert and pulse ask first, and leave things as they are unless the answer is yes") {
  const JunoPlatform juno;
  for (const char* verb : {"assert", "pulse"}) {
    CAPTURE(verb);
    CHECK(juno.json({"reset", verb, "JUNO_UART"}, 2)["error"]["kind"] == "usage");
    const Terminal no("n\n");
    const Ran refused = run_on(no, {"--connect", juno.spec(), "reset", verb, "JUNO_UART"});
    CHECK(refused.code == 3);
    CHECK(refused.err.find("reset domain 0 (JUNO_UART)") != std::string::npos);
    const Terminal yes("y\n");
    CHECK(run_on(yes, {"--connect", juno.spec(), "reset", verb, "JUNO_UART"}).code == 0);
  }
}

TEST_CASE("tool: voltage list, get and levels") {
  const JunoPlatform juno;
  const Json list = juno.json({"voltage", "list"});
  REQUIRE(list["voltage_domains"].size() == 4);
  CHECK(named(list["voltage_domains"], "VBIG") == Json({{"id", 1},
                                                        {"name", "VBIG"},
                                                        {"level_uv", 900'000},
                                                        {"mode", 7},
                                                        {"mode_name", "ON"},
                                                        {"enabled", true},
                                                        {"async_set", true}}));
  CHECK(line_with(juno.tool({"voltage", "list"}).out, "VBIG") == "1 VBIG 900 mV ON (7) yes yes");
  CHECK(juno.json({"voltage", "get", "vgpu"})["id"] == 3);
  const Json levels = juno.json({"voltage", "levels", "VSYS"});
  CHECK(levels["format"] == "range");
  CHECK(levels["lowest_uv"] == 800'000);
  CHECK(levels["highest_uv"] == 1'000'000);
  CHECK(levels["step_uv"] == 10'000);
}

TEST_CASE("tool: voltage set, enable and disable") {
  const JunoPlatform juno;
  const Json set = juno.json({"voltage", "set", "VBIG", "0.95V", "-y"});
  CHECK(set["requested_level_uv"] == 950'000);
  CHECK(set["level_uv"] == 950'000);
  CHECK(set["async"] == false);
  CHECK(juno.json({"voltage", "set", "VBIG", "1V", "-y", "--async"})["level_uv"] == 1'000'000);
  CHECK(juno.json({"voltage", "set", "VBIG", "-1V", "-y"}, 1)["error"]["status_name"] == "INVALID_PARAMETERS");
  CHECK(juno.json({"voltage", "set", "VBIG", "much", "-y"}, 2)["error"]["kind"] == "usage");
  const Json off = juno.json({"voltage", "disable", "VBIG", "-y"});
  CHECK(off["enabled"] == false);
  CHECK(off["mode_name"] == "OFF");
  CHECK(juno.json({"voltage", "enable", "VBIG"})["enabled"] == true);
  CHECK(juno.json({"voltage", "disable", "VSYS", "-y"}, 1)["error"]["status_name"] == "NOT_SUPPORTED");
}

TEST_CASE("tool: voltage set and disable ask first") {
  const JunoPlatform juno;
  CHECK(juno.json({"voltage", "set", "VBIG", "1V"}, 2)["error"]["kind"] == "usage");
  CHECK(juno.json({"voltage", "disable", "VBIG"}, 2)["error"]["kind"] == "usage");
  const Terminal no("n\n");
  const Ran refused = run_on(no, {"--connect", juno.spec(), "voltage", "set", "VBIG", "1V"});
  CHECK(refused.code == 3);
  CHECK(refused.err.find("Set voltage domain 1 (VBIG) to 1 V") != std::string::npos);
  CHECK(juno.json({"voltage", "get", "VBIG"})["level_uv"] == 900'000);
}

TEST_CASE("tool: powercap list and get, in the domain's own unit") {
  const JunoPlatform juno;
  const Json list = juno.json({"powercap", "list"});
  REQUIRE(list["powercap_domains"].size() == 4);
  CHECK(named(list["powercap_domains"], "BIG") == Json({{"id", 1},
                                                        {"name", "BIG"},
                                                        {"cap_mw", 560},
                                                        {"power_mw", 371},
                                                        {"pai_us", 10'000},
                                                        {"parent_id", 0},
                                                        {"set_cap", true},
                                                        {"set_pai", true}}));
  CHECK(named(list["powercap_domains"], "SOC")["parent_id"].is_null());
  CHECK(line_with(juno.tool({"powercap", "list"}).out, "BIG") == "1 BIG 560 mW 371 mW 10 ms 0 yes yes");
  const Json get = juno.json({"powercap", "get", "soc"});
  CHECK(get["id"] == 0);
  CHECK(get["cap_mw"] == 1000);
  CHECK(get["min_cap_mw"] == 400);
  CHECK(get["max_cap_mw"] == 1000);
  CHECK(get["cap_step_mw"] == 10);
  CHECK(get["min_pai_us"] == 1000);
  CHECK(get["sustainable_power_mw"] == 730);
  CHECK(get["accuracy_millipercent"] == 5000);
  CHECK(get["async_set_cap"] == true);
  CHECK(get["monitoring"] == true);
}

TEST_CASE("tool: powercap set, pai and measure") {
  const JunoPlatform juno;
  const Json set = juno.json({"powercap", "set", "SOC", "0.5W"});
  CHECK(set["requested_cap_mw"] == 500);
  CHECK(set["cap_mw"] == 500);
  CHECK(set["async"] == false);
  CHECK(juno.json({"powercap", "set", "SOC", "600", "--async"})["cap_mw"] == 600);
  CHECK(juno.json({"powercap", "set", "SOC", "off"})["cap_mw"] == 0);
  CHECK(juno.json({"powercap", "set", "SOC", "5W"}, 1)["error"]["status_name"] == "OUT_OF_RANGE");
  CHECK(juno.json({"powercap", "set", "SOC", "1.5uW"}, 2)["error"]["kind"] == "usage");
  CHECK(juno.json({"powercap", "set", "SOC", "500uW"}, 2)["error"]["kind"] == "usage");
  CHECK(juno.json({"powercap", "pai", "SOC"})["pai_us"] == 10'000);
  CHECK(juno.json({"powercap", "pai", "SOC", "20ms"})["pai_us"] == 20'000);
  CHECK(juno.json({"powercap", "pai", "SOC", "20ns"}, 2)["error"]["kind"] == "usage");
  const Json measured = juno.json({"powercap", "measure", "GPU"});
  CHECK(measured["power_mw"] == 179);
  CHECK(measured["pai_us"] == 10'000);
}

TEST_CASE("tool: powercap watch ends after the events it was to wait for, or after its time") {
  const JunoPlatform juno;
  // 179 mW are above 100: told at the end of the first interval.
  const Json above = juno.json({"powercap", "watch", "GPU", "--high", "100mW", "--count", "1", "--for", "1m"});
  REQUIRE(above["events"].size() == 1);
  CHECK(above["events"][0]["event"] == "measurements_changed");
  CHECK(above["events"][0]["power_mw"] == 179);
  CHECK(above["events"][0]["cap_mw"].is_null());
  CHECK(above["events"][0]["agent_id"] == 0);
  const Json none = juno.json({"powercap", "watch", "GPU", "--low", "1mW", "--for", "1ms"});
  CHECK(none["events"] == Json::array());
  CHECK(juno.json({"powercap", "watch", "GPU", "--low", "2W", "--high", "1W"}, 2)["error"]["kind"] == "usage");
  CHECK(juno.json({"powercap", "watch", "GPU", "--count", "0"}, 2)["error"]["kind"] == "usage");
  CHECK(juno.json({"powercap", "watch", "GPU", "--for", "ever"}, 2)["error"]["kind"] == "usage");
}

}  // namespace scmi::tool::test
