// SPDX-License-Identifier: Apache-2.0
//
// How often and how long each domain was in each of its states, kept for power and performance domains and shown to
// agents in the statistics region of their window (DEN0056 PROTOCOL_ATTRIBUTES; the layout is the usual one, see
// protocols/statistics.hpp).
#pragma once

#include <cstdint>
#include <vector>

#include "platform/shared_window.hpp"
#include "scmi/time.hpp"

namespace scmi::platform {

/// Bytes that the region of these resources needs.
[[nodiscard]] std::uint64_t statistics_size(const SocConfig& soc, ServedProtocol protocol,
                                            const std::vector<Index>& visible) noexcept;

/// The records of all domains. Times count from its construction.
class Statistics {
 public:
  /// Borrows the description.
  Statistics(const SocConfig& soc, Instant start);

  /// The domain is in another state now, or was there from the start.
  void enter(ServedProtocol protocol, Index resource, std::size_t state, Instant now);
  /// Writes the whole region of a protocol, the resources under the ids 0, 1, ... of `visible`.
  void write(const SharedWindow& window, const StatisticsPlace& place, ServedProtocol protocol,
             const std::vector<Index>& visible) const;
  /// Writes the section of the resource with that id.
  void write_section(const SharedWindow& window, const StatisticsPlace& place, ServedProtocol protocol,
                     const std::vector<Index>& visible, std::size_t id) const;

 private:
  struct State {
    std::uint64_t uses = 0;
    std::uint64_t residency_us = 0;  ///< Without the stay that goes on.
  };
  struct Record {
    std::vector<State> states;
    std::size_t current = 0;
    std::uint64_t changed_us = 0;
  };
  const SocConfig& soc_;
  Instant start_;
  PerProtocol<std::vector<Record>> records_;
};

}  // namespace scmi::platform
