// SPDX-License-Identifier: Apache-2.0
#include "protocols/telemetry.hpp"

#include <algorithm>
#include <array>
#include <set>

namespace scmi {

using namespace telemetry_protocol;

namespace {

constexpr std::array<Version, 1> known_versions{version_1_0};

/// The row for watch(): switched on and off by TELEMETRY_CONFIG_SET, which says more than a source.
struct UpdateEvent {
  using Notification = Update;
  using Command = ConfigSet;
  using Callback = std::function<void(const Update&)>;
  using Source = TelemetryScope;

  /// How it ends. How it begins is told to watch(), for that takes an interval.
  [[nodiscard]] static ConfigSet command(TelemetryScope scope, bool on) {
    return {scope.group_id,
            control::selector.put(scope.selector) | control::mode.put(collect_notify) | control::enable.put(on ? 1 : 0),
            0};
  }
  [[nodiscard]] static std::uint32_t word(TelemetryScope scope) noexcept {
    return scope.selector == select_group ? scope.group_id : no_group - scope.selector;
  }
  [[nodiscard]] static bool about(const Update&, TelemetryScope) noexcept { return true; }
};

[[nodiscard]] UpdateEvent::Callback updates(const ProtocolLink& link, Telemetry::UpdateCallback callback) {
  return [hub = std::weak_ptr(link.notifications()), callback = std::move(callback)](const Update& update) {
    auto samples = parse_tdcf(update.lines);
    if (samples) {
      callback({update.status, *std::move(samples)});
    } else if (const auto alive = hub.lock()) {
      alive->switches().count_malformed(protocol::telemetry);
    }
  };
}

[[nodiscard]] Uuid revision_of(const ProtocolAttributes::Reply& reply) noexcept {
  const std::array words{reply.de_implementation_revision_0, reply.de_implementation_revision_1,
                         reply.de_implementation_revision_2, reply.de_implementation_revision_3};
  Uuid uuid{};
  for (std::size_t i = 0; i < uuid.size(); ++i) uuid[i] = static_cast<std::uint8_t>(words[i / 4] >> (24 - i % 4 * 8));
  return uuid;
}

[[nodiscard]] DataEventInfo info_of(const DeDescription::Descriptor& d) {
  using D = DeDescription::Descriptor;
  DataEventInfo info;
  info.id = d.de_id;
  if (D::has_name.test(d.attributes_1)) info.name = info.short_name = std::string(d.name.view());
  if (d.group_id != no_group) info.group = d.group_id;
  info.data_size_bytes = d.data_size_bytes;
  info.type = static_cast<std::uint8_t>(D::type.get(d.attributes_1));
  info.instance = static_cast<std::uint8_t>(D::instance.get(d.attributes_2));
  info.component_instance = static_cast<std::uint16_t>(D::component_instance.get(d.attributes_2));
  info.component_type = static_cast<std::uint8_t>(D::component_type.get(d.attributes_2));
  info.persistent = D::persistent.test(d.attributes_1);
  info.unit = static_cast<SensorType>(D::unit.get(d.attributes_1));
  info.exponent = static_cast<std::int8_t>(D::exponent.get_signed(d.attributes_1));
  switch (D::timestamps.get(d.attributes_1)) {
    case D::timestamp_line: info.timestamps = TelemetryTimestamps::line; break;
    case D::timestamp_block: info.timestamps = TelemetryTimestamps::block; break;
    default: break;  // Reserved: none that we know of.
  }
  info.timestamp_rate = d.ts_rate;
  if (D::has_fast_channel.test(d.attributes_1)) {
    info.fast_channel = StatisticsRegion{d.fast_channel_address, d.fast_channel_len_bytes};
  }
  return info;
}

template <class C>
[[nodiscard]] Error malformed(const ProtocolLink& link, std::uint32_t detail) noexcept {
  ErrorContext context = detail::context_of<C>(link);
  context.detail = detail;
  return Error::local(LocalError::malformed_reply, context);
}

}  // namespace

Result<TelemetryReading> PendingTelemetry::wait() {
  const ErrorContext context{protocol::telemetry.value, ConfigSet::info.message.value, Step::none, 0};
  const auto payload = call_.wait();
  if (!payload) return payload.error();
  wire::Reader reader(*payload);
  const auto status = wire::from_word<Status>(reader.u32());
  if (!reader.finish()) return Error::local(LocalError::malformed_reply, context);
  if (!fields_follow<ConfigSet::Complete>(status)) return Error::platform(status, context);
  const auto complete = decode<ConfigSet::Complete>(payload->subspan(sizeof(std::uint32_t)), version_);
  if (!complete) return Error::local(LocalError::malformed_reply, context);
  auto samples = parse_tdcf(complete->lines);
  if (!samples) return samples.error();
  return TelemetryReading{status, *std::move(samples)};
}

Result<Telemetry> Telemetry::open(const Agent& agent, const CallOptions& options) {
  using R = ProtocolAttributes::Reply;
  auto opened = open_protocol(agent, protocol::telemetry, known_versions, options);
  if (!opened) return opened.error();
  Telemetry telemetry(std::move(opened->link), opened->reported);
  const auto reply = call(telemetry.link_, ProtocolAttributes{}, options);
  if (!reply) return reply.error().at(Step::protocol_attributes);
  telemetry.info_ = {.data_event_count = reply->num_de,
                     .group_count = reply->num_groups,
                     .revision = revision_of(*reply),
                     .single_read = R::single_read.test(reply->attributes),
                     .updates = R::continuous_update.test(reply->attributes),
                     .per_group = R::per_group.test(reply->attributes),
                     .reset = R::reset.test(reply->attributes),
                     .fast_channels = R::fast_channels.test(reply->attributes),
                     .shmti_count = R::num_shmti.get(reply->attributes),
                     .block_timestamp_rate = reply->default_blk_ts_rate};
  return Result<Telemetry>(std::move(telemetry));
}

Result<std::vector<DataEventInfo>> Telemetry::list(const CallOptions& options) const {
  std::vector<DataEventInfo> all;
  std::set<DataEventId> seen;
  PageBounds bounds(detail::context_of<DeDescription>(link_));
  for (bool more = info_.data_event_count != 0; more;) {
    const auto page = call(link_, DeDescription{bounds.next()}, options);
    if (!page) return page.error();
    const auto judged = bounds.take(page->descriptors.size(), DeDescription::Reply::remaining.get(page->flags));
    if (!judged) return judged.error();
    for (const auto& descriptor : page->descriptors) {
      if (!seen.insert(descriptor.de_id).second) return malformed<DeDescription>(link_, descriptor.de_id.value);
      all.push_back(info_of(descriptor));
    }
    more = *judged;
  }
  return Result<std::vector<DataEventInfo>>(std::move(all));
}

Result<DataEventInfo> Telemetry::describe(DataEventId id, const CallOptions& options) const {
  const auto all = list(options);
  if (!all) return all.error();
  const auto found = std::ranges::find(*all, id, &DataEventInfo::id);
  if (found == all->end()) return Error::local(LocalError::not_found);
  return *found;
}

Result<DataEventId> Telemetry::by_name(std::string_view name, const CallOptions& options) const {
  const auto all = list(options);
  if (!all) return all.error();
  return find_by_name(*all, name);
}

Result<std::vector<ShmtiInfo>> Telemetry::shmtis(const CallOptions& options) const {
  std::vector<ShmtiInfo> all;
  PageBounds bounds(detail::context_of<ListShmti>(link_));
  for (bool more = info_.shmti_count != 0; more;) {
    const auto page = call(link_, ListShmti{bounds.next()}, options);
    if (!page) return page.error();
    const auto judged = bounds.take(page->descriptors.size(), ListShmti::Reply::remaining.get(page->flags));
    if (!judged) return judged.error();
    for (const auto& d : page->descriptors) all.push_back({d.shmti_id, {d.address, d.length_bytes}});
    more = *judged;
  }
  return Result<std::vector<ShmtiInfo>>(std::move(all));
}

Result<TelemetryIntervals> Telemetry::intervals(TelemetryScope scope, const CallOptions& options) const {
  using C = ListUpdateIntervals;
  PageBounds bounds(detail::context_of<C>(link_));
  TelemetryIntervals result;
  for (bool more = true; more;) {
    const bool first = bounds.next() == 0;
    const auto page = call(link_, C{bounds.next(), scope.group_id, C::selector.put(scope.selector)}, options);
    if (!page) return page.error();
    const auto& words = page->intervals;
    if (C::Reply::format.test(page->flags)) {
      if (!first || words.size() != 3) return malformed<C>(link_, bounds.next());
      result.is_range = true;
      result.lowest = SensorInterval::from_word(words[0]);
      result.highest = SensorInterval::from_word(words[1]);
      result.step = SensorInterval::from_word(words[2]);
      return Result<TelemetryIntervals>(std::move(result));
    }
    const auto judged = bounds.take(words.size(), C::Reply::remaining.get(page->flags));
    if (!judged) return judged.error();
    for (const std::uint32_t word : words) result.discrete.push_back(SensorInterval::from_word(word));
    more = *judged;
  }
  return Result<TelemetryIntervals>(std::move(result));
}

Result<DataEventPlace> Telemetry::configure(std::uint32_t id, std::uint32_t flags, const CallOptions& options) const {
  const auto reply = call(link_, DeConfigure{id, flags}, options);
  if (!reply) return reply.error();
  DataEventPlace place;
  if (reply->shmti_id == no_shmti) return place;
  if (reply->shmti_id >= info_.shmti_count) return malformed<DeConfigure>(link_, reply->shmti_id);
  place.shmti = reply->shmti_id;
  place.offset = reply->shmti_de_offset;
  if (reply->blk_ts_offset != 0) place.block_timestamp_offset = reply->blk_ts_offset;
  return place;
}

Result<DataEventPlace> Telemetry::enable(DataEventId id, bool timestamps, const CallOptions& options) const {
  return configure(id.value, DeConfigure::mode.put(timestamps ? mode_timestamps : mode_on), options);
}
Result<DataEventPlace> Telemetry::enable_group(std::uint32_t group, bool timestamps, const CallOptions& options) const {
  return configure(group, DeConfigure::group.put(1) | DeConfigure::mode.put(timestamps ? mode_timestamps : mode_on),
                   options);
}

Result<void> Telemetry::set_off(std::uint32_t id, std::uint32_t flags, const CallOptions& options) const {
  return detail::order(link_, DeConfigure{id, flags}, options);
}
Result<void> Telemetry::disable(DataEventId id, const CallOptions& options) const {
  return set_off(id.value, 0, options);
}
Result<void> Telemetry::disable_group(std::uint32_t group, const CallOptions& options) const {
  return set_off(group, DeConfigure::group.put(1), options);
}
Result<void> Telemetry::disable_all(const CallOptions& options) const {
  return set_off(0, DeConfigure::disable_all.put(1), options);
}

Result<std::vector<EnabledData>> Telemetry::enabled_list(bool groups, const CallOptions& options) const {
  std::vector<EnabledData> all;
  PageBounds bounds(detail::context_of<DeEnabledList>(link_));
  for (bool more = true; more;) {
    const auto page = call(link_, DeEnabledList{bounds.next(), DeEnabledList::groups.put(groups ? 1 : 0)}, options);
    if (!page) return page.error();
    const auto judged = bounds.take(page->entries.size(), DeEnabledList::Reply::remaining.get(page->flags));
    if (!judged) return judged.error();
    for (const auto& entry : page->entries) all.push_back({entry.id, entry.mode == mode_timestamps});
    more = *judged;
  }
  return Result<std::vector<EnabledData>>(std::move(all));
}
Result<std::vector<EnabledData>> Telemetry::enabled(const CallOptions& options) const {
  return enabled_list(false, options);
}
Result<std::vector<EnabledData>> Telemetry::enabled_groups(const CallOptions& options) const {
  return enabled_list(true, options);
}

Result<TelemetryConfig> Telemetry::config_get(TelemetryScope scope, const CallOptions& options) const {
  const auto reply = call(link_, ConfigGet{scope.group_id, ConfigGet::selector.put(scope.selector)}, options);
  if (!reply) return reply.error();
  const std::uint32_t mode = control::mode.get(reply->control);
  if (mode > collect_single_read) return malformed<ConfigGet>(link_, reply->control);
  return TelemetryConfig{.enabled = control::enable.test(reply->control),
                         .collect = static_cast<TelemetryCollect>(mode),
                         .interval = SensorInterval::from_word(reply->sampling_rate)};
}

Result<void> Telemetry::config_set(TelemetryScope scope, const TelemetryConfig& config,
                                   const CallOptions& options) const {
  if (config.collect == TelemetryCollect::single_read) {
    return Error::local(LocalError::invalid_argument, detail::context_of<ConfigSet>(link_));
  }
  const std::uint32_t word = control::selector.put(scope.selector) |
                             control::mode.put(static_cast<std::uint32_t>(config.collect)) |
                             control::enable.put(config.enabled ? 1 : 0);
  return detail::order(link_, ConfigSet{scope.group_id, word, config.interval.word()}, options);
}

Result<PendingTelemetry> Telemetry::read_async(TelemetryScope scope, PendingOptions options) const {
  const std::uint32_t word =
      control::selector.put(scope.selector) | control::mode.put(collect_single_read) | control::enable.put(1);
  if (!link_.has_p2a()) return Error::local(LocalError::unsupported, detail::context_of<ConfigSet>(link_));
  options.expects_delayed = true;
  std::array<std::byte, 16> payload;
  const auto size = encode(ConfigSet{scope.group_id, word, 0}, version(), payload);
  if (!size) return size.error();
  auto started = link_.start(ConfigSet::info.message, std::span<const std::byte>(payload).first(*size), options);
  if (!started) return started.error();
  return PendingTelemetry(std::move(*started), version());
}

Result<TelemetryReading> Telemetry::read(TelemetryScope scope, PendingOptions options) const {
  auto started = read_async(scope, std::move(options));
  if (!started) return started.error();
  return started->wait();
}

Result<void> Telemetry::reset(const CallOptions& options) const { return detail::order(link_, Reset{}, options); }

Result<std::vector<TelemetrySample>> Telemetry::read_shmti(const ShmtiInfo& shmti) const {
  const auto region = link_.map(shmti.region.address, shmti.region.size_bytes);
  if (!region) return region.error();
  return read_tdcf(*region);
}

Result<TelemetrySample> Telemetry::read_fast_channel(const DataEventInfo& data_event) const {
  constexpr std::uint32_t plain_size = 8;
  constexpr std::uint32_t stamped_size = 16;
  if (!data_event.fast_channel) return Error::local(LocalError::unsupported, detail::context_of<DeDescription>(link_));
  const auto& [address, size] = *data_event.fast_channel;
  if (size != plain_size && size != stamped_size) return malformed<DeDescription>(link_, data_event.id.value);
  const auto region = link_.map(address, size);
  if (!region) return region.error();
  const auto value = region->read<std::uint64_t>(0);
  if (!value) return value.error();
  TelemetrySample sample{data_event.id, *value, {}, {}, {}};
  if (size == stamped_size) {
    const auto ticks = region->read<std::uint64_t>(plain_size);
    if (!ticks) return ticks.error();
    sample.timestamp_ticks = *ticks;
  }
  return sample;
}

Subscription Telemetry::on_update(UpdateCallback callback) const {
  return listen<UpdateEvent>(link_, updates(link_, std::move(callback)));
}

Result<Subscription> Telemetry::watch_updates(TelemetryScope scope, SensorInterval interval, UpdateCallback callback,
                                              const CallOptions& options) const {
  ConfigSet on = UpdateEvent::command(scope, true);
  on.sampling_rate = interval.word();
  return watch<UpdateEvent>(link_, scope, on, updates(link_, std::move(callback)), options);
}

}  // namespace scmi
