// SPDX-License-Identifier: Apache-2.0
//
// The trace tap sees every message event of an agent. Without a tap no time stamp is taken and nothing is copied.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "scmi/time.hpp"

namespace scmi {

/// What happened to a message.
enum class TraceKind : std::uint8_t {
  command,        ///< Published on the wire.
  response,       ///< Accepted as the response of a call.
  delayed,        ///< Accepted as the delayed response of a call.
  notification,   ///< Queued for delivery.
  timed_out,      ///< A call ended by its deadline; no payload.
  cancelled,      ///< A call was cancelled; no payload.
  late,           ///< Dropped: its call had ended.
  duplicate,      ///< Dropped: its call was answered.
  unexpected,     ///< Dropped: matches nothing.
  malformed,      ///< Dropped: impossible length.
  dropped,        ///< Dropped: queue full.
  channel_error,  ///< The area came back with the error bit.
};

struct TraceEvent {
  TraceKind kind{};
  Instant at{};
  std::uint32_t channel = 0;  ///< Registry slot.
  std::uint32_t header = 0;
  std::span<const std::byte> payload;  ///< Valid during the call only. Responses start with the status word.
};

/// Receives events, from whichever context met them, concurrently. Must not call the library and must not block for
/// long: it may sit between a reply and its caller.
class TraceTap {
 public:
  virtual ~TraceTap() = default;
  virtual void event(const TraceEvent& event) noexcept = 0;
};

}  // namespace scmi
