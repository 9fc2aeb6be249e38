// SPDX-License-Identifier: Apache-2.0
//
// Cases of the powercap protocol. Caps and intervals are changed and put back.
#include <fmt/format.h>

#include <utility>
#include <vector>

#include "protocols/powercap_messages.hpp"
#include "tool/check/layout.hpp"
#include "tool/check/notify.hpp"
#include "tool/check/trial.hpp"

namespace scmi::tool::check {
namespace {

using namespace powercap_protocol;
using Attr = DomainAttributes::Reply;

/// Values as OUT_OF_RANGE or, later, INVALID_PARAMETERS: the specification has said both.
constexpr std::initializer_list<Status> bad_value = {Status::out_of_range, Status::invalid_parameters};

/// A domain as it describes itself.
struct Domain {
  DomainId id;
  Attr of;

  [[nodiscard]] CapSet cap_set(std::uint32_t cap, std::uint32_t flags = 0) const {
    return {.domain_id = id, .flags = flags, .power_cap = cap};
  }
  [[nodiscard]] PaiSet pai_set(std::uint32_t us, std::uint32_t flags = 0) const {
    return {.domain_id = id, .flags = flags, .pai_us = us};
  }
  [[nodiscard]] bool has(const BitField& bit) const { return bit.test(of.attributes); }
};

[[nodiscard]] std::vector<Domain> domains_of(Trial& t) {
  std::vector<Domain> list;
  for (const std::uint32_t id : some_entities(t.entities(), 16)) {
    const auto attributes = t.read(DomainAttributes{.domain_id = DomainId(id)});
    if (!attributes) return {};
    list.push_back({DomainId(id), *attributes});
  }
  return list;
}

/// Lowest, highest and step fit together, and to whether there is anything to choose.
[[nodiscard]] bool fits(std::uint32_t min, std::uint32_t max, std::uint32_t step, bool configurable) {
  return min != 0 && min <= max && (min != max) == configurable && (min == max || step != 0);
}

void consistent(Trial& t) {
  for (const Domain& d : domains_of(t)) {
    const std::uint32_t id = d.id.value;
    const bool caps = fits(d.of.min_power_cap, d.of.max_power_cap, d.of.power_cap_step, d.has(Attr::cap_configurable));
    if (!t.require(caps, fmt::format("caps of domain {} that agents accept: 0 < min <= max, a step between", id)))
      return;
    const bool pais = fits(d.of.min_pai_us, d.of.max_pai_us, d.of.pai_step_us, d.has(Attr::pai_configurable));
    if (!t.require(pais, fmt::format("intervals of domain {} that agents accept", id))) return;
    const std::uint32_t unit = Attr::power_unit.get(d.of.attributes);
    if (!t.require(unit < Attr::unit_names.size(), "a unit that is not reserved")) return;
    if (!d.has(Attr::cap_configurable) && !d.has(Attr::monitoring)) t.warn("a domain that caps or measures");
  }
}

/// Every domain leads to one that has no parent.
void parents(Trial& t) {
  for (const Domain& d : domains_of(t)) {
    std::uint32_t at = d.of.parent_id.value;
    for (std::uint32_t steps = 0; at != Attr::no_parent; ++steps) {
      if (!t.require(at < t.entities() && at != d.id.value, "a parent that is another domain, or none")) return;
      if (!t.require(steps < t.entities(), "parents that end")) return;
      const auto above = t.read(DomainAttributes{.domain_id = DomainId(at)});
      if (!above) return;
      at = above->parent_id.value;
    }
  }
}

/// The cap that is and the interval that is are possible ones.
void present(Trial& t) {
  for (const Domain& d : domains_of(t)) {
    const auto cap = t.read(CapGet{.domain_id = d.id});
    if (!cap) return;
    const bool none = cap->power_cap == no_cap && t.version() >= version_2_0;
    const bool inside = cap->power_cap >= d.of.min_power_cap && cap->power_cap <= d.of.max_power_cap;
    if (!t.require(none || inside, fmt::format("a cap that domain {} can have", d.id.value))) return;
    const auto pai = t.read(PaiGet{.domain_id = d.id});
    if (!pai) return;
    const bool possible = pai->pai_us >= d.of.min_pai_us && pai->pai_us <= d.of.max_pai_us;
    if (!t.require(possible, fmt::format("an interval that domain {} can have", d.id.value))) return;
  }
}

void measurements(Trial& t) {
  for (const Domain& d : domains_of(t)) {
    const Answer answer = t.send(MeasurementsGet{.domain_id = d.id});
    if (!d.has(Attr::monitoring)) {
      if (!t.expect(answer, Status::not_supported)) return;
      continue;
    }
    const auto measured = t.decoded<MeasurementsGet::Reply>(answer);
    if (!measured || !t.require(measured->pai_us != 0, "the interval that was averaged over")) return;
  }
}

/// What is fixed cannot be set, not even to what it is.
void fixed(Trial& t) {
  bool any = false;
  for (const Domain& d : domains_of(t)) {
    if (!d.has(Attr::cap_configurable)) {
      any = true;
      if (!t.expect(t.send(d.cap_set(d.of.max_power_cap)), Status::not_supported)) return;
    }
    if (!d.has(Attr::pai_configurable) && t.offers(PaiSet::info.message)) {
      any = true;
      if (!t.expect(t.send(d.pai_set(d.of.max_pai_us)), Status::not_supported)) return;
    }
  }
  if (!any) t.skip("everything can be configured");
}

/// A domain whose cap the caller may set; setting the cap that is changes nothing.
[[nodiscard]] std::optional<std::pair<Domain, std::uint32_t>> cap_settable(Trial& t) {
  for (const Domain& d : domains_of(t)) {
    const auto now = t.read(CapGet{.domain_id = d.id});
    if (!now) return std::nullopt;
    if (d.has(Attr::cap_configurable) && t.send(d.cap_set(now->power_cap)).is(Status::success)) {
      return std::pair(d, now->power_cap);
    }
  }
  if (!t.failed()) t.skip("the caller may set no cap");
  return std::nullopt;
}

void cap_bad_flags(Trial& t) {
  const auto found = cap_settable(t);
  if (!found) return;
  const auto& [d, now] = *found;
  t.put_back(d.cap_set(now));
  for (const std::uint32_t flags : {0x4U, 0xF0U, 0x8000'0000U}) {
    if (!t.expect(t.send(d.cap_set(now, flags)), Status::invalid_parameters)) return;
  }
}

void cap_out_of_range(Trial& t) {
  const auto found = cap_settable(t);
  if (!found) return;
  const auto& [d, now] = *found;
  t.put_back(d.cap_set(now));
  std::vector<std::uint32_t> bad;
  if (d.of.max_power_cap < 0xFFFF'FFFF) bad = {0xFFFF'FFFF, d.of.max_power_cap + 1};
  if (d.of.min_power_cap > d.of.power_cap_step) bad.push_back(d.of.min_power_cap - d.of.power_cap_step);
  if (t.version() < version_2_0) bad.push_back(no_cap);
  if (d.of.power_cap_step > 1) bad.push_back(d.of.min_power_cap + 1);
  for (const std::uint32_t cap : bad) {
    const Answer answer = t.send(d.cap_set(cap));
    // Between two steps some platforms round.
    if (cap == d.of.min_power_cap + 1 && answer.is(Status::success)) {
      t.warn("a cap between two steps to be refused");
      continue;
    }
    if (!t.expect(answer, bad_value)) return;
  }
  const auto after = t.read(CapGet{.domain_id = d.id});
  if (after) t.require(after->power_cap == now, "the cap as it was");
}

/// What other agents want may hold instead of what the caller wants: the lower one does.
bool holds(Trial& t, std::uint32_t cap, std::uint32_t wanted) {
  const bool lower = t.subject().agent().base().agent_count > 1 && cap != no_cap && (wanted == no_cap || cap < wanted);
  return t.require(cap == wanted || lower, fmt::format("a cap of {} after it was set", wanted));
}

void cap_takes_effect(Trial& t) {
  const auto found = cap_settable(t);
  if (!found) return;
  const auto& [d, now] = *found;
  const std::uint32_t other = now == d.of.max_power_cap ? d.of.min_power_cap : d.of.max_power_cap;
  const bool tells = d.has(Attr::cap_notify) && t.offers(CapNotify::info.message);
  if (tells) {
    t.put_back(CapNotify{.domain_id = d.id, .notify_enable = 0});
    if (!t.expect(t.send(CapNotify{.domain_id = d.id, .notify_enable = 1}), Status::success)) return;
  }
  t.forget_events();
  t.put_back(d.cap_set(now));
  if (!t.expect(t.send(d.cap_set(other)), Status::success)) return;
  const auto after = t.read(CapGet{.domain_id = d.id});
  if (!after || !holds(t, after->power_cap, other) || !tells || after->power_cap == now) return;
  const auto event = t.await(
      CapChanged::info.message,
      [&](const Event& e) { return word_of(e, 1) == d.id.value && word_of(e, 2) == after->power_cap; },
      "POWERCAP_CAP_CHANGED with the new cap");
  if (event && t.version() <= version_2_0) t.require(event->payload.size() == 16, "a notification of 16 bytes");
}

void cap_disabled(Trial& t) {
  const auto found = cap_settable(t);
  if (!found) return;
  const auto& [d, now] = *found;
  t.put_back(d.cap_set(now));
  if (!t.expect(t.send(d.cap_set(no_cap)), Status::success)) return;
  const auto after = t.read(CapGet{.domain_id = d.id});
  if (after) holds(t, after->power_cap, no_cap);
}

void cap_async(Trial& t) {
  const auto found = cap_settable(t);
  if (!found) return;
  const auto& [d, now] = *found;
  const CapSet command = d.cap_set(now, CapSet::async.mask());
  if (!d.has(Attr::async_cap_set)) {
    t.expect(t.send(command), Status::not_supported);
    return;
  }
  const auto done = t.decoded<CapSet::Complete>(t.send_delayed(command));
  if (!done || !t.require(done->domain_id == d.id, "the domain that was asked about")) return;
  t.require(done->power_cap == now, "the cap that is in force");
}

[[nodiscard]] std::optional<std::pair<Domain, std::uint32_t>> pai_settable(Trial& t) {
  for (const Domain& d : domains_of(t)) {
    const auto now = t.read(PaiGet{.domain_id = d.id});
    if (!now) return std::nullopt;
    if (d.has(Attr::pai_configurable) && t.send(d.pai_set(now->pai_us)).is(Status::success)) {
      return std::pair(d, now->pai_us);
    }
  }
  if (!t.failed()) t.skip("the caller may set no interval");
  return std::nullopt;
}

void pai_bad(Trial& t) {
  const auto found = pai_settable(t);
  if (!found) return;
  const auto& [d, now] = *found;
  t.put_back(d.pai_set(now));
  if (!t.expect(t.send(d.pai_set(now, 0x1)), Status::invalid_parameters)) return;
  for (const std::uint32_t us : {0U, d.of.min_pai_us - 1, 0xFFFF'FFFFU}) {
    if (us != d.of.max_pai_us && !t.expect(t.send(d.pai_set(us)), bad_value)) return;
  }
  const auto after = t.read(PaiGet{.domain_id = d.id});
  if (after) t.require(after->pai_us == now, "the interval as it was");
}

void pai_takes_effect(Trial& t) {
  const auto found = pai_settable(t);
  if (!found) return;
  const auto& [d, now] = *found;
  const std::uint32_t other = now == d.of.max_pai_us ? d.of.min_pai_us : d.of.max_pai_us;
  t.put_back(d.pai_set(now));
  if (!t.expect(t.send(d.pai_set(other)), Status::success)) return;
  const auto after = t.read(PaiGet{.domain_id = d.id});
  if (after) t.require(after->pai_us == other, fmt::format("{} us after they were set", other));
}

[[nodiscard]] MeasurementsNotify watch(const Domain& d, std::uint32_t enable, std::uint32_t low, std::uint32_t high) {
  return {.domain_id = d.id, .notify_enable = enable, .power_thresh_low = low, .power_thresh_high = high};
}

void thresholds(Trial& t) {
  bool any = false;
  for (const Domain& d : domains_of(t)) {
    const bool has = d.has(Attr::measurements_notify);
    const Answer on = t.send(watch(d, 1, 0, 0xFFFF'FFFF));
    if (on.is(Status::success)) t.put_back(watch(d, 0, 0, 0));
    if (!t.expect(on, has ? Status::success : Status::not_supported)) return;
    if (!has || std::exchange(any, true)) continue;
    if (!t.expect(t.send(watch(d, 1, 2, 1)), Status::invalid_parameters)) return;
    if (!t.expect(t.send(watch(d, 2, 1, 2)), Status::invalid_parameters)) return;
  }
  if (!any) t.skip("no domain tells of its power");
}

/// Every average lies below thresholds that are as high as can be said, so the first one is told.
void measurement_is_told(Trial& t) {
  for (const Domain& d : domains_of(t)) {
    if (!d.has(Attr::measurements_notify)) continue;
    t.put_back(watch(d, 0, 0, 0));
    t.forget_events();
    if (!t.expect(t.send(watch(d, 1, 0xFFFF'FFFF, 0xFFFF'FFFF)), Status::success)) return;
    const auto event = t.await(
        MeasurementsChanged::info.message, [&](const Event& e) { return word_of(e, 1) == d.id.value; },
        "POWERCAP_MEASUREMENTS_CHANGED of the domain, whose power lies below the thresholds");
    if (event && t.version() <= version_2_0) t.require(event->payload.size() == 12, "a notification of 12 bytes");
    return;
  }
  t.skip("no domain tells of its power");
}

/// Fast channels where domain and command announce them, and nowhere else.
void fastchannels(Trial& t) {
  for (const Domain& d : domains_of(t)) {
    const auto describe = [&](std::uint32_t message) {
      return t.send(DescribeFastchannel{.domain_id = d.id, .message_id = message});
    };
    for (const std::uint32_t never : {0x3U, 0xFFU}) {
      if (!t.expect(describe(never), {Status::not_found, Status::not_supported})) return;
    }
    bool any = false;
    for (std::uint32_t message = CapGet::info.message.value; message <= PaiSet::info.message.value; ++message) {
      const Answer answer = describe(message);
      if (!t.expect(answer, {Status::success, Status::not_supported, Status::denied})) return;
      if (!answer.is(Status::success)) continue;
      any = true;
      if (!t.require(answer.word(5) == 4, "a channel of 4 bytes")) return;
      const Answer bits = t.ask(ProtocolMessageAttributes::info.message, Words{message});
      if (!t.require(has_fastchannel.test(bits.word(1)), "MESSAGE_ATTRIBUTES to know of the channel")) return;
    }
    if (!t.require(!any || d.has(Attr::fastchannel), "the fast channel bit of the domain")) return;
  }
}

}  // namespace

void add_powercap_cases(Cases& cases) {
  const auto add = [&](const MessageInfo& info, const char* id, void (*run)(Trial&)) -> Case& {
    return cases.emplace_back(Case{std::string(info.name) + '.' + id, section_of(info.name), protocol::powercap,
                                   info.since, info.message, false, run});
  };
  add(DomainAttributes::info, "consistent", consistent);
  add(DomainAttributes::info, "parents", parents);
  add(CapGet::info, "possible", present);
  add(CapSet::info, "fixed", fixed);
  add(CapSet::info, "bad_flags", cap_bad_flags);
  add(CapSet::info, "out_of_range", cap_out_of_range);
  add(CapSet::info, "takes_effect", cap_takes_effect);
  add(CapSet::info, "disabled", cap_disabled).since = version_2_0;
  add(CapSet::info, "async", cap_async);
  add(PaiSet::info, "bad", pai_bad);
  add(PaiSet::info, "takes_effect", pai_takes_effect);
  add(MeasurementsGet::info, "monitoring", measurements);
  add(MeasurementsNotify::info, "thresholds", thresholds);
  add(MeasurementsNotify::info, "told", measurement_is_told);
  add(DescribeFastchannel::info, "consistent", fastchannels);
  add_notify_cases(cases, CapNotify::info, Attr::cap_notify);
}

}  // namespace scmi::tool::check
