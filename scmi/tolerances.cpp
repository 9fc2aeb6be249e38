// SPDX-License-Identifier: Apache-2.0
#include "scmi/tolerances.hpp"

namespace scmi {
namespace {

struct Words {
  std::string_view name;
  std::string_view sentence;
};
constexpr std::array<Words, tolerated_kinds> words{
    Words{"reserved_header_bits", "replies with reserved header bits set"},
    Words{"longer_reply", "replies longer than their layout"},
    Words{"early_delayed_response", "delayed responses before their responses"},
    Words{"miscounted_range", "ranges that do not count their three values"},
    Words{"repeated_entry", "lists that have an entry twice"},
    Words{"unpublished_version", "a protocol version that no release has"},
    Words{"no_agent_discovery", "agents that cannot be discovered"},
    Words{"busy_at_open", "a P2A area that was busy when it was opened"},
};
constexpr std::uint32_t seen = 1U << 31;

}  // namespace

std::string_view name(Tolerated kind) noexcept { return words[static_cast<std::size_t>(kind)].name; }
std::string_view sentence(Tolerated kind) noexcept { return words[static_cast<std::size_t>(kind)].sentence; }

void ToleranceLog::note(Tolerated kind, ProtocolId protocol, MessageId message) noexcept {
  Entry& entry = entries_[static_cast<std::size_t>(kind)];
  std::uint32_t none = 0;
  const std::uint32_t first =
      seen | static_cast<std::uint32_t>(protocol.value) << 8U | static_cast<std::uint32_t>(message.value);
  entry.first.compare_exchange_strong(none, first, std::memory_order_relaxed);
  entry.count.fetch_add(1, std::memory_order_release);
}

std::vector<Tolerance> ToleranceLog::met() const {
  std::vector<Tolerance> all;
  for (std::size_t i = 0; i < tolerated_kinds; ++i) {
    // Acquire: pairs with the release of note(), so that the first message is there.
    const std::uint64_t count = entries_[i].count.load(std::memory_order_acquire);
    if (count == 0) continue;
    const std::uint32_t first = entries_[i].first.load(std::memory_order_relaxed);
    all.push_back({static_cast<Tolerated>(i), count, ProtocolId(static_cast<std::uint8_t>(first >> 8U)),
                   MessageId(static_cast<std::uint8_t>(first))});
  }
  return all;
}

}  // namespace scmi
