// SPDX-License-Identifier: Apache-2.0
#include "fuzz/sim/model.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "scmi/message_header.hpp"

namespace scmi::sim {

namespace {

std::string words_of(std::span<const std::byte> bytes) {
  std::string text;
  for (std::size_t i = 0; i < bytes.size(); ++i) text += fmt::format("{:02x}", std::to_integer<unsigned>(bytes[i]));
  return text.empty() ? "nothing" : text;
}

}  // namespace

void Model::violation(std::string what) {
  // One broken rule often breaks a hundred times; the first ones tell.
  if (violations_.size() < 16) violations_.push_back(std::move(what));
}

std::uint32_t Model::published(const WireCommand& command, std::uint32_t tag, Instant now) {
  const auto number = static_cast<std::uint32_t>(records_.size());
  const Duration horizon = std::chrono::microseconds(plan_.horizon_us);
  for (std::uint32_t i = 0; i < number; ++i) {
    const Record& r = records_[i];
    const bool same_token = r.header >> header_token_shift == command.header >> header_token_shift;
    if (same_token && r.channel == command.channel && r.epoch == epoch_ && !r.settled && now < r.at + horizon) {
      violation(fmt::format("command {} re-uses token {} of command {}, whose answer is still owed", number,
                            MessageHeader::unpack(command.header).token.value, i));
    }
  }
  records_.push_back({command.channel, command.header, tag, epoch_, now, false, false, {}});
  return number;
}

void Model::answered(std::uint32_t number, std::span<const std::byte> bytes, Instant now) {
  std::uint32_t header = 0;
  if (bytes.size() < header_size) {
    ++excuses_.broken;
    return;
  }
  std::memcpy(&header, bytes.data(), sizeof header);
  if (bytes.size() > header_size + wire_max_payload || bytes.size() < header_size + 4) ++excuses_.broken;
  header &= header_defined_bits;
  // A wrong header may be that of another command that is out: nobody can tell that it is not the answer.
  const auto same = [&](const Record& r) { return r.header == header && r.epoch == epoch_ && !r.settled; };
  const auto other = std::ranges::find_if(records_, same);
  if (records_[number].header != header && other == records_.end()) return;
  const bool lie = records_[number].header != header;
  if (lie) ++excuses_.broken;
  Record& record = lie ? *other : records_[number];
  record.settled = true;
  record.answered_at = now;
  record.answers.emplace_back(bytes.begin() + header_size, bytes.end());
}

void Model::delayed(std::uint32_t number, std::span<const std::byte> payload, Instant now) {
  records_[number].answers.emplace_back(payload.begin(), payload.end());
  records_[number].delayed_came = true;
  records_[number].answered_at = now;
}

Model::CallId Model::begin(const Promise& promise, Instant now, Duration stalled) {
  calls_.push_back({promise, now, stalled, commands(), excuses_, 0, false});
  return calls_.size() - 1;
}

void Model::check_end(Call& call, Instant now, Duration stalled) {
  if (call.forgotten) violation(fmt::format("a {} ended after its handle was gone", name(call.promise.act)));
  if (++call.ends > 1) violation(fmt::format("a {} ended {} times", name(call.promise.act), call.ends));
  // A thread may be held up anywhere; a sleeper wakes at its deadline.
  const Duration slack = (stalled - call.stalled_before) + std::chrono::microseconds(100) + call.promise.slack;
  if (call.promise.timeout != Duration{} && now > call.begun + call.promise.timeout + slack) {
    violation(fmt::format("a {} with a timeout of {} us took {} us ({} us of them stalled)", name(call.promise.act),
                          call.promise.timeout.count() / 1000, (now - call.begun).count() / 1000,
                          (stalled - call.stalled_before).count() / 1000));
  }
}

void Model::succeeded(CallId id, std::span<const std::byte> payload, Instant now, Duration stalled) {
  Call& call = calls_[id];
  check_end(call, now, stalled);
  if (call.promise.tag == 0) return;
  for (std::uint32_t i = call.first_command; i < records_.size(); ++i) {
    const Record& r = records_[i];
    if (r.tag == call.promise.tag &&
        std::ranges::any_of(r.answers, [&](const auto& a) { return std::ranges::equal(a, payload); })) {
      return;
    }
  }
  violation(fmt::format("a {} (tag {}) was answered with {}, which is no answer to it", name(call.promise.act),
                        call.promise.tag, words_of(payload)));
}

bool Model::excused(const Call& call, const Error& error, Instant now) const {
  if (error.origin == Origin::platform) return call.promise.tag == 0 || excuses_.broken != call.before.broken;
  if (error.origin != Origin::local) return false;
  const Promise& p = call.promise;
  const Duration patience = p.patience == Duration{} ? p.timeout : p.patience;
  switch (static_cast<LocalError>(error.code)) {
    case LocalError::timed_out:
    case LocalError::channel_busy: return now >= call.begun + patience;
    case LocalError::cancelled: return p.may_be_cancelled;
    case LocalError::channel_closed:
    case LocalError::stale_handle: return excuses_.closes != 0;
    case LocalError::platform_lost: return excuses_.crashes != 0;
    case LocalError::malformed_reply:
      return excuses_.broken != call.before.broken || (p.tag == 0 && excuses_.broken != 0);
    case LocalError::channel_error: return excuses_.errors != call.before.errors;
    case LocalError::no_xfer: return p.may_be_full;
    case LocalError::unsupported: return p.tag == 0;
    default: return false;
  }
}

void Model::check_not_lost(const Call& call, Instant now, Duration stalled) {
  // What nobody rings for is found at the next look.
  const Duration grace = std::chrono::microseconds(2 * plan_.poll_us + 200) + (stalled - call.stalled_before) +
                         (call.promise.slack == Duration{} ? Duration{} : call.promise.slack);
  const bool twofold = call.promise.act == Act::delayed;
  for (std::uint32_t i = call.first_command; i < records_.size(); ++i) {
    const Record& r = records_[i];
    const bool whole = !r.answers.empty() && (!twofold || (r.settled && r.delayed_came)) &&
                       std::ranges::all_of(r.answers, [](const auto& a) { return a.size() >= 8; });
    if (r.tag == call.promise.tag && whole && r.answered_at + grace < now && r.epoch == epoch_) {
      violation(fmt::format("a {} (tag {}) timed out {} us after its answer had come", name(call.promise.act),
                            call.promise.tag, (now - r.answered_at).count() / 1000));
    }
  }
}

void Model::failed(CallId id, const Error& error, Instant now, Duration stalled) {
  Call& call = calls_[id];
  check_end(call, now, stalled);
  if (call.promise.tag != 0 && error.is(LocalError::timed_out)) check_not_lost(call, now, stalled);
  if (!excused(call, error, now)) {
    violation(fmt::format("a {} (tag {}, timeout {} us) failed after {} us without a reason: {}",
                          name(call.promise.act), call.promise.tag, call.promise.timeout.count() / 1000,
                          (now - call.begun).count() / 1000, describe(error)));
  }
}

void Model::forgotten(CallId id) {
  if (calls_[id].ends == 0) calls_[id].forgotten = true;
}

void Model::finish() {
  for (const Call& call : calls_) {
    if (call.ends == 0 && !call.forgotten)
      violation(fmt::format("a {} (tag {}) never ended", name(call.promise.act), call.promise.tag));
  }
}

}  // namespace scmi::sim
