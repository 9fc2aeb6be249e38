// SPDX-License-Identifier: Apache-2.0
//
// Where a platform's requests come from, whatever carries them: the mailbox server, the named file. A platform serves
// any number of endpoints with one ServiceLoop; agents are told apart by PortKey.
#pragma once

#include <poll.h>

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "transport/agent_port.hpp"

namespace scmi::transport {

/// What an endpoint tells the platform about its agents. Called from inside dispatch(), on its thread; may call the
/// endpoint's respond and post, not dispatch.
struct PortEvents {
  std::function<void(const PortKey&)> connected;
  /// The agent is gone: drop its subscriptions and unanswered requests. Its key is refused from now on.
  std::function<void(const PortKey&)> gone;
};

/// Not thread-safe: an endpoint belongs to the thread that serves it.
class PlatformEndpoint {
 public:
  virtual ~PlatformEndpoint() = default;

  /// The port behind a key, nullptr when it is gone. Valid until the next dispatch().
  [[nodiscard]] virtual AgentPort* find(const PortKey& key) noexcept = 0;
  /// The port that is `agent` now, nullptr when nobody is.
  [[nodiscard]] virtual AgentPort* find(AgentId agent) noexcept = 0;
  /// All ports. Valid until the next dispatch().
  [[nodiscard]] virtual std::span<AgentPort* const> ports() noexcept = 0;
  /// Appends the descriptors to wait on, the same number each time until the next dispatch().
  virtual void add_fds(std::vector<pollfd>& fds) = 0;
  /// Looks at what poll(2) found, at the descriptors it appended: accepts, drops, notes doorbells.
  virtual void dispatch(std::span<const pollfd> fds) = 0;

  /// Takes the next request of any port, in turn.
  [[nodiscard]] bool take(Request& request) noexcept;
  /// AgentPort's functions by key. Errors: theirs, and stale_handle when the port is gone.
  [[nodiscard]] Result<void> respond(const Request& request, std::span<const std::byte> payload) noexcept;
  [[nodiscard]] Result<void> respond_error(const Request& request) noexcept;
  [[nodiscard]] Result<void> post(const PortKey& port, std::uint32_t header, std::span<const std::byte> payload);

 private:
  std::size_t next_ = 0;  // port that take() looks at first
};

}  // namespace scmi::transport
