// SPDX-License-Identifier: Apache-2.0
#include "scmi/transaction.hpp"

#include <algorithm>
#include <utility>

namespace scmi {

namespace {
constexpr int polls_without_clock = sync::poll_turns(64);
constexpr int polls_between_clocks = sync::poll_turns(32);
constexpr int spin_rounds_max = 4096;  ///< Spinning ends even if the clock stands still.
constexpr int learning_shift = 3;      ///< The learned service time moves by an eighth of the difference.
}  // namespace

Xfer* Transaction::admit_slow(std::uint32_t generation) noexcept {
  if (!channel_.try_acquire(generation)) {
    const std::uint64_t w = channel_.word();
    const bool closing = ChannelWord::generation(w) == generation && (w & ChannelWord::closing) != 0;
    failure_ = Error::local(closing ? LocalError::channel_closed : LocalError::stale_handle);
    return nullptr;
  }
  shared_ = channel_.shared();
  XferTable& table = *channel_.binding().table;
  if (!shared_) {
    const Result<void> admitted = channel_.admit(deadline());
    if (admitted) return &table.held();
    failure_ = admitted.error();
  } else {
    constexpr std::uint64_t shut = ChannelWord::waiters | ChannelWord::closing | ChannelWord::lost;
    if ((channel_.word() & shut) == 0) {
      if (Xfer* const free = table.allocate(XferWord::blocking)) return free;
    }
    const Result<Xfer*> admitted = channel_.admit_shared(deadline());
    if (admitted) return *admitted;
    failure_ = admitted.error();
  }
  channel_.release();
  return nullptr;
}

void Transaction::finish_shared() noexcept {
  const ChannelBinding& binding = channel_.binding();
  if (binding.ops->mark_tx_done != nullptr) {
    const XferState state = XferWord::state(xfer_->word.load(std::memory_order_relaxed));
    binding.ops->mark_tx_done(binding.state, xfer_->index, state == XferState::done || state == XferState::receiving);
  }
  binding.table->release(*xfer_);
  channel_.xfer_freed();
  channel_.release();
}

Error Transaction::in_context(Error error, std::uint32_t header) noexcept {
  const MessageHeader h = MessageHeader::unpack(header);
  error.context = {h.protocol.value, h.message.value, Step::none, 0};
  return error;
}

Error Transaction::failed(LocalError error, std::uint32_t header) noexcept {
  return in_context(Error::local(error), header);
}

Instant Transaction::deadline() noexcept {
  if (deadline_ == Instant{}) {
    const Duration timeout =
        options_.timeout != Duration{} ? options_.timeout : channel_.binding().description->default_timeout;
    deadline_ = channel_.services().clock.now() + timeout;
  }
  return deadline_;
}

std::size_t Transaction::exchange(std::uint32_t header, std::size_t length) noexcept {
  ChannelInfo& channel = channel_;
  const ChannelBinding& binding = channel.binding();
  XferTable& table = *binding.table;
  Xfer& xfer = *xfer_;
  if (shared_) [[unlikely]]
    return exchange_shared(header, length);

  if (table.all_tokens_in()) [[likely]] {
    header |= table.next_token() << header_token_shift;
  } else {
    const std::optional<Token> token = take_token_past_others();
    if (!token) return fail(failed(LocalError::no_token, header));
    header |= std::uint32_t{token->value} << header_token_shift;
  }
  xfer.header.store(header, std::memory_order_relaxed);
  xfer.rejected_header.store(0, std::memory_order_relaxed);
  const TxMessage message{{xfer.tx, length}, header, 0, !options_.poll};
  const SendResult sent = binding.ops->send(binding.state, message);
  if (!sent && !send_after_all(message, sent.error())) [[unlikely]]
    return 0;
  // In flight only now that the area is the platform's: whoever claims the xfer then sees FREE no earlier than the
  // reply. A reply whose doorbell came before is found by the poll below.
  std::uint64_t w = XferWord::launched(xfer.word.load(std::memory_order_relaxed));
  xfer.word.store(w, std::memory_order_release);
  CounterBlock& counters = channel.counters_for(header);
  counters.add_held(Count::sent);
  if (TraceTap* const tap = channel.tap()) [[unlikely]]
    channel.trace_to(*tap, TraceKind::command, header, message.payload);

  if (!binding.ops->poll_done(binding.state) && !poll_for_a_while()) [[unlikely]]
    return wait_slow(header);
  // Acquire: nothing to acquire from ourselves; another observer may have claimed and given back before.
  if (!xfer.word.compare_exchange_strong(w, XferWord::claimed(w), std::memory_order_acquire, std::memory_order_relaxed))
      [[unlikely]] {
    return wait_slow(header);
  }
  const std::size_t answered = binding.ops->take_reply(binding.state, header, xfer.rx);
  if (answered == 0) [[unlikely]]
    return judge(header);
  // The xfer stays `receiving`, hence ours, until the Transaction ends.
  table.note_answered(header);
  counters.add_held(Count::replies);
  if (TraceTap* const tap = channel.tap()) [[unlikely]]
    channel.trace_to(*tap, TraceKind::response, header, {xfer.rx, answered});
  return answered;
}

bool Transaction::poll_for_a_while() noexcept {
  // The first poll was made. No clock is read before all of them have failed.
  const ChannelBinding& binding = channel_.binding();
  for (int polls = 1; polls < polls_without_clock; ++polls) {
    sync::cpu_relax();
    if (binding.ops->poll_done(binding.state)) return true;
  }
  sync::cpu_relax();
  return false;
}

std::size_t Transaction::judge(std::uint32_t header) noexcept {
  // Claimed, and not simply the reply: looked at once more, and judged like what any other observer finds.
  const ChannelBinding& binding = channel_.binding();
  const RxMessage found = binding.ops->fetch_response(binding.state, {xfer_->rx, binding.max_payload});
  channel_.deliver_response(*xfer_, found, XferState::in_flight);
  return wait_slow(header);
}

std::size_t Transaction::fail(const Error& error) noexcept {
  failure_ = error;
  return 0;
}

std::optional<Token> Transaction::take_token_past_others() noexcept {
  const ChannelBinding& binding = channel_.binding();
  XferTable& table = *binding.table;
  if (!table.quarantine_empty() && binding.ops->poll_done(binding.state)) channel_.take_late();
  return table.take_token();
}

std::size_t Transaction::exchange_shared(std::uint32_t header, std::size_t length) noexcept {
  const ChannelBinding& binding = channel_.binding();
  XferTable& table = *binding.table;
  const std::optional<Token> taken = table.take_token();
  if (!taken) return fail(failed(LocalError::no_token, header));
  const Token token = *taken;
  header |= std::uint32_t{token.value} << header_token_shift;
  xfer_->header.store(header, std::memory_order_relaxed);
  table.mark(token, *xfer_);
  xfer_->token_marked = true;
  // In flight first: the reply may come before send returns, and only a returned buffer can match.
  std::uint64_t w = XferWord::with(xfer_->word.load(std::memory_order_relaxed), XferState::in_flight);
  const std::uint64_t sequence = XferWord::sequence(w);
  xfer_->word.store(w, std::memory_order_seq_cst);
  const SendResult sent = binding.ops->send(binding.state, {{xfer_->tx, length}, header, xfer_->index, !options_.poll});
  if (!sent) {
    w = xfer_->word.load(std::memory_order_relaxed);
    while (XferWord::state(w) == XferState::in_flight && XferWord::sequence(w) == sequence) {
      // Nothing was lent.
      if (xfer_->word.compare_exchange_weak(w, XferWord::with(w, XferState::prepared) | XferWord::returned)) {
        xfer_->token_marked = false;
        table.unmark(token);
        return fail(in_context(sent.error(), header));
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

bool Transaction::send_after_all(const TxMessage& message, const Error& refused) noexcept {
  if (!refused.is(LocalError::channel_busy)) {
    failure_ = in_context(refused, message.header);
    return false;
  }
  // The area is the platform's still: an earlier call ran out of time. Never written, never rung before it is ours.
  const ChannelBinding& binding = channel_.binding();
  const Instant until = deadline();
  bool sent = false;
  // seq_cst: a closer marks the channel, then wakes whoever prepares; we say that we do, then look at the channel.
  xfer_->word.store(
      XferWord::with(XferWord::launched(xfer_->word.load(std::memory_order_relaxed)), XferState::prepared),
      std::memory_order_seq_cst);
  for (;;) {
    const std::uint32_t seen = xfer_->point.word.load(std::memory_order_seq_cst);
    channel_.watch_area(AreaWatch::holder);
    const std::uint64_t w = channel_.word();
    if ((w & ChannelWord::closing) != 0) {
      failure_ = failed(LocalError::channel_closed, message.header);
      break;
    }
    if ((w & ChannelWord::lost) != 0) {
      failure_ = failed(LocalError::platform_lost, message.header);
      break;
    }
    if (binding.ops->poll_done(binding.state)) {
      channel_.take_late();
      const SendResult result = binding.ops->send(binding.state, message);
      sent = static_cast<bool>(result);
      failure_ = in_context(result.error(), message.header);
      if (sent || !failure_.is(LocalError::channel_busy)) break;
    }
    if (channel_.services().clock.now() >= until) {
      channel_.count_end(message.header, XferWord::want_timeout);
      failure_ = failed(LocalError::channel_busy, message.header);
      break;
    }
    channel_.sleep(xfer_->point, seen, until);
  }
  channel_.watch_area(AreaWatch::none);
  xfer_->word.store(XferWord::freed(xfer_->word.load(std::memory_order_relaxed)), std::memory_order_relaxed);
  return sent;
}

bool Transaction::over(std::uint64_t word) const noexcept {
  const XferState state = XferWord::state(word);
  return state == XferState::done || state == XferState::abandoned;
}

std::size_t Transaction::outcome(std::uint64_t word, std::uint32_t header) noexcept {
  if (XferWord::state(word) == XferState::abandoned) return fail(failed(abandon_reason(word), header));
  if (std::exchange(xfer_->failed, false)) return fail(failed(xfer_->failure, header));
  if (!shared_) channel_.counters_for(header).add_held(Count::replies);
  return xfer_->rx_length;
}

std::size_t Transaction::wait_slow(std::uint32_t header) noexcept {
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
