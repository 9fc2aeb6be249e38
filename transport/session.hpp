// SPDX-License-Identifier: Apache-2.0
//
// Everything that a program needs to be an agent, made in one call: the clock, the waiter, the transport and the
// probed agent, torn down in the right order. Programs with their own time or event loop put the parts together
// themselves; most do not have to.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "scmi/agent.hpp"
#include "transport/smt_transport.hpp"
#include "transport/system_time.hpp"
#include "transport/system_waiter.hpp"

namespace scmi::transport {

struct SessionOptions {
  std::optional<AgentId> agent;  ///< Which agent to be. Neither id nor name: the first one that is free for our user.
  std::string agent_name;
  Duration connect_timeout = std::chrono::seconds(5);  ///< Until the platform has let us in; the probe comes after.
  scmi::AgentConfig config;                            ///< For Agent::probe.
};

/// A connected agent with what it stands on. Handles made from it (links, clients, calls, subscriptions) must be gone
/// before it is. Thread-safe as its parts are.
class Session {
 public:
  /// `address`: "mailbox:SOCKET", "shm:FILE", or a path alone, which is a mailbox's socket. Blocks. On failure nothing
  /// is left behind and `why` (optional) says in words what was wrong, unless the error says it all. Errors:
  /// invalid_argument (no such kind of address), those of MailboxTransport::connect or ShmTransport::connect, those of
  /// Agent::probe with the step that failed.
  [[nodiscard]] static Result<std::unique_ptr<Session>> connect(std::string_view address,
                                                                const SessionOptions& options = {},
                                                                std::string* why = nullptr);
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  [[nodiscard]] Agent& agent() noexcept { return *agent_; }
  [[nodiscard]] TimeSource& clock() noexcept { return clock_; }
  [[nodiscard]] Waiter& waiter() noexcept { return waiter_; }
  [[nodiscard]] SmtTransport& transport() noexcept { return *transport_; }

 private:
  Session() = default;

  // In the order of need: the agent goes first.
  SystemTime clock_;
  SystemWaiter waiter_;
  std::unique_ptr<SmtTransport> transport_;
  std::unique_ptr<Agent> agent_;
};

}  // namespace scmi::transport
