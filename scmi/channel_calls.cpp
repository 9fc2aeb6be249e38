// SPDX-License-Identifier: Apache-2.0
//
// Calls that go on without a caller: how they go out, wait for a stuck area, and end without a reply. The context that
// ends a call is the one whose change of the xfer's word succeeded; nobody else touches it until it is settled.
#include <algorithm>
#include <utility>

#include "scmi/channel_info.hpp"
#include "scmi/channel_registry.hpp"

namespace scmi {

// --- Ends without a reply
// ------------------------------------------------------------------------------------------------

void ChannelInfo::count_end(std::uint32_t header, std::uint64_t wish) noexcept {
  if ((wish & (XferWord::want_close | XferWord::want_lost)) != 0) return;
  const bool cancelled = (wish & XferWord::want_cancel) != 0;
  counters_for(header).add(cancelled ? Count::cancelled : Count::timeouts);
  trace(cancelled ? TraceKind::cancelled : TraceKind::timed_out, header, {});
}

void ChannelInfo::end(Xfer& xfer, bool blocking, LocalError reason) noexcept {
  // A blocking caller may have seen it already and be gone with the xfer: he only has to be woken.
  if (blocking) {
    signal(xfer.point);
  } else {
    fail(xfer, reason);
  }
}

void ChannelInfo::fail(Xfer& xfer, LocalError reason) noexcept {
  // The pending xfer is out of the queue or abandoned, and we are the one who did it: it stays ours until it is
  // settled.
  std::uint64_t w = xfer.word.load(std::memory_order_acquire);
  WaitPoint& point = xfer.point;
  const bool hold = std::exchange(xfer.owns_hold, false);
  const bool user = std::exchange(xfer.owns_user, false);
  Completion completion = std::exchange(xfer.completion, nullptr);
  xfer.token_marked = false;  // The quarantine has it.
  if (XferWord::state(w) == XferState::abandoned) {
    if (binding_.ops->mark_tx_done != nullptr) binding_.ops->mark_tx_done(binding_.state, xfer.index, false);
    binding_.table->settle(xfer);
  } else {
    // Never sent.
    xfer.failed = true;
    xfer.failure = reason;
    std::uint64_t next = 0;
    do {
      next = XferWord::with(w, XferState::done) | XferWord::returned;
      if ((w & XferWord::released) != 0) next = xfer.retired(w);
    } while (!xfer.word.compare_exchange_weak(w, next, std::memory_order_acq_rel));
  }
  signal(point);
  if (hold) release_hold();
  if (completion) run_completion(completion, Error::local(reason));
  if (user) leave();
}

void ChannelInfo::leave() noexcept {
  // If its caller has left already, the xfer is free now.
  xfer_freed();
  release();
}

bool ChannelInfo::end_pending(Xfer& xfer, std::uint64_t sequence, std::uint64_t wish) noexcept {
  const std::uint32_t header = xfer.header.load(std::memory_order_relaxed);
  const std::uint64_t w = xfer.word.load(std::memory_order_acquire);
  if (XferWord::sequence(w) != sequence) return false;
  const bool blocking = (w & XferWord::blocking) != 0;  // Constant during a use.
  if (withdraw(xfer, sequence)) {
    count_end(header, wish);
    fail(xfer, abandon_reason(wish));
    return true;
  }
  std::uint64_t stuck = stuck_id(xfer, sequence);
  if (stuck_.compare_exchange_strong(stuck, 0, std::memory_order_acq_rel)) {
    // Admitted, but the area never came back: nothing was sent, so no token goes into quarantine.
    watch_area(AreaWatch::none);
    count_end(header, wish);
    fail(xfer, (wish & XferWord::want_timeout) != 0 ? LocalError::channel_busy : abandon_reason(wish));
    return true;
  }
  switch (binding_.table->abandon(xfer, sequence, wish)) {
    case XferTable::Abandoned::yes: break;
    case XferTable::Abandoned::recorded: signal(xfer.point); return false;
    case XferTable::Abandoned::too_late: return false;
  }
  count_end(header, wish);
  end(xfer, blocking, abandon_reason(wish));
  return true;
}

void ChannelInfo::end_calls(std::uint64_t wish, Instant now) noexcept {
  XferTable& table = *binding_.table;
  const bool all = now == never;
  for (std::size_t i = 0; i < table.size(); ++i) {
    Xfer& xfer = table.at(i);
    const std::uint64_t w = xfer.word.load(std::memory_order_seq_cst);
    const XferState state = XferWord::state(w);
    if (state == XferState::free || state == XferState::done || state == XferState::abandoned) continue;
    if (!all && xfer.deadline.load(std::memory_order_relaxed) > now.time_since_epoch().count()) continue;
    static_cast<void>(end_pending(xfer, XferWord::sequence(w), wish));
  }
}

Instant ChannelInfo::next_deadline() noexcept {
  Duration::rep first = never.time_since_epoch().count();
  XferTable& table = *binding_.table;
  for (std::size_t i = 0; i < table.size(); ++i) {
    Xfer& xfer = table.at(i);
    const std::uint64_t w = xfer.word.load(std::memory_order_relaxed);
    const XferState state = XferWord::state(w);
    if (state == XferState::free || state == XferState::done || state == XferState::abandoned) continue;
    if ((w & XferWord::wishes) != 0) continue;  // Whoever is receiving or launching ends it.
    first = std::min(first, xfer.deadline.load(std::memory_order_relaxed));
  }
  return Instant(Duration(first));
}

void ChannelInfo::mark_lost() noexcept {
  if ((word_.fetch_or(ChannelWord::lost, std::memory_order_seq_cst) & ChannelWord::lost) != 0) return;
  if (binding_.direction == Direction::p2a) return;
  refuse_queue(LocalError::platform_lost);
  end_calls(XferWord::want_lost);
}

void ChannelInfo::run_completion(Completion& completion, const Result<std::span<const std::byte>>& result) noexcept {
  const CallbackScope scope(*registry_);
  // It goes inside the scope too: what it owns may be the agent.
  const Completion own = std::move(completion);
  own(result);
}

// --- Pending calls: going out
// ----------------------------------------------------------------------------------------------

void ChannelInfo::launch(Xfer& xfer) noexcept {
  XferTable& table = *binding_.table;
  std::uint32_t header = xfer.header.load(std::memory_order_relaxed);
  const std::optional<Token> token = table.take_token();
  if (!token) {
    fail(xfer, LocalError::no_token);
    return;
  }
  MessageHeader with_token = MessageHeader::unpack(header);
  with_token.token = *token;
  header = with_token.pack();
  xfer.header.store(header, std::memory_order_relaxed);
  if (!shared()) {
    if (!table.quarantine_empty() && binding_.ops->poll_done(binding_.state)) take_late();
    current_.store(xfer.index, std::memory_order_relaxed);
  }
  if (shared() || (xfer.word.load(std::memory_order_relaxed) & XferWord::expects_delayed) != 0) {
    table.mark(*token, xfer);
    xfer.token_marked = true;
  }
  const std::uint64_t sequence = XferWord::sequence(xfer.word.load(std::memory_order_relaxed));
  const auto take_off = [&] {
    std::uint64_t w = xfer.word.load(std::memory_order_relaxed);
    while (!xfer.word.compare_exchange_weak(w, XferWord::with(w, XferState::in_flight) & ~XferWord::wishes,
                                            std::memory_order_seq_cst)) {
    }
    return w & (XferWord::wishes | XferWord::parked);
  };
  // A ring's reply may come before send returns, and is matched by its own buffer: in flight first. An area's reply
  // would be mistaken for the request while that is being written: in flight afterwards.
  std::uint64_t meanwhile = shared() ? take_off() : 0;
  const SendResult sent = binding_.ops->send(binding_.state, {{xfer.tx, xfer.tx_length}, header, xfer.index, true});
  if (!sent) {
    if (shared()) {
      std::uint64_t w = xfer.word.load(std::memory_order_relaxed);
      const bool still = XferWord::state(w) == XferState::in_flight && XferWord::sequence(w) == sequence;
      if (!still ||
          !xfer.word.compare_exchange_strong(w, XferWord::with(w, XferState::prepared) | XferWord::returned)) {
        return;  // A close or a deadline was faster.
      }
    }
    if (xfer.token_marked) {
      xfer.token_marked = false;
      table.unmark(*token);
      xfer.word.fetch_and(~XferWord::parked, std::memory_order_acq_rel);  // Not this command's: it was not sent.
    }
    if (sent.error().is(LocalError::channel_busy)) {
      watch_area(AreaWatch::stuck);
      stuck_.store(stuck_id(xfer, sequence), std::memory_order_release);
      return;
    }
    const LocalError why =
        sent.error().origin == Origin::local ? static_cast<LocalError>(sent.error().code) : LocalError::platform_lost;
    fail(xfer, why);
    return;
  }
  counters_for(header).add(Count::sent);
  trace(TraceKind::command, header, {xfer.tx, xfer.tx_length});
  if (!shared()) meanwhile = take_off();
  if ((meanwhile & XferWord::wishes) != 0 && end_pending(xfer, sequence, meanwhile & XferWord::wishes)) return;
  if ((meanwhile & XferWord::parked) != 0) {
    std::uint64_t w = xfer.word.load(std::memory_order_relaxed);
    const bool still = XferWord::state(w) == XferState::in_flight && XferWord::sequence(w) == sequence;
    if (still && xfer.word.compare_exchange_strong(w, XferWord::with(w, XferState::receiving))) {
      take_parked(xfer);
      complete(xfer, XferState::early);
    }
  }
  // The reply's doorbell may have rung before the xfer was in flight.
  if (!shared()) deliver_area(false);
}

void ChannelInfo::retry_stuck() noexcept {
  std::uint64_t stuck = stuck_.load(std::memory_order_acquire);
  if (stuck == 0 || !binding_.ops->poll_done(binding_.state)) return;
  if (!stuck_.compare_exchange_strong(stuck, 0, std::memory_order_acq_rel)) return;
  watch_area(AreaWatch::none);
  launch(binding_.table->at((stuck & ((1U << XferWord::sequence_shift) - 1)) - 1));
}

}  // namespace scmi
