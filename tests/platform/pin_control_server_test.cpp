// SPDX-License-Identifier: Apache-2.0
//
// The pin control protocol: its edge cases row by row, pages, groups, ownership and permissions.
#include "tests/platform/platform_bench.hpp"

using namespace scmi;
using namespace scmi::platform;
using namespace scmi::platform::test;

namespace {

constexpr std::uint8_t pin = 0x19;

constexpr std::string_view description = R"([soc]
name = "pins"
vendor = "acme"
profile = "3.2"
[behaviour]

[[agent]]             # 1: everything
name = "manager"
trusted = true
pin_control = { may_configure = ["tx", "rx", "led", "many", "a_pin_with_a_long_name"] }

[[agent]]             # 2: a part, in another order
name = "guest"
pin_control = { visible = ["led", "rx", "tx"] }

[[device]]            # 0
name = "leds"
pins = ["led"]

[[pin]]               # 0
name = "tx"
settings = { bias_pull_up = 1, drive_strength = 4, "192" = 5 }
[[pin]]               # 1
name = "rx"
settings = { bias_pull_up = 0, drive_strength = 6 }
[[pin]]               # 2
name = "led"
settings = { output_value = 1 }
[[pin]]               # 3
name = "a_pin_with_a_long_name"
[[pin]]               # 4
name = "fixed"
settings = { bias_pull_up = 1 }
[[pin]]               # 5
name = "many"
settings = { "1" = 1, "2" = 2, "3" = 3, "4" = 4, "5" = 5, "6" = 6, "7" = 7, "8" = 8, "9" = 9, "10" = 10, "11" = 11, "12" = 12 }

[[pin_group]]         # 0
name = "uart"
pins = ["rx", "tx"]
[[pin_group]]         # 1
name = "all"
pins = ["*"]

[[pin_function]]      # 0
name = "serial"
groups = ["uart"]
[[pin_function]]      # 1
name = "gpio"
pins = ["led", "rx"]
gpio = true
[[pin_function]]      # 2
name = "everything_at_once"
groups = ["all", "uart"]
)";

SocConfig soc(std::initializer_list<Edit> edits = {}) {
  std::string text(description);
  for (const Edit& edit : edits) text.replace(text.find(edit.from), edit.from.size(), edit.to);
  auto made = parse_soc_config(text, "pins.toml");
  if (!made) FAIL(describe(made.error().front()));
  return std::move(*made);
}

constexpr Edit in_use{"[behaviour]", "[behaviour]\npins_of_others = \"in_use\""};
constexpr Edit ascending{"[behaviour]", "[behaviour]\npin_settings_order = \"ascending\""};
constexpr Edit without_request{"[behaviour]", "[disabled]\npin_control = [7, 8]\n[behaviour]"};
constexpr std::uint32_t none = 0xFFFF'FFFF;

void check_pins(std::initializer_list<Edit> edits, std::initializer_list<EdgeCase> cases) {
  for (const EdgeCase& c : cases) {
    CAPTURE(c.row);
    CAPTURE(c.message);
    Bench t(soc(edits));
    const Reply r = t.ask(c.agent, c.protocol, c.message, c.parameters);
    CHECK_MESSAGE(r.status == c.status, "status is ", name(r.status), ", not ", name(c.status));
    if (r.status != Status::success) CHECK(r.words.empty());
    if (r.status == Status::success && c.status == Status::success && !c.any_reply) CHECK(r.words == c.reply);
  }
}

}  // namespace

TEST_CASE("pin control edges: each row of the table") {
  check_pins(
      {},
      {
          {"0x0", pin, 0x0, {}, Status::success, {0x10000}},
          {"0x1", pin, 0x1, {}, Status::success, {2U << 16 | 6, 3}},
          {"0x1 counts what the agent sees", pin, 0x1, {}, Status::success, {1U << 16 | 3, 3}, 2},
          {"0x2 for 0x6", pin, 0x2, {0x6}, Status::success, {0}},
          {"0x2 for 0xA, not trusted", pin, 0x2, {0xA}, Status::not_found, {}, 2},
          {"unknown message id", pin, 0xB, {}, Status::not_found},
          {"ATTRIBUTES pin", pin, 0x3, {0, 0}, Status::success, Words{1} + name_words("tx")},
          {"ATTRIBUTES pin, high bits ignored", pin, 0x3, {0x10000, 0}, Status::success, Words{1} + name_words("tx")},
          {"ATTRIBUTES group", pin, 0x3, {0, 1}, Status::success, Words{2} + name_words("uart")},
          {"ATTRIBUTES function", pin, 0x3, {0, 2}, Status::success, Words{1} + name_words("serial")},
          {"ATTRIBUTES pin-only gpio", pin, 0x3, {1, 2}, Status::success, Words{0x0003'0002} + name_words("gpio")},
          {"ATTRIBUTES long name",
           pin,
           0x3,
           {3, 0},
           Status::success,
           Words{0x8000'0001} + name_words("a_pin_with_a_long_name")},
          {"ATTRIBUTES identifier >= count, pin", pin, 0x3, {6, 0}, Status::not_found},
          {"ATTRIBUTES identifier >= count, group", pin, 0x3, {2, 1}, Status::not_found},
          {"ATTRIBUTES identifier >= count, function", pin, 0x3, {3, 2}, Status::not_found},
          {"ATTRIBUTES selector 3", pin, 0x3, {0, 3}, Status::invalid_parameters},
          {"ATTRIBUTES reserved flags", pin, 0x3, {0, 4}, Status::invalid_parameters},
          {"NAME_GET identifier >= count", pin, 0x9, {6, 0}, Status::not_found},
          {"NAME_GET selector 3", pin, 0x9, {0, 3}, Status::invalid_parameters},
          {"NAME_GET", pin, 0x9, {3, 0}, Status::success, Words{0} + name_words("a_pin_with_a_long_name", 64)},
          {"not visible to the agent, read", pin, 0x3, {3, 0}, Status::not_found, {}, 2},
          {"group not wholly visible", pin, 0x3, {1, 1}, Status::not_found, {}, 2},
          {"LIST_ASSOCIATIONS group", pin, 0x4, {0, 1, 0}, Status::success, {2, 1U << 16 | 0}},
          {"LIST_ASSOCIATIONS in the agent's own ids", pin, 0x4, {0, 1, 0}, Status::success, {2, 2U << 16 | 1}, 2},
          {"LIST_ASSOCIATIONS function", pin, 0x4, {2, 2, 0}, Status::success, {2, 1U << 16 | 0}},
          {"LIST_ASSOCIATIONS pin-only function", pin, 0x4, {1, 2, 0}, Status::success, {2, 2U << 16 | 1}},
          {"LIST_ASSOCIATIONS from an index", pin, 0x4, {1, 1, 4}, Status::success, {2, 5U << 16 | 4}},
          {"LIST_ASSOCIATIONS index >= count", pin, 0x4, {0, 1, 2}, Status::invalid_parameters},
          {"LIST_ASSOCIATIONS on a pin", pin, 0x4, {0, 0, 0}, Status::invalid_parameters},
          {"LIST_ASSOCIATIONS selector 3", pin, 0x4, {0, 3, 0}, Status::invalid_parameters},
          {"LIST_ASSOCIATIONS unknown", pin, 0x4, {9, 1, 0}, Status::not_found},
          {"SETTINGS_GET one type", pin, 0x5, {0, 10}, Status::success, {none, 1, 10, 4}},
          {"SETTINGS_GET one type, skip ignored", pin, 0x5, {0, 0x50A}, Status::success, {none, 1, 10, 4}},
          {"SETTINGS_GET all", pin, 0x5, {0, 0x4'0000}, Status::success, {none, 3, 4, 1, 10, 4, 192, 5}},
          {"SETTINGS_GET all with skip", pin, 0x5, {0, 0x4'0200}, Status::success, {none, 1, 192, 5}},
          {"SETTINGS_GET all with skip >= available", pin, 0x5, {0, 0x4'0300}, Status::success, {none, 0}},
          {"SETTINGS_GET all with skip far beyond", pin, 0x5, {0, 0x4'FF00}, Status::success, {none, 0}},
          {"SETTINGS_GET function alone", pin, 0x5, {0, 0x8'0000}, Status::success, {none, 0}},
          {"SETTINGS_GET group: what all its pins have",
           pin,
           0x5,
           {0, 0x5'0000},
           Status::success,
           {none, 2, 4, 1, 10, 4}},
          {"SETTINGS_GET flag 3", pin, 0x5, {0, 0xC'0000}, Status::invalid_parameters},
          {"SETTINGS_GET selector function", pin, 0x5, {0, 0x2'0000}, Status::invalid_parameters},
          {"SETTINGS_GET selector 3", pin, 0x5, {0, 0x3'0000}, Status::invalid_parameters},
          {"SETTINGS_GET reserved bits", pin, 0x5, {0, 0x10'0000}, Status::invalid_parameters},
          {"SETTINGS_GET reserved type", pin, 0x5, {0, 21}, Status::invalid_parameters},
          {"SETTINGS_GET single type the pin lacks", pin, 0x5, {0, 11}, Status::not_supported},
          {"SETTINGS_GET unknown", pin, 0x5, {6, 0}, Status::not_found},
          {"CONFIGURE", pin, 0x6, {0, none, 2 << 2, 4, 0, 10, 8}, Status::success},
          {"CONFIGURE any order", pin, 0x6, {0, none, 2 << 2, 10, 8, 4, 0}, Status::success},
          {"CONFIGURE with no config and no function", pin, 0x6, {0, none, 0}, Status::invalid_parameters},
          {"CONFIGURE type reserved", pin, 0x6, {0, none, 1 << 2, 191, 0}, Status::invalid_parameters},
          {"CONFIGURE type bits [31:8]", pin, 0x6, {0, none, 1 << 2, 0x104, 0}, Status::invalid_parameters},
          {"CONFIGURE type twice", pin, 0x6, {0, none, 2 << 2, 4, 0, 4, 1}, Status::invalid_parameters},
          {"CONFIGURE reserved bits", pin, 0x6, {0, none, 0x804, 4, 0}, Status::invalid_parameters},
          {"CONFIGURE selector function", pin, 0x6, {0, none, 0x6, 4, 0}, Status::invalid_parameters},
          {"CONFIGURE unknown pin", pin, 0x6, {6, none, 0x4, 4, 0}, Status::not_found},
          {"CONFIGURE type the pin lacks", pin, 0x6, {0, none, 0x4, 11, 0}, Status::not_supported},
          {"CONFIGURE without permission", pin, 0x6, {4, none, 0x4, 4, 0}, Status::denied},
          {"CONFIGURE count field larger than the payload", pin, 0x6, {0, none, 2 << 2, 4, 0}, Status::protocol_error},
          {"CONFIGURE function", pin, 0x6, {0, 0, 0x401}, Status::success},
          {"CONFIGURE deselect", pin, 0x6, {0, none, 0x401}, Status::success},
          {"CONFIGURE unknown function", pin, 0x6, {0, 3, 0x401}, Status::invalid_parameters},
          {"CONFIGURE function of groups on a pin", pin, 0x6, {0, 0, 0x400}, Status::not_supported},
          {"CONFIGURE function that the pin lacks", pin, 0x6, {0, 1, 0x400}, Status::not_supported},
          {"CONFIGURE pin-only function on a group", pin, 0x6, {0, 1, 0x401}, Status::not_supported},
          {"CONFIGURE a group with a pin that may not", pin, 0x6, {1, none, 0x401}, Status::denied},
          {"REQUEST", pin, 0x7, {0, 0}, Status::success},
          {"REQUEST unknown", pin, 0x7, {6, 0}, Status::not_found},
          {"REQUEST selector function", pin, 0x7, {0, 2}, Status::invalid_parameters},
          {"REQUEST selector 3", pin, 0x7, {0, 3}, Status::invalid_parameters},
          {"REQUEST reserved bits", pin, 0x7, {0, 4}, Status::invalid_parameters},
          {"REQUEST not permitted", pin, 0x7, {4, 0}, Status::denied},
          {"RELEASE of something nobody owns", pin, 0x8, {0, 0}, Status::success},
          {"RELEASE selector function", pin, 0x8, {0, 2}, Status::invalid_parameters},
          {"RELEASE unknown", pin, 0x8, {6, 0}, Status::not_found},
          {"SET_PERMISSIONS", pin, 0xA, {2, 0, 4}, Status::success},
          {"SET_PERMISSIONS unknown agent", pin, 0xA, {3, 0, 4}, Status::not_found},
          {"SET_PERMISSIONS unknown pin", pin, 0xA, {2, 6, 4}, Status::not_found},
          {"SET_PERMISSIONS reserved bits", pin, 0xA, {2, 0, 8}, Status::invalid_parameters},
          {"SET_PERMISSIONS selector 3", pin, 0xA, {2, 0, 3}, Status::invalid_parameters},
          {"SET_PERMISSIONS function", pin, 0xA, {2, 0, 6}, Status::not_supported},
          {"SET_PERMISSIONS not trusted", pin, 0xA, {1, 0, 4}, Status::denied, {}, 2},
          {"wrong size 0x3", pin, 0x3, {0}, Status::protocol_error},
          {"wrong size 0x4", pin, 0x4, {0, 1}, Status::protocol_error},
          {"wrong size 0x5", pin, 0x5, {0}, Status::protocol_error},
          {"wrong size 0x6", pin, 0x6, {0, none}, Status::protocol_error},
          {"wrong size 0x7", pin, 0x7, {0}, Status::protocol_error},
          {"wrong size 0xA", pin, 0xA, {2, 0}, Status::protocol_error},
      });
  check_pins({ascending}, {
                              {"CONFIGURE unsorted, where order is insisted on",
                               pin,
                               0x6,
                               {0, none, 2 << 2, 10, 8, 4, 0},
                               Status::invalid_parameters},
                          });
  check_pins({without_request}, {
                                    {"REQUEST not served", pin, 0x7, {0, 0}, Status::not_supported},
                                    {"RELEASE not served", pin, 0x8, {0, 0}, Status::not_supported},
                                });
}

TEST_CASE("pin control: a pin that somebody requested is his alone, until he releases it or is gone") {
  for (const bool as_in_use : {false, true}) {
    CAPTURE(as_in_use);
    Bench t(as_in_use ? soc({in_use}) : soc());
    const Status refused = as_in_use ? Status::in_use : Status::denied;
    CHECK(t.ask(2, pin, 0x7, {0, 1}).status == Status::success);  // The group: both its pins.
    CHECK(t.ask(2, pin, 0x7, {0, 1}).status == Status::success);  // Again.
    CHECK(t.ask(1, pin, 0x7, {0, 0}).status == Status::in_use);
    CHECK(t.ask(1, pin, 0x7, {0, 1}).status == Status::in_use);
    CHECK(t.ask(1, pin, 0x6, {0, none, 0x4, 4, 0}).status == refused);
    CHECK(t.ask(1, pin, 0x8, {0, 0}).status == refused);
    CHECK(t.ask(1, pin, 0x5, {0, 4}).status == Status::success);
    CHECK(t.ask(2, pin, 0x6, {2, none, 0x4, 4, 0}).status == Status::success);
    CHECK(t.ask(2, pin, 0x8, {2, 0}).status == Status::success);  // tx alone.
    CHECK(t.ask(1, pin, 0x7, {0, 0}).status == Status::success);
    CHECK(t.ask(1, pin, 0x7, {0, 1}).status == Status::in_use);
    CHECK(t.ask(1, base, 0xB, {2, 0}).status == Status::success);  // Agent 2 is reset.
    CHECK(t.ask(1, pin, 0x7, {0, 1}).status == Status::success);
  }
}

TEST_CASE("pin control: a failed command changes nothing; defaults come back; an agent that is gone leaves none") {
  Bench t(soc());
  const auto tx = [&] { return t.ask(1, pin, 0x5, {0, 0x4'0000}).words; };
  const Words initial = {none, 3, 4, 1, 10, 4, 192, 5};
  CHECK(t.ask(1, pin, 0x6, {0, none, 2 << 2, 4, 0, 11, 1}).status == Status::not_supported);
  CHECK(tx() == initial);
  CHECK(t.ask(1, pin, 0x6, {0, none, 2 << 2, 4, 0, 192, 9}).status == Status::success);
  CHECK(tx() == Words{none, 3, 4, 0, 10, 4, 192, 9});
  CHECK(t.ask(1, pin, 0x6, {0, none, 2 << 2, 0, 0, 10, 7}).status == Status::success);
  CHECK(tx() == Words{none, 3, 4, 1, 10, 7, 192, 5});
  CHECK(t.ask(1, pin, 0x6, {0, 0, 0x405, 10, 12}).status == Status::success);  // The group, with its function.
  CHECK(tx() == Words{0, 3, 4, 1, 10, 12, 192, 5});
  CHECK((t.ask(2, pin, 0x5, {1, 0x4'0000}).words == Words{0, 2, 4, 0, 10, 12}));  // rx, by the guest's number.
  CHECK((t.ask(1, pin, 0x5, {0, 0x9'0000}).words == Words{0, 0}));
  CHECK(t.ask(2, pin, 0x6, {1, 1, 0x400}).status == Status::success);  // rx becomes a GPIO.
  CHECK((t.ask(1, pin, 0x5, {0, 0x9'0000}).words == Words{none, 0}));  // The group has no common one any more.
  t.platform.disconnect(AgentId(1));
  t.platform.disconnect(AgentId(2));
  CHECK(tx() == initial);
}

TEST_CASE("pin control: settings and associations come in pages that fit the channel") {
  Bench t(soc());
  const Reply first = t.ask(1, pin, 0x5, {5, 0x4'0000});
  REQUIRE(first.status == Status::success);
  CHECK(first.words.at(1) == (1U << 24 | 11));
  CHECK((t.ask(1, pin, 0x5, {5, 0x4'0B00}).words == Words{none, 1, 12, 12}));
  t.limits.max_payload = 12;
  CHECK((t.ask(1, pin, 0x4, {1, 1, 0}).words == Words{4U << 16 | 2, 1U << 16 | 0}));
  CHECK((t.ask(1, pin, 0x4, {1, 1, 4}).words == Words{2, 5U << 16 | 4}));
  CHECK(t.ask(1, pin, 0x5, {5, 0x4'0000}).status == Status::generic_error);
  // An odd number of ids is not padded.
  t.limits.max_payload = 100;
  std::vector<std::byte> reply(100);
  const auto parameters = std::array<std::uint32_t, 3>{1, 1, 3};
  const auto handled =
      t.platform.handle(AgentId(1), t.limits, Bench::header(pin, 0x4), std::as_bytes(std::span(parameters)), reply);
  CHECK(handled.size == 8 + 3 * 2);
}

TEST_CASE("pin control permissions: what a trusted agent takes away is gone until it is given back") {
  Bench t(soc());
  CHECK(t.ask(1, pin, 0xA, {2, 0, 1}).status == Status::success);  // The group, for the guest.
  CHECK(t.ask(2, pin, 0x6, {2, none, 0x4, 4, 0}).status == Status::denied);
  CHECK(t.ask(2, pin, 0x7, {1, 0}).status == Status::denied);
  CHECK(t.ask(2, pin, 0x6, {0, none, 0x4, 18, 0}).status == Status::success);
  CHECK(t.ask(1, pin, 0xA, {2, 0, 4}).status == Status::success);  // tx again.
  CHECK(t.ask(2, pin, 0x6, {2, none, 0x4, 4, 0}).status == Status::success);
  CHECK(t.ask(2, pin, 0x7, {0, 1}).status == Status::denied);    // Its group holds rx too.
  CHECK(t.ask(1, base, 0xB, {2, 1}).status == Status::success);  // With permissions.
  CHECK(t.ask(2, pin, 0x7, {0, 1}).status == Status::success);
  // A device that is denied: not there to read, denied to change.
  CHECK(t.ask(1, base, 0x9, {2, 0, 0}).status == Status::success);
  CHECK(t.ask(2, pin, 0x3, {0, 0}).status == Status::not_found);
  CHECK(t.ask(2, pin, 0x6, {0, none, 0x4, 18, 1}).status == Status::denied);
  CHECK(t.ask(2, pin, 0x3, {1, 0}).status == Status::success);
}

TEST_CASE("pin control: a description that cannot be is refused, key by key") {
  const auto complaint = [](Edit edit) {
    std::string text(description);
    text.replace(text.find(edit.from), edit.from.size(), edit.to);
    const auto made = parse_soc_config(text, "pins.toml");
    return made ? std::string("nothing") : describe(made.error().front());
  };
  CHECK(complaint({"bias_pull_up = 1, drive", "pull_up = 1, drive"}).find("neither the name nor the number") !=
        std::string::npos);
  CHECK(complaint({"\"192\" = 5", "\"21\" = 5"}).find("neither the name nor the number") != std::string::npos);
  CHECK(complaint({"[\"rx\", \"tx\"]", "[\"rx\", \"ty\"]"}).find("no pin is named") != std::string::npos);
  CHECK(complaint({"groups = [\"uart\"]", "groups = [\"spi\"]"}).find("no pin group is named") != std::string::npos);
  CHECK(complaint({"groups = [\"uart\"]", ""}).find("either groups or pins") != std::string::npos);
  CHECK(complaint({"name = \"all\"", "name = \"uart\""}).find("named \"uart\" already") != std::string::npos);
}
