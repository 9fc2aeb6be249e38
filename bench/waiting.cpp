// SPDX-License-Identifier: Apache-2.0
//
// What waiting costs: a platform process that polls and takes D microseconds for a request; the library waits for it by
// adaptive waiting (its default), by spinning to the end, or by sleeping at once. Printed is the time added to D.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "bench/harness.hpp"
#include "bench/mailbox_world.hpp"

namespace {

using namespace scmi;         // NOLINT(google-build-using-namespace): the program's main is at file scope
using namespace scmi::bench;  // NOLINT(google-build-using-namespace)

}  // namespace

int main(int argc, char** argv) {
  const bool json = wants_json(argc, argv);
  nlohmann::json document = {{"benchmark", "waiting"}, {"rows", nlohmann::json::array()}};
  const std::pair<int, int> cpus = two_cpus();
  pin(cpus.first);
  const SharedPage page;
  auto& service_ns = *reinterpret_cast<std::int64_t*>(page.base());
  const MailboxPlatform platform(cpus.second, 3, std::chrono::seconds(1), &service_ns);

  RegistrySettings spin;
  spin.spin_extra = std::chrono::seconds(1);
  spin.spin_max = std::chrono::seconds(1);
  RegistrySettings sleep_at_once;
  sleep_at_once.spin_max = Duration::zero();
  const std::array<RegistrySettings, 3> settings = {spin, RegistrySettings{}, sleep_at_once};
  const std::array<const char*, 3> names = {"spinning", "adaptive", "sleeping at once"};
  std::array<std::unique_ptr<transport::MailboxTransport>, 3> transports;
  std::array<std::unique_ptr<Caller>, 3> callers;
  for (std::size_t i = 0; i < callers.size(); ++i) {
    transports[i] = platform.connect(static_cast<std::uint32_t>(i + 1));
    callers[i] = std::make_unique<Caller>(transports[i]->transport(), settings[i], false);
  }
  for (const int service_us : {1, 5, 20, 100}) {
    std::atomic_ref(service_ns).store(std::int64_t{1000} * service_us);
    std::vector<Contestant> contestants;
    for (std::size_t i = 0; i < callers.size(); ++i) {
      contestants.push_back({names[i],
                             [&caller = *callers[i]](std::size_t iterations) {
                               Small payloads;
                               for (std::size_t n = 0; n < iterations; ++n) caller.transact(payloads);
                             },
                             {}});
    }
    // Blocks of a millisecond or so: long enough for the clock, short enough to be left alone.
    const auto iterations = static_cast<std::size_t>(std::clamp(500 / service_us, 5, 100));
    compare({"added to a service time of " + std::to_string(service_us) + " us", 301, iterations, 1000.0 * service_us},
            contestants, document);
  }
  finish(json, document);
  return 0;
}
