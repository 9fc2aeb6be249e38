// SPDX-License-Identifier: Apache-2.0
//
// Vendor protocols through the tool: what is listed, sent by name, shown in the trace, and refused elsewhere.
#include <doctest/doctest.h>

#include "tests/tool/tool_runner.hpp"

namespace scmi::tool::test {
TEST_CASE("vendor list: which vendor protocols the platform has, and which of them we know") {
  const ImxPlatform platform;
  const Json list = platform.json({"vendor", "list"});
  CHECK(list.at("vendor") == "NXP");
  CHECK(list.at("sub_vendor") == "IMX");
  REQUIRE(list.at("vendor_protocols").size() == 5);
  const Json& misc = list.at("vendor_protocols").at(4);
  CHECK(misc == Json({{"id", 0x84}, {"known", true}, {"name", "imx_misc"}, {"version", "1.1"}}));
  CHECK(JunoPlatform().json({"vendor", "list"}).at("vendor_protocols").empty());
}

TEST_CASE("raw: a vendor's message by name, with named fields, read by the catalogue, and in the trace") {
  const ImxPlatform platform;
  const Json got = platform.json({"raw", "imx_misc.control_get", "control_id=3"});
  CHECK(got.at("request").at("protocol_id") == 0x84);
  CHECK(got.at("response").at("status_name") == "SUCCESS");
  CHECK(got.at("response").at("fields").at("values") == Json({3}));
  CHECK(platform.json({"raw", "imx_misc", "0x4", "control_id=3"}).at("response") == got.at("response"));
  CHECK(platform.json({"raw", "0x84", "0x4", "0x3", "-y"}).at("response") == got.at("response"));
  const Json set = platform.json({"raw", "imx_misc.control_set", "control_id=3", "values=7,0x9", "-y"});
  CHECK(set.at("response").at("status_name") == "SUCCESS");
  const Json own = platform.json({"raw", "imx_lmm.attributes", "lm_id=-1"});
  CHECK(own.at("response").at("fields").at("name") == "AP");
  CHECK(own.at("response").at("fields").at("state_name") == "ON");
  const Ran traced = platform.tool({"--trace", "raw", "imx_bbm.gpr_get", "index=2"});
  CHECK(traced.err.find("imx_bbm.gpr_get index=2") != std::string::npos);
  CHECK(traced.err.find("imx_bbm.gpr_get response SUCCESS value=0x0") != std::string::npos);
  CHECK(platform.tool({"raw", "imx_misc.control_set", "control_id=3", "values=7"}).code == 2);  // Asks first.
  const Json info = platform.json({"info"});
  CHECK(info.at("protocols").back().at("name") == "imx_misc");
}

TEST_CASE("raw: another vendor's platform is not sent a message that it would take for something else") {
  const JunoPlatform juno;
  const Ran refused = juno.tool({"raw", "imx_misc.control_get", "control_id=3"});
  CHECK(refused.code == 4);
  CHECK(refused.err.find("not a message of this platform's vendor") != std::string::npos);
  const Ran unknown = juno.tool({"raw", "imx_misc.nothing"});
  CHECK(unknown.code == 2);
}

TEST_CASE("pin: lists, settings and functions by name, of pins and of groups") {
  const ImxPlatform platform;
  const Json pins = platform.json({"pin", "list"});
  REQUIRE(pins.at("pins").size() == 5);
  CHECK(pins.at("pins").at(4) == Json({{"id", 4}, {"name", "gpio_led_of_the_board"}, {"function_id", nullptr}}));
  const Json groups = platform.json({"pin", "groups"});
  CHECK(groups.at("groups").at(1) == Json({{"id", 1}, {"name", "i2c1"}, {"pins", {2, 3}}}));
  const Json functions = platform.json({"pin", "functions"});
  CHECK(functions.at("functions").at(2) ==
        Json({{"id", 2}, {"name", "gpio"}, {"members", "pins"}, {"gpio", true}, {"member_ids", {0, 1, 2, 3, 4}}}));
  const Json set = platform.json({"pin", "set", "uart1_tx", "drive_strength=8", "192=0x5", "-y"});
  CHECK(set.at("settings").size() == 5);
  CHECK(set.at("settings").at(1) == Json({{"type", 10}, {"name", "drive_strength"}, {"value", 8}}));
  CHECK(set.at("settings").at(3) == Json({{"type", 192}, {"name", "192"}, {"value", 5}}));
  const Json muxed = platform.json({"pin", "mux", "uart1", "lpuart1", "--group", "-y"});
  CHECK(muxed.at("kind") == "group");
  CHECK(muxed.at("function") == "lpuart1");
  CHECK(platform.json({"pin", "mux", "uart1", "none", "--group", "-y"}).at("function_id").is_null());
  CHECK(platform.json({"pin", "get", "4"}).at("name") == "gpio_led_of_the_board");
  CHECK(platform.json({"pin", "request", "i2c1", "--group"}).at("requested") == true);
  CHECK(platform.json({"pin", "release", "i2c1_scl"}).at("requested") == false);
  CHECK(platform.tool({"pin", "set", "uart1_tx", "no_such=1", "-y"}).code == 2);
  CHECK(platform.tool({"pin", "set", "uart1_tx", "drive_strength=8"}).code == 2);      // Asks first.
  CHECK(platform.tool({"pin", "set", "uart1_tx", "output_value=1", "-y"}).code == 1);  // It has no such setting.
  CHECK(platform.tool({"pin", "mux", "uart1_tx", "lpuart1", "-y"}).code == 1);         // A function of groups.
  CHECK(platform.tool({"pin", "get", "nothing"}).code == 2);
}

}  // namespace scmi::tool::test
