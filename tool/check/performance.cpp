// SPDX-License-Identifier: Apache-2.0
//
// Cases of the performance protocol. Levels and limits are changed and put back.
#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "protocols/performance_messages.hpp"
#include "tool/check/layout.hpp"
#include "tool/check/notify.hpp"
#include "tool/check/trial.hpp"

namespace scmi::tool::check {
namespace {

using namespace performance_protocol;
using Attr = DomainAttributes::Reply;
using Levels = std::vector<DescribeLevels::Level>;

constexpr std::size_t levels_max = 4096;

/// All levels of a domain; fails the case if they cannot be had.
[[nodiscard]] Levels levels_of(Trial& t, DomainId domain) {
  Levels levels;
  while (levels.size() < levels_max) {
    const auto part = t.read(DescribeLevels{domain, static_cast<std::uint32_t>(levels.size())});
    if (!part) return {};
    levels.insert(levels.end(), part->levels.begin(), part->levels.end());
    if (DescribeLevels::Reply::remaining.get(part->num_levels) == 0 || part->levels.empty()) break;
  }
  return levels;
}

/// A domain with its levels, as they travel: by value, or by index.
struct Domain {
  DomainId id;
  std::uint32_t attributes = 0;
  bool indexed = false;
  Levels levels;

  [[nodiscard]] std::uint32_t on_wire(const DescribeLevels::Level& level) const {
    return indexed ? level.level_index : level.performance_level;
  }
  [[nodiscard]] std::uint32_t lowest() const { return on_wire(levels.front()); }
  [[nodiscard]] std::uint32_t highest() const { return on_wire(levels.back()); }
};

[[nodiscard]] std::vector<Domain> domains_of(Trial& t, std::uint32_t most) {
  std::vector<Domain> domains;
  for (const std::uint32_t id : some_entities(t.entities(), most)) {
    Domain domain{DomainId(id), attributes_of(t, id), false, {}};
    domain.indexed = Attr::level_indexing.test(domain.attributes) && t.version() >= version_4_0;
    domain.levels = levels_of(t, domain.id);
    if (t.failed()) return {};
    if (!domain.levels.empty()) domains.push_back(std::move(domain));
  }
  return domains;
}

void ascending_levels(Trial& t) {
  for (const Domain& d : domains_of(t, 16)) {
    const auto& levels = d.levels;
    const bool ascending = std::ranges::adjacent_find(levels, [](const auto& a, const auto& b) {
                             return a.performance_level >= b.performance_level;
                           }) == levels.end();
    if (!t.require(ascending, fmt::format("levels of domain {} in ascending order, none twice", d.id.value))) return;
    if (!d.indexed) continue;
    std::vector<std::uint32_t> indices;
    for (const auto& level : levels) indices.push_back(level.level_index);
    std::ranges::sort(indices);
    if (!t.require(std::ranges::adjacent_find(indices) == indices.end(), "no level index twice")) return;
  }
}

void sustained_level(Trial& t) {
  for (const Domain& d : domains_of(t, 16)) {
    const auto attributes = t.read(DomainAttributes{d.id});
    if (!attributes) return;
    const std::uint32_t level = attributes->sustained_perf_level;
    if (level == 0) continue;
    const bool inside = level >= d.levels.front().performance_level && level <= d.levels.back().performance_level;
    if (!inside) t.warn("a sustained level that the domain has");
  }
}

/// The level of now is one of the described ones, and lies inside the limits of now.
void consistent(Trial& t) {
  for (const Domain& d : domains_of(t, 16)) {
    const auto limits = t.read(LimitsGet{d.id});
    if (!limits) return;
    const auto level = t.read(LevelGet{d.id});
    if (!level) return;
    const bool known =
        std::ranges::any_of(d.levels, [&](const auto& l) { return d.on_wire(l) == level->performance_level; });
    if (!t.require(known, fmt::format("a level that domain {} has", d.id.value))) return;
    if (d.indexed) continue;
    if (!t.require(limits->range_min <= limits->range_max, "a lower limit that is not above the upper one")) return;
    const bool inside = level->performance_level >= limits->range_min && level->performance_level <= limits->range_max;
    if (!t.require(inside, fmt::format("a level inside [{}, {}]", limits->range_min, limits->range_max))) return;
  }
}

/// A level that no domain has.
[[nodiscard]] std::uint32_t above(const Domain& d) {
  std::uint32_t top = 0;
  for (const auto& level : d.levels) top = std::max(top, d.on_wire(level));
  return top + 1;
}

void level_rights(Trial& t) {
  for (const Domain& d : domains_of(t, 16)) {
    const auto now = t.read(LevelGet{d.id});
    if (!now) return;
    const bool may = Attr::set_level.test(d.attributes);
    const Answer answer = t.send(LevelSet{d.id, now->performance_level});
    if (!t.expect(answer, may ? Status::success : Status::denied)) return;
  }
}

void limits_rights(Trial& t) {
  for (const Domain& d : domains_of(t, 16)) {
    const auto now = t.read(LimitsGet{d.id});
    if (!now) return;
    const bool may = Attr::set_limits.test(d.attributes);
    const Answer answer = t.send(LimitsSet{d.id, now->range_max, now->range_min});
    if (!t.expect(answer, may ? Status::success : Status::denied)) return;
  }
}

[[nodiscard]] std::optional<Domain> settable(Trial& t, const BitField& right) {
  for (const Domain& d : domains_of(t, 16)) {
    if (right.test(d.attributes) && d.levels.size() > 1) return d;
  }
  if (!t.failed()) t.skip("the caller may set nothing that has two levels");
  return std::nullopt;
}

void level_out_of_range(Trial& t) {
  const auto d = settable(t, Attr::set_level);
  if (!d) return;
  const auto now = t.read(LevelGet{d->id});
  if (!now) return;
  t.put_back(LevelSet{d->id, now->performance_level});
  for (const std::uint32_t level : {above(*d), 0xFFFF'FFFFU}) {
    if (!t.expect(t.send(LevelSet{d->id, level}), Status::out_of_range)) return;
  }
  if (!d->indexed && d->lowest() > 1 && !t.expect(t.send(LevelSet{d->id, d->lowest() - 1}), Status::out_of_range)) {
    return;
  }
  const auto after = t.read(LevelGet{d->id});
  if (after) t.require(*after == *now, "the level as it was");
}

/// Waits until the domain has that level.
bool reaches(Trial& t, const Domain& d, std::uint32_t level) {
  const Instant end = t.subject().clock().now() + t.subject().patience();
  while (true) {
    const auto now = t.read(LevelGet{d.id});
    if (!now) return false;
    if (now->performance_level == level) return true;
    if (t.subject().clock().now() >= end) break;
    t.subject().listen(std::chrono::milliseconds(1));
  }
  return t.require(false, fmt::format("level {} after it was set", level));
}

/// Another level that the limits of now allow.
[[nodiscard]] std::optional<std::uint32_t> other_level(Trial& t, const Domain& d, std::uint32_t now) {
  const auto limits = t.read(LimitsGet{d.id});
  if (!limits) return std::nullopt;
  for (const auto& level : d.levels) {
    const std::uint32_t wire = d.on_wire(level);
    const bool inside = d.indexed || (wire >= limits->range_min && wire <= limits->range_max);
    if (wire != now && inside) return wire;
  }
  return std::nullopt;
}

void level_takes_effect(Trial& t) {
  const auto d = settable(t, Attr::set_level);
  if (!d) return;
  const auto now = t.read(LevelGet{d->id});
  if (!now) return;
  const auto other = other_level(t, *d, now->performance_level);
  if (!other) return t.skip("the limits allow one level only");
  const bool tells = Attr::level_notify.test(d->attributes) && t.offers(NotifyLevel::info.message);
  if (tells) {
    t.put_back(NotifyLevel{d->id, 0});
    if (!t.expect(t.send(NotifyLevel{d->id, 1}), Status::success)) return;
  }
  t.forget_events();
  t.put_back(LevelSet{d->id, now->performance_level});
  if (!t.expect(t.send(LevelSet{d->id, *other}), Status::success) || !reaches(t, *d, *other)) return;
  if (!tells) return;
  const auto event = t.await(
      LevelChanged::info.message,
      [&](const Event& e) { return word_of(e, 1) == d->id.value && word_of(e, 2) == *other; },
      "PERFORMANCE_LEVEL_CHANGED with the new level");
  if (event) t.require(event->payload.size() == 12, "a notification of 12 bytes");
}

void no_news_after_unsubscribing(Trial& t) {
  const auto d = settable(t, Attr::set_level);
  if (!d) return;
  if (!Attr::level_notify.test(d->attributes)) return t.skip("the domain does not tell of its level");
  const auto now = t.read(LevelGet{d->id});
  if (!now) return;
  const auto other = other_level(t, *d, now->performance_level);
  if (!other) return t.skip("the limits allow one level only");
  if (!t.expect(t.send(NotifyLevel{d->id, 1}), Status::success)) return;
  if (!t.expect(t.send(NotifyLevel{d->id, 0}), Status::success)) return;
  t.subject().settle();
  t.put_back(LevelSet{d->id, now->performance_level});
  const std::size_t before = t.subject().events().size();
  if (!t.expect(t.send(LevelSet{d->id, *other}), Status::success) || !reaches(t, *d, *other)) return;
  t.require(t.quiet_since(before, LevelChanged::info.message), "no notification after notify_enable 0");
}

void limits_out_of_range(Trial& t) {
  const auto d = settable(t, Attr::set_limits);
  if (!d) return;
  const auto now = t.read(LimitsGet{d->id});
  if (!now) return;
  t.put_back(LimitsSet{d->id, now->range_max, now->range_min});
  if (!t.expect(t.send(LimitsSet{d->id, above(*d), now->range_min}), Status::out_of_range)) return;
  if (!d->indexed) {
    if (d->lowest() > 1 && !t.expect(t.send(LimitsSet{d->id, now->range_max, d->lowest() - 1}), Status::out_of_range)) {
      return;
    }
    const Answer crossed = t.send(LimitsSet{d->id, d->lowest(), d->highest()});
    if (!t.expect(crossed, {Status::invalid_parameters, Status::out_of_range})) return;
  }
  if (t.version() >= version_3_0 && !t.expect(t.send(LimitsSet{d->id, 0, 0}), Status::out_of_range)) return;
  const auto after = t.read(LimitsGet{d->id});
  if (after) t.require(*after == *now, "the limits as they were");
}

void limits_take_effect(Trial& t) {
  const auto d = settable(t, Attr::set_limits);
  if (!d) return;
  const auto limits = t.read(LimitsGet{d->id});
  const auto level = t.read(LevelGet{d->id});
  if (!limits || !level) return;
  // Limits that leave room for the level of now.
  const std::uint32_t min = limits->range_min == level->performance_level ? d->lowest() : level->performance_level;
  const std::uint32_t max = limits->range_max;
  if (min == limits->range_min) return t.skip("no other limits leave the level alone");
  const bool tells = Attr::limits_notify.test(d->attributes) && t.offers(NotifyLimits::info.message);
  if (tells) {
    t.put_back(NotifyLimits{d->id, 0});
    if (!t.expect(t.send(NotifyLimits{d->id, 1}), Status::success)) return;
  }
  t.forget_events();
  t.put_back(LimitsSet{d->id, limits->range_max, limits->range_min});
  if (!t.expect(t.send(LimitsSet{d->id, max, min}), Status::success)) return;
  const auto after = t.read(LimitsGet{d->id});
  if (!after || !t.require(after->range_max == max && after->range_min == min,
                           fmt::format("limits [{}, {}] after they were set", min, max))) {
    return;
  }
  if (!tells) return;
  const auto event = t.await(
      LimitsChanged::info.message,
      [&](const Event& e) { return word_of(e, 1) == d->id.value && word_of(e, 2) == max && word_of(e, 3) == min; },
      "PERFORMANCE_LIMITS_CHANGED with the new limits");
  if (event) t.require(event->payload.size() == 16, "a notification of 16 bytes");
}

void level_beyond_limits(Trial& t) {
  const auto d = settable(t, Attr::set_limits);
  if (!d || !Attr::set_level.test(d->attributes) || d->indexed) return t.skip("no domain where both may be set");
  const auto limits = t.read(LimitsGet{d->id});
  const auto level = t.read(LevelGet{d->id});
  if (!limits || !level) return;
  t.put_back(LevelSet{d->id, level->performance_level});
  t.put_back(LimitsSet{d->id, limits->range_max, limits->range_min});
  if (!t.expect(t.send(LimitsSet{d->id, d->lowest(), d->lowest()}), Status::success)) return;
  if (!reaches(t, *d, d->lowest())) return;
  t.expect(t.send(LevelSet{d->id, d->highest()}), Status::out_of_range);
}

void fastchannels(Trial& t) {
  for (const Domain& d : domains_of(t, 16)) {
    if (!t.expect(t.send(DescribeFastchannel{d.id, 0xFF}), {Status::not_found, Status::not_supported})) return;
    if (!t.expect(t.send(DescribeFastchannel{d.id, 0x3}), Status::not_supported)) return;
    bool any = false;
    for (const std::uint32_t message : {0x5U, 0x6U, 0x7U, 0x8U}) {
      const Answer answer = t.send(DescribeFastchannel{d.id, message});
      if (!t.expect(answer, {Status::success, Status::not_supported, Status::denied})) return;
      if (!answer.is(Status::success)) continue;
      any = true;
      const std::uint32_t size = message <= 0x6 ? 8 : 4;
      if (!t.require(answer.word(5) == size, fmt::format("a channel of {} bytes", size))) return;
    }
    const bool announced = Attr::fastchannel.test(d.attributes);
    if (!t.require(any == announced, "fast channels where the attributes announce them, and nowhere else")) return;
  }
}

}  // namespace

void add_performance_cases(Cases& cases) {
  const auto add = [&](const char* id, const char* section, MessageId command, void (*run)(Trial&)) -> Case& {
    return cases.emplace_back(Case{std::string("perf.") + id, std::string("DEN0056 ") + section, protocol::performance,
                                   version_1_0, command, false, run});
  };
  add("levels.ascending", "PERFORMANCE_DESCRIBE_LEVELS", DescribeLevels::info.message, ascending_levels);
  add("levels.sustained", "PERFORMANCE_DOMAIN_ATTRIBUTES", DomainAttributes::info.message, sustained_level);
  add("level_get.consistent", "PERFORMANCE_LEVEL_GET", LevelGet::info.message, consistent);
  add("level_set.rights", "PERFORMANCE_LEVEL_SET", LevelSet::info.message, level_rights);
  add("level_set.out_of_range", "PERFORMANCE_LEVEL_SET", LevelSet::info.message, level_out_of_range);
  add("level_set.takes_effect", "PERFORMANCE_LEVEL_SET", LevelSet::info.message, level_takes_effect);
  add("level_set.beyond_limits", "PERFORMANCE_LEVEL_SET", LevelSet::info.message, level_beyond_limits);
  add("limits_set.rights", "PERFORMANCE_LIMITS_SET", LimitsSet::info.message, limits_rights);
  add("limits_set.out_of_range", "PERFORMANCE_LIMITS_SET", LimitsSet::info.message, limits_out_of_range);
  add("limits_set.takes_effect", "PERFORMANCE_LIMITS_SET", LimitsSet::info.message, limits_take_effect);
  add("notify_level.off", "PERFORMANCE_NOTIFY_LEVEL", NotifyLevel::info.message, no_news_after_unsubscribing);
  add("fastchannels", "PERFORMANCE_DESCRIBE_FASTCHANNEL", DescribeFastchannel::info.message, fastchannels);
  add_notify_cases(cases, NotifyLimits::info, Attr::limits_notify);
  add_notify_cases(cases, NotifyLevel::info, Attr::level_notify);
}

}  // namespace scmi::tool::check
