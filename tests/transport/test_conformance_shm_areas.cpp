// SPDX-License-Identifier: Apache-2.0
//
// The conformance suite over shared-memory areas: the mailbox, with all protocols on one channel and with a channel of
// its own, and the named file.
#include <map>

#include "tests/transport/conformance.hpp"
#include "tests/transport/mailbox_fixture.hpp"
#include "transport/shm_server.hpp"
#include "transport/shm_transport.hpp"

namespace {

using namespace scmi;
using namespace scmi::transport;
using conformance::Capabilities;
using conformance::Command;

std::vector<AgentConfig> one_agent(bool own_channel) {
  AgentConfig agent{.id = AgentId(1), .name = "alpha", .channels = {{.protocols = {protocol::base}}}};
  if (own_channel) agent.channels.push_back({.protocols = {protocol::clock}, .p2a_size = 0});
  return {agent};
}

/// The platform's side of areas, with the faults that only the memory itself can show.
class AreaFixture : public conformance::Fixture {
 public:
  std::optional<Command> next_command() override {
    test::step(server());
    Request request;
    if (!server().take(request)) return std::nullopt;
    const Command command{++last_id_, request.header, {request.payload.begin(), request.payload.end()}};
    taken_[command.id] = request;
    return command;
  }

  void respond(const Command& command, std::uint32_t header, std::span<const std::byte> payload) override {
    Request request = taken_.at(command.id);
    request.header = header;
    if (server().respond(request, payload)) return;
    // It was answered before: change the message where it lies.
    area(request.channel, Direction::a2p).reply(header, payload);
    port().ring_always(request.channel, Direction::a2p);
  }
  void respond_bad_length(const Command& command, std::uint32_t length) override {
    const Request& request = taken_.at(command.id);
    // Nobody looks in between: in the cases that use this the agent runs on this thread.
    REQUIRE(server().respond(request, {}));
    word(request.channel, Direction::a2p, length_at).store(length);
  }
  void respond_error(const Command& command) override { REQUIRE(server().respond_error(taken_.at(command.id))); }

  bool send_p2a(std::uint32_t header, std::span<const std::byte> payload) override {
    if (!p2a_idle()) return false;
    // Not post(): that refuses the types that no platform should send.
    REQUIRE(area(0, Direction::p2a).try_send(header, payload, true));
    port().ring_always(0, Direction::p2a);
    return true;
  }
  bool send_p2a_bad_length(std::uint32_t length) override {
    if (!p2a_idle()) return false;
    word(0, Direction::p2a, length_at).store(length);
    word(0, Direction::p2a, status_at).store(0, std::memory_order_release);
    port().ring_always(0, Direction::p2a);
    return true;
  }
  bool p2a_idle() override { return area(0, Direction::p2a).is_free(); }
  void ring(Direction direction) override { port().ring_always(0, direction); }

 protected:
  virtual PlatformEndpoint& server() = 0;

 private:
  static constexpr std::uint32_t status_at = 0x04;
  static constexpr std::uint32_t length_at = 0x14;

  AgentPort& port() {
    AgentPort* const found = server().find(AgentId(1));
    REQUIRE(found != nullptr);
    return *found;
  }
  ShmArea area(std::uint16_t channel, Direction direction) {
    const auto bytes = port().area_bytes(channel, direction);
    return {bytes.data(), static_cast<std::uint32_t>(bytes.size())};
  }
  SharedWord word(std::uint16_t channel, Direction direction, std::uint32_t offset) {
    return SharedWord(port().area_bytes(channel, direction).data() + offset);
  }

  std::uint64_t last_id_ = 0;
  std::map<std::uint64_t, Request> taken_;
};

class MailboxFixture : public AreaFixture {
 public:
  explicit MailboxFixture(bool own_channel = false) : platform_(one_agent(own_channel)), agent_(platform_.agent(1)) {}
  Transport transport() override { return agent_->transport(); }
  void hang_up() override { platform_.server.reset(); }

 private:
  PlatformEndpoint& server() override { return *platform_.server; }

  test::Platform platform_;
  std::unique_ptr<MailboxTransport> agent_;
};

struct OwnChannel : MailboxFixture {
  OwnChannel() : MailboxFixture(true) {}
};

class ShmFixture : public AreaFixture {
 public:
  ShmFixture() {
    std::string why;
    auto made = ShmServer::create(folder_ / "areas", one_agent(false), {}, &why);
    CAPTURE(why);
    REQUIRE(made);
    server_ = std::move(*made);
    auto agent = ShmTransport::connect(folder_ / "areas", {}, &why);
    REQUIRE(agent);
    agent_ = std::move(*agent);
  }
  Transport transport() override { return agent_->transport(); }
  Capabilities capabilities() const override { return {.empty_bell = false}; }
  void hang_up() override { server_.reset(); }

 private:
  PlatformEndpoint& server() override { return *server_; }

  test::TemporaryFolder folder_;
  std::unique_ptr<ShmServer> server_;
  std::unique_ptr<ShmTransport> agent_;
};

SCMI_CONFORMANCE_SUITE("mailbox", MailboxFixture)
SCMI_CONFORMANCE_SUITE("mailbox, own channel", OwnChannel)
SCMI_CONFORMANCE_SUITE("named file", ShmFixture)

}  // namespace
