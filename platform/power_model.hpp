// SPDX-License-Identifier: Apache-2.0
//
// The power domains of the simulated SoC: a tree in which nothing is on below something that is off.
//
// Each agent has at most one wish for each domain; the most powered wish of all agents holds. A wish for OFF is a
// wish for OFF of everything below, and a wish for anything else is a wish for ON of everything above. So every single
// agent's wishes fit the tree, and the most powered of wishes that fit it fit it too. A domain for which nobody wishes
// anything is in the state it started in.
#pragma once

#include <optional>
#include <vector>

#include "platform/agenda.hpp"
#include "platform/requests.hpp"
#include "platform/soc_config.hpp"
#include "platform/soc_observer.hpp"
#include "scmi/time.hpp"

namespace scmi::platform {

/// Not synchronised: one context owns the SoC.
class PowerModel {
 public:
  /// Borrows all.
  PowerModel(const SocConfig& config, Agenda& agenda, SocObserver& observer);

  /// Position of a state word among the domain's states (0 = ON).
  [[nodiscard]] std::optional<std::size_t> depth_of(Index domain, std::uint32_t state) const noexcept;
  /// The state word the domain is in; during a transition the old one.
  [[nodiscard]] std::uint32_t state(Index domain) const noexcept;
  [[nodiscard]] bool powered(Index domain) const noexcept { return domain == no_index || depth(domain) != off(domain); }

  /// Records an agent's wish and starts the transitions it leads to. `synchronous`: the domains concerned refuse other
  /// wishes until it has ended. Answers when the transition ends; nothing if a synchronous one is still under way.
  [[nodiscard]] std::optional<Instant> request(AgentId agent, Index domain, std::size_t depth, bool synchronous,
                                               Instant now);
  /// Cuts the power of everything, or gives it back: at once, and whatever anybody wishes, which is remembered.
  void cut(AgentId cause, bool off, Instant now);
  /// Forgets what the agent wished for.
  void forget(AgentId agent, Instant now);
  /// An entry of the agenda is due.
  void run(const AgendaEntry& entry);

 private:
  struct Domain {
    Requests<std::size_t> wishes;
    std::size_t depth = 0;
    std::size_t target = 0;
    Appointment arrival;  ///< End of the transition under way.
    AgentId cause{};
    bool synchronous = false;
    std::vector<Index> children;
  };

  [[nodiscard]] std::size_t off(Index domain) const noexcept { return config_.power_domains[domain].states.size() - 1; }
  [[nodiscard]] std::size_t depth(Index domain) const noexcept { return domains_[domain].depth; }
  [[nodiscard]] std::size_t wanted(Index domain) const;
  /// All domains, parents before their children.
  [[nodiscard]] std::vector<Index> tree() const;
  /// The domain, then what lies below it (parents first).
  [[nodiscard]] std::vector<Index> subtree(Index domain) const;
  /// When a change of all these ends. One time for all, and none before what is under way: otherwise a child could be
  /// on while its parent is not yet.
  [[nodiscard]] Instant end_of(const std::vector<Index>& concerned, Instant now, std::uint32_t latency_us) const;
  void move(Index domain, AgentId cause, bool synchronous, Instant now, Instant done);
  void arrive(Index domain);

  const SocConfig& config_;
  Agenda& agenda_;
  SocObserver& observer_;
  std::vector<Domain> domains_;
  bool cut_ = false;
};

}  // namespace scmi::platform
