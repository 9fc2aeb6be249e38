// SPDX-License-Identifier: Apache-2.0
//
// scmi-tool: the command line. Turns words into one Command and hands it on; the only file that knows CLI11.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "scmi/version.hpp"
#include "tool/run.hpp"

namespace {

using namespace scmi;
using namespace scmi::tool;

/// What the parser fills in; lives as long as the command.
struct Line {
  Globals globals;
  std::string timeout;
  PowerArguments power;
  ClockArguments clock;
  PerfArguments perf;
  RawArguments raw;
  std::optional<Command> command;
};

using Verb = Outcome<void> (*)(Context&);

template <class Arguments>
using VerbOf = Outcome<void> (*)(Context&, const Arguments&);

/// "clock list"; objects without verbs are their own name.
std::string name_below(const CLI::App& object, const char* verb) {
  return object.get_parent() == nullptr ? verb : object.get_name() + ' ' + verb;
}

/// A verb that needs nothing, like `list`.
void add_verb(CLI::App& object, Line& line, const char* verb, const char* help, Verb run) {
  CLI::App* sub = object.add_subcommand(verb, help)->fallthrough();
  sub->callback([&line, name = name_below(object, verb), run] { line.command = Command{name, false, run}; });
}

/// A verb with arguments. `dangerous` is asked once they are known.
template <class Arguments, class Dangerous>
CLI::App* add_verb(CLI::App& object, Line& line, const char* verb, const char* help, Arguments& arguments,
                   VerbOf<Arguments> run, Dangerous dangerous) {
  CLI::App* sub = object.add_subcommand(verb, help)->fallthrough();
  sub->callback([&line, name = name_below(object, verb), &arguments, run, dangerous] {
    line.command = Command{name, dangerous(arguments), [run, &arguments](Context& c) { return run(c, arguments); }};
  });
  return sub;
}

constexpr auto harmless = [](const auto&) { return false; };
constexpr auto always = [](const auto&) { return true; };

void add_power(CLI::App& app, Line& line) {
  CLI::App& power = *app.add_subcommand("power", "power domains")->require_subcommand(1)->fallthrough();
  add_verb(power, line, "list", "all domains and their states", power_list);
  CLI::App* get = add_verb(power, line, "get", "one domain", line.power, power_get, harmless);
  CLI::App* set = add_verb(power, line, "set", "set a domain's state", line.power, power_set, power_set_is_dangerous);
  for (CLI::App* sub : {get, set}) sub->add_option("domain", line.power.domain, "name or id")->required();
  set->add_option("state", line.power.state, "on, off, or the state word (0x...)")->required();
  set->add_flag("--async", line.power.async, "return once the platform has accepted it");
}

void add_clock(CLI::App& app, Line& line) {
  CLI::App& clock = *app.add_subcommand("clock", "clocks")->require_subcommand(1)->fallthrough();
  add_verb(clock, line, "list", "all clocks and their rates", clock_list);
  CLI::App* get = add_verb(clock, line, "get", "one clock", line.clock, clock_get, harmless);
  CLI::App* set = add_verb(clock, line, "set", "set a clock's rate", line.clock, clock_set, harmless);
  CLI::App* enable = add_verb(clock, line, "enable", "let a clock run", line.clock, clock_enable, harmless);
  CLI::App* disable = add_verb(clock, line, "disable", "stop a clock", line.clock, clock_disable, always);
  CLI::App* rates = add_verb(clock, line, "rates", "the rates a clock can have", line.clock, clock_rates, harmless);
  for (CLI::App* sub : {get, set, enable, disable, rates}) {
    sub->add_option("clock", line.clock.clock, "name or id")->required();
  }
  set->add_option("rate", line.clock.rate, "100MHz, 1.5GHz, 32768 (hertz)")->required();
  set->add_option("--round", line.clock.round, "a rate in between goes up, down (default) or closest")
      ->type_name("WHERE");
  set->add_flag("--async", line.clock.async, "as an asynchronous command; waits for its delayed response");
}

void add_perf(CLI::App& app, Line& line) {
  CLI::App& perf = *app.add_subcommand("perf", "performance domains")->require_subcommand(1)->fallthrough();
  add_verb(perf, line, "list", "all domains and their levels", perf_list);
  CLI::App* levels = add_verb(perf, line, "levels", "a domain's levels", line.perf, perf_levels, harmless);
  CLI::App* get = add_verb(perf, line, "get", "one domain", line.perf, perf_get, harmless);
  CLI::App* set = add_verb(perf, line, "set", "set a domain's level", line.perf, perf_set, harmless);
  CLI::App* limits =
      add_verb(perf, line, "limits", "a domain's limits; set with --min, --max", line.perf, perf_limits, harmless);
  for (CLI::App* sub : {levels, get, set, limits}) {
    sub->add_option("domain", line.perf.domain, "name or id")->required();
  }
  set->add_option("level", line.perf.level, "a level's value, its frequency (800MHz), or @INDEX")->required();
  limits->add_option("--min", line.perf.min, "lowest level allowed, as for set")->type_name("LEVEL");
  limits->add_option("--max", line.perf.max, "highest level allowed, as for set")->type_name("LEVEL");
}

void add_raw(CLI::App& app, Line& line) {
  CLI::App* raw_command = app.add_subcommand("raw", "one message: NAME FIELD=VALUE..., or PROTOCOL MESSAGE PAYLOAD...");
  raw_command->fallthrough();
  raw_command->add_option("words", line.raw.words, "clock.rate_get clock_id=3, or 0x14 0x6 03000000")->required();
  raw_command->add_flag("--delayed", line.raw.delayed, "answer the delayed response instead of the response");
  raw_command->callback([&line] {
    line.command = Command{"raw", raw_is_dangerous(line.raw), [&line](Context& c) { return raw(c, line.raw); }};
  });
}

void add_globals(CLI::App& app, Line& line) {
  app.set_version_flag("--version", fmt::format("scmi-tool {}", library_version()));
  app.add_option("--connect", line.globals.connection.spec, "sim (default), mailbox:SOCKET or shm:FILE")
      ->type_name("WHERE");
  app.add_option("--agent", line.globals.connection.agent, "which agent to be; default: the first that is free")
      ->type_name("NAME|ID");
  app.add_option("--timeout", line.timeout, "deadline of each call, as 100ms or 2s")->type_name("TIME");
  app.add_flag("--trace", line.globals.connection.trace, "every message, decoded, to stderr");
  app.add_flag("--json", line.globals.json, "exactly one JSON document on stdout");
  app.add_flag("-y,--yes", line.globals.yes, "do not ask before what can take the system down");
}

/// Which command was meant, as far as it was understood.
std::string name_of(const CLI::App& app) {
  std::string name;
  for (const CLI::App* at = &app; !at->get_subcommands().empty();) {
    at = at->get_subcommands().front();
    name += (name.empty() ? "" : " ") + at->get_name();
  }
  return name;
}

}  // namespace

int main(int argc, char** argv) {
  Line line;
  CLI::App app{"Asks an SCMI platform, and tells it what to do.", "scmi-tool"};
  app.require_subcommand(1);
  add_globals(app, line);
  add_verb(app, line, "info", "who answers", info);
  add_power(app, line);
  add_clock(app, line);
  add_perf(app, line);
  add_raw(app, line);

  // Errors of the parser are documents too, although it has not understood the line.
  const bool json =
      std::any_of(argv + 1, argv + argc, [](const char* word) { return std::string_view(word) == "--json"; });
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    return say_text(json, "help", app.help());
  } catch (const CLI::CallForAllHelp&) {
    return say_text(json, "help", app.help("", CLI::AppFormatMode::All));
  } catch (const CLI::CallForVersion& version) {
    return say_text(json, "version", std::string(version.what()) + '\n');
  } catch (const CLI::ParseError& error) {
    const std::string command = name_of(app);
    return say_failure(json, line.globals.connection.spec, command,
                       {Exit::usage,
                        error.what(),
                        fmt::format("'scmi-tool{}{} --help' shows how", command.empty() ? "" : " ", command),
                        {}});
  }
  if (!line.timeout.empty()) {
    const auto timeout = parse_duration(line.timeout);
    if (!timeout) {
      return say_failure(json, line.globals.connection.spec, name_of(app),
                         {Exit::usage,
                          fmt::format("--timeout '{}' is no time", printable(line.timeout)),
                          "say a number and ns, us, ms, s or m, up to a day",
                          {}});
    }
    line.globals.connection.timeout = *timeout;
  }
  return run_command(line.globals, *line.command);
}
