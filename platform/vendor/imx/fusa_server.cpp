// SPDX-License-Identifier: Apache-2.0
//
// Functional safety (0x83). The fault environment is in its runtime state; a fault that one agent sets is told to those
// who want to hear of it; each machine has one safety environment.
#include <map>
#include <set>
#include <vector>

#include "platform/vendor/imx/imx_servers.hpp"
#include "protocols/vendor/imx/fusa_messages.hpp"

namespace scmi::platform::imx {
namespace {

using namespace scmi::imx::fusa_protocol;

class FusaServer final : public VendorServer {
 public:
  explicit FusaServer(VendorHost& host) : host_(host), environments_(host.config().agents.size()) {}

  [[nodiscard]] Version version() const noexcept override { return newest; }
  [[nodiscard]] std::span<const VendorRow> rows() const noexcept override {
    using S = FusaServer;
    static constexpr std::array all = {
        vendor_row<S, ProtocolAttributes, &S::protocol_attributes>(),
        vendor_row<S, FaultEnvironmentStateGet, &S::fault_environment_state_get>(),
        vendor_row<S, FaultEnvironmentStateNotify, &S::fault_environment_state_notify>(),
        vendor_row<S, SafetyEnvironmentStateGet, &S::safety_environment_state_get>(),
        vendor_row<S, SafetyEnvironmentStateSet, &S::safety_environment_state_set>(),
        vendor_row<S, FaultGet, &S::fault_get>(),
        vendor_row<S, FaultSet, &S::fault_set>(),
        vendor_row<S, FaultGroupNotify, &S::fault_group_notify>(),
        vendor_row<S, SafetyCheckEventTrigger, &S::check_event_trigger>(),
        vendor_row<S, SafetyCheckTestExecute, &S::check_test_execute>(),
    };
    return all;
  }
  void forget(AgentId agent) override {
    for (auto& agents : subscribers_) agents.erase(agent);
    wants_requests_.erase(agent);
  }

 private:
  static constexpr std::uint32_t runtime = 2;
  static constexpr std::uint32_t terminal = 4;
  static constexpr std::uint32_t test_count = 4;
  static constexpr std::size_t fault_count = 40;

  Status protocol_attributes(VendorCall&, const ProtocolAttributes&, ProtocolAttributes::Reply& reply) {
    using R = ProtocolAttributes::Reply;
    const auto machines = static_cast<std::uint32_t>(environments_.size());
    reply.attributes =
        R::num_faults.put(fault_count) | R::num_environment_ids.put(machines) | R::num_machines.put(machines);
    return Status::success;
  }
  Status fault_environment_state_get(VendorCall&, const FaultEnvironmentStateGet&,
                                     FaultEnvironmentStateGet::Reply& reply) {
    reply.state = runtime;
    return Status::success;
  }
  Status fault_environment_state_notify(VendorCall& call, const FaultEnvironmentStateNotify& command, Empty&) {
    if (command.notify_enable > 1) return Status::invalid_parameters;
    if (command.notify_enable == 1) {
      wants_requests_.insert(call.id);
    } else {
      wants_requests_.erase(call.id);
    }
    return Status::success;
  }
  Status safety_environment_state_get(VendorCall&, const SafetyEnvironmentStateGet& command,
                                      SafetyEnvironmentStateGet::Reply& reply) {
    if (command.environment_id >= environments_.size()) return Status::not_found;
    reply = {command.environment_id, command.environment_id + 1, environments_[command.environment_id]};
    return Status::success;
  }
  Status safety_environment_state_set(VendorCall& call, const SafetyEnvironmentStateSet& command, Empty&) {
    if (command.state > terminal) return Status::invalid_parameters;
    environments_[call.id.value - 1] = command.state;
    return Status::success;
  }
  Status fault_get(VendorCall&, const FaultGet& command, FaultGet::Reply& reply) {
    if (command.fault_id >= fault_count) return Status::not_found;
    reply.flags = FaultGet::Reply::set.put(faults_[command.fault_id] ? 1 : 0);
    return Status::success;
  }
  Status fault_set(VendorCall& call, const FaultSet& command, Empty&) {
    if (command.fault_id >= fault_count) return Status::not_found;
    if (command.flags > 1) return Status::invalid_parameters;
    const bool changed = faults_[command.fault_id] != (command.flags == 1);
    faults_[command.fault_id] = command.flags == 1;
    for (const AgentId agent : subscribers_[command.fault_id]) {
      if (changed && agent != call.id) host_.notify(agent, FaultEvent{command.fault_id, command.flags}, newest);
    }
    return Status::success;
  }
  Status fault_group_notify(VendorCall& call, const FaultGroupNotify& command, FaultGroupNotify::Reply& reply) {
    if (command.first_fault_id >= fault_count) return Status::not_found;
    reply.first_fault_id = command.first_fault_id;
    for (std::uint32_t i = 0; i < 32 && command.first_fault_id + i < fault_count; ++i) {
      std::set<AgentId>& agents = subscribers_[command.first_fault_id + i];
      const std::uint32_t one = 1U << i;
      if ((command.mask & one) != 0 && (command.enable_mask & one) != 0) agents.insert(call.id);
      if ((command.mask & one) != 0 && (command.enable_mask & one) == 0) agents.erase(call.id);
      if (agents.contains(call.id)) reply.enabled_mask |= one;
    }
    return Status::success;
  }
  /// The safety check begins: every environment that listens is asked for its state.
  Status check_event_trigger(VendorCall& call, const SafetyCheckEventTrigger&, Empty&) {
    ++ping_cookie_;
    for (const AgentId agent : wants_requests_) {
      if (agent != call.id) host_.notify(agent, SafetyEnvironmentStateRequest{ping_cookie_}, newest);
    }
    return Status::success;
  }
  Status check_test_execute(VendorCall&, const SafetyCheckTestExecute& command, Empty&) {
    return command.test_id < test_count ? Status::success : Status::not_found;
  }

  VendorHost& host_;
  std::vector<std::uint32_t> environments_;  ///< State of each, by agent.
  std::array<bool, fault_count> faults_{};
  std::array<std::set<AgentId>, fault_count> subscribers_;
  std::set<AgentId> wants_requests_;
  std::uint32_t ping_cookie_ = 0;
};

}  // namespace

std::unique_ptr<VendorServer> make_fusa(VendorHost& host) { return std::make_unique<FusaServer>(host); }

}  // namespace scmi::platform::imx
