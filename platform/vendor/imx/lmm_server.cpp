// SPDX-License-Identifier: Apache-2.0
//
// Logical machines (0x80). They start and stop at once, and whoever asked to hear of it does.
#include <map>
#include <string>
#include <vector>

#include "platform/vendor/imx/imx_servers.hpp"
#include "protocols/vendor/imx/lmm_messages.hpp"

namespace scmi::platform::imx {
namespace {

using namespace scmi::imx::lmm_protocol;
using scmi::imx::reason_id;
using scmi::imx::reason_origin;
using scmi::imx::reason_origin_valid;
using scmi::imx::reason_valid;

class LmmServer final : public VendorServer {
 public:
  explicit LmmServer(VendorHost& host) : host_(host), machines_(host.config().agents.size() + 1) {
    machines_[0].name = "SM";
    for (std::size_t i = 1; i < machines_.size(); ++i) machines_[i].name = host.config().agents[i - 1].name;
  }

  [[nodiscard]] Version version() const noexcept override { return newest; }
  [[nodiscard]] std::span<const VendorRow> rows() const noexcept override {
    using S = LmmServer;
    static constexpr std::array all = {
        vendor_row<S, ProtocolAttributes, &S::protocol_attributes>(),
        vendor_row<S, Attributes, &S::attributes>(),
        vendor_row<S, Boot, &S::boot>(),
        vendor_row<S, Reset, &S::reset>(),
        vendor_row<S, Shutdown, &S::shutdown>(),
        vendor_row<S, Wake, &S::wake>(),
        vendor_row<S, Suspend, &S::suspend>(),
        vendor_row<S, Notify, &S::notify>(),
        vendor_row<S, ResetReason, &S::reset_reason>(),
        vendor_row<S, PowerOn, &S::power_on>(),
        vendor_row<S, ResetVectorSet, &S::reset_vector_set>(),
    };
    return all;
  }
  void forget(AgentId agent) override {
    for (Machine& m : machines_) m.subscribers.erase(agent);
  }

 private:
  enum State : std::uint32_t { off, on, suspended, powered };
  static constexpr std::uint32_t por = 20;  ///< Reason numbers, as MISC names them.
  static constexpr std::uint32_t lm_request = 6;
  struct Machine {
    std::string name;
    State state = on;
    std::uint32_t boot_flags = reason_valid.put(1) | reason_id.put(por);
    std::uint32_t shutdown_flags = 0;
    std::map<AgentId, std::uint32_t> subscribers;  ///< With the events each wants.
  };

  /// What the caller may do to a machine: everything to others, nothing to itself and to the system manager.
  [[nodiscard]] Status check(const VendorCall& call, std::uint32_t lm) const {
    if (lm >= machines_.size()) return Status::not_found;
    if (lm == call.id.value) return Status::invalid_parameters;
    return lm == 0 ? Status::denied : Status::success;
  }
  void tell(const VendorCall& call, std::uint32_t lm, const BitField& event) {
    for (const auto& [agent, wanted] : machines_[lm].subscribers) {
      if (event.test(wanted)) host_.notify(agent, Event{call.id.value, lm, event.mask()}, newest);
    }
  }
  [[nodiscard]] static std::uint32_t asked_by(const VendorCall& call) {
    return reason_valid.put(1) | reason_origin_valid.put(1) | reason_origin.put(call.id.value) |
           reason_id.put(lm_request);
  }
  void start(const VendorCall& call, std::uint32_t lm) {
    machines_[lm].state = on;
    machines_[lm].boot_flags = asked_by(call);
    tell(call, lm, boot_event);
  }
  void stop(const VendorCall& call, std::uint32_t lm) {
    machines_[lm].state = off;
    machines_[lm].shutdown_flags = asked_by(call);
    tell(call, lm, shutdown_event);
  }

  Status protocol_attributes(VendorCall&, const ProtocolAttributes&, ProtocolAttributes::Reply& reply) {
    reply.attributes = ProtocolAttributes::Reply::num_machines.put(static_cast<std::uint32_t>(machines_.size()));
    return Status::success;
  }
  Status attributes(VendorCall& call, const Attributes& command, Attributes::Reply& reply) {
    reply.lm_id = command.lm_id == own ? call.id.value : command.lm_id;
    if (reply.lm_id >= machines_.size()) return Status::not_found;
    const Machine& m = machines_[reply.lm_id];
    reply.state = m.state;
    reply.name = std::string_view(m.name);
    return Status::success;
  }
  Status boot(VendorCall& call, const Boot& command, Empty&) {
    const Status status = check(call, command.lm_id);
    if (status == Status::success && machines_[command.lm_id].state != on) start(call, command.lm_id);
    return status;
  }
  Status reset(VendorCall& call, const Reset& command, Empty&) {
    if (const Status status = check(call, command.lm_id); status != Status::success) return status;
    if ((command.flags & reserved_bits(Reset::flags_bits, newest)) != 0) return Status::invalid_parameters;
    stop(call, command.lm_id);
    start(call, command.lm_id);
    return Status::success;
  }
  Status shutdown(VendorCall& call, const Shutdown& command, Empty&) {
    if (const Status status = check(call, command.lm_id); status != Status::success) return status;
    if ((command.flags & reserved_bits(Shutdown::flags_bits, newest)) != 0) return Status::invalid_parameters;
    if (machines_[command.lm_id].state != off) stop(call, command.lm_id);
    return Status::success;
  }
  Status wake(VendorCall& call, const Wake& command, Empty&) {
    const Status status = check(call, command.lm_id);
    if (status == Status::success && machines_[command.lm_id].state == suspended) {
      machines_[command.lm_id].state = on;
      tell(call, command.lm_id, wake_event);
    }
    return status;
  }
  Status suspend(VendorCall& call, const Suspend& command, Empty&) {
    const Status status = check(call, command.lm_id);
    if (status == Status::success && machines_[command.lm_id].state == on) {
      machines_[command.lm_id].state = suspended;
      tell(call, command.lm_id, suspend_event);
    }
    return status;
  }
  Status power_on(VendorCall& call, const PowerOn& command, Empty&) {
    const Status status = check(call, command.lm_id);
    if (status == Status::success && machines_[command.lm_id].state == off) machines_[command.lm_id].state = powered;
    return status;
  }
  Status notify(VendorCall& call, const Notify& command, Empty&) {
    if (command.lm_id >= machines_.size()) return Status::not_found;
    if ((command.flags & reserved_bits(event_bits, newest)) != 0) return Status::invalid_parameters;
    for (std::uint32_t lm = 0; lm < machines_.size(); ++lm) {
      if (command.lm_id != 0 && lm != command.lm_id) continue;  // 0: all of them.
      if (command.flags == 0) {
        machines_[lm].subscribers.erase(call.id);
      } else {
        machines_[lm].subscribers[call.id] = command.flags;
      }
    }
    return Status::success;
  }
  Status reset_reason(VendorCall&, const ResetReason& command, ResetReason::Reply& reply) {
    if (command.lm_id >= machines_.size()) return Status::not_found;
    reply.boot_flags = machines_[command.lm_id].boot_flags;
    reply.shutdown_flags = machines_[command.lm_id].shutdown_flags;
    return Status::success;
  }
  Status reset_vector_set(VendorCall& call, const ResetVectorSet& command, Empty&) {
    if (const Status status = check(call, command.lm_id); status != Status::success) return status;
    if (command.cpu_id >= cores.size()) return Status::not_found;
    if (cores[command.cpu_id].machine != command.lm_id) return Status::denied;
    if ((command.flags & reserved_bits(ResetVectorSet::flags_bits, newest)) != 0) return Status::invalid_parameters;
    return Status::success;
  }

  VendorHost& host_;
  std::vector<Machine> machines_;
};

}  // namespace

std::unique_ptr<VendorServer> make_lmm(VendorHost& host) { return std::make_unique<LmmServer>(host); }

}  // namespace scmi::platform::imx
