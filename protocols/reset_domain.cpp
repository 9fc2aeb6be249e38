// SPDX-License-Identifier: Apache-2.0
#include "protocols/reset_domain.hpp"

#include <array>

namespace scmi {

using namespace reset_domain_protocol;

namespace {

constexpr std::array<Version, 3> known_versions{version_3_1, version_3_0, version_1_0};

/// What some platforms send for "not reported".
constexpr std::uint32_t mistaken_latency_not_reported = 0x7FFF'FFFF;

[[nodiscard]] std::optional<std::uint32_t> latency_of(std::uint32_t word) noexcept {
  if (word == DomainAttributes::Reply::latency_not_reported || word == mistaken_latency_not_reported) return {};
  return word;
}

}  // namespace

Result<void> PendingReset::wait() {
  const auto complete = call_.wait();
  if (!complete) return complete.error();
  if (complete->domain_id != domain_) {
    return Error::local(LocalError::malformed_reply, {protocol::reset_domain.value, Reset::info.message.value,
                                                      Step::none, complete->domain_id.value});
  }
  return {};
}

Result<ResetDomains> ResetDomains::open(const Agent& agent, const CallOptions& options) {
  auto opened = open_protocol(agent, protocol::reset_domain, known_versions, options);
  if (!opened) return opened.error();
  ResetDomains domains(std::move(opened->link), opened->reported);
  const auto reply = call(domains.link_, ProtocolAttributes{}, options);
  if (!reply) return reply.error().at(Step::protocol_attributes);
  domains.count_ = ProtocolAttributes::Reply::num_domains.get(reply->attributes);
  return Result<ResetDomains>(std::move(domains));
}

Result<ResetDomainInfo> ResetDomains::describe(DomainId domain, const CallOptions& options) const {
  using Reply = DomainAttributes::Reply;
  const auto reply = call(link_, DomainAttributes{domain}, options);
  if (!reply) return reply.error();
  const auto has = [&](const BitField& b) { return version() >= b.since && b.test(reply->attributes); };
  const auto name = detail::full_name(link_, DomainNameGet{domain}, reply->name, has(Reply::extended_name), options);
  if (!name) return name.error();
  return ResetDomainInfo{.id = domain,
                         .name = *name,
                         .short_name = std::string(reply->name.view()),
                         .async_reset = has(Reply::async_reset),
                         .reset_notify = has(Reply::reset_notify),
                         .latency_us = latency_of(reply->latency_us)};
}

Result<std::vector<ResetDomainInfo>> ResetDomains::list(const CallOptions& options) const {
  return detail::list_all<ResetDomainInfo>(count_, [&](std::uint32_t i) { return describe(DomainId(i), options); });
}

Result<DomainId> ResetDomains::by_name(std::string_view name, const CallOptions& options) const {
  const auto all = list(options);
  if (!all) return all.error();
  return find_by_name(*all, name);
}

Result<void> ResetDomains::reset(DomainId domain, std::uint32_t reset_state, const CallOptions& options) const {
  return detail::order(link_, Reset{domain, Reset::autonomous.put(1), reset_state}, options);
}

Result<PendingReset> ResetDomains::reset_async(DomainId domain, std::uint32_t reset_state,
                                               PendingOptions options) const {
  const Reset command{domain, Reset::autonomous.put(1) | Reset::async.put(1), reset_state};
  auto started = start_delayed(link_, command, std::move(options));
  if (!started) return started.error();
  return PendingReset(std::move(*started), domain);
}

Result<void> ResetDomains::assert_reset(DomainId domain, std::uint32_t reset_state, const CallOptions& options) const {
  return detail::order(link_, Reset{domain, Reset::explicit_assert.put(1), reset_state}, options);
}
Result<void> ResetDomains::deassert_reset(DomainId domain, std::uint32_t reset_state,
                                          const CallOptions& options) const {
  return detail::order(link_, Reset{domain, Reset::explicit_assert.put(0), reset_state}, options);
}

Result<void> ResetDomains::reset_notify(DomainId domain, bool enable, const CallOptions& options) const {
  return detail::order(link_, Notify{domain, notify_enable_bit.put(enable ? 1 : 0)}, options);
}

Subscription ResetDomains::on_reset_issued(IssuedCallback callback) const {
  return listen<IssuedEvent>(link_, std::move(callback));
}

Result<Subscription> ResetDomains::watch_reset(DomainId domain, IssuedCallback callback,
                                               const CallOptions& options) const {
  return watch<IssuedEvent>(link_, domain, std::move(callback), options);
}

}  // namespace scmi
