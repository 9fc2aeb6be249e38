// SPDX-License-Identifier: Apache-2.0
#include "protocols/vendor/imx/lmm.hpp"

namespace scmi::imx {

using namespace lmm_protocol;

namespace {

constexpr std::array<Version, 1> known_versions{newest};

[[nodiscard]] Notify notify_command(std::uint32_t machine, const MachineEvents& events) noexcept {
  return {machine, boot_event.put(events.boot) | shutdown_event.put(events.shutdown) |
                       suspend_event.put(events.suspend) | wake_event.put(events.wake)};
}

}  // namespace

Result<Lmm> Lmm::open(const Agent& agent, const CallOptions& options) {
  auto opened = imx::open(agent, protocol_id, known_versions, options);
  if (!opened) return opened.error();
  Lmm lmm(std::move(opened->link));
  const auto reply = call(lmm.link_, ProtocolAttributes{}, options);
  if (!reply) return reply.error().at(Step::protocol_attributes);
  lmm.count_ = ProtocolAttributes::Reply::num_machines.get(reply->attributes);
  return Result<Lmm>(std::move(lmm));
}

Result<MachineInfo> Lmm::describe(std::uint32_t machine, const CallOptions& options) const {
  const auto reply = call(link_, Attributes{machine}, options);
  if (!reply) return reply.error();
  return MachineInfo{.id = reply->lm_id,
                     .name = std::string(reply->name.view()),
                     .short_name = std::string(reply->name.view()),
                     .state = static_cast<MachineState>(reply->state),
                     .error_status = reply->error_status};
}

Result<MachineInfo> Lmm::own(const CallOptions& options) const { return describe(lmm_protocol::own, options); }

Result<std::vector<MachineInfo>> Lmm::list(const CallOptions& options) const {
  return detail::list_all<MachineInfo>(count_, [&](std::uint32_t i) { return describe(i, options); });
}

Result<std::uint32_t> Lmm::by_name(std::string_view name, const CallOptions& options) const {
  const auto all = list(options);
  if (!all) return all.error();
  return find_by_name(*all, name);
}

Result<void> Lmm::boot(std::uint32_t machine, const CallOptions& options) const {
  return detail::order(link_, Boot{machine}, options);
}
Result<void> Lmm::reset(std::uint32_t machine, bool graceful, const CallOptions& options) const {
  return detail::order(link_, Reset{machine, Reset::graceful.put(graceful)}, options);
}
Result<void> Lmm::shutdown(std::uint32_t machine, bool graceful, const CallOptions& options) const {
  return detail::order(link_, Shutdown{machine, Shutdown::graceful.put(graceful)}, options);
}
Result<void> Lmm::suspend(std::uint32_t machine, const CallOptions& options) const {
  return detail::order(link_, Suspend{machine}, options);
}
Result<void> Lmm::wake(std::uint32_t machine, const CallOptions& options) const {
  return detail::order(link_, Wake{machine}, options);
}
Result<void> Lmm::power_on(std::uint32_t machine, const CallOptions& options) const {
  return detail::order(link_, PowerOn{machine}, options);
}

Result<void> Lmm::reset_vector_set(std::uint32_t machine, std::uint32_t cpu, std::uint64_t vector,
                                   const CallOptions& options) const {
  return detail::order(link_, ResetVectorSet{machine, cpu, 0, vector}, options);
}

Result<imx::ResetReason> Lmm::reset_reason(std::uint32_t machine, const CallOptions& options) const {
  auto reply = call(link_, lmm_protocol::ResetReason{machine}, options);
  if (!reply) return reply.error();
  return imx::ResetReason{reply->boot_flags, reply->shutdown_flags, std::move(reply->extended)};
}

Result<void> Lmm::notify(std::uint32_t machine, MachineEvents events, const CallOptions& options) const {
  return detail::order(link_, notify_command(machine, events), options);
}

Subscription Lmm::on_event(EventCallback callback) const { return listen<MachineEvent>(link_, std::move(callback)); }

Result<Subscription> Lmm::watch(std::uint32_t machine, MachineEvents events, EventCallback callback,
                                const CallOptions& options) const {
  return scmi::watch<MachineEvent>(link_, machine, notify_command(machine, events), std::move(callback), options);
}

}  // namespace scmi::imx
