// SPDX-License-Identifier: Apache-2.0
//
// `perf`: performance domains. A level is shown with everything that names it: its value, its index, and the frequency
// that it stands for; whatever of these was typed becomes what the domain wants to hear.
#include <fmt/format.h>

#include "protocols/performance.hpp"
#include "tool/choose.hpp"
#include "tool/command_line.hpp"
#include "tool/commands.hpp"
#include "tool/statistics.hpp"

namespace scmi::tool {
namespace {

constexpr std::string_view kind = "performance domain";

struct Words {
  std::string domain;  ///< Name or id.
  std::string level;   ///< A level's value, its frequency ("800MHz"), or "@INDEX".
  std::string min;     ///< As `level`; empty: left as it is.
  std::string max;
  std::string via = "message";  ///< "fast", "message" or "auto".
};

struct Chosen {
  PerformanceDomains domains;
  PerformanceDomainInfo info;
  PerformanceLevels levels;
};

[[nodiscard]] std::string named(const PerformanceDomainInfo& info) {
  return fmt::format("{} {} ({})", kind, info.id.value, info.name);
}

[[nodiscard]] Outcome<Chosen> choose_domain(Context& context, const std::string& word) {
  auto domains = open_client<PerformanceDomains>(context.connection, kind);
  if (!domains) return tl::unexpected(domains.error());
  const auto id = find_entity<DomainId>(context.connection, *domains, kind, word);
  if (!id) return tl::unexpected(id.error());
  auto info = domains->describe(*id, context.connection.call());
  if (!info) return failed(fmt::format("describing {} {}", kind, id->value), info.error());
  auto levels = domains->levels(*id, context.connection.call());
  if (!levels) return failed(fmt::format("asking for the levels of {}", named(*info)), levels.error());
  return Chosen{std::move(*domains), std::move(*info), std::move(*levels)};
}

/// What stands for a level on the wire, as value and frequency; unknown ones keep the number that came.
[[nodiscard]] Value level_value(const PerformanceLevels& levels, std::optional<std::uint32_t> wire) {
  if (!wire) return {};
  const PerformanceLevel* level = levels.from_wire(*wire);
  if (level != nullptr) return level->value;
  return levels.indexed ? Value() : Value(*wire);
}
[[nodiscard]] Value index_value(const PerformanceLevels& levels, std::optional<std::uint32_t> wire) {
  const PerformanceLevel* level = wire ? levels.from_wire(*wire) : nullptr;
  if (level != nullptr) return level->index;
  return wire && levels.indexed ? Value(*wire) : Value();
}
[[nodiscard]] Value frequency_value(const PerformanceLevels& levels, std::optional<std::uint32_t> wire) {
  const PerformanceLevel* level = wire ? levels.from_wire(*wire) : nullptr;
  const std::uint64_t hz = level != nullptr ? levels.frequency_hz(*level) : 0;
  return hz != 0 ? Value(hz) : Value();
}

/// A level that was typed, as it travels.
[[nodiscard]] Outcome<std::uint32_t> parse_level(const Chosen& chosen, std::string_view word) {
  const PerformanceLevels& levels = chosen.levels;
  const auto none = [&](std::string_view what) {
    return misused(fmt::format("{} has no level {} '{}'", named(chosen.info), what, printable(word)),
                   "'perf levels' shows those it has");
  };
  if (word.starts_with('@')) {
    const auto index = parse_number32(word.substr(1));
    const PerformanceLevel* level = index ? levels.by_index(*index) : nullptr;
    if (level == nullptr) return none("with index");
    return levels.on_wire(*level);
  }
  if (const auto value = parse_number32(word)) {
    // Not every platform lists all it accepts; an index has to be one of the list.
    if (!levels.indexed) return *value;
    const PerformanceLevel* level = levels.by_value(*value);
    if (level == nullptr) return none("of value");
    return levels.on_wire(*level);
  }
  const auto hz = parse_rate_hz(word);
  if (!hz)
    return misused(fmt::format("'{}' is no level", printable(word)), "say a value, a frequency (800MHz) or @INDEX");
  for (const PerformanceLevel& level : levels.levels) {
    if (levels.frequency_hz(level) == *hz) return levels.on_wire(level);
  }
  return none("at frequency");
}

/// The domain's state now: level and limits. Unknown where the platform refuses.
[[nodiscard]] Outcome<Record> row_of(Context& context, const Chosen& chosen, Via via = Via::message) {
  const auto& [domains, info, levels] = chosen;
  const CallOptions call = context.connection.call();
  const auto level =
      if_answered(fmt::format("reading the level of {}", named(info)), domains.level_get(info.id, call, via));
  if (!level) return tl::unexpected(level.error());
  const auto limits =
      if_answered(fmt::format("reading the limits of {}", named(info)), domains.limits_get(info.id, call, via));
  if (!limits) return tl::unexpected(limits.error());
  const auto min = *limits ? std::optional((*limits)->min) : std::nullopt;
  const auto max = *limits ? std::optional((*limits)->max) : std::nullopt;
  return Record{{"id", info.id.value},
                {"name", info.name},
                {"level", level_value(levels, *level)},
                {"level_index", index_value(levels, *level)},
                {"frequency", frequency_value(levels, *level), Measure::hertz},
                {"min_level", level_value(levels, min)},
                {"max_level", level_value(levels, max)},
                {"level_count", static_cast<std::uint64_t>(levels.levels.size())},
                {"set_level", info.set_level},
                {"set_limits", info.set_limits},
                {"fast_channels", info.fastchannel}};
}

[[nodiscard]] Item power_item(PowerUnit unit, std::uint32_t cost) {
  const Value value = cost != 0 ? Value(cost) : Value();
  switch (unit) {
    case PowerUnit::milliwatt: return {"power", value, Measure::milliwatts};
    case PowerUnit::microwatt: return {"power", value, Measure::microwatts};
    case PowerUnit::abstract:
    case PowerUnit::unknown: break;
  }
  return {"power_abstract", value};
}

[[nodiscard]] Outcome<void> report_row(Context& context, const Chosen& chosen, Via via) {
  auto row = row_of(context, chosen, via);
  if (!row) return tl::unexpected(row.error());
  for (Item& item : *row) context.report.add(item.key, std::move(item.value), item.measure, item.style);
  return {};
}

void report_limit(Report& report, const PerformanceLevels& levels, const std::string& which, std::uint32_t wire) {
  report.add(which + "_level", level_value(levels, wire));
  report.add(which + "_level_index", index_value(levels, wire));
  report.add(which + "_frequency", frequency_value(levels, wire), Measure::hertz);
}

Outcome<void> list(Context& context) {
  auto domains = open_client<PerformanceDomains>(context.connection, kind);
  if (!domains) return tl::unexpected(domains.error());
  const auto all = domains->list(context.connection.call());
  if (!all) return failed("listing the performance domains", all.error());
  std::vector<Record> rows;
  for (const PerformanceDomainInfo& info : *all) {
    const auto levels = if_answered(fmt::format("asking for the levels of {}", named(info)),
                                    domains->levels(info.id, context.connection.call()));
    if (!levels) return tl::unexpected(levels.error());
    auto row = row_of(context, {*domains, info, levels->value_or(PerformanceLevels{})});
    if (!row) return tl::unexpected(row.error());
    rows.push_back(std::move(*row));
  }
  context.report.add_table("performance_domains", std::move(rows));
  return {};
}

Outcome<void> levels(Context& context, const Words& words) {
  const auto chosen = choose_domain(context, words.domain);
  if (!chosen) return tl::unexpected(chosen.error());
  const auto& [domains, info, levels] = *chosen;
  context.report.add("id", info.id.value);
  context.report.add("name", info.name);
  context.report.add("level_indexing", info.level_indexing);
  std::vector<Record> rows;
  for (const PerformanceLevel& level : levels.levels) {
    const std::uint64_t hz = levels.frequency_hz(level);
    rows.push_back({{"index", level.index},
                    {"level", level.value},
                    {"frequency", hz != 0 ? Value(hz) : Value(), Measure::hertz},
                    power_item(domains.power_unit(), level.power_cost),
                    {"latency", level.latency_us, Measure::microseconds}});
  }
  context.report.add_table("levels", std::move(rows));
  return {};
}

Outcome<void> stats(Context& context) {
  const auto domains = open_client<PerformanceDomains>(context.connection, kind);
  if (!domains) return tl::unexpected(domains.error());
  return report_statistics(context, *domains, kind);
}

Outcome<void> get(Context& context, const Words& words) {
  const auto chosen = choose_domain(context, words.domain);
  if (!chosen) return tl::unexpected(chosen.error());
  // Asked for by name, so a refusal is the answer and not a gap in a list.
  const auto via = parse_via(words.via);
  if (!via) return tl::unexpected(via.error());
  if (const auto level = chosen->domains.level_get(chosen->info.id, context.connection.call(), *via); !level) {
    return failed(fmt::format("reading the level of {}", named(chosen->info)), level.error());
  }
  return report_row(context, *chosen, *via);
}

Outcome<void> set(Context& context, const Words& words) {
  const auto chosen = choose_domain(context, words.domain);
  if (!chosen) return tl::unexpected(chosen.error());
  const auto& [domains, info, levels] = *chosen;
  const auto via = parse_via(words.via);
  if (!via) return tl::unexpected(via.error());
  const auto wire = parse_level(*chosen, words.level);
  if (!wire) return tl::unexpected(wire.error());
  if (auto set = domains.level_set(info.id, *wire, context.connection.call(), *via); !set) {
    return failed(fmt::format("setting the level of {}", named(info)), set.error());
  }
  context.report.add("id", info.id.value);
  context.report.add("name", info.name);
  context.report.add("requested_level", level_value(levels, *wire));
  context.report.add("requested_level_index", index_value(levels, *wire));
  context.report.add("requested_frequency", frequency_value(levels, *wire), Measure::hertz);
  return {};
}

Outcome<void> limits(Context& context, const Words& words) {
  const auto chosen = choose_domain(context, words.domain);
  if (!chosen) return tl::unexpected(chosen.error());
  const auto& [domains, info, levels] = *chosen;
  std::optional<std::uint32_t> min;
  std::optional<std::uint32_t> max;
  for (const auto& [word, wire] : {std::pair(&words.min, &min), std::pair(&words.max, &max)}) {
    if (word->empty()) continue;
    const auto level = parse_level(*chosen, *word);
    if (!level) return tl::unexpected(level.error());
    *wire = *level;
  }
  const auto via = parse_via(words.via);
  if (!via) return tl::unexpected(via.error());
  if (min || max) {
    if (auto set = domains.limits_set(info.id, max, min, context.connection.call(), *via); !set) {
      return failed(fmt::format("setting the limits of {}", named(info)), set.error());
    }
  }
  const auto limits = domains.limits_get(info.id, context.connection.call(), *via);
  if (!limits) return failed(fmt::format("reading the limits of {}", named(info)), limits.error());
  context.report.add("id", info.id.value);
  context.report.add("name", info.name);
  report_limit(context.report, levels, "min", limits->min);
  report_limit(context.report, levels, "max", limits->max);
  return {};
}

}  // namespace

void add_perf(CommandLine& line) {
  Words& words = line.keep<Words>();
  const auto with = [&words](Outcome<void> (*run)(Context&, const Words&)) {
    return [&words, run](Context& c) { return run(c, words); };
  };
  Object perf = line.object("perf", "performance domains");
  constexpr const char* which = "name or id";
  perf.verb("list", "all domains and their levels", list);
  perf.verb("stats", "how often and how long each level was held", stats);
  perf.verb("levels", "a domain's levels", with(levels)).argument("domain", words.domain, which);
  perf.verb("get", "one domain", with(get))
      .argument("domain", words.domain, which)
      .option("--via", "WAY", words.via, via_help);
  perf.verb("set", "set a domain's level", with(set))
      .argument("domain", words.domain, which)
      .argument("level", words.level, "a level's value, its frequency (800MHz), or @INDEX")
      .option("--via", "WAY", words.via, via_help);
  perf.verb("limits", "a domain's limits; set with --min, --max", with(limits))
      .argument("domain", words.domain, which)
      .option("--min", "LEVEL", words.min, "lowest level allowed, as for set")
      .option("--max", "LEVEL", words.max, "highest level allowed, as for set")
      .option("--via", "WAY", words.via, via_help);
}

}  // namespace scmi::tool
