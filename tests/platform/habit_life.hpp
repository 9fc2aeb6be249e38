// SPDX-License-Identifier: Apache-2.0
//
// One agent and one platform with a habit: what the tests of habits share.
#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "scmi/agent.hpp"
#include "tests/protocols/real_platform.hpp"

namespace scmi::platform::test {

/// A little of everything, and an agent that may do anything.
inline std::string soc(std::string_view who) {
  return "[soc]\nname = \"habits\"\nvendor = \"acme\"\nimplementation_version = 7\nprofile = \"3.2\"\n" +
         std::string(who) + R"(
clock_max_pending_async = 2
sensor_max_pending_async = 2
[disabled]
clock = [8]
[system_power]
graceful_timeout_ms = 50
[[agent]]
name = "one"
system_power = { role = "management" }
[[power_domain]]
name = "top"
async = true
[[power_domain]]
name = "side"
[[performance_domain]]
name = "cpu"
fast_channels = true
levels = [{ level = 100, frequency_khz = 100 }, { level = 200, frequency_khz = 200 }, { level = 300, frequency_khz = 300 }]
[[performance_domain]]
name = "gpu"
levels = [{ level = 1, frequency_khz = 100 }, { level = 2, frequency_khz = 200 }]
[[clock]]
name = "list"
rates_hz = [1_000, 2_000]
rate_latency_us = 500
[[clock]]
name = "range"
range_hz = { min = 10, max = 100, step = 10 }
[[reset_domain]]
name = "uart"
async = true
[[voltage_domain]]
name = "vdd"
levels_uv = [800_000, 900_000]
[[sensor]]
name = "temp"
type = "celsius"
value = 40
async = true
)";
}

inline constexpr ClockId list_clock{0};
inline constexpr ClockId range_clock{1};
inline constexpr DomainId first{0};
inline constexpr DomainId second{1};

/// The last delayed or other response of a command, and when each event came.
struct Tap final : TraceTap {
  std::vector<TraceKind> kinds;
  std::vector<std::size_t> sizes;
  void event(const TraceEvent& event) noexcept override {
    kinds.push_back(event.kind);
    sizes.push_back(event.payload.size());
  }
  [[nodiscard]] std::size_t where(TraceKind kind) const {
    return static_cast<std::size_t>(std::ranges::find(kinds, kind) - kinds.begin());
  }
};

/// An agent of a platform with one habit.
struct Life {
  explicit Life(std::string_view habit, const real::Options& options = {})
      : bench(soc("habits = [\"" + std::string(habit) + "\"]"), options) {}

  real::Bench bench;
  [[nodiscard]] Agent& agent() { return bench.agent(); }
  [[nodiscard]] std::uint64_t count(Count kind) { return agent().counters()[kind]; }
  [[nodiscard]] std::optional<Tolerance> tolerated(Tolerated kind) {
    const auto all = agent().tolerated();
    const auto at = std::ranges::find(all, kind, &Tolerance::kind);
    return at == all.end() ? std::nullopt : std::optional(*at);
  }
  template <class Client>
  [[nodiscard]] Client open() {
    auto client = Client::open(agent());
    REQUIRE_MESSAGE(client.has_value(), (client ? std::string() : describe(client.error())));
    return std::move(*client);
  }
  /// Any command, with any payload; its status.
  [[nodiscard]] Result<Status> raw(ProtocolId protocol, std::uint8_t message, std::vector<std::uint32_t> words) {
    std::array<std::byte, 128> reply{};
    const auto length = agent().raw_link(protocol).transact(MessageId(message), std::as_bytes(std::span(words)), reply);
    if (!length) return length.error();
    std::int32_t status = 0;
    std::memcpy(&status, reply.data(), sizeof status);
    return static_cast<Status>(status);
  }
};

template <class R>
[[nodiscard]] bool fails(const R& result, LocalError error) {
  return !result && result.error().is(error);
}
template <class R>
[[nodiscard]] bool fails(const R& result, Status status) {
  return !result && result.error().is(status);
}

// Habits of areas, over a real one (habit_areas.cpp).
void live_with_area_crc();
void live_with_p2a_drops();
void live_with_p2a_starts_busy();

}  // namespace scmi::platform::test
