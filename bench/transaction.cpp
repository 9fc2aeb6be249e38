// SPDX-License-Identifier: Apache-2.0
//
// The library's own cost of one transaction: a responder in the same thread answers when the area is polled, so that
// nothing is waited for. "bare" is the same with a caller written by hand; the difference is what the library adds.
#include <benchmark/benchmark.h>

#include <array>

#include "bench/area_world.hpp"
#include "protocols/clock_messages.hpp"
#include "scmi/call.hpp"

namespace {

using namespace scmi;         // NOLINT(google-build-using-namespace): the benchmark's main is at file scope
using namespace scmi::bench;  // NOLINT(google-build-using-namespace)

template <class P>
void bare(benchmark::State& state) {
  const SharedPage page;
  BareCaller caller(page.base() + SharedPage::area_at);
  const InPlaceResponder responder(page.base() + SharedPage::area_at, P::reply_size);
  P payloads;
  for (auto _ : state) {
    caller.send(payloads);
    responder.answer();
    caller.receive(payloads);
    benchmark::ClobberMemory();
  }
}

template <class P>
void transaction(benchmark::State& state) {
  const SharedPage page;
  InPlaceCaller world(page, P::reply_size);
  P payloads;
  for (auto _ : state) {
    world.caller().transact(payloads);
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

BENCHMARK(bare<Small>)->Name("bare 4/12");
BENCHMARK(transaction<Small>)->Name("transaction 4/12");
BENCHMARK(typed_call)->Name("typed call 4/12");
BENCHMARK(bare<Large>)->Name("bare 100/100");
BENCHMARK(transaction<Large>)->Name("transaction 100/100");

}  // namespace

BENCHMARK_MAIN();
