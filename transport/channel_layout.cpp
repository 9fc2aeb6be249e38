// SPDX-License-Identifier: Apache-2.0
#include "transport/channel_layout.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bitset>

#include "transport/unique_fd.hpp"

namespace scmi::transport {
namespace {

constexpr std::uint64_t page_size = 4096;

/// Takes pieces off a memory from its start, in 64 bits so that nothing wraps before it is judged.
struct Cursor {
  std::uint64_t at = 0;
  std::uint32_t take(std::uint64_t size, std::uint64_t alignment) {
    at = (at + alignment - 1) / alignment * alignment;
    const std::uint64_t start = at;
    at += size;
    return static_cast<std::uint32_t>(start);
  }
  AreaPlace area(std::uint32_t size) {
    if (size == 0) return {};
    return {take(size, area_alignment), size};
  }
  WindowLayout window(const WindowConfig& window) { return {window.address, area(window.size)}; }
};

/// Protocols of an agent's channels: each in one channel only, Base in one of them.
template <class Channels>
Result<void> check_protocols(const Channels& channels, LocalError error, const std::string& who, std::string* why) {
  if (channels.empty() || channels.size() > channel_count_max) {
    return fail(why, Error::local(error),
                fmt::format("{}: {} channels, allowed are 1 to {}", who, channels.size(), channel_count_max));
  }
  std::bitset<256> seen;
  for (const auto& channel : channels) {
    if (channel.protocols.empty() || channel.protocols.size() > channel_protocols_max) {
      return fail(why, Error::local(error),
                  fmt::format("{}: a channel serves {} protocols, allowed are 1 to {}", who, channel.protocols.size(),
                              channel_protocols_max));
    }
    for (const ProtocolId protocol : channel.protocols) {
      if (seen.test(protocol.value)) {
        return fail(why, Error::local(error), fmt::format("{}: protocol {:#x} has two channels", who, protocol.value));
      }
      seen.set(protocol.value);
    }
  }
  if (!seen.test(protocol::base.value)) return fail(why, Error::local(error), who + ": no channel serves Base (0x10)");
  return {};
}

/// Whether a window can be: words of any width are as aligned in memory as their addresses say.
[[nodiscard]] bool valid_window(std::uint64_t address, std::uint64_t size) noexcept {
  return size <= window_size_max && size % sizeof(std::uint64_t) == 0 && address % area_alignment == 0 &&
         address <= UINT64_MAX - size;
}

Result<void> check_config(const AgentConfig& agent, std::string* why) {
  const std::string who = fmt::format("agent {} ('{}')", agent.id.value, agent.name);
  if (agent.name.size() > agent_name_size_max) {
    return fail(why, Error::local(LocalError::invalid_argument), who + ": the name is too long");
  }
  if (auto ok = check_protocols(agent.channels, LocalError::invalid_argument, who, why); !ok) return ok;
  for (const ChannelConfig& channel : agent.channels) {
    if (!ShmArea::valid_size(channel.a2p_size) || (channel.p2a_size != 0 && !ShmArea::valid_size(channel.p2a_size))) {
      return fail(why, Error::local(LocalError::invalid_argument),
                  fmt::format("{}: area sizes {} and {}: an area has {} to {} bytes, a multiple of 4", who,
                              channel.a2p_size, channel.p2a_size, area_size_min, area_size_max));
    }
  }
  if (!valid_window(agent.window.address, agent.window.size)) {
    return fail(
        why, Error::local(LocalError::invalid_argument),
        fmt::format("{}: a window of {} bytes at {:#x} cannot be", who, agent.window.size, agent.window.address));
  }
  return {};
}

/// Pieces of a memory that must be inside it and apart from each other.
class Pieces {
 public:
  Pieces(std::uint64_t memory_size, std::string* why) : memory_size_(memory_size), why_(why) {}

  Result<void> area(AreaPlace place, const std::string& what) {
    if (!ShmArea::valid_size(place.size)) return bad(fmt::format("{}: impossible size {}", what, place.size));
    return add(place.offset, place.size, what);
  }
  Result<void> window(const WindowLayout& window, const std::string& what) {
    if (window.place.size == 0) return {};
    if (!valid_window(window.address, window.place.size)) {
      return bad(fmt::format("{}: {} bytes at address {:#x}", what, window.place.size, window.address));
    }
    return add(window.place.offset, window.place.size, what);
  }
  Result<void> word(std::uint32_t offset, const std::string& what) { return add(offset, area_alignment, what); }

  Result<void> apart() {
    std::sort(pieces_.begin(), pieces_.end(), [](const Piece& a, const Piece& b) { return a.start < b.start; });
    for (std::size_t i = 1; i < pieces_.size(); ++i) {
      if (pieces_[i - 1].end > pieces_[i].start) {
        return bad(fmt::format("{} overlaps {}", pieces_[i - 1].what, pieces_[i].what));
      }
    }
    return {};
  }

 private:
  struct Piece {
    std::uint64_t start = 0;
    std::uint64_t end = 0;
    std::string what;
  };

  Result<void> add(std::uint64_t offset, std::uint64_t size, const std::string& what) {
    if (offset % area_alignment != 0) return bad(fmt::format("{}: offset {} is not aligned", what, offset));
    if (offset + size > memory_size_) {
      return bad(
          fmt::format("{}: bytes {} to {} are outside the memory of {}", what, offset, offset + size, memory_size_));
    }
    pieces_.push_back({offset, offset + size, what});
    return {};
  }
  Result<void> bad(std::string text) const { return fail(why_, Error::local(LocalError::bad_memory), std::move(text)); }

  std::uint64_t memory_size_;
  std::string* why_;
  std::vector<Piece> pieces_;
};

Result<void> check_agent(const AgentLayout& agent, bool with_words, Pieces& pieces, std::string* why) {
  const std::string who = fmt::format("agent {}", agent.id.value);
  if (auto ok = check_protocols(agent.channels, LocalError::bad_memory, who, why); !ok) return ok;
  for (std::size_t i = 0; i < agent.channels.size(); ++i) {
    const ChannelLayout& channel = agent.channels[i];
    const std::string what = fmt::format("{} channel {}", who, i);
    if (auto ok = pieces.area(channel.a2p, what + " a2p"); !ok) return ok;
    if (with_words) {
      if (auto ok = pieces.word(channel.a2p_sleeping, what + " a2p sleeping word"); !ok) return ok;
    }
    if (channel.p2a.size == 0) continue;
    if (auto ok = pieces.area(channel.p2a, what + " p2a"); !ok) return ok;
    if (with_words) {
      if (auto ok = pieces.word(channel.p2a_sleeping, what + " p2a sleeping word"); !ok) return ok;
    }
  }
  return pieces.window(agent.window, who + " window");
}

Result<void> check_memory_size(std::uint64_t size, std::string* why) {
  if (size == 0 || size > memory_size_max) {
    return fail(why, Error::local(LocalError::bad_memory), fmt::format("impossible memory size {}", size));
  }
  return {};
}

}  // namespace

Result<std::span<std::byte>> WindowLayout::find(std::byte* memory, std::uint64_t at, std::size_t size) const noexcept {
  if (place.size == 0) return Error::local(LocalError::unsupported);
  if (at < address || at - address > place.size || size > place.size - (at - address)) {
    return Error::local(LocalError::bad_memory);
  }
  return std::span(memory + place.offset + (at - address), size);
}

Result<MailboxLayout> plan_mailbox(const AgentConfig& agent, std::string* why) {
  if (auto ok = check_config(agent, why); !ok) return ok.error();
  MailboxLayout layout;
  layout.agent.id = agent.id;
  layout.agent.name = agent.name;
  layout.agent.manners = agent.manners;
  Cursor cursor;
  cursor.take(word_spacing, word_spacing);  // the first lines stay empty: a stray offset 0 hits nothing
  layout.platform_sleeping = cursor.take(word_spacing, word_spacing);
  for (const ChannelConfig& channel : agent.channels) {
    ChannelLayout& placed = layout.agent.channels.emplace_back();
    placed.protocols = channel.protocols;
    placed.a2p_sleeping = cursor.take(word_spacing, word_spacing);
    if (channel.p2a_size != 0) placed.p2a_sleeping = cursor.take(word_spacing, word_spacing);
  }
  cursor.take(0, page_size);
  for (std::size_t i = 0; i < agent.channels.size(); ++i) {
    layout.agent.channels[i].a2p = cursor.area(agent.channels[i].a2p_size);
    layout.agent.channels[i].p2a = cursor.area(agent.channels[i].p2a_size);
  }
  layout.agent.window = cursor.window(agent.window);
  cursor.take(0, page_size);
  layout.memory_size = static_cast<std::uint32_t>(cursor.at);  // 32 channels of 128 KiB and a window at most
  return layout;
}

Result<ShmLayout> plan_shm(std::string file, std::span<const AgentConfig> agents, std::string* why) {
  if (agents.empty() || agents.size() > agent_count_max) {
    return fail(why, Error::local(LocalError::invalid_argument),
                fmt::format("{} agents, allowed are 1 to {}", agents.size(), agent_count_max));
  }
  ShmLayout layout;
  layout.file = std::move(file);
  Cursor cursor;
  cursor.take(area_alignment, area_alignment);
  for (const AgentConfig& agent : agents) {
    if (auto ok = check_config(agent, why); !ok) return ok.error();
    if (std::any_of(layout.agents.begin(), layout.agents.end(), [&](const auto& a) { return a.id == agent.id; })) {
      return fail(why, Error::local(LocalError::invalid_argument),
                  fmt::format("agent id {} is used twice", agent.id.value));
    }
    AgentLayout& placed = layout.agents.emplace_back();
    placed.id = agent.id;
    placed.name = agent.name;
    placed.manners = agent.manners;
    for (const ChannelConfig& channel : agent.channels) {
      placed.channels.push_back(
          {.protocols = channel.protocols, .a2p = cursor.area(channel.a2p_size), .p2a = cursor.area(channel.p2a_size)});
    }
    placed.window = cursor.window(agent.window);
  }
  cursor.take(0, page_size);
  if (cursor.at > memory_size_max) {
    return fail(why, Error::local(LocalError::invalid_argument),
                fmt::format("the areas need {} bytes, at most {} are allowed", cursor.at, memory_size_max));
  }
  layout.size = static_cast<std::uint32_t>(cursor.at);
  return layout;
}

Result<void> check_layout(const MailboxLayout& layout, std::string* why) {
  if (auto ok = check_memory_size(layout.memory_size, why); !ok) return ok;
  Pieces pieces(layout.memory_size, why);
  if (auto ok = pieces.word(layout.platform_sleeping, "platform sleeping word"); !ok) return ok;
  if (auto ok = check_agent(layout.agent, true, pieces, why); !ok) return ok;
  return pieces.apart();
}

Result<void> check_layout(const ShmLayout& layout, std::string* why) {
  if (auto ok = check_memory_size(layout.size, why); !ok) return ok;
  if (layout.agents.empty() || layout.agents.size() > agent_count_max) {
    return fail(why, Error::local(LocalError::bad_memory),
                fmt::format("{} agents, allowed are 1 to {}", layout.agents.size(), agent_count_max));
  }
  Pieces pieces(layout.size, why);
  for (const AgentLayout& agent : layout.agents) {
    if (auto ok = check_agent(agent, false, pieces, why); !ok) return ok;
  }
  return pieces.apart();
}

int find_channel(std::span<const ChannelLayout> channels, ProtocolId protocol) noexcept {
  for (std::size_t i = 0; i < channels.size(); ++i) {
    const auto& list = channels[i].protocols;
    if (std::find(list.begin(), list.end(), protocol) != list.end()) return static_cast<int>(i);
  }
  return -1;
}

}  // namespace scmi::transport
