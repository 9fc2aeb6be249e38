// SPDX-License-Identifier: Apache-2.0
#include "protocols/vendor/imx/cpu.hpp"

namespace scmi::imx {

using namespace cpu_protocol;

namespace {

constexpr std::array<Version, 1> known_versions{newest};

}  // namespace

Result<Cpu> Cpu::open(const Agent& agent, const CallOptions& options) {
  auto opened = imx::open(agent, protocol_id, known_versions, options);
  if (!opened) return opened.error();
  Cpu cpu(std::move(opened->link));
  const auto reply = call(cpu.link_, ProtocolAttributes{}, options);
  if (!reply) return reply.error().at(Step::protocol_attributes);
  cpu.count_ = ProtocolAttributes::Reply::num_cpus.get(reply->attributes);
  return Result<Cpu>(std::move(cpu));
}

Result<CpuInfo> Cpu::describe(std::uint32_t cpu, const CallOptions& options) const {
  const auto reply = call(link_, Attributes{cpu}, options);
  if (!reply) return reply.error();
  return CpuInfo{cpu, std::string(reply->name.view()), std::string(reply->name.view())};
}

Result<std::vector<CpuInfo>> Cpu::list(const CallOptions& options) const {
  return detail::list_all<CpuInfo>(count_, [&](std::uint32_t i) { return describe(i, options); });
}

Result<std::uint32_t> Cpu::by_name(std::string_view name, const CallOptions& options) const {
  const auto all = list(options);
  if (!all) return all.error();
  return find_by_name(*all, name);
}

Result<CpuState> Cpu::state(std::uint32_t cpu, const CallOptions& options) const {
  const auto reply = call(link_, InfoGet{cpu}, options);
  if (!reply) return reply.error();
  return CpuState{static_cast<RunMode>(reply->run_mode), static_cast<SleepMode>(reply->sleep_mode), reply->vector};
}

Result<void> Cpu::start(std::uint32_t cpu, const CallOptions& options) const {
  return detail::order(link_, Start{cpu}, options);
}
Result<void> Cpu::stop(std::uint32_t cpu, const CallOptions& options) const {
  return detail::order(link_, Stop{cpu}, options);
}

Result<void> Cpu::reset_vector_set(std::uint32_t cpu, std::uint64_t vector, VectorUse use,
                                   const CallOptions& options) const {
  using C = ResetVectorSet;
  const std::uint32_t flags = C::resume.put(use.resume) | C::start.put(use.start) | C::boot.put(use.boot);
  return detail::order(link_, C{cpu, flags, vector}, options);
}

Result<void> Cpu::sleep_mode_set(std::uint32_t cpu, SleepMode mode, bool irq_mux, const CallOptions& options) const {
  return detail::order(link_, SleepModeSet{cpu, SleepModeSet::irq_mux.put(irq_mux), static_cast<std::uint32_t>(mode)},
                       options);
}

Result<void> Cpu::irq_wake_set(std::uint32_t cpu, std::uint32_t mask_index, std::span<const std::uint32_t> mask,
                               const CallOptions& options) const {
  return detail::order(link_, IrqWakeSet{cpu, mask_index, {mask.begin(), mask.end()}}, options);
}
Result<void> Cpu::non_irq_wake_set(std::uint32_t cpu, std::uint32_t mask_index, std::span<const std::uint32_t> mask,
                                   const CallOptions& options) const {
  return detail::order(link_, NonIrqWakeSet{cpu, mask_index, {mask.begin(), mask.end()}}, options);
}

Result<void> Cpu::power_domain_settings_set(std::uint32_t cpu, std::vector<PowerDomainSetting> settings,
                                            const CallOptions& options) const {
  return detail::order(link_, PowerDomainSettingsSet{cpu, std::move(settings)}, options);
}
Result<void> Cpu::peripheral_settings_set(std::uint32_t cpu, std::vector<PeripheralSetting> settings,
                                          const CallOptions& options) const {
  return detail::order(link_, PeripheralSettingsSet{cpu, std::move(settings)}, options);
}

}  // namespace scmi::imx
