// SPDX-License-Identifier: Apache-2.0
//
// The memory that messages name by address, over the shared-memory transports: both sides see the same bytes, and
// nothing else can be had by any address.
#include "tests/transport/mailbox_fixture.hpp"
#include "transport/shm_server.hpp"
#include "transport/shm_transport.hpp"

using namespace scmi;
using namespace scmi::transport;
using namespace scmi::transport::test;

namespace {

constexpr std::uint64_t address = 0x12'0E00'0000;

std::vector<AgentConfig> with_windows() {
  std::vector<AgentConfig> agents = two_agents();
  agents[0].window = {address, 4096};
  return agents;
}

struct Mailbox {
  Platform platform{with_windows()};
  std::unique_ptr<MailboxTransport> first = platform.agent(1);
  std::unique_ptr<MailboxTransport> second = platform.agent(2);
  AgentPort& port(unsigned id) { return *platform.server->find(AgentId(id)); }
};

struct Shm {
  TemporaryFolder folder;
  std::unique_ptr<ShmServer> server = std::move(*ShmServer::create(folder / "areas", with_windows(), {}));
  std::unique_ptr<ShmTransport> first = std::move(*ShmTransport::connect(folder / "areas", {.agent = AgentId(1)}));
  std::unique_ptr<ShmTransport> second = std::move(*ShmTransport::connect(folder / "areas", {.agent = AgentId(2)}));
  AgentPort& port(unsigned id) { return *server->find(AgentId(id)); }
};

}  // namespace

TEST_CASE_TEMPLATE("window: both sides see the same bytes under their address", World, Mailbox, Shm) {
  World world;
  const OpenChannel channel(world.first->transport(), protocol::base, Direction::a2p);
  const auto mapped = channel.ops->map_region(channel.port.state, address + 16, 8);
  REQUIRE(mapped);
  REQUIRE(mapped->size() == 8);
  const std::span<std::byte> served = world.port(1).window();
  REQUIRE(served.size() == 4096);
  (*mapped)[3] = std::byte{0x5A};
  CHECK(served[19] == std::byte{0x5A});
  served[16] = std::byte{0xA5};
  CHECK((*mapped)[0] == std::byte{0xA5});
  CHECK(reinterpret_cast<std::uintptr_t>(mapped->data()) % 8 == 0);
}

TEST_CASE_TEMPLATE("window: no address and no size reaches anything outside", World, Mailbox, Shm) {
  World world;
  const OpenChannel channel(world.first->transport(), protocol::base, Direction::a2p);
  const auto map = [&](std::uint64_t at, std::size_t size) {
    return channel.ops->map_region(channel.port.state, at, size);
  };
  CHECK(map(address, 4096));
  for (const std::uint64_t at : {address - 1, address + 4096, address + 4089, std::uint64_t{0}, ~std::uint64_t{0},
                                 address & 0xFFFF'FFFF, address + (std::uint64_t{1} << 32)}) {
    CAPTURE(at);
    CHECK(map(at, 8).error().is(LocalError::bad_memory));
  }
  for (const std::size_t size : {std::size_t{4097}, ~std::size_t{0}, ~std::size_t{0} - address}) {
    CAPTURE(size);
    CHECK(map(address, size).error().is(LocalError::bad_memory));
  }
  const OpenChannel other(world.second->transport(), protocol::base, Direction::a2p);
  CHECK(other.ops->map_region(other.port.state, address, 8).error().is(LocalError::unsupported));
  CHECK(world.port(2).window().empty());
}

TEST_CASE("window: plans that cannot be are refused, by the platform and by whoever is told them") {
  for (const WindowConfig bad : {WindowConfig{address, 4}, WindowConfig{address, window_size_max + 8},
                                 WindowConfig{address + 8, 64}, WindowConfig{~std::uint64_t{0} - 63, 128}}) {
    CAPTURE(bad.address);
    std::vector<AgentConfig> agents = two_agents();
    agents[0].window = bad;
    CHECK(plan_mailbox(agents[0]).error().is(LocalError::invalid_argument));
    CHECK(plan_shm("x", agents).error().is(LocalError::invalid_argument));
  }
  const MailboxLayout good = *plan_mailbox(with_windows()[0]);
  REQUIRE(check_layout(good));
  const auto judged = [&](auto&& spoil) {
    MailboxLayout layout = good;
    spoil(layout.agent.window);
    return !check_layout(layout).has_value();
  };
  CHECK(judged([&](WindowLayout& w) { w.place.offset = good.agent.channels[0].a2p.offset; }));
  CHECK(judged([&](WindowLayout& w) { w.place.offset = good.memory_size; }));
  CHECK(judged([&](WindowLayout& w) { w.place.size = good.memory_size; }));
  CHECK(judged([&](WindowLayout& w) { w.place.offset += 8; }));
  CHECK(judged([&](WindowLayout& w) { w.address = ~std::uint64_t{0} - 63; }));
  CHECK(judged([&](WindowLayout& w) { w.address += 4; }));
}
