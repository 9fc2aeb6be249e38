// SPDX-License-Identifier: Apache-2.0
//
// Commands that watch: events are said as they come, and are all in the document at the end.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "tool/run.hpp"

namespace scmi::tool {

class Verb;

/// Words of every watching verb.
struct WatchWords {
  std::string count;     ///< Empty: no end.
  std::string for_time;  ///< Empty: no end.

  /// Adds `--count N` and `--for TIME`.
  void add_to(Verb& verb);
};

/// Collects the events of one command until there are enough, or the time is over.
class Watch {
 public:
  /// Failure: usage (words that are no number or no time).
  [[nodiscard]] static Outcome<Watch> begin(const WatchWords& words);

  /// To be called from the subscription's callback.
  void add(Record event);
  /// Runs the agent's dispatcher. Adds a table `key` with the events to the report. Without --json each event is also
  /// a line on stdout as soon as it comes. Failures: those of the connection.
  [[nodiscard]] Outcome<void> run(Context& context, std::string key);

 private:
  Watch() = default;
  std::uint64_t count_ = 0;  ///< 0: no end.
  Duration time_{};          ///< 0: no end.
  std::vector<Record> events_;
};

}  // namespace scmi::tool
