// SPDX-License-Identifier: Apache-2.0
//
// A command that goes on without its caller: started, then waited for, polled, cancelled, or left to a callback. Also
// the only way to receive a delayed response. Everything it needs lives in the channel's table, nothing on a stack.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>

#include "scmi/channel_registry.hpp"
#include "scmi/message_header.hpp"

namespace scmi {

/// How a pending call is made.
struct PendingOptions {
  Duration timeout{};  ///< To the response, admission included; 0 = the transport's default.
  bool expects_delayed = false;
  Duration delayed_timeout = std::chrono::seconds(2);  ///< From the response to the delayed response.
  Completion completion;  ///< Called once, with no lock held, from whichever context ends the call.
};

/// Handle of a pending call. Movable; one context at a time, except cancel(), which anybody may call. Destroying it
/// cancels the call. May outlive the agent: the call has then ended with channel_closed.
class PendingCall {
 public:
  PendingCall() = default;
  PendingCall(PendingCall&& other) noexcept { *this = std::move(other); }
  PendingCall& operator=(PendingCall&& other) noexcept;
  ~PendingCall() { reset(); }

  /// Sends `payload` under `header` (its token is set here) as soon as the channel admits it. Never waits. Errors:
  /// stale_handle, channel_closed, platform_lost, no_xfer, message_too_large.
  static Result<PendingCall> start(std::shared_ptr<ChannelRegistry> registry, ChannelHandle handle,
                                   MessageHeader header, std::span<const std::byte> payload, PendingOptions options);

  /// Looks at the channel without waiting; true when the call has ended.
  [[nodiscard]] bool poll() noexcept;
  /// Waits for the end of the call. The payload (status word first; that of the delayed response where one is expected
  /// and the command succeeded) stays valid until the handle is destroyed. Errors: timed_out, cancelled, channel_busy,
  /// channel_closed, channel_error, platform_lost, no_token, malformed_reply; would_deadlock is never answered: a
  /// wait from inside a callback reads the channel itself.
  [[nodiscard]] Result<std::span<const std::byte>> wait() noexcept;
  /// Like wait, but gives up waiting at `until`: false then, and the call goes on.
  [[nodiscard]] bool wait_until(Instant until) noexcept;
  /// Ends the call with `cancelled`, unless it has ended. The platform is not told; its reply will be late. True if
  /// this did it.
  bool cancel() noexcept;
  [[nodiscard]] bool finished() const noexcept;
  [[nodiscard]] explicit operator bool() const noexcept { return xfer_ != nullptr; }

 private:
  [[nodiscard]] Result<std::span<const std::byte>> result() const noexcept;
  void expire() noexcept;
  void reset() noexcept;

  std::shared_ptr<ChannelRegistry> registry_;
  std::shared_ptr<XferTable> table_;
  ChannelHandle handle_;
  Xfer* xfer_ = nullptr;
  std::uint64_t sequence_ = 0;
  ProtocolId protocol_;
  bool expects_delayed_ = false;
};

}  // namespace scmi
