// SPDX-License-Identifier: Apache-2.0
//
// The telemetry protocol: its edge cases row by row, the three ways to collect, shared memory, and what becomes of it
// all when an agent is reset.
#include "platform/shared_window.hpp"
#include "tests/platform/platform_bench.hpp"

using namespace scmi;
using namespace scmi::platform;
using namespace scmi::platform::test;
using std::chrono::microseconds;
using std::chrono::milliseconds;

namespace {

constexpr std::uint8_t tel = 0x1B;
constexpr std::uint32_t none = 0xFFFF'FFFF;

constexpr std::string_view description = R"([soc]
name = "telemetry"
vendor = "acme"
profile = "3.2"
[behaviour]

[[agent]]             # 1
name = "monitor"
trusted = true

[[agent]]             # 2: may only look
name = "guest"
telemetry = { may_configure = false }

[[sensor]]
name = "heat"
type = "celsius"
value = 45_000

[telemetry]
revision = "00112233-4455-6677-8899-aabbccddeeff"
intervals_us = [1000, 10_000, 100_000]
read_latency_us = 500
max_enabled = 4

[[telemetry.group]]   # 0
name = "power"
[[telemetry.group]]   # 1
name = "rest"

[[telemetry.data_event]]
id = 0x1001
name = "energy"
unit = "joule"
exponent = -6
count_per_s = 1_000_000
timestamps = "line"
fast_channel = true
type = 2
instance = 3
component_instance = 4
component_type = 5
persistent = true
[[telemetry.data_event]]
id = 0x1002
name = "watts"
group = "power"
timestamps = "block"
value = 77
[[telemetry.data_event]]
id = 0x1003
group = "power"
value = 0x1_0000_0005
data_size = 4
[[telemetry.data_event]]
id = 0x2001
sensor = "heat"
shared = false
[[telemetry.data_event]]
id = 0x2002
shared = false
failed = true
[[telemetry.data_event]]
id = 0x2003
group = "rest"
shared = false
)";

SocConfig soc(std::initializer_list<Edit> edits = {}) {
  std::string text(description);
  for (const Edit& edit : edits) {
    REQUIRE(text.find(edit.from) != std::string::npos);
    text.replace(text.find(edit.from), edit.from.size(), edit.to);
  }
  auto made = parse_soc_config(text, "telemetry.toml");
  if (!made) FAIL(describe(made.error().front()));
  return std::move(*made);
}

/// Agent 1 shares memory.
struct Shared : Bench {
  explicit Shared(std::initializer_list<Edit> edits = {}) : Bench(soc(edits)), plan(plan_window(platform.config(), 0)) {
    memory.resize(plan.size / sizeof(std::uint64_t) + 1);
    platform.share(AgentId(1), std::as_writable_bytes(std::span(memory)));
  }
  [[nodiscard]] std::uint32_t at(std::uint64_t offset) const {
    std::uint32_t word = 0;
    REQUIRE(offset + sizeof word <= plan.size);
    std::memcpy(&word, reinterpret_cast<const std::byte*>(memory.data()) + offset, sizeof word);
    return word;
  }
  /// Words of the region.
  [[nodiscard]] Words words(std::uint32_t offset, std::size_t count) const {
    Words all;
    for (std::size_t i = 0; i < count; ++i) all.push_back(at(plan.telemetry.shmti.offset + offset + 4 * i));
    return all;
  }

  WindowPlan plan;
  std::vector<std::uint64_t> memory;
};

constexpr Edit without_groups{"max_enabled = 4", "per_group = false"};
constexpr Edit no_single{"max_enabled = 4", "single_read = false"};
constexpr Edit no_updates{"max_enabled = 4", "notifications = false"};
constexpr Edit range{"intervals_us = [1000, 10_000, 100_000]",
                     "interval_range_us = { min = 1000, max = 5000, step = 500 }"};
constexpr Edit no_reset{"[behaviour]", "[disabled]\ntelemetry = [10]\n[behaviour]"};

// Words of intervals: seconds in [20:5], exponent in [4:0].
constexpr std::uint32_t ms1 = 1 << 5 | 0x1D;
constexpr std::uint32_t ms10 = 1 << 5 | 0x1E;
constexpr std::uint32_t ms100 = 1 << 5 | 0x1F;

// Flags of DE_CONFIGURE and words of CONFIG_SET.
constexpr std::uint32_t on = 1;
constexpr std::uint32_t stamped = 2;
constexpr std::uint32_t every = 4;
constexpr std::uint32_t group = 8;
constexpr std::uint32_t demand_all = 2U << 5 | 0U << 1 | 1U;
constexpr std::uint32_t notify_all = 2U << 5 | 1U << 1 | 1U;
constexpr std::uint32_t read_all = 2U << 5 | 2U << 1 | 1U;

/// What was sent before the case.
struct Before {
  std::uint8_t message = 0;
  Words parameters;
};
struct TelemetryCase {
  EdgeCase edge;
  std::vector<Before> before{};
};

void check_telemetry(std::initializer_list<Edit> edits, std::initializer_list<TelemetryCase> cases) {
  for (const auto& [c, before] : cases) {
    CAPTURE(c.row);
    CAPTURE(c.message);
    Bench t(soc(edits));
    for (const Before& b : before)
      REQUIRE(t.ask(c.agent, c.protocol, b.message, b.parameters).status == Status::success);
    const Reply r = t.ask(c.agent, c.protocol, c.message, c.parameters);
    CHECK_MESSAGE(r.status == c.status, "status is ", name(r.status), ", not ", name(c.status));
    if (r.status != Status::success) CHECK(r.words.empty());
    if (r.status == Status::success && c.status == Status::success && !c.any_reply) CHECK(r.words == c.reply);
  }
}

const Before energy_on{0x6, {0x1001, on}};
const Before power_on{0x6, {0, group | on}};

}  // namespace

TEST_CASE("telemetry edges: each row of the table") {
  check_telemetry(
      {},
      {
          {{"0x0", tel, 0x0, {}, Status::success, {0x10000}}},
          {{"0x2 for 0x8", tel, 0x2, {0x8}, Status::success, {0}}},
          {{"unknown message id", tel, 0xB, {}, Status::not_found}},
          {{"unknown message id in 0x2", tel, 0x2, {0xB}, Status::not_found}},
          {{"DE_ENABLED_LIST index too big", tel, 0x7, {1, 0}, Status::out_of_range}, {energy_on}},
          {{"DE_ENABLED_LIST index too big, none enabled", tel, 0x7, {1, 0}, Status::out_of_range}},
          {{"DE_ENABLED_LIST none enabled", tel, 0x7, {0, 0}, Status::success, {0}}},
          {{"DE_ENABLED_LIST reserved flags", tel, 0x7, {0, 2}, Status::invalid_parameters}},
          {{"LIST_UPDATE_INTERVALS", tel, 0x5, {0, none, 2}, Status::success, {3, ms1, ms10, ms100}}},
          {{"LIST_UPDATE_INTERVALS from an index", tel, 0x5, {2, 1, 1}, Status::success, {1, ms100}}},
          {{"LIST_UPDATE_INTERVALS index too big", tel, 0x5, {3, none, 2}, Status::out_of_range}},
          {{"LIST_UPDATE_INTERVALS selector 3", tel, 0x5, {0, none, 3}, Status::invalid_parameters}},
          {{"LIST_UPDATE_INTERVALS reserved flags", tel, 0x5, {0, none, 0x12}, Status::invalid_parameters}},
          {{"LIST_UPDATE_INTERVALS unknown group", tel, 0x5, {0, 2, 1}, Status::invalid_parameters}},
          {{"DE_DESCRIPTION index too big", tel, 0x4, {6}, Status::not_found}},
          {{"LIST_SHMTI when there are none", tel, 0x3, {0}, Status::not_found}},
          {{"DE_CONFIGURE", tel, 0x6, {0x1001, on}, Status::success, {none, 0, 0}}},
          {{"DE_CONFIGURE reserved bits", tel, 0x6, {0x1001, 0x11}, Status::invalid_parameters}},
          {{"DE_CONFIGURE mode 3", tel, 0x6, {0x1001, 3}, Status::invalid_parameters}},
          {{"DE_CONFIGURE disable-all with mode != 0", tel, 0x6, {0, every | on}, Status::invalid_parameters}},
          {{"DE_CONFIGURE disable-all, id ignored", tel, 0x6, {0x9999, every}, Status::success, {none, 0, 0}}},
          {{"DE_CONFIGURE unknown id", tel, 0x6, {0x9999, on}, Status::invalid_parameters}},
          {{"DE_CONFIGURE unknown group", tel, 0x6, {2, group | on}, Status::invalid_parameters}},
          {{"DE_CONFIGURE time stamp that it lacks", tel, 0x6, {0x1003, stamped}, Status::not_supported}},
          {{"DE_CONFIGURE time stamp that no member has", tel, 0x6, {1, group | stamped}, Status::not_supported}},
          {{"enable of a group with an enabled DE", tel, 0x6, {0, group | on}, Status::in_use}, {{0x6, {0x1003, on}}}},
          {{"disable of a single DE enabled through its group", tel, 0x6, {0x1003, 0}, Status::in_use}, {power_on}},
          {{"disable of the group", tel, 0x6, {0, group}, Status::success, {none, 0, 0}}, {power_on}},
          {{"enable of a single DE that is enabled already",
            tel,
            0x6,
            {0x1001, stamped},
            Status::success,
            {none, 0, 0}},
           {energy_on}},
          {{"enable of a single DE enabled through its group", tel, 0x6, {0x1003, on}, Status::success, {none, 0, 0}},
           {power_on}},
          {{"enable over the limit", tel, 0x6, {0x2002, on}, Status::out_of_range},
           {energy_on, power_on, {0x6, {0x2001, on}}}},
          {{"enable of a group over the limit", tel, 0x6, {0, group | on}, Status::out_of_range},
           {energy_on, {0x6, {0x2001, on}}, {0x6, {0x2002, on}}}},
          {{"DE_CONFIGURE without the right", tel, 0x6, {0x1001, on}, Status::denied, {}, 2}},
          {{"DE_CONFIGURE disable-all without the right", tel, 0x6, {0, every}, Status::denied, {}, 2}},
          {{"CONFIG_SET", tel, 0x8, {none, demand_all, ms10}, Status::success}, {energy_on}},
          {{"CONFIG_SET disable", tel, 0x8, {none, 2U << 5, 0}, Status::success}},
          {{"CONFIG_SET group", tel, 0x8, {0, 1U << 5 | 1, ms10}, Status::success}, {power_on}},
          {{"CONFIG_SET reserved bits", tel, 0x8, {none, 0x200 | demand_all, ms10}, Status::invalid_parameters},
           {energy_on}},
          {{"CONFIG_SET selector 3", tel, 0x8, {none, 3U << 5 | 1, ms10}, Status::invalid_parameters}, {energy_on}},
          {{"CONFIG_SET unknown group", tel, 0x8, {2, 1U << 5 | 1, ms10}, Status::invalid_parameters}, {energy_on}},
          {{"CONFIG_SET mode 3", tel, 0x8, {none, 2U << 5 | 3U << 1 | 1, ms10}, Status::invalid_parameters},
           {energy_on}},
          {{"CONFIG_SET enable with no DE enabled", tel, 0x8, {none, demand_all, ms10}, Status::invalid_parameters}},
          {{"CONFIG_SET enable with no DE enabled in the scope",
            tel,
            0x8,
            {0, 1U << 5 | 1, ms10},
            Status::invalid_parameters},
           {energy_on}},
          {{"CONFIG_SET rate 0", tel, 0x8, {none, demand_all, 0}, Status::invalid_parameters}, {energy_on}},
          {{"CONFIG_SET unsupported rate", tel, 0x8, {none, notify_all, 2 << 5 | 0x1D}, Status::invalid_parameters},
           {energy_on}},
          {{"CONFIG_SET without the right", tel, 0x8, {none, 2U << 5, 0}, Status::denied, {}, 2}},
          {{"CONFIG_SET while a single read is on its way", tel, 0x8, {none, 2U << 5, 0}, Status::busy},
           {energy_on, {0x8, {none, read_all, 0}}}},
          {{"CONFIG_GET", tel, 0x9, {none, 2}, Status::success, {2U << 5, 0}}},
          {{"CONFIG_GET of what was set", tel, 0x9, {none, 2}, Status::success, {notify_all, ms10}},
           {energy_on, {0x8, {none, notify_all, ms10}}}},
          {{"CONFIG_GET of one group of all", tel, 0x9, {1, 1}, Status::success, {1U << 5 | 1U << 1 | 1U, ms10}},
           {energy_on, {0x8, {none, notify_all, ms10}}}},
          {{"CONFIG_GET selector 3", tel, 0x9, {none, 3}, Status::invalid_parameters}},
          {{"CONFIG_GET reserved flags", tel, 0x9, {none, 0x12}, Status::invalid_parameters}},
          {{"CONFIG_GET unknown group", tel, 0x9, {2, 1}, Status::invalid_parameters}},
          {{"RESET", tel, 0xA, {0}, Status::success}},
          {{"RESET flags != 0", tel, 0xA, {1}, Status::invalid_parameters}},
          {{"RESET without the right", tel, 0xA, {0}, Status::denied, {}, 2}},
      });
  check_telemetry(
      {without_groups},
      {
          {{"CONFIG_SET with selector 0 while attributes[18] = 0",
            tel,
            0x8,
            {none, 1, ms10},
            Status::invalid_parameters},
           {energy_on}},
          {{"CONFIG_SET with selector 1 while attributes[18] = 0",
            tel,
            0x8,
            {0, 1U << 5 | 1, ms10},
            Status::invalid_parameters},
           {energy_on}},
          {{"DE_CONFIGURE group without per-group support", tel, 0x6, {0, group | on}, Status::not_supported}},
      });
  check_telemetry({no_single}, {{{"CONFIG_SET mode not offered", tel, 0x8, {none, read_all, 0}, Status::not_supported},
                                 {energy_on}}});
  check_telemetry(
      {no_updates},
      {{{"CONFIG_SET mode not offered", tel, 0x8, {none, notify_all, ms10}, Status::not_supported}, {energy_on}}});
  check_telemetry({no_reset}, {{{"RESET when attributes[17] = 0", tel, 0xA, {0}, Status::not_supported}}});
  check_telemetry(
      {range},
      {
          {{"LIST_UPDATE_INTERVALS triplet",
            tel,
            0x5,
            {0, none, 2},
            Status::success,
            {0x1003, ms1, 5 << 5 | 0x1D, 5 << 5 | 0x1C}}},
          {{"LIST_UPDATE_INTERVALS triplet, index", tel, 0x5, {1, none, 2}, Status::out_of_range}},
          {{"CONFIG_SET in the range", tel, 0x8, {none, demand_all, 15 << 5 | 0x1C}, Status::success}, {energy_on}},
          {{"CONFIG_SET between the steps", tel, 0x8, {none, demand_all, 16 << 5 | 0x1C}, Status::invalid_parameters},
           {energy_on}},
      });
}

TEST_CASE("telemetry: what it is, by its attributes") {
  Shared t;
  const Words uuid{0x0011'2233, 0x4455'6677, 0x8899'AABB, 0xCCDD'EEFF};
  CHECK(t.ask(1, tel, 0x1).words == Words{6, 2} + uuid + Words{0xC007'0001, 1'000'000});
  // An agent without memory has neither region nor fast channels; without a way back nothing can be sent to it.
  CHECK(t.ask(2, tel, 0x1).words == Words{6, 2} + uuid + Words{0xC006'0000, 1'000'000});
  t.limits.has_p2a = false;
  CHECK(t.ask(2, tel, 0x1).words.at(6) == 0x0006'0000);
  CHECK(t.ask(1, tel, 0x6, {0x1001, on}).status == Status::success);
  CHECK(t.ask(1, tel, 0x8, {none, read_all, 0}).status == Status::not_supported);
  Bench less(soc({without_groups}));
  CHECK(less.ask(1, tel, 0x1).words.at(6) == 0xC002'0000);
  Bench fixed(soc({no_reset}));
  CHECK(fixed.ask(1, tel, 0x1).words.at(6) == 0xC004'0000);
  CHECK(fixed.ask(1, tel, 0x2, {0xA}).status == Status::not_found);
}

TEST_CASE("telemetry: descriptions are as long as what they say, and pages end where the next one would not fit") {
  Shared t;
  const Reply first = t.ask(1, tel, 0x4, {0});
  REQUIRE(first.status == Status::success);
  const std::uint32_t attributes_1 = 1U << 31 | 1U << 30 | 2U << 22 | 1U << 21 | 0xFAU << 13 | 8U << 5 | 1;
  const std::uint64_t fast = t.plan.address + t.plan.telemetry.fast_channels[0];
  const Words energy = Words{0x1001,
                             none,
                             8,
                             attributes_1,
                             3U << 24 | 4U << 8 | 5U,
                             0,
                             1'000'000,
                             static_cast<std::uint32_t>(fast),
                             static_cast<std::uint32_t>(fast >> 32),
                             16} +
                       name_words("energy");
  // 56 bytes of the first one, 40 of the second: together more than a channel of 100 bytes has behind its 8.
  CHECK(first.words == Words{5U << 16 | 1U} + energy);
  const Words watts = Words{0x1002, 0, 8, 1U << 31 | 2U, 0, 0} + name_words("watts");
  const Words third{0x1003, 0, 4, 0, 0, 0};
  const Words fourth{0x2001, none, 8, 0, 0, 0};
  CHECK(t.ask(1, tel, 0x4, {1}).words == Words{2U << 16 | 3U} + watts + third + fourth);
  CHECK(t.ask(1, tel, 0x4, {3}).words ==
        Words{3} + fourth + Words{0x2002, none, 8, 0, 0, 0} + Words{0x2003, 1, 8, 0, 0, 0});
  t.limits.max_payload = 60;
  CHECK(t.ask(1, tel, 0x4, {0}).status == Status::generic_error);
}

TEST_CASE("telemetry: what is enabled is each agent's own, listed by data event and by group") {
  Bench t(soc({{"{ may_configure = false }", "{ may_configure = true }"}}));
  CHECK(t.ask(1, tel, 0x6, {0, group | stamped}).status == Status::success);
  CHECK(t.ask(1, tel, 0x6, {0x1001, on}).status == Status::success);
  CHECK(t.ask(1, tel, 0x7, {0, 0}).words == Words{3, 0x1001, 1, 0x1002, 2, 0x1003, 1});
  CHECK(t.ask(1, tel, 0x7, {2, 0}).words == Words{1, 0x1003, 1});
  CHECK(t.ask(1, tel, 0x7, {0, 1}).words == Words{1, 0, 2});
  CHECK(t.ask(2, tel, 0x7, {0, 0}).words == Words{0});
  CHECK(t.ask(2, tel, 0x6, {0x1002, on}).status == Status::success);
  CHECK(t.ask(1, tel, 0x6, {0, every}).status == Status::success);
  CHECK(t.ask(1, tel, 0x7, {0, 0}).words == Words{0});
  CHECK(t.ask(2, tel, 0x7, {0, 0}).words == Words{1, 0x1002, 1});
}

TEST_CASE("telemetry: updates come at the interval, in as many messages as they need") {
  Bench t(soc());
  for (const std::uint32_t id : {0x1001U, 0x1002U})
    REQUIRE(t.ask(1, tel, 0x6, {id, stamped}).status == Status::success);
  REQUIRE(t.ask(1, tel, 0x6, {0x1003, on}).status == Status::success);
  REQUIRE(t.ask(1, tel, 0x6, {0x2001, on}).status == Status::success);
  REQUIRE(t.ask(1, tel, 0x8, {none, notify_all, ms10}).status == Status::success);
  t.pass(milliseconds(9));
  CHECK(t.take().empty());
  t.pass(milliseconds(1));
  const auto sent = t.take();
  // 88 bytes of lines fit: 24 + 32 + 16 of the first three; a fourth would be 16 more, and just fits.
  REQUIRE(sent.size() == 1);
  CHECK(sent[0].agent == 1);
  CHECK(sent[0].header == 0x0000'6F00);
  CHECK(sent[0].words ==
        Words{0,    0,         22,     6, 0x1001, 10'000, 0, 10'000, 0,  // Its time stamp is in its line.
              0x10, 1'000'000, 10'000, 0,                                // The block's.
              8,    0x1002,    77,     0, 0,      0x1003, 5, 0,      0, 0x2001, 45'000, 0});
  t.pass(milliseconds(30));
  CHECK(t.take().size() == 3);
  REQUIRE(t.ask(1, tel, 0x8, {none, 2U << 5, 0}).status == Status::success);
  t.pass(milliseconds(100));
  CHECK(t.take().empty());
  CHECK(t.platform.next_event() == never);

  Bench small(
      soc({{"name = \"monitor\"", "name = \"monitor\"\nchannel = [{ protocols = [\"base\"], p2a_size = 64 }]"}}));
  for (const std::uint32_t id : {0x1001U, 0x1003U, 0x2001U, 0x2002U}) {
    REQUIRE(small.ask(1, tel, 0x6, {id, on}).status == Status::success);
  }
  REQUIRE(small.ask(1, tel, 0x8, {none, notify_all, ms10}).status == Status::success);
  small.pass(milliseconds(10));
  const auto parts = small.take();
  REQUIRE(parts.size() == 3);
  constexpr auto partial = static_cast<std::uint32_t>(-12);  // One cannot be read.
  CHECK(parts[0].words == Words{0, partial, 4, 0, 0x1001, 10'000, 0});
  CHECK(parts[1].words == Words{0, partial, 4, 0, 0x1003, 5, 0});
  CHECK(parts[2].words == Words{0, partial, 4, 0, 0x2001, 45'000, 0});
}

TEST_CASE("telemetry: a single read is answered by a delayed response, and then it is off again") {
  Bench t(soc());
  REQUIRE(t.ask(1, tel, 0x6, {0x2001, on}).status == Status::success);
  REQUIRE(t.ask(1, tel, 0x8, {none, read_all, 0}).words.empty());
  CHECK(t.ask(1, tel, 0x9, {none, 2}).words == Words{read_all, 0});
  t.pass(microseconds(499));
  CHECK(t.take().empty());
  t.pass(microseconds(1));
  auto sent = t.take();
  REQUIRE(sent.size() == 1);
  CHECK(sent[0].header == (Bench::header(tel, 0x8) | 2U << 8));
  CHECK(sent[0].words == Words{0, 4, 0, 0x2001, 45'000, 0});
  CHECK(t.ask(1, tel, 0x9, {none, 2}).words == Words{2U << 5, 0});

  // Single read, part of the sources failed: PARTIAL_ERROR, and the lines of the others.
  REQUIRE(t.ask(1, tel, 0x6, {0x2002, on}).status == Status::success);
  REQUIRE(t.ask(1, tel, 0x8, {none, read_all, 0}).status == Status::success);
  t.pass(milliseconds(1));
  sent = t.take();
  REQUIRE(sent.size() == 1);
  CHECK(sent[0].words == Words{static_cast<std::uint32_t>(-12), 4, 0, 0x2001, 45'000, 0});
  // None is left: HARDWARE_ERROR.
  REQUIRE(t.ask(1, tel, 0x6, {0x2001, 0}).status == Status::success);
  REQUIRE(t.ask(1, tel, 0x8, {none, read_all, 0}).status == Status::success);
  t.pass(milliseconds(1));
  sent = t.take();
  REQUIRE(sent.size() == 1);
  CHECK(sent[0].words == Words{static_cast<std::uint32_t>(-9)});
}

TEST_CASE("telemetry: shared memory has valid lines of what is enabled, and keeps its places") {
  Shared t;
  const std::uint32_t size = t.plan.telemetry.shmti.size;
  const std::uint64_t address = t.plan.address + t.plan.telemetry.shmti.offset;
  CHECK(t.ask(1, tel, 0x3, {0}).words ==
        Words{1, 0, static_cast<std::uint32_t>(address), static_cast<std::uint32_t>(address >> 32), size, 0});
  CHECK(t.ask(1, tel, 0x3, {1}).status == Status::not_found);
  // Head 16, energy 24, block 16, watts 16, the third 16, tail 8.
  REQUIRE(size == 96);
  CHECK(t.words(0, 4) == Words{0x5442'474E, 0, 9, 1});
  CHECK(t.words(16, 2) == Words{5, 0x1001});
  CHECK(t.words(40, 4) == Words{0x10, 0, 0, 0});
  CHECK(t.words(56, 2) == Words{1, 0x1002});
  CHECK(t.words(88, 2) == Words{0, 0x5445'4E44});

  CHECK(t.ask(1, tel, 0x6, {0x1001, stamped}).words == Words{0, 16, 0});
  CHECK(t.ask(1, tel, 0x6, {0, group | stamped}).words == Words{0, 56, 40});
  CHECK(t.ask(1, tel, 0x6, {0x2001, on}).words == Words{none, 0, 0});
  t.pass(milliseconds(3));
  REQUIRE(t.ask(1, tel, 0x8, {none, demand_all, ms10}).status == Status::success);
  CHECK(t.words(16, 6) == Words{6, 0x1001, 3000, 0, 3000, 0});
  CHECK(t.words(40, 4) == Words{0x10, 0, 3000, 0});
  CHECK(t.words(56, 8) == Words{8, 0x1002, 77, 0, 0, 0x1003, 5, 0});
  t.pass(milliseconds(25));
  CHECK(t.words(16, 6) == Words{6, 0x1001, 23'000, 0, 23'000, 0});
  CHECK(t.words(4, 1) == t.words(88, 1));
  CHECK(t.words(4, 1).front() % 2 == 0);
  CHECK(t.words(4, 1).front() != 0);
  const std::uint32_t fast = t.plan.telemetry.fast_channels[0];
  CHECK(Words{t.at(fast), t.at(fast + 8)} == Words{23'000, 23'000});
  CHECK(t.take().empty());
  // A single read puts there what has a place, and sends the rest.
  REQUIRE(t.ask(1, tel, 0x8, {none, read_all, 0}).status == Status::success);
  t.pass(milliseconds(1));
  const auto sent = t.take();
  REQUIRE(sent.size() == 1);
  CHECK(sent[0].words == Words{0, 4, 0, 0x2001, 45'000, 0});
  CHECK(t.words(24, 1) == Words{28'500});
  // Disabled: its line alone is invalid.
  REQUIRE(t.ask(1, tel, 0x6, {0x1001, 0}).status == Status::success);
  CHECK(t.words(16, 2) == Words{5, 0x1001});
  CHECK(t.words(56, 1) == Words{8});
}

TEST_CASE("telemetry reset and agent reset: everything off, counters from 0, a read on its way ends with an error") {
  Shared t;
  REQUIRE(t.ask(1, tel, 0x6, {0x1001, on}).status == Status::success);
  REQUIRE(t.ask(1, tel, 0x8, {none, demand_all, ms10}).status == Status::success);
  t.pass(milliseconds(20));
  CHECK(t.words(24, 1) == Words{20'000});
  REQUIRE(t.ask(1, tel, 0xA, {0}).status == Status::success);
  CHECK(t.words(16, 1) == Words{5});
  CHECK(t.ask(1, tel, 0x7, {0, 0}).words == Words{0});
  CHECK(t.ask(1, tel, 0x9, {none, 2}).words == Words{2U << 5, 0});
  t.pass(milliseconds(2));
  REQUIRE(t.ask(1, tel, 0x6, {0x1001, on}).status == Status::success);
  REQUIRE(t.ask(1, tel, 0x8, {none, demand_all, ms10}).status == Status::success);
  CHECK(t.words(24, 1) == Words{2000});

  // BASE_RESET_AGENT_CONFIGURATION: disable what that agent enabled.
  REQUIRE(t.ask(1, tel, 0x8, {none, read_all, 0}).status == Status::success);
  REQUIRE(t.ask(1, base, 0xB, {1, 0}).status == Status::success);
  const auto sent = t.take();
  REQUIRE(sent.size() == 1);
  CHECK(sent[0].words == Words{static_cast<std::uint32_t>(-8)});
  CHECK(t.ask(1, tel, 0x7, {0, 0}).words == Words{0});
  CHECK(t.words(16, 1) == Words{5});
  CHECK(t.platform.next_event() == never);
  // Gone while a read is on its way: nobody hears of it.
  REQUIRE(t.ask(1, tel, 0x6, {0x1001, on}).status == Status::success);
  REQUIRE(t.ask(1, tel, 0x8, {none, read_all, 0}).status == Status::success);
  t.platform.disconnect(AgentId(1));
  t.pass(milliseconds(10));
  CHECK(t.take().empty());
}

TEST_CASE("telemetry: it is there only where a description has it, and a bad one is refused, key by key") {
  Bench without;
  CHECK(without.ask(1, tel, 0x0).status == Status::not_supported);
  Bench older(soc({{"profile = \"3.2\"", "profile = \"3.1\""}}));
  CHECK(older.ask(1, tel, 0x0).status == Status::not_supported);
  Bench asked(soc({{"profile = \"3.2\"", "profile = \"3.1\""}, {"[behaviour]", "[versions]\ntelemetry = 0x10000\n"}}));
  CHECK(asked.ask(1, tel, 0x0).status == Status::success);
  const auto complaint = [](Edit edit) {
    std::string text(description);
    REQUIRE(text.find(edit.from) != std::string::npos);
    text.replace(text.find(edit.from), edit.from.size(), edit.to);
    const auto made = parse_soc_config(text, "telemetry.toml");
    return made ? std::string("nothing") : describe(made.error().front());
  };
  const auto says = [&](Edit edit, std::string_view what) {
    const std::string said = complaint(edit);
    CHECK_MESSAGE(said.find(what) != std::string::npos, said);
  };
  says({"-4455-", "-44z5-"}, "is no UUID");
  says({"id = 0x1002", "id = 0x1001"}, "0x1001 is another data event's already");
  says({"group = \"power\"", "group = \"powder\""}, "no telemetry group is named \"powder\"");
  says({"sensor = \"heat\"", "sensor = \"cold\""}, "no sensor is named \"cold\"");
  says({"sensor = \"heat\"", "sensor = \"heat\"\nvalue = 1"}, "cannot stand beside value");
  says({"unit = \"joule\"", "unit = \"jewel\""}, "is no unit of a sensor");
  says({"[1000, 10_000, 100_000]", "[1000, 1000]"}, "1000 does not ascend");
  says({"intervals_us = [1000, 10_000, 100_000]", ""}, "is needed, or interval_range_us");
  says({"timestamps = \"line\"", "timestamps = \"lines\""}, "is not one of");
  says({"name = \"rest\"", "name = \"power\""}, "named \"power\" already");
  says({"max_enabled = 4", "max_enable = 4"}, "max_enable");
}
