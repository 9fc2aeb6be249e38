// SPDX-License-Identifier: Apache-2.0
//
// Descriptions of reset, voltage and powercap domains: what good ones mean, and that mistakes are named.
#include <doctest/doctest.h>

#include <string>
#include <string_view>

#include "platform/soc_config.hpp"

using namespace scmi;
using namespace scmi::platform;

namespace {

constexpr std::string_view head = R"([soc]
name = "test"
vendor = "acme"
profile = "3.2"
[[agent]]
name = "one"
)";

SocConfig parsed(std::string_view more) {
  auto soc = parse_soc_config(std::string(head) + std::string(more), "soc.toml");
  if (!soc) FAIL(describe(soc.error().front()));
  return std::move(*soc);
}

struct Mistake {
  std::string_view what;
  std::string_view text;
  std::string_view message;
};

void check_mistakes(std::initializer_list<Mistake> mistakes) {
  for (const Mistake& m : mistakes) {
    CAPTURE(m.what);
    const auto soc = parse_soc_config(std::string(head) + std::string(m.text), "soc.toml");
    REQUIRE_FALSE(soc.has_value());
    std::string all;
    for (const ConfigError& e : soc.error()) all += describe(e) + "\n";
    CAPTURE(all);
    CHECK(all.find(m.message) != std::string::npos);
  }
}

}  // namespace

TEST_CASE("soc config: a reset domain and its defaults") {
  const SocConfig soc = parsed(R"(
[[reset_domain]]
name = "plain"
[[reset_domain]]
name = "r{}"
count = 2
async = true
explicit = false
notify = false
latency_us = 5
report_latency = false
states = [0x80000000, 0xFFFFFFFF]
)");
  REQUIRE(soc.reset_domains.size() == 3);
  const ResetDomainConfig& plain = soc.reset_domains[0];
  CHECK_FALSE(plain.async);
  CHECK(plain.explicit_reset);
  CHECK(plain.notify);
  CHECK_FALSE(plain.asserted);
  CHECK(plain.latency_us == 0);
  CHECK(plain.report_latency);
  CHECK(plain.states.empty());
  const ResetDomainConfig& other = soc.reset_domains[2];
  CHECK(other.name == "r1");
  CHECK(other.async);
  CHECK_FALSE(other.explicit_reset);
  CHECK_FALSE(other.notify);
  CHECK(other.latency_us == 5);
  CHECK_FALSE(other.report_latency);
  CHECK(other.states == std::vector<std::uint32_t>{0x8000'0000, 0xFFFF'FFFF});
  CHECK(soc.agents[0].may_reset == std::vector<bool>(3, true));
}

TEST_CASE("soc config: mistakes in reset domains are named") {
  check_mistakes({
      {"architectural state", "[[reset_domain]]\nname = \"r\"\nstates = [1]",
       "reset_domain[0].states: 1 is not between 2147483648 and 4294967295"},
      {"asserted but not explicit", "[[reset_domain]]\nname = \"r\"\nasserted = true\nexplicit = false",
       "reset_domain[0].asserted: cannot be where explicit is false"},
      {"rights to nothing", "[agent.reset_domain]\nmay_reset = [\"r\"]",
       "agent[0].reset_domain.may_reset: no reset_domain is named \"r\""},
      {"unknown key", "[[reset_domain]]\nname = \"r\"\nlatency = 1",
       "reset_domain[0].latency: is not a known key here"},
  });
}

TEST_CASE("soc config: a voltage domain and its defaults") {
  const SocConfig soc = parsed(R"(
[[voltage_domain]]
name = "list"
levels_uv = [-100, 0, 2_147_483_647]
[[voltage_domain]]
name = "v{}"
count = 2
range_uv = { min = -2_147_483_648, max = 2_147_483_647, step = 5 }
level_uv = -3
on = false
switchable = false
modes = [8, 15]
async = true
latency_us = 7
)");
  REQUIRE(soc.voltage_domains.size() == 3);
  const VoltageDomainConfig& list = soc.voltage_domains[0];
  CHECK(list.levels_uv == std::vector<std::int32_t>{-100, 0, 2'147'483'647});
  CHECK_FALSE(list.range);
  CHECK(list.level_uv == -100);
  CHECK(list.mode == voltage_mode_on);
  CHECK(list.switchable);
  CHECK(list.modes.empty());
  CHECK_FALSE(list.async);
  const VoltageDomainConfig& range = soc.voltage_domains[2];
  CHECK(range.name == "v1");
  CHECK(range.range);
  CHECK(range.step_uv == 5);
  CHECK(range.level_uv == -3);
  CHECK(range.mode == voltage_mode_off);
  CHECK_FALSE(range.switchable);
  CHECK(range.modes == std::vector<std::uint32_t>{8, 15});
  CHECK(range.async);
  CHECK(range.latency_us == 7);
  CHECK(soc.agents[0].may_set_voltage_level == std::vector<bool>(3, true));
  CHECK(soc.agents[0].may_set_voltage_mode == std::vector<bool>(3, true));
}

TEST_CASE("soc config: mistakes in voltage domains are named") {
  check_mistakes({
      {"no level", "[[voltage_domain]]\nname = \"v\"",
       "voltage_domain[0].levels_uv: at least one level is needed, or range_uv"},
      {"levels do not ascend", "[[voltage_domain]]\nname = \"v\"\nlevels_uv = [5, 5]",
       "voltage_domain[0].levels_uv: 5 does not ascend"},
      {"beyond a signed word", "[[voltage_domain]]\nname = \"v\"\nlevels_uv = [2_147_483_648]",
       "voltage_domain[0].levels_uv: 2147483648 is not between -2147483648 and 2147483647"},
      {"range and list", "[[voltage_domain]]\nname = \"v\"\nlevels_uv = [5]\nrange_uv = { min = 1, max = 2, step = 1 }",
       "voltage_domain[0].range_uv: cannot stand beside levels_uv"},
      {"a range of one", "[[voltage_domain]]\nname = \"v\"\nrange_uv = { min = 2, max = 2, step = 1 }",
       "voltage_domain[0].range_uv.max: 2 is not above min"},
      {"a step of nothing", "[[voltage_domain]]\nname = \"v\"\nrange_uv = { min = 1, max = 2, step = 0 }",
       "voltage_domain[0].range_uv.step: 0 is not between 1 and 2147483647"},
      {"level off the steps",
       "[[voltage_domain]]\nname = \"v\"\nrange_uv = { min = 1, max = 9, step = 4 }\nlevel_uv = 4",
       "voltage_domain[0].level_uv: 4 is not a level of the domain"},
      {"level not in the list", "[[voltage_domain]]\nname = \"v\"\nlevels_uv = [1, 3]\nlevel_uv = 2",
       "voltage_domain[0].level_uv: 2 is not a level of the domain"},
      {"architectural mode", "[[voltage_domain]]\nname = \"v\"\nlevels_uv = [1]\nmodes = [7]",
       "voltage_domain[0].modes: 7 is not between 8 and 15"},
      {"rights to nothing", "[agent.voltage]\nmay_set_mode = [\"v\"]",
       "agent[0].voltage.may_set_mode: no voltage_domain is named \"v\""},
  });
}

TEST_CASE("soc config: a powercap domain and its defaults") {
  const SocConfig soc = parsed(R"(
[[performance_domain]]
name = "cpu{}"
count = 2
levels = [{ level = 1, power = 5 }]
[[powercap]]
name = "top"
unit = "mW"
cap_range = { min = 100, max = 200, step = 50 }
pai_range_us = { min = 10, max = 10 }
[[powercap]]
name = "cap{}"
count = 2
parent = "top"
cap_range = { min = 5, max = 5 }
cap = 5
pai_range_us = { min = 10, max = 30, step = 10 }
pai_us = 20
sustainable_power = 4
accuracy = 1000
static_power = 1
performance_domains = ["cpu{}"]
async = true
latency_us = 7
notify_cap = false
notify_measurements = false
)");
  REQUIRE(soc.powercaps.size() == 3);
  const PowercapConfig& top = soc.powercaps[0];
  CHECK(top.parent == no_index);
  CHECK(top.unit == PowercapUnit::milliwatt);
  CHECK(top.min_cap == 100);
  CHECK(top.max_cap == 200);
  CHECK(top.cap_step == 50);
  CHECK(top.cap == 200);
  CHECK(top.pai_us == 10);
  CHECK(top.monitoring);
  CHECK(top.notify_cap);
  CHECK(top.notify_measurements);
  CHECK_FALSE(top.async);
  CHECK(top.performance_domains.empty());
  const PowercapConfig& cap = soc.powercaps[2];
  CHECK(cap.name == "cap1");
  CHECK(cap.parent == 0);
  CHECK(cap.unit == PowercapUnit::microwatt);
  CHECK(cap.cap == 5);
  CHECK(cap.pai_us == 20);
  CHECK(cap.sustainable_power == 4);
  CHECK(cap.accuracy == 1000);
  CHECK(cap.static_power == 1);
  CHECK(cap.performance_domains == std::vector<Index>{1});
  CHECK(cap.async);
  CHECK(cap.latency_us == 7);
  CHECK_FALSE(cap.notify_cap);
  CHECK_FALSE(cap.notify_measurements);
  CHECK(soc.agents[0].may_set_powercap == std::vector<bool>(3, true));
}

TEST_CASE("soc config: mistakes in powercap domains are named, above all those that agents do not forgive") {
#define CAP "[[powercap]]\nname = \"a\"\n"
#define CAPS "cap_range = { min = 10, max = 20, step = 5 }\n"
#define PAIS "pai_range_us = { min = 10, max = 10 }\n"
  check_mistakes({
      {"no caps", CAP PAIS, "powercap[0].cap_range: is missing"},
      {"no intervals", CAP CAPS, "powercap[0].pai_range_us: is missing"},
      {"a cap of 0", CAP PAIS "cap_range = { min = 0, max = 20, step = 5 }",
       "powercap[0].cap_range.min: 0 is not between 1 and 4294967295"},
      {"no step", CAP PAIS "cap_range = { min = 10, max = 20 }",
       "powercap[0].cap_range.step: is needed between min and max"},
      {"upside down", CAP PAIS "cap_range = { min = 30, max = 20, step = 5 }",
       "powercap[0].cap_range.max: 20 is below min"},
      {"off the grid", CAP PAIS "cap_range = { min = 12, max = 22, step = 5 }",
       "powercap[0].cap_range.step: min and max are not multiples of 5"},
      {"intervals off the grid", CAP CAPS "pai_range_us = { min = 10, max = 20, step = 3 }",
       "powercap[0].pai_range_us.step: min and max are not multiples of 3"},
      {"cap between steps", CAP CAPS PAIS "cap = 12", "powercap[0].cap: 12 is not a cap of the domain"},
      {"no cap where it is fixed", CAP PAIS "cap_range = { min = 10, max = 10 }\ncap = 0",
       "powercap[0].cap: 0 is not a cap of the domain"},
      {"interval not possible", CAP CAPS PAIS "pai_us = 20", "powercap[0].pai_us: 20 is not an interval of the domain"},
      {"neither cap nor monitoring", CAP PAIS "cap_range = { min = 10, max = 10 }\nmonitoring = false",
       "powercap[0].monitoring: is needed where the cap is fixed"},
      {"telling what is not measured", CAP CAPS PAIS "monitoring = false\nnotify_measurements = true",
       "powercap[0].notify_measurements: cannot be without monitoring"},
      {"unknown parent", CAP CAPS PAIS "parent = \"b\"", "powercap[0].parent: no powercap is named \"b\""},
      {"own ancestor", CAP CAPS PAIS "parent = \"a\"", "powercap: \"a\" is its own ancestor"},
      {"circle", CAP CAPS PAIS "parent = \"b\"\n[[powercap]]\nname = \"b\"\nparent = \"a\"\n" CAPS PAIS,
       "powercap: \"a\" is its own ancestor"},
      {"units of costs",
       CAP CAPS PAIS "unit = \"abstract\"\nperformance_domains = [\"p\"]\n"
                     "[[performance_domain]]\nname = \"p\"\nlevels = [{ level = 1 }]",
       "powercap: \"a\" counts power in another unit than the levels of its performance_domains"},
      {"units of parents", CAP CAPS PAIS "parent = \"b\"\n[[powercap]]\nname = \"b\"\nunit = \"abstract\"\n" CAPS PAIS,
       "powercap: \"a\" counts power in another unit than its parent"},
      {"counted twice",
       CAP CAPS PAIS "performance_domains = [\"p\", \"p\"]\n"
                     "[[performance_domain]]\nname = \"p\"\nlevels = [{ level = 1 }]",
       "powercap: \"a\" names \"p\" of another powercap"},
  });
#undef CAP
#undef CAPS
#undef PAIS
}
