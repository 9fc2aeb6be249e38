// SPDX-License-Identifier: Apache-2.0
#include "protocols/protocol_client.hpp"

namespace scmi {

Result<bool> has_message(const ProtocolLink& link, MessageId message, const CallOptions& options) {
  const auto reply = call(link, ProtocolMessageAttributes{message.value}, options);
  if (reply) return true;
  if (reply.error().is(Status::not_found) || reply.error().is(Status::not_supported)) return false;
  return reply.error();
}

namespace {

/// No release of the specification has a protocol with a higher minor number.
constexpr std::uint32_t published_minor_max = 1;

Result<OpenedProtocol> settle_version(const Agent& agent, ProtocolId protocol, std::span<const Version> known,
                                      const CallOptions& options) {
  Result<ProtocolLink> link = agent.link(protocol);
  if (!link) return link.error();
  OpenedProtocol opened{std::move(*link), {}, false};
  const auto version = call(opened.link, ProtocolVersion{}, options);
  if (!version) return version.error().at(Step::protocol_version);
  opened.reported = version->version;
  if (opened.reported.major_number() == 0) {
    return Error::local(LocalError::unsupported, {protocol.value, ProtocolVersion::info.message.value,
                                                  Step::protocol_version, opened.reported.word});
  }
  const Version newest = known.front();
  opened.link.set_version(std::min(opened.reported, newest));
  if (opened.reported < newest && opened.reported.minor_number() > published_minor_max) {
    opened.link.tolerate(Tolerated::unpublished_version, ProtocolVersion::info.message);
  }
  if (opened.reported <= newest) return Result<OpenedProtocol>(std::move(opened));

  const Result<bool> negotiable = has_message(opened.link, NegotiateProtocolVersion::info.message, options);
  if (!negotiable) {
    // Any other status about that message is taken for "no" as well: the version word alone must not stop us.
    if (negotiable.error().origin != Origin::platform) return negotiable.error().at(Step::protocol_negotiate);
    return Result<OpenedProtocol>(std::move(opened));
  }
  for (std::size_t i = 0; *negotiable && i < known.size() && !opened.negotiated; ++i) {
    const auto agreed = call(opened.link, NegotiateProtocolVersion{known[i]}, options);
    if (!agreed && agreed.error().origin != Origin::platform) return agreed.error().at(Step::protocol_negotiate);
    if (!agreed) continue;
    opened.link.set_version(known[i]);
    opened.negotiated = true;
  }
  return Result<OpenedProtocol>(std::move(opened));
}

}  // namespace

Result<OpenedProtocol> open_protocol(const Agent& agent, ProtocolId protocol, std::span<const Version> known,
                                     const CallOptions& options) {
  Result<OpenedProtocol> opened = settle_version(agent, protocol, known, options);
  // Subscriptions that waited for this go to the platform now, after the version was settled.
  if (opened) agent.notifications()->switches().opened(*agent.registry(), protocol, opened->link.version());
  return opened;
}

Result<bool> PageBounds::take(std::size_t returned, std::uint32_t remaining) noexcept {
  ErrorContext context = context_;
  context.detail = next_;
  const bool last = remaining == 0;
  const bool stuck = returned == 0 && !last;
  const std::uint64_t total = std::uint64_t{next_} + returned + remaining;
  const bool broken = total_known_ ? total != total_ : total > std::numeric_limits<std::uint32_t>::max();
  if (stuck || broken) return Error::local(LocalError::malformed_reply, context);
  if (!total_known_ && remaining < saturated_) {
    total_known_ = true;
    total_ = static_cast<std::uint32_t>(total);
  }
  next_ += static_cast<std::uint32_t>(returned);
  return !last;
}

}  // namespace scmi
