// SPDX-License-Identifier: Apache-2.0
//
// scmi-platform: a simulated SoC as a process of its own, for agents that connect over a mailbox socket or a named
// file.
//
// Exit codes: 0 stopped by a signal (or printed what was asked for), 1 it could not run, 2 wrong usage.
#include <fcntl.h>
#include <fmt/core.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <memory>
#include <string>

#include "platform/defects.hpp"
#include "platform/habits.hpp"
#include "platform/platform_host.hpp"
#include "platform/vendor/imx/imx_servers.hpp"
#include "scmi/version.hpp"
#include "transport/mailbox_server.hpp"
#include "transport/shm_describe.hpp"
#include "transport/shm_server.hpp"
#include "transport/sigbus_guard.hpp"
#include "transport/system_time.hpp"
#include "transport/unique_fd.hpp"

namespace {

using namespace scmi;
using platform::LogLevel;

constexpr int exit_ok = 0;
constexpr int exit_failed = 1;
constexpr int exit_usage = 2;

struct Options {
  std::string soc;
  std::string mailbox;
  std::string shm;
  std::vector<std::string> defects;
  bool describe = false;
  bool list_habits = false;
  bool die_with_parent = false;
  LogLevel log = LogLevel::error;
};

int fail(const std::string& what) {
  fmt::print(stderr, "scmi-platform: {}\n", what);
  return exit_failed;
}

/// What was wrong in words, if there are any, else what the error says of itself.
std::string reason(const Error& error, const std::string& why) { return why.empty() ? describe(error) : why; }

/// Two members of the document; names need no escaping.
std::string habits_json(const platform::SocConfig& soc) {
  std::string names;
  for (const platform::Habit* habit : soc.habits) {
    names += fmt::format("{}\"{}\"", names.empty() ? "" : ", ", habit->name);
  }
  const std::string personality = soc.personality.empty() ? "null" : fmt::format("\"{}\"", soc.personality);
  return fmt::format("\n  \"personality\": {},\n  \"habits\": [{}],", personality, names);
}

int describe_areas(const platform::SocConfig& soc, const Options& options) {
  std::string why;
  std::string file = options.shm.empty() ? std::string() : transport::shm_path(options.shm);
  const auto layout = transport::plan_shm(std::move(file), platform::transport_agents(soc), &why);
  if (!layout) return fail(fmt::format("{}: {}", options.soc, reason(layout.error(), why)));
  std::string text = transport::to_json(*layout);
  if (!soc.habits.empty()) text.insert(text.find('{') + 1, habits_json(soc));
  fmt::print("{}", text);
  return std::fflush(stdout) == 0 ? exit_ok : fail("cannot write to stdout");
}

/// SIGTERM and SIGINT as a descriptor, so that they end the loop and not the process.
transport::UniqueFd block_signals() {
  ::signal(SIGPIPE, SIG_IGN);
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGINT);
  sigprocmask(SIG_BLOCK, &set, nullptr);
  return transport::UniqueFd(::signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK));
}

/// A value that no earlier start of the platform had.
std::uint64_t new_epoch() {
  const auto since = std::chrono::system_clock::now().time_since_epoch();
  return static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::nanoseconds>(since).count());
}

std::vector<const platform::Defect*> planted(const Options& options) {
  std::vector<const platform::Defect*> found;
  for (const std::string& name : options.defects) found.push_back(platform::find_defect(name));
  return found;
}

int list_defects() {
  for (const platform::Defect& defect : platform::defects()) fmt::print("{:28} {}\n", defect.name, defect.sentence);
  return std::fflush(stdout) == 0 ? exit_ok : fail("cannot write to stdout");
}

int list_habits() {
  for (const platform::Habit& habit : platform::habits()) fmt::print("{:28} {}\n", habit.name, habit.sentence);
  for (const platform::Personality& p : platform::personalities()) {
    fmt::print("\npersonality {}: {}\n", p.name, p.sentence);
    for (const std::string_view habit : p.habits) fmt::print("  {}\n", habit);
  }
  return std::fflush(stdout) == 0 ? exit_ok : fail("cannot write to stdout");
}

int serve(platform::SocConfig soc, const Options& options) {
  const transport::UniqueFd signals = block_signals();
  if (signals.get() < 0) return fail(fmt::format("signalfd: {}", describe(Error::system(errno))));
  const transport::SigbusGuard sigbus_guard;
  const auto agents = platform::transport_agents(soc);
  const auto rights = platform::agent_rights(soc);
  transport::SystemTime time;
  platform::VendorServers vendor_servers;
  if (const auto added = platform::imx::add_to(vendor_servers); !added) return fail(describe(added.error()));
  platform::PlatformHost host(
      std::move(soc), time, options.log, [](std::string_view text) { fmt::print(stderr, "scmi-platform: {}\n", text); },
      vendor_servers, planted(options));

  std::string ready = "ready";
  std::string why;
  std::unique_ptr<transport::MailboxServer> mailbox;
  if (!options.mailbox.empty()) {
    auto made = transport::MailboxServer::listen(
        {.path = options.mailbox, .agents = agents, .may_be = rights, .epoch = new_epoch()}, host.events(), &why);
    if (!made) return fail(fmt::format("--mailbox {}: {}", options.mailbox, reason(made.error(), why)));
    mailbox = std::move(*made);
    host.add(*mailbox);
    ready += " mailbox=" + options.mailbox;
  }
  std::unique_ptr<transport::ShmServer> shm;
  if (!options.shm.empty()) {
    auto made = transport::ShmServer::create(options.shm, agents, host.events(), &why);
    if (!made) return fail(fmt::format("--shm {}: {}", options.shm, reason(made.error(), why)));
    shm = std::move(*made);
    host.add(*shm);
    ready += " shm=" + shm->layout().file;
    fmt::print(stderr,
               "scmi-platform: --shm: all agents share {}; whoever may write it can be any of them "
               "(no isolation between agents)\n",
               shm->layout().file);
  }
  bool running = true;
  host.watch(signals.get(), [&running] { running = false; });
  fmt::print("{} agents={}\n", ready, agents.size());
  if (std::fflush(stdout) != 0) return fail("cannot write to stdout");

  while (running) {
    host.run_once();
    if (shm && shm->lost()) return fail(fmt::format("{} was truncated", shm->layout().file));
  }
  return exit_ok;
}

/// Answers the exit code when the process has nothing more to do.
std::optional<int> parse(int argc, char** argv, Options& options) {
  CLI::App app{"A simulated SCMI platform: the SoC of a description file, served to agents.", "scmi-platform"};
  app.set_version_flag("--version", std::string(library_version()));
  app.add_option("--soc", options.soc, "description of the SoC (TOML)")->type_name("FILE");
  app.add_option("--mailbox", options.mailbox, "serve agents that connect to this socket")->type_name("SOCKET");
  app.add_option("--shm", options.shm, "serve agents through this file, or /dev/shm/NAME, without isolation")
      ->type_name("FILE");
  app.add_flag("--describe", options.describe,
               "print where the areas would lie in --shm's file, as JSON, and touch nothing");
  app.add_option("--log", options.log, "what to tell on stderr: error, info, debug")
      ->transform(CLI::CheckedTransformer(
          std::map<std::string, LogLevel>{
              {"error", LogLevel::error}, {"info", LogLevel::info}, {"debug", LogLevel::debug}},
          CLI::ignore_case))
      ->type_name("LEVEL");
  app.add_option("--defect", options.defects, "err in that way; may be repeated, 'list' shows all ways")
      ->type_name("NAME")
      ->allow_extra_args(false)
      ->check([](const std::string& name) {
        return name == "list" || platform::find_defect(name) != nullptr ? std::string() : "there is no defect " + name;
      });
  app.add_flag("--list-habits", options.list_habits, "show all habits and personalities that a description may name");
  app.add_flag("--die-with-parent", options.die_with_parent, "stop when the process that started this one ends");
  try {
    app.parse(argc, argv);
    if (std::ranges::find(options.defects, "list") != options.defects.end()) return list_defects();
    if (options.list_habits) return list_habits();
    if (options.soc.empty()) throw CLI::RequiredError("--soc");
    if (options.mailbox.empty() && options.shm.empty() && !options.describe) {
      throw CLI::RequiredError("--mailbox SOCKET or --shm FILE", CLI::ExitCodes::RequiredError);
    }
  } catch (const CLI::ParseError& e) {
    return app.exit(e) == 0 ? exit_ok : exit_usage;
  }
  return std::nullopt;
}

}  // namespace

int main(int argc, char** argv) {
  const pid_t parent = ::getppid();
  Options options;
  if (const auto code = parse(argc, argv, options)) return *code;
  if (options.die_with_parent) {
    ::prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (::getppid() != parent) return exit_failed;  // It ended before the kernel could know our wish.
  }
  auto soc = platform::load_soc_config(options.soc);
  if (!soc) {
    for (const platform::ConfigError& error : soc.error()) fmt::print(stderr, "{}\n", describe(error));
    return exit_failed;
  }
  if (options.describe) return describe_areas(*soc, options);
  return serve(std::move(*soc), options);
}
