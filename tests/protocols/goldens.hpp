// SPDX-License-Identifier: Apache-2.0
//
// The collection of golden messages: each pairs a struct with the bytes, header included, that a person derived from
// the specification's tables. Adding one checks it in both directions, and that no two words of its payload are alike,
// so that two swapped fields cannot go unseen. The rows are kept for the tests that damage them.
#pragma once

#include <algorithm>
#include <type_traits>

#include "protocols/catalogue.hpp"
#include "scmi/common_messages.hpp"
#include "tests/protocols/golden.hpp"

namespace golden {

struct Row {
  const scmi::MessageInfo* info = nullptr;
  scmi::ProtocolId protocol;
  scmi::catalogue::Kind kind{};
  scmi::Version version;
  Bytes payload;
};

class Goldens {
 public:
  template <class C>
  void command(const C& message, scmi::Version version, std::string_view wire) {
    const Bytes payload = without_header(wire, C::info, scmi::MessageType::command);
    both_ways(message, version, to_text(payload));
    keep<C>(scmi::catalogue::Kind::command, version, payload);
  }
  template <class C>
  void response(const typename C::Reply& message, scmi::Version version, std::string_view wire) {
    const Bytes payload = without_header(wire, C::info, scmi::MessageType::command);
    reply_both_ways(message, version, to_text(payload));
    keep<C>(scmi::catalogue::Kind::response, version, payload);
  }
  template <class C>
  void delayed_response(const typename C::Complete& message, scmi::Version version, std::string_view wire) {
    const Bytes payload = without_header(wire, C::info, scmi::MessageType::delayed_response);
    reply_both_ways(message, version, to_text(payload));
    keep<C>(scmi::catalogue::Kind::delayed_response, version, payload);
  }
  template <class N>
  void notification(const N& message, scmi::Version version, std::string_view wire) {
    const Bytes payload = without_header(wire, N::info, scmi::MessageType::notification);
    both_ways(message, version, to_text(payload));
    keep<N>(scmi::catalogue::Kind::notification, version, payload);
  }

  [[nodiscard]] const std::vector<Row>& rows() const { return rows_; }

 private:
  [[nodiscard]] static std::uint32_t word_at(const Bytes& bytes, std::size_t offset) {
    std::uint32_t word = 0;
    for (std::size_t i = 0; i < 4; ++i) word |= std::to_integer<std::uint32_t>(bytes.at(offset + i)) << (8 * i);
    return word;
  }

  Bytes without_header(std::string_view wire, const scmi::MessageInfo& info, scmi::MessageType type) {
    CAPTURE(info.name);
    Bytes bytes = hex(wire);
    REQUIRE(bytes.size() >= 4);
    const auto header = scmi::MessageHeader::unpack(word_at(bytes, 0));
    CHECK(header.message == info.message);
    CHECK(header.type == type);
    CHECK(header.token == scmi::Token(0));
    if (info.protocol != scmi::ProtocolId{}) CHECK(header.protocol == info.protocol);
    protocol_ = header.protocol;
    bytes.erase(bytes.begin(), bytes.begin() + 4);

    REQUIRE(bytes.size() % 4 == 0);
    std::vector<std::uint32_t> words;
    for (std::size_t i = 0; i < bytes.size(); i += 4) words.push_back(word_at(bytes, i));
    std::ranges::sort(words);
    CHECK_MESSAGE(std::ranges::adjacent_find(words) == words.end(), "two words of this golden message are alike");
    return bytes;
  }

  template <class M>
  void keep(scmi::catalogue::Kind kind, scmi::Version version, const Bytes& payload) {
    CHECK(version >= M::info.since);
    rows_.push_back({&M::info, protocol_, kind, version, payload});
  }

  scmi::ProtocolId protocol_{};
  std::vector<Row> rows_;
};

void base(Goldens& g);
void power_domain(Goldens& g);
void performance(Goldens& g);
void clock(Goldens& g);
void sensor(Goldens& g);
void system_power(Goldens& g);
void reset_domain(Goldens& g);
void pin_control(Goldens& g);
void voltage(Goldens& g);
void powercap(Goldens& g);
void telemetry(Goldens& g);

inline std::vector<Row> all_rows() {
  Goldens g;
  base(g);
  power_domain(g);
  performance(g);
  clock(g);
  sensor(g);
  system_power(g);
  reset_domain(g);
  pin_control(g);
  voltage(g);
  powercap(g);
  telemetry(g);
  return g.rows();
}

/// A name without two equal words, full to its last character; and its bytes.
inline constexpr std::string_view short_name = "abcdEFGHijkl345";
inline constexpr std::string_view short_name_bytes = "61 62 63 64  45 46 47 48  69 6a 6b 6c  33 34 35 00 ";
inline constexpr std::string_view extended_name = "aaa0bbb1ccc2ddd3eee4fff5ggg6hhh7iii8jjj9kkkAlllBmmmCnnnDoooEppp";
inline constexpr std::string_view extended_name_bytes =
    "61 61 61 30  62 62 62 31  63 63 63 32  64 64 64 33  65 65 65 34  66 66 66 35  67 67 67 36  68 68 68 37 "
    "69 69 69 38  6a 6a 6a 39  6b 6b 6b 41  6c 6c 6c 42  6d 6d 6d 43  6e 6e 6e 44  6f 6f 6f 45  70 70 70 00 ";

inline std::string join(std::string_view a, std::string_view b, std::string_view c = "") {
  return std::string(a) + " " + std::string(b) + " " + std::string(c);
}

}  // namespace golden
