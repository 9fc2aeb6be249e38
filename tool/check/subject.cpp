// SPDX-License-Identifier: Apache-2.0
#include "tool/check/subject.hpp"

#include <algorithm>

#include "scmi/common_messages.hpp"
#include "tool/effect.hpp"

namespace scmi::tool::check {
namespace {

constexpr std::size_t reply_max = 4096;
constexpr Duration default_patience = std::chrono::seconds(2);
/// More than a channel and a platform can hold back; one that never falls silent is not waited for.
constexpr int settling_rounds = 64;

/// How many entities a PROTOCOL_ATTRIBUTES reply announces: its first range whose name begins with num_.
[[nodiscard]] std::uint32_t entity_count(ProtocolId protocol, Version version, const Answer& answer) {
  const catalogue::Entry* entry = catalogue::find(protocol, catalogue::Kind::response, MessageId(0x1));
  if (entry == nullptr || protocol == protocol::base || !answer.is(Status::success)) return 0;
  const auto decoded = catalogue::decode(*entry, catalogue::Kind::response, answer.payload, version);
  if (!decoded) return 0;
  for (const catalogue::FieldValue& field : decoded->fields) {
    for (const catalogue::FieldValue& part : field.parts) {
      if (part.name.starts_with("num_")) return static_cast<std::uint32_t>(part.number);
    }
    if (field.name.starts_with("num_")) return static_cast<std::uint32_t>(field.number);
  }
  return 0;
}

}  // namespace

std::vector<std::byte> bytes_of(std::span<const std::uint32_t> words) {
  std::vector<std::byte> bytes;
  bytes.reserve(words.size() * 4);
  for (const std::uint32_t word : words) {
    for (unsigned shift = 0; shift < 32; shift += 8) bytes.push_back(static_cast<std::byte>(word >> shift));
  }
  return bytes;
}

std::uint32_t Answer::word(std::size_t position) const noexcept {
  if (payload.size() < position * 4 + 4) return 0;
  std::uint32_t word = 0;
  for (unsigned i = 0; i < 4; ++i) word |= std::to_integer<std::uint32_t>(payload[position * 4 + i]) << 8 * i;
  return word;
}

Subject::Subject(Agent& agent, TimeSource& clock, const Settings& settings)
    : agent_(agent), clock_(clock), settings_(settings) {
  for (const catalogue::Entry& entry : catalogue::entries()) {
    if (!entry.is_notification() || !lists(entry.protocol)) continue;
    subscriptions_.push_back(
        link(entry.protocol).subscribe(entry.info->message, [this, &entry](std::span<const std::byte> payload) {
          const bool subscribed = !subscribed_[entry.protocol].empty() || ending_.contains(entry.protocol);
          events_.push_back({entry.protocol, entry.info->message, {payload.begin(), payload.end()}, subscribed});
        }));
  }
}

ProtocolLink& Subject::link(ProtocolId protocol) {
  const auto known = links_.find(protocol);
  return known != links_.end() ? known->second : links_.emplace(protocol, agent_.raw_link(protocol)).first->second;
}

const Facts& Subject::facts(ProtocolId protocol) {
  if (const auto known = facts_.find(protocol); known != facts_.end()) return known->second;
  Facts facts;
  const catalogue::ProtocolEntry* entry = catalogue::find_protocol(protocol);
  const Version newest = entry != nullptr ? entry->newest : Version(0x10000);
  const Answer version = ask(protocol, ProtocolVersion::info.message, {});
  if (version.is(Status::success)) facts.reported = Version(version.word(1));
  facts.spoken = facts.reported.word == 0 ? newest : std::min(facts.reported, newest);
  if (facts.reported > newest) {
    // As every agent does with a platform that is newer than itself; one that refuses is spoken to all the same.
    static_cast<void>(ask(protocol, NegotiateProtocolVersion::info.message, bytes_of(Words{newest.word})));
  }
  facts.entities = entity_count(protocol, facts.spoken, ask(protocol, MessageId(0x1), {}));
  return facts_.emplace(protocol, facts).first->second;
}

Version Subject::judged(ProtocolId protocol) {
  const auto served = platform::served_protocol(protocol);
  if (!settings_.release || !served) return facts(protocol).spoken;
  const Version wanted = platform::row_of(*served).by_release[*settings_.release];
  return wanted.word == 0 ? facts(protocol).spoken : wanted;
}

bool Subject::offers(ProtocolId protocol, MessageId message) {
  const auto [at, is_new] = offers_.try_emplace({protocol, message}, false);
  if (is_new) {
    const auto asked = bytes_of(Words{message.value});
    at->second = ask(protocol, ProtocolMessageAttributes::info.message, asked).is(Status::success);
  }
  return at->second;
}

Answer Subject::checked(Result<std::size_t> length, std::vector<std::byte> reply) {
  Answer answer;
  if (length) {
    reply.resize(*length);
    answer.payload = std::move(reply);
  } else {
    answer.error = length.error();
    lost_ = lost_ || length.error().is(LocalError::platform_lost) || length.error().is(LocalError::channel_closed);
  }
  return answer;
}

Answer Subject::ask(ProtocolId protocol, MessageId message, std::span<const std::byte> payload) {
  std::vector<std::byte> reply(reply_max);
  Result<std::size_t> length = link(protocol).transact(message, payload, reply, settings_.call);
  Answer answer = checked(length, std::move(reply));
  // Before listening: a notification may come together with the answer to the command that asked for it.
  if (answer.is(Status::success)) note_subscription(protocol, message, payload);
  listen();
  return answer;
}

Answer Subject::ask_delayed(ProtocolId protocol, MessageId message, std::span<const std::byte> payload) {
  PendingOptions options = settings_.pending;
  options.expects_delayed = true;
  auto pending = link(protocol).start(message, payload, std::move(options));
  if (!pending) return checked(pending.error(), {});
  const auto came = pending->wait();
  if (!came) return checked(came.error(), {});
  Answer answer = checked(came->size(), {came->begin(), came->end()});
  listen();
  return answer;
}

void Subject::note_subscription(ProtocolId protocol, MessageId message, std::span<const std::byte> payload) {
  const catalogue::Entry* entry = catalogue::find(protocol, catalogue::Kind::command, message);
  if (entry == nullptr || effect_of(*entry) != Effect::subscribes || payload.size() < 4) return;
  std::vector<std::byte> what{static_cast<std::byte>(message.value)};
  what.insert(what.end(), payload.begin(), payload.end() - 4);
  const bool on = payload[payload.size() - 4] != std::byte{0};
  if (on) {
    subscribed_[protocol].insert(std::move(what));
  } else {
    subscribed_[protocol].erase(what);
    ending_.insert(protocol);
  }
}

void Subject::listen() { agent_.poll(); }

void Subject::listen(Duration span) {
  const Instant end = clock_.now() + span;
  do {
    static_cast<void>(agent_.wait(end));
  } while (clock_.now() < end);
}

void Subject::settle() {
  int quiet = 0;
  for (int round = 0; round < settling_rounds && quiet < 2 && !lost_; ++round) {
    const std::size_t before = events_.size();
    static_cast<void>(ask(protocol::base, ProtocolVersion::info.message, {}));
    quiet = events_.size() == before ? quiet + 1 : 0;
  }
  ending_.clear();
}

Duration Subject::patience() const noexcept {
  return settings_.pending.delayed_timeout != Duration{} ? settings_.pending.delayed_timeout : default_patience;
}

}  // namespace scmi::tool::check
