// SPDX-License-Identifier: Apache-2.0
//
// Areas in a named file: a partner attaches by the description alone, and files that are not what they should be are
// refused or survived.
#include <fcntl.h>
#include <sys/stat.h>

#include <nlohmann/json.hpp>

#include "tests/transport/mailbox_fixture.hpp"
#include "transport/shm_describe.hpp"
#include "transport/shm_file.hpp"
#include "transport/shm_server.hpp"
#include "transport/shm_transport.hpp"

using namespace scmi;
using namespace scmi::transport;
using namespace scmi::transport::test;

namespace {

struct ShmPlatform {
  TemporaryFolder folder;
  std::string file = folder / "areas";
  std::vector<PortKey> connected;
  std::unique_ptr<ShmServer> server;

  ShmPlatform() {
    std::string why;
    auto made = ShmServer::create(
        file, two_agents(), {.connected = [this](const PortKey& key) { connected.push_back(key); }, .gone = {}}, &why);
    CAPTURE(why);
    REQUIRE(made);
    server = std::move(*made);
  }
  std::unique_ptr<ShmTransport> agent(unsigned id) {
    std::string why;
    auto made = ShmTransport::connect(file, {.agent = AgentId(id)}, &why);
    CAPTURE(why);
    REQUIRE(made);
    return std::move(*made);
  }
};

void write_text(const std::string& path, const std::string& text) {
  FILE* const file = std::fopen(path.c_str(), "w");
  REQUIRE(file != nullptr);
  REQUIRE(std::fwrite(text.data(), 1, text.size(), file) == text.size());
  std::fclose(file);
  REQUIRE(::chmod(path.c_str(), 0600) == 0);
}

}  // namespace

TEST_CASE("shm: a request and its answer, polled, with nothing to wait on") {
  ShmPlatform platform;
  CHECK(platform.connected.size() == 2);
  const auto agent = platform.agent(1);
  CHECK(agent->transport().description->name == "shm");
  const OpenChannel channel(agent->transport(), protocol::performance, Direction::a2p);
  CHECK(channel.arm().empty());
  REQUIRE(channel.send(0x4C07, bytes(8), false));
  Request request;
  REQUIRE(platform.server->take(request));
  CHECK(request.port == PortKey{AgentId(1), ShmServer::port_serial});
  CHECK(copy(request.payload) == bytes(8));
  REQUIRE(platform.server->respond(request, bytes(4, 9)));
  REQUIRE(channel.done());
  std::array<std::byte, 100> buffer{};
  CHECK(copy(channel.ops->fetch_response(channel.port.state, buffer).payload) == bytes(4, 9));
}

TEST_CASE("shm: a partner with nothing but the printed description attaches to the areas") {
  const ShmPlatform platform;
  const auto text = read_private_file(platform.file + ".json");
  REQUIRE(text);
  const nlohmann::json description = nlohmann::json::parse(*text);
  CHECK(description["file"] == platform.file);
  CHECK(description["size"] == std::filesystem::file_size(platform.file));
  REQUIRE(description["agents"].size() == 2);
  const nlohmann::json& alpha = description["agents"][0];
  CHECK(alpha["id"] == 1);
  CHECK(alpha["name"] == "alpha");
  CHECK(alpha["channels"][0]["protocols"] == nlohmann::json::array({16, 20}));
  CHECK(description["agents"][1]["channels"][0]["p2a"].is_null());

  // The partner: plain words in a plain mapping.
  const UniqueFd fd(::open(platform.file.c_str(), O_RDWR | O_CLOEXEC));
  const auto memory = MemoryMap::map(fd.get(), description["size"]);
  REQUIRE(memory);
  const auto word = [&](const nlohmann::json& area, std::size_t offset) {
    return SharedWord(memory->data() + area["offset"].get<std::size_t>() + offset);
  };
  const nlohmann::json& a2p = alpha["channels"][0]["a2p"];
  const nlohmann::json& p2a = alpha["channels"][0]["p2a"];
  CHECK(word(a2p, 0x04).load() == 1);
  CHECK(word(p2a, 0x04).load() == 1);  // P2A areas start FREE
  word(a2p, 0x10).store(0);
  word(a2p, 0x14).store(4);
  word(a2p, 0x18).store(0x4000);
  word(a2p, 0x04).store(0, std::memory_order_release);
  Request request;
  REQUIRE(platform.server->take(request));
  CHECK(request.header == 0x4000);
  CHECK(request.payload.empty());
  REQUIRE(platform.server->respond(request, bytes(8)));
  CHECK(word(a2p, 0x04).load(std::memory_order_acquire) == 1);
  CHECK(word(a2p, 0x14).load() == 12);

  const std::uint32_t note = header(MessageType::notification, protocol::clock, 0, 0);
  REQUIRE(platform.server->post(request.port, note, bytes(4)));
  REQUIRE(platform.server->post(request.port, note, bytes(8)));
  CHECK(word(p2a, 0x14).load() == 8);
  CHECK_FALSE(platform.server->take(request));
  CHECK(word(p2a, 0x14).load() == 8);  // not given back: not overwritten
  word(p2a, 0x04).store(1, std::memory_order_release);
  CHECK_FALSE(platform.server->take(request));
  CHECK(word(p2a, 0x14).load() == 12);
}

TEST_CASE("shm: describing touches nothing and says what the file will say") {
  const TemporaryFolder folder;
  const auto planned = plan_shm(folder / "areas", two_agents());
  REQUIRE(planned);
  const std::string text = to_json(*planned);
  CHECK(std::filesystem::is_empty(folder.path));
  const auto server = ShmServer::create(folder / "areas", two_agents());
  REQUIRE(server);
  CHECK(read_private_file(folder / "areas.json").value() == text);
  CHECK(parse_describe(text).value() == *planned);
}

TEST_CASE("shm: descriptions that are not one, or lie, are refused with the key that is wrong") {
  const auto planned = plan_shm("/dev/shm/x", two_agents());
  REQUIRE(planned);
  const auto refused = [&](auto change) {
    nlohmann::json document = nlohmann::json::parse(to_json(*planned));
    change(document);
    std::string why;
    const auto result = parse_describe(document.dump(), &why);
    REQUIRE_FALSE(result);
    return std::pair(static_cast<LocalError>(result.error().code), why);
  };
  using Json = nlohmann::json;
  std::string why;
  CHECK(parse_describe("{", &why).error().is(LocalError::incompatible_peer));
  CHECK(parse_describe("[1]", &why).error().is(LocalError::incompatible_peer));
  CHECK(parse_describe(std::string(100000, '['), &why).error().is(LocalError::incompatible_peer));
  CHECK(refused([](Json& d) { d.erase("size"); }).second == "the description: size is missing");
  CHECK(refused([](Json& d) { d["size"] = -1; }).second == "the description: size is not a number from 0 to 67108864");
  CHECK(refused([](Json& d) { d["file"] = 7; }).second == "the description: file is not a string");
  CHECK(refused([](Json& d) { d["agents"][1]["id"] = "x"; }).second ==
        "the description: agents[1].id is not a number from 0 to 4294967295");
  CHECK(refused([](Json& d) { d["agents"][0]["channels"] = Json::object(); }).second ==
        "the description: agents[0].channels is not a list of at most 32");
  CHECK(refused([](Json& d) {
          d["agents"][0]["channels"][1]["a2p"] = nullptr;
        }).second.find("agents[0].channels[1].a2p.offset is missing") != std::string::npos);
  CHECK(refused([](Json& d) {
          d["agents"][0]["channels"][0]["protocols"][0] = 256;
        }).second.find("channels[0].protocols is not a number from 0 to 255") != std::string::npos);
  CHECK(refused([](Json& d) { d["agents"][0]["channels"][0]["a2p"]["offset"] = 1 << 20; }).first ==
        LocalError::bad_memory);
  CHECK(refused([](Json& d) {
          d["agents"][1]["channels"][0]["a2p"]["offset"] = d["agents"][0]["channels"][0]["a2p"]["offset"];
        }).second.find("overlaps") != std::string::npos);
  CHECK(refused([](Json& d) { d["agents"] = Json::array(); }).first == LocalError::bad_memory);
}

TEST_CASE("shm: an agent is claimed once; another one, and the same after it is gone, can be had") {
  ShmPlatform platform;
  std::string why;
  auto alpha = platform.agent(1);
  CHECK(ShmTransport::connect(platform.file, {.agent = AgentId(1)}, &why).error().is(LocalError::agent_claimed));
  auto next = ShmTransport::connect(platform.file, {}, &why);
  REQUIRE(next);
  CHECK((*next)->agent().id == AgentId(2));
  CHECK(ShmTransport::connect(platform.file, {}, &why).error().is(LocalError::agent_claimed));
  CHECK(ShmTransport::connect(platform.file, {.agent_name = "gamma"}, &why).error().is(LocalError::not_found));
  alpha.reset();
  CHECK(ShmTransport::connect(platform.file, {.agent_name = "alpha"}, &why));
}

TEST_CASE("shm: a platform that goes is seen at once, and its files go with it") {
  ShmPlatform platform;
  const auto agent = platform.agent(1);
  const OpenChannel channel(agent->transport(), protocol::base, Direction::a2p);
  CHECK(channel.ops->liveness(channel.port.state));
  platform.server.reset();
  CHECK_FALSE(channel.ops->liveness(channel.port.state));
  CHECK(channel.send(1, {}).error().is(LocalError::platform_lost));
  CHECK(std::filesystem::is_empty(platform.folder.path));
}

TEST_CASE("shm: a file without a living platform is refused, unless asked for") {
  ShmPlatform platform;
  std::string why;
  const std::string copy = platform.folder / "copy";
  std::filesystem::copy_file(platform.file, copy);
  std::filesystem::copy_file(platform.file + ".json", copy + ".json");
  CHECK(ShmTransport::connect(copy, {}, &why).error().is(LocalError::platform_lost));
  CHECK(why == "no platform serves '" + copy + "'");
  const auto agent = ShmTransport::connect(copy, {.allow_unlocked = true}, &why);
  REQUIRE(agent);
  const OpenChannel channel((*agent)->transport(), protocol::base, Direction::a2p);
  CHECK(channel.ops->liveness(channel.port.state));
}

TEST_CASE("shm: a second platform does not take a living one's file, but replaces a dead one's") {
  ShmPlatform platform;
  std::string why;
  CHECK(ShmServer::create(platform.file, two_agents(), {}, &why).error() == Error::system(EADDRINUSE));
  CHECK(why == "'" + platform.file + "' is served by another platform");
  const std::string dead = platform.folder / "dead";
  write_text(dead, "left over");
  const auto server = ShmServer::create(dead, two_agents(), {}, &why);
  REQUIRE(server);
  CHECK(ShmTransport::connect(dead, {}, &why));
}

TEST_CASE("shm: links, other kinds, other owners, open modes and wrong sizes are refused by both sides") {
  ShmPlatform platform;
  std::string why;
  const std::string odd = platform.folder / "odd";
  const auto agent_refuses = [&] {
    const auto made = ShmTransport::connect(odd, {}, &why);
    REQUIRE_FALSE(made);
    CHECK(made.error().is(LocalError::bad_memory));
    return why.substr(why.find('\'', 1) + 2);
  };
  const auto platform_refuses = [&] { return ShmServer::create(odd, two_agents()).error().is(LocalError::bad_memory); };
  SUBCASE("symbolic link") {
    std::filesystem::create_symlink(platform.file, odd);
    CHECK(agent_refuses() == "is a symbolic link");
    CHECK(platform_refuses());
  }
  SUBCASE("second name") {
    std::filesystem::create_hard_link(platform.file, odd);
    CHECK(agent_refuses() == "has more than one name");
    CHECK(platform_refuses());
  }
  SUBCASE("FIFO") {
    REQUIRE(::mkfifo(odd.c_str(), 0600) == 0);
    CHECK(agent_refuses() == "is not a regular file");
    CHECK(platform_refuses());
  }
  SUBCASE("open to others") {
    write_text(odd, "x");
    REQUIRE(::chmod(odd.c_str(), 0644) == 0);
    CHECK(agent_refuses() == "is open to others (mode 0644, needed 0600)");
    CHECK(platform_refuses());
  }
  SUBCASE("somebody else's") {
    if (::geteuid() == 0) {
      write_text(odd, "x");
      REQUIRE(::chown(odd.c_str(), 65534, 65534) == 0);
      CHECK(agent_refuses() == "belongs to user 65534, not to us");
      CHECK(platform_refuses());
    } else {
      CHECK(read_private_file("/etc/passwd", &why).error().is(LocalError::bad_memory));
      CHECK(why == "'/etc/passwd' belongs to user 0, not to us");
    }
  }
  SUBCASE("truncated before") {
    const UniqueFd fd(::open(platform.file.c_str(), O_RDWR | O_CLOEXEC));
    REQUIRE(::ftruncate(fd.get(), 100) == 0);
    CHECK(ShmTransport::connect(platform.file, {}, &why).error().is(LocalError::bad_memory));
    CHECK(why.find("has 100 bytes, its description says") != std::string::npos);
  }
  SUBCASE("description open to others") {
    REQUIRE(::chmod((platform.file + ".json").c_str(), 0604) == 0);
    CHECK(ShmTransport::connect(platform.file, {}, &why).error().is(LocalError::bad_memory));
  }
  SUBCASE("nothing there") { CHECK(ShmTransport::connect(odd, {}, &why).error() == Error::system(ENOENT)); }
}

TEST_CASE("shm: a file truncated under both sides is an error on both, not a crash") {
  const SigbusGuard guard;
  ShmPlatform platform;
  const auto agent = platform.agent(1);
  const OpenChannel channel(agent->transport(), protocol::base, Direction::a2p);
  const UniqueFd fd(::open(platform.file.c_str(), O_RDWR | O_CLOEXEC));
  REQUIRE(::ftruncate(fd.get(), 0) == 0);
  SUBCASE("found by the access") {
    CHECK_FALSE(channel.done());
    CHECK(agent->lost());
    CHECK(channel.send(1, {}).error().is(LocalError::platform_lost));
    CHECK_FALSE(channel.ops->liveness(channel.port.state));
    Request request;
    CHECK_FALSE(platform.server->take(request));
    CHECK(platform.server->lost());
    CHECK(platform.server->ports().empty());
  }
  SUBCASE("found by liveness, before any access") { CHECK_FALSE(channel.ops->liveness(channel.port.state)); }
}

TEST_CASE("shm: a name without a slash is a file under /dev/shm") {
  CHECK(shm_path("scmi") == "/dev/shm/scmi");
  CHECK(shm_path("./scmi") == "./scmi");
}
