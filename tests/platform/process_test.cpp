// SPDX-License-Identifier: Apache-2.0
//
// scmi-platform as a process: agents of this library talk to it over a socket and over a file.
#include <doctest/doctest.h>
#include <sys/stat.h>

#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "platform/soc_config.hpp"
#include "protocols/clock_messages.hpp"
#include "protocols/performance_messages.hpp"
#include "protocols/power_domain_messages.hpp"
#include "scmi/agent.hpp"
#include "scmi/call.hpp"
#include "tests/platform/child_process.hpp"
#include "transport/mailbox.hpp"
#include "transport/shm_transport.hpp"
#include "transport/system_time.hpp"
#include "transport/system_waiter.hpp"

using namespace scmi;
using namespace scmi::platform::test;

namespace {

const std::string program = SCMI_PLATFORM_BINARY;
const std::string juno = std::string(SCMI_SOCS_DIR) + "/juno-r2.toml";
const std::string synthetic = std::string(SCMI_SOCS_DIR) + "/synthetic-1000.toml";

/// A platform on a socket of its own, past its ready line.
struct Served {
  TemporaryFolder folder;
  std::string socket = folder / "mailbox";
  ChildProcess process;
  explicit Served(const std::string& soc = juno) : process({program, "--soc", soc, "--mailbox", socket}) {
    REQUIRE(process.out().line().starts_with("ready mailbox=" + socket));
  }
};

/// An agent over a transport.
template <class TransportType>
struct Connected {
  transport::SystemTime time;
  transport::SystemWaiter waiter;
  std::unique_ptr<TransportType> transport;
  std::unique_ptr<Agent> agent;

  explicit Connected(Result<std::unique_ptr<TransportType>> made) {
    if (!made) FAIL(describe(made.error()));
    transport = std::move(*made);
    AgentConfig config;
    config.probe.timeout = std::chrono::milliseconds(patience_ms);
    auto probed = Agent::probe(transport->transport(), time, waiter, config);
    if (!probed) FAIL(describe(probed.error()));
    agent = std::move(*probed);
  }
  ProtocolLink link(ProtocolId protocol, Version version) {
    auto made = agent->link(protocol);
    REQUIRE(made);
    made->set_version(version);
    return *made;
  }
};
using MailboxAgent = Connected<transport::MailboxTransport>;

Result<std::unique_ptr<transport::MailboxTransport>> claim(const std::string& socket, std::uint32_t agent) {
  transport::MailboxOptions options;
  options.agent = AgentId(agent);
  return transport::MailboxTransport::connect(socket, options);
}

CallOptions patient() {
  CallOptions options;
  options.timeout = std::chrono::milliseconds(patience_ms);
  return options;
}

constexpr ClockId i2s{0};
constexpr DomainId big{1};

}  // namespace

TEST_CASE("process: Juno is probed, each of several agents sees its own part, and both work at once") {
  Served platform;
  MailboxAgent ospm(claim(platform.socket, 1));
  MailboxAgent psci(claim(platform.socket, 2));
  CHECK(ospm.agent->base().vendor == "arm");
  CHECK(ospm.agent->base().implementation_version == 0x020e0000);
  CHECK(ospm.agent->base().self->name == "OSPM");
  CHECK(psci.agent->base().self->name == "PSCI");
  CHECK(ospm.agent->has(protocol::performance));
  CHECK(ospm.agent->has(protocol::clock));
  CHECK(psci.agent->base().protocols == std::vector<ProtocolId>{protocol::power_domain, protocol::system_power});

  const ProtocolLink clocks = ospm.link(protocol::clock, clock_protocol::newest);
  const auto count = call(clocks, clock_protocol::ProtocolAttributes{}, patient());
  REQUIRE(count);
  CHECK(clock_protocol::ProtocolAttributes::Reply::num_clocks.get(count->attributes) == 8);
  ProtocolLink forbidden = psci.agent->raw_link(protocol::clock);
  const auto denied = call(forbidden, clock_protocol::ProtocolAttributes{}, patient());
  REQUIRE_FALSE(denied);
  CHECK(denied.error().is(Status::denied));
}

TEST_CASE("process: a synchronous change is answered when it is done, an asynchronous one by its delayed response") {
  Served platform;
  MailboxAgent ospm(claim(platform.socket, 1));
  const ProtocolLink clocks = ospm.link(protocol::clock, clock_protocol::newest);
  const Instant before = ospm.time.now();
  REQUIRE(call(clocks, clock_protocol::RateSet{0, i2s, 1'536'000}, patient()));
  CHECK(ospm.time.now() - before >= std::chrono::microseconds(500));
  CHECK(call(clocks, clock_protocol::RateGet{i2s}, patient())->rate_hz == 1'536'000);

  PendingOptions options;
  options.timeout = options.delayed_timeout = std::chrono::milliseconds(patience_ms);
  auto pending = start_delayed(clocks, clock_protocol::RateSet{clock_protocol::RateSet::async.mask(), i2s, 9'216'000},
                               std::move(options));
  REQUIRE(pending);
  const auto complete = pending->wait();
  if (!complete) FAIL(describe(complete.error()));
  CHECK(complete->clock_id == i2s);
  CHECK(complete->rate_hz == 9'216'000);
}

TEST_CASE("process: a level set moves the clock, and subscribers hear of it") {
  Served platform;
  MailboxAgent ospm(claim(platform.socket, 1));
  const ProtocolLink perf = ospm.link(protocol::performance, performance_protocol::newest);
  const ProtocolLink clocks = ospm.link(protocol::clock, clock_protocol::newest);
  std::uint32_t heard = 0;
  const Subscription subscription =
      perf.subscribe(performance_protocol::LevelChanged::info.message, [&](std::span<const std::byte> payload) {
        heard = decode<performance_protocol::LevelChanged>(payload, performance_protocol::newest)->performance_level;
      });
  REQUIRE(call(perf, performance_protocol::NotifyLevel{big, 1}, patient()));
  REQUIRE(call(perf, performance_protocol::LevelSet{big, 1'200'000'000}, patient()));
  const Instant limit = ospm.time.now() + std::chrono::milliseconds(patience_ms);
  while (heard == 0 && ospm.time.now() < limit) ospm.agent->wait(limit);
  CHECK(heard == 1'200'000'000);
  CHECK(call(clocks, clock_protocol::RateGet{ClockId(5)}, patient())->rate_hz == 1'200'000'000);
}

TEST_CASE("process: a second claimant of an agent is refused, and let in when the first has gone") {
  Served platform;
  auto first = claim(platform.socket, 1);
  REQUIRE(first);
  const auto second = claim(platform.socket, 1);
  REQUIRE_FALSE(second);
  CHECK(second.error().is(LocalError::agent_claimed));
  CHECK(claim(platform.socket, 3).error().is(LocalError::not_found));
  first->reset();
  const auto limit = std::chrono::steady_clock::now() + std::chrono::milliseconds(patience_ms);
  auto third = claim(platform.socket, 1);
  while (!third && std::chrono::steady_clock::now() < limit) third = claim(platform.socket, 1);
  CHECK(third);
}

TEST_CASE("process: what an agent set stays, or is undone, when its process ends, as the description says") {
  for (const bool keep : {true, false}) {
    CAPTURE(keep);
    TemporaryFolder folder;
    const std::string soc =
        folder.write("soc.toml", std::string("[soc]\nname = \"t\"\nvendor = \"v\"\n") +
                                     "profile = \"3.2\"\n[behaviour]\ndisconnect = \"" + (keep ? "keep" : "reset") +
                                     "\"\n[[agent]]\nname = \"a\"\n[[clock]]\nname = \"c\"\n"
                                     "rates_hz = [5, 6]\n");
    Served platform(soc);
    {
      MailboxAgent one(claim(platform.socket, 1));
      REQUIRE(call(one.link(protocol::clock, clock_protocol::newest), clock_protocol::RateSet{0, ClockId(0), 6},
                   patient()));
    }
    const auto limit = std::chrono::steady_clock::now() + std::chrono::milliseconds(patience_ms);
    auto again = claim(platform.socket, 1);
    while (!again && std::chrono::steady_clock::now() < limit) again = claim(platform.socket, 1);
    MailboxAgent two(std::move(again));
    const auto rate =
        call(two.link(protocol::clock, clock_protocol::newest), clock_protocol::RateGet{ClockId(0)}, patient());
    REQUIRE(rate);
    CHECK(rate->rate_hz == (keep ? 6 : 5));
  }
}

TEST_CASE("process: an agent that belongs to another user is refused") {
  TemporaryFolder folder;
  const std::string soc = folder.write(
      "soc.toml", "[soc]\nname = \"t\"\nvendor = \"v\"\nprofile = \"3.2\"\n[[agent]]\nname = \"a\"\nuid = " +
                      std::to_string(::geteuid() + 1) + "\n[[agent]]\nname = \"b\"\n");
  Served platform(soc);
  const auto refused = claim(platform.socket, 1);
  REQUIRE_FALSE(refused);
  CHECK(refused.error() == Error::system(EACCES));
  CHECK(claim(platform.socket, 2));
}

TEST_CASE("process: 1,000 performance domains are described page by page") {
  Served platform(synthetic);
  MailboxAgent manager(claim(platform.socket, 1));
  const ProtocolLink perf = manager.link(protocol::performance, performance_protocol::newest);
  std::size_t levels = 0;
  std::size_t pages = 0;
  for (std::uint32_t remaining = 1; remaining != 0; ++pages) {
    const auto page =
        call(perf, performance_protocol::DescribeLevels{DomainId(999), static_cast<std::uint32_t>(levels)}, patient());
    REQUIRE(page);
    REQUIRE_FALSE(page->levels.empty());
    levels += page->levels.size();
    remaining = performance_protocol::DescribeLevels::Reply::remaining.get(page->num_levels);
  }
  CHECK(levels == 60);
  CHECK(pages == 15);  // Four entries of 20 bytes fit the 128-byte area.
}

TEST_CASE("process: SIGTERM and SIGINT end it cleanly, the socket goes, and its agents notice") {
  for (const int number : {SIGTERM, SIGINT}) {
    Served platform;
    MailboxAgent ospm(claim(platform.socket, 1));
    platform.process.signal(number);
    CHECK(platform.process.wait() == 0);
    CHECK_FALSE(std::filesystem::exists(platform.socket));
    const auto lost = call(ospm.link(protocol::clock, clock_protocol::newest), clock_protocol::RateGet{i2s}, patient());
    REQUIRE_FALSE(lost);
    CHECK(lost.error().is(LocalError::platform_lost));
  }
}

TEST_CASE("process: a reply that is kept back does not keep the platform from stopping, or other agents waiting") {
  TemporaryFolder folder;
  const std::string soc = folder.write(
      "soc.toml",
      "[soc]\nname = \"t\"\nvendor = \"v\"\nprofile = \"3.2\"\n[[agent]]\nname = \"a\"\n"
      "[[agent]]\nname = \"b\"\n[[power_domain]]\nname = \"slow\"\nlatency_us = 60_000_000\nnotify_requested = true\n");
  Served platform(soc);
  MailboxAgent a(claim(platform.socket, 1));
  MailboxAgent b(claim(platform.socket, 2));
  const ProtocolLink power = a.link(protocol::power_domain, power_domain_protocol::newest);
  const ProtocolLink other = b.link(protocol::power_domain, power_domain_protocol::newest);
  bool requested = false;
  const Subscription subscription = other.subscribe(power_domain_protocol::StateChangeRequested::info.message,
                                                    [&](std::span<const std::byte>) { requested = true; });
  REQUIRE(call(other, power_domain_protocol::StateChangeRequestedNotify{DomainId(0), 1}, patient()));
  PendingOptions options;
  options.timeout = std::chrono::milliseconds(patience_ms);
  const power_domain_protocol::StateSet set_off{0, DomainId(0), power_domain_protocol::state_off};
  auto pending = start(power, set_off, std::move(options));
  REQUIRE(pending);
  // From here on the transition is under way, and its reply is kept.
  const Instant limit = b.time.now() + std::chrono::milliseconds(patience_ms);
  while (!requested && b.time.now() < limit) b.agent->wait(limit);
  REQUIRE(requested);
  const auto busy = call(other, set_off, patient());
  REQUIRE_FALSE(busy);
  CHECK(busy.error().is(Status::busy));
  CHECK_FALSE(pending->poll());
  platform.process.signal(SIGTERM);
  CHECK(platform.process.wait() == 0);
}

TEST_CASE("process: a named file serves agents too, and says what that gives up") {
  TemporaryFolder folder;
  const std::string file = folder / "areas";
  ChildProcess process({program, "--soc", juno, "--shm", file});
  CHECK(process.out().line() == "ready shm=" + file + " agents=2");
  CHECK(process.err().line().find("no isolation between agents") != std::string::npos);
  transport::ShmOptions options;
  options.agent = AgentId(1);
  Connected<transport::ShmTransport> ospm(transport::ShmTransport::connect(file, options));
  CHECK(ospm.agent->base().self->name == "OSPM");
  ospm.agent->shutdown();
  process.signal(SIGTERM);
  CHECK(process.wait() == 0);
  CHECK_FALSE(std::filesystem::exists(file));
}

TEST_CASE("process: with a socket and a file served at once, each agent hears by the way that it came") {
  TemporaryFolder folder;
  const std::string soc = folder.write("two.toml", R"([soc]
name = "two ways"
vendor = "acme"
profile = "3.2"
[[agent]]
name = "by socket"
[[agent]]
name = "by file"
[[power_domain]]
name = "power"
[[power_domain]]
name = "other"
)");
  const std::string file = folder / "areas";
  const std::string socket = folder / "mailbox";
  ChildProcess process({program, "--soc", soc, "--mailbox", socket, "--shm", file});
  CHECK(process.out().line() == "ready mailbox=" + socket + " shm=" + file + " agents=2");

  namespace wire = power_domain_protocol;
  using State = wire::StateChanged;
  struct Heard {
    std::vector<State> all;
    Subscription subscription;
  };
  const auto listen = [](auto& connected, Heard& heard, DomainId domain) {
    const ProtocolLink link = connected.link(protocol::power_domain, wire::newest);
    heard.subscription = link.subscribe(State::info.message, [&heard](std::span<const std::byte> payload) {
      heard.all.push_back(*decode<State>(payload, wire::newest));
    });
    REQUIRE(call(link, wire::StateNotify{domain, 1}, patient()));
  };
  const auto wait = [](auto& connected, const Heard& heard, std::size_t count) {
    const Instant limit = connected.time.now() + std::chrono::milliseconds(patience_ms);
    while (heard.all.size() < count && connected.time.now() < limit) connected.agent->wait(limit);
    REQUIRE(heard.all.size() == count);
  };
  transport::ShmOptions options;
  options.agent = AgentId(2);
  Connected<transport::ShmTransport> by_file(transport::ShmTransport::connect(file, options));
  std::optional<MailboxAgent> by_socket;
  by_socket.emplace(claim(socket, 1));
  Heard file_heard;
  Heard socket_heard;
  listen(by_file, file_heard, DomainId(0));
  listen(*by_socket, socket_heard, DomainId(1));
  const auto set = [](auto& connected, DomainId domain, std::uint32_t state) {
    const ProtocolLink link = connected.link(protocol::power_domain, wire::newest);
    REQUIRE(call(link, wire::StateSet{0, domain, state}, patient()));
  };
  set(*by_socket, DomainId(0), wire::state_off);
  set(by_file, DomainId(1), wire::state_off);
  wait(by_file, file_heard, 1);
  wait(*by_socket, socket_heard, 1);
  CHECK(file_heard.all.front() == State{AgentId(1), DomainId(0), wire::state_off});
  CHECK(socket_heard.all.front() == State{AgentId(2), DomainId(1), wire::state_off});

  // The file's agent goes on when somebody who was the same one over the socket has gone.
  {
    MailboxAgent same(claim(socket, 2));
    set(same, DomainId(0), wire::state_off);
  }
  listen(by_file, file_heard, DomainId(0));
  set(*by_socket, DomainId(0), wire::state_on);
  wait(by_file, file_heard, 2);
  socket_heard.subscription.cancel();
  by_socket.reset();
  process.signal(SIGTERM);
  CHECK(process.wait() == 0);
}

TEST_CASE("process: --describe prints one JSON document and touches nothing") {
  TemporaryFolder folder;
  const std::string file = folder / "areas";
  ChildProcess process({program, "--soc", juno, "--mailbox", folder / "mailbox", "--shm", file, "--describe"});
  const auto document = nlohmann::json::parse(process.out().all());
  CHECK(process.wait() == 0);
  CHECK(process.err().all().empty());
  CHECK(std::filesystem::is_empty(folder.path));
  CHECK(document["file"] == file);
  CHECK(document["size"].get<int>() > 0);
  REQUIRE(document["agents"].size() == 2);
  CHECK(document["agents"][0]["id"] == 1);
  CHECK(document["agents"][0]["name"] == "OSPM");
  CHECK(document["agents"][0]["channels"][0]["protocols"][0] == 16);
  CHECK(document["agents"][0]["channels"][1]["protocols"] == nlohmann::json({19}));
  CHECK(document["agents"][0]["channels"][1]["a2p"]["size"] == 128);
  CHECK(document["agents"][1]["channels"][0]["p2a"].is_null());
}

TEST_CASE("process: --list-habits shows habits and personalities, --describe those of a description") {
  ChildProcess list({program, "--list-habits"});
  const std::string all = list.out().all();
  CHECK(list.wait() == 0);
  CHECK(all.find("\ntoken-order                  Tokens must follow each other") != std::string::npos);
  CHECK(all.find("\npersonality nxp-system-manager: ") != std::string::npos);

  const TemporaryFolder folder;
  const std::string soc = folder.write("soc.toml",
                                       "[soc]\nname = \"n\"\nvendor = \"v\"\nprofile = \"3.2\"\n"
                                       "personality = \"nxp-system-manager\"\nhabits = [\"header-bits\"]\n"
                                       "[[agent]]\nname = \"one\"\n");
  ChildProcess process({program, "--soc", soc, "--describe"});
  const auto description = nlohmann::json::parse(process.out().all());
  CHECK(process.wait() == 0);
  CHECK(description["personality"] == "nxp-system-manager");
  CHECK(description["habits"] == nlohmann::json({"area-crc", "token-order", "header-bits"}));
  CHECK(description["agents"].size() == 1);
}

TEST_CASE("process: --describe needs no more than a SoC: the same areas, in no file") {
  const auto describe = [](std::vector<std::string> command) {
    ChildProcess process(std::move(command));
    auto document = nlohmann::json::parse(process.out().all());
    CHECK(process.wait() == 0);
    CHECK(process.err().all().empty());
    return document;
  };
  auto planned = describe({program, "--soc", juno, "--describe"});
  CHECK(planned["file"].is_null());
  planned["file"] = "/dev/shm/areas";
  CHECK(planned == describe({program, "--soc", juno, "--shm", "areas", "--describe"}));
}

TEST_CASE("process: wrong usage is exit code 2, what cannot run is 1, each with its reason") {
  TemporaryFolder folder;
  const std::string bad = folder.write("bad.toml", "[soc]\nname = \"x\"\nvendor = \"v\"\nprofil = \"3.2\"\n");
  const std::string plain = folder.write("plain", "not a socket");
  struct Case {
    std::vector<std::string> arguments;
    int code;
    std::string reason;
  };
  const Case cases[] = {
      {{}, 2, "--soc is required"},
      {{"--soc", juno}, 2, "--mailbox SOCKET or --shm FILE"},
      {{"--soc", juno, "--mailbox", "x", "--nonsense"}, 2, "--nonsense"},
      {{"--soc", juno, "--mailbox", "x", "--log", "loud"}, 2, "--log"},
      {{"--soc", folder / "none.toml", "--mailbox", folder / "m"}, 1, "none.toml: cannot be read: No such file"},
      {{"--soc", bad, "--mailbox", folder / "m"}, 1, "bad.toml:4: soc.profil: is not a known key here"},
      {{"--soc", juno, "--mailbox", folder / "no/such/folder"}, 1, "No such file or directory"},
      {{"--soc", juno, "--mailbox", plain}, 1, "exists and is not a socket"},
  };
  for (const Case& c : cases) {
    CAPTURE(c.reason);
    std::vector<std::string> arguments = {program};
    arguments.insert(arguments.end(), c.arguments.begin(), c.arguments.end());
    ChildProcess process(arguments);
    const std::string out = process.out().all();
    const std::string err = process.err().all();
    CAPTURE(err);
    CHECK(process.wait() == c.code);
    CHECK(out.empty());
    CHECK(err.find(c.reason) != std::string::npos);
  }
  CHECK(std::filesystem::exists(plain));
}

TEST_CASE("process: a second platform on the same socket is refused, and the first goes on") {
  Served platform;
  ChildProcess second({program, "--soc", juno, "--mailbox", platform.socket});
  CHECK(second.err().all().find("in use by another platform") != std::string::npos);
  CHECK(second.wait() == 1);
  CHECK(claim(platform.socket, 1));
}

TEST_CASE("process: --die-with-parent ends it with the process that started it") {
  TemporaryFolder folder;
  REQUIRE(::mkfifo((folder / "fifo").c_str(), 0600) == 0);
  // The shell waits for a line that never comes; killed, it cannot tell its child anything.
  ChildProcess shell({"/bin/sh", "-c",
                      program + " --soc " + juno + " --mailbox " + (folder / "m") +
                          " --die-with-parent & read line < " + (folder / "fifo")});
  REQUIRE(shell.out().line().starts_with("ready"));
  shell.signal(SIGKILL);
  CHECK(shell.wait() == -SIGKILL);
  shell.out().all();  // Ends when nobody holds the pipe any more: the platform was the last.
  CHECK_FALSE(std::filesystem::exists(folder / "m"));
}
