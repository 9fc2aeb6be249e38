// SPDX-License-Identifier: Apache-2.0
//
// The library's own cost of one transaction: a responder in the same thread answers inside `send`, so that nothing is
// waited for. "bare" is the same with a caller written by hand; the difference is what the library adds.
#include <benchmark/benchmark.h>

#include <array>

#include "bench/area_world.hpp"
#include "protocols/clock_messages.hpp"
#include "scmi/call.hpp"

namespace {

using namespace scmi;         // NOLINT(google-build-using-namespace): the benchmark's main is at file scope
using namespace scmi::bench;  // NOLINT(google-build-using-namespace)

Sizes sizes_of(const benchmark::State& state) {
  return {static_cast<std::size_t>(state.range(0)), static_cast<std::size_t>(state.range(1))};
}

void bare(benchmark::State& state) {
  const Sizes sizes = sizes_of(state);
  const SharedPage page;
  BareCaller caller(page.base() + SharedPage::area_at);
  std::array<std::byte, 128> request{};
  std::array<std::byte, 128> reply{};
  for (auto _ : state) {
    caller.send(request.data(), sizes.request);
    serve(page.area(), sizes.reply);
    benchmark::DoNotOptimize(caller.receive(reply.data()));
    benchmark::ClobberMemory();
  }
}

void transaction(benchmark::State& state) {
  const Sizes sizes = sizes_of(state);
  const SharedPage page;
  InPlaceCaller world(page, sizes.reply);
  std::array<std::byte, 128> request{};
  std::array<std::byte, 128> reply{};
  for (auto _ : state) {
    benchmark::DoNotOptimize(world.caller().transact(request.data(), sizes.request, reply.data()));
    benchmark::ClobberMemory();
  }
}

/// Through the typed client: encoded from and decoded into the message's struct.
void typed_call(benchmark::State& state) {
  const SharedPage page;
  InPlaceCaller world(page, 12);
  const ProtocolLink link(world.caller().registry(), nullptr, protocol::clock);
  const clock_protocol::RateGet command{ClockId(3)};
  for (auto _ : state) {
    auto rate = call(link, command, world.caller().options());
    if (!rate) state.SkipWithError("the call failed");
    benchmark::DoNotOptimize(rate);
  }
}

BENCHMARK(bare)->Args({4, 12})->Args({100, 100});
BENCHMARK(transaction)->Args({4, 12})->Args({100, 100});
BENCHMARK(typed_call);

}  // namespace

BENCHMARK_MAIN();
