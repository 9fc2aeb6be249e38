// SPDX-License-Identifier: Apache-2.0
#include "fuzz/sim/plan.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <sstream>

namespace scmi::sim {

namespace {

constexpr std::array<std::string_view, fault_count> fault_names = {
    "none", "delay",    "drop",      "duplicate", "wrong_token", "wrong_message", "wrong_protocol", "wrong_type",
    "cut",  "too_long", "no_header", "inflated",  "early_bell",  "silent",        "error",          "crash"};
constexpr std::array<std::string_view, disruption_count> disruption_names = {
    "bell", "stray", "delayed", "notifications", "bare", "broken", "stale_bell", "reprobe", "crash", "early_bell_next"};
constexpr std::array<std::string_view, act_count> act_names = {
    "echo",      "echo_wait", "echo_cancel",     "echo_callback",    "echo_chain", "delayed",
    "clock_get", "clock_set", "clock_set_async", "clock_list",       "power_set",  "perf_levels",
    "perf_set",  "subscribe", "pause",           "close_in_callback"};

template <class T, std::size_t N>
std::optional<T> named(const std::array<std::string_view, N>& names, std::string_view word) {
  const auto at = std::ranges::find(names, word);
  if (at == names.end()) return std::nullopt;
  return static_cast<T>(at - names.begin());
}

/// Deadlines from hopeless to comfortable; a reply takes some five microseconds.
constexpr std::array<std::uint32_t, 6> timeouts_us = {3, 10, 40, 200, 2'000, 30'000};

Op draw_op(Choices& c) {
  // Tagged calls most of the time: they are the ones the model can follow to the last byte.
  constexpr std::array likely = {Act::echo,          Act::echo,        Act::echo_wait,       Act::echo_cancel,
                                 Act::echo_callback, Act::echo_chain,  Act::delayed,         Act::delayed,
                                 Act::clock_get,     Act::clock_set,   Act::clock_set_async, Act::clock_list,
                                 Act::power_set,     Act::perf_levels, Act::perf_set,        Act::subscribe,
                                 Act::pause};
  Op op;
  op.act = c.chance(1) ? Act::close_in_callback : likely[c.below(likely.size())];
  op.timeout_us = timeouts_us[c.below(timeouts_us.size())];
  op.argument = c.chance(70) ? c.below(40) : c.below(3'000);
  return op;
}

Fate draw_fate(Choices& c, std::uint32_t command) {
  Fate fate{command, static_cast<Fault>(1 + c.below(fault_count - 1)), 0};
  if (fate.fault == Fault::crash && !c.chance(20)) fate.fault = Fault::delay;
  switch (fate.fault) {
    case Fault::cut: fate.argument = c.below(16); break;
    case Fault::inflated: fate.argument = c.below(0x1'0000) << 8; break;
    case Fault::wrong_token:
    case Fault::wrong_message:
    case Fault::wrong_protocol:
    case Fault::wrong_type: fate.argument = 1 + c.below(8); break;
    default: fate.argument = c.chance(60) ? c.below(60) : c.below(4'000); break;
  }
  return fate;
}

Event draw_event(Choices& c) {
  Event event{c.below(3'000), static_cast<Disruption>(c.below(disruption_count)), 0};
  switch (event.what) {
    case Disruption::notifications: event.argument = c.chance(80) ? 1 + c.below(6) : 1 + c.below(400); break;
    case Disruption::stray:
    case Disruption::delayed: event.argument = c.below(0x1000'0000); break;
    case Disruption::crash: event.argument = 1 + c.below(200); break;
    default: event.argument = c.below(2); break;
  }
  return event;
}

}  // namespace

std::string_view name(Fault fault) noexcept { return fault_names[static_cast<std::size_t>(fault)]; }
std::string_view name(Disruption what) noexcept { return disruption_names[static_cast<std::size_t>(what)]; }
std::string_view name(Act act) noexcept { return act_names[static_cast<std::size_t>(act)]; }

const Fate* Plan::fate_of(std::uint32_t command) const noexcept {
  const auto at = std::ranges::lower_bound(fates, command, {}, &Fate::command);
  return at == fates.end() || at->command != command ? nullptr : &*at;
}

Plan plan_of(std::uint64_t seed) {
  SeededChoices choices(seed);
  return plan_from(choices);
}

Plan plan_from(Choices& c) {
  Plan plan;
  plan.seed = std::uint64_t{c.below(0x1'0000)} << 16 | c.below(0x1'0000);
  plan.wire = c.chance(50) ? WireKind::ring : WireKind::area;
  constexpr std::array<std::uint16_t, 5> flights = {1, 2, 3, 8, 64};
  plan.in_flight = flights[c.below(flights.size())];
  plan.own_channel = c.chance(40);
  constexpr std::array<std::uint32_t, 3> polls_us = {500, 5'000, 50'000};
  plan.poll_us = polls_us[c.below(polls_us.size())];
  plan.horizon_us = c.chance(50) ? 30'000'000 : 500;
  plan.first_token = static_cast<std::uint16_t>(c.chance(50) ? 1'010 + c.below(14) : c.below(1'024));
  constexpr std::array<std::uint32_t, 4> paces = {0, 8, 40, 200};
  plan.pace.interrupt_every = paces[c.below(paces.size())];
  plan.pace.stall_percent = c.chance(50) ? 0 : c.below(30);
  plan.pace.stall_us = 1 + c.below(100);
  plan.pace.spurious_percent = c.chance(70) ? 0 : c.below(20);
  const std::uint32_t tasks = 1 + c.below(4);
  for (std::uint32_t t = 0; t < tasks; ++t) {
    std::vector<Op> ops(1 + c.below(8));
    for (Op& op : ops) op = draw_op(c);
    plan.tasks.push_back(std::move(ops));
  }
  // The probe takes some two dozen commands: sometimes it is hit, mostly what comes after.
  std::uint32_t command = c.chance(15) ? 0 : 20;
  const std::uint32_t spread = 1 + c.below(12);
  for (std::uint32_t n = c.below(10); n != 0; --n) {
    command += 1 + c.below(spread);
    plan.fates.push_back(draw_fate(c, command));
  }
  for (std::uint32_t n = c.below(4); n != 0; --n) plan.events.push_back(draw_event(c));
  return plan;
}

std::string to_text(const Plan& plan) {
  std::string text = fmt::format(
      "plan 1\nseed {}\nwire {} in_flight={} own_channel={} poll_us={} horizon_us={} first_token={}\n"
      "pace interrupt_every={} stall_percent={} stall_us={} spurious_percent={}\n",
      plan.seed, plan.wire == WireKind::ring ? "ring" : "area", plan.in_flight, plan.own_channel ? 1 : 0, plan.poll_us,
      plan.horizon_us, plan.first_token, plan.pace.interrupt_every, plan.pace.stall_percent, plan.pace.stall_us,
      plan.pace.spurious_percent);
  for (const auto& task : plan.tasks) {
    text += "task\n";
    for (const Op& op : task) text += fmt::format("  {} {} {}\n", name(op.act), op.timeout_us, op.argument);
  }
  for (const Fate& fate : plan.fates)
    text += fmt::format("fate {} {} {}\n", fate.command, name(fate.fault), fate.argument);
  for (const Event& event : plan.events)
    text += fmt::format("at {} {} {}\n", event.at_us, name(event.what), event.argument);
  return text;
}

namespace {

/// One line of a plan, word by word.
class Line {
 public:
  explicit Line(const std::string& text) : words_(text) {}
  [[nodiscard]] std::string word() {
    std::string w;
    words_ >> w;
    return w;
  }
  template <class T>
  bool number(T& value) {
    std::uint64_t n = 0;
    if (!(words_ >> n) || n > std::numeric_limits<T>::max()) return false;
    value = static_cast<T>(n);
    return true;
  }
  /// "key=7".
  template <class T>
  bool pair(std::string_view key, T& value) {
    const std::string w = word();
    if (w.size() <= key.size() + 1 || !w.starts_with(key) || w[key.size()] != '=') return false;
    Line rest(w.substr(key.size() + 1));
    return rest.number(value);
  }
  [[nodiscard]] bool over() { return word().empty(); }

 private:
  std::istringstream words_;
};

bool read_wire(Line& line, Plan& plan) {
  const std::string kind = line.word();
  if (kind != "ring" && kind != "area") return false;
  plan.wire = kind == "ring" ? WireKind::ring : WireKind::area;
  std::uint8_t own = 0;
  const bool good = line.pair("in_flight", plan.in_flight) && line.pair("own_channel", own) &&
                    line.pair("poll_us", plan.poll_us) && line.pair("horizon_us", plan.horizon_us) &&
                    line.pair("first_token", plan.first_token);
  plan.own_channel = own != 0;
  return good && plan.in_flight >= 1 && plan.in_flight <= 1'024 && plan.first_token < 1'024 && plan.poll_us != 0;
}

bool read_line(const std::string& first, Line& line, Plan& plan) {
  if (first == "seed") return line.number(plan.seed);
  if (first == "wire") return read_wire(line, plan);
  if (first == "pace") {
    return line.pair("interrupt_every", plan.pace.interrupt_every) &&
           line.pair("stall_percent", plan.pace.stall_percent) && line.pair("stall_us", plan.pace.stall_us) &&
           line.pair("spurious_percent", plan.pace.spurious_percent);
  }
  if (first == "task") {
    plan.tasks.emplace_back();
    return true;
  }
  if (first == "fate") {
    Fate fate;
    if (!line.number(fate.command)) return false;
    const auto fault = named<Fault>(fault_names, line.word());
    if (!fault || !line.number(fate.argument)) return false;
    if (!plan.fates.empty() && plan.fates.back().command >= fate.command) return false;
    fate.fault = *fault;
    plan.fates.push_back(fate);
    return true;
  }
  if (first == "at") {
    Event event;
    if (!line.number(event.at_us)) return false;
    const auto what = named<Disruption>(disruption_names, line.word());
    if (!what || !line.number(event.argument)) return false;
    event.what = *what;
    plan.events.push_back(event);
    return true;
  }
  const auto act = named<Act>(act_names, first);
  if (!act || plan.tasks.empty()) return false;
  Op op{*act, 0, 0};
  if (!line.number(op.timeout_us) || !line.number(op.argument)) return false;
  plan.tasks.back().push_back(op);
  return true;
}

}  // namespace

std::optional<Plan> read_plan(std::string_view text, std::string* why) {
  std::istringstream lines{std::string(text)};
  std::string raw;
  Plan plan;
  for (unsigned number = 1; std::getline(lines, raw); ++number) {
    Line line(raw);
    const std::string first = line.word();
    if (first.empty() || first.front() == '#') continue;
    const bool good = first == "plan" ? line.word() == "1" : read_line(first, line, plan);
    if (!good || !line.over()) {
      if (why != nullptr) *why = fmt::format("line {}: '{}' is not understood", number, raw);
      return std::nullopt;
    }
  }
  return plan;
}

}  // namespace scmi::sim
