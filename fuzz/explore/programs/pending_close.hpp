// SPDX-License-Identifier: Apache-2.0
//
// Program 9: a call without a caller between the queue and the channel, while the channel closes. It starts as the
// channel's holder lets go: it is admitted at once, or queued and launched by him. Wherever the close finds it, it ends
// once, and the close ends.
#pragma once

#include <utility>

#include "fuzz/explore/programs/area.hpp"
#include "scmi/pending_call.hpp"

namespace explore::programs {

[[nodiscard]] inline Result pending_close(const Options& options = {}) {
  return explore(
      [](Program& p) {
        struct State {
          Core core;
          scmi::ChannelInfo& channel = *core.registry->slot(0);
          scmi::PendingCall call;
          bool started = false;
          unsigned completions = 0;

          void start() {
            const std::uint32_t request = 7;
            scmi::PendingOptions pending;
            pending.timeout = scmi::Duration(1'000'000);
            pending.completion = [this](const auto& result) {
              check(++completions == 1, "the completion runs once");
              check(!result && result.error().is(scmi::LocalError::channel_closed), "and says that the channel closed");
            };
            auto made = scmi::PendingCall::start(core.registry, core.handle,
                                                 {.message = scmi::MessageId(3), .protocol = scmi::protocol::base},
                                                 std::as_bytes(std::span(&request, 1)), std::move(pending));
            started = made.has_value();
            if (started) call = std::move(*made);
          }
        };
        auto s = std::make_shared<State>();
        check(s->channel.try_admit(s->core.handle.generation), "the holder has the channel");
        p.thread("holder", [s] { s->channel.release(scmi::ChannelWord::one_user | scmi::ChannelWord::held); });
        p.thread("caller", [s] { s->start(); });
        p.thread("closer", [s] { s->core.registry->close(s->core.handle); });
        p.finally([s] {
          check(s->core.area.frees == 1, "the channel is closed");
          check(s->completions == (s->started ? 1U : 0U), "a call that was started has ended");
          check(!s->started || s->call.finished(), "and its handle says so");
          s->call = {};
          check(s->core.registry->xfers_in_use() == 0, "no xfer is left");
        });
      },
      options);
}

}  // namespace explore::programs
