// SPDX-License-Identifier: Apache-2.0
//
// Everything that a typed client can be asked to do, a line each: for tests which have to try all of it. A new client
// adds its lines here; the table in docs/protocols.md says "client" for the commands that these lines send.
#pragma once

#include <functional>
#include <optional>
#include <string_view>
#include <vector>

#include "protocols/base.hpp"
#include "protocols/clock.hpp"
#include "protocols/performance.hpp"
#include "protocols/pin_control.hpp"
#include "protocols/power_domain.hpp"
#include "protocols/powercap.hpp"
#include "protocols/reset_domain.hpp"
#include "protocols/sensor.hpp"
#include "protocols/system_power.hpp"
#include "protocols/telemetry.hpp"
#include "protocols/voltage.hpp"

namespace operations {

struct Operation {
  scmi::ProtocolId protocol;
  std::string_view name;
  /// Opens the client and does it; what went wrong, if anything did.
  std::function<std::optional<scmi::Error>(scmi::Agent&)> run;
};

/// One operation of `Client`, over a fresh one. `use` answers a Result.
template <class Client, class Use>
Operation of(scmi::ProtocolId protocol, std::string_view name, const Use& use) {
  return {protocol, name, [use](scmi::Agent& agent) -> std::optional<scmi::Error> {
            auto client = Client::open(agent);
            if (!client) return client.error();
            auto result = use(*client);
            if (!result) return result.error();
            return std::nullopt;
          }};
}

/// The same for one that goes on by itself, waited for.
template <class Client, class Use>
Operation pending(scmi::ProtocolId protocol, std::string_view name, const Use& use) {
  return of<Client>(protocol, name, [use](const Client& client) {
    auto started = use(client);
    using Waited = decltype(started->wait());
    if (!started) return Waited(started.error());
    return started->wait();
  });
}

/// What the operations are about.
inline constexpr scmi::DomainId d(0);
inline constexpr scmi::ClockId k(0);

inline std::vector<Operation> base() {
  using C = scmi::Base;
  using scmi::AgentId;
  constexpr auto p = scmi::protocol::base;
  return {
      of<C>(p, "platform_version", [](const C& c) { return c.platform_version(); }),
      of<C>(p, "counts", [](const C& c) { return c.counts(); }),
      of<C>(p, "vendor", [](const C& c) { return c.vendor(); }),
      of<C>(p, "sub_vendor", [](const C& c) { return c.sub_vendor(); }),
      of<C>(p, "implementation_version", [](const C& c) { return c.implementation_version(); }),
      of<C>(p, "protocols", [](const C& c) { return c.protocols(); }),
      of<C>(p, "discover_agent", [](const C& c) { return c.discover_agent(AgentId(1)); }),
      of<C>(p, "set_device_permissions", [](const C& c) { return c.set_device_permissions(AgentId(1), 0, true); }),
      of<C>(p, "set_protocol_permissions",
            [](const C& c) { return c.set_protocol_permissions(AgentId(1), 0, scmi::protocol::clock, true); }),
      of<C>(p, "reset_agent_configuration", [](const C& c) { return c.reset_agent_configuration(AgentId(1), false); }),
      of<C>(p, "notify_errors", [](const C& c) { return c.notify_errors(true); }),
      of<C>(p, "watch_errors", [](const C& c) { return c.watch_errors([](const auto&) {}); }),
  };
}

inline std::vector<Operation> power() {
  using C = scmi::PowerDomains;
  constexpr auto p = scmi::protocol::power_domain;
  return {
      of<C>(p, "describe", [](const C& c) { return c.describe(d); }),
      of<C>(p, "list", [](const C& c) { return c.list(); }),
      of<C>(p, "by_name", [](const C& c) { return c.by_name("x"); }),
      of<C>(p, "state_get", [](const C& c) { return c.state_get(d); }),
      of<C>(p, "state_set", [](const C& c) { return c.state_set(d, 0); }),
      of<C>(p, "state_notify", [](const C& c) { return c.state_notify(d, true); }),
      of<C>(p, "state_change_requested_notify", [](const C& c) { return c.state_change_requested_notify(d, true); }),
      of<C>(p, "watch_state", [](const C& c) { return c.watch_state(d, [](const auto&) {}); }),
      of<C>(p, "watch_state_requests", [](const C& c) { return c.watch_state_requests(d, [](const auto&) {}); }),
  };
}

inline std::vector<Operation> system_power() {
  using C = scmi::SystemPower;
  constexpr auto p = scmi::protocol::system_power;
  return {
      of<C>(p, "describe", [](const C& c) { return c.describe(); }),
      of<C>(p, "state_get", [](const C& c) { return c.state_get(); }),
      of<C>(p, "state_set", [](const C& c) { return c.state_set(scmi::system_power_protocol::cold_reset); }),
      of<C>(p, "state_notify", [](const C& c) { return c.state_notify(true); }),
      of<C>(p, "watch_state", [](const C& c) { return c.watch_state([](const auto&) {}); }),
  };
}

inline std::vector<Operation> performance() {
  using C = scmi::PerformanceDomains;
  constexpr auto p = scmi::protocol::performance;
  return {
      of<C>(p, "describe", [](const C& c) { return c.describe(d); }),
      of<C>(p, "list", [](const C& c) { return c.list(); }),
      of<C>(p, "by_name", [](const C& c) { return c.by_name("x"); }),
      of<C>(p, "levels", [](const C& c) { return c.levels(d); }),
      of<C>(p, "level_get", [](const C& c) { return c.level_get(d); }),
      of<C>(p, "level_set", [](const C& c) { return c.level_set(d, 1); }),
      of<C>(p, "limits_get", [](const C& c) { return c.limits_get(d); }),
      of<C>(p, "limits_set", [](const C& c) { return c.limits_set(d, 2, 1); }),
      of<C>(p, "has_fastchannel", [](const C& c) { return c.has_fastchannel(scmi::MessageId(0x7)); }),
      of<C>(p, "describe_fastchannel", [](const C& c) { return c.describe_fastchannel(d, scmi::MessageId(0x7)); }),
      of<C>(p, "notify_limits", [](const C& c) { return c.notify_limits(d, true); }),
      of<C>(p, "notify_level", [](const C& c) { return c.notify_level(d, true); }),
      of<C>(p, "watch_limits", [](const C& c) { return c.watch_limits(d, [](const auto&) {}); }),
      of<C>(p, "watch_level", [](const C& c) { return c.watch_level(d, [](const auto&) {}); }),
  };
}

inline std::vector<Operation> clock() {
  using C = scmi::Clocks;
  using scmi::ClockId;
  constexpr auto p = scmi::protocol::clock;
  return {
      of<C>(p, "describe", [](const C& c) { return c.describe(k); }),
      of<C>(p, "list", [](const C& c) { return c.list(); }),
      of<C>(p, "by_name", [](const C& c) { return c.by_name("x"); }),
      of<C>(p, "rates", [](const C& c) { return c.rates(k); }),
      of<C>(p, "rate_get", [](const C& c) { return c.rate_get(k); }),
      of<C>(p, "rate_set", [](const C& c) { return c.rate_set(k, 1000); }),
      pending<C>(p, "rate_set_async", [](const C& c) { return c.rate_set_async(k, 1000); }),
      of<C>(p, "rate_set_unconfirmed", [](const C& c) { return c.rate_set_unconfirmed(k, 1000); }),
      of<C>(p, "enable", [](const C& c) { return c.enable(k); }),
      of<C>(p, "disable", [](const C& c) { return c.disable(k); }),
      of<C>(p, "config_set", [](const C& c) { return c.config_set(k, true, {1, 50}); }),
      of<C>(p, "config_get", [](const C& c) { return c.config_get(k); }),
      of<C>(p, "possible_parents", [](const C& c) { return c.possible_parents(k); }),
      of<C>(p, "parent_get", [](const C& c) { return c.parent_get(k); }),
      of<C>(p, "parent_set", [](const C& c) { return c.parent_set(k, ClockId(1)); }),
      of<C>(p, "permissions", [](const C& c) { return c.permissions(k); }),
      of<C>(p, "rate_notify", [](const C& c) { return c.rate_notify(k, true); }),
      of<C>(p, "rate_change_requested_notify", [](const C& c) { return c.rate_change_requested_notify(k, true); }),
      of<C>(p, "watch_rate", [](const C& c) { return c.watch_rate(k, [](const auto&) {}); }),
      of<C>(p, "watch_rate_requests", [](const C& c) { return c.watch_rate_requests(k, [](const auto&) {}); }),
  };
}

inline std::vector<Operation> sensor() {
  using C = scmi::Sensors;
  constexpr scmi::SensorId s(0);
  constexpr auto p = scmi::protocol::sensor;
  const scmi::SensorScale scale{s, {scmi::SensorValue{}}, std::nullopt};
  return {
      of<C>(p, "describe", [=](const C& c) { return c.describe(s); }),
      of<C>(p, "list", [](const C& c) { return c.list(); }),
      of<C>(p, "by_name", [](const C& c) { return c.by_name("x"); }),
      of<C>(p, "axes", [=](const C& c) { return c.axes(s); }),
      of<C>(p, "read", [=](const C& c) { return c.read(scale); }),
      pending<C>(p, "read_async", [=](const C& c) { return c.read_async(scale); }),
      of<C>(p, "intervals", [=](const C& c) { return c.intervals(s); }),
      of<C>(p, "config_get", [=](const C& c) { return c.config_get(s); }),
      of<C>(p, "config_set",
            [=](const C& c) { return c.config_set(s, {.enabled = true, .timestamps = {}, .interval = {}}); }),
      of<C>(p, "trip_point_config",
            [=](const C& c) { return c.trip_point_config(s, 0, scmi::TripDirection::both, 1000); }),
      of<C>(p, "trip_point_notify", [=](const C& c) { return c.trip_point_notify(s, true); }),
      of<C>(p, "continuous_update_notify", [=](const C& c) { return c.continuous_update_notify(s, true); }),
      of<C>(p, "watch_trip_points", [=](const C& c) { return c.watch_trip_points(s, [](const auto&) {}); }),
      of<C>(p, "watch_updates", [=](const C& c) { return c.watch_updates(scale, [](const auto&) {}); }),
  };
}

inline std::vector<Operation> reset() {
  using C = scmi::ResetDomains;
  constexpr auto p = scmi::protocol::reset_domain;
  return {
      of<C>(p, "describe", [](const C& c) { return c.describe(d); }),
      of<C>(p, "list", [](const C& c) { return c.list(); }),
      of<C>(p, "by_name", [](const C& c) { return c.by_name("x"); }),
      of<C>(p, "reset", [](const C& c) { return c.reset(d); }),
      pending<C>(p, "reset_async", [](const C& c) { return c.reset_async(d); }),
      of<C>(p, "assert_reset", [](const C& c) { return c.assert_reset(d); }),
      of<C>(p, "deassert_reset", [](const C& c) { return c.deassert_reset(d); }),
      of<C>(p, "reset_notify", [](const C& c) { return c.reset_notify(d, true); }),
      of<C>(p, "watch_reset", [](const C& c) { return c.watch_reset(d, [](const auto&) {}); }),
  };
}

inline std::vector<Operation> voltage() {
  using C = scmi::VoltageDomains;
  constexpr auto p = scmi::protocol::voltage;
  return {
      of<C>(p, "describe", [](const C& c) { return c.describe(d); }),
      of<C>(p, "list", [](const C& c) { return c.list(); }),
      of<C>(p, "by_name", [](const C& c) { return c.by_name("x"); }),
      of<C>(p, "levels", [](const C& c) { return c.levels(d); }),
      of<C>(p, "level_get", [](const C& c) { return c.level_get(d); }),
      of<C>(p, "level_set", [](const C& c) { return c.level_set(d, 900'000); }),
      pending<C>(p, "level_set_async", [](const C& c) { return c.level_set_async(d, 900'000); }),
      of<C>(p, "config_get", [](const C& c) { return c.config_get(d); }),
      of<C>(p, "enable", [](const C& c) { return c.enable(d); }),
      of<C>(p, "disable", [](const C& c) { return c.disable(d); }),
  };
}

inline std::vector<Operation> powercap() {
  using C = scmi::Powercaps;
  constexpr auto p = scmi::protocol::powercap;
  return {
      of<C>(p, "describe", [](const C& c) { return c.describe(d); }),
      of<C>(p, "list", [](const C& c) { return c.list(); }),
      of<C>(p, "by_name", [](const C& c) { return c.by_name("x"); }),
      of<C>(p, "cap_get", [](const C& c) { return c.cap_get(d); }),
      of<C>(p, "cap_set", [](const C& c) { return c.cap_set(d, 1000); }),
      of<C>(p, "cap_disable", [](const C& c) { return c.cap_disable(d); }),
      pending<C>(p, "cap_set_async", [](const C& c) { return c.cap_set_async(d, 1000); }),
      of<C>(p, "pai_get", [](const C& c) { return c.pai_get(d); }),
      of<C>(p, "pai_set", [](const C& c) { return c.pai_set(d, 1000); }),
      of<C>(p, "measurements_get", [](const C& c) { return c.measurements_get(d); }),
      of<C>(p, "has_fastchannel", [](const C& c) { return c.has_fastchannel(scmi::MessageId(0x5)); }),
      of<C>(p, "describe_fastchannel", [](const C& c) { return c.describe_fastchannel(d, scmi::MessageId(0x5)); }),
      of<C>(p, "cap_notify", [](const C& c) { return c.cap_notify(d, true); }),
      of<C>(p, "measurements_notify", [](const C& c) { return c.measurements_notify(d, true, {1, 2}); }),
      of<C>(p, "watch_cap", [](const C& c) { return c.watch_cap(d, [](const auto&) {}); }),
      of<C>(p, "watch_measurements", [](const C& c) { return c.watch_measurements(d, {1, 2}, [](const auto&) {}); }),
  };
}

inline std::vector<Operation> pin_control() {
  using C = scmi::PinControl;
  using scmi::PinKind;
  constexpr scmi::PinRef pin{PinKind::pin, 0};
  constexpr auto p = scmi::protocol::pin_control;
  return {
      of<C>(p, "describe", [=](const C& c) { return c.describe(pin); }),
      of<C>(p, "list", [](const C& c) { return c.list(PinKind::pin); }),
      of<C>(p, "by_name", [](const C& c) { return c.by_name(PinKind::pin, "x"); }),
      of<C>(p, "associations", [](const C& c) { return c.associations({PinKind::group, 0}); }),
      of<C>(p, "state", [=](const C& c) { return c.state(pin); }),
      of<C>(p, "setting", [=](const C& c) { return c.setting(pin, 1); }),
      of<C>(p, "function", [=](const C& c) { return c.function(pin); }),
      of<C>(p, "configure", [=](const C& c) { return c.configure(pin, {{4, 1}}); }),
      of<C>(p, "select_function", [=](const C& c) { return c.select_function(pin, 0); }),
      of<C>(p, "request", [=](const C& c) { return c.request(pin); }),
      of<C>(p, "release", [=](const C& c) { return c.release(pin); }),
      of<C>(p, "set_permissions", [=](const C& c) { return c.set_permissions(scmi::AgentId(1), pin, true); }),
  };
}

/// Finding one by id or by name is looking through the list.
inline std::vector<Operation> telemetry() {
  using C = scmi::Telemetry;
  using S = scmi::TelemetryScope;
  constexpr auto p = scmi::protocol::telemetry;
  constexpr scmi::DataEventId e(0x1001);
  constexpr scmi::SensorInterval second{1, 0};
  constexpr scmi::TelemetryConfig config{true, scmi::TelemetryCollect::on_demand, second};
  return {
      of<C>(p, "list", [](const C& c) { return c.list(); }),
      of<C>(p, "shmtis", [](const C& c) { return c.shmtis(); }),
      of<C>(p, "intervals", [](const C& c) { return c.intervals(); }),
      of<C>(p, "enable", [=](const C& c) { return c.enable(e, true); }),
      of<C>(p, "enable_group", [](const C& c) { return c.enable_group(0, false); }),
      of<C>(p, "disable", [=](const C& c) { return c.disable(e); }),
      of<C>(p, "disable_group", [](const C& c) { return c.disable_group(0); }),
      of<C>(p, "disable_all", [](const C& c) { return c.disable_all(); }),
      of<C>(p, "enabled", [](const C& c) { return c.enabled(); }),
      of<C>(p, "enabled_groups", [](const C& c) { return c.enabled_groups(); }),
      of<C>(p, "config_get", [](const C& c) { return c.config_get(); }),
      of<C>(p, "config_set", [=](const C& c) { return c.config_set(S::all(), config); }),
      pending<C>(p, "read_async", [](const C& c) { return c.read_async(); }),
      of<C>(p, "reset", [](const C& c) { return c.reset(); }),
      of<C>(p, "watch_updates", [=](const C& c) { return c.watch_updates(S::all(), second, [](const auto&) {}); }),
  };
}

/// All of them.
inline std::vector<Operation> all() {
  std::vector<Operation> list;
  for (auto part : {base,          //
                    power,         //
                    system_power,  //
                    performance,   //
                    clock,         //
                    sensor,        //
                    reset,         //
                    voltage,       //
                    powercap,      //
                    pin_control,   //
                    telemetry}) {
    for (Operation& operation : part()) list.push_back(std::move(operation));
  }
  return list;
}

/// Everything that a typed client can hear.
struct Listener {
  scmi::ProtocolId protocol;
  scmi::MessageId notification;
  std::string_view name;
  /// Counts what is heard while the subscription lives.
  std::function<scmi::Subscription(scmi::Agent&, int& heard)> subscribe;
};

template <class Client, class Use>
Listener hears(const scmi::MessageInfo& info, std::string_view name, Use use) {
  return {info.protocol, info.message, name, [use](scmi::Agent& agent, int& heard) {
            auto client = Client::open(agent);
            return client ? use(*client, [&heard](const auto&) { ++heard; }) : scmi::Subscription();
          }};
}

inline std::vector<Listener> listeners() {
  using namespace scmi;
  return {
      hears<Base>(base_protocol::ErrorEvent::info, "on_error_event",
                  [](const Base& c, auto heard) { return c.on_error_event(heard); }),
      hears<PowerDomains>(power_domain_protocol::StateChanged::info, "on_state_changed",
                          [](const PowerDomains& c, auto heard) { return c.on_state_changed(heard); }),
      hears<PowerDomains>(power_domain_protocol::StateChangeRequested::info, "on_state_change_requested",
                          [](const PowerDomains& c, auto heard) { return c.on_state_change_requested(heard); }),
      hears<SystemPower>(system_power_protocol::StateNotifier::info, "on_state",
                         [](const SystemPower& c, auto heard) { return c.on_state(heard); }),
      hears<PerformanceDomains>(performance_protocol::LimitsChanged::info, "on_limits_changed",
                                [](const PerformanceDomains& c, auto heard) { return c.on_limits_changed(heard); }),
      hears<PerformanceDomains>(performance_protocol::LevelChanged::info, "on_level_changed",
                                [](const PerformanceDomains& c, auto heard) { return c.on_level_changed(heard); }),
      hears<Clocks>(clock_protocol::RateChanged::info, "on_rate_changed",
                    [](const Clocks& c, auto heard) { return c.on_rate_changed(heard); }),
      hears<Clocks>(clock_protocol::RateChangeRequested::info, "on_rate_change_requested",
                    [](const Clocks& c, auto heard) { return c.on_rate_change_requested(heard); }),
      hears<Sensors>(sensor_protocol::TripPointEvent::info, "on_trip_point",
                     [](const Sensors& c, auto heard) { return c.on_trip_point(heard); }),
      hears<Sensors>(sensor_protocol::Update::info, "on_update",
                     [](const Sensors& c, auto heard) {
                       return c.on_update({SensorId(1), {SensorValue{}}, std::nullopt}, heard);
                     }),
      hears<ResetDomains>(reset_domain_protocol::Issued::info, "on_reset_issued",
                          [](const ResetDomains& c, auto heard) { return c.on_reset_issued(heard); }),
      hears<Powercaps>(powercap_protocol::CapChanged::info, "on_cap_changed",
                       [](const Powercaps& c, auto heard) { return c.on_cap_changed(heard); }),
      hears<Powercaps>(powercap_protocol::MeasurementsChanged::info, "on_measurements_changed",
                       [](const Powercaps& c, auto heard) { return c.on_measurements_changed(heard); }),
      hears<Telemetry>(telemetry_protocol::Update::info, "on_update",
                       [](const Telemetry& c, auto heard) { return c.on_update(heard); }),
  };
}

}  // namespace operations
