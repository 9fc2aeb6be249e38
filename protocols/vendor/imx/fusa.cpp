// SPDX-License-Identifier: Apache-2.0
#include "protocols/vendor/imx/fusa.hpp"

namespace scmi::imx {

using namespace fusa_protocol;

namespace {

constexpr std::array<Version, 1> known_versions{newest};

}  // namespace

Result<Fusa> Fusa::open(const Agent& agent, const CallOptions& options) {
  using Reply = ProtocolAttributes::Reply;
  auto opened = imx::open(agent, protocol_id, known_versions, options);
  if (!opened) return opened.error();
  Fusa fusa(std::move(opened->link));
  const auto reply = call(fusa.link_, ProtocolAttributes{}, options);
  if (!reply) return reply.error().at(Step::protocol_attributes);
  fusa.fault_count_ = Reply::num_faults.get(reply->attributes);
  fusa.environment_count_ = Reply::num_environment_ids.get(reply->attributes);
  return Result<Fusa>(std::move(fusa));
}

Result<FaultEnvironmentStateGet::Reply> Fusa::fault_environment(const CallOptions& options) const {
  return call(link_, FaultEnvironmentStateGet{}, options);
}

Result<SafetyEnvironment> Fusa::safety_environment(std::uint32_t id, const CallOptions& options) const {
  const auto reply = call(link_, SafetyEnvironmentStateGet{id}, options);
  if (!reply) return reply.error();
  return SafetyEnvironment{reply->environment_id, reply->lm_id, reply->state};
}

Result<void> Fusa::safety_environment_set(std::uint32_t state, std::uint32_t ping_cookie,
                                          const CallOptions& options) const {
  return detail::order(link_, SafetyEnvironmentStateSet{state, ping_cookie}, options);
}

Result<bool> Fusa::fault_get(std::uint32_t fault, const CallOptions& options) const {
  const auto reply = call(link_, FaultGet{fault}, options);
  if (!reply) return reply.error();
  return FaultGet::Reply::set.test(reply->flags);
}

Result<void> Fusa::fault_set(std::uint32_t fault, bool set, const CallOptions& options) const {
  return detail::order(link_, FaultSet{fault, FaultSet::set.put(set)}, options);
}

Result<void> Fusa::check_event_trigger(const CallOptions& options) const {
  return detail::order(link_, SafetyCheckEventTrigger{}, options);
}
Result<void> Fusa::check_test_execute(std::uint32_t test, const CallOptions& options) const {
  return detail::order(link_, SafetyCheckTestExecute{test}, options);
}

Result<std::uint32_t> Fusa::fault_group_notify(std::uint32_t first, std::uint32_t mask, std::uint32_t enable_mask,
                                               const CallOptions& options) const {
  const auto reply = call(link_, FaultGroupNotify{first, mask, enable_mask}, options);
  if (!reply) return reply.error();
  return reply->enabled_mask;
}

Result<void> Fusa::fault_environment_notify(bool enable, const CallOptions& options) const {
  return detail::order(link_, FaultEnvironmentStateNotify{notify_enable_bit.put(enable)}, options);
}

Subscription Fusa::on_fault(FaultCallback callback) const { return listen<FaultNews>(link_, std::move(callback)); }
Subscription Fusa::on_fault_environment(StateCallback callback) const {
  return listen<FaultEnvironmentNews>(link_, std::move(callback));
}
Result<Subscription> Fusa::watch_fault_environment(StateCallback callback, const CallOptions& options) const {
  return watch<FaultEnvironmentNews>(link_, NoSource{}, std::move(callback), options);
}
Subscription Fusa::on_state_request(RequestCallback callback) const {
  return listen<StateRequest>(link_, std::move(callback));
}

}  // namespace scmi::imx
