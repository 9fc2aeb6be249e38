// SPDX-License-Identifier: Apache-2.0
#include "tool/command_line.hpp"
#include "tool/commands.hpp"

int main(int argc, char** argv) {
  scmi::tool::CommandLine line;
  scmi::tool::add_info(line);
  scmi::tool::add_agent(line);
  scmi::tool::add_power(line);
  scmi::tool::add_clock(line);
  scmi::tool::add_perf(line);
  scmi::tool::add_reset(line);
  scmi::tool::add_voltage(line);
  scmi::tool::add_powercap(line);
  scmi::tool::add_sensor(line);
  scmi::tool::add_system(line);
  scmi::tool::add_pin(line);
  scmi::tool::add_telemetry(line);
  scmi::tool::add_raw(line);
  scmi::tool::add_vendor(line);
  scmi::tool::add_check(line);
  return line.run(argc, argv);
}
