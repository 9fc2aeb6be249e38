// SPDX-License-Identifier: Apache-2.0
//
// Lists a platform's clocks. The smallest whole program: connect, open a protocol, ask.
//
//   list_clocks SOCKET
#include <cstdio>
#include <string>

#include "protocols/clock.hpp"
#include "transport/session.hpp"

namespace {

int fail(const char* doing, const scmi::Error& error, const std::string& why = "") {
  std::fprintf(stderr, "%s: %s%s%s\n", doing, describe(error).c_str(), why.empty() ? "" : ": ", why.c_str());
  return 1;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: list_clocks SOCKET\n");
    return 2;
  }
  std::string why;
  const auto session = scmi::transport::Session::connect(argv[1], {}, &why);
  if (!session) return fail("connecting", session.error(), why);
  const auto clocks = scmi::Clocks::open((*session)->agent());
  if (!clocks) return fail("opening the clock protocol", clocks.error());
  const auto list = clocks->list();
  if (!list) return fail("listing the clocks", list.error());

  for (const scmi::ClockInfo& clock : *list) {
    const auto rate_hz = clocks->rate_get(clock.id);
    if (!rate_hz) return fail("reading a rate", rate_hz.error());
    std::printf("%3u  %-16s %12llu Hz  %s\n", clock.id.value, clock.name.c_str(),
                static_cast<unsigned long long>(*rate_hz), clock.enabled ? "running" : "stopped");
  }
  return 0;
}
