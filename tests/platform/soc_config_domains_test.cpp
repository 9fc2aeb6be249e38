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
