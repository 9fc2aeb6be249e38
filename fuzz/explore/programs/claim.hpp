// SPDX-License-Identifier: Apache-2.0
//
// Program 2: the reply's claim against the deadline against a cancel. A command is out; the platform answers and
// rings, the deadline passes and somebody cancels, all at once. The call ends exactly once, its completion runs once
// and says what the handle says, and afterwards the token is in quarantine if and only if no reply was taken for it.
#pragma once

#include <utility>

#include "fuzz/explore/programs/area.hpp"
#include "scmi/pending_call.hpp"

namespace explore::programs {

struct Claim {
  Core core;
  static constexpr scmi::Instant deadline{scmi::Duration(50)};
  scmi::PendingCall call;
  unsigned completions = 0;
  scmi::Result<std::uint32_t> ended = scmi::Error::local(scmi::LocalError::invalid_argument);

  Claim() {
    const std::uint32_t request = 7;
    scmi::PendingOptions options;
    options.timeout = deadline.time_since_epoch();
    options.completion = [this](const scmi::Result<std::span<const std::byte>>& result) {
      ++completions;
      check(completions == 1, "the completion runs once");
      if (result) {
        ended = reply_word(*result);
      } else {
        ended = result.error();
      }
    };
    const scmi::MessageHeader header{.message = scmi::MessageId(3), .protocol = scmi::protocol::base};
    auto started = scmi::PendingCall::start(core.registry, core.handle, header, std::as_bytes(std::span(&request, 1)),
                                            std::move(options));
    check(started.has_value(), "the command goes out");
    if (started) call = std::move(*started);
  }
};

/// Which contexts take part besides the platform.
struct ClaimCast {
  bool deadline = true;  ///< An event loop that ends calls past their deadline.
  bool cancel = true;
  bool answered = false;  ///< The reply lies there from the start, only the doorbell is still to come.
};

[[nodiscard]] inline Result claim(ClaimCast cast, const Options& options = {}) {
  return explore(
      [cast](Program& p) {
        auto s = std::make_shared<Claim>();
        // The event loop has a reference; it delivers the reply and finds the deadline passed.
        s->core.loop = s->core.registry->acquire(s->core.handle);
        if (cast.answered) s->core.answer(1);
        p.thread("platform", [s, cast] {
          if (!cast.answered) s->core.answer(1);
          s->core.loop->pump(true);
        });
        if (cast.deadline) {
          p.thread("deadline", [s] { s->core.loop->end_calls(scmi::XferWord::want_timeout, Claim::deadline); });
        }
        if (cast.cancel) {
          p.thread("canceller", [s] { s->call.cancel(); });
        }
        p.finally([s] {
          // What is not over by now is over after one more look.
          scmi::rx_callback(*s->core.registry, s->core.handle, 0);
          check(s->call.poll(), "the call has ended");
          check(s->completions == 1, "the completion has run");
          const auto result = s->call.wait();
          check(result.has_value() == s->ended.has_value(), "the handle and the completion agree");
          if (result) {
            check(reply_word(*result) == 7 + Area::reply_offset, "the reply is the reply");
          } else {
            check(result.error() == s->ended.error() || result.error().code == s->ended.error().code, "the same error");
          }
          const auto counters = s->core.registry->slot(0)->total();
          const auto ends =
              counters[scmi::Count::replies] + counters[scmi::Count::timeouts] + counters[scmi::Count::cancelled];
          check(ends == 1, "one end is counted");
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
