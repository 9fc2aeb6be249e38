// SPDX-License-Identifier: Apache-2.0
//
// The SoC of the edge-case tables: one of each kind of entity, so that every check has something to refuse.
#include "tests/platform/platform_bench.hpp"

namespace scmi::platform::test {
namespace {

constexpr std::string_view description = R"([soc]
name = "edges"
vendor = "acme"
sub_vendor = "edge"
implementation_version = 0x01020304
profile = "3.2"
clock_max_pending_async = 2
[behaviour]

[[agent]]             # 1: everything
name = "manager"
trusted = true
performance = { may_set_level = ["perf", "indexed"], may_set_limits = ["perf", "indexed"] }
clock = { may_set_state = ["list", "range", "other", "none"], may_set_parent = ["list"], may_set_rate = ["list", "range", "none"] }
power_domain = { may_set = ["sync", "both", "fixed", "slow", "cpu"] }

[[agent]]             # 2: a part, in another order
name = "guest"
power_domain = { visible = ["both", "slow"] }
performance = { visible = ["indexed", "perf"], may_set_level = [] }
clock = { visible = ["other", "list", "range"] }

[[agent]]             # 3: no clocks
name = "bare"
protocols = ["base", "power_domain"]
performance = { may_set_level = [] }

[[device]]            # 0
name = "a"
power_domains = ["both"]
clocks = ["range"]
[[device]]            # 1
name = "b"
performance_domains = ["*"]
[[device]]            # 2: guest sees nothing of it
name = "c"
power_domains = ["fixed"]

[[power_domain]]      # 0
name = "sync"
notify_requested = true
[[power_domain]]      # 1
name = "both"
async = true
states = [0x00000003]
[[power_domain]]      # 2
name = "fixed"
sync = false
notify_changed = false
[[power_domain]]      # 3
name = "slow"
async = true
latency_us = 1000
[[power_domain]]      # 4
name = "read_only_and_long_name"
[[power_domain]]      # 5
name = "cpu"
parent = "both"
processor = true
latency_us = 10

[[performance_domain]]  # 0
name = "perf"
clock = "other"
sustained_level = 300
rate_limit_us = 100
levels = [
  { level = 200, power = 10_500, latency_us = 7, frequency_khz = 20_000 },
  { level = 300, power = 20_500, latency_us = 8, frequency_khz = 30_000 },
  { level = 400, power = 30_500, latency_us = 9, frequency_khz = 40_000 },
]
[[performance_domain]]  # 1
name = "indexed"
level_indexing = true
levels = [
  { level = 200, index = 5, frequency_khz = 1000 },
  { level = 300, index = 6, frequency_khz = 3000 },
  { level = 400, index = 9, frequency_khz = 9000 },
]
[[performance_domain]]  # 2
name = "silent_and_with_a_long_name"
notify_limits = false
notify_level = false
levels = [{ level = 1 }]

[[clock]]             # 0
name = "list"
rates_hz = [1000, 2000, 4000, 8_000_000_000]
rate_hz = 2000
parents = ["range", "other"]
rate_latency_us = 50
enable_delay_us = 30
extended = [{ type = 1, min = 10, max = 90, value = 50 }]
[[clock]]             # 1
name = "range"
range_hz = { min = 1000, max = 5000, step = 500 }
rate_hz = 3000
[[clock]]             # 2
name = "other"
rates_hz = [20_000_000, 30_000_000, 40_000_000]
enabled = true
notify_changed = false
notify_requested = false
[[clock]]             # 3
name = "none"
)";

}  // namespace

SocConfig edge_soc(const std::vector<Edit>& edits) {
  std::string text(description);
  for (const Edit& edit : edits) {
    const std::size_t at = text.find(edit.from);
    REQUIRE_MESSAGE(at != std::string::npos, std::string(edit.from));
    text.replace(at, edit.from.size(), edit.to);
  }
  auto soc = parse_soc_config(text, "edges.toml");
  if (!soc) FAIL(describe(soc.error().front()));
  return std::move(*soc);
}

}  // namespace scmi::platform::test
