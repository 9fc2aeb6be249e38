// SPDX-License-Identifier: Apache-2.0
#include "tool/run.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "tool/interrupt.hpp"

namespace scmi::tool {
namespace {

/// Writes the answer; an output that cannot take it is a failure of its own.
[[nodiscard]] int put(const std::string& text, Exit exit) {
  if (std::fwrite(text.data(), 1, text.size(), stdout) == text.size() && std::fflush(stdout) == 0) {
    return static_cast<int>(exit);
  }
  fmt::print(stderr, "scmi-tool: cannot write to stdout: {}\n", std::strerror(errno));
  return static_cast<int>(exit == Exit::ok ? Exit::transport : exit);
}

void complain(const Failure& failure) { fmt::print(stderr, "{}\n", line_of(failure)); }

[[nodiscard]] int finish(bool json, const DocumentHead& head, const Report& report, const Failure* failure) {
  end_of_interrupts();
  if (failure != nullptr) complain(*failure);
  return put(json ? to_json(head, report, failure) : to_table(report), failure != nullptr ? failure->exit : Exit::ok);
}

/// Everything but the output. What the report has when it fails is shown all the same.
[[nodiscard]] Outcome<void> execute(const Globals& globals, const Command& command, Report& report) {
  const Confirm confirm(globals.yes);
  if (command.dangerous) {
    if (auto possible = confirm.possible(command.name); !possible) return possible;
  }
  if (command.offline) return command.offline(report);
  ConnectionOptions options = globals.connection;
  options.lenient = command.lenient;
  const auto connection = Connection::open(options);
  if (!connection) return tl::unexpected(connection.error());
  if ((*connection)->simulated() && !globals.json) fmt::print(stderr, "simulated platform\n");
  const auto live = [&globals](const Record& event) {
    if (!globals.json) fmt::print("{}\n", to_line(event));
    std::fflush(stdout);
  };
  Context context{**connection, confirm, report, live};
  return command.run(context);
}

}  // namespace

int run_command(const Globals& globals, const Command& command) {
  const DocumentHead head{globals.connection.spec, command.name};
  const Failure interrupted{Exit::ended, "cancelled by a signal", "", Error::local(LocalError::cancelled)};
  on_interrupt_say(globals.json ? to_json(head, {}, &interrupted) : "", line_of(interrupted) + '\n');
  Report report;
  const auto done = execute(globals, command, report);
  return finish(globals.json, head, report, done ? nullptr : &done.error());
}

int say_failure(bool json, const std::string& connection, const std::string& command, const Failure& failure) {
  const DocumentHead head{connection, command};
  complain(failure);
  return put(json ? to_json(head, {}, &failure) : "", failure.exit);
}

int say_text(bool json, const char* key, const std::string& text) {
  Report report;
  report.add(key, text);
  return put(json ? to_json({}, report, nullptr) : text, Exit::ok);
}

}  // namespace scmi::tool
