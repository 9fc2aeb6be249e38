// SPDX-License-Identifier: Apache-2.0
//
// `system`: the power of the system as a whole.
#include <fmt/format.h>

#include <array>

#include "protocols/system_power.hpp"
#include "tool/choose.hpp"
#include "tool/command_line.hpp"
#include "tool/commands.hpp"
#include "tool/watch.hpp"

namespace scmi::tool {
namespace {

namespace sp = system_power_protocol;

constexpr std::string_view kind = "system power";

struct Words {
  std::string state;
  bool graceful = false;
  WatchWords watch;
};

struct State {
  std::string_view word;
  std::uint32_t state;
};
constexpr std::array<State, 5> states{State{"shutdown", sp::shutdown},
                                      {"cold-reset", sp::cold_reset},
                                      {"warm-reset", sp::warm_reset},
                                      {"power-up", sp::power_up},
                                      {"suspend", sp::suspend}};

[[nodiscard]] std::optional<std::uint32_t> parse_state(std::string_view word) {
  for (const State& s : states) {
    if (equal_but_case(word, s.word)) return s.state;
  }
  return parse_number32(word);
}

[[nodiscard]] Value state_value(std::uint32_t state) {
  std::string name;
  for (const NamedValue& n : sp::state_names) {
    if (n.value == state) name = n.name;
  }
  return Named{static_cast<std::int64_t>(state), std::move(name)};
}

Outcome<void> get(Context& context) {
  const auto system = open_client<SystemPower>(context.connection, kind);
  if (!system) return tl::unexpected(system.error());
  const auto info = system->describe(context.connection.call());
  if (!info) return failed("asking what can be done to the system", info.error());
  const auto state = if_answered("reading the system's state", system->state_get(context.connection.call()));
  if (!state) return tl::unexpected(state.error());
  context.report.add("state", *state ? state_value(**state) : Value(), Measure::none, Style::hex);
  context.report.add("set", info->set);
  context.report.add("warm_reset", info->warm_reset);
  context.report.add("suspend", info->suspend);
  context.report.add("notify", info->notify);
  return {};
}

Outcome<void> set(Context& context, const Words& words) {
  const auto state = parse_state(words.state);
  if (!state) {
    return misused(fmt::format("'{}' is no state of a system", printable(words.state)),
                   "say shutdown, cold-reset, warm-reset, suspend, power-up or 0x...");
  }
  const auto system = open_client<SystemPower>(context.connection, kind);
  if (!system) return tl::unexpected(system.error());
  const std::string deed = fmt::format("{} the system to do {}", words.graceful ? "Ask" : "Force", words.state);
  if (auto sure = context.confirm.ask(deed); !sure) return sure;
  const Transition transition = words.graceful ? Transition::graceful : Transition::forceful;
  if (auto done = system->state_set(*state, transition, context.connection.call()); !done) {
    return failed(fmt::format("setting the system's state to {}", words.state), done.error());
  }
  context.report.add("requested_state", state_value(*state), Measure::none, Style::hex);
  context.report.add("graceful", words.graceful);
  return {};
}

Outcome<void> watch(Context& context, const Words& words) {
  auto events = Watch::begin(words.watch);
  if (!events) return tl::unexpected(events.error());
  const auto system = open_client<SystemPower>(context.connection, kind);
  if (!system) return tl::unexpected(system.error());
  const auto subscription = system->watch_state(
      [&](const sp::StateNotifier& n) {
        const bool limited = n.timeout_ms != 0;
        events->add({{"agent_id", n.agent_id.value},
                     {"state", state_value(n.system_state), Measure::none, Style::hex},
                     {"graceful", sp::graceful.test(n.flags)},
                     {"timeout", limited ? Value(n.timeout_ms) : Value(), Measure::milliseconds}});
      },
      context.connection.call());
  if (!subscription) return failed("subscribing to the system's state", subscription.error());
  return events->run(context, "events");
}

}  // namespace

void add_system(CommandLine& line) {
  Words& words = line.keep<Words>();
  Object system = line.object("system", "the system as a whole");
  system.verb("get", "its state, and what can be done to it", get);
  system.verb(
            "set", "shut it down, reset it, ...", [&words](Context& c) { return set(c, words); }, always)
      .argument("state", words.state, "shutdown, cold-reset, warm-reset, suspend, power-up, or 0x...")
      .flag("--graceful", words.graceful, "ask whoever runs it, instead of doing it at once");
  Verb watching =
      system.verb("watch", "requests and transitions as they come", [&words](Context& c) { return watch(c, words); });
  words.watch.add_to(watching);
}

}  // namespace scmi::tool
