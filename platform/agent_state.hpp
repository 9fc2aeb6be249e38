// SPDX-License-Identifier: Apache-2.0
//
// What the platform remembers about one agent: which resources it sees under which ids, what a trusted agent has taken
// from it, which versions it negotiated, what it wants to hear of.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "platform/soc_config.hpp"
#include "platform/versions.hpp"

namespace scmi::platform {

/// The ids under which an agent knows the resources of one kind: 0, 1, ... without holes.
class View {
 public:
  View() = default;
  View(const std::vector<Index>& visible, std::size_t total) : visible_(visible), ids_(total) {
    for (std::size_t i = 0; i < visible_.size(); ++i) ids_[visible_[i]] = static_cast<std::uint32_t>(i);
  }
  [[nodiscard]] std::size_t size() const noexcept { return visible_.size(); }
  [[nodiscard]] const std::vector<Index>& visible() const noexcept { return visible_; }
  /// Nothing for an id that the agent does not have.
  [[nodiscard]] std::optional<Index> find(std::uint32_t id) const noexcept {
    if (id >= visible_.size()) return std::nullopt;
    return visible_[id];
  }
  /// Nothing for a resource that the agent does not see.
  [[nodiscard]] std::optional<std::uint32_t> id_of(Index index) const noexcept { return ids_[index]; }

 private:
  std::vector<Index> visible_;
  std::vector<std::optional<std::uint32_t>> ids_;
};

/// One kind of event that agents subscribe to for single resources.
enum class Event : std::uint8_t {
  power_changed,
  power_requested,
  system_state,
  limits_changed,
  level_changed,
  rate_changed,
  rate_requested,
  sensor_tripped,
  sensor_updated,
  reset_issued,
  cap_changed,
};
/// Whose resources each kind of event is about.
inline constexpr std::array event_owner = {
    ServedProtocol::power_domain,  // power_changed
    ServedProtocol::power_domain,  // power_requested
    ServedProtocol::system_power,  // system_state
    ServedProtocol::performance,   // limits_changed
    ServedProtocol::performance,   // level_changed
    ServedProtocol::clock,         // rate_changed
    ServedProtocol::clock,         // rate_requested
    ServedProtocol::sensor,        // sensor_tripped
    ServedProtocol::sensor,        // sensor_updated
    ServedProtocol::reset_domain,  // reset_issued
    ServedProtocol::powercap,      // cap_changed
};
inline constexpr std::size_t event_count = event_owner.size();

/// One agent, from the platform's side.
class AgentState {
 public:
  /// Borrows both.
  AgentState(const SocConfig& soc, const AgentConfig& config);

  [[nodiscard]] const AgentConfig& config() const noexcept { return config_; }
  /// The view that belongs to a protocol. Empty for those without resources.
  [[nodiscard]] const View& view(ServedProtocol p) const noexcept { return views_[p]; }

  /// Whether the SoC offers the protocol, in the versions that this agent is served.
  [[nodiscard]] bool offered(ServedProtocol p) const noexcept;
  /// False when the agent may not use the protocol at all: not offered, by description, or because a denial left it
  /// without any resource there. Base is always open.
  [[nodiscard]] bool open(ServedProtocol p) const noexcept;
  /// False when the resource's device was denied to the agent.
  [[nodiscard]] bool granted(ServedProtocol p, Index index) const noexcept;
  /// Grants or denies a device for one protocol.
  void grant(Index device, ServedProtocol p, bool allow);
  /// Puts permissions back to what they were at start.
  void restore_grants();

  [[nodiscard]] Version version(ServedProtocol p) const noexcept { return in_force_[p]; }
  void negotiate(ServedProtocol p, Version version) noexcept { in_force_[p] = version; }
  void restore_versions() noexcept { in_force_ = config_.versions; }

  [[nodiscard]] bool subscribed(Event event, Index index) const noexcept {
    const std::vector<bool>& sources = subscriptions_[static_cast<std::size_t>(event)];
    if (soc_.behaviour.unfiltered_events) return std::find(sources.begin(), sources.end(), true) != sources.end();
    return sources[index];
  }
  void subscribe(Event event, Index index, bool enable) {
    subscriptions_[static_cast<std::size_t>(event)][index] = enable;
  }
  [[nodiscard]] bool wants_errors() const noexcept { return wants_errors_; }
  void want_errors(bool enable) noexcept { wants_errors_ = enable; }
  void drop_subscriptions();

 private:
  void count_granted();

  const SocConfig& soc_;
  const AgentConfig& config_;
  PerProtocol<View> views_;
  PerProtocol<std::vector<Index>> device_of_;  ///< By resource; no_index for none.
  std::vector<PerProtocol<bool>> denied_;      ///< By device.
  PerProtocol<std::size_t> granted_count_;
  VersionSet in_force_;
  std::array<std::vector<bool>, event_count> subscriptions_;
  bool wants_errors_ = false;
};

}  // namespace scmi::platform
