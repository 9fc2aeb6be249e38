// SPDX-License-Identifier: Apache-2.0
//
// `clock`: clocks and their rates.
#include "protocols/clock.hpp"

#include <fmt/format.h>

#include "tool/choose.hpp"
#include "tool/command_line.hpp"
#include "tool/commands.hpp"

namespace scmi::tool {
namespace {

constexpr std::string_view kind = "clock";

struct Words {
  std::string clock;           ///< Name or id.
  std::string rate;            ///< "100MHz", "32768".
  std::string round = "down";  ///< "up", "down" or "closest".
  bool async = false;
};

template <class T>
[[nodiscard]] Value or_null(const std::optional<T>& value) {
  return value ? Value(*value) : Value();
}

[[nodiscard]] std::string named(const ClockInfo& info) {
  return fmt::format("clock {} ({})", info.id.value, info.name);
}

/// One clock, as both list and get show it.
[[nodiscard]] Outcome<Record> row_of(Context& context, const Clocks& clocks, const ClockInfo& info) {
  const CallOptions call = context.connection.call();
  const auto rate = if_answered(fmt::format("reading the rate of {}", named(info)), clocks.rate_get(info.id, call));
  if (!rate) return tl::unexpected(rate.error());
  std::optional<std::uint32_t> parent;
  if (info.parents) {
    const auto id = if_answered(fmt::format("reading the parent of {}", named(info)), clocks.parent_get(info.id, call));
    if (!id) return tl::unexpected(id.error());
    if (*id) parent = (*id)->value;
  }
  return Record{
      {"id", info.id.value},
      {"name", info.name},
      {"rate", or_null(*rate), Measure::hertz},
      {"enabled", info.enabled},
      {"parent_id", or_null(parent)},
      {"enable_delay", info.enable_delay_us != 0 ? Value(info.enable_delay_us) : Value(), Measure::microseconds},
      {"restricted", info.restricted}};
}

struct Chosen {
  Clocks clocks;
  ClockInfo info;
};

[[nodiscard]] Outcome<Chosen> choose_clock(Context& context, const std::string& word) {
  auto clocks = open_client<Clocks>(context.connection, kind);
  if (!clocks) return tl::unexpected(clocks.error());
  const auto id = find_entity<ClockId>(context.connection, *clocks, kind, word);
  if (!id) return tl::unexpected(id.error());
  auto info = clocks->describe(*id, context.connection.call());
  if (!info) return failed(fmt::format("describing clock {}", id->value), info.error());
  return Chosen{std::move(*clocks), std::move(*info)};
}

[[nodiscard]] std::optional<Rounding> parse_rounding(std::string_view word) {
  if (word == "down") return Rounding::down;
  if (word == "up") return Rounding::up;
  if (word == "closest") return Rounding::closest;
  return std::nullopt;
}

/// Waits for the change where the platform reports its end by itself. Answers the rate that the clock has then.
[[nodiscard]] Result<std::uint64_t> set_rate(Context& context, const Chosen& chosen, std::uint64_t rate_hz,
                                             Rounding rounding, bool async) {
  const ClockId id = chosen.info.id;
  if (async) {
    auto pending = chosen.clocks.rate_set_async(id, rate_hz, rounding, context.connection.pending());
    if (!pending) return pending.error();
    return pending->wait();
  }
  if (const auto set = chosen.clocks.rate_set(id, rate_hz, rounding, context.connection.call()); !set) {
    return set.error();
  }
  return chosen.clocks.rate_get(id, context.connection.call());
}

[[nodiscard]] Outcome<void> switch_clock(Context& context, const Words& words, bool on) {
  const auto chosen = choose_clock(context, words.clock);
  if (!chosen) return tl::unexpected(chosen.error());
  const auto& [clocks, info] = *chosen;
  if (!on) {
    const std::string deed = fmt::format("Disable clock {} ({})", info.id.value, printable(info.name));
    if (auto sure = context.confirm.ask(deed); !sure) return sure;
  }
  const CallOptions call = context.connection.call();
  const std::string doing = fmt::format("{} {}", on ? "enabling" : "disabling", named(info));
  if (auto done = on ? clocks.enable(info.id, call) : clocks.disable(info.id, call); !done) {
    return failed(doing, done.error());
  }
  const auto after = clocks.describe(info.id, call);
  if (!after) return failed(doing, after.error());
  context.report.add("id", info.id.value);
  context.report.add("name", info.name);
  context.report.add("enabled", after->enabled);
  return {};
}

Outcome<void> list(Context& context) {
  const auto clocks = open_client<Clocks>(context.connection, kind);
  if (!clocks) return tl::unexpected(clocks.error());
  const auto all = clocks->list(context.connection.call());
  if (!all) return failed("listing the clocks", all.error());
  std::vector<Record> rows;
  for (const ClockInfo& info : *all) {
    auto row = row_of(context, *clocks, info);
    if (!row) return tl::unexpected(row.error());
    rows.push_back(std::move(*row));
  }
  context.report.add_table("clocks", std::move(rows));
  return {};
}

Outcome<void> get(Context& context, const Words& words) {
  const auto chosen = choose_clock(context, words.clock);
  if (!chosen) return tl::unexpected(chosen.error());
  const auto& [clocks, info] = *chosen;
  // Asked for by name, so a refusal is the answer and not a gap in a list.
  const auto rate = clocks.rate_get(info.id, context.connection.call());
  if (!rate) return failed(fmt::format("reading the rate of {}", named(info)), rate.error());
  auto row = row_of(context, clocks, info);
  if (!row) return tl::unexpected(row.error());
  for (Item& item : *row) context.report.add(item.key, std::move(item.value), item.measure, item.style);

  std::optional<ClockPermissions> may = ClockPermissions{true, true, true};
  if (info.restricted) {
    const auto answer = if_answered(fmt::format("reading the permissions of {}", named(info)),
                                    clocks.permissions(info.id, context.connection.call()));
    if (!answer) return tl::unexpected(answer.error());
    may = *answer;
  }
  context.report.add("may_set_rate", may ? Value(may->rate) : Value());
  context.report.add("may_set_state", may ? Value(may->state) : Value());
  context.report.add("may_set_parent", may ? Value(may->parent) : Value());
  return {};
}

Outcome<void> set(Context& context, const Words& words) {
  const auto rate_hz = parse_rate_hz(words.rate);
  if (!rate_hz) {
    return misused(fmt::format("'{}' is no rate in whole hertz", printable(words.rate)), "say 100MHz, 1.5GHz, 32768");
  }
  const auto rounding = parse_rounding(words.round);
  if (!rounding) return misused(fmt::format("'{}' is no rounding", printable(words.round)), "say up, down or closest");
  const auto chosen = choose_clock(context, words.clock);
  if (!chosen) return tl::unexpected(chosen.error());
  const auto rate = set_rate(context, *chosen, *rate_hz, *rounding, words.async);
  if (!rate) return failed(fmt::format("setting the rate of {}", named(chosen->info)), rate.error());
  context.report.add("id", chosen->info.id.value);
  context.report.add("name", chosen->info.name);
  context.report.add("requested_rate", *rate_hz, Measure::hertz);
  context.report.add("rate", *rate, Measure::hertz);
  context.report.add("async", words.async);
  return {};
}

Outcome<void> enable(Context& context, const Words& words) { return switch_clock(context, words, true); }
Outcome<void> disable(Context& context, const Words& words) { return switch_clock(context, words, false); }

Outcome<void> rates(Context& context, const Words& words) {
  const auto chosen = choose_clock(context, words.clock);
  if (!chosen) return tl::unexpected(chosen.error());
  const auto& [clocks, info] = *chosen;
  const auto rates = clocks.rates(info.id, context.connection.call());
  if (!rates) return failed(fmt::format("asking for the rates of {}", named(info)), rates.error());
  context.report.add("id", info.id.value);
  context.report.add("name", info.name);
  context.report.add("format", rates->is_range ? "range" : "discrete");
  if (rates->is_range) {
    context.report.add("lowest", rates->lowest_hz, Measure::hertz);
    context.report.add("highest", rates->highest_hz, Measure::hertz);
    context.report.add("step", rates->step_hz, Measure::hertz);
    return {};
  }
  std::vector<Record> rows;
  for (const std::uint64_t rate : rates->discrete_hz) rows.push_back({{"rate", rate, Measure::hertz}});
  context.report.add_table("rates", std::move(rows));
  return {};
}

}  // namespace

void add_clock(CommandLine& line) {
  Words& words = line.keep<Words>();
  const auto with = [&words](Outcome<void> (*run)(Context&, const Words&)) {
    return [&words, run](Context& c) { return run(c, words); };
  };
  Object clock = line.object("clock", "clocks");
  constexpr const char* which = "name or id";
  clock.verb("list", "all clocks and their rates", list);
  clock.verb("get", "one clock", with(get)).argument("clock", words.clock, which);
  clock.verb("set", "set a clock's rate", with(set))
      .argument("clock", words.clock, which)
      .argument("rate", words.rate, "100MHz, 1.5GHz, 32768 (hertz)")
      .option("--round", "WHERE", words.round, "a rate in between goes up, down (default) or closest")
      .flag("--async", words.async, "as an asynchronous command; waits for its delayed response");
  clock.verb("enable", "let a clock run", with(enable)).argument("clock", words.clock, which);
  clock.verb("disable", "stop a clock", with(disable), always).argument("clock", words.clock, which);
  clock.verb("rates", "the rates a clock can have", with(rates)).argument("clock", words.clock, which);
}

}  // namespace scmi::tool
