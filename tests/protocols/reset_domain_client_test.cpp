// SPDX-License-Identifier: Apache-2.0
//
// The reset domain client against a platform that says, word by word, what the test wrote down.
#include <doctest/doctest.h>

#include "protocols/reset_domain.hpp"
#include "tests/protocols/scripted_platform.hpp"

using namespace scmi;
using scripted::operator+;
using scripted::Platform;
using scripted::status;
using scripted::Words;

namespace {

constexpr std::uint8_t rst = 0x16;
constexpr DomainId id{5};

ResetDomains open(Platform& p, std::uint32_t version, std::uint32_t attributes = 8) {
  p.on(rst, 0x0, {0, version});
  p.on(rst, 0x1, {0, attributes});
  auto domains = ResetDomains::open(p.agent());
  REQUIRE(domains);
  p.commands.clear();
  return std::move(*domains);
}

}  // namespace

TEST_CASE("reset domain attributes at 1.0: no extended name, whatever the bit says") {
  Platform p;
  const ResetDomains domains = open(p, 0x10000, 0xFFFF'0008);
  CHECK(domains.count() == 8);
  p.on(rst, 0x3, Words{0, 0xE000'0000, 250} + scripted::name("usb"));
  const auto info = domains.describe(id);
  REQUIRE(info);
  CHECK(p.last().parameters == Words{5});
  CHECK(info->id == id);
  CHECK(info->name == "usb");
  CHECK(info->async_reset);
  CHECK(info->reset_notify);
  CHECK(info->latency_us == 250);
  CHECK(p.commands.size() == 1);
}

TEST_CASE("reset domain attributes at 3.0: the extended name") {
  Platform p;
  const ResetDomains domains = open(p, 0x30000);
  p.on(rst, 0x3, Words{0, 0x2000'0000, 0} + scripted::name("reset_of_the_di"));
  p.on(rst, 0x6, Words{0, 0} + scripted::name("reset_of_the_display_controller", 64));
  const auto info = domains.describe(id);
  REQUIRE(info);
  CHECK(info->name == "reset_of_the_display_controller");
  CHECK(info->short_name == "reset_of_the_di");
  CHECK_FALSE(info->async_reset);
  CHECK_FALSE(info->reset_notify);
  CHECK(info->latency_us == 0);
}

TEST_CASE("reset domain latency: not reported, also as platforms are known to say it by mistake") {
  Platform p;
  const ResetDomains domains = open(p, 0x30001);
  for (const std::uint32_t word : {0xFFFF'FFFFU, 0x7FFF'FFFFU}) {
    p.on(rst, 0x3, Words{0, 0, word} + scripted::name("x"));
    CHECK_FALSE(domains.describe(id)->latency_us.has_value());
  }
  p.on(rst, 0x3, Words{0, 0, 0x7FFF'FFFE} + scripted::name("x"));
  CHECK(domains.describe(id)->latency_us == 0x7FFF'FFFE);
}

TEST_CASE("reset domain list and names: a platform that calls holes INVALID_PARAMETERS is listed all the same") {
  Platform p;
  const ResetDomains domains = open(p, 0x10000, 4);
  p.on_ask(rst, 0x3, Platform::Answer([](const Words& c) {
             const std::vector<std::string_view> names{"usb", "", "", "gpu"};
             if (c.at(0) == 1) return Words{status(Status::invalid_parameters)};
             if (c.at(0) == 2) return Words{status(Status::not_found)};
             return Words{0, 0, 0} + scripted::name(names.at(c.at(0)));
           }));
  const auto all = domains.list();
  REQUIRE(all);
  REQUIRE(all->size() == 2);
  CHECK((*all)[1].id == DomainId(3));
  CHECK(*domains.by_name("gpu") == DomainId(3));
  CHECK(domains.by_name("nothing").error().is(LocalError::not_found));
  p.on(rst, 0x3, {0, 0});
  CHECK(domains.list().error().is(LocalError::malformed_reply));
}

TEST_CASE("reset: autonomous, assert and deassert, with the state they are given") {
  Platform p;
  const ResetDomains domains = open(p, 0x30001);
  p.on(rst, 0x4, {0});
  CHECK(domains.reset(id));
  CHECK(p.last().parameters == Words{5, 1, 0});
  CHECK(domains.assert_reset(id));
  CHECK(p.last().parameters == Words{5, 2, 0});
  CHECK(domains.deassert_reset(id));
  CHECK(p.last().parameters == Words{5, 0, 0});
  CHECK(domains.reset(id, reset_domain_protocol::implementation_defined | 3));
  CHECK(p.last().parameters == Words{5, 1, 0x8000'0003});
  CHECK(domains.assert_reset(id, 0x8000'0004));
  CHECK(p.last().parameters == Words{5, 2, 0x8000'0004});
  CHECK(domains.deassert_reset(id, 0x8000'0004));
  CHECK(p.last().parameters == Words{5, 0, 0x8000'0004});
  p.on(rst, 0x4, {status(Status::denied)});
  const auto refused = domains.reset(id);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().is(Status::denied));
  CHECK(refused.error().context.protocol == rst);
  CHECK(refused.error().context.message == 0x4);
}

TEST_CASE("reset, asynchronous: ends with the delayed response about that domain") {
  Platform p;
  const ResetDomains domains = open(p, 0x10000);
  p.on(rst, 0x4, {0});
  auto pending = domains.reset_async(id, 0x8000'0004);
  REQUIRE(pending);
  CHECK(p.last().parameters == Words{5, 5, 0x8000'0004});
  CHECK_FALSE(pending->poll());
  p.complete_last({0, 5});
  CHECK(pending->poll());
  CHECK(pending->wait());

  auto other = domains.reset_async(id);
  p.complete_last({0, 6});
  CHECK(other->wait().error().is(LocalError::malformed_reply));

  auto failed = domains.reset_async(id);
  p.complete_last({status(Status::hardware_error)});
  CHECK(failed->wait().error().is(Status::hardware_error));

  p.on(rst, 0x4, {status(Status::busy)});
  auto refused = domains.reset_async(id);
  REQUIRE(refused);
  CHECK(refused->wait().error().is(Status::busy));
}

TEST_CASE("reset, asynchronous: a platform that accepts and never completes ends by the call's own deadline") {
  Platform p;
  const ResetDomains domains = open(p, 0x30000);
  p.on(rst, 0x4, {0});
  const Instant begin = p.clock.now();
  auto pending = domains.reset_async(id, 0, {.delayed_timeout = std::chrono::milliseconds(100)});
  CHECK(pending->wait().error().is(LocalError::timed_out));
  CHECK(p.clock.now() - begin >= std::chrono::milliseconds(100));
  CHECK(p.clock.now() - begin < std::chrono::milliseconds(200));
}

TEST_CASE("reset: without a P2A channel nothing asynchronous is asked for") {
  Platform p({.p2a = false});
  const ResetDomains domains = open(p, 0x30000);
  CHECK(domains.reset_async(id).error().is(LocalError::unsupported));
  CHECK(domains.watch_reset(id, [](const auto&) {}).error().is(LocalError::unsupported));
  CHECK(p.commands.empty());
}

TEST_CASE("T17 reset notifications: of one domain or of all, with the whole agent id") {
  Platform p;
  const ResetDomains domains = open(p, 0x10000);
  p.on(rst, 0x5, {0});
  std::vector<reset_domain_protocol::Issued> one;
  std::vector<reset_domain_protocol::Issued> all;
  auto watch = domains.watch_reset(id, [&](const auto& n) { one.push_back(n); });
  REQUIRE(watch);
  CHECK(p.last().message == 0x5);
  CHECK(p.last().parameters == Words{5, 1});
  const auto every = domains.on_reset_issued([&](const auto& n) { all.push_back(n); });
  p.notify(rst, 0x0, {0xFFFF'FFFF, 5, 0x8000'0001});
  p.notify(rst, 0x0, {0xFFFF, 6, 0});
  REQUIRE(one.size() == 1);
  CHECK(one[0] == reset_domain_protocol::Issued{AgentId(0xFFFF'FFFF), id, 0x8000'0001});
  REQUIRE(all.size() == 2);
  CHECK(all[1].agent_id == AgentId(0xFFFF));
  watch->cancel();
  // Without its agent it is no RESET_ISSUED.
  const auto before = p.agent().counters(protocol::reset_domain)[Count::malformed];
  p.notify(rst, 0x0, {5, 0});
  CHECK(all.size() == 2);
  CHECK(p.agent().counters(protocol::reset_domain)[Count::malformed] == before + 1);
  p.notify(rst, 0x0, {1, 5, 0});
  CHECK(one.size() == 1);
  CHECK(all.size() == 3);
  CHECK(domains.reset_notify(id, false));
  CHECK(p.last().parameters == Words{5, 0});
}
