// SPDX-License-Identifier: Apache-2.0
//
// PROVISIONAL: the telemetry data capture format (DEN0056 release 4.0), in which a platform hands out data: in memory
// that it shares, and in messages. Its layout stands with the
// messages (protocols/telemetry_messages.hpp).
//
// Nothing that is read here is trusted: the lines are copied first, and only a copy that did not change is judged.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "scmi/mapped_region.hpp"
#include "scmi/result.hpp"

namespace scmi {

/// A UUID in the order in which it is written.
using Uuid = std::array<std::uint8_t, 16>;

/// One data event at one moment.
struct TelemetrySample {
  DataEventId id;
  std::uint64_t value = 0;
  std::optional<std::uint64_t> timestamp_ticks;
  /// Of a block's time stamp; 0: the platform's default. Empty for a line's own, whose rate the data event tells.
  std::optional<std::uint32_t> block_timestamp_rate;
  std::optional<Uuid> set;  ///< Which set of data events the id is of, where the platform says it.

  friend bool operator==(const TelemetrySample&, const TelemetrySample&) = default;
};

/// The valid data of some lines, in their order. Lines of a type that we do not know are skipped. Error:
/// malformed_reply (a line is cut short, uses a block time stamp that is not there, or has bits that its type must not
/// have; `detail` is its offset in bytes).
[[nodiscard]] Result<std::vector<TelemetrySample>> parse_tdcf(std::span<const std::uint32_t> lines);

/// Reads a region. One that changes while it is read is read again, a few times. Errors: malformed_reply (too small,
/// another signature, more lines than fit; those of parse_tdcf, with offsets in the region), timed_out (it changed each
/// time), channel_closed, platform_lost.
[[nodiscard]] Result<std::vector<TelemetrySample>> read_tdcf(const MappedRegion& region);

}  // namespace scmi
