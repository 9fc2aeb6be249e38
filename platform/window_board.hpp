// SPDX-License-Identifier: Apache-2.0
//
// Serves the windows of all agents: shows the present values in the fast channels that agents read, looks for what they
// wrote into the others, and keeps the statistics regions up to date.
//
//   attach ─▶ everything is shown; setters hold what is in force, so that an untouched one changes nothing
//   changed ─▶ the resource's channels are shown again; a setter only if the agent has not written meanwhile
//   poll ─▶ every setter whose doorbell rang (or, without one, whose payload is another) is applied
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "platform/shared_window.hpp"
#include "platform/statistics.hpp"
#include "platform/telemetry_region.hpp"
#include "scmi/time.hpp"

namespace scmi::platform {

class PlatformState;

using FastWords = std::array<std::uint32_t, 2>;

/// A protocol's part: what a channel shows, and what a value that an agent wrote does (nothing, if it is bad).
struct FastServer {
  ServedProtocol protocol;
  FastWords (*present)(PlatformState&, AgentId, const FastSlot&);
  void (*apply)(PlatformState&, AgentId, const FastSlot&, FastWords, Instant now);
};
extern const FastServer performance_fast_server;
extern const FastServer powercap_fast_server;

/// Not synchronised: belongs to the platform's context. Agents by id, as everywhere.
class WindowBoard {
 public:
  WindowBoard(const SocConfig& soc, Instant start);

  /// The agent's memory is there. One that is too small is not used.
  void attach(PlatformState& platform, AgentId agent, std::span<std::byte> memory, Instant now);
  void detach(AgentId agent);
  /// The agent's plan; nullptr while it has no memory, for nothing of it can be offered then.
  [[nodiscard]] const WindowPlan* plan(AgentId agent) const noexcept;

  /// Shows the fast channels of a resource to everybody.
  void changed(PlatformState& platform, ServedProtocol protocol, Index resource);
  /// Shows all fast channels of an agent.
  void refresh(PlatformState& platform, AgentId agent);
  /// A domain entered a state, by its position.
  void entered(ServedProtocol protocol, Index resource, std::size_t state, Instant now);

  /// Shows telemetry to an agent: see TelemetryRegion::show(). Nothing without memory.
  void show_telemetry(AgentId agent, std::span<const DataEventSample> samples, const std::vector<bool>& enabled);

  /// When poll() is due; `never` while no agent could have written.
  [[nodiscard]] Instant next_poll() const noexcept { return next_poll_; }
  void poll(PlatformState& platform, Instant now);

 private:
  /// What was last seen or shown in a slot.
  struct SlotState {
    std::uint64_t seen = 0;    ///< In memory.
    std::uint64_t mirror = 0;  ///< In force.
  };
  struct Agent {
    WindowPlan plan;
    SharedWindow window;
    std::vector<SlotState> states;  ///< By slot.
    std::vector<Index> visible_power;
    std::vector<Index> visible_performance;
    TelemetryRegion telemetry;
  };
  void show(PlatformState& platform, AgentId id, Agent& agent, std::size_t slot);
  [[nodiscard]] bool written(Agent& agent, std::size_t slot);
  void schedule(Instant now);

  const SocConfig& soc_;
  std::vector<Agent> agents_;  ///< Agent 1 first.
  Statistics statistics_;
  Instant next_poll_ = never;
};

}  // namespace scmi::platform
