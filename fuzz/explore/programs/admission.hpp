// SPDX-License-Identifier: Apache-2.0
//
// Program 5: admission against the deadline. A caller queues for a channel; its holder lets go at the moment at which
// the caller's time is up. He has the channel or he has not, it is never lost between the two, and nobody is
// forgotten in the queue.
#pragma once

#include "fuzz/explore/programs/area.hpp"
#include "scmi/transaction.hpp"

namespace explore::programs {

inline constexpr scmi::Duration soon{50};
inline constexpr scmi::Duration ample{1'000'000};  ///< Never passes.

struct AdmissionCast {
  bool deadline = true;  ///< The caller's time may run out.
  bool another = false;  ///< A second caller, who has all the time in the world.
};

[[nodiscard]] inline Result admission(AdmissionCast cast, Options options = {}) {
  options.horizon = ample.count();
  return explore(
      [cast](Program& p) {
        struct State {
          Core core;
          var<unsigned> in_use{0};
          scmi::ChannelInfo& channel = *core.registry->slot(0);

          void use_for(scmi::Duration timeout) {
            scmi::Transaction transaction(channel, core.handle.generation, {.timeout = timeout});
            if (!transaction.ok()) {
              check(transaction.error().is(scmi::LocalError::channel_busy), "only the deadline refuses");
              check(timeout == soon, "whoever has time is admitted");
              return;
            }
            in_use.set(in_use.get() + 1);
          }
        };
        auto s = std::make_shared<State>();
        name(&s->in_use, "in_use");
        check(s->channel.try_admit(s->core.handle.generation), "the holder has the channel");
        p.thread("holder", [s] {
          s->in_use.set(s->in_use.get() + 1);
          s->channel.release(scmi::ChannelWord::one_user | scmi::ChannelWord::held);
        });
        p.thread("caller", [s, cast] { s->use_for(cast.deadline ? soon : ample); });
        if (cast.another) {
          p.thread("another", [s] { s->use_for(ample); });
        }
        p.finally([s] {
          check((s->channel.word() & (scmi::ChannelWord::users_mask | scmi::ChannelWord::held)) == 0, "nobody is left");
          check((s->channel.word() & scmi::ChannelWord::waiters) == 0, "nobody queues");
        });
      },
      options);
}

}  // namespace explore::programs
