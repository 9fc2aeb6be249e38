// SPDX-License-Identifier: Apache-2.0
//
// Conformance: channels, platforms and agents that end.
#include <algorithm>
#include <array>
#include <atomic>
#include <filesystem>
#include <thread>

#include "tests/transport/conformance.hpp"
#include "tests/transport/conformance_world.hpp"
#include "transport/system_time.hpp"
#include "transport/system_waiter.hpp"

namespace scmi::conformance {
namespace {

std::size_t open_descriptors() {
  const auto all = std::filesystem::directory_iterator("/proc/self/fd");
  return static_cast<std::size_t>(std::distance(begin(all), end(all)));
}

}  // namespace

void close_with_calls_out(Fixture& fixture) {
  World world(fixture);
  constexpr std::uint32_t calls = 6;
  std::array<PendingCall, calls> pending;
  std::array<int, calls> ended{};
  world.keep_commands();
  const ProtocolLink base = *world.agent->link(protocol::base);
  for (std::uint32_t i = 0; i < calls; ++i) {
    PendingOptions options{.timeout = timeout};
    options.completion = [&, i](const Result<std::span<const std::byte>>& result) {
      ++ended[i];
      CHECK_FALSE(result);
      CHECK(result.error().is(LocalError::channel_closed));
    };
    // Two protocols, on one channel or on two.
    const ProtocolLink& link = i % 2 == 0 ? world.link : base;
    auto started = link.start(request, words({i}), std::move(options));
    REQUIRE(started);
    pending[i] = std::move(*started);
  }
  const Instant before = world.time.now();
  world.agent->shutdown();
  world.agent->shutdown();
  CHECK(world.time.now() == before);
  CHECK(world.agent->registry()->open_channels() == 0);
  for (std::uint32_t i = 0; i < calls; ++i) {
    CHECK(ended[i] == 1);
    CHECK(pending[i].wait().error().is(LocalError::channel_closed));
  }
  const auto after = world.call(words({1}));
  REQUIRE_FALSE(after);
  CHECK((after.error().is(LocalError::channel_closed) || after.error().is(LocalError::stale_handle)));
  // What the platform still says reaches nobody, and hurts nobody.
  world.run_platform();
  for (const Command& command : world.hold) world.answer(command);
  CHECK(std::all_of(ended.begin(), ended.end(), [](int n) { return n == 1; }));
}

void reopen(Fixture& fixture) {
  World world(fixture);
  const Transport transport = fixture.transport();
  const auto registry = world.agent->registry();
  world.time_out();
  const std::uint16_t timed_out = world.tokens.back();
  const Command old = world.hold.back();

  const bool own = transport.ops->available(transport.state, subject, Direction::a2p);
  const ProtocolId owner = own ? subject : protocol::base;
  registry->close(registry->route(subject, Direction::a2p));
  REQUIRE_FALSE(world.call(words({1})));
  const auto opened = registry->open(transport, owner, Direction::a2p);
  REQUIRE(opened);
  if (!own) REQUIRE(registry->map(subject, Direction::a2p, *opened));
  const auto closed_link = world.link;
  world.link = world.agent->raw_link(subject);
  CHECK(closed_link.start(request, {}, {}).error().is(LocalError::stale_handle));

  const auto late = world.count(Count::late);
  world.answer(old);
  world.agent->poll();
  CHECK(world.count(Count::late) == late + 1);
  world.tokens.clear();
  world.check_usable();
  CHECK(world.tokens.back() != timed_out);
  CHECK(world.count(Count::unexpected) == 0);
}

void hang_up(Fixture& fixture) {
  if (!fixture.capabilities().hang_up) return;
  World world(fixture);
  std::vector<PendingCall> pending;
  world.keep_commands();
  for (std::uint32_t i = 0; i < 3; ++i) {
    auto started = world.start(words({i}), {.timeout = 100s});
    REQUIRE(started);
    pending.push_back(std::move(*started));
  }
  const Instant start = world.time.now();
  world.later.emplace_back([&] { fixture.hang_up(); });
  const auto reply = world.call(words({1}), 100s);
  REQUIRE_FALSE(reply);
  CHECK(reply.error().is(LocalError::platform_lost));
  world.agent->poll();
  for (PendingCall& call : pending) CHECK(call.wait().error().is(LocalError::platform_lost));
  const auto again = world.call(words({1}), 100s);
  REQUIRE_FALSE(again);
  CHECK(again.error().is(LocalError::platform_lost));
  CHECK(world.time.now() - start < 1s);  // Not by any timeout.
  CHECK(world.count(Count::timeouts) == 0);
}

void teardown_during_traffic(Fixture& fixture) {
  if (!fixture.capabilities().threads) return;
  transport::SystemTime time;
  transport::SystemWaiter waiter;
  std::atomic<bool> stop{false};
  std::thread platform([&] {
    while (!stop.load()) {
      auto command = fixture.next_command();
      if (!command) {
        std::this_thread::yield();
        continue;
      }
      fixture.respond(*command, command->header, default_reply(command->header, command->payload));
    }
  });
  AgentConfig config;
  config.probe.timeout = 60s;
  auto agent = Agent::probe(fixture.transport(), time, waiter, config);
  std::atomic<std::uint32_t> good{0};
  std::atomic<std::uint32_t> wrong{0};
  constexpr std::uint32_t enough = 400;
  if (agent) {
    const ProtocolLink link = *(*agent)->link(subject);
    const auto over = [](const Error& error) {
      return error.is(LocalError::channel_closed) || error.is(LocalError::stale_handle);
    };
    const auto caller = [&](std::uint32_t first) {
      for (std::uint32_t i = first;; ++i) {
        std::array<std::byte, 16> reply{};
        const auto size = link.transact(request, words({i}), reply, {.timeout = 60s});
        if (!size) {
          if (!over(size.error())) wrong.fetch_add(1);
          return;
        }
        if (*size != 8 || copy(std::span(reply).first(8)) != words({0, i})) wrong.fetch_add(1);
        good.fetch_add(1);
      }
    };
    const auto starter = [&] {
      for (std::uint32_t i = 0;; ++i) {
        auto call = link.start(request, words({i}), {.timeout = 60s});
        if (!call) {
          if (!over(call.error())) wrong.fetch_add(1);
          return;
        }
        const auto result = call->wait();
        if (!result) {
          if (!over(result.error())) wrong.fetch_add(1);
          return;
        }
        if (copy(*result) != words({0, i})) wrong.fetch_add(1);
        good.fetch_add(1);
      }
    };
    std::vector<std::thread> callers;
    callers.emplace_back(caller, 0);
    callers.emplace_back(caller, 1U << 20);
    callers.emplace_back(starter);
    while (good.load() < enough && wrong.load() == 0) std::this_thread::yield();
    (*agent)->shutdown();
    CHECK((*agent)->registry()->open_channels() == 0);
    for (auto& thread : callers) thread.join();
  }
  stop = true;
  platform.join();
  REQUIRE(agent);
  CHECK(wrong.load() == 0);
  CHECK(good.load() >= enough);
  CHECK(fixture.violations() == 0);
}

void failed_probe(Fixture& fixture) {
  World world(fixture, false);
  const std::size_t before = open_descriptors();
  bool answering = false;
  Command kept;
  StepWaiter silent(world.time, [&] {
    const auto command = fixture.next_command();
    if (!command) return false;
    kept = *command;
    if (answering) world.answer(*command);
    return true;
  });
  const auto failed = Agent::probe(fixture.transport(), world.time, silent, quiet_config());
  REQUIRE_FALSE(failed);
  CHECK(failed.error().is(LocalError::timed_out));
  CHECK(failed.error().context.step == Step::base_version);
  CHECK(open_descriptors() == before);
  // The platform has its wits back: the next probe goes through, also over the memory that the first one left.
  world.answer(kept);
  world.connect();
  world.check_usable();
}

}  // namespace scmi::conformance
