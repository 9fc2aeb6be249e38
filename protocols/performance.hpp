// SPDX-License-Identifier: Apache-2.0
//
// The performance domain protocol (DEN0056 protocol 0x13) as methods. A domain in level indexing mode speaks of its
// levels by index, all others by value: `PerformanceLevels` knows which, and what travels for a level.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "protocols/fast_channel.hpp"
#include "protocols/performance_messages.hpp"
#include "protocols/protocol_client.hpp"

namespace scmi {

/// Rows for watch(), subscribe() and listen().
namespace performance_protocol {
using LimitsChangedEvent = Event<LimitsChanged, NotifyLimits, &LimitsChanged::domain_id>;
using LevelChangedEvent = Event<LevelChanged, NotifyLevel, &LevelChanged::domain_id>;
}  // namespace performance_protocol

/// In what power costs are counted.
enum class PowerUnit : std::uint8_t { abstract, milliwatt, microwatt, unknown };

/// What PERFORMANCE_DOMAIN_ATTRIBUTES and PERFORMANCE_DOMAIN_NAME_GET say about a domain.
struct PerformanceDomainInfo {
  DomainId id;
  std::string name;        ///< The extended name where there is one.
  std::string short_name;  ///< At most 16 bytes.
  bool set_limits = false;
  bool set_level = false;
  bool limits_notify = false;       ///< watch_limits() works.
  bool level_notify = false;        ///< watch_level() works.
  bool fastchannel = false;         ///< Some command of the domain has a fast channel.
  bool level_indexing = false;      ///< Levels travel as indices.
  std::uint32_t rate_limit_us = 0;  ///< Least time between requests; 0 = not reported.
  std::uint32_t sustained_freq_khz = 0;
  std::uint32_t sustained_level = 0;  ///< A value, also with level_indexing.
};

/// One operating point.
struct PerformanceLevel {
  std::uint32_t value = 0;
  std::uint32_t index = 0;                ///< Before 4.0 its position.
  std::uint32_t power_cost = 0;           ///< In PerformanceDomains::power_unit(); 0 = not reported.
  std::uint32_t latency_us = 0;           ///< Worst case to come here.
  std::uint32_t indicative_freq_khz = 0;  ///< 0 = not reported (always before 4.0).
};

/// The operating points of a domain, ascending by value.
struct PerformanceLevels {
  bool indexed = false;               ///< The domain is in level indexing mode.
  std::uint64_t hz_per_value = 1000;  ///< What one step of a level's value is worth, without indexing.
  std::vector<PerformanceLevel> levels;

  /// What stands for the level in level_set(), level_get(), limits and notifications.
  [[nodiscard]] std::uint32_t on_wire(const PerformanceLevel& level) const noexcept {
    return indexed ? level.index : level.value;
  }
  /// The level that such a number means; nullptr if it means none.
  [[nodiscard]] const PerformanceLevel* from_wire(std::uint32_t number) const noexcept;
  [[nodiscard]] const PerformanceLevel* by_value(std::uint32_t value) const noexcept;
  [[nodiscard]] const PerformanceLevel* by_index(std::uint32_t index) const noexcept;
  /// Hertz; 0 where the platform does not say.
  [[nodiscard]] std::uint64_t frequency_hz(const PerformanceLevel& level) const noexcept;
  /// The level for a frequency: the fastest that is not faster (down), the slowest that is not slower (up), or the
  /// nearer of these, the slower one if both are as near (closest). Beyond the ends it is the end. nullptr if no level
  /// has a frequency.
  [[nodiscard]] const PerformanceLevel* at_frequency_hz(std::uint64_t frequency_hz, Rounding rounding) const noexcept;

  [[nodiscard]] auto begin() const noexcept { return levels.begin(); }
  [[nodiscard]] auto end() const noexcept { return levels.end(); }
};

/// Lowest and highest level allowed, as they travel (value, or index).
struct PerformanceLimits {
  std::uint32_t max = 0;
  std::uint32_t min = 0;
};

/// Every method blocks, may be called from any thread, and answers the errors of call() (the platform's status among
/// them). Those that need a newer version than the platform's answer unsupported. Must not outlive the transport.
class PerformanceDomains {
 public:
  /// See Clocks::open.
  static Result<PerformanceDomains> open(const Agent& agent, const CallOptions& options = {});

  [[nodiscard]] Version version() const noexcept { return link_.version(); }  ///< In force.
  [[nodiscard]] Version platform_version() const noexcept { return reported_; }
  [[nodiscard]] const ProtocolLink& link() const noexcept { return link_; }
  /// Domains have the ids 0 to count()-1.
  [[nodiscard]] std::uint32_t count() const noexcept { return count_; }
  [[nodiscard]] PowerUnit power_unit() const noexcept { return power_unit_; }
  /// Where the platform keeps statistics; size 0 = none.
  [[nodiscard]] const StatisticsRegion& statistics() const noexcept { return statistics_; }
  /// Reads them, without a message. Errors: those of scmi::read_statistics().
  [[nodiscard]] Result<std::vector<DomainStatistics>> read_statistics() const {
    return scmi::read_statistics(link_, statistics_, performance_statistics_signature);
  }

  /// PERFORMANCE_DOMAIN_ATTRIBUTES, and PERFORMANCE_DOMAIN_NAME_GET where the name is longer.
  [[nodiscard]] Result<PerformanceDomainInfo> describe(DomainId domain, const CallOptions& options = {}) const;
  /// All domains; those that answer an error status are left out.
  [[nodiscard]] Result<std::vector<PerformanceDomainInfo>> list(const CallOptions& options = {}) const;
  /// Goes through list(). Errors: not_found, ambiguous.
  [[nodiscard]] Result<DomainId> by_name(std::string_view name, const CallOptions& options = {}) const;

  /// PERFORMANCE_DESCRIBE_LEVELS, all pages, and the domain's attributes for what the levels mean. May be empty. Error:
  /// malformed_reply for pages without progress or beyond the promise.
  [[nodiscard]] Result<PerformanceLevels> levels(DomainId domain, const CallOptions& options = {}) const;
  /// PERFORMANCE_LEVEL_GET and _SET: a value, or an index for a domain in level indexing mode. A set returns when the
  /// platform has accepted it; the transition follows. With Via::fast and Via::automatic a set may return before the
  /// platform has looked at it, and a value it does not like is ignored: level_get() tells. Further errors then: those
  /// of fast_channel() and FastChannel; options apply to commands only.
  [[nodiscard]] Result<std::uint32_t> level_get(DomainId domain, const CallOptions& options = {},
                                                Via via = Via::message) const;
  [[nodiscard]] Result<void> level_set(DomainId domain, std::uint32_t level, const CallOptions& options = {},
                                       Via via = Via::message) const;
  /// The same in hertz, whichever way the domain names its levels; `levels` are those of the domain. Sets the level
  /// that at_frequency_hz() finds, and answers its frequency. Error: not_found when no level has a frequency, or
  /// (reading) the platform is at a level that it did not describe.
  [[nodiscard]] Result<std::uint64_t> set_frequency_hz(DomainId domain, const PerformanceLevels& levels,
                                                       std::uint64_t frequency_hz, Rounding rounding = Rounding::down,
                                                       const CallOptions& options = {}, Via via = Via::message) const;
  [[nodiscard]] Result<std::uint64_t> frequency_hz(DomainId domain, const PerformanceLevels& levels,
                                                   const CallOptions& options = {}, Via via = Via::message) const;
  /// PERFORMANCE_LIMITS_GET.
  [[nodiscard]] Result<PerformanceLimits> limits_get(DomainId domain, const CallOptions& options = {},
                                                     Via via = Via::message) const;
  /// PERFORMANCE_LIMITS_SET; an empty limit stays as it is (before 3.0 it is read first and sent again). Error:
  /// invalid_argument when both are empty, or one is 0 from 3.0 on, where 0 cannot be said.
  /// A fast channel carries both, so an empty one is read first there.
  [[nodiscard]] Result<void> limits_set(DomainId domain, std::optional<std::uint32_t> max,
                                        std::optional<std::uint32_t> min, const CallOptions& options = {},
                                        Via via = Via::message) const;

  /// PROTOCOL_MESSAGE_ATTRIBUTES: whether any domain has a fast channel for that command.
  [[nodiscard]] Result<bool> has_fastchannel(MessageId message, const CallOptions& options = {}) const;
  /// PERFORMANCE_DESCRIBE_FASTCHANNEL: where the domain's fast channel for that command is.
  using Fastchannel = performance_protocol::DescribeFastchannel::Reply;
  [[nodiscard]] Result<Fastchannel> describe_fastchannel(DomainId domain, MessageId message,
                                                         const CallOptions& options = {}) const;
  /// The fast channel itself, mapped; asked for once and then kept. Errors: the platform's status where there is none,
  /// unsupported (version, or a transport that maps nothing), bad_memory (an address it must not map), malformed_reply.
  [[nodiscard]] Result<std::shared_ptr<FastChannel>> fast_channel(DomainId domain, MessageId message,
                                                                  const CallOptions& options = {}) const;

  /// PERFORMANCE_NOTIFY_LIMITS and PERFORMANCE_NOTIFY_LEVEL by hand; watch_...() does it by itself.
  [[nodiscard]] Result<void> notify_limits(DomainId domain, bool enable, const CallOptions& options = {}) const;
  [[nodiscard]] Result<void> notify_level(DomainId domain, bool enable, const CallOptions& options = {}) const;
  /// Receives what comes for any domain. Callbacks run in the agent's dispatcher. Nothing is asked of the platform.
  using LimitsCallback = std::function<void(const performance_protocol::LimitsChanged&)>;
  using LevelCallback = std::function<void(const performance_protocol::LevelChanged&)>;
  [[nodiscard]] Subscription on_limits_changed(LimitsCallback callback) const;
  [[nodiscard]] Subscription on_level_changed(LevelCallback callback) const;
  /// For one domain. See Clocks::watch_rate.
  [[nodiscard]] Result<Subscription> watch_limits(DomainId domain, LimitsCallback callback,
                                                  const CallOptions& options = {}) const;
  [[nodiscard]] Result<Subscription> watch_level(DomainId domain, LevelCallback callback,
                                                 const CallOptions& options = {}) const;

 private:
  PerformanceDomains(ProtocolLink link, Version reported) : link_(std::move(link)), reported_(reported) {}
  [[nodiscard]] Result<void> limits_set_by_message(DomainId domain, std::optional<std::uint32_t> max,
                                                   std::optional<std::uint32_t> min, const CallOptions& options) const;
  [[nodiscard]] Result<void> write_fast(DomainId domain, MessageId message, std::span<const std::uint32_t> words,
                                        const CallOptions& options) const;
  [[nodiscard]] Result<std::array<std::uint32_t, 2>> read_fast(DomainId domain, MessageId message,
                                                               const CallOptions& options) const;

  ProtocolLink link_;
  Version reported_;
  std::uint32_t count_ = 0;
  PowerUnit power_unit_ = PowerUnit::abstract;
  StatisticsRegion statistics_;
  std::shared_ptr<FastChannels> fast_ = std::make_shared<FastChannels>();
};

}  // namespace scmi
