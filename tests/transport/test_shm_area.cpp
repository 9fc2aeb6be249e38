// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <array>
#include <vector>

#include "transport/shm_area.hpp"

using namespace scmi;
using namespace scmi::transport;

namespace {

constexpr std::uint32_t area_size = 64;  // 36 bytes of payload

/// An area between guard words, both sides of it, and its raw words by offset.
struct Fixture {
  alignas(64) std::array<std::uint32_t, 16 + area_size / 4 + 16> words{};
  std::byte* base = reinterpret_cast<std::byte*>(words.data() + 16);
  ShmArea caller{base, area_size};
  ShmArea callee{base, area_size};
  std::array<std::byte, 256> buffer{};

  Fixture() {
    words.fill(0xA5A5'A5A5);
    callee.initialise();
  }
  std::uint32_t& at(std::uint32_t offset) { return words[16 + offset / 4]; }
  [[nodiscard]] bool guards_intact() const {
    for (std::size_t i = 0; i < 16; ++i) {
      if (words[i] != 0xA5A5'A5A5 || words[words.size() - 1 - i] != 0xA5A5'A5A5) return false;
    }
    return true;
  }
};

std::vector<std::byte> bytes(std::size_t count, unsigned first = 1) {
  std::vector<std::byte> made;
  for (std::size_t i = 0; i < count; ++i) made.push_back(static_cast<std::byte>(first + i));
  return made;
}

std::vector<std::byte> copy(std::span<const std::byte> from) { return {from.begin(), from.end()}; }

}  // namespace

TEST_CASE("area: an initialised area is FREE, everything else zero, nothing around it touched") {
  Fixture f;
  for (std::uint32_t offset = 0; offset < area_size; offset += 4) CHECK(f.at(offset) == (offset == 0x04 ? 1U : 0U));
  CHECK(f.guards_intact());
  CHECK(f.caller.done());
  CHECK_FALSE(f.callee.has_message());
}

TEST_CASE("area: a message lies where the specification puts it, and comes back as the reply") {
  Fixture f;
  REQUIRE(f.caller.try_send(0x0AB5'4C07, bytes(8), true));
  CHECK(f.at(0x04) == 0);
  CHECK(f.at(0x10) == 1);
  CHECK(f.at(0x14) == 12);
  CHECK(f.at(0x18) == 0x0AB5'4C07);
  CHECK(f.at(0x1C) == 0x0403'0201);
  CHECK(f.at(0x20) == 0x0807'0605);
  CHECK_FALSE(f.caller.done());
  CHECK(f.caller.fetch_reply(f.buffer).kind == RxMessage::Kind::none);

  const RxMessage request = f.callee.fetch_message(f.buffer);
  REQUIRE(request.kind == RxMessage::Kind::message);
  CHECK(request.header == 0x0AB5'4C07);
  CHECK(copy(request.payload) == bytes(8));
  CHECK(f.callee.wants_interrupt());
  f.callee.reply(request.header, bytes(5, 0x41));

  CHECK(f.at(0x04) == 1);
  CHECK(f.at(0x14) == 9);
  REQUIRE(f.caller.done());
  for (int i = 0; i < 2; ++i) {  // taking a reply leaves it there
    const RxMessage reply = f.caller.fetch_reply(f.buffer);
    REQUIRE(reply.kind == RxMessage::Kind::message);
    CHECK(reply.header == 0x0AB5'4C07);
    CHECK(copy(reply.payload) == bytes(5, 0x41));
  }
  CHECK(f.callee.fetch_message(f.buffer).kind == RxMessage::Kind::none);
}

TEST_CASE("area: reserved and implementation-defined words are left alone") {
  Fixture f;
  f.at(0x00) = 0x1111'1111;
  f.at(0x08) = 0x2222'2222;
  f.at(0x0C) = 0x3333'3333;
  REQUIRE(f.caller.try_send(1, bytes(36), false));
  (void)f.callee.fetch_message(f.buffer);
  f.callee.reply(1, bytes(36));
  CHECK(f.at(0x00) == 0x1111'1111);
  CHECK(f.at(0x08) == 0x2222'2222);
  CHECK(f.at(0x0C) == 0x3333'3333);
  CHECK(f.guards_intact());
}

TEST_CASE("T2 area: a caller never writes an area that it does not own") {
  Fixture f;
  REQUIRE(f.caller.try_send(0x11, bytes(4), true));
  const auto before = f.words;
  CHECK_FALSE(f.caller.try_send(0x22, bytes(8, 9), false));
  CHECK(f.words == before);
}

TEST_CASE("area: the interrupt flag is what the caller wishes this time") {
  Fixture f;
  REQUIRE(f.caller.try_send(1, {}, true));
  CHECK(f.callee.wants_interrupt());
  f.callee.reply(1, {});
  REQUIRE(f.caller.try_send(2, {}, false));
  CHECK_FALSE(f.callee.wants_interrupt());
  f.at(0x10) = 0xFFFF'FFFE;  // other bits mean nothing
  CHECK_FALSE(f.callee.wants_interrupt());
}

TEST_CASE("T13 area: ERROR with FREE is a channel error, and the area can be used again") {
  Fixture f;
  REQUIRE(f.caller.try_send(1, bytes(4), false));
  f.callee.give_back_error();
  CHECK(f.at(0x04) == 3);
  CHECK(f.caller.done());
  CHECK(f.caller.fetch_reply(f.buffer).kind == RxMessage::Kind::channel_error);
  REQUIRE(f.caller.try_send(2, bytes(4), false));
  CHECK(f.at(0x04) == 0);
}

TEST_CASE("T13 area: ERROR without FREE ends the wait as a channel error but does not hand the area over") {
  Fixture f;
  REQUIRE(f.caller.try_send(1, bytes(4), false));
  f.at(0x04) = 2;
  CHECK(f.caller.done());
  CHECK(f.caller.fetch_reply(f.buffer).kind == RxMessage::Kind::channel_error);
  CHECK_FALSE(f.caller.try_send(2, bytes(4), false));
}

TEST_CASE(
    "T4 area: lengths below the header and above the area are malformed on both sides, nothing is read for them") {
  Fixture f;
  for (const std::uint32_t length : {0U, 1U, 2U, 3U, 41U, 42U, 128U, 0x7FFF'FFFFU, 0xFFFF'FFFFU}) {
    CAPTURE(length);
    REQUIRE(f.caller.try_send(7, bytes(4), false));
    f.at(0x14) = length;
    CHECK(f.callee.fetch_message(f.buffer).kind == RxMessage::Kind::malformed);
    f.callee.give_back();
    CHECK(f.caller.fetch_reply(f.buffer).kind == RxMessage::Kind::malformed);
  }
}

TEST_CASE("T4 area: every length that fits comes across exactly, odd ones too, and nothing behind it is written") {
  for (std::size_t size = 0; size <= 36; ++size) {
    CAPTURE(size);
    Fixture f;
    f.buffer.fill(std::byte{0xEE});
    REQUIRE(f.caller.try_send(7, bytes(size), false));
    CHECK(f.at(0x14) == 4 + size);
    const RxMessage got = f.callee.fetch_message(f.buffer);
    REQUIRE(got.kind == RxMessage::Kind::message);
    CHECK(copy(got.payload) == bytes(size));
    CHECK(f.buffer[size] == std::byte{0xEE});
    CHECK(f.guards_intact());
  }
}

TEST_CASE("area: a message larger than the receiver's buffer is malformed, not cut") {
  Fixture f;
  REQUIRE(f.caller.try_send(7, bytes(12), false));
  CHECK(f.callee.fetch_message(std::span(f.buffer).first(11)).kind == RxMessage::Kind::malformed);
  CHECK(f.callee.fetch_message(std::span(f.buffer).first(12)).kind == RxMessage::Kind::message);
}

TEST_CASE("area: sizes that no area can have are recognised") {
  CHECK(ShmArea::valid_size(area_size_min));
  CHECK(ShmArea::valid_size(128));
  CHECK(ShmArea::valid_size(area_size_max));
  for (const std::uint64_t size : {0ULL, 28ULL, 31ULL, 126ULL, 129ULL, 65540ULL, 0x1'0000'0080ULL}) {
    CAPTURE(size);
    CHECK_FALSE(ShmArea::valid_size(size));
  }
}
