// SPDX-License-Identifier: Apache-2.0
//
// The memory that an agent and the platform share beside messages: what lies where in it, and how it is touched. The
// plan follows from the description alone, so that whoever makes the memory and whoever serves it agree.
//
//   address ─▶ [ fast channels: payload 8 bytes, doorbell register 8 bytes, ... | statistics of power | of performance
//   | telemetry's region | its fast channels ]
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "platform/soc_config.hpp"

namespace scmi::platform {

/// One fast channel of one agent.
struct FastSlot {
  ServedProtocol protocol{};
  Index resource = no_index;
  MessageId message{};
  bool setter = false;              ///< The agent writes; else the platform does.
  std::uint32_t words = 1;          ///< Of payload.
  std::uint32_t offset = 0;         ///< Of the payload, a multiple of 8.
  std::uint32_t bell_bits = 0;      ///< Width of the doorbell register behind the payload; 0: none.
  std::uint32_t rate_limit_us = 0;  ///< Told to the agent; the platform does not insist.

  [[nodiscard]] std::uint32_t size_bytes() const noexcept { return words * 4; }
  [[nodiscard]] std::uint32_t bell_offset() const noexcept { return offset + 8; }
  /// The doorbell is the register's top bit, so that a mistaken width is noticed.
  [[nodiscard]] std::uint64_t bell_mask() const noexcept { return std::uint64_t{1} << (bell_bits - 1); }
  [[nodiscard]] std::uint64_t preserve_mask() const noexcept { return bell_mask() - 1; }
};

/// Where the statistics of a protocol lie.
struct StatisticsPlace {
  std::uint32_t offset = 0;
  std::uint32_t size = 0;  ///< 0: there are none.
};

/// Where telemetry lies. By data event: the place of its line in the region, of its block time stamp there (0: none),
/// and of its fast channel in the window.
struct TelemetryPlan {
  static constexpr std::uint32_t nowhere = 0xFFFF'FFFF;
  StatisticsPlace shmti;
  std::vector<std::uint32_t> lines;
  std::vector<std::uint32_t> blocks;
  std::vector<std::uint32_t> fast_channels;
};

/// What one agent shares with the platform. Fast channels in the order of protocol, resource, message.
struct WindowPlan {
  std::uint64_t address = 0;
  std::uint32_t size = 0;  ///< 0: nothing is shared.
  std::vector<FastSlot> slots;
  PerProtocol<StatisticsPlace> statistics;
  TelemetryPlan telemetry;

  [[nodiscard]] const FastSlot* find(ServedProtocol protocol, Index resource, MessageId message) const noexcept;
};

/// At most so much for each agent; fast channels and statistics that do not fit are not offered.
inline constexpr std::uint32_t window_size_limit = 1024 * 1024;

/// `agent` counts from 0.
[[nodiscard]] WindowPlan plan_window(const SocConfig& soc, std::size_t agent);

/// The bytes of a window, as long as the agent is there. The other side may change them at any time: each access is
/// one atomic word, and what is read is judged afterwards.
class SharedWindow {
 public:
  SharedWindow() = default;
  explicit SharedWindow(std::span<std::byte> bytes) noexcept : bytes_(bytes) {}
  [[nodiscard]] explicit operator bool() const noexcept { return !bytes_.empty(); }
  [[nodiscard]] std::size_t size() const noexcept { return bytes_.size(); }

  template <class Word>
  [[nodiscard]] std::atomic_ref<Word> at(std::size_t offset) const noexcept {
    return std::atomic_ref<Word>(*static_cast<Word*>(static_cast<void*>(bytes_.data() + offset)));
  }

 private:
  std::span<std::byte> bytes_;
};

}  // namespace scmi::platform
