// SPDX-License-Identifier: Apache-2.0
//
// The system power client against a platform that says, word by word, what the test wrote down.
#include <doctest/doctest.h>

#include "protocols/system_power.hpp"
#include "tests/protocols/scripted_platform.hpp"

using namespace scmi;
using scripted::Platform;
using scripted::status;
using scripted::Words;
namespace sp = scmi::system_power_protocol;

namespace {

constexpr std::uint8_t sys = 0x12;

SystemPower open(Platform& p, std::uint32_t version = 0x20001) {
  p.on(sys, 0x0, {0, version});
  auto system = SystemPower::open(p.agent());
  REQUIRE(system);
  p.commands.clear();
  return std::move(*system);
}

}  // namespace

TEST_CASE("system power describe: what each command's attributes say, a refusal by any status is a no") {
  Platform p;
  const SystemPower system = open(p);
  p.on_ask(sys, 0x2, Platform::Answer([](const Words& c) {
             switch (c.at(0)) {
               case 0x3: return Words{0, 0x8000'0000};
               case 0x4: return Words{0, 0};
               default: return Words{status(Status::not_supported)};
             }
           }));
  const auto some = system.describe();
  REQUIRE(some);
  CHECK(some->set);
  CHECK(some->get);
  CHECK_FALSE(some->notify);
  CHECK(some->warm_reset);
  CHECK_FALSE(some->suspend);

  p.on_ask(sys, 0x2, Platform::Answer([](const Words& c) {
             return c.at(0) == 0x5 ? Words{0, 0} : Words{status(c.at(0) == 3 ? Status::denied : Status::not_found)};
           }));
  const auto few = system.describe();
  REQUIRE(few);
  CHECK_FALSE(few->set);
  CHECK_FALSE(few->get);
  CHECK(few->notify);
  CHECK_FALSE(few->warm_reset);
  CHECK_FALSE(few->suspend);
}

TEST_CASE("system power state: got and set, forceful or graceful") {
  Platform p;
  const SystemPower system = open(p);
  p.on(sys, 0x4, {0, 0x8000'0001});
  CHECK(*system.state_get() == 0x8000'0001);
  p.on(sys, 0x3, {0});
  CHECK(system.state_set(sp::warm_reset));
  CHECK(p.last().parameters == Words{0, 2});
  CHECK(system.state_set(sp::shutdown, Transition::graceful));
  CHECK(p.last().parameters == Words{1, 0});
  p.on(sys, 0x3, {status(Status::denied)});
  const auto refused = system.state_set(sp::suspend);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().is(Status::denied));
  CHECK(refused.error().context.protocol == sys);
  CHECK(refused.error().context.message == 0x3);
  p.on(sys, 0x4, {0});
  CHECK(system.state_get().error().is(LocalError::malformed_reply));
}

TEST_CASE("system power notifications: three words at major 1, four from 2 on") {
  for (const std::uint32_t version : {0x10000U, 0x20000U, 0x20001U}) {
    CAPTURE(version);
    Platform p;
    const SystemPower system = open(p, version);
    p.on(sys, 0x5, {0});
    std::vector<sp::StateNotifier> seen;
    auto watch = system.watch_state([&](const auto& n) { seen.push_back(n); });
    REQUIRE(watch);
    CHECK(p.last().parameters == Words{1});
    p.notify(sys, 0x0, {3, 1, 0, 5000});
    REQUIRE(seen.size() == 1);
    CHECK(seen[0] == sp::StateNotifier{AgentId(3), 1, sp::shutdown, version == 0x10000 ? 0U : 5000U});
    p.notify(sys, 0x0, {3, 1, 0});
    CHECK(seen.size() == (version == 0x10000 ? 2 : 1));
    watch->cancel();
    p.notify(sys, 0x0, {3, 1, 0, 5000});
    CHECK(seen.size() == (version == 0x10000 ? 2 : 1));
    CHECK(system.state_notify(false));
    CHECK(p.last().parameters == Words{0});
  }
}

TEST_CASE("system power notifications: refused by the platform, or without a way back, there is no subscription") {
  {
    Platform p;
    const SystemPower system = open(p);
    p.on(sys, 0x5, {status(Status::not_supported)});
    int seen = 0;
    CHECK(system.watch_state([&](const auto&) { ++seen; }).error().is(Status::not_supported));
    p.notify(sys, 0x0, {1, 0, 0, 0});
    CHECK(seen == 0);
  }
  Platform p({.p2a = false});
  const SystemPower system = open(p);
  CHECK(system.watch_state([](const auto&) {}).error().is(LocalError::unsupported));
  CHECK(p.commands.empty());
}

TEST_CASE("system power open: a version word of the field that nobody specified is spoken to in ours") {
  Platform p;
  const SystemPower system = open(p, 0x21000);
  CHECK(system.version() == sp::newest);
  CHECK(system.platform_version() == Version(0x21000));
}
