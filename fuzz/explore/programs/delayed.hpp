// SPDX-License-Identifier: Apache-2.0
//
// Program 8: a delayed response against the deadline of its own synchronous reply, and against that reply. However
// they meet, the call ends once: with the delayed response's payload, or timed out.
#pragma once

#include <utility>

#include "fuzz/explore/programs/area.hpp"
#include "scmi/pending_call.hpp"

namespace explore::programs {

inline constexpr scmi::Instant reply_deadline{scmi::Duration(50)};
inline constexpr std::uint32_t delayed_value = 0x77;

struct DelayedCast {
  bool deadline = true;   ///< The time for the synchronous reply runs out.
  bool response = false;  ///< The synchronous reply comes meanwhile, not afterwards.
};

[[nodiscard]] inline Result delayed(DelayedCast cast, const Options& options = {}) {
  return explore(
      [cast](Program& p) {
        struct State {
          Core core;
          scmi::PendingCall call;
          unsigned completions = 0;

          State() {
            const std::uint32_t request = 7;
            scmi::PendingOptions pending;
            pending.timeout = reply_deadline.time_since_epoch();
            pending.delayed_timeout = scmi::Duration(1'000'000);
            pending.expects_delayed = true;
            pending.completion = [this](const auto&) { check(++completions == 1, "the completion runs once"); };
            auto started = scmi::PendingCall::start(core.registry, core.handle,
                                                    {.message = scmi::MessageId(3), .protocol = scmi::protocol::base},
                                                    std::as_bytes(std::span(&request, 1)), std::move(pending));
            check(started.has_value(), "the command goes out");
            if (started) call = std::move(*started);
            core.loop = core.registry->acquire(core.handle);
          }
          void delayed_response() {
            scmi::MessageHeader header = scmi::MessageHeader::unpack(core.area.header.load(std::memory_order_relaxed));
            header.type = scmi::MessageType::delayed_response;
            const std::array<std::uint32_t, 2> payload{0, delayed_value};
            core.loop->take_delayed(header.pack(), std::as_bytes(std::span(payload)));
          }
        };
        auto s = std::make_shared<State>();
        p.thread("delayed", [s] { s->delayed_response(); });
        if (cast.deadline) {
          p.thread("deadline", [s] { s->core.loop->end_calls(scmi::XferWord::want_timeout, reply_deadline); });
        }
        if (cast.response) {
          p.thread("platform", [s] {
            s->core.answer(1);
            s->core.loop->pump(true);
          });
        }
        p.finally([s, cast] {
          if (!cast.response) s->core.answer(1);
          s->core.loop->pump(false);
          check(s->call.poll(), "the call has ended");
          check(s->completions == 1, "the completion has run");
          const auto result = s->call.wait();
          const auto counters = s->core.registry->slot(0)->total();
          if (result) {
            check(reply_word(*result) == delayed_value, "the result is the delayed response");
            // The synchronous reply, still owed, may miss its deadline all the same.
            check(counters[scmi::Count::delayed] == 1, "counted as that");
          } else {
            check(cast.deadline && result.error().is(scmi::LocalError::timed_out), "or the deadline");
            check(counters[scmi::Count::delayed] == 0 && counters[scmi::Count::timeouts] == 1, "counted as that");
            check(counters[scmi::Count::late] >= 1, "what came too late is recognised");
          }
          check(counters[scmi::Count::unexpected] == 0, "nothing is taken for a stranger");
          s->call = {};
          s->core.loop.reset();
          check((s->core.registry->slot(0)->word() & (scmi::ChannelWord::users_mask | scmi::ChannelWord::held)) == 0,
                "nobody is left on the channel");
          check(s->core.registry->xfers_in_use() == 0, "no xfer is left");
        });
      },
      options);
}

}  // namespace explore::programs
