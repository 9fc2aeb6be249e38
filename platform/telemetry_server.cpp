// SPDX-License-Identifier: Apache-2.0
//
// The telemetry protocol (DEN0056 0x1B, PROVISIONAL). Several things wrong with a command are told in the order
// INVALID_PARAMETERS, NOT_SUPPORTED, DENIED, IN_USE, OUT_OF_RANGE.
#include <algorithm>
#include <numeric>

#include "platform/call.hpp"
#include "protocols/telemetry_messages.hpp"

namespace scmi::platform {
namespace {

using namespace telemetry_protocol;

[[nodiscard]] const TelemetryConfig& described(const Call& call) { return *call.config().telemetry; }
[[nodiscard]] TelemetryModel& model(Call& call) { return call.platform.soc().telemetry(); }
[[nodiscard]] bool may_configure(const Call& call) { return call.agent.config().may_configure_telemetry; }

/// The caller's plan; nullptr while it shares no memory.
[[nodiscard]] const TelemetryPlan* plan_of(PlatformState& platform, AgentId agent) {
  const WindowPlan* plan = platform.windows().plan(agent);
  return plan == nullptr ? nullptr : &plan->telemetry;
}

[[nodiscard]] std::uint32_t word_at(const std::array<std::uint8_t, 16>& uuid, std::size_t word) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < 4; ++i) value = value << 8 | uuid[4 * word + i];
  return value;
}

Status protocol_attributes(Call& call, const ProtocolAttributes&, ProtocolAttributes::Reply& reply) {
  using R = ProtocolAttributes::Reply;
  const TelemetryConfig& t = described(call);
  const TelemetryPlan* plan = plan_of(call.platform, call.id);
  const bool fast =
      plan != nullptr && std::ranges::any_of(t.data_events, [](const DataEventConfig& c) { return c.fast_channel; });
  const bool resets = !call.config().disabled[call.protocol].contains(Reset::info.message.value);
  reply.num_de = static_cast<std::uint32_t>(t.data_events.size());
  reply.num_groups = static_cast<std::uint32_t>(t.groups.size());
  reply.de_implementation_revision_0 = word_at(t.revision, 0);
  reply.de_implementation_revision_1 = word_at(t.revision, 1);
  reply.de_implementation_revision_2 = word_at(t.revision, 2);
  reply.de_implementation_revision_3 = word_at(t.revision, 3);
  reply.attributes = R::single_read.put(t.single_read && call.limits.has_p2a ? 1 : 0) |
                     R::continuous_update.put(t.notifications && call.limits.has_p2a ? 1 : 0) |
                     R::per_group.put(t.per_group ? 1 : 0) | R::reset.put(resets ? 1 : 0) |
                     R::fast_channels.put(fast ? 1 : 0) | R::num_shmti.put(plan != nullptr && plan->shmti.size != 0);
  reply.default_blk_ts_rate = t.timestamp_rate_hz;
  return Status::success;
}

Status list_shmti(Call& call, const ListShmti& command, ListShmti::Reply& reply) {
  const WindowPlan* plan = call.platform.windows().plan(call.id);
  if (plan == nullptr || plan->telemetry.shmti.size == 0 || command.index != 0) return Status::not_found;
  const StatisticsPlace& shmti = plan->telemetry.shmti;
  reply.descriptors = {{0, plan->address + shmti.offset, shmti.size, 0}};
  return Status::success;
}

DeDescription::Descriptor descriptor_of(const Call& call, Index i) {
  using D = DeDescription::Descriptor;
  const TelemetryConfig& t = described(call);
  const DataEventConfig& c = t.data_events[i];
  D d;
  d.de_id = DataEventId(c.id);
  if (c.group != no_index) d.group_id = static_cast<std::uint32_t>(c.group);
  d.data_size_bytes = c.data_size;
  d.attributes_1 =
      D::has_name.put(c.name.empty() ? 0 : 1) | D::type.put(c.type) | D::persistent.put(c.persistent ? 1 : 0) |
      D::exponent.put(static_cast<std::uint32_t>(std::int32_t{c.exponent})) |
      D::unit.put(static_cast<std::uint32_t>(c.unit)) | D::timestamps.put(static_cast<std::uint32_t>(c.timestamps));
  d.attributes_2 = D::instance.put(c.instance) | D::component_instance.put(c.component_instance) |
                   D::component_type.put(c.component_type);
  d.ts_rate = t.timestamp_rate_hz;
  const WindowPlan* plan = call.platform.windows().plan(call.id);
  if (plan != nullptr && plan->telemetry.fast_channels[i] != TelemetryPlan::nowhere) {
    constexpr std::uint32_t plain_size = 8;
    d.attributes_1 |= D::has_fast_channel.mask();
    d.fast_channel_address = plan->address + plan->telemetry.fast_channels[i];
    d.fast_channel_len_bytes = c.timestamps == DataEventTimestamps::line ? 2 * plain_size : plain_size;
  }
  d.name = std::string_view(c.name);
  return d;
}

Status de_description(Call& call, const DeDescription& command, DeDescription::Reply& reply) {
  using R = DeDescription::Reply;
  const std::size_t total = described(call).data_events.size();
  if (command.index >= total) return Status::not_found;
  const std::size_t n = fill(call, command.index, total, R::count.max(), reply.descriptors,
                             [&](std::size_t i) { return descriptor_of(call, i); });
  if (n == 0) return Status::generic_error;
  const std::size_t left = total - command.index - n;
  reply.flags = R::remaining.put(static_cast<std::uint32_t>(std::min<std::size_t>(left, R::remaining.max())));
  return Status::success;
}

/// The scopes that a selector means. INVALID_PARAMETERS.
[[nodiscard]] tl::expected<std::vector<Index>, Status> scopes_of(Call& call, std::uint32_t selector,
                                                                 std::uint32_t group) {
  const TelemetryConfig& t = described(call);
  if (selector == select_all) {
    std::vector<Index> all(model(call).scope_count());
    std::iota(all.begin(), all.end(), Index{0});
    return all;
  }
  if (selector > select_all || !t.per_group) return tl::unexpected(Status::invalid_parameters);
  if (selector == select_ungrouped) return std::vector<Index>{0};
  if (group >= t.groups.size()) return tl::unexpected(Status::invalid_parameters);
  return std::vector<Index>{Index{group} + 1};
}

Status list_update_intervals(Call& call, const ListUpdateIntervals& command, ListUpdateIntervals::Reply& reply) {
  using C = ListUpdateIntervals;
  using R = C::Reply;
  if ((command.flags & reserved_bits(C::flags_bits, call.version)) != 0) return Status::invalid_parameters;
  const auto scopes = scopes_of(call, C::selector.get(command.flags), command.group_id);
  if (!scopes) return scopes.error();
  const TelemetryConfig& t = described(call);
  if (command.index >= t.intervals.size() || (t.interval_range && command.index != 0)) return Status::out_of_range;
  const std::size_t left = t.intervals.size() - command.index;
  const std::size_t n = std::min<std::size_t>({left, call.room_for(sizeof(std::uint32_t)), R::count.max()});
  if (n == 0 || (t.interval_range && n < t.intervals.size())) return Status::generic_error;
  for (std::size_t i = 0; i < n; ++i) reply.intervals.push_back(t.intervals[command.index + i].word());
  reply.flags = R::format.put(t.interval_range ? 1 : 0) | R::remaining.put(static_cast<std::uint32_t>(left - n));
  return Status::success;
}

void place_of(const Call& call, Index data_event, DeConfigure::Reply& reply) {
  const TelemetryPlan* plan = plan_of(call.platform, call.id);
  if (plan == nullptr || plan->lines[data_event] == 0) return;
  if (reply.shmti_id == 0 && reply.shmti_de_offset <= plan->lines[data_event]) return;
  reply = {0, plan->lines[data_event], plan->blocks[data_event]};
}

/// Whether so many more may be enabled.
[[nodiscard]] bool room_for(Call& call, std::size_t more) {
  const std::uint32_t most = described(call).max_enabled;
  return most == 0 || model(call).enabled_count(call.id) + more <= most;
}

Status configure_group(Call& call, Index group, DataEventMode mode, DeConfigure::Reply& reply) {
  const TelemetryConfig& t = described(call);
  const std::vector<Index>& members = t.groups[group].members;
  const bool stamped =
      std::ranges::any_of(members, [&](Index i) { return t.data_events[i].timestamps != DataEventTimestamps::none; });
  if (mode == DataEventMode::timestamps && !stamped) return Status::not_supported;
  if (!may_configure(call)) return Status::denied;
  TelemetryModel& telemetry = model(call);
  if (mode != DataEventMode::off) {
    const auto enabled = [&](Index i) { return telemetry.own_mode(call.id, i) != DataEventMode::off; };
    if (std::ranges::any_of(members, enabled)) return Status::in_use;
    const bool was_off = telemetry.group_mode(call.id, group) == DataEventMode::off;
    if (was_off && !room_for(call, members.size())) return Status::out_of_range;
    for (const Index i : members) place_of(call, i, reply);
  }
  telemetry.set_group_mode(call.id, group, mode);
  return Status::success;
}

Status configure_one(Call& call, Index data_event, DataEventMode mode, DeConfigure::Reply& reply) {
  const DataEventConfig& c = described(call).data_events[data_event];
  if (mode == DataEventMode::timestamps && c.timestamps == DataEventTimestamps::none) return Status::not_supported;
  if (!may_configure(call)) return Status::denied;
  TelemetryModel& telemetry = model(call);
  const bool own = telemetry.own_mode(call.id, data_event) != DataEventMode::off;
  const bool enabled = telemetry.mode(call.id, data_event) != DataEventMode::off;
  if (mode == DataEventMode::off) {
    if (enabled && !own) return Status::in_use;
    telemetry.set_mode(call.id, data_event, mode);
    return Status::success;
  }
  // One that is enabled already stays as it is.
  if (!enabled) {
    if (!room_for(call, 1)) return Status::out_of_range;
    telemetry.set_mode(call.id, data_event, mode);
  }
  place_of(call, data_event, reply);
  return Status::success;
}

Status de_configure(Call& call, const DeConfigure& command, DeConfigure::Reply& reply) {
  using C = DeConfigure;
  const TelemetryConfig& t = described(call);
  const std::uint32_t mode = C::mode.get(command.flags);
  const bool all = C::disable_all.test(command.flags);
  const bool reserved = (command.flags & reserved_bits(C::flags_bits, call.version)) != 0;
  if (reserved || mode > mode_timestamps || (all && mode != mode_off)) return Status::invalid_parameters;
  Status status = Status::success;
  if (all) {
    if (!may_configure(call)) return Status::denied;
    model(call).disable_all(call.id);
  } else if (C::group.test(command.flags)) {
    if (!t.per_group) return Status::not_supported;
    if (command.id >= t.groups.size()) return Status::invalid_parameters;
    status = configure_group(call, command.id, static_cast<DataEventMode>(mode), reply);
  } else {
    const auto found = std::ranges::find(t.data_events, command.id, &DataEventConfig::id);
    if (found == t.data_events.end()) return Status::invalid_parameters;
    status =
        configure_one(call, static_cast<Index>(found - t.data_events.begin()), static_cast<DataEventMode>(mode), reply);
  }
  if (status == Status::success) note_telemetry(call.platform, call.id);
  return status;
}

Status de_enabled_list(Call& call, const DeEnabledList& command, DeEnabledList::Reply& reply) {
  using C = DeEnabledList;
  using R = C::Reply;
  if ((command.flags & reserved_bits(C::flags_bits, call.version)) != 0) return Status::invalid_parameters;
  const TelemetryConfig& t = described(call);
  const TelemetryModel& telemetry = model(call);
  std::vector<C::Enabled> all;
  const auto add = [&](std::uint32_t id, DataEventMode mode) {
    if (mode != DataEventMode::off) all.push_back({id, static_cast<std::uint32_t>(mode)});
  };
  if (C::groups.test(command.flags)) {
    for (Index i = 0; i < t.groups.size(); ++i) {
      add(static_cast<std::uint32_t>(i), telemetry.group_mode(call.id, i));
    }
  } else {
    for (Index i = 0; i < t.data_events.size(); ++i) add(t.data_events[i].id, telemetry.mode(call.id, i));
  }
  if (all.empty() && command.index == 0) return Status::success;
  if (command.index >= all.size()) return Status::out_of_range;
  const std::size_t n =
      fill(call, command.index, all.size(), R::count.max(), reply.entries, [&](std::size_t i) { return all[i]; });
  if (n == 0) return Status::generic_error;
  const std::size_t left = all.size() - command.index - n;
  reply.flags = R::remaining.put(static_cast<std::uint32_t>(std::min<std::size_t>(left, R::remaining.max())));
  return Status::success;
}

/// Whether data can be collected at exactly that interval.
[[nodiscard]] bool has_interval(const TelemetryConfig& t, SensorInterval interval) {
  const auto ns = interval.ns();
  if (!ns || *ns == 0) return false;
  const auto of = [&](std::size_t i) { return t.intervals[i].ns().value_or(0); };
  if (t.interval_range) return *ns >= of(0) && *ns <= of(1) && (*ns - of(0)) % std::max<std::uint64_t>(of(2), 1) == 0;
  return std::ranges::any_of(t.intervals, [&](const SensorInterval& one) { return one.ns() == ns; });
}

Status config_set(Call& call, const ConfigSet& command, Empty&) {
  const TelemetryConfig& t = described(call);
  TelemetryModel& telemetry = model(call);
  const std::uint32_t mode = control::mode.get(command.control);
  const bool reserved = (command.control & reserved_bits(control::all_bits, call.version)) != 0;
  if (reserved || mode > collect_single_read) return Status::invalid_parameters;
  const auto scopes = scopes_of(call, control::selector.get(command.control), command.group_id);
  if (!scopes) return scopes.error();
  const bool enable = control::enable.test(command.control);
  const SensorInterval interval = SensorInterval::from_word(command.sampling_rate);
  if (enable) {
    const auto to_collect = [&](Index i) {
      return telemetry.mode(call.id, i) != DataEventMode::off &&
             std::ranges::count(*scopes, telemetry.scope_of(i)) != 0;
    };
    bool any = false;
    for (Index i = 0; i < t.data_events.size(); ++i) any = any || to_collect(i);
    if (!any || (mode != collect_single_read && !has_interval(t, interval))) return Status::invalid_parameters;
    const bool offered = mode == collect_on_demand || (mode == collect_notify ? t.notifications : t.single_read);
    if (!offered || (mode != collect_on_demand && !call.limits.has_p2a)) return Status::not_supported;
  }
  if (!may_configure(call)) return Status::denied;
  if (telemetry.reading(call.id)) return Status::busy;
  if (enable && mode == collect_single_read) {
    telemetry.start_reading(call.id, *scopes, call.header, call.now);
  } else {
    telemetry.collect(call.id, *scopes, {enable, static_cast<CollectMode>(mode), interval}, call.now);
  }
  return Status::success;
}

Status config_get(Call& call, const ConfigGet& command, ConfigGet::Reply& reply) {
  if ((command.flags & reserved_bits(ConfigGet::flags_bits, call.version)) != 0) return Status::invalid_parameters;
  const std::uint32_t selector = ConfigGet::selector.get(command.flags);
  const auto scopes = scopes_of(call, selector, command.group_id);
  if (!scopes) return scopes.error();
  // Of several, the first one that collects speaks for all.
  CollectState state = model(call).state(call.id, scopes->front());
  for (const Index scope : *scopes) {
    if (!state.enabled) state = model(call).state(call.id, scope);
  }
  reply.control = control::selector.put(selector) | control::mode.put(static_cast<std::uint32_t>(state.mode)) |
                  control::enable.put(state.enabled ? 1 : 0);
  reply.sampling_rate = state.interval.word();
  return Status::success;
}

Status reset(Call& call, const Reset& command, Empty&) {
  if (command.flags != 0) return Status::invalid_parameters;
  if (!may_configure(call)) return Status::denied;
  model(call).forget(call.id, call.now);
  note_telemetry(call.platform, call.id);
  return Status::success;
}

constexpr std::array rows = {
    row<ProtocolVersion, protocol_version>(),
    row<ProtocolAttributes, protocol_attributes>(),
    row<ProtocolMessageAttributes, message_attributes>(),
    row<ListShmti, list_shmti>(),
    row<DeDescription, de_description>(),
    row<ListUpdateIntervals, list_update_intervals>(),
    row<DeConfigure, de_configure>(),
    row<DeEnabledList, de_enabled_list>(),
    row<ConfigSet, config_set>(),
    row<ConfigGet, config_get>(),
    row<Reset, reset>(),
    row<NegotiateProtocolVersion, negotiate>(),
};

/// Lines as they go into a message, while there is room.
class Lines {
 public:
  Lines(const TelemetryConfig& telemetry, std::size_t room_bytes)
      : telemetry_(telemetry), room_(room_bytes / sizeof(std::uint32_t)) {}

  /// False if the sample does not fit any more.
  [[nodiscard]] bool add(const DataEventSample& s) {
    const DataEventConfig& c = telemetry_.data_events[s.data_event];
    const bool extended = s.ticks && c.timestamps == DataEventTimestamps::line;
    const bool in_block = s.ticks && !extended;
    const bool opens = in_block && block_ != s.ticks;
    const std::size_t needed =
        (extended ? tdcf::extended_line_words : tdcf::line_words) + (opens ? tdcf::line_words : 0);
    if (words_.size() + needed > room_) return false;
    if (opens) {
      put(tdcf::type.put(tdcf::type_block_timestamp), telemetry_.timestamp_rate_hz, *s.ticks);
      block_ = s.ticks;
    }
    const std::uint32_t stamped = extended ? tdcf::extended.mask() | tdcf::has_timestamp.mask() : 0;
    put(stamped | tdcf::uses_block.put(in_block ? 1 : 0), c.id, s.value);
    if (extended) pair(*s.ticks);
    return true;
  }
  [[nodiscard]] std::vector<std::uint32_t> take() {
    block_.reset();
    return std::exchange(words_, {});
  }

 private:
  void pair(std::uint64_t value) {
    words_.push_back(static_cast<std::uint32_t>(value));
    words_.push_back(static_cast<std::uint32_t>(value >> 32));
  }
  void put(std::uint32_t meta, std::uint32_t id, std::uint64_t value) {
    words_.push_back(meta);
    words_.push_back(id);
    pair(value);
  }
  const TelemetryConfig& telemetry_;
  std::size_t room_;
  std::vector<std::uint32_t> words_;
  std::optional<std::uint64_t> block_;
};

/// Bytes that a message to the agent can have behind its header.
[[nodiscard]] std::size_t p2a_payload(const AgentConfig& agent) {
  constexpr std::size_t area_overhead = 28;  // Of an area in shared memory: status, flags, length, header.
  for (const ChannelConfig& channel : agent.channels) {
    if (std::ranges::count(channel.protocols, ServedProtocol::telemetry) != 0 && channel.p2a_size > area_overhead) {
      return std::min<std::size_t>(channel.p2a_size - area_overhead, PlatformState::outgoing_max);
    }
  }
  return 0;
}

/// What failed leaves the others' status: all, some, none of them.
[[nodiscard]] Status status_of(std::size_t good, std::size_t all) {
  if (good == all) return Status::success;
  return good == 0 ? Status::hardware_error : Status::partial_error;
}

void send_updates(PlatformState& platform, AgentId to, const TelemetryCollected& event) {
  constexpr std::size_t head = 12;
  const std::size_t payload = p2a_payload(platform.agent(to)->config());
  Lines lines(*platform.config().telemetry, payload < head ? 0 : payload - head);
  const auto good = static_cast<std::size_t>(std::ranges::count(event.samples, false, &DataEventSample::failed));
  const Status status = status_of(good, event.samples.size());
  const auto send = [&] {
    platform.notify_one(ServedProtocol::telemetry, to, 0,
                        [&](std::uint32_t, Version) { return Update{AgentId(0), status, lines.take()}; });
  };
  for (const DataEventSample& sample : event.samples) {
    if (sample.failed || lines.add(sample)) continue;
    send();
    if (!lines.add(sample)) return;  // The channel cannot carry a single line.
  }
  send();
}

/// What has a place in the agent's memory is there already; the rest goes into the message.
void complete_reading(PlatformState& platform, AgentId to, const TelemetryCollected& event) {
  constexpr std::size_t head = 8;
  const TelemetryPlan* plan = plan_of(platform, to);
  const std::size_t payload = p2a_payload(platform.agent(to)->config());
  Lines lines(*platform.config().telemetry, payload < head ? 0 : payload - head);
  std::size_t good = 0;
  for (const DataEventSample& sample : event.samples) {
    const bool placed = plan != nullptr && (plan->lines[sample.data_event] != 0 ||
                                            plan->fast_channels[sample.data_event] != TelemetryPlan::nowhere);
    if (!sample.failed && (placed || lines.add(sample))) ++good;
  }
  platform.complete(to, event.header, status_of(good, event.samples.size()), ConfigSet::Complete{lines.take()});
}

[[nodiscard]] std::vector<bool> enabled_by(PlatformState& platform, AgentId agent) {
  std::vector<bool> enabled(platform.config().telemetry->data_events.size());
  for (Index i = 0; i < enabled.size(); ++i) {
    enabled[i] = platform.soc().telemetry().mode(agent, i) != DataEventMode::off;
  }
  return enabled;
}

}  // namespace

void note_telemetry(PlatformState& platform, AgentId agent) {
  if (platform.config().telemetry) platform.windows().show_telemetry(agent, {}, enabled_by(platform, agent));
}

void tell(PlatformState& platform, AgentId cause, const TelemetryCollected& event) {
  if (event.status != Status::success) {
    platform.complete(cause, event.header, event.status, ConfigSet::Complete{});
    return;
  }
  if (event.mode != CollectMode::notify) {
    platform.windows().show_telemetry(cause, event.samples, enabled_by(platform, cause));
  }
  switch (event.mode) {
    case CollectMode::on_demand: break;
    case CollectMode::notify: send_updates(platform, cause, event); break;
    case CollectMode::single_read: complete_reading(platform, cause, event); break;
  }
}

const Server telemetry_server{ServedProtocol::telemetry, rows};

}  // namespace scmi::platform
