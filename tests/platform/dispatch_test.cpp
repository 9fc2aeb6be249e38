// SPDX-License-Identifier: Apache-2.0
//
// Dispatch: the edge cases that all protocols share, version negotiation, and what a channel without P2A hides.
#include "tests/platform/platform_bench.hpp"

using namespace scmi;
using namespace scmi::platform;
using namespace scmi::platform::test;

namespace {

constexpr std::uint8_t all[] = {base, power, perf, clk};
constexpr Edit refuse_longer{"[behaviour]", "[behaviour]\nlonger_payload = \"refuse\""};

Reply with_type(Bench& t, std::uint32_t type) { return t.ask_header(1, Bench::header(base, 0) | type << 8, {}); }

}  // namespace

TEST_CASE("common edges: unknown protocols, denied protocols, unknown messages") {
  check_edges({}, {
                      {"unknown protocol id (reserved)", 0x00, 0x0, {}, Status::not_supported},
                      {"unknown protocol id (reserved)", 0x0F, 0x0, {}, Status::not_supported},
                      {"unknown protocol id (reserved)", 0x1C, 0x0, {}, Status::not_supported},
                      {"unknown protocol id (absent)", 0x15, 0x0, {}, Status::not_supported},
                      {"unknown protocol id (vendor)", 0x80, 0x0, {}, Status::not_supported},
                      {"protocol exists but is denied to the agent", perf, 0x0, {}, Status::denied, {}, 3},
                      {"protocol exists but is denied to the agent", clk, 0xFF, {}, Status::denied, {}, 3},
                  });
  for (const std::uint8_t p : all) {
    CAPTURE(p);
    check_edges(
        {},
        {
            {"unknown message id, direct call", p, 0x11, {}, Status::not_found},
            {"unknown message id, direct call", p, 0xFF, {}, Status::not_found},
            {"MESSAGE_ATTRIBUTES of an unknown id", p, 0x2, {0x11}, Status::not_found},
            {"same, id with high bits set", p, 0x2, {0x10000}, Status::not_found},
            {"same, id with high bits set", p, 0x2, {0x100}, Status::not_found},
            {"MESSAGE_ATTRIBUTES of 0x0", p, 0x2, {0x0}, Status::success, {0}},
            {"MESSAGE_ATTRIBUTES of 0x1", p, 0x2, {0x1}, Status::success, {0}},
            {"MESSAGE_ATTRIBUTES of 0x2", p, 0x2, {0x2}, Status::success, {0}},
            {"payload too short", p, 0x2, {}, Status::protocol_error},
            {"payload too short", p, 0x3, {}, p == base ? Status::success : Status::protocol_error, name_words("acme")},
        });
    check_edges({refuse_longer}, {
                                     {"payload too long, refused", p, 0x2, {0, 0}, Status::protocol_error},
                                     {"PROTOCOL_VERSION with payload, refused", p, 0x0, {1}, Status::protocol_error},
                                 });
    check_edges({}, {
                        {"payload too long, accepted", p, 0x2, {0, 7}, Status::success, {0}},
                        {"PROTOCOL_VERSION with payload, accepted", p, 0x0, {1}, Status::success, {}, 1, true},
                    });
    check_edges({Edit{"[behaviour]", "[behaviour]\nunknown_message = \"not_supported\""}},
                {
                    {"unknown message id, as other platforms say", p, 0x11, {}, Status::not_supported},
                    {"MESSAGE_ATTRIBUTES of it stays", p, 0x2, {0x11}, Status::not_found},
                });
  }
}

TEST_CASE("common edges: message type 1, 2 or 3 on A2P is a PROTOCOL_ERROR") {
  Bench t;
  CHECK(with_type(t, 0).status == Status::success);
  for (const std::uint32_t type : {1, 2, 3}) CHECK(with_type(t, type).status == Status::protocol_error);
}

TEST_CASE("common edges: reserved header bits are echoed and processed, or refused") {
  Bench accepting;
  CHECK(accepting.ask_header(1, Bench::header(base, 0) | 0x8000'0000, {}).status == Status::success);
  Bench refusing({Edit{"[behaviour]", "[behaviour]\nreserved_header_bits = \"refuse\""}});
  CHECK(refusing.ask_header(1, Bench::header(base, 0) | 0x8000'0000, {}).status == Status::protocol_error);
  CHECK(refusing.ask_header(1, Bench::header(base, 0), {}).status == Status::success);
}

TEST_CASE("common edges: a length that is no multiple of a word is short") {
  Bench t;
  std::array<std::byte, 3> three{};
  std::array<std::byte, 100> reply{};
  const Handled handled = t.platform.handle(AgentId(1), t.limits, Bench::header(base, 2), three, reply);
  REQUIRE(handled.size == 4);
  std::int32_t status = 0;
  std::memcpy(&status, reply.data(), 4);
  CHECK(static_cast<Status>(status) == Status::protocol_error);
}

TEST_CASE("common edges: a message that the description disables") {
  const Edit disabled{"[behaviour]", "[disabled]\nclock = [6]\n[behaviour]"};
  check_edges({disabled}, {
                              {"known but disabled, direct call", clk, 0x6, {0}, Status::not_supported},
                              {"the length is judged first", clk, 0x6, {}, Status::protocol_error},
                              {"MESSAGE_ATTRIBUTES of it", clk, 0x2, {6}, Status::not_found},
                          });
}

TEST_CASE("common edges: a response that cannot fit the channel is a GENERIC_ERROR") {
  Bench t;
  t.limits.max_payload = 16;
  CHECK(t.ask(1, base, 0x3).status == Status::generic_error);         // 20 bytes.
  CHECK(t.ask(1, clk, 0x4, {1, 0}).status == Status::generic_error);  // A triplet: 32.
  CHECK(t.ask(1, clk, 0x8, {0}).status == Status::generic_error);     // A long name: 72.
  CHECK(t.ask(1, clk, 0x6, {0}).status == Status::success);           // 12.
  t.limits.max_payload = 8;
  for (const auto& [p, m] : {std::pair{perf, 0x4}, {clk, 0x4}, {clk, 0xC}}) {
    CHECK(t.ask(1, p, static_cast<std::uint8_t>(m), {0, 0}).status == Status::generic_error);
  }
  CHECK(t.ask(1, base, 0x6, {0}).status == Status::generic_error);
}

TEST_CASE("common edges: an error reply is one status word, or the success layout in zeros for agents that insist") {
  Bench plain;
  CHECK(plain.ask(1, clk, 0x6, {99}).words.empty());
  Bench full({Edit{"[behaviour]", "[behaviour]\nerror_reply = \"full\""}});
  CHECK(full.ask(1, clk, 0x6, {99}).words == Words{0, 0});
  CHECK(full.ask(1, clk, 0x6, {99}).status == Status::not_found);
  CHECK(full.ask(1, clk, 0x3, {99}).words.size() == 6);
  CHECK(full.ask(1, clk, 0x77).words.empty());  // No layout to fill.
  Bench one({Edit{"name = \"guest\"", "name = \"guest\"\nerror_reply = \"full\""}});
  CHECK(one.ask(1, clk, 0x6, {99}).words.empty());
  CHECK(one.ask(2, clk, 0x6, {99}).words == Words{0, 0});
}

TEST_CASE("versions: each profile reports its own") {
  struct Expected {
    std::uint8_t protocol;
    std::uint32_t v2_0, v3_2;
  };
  for (const Expected& e : {Expected{base, 0x20000, 0x20001},
                            {power, 0x20000, 0x30001},
                            {perf, 0x20000, 0x40000},
                            {clk, 0x10000, 0x30000}}) {
    CAPTURE(e.protocol);
    Bench old({profile_2_0});
    Bench now;
    CHECK(old.ask(1, e.protocol, 0).words == Words{e.v2_0});
    CHECK(now.ask(1, e.protocol, 0).words == Words{e.v3_2});
    CHECK(old.ask(1, e.protocol, 0x10, {e.v2_0}).status == Status::not_found);  // NEGOTIATE on a pre-3.2 protocol.
    CHECK(old.ask(1, e.protocol, 0x2, {0x10}).status == Status::not_found);
    CHECK(now.ask(1, e.protocol, 0x2, {0x10}).status == Status::success);
  }
}

TEST_CASE("versions: NEGOTIATE refuses what the platform cannot do, and leaves the version in force") {
  for (const std::uint8_t p : all) {
    CAPTURE(p);
    Bench t;
    const std::uint32_t own = t.ask(1, p, 0).words.front();
    for (const std::uint32_t version : {0U, own + 1, own + 0x10000, 0x10001U, 0xFFFF'FFFFU}) {
      CAPTURE(version);
      CHECK(t.ask(1, p, 0x10, {version}).status == Status::not_supported);
    }
    CHECK(t.ask(1, p, 0x10, {own}).status == Status::success);  // Already in force.
    CHECK(t.ask(1, p, 0x10, {0x10000}).status == Status::success);
    CHECK(t.ask(1, p, 0).words == Words{own});                  // Goes on reporting its own.
    CHECK(t.ask(1, p, 0x2, {0x10}).status == Status::success);  // Any number of attempts.
    CHECK(t.ask(1, p, 0x10, {own + 1}).status == Status::not_supported);
    CHECK(t.ask(1, p, 0x10, {own}).status == Status::success);
  }
}

TEST_CASE("versions: NEGOTIATE changes layouts and commands, for that agent and that protocol alone") {
  Bench t;
  REQUIRE(t.ask(1, clk, 0x10, {0x10000}).status == Status::success);
  CHECK(t.ask(1, clk, 0x3, {0}).words.size() == 5);  // No enable delay.
  CHECK(t.ask(2, clk, 0x3, {0}).words.size() == 6);
  for (const std::uint32_t message : {0x8, 0x9, 0xA, 0xB, 0xC, 0xD, 0xE, 0xF}) {
    CHECK(t.ask(1, clk, 0x2, {message}).status == Status::not_found);
    CHECK(t.ask(1, clk, static_cast<std::uint8_t>(message), {0, 0}).status == Status::not_found);
    CHECK(t.ask(2, clk, 0x2, {message}).status == Status::success);
  }
  CHECK(t.ask(1, perf, 0x2, {0xC}).status == Status::success);

  CHECK(t.ask(1, perf, 0x4, {0, 0}).words.size() == 1 + 3 * 5);
  REQUIRE(t.ask(1, perf, 0x10, {0x30000}).status == Status::success);
  CHECK(t.ask(1, perf, 0x4, {0, 0}).words.size() == 1 + 3 * 3);
  CHECK(t.ask(1, perf, 0x8, {1}).words == Words{400});  // A value now,
  CHECK(t.ask(2, perf, 0x8, {0}).words == Words{9});    // and an index for the other agent.
  CHECK((t.ask(1, perf, 0x3, {1}).words.front() & 1U << 25) == 0);

  REQUIRE(t.ask(1, base, 0x10, {0x10000}).status == Status::success);
  CHECK(t.ask(1, base, 0x7, {1}).words == name_words("manager"));
  CHECK(t.ask(1, base, 0x7, {0xFFFF'FFFF}).status == Status::not_found);
  CHECK(t.ask(1, base, 0x2, {0x9}).status == Status::not_found);

  REQUIRE(t.ask(1, power, 0x10, {0x20000}).status == Status::success);
  CHECK((t.ask(1, power, 0x3, {4}).words.front() & 1U << 27) == 0);
  CHECK(t.ask(1, power, 0x8, {4}).status == Status::not_found);
}

TEST_CASE("versions: notifications follow the version last negotiated") {
  Bench t;
  REQUIRE(t.ask(1, perf, 0xA, {1, 1}).status == Status::success);
  REQUIRE(t.ask(2, perf, 0xA, {0, 1}).status == Status::success);
  REQUIRE(t.ask(2, perf, 0x10, {0x20000}).status == Status::success);
  REQUIRE(t.ask(1, perf, 0x7, {1, 6}).status == Status::success);
  CHECK(t.take() == std::vector<Sent>{{1, perf, 0x4F01, {1, 1, 6}}, {2, perf, 0x4F01, {1, 0, 300}}});

  REQUIRE(t.ask(1, clk, 0x9, {1, 1}).status == Status::success);
  REQUIRE(t.ask(1, clk, 0x5, {0, 1, 4000, 0}).status == Status::success);
  CHECK(t.take() == std::vector<Sent>{{1, clk, 0x5300, {1, 1, 4000, 0}}});
  REQUIRE(t.ask(1, clk, 0x10, {0x10000}).status == Status::success);  // Has no such notification.
  REQUIRE(t.ask(1, clk, 0x5, {0, 1, 5000, 0}).status == Status::success);
  CHECK(t.take().empty());
  REQUIRE(t.ask(1, clk, 0x10, {0x20000}).status == Status::success);  // The subscription has stayed.
  REQUIRE(t.ask(1, clk, 0x5, {0, 1, 4000, 0}).status == Status::success);
  CHECK(t.take().size() == 1);
}

TEST_CASE("versions: an agent's own versions make the platform older for it") {
  Bench t({Edit{"name = \"guest\"", "name = \"guest\"\nversions = { performance = 0x20000 }"}});
  CHECK(t.ask(1, perf, 0).words == Words{0x40000});
  CHECK(t.ask(2, perf, 0).words == Words{0x20000});
  CHECK(t.ask(2, perf, 0x10, {0x20000}).status == Status::not_found);
  CHECK(t.ask(2, perf, 0x4, {1, 0}).words.size() == 1 + 3 * 3);
}

TEST_CASE("without a P2A channel: notifications and asynchronous commands are hidden and NOT_SUPPORTED") {
  Bench t;
  t.limits.has_p2a = false;
  struct Notify {
    std::uint8_t protocol, message;
    Words parameters;
  };
  for (const Notify& n : {Notify{base, 0x8, {1}},
                          {power, 0x6, {0, 1}},
                          {power, 0x7, {0, 1}},
                          {perf, 0x9, {0, 1}},
                          {perf, 0xA, {0, 1}},
                          {clk, 0x9, {0, 1}},
                          {clk, 0xA, {0, 1}}}) {
    CAPTURE(n.protocol);
    CAPTURE(n.message);
    CHECK(t.ask(1, n.protocol, n.message, n.parameters).status == Status::not_supported);
    CHECK(t.ask(1, n.protocol, 0x2, {n.message}).status == Status::not_found);
    t.limits.has_p2a = true;
    CHECK(t.ask(1, n.protocol, n.message, n.parameters).status == Status::success);
    CHECK(t.ask(1, n.protocol, 0x2, {n.message}).status == Status::success);
    t.limits.has_p2a = false;
  }
  CHECK(t.ask(1, clk, 0x1).words == Words{4});  // No pending changes offered.
  CHECK(t.ask(1, clk, 0x5, {1, 0, 1000, 0}).status == Status::not_supported);
  CHECK((t.ask(1, power, 0x3, {0}).words.front() & (1U << 31 | 1U << 28)) == 0);
  CHECK((t.ask(1, perf, 0x3, {0}).words.front() & (1U << 29 | 1U << 28)) == 0);
  CHECK((t.ask(1, clk, 0x3, {0}).words.front() & (1U << 31 | 1U << 30)) == 0);
  CHECK(t.ask(1, power, 0x4, {1, 1, 0x4000'0000}).status == Status::success);  // Has no delayed response.
}

TEST_CASE("agents: an id that no agent has is refused") {
  Bench t;
  CHECK(t.ask(0, base, 0).status == Status::denied);
  CHECK(t.ask(4, base, 0).status == Status::denied);
}

TEST_CASE("agents: a disconnect ends subscriptions, versions and waits, and undoes or keeps what was asked for") {
  for (const bool keep : {false, true}) {
    CAPTURE(keep);
    Bench t({Edit{"[behaviour]", keep ? "[behaviour]\ndisconnect = \"keep\"" : "[behaviour]"}});
    REQUIRE(t.ask(2, clk, 0x9, {2, 1}).status == Status::success);
    REQUIRE(t.ask(2, clk, 0x7, {1, 1, 0}).status == Status::success);
    REQUIRE(t.ask(2, clk, 0x5, {0, 2, 4000, 0}).status == Status::success);
    REQUIRE(t.ask(2, clk, 0x5, {1, 1, 1000, 0}).status == Status::success);
    REQUIRE(t.ask(2, clk, 0x10, {0x10000}).status == Status::success);
    t.take();
    t.platform.disconnect(AgentId(2));
    t.pass(std::chrono::microseconds(1000));
    CHECK(t.take().empty());
    CHECK(t.ask(2, clk, 0x3, {0}).words.size() == 6);
    CHECK(t.ask(1, clk, 0x6, {1}).words == Words{keep ? 4000U : 3000U, 0});
    CHECK(t.ask(1, clk, 0x6, {0}).words == Words{keep ? 1000U : 2000U, 0});
    CHECK((t.ask(1, clk, 0x3, {0}).words.front() & 1) == (keep ? 1 : 0));
  }
}
