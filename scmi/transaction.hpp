// SPDX-License-Identifier: Apache-2.0
//
// One blocking command, from admission to the reply. The uncontended, polled path costs three read-modify-writes (one
// CAS admits, one claims the reply, one fetch_sub gives everything back), no lock, no heap, no system call and no
// clock.
#pragma once

#include <cstddef>
#include <cstdint>
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
      use_held();
    } else {
      admit_slow(generation);
    }
  }
  ~Transaction() {
    if (xfer_ == nullptr) return;
    if (shared_ || channel_.binding().ops->mark_tx_done != nullptr) [[unlikely]] {
      finish_slow();
    } else {
      finish_held();
    }
  }
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;

  /// Whether it was admitted. If not: stale_handle, channel_closed, platform_lost, channel_busy.
  [[nodiscard]] bool ok() const noexcept { return xfer_ != nullptr; }
  [[nodiscard]] Error error() const noexcept { return Error::local(refused_); }
  /// Where the request's payload goes. Only when ok().
  [[nodiscard]] std::span<std::byte> request() noexcept { return {xfer_->tx, channel_.binding().max_payload}; }
  /// Sends `length` bytes of request() under `header` (its token is set here) and waits for the response. Once only.
  /// The payload answered starts with the status word and stays valid until the Transaction ends.
  /// Errors: timed_out, channel_busy, channel_closed, channel_error, platform_lost, no_token, malformed_reply,
  /// message_too_large, and what the transport's send answers.
  [[nodiscard]] Result<std::span<const std::byte>> run(MessageHeader header, std::size_t length) noexcept {
    header.token = Token();
    return exchange(header.pack(), length);
  }

 private:
  using Reply = Result<std::span<const std::byte>>;
  void admit_slow(std::uint32_t generation) noexcept;
  void use_held() noexcept {
    XferTable& table = *channel_.binding().table;
    table.prepare_held();
    xfer_ = &table.held();
  }
  void finish_held() noexcept {
    // Only the holder starts a new use of this xfer, so a plain store ends it; a wish recorded meanwhile has lost.
    const std::uint64_t w = xfer_->word.load(std::memory_order_relaxed);
    xfer_->word.store((w & ~(XferWord::state_mask | XferWord::flags)), std::memory_order_release);
    channel_.release(ChannelWord::one_user | ChannelWord::held);
  }
  void finish_slow() noexcept;
  [[nodiscard]] Reply exchange(std::uint32_t header, std::size_t length) noexcept;
  [[nodiscard]] Reply run_shared(std::uint32_t header, std::size_t length) noexcept;
  [[nodiscard]] Result<void> send_when_free(const TxMessage& message) noexcept;
  [[nodiscard]] Reply wait_slow(std::uint32_t header) noexcept;
  [[nodiscard]] bool over(std::uint64_t word) const noexcept;
  [[nodiscard]] Reply outcome(std::uint64_t word, std::uint32_t header) noexcept;
  /// The deadline; set at the first look at the clock.
  [[nodiscard]] Instant deadline() noexcept;
  [[nodiscard]] Error failed(LocalError error, std::uint32_t header) const noexcept;

  ChannelInfo& channel_;
  Xfer* xfer_ = nullptr;
  CallOptions options_;
  bool shared_ = false;
  Instant deadline_{};
  LocalError refused_;  // Without an xfer: why. Set only then.
};

}  // namespace scmi
