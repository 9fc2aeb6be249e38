// SPDX-License-Identifier: Apache-2.0
#include "platform/window_board.hpp"

#include <algorithm>

#include "platform/platform_state.hpp"

namespace scmi::platform {
namespace {

constexpr std::array fast_servers = {
    &performance_fast_server,
    &powercap_fast_server,
};

const FastServer* server_of(ServedProtocol p) noexcept {
  const auto found = std::ranges::find(fast_servers, p, [](const FastServer* s) { return s->protocol; });
  return found == fast_servers.end() ? nullptr : *found;
}

std::uint64_t pack(FastWords words) noexcept { return std::uint64_t{words[1]} << 32 | words[0]; }
FastWords unpack(std::uint64_t value) noexcept {
  return {static_cast<std::uint32_t>(value), static_cast<std::uint32_t>(value >> 32)};
}

std::uint64_t load(const SharedWindow& window, const FastSlot& slot) noexcept {
  return slot.words == 1 ? window.at<std::uint32_t>(slot.offset).load(std::memory_order_acquire)
                         : window.at<std::uint64_t>(slot.offset).load(std::memory_order_acquire);
}
void store(const SharedWindow& window, const FastSlot& slot, std::uint64_t value) noexcept {
  if (slot.words == 1) {
    window.at<std::uint32_t>(slot.offset).store(static_cast<std::uint32_t>(value), std::memory_order_release);
  } else {
    window.at<std::uint64_t>(slot.offset).store(value, std::memory_order_release);
  }
}
bool replace(const SharedWindow& window, const FastSlot& slot, std::uint64_t expected, std::uint64_t value) noexcept {
  if (slot.words == 2) return window.at<std::uint64_t>(slot.offset).compare_exchange_strong(expected, value);
  auto narrow = static_cast<std::uint32_t>(expected);
  return window.at<std::uint32_t>(slot.offset).compare_exchange_strong(narrow, static_cast<std::uint32_t>(value));
}

}  // namespace

WindowBoard::WindowBoard(const SocConfig& soc, Instant start) : soc_(soc), statistics_(soc, start) {
  for (std::size_t i = 0; i < soc.agents.size(); ++i) {
    Agent& agent = agents_.emplace_back();
    agent.plan = plan_window(soc, i);
    agent.states.resize(agent.plan.slots.size());
    agent.visible_power = soc.agents[i].visible[ServedProtocol::power_domain];
    agent.visible_performance = soc.agents[i].visible[ServedProtocol::performance];
  }
}

void WindowBoard::attach(PlatformState& platform, AgentId id, std::span<std::byte> memory, Instant now) {
  Agent& agent = agents_[id.value - 1];
  agent.window = {};
  if (agent.plan.size != 0 && memory.size() >= agent.plan.size) {
    agent.window = SharedWindow(memory);
    for (std::size_t i = 0; i < agent.plan.slots.size(); ++i) {
      const FastSlot& slot = agent.plan.slots[i];
      const std::uint64_t value = pack(server_of(slot.protocol)->present(platform, id, slot));
      agent.states[i] = {value, value};
      store(agent.window, slot, value);
      if (slot.bell_bits != 0) agent.window.at<std::uint64_t>(slot.bell_offset()).store(0, std::memory_order_relaxed);
    }
    statistics_.write(agent.window, agent.plan.statistics[ServedProtocol::power_domain], ServedProtocol::power_domain,
                      agent.visible_power);
    statistics_.write(agent.window, agent.plan.statistics[ServedProtocol::performance], ServedProtocol::performance,
                      agent.visible_performance);
    if (soc_.telemetry) agent.telemetry.open(agent.window, agent.plan.telemetry, *soc_.telemetry);
  }
  schedule(now);
}

void WindowBoard::detach(AgentId id) {
  agents_[id.value - 1].window = {};
  if (std::ranges::none_of(agents_, [](const Agent& a) { return static_cast<bool>(a.window); })) next_poll_ = never;
}

const WindowPlan* WindowBoard::plan(AgentId id) const noexcept {
  const Agent& agent = agents_[id.value - 1];
  return agent.window ? &agent.plan : nullptr;
}

void WindowBoard::show(PlatformState& platform, AgentId id, Agent& agent, std::size_t i) {
  const FastSlot& slot = agent.plan.slots[i];
  SlotState& state = agent.states[i];
  const std::uint64_t value = pack(server_of(slot.protocol)->present(platform, id, slot));
  if (value == state.mirror) return;
  state.mirror = value;
  if (!slot.setter) {
    store(agent.window, slot, value);
  } else if (!soc_.behaviour.stale_fast_channels && replace(agent.window, slot, state.seen, value)) {
    state.seen = value;
  }
}

void WindowBoard::changed(PlatformState& platform, ServedProtocol protocol, Index resource) {
  for (std::size_t a = 0; a < agents_.size(); ++a) {
    Agent& agent = agents_[a];
    if (!agent.window) continue;
    const auto& slots = agent.plan.slots;
    auto at = std::ranges::lower_bound(slots, std::pair(slot(protocol), resource), {},
                                       [](const FastSlot& s) { return std::pair(slot(s.protocol), s.resource); });
    for (; at != slots.end() && at->protocol == protocol && at->resource == resource; ++at) {
      show(platform, AgentId(static_cast<std::uint32_t>(a + 1)), agent, static_cast<std::size_t>(at - slots.begin()));
    }
  }
}

void WindowBoard::refresh(PlatformState& platform, AgentId id) {
  Agent& agent = agents_[id.value - 1];
  for (std::size_t i = 0; agent.window && i < agent.plan.slots.size(); ++i) show(platform, id, agent, i);
}

void WindowBoard::entered(ServedProtocol protocol, Index resource, std::size_t state, Instant now) {
  statistics_.enter(protocol, resource, state, now);
  for (Agent& agent : agents_) {
    const auto& visible = protocol == ServedProtocol::power_domain ? agent.visible_power : agent.visible_performance;
    const auto at = std::ranges::find(visible, resource);
    if (!agent.window || at == visible.end()) continue;
    statistics_.write_section(agent.window, agent.plan.statistics[protocol], protocol, visible,
                              static_cast<std::size_t>(at - visible.begin()));
  }
}

void WindowBoard::show_telemetry(AgentId id, std::span<const DataEventSample> samples,
                                 const std::vector<bool>& enabled) {
  Agent& agent = agents_[id.value - 1];
  if (agent.window) agent.telemetry.show(agent.window, agent.plan.telemetry, *soc_.telemetry, samples, enabled);
}

bool WindowBoard::written(Agent& agent, std::size_t i) {
  const FastSlot& slot = agent.plan.slots[i];
  if (slot.bell_bits == 0) {
    const SlotState& state = agent.states[i];
    return load(agent.window, slot) != (soc_.behaviour.stale_fast_channels ? state.mirror : state.seen);
  }
  auto bell = agent.window.at<std::uint64_t>(slot.bell_offset());
  if ((bell.load(std::memory_order_relaxed) & slot.bell_mask()) == 0) return false;
  // Acquire: pairs with the agent's ring after its payload.
  bell.fetch_and(~slot.bell_mask(), std::memory_order_acquire);
  return true;
}

void WindowBoard::poll(PlatformState& platform, Instant now) {
  for (std::size_t a = 0; a < agents_.size(); ++a) {
    Agent& agent = agents_[a];
    for (std::size_t i = 0; agent.window && i < agent.plan.slots.size(); ++i) {
      const FastSlot& slot = agent.plan.slots[i];
      if (!slot.setter || !written(agent, i)) continue;
      const std::uint64_t value = load(agent.window, slot);
      agent.states[i].seen = value;
      server_of(slot.protocol)->apply(platform, AgentId(static_cast<std::uint32_t>(a + 1)), slot, unpack(value), now);
    }
  }
  schedule(now);
}

void WindowBoard::schedule(Instant now) {
  const bool any = std::ranges::any_of(agents_, [](const Agent& agent) {
    return agent.window && std::ranges::any_of(agent.plan.slots, &FastSlot::setter);
  });
  next_poll_ = any ? now + std::chrono::microseconds(soc_.behaviour.fast_channel_poll_us) : never;
}

}  // namespace scmi::platform
