// SPDX-License-Identifier: Apache-2.0
//
// The platform's main loop, and the protocol of sleeping and ringing between two threads: bounded by counts, so that a
// lost bell shows as a test that does not end, and broken rules as a wrong count.
#include <sys/eventfd.h>

#include <thread>

#include "tests/transport/mailbox_fixture.hpp"
#include "transport/service_loop.hpp"
#include "transport/shm_server.hpp"
#include "transport/shm_transport.hpp"

using namespace scmi;
using namespace scmi::transport;
using namespace scmi::transport::test;

namespace {

constexpr auto no_wait = Duration::zero();
const ServiceLoop::Options sleep_at_once{.spin = no_wait};

void echo(PlatformEndpoint& endpoint, const Request& request) {
  const auto answer = copy(request.payload);
  (void)endpoint.respond(request, answer);
}

/// Waits for the answer as the core does: announce, look once more, sleep on the descriptors.
void await(const OpenChannel& channel) {
  while (!channel.done()) {
    const auto fds = channel.arm();
    if (!channel.done()) {
      std::vector<pollfd> wait;
      for (const int fd : fds) wait.push_back({.fd = fd, .events = POLLIN, .revents = 0});
      ::poll(wait.data(), wait.size(), -1);
    }
    channel.disarm();
  }
}

/// Spins, and lets others run now and then: on one core the other thread needs it.
template <class Condition>
std::uint32_t wait_until(std::uint32_t& word, Condition condition) {
  for (std::uint32_t turn = 1;; ++turn) {
    const std::uint32_t value = SharedWord(&word).load(std::memory_order_acquire);
    if (condition(value)) return value;
    if (turn % 4096 == 0) std::this_thread::yield();
  }
}

/// Serves on a thread of its own until it goes out of scope.
class ServerThread {
 public:
  ServerThread(PlatformEndpoint& endpoint, ServiceLoop::Options options)
      : stop_(::eventfd(0, EFD_CLOEXEC)), loop_(&echo, options) {
    loop_.add(endpoint);
    loop_.watch(stop_.get(), [this] { stopped_ = true; });
    thread_ = std::thread([this] {
      while (!stopped_) loop_.run_once(std::chrono::hours(1));
    });
  }
  ~ServerThread() {
    const std::uint64_t one = 1;
    CHECK(::write(stop_.get(), &one, sizeof one) == sizeof one);
    thread_.join();
  }
  ServerThread(const ServerThread&) = delete;
  ServerThread& operator=(const ServerThread&) = delete;

 private:
  UniqueFd stop_;
  bool stopped_ = false;
  ServiceLoop loop_;
  std::thread thread_;
};

}  // namespace

TEST_CASE("service loop: serves what is there, then says how little was there") {
  Platform platform;
  const auto agent = platform.agent(1);
  const OpenChannel base(agent->transport(), protocol::base, Direction::a2p);
  const OpenChannel perf(agent->transport(), protocol::performance, Direction::a2p);
  ServiceLoop loop(&echo, sleep_at_once);
  loop.add(*platform.server);
  CHECK(loop.run_once(no_wait) == 0);
  REQUIRE(base.send(1, bytes(4)));
  REQUIRE(perf.send(2, bytes(4)));
  CHECK(loop.run_once(no_wait) == 2);
  CHECK(base.done());
  CHECK(perf.done());
  CHECK(loop.run_once(no_wait) == 0);
  CHECK(platform.server->find(AgentId(1))->counters().responses == 2);
}

TEST_CASE(
    "service loop: a request that comes while it sleeps wakes it, one that comes while it is awake rings nothing") {
  Platform platform;
  const auto agent = platform.agent(1);
  const OpenChannel channel(agent->transport(), protocol::base, Direction::a2p);
  ServiceLoop loop(&echo, sleep_at_once);
  loop.add(*platform.server);
  int awake = 0;
  const UniqueFd trigger(::eventfd(1, EFD_CLOEXEC));
  std::vector<pollfd> fds;
  platform.server->add_fds(fds);
  // A watched descriptor runs after the loop has said that it is awake, so its request must not ring.
  loop.watch(trigger.get(), [&] {
    ++awake;
    REQUIRE(channel.send(1, bytes(4)));
    CHECK_FALSE(readable(fds.back().fd));
  });
  CHECK(loop.run_once(no_wait) == 1);
  CHECK(awake == 1);
}

TEST_CASE("service loop: connections, hang-ups and watched descriptors are seen by a loop that is never idle") {
  Platform platform;
  auto alpha = platform.agent(1);
  auto beta = platform.agent(2);
  const OpenChannel channel(alpha->transport(), protocol::base, Direction::a2p);
  ServiceLoop loop(&echo, sleep_at_once);
  loop.add(*platform.server);
  const UniqueFd trigger(::eventfd(1, EFD_CLOEXEC));
  int seen = 0;
  loop.watch(trigger.get(), [&] { ++seen; });
  beta.reset();
  for (int i = 0; i < 64; ++i) {
    REQUIRE(channel.send(1, bytes(4)));
    REQUIRE(loop.run_once(no_wait) == 1);
  }
  CHECK(seen == 1);
  REQUIRE(platform.gone.size() == 1);
  CHECK(platform.gone[0].agent == AgentId(2));
}

TEST_CASE("service loop: one endpoint's flood does not starve another's request") {
  Platform platform;
  const auto agent = platform.agent(1);
  const OpenChannel flood(agent->transport(), protocol::base, Direction::a2p);
  TemporaryFolder folder;
  const auto file = ShmServer::create(folder / "areas", two_agents());
  REQUIRE(file);
  const auto other = ShmTransport::connect(folder / "areas");
  REQUIRE(other);
  const OpenChannel quiet((*other)->transport(), protocol::base, Direction::a2p);
  int floods = 0;
  ServiceLoop loop(
      [&](PlatformEndpoint& endpoint, const Request& request) {
        echo(endpoint, request);
        if (&endpoint != platform.server.get()) return;
        ++floods;
        REQUIRE(flood.send(1, bytes(4)));  // at once the next
      },
      sleep_at_once);
  loop.add(*platform.server);
  loop.add(**file);
  REQUIRE(flood.send(1, bytes(4)));
  REQUIRE(quiet.send(2, bytes(4)));
  loop.run_once(no_wait);
  CHECK(quiet.done());
  CHECK(floods >= 64);
  CHECK(floods <= 128);
}

TEST_CASE("service loop: an agent that goes while its request is being worked on is dropped without harm") {
  Platform platform;
  auto agent = platform.agent(1);
  std::vector<Request> kept;
  ServiceLoop loop([&](PlatformEndpoint&, const Request& request) { kept.push_back(request); }, sleep_at_once);
  loop.add(*platform.server);
  {
    const OpenChannel channel(agent->transport(), protocol::base, Direction::a2p);
    REQUIRE(channel.send(1, bytes(4)));
    CHECK(loop.run_once(no_wait) == 1);
  }
  agent.reset();
  CHECK(loop.run_once(no_wait) == 0);
  CHECK(platform.gone.size() == 1);
  CHECK(platform.server->respond(kept.at(0), bytes(4)).error().is(LocalError::stale_handle));
}

TEST_CASE("sleep and wake: no bell is lost in 2,000 round trips, whoever of the two sleeps") {
  Platform platform;
  const auto agent = platform.agent(1);
  const OpenChannel channel(agent->transport(), protocol::base, Direction::a2p);
  std::array<std::byte, 100> buffer{};
  bool interrupt = true;
  ServiceLoop::Options options = sleep_at_once;
  SUBCASE("both sleep at once") {}
  SUBCASE("the platform sleeps, the agent polls") { interrupt = false; }
  SUBCASE("the platform spins for a while, the agent sleeps") { options.spin = std::chrono::microseconds(20); }
  const ServerThread server(*platform.server, options);
  for (std::uint32_t i = 0; i < 2000; ++i) {
    REQUIRE(channel.send(i, bytes(i % 50), interrupt));
    if (interrupt) {
      await(channel);
    } else {
      while (!channel.done()) std::this_thread::yield();
    }
    const RxMessage reply = channel.ops->fetch_response(channel.port.state, buffer);
    REQUIRE(reply.header == i);
    REQUIRE(reply.payload.size() == i % 50);
  }
}

TEST_CASE("sleep and wake: a sleeper is woken by the death of the platform, not by a timeout") {
  auto platform = std::make_unique<Platform>();
  const auto agent = platform->agent(1);
  const OpenChannel channel(agent->transport(), protocol::base, Direction::a2p);
  REQUIRE(channel.send(1, bytes(4)));
  std::thread end([&] { platform->server.reset(); });
  const auto fds = channel.arm();
  std::vector<pollfd> wait;
  for (const int fd : fds) wait.push_back({.fd = fd, .events = POLLIN, .revents = 0});
  ::poll(wait.data(), wait.size(), -1);
  end.join();
  CHECK_FALSE(channel.ops->liveness(channel.port.state));
}

TEST_CASE("sleep words: every mode tells the ringer, and only between asleep and awake") {
  alignas(64) std::uint32_t memory = 0;
  const SharedWord word(&memory);
  for (const BarrierMode mode : {BarrierMode::locked, BarrierMode::expedited}) {
    if ((barrier_capabilities() & 1U << static_cast<unsigned>(mode)) == 0) continue;
    CAPTURE(static_cast<int>(mode));
    CHECK_FALSE(peer_sleeps(word, mode));
    say_asleep(word, mode);
    CHECK(heavy_barrier(mode));
    CHECK(peer_sleeps(word, mode));
    CHECK(peer_sleeps(word, mode));
    say_awake(word, mode);
    CHECK_FALSE(peer_sleeps(word, mode));
  }
}

TEST_CASE("sleep words: of a ringer and a sleeper at the same time, one always sees the other") {
  for (const BarrierMode mode : {BarrierMode::locked, BarrierMode::expedited}) {
    if ((barrier_capabilities() & 1U << static_cast<unsigned>(mode)) == 0) continue;
    CAPTURE(static_cast<int>(mode));
    struct alignas(128) Line {
      std::uint32_t value = 0;
    };
    Line status;
    Line sleeping;
    Line round;
    Line seen;
    constexpr std::uint32_t rounds = 10000;
    std::thread ringer([&] {
      for (std::uint32_t i = 1; i <= rounds; ++i) {
        wait_until(round.value, [&](std::uint32_t value) { return value == i; });
        SharedWord(&status.value).store(i, std::memory_order_release);
        const bool rang = peer_sleeps(SharedWord(&sleeping.value), mode);
        SharedWord(&seen.value).store(2 * i + (rang ? 1 : 0), std::memory_order_release);
      }
    });
    std::uint32_t lost = 0;
    for (std::uint32_t i = 1; i <= rounds; ++i) {
      SharedWord(&round.value).store(i, std::memory_order_release);
      // The ringer sees the round some time later: sweep the sleeper's start over the moment when it rings.
      for (std::uint32_t pause = i % 97; pause != 0; --pause) sync::cpu_relax();
      say_asleep(SharedWord(&sleeping.value), mode);
      if (!heavy_barrier(mode)) ++lost;
      const bool looked = SharedWord(&status.value).load(std::memory_order_acquire) == i;
      const std::uint32_t answer = wait_until(seen.value, [&](std::uint32_t value) { return value / 2 == i; });
      if (!looked && answer % 2 == 0) ++lost;
      say_awake(SharedWord(&sleeping.value), mode);
    }
    ringer.join();
    CHECK(lost == 0);
  }
}
