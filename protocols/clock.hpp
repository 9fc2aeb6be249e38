// SPDX-License-Identifier: Apache-2.0
//
// The clock protocol (DEN0056 protocol 0x14) as methods: each command, at whatever version the platform speaks.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "protocols/clock_messages.hpp"
#include "protocols/protocol_client.hpp"

namespace scmi {

/// Rows for watch(), subscribe() and listen().
namespace clock_protocol {
using RateChangedEvent = Event<RateChanged, RateNotify, &RateChanged::clock_id>;
using RateChangeRequestedEvent = Event<RateChangeRequested, RateChangeRequestedNotify, &RateChangeRequested::clock_id>;
}  // namespace clock_protocol

/// What CLOCK_ATTRIBUTES and CLOCK_NAME_GET say about a clock.
struct ClockInfo {
  ClockId id;
  std::string name;        ///< The extended name where there is one.
  std::string short_name;  ///< At most 16 bytes.
  bool enabled = false;
  bool rate_notify = false;                   ///< watch_rate() works.
  bool rate_change_requested_notify = false;  ///< watch_rate_requests() works.
  bool parents = false;                       ///< possible_parents() works.
  bool extended_config = false;               ///< Extended configuration works.
  bool restricted = false;                    ///< permissions() says what we may change; otherwise everything.
  std::uint32_t enable_delay_us = 0;          ///< Worst case; 0 = not reported.
};

/// What CLOCK_DESCRIBE_RATES says: a list or a range.
struct ClockRates {
  bool is_range = false;
  std::vector<std::uint64_t> discrete_hz;  ///< Ascending; may be empty.
  std::uint64_t lowest_hz = 0;             ///< This and the next two: of a range.
  std::uint64_t highest_hz = 0;
  std::uint64_t step_hz = 0;  ///< 0 = any rate in between.
};

/// Extended configuration: 1 duty cycle (percent), 2 phase, 0x80..0xFF the manufacturer's.
struct ClockExtendedConfig {
  std::uint8_t type = 0;
  std::uint32_t value = 0;
};

struct ClockConfig {
  bool enabled = false;
  std::uint32_t extended_value = 0;  ///< Of the type asked for.
};

/// What the caller may change.
struct ClockPermissions {
  bool state = false;
  bool parent = false;
  bool rate = false;
};

/// A rate change that goes on by itself. Destroying it gives up waiting, not the change. One context at a time.
class PendingRate {
 public:
  PendingRate() = default;
  PendingRate(TypedCall<clock_protocol::RateSet::Complete> call, ClockId clock)
      : call_(std::move(call)), clock_(clock) {}

  /// Waits for the delayed response and answers the rate really set, in hertz. Errors: the platform's status, those of
  /// PendingCall::wait, malformed_reply also when the response is about another clock.
  [[nodiscard]] Result<std::uint64_t> wait();
  [[nodiscard]] bool poll() noexcept { return call_.poll(); }
  [[nodiscard]] bool wait_until(Instant until) noexcept { return call_.wait_until(until); }
  bool cancel() noexcept { return call_.cancel(); }
  [[nodiscard]] bool finished() const noexcept { return call_.finished(); }

 private:
  TypedCall<clock_protocol::RateSet::Complete> call_;
  ClockId clock_;
};

/// Every method blocks unless it says otherwise, may be called from any thread, and answers the errors of call() (the
/// platform's status among them). Those that need a newer version than the platform's answer unsupported. Must not
/// outlive the transport.
class Clocks {
 public:
  /// Settles the version (open_protocol()) and asks how many clocks there are. Errors: those of open_protocol() and
  /// call(), with the step in the context.
  static Result<Clocks> open(const Agent& agent, const CallOptions& options = {});

  [[nodiscard]] Version version() const noexcept { return link_.version(); }  ///< In force.
  [[nodiscard]] Version platform_version() const noexcept { return reported_; }
  [[nodiscard]] const ProtocolLink& link() const noexcept { return link_; }
  /// Clocks have the ids 0 to count()-1.
  [[nodiscard]] std::uint32_t count() const noexcept { return count_; }
  /// How many asynchronous rate changes the platform can have pending; 0 = it has none.
  [[nodiscard]] std::uint32_t async_max() const noexcept { return async_max_; }

  /// CLOCK_ATTRIBUTES, and CLOCK_NAME_GET where the name is longer.
  [[nodiscard]] Result<ClockInfo> describe(ClockId clock, const CallOptions& options = {}) const;
  /// All clocks; those that answer an error status are left out.
  [[nodiscard]] Result<std::vector<ClockInfo>> list(const CallOptions& options = {}) const;
  /// Goes through list(). Errors: not_found, ambiguous.
  [[nodiscard]] Result<ClockId> by_name(std::string_view name, const CallOptions& options = {}) const;

  /// CLOCK_DESCRIBE_RATES, all pages. Error: malformed_reply for pages without progress, beyond the promise, or of
  /// mixed kinds.
  [[nodiscard]] Result<ClockRates> rates(ClockId clock, const CallOptions& options = {}) const;
  /// CLOCK_RATE_GET, hertz.
  [[nodiscard]] Result<std::uint64_t> rate_get(ClockId clock, const CallOptions& options = {}) const;
  /// CLOCK_RATE_SET, finished when it returns. What rounding made of the rate is told by rate_get().
  [[nodiscard]] Result<void> rate_set(ClockId clock, std::uint64_t rate_hz, Rounding rounding = Rounding::down,
                                      const CallOptions& options = {}) const;
  /// CLOCK_RATE_SET, asynchronous. Never waits. Errors: unsupported without a P2A channel or when async_max() is 0; a
  /// refusal by the platform is the result of the PendingRate.
  [[nodiscard]] Result<PendingRate> rate_set_async(ClockId clock, std::uint64_t rate_hz,
                                                   Rounding rounding = Rounding::down,
                                                   PendingOptions options = {}) const;
  /// CLOCK_RATE_SET, asynchronous and without a delayed response: returns when the platform has accepted it.
  [[nodiscard]] Result<void> rate_set_unconfirmed(ClockId clock, std::uint64_t rate_hz,
                                                  Rounding rounding = Rounding::down,
                                                  const CallOptions& options = {}) const;

  /// CLOCK_CONFIG_SET. State is counted for each agent: a clock that others use goes on running.
  [[nodiscard]] Result<void> enable(ClockId clock, const CallOptions& options = {}) const;
  [[nodiscard]] Result<void> disable(ClockId clock, const CallOptions& options = {}) const;
  /// CLOCK_CONFIG_SET with an extended configuration; `state` empty leaves the state as it is. Errors: invalid_argument
  /// for type 0.
  [[nodiscard]] Result<void> config_set(ClockId clock, std::optional<bool> state, ClockExtendedConfig extended,
                                        const CallOptions& options = {}) const;
  /// CLOCK_CONFIG_GET; before 2.1 the state comes from CLOCK_ATTRIBUTES, and a type other than 0 is unsupported.
  [[nodiscard]] Result<ClockConfig> config_get(ClockId clock, std::uint8_t extended_type = 0,
                                               const CallOptions& options = {}) const;

  /// CLOCK_POSSIBLE_PARENTS_GET, all pages.
  [[nodiscard]] Result<std::vector<ClockId>> possible_parents(ClockId clock, const CallOptions& options = {}) const;
  [[nodiscard]] Result<ClockId> parent_get(ClockId clock, const CallOptions& options = {}) const;
  /// CLOCK_PARENT_SET: the parent's clock id.
  [[nodiscard]] Result<void> parent_set(ClockId clock, ClockId parent, const CallOptions& options = {}) const;
  [[nodiscard]] Result<ClockPermissions> permissions(ClockId clock, const CallOptions& options = {}) const;

  /// CLOCK_RATE_NOTIFY and CLOCK_RATE_CHANGE_REQUESTED_NOTIFY by hand; watch_...() does it by itself.
  [[nodiscard]] Result<void> rate_notify(ClockId clock, bool enable, const CallOptions& options = {}) const;
  [[nodiscard]] Result<void> rate_change_requested_notify(ClockId clock, bool enable,
                                                          const CallOptions& options = {}) const;
  /// Receives what comes for any clock. Callbacks run in the agent's dispatcher. Nothing is asked of the platform.
  using RateCallback = std::function<void(const clock_protocol::RateChanged&)>;
  using RateRequestCallback = std::function<void(const clock_protocol::RateChangeRequested&)>;
  [[nodiscard]] Subscription on_rate_changed(RateCallback callback) const;
  [[nodiscard]] Subscription on_rate_change_requested(RateRequestCallback callback) const;
  /// For one clock, switched on at the platform for as long as some subscription of ours wants it (it is counted), and
  /// again after a new probe that takes the subscriptions over. Errors: the platform's status; unsupported also without
  /// a P2A channel.
  [[nodiscard]] Result<Subscription> watch_rate(ClockId clock, RateCallback callback,
                                                const CallOptions& options = {}) const;
  [[nodiscard]] Result<Subscription> watch_rate_requests(ClockId clock, RateRequestCallback callback,
                                                         const CallOptions& options = {}) const;

 private:
  Clocks(ProtocolLink link, Version reported) : link_(std::move(link)), reported_(reported) {}
  [[nodiscard]] Result<void> set_state(ClockId clock, std::uint32_t state, const CallOptions& options) const;

  ProtocolLink link_;
  Version reported_;
  std::uint32_t count_ = 0;
  std::uint32_t async_max_ = 0;
};

}  // namespace scmi
