// SPDX-License-Identifier: Apache-2.0
//
// Denied agents get DENIED everywhere they should: every command of every served protocol, by device, by protocol and
// by description. A protocol that comes new shows up here by itself.
#include <algorithm>
#include <map>
#include <set>

#include "tests/platform/platform_bench.hpp"

using namespace scmi;
using namespace scmi::platform;
using namespace scmi::platform::test;

namespace {

constexpr std::uint32_t manager = 1;
constexpr std::uint32_t guest = 2;

/// What a resource of a kind cannot do without.
const std::map<std::uint8_t, std::string> needed = {
    {0x13, "levels = [{ level = 1 }]\n"},
    {0x14, "rates_hz = [1000]\n"},
    {0x15, "type = \"celsius\"\n"},
    {0x17, "levels_uv = [1000]\n"},
    {0x18, "cap_range = { min = 10, max = 10 }\npai_range_us = { min = 1000, max = 1000 }\n"},
};
/// Commands that name no resource. NEGOTIATE_PROTOCOL_VERSION is one in every protocol.
const std::map<std::uint8_t, std::set<std::uint8_t>> without_resource = {{0x15, {0x3}}};
constexpr std::uint8_t negotiate = 0x10;

bool has_resources(ServedProtocol p) { return !row_of(p).resource.empty(); }
/// Pin control has rules of its own: who may only look is told NOT_FOUND (pin_control_server_test.cpp).
bool by_the_rule(ServedProtocol p) { return has_resources(p) && row_of(p).id != protocol::pin_control; }

/// Two resources of each kind, the first of each in device 0, the second in device 1. `agent` is added to the guest.
SocConfig soc(const std::string& agent = "") {
  std::string text = "[soc]\nname = \"all\"\nvendor = \"acme\"\nprofile = \"3.2\"\n";
  text += "[[agent]]\nname = \"manager\"\ntrusted = true\nperformance = { may_set_level = [] }\n";
  text += "[[agent]]\nname = \"guest\"\n" + agent;
  for (const std::string i : {"0", "1"}) {
    std::string device = "[[device]]\nname = \"device" + i + "\"\n";
    for (const ServedProtocol p : all_served) {
      if (!has_resources(p)) continue;
      const auto more = needed.find(row_of(p).id.value);
      text += "[[" + std::string(row_of(p).resource) + "]]\nname = \"" + std::string(row_of(p).resource) + i + "\"\n";
      if (more != needed.end()) text += more->second;
      device += std::string(row_of(p).resources) + " = [\"" + std::string(row_of(p).resource) + i + "\"]\n";
    }
    text += device;
  }
  auto config = parse_soc_config(text, "denied.toml");
  if (!config) FAIL(describe(config.error().front()));
  return std::move(*config);
}

/// Commands that the guest has and that name a resource.
std::vector<std::uint8_t> commands(Bench& t, std::uint8_t protocol) {
  std::vector<std::uint8_t> list;
  const auto none = without_resource.find(protocol);
  for (std::uint8_t m = 3; m < 0x20; ++m) {
    if (m == negotiate || (none != without_resource.end() && none->second.contains(m))) continue;
    if (t.ask(guest, protocol, 0x2, {m}).status == Status::success) list.push_back(m);
  }
  return list;
}

/// The guest sends a command about a resource, whichever of its words that is.
Status send(Bench& t, std::uint8_t protocol, std::uint8_t message, std::uint32_t resource) {
  return t.ask(guest, protocol, message, {resource, resource, 0, 0, 0, 0}).status;
}

}  // namespace

TEST_CASE("denied: a device's resources, in every command of every protocol, and nothing else") {
  for (const ServedProtocol p : all_served) {
    if (!by_the_rule(p)) continue;
    Bench t(soc());
    const std::uint8_t protocol = row_of(p).id.value;
    CAPTURE(row_of(p).name);
    const auto all = commands(t, protocol);
    CHECK(all.size() >= 2);
    REQUIRE(t.ask(manager, base, 0x9, {guest, 0, 0}).status == Status::success);
    for (const std::uint8_t message : all) {
      CAPTURE(message);
      CHECK(send(t, protocol, message, 0) == Status::denied);
      CHECK(t.ask(guest, protocol, message, {1, 1, 0, 0, 0, 0}).status != Status::denied);
    }
    CHECK(t.ask(guest, protocol, 0x0).status == Status::success);
    // Nothing is left: the protocol is closed, from its version on.
    REQUIRE(t.ask(manager, base, 0x9, {guest, 1, 0}).status == Status::success);
    for (std::uint8_t message = 0; message < 0x20; ++message) {
      CAPTURE(message);
      CHECK(t.ask(guest, protocol, message, {0, 0, 0, 0, 0, 0}).status == Status::denied);
    }
    CHECK((t.ask(guest, base, 0x1).words.at(0) & 0xFF) == 0);
    // Reset with permissions: it works again.
    REQUIRE(t.ask(manager, base, 0xB, {guest, 1}).status == Status::success);
    for (const std::uint8_t message : all) {
      CAPTURE(message);
      CHECK(t.ask(guest, protocol, message, {1, 1, 0, 0, 0, 0}).status != Status::denied);
    }
  }
}

TEST_CASE("denied: one protocol on a device, and no other protocol there") {
  for (const ServedProtocol p : all_served) {
    if (!by_the_rule(p)) continue;
    Bench t(soc());
    CAPTURE(row_of(p).name);
    REQUIRE(t.ask(manager, base, 0xA, {guest, 0, row_of(p).id.value, 0}).status == Status::success);
    for (const ServedProtocol other : all_served) {
      if (!by_the_rule(other)) continue;
      CAPTURE(row_of(other).name);
      const std::uint8_t protocol = row_of(other).id.value;
      for (const std::uint8_t message : commands(t, protocol)) {
        CAPTURE(message);
        CHECK((t.ask(guest, protocol, message, {0, 0, 0, 0, 0, 0}).status == Status::denied) == (other == p));
      }
    }
  }
}

TEST_CASE("denied: a protocol that the description does not give to an agent, in every message") {
  Bench t(soc("protocols = [\"base\"]\nperformance = { may_set_level = [] }\n"));
  for (const ServedProtocol p : all_served) {
    if (resource_count(t.platform.config(), p) == 0) continue;  // Not offered, or Base.
    CAPTURE(row_of(p).name);
    for (std::uint8_t message = 0; message < 0x20; ++message) {
      CAPTURE(message);
      CHECK(t.ask(guest, row_of(p).id.value, message, {0, 0, 0, 0, 0, 0}).status == Status::denied);
    }
  }
}

TEST_CASE("denied: what was subscribed is not told any more") {
  Bench t(soc());
  REQUIRE(t.ask(guest, power, 0x6, {0, 1}).status == Status::success);
  REQUIRE(t.ask(manager, base, 0x9, {guest, 0, 0}).status == Status::success);
  REQUIRE(t.ask(manager, power, 0x4, {0, 0, 0x4000'0000}).status == Status::success);
  t.pass(std::chrono::microseconds(100));
  CHECK(std::ranges::none_of(t.take(), [](const Sent& s) { return s.agent == guest; }));
}
