// SPDX-License-Identifier: Apache-2.0
//
// Where the simulator's decisions come from: a seeded generator, or the bytes of a fuzzer. The same decisions in the
// same order make the same history.
#pragma once

#include <cstdint>
#include <span>

namespace scmi::sim {

class Choices {
 public:
  virtual ~Choices() = default;
  /// A number below `n`; 0 for n < 2.
  [[nodiscard]] virtual std::uint32_t below(std::uint32_t n) = 0;
  /// True in `percent` of all cases.
  [[nodiscard]] bool chance(std::uint32_t percent) { return percent != 0 && below(100) < percent; }
  [[nodiscard]] std::uint32_t between(std::uint32_t low, std::uint32_t high) { return low + below(high - low + 1); }
};

/// SplitMix64 (Steele, Lea and Flood, 2014): any seed is good, two neighbouring ones are unrelated.
class SeededChoices final : public Choices {
 public:
  explicit SeededChoices(std::uint64_t seed) : state_(seed) {}
  [[nodiscard]] std::uint64_t next() {
    std::uint64_t z = (state_ += 0x9E37'79B9'7F4A'7C15ULL);
    z = (z ^ (z >> 30)) * 0xBF58'476D'1CE4'E5B9ULL;
    z = (z ^ (z >> 27)) * 0x94D0'49BB'1331'11EBULL;
    return z ^ (z >> 31);
  }
  [[nodiscard]] std::uint32_t below(std::uint32_t n) override {
    return n < 2 ? 0 : static_cast<std::uint32_t>((next() >> 32) * n >> 32);
  }

 private:
  std::uint64_t state_;
};

/// Decisions out of a fuzzer's input; when it is used up, always the first possibility.
class ByteChoices final : public Choices {
 public:
  explicit ByteChoices(std::span<const std::uint8_t> bytes) : bytes_(bytes) {}
  [[nodiscard]] bool used_up() const noexcept { return bytes_.empty(); }
  [[nodiscard]] std::uint32_t below(std::uint32_t n) override {
    if (n < 2) return 0;
    std::uint32_t value = 0;
    for (std::uint32_t reach = 1; reach < n && !bytes_.empty(); reach <<= 8) {
      value = value << 8 | bytes_.front();
      bytes_ = bytes_.subspan(1);
      if (reach > 0xFF'FFFF) break;
    }
    return value % n;
  }

 private:
  std::span<const std::uint8_t> bytes_;
};

}  // namespace scmi::sim
