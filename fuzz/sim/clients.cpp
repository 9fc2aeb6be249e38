// SPDX-License-Identifier: Apache-2.0
//
// The agent's side of a history: what clients do, and what must be true when everything is over.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "fuzz/sim/world.hpp"

namespace scmi::sim {

namespace {

using std::chrono::microseconds;

/// Nobody waits for a call that its callback ends: the dispatcher finds its deadline, at its next turn.
constexpr Duration dispatcher_pause = std::chrono::milliseconds(25);

std::array<std::byte, 8> payload_of(std::uint32_t tag, std::uint32_t argument) {
  const std::array<std::uint32_t, 2> words{tag, argument};
  std::array<std::byte, 8> bytes;
  std::memcpy(bytes.data(), words.data(), bytes.size());
  return bytes;
}

}  // namespace

void World::end_tagged(Model::CallId call, const Result<std::span<const std::byte>>& result) {
  if (result) {
    model_.succeeded(call, *result, scheduler_.now(), scheduler_.stalled());
    return;
  }
  if (result.error().origin == Origin::local) outcome_.errors.set(static_cast<std::size_t>(result.error().code));
  model_.failed(call, result.error(), scheduler_.now(), scheduler_.stalled());
}

template <class R>
void World::end(Model::CallId call, const Result<R>& result) {
  end_tagged(call, result ? Result<std::span<const std::byte>>(std::span<const std::byte>())
                          : Result<std::span<const std::byte>>(result.error()));
}

void World::client(const std::vector<Op>& ops) {
  for (const Op& op : ops) {
    const std::shared_ptr<AgentLife> life = life_;
    if (life == nullptr) {
      scheduler_.sleep_until(scheduler_.now() + microseconds(30));
      continue;
    }
    outcome_.acts.set(static_cast<std::size_t>(op.act));
    perform(life, op);
  }
  --clients_;
}

void World::perform(const std::shared_ptr<AgentLife>& life, const Op& op) {
  switch (op.act) {
    case Act::echo: echo(*life->agent, op); break;
    case Act::echo_wait:
    case Act::echo_cancel:
    case Act::echo_callback:
    case Act::delayed:
    case Act::close_in_callback: pending_echo(life, op); break;
    case Act::echo_chain: start_chained(life, op, 2); break;
    case Act::clock_get:
    case Act::clock_set:
    case Act::clock_set_async:
    case Act::clock_list:
    case Act::power_set:
    case Act::perf_levels:
    case Act::perf_set: typed(*life, op); break;
    case Act::subscribe: subscribe(life, op); break;
    case Act::pause: scheduler_.sleep_until(scheduler_.now() + microseconds(op.argument)); break;
  }
}

void World::echo(const Agent& agent, const Op& op) {
  const std::uint32_t tag = new_tag();
  const ProtocolLink link = const_cast<Agent&>(agent).raw_link(tagged::protocol);
  const auto call =
      model_.begin({.act = op.act, .tag = tag, .timeout = timeout_of(op)}, scheduler_.now(), scheduler_.stalled());
  std::array<std::byte, wire_max_payload> reply;
  const auto size = link.transact(tagged::echo, payload_of(tag, 0), reply, {.timeout = timeout_of(op)});
  end_tagged(call, size ? Result<std::span<const std::byte>>(std::span(reply).first(*size))
                        : Result<std::span<const std::byte>>(size.error()));
}

void World::pending_echo(const std::shared_ptr<AgentLife>& life, const Op& op) {
  const std::uint32_t tag = new_tag();
  const bool delayed = op.act == Act::delayed;
  const bool by_callback = op.act == Act::echo_callback || op.act == Act::close_in_callback;
  const ProtocolLink link = life->agent->raw_link(tagged::protocol);
  const auto call = model_.begin({.act = op.act,
                                  .tag = tag,
                                  .timeout = delayed ? 2 * timeout_of(op) : timeout_of(op),
                                  .patience = timeout_of(op),
                                  .slack = by_callback ? dispatcher_pause : Duration{},
                                  .may_be_cancelled = op.act == Act::echo_cancel,
                                  .may_be_full = true},
                                 scheduler_.now(), scheduler_.stalled());
  PendingOptions options;
  options.timeout = timeout_of(op);
  options.expects_delayed = delayed;
  options.delayed_timeout = timeout_of(op);
  if (by_callback) {
    options.completion = [this, call, life, closes = op.act == Act::close_in_callback](const auto& result) {
      end_tagged(call, result);
      if (!closes || life->over) return;
      bury(life);
      scheduler_.after(microseconds(5), [this] { probe_again(); });
    };
  }
  auto pending = link.start(delayed ? tagged::delayed : tagged::echo, payload_of(tag, op.argument), std::move(options));
  if (!pending) {
    end_tagged(call, pending.error());
    return;
  }
  if (by_callback) {
    loose_.push_back(std::make_shared<PendingCall>(std::move(*pending)));
    return;
  }
  if (op.act == Act::echo_cancel) {
    static_cast<void>(pending->wait_until(scheduler_.now() + microseconds(op.argument)));
    static_cast<void>(pending->cancel());
  }
  end_tagged(call, pending->wait());
}

void World::start_chained(const std::shared_ptr<AgentLife>& life, const Op& op, std::uint32_t depth) {
  const std::uint32_t tag = new_tag();
  const ProtocolLink link = life->agent->raw_link(tagged::protocol);
  const auto call = model_.begin(
      {.act = op.act, .tag = tag, .timeout = timeout_of(op), .slack = dispatcher_pause, .may_be_full = true},
      scheduler_.now(), scheduler_.stalled());
  PendingOptions options;
  options.timeout = timeout_of(op);
  options.completion = [this, call, life, op, depth](const auto& result) {
    end_tagged(call, result);
    if (result && depth != 0) start_chained(life, op, depth - 1);
  };
  auto pending = link.start(tagged::echo, payload_of(tag, 0), std::move(options));
  if (pending) {
    loose_.push_back(std::make_shared<PendingCall>(std::move(*pending)));
  } else {
    end_tagged(call, pending.error());
  }
}

void World::typed(AgentLife& life, const Op& op) {
  const CallOptions options{.timeout = timeout_of(op)};
  const auto call = model_.begin({.act = op.act, .patience = timeout_of(op), .may_be_full = true}, scheduler_.now(),
                                 scheduler_.stalled());
  const auto opened = [&](auto& client) {
    using Client = typename std::remove_reference_t<decltype(client)>::value_type;
    if (client) return Result<Client>(*client);
    Result<Client> made = Client::open(*life.agent, options);
    if (made && !client) client = *made;
    return made;
  };
  if (op.act == Act::power_set) {
    const auto powers = opened(life.powers);
    if (!powers) return end(call, powers);
    return end(call, powers->state_set(
                         DomainId(op.argument % 2),
                         op.argument % 3 == 0 ? power_domain_protocol::state_off : power_domain_protocol::state_on,
                         SetMode::sync, options));
  }
  if (op.act == Act::perf_levels || op.act == Act::perf_set) {
    const auto performances = opened(life.performances);
    if (!performances) return end(call, performances);
    if (op.act == Act::perf_levels) return end(call, performances->levels(DomainId(0), options));
    return end(call, performances->level_set(DomainId(0), 100 * (1 + op.argument % 9), options));
  }
  const auto clocks = opened(life.clocks);
  if (!clocks) return end(call, clocks);
  const ClockId clock(op.argument % 2);
  const std::uint64_t rate_hz = 100 * (1 + op.argument % 16);
  switch (op.act) {
    case Act::clock_get: return end(call, clocks->rate_get(clock, options));
    case Act::clock_set: return end(call, clocks->rate_set(clock, rate_hz, Rounding::down, options));
    case Act::clock_list: return end(call, clocks->rates(clock, options));
    default: break;
  }
  PendingOptions pending_options;
  pending_options.timeout = timeout_of(op);
  pending_options.delayed_timeout = timeout_of(op);
  auto pending = clocks->rate_set_async(clock, rate_hz, Rounding::down, std::move(pending_options));
  if (!pending) return end(call, pending);
  end(call, pending->wait());
}

void World::subscribe(const std::shared_ptr<AgentLife>& life, const Op& op) {
  struct Seen {
    std::uint32_t last = 0;
    bool over = false;
  };
  const auto seen = std::make_shared<Seen>();
  Subscription subscription =
      life->agent->raw_link(tagged::protocol)
          .subscribe(tagged::event, [this, seen](std::span<const std::byte> payload) {
            if (seen->over) model_.violation("a notification came after unsubscribing had returned");
            std::uint32_t number = 0;
            if (payload.size() < sizeof number) return;
            std::memcpy(&number, payload.data(), sizeof number);
            if (number <= seen->last) {
              model_.violation(fmt::format("notification {} came after {}", number, seen->last));
            }
            seen->last = number;
          });
  scheduler_.sleep_until(scheduler_.now() + microseconds(op.argument));
  subscription.cancel();
  seen->over = true;
}

// ---- The end

void World::epilogue() {
  std::uint32_t last_event_us = 0;
  for (const Event& event : plan_.events) last_event_us = std::max(last_event_us, event.at_us);
  const Instant calm = Instant(std::chrono::seconds(1000)) + microseconds(last_event_us + 5'000);
  while (clients_ != 0 || scheduler_.now() < calm || probing_ != 0) {
    scheduler_.sleep_until(scheduler_.now() + microseconds(200));
  }
  quiet_ = true;
  scheduler_.calm_down();
  // The stragglers of the wire, then the longest deadline and the dispatcher's pause.
  scheduler_.sleep_until(scheduler_.now() + std::chrono::milliseconds(5));
  const auto out = [](const auto& pending) { return !pending->finished(); };
  for (int patience = 70; patience != 0 && std::ranges::any_of(loose_, out); --patience) {
    scheduler_.sleep_until(scheduler_.now() + std::chrono::milliseconds(1));
  }
  while (probing_ != 0) scheduler_.sleep_until(scheduler_.now() + microseconds(200));
  for (const auto& pending : loose_) {
    if (!pending->finished()) model_.violation("a call is still out long after its deadline");
  }
  loose_.clear();
  if (life_ == nullptr) {
    if (wire_->blocked(protocol::base)) {
      // The platform has kept the only way to it: nothing but its end can help.
      crash(1);
      scheduler_.sleep_until(scheduler_.now() + microseconds(100));
      while (probing_ != 0) scheduler_.sleep_until(scheduler_.now() + microseconds(200));
    } else {
      probe_again();
    }
    if (life_ == nullptr) model_.violation("no agent can be probed although nothing is wrong any more");
  }
  if (const std::shared_ptr<AgentLife> life = life_) {
    last_words(*life);
    bury(life);
  }
  // The dispatchers leave.
  scheduler_.sleep_until(scheduler_.now() + dispatcher_pause);
  if (wire_->open_channels() != 0) model_.violation("a channel is open after the last shutdown");
  if (wire_->violations() != 0) {
    model_.violation(fmt::format("the agent broke the transport's rules {} times", wire_->violations()));
  }
  former_.clear();
}

void World::last_words(AgentLife& life) {
  for (const ProtocolId channel : {protocol::base, protocol::performance}) {
    const bool own = channel == protocol::performance && plan_.own_channel;
    if (channel == protocol::performance && !own) continue;
    if (wire_->blocked(channel)) continue;  // The platform keeps it, for good.
    const auto call = model_.begin({.act = Act::echo}, scheduler_.now(), scheduler_.stalled());
    const auto version = scmi::call(life.agent->raw_link(channel), ProtocolVersion{});
    model_.succeeded(call, {}, scheduler_.now(), scheduler_.stalled());
    if (!version) {
      model_.violation(fmt::format("channel {:#x} does not come back: {}", channel.value, describe(version.error())));
    }
  }
  const CounterSnapshot counters = life.agent->counters();
  if (counters[Count::sent] != published_now_) {
    model_.violation(fmt::format("{} commands were published and {} counted", published_now_, counters[Count::sent]));
  }
  if (counters[Count::replies] > counters[Count::sent]) {
    model_.violation(fmt::format("{} replies to {} commands", counters[Count::replies], counters[Count::sent]));
  }
  // Lent buffers that the platform still has keep their xfers; overtaken responses theirs until their deadline.
  std::size_t kept = 0;
  for (const ProtocolId channel : {protocol::base, protocol::performance}) kept += wire_->kept(channel);
  std::size_t in_use = life.agent->registry()->xfers_in_use();
  for (int patience = 70; patience != 0 && in_use > kept; --patience) {
    scheduler_.sleep_until(scheduler_.now() + std::chrono::milliseconds(1));
    in_use = life.agent->registry()->xfers_in_use();
  }
  if (in_use > kept) model_.violation(fmt::format("{} xfers are in use, {} buffers are out", in_use, kept));
}

}  // namespace scmi::sim
