// SPDX-License-Identifier: Apache-2.0
//
// The description of a simulated SoC: what stands in a platform/socs/*.toml file, checked and with every name
// resolved to a position. docs of the keys stand beside the members; the member's name is the key's, unless noted.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "platform/config_node.hpp"
#include "platform/index.hpp"
#include "platform/physics_config.hpp"
#include "platform/sensor_config.hpp"
#include "platform/telemetry_config.hpp"
#include "platform/versions.hpp"

namespace scmi::platform {

struct Defect;

/// [[power_domain]]
struct PowerDomainConfig {
  std::string name;               ///< Up to 63 characters.
  Index parent = no_index;        ///< Key holds a name. A domain is never on while its parent is off.
  bool sync = true;               ///< POWER_STATE_SET may be synchronous.
  bool async = false;             ///< ... asynchronous.
  bool notify_changed = true;     ///< POWER_STATE_CHANGED is available.
  bool notify_requested = false;  ///< POWER_STATE_CHANGE_REQUESTED is available.
  bool processor = false;         ///< Application processor: state words by level, always asynchronous.
  bool on = true;                 ///< State at start and when no agent asks for another.
  std::uint32_t latency_us = 0;   ///< Of any transition.
  /// State words from most to least powered; the first is ON, the last OFF. Key `states` lists those between.
  std::vector<std::uint32_t> states;
};

/// [system_power]: what can be done to the system as a whole.
struct SystemPowerConfig {
  bool full_view = false;  ///< view = "ospm" | "full": whether the protocol means everything there is.
  bool warm_reset = true;  ///< Can be done.
  bool suspend = true;     ///< Can be done.
  std::vector<std::uint32_t> vendor_states;  ///< 0x80000000 and above.
  std::uint32_t graceful_timeout_ms = 0;     ///< After which a graceful request is forced; 0: never.
};

/// [agent.system_power] role: who the agent is towards the system (DEN0056 system power management).
enum class SystemRole : std::uint8_t {
  ospm,        ///< Part of the system: it is told, and may not do anything.
  psci,        ///< Acts for the system: it may do everything but ask for its state, and power it up.
  management,  ///< Stands outside.
};
struct SystemRights {
  SystemRole role = SystemRole::ospm;
  bool notify = true;  ///< May be told.
};

/// One entry of a performance domain's `levels`.
struct PerformanceLevel {
  std::uint32_t level = 0;
  std::uint32_t power = 0;
  std::uint32_t latency_us = 0;
  std::uint32_t frequency_khz = 0;
  std::uint32_t index = 0;      ///< Default: 1, 2, ... in ascending order of level.
  std::int32_t voltage_uv = 0;  ///< 0: not said.
};

/// Which commands of a domain have a fast channel, for agents that may use them. Keys of the domain.
struct FastChannelsConfig {
  /// fast_channels = true, and fast_channel_messages = ["level_set", ...]; default: all that can.
  std::set<MessageId> messages;
  std::uint32_t doorbell_bits = 0;  ///< fast_channel_doorbell_bits: 8, 16, 32, 64; 0: the platform polls the payload.
  std::uint32_t rate_limit_us = 0;  ///< fast_channel_rate_limit_us, 20 bits.
};

/// [[performance_domain]]
struct PerformanceDomainConfig {
  std::string name;
  std::vector<PerformanceLevel> levels;  ///< Ascending by level, at least one.
  bool level_indexing = false;           ///< Served from 0x40000 on.
  std::uint32_t sustained_level = 0;     ///< A level's value; default the highest.
  std::uint32_t sustained_khz = 0;       ///< Default: that level's frequency.
  std::uint32_t initial_level = 0;       ///< Default: sustained_level.
  std::uint32_t rate_limit_us = 0;       ///< 20 bits.
  bool notify_limits = true;
  bool notify_level = true;
  FastChannelsConfig fast_channels;
  Index clock = no_index;           ///< Follows the level: rate = the level's frequency.
  Index power_domain = no_index;    ///< Where the domain's hardware sits: while that is off it consumes nothing.
  Index voltage_domain = no_index;  ///< Follows the level: voltage = the level's voltage_uv.
};

/// An entry of a clock's `extended`: one extended configuration type (DEN0056 CLOCK_CONFIG_SET).
struct ExtendedConfig {
  std::uint8_t type = 0;
  std::uint32_t min = 0;
  std::uint32_t max = 0;
  std::uint32_t value = 0;
};

/// [[clock]]
struct ClockConfig {
  std::string name;
  std::vector<std::uint64_t> rates_hz;  ///< Discrete, ascending. Empty with `range` false: a clock without rates.
  bool range = false;                   ///< Key `range_hz = {min, max, step}`.
  std::uint64_t min_hz = 0;
  std::uint64_t max_hz = 0;
  std::uint64_t step_hz = 0;   ///< 0: any rate in the range.
  std::uint64_t rate_hz = 0;   ///< At start; default the lowest.
  bool enabled = false;        ///< At start and when no agent asks for another.
  std::vector<Index> parents;  ///< Key holds names.
  Index parent = no_index;     ///< At start; default the first.
  std::uint32_t enable_delay_us = 0;
  std::uint32_t rate_latency_us = 0;  ///< Of a rate change.
  bool notify_changed = true;
  bool notify_requested = true;
  std::vector<ExtendedConfig> extended;
  Index power_domain = no_index;  ///< The clock stops while this domain is off.
};

/// [[reset_domain]]
struct ResetDomainConfig {
  std::string name;
  bool async = false;                 ///< RESET may be asynchronous.
  bool explicit_reset = true;         ///< Key `explicit`: agents may assert and deassert.
  bool notify = true;                 ///< RESET_ISSUED is available.
  bool asserted = false;              ///< At start and when no agent asks for another.
  std::uint32_t latency_us = 0;       ///< Of a reset by the platform.
  bool report_latency = true;         ///< The attributes tell it.
  std::vector<std::uint32_t> states;  ///< Besides COLD_RESET: the platform's own, with bit 31.
};

/// The words of VOLTAGE_CONFIG_SET; those of the platform's own have bit 3.
inline constexpr std::uint32_t voltage_mode_off = 0;
inline constexpr std::uint32_t voltage_mode_on = 7;
inline constexpr std::uint32_t voltage_mode_own_first = 8;
inline constexpr std::uint32_t voltage_mode_max = 15;

/// [[voltage_domain]]. Microvolts.
struct VoltageDomainConfig {
  std::string name;
  std::vector<std::int32_t> levels_uv;  ///< Discrete, ascending.
  bool range = false;                   ///< Key `range_uv = {min, max, step}` instead.
  std::int32_t min_uv = 0;
  std::int32_t max_uv = 0;
  std::int32_t step_uv = 0;              ///< Above 0.
  std::int32_t level_uv = 0;             ///< At start; default the lowest.
  std::uint32_t mode = voltage_mode_on;  ///< Key `on`: at start and when no agent asks for another.
  bool switchable = true;                ///< Its mode can be set.
  std::vector<std::uint32_t> modes;      ///< Besides on and off: the platform's own.
  bool async = false;                    ///< VOLTAGE_LEVEL_SET may be asynchronous.
  std::uint32_t latency_us = 0;          ///< Of a level change.

  [[nodiscard]] bool has_level(std::int32_t level) const noexcept {
    if (!range) return std::ranges::binary_search(levels_uv, level);
    return level >= min_uv && level <= max_uv && (std::int64_t{level} - min_uv) % step_uv == 0;
  }
};

/// Unit of a powercap domain, as its attributes encode it.
enum class PowercapUnit : std::uint8_t { abstract = 0, microwatt = 1, milliwatt = 2 };

/// [[powercap]]. Caps and powers are in the domain's own unit.
struct PowercapConfig {
  std::string name;
  Index parent = no_index;                      ///< Key holds a name. Its cap holds for this domain too.
  PowercapUnit unit = PowercapUnit::microwatt;  ///< unit = "abstract" | "uW" | "mW"
  std::uint32_t min_cap = 1;                    ///< Key `cap_range = {min, max, step}`. min = max: a fixed cap.
  std::uint32_t max_cap = 1;
  std::uint32_t cap_step = 0;
  std::uint32_t cap = 1;         ///< At start and when no agent asks for another; default max. 0: none.
  std::uint32_t min_pai_us = 1;  ///< Key `pai_range_us = {min, max, step}`.
  std::uint32_t max_pai_us = 1;
  std::uint32_t pai_step_us = 0;
  std::uint32_t pai_us = 1;                ///< At start; default min.
  std::uint32_t sustainable_power = 0;     ///< 0: not reported.
  std::uint32_t accuracy = 0;              ///< In 0.001 percent.
  std::uint32_t static_power = 0;          ///< What it consumes besides its performance domains.
  std::vector<Index> performance_domains;  ///< Whose levels it limits, and whose power it measures.
  bool monitoring = true;                  ///< POWERCAP_MEASUREMENTS_GET works.
  bool async = false;                      ///< POWERCAP_CAP_SET may be asynchronous.
  std::uint32_t latency_us = 0;            ///< Of a cap change.
  bool notify_cap = true;                  ///< POWERCAP_CAP_CHANGED is available.
  bool notify_measurements = true;         ///< POWERCAP_MEASUREMENTS_CHANGED; default: as monitoring.
  FastChannelsConfig fast_channels;

  [[nodiscard]] bool cap_configurable() const noexcept { return min_cap != max_cap; }
  [[nodiscard]] bool pai_configurable() const noexcept { return min_pai_us != max_pai_us; }
};

/// [[pin]]
struct PinConfig {
  std::string name;
  /// By type (DEN0056 PINCTRL_SETTINGS_GET), with the values at start. Keys are names ("bias_pull_up") or numbers.
  std::map<std::uint8_t, std::uint32_t> settings;
  Index function = no_index;  ///< At start none is selected.
};

/// [[pin_group]]
struct PinGroupConfig {
  std::string name;
  std::vector<Index> pins;  ///< Ascending; key holds names.
};

/// [[pin_function]]
struct PinFunctionConfig {
  std::string name;
  bool pin_only = false;      ///< It has `pins`, not `groups`.
  std::vector<Index> pins;    ///< Ascending; keys hold names.
  std::vector<Index> groups;  ///< Ascending.
  bool gpio = false;
};

/// [[device]]: resources that BASE_SET_DEVICE_PERMISSIONS grants together. A resource is in one device at most.
struct DeviceConfig {
  std::string name;
  PerProtocol<std::vector<Index>> members;  ///< Keys power_domains, clocks, ...
};

/// What one agent may do with a clock (CLOCK_GET_PERMISSIONS).
struct ClockRights {
  bool state = true;
  bool parent = true;
  bool rate = true;
};

/// [[agent.channel]]
struct ChannelConfig {
  std::vector<ServedProtocol> protocols;  ///< Which protocols share it. The one with "base" takes all not named.
  std::uint32_t size = 128;               ///< Bytes of the A2P area.
  bool p2a = true;                        ///< With a P2A area.
  std::uint32_t p2a_size = 128;           ///< Default: `size`.
};

/// How an error reply is laid out.
enum class ErrorReply : std::uint8_t {
  status,  ///< The status word alone.
  full,    ///< The success layout's length, zeroed behind the status.
};

/// [[agent]], ids 1, 2, ... in the order of the file. The `visible` and `may_*` lists name resources, take a
/// trailing `*`, and are everything when absent.
struct AgentConfig {
  std::string name;
  std::optional<std::uint32_t> uid;  ///< User that may claim the agent; absent: the platform's own.
  bool trusted = false;              ///< May use the permission commands of Base.
  PerProtocol<bool> protocols;       ///< Key `protocols`; Base is always allowed.
  /// Key `vendor_protocols`: numbers of the vendor protocols that it may use; absent: all that the platform serves.
  std::optional<std::set<std::uint8_t>> vendor_protocols;
  VersionSet versions;  ///< Own version of each protocol for this agent.
  ErrorReply error_reply = ErrorReply::status;
  std::vector<ChannelConfig> channels;
  PerProtocol<std::vector<Index>> visible;  ///< [agent.PROTOCOL] visible: the agent's ids in this order.
  // What it may change; one entry for each resource of the SoC.
  std::vector<bool> may_set_power;          ///< [agent.power_domain] may_set
  std::vector<bool> may_set_level;          ///< [agent.performance] may_set_level; one agent at most for each domain.
  std::vector<bool> may_set_limits;         ///< [agent.performance] may_set_limits
  std::vector<ClockRights> clock_rights;    ///< [agent.clock] may_set_state, may_set_parent, may_set_rate
  std::vector<bool> may_reset;              ///< [agent.reset_domain] may_reset
  std::vector<bool> may_set_voltage_level;  ///< [agent.voltage] may_set_level
  std::vector<bool> may_set_voltage_mode;   ///< [agent.voltage] may_set_mode
  std::vector<bool> may_set_powercap;       ///< [agent.powercap] may_set
  std::vector<bool> may_configure_sensor;   ///< [agent.sensor] may_configure: trip points, intervals, on and off.
  SystemRights system;                      ///< [agent.system_power]
  std::vector<bool> may_configure_pin;      ///< [agent.pin_control] may_configure
  bool may_configure_telemetry = true;      ///< [agent.telemetry] may_configure: enable, collect, reset.
  std::vector<bool> devices;  ///< Key `devices`: may ever be granted. Default: any that it sees a part of.
};

/// [behaviour]: where platforms in the field differ. Each default is the recommended one.
struct Behaviour {
  bool accept_longer_payload = true;           ///< longer_payload = "accept" | "refuse" (PROTOCOL_ERROR)
  bool unknown_message_not_found = true;       ///< unknown_message = "not_found" | "not_supported"
  bool notify_requester = true;                ///< The agent that caused a change gets the *_CHANGED event too.
  bool triplet_index_repeats = true;           ///< triplet_index = "repeat" | "out_of_range"
  bool voltage_triplet_index_repeats = false;  ///< voltage_triplet_index = "out_of_range" | "repeat"
  bool refuse_reserved_header = false;         ///< reserved_header_bits = "ignore" | "refuse" (PROTOCOL_ERROR)
  bool list_end_is_empty = true;               ///< protocol_list_end = "empty" | "invalid_parameters"
  bool approximate_levels = false;             ///< LEVEL_SET takes the next higher level.
  bool rate_limit_busy = false;                ///< rate_limited_request = "accept" | "busy"
  bool no_async_not_supported = true;          ///< async_unsupported = "not_supported" | "invalid_parameters"
  bool system_set_denied = false;              ///< system_set_unprivileged = "not_supported" | "denied"
  bool system_get_not_supported = false;       ///< system_get = "success" | "not_supported"
  bool disconnect_resets = true;        ///< disconnect = "reset" | "keep": what an agent asked for, when it is gone
  bool pins_of_others_denied = true;    ///< pins_of_others = "denied" | "in_use": changing what another agent requested
  bool pin_settings_ascending = false;  ///< pin_settings_order = "any" | "ascending" (INVALID_PARAMETERS)
  ErrorReply error_reply = ErrorReply::status;  ///< error_reply = "status" | "full"; an agent may override it.
  std::uint32_t fast_channel_poll_us = 4000;    ///< How often fast channels and their doorbells are looked at.
  // Set by habits (platform/habits.hpp); they have no keys of their own.
  bool disabled_protocol_error = false;  ///< A message of [disabled] is a PROTOCOL_ERROR.
  bool clip_levels = false;              ///< LEVEL_SET beyond the limits succeeds with the nearest level.
  bool stale_fast_channels = false;      ///< A setter's word is applied at each look, changed or not.
  bool unfiltered_events = false;        ///< Who subscribed to one source hears of all.
  bool p2a_starts_busy = false;          ///< See transport::AreaManners.
  bool p2a_never_waits = false;
  bool check_words = false;
};

/// Unit of performance power costs, as PROTOCOL_ATTRIBUTES encodes it.
enum class PowerUnit : std::uint8_t { abstract = 0, milliwatt = 1, microwatt = 2 };

/// The whole file.
struct SocConfig {
  std::string name;        ///< [soc] name, for people.
  std::string vendor;      ///< Up to 15 characters.
  std::string sub_vendor;  ///< Up to 15 characters.
  std::uint32_t implementation_version = 0;
  std::string_view profile;                     ///< [soc] profile
  VersionSet versions;                          ///< From the profile; [versions] overrides.
  PowerUnit power_unit = PowerUnit::milliwatt;  ///< power_unit = "abstract" | "mW" | "uW"
  std::uint8_t clock_max_pending_async = 0;
  std::uint8_t sensor_max_pending_async = 0;
  bool statistics = false;  ///< Statistics regions of power and performance domains.
  Behaviour behaviour;
  PerProtocol<std::set<std::uint8_t>> disabled;                     ///< [disabled] protocol = [message ids]
  std::map<ProtocolId, std::set<std::uint8_t>> disabled_of_vendor;  ///< [disabled] "0x84" = [message ids]
  /// [soc] vendor_protocols: numbers of those that are served; absent: all that there are servers for.
  std::optional<std::set<std::uint8_t>> vendor_protocols;
  std::string_view personality;       ///< [soc] personality; empty: none.
  std::vector<const Defect*> habits;  ///< Of the personality, and [soc] habits.
  std::vector<AgentConfig> agents;
  std::vector<DeviceConfig> devices;
  std::optional<SystemPowerConfig> system_power;
  std::vector<PowerDomainConfig> power_domains;
  std::vector<PerformanceDomainConfig> performance_domains;
  std::vector<ClockConfig> clocks;
  std::vector<SensorConfig> sensors;
  std::vector<ResetDomainConfig> reset_domains;
  std::vector<VoltageDomainConfig> voltage_domains;
  std::vector<PinConfig> pins;
  std::vector<PinGroupConfig> pin_groups;
  std::vector<PinFunctionConfig> pin_functions;
  std::vector<PowercapConfig> powercaps;
  PhysicsConfig physics;
  std::vector<PartConfig> parts;
  std::optional<TelemetryConfig> telemetry;  ///< Without it the protocol is not there.
};

/// How many resources of a protocol there are.
[[nodiscard]] std::size_t resource_count(const SocConfig& soc, ServedProtocol p) noexcept;
/// Whether the SoC offers a protocol: in these versions it is there, and has resources (if it is one that needs some).
[[nodiscard]] bool offered(const SocConfig& soc, const VersionSet& versions, ServedProtocol p) noexcept;

/// The state words of domains that are no application processors (DEN0056 power state).
inline constexpr std::uint32_t power_state_on = 0x0000'0000;
inline constexpr std::uint32_t power_state_off = 0x4000'0000;
inline constexpr std::uint32_t power_state_defined_bits = 0x4FFF'FFFF;

/// Reads a description from TOML text; `file` is the name used in errors. A [[clock]] or any
/// other resource with `count = N` stands for N of them: in its name and references "{}" becomes the copy's number and
/// "{/K}" that number divided by K. Errors: all that was found, each with line and key.
[[nodiscard]] tl::expected<SocConfig, ConfigErrors> parse_soc_config(std::string_view text, const std::string& file);
/// The same from a file. Further errors: it cannot be read, or is larger than 16 MiB.
[[nodiscard]] tl::expected<SocConfig, ConfigErrors> load_soc_config(const std::string& path);

}  // namespace scmi::platform
