// SPDX-License-Identifier: Apache-2.0
//
// Round trips between two processes on two processors: the library against what the hardware and the kernel give at
// best, in alternating blocks of one run.
//
//   polled    library over a shared-memory area · a loop by hand over the same area, against the same responder ·
//             one cache line going back and forth
//   blocking  library over a mailbox, both sides asleep between messages · an eventfd in each direction
#include <sys/eventfd.h>
#include <sys/mman.h>

#include <nlohmann/json.hpp>

#include "bench/area_world.hpp"
#include "bench/harness.hpp"
#include "bench/mailbox_world.hpp"

namespace {

using namespace scmi;         // NOLINT(google-build-using-namespace): the program's main is at file scope
using namespace scmi::bench;  // NOLINT(google-build-using-namespace)

enum Mode : std::uint32_t { idle, area_small, area_large, ping_pong };

/// The platform's side of the polled comparisons. It looks for a change of mode only after many polls for nothing.
void respond(const SharedPage& page) {
  constexpr int polls = 4096;
  const transport::ShmArea area = page.area();
  const transport::SharedWord ping = page.word(SharedPage::ping_at);
  std::uint32_t ping_seen = ping.load();
  for (;;) {
    const std::uint32_t mode = page.word(SharedPage::mode_at).load(std::memory_order_acquire);
    page.word(SharedPage::mode_seen_at).store(mode, std::memory_order_release);
    for (int left = polls; left > 0; --left) {
      if (mode == ping_pong) {
        const std::uint32_t now = ping.load(std::memory_order_acquire);
        if (now == ping_seen) continue;
        ping_seen = now + 1;
        ping.store(ping_seen, std::memory_order_release);
      } else {
        if (!area.has_message()) continue;
        serve(area, mode == area_small ? Small::reply_size : Large::reply_size);
      }
      left = polls;
    }
  }
}

/// Waits until the responder is in that mode.
void set_mode(const SharedPage& page, Mode mode) {
  page.word(SharedPage::mode_at).store(mode, std::memory_order_release);
  while (page.word(SharedPage::mode_seen_at).load(std::memory_order_acquire) != mode) {
  }
}

template <class P>
std::vector<Contestant> over_the_area(const SharedPage& page, Caller& caller, Mode mode) {
  const auto prepare = [&page, mode] { set_mode(page, mode); };
  return {{"bare loop",
           [&page](std::size_t iterations) {
             BareCaller bare(page.base() + SharedPage::area_at);
             P payloads;
             for (std::size_t i = 0; i < iterations; ++i) {
               bare.send(payloads);
               bare.receive(payloads);
             }
           },
           prepare},
          {"library",
           [&caller](std::size_t iterations) {
             P payloads;
             for (std::size_t i = 0; i < iterations; ++i) caller.transact(payloads);
           },
           prepare}};
}

void polled(std::pair<int, int> cpus, nlohmann::json& document) {
  const SharedPage page;
  const pid_t child = start_child(cpus.second, [&] { respond(page); });
  AreaTransport transport(page);
  Caller caller(transport.transport(), {}, true);

  std::vector<Contestant> contestants = over_the_area<Small>(page, caller, area_small);
  contestants.push_back({"one cache line",
                         [&page](std::size_t iterations) {
                           const transport::SharedWord ping = page.word(SharedPage::ping_at);
                           std::uint32_t value = ping.load();
                           for (std::size_t i = 0; i < iterations; ++i) {
                             ping.store(++value, std::memory_order_release);
                             ++value;
                             while (ping.load(std::memory_order_acquire) != value) {
                             }
                           }
                         },
                         [&page] { set_mode(page, ping_pong); }, 2});
  compare({"polled, 4 bytes out, 12 back", 2001, 300}, contestants, document);
  compare({"polled, 100 bytes each way", 2001, 300}, over_the_area<Large>(page, caller, area_large), document);
  end_child(child);
}

void blocking(const std::string& title, std::pair<int, int> cpus, nlohmann::json& document) {
  pin(cpus.first);
  const int there = ::eventfd(0, EFD_CLOEXEC);
  const int back = ::eventfd(0, EFD_CLOEXEC);
  const pid_t echo = start_child(cpus.second, [&] {
    std::uint64_t count = 0;
    while (::read(there, &count, sizeof count) == sizeof count && ::write(back, &count, sizeof count) > 0) {
    }
  });
  const std::int64_t no_service = 0;
  {
    const MailboxPlatform platform(cpus.second, 1, Duration::zero(), &no_service);
    const auto transport = platform.connect(1);
    RegistrySettings sleep_at_once;
    sleep_at_once.spin_max = Duration::zero();
    Caller caller(transport->transport(), sleep_at_once, false);
    compare({title, 101, 100},
            {{"bare eventfd",
              [&](std::size_t iterations) {
                std::uint64_t count = 1;
                for (std::size_t i = 0; i < iterations; ++i) {
                  if (::write(there, &count, sizeof count) < 0 || ::read(back, &count, sizeof count) < 0)
                    die("eventfd");
                }
              },
              {}},
             {"library, mailbox",
              [&](std::size_t iterations) {
                Small payloads;
                for (std::size_t i = 0; i < iterations; ++i) caller.transact(payloads);
              },
              {}}},
            document);
  }
  end_child(echo);
  ::close(there);
  ::close(back);
}

}  // namespace

int main(int argc, char** argv) {
  const bool json = wants_json(argc, argv);
  nlohmann::json document = {{"benchmark", "round_trip"}, {"rows", nlohmann::json::array()}};
  const std::pair<int, int> cpus = two_cpus();
  pin(cpus.first);
  if (cpus.first == cpus.second) {
    std::fputs("one processor only: nothing to measure across processors\n", stderr);
  } else {
    polled(cpus, document);
    blocking("blocking, two processors", cpus, document);
  }
  blocking("blocking, one processor", {cpus.first, cpus.first}, document);
  finish(json, document);
  return 0;
}
