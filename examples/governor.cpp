// SPDX-License-Identifier: Apache-2.0
//
// A performance governor that follows a load: the lowest level that leaves a fifth of the domain idle. The load comes
// from stdin, a percentage of the level in force on each line, so that anything can feed it.
//
//   governor SOCKET DOMAIN < loads
#include <algorithm>
#include <iostream>
#include <string>

#include "protocols/performance.hpp"
#include "transport/session.hpp"

namespace {

int fail(const char* doing, const scmi::Error& error, const std::string& why = "") {
  std::cerr << doing << ": " << describe(error) << (why.empty() ? "" : ": ") << why << '\n';
  return 1;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::cerr << "usage: governor SOCKET DOMAIN < loads\n";
    return 2;
  }
  std::string why;
  const auto session = scmi::transport::Session::connect(argv[1], {}, &why);
  if (!session) return fail("connecting", session.error(), why);
  const auto perf = scmi::PerformanceDomains::open((*session)->agent());
  if (!perf) return fail("opening the performance protocol", perf.error());
  const auto domain = perf->by_name(argv[2]);
  if (!domain) return fail("finding the domain", domain.error());
  const auto table = perf->levels(*domain);
  if (!table) return fail("asking for the levels", table.error());
  const auto start = perf->level_get(*domain);
  if (!start) return fail("reading the level", start.error());

  const auto& levels = table->levels;  // ascending
  const scmi::PerformanceLevel* now = table->from_wire(*start);
  if (now == nullptr) return fail("reading the level", scmi::Error::local(scmi::LocalError::not_found));
  for (unsigned load = 0; std::cin >> load;) {
    const auto busy_hz = table->frequency_hz(*now) / 100 * std::min(load, 100U);
    const auto fits = [&](const scmi::PerformanceLevel& l) { return table->frequency_hz(l) / 5 * 4 >= busy_hz; };
    const auto found = std::find_if(levels.begin(), levels.end(), fits);
    const scmi::PerformanceLevel& next = found != levels.end() ? *found : levels.back();
    if (next.value != now->value) {
      const auto set = perf->level_set(*domain, table->on_wire(next));
      if (!set) return fail("setting the level", set.error());
    }
    now = &next;
    std::cout << "load " << load << " %: " << table->frequency_hz(*now) / 1'000'000 << " MHz\n";
  }
  return 0;
}
