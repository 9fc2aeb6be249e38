// SPDX-License-Identifier: Apache-2.0
#include "platform/shared_window.hpp"

#include <algorithm>
#include <tuple>

#include "platform/statistics.hpp"
#include "protocols/performance_messages.hpp"

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

void plan_performance(const SocConfig& soc, const AgentConfig& agent, Cursor& cursor, WindowPlan& plan) {
  using namespace performance_protocol;
  for (const Index domain : agent.visible[ServedProtocol::performance]) {
    const FastChannelsConfig& fast = soc.performance_domains[domain].fast_channels;
    const auto add = [&](bool wanted, MessageId message, bool setter, std::uint32_t words) {
      FastSlot slot{ServedProtocol::performance, domain, message, setter, words, 0, setter ? fast.doorbell_bits : 0,
                    fast.rate_limit_us};
      if (wanted && cursor.take(slot_size, slot.offset)) plan.slots.push_back(slot);
    };
    add(fast.limits_set && agent.may_set_limits[domain], LimitsSet::info.message, true, 2);
    add(fast.limits_get, LimitsGet::info.message, false, 2);
    add(fast.level_set && agent.may_set_level[domain], LevelSet::info.message, true, 1);
    add(fast.level_get, LevelGet::info.message, false, 1);
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
  std::ranges::stable_sort(plan.slots, {}, [](const FastSlot& s) { return std::tuple(slot(s.protocol), s.resource); });
  for (const ServedProtocol p : {ServedProtocol::power_domain, ServedProtocol::performance}) {
    StatisticsPlace& place = plan.statistics[p];
    const std::uint64_t size = soc.statistics ? statistics_size(soc, p, config.visible[p]) : 0;
    if (size != 0 && cursor.take(size, place.offset)) place.size = static_cast<std::uint32_t>(size);
  }
  plan.size = cursor.size();
  return plan;
}

}  // namespace scmi::platform
