// SPDX-License-Identifier: Apache-2.0
//
// Opening a protocol: which version is spoken, and what the platform is asked for it.
#include <doctest/doctest.h>

#include "protocols/clock.hpp"
#include "protocols/performance.hpp"
#include "protocols/power_domain.hpp"
#include "tests/protocols/scripted_platform.hpp"

using namespace scmi;
using scripted::Platform;
using scripted::status;
using scripted::Words;

namespace {

constexpr std::uint8_t clk = 0x14;

Platform::Answer negotiable(std::vector<std::uint32_t> accepted) {
  return [accepted = std::move(accepted)](const Words& p) {
    const bool yes = std::ranges::find(accepted, p.at(0)) != accepted.end();
    return Words{yes ? 0 : status(Status::not_supported)};
  };
}

}  // namespace

TEST_CASE("open: a platform no newer than we are is spoken to in its version and not negotiated with") {
  for (const std::uint32_t version : {0x10000U, 0x20000U, 0x20001U, 0x30000U}) {
    CAPTURE(version);
    Platform p;
    p.on(clk, 0x0, {0, version});
    p.on(clk, 0x1, {0, 0x0003'0007});
    const auto clocks = Clocks::open(p.agent());
    REQUIRE(clocks);
    CHECK(clocks->version() == Version(version));
    CHECK(clocks->platform_version() == Version(version));
    CHECK(clocks->count() == 7);
    CHECK(clocks->async_max() == 3);
    CHECK(p.commands.size() == 2);
  }
}

TEST_CASE("open: a newer platform is asked whether it negotiates, then for our newest version") {
  Platform p;
  p.on(clk, 0x0, {0, 0x50002});
  p.on(clk, 0x1, {0, 7});
  p.on(clk, 0x2, {0, 0});
  p.on_ask(clk, 0x10, negotiable({0x30000}));
  const auto clocks = Clocks::open(p.agent());
  REQUIRE(clocks);
  CHECK(clocks->version() == clock_protocol::newest);
  CHECK(clocks->platform_version() == Version(0x50002));
  REQUIRE(p.commands.size() == 4);
  CHECK(p.commands[1].message == 0x2);
  CHECK(p.commands[1].parameters == Words{0x10});
  CHECK(p.commands[2].message == 0x10);
  CHECK(p.commands[2].parameters == Words{0x30000});
}

TEST_CASE("open: where our newest is refused the older ones are asked for, down to 1.0") {
  Platform p;
  p.on(clk, 0x0, {0, 0x50000});
  p.on(clk, 0x1, {0, 7});
  p.on(clk, 0x2, {0, 0});
  p.on_ask(clk, 0x10, negotiable({0x10000}));
  const auto clocks = Clocks::open(p.agent());
  REQUIRE(clocks);
  CHECK(clocks->version() == clock_protocol::version_1_0);
  CHECK(p.asked(clk, 0x10) == 3);
}

TEST_CASE("open: a newer platform that cannot negotiate is spoken to in our newest version") {
  for (const Status answer : {Status::not_found, Status::not_supported, Status::protocol_error}) {
    Platform p;
    p.on(clk, 0x0, {0, 0x50000});
    p.on(clk, 0x1, {0, 7});
    p.on(clk, 0x2, {status(answer)});
    const auto clocks = Clocks::open(p.agent());
    REQUIRE(clocks);
    CHECK(clocks->version() == clock_protocol::newest);
    CHECK(p.asked(clk, 0x10) == 0);
  }
  Platform refuses_all;
  refuses_all.on(clk, 0x0, {0, 0x50000});
  refuses_all.on(clk, 0x1, {0, 7});
  refuses_all.on(clk, 0x2, {0, 0});
  const auto clocks = Clocks::open(refuses_all.agent());
  REQUIRE(clocks);
  CHECK(clocks->version() == clock_protocol::newest);
}

TEST_CASE("open: failures name the step, and a protocol that is not listed is not found") {
  {
    Platform p;
    p.on(clk, 0x0, {status(Status::denied)});
    const auto clocks = Clocks::open(p.agent());
    REQUIRE_FALSE(clocks);
    CHECK(clocks.error().is(Status::denied));
    CHECK(clocks.error().context.step == Step::protocol_version);
    CHECK(clocks.error().context.protocol == clk);
  }
  {
    Platform p;
    p.on(clk, 0x0, {0, 0x0001});
    const auto clocks = Clocks::open(p.agent());
    REQUIRE_FALSE(clocks);
    CHECK(clocks.error().is(LocalError::unsupported));
    CHECK(clocks.error().context.detail == 0x0001);
  }
  {
    Platform p;
    p.on(clk, 0x0, {0, 0x30000});
    p.on(clk, 0x1, Words{0});
    const auto clocks = Clocks::open(p.agent());
    REQUIRE_FALSE(clocks);
    CHECK(clocks.error().is(LocalError::malformed_reply));
    CHECK(clocks.error().context.step == Step::protocol_attributes);
  }
  {
    Platform p;
    p.on(0x10, 0x6, Words{0, 1, 0x14});
    p.on(0x10, 0x1, {0, 1});
    const auto domains = PowerDomains::open(p.agent());
    REQUIRE_FALSE(domains);
    CHECK(domains.error().is(LocalError::not_found));
  }
}

TEST_CASE("open: power and performance settle their own versions") {
  Platform p;
  p.on(0x11, 0x0, {0, 0x21000});  // An unknown minor is nothing to stumble over.
  p.on(0x11, 0x1, {0, 4, 0x1000, 0x1, 0x80});
  p.on(0x13, 0x0, {0, 0x40001});
  p.on(0x13, 0x1, {0, 0x0002'0005, 0x2000, 0x2, 0});
  p.on(0x13, 0x2, {0, 0});
  p.on_ask(0x13, 0x10, negotiable({0x40000}));
  const auto power = PowerDomains::open(p.agent());
  REQUIRE(power);
  CHECK(power->version() == Version(0x21000));
  CHECK(power->count() == 4);
  CHECK(power->statistics().address == 0x1'0000'1000);
  CHECK(power->statistics().size_bytes == 0x80);
  const auto perf = PerformanceDomains::open(p.agent());
  REQUIRE(perf);
  CHECK(perf->version() == performance_protocol::version_4_0);
  CHECK(perf->count() == 5);
  CHECK(perf->power_unit() == PowerUnit::microwatt);
  CHECK(perf->statistics().address == 0);  // No length: the address means nothing.
}

TEST_CASE("pages: bounded by progress and by what the first page promised") {
  const auto takes = [](std::initializer_list<std::pair<std::uint32_t, std::uint32_t>> pages,
                        std::uint32_t saturated = 0xFFFF'FFFF) {
    PageBounds bounds({}, saturated);
    Result<bool> more = true;
    for (const auto& [returned, remaining] : pages) {
      if (!more || !*more) return std::string("asked after the end");
      more = bounds.take(returned, remaining);
    }
    return !more ? std::string(name(static_cast<LocalError>(more.error().code))) : std::string(*more ? "more" : "end");
  };
  CHECK(takes({{0, 0}}) == "end");
  CHECK(takes({{3, 0}}) == "end");
  CHECK(takes({{3, 2}}) == "more");
  CHECK(takes({{3, 2}, {2, 0}}) == "end");
  CHECK(takes({{0, 2}}) == "malformed_reply");
  CHECK(takes({{3, 2}, {0, 2}}) == "malformed_reply");
  CHECK(takes({{3, 2}, {3, 0}}) == "malformed_reply");
  CHECK(takes({{3, 2}, {1, 0}}) == "malformed_reply");
  CHECK(takes({{3, 2}, {1, 2}}) == "malformed_reply");
  CHECK(takes({{1, 0xFFFF'FFFF}}) == "malformed_reply");
  // A saturated count promises nothing yet.
  CHECK(takes({{10, 255}, {10, 255}, {10, 250}, {250, 0}}, 255) == "end");
  CHECK(takes({{10, 255}, {10, 250}, {251, 0}}, 255) == "malformed_reply");
}
