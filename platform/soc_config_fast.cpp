// SPDX-License-Identifier: Apache-2.0
//
// The keys of fast channels, which are the same for every protocol that has any.
#include <fmt/core.h>

#include <algorithm>
#include <array>

#include "platform/soc_config_parts.hpp"

namespace scmi::platform::parts {

FastChannelsConfig read_fast_channels(TableReader& t, std::span<const Choice<MessageId>> messages) {
  FastChannelsConfig fast;
  const bool all = t.boolean("fast_channels", false);
  if (t.has("fast_channel_messages")) {
    if (!all) t.report("fast_channel_messages", "needs fast_channels = true");
    for (const NameRef& message : t.names("fast_channel_messages")) {
      const auto at = std::ranges::find(messages, message.name, &Choice<MessageId>::word);
      if (at != messages.end()) {
        fast.messages.insert(at->value);
      } else {
        t.report("fast_channel_messages", fmt::format("\"{}\" has no fast channel", message.name));
      }
    }
  } else if (all) {
    for (const Choice<MessageId>& message : messages) fast.messages.insert(message.value);
  }
  fast.doorbell_bits = t.u32("fast_channel_doorbell_bits", 0, 64);
  constexpr std::array<std::uint32_t, 5> widths{0, 8, 16, 32, 64};
  if (std::ranges::find(widths, fast.doorbell_bits) == widths.end()) {
    t.report("fast_channel_doorbell_bits", "is not 0, 8, 16, 32 or 64");
  }
  fast.rate_limit_us = t.u32("fast_channel_rate_limit_us", 0, 0xF'FFFF);
  return fast;
}

}  // namespace scmi::platform::parts
