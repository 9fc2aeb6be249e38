// SPDX-License-Identifier: Apache-2.0
//
// Program 3: two observers of one FREE plus the next sender. A caller polls for its reply while a doorbell makes
// another context look at the same area; as soon as the first call has its reply the next request is written into
// that area. One reply for each call, the right one, and nobody takes the next request for a reply.
#pragma once

#include "fuzz/explore/programs/area.hpp"
#include "scmi/pending_call.hpp"
#include "scmi/transaction.hpp"

namespace explore::programs {

/// No deadline of these calls passes: a reply that is not taken is a deadlock.
inline constexpr scmi::Duration patience{1'000'000};

inline constexpr scmi::MessageHeader request_header{.message = scmi::MessageId(3), .protocol = scmi::protocol::base};

inline void call_and_check(Core& core, std::uint32_t request) {
  scmi::Transaction transaction(*core.registry->slot(core.handle.slot), core.handle.generation, {.timeout = patience});
  check(transaction.ok(), "the caller is admitted");
  std::memcpy(transaction.request().data(), &request, sizeof request);
  const auto reply = transaction.run(request_header, sizeof request);
  check(reply.has_value(), "the call succeeds");
  if (reply) check(reply_word(*reply) == request + Area::reply_offset, "the reply belongs to the request");
}

struct ObserversCast {
  bool stray_doorbell = false;    ///< A third context looks for nothing, at any time.
  bool keeps_first_look = false;  ///< Planted: the reply is what lay in the area before the claim.
};

[[nodiscard]] inline Result observers(ObserversCast cast, Options options = {}) {
  options.horizon = patience.count();
  return explore(
      [cast](Program& p) {
        struct State {
          Core core;
          scmi::PendingCall next;
        };
        auto s = std::make_shared<State>();
        s->core.area.keeps_first_look = cast.keeps_first_look;
        s->core.loop = s->core.registry->acquire(s->core.handle);
        p.thread("caller", [s] {
          call_and_check(s->core, 1);
          const std::uint32_t request = 2;
          auto started = scmi::PendingCall::start(s->core.registry, s->core.handle, request_header,
                                                  std::as_bytes(std::span(&request, 1)), {.timeout = patience});
          check(started.has_value(), "the next request goes out");
          if (started) s->next = std::move(*started);
        });
        p.thread("platform", [s] {
          s->core.answer(1);
          s->core.loop->pump(true);
        });
        if (cast.stray_doorbell) {
          p.thread("doorbell", [s] { s->core.loop->pump(true); });
        }
        p.finally([s] {
          s->core.answer(1);
          check(s->next.poll(), "the next call has its reply");
          const auto reply = s->next.wait();
          check(reply.has_value() && reply_word(*reply) == 2 + Area::reply_offset, "the next reply is not the request");
          s->next = {};
          s->core.loop.reset();
          const auto counters = s->core.registry->slot(0)->total();
          check(counters[scmi::Count::replies] == 2, "one reply for each call");
          check(counters[scmi::Count::unexpected] == 0, "no request was taken for a message of the platform");
          check(s->core.registry->xfers_in_use() == 0, "no xfer is left");
        });
      },
      options);
}

}  // namespace explore::programs
