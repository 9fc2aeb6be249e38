// SPDX-License-Identifier: Apache-2.0
// The search: depth-first over schedules by running the program anew (stateless model checking), with dynamic
// partial-order reduction: source sets and sleep sets (Abdulla, Aronis, Jonsson, Sagonas, POPL 2014). See
// docs/explorer.md.
#include <algorithm>

#include "fuzz/explore/engine.hpp"

namespace explore {

namespace {

std::uint8_t lowest(unsigned threads) { return static_cast<std::uint8_t>(__builtin_ctz(threads)); }

}  // namespace

Result Engine::run() {
  Result result;
  replaying_ = !options_.replay.empty();
  if (replaying_ && !parse_schedule(options_.replay, replay_)) {
    result.failure = Result::Failure::misuse;
    result.message = "not a schedule: " + options_.replay;
    return result;
  }
  for (;;) {
    execute_once();
    if (replaying_ && failure_ == Result::Failure::none && steps_.size() < replay_.size()) {
      failure_ = Result::Failure::misuse;
      message_ = "the schedule to replay is longer than this program";
    }
    result.max_depth = std::max(result.max_depth, static_cast<std::uint32_t>(steps_.size()));
    if (failure_ != Result::Failure::none || replaying_) break;
    if (cut_) {
      ++result.cut;
    } else if (draining_) {
      ++result.pruned;
    } else {
      ++result.schedules;
    }
    if (result.cut >= cut_max || result.schedules + result.pruned >= options_.max_schedules) break;
    if (!next_path()) {
      result.complete = result.cut == 0 && options_.preemption_bound < 0;
      break;
    }
  }
  report(result);
  return result;
}

std::uint8_t Engine::pick_thread(std::uint8_t enabled) {
  const std::size_t depth = steps_.size();
  if (replaying_ && depth < replay_.size()) {
    const std::uint8_t thread = replay_[depth].thread;
    if ((enabled & bit(thread)) == 0) {
      failure_ = Result::Failure::misuse;
      message_ = "the schedule to replay does not fit this program";
    }
    return thread;
  }
  if (replaying_ || draining_) return (enabled & bit(running_)) != 0 ? running_ : lowest(enabled);
  if (depth == frames_.size()) push_frame(enabled);
  if (draining_) return lowest(enabled);
  const std::uint8_t chosen = frames_[depth].chosen;
  if ((enabled & bit(chosen)) == 0) {
    failure_ = Result::Failure::misuse;
    message_ = "the program does not repeat itself under one schedule";
  }
  if (!is_local(threads_[chosen].pending)) {
    if (chosen != last_moved_ && (enabled & bit(last_moved_)) != 0) ++preemptions_;
    last_moved_ = chosen;
  }
  return chosen;
}

void Engine::push_frame(std::uint8_t enabled) {
  const bool reduction = reducing();
  Frame frame;
  frame.enabled = enabled;
  for (std::uint8_t i = 0; i <= time_thread; ++i) frame.pending[i] = threads_[i].pending;
  if (reduction && !frames_.empty()) {
    const Frame& before = frames_.back();
    const Step& step = steps_.back();
    for (std::uint8_t i = 0; i <= time_thread; ++i) {
      const bool was_asleep = ((before.asleep | before.done) & bit(i)) != 0;
      if (was_asleep && i != step.thread && !dependent(before.pending[i], step.op)) frame.asleep |= bit(i);
    }
  }
  const auto candidates = static_cast<std::uint8_t>(enabled & ~frame.asleep);
  if (candidates == 0) {
    draining_ = true;
    return;
  }
  frame.chosen = (candidates & bit(running_)) != 0 ? running_ : lowest(candidates);
  bool local = false;
  for (std::uint8_t i = 0; i < time_thread && !local; ++i) {
    if ((candidates & bit(i)) == 0 || !is_local(frame.pending[i])) continue;
    local = true;
    frame.chosen = i;
  }
  frame.backtrack = bit(frame.chosen);
  if (!reduction && !local) {
    const bool bounded = options_.preemption_bound >= 0 && preemptions_ >= options_.preemption_bound &&
                         (enabled & bit(last_moved_)) != 0;
    if (bounded) frame.chosen = last_moved_;
    frame.backtrack = bounded ? bit(last_moved_) : enabled;
  }
  frames_.push_back(frame);
}

// Where steps are kept that can depend on `op`: 0 is for those that are not on one object.
std::size_t Engine::list_of(const Op& op) {
  switch (op.kind) {
    case OpKind::lock:
    case OpKind::unlock: return 2 * std::size_t{op.object} + 1;
    case OpKind::load:
    case OpKind::store:
    case OpKind::modify:
    case OpKind::wait:
    case OpKind::wake: return 2 * std::size_t{op.object} + 2;
    case OpKind::start:
    case OpKind::woken:
    case OpKind::choice:
    case OpKind::now:
    case OpKind::advance:
    case OpKind::relax: break;
  }
  return 0;
}

// Puts the step that was just executed into the order of dependent steps, and wakes whom it wakes. On the way, going
// back from the newest, it meets the steps in race with it: dependent, and ordered before it by nothing else.
void Engine::order_step(bool find_races) {
  const std::size_t last = steps_.size() - 1;
  Step& step = steps_[last];
  if (is_local(step.op)) {
    Clock& own = threads_[step.thread].observer.trace;
    own.at[step.thread] = step.sequence;
    step.trace = own;
    return;
  }
  Clock& trace = threads_[step.thread].observer.trace;
  step.trace = trace;
  trace.at[step.thread] = step.sequence;
  Clock around_unlock = step.trace;
  race_with_.clear();
  // Steps on the same object, and those that are on no object in particular, newest first; for the latter all steps.
  const std::size_t list = list_of(step.op);
  const bool anything = list == 0;
  if (list >= by_object_.size()) by_object_.resize(list + 1);
  const std::vector<std::uint32_t>& same = by_object_[list];
  const std::vector<std::uint32_t>& other = by_object_[0];
  std::size_t same_left = anything ? 0 : same.size();
  std::size_t other_left = other.size();
  for (std::size_t i = last;;) {
    if (anything) {
      if (i == 0) break;
      --i;
    } else {
      if (same_left == 0 && other_left == 0) break;
      const bool from_same = other_left == 0 || (same_left > 0 && same[same_left - 1] > other[other_left - 1]);
      i = from_same ? same[--same_left] : other[--other_left];
    }
    const Step& before = steps_[i];
    if (before.thread == step.thread || !dependent(before.op, step.op)) continue;
    // What comes before a lock by way of the unlock before it could still have come after it.
    const Clock& known = step.op.kind == OpKind::lock ? around_unlock : trace;
    if (before.sequence > known.at[before.thread] && may_be_co_enabled(before.op, step.op)) {
      race_with_.push_back(i);
      around_unlock.join(before.trace);
    }
    trace.join(before.trace);
  }
  step.trace = trace;
  if (!is_local(step.op)) by_object_[list].push_back(static_cast<std::uint32_t>(last));
  if (step.op.writes) memory_.at(step.op.object).stores.back().past = trace;
  if (find_races) {
    for (const std::size_t before : race_with_) add_backtrack(before);
  }
  for (Thread& sleeper : threads_) {
    if (!sleeper.asleep || sleeper.awake) continue;
    const bool woken = step.op.kind == OpKind::wake && step.op.object == sleeper.word;
    const bool timed_out = step.op.kind == OpKind::advance && sleeper.deadline <= now_;
    if (!woken && !timed_out) continue;
    sleeper.awake = true;
    sleeper.observer.trace.join(step.trace);
    if (timed_out) step.remark = "a deadline passes";
  }
}

// The newest step is in race with an earlier one, so it has to be tried first there too. The steps since that do
// not depend on the earlier one, then the newest: any thread that can begin this sequence will do.
void Engine::add_backtrack(std::size_t earlier_number) {
  Frame& frame = frames_[earlier_number];
  const Step& earlier = steps_[earlier_number];
  sequence_.clear();
  unsigned initials = 0;
  unsigned seen = 0;
  for (std::size_t i = earlier_number + 1; i < steps_.size(); ++i) {
    const Step& step = steps_[i];
    const bool newest = i + 1 == steps_.size();
    if (!newest && step.trace.at[earlier.thread] >= earlier.sequence) continue;
    if ((seen & bit(step.thread)) == 0) {
      seen |= bit(step.thread);
      bool first = true;
      for (const std::size_t j : sequence_) {
        if (step.trace.at[steps_[j].thread] >= steps_[j].sequence) first = false;
      }
      if (first) initials |= bit(step.thread);
    }
    sequence_.push_back(i);
  }
  initials &= frame.enabled;
  if (initials != 0 && (initials & (frame.backtrack | frame.asleep)) == 0) frame.backtrack |= bit(lowest(initials));
}

bool Engine::next_path() {
  while (!frames_.empty()) {
    Frame& frame = frames_.back();
    changed_frame_ = frames_.size() - 1;
    if (frame.choice + 1 < frame.choices) {
      ++frame.choice;
      return true;
    }
    frame.done |= bit(frame.chosen);
    const unsigned left = frame.backtrack & ~frame.done & ~frame.asleep & 0xFFU;
    if (left != 0) {
      frame.chosen = lowest(left);
      frame.choice = 0;
      frame.choices = 0;
      return true;
    }
    frames_.pop_back();
  }
  return false;
}

}  // namespace explore
