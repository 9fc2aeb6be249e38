// SPDX-License-Identifier: Apache-2.0
#include "tool/check/trial.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace scmi::tool::check {
namespace {

/// What the channel counted while no answer came: it tells a silent platform from one that answers wrongly.
[[nodiscard]] std::string strays(const CounterSnapshot& before, const CounterSnapshot& after) {
  std::string text;
  for (const Count kind : {Count::unexpected, Count::malformed, Count::late, Count::duplicate, Count::channel_errors}) {
    if (after[kind] != before[kind]) text += fmt::format("; {} {}", after[kind] - before[kind], scmi::name(kind));
  }
  return text;
}

}  // namespace

std::string_view name(Verdict verdict) noexcept {
  switch (verdict) {
    case Verdict::pass: return "pass";
    case Verdict::fail: return "fail";
    case Verdict::warning: return "warning";
    case Verdict::skipped: return "skipped";
  }
  return "?";
}

std::uint32_t word_of(const Event& event, std::size_t position) noexcept {
  return Answer{{}, event.payload}.word(position);
}

Trial::Trial(Subject& subject, const Case& what) : subject_(subject), case_(what) {
  finding_.id = what.id;
  finding_.section = what.section;
  finding_.destructive = what.destructive;
}

Trial::~Trial() { restore(); }

void Trial::note(MessageId message, std::span<const std::byte> payload, const Answer& answer, catalogue::Kind kind,
                 const CounterSnapshot& before) {
  if (failed()) return;
  const MessageHeader header{message, MessageType::command, protocol(), Token()};
  finding_.asked = catalogue::print_message(header, catalogue::Kind::command, payload, version());
  finding_.came = answer.error ? describe(*answer.error) + strays(before, subject_.agent().counters())
                               : catalogue::print_message(header, kind, answer.payload, version());
}

Answer Trial::ask(MessageId message, std::span<const std::byte> payload) {
  const CounterSnapshot before = subject_.agent().counters();
  Answer answer = subject_.ask(protocol(), message, payload);
  note(message, payload, answer, catalogue::Kind::response, before);
  return answer;
}

Answer Trial::ask_delayed(MessageId message, std::span<const std::byte> payload) {
  const CounterSnapshot before = subject_.agent().counters();
  Answer answer = subject_.ask_delayed(protocol(), message, payload);
  note(message, payload, answer, catalogue::Kind::delayed_response, before);
  return answer;
}

void Trial::put_back(MessageId message, std::vector<std::byte> payload) {
  put_back_.emplace_back(message, std::move(payload));
}

void Trial::restore() {
  while (!put_back_.empty()) {
    const auto [message, payload] = std::move(put_back_.back());
    put_back_.pop_back();
    const Answer answer = subject_.ask(protocol(), message, payload);
    if (!answer.is(Status::success)) warn("that what the case changed can be put back");
  }
  if (subject_.unsettled()) subject_.settle();
}

bool Trial::expect(const Answer& answer, std::initializer_list<Status> wanted) {
  if (answer.came() && std::ranges::find(wanted, answer.status()) != wanted.end()) return true;
  std::string text;
  for (const Status status : wanted) text += (text.empty() ? "" : " or ") + std::string(scmi::name(status));
  fail(std::move(text));
  return false;
}

bool Trial::require(bool holds, std::string expected) {
  if (!holds) fail(std::move(expected));
  return holds;
}

void Trial::fail(std::string expected) {
  if (failed()) return;
  finding_.verdict = Verdict::fail;
  finding_.expected = std::move(expected);
}

void Trial::warn(std::string expected) {
  if (finding_.verdict == Verdict::fail || finding_.verdict == Verdict::warning) return;
  finding_.verdict = Verdict::warning;
  finding_.expected = std::move(expected);
}

void Trial::skip(std::string reason) {
  if (finding_.verdict != Verdict::pass) return;
  finding_.verdict = Verdict::skipped;
  finding_.reason = std::move(reason);
}

void Trial::forget_events() {
  subject_.settle();
  // What came unasked is kept for the closing cases.
  std::erase_if(subject_.events(), [](const Event& event) { return event.subscribed; });
}

std::optional<Event> Trial::await(MessageId notification, const std::function<bool(const Event&)>& fits,
                                  std::string expected) {
  const Instant end = subject_.clock().now() + subject_.patience();
  while (true) {
    for (const Event& event : subject_.events()) {
      if (event.protocol == protocol() && event.message == notification && fits(event)) return event;
    }
    if (subject_.clock().now() >= end || subject_.lost()) break;
    static_cast<void>(subject_.agent().wait(end));
  }
  if (!failed()) finding_.came += "; no such notification";
  fail(std::move(expected));
  return std::nullopt;
}

bool Trial::quiet_since(std::size_t known, MessageId notification) {
  subject_.settle();
  subject_.listen(subject_.settings().quiet);
  const std::span<const Event> since = std::span(subject_.events()).subspan(known);
  return std::ranges::none_of(since,
                              [&](const Event& e) { return e.protocol == protocol() && e.message == notification; });
}

Finding Trial::finish() {
  restore();
  return finding_;
}

}  // namespace scmi::tool::check
