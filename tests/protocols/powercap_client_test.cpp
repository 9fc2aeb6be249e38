// SPDX-License-Identifier: Apache-2.0
//
// The powercap client against a platform that says, word by word, what the test wrote down.
#include <doctest/doctest.h>

#include "protocols/powercap.hpp"
#include "tests/protocols/scripted_platform.hpp"

using namespace scmi;
using scripted::operator+;
using scripted::Platform;
using scripted::status;
using scripted::Words;

namespace {

constexpr std::uint8_t cap = 0x18;
constexpr DomainId id{5};

Powercaps open(Platform& p, std::uint32_t version, std::uint32_t attributes = 8) {
  p.on(cap, 0x0, {0, version});
  p.on(cap, 0x1, {0, attributes});
  auto domains = Powercaps::open(p.agent());
  REQUIRE(domains);
  p.commands.clear();
  return std::move(*domains);
}

Words attributes(std::uint32_t word, std::string_view name, std::uint32_t parent = 0xFFFF'FFFF) {
  return Words{0, word} + scripted::name(name) + Words{100, 200, 10, 1000, 9000, 500, 8000, 5000, parent};
}

}  // namespace

TEST_CASE("powercap attributes: every word and every bit in its place, at both versions") {
  for (const std::uint32_t version : {0x10000U, 0x20000U}) {
    Platform p;
    const Powercaps domains = open(p, version, 0xFFFF'0008);
    CHECK(domains.count() == 8);
    p.on(cap, 0x3, attributes(0, "soc", 3));
    const auto plain = domains.describe(id);
    REQUIRE(plain);
    CHECK(p.last().parameters == Words{5});
    CHECK(plain->id == id);
    CHECK(plain->name == "soc");
    CHECK(plain->min_pai_us == 100);
    CHECK(plain->max_pai_us == 200);
    CHECK(plain->pai_step_us == 10);
    CHECK(plain->min_cap == 1000);
    CHECK(plain->max_cap == 9000);
    CHECK(plain->cap_step == 500);
    CHECK(plain->sustainable_power == 8000);
    CHECK(plain->accuracy_millipercent == 5000);
    CHECK(plain->parent == DomainId(3));
    CHECK(plain->unit == PowercapUnit::abstract);
    struct Row {
      std::uint32_t bit;
      bool PowercapInfo::* member;
    };
    for (const Row row : {Row{31, &PowercapInfo::cap_notify}, Row{30, &PowercapInfo::measurements_notify},
                          Row{29, &PowercapInfo::async_cap_set}, Row{27, &PowercapInfo::cap_configurable},
                          Row{26, &PowercapInfo::monitoring}, Row{25, &PowercapInfo::pai_configurable},
                          Row{22, &PowercapInfo::fastchannel}}) {
      CAPTURE(row.bit);
      CHECK_FALSE((*plain).*(row.member));
      p.on(cap, 0x3, attributes(1U << row.bit, "soc"));
      CHECK((*domains.describe(id)).*(row.member));
      p.on(cap, 0x3, attributes(~(1U << row.bit) & ~(1U << 28), "soc"));
      CHECK_FALSE((*domains.describe(id)).*(row.member));
    }
    p.on(cap, 0x3, attributes(1U << 28, "power_of_the_wh"));
    p.on(cap, 0x8, Words{0, 0} + scripted::name("power_of_the_whole_system", 64));
    const auto named = domains.describe(id);
    CHECK(named->name == "power_of_the_whole_system");
    CHECK(named->short_name == "power_of_the_wh");
    CHECK_FALSE(named->parent.has_value());
  }
}

TEST_CASE("powercap units: what a power is in microwatts, where that can be said") {
  Platform p;
  const Powercaps domains = open(p, 0x20000);
  const auto unit = [&](std::uint32_t value) {
    p.on(cap, 0x3, attributes(value << 23, "soc"));
    return domains.describe(id)->unit;
  };
  CHECK(microwatts(7, unit(1)) == 7);
  CHECK(microwatts(7, unit(2)) == 7000);
  CHECK(microwatts(0xFFFF'FFFF, unit(2)) == 4'294'967'295'000);
  CHECK_FALSE(microwatts(7, unit(0)).has_value());
  CHECK(unit(3) == PowercapUnit::unknown);
  CHECK_FALSE(microwatts(7, unit(3)).has_value());
}

TEST_CASE("powercap list and names: failing entries are left out") {
  Platform p;
  const Powercaps domains = open(p, 0x20000, 3);
  p.on_ask(cap, 0x3, Platform::Answer([](const Words& c) {
             if (c.at(0) == 1) return Words{status(Status::not_found)};
             return attributes(0, c.at(0) == 0 ? "soc" : "gpu");
           }));
  CHECK(domains.list()->size() == 2);
  CHECK(*domains.by_name("gpu") == DomainId(2));
  CHECK(domains.by_name("cpu").error().is(LocalError::not_found));
}

TEST_CASE("powercap get and set: caps and intervals") {
  Platform p;
  const Powercaps domains = open(p, 0x20000);
  p.on(cap, 0x4, {0, 5'000'000});
  CHECK(*domains.cap_get(id) == 5'000'000);
  p.on(cap, 0x5, {0});
  CHECK(domains.cap_set(id, 4'000'000));
  CHECK(p.last().parameters == Words{5, 0, 4'000'000});
  CHECK(domains.cap_disable(id));
  CHECK(p.last().parameters == Words{5, 0, 0});
  CHECK(domains.cap_set_unconfirmed(id, 3));
  CHECK(p.last().parameters == Words{5, 3, 3});
  p.on(cap, 0x6, {0, 100'000});
  CHECK(*domains.pai_get(id) == 100'000);
  p.on(cap, 0x7, {0});
  CHECK(domains.pai_set(id, 200'000));
  CHECK(p.last().parameters == Words{5, 0, 200'000});
  p.on(cap, 0x9, {0, 77, 100'000});
  const auto measured = domains.measurements_get(id);
  REQUIRE(measured);
  CHECK(measured->power == 77);
  CHECK(measured->pai_us == 100'000);
  // Platforms differ in what they call a value that is not allowed: it arrives as they said it.
  for (const Status refusal : {Status::out_of_range, Status::invalid_parameters, Status::busy}) {
    p.on(cap, 0x5, {status(refusal)});
    CHECK(domains.cap_set(id, 1).error().is(refusal));
  }
}

TEST_CASE("powercap set, asynchronous: the delayed response tells the cap in force") {
  Platform p;
  const Powercaps domains = open(p, 0x10000);
  p.on(cap, 0x5, {0});
  auto pending = domains.cap_set_async(id, 4000);
  REQUIRE(pending);
  CHECK(p.last().parameters == Words{5, 2, 4000});
  CHECK_FALSE(pending->poll());
  p.complete_last({0, 5, 3500});
  CHECK(pending->poll());
  CHECK(*pending->wait() == 3500);

  auto other = domains.cap_set_async(id, 1);
  p.complete_last({0, 6, 1});
  CHECK(other->wait().error().is(LocalError::malformed_reply));

  p.on(cap, 0x5, {status(Status::not_supported)});
  CHECK(domains.cap_set_async(id, 1)->wait().error().is(Status::not_supported));

  Platform without({.p2a = false});
  const Powercaps deaf = open(without, 0x20000);
  CHECK(deaf.cap_set_async(id, 1).error().is(LocalError::unsupported));
  CHECK(deaf.watch_cap(id, [](const auto&) {}).error().is(LocalError::unsupported));
  CHECK(without.commands.empty());
}

TEST_CASE("powercap fast channels: whether there is one, and where") {
  Platform p;
  const Powercaps domains = open(p, 0x20000);
  p.on_ask(cap, 0x2, Platform::Answer([](const Words& c) { return Words{0, c.at(0) == 5 ? 1U : 0U}; }));
  CHECK(*domains.has_fastchannel(MessageId(5)));
  CHECK_FALSE(*domains.has_fastchannel(MessageId(4)));
  p.on(cap, 0xC, {0, 5, 1000, 0x100, 1, 4, 0x200, 2, 3, 4, 5, 6});
  const auto channel = domains.describe_fastchannel(id, MessageId(5));
  REQUIRE(channel);
  CHECK(p.last().parameters == Words{5, 5});
  CHECK(channel->chan_addr == 0x1'0000'0100);
  CHECK(channel->chan_size_bytes == 4);
  CHECK(channel->doorbell_preserve_mask == 0x6'0000'0005);
}

TEST_CASE("T17 powercap notifications: of one domain or of all, with the whole agent id") {
  Platform p;
  const Powercaps domains = open(p, 0x20000);
  p.on(cap, 0xA, {0});
  p.on(cap, 0xB, {0});
  std::vector<powercap_protocol::CapChanged> caps;
  std::vector<powercap_protocol::CapChanged> all;
  std::vector<powercap_protocol::MeasurementsChanged> powers;
  auto watch = domains.watch_cap(id, [&](const auto& n) { caps.push_back(n); });
  REQUIRE(watch);
  CHECK(p.last().message == 0xA);
  CHECK(p.last().parameters == Words{5, 1});
  auto watch_powers = domains.watch_measurements(id, {100, 200}, [&](const auto& n) { powers.push_back(n); });
  REQUIRE(watch_powers);
  CHECK(p.last().message == 0xB);
  CHECK(p.last().parameters == Words{5, 1, 100, 200});
  const auto every = domains.on_cap_changed([&](const auto& n) { all.push_back(n); });
  p.notify(cap, 0x0, {0xFFFF'FFFF, 5, 4000, 100'000});
  p.notify(cap, 0x0, {0xFFFF, 6, 4000, 100'000});
  p.notify(cap, 0x1, {2, 5, 250});
  p.notify(cap, 0x1, {2, 6, 250});
  REQUIRE(caps.size() == 1);
  CHECK(caps[0] == powercap_protocol::CapChanged{AgentId(0xFFFF'FFFF), id, 4000, 100'000});
  CHECK(all.size() == 2);
  REQUIRE(powers.size() == 1);
  CHECK(powers[0] == powercap_protocol::MeasurementsChanged{AgentId(2), id, 250});
  CHECK(domains.measurements_notify(id, false, {1, 1}));
  CHECK(p.last().parameters == Words{5, 0, 1, 1});
  CHECK(domains.cap_notify(id, false));
  CHECK(p.last().parameters == Words{5, 0});
  const std::size_t before = p.commands.size();
  CHECK(domains.measurements_notify(id, true, {2, 1}).error().is(LocalError::invalid_argument));
  CHECK(domains.watch_measurements(id, {2, 1}, [](const auto&) {}).error().is(LocalError::invalid_argument));
  CHECK(p.commands.size() == before);
}
