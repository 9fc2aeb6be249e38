// SPDX-License-Identifier: Apache-2.0
//
// Where the areas of an agent's channels lie in a piece of memory: how the platform plans it, and what an agent checks
// before it uses a plan that somebody else made.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "scmi/ids.hpp"
#include "scmi/result.hpp"
#include "transport/shm_area.hpp"

namespace scmi::transport {

inline constexpr std::size_t channel_count_max = 32;  ///< Channels of one agent.
inline constexpr std::size_t channel_protocols_max = 32;
inline constexpr std::size_t agent_count_max = 64;  ///< Agents in one named file.
inline constexpr std::size_t agent_name_size_max = 63;
inline constexpr std::uint64_t memory_size_max = 64ULL * 1024 * 1024;
inline constexpr std::uint32_t window_size_max = 1024 * 1024;  ///< Of one agent.
/// Areas start on lines of their own.
inline constexpr std::uint32_t area_alignment = 64;
/// Words that different sides poll are this far apart: two lines, since prefetchers fetch pairs.
inline constexpr std::uint32_t word_spacing = 128;

/// A channel as the platform's configuration names it.
struct ChannelConfig {
  std::vector<ProtocolId> protocols;  ///< Base (0x10) marks the agent's default channel.
  std::uint32_t a2p_size = area_size_default;
  std::uint32_t p2a_size = area_size_default;  ///< 0: no notifications and no delayed responses on it.
};

/// Memory beside the areas that the platform names by address in its messages: fast channels, statistics.
struct WindowConfig {
  std::uint64_t address = 0;  ///< What messages call its first byte; a multiple of area_alignment.
  std::uint32_t size = 0;     ///< Bytes; 0: there is none.
};

/// How a platform treats an agent's areas, where platforms in the field have manners of their own.
struct AreaManners {
  bool p2a_starts_busy = false;  ///< P2A areas are the agent's to give back before anything comes.
  bool p2a_never_waits = false;  ///< What finds its P2A area busy is lost.
  bool check_words = false;      ///< The words at 0x08 and 0x0C of every message have kind and value of a CRC-32.
  friend bool operator==(const AreaManners&, const AreaManners&) = default;
};

/// An agent as the platform's configuration names it.
struct AgentConfig {
  AgentId id{};
  std::string name;
  std::vector<ChannelConfig> channels;
  WindowConfig window{};
  AreaManners manners{};
};

/// A piece of memory.
struct AreaPlace {
  std::uint32_t offset = 0;
  std::uint32_t size = 0;  ///< 0: there is none.
  friend bool operator==(const AreaPlace&, const AreaPlace&) = default;
};

/// A channel in memory.
struct ChannelLayout {
  std::vector<ProtocolId> protocols;
  AreaPlace a2p;
  AreaPlace p2a;
  std::uint32_t a2p_sleeping = 0;  ///< Offset of the word by which the agent says that it sleeps; mailbox only.
  std::uint32_t p2a_sleeping = 0;
  friend bool operator==(const ChannelLayout&, const ChannelLayout&) = default;
};

/// A window in memory. Addresses inside it may be mapped by the agent, others not.
struct WindowLayout {
  std::uint64_t address = 0;
  AreaPlace place;
  /// The bytes from `at` on, if all of them lie inside; `memory` is where the layout's offsets start. Error:
  /// bad_memory; unsupported where there is no window.
  [[nodiscard]] Result<std::span<std::byte>> find(std::byte* memory, std::uint64_t at, std::size_t size) const noexcept;
  friend bool operator==(const WindowLayout&, const WindowLayout&) = default;
};

/// An agent in memory.
struct AgentLayout {
  AgentId id{};
  std::string name;
  std::vector<ChannelLayout> channels;
  WindowLayout window{};
  AreaManners manners{};  ///< Of the platform; nothing that an agent is told.
  friend bool operator==(const AgentLayout&, const AgentLayout&) = default;
};

/// The sealed memory of one mailbox agent.
struct MailboxLayout {
  AgentLayout agent;
  std::uint32_t platform_sleeping = 0;  ///< Offset of the word by which the platform says that it sleeps.
  std::uint32_t memory_size = 0;
  friend bool operator==(const MailboxLayout&, const MailboxLayout&) = default;
};

/// The named file that all agents share.
struct ShmLayout {
  std::string file;
  std::uint32_t size = 0;
  std::vector<AgentLayout> agents;
  friend bool operator==(const ShmLayout&, const ShmLayout&) = default;
};

/// Plans one agent's memory: sleeping words on lines of their own, then the areas.
/// Errors: invalid_argument (no Base channel, a protocol twice, a size that no area can have, too many channels, an
/// impossible window).
[[nodiscard]] Result<MailboxLayout> plan_mailbox(const AgentConfig& agent, std::string* why = nullptr);
/// Plans the named file: areas only, so that a partner needs nothing but their places. Touches nothing.
/// Errors: as above, and an agent id twice.
[[nodiscard]] Result<ShmLayout> plan_shm(std::string file, std::span<const AgentConfig> agents,
                                         std::string* why = nullptr);

/// Judges a plan from outside: sizes and offsets bounded by the memory, aligned, none overlapping; every channel with
/// protocols, each in one channel only, Base among them. Errors: bad_memory.
[[nodiscard]] Result<void> check_layout(const MailboxLayout& layout, std::string* why = nullptr);
[[nodiscard]] Result<void> check_layout(const ShmLayout& layout, std::string* why = nullptr);

/// Index of the channel that lists `protocol`, or -1.
[[nodiscard]] int find_channel(std::span<const ChannelLayout> channels, ProtocolId protocol) noexcept;

}  // namespace scmi::transport
