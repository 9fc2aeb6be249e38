// SPDX-License-Identifier: Apache-2.0
//
// [system_power] and [agent.system_power].
#include <fmt/core.h>

#include <algorithm>
#include <array>

#include "platform/soc_config_parts.hpp"

namespace scmi::platform::parts {

void read_system_power(TableReader& root, SocConfig& soc) {
  if (!root.has("system_power")) return;
  TableReader t = root.table("system_power");
  SystemPowerConfig c;
  static constexpr std::array views = {Choice<bool>{"ospm", false}, Choice<bool>{"full", true}};
  c.full_view = t.choice<bool>("view", c.full_view, views);
  c.warm_reset = t.boolean("warm_reset", c.warm_reset);
  c.suspend = t.boolean("suspend", c.suspend);
  for (const std::int64_t state : t.integers("vendor_states", 0x8000'0000, 0xFFFF'FFFF)) {
    const auto word = static_cast<std::uint32_t>(state);
    if (std::find(c.vendor_states.begin(), c.vendor_states.end(), word) != c.vendor_states.end()) {
      t.report("vendor_states", fmt::format("{:#x} is listed twice", word));
    }
    c.vendor_states.push_back(word);
  }
  c.graceful_timeout_ms = t.u32("graceful_timeout_ms", c.graceful_timeout_ms);
  t.finish();
  soc.system_power = std::move(c);
}

void read_system_rights(TableReader& table, AgentConfig& agent) {
  static constexpr std::array roles = {Choice<SystemRole>{"ospm", SystemRole::ospm},
                                       Choice<SystemRole>{"psci", SystemRole::psci},
                                       Choice<SystemRole>{"management", SystemRole::management}};
  agent.system.role = table.choice<SystemRole>("role", agent.system.role, roles);
  agent.system.notify = table.boolean("notify", agent.system.notify);
}

}  // namespace scmi::platform::parts
