// SPDX-License-Identifier: Apache-2.0
//
// Readings, trip points and updates of the simulated sensors.
#include "platform/sensor_model.hpp"

#include <algorithm>

namespace scmi::platform {
namespace {

/// Finer than this no update is sent, whatever interval was asked for.
constexpr std::uint64_t update_us_min = 100;

[[nodiscard]] std::uint64_t nanoseconds(SensorInterval interval) noexcept {
  return interval.ns().value_or(std::uint64_t{1} << 62);
}

}  // namespace

SensorModel::SensorModel(const SocConfig& config, const Physics& physics, Agenda& agenda, SocObserver& observer,
                         Instant start)
    : config_(config),
      physics_(physics),
      agenda_(agenda),
      observer_(observer),
      start_(start),
      sensors_(config.sensors.size()) {
  for (Index i = 0; i < sensors_.size(); ++i) {
    sensors_[i].interval = config.sensors[i].interval;
    sensors_[i].trip_points.resize(config.sensors[i].trip_points);
  }
}

bool SensorModel::enabled(Index sensor) const {
  const Sensor& s = sensors_[sensor];
  if (s.enables.empty()) return config_.sensors[sensor].enabled;
  return s.enables.fold(false, [](bool any, bool wish) { return any || wish; });
}

std::int64_t SensorModel::value(const SensorAxisConfig& axis, Instant now) const {
  const std::int64_t value = value_of(axis.input, physics_, axis.exponent, now);
  if (axis.min && value < *axis.min) return *axis.min;
  return axis.max && value > *axis.max ? *axis.max : value;
}

std::int64_t SensorModel::first_value(Index sensor, Instant now) const {
  return value(config_.sensors[sensor].axes.front(), now);
}

std::vector<SensorSample> SensorModel::read(Index sensor, Instant now) const {
  const SensorConfig& c = config_.sensors[sensor];
  std::uint64_t ticks = 0;
  if (sensors_[sensor].timestamps) {
    const std::int64_t ns = std::chrono::nanoseconds(now - start_).count();
    // Never 0: that means "no time stamp".
    ticks = static_cast<std::uint64_t>(
        std::max<std::int64_t>(times_power_of_ten(ns, -9 - c.timestamp_exponent).value_or(0), 1));
  }
  std::vector<SensorSample> samples;
  for (const SensorAxisConfig& axis : c.axes) samples.push_back({value(axis, now), ticks});
  return samples;
}

std::size_t SensorModel::pending(AgentId agent) const {
  return static_cast<std::size_t>(
      std::count_if(jobs_.begin(), jobs_.end(), [&](const Job& job) { return job.agent == agent; }));
}

void SensorModel::start_reading(AgentId agent, Index sensor, std::uint32_t header, Instant now) {
  const Instant done = now + std::chrono::microseconds(config_.sensors[sensor].read_latency_us);
  jobs_.push_back({agenda_.put(done, AgendaKind::sensor, sensor), agent, sensor, header});
}

void SensorModel::set_enabled(AgentId agent, Index sensor, bool wish, Instant now) {
  sensors_[sensor].enables.set(agent, wish);
  arrange(sensor, now);
}

std::optional<SensorInterval> SensorModel::round(Index sensor, SensorInterval wanted, IntervalRounding rounding) const {
  const SensorConfig& c = config_.sensors[sensor];
  const std::uint64_t ns = nanoseconds(wanted);
  std::optional<std::uint64_t> below;
  std::optional<std::uint64_t> above;
  if (c.interval_range) {
    const std::uint64_t min = nanoseconds(c.intervals[0]);
    const std::uint64_t max = nanoseconds(c.intervals[1]);
    const std::uint64_t step = std::max<std::uint64_t>(nanoseconds(c.intervals[2]), 1);
    const std::uint64_t top = min + (max - min) / step * step;
    if (ns >= min) below = std::min(top, min + (ns - min) / step * step);
    if (ns <= top) above = ns <= min ? min : min + (ns - min + step - 1) / step * step;
  } else {
    for (const SensorInterval& one : c.intervals) {
      const std::uint64_t its = nanoseconds(one);
      if (its <= ns) below = its;
      if (its >= ns && !above) above = its;
    }
  }
  std::optional<std::uint64_t> chosen = rounding == IntervalRounding::up ? above : below;
  if (rounding == IntervalRounding::any && above && (!below || *above - ns < ns - *below)) chosen = above;
  if (!chosen) return std::nullopt;
  return SensorInterval::from_ns(*chosen);
}

void SensorModel::set_interval(Index sensor, SensorInterval interval, Instant now) {
  sensors_[sensor].interval = interval;
  agenda_.cancel(sensors_[sensor].update);
  arrange(sensor, now);
}

void SensorModel::set_trip_point(Index sensor, std::uint32_t trip_point, bool positive, bool negative,
                                 std::int64_t value_at, Instant now) {
  Sensor& s = sensors_[sensor];
  // What has happened so far must not be taken for a crossing of the new one.
  if (s.sampling.ticket != 0) look(sensor, now);
  s.last = first_value(sensor, now);
  s.trip_points[trip_point] = {positive, negative, value_at};
  arrange(sensor, now);
}

void SensorModel::want_updates(AgentId agent, Index sensor, bool wanted, Instant now) {
  Requests<bool>& updates = sensors_[sensor].updates;
  if (wanted) {
    updates.set(agent, true);
  } else {
    updates.drop(agent);
  }
  arrange(sensor, now);
}

void SensorModel::arrange(Index sensor, Instant now) {
  Sensor& s = sensors_[sensor];
  const bool on = enabled(sensor);
  const bool samples = on && std::any_of(s.trip_points.begin(), s.trip_points.end(),
                                         [](const TripPoint& t) { return t.positive || t.negative; });
  if (!samples) {
    agenda_.cancel(s.sampling);
  } else if (s.sampling.ticket == 0) {
    s.last = first_value(sensor, now);
    const std::chrono::microseconds period(config_.sensors[sensor].sample_us);
    s.sampling = agenda_.put(now + period, AgendaKind::sensor, sensor);
  }
  const bool updates = on && !s.updates.empty() && s.interval.mantissa != 0;
  if (!updates) {
    agenda_.cancel(s.update);
  } else if (s.update.ticket == 0) {
    const std::uint64_t us = std::max(nanoseconds(s.interval) / 1000, update_us_min);
    s.update = agenda_.put(now + std::chrono::microseconds(us), AgendaKind::sensor, sensor);
  }
}

void SensorModel::look(Index sensor, Instant now) {
  Sensor& s = sensors_[sensor];
  const std::int64_t before = s.last;
  s.last = first_value(sensor, now);
  for (std::uint32_t i = 0; i < s.trip_points.size(); ++i) {
    const TripPoint& t = s.trip_points[i];
    if (t.positive && before < t.value && s.last >= t.value) {
      observer_.happened(AgentId(0), SensorTripped{sensor, i, true});
    }
    if (t.negative && before > t.value && s.last <= t.value) {
      observer_.happened(AgentId(0), SensorTripped{sensor, i, false});
    }
  }
}

void SensorModel::run(const AgendaEntry& entry) {
  Sensor& s = sensors_[entry.entity];
  if (entry.ticket == s.sampling.ticket) {
    const Instant at = s.sampling.when;
    s.sampling = {};
    look(entry.entity, at);
    arrange(entry.entity, at);
    return;
  }
  if (entry.ticket == s.update.ticket) {
    const Instant at = s.update.when;
    s.update = {};
    if (!config_.sensors[entry.entity].failed) {
      observer_.happened(AgentId(0), SensorUpdated{entry.entity, read(entry.entity, at)});
    }
    arrange(entry.entity, at);
    return;
  }
  const auto at =
      std::find_if(jobs_.begin(), jobs_.end(), [&](const Job& job) { return job.end.ticket == entry.ticket; });
  const Job job = *at;
  jobs_.erase(at);
  if (job.agent == AgentId(0)) return;  // Gone.
  Status status = config_.sensors[job.sensor].failed ? Status::hardware_error : Status::success;
  if (!observer_.still_allowed(job.agent, ServedProtocol::sensor, job.sensor)) status = Status::denied;
  finish(job, status);
}

void SensorModel::finish(const Job& job, Status status) {
  observer_.happened(job.agent, SensorReadingDone{job.sensor, job.header, status, read(job.sensor, job.end.when)});
}

void SensorModel::restart(Instant now) {
  for (Index i = 0; i < sensors_.size(); ++i) {
    Sensor& s = sensors_[i];
    s.timestamps = false;
    s.trip_points.assign(config_.sensors[i].trip_points, {});
    set_interval(i, config_.sensors[i].interval, now);
  }
}

void SensorModel::forget(AgentId agent, Instant now) {
  std::vector<Job> ended;
  std::erase_if(jobs_, [&](Job& job) {
    if (job.agent != agent) return false;
    ended.push_back(job);
    agenda_.cancel(job.end);
    return true;
  });
  for (Index i = 0; i < sensors_.size(); ++i) {
    const bool enable = sensors_[i].enables.drop(agent);
    const bool update = sensors_[i].updates.drop(agent);
    if (enable || update) arrange(i, now);
  }
  for (const Job& job : ended) finish(job, Status::generic_error);
}

void SensorModel::hang_up(AgentId agent) {
  for (Job& job : jobs_) {
    if (job.agent == agent) job.agent = AgentId(0);
  }
  for (Sensor& s : sensors_) {
    s.updates.drop(agent);
    if (s.updates.empty()) agenda_.cancel(s.update);
  }
}

}  // namespace scmi::platform
