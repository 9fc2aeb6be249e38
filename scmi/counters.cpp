// SPDX-License-Identifier: Apache-2.0
#include "scmi/counters.hpp"

namespace scmi {

std::string_view name(Count kind) noexcept {
  static constexpr std::array<std::string_view, count_kinds> names = {
      "sent",      "replies",    "delayed",   "notifications", "timeouts",     "cancelled", "late",
      "duplicate", "unexpected", "malformed", "spurious",      "stale_handle", "dropped",   "channel_errors"};
  return names[static_cast<std::size_t>(kind)];
}

}  // namespace scmi
