// SPDX-License-Identifier: Apache-2.0
#include "protocols/performance.hpp"

#include <algorithm>
#include <array>

namespace scmi {

using namespace performance_protocol;

namespace {

constexpr std::array<Version, 4> known_versions{version_4_0, version_3_0, version_2_0, version_1_0};

[[nodiscard]] PowerUnit unit_of(std::uint32_t attributes, Version version) noexcept {
  const std::uint32_t unit = ProtocolAttributes::Reply::power_unit.get(attributes);
  // The upper bit means nothing before 3.0.
  switch (version >= version_3_0 ? unit : unit & 1U) {
    case 0: return PowerUnit::abstract;
    case 1: return PowerUnit::milliwatt;
    case 2: return PowerUnit::microwatt;
    default: return PowerUnit::unknown;
  }
}

template <class Member>
[[nodiscard]] const PerformanceLevel* find(const std::vector<PerformanceLevel>& levels, Member member,
                                           std::uint32_t wanted) noexcept {
  const auto found = std::ranges::find(levels, wanted, member);
  return found == levels.end() ? nullptr : &*found;
}

}  // namespace

const PerformanceLevel* PerformanceLevels::by_value(std::uint32_t value) const noexcept {
  return find(levels, &PerformanceLevel::value, value);
}
const PerformanceLevel* PerformanceLevels::by_index(std::uint32_t index) const noexcept {
  return find(levels, &PerformanceLevel::index, index);
}
const PerformanceLevel* PerformanceLevels::from_wire(std::uint32_t number) const noexcept {
  return indexed ? by_index(number) : by_value(number);
}
std::uint64_t PerformanceLevels::frequency_hz(const PerformanceLevel& level) const noexcept {
  return indexed ? std::uint64_t{level.indicative_freq_khz} * 1000 : level.value * hz_per_value;
}

const PerformanceLevel* PerformanceLevels::at_frequency_hz(std::uint64_t wanted_hz, Rounding rounding) const noexcept {
  const PerformanceLevel* below = nullptr;  // The fastest that is not faster.
  const PerformanceLevel* above = nullptr;  // The slowest that is not slower.
  for (const PerformanceLevel& level : levels) {
    const std::uint64_t hz = frequency_hz(level);
    if (hz == 0) continue;
    if (hz <= wanted_hz && (below == nullptr || hz > frequency_hz(*below))) below = &level;
    if (hz >= wanted_hz && (above == nullptr || hz < frequency_hz(*above))) above = &level;
  }
  if (below == nullptr || above == nullptr) return below == nullptr ? above : below;
  switch (rounding) {
    case Rounding::down: return below;
    case Rounding::up: return above;
    case Rounding::closest: break;
  }
  return frequency_hz(*above) - wanted_hz < wanted_hz - frequency_hz(*below) ? above : below;
}

Result<PerformanceDomains> PerformanceDomains::open(const Agent& agent, const CallOptions& options) {
  auto opened = open_protocol(agent, protocol::performance, known_versions, options);
  if (!opened) return opened.error();
  PerformanceDomains domains(std::move(opened->link), opened->reported);
  const auto reply = call(domains.link_, ProtocolAttributes{}, options);
  if (!reply) return reply.error().at(Step::protocol_attributes);
  domains.count_ = ProtocolAttributes::Reply::num_domains.get(reply->attributes);
  domains.power_unit_ = unit_of(reply->attributes, domains.version());
  if (reply->statistics_len_bytes != 0) domains.statistics_ = {reply->statistics_address, reply->statistics_len_bytes};
  return Result<PerformanceDomains>(std::move(domains));
}

Result<PerformanceDomainInfo> PerformanceDomains::describe(DomainId domain, const CallOptions& options) const {
  using Reply = DomainAttributes::Reply;
  const auto reply = call(link_, DomainAttributes{domain}, options);
  if (!reply) return reply.error();
  const auto has = [&](const BitField& b) { return version() >= b.since && b.test(reply->attributes); };
  const auto name = detail::full_name(link_, DomainNameGet{domain}, reply->name, has(Reply::extended_name), options);
  if (!name) return name.error();
  return PerformanceDomainInfo{.id = domain,
                               .name = *name,
                               .short_name = std::string(reply->name.view()),
                               .set_limits = has(Reply::set_limits),
                               .set_level = has(Reply::set_level),
                               .limits_notify = has(Reply::limits_notify),
                               .level_notify = has(Reply::level_notify),
                               .fastchannel = has(Reply::fastchannel),
                               .level_indexing = has(Reply::level_indexing),
                               .rate_limit_us = Reply::rate_limit_us.get(reply->rate_limit),
                               .sustained_freq_khz = reply->sustained_freq_khz,
                               .sustained_level = reply->sustained_perf_level};
}

Result<std::vector<PerformanceDomainInfo>> PerformanceDomains::list(const CallOptions& options) const {
  return detail::list_all<PerformanceDomainInfo>(count_,
                                                 [&](std::uint32_t i) { return describe(DomainId(i), options); });
}

Result<DomainId> PerformanceDomains::by_name(std::string_view name, const CallOptions& options) const {
  const auto all = list(options);
  if (!all) return all.error();
  return find_by_name(*all, name);
}

Result<PerformanceLevels> PerformanceDomains::levels(DomainId domain, const CallOptions& options) const {
  const auto attributes = call(link_, DomainAttributes{domain}, options);
  if (!attributes) return attributes.error();
  PerformanceLevels result;
  const BitField& indexing = DomainAttributes::Reply::level_indexing;
  result.indexed = version() >= indexing.since && indexing.test(attributes->attributes);
  // Where the platform does not say what a level is worth, a level is a kilohertz.
  if (attributes->sustained_freq_khz != 0 && attributes->sustained_perf_level != 0) {
    result.hz_per_value = std::uint64_t{attributes->sustained_freq_khz} * 1000 / attributes->sustained_perf_level;
  }
  PageBounds bounds(detail::context_of<DescribeLevels>(link_));
  for (bool more = true; more;) {
    const auto page = call(link_, DescribeLevels{domain, bounds.next()}, options);
    if (!page) return page.error();
    const auto judged = bounds.take(page->levels.size(), DescribeLevels::Reply::remaining.get(page->num_levels));
    if (!judged) return judged.error();
    for (const DescribeLevels::Level& level : page->levels) {
      const auto position = static_cast<std::uint32_t>(result.levels.size());
      result.levels.push_back({.value = level.performance_level,
                               .index = version() >= version_4_0 ? level.level_index : position,
                               .power_cost = level.power_cost,
                               .latency_us = DescribeLevels::Level::transition_latency_us.get(level.attributes),
                               .indicative_freq_khz = level.indicative_freq_khz});
    }
    more = *judged;
  }
  // Ascending is promised, and kept by most.
  std::ranges::stable_sort(result.levels, {}, &PerformanceLevel::value);
  const bool numbered = version() >= version_4_0;  // Else the index is the place, and always another.
  const auto repeated = std::ranges::unique(result.levels, [&](const PerformanceLevel& a, const PerformanceLevel& b) {
    return a.value == b.value && (!numbered || a.index == b.index);
  });
  if (!repeated.empty()) {
    link_.tolerate(Tolerated::repeated_entry, DescribeLevels::info.message);
    result.levels.erase(repeated.begin(), repeated.end());
  }
  return Result<PerformanceLevels>(std::move(result));
}

Result<std::uint32_t> PerformanceDomains::level_get(DomainId domain, const CallOptions& options, Via via) const {
  return detail::by_way(
      via,
      [&]() -> Result<std::uint32_t> {
        const auto words = read_fast(domain, LevelGet::info.message, options);
        if (!words) return words.error();
        return (*words)[0];
      },
      [&]() -> Result<std::uint32_t> {
        const auto reply = call(link_, LevelGet{domain}, options);
        if (!reply) return reply.error();
        return reply->performance_level;
      });
}

Result<void> PerformanceDomains::level_set(DomainId domain, std::uint32_t level, const CallOptions& options,
                                           Via via) const {
  return detail::by_way(
      via, [&] { return write_fast(domain, LevelSet::info.message, std::array{level}, options); },
      [&] { return detail::order(link_, LevelSet{domain, level}, options); });
}

Result<std::uint64_t> PerformanceDomains::set_frequency_hz(DomainId domain, const PerformanceLevels& levels,
                                                           std::uint64_t frequency_hz, Rounding rounding,
                                                           const CallOptions& options, Via via) const {
  const PerformanceLevel* level = levels.at_frequency_hz(frequency_hz, rounding);
  if (level == nullptr) return Error::local(LocalError::not_found, detail::context_of<LevelSet>(link_));
  const Result<void> set = level_set(domain, levels.on_wire(*level), options, via);
  if (!set) return set.error();
  return levels.frequency_hz(*level);
}

Result<std::uint64_t> PerformanceDomains::frequency_hz(DomainId domain, const PerformanceLevels& levels,
                                                       const CallOptions& options, Via via) const {
  const Result<std::uint32_t> number = level_get(domain, options, via);
  if (!number) return number.error();
  const PerformanceLevel* level = levels.from_wire(*number);
  if (level == nullptr) return Error::local(LocalError::not_found, detail::context_of<LevelGet>(link_));
  return levels.frequency_hz(*level);
}

Result<PerformanceLimits> PerformanceDomains::limits_get(DomainId domain, const CallOptions& options, Via via) const {
  return detail::by_way(
      via,
      [&]() -> Result<PerformanceLimits> {
        const auto words = read_fast(domain, LimitsGet::info.message, options);
        if (!words) return words.error();
        return PerformanceLimits{(*words)[0], (*words)[1]};
      },
      [&]() -> Result<PerformanceLimits> {
        const auto reply = call(link_, LimitsGet{domain}, options);
        if (!reply) return reply.error();
        return PerformanceLimits{reply->range_max, reply->range_min};
      });
}

Result<void> PerformanceDomains::limits_set(DomainId domain, std::optional<std::uint32_t> max,
                                            std::optional<std::uint32_t> min, const CallOptions& options,
                                            Via via) const {
  if (via == Via::message) return limits_set_by_message(domain, max, min, options);
  const auto fast = [&]() -> Result<void> {
    if (!max && !min) return Error::local(LocalError::invalid_argument, detail::context_of<LimitsSet>(link_));
    PerformanceLimits wanted{max.value_or(0), min.value_or(0)};
    if (!max || !min) {
      const auto present = limits_get(domain, options, Via::automatic);
      if (!present) return present.error();
      wanted = {max.value_or(present->max), min.value_or(present->min)};
    }
    return write_fast(domain, LimitsSet::info.message, std::array{wanted.max, wanted.min}, options);
  };
  return detail::by_way(via, fast, [&] { return limits_set_by_message(domain, max, min, options); });
}

Result<void> PerformanceDomains::limits_set_by_message(DomainId domain, std::optional<std::uint32_t> max,
                                                       std::optional<std::uint32_t> min,
                                                       const CallOptions& options) const {
  const bool zero_keeps = version() >= version_3_0;
  if ((!max && !min) || (zero_keeps && (max == 0U || min == 0U))) {
    return Error::local(LocalError::invalid_argument, detail::context_of<LimitsSet>(link_));
  }
  if (!zero_keeps && (!max || !min)) {
    const auto present = limits_get(domain, options);
    if (!present) return present.error();
    if (!max) max = present->max;
    if (!min) min = present->min;
  }
  return detail::order(link_, LimitsSet{domain, max.value_or(0), min.value_or(0)}, options);
}

Result<bool> PerformanceDomains::has_fastchannel(MessageId message, const CallOptions& options) const {
  const BitField& bit = performance_protocol::has_fastchannel;
  if (version() < bit.since) return false;
  const auto reply = call(link_, ProtocolMessageAttributes{message.value}, options);
  if (!reply) return reply.error();
  return bit.test(reply->attributes);
}

Result<PerformanceDomains::Fastchannel> PerformanceDomains::describe_fastchannel(DomainId domain, MessageId message,
                                                                                 const CallOptions& options) const {
  return detail::call_since(link_, DescribeFastchannel{domain, message.value}, options);
}

Result<std::shared_ptr<FastChannel>> PerformanceDomains::fast_channel(DomainId domain, MessageId message,
                                                                      const CallOptions& options) const {
  const bool limits = message == LimitsSet::info.message || message == LimitsGet::info.message;
  return fast_->find(link_, domain, message, limits ? 2 : 1, [&]() -> Result<FastChannelPlace> {
    const auto reply = describe_fastchannel(domain, message, options);
    if (!reply) return reply.error();
    return place_of(*reply);
  });
}

Result<void> PerformanceDomains::write_fast(DomainId domain, MessageId message, std::span<const std::uint32_t> words,
                                            const CallOptions& options) const {
  const auto channel = fast_channel(domain, message, options);
  if (!channel) return channel.error();
  return (*channel)->write(words);
}

Result<std::array<std::uint32_t, 2>> PerformanceDomains::read_fast(DomainId domain, MessageId message,
                                                                   const CallOptions& options) const {
  const auto channel = fast_channel(domain, message, options);
  if (!channel) return channel.error();
  return (*channel)->read();
}

Result<void> PerformanceDomains::notify_limits(DomainId domain, bool enable, const CallOptions& options) const {
  return detail::order(link_, NotifyLimits{domain, notify_enable_bit.put(enable ? 1 : 0)}, options);
}
Result<void> PerformanceDomains::notify_level(DomainId domain, bool enable, const CallOptions& options) const {
  return detail::order(link_, NotifyLevel{domain, notify_enable_bit.put(enable ? 1 : 0)}, options);
}

Subscription PerformanceDomains::on_limits_changed(LimitsCallback callback) const {
  return listen<LimitsChangedEvent>(link_, std::move(callback));
}
Subscription PerformanceDomains::on_level_changed(LevelCallback callback) const {
  return listen<LevelChangedEvent>(link_, std::move(callback));
}

Result<Subscription> PerformanceDomains::watch_limits(DomainId domain, LimitsCallback callback,
                                                      const CallOptions& options) const {
  return watch<LimitsChangedEvent>(link_, domain, std::move(callback), options);
}
Result<Subscription> PerformanceDomains::watch_level(DomainId domain, LevelCallback callback,
                                                     const CallOptions& options) const {
  return watch<LevelChangedEvent>(link_, domain, std::move(callback), options);
}

}  // namespace scmi
