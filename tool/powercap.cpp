// SPDX-License-Identifier: Apache-2.0
//
// `powercap`: power capping and monitoring. Each domain counts power in a unit of its own: it ends the keys.
#include "protocols/powercap.hpp"

#include <fmt/format.h>

#include <limits>

#include "tool/choose.hpp"
#include "tool/command_line.hpp"
#include "tool/commands.hpp"
#include "transport/agent_loop.hpp"

namespace scmi::tool {
namespace {

constexpr std::string_view kind = "powercap domain";

struct Words {
  std::string domain;           ///< Name or id.
  std::string cap;              ///< "5W", "800mW", a number in the domain's unit, or "off".
  std::string pai;              ///< "10ms"; empty: as it is.
  std::string low;              ///< As `cap`, without "off"; empty: none.
  std::string high;             ///< The same.
  std::string count;            ///< How many events to wait for; empty: any number.
  std::string span = "10s";     ///< How long to wait for them.
  std::string via = "message";  ///< "fast", "message" or "auto".
  bool async = false;
};

/// The client, and the domain a command is about.
struct Chosen {
  Powercaps domains;
  PowercapInfo info;

  [[nodiscard]] std::string name() const { return fmt::format("{} {} ({})", kind, info.id.value, info.name); }
};

/// A power in a domain's unit. Null if it is not known.
[[nodiscard]] Item power_item(std::string_view key, PowercapUnit unit, std::optional<std::uint32_t> power) {
  Item item{std::string(key), power ? Value(*power) : Value()};
  switch (unit) {
    case PowercapUnit::microwatt: item.measure = Measure::microwatts; break;
    case PowercapUnit::milliwatt: item.measure = Measure::milliwatts; break;
    case PowercapUnit::abstract:
    case PowercapUnit::unknown: item.key += "_abstract"; break;
  }
  return item;
}

/// A power as it was typed, in the domain's unit.
[[nodiscard]] Outcome<std::uint32_t> parse_power(const PowercapInfo& info, std::string_view word) {
  const auto bad = [&] {
    return misused(fmt::format("'{}' is no power that {} {} can count", printable(word), kind, info.id.value),
                   "say 5W, 800mW, or a number in the domain's own unit");
  };
  if (const auto number = parse_number32(word)) return *number;
  const auto in_unit = microwatts(1, info.unit);
  const auto power_uw = parse_power_uw(word);
  if (!in_unit || !power_uw || *power_uw % *in_unit != 0) return bad();
  if (*power_uw / *in_unit > std::numeric_limits<std::uint32_t>::max()) return bad();
  return static_cast<std::uint32_t>(*power_uw / *in_unit);
}

[[nodiscard]] Outcome<Chosen> choose_domain(Context& context, const std::string& word) {
  auto domains = open_client<Powercaps>(context.connection, kind);
  if (!domains) return tl::unexpected(domains.error());
  const auto id = find_entity<DomainId>(context.connection, *domains, kind, word);
  if (!id) return tl::unexpected(id.error());
  auto info = domains->describe(*id, context.connection.call());
  if (!info) return failed(fmt::format("describing {} {}", kind, id->value), info.error());
  return Chosen{std::move(*domains), std::move(*info)};
}

/// One domain, as both list and get show it. A cap of 0 is none.
[[nodiscard]] Outcome<Record> row_of(Context& context, const Powercaps& domains, const PowercapInfo& info,
                                     Via via = Via::message) {
  const CallOptions call = context.connection.call();
  const std::string doing = fmt::format("reading {} {} ({})", kind, info.id.value, info.name);
  const auto cap = if_answered(doing, domains.cap_get(info.id, call, via));
  if (!cap) return tl::unexpected(cap.error());
  const auto pai = if_answered(doing, domains.pai_get(info.id, call, via));
  if (!pai) return tl::unexpected(pai.error());
  std::optional<std::uint32_t> power;
  if (info.monitoring) {
    const auto measured = if_answered(doing, domains.measurements_get(info.id, call));
    if (!measured) return tl::unexpected(measured.error());
    if (*measured) power = (*measured)->power;
  }
  return Record{{"id", info.id.value},
                {"name", info.name},
                power_item("cap", info.unit, *cap),
                power_item("power", info.unit, power),
                {"pai", *pai ? Value(**pai) : Value(), Measure::microseconds},
                {"parent_id", info.parent ? Value(info.parent->value) : Value()},
                {"set_cap", info.cap_configurable},
                {"set_pai", info.pai_configurable}};
}

Outcome<void> list(Context& context) {
  const auto domains = open_client<Powercaps>(context.connection, kind);
  if (!domains) return tl::unexpected(domains.error());
  const auto all = domains->list(context.connection.call());
  if (!all) return failed("listing the powercap domains", all.error());
  std::vector<Record> rows;
  for (const PowercapInfo& info : *all) {
    auto row = row_of(context, *domains, info);
    if (!row) return tl::unexpected(row.error());
    rows.push_back(std::move(*row));
  }
  context.report.add_table("powercap_domains", std::move(rows));
  return {};
}

void add(Report& report, Item item) {
  report.add(std::move(item.key), std::move(item.value), item.measure, item.style);
}

Outcome<void> get(Context& context, const Words& words) {
  const auto chosen = choose_domain(context, words.domain);
  if (!chosen) return tl::unexpected(chosen.error());
  const auto& [domains, info] = *chosen;
  // Asked for by name, so a refusal is the answer and not a gap in a list.
  const auto via = parse_via(words.via);
  if (!via) return tl::unexpected(via.error());
  const auto cap = domains.cap_get(info.id, context.connection.call(), *via);
  if (!cap) return failed(fmt::format("reading {}", chosen->name()), cap.error());
  auto row = row_of(context, domains, info, *via);
  if (!row) return tl::unexpected(row.error());
  Report& report = context.report;
  for (Item& item : *row) add(report, std::move(item));
  add(report, power_item("min_cap", info.unit, info.min_cap));
  add(report, power_item("max_cap", info.unit, info.max_cap));
  add(report, power_item("cap_step", info.unit, info.cap_step));
  report.add("min_pai", info.min_pai_us, Measure::microseconds);
  report.add("max_pai", info.max_pai_us, Measure::microseconds);
  report.add("pai_step", info.pai_step_us, Measure::microseconds);
  const auto sustainable = info.sustainable_power != 0 ? std::optional(info.sustainable_power) : std::nullopt;
  add(report, power_item("sustainable_power", info.unit, sustainable));
  report.add("accuracy_millipercent", info.accuracy_millipercent);
  report.add("async_set_cap", info.async_cap_set);
  report.add("monitoring", info.monitoring);
  report.add("fastchannel", info.fastchannel);
  report.add("cap_notify", info.cap_notify);
  report.add("measurements_notify", info.measurements_notify);
  return {};
}

/// Waits for the change where the platform reports its end by itself. Answers the cap in force then; nothing where the
/// platform may not even have looked yet.
[[nodiscard]] Result<std::optional<std::uint32_t>> set_cap(Context& context, const Chosen& chosen, std::uint32_t cap,
                                                           bool async, Via via) {
  const DomainId id = chosen.info.id;
  if (async) {
    auto pending = chosen.domains.cap_set_async(id, cap, context.connection.pending());
    if (!pending) return pending.error();
    const auto complete = pending->wait();
    if (!complete) return complete.error();
    return std::optional(*complete);
  }
  if (const auto set = chosen.domains.cap_set(id, cap, context.connection.call(), via); !set) return set.error();
  if (via != Via::message) return std::optional<std::uint32_t>();
  const auto now = chosen.domains.cap_get(id, context.connection.call());
  if (!now) return now.error();
  return std::optional(*now);
}

Outcome<void> set(Context& context, const Words& words) {
  const auto chosen = choose_domain(context, words.domain);
  if (!chosen) return tl::unexpected(chosen.error());
  const PowercapInfo& info = chosen->info;
  Outcome<std::uint32_t> cap = powercap_protocol::no_cap;
  if (!equal_but_case(words.cap, "off")) cap = parse_power(info, words.cap);
  if (!cap) return tl::unexpected(cap.error());
  const auto via = parse_via(words.via);
  if (!via) return tl::unexpected(via.error());
  if (words.async && *via != Via::message) return misused("--async goes by message", "leave out --via or --async");
  const auto now = set_cap(context, *chosen, *cap, words.async, *via);
  if (!now) return failed(fmt::format("setting the cap of {}", chosen->name()), now.error());
  context.report.add("id", info.id.value);
  context.report.add("name", info.name);
  add(context.report, power_item("requested_cap", info.unit, *cap));
  add(context.report, power_item("cap", info.unit, *now));
  context.report.add("async", words.async);
  return {};
}

Outcome<void> pai(Context& context, const Words& words) {
  std::optional<std::uint32_t> wanted_us;
  if (!words.pai.empty()) {
    const auto span = parse_duration(words.pai);
    const auto us = span ? std::chrono::duration_cast<std::chrono::microseconds>(*span) : std::chrono::microseconds(0);
    if (!span || us != *span || us.count() > std::numeric_limits<std::uint32_t>::max()) {
      return misused(fmt::format("'{}' is no interval in whole microseconds", printable(words.pai)), "say 10ms, 500us");
    }
    wanted_us = static_cast<std::uint32_t>(us.count());
  }
  const auto chosen = choose_domain(context, words.domain);
  if (!chosen) return tl::unexpected(chosen.error());
  const auto& [domains, info] = *chosen;
  const auto via = parse_via(words.via);
  if (!via) return tl::unexpected(via.error());
  if (wanted_us) {
    const auto set = domains.pai_set(info.id, *wanted_us, context.connection.call(), *via);
    if (!set) return failed(fmt::format("setting the averaging interval of {}", chosen->name()), set.error());
  }
  context.report.add("id", info.id.value);
  context.report.add("name", info.name);
  if (wanted_us && *via != Via::message) {
    // The platform may not even have looked yet.
    context.report.add("requested_pai", *wanted_us, Measure::microseconds);
    return {};
  }
  const auto now = domains.pai_get(info.id, context.connection.call(), *via);
  if (!now) return failed(fmt::format("reading the averaging interval of {}", chosen->name()), now.error());
  context.report.add("pai", *now, Measure::microseconds);
  return {};
}

Outcome<void> measure(Context& context, const Words& words) {
  const auto chosen = choose_domain(context, words.domain);
  if (!chosen) return tl::unexpected(chosen.error());
  const auto& [domains, info] = *chosen;
  const auto measured = domains.measurements_get(info.id, context.connection.call());
  if (!measured) return failed(fmt::format("measuring {}", chosen->name()), measured.error());
  context.report.add("id", info.id.value);
  context.report.add("name", info.name);
  add(context.report, power_item("power", info.unit, measured->power));
  context.report.add("pai", measured->pai_us, Measure::microseconds);
  return {};
}

/// Thresholds that were given: a missing one is no limit. Nothing without any.
[[nodiscard]] Outcome<std::optional<PowercapThresholds>> thresholds_of(const Words& words, const PowercapInfo& info) {
  if (words.low.empty() && words.high.empty()) return std::nullopt;
  PowercapThresholds thresholds{.low = 0, .high = std::numeric_limits<std::uint32_t>::max()};
  if (!words.low.empty()) {
    const auto low = parse_power(info, words.low);
    if (!low) return tl::unexpected(low.error());
    thresholds.low = *low;
  }
  if (!words.high.empty()) {
    const auto high = parse_power(info, words.high);
    if (!high) return tl::unexpected(high.error());
    thresholds.high = *high;
  }
  if (thresholds.low > thresholds.high) return misused("--low is above --high");
  return thresholds;
}

/// Runs the agent until `enough` says so, or the time is up.
[[nodiscard]] Outcome<void> wait_for_events(Context& context, Duration span, const std::function<bool()>& enough) {
  transport::Session& session = context.connection.session();
  auto loop = transport::EventLoop::create(session.clock());
  if (!loop) return failed("waiting for notifications", loop.error());
  const transport::AgentLoop agent_loop(**loop, session.agent());
  const Instant until = session.clock().now() + span;
  while (!enough() && session.clock().now() < until) {
    if (const auto turned = (*loop)->run_once(until); !turned) {
      return failed("waiting for notifications", turned.error());
    }
  }
  return {};
}

Outcome<void> watch(Context& context, const Words& words) {
  const auto span = parse_duration(words.span);
  if (!span) return misused(fmt::format("--for '{}' is no time", printable(words.span)), "say 500ms, 10s, 1m");
  std::optional<std::uint32_t> count;
  if (!words.count.empty()) {
    count = parse_number32(words.count);
    if (!count || *count == 0)
      return misused(fmt::format("--count '{}' is no number of events", printable(words.count)));
  }
  const auto chosen = choose_domain(context, words.domain);
  if (!chosen) return tl::unexpected(chosen.error());
  const auto& [domains, info] = *chosen;
  const auto thresholds = thresholds_of(words, info);
  if (!thresholds) return tl::unexpected(thresholds.error());

  std::vector<Record> events;
  const auto enough = [&] { return count && events.size() >= *count; };
  const auto record = [&](std::string_view event, AgentId agent, std::optional<std::uint32_t> cap,
                          std::optional<std::uint32_t> pai_us, std::optional<std::uint32_t> power) {
    if (enough()) return;
    events.push_back({{"event", event},
                      {"agent_id", agent.value},
                      power_item("cap", info.unit, cap),
                      {"pai", pai_us ? Value(*pai_us) : Value(), Measure::microseconds},
                      power_item("power", info.unit, power)});
  };
  const CallOptions call = context.connection.call();
  std::vector<Subscription> subscriptions;
  if (info.cap_notify) {
    auto caps = domains.watch_cap(
        info.id, [&](const auto& n) { record("cap_changed", n.agent_id, n.power_cap, n.pai_us, {}); }, call);
    if (!caps) return failed(fmt::format("watching the cap of {}", chosen->name()), caps.error());
    subscriptions.push_back(std::move(*caps));
  }
  if (*thresholds) {
    auto powers = domains.watch_measurements(
        info.id, **thresholds, [&](const auto& n) { record("measurements_changed", n.agent_id, {}, {}, n.power); },
        call);
    if (!powers) return failed(fmt::format("watching the power of {}", chosen->name()), powers.error());
    subscriptions.push_back(std::move(*powers));
  }
  if (subscriptions.empty()) {
    return misused(fmt::format("{} tells nothing by itself", chosen->name()), "say --low or --high to watch its power");
  }
  if (const auto waited = wait_for_events(context, *span, enough); !waited) return waited;
  subscriptions.clear();
  context.report.add("id", info.id.value);
  context.report.add("name", info.name);
  context.report.add_table("events", std::move(events));
  return {};
}

}  // namespace

void add_powercap(CommandLine& line) {
  Words& words = line.keep<Words>();
  const auto with = [&words](Outcome<void> (*run)(Context&, const Words&)) {
    return [&words, run](Context& c) { return run(c, words); };
  };
  constexpr const char* which = "name or id";
  Object powercap = line.object("powercap", "power caps and measured power");
  powercap.verb("list", "all domains, their caps and their power", list);
  powercap.verb("get", "one domain, with what it allows", with(get))
      .argument("domain", words.domain, which)
      .option("--via", "WAY", words.via, via_help);
  powercap.verb("set", "set a domain's cap", with(set))
      .argument("domain", words.domain, which)
      .argument("cap", words.cap, "5W, 800mW, a number in the domain's unit, or off")
      .flag("--async", words.async, "as an asynchronous command; waits for its delayed response")
      .option("--via", "WAY", words.via, via_help);
  powercap.verb("pai", "show or set the interval power is averaged over", with(pai))
      .argument("domain", words.domain, which)
      .optional_argument("interval", words.pai, "10ms, 500us")
      .option("--via", "WAY", words.via, via_help);
  powercap.verb("measure", "the power of the last interval", with(measure)).argument("domain", words.domain, which);
  powercap.verb("watch", "wait for changes of the cap, and for power outside of thresholds", with(watch))
      .argument("domain", words.domain, which)
      .option("--low", "POWER", words.low, "tell of power below this")
      .option("--high", "POWER", words.high, "tell of power above this")
      .option("--count", "N", words.count, "end after so many events")
      .option("--for", "TIME", words.span, "end after this time (default 10s)");
}

}  // namespace scmi::tool
