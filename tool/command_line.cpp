// SPDX-License-Identifier: Apache-2.0
#include "tool/command_line.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <string_view>
#include <utility>

#include "scmi/version.hpp"
#include "tool/text.hpp"

namespace scmi::tool {
namespace {

/// The command that was meant, as far as it was understood.
std::string name_of(const CLI::App& app) {
  std::string name;
  for (const CLI::App* at = &app; !at->get_subcommands().empty();) {
    at = at->get_subcommands().front();
    name += (name.empty() ? "" : " ") + at->get_name();
  }
  return name;
}

}  // namespace

Verb& Verb::argument(const char* name, std::string& word, const char* help) {
  app_->add_option(name, word, help)->required();
  return *this;
}
Verb& Verb::optional_argument(const char* name, std::string& word, const char* help) {
  app_->add_option(name, word, help);
  return *this;
}
Verb& Verb::arguments(const char* name, std::vector<std::string>& words, const char* help) {
  app_->add_option(name, words, help)->required();
  return *this;
}
Verb& Verb::option(const char* flag, const char* type, std::string& word, const char* help) {
  app_->add_option(flag, word, help)->type_name(type);
  return *this;
}
Verb& Verb::options(const char* flag, const char* type, std::vector<std::string>& words, const char* help) {
  app_->add_option(flag, words, help)->type_name(type)->allow_extra_args(false);
  return *this;
}
Verb& Verb::flag(const char* flag, bool& on, const char* help) {
  app_->add_flag(flag, on, help);
  return *this;
}

Verb& Verb::offline(std::function<bool()> when, std::function<Outcome<void>(Report&)> run) {
  manner_->offline_when = std::move(when);
  manner_->offline = std::move(run);
  return *this;
}
Verb& Verb::lenient() {
  manner_->lenient = true;
  return *this;
}

Verb Object::verb(const char* name, const char* help, std::function<Outcome<void>(Context&)> run,
                  std::function<bool()> dangerous) {
  return line_->add(*app_, name, help, std::move(run), std::move(dangerous));
}

CommandLine::CommandLine()
    : app_(std::make_unique<CLI::App>("Asks an SCMI platform, and tells it what to do.", "scmi-tool")) {
  app_->require_subcommand(1);
  app_->set_version_flag("--version", fmt::format("scmi-tool {}", library_version()));
  app_->add_option("--connect", globals_.connection.spec, "sim (default), mailbox:SOCKET or shm:FILE")
      ->type_name("WHERE");
  app_->add_option("--agent", globals_.connection.agent, "which agent to be; default: the first that is free")
      ->type_name("NAME|ID");
  app_->add_option("--timeout", timeout_, "deadline of each call, as 100ms or 2s")->type_name("TIME");
  app_->add_flag("--trace", globals_.connection.trace, "every message, decoded, to stderr");
  app_->add_flag("--json", globals_.json, "exactly one JSON document on stdout");
  app_->add_flag("-y,--yes", globals_.yes, "do not ask before what can take the system down");
}

CommandLine::~CommandLine() = default;

Object CommandLine::top() { return {*this, *app_}; }

Object CommandLine::object(const char* name, const char* help) {
  return {*this, *app_->add_subcommand(name, help)->require_subcommand(1)->fallthrough()};
}

Verb CommandLine::add(CLI::App& parent, const char* name, const char* help, std::function<Outcome<void>(Context&)> run,
                      std::function<bool()> dangerous) {
  CLI::App* sub = parent.add_subcommand(name, help)->fallthrough();
  std::string full = &parent == app_.get() ? name : parent.get_name() + ' ' + name;
  auto manner = std::make_shared<Verb::Manner>();
  sub->callback([this, manner, full = std::move(full), run = std::move(run), dangerous = std::move(dangerous)] {
    command_ = Command{full, dangerous(), run, {}, manner->lenient};
    if (manner->offline_when && manner->offline_when()) command_->offline = manner->offline;
  });
  return {*sub, std::move(manner)};
}

int CommandLine::run(int argc, char** argv) {
  // Errors of the parser are documents too, although it has not understood the line.
  const bool json =
      std::any_of(argv + 1, argv + argc, [](const char* word) { return std::string_view(word) == "--json"; });
  const auto misuse = [&](const std::string& what, std::string hint) {
    return say_failure(json, globals_.connection.spec, name_of(*app_), {Exit::usage, what, std::move(hint), {}});
  };
  try {
    app_->parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    return say_text(json, "help", app_->help());
  } catch (const CLI::CallForAllHelp&) {
    return say_text(json, "help", app_->help("", CLI::AppFormatMode::All));
  } catch (const CLI::CallForVersion& version) {
    return say_text(json, "version", std::string(version.what()) + '\n');
  } catch (const CLI::ParseError& error) {
    const std::string command = name_of(*app_);
    return misuse(error.what(), fmt::format("'scmi-tool{}{} --help' shows how", command.empty() ? "" : " ", command));
  }
  if (!timeout_.empty()) {
    const auto timeout = parse_duration(timeout_);
    if (!timeout) {
      return misuse(fmt::format("--timeout '{}' is no time", printable(timeout_)),
                    "say a number and ns, us, ms, s or m, up to a day");
    }
    globals_.connection.timeout = *timeout;
  }
  return run_command(globals_, *command_);
}

}  // namespace scmi::tool
