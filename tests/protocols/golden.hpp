// SPDX-License-Identifier: Apache-2.0
//
// Comparing structs with bytes that a person wrote down from the specification, in both directions.
#pragma once

#include <doctest/doctest.h>

#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "scmi/codec.hpp"

namespace golden {

using Bytes = std::vector<std::byte>;

/// "05 00 00 00 ..." to bytes; blanks are for the reader.
inline Bytes hex(std::string_view text) {
  Bytes bytes;
  std::string digits;
  for (const char c : text) {
    if (c != ' ' && c != '\n') digits += c;
  }
  REQUIRE(digits.size() % 2 == 0);
  for (std::size_t i = 0; i < digits.size(); i += 2) {
    bytes.push_back(static_cast<std::byte>(std::stoul(digits.substr(i, 2), nullptr, 16)));
  }
  return bytes;
}

inline std::string to_text(std::span<const std::byte> bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (i != 0) text += i % 4 == 0 ? "  " : " ";
    text += digits[std::to_integer<std::size_t>(bytes[i]) >> 4];
    text += digits[std::to_integer<std::size_t>(bytes[i]) & 0xF];
  }
  return text;
}

/// Parameters of a command, or a notification.
template <class M>
void both_ways(const M& message, scmi::Version version, std::string_view wire) {
  const Bytes expected = hex(wire);
  std::array<std::byte, 256> out{};
  const auto size = scmi::encode(message, version, out);
  REQUIRE(size.has_value());
  CHECK(to_text(std::span(out).first(*size)) == to_text(expected));
  CHECK(scmi::encoded_size(message, version) == expected.size());
  const auto back = scmi::decode<M>(expected, version);
  REQUIRE(back.has_value());
  CHECK(*back == message);
  const auto command = scmi::decode_command<M>(expected, version);
  CHECK(command.fit == scmi::PayloadFit::exact);
  CHECK(command.parameters == message);
}

/// A response or delayed response; `wire` begins with its status word.
template <class M>
void reply_both_ways(const M& reply, scmi::Version version, std::string_view wire) {
  const Bytes expected = hex(wire);
  std::array<std::byte, 256> out{};
  const auto size = scmi::encode_reply(reply, version, out);
  REQUIRE(size.has_value());
  CHECK(to_text(std::span(out).first(*size)) == to_text(expected));
  const auto back = scmi::decode_reply<M>(expected, version);
  REQUIRE(back.has_value());
  CHECK(*back == reply);
}

}  // namespace golden
