// SPDX-License-Identifier: Apache-2.0
//
// Cases of the system power protocol. What a platform that errs could take for a real transition is destructive, even
// where it must be refused.
#include <fmt/format.h>

#include "protocols/system_power_messages.hpp"
#include "tool/check/trial.hpp"

namespace scmi::tool::check {
namespace {

using namespace system_power_protocol;

/// The bits about POWER_STATE_SET; nothing, having skipped the case, where the caller has no such command.
[[nodiscard]] std::optional<std::uint32_t> what_can_be_set(Trial& t) {
  const auto reply = t.ask(ProtocolMessageAttributes::info.message, Words{StateSet::info.message.value});
  if (reply.is(Status::success)) return reply.word(1);
  t.skip("the caller may not set the system's state");
  return std::nullopt;
}

[[nodiscard]] bool told_by_get(std::uint32_t state) {
  return state == shutdown || state == power_up || state == suspend || state >= first_vendor_state;
}

void state_is_possible(Trial& t) {
  const Answer answer = t.send(StateGet{});
  if (answer.is(Status::not_supported)) return t.skip("the caller is not told the system's state");
  const auto now = t.decoded<StateGet::Reply>(answer);
  if (now) t.require(told_by_get(now->system_state), "a state that lasts: off, running, suspended, or the vendor's");
}

/// Refused, and nothing has happened: the platform still answers, and says the same of itself.
bool refused(Trial& t, const StateSet& command, std::initializer_list<Status> by) {
  const Answer before = t.send(StateGet{});
  if (!t.expect(t.send(command), by)) return false;
  return t.require(t.send(StateGet{}).payload == before.payload, "the system's state as it was");
}

void reserved_states(Trial& t) {
  for (const std::uint32_t state : {5U, 6U, 0x7FFF'FFFFU}) {
    if (!refused(t, {0, state}, {Status::invalid_parameters, Status::not_supported, Status::denied})) return;
  }
}

/// A system that runs cannot be started, gracefully or not.
void power_up_while_up(Trial& t) {
  const Answer now = t.send(StateGet{});
  if (!now.is(Status::success) || now.word(1) != power_up) return t.skip("the caller does not see a system that runs");
  for (const std::uint32_t flags : {0U, graceful.mask()}) {
    if (!refused(t, {flags, power_up}, {Status::denied, Status::not_supported})) return;
  }
}

void not_announced(Trial& t) {
  const auto bits = what_can_be_set(t);
  if (!bits) return;
  const bool both = warm_reset_supported.test(*bits) && suspend_supported.test(*bits);
  if (both) return t.skip("warm reset and suspend are both announced");
  for (const auto& [bit, state] :
       {std::pair(warm_reset_supported, warm_reset), std::pair(suspend_supported, suspend)}) {
    if (!bit.test(*bits) && !refused(t, {0, state}, {Status::not_supported, Status::denied})) return;
  }
}

void bad_enable(Trial& t) {
  for (const std::uint32_t value : {2U, 0xFU, 0x8000'0000U}) {
    const Answer answer = t.send(StateNotify{value});
    if (answer.is(Status::success)) t.put_back(StateNotify{0});
    if (answer.is(Status::not_supported)) return t.skip("the caller is not told of transitions");
    if (!t.expect(answer, Status::invalid_parameters)) return;
  }
}

/// Sends the system to sleep and wakes it. Only a manager can: who sleeps himself answers nothing.
void suspend_and_resume(Trial& t) {
  const auto bits = what_can_be_set(t);
  if (!bits) return;
  const Answer before = t.send(StateGet{});
  if (!before.is(Status::success) || before.word(1) != power_up || !suspend_supported.test(*bits)) {
    return t.skip("the caller cannot suspend a system and stay awake");
  }
  const Answer slept = t.send(StateSet{0, suspend});
  if (slept.is(Status::denied) || slept.is(Status::not_supported)) return t.skip("the system cannot be suspended now");
  if (!t.expect(slept, Status::success)) return;
  const auto now = t.read(StateGet{});
  if (now && now->system_state == suspend) {
    const Answer woken = t.send(StateSet{0, power_up});
    if (!t.expect(woken, Status::success)) return;
    const auto after = t.read(StateGet{});
    if (after) t.require(after->system_state == power_up, "a system that runs again");
    return;
  }
  t.require(!now, "a suspended system");
}

/// A cold reset passes: the system runs when it is over, and has not told its own cause of it.
void cold_reset_passes(Trial& t) {
  if (!what_can_be_set(t)) return;
  const Answer before = t.send(StateGet{});
  if (!before.is(Status::success) || before.word(1) != power_up) {
    return t.skip("the caller cannot reset a system and stay awake");
  }
  const Answer reset = t.send(StateSet{0, cold_reset});
  if (reset.is(Status::denied) || reset.is(Status::not_supported)) return t.skip("the caller may not reset the system");
  if (!t.expect(reset, Status::success)) return;
  const Instant end = t.subject().clock().now() + t.subject().patience();
  while (true) {
    const auto now = t.read(StateGet{});
    if (!now || now->system_state == power_up) return;
    if (t.subject().clock().now() >= end) return t.fail("a system that runs after a reset");
    t.subject().listen(std::chrono::milliseconds(1));
  }
}

}  // namespace

void add_system_power_cases(Cases& cases) {
  const auto add = [&](const MessageInfo& info, const char* id, void (*run)(Trial&)) -> Case& {
    return cases.emplace_back(Case{std::string(info.name) + '.' + id, section_of(info.name), protocol::system_power,
                                   info.since, info.message, false, run});
  };
  add(StateGet::info, "possible", state_is_possible);
  add(StateSet::info, "reserved_state", reserved_states);
  add(StateSet::info, "already_up", power_up_while_up);
  add(StateSet::info, "not_announced", not_announced).destructive = true;
  add(StateSet::info, "suspend_and_resume", suspend_and_resume).destructive = true;
  add(StateSet::info, "cold_reset", cold_reset_passes).destructive = true;
  add(StateNotify::info, "bad_enable", bad_enable);
}

}  // namespace scmi::tool::check
