// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include "protocols/base.hpp"
#include "protocols/power_domain.hpp"
#include "tests/protocols/scripted_platform.hpp"

using namespace scmi;
using scripted::operator+;
using scripted::Platform;
using scripted::status;
using scripted::Words;

namespace {

constexpr std::uint8_t power = 0x11;
constexpr DomainId id{5};

PowerDomains open(Platform& p, std::uint32_t version) {
  p.on(power, 0x0, {0, version});
  p.on(power, 0x1, {0, 3, 0, 0, 0});
  auto domains = PowerDomains::open(p.agent());
  REQUIRE(domains);
  p.commands.clear();
  return std::move(*domains);
}

Base open_base(Platform& p) {
  auto base = Base::open(p.agent());
  REQUIRE(base);
  p.commands.clear();
  return std::move(*base);
}

}  // namespace

TEST_CASE("power domain attributes: each bit from its version on") {
  for (const std::uint32_t version : {0x10000U, 0x20000U, 0x30000U, 0x30001U}) {
    CAPTURE(version);
    Platform p;
    const PowerDomains domains = open(p, version);
    p.on(power, 0x3, Words{0, 0xB800'0000} + scripted::name("gpu"));
    p.on(power, 0x8, Words{0, 0} + scripted::name("gpu_top_of_the_soc", 64));
    const auto info = domains.describe(id);
    REQUIRE(info);
    CHECK(info->state_change_notify);
    CHECK_FALSE(info->async_set);
    CHECK(info->sync_set);
    CHECK(info->change_requested_notify == (version >= 0x20000));
    CHECK(info->name == (version >= 0x30000 ? "gpu_top_of_the_soc" : "gpu"));
    CHECK(info->short_name == "gpu");
  }
}

TEST_CASE("power domain state: get, set, both modes, names") {
  Platform p;
  const PowerDomains domains = open(p, 0x30001);
  p.on(power, 0x5, {0, 0x4000'0000});
  CHECK(*domains.state_get(id) == power_domain_protocol::state_off);
  p.on(power, 0x4, {0});
  CHECK(domains.state_set(id, 0x4000'0002));
  CHECK(p.last().parameters == Words{0, 5, 0x4000'0002});
  CHECK(domains.state_set(id, 0, SetMode::async));
  CHECK(p.last().parameters == Words{1, 5, 0});
  p.on(power, 0x4, {status(Status::denied)});
  CHECK(domains.state_set(id, 0).error().is(Status::denied));
  p.on_ask(power, 0x3,
           Platform::Answer([](const Words& c) { return Words{0, 0} + scripted::name(c.at(0) == 1 ? "b" : "a"); }));
  CHECK(*domains.by_name("b") == DomainId(1));
  CHECK(domains.by_name("a").error().is(LocalError::ambiguous));
}

TEST_CASE("power domain notifications: typed, of one domain, duplicates delivered as they come") {
  Platform p;
  const PowerDomains domains = open(p, 0x30001);
  p.on(power, 0x6, {0});
  p.on(power, 0x7, {0});
  std::vector<power_domain_protocol::StateChanged> changes;
  std::vector<power_domain_protocol::StateChangeRequested> requests;
  const auto changed = domains.watch_state(id, [&](const auto& n) { changes.push_back(n); });
  REQUIRE(changed);
  CHECK(p.last().message == 0x6);
  CHECK(p.last().parameters == Words{5, 1});
  const auto requested = domains.watch_state_requests(id, [&](const auto& n) { requests.push_back(n); });
  REQUIRE(requested);
  CHECK(p.last().message == 0x7);
  p.notify(power, 0x0, {2, 5, 0x4000'0000});
  p.notify(power, 0x0, {2, 5, 0x4000'0000});
  p.notify(power, 0x0, {2, 4, 0});
  p.notify(power, 0x1, {3, 5, 7});
  CHECK(changes.size() == 2);
  CHECK(changes[0] == power_domain_protocol::StateChanged{AgentId(2), id, 0x4000'0000});
  REQUIRE(requests.size() == 1);
  CHECK(requests[0] == power_domain_protocol::StateChangeRequested{AgentId(3), id, 7});
  Platform old;
  CHECK(open(old, 0x10000).watch_state_requests(id, [](const auto&) {}).error().is(LocalError::unsupported));
}

TEST_CASE("Base: identity and counts") {
  Platform p;
  p.on(0x10, 0x1, {0, 0x020A});
  p.on(0x10, 0x4, Words{0} + scripted::name("sub"));
  const Base base = open_base(p);
  CHECK(base.version() == base_protocol::version_2_1);
  CHECK(*base.platform_version() == Version(0x20001));
  CHECK(base.counts()->agents == 2);
  CHECK(base.counts()->protocols == 10);
  CHECK(*base.vendor() == "acme");
  CHECK(*base.sub_vendor() == "sub");
  CHECK(*base.implementation_version() == 1);
  p.on(0x10, 0x7, Words{0, 9} + scripted::name("me"));
  const auto self = base.discover_agent(base_protocol::self);
  REQUIRE(self);
  CHECK(p.last().parameters == Words{0xFFFF'FFFF});
  CHECK(self->id == AgentId(9));
  CHECK(self->name == "me");
}

TEST_CASE("Base at 1.0: an agent's reply has no id, permissions do not exist") {
  Platform p;
  p.on(0x10, 0x0, {0, 0x10000});
  p.on(0x10, 0x7, Words{0} + scripted::name("old"));
  const Base base = open_base(p);
  const auto agent = base.discover_agent(AgentId(3));
  REQUIRE(agent);
  CHECK(agent->id == AgentId(3));
  CHECK(agent->name == "old");
  p.commands.clear();
  CHECK(base.discover_agent(base_protocol::self).error().is(LocalError::unsupported));
  CHECK(base.set_device_permissions(AgentId(1), 2, true).error().is(LocalError::unsupported));
  CHECK(base.set_protocol_permissions(AgentId(1), 2, protocol::clock, true).error().is(LocalError::unsupported));
  CHECK(base.reset_agent_configuration(AgentId(1), true).error().is(LocalError::unsupported));
  CHECK(p.commands.empty());
}

TEST_CASE("T5 Base protocol list: pages, an early end, ids that come twice, more than was announced") {
  Platform p;
  const Base base = open_base(p);
  const auto serve = [&](std::uint32_t announced, std::vector<Words> pages) {
    p.on(0x10, 0x1, {0, announced});
    p.on_ask(0x10, 0x6, Platform::Answer([pages, at = std::size_t{0}](const Words&) mutable {
               return pages.at(std::min(at++, pages.size() - 1));
             }));
    return base.protocols();
  };
  using Ids = std::vector<ProtocolId>;
  const Ids three{ProtocolId(0x11), ProtocolId(0x13), ProtocolId(0x14)};
  CHECK(*serve(3, {{0, 2, 0x1311}, {0, 1, 0x14}}) == three);
  CHECK(p.last().parameters == Words{2});
  CHECK(*serve(5, {{0, 3, 0x14'1311}, {0, 0}}) == three);
  CHECK(*serve(5, {{0, 3, 0x14'1311}, {status(Status::invalid_parameters)}}) == three);
  CHECK(*serve(3, {{0, 4, 0x1514'1311}}) == three);
  CHECK(serve(6, {{0, 3, 0x14'1311}}).error().is(LocalError::malformed_reply));
  CHECK(serve(3, {{0, 0xFFFF'FFFF, 0x14'1311}}).error().is(LocalError::malformed_reply));
  CHECK(serve(3, {{status(Status::denied)}}).error().is(Status::denied));
  CHECK(serve(0, {{0, 1, 0x11}})->empty());
}

TEST_CASE("Base permissions: the words as the specification has them") {
  Platform p;
  const Base base = open_base(p);
  p.on(0x10, 0x9, {0});
  p.on(0x10, 0xA, {0});
  p.on(0x10, 0xB, {0});
  CHECK(base.set_device_permissions(AgentId(2), 3, true));
  CHECK(p.last().parameters == Words{2, 3, 1});
  CHECK(base.set_device_permissions(AgentId(2), 3, false));
  CHECK(p.last().parameters == Words{2, 3, 0});
  CHECK(base.set_protocol_permissions(AgentId(2), 3, protocol::clock, true));
  CHECK(p.last().parameters == Words{2, 3, 0x14, 1});
  CHECK(base.reset_agent_configuration(AgentId(2), true));
  CHECK(p.last().parameters == Words{2, 1});
}

TEST_CASE("Base errors: the event with its reports") {
  Platform p;
  const Base base = open_base(p);
  p.on(0x10, 0x8, {0});
  std::vector<base_protocol::ErrorEvent> events;
  const auto watch = base.watch_errors([&](const auto& e) { events.push_back(e); });
  REQUIRE(watch);
  CHECK(p.last().parameters == Words{1});
  p.notify(0x10, 0x0, {2, 0x8000'0001, 0x5005, status(Status::hardware_error)});
  p.notify(0x10, 0x0, {2, 0x0000'0002, 0x5005, 1});  // Announces two reports, brings one.
  REQUIRE(events.size() == 1);
  CHECK(base_protocol::ErrorEvent::fatal.test(events[0].error_status));
  REQUIRE(events[0].reports.size() == 1);
  CHECK(events[0].reports[0].command_status == Status::hardware_error);
  CHECK(p.agent().counters(protocol::base)[Count::malformed] == 1);
}
