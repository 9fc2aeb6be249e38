// SPDX-License-Identifier: Apache-2.0
#include "scmi/xfer_table.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

namespace scmi {

namespace {
constexpr std::uint32_t type_bits = 0x300;
constexpr std::uint16_t nobody = 0xFFFF;

std::uint16_t token_of(std::uint32_t header) noexcept {
  return static_cast<std::uint16_t>(header >> 18 & (token_count - 1));
}
/// Protocol, message and token; a delayed response then equals its command.
std::uint32_t identity(std::uint32_t header) noexcept { return header & header_defined_bits & ~type_bits; }
}  // namespace

XferTable::XferTable(const Config& config, TimeSource& clock)
    : config_(config), clock_(clock), next_token_(config.first_token % token_count), records_(token_count) {
  // Word-aligned buffers: a transport may copy by words.
  const std::size_t stride = (static_cast<std::size_t>(config.max_payload) + 63) / 64 * 64;
  buffers_.resize(stride * 3 * config.xfers);
  xfers_ = std::make_unique<Xfer[]>(config.xfers);
  for (std::uint16_t i = 0; i < config.xfers; ++i) {
    xfers_[i].index = i;
    xfers_[i].tx = buffers_.data() + stride * 3 * i;
    xfers_[i].rx = xfers_[i].tx + stride;
    xfers_[i].parked = xfers_[i].rx + stride;
    xfers_[i].node.pending = &xfers_[i];
  }
  by_token_ = std::make_unique<sync::atomic<std::uint16_t>[]>(token_count);
  for (std::size_t i = 0; i < token_count; ++i) {
    by_token_[i].store(nobody, std::memory_order_relaxed);
  }
}

Xfer* XferTable::allocate(std::uint64_t use) noexcept {
  // Xfer 0 belongs to whoever holds the channel; a shared channel has no such holder and uses all.
  const std::uint32_t first = config_.shared ? 0 : 1;
  const std::uint32_t count = config_.xfers - first;
  const std::uint32_t start = allocate_hint_.load(std::memory_order_relaxed);
  for (std::uint32_t i = 0; i < count; ++i) {
    const std::uint32_t index = first + (start + i) % count;
    Xfer& xfer = xfers_[index];
    std::uint64_t w = xfer.word.load(std::memory_order_relaxed);
    if (XferWord::state(w) != XferState::free) continue;
    const std::uint64_t fresh = ((XferWord::sequence(w) + 1) << XferWord::sequence_shift) |
                                static_cast<std::uint64_t>(XferState::prepared) |
                                (config_.shared ? 0 : XferWord::returned) | use;
    // Acquire: pairs with the release store of `free`, so that the last user's reads of the buffers are over.
    if (!xfer.word.compare_exchange_strong(w, fresh, std::memory_order_acquire, std::memory_order_relaxed)) continue;
    allocate_hint_.store((start + i + 1) % count, std::memory_order_relaxed);
    xfer.owns_hold = false;
    xfer.owns_user = false;
    xfer.token_marked = false;
    xfer.failed = false;
    xfer.rx_length = 0;
    xfer.completion = nullptr;
    xfer.rejected_header.store(0, std::memory_order_relaxed);
    xfer.node.state = WaitNode::State::idle;
    return &xfer;
  }
  return nullptr;
}

void XferTable::release(Xfer& xfer) noexcept {
  std::uint64_t w = xfer.word.load(std::memory_order_acquire);
  std::uint64_t next = 0;
  do {
    const XferState state = XferWord::state(w);
    // A pending call that is not over is somebody's business still: he frees it when he is through.
    const bool over = (w & XferWord::blocking) != 0 || state == XferState::done ||
                      (state == XferState::abandoned && (w & XferWord::settled) != 0);
    const bool busy = !over;
    if (busy) {
      next = w | XferWord::released;
    } else if ((w & XferWord::returned) != 0) {
      next = xfer.retired(w);
    } else {
      next = XferWord::with(w, XferState::abandoned) | XferWord::released | XferWord::settled;
    }
    // Release: pairs with allocate().
  } while (!xfer.word.compare_exchange_weak(w, next, std::memory_order_acq_rel, std::memory_order_acquire));
}

void XferTable::discard(Xfer& xfer) noexcept {
  xfer.word.store(xfer.retired(xfer.word.load(std::memory_order_relaxed)), std::memory_order_release);
}

void XferTable::settle(Xfer& xfer) noexcept {
  std::uint64_t w = xfer.word.load(std::memory_order_acquire);
  std::uint64_t next = 0;
  do {
    const bool last = (w & XferWord::released) != 0 && (w & XferWord::returned) != 0;
    next = last ? xfer.retired(w) : w | XferWord::settled;
  } while (!xfer.word.compare_exchange_weak(w, next, std::memory_order_acq_rel, std::memory_order_acquire));
}

void XferTable::buffer_returned(Xfer& xfer) noexcept {
  std::uint64_t w = xfer.word.load(std::memory_order_acquire);
  std::uint64_t next = 0;
  do {
    if ((w & XferWord::returned) != 0) return;
    const bool last =
        XferWord::state(w) == XferState::abandoned && (w & XferWord::released) != 0 && (w & XferWord::settled) != 0;
    next = last ? xfer.retired(w) : w | XferWord::returned;
  } while (!xfer.word.compare_exchange_weak(w, next, std::memory_order_acq_rel, std::memory_order_acquire));
}

bool XferTable::try_mark(std::uint16_t token) noexcept {
  const std::uint64_t bit = std::uint64_t{1} << (token % 64);
  if ((marks_[token / 64].bits.fetch_or(bit, std::memory_order_acq_rel) & bit) != 0) return false;
  if (!config_.shared) tokens_out_.fetch_add(1, std::memory_order_relaxed);
  return true;
}

std::optional<Token> XferTable::take_token_slow() noexcept {
  for (int pass = 0; pass < 2; ++pass) {
    for (std::uint32_t i = 0; i < token_count; ++i) {
      std::uint16_t t = 0;
      if (config_.shared) {
        t = static_cast<std::uint16_t>(next_token_.fetch_add(1, std::memory_order_relaxed) & (token_count - 1));
        if (!marked(t) && try_mark(t)) return Token(t);
      } else {
        t = static_cast<std::uint16_t>(next_token_.load(std::memory_order_relaxed) & (token_count - 1));
        next_token_.store(t + 1U, std::memory_order_relaxed);
        if (!marked(t)) return Token(t);
      }
    }
    // All are out: perhaps some have been in quarantine for longer than the horizon.
    if (pass == 0) reap_expired();
  }
  return std::nullopt;
}

void XferTable::mark(Token token, const Xfer& xfer) noexcept {
  by_token_[token.value].store(xfer.index, std::memory_order_release);
  if (!config_.shared) static_cast<void>(try_mark(token.value));
}

void XferTable::unmark(Token token) noexcept {
  by_token_[token.value].store(nobody, std::memory_order_relaxed);
  const std::uint64_t bit = std::uint64_t{1} << (token.value % 64);
  const bool was_out = (marks_[token.value / 64].bits.fetch_and(~bit, std::memory_order_acq_rel) & bit) != 0;
  if (was_out && !config_.shared) tokens_out_.fetch_sub(1, std::memory_order_release);
}

Xfer* XferTable::find(Token token) noexcept {
  const std::uint16_t index = by_token_[token.value].load(std::memory_order_acquire);
  return index < config_.xfers ? &xfers_[index] : nullptr;
}

void XferTable::quarantine(const Xfer& xfer, std::uint64_t word) noexcept {
  const std::uint32_t header = xfer.header.load(std::memory_order_relaxed);
  const std::uint16_t token = token_of(header);
  Quarantined& record = records_[token];
  if (!record.active) quarantined_.fetch_add(1, std::memory_order_relaxed);
  record = {.header = header & header_defined_bits,
            .expects_delayed = (word & XferWord::expects_delayed) != 0,
            .response_taken = XferWord::state(word) == XferState::responded,
            .active = true,
            .until = clock_.now() + config_.quarantine_horizon};
  by_token_[token].store(nobody, std::memory_order_relaxed);
  static_cast<void>(try_mark(token));
}

XferTable::Abandoned XferTable::abandon(Xfer& xfer, std::uint64_t sequence, std::uint64_t wish) noexcept {
  // Under the lock, so that a reply that comes right after the change of state already finds the record.
  const sync::MutexLock lock(mutex_);
  std::uint64_t w = xfer.word.load(std::memory_order_seq_cst);
  for (;;) {
    if (XferWord::sequence(w) != sequence) return Abandoned::too_late;
    switch (XferWord::state(w)) {
      case XferState::in_flight:
      case XferState::responded:
      case XferState::early:
        // seq_cst: pairs with the caller's change to `waiting`, see Transaction::wait_slow.
        if (xfer.word.compare_exchange_weak(w, XferWord::with(w, XferState::abandoned) | wish,
                                            std::memory_order_seq_cst)) {
          quarantine(xfer, w);
          return Abandoned::yes;
        }
        break;
      case XferState::prepared:
      case XferState::receiving:
        if (xfer.word.compare_exchange_weak(w, w | wish, std::memory_order_seq_cst)) return Abandoned::recorded;
        break;
      case XferState::queued:  // Still in the channel's queue: the channel takes it out under its own lock.
      case XferState::free:
      case XferState::done:
      case XferState::abandoned: return Abandoned::too_late;
    }
  }
}

std::uint64_t XferTable::give_back(Xfer& xfer, XferState before) noexcept {
  const sync::MutexLock lock(mutex_);
  std::uint64_t w = xfer.word.load(std::memory_order_acquire);
  for (;;) {
    if ((w & XferWord::parked) != 0) return w & XferWord::parked;  // To be taken first.
    const bool wished = (w & XferWord::wishes) != 0;
    const std::uint64_t next = XferWord::with(w, wished ? XferState::abandoned : before) & ~XferWord::look_again;
    if (xfer.word.compare_exchange_weak(w, next, std::memory_order_acq_rel, std::memory_order_acquire)) {
      if (wished) quarantine(xfer, XferWord::with(w, before));
      return w & (XferWord::wishes | XferWord::blocking | XferWord::look_again);
    }
  }
}

bool XferTable::park(Xfer& xfer, std::uint64_t& word, std::span<const std::byte> payload) noexcept {
  // Under the lock one at a time. Before the flag is set nobody reads; a receiver who is through by then, or a later
  // use of the xfer, makes the exchange fail.
  const sync::MutexLock lock(mutex_);
  const std::uint64_t sequence = XferWord::sequence(word);
  const auto possible = [&] {
    const XferState state = XferWord::state(word);
    return XferWord::sequence(word) == sequence && (word & XferWord::parked) == 0 &&
           (state == XferState::receiving || state == XferState::prepared);
  };
  word = xfer.word.load(std::memory_order_acquire);
  if (!possible()) return false;
  const std::size_t n = std::min<std::size_t>(payload.size(), config_.max_payload);
  if (n != 0) std::memcpy(xfer.parked, payload.data(), n);
  xfer.parked_length = static_cast<std::uint32_t>(n);
  while (possible()) {
    // Release: pairs with the receiver, who finds the flag when he gives the xfer on.
    if (xfer.word.compare_exchange_weak(word, word | XferWord::parked, std::memory_order_acq_rel)) return true;
  }
  return false;
}

void XferTable::unquarantine(std::uint16_t token) noexcept {
  records_[token].active = false;
  quarantined_.fetch_sub(1, std::memory_order_relaxed);
  unmark(Token(token));
}

Stray XferTable::classify_stray(std::uint32_t header) noexcept {
  const std::uint16_t token = token_of(header);
  {
    const sync::MutexLock lock(mutex_);
    Quarantined& record = records_[token];
    if (record.active && identity(record.header) == identity(header)) {
      // The response of an asynchronous command may come late and its delayed response later still.
      if (!record.expects_delayed || (header & type_bits) != 0) {
        unquarantine(token);
        return Stray::late;
      }
      return std::exchange(record.response_taken, true) ? Stray::duplicate : Stray::late;
    }
  }
  const std::uint32_t answered = answered_[token].load(std::memory_order_relaxed);
  return answered != 0 && identity(answered) == identity(header) ? Stray::duplicate : Stray::unexpected;
}

void XferTable::reap_expired() noexcept {
  const Instant now = clock_.now();
  const sync::MutexLock lock(mutex_);
  for (std::uint16_t t = 0; t < token_count; ++t) {
    if (records_[t].active && records_[t].until <= now) unquarantine(t);
  }
}

void XferTable::end_epoch() noexcept {
  const sync::MutexLock lock(mutex_);
  for (std::uint16_t t = 0; t < token_count; ++t) {
    if (records_[t].active) unquarantine(t);
  }
  if (!config_.shared) return;  // Nothing is ever lent.
  for (std::size_t i = 0; i < config_.xfers; ++i) buffer_returned(xfers_[i]);
}

std::size_t XferTable::in_use() const noexcept {
  std::size_t n = 0;
  for (std::size_t i = 0; i < config_.xfers; ++i) {
    if (XferWord::state(xfers_[i].word.load(std::memory_order_relaxed)) != XferState::free) ++n;
  }
  return n;
}

}  // namespace scmi
