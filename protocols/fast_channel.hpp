// SPDX-License-Identifier: Apache-2.0
//
// Fast channels (DEN0056, performance and powercap): a few words of memory in place of a command. No header, no status,
// no token and no answer: what the platform made of a write shows only when it is read back.
//
//   write   payload, then (if there is a doorbell)  register = (register & preserve) | set, in the register's width
//   read    payload
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <utility>

#include "protocols/fastchannel_messages.hpp"
#include "protocols/protocol_client.hpp"
#include "scmi/mapped_region.hpp"

namespace scmi {

/// Which way a request takes where there is a choice.
enum class Via : std::uint8_t {
  message,    ///< A command: the platform answers.
  fast,       ///< The fast channel, or an error.
  automatic,  ///< The fast channel where there is one that can be used now, else a command.
};

/// What *_DESCRIBE_FASTCHANNEL says.
struct FastChannelPlace {
  struct Doorbell {
    std::uint64_t address = 0;  ///< Physical.
    std::uint32_t width_bits = 8;
    std::uint64_t set_mask = 0;
    std::uint64_t preserve_mask = 0;
  };
  std::uint64_t address = 0;  ///< Physical.
  std::uint32_t size_bytes = 0;
  std::uint32_t rate_limit_us = 0;  ///< Least time between two writes; 0 = none.
  std::optional<Doorbell> doorbell;
};

/// The same as it was told.
[[nodiscard]] inline FastChannelPlace place_of(const FastchannelReply& reply) {
  using Reply = FastchannelReply;
  FastChannelPlace place{reply.chan_addr, reply.chan_size_bytes, Reply::rate_limit_us.get(reply.rate_limit), {}};
  if (Reply::doorbell.test(reply.attributes)) {
    place.doorbell = {reply.doorbell_addr, 8U << Reply::doorbell_width.get(reply.attributes), reply.doorbell_set_mask,
                      reply.doorbell_preserve_mask};
  }
  return place;
}

/// One fast channel, mapped. Thread-safe: writes are one after the other.
class FastChannel {
 public:
  /// Maps payload and doorbell. `words` is how many the payload must have. Errors: malformed_reply (another size),
  /// those of MappedRegion::map: an address that the transport must not map is an error.
  [[nodiscard]] static Result<std::shared_ptr<FastChannel>> open(const ProtocolLink& link,
                                                                 const FastChannelPlace& place, std::size_t words);

  /// Writes the payload and rings. Errors: channel_busy within the rate limit (nothing was written; `detail` says after
  /// how many microseconds), invalid_argument for another number of words, channel_closed, platform_lost.
  [[nodiscard]] Result<void> write(std::span<const std::uint32_t> words) SCMI_EXCLUDES(mutex_);
  /// The payload; one word leaves the second zero. Two words are read as one where their place allows it. Errors:
  /// channel_closed, platform_lost.
  [[nodiscard]] Result<std::array<std::uint32_t, 2>> read() const;

 private:
  FastChannel(ProtocolLink link, const FastChannelPlace& place, MappedRegion payload, MappedRegion bell)
      : link_(std::move(link)), place_(place), payload_(std::move(payload)), bell_(std::move(bell)) {}
  template <RegionWord Word>
  [[nodiscard]] Result<void> ring() const;
  [[nodiscard]] bool whole() const noexcept;

  const ProtocolLink link_;
  const FastChannelPlace place_;
  const MappedRegion payload_;
  const MappedRegion bell_;  ///< Empty without a doorbell.
  sync::Mutex mutex_;
  std::optional<Instant> written_ SCMI_GUARDED_BY(mutex_);  ///< The last time.
};

/// The fast channels of a client, each looked for when it is first wanted and then kept, and so is the platform's word
/// that there is none. Thread-safe.
class FastChannels {
 public:
  using Describe = std::function<Result<FastChannelPlace>()>;
  /// `describe` asks the platform. Errors: its, and those of FastChannel::open.
  [[nodiscard]] Result<std::shared_ptr<FastChannel>> find(const ProtocolLink& link, DomainId domain, MessageId message,
                                                          std::size_t words, const Describe& describe)
      SCMI_EXCLUDES(mutex_);

 private:
  sync::Mutex mutex_;
  std::map<std::pair<DomainId, MessageId>, Result<std::shared_ptr<FastChannel>>> known_ SCMI_GUARDED_BY(mutex_);
};

namespace detail {

/// Takes the way that was asked for. Both are functions without parameters with the same kind of Result.
template <class Fast, class Message>
[[nodiscard]] auto by_way(Via via, Fast&& fast, Message&& message) -> decltype(message()) {
  if (via == Via::message) return message();
  auto result = fast();
  if (result || via == Via::fast) return result;
  return message();
}

}  // namespace detail
}  // namespace scmi
