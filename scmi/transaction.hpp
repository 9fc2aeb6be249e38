// SPDX-License-Identifier: Apache-2.0
//
// One blocking command, from admission to the reply. The uncontended, polled path costs three read-modify-writes (one
// CAS admits, one claims the reply, one fetch_sub gives everything back), no lock, no heap, no system call and no
// clock.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "scmi/channel_info.hpp"
#include "scmi/message_header.hpp"
#include "scmi/result.hpp"

namespace scmi {

/// How one call is made.
struct CallOptions {
  Duration timeout{};  ///< From the call to the reply, admission included; 0 = the transport's default.
  bool poll = false;   ///< Ask the platform for no completion interrupt.
};

/// A command in the making. Lives on its caller's stack; not for sharing between contexts.
class Transaction {
 public:
  /// Waits for admission. `channel` must stay alive (slots do); `generation` is that of the handle.
  Transaction(ChannelInfo& channel, std::uint32_t generation, const CallOptions& options) noexcept
      : channel_(channel), options_(options) {
    if (channel.try_admit(generation)) [[likely]] {
      xfer_ = &channel.binding().table->held();
    } else {
      xfer_ = admit_slow(generation);
    }
  }
  ~Transaction() {
    if (xfer_ == nullptr) return;
    if (shared_) [[unlikely]] {
      finish_shared();
    } else {
      finish_held();
    }
  }
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;

  /// Whether it was admitted. If not: stale_handle, channel_closed, platform_lost, channel_busy.
  [[nodiscard]] bool ok() const noexcept { return xfer_ != nullptr; }
  [[nodiscard]] Error error() const noexcept { return failure_; }
  /// Where the request's payload goes. Only when ok().
  [[nodiscard]] std::span<std::byte> request() noexcept { return {xfer_->tx, channel_.binding().max_payload}; }
  /// Sends `length` bytes of request() under `header` (its token is set here) and waits for the response. Once only.
  /// The payload answered starts with the status word and stays valid until the Transaction ends.
  /// Errors: timed_out, channel_busy, channel_closed, channel_error, platform_lost, no_token, malformed_reply,
  /// message_too_large, and what the transport's send answers.
  [[nodiscard]] Result<std::span<const std::byte>> run(MessageHeader header, std::size_t length) noexcept {
    header.token = Token();
    const std::size_t answered = exchange(header.pack(), length);
    if (answered == 0) [[unlikely]]
      return failure_;
    return std::span<const std::byte>(xfer_->rx, answered);
  }

 private:
  [[nodiscard]] Xfer* admit_slow(std::uint32_t generation) noexcept;
  void finish_held() noexcept {
    // Only the holder starts a new use of this xfer, so a plain store ends it; a wish recorded meanwhile has lost.
    xfer_->word.store(XferWord::freed(xfer_->word.load(std::memory_order_relaxed)), std::memory_order_release);
    channel_.release(ChannelWord::one_user | ChannelWord::held);
  }
  void finish_shared() noexcept;
  // The length of the payload answered (there is a status at least), or 0 and `failure_`: what fits a register costs
  // the hot path least.
  [[nodiscard]] std::size_t exchange(std::uint32_t header, std::size_t length) noexcept;
  [[nodiscard]] std::size_t exchange_shared(std::uint32_t header, std::size_t length) noexcept;
  [[nodiscard]] std::size_t wait_slow(std::uint32_t header) noexcept;
  [[nodiscard]] std::size_t judge(std::uint32_t header) noexcept;
  [[nodiscard]] std::size_t outcome(std::uint64_t word, std::uint32_t header) noexcept;
  [[nodiscard]] std::size_t fail(const Error& error) noexcept;
  [[nodiscard]] std::optional<Token> take_token_past_others() noexcept;
  /// `message` was refused: sends it as soon as the area is free, within the deadline, or sets `failure_`.
  [[nodiscard]] bool send_after_all(const TxMessage& message, const Error& refused) noexcept;
  /// The polls that cost no clock. True when there is something.
  [[nodiscard]] bool poll_for_a_while() noexcept;
  [[nodiscard]] bool over(std::uint64_t word) const noexcept;
  /// The deadline; set at the first look at the clock.
  [[nodiscard]] Instant deadline() noexcept;
  [[nodiscard]] static Error in_context(Error error, std::uint32_t header) noexcept;
  [[nodiscard]] static Error failed(LocalError error, std::uint32_t header) noexcept;

  ChannelInfo& channel_;
  Xfer* xfer_;
  CallOptions options_;
  bool shared_ = false;
  Instant deadline_{};
  union {
    Error failure_;  // Why it was not admitted, or failed. Set only then: it costs nothing otherwise.
  };
};

}  // namespace scmi
