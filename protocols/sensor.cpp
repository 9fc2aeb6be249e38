// SPDX-License-Identifier: Apache-2.0
#include "protocols/sensor.hpp"

#include <algorithm>
#include <array>

namespace scmi {

using namespace sensor_protocol;

namespace {

constexpr std::array<Version, 4> known_versions{version_3_1, version_3_0, version_2_0, version_1_0};

[[nodiscard]] std::int8_t exponent_of(const BitField& field, std::uint32_t word) noexcept {
  return static_cast<std::int8_t>(field.get_signed(word));
}

/// Ranges have the exponent of the values, resolutions one of their own.
[[nodiscard]] SensorLimits limits_of(std::uint32_t resolution, std::int64_t min, std::int64_t max, SensorType type,
                                     std::int8_t exponent) noexcept {
  SensorLimits limits;
  if (min != range_min_unknown) limits.min = SensorValue{min, exponent, type};
  if (max != range_max_unknown) limits.max = SensorValue{max, exponent, type};
  if (const std::uint32_t magnitude = resolution_magnitude.get(resolution); magnitude != 0) {
    limits.resolution = SensorValue{magnitude, exponent_of(resolution_exponent, resolution), type};
  }
  return limits;
}

/// A message with a reading in it, as samples. Nothing if an axis is missing.
template <class Message>
[[nodiscard]] std::optional<SensorReading> reading_of(const Message& message, const SensorScale& scale,
                                                      Version version) {
  SensorReading reading;
  if constexpr (requires { message.value; }) {
    if (version < version_2_0) {
      if (scale.units.empty()) return std::nullopt;
      reading.samples.push_back({{message.value, scale.units[0].exponent, scale.units[0].type}, std::nullopt, 0});
      return reading;
    }
  }
  if (message.readings.size() < scale.units.size()) return std::nullopt;
  for (std::size_t i = 0; i < scale.units.size(); ++i) {
    const Reading& raw = message.readings[i];
    SensorSample sample{{raw.value, scale.units[i].exponent, scale.units[i].type}, std::nullopt, 0};
    if (scale.timestamp_exponent && raw.timestamp != 0) {
      sample.timestamp_ticks = raw.timestamp;
      sample.timestamp_exponent = *scale.timestamp_exponent;
    }
    reading.samples.push_back(sample);
  }
  return reading;
}

[[nodiscard]] Error incomplete(SensorId sensor) noexcept {
  return Error::local(LocalError::malformed_reply,
                      {protocol::sensor.value, ReadingGet::info.message.value, Step::none, sensor.value});
}

[[nodiscard]] SensorTripEvent::Callback trips(Sensors::TripCallback callback) {
  return [callback = std::move(callback)](const TripPointEvent& event) {
    callback({.agent = event.agent_id,
              .sensor = event.sensor_id,
              .trip_point = TripPointEvent::trip_point_id.get(event.trip_point_desc),
              .positive = TripPointEvent::direction.test(event.trip_point_desc)});
  };
}

[[nodiscard]] SensorUpdateEvent::Callback readings(SensorScale scale, Sensors::UpdateCallback callback) {
  return [scale = std::move(scale), callback = std::move(callback)](const Update& update) {
    if (update.sensor_id != scale.id) return;
    if (const auto reading = reading_of(update, scale, version_2_0)) callback(*reading);
  };
}

[[nodiscard]] constexpr std::uint32_t direction_bits(TripDirection direction) noexcept {
  switch (direction) {
    case TripDirection::off: return TripPointConfig::off;
    case TripDirection::positive: return TripPointConfig::positive;
    case TripDirection::negative: return TripPointConfig::negative;
    case TripDirection::both: return TripPointConfig::both;
  }
  return TripPointConfig::off;
}

[[nodiscard]] constexpr std::uint32_t rounding_bits(IntervalRounding rounding) noexcept {
  switch (rounding) {
    case IntervalRounding::down: return config::round_down;
    case IntervalRounding::up: return config::round_up;
    case IntervalRounding::any: return config::round_any;
  }
  return config::round_any;
}

}  // namespace

std::optional<std::uint64_t> SensorSample::timestamp_ns() const noexcept {
  if (!timestamp_ticks || *timestamp_ticks > static_cast<std::uint64_t>(range_max_unknown)) return std::nullopt;
  const auto ns = times_power_of_ten(static_cast<std::int64_t>(*timestamp_ticks), timestamp_exponent + 9);
  if (!ns) return std::nullopt;
  return static_cast<std::uint64_t>(*ns);
}

Result<SensorReading> PendingReading::wait() {
  const auto complete = call_.wait();
  if (!complete) return complete.error();
  auto reading = reading_of(*complete, scale_, version_);
  if (complete->sensor_id != scale_.id || !reading) return incomplete(complete->sensor_id);
  return *std::move(reading);
}

Result<Sensors> Sensors::open(const Agent& agent, const CallOptions& options) {
  auto opened = open_protocol(agent, protocol::sensor, known_versions, options);
  if (!opened) return opened.error();
  Sensors sensors(std::move(opened->link), opened->reported);
  const auto reply = call(sensors.link_, ProtocolAttributes{}, options);
  if (!reply) return reply.error().at(Step::protocol_attributes);
  sensors.count_ = ProtocolAttributes::Reply::num_sensors.get(reply->attributes);
  sensors.async_max_ = ProtocolAttributes::Reply::max_async_requests.get(reply->attributes);
  if (reply->sensor_reg_len_bytes != 0) {
    sensors.shared_memory_ = {reply->sensor_reg_address, reply->sensor_reg_len_bytes};
  }
  return Result<Sensors>(std::move(sensors));
}

Result<SensorInfo> Sensors::info_of(const Descriptor& d, const CallOptions& options) const {
  const bool old = version() < version_2_0;
  const auto has = [&](const BitField& b) { return version() >= b.since && b.test(d.attributes_low); };
  const auto name = detail::full_name(link_, NameGet{d.sensor_id}, d.name, has(Descriptor::extended_name), options);
  if (!name) return name.error();
  SensorInfo info;
  info.id = d.sensor_id;
  info.name = *name;
  info.short_name = std::string(d.name.view());
  info.type = static_cast<SensorType>(Descriptor::type.get(d.attributes_high));
  info.exponent = exponent_of(Descriptor::exponent, d.attributes_high);
  info.trip_point_count = Descriptor::num_trip_points.get(d.attributes_low);
  info.async_read = has(Descriptor::async_read);
  if (old) {
    const SensorInterval interval{static_cast<std::uint16_t>(Descriptor::interval_seconds_1_0.get(d.attributes_high)),
                                  exponent_of(Descriptor::interval_exponent_1_0, d.attributes_high)};
    if (interval.mantissa != 0) info.interval = interval;
    return info;
  }
  if (d.has_axes()) info.axis_count = Descriptor::num_axes.get(d.attributes_high);
  info.continuous_update = has(Descriptor::continuous_update);
  info.timestamps = has(Descriptor::timestamps);
  if (info.timestamps) info.timestamp_exponent = exponent_of(Descriptor::timestamp_exponent, d.attributes_low);
  if (!has(Descriptor::extended)) return info;
  if (d.sensor_power_uw != 0) info.power_uw = d.sensor_power_uw;
  if (info.axis_count == 0) {
    info.limits = limits_of(d.resolution, d.min_range, d.max_range, info.type, info.exponent);
  }
  return info;
}

Result<SensorInfo> Sensors::describe(SensorId sensor, const CallOptions& options) const {
  const auto page = call(link_, DescriptionGet{sensor.value}, options);
  if (!page) return page.error();
  if (page->descriptors.empty() || page->descriptors[0].sensor_id != sensor) {
    ErrorContext context = detail::context_of<DescriptionGet>(link_);
    context.detail = sensor.value;
    return Error::local(LocalError::malformed_reply, context);
  }
  return info_of(page->descriptors[0], options);
}

Result<std::vector<SensorInfo>> Sensors::list(const CallOptions& options) const {
  std::vector<SensorInfo> all;
  PageBounds bounds(detail::context_of<DescriptionGet>(link_));
  for (bool more = count_ != 0; more;) {
    const auto page = call(link_, DescriptionGet{bounds.next()}, options);
    if (!page) return page.error();
    const auto judged =
        bounds.take(page->descriptors.size(), DescriptionGet::Reply::remaining.get(page->num_sensor_flags));
    if (!judged) return judged.error();
    for (const Descriptor& descriptor : page->descriptors) {
      auto info = info_of(descriptor, options);
      if (!info) return info.error();
      all.push_back(std::move(*info));
    }
    more = *judged;
  }
  return Result<std::vector<SensorInfo>>(std::move(all));
}

Result<SensorId> Sensors::by_name(std::string_view name, const CallOptions& options) const {
  const auto all = list(options);
  if (!all) return all.error();
  return find_by_name(*all, name);
}

Result<std::vector<SensorAxisInfo>> Sensors::axes(SensorId sensor, const CallOptions& options) const {
  using Axis = AxisDescriptionGet::Descriptor;
  std::vector<SensorAxisInfo> axes;
  bool longer_names = false;
  PageBounds bounds(detail::context_of<AxisDescriptionGet>(link_));
  for (bool more = true; more;) {
    const auto page = detail::call_since(link_, AxisDescriptionGet{sensor, bounds.next()}, options);
    if (!page) return page.error();
    const auto judged =
        bounds.take(page->descriptors.size(), AxisDescriptionGet::Reply::remaining.get(page->num_axis_flags));
    if (!judged) return judged.error();
    for (const Axis& axis : page->descriptors) {
      SensorAxisInfo info;
      info.id = axis.axis_id;
      info.name = info.short_name = std::string(axis.name.view());
      info.type = static_cast<SensorType>(Axis::type.get(axis.attributes_high));
      info.exponent = exponent_of(Axis::exponent, axis.attributes_high);
      if (Axis::extended.test(axis.attributes_low)) {
        info.limits = limits_of(axis.resolution, axis.min_range, axis.max_range, info.type, info.exponent);
      }
      longer_names = longer_names || Axis::extended_name.test(axis.attributes_low);
      axes.push_back(std::move(info));
    }
    more = *judged;
  }
  if (longer_names && version() >= AxisNameGet::info.since) {
    const auto named = add_axis_names(sensor, axes, options);
    if (!named && named.error().origin != Origin::platform) return named.error();
  }
  return Result<std::vector<SensorAxisInfo>>(std::move(axes));
}

Result<void> Sensors::add_axis_names(SensorId sensor, std::vector<SensorAxisInfo>& axes,
                                     const CallOptions& options) const {
  PageBounds bounds(detail::context_of<AxisNameGet>(link_));
  for (bool more = true; more;) {
    const auto page = call(link_, AxisNameGet{sensor, bounds.next()}, options);
    if (!page) return page.error();
    const auto judged = bounds.take(page->names.size(), AxisNameGet::Reply::remaining.get(page->num_axis_flags));
    if (!judged) return judged.error();
    for (const AxisNameGet::AxisName& name : page->names) {
      const auto axis = std::ranges::find(axes, name.axis_id, &SensorAxisInfo::id);
      if (axis != axes.end()) axis->name = std::string(name.name.view());
    }
    more = *judged;
  }
  return {};
}

Result<SensorScale> Sensors::scale(const SensorInfo& info, const CallOptions& options) const {
  SensorScale scale{info.id, {}, std::nullopt};
  if (info.timestamps) scale.timestamp_exponent = info.timestamp_exponent;
  if (info.axis_count == 0) {
    scale.units = {{0, info.exponent, info.type}};
    return Result<SensorScale>(std::move(scale));
  }
  const auto described = axes(info.id, options);
  if (!described) return described.error();
  for (const SensorAxisInfo& axis : *described) scale.units.push_back({0, axis.exponent, axis.type});
  return Result<SensorScale>(std::move(scale));
}

Result<SensorReading> Sensors::read(const SensorScale& scale, const CallOptions& options) const {
  const auto reply = call(link_, ReadingGet{scale.id, 0}, options);
  if (!reply) return reply.error();
  auto reading = reading_of(*reply, scale, version());
  if (!reading) return incomplete(scale.id);
  return *std::move(reading);
}

Result<PendingReading> Sensors::read_async(const SensorScale& scale, PendingOptions options) const {
  auto started = start_delayed(link_, ReadingGet{scale.id, ReadingGet::async.put(1)}, std::move(options));
  if (!started) return started.error();
  return PendingReading(std::move(*started), scale, version());
}

Result<SensorIntervals> Sensors::intervals(SensorId sensor, const CallOptions& options) const {
  using Reply = ListUpdateIntervals::Reply;
  const ErrorContext context = detail::context_of<ListUpdateIntervals>(link_);
  PageBounds bounds(context);
  SensorIntervals result;
  for (bool more = true; more;) {
    const bool first = bounds.next() == 0;
    const auto page = detail::call_since(link_, ListUpdateIntervals{sensor, bounds.next()}, options);
    if (!page) return page.error();
    const auto& words = page->intervals;
    if (Reply::format.test(page->num_intervals_flags)) {
      if (!first || words.size() != 3) return Error::local(LocalError::malformed_reply, context);
      result.is_range = true;
      result.lowest = SensorInterval::from_word(words[0]);
      result.highest = SensorInterval::from_word(words[1]);
      result.step = SensorInterval::from_word(words[2]);
      return Result<SensorIntervals>(std::move(result));
    }
    const auto judged = bounds.take(words.size(), Reply::remaining.get(page->num_intervals_flags));
    if (!judged) return judged.error();
    for (const std::uint32_t word : words) result.discrete.push_back(SensorInterval::from_word(word));
    more = *judged;
  }
  return Result<SensorIntervals>(std::move(result));
}

Result<SensorConfig> Sensors::config_get(SensorId sensor, const CallOptions& options) const {
  const auto reply = detail::call_since(link_, ConfigGet{sensor}, options);
  if (!reply) return reply.error();
  return SensorConfig{.enabled = config::enabled.test(reply->sensor_config),
                      .timestamps = config::timestamps.test(reply->sensor_config),
                      .interval = config::interval(reply->sensor_config)};
}

Result<void> Sensors::config_set(SensorId sensor, const SensorConfigChange& change, IntervalRounding rounding,
                                 const CallOptions& options) const {
  const bool nothing = !change.enabled && !change.timestamps && !change.interval;
  if (nothing || (change.interval && change.interval->mantissa == 0)) {
    return Error::local(LocalError::invalid_argument, detail::context_of<ConfigSet>(link_));
  }
  SensorConfig present;
  if (!change.enabled || !change.timestamps) {
    const auto known = config_get(sensor, options);
    if (!known) return known.error();
    present = *known;
  }
  const bool enabled = change.enabled.value_or(present.enabled);
  const bool timestamps = change.timestamps.value_or(present.timestamps);
  const std::uint32_t word = config::put(change.interval.value_or(SensorInterval{})) |
                             config::rounding.put(change.interval ? rounding_bits(rounding) : 0) |
                             config::timestamps.put(timestamps ? 1 : 0) | config::enabled.put(enabled ? 1 : 0);
  return detail::order(link_, ConfigSet{sensor, word}, options);
}

Result<void> Sensors::trip_point_config(SensorId sensor, std::uint8_t trip_point, TripDirection direction,
                                        std::int64_t value, const CallOptions& options) const {
  const std::uint32_t control =
      TripPointConfig::trip_point_id.put(trip_point) | TripPointConfig::direction.put(direction_bits(direction));
  return detail::order(link_, TripPointConfig{sensor, control, value}, options);
}

Result<void> Sensors::trip_point_notify(SensorId sensor, bool enable, const CallOptions& options) const {
  return detail::order(link_, TripPointNotify{sensor, notify_enable_bit.put(enable ? 1 : 0)}, options);
}
Result<void> Sensors::continuous_update_notify(SensorId sensor, bool enable, const CallOptions& options) const {
  return detail::order(link_, ContinuousUpdateNotify{sensor, notify_enable_bit.put(enable ? 1 : 0)}, options);
}

Subscription Sensors::on_trip_point(TripCallback callback) const {
  return listen<SensorTripEvent>(link_, trips(std::move(callback)));
}

Subscription Sensors::on_update(SensorScale scale, UpdateCallback callback) const {
  return listen<SensorUpdateEvent>(link_, readings(std::move(scale), std::move(callback)));
}

Result<Subscription> Sensors::watch_trip_points(SensorId sensor, TripCallback callback,
                                                const CallOptions& options) const {
  return watch<SensorTripEvent>(link_, sensor, trips(std::move(callback)), options);
}

Result<Subscription> Sensors::watch_updates(SensorScale scale, UpdateCallback callback,
                                            const CallOptions& options) const {
  const SensorId sensor = scale.id;
  return watch<SensorUpdateEvent>(link_, sensor, readings(std::move(scale), std::move(callback)), options);
}

}  // namespace scmi
