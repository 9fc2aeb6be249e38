// SPDX-License-Identifier: Apache-2.0
#include "tool/connection.hpp"

#include <fmt/format.h>

#include <utility>

#include "tool/interrupt.hpp"
#include "tool/text.hpp"
#include "tool/vendors.hpp"

namespace scmi::tool {

Outcome<std::unique_ptr<Connection>> Connection::open(const ConnectionOptions& options) {
  std::unique_ptr<Connection> connection(new Connection());
  connection->timeout_ = options.timeout;
  std::string address = options.spec;
  if (options.spec == "sim") {
    auto sim = SimPlatform::start();
    if (!sim) return tl::unexpected(sim.error());
    connection->sim_ = std::move(*sim);
    address = "mailbox:" + connection->sim_->socket();
  } else if (!options.spec.starts_with("mailbox:") && !options.spec.starts_with("shm:")) {
    return misused(fmt::format("--connect '{}' is none of sim, mailbox:SOCKET, shm:FILE", printable(options.spec)));
  }

  transport::SessionOptions session;
  if (const auto id = parse_number32(options.agent)) {
    session.agent = AgentId(*id);
  } else {
    session.agent_name = options.agent;
  }
  if (options.timeout != Duration{}) session.connect_timeout = options.timeout;
  session.config.probe = connection->call();
  session.config.lenient = options.lenient;
  if (options.trace) session.config.tap = &connection->tracer_;
  std::string why;
  auto made = transport::Session::connect(address, session, &why);
  if (connection->sim_) {
    connection->sim_->hide();
    on_interrupt_remove("", "");
  }
  if (!made) return failed(fmt::format("connecting to {}", printable(options.spec)), made.error(), why);
  connection->session_ = std::move(*made);
  connection->catalogue_ =
      catalogue::Catalogue(known_vendors(), catalogue::identity_of(connection->session_->agent().base()));
  connection->tracer_.use(connection->catalogue_);
  return connection;
}

PendingOptions Connection::pending() const {
  PendingOptions options;
  options.timeout = timeout_;
  if (timeout_ != Duration{}) options.delayed_timeout = timeout_;
  return options;
}

}  // namespace scmi::tool
