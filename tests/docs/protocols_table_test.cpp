// SPDX-License-Identifier: Apache-2.0
//
// docs/protocols.md is what was seen, not what somebody remembers: a command is the client's if a client operation
// sends it, the server's if the platform knows it, the tool's if a command line sends it; a notification is the
// server's if the platform was made to send it. Fails when the committed file says something else; with SCMI_WRITE_DOCS
// set to a path, the file is written there.
#include <doctest/doctest.h>

#include <cstdlib>
#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include "tests/platform/platform_bench.hpp"
#include "tests/protocols/client_operations.hpp"
#include "tests/protocols/obedient_platform.hpp"
#include "tests/protocols/real_platform.hpp"
#include "tests/tool/tool_runner.hpp"

using namespace scmi;
using base_protocol::DiscoverAgent;
using catalogue::Entry;

namespace {

using Entries = std::set<const Entry*>;

[[nodiscard]] Entries seen_from_clients() {
  Entries seen;
  for (const operations::Operation& operation : operations::all()) {
    for (const bool newer : {false, true}) {
      obedient::Platform platform;
      platform.newer = newer;  // Then a client negotiates.
      static_cast<void>(operation.run(*platform.agent));
      seen.insert(platform.sent.begin(), platform.sent.end());
    }
  }
  for (const operations::Listener& listener : operations::listeners()) {
    seen.insert(catalogue::find(listener.protocol, catalogue::Kind::notification, listener.notification));
  }
  return seen;
}

/// How the platform is made to send a notification: agent 1 subscribes, then an agent does something.
struct Scene {
  std::uint8_t protocol;
  std::uint8_t notification;
  std::uint8_t subscribe;
  std::vector<std::uint32_t> subscription;
  std::uint32_t who;
  std::uint8_t act;
  std::vector<std::uint32_t> action;
};

constexpr std::string_view stage = R"([soc]
name = "stage"
vendor = "acme"
profile = "3.2"
clock_max_pending_async = 2
[[agent]]
name = "one"
[[agent]]
name = "two"
performance = { may_set_level = [] }
system_power = { role = "management" }
[system_power]
[[sensor]]
name = "sensor"
type = "celsius"
wave = { values = [1, 5], step_us = 300_000 }
trip_points = 1
continuous = true
intervals_us = [1000]
[[power_domain]]
name = "power"
notify_requested = true
[[performance_domain]]
name = "perf"
levels = [{ level = 1 }, { level = 2 }, { level = 3 }]
[[clock]]
name = "clock"
rates_hz = [1000, 2000]
[[reset_domain]]
name = "reset"
[[powercap]]
name = "cap"
unit = "mW"
cap_range = { min = 100, max = 1000, step = 100 }
pai_range_us = { min = 1000, max = 10_000, step = 1000 }
[telemetry]
intervals_us = [1000]
[[telemetry.data_event]]
id = 7
)";

const Scene scenes[] = {
    {0x11, 0x0, 0x6, {0, 1}, 1, 0x4, {0, 0, 0x4000'0000}},
    {0x11, 0x1, 0x7, {0, 1}, 2, 0x4, {0, 0, 0x4000'0000}},
    {0x13, 0x0, 0x9, {0, 1}, 1, 0x5, {0, 2, 1}},
    {0x13, 0x1, 0xA, {0, 1}, 1, 0x7, {0, 1}},
    {0x14, 0x0, 0x9, {0, 1}, 1, 0x5, {0, 0, 2000, 0}},
    {0x14, 0x1, 0xA, {0, 1}, 2, 0x5, {0, 0, 2000, 0}},
    {0x16, 0x0, 0x5, {0, 1}, 1, 0x4, {0, 1, 0}},
    {0x18, 0x0, 0xA, {0, 1}, 1, 0x5, {0, 0, 500}},
    {0x12, 0x0, 0x5, {1}, 2, 0x3, {0, 1}},
    {0x15, 0x0, 0x4, {0, 1}, 1, 0x5, {0, 3, 3, 0}},
    {0x15, 0x1, 0xB, {0, 1}, 1, 0xA, {0, 1}},
    {0x18, 0x1, 0xB, {0, 1, 9, 9}, 1, 0x7, {0, 0, 2000}},
    {0x1B, 0x0, 0x6, {7, 1}, 1, 0x8, {0xFFFF'FFFF, 2U << 5 | 1U << 1 | 1U, 1U << 5 | 0x1DU}},
};

[[nodiscard]] Entries seen_from_server() {
  Entries seen;
  for (const std::string_view soc : {real::juno, std::string_view("imx95.toml")}) {
    real::Bench bench{real::soc(soc)};
    for (const Entry& entry : catalogue::entries()) {
      if (entry.is_notification() || !bench.agent().has(entry.protocol)) continue;
      // Without its parameters a command that is known is answered in many ways, one that is not in these two.
      std::array<std::byte, 128> reply;
      const auto n = bench.agent().raw_link(entry.protocol).transact(entry.info->message, {}, reply);
      REQUIRE(n.has_value());
      const Status status = scripted::words_of(reply).front() == 0
                                ? Status::success
                                : static_cast<Status>(static_cast<std::int32_t>(scripted::words_of(reply).front()));
      if (status != Status::not_found && status != Status::not_supported) seen.insert(&entry);
    }
  }
  for (const Scene& scene : scenes) {
    auto config = platform::parse_soc_config(stage, "stage.toml");
    REQUIRE_MESSAGE(config.has_value(), (config ? std::string() : describe(config.error().front())));
    platform::test::Bench bench(std::move(*config));
    CAPTURE(int{scene.protocol});
    CHECK(bench.ask(1, scene.protocol, scene.subscribe, scene.subscription).status == Status::success);
    CHECK(bench.ask(scene.who, scene.protocol, scene.act, scene.action).status == Status::success);
    bench.pass(std::chrono::seconds(1));
    for (const platform::test::Sent& sent : bench.take()) {
      const MessageHeader header = MessageHeader::unpack(sent.header);
      const Entry* entry = catalogue::find(header.protocol, catalogue::Kind::notification, header.message);
      if (header.type == MessageType::notification && entry != nullptr) seen.insert(entry);
    }
    const Entry* wanted =
        catalogue::find(ProtocolId(scene.protocol), catalogue::Kind::notification, MessageId(scene.notification));
    CHECK_MESSAGE(seen.contains(wanted), "never sent: ", wanted->name());
  }
  return seen;
}

/// What a person can type, one line each; `check` and `raw` can send anything and do not count.
const std::vector<std::vector<std::string>> command_lines = {
    {"info"},
    {"power", "list"},
    {"power", "get", "0"},
    {"power", "set", "0", "off"},
    {"clock", "list"},
    {"clock", "get", "0"},
    {"clock", "rates", "0"},
    {"clock", "set", "0", "2116800"},
    {"clock", "enable", "0"},
    {"clock", "disable", "0"},
    {"perf", "list"},
    {"perf", "get", "0"},
    {"perf", "levels", "0"},
    {"perf", "set", "0", "@1"},
    {"perf", "limits", "0", "--min", "@1"},
    {"reset", "list"},
    {"reset", "get", "0"},
    {"reset", "assert", "0"},
    {"reset", "deassert", "0"},
    {"reset", "pulse", "0"},
    {"voltage", "list"},
    {"voltage", "get", "0"},
    {"voltage", "levels", "0"},
    {"voltage", "set", "1", "900000"},
    {"voltage", "enable", "1"},
    {"voltage", "disable", "1"},
    {"powercap", "list"},
    {"powercap", "get", "0"},
    {"powercap", "measure", "0"},
    {"powercap", "set", "0", "700"},
    {"powercap", "set", "0", "700", "--async"},
    {"powercap", "pai", "0", "10ms"},
    {"powercap", "watch", "0", "--for", "1ms"},
    {"system", "get"},
    {"system", "set", "suspend"},
    {"system", "watch", "--for", "1ms"},
    {"sensor", "list"},
    {"sensor", "get", "0"},
    {"sensor", "get", "0", "--async"},
    {"sensor", "axes", "0"},
    {"sensor", "intervals", "3"},
    {"sensor", "config", "3", "--timestamps", "on"},
    {"sensor", "trip", "0", "0", "up", "50"},
    {"sensor", "watch", "0", "--for", "1ms"},
    {"sensor", "watch", "3", "--updates", "--for", "1ms"},
    {"agent", "permit-device", "1", "0"},
    {"agent", "permit-protocol", "1", "0", "clock"},
    {"agent", "reset", "1"},
    {"agent", "errors", "--for", "1ms"},
    {"pin", "list"},
    {"pin", "groups"},
    {"pin", "functions"},
    {"pin", "get", "0"},
    {"pin", "set", "0", "drive_strength=2"},
    {"pin", "mux", "0", "gpio"},
    {"pin", "request", "0"},
    {"pin", "release", "0"},
    {"telemetry", "list"},
    {"telemetry", "show"},
    {"telemetry", "enable", "BOOT_COUNT"},
    {"telemetry", "disable", "all"},
    {"telemetry", "read", "all"},
    {"telemetry", "watch", "all", "--for", "1ms"},
};

/// The verbs that send each command; what all of them send for the connection's sake counts for `info` alone.
[[nodiscard]] std::map<const Entry*, std::set<std::string>> seen_from_tool() {
  std::map<const Entry*, std::set<std::string>> seen;
  const tool::test::JunoPlatform juno;
  const tool::test::ImxPlatform imx;  // Has the pins.
  for (const std::vector<std::string>& line : command_lines) {
    const tool::test::JunoPlatform& platform = line.front() == "pin" ? imx : juno;
    std::vector<std::string> words{"--trace", "-y"};
    words.insert(words.end(), line.begin(), line.end());
    const std::string trace = platform.tool(words).err;
    for (const Entry& entry : catalogue::entries()) {
      const bool of_probe = entry.protocol == protocol::base && entry.info->message <= DiscoverAgent::info.message;
      if (of_probe && line.front() != "info") continue;
      if (entry.is_notification()) continue;  // It comes in time or does not; the tool sends none.
      const std::string name = ' ' + entry.name();
      for (std::size_t at = trace.find(name); at != std::string::npos; at = trace.find(name, at + 1)) {
        const char after = at + name.size() < trace.size() ? trace[at + name.size()] : '\n';
        if (after != ' ' && after != '\n') continue;
        seen[&entry].insert(line.size() > 1 && line.front() != "info" ? line[0] + ' ' + line[1] : line[0]);
        break;
      }
    }
  }
  return seen;
}

[[nodiscard]] Version since(const Entry& entry) {
  const auto served = platform::served_protocol(entry.protocol);
  const bool negotiates = entry.info->message == NegotiateProtocolVersion::info.message && !entry.is_notification();
  return served && negotiates ? platform::row_of(*served).negotiate_since : entry.info->since;
}

[[nodiscard]] std::string hex(unsigned value) {
  std::ostringstream text;
  text << "0x" << std::hex << value;
  return text.str();
}

[[nodiscard]] std::string version_text(Version version) {
  return std::to_string(version.major_number()) + '.' + std::to_string(version.minor_number());
}

[[nodiscard]] std::string table() {
  const Entries clients = seen_from_clients();
  const Entries server = seen_from_server();
  const auto tool = seen_from_tool();
  std::ostringstream out;
  out << "# Protocols\n\n"
         "Every message that this project knows. This page is made by a test from what it saw: a client operation that "
         "sends the\ncommand, a platform that knows it, a command line that sends it (`check` and `raw` can send any). "
         "`since` is the version of\nthe protocol, not the release.\n";
  for (const catalogue::ProtocolEntry& protocol : catalogue::protocols()) {
    out << "\n## " << protocol.name << " (" << hex(protocol.id.value) << "), up to version "
        << version_text(protocol.newest) << "\n\n"
        << "| id | message | since | client | server | tool |\n|--:|---|---|---|---|---|\n";
    for (const Entry& entry : catalogue::entries()) {
      if (entry.protocol != protocol.id) continue;
      std::string verbs;
      if (const auto at = tool.find(&entry); at != tool.end()) {
        for (const std::string& verb : at->second) verbs += (verbs.empty() ? "" : ", ") + verb;
      }
      const bool delayed = entry.layout(catalogue::Kind::delayed_response) != nullptr;
      out << "| " << hex(entry.info->message.value) << " | `" << entry.name() << '`'
          << (entry.is_notification() ? " (notification)"
              : delayed               ? " (and delayed response)"
                                      : "")
          << " | " << version_text(since(entry)) << " | " << (clients.contains(&entry) ? "yes" : "-") << " | "
          << (server.contains(&entry) ? "yes" : "-") << " | " << (verbs.empty() ? "-" : verbs) << " |\n";
    }
  }
  return out.str();
}

}  // namespace

TEST_CASE("docs/protocols.md says what is so") {
  const std::string made = table();
  if (const char* path = std::getenv("SCMI_WRITE_DOCS")) {
    std::ofstream(path) << made;
    return;
  }
  std::ifstream in(SCMI_PROTOCOLS_PAGE);
  std::stringstream committed;
  committed << in.rdbuf();
  CHECK_MESSAGE(committed.str() == made,
                "run this test with SCMI_WRITE_DOCS=docs/protocols.md, and look at what changes");
}
