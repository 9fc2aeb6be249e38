// SPDX-License-Identifier: Apache-2.0
//
// Where a fast channel lies: the same for every protocol that has some.
#pragma once

#include <array>

#include "scmi/fields.hpp"

namespace scmi {

/// What every *_DESCRIBE_FASTCHANNEL is answered with.
struct FastchannelReply {
  static constexpr std::array<NamedValue, 4> doorbell_width_names{NamedValue{0, "8_bits"}, NamedValue{1, "16_bits"},
                                                                  NamedValue{2, "32_bits"}, NamedValue{3, "64_bits"}};
  static constexpr BitField doorbell = bit("doorbell", 0);
  static constexpr BitField doorbell_width =
      bits("doorbell_width", 2, 1, Version(0x10000), Unit::none, doorbell_width_names);
  static constexpr std::array<BitField, 2> attributes_bits{doorbell, doorbell_width};
  static constexpr BitField rate_limit_us = bits("rate_limit", 19, 0, Version(0x10000), Unit::microseconds);
  static constexpr std::array<BitField, 1> rate_limit_bits{rate_limit_us};

  std::uint32_t attributes = 0;
  std::uint32_t rate_limit = 0;
  std::uint64_t chan_addr = 0;  ///< Physical.
  std::uint32_t chan_size_bytes = 0;
  std::uint64_t doorbell_addr = 0;  ///< Physical; from here on zero without a doorbell.
  std::uint64_t doorbell_set_mask = 0;
  std::uint64_t doorbell_preserve_mask = 0;

  template <class Self, class V>
  static constexpr void fields(Self& m, V& v) {
    v.word("attributes", m.attributes, attributes_bits);
    v.word("rate_limit", m.rate_limit, rate_limit_bits);
    v.u64({"chan_addr", Unit::none, Display::hex}, m.chan_addr);
    v.u32({"chan_size", Unit::bytes}, m.chan_size_bytes);
    v.u64({"doorbell_addr", Unit::none, Display::hex}, m.doorbell_addr);
    v.u64({"doorbell_set_mask", Unit::none, Display::hex}, m.doorbell_set_mask);
    v.u64({"doorbell_preserve_mask", Unit::none, Display::hex}, m.doorbell_preserve_mask);
  }
  bool operator==(const FastchannelReply&) const = default;
};

}  // namespace scmi
