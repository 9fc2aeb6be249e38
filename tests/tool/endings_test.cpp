// SPDX-License-Identifier: Apache-2.0
//
// How the tool ends: each exit code for each reason, one line on stderr, and with --json one document all the same.
#include <sys/socket.h>
#include <sys/un.h>

#include <csignal>
#include <cstring>
#include <fstream>

#include "tests/tool/odd_platform.hpp"
#include "tests/tool/tool_runner.hpp"

namespace scmi::tool::test {
namespace {

/// What every failure has to look like; answers the document's `error`.
Json check_failure(const Words& words, int code) {
  const Ran plain = run(words);
  CAPTURE(plain.err);
  CHECK(plain.code == code);
  CHECK(plain.err.find("scmi-tool: ") != std::string::npos);
  const Ran json = run_json(words);
  CHECK(json.code == code);
  // One line: nothing before its end.
  CHECK(json.err.find('\n') == json.err.size() - 1);
  const Json document = json.json();
  REQUIRE(document.contains("error"));
  CHECK(document["error"]["exit_code"] == code);
  CHECK(document["error"]["message"].is_string());
  return document["error"];
}

Words to(const std::string& spec, Words words) {
  words.insert(words.begin(), {"--connect", spec});
  return words;
}

bool has(const Json& text, const std::string& part) { return text.get<std::string>().find(part) != std::string::npos; }

/// A listener that takes connections and says nothing.
struct MuteListener {
  TemporaryFolder folder;
  std::string socket = folder / "mute";
  int fd;
  explicit MuteListener(int type) : fd(::socket(AF_UNIX, type | SOCK_CLOEXEC, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, socket.c_str(), sizeof address.sun_path - 1);
    REQUIRE(::bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
    REQUIRE(::listen(fd, 4) == 0);
  }
  ~MuteListener() { ::close(fd); }
  MuteListener(const MuteListener&) = delete;
  MuteListener& operator=(const MuteListener&) = delete;
};

}  // namespace

TEST_CASE("tool exit 1: the platform's status, as number and name") {
  const JunoPlatform juno;
  const Json not_found = check_failure(to(juno.spec(), {"raw", "clock.rate_get", "clock_id=99"}), 1);
  CHECK(not_found["status"] == -4);
  CHECK(not_found["status_name"] == "NOT_FOUND");
  CHECK(not_found["protocol_id"] == 0x14);
  CHECK(not_found["message_id"] == 6);
  const Json denied = check_failure(to(juno.spec(), {"clock", "set", "GPU_CLK", "450MHz"}), 1);
  CHECK(denied["status_name"] == "DENIED");
  // The answer itself is in the document as well.
  const Json document = juno.json({"raw", "clock.rate_get", "clock_id=99"}, 1);
  CHECK(document["response"]["status"] == -4);
}

TEST_CASE("tool exit 1: a status without a name in the specification keeps its number") {
  const OddPlatform odd({{"clock.rate_get", {.fields = {"status=-200"}}}});
  const Json error = check_failure(to(odd.spec(), {"clock", "get", "0"}), 1);
  CHECK(error["status"] == -200);
  CHECK(error["status_name"] == "VENDOR");
}

TEST_CASE("tool exit 2: what cannot be understood, before anything is started") {
  for (const Words& words :
       {Words{}, Words{"clok", "list"}, Words{"clock"}, Words{"clock", "lst"}, Words{"clock", "get"},
        Words{"--timeout", "5", "info"}, Words{"--timeout", "0s", "info"}, Words{"--connect", "udp:1", "info"},
        Words{"--nonsense", "info"}, Words{"clock", "list", "extra"}}) {
    CAPTURE(words);
    CHECK(check_failure(words, 2)["kind"] == "usage");
  }
  CHECK(has(check_failure({"--timeout", "5", "info"}, 2)["message"], "--timeout"));
}

TEST_CASE("tool exit 2: unknown names say what comes close") {
  const JunoPlatform juno;
  const Json clock = check_failure(to(juno.spec(), {"clock", "get", "HDLCD"}), 2);
  CHECK(has(clock["message"], "no clock is called 'HDLCD'"));
  CHECK(has(clock["advice"], "3 (HDLCD_0)"));
  CHECK(has(check_failure(to(juno.spec(), {"power", "get", "99"}), 2)["message"], "the platform has 11"));
  CHECK(has(check_failure(to(juno.spec(), {"perf", "set", "BIG", "700MHz"}), 2)["message"], "700MHz"));
  CHECK(has(check_failure(to(juno.spec(), {"perf", "set", "BIG", "@9"}), 2)["message"], "index"));
  CHECK(has(check_failure(to(juno.spec(), {"clock", "set", "I2SCLK", "fast"}), 2)["message"], "'fast'"));
  CHECK(has(check_failure(to(juno.spec(), {"clock", "set", "I2SCLK", "1", "--round", "no"}), 2)["message"], "'no'"));
  CHECK(has(check_failure(to(juno.spec(), {"power", "set", "GPUTOP", "half"}), 2)["message"], "'half'"));
  CHECK(has(check_failure(to(juno.spec(), {"--agent", "nobody", "info"}), 2)["message"], "nobody"));
}

TEST_CASE("tool exit 2: unknown messages and fields of raw") {
  const JunoPlatform juno;
  CHECK(has(check_failure(to(juno.spec(), {"raw", "clock.rate_gte"}), 2)["message"], "clock.rate_gte"));
  CHECK(has(check_failure(to(juno.spec(), {"raw", "clock.rate_get", "clock_id=3", "clok_id=3"}), 2)["message"],
            "clok_id"));
  CHECK(has(check_failure(to(juno.spec(), {"raw", "clock.rate_get"}), 2)["message"], "clock_id"));
  CHECK(has(check_failure(to(juno.spec(), {"raw", "0x14"}), 2)["message"], "message number"));
  CHECK(has(check_failure(to(juno.spec(), {"raw", "0x14", "0x6", "xyz1"}), 2)["message"], "hex digits"));
  CHECK(has(check_failure(to(juno.spec(), {"raw", "clock.rate_changed"}), 2)["message"], "notification"));
}

TEST_CASE("tool exit 2: a name that two clocks have is ambiguous, their ids are named, and work") {
  const OddPlatform odd({});
  const Json error = check_failure(to(odd.spec(), {"clock", "get", "TWIN"}), 2);
  CHECK(has(error["message"], "0 (TWIN), 1 (TWIN)"));
  const Ran by_id = run(to(odd.spec(), {"clock", "get", "1"}));
  CHECK(by_id.code == 0);
}

TEST_CASE("tool exit 2: what can take the system down is refused where nobody can be asked") {
  // Refused before anything is connected to: the socket does not even exist.
  const std::string nowhere = "mailbox:/nonexistent/socket";
  for (const Words& words :
       {Words{"power", "set", "GPUTOP", "off"}, Words{"power", "set", "0", "0x40000000"},
        Words{"clock", "disable", "0"}, Words{"raw", "clock.rate_set", "clock_id=0", "rate=1"},
        Words{"raw", "0x80", "0x3"}, Words{"raw", "clock.negotiate_protocol_version", "version=0x10000"}}) {
    CAPTURE(words);
    CHECK(has(check_failure(to(nowhere, words), 2)["advice"], "-y"));
  }
  for (const Words& words : {Words{"power", "set", "GPUTOP", "on"}, Words{"clock", "enable", "0"},
                             Words{"raw", "clock.rate_get", "clock_id=0"}, Words{"clock", "disable", "0", "-y"}}) {
    CAPTURE(words);
    CHECK(run(to(nowhere, words)).code == 4);
  }
}

TEST_CASE("tool: on a terminal it asks, does it for yes, and leaves it for anything else") {
  const JunoPlatform juno;
  const Words disable = to(juno.spec(), {"clock", "disable", "HDLCDREFCLK"});
  const Ran refused = run_on(Terminal("n\n"), disable);
  CHECK(refused.code == 3);
  CHECK(refused.err.find("Disable clock 1 (HDLCDREFCLK)? [y/N]") != std::string::npos);
  CHECK(juno.json({"clock", "get", "HDLCDREFCLK"})["enabled"] == true);
  const Ran agreed = run_on(Terminal("y\n"), disable);
  CHECK(agreed.code == 0);
  CHECK(juno.json({"clock", "get", "HDLCDREFCLK"})["enabled"] == false);
}

TEST_CASE("tool exit 3: a platform that lets us in and never answers") {
  const OddPlatform odd({{"base.protocol_version", {.kind = Odd::Kind::silent}}});
  const Json error = check_failure(to(odd.spec(), {"--timeout", "1s", "info"}), 3);
  CHECK(error["local_name"] == "timed_out");
  CHECK(error["step"] == "base_version");
}

TEST_CASE("tool exit 3: a call that is never answered, and a listener that never says hello") {
  const OddPlatform odd({{"clock.rate_get", {.kind = Odd::Kind::silent}}});
  CHECK(check_failure(to(odd.spec(), {"--timeout", "1s", "clock", "get", "0"}), 3)["local_name"] == "timed_out");
  const MuteListener mute(SOCK_SEQPACKET);
  CHECK(check_failure(to("mailbox:" + mute.socket, {"--timeout", "20ms", "info"}), 3)["local_name"] == "timed_out");
}

TEST_CASE("tool exit 3: interrupted in the middle of a call, with its document") {
  const OddPlatform odd({{"clock.rate_get", {.kind = Odd::Kind::silent}}});
  ChildProcess tool(tool_words(to(odd.spec(), {"--timeout", "1m", "--json", "clock", "get", "0"})));
  odd.await_silence();
  tool.signal(SIGINT);
  const Ran ran = finish(tool);
  CHECK(ran.code == 3);
  CHECK(ran.json()["error"]["local_name"] == "cancelled");
}

TEST_CASE("tool exit 4: nobody there, somebody else there, or something else") {
  const TemporaryFolder folder;
  CHECK(check_failure(to("mailbox:" + (folder / "none"), {"info"}), 4)["errno"] == ENOENT);
  const std::string file = folder.write("file", "text");
  CHECK(check_failure(to("mailbox:" + file, {"info"}), 4)["local_name"] == "incompatible_peer");
  const MuteListener stream(SOCK_STREAM);
  CHECK(check_failure(to("mailbox:" + stream.socket, {"info"}), 4)["local_name"] == "incompatible_peer");
  CHECK(check_failure(to("shm:" + file, {"info"}), 4)["kind"] == "transport");
  CHECK(check_failure(to("shm:" + (folder / "none"), {"info"}), 4)["errno"] == ENOENT);
}

TEST_CASE("tool exit 4: an agent that somebody else is") {
  const JunoPlatform juno;
  // The first tool holds the agent while it waits at its question.
  const Terminal quiet("");
  ChildProcess first(tool_words(to(juno.spec(), {"--agent", "OSPM", "clock", "disable", "1"})), quiet.fd());
  REQUIRE(first.err().until("[y/N]").find("[y/N]") != std::string::npos);
  const Json error = check_failure(to(juno.spec(), {"--agent", "OSPM", "info"}), 4);
  CHECK(error["local_name"] == "agent_claimed");
  first.signal(SIGTERM);
  CHECK(first.wait() == 3);
}

TEST_CASE("tool exit 4: the platform dies in the middle of a call, and that is known at once") {
  // By its timeout the call would end after a minute, and with another code.
  const Words words{"--timeout", "1m", "clock", "get", "0"};
  for (const bool json : {false, true}) {
    const OddPlatform odd({{"clock.rate_get", {.kind = Odd::Kind::die}}});
    const Ran ran = json ? run_json(to(odd.spec(), words)) : run(to(odd.spec(), words));
    CHECK(ran.code == 4);
    if (json) CHECK(ran.json()["error"]["local_name"] == "platform_lost");
  }
}

TEST_CASE("tool exit 4: a platform process killed, or its file cut off, while a call waits for it") {
  struct Case {
    bool shm;
    bool truncate;
  };
  for (const auto& [shm, truncate] : {Case{false, false}, Case{true, false}, Case{true, true}}) {
    CAPTURE(shm);
    CAPTURE(truncate);
    const TemporaryFolder folder;
    const std::string file = folder / "areas";
    const JunoPlatform juno({"--shm", file});
    // At the question the tool is connected: from there on the platform says nothing, and the call goes out.
    const Terminal terminal("");
    ChildProcess tool(tool_words(to(shm ? "shm:" + file : juno.spec(),
                                    {"--timeout", "1m", "--trace", "--json", "clock", "disable", "1"})),
                      terminal.fd());
    REQUIRE(tool.err().until("[y/N]").find("[y/N]") != std::string::npos);
    juno.process.signal(SIGSTOP);
    terminal.type("y\n");
    REQUIRE(tool.err().until("clock.config_set").find("clock.config_set") != std::string::npos);
    if (truncate) {
      REQUIRE(::truncate(file.c_str(), 0) == 0);
    } else {
      juno.process.signal(SIGKILL);
    }
    const Ran ran = finish(tool);
    CHECK(ran.code == 4);
    CHECK(ran.json()["error"]["local_name"] == "platform_lost");
  }
}

TEST_CASE("tool exit 4: a protocol that the platform does not have") {
  const OddPlatform odd({});
  CHECK(has(check_failure(to(odd.spec(), {"power", "list"}), 4)["message"], "no power domain protocol"));
}

TEST_CASE("tool exit 4: no platform to simulate with, or one that does not start") {
  const TemporaryFolder folder;
  ::setenv("SCMI_PLATFORM", (folder / "none").c_str(), 1);
  CHECK(has(check_failure({"info"}, 4)["advice"], "SCMI_PLATFORM"));
  ::setenv("SCMI_PLATFORM", "/bin/false", 1);
  CHECK(has(check_failure({"info"}, 4)["message"], "ended before it was ready"));
  ::unsetenv("SCMI_PLATFORM");
  ::setenv("SCMI_SOC_DIR", folder.path.c_str(), 1);
  CHECK(has(check_failure({"info"}, 4)["advice"], "SCMI_SOC_DIR"));
  folder.write("juno-r2.toml", "[soc]\nnme = \"x\"\n");
  CHECK(has(check_failure({"info"}, 4)["message"], "juno-r2.toml:1"));
  ::unsetenv("SCMI_SOC_DIR");
}

TEST_CASE("tool exit 5: replies that are too short, in a client and in raw") {
  const OddPlatform odd({{"clock.rate_get", {.kind = Odd::Kind::bytes, .count = 6}}});
  CHECK(check_failure(to(odd.spec(), {"clock", "get", "0"}), 5)["local_name"] == "malformed_reply");
  const Json raw = check_failure(to(odd.spec(), {"raw", "clock.rate_get", "clock_id=0"}), 5);
  CHECK(raw["local_name"] == "malformed_reply");
  CHECK(run(to(odd.spec(), {"clock", "list"})).code == 5);
}

TEST_CASE("tool exit 5: a probe that meets nonsense names the step") {
  const OddPlatform odd({{"base.discover_vendor", {.kind = Odd::Kind::bytes, .count = 5}}});
  CHECK(check_failure(to(odd.spec(), {"info"}), 5)["step"] == "base_vendor");
}

TEST_CASE("tool: the simulated platform dies with the tool, and leaves nothing in the file system") {
  const TemporaryFolder folder;
  ::setenv("TMPDIR", folder.path.c_str(), 1);
  const Terminal quiet("");
  for (const int signal : {SIGKILL, SIGTERM, SIGINT}) {
    ChildProcess tool(tool_words({"clock", "disable", "0"}), quiet.fd());
    REQUIRE(tool.err().until("[y/N]").find("[y/N]") != std::string::npos);
    const std::string pid = std::to_string(tool.pid());
    pid_t child = 0;
    std::ifstream("/proc/" + pid + "/task/" + pid + "/children") >> child;
    REQUIRE(child > 0);
    tool.signal(signal);
    CHECK(tool.wait() == (signal == SIGKILL ? -SIGKILL : 3));
    CHECK(ends(child));
    CHECK(std::filesystem::is_empty(folder.path));
  }
  ::unsetenv("TMPDIR");
}

}  // namespace scmi::tool::test
