// SPDX-License-Identifier: Apache-2.0
//
// `check` as a command: its documents, its files and its exit codes, against the real platform with and without
// defects.
#include <doctest/doctest.h>

#include <fstream>
#include <set>
#include <sstream>

#include "tests/tool/tool_runner.hpp"

namespace scmi::tool::test {
namespace {

[[nodiscard]] std::string content(const std::string& path) {
  std::ifstream in(path);
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

/// Says of each failed case what is known of it, and shows the messages of its protocol, so that a log alone tells.
void tell_failures(const Json& document, const std::string& trace) {
  std::set<std::string> shown;
  for (const Json& c : document.at("cases")) {
    if (c.at("verdict") != "fail") continue;
    const auto id = c.at("id").get<std::string>();
    MESSAGE(id, ": asked ", c.at("asked").get<std::string>(), "; came ", c.at("came").get<std::string>(), "; expected ",
            c.at("expected").get<std::string>());
    const std::string protocol = id.substr(0, id.find('.') + 1);
    if (!shown.insert(protocol).second) continue;
    std::istringstream lines(trace);
    std::string messages;
    for (std::string line; std::getline(lines, line);) {
      if (line.find(protocol) != std::string::npos) messages += line + '\n';
    }
    MESSAGE(messages);
  }
}

[[nodiscard]] std::size_t occurrences(const std::string& text, const std::string& word) {
  std::size_t n = 0;
  for (std::size_t at = text.find(word); at != std::string::npos; at = text.find(word, at + 1)) ++n;
  return n;
}

}  // namespace

TEST_CASE("check: a sound platform passes, with a verdict for each case and a file for the build server") {
  const JunoPlatform juno;
  const std::string junit = juno.folder / "check.xml";
  // A deadline that only a dead platform meets: a slow machine is no reason to fail.
  const Ran ran = juno.tool({"check", "--junit", junit, "--timeout", "60s", "--json", "--trace"});
  const Json document = ran.json();
  CHECK(ran.code == 0);
  tell_failures(document, ran.err);
  CHECK(document.at("command") == "check");
  const Json& cases = document.at("cases");
  const Json& summary = document.at("summary");
  CHECK(summary.at("failed") == 0);
  CHECK(summary.at("passed").get<std::size_t>() > 200);
  std::size_t passed = 0;
  for (const Json& c : cases) {
    for (const char* key : {"verdict", "id", "section", "asked", "came", "expected", "reason"}) {
      CHECK(c.at(key).is_string());
    }
    passed += c.at("verdict") == "pass" ? 1 : 0;
    CHECK((c.at("verdict") != "skipped" || !c.at("reason").get<std::string>().empty()));
  }
  CHECK(passed == summary.at("passed"));

  const std::string xml = content(junit);
  CHECK(occurrences(xml, "<testcase ") == cases.size());
  CHECK(occurrences(xml, "<failure ") == 0);
  CHECK(occurrences(xml, "<skipped ") == summary.at("skipped"));
  CHECK(xml.find("name=\"rate_get.invalid_id\"") != std::string::npos);
}

TEST_CASE("check: a defect is a failure that says what was asked, what came and what was expected; exit code 1") {
  const JunoPlatform juno({"--defect", "clock-unknown-clock", "--defect", "base-platform-name"});
  const std::string junit = juno.folder / "check.xml";
  const Json document = juno.json({"check", "--protocol", "clock", "--protocol", "0x10", "--junit", junit}, 1);
  CHECK(document.at("error").at("kind") == "status");
  std::size_t failed = 0;
  for (const Json& c : document.at("cases")) {
    if (c.at("verdict") != "fail") continue;
    ++failed;
    if (c.at("id") == "clock.rate_get.invalid_id") {
      CHECK(c.at("section") == "DEN0056 CLOCK_RATE_GET");
      CHECK(c.at("asked").get<std::string>().starts_with("clock.rate_get clock_id="));
      CHECK(c.at("came").get<std::string>().starts_with("clock.rate_get response SUCCESS"));
      CHECK(c.at("expected") == "NOT_FOUND");
    } else {
      CHECK(c.at("id") == "base.agents");
    }
  }
  CHECK(failed == 2);
  CHECK(occurrences(content(junit), "<failure ") == 2);

  const Ran table = juno.tool({"check", "--protocol", "base"});
  CHECK(table.code == 1);
  CHECK(table.out.find("fail     base.agents") != std::string::npos);
  CHECK(table.err.find("1 of ") != std::string::npos);
}

TEST_CASE("check: a platform that an agent cannot even probe is examined all the same") {
  const JunoPlatform juno({"--defect", "base-vendor-missing"});
  CHECK(juno.tool({"info"}).code == 1);
  const Json document = juno.json({"check", "--protocol", "base"}, 1);
  bool found = false;
  for (const Json& c : document.at("cases")) {
    found = found || (c.at("id") == "base.probe" && c.at("verdict") == "fail");
  }
  CHECK(found);
}

TEST_CASE("check --list: every case, the destructive ones marked, without a platform") {
  const Ran ran = run_json({"--connect", "mailbox:/nowhere/at/all", "check", "--list"});
  CHECK(ran.code == 0);
  std::size_t destructive = 0;
  const Json all = ran.json();
  for (const Json& c : all.at("cases")) destructive += c.at("destructive").get<bool>() ? 1 : 0;
  CHECK(destructive > 5);
  const Json some = run_json({"check", "--list", "--protocol", "power"}).json();
  CHECK(some.at("cases").size() < all.at("cases").size());
  for (const Json& c : some.at("cases")) CHECK(c.at("id").get<std::string>().starts_with("power."));
}

TEST_CASE("check --spec: judged by a release, the versions have to be that release's") {
  const JunoPlatform juno;
  const Json document = juno.json({"check", "--protocol", "base", "--spec", "2.0"}, 1);
  for (const Json& c : document.at("cases")) {
    if (c.at("id") == "base.version") CHECK(c.at("verdict") == "fail");
  }
  CHECK(juno.tool({"check", "--spec", "3.2", "--protocol", "base"}).code == 0);
}

TEST_CASE("check: bad words are usage, and say what would be right") {
  const JunoPlatform juno;
  const struct {
    Words words;
    const char* says;
  } rows[] = {{{"check", "--spec", "9.9"}, "--spec '9.9' is no release"},
              {{"check", "--protocol", "clocks"}, "--protocol 'clocks'"},
              {{"check", "--list", "--protocol", "0x7f"}, "--protocol '0x7f'"},
              {{"check", "--protocol", "base", "--junit", "/nowhere/at/all.xml"}, "--junit /nowhere/at/all.xml"}};
  for (const auto& row : rows) {
    const Ran ran = juno.tool(row.words);
    CHECK(ran.code == 2);
    CHECK_MESSAGE(ran.err.find(row.says) != std::string::npos, ran.err);
  }
}

TEST_CASE("scmi-platform --defect: list has a sentence for each; a name that is none is a usage error") {
  ChildProcess list({SCMI_PLATFORM_BINARY, "--defect", "list"});
  const std::string text = list.out().all();
  CHECK(list.wait() == 0);
  CHECK(occurrences(text, "\n") >= 40);
  CHECK(text.find("clock-rates-descending") != std::string::npos);
  ChildProcess wrong(
      {SCMI_PLATFORM_BINARY, "--soc", SCMI_SOCS_DIR "/juno-r2.toml", "--mailbox", "x", "--defect", "no"});
  CHECK(wrong.err().all().find("there is no defect no") != std::string::npos);
  CHECK(wrong.wait() == 2);
}

}  // namespace scmi::tool::test
