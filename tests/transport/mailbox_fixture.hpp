// SPDX-License-Identifier: Apache-2.0
//
// A mailbox platform inside the test: a server on a socket in a folder of its own, stepped by hand, and agents that
// connect to it from a second thread (connect blocks until the platform has answered).
#pragma once

#include <doctest/doctest.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <future>
#include <string>
#include <vector>

#include "scmi/message_header.hpp"
#include "transport/mailbox.hpp"
#include "transport/mailbox_server.hpp"

namespace scmi::transport::test {

/// A folder that goes with everything in it.
struct TemporaryFolder {
  std::string path;
  TemporaryFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "scmi-test-XXXXXX").string();
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    path = name;
  }
  ~TemporaryFolder() { std::filesystem::remove_all(path); }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  [[nodiscard]] std::string operator/(const std::string& name) const { return path + "/" + name; }
};

inline std::vector<AgentConfig> two_agents() {
  return {{.id = AgentId(1),
           .name = "alpha",
           .channels = {{.protocols = {protocol::base, protocol::clock}}, {.protocols = {protocol::performance}}},
           .window = {0x0E00'0000, 4096}},
          {.id = AgentId(2),
           .name = "beta",
           .channels = {{.protocols = {protocol::base}, .a2p_size = 256, .p2a_size = 0}}}};
}

inline std::vector<std::byte> bytes(std::size_t count, unsigned first = 1) {
  std::vector<std::byte> made;
  for (std::size_t i = 0; i < count; ++i) made.push_back(static_cast<std::byte>(first + i));
  return made;
}

inline std::vector<std::byte> copy(std::span<const std::byte> from) { return {from.begin(), from.end()}; }

inline std::uint32_t header(MessageType type, ProtocolId protocol, unsigned message, unsigned token) {
  return MessageHeader{MessageId(static_cast<std::uint8_t>(message)), type, protocol,
                       Token(static_cast<std::uint16_t>(token))}
      .pack();
}

/// Looks at an endpoint's descriptors once.
inline void step(PlatformEndpoint& endpoint, int timeout_ms = 0) {
  std::vector<pollfd> fds;
  endpoint.add_fds(fds);
  ::poll(fds.data(), fds.size(), timeout_ms);
  endpoint.dispatch(fds);
}

struct Platform {
  TemporaryFolder folder;
  std::string socket = folder / "mailbox";
  std::vector<PortKey> connected;
  std::vector<PortKey> gone;
  std::unique_ptr<MailboxServer> server;

  explicit Platform(std::vector<AgentConfig> agents = two_agents(),
                    std::function<bool(const PeerCredentials&, AgentId)> may_be = {}) {
    std::string why;
    auto made =
        MailboxServer::listen({.path = socket, .agents = std::move(agents), .may_be = std::move(may_be), .epoch = 77},
                              {.connected = [this](const PortKey& key) { connected.push_back(key); },
                               .gone = [this](const PortKey& key) { gone.push_back(key); }},
                              &why);
    CAPTURE(why);
    REQUIRE(made);
    server = std::move(*made);
  }

  /// Steps the server until `call`, made on another thread, has ended.
  template <class Call>
  auto while_serving(Call call) {
    auto result = std::async(std::launch::async, call);
    while (result.wait_for(std::chrono::seconds(0)) != std::future_status::ready) step(*server, 1);
    return result.get();
  }

  Result<std::unique_ptr<MailboxTransport>> connect(MailboxOptions options = {}, std::string* why = nullptr) {
    return while_serving([&] { return MailboxTransport::connect(socket, options, why); });
  }

  std::unique_ptr<MailboxTransport> agent(unsigned id) {
    std::string why;
    auto made = connect({.agent = AgentId(id)}, &why);
    CAPTURE(why);
    REQUIRE(made);
    return std::move(*made);
  }
};

/// A channel set up through the table that the core uses.
struct OpenChannel {
  const ChanOps* ops;
  ChannelPort port;
  OpenChannel(Transport transport, ProtocolId protocol, Direction direction) : ops(transport.ops) {
    auto made =
        ops->setup(transport.state, {.protocol = protocol, .direction = direction, .handle = {0, 1}, .registry = {}});
    REQUIRE(made);
    port = *made;
  }
  OpenChannel(const OpenChannel&) = delete;
  OpenChannel& operator=(const OpenChannel&) = delete;
  ~OpenChannel() {
    ops->stop(port.state);
    ops->free(port.state);
  }
  [[nodiscard]] SendResult send(std::uint32_t word, std::span<const std::byte> payload, bool interrupt = true) const {
    return ops->send(port.state, {.payload = payload, .header = word, .want_interrupt = interrupt});
  }
  [[nodiscard]] bool done() const { return ops->poll_done(port.state); }
  /// The descriptors after arming.
  [[nodiscard]] std::vector<int> arm() const {
    std::array<int, 4> fds{-1, -1, -1, -1};
    const std::size_t count = ops->wait_fds(port.state, fds, true);
    return {fds.begin(), fds.begin() + static_cast<std::ptrdiff_t>(count)};
  }
  void disarm() const {
    std::array<int, 4> fds{};
    ops->wait_fds(port.state, fds, false);
  }
};

inline bool readable(int fd) {
  pollfd look{.fd = fd, .events = POLLIN, .revents = 0};
  return ::poll(&look, 1, 0) == 1;
}

}  // namespace scmi::transport::test
