// SPDX-License-Identifier: Apache-2.0
//
// A platform's main loop over any number of endpoints: look at the areas for a while, then say that we sleep, look once
// more, and sleep in poll(2). Endpoints whose agents cannot ring (named files) are looked at between short sleeps
// that grow while nothing happens.
//
//   serve ──nothing──▶ spin ──nothing──▶ say_asleep · barrier · look ──nothing──▶ poll(2) ──▶ say_awake · dispatch
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "scmi/time.hpp"
#include "transport/platform_endpoint.hpp"

namespace scmi::transport {

class ServiceLoop {
 public:
  struct Options {
    Duration spin = std::chrono::microseconds(50);     ///< Looking at the areas before sleeping; 0: sleep at once.
    Duration nap_min = std::chrono::microseconds(50);  ///< Between looks at areas that cannot ring.
    Duration nap_max = std::chrono::milliseconds(1);
  };
  /// Serves one request, by responding now or later, through the endpoint it came from.
  using Handler = std::function<void(PlatformEndpoint&, const Request&)>;

  explicit ServiceLoop(Handler handler);
  ServiceLoop(Handler handler, Options options);

  /// Borrows the endpoint, which must outlive the loop.
  void add(PlatformEndpoint& endpoint) { endpoints_.push_back(&endpoint); }
  /// Watches a descriptor of the platform's own (signals, a child); `readable` runs in run_once, on its thread, and
  /// must not add to the loop.
  void watch(int fd, std::function<void()> readable) { watched_.push_back({fd, std::move(readable)}); }

  /// Serves what is there; if nothing is, waits for at most `timeout` (the platform's next timer), and serves what
  /// came. Returns the number of requests served, 0 also when it slept for nothing or only a watched descriptor was
  /// readable.
  std::size_t run_once(Duration timeout);

 private:
  struct Watched {
    int fd = -1;
    std::function<void()> readable;
  };

  std::size_t serve();
  void look_at_fds(Duration timeout);
  /// Announces the sleep to all agents; false when there is work.
  [[nodiscard]] bool fall_asleep();
  void wake_up();
  [[nodiscard]] bool must_nap();

  Handler handler_;
  Options options_;
  std::vector<PlatformEndpoint*> endpoints_;
  std::vector<Watched> watched_;
  std::vector<pollfd> fds_;
  std::uint32_t busy_turns_ = 0;  // turns that served something since descriptors were looked at
  Duration nap_{};
  bool deaf_ = false;  // the kernel refused a barrier: bells may be missed from now on, so sleeps are naps
};

}  // namespace scmi::transport
