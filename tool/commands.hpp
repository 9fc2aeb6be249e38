// SPDX-License-Identifier: Apache-2.0
//
// Every object of the tool. Its file has the words it takes, the functions that do the work, and the registration here.
// The functions know nothing of tables or JSON: words come in as they were typed, the answer goes into a Report.
#pragma once

namespace scmi::tool {

class CommandLine;

void add_info(CommandLine& line);
void add_agent(CommandLine& line);
void add_power(CommandLine& line);
void add_perf(CommandLine& line);
void add_clock(CommandLine& line);
void add_reset(CommandLine& line);
void add_voltage(CommandLine& line);
void add_powercap(CommandLine& line);
void add_sensor(CommandLine& line);
void add_system(CommandLine& line);
void add_pin(CommandLine& line);
void add_telemetry(CommandLine& line);
void add_raw(CommandLine& line);
void add_vendor(CommandLine& line);
void add_check(CommandLine& line);

}  // namespace scmi::tool
