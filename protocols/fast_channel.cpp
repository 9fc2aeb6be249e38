// SPDX-License-Identifier: Apache-2.0
#include "protocols/fast_channel.hpp"

#include <algorithm>

namespace scmi {

Result<std::shared_ptr<FastChannel>> FastChannel::open(const ProtocolLink& link, const FastChannelPlace& place,
                                                       std::size_t words) {
  const ErrorContext context{link.protocol().value, 0, Step::none, place.size_bytes};
  if (place.size_bytes != words * sizeof(std::uint32_t)) return Error::local(LocalError::malformed_reply, context);
  Result<MappedRegion> payload = link.map(place.address, place.size_bytes);
  if (!payload) return payload.error();
  MappedRegion bell;
  if (place.doorbell) {
    Result<MappedRegion> mapped = link.map(place.doorbell->address, place.doorbell->width_bits / 8);
    if (!mapped) return mapped.error();
    bell = std::move(*mapped);
  }
  return std::shared_ptr<FastChannel>(new FastChannel(link, place, std::move(*payload), std::move(bell)));
}

bool FastChannel::whole() const noexcept {
  return payload_.size() == sizeof(std::uint64_t) && place_.address % sizeof(std::uint64_t) == 0;
}

template <RegionWord Word>
Result<void> FastChannel::ring() const {
  const Result<Word> present = bell_.read<Word>(0);
  if (!present) return present.error();
  const auto& doorbell = *place_.doorbell;
  return bell_.write<Word>(0, static_cast<Word>((*present & doorbell.preserve_mask) | doorbell.set_mask));
}

Result<void> FastChannel::write(std::span<const std::uint32_t> words) {
  if (words.size_bytes() != payload_.size()) return Error::local(LocalError::invalid_argument);
  const sync::MutexLock lock(mutex_);
  if (place_.rate_limit_us != 0) {
    const Instant now = link_.registry()->services().clock.now();
    const Instant free = written_ ? *written_ + std::chrono::microseconds(place_.rate_limit_us) : now;
    if (now < free) {
      const auto left = std::chrono::ceil<std::chrono::microseconds>(free - now);
      return Error::local(LocalError::channel_busy,
                          {link_.protocol().value, 0, Step::none, static_cast<std::uint32_t>(left.count())});
    }
    written_ = now;
  }
  Result<void> written;
  if (whole()) {
    written = payload_.write(0, std::uint64_t{words[1]} << 32 | words[0]);
  } else {
    for (std::size_t i = 0; i < words.size() && written; ++i) {
      written = payload_.write(i * sizeof(std::uint32_t), words[i]);
    }
  }
  if (!written || !place_.doorbell) return written;
  switch (place_.doorbell->width_bits) {
    case 8: return ring<std::uint8_t>();
    case 16: return ring<std::uint16_t>();
    case 32: return ring<std::uint32_t>();
    default: return ring<std::uint64_t>();
  }
}

Result<std::array<std::uint32_t, 2>> FastChannel::read() const {
  std::array<std::uint32_t, 2> words{};
  if (whole()) {
    const Result<std::uint64_t> both = payload_.read<std::uint64_t>(0);
    if (!both) return both.error();
    return std::array{static_cast<std::uint32_t>(*both), static_cast<std::uint32_t>(*both >> 32)};
  }
  for (std::size_t i = 0; i * sizeof(std::uint32_t) < payload_.size(); ++i) {
    const Result<std::uint32_t> word = payload_.read<std::uint32_t>(i * sizeof(std::uint32_t));
    if (!word) return word.error();
    words[i] = *word;
  }
  return words;
}

Result<std::shared_ptr<FastChannel>> FastChannels::find(const ProtocolLink& link, DomainId domain, MessageId message,
                                                        std::size_t words, const Describe& describe) {
  const std::pair key{domain, message};
  {
    const sync::MutexLock lock(mutex_);
    const auto known = known_.find(key);
    if (known != known_.end()) return known->second;
  }
  // Without the lock: two that come at once both ask, and one answer is kept.
  const Result<FastChannelPlace> place = describe();
  Result<std::shared_ptr<FastChannel>> found =
      place ? FastChannel::open(link, *place, words) : Result<std::shared_ptr<FastChannel>>(place.error());
  if (!found) {
    found.error().context.protocol = link.protocol().value;
    found.error().context.message = message.value;
    // A platform that did not answer may do so the next time.
    const bool final =
        found.error().origin == Origin::platform || place.has_value() || found.error().is(LocalError::unsupported);
    if (!final) return found;
  }
  const sync::MutexLock lock(mutex_);
  return known_.emplace(key, std::move(found)).first->second;
}

}  // namespace scmi
