// SPDX-License-Identifier: Apache-2.0
#include "platform/physics.hpp"

#include <algorithm>
#include <cmath>

namespace scmi::platform {
namespace {

/// The splitmix64 generator: every state is as good as any other, so one is made of whatever identifies it.
std::uint64_t next_random(std::uint64_t& state) noexcept {
  state += 0x9E37'79B9'7F4A'7C15;
  std::uint64_t z = state;
  z = (z ^ (z >> 30)) * 0xBF58'476D'1CE4'E5B9;
  z = (z ^ (z >> 27)) * 0x94D0'49BB'1331'11EB;
  return z ^ (z >> 31);
}

/// Between -amplitude and amplitude.
std::int64_t centred(std::uint64_t random, std::uint32_t amplitude) noexcept {
  return static_cast<std::int64_t>(random % (2 * std::uint64_t{amplitude} + 1)) - amplitude;
}

double seconds_between(Instant from, Instant to) noexcept {
  return to <= from ? 0.0 : std::chrono::duration<double>(to - from).count();
}

/// Thermal resistance as a part's powers and temperatures count.
double mc_per_uw(const PartConfig& part) noexcept { return static_cast<double>(part.thermal_mc_per_w) / 1e6; }

}  // namespace

Physics::Physics(const SocConfig& config, const PowerModel& power, const PerformanceModel& performance,
                 const VoltageModel& voltages, Agenda& agenda)
    : config_(config),
      power_(power),
      performance_(performance),
      voltages_(voltages),
      agenda_(agenda),
      parts_(config.parts.size()),
      part_of_(config.performance_domains.size(), no_index) {
  for (Index i = 0; i < parts_.size(); ++i) {
    const PartConfig& c = config_.parts[i];
    if (c.performance_domain != no_index) part_of_[c.performance_domain] = i;
    parts_[i].load_percent = c.load.kind == LoadKind::square ? c.load.high_percent : c.load.percent;
    std::uint64_t state = config_.physics.seed;
    parts_[i].random = next_random(state) ^ i;
  }
}

void Physics::start(Instant now) {
  started_ = now;
  for (Index i = 0; i < parts_.size(); ++i) {
    begin_piece(i, now);
    parts_[i].piece.rise_mc = final_rise_mc(i, parts_[i].piece.steady_uw);
    schedule_step(i, now);
  }
}

void Physics::update(Instant now) {
  for (Index i = 0; i < parts_.size(); ++i) begin_piece(i, now);
}

void Physics::run(const AgendaEntry& entry) {
  Part& part = parts_[entry.entity];
  const Instant at = part.step.when;
  change_load(part, config_.parts[entry.entity].load);
  begin_piece(entry.entity, at);
  schedule_step(entry.entity, at);
}

void Physics::change_load(Part& part, const LoadConfig& load) {
  if (load.kind == LoadKind::square) {
    part.load_percent = part.load_percent == load.high_percent ? load.low_percent : load.high_percent;
    return;
  }
  const std::int64_t moved = part.load_percent + centred(next_random(part.random), load.step_percent);
  part.load_percent = static_cast<std::uint32_t>(
      std::clamp<std::int64_t>(moved, std::int64_t{load.low_percent}, std::int64_t{load.high_percent}));
}

void Physics::schedule_step(Index index, Instant now) {
  Part& part = parts_[index];
  const LoadConfig& load = config_.parts[index].load;
  if (load.kind == LoadKind::constant) return;
  std::uint32_t us = load.step_us;
  if (load.kind == LoadKind::square) us = part.load_percent == load.high_percent ? load.high_us : load.low_us;
  part.step = agenda_.put(now + std::chrono::microseconds(us), AgendaKind::physics, index);
}

void Physics::begin_piece(Index part, Instant now) {
  const PartConfig& c = config_.parts[part];
  Piece next;
  next.steady_uw = steady_uw(part, parts_[part].load_percent);
  if (on(part)) next.growth_uw_per_mc = static_cast<double>(c.leakage_uw) * c.leakage_permille_per_c / 1e6;
  Piece& piece = parts_[part].piece;
  if (next.steady_uw == piece.steady_uw && next.growth_uw_per_mc == piece.growth_uw_per_mc) return;
  next.since = now;
  next.rise_mc = rise_mc(part, now);
  next.energy_uj = energy_uj(part, now);
  piece = next;
}

bool Physics::on(Index part) const {
  const PartConfig& c = config_.parts[part];
  const bool fed = c.voltage_domain == no_index || voltages_.mode(c.voltage_domain) != voltage_mode_off;
  return fed && power_.powered(c.power_domain);
}

double Physics::steady_uw(Index part, std::uint32_t load_percent) const {
  if (!on(part)) return 0;
  const PartConfig& c = config_.parts[part];
  double dynamic_uw = 0;
  if (c.capacitance_pf != 0) {
    const double volts = voltage_uv(part) / 1e6;
    dynamic_uw = c.capacitance_pf * (frequency_hz(part) / 1e6) * volts * volts;  // pF x MHz = uW / V^2
  } else if (c.performance_domain != no_index) {
    const auto& levels = config_.performance_domains[c.performance_domain].levels;
    const double scale = config_.power_unit == PowerUnit::milliwatt ? 1000 : 1;
    dynamic_uw = levels[performance_.position(c.performance_domain)].power * scale;
  }
  return dynamic_uw * load_percent / 100 + c.power_uw + c.leakage_uw;
}

double Physics::cooling(Index part) const {
  return 1 - mc_per_uw(config_.parts[part]) * parts_[part].piece.growth_uw_per_mc;
}

double Physics::final_rise_mc(Index part, double steady_uw) const {
  return mc_per_uw(config_.parts[part]) * steady_uw / cooling(part);
}

double Physics::decay(Index part, Instant at) const {
  const double tau = config_.parts[part].thermal_ms / 1e3;
  return std::expm1(-cooling(part) * seconds_between(parts_[part].piece.since, at) / tau);
}

double Physics::rise_mc(Index part, Instant at) const {
  const Piece& piece = parts_[part].piece;
  return piece.rise_mc + (piece.rise_mc - final_rise_mc(part, piece.steady_uw)) * decay(part, at);
}

double Physics::power_uw(Index part, Instant at) const {
  const Piece& piece = parts_[part].piece;
  return piece.steady_uw + piece.growth_uw_per_mc * rise_mc(part, at);
}

double Physics::energy_uj(Index part, Instant at) const {
  const Piece& piece = parts_[part].piece;
  const double end_mc = final_rise_mc(part, piece.steady_uw);
  const double transient_s = config_.parts[part].thermal_ms / 1e3 / cooling(part) * -decay(part, at);
  return piece.energy_uj + (piece.steady_uw + piece.growth_uw_per_mc * end_mc) * seconds_between(piece.since, at) +
         piece.growth_uw_per_mc * (piece.rise_mc - end_mc) * transient_s;
}

double Physics::temperature_mc(Index part, Instant at) const { return config_.physics.ambient_mc + rise_mc(part, at); }

double Physics::voltage_uv(Index part) const {
  const PartConfig& c = config_.parts[part];
  if (c.voltage_domain != no_index) {
    return voltages_.mode(c.voltage_domain) == voltage_mode_off ? 0.0 : voltages_.level_uv(c.voltage_domain);
  }
  if (c.performance_domain == no_index) return c.voltage_uv;
  const auto& levels = config_.performance_domains[c.performance_domain].levels;
  const std::int32_t of_level = levels[performance_.position(c.performance_domain)].voltage_uv;
  return of_level == 0 ? c.voltage_uv : of_level;
}

double Physics::current_ua(Index part, Instant at) const {
  const double volts = voltage_uv(part) / 1e6;
  return volts == 0 ? 0 : power_uw(part, at) / volts;
}

double Physics::frequency_hz(Index part) const {
  const PartConfig& c = config_.parts[part];
  if (c.performance_domain == no_index || !on(part)) return 0;
  const auto& levels = config_.performance_domains[c.performance_domain].levels;
  return levels[performance_.position(c.performance_domain)].frequency_khz * 1e3;
}

double Physics::ceiling_uw(Index part, Instant at) const {
  const LoadConfig& load = config_.parts[part].load;
  const double highest_uw = steady_uw(part, load.kind == LoadKind::constant ? load.percent : load.high_percent);
  // From where it is, temperature only ever moves towards an end that is no higher than this one.
  const double hottest_mc = std::max(rise_mc(part, at), final_rise_mc(part, highest_uw));
  return highest_uw + parts_[part].piece.growth_uw_per_mc * hottest_mc;
}

bool Physics::moving(Index part, Instant at) const {
  if (config_.parts[part].load.kind != LoadKind::constant) return true;
  const Piece& piece = parts_[part].piece;
  const double still_to_come_mc = final_rise_mc(part, piece.steady_uw) - rise_mc(part, at);
  return std::abs(piece.growth_uw_per_mc * still_to_come_mc) > 1;
}

std::int64_t Physics::noise(std::uint64_t stream, Instant at, std::uint32_t amplitude) const noexcept {
  if (amplitude == 0) return 0;
  std::uint64_t state = config_.physics.seed ^ stream;
  state = next_random(state) ^ static_cast<std::uint64_t>(std::chrono::nanoseconds(at - started_).count());
  return centred(next_random(state), amplitude);
}

}  // namespace scmi::platform
