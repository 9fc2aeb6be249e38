// SPDX-License-Identifier: Apache-2.0
//
// A history before it happens: which transport, what the clients do, what goes wrong and when. Plain data: made from a
// seed, written and read as text, and taken apart by the shrinker.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fuzz/sim/choices.hpp"
#include "fuzz/sim/scheduler.hpp"

namespace scmi::sim {

/// What a platform may do to the answer of one command.
enum class Fault : std::uint8_t {
  none,
  delay,          ///< Comes `argument` microseconds later.
  drop,           ///< Never comes. A ring's buffer is withheld, an area never becomes FREE.
  duplicate,      ///< Comes twice, the second time `argument` microseconds later.
  wrong_token,    ///< `argument` is added to the token. Odd: the right reply follows.
  wrong_message,  ///< Likewise, the message number.
  wrong_protocol,
  wrong_type,
  cut,         ///< The payload is cut to `argument` bytes, if it is longer.
  too_long,    ///< The length says more than the channel carries.
  no_header,   ///< The length says less than a header.
  inflated,    ///< The word behind the status, often a count, becomes `argument` | 0x8000FFFF.
  early_bell,  ///< The doorbell rings before the answer is there, and not again.
  silent,      ///< The answer comes without a doorbell.
  error,       ///< The channel error mark instead of an answer.
  crash,       ///< The platform is gone while it answers, and back `argument` microseconds later.
};
inline constexpr std::size_t fault_count = 16;
[[nodiscard]] std::string_view name(Fault fault) noexcept;

/// The fault of one command, counted from the first of the history.
struct Fate {
  std::uint32_t command = 0;
  Fault fault = Fault::none;
  std::uint32_t argument = 0;
};

/// What happens by itself.
enum class Disruption : std::uint8_t {
  bell,             ///< A doorbell without a message. `argument` odd: on the P2A channel.
  stray,            ///< A reply that nobody asked for, with header `argument`.
  delayed,          ///< A delayed response that nobody asked for, with header `argument`.
  notifications,    ///< `argument` tagged ones at once.
  bare,             ///< A notification of a header only.
  broken,           ///< A P2A message of an impossible length.
  stale_bell,       ///< rx_callback with the handle of a channel that is closed, if there was one.
  reprobe,          ///< The agent is shut down while it works, and probes again.
  crash,            ///< The platform is gone, and back `argument` microseconds later with a new epoch.
  early_bell_next,  ///< The next channel that opens is rung while it opens.
};
inline constexpr std::size_t disruption_count = 10;
[[nodiscard]] std::string_view name(Disruption what) noexcept;

struct Event {
  std::uint32_t at_us = 0;
  Disruption what{};
  std::uint32_t argument = 0;
};

/// What a client does next.
enum class Act : std::uint8_t {
  echo,           ///< A tagged command, blocking.
  echo_wait,      ///< The same, started and waited for.
  echo_cancel,    ///< Started; cancelled after `argument` microseconds.
  echo_callback,  ///< Started; its completion callback ends it.
  echo_chain,     ///< Started; its completion callback starts another.
  delayed,        ///< A tagged command with a delayed response `argument` microseconds later.
  clock_get,      ///< Typed clients on the real platform.
  clock_set,
  clock_set_async,
  clock_list,
  power_set,
  perf_levels,
  perf_set,
  subscribe,          ///< To the tagged notifications, for `argument` microseconds.
  pause,              ///< Does nothing for `argument` microseconds.
  close_in_callback,  ///< Started; its completion callback shuts the agent down.
};
inline constexpr std::size_t act_count = 16;
[[nodiscard]] std::string_view name(Act act) noexcept;

struct Op {
  Act act{};
  std::uint32_t timeout_us = 0;
  std::uint32_t argument = 0;
};

enum class WireKind : std::uint8_t { ring, area };

struct Plan {
  std::uint64_t seed = 0;  ///< Of the schedule.
  WireKind wire = WireKind::ring;
  std::uint16_t in_flight = 8;            ///< Ring only.
  bool own_channel = false;               ///< The performance protocol has a channel of its own.
  std::uint32_t poll_us = 1000;           ///< Longest pause between two looks at a channel.
  std::uint32_t horizon_us = 30'000'000;  ///< Of the quarantine.
  std::uint16_t first_token = 0;
  Pace pace;
  std::vector<std::vector<Op>> tasks;
  std::vector<Fate> fates;  ///< By ascending command.
  std::vector<Event> events;

  [[nodiscard]] const Fate* fate_of(std::uint32_t command) const noexcept;
};

/// The history of a seed.
[[nodiscard]] Plan plan_of(std::uint64_t seed);
/// The history that these choices make; the schedule's seed is among them.
[[nodiscard]] Plan plan_from(Choices& choices);

/// One line for each part; read_plan(to_text(p)) is p.
[[nodiscard]] std::string to_text(const Plan& plan);
/// Nothing, with `why` set to line and reason, when the text is no plan.
[[nodiscard]] std::optional<Plan> read_plan(std::string_view text, std::string* why = nullptr);

}  // namespace scmi::sim
