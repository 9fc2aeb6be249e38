// SPDX-License-Identifier: Apache-2.0
//
// The voltage domain protocol (DEN0056 protocol 0x17) as methods. It has no notifications.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "protocols/protocol_client.hpp"
#include "protocols/voltage_messages.hpp"

namespace scmi {

/// What VOLTAGE_DOMAIN_ATTRIBUTES and VOLTAGE_DOMAIN_NAME_GET say about a domain.
struct VoltageDomainInfo {
  DomainId id;
  std::string name;              ///< The extended name where there is one.
  std::string short_name;        ///< At most 16 bytes.
  bool async_level_set = false;  ///< level_set_async() works.
};

/// What VOLTAGE_DESCRIBE_LEVELS says: a list or a range. Levels may be negative.
struct VoltageLevels {
  bool is_range = false;
  std::vector<std::int32_t> discrete_uv;  ///< Ascending; may be empty.
  std::int32_t lowest_uv = 0;             ///< This and the next two: of a range.
  std::int32_t highest_uv = 0;
  std::int32_t step_uv = 0;

  /// Whether level_set() may be asked for that level.
  [[nodiscard]] bool contains(std::int32_t level_uv) const noexcept;
};

/// What VOLTAGE_CONFIG_GET says.
struct VoltageConfig {
  std::uint32_t mode = 0;  ///< voltage_protocol::mode_off, mode_on, or one of the implementation's own.
  bool enabled = false;    ///< Some bit of the mode's id is set, as agents read it.
};

/// A level change that goes on by itself. Destroying it gives up waiting, not the change. One context at a time.
class PendingVoltage {
 public:
  PendingVoltage() = default;
  PendingVoltage(TypedCall<voltage_protocol::LevelSet::Complete> call, DomainId domain)
      : call_(std::move(call)), domain_(domain) {}

  /// Waits for the delayed response and answers the level really set, in microvolts. Errors: the platform's status,
  /// those of PendingCall::wait, malformed_reply also when the response is about another domain.
  [[nodiscard]] Result<std::int32_t> wait();
  [[nodiscard]] bool poll() noexcept { return call_.poll(); }
  [[nodiscard]] bool wait_until(Instant until) noexcept { return call_.wait_until(until); }
  bool cancel() noexcept { return call_.cancel(); }
  [[nodiscard]] bool finished() const noexcept { return call_.finished(); }

 private:
  TypedCall<voltage_protocol::LevelSet::Complete> call_;
  DomainId domain_;
};

/// Every method blocks unless it says otherwise, may be called from any thread, and answers the errors of call() (the
/// platform's status among them). Those that need a newer version than the platform's answer unsupported. Must not
/// outlive the transport.
class VoltageDomains {
 public:
  /// See Clocks::open.
  static Result<VoltageDomains> open(const Agent& agent, const CallOptions& options = {});

  [[nodiscard]] Version version() const noexcept { return link_.version(); }  ///< In force.
  [[nodiscard]] Version platform_version() const noexcept { return reported_; }
  [[nodiscard]] const ProtocolLink& link() const noexcept { return link_; }
  /// Domains have the ids 0 to count()-1.
  [[nodiscard]] std::uint32_t count() const noexcept { return count_; }

  /// VOLTAGE_DOMAIN_ATTRIBUTES, and VOLTAGE_DOMAIN_NAME_GET where the name is longer.
  [[nodiscard]] Result<VoltageDomainInfo> describe(DomainId domain, const CallOptions& options = {}) const;
  /// All domains; those that answer an error status are left out.
  [[nodiscard]] Result<std::vector<VoltageDomainInfo>> list(const CallOptions& options = {}) const;
  /// Goes through list(). Errors: not_found, ambiguous.
  [[nodiscard]] Result<DomainId> by_name(std::string_view name, const CallOptions& options = {}) const;

  /// VOLTAGE_DESCRIBE_LEVELS, all pages. Platforms are known that count a page's own levels among those that remain:
  /// understood. Error: malformed_reply for pages without progress, beyond the promise, of mixed kinds, or a range of
  /// other than three values.
  [[nodiscard]] Result<VoltageLevels> levels(DomainId domain, const CallOptions& options = {}) const;
  /// VOLTAGE_LEVEL_GET, microvolts: what is programmed, also while the domain is off.
  [[nodiscard]] Result<std::int32_t> level_get(DomainId domain, const CallOptions& options = {}) const;
  /// VOLTAGE_LEVEL_SET, finished when it returns. Does not switch the domain on.
  [[nodiscard]] Result<void> level_set(DomainId domain, std::int32_t level_uv, const CallOptions& options = {}) const;
  /// VOLTAGE_LEVEL_SET, asynchronous: does not wait for the platform. Errors: unsupported before 2.0 or without a P2A
  /// channel; a refusal by the platform is the result of the PendingVoltage.
  [[nodiscard]] Result<PendingVoltage> level_set_async(DomainId domain, std::int32_t level_uv,
                                                       PendingOptions options = {}) const;

  /// VOLTAGE_CONFIG_GET: the state of the domain itself, whoever asked for it.
  [[nodiscard]] Result<VoltageConfig> config_get(DomainId domain, const CallOptions& options = {}) const;
  /// VOLTAGE_CONFIG_SET. Error: invalid_argument for a mode above 15.
  [[nodiscard]] Result<void> config_set(DomainId domain, std::uint32_t mode, const CallOptions& options = {}) const;
  /// config_set() to mode_on and mode_off. A domain that another agent has on may stay on.
  [[nodiscard]] Result<void> enable(DomainId domain, const CallOptions& options = {}) const;
  [[nodiscard]] Result<void> disable(DomainId domain, const CallOptions& options = {}) const;

 private:
  VoltageDomains(ProtocolLink link, Version reported) : link_(std::move(link)), reported_(reported) {}

  ProtocolLink link_;
  Version reported_;
  std::uint32_t count_ = 0;
};

}  // namespace scmi
