// SPDX-License-Identifier: Apache-2.0
//
// One command from beginning to end: confirmation, connection, the command itself, its output and the exit code. The
// only place that writes to stdout.
#pragma once

#include <functional>
#include <string>

#include "tool/confirm.hpp"
#include "tool/connection.hpp"
#include "tool/report.hpp"

namespace scmi::tool {

/// What a command works with.
struct Context {
  Connection& connection;
  const Confirm& confirm;
  Report& report;
  std::function<void(const Record&)> live;  ///< Shows an event as it comes, where the output is for people.
};

struct Globals {
  ConnectionOptions connection;
  bool json = false;
  bool yes = false;
};

struct Command {
  std::string name;  ///< "clock list".
  bool dangerous = false;
  std::function<Outcome<void>(Context&)> run;
  std::function<Outcome<void>(Report&)> offline{};  ///< Instead of `run`, for what needs no platform.
  bool lenient = false;  ///< A platform that cannot be probed as it should is connected to all the same.
};

/// Answers the exit code of the process.
[[nodiscard]] int run_command(const Globals& globals, const Command& command);
/// For failures before there is a command (usage), and for texts (help, version) as a document: what `--json` promises
/// holds for them too.
[[nodiscard]] int say_failure(bool json, const std::string& connection, const std::string& command,
                              const Failure& failure);
[[nodiscard]] int say_text(bool json, const char* key, const std::string& text);

}  // namespace scmi::tool
