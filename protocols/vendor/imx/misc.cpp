// SPDX-License-Identifier: Apache-2.0
#include "protocols/vendor/imx/misc.hpp"

namespace scmi::imx {

using namespace misc_protocol;

namespace {

constexpr std::array<Version, 2> known_versions{newest, Version(0x10000)};

}  // namespace

Result<Misc> Misc::open(const Agent& agent, const CallOptions& options) {
  using Reply = ProtocolAttributes::Reply;
  auto opened = imx::open(agent, protocol_id, known_versions, options);
  if (!opened) return opened.error();
  Misc misc(std::move(opened->link));
  const auto reply = call(misc.link_, ProtocolAttributes{}, options);
  if (!reply) return reply.error().at(Step::protocol_attributes);
  misc.device_control_count_ = Reply::num_device_controls.get(reply->attributes);
  misc.board_control_count_ = Reply::num_board_controls.get(reply->attributes);
  misc.reason_count_ = Reply::num_reasons.get(reply->attributes);
  return Result<Misc>(std::move(misc));
}

Result<Misc::Words> Misc::control_get(std::uint32_t control, const CallOptions& options) const {
  auto reply = call(link_, ControlGet{control}, options);
  if (!reply) return reply.error();
  return std::move(reply->values);
}

Result<void> Misc::control_set(std::uint32_t control, Words values, const CallOptions& options) const {
  return detail::order(link_, ControlSet{control, std::move(values)}, options);
}

Result<Misc::Words> Misc::control_action(std::uint32_t control, std::uint32_t action, Words arguments,
                                         const CallOptions& options) const {
  auto reply = call(link_, ControlAction{control, action, std::move(arguments)}, options);
  if (!reply) return reply.error();
  return std::move(reply->values);
}

Result<Misc::Words> Misc::control_extended_get(std::uint32_t control, std::uint32_t address, std::uint32_t length,
                                               const CallOptions& options) const {
  auto reply = detail::call_since(link_, ControlExtendedGet{control, address, length}, options);
  if (!reply) return reply.error();
  return std::move(reply->values);
}

Result<void> Misc::control_extended_set(std::uint32_t control, std::uint32_t address, std::uint32_t length,
                                        Words values, const CallOptions& options) const {
  return detail::order(link_, ControlExtendedSet{control, address, length, std::move(values)}, options);
}

Result<BuildInfo::Reply> Misc::build_info(const CallOptions& options) const {
  return call(link_, BuildInfo{}, options);
}
Result<SiliconInfoGet::Reply> Misc::silicon_info(const CallOptions& options) const {
  return call(link_, SiliconInfoGet{}, options);
}
Result<ConfigurationInfoGet::Reply> Misc::configuration_info(const CallOptions& options) const {
  return call(link_, ConfigurationInfoGet{}, options);
}
Result<BoardInfo::Reply> Misc::board_info(const CallOptions& options) const {
  return call(link_, BoardInfo{}, options);
}
Result<DdrInfoGet::Reply> Misc::ddr_info(std::uint32_t region, const CallOptions& options) const {
  return detail::call_since(link_, DdrInfoGet{region}, options);
}

Result<Misc::Words> Misc::rom_passover(const CallOptions& options) const {
  auto reply = call(link_, RomPassoverGet{}, options);
  if (!reply) return reply.error();
  return std::move(reply->words);
}

Result<std::string> Misc::reason_name(std::uint32_t reason, const CallOptions& options) const {
  const auto reply = call(link_, ReasonAttributes{reason}, options);
  if (!reply) return reply.error();
  return std::string(reply->name.view());
}

Result<ResetReason> Misc::reset_reason(bool of_system, const CallOptions& options) const {
  auto reply = call(link_, ReasonGet{ReasonGet::system.put(of_system)}, options);
  if (!reply) return reply.error();
  return ResetReason{reply->boot_flags, reply->shutdown_flags, std::move(reply->extended)};
}

Result<Misc::Words> Misc::syslog(const CallOptions& options) const {
  using Reply = SyslogGet::Reply;
  PageBounds bounds(detail::context_of<SyslogGet>(link_), Reply::remaining.max());
  Words all;
  for (;;) {
    const auto page = call(link_, SyslogGet{0, bounds.next()}, options);
    if (!page) return page.error();
    const auto more = bounds.take(page->words.size(), Reply::remaining.get(page->num_log_flags));
    if (!more) return more.error();
    all.insert(all.end(), page->words.begin(), page->words.end());
    if (!*more) return Result<Words>(std::move(all));
  }
}

Result<void> Misc::control_notify(std::uint32_t control, std::uint32_t flags, const CallOptions& options) const {
  return detail::order(link_, ControlNotify{control, flags}, options);
}

Subscription Misc::on_control_event(ControlCallback callback) const {
  return listen<ControlNews>(link_, std::move(callback));
}

Result<Subscription> Misc::watch_control(std::uint32_t control, std::uint32_t flags, ControlCallback callback,
                                         const CallOptions& options) const {
  return watch<ControlNews>(link_, control, ControlNotify{control, flags}, std::move(callback), options);
}

}  // namespace scmi::imx
