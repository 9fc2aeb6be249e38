// SPDX-License-Identifier: Apache-2.0
//
// Every OBJECT VERB of the tool: what it takes, and the function that does it. The functions know nothing of the
// command line and nothing of tables or JSON: arguments come in as the words that were typed, the answer goes into a
// Report.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "tool/confirm.hpp"
#include "tool/connection.hpp"
#include "tool/report.hpp"

namespace scmi::tool {

/// What a command works with.
struct Context {
  Connection& connection;
  const Confirm& confirm;
  Report& report;
};

[[nodiscard]] Outcome<void> info(Context& context);

struct PowerArguments {
  std::string domain;  ///< Name or id.
  std::string state;   ///< "on", "off" or a number.
  bool async = false;
};
[[nodiscard]] Outcome<void> power_list(Context& context);
[[nodiscard]] Outcome<void> power_get(Context& context, const PowerArguments& arguments);
[[nodiscard]] Outcome<void> power_set(Context& context, const PowerArguments& arguments);
/// Whether setting that state takes something away.
[[nodiscard]] bool power_set_is_dangerous(const PowerArguments& arguments);

struct ClockArguments {
  std::string clock;           ///< Name or id.
  std::string rate;            ///< "100MHz", "32768".
  std::string round = "down";  ///< "up", "down" or "closest".
  bool async = false;
};
[[nodiscard]] Outcome<void> clock_list(Context& context);
[[nodiscard]] Outcome<void> clock_get(Context& context, const ClockArguments& arguments);
[[nodiscard]] Outcome<void> clock_set(Context& context, const ClockArguments& arguments);
[[nodiscard]] Outcome<void> clock_enable(Context& context, const ClockArguments& arguments);
[[nodiscard]] Outcome<void> clock_disable(Context& context, const ClockArguments& arguments);
[[nodiscard]] Outcome<void> clock_rates(Context& context, const ClockArguments& arguments);

struct PerfArguments {
  std::string domain;  ///< Name or id.
  std::string level;   ///< A level's value, its frequency ("800MHz"), or "@INDEX".
  std::string min;     ///< As `level`; empty: left as it is.
  std::string max;
};
[[nodiscard]] Outcome<void> perf_list(Context& context);
[[nodiscard]] Outcome<void> perf_levels(Context& context, const PerfArguments& arguments);
[[nodiscard]] Outcome<void> perf_get(Context& context, const PerfArguments& arguments);
[[nodiscard]] Outcome<void> perf_set(Context& context, const PerfArguments& arguments);
[[nodiscard]] Outcome<void> perf_limits(Context& context, const PerfArguments& arguments);

struct RawArguments {
  std::vector<std::string> words;  ///< NAME FIELD=VALUE..., or PROTOCOL MESSAGE PAYLOAD...
  bool delayed = false;            ///< Wait for the delayed response as well.
};
[[nodiscard]] Outcome<void> raw(Context& context, const RawArguments& arguments);
/// Whether the message may change something; also true for what we do not know.
[[nodiscard]] bool raw_is_dangerous(const RawArguments& arguments);

}  // namespace scmi::tool
