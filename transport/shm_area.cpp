// SPDX-License-Identifier: Apache-2.0
#include "transport/shm_area.hpp"

namespace scmi::transport {

void ShmArea::initialise() const noexcept {
  for (std::uint32_t at = 0; at < area_payload_offset + max_payload_; at += 4) {
    if (at != status_at) word(at).store(0);
  }
  give_back();
}

}  // namespace scmi::transport
