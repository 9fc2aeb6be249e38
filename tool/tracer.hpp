// SPDX-License-Identifier: Apache-2.0
//
// `--trace`: each message on a line of stderr, decoded through the catalogue.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>

#include "protocols/vendor_catalogue.hpp"
#include "scmi/trace.hpp"

namespace scmi::tool {

/// Any thread, as every tap. A line is one write, so that lines never mix.
class Tracer final : public TraceTap {
 public:
  /// From now on, also the messages of the platform's vendor. Borrows until the last event.
  void use(const catalogue::Catalogue& all) noexcept { catalogue_.store(&all, std::memory_order_release); }
  void event(const TraceEvent& event) noexcept override;

 private:
  // Versions in force, learned from the answers to PROTOCOL_VERSION that pass by; 0 = not seen yet.
  std::array<std::atomic<std::uint32_t>, 256> versions_{};
  // Set by use(), which pairs with the load in event().
  std::atomic<const catalogue::Catalogue*> catalogue_{&standard_};
  catalogue::Catalogue standard_;
  std::atomic<std::int64_t> start_ns_{-1};
};

}  // namespace scmi::tool
