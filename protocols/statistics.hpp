// SPDX-License-Identifier: Apache-2.0
//
// The statistics regions of the power and performance protocols: how often and how long each domain was in each of its
// states, in memory that the platform keeps up to date. The layout is that of the reference firmware; offsets in bytes:
//
//   0 signature   4 revision, attributes   8 number of domains (16 bits)   16 offset of each domain's section; 0 = none
//   section: 0 number of states, present state (16 bits each)   4 extended statistics   8 last change, microseconds
//            16 for each state {id, reserved, uses (64 bits), time spent, microseconds (64 bits)}
#pragma once

#include <cstdint>
#include <vector>

#include "scmi/ids.hpp"
#include "scmi/protocol_link.hpp"

namespace scmi {

/// Memory in which a platform keeps statistics.
struct StatisticsRegion {
  std::uint64_t address = 0;  ///< Physical.
  std::uint32_t size_bytes = 0;
};

/// One state of a domain: a power state, or a performance level.
struct StateStatistics {
  std::uint32_t id = 0;            ///< As the platform numbers them: usually the position.
  std::uint64_t uses = 0;          ///< How often it was entered.
  std::uint64_t residency_us = 0;  ///< Time spent there; of the present state usually without the stay that goes on.
};

/// One domain.
struct DomainStatistics {
  DomainId id;
  std::uint32_t current = 0;     ///< Position of the present state.
  std::uint64_t changed_us = 0;  ///< Last change, since the platform started.
  std::vector<StateStatistics> states;
};

inline constexpr std::uint32_t power_statistics_signature = 0x504F'5752;        ///< "POWR"
inline constexpr std::uint32_t performance_statistics_signature = 0x5045'5246;  ///< "PERF"

/// Maps the region and reads it. Domains without statistics are left out; one that changes while it is read is read
/// again, a few times. Errors: unsupported (there is no region, or the transport maps nothing), bad_memory (it must not
/// map that), malformed_reply (another signature, or an offset or a count that leaves the region; `detail` is where),
/// channel_closed, platform_lost.
[[nodiscard]] Result<std::vector<DomainStatistics>> read_statistics(const ProtocolLink& link,
                                                                    const StatisticsRegion& region,
                                                                    std::uint32_t signature);

}  // namespace scmi
