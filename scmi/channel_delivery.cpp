// SPDX-License-Identifier: Apache-2.0
//
// What arrives, and who gets it. On an area the receiver first claims the current xfer, then looks at FREE again and
// copies header, length and payload once, and only then judges the copy: two observers of one FREE are one reply, and
// nobody reads the next request as a reply, because an xfer is `in_flight` only after its request was published.
// On a ring the match comes first, since each message has a buffer of its own.
#include <algorithm>
#include <cstring>
#include <utility>

#include "scmi/channel_info.hpp"
#include "scmi/channel_registry.hpp"

namespace scmi {

namespace {
/// What is settled when a receiver is through.
constexpr std::uint64_t in_passing = XferWord::wishes | XferWord::look_again | XferWord::replied;
constexpr std::size_t p2a_burst = 1024;  ///< Messages taken in one go, so that a flood does not keep a caller for ever.

/// The header of the delayed response to a command.
std::uint32_t delayed_of(std::uint32_t command) noexcept {
  MessageHeader header = MessageHeader::unpack(command);
  header.type = MessageType::delayed_response;
  return header.pack();
}

bool succeeded(std::span<const std::byte> payload) noexcept {
  std::uint32_t status = 0;
  std::memcpy(&status, payload.data(), sizeof status);
  return status == 0;
}

}  // namespace

void ChannelInfo::pump(bool doorbell) noexcept {
  if (binding_.direction == Direction::p2a) {
    drain_p2a();
  } else if (shared()) {
    drain_ring();
  } else {
    deliver_area(doorbell);
    retry_stuck();
  }
}

// --- Areas ---------------------------------------------------------------------------------------------------------

void ChannelInfo::deliver_area(bool doorbell) noexcept {
  if (!doorbell && !binding_.ops->poll_done(binding_.state)) return;
  Xfer& xfer = binding_.table->at(current_.load(std::memory_order_acquire));
  // seq_cst: pairs with the caller's change to `waiting` before his last look at the area. Either he sees what we were
  // told of, or we see that he waits.
  std::uint64_t w = xfer.word.load(std::memory_order_seq_cst);
  XferState before = XferWord::state(w);
  bool claimed = false;
  // Acquire: pairs with the publisher's release of `in_flight`, so that we see the area as not FREE or later. Again
  // when only a flag has changed: a caller who goes to sleep says so in the word, and counts on this doorbell.
  while (!claimed) {
    if (before == XferState::in_flight || before == XferState::early) {
      claimed = xfer.word.compare_exchange_weak(w, XferWord::with(w, XferState::receiving), std::memory_order_acquire,
                                                std::memory_order_relaxed);
    } else if (before == XferState::receiving) {
      // Another may have looked before the reply was there, while we were told of it. Release, and always: pairs with
      // his giving the claim back, so that he then sees what we have seen.
      if (xfer.word.compare_exchange_weak(w, w | XferWord::look_again, std::memory_order_acq_rel)) {
        if (doorbell) unattributed().add(Count::spurious);
        return;
      }
    } else {
      break;
    }
    if (!claimed) before = XferWord::state(w);
  }
  if (!claimed) {
    AreaWatch watch = AreaWatch::holder;
    if (area_watch_.compare_exchange_strong(watch, AreaWatch::told, std::memory_order_seq_cst)) {
      signal(binding_.table->held().point);
      return;
    }
    // Nobody waits. If nobody holds the area either, what lies there may be a late reply.
    const std::uint64_t channel = word();
    if (!binding_.table->quarantine_empty() && try_admit(ChannelWord::generation(channel))) {
      if (binding_.ops->poll_done(binding_.state)) take_late();
      release(ChannelWord::one_user | ChannelWord::held);
    } else if (doorbell) {
      unattributed().add(Count::spurious);
    }
    return;
  }
  // An early xfer has its delayed response in rx: the response only releases the area.
  std::byte* into = before == XferState::early ? xfer.tx : xfer.rx;
  const RxMessage message = binding_.ops->fetch_response(binding_.state, {into, binding_.max_payload});
  deliver_response(xfer, message, before);
}

void ChannelInfo::deliver_response(Xfer& xfer, const RxMessage& message, XferState before) noexcept {
  XferTable& table = *binding_.table;
  const std::uint32_t header = xfer.header.load(std::memory_order_relaxed);
  const bool ours = message.kind == RxMessage::Kind::message && (message.header & header_defined_bits) == header;
  if (message.kind == RxMessage::Kind::none || (message.kind == RxMessage::Kind::message && !ours)) {
    if (message.kind == RxMessage::Kind::none) {
      counters_for(header).add(Count::spurious);
    } else if (xfer.rejected_header.exchange(message.header | 1U << 31, std::memory_order_relaxed) !=
               (message.header | 1U << 31)) {
      stray(message.header, message.payload);
    }
    finish_give_back(xfer, before);
    return;
  }
  table.note_answered(header);
  if (ours && message.header != header) [[unlikely]] {
    const MessageHeader fields = MessageHeader::unpack(header);
    services_.tolerances.note(Tolerated::reserved_header_bits, fields.protocol, fields.message);
  }
  if (before == XferState::early) {
    counters_for(header).add(Count::replies);
    complete(xfer, XferState::done);
    return;
  }
  if (!ours || message.payload.size() < status_size) {
    const bool error_bit = message.kind == RxMessage::Kind::channel_error;
    counters_for(header).add(error_bit ? Count::channel_errors : Count::malformed);
    trace(error_bit ? TraceKind::channel_error : TraceKind::malformed, header, message.payload);
    xfer.failed = true;
    xfer.failure = error_bit ? LocalError::channel_error : LocalError::malformed_reply;
    complete(xfer, XferState::done);
    return;
  }
  if (xfer.owns_user || shared()) counters_for(header).add(Count::replies);  // A holder counts its own.
  trace(TraceKind::response, header, message.payload);
  xfer.rx_length = static_cast<std::uint32_t>(message.payload.size());
  const bool more = (xfer.word.load(std::memory_order_relaxed) & XferWord::expects_delayed) != 0;
  complete(xfer, more && succeeded(message.payload) ? XferState::responded : XferState::done);
}

void ChannelInfo::finish_give_back(Xfer& xfer, XferState before) noexcept {
  const std::uint32_t header = xfer.header.load(std::memory_order_relaxed);
  const std::uint64_t given = binding_.table->give_back(xfer, before);
  if ((given & XferWord::parked) != 0) {
    // The receiver's all the same: what he found was not his, but its delayed response came meanwhile.
    take_parked(xfer);
    complete(xfer, XferState::early);
    return;
  }
  if ((given & XferWord::wishes) == 0) {
    if ((given & XferWord::look_again) != 0 && !shared()) deliver_area(false);
    return;
  }
  count_end(header, given & XferWord::wishes);
  end(xfer, (given & XferWord::blocking) != 0, abandon_reason(given));
}

void ChannelInfo::take_parked(Xfer& xfer) noexcept {
  // We are receiving and have seen the flag.
  const std::uint32_t header = xfer.header.load(std::memory_order_relaxed);
  std::memcpy(xfer.rx, xfer.parked, xfer.parked_length);
  xfer.rx_length = xfer.parked_length;
  counters_for(header).add(Count::delayed);
  trace(TraceKind::delayed, delayed_of(header), {xfer.rx, xfer.rx_length});
  xfer.word.fetch_and(~XferWord::parked, std::memory_order_acq_rel);
}

bool ChannelInfo::publish_responded(Xfer& xfer) noexcept {
  // False: the delayed response came while this one was being received, and the call is over.
  const bool hold = std::exchange(xfer.owns_hold, false);
  xfer.deadline.store((services_.clock.now() + xfer.delayed_timeout).time_since_epoch().count(),
                      std::memory_order_relaxed);
  WaitPoint& point = xfer.point;
  const std::uint32_t header = xfer.header.load(std::memory_order_relaxed);
  std::uint64_t w = xfer.word.load(std::memory_order_acquire);
  do {
    if ((w & XferWord::parked) != 0) {
      xfer.owns_hold = hold;
      take_parked(xfer);
      return false;
    }
  } while (!xfer.word.compare_exchange_weak(w, XferWord::with(w, XferState::responded) & ~in_passing,
                                            std::memory_order_seq_cst));
  // From here on whoever has the delayed response may end the call.
  if ((w & (XferWord::blocking | XferWord::waiting)) != XferWord::blocking) signal(point);
  if ((w & XferWord::replied) != 0) stray(header, {});
  if (hold) release_hold();
  // A wish that came during the copy loses against a reply, but not against a delayed response still to come.
  if ((w & XferWord::wishes) != 0) static_cast<void>(end_pending(xfer, XferWord::sequence(w), w & XferWord::wishes));
  return true;
}

void ChannelInfo::complete(Xfer& xfer, XferState next) noexcept {
  if (next == XferState::responded) {
    if (publish_responded(xfer)) return;
    next = XferState::done;
  }
  XferTable& table = *binding_.table;
  const std::uint32_t header = xfer.header.load(std::memory_order_relaxed);
  bool hold = false;
  bool user = false;
  bool duplicate = true;  // What `replied` stands for.
  const auto let_go = [&] {
    hold = std::exchange(xfer.owns_hold, false);
    user = std::exchange(xfer.owns_user, false);
    if (std::exchange(xfer.token_marked, false)) table.unmark(MessageHeader::unpack(header).token);
  };
  Completion completion;
  Result<std::span<const std::byte>> result{std::span<const std::byte>{}};
  std::vector<std::byte> copy;
  if (xfer.completion) {
    // Copied, so that the caller may give the xfer back while the callback runs.
    completion = std::exchange(xfer.completion, nullptr);
    if (xfer.failed) {
      result = Error::local(xfer.failure);
    } else {
      copy.assign(xfer.rx, xfer.rx + xfer.rx_length);
      result = std::span<const std::byte>(copy);
    }
  }
  if (next == XferState::done) let_go();
  WaitPoint& point = xfer.point;
  std::uint64_t w = xfer.word.load(std::memory_order_relaxed);
  for (;;) {
    if (next == XferState::early && (w & XferWord::replied) != 0) {
      // The response that it overtook came while we copied it.
      table.note_answered(header);
      counters_for(header).add(Count::replies);
      duplicate = false;
      next = XferState::done;
      let_go();
    }
    std::uint64_t to = XferWord::with(w, next) & ~(in_passing | XferWord::parked);
    if (next == XferState::early) to |= XferWord::answered_early;
    const bool gone = next == XferState::done && (w & XferWord::released) != 0;
    if (gone)
      to =
          (w & XferWord::returned) != 0 ? xfer.retired(w) : XferWord::with(w, XferState::abandoned) | XferWord::settled;
    // Release: pairs with the caller's acquire load of `done`; the reply is in place.
    if (xfer.word.compare_exchange_weak(w, to, std::memory_order_seq_cst)) break;
  }
  // From here on the xfer may belong to its caller, or to the next one.
  if ((w & (XferWord::blocking | XferWord::waiting)) != XferWord::blocking) signal(point);
  // A delayed response too many, or after a refusal.
  if ((w & XferWord::parked) != 0) stray(delayed_of(header), {});
  if ((w & XferWord::replied) != 0 && duplicate) stray(header, {});
  if (hold) release_hold();
  if (next == XferState::early) {
    // Its response is still to come, or lies there already; and whoever wants the channel closed does not wait for it.
    if ((w & XferWord::look_again) != 0 && !shared()) deliver_area(false);
    if ((w & XferWord::wishes) != 0) static_cast<void>(end_pending(xfer, XferWord::sequence(w), w & XferWord::wishes));
  }
  if (completion) run_completion(completion, result);
  if (user) leave();
}

void ChannelInfo::take_late() noexcept {
  // The area is ours and FREE. What lies there is our last reply, consumed before, or a late one.
  Xfer& xfer = binding_.table->held();
  const RxMessage message = binding_.ops->fetch_response(binding_.state, {xfer.rx, binding_.max_payload});
  if (message.kind != RxMessage::Kind::message) return;
  if (binding_.table->classify_stray(message.header) == Stray::late) {
    counters_for(message.header).add(Count::late);
    trace(TraceKind::late, message.header, message.payload);
  }
}

void ChannelInfo::stray(std::uint32_t header, std::span<const std::byte> payload) noexcept {
  const bool sane = MessageHeader::unpack(header).type == MessageType::command ||
                    MessageHeader::unpack(header).type == MessageType::delayed_response;
  switch (sane && binding_.direction == Direction::a2p ? binding_.table->classify_stray(header) : Stray::unexpected) {
    case Stray::late:
      counters_for(header).add(Count::late);
      trace(TraceKind::late, header, payload);
      break;
    case Stray::duplicate:
      counters_for(header).add(Count::duplicate);
      trace(TraceKind::duplicate, header, payload);
      break;
    case Stray::unexpected:
      counters_for(header).add(Count::unexpected);
      trace(TraceKind::unexpected, header, payload);
      break;
  }
}

// --- Rings -----------------------------------------------------------------------------------------------------------

void ChannelInfo::drain_ring() noexcept {
  XferTable& table = *binding_.table;
  for (std::size_t budget = 2 * table.size() + p2a_burst; budget != 0; --budget) {
    const RxMessage message = binding_.ops->fetch_response(binding_.state, {});
    if (message.kind == RxMessage::Kind::none) return;
    Xfer* lender = message.loan < table.size() ? &table.at(message.loan) : nullptr;
    // A malformed message has no header to go by: it is the reply of whoever lent the buffer.
    Xfer* xfer =
        message.kind == RxMessage::Kind::message ? table.find(MessageHeader::unpack(message.header).token) : lender;
    // The buffer comes back with the claim: afterwards the xfer may be somebody else's.
    const std::uint64_t back = xfer != nullptr && xfer == lender ? XferWord::returned : 0;
    XferState before = XferState::free;
    if (xfer != nullptr) before = claim_response(*xfer, message, back);
    if (before == XferState::in_flight || before == XferState::early) {
      RxMessage own = message;
      if (own.kind == RxMessage::Kind::message && before == XferState::in_flight) {
        const std::size_t n = std::min<std::size_t>(own.payload.size(), binding_.max_payload);
        std::memcpy(xfer->rx, own.payload.data(), n);
        own.payload = {xfer->rx, n};
      }
      if (lender != nullptr && lender != xfer) table.buffer_returned(*lender);
      deliver_response(*xfer, own, before);
    } else {
      if (before == XferState::receiving) {
        trace(TraceKind::response, message.header, message.payload);
      } else if (message.kind == RxMessage::Kind::message) {
        stray(message.header, message.payload);
      } else {
        unattributed().add(Count::malformed);
        trace(TraceKind::malformed, message.header, {});
      }
      if (lender != nullptr) table.buffer_returned(*lender);  // Last: the message lies in its buffer.
    }
    xfer_freed();
  }
}

XferState ChannelInfo::claim_response(Xfer& xfer, const RxMessage& message, std::uint64_t back) noexcept {
  std::uint64_t w = xfer.word.load(std::memory_order_acquire);
  for (;;) {
    const XferState state = XferWord::state(w);
    const bool open = state == XferState::in_flight || state == XferState::early;
    // Looked at after each load of the word: if the exchange succeeds the header is that of the same use.
    const bool fits = message.kind != RxMessage::Kind::message ||
                      (message.header & header_defined_bits) == xfer.header.load(std::memory_order_relaxed);
    // Another copies its delayed response, or this response's double: he ends the call.
    if (!fits || (!open && state != XferState::receiving)) return XferState::free;
    const std::uint64_t to = open ? XferWord::with(w, XferState::receiving) | back : w | XferWord::replied;
    if (xfer.word.compare_exchange_weak(w, to, std::memory_order_acq_rel, std::memory_order_acquire)) return state;
  }
}

// --- P2A
// ---------------------------------------------------------------------------------------------------------------

void ChannelInfo::drain_p2a() noexcept {
  // One producer at a time: the first drains, the others only make him look again.
  std::uint32_t claim = 0;
  while (!rx_claim_.compare_exchange_weak(claim, claim == 0 ? 1 : 2, std::memory_order_acq_rel)) {
  }
  if (claim != 0) return;
  for (;;) {
    for (std::size_t budget = p2a_burst; budget != 0; --budget) {
      const RxMessage message = binding_.ops->fetch_notification(binding_.state, rx_buffer_);
      if (message.kind == RxMessage::Kind::none) break;
      const MessageHeader header = MessageHeader::unpack(message.header);
      if (message.kind != RxMessage::Kind::message || message.payload.size() < status_size) {
        // A notification has at least one word, a delayed response its status.
        const bool error_bit = message.kind == RxMessage::Kind::channel_error;
        (message.kind == RxMessage::Kind::message ? counters(header.protocol) : unattributed())
            .add(error_bit ? Count::channel_errors : Count::malformed);
        trace(error_bit ? TraceKind::channel_error : TraceKind::malformed, message.header, {});
      } else if (header.type == MessageType::delayed_response) {
        deliver_delayed(message.header, message.payload);
      } else if (header.type == MessageType::notification) {
        const bool queued = queue_.push(message.header & header_defined_bits, message.payload);
        counters(header.protocol).add(queued ? Count::notifications : Count::dropped);
        trace(queued ? TraceKind::notification : TraceKind::dropped, message.header, message.payload);
        if (queued) registry_->announce();
      } else {
        stray(message.header, message.payload);
      }
      // Whatever it was, the area goes back.
      binding_.ops->clear(binding_.state);
    }
    std::uint32_t mine = 1;
    if (rx_claim_.compare_exchange_strong(mine, 0, std::memory_order_acq_rel)) return;
    // Acquire: what was seen by whoever wants us to look again.
    rx_claim_.exchange(1, std::memory_order_acq_rel);
  }
}

void ChannelInfo::deliver_delayed(std::uint32_t header, std::span<const std::byte> payload) noexcept {
  // The command went out on the A2P channel of its protocol; its token means something there only.
  const MessageHeader unpacked = MessageHeader::unpack(header);
  const ChannelRef command = registry_->channel(unpacked.protocol, Direction::a2p);
  if (!command) {
    stray(header, payload);
    return;
  }
  command->take_delayed(header, payload);
}

void ChannelInfo::take_delayed(std::uint32_t header, std::span<const std::byte> payload) noexcept {
  MessageHeader as_command = MessageHeader::unpack(header);
  as_command.type = MessageType::command;
  XferTable& table = *binding_.table;
  Xfer* xfer = table.find(as_command.token);
  if (xfer != nullptr) {
    std::uint64_t w = xfer->word.load(std::memory_order_acquire);
    for (;;) {
      // Looked at after each load of the word: if the exchange succeeds the header is that of the same use.
      if ((w & XferWord::expects_delayed) == 0) break;
      if (xfer->header.load(std::memory_order_relaxed) != as_command.pack()) break;
      const XferState before = XferWord::state(w);
      const bool sending = before == XferState::prepared;
      if (sending || (before == XferState::receiving && (w & XferWord::answered_early) == 0)) {
        // Another receives its response just now, or looks for it, or comes back from sending it.
        if (table.park(*xfer, w, payload)) return;
        if (XferWord::state(w) == before) break;
        continue;
      }
      if (before != XferState::in_flight && before != XferState::responded) break;
      if (!xfer->word.compare_exchange_weak(w, XferWord::with(w, XferState::receiving), std::memory_order_acquire)) {
        continue;
      }
      const std::size_t n = std::min<std::size_t>(payload.size(), binding_.max_payload);
      std::memcpy(xfer->rx, payload.data(), n);
      xfer->rx_length = static_cast<std::uint32_t>(n);
      counters(as_command.protocol).add(Count::delayed);
      trace(TraceKind::delayed, header, payload);
      if (before == XferState::responded) {
        table.note_answered(header & header_defined_bits);
      } else {
        services_.tolerances.note(Tolerated::early_delayed_response, as_command.protocol, as_command.message);
      }
      complete(*xfer, before == XferState::responded ? XferState::done : XferState::early);
      return;
    }
  }
  stray(header, payload);
}

}  // namespace scmi
