// SPDX-License-Identifier: Apache-2.0
#include "protocols/vendor/imx/bbm.hpp"

namespace scmi::imx {

using namespace bbm_protocol;

namespace {

constexpr std::array<Version, 1> known_versions{newest};

[[nodiscard]] RtcNotify notify_command(std::uint32_t rtc, const RtcEvents& events) noexcept {
  return {rtc, RtcNotify::alarm.put(events.alarm) | RtcNotify::rollover.put(events.rollover) |
                   RtcNotify::updated.put(events.updated)};
}

[[nodiscard]] RtcNews::Callback unpacked(Bbm::RtcCallback callback) {
  return [callback = std::move(callback)](const RtcEvent& n) {
    callback(RtcEvent::rtc.get(n.flags),
             {RtcEvent::alarm.test(n.flags), RtcEvent::rollover.test(n.flags), RtcEvent::updated.test(n.flags)});
  };
}
[[nodiscard]] ButtonNews::Callback unpacked(Bbm::ButtonCallback callback) {
  return [callback = std::move(callback)](const ButtonEvent& n) { callback(ButtonEvent::pressed.test(n.flags)); };
}

}  // namespace

Result<Bbm> Bbm::open(const Agent& agent, const CallOptions& options) {
  using Reply = ProtocolAttributes::Reply;
  auto opened = imx::open(agent, protocol_id, known_versions, options);
  if (!opened) return opened.error();
  Bbm bbm(std::move(opened->link));
  const auto reply = call(bbm.link_, ProtocolAttributes{}, options);
  if (!reply) return reply.error().at(Step::protocol_attributes);
  bbm.register_count_ = Reply::num_registers.get(reply->attributes);
  bbm.rtc_count_ = Reply::num_rtcs.get(reply->attributes);
  return Result<Bbm>(std::move(bbm));
}

Result<void> Bbm::register_set(std::uint32_t index, std::uint32_t value, const CallOptions& options) const {
  return detail::order(link_, RegisterSet{index, value}, options);
}

Result<std::uint32_t> Bbm::register_get(std::uint32_t index, const CallOptions& options) const {
  const auto reply = call(link_, RegisterGet{index}, options);
  if (!reply) return reply.error();
  return reply->value;
}

Result<RtcInfo> Bbm::rtc_describe(std::uint32_t rtc, const CallOptions& options) const {
  using Reply = RtcAttributes::Reply;
  const auto reply = call(link_, RtcAttributes{rtc}, options);
  if (!reply) return reply.error();
  return RtcInfo{.id = rtc,
                 .name = std::string(reply->name.view()),
                 .ticks_per_second = Reply::ticks_per_second.get(reply->attributes),
                 .seconds_width = Reply::seconds_width.get(reply->attributes),
                 .tick_width = Reply::tick_width.get(reply->attributes)};
}

Result<std::uint64_t> Bbm::time_get(std::uint32_t rtc, std::uint32_t flags, const CallOptions& options) const {
  const auto reply = call(link_, RtcTimeGet{rtc, flags}, options);
  if (!reply) return reply.error();
  return reply->value;
}

Result<std::uint64_t> Bbm::rtc_seconds(std::uint32_t rtc, const CallOptions& options) const {
  return time_get(rtc, 0, options);
}
Result<std::uint64_t> Bbm::rtc_ticks(std::uint32_t rtc, const CallOptions& options) const {
  return time_get(rtc, RtcTimeGet::ticks.put(1), options);
}

Result<void> Bbm::rtc_set_seconds(std::uint32_t rtc, std::uint64_t seconds, const CallOptions& options) const {
  return detail::order(link_, RtcTimeSet{rtc, 0, seconds}, options);
}
Result<void> Bbm::rtc_set_ticks(std::uint32_t rtc, std::uint64_t ticks, const CallOptions& options) const {
  return detail::order(link_, RtcTimeSet{rtc, RtcTimeSet::ticks.put(1), ticks}, options);
}

Result<void> Bbm::rtc_alarm(std::uint32_t rtc, std::optional<std::uint64_t> seconds, const CallOptions& options) const {
  return detail::order(link_, RtcAlarmSet{rtc, RtcAlarmSet::enable.put(seconds.has_value()), seconds.value_or(0)},
                       options);
}

Result<bool> Bbm::rtc_battery_low(std::uint32_t rtc, const CallOptions& options) const {
  const auto reply = call(link_, RtcState{rtc}, options);
  if (!reply) return reply.error();
  return RtcState::Reply::battery_low.test(reply->state);
}

Result<bool> Bbm::button_pressed(const CallOptions& options) const {
  const auto reply = call(link_, ButtonGet{}, options);
  if (!reply) return reply.error();
  return reply->state != 0;
}

Result<void> Bbm::rtc_notify(std::uint32_t rtc, RtcEvents events, const CallOptions& options) const {
  return detail::order(link_, notify_command(rtc, events), options);
}
Result<void> Bbm::button_notify(bool enable, const CallOptions& options) const {
  return detail::order(link_, ButtonNotify{ButtonNotify::enable.put(enable)}, options);
}

Subscription Bbm::on_rtc_event(RtcCallback callback) const {
  return listen<RtcNews>(link_, unpacked(std::move(callback)));
}
Subscription Bbm::on_button_event(ButtonCallback callback) const {
  return listen<ButtonNews>(link_, unpacked(std::move(callback)));
}

Result<Subscription> Bbm::watch_rtc(std::uint32_t rtc, RtcEvents events, RtcCallback callback,
                                    const CallOptions& options) const {
  return watch<RtcNews>(link_, rtc, notify_command(rtc, events), unpacked(std::move(callback)), options);
}
Result<Subscription> Bbm::watch_button(ButtonCallback callback, const CallOptions& options) const {
  return watch<ButtonNews>(link_, NoSource{}, unpacked(std::move(callback)), options);
}

}  // namespace scmi::imx
