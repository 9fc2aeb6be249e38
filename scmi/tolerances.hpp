// SPDX-License-Identifier: Apache-2.0
//
// What a platform does otherwise than the specification has it, and an agent takes all the same, because platforms that
// do so exist and nothing is lost by it. Nothing is taken in silence: each kind is counted here, with the first message
// that showed it. What could hurt (lengths, counts, indices) is never tolerated and does not appear here.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "scmi/ids.hpp"
#include "scmi/sync.hpp"

namespace scmi {

enum class Tolerated : std::uint8_t {
  reserved_header_bits,    ///< A reply whose header has bits 31:28 set.
  longer_reply,            ///< A reply longer than its layout: the rest is left out.
  early_delayed_response,  ///< A delayed response that came before its response: it completes the call.
  miscounted_range,        ///< A range whose count is not that of its three values.
  repeated_entry,          ///< A list that has an entry twice: it is taken once.
  unpublished_version,     ///< A protocol version below our newest that no release has: spoken as the one below it.
  no_agent_discovery,      ///< BASE_DISCOVER_AGENT is not there: agents are numbers, our own is unknown.
  busy_at_open,            ///< A P2A area that was not ours to be sent to when it was opened: given back.
};
inline constexpr std::size_t tolerated_kinds = 8;

/// "longer_reply", ...
[[nodiscard]] std::string_view name(Tolerated kind) noexcept;
/// The same as a clause: "replies longer than their layout".
[[nodiscard]] std::string_view sentence(Tolerated kind) noexcept;

/// One kind that was met.
struct Tolerance {
  Tolerated kind{};
  std::uint64_t count = 0;
  ProtocolId protocol{};  ///< Of the first message that showed it.
  MessageId message{};
};

/// What one agent met. Any context.
class ToleranceLog {
 public:
  void note(Tolerated kind, ProtocolId protocol, MessageId message) noexcept;
  /// What was met so far, in the order of Tolerated.
  [[nodiscard]] std::vector<Tolerance> met() const;

 private:
  struct Entry {
    sync::atomic<std::uint64_t> count{0};
    sync::atomic<std::uint32_t> first{0};  ///< Bit 31 set: protocol and message of the first.
  };
  std::array<Entry, tolerated_kinds> entries_{};
};

}  // namespace scmi
