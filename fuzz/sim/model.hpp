// SPDX-License-Identifier: Apache-2.0
//
// What must be true of every history, said as simply as possible and without a line of the library: who asked what,
// what the platform really answered, what each caller was told in the end.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "fuzz/sim/plan.hpp"
#include "fuzz/sim/wire.hpp"
#include "scmi/result.hpp"

namespace scmi::sim {

/// How often the world did something that excuses an error.
struct Excuses {
  std::uint32_t closes = 0;   ///< An agent was shut down.
  std::uint32_t crashes = 0;  ///< The platform went away.
  std::uint32_t broken = 0;   ///< An answer of an impossible length or content came.
  std::uint32_t errors = 0;   ///< A channel error mark came.
};

class Model {
 public:
  using CallId = std::size_t;

  explicit Model(const Plan& plan) : plan_(plan) {}

  // The wire.

  /// A command was published; answers its number, from 0. The token must not belong to a command whose answer is owed.
  std::uint32_t published(const WireCommand& command, std::uint32_t tag, Instant now);
  /// Bytes (header first) were delivered as the answer of a command. They may be anything.
  void answered(std::uint32_t number, std::span<const std::byte> bytes, Instant now);
  /// Its delayed response was sent.
  void delayed(std::uint32_t number, std::span<const std::byte> payload, Instant now);
  /// Another incarnation of platform or agent: nothing of the old one is owed.
  void new_epoch() noexcept { ++epoch_; }
  [[nodiscard]] std::uint32_t epoch() const noexcept { return epoch_; }

  // The calls.

  struct Promise {
    Act act{};
    std::uint32_t tag = 0;  ///< 0: its bytes cannot be followed.
    Duration timeout{};     ///< Whole; 0: several commands, no bound.
    Duration patience{};    ///< It must not time out earlier; 0: as `timeout`.
    Duration slack{};       ///< It may end that much later: nobody waits for it.
    bool may_be_cancelled = false;
    bool may_be_full = false;  ///< A bounded table may refuse it.
  };
  [[nodiscard]] CallId begin(const Promise& promise, Instant now, Duration stalled);
  /// A call ended with success and these bytes (status first; empty where they are not followed).
  void succeeded(CallId call, std::span<const std::byte> payload, Instant now, Duration stalled);
  void failed(CallId call, const Error& error, Instant now, Duration stalled);
  /// The caller let go of it before it ended: it must never end.
  void forgotten(CallId call);
  [[nodiscard]] bool ended(CallId call) const noexcept { return calls_[call].ends != 0; }

  [[nodiscard]] Excuses& excuses() noexcept { return excuses_; }
  void violation(std::string what);
  /// At the end of everything: each call has ended once.
  void finish();

  [[nodiscard]] const std::vector<std::string>& violations() const noexcept { return violations_; }
  [[nodiscard]] std::size_t calls() const noexcept { return calls_.size(); }
  [[nodiscard]] std::uint32_t commands() const noexcept { return static_cast<std::uint32_t>(records_.size()); }

 private:
  struct Record {
    ProtocolId channel{};
    std::uint32_t header = 0;
    std::uint32_t tag = 0;
    std::uint32_t epoch = 0;
    Instant at{};
    bool settled = false;                         ///< An answer with its header came.
    bool delayed_came = false;                    ///< Its delayed response came.
    std::vector<std::vector<std::byte>> answers;  ///< Payloads, as delivered under its header.
    Instant answered_at{};                        ///< The last of them.
  };
  struct Call {
    Promise promise;
    Instant begun{};
    Duration stalled_before{};
    std::uint32_t first_command = 0;  ///< Its command cannot be an earlier one.
    Excuses before;
    std::uint32_t ends = 0;
    bool forgotten = false;
  };
  void check_end(Call& call, Instant now, Duration stalled);
  [[nodiscard]] bool excused(const Call& call, const Error& error, Instant now) const;
  void check_not_lost(const Call& call, Instant now, Duration stalled);

  const Plan& plan_;
  std::deque<Record> records_;
  std::deque<Call> calls_;
  std::uint32_t epoch_ = 0;
  Excuses excuses_;
  std::vector<std::string> violations_;
};

}  // namespace scmi::sim
