// SPDX-License-Identifier: Apache-2.0
//
// [physics], [[part]], and the sources of values that read them.
#include <array>
#include <limits>

#include "platform/soc_config_entries.hpp"

namespace scmi::platform::parts {
namespace {

constexpr std::int64_t value_min = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t value_max = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t step_us_max = 3'600'000'000;
constexpr std::int64_t ambient_mc_max = 200'000;
constexpr std::int64_t voltage_uv_max = 100'000'000;

std::uint32_t required_u32(TableReader& t, std::string_view key, std::uint32_t min, std::uint32_t max) {
  return static_cast<std::uint32_t>(t.required_integer(key, min, max));
}

LoadConfig read_load(TableReader t) {
  static constexpr std::array kinds = {Choice<LoadKind>{"constant", LoadKind::constant},
                                       Choice<LoadKind>{"square", LoadKind::square},
                                       Choice<LoadKind>{"walk", LoadKind::walk}};
  LoadConfig load;
  load.kind = t.choice<LoadKind>("kind", LoadKind::constant, kinds);
  if (load.kind == LoadKind::constant) {
    load.percent = required_u32(t, "percent", 0, 100);
  } else {
    load.low_percent = t.u32("low_percent", 0, 100);
    load.high_percent = t.u32("high_percent", 100, 100);
    if (load.low_percent >= load.high_percent) {
      t.report("high_percent", fmt::format("{} is not above low_percent", load.high_percent));
    }
  }
  if (load.kind == LoadKind::square) {
    load.high_us = required_u32(t, "high_us", load_us_min, latency_us_max);
    load.low_us = required_u32(t, "low_us", load_us_min, latency_us_max);
  }
  if (load.kind == LoadKind::walk) {
    load.percent = static_cast<std::uint32_t>(
        t.integer("percent", load.low_percent, load.low_percent, std::max(load.low_percent, load.high_percent)));
    load.step_percent = required_u32(t, "step_percent", 1, 100);
    load.step_us = required_u32(t, "step_us", load_us_min, latency_us_max);
  }
  t.finish();
  return load;
}

class PartReader final : public EntryReader<PartConfig> {
 public:
  PartReader() : EntryReader("part", &AllNames::parts, &SocConfig::parts) {}

 private:
  void read_entry(Entry<PartConfig>& entry) override {
    TableReader& t = entry.table;
    PartConfig& c = entry.config;
    entry.references = {read_reference(t, "performance_domain"), read_reference(t, "power_domain"),
                        read_reference(t, "voltage_domain")};
    c.voltage_uv = static_cast<std::int32_t>(t.integer("voltage_uv", 0, 0, voltage_uv_max));
    c.capacitance_pf = t.u32("capacitance_pf", 0);
    c.power_uw = t.u32("power_uw", 0);
    c.leakage_uw = t.u32("leakage_uw", 0);
    c.leakage_permille_per_c = t.u32("leakage_permille_per_c", 0, 1000);
    c.thermal_mc_per_w = t.u32("thermal_mc_per_w", 0);
    c.thermal_ms = static_cast<std::uint32_t>(t.integer("thermal_ms", c.thermal_ms, 1, latency_us_max));
    const double heats = c.thermal_mc_per_w / 1e6 * c.leakage_uw * c.leakage_permille_per_c / 1e6;
    if (heats >= 1)
      t.report("leakage_uw", "grows with temperature faster than the part can cool: it would have no end");
    if (t.has("load")) c.load = read_load(t.table("load"));
  }

  void link_copy(const Entry<PartConfig>& entry, PartConfig& c, const Resolver& resolve) override {
    c.performance_domain = resolve(0, ServedProtocol::performance, "performance_domain");
    c.power_domain = resolve(1, ServedProtocol::power_domain, "power_domain");
    c.voltage_domain = resolve(2, ServedProtocol::voltage, "voltage_domain");
    has_load_.push_back(entry.table.has("load"));
  }

  void check(TableReader& root, const SocConfig& soc, ConfigDiagnostics&) override {
    std::vector<bool> taken(soc.performance_domains.size());
    for (Index i = 0; i < soc.parts.size(); ++i) {
      const PartConfig& c = soc.parts[i];
      const auto complain = [&](const std::string& what) {
        root.report("part", fmt::format("\"{}\" {}", c.name, what));
      };
      if (c.performance_domain == no_index) {
        if (c.capacitance_pf != 0) complain("has capacitance_pf, which needs a performance_domain");
        if (has_load_[i]) complain("has a load, which needs a performance_domain");
        continue;
      }
      const PerformanceDomainConfig& domain = soc.performance_domains[c.performance_domain];
      if (taken[c.performance_domain])
        complain(fmt::format("has the performance_domain \"{}\" of another part", domain.name));
      taken[c.performance_domain] = true;
      if (soc.power_unit == PowerUnit::abstract) complain("needs levels that cost watts, not something abstract");
      if (c.capacitance_pf == 0) continue;
      for (const PerformanceLevel& level : domain.levels) {
        const bool fed = c.voltage_domain != no_index || domain.voltage_domain != no_index;
        const bool volts = fed || level.voltage_uv != 0 || c.voltage_uv != 0;
        if (level.frequency_khz != 0 && volts) continue;
        complain(fmt::format("has capacitance_pf, but level {} has no frequency_khz or no voltage", level.level));
      }
    }
  }

  std::vector<bool> has_load_;  ///< By part.
};

}  // namespace

void complete_parts(SocConfig& soc) {
  for (PartConfig& part : soc.parts) {
    if (part.performance_domain == no_index) continue;
    const PerformanceDomainConfig& domain = soc.performance_domains[part.performance_domain];
    if (part.power_domain == no_index) part.power_domain = domain.power_domain;
    if (part.voltage_domain == no_index) part.voltage_domain = domain.voltage_domain;
  }
}

void read_physics(TableReader table, PhysicsConfig& physics) {
  physics.seed = static_cast<std::uint64_t>(table.integer("seed", 1, 0, value_max));
  physics.ambient_mc =
      static_cast<std::int32_t>(table.integer("ambient_mc", physics.ambient_mc, -ambient_mc_max, ambient_mc_max));
  table.finish();
}

ValueSource read_value_source(TableReader& t, std::vector<NameRef>& references) {
  ValueSource source;
  source.value = t.integer("value", 0, value_min, value_max);
  source.noise = t.u32("noise", 0);
  if (t.has("wave")) {
    if (t.has("value")) t.report("wave", "cannot stand beside value");
    TableReader wave = t.table("wave");
    source.values = wave.integers("values", value_min, value_max);
    if (source.values.empty()) wave.report("values", "holds no value");
    source.step_us = static_cast<std::uint64_t>(wave.required_integer("step_us", 1, step_us_max));
    source.repeat = wave.boolean("repeat", true);
    wave.finish();
  }
  if (!t.has("source")) return source;
  if (t.has("value") || t.has("wave")) t.report("source", "cannot stand beside value or wave");
  static constexpr std::array kinds = {Choice<Quantity>{"power", Quantity::power},
                                       Choice<Quantity>{"energy", Quantity::energy},
                                       Choice<Quantity>{"temperature", Quantity::temperature},
                                       Choice<Quantity>{"voltage", Quantity::voltage},
                                       Choice<Quantity>{"current", Quantity::current},
                                       Choice<Quantity>{"frequency", Quantity::frequency},
                                       Choice<Quantity>{"load", Quantity::load}};
  TableReader from = t.table("source");
  if (!from.has("kind")) from.report("kind", "is missing");
  source.quantity = from.choice<Quantity>("kind", Quantity::power, kinds);
  const std::vector<NameRef> of = from.name_or_names("of");
  if (of.empty()) from.report("of", "names no part");
  const bool of_one = source.quantity == Quantity::voltage || source.quantity == Quantity::frequency ||
                      source.quantity == Quantity::load;
  if (of_one && of.size() > 1) from.report("of", "names several parts, which have no such thing in common");
  from.finish();
  source.of.resize(of.size(), no_index);
  references.insert(references.end(), of.begin(), of.end());
  return source;
}

std::uint64_t noise_stream(std::string_view name, std::size_t which) noexcept {
  std::uint64_t hash = 0xCBF2'9CE4'8422'2325;  // FNV-1a: the same everywhere.
  for (const char c : name) hash = (hash ^ static_cast<unsigned char>(c)) * 0x0000'0100'0000'01B3;
  return hash + which;
}

std::unique_ptr<ResourceReader> part_reader() { return std::make_unique<PartReader>(); }

}  // namespace scmi::platform::parts
