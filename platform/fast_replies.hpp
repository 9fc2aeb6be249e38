// SPDX-License-Identifier: Apache-2.0
//
// What the protocols with fast channels say of them, which is the same for each. Internal to the platform.
#pragma once

#include <algorithm>
#include <bit>
#include <optional>

#include "platform/call.hpp"

namespace scmi::platform {

/// Whether the domain has a fast channel for the caller: for that command, or for any.
[[nodiscard]] inline bool has_fast_channel(const Call& call, Index domain, std::optional<MessageId> message) {
  const WindowPlan* plan = call.platform.windows().plan(call.id);
  return plan != nullptr && std::ranges::any_of(plan->slots, [&](const FastSlot& s) {
           return s.protocol == call.protocol && s.resource == domain && (!message || s.message == *message);
         });
}

/// PROTOCOL_MESSAGE_ATTRIBUTES that also says whether any domain has a fast channel for the command.
[[nodiscard]] inline Status message_attributes_with(const BitField& has_fastchannel, Call& call,
                                                    const ProtocolMessageAttributes& command,
                                                    ProtocolMessageAttributes::Reply& reply) {
  const Status status = message_attributes(call, command, reply);
  const auto& visible = call.agent.view(call.protocol).visible();
  const bool fast = std::ranges::any_of(visible, [&](Index domain) {
    return has_fast_channel(call, domain, MessageId(static_cast<std::uint8_t>(command.message_id)));
  });
  if (status == Status::success) reply.attributes = attribute(has_fastchannel, call.version, fast);
  return status;
}

/// Fills out the reply of *_DESCRIBE_FASTCHANNEL. NOT_SUPPORTED where there is none.
template <class Reply>
[[nodiscard]] Status tell_fast_channel(const Call& call, Index domain, MessageId message, Reply& reply) {
  const WindowPlan* plan = call.platform.windows().plan(call.id);
  const FastSlot* slot = plan == nullptr ? nullptr : plan->find(call.protocol, domain, message);
  if (slot == nullptr) return Status::not_supported;
  reply.rate_limit = Reply::rate_limit_us.put(slot->rate_limit_us);
  reply.chan_addr = plan->address + slot->offset;
  reply.chan_size_bytes = slot->size_bytes();
  if (slot->bell_bits == 0) return Status::success;
  reply.attributes =
      Reply::doorbell.put(1) |
      Reply::doorbell_width.put(static_cast<std::uint32_t>(std::countr_zero(slot->bell_bits) - std::countr_zero(8U)));
  reply.doorbell_addr = plan->address + slot->bell_offset();
  reply.doorbell_set_mask = slot->bell_mask();
  reply.doorbell_preserve_mask = slot->preserve_mask();
  return Status::success;
}

}  // namespace scmi::platform
