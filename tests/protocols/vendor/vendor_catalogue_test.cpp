// SPDX-License-Identifier: Apache-2.0
//
// Vendor protocols by key: who is chosen, what is refused, and that a program's own messages are printed, written as
// JSON and made from words as the standard ones are.
#include "protocols/vendor_catalogue.hpp"

#include <doctest/doctest.h>

#include "protocols/vendor/imx/imx_catalogue.hpp"
#include "protocols/vendor/imx/lmm.hpp"
#include "tests/protocols/scripted_platform.hpp"

using namespace scmi;
using catalogue::Kind;

namespace {

constexpr ProtocolId acme_id{0x85};

/// A protocol that uses number 0x10 for something of its own, as one vendor does.
struct SetParameter {
  static constexpr MessageInfo info{acme_id, MessageId(0x10), "acme.set_parameter"};

  std::uint32_t parameter = 0;
  std::vector<std::uint32_t> values;

  struct Reply {
    std::uint64_t energy = 0;

    template <class Self, class V>
    static constexpr void fields(Self& m, V& v) {
      v.u64("energy", m.energy);
    }
    bool operator==(const Reply&) const = default;
  };

  template <class Self, class V>
  static constexpr void fields(Self& m, V& v) {
    v.u32("parameter", m.parameter);
    v.count("num_values", m.values);
    v.list("values", m.values);
  }
  bool operator==(const SetParameter&) const = default;
};
struct Alarm {
  static constexpr MessageInfo info{acme_id, MessageId(0x0), "acme.alarm", Version(0x10000), MessageType::notification};
  std::uint32_t level = 0;

  template <class Self, class V>
  static constexpr void fields(Self& m, V& v) {
    v.u32("level", m.level);
  }
  bool operator==(const Alarm&) const = default;
};

catalogue::VendorProtocol acme() {
  return catalogue::vendor_protocol<SetParameter, Alarm>(acme_id, "acme", Version(0x20000));
}

/// What find() says when each key's value is its own number.
int chosen(const VendorTable<int>& table, const PlatformIdentity& platform) {
  const auto* const item = table.find(acme_id, platform);
  return item == nullptr ? 0 : item->value;
}

}  // namespace

TEST_CASE("vendor table: everything equal, then any version, then any sub-vendor") {
  VendorTable<int> table;
  REQUIRE(table.add({acme_id, "ACME"}, 1));
  REQUIRE(table.add({acme_id, "ACME", "Road"}, 2));
  REQUIRE(table.add({acme_id, "ACME", "Road", 7}, 3));
  REQUIRE(table.add({acme_id, "ACME", "", 9}, 4));
  REQUIRE(table.add({ProtocolId(0x86), "ACME", "Road", 7}, 5));
  REQUIRE(table.add({acme_id, "Other"}, 6));
  CHECK(chosen(table, {"ACME", "Road", 7}) == 3);
  CHECK(chosen(table, {"acme", "rOAD", 7}) == 3);
  CHECK(chosen(table, {"ACME", "Road", 8}) == 2);
  CHECK(chosen(table, {"ACME", "Runner", 7}) == 1);
  CHECK(chosen(table, {"ACME", "", 3}) == 1);
  CHECK(chosen(table, {"ACME", "", 9}) == 4);
  CHECK(chosen(table, {"ACME", "Road", 9}) == 2);  // A version counts only with its sub-vendor.
  CHECK(chosen(table, {"Other", "Road", 7}) == 6);
  CHECK(chosen(table, {"ACM", "Road", 7}) == 0);
  CHECK(chosen(table, {"", "", 0}) == 0);
}

TEST_CASE("vendor table: a key twice is refused, whatever its capitals; so are keys that no platform can have") {
  VendorTable<int> table;
  REQUIRE(table.add({acme_id, "ACME", "Road", 7}, 1));
  CHECK(table.add({acme_id, "acme", "ROAD", 7}, 2).error().is(LocalError::ambiguous));
  CHECK(table.add({acme_id, "ACME", "Road", 7}, 2).error().context.protocol == 0x85);
  CHECK(table.add({acme_id, "ACME", "Road", 8}, 2));
  CHECK(table.add({acme_id, "ACME", "", 7}, 2));
  CHECK(table.add({ProtocolId(0x7F), "ACME"}, 2).error().is(LocalError::invalid_argument));
  CHECK(table.add({acme_id, ""}, 2).error().is(LocalError::invalid_argument));
  CHECK(table.add({acme_id, "sixteen_letters_"}, 2).error().is(LocalError::invalid_argument));
  CHECK(table.add({acme_id, "fifteen_letters", "sixteen_letters_"}, 2).error().is(LocalError::invalid_argument));
  CHECK(table.add({acme_id, "fifteen_letters", "fifteen_letters"}, 2));
  CHECK(table.items().size() == 4);
}

TEST_CASE("vendor catalogue: a program's own protocol reads as any other") {
  catalogue::VendorProtocols known;
  REQUIRE(known.add(acme(), "ACME"));
  const catalogue::Catalogue all(known, {"ACME", "", 1});

  const catalogue::Entry* set = all.find("acme.set_parameter");
  REQUIRE(set != nullptr);
  CHECK(all.find(acme_id, Kind::response, MessageId(0x10)) == set);
  CHECK(all.find("acme.negotiate_protocol_version") == nullptr);  // The vendor uses its number.
  REQUIRE(all.find("acme.protocol_version") != nullptr);
  CHECK(all.find("clock.rate_set") == catalogue::find("clock.rate_set"));
  CHECK(all.find_protocol(acme_id)->newest == Version(0x20000));
  CHECK(all.find_protocol("acme")->id == acme_id);
  CHECK(all.find_protocol("clock")->id == protocol::clock);
  CHECK(all.find_protocol("none") == nullptr);
  CHECK(all.protocol_name(acme_id) == "acme");
  CHECK(all.protocol_name(ProtocolId(0x86)) == "0x86");

  const std::array<catalogue::Argument, 2> words{{{"parameter", "3"}, {"values", "17,0x12"}}};
  const auto payload = catalogue::encode(*set, Kind::command, words, Version(0x20000));
  REQUIRE(payload);
  CHECK(scripted::words_of(*payload) == scripted::Words{3, 2, 17, 18});
  const MessageHeader header{MessageId(0x10), MessageType::command, acme_id, Token(0)};
  CHECK(all.print_message(header, Kind::command, *payload, Version(0x20000)) ==
        "acme.set_parameter parameter=3 num_values=2 values=[17, 18]");
  CHECK(all.message_to_json(header, Kind::command, *payload, Version(0x20000)) ==
        R"({"message":"acme.set_parameter","protocol":133,"protocol_name":"acme","message_id":16,"kind":"command",)"
        R"("fields":{"parameter":3,"num_values":2,"values":[17,18]}})");

  const MessageHeader event{MessageId(0x0), MessageType::notification, acme_id, Token(0)};
  CHECK(all.print_message(event, Kind::notification, scripted::bytes_of({5}), Version(0x20000)) ==
        "acme.alarm level=5");
  const MessageHeader unknown{MessageId(0x77), MessageType::command, acme_id, Token(0)};
  CHECK(all.print_message(unknown, Kind::command, {}, Version(0x20000)) == "acme.0x77 command (unknown), 0 bytes:");
}

TEST_CASE("vendor catalogue: without the right vendor the same bytes mean nothing") {
  catalogue::VendorProtocols known;
  REQUIRE(known.add(acme(), "ACME", "Road", 7));
  for (const catalogue::Catalogue& none : {catalogue::Catalogue(), catalogue::Catalogue(known, {"NXP", "IMX", 7}),
                                           catalogue::Catalogue(known, {"ACME", "Road", 8})}) {
    CHECK(none.find("acme.set_parameter") == nullptr);
    CHECK(none.find_protocol(acme_id) == nullptr);
    CHECK(none.vendor_protocols().empty());
    const MessageHeader header{MessageId(0x10), MessageType::command, acme_id, Token(0)};
    CHECK(none.print_message(header, Kind::command, {}, Version(0x10000)) ==
          catalogue::print_message(header, Kind::command, {}, Version(0x10000)));
  }
}

TEST_CASE(
    "vendor catalogue: adding the i.MX protocols twice is refused; they do not disturb another vendor's numbers") {
  catalogue::VendorProtocols known;
  REQUIRE(imx::add_to(known));
  CHECK(imx::add_to(known).error().is(LocalError::ambiguous));
  REQUIRE(known.add(catalogue::vendor_protocol<>(ProtocolId(0x80), "other", Version(0x10000)), "Qualcomm"));
  CHECK(catalogue::Catalogue(known, {"nxp", "imx", 5}).protocol_name(ProtocolId(0x80)) == "imx_lmm");
  CHECK(catalogue::Catalogue(known, {"nxp", "imx", 5}).vendor_protocols().size() == 5);
  CHECK(catalogue::Catalogue(known, {"Qualcomm", "", 5}).protocol_name(ProtocolId(0x80)) == "other");
}

TEST_CASE("vendor protocols: any number can be sent without knowing it, listed or not") {
  scripted::Platform p;
  p.on(0x85, 0x10, {0, 0x11, 0x22});
  const ProtocolLink link = p.agent().raw_link(acme_id);
  std::array<std::byte, 16> reply{};
  const auto size = link.transact(MessageId(0x10), scripted::bytes_of({3, 0}), reply);
  REQUIRE(size);
  CHECK(scripted::words_of(std::span(reply).first(*size)) == scripted::Words{0, 0x11, 0x22});
  const auto typed = call(link, SetParameter{.parameter = 3, .values = {}});
  REQUIRE(typed);
  CHECK(typed->energy == 0x22'0000'0011);
  std::vector<std::uint32_t> heard;
  const Subscription subscription =
      link.subscribe(MessageId(0x0), [&](std::span<const std::byte> payload) { heard = scripted::words_of(payload); });
  p.notify(0x85, 0x0, {5});
  CHECK(heard == scripted::Words{5});
}
