// SPDX-License-Identifier: Apache-2.0
//
// Everything that one history is made of. The clients' side is in clients.cpp, the platform's in world.cpp.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "fuzz/sim/history.hpp"
#include "fuzz/sim/model.hpp"
#include "fuzz/sim/wire.hpp"
#include "platform/platform.hpp"
#include "protocols/clock.hpp"
#include "protocols/performance.hpp"
#include "protocols/power_domain.hpp"
#include "scmi/agent.hpp"

namespace scmi::sim {

/// The protocol whose messages carry a tag, so that every answer can be told from every other: 0x90, a vendor's.
namespace tagged {
inline constexpr ProtocolId protocol{0x90};
inline constexpr MessageId echo{0x3};     ///< {tag} -> {status, tag, number}
inline constexpr MessageId delayed{0x4};  ///< {tag, after_us} -> {status, tag}, then {status, tag, number}
inline constexpr MessageId event{0x0};    ///< Notification {number}
}  // namespace tagged

/// One agent from probe to shutdown. Whoever works with it keeps it alive.
struct AgentLife {
  std::unique_ptr<Agent> agent;
  bool over = false;  ///< It was shut down; its dispatcher ends.
  std::optional<Clocks> clocks;
  std::optional<PowerDomains> powers;
  std::optional<PerformanceDomains> performances;
};

class World final : WireListener, platform::OutgoingSink, TraceTap {
 public:
  World(const Plan& plan, Choices& schedule, bool trace);
  ~World() override;
  [[nodiscard]] Outcome run();

 private:
  struct CallScope;

  // The platform's side.
  void commanded(WireCommand command) override;
  void opening(ProtocolId channel, Direction direction) override;
  void send(AgentId agent, ProtocolId protocol, std::uint32_t header, std::span<const std::byte> payload) override;
  void event(const TraceEvent& event) noexcept override;
  [[nodiscard]] std::vector<std::byte> answer_to(const WireCommand& command, std::uint32_t number, Instant& when);
  void misbehave(const Fate& fate, const WireCommand& command, std::uint32_t number, std::vector<std::byte> bytes,
                 Instant when);
  /// `broken`: its content is not what the command's answer can be.
  void deliver(const WireCommand& command, std::uint32_t number, std::vector<std::byte> bytes, Bell bell, Instant when,
               bool broken = false);
  void tick();
  void crash(std::uint32_t away_us);
  void disrupt(const Event& event);

  // The agent's side.
  void probe_again();
  void start_anew();
  [[nodiscard]] std::shared_ptr<AgentLife> probe();
  void bury(const std::shared_ptr<AgentLife>& life);
  void client(const std::vector<Op>& ops);
  void perform(const std::shared_ptr<AgentLife>& life, const Op& op);
  void echo(const Agent& agent, const Op& op);
  void pending_echo(const std::shared_ptr<AgentLife>& life, const Op& op);
  void start_chained(const std::shared_ptr<AgentLife>& life, const Op& op, std::uint32_t depth);
  void typed(AgentLife& life, const Op& op);
  void subscribe(const std::shared_ptr<AgentLife>& life, const Op& op);
  template <class R>
  void end(Model::CallId call, const Result<R>& result);
  void end_tagged(Model::CallId call, const Result<std::span<const std::byte>>& result);
  void epilogue();
  void last_words(AgentLife& life);

  [[nodiscard]] std::uint32_t new_tag() noexcept { return ++last_tag_; }
  [[nodiscard]] bool tracing() const noexcept { return trace_; }
  void say(Actor from, Actor to, std::string text, bool lost = false);
  [[nodiscard]] Duration timeout_of(const Op& op) const noexcept { return std::chrono::microseconds(op.timeout_us); }

  const Plan& plan_;
  const bool trace_;
  Scheduler scheduler_;
  Model model_;
  std::unique_ptr<Wire> wire_;
  platform::Platform platform_;
  Instant next_tick_ = never;
  std::shared_ptr<AgentLife> life_;                  ///< The one that clients use; null while there is none.
  std::vector<Wire::Callee> former_;                 ///< Channels that were open once.
  std::vector<std::shared_ptr<PendingCall>> loose_;  ///< Calls that their callbacks end.
  std::size_t clients_ = 0;
  std::size_t probing_ = 0;
  bool once_more_ = false;  ///< The probe that is under way comes too early.
  std::uint32_t last_tag_ = 0;
  std::uint32_t last_event_ = 0;
  std::uint32_t published_now_ = 0;  ///< By the agent that lives now.
  bool quiet_ = false;               ///< No more faults.
  bool ring_opening_ = false;
  Outcome outcome_;
};

}  // namespace scmi::sim
