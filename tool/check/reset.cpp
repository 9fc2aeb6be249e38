// SPDX-License-Identifier: Apache-2.0
//
// Cases of the reset protocol. Everything that resets is destructive; what must be refused is not.
#include "protocols/reset_domain_messages.hpp"
#include "tool/check/layout.hpp"
#include "tool/check/notify.hpp"
#include "tool/check/trial.hpp"

namespace scmi::tool::check {
namespace {

using namespace reset_domain_protocol;
using Attr = DomainAttributes::Reply;

/// Flags and states that mean nothing are refused; a caller who may not reset at all is told so.
void refused(Trial& t, std::uint32_t flags, std::uint32_t state) {
  for (const std::uint32_t id : some_entities(t.entities(), 4)) {
    const Answer answer = t.send(Reset{DomainId(id), flags, state});
    if (!t.expect(answer, {Status::invalid_parameters, Status::denied})) return;
  }
}

void unsupported_async(Trial& t) {
  bool any = false;
  for (const std::uint32_t id : some_entities(t.entities(), 16)) {
    if (Attr::async_reset.test(attributes_of(t, id))) continue;
    any = true;
    const Answer answer = t.send(Reset{DomainId(id), Reset::autonomous.mask() | Reset::async.mask(), cold_reset});
    if (!t.expect(answer, {Status::not_supported, Status::denied})) return;
  }
  if (!any) t.skip("every domain is reset asynchronously too");
}

/// The first domain with that attribute, told of from now on if it tells.
[[nodiscard]] std::optional<DomainId> domain_with(Trial& t, const BitField& bit) {
  for (const std::uint32_t id : some_entities(t.entities(), 64)) {
    if (bit.test(attributes_of(t, id))) return DomainId(id);
  }
  t.skip("no domain can do that");
  return std::nullopt;
}

void pulse_is_told(Trial& t) {
  const auto domain = domain_with(t, Attr::reset_notify);
  if (!domain) return;
  t.put_back(Notify{*domain, 0});
  if (!t.expect(t.send(Notify{*domain, 1}), Status::success)) return;
  t.forget_events();
  const Answer answer = t.send(Reset{*domain, Reset::autonomous.mask(), cold_reset});
  if (answer.is(Status::denied)) return t.skip("the caller may not reset the domain");
  if (!t.expect(answer, Status::success)) return;
  const auto event = t.await(
      Issued::info.message, [&](const Event& e) { return word_of(e, 1) == domain->value; },
      "RESET_ISSUED of the domain");
  if (event) t.require(event->payload.size() == 12, "a notification of 12 bytes");
}

void async_pulse(Trial& t) {
  const auto domain = domain_with(t, Attr::async_reset);
  if (!domain) return;
  const Answer answer = t.send_delayed(Reset{*domain, Reset::autonomous.mask() | Reset::async.mask(), cold_reset});
  if (answer.is(Status::denied)) return t.skip("the caller may not reset the domain");
  const auto done = t.decoded<Reset::Complete>(answer);
  if (done) t.require(done->domain_id == *domain, "the domain that was asked about");
}

}  // namespace

void add_reset_cases(Cases& cases) {
  const auto add = [&](const char* id, const char* section, bool destructive, std::function<void(Trial&)> run) {
    cases.push_back({std::string("reset.reset.") + id, std::string("DEN0056 ") + section, protocol::reset_domain,
                     version_1_0, Reset::info.message, destructive, std::move(run)});
  };
  add("bad_flags", "RESET", false, [](Trial& t) { refused(t, 0xF8, cold_reset); });
  add("async_without_autonomous", "RESET", false, [](Trial& t) { refused(t, Reset::async.mask(), cold_reset); });
  add("bad_state", "RESET", false, [](Trial& t) { refused(t, Reset::autonomous.mask(), 0x0000'0001); });
  add("unsupported_async", "RESET", false, unsupported_async);
  add("issued", "RESET_ISSUED", true, pulse_is_told);
  add("async", "RESET_COMPLETE", true, async_pulse);
  add_notify_cases(cases, Notify::info, Attr::reset_notify);
}

}  // namespace scmi::tool::check
