// SPDX-License-Identifier: Apache-2.0
//
// Miscellaneous (0x84). Controls keep what they are set to, and tell those who want to hear of it.
#include <map>
#include <string>
#include <vector>

#include "platform/vendor/imx/imx_servers.hpp"
#include "protocols/vendor/imx/imx_common.hpp"
#include "protocols/vendor/imx/misc_messages.hpp"

namespace scmi::platform::imx {
namespace {

using namespace scmi::imx::misc_protocol;
using scmi::imx::reason_id;
using scmi::imx::reason_valid;

constexpr std::array<std::string_view, 6> reasons = {"cm33_lockup", "cm33_swreq", "wdog1", "por", "lm_request", "jtag"};
constexpr std::uint32_t reason_por = 3;

/// More values than any payload holds are wrong in themselves, whatever came.
template <std::size_t word>
Status judge_count(std::span<const std::byte> payload, const ChannelLimits& limits) {
  wire::Reader reader(payload);
  std::uint32_t count = 0;
  for (std::size_t i = 0; i <= word; ++i) count = reader.u32();
  const bool there = reader.finish();
  const std::size_t room = (limits.max_payload - (word + 1) * 4) / 4;
  return there && count > room ? Status::invalid_parameters : Status::success;
}
[[nodiscard]] constexpr VendorRow judged(VendorRow row,
                                         Status (*judge)(std::span<const std::byte>, const ChannelLimits&)) {
  row.judge = judge;
  return row;
}

class MiscServer final : public VendorServer {
 public:
  explicit MiscServer(VendorHost& host) : host_(host) {
    for (std::uint32_t i = 0; i < device_controls; ++i) controls_[i].values = {i};
    for (std::uint32_t i = 0; i < board_controls; ++i) controls_[first_board_control + i].values = {0};
    for (std::uint32_t i = 0; i < log_words; ++i) log_.push_back(0x5359'0000 | i);
  }

  [[nodiscard]] Version version() const noexcept override { return newest; }
  [[nodiscard]] std::span<const VendorRow> rows() const noexcept override {
    using S = MiscServer;
    static constexpr std::array all = {
        vendor_row<S, ProtocolAttributes, &S::protocol_attributes>(),
        judged(vendor_row<S, ControlSet, &S::control_set>(), judge_count<1>),
        vendor_row<S, ControlGet, &S::control_get>(),
        judged(vendor_row<S, ControlAction, &S::control_action>(), judge_count<2>),
        vendor_row<S, BuildInfo, &S::build_info>(),
        vendor_row<S, RomPassoverGet, &S::rom_passover_get>(),
        vendor_row<S, ControlNotify, &S::control_notify>(),
        vendor_row<S, ReasonAttributes, &S::reason_attributes>(),
        vendor_row<S, ReasonGet, &S::reason_get>(),
        vendor_row<S, SiliconInfoGet, &S::silicon_info_get>(),
        vendor_row<S, ConfigurationInfoGet, &S::configuration_info_get>(),
        vendor_row<S, SyslogGet, &S::syslog_get>(),
        vendor_row<S, BoardInfo, &S::board_info>(),
        judged(vendor_row<S, ControlExtendedSet, &S::control_extended_set>(), judge_count<3>),
        vendor_row<S, ControlExtendedGet, &S::control_extended_get>(),
        vendor_row<S, DdrInfoGet, &S::ddr_info_get>(),
    };
    return all;
  }
  void forget(AgentId agent) override {
    for (auto& [id, control] : controls_) control.subscribers.erase(agent);
  }

 private:
  static constexpr std::uint32_t device_controls = 10;
  static constexpr std::uint32_t board_controls = 4;
  static constexpr std::size_t log_words = 40;
  static constexpr std::uint32_t action_reset = 0;  ///< The one action that every control here knows.

  struct Control {
    std::vector<std::uint32_t> values;
    std::map<AgentId, std::uint32_t> subscribers;  ///< With the flags each wants.
  };

  [[nodiscard]] Control* find(std::uint32_t id) {
    const auto at = controls_.find(id);
    return at == controls_.end() ? nullptr : &at->second;
  }

  Status protocol_attributes(VendorCall&, const ProtocolAttributes&, ProtocolAttributes::Reply& reply) {
    using R = ProtocolAttributes::Reply;
    reply.attributes = R::num_device_controls.put(device_controls) | R::num_board_controls.put(board_controls) |
                       R::num_reasons.put(reasons.size());
    return Status::success;
  }
  Status control_set(VendorCall& call, const ControlSet& command, Empty&) {
    Control* const control = find(command.control_id);
    if (control == nullptr) return Status::not_found;
    if (command.values.empty()) return Status::invalid_parameters;
    control->values = command.values;
    for (const auto& [agent, flags] : control->subscribers) {
      if (agent != call.id) host_.notify(agent, ControlEvent{command.control_id, flags}, newest);
    }
    return Status::success;
  }
  Status control_get(VendorCall&, const ControlGet& command, ControlGet::Reply& reply) {
    const Control* const control = find(command.control_id);
    if (control == nullptr) return Status::not_found;
    reply.values = control->values;
    return Status::success;
  }
  Status control_action(VendorCall&, const ControlAction& command, ControlAction::Reply& reply) {
    Control* const control = find(command.control_id);
    if (control == nullptr) return Status::not_found;
    if (command.action != action_reset) return Status::not_supported;
    control->values = {0};
    reply.values = control->values;
    return Status::success;
  }
  Status build_info(VendorCall&, const BuildInfo&, BuildInfo::Reply& reply) {
    reply = {.build_number = 700, .commit = 0x51A7'0001, .date = "Jan 01 2026", .time = "00:00:00"};
    return Status::success;
  }
  Status rom_passover_get(VendorCall&, const RomPassoverGet&, RomPassoverGet::Reply& reply) {
    reply.words = {0x1000, 0x1, 0x0};
    return Status::success;
  }
  Status control_notify(VendorCall& call, const ControlNotify& command, Empty&) {
    Control* const control = find(command.control_id);
    if (control == nullptr) return Status::not_found;
    if (command.flags == 0) {
      control->subscribers.erase(call.id);
    } else {
      control->subscribers[call.id] = command.flags;
    }
    return Status::success;
  }
  Status reason_attributes(VendorCall&, const ReasonAttributes& command, ReasonAttributes::Reply& reply) {
    if (command.reason_id >= reasons.size()) return Status::not_found;
    reply.name = reasons[command.reason_id];
    return Status::success;
  }
  Status reason_get(VendorCall&, const ReasonGet& command, ReasonGet::Reply& reply) {
    if ((command.flags & reserved_bits(ReasonGet::flags_bits, newest)) != 0) return Status::invalid_parameters;
    reply.boot_flags = reason_valid.put(1) | reason_id.put(reason_por);
    return Status::success;
  }
  Status silicon_info_get(VendorCall&, const SiliconInfoGet&, SiliconInfoGet::Reply& reply) {
    reply = {.device_id = 0x95, .silicon_revision = 0xB0, .part_number = 0x9500, .name = "i.MX95 B0"};
    return Status::success;
  }
  /// The simulated board has no configurations to select from, and says it the only way that agents are known to bear.
  Status configuration_info_get(VendorCall&, const ConfigurationInfoGet&, ConfigurationInfoGet::Reply&) {
    return Status::not_supported;
  }
  Status syslog_get(VendorCall& call, const SyslogGet& command, SyslogGet::Reply& reply) {
    using R = SyslogGet::Reply;
    if (command.flags != 0 || command.log_index > log_.size()) return Status::invalid_parameters;
    const std::size_t left = log_.size() - command.log_index;
    const std::size_t n = std::min(left, (call.limits.max_payload - 8) / 4 + std::size_t{0});
    const auto first = log_.begin() + command.log_index;
    reply.words.assign(first, first + static_cast<std::ptrdiff_t>(n));
    reply.num_log_flags = R::remaining.put(static_cast<std::uint32_t>(left - n));
    return Status::success;
  }
  Status board_info(VendorCall&, const BoardInfo&, BoardInfo::Reply& reply) {
    reply = {.attributes = 0, .name = "simulated"};
    return Status::success;
  }
  Status control_extended_set(VendorCall&, const ControlExtendedSet& command, Empty&) {
    return find(command.control_id) == nullptr ? Status::not_found : Status::not_supported;
  }
  Status control_extended_get(VendorCall&, const ControlExtendedGet& command, ControlExtendedGet::Reply&) {
    return find(command.control_id) == nullptr ? Status::not_found : Status::not_supported;
  }
  Status ddr_info_get(VendorCall&, const DdrInfoGet& command, DdrInfoGet::Reply& reply) {
    using R = DdrInfoGet::Reply;
    if (command.region != 0) return Status::not_found;
    reply = {.attributes = R::num_regions.put(1) | R::width.put(2),
             .megatransfers_per_second = 6400,
             .start = 0x8000'0000,
             .end = 0x2'7FFF'FFFF};
    return Status::success;
  }

  VendorHost& host_;
  std::map<std::uint32_t, Control> controls_;
  std::vector<std::uint32_t> log_;
};

}  // namespace

std::unique_ptr<VendorServer> make_misc(VendorHost& host) { return std::make_unique<MiscServer>(host); }

}  // namespace scmi::platform::imx
