// SPDX-License-Identifier: Apache-2.0
//
// Typed commands over a ProtocolLink: encode, transact, decode, all from the message's one description.
#pragma once

#include <array>
#include <optional>
#include <utility>

#include "scmi/codec.hpp"
#include "scmi/protocol_link.hpp"

namespace scmi {

namespace detail {
template <class C>
[[nodiscard]] Error in_context(Error error, const ProtocolLink& link) noexcept {
  error.context.protocol = link.protocol().value;
  error.context.message = C::info.message.value;
  return error;
}
}  // namespace detail

/// Sends a command and answers its decoded reply, with the layouts of the link's version. Errors: the platform's
/// status; malformed_reply; those of Transaction. Any thread; blocks. No heap, unless the reply has a list.
template <class C>
[[nodiscard]] Result<typename C::Reply> call(const ProtocolLink& link, const C& command,
                                             const CallOptions& options = {}) {
  if (link.registry() == nullptr || link.handle().generation == 0) {
    return detail::in_context<C>(Error::local(LocalError::unsupported), link);
  }
  Transaction transaction(link.channel(), link.handle().generation, options);
  if (!transaction.ok()) return detail::in_context<C>(transaction.error(), link);
  const Result<std::size_t> length = encode(command, link.version(), transaction.request());
  if (!length) return detail::in_context<C>(length.error(), link);
  const auto payload = transaction.run({C::info.message, MessageType::command, link.protocol(), Token()}, *length);
  if (!payload) return detail::in_context<C>(payload.error(), link);
  ReplyOddities oddities;
  Result<typename C::Reply> reply = decode_reply<typename C::Reply>(*payload, link.version(), &oddities);
  if (!reply) return detail::in_context<C>(reply.error(), link);
  if (oddities.any()) [[unlikely]]
    link.tolerate(oddities, C::info.message);
  return reply;
}

/// A started command whose result is an R (its delayed response, or its reply).
template <class R>
class TypedCall {
 public:
  TypedCall() = default;
  TypedCall(PendingCall call, Version version, ProtocolId protocol, MessageId message)
      : call_(std::move(call)), version_(version), protocol_(protocol), message_(message) {}

  /// See PendingCall.
  [[nodiscard]] Result<R> wait() {
    const auto payload = call_.wait();
    if (!payload) return payload.error();
    Result<R> result = decode_reply<R>(*payload, version_);
    if (!result) {
      Error error = result.error();
      error.context.protocol = protocol_.value;
      error.context.message = message_.value;
      return error;
    }
    return result;
  }
  [[nodiscard]] bool poll() noexcept { return call_.poll(); }
  [[nodiscard]] bool wait_until(Instant until) noexcept { return call_.wait_until(until); }
  bool cancel() noexcept { return call_.cancel(); }
  [[nodiscard]] bool finished() const noexcept { return call_.finished(); }

 private:
  PendingCall call_;
  Version version_;
  ProtocolId protocol_;
  MessageId message_;
};

namespace detail {
template <class R, class C>
[[nodiscard]] Result<TypedCall<R>> start_as(const ProtocolLink& link, const C& command, PendingOptions options) {
  std::array<std::byte, 256> buffer;
  const Result<std::size_t> length = encode(command, link.version(), buffer);
  if (!length) return in_context<C>(length.error(), link);
  Result<PendingCall> pending =
      link.start(C::info.message, std::span<const std::byte>(buffer).first(*length), std::move(options));
  if (!pending) return pending.error();
  return TypedCall<R>(std::move(*pending), link.version(), link.protocol(), C::info.message);
}
}  // namespace detail

/// Starts a command; its result is the response. Errors: those of PendingCall::start.
template <class C>
[[nodiscard]] Result<TypedCall<typename C::Reply>> start(const ProtocolLink& link, const C& command,
                                                         PendingOptions options = {}) {
  options.expects_delayed = false;
  return detail::start_as<typename C::Reply>(link, command, std::move(options));
}

/// Starts an asynchronous command; its result is the delayed response. Errors: those of PendingCall::start, and
/// unsupported without a P2A channel.
template <class C>
[[nodiscard]] Result<TypedCall<typename C::Complete>> start_delayed(const ProtocolLink& link, const C& command,
                                                                    PendingOptions options = {}) {
  if (!link.has_p2a()) return detail::in_context<C>(Error::local(LocalError::unsupported), link);
  options.expects_delayed = true;
  return detail::start_as<typename C::Complete>(link, command, std::move(options));
}

}  // namespace scmi
