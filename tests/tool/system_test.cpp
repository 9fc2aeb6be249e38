// SPDX-License-Identifier: Apache-2.0
//
// `scmi-tool system` against the Juno platform, whose second agent acts for the operating system.
#include "tests/tool/tool_runner.hpp"

namespace scmi::tool::test {

TEST_CASE("tool: system get tells what the agent may do") {
  const JunoPlatform juno;
  const Json os = juno.json({"system", "get"});
  CHECK(os["state"] == 3);
  CHECK(os["state_name"] == "POWER_UP");
  CHECK(os["warm_reset"] == true);
  CHECK(os["notify"] == true);
  const Json psci = juno.json({"system", "get", "--agent", "PSCI"});
  CHECK(psci["state"].is_null());
  CHECK(psci["notify"] == false);
  CHECK(juno.tool({"system", "get"}).out.find("state       POWER_UP (0x3)\n") == 0);
}

TEST_CASE("tool: system set asks first, and names what it cannot do") {
  const JunoPlatform juno;
  CHECK(juno.tool({"system", "set", "shutdown"}).code == 2);
  CHECK(juno.json({"system", "set", "sideways", "-y"}, 2)["error"]["message"] == "'sideways' is no state of a system");
  CHECK(juno.json({"system", "set", "shutdown", "-y"}, 1)["error"]["status_name"] == "NOT_SUPPORTED");
  const Json done = juno.json({"system", "set", "cold-reset", "-y", "--agent", "PSCI"});
  CHECK(done["requested_state"] == 1);
  CHECK(done["requested_state_name"] == "COLD_RESET");
  CHECK(done["graceful"] == false);
  CHECK(juno.json({"system", "set", "0x80000000", "-y", "--agent", "PSCI"}, 1)["error"]["status_name"] ==
        "INVALID_PARAMETERS");
}

TEST_CASE("tool: system watch shows requests as they come, and all of them in the document") {
  const JunoPlatform juno;
  ChildProcess watching(tool_words({"--connect", juno.spec(), "system", "watch", "--count", "2", "--trace"}));
  // Told over the trace that the platform has agreed, so that nothing is missed and nothing is waited for.
  while (watching.err().line().find("system.power_state_notify response SUCCESS") == std::string::npos) {
  }
  CHECK(juno.json({"system", "set", "shutdown", "--graceful", "-y", "--agent", "PSCI"})["graceful"] == true);
  CHECK(watching.out().line() == "agent_id=2 state=SHUTDOWN graceful=yes timeout=10 s");
  CHECK(juno.json({"system", "set", "shutdown", "-y", "--agent", "PSCI"})["graceful"] == false);
  CHECK(watching.out().line() == "agent_id=2 state=SHUTDOWN graceful=no timeout=-");
  CHECK(watching.wait() == 0);

  const Json none = juno.json({"system", "watch", "--for", "1ms"});
  CHECK(none["events"] == Json::array());
  CHECK(juno.json({"system", "watch", "--count", "0"}, 2)["error"]["kind"] == "usage");
  CHECK(juno.json({"system", "watch", "--for", "soon"}, 2)["error"]["kind"] == "usage");
  CHECK(juno.json({"system", "watch", "--agent", "PSCI"}, 4)["error"]["local_name"] == "unsupported");
}

}  // namespace scmi::tool::test
