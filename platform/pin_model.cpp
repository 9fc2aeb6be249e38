// SPDX-License-Identifier: Apache-2.0
#include "platform/pin_model.hpp"

#include <algorithm>

namespace scmi::platform {

std::optional<std::uint32_t> PinModel::setting(Index pin, std::uint8_t type) const {
  const auto& settings = config_.pins[pin].settings;
  const auto known = settings.find(type);
  if (known == settings.end()) return std::nullopt;
  const auto wishes = pins_[pin].wishes.find(type);
  const std::uint32_t* wish = wishes == pins_[pin].wishes.end() ? nullptr : wishes->second.latest();
  return wish == nullptr ? known->second : *wish;
}

Index PinModel::function(Index pin) const {
  const Index* wish = pins_[pin].functions.latest();
  return wish == nullptr ? config_.pins[pin].function : *wish;
}

void PinModel::allow(AgentId agent, Index pin, bool allow) {
  if (allow) {
    pins_[pin].denied.erase(agent);
  } else {
    pins_[pin].denied.insert(agent);
  }
}

void PinModel::restore(AgentId agent) {
  for (Pin& pin : pins_) pin.denied.erase(agent);
}

void PinModel::forget(AgentId agent) {
  for (Pin& pin : pins_) {
    for (auto& [type, wishes] : pin.wishes) wishes.drop(agent);
    pin.functions.drop(agent);
    if (pin.owner == agent) pin.owner = AgentId(0);
  }
}

}  // namespace scmi::platform
