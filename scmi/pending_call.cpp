// SPDX-License-Identifier: Apache-2.0
#include "scmi/pending_call.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

namespace scmi {

PendingCall& PendingCall::operator=(PendingCall&& other) noexcept {
  if (this == &other) return *this;
  reset();
  registry_ = std::move(other.registry_);
  table_ = std::move(other.table_);
  handle_ = other.handle_;
  xfer_ = std::exchange(other.xfer_, nullptr);
  sequence_ = other.sequence_;
  protocol_ = other.protocol_;
  expects_delayed_ = other.expects_delayed_;
  return *this;
}

Result<PendingCall> PendingCall::start(std::shared_ptr<ChannelRegistry> registry, ChannelHandle handle,
                                       MessageHeader header, std::span<const std::byte> payload,
                                       PendingOptions options) {
  ChannelRef channel = registry->acquire(handle);
  const ErrorContext context{header.protocol.value, header.message.value, Step::none, 0};
  if (!channel) return Error::local(LocalError::stale_handle, context);
  const ChannelBinding& binding = channel->binding();
  if (binding.table == nullptr) return Error::local(LocalError::invalid_argument, context);
  if (payload.size() > binding.max_payload) return Error::local(LocalError::message_too_large, context);
  XferTable& table = *binding.table;
  Xfer* xfer = table.allocate(options.expects_delayed ? XferWord::expects_delayed : 0);
  if (xfer == nullptr) return Error::local(LocalError::no_xfer, context);

  PendingCall call;
  call.registry_ = std::move(registry);
  call.table_ = binding.table;
  call.handle_ = handle;
  call.xfer_ = xfer;
  call.sequence_ = XferWord::sequence(xfer->word.load(std::memory_order_relaxed));
  call.protocol_ = header.protocol;
  call.expects_delayed_ = options.expects_delayed;

  const Duration timeout = options.timeout != Duration{} ? options.timeout : binding.description->default_timeout;
  if (!payload.empty()) std::memcpy(xfer->tx, payload.data(), payload.size());
  xfer->tx_length = static_cast<std::uint32_t>(payload.size());
  xfer->header.store(header.pack(), std::memory_order_relaxed);
  xfer->delayed_timeout = options.delayed_timeout;
  xfer->completion = std::move(options.completion);
  xfer->deadline.store((channel->services().clock.now() + timeout).time_since_epoch().count(),
                       std::memory_order_relaxed);
  // From here on the xfer has a user count of its own; ours goes at the end of this function.
  if (!channel->try_acquire(handle.generation)) {
    options.completion = std::move(xfer->completion);
    table.discard(*xfer);
    call.xfer_ = nullptr;
    return Error::local(LocalError::channel_closed, context);
  }
  xfer->owns_user = true;
  if (channel->shared()) {
    channel->launch(*xfer);
    return call;
  }
  xfer->owns_hold = true;  // Taken back below if it has to queue.
  const Result<bool> admitted = channel->admit_pending(*xfer);
  if (!admitted) {
    xfer->owns_hold = false;
    xfer->owns_user = false;
    options.completion = std::move(xfer->completion);  // Destroyed when no channel is held any more.
    table.discard(*xfer);
    call.xfer_ = nullptr;
    channel->release();
    Error error = admitted.error();
    error.context = context;
    return error;
  }
  if (*admitted) channel->launch(*xfer);
  return call;
}

bool PendingCall::finished() const noexcept {
  if (xfer_ == nullptr) return true;
  const std::uint64_t w = xfer_->word.load(std::memory_order_acquire);
  if (XferWord::sequence(w) != sequence_) return true;
  switch (XferWord::state(w)) {
    case XferState::done:
    case XferState::early: return true;
    case XferState::abandoned: return (w & XferWord::settled) != 0;
    case XferState::receiving: return (w & XferWord::answered_early) != 0;
    default: return false;
  }
}

Result<std::span<const std::byte>> PendingCall::result() const noexcept {
  const MessageHeader h = MessageHeader::unpack(xfer_->header.load(std::memory_order_relaxed));
  const ErrorContext context{h.protocol.value, h.message.value, Step::none, 0};
  const std::uint64_t w = xfer_->word.load(std::memory_order_acquire);
  const bool answered = (w & XferWord::answered_early) != 0;
  if (!answered && XferWord::state(w) == XferState::abandoned) return Error::local(abandon_reason(w), context);
  if (xfer_->failed) return Error::local(xfer_->failure, context);
  return std::span<const std::byte>(xfer_->rx, xfer_->rx_length);
}

void PendingCall::expire() noexcept {
  const ChannelRef channel = registry_->acquire(handle_);
  if (!channel) return;
  const Instant deadline{Duration(xfer_->deadline.load(std::memory_order_relaxed))};
  if (channel->services().clock.now() >= deadline) {
    static_cast<void>(channel->end_pending(*xfer_, sequence_, XferWord::want_timeout));
  }
}

bool PendingCall::poll() noexcept {
  if (finished()) return true;
  {
    const ChannelRef channel = registry_->acquire(handle_);
    if (channel) channel->pump(false);
  }
  if (expects_delayed_ && !finished()) {
    const ChannelRef delayed = registry_->channel(protocol_, Direction::p2a);
    if (delayed) delayed->pump(false);
  }
  if (!finished()) expire();
  return finished();
}

bool PendingCall::wait_until(Instant until) noexcept {
  for (;;) {
    if (xfer_ == nullptr || finished()) return true;
    const std::uint32_t seen = xfer_->point.word.load(std::memory_order_seq_cst);
    if (poll()) return true;
    const Instant deadline{Duration(xfer_->deadline.load(std::memory_order_relaxed))};
    ChannelRef channel = registry_->acquire(handle_);
    if (!channel) {
      // Closing: whoever closes ends the call, and wakes us.
      registry_->services().waiter.wait(xfer_->point, seen, until, {});
    } else {
      if (channel->services().clock.now() >= until) return false;
      const ChannelRef delayed = expects_delayed_ ? registry_->channel(protocol_, Direction::p2a) : ChannelRef();
      channel->sleep(xfer_->point, seen, std::min(until, deadline), delayed.get());
    }
  }
}

Result<std::span<const std::byte>> PendingCall::wait() noexcept {
  if (xfer_ == nullptr) return Error::local(LocalError::invalid_argument);
  while (!wait_until(never)) {
  }
  return result();
}

bool PendingCall::cancel() noexcept {
  if (xfer_ == nullptr || finished()) return false;
  const ChannelRef channel = registry_->acquire(handle_);
  return channel && channel->end_pending(*xfer_, sequence_, XferWord::want_cancel);
}

void PendingCall::reset() noexcept {
  if (xfer_ == nullptr) return;
  static_cast<void>(cancel());
  table_->release(*xfer_);
  xfer_ = nullptr;
  {
    const ChannelRef channel = registry_->acquire(handle_);
    if (channel) channel->xfer_freed();
  }
  table_.reset();
  registry_.reset();
}

}  // namespace scmi
