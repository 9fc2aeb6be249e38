// SPDX-License-Identifier: Apache-2.0
#include "protocols/catalogue.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "protocols/catalogue_entry.hpp"
#include "protocols/clock_messages.hpp"
#include "protocols/performance_messages.hpp"
#include "protocols/pin_control_messages.hpp"
#include "protocols/power_domain_messages.hpp"
#include "protocols/powercap_messages.hpp"
#include "protocols/reset_domain_messages.hpp"
#include "protocols/sensor_messages.hpp"
#include "protocols/system_power_messages.hpp"
#include "protocols/telemetry_messages.hpp"
#include "protocols/voltage_messages.hpp"
#include "scmi/base_messages.hpp"
#include "scmi/common_messages.hpp"

namespace scmi::catalogue {
namespace {

constexpr auto protocol_table = std::to_array<ProtocolEntry>({
    ProtocolEntry{protocol::base, "base", base_protocol::newest},
    ProtocolEntry{protocol::power_domain, "power", power_domain_protocol::newest},
    ProtocolEntry{protocol::system_power, "system", system_power_protocol::newest},
    ProtocolEntry{protocol::performance, "perf", performance_protocol::newest},
    ProtocolEntry{protocol::clock, "clock", clock_protocol::newest},
    ProtocolEntry{protocol::sensor, "sensor", sensor_protocol::newest},
    ProtocolEntry{protocol::reset_domain, "reset", reset_domain_protocol::newest},
    ProtocolEntry{protocol::voltage, "voltage", voltage_protocol::newest},
    ProtocolEntry{protocol::powercap, "powercap", powercap_protocol::newest},
    ProtocolEntry{protocol::pin_control, "pin", pin_control_protocol::newest},
    ProtocolEntry{protocol::telemetry, "telemetry", telemetry_protocol::newest},
});

consteval const ProtocolEntry& owner(ProtocolId id) {
  return *std::ranges::find(protocol_table, id, &ProtocolEntry::id);
}

template <class M>
constexpr Entry entry(const ProtocolEntry& owner) {
  return detail::entry_of<M>(owner.id, owner.name);
}

/// The protocol's own messages, with those that every protocol has put in at their numbers.
template <class Attributes, class... Rest>
constexpr auto protocol_entries(const ProtocolEntry& owner) {
  std::array<Entry, 4 + sizeof...(Rest)> list{entry<ProtocolVersion>(owner), entry<Attributes>(owner),
                                              entry<ProtocolMessageAttributes>(owner),
                                              entry<NegotiateProtocolVersion>(owner), entry<Rest>(owner)...};
  std::ranges::sort(list, {}, detail::order_of);
  return list;
}

constexpr auto base_entries = [] {
  using namespace base_protocol;
  return protocol_entries<ProtocolAttributes, DiscoverVendor, DiscoverSubVendor, DiscoverImplementationVersion,
                          DiscoverListProtocols, DiscoverAgent, NotifyErrors, SetDevicePermissions,
                          SetProtocolPermissions, ResetAgentConfiguration, ErrorEvent>(owner(protocol::base));
}();

constexpr auto power_entries = [] {
  using namespace power_domain_protocol;
  return protocol_entries<ProtocolAttributes, DomainAttributes, StateSet, StateGet, StateNotify,
                          StateChangeRequestedNotify, DomainNameGet, StateChanged, StateChangeRequested>(
      owner(protocol::power_domain));
}();

constexpr auto system_power_entries = [] {
  using namespace system_power_protocol;
  return protocol_entries<ProtocolAttributes, StateSet, StateGet, StateNotify, StateNotifier>(
      owner(protocol::system_power));
}();

constexpr auto performance_entries = [] {
  using namespace performance_protocol;
  return protocol_entries<ProtocolAttributes, DomainAttributes, DescribeLevels, LimitsSet, LimitsGet, LevelSet,
                          LevelGet, NotifyLimits, NotifyLevel, DescribeFastchannel, DomainNameGet, LimitsChanged,
                          LevelChanged>(owner(protocol::performance));
}();

constexpr auto clock_entries = [] {
  using namespace clock_protocol;
  return protocol_entries<ProtocolAttributes, Attributes, DescribeRates, RateSet, RateGet, ConfigSet, NameGet,
                          RateNotify, RateChangeRequestedNotify, ConfigGet, PossibleParentsGet, ParentSet, ParentGet,
                          GetPermissions, RateChanged, RateChangeRequested>(owner(protocol::clock));
}();

constexpr auto sensor_entries = [] {
  using namespace sensor_protocol;
  return protocol_entries<ProtocolAttributes, DescriptionGet, TripPointNotify, TripPointConfig, ReadingGet,
                          AxisDescriptionGet, ListUpdateIntervals, ConfigGet, ConfigSet, ContinuousUpdateNotify,
                          NameGet, AxisNameGet, TripPointEvent, Update>(owner(protocol::sensor));
}();

constexpr auto reset_domain_entries = [] {
  using namespace reset_domain_protocol;
  return protocol_entries<ProtocolAttributes, DomainAttributes, Reset, Notify, DomainNameGet, Issued>(
      owner(protocol::reset_domain));
}();

constexpr auto voltage_entries = [] {
  using namespace voltage_protocol;
  return protocol_entries<ProtocolAttributes, DomainAttributes, DescribeLevels, ConfigSet, ConfigGet, LevelSet,
                          LevelGet, DomainNameGet>(owner(protocol::voltage));
}();

constexpr auto powercap_entries = [] {
  using namespace powercap_protocol;
  return protocol_entries<ProtocolAttributes, DomainAttributes, CapGet, CapSet, PaiGet, PaiSet, DomainNameGet,
                          MeasurementsGet, CapNotify, MeasurementsNotify, DescribeFastchannel, CapChanged,
                          MeasurementsChanged>(owner(protocol::powercap));
}();

constexpr auto pin_control_entries = [] {
  using namespace pin_control_protocol;
  return protocol_entries<ProtocolAttributes, Attributes, ListAssociations, SettingsGet, SettingsConfigure, Request,
                          Release, NameGet, SetPermissions>(owner(protocol::pin_control));
}();

constexpr auto telemetry_entries = [] {
  using namespace telemetry_protocol;
  return protocol_entries<ProtocolAttributes, ListShmti, DeDescription, ListUpdateIntervals, DeConfigure, DeEnabledList,
                          ConfigSet, ConfigGet, Reset, Update>(owner(protocol::telemetry));
}();

template <std::size_t... N>
constexpr auto join(const std::array<Entry, N>&... lists) {
  std::array<Entry, (N + ...)> all{};
  auto out = all.begin();
  ((out = std::ranges::copy(lists, out).out), ...);
  return all;
}

constexpr auto all_entries =
    join(base_entries, power_entries, system_power_entries, performance_entries, clock_entries, sensor_entries,
         reset_domain_entries, voltage_entries, powercap_entries, pin_control_entries, telemetry_entries);

[[nodiscard]] std::string with_unit(std::string_view name, Unit unit) {
  return unit == Unit::none ? std::string(name) : fmt::format("{}_{}", name, suffix(unit));
}

}  // namespace

std::string_view name(Kind kind) noexcept {
  switch (kind) {
    case Kind::command: return "command";
    case Kind::response: return "response";
    case Kind::delayed_response: return "delayed_response";
    case Kind::notification: return "notification";
  }
  return "unknown";
}

std::optional<Kind> kind_of(MessageType type, bool towards_agent) noexcept {
  switch (type) {
    case MessageType::command: return towards_agent ? Kind::response : Kind::command;
    case MessageType::delayed_response: return Kind::delayed_response;
    case MessageType::notification: return Kind::notification;
    case MessageType::reserved: break;
  }
  return std::nullopt;
}

std::span<const ProtocolEntry> protocols() noexcept { return protocol_table; }

const ProtocolEntry* find_protocol(ProtocolId id) noexcept {
  const auto* const found = std::ranges::find(protocol_table, id, &ProtocolEntry::id);
  return found == protocol_table.end() ? nullptr : found;
}

std::string protocol_name(ProtocolId id) {
  if (const ProtocolEntry* known = find_protocol(id)) return std::string(known->name);
  return fmt::format("{:#04x}", id.value);
}

std::string FieldValue::key() const { return with_unit(name, unit); }
std::string FieldInfo::key() const { return with_unit(name, unit); }

std::string Entry::name() const {
  return info->protocol == ProtocolId{} ? fmt::format("{}.{}", protocol_name, info->name) : std::string(info->name);
}

const Layout* Entry::layout(Kind kind) const noexcept {
  const Layout* chosen = nullptr;
  switch (kind) {
    case Kind::command: chosen = is_notification() ? nullptr : &payload; break;
    case Kind::notification: chosen = is_notification() ? &payload : nullptr; break;
    case Kind::response: chosen = &response; break;
    case Kind::delayed_response: chosen = &delayed_response; break;
  }
  return chosen != nullptr && chosen->decode != nullptr ? chosen : nullptr;
}

std::span<const Entry> entries() noexcept { return all_entries; }

const Entry* detail::find_in(std::span<const Entry> entries, ProtocolId protocol, Kind kind,
                             MessageId message) noexcept {
  const auto found = std::ranges::find_if(entries, [&](const Entry& e) {
    return e.protocol == protocol && e.info->message == message && e.layout(kind) != nullptr;
  });
  return found == entries.end() ? nullptr : &*found;
}

const Entry* detail::find_in(std::span<const Entry> entries, std::string_view name) noexcept {
  const auto found = std::ranges::find_if(entries, [&](const Entry& e) {
    if (e.info->protocol != ProtocolId{}) return e.info->name == name;
    return name.size() == e.protocol_name.size() + 1 + e.info->name.size() && name.starts_with(e.protocol_name) &&
           name[e.protocol_name.size()] == '.' && name.ends_with(e.info->name);
  });
  return found == entries.end() ? nullptr : &*found;
}

const Entry* find(ProtocolId protocol, Kind kind, MessageId message) noexcept {
  return detail::find_in(all_entries, protocol, kind, message);
}

const Entry* find(std::string_view name) noexcept { return detail::find_in(all_entries, name); }

Result<Decoded> decode(const Entry& entry, Kind kind, std::span<const std::byte> payload, Version version) {
  const Layout* layout = entry.layout(kind);
  const ErrorContext context{.protocol = entry.protocol.value, .message = entry.info->message.value};
  if (layout == nullptr) return Error::local(LocalError::unsupported, context);
  auto decoded = layout->decode(payload, version, kind == Kind::response || kind == Kind::delayed_response);
  if (decoded) return decoded;
  Error error = decoded.error();
  error.context.protocol = context.protocol;
  error.context.message = context.message;
  return error;
}

std::vector<FieldInfo> describe(const Entry& entry, Kind kind, Version version) {
  const Layout* layout = entry.layout(kind);
  if (layout == nullptr) return {};
  return layout->describe(version, kind == Kind::response || kind == Kind::delayed_response);
}

ArgumentResult<std::vector<std::byte>> encode(const Entry& entry, Kind kind, std::span<const Argument> arguments,
                                              Version version) {
  const Layout* layout = entry.layout(kind);
  if (layout == nullptr) {
    return tl::unexpected(
        ArgumentError{ArgumentError::Reason::not_a_payload, {}, fmt::format("{} has no {}", entry.name(), name(kind))});
  }
  return layout->encode(entry.name(), arguments, version, kind == Kind::response || kind == Kind::delayed_response);
}

}  // namespace scmi::catalogue
