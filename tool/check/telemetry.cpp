// SPDX-License-Identifier: Apache-2.0
//
// Cases of the telemetry protocol (PROVISIONAL): its data events and intervals, and what enabling and collecting do.
#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <vector>

#include "protocols/telemetry_messages.hpp"
#include "tool/check/trial.hpp"

namespace scmi::tool::check {
namespace {

using namespace telemetry_protocol;
using Descriptor = DeDescription::Descriptor;

constexpr std::size_t data_events_max = 4096;

[[nodiscard]] std::optional<std::vector<Descriptor>> data_events(Trial& t) {
  std::vector<Descriptor> all;
  for (bool more = true; more && all.size() < data_events_max;) {
    const auto part = t.read(DeDescription{static_cast<std::uint32_t>(all.size())});
    if (!part) return std::nullopt;
    all.insert(all.end(), part->descriptors.begin(), part->descriptors.end());
    more = DeDescription::Reply::remaining.get(part->flags) != 0 && !part->descriptors.empty();
  }
  return all;
}

void complete(Trial& t) {
  const auto attributes = t.read(ProtocolAttributes{});
  if (!attributes || attributes->num_de == 0) return;
  const auto all = data_events(t);
  if (!all) return;
  if (!t.require(all->size() == attributes->num_de,
                 fmt::format("{} data events, as the attributes count", attributes->num_de))) {
    return;
  }
  std::set<DataEventId> ids;
  for (const Descriptor& d : *all) {
    if (!t.require(ids.insert(d.de_id).second, fmt::format("data event {:#x} once", d.de_id.value))) return;
    const bool grouped = d.group_id == no_group || d.group_id < attributes->num_groups;
    if (!t.require(grouped, fmt::format("a group of data event {:#x} that there is", d.de_id.value))) return;
  }
  t.expect(t.send(DeDescription{attributes->num_de}),
           {Status::not_found, Status::out_of_range, Status::invalid_parameters});
}

void ascending(Trial& t) {
  const auto reply = t.read(ListUpdateIntervals{0, no_group, select_all});
  if (!reply) return;
  const auto ns = [](std::uint32_t word) { return SensorInterval::from_word(word).ns().value_or(0); };
  const auto& words = reply->intervals;
  if (ListUpdateIntervals::Reply::format.test(reply->flags)) {
    t.require(words.size() == 3 && ns(words[0]) <= ns(words[1]), "lowest, highest, step");
    return;
  }
  t.require(std::ranges::adjacent_find(words, std::greater_equal<>(), ns) == words.end(), "intervals that ascend");
}

/// The first id that no data event has.
void unknown_id(Trial& t) {
  const auto all = data_events(t);
  if (!all) return;
  std::uint32_t id = 0xFFFF'FFFE;
  while (std::ranges::find(*all, DataEventId(id), &Descriptor::de_id) != all->end()) --id;
  t.expect(t.send(DeConfigure{id, mode_on}), {Status::invalid_parameters, Status::denied});
}

[[nodiscard]] std::optional<std::vector<std::uint32_t>> enabled(Trial& t) {
  std::vector<std::uint32_t> ids;
  for (bool more = true; more && ids.size() < data_events_max;) {
    const auto part = t.read(DeEnabledList{static_cast<std::uint32_t>(ids.size()), 0});
    if (!part) return std::nullopt;
    for (const auto& entry : part->entries) ids.push_back(entry.id);
    more = DeEnabledList::Reply::remaining.get(part->flags) != 0 && !part->entries.empty();
  }
  return ids;
}

/// Enables a data event that is not, until the trial ends. Nothing if that cannot be.
[[nodiscard]] std::optional<DataEventId> enable_one(Trial& t) {
  const auto all = data_events(t);
  const auto before = enabled(t);
  if (!all || !before) return std::nullopt;
  for (const Descriptor& d : *all) {
    if (std::ranges::find(*before, d.de_id.value) != before->end()) continue;
    const Answer answer = t.send(DeConfigure{d.de_id.value, mode_on});
    if (answer.is(Status::denied)) break;
    if (answer.is(Status::out_of_range)) continue;
    t.put_back(DeConfigure{d.de_id.value, mode_off});
    if (!t.expect(answer, Status::success)) return std::nullopt;
    return d.de_id;
  }
  t.skip("the caller may enable nothing that is not");
  return std::nullopt;
}

void takes_effect(Trial& t) {
  const auto id = enable_one(t);
  if (!id) return;
  const auto after = enabled(t);
  if (!after) return;
  t.require(std::ranges::find(*after, id->value) != after->end(),
            fmt::format("data event {:#x} among those that are enabled", id->value));
}

constexpr std::uint32_t word_for(std::uint32_t mode) {
  return control::selector.put(select_all) | control::mode.put(mode) | control::enable.put(1);
}

void bad_rate(Trial& t) {
  if (!enable_one(t)) return;
  t.put_back(ConfigSet{no_group, control::selector.put(select_all), 0});
  for (const std::uint32_t rate : {0U, 7U << 5 | 0x10U}) {
    if (!t.expect(t.send(ConfigSet{no_group, word_for(collect_on_demand), rate}), Status::invalid_parameters)) return;
  }
}

void single_read(Trial& t) {
  const auto attributes = t.read(ProtocolAttributes{});
  if (!attributes) return;
  if (!ProtocolAttributes::Reply::single_read.test(attributes->attributes)) return t.skip("there is no single read");
  if (!enable_one(t)) return;
  const auto done =
      t.decoded<ConfigSet::Complete>(t.send_delayed(ConfigSet{no_group, word_for(collect_single_read), 0}));
  if (!done) return;
  if (!t.require(done->lines.size() % 2 == 0, "an even number of words")) return;
  const auto after = t.read(ConfigGet{no_group, select_all});
  if (after) t.require(!control::enable.test(after->control), "telemetry to be off again");
}

}  // namespace

void add_telemetry_cases(Cases& cases) {
  const auto add = [&](const char* id, const MessageInfo& info, void (*run)(Trial&)) {
    cases.push_back(Case{std::string(info.name) + '.' + id, section_of(info.name), protocol::telemetry, info.since,
                         info.message, false, run});
  };
  add("complete", DeDescription::info, complete);
  add("ascending", ListUpdateIntervals::info, ascending);
  add("unknown_id", DeConfigure::info, unknown_id);
  add("takes_effect", DeConfigure::info, takes_effect);
  add("bad_rate", ConfigSet::info, bad_rate);
  add("single_read", ConfigSet::info, single_read);
}

}  // namespace scmi::tool::check
