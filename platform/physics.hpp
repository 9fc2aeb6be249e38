// SPDX-License-Identifier: Apache-2.0
//
// What the parts of the simulated SoC consume, and how warm that makes them.
//
// A part is described by [[part]]. With its level's frequency f, its voltage V and its load u (0 to 1), while its power
// domain is on and its voltage is not switched off:
//
//   dynamic power   D = u x C x f x V^2           C: capacitance_pf; without one D = u x the level's power
//   constant power  S = power_uw + leakage_uw
//   leakage growth  G = leakage_uw x leakage_permille_per_c / 1000 for each degree above ambient
//   total power     P = D + S + G x r             r: rise above ambient temperature
//   heat            t x dr/dt = R x P - r         R: thermal_mc_per_w, t: thermal_ms
//
// Off: D = S = G = 0, and it cools down. Leakage is linear in temperature, so D, S and G make a linear equation as long
// as they stay what they are. With k = 1 - R x G (above 0: the description is refused otherwise, for such a part would
// heat itself up without end) it has a closed form, a time s after a moment when the rise was r0:
//
//   end of it       r* = R x (D + S) / k
//   rise            r(s) = r* + (r0 - r*) x e^(-k s / t)
//   energy          E(s) = E0 + (D + S + G x r*) x s + G x (r0 - r*) x (t / k) x (1 - e^(-k s / t))
//
// So nothing ticks. A piece of history begins when a level, a voltage, a power domain or a load changes, and everything
// in it is computed when somebody asks, for whatever moment. Only loads that change by themselves are on the agenda.
// The platform starts as if it had been as it is for a long time: with r = r*, and no energy consumed.
//
// Equal descriptions (the seed is a part of them) and equal histories give equal numbers.
#pragma once

#include <cstdint>
#include <vector>

#include "platform/agenda.hpp"
#include "platform/performance_model.hpp"
#include "platform/power_model.hpp"
#include "platform/soc_config.hpp"
#include "platform/voltage_model.hpp"
#include "scmi/time.hpp"

namespace scmi::platform {

/// Not synchronised: one context owns the SoC. `at` is never before the last change.
class Physics {
 public:
  /// Borrows all. Says nothing before start().
  Physics(const SocConfig& config, const PowerModel& power, const PerformanceModel& performance,
          const VoltageModel& voltages, Agenda& agenda);

  /// Begins, with levels and power domains as they are now.
  void start(Instant now);
  /// Levels, voltages or power domains may have changed: from now on they are what they are.
  void update(Instant now);
  /// An entry of the agenda is due: a load changes.
  void run(const AgendaEntry& entry);

  [[nodiscard]] bool empty() const noexcept { return parts_.empty(); }
  /// The part that a performance domain is of; no_index: none.
  [[nodiscard]] Index part_of(Index performance_domain) const noexcept { return part_of_[performance_domain]; }

  [[nodiscard]] double power_uw(Index part, Instant at) const;
  [[nodiscard]] double energy_uj(Index part, Instant at) const;  ///< Since the start.
  [[nodiscard]] double temperature_mc(Index part, Instant at) const;
  [[nodiscard]] double voltage_uv(Index part) const;
  [[nodiscard]] double current_ua(Index part, Instant at) const;  ///< 0 without a voltage.
  [[nodiscard]] double frequency_hz(Index part) const;            ///< 0 while it is off.
  [[nodiscard]] std::uint32_t load_percent(Index part) const noexcept { return parts_[part].load_percent; }
  /// The highest power there can be from then on, until something else than its load changes.
  [[nodiscard]] double ceiling_uw(Index part, Instant at) const;
  /// Its power will be another one by itself: it gets warmer or cooler (by more than a microwatt), or its load varies.
  [[nodiscard]] bool moving(Index part, Instant at) const;

  [[nodiscard]] Instant started() const noexcept { return started_; }
  /// A number between -amplitude and amplitude that belongs to the stream and the moment.
  [[nodiscard]] std::int64_t noise(std::uint64_t stream, Instant at, std::uint32_t amplitude) const noexcept;

 private:
  /// One piece of a part's history; see above. Power in microwatts, temperature in thousandths of a degree.
  struct Piece {
    Instant since{};
    double rise_mc = 0;
    double energy_uj = 0;
    double steady_uw = 0;         ///< D + S
    double growth_uw_per_mc = 0;  ///< G
  };
  struct Part {
    Piece piece;
    std::uint32_t load_percent = 0;
    std::uint64_t random = 0;  ///< State of the walk.
    Appointment step;          ///< When the load changes.
  };

  [[nodiscard]] bool on(Index part) const;
  [[nodiscard]] double steady_uw(Index part, std::uint32_t load_percent) const;
  /// k of the equations.
  [[nodiscard]] double cooling(Index part) const;
  [[nodiscard]] double final_rise_mc(Index part, double steady_uw) const;
  [[nodiscard]] double rise_mc(Index part, Instant at) const;
  /// e^(-k s / t) - 1, at the end of the piece that began `s` before.
  [[nodiscard]] double decay(Index part, Instant at) const;
  void begin_piece(Index part, Instant now);
  void change_load(Part& part, const LoadConfig& load);
  void schedule_step(Index part, Instant now);

  const SocConfig& config_;
  const PowerModel& power_;
  const PerformanceModel& performance_;
  const VoltageModel& voltages_;
  Agenda& agenda_;
  Instant started_{};
  std::vector<Part> parts_;
  std::vector<Index> part_of_;  ///< By performance domain.
};

}  // namespace scmi::platform
