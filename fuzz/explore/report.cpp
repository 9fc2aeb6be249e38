// SPDX-License-Identifier: Apache-2.0
// A schedule as text for people; and the doors of explore.hpp and runtime.hpp.
#include <cstdio>
#include <string>

#include "fuzz/explore/engine.hpp"

namespace explore {

using runtime::Site;

namespace {

std::string number_text(std::uint64_t value) {
  char text[32];
  std::snprintf(text, sizeof text, value < 10 ? "%llu" : "0x%llx", static_cast<unsigned long long>(value));
  return text;
}

std::string padded(std::string text, std::size_t width) {
  if (text.size() < width) text.append(width - text.size(), ' ');
  return text + " ";
}

}  // namespace

std::string Engine::name_of(const void* object, const char* kind, std::uint32_t number) const {
  if (const char* const* const known = names_.find(key(object))) return *known;
  return std::string(kind) + "#" + std::to_string(number);
}

std::string Engine::object_name(const Op& op) const {
  switch (op.kind) {
    case OpKind::lock:
    case OpKind::unlock: return name_of(locks_[op.object].address, "mutex", op.object);
    case OpKind::load:
    case OpKind::store:
    case OpKind::modify:
    case OpKind::wait:
    case OpKind::woken:
    case OpKind::wake: return name_of(memory_.at(op.object).address, "atomic", op.object);
    case OpKind::start:
    case OpKind::choice:
    case OpKind::now:
    case OpKind::advance:
    case OpKind::relax: break;
  }
  return "";
}

std::string Engine::step_line(std::size_t number) const {
  const Step& step = steps_[number];
  std::string what;
  std::string values;
  const std::string order = order_name(step.order);
  switch (step.op.kind) {
    case OpKind::start: what = "starts"; break;
    case OpKind::woken: what = "woken"; break;
    case OpKind::choice:
      what = "chooses";
      values = number_text(step.value);
      break;
    case OpKind::load:
      what = std::string(*step.remark != 0 ? "compare_exchange " : "load ") + order;
      values = number_text(*step.remark != 0 ? step.old : step.value);
      break;
    case OpKind::store:
      what = "store " + order;
      values = number_text(step.value);
      break;
    case OpKind::modify:
      what = "modify " + order;
      values = number_text(step.old) + " -> " + number_text(step.value);
      break;
    case OpKind::lock: what = "lock"; break;
    case OpKind::unlock: what = "unlock"; break;
    case OpKind::wait:
      what = "wait";
      values = "seen " + number_text(step.value);
      break;
    case OpKind::wake: what = "wake"; break;
    case OpKind::now:
      what = "now";
      values = std::to_string(step.value);
      break;
    case OpKind::advance:
      what = "moves to";
      values = std::to_string(step.value);
      break;
    case OpKind::relax: what = "cpu_relax"; break;
  }
  std::string remark = step.remark;
  if (step.newer != 0) {
    if (!remark.empty()) remark += ", ";
    remark += (step.op.kind == OpKind::load ? "old: " : "placed before ") + std::to_string(step.newer) + " newer";
  }
  return padded(std::to_string(number + 1), 4) + padded(threads_[step.thread].name, 12) +
         padded(object_name(step.op), 16) + padded(what, 26) + padded(values, 18) + padded(remark, 22) +
         site_text(step.op.site) + "\n";
}

void Engine::report(Result& result) const {
  result.failure = failure_;
  result.message = message_;
  result.planted = planted_;
  if (failure_ == Result::Failure::none && !replaying_) return;
  result.schedule = schedule_text(steps_);
  auto note = notes_.begin();
  for (std::size_t i = 0; i <= steps_.size(); ++i) {
    for (; note != notes_.end() && note->before_step == i; ++note) {
      result.steps += padded("", 4) + padded(threads_[note->thread].name, 12) + "-- " + note->text + " " +
                      number_text(note->value) + "\n";
    }
    if (i < steps_.size()) result.steps += step_line(i);
  }
}

std::string Result::text() const {
  std::string text = std::to_string(schedules) + " schedules, " + std::to_string(pruned) + " pruned, " +
                     std::to_string(cut) + " cut, longest " + std::to_string(max_depth) + " steps, " +
                     (complete ? "complete" : "not complete") + "\n";
  if (failure != Failure::none) text += message + "\n" + steps + "schedule: " + schedule + "\n";
  return text;
}

Result explore(const std::function<void(Program&)>& body, const Options& options) {
  Engine engine(body, options);
  return engine.run();
}

void check(bool holds, const char* message, Site where) {
  if (!holds && Engine::current() != nullptr) Engine::current()->check_failed(message, where);
}
void name(const void* object, const char* what) {
  if (Engine::current() != nullptr) Engine::current()->name(object, what);
}
void note(const char* text, std::uint64_t value) {
  if (Engine::current() != nullptr) Engine::current()->note(text, value);
}
unsigned choose(unsigned count) { return Engine::current() != nullptr ? Engine::current()->choose(count) : 0; }

namespace runtime {

void constructed(const void* object) noexcept { Engine::current()->constructed(object); }
void destroyed(const void* object) noexcept { Engine::current()->destroyed(object); }
std::uint64_t load(const void* object, std::uint64_t current, std::memory_order order, Site site) noexcept {
  return Engine::current()->load(object, current, order, site);
}
std::uint64_t store(const void* object, std::uint64_t current, std::uint64_t value, std::memory_order order,
                    Site site) noexcept {
  return Engine::current()->store(object, current, value, order, site);
}
ReadWrite modify(const void* object, std::uint64_t current, Function function, std::uint64_t operand,
                 std::memory_order order, Site site) noexcept {
  return Engine::current()->modify(object, current, function, operand, order, site);
}
ReadWrite compare_exchange(const void* object, std::uint64_t current, std::uint64_t expected, std::uint64_t desired,
                           std::memory_order success, std::memory_order failure, Site site) noexcept {
  return Engine::current()->compare_exchange(object, current, expected, desired, success, failure, site);
}
void lock(const void* mutex, Site site) noexcept { Engine::current()->lock(mutex, site); }
void unlock(const void* mutex, Site site) noexcept { Engine::current()->unlock(mutex, site); }
void wait(const void* word, std::uint64_t current, std::uint64_t seen, std::int64_t deadline, Site site) noexcept {
  if (Engine::current() != nullptr) Engine::current()->wait(word, current, seen, deadline, site);
}
void wake(const void* word, std::uint64_t current, Site site) noexcept { Engine::current()->wake(word, current, site); }
std::int64_t now(Site site) noexcept { return Engine::current() != nullptr ? Engine::current()->now(site) : 0; }
void relax() noexcept { Engine::current()->relax(); }
std::uintptr_t context() noexcept { return Engine::current()->context(); }
void plain_read(const void* object, std::uint32_t size, Site site) noexcept {
  Engine::current()->plain(object, size, false, site);
}
void plain_write(const void* object, std::uint32_t size, Site site) noexcept {
  Engine::current()->plain(object, size, true, site);
}
void plain_forget(const void* object, std::uint32_t size) noexcept { Engine::current()->plain_forget(object, size); }

}  // namespace runtime

}  // namespace explore
