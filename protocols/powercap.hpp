// SPDX-License-Identifier: Apache-2.0
//
// The powercap protocol (DEN0056 protocol 0x18) as methods. Powers are numbers in the domain's own unit
// (PowercapInfo::unit); microwatts() converts where the unit is one of watts.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "protocols/fast_channel.hpp"
#include "protocols/powercap_messages.hpp"
#include "protocols/protocol_client.hpp"

namespace scmi {

/// Rows for watch(), subscribe() and listen().
namespace powercap_protocol {
using CapChangedEvent = Event<CapChanged, CapNotify, &CapChanged::domain_id>;
using MeasurementsChangedEvent = Event<MeasurementsChanged, MeasurementsNotify, &MeasurementsChanged::domain_id>;
}  // namespace powercap_protocol

/// In what a domain counts power.
enum class PowercapUnit : std::uint8_t { abstract, microwatt, milliwatt, unknown };

/// `power`, counted in `unit`, in microwatts; nothing where the unit is not one of watts.
[[nodiscard]] std::optional<std::uint64_t> microwatts(std::uint32_t power, PowercapUnit unit) noexcept;

/// What POWERCAP_DOMAIN_ATTRIBUTES and POWERCAP_DOMAIN_NAME_GET say about a domain.
struct PowercapInfo {
  DomainId id;
  std::string name;                            ///< The extended name where there is one.
  std::string short_name;                      ///< At most 16 bytes.
  PowercapUnit unit = PowercapUnit::abstract;  ///< Of all powers of this domain.
  bool cap_notify = false;                     ///< watch_cap() works.
  bool measurements_notify = false;            ///< watch_measurements() works.
  bool async_cap_set = false;                  ///< cap_set_async() works.
  bool cap_configurable = false;               ///< cap_set() works.
  bool monitoring = false;                     ///< measurements_get() works.
  bool pai_configurable = false;               ///< pai_set() works.
  bool fastchannel = false;                    ///< Some command of the domain has a fast channel.
  std::uint32_t min_cap = 0;
  std::uint32_t max_cap = 0;
  std::uint32_t cap_step = 0;
  std::uint32_t min_pai_us = 0;
  std::uint32_t max_pai_us = 0;
  std::uint32_t pai_step_us = 0;
  std::uint32_t sustainable_power = 0;      ///< 0 = unknown.
  std::uint32_t accuracy_millipercent = 0;  ///< Of measurements, in 0.001 percent.
  std::optional<DomainId> parent;           ///< Its cap holds for this domain too; empty = none.
};

/// What POWERCAP_MEASUREMENTS_GET says.
struct PowercapMeasurement {
  std::uint32_t power = 0;   ///< Average, in the domain's unit.
  std::uint32_t pai_us = 0;  ///< Over this interval.
};

/// Powers outside of which a measurement is told, in the domain's unit.
struct PowercapThresholds {
  std::uint32_t low = 0;
  std::uint32_t high = 0;
};

/// A cap change that goes on by itself. Destroying it gives up waiting, not the change. One context at a time.
class PendingCap {
 public:
  PendingCap() = default;
  PendingCap(TypedCall<powercap_protocol::CapSet::Complete> call, DomainId domain)
      : call_(std::move(call)), domain_(domain) {}

  /// Waits for the delayed response and answers the cap in force. Errors: the platform's status, those of
  /// PendingCall::wait, malformed_reply also when the response is about another domain.
  [[nodiscard]] Result<std::uint32_t> wait();
  [[nodiscard]] bool poll() noexcept { return call_.poll(); }
  [[nodiscard]] bool wait_until(Instant until) noexcept { return call_.wait_until(until); }
  bool cancel() noexcept { return call_.cancel(); }
  [[nodiscard]] bool finished() const noexcept { return call_.finished(); }

 private:
  TypedCall<powercap_protocol::CapSet::Complete> call_;
  DomainId domain_;
};

/// Every method blocks unless it says otherwise, may be called from any thread, and answers the errors of call() (the
/// platform's status among them). A value that the domain does not allow is OUT_OF_RANGE or INVALID_PARAMETERS, as the
/// platform likes. Must not outlive the transport.
class Powercaps {
 public:
  /// See Clocks::open.
  static Result<Powercaps> open(const Agent& agent, const CallOptions& options = {});

  [[nodiscard]] Version version() const noexcept { return link_.version(); }  ///< In force.
  [[nodiscard]] Version platform_version() const noexcept { return reported_; }
  [[nodiscard]] const ProtocolLink& link() const noexcept { return link_; }
  /// Domains have the ids 0 to count()-1.
  [[nodiscard]] std::uint32_t count() const noexcept { return count_; }

  /// POWERCAP_DOMAIN_ATTRIBUTES, and POWERCAP_DOMAIN_NAME_GET where the name is longer.
  [[nodiscard]] Result<PowercapInfo> describe(DomainId domain, const CallOptions& options = {}) const;
  /// All domains; those that answer an error status are left out.
  [[nodiscard]] Result<std::vector<PowercapInfo>> list(const CallOptions& options = {}) const;
  /// Goes through list(). Errors: not_found, ambiguous.
  [[nodiscard]] Result<DomainId> by_name(std::string_view name, const CallOptions& options = {}) const;

  /// POWERCAP_CAP_GET: the cap in force, whoever set it; no_cap = none.
  /// With Via::fast and Via::automatic this and the sets and gets below take the fast channel: see
  /// PerformanceDomains::level_set.
  [[nodiscard]] Result<std::uint32_t> cap_get(DomainId domain, const CallOptions& options = {},
                                              Via via = Via::message) const;
  /// POWERCAP_CAP_SET, finished when it returns. The cap in force may be another one: another agent's, or a parent's.
  [[nodiscard]] Result<void> cap_set(DomainId domain, std::uint32_t cap, const CallOptions& options = {},
                                     Via via = Via::message) const;
  /// POWERCAP_CAP_SET to no_cap: ends this agent's capping. Only since 2.0 do all platforms know it: before, one that
  /// does not refuses it as a value out of range.
  [[nodiscard]] Result<void> cap_disable(DomainId domain, const CallOptions& options = {},
                                         Via via = Via::message) const;
  /// POWERCAP_CAP_SET, asynchronous: does not wait for the platform. Error: unsupported without a P2A channel; a
  /// refusal by the platform is the result of the PendingCap.
  [[nodiscard]] Result<PendingCap> cap_set_async(DomainId domain, std::uint32_t cap, PendingOptions options = {}) const;
  /// POWERCAP_CAP_SET, asynchronous and without a delayed response: returns when the platform has accepted it.
  [[nodiscard]] Result<void> cap_set_unconfirmed(DomainId domain, std::uint32_t cap,
                                                 const CallOptions& options = {}) const;
  /// POWERCAP_PAI_GET and _SET: the averaging interval, microseconds.
  [[nodiscard]] Result<std::uint32_t> pai_get(DomainId domain, const CallOptions& options = {},
                                              Via via = Via::message) const;
  [[nodiscard]] Result<void> pai_set(DomainId domain, std::uint32_t pai_us, const CallOptions& options = {},
                                     Via via = Via::message) const;
  /// POWERCAP_MEASUREMENTS_GET.
  [[nodiscard]] Result<PowercapMeasurement> measurements_get(DomainId domain, const CallOptions& options = {}) const;

  /// PROTOCOL_MESSAGE_ATTRIBUTES: whether any domain has a fast channel for that command.
  [[nodiscard]] Result<bool> has_fastchannel(MessageId message, const CallOptions& options = {}) const;
  /// POWERCAP_DESCRIBE_FASTCHANNEL: where the domain's fast channel for that command is.
  using Fastchannel = powercap_protocol::DescribeFastchannel::Reply;
  [[nodiscard]] Result<Fastchannel> describe_fastchannel(DomainId domain, MessageId message,
                                                         const CallOptions& options = {}) const;
  /// The fast channel itself, mapped; asked for once and then kept. Errors: as PerformanceDomains::fast_channel.
  [[nodiscard]] Result<std::shared_ptr<FastChannel>> fast_channel(DomainId domain, MessageId message,
                                                                  const CallOptions& options = {}) const;

  /// POWERCAP_CAP_NOTIFY and POWERCAP_MEASUREMENTS_NOTIFY: tell the platform; who receives is said below. Thresholds
  /// replace those of before. Error: invalid_argument for a low threshold above the high one.
  [[nodiscard]] Result<void> cap_notify(DomainId domain, bool enable, const CallOptions& options = {}) const;
  [[nodiscard]] Result<void> measurements_notify(DomainId domain, bool enable, PowercapThresholds thresholds,
                                                 const CallOptions& options = {}) const;
  /// Receives what comes for any domain. Callbacks run in the agent's dispatcher. Nothing is asked of the platform.
  using CapCallback = std::function<void(const powercap_protocol::CapChanged&)>;
  using MeasurementsCallback = std::function<void(const powercap_protocol::MeasurementsChanged&)>;
  [[nodiscard]] Subscription on_cap_changed(CapCallback callback) const;
  [[nodiscard]] Subscription on_measurements_changed(MeasurementsCallback callback) const;
  /// For one domain. See Clocks::watch_rate; the newest subscription's thresholds hold.
  [[nodiscard]] Result<Subscription> watch_cap(DomainId domain, CapCallback callback,
                                               const CallOptions& options = {}) const;
  [[nodiscard]] Result<Subscription> watch_measurements(DomainId domain, PowercapThresholds thresholds,
                                                        MeasurementsCallback callback,
                                                        const CallOptions& options = {}) const;

 private:
  Powercaps(ProtocolLink link, Version reported) : link_(std::move(link)), reported_(reported) {}
  [[nodiscard]] Result<std::uint32_t> read_fast(DomainId domain, MessageId message, const CallOptions& options) const;
  [[nodiscard]] Result<void> write_fast(DomainId domain, MessageId message, std::uint32_t value,
                                        const CallOptions& options) const;

  ProtocolLink link_;
  Version reported_;
  std::uint32_t count_ = 0;
  std::shared_ptr<FastChannels> fast_ = std::make_shared<FastChannels>();
};

}  // namespace scmi
