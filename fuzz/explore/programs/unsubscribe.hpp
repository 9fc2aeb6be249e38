// SPDX-License-Identifier: Apache-2.0
//
// Program 4: the notification queue between the receive path and the dispatcher, while somebody unsubscribes. What is
// received is queued once and the area given back, whoever was rung; once the unsubscribing returns the callback does
// not run and will not.
#pragma once

#include "fuzz/explore/programs/area.hpp"
#include "scmi/notifications.hpp"

namespace explore::programs {

struct UnsubscribeCast {
  bool second_doorbell = false;  ///< Two contexts are told of one message.
  bool leaver = true;            ///< Somebody unsubscribes meanwhile.
};

[[nodiscard]] inline Result unsubscribe(UnsubscribeCast cast, const Options& options = {}) {
  return explore(
      [cast](Program& p) {
        struct State {
          Core core{scmi::Direction::p2a};
          std::shared_ptr<scmi::NotificationHub> hub = std::make_shared<scmi::NotificationHub>(core.waiter);
          scmi::Subscription subscription;
          var<bool> gone{false};
          unsigned delivered = 0;

          void dispatch() {
            if (!hub->begin_dispatch(*core.registry)) return;
            while (core.loop->queue().consume([&](std::uint32_t header, std::span<const std::byte> payload) {
              static_cast<void>(hub->dispatch(header, payload));
            })) {
            }
            hub->end_dispatch();
          }
        };
        auto s = std::make_shared<State>();
        name(&s->gone, "gone");
        constexpr scmi::MessageId event{1};
        s->core.loop = s->core.registry->acquire(s->core.handle);
        s->hub->switches().attach(s->core.registry);
        s->subscription = s->hub->subscribe(scmi::protocol::base, event, [raw = s.get()](std::span<const std::byte>) {
          check(!raw->gone.get(), "nothing is delivered once the unsubscribing is over");
          ++raw->delivered;
        });
        s->core.notify(event, 7);
        p.thread("receiver", [s] { s->core.loop->pump(true); });
        if (cast.second_doorbell) {
          p.thread("doorbell", [s] { s->core.loop->pump(true); });
        } else {
          p.thread("dispatcher", [s] { s->dispatch(); });
        }
        if (cast.leaver) {
          p.thread("leaver", [s] {
            s->subscription.cancel();
            s->gone.set(true);
          });
        }
        p.finally([s, cast] {
          s->dispatch();
          check(cast.leaver || s->delivered == 1, "the notification is delivered");
          check(s->delivered <= 1, "and once");
          check(s->core.area.status.load(std::memory_order_relaxed) == 1, "the area is given back");
          check(s->core.registry->slot(0)->total()[scmi::Count::notifications] == 1, "one notification is counted");
          s->hub->switches().detach(*s->core.registry);
          s->core.loop.reset();
        });
      },
      options);
}

}  // namespace explore::programs
