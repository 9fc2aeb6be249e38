// SPDX-License-Identifier: Apache-2.0
//
// Cases of the power domain protocol. Domains are switched only where destructive cases are allowed; otherwise they are
// set to the state that they are in.
#include <fmt/format.h>

#include "protocols/power_domain_messages.hpp"
#include "tool/check/layout.hpp"
#include "tool/check/notify.hpp"
#include "tool/check/trial.hpp"

namespace scmi::tool::check {
namespace {

using namespace power_domain_protocol;
using Attr = DomainAttributes::Reply;

[[nodiscard]] bool settable(std::uint32_t attributes) { return Attr::sync_set.test(attributes); }

/// Setting the state that is: SUCCESS, or the reason why this caller may not.
void present_state(Trial& t) {
  for (const std::uint32_t id : some_entities(t.entities(), 16)) {
    const DomainId domain(id);
    const std::uint32_t attributes = attributes_of(t, domain.value);
    const auto state = t.read(StateGet{domain});
    if (!state) return;
    const bool some_form = Attr::sync_set.test(attributes) || Attr::async_set.test(attributes);
    const bool processor = (state->power_state & ~0x4FFF'FFFFU) != 0;
    const Answer answer = t.send(StateSet{0, domain, state->power_state});
    if (!some_form) {
      if (!t.expect(answer, {Status::not_supported, Status::denied})) return;
    } else if (settable(attributes)) {
      if (!t.expect(answer, {Status::success, Status::denied})) return;
    } else if (!processor && !t.expect(answer, {Status::not_supported, Status::denied, Status::success})) {
      return;
    }
    const auto after = t.read(StateGet{domain});
    if (!after || !t.require(after->power_state == state->power_state, "the state as it was")) return;
  }
}

/// True if the caller may set that domain at all.
[[nodiscard]] bool may_set(Trial& t, DomainId domain) {
  if (!settable(attributes_of(t, domain.value))) return false;
  const auto state = t.read(StateGet{domain});
  return state && t.send(StateSet{0, domain, state->power_state}).is(Status::success);
}

void bad_states(Trial& t) {
  bool any = false;
  for (const std::uint32_t id : some_entities(t.entities(), 16)) {
    if (!may_set(t, DomainId(id))) continue;
    any = true;
    for (const std::uint32_t state : {0xFF00'0000U, 0x8000'0000U, 0xFFFF'FFFFU}) {
      if (!t.expect(t.send(StateSet{0, DomainId(id), state}), Status::invalid_parameters)) return;
    }
  }
  if (!any) t.skip("the caller may set no domain");
}

void bad_flags(Trial& t) {
  bool any = false;
  for (const std::uint32_t id : some_entities(t.entities(), 4)) {
    const auto state = t.read(StateGet{DomainId(id)});
    if (!state) return;
    if (!may_set(t, DomainId(id))) continue;
    any = true;
    for (const std::uint32_t flags : {0xEU, 0x8000'0000U}) {
      if (!t.expect(t.send(StateSet{flags, DomainId(id), state->power_state}), Status::invalid_parameters)) return;
    }
  }
  if (!any) t.skip("the caller may set no domain");
}

void unsupported_async(Trial& t) {
  bool any = false;
  for (const std::uint32_t id : some_entities(t.entities(), 64)) {
    const DomainId domain(id);
    const std::uint32_t attributes = attributes_of(t, domain.value);
    const auto state = t.read(StateGet{domain});
    if (!state) return;
    if (!settable(attributes) || Attr::async_set.test(attributes)) continue;
    any = true;
    const Answer answer = t.send(StateSet{StateSet::async.put(1), domain, state->power_state});
    if (!t.expect(answer, {Status::not_supported, Status::denied})) return;
  }
  if (!any) t.skip("no domain is set synchronously only");
}

/// A domain that is on, and that the caller may switch.
[[nodiscard]] std::optional<DomainId> switchable(Trial& t) {
  for (const std::uint32_t id : some_entities(t.entities(), 64)) {
    const std::uint32_t attributes = attributes_of(t, id);
    const auto state = t.read(StateGet{DomainId(id)});
    if (state && state->power_state == state_on && settable(attributes) && may_set(t, DomainId(id)))
      return DomainId(id);
  }
  return std::nullopt;
}

void off_and_on(Trial& t) {
  const auto domain = switchable(t);
  if (!domain) return t.skip("no domain that is on may be set");
  const bool tells =
      Attr::state_change_notify.test(attributes_of(t, domain->value)) && t.offers(StateNotify::info.message);
  if (tells) {
    t.put_back(StateNotify{*domain, 0});
    if (!t.expect(t.send(StateNotify{*domain, 1}), Status::success)) return;
  }
  t.forget_events();
  t.put_back(StateSet{0, *domain, state_on});
  if (!t.expect(t.send(StateSet{0, *domain, state_off}), Status::success)) return;
  const auto off = t.read(StateGet{*domain});
  if (!off) return;
  if (off->power_state == state_on) {
    // Where there are other agents, one of them may hold it.
    constexpr const char* expected = "a domain that is off once nobody wants it on";
    return t.subject().agent().base().agent_count > 1 ? t.warn(expected) : t.fail(expected);
  }
  if (tells) {
    const auto event = t.await(
        StateChanged::info.message, [&](const Event& e) { return word_of(e, 1) == domain->value; },
        "POWER_STATE_CHANGED of the domain");
    if (!event) return;
    if (!t.require(event->payload.size() == 12, "a notification of 12 bytes")) return;
    if (!t.require(word_of(*event, 2) == off->power_state, "the new state in the notification")) return;
  }
  if (!t.expect(t.send(StateSet{0, *domain, state_on}), Status::success)) return;
  const auto on = t.read(StateGet{*domain});
  if (on) t.require(on->power_state == state_on, "a domain that is on again");
}

void statistics(Trial& t) {
  const auto reply = t.read(ProtocolAttributes{});
  if (!reply) return;
  if (reply->statistics_len_bytes == 0) {
    if (reply->statistics_address != 0) t.warn("no address without statistics");
    return;
  }
  t.require(reply->statistics_address % 8 == 0, "statistics at a multiple of 8 bytes");
}

}  // namespace

void add_power_cases(Cases& cases) {
  const auto add = [&](const char* id, const char* section, MessageId command, void (*run)(Trial&)) -> Case& {
    return cases.emplace_back(Case{std::string("power.") + id, std::string("DEN0056 ") + section,
                                   protocol::power_domain, version_1_0, command, false, run});
  };
  const MessageId set = StateSet::info.message;
  add("statistics", "PROTOCOL_ATTRIBUTES", MessageId(0x1), statistics);
  add("state_set.present", "POWER_STATE_SET", set, present_state);
  add("state_set.bad_state", "POWER_STATE_SET", set, bad_states);
  add("state_set.bad_flags", "POWER_STATE_SET", set, bad_flags);
  add("state_set.unsupported_async", "POWER_STATE_SET", set, unsupported_async);
  add("state_set.off_and_on", "POWER_STATE_SET", set, off_and_on).destructive = true;
  add_notify_cases(cases, StateNotify::info, Attr::state_change_notify);
  add_notify_cases(cases, StateChangeRequestedNotify::info, Attr::change_requested_notify);
}

}  // namespace scmi::tool::check
