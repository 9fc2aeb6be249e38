// SPDX-License-Identifier: Apache-2.0
//
// `telemetry` (PROVISIONAL, as the protocol is): data events, what is enabled of them, and their values.
#include "protocols/telemetry.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <limits>

#include "tool/choose.hpp"
#include "tool/command_line.hpp"
#include "tool/commands.hpp"
#include "tool/watch.hpp"

namespace scmi::tool {
namespace {

constexpr std::string_view kind = "telemetry";
constexpr std::string_view everything = "all";

struct Words {
  std::string what;                ///< Name, id or "all".
  std::vector<std::string> names;  ///< The same, several.
  bool group = false;
  bool timestamps = false;
  std::string interval;  ///< "100ms".
  WatchWords watch;
};

struct Opened {
  Telemetry telemetry;
  std::vector<DataEventInfo> all;
};

[[nodiscard]] Outcome<Opened> open(Context& context) {
  auto telemetry = open_client<Telemetry>(context.connection, kind);
  if (!telemetry) return tl::unexpected(telemetry.error());
  auto all = telemetry->list(context.connection.call());
  if (!all) return failed("listing the data events", all.error());
  return Opened{std::move(*telemetry), std::move(*all)};
}

[[nodiscard]] std::string named(const DataEventInfo& info) {
  return info.name.empty() ? fmt::format("data event {:#x}", info.id.value)
                           : fmt::format("data event {:#x} ({})", info.id.value, info.name);
}

[[nodiscard]] Outcome<DataEventInfo> choose_event(const Opened& opened, const std::string& word) {
  std::vector<Candidate> candidates;
  for (const DataEventInfo& info : opened.all) candidates.push_back({info.id.value, info.name});
  const auto id = choose("data event", word, candidates);
  if (!id) return tl::unexpected(id.error());
  const auto found = std::ranges::find(opened.all, DataEventId(*id), &DataEventInfo::id);
  if (found != opened.all.end()) return *found;
  return misused(fmt::format("there is no data event {:#x}", *id), "'telemetry list' shows the ids");
}

[[nodiscard]] Outcome<std::vector<DataEventInfo>> choose_events(const Opened& opened,
                                                                const std::vector<std::string>& words) {
  if (words.size() == 1 && words.front() == everything) return opened.all;
  std::vector<DataEventInfo> chosen;
  for (const std::string& word : words) {
    auto info = choose_event(opened, word);
    if (!info) return tl::unexpected(info.error());
    chosen.push_back(std::move(*info));
  }
  return chosen;
}

[[nodiscard]] std::string_view name_of(TelemetryTimestamps timestamps) {
  switch (timestamps) {
    case TelemetryTimestamps::none: return "none";
    case TelemetryTimestamps::line: return "line";
    case TelemetryTimestamps::block: return "block";
  }
  return "none";
}

[[nodiscard]] Record about(const DataEventInfo& info, const std::vector<EnabledData>& enabled) {
  const auto at = std::ranges::find(enabled, info.id.value, &EnabledData::id);
  return {{"id", info.id.value, Measure::none, Style::hex},
          {"name", info.name.empty() ? Value() : Value(info.name)},
          {"group", info.group ? Value(*info.group) : Value()},
          {"unit", name(info.unit)},
          {"exponent", std::int64_t{info.exponent}},
          {"data_size", info.data_size_bytes, Measure::bytes},
          {"timestamps", name_of(info.timestamps)},
          {"enabled", at != enabled.end()}};
}

/// A value as it is shown: as number and unit where that can be said, and as it travelled.
[[nodiscard]] Record sample_record(const DataEventInfo& info, const std::optional<TelemetrySample>& sample) {
  constexpr auto raw_max = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  constexpr int exponent_max = 15;
  const bool sayable = sample && sample->value <= raw_max && std::abs(info.exponent) <= exponent_max;
  return {{"id", info.id.value, Measure::none, Style::hex},
          {"name", info.name.empty() ? Value() : Value(info.name)},
          {"value", sayable ? Value(Decimal{static_cast<std::int64_t>(sample->value), info.exponent}) : Value()},
          {"unit", name(info.unit)},
          {"raw", sample ? Value(sample->value) : Value()},
          {"exponent", std::int64_t{info.exponent}},
          {"timestamp_ticks", sample && sample->timestamp_ticks ? Value(*sample->timestamp_ticks) : Value()}};
}

[[nodiscard]] Value nanoseconds(const SensorInterval& interval) {
  const auto ns = interval.ns();
  return ns ? Value(*ns) : Value();
}

Outcome<void> list(Context& context) {
  const auto opened = open(context);
  if (!opened) return tl::unexpected(opened.error());
  const auto enabled = opened->telemetry.enabled(context.connection.call());
  if (!enabled) return failed("asking what is enabled", enabled.error());
  std::vector<Record> rows;
  for (const DataEventInfo& info : opened->all) rows.push_back(about(info, *enabled));
  context.report.add_table("data_events", std::move(rows));
  return {};
}

[[nodiscard]] std::string text_of(const Uuid& uuid) {
  std::string text;
  for (std::size_t i = 0; i < uuid.size(); ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) text += '-';
    text += fmt::format("{:02x}", uuid[i]);
  }
  return text;
}

[[nodiscard]] std::string_view name_of(TelemetryCollect collect) {
  switch (collect) {
    case TelemetryCollect::on_demand: return "on_demand";
    case TelemetryCollect::notify: return "notify";
    case TelemetryCollect::single_read: return "single_read";
  }
  return "on_demand";
}

Outcome<void> add_intervals(Context& context, const Telemetry& telemetry) {
  const auto intervals = telemetry.intervals(TelemetryScope::all(), context.connection.call());
  if (!intervals) return failed("asking for the intervals", intervals.error());
  std::vector<Record> rows;
  if (intervals->is_range) {
    context.report.add("lowest", nanoseconds(intervals->lowest), Measure::nanoseconds);
    context.report.add("highest", nanoseconds(intervals->highest), Measure::nanoseconds);
    context.report.add("step", nanoseconds(intervals->step), Measure::nanoseconds);
    return {};
  }
  for (const SensorInterval& i : intervals->discrete) {
    rows.push_back({{"interval", nanoseconds(i), Measure::nanoseconds}});
  }
  context.report.add_table("intervals", std::move(rows));
  return {};
}

Outcome<void> show_all(Context& context) {
  const auto telemetry = open_client<Telemetry>(context.connection, kind);
  if (!telemetry) return tl::unexpected(telemetry.error());
  const CallOptions call = context.connection.call();
  const TelemetryInfo& info = telemetry->info();
  const auto config = telemetry->config_get(TelemetryScope::all(), call);
  if (!config) return failed("asking how data is collected", config.error());
  const auto shmtis = telemetry->shmtis(call);
  if (!shmtis) return failed("listing the shared memory", shmtis.error());
  context.report.add("revision", text_of(info.revision));
  context.report.add("data_event_count", info.data_event_count);
  context.report.add("group_count", info.group_count);
  context.report.add("single_read", info.single_read);
  context.report.add("updates", info.updates);
  context.report.add("per_group", info.per_group);
  context.report.add("reset", info.reset);
  context.report.add("fast_channels", info.fast_channels);
  context.report.add("collecting", config->enabled);
  context.report.add("collect", name_of(config->collect));
  context.report.add("interval", config->enabled ? nanoseconds(config->interval) : Value(), Measure::nanoseconds);
  if (auto added = add_intervals(context, *telemetry); !added) return added;
  std::vector<Record> rows;
  for (const ShmtiInfo& shmti : *shmtis) {
    rows.push_back({{"id", shmti.id},
                    {"address", shmti.region.address, Measure::none, Style::hex},
                    {"size", shmti.region.size_bytes, Measure::bytes}});
  }
  context.report.add_table("shared_memory", std::move(rows));
  return {};
}

Outcome<void> show(Context& context, const Words& words) {
  if (words.what.empty()) return show_all(context);
  const auto opened = open(context);
  if (!opened) return tl::unexpected(opened.error());
  const auto info = choose_event(*opened, words.what);
  if (!info) return tl::unexpected(info.error());
  const auto enabled = opened->telemetry.enabled(context.connection.call());
  if (!enabled) return failed("asking what is enabled", enabled.error());
  for (Item& item : about(*info, *enabled)) {
    context.report.add(item.key, std::move(item.value), item.measure, item.style);
  }
  context.report.add("type", info->type);
  context.report.add("instance", info->instance);
  context.report.add("component_type", info->component_type);
  context.report.add("component_instance", info->component_instance);
  context.report.add("persistent", info->persistent);
  context.report.add("timestamp_rate",
                     info->timestamps == TelemetryTimestamps::line ? Value(info->timestamp_rate) : Value());
  context.report.add("fast_channel", info->fast_channel.has_value());
  return {};
}

/// The interval that was asked for, or else the shortest there is.
[[nodiscard]] Outcome<SensorInterval> interval_of(Context& context, const Telemetry& telemetry,
                                                  const std::string& word) {
  if (!word.empty()) {
    const auto time = parse_duration(word);
    const auto interval =
        time ? SensorInterval::from_ns(static_cast<std::uint64_t>(std::chrono::nanoseconds(*time).count()))
             : std::nullopt;
    if (!interval) return misused(fmt::format("--interval '{}' is no time", printable(word)), "say 500us, 10ms, 2s");
    return *interval;
  }
  const auto known = telemetry.intervals(TelemetryScope::all(), context.connection.call());
  if (!known) return failed("asking for the intervals", known.error());
  if (known->is_range) return known->lowest;
  if (known->discrete.empty()) return misused("the platform lists no interval", "say --interval");
  return known->discrete.front();
}

void add_places(Context& context, std::string id, const DataEventPlace& place) {
  context.report.add("what", std::move(id));
  context.report.add("shmti", place.shmti ? Value(*place.shmti) : Value());
  context.report.add("offset", place.shmti ? Value(place.offset) : Value());
}

Outcome<void> enable(Context& context, const Words& words) {
  const auto opened = open(context);
  if (!opened) return tl::unexpected(opened.error());
  const Telemetry& telemetry = opened->telemetry;
  const CallOptions call = context.connection.call();
  if (words.group) {
    const auto group = parse_number32(words.what);
    if (!group) return misused(fmt::format("'{}' is no number of a group", printable(words.what)));
    const auto place = telemetry.enable_group(*group, words.timestamps, call);
    if (!place) return failed(fmt::format("enabling group {}", *group), place.error());
    add_places(context, fmt::format("group {}", *group), *place);
  } else {
    const auto info = choose_event(*opened, words.what);
    if (!info) return tl::unexpected(info.error());
    const auto place = telemetry.enable(info->id, words.timestamps, call);
    if (!place) return failed(fmt::format("enabling {}", named(*info)), place.error());
    add_places(context, named(*info), *place);
  }
  context.report.add("enabled", true);
  if (words.interval.empty()) return {};
  const auto interval = interval_of(context, telemetry, words.interval);
  if (!interval) return tl::unexpected(interval.error());
  const auto set = telemetry.config_set(TelemetryScope::all(), {true, TelemetryCollect::on_demand, *interval}, call);
  if (!set) return failed("starting to collect", set.error());
  context.report.add("interval", nanoseconds(*interval), Measure::nanoseconds);
  return {};
}

Outcome<void> disable(Context& context, const Words& words) {
  const auto opened = open(context);
  if (!opened) return tl::unexpected(opened.error());
  const Telemetry& telemetry = opened->telemetry;
  const CallOptions call = context.connection.call();
  std::string what(everything);
  Result<void> done;
  if (words.group) {
    const auto group = parse_number32(words.what);
    if (!group) return misused(fmt::format("'{}' is no number of a group", printable(words.what)));
    what = fmt::format("group {}", *group);
    done = telemetry.disable_group(*group, call);
  } else if (words.what == everything) {
    done = telemetry.config_set(TelemetryScope::all(), {}, call);
    if (done) done = telemetry.disable_all(call);
  } else {
    const auto info = choose_event(*opened, words.what);
    if (!info) return tl::unexpected(info.error());
    what = named(*info);
    done = telemetry.disable(info->id, call);
  }
  if (!done) return failed(fmt::format("disabling {}", what), done.error());
  context.report.add("what", what);
  context.report.add("enabled", false);
  return {};
}

/// What was off is on as long as this lives.
class Borrowed {
 public:
  Borrowed(const Telemetry& telemetry, CallOptions call) : telemetry_(telemetry), call_(call) {}
  ~Borrowed() {
    for (const DataEventId id : ids_) static_cast<void>(telemetry_.disable(id, call_));
  }
  Borrowed(const Borrowed&) = delete;
  Borrowed& operator=(const Borrowed&) = delete;

  [[nodiscard]] Outcome<void> enable(const std::vector<DataEventInfo>& chosen) {
    const auto enabled = telemetry_.enabled(call_);
    if (!enabled) return failed("asking what is enabled", enabled.error());
    for (const DataEventInfo& info : chosen) {
      if (std::ranges::find(*enabled, info.id.value, &EnabledData::id) != enabled->end()) continue;
      const auto place = telemetry_.enable(info.id, info.timestamps != TelemetryTimestamps::none, call_);
      if (!place) return failed(fmt::format("enabling {}", named(info)), place.error());
      ids_.push_back(info.id);
    }
    return {};
  }

 private:
  const Telemetry& telemetry_;
  CallOptions call_;
  std::vector<DataEventId> ids_;
};

/// What the platform keeps in memory that this transport can map.
[[nodiscard]] Outcome<std::vector<TelemetrySample>> in_memory(Context& context, const Opened& opened) {
  const auto unreachable = [](const Error& e) { return e.is(LocalError::unsupported) || e.is(LocalError::bad_memory); };
  const auto shmtis = opened.telemetry.shmtis(context.connection.call());
  if (!shmtis) return failed("listing the shared memory", shmtis.error());
  std::vector<TelemetrySample> all;
  for (const ShmtiInfo& shmti : *shmtis) {
    const auto samples = opened.telemetry.read_shmti(shmti);
    if (samples) {
      all.insert(all.end(), samples->begin(), samples->end());
    } else if (!unreachable(samples.error())) {
      return failed(fmt::format("reading shared memory {}", shmti.id), samples.error());
    }
  }
  for (const DataEventInfo& info : opened.all) {
    if (!info.fast_channel || std::ranges::find(all, info.id, &TelemetrySample::id) != all.end()) continue;
    if (const auto sample = opened.telemetry.read_fast_channel(info)) all.push_back(*sample);
  }
  return all;
}

Outcome<void> read(Context& context, const Words& words) {
  const auto opened = open(context);
  if (!opened) return tl::unexpected(opened.error());
  const auto chosen = choose_events(*opened, words.names);
  if (!chosen) return tl::unexpected(chosen.error());
  Borrowed borrowed(opened->telemetry, context.connection.call());
  if (auto enabled = borrowed.enable(*chosen); !enabled) return enabled;
  const auto reading = opened->telemetry.read(TelemetryScope::all(), context.connection.pending());
  if (!reading) return failed("reading", reading.error());
  const auto memory = in_memory(context, *opened);
  if (!memory) return tl::unexpected(memory.error());
  std::vector<Record> rows;
  for (const DataEventInfo& info : *chosen) {
    std::optional<TelemetrySample> found;
    for (const auto* samples : {&reading->samples, &*memory}) {
      const auto at = std::ranges::find(*samples, info.id, &TelemetrySample::id);
      if (!found && at != samples->end()) found = *at;
    }
    rows.push_back(sample_record(info, found));
  }
  context.report.add("status", reading->status);
  context.report.add_table("samples", std::move(rows));
  return {};
}

Outcome<void> watch(Context& context, const Words& words) {
  auto events = Watch::begin(words.watch);
  if (!events) return tl::unexpected(events.error());
  const auto opened = open(context);
  if (!opened) return tl::unexpected(opened.error());
  const auto chosen = choose_events(*opened, words.names);
  if (!chosen) return tl::unexpected(chosen.error());
  const auto interval = interval_of(context, opened->telemetry, words.interval);
  if (!interval) return tl::unexpected(interval.error());
  const CallOptions call = context.connection.call();
  Borrowed borrowed(opened->telemetry, call);
  if (auto enabled = borrowed.enable(*chosen); !enabled) return enabled;
  const auto subscription = opened->telemetry.watch_updates(
      TelemetryScope::all(), *interval,
      [&](const TelemetryReading& update) {
        for (const TelemetrySample& sample : update.samples) {
          const auto info = std::ranges::find(*chosen, sample.id, &DataEventInfo::id);
          if (info != chosen->end()) events->add(sample_record(*info, sample));
        }
      },
      call);
  if (!subscription) return failed("subscribing to updates", subscription.error());
  context.report.add("interval", nanoseconds(*interval), Measure::nanoseconds);
  return events->run(context, "events");
}

}  // namespace

void add_telemetry(CommandLine& line) {
  Words& words = line.keep<Words>();
  const auto with = [&words](Outcome<void> (*run)(Context&, const Words&)) {
    return [&words, run](Context& c) { return run(c, words); };
  };
  constexpr const char* which = "name or id";
  constexpr const char* several = "names or ids, or all";
  constexpr const char* of_group = "the number of a group is meant";
  Object telemetry = line.object("telemetry", "telemetry data events (provisional)");
  telemetry.verb("list", "all data events, and what is enabled", list);
  telemetry.verb("show", "what the platform offers, or one data event", with(show))
      .optional_argument("event", words.what, which);
  telemetry.verb("enable", "enable a data event", with(enable))
      .argument("event", words.what, which)
      .flag("--group", words.group, of_group)
      .flag("--timestamps", words.timestamps, "with time stamps")
      .option("--interval", "TIME", words.interval, "collect into shared memory, every so often");
  telemetry.verb("disable", "disable it, or all", with(disable))
      .argument("event", words.what, "name or id, or all")
      .flag("--group", words.group, of_group);
  telemetry.verb("read", "read data events once; what is not enabled is for that time", with(read))
      .arguments("events", words.names, several);
  Verb watching = telemetry.verb("watch", "values as they come", with(watch));
  watching.arguments("events", words.names, several)
      .option("--interval", "TIME", words.interval, "between updates, as 100ms; default: the shortest");
  words.watch.add_to(watching);
}

}  // namespace scmi::tool
