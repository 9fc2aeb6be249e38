// SPDX-License-Identifier: Apache-2.0
#include "protocols/power_domain.hpp"

#include <array>

namespace scmi {

using namespace power_domain_protocol;

namespace {
constexpr std::array<Version, 4> known_versions{version_3_1, version_3_0, version_2_0, version_1_0};
}  // namespace

Result<PowerDomains> PowerDomains::open(const Agent& agent, const CallOptions& options) {
  auto opened = open_protocol(agent, protocol::power_domain, known_versions, options);
  if (!opened) return opened.error();
  PowerDomains domains(std::move(opened->link), opened->reported);
  const auto reply = call(domains.link_, ProtocolAttributes{}, options);
  if (!reply) return reply.error().at(Step::protocol_attributes);
  domains.count_ = ProtocolAttributes::Reply::num_domains.get(reply->attributes);
  if (reply->statistics_len_bytes != 0) domains.statistics_ = {reply->statistics_address, reply->statistics_len_bytes};
  return Result<PowerDomains>(std::move(domains));
}

Result<PowerDomainInfo> PowerDomains::describe(DomainId domain, const CallOptions& options) const {
  using Reply = DomainAttributes::Reply;
  const auto reply = call(link_, DomainAttributes{domain}, options);
  if (!reply) return reply.error();
  const auto has = [&](const BitField& b) { return version() >= b.since && b.test(reply->attributes); };
  const auto name = detail::full_name(link_, DomainNameGet{domain}, reply->name, has(Reply::extended_name), options);
  if (!name) return name.error();
  return PowerDomainInfo{.id = domain,
                         .name = *name,
                         .short_name = std::string(reply->name.view()),
                         .sync_set = has(Reply::sync_set),
                         .async_set = has(Reply::async_set),
                         .state_change_notify = has(Reply::state_change_notify),
                         .change_requested_notify = has(Reply::change_requested_notify)};
}

Result<std::vector<PowerDomainInfo>> PowerDomains::list(const CallOptions& options) const {
  return detail::list_all<PowerDomainInfo>(count_, [&](std::uint32_t i) { return describe(DomainId(i), options); });
}

Result<DomainId> PowerDomains::by_name(std::string_view name, const CallOptions& options) const {
  const auto all = list(options);
  if (!all) return all.error();
  return find_by_name(*all, name);
}

Result<std::uint32_t> PowerDomains::state_get(DomainId domain, const CallOptions& options) const {
  const auto reply = call(link_, StateGet{domain}, options);
  if (!reply) return reply.error();
  return reply->power_state;
}

Result<void> PowerDomains::state_set(DomainId domain, std::uint32_t power_state, SetMode mode,
                                     const CallOptions& options) const {
  return detail::order(link_, StateSet{StateSet::async.put(mode == SetMode::async ? 1 : 0), domain, power_state},
                       options);
}

Result<void> PowerDomains::state_notify(DomainId domain, bool enable, const CallOptions& options) const {
  return detail::order(link_, StateNotify{domain, notify_enable_bit.put(enable ? 1 : 0)}, options);
}
Result<void> PowerDomains::state_change_requested_notify(DomainId domain, bool enable,
                                                         const CallOptions& options) const {
  return detail::order(link_, StateChangeRequestedNotify{domain, notify_enable_bit.put(enable ? 1 : 0)}, options);
}

Subscription PowerDomains::on_state_changed(StateCallback callback) const {
  return listen<StateChangedEvent>(link_, std::move(callback));
}
Subscription PowerDomains::on_state_change_requested(StateRequestCallback callback) const {
  return listen<StateChangeRequestedEvent>(link_, std::move(callback));
}

Result<Subscription> PowerDomains::watch_state(DomainId domain, StateCallback callback,
                                               const CallOptions& options) const {
  return watch<StateChangedEvent>(link_, domain, std::move(callback), options);
}
Result<Subscription> PowerDomains::watch_state_requests(DomainId domain, StateRequestCallback callback,
                                                        const CallOptions& options) const {
  return watch<StateChangeRequestedEvent>(link_, domain, std::move(callback), options);
}

}  // namespace scmi
