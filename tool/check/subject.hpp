// SPDX-License-Identifier: Apache-2.0
//
// The platform under test, as the cases see it: raw messages to any protocol, what is known of each protocol, and
// everything that the platform says by itself.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "platform/versions.hpp"
#include "protocols/catalogue.hpp"
#include "scmi/agent.hpp"
#include "scmi/counters.hpp"
#include "scmi/transaction.hpp"

namespace scmi::tool::check {

struct Settings {
  std::vector<ProtocolId> protocols;   ///< Empty: all.
  std::optional<std::size_t> release;  ///< Position in platform::releases; nothing: judge by the reported versions.
  bool allow_destructive = false;
  CallOptions call;
  PendingOptions pending;
  Duration quiet = std::chrono::milliseconds(20);         ///< How long to listen for what must not come.
  Duration observation = std::chrono::milliseconds(250);  ///< How long to look for something that moves by itself.
};

using Words = std::vector<std::uint32_t>;
[[nodiscard]] std::vector<std::byte> bytes_of(std::span<const std::uint32_t> words);

/// What came back for one command.
struct Answer {
  std::optional<Error> error;      ///< No answer came, and why.
  std::vector<std::byte> payload;  ///< With the status word.

  [[nodiscard]] bool came() const noexcept { return !error && payload.size() >= 4; }
  [[nodiscard]] Status status() const noexcept { return static_cast<Status>(static_cast<std::int32_t>(word(0))); }
  [[nodiscard]] bool is(Status s) const noexcept { return came() && status() == s; }
  /// The word at that position, the status being 0; 0 behind the end.
  [[nodiscard]] std::uint32_t word(std::size_t position) const noexcept;
};

/// A notification that came.
struct Event {
  ProtocolId protocol;
  MessageId message;
  std::vector<std::byte> payload;
  bool subscribed = false;  ///< Notifications of its protocol were asked for, or may have been when it was sent.
};

/// What is known of one protocol of the platform.
struct Facts {
  Version reported;            ///< 0: PROTOCOL_VERSION failed.
  Version spoken;              ///< The layouts to use.
  std::uint32_t entities = 0;  ///< Domains, clocks, ...; 0 where the protocol counts nothing.
};

/// One context only.
class Subject {
 public:
  /// Borrows agent and clock.
  Subject(Agent& agent, TimeSource& clock, const Settings& settings);

  [[nodiscard]] Agent& agent() noexcept { return agent_; }
  [[nodiscard]] TimeSource& clock() noexcept { return clock_; }
  [[nodiscard]] const Settings& settings() const noexcept { return settings_; }
  [[nodiscard]] bool lists(ProtocolId protocol) const { return agent_.has(protocol); }
  /// Asked for once.
  [[nodiscard]] const Facts& facts(ProtocolId protocol);
  /// The version to judge by: that of the release that was named, or the reported one.
  [[nodiscard]] Version judged(ProtocolId protocol);
  /// Whether MESSAGE_ATTRIBUTES answers SUCCESS. Asked for once.
  [[nodiscard]] bool offers(ProtocolId protocol, MessageId message);

  [[nodiscard]] Answer ask(ProtocolId protocol, MessageId message, std::span<const std::byte> payload);
  /// The same, and its delayed response if the command succeeded.
  [[nodiscard]] Answer ask_delayed(ProtocolId protocol, MessageId message, std::span<const std::byte> payload);

  /// Takes in what has come meanwhile; the second waits for `span`.
  void listen();
  void listen(Duration span);
  /// Takes in everything that the platform has sent so far. What it sent before it answered a command is here soon
  /// after the answer, so this asks harmless questions until two in a row bring nothing new; it waits for no clock.
  void settle();
  /// True while notifications of ended subscriptions may still be on their way.
  [[nodiscard]] bool unsettled() const noexcept { return !ending_.empty(); }
  /// How long to wait for what has to come.
  [[nodiscard]] Duration patience() const noexcept;
  [[nodiscard]] std::vector<Event>& events() noexcept { return events_; }
  [[nodiscard]] bool lost() const noexcept { return lost_; }

 private:
  [[nodiscard]] ProtocolLink& link(ProtocolId protocol);
  void note_subscription(ProtocolId protocol, MessageId message, std::span<const std::byte> payload);
  [[nodiscard]] Answer checked(Result<std::size_t> length, std::vector<std::byte> reply);

  Agent& agent_;
  TimeSource& clock_;
  const Settings& settings_;
  std::map<ProtocolId, ProtocolLink> links_;
  std::map<ProtocolId, Facts> facts_;
  std::map<std::pair<ProtocolId, MessageId>, bool> offers_;
  std::map<ProtocolId, std::set<std::vector<std::byte>>> subscribed_;  ///< By what was sent, without the enable word.
  std::set<ProtocolId> ending_;  ///< Something was unsubscribed, and what was sent before may still be on its way.
  std::vector<Event> events_;
  bool lost_ = false;
  std::vector<Subscription> subscriptions_;  // last: they end first
};

}  // namespace scmi::tool::check
