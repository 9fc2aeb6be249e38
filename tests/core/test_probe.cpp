// SPDX-License-Identifier: Apache-2.0
// The probe, and each way in which it can fail.
#include <doctest/doctest.h>

#include "tests/core/fake_area.hpp"

using namespace scmi;
using namespace scmi::test;
using namespace std::chrono_literals;

namespace {
struct Probe {
  ManualClock clock;
  ScriptedWaiter waiter{clock};
  FakeArea platform;
  std::optional<Error> error;
  Error run() {
    auto agent = Agent::probe(platform.transport(), clock, waiter, AgentFixture::config());
    REQUIRE_FALSE(agent);
    return agent.error();
  }
  void nothing_left() const {
    CHECK(platform.setups == platform.frees);
    CHECK(platform.stops == platform.frees);
    if (platform.registry != nullptr) {
      CHECK(platform.registry->open_channels() == 0);
      CHECK(platform.registry->xfers_in_use() == 0);
    }
  }
};
}  // namespace

TEST_CASE("a probe learns vendor, version, protocols and agents") {
  const AgentFixture f;
  const BaseInfo& base = f.agent->base();
  CHECK(base.version == Version(0x20000));
  CHECK(base.vendor == "acme");
  CHECK(base.implementation_version == 0x17);
  CHECK(base.protocols == std::vector{protocol::power_domain, protocol::clock});
  CHECK(base.agent_count == 1);
  REQUIRE(base.agents.size() == 2);
  CHECK(base.agents[0].name == "platform");
  CHECK(base.self.has_value());
  CHECK(f.agent->has(protocol::clock));
  CHECK_FALSE(f.agent->has(protocol::sensor));
  CHECK(f.agent->link(protocol::sensor).error().is(LocalError::not_found));
}

TEST_CASE("S4.11 Base fails at each of its steps: probe names step and cause, and leaves nothing behind") {
  struct Row {
    std::uint8_t message;
    Step step;
    bool optional;  ///< The platform may refuse it.
  };
  for (const Row row :
       {Row{0x0, Step::base_version, false}, Row{0x1, Step::base_attributes, false}, Row{0x3, Step::base_vendor, false},
        Row{0x4, Step::base_sub_vendor, true}, Row{0x5, Step::base_implementation_version, false},
        Row{0x6, Step::base_protocol_list, false}, Row{0x7, Step::base_discover_agent, true}}) {
    CAPTURE(row.message);
    const auto failing = [&](Probe& p, std::function<void(FakeArea&)> how) {
      p.platform.on_request = [row, how = std::move(how)](FakeArea& f) {
        if (f.last().message.value == row.message) {
          how(f);
        } else {
          answer_base(f);
        }
      };
    };
    {
      Probe p;
      failing(p, [](FakeArea&) {});
      const Error e = p.run();
      CHECK(e.is(LocalError::timed_out));
      CHECK(e.context.step == row.step);
      CHECK(e.context.message == row.message);
      p.nothing_left();
    }
    {
      Probe p;
      failing(p, [](FakeArea& f) { f.reply_to_last({}); });
      const Error e = p.run();
      CHECK(e.is(LocalError::malformed_reply));
      CHECK(e.context.step == row.step);
      p.nothing_left();
    }
    {
      Probe p;
      failing(p, [](FakeArea& f) { f.reply_to_last(words({0})); });
      const Error e = p.run();
      CHECK(e.is(LocalError::malformed_reply));
      CHECK(e.context.step == row.step);
      p.nothing_left();
    }
    {
      Probe p;
      failing(p, [](FakeArea& f) { f.reply_to_last(words({static_cast<std::uint32_t>(-8)})); });
      auto agent = Agent::probe(p.platform.transport(), p.clock, p.waiter, AgentFixture::config());
      CHECK(agent.has_value() == row.optional);
      if (!agent) {
        CHECK(agent.error().is(Status::generic_error));
        CHECK(agent.error().context.step == row.step);
        p.nothing_left();
      }
    }
  }
}

TEST_CASE("S4.11 a platform of major version 0 is refused at the version step") {
  Probe p;
  p.platform.on_request = [](FakeArea& f) { f.reply_to_last(words({0, 0x1})); };
  const Error e = p.run();
  CHECK(e.is(LocalError::unsupported));
  CHECK(e.context.step == Step::base_version);
  p.nothing_left();
}

TEST_CASE("S4.11 an endless protocol list ends the probe at that step") {
  Probe p;
  SUBCASE("the same page again and again") {
    p.platform.on_request = [](FakeArea& f) {
      if (f.last().message.value == 1) return f.reply_to_last(words({0, 0x01FF}));
      if (f.last().message.value == 6) return f.reply_to_last(words({0, 4, 0x14131211}));
      answer_base(f);
    };
  }
  SUBCASE("more than announced") {
    p.platform.on_request = [](FakeArea& f) {
      if (f.last().message.value == 1) return f.reply_to_last(words({0, 0x0103}));
      if (f.last().message.value == 6) return f.reply_to_last(words({0, 4, 0x14131211}));
      answer_base(f);
    };
  }
  SUBCASE("a count without the bytes") {
    p.platform.on_request = [](FakeArea& f) {
      if (f.last().message.value == 6) return f.reply_to_last(words({0, 0xFFFF'FFFF, 0x14131211}));
      answer_base(f);
    };
  }
  const Error e = p.run();
  CHECK(e.is(LocalError::malformed_reply));
  CHECK(e.context.step == Step::base_protocol_list);
  p.nothing_left();
}

TEST_CASE("S4.11 channels that cannot be set up end the probe at that step") {
  Probe p;
  SUBCASE("the Base channel") {
    p.platform.refuse_setup = [](ProtocolId) { return true; };
    const Error e = p.run();
    CHECK(e.origin == Origin::system);
    CHECK(e.context.step == Step::base_channel_setup);
  }
  SUBCASE("a protocol's own channel") {
    p.platform.on_request = answer_base;
    p.platform.own_channels = {protocol::clock};
    p.platform.refuse_setup = [](ProtocolId id) { return id == protocol::clock; };
    const Error e = p.run();
    CHECK(e.context.step == Step::protocol_channel_setup);
    CHECK(e.context.protocol == 0x14);
  }
  p.nothing_left();
}

TEST_CASE("an empty page ends the protocol list: what came before is kept") {
  ManualClock clock;
  ScriptedWaiter waiter{clock};
  FakeArea platform;
  platform.on_request = [](FakeArea& f) {
    if (f.last().message.value == 1) return f.reply_to_last(words({0, 0x0105}));
    if (f.last().message.value == 6) {
      return f.requests.back().second == words({0}) ? f.reply_to_last(words({0, 1, 0x14}))
                                                    : f.reply_to_last(words({0, 0}));
    }
    answer_base(f);
  };
  auto agent = Agent::probe(platform.transport(), clock, waiter, AgentFixture::config());
  REQUIRE(agent);
  CHECK((*agent)->base().protocols == std::vector{protocol::clock});
}

TEST_CASE("a platform newer than we are is asked for our newest version") {
  ManualClock clock;
  ScriptedWaiter waiter{clock};
  FakeArea platform;
  std::vector<std::uint8_t> asked;
  platform.on_request = [&](FakeArea& f) {
    asked.push_back(f.last().message.value);
    if (f.last().message.value == 0) return f.reply_to_last(words({0, 0x30000}));
    if (f.last().message.value == 2) return f.reply_to_last(words({0, 0}));
    if (f.last().message.value == 0x10) {
      CHECK(f.requests.back().second == words({0x20001}));
      return f.reply_to_last(words({0}));
    }
    answer_base(f);
  };
  auto agent = Agent::probe(platform.transport(), clock, waiter, AgentFixture::config());
  REQUIRE(agent);
  CHECK((*agent)->base().version == Version(0x30000));
  CHECK((*agent)->base().version_in_force == Version(0x20001));
  CHECK(asked.size() > 3);
  CHECK(asked[1] == 2);
  CHECK(asked[2] == 0x10);
}

TEST_CASE("protocols without a channel of their own share Base's; the others have theirs") {
  const AgentFixture f([](FakeArea& p) { p.own_channels = {protocol::clock}; });
  const auto registry = f.agent->registry();
  CHECK(registry->route(protocol::power_domain, Direction::a2p) == registry->route(protocol::base, Direction::a2p));
  CHECK(registry->route(protocol::clock, Direction::a2p) != registry->route(protocol::base, Direction::a2p));
  CHECK(registry->open_channels() == 4);
}

TEST_CASE("protocols that share a channel which is not Base's are carried by it, in whatever order they are listed") {
  // 0x14 carries 0x11 too, and comes after it in the list.
  const AgentFixture f([](FakeArea& p) {
    p.own_channels = {protocol::clock};
    p.carrier_of_power = protocol::clock;
  });
  const auto registry = f.agent->registry();
  CHECK(registry->route(protocol::power_domain, Direction::a2p) == registry->route(protocol::clock, Direction::a2p));
  CHECK(registry->route(protocol::power_domain, Direction::a2p) != registry->route(protocol::base, Direction::a2p));
  CHECK(registry->open_channels() == 4);
}
