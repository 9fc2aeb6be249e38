// SPDX-License-Identifier: Apache-2.0
#include "scmi/transaction.hpp"

#include <algorithm>

namespace scmi {

namespace {
constexpr int polls_without_clock = sync::poll_turns(64);
constexpr int polls_between_clocks = sync::poll_turns(32);
constexpr int spin_rounds_max = 4096;  ///< Spinning ends even if the clock stands still.
constexpr int learning_shift = 3;      ///< The learned service time moves by an eighth of the difference.
}  // namespace

void Transaction::admit_slow(std::uint32_t generation) noexcept {
  if (!channel_.try_acquire(generation)) {
    const std::uint64_t w = channel_.word();
    const bool closing = ChannelWord::generation(w) == generation && (w & ChannelWord::closing) != 0;
    refused_ = closing ? LocalError::channel_closed : LocalError::stale_handle;
    return;
  }
  shared_ = channel_.shared();
  XferTable& table = *channel_.binding().table;
  if (!shared_) {
    const Result<void> admitted = channel_.admit(deadline());
    if (admitted) {
      use_held();
      return;
    }
    refused_ = static_cast<LocalError>(admitted.error().code);
  } else {
    constexpr std::uint64_t shut = ChannelWord::waiters | ChannelWord::closing | ChannelWord::lost;
    if ((channel_.word() & shut) == 0) xfer_ = table.allocate(true);
    if (xfer_ != nullptr) return;
    const Result<Xfer*> admitted = channel_.admit_shared(deadline());
    if (admitted) {
      xfer_ = *admitted;
      return;
    }
    refused_ = static_cast<LocalError>(admitted.error().code);
  }
  channel_.release();
}

void Transaction::finish_slow() noexcept {
  const ChannelBinding& binding = channel_.binding();
  if (binding.ops->mark_tx_done != nullptr) {
    const XferState state = XferWord::state(xfer_->word.load(std::memory_order_relaxed));
    binding.ops->mark_tx_done(binding.state, xfer_->index, state == XferState::done || state == XferState::receiving);
  }
  if (!shared_) {
    finish_held();
    return;
  }
  binding.table->release(*xfer_);
  channel_.xfer_freed();
  channel_.release();
}

Error Transaction::failed(LocalError error, std::uint32_t header) const noexcept {
  const MessageHeader h = MessageHeader::unpack(header);
  return Error::local(error, {h.protocol.value, h.message.value, Step::none, 0});
}

Instant Transaction::deadline() noexcept {
  if (deadline_ == Instant{}) {
    const Duration timeout =
        options_.timeout != Duration{} ? options_.timeout : channel_.binding().description->default_timeout;
    deadline_ = channel_.services().clock.now() + timeout;
  }
  return deadline_;
}

Transaction::Reply Transaction::exchange(std::uint32_t header, std::size_t length) noexcept {
  const ChannelBinding& binding = channel_.binding();
  XferTable& table = *binding.table;
  Xfer& xfer = *xfer_;
  if (length > binding.max_payload) [[unlikely]]
    return failed(LocalError::message_too_large, header);
  if (shared_) [[unlikely]]
    return run_shared(header, length);
  std::uint32_t token = 0;
  if (!table.take_next_token(token)) [[unlikely]] {
    const std::optional<Token> other = table.take_token();
    if (!other) return failed(LocalError::no_token, header);
    token = other->value;
  }
  header |= token << header_token_shift;
  xfer.header.store(header, std::memory_order_relaxed);

  channel_.set_current(0);
  if (!table.quarantine_empty() && binding.ops->poll_done(binding.state)) [[unlikely]]
    channel_.take_late();
  const TxMessage message{header, {xfer.tx, length}, 0, !options_.poll};
  const Result<void> sent = binding.ops->send(binding.state, message);
  if (!sent) [[unlikely]] {
    if (!sent.error().is(LocalError::channel_busy)) return sent.error();
    const Result<void> later = send_when_free(message);
    if (!later) return later.error();
  }
  // In flight only now that the area is the platform's: whoever claims the xfer then sees FREE no earlier than the
  // reply. A reply whose doorbell came before is found by the poll below.
  std::uint64_t w = XferWord::with(xfer.word.load(std::memory_order_relaxed), XferState::in_flight);
  xfer.word.store(w, std::memory_order_release);
  CounterBlock& counters = channel_.counters_for(header);
  counters.add_held(Count::sent);
  channel_.trace(TraceKind::command, header, message.payload);

  for (int polls = polls_without_clock; !binding.ops->poll_done(binding.state);) {
    sync::cpu_relax();
    if (--polls == 0) [[unlikely]]
      return wait_slow(header);
  }
  // Acquire: nothing to acquire from ourselves; another observer may have claimed and given back before.
  if (!xfer.word.compare_exchange_strong(w, XferWord::with(w, XferState::receiving), std::memory_order_acquire,
                                         std::memory_order_relaxed)) [[unlikely]] {
    return wait_slow(header);
  }
  const RxMessage reply = binding.ops->fetch_response(binding.state, {xfer.rx, binding.max_payload});
  if (reply.kind != RxMessage::Kind::message || (reply.header & header_defined_bits) != header ||
      reply.payload.size() < sizeof(std::uint32_t)) [[unlikely]] {
    channel_.deliver_response(xfer, reply, XferState::in_flight);
    return wait_slow(header);
  }
  // The xfer stays `receiving`, hence ours, until the Transaction ends.
  table.note_answered(header);
  counters.add_held(Count::replies);
  const std::span<const std::byte> payload(xfer.rx, reply.payload.size());
  channel_.trace(TraceKind::response, header, payload);
  return payload;
}

Transaction::Reply Transaction::run_shared(std::uint32_t header, std::size_t length) noexcept {
  const ChannelBinding& binding = channel_.binding();
  XferTable& table = *binding.table;
  const std::optional<Token> taken = table.take_token();
  if (!taken) return failed(LocalError::no_token, header);
  const Token token = *taken;
  header |= std::uint32_t{token.value} << header_token_shift;
  xfer_->header.store(header, std::memory_order_relaxed);
  table.mark(token, *xfer_);
  xfer_->token_marked = true;
  // In flight first: the reply may come before send returns, and only a returned buffer can match.
  std::uint64_t w = XferWord::with(xfer_->word.load(std::memory_order_relaxed), XferState::in_flight);
  const std::uint64_t sequence = XferWord::sequence(w);
  xfer_->word.store(w, std::memory_order_seq_cst);
  const Result<void> sent =
      binding.ops->send(binding.state, {header, {xfer_->tx, length}, xfer_->index, !options_.poll});
  if (!sent) {
    w = xfer_->word.load(std::memory_order_relaxed);
    while (XferWord::state(w) == XferState::in_flight && XferWord::sequence(w) == sequence) {
      // Nothing was lent.
      if (xfer_->word.compare_exchange_weak(w, XferWord::with(w, XferState::prepared) | XferWord::returned)) {
        xfer_->token_marked = false;
        table.unmark(token);
        return sent.error();
      }
    }
    // A close was faster: its error stands.
  } else {
    channel_.counters_for(header).add(Count::sent);
    channel_.trace(TraceKind::command, header, {xfer_->tx, length});
    for (int i = 0; i < polls_without_clock; ++i) {
      const std::uint64_t now = xfer_->word.load(std::memory_order_acquire);
      if (over(now)) return outcome(now, header);
      if (binding.ops->poll_done(binding.state)) channel_.pump(false);
      sync::cpu_relax();
    }
  }
  return wait_slow(header);
}

Result<void> Transaction::send_when_free(const TxMessage& message) noexcept {
  // The area is the platform's still: an earlier call ran out of time. Never written, never rung before it is ours.
  const ChannelBinding& binding = channel_.binding();
  const Instant until = deadline();
  Result<void> result = Error::local(LocalError::channel_busy);
  channel_.await_area(true);
  for (;;) {
    const std::uint32_t seen = xfer_->point.word.load(std::memory_order_seq_cst);
    const std::uint64_t w = channel_.word();
    if ((w & ChannelWord::closing) != 0) {
      result = failed(LocalError::channel_closed, message.header);
      break;
    }
    if ((w & ChannelWord::lost) != 0) {
      result = failed(LocalError::platform_lost, message.header);
      break;
    }
    if (binding.ops->poll_done(binding.state)) {
      channel_.take_late();
      result = binding.ops->send(binding.state, message);
      if (result || !result.error().is(LocalError::channel_busy)) break;
    }
    if (channel_.services().clock.now() >= until) {
      channel_.count_end(message.header, XferWord::want_timeout);
      result = failed(LocalError::channel_busy, message.header);
      break;
    }
    channel_.sleep(xfer_->point, seen, until);
  }
  channel_.await_area(false);
  return result;
}

bool Transaction::over(std::uint64_t word) const noexcept {
  const XferState state = XferWord::state(word);
  return state == XferState::done || state == XferState::abandoned;
}

Transaction::Reply Transaction::outcome(std::uint64_t word, std::uint32_t header) noexcept {
  if (XferWord::state(word) == XferState::abandoned) return failed(abandon_reason(word), header);
  if (xfer_->failed) return failed(xfer_->failure, header);
  if (!shared_) channel_.counters_for(header).add_held(Count::replies);
  return std::span<const std::byte>(xfer_->rx, xfer_->rx_length);
}

Transaction::Reply Transaction::wait_slow(std::uint32_t header) noexcept {
  const ChannelBinding& binding = channel_.binding();
  ChannelServices& services = channel_.services();
  const Instant start = services.clock.now();
  const Instant until = deadline();
  const std::uint64_t sequence = XferWord::sequence(xfer_->word.load(std::memory_order_relaxed));
  const auto learn = [&] {
    const Duration served = services.clock.now() - start;
    if (!shared_) channel_.learned_service += (served - channel_.learned_service) / (1 << learning_shift);
  };

  const Duration budget = std::min(channel_.learned_service + services.spin_extra, services.spin_max);
  const Instant spin_until = std::min(start + budget, until);
  int rounds = spin_rounds_max;
  do {
    for (int i = 0; i < polls_between_clocks; ++i) {
      const std::uint64_t w = xfer_->word.load(std::memory_order_acquire);
      if (over(w)) {
        learn();
        return outcome(w, header);
      }
      if (binding.ops->poll_done(binding.state)) channel_.pump(false);
      sync::cpu_relax();
    }
  } while (services.clock.now() < spin_until && --rounds > 0);

  // seq_cst twice: a closer marks the channel, then looks at the xfers; we say that we wait, then look at the channel.
  // One of us sees the other.
  xfer_->word.fetch_or(XferWord::waiting, std::memory_order_seq_cst);
  const std::uint64_t channel_word = channel_.word();
  if ((channel_word & ChannelWord::closing) != 0) {
    static_cast<void>(binding.table->abandon(*xfer_, sequence, XferWord::want_close));
  } else if ((channel_word & ChannelWord::lost) != 0) {
    static_cast<void>(binding.table->abandon(*xfer_, sequence, XferWord::want_lost));
  }
  for (;;) {
    const std::uint32_t seen = xfer_->point.word.load(std::memory_order_seq_cst);
    const std::uint64_t w = xfer_->word.load(std::memory_order_seq_cst);
    if (over(w)) {
      learn();
      return outcome(w, header);
    }
    if (services.clock.now() >= until && (w & XferWord::want_timeout) == 0) {
      // If somebody is copying the reply just now the reply wins, and he wakes us.
      if (binding.table->abandon(*xfer_, sequence, XferWord::want_timeout) == XferTable::Abandoned::yes) {
        channel_.count_end(header, XferWord::want_timeout);
      }
      continue;
    }
    const bool decided = (w & XferWord::want_timeout) != 0;
    channel_.sleep(xfer_->point, seen, decided ? never : until);
  }
}

}  // namespace scmi
