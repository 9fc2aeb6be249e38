// SPDX-License-Identifier: Apache-2.0
//
// Agent's end of the mailbox transport: shared-memory areas in a sealed memfd, doorbells by eventfd, both handed over a
// Unix socket whose hang-up is the death of the platform.
//
//   connect ─▶ socket ─▶ Hello ─▶ Welcome + descriptors ─▶ every one of them judged ─▶ mapped
//
// One connection is one agent: the platform gives it up when the socket closes, so this object owns the claim as well.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include "transport/smt_transport.hpp"

namespace scmi::transport {

/// What to ask a mailbox platform for.
struct MailboxOptions {
  std::optional<AgentId> agent;  ///< Neither id nor name: the agent that our user is mapped to.
  std::string agent_name;
  Duration timeout = std::chrono::seconds(5);  ///< For the whole of connect.
};

class MailboxTransport final : public SmtTransport {
 public:
  /// Connects, blocking for at most the timeout. On failure nothing is left behind and `why` (optional) says what was
  /// wrong in words. Errors: system (ENOENT, ECONNREFUSED, EACCES also for an agent that our user may not be, ...),
  /// timed_out (a listener that does not answer), incompatible_peer (not a socket, not our hello, another version),
  /// bad_memory (memory unsealed, of the wrong size, or a layout that cannot be), not_found (no such agent),
  /// agent_claimed (another process is that agent), platform_lost (hung up during the hello).
  [[nodiscard]] static Result<std::unique_ptr<MailboxTransport>> connect(const std::string& path,
                                                                         const MailboxOptions& options = {},
                                                                         std::string* why = nullptr);
  ~MailboxTransport() override;

  /// The socket; readable or hung up when the platform is gone.
  [[nodiscard]] int socket() const noexcept { return socket_fd_.get(); }

 private:
  MailboxTransport() = default;
  [[nodiscard]] bool check_alive() noexcept override;

  UniqueFd socket_fd_;
  UniqueFd platform_bell_;
  MemoryMap memory_;
};

}  // namespace scmi::transport
