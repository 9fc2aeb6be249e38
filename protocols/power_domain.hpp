// SPDX-License-Identifier: Apache-2.0
//
// The power domain protocol (DEN0056 protocol 0x11) as methods.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "protocols/power_domain_messages.hpp"
#include "protocols/protocol_client.hpp"

namespace scmi {

/// Rows for watch(), subscribe() and listen().
namespace power_domain_protocol {
using StateChangedEvent = Event<StateChanged, StateNotify, &StateChanged::domain_id>;
using StateChangeRequestedEvent =
    Event<StateChangeRequested, StateChangeRequestedNotify, &StateChangeRequested::domain_id>;
}  // namespace power_domain_protocol

/// What POWER_DOMAIN_ATTRIBUTES and POWER_DOMAIN_NAME_GET say about a domain.
struct PowerDomainInfo {
  DomainId id;
  std::string name;        ///< The extended name where there is one.
  std::string short_name;  ///< At most 16 bytes.
  bool sync_set = false;   ///< Neither this nor async_set: we cannot set the domain.
  bool async_set = false;
  bool state_change_notify = false;      ///< watch_state() works.
  bool change_requested_notify = false;  ///< watch_state_requests() works.
};

/// Whether state_set() returns after the transition, or after it was accepted.
enum class SetMode : std::uint8_t { sync, async };

/// Every method blocks, may be called from any thread, and answers the errors of call() (the platform's status among
/// them). Those that need a newer version than the platform's answer unsupported. Must not outlive the transport.
class PowerDomains {
 public:
  /// See Clocks::open.
  static Result<PowerDomains> open(const Agent& agent, const CallOptions& options = {});

  [[nodiscard]] Version version() const noexcept { return link_.version(); }  ///< In force.
  [[nodiscard]] Version platform_version() const noexcept { return reported_; }
  [[nodiscard]] const ProtocolLink& link() const noexcept { return link_; }
  /// Domains have the ids 0 to count()-1.
  [[nodiscard]] std::uint32_t count() const noexcept { return count_; }
  /// Where the platform keeps statistics; size 0 = none.
  [[nodiscard]] const StatisticsRegion& statistics() const noexcept { return statistics_; }
  /// Reads them, without a message. Errors: those of scmi::read_statistics().
  [[nodiscard]] Result<std::vector<DomainStatistics>> read_statistics() const {
    return scmi::read_statistics(link_, statistics_, power_statistics_signature);
  }

  /// POWER_DOMAIN_ATTRIBUTES, and POWER_DOMAIN_NAME_GET where the name is longer.
  [[nodiscard]] Result<PowerDomainInfo> describe(DomainId domain, const CallOptions& options = {}) const;
  /// All domains; those that answer an error status are left out.
  [[nodiscard]] Result<std::vector<PowerDomainInfo>> list(const CallOptions& options = {}) const;
  /// Goes through list(). Errors: not_found, ambiguous.
  [[nodiscard]] Result<DomainId> by_name(std::string_view name, const CallOptions& options = {}) const;

  /// POWER_STATE_GET: the state word (power_domain_protocol::state_on, state_off, or the platform's own).
  [[nodiscard]] Result<std::uint32_t> state_get(DomainId domain, const CallOptions& options = {}) const;
  /// POWER_STATE_SET. There is no delayed response: the end of an asynchronous transition shows in state_get() and
  /// watch_state().
  [[nodiscard]] Result<void> state_set(DomainId domain, std::uint32_t power_state, SetMode mode = SetMode::sync,
                                       const CallOptions& options = {}) const;

  /// POWER_STATE_NOTIFY and POWER_STATE_CHANGE_REQUESTED_NOTIFY by hand; watch_...() does it by itself.
  [[nodiscard]] Result<void> state_notify(DomainId domain, bool enable, const CallOptions& options = {}) const;
  [[nodiscard]] Result<void> state_change_requested_notify(DomainId domain, bool enable,
                                                           const CallOptions& options = {}) const;
  /// Receives what comes for any domain. Callbacks run in the agent's dispatcher. Nothing is asked of the platform.
  using StateCallback = std::function<void(const power_domain_protocol::StateChanged&)>;
  using StateRequestCallback = std::function<void(const power_domain_protocol::StateChangeRequested&)>;
  [[nodiscard]] Subscription on_state_changed(StateCallback callback) const;
  [[nodiscard]] Subscription on_state_change_requested(StateRequestCallback callback) const;
  /// For one domain. See Clocks::watch_rate. Platforms may deliver an event more than once.
  [[nodiscard]] Result<Subscription> watch_state(DomainId domain, StateCallback callback,
                                                 const CallOptions& options = {}) const;
  [[nodiscard]] Result<Subscription> watch_state_requests(DomainId domain, StateRequestCallback callback,
                                                          const CallOptions& options = {}) const;

 private:
  PowerDomains(ProtocolLink link, Version reported) : link_(std::move(link)), reported_(reported) {}

  ProtocolLink link_;
  Version reported_;
  std::uint32_t count_ = 0;
  StatisticsRegion statistics_;
};

}  // namespace scmi
