// SPDX-License-Identifier: Apache-2.0
//
// The real tool and the real platform as processes, and what the tool said.
#pragma once

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "tests/platform/child_process.hpp"

namespace scmi::tool::test {

using Json = nlohmann::json;
using Words = std::vector<std::string>;
using platform::test::ChildProcess;
using platform::test::TemporaryFolder;

/// How a run of the tool ended.
struct Ran {
  int code = -1;
  std::string out;
  std::string err;

  /// stdout as the one document that it has to be.
  [[nodiscard]] Json json() const {
    const Json document = Json::parse(out, nullptr, false);
    REQUIRE_MESSAGE(!document.is_discarded(), "no JSON document: ", out);
    REQUIRE(document.is_object());
    CHECK(document.at("schema_version") == 1);
    CHECK(document.contains("connection"));
    CHECK(document.contains("command"));
    return document;
  }
};

inline Words tool_words(Words words) {
  words.insert(words.begin(), SCMI_TOOL_BINARY);
  return words;
}

inline Ran finish(ChildProcess& tool) {
  Ran ran;
  std::tie(ran.out, ran.err) = platform::test::Reader::all(tool.out(), tool.err());
  ran.code = tool.wait();
  CAPTURE(ran.err);
  return ran;
}

/// Runs the tool to its end, with nothing to read on stdin.
inline Ran run(Words words) {
  ChildProcess tool(tool_words(std::move(words)));
  return finish(tool);
}

/// The same with `--json` added.
inline Ran run_json(Words words) {
  words.emplace_back("--json");
  return run(std::move(words));
}

/// A terminal to ask on, with the answer typed beforehand.
class Terminal {
 public:
  explicit Terminal(const std::string& answer) : master_(::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC)) {
    REQUIRE(master_ >= 0);
    REQUIRE(::grantpt(master_) == 0);
    REQUIRE(::unlockpt(master_) == 0);
    slave_ = ::open(::ptsname(master_), O_RDWR | O_NOCTTY | O_CLOEXEC);
    REQUIRE(slave_ >= 0);
    type(answer);
  }
  ~Terminal() {
    ::close(slave_);
    ::close(master_);
  }
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;
  void type(const std::string& text) const {
    REQUIRE(::write(master_, text.data(), text.size()) == static_cast<ssize_t>(text.size()));
  }
  [[nodiscard]] int fd() const noexcept { return slave_; }

 private:
  int master_;
  int slave_ = -1;
};

inline Ran run_on(const Terminal& terminal, Words words) {
  ChildProcess tool(tool_words(std::move(words)), terminal.fd());
  return finish(tool);
}

/// scmi-platform with the Juno model, or another, on a socket of its own.
struct JunoPlatform {
  TemporaryFolder folder;
  std::string socket = folder / "mailbox";
  ChildProcess process;

  explicit JunoPlatform(const Words& more = {}, const std::string& soc = SCMI_SOCS_DIR "/juno-r2.toml")
      : process(words(socket, soc, more)) {
    REQUIRE(process.out().line().starts_with("ready"));
  }
  [[nodiscard]] std::string spec() const { return "mailbox:" + socket; }
  /// The tool, connected to this platform.
  [[nodiscard]] Ran tool(Words words) const {
    words.insert(words.begin(), {"--connect", spec()});
    return run(std::move(words));
  }
  [[nodiscard]] Json json(Words words, int code = 0) const {
    words.emplace_back("--json");
    const Ran ran = tool(std::move(words));
    CAPTURE(ran.err);
    CHECK(ran.code == code);
    const Json document = ran.json();
    CHECK(document.at("connection") == spec());
    CHECK(document.contains("error") == (code != 0));
    if (code != 0) CHECK(document.at("error").at("exit_code") == code);
    return document;
  }

 private:
  static Words words(const std::string& socket, const std::string& soc, const Words& more) {
    Words all{SCMI_PLATFORM_BINARY, "--soc", soc, "--mailbox", socket};
    all.insert(all.end(), more.begin(), more.end());
    return all;
  }
};

/// With the one in the manner of the i.MX95.
struct ImxPlatform : JunoPlatform {
  ImxPlatform() : JunoPlatform({}, SCMI_SOCS_DIR "/imx95.toml") {}
};

/// True if the process ends; waits for that no longer than a healthy one needs.
inline bool ends(pid_t pid) {
  const int fd = static_cast<int>(::syscall(SYS_pidfd_open, pid, 0));
  if (fd < 0) return true;
  pollfd look{.fd = fd, .events = POLLIN, .revents = 0};
  const bool ended = ::poll(&look, 1, platform::test::patience_ms) == 1;
  ::close(fd);
  return ended;
}

}  // namespace scmi::tool::test
