// SPDX-License-Identifier: Apache-2.0
//
// `power`: power domains.
#include <fmt/format.h>

#include "protocols/power_domain.hpp"
#include "tool/choose.hpp"
#include "tool/command_line.hpp"
#include "tool/commands.hpp"
#include "tool/statistics.hpp"

namespace scmi::tool {
namespace {

constexpr std::string_view kind = "power domain";

struct Words {
  std::string domain;  ///< Name or id.
  std::string state;   ///< "on", "off" or a number.
  bool async = false;
};

[[nodiscard]] Value state_value(std::uint32_t state) {
  std::string name;
  if (state == power_domain_protocol::state_on) name = "ON";
  if (state == power_domain_protocol::state_off) name = "OFF";
  return Named{static_cast<std::int64_t>(state), std::move(name)};
}

[[nodiscard]] Item state_item(const char* key, const std::optional<std::uint32_t>& state) {
  return {key, state ? state_value(*state) : Value(), Measure::none, Style::hex};
}

[[nodiscard]] std::optional<std::uint32_t> parse_state(std::string_view word) {
  if (equal_but_case(word, "on")) return power_domain_protocol::state_on;
  if (equal_but_case(word, "off")) return power_domain_protocol::state_off;
  return parse_number32(word);
}

/// One domain, as both list and get show it.
[[nodiscard]] Outcome<Record> row_of(Context& context, const PowerDomains& domains, const PowerDomainInfo& info) {
  const auto state = if_answered(fmt::format("reading the state of {} {}", kind, info.id.value),
                                 domains.state_get(info.id, context.connection.call()));
  if (!state) return tl::unexpected(state.error());
  return Record{{"id", info.id.value},       {"name", info.name},           state_item("state", *state),
                {"sync_set", info.sync_set}, {"async_set", info.async_set}, {"notify", info.state_change_notify}};
}

/// The client, and the domain a command is about.
struct Chosen {
  PowerDomains domains;
  PowerDomainInfo info;
};

[[nodiscard]] Outcome<Chosen> choose_domain(Context& context, const std::string& word) {
  auto domains = open_client<PowerDomains>(context.connection, kind);
  if (!domains) return tl::unexpected(domains.error());
  const auto id = find_entity<DomainId>(context.connection, *domains, kind, word);
  if (!id) return tl::unexpected(id.error());
  auto info = domains->describe(*id, context.connection.call());
  if (!info) return failed(fmt::format("describing {} {}", kind, id->value), info.error());
  return Chosen{std::move(*domains), std::move(*info)};
}

Outcome<void> list(Context& context) {
  const auto domains = open_client<PowerDomains>(context.connection, kind);
  if (!domains) return tl::unexpected(domains.error());
  const auto all = domains->list(context.connection.call());
  if (!all) return failed("listing the power domains", all.error());
  std::vector<Record> rows;
  for (const PowerDomainInfo& info : *all) {
    auto row = row_of(context, *domains, info);
    if (!row) return tl::unexpected(row.error());
    rows.push_back(std::move(*row));
  }
  context.report.add_table("power_domains", std::move(rows));
  return {};
}

Outcome<void> stats(Context& context) {
  const auto domains = open_client<PowerDomains>(context.connection, kind);
  if (!domains) return tl::unexpected(domains.error());
  return report_statistics(context, *domains, kind);
}

Outcome<void> get(Context& context, const Words& words) {
  const auto chosen = choose_domain(context, words.domain);
  if (!chosen) return tl::unexpected(chosen.error());
  // Asked for by name, so a refusal is the answer and not a gap in a list.
  const auto state = chosen->domains.state_get(chosen->info.id, context.connection.call());
  if (!state) return failed(fmt::format("reading the state of {} {}", kind, chosen->info.id.value), state.error());
  auto row = row_of(context, chosen->domains, chosen->info);
  if (!row) return tl::unexpected(row.error());
  for (Item& item : *row) context.report.add(item.key, std::move(item.value), item.measure, item.style);
  return {};
}

/// Whether setting that state takes something away.
bool takes_away(const Words& words) {
  const auto state = parse_state(words.state);
  return state && *state != power_domain_protocol::state_on;
}

Outcome<void> set(Context& context, const Words& words) {
  const auto wanted = parse_state(words.state);
  if (!wanted) return misused(fmt::format("'{}' is no power state", printable(words.state)), "say on, off or 0x...");
  const auto chosen = choose_domain(context, words.domain);
  if (!chosen) return tl::unexpected(chosen.error());
  const PowerDomainInfo& info = chosen->info;
  if (takes_away(words)) {
    const std::string deed = fmt::format("Set {} {} ({}) to {}", kind, info.id.value, printable(info.name),
                                         equal_but_case(words.state, "off") ? "OFF" : words.state);
    if (auto sure = context.confirm.ask(deed); !sure) return sure;
  }
  const SetMode mode = words.async ? SetMode::async : SetMode::sync;
  const std::string doing = fmt::format("setting {} {} ({})", kind, info.id.value, info.name);
  if (auto set = chosen->domains.state_set(info.id, *wanted, mode, context.connection.call()); !set) {
    return failed(doing, set.error());
  }
  const auto state = if_answered(doing, chosen->domains.state_get(info.id, context.connection.call()));
  if (!state) return tl::unexpected(state.error());
  context.report.add("id", info.id.value);
  context.report.add("name", info.name);
  context.report.add("requested_state", state_value(*wanted), Measure::none, Style::hex);
  const Item now = state_item("state", *state);
  context.report.add(now.key, now.value, now.measure, now.style);
  context.report.add("async", words.async);
  return {};
}

}  // namespace

void add_power(CommandLine& line) {
  Words& words = line.keep<Words>();
  Object power = line.object("power", "power domains");
  power.verb("list", "all domains and their states", list);
  power.verb("stats", "how often and how long each state was held", stats);
  power.verb("get", "one domain", [&words](Context& c) { return get(c, words); })
      .argument("domain", words.domain, "name or id");
  power
      .verb(
          "set", "set a domain's state", [&words](Context& c) { return set(c, words); },
          [&words] { return takes_away(words); })
      .argument("domain", words.domain, "name or id")
      .argument("state", words.state, "on, off, or the state word (0x...)")
      .flag("--async", words.async, "return once the platform has accepted it");
}

}  // namespace scmi::tool
