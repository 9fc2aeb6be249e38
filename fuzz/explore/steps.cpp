// SPDX-License-Identifier: Apache-2.0
// Dependence of steps and their text forms, see steps.hpp.
#include "fuzz/explore/steps.hpp"

#include <cstring>

namespace explore {

namespace {

bool is_memory(OpKind kind) {
  return kind == OpKind::load || kind == OpKind::store || kind == OpKind::modify || kind == OpKind::wait;
}

bool is_mutex(OpKind kind) { return kind == OpKind::lock || kind == OpKind::unlock; }

// `a` is the clock's step. A wake and a deadline compete for the same sleeper.
bool depends_on_time(const Op& b) {
  return b.kind == OpKind::now || b.kind == OpKind::advance || b.kind == OpKind::wake || b.timed;
}

bool relax_depends(const Op& relax, const Op& b) { return b.writes && (relax.mask >> (b.object % 64U) & 1U) != 0; }

}  // namespace

bool dependent(const Op& a, const Op& b) {
  if (is_local(a) || is_local(b)) return false;
  if (a.kind == OpKind::advance) return depends_on_time(b);
  if (b.kind == OpKind::advance) return depends_on_time(a);
  if (a.kind == OpKind::relax) return relax_depends(a, b);
  if (b.kind == OpKind::relax) return relax_depends(b, a);
  if (a.kind == OpKind::now || b.kind == OpKind::now) return false;
  if (a.object != b.object) return false;
  if (is_mutex(a.kind) || is_mutex(b.kind)) return is_mutex(a.kind) && is_mutex(b.kind);
  if (a.kind == OpKind::wake || b.kind == OpKind::wake) {
    const OpKind other = a.kind == OpKind::wake ? b.kind : a.kind;
    return other == OpKind::wake || other == OpKind::wait;
  }
  return is_memory(a.kind) && is_memory(b.kind) && (a.writes || b.writes || (a.sequential && b.sequential));
}

bool may_be_co_enabled(const Op& a, const Op& b) {
  return !(is_mutex(a.kind) && is_mutex(b.kind) && (a.kind == OpKind::unlock || b.kind == OpKind::unlock));
}

std::string schedule_text(const std::vector<Step>& steps) {
  std::string text;
  for (const Step& step : steps) {
    text += step.thread == time_thread ? 't' : static_cast<char>('a' + step.thread);
    if (step.choice != 0) text += std::to_string(step.choice);
  }
  return text;
}

bool parse_schedule(const std::string& text, std::vector<ScheduleEntry>& out) {
  for (const char c : text) {
    if (c == 't') {
      out.push_back({.thread = time_thread});
    } else if (c >= 'a' && c < 'a' + time_thread) {
      out.push_back({.thread = static_cast<std::uint8_t>(c - 'a')});
    } else if (c >= '0' && c <= '9' && !out.empty()) {
      out.back().choice = static_cast<std::uint16_t>(out.back().choice * 10 + (c - '0'));
    } else {
      return false;
    }
  }
  return true;
}

const char* order_name(std::memory_order order) {
  switch (order) {
    case std::memory_order_relaxed: return "relaxed";
    case std::memory_order_consume: return "consume";
    case std::memory_order_acquire: return "acquire";
    case std::memory_order_release: return "release";
    case std::memory_order_acq_rel: return "acq_rel";
    case std::memory_order_seq_cst: break;
  }
  return "seq_cst";
}

std::string site_text(runtime::Site site) {
  if (site.line == 0) return "";
  const char* const slash = std::strrchr(site.file, '/');
  return std::string(slash != nullptr ? slash + 1 : site.file) + ":" + std::to_string(site.line) + " " + site.function;
}

}  // namespace explore
