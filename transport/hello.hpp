// SPDX-License-Identifier: Apache-2.0
//
// The two messages that open a mailbox connection, as bytes. One SOCK_SEQPACKET record each:
//
//   agent    ─ Hello ─▶    platform      who we want to be, which barriers we can do
//   agent    ◀─ Welcome ─  platform      the verdict; if it is `accepted`: where everything lies in the memory, and the
//                                        descriptors by SCM_RIGHTS: memory, platform's bell, then for each channel the
//                                        agent's A2P bell and, if the channel has a P2A area, its P2A bell
//
// Afterwards nothing more is said: the socket stays open as long as the agent lives, and its hang-up is the end.
// All numbers are little-endian u32 unless said otherwise; each message carries magic, version and its own size.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "scmi/result.hpp"
#include "transport/channel_layout.hpp"
#include "transport/sleep_word.hpp"

namespace scmi::transport {

inline constexpr std::uint32_t hello_version = 2;
/// More than any Welcome: 32 channels with 32 protocols each.
inline constexpr std::size_t welcome_size_max = 4096;
inline constexpr std::size_t hello_size_max = 256;
inline constexpr std::size_t welcome_fds_max = 2 + 2 * channel_count_max;

/// What an agent asks for.
struct Hello {
  std::uint32_t version = hello_version;
  std::uint32_t barriers = 0;    ///< barrier_capabilities().
  std::optional<AgentId> agent;  ///< Nothing here and no name: whichever agent our user may be.
  std::string name;
};

/// The platform's answer to a Hello.
enum class Verdict : std::uint32_t {
  accepted = 0,
  incompatible = 1,   ///< Not our hello, or another version.
  unknown_agent = 2,  ///< No agent of that id or name.
  claimed = 3,        ///< Another process is that agent.
  denied = 4,         ///< The caller's user may not be that agent.
  failed = 5,         ///< The platform could not make the memory.
};

struct Welcome {
  Verdict verdict = Verdict::failed;
  std::string text;  ///< For people; set when not accepted.
  BarrierMode barrier = BarrierMode::locked;
  std::uint64_t epoch = 0;  ///< Incarnation of the platform.
  MailboxLayout layout;
  /// How many descriptors come with it.
  [[nodiscard]] std::size_t fd_count() const noexcept;
};

[[nodiscard]] std::vector<std::byte> encode(const Hello& hello);
/// Errors: incompatible_peer (magic, version, size).
[[nodiscard]] Result<Hello> decode_hello(std::span<const std::byte> bytes, std::string* why = nullptr);

[[nodiscard]] std::vector<std::byte> encode(const Welcome& welcome);
/// Judges all of it, the layout with check_layout. Errors: incompatible_peer (magic, version, sizes, counts),
/// bad_memory (a layout that cannot be).
[[nodiscard]] Result<Welcome> decode_welcome(std::span<const std::byte> bytes, std::string* why = nullptr);

/// The error that a verdict stands for.
[[nodiscard]] Error to_error(Verdict verdict) noexcept;

}  // namespace scmi::transport
