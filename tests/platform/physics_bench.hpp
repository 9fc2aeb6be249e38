// SPDX-License-Identifier: Apache-2.0
//
// One part of a SoC on virtual time, for the tests of physics and of what reads it.
#pragma once

#include <doctest/doctest.h>

#include <cmath>
#include <string>
#include <string_view>
#include <vector>

#include "platform/soc.hpp"

namespace scmi::platform::test {

using namespace std::chrono_literals;
using doctest::Approx;

inline constexpr AgentId agent{1};

/// The part "cpu": 100 mW at 0.8 V, 400 mW at 1 V, 20 degrees for each watt within a time of a second, no leakage.
inline constexpr std::string_view description = R"([soc]
name = "test"
vendor = "acme"
profile = "3.2"
[physics]
seed = 7
ambient_mc = 30_000
[[agent]]
name = "one"
[[power_domain]]
name = "pd"
[[voltage_domain]]
name = "rail"
levels_uv = [800_000, 900_000, 1_000_000]
[[performance_domain]]
name = "cpu"
power_domain = "pd"
voltage_domain = "rail"
initial_level = 1
levels = [
  { level = 1, power = 100, frequency_khz = 500_000, voltage_uv = 800_000, latency_us = 50 },
  { level = 2, power = 400, frequency_khz = 1_000_000, voltage_uv = 1_000_000, latency_us = 50 },
]
[[part]]
name = "cpu"
performance_domain = "cpu"
thermal_mc_per_w = 20_000
thermal_ms = 1000
)";
inline constexpr Index cpu = 0;

struct VirtualTime : TimeSource {
  Instant at{1h};
  Instant now() noexcept override { return at; }
};

/// Keeps what happened, and when.
struct Recorder : SocObserver {
  explicit Recorder(VirtualTime& clock) : time(clock) {}
  void happened(AgentId, const SocEvent& event) override {
    if (const auto* e = std::get_if<SensorTripped>(&event)) {
      trips.push_back({e->sensor, e->trip_point, e->positive, time.at});
    } else if (const auto* updated = std::get_if<SensorUpdated>(&event)) {
      updates.push_back(updated->samples.front().value);
    } else if (const auto* limits = std::get_if<LimitsChanged>(&event)) {
      maxima.push_back(limits->max);
    }
  }
  bool still_allowed(AgentId, ServedProtocol, Index) override { return true; }

  struct Trip {
    Index sensor;
    std::uint32_t point;
    bool positive;
    Instant at;
  };
  VirtualTime& time;
  std::vector<Trip> trips;
  std::vector<std::int64_t> updates;
  std::vector<std::uint32_t> maxima;  ///< Of LimitsChanged.
};

struct Edit {
  std::string_view from;
  std::string_view to;
};

struct Bench {
  explicit Bench(std::string_view more = "", const std::vector<Edit>& edits = {})
      : config(parse(more, edits)), seen(time), soc(config, time, seen) {}

  static SocConfig parse(std::string_view more, const std::vector<Edit>& edits) {
    std::string text = std::string(description) + std::string(more);
    for (const Edit& edit : edits) {
      const std::size_t at = text.find(edit.from);
      REQUIRE(at != std::string::npos);
      text.replace(at, edit.from.size(), edit.to);
    }
    auto parsed = parse_soc_config(text, "physics.toml");
    if (!parsed) FAIL(describe(parsed.error().front()));
    return std::move(*parsed);
  }
  /// Lets time pass, stopping at every event.
  void pass(std::chrono::nanoseconds span) {
    const Instant end = time.at + span;
    while (soc.next_event() <= end) {
      time.at = soc.next_event();
      soc.advance(time.at);
    }
    time.at = end;
  }
  /// Level changes take 50 us.
  void set_level(std::uint32_t level) {
    soc.performance().set_level(agent, 0, level, time.at);
    pass(50us);
  }
  void set_power(bool on) {
    REQUIRE(soc.power().request(agent, 0, on ? 0 : 1, true, time.at));
    pass(0us);
  }
  double power_uw(Index part = cpu) { return soc.physics().power_uw(part, time.at); }
  double energy_uj(Index part = cpu) { return soc.physics().energy_uj(part, time.at); }
  double temperature_mc(Index part = cpu) { return soc.physics().temperature_mc(part, time.at); }
  std::int64_t read(Index sensor) { return soc.sensors().read(sensor, time.at).front().value; }

  VirtualTime time;
  SocConfig config;
  Recorder seen;
  Soc soc;
};

}  // namespace scmi::platform::test
