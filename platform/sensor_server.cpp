// SPDX-License-Identifier: Apache-2.0
//
// The sensor protocol (DEN0056 0x15). Several things wrong with a command are told in the order NOT_FOUND,
// INVALID_PARAMETERS, NOT_SUPPORTED, DENIED.
#include <algorithm>
#include <limits>

#include "platform/call.hpp"
#include "protocols/sensor_messages.hpp"

namespace scmi::platform {
namespace {

using namespace sensor_protocol;

[[nodiscard]] const SensorConfig& described(const Call& call, Index sensor) { return call.config().sensors[sensor]; }
[[nodiscard]] SensorModel& model(Call& call) { return call.platform.soc().sensors(); }
[[nodiscard]] bool may_configure(const Call& call, Index sensor) {
  return call.agent.config().may_configure_sensor[sensor];
}
/// How many readings the caller may have pending. Without a P2A channel nobody could tell it of their end.
[[nodiscard]] std::uint32_t pending_max(const Call& call) {
  return call.limits.has_p2a ? call.config().sensor_max_pending_async : 0;
}
[[nodiscard]] bool can_async(const Call& call, Index sensor) {
  return described(call, sensor).async && pending_max(call) != 0;
}
[[nodiscard]] std::uint32_t put_signed(const BitField& field, std::int8_t value) {
  return field.put(static_cast<std::uint32_t>(std::int32_t{value}));
}
[[nodiscard]] bool long_name(const std::string& name) { return name.size() >= sizeof(ShortName); }

/// Version 1.0 has five bits for the seconds.
[[nodiscard]] std::uint32_t interval_1_0(SensorInterval interval) {
  using D = DescriptionGet::Descriptor;
  while (interval.mantissa > D::interval_seconds_1_0.max()) {
    interval.mantissa = static_cast<std::uint16_t>(interval.mantissa / 10);
    ++interval.exponent;
  }
  return D::interval_seconds_1_0.put(interval.mantissa) | put_signed(D::interval_exponent_1_0, interval.exponent);
}

template <class Descriptor>
void put_limits(const SensorAxisConfig& axis, Descriptor& d) {
  d.resolution = resolution_magnitude.put(axis.resolution) | put_signed(resolution_exponent, axis.resolution_exponent);
  d.min_range = axis.min.value_or(range_min_unknown);
  d.max_range = axis.max.value_or(range_max_unknown);
}

DescriptionGet::Descriptor descriptor_of(Call& call, std::uint32_t id, Index sensor) {
  using D = DescriptionGet::Descriptor;
  const SensorConfig& c = described(call, sensor);
  const bool old = call.version < version_2_0;
  const bool extended = c.power_uw != 0 || (!c.has_axes && c.axes.front().extended());
  D d;
  d.sensor_id = SensorId(id);
  d.name = std::string_view(c.name);
  d.attributes_low = attribute(D::async_read, call.version, can_async(call, sensor)) |
                     attribute(D::continuous_update, call.version, c.continuous && call.limits.has_p2a) |
                     attribute(D::extended_name, call.version, long_name(c.name)) |
                     attribute(D::timestamps, call.version, c.timestamps) |
                     attribute(D::extended, call.version, extended) | D::num_trip_points.put(c.trip_points);
  if (c.timestamps && !old) d.attributes_low |= put_signed(D::timestamp_exponent, c.timestamp_exponent);
  if (c.has_axes && !old) {
    d.attributes_high = D::axes.put(1) | D::num_axes.put(static_cast<std::uint32_t>(c.axes.size()));
  } else {
    d.attributes_high =
        D::type.put(static_cast<std::uint32_t>(c.axes.front().type)) | put_signed(D::exponent, c.axes.front().exponent);
  }
  if (old) d.attributes_high |= interval_1_0(model(call).interval(sensor));
  d.sensor_power_uw = c.power_uw;
  if (!c.has_axes) put_limits(c.axes.front(), d);
  return d;
}

Status protocol_attributes(Call& call, const ProtocolAttributes&, ProtocolAttributes::Reply& reply) {
  using R = ProtocolAttributes::Reply;
  const auto count = static_cast<std::uint32_t>(call.agent.view(call.protocol).size());
  reply.attributes = R::num_sensors.put(count) | R::max_async_requests.put(pending_max(call));
  return Status::success;
}

Status description_get(Call& call, const DescriptionGet& command, DescriptionGet::Reply& reply) {
  using R = DescriptionGet::Reply;
  const auto& visible = call.agent.view(call.protocol).visible();
  if (command.desc_index >= visible.size()) return Status::invalid_parameters;
  const std::size_t n =
      fill(call, command.desc_index, visible.size(), R::count.max(), reply.descriptors,
           [&](std::size_t i) { return descriptor_of(call, static_cast<std::uint32_t>(i), visible[i]); });
  if (n == 0) return Status::generic_error;
  reply.num_sensor_flags = R::remaining.put(static_cast<std::uint32_t>(visible.size() - command.desc_index - n));
  return Status::success;
}

/// The sensor of an axis command. NOT_FOUND, NOT_SUPPORTED for one without axes, DENIED.
tl::expected<Index, Status> sensor_with_axes(Call& call, SensorId id) {
  const auto sensor = call.resource(id.value);
  if (sensor && !described(call, *sensor).has_axes) return tl::unexpected(Status::not_supported);
  return sensor;
}

Status axis_description_get(Call& call, const AxisDescriptionGet& command, AxisDescriptionGet::Reply& reply) {
  using R = AxisDescriptionGet::Reply;
  using D = AxisDescriptionGet::Descriptor;
  const auto sensor = sensor_with_axes(call, command.sensor_id);
  if (!sensor) return sensor.error();
  const auto& axes = described(call, *sensor).axes;
  if (command.axis_desc_index >= axes.size()) return Status::invalid_parameters;
  const auto make = [&](std::size_t i) {
    const SensorAxisConfig& axis = axes[i];
    D d;
    d.axis_id = static_cast<std::uint32_t>(i);
    d.attributes_low = attribute(D::extended_name, call.version, long_name(axis.name)) |
                       attribute(D::extended, call.version, axis.extended());
    d.attributes_high = D::type.put(static_cast<std::uint32_t>(axis.type)) | put_signed(D::exponent, axis.exponent);
    d.name = std::string_view(axis.name);
    put_limits(axis, d);
    return d;
  };
  const std::size_t n = fill(call, command.axis_desc_index, axes.size(), R::count.max(), reply.descriptors, make);
  if (n == 0) return Status::generic_error;
  reply.num_axis_flags = R::remaining.put(static_cast<std::uint32_t>(axes.size() - command.axis_desc_index - n));
  return Status::success;
}

Status axis_name_get(Call& call, const AxisNameGet& command, AxisNameGet::Reply& reply) {
  using R = AxisNameGet::Reply;
  const auto sensor = sensor_with_axes(call, command.sensor_id);
  if (!sensor) return sensor.error();
  const auto& axes = described(call, *sensor).axes;
  if (command.axis_desc_index >= axes.size()) return Status::not_found;
  const std::size_t n =
      fill(call, command.axis_desc_index, axes.size(), R::count.max(), reply.names, [&](std::size_t i) {
        return AxisNameGet::AxisName{static_cast<std::uint32_t>(i), std::string_view(axes[i].name)};
      });
  if (n == 0) return Status::generic_error;
  reply.num_axis_flags = R::remaining.put(static_cast<std::uint32_t>(axes.size() - command.axis_desc_index - n));
  return Status::success;
}

Status list_update_intervals(Call& call, const ListUpdateIntervals& command, ListUpdateIntervals::Reply& reply) {
  using R = ListUpdateIntervals::Reply;
  const auto sensor = call.resource(command.sensor_id.value);
  if (!sensor) return sensor.error();
  const SensorConfig& c = described(call, *sensor);
  if (c.intervals.empty() && command.index == 0) return Status::success;
  if (command.index >= c.intervals.size() || (c.interval_range && command.index != 0)) {
    return Status::invalid_parameters;
  }
  const std::size_t left = c.intervals.size() - command.index;
  const std::size_t n = std::min<std::size_t>({left, call.room_for(4), R::count.max()});
  if (n == 0 || (c.interval_range && n < 3)) return Status::generic_error;
  for (std::size_t i = 0; i < n; ++i) reply.intervals.push_back(c.intervals[command.index + i].word());
  reply.num_intervals_flags =
      R::format.put(c.interval_range ? 1 : 0) | R::remaining.put(static_cast<std::uint32_t>(left - n));
  return Status::success;
}

Status trip_point_notify(Call& call, const TripPointNotify& command, Empty&) {
  const auto sensor = call.resource(command.sensor_id.value);
  if (!sensor) return sensor.error();
  if (const Status status = check_enable(command.sensor_event_control); status != Status::success) return status;
  if (described(call, *sensor).trip_points == 0) return Status::not_supported;
  call.agent.subscribe(Event::sensor_tripped, *sensor, command.sensor_event_control != 0);
  return Status::success;
}

Status trip_point_config(Call& call, const TripPointConfig& command, Empty&) {
  using C = TripPointConfig;
  const auto sensor = call.resource(command.sensor_id.value);
  if (!sensor) return sensor.error();
  const std::uint32_t control = command.trip_point_ev_ctrl;
  if ((control & reserved_bits(C::trip_point_ev_ctrl_bits, call.version)) != 0) return Status::invalid_parameters;
  const SensorConfig& c = described(call, *sensor);
  if (c.trip_points == 0) return Status::not_supported;
  const std::uint32_t id = C::trip_point_id.get(control);
  if (id >= c.trip_points) return Status::invalid_parameters;
  if (!may_configure(call, *sensor)) return Status::denied;
  const std::uint32_t direction = C::direction.get(control);
  model(call).set_trip_point(*sensor, id, (direction & C::positive) != 0, (direction & C::negative) != 0,
                             command.trip_point_val, call.now);
  return Status::success;
}

/// Fills the part of a reading that the version has.
template <class Message>
void put_samples(const std::vector<SensorSample>& samples, Message& message) {
  if constexpr (requires { message.value; }) message.value = samples.front().value;
  for (const SensorSample& sample : samples) message.readings.push_back({sample.value, sample.ticks});
}

Status reading_get(Call& call, const ReadingGet& command, ReadingGet::Reply& reply) {
  const auto sensor = call.resource(command.sensor_id.value);
  if (!sensor) return sensor.error();
  if ((command.flags & reserved_bits(ReadingGet::flags_bits, call.version)) != 0) return Status::invalid_parameters;
  const bool async = ReadingGet::async.test(command.flags);
  if (async && !can_async(call, *sensor)) {
    return call.behaviour().no_async_not_supported ? Status::not_supported : Status::invalid_parameters;
  }
  // 1.0 knows no sensor that is off.
  if (call.version >= version_2_0 && !model(call).enabled(*sensor)) return Status::protocol_error;
  if (async) {
    if (model(call).pending(call.id) >= pending_max(call)) return Status::busy;
    model(call).start_reading(call.id, *sensor, call.header, call.now);
    call.accepted_only = true;
    return Status::success;
  }
  const SensorConfig& c = described(call, *sensor);
  if (c.failed) return Status::hardware_error;
  put_samples(model(call).read(*sensor, call.now), reply);
  call.not_before = call.now + std::chrono::microseconds(c.read_latency_us);
  return Status::success;
}

Status config_get(Call& call, const ConfigGet& command, ConfigGet::Reply& reply) {
  const auto sensor = call.resource(command.sensor_id.value);
  if (!sensor) return sensor.error();
  const SensorModel& sensors = model(call);
  reply.sensor_config = config::put(sensors.interval(*sensor)) |
                        config::timestamps.put(sensors.timestamps(*sensor) ? 1 : 0) |
                        config::enabled.put(sensors.enabled(*sensor) ? 1 : 0);
  return Status::success;
}

[[nodiscard]] IntervalRounding rounding_of(std::uint32_t word) {
  const std::uint32_t rounding = config::rounding.get(word);
  if ((rounding & config::round_any) != 0) return IntervalRounding::any;
  return rounding == config::round_up ? IntervalRounding::up : IntervalRounding::down;
}

Status config_set(Call& call, const ConfigSet& command, Empty&) {
  const auto sensor = call.resource(command.sensor_id.value);
  if (!sensor) return sensor.error();
  const std::uint32_t word = command.sensor_config;
  if ((word & reserved_bits(config::set_bits, call.version)) != 0) return Status::invalid_parameters;
  const SensorConfig& c = described(call, *sensor);
  SensorModel& sensors = model(call);
  const SensorInterval wanted = config::interval(word);
  const bool timestamps = config::timestamps.test(word);
  std::optional<SensorInterval> interval;
  if (wanted.mantissa != 0 && !c.intervals.empty()) {
    interval = sensors.round(*sensor, wanted, rounding_of(word));
    if (!interval) return Status::invalid_parameters;
  }
  if (wanted.mantissa != 0 && c.intervals.empty()) return Status::not_supported;
  if (timestamps && !c.timestamps) return Status::not_supported;
  if (!may_configure(call, *sensor)) return Status::denied;
  sensors.set_timestamps(*sensor, timestamps);
  if (interval) sensors.set_interval(*sensor, *interval, call.now);
  sensors.set_enabled(call.id, *sensor, config::enabled.test(word), call.now);
  return Status::success;
}

Status continuous_update_notify(Call& call, const ContinuousUpdateNotify& command, Empty&) {
  const auto sensor = call.resource(command.sensor_id.value);
  if (!sensor) return sensor.error();
  if (const Status status = check_enable(command.notify_enable); status != Status::success) return status;
  if (!described(call, *sensor).continuous) return Status::not_supported;
  call.agent.subscribe(Event::sensor_updated, *sensor, command.notify_enable != 0);
  model(call).want_updates(call.id, *sensor, command.notify_enable != 0, call.now);
  return Status::success;
}

Status name_get(Call& call, const NameGet& command, NameGet::Reply& reply) {
  const auto sensor = call.resource(command.sensor_id.value);
  if (!sensor) return sensor.error();
  reply.name = std::string_view(described(call, *sensor).name);
  return Status::success;
}

constexpr std::array rows = {
    row<ProtocolVersion, protocol_version>(),
    row<ProtocolAttributes, protocol_attributes>(),
    row<ProtocolMessageAttributes, message_attributes>(),
    row<DescriptionGet, description_get>(),
    row<TripPointNotify, trip_point_notify>(Need::p2a),
    row<TripPointConfig, trip_point_config>(),
    row<ReadingGet, reading_get>(),
    row<AxisDescriptionGet, axis_description_get>(),
    row<ListUpdateIntervals, list_update_intervals>(),
    row<ConfigGet, config_get>(),
    row<ConfigSet, config_set>(),
    row<ContinuousUpdateNotify, continuous_update_notify>(Need::p2a),
    row<NameGet, name_get>(),
    row<AxisNameGet, axis_name_get>(),
    row<NegotiateProtocolVersion, negotiate>(),
};

}  // namespace

void tell(PlatformState& platform, AgentId cause, const SensorTripped& event) {
  platform.notify(Event::sensor_tripped, cause, true, event.sensor, [&](std::uint32_t id, Version) {
    const std::uint32_t what =
        TripPointEvent::trip_point_id.put(event.trip_point) | TripPointEvent::direction.put(event.positive ? 1 : 0);
    return TripPointEvent{AgentId(0), SensorId(id), what};
  });
}

void tell(PlatformState& platform, AgentId cause, const SensorUpdated& event) {
  platform.notify(Event::sensor_updated, cause, true, event.sensor, [&](std::uint32_t id, Version) {
    Update update{AgentId(0), SensorId(id), {}};
    put_samples(event.samples, update);
    return update;
  });
}

void tell(PlatformState& platform, AgentId cause, const SensorReadingDone& event) {
  const auto id = platform.agent(cause)->view(ServedProtocol::sensor).id_of(event.sensor);
  ReadingGet::Complete complete{SensorId(id.value_or(0)), 0, {}};
  put_samples(event.samples, complete);
  platform.complete(cause, event.header, event.status, complete);
}

const Server sensor_server{ServedProtocol::sensor, rows};

}  // namespace scmi::platform
