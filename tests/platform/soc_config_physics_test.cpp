// SPDX-License-Identifier: Apache-2.0
//
// Descriptions of parts, loads and sources of values: what good ones mean, and that mistakes are named.
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
[[power_domain]]
name = "pd"
[[voltage_domain]]
name = "rail"
levels_uv = [800_000, 900_000]
[[performance_domain]]
name = "cpu{}"
count = 2
power_domain = "pd"
voltage_domain = "rail"
levels = [{ level = 1, power = 100, voltage_uv = 800_000, frequency_khz = 5 }]
[[performance_domain]]
name = "bare"
levels = [{ level = 1 }]
)";

SocConfig parsed(std::string_view more) {
  auto soc = parse_soc_config(std::string(head) + std::string(more), "soc.toml");
  if (!soc) FAIL(describe(soc.error().front()));
  return std::move(*soc);
}

struct Mistake {
  std::string_view text;
  std::string_view message;
};

}  // namespace

TEST_CASE("soc config: parts and their defaults") {
  const SocConfig soc = parsed(R"(
[[part]]
name = "plain"
[[part]]
name = "p{}"
count = 2
performance_domain = "cpu{}"
capacitance_pf = 3
power_uw = 4
leakage_uw = 5
leakage_permille_per_c = 6
thermal_mc_per_w = 7
thermal_ms = 8
load = { kind = "walk", low_percent = 10, high_percent = 20, step_percent = 2, step_us = 1000 }
)");
  CHECK(soc.physics.seed == 1);
  CHECK(soc.physics.ambient_mc == 25'000);
  REQUIRE(soc.parts.size() == 3);
  const PartConfig& plain = soc.parts[0];
  CHECK(plain.performance_domain == no_index);
  CHECK(plain.power_domain == no_index);
  CHECK(plain.voltage_domain == no_index);
  CHECK(plain.thermal_ms == 1000);
  CHECK(plain.load.kind == LoadKind::constant);
  CHECK(plain.load.percent == 100);
  const PartConfig& part = soc.parts[2];
  CHECK(part.name == "p1");
  CHECK(part.performance_domain == 1);
  CHECK(part.power_domain == 0);  // Its performance domain's.
  CHECK(part.voltage_domain == 0);
  CHECK(part.capacitance_pf == 3);
  CHECK(part.power_uw == 4);
  CHECK(part.leakage_uw == 5);
  CHECK(part.leakage_permille_per_c == 6);
  CHECK(part.thermal_mc_per_w == 7);
  CHECK(part.thermal_ms == 8);
  CHECK(part.load.kind == LoadKind::walk);
  CHECK(part.load.percent == 10);  // It starts at the bottom.
  CHECK(part.load.step_percent == 2);
}

TEST_CASE("soc config: sources name parts, by copy too, and sensors have noise streams of their own") {
  const SocConfig soc = parsed(R"(
[physics]
seed = 9
ambient_mc = -5000
[[part]]
name = "p{}"
count = 2
[[sensor]]
name = "s{}"
count = 2
type = "watt"
source = { kind = "power", of = "p{}" }
noise = 3
[[sensor]]
name = "axes"
axes = [
  { name = "x", type = "celsius", source = { kind = "temperature", of = ["p1", "p0"] } },
  { name = "y", type = "watt", source = { kind = "power", of = "p1" } },
]
)");
  CHECK(soc.physics.seed == 9);
  CHECK(soc.physics.ambient_mc == -5000);
  const auto& first = soc.sensors[0].axes[0].input;
  const auto& second = soc.sensors[1].axes[0].input;
  CHECK(first.quantity == Quantity::power);
  CHECK(first.of == std::vector<Index>{0});
  CHECK(second.of == std::vector<Index>{1});
  CHECK(second.noise == 3);
  CHECK(first.noise_stream != second.noise_stream);
  const auto& axes = soc.sensors[2].axes;
  CHECK(axes[0].input.of == std::vector<Index>{1, 0});
  CHECK(axes[1].input.of == std::vector<Index>{1});
  CHECK(axes[0].input.noise_stream != axes[1].input.noise_stream);
}

TEST_CASE("soc config: mistakes about physics name their key") {
  for (const Mistake& m : {
           Mistake{"[physics]\nsead = 1", "soc.toml:22: physics.sead: is not a known key here"},
           Mistake{"[physics]\nambient_mc = 300_000", "physics.ambient_mc: 300000 is not between -200000 and 200000"},
           Mistake{"[[part]]\nname = \"a\"\n[[part]]\nname = \"a\"", "part[1].name: another part is named \"a\""},
           Mistake{"[[part]]\nname = \"a\"\nperformance_domain = \"gpu\"",
                   "part[0].performance_domain: no performance_domain is named \"gpu\""},
           Mistake{"[[part]]\nname = \"a\"\nvoltage_domain = \"x\"",
                   "part[0].voltage_domain: no voltage_domain is named"},
           Mistake{"[[part]]\nname = \"a\"\npower_domain = \"x\"", "part[0].power_domain: no power_domain is named"},
           Mistake{"[[part]]\nname = \"a\"\ncolour = 1", "part[0].colour: is not a known key here"},
           Mistake{"[[part]]\nname = \"a\"\nthermal_ms = 0", "part[0].thermal_ms: 0 is not between 1 and 60000000"},
           Mistake{"[[part]]\nname = \"a\"\nleakage_uw = 1_000_000\nleakage_permille_per_c = 100\n"
                   "thermal_mc_per_w = 10_000",
                   "part[0].leakage_uw: grows with temperature faster than the part can cool"},
           Mistake{"[[part]]\nname = \"a\"\ncapacitance_pf = 1",
                   "\"a\" has capacitance_pf, which needs a performance_domain"},
           Mistake{"[[part]]\nname = \"a\"\nperformance_domain = \"bare\"\ncapacitance_pf = 1",
                   "\"a\" has capacitance_pf, but level 1 has no frequency_khz or no voltage"},
           Mistake{"[[part]]\nname = \"a\"\nload = { kind = \"constant\", percent = 5 }", "\"a\" has a load"},
           Mistake{"[[part]]\nname = \"a\"\nperformance_domain = \"cpu0\"\n[[part]]\nname = \"b\"\n"
                   "performance_domain = \"cpu0\"",
                   "\"b\" has the performance_domain \"cpu0\" of another part"},
           Mistake{"[[part]]\nname = \"a\"\nload = { kind = \"sine\" }",
                   "part[0].load.kind: \"sine\" is not one of \"constant\", \"square\", \"walk\""},
           Mistake{"[[part]]\nname = \"a\"\nload = { kind = \"constant\" }", "part[0].load.percent: is missing"},
           Mistake{"[[part]]\nname = \"a\"\nload = { kind = \"constant\", percent = 101 }",
                   "part[0].load.percent: 101 is not between 0 and 100"},
           Mistake{"[[part]]\nname = \"a\"\nload = { kind = \"square\", low_us = 5, high_us = 1000 }",
                   "part[0].load.low_us: 5 is not between 1000 and 60000000"},
           Mistake{
               "[[part]]\nname = \"a\"\nload = { kind = \"square\", low_us = 1000, high_us = 1000, low_percent = 50, "
               "high_percent = 50 }",
               "part[0].load.high_percent: 50 is not above low_percent"},
           Mistake{"[[part]]\nname = \"a\"\nload = { kind = \"walk\", step_us = 1000 }",
                   "part[0].load.step_percent: is missing"},
           Mistake{"[[part]]\nname = \"a\"\nload = { kind = \"walk\", step_us = 1000, step_percent = 1, percent = 3, "
                   "low_percent = 4 }",
                   "part[0].load.percent: 3 is not between 4 and 100"},
           Mistake{"[[part]]\nname = \"a\"\nload = { kind = \"constant\", percent = 1, step_us = 3 }",
                   "part[0].load.step_us: is not a known key here"},
           Mistake{"[[sensor]]\nname = \"s\"\ntype = \"watt\"\nsource = { kind = \"power\", of = \"x\" }",
                   "sensor[0].source: no part is named \"x\""},
           Mistake{"[[sensor]]\nname = \"s\"\ntype = \"watt\"\nsource = { kind = \"power\" }",
                   "sensor[0].source.of: names no part"},
           Mistake{"[[sensor]]\nname = \"s\"\ntype = \"watt\"\nsource = { of = \"x\" }",
                   "sensor[0].source.kind: is missing"},
           Mistake{"[[sensor]]\nname = \"s\"\ntype = \"watt\"\nsource = { kind = \"mass\", of = \"x\" }",
                   "sensor[0].source.kind: \"mass\" is not one of \"power\""},
           Mistake{"[[part]]\nname = \"a\"\n[[sensor]]\nname = \"s\"\ntype = \"volt\"\n"
                   "source = { kind = \"power\", of = \"a\" }",
                   "sensor[0].source: is in watt, the sensor in volt"},
           Mistake{"[[part]]\nname = \"a{}\"\ncount = 2\n[[sensor]]\nname = \"s\"\ntype = \"volt\"\n"
                   "source = { kind = \"voltage\", of = [\"a0\", \"a1\"] }",
                   "sensor[0].source.of: names several parts"},
           Mistake{"[[part]]\nname = \"a\"\n[[sensor]]\nname = \"s\"\ntype = \"watt\"\nvalue = 3\n"
                   "source = { kind = \"power\", of = \"a\" }",
                   "sensor[0].source: cannot stand beside value or wave"},
           Mistake{"[[performance_domain]]\nname = \"v\"\nvoltage_domain = \"rail\"\n"
                   "levels = [{ level = 1, voltage_uv = 850_000 }]",
                   "performance_domain: \"v\" needs 850000 uV for level 1, which \"rail\" does not have"},
       }) {
    CAPTURE(m.text);
    const auto soc = parse_soc_config(std::string(head) + std::string(m.text), "soc.toml");
    REQUIRE_FALSE(soc.has_value());
    std::string all;
    for (const ConfigError& e : soc.error()) all += describe(e) + "\n";
    CAPTURE(all);
    CHECK(all.find(m.message) != std::string::npos);
  }
  std::string abstract(head);
  abstract.replace(abstract.find("profile"), 0, "power_unit = \"abstract\"\n");
  const auto soc = parse_soc_config(abstract + "[[part]]\nname = \"a\"\nperformance_domain = \"cpu0\"\n", "soc.toml");
  REQUIRE_FALSE(soc.has_value());
  CHECK(describe(soc.error().front()).find("needs levels that cost watts") != std::string::npos);
}
