// SPDX-License-Identifier: Apache-2.0
//
// Descriptions of SoCs: what good ones mean, and that every kind of mistake is named with file, line and key.
#include "platform/soc_config.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>

using namespace scmi;
using namespace scmi::platform;

namespace {

/// A valid description; tests append to it or replace one line.
constexpr std::string_view good = R"([soc]
name = "test"
vendor = "acme"
profile = "3.2"
clock_max_pending_async = 2
[versions]
[behaviour]
[[agent]]
name = "one"
[[agent.channel]]
protocols = ["base"]
[[power_domain]]
name = "top"
[[power_domain]]
name = "leaf"
parent = "top"
[[performance_domain]]
name = "cpu"
clock = "cpu_clk"
levels = [{ level = 1, frequency_khz = 1000 }, { level = 3, frequency_khz = 3000 }]
[[clock]]
name = "cpu_clk"
rates_hz = [1_000_000, 3_000_000]
[[clock]]
name = "uart"
range_hz = { min = 10, max = 100, step = 10 }
parents = ["cpu_clk"]
power_domain = "leaf"
)";

std::string replaced(std::string_view from, std::string_view to) {
  std::string text(good);
  const std::size_t at = text.find(from);
  REQUIRE(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

std::string errors_of(const std::string& text) {
  const auto soc = parse_soc_config(text, "soc.toml");
  REQUIRE_FALSE(soc.has_value());
  std::string all;
  for (const ConfigError& e : soc.error()) all += describe(e) + "\n";
  return all;
}

struct Mistake {
  std::string_view what;
  std::string_view from;
  std::string_view to;
  std::string_view message;
};

constexpr Mistake mistakes[] = {
    {"syntax", "profile = \"3.2\"", "profile = ", "soc.toml:4: not valid TOML: "},
    {"date", "name = \"test\"", "name = 1979-05-27", "soc.toml:2: dates and times"},
    {"unknown key", "vendor =", "vendro =", "soc.toml:3: soc.vendro: is not a known key here"},
    {"missing key", "vendor = \"acme\"", "", "soc.toml:1: soc.vendor: is missing"},
    {"unknown section", "[versions]", "[version]", "version: is not a known key here"},
    {"wrong type, string", "vendor = \"acme\"", "vendor = 3", "soc.toml:3: soc.vendor: must be a string, not integer"},
    {"wrong type, integer", "clock_max_pending_async = 2", "clock_max_pending_async = \"2\"",
     "soc.toml:5: soc.clock_max_pending_async: must be an integer, not string"},
    {"wrong type, boolean", "[behaviour]", "[behaviour]\nnotify_requester = 1",
     "soc.toml:8: behaviour.notify_requester: must be a boolean, not integer"},
    {"wrong type, array", "rates_hz = [1_000_000, 3_000_000]", "rates_hz = 5",
     "soc.toml:23: clock[0].rates_hz: must be an array of integers, not integer"},
    {"wrong type of an element", "rates_hz = [1_000_000, 3_000_000]", "rates_hz = [1, \"x\"]",
     "clock[0].rates_hz: must be integers only, not string"},
    {"number too large", "clock_max_pending_async = 2", "clock_max_pending_async = 256",
     "soc.toml:5: soc.clock_max_pending_async: 256 is not between 0 and 255"},
    {"text too long", "vendor = \"acme\"", "vendor = \"a_very_long_vendor\"",
     "soc.vendor: \"a_very_long_vendor\" is longer than 15 characters"},
    {"text not ASCII", "vendor = \"acme\"", "vendor = \"\\u00e9\"", "soc.vendor: holds a character that is not"},
    {"empty text", "vendor = \"acme\"", "vendor = \"\"", "soc.vendor: must not be empty"},
    {"unknown word", "profile = \"3.2\"", "profile = \"9.9\"",
     "soc.profile: \"9.9\" is not one of \"1.0\", \"2.0\", \"3.0\", \"3.1\", \"3.2\""},
    {"missing profile", "profile = \"3.2\"", "", "soc.profile: is missing"},
    {"unknown protocol", "[versions]", "[versions]\nclok = 0x10000",
     "soc.toml:7: versions.clok: \"clok\" is not one of base, power_domain, system_power, performance, clock, sensor"},
    {"unknown version", "[versions]", "[versions]\nclock = 0x10001", "versions.clock: version 0x10001 is not served"},
    {"duplicate name", "name = \"leaf\"", "name = \"top\"",
     "soc.toml:15: power_domain[1].name: another power_domain is named \"top\" already"},
    {"duplicate agent", "[[power_domain]]", "[[agent]]\nname = \"one\"\n[[power_domain]]",
     "agent[1].name: another agent is named \"one\" already"},
    {"dangling parent", "parent = \"top\"", "parent = \"tip\"",
     "soc.toml:16: power_domain[1].parent: no power_domain is named \"tip\""},
    {"dangling clock", "clock = \"cpu_clk\"", "clock = \"cpu\"",
     "performance_domain[0].clock: no clock is named \"cpu\""},
    {"dangling parent clock", "parents = [\"cpu_clk\"]", "parents = [\"x\"]",
     "clock[1].parents: no clock is named \"x\""},
    {"dangling pattern", "[[agent.channel]]", "power_domain = { visible = [\"z*\"] }\n[[agent.channel]]",
     "agent[0].power_domain.visible: no power_domain name begins with \"z\""},
    {"own ancestor", "name = \"top\"", "name = \"top\"\nparent = \"leaf\"", "\"top\" is its own ancestor"},
    {"on below off", "name = \"top\"", "name = \"top\"\non = false",
     "\"leaf\" starts on while its parent \"top\" starts off"},
    {"reserved state bits", "name = \"top\"", "name = \"top\"\nstates = [0x80000000]",
     "0x80000000 has reserved bits set"},
    {"levels do not ascend", "level = 3", "level = 1", "performance_domain[0].levels[1].level: 1 does not ascend"},
    {"level index twice", "level = 3,", "level = 3, index = 1,", "levels[1].index: 1 is used by another level"},
    {"no level", "levels = [{ level = 1, frequency_khz = 1000 }, { level = 3, frequency_khz = 3000 }]", "",
     "performance_domain[0].levels: at least one level is needed"},
    {"sustained level unknown", "clock = \"cpu_clk\"", "clock = \"cpu_clk\"\nsustained_level = 2",
     "performance_domain[0].sustained_level: 2 is none of the levels"},
    {"level without level", "{ level = 1, ", "{ ", "performance_domain[0].levels[0].level: is missing"},
    {"rates do not ascend", "rates_hz = [1_000_000, 3_000_000]", "rates_hz = [5, 5]",
     "clock[0].rates_hz: 5 does not ascend"},
    {"range upside down", "max = 100", "max = 5", "clock[1].range_hz.max: 5 is below min"},
    {"range and list", "parents = ", "rates_hz = [1]\nparents = ", "clock[1].range_hz: cannot stand beside rates_hz"},
    {"rate off the steps", "parents = ", "rate_hz = 15\nparents = ", "clock[1].rate_hz: 15 is not a rate of the clock"},
    {"parent not possible", "parents = ", "parent = \"uart\"\nparents = ", "clock[1].parent: is none of parents"},
    {"reserved extended type",
     "parents = ", "extended = [{ type = 3 }]\nparents = ", "clock[1].extended[0].type: 0x3 is reserved"},
    {"no agent", "[[agent]]\nname = \"one\"\n[[agent.channel]]\nprotocols = [\"base\"]\n", "",
     "agent: at least one [[agent]] is needed"},
    {"channel without base", "protocols = [\"base\"]", "protocols = [\"clock\"]",
     "agent[0].channel: no channel carries \"base\""},
    {"channel twice", "protocols = [\"base\"]", "protocols = [\"base\"]\n[[agent.channel]]\nprotocols = [\"base\"]",
     "agent[0].channel[1].protocols: \"base\" has a channel already"},
    {"channel size", "protocols = [\"base\"]", "protocols = [\"base\"]\nsize = 100",
     "channel[0].size: 100 is not a multiple of 8"},
    {"channel too small", "protocols = [\"base\"]", "protocols = [\"base\"]\nsize = 32",
     "channel[0].size: 32 is not between 64"},
    {"channel for a protocol denied", "name = \"one\"",
     "name = \"one\"\nprotocols = [\"base\"]\n[[agent.channel]]\nprotocols = [\"clock\"]",
     "\"clock\" is not among the agent's protocols"},
    {"two level setters", "[[power_domain]]", "[[agent]]\nname = \"two\"\n[[power_domain]]",
     "agent[1].performance.may_set_level: the level of \"cpu\" may be set by \"one\" already"},
    {"parent out of sight", "[[agent.channel]]", "clock = { visible = [\"uart\"] }\n[[agent.channel]]",
     "agent[0].clock.visible: shows \"uart\" but not its possible parent \"cpu_clk\""},
    {"member of two devices", "[[power_domain]]",
     "[[device]]\nname = \"a\"\nclocks = [\"uart\"]\n[[device]]\nname = \"b\"\nclocks = [\"uart\"]\n[[power_domain]]",
     "device[1].clocks: holds a member of another device"},
    {"disabled discovery", "[behaviour]", "[disabled]\nbase = [1]\n[behaviour]",
     "disabled.base: 1 is not between 3 and 255"},
    {"copies beyond the protocol", "name = \"top\"", "name = \"top{}\"\ncount = 65_536",
     "power_domain[0].count: 65536 is not between 1 and 65535"},
};

}  // namespace

TEST_CASE("soc config: each mistake is named with file, line and key") {
  for (const Mistake& m : mistakes) {
    CAPTURE(m.what);
    const std::string text = errors_of(replaced(m.from, m.to));
    CAPTURE(text);
    CHECK(text.find(m.message) != std::string::npos);
    CHECK(text.starts_with("soc.toml"));
  }
}

TEST_CASE("soc config: one run reports everything that is wrong, in the order of the lines") {
  std::string text = replaced("vendor = \"acme\"", "vendor = 5");
  text.replace(text.find("parent = \"top\""), 14, "parent = \"tip\"");
  const auto soc = parse_soc_config(text, "soc.toml");
  REQUIRE_FALSE(soc.has_value());
  REQUIRE(soc.error().size() == 2);
  CHECK(soc.error()[0].line == 3);
  CHECK(soc.error()[1].line == 16);
}

TEST_CASE("soc config: a table where a value is wanted, and the reverse, are reported") {
  CHECK(errors_of("soc = 3\n").find("soc.toml:1: soc: must be a table, not integer") != std::string::npos);
  CHECK(errors_of(std::string(good) + "[[clock]]\nname = \"x\"\nrange_hz = 7\n")
            .find("clock[2].range_hz: must be a table, not integer") != std::string::npos);
  CHECK(errors_of("device = 1\n" + std::string(good)).find("device: must be an array of tables") != std::string::npos);
}

TEST_CASE("soc config: a file that cannot be read is reported by its name") {
  const auto soc = load_soc_config("/nonexistent/soc.toml");
  REQUIRE_FALSE(soc.has_value());
  CHECK(describe(soc.error().front()).find("/nonexistent/soc.toml: cannot be read: No such file") == 0);
}

TEST_CASE("soc config: defaults and references of a good file") {
  const auto soc = parse_soc_config(good, "soc.toml");
  REQUIRE(soc.has_value());
  CHECK(soc->versions[ServedProtocol::performance] == Version(0x40000));
  CHECK(soc->power_domains[1].parent == 0);
  CHECK(soc->power_domains[0].states == std::vector<std::uint32_t>{power_state_on, power_state_off});
  CHECK(soc->performance_domains[0].sustained_level == 3);
  CHECK(soc->performance_domains[0].sustained_khz == 3000);
  CHECK(soc->performance_domains[0].levels[1].index == 2);
  CHECK(soc->clocks[1].rate_hz == 10);
  CHECK(soc->clocks[1].parent == 0);
  const AgentConfig& agent = soc->agents[0];
  REQUIRE(agent.channels.size() == 1);
  CHECK(agent.channels[0].protocols.size() == 4);
  CHECK(agent.channels[0].size == 128);
  CHECK(agent.channels[0].p2a);
  CHECK(agent.visible[ServedProtocol::clock] == std::vector<Index>{0, 1});
  CHECK_FALSE(agent.clock_rights[0].rate);  // Its performance domain drives it.
  CHECK(agent.clock_rights[1].rate);
}

TEST_CASE("soc config: profiles and the version tables choose the protocol versions") {
  const auto words = [](std::string_view profile) {
    const auto soc = parse_soc_config(replaced("\"3.2\"", "\"" + std::string(profile) + "\""), "soc.toml");
    REQUIRE(soc.has_value());
    const VersionSet& v = soc->versions;
    return std::vector<std::uint32_t>{v[ServedProtocol::base].word, v[ServedProtocol::power_domain].word,
                                      v[ServedProtocol::performance].word, v[ServedProtocol::clock].word};
  };
  CHECK(words("1.0") == std::vector<std::uint32_t>{0x10000, 0x10000, 0x10000, 0x10000});
  CHECK(words("2.0") == std::vector<std::uint32_t>{0x20000, 0x20000, 0x20000, 0x10000});
  CHECK(words("3.1") == std::vector<std::uint32_t>{0x20000, 0x30000, 0x30000, 0x20000});
  CHECK(words("3.2") == std::vector<std::uint32_t>{0x20001, 0x30001, 0x40000, 0x30000});
  auto soc = parse_soc_config(replaced("[versions]\n", "[versions]\nclock = 0x20000\n"), "soc.toml");
  REQUIRE(soc.has_value());
  CHECK(soc->versions[ServedProtocol::clock] == Version(0x20000));
  CHECK(soc->agents[0].versions[ServedProtocol::clock] == Version(0x20000));
  soc = parse_soc_config(replaced("name = \"one\"\n", "name = \"one\"\nversions = { base = 0x10000 }\n"), "soc.toml");
  REQUIRE(soc.has_value());
  CHECK(soc->versions[ServedProtocol::base] == Version(0x20001));
  CHECK(soc->agents[0].versions[ServedProtocol::base] == Version(0x10000));
}

TEST_CASE("soc config: count makes copies whose names and references follow their numbers") {
  const auto soc = parse_soc_config(std::string(good) +
                                        "[[power_domain]]\nname = \"die{}\"\ncount = 2\nparent = \"top\"\n"
                                        "[[power_domain]]\nname = \"core{}\"\ncount = 4\nparent = \"die{/2}\"\n",
                                    "soc.toml");
  REQUIRE(soc.has_value());
  REQUIRE(soc->power_domains.size() == 8);
  CHECK(soc->power_domains[3].name == "die1");
  CHECK(soc->power_domains[7].name == "core3");
  CHECK(soc->power_domains[5].parent == 2);
  CHECK(soc->power_domains[6].parent == 3);
}

TEST_CASE("soc config: Juno r2 is as its facts say") {
  const auto soc = load_soc_config(SCMI_SOCS_DIR "/juno-r2.toml");
  if (!soc) FAIL(describe(soc.error().front()));
  CHECK(soc->vendor == "arm");
  CHECK(soc->implementation_version == 0x020e0000);
  REQUIRE(soc->agents.size() == 2);
  CHECK(soc->agents[0].name == "OSPM");
  CHECK(soc->agents[1].name == "PSCI");
  CHECK(soc->agents[0].channels.size() == 2);
  constexpr std::string_view powers[] = {"BIG_CPU0",    "BIG_CPU1",    "LITTLE_CPU0", "LITTLE_CPU1",
                                         "LITTLE_CPU2", "LITTLE_CPU3", "BIG_SSTOP",   "LITTLE_SSTOP",
                                         "GPUTOP",      "DBGSYS",      "SYSTOP"};
  REQUIRE(soc->power_domains.size() == std::size(powers));
  for (Index i = 0; i < std::size(powers); ++i) CHECK(soc->power_domains[i].name == powers[i]);
  CHECK(soc->power_domains[0].parent == 6);
  CHECK(soc->power_domains[5].parent == 7);
  CHECK(soc->power_domains[9].parent == 10);
  CHECK(soc->power_domains[10].parent == no_index);
  struct Expected {
    std::string_view name;
    std::vector<std::uint32_t> mhz, mw;
    std::uint32_t sustained_mhz;
  };
  const Expected performance[] = {{"LITTLE", {450, 800, 950}, {42, 90, 133}, 800},
                                  {"BIG", {600, 1000, 1200}, {181, 364, 540}, 1000},
                                  {"GPU", {450, 600}, {108, 174}, 600}};
  REQUIRE(soc->performance_domains.size() == 3);
  for (Index i = 0; i < 3; ++i) {
    const PerformanceDomainConfig& d = soc->performance_domains[i];
    const Expected& e = performance[i];
    CHECK(d.name == e.name);
    REQUIRE(d.levels.size() == e.mhz.size());
    for (Index l = 0; l < d.levels.size(); ++l) {
      CHECK(d.levels[l].level == e.mhz[l] * 1'000'000);
      CHECK(d.levels[l].frequency_khz == e.mhz[l] * 1000);
      CHECK(d.levels[l].power == e.mw[l]);
      CHECK(d.levels[l].latency_us == 1450);
    }
    CHECK(d.sustained_level == e.sustained_mhz * 1'000'000);
    REQUIRE(d.clock != no_index);
    const ClockConfig& clock = soc->clocks[d.clock];
    CHECK(clock.name == std::string(e.name) + "_CLK");
    CHECK_FALSE(soc->agents[0].clock_rights[d.clock].rate);
    for (Index l = 0; l < d.levels.size(); ++l) CHECK(clock.rates_hz[l] == d.levels[l].level);
  }
  constexpr std::string_view clocks[] = {"I2SCLK",  "HDLCDREFCLK", "HDLCDPXL",   "HDLCD_0",
                                         "HDLCD_1", "BIG_CLK",     "LITTLE_CLK", "GPU_CLK"};
  REQUIRE(soc->clocks.size() == std::size(clocks));
  for (Index i = 0; i < std::size(clocks); ++i) CHECK(soc->clocks[i].name == clocks[i]);
  CHECK(soc->clocks[0].rates_hz.size() == 7);
  CHECK(soc->clocks[2].min_hz == 47'500'000);
  CHECK(soc->clocks[2].max_hz == 100'000'000);
  CHECK(soc->clocks[3].step_hz == 250'000);
}

TEST_CASE("soc config: the synthetic SoC has 1,000 of each kind, some with long names, many levels and many rates") {
  const auto soc = load_soc_config(SCMI_SOCS_DIR "/synthetic-1000.toml");
  if (!soc) FAIL(describe(soc.error().front()));
  CHECK(soc->power_domains.size() == 1000);
  CHECK(soc->performance_domains.size() == 1000);
  CHECK(soc->clocks.size() == 1000);
  CHECK(soc->agents.size() == 3);
  CHECK(soc->power_domains[26].name.size() > 15);
  CHECK(soc->performance_domains[900].levels.size() == 60);
  CHECK(soc->clocks[999].rates_hz.back() > 0xFFFF'FFFFULL);
}
