// SPDX-License-Identifier: Apache-2.0
#include "tool/watch.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "tool/command_line.hpp"

namespace scmi::tool {

void WatchWords::add_to(Verb& verb) {
  verb.option("--count", "N", count, "stop after so many events")
      .option("--for", "TIME", for_time, "stop after that time, as 10s");
}

Outcome<Watch> Watch::begin(const WatchWords& words) {
  Watch watch;
  if (!words.count.empty()) {
    const auto count = parse_number32(words.count);
    if (!count || *count == 0)
      return misused(fmt::format("--count '{}' is no number of events", printable(words.count)));
    watch.count_ = *count;
  }
  if (!words.for_time.empty()) {
    const auto time = parse_duration(words.for_time);
    if (!time) return misused(fmt::format("--for '{}' is no time", printable(words.for_time)), "say 500ms, 10s, 2m");
    watch.time_ = *time;
  }
  return watch;
}

void Watch::add(Record event) { events_.push_back(std::move(event)); }

Outcome<void> Watch::run(Context& context, std::string key) {
  transport::Session& session = context.connection.session();
  const Instant end = time_ == Duration{} ? never : session.clock().now() + time_;
  std::size_t said = 0;
  const auto enough = [&] { return count_ != 0 && events_.size() >= count_; };
  std::optional<Failure> lost;
  while (!enough() && session.clock().now() < end && !lost) {
    session.agent().wait(end);
    for (; said < events_.size() && (count_ == 0 || said < count_); ++said) context.live(events_[said]);
    if (session.transport().lost()) {
      lost = failed("watching", Error::local(LocalError::platform_lost)).value();
    }
  }
  if (count_ != 0) events_.resize(std::min<std::size_t>(events_.size(), count_));
  context.report.add_events(std::move(key), std::move(events_));
  if (lost) return tl::unexpected(*std::move(lost));
  return {};
}

}  // namespace scmi::tool
