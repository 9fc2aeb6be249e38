// SPDX-License-Identifier: Apache-2.0
//
// The statistics region, written down word by word: read as it is, and survived when it lies.
#include <doctest/doctest.h>

#include <array>

#include "protocols/power_domain.hpp"
#include "tests/protocols/scripted_platform.hpp"

using namespace scmi;
using namespace scripted;

namespace {

constexpr std::uint8_t power = 0x11;
constexpr std::uint64_t address = 0x1'0000'2000;

/// Three domains, the second without statistics; the last section is aligned for words only.
const Words good = {0x504F'5752, 0, 3, 0, 28, 0, 92,
                    // At 28: two states, in the second one.
                    2 | 1 << 16, 0, 5000, 1, 0, 0xBEEF, 7, 0, 900, 0, 1, 0xDEAD, 8, 2, 4000, 3,
                    // At 92: one state.
                    1, 0, 0, 0, 4, 0, 1, 0, 0, 0};

struct Fixture {
  Platform p;
  std::array<std::uint32_t, 40> memory{};
  explicit Fixture(const Words& region = good, std::uint32_t size = 4 * 33) {
    std::copy(region.begin(), region.end(), memory.begin());
    p.loop.set_window(address, std::as_writable_bytes(std::span(memory)));
    p.on(power, 0x0, {0, 0x30000});
    p.on(power, 0x1, {0, 3, 0x2000, 1, size});
  }
  Result<std::vector<DomainStatistics>> read() {
    const auto domains = PowerDomains::open(p.agent());
    REQUIRE(domains);
    return domains->read_statistics();
  }
};

}  // namespace

TEST_CASE("statistics: every word in its place") {
  Fixture f;
  const auto all = f.read();
  REQUIRE(all);
  REQUIRE(all->size() == 2);
  const DomainStatistics& first = all->front();
  CHECK(first.id == DomainId(0));
  CHECK(first.current == 1);
  CHECK(first.changed_us == 0x1'0000'1388);
  REQUIRE(first.states.size() == 2);
  CHECK(first.states[0].id == 0);
  CHECK(first.states[0].uses == 7);
  CHECK(first.states[0].residency_us == 900);
  CHECK(first.states[1].id == 1);
  CHECK(first.states[1].uses == 0x2'0000'0008);
  CHECK(first.states[1].residency_us == 0x3'0000'0FA0);
  CHECK(all->back().id == DomainId(2));
  REQUIRE(all->back().states.size() == 1);
  CHECK(all->back().states[0].id == 4);
}

TEST_CASE("statistics: none, none that may be mapped, and none on this transport are told apart") {
  CHECK(Fixture(good, 0).read().error().is(LocalError::unsupported));
  CHECK(Fixture(good, 4096).read().error().is(LocalError::bad_memory));
  Fixture unmapped;
  unmapped.p.loop.set_window(0, {});
  CHECK(unmapped.read().error().is(LocalError::unsupported));
}

TEST_CASE("T5 statistics: no count and no offset leaves the region") {
  for (std::size_t i = 0; i < good.size(); ++i) {
    for (const std::uint32_t lie :
         {0U, 1U, 2U, 3U, 27U, 116U, 124U, 128U, 129U, 132U, 0x7FFFU, 0xFFFFU, 0xFFFF'FFFCU, 0xFFFF'FFFFU}) {
      CAPTURE(i);
      CAPTURE(lie);
      Words region = good;
      region[i] = lie;
      Fixture f(region);
      const auto all = f.read();
      if (!all) CHECK(all.error().is(LocalError::malformed_reply));
      if (all) CHECK(all->size() <= 3);
    }
  }
  for (std::uint32_t size = 1; size < 4 * 33; ++size) {
    CAPTURE(size);
    const auto all = Fixture(good, size).read();
    REQUIRE_FALSE(all);
    CHECK(all.error().is(LocalError::malformed_reply));
  }
  Words wrong = good;
  wrong[0] = performance_statistics_signature;
  CHECK(Fixture(wrong).read().error().is(LocalError::malformed_reply));
}
