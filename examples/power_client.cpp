// SPDX-License-Identifier: Apache-2.0
//
// A client of one power domain: a deadline on each call, a notification when the state has changed, and a call that is
// cancelled because nobody wants its answer any more.
//
//   power_client SOCKET DOMAIN
#include <cstdio>
#include <string>

#include "protocols/power_domain.hpp"
#include "transport/session.hpp"

using namespace std::chrono_literals;
namespace power = scmi::power_domain_protocol;

namespace {

int fail(const char* doing, const scmi::Error& error, const std::string& why = "") {
  std::fprintf(stderr, "%s: %s%s%s\n", doing, describe(error).c_str(), why.empty() ? "" : ": ", why.c_str());
  return 1;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fprintf(stderr, "usage: power_client SOCKET DOMAIN\n");
    return 2;
  }
  std::string why;
  const auto session = scmi::transport::Session::connect(argv[1], {}, &why);
  if (!session) return fail("connecting", session.error(), why);
  const auto domains = scmi::PowerDomains::open((*session)->agent());
  if (!domains) return fail("opening the power domain protocol", domains.error());
  const scmi::CallOptions soon{.timeout = 500ms};
  const auto domain = domains->by_name(argv[2], soon);
  if (!domain) return fail("finding the domain", domain.error());

  std::uint32_t seen = ~0U;  // Callbacks run inside wait() below, so no lock is needed.
  const auto watch = domains->watch_state(*domain, [&](const power::StateChanged& e) { seen = e.power_state; }, soon);
  if (!watch) return fail("watching the domain", watch.error());
  for (const std::uint32_t state : {power::state_off, power::state_on}) {
    const auto set = domains->state_set(*domain, state, scmi::SetMode::async, soon);
    if (!set) return fail("setting the state", set.error());
    const scmi::Instant deadline = (*session)->clock().now() + 5s;
    while (seen != state && (*session)->clock().now() < deadline) (*session)->agent().wait(deadline);
    if (seen != state) return fail("waiting", scmi::Error::local(scmi::LocalError::timed_out));
    std::printf("%s is %s\n", argv[2], state == power::state_on ? "on" : "off");
  }

  auto question = scmi::start(domains->link(), power::StateGet{*domain}, {.timeout = 500ms});
  if (!question) return fail("asking", question.error());
  std::printf(question->cancel() ? "the last question was taken back\n" : "the last question was answered already\n");
  return 0;
}
