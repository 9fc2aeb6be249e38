// SPDX-License-Identifier: Apache-2.0
//
// `voltage`: voltage domains.
#include "protocols/voltage.hpp"

#include <fmt/format.h>

#include "tool/choose.hpp"
#include "tool/command_line.hpp"
#include "tool/commands.hpp"

namespace scmi::tool {
namespace {

constexpr std::string_view kind = "voltage domain";

struct Words {
  std::string domain;  ///< Name or id.
  std::string level;   ///< "1.05V", "900mV", "800000".
  bool async = false;
};

/// The client, and the domain a command is about.
struct Chosen {
  VoltageDomains domains;
  VoltageDomainInfo info;

  [[nodiscard]] std::string name() const { return fmt::format("{} {} ({})", kind, info.id.value, info.name); }
};

[[nodiscard]] Value mode_value(std::uint32_t mode) {
  std::string name;
  if (mode == voltage_protocol::mode_off) name = "OFF";
  if (mode == voltage_protocol::mode_on) name = "ON";
  return Named{static_cast<std::int64_t>(mode), std::move(name)};
}

/// One domain, as both list and get show it.
[[nodiscard]] Outcome<Record> row_of(Context& context, const VoltageDomains& domains, const VoltageDomainInfo& info) {
  const CallOptions call = context.connection.call();
  const std::string doing = fmt::format("reading {} {} ({})", kind, info.id.value, info.name);
  const auto level = if_answered(doing, domains.level_get(info.id, call));
  if (!level) return tl::unexpected(level.error());
  const auto config = if_answered(doing, domains.config_get(info.id, call));
  if (!config) return tl::unexpected(config.error());
  return Record{{"id", info.id.value},
                {"name", info.name},
                {"level", *level ? Value(**level) : Value(), Measure::microvolts},
                {"mode", *config ? mode_value((*config)->mode) : Value()},
                {"enabled", *config ? Value((*config)->enabled) : Value()},
                {"async_set", info.async_level_set}};
}

[[nodiscard]] Outcome<Chosen> choose_domain(Context& context, const std::string& word) {
  auto domains = open_client<VoltageDomains>(context.connection, kind);
  if (!domains) return tl::unexpected(domains.error());
  const auto id = find_entity<DomainId>(context.connection, *domains, kind, word);
  if (!id) return tl::unexpected(id.error());
  auto info = domains->describe(*id, context.connection.call());
  if (!info) return failed(fmt::format("describing {} {}", kind, id->value), info.error());
  return Chosen{std::move(*domains), std::move(*info)};
}

Outcome<void> list(Context& context) {
  const auto domains = open_client<VoltageDomains>(context.connection, kind);
  if (!domains) return tl::unexpected(domains.error());
  const auto all = domains->list(context.connection.call());
  if (!all) return failed("listing the voltage domains", all.error());
  std::vector<Record> rows;
  for (const VoltageDomainInfo& info : *all) {
    auto row = row_of(context, *domains, info);
    if (!row) return tl::unexpected(row.error());
    rows.push_back(std::move(*row));
  }
  context.report.add_table("voltage_domains", std::move(rows));
  return {};
}

Outcome<void> get(Context& context, const Words& words) {
  const auto chosen = choose_domain(context, words.domain);
  if (!chosen) return tl::unexpected(chosen.error());
  // Asked for by name, so a refusal is the answer and not a gap in a list.
  const auto level = chosen->domains.level_get(chosen->info.id, context.connection.call());
  if (!level) return failed(fmt::format("reading {}", chosen->name()), level.error());
  auto row = row_of(context, chosen->domains, chosen->info);
  if (!row) return tl::unexpected(row.error());
  for (Item& item : *row) context.report.add(item.key, std::move(item.value), item.measure, item.style);
  return {};
}

Outcome<void> levels(Context& context, const Words& words) {
  const auto chosen = choose_domain(context, words.domain);
  if (!chosen) return tl::unexpected(chosen.error());
  const auto levels = chosen->domains.levels(chosen->info.id, context.connection.call());
  if (!levels) return failed(fmt::format("asking for the levels of {}", chosen->name()), levels.error());
  context.report.add("id", chosen->info.id.value);
  context.report.add("name", chosen->info.name);
  context.report.add("format", levels->is_range ? "range" : "discrete");
  if (levels->is_range) {
    context.report.add("lowest", levels->lowest_uv, Measure::microvolts);
    context.report.add("highest", levels->highest_uv, Measure::microvolts);
    context.report.add("step", levels->step_uv, Measure::microvolts);
    return {};
  }
  std::vector<Record> rows;
  for (const std::int32_t level : levels->discrete_uv) rows.push_back({{"level", level, Measure::microvolts}});
  context.report.add_table("levels", std::move(rows));
  return {};
}

/// Waits for the change where the platform reports its end by itself. Answers the level that the domain has then.
[[nodiscard]] Result<std::int32_t> set_level(Context& context, const Chosen& chosen, std::int32_t level_uv,
                                             bool async) {
  const DomainId id = chosen.info.id;
  if (async) {
    auto pending = chosen.domains.level_set_async(id, level_uv, context.connection.pending());
    if (!pending) return pending.error();
    return pending->wait();
  }
  if (const auto set = chosen.domains.level_set(id, level_uv, context.connection.call()); !set) return set.error();
  return chosen.domains.level_get(id, context.connection.call());
}

Outcome<void> set(Context& context, const Words& words) {
  const auto level_uv = parse_voltage_uv(words.level);
  if (!level_uv) {
    return misused(fmt::format("'{}' is no voltage in whole microvolts", printable(words.level)),
                   "say 1.05V, 900mV, 800000");
  }
  const auto chosen = choose_domain(context, words.domain);
  if (!chosen) return tl::unexpected(chosen.error());
  const std::string deed =
      fmt::format("Set {} to {}", printable(chosen->name()), readable_signed(*level_uv, Measure::microvolts));
  if (auto sure = context.confirm.ask(deed); !sure) return sure;
  const auto level = set_level(context, *chosen, *level_uv, words.async);
  if (!level) return failed(fmt::format("setting the level of {}", chosen->name()), level.error());
  context.report.add("id", chosen->info.id.value);
  context.report.add("name", chosen->info.name);
  context.report.add("requested_level", *level_uv, Measure::microvolts);
  context.report.add("level", *level, Measure::microvolts);
  context.report.add("async", words.async);
  return {};
}

[[nodiscard]] Outcome<void> switch_domain(Context& context, const Words& words, bool on) {
  const auto chosen = choose_domain(context, words.domain);
  if (!chosen) return tl::unexpected(chosen.error());
  if (!on) {
    if (auto sure = context.confirm.ask(fmt::format("Switch off {}", printable(chosen->name()))); !sure) return sure;
  }
  const auto& [domains, info] = *chosen;
  const CallOptions call = context.connection.call();
  const std::string doing = fmt::format("{} {}", on ? "enabling" : "disabling", chosen->name());
  if (auto done = on ? domains.enable(info.id, call) : domains.disable(info.id, call); !done) {
    return failed(doing, done.error());
  }
  const auto config = if_answered(doing, domains.config_get(info.id, call));
  if (!config) return tl::unexpected(config.error());
  context.report.add("id", info.id.value);
  context.report.add("name", info.name);
  context.report.add("mode", *config ? mode_value((*config)->mode) : Value());
  context.report.add("enabled", *config ? Value((*config)->enabled) : Value());
  return {};
}

Outcome<void> enable(Context& context, const Words& words) { return switch_domain(context, words, true); }
Outcome<void> disable(Context& context, const Words& words) { return switch_domain(context, words, false); }

}  // namespace

void add_voltage(CommandLine& line) {
  Words& words = line.keep<Words>();
  const auto with = [&words](Outcome<void> (*run)(Context&, const Words&)) {
    return [&words, run](Context& c) { return run(c, words); };
  };
  constexpr const char* which = "name or id";
  Object voltage = line.object("voltage", "voltage domains");
  voltage.verb("list", "all domains and their levels", list);
  voltage.verb("get", "one domain", with(get)).argument("domain", words.domain, which);
  voltage.verb("levels", "the levels a domain can have", with(levels)).argument("domain", words.domain, which);
  voltage.verb("set", "set a domain's level", with(set), always)
      .argument("domain", words.domain, which)
      .argument("level", words.level, "1.05V, 900mV, 800000 (microvolts)")
      .flag("--async", words.async, "as an asynchronous command; waits for its delayed response");
  voltage.verb("enable", "switch a domain on", with(enable)).argument("domain", words.domain, which);
  voltage.verb("disable", "switch a domain off", with(disable), always).argument("domain", words.domain, which);
}

}  // namespace scmi::tool
