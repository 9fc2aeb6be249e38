// SPDX-License-Identifier: Apache-2.0
//
// Cores (0x82). An agent starts, stops and configures those of its own machine and sees all.
#include <vector>

#include "platform/vendor/imx/imx_servers.hpp"
#include "protocols/vendor/imx/cpu_messages.hpp"

namespace scmi::platform::imx {
namespace {

using namespace scmi::imx::cpu_protocol;

class CpuServer final : public VendorServer {
 public:
  [[nodiscard]] Version version() const noexcept override { return newest; }
  [[nodiscard]] std::span<const VendorRow> rows() const noexcept override {
    using S = CpuServer;
    static constexpr std::array all = {
        vendor_row<S, ProtocolAttributes, &S::protocol_attributes>(),
        vendor_row<S, Attributes, &S::attributes>(),
        vendor_row<S, Start, &S::start>(),
        vendor_row<S, Stop, &S::stop>(),
        vendor_row<S, ResetVectorSet, &S::reset_vector_set>(),
        vendor_row<S, SleepModeSet, &S::sleep_mode_set>(),
        vendor_row<S, IrqWakeSet, &S::irq_wake_set>(),
        vendor_row<S, NonIrqWakeSet, &S::non_irq_wake_set>(),
        vendor_row<S, PowerDomainSettingsSet, &S::power_domain_settings_set>(),
        vendor_row<S, PeripheralSettingsSet, &S::peripheral_settings_set>(),
        vendor_row<S, InfoGet, &S::info_get>(),
    };
    return all;
  }

 private:
  enum RunMode : std::uint32_t { run, hold, stopped, sleep };
  static constexpr std::uint32_t setting_max = 4;
  static constexpr std::uint32_t sleep_mode_max = 3;
  static constexpr std::size_t wake_words = 12;
  struct State {
    RunMode mode = run;
    std::uint32_t sleep_mode = 0;
    std::uint64_t vector = 0;
  };

  [[nodiscard]] static Status check(const VendorCall& call, std::uint32_t cpu) {
    if (cpu >= cores.size()) return Status::not_found;
    return cores[cpu].machine == call.id.value ? Status::success : Status::denied;
  }

  Status protocol_attributes(VendorCall&, const ProtocolAttributes&, ProtocolAttributes::Reply& reply) {
    reply.attributes = ProtocolAttributes::Reply::num_cpus.put(cores.size());
    return Status::success;
  }
  Status attributes(VendorCall&, const Attributes& command, Attributes::Reply& reply) {
    if (command.cpu_id >= cores.size()) return Status::not_found;
    reply.name = cores[command.cpu_id].name;
    return Status::success;
  }
  Status start(VendorCall& call, const Start& command, Empty&) {
    const Status status = check(call, command.cpu_id);
    if (status == Status::success) states_[command.cpu_id].mode = run;
    return status;
  }
  Status stop(VendorCall& call, const Stop& command, Empty&) {
    const Status status = check(call, command.cpu_id);
    if (status == Status::success) states_[command.cpu_id].mode = stopped;
    return status;
  }
  Status reset_vector_set(VendorCall& call, const ResetVectorSet& command, Empty&) {
    using C = ResetVectorSet;
    if (const Status status = check(call, command.cpu_id); status != Status::success) return status;
    const std::uint32_t uses = C::resume.mask() | C::start.mask() | C::boot.mask();
    if ((command.flags & reserved_bits(C::flags_bits, newest)) != 0 || (command.flags & uses) == 0) {
      return Status::invalid_parameters;
    }
    states_[command.cpu_id].vector = command.vector;
    return Status::success;
  }
  Status sleep_mode_set(VendorCall& call, const SleepModeSet& command, Empty&) {
    if (const Status status = check(call, command.cpu_id); status != Status::success) return status;
    if ((command.flags & reserved_bits(SleepModeSet::flags_bits, newest)) != 0 || command.mode > sleep_mode_max) {
      return Status::invalid_parameters;
    }
    states_[command.cpu_id].sleep_mode = command.mode;
    return Status::success;
  }
  template <class C>
  Status wake_set(const VendorCall& call, const C& command) {
    if (const Status status = check(call, command.cpu_id); status != Status::success) return status;
    const bool fits = command.mask_index < wake_words && command.mask.size() <= wake_words - command.mask_index;
    return fits ? Status::success : Status::invalid_parameters;
  }
  Status irq_wake_set(VendorCall& call, const IrqWakeSet& command, Empty&) { return wake_set(call, command); }
  Status non_irq_wake_set(VendorCall& call, const NonIrqWakeSet& command, Empty&) { return wake_set(call, command); }
  template <class C>
  Status settings_set(const VendorCall& call, const C& command) {
    if (const Status status = check(call, command.cpu_id); status != Status::success) return status;
    const bool valid = std::ranges::all_of(command.configs, [](const auto& c) { return c.setting <= setting_max; });
    return valid ? Status::success : Status::invalid_parameters;
  }
  Status power_domain_settings_set(VendorCall& call, const PowerDomainSettingsSet& command, Empty&) {
    return settings_set(call, command);
  }
  Status peripheral_settings_set(VendorCall& call, const PeripheralSettingsSet& command, Empty&) {
    return settings_set(call, command);
  }
  Status info_get(VendorCall&, const InfoGet& command, InfoGet::Reply& reply) {
    if (command.cpu_id >= cores.size()) return Status::not_found;
    const State& s = states_[command.cpu_id];
    reply = {s.mode, s.sleep_mode, s.vector};
    return Status::success;
  }

  std::array<State, cores.size()> states_{};
};

}  // namespace

std::unique_ptr<VendorServer> make_cpu(VendorHost&) { return std::make_unique<CpuServer>(); }

}  // namespace scmi::platform::imx
