// SPDX-License-Identifier: Apache-2.0
//
// What the conformance run is made of: a case is an id, a section of the specification and a function that tries it;
// its finding says what was asked, what came and what was expected.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "scmi/ids.hpp"

namespace scmi::tool::check {

class Trial;

enum class Verdict : std::uint8_t {
  pass,
  fail,
  warning,  ///< Allowed, or left open by the specification, but agents in the field stumble over it.
  skipped,
};
/// "pass", "fail", "warning", "skipped".
[[nodiscard]] std::string_view name(Verdict verdict) noexcept;

struct Case {
  std::string id;                    ///< "clock.rate_get.invalid_id".
  std::string section;               ///< "DEN0056 CLOCK_RATE_GET".
  ProtocolId protocol;               ///< Skipped when the platform does not list it.
  Version since{0x10000};            ///< Skipped below that version of the protocol.
  std::optional<MessageId> command;  ///< Skipped when MESSAGE_ATTRIBUTES does not know that command.
  bool destructive = false;          ///< May take the system down, or change what cannot be put back.
  std::function<void(Trial&)> run;
};

/// What became of one case.
struct Finding {
  std::string id;
  std::string section;
  bool destructive = false;
  Verdict verdict = Verdict::pass;
  std::string asked;     ///< The last message sent; empty if none was.
  std::string came;      ///< What the platform answered to it.
  std::string expected;  ///< Of failures and warnings: what would have been right.
  std::string reason;    ///< Of skipped cases.
};

using Cases = std::vector<Case>;

/// Every case, protocol by protocol in the order in which they run.
[[nodiscard]] Cases all_cases();

// The parts of all_cases(). The generic ones come from the catalogue, so a protocol that is added there has them.
void add_protocol_cases(Cases& cases, ProtocolId protocol);
void add_command_cases(Cases& cases, ProtocolId protocol);
void add_base_cases(Cases& cases);
void add_power_cases(Cases& cases);
void add_system_power_cases(Cases& cases);
void add_performance_cases(Cases& cases);
void add_clock_cases(Cases& cases);
void add_sensor_cases(Cases& cases);
void add_reset_cases(Cases& cases);
void add_voltage_cases(Cases& cases);
void add_powercap_cases(Cases& cases);
void add_pin_control_cases(Cases& cases);
void add_telemetry_cases(Cases& cases);
/// Judge what came during all cases of the protocol, so they stand last.
void add_closing_cases(Cases& cases, ProtocolId protocol);

/// "DEN0056 CLOCK_RATE_GET" of "clock.rate_get".
[[nodiscard]] std::string section_of(std::string_view message);

}  // namespace scmi::tool::check
