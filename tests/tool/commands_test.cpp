// SPDX-License-Identifier: Apache-2.0
//
// Every command of the tool against the Juno platform: its table, and its document.
#include <algorithm>

#include "tests/tool/tool_runner.hpp"

namespace scmi::tool::test {
namespace {

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

/// The line of a table that has `word` in it, blanks squeezed.
std::string line_with(const std::string& table, const std::string& word) {
  std::istringstream lines(table);
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string squeezed;
    bool found = false;
    for (std::string w; words >> w;) {
      squeezed += (squeezed.empty() ? "" : " ") + w;
      found = found || w == word;
    }
    if (found) return squeezed;
  }
  return "(none)";
}

}  // namespace

TEST_CASE("tool: info tells who answers") {
  const JunoPlatform juno;
  const Ran table = juno.tool({"info"});
  CHECK(table.code == 0);
  CHECK(table.err.empty());
  CHECK(line_with(table.out, "vendor") == "vendor arm");
  CHECK(line_with(table.out, "clock") == "0x14 clock 3.0 3.0");
  CHECK(line_with(table.out, "PSCI") == "2 PSCI agent");

  const Json info = juno.json({"info"});
  CHECK(info["command"] == "info");
  CHECK(info["vendor"] == "arm");
  CHECK(info["sub_vendor"] == "juno");
  CHECK(info["implementation_version"] == 0x020e0000);
  CHECK(info["agent_id"] == 1);
  CHECK(info["agent_name"] == "OSPM");
  REQUIRE_FALSE(info["protocols"].empty());
  CHECK(info["protocols"][0]["id"] == 0x10);
  CHECK(std::ranges::any_of(info["protocols"], [](const Json& p) { return p["name"] == "clock" && p["id"] == 0x14; }));
  CHECK(info["agents"].size() == 3);
  CHECK_FALSE(info.contains("tolerated"));  // Nothing to tolerate.
}

TEST_CASE("tool: info tells what was tolerated of a platform with habits") {
  const platform::test::TemporaryFolder folder;
  const std::string soc = folder.write(
      "soc.toml",
      "[soc]\nname = \"n\"\nvendor = \"v\"\nprofile = \"3.2\"\nhabits = [\"header-bits\", \"long-protocol-list\"]\n"
      "[[agent]]\nname = \"one\"\n[[clock]]\nname = \"c\"\nrates_hz = [1]\n");
  const JunoPlatform platform({}, soc);
  const Json info = platform.json({"info"});
  REQUIRE(info["tolerated"].size() == 2);
  CHECK(info["tolerated"][0]["what"] == "reserved_header_bits");
  CHECK(info["tolerated"][0]["first_in"] == "base.protocol_version");
  CHECK(info["tolerated"][1]["what"] == "longer_reply");
  CHECK(info["tolerated"][1]["first_in"] == "base.discover_list_protocols");
  CHECK(info["tolerated"][1]["count"] == 1);
}

TEST_CASE("tool: power list, get and set") {
  const JunoPlatform juno;
  const Ran table = juno.tool({"power", "list"});
  CHECK(table.code == 0);
  CHECK(line_with(table.out, "GPUTOP") == "8 GPUTOP ON yes yes yes");

  const Json list = juno.json({"power", "list"});
  REQUIRE(list["power_domains"].size() == 11);
  CHECK(list["power_domains"][8]["name"] == "GPUTOP");
  CHECK(list["power_domains"][8]["state"] == 0);
  CHECK(list["power_domains"][8]["state_name"] == "ON");

  const Json off = juno.json({"power", "set", "GPUTOP", "off", "-y"});
  CHECK(off["requested_state"] == 0x40000000);
  CHECK(off["requested_state_name"] == "OFF");
  CHECK(off["state_name"] == "OFF");
  CHECK(off["async"] == false);
  const Json get = juno.json({"power", "get", "8"});
  CHECK(get["name"] == "GPUTOP");
  CHECK(get["state"] == 0x40000000);
  CHECK(line_with(juno.tool({"power", "get", "gputop"}).out, "state") == "state OFF (0x40000000)");
  CHECK(juno.json({"power", "set", "GPUTOP", "on", "--async"})["async"] == true);
}

TEST_CASE("tool: clock list, get, set, enable, disable and rates") {
  const JunoPlatform juno;
  const Ran table = juno.tool({"clock", "list"});
  CHECK(table.code == 0);
  CHECK(line_with(table.out, "I2SCLK") == "0 I2SCLK 2.304 MHz no - 20 us no");

  const Json list = juno.json({"clock", "list"});
  REQUIRE(list["clocks"].size() == 8);
  CHECK(list["clocks"][0]["rate_hz"] == 2'304'000);
  CHECK(list["clocks"][0]["enable_delay_us"] == 20);
  CHECK(list["clocks"][0]["parent_id"].is_null());
  CHECK(list["clocks"][3]["parent_id"] == 1);
  CHECK(list["clocks"][1]["enabled"] == true);

  const Json range = juno.json({"clock", "rates", "HDLCD_0"});
  CHECK(range["format"] == "range");
  CHECK(range["lowest_hz"] == 25'000'000);
  CHECK(range["highest_hz"] == 120'000'000);
  CHECK(range["step_hz"] == 250'000);
  const Json rates = juno.json({"clock", "rates", "I2SCLK"});
  CHECK(rates["format"] == "discrete");
  REQUIRE(rates["rates"].size() == 7);
  CHECK(rates["rates"][1]["rate_hz"] == 2'116'800);
  CHECK(has(juno.tool({"clock", "rates", "I2SCLK"}).out, "2.1168 MHz\n"));

  const auto set = [&](const std::string& rate, const std::string& round) {
    return juno.json({"clock", "set", "HDLCD_0", rate, "--round", round})["rate_hz"].get<std::uint64_t>();
  };
  CHECK(set("100MHz", "down") == 100'000'000);
  CHECK(set("100.1MHz", "down") == 100'000'000);
  CHECK(set("100.1MHz", "up") == 100'250'000);
  CHECK(set("100.2MHz", "closest") == 100'250'000);
  const Json async = juno.json({"clock", "set", "HDLCD_0", "60000000", "--async"});
  CHECK(async["async"] == true);
  CHECK(async["requested_rate_hz"] == 60'000'000);
  CHECK(async["rate_hz"] == 60'000'000);
  CHECK(line_with(juno.tool({"clock", "get", "3"}).out, "rate") == "rate 60 MHz");

  CHECK(juno.json({"clock", "enable", "HDLCD_0"})["enabled"] == true);
  CHECK(juno.json({"clock", "get", "HDLCD_0"})["enabled"] == true);
  CHECK(juno.json({"clock", "disable", "HDLCD_0", "-y"})["enabled"] == false);
  const Json gpu = juno.json({"clock", "get", "GPU_CLK"});
  CHECK(gpu["may_set_rate"] == false);
  CHECK(gpu["may_set_state"] == true);
}

TEST_CASE("tool: powercap by fast channel, by message and by whichever there is") {
  const JunoPlatform juno;
  CHECK(juno.json({"powercap", "get", "BIG", "--via", "fast"})["fastchannel"] == true);
  const Json set = juno.json({"powercap", "set", "BIG", "300mW", "--via", "fast"});
  CHECK(set["requested_cap_mw"] == 300);
  CHECK(set["cap_mw"].is_null());  // Nobody has answered.
  CHECK(juno.json({"powercap", "pai", "BIG", "20ms", "--via", "auto"})["requested_pai_us"] == 20'000);
  CHECK(juno.tool({"powercap", "set", "LITTLE", "100mW", "--via", "fast"}).code == 1);
  CHECK(juno.json({"powercap", "set", "LITTLE", "100mW", "--via", "auto"})["requested_cap_mw"] == 100);
  CHECK(juno.tool({"powercap", "get", "BIG", "--via", "pigeon"}).code == 2);
  CHECK(juno.tool({"powercap", "set", "SOC", "500mW", "--async", "--via", "fast"}).code == 2);
}

TEST_CASE("tool: perf by fast channel, by message and by whichever there is") {
  const JunoPlatform juno;
  CHECK(juno.json({"perf", "list"})["performance_domains"][1]["fast_channels"] == true);
  CHECK(juno.json({"perf", "list"})["performance_domains"][2]["fast_channels"] == false);
  CHECK(juno.json({"perf", "set", "BIG", "600MHz", "--via", "fast"})["requested_level"] == 600'000'000);
  CHECK(juno.json({"perf", "get", "BIG", "--via", "fast"})["id"] == 1);
  CHECK(juno.json({"perf", "limits", "BIG", "--max", "1GHz", "--via", "auto"})["name"] == "BIG");
  CHECK(juno.json({"perf", "set", "GPU", "450MHz", "--via", "auto"})["requested_level"] == 450'000'000);
  const Ran refused = juno.tool({"perf", "set", "GPU", "450MHz", "--via", "fast"});
  CHECK(refused.code != 0);
  CHECK(has(refused.err, "NOT_SUPPORTED"));
  CHECK(has(juno.tool({"perf", "set", "GPU", "450MHz", "--via", "pigeon"}).err, "'pigeon' is no way"));
}

TEST_CASE("tool: statistics of power and performance domains") {
  const JunoPlatform juno;
  const Json levels = juno.json({"perf", "stats"})["statistics"];
  REQUIRE(levels.size() == 8);
  CHECK(levels[4]["name"] == "BIG");
  CHECK(levels[4]["current"] == true);
  CHECK(levels[4]["uses"] == 1);
  CHECK(juno.json({"power", "stats"})["statistics"].size() == 22);
}

TEST_CASE("tool: agents, and what they may do") {
  const JunoPlatform juno;
  CHECK(juno.json({"agent", "list"})["agents"].size() == 3);
  CHECK(juno.json({"agent", "list"})["agents"][1]["self"] == true);
  CHECK(juno.json({"agent", "reset", "OSPM", "-y"})["agent_id"] == 1);
  CHECK(juno.json({"agent", "errors", "--for", "1ms"})["errors"].empty());
  CHECK(has(juno.tool({"agent", "permit-device", "nobody", "0"}).err, "nobody"));
  CHECK(has(juno.tool({"agent", "permit-protocol", "OSPM", "0", "pigeon"}).err, "'pigeon'"));
  // Taking away asks first, and nobody is there to answer.
  CHECK(juno.tool({"agent", "permit-device", "PSCI", "0", "--deny"}).code != 0);
  CHECK(juno.tool({"agent", "reset", "PSCI"}).code != 0);
}

TEST_CASE("tool: perf list, levels, get, set and limits") {
  const JunoPlatform juno;
  CHECK(line_with(juno.tool({"perf", "list"}).out, "LITTLE") ==
        "0 LITTLE 800000000 2 800 MHz 450000000 950000000 3 yes yes yes");
  const Json list = juno.json({"perf", "list"});
  REQUIRE(list["performance_domains"].size() == 3);
  CHECK(list["performance_domains"][1]["frequency_hz"] == 1'000'000'000);

  const Json levels = juno.json({"perf", "levels", "BIG"});
  REQUIRE(levels["levels"].size() == 3);
  CHECK(levels["levels"][2]["level"] == 1'200'000'000);
  CHECK(levels["levels"][2]["power_mw"] == 540);
  CHECK(levels["levels"][2]["latency_us"] == 1450);
  CHECK(line_with(juno.tool({"perf", "levels", "BIG"}).out, "540") == "3 1200000000 1.2 GHz 540 mW 1.45 ms");

  // By value, by frequency, by index.
  CHECK(juno.json({"perf", "set", "BIG", "600000000"})["requested_frequency_hz"] == 600'000'000);
  CHECK(juno.json({"perf", "set", "BIG", "1.2GHz"})["requested_level"] == 1'200'000'000);
  CHECK(juno.json({"perf", "set", "1", "@1"})["requested_level"] == 600'000'000);
  CHECK(juno.json({"perf", "get", "BIG"})["min_level"] == 600'000'000);

  const Json limits = juno.json({"perf", "limits", "GPU", "--max", "450MHz"});
  CHECK(limits["max_level"] == 450'000'000);
  CHECK(limits["min_frequency_hz"] == 450'000'000);
  CHECK(juno.json({"perf", "limits", "GPU"})["max_level"] == 450'000'000);
  CHECK(line_with(juno.tool({"perf", "limits", "GPU", "--max", "600MHz"}).out, "frequency") == "min frequency 450 MHz");
}

TEST_CASE("tool: raw by name, by numbers and by bytes is the same message") {
  const JunoPlatform juno;
  const Json named = juno.json({"raw", "clock.rate_get", "clock_id=3"});
  CHECK(named["request"]["payload_hex"] == "03000000");
  CHECK(named["response"]["status"] == 0);
  CHECK(named["response"]["status_name"] == "SUCCESS");
  CHECK(named["response"]["fields"]["rate_hz"] == 50'000'000);
  for (const Words& words : {Words{"raw", "0x14", "0x6", "clock_id=3"}, Words{"raw", "20", "6", "03000000"},
                             Words{"raw", "clock", "6", "0x3"}, Words{"raw", "0x14", "0x6", "03", "000000"}}) {
    const Json same = juno.json(words);
    CHECK(same["request"] == named["request"]);
    CHECK(same["response"] == named["response"]);
  }
  CHECK(line_with(juno.tool({"raw", "clock.rate_get", "clock_id=3"}).out, "response.fields.rate") ==
        "response.fields.rate 50 MHz");
  const Json delayed =
      juno.json({"raw", "clock.rate_set", "async=1", "clock_id=3", "rate=60000000", "--delayed", "-y"});
  CHECK(delayed["delayed_response"]["fields"]["rate_hz"] == 60'000'000);
}

TEST_CASE("tool: an empty list is a list") {
  const JunoPlatform juno;
  const Words psci{"--agent", "PSCI", "raw", "base.discover_list_protocols", "skip=2"};
  const Json document = juno.json(psci);
  CHECK(document["response"]["fields"]["protocols"] == Json::array());
  CHECK(has(juno.tool(psci).out, "no protocols\n"));
}

TEST_CASE("tool: the default is a simulated platform, and everything says so") {
  const Ran table = run({"clock", "get", "I2SCLK"});
  CHECK(table.code == 0);
  CHECK(table.err == "simulated platform\n");
  CHECK(line_with(table.out, "name") == "name I2SCLK");
  const Ran json = run_json({"clock", "list"});
  CHECK(json.code == 0);
  CHECK(json.err.empty());
  CHECK(json.json()["connection"] == "sim");
  CHECK(json.json()["clocks"].size() == 8);
}

TEST_CASE("tool: a named file carries the same commands") {
  const TemporaryFolder folder;
  const std::string file = folder / "areas";
  const JunoPlatform juno({"--shm", file});
  const Ran ran = run_json({"--connect", "shm:" + file, "clock", "list"});
  CAPTURE(ran.err);
  CHECK(ran.code == 0);
  CHECK(ran.json()["connection"] == "shm:" + file);
  CHECK(ran.json()["clocks"][0]["rate_hz"] == 2'304'000);
}

TEST_CASE("tool: the trace shows each message decoded, on stderr only") {
  const JunoPlatform juno;
  const Ran ran = juno.tool({"--trace", "--json", "raw", "clock.rate_get", "clock_id=3"});
  CHECK(ran.code == 0);
  CHECK(has(ran.err, "clock.rate_get clock_id=3\n"));
  CHECK(has(ran.err, "clock.rate_get response SUCCESS rate=50000000 Hz\n"));
  CHECK(has(ran.err, "base.discover_vendor response SUCCESS vendor_identifier=\"arm\"\n"));
  CHECK(ran.json()["response"]["fields"]["rate_hz"] == 50'000'000);
}

TEST_CASE("tool: help and version are documents too when JSON is asked for") {
  CHECK(has(run({"--help"}).out, "clock"));
  CHECK(run({"--version"}).code == 0);
  const Ran help = run_json({"--help"});
  CHECK(help.code == 0);
  CHECK(has(help.json()["help"], "--connect"));
  CHECK(has(run_json({"--version"}).json()["version"], "scmi-tool"));
}

}  // namespace scmi::tool::test
