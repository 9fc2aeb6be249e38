// SPDX-License-Identifier: Apache-2.0
//
// The reset domain protocol (DEN0056 protocol 0x16) as methods.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "protocols/protocol_client.hpp"
#include "protocols/reset_domain_messages.hpp"

namespace scmi {

/// Row for watch(), subscribe() and listen().
namespace reset_domain_protocol {
using IssuedEvent = Event<Issued, Notify, &Issued::domain_id>;
}  // namespace reset_domain_protocol

/// What RESET_DOMAIN_ATTRIBUTES and RESET_DOMAIN_NAME_GET say about a domain.
struct ResetDomainInfo {
  DomainId id;
  std::string name;                         ///< The extended name where there is one.
  std::string short_name;                   ///< At most 16 bytes.
  bool async_reset = false;                 ///< reset_async() works.
  bool reset_notify = false;                ///< watch_reset() works.
  std::optional<std::uint32_t> latency_us;  ///< Longest time of a reset; empty = not reported.
};

/// A reset that goes on by itself. Destroying it gives up waiting, not the reset. One context at a time.
class PendingReset {
 public:
  PendingReset() = default;
  PendingReset(TypedCall<reset_domain_protocol::Reset::Complete> call, DomainId domain)
      : call_(std::move(call)), domain_(domain) {}

  /// Waits for the delayed response. Errors: the platform's status, those of PendingCall::wait, malformed_reply also
  /// when the response is about another domain.
  [[nodiscard]] Result<void> wait();
  [[nodiscard]] bool poll() noexcept { return call_.poll(); }
  [[nodiscard]] bool wait_until(Instant until) noexcept { return call_.wait_until(until); }
  bool cancel() noexcept { return call_.cancel(); }
  [[nodiscard]] bool finished() const noexcept { return call_.finished(); }

 private:
  TypedCall<reset_domain_protocol::Reset::Complete> call_;
  DomainId domain_;
};

/// Every method blocks unless it says otherwise, may be called from any thread, and answers the errors of call() (the
/// platform's status among them). Those that need a newer version than the platform's answer unsupported. Must not
/// outlive the transport.
class ResetDomains {
 public:
  /// See Clocks::open.
  static Result<ResetDomains> open(const Agent& agent, const CallOptions& options = {});

  [[nodiscard]] Version version() const noexcept { return link_.version(); }  ///< In force.
  [[nodiscard]] Version platform_version() const noexcept { return reported_; }
  [[nodiscard]] const ProtocolLink& link() const noexcept { return link_; }
  /// Domains have the ids 0 to count()-1.
  [[nodiscard]] std::uint32_t count() const noexcept { return count_; }

  /// RESET_DOMAIN_ATTRIBUTES, and RESET_DOMAIN_NAME_GET where the name is longer.
  [[nodiscard]] Result<ResetDomainInfo> describe(DomainId domain, const CallOptions& options = {}) const;
  /// All domains; those that answer an error status are left out.
  [[nodiscard]] Result<std::vector<ResetDomainInfo>> list(const CallOptions& options = {}) const;
  /// Goes through list(). Errors: not_found, ambiguous.
  [[nodiscard]] Result<DomainId> by_name(std::string_view name, const CallOptions& options = {}) const;

  /// RESET, autonomous: the platform asserts, waits and deasserts, and is done when this returns. `reset_state`:
  /// cold_reset, or one of the platform's own (with the bit implementation_defined).
  [[nodiscard]] Result<void> reset(DomainId domain, std::uint32_t reset_state = reset_domain_protocol::cold_reset,
                                   const CallOptions& options = {}) const;
  /// The same, asynchronous: does not wait for the platform. Error: unsupported without a P2A channel; a refusal by the
  /// platform is the result of the PendingReset. Platforms are known that never complete it: its deadline ends it.
  [[nodiscard]] Result<PendingReset> reset_async(DomainId domain,
                                                 std::uint32_t reset_state = reset_domain_protocol::cold_reset,
                                                 PendingOptions options = {}) const;
  /// RESET, explicit: the domain stays in reset until it is deasserted.
  [[nodiscard]] Result<void> assert_reset(DomainId domain,
                                          std::uint32_t reset_state = reset_domain_protocol::cold_reset,
                                          const CallOptions& options = {}) const;
  [[nodiscard]] Result<void> deassert_reset(DomainId domain,
                                            std::uint32_t reset_state = reset_domain_protocol::cold_reset,
                                            const CallOptions& options = {}) const;

  /// RESET_NOTIFY: tells the platform; who receives is said below.
  [[nodiscard]] Result<void> reset_notify(DomainId domain, bool enable, const CallOptions& options = {}) const;
  /// Receives what comes for any domain. Callbacks run in the agent's dispatcher. Nothing is asked of the platform.
  using IssuedCallback = std::function<void(const reset_domain_protocol::Issued&)>;
  [[nodiscard]] Subscription on_reset_issued(IssuedCallback callback) const;
  /// For one domain. See Clocks::watch_rate.
  [[nodiscard]] Result<Subscription> watch_reset(DomainId domain, IssuedCallback callback,
                                                 const CallOptions& options = {}) const;

 private:
  ResetDomains(ProtocolLink link, Version reported) : link_(std::move(link)), reported_(reported) {}

  ProtocolLink link_;
  Version reported_;
  std::uint32_t count_ = 0;
};

}  // namespace scmi
