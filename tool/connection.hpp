// SPDX-License-Identifier: Apache-2.0
//
// From `--connect` to a probed agent.
#pragma once

#include <memory>
#include <string>

#include "protocols/vendor_catalogue.hpp"
#include "scmi/pending_call.hpp"
#include "scmi/transaction.hpp"
#include "tool/failure.hpp"
#include "tool/sim_platform.hpp"
#include "tool/tracer.hpp"
#include "transport/session.hpp"
#include "transport/sigbus_guard.hpp"

namespace scmi::tool {

/// Those of the global options that concern the connection.
struct ConnectionOptions {
  std::string spec = "sim";  ///< "sim", "mailbox:SOCKET" or "shm:FILE".
  std::string agent;         ///< Name or id; empty: the first that is free.
  Duration timeout{};        ///< Of each call, connecting included; 0: the transport's default.
  bool trace = false;
  bool lenient = false;  ///< See scmi::AgentConfig.
};

class Connection {
 public:
  /// Failures: usage (a spec that cannot be), transport, and all of the probe.
  [[nodiscard]] static Outcome<std::unique_ptr<Connection>> open(const ConnectionOptions& options);

  [[nodiscard]] Agent& agent() noexcept { return session_->agent(); }
  [[nodiscard]] transport::Session& session() noexcept { return *session_; }
  /// The messages that this platform speaks, its vendor's included.
  [[nodiscard]] const catalogue::Catalogue& catalogue() const noexcept { return catalogue_; }
  [[nodiscard]] bool simulated() const noexcept { return sim_ != nullptr; }
  /// For each call of a command.
  [[nodiscard]] CallOptions call() const noexcept { return {.timeout = timeout_}; }
  /// The same for calls that go on by themselves.
  [[nodiscard]] PendingOptions pending() const;

 private:
  Connection() = default;

  Duration timeout_{};
  transport::SigbusGuard sigbus_guard_;  // a named file may shrink under us
  catalogue::Catalogue catalogue_;
  Tracer tracer_;
  // The agent goes before its platform does.
  std::unique_ptr<SimPlatform> sim_;
  std::unique_ptr<transport::Session> session_;
};

}  // namespace scmi::tool
