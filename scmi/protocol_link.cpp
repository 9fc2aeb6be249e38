// SPDX-License-Identifier: Apache-2.0
#include "scmi/protocol_link.hpp"

#include <algorithm>
#include <cstring>

namespace scmi {

Result<std::size_t> ProtocolLink::transact(MessageId message, std::span<const std::byte> payload,
                                           std::span<std::byte> reply, const CallOptions& options) const {
  const ErrorContext context{protocol_.value, message.value, Step::none, 0};
  if (channel_ == nullptr) return Error::local(LocalError::unsupported, context);
  Transaction transaction(*channel_, handle_.generation, options);
  if (!transaction.ok()) {
    Error error = transaction.error();
    error.context = context;
    return error;
  }
  if (payload.size() > transaction.request().size()) return Error::local(LocalError::message_too_large, context);
  if (!payload.empty()) std::memcpy(transaction.request().data(), payload.data(), payload.size());
  const auto answer = transaction.run({message, MessageType::command, protocol_, Token()}, payload.size());
  if (!answer) return answer.error();
  const std::size_t n = std::min(reply.size(), answer->size());
  if (n != 0) std::memcpy(reply.data(), answer->data(), n);
  return n;
}

Result<PendingCall> ProtocolLink::start(MessageId message, std::span<const std::byte> payload,
                                        PendingOptions options) const {
  if (channel_ == nullptr) {
    return Error::local(LocalError::unsupported, {protocol_.value, message.value, Step::none, 0});
  }
  return PendingCall::start(registry_, handle_, {message, MessageType::command, protocol_, Token()}, payload,
                            std::move(options));
}

}  // namespace scmi
