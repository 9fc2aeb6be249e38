// SPDX-License-Identifier: Apache-2.0
//
// Cases of the clock protocol. Where destructive cases are not allowed only clocks that do not run are set to another
// rate; what runs is set to the rate that it has.
#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "protocols/clock_messages.hpp"
#include "tool/check/layout.hpp"
#include "tool/check/notify.hpp"
#include "tool/check/trial.hpp"

namespace scmi::tool::check {
namespace {

using namespace clock_protocol;
using Attr = Attributes::Reply;

constexpr std::size_t rates_max = 8192;

/// The rates of a clock: a list, or lowest, highest and step.
struct Rates {
  bool range = false;
  std::vector<std::uint64_t> hz;

  [[nodiscard]] bool empty() const { return range ? hz.size() < 3 : hz.empty(); }
  [[nodiscard]] std::uint64_t lowest() const { return hz.front(); }
  [[nodiscard]] std::uint64_t highest() const { return range ? hz[1] : hz.back(); }
};

[[nodiscard]] Rates rates_of(Trial& t, ClockId clock) {
  Rates rates;
  while (rates.hz.size() < rates_max) {
    const auto part = t.read(DescribeRates{clock, static_cast<std::uint32_t>(rates.hz.size())});
    if (!part) return {};
    rates.range = DescribeRates::Reply::format.test(part->num_rates_flags);
    rates.hz.insert(rates.hz.end(), part->rates_hz.begin(), part->rates_hz.end());
    if (rates.range || DescribeRates::Reply::remaining.get(part->num_rates_flags) == 0 || part->rates_hz.empty()) break;
  }
  return rates;
}

void rates(Trial& t) {
  for (const std::uint32_t id : some_entities(t.entities(), 16)) {
    const Rates r = rates_of(t, ClockId(id));
    if (t.failed()) return;
    if (r.range) {
      if (!t.require(r.hz.size() == 3, "three values of a range")) return;
      if (!t.require(r.hz[0] <= r.hz[1], "a range from lowest to highest")) return;
    } else if (t.version() >= version_2_0) {
      const bool ascending = std::ranges::adjacent_find(r.hz, std::greater_equal<>()) == r.hz.end();
      if (!t.require(ascending, fmt::format("rates of clock {} in ascending order", id))) return;
    }
  }
}

/// The rate that is lies among those that can be.
void rate_is_possible(Trial& t) {
  for (const std::uint32_t id : some_entities(t.entities(), 16)) {
    const Rates r = rates_of(t, ClockId(id));
    const auto now = t.read(RateGet{ClockId(id)});
    if (!now) return;
    if (r.empty()) continue;
    const bool inside = now->rate_hz >= r.lowest() && now->rate_hz <= r.highest();
    if (!t.require(inside, fmt::format("a rate from {} to {}", r.lowest(), r.highest()))) return;
    const bool listed = r.range || std::ranges::find(r.hz, now->rate_hz) != r.hz.end();
    if (!listed) t.warn("one of the described rates");
  }
}

/// What the caller may do, as the platform says.
struct Rights {
  bool state = true;
  bool parent = true;
  bool rate = true;
};
[[nodiscard]] Rights rights_of(Trial& t, std::uint32_t id) {
  if (!Attr::restricted.test(attributes_of(t, id)) || t.version() < version_3_0) return {};
  const auto reply = t.read(GetPermissions{ClockId(id)});
  if (!reply) return {};
  using P = GetPermissions::Reply;
  return {P::state_control.test(reply->permissions), P::parent_control.test(reply->permissions),
          P::rate_control.test(reply->permissions)};
}

/// The attribute bit and the permissions say the same.
void restricted(Trial& t) {
  using P = GetPermissions::Reply;
  for (const std::uint32_t id : some_entities(t.entities(), 16)) {
    const std::uint32_t attributes = attributes_of(t, id);
    const auto reply = t.read(GetPermissions{ClockId(id)});
    if (!reply) return;
    const std::uint32_t relevant = P::state_control.mask() | P::rate_control.mask() |
                                   (Attr::parents.test(attributes) ? P::parent_control.mask() : 0);
    const bool all = (reply->permissions & relevant) == relevant;
    if (!t.require(all || Attr::restricted.test(attributes), "the restricted bit, since not all is allowed")) return;
  }
}

void denied(Trial& t) {
  bool any = false;
  for (const std::uint32_t id : some_entities(t.entities(), 64)) {
    const ClockId clock(id);
    const Rights may = rights_of(t, id);
    if (!may.rate) {
      const auto now = t.read(RateGet{clock});
      if (!now || !t.expect(t.send(RateSet{0, clock, now->rate_hz}), Status::denied)) return;
    }
    if (!may.state) {
      const std::uint32_t state = Attr::enabled.get(attributes_of(t, id));
      if (!t.expect(t.send(ConfigSet{clock, state, 0}), Status::denied)) return;
    }
    any = any || !may.rate || !may.state;
  }
  if (!any) t.skip("nothing is denied to the caller");
}

/// A clock whose rate the caller may set. `other`: to another rate, which a clock in use does not have to stand.
[[nodiscard]] std::optional<ClockId> settable(Trial& t, bool other) {
  for (const std::uint32_t id : some_entities(t.entities(), 64)) {
    const Rates r = rates_of(t, ClockId(id));
    if (t.failed()) return std::nullopt;
    if (r.empty() || r.lowest() == r.highest() || !rights_of(t, id).rate) continue;
    const bool in_use = Attr::enabled.test(attributes_of(t, id));
    if (other && in_use && !t.subject().settings().allow_destructive) continue;
    const auto now = t.read(RateGet{ClockId(id)});
    if (now && t.send(RateSet{0, ClockId(id), now->rate_hz}).is(Status::success)) return ClockId(id);
  }
  t.skip(other ? "no clock may be set, or all of them run (--allow-destructive)" : "no clock may be set");
  return std::nullopt;
}

void rate_set_bad_flags(Trial& t) {
  const auto clock = settable(t, false);
  if (!clock) return;
  const auto now = t.read(RateGet{*clock});
  if (!now) return;
  for (const std::uint32_t flags : {0xF0U, 0x10U, 0x8000'0000U}) {
    if (!t.expect(t.send(RateSet{flags, *clock, now->rate_hz}), Status::invalid_parameters)) return;
  }
}

void rate_set_out_of_range(Trial& t) {
  const auto clock = settable(t, false);
  if (!clock) return;
  const Rates r = rates_of(t, *clock);
  const auto now = t.read(RateGet{*clock});
  if (!now) return;
  t.put_back(RateSet{0, *clock, now->rate_hz});
  for (const std::uint64_t rate : {r.highest() + (1ULL << 32U) + 1, ~0ULL}) {
    if (!t.expect(t.send(RateSet{0, *clock, rate}), Status::invalid_parameters)) return;
  }
  if (r.lowest() > 0 && !t.expect(t.send(RateSet{0, *clock, r.lowest() - 1}), Status::invalid_parameters)) return;
  const auto after = t.read(RateGet{*clock});
  if (after) t.require(*after == *now, "the rate as it was");
}

[[nodiscard]] std::uint64_t other_rate(const Rates& r, std::uint64_t now) {
  return now == r.lowest() ? r.highest() : r.lowest();
}

void rate_set_takes_effect(Trial& t) {
  const auto clock = settable(t, true);
  if (!clock) return;
  const Rates r = rates_of(t, *clock);
  const auto now = t.read(RateGet{*clock});
  if (!now) return;
  const bool tells = t.version() >= version_2_0 && Attr::rate_notify.test(attributes_of(t, clock->value)) &&
                     t.offers(RateNotify::info.message);
  if (tells) {
    t.put_back(RateNotify{*clock, 0});
    if (!t.expect(t.send(RateNotify{*clock, 1}), Status::success)) return;
  }
  t.forget_events();
  t.put_back(RateSet{0, *clock, now->rate_hz});
  const std::uint64_t other = other_rate(r, now->rate_hz);
  if (!t.expect(t.send(RateSet{0, *clock, other}), Status::success)) return;
  const auto after = t.read(RateGet{*clock});
  if (!after || !t.require(after->rate_hz == other, fmt::format("{} Hz after it was set", other))) return;
  if (!tells) return;
  const auto event = t.await(
      RateChanged::info.message,
      [&](const Event& e) {
        return word_of(e, 1) == clock->value && word_of(e, 2) == static_cast<std::uint32_t>(other) &&
               word_of(e, 3) == static_cast<std::uint32_t>(other >> 32U);
      },
      "CLOCK_RATE_CHANGED with the new rate");
  if (event) t.require(event->payload.size() == 16, "a notification of 16 bytes");
}

void rate_set_rounding(Trial& t) {
  const auto clock = settable(t, true);
  if (!clock) return;
  const Rates r = rates_of(t, *clock);
  const std::uint64_t low = r.lowest();
  const std::uint64_t high = r.range ? r.lowest() + std::max<std::uint64_t>(r.hz[2], 2) : r.hz[1];
  if (high - low < 2 || high > r.highest() || (r.range && r.hz[2] < 2))
    return t.skip("no rate lies between two others");
  const auto now = t.read(RateGet{*clock});
  if (!now) return;
  t.put_back(RateSet{0, *clock, now->rate_hz});
  const struct {
    std::uint32_t flags;
    std::uint64_t asked;
    std::uint64_t wanted;
  } rows[] = {{0, low + 1, low},
              {RateSet::round_up.mask(), low + 1, high},
              {RateSet::round_closest.mask(), high - 1, high - low == 2 ? 0 : high}};
  for (const auto& row : rows) {
    if (row.wanted == 0) continue;
    if (!t.expect(t.send(RateSet{row.flags, *clock, row.asked}), Status::success)) return;
    const auto after = t.read(RateGet{*clock});
    if (!after || !t.require(after->rate_hz == row.wanted, fmt::format("{} rounded to {} Hz", row.asked, row.wanted))) {
      return;
    }
  }
}

[[nodiscard]] std::uint32_t async_max(Trial& t) {
  const auto reply = t.read(ProtocolAttributes{});
  return reply ? ProtocolAttributes::Reply::max_async_requests.get(reply->attributes) : 0;
}

void rate_set_async(Trial& t) {
  const auto clock = settable(t, false);
  if (!clock) return;
  const auto now = t.read(RateGet{*clock});
  if (!now) return;
  if (async_max(t) == 0) {
    const Answer answer = t.send(RateSet{RateSet::async.mask(), *clock, now->rate_hz});
    t.expect(answer, {Status::not_supported, Status::invalid_parameters});
    return;
  }
  const auto done = t.decoded<RateSet::Complete>(t.send_delayed(RateSet{RateSet::async.mask(), *clock, now->rate_hz}));
  if (!done) return;
  if (!t.require(done->clock_id == *clock, "the clock that was asked about")) return;
  t.require(done->rate_hz == now->rate_hz, "the rate that was asked for");
}

void rate_set_silent_async(Trial& t) {
  if (async_max(t) == 0) return t.skip("no asynchronous rate changes");
  const auto clock = settable(t, false);
  if (!clock) return;
  const auto now = t.read(RateGet{*clock});
  if (!now) return;
  const CounterSnapshot before = t.subject().agent().counters();
  const std::uint32_t flags = RateSet::async.mask() | RateSet::no_delayed_response.mask();
  if (!t.expect(t.send(RateSet{flags, *clock, now->rate_hz}), Status::success)) return;
  t.subject().listen(t.subject().settings().quiet);
  const CounterSnapshot after = t.subject().agent().counters();
  bool quiet = true;
  for (const Count kind : {Count::unexpected, Count::late, Count::duplicate})
    quiet = quiet && after[kind] == before[kind];
  t.require(quiet, "no delayed response, as the flags said");
}

void config_set_bad(Trial& t) {
  bool any = false;
  for (const std::uint32_t id : some_entities(t.entities(), 16)) {
    const ClockId clock(id);
    const std::uint32_t state = Attr::enabled.get(attributes_of(t, id));
    // Setting the state that is tells whether the caller may, and changes nothing for a clock that nobody else uses.
    if (!rights_of(t, id).state || state == 0 || !t.send(ConfigSet{clock, state, 0}).is(Status::success)) continue;
    any = true;
    for (const std::uint32_t bad : {0xEU | state, 0x8000'0000U | state}) {
      if (!t.expect(t.send(ConfigSet{clock, bad, 0}), Status::invalid_parameters)) return;
    }
    if (t.version() < version_2_1) continue;
    for (const std::uint32_t bad : {2U, 3U}) {
      if (!t.expect(t.send(ConfigSet{clock, bad, 0}), Status::invalid_parameters)) return;
    }
  }
  if (!any) t.skip("no clock that runs may be configured");
}

void disable_and_enable(Trial& t) {
  for (const std::uint32_t id : some_entities(t.entities(), 64)) {
    const ClockId clock(id);
    if (Attr::enabled.test(attributes_of(t, id)) || !rights_of(t, id).state) continue;
    const Answer on = t.send(ConfigSet{clock, ConfigSet::enable, 0});
    if (on.is(Status::denied)) continue;
    if (!t.expect(on, Status::success)) return;
    t.put_back(ConfigSet{clock, ConfigSet::disable, 0});
    if (!Attr::enabled.test(attributes_of(t, id))) {
      // Its power domain may be off; but then nothing it says can differ.
      t.warn("a clock that runs once it was enabled");
      continue;
    }
    if (t.version() >= version_2_1 && t.offers(ConfigGet::info.message)) {
      const auto config = t.read(ConfigGet{clock, 0});
      if (!config || !t.require((config->config & 1U) == 1, "CONFIG_GET to say the same as the attributes")) return;
    }
    if (!t.expect(t.send(ConfigSet{clock, ConfigSet::disable, 0}), Status::success)) return;
    t.require(!Attr::enabled.test(attributes_of(t, id)), "a clock that stands once it was disabled");
    return;
  }
  t.skip("no clock that stands may be enabled");
}

void config_get_agrees(Trial& t) {
  for (const std::uint32_t id : some_entities(t.entities(), 16)) {
    const std::uint32_t enabled = Attr::enabled.get(attributes_of(t, id));
    const auto config = t.read(ConfigGet{ClockId(id), 0});
    if (!config || !t.require((config->config & 1U) == enabled, "the same state as in the attributes")) return;
    if (!t.expect(t.send(ConfigGet{ClockId(id), 0x7F}), Status::invalid_parameters)) return;
  }
}

void parents(Trial& t) {
  for (const std::uint32_t id : some_entities(t.entities(), 16)) {
    const ClockId clock(id);
    const bool announced = Attr::parents.test(attributes_of(t, id));
    if (!announced) {
      if (!t.expect(t.send(ParentGet{clock}), Status::not_supported)) return;
      if (!t.expect(t.send(PossibleParentsGet{clock, 0}), Status::not_supported)) return;
      continue;
    }
    const auto now = t.read(ParentGet{clock});
    const auto possible = t.read(PossibleParentsGet{clock, 0});
    if (!now || !possible) return;
    const bool whole = PossibleParentsGet::Reply::remaining.get(possible->num_parents_flags) == 0;
    const bool among = std::ranges::find(possible->parents, now->parent_id) != possible->parents.end();
    if (!t.require(among || !whole, "a parent that is one of the possible ones")) return;
    if (!rights_of(t, id).parent) continue;
    if (!t.expect(t.send(ParentSet{clock, now->parent_id}), Status::success)) return;
    if (!t.expect(t.send(ParentSet{clock, ClockId(0xFFFF'FFFF)}), Status::not_found)) return;
    if (!among || std::ranges::find(possible->parents, clock) != possible->parents.end()) continue;
    if (!t.expect(t.send(ParentSet{clock, clock}), Status::invalid_parameters)) return;
  }
}

}  // namespace

void add_clock_cases(Cases& cases) {
  const auto add = [&](const char* id, const char* section, const MessageInfo& info, void (*run)(Trial&)) -> Case& {
    return cases.emplace_back(Case{std::string("clock.") + id, std::string("DEN0056 ") + section, protocol::clock,
                                   info.since, info.message, false, run});
  };
  add("rates", "CLOCK_DESCRIBE_RATES", DescribeRates::info, rates);
  add("rate_get.possible", "CLOCK_RATE_GET", RateGet::info, rate_is_possible);
  add("rate_set.bad_flags", "CLOCK_RATE_SET", RateSet::info, rate_set_bad_flags);
  add("rate_set.out_of_range", "CLOCK_RATE_SET", RateSet::info, rate_set_out_of_range);
  add("rate_set.takes_effect", "CLOCK_RATE_SET", RateSet::info, rate_set_takes_effect);
  add("rate_set.rounding", "CLOCK_RATE_SET", RateSet::info, rate_set_rounding);
  add("rate_set.async", "CLOCK_RATE_SET_COMPLETE", RateSet::info, rate_set_async);
  add("rate_set.silent_async", "CLOCK_RATE_SET", RateSet::info, rate_set_silent_async);
  add("config_set.bad", "CLOCK_CONFIG_SET", ConfigSet::info, config_set_bad);
  add("config_set.takes_effect", "CLOCK_CONFIG_SET", ConfigSet::info, disable_and_enable);
  add("config_get.agrees", "CLOCK_CONFIG_GET", ConfigGet::info, config_get_agrees);
  add("parents", "CLOCK_PARENT_GET", ParentGet::info, parents);
  add("permissions.restricted", "CLOCK_GET_PERMISSIONS", GetPermissions::info, restricted);
  add("permissions.denied", "CLOCK_GET_PERMISSIONS", GetPermissions::info, denied);
  add_notify_cases(cases, RateNotify::info, Attr::rate_notify);
  add_notify_cases(cases, RateChangeRequestedNotify::info, Attr::rate_change_requested_notify);
}

}  // namespace scmi::tool::check
