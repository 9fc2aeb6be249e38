// SPDX-License-Identifier: Apache-2.0
#include "protocols/catalogue.hpp"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>
#include <set>

#include "protocols/clock_messages.hpp"
#include "protocols/performance_messages.hpp"
#include "protocols/power_domain_messages.hpp"
#include "scmi/base_messages.hpp"
#include "tests/protocols/golden.hpp"

using namespace scmi;
using catalogue::Kind;
using golden::hex;

namespace {

constexpr Version newest_of_any{0x40000};

MessageHeader header(ProtocolId protocol, std::uint8_t message, MessageType type = MessageType::command) {
  return {MessageId(message), type, protocol, Token(0)};
}

catalogue::ArgumentResult<std::vector<std::byte>> by_name(std::string_view message,
                                                          std::initializer_list<std::string_view> texts,
                                                          Version version = newest_of_any, Kind kind = Kind::command) {
  const catalogue::Entry* entry = catalogue::find(message);
  REQUIRE(entry != nullptr);
  std::vector<catalogue::Argument> arguments;
  for (const std::string_view text : texts) arguments.push_back(catalogue::parse_argument(text).value());
  return catalogue::encode(*entry, kind, arguments, version);
}

std::string sent(std::string_view message, std::initializer_list<std::string_view> texts,
                 Version version = newest_of_any, Kind kind = Kind::command) {
  const auto bytes = by_name(message, texts, version, kind);
  return bytes ? golden::to_text(*bytes) : "error: " + bytes.error().text;
}

catalogue::ArgumentError refused(std::string_view message, std::initializer_list<std::string_view> texts,
                                 Version version = newest_of_any) {
  const auto bytes = by_name(message, texts, version);
  REQUIRE_FALSE(bytes.has_value());
  return bytes.error();
}

bool has(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

using Reason = catalogue::ArgumentError::Reason;

}  // namespace

TEST_CASE("catalogue: every message is found by its number and by its name, and names are unique") {
  std::set<std::string> names;
  for (const catalogue::Entry& entry : catalogue::entries()) {
    CAPTURE(entry.name());
    CHECK(names.insert(entry.name()).second);
    CHECK(catalogue::find(entry.name()) == &entry);
    const Kind kind = entry.is_notification() ? Kind::notification : Kind::command;
    CHECK(catalogue::find(entry.protocol, kind, entry.info->message) == &entry);
    CHECK((catalogue::find(entry.protocol, Kind::response, entry.info->message) == &entry) == !entry.is_notification());
  }
  // Commands and notifications of each protocol, as the specification lists them.
  const std::size_t base = 13 + 1, power = 10 + 2, performance = 14 + 2, clock = 17 + 2, reset = 8 + 1, voltage = 11,
                    powercap = 14 + 2, pin = 12;
  const std::size_t system_power = 7 + 1, sensor = 15 + 2, telemetry = 12 + 1;
  CHECK(names.size() ==
        base + power + performance + clock + reset + voltage + powercap + system_power + sensor + pin + telemetry);
  CHECK(catalogue::find("clock.rate_gets") == nullptr);
  CHECK(catalogue::find("clock") == nullptr);
  CHECK(catalogue::find("") == nullptr);
  CHECK(catalogue::find("clock.protocol_version")->protocol == protocol::clock);
  CHECK(catalogue::find(protocol::clock, Kind::delayed_response, MessageId(0x5)) == catalogue::find("clock.rate_set"));
  CHECK(catalogue::find(protocol::clock, Kind::delayed_response, MessageId(0x6)) == nullptr);
  CHECK(catalogue::find(ProtocolId(0x1A), Kind::command, MessageId(0x0)) == nullptr);
}

TEST_CASE("catalogue: the direction tells a command from its response") {
  CHECK(catalogue::kind_of(MessageType::command, false) == Kind::command);
  CHECK(catalogue::kind_of(MessageType::command, true) == Kind::response);
  CHECK(catalogue::kind_of(MessageType::delayed_response, true) == Kind::delayed_response);
  CHECK(catalogue::kind_of(MessageType::notification, true) == Kind::notification);
  CHECK_FALSE(catalogue::kind_of(MessageType::reserved, true).has_value());
}

TEST_CASE("catalogue: protocols have names, strange ones a number") {
  CHECK(catalogue::protocol_name(protocol::clock) == "clock");
  CHECK(catalogue::protocol_name(protocol::performance) == "perf");
  CHECK(catalogue::protocol_name(protocol::sensor) == "sensor");
  CHECK(catalogue::protocol_name(ProtocolId(0x85)) == "0x85");
  CHECK(catalogue::find_protocol(protocol::base)->newest == base_protocol::newest);
}

TEST_CASE("print: commands, responses, delayed responses and notifications as one line") {
  const auto line = [](MessageHeader h, Kind kind, std::string_view wire) {
    return catalogue::print_message(h, kind, hex(wire), newest_of_any);
  };
  CHECK(line(header(protocol::clock, 0x6), Kind::command, "03 00 00 00") == "clock.rate_get clock_id=3");
  CHECK(line(header(protocol::clock, 0x6), Kind::response, "00 00 00 00  00 ca 9a 3b  01 00 00 00") ==
        "clock.rate_get response SUCCESS rate=5294967296 Hz");
  CHECK(line(header(protocol::clock, 0x6), Kind::response, "fc ff ff ff") == "clock.rate_get response NOT_FOUND(-4)");
  CHECK(line(header(protocol::clock, 0x5), Kind::command, "09 00 00 00  07 00 00 00  05 00 00 00  00 00 00 00") ==
        "clock.rate_set flags=0x9(async round_closest) clock_id=7 rate=5 Hz");
  CHECK(line(header(protocol::clock, 0x5), Kind::delayed_response,
             "00 00 00 00  07 00 00 00  05 00 00 00  00 00 00 00") ==
        "clock.rate_set delayed response SUCCESS clock_id=7 rate=5 Hz");
  CHECK(line(header(protocol::power_domain, 0x0), Kind::notification, "01 00 00 00  02 00 00 00  00 00 00 40") ==
        "power.state_changed agent_id=1 domain_id=2 power_state=0x40000000(OFF)");
  CHECK(line(header(protocol::base, 0x6), Kind::response, "00 00 00 00  02 00 00 00  11 14 00 00") ==
        "base.discover_list_protocols response SUCCESS num_protocols=2 protocols=[0x11, 0x14]");
  CHECK(line(header(protocol::base, 0x1), Kind::response, "00 00 00 00  05 02 00 00") ==
        "base.protocol_attributes response SUCCESS attributes=0x205(num_agents=2 num_protocols=5)");
  CHECK(line(header(protocol::performance, 0x4), Kind::response,
             "00 00 00 00  01 00 02 00  0a 00 00 00  0b 00 00 00  0c 00 00 00  0d 00 00 00  0e 00 00 00") ==
        "perf.describe_levels response SUCCESS num_levels=0x20001(num_levels=1 remaining=2) "
        "levels=[{performance_level=10 power_cost=11 attributes=0xc(transition_latency=12 us) "
        "indicative_freq=13 kHz level_index=14}]");
  CHECK(line(header(protocol::base, 0x3), Kind::response,
             "00 00 00 00  61 22 1b 00  00 00 00 00  00 00 00 00  00 00 00 00") ==
        "base.discover_vendor response SUCCESS vendor_identifier=\"a\\\"\\x1b\"");
}

TEST_CASE("print: what is unknown or malformed is shown as bytes and said to be so") {
  CHECK(catalogue::print_message(header(ProtocolId(0x1A), 0x6), Kind::command, hex("01 02 03 04"), newest_of_any) ==
        "0x1a.0x6 command (unknown), 4 bytes: 01 02 03 04");
  CHECK(catalogue::print_message(header(protocol::clock, 0x6), Kind::response, hex("00 00 00 00 05"), newest_of_any) ==
        "clock.rate_get response (malformed), 5 bytes: 00 00 00 00 05");
  CHECK(catalogue::print_message(header(protocol::clock, 0x6), Kind::command, hex("03 00 00 00 05 06"),
                                 newest_of_any) == "clock.rate_get clock_id=3 (and 2 bytes more)");
}

TEST_CASE("JSON: numbers stay numbers, units end keys, a status is number and name") {
  const auto json = [](MessageHeader h, Kind kind, std::string_view wire) {
    return nlohmann::json::parse(catalogue::message_to_json(h, kind, hex(wire), newest_of_any));
  };
  const auto rate = json(header(protocol::clock, 0x6), Kind::response, "00 00 00 00  01 00 00 00  00 00 00 80");
  CHECK(rate == nlohmann::json::parse(R"({"message":"clock.rate_get","protocol":20,"protocol_name":"clock",
      "message_id":6,"kind":"response","status":0,"status_name":"SUCCESS","fields":{"rate_hz":9223372036854775809}})"));
  const auto refused = json(header(protocol::clock, 0x6), Kind::response, "7f ff ff ff");
  CHECK(refused.at("status") == -129);
  CHECK(refused.at("status_name") == "VENDOR");
  CHECK(refused.at("fields") == nlohmann::json::object());
  const auto set = json(header(protocol::clock, 0x7), Kind::command, "01 00 00 00  01 00 02 00  05 00 00 00");
  CHECK(set.at("fields") == nlohmann::json::parse(R"({"clock_id":1,"attributes":{"raw":131073,"state":1,
      "state_name":"enable","extended_config_type":2,"extended_config_type_name":"phase"},"extended_config_val":5})"));
  const auto flags = json(header(protocol::power_domain, 0x4), Kind::command, "01 00 00 00  02 00 00 00  00 00 00 40");
  CHECK(flags.at("fields") == nlohmann::json::parse(R"({"flags":{"raw":1,"async":true},"domain_id":2,
      "power_state":1073741824,"power_state_name":"OFF"})"));
  const auto rates = json(header(protocol::clock, 0x4), Kind::response,
                          "00 00 00 00  02 00 07 00  01 00 00 00 00 00 00 00  02 00 00 00 00 00 00 00");
  CHECK(rates.at("fields") == nlohmann::json::parse(R"({"num_rates_flags":{"raw":458754,"num_rates":2,"format":0,
      "format_name":"discrete","remaining":7},"rates_hz":[1,2]})"));
  const auto empty = json(header(protocol::base, 0x6), Kind::response, "00 00 00 00  00 00 00 00");
  CHECK(empty.at("fields").at("protocols") == nlohmann::json::array());
  const auto event =
      json(header(protocol::base, 0x0), Kind::notification, "01 00 00 00  01 00 00 80  04 44 04 00  fc ff ff ff");
  CHECK(event.at("fields").at("reports") ==
        nlohmann::json::parse(R"([{"command_header":279556,"command_status":-4,"command_status_name":"NOT_FOUND"}])"));
}

TEST_CASE("JSON: bytes that are no UTF-8, unknown messages and malformed ones still give one valid document") {
  const auto name = nlohmann::json::parse(catalogue::message_to_json(
      header(protocol::base, 0x3), Kind::response,
      hex("00 00 00 00  ff fe 80 41  ff ff ff ff  ff ff ff ff  ff ff ff ff"), newest_of_any));
  CHECK(has(name.at("fields").at("vendor_identifier").get<std::string>(), "A"));
  const auto unknown = nlohmann::json::parse(
      catalogue::message_to_json(header(ProtocolId(0x85), 0x9), Kind::command, hex("01 ff"), newest_of_any));
  CHECK(unknown.at("message").is_null());
  CHECK(unknown.at("malformed") == false);
  CHECK(unknown.at("payload") == nlohmann::json::parse("[1,255]"));
  const auto malformed = nlohmann::json::parse(
      catalogue::message_to_json(header(protocol::clock, 0x6), Kind::command, hex("01 ff"), newest_of_any));
  CHECK(malformed.at("message") == "clock.rate_get");
  CHECK(malformed.at("malformed") == true);
}

TEST_CASE("by name: decimal, hexadecimal, negative, names of values, bits and whole words") {
  CHECK(sent("clock.rate_get", {"clock_id=3"}) == "03 00 00 00");
  CHECK(sent("clock.rate_get", {"clock_id=0xFe"}) == "fe 00 00 00");
  CHECK(sent("base.discover_agent", {"agent_id=-1"}) == "ff ff ff ff");
  CHECK(sent("base.discover_agent", {"agent_id=-2147483648"}) == "00 00 00 80");
  CHECK(sent("power.state_set", {"domain_id=5", "power_state=off"}) == "00 00 00 00  05 00 00 00  00 00 00 40");
  CHECK(sent("power.state_set", {"power_state=7", "flags=0xe", "domain_id=5", "async=true"}) ==
        "0f 00 00 00  05 00 00 00  07 00 00 00");
  const std::string rate_set = "01 00 00 00  09 00 00 00  00 ca 9a 3b  02 00 00 00";
  CHECK(sent("clock.rate_set", {"async=1", "clock_id=9", "rate=9589934592"}) == rate_set);
  CHECK(sent("clock.rate_set", {"flags=1", "clock_id=9", "rate_hz=0x23b9aca00"}) == rate_set);
  CHECK(sent("clock.rate_set", {"flags=1", "clock_id=9", "rate_low=1000000000", "rate_high=2"}) == rate_set);
  CHECK(sent("clock.config_set", {"clock_id=1", "state=keep", "extended_config_type=duty_cycle",
                                  "extended_config_val=50"}) == "01 00 00 00  03 00 01 00  32 00 00 00");
  CHECK(sent("clock.config_set", {"clock_id=1", "attributes=1"}, clock_protocol::version_1_0) ==
        "01 00 00 00  01 00 00 00");
  CHECK(sent("clock.protocol_version", {}) == "");
  CHECK(sent("clock.negotiate_protocol_version", {"version=0x20000"}) == "00 00 02 00");
  CHECK(sent("base.discover_list_protocols", {}) == "00 00 00 00");
}

TEST_CASE("by name: responses and notifications, with lists, records and text") {
  CHECK(sent("base.discover_list_protocols", {"protocols=0x11,20"}, newest_of_any, Kind::response) ==
        "00 00 00 00  02 00 00 00  11 14 00 00");
  CHECK(sent("clock.describe_rates", {"rates=1,2,0x300000004", "format=range"}, newest_of_any, Kind::response) ==
        "00 00 00 00  03 10 00 00  01 00 00 00  00 00 00 00  02 00 00 00  00 00 00 00  04 00 00 00  03 00 00 00");
  CHECK(sent("base.error_event", {"agent_id=1", "reports=0x44404:-4", "fatal=1"}, newest_of_any, Kind::notification) ==
        "01 00 00 00  01 00 00 80  04 44 04 00  fc ff ff ff");
  CHECK(sent("base.discover_vendor", {"vendor_identifier=acme"}, newest_of_any, Kind::response) ==
        "00 00 00 00  61 63 6d 65  00 00 00 00  00 00 00 00  00 00 00 00");
  CHECK(sent("clock.rate_get", {"status=NOT_FOUND"}, newest_of_any, Kind::response) == "fc ff ff ff");
  CHECK(sent("clock.rate_get", {"status=-200"}, newest_of_any, Kind::response) == "38 ff ff ff");
  CHECK(sent("clock.rate_set", {"clock_id=1", "rate=2"}, newest_of_any, Kind::delayed_response) ==
        "00 00 00 00  01 00 00 00  02 00 00 00  00 00 00 00");
}

TEST_CASE("by name: an unknown, missing, repeated or bad field is named, with what would be right") {
  auto error = refused("clock.rate_get", {"clock=3"});
  CHECK(error.reason == Reason::missing_field);
  CHECK(error.field == "clock_id");
  CHECK(error.text == "clock.rate_get: field 'clock_id' is missing; fields: clock_id");

  error = refused("clock.rate_set", {"clock_id=3", "rate=1", "speed=2"});
  CHECK(error.reason == Reason::unknown_field);
  CHECK(error.text ==
        "clock.rate_set: no field 'speed' in version 4.0; fields: flags (async, no_delayed_response, round_up, "
        "round_closest), clock_id, rate_hz");

  error = refused("clock.config_set", {"clock_id=3", "state=1", "extended_config_val=2"}, clock_protocol::version_1_0);
  CHECK(error.reason == Reason::unknown_field);
  CHECK(has(error.text, "'extended_config_val' in version 1.0"));

  CHECK(refused("clock.rate_get", {"clock_id=3", "clock_id=4"}).reason == Reason::duplicate_field);
  CHECK(refused("clock.rate_set", {"clock_id=3", "rate=4", "rate_hz=4"}).reason == Reason::duplicate_field);
  CHECK(refused("clock.config_set", {"clock_id=3"}).field == "attributes");
  CHECK(refused("clock.rate_set", {"clock_id=3"}).field == "rate");

  for (const std::string_view bad :
       {"clock_id=", "clock_id=x", "clock_id=3x", "clock_id=0x", "clock_id=4294967296", "clock_id=--1",
        "clock_id=-2147483649", "clock_id= 3", "clock_id=+3", "clock_id=18446744073709551616"}) {
    CAPTURE(bad);
    error = refused("clock.rate_get", {bad});
    CHECK(error.reason == Reason::bad_value);
    CHECK(has(error.text, "field 'clock_id' cannot be '"));
  }
  CHECK(refused("clock.rate_set", {"clock_id=3", "rate=1", "async=2"}).field == "async");
  CHECK(refused("clock.rate_set", {"clock_id=3", "rate=-1"}).field == "rate");
  CHECK(has(refused("clock.config_set", {"clock_id=3", "state=on"}).text, "disable, enable, keep"));
  CHECK_FALSE(by_name("base.discover_vendor", {"vendor_identifier=sixteen characters"}, newest_of_any, Kind::response)
                  .has_value());
  CHECK_FALSE(
      by_name("base.error_event", {"agent_id=1", "reports=1:2:3"}, newest_of_any, Kind::notification).has_value());
  CHECK_FALSE(by_name("clock.rate_get", {"clock_id=1"}, newest_of_any, Kind::delayed_response).has_value());
  CHECK(catalogue::parse_argument("clock_id").error().reason == Reason::not_a_payload);
  CHECK(catalogue::parse_argument("=3").error().reason == Reason::not_a_payload);
}

TEST_CASE("sensor messages: signed numbers are shown as such, and records have text") {
  const auto reading = header(protocol::sensor, 0x6);
  CHECK(catalogue::print_message(
            reading, Kind::response, hex("00 00 00 00  fe ff ff ff  ff ff ff ff  07 00 00 00  00 00 00 00"),
            newest_of_any) == "sensor.reading_get response SUCCESS readings=[{value=-2 timestamp=7}]");
  const auto json = nlohmann::json::parse(catalogue::message_to_json(header(protocol::sensor, 0x9), Kind::response,
                                                                     hex("00 00 00 00  03 e8 64 00"), newest_of_any));
  CHECK(json.at("fields").at("sensor_config") ==
        nlohmann::json::parse(R"({"raw":6612995,"interval_seconds":100,"interval_exponent":-3,"timestamps":true,
                                  "enabled":true})"));
  CHECK(sent("sensor.config_set", {"sensor_id=1", "interval_seconds=100", "interval_exponent=-3", "enabled=1"}) ==
        "01 00 00 00  01 e8 64 00");
  CHECK(sent("sensor.trip_point_config", {"sensor_id=1", "direction=both", "trip_point_val=-2"}) ==
        "01 00 00 00  03 00 00 00  fe ff ff ff  ff ff ff ff");
  CHECK(sent("sensor.axis_name_get", {"names=2:nose"}, newest_of_any, Kind::response)
            .starts_with("00 00 00 00  01 00 00 00  02 00 00 00  6e 6f 73 65  00 00 00 00"));
  CHECK(sent("sensor.reading_get", {"readings=-1:2,3:4"}, newest_of_any, Kind::response) ==
        "00 00 00 00  ff ff ff ff  ff ff ff ff  02 00 00 00  00 00 00 00  03 00 00 00  00 00 00 00  04 00 00 00  00 00 "
        "00 00");
  CHECK_FALSE(by_name("sensor.reading_get", {"readings=1"}, newest_of_any, Kind::response).has_value());
  CHECK_FALSE(by_name("sensor.reading_get", {"readings=1:2:3"}, newest_of_any, Kind::response).has_value());
  CHECK_FALSE(
      by_name("sensor.axis_name_get", {"names=2:" + std::string(64, 'x')}, newest_of_any, Kind::response).has_value());
}

TEST_CASE("describe: offsets and sizes of a layout, also where versions differ") {
  const auto fields = catalogue::describe(*catalogue::find("clock.attributes"), Kind::response, clock_protocol::newest);
  REQUIRE(fields.size() == 4);
  CHECK(fields[0].key() == "status");
  CHECK(fields[1].parts.size() == 7);
  CHECK(fields[2].offset == 8);
  CHECK(fields[2].size == 16);
  CHECK(fields[3].key() == "clock_enable_delay_us");
  CHECK(fields[3].offset == 24);
  const auto old =
      catalogue::describe(*catalogue::find("clock.attributes"), Kind::response, clock_protocol::version_1_0);
  REQUIRE(old.size() == 3);
  CHECK(old[1].parts.size() == 1);
  const auto levels = catalogue::describe(*catalogue::find("perf.describe_levels"), Kind::response, newest_of_any);
  REQUIRE(levels.back().kind == catalogue::FieldKind::list);
  CHECK(levels.back().parts.size() == 5);
  CHECK(levels.back().parts.back().offset == 16);
  CHECK(catalogue::describe(*catalogue::find("clock.rate_get"), Kind::delayed_response, newest_of_any).empty());
}

TEST_CASE("catalogue: the fields of one payload never share a name, at any version") {
  for (const catalogue::Entry& entry : catalogue::entries()) {
    for (const Kind kind : {Kind::command, Kind::response, Kind::delayed_response, Kind::notification}) {
      for (const std::uint32_t version : {0x10000U, 0x20000U, 0x20001U, 0x30000U, 0x40000U}) {
        CAPTURE(entry.name());
        std::set<std::string> keys;
        for (const catalogue::FieldInfo& field : catalogue::describe(entry, kind, Version(version))) {
          CHECK(keys.insert(field.name).second);
          for (const catalogue::FieldInfo& part : field.parts) {
            if (field.kind == catalogue::FieldKind::word && part.name != field.name) {
              CHECK(keys.insert(part.name).second);
            }
          }
        }
      }
    }
  }
}
