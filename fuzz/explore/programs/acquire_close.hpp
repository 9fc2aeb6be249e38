// SPDX-License-Identifier: Apache-2.0
//
// Program 1: acquire and release against close, and a callback that comes at any time. Whoever got a reference uses
// the channel's binding and the transport's state; the close must wait for him, free the transport once, and leave
// the slot in its next generation.
#pragma once

#include "fuzz/explore/programs/area.hpp"

namespace explore::programs {

/// `with_callback`: a third thread is the transport, delivering a doorbell.
[[nodiscard]] inline Result acquire_close(bool with_callback, const Options& options = {}) {
  return explore(
      [with_callback](Program& p) {
        auto core = std::make_shared<Core>();
        p.thread("user", [core] {
          scmi::ChannelRef ref = core->registry->acquire(core->handle);
          if (!ref) return;
          check(ref->binding().ops != nullptr, "a reference keeps the binding");
          touch(area_of(ref->binding().state));
        });
        p.thread("closer", [core] {
          core->registry->close(core->handle);
          check(core->area.frees == 1, "close returns when the transport is free");
        });
        if (with_callback) {
          p.thread("doorbell", [core] { scmi::rx_callback(*core->registry, core->handle, 0); });
        }
        p.finally([core] {
          check(core->area.frees == 1, "freed at the end");
          check(core->registry->open_channels() == 0, "no channel is open");
          check(scmi::ChannelWord::generation(core->registry->slot(0)->word()) == core->handle.generation + 1,
                "the slot is in its next generation");
          check((core->registry->slot(0)->word() & scmi::ChannelWord::users_mask) == 0, "nobody is left");
        });
      },
      options);
}

}  // namespace explore::programs
