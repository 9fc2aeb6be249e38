// SPDX-License-Identifier: Apache-2.0
#include "tool/check/run.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "tool/check/trial.hpp"
#include "tool/text.hpp"

namespace scmi::tool::check {
namespace {

/// Why a case does not run; empty: it does.
[[nodiscard]] std::string obstacle(Subject& subject, const Case& c) {
  if (subject.lost()) return "the platform is lost";
  if (!subject.lists(c.protocol)) return "the platform does not list the protocol";
  if (c.destructive && !subject.settings().allow_destructive) return "destructive (--allow-destructive)";
  const Version judged = subject.judged(c.protocol);
  if (judged < c.since) return fmt::format("since version {:#x}, and this is {:#x}", c.since.word, judged.word);
  if (c.command && !subject.offers(c.protocol, *c.command)) return "the platform does not offer the command";
  return {};
}

[[nodiscard]] Finding skipped(const Case& c, std::string reason) {
  return {c.id, c.section, c.destructive, Verdict::skipped, "", "", "", std::move(reason)};
}

[[nodiscard]] Finding try_case(Subject& subject, const Case& c) {
  if (std::string reason = obstacle(subject, c); !reason.empty()) return skipped(c, std::move(reason));
  Trial trial(subject, c);
  c.run(trial);
  if (!subject.lost()) return trial.finish();
  trial.fail("a platform that stays");
  return trial.finish();
}

/// Text of XML; what XML cannot carry becomes a question mark.
[[nodiscard]] std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : printable(text)) {
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      default: out += static_cast<unsigned char>(c) < 0x20 ? '?' : c;
    }
  }
  return out;
}

[[nodiscard]] std::string details(const Finding& f) {
  return escaped(fmt::format("asked: {}; came: {}; expected: {}", f.asked, f.came, f.expected));
}

}  // namespace

Cases all_cases() {
  Cases cases;
  for (const catalogue::ProtocolEntry& entry : catalogue::protocols()) {
    add_protocol_cases(cases, entry.id);
    if (entry.id == protocol::base) add_base_cases(cases);
    add_command_cases(cases, entry.id);
    if (entry.id == protocol::power_domain) add_power_cases(cases);
    if (entry.id == protocol::system_power) add_system_power_cases(cases);
    if (entry.id == protocol::performance) add_performance_cases(cases);
    if (entry.id == protocol::clock) add_clock_cases(cases);
    if (entry.id == protocol::sensor) add_sensor_cases(cases);
    if (entry.id == protocol::reset_domain) add_reset_cases(cases);
    if (entry.id == protocol::voltage) add_voltage_cases(cases);
    if (entry.id == protocol::powercap) add_powercap_cases(cases);
    if (entry.id == protocol::pin_control) add_pin_control_cases(cases);
    if (entry.id == protocol::telemetry) add_telemetry_cases(cases);
    add_closing_cases(cases, entry.id);
  }
  return cases;
}

Outcomes run(Agent& agent, TimeSource& clock, const Settings& settings) {
  Subject subject(agent, clock, settings);
  Outcomes outcomes;
  for (const Case& c : all_cases()) {
    if (!settings.protocols.empty() && std::ranges::find(settings.protocols, c.protocol) == settings.protocols.end()) {
      continue;
    }
    // One line says it for all cases of a protocol that is not there and that nobody asked for.
    const bool absent = settings.protocols.empty() && !subject.lists(c.protocol);
    if (absent && !c.id.ends_with(".version")) continue;
    outcomes.findings.push_back(try_case(subject, c));
    ++outcomes.summary.counts[static_cast<std::size_t>(outcomes.findings.back().verdict)];
  }
  outcomes.lost = subject.lost();
  return outcomes;
}

void describe(const Outcomes& outcomes, Report& report) {
  std::vector<Record> rows;
  for (const Finding& f : outcomes.findings) {
    const bool tell = f.verdict == Verdict::fail || f.verdict == Verdict::warning;
    std::string detail = tell ? fmt::format("asked {}; came {}; expected {}", f.asked, f.came, f.expected) : f.reason;
    rows.push_back({{"verdict", name(f.verdict)},
                    {"id", f.id},
                    {"section", f.section},
                    {"detail", detail.empty() ? Value() : Value(detail)},
                    {"destructive", f.destructive, Measure::none, Style::document},
                    {"asked", f.asked, Measure::none, Style::document},
                    {"came", f.came, Measure::none, Style::document},
                    {"expected", f.expected, Measure::none, Style::document},
                    {"reason", f.reason, Measure::none, Style::document}});
  }
  report.add_table("cases", std::move(rows));
  const Summary& s = outcomes.summary;
  report.add("summary", Record{{"passed", s[Verdict::pass]},
                               {"failed", s[Verdict::fail]},
                               {"warnings", s[Verdict::warning]},
                               {"skipped", s[Verdict::skipped]}});
}

std::string to_junit(const Outcomes& outcomes) {
  const Summary& s = outcomes.summary;
  std::string xml = fmt::format(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
      "<testsuite name=\"scmi-tool check\" tests=\"{}\" failures=\"{}\" errors=\"0\" skipped=\"{}\">\n",
      outcomes.findings.size(), s[Verdict::fail], s[Verdict::skipped]);
  for (const Finding& f : outcomes.findings) {
    const std::size_t dot = f.id.find('.');
    xml += fmt::format("  <testcase classname=\"{}\" name=\"{}\"", escaped(f.id.substr(0, dot)),
                       escaped(f.id.substr(dot + 1)));
    switch (f.verdict) {
      case Verdict::pass: xml += "/>\n"; break;
      case Verdict::fail:
        xml += fmt::format("><failure message=\"{}\">{}</failure></testcase>\n", details(f), escaped(f.section));
        break;
      case Verdict::warning:
        xml += fmt::format("><system-out>warning: {} ({})</system-out></testcase>\n", details(f), escaped(f.section));
        break;
      case Verdict::skipped: xml += fmt::format("><skipped message=\"{}\"/></testcase>\n", escaped(f.reason)); break;
    }
  }
  return xml + "</testsuite>\n";
}

}  // namespace scmi::tool::check
