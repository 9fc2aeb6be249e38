// SPDX-License-Identifier: Apache-2.0
#include "platform/shared_window.hpp"

#include <algorithm>
#include <tuple>

#include "platform/statistics.hpp"
#include "platform/telemetry_region.hpp"
#include "protocols/performance_messages.hpp"
#include "protocols/powercap_messages.hpp"

namespace scmi::platform {
namespace {

/// Below 4 GiB, where agents with 32-bit addresses can use it too, and well apart.
constexpr std::uint64_t first_address = 0x0E00'0000;
constexpr std::uint32_t slot_size = 16;

/// Takes pieces off the window while there is room.
class Cursor {
 public:
  [[nodiscard]] bool take(std::uint64_t size, std::uint32_t& offset) noexcept {
    const std::uint64_t rounded = (size + 7) / 8 * 8;
    if (rounded > window_size_limit - at_) return false;
    offset = at_;
    at_ += static_cast<std::uint32_t>(rounded);
    return true;
  }
  [[nodiscard]] std::uint32_t size() const noexcept { return at_; }

 private:
  std::uint32_t at_ = 0;
};

/// Adds a domain's fast channels, as far as they are wanted, allowed and fit.
class SlotPlanner {
 public:
  SlotPlanner(ServedProtocol protocol, Index domain, const FastChannelsConfig& fast, Cursor& cursor, WindowPlan& plan)
      : protocol_(protocol), domain_(domain), fast_(fast), cursor_(cursor), plan_(plan) {}
  void setter(MessageId message, std::uint32_t words, bool allowed) {
    if (allowed) add({protocol_, domain_, message, true, words, 0, fast_.doorbell_bits, fast_.rate_limit_us});
  }
  void getter(MessageId message, std::uint32_t words) {
    add({protocol_, domain_, message, false, words, 0, 0, fast_.rate_limit_us});
  }

 private:
  void add(FastSlot slot) {
    if (fast_.messages.contains(slot.message) && cursor_.take(slot_size, slot.offset)) plan_.slots.push_back(slot);
  }

  ServedProtocol protocol_;
  Index domain_;
  const FastChannelsConfig& fast_;
  Cursor& cursor_;
  WindowPlan& plan_;
};

void plan_performance(const SocConfig& soc, const AgentConfig& agent, Cursor& cursor, WindowPlan& plan) {
  using namespace performance_protocol;
  for (const Index domain : agent.visible[ServedProtocol::performance]) {
    SlotPlanner add(ServedProtocol::performance, domain, soc.performance_domains[domain].fast_channels, cursor, plan);
    add.setter(LimitsSet::info.message, 2, agent.may_set_limits[domain]);
    add.getter(LimitsGet::info.message, 2);
    add.setter(LevelSet::info.message, 1, agent.may_set_level[domain]);
    add.getter(LevelGet::info.message, 1);
  }
}

void plan_powercap(const SocConfig& soc, const AgentConfig& agent, Cursor& cursor, WindowPlan& plan) {
  using namespace powercap_protocol;
  for (const Index domain : agent.visible[ServedProtocol::powercap]) {
    const PowercapConfig& config = soc.powercaps[domain];
    SlotPlanner add(ServedProtocol::powercap, domain, config.fast_channels, cursor, plan);
    add.getter(CapGet::info.message, 1);
    add.setter(CapSet::info.message, 1, agent.may_set_powercap[domain] && config.cap_configurable());
    add.getter(PaiGet::info.message, 1);
    add.setter(PaiSet::info.message, 1, agent.may_set_powercap[domain] && config.pai_configurable());
  }
}

void plan_telemetry(const TelemetryConfig& telemetry, Cursor& cursor, TelemetryPlan& plan) {
  const std::size_t count = telemetry.data_events.size();
  plan.lines.resize(count);
  plan.blocks.resize(count);
  plan.fast_channels.assign(count, TelemetryPlan::nowhere);
  const std::uint32_t size = plan_telemetry_lines(telemetry, plan);
  if (size != 0 && cursor.take(size, plan.shmti.offset)) {
    plan.shmti.size = size;
  } else {
    plan.lines.assign(count, 0);
  }
  for (std::size_t i = 0; i < count; ++i) {
    if (telemetry.data_events[i].fast_channel) (void)cursor.take(slot_size, plan.fast_channels[i]);
  }
}

}  // namespace

const FastSlot* WindowPlan::find(ServedProtocol protocol, Index resource, MessageId message) const noexcept {
  const auto found = std::ranges::find_if(slots, [&](const FastSlot& s) {
    return s.protocol == protocol && s.resource == resource && s.message == message;
  });
  return found == slots.end() ? nullptr : &*found;
}

WindowPlan plan_window(const SocConfig& soc, std::size_t agent) {
  const AgentConfig& config = soc.agents[agent];
  WindowPlan plan;
  plan.address = first_address + agent * window_size_limit;
  Cursor cursor;
  plan_performance(soc, config, cursor, plan);
  plan_powercap(soc, config, cursor, plan);
  std::ranges::stable_sort(plan.slots, {}, [](const FastSlot& s) { return std::tuple(slot(s.protocol), s.resource); });
  for (const ServedProtocol p : {ServedProtocol::power_domain, ServedProtocol::performance}) {
    StatisticsPlace& place = plan.statistics[p];
    const std::uint64_t size = soc.statistics ? statistics_size(soc, p, config.visible[p]) : 0;
    if (size != 0 && cursor.take(size, place.offset)) place.size = static_cast<std::uint32_t>(size);
  }
  if (soc.telemetry && config.protocols[ServedProtocol::telemetry]) {
    plan_telemetry(*soc.telemetry, cursor, plan.telemetry);
  }
  plan.size = cursor.size();
  return plan;
}

}  // namespace scmi::platform
