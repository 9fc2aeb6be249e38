// SPDX-License-Identifier: Apache-2.0
//
// The clients of reset, voltage and powercap domains against the simulated platform, with old and new layouts.
#include <doctest/doctest.h>

#include "protocols/reset_domain.hpp"
#include "tests/protocols/real_platform.hpp"

using namespace scmi;
using namespace std::chrono_literals;
using real::juno;
using real::soc;

namespace {

std::string juno_of(std::string_view release) {
  return soc(juno, "profile = \"3.2\"", "profile = \"" + std::string(release) + '"');
}

}  // namespace

TEST_CASE("clients on the platform: reset domains in every release that has them") {
  struct Row {
    std::string_view release;
    Version version;
  };
  for (const Row row :
       {Row{"2.0", reset_domain_protocol::version_1_0}, Row{"3.0", reset_domain_protocol::version_1_0},
        Row{"3.1", reset_domain_protocol::version_3_0}, Row{"3.2", reset_domain_protocol::version_3_1}}) {
    CAPTURE(row.release);
    real::Bench b(juno_of(row.release));
    const auto resets = ResetDomains::open(b.agent());
    REQUIRE(resets);
    CHECK(resets->version() == row.version);
    const auto uart = resets->by_name("JUNO_UART");
    REQUIRE(uart);
    CHECK(resets->describe(*uart)->latency_us == 1000);
    std::vector<reset_domain_protocol::Issued> seen;
    const auto watch = resets->watch_reset(*uart, [&](const auto& n) { seen.push_back(n); });
    REQUIRE(watch);
    CHECK(resets->reset(*uart));
    b.pass(2ms);
    CHECK(resets->assert_reset(*uart));
    b.pass(1ms);
    CHECK(resets->deassert_reset(*uart));
    auto pending = resets->reset_async(*uart);
    REQUIRE(pending);
    CHECK(pending->wait());
    b.pass(1ms);
    CHECK(seen == std::vector<reset_domain_protocol::Issued>(3, {AgentId(1), *uart, 0}));
    CHECK(resets->reset(DomainId(99)).error().is(Status::not_found));
  }
  real::Bench old(juno_of("1.0"));
  CHECK(ResetDomains::open(old.agent()).error().is(LocalError::not_found));
}

TEST_CASE("clients on the platform: a thousand reset domains, some with long names") {
  real::Bench b(soc("synthetic-1000.toml"));
  const auto resets = ResetDomains::open(b.agent());
  REQUIRE(resets);
  CHECK(resets->list()->size() == 1000);
  CHECK(*resets->by_name("reset_of_block_899") == DomainId(899));
  CHECK_FALSE(resets->describe(DomainId(999))->latency_us.has_value());
}
