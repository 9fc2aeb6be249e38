// SPDX-License-Identifier: Apache-2.0
//
// One area, answered in place.
#include "transport/loopback_inline.hpp"

#include <algorithm>
#include <cstring>

#include "scmi/message_header.hpp"

namespace scmi::transport {

struct InlineLoopback::Ops {
  static InlineLoopback& self(TransportState* state) { return *reinterpret_cast<InlineLoopback*>(state); }
  static InlineLoopback& self(ChannelState* state) { return *reinterpret_cast<InlineLoopback*>(state); }

  static bool available(TransportState*, ProtocolId protocol, Direction direction) {
    return protocol == protocol::base && direction == Direction::a2p;
  }

  static Result<ChannelPort> setup(TransportState* state, const ChannelSetup& setup) {
    InlineLoopback& loop = self(state);
    if (!available(state, setup.protocol, setup.direction)) return Error::local(LocalError::unsupported);
    if (loop.open_) return Error::local(LocalError::channel_busy);
    loop.open_ = true;
    return ChannelPort{reinterpret_cast<ChannelState*>(&loop), loop.description_.max_message_size - header_size, 1, 1};
  }

  static void stop(ChannelState*) {}
  static void free(ChannelState* state) { self(state).open_ = false; }

  static SendResult send(ChannelState* state, const TxMessage& message) {
    InlineLoopback& loop = self(state);
    const std::size_t capacity = loop.description_.max_message_size - header_size;
    if (message.payload.size() > capacity) return Error::local(LocalError::message_too_large);
    loop.free_.store(0, std::memory_order_relaxed);
    loop.header_ = message.header;
    const std::size_t size =
        loop.responder_(loop.context_, message.header, message.payload, {loop.reply_.get(), capacity});
    loop.reply_size_ = std::min(size, capacity);
    loop.free_.store(1, std::memory_order_release);
    return {};
  }

  static bool poll_done(ChannelState* state) { return self(state).free_.load(std::memory_order_acquire) != 0; }

  static RxMessage fetch_response(ChannelState* state, std::span<std::byte> into) {
    InlineLoopback& loop = self(state);
    if (loop.free_.load(std::memory_order_acquire) == 0) return {};
    if (loop.reply_size_ > into.size()) return {RxMessage::Kind::malformed, 0, {}, RxMessage::no_loan};
    std::memcpy(into.data(), loop.reply_.get(), loop.reply_size_);
    return {RxMessage::Kind::message, loop.header_, into.first(loop.reply_size_), RxMessage::no_loan};
  }

  static std::size_t take_reply(ChannelState* state, std::uint32_t header, std::byte* into) {
    const std::size_t max_payload = self(state).description_.max_message_size - header_size;
    return reply_length(fetch_response(state, {into, max_payload}), header);
  }

  static RxMessage fetch_notification(ChannelState*, std::span<std::byte>) { return {}; }
  static void clear(ChannelState*) {}
  static void ring(ChannelState*) {}
  static std::size_t wait_fds(ChannelState*, std::span<int>, bool) { return 0; }
  static bool liveness(ChannelState*) { return true; }
  static Result<std::span<std::byte>> map_region(ChannelState*, std::uint64_t, std::size_t) {
    return Error::local(LocalError::unsupported);
  }
  static Result<std::uint64_t> reset(ChannelState*) { return Error::local(LocalError::unsupported); }

  static constexpr ChanOps table{
      .available = available,
      .setup = setup,
      .stop = stop,
      .free = free,
      .send = send,
      .poll_done = poll_done,
      .fetch_response = fetch_response,
      .take_reply = take_reply,
      .fetch_notification = fetch_notification,
      .clear = clear,
      .ring = ring,
      .wait_fds = wait_fds,
      .liveness = liveness,
      .map_region = map_region,
      .reset = reset,
  };
};

InlineLoopback::InlineLoopback(Responder responder, void* context, std::uint32_t max_message_size)
    : responder_(responder),
      context_(context),
      description_{.name = "inline",
                   .max_message_size = std::max(max_message_size, header_size),
                   .max_in_flight = 1,
                   .default_timeout = std::chrono::milliseconds(30),
                   .polling = true,
                   .buffers = BufferModel::copied},
      reply_(std::make_unique<std::byte[]>(description_.max_message_size)) {}

Transport InlineLoopback::transport() noexcept {
  return {&Ops::table, &description_, reinterpret_cast<TransportState*>(this)};
}

}  // namespace scmi::transport
