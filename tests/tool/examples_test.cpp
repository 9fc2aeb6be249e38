// SPDX-License-Identifier: Apache-2.0
//
// The examples do what they say, against the real platform, and fail with a word where there is none.
#include "tests/tool/tool_runner.hpp"

namespace scmi::tool::test {
namespace {

const std::string folder = SCMI_EXAMPLES_DIR "/";

Ran run_example(const std::string& name, Words words, int input = -1) {
  words.insert(words.begin(), folder + name);
  ChildProcess example(std::move(words), input);
  return finish(example);
}

}  // namespace

TEST_CASE("example: the clocks are listed with their rates") {
  const JunoPlatform juno;
  const Ran ran = run_example("list_clocks", {juno.socket});
  CHECK(ran.code == 0);
  CHECK(ran.err.empty());
  CHECK(ran.out.find("  0  I2SCLK                2304000 Hz  stopped\n") != std::string::npos);
  CHECK(std::count(ran.out.begin(), ran.out.end(), '\n') == 8);
}

TEST_CASE("example: the governor follows the load up and down, and the platform with it") {
  const JunoPlatform juno;
  const std::string loads = juno.folder.write("loads", "50\n100\n100\n60\n10\n");
  const int input = ::open(loads.c_str(), O_RDONLY | O_CLOEXEC);
  const Ran ran = run_example("governor", {juno.spec(), "BIG"}, input);
  ::close(input);
  CHECK(ran.code == 0);
  CHECK(ran.out ==
        "load 50 %: 1000 MHz\n"
        "load 100 %: 1200 MHz\n"
        "load 100 %: 1200 MHz\n"
        "load 60 %: 1000 MHz\n"
        "load 10 %: 600 MHz\n");
}

TEST_CASE("example: the power client sees its changes and takes a question back") {
  const JunoPlatform juno;
  const Ran ran = run_example("power_client", {juno.socket, "GPUTOP"});
  CHECK(ran.code == 0);
  CHECK(ran.err.empty());
  CHECK(ran.out.starts_with("GPUTOP is off\nGPUTOP is on\nthe last question was "));
}

TEST_CASE("example: a program brings its own description of a vendor's message, and is told where it means nothing") {
  const ImxPlatform imx;
  const Ran ran = run_example("vendor_protocol", {imx.socket});
  CHECK(ran.code == 0);
  CHECK(ran.err.empty());
  CHECK(ran.out.starts_with("mine.register_get is answered with 0x"));
  const JunoPlatform juno;
  const Ran elsewhere = run_example("vendor_protocol", {juno.socket});
  CHECK(elsewhere.code == 1);
  CHECK(elsewhere.err == "looking: this platform is no NXP\n");
}

TEST_CASE("example: without a platform each says so") {
  for (const char* name : {"list_clocks", "governor", "power_client"}) {
    CAPTURE(name);
    Words words{"/nonexistent/socket"};
    if (std::string(name) != "list_clocks") words.emplace_back("BIG");
    const Ran ran = run_example(name, words);
    CHECK(ran.code == 1);
    CHECK(ran.err.starts_with("connecting: "));
    CHECK(run_example(name, {}).code == 2);
  }
}

}  // namespace scmi::tool::test
