// SPDX-License-Identifier: Apache-2.0
//
// Program 7: acquire and release against close and re-open of the same slot. An old handle reaches the old use or
// nothing; the new use begins when the last user of the old one has gone.
#pragma once

#include "fuzz/explore/programs/area.hpp"

namespace explore::programs {

/// `with_callback`: a third thread is the transport, delivering a doorbell for the old handle.
[[nodiscard]] inline Result reopen(bool with_callback, const Options& options = {}) {
  return explore(
      [with_callback](Program& p) {
        struct State {
          Core core;
          scmi::ChannelHandle renewed;
        };
        auto s = std::make_shared<State>();
        p.thread("user", [s] {
          scmi::ChannelRef ref = s->core.registry->acquire(s->core.handle);
          if (!ref) return;
          check(s->core.area.use.get() == 1, "an old handle never reaches a new use");
          touch(s->core.area);
        });
        p.thread("reopener", [s] {
          s->core.registry->close(s->core.handle);
          const auto opened = s->core.registry->open(s->core.transport, scmi::protocol::base, scmi::Direction::a2p);
          check(opened.has_value(), "a closed channel can be opened again");
          if (opened) s->renewed = *opened;
        });
        if (with_callback) {
          p.thread("doorbell", [s] { scmi::rx_callback(*s->core.registry, s->core.handle, 0); });
        }
        p.finally([s] {
          check(!s->core.registry->acquire(s->core.handle), "the old handle is stale");
          scmi::ChannelRef ref = s->core.registry->acquire(s->renewed);
          check(static_cast<bool>(ref), "the new one is good");
          check(s->core.area.use.get() == 2 && s->core.area.frees == 0, "opened twice, and not freed since");
          check((s->core.registry->slot(0)->word() & scmi::ChannelWord::users_mask) == 1, "nobody else is left");
        });
      },
      options);
}

}  // namespace explore::programs
