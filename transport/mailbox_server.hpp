// SPDX-License-Identifier: Apache-2.0
//
// Platform's end of the mailbox transport: a Unix socket on which agents introduce themselves, and for each agent that
// was let in a sealed memory of its own, its doorbells and its port. The kernel's word on who connects (SO_PEERCRED)
// decides who may be which agent. An agent that hangs up loses everything of that connection and can be claimed again.
#pragma once

#include <sys/types.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "transport/hello.hpp"
#include "transport/platform_endpoint.hpp"

namespace scmi::transport {

/// Who is at the other end of a socket, as the kernel says.
struct PeerCredentials {
  pid_t pid = 0;
  uid_t uid = 0;
  gid_t gid = 0;
};

struct MailboxServerOptions {
  std::string path;
  std::vector<AgentConfig> agents;
  /// Whether that peer may be that agent. Default: the server's own user may be any agent. A peer that names no
  /// agent becomes the first unclaimed one that it may be.
  std::function<bool(const PeerCredentials&, AgentId)> may_be;
  std::uint64_t epoch = 1;  ///< Incarnation of the platform, told to agents; a new value for each start.
};

class MailboxServer final : public PlatformEndpoint {
 public:
  /// Binds the socket (mode 0600; a dead socket of the same name is replaced) and listens. Errors: system (EADDRINUSE:
  /// somebody listens there; EEXIST: something there is not a socket), invalid_argument (agents; `why` says which).
  [[nodiscard]] static Result<std::unique_ptr<MailboxServer>> listen(MailboxServerOptions options,
                                                                     PortEvents events = {},
                                                                     std::string* why = nullptr);
  /// Closes all connections, without events, and removes the socket.
  ~MailboxServer() override;

  [[nodiscard]] AgentPort* find(const PortKey& key) noexcept override;
  [[nodiscard]] AgentPort* find(AgentId agent) noexcept override;
  [[nodiscard]] std::span<AgentPort* const> ports() noexcept override { return ports_; }
  void add_fds(std::vector<pollfd>& fds) override;
  void dispatch(std::span<const pollfd> fds) override;

  /// Connections that were refused, or gave up before they said who they are.
  [[nodiscard]] std::uint64_t refused() const noexcept { return refused_; }

 private:
  struct Connection;
  static constexpr std::size_t strangers_max = 16;

  MailboxServer(MailboxServerOptions options, PortEvents events);
  void accept_all();
  /// Answers a stranger's hello; true when the stranger is done with (let in, or refused).
  bool greet(UniqueFd& socket);
  void refuse(const UniqueFd& socket, Verdict verdict, std::string text);
  [[nodiscard]] const AgentConfig* choose(const Hello& hello, const PeerCredentials& peer, Verdict* verdict,
                                          std::string* text);
  void admit(UniqueFd socket, const AgentConfig& agent, std::uint32_t barriers);
  void drop(std::size_t index);

  MailboxServerOptions options_;
  PortEvents events_;
  std::vector<MailboxLayout> layouts_;  // planned once, in the order of options_.agents
  UniqueFd listener_;
  ino_t socket_inode_ = 0;
  std::vector<UniqueFd> strangers_;  // connected, hello still to come; the oldest goes when there are too many
  std::vector<std::unique_ptr<Connection>> connections_;
  std::vector<AgentPort*> ports_;
  std::uint32_t next_serial_ = 1;
  std::uint64_t refused_ = 0;
};

}  // namespace scmi::transport
