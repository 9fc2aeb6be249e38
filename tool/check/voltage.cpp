// SPDX-License-Identifier: Apache-2.0
//
// Cases of the voltage protocol. A domain is set to another level only where destructive cases are allowed.
#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "protocols/voltage_messages.hpp"
#include "tool/check/layout.hpp"
#include "tool/check/notify.hpp"
#include "tool/check/trial.hpp"

namespace scmi::tool::check {
namespace {

using namespace voltage_protocol;

constexpr std::size_t levels_max = 4096;

struct Levels {
  bool range = false;
  std::vector<std::int32_t> uv;

  [[nodiscard]] bool empty() const { return range ? uv.size() < 3 : uv.empty(); }
  [[nodiscard]] std::int32_t lowest() const { return uv.front(); }
  [[nodiscard]] std::int32_t highest() const { return range ? uv[1] : uv.back(); }
};

[[nodiscard]] Levels levels_of(Trial& t, DomainId domain) {
  Levels levels;
  while (levels.uv.size() < levels_max) {
    const auto part = t.read(DescribeLevels{domain, static_cast<std::uint32_t>(levels.uv.size())});
    if (!part) return {};
    levels.range = DescribeLevels::Reply::format.test(part->flags);
    levels.uv.insert(levels.uv.end(), part->levels_uv.begin(), part->levels_uv.end());
    const bool more = DescribeLevels::Reply::remaining.get(part->flags) != 0 && !part->levels_uv.empty();
    if (levels.range || !more) break;
  }
  return levels;
}

void levels(Trial& t) {
  for (const std::uint32_t id : some_entities(t.entities(), 16)) {
    const Levels l = levels_of(t, DomainId(id));
    if (t.failed()) return;
    if (l.range) {
      if (!t.require(l.uv.size() == 3 && l.uv[0] <= l.uv[1], "lowest, highest, step")) return;
    } else if (!t.require(std::ranges::adjacent_find(l.uv, std::greater_equal<>()) == l.uv.end(),
                          fmt::format("levels of domain {} in ascending order", id))) {
      return;
    }
  }
}

void level_is_possible(Trial& t) {
  for (const std::uint32_t id : some_entities(t.entities(), 16)) {
    const Levels l = levels_of(t, DomainId(id));
    const auto now = t.read(LevelGet{DomainId(id)});
    if (!now) return;
    if (l.empty()) continue;
    const bool inside = now->voltage_level_uv >= l.lowest() && now->voltage_level_uv <= l.highest();
    if (!t.require(inside, fmt::format("a level from {} to {}", l.lowest(), l.highest()))) return;
  }
}

/// A domain whose level the caller may set: setting the one that is changes nothing.
[[nodiscard]] std::optional<DomainId> settable(Trial& t) {
  for (const std::uint32_t id : some_entities(t.entities(), 64)) {
    const Levels l = levels_of(t, DomainId(id));
    const auto now = t.read(LevelGet{DomainId(id)});
    if (!now) return std::nullopt;
    if (l.empty() || l.lowest() == l.highest()) continue;
    if (t.send(LevelSet{DomainId(id), 0, now->voltage_level_uv}).is(Status::success)) return DomainId(id);
  }
  t.skip("the caller may set no level");
  return std::nullopt;
}

void out_of_range(Trial& t) {
  const auto domain = settable(t);
  if (!domain) return;
  const Levels l = levels_of(t, *domain);
  const auto now = t.read(LevelGet{*domain});
  if (!now) return;
  t.put_back(LevelSet{*domain, 0, now->voltage_level_uv});
  for (const std::int32_t level : {l.highest() + 1, l.lowest() - 1}) {
    if (!t.expect(t.send(LevelSet{*domain, 0, level}), Status::invalid_parameters)) return;
  }
  const auto after = t.read(LevelGet{*domain});
  if (after) t.require(*after == *now, "the level as it was");
}

void takes_effect(Trial& t) {
  const auto domain = settable(t);
  if (!domain) return;
  const Levels l = levels_of(t, *domain);
  const auto now = t.read(LevelGet{*domain});
  if (!now) return;
  t.put_back(LevelSet{*domain, 0, now->voltage_level_uv});
  const std::int32_t other = now->voltage_level_uv == l.lowest() ? l.highest() : l.lowest();
  if (!t.expect(t.send(LevelSet{*domain, 0, other}), Status::success)) return;
  const auto after = t.read(LevelGet{*domain});
  if (after) t.require(after->voltage_level_uv == other, fmt::format("{} microvolts after they were set", other));
}

void async(Trial& t) {
  const auto domain = settable(t);
  if (!domain) return;
  const auto now = t.read(LevelGet{*domain});
  if (!now) return;
  const LevelSet command{*domain, LevelSet::async.mask(), now->voltage_level_uv};
  if (!DomainAttributes::Reply::async_level_set.test(attributes_of(t, domain->value))) {
    t.expect(t.send(command), Status::not_supported);
    return;
  }
  const auto done = t.decoded<LevelSet::Complete>(t.send_delayed(command));
  if (!done || !t.require(done->domain_id == *domain, "the domain that was asked about")) return;
  t.require(done->voltage_level_uv == now->voltage_level_uv, "the level that was asked for");
}

void bad_mode(Trial& t) {
  for (const std::uint32_t id : some_entities(t.entities(), 8)) {
    for (const std::uint32_t config : {1U, 0x10U | mode_on, 0x8000'0000U | mode_on}) {
      const Answer answer = t.send(ConfigSet{DomainId(id), config});
      if (!t.expect(answer, {Status::invalid_parameters, Status::denied})) return;
    }
  }
}

}  // namespace

void add_voltage_cases(Cases& cases) {
  const auto add = [&](const char* id, const MessageInfo& info, void (*run)(Trial&)) -> Case& {
    return cases.emplace_back(Case{std::string(info.name) + '.' + id, section_of(info.name), protocol::voltage,
                                   info.since, info.message, false, run});
  };
  add("ascending", DescribeLevels::info, levels);
  add("possible", LevelGet::info, level_is_possible);
  add("out_of_range", LevelSet::info, out_of_range);
  add("takes_effect", LevelSet::info, takes_effect).destructive = true;
  Case& delayed = add("async", LevelSet::info, async);
  delayed.since = version_2_0;
  add("bad_mode", ConfigSet::info, bad_mode);
}

}  // namespace scmi::tool::check
