// SPDX-License-Identifier: Apache-2.0
#include "protocols/system_power.hpp"

#include <array>
#include <optional>

namespace scmi {

using namespace system_power_protocol;

namespace {

constexpr std::array<Version, 3> known_versions{version_2_1, version_2_0, version_1_0};

/// The attributes of a command; nothing if it is refused, whatever the status: NOT_FOUND, NOT_SUPPORTED and DENIED are
/// all in use.
[[nodiscard]] Result<std::optional<std::uint32_t>> attributes_of(const ProtocolLink& link, MessageId message,
                                                                 const CallOptions& options) {
  const auto reply = call(link, ProtocolMessageAttributes{message.value}, options);
  if (reply) return std::optional(reply->attributes);
  if (reply.error().origin == Origin::platform) return std::optional<std::uint32_t>();
  return reply.error();
}

}  // namespace

Result<SystemPower> SystemPower::open(const Agent& agent, const CallOptions& options) {
  auto opened = open_protocol(agent, protocol::system_power, known_versions, options);
  if (!opened) return opened.error();
  return SystemPower(std::move(opened->link), opened->reported);
}

Result<SystemPowerInfo> SystemPower::describe(const CallOptions& options) const {
  const auto set = attributes_of(link_, StateSet::info.message, options);
  if (!set) return set.error();
  const auto get = attributes_of(link_, StateGet::info.message, options);
  if (!get) return get.error();
  const auto notify = attributes_of(link_, StateNotify::info.message, options);
  if (!notify) return notify.error();
  const std::uint32_t of_set = set->value_or(0);
  return SystemPowerInfo{.set = set->has_value(),
                         .get = get->has_value(),
                         .notify = notify->has_value(),
                         .warm_reset = warm_reset_supported.test(of_set),
                         .suspend = suspend_supported.test(of_set)};
}

Result<std::uint32_t> SystemPower::state_get(const CallOptions& options) const {
  const auto reply = call(link_, StateGet{}, options);
  if (!reply) return reply.error();
  return reply->system_state;
}

Result<void> SystemPower::state_set(std::uint32_t system_state, Transition transition,
                                    const CallOptions& options) const {
  const std::uint32_t flags = graceful.put(transition == Transition::graceful ? 1 : 0);
  return detail::order(link_, StateSet{flags, system_state}, options);
}

Result<void> SystemPower::state_notify(bool enable, const CallOptions& options) const {
  return detail::order(link_, StateNotify{notify_enable_bit.put(enable ? 1 : 0)}, options);
}

Subscription SystemPower::on_state(StateCallback callback) const {
  return listen<SystemStateEvent>(link_, std::move(callback));
}

Result<Subscription> SystemPower::watch_state(StateCallback callback, const CallOptions& options) const {
  return watch<SystemStateEvent>(link_, NoSource{}, std::move(callback), options);
}

}  // namespace scmi
