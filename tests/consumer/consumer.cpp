// SPDX-License-Identifier: Apache-2.0
//
// A program outside the project: compiled against an installed tree with nothing but pkg-config's answer. Takes
// something to link from each public layer, and prints the version.
#include <cstdio>

#include "protocols/catalogue.hpp"
#include "scmi/result.hpp"
#include "scmi/version.hpp"
#include "transport/system_time.hpp"

int main() {
  const scmi::Error error = scmi::Error::local(scmi::LocalError::timed_out);
  const bool core = scmi::describe(error) == "timed_out";
  const bool protocols = scmi::catalogue::protocol_name(scmi::protocol::clock) == "clock";
  const bool transport = scmi::transport::SystemTime().now() > scmi::Instant{};
  std::printf("%.*s\n", static_cast<int>(scmi::library_version().size()), scmi::library_version().data());
  return core && protocols && transport ? 0 : 1;
}
