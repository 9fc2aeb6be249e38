// SPDX-License-Identifier: Apache-2.0
//
// The system power protocol: its edge cases, graceful and forceful transitions, roles, both layouts of its
// notification.
#include "tests/platform/platform_bench.hpp"

using namespace scmi;
using namespace scmi::platform;
using namespace scmi::platform::test;
using std::chrono::microseconds;
using std::chrono::milliseconds;

namespace {

constexpr std::uint32_t forceful = 0;
constexpr std::uint32_t graceful = 1;
constexpr std::uint32_t shutdown = 0;
constexpr std::uint32_t cold_reset = 1;
constexpr std::uint32_t warm_reset = 2;
constexpr std::uint32_t power_up = 3;
constexpr std::uint32_t suspend = 4;
constexpr std::uint32_t vendor = 0x8000'0007;

/// Agent 1 manages, agent 2 is the operating system, agent 3 acts for it.
constexpr Edit with_system{"[behaviour]",
                           "[system_power]\nvendor_states = [0x80000007]\ngraceful_timeout_ms = 5000\n[behaviour]"};
constexpr Edit manager{"trusted = true\n", "trusted = true\nsystem_power = { role = \"management\" }\n"};
constexpr Edit psci{"protocols = [\"base\", \"power_domain\"]\n",
                    "protocols = [\"base\", \"power_domain\", \"system_power\"]\nsystem_power = { role = \"psci\" }\n"};
constexpr Edit full_view{"[system_power]\n", "[system_power]\nview = \"full\"\n"};
constexpr Edit version_1_0{"profile = \"3.2\"", "profile = \"3.0\""};

struct SystemBench : Bench {
  explicit SystemBench(std::initializer_list<Edit> more = {}) : Bench(with(more)) {
    for (const std::uint32_t agent : {1U, 2U, 3U}) REQUIRE(ask(agent, sys, 0x5, {1}).status == Status::success);
  }
  static SocConfig with(std::initializer_list<Edit> more) {
    std::vector<Edit> edits{with_system, manager, psci};
    edits.insert(edits.end(), more);
    return edge_soc(edits);
  }
  Status set(std::uint32_t agent, std::uint32_t flags, std::uint32_t state) {
    return ask(agent, sys, 0x3, {flags, state}).status;
  }
  std::uint32_t state() { return ask(1, sys, 0x4).words.at(0); }
};

Sent told(std::uint32_t agent, Words words) { return {agent, sys, 0x4B00, std::move(words)}; }

}  // namespace

TEST_CASE("system power edges: each row of the table") {
  check_edges({with_system, manager, psci},
              {
                  {"0x1", sys, 0x1, {}, Status::success, {0}},
                  {"0x2 for 0x3", sys, 0x2, {0x3}, Status::success, {0xC000'0000}},
                  {"0x2 for 0x4", sys, 0x2, {0x4}, Status::success, {0}},
                  {"0x2 for 0x5", sys, 0x2, {0x5}, Status::success, {0}},
                  {"unknown id, direct", sys, 0x6, {}, Status::not_found},
                  {"unknown id via 0x2", sys, 0x2, {0x6}, Status::not_found},
                  {"0x3 flags 0xF with cold reset", sys, 0x3, {0xF, cold_reset}, Status::invalid_parameters},
                  {"0x3 state 5", sys, 0x3, {forceful, 5}, Status::invalid_parameters},
                  {"0x3 state 5, graceful", sys, 0x3, {graceful, 5}, Status::invalid_parameters},
                  {"0x3 state 0x7FFFFFFF", sys, 0x3, {forceful, 0x7FFF'FFFF}, Status::invalid_parameters},
                  {"0x3 unknown vendor state", sys, 0x3, {forceful, 0x8000'0000}, Status::invalid_parameters},
                  {"0x3 known vendor state", sys, 0x3, {forceful, vendor}, Status::success},
                  {"0x3 power-up from PSCI agent", sys, 0x3, {forceful, power_up}, Status::not_supported, {}, 3},
                  {"0x3 power-up when already up", sys, 0x3, {forceful, power_up}, Status::denied},
                  {"0x3 suspend, one CPU up", sys, 0x3, {forceful, suspend}, Status::success},
                  {"0x3 from an OSPM agent", sys, 0x3, {forceful, shutdown}, Status::not_supported, {}, 2},
                  {"0x4 PSCI", sys, 0x4, {}, Status::not_supported, {}, 3},
                  {"0x4 management", sys, 0x4, {}, Status::success, {power_up}},
                  {"0x4 OSPM", sys, 0x4, {}, Status::success, {power_up}, 2},
                  {"0x5 value 0xF", sys, 0x5, {0xF}, Status::invalid_parameters},
                  {"0x5", sys, 0x5, {1}, Status::success},
                  {"wrong payload size", sys, 0x3, {forceful}, Status::protocol_error},
                  {"wrong payload size", sys, 0x5, {}, Status::protocol_error},
              });
  check_edges({with_system, manager, full_view},
              {
                  {"0x3 power-up, full view", sys, 0x3, {forceful, power_up}, Status::not_supported},
                  {"0x4 full view", sys, 0x4, {}, Status::not_supported},
              });
  check_edges({with_system, manager, Edit{"[system_power]\n", "[system_power]\nwarm_reset = false\nsuspend = false\n"}},
              {
                  {"0x2 for 0x3 without either", sys, 0x2, {0x3}, Status::success, {0}},
                  {"0x3 warm reset when [31]=0", sys, 0x3, {forceful, warm_reset}, Status::not_supported},
                  {"0x3 suspend when [30]=0", sys, 0x3, {forceful, suspend}, Status::not_supported},
              });
  check_edges({with_system, manager, Edit{"processor = true\n", "processor = true\ncount = 2\n"},
               Edit{"name = \"cpu\"\n", "name = \"cpu{}\"\n"}, Edit{"\"slow\", \"cpu\"]", "\"slow\", \"cpu*\"]"}},
              {{"0x3 suspend with other CPUs up", sys, 0x3, {forceful, suspend}, Status::denied}});
  check_edges({with_system, Edit{"name = \"guest\"\n", "name = \"guest\"\nsystem_power = { notify = false }\n"}},
              {
                  {"0x5 when agent may not", sys, 0x5, {1}, Status::not_supported, {}, 2},
                  {"0x2 for 0x5 when agent may not", sys, 0x2, {0x5}, Status::not_supported, {}, 2},
              });
  check_edges({with_system, Edit{"[behaviour]", "[disabled]\nsystem_power = [5]\n[behaviour]"}},
              {{"0x2 for 0x5 without notification support", sys, 0x2, {0x5}, Status::not_supported}});
  check_edges({with_system, Edit{"[behaviour]", "[disabled]\nsystem_power = [4]\n[behaviour]"}},
              {{"0x2 for 0x4 not served", sys, 0x2, {0x4}, Status::not_found}});
}

TEST_CASE("system power: where platforms differ") {
  check_edges({with_system, Edit{"[behaviour]",
                                 "[behaviour]\nsystem_set_unprivileged = \"denied\"\nsystem_get = "
                                 "\"not_supported\""}},
              {
                  {"0x3 from an OSPM agent", sys, 0x3, {forceful, shutdown}, Status::denied},
                  {"0x4 as the suite expects it", sys, 0x4, {}, Status::not_supported},
              });
}

TEST_CASE("system power: without [system_power] there is no such protocol; who may not use it is denied") {
  check_edges({}, {{"not offered", sys, 0x0, {}, Status::not_supported}});
  check_edges({with_system}, {{"not among the agent's protocols", sys, 0x0, {}, Status::denied, {}, 3}});
}

TEST_CASE("system power: bad flags do nothing at all") {
  SystemBench t;
  CHECK(t.set(1, 0xF, cold_reset) == Status::invalid_parameters);
  CHECK(t.take().empty());
  CHECK(t.platform.next_event() == never);
}

TEST_CASE("system power: a forceful transition is done, and told to everybody but the one who did it") {
  SystemBench t;
  CHECK(t.set(3, forceful, shutdown) == Status::success);
  CHECK(t.take() == std::vector<Sent>{told(1, {3, 0, shutdown, 0}), told(2, {3, 0, shutdown, 0})});
  CHECK(t.state() == shutdown);
  CHECK(t.set(1, forceful, cold_reset) == Status::denied);
  CHECK(t.set(1, graceful, power_up) == Status::success);  // The flag does not count for this one.
  CHECK(t.take().empty());  // Those that were shut down have forgotten that they wanted to hear of it.
  CHECK(t.state() == power_up);
  CHECK(t.set(1, forceful, suspend) == Status::success);
  CHECK(t.state() == suspend);
  CHECK(t.set(1, forceful, warm_reset) == Status::success);
  CHECK(t.state() == power_up);
  CHECK(t.set(1, forceful, vendor) == Status::success);
  CHECK(t.state() == vendor);
}

TEST_CASE("system power: a graceful request is announced with its timeout, and forced when that is over") {
  SystemBench t;
  CHECK(t.set(1, graceful, shutdown) == Status::success);
  CHECK(t.take() == std::vector<Sent>{told(2, {1, 1, shutdown, 5000}), told(3, {1, 1, shutdown, 5000})});
  CHECK(t.state() == power_up);
  t.pass(milliseconds(2000));
  CHECK(t.set(1, graceful, cold_reset) == Status::success);
  CHECK(t.take().empty());
  t.pass(milliseconds(2999));
  CHECK(t.state() == power_up);
  t.pass(milliseconds(1));
  CHECK(t.state() == shutdown);
  CHECK(t.take() ==
        std::vector<Sent>{told(1, {1, 0, shutdown, 0}), told(2, {1, 0, shutdown, 0}), told(3, {1, 0, shutdown, 0})});
}

TEST_CASE("system power: who is asked does it himself, and the requester hears of that") {
  SystemBench t;
  CHECK(t.set(1, graceful, cold_reset) == Status::success);
  CHECK(t.take() == std::vector<Sent>{told(2, {1, 1, cold_reset, 0}), told(3, {1, 1, cold_reset, 0})});
  t.pass(milliseconds(100));
  CHECK(t.set(3, forceful, cold_reset) == Status::success);
  CHECK(t.take() == std::vector<Sent>{told(1, {3, 0, cold_reset, 0}), told(2, {3, 0, cold_reset, 0})});
  CHECK(t.platform.next_event() == never);
  CHECK(t.ask(2, sys, 0x5, {1}).status == Status::success);
  CHECK(t.set(1, graceful, suspend) == Status::success);
  CHECK(t.take() == std::vector<Sent>{told(2, {1, 1, suspend, 0})});
}

TEST_CASE("system power: without a timeout a graceful request stays a request") {
  SystemBench t({{"graceful_timeout_ms = 5000\n", ""}});
  CHECK(t.set(1, graceful, shutdown) == Status::success);
  CHECK(t.take().at(0) == told(2, {1, 1, shutdown, 0}));
  CHECK(t.platform.next_event() == never);
  CHECK(t.state() == power_up);
}

TEST_CASE("system power: negotiated down to 0x10000 the notification is 12 bytes") {
  SystemBench t;
  CHECK(t.ask(2, sys, 0x10, {0x10000}).status == Status::success);
  CHECK(t.set(1, graceful, shutdown) == Status::success);
  CHECK(t.take() == std::vector<Sent>{told(2, {1, 1, shutdown}), told(3, {1, 1, shutdown, 5000})});

  SystemBench old({version_1_0});
  CHECK(old.ask(1, sys, 0x0).words == Words{0x10000});
  CHECK(old.set(1, forceful, shutdown) == Status::success);
  CHECK(old.take().at(0) == told(2, {1, 0, shutdown}));
}

TEST_CASE("system power: who no longer wants to hear does not") {
  SystemBench t;
  CHECK(t.ask(2, sys, 0x5, {0}).status == Status::success);
  t.platform.disconnect(AgentId(3));
  CHECK(t.set(1, forceful, cold_reset) == Status::success);
  CHECK(t.take().empty());
}

namespace {

/// One of each resource, for an operating system (2), who acts for it (3), and a manager outside (1).
constexpr std::string_view whole = R"([soc]
name = "whole"
vendor = "acme"
profile = "3.2"
clock_max_pending_async = 2
[system_power]
[[agent]]
name = "manager"
system_power = { role = "management" }
performance = { may_set_level = [] }
[[agent]]
name = "system"
[[agent]]
name = "firmware"
system_power = { role = "psci" }
performance = { may_set_level = [] }
[[power_domain]]
name = "parent"
[[power_domain]]
name = "child"
parent = "parent"
latency_us = 100
[[power_domain]]
name = "spare"
on = false
[[performance_domain]]
name = "perf"
levels = [{ level = 1 }, { level = 2 }, { level = 3 }]
initial_level = 2
[[clock]]
name = "clock"
rates_hz = [1000, 2000, 3000]
rate_hz = 2000
rate_latency_us = 500
power_domain = "child"
enabled = true
[[sensor]]
name = "sensor"
type = "celsius"
timestamps = true
trip_points = 1
intervals_us = [1000, 2000]
[[reset_domain]]
name = "reset"
[[voltage_domain]]
name = "voltage"
levels_uv = [1, 2, 3]
level_uv = 2
[[powercap]]
name = "cap"
cap_range = { min = 1, max = 9, step = 1 }
pai_range_us = { min = 1000, max = 5000, step = 1000 }
[[pin]]
name = "pin"
settings = { bias_pull_up = 1 }
)";

SocConfig whole_soc(std::string_view view = "ospm") {
  std::string text(whole);
  text.replace(text.find("[system_power]"), 14, "[system_power]\nview = \"" + std::string(view) + '"');
  auto config = parse_soc_config(text, "whole.toml");
  if (!config) FAIL(describe(config.error().front()));
  return std::move(*config);
}

/// A question about a resource, and a command that changes the answer.
struct Change {
  std::uint8_t protocol;
  std::uint8_t get;
  Words question;
  std::uint8_t set;
  Words command;
};
const Change changes[] = {
    {power, 0x5, {0}, 0x4, {0, 0, 0x4000'0000}},
    {power, 0x5, {2}, 0x4, {0, 2, 0}},
    {perf, 0x8, {0}, 0x7, {0, 3}},
    {perf, 0x6, {0}, 0x5, {0, 3, 2}},
    {clk, 0x6, {0}, 0x5, {0, 0, 3000, 0}},
    {clk, 0xB, {0, 0}, 0x7, {0, 0, 0}},
    {sen, 0x9, {0}, 0xA, {0, 2U << 16U | 0x1DU << 11U | 2}},
    {volt, 0x8, {0}, 0x7, {0, 0, 3}},
    {volt, 0x6, {0}, 0x5, {0, 0}},
    {pcap, 0x4, {0}, 0x5, {0, 0, 4}},
    {pcap, 0x6, {0}, 0x7, {0, 0, 3000}},
    {0x19, 0x5, {0, 4}, 0x6, {0, 0xFFFF'FFFF, 1U << 2U, 4, 0}},
};

std::vector<Words> answers(Bench& t) {
  std::vector<Words> all;
  for (const Change& c : changes) all.push_back(t.ask(2, c.protocol, c.get, c.question).words);
  return all;
}

/// Makes all changes as that agent; of levels there is one master, and that is agent 2.
void change_all(Bench& t, std::uint32_t agent) {
  for (const Change& c : changes) {
    CAPTURE(int{c.protocol});
    CAPTURE(int{c.set});
    const bool master = agent == 2 || c.protocol != perf || c.set != 0x7;
    CHECK(t.ask(agent, c.protocol, c.set, c.command).status == (master ? Status::success : Status::denied));
    t.pass(milliseconds(10));
  }
}

}  // namespace

TEST_CASE("system power: after a reset or a shutdown nothing is left of what the system's agents asked for") {
  for (const std::uint32_t state : {cold_reset, warm_reset, shutdown}) {
    CAPTURE(state);
    Bench t(whole_soc());
    const std::vector<Words> boot = answers(t);
    change_all(t, 2);
    const std::vector<Words> changed = answers(t);
    for (std::size_t i = 0; i < boot.size(); ++i) {
      CAPTURE(i);
      CHECK(changed[i] != boot[i]);
    }
    CHECK(t.ask(3, sys, 0x3, {forceful, state}).status == Status::success);
    if (state == shutdown) CHECK(t.ask(1, sys, 0x3, {forceful, power_up}).status == Status::success);
    t.pass(milliseconds(10));
    CHECK(answers(t) == boot);
  }
}

TEST_CASE("system power: what a manager asked for survives, unless all of the system is in view") {
  Bench ospm(whole_soc());
  change_all(ospm, 1);
  const std::vector<Words> changed = answers(ospm);
  CHECK(ospm.ask(3, sys, 0x3, {forceful, cold_reset}).status == Status::success);
  ospm.pass(milliseconds(10));
  std::vector<Words> after = answers(ospm);
  after.at(6) = changed.at(6);  // A sensor's configuration is nobody's.
  CHECK(after == changed);

  Bench full(whole_soc("full"));
  const std::vector<Words> boot = answers(full);
  change_all(full, 1);
  CHECK(full.ask(1, sys, 0x3, {forceful, cold_reset}).status == Status::success);
  full.pass(milliseconds(10));
  CHECK(answers(full) == boot);
}

TEST_CASE("system power: off and asleep nothing is on, whatever is asked for; what slept wakes as it was") {
  Bench t(whole_soc());
  CHECK(t.ask(2, clk, 0x5, {0, 0, 3000, 0}).status == Status::success);
  CHECK(t.ask(2, power, 0x6, {1, 1}).status == Status::success);
  t.pass(milliseconds(1));
  CHECK(t.ask(1, sys, 0x3, {forceful, suspend}).status == Status::success);
  constexpr std::uint32_t off = 0x4000'0000;
  for (const std::uint32_t domain : {0U, 1U, 2U}) CHECK(t.ask(2, power, 0x5, {domain}).words == Words{off});
  CHECK(t.take() == std::vector<Sent>{{2, power, 0x4400 | 0x300, {1, 1, off}}});
  CHECK(t.ask(2, clk, 0xB, {0, 0}).words.at(1) == 0);
  CHECK(t.ask(2, power, 0x4, {0, 2, 0}).status == Status::success);
  CHECK(t.ask(2, power, 0x5, {2}).words == Words{off});
  CHECK(t.ask(1, sys, 0x3, {forceful, power_up}).status == Status::success);
  for (const std::uint32_t domain : {0U, 1U, 2U}) CHECK(t.ask(2, power, 0x5, {domain}).words == Words{0});
  CHECK(t.ask(2, clk, 0x6, {0}).words == Words{3000, 0});
  CHECK(t.ask(2, clk, 0xB, {0, 0}).words.at(1) == 1);
  CHECK(t.take() == std::vector<Sent>{{2, power, 0x4700, {1, 1, 0}}});

  CHECK(t.ask(3, sys, 0x3, {forceful, shutdown}).status == Status::success);
  for (const std::uint32_t domain : {0U, 1U, 2U}) CHECK(t.ask(1, power, 0x5, {domain}).words == Words{off});
}

TEST_CASE("system power: a reset ends what is on its way, and nobody of the system hears of the others' end") {
  Bench t(whole_soc());
  for (const std::uint32_t agent : {2U, 3U}) CHECK(t.ask(agent, clk, 0x9, {0, 1}).status == Status::success);
  CHECK(t.ask(1, clk, 0x9, {0, 1}).status == Status::success);
  CHECK(t.ask(2, clk, 0x5, {0, 0, 3000, 0}).status == Status::success);
  t.pass(milliseconds(1));
  CHECK(t.take().size() == 3);
  CHECK(t.ask(2, clk, 0x5, {1, 0, 1000, 0}).status == Status::success);
  CHECK(t.ask(3, sys, 0x3, {forceful, cold_reset}).status == Status::success);
  const std::vector<Sent> sent = t.take();
  REQUIRE(sent.size() == 2);
  CHECK(sent[0].agent == 1);  // The clock's old rate, to the manager alone.
  CHECK(sent[0].words == Words{2, 0, 2000, 0});
  CHECK(sent[1].agent == 2);
  CHECK((sent[1].header >> 8U & 3U) == 2);
  CHECK(sent[1].words == Words{static_cast<std::uint32_t>(Status::generic_error)});
  t.pass(milliseconds(10));
  CHECK(t.take().empty());
  CHECK(t.ask(2, clk, 0x6, {0}).words == Words{2000, 0});
}
