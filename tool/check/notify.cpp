// SPDX-License-Identifier: Apache-2.0
#include "tool/check/notify.hpp"

#include "tool/check/layout.hpp"

namespace scmi::tool::check {
namespace {

/// Subscribing succeeds where the attributes announce the event, and is refused elsewhere.
void available(Trial& t, const MessageInfo& notify, const BitField& bit) {
  for (const std::uint32_t id : some_entities(t.entities(), 16)) {
    const bool has = bit.test(attributes_of(t, id));
    const Answer on = t.ask(notify.message, Words{id, 1});
    if (on.is(Status::success)) t.put_back(notify.message, bytes_of(Words{id, 0}));
    if (!t.expect(on, has ? Status::success : Status::not_supported)) return;
  }
}

void bad_enable(Trial& t, const MessageInfo& notify, const BitField& bit) {
  for (const std::uint32_t id : some_entities(t.entities(), 16)) {
    if (!bit.test(attributes_of(t, id))) continue;
    for (const std::uint32_t value : {2U, 0xFU, 0xFFU, 0x8000'0000U}) {
      const Answer answer = t.ask(notify.message, Words{id, value});
      if (answer.is(Status::success)) t.put_back(notify.message, bytes_of(Words{id, 0}));
      if (!t.expect(answer, Status::invalid_parameters)) return;
    }
    return;
  }
  t.skip("nothing has that event");
}

}  // namespace

std::uint32_t attributes_of(Trial& t, std::uint32_t entity) {
  const Answer answer = t.ask(MessageId(0x3), Words{entity});
  return t.expect(answer, Status::success) ? answer.word(1) : 0;
}

void add_notify_cases(Cases& cases, const MessageInfo& notify, const BitField& bit) {
  using Try = void (*)(Trial&, const MessageInfo&, const BitField&);
  const auto add = [&](const char* what, Try run) {
    cases.push_back({std::string(notify.name) + what, section_of(notify.name), notify.protocol, notify.since,
                     notify.message, false, [run, &notify, bit](Trial& t) { run(t, notify, bit); }});
  };
  add(".available", available);
  add(".bad_enable", bad_enable);
}

}  // namespace scmi::tool::check
