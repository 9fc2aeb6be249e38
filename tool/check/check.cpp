// SPDX-License-Identifier: Apache-2.0
//
// `check`: the conformance run from the command line.
#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>

#include "tool/check/run.hpp"
#include "tool/command_line.hpp"
#include "tool/commands.hpp"

namespace scmi::tool {
namespace {

struct Words {
  std::vector<std::string> protocols;
  std::string spec;
  std::string junit;
  bool allow_destructive = false;
  bool list = false;
};

[[nodiscard]] Outcome<std::vector<ProtocolId>> protocols_of(const Words& given) {
  std::vector<ProtocolId> ids;
  for (const std::string& word : given.protocols) {
    const auto known = catalogue::protocols();
    const auto at = std::ranges::find_if(known, [&](const catalogue::ProtocolEntry& e) {
      const auto number = parse_number(word);
      return number ? *number == e.id.value : equal_but_case(e.name, word);
    });
    if (at == known.end()) {
      std::string names;
      for (const catalogue::ProtocolEntry& e : known) names += (names.empty() ? "" : ", ") + std::string(e.name);
      return misused(fmt::format("--protocol '{}' is none that can be checked", printable(word)), "one of " + names);
    }
    ids.push_back(at->id);
  }
  return ids;
}

[[nodiscard]] Outcome<std::optional<std::size_t>> release_of(const Words& given) {
  if (given.spec.empty()) return std::nullopt;
  const auto at = std::ranges::find(platform::releases, given.spec);
  if (at == platform::releases.end()) {
    return misused(fmt::format("--spec '{}' is no release", printable(given.spec)), "one of 2.0, 3.0, 3.1, 3.2");
  }
  return static_cast<std::size_t>(at - platform::releases.begin());
}

[[nodiscard]] Outcome<void> write_file(const std::string& path, const std::string& text) {
  std::FILE* file = std::fopen(path.c_str(), "we");
  bool good = file != nullptr && std::fwrite(text.data(), 1, text.size(), file) == text.size();
  if (file != nullptr && std::fclose(file) != 0) good = false;
  if (good) return {};
  return tl::unexpected(Failure{Exit::usage,
                                fmt::format("--junit {}: {}", printable(path), std::strerror(errno)),
                                "say a file that can be written",
                                {}});
}

/// What could be run, without a platform.
[[nodiscard]] Outcome<void> list(const Words& given, Report& report) {
  const auto chosen = protocols_of(given);
  if (!chosen) return tl::unexpected(chosen.error());
  std::vector<Record> rows;
  for (const check::Case& c : check::all_cases()) {
    if (!chosen->empty() && std::ranges::find(*chosen, c.protocol) == chosen->end()) continue;
    rows.push_back({{"id", c.id},
                    {"section", c.section},
                    {"since", c.since.word, Measure::none, Style::hex},
                    {"destructive", c.destructive}});
  }
  report.add_table("cases", std::move(rows));
  return {};
}

[[nodiscard]] Outcome<void> run(Context& context, const Words& given) {
  const auto protocols = protocols_of(given);
  if (!protocols) return tl::unexpected(protocols.error());
  const auto release = release_of(given);
  if (!release) return tl::unexpected(release.error());
  check::Settings settings;
  settings.protocols = *protocols;
  settings.release = *release;
  settings.allow_destructive = given.allow_destructive;
  settings.call = context.connection.call();
  settings.pending = context.connection.pending();
  const check::Outcomes outcomes =
      check::run(context.connection.agent(), context.connection.session().clock(), settings);
  check::describe(outcomes, context.report);
  if (!given.junit.empty()) {
    if (auto written = write_file(given.junit, check::to_junit(outcomes)); !written) return written;
  }
  if (outcomes.lost) return failed("checking", Error::local(LocalError::platform_lost));
  const std::size_t failures = outcomes.summary[check::Verdict::fail];
  if (failures == 0) return {};
  return tl::unexpected(Failure{Exit::status,
                                fmt::format("{} of {} cases failed", failures, outcomes.findings.size()),
                                "'detail' says what was asked, what came and what was expected",
                                {}});
}

}  // namespace

void add_check(CommandLine& line) {
  Words& given = line.keep<Words>();
  line.top()
      .verb("check", "a conformance run: does the platform do what the specification says",
            [&given](Context& c) { return run(c, given); })
      .options("--protocol", "NAME|NUMBER", given.protocols, "only that protocol; may be repeated")
      .option("--spec", "RELEASE", given.spec, "judge by 2.0, 3.0, 3.1 or 3.2; default: by the reported versions")
      .option("--junit", "FILE", given.junit, "also write the verdicts there, as JUnit XML")
      .flag("--allow-destructive", given.allow_destructive, "also run cases that may take the system down")
      .flag("--list", given.list, "show all cases, and run none")
      .offline([&given] { return given.list; }, [&given](Report& r) { return list(given, r); })
      .lenient();
}

}  // namespace scmi::tool
