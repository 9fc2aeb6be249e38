// SPDX-License-Identifier: Apache-2.0
#include "protocols/clock.hpp"

#include <algorithm>
#include <array>

namespace scmi {

using namespace clock_protocol;

namespace {

constexpr std::array<Version, 3> known_versions{version_3_0, version_2_0, version_1_0};

[[nodiscard]] constexpr std::uint32_t rounding_bits(Rounding rounding) noexcept {
  switch (rounding) {
    case Rounding::down: return 0;
    case Rounding::up: return RateSet::round_up.put(1);
    case Rounding::closest: return RateSet::round_closest.put(1);
  }
  return 0;
}

}  // namespace

Result<std::uint64_t> PendingRate::wait() {
  const auto complete = call_.wait();
  if (!complete) return complete.error();
  if (complete->clock_id != clock_) {
    return Error::local(LocalError::malformed_reply,
                        {protocol::clock.value, RateSet::info.message.value, Step::none, complete->clock_id.value});
  }
  return complete->rate_hz;
}

Result<Clocks> Clocks::open(const Agent& agent, const CallOptions& options) {
  auto opened = open_protocol(agent, protocol::clock, known_versions, options);
  if (!opened) return opened.error();
  Clocks clocks(std::move(opened->link), opened->reported);
  const auto reply = call(clocks.link_, ProtocolAttributes{}, options);
  if (!reply) return reply.error().at(Step::protocol_attributes);
  clocks.count_ = ProtocolAttributes::Reply::num_clocks.get(reply->attributes);
  clocks.async_max_ = ProtocolAttributes::Reply::max_async_requests.get(reply->attributes);
  return Result<Clocks>(std::move(clocks));
}

Result<ClockInfo> Clocks::describe(ClockId clock, const CallOptions& options) const {
  using Reply = Attributes::Reply;
  const auto reply = call(link_, Attributes{clock}, options);
  if (!reply) return reply.error();
  const auto has = [&](const BitField& b) { return version() >= b.since && b.test(reply->attributes); };
  const auto name = detail::full_name(link_, NameGet{clock}, reply->name, has(Reply::extended_name), options);
  if (!name) return name.error();
  return ClockInfo{.id = clock,
                   .name = *name,
                   .short_name = std::string(reply->name.view()),
                   .enabled = has(Reply::enabled),
                   .rate_notify = has(Reply::rate_notify),
                   .rate_change_requested_notify = has(Reply::rate_change_requested_notify),
                   .parents = has(Reply::parents),
                   .extended_config = has(Reply::extended_config),
                   .restricted = has(Reply::restricted),
                   .enable_delay_us = reply->clock_enable_delay_us};
}

Result<std::vector<ClockInfo>> Clocks::list(const CallOptions& options) const {
  return detail::list_all<ClockInfo>(count_, [&](std::uint32_t i) { return describe(ClockId(i), options); });
}

Result<ClockId> Clocks::by_name(std::string_view name, const CallOptions& options) const {
  const auto all = list(options);
  if (!all) return all.error();
  return find_by_name(*all, name);
}

Result<ClockRates> Clocks::rates(ClockId clock, const CallOptions& options) const {
  using Reply = DescribeRates::Reply;
  const ErrorContext context = detail::context_of<DescribeRates>(link_);
  PageBounds bounds(context);
  ClockRates rates;
  for (bool more = true; more;) {
    const bool first = bounds.next() == 0;
    const auto page = call(link_, DescribeRates{clock, bounds.next()}, options);
    if (!page) return page.error();
    if (Reply::format.test(page->num_rates_flags)) {
      // A range is whole in one page, whatever its `remaining` says.
      if (!first || page->rates_hz.size() != 3) return Error::local(LocalError::malformed_reply, context);
      rates.is_range = true;
      rates.lowest_hz = page->rates_hz[0];
      rates.highest_hz = page->rates_hz[1];
      rates.step_hz = page->rates_hz[2];
      return Result<ClockRates>(std::move(rates));
    }
    const auto judged = bounds.take(page->rates_hz.size(), Reply::remaining.get(page->num_rates_flags));
    if (!judged) return judged.error();
    rates.discrete_hz.insert(rates.discrete_hz.end(), page->rates_hz.begin(), page->rates_hz.end());
    more = *judged;
  }
  // Ascending is promised from 2.0 on only, and costs nothing where it holds.
  std::ranges::sort(rates.discrete_hz);
  return Result<ClockRates>(std::move(rates));
}

Result<std::uint64_t> Clocks::rate_get(ClockId clock, const CallOptions& options) const {
  const auto reply = call(link_, RateGet{clock}, options);
  if (!reply) return reply.error();
  return reply->rate_hz;
}

Result<void> Clocks::rate_set(ClockId clock, std::uint64_t rate_hz, Rounding rounding,
                              const CallOptions& options) const {
  return detail::order(link_, RateSet{rounding_bits(rounding), clock, rate_hz}, options);
}

Result<PendingRate> Clocks::rate_set_async(ClockId clock, std::uint64_t rate_hz, Rounding rounding,
                                           PendingOptions options) const {
  // Some platforms ignore the flag and never send the delayed response: the ones that say 0 are not asked.
  if (async_max_ == 0) return Error::local(LocalError::unsupported, detail::context_of<RateSet>(link_));
  const RateSet command{RateSet::async.put(1) | rounding_bits(rounding), clock, rate_hz};
  auto started = start_delayed(link_, command, std::move(options));
  if (!started) return started.error();
  return PendingRate(std::move(*started), clock);
}

Result<void> Clocks::rate_set_unconfirmed(ClockId clock, std::uint64_t rate_hz, Rounding rounding,
                                          const CallOptions& options) const {
  const std::uint32_t flags = RateSet::async.put(1) | RateSet::no_delayed_response.put(1) | rounding_bits(rounding);
  return detail::order(link_, RateSet{flags, clock, rate_hz}, options);
}

Result<void> Clocks::set_state(ClockId clock, std::uint32_t state, const CallOptions& options) const {
  return detail::order(link_, ConfigSet{clock, ConfigSet::state.put(state), 0}, options);
}
Result<void> Clocks::enable(ClockId clock, const CallOptions& options) const {
  return set_state(clock, ConfigSet::enable, options);
}
Result<void> Clocks::disable(ClockId clock, const CallOptions& options) const {
  return set_state(clock, ConfigSet::disable, options);
}

Result<void> Clocks::config_set(ClockId clock, std::optional<bool> state, ClockExtendedConfig extended,
                                const CallOptions& options) const {
  const ErrorContext context = detail::context_of<ConfigSet>(link_);
  if (version() < version_2_1) return Error::local(LocalError::unsupported, context);
  if (extended.type == 0) return Error::local(LocalError::invalid_argument, context);
  std::uint32_t wanted = ConfigSet::keep_state;
  if (state) wanted = *state ? ConfigSet::enable : ConfigSet::disable;
  const std::uint32_t attributes = ConfigSet::state.put(wanted) | ConfigSet::extended_config_type.put(extended.type);
  return detail::order(link_, ConfigSet{clock, attributes, extended.value}, options);
}

Result<ClockConfig> Clocks::config_get(ClockId clock, std::uint8_t extended_type, const CallOptions& options) const {
  if (version() < version_2_1 && extended_type == 0) {
    const auto reply = call(link_, Attributes{clock}, options);
    if (!reply) return reply.error();
    return ClockConfig{.enabled = Attributes::Reply::enabled.test(reply->attributes), .extended_value = 0};
  }
  const auto reply =
      detail::call_since(link_, ConfigGet{clock, ConfigGet::extended_config_type.put(extended_type)}, options);
  if (!reply) return reply.error();
  return ClockConfig{.enabled = ConfigGet::Reply::enabled.test(reply->config),
                     .extended_value = extended_type == 0 ? 0 : reply->extended_config_val};
}

namespace {
constexpr std::size_t clocks_max = 0xFFFF;
}  // namespace

Result<std::vector<ClockId>> Clocks::possible_parents(ClockId clock, const CallOptions& options) const {
  using Reply = PossibleParentsGet::Reply;
  // `remaining` has eight bits: 255 means "255 or more".
  PageBounds bounds(detail::context_of<PossibleParentsGet>(link_), Reply::remaining.max());
  std::vector<ClockId> parents;
  for (bool more = true; more;) {
    const auto page = detail::call_since(link_, PossibleParentsGet{clock, bounds.next()}, options);
    if (!page) return page.error();
    const auto judged = bounds.take(page->parents.size(), Reply::remaining.get(page->num_parents_flags));
    if (!judged) return judged.error();
    // As long as no page has said how many there are, one that repeats itself is no progress; and clock counts have
    // 16 bits.
    const bool repeats = !page->parents.empty() && std::ranges::find(parents, page->parents.front()) != parents.end();
    const bool open_end = Reply::remaining.get(page->num_parents_flags) == Reply::remaining.max();
    if (open_end && (repeats || parents.size() > clocks_max)) {
      return Error::local(LocalError::malformed_reply, detail::context_of<PossibleParentsGet>(link_));
    }
    parents.insert(parents.end(), page->parents.begin(), page->parents.end());
    more = *judged;
  }
  return Result<std::vector<ClockId>>(std::move(parents));
}

Result<ClockId> Clocks::parent_get(ClockId clock, const CallOptions& options) const {
  const auto reply = detail::call_since(link_, ParentGet{clock}, options);
  if (!reply) return reply.error();
  return reply->parent_id;
}

Result<void> Clocks::parent_set(ClockId clock, ClockId parent, const CallOptions& options) const {
  return detail::order(link_, ParentSet{clock, parent}, options);
}

Result<ClockPermissions> Clocks::permissions(ClockId clock, const CallOptions& options) const {
  using Reply = GetPermissions::Reply;
  const auto reply = detail::call_since(link_, GetPermissions{clock}, options);
  if (!reply) return reply.error();
  return ClockPermissions{.state = Reply::state_control.test(reply->permissions),
                          .parent = Reply::parent_control.test(reply->permissions),
                          .rate = Reply::rate_control.test(reply->permissions)};
}

Result<void> Clocks::rate_notify(ClockId clock, bool enable, const CallOptions& options) const {
  return detail::order(link_, RateNotify{clock, notify_enable_bit.put(enable ? 1 : 0)}, options);
}
Result<void> Clocks::rate_change_requested_notify(ClockId clock, bool enable, const CallOptions& options) const {
  return detail::order(link_, RateChangeRequestedNotify{clock, notify_enable_bit.put(enable ? 1 : 0)}, options);
}

Subscription Clocks::on_rate_changed(RateCallback callback) const {
  return listen<RateChangedEvent>(link_, std::move(callback));
}
Subscription Clocks::on_rate_change_requested(RateRequestCallback callback) const {
  return listen<RateChangeRequestedEvent>(link_, std::move(callback));
}

Result<Subscription> Clocks::watch_rate(ClockId clock, RateCallback callback, const CallOptions& options) const {
  return watch<RateChangedEvent>(link_, clock, std::move(callback), options);
}
Result<Subscription> Clocks::watch_rate_requests(ClockId clock, RateRequestCallback callback,
                                                 const CallOptions& options) const {
  return watch<RateChangeRequestedEvent>(link_, clock, std::move(callback), options);
}

}  // namespace scmi
