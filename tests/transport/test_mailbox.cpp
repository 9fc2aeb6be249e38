// SPDX-License-Identifier: Apache-2.0
#include <sys/stat.h>

#include "tests/transport/mailbox_fixture.hpp"

using namespace scmi;
using namespace scmi::transport;
using namespace scmi::transport::test;

namespace {

constexpr std::uint32_t command = 0x0014'4C07;  // performance LEVEL_SET, token 5

std::size_t open_fds() {
  const auto fds = std::filesystem::directory_iterator("/proc/self/fd");
  return static_cast<std::size_t>(std::distance(begin(fds), end(fds)));
}

std::size_t mappings_of_memfds() {
  std::size_t count = 0;
  FILE* const maps = std::fopen("/proc/self/maps", "r");
  REQUIRE(maps != nullptr);
  std::array<char, 512> line{};
  while (std::fgets(line.data(), line.size(), maps) != nullptr) {
    if (std::string_view(line.data()).find("scmi-mailbox") != std::string_view::npos) ++count;
  }
  std::fclose(maps);
  return count;
}

void serve_one(MailboxServer& server, std::span<const std::byte> answer) {
  Request request;
  REQUIRE(server.take(request));
  REQUIRE(server.respond(request, answer));
}

}  // namespace

TEST_CASE("mailbox: a connection carries a request and its answer") {
  Platform platform;
  const auto agent = platform.agent(1);
  REQUIRE(platform.connected.size() == 1);
  CHECK(platform.connected[0].agent == AgentId(1));
  CHECK(agent->agent().name == "alpha");
  const Transport transport = agent->transport();
  CHECK(transport.description->name == "mailbox");
  CHECK(transport.description->max_message_size == 128 - 0x18);
  CHECK(transport.description->max_in_flight == 1);
  CHECK(transport.description->polling);

  const OpenChannel channel(transport, protocol::performance, Direction::a2p);
  CHECK(channel.port.max_payload == 100);
  CHECK(channel.port.epoch == 77);
  Request request;
  CHECK_FALSE(platform.server->take(request));
  REQUIRE(channel.send(command, bytes(8)));
  CHECK_FALSE(channel.done());
  REQUIRE(platform.server->take(request));
  CHECK(request.port == platform.connected[0]);
  CHECK(request.channel == 1);
  CHECK(request.header == command);
  CHECK(copy(request.payload) == bytes(8));
  CHECK(request.max_reply_payload == 100);
  REQUIRE(platform.server->respond(request, bytes(4, 0x20)));
  REQUIRE(channel.done());
  std::array<std::byte, 100> buffer{};
  const RxMessage reply = channel.ops->fetch_response(channel.port.state, buffer);
  REQUIRE(reply.kind == RxMessage::Kind::message);
  CHECK(reply.header == command);
  CHECK(copy(reply.payload) == bytes(4, 0x20));
}

TEST_CASE("mailbox: channels are offered as the platform's table says, each once") {
  Platform platform;
  const auto agent = platform.agent(1);
  const Transport t = agent->transport();
  CHECK(t.ops->available(t.state, protocol::base, Direction::a2p));
  CHECK(t.ops->available(t.state, protocol::base, Direction::p2a));
  CHECK(t.ops->available(t.state, protocol::performance, Direction::a2p));
  CHECK_FALSE(t.ops->available(t.state, protocol::clock, Direction::a2p));  // shares the Base channel
  CHECK_FALSE(t.ops->available(t.state, protocol::sensor, Direction::a2p));
  const auto beta = platform.agent(2);
  CHECK_FALSE(beta->transport().ops->available(beta->transport().state, protocol::base, Direction::p2a));
  CHECK(beta->transport()
            .ops->setup(beta->transport().state, {.protocol = protocol::base, .direction = Direction::p2a})
            .error()
            .is(LocalError::unsupported));
}

TEST_CASE("mailbox: a channel is set up once at a time, and re-opening it names the same memory") {
  Platform platform;
  const auto agent = platform.agent(1);
  const Transport t = agent->transport();
  std::uint64_t memory_id = 0;
  {
    const OpenChannel channel(t, protocol::base, Direction::a2p);
    const OpenChannel other(t, protocol::base, Direction::p2a);
    memory_id = channel.port.memory_id;
    CHECK(memory_id != other.port.memory_id);
    CHECK(t.ops->setup(t.state, {.protocol = protocol::base}).error().is(LocalError::channel_busy));
  }
  const OpenChannel again(t, protocol::base, Direction::a2p);
  CHECK(again.port.memory_id == memory_id);
}

TEST_CASE("T2 mailbox: while the platform owns the area a send is refused as channel_busy") {
  Platform platform;
  const auto agent = platform.agent(1);
  const OpenChannel channel(agent->transport(), protocol::base, Direction::a2p);
  REQUIRE(channel.send(1, bytes(4)));
  CHECK(channel.send(2, bytes(4)).error().is(LocalError::channel_busy));
  serve_one(*platform.server, bytes(4));
  CHECK(channel.send(2, bytes(4)));
}

TEST_CASE("mailbox: a request larger than the area is refused, one that fits exactly passes") {
  Platform platform;
  const auto agent = platform.agent(1);
  const OpenChannel channel(agent->transport(), protocol::base, Direction::a2p);
  CHECK(channel.send(1, bytes(101)).error().is(LocalError::message_too_large));
  CHECK(channel.send(1, bytes(100)));
  Request request;
  REQUIRE(platform.server->take(request));
  CHECK(request.payload.size() == 100);
  CHECK(platform.server->respond(request, bytes(101)).error().is(LocalError::message_too_large));
  CHECK(platform.server->respond(request, bytes(100)));
}

TEST_CASE("mailbox: the platform's doorbell rings only when the platform said that it sleeps") {
  Platform platform;
  const auto agent = platform.agent(1);
  const OpenChannel channel(agent->transport(), protocol::base, Direction::a2p);
  AgentPort& port = *platform.server->find(AgentId(1));
  std::vector<pollfd> fds;
  platform.server->add_fds(fds);
  const int doorbell = fds.back().fd;

  REQUIRE(channel.send(1, bytes(4)));
  CHECK_FALSE(readable(doorbell));
  serve_one(*platform.server, bytes(4));
  port.set_sleeping(true);
  REQUIRE(heavy_barrier(port.barrier()));
  CHECK_FALSE(port.has_work());
  REQUIRE(channel.send(2, bytes(4)));
  CHECK(readable(doorbell));
  CHECK(port.has_work());
  port.set_sleeping(false);
  step(*platform.server);
  CHECK_FALSE(readable(doorbell));
  serve_one(*platform.server, bytes(4));
  CHECK(port.counters().spurious_doorbells == 0);
}

TEST_CASE("mailbox: a ring forced by the agent finds nothing and is counted as spurious") {
  Platform platform;
  const auto agent = platform.agent(1);
  const OpenChannel channel(agent->transport(), protocol::base, Direction::a2p);
  Request request;
  SUBCASE("on a FREE area") { channel.ops->ring(channel.port.state); }
  SUBCASE("while the platform still works on the message of that area") {
    REQUIRE(channel.send(1, bytes(4)));
    REQUIRE(platform.server->take(request));
    channel.ops->ring(channel.port.state);
  }
  step(*platform.server);
  Request other;
  CHECK_FALSE(platform.server->take(other));
  CHECK(platform.server->find(AgentId(1))->counters().spurious_doorbells == 1);
}

TEST_CASE("mailbox: completion rings the agent's bell of that channel only, and only if it asked and sleeps") {
  Platform platform;
  const auto agent = platform.agent(1);
  const OpenChannel base(agent->transport(), protocol::base, Direction::a2p);
  const OpenChannel perf(agent->transport(), protocol::performance, Direction::a2p);
  SUBCASE("asked and asleep: rings, other channels stay quiet") {
    REQUIRE(perf.send(command, bytes(8), true));
    const auto perf_fds = perf.arm();
    const auto base_fds = base.arm();
    REQUIRE(perf_fds.size() == 2);
    CHECK_FALSE(readable(perf_fds[0]));
    serve_one(*platform.server, bytes(4));
    CHECK(readable(perf_fds[0]));
    CHECK_FALSE(readable(base_fds[0]));
    CHECK_FALSE(readable(perf_fds[1]));
    perf.disarm();
    CHECK_FALSE(readable(perf_fds[0]));
  }
  SUBCASE("asked but awake: no ring") {
    REQUIRE(perf.send(command, bytes(8), true));
    serve_one(*platform.server, bytes(4));
    CHECK_FALSE(readable(perf.arm()[0]));
    CHECK(platform.server->find(AgentId(1))->counters().rings == 0);
  }
  SUBCASE("awake again before the answer: no ring") {
    REQUIRE(perf.send(command, bytes(8), true));
    const auto fds = perf.arm();
    perf.disarm();
    serve_one(*platform.server, bytes(4));
    CHECK_FALSE(readable(fds[0]));
  }
  SUBCASE("asleep but not asked: no ring") {
    const auto fds = perf.arm();
    REQUIRE(perf.send(command, bytes(8), false));
    serve_one(*platform.server, bytes(4));
    CHECK_FALSE(readable(fds[0]));
  }
  SUBCASE("not asked: the channel has no descriptors to wait on, and nothing rings") {
    REQUIRE(perf.send(command, bytes(8), false));
    CHECK(perf.arm().empty());
    serve_one(*platform.server, bytes(4));
    CHECK(platform.server->find(AgentId(1))->counters().rings == 0);
    CHECK(perf.arm().size() == 2);  // answered: a later command may ring
  }
}

TEST_CASE("T13 mailbox: a request that deserves no answer comes back as a channel error, and the bell rings") {
  Platform platform;
  const auto agent = platform.agent(1);
  const OpenChannel channel(agent->transport(), protocol::base, Direction::a2p);
  REQUIRE(channel.send(1, bytes(4), true));
  const auto fds = channel.arm();
  Request request;
  REQUIRE(platform.server->take(request));
  REQUIRE(platform.server->respond_error(request));
  CHECK(readable(fds[0]));
  std::array<std::byte, 100> buffer{};
  CHECK(channel.ops->fetch_response(channel.port.state, buffer).kind == RxMessage::Kind::channel_error);
  CHECK(channel.send(2, bytes(4)));
}

TEST_CASE("T8 mailbox: notifications and delayed responses arrive, and the agent gives the area back") {
  Platform platform;
  const auto agent = platform.agent(1);
  const OpenChannel p2a(agent->transport(), protocol::base, Direction::p2a);
  AgentPort& port = *platform.server->find(AgentId(1));
  const std::uint32_t note = header(MessageType::notification, protocol::clock, 0, 0);
  const std::uint32_t late = header(MessageType::delayed_response, protocol::clock, 5, 0x2A);
  const auto fds = p2a.arm();
  REQUIRE(fds.size() == 2);
  CHECK_FALSE(p2a.done());
  REQUIRE(platform.server->post(port.key(), note, bytes(12)));
  CHECK(readable(fds[0]));
  REQUIRE(platform.server->post(port.key(), note, bytes(8)));   // waits
  REQUIRE(platform.server->post(port.key(), late, bytes(16)));  // waits, but goes first

  std::array<std::byte, 100> buffer{};
  const auto next = [&] { return p2a.ops->fetch_notification(p2a.port.state, buffer); };
  Request request;
  CHECK(p2a.done());
  CHECK(copy(next().payload) == bytes(12));
  CHECK_FALSE(platform.server->take(request));
  CHECK(copy(next().payload) == bytes(12));  // still there until it is given back
  p2a.ops->clear(p2a.port.state);
  CHECK_FALSE(p2a.done());
  CHECK_FALSE(platform.server->take(request));  // sends the next one
  RxMessage message = next();
  CHECK(message.header == late);
  CHECK(message.payload.size() == 16);
  p2a.ops->clear(p2a.port.state);
  CHECK_FALSE(platform.server->take(request));
  message = next();
  CHECK(message.header == note);
  CHECK(message.payload.size() == 8);
  p2a.ops->clear(p2a.port.state);
  CHECK(next().kind == RxMessage::Kind::none);
  // A second time gives nothing back: the area may hold a message that nobody has seen.
  REQUIRE(platform.server->post(port.key(), note, bytes(4)));
  p2a.ops->clear(p2a.port.state);
  CHECK(next().payload.size() == 4);
}

TEST_CASE("T8 mailbox: giving a P2A area back rings a platform that sleeps and waits to send more") {
  Platform platform;
  const auto agent = platform.agent(1);
  const OpenChannel p2a(agent->transport(), protocol::base, Direction::p2a);
  AgentPort& port = *platform.server->find(AgentId(1));
  const std::uint32_t note = header(MessageType::notification, protocol::clock, 0, 0);
  REQUIRE(port.post(note, bytes(4)));
  REQUIRE(port.post(note, bytes(8)));
  port.set_sleeping(true);
  REQUIRE(heavy_barrier(port.barrier()));
  CHECK_FALSE(port.has_work());
  std::vector<pollfd> fds;
  platform.server->add_fds(fds);
  std::array<std::byte, 100> buffer{};
  REQUIRE(p2a.ops->fetch_notification(p2a.port.state, buffer).kind == RxMessage::Kind::message);
  CHECK_FALSE(readable(fds.back().fd));
  p2a.ops->clear(p2a.port.state);
  CHECK(readable(fds.back().fd));
  CHECK(port.has_work());
}

TEST_CASE(
    "mailbox: notifications beyond the queue are dropped and counted; too large ones and unknown ways are refused") {
  Platform platform;
  const auto agent = platform.agent(1);
  AgentPort& port = *platform.server->find(AgentId(1));
  const std::uint32_t note = header(MessageType::notification, protocol::performance, 1, 0);
  for (std::size_t i = 0; i < AgentPort::queue_size_max + 1; ++i) REQUIRE(port.post(note, bytes(4)));
  CHECK(port.post(note, bytes(4)).error().is(LocalError::queue_full));
  CHECK(port.counters().notifications_dropped == 1);
  CHECK(port.counters().notifications == AgentPort::queue_size_max + 1);
  CHECK(port.post(header(MessageType::delayed_response, protocol::performance, 1, 9), bytes(4)));
  CHECK(port.post(note, bytes(101)).error().is(LocalError::message_too_large));
  CHECK(port.post(header(MessageType::command, protocol::performance, 1, 9), {})
            .error()
            .is(LocalError::invalid_argument));

  const auto beta = platform.agent(2);
  AgentPort& deaf = *platform.server->find(AgentId(2));
  CHECK_FALSE(deaf.has_p2a(protocol::clock));
  CHECK(deaf.post(note, bytes(4)).error().is(LocalError::unsupported));
}

TEST_CASE("mailbox: a second claimant of an agent is refused with a clear reply, and the first stays") {
  Platform platform;
  const auto first = platform.agent(1);
  std::string why;
  const auto second = platform.connect({.agent = AgentId(1)}, &why);
  REQUIRE_FALSE(second);
  CHECK(second.error().is(LocalError::agent_claimed));
  CHECK(why == "agent 1 ('alpha') is claimed by another process");
  CHECK(platform.connected.size() == 1);
  const OpenChannel channel(first->transport(), protocol::base, Direction::a2p);
  CHECK(channel.ops->liveness(channel.port.state));
  CHECK(channel.send(1, bytes(4)));
  serve_one(*platform.server, bytes(4));
}

TEST_CASE("mailbox: an agent that goes can be claimed again, in a memory of its own, and its old key is stale") {
  Platform platform;
  auto first = platform.agent(1);
  const PortKey old = platform.connected.at(0);
  Request request;
  std::uint64_t memory_id = 0;
  {
    const OpenChannel channel(first->transport(), protocol::base, Direction::a2p);
    memory_id = channel.port.memory_id;
    REQUIRE(channel.send(1, bytes(4)));
    REQUIRE(platform.server->take(request));
  }
  first.reset();
  const auto second = platform.agent(1);  // at once: whether the hang-up was dispatched before does not matter
  REQUIRE(platform.gone.size() == 1);
  CHECK(platform.gone[0] == old);
  CHECK(platform.connected.at(1) != old);
  CHECK(platform.server->respond(request, bytes(4)).error().is(LocalError::stale_handle));
  CHECK(platform.server->post(old, header(MessageType::notification, protocol::base, 0, 0), {})
            .error()
            .is(LocalError::stale_handle));
  const OpenChannel channel(second->transport(), protocol::base, Direction::a2p);
  CHECK(channel.port.memory_id != memory_id);
  CHECK(channel.done());
}

TEST_CASE("mailbox: agents are chosen by name, by what the user may be, and refused in words") {
  std::string why;
  SUBCASE("by name") {
    Platform platform;
    const auto agent = platform.connect({.agent_name = "beta"});
    REQUIRE(agent);
    CHECK((*agent)->agent().id == AgentId(2));
  }
  SUBCASE("nothing asked: the first that the user may be") {
    Platform platform(two_agents(), [](const PeerCredentials& peer, AgentId id) {
      return peer.uid == ::geteuid() && peer.pid == ::getpid() && id == AgentId(2);
    });
    const auto agent = platform.connect();
    REQUIRE(agent);
    CHECK((*agent)->agent().id == AgentId(2));
    CHECK(platform.connect({}, &why).error().is(LocalError::agent_claimed));
  }
  SUBCASE("an agent that the user may not be") {
    Platform platform(two_agents(), [](const PeerCredentials&, AgentId id) { return id == AgentId(2); });
    CHECK(platform.connect({.agent = AgentId(1)}, &why).error() == Error::system(EACCES));
    CHECK(why.find("may not be that agent") != std::string::npos);
    CHECK(platform.server->refused() == 1);
  }
  SUBCASE("no such agent") {
    Platform platform;
    CHECK(platform.connect({.agent = AgentId(9)}, &why).error().is(LocalError::not_found));
    CHECK(why == "this platform has no agent 9");
    CHECK(platform.connect({.agent_name = "gamma"}, &why).error().is(LocalError::not_found));
    CHECK(why == "this platform has no agent named 'gamma'");
  }
}

TEST_CASE("mailbox: two agents do not see each other's memory") {
  Platform platform;
  const auto alpha = platform.agent(1);
  const auto beta = platform.agent(2);
  const OpenChannel a(alpha->transport(), protocol::base, Direction::a2p);
  const OpenChannel b(beta->transport(), protocol::base, Direction::a2p);
  CHECK(mappings_of_memfds() == 4);  // each memory once at the platform, once at its agent
  CHECK((a.port.memory_id >> 32) != (b.port.memory_id >> 32));
  REQUIRE(a.send(0x1111, bytes(4)));
  CHECK(b.done());
  Request request;
  REQUIRE(platform.server->take(request));
  CHECK(request.port.agent == AgentId(1));
  REQUIRE(b.send(0x2222, bytes(200)));
  Request other;
  REQUIRE(platform.server->take(other));
  CHECK(other.port.agent == AgentId(2));
  CHECK(copy(request.payload) == bytes(4));  // each channel's copy is its own
  REQUIRE(platform.server->respond(other, {}));
  CHECK_FALSE(a.done());
}

TEST_CASE("mailbox: a platform that goes is seen at once by liveness, the waiting descriptor and the next send") {
  Platform platform;
  const auto agent = platform.agent(1);
  const OpenChannel channel(agent->transport(), protocol::base, Direction::a2p);
  REQUIRE(channel.send(1, bytes(4)));
  const auto fds = channel.arm();
  CHECK(channel.ops->liveness(channel.port.state));
  CHECK_FALSE(readable(fds[1]));
  platform.server.reset();
  CHECK(readable(fds[1]));
  CHECK_FALSE(channel.done());
  CHECK_FALSE(channel.ops->liveness(channel.port.state));
  CHECK(channel.send(1, bytes(4)).error().is(LocalError::platform_lost));
  CHECK(agent->lost());
  CHECK(agent->transport()
            .ops->setup(agent->transport().state, {.protocol = protocol::performance})
            .error()
            .is(LocalError::platform_lost));
}

TEST_CASE("mailbox: connections leave no descriptor and no mapping behind") {
  Platform platform;
  const std::size_t fds = open_fds();
  for (int i = 0; i < 20; ++i) {
    auto alpha = platform.agent(1);
    const auto beta = platform.agent(2);
    CHECK_FALSE(platform.connect({.agent = AgentId(2)}));
    alpha.reset();
  }
  step(*platform.server);
  step(*platform.server);
  CHECK(open_fds() == fds);
  CHECK(mappings_of_memfds() == 0);
  CHECK(platform.server->ports().empty());
  CHECK(platform.gone.size() == 40);
}

TEST_CASE("mailbox: the socket is private, replaced when dead, kept when alive, gone at the end") {
  std::string why;
  TemporaryFolder folder;
  const std::string path = folder / "socket";
  const MailboxServerOptions options{.path = path, .agents = two_agents(), .may_be = {}};
  {
    auto first = MailboxServer::listen(options, {}, &why);
    REQUIRE(first);
    struct stat status{};
    REQUIRE(::stat(path.c_str(), &status) == 0);
    CHECK((status.st_mode & 07777) == 0600);
    CHECK(MailboxServer::listen(options, {}, &why).error() == Error::system(EADDRINUSE));
    CHECK(why == "'" + path + "' is in use by another platform");
  }
  CHECK_FALSE(std::filesystem::exists(path));
  {
    const auto address = sockaddr_un{.sun_family = AF_UNIX, .sun_path = {}};
    sockaddr_un named = address;
    path.copy(named.sun_path, sizeof named.sun_path - 1);
    const UniqueFd dead(::socket(AF_UNIX, SOCK_SEQPACKET, 0));
    REQUIRE(::bind(dead.get(), reinterpret_cast<const sockaddr*>(&named), sizeof named) == 0);
  }
  REQUIRE(std::filesystem::exists(path));
  CHECK(MailboxServer::listen(options, {}, &why));
  {
    std::fclose(std::fopen(path.c_str(), "w"));
  }
  CHECK(MailboxServer::listen(options, {}, &why).error() == Error::system(EEXIST));
  CHECK(std::filesystem::exists(path));
}

TEST_CASE("mailbox: a configuration that cannot be is refused before anything is made") {
  TemporaryFolder folder;
  const auto refused = [&](std::vector<AgentConfig> agents) {
    std::string why;
    const auto made =
        MailboxServer::listen({.path = folder / "socket", .agents = std::move(agents), .may_be = {}}, {}, &why);
    REQUIRE_FALSE(made);
    CHECK(made.error().is(LocalError::invalid_argument));
    CHECK_FALSE(std::filesystem::exists(folder / "socket"));
    return why;
  };
  CHECK(refused({}) == "0 agents, allowed are 1 to 64");
  auto agents = two_agents();
  agents[1].id = AgentId(1);
  CHECK(refused(agents) == "agent id 1 is used twice");
  agents = two_agents();
  agents[0].channels[1].protocols.push_back(protocol::clock);
  CHECK(refused(agents) == "agent 1 ('alpha'): protocol 0x14 has two channels");
  agents = two_agents();
  agents[1].channels[0].protocols = {protocol::clock};
  CHECK(refused(agents) == "agent 2 ('beta'): no channel serves Base (0x10)");
  agents = two_agents();
  agents[1].channels[0].a2p_size = 30;
  CHECK(refused(agents).find("area sizes 30 and 0") != std::string::npos);
}
