// SPDX-License-Identifier: Apache-2.0
#include "transport/session.hpp"

#include <fmt/format.h>

#include <utility>

#include "transport/mailbox.hpp"
#include "transport/shm_transport.hpp"

namespace scmi::transport {
namespace {

template <class T>
[[nodiscard]] Result<std::unique_ptr<SmtTransport>> as_base(Result<std::unique_ptr<T>> made) {
  if (!made) return made.error();
  return std::unique_ptr<SmtTransport>(std::move(*made));
}

[[nodiscard]] Result<std::unique_ptr<SmtTransport>> open(std::string_view address, const SessionOptions& options,
                                                         std::string* why) {
  const std::size_t colon = address.find(':');
  const std::string_view kind = address.substr(0, colon);
  if (colon == std::string_view::npos || kind.find('/') != std::string_view::npos) {
    return open(fmt::format("mailbox:{}", address), options, why);
  }
  const std::string place(address.substr(colon + 1));
  if (kind == "mailbox" && !place.empty()) {
    return as_base(MailboxTransport::connect(
        place, {.agent = options.agent, .agent_name = options.agent_name, .timeout = options.connect_timeout}, why));
  }
  if (kind == "shm" && !place.empty()) {
    return as_base(ShmTransport::connect(place, {.agent = options.agent, .agent_name = options.agent_name}, why));
  }
  if (why != nullptr) *why = fmt::format("'{}' is neither mailbox:SOCKET nor shm:FILE", address);
  return Error::local(LocalError::invalid_argument);
}

}  // namespace

Result<std::unique_ptr<Session>> Session::connect(std::string_view address, const SessionOptions& options,
                                                  std::string* why) {
  std::unique_ptr<Session> session(new Session());
  auto transport = open(address, options, why);
  if (!transport) return transport.error();
  session->transport_ = std::move(*transport);
  auto agent = Agent::probe(session->transport_->transport(), session->clock_, session->waiter_, options.config);
  if (!agent) return agent.error();
  session->agent_ = std::move(*agent);
  return session;
}

Session::~Session() = default;

}  // namespace scmi::transport
