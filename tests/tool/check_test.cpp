// SPDX-License-Identifier: Apache-2.0
//
// The conformance run: our platform passes in every release, and every planted defect is found by the case that is
// there for it. In one process, on virtual time.
#include <doctest/doctest.h>

#include <fstream>
#include <set>
#include <sstream>

#include "platform/defects.hpp"
#include "tests/protocols/real_platform.hpp"
#include "tool/check/run.hpp"

namespace scmi::tool::check {
namespace {

/// A SoC with one agent and something to try every case on.
constexpr std::string_view laboratory = R"([soc]
name = "laboratory"
vendor = "acme"
sub_vendor = "lab"
implementation_version = 0x010203
profile = "3.2"
clock_max_pending_async = 2
sensor_max_pending_async = 2
power_unit = "mW"

[system_power]

[[agent]]
name = "examiner"
system_power = { role = "management" }
pin_control = { may_configure = ["rx", "tx"] }
clock = { may_set_rate = ["pixel", "pll", "bus"], may_set_state = ["pixel", "pll", "bus"], may_set_parent = ["pixel"] }
performance = { may_set_level = ["cpu", "gpu"], may_set_limits = ["cpu", "gpu"] }

[[power_domain]]
name = "cpu"
async = true
notify_requested = true
[[power_domain]]
name = "debug_with_a_long_name"
notify_changed = false
[[power_domain]]
name = "gpu"

[[performance_domain]]
name = "cpu"
levels = [{ level = 100 }, { level = 200 }, { level = 300 }, { level = 400 }, { level = 500 }, { level = 600 }]
initial_level = 300
[[performance_domain]]
name = "gpu"
level_indexing = true
levels = [{ level = 10 }, { level = 20 }, { level = 30 }]
[[performance_domain]]
name = "fixed"
levels = [{ level = 7 }]

[[clock]]
name = "pixel"
rates_hz = [1000, 2000, 4000, 8000, 16000, 32000, 64000, 128000, 256000, 512000, 1024000, 2048000, 4096000, 8192000]
rate_hz = 2000
parents = ["pll", "bus"]
[[clock]]
name = "pll"
range_hz = { min = 1000, max = 9000, step = 500 }
rate_hz = 3000
[[clock]]
name = "bus"
rates_hz = [100, 200]
enabled = true
[[clock]]
name = "reference_with_a_long_name"
rates_hz = [24000000]
enabled = true

[[sensor]]
name = "die"
type = "celsius"
exponent = -3
min = -40_000
max = 125_000
wave = { values = [20_000, 50_000, 70_000], step_us = 10_000 }
trip_points = 2
async = true
continuous = true
timestamps = true
intervals_us = [1_000, 10_000]
read_latency_us = 100
[[sensor]]
name = "supply_with_a_long_name"
type = "volt"
value = -2
[[sensor]]
name = "motion"
axes = [
  { name = "X", type = "metre_per_second_squared", value = 1 },
  { name = "Y", type = "metre_per_second_squared", value = 2 },
]
[[sensor]]
name = "broken"
type = "watt"
failed = true
async = true
[[sensor]]
name = "off"
type = "ampere"
enabled = false

[[reset_domain]]
name = "uart"
async = true
[[reset_domain]]
name = "synchronous"

[[voltage_domain]]
name = "core"
levels_uv = [800_000, 900_000, 1_000_000]
async = true
[[voltage_domain]]
name = "rail"
range_uv = { min = 800_000, max = 1_000_000, step = 10_000 }

[[powercap]]
name = "board"
unit = "mW"
cap_range = { min = 100, max = 1000, step = 10 }
pai_range_us = { min = 1000, max = 9000, step = 1000 }
static_power = 50
async = true
latency_us = 100
[[powercap]]
name = "meter"
parent = "board"
unit = "mW"
cap_range = { min = 200, max = 200 }
pai_range_us = { min = 1000, max = 1000 }
notify_cap = false

[[pin]]
name = "rx"
settings = { bias_pull_up = 1, drive_strength = 4, "192" = 5 }
[[pin]]
name = "tx"
settings = { "1" = 1, "2" = 2, "3" = 3, "4" = 4, "5" = 5, "6" = 6, "7" = 7, "8" = 8, "9" = 9, "10" = 10, "11" = 11, "12" = 12, "13" = 13, "14" = 14, "15" = 15, "16" = 16 }
[[pin]]
name = "a_pin_with_a_long_name"
[[pin_group]]
name = "uart"
pins = ["rx", "tx"]
[[pin_function]]
name = "serial"
groups = ["uart"]
[[pin_function]]
name = "gpio"
pins = ["rx", "a_pin_with_a_long_name"]
gpio = true

[telemetry]
intervals_us = [1000, 10_000]
[[telemetry.data_event]]
id = 0x1001
name = "energy"
count_per_s = 1000
timestamps = "line"
[[telemetry.data_event]]
id = 0x2002
shared = false
)";

[[nodiscard]] std::string file(const std::string& name) {
  std::ifstream in(std::string(SCMI_SOCS_DIR) + '/' + name);
  std::stringstream text;
  text << in.rdbuf();
  REQUIRE(in.good());
  return text.str();
}

[[nodiscard]] std::string with_profile(std::string text, std::string_view release) {
  const std::size_t at = text.find("profile = \"3.2\"");
  REQUIRE(at != std::string::npos);
  text.replace(at + 11, 3, release);
  return text;
}

[[nodiscard]] Outcomes examine(const std::string& soc, const Settings& settings,
                               std::vector<const platform::Defect*> planted = {}) {
  real::Bench bench(soc, {.planted = std::move(planted), .lenient = true});
  return run(bench.agent(), bench.clock(), settings);
}

void passes(const Outcomes& outcomes) {
  for (const Finding& f : outcomes.findings) {
    CAPTURE(f.id);
    CHECK_MESSAGE((f.verdict == Verdict::pass || f.verdict == Verdict::skipped), f.asked, " -> ", f.came, ", expected ",
                  f.expected);
  }
  CHECK(outcomes.summary[Verdict::pass] > 30);
}

/// A planted defect, and the case that has to find it.
struct Row {
  const char* defect;
  const char* found_by;
};

constexpr Row rows[] = {
    {"reply-token", "clock.strays"},
    {"reply-message-id", "power.state_get.reply"},
    {"reply-protocol-id", "perf.level_get.reply"},
    {"reply-type", "perf.limits_get.reply"},
    {"reply-empty", "clock.config_get.reply"},
    {"reply-short", "power.entities"},
    {"reply-long", "perf.domain_attributes.reply"},
    {"status-positive", "clock.rate_get.invalid_id"},
    {"unknown-command-success", "power.unknown_command"},
    {"unknown-command-denied", "clock.unknown_command"},
    {"discovery-knows-all", "clock.discovery.unknown"},
    {"discovery-hides", "power.state_set.offered"},
    {"discovery-low-byte", "base.discovery.unknown"},
    {"discovery-bits", "perf.discovery.basics"},
    {"discovery-promises", "clock.name_get.offered"},
    {"short-accepted", "power.state_get.too_short"},
    {"short-wrong-status", "clock.rate_set.too_short"},
    {"long-crashes-parser", "perf.level_get.too_long"},
    {"version-zero", "power.version"},
    {"version-wanders", "clock.version"},
    {"attributes-wander", "perf.attributes"},
    {"negotiate-accepts-all", "power.negotiate.refused"},
    {"negotiate-refuses-own", "clock.negotiate.same"},
    {"negotiate-ignored", "perf.negotiate.older"},
    {"base-count-high", "base.protocol_list"},
    {"base-agents-high", "base.agents"},
    {"base-agents-zero", "base.agents"},
    {"base-list-repeats", "base.protocol_list"},
    {"base-list-has-base", "base.protocol_list"},
    {"base-list-invents", "base.protocol_list"},
    {"base-list-ignores-skip", "base.protocol_list.skip"},
    {"base-list-inflated", "base.protocol_list"},
    {"base-list-past-end", "base.protocol_list.end"},
    {"base-self-wrong", "base.agents.self"},
    {"base-platform-name", "base.agents"},
    {"base-unknown-agent", "base.agents"},
    {"base-vendor-unended", "base.discover_vendor.reply"},
    {"base-vendor-missing", "base.identity"},
    {"base-implementation-wanders", "base.implementation_version"},
    {"base-notify-any", "base.notify_errors.bad_enable"},
    {"base-permissions-open", "base.permissions"},
    {"base-unlisted-answers", "base.unknown_protocol"},
    {"power-count-high", "power.entities"},
    {"power-hole", "power.entities"},
    {"power-name-unended", "power.domain_attributes.reply"},
    {"power-attributes-bits", "power.domain_attributes.reply"},
    {"power-unknown-domain", "power.state_get.invalid_id"},
    {"power-set-ignored", "power.state_set.off_and_on"},
    {"power-get-stale", "power.state_set.off_and_on"},
    {"power-state-any", "power.state_set.bad_state"},
    {"power-flags-any", "power.state_set.bad_flags"},
    {"power-async-any", "power.state_set.unsupported_async"},
    {"power-notify-missing", "power.state_set.off_and_on"},
    {"power-notify-state", "power.state_set.off_and_on"},
    {"power-notify-short", "power.state_set.off_and_on"},
    {"power-unsolicited", "power.unsolicited"},
    {"power-notify-any", "power.state_notify.bad_enable"},
    {"power-notify-everywhere", "power.state_change_requested_notify.available"},
    {"perf-levels-descending", "perf.levels.ascending"},
    {"perf-levels-endless", "perf.describe_levels.parts"},
    {"perf-levels-inflated", "perf.describe_levels.reply"},
    {"perf-levels-past-end", "perf.describe_levels.parts"},
    {"perf-level-ignored", "perf.level_set.takes_effect"},
    {"perf-level-any", "perf.level_set.out_of_range"},
    {"perf-level-undescribed", "perf.level_get.consistent"},
    {"perf-level-notify-missing", "perf.level_set.takes_effect"},
    {"perf-level-notify-domain", "perf.level_set.takes_effect"},
    {"perf-limits-swapped", "perf.level_get.consistent"},
    {"perf-limits-ignored", "perf.limits_set.takes_effect"},
    {"perf-limits-any", "perf.limits_set.out_of_range"},
    {"perf-limits-notify-missing", "perf.limits_set.takes_effect"},
    {"perf-rights-hidden", "perf.level_set.rights"},
    {"perf-rights-invented", "perf.limits_set.rights"},
    {"perf-unsubscribe-ignored", "perf.notify_level.off"},
    {"clock-rates-descending", "clock.rates"},
    {"clock-range-reversed", "clock.rates"},
    {"clock-rates-stuck", "clock.describe_rates.parts"},
    {"clock-unknown-clock", "clock.rate_get.invalid_id"},
    {"clock-unknown-status", "clock.rate_get.invalid_id"},
    {"clock-rate-ignored", "clock.rate_set.takes_effect"},
    {"clock-rate-stale", "clock.rate_set.takes_effect"},
    {"clock-rate-any", "clock.rate_set.out_of_range"},
    {"clock-rounding-ignored", "clock.rate_set.rounding"},
    {"clock-delayed-missing", "clock.rate_set.async"},
    {"clock-delayed-wrong-clock", "clock.rate_set.async"},
    {"clock-delayed-twice", "clock.strays"},
    {"clock-delayed-unasked", "clock.rate_set.silent_async"},
    {"clock-notify-missing", "clock.rate_set.takes_effect"},
    {"clock-notify-rate", "clock.rate_set.takes_effect"},
    {"clock-config-lies", "clock.config_get.agrees"},
    {"clock-config-any", "clock.config_set.bad"},
    {"clock-config-ignored", "clock.config_set.takes_effect"},
    {"clock-denied-open", "clock.permissions.denied"},
    {"clock-unrestricted", "clock.permissions.restricted"},
    {"clock-parent-stranger", "clock.parents"},
    {"clock-parent-any", "clock.parents"},
    {"clock-name-differs", "clock.name_get.name"},
    {"clock-flags-word", "clock.name_get.reply"},
    {"reset-unknown-domain", "reset.reset.invalid_id"},
    {"reset-name-unended", "reset.domain_attributes.reply"},
    {"reset-flags-any", "reset.reset.bad_flags"},
    {"reset-async-any", "reset.reset.unsupported_async"},
    {"reset-delayed-missing", "reset.reset.async"},
    {"reset-notify-missing", "reset.reset.issued"},
    {"reset-short-accepted", "reset.reset.too_short"},
    {"voltage-count-high", "voltage.entities"},
    {"voltage-levels-descending", "voltage.describe_levels.ascending"},
    {"voltage-levels-inflated", "voltage.describe_levels.reply"},
    {"voltage-level-ignored", "voltage.level_set.takes_effect"},
    {"voltage-level-any", "voltage.level_set.out_of_range"},
    {"voltage-mode-any", "voltage.config_set.bad_mode"},
    {"voltage-delayed-wrong-domain", "voltage.level_set.async"},
    {"voltage-config-bits", "voltage.config_get.reply"},
    {"system-state-odd", "system.power_state_get.possible"},
    {"system-state-any", "system.power_state_set.reserved_state"},
    {"system-flags-any", "system.power_state_set.reserved_bits"},
    {"system-up-twice", "system.power_state_set.already_up"},
    {"system-suspend-hidden", "system.power_state_set.not_announced"},
    {"system-suspend-ignored", "system.power_state_set.suspend_and_resume"},
    {"system-reset-hangs", "system.power_state_set.cold_reset"},
    {"system-notify-any", "system.power_state_notify.bad_enable"},
    {"sensor-count-high", "sensor.description_get.descriptions"},
    {"sensor-ids-shifted", "sensor.description_get.descriptions"},
    {"sensor-name-unended", "sensor.description_get.descriptions"},
    {"sensor-attributes-bits", "sensor.description_get.descriptions"},
    {"sensor-list-past-end", "sensor.description_get.descriptions"},
    {"sensor-axes-inflated", "sensor.axis_description_get.axes"},
    {"sensor-axes-everywhere", "sensor.axis_description_get.axes"},
    {"sensor-reading-short", "sensor.reading_get.readings"},
    {"sensor-reading-wild", "sensor.reading_get.readings"},
    {"sensor-off-reads", "sensor.reading_get.readings"},
    {"sensor-async-any", "sensor.reading_get.async"},
    {"sensor-delayed-missing", "sensor.reading_get.async"},
    {"sensor-delayed-wrong-sensor", "sensor.reading_get.async"},
    {"sensor-stamps-unasked", "sensor.config_get.timestamps"},
    {"sensor-config-any", "sensor.config_set.bad"},
    {"sensor-config-ignored", "sensor.config_set.takes_effect"},
    {"sensor-never-off", "sensor.config_set.off_and_on"},
    {"sensor-intervals-descending", "sensor.list_update_intervals.ascending"},
    {"sensor-trip-any", "sensor.trip_point_config.bad_trip_point"},
    {"sensor-trip-missing", "sensor.trip_point_config.crossing"},
    {"sensor-trip-point", "sensor.trip_point_config.crossing"},
    {"sensor-trip-everywhere", "sensor.trip_point_notify.available"},
    {"sensor-trip-notify-any", "sensor.trip_point_notify.bad_enable"},
    {"sensor-update-missing", "sensor.continuous_update_notify.update"},
    {"sensor-update-short", "sensor.continuous_update_notify.update"},
    {"sensor-update-everywhere", "sensor.continuous_update_notify.available"},
    {"powercap-step-zero", "powercap.domain_attributes.consistent"},
    {"powercap-range-reversed", "powercap.domain_attributes.consistent"},
    {"powercap-own-parent", "powercap.domain_attributes.parents"},
    {"powercap-cap-outside", "powercap.cap_get.possible"},
    {"powercap-fixed-set", "powercap.cap_set.fixed"},
    {"powercap-flags-any", "powercap.cap_set.bad_flags"},
    {"powercap-cap-any", "powercap.cap_set.out_of_range"},
    {"powercap-cap-ignored", "powercap.cap_set.takes_effect"},
    {"powercap-disable-refused", "powercap.cap_set.disabled"},
    {"powercap-notify-missing", "powercap.cap_set.takes_effect"},
    {"powercap-notify-short", "powercap.cap_set.takes_effect"},
    {"powercap-delayed-missing", "powercap.cap_set.async"},
    {"powercap-delayed-wrong-cap", "powercap.cap_set.async"},
    {"powercap-pai-any", "powercap.pai_set.bad"},
    {"powercap-pai-ignored", "powercap.pai_set.takes_effect"},
    {"powercap-measured-over-nothing", "powercap.measurements_get.monitoring"},
    {"powercap-thresholds-any", "powercap.measurements_notify.thresholds"},
    {"powercap-measurements-missing", "powercap.measurements_notify.told"},
    {"powercap-fastchannel-invented", "powercap.describe_fastchannel.consistent"},
    {"pin-count-high", "pin.attributes.elements"},
    {"pin-name-unended", "pin.attributes.elements"},
    {"pin-bits-of-functions", "pin.attributes.elements"},
    {"pin-selector-any", "pin.attributes.bad_selector"},
    {"pin-name-differs", "pin.name_get.names"},
    {"pin-associations-descending", "pin.list_associations.whole"},
    {"pin-associations-inflated", "pin.list_associations.whole"},
    {"pin-settings-descending", "pin.settings_get.settings"},
    {"pin-settings-endless", "pin.settings_get.settings"},
    {"pin-setting-differs", "pin.settings_get.settings"},
    {"pin-function-invented", "pin.settings_get.function_alone"},
    {"pin-configure-any", "pin.settings_configure.bad"},
    {"pin-configure-ignored", "pin.settings_configure.takes_effect"},
    {"pin-configure-short", "pin.settings_configure.short_list"},
    {"pin-request-any", "pin.request.bad_selector"},
    {"pin-release-refused", "pin.request.take_and_give_back"},
    {"pin-permissions-open", "pin.set_permissions.strangers"},
    {"telemetry-count-high", "telemetry.de_description.complete"},
    {"telemetry-group-stranger", "telemetry.de_description.complete"},
    {"telemetry-unknown-id", "telemetry.de_configure.unknown_id"},
    {"telemetry-enable-ignored", "telemetry.de_configure.takes_effect"},
    {"telemetry-intervals-descending", "telemetry.list_update_intervals.ascending"},
    {"telemetry-rate-any", "telemetry.config_set.bad_rate"},
    {"telemetry-reading-missing", "telemetry.config_set.single_read"},
    {"telemetry-reading-short", "telemetry.config_set.single_read"},
};

[[nodiscard]] ProtocolId protocol_of(std::string_view id) {
  const std::string_view prefix = id.substr(0, id.find('.'));
  for (const catalogue::ProtocolEntry& entry : catalogue::protocols()) {
    if (entry.name == prefix) return entry.id;
  }
  FAIL(std::string(id));
  return {};
}

}  // namespace

TEST_CASE("check: our platform passes in every release, and judged by that release") {
  for (std::size_t release = 0; release < platform::releases.size(); ++release) {
    CAPTURE(platform::releases[release]);
    for (const std::string& soc : {std::string(laboratory), file("juno-r2.toml")}) {
      const std::string text = with_profile(soc, platform::releases[release]);
      Settings settings;
      passes(examine(text, settings));
      settings.allow_destructive = true;
      settings.release = release;
      passes(examine(text, settings));
    }
  }
}

TEST_CASE("check: a platform of another release than the one that is judged by fails by its versions") {
  Settings settings;
  settings.release = 1;  // 2.0
  const Outcomes outcomes = examine(std::string(laboratory), settings);
  for (const Finding& f : outcomes.findings) {
    if (f.id == "base.version" || f.id == "clock.version") CHECK(f.verdict == Verdict::fail);
  }
}

TEST_CASE("check: every planted defect is found by its case") {
  for (const Row& row : rows) {
    CAPTURE(std::string(row.defect));
    CAPTURE(std::string(row.found_by));
    const platform::Defect* defect = platform::find_defect(row.defect);
    REQUIRE(defect != nullptr);
    Settings settings;
    settings.allow_destructive = true;
    settings.protocols = {protocol_of(row.found_by)};
    const Outcomes outcomes = examine(std::string(laboratory), settings, {defect});
    bool found = false;
    std::string others;
    for (const Finding& f : outcomes.findings) {
      if (f.verdict != Verdict::fail) continue;
      found = found || f.id == row.found_by;
      others += f.id + ' ';
      CHECK_FALSE(f.expected.empty());
    }
    CHECK_MESSAGE(found, "found instead: ", others);
  }
}

TEST_CASE("check: every defect there is has a row here, and no two have one name") {
  std::set<std::string_view> with_row;
  for (const Row& row : rows) CHECK(with_row.insert(row.defect).second);
  std::set<std::string_view> all;
  for (const platform::Defect& defect : platform::defects()) {
    CAPTURE(defect.name);
    CHECK(all.insert(defect.name).second);
    CHECK(with_row.contains(defect.name));
    CHECK(defect.sentence.ends_with('.'));
  }
  CHECK(all.size() >= 40);
}

TEST_CASE("check: a notification that comes together with the answer that starts or ends it was asked for") {
  constexpr platform::Defect eager{
      "eager", "Tells at every switch.", protocol::power_domain, 0x6, nullptr, [](platform::Exchange& e) {
        const MessageHeader header{MessageId(0x0), MessageType::notification, protocol::power_domain, Token()};
        const std::array<std::uint32_t, 3> words{0, e.asked(0), 0};
        if (e.status() == Status::success) e.send(header.pack(), words);
      }};
  Settings settings;
  settings.protocols = {protocol::power_domain};
  passes(examine(std::string(laboratory), settings, {&eager}));
}

TEST_CASE("check: what is not destructive leaves the platform as it was") {
  const auto state = [](real::Bench& bench) {
    std::string text;
    for (const catalogue::Entry& entry : catalogue::entries()) {
      const bool tells = entry.info->name.ends_with("_get") && entry.layout(catalogue::Kind::response) != nullptr;
      const bool moves = entry.info->name == "sensor.reading_get";  // By itself.
      if (!tells || moves || !bench.agent().has(entry.protocol)) continue;
      for (std::uint32_t id = 0; id < 4; ++id) {
        std::vector<std::byte> request(catalogue::describe(entry, catalogue::Kind::command, Version(0x40000)).size() *
                                       4);
        if (!request.empty()) request.front() = static_cast<std::byte>(id);
        std::array<std::byte, 128> reply;
        const auto n = bench.agent().raw_link(entry.protocol).transact(entry.info->message, request, reply);
        REQUIRE(n.has_value());
        for (std::size_t i = 0; i < *n; ++i) text += std::to_string(std::to_integer<int>(reply[i])) + ' ';
      }
    }
    return text;
  };
  real::Bench bench{std::string(laboratory), real::Options{}};
  const std::string before = state(bench);
  const Outcomes outcomes = run(bench.agent(), bench.clock(), {});
  CHECK(outcomes.summary[Verdict::fail] == 0);
  CHECK(state(bench) == before);
}

}  // namespace scmi::tool::check
