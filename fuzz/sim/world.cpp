// SPDX-License-Identifier: Apache-2.0
//
// The platform's side of a history, and the life of the agents.
#include "fuzz/sim/world.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <cstring>

#include "protocols/catalogue.hpp"
#include "scmi/message_header.hpp"

namespace scmi::sim {

namespace {

using std::chrono::microseconds;

/// What a reply takes on the wire and back.
constexpr Duration flight_time = microseconds(5);
/// Of the scheduler: a history that has not ended by then never will.
constexpr std::uint64_t turns_max = 3'000'000;

constexpr std::string_view soc_text = R"(
[soc]
name = "simulated"
vendor = "scmi"
profile = "3.2"
clock_max_pending_async = 2
[[agent]]
name = "one"
[[power_domain]]
name = "power{}"
count = 2
latency_us = 3
async = true
[[performance_domain]]
name = "cpu"
levels = [{ level = 100, power = 1, latency_us = 2 }, { level = 200, power = 2, latency_us = 2 },
          { level = 300, power = 3 }, { level = 400, power = 4 }, { level = 500, power = 5 }, { level = 600, power = 6 },
          { level = 700, power = 7 }, { level = 800, power = 8 }, { level = 900, power = 9 }]
[[clock]]
name = "clock{}"
count = 2
rate_latency_us = 4
rates_hz = [100, 200, 300, 400, 500, 600, 700, 800, 900, 1000, 1100, 1200, 1300, 1400, 1500, 1600]
)";

const platform::SocConfig& soc() {
  static const platform::SocConfig config = [] {
    auto parsed = platform::parse_soc_config(soc_text, "simulated");
    if (!parsed) std::abort();
    return std::move(*parsed);
  }();
  return config;
}

template <class... Words>
std::vector<std::byte> bytes_of(Words... words) {
  const std::array<std::uint32_t, sizeof...(Words)> list{static_cast<std::uint32_t>(words)...};
  std::vector<std::byte> bytes(sizeof list);
  std::memcpy(bytes.data(), list.data(), bytes.size());
  return bytes;
}

std::uint32_t word_at(std::span<const std::byte> bytes, std::size_t index) {
  std::uint32_t word = 0;
  if (bytes.size() >= 4 * (index + 1)) std::memcpy(&word, bytes.data() + 4 * index, sizeof word);
  return word;
}

void put_word(std::vector<std::byte>& bytes, std::size_t index, std::uint32_t word) {
  if (bytes.size() >= 4 * (index + 1)) std::memcpy(bytes.data() + 4 * index, &word, sizeof word);
}

std::vector<std::byte> with_header(std::uint32_t header, std::span<const std::byte> payload) {
  std::vector<std::byte> bytes(header_size + payload.size());
  std::memcpy(bytes.data(), &header, header_size);
  std::ranges::copy(payload, bytes.begin() + header_size);
  return bytes;
}

std::uint32_t header_of(ProtocolId protocol, MessageId message, MessageType type, Token token = Token(0)) {
  return MessageHeader{message, type, protocol, token}.pack();
}

/// One line for people: who speaks, and what.
std::string words(catalogue::Kind kind, std::uint32_t header, std::span<const std::byte> payload) {
  const MessageHeader h = MessageHeader::unpack(header);
  const auto* entry = catalogue::find_protocol(h.protocol);
  const Version version = entry == nullptr ? Version(0x10000) : entry->newest;
  return fmt::format("[{}] {}", h.token.value, catalogue::print_message(h, kind, payload, version));
}

}  // namespace

World::World(const Plan& plan, Choices& schedule, bool trace)
    : plan_(plan),
      trace_(trace),
      scheduler_(schedule, plan.pace),
      model_(plan),
      wire_(plan.wire == WireKind::ring ? make_ring(plan, scheduler_, *this) : make_area(plan, scheduler_, *this)),
      platform_(soc(), scheduler_, *this) {}

World::~World() = default;

void World::say(Actor from, Actor to, std::string text, bool lost) {
  if (trace_)
    outcome_.trace.push_back({scheduler_.now() - Instant(std::chrono::seconds(1000)), from, to, lost, std::move(text)});
}

Outcome World::run() {
  const Instant start = scheduler_.now();
  for (const Event& event : plan_.events) {
    scheduler_.at(start + microseconds(event.at_us), [this, event] { disrupt(event); });
  }
  scheduler_.spawn([this] {
    probe_again();
    clients_ = plan_.tasks.size();
    for (const auto& ops : plan_.tasks) scheduler_.spawn([this, &ops] { client(ops); });
    epilogue();
  });
  switch (scheduler_.run(turns_max)) {
    case Scheduler::End::all_ended: break;
    case Scheduler::End::stuck: model_.violation("somebody waits for ever"); break;
    case Scheduler::End::endless: model_.violation("the history does not end"); break;
  }
  model_.finish();
  outcome_.violations = model_.violations();
  outcome_.commands = model_.commands();
  outcome_.calls = model_.calls();
  outcome_.turns = scheduler_.turns();
  outcome_.virtual_time = scheduler_.now() - start;
  return std::move(outcome_);
}

// ---- Answers

std::vector<std::byte> World::answer_to(const WireCommand& command, std::uint32_t number, Instant& when) {
  const MessageHeader header = MessageHeader::unpack(command.header);
  if (header.protocol != tagged::protocol) {
    std::vector<std::byte> reply(wire_max_payload);
    const platform::Handled handled =
        platform_.handle(AgentId(1), {wire_max_payload, true}, command.header, command.payload, reply);
    when = std::max(when, handled.not_before);
    reply.resize(handled.size);
    tick();
    return reply;
  }
  const std::uint32_t tag = word_at(command.payload, 0);
  if (header.message == tagged::echo) return bytes_of(0, tag, number);
  if (header.message != tagged::delayed) return bytes_of(static_cast<std::int32_t>(Status::not_found));
  const Instant after = when + microseconds(word_at(command.payload, 1));
  scheduler_.at(after, [this, number, tag, header, crashes = model_.excuses().crashes] {
    if (model_.excuses().crashes != crashes) return;
    const auto payload = bytes_of(0, tag, number);
    model_.delayed(number, payload, scheduler_.now());
    MessageHeader later = header;
    later.type = MessageType::delayed_response;
    if (tracing()) say(Actor::platform, Actor::agent, words(catalogue::Kind::delayed_response, later.pack(), payload));
    wire_->post(with_header(later.pack(), payload));
  });
  return bytes_of(0, tag);
}

void World::commanded(WireCommand command) {
  const bool follow = MessageHeader::unpack(command.header).protocol == tagged::protocol;
  const std::uint32_t number = model_.published(command, follow ? word_at(command.payload, 0) : 0, scheduler_.now());
  ++published_now_;
  if (tracing()) {
    say(Actor::agent, Actor::platform,
        fmt::format("#{} {}", number, words(catalogue::Kind::command, command.header, command.payload)));
  }
  Instant when = scheduler_.now() + flight_time;
  const std::vector<std::byte> payload = answer_to(command, number, when);
  std::vector<std::byte> bytes = with_header(command.header, payload);
  const Fate* fate = quiet_ ? nullptr : plan_.fate_of(number);
  if (fate == nullptr || fate->fault == Fault::none) {
    deliver(command, number, std::move(bytes), Bell::ring, when);
    return;
  }
  outcome_.faults.set(static_cast<std::size_t>(fate->fault));
  misbehave(*fate, command, number, std::move(bytes), when);
}

void World::misbehave(const Fate& fate, const WireCommand& command, std::uint32_t number, std::vector<std::byte> bytes,
                      Instant when) {
  const Duration argument = microseconds(fate.argument);
  if (tracing())
    say(Actor::platform, Actor::platform, fmt::format("#{}: {} {}", number, name(fate.fault), fate.argument));
  std::vector<std::byte> wrong = bytes;
  const auto spoil_header = [&](unsigned shift, std::uint32_t mask) {
    const std::uint32_t header = word_at(bytes, 0);
    put_word(wrong, 0, (header & ~(mask << shift)) | ((((header >> shift) & mask) + fate.argument) & mask) << shift);
    deliver(command, number, wrong, Bell::ring, when);
    if (fate.argument % 2 != 0) deliver(command, number, bytes, Bell::ring, when + microseconds(10));
  };
  switch (fate.fault) {
    case Fault::none: break;
    case Fault::delay: deliver(command, number, bytes, Bell::ring, when + argument); break;
    case Fault::drop: break;
    case Fault::duplicate:
      deliver(command, number, bytes, Bell::ring, when);
      deliver(command, number, bytes, Bell::ring, when + argument);
      break;
    case Fault::wrong_token: spoil_header(18, 0x3FF); break;
    case Fault::wrong_message: spoil_header(0, 0xFF); break;
    case Fault::wrong_protocol: spoil_header(10, 0xFF); break;
    case Fault::wrong_type: spoil_header(8, 0x3); break;
    case Fault::cut:
      wrong.resize(std::min<std::size_t>(wrong.size(), header_size + fate.argument));
      deliver(command, number, wrong, Bell::ring, when, true);
      break;
    case Fault::too_long:
      wrong.resize(header_size + wire_max_payload + 4 + fate.argument % 64);
      deliver(command, number, wrong, Bell::ring, when);
      break;
    case Fault::no_header:
      wrong.resize(fate.argument % header_size);
      deliver(command, number, wrong, Bell::ring, when);
      break;
    case Fault::inflated:
      put_word(wrong, 2, fate.argument | 0x8000'FFFF);
      deliver(command, number, wrong, Bell::ring, when, true);
      break;
    case Fault::early_bell:
      scheduler_.at(when, [this, channel = command.channel] { wire_->ring(channel, Direction::a2p); });
      deliver(command, number, bytes, Bell::silent, when + argument);
      break;
    case Fault::silent: deliver(command, number, bytes, Bell::silent, when + argument); break;
    case Fault::error:
      scheduler_.at(when, [this, command, crashes = model_.excuses().crashes] {
        if (model_.excuses().crashes != crashes || !wire_->answerable(command)) return;
        ++model_.excuses().errors;
        if (tracing()) say(Actor::platform, Actor::agent, "channel error");
        wire_->channel_error(command, Bell::ring);
      });
      break;
    case Fault::crash: scheduler_.at(when, [this, away = fate.argument] { crash(away); }); break;
  }
}

void World::deliver(const WireCommand& command, std::uint32_t number, std::vector<std::byte> bytes, Bell bell,
                    Instant when, bool broken) {
  scheduler_.at(when, [this, command, number, bytes = std::move(bytes), bell, broken,
                       crashes = model_.excuses().crashes, epoch = model_.epoch()] {
    // What was on its way is gone with the platform, or with the area it was for.
    if (model_.excuses().crashes != crashes || !wire_->answerable(command)) return;
    // Another agent has set up the ring anew, and the device has forgotten the old one's buffers.
    if (plan_.wire == WireKind::ring && model_.epoch() != epoch) return;
    if (broken) ++model_.excuses().broken;
    if (tracing()) {
      const std::size_t head = std::min<std::size_t>(bytes.size(), header_size);
      say(Actor::platform, Actor::agent,
          fmt::format("#{} {}{}", number,
                      words(catalogue::Kind::response, word_at(bytes, 0), std::span(bytes).subspan(head)),
                      bell == Bell::silent ? " (no doorbell)" : ""));
    }
    model_.answered(number, bytes, scheduler_.now());
    wire_->complete(command, bytes, bell);
  });
}

void World::send(AgentId, ProtocolId, std::uint32_t header, std::span<const std::byte> payload) {
  scheduler_.after(microseconds(1), [this, bytes = with_header(header, payload), crashes = model_.excuses().crashes] {
    if (model_.excuses().crashes != crashes) return;
    if (tracing()) {
      const MessageType type = MessageHeader::unpack(word_at(bytes, 0)).type;
      say(Actor::platform, Actor::agent,
          words(type == MessageType::notification ? catalogue::Kind::notification : catalogue::Kind::delayed_response,
                word_at(bytes, 0), std::span(bytes).subspan(header_size)));
    }
    wire_->post(bytes);
  });
}

void World::tick() {
  const Instant next = platform_.next_event();
  if (next >= next_tick_) return;
  next_tick_ = next;
  scheduler_.at(next, [this] {
    next_tick_ = never;
    platform_.advance();
    tick();
  });
}

// ---- What happens by itself

void World::opening(ProtocolId channel, Direction direction) {
  if (!ring_opening_) return;
  ring_opening_ = false;
  // From another context, while the agent still sets the channel up.
  scheduler_.after({}, [this, channel, direction] { wire_->ring(channel, direction); });
  scheduler_.yield();
}

void World::crash(std::uint32_t away_us) {
  ++model_.excuses().crashes;
  platform_.disconnect(AgentId(1));
  say(Actor::platform, Actor::platform, "gone");
  wire_->hang_up();
  scheduler_.after(microseconds(away_us), [this] {
    model_.new_epoch();
    wire_->restart();
    say(Actor::platform, Actor::platform, "back, with a new epoch");
    probe_again();
  });
}

void World::disrupt(const Event& event) {
  if (quiet_) return;
  outcome_.disruptions.set(static_cast<std::size_t>(event.what));
  if (tracing()) say(Actor::platform, Actor::platform, fmt::format("{} {}", name(event.what), event.argument));
  switch (event.what) {
    case Disruption::bell:
      wire_->ring(protocol::base, event.argument % 2 != 0 ? Direction::p2a : Direction::a2p);
      break;
    case Disruption::stray: wire_->stray(with_header(event.argument, bytes_of(0, event.argument))); break;
    case Disruption::delayed: {
      MessageHeader header = MessageHeader::unpack(event.argument);
      header.type = MessageType::delayed_response;
      wire_->post(with_header(header.pack(), bytes_of(0, 0xDEAD)));
      break;
    }
    case Disruption::notifications:
      for (std::uint32_t i = 0; i < event.argument; ++i) {
        wire_->post(with_header(header_of(tagged::protocol, tagged::event, MessageType::notification),
                                bytes_of(++last_event_)));
      }
      break;
    case Disruption::bare:
      wire_->post(bytes_of(header_of(tagged::protocol, tagged::event, MessageType::notification)));
      break;
    case Disruption::broken: wire_->post(std::vector<std::byte>(event.argument % header_size)); break;
    case Disruption::stale_bell:
      for (const Wire::Callee& callee : former_) rx_callback(*callee.registry, callee.handle, 0);
      break;
    case Disruption::reprobe: probe_again(); break;
    case Disruption::crash: crash(event.argument); break;
    case Disruption::early_bell_next: ring_opening_ = true; break;
  }
}

void World::event(const TraceEvent& e) noexcept {
  const auto note = [&](std::string_view what) {
    const std::string text = fmt::format("{} {:#010x}", what, e.header);
    say(Actor::agent, Actor::agent, text);
  };
  switch (e.kind) {
    case TraceKind::command:
    case TraceKind::response:
    case TraceKind::delayed:
    case TraceKind::notification: break;
    case TraceKind::timed_out: note("timed out"); break;
    case TraceKind::cancelled: note("cancelled"); break;
    case TraceKind::late: note("late, dropped"); break;
    case TraceKind::duplicate: note("duplicate, dropped"); break;
    case TraceKind::unexpected: note("unexpected, dropped"); break;
    case TraceKind::malformed: note("malformed"); break;
    case TraceKind::dropped: note("queue full, dropped"); break;
    case TraceKind::channel_error: note("channel error"); break;
  }
}

// ---- Agents

std::shared_ptr<AgentLife> World::probe() {
  AgentConfig config;
  // Tokens go on where the agent before stopped: the platform may still owe it delayed responses.
  config.registry.first_token = static_cast<std::uint16_t>((plan_.first_token + model_.commands()) % token_count);
  config.registry.quarantine_horizon = microseconds(plan_.horizon_us);
  config.registry.poll_interval_max = microseconds(plan_.poll_us);
  // Virtual time stands still while a task runs: spinning would not end.
  config.registry.spin_max = Duration{};
  config.registry.notification_queue = 16;
  if (trace_) config.tap = this;
  published_now_ = 0;
  model_.new_epoch();
  Result<std::unique_ptr<Agent>> made = Agent::probe(wire_->transport(), scheduler_, scheduler_, config);
  if (!made) {
    say(Actor::client, Actor::client, "the probe failed: " + describe(made.error()));
    if (made.error().origin == Origin::local) outcome_.errors.set(static_cast<std::size_t>(made.error().code));
    if (wire_->open_channels() != 0) model_.violation("a failed probe left a channel open");
    return nullptr;
  }
  auto life = std::make_shared<AgentLife>();
  life->agent = std::move(*made);
  scheduler_.spawn([this, life] {
    while (!life->over) static_cast<void>(life->agent->wait(scheduler_.now() + std::chrono::milliseconds(20)));
  });
  return life;
}

void World::bury(const std::shared_ptr<AgentLife>& life) {
  if (life == nullptr || life->over) return;
  life->over = true;
  ++model_.excuses().closes;
  if (life_ == life) life_ = nullptr;
  outcome_.counters += life->agent->counters();
  for (const Direction direction : {Direction::a2p, Direction::p2a}) {
    const Wire::Callee callee = wire_->callee(protocol::base, direction);
    if (callee.registry != nullptr) former_.push_back(callee);
  }
  say(Actor::client, Actor::agent, "shutdown");
  life->agent->shutdown();
}

void World::probe_again() {
  if (probing_ != 0) {
    once_more_ = true;
    return;
  }
  ++probing_;
  do {
    once_more_ = false;
    start_anew();
  } while (once_more_);
  --probing_;
}

void World::start_anew() {
  bury(std::exchange(life_, nullptr));
  // Inside a callback a shutdown ends with the callback.
  for (int patience = 2'000; wire_->open_channels() != 0; --patience) {
    if (patience == 0) {
      model_.violation("channels stay open after the shutdown");
      break;
    }
    scheduler_.sleep_until(scheduler_.now() + std::chrono::milliseconds(1));
  }
  for (int attempt = 0; attempt < 3 && life_ == nullptr && wire_->open_channels() == 0; ++attempt) life_ = probe();
}

}  // namespace scmi::sim
