// SPDX-License-Identifier: Apache-2.0
//
// The i.MX logical machine management protocol (NXP vendor protocol 0x80) as methods.
#pragma once

#include "protocols/vendor/imx/imx_client.hpp"
#include "protocols/vendor/imx/lmm_messages.hpp"

namespace scmi::imx {

/// Row for watch() and listen().
namespace lmm_protocol {
using MachineEvent = scmi::Event<Event, Notify, &Event::event_lm_id>;
}  // namespace lmm_protocol

enum class MachineState : std::uint32_t { off = 0, on = 1, suspended = 2, powered = 3 };

/// What LMM_ATTRIBUTES says about a machine.
struct MachineInfo {
  std::uint32_t id = 0;
  std::string name;
  std::string short_name;  ///< The same: names are short here.
  MachineState state{};
  Status error_status{};  ///< Why it stopped, if it did.
};

/// Which events of a machine to hear of.
struct MachineEvents {
  bool boot = false;
  bool shutdown = false;
  bool suspend = false;
  bool wake = false;
};

/// Every method blocks, may be called from any thread, and answers the errors of call(): the platform's status among
/// them. Must not outlive the transport.
class Lmm {
 public:
  /// Errors: not_found (no such protocol, or the platform is not of this vendor), those of open_protocol().
  static Result<Lmm> open(const Agent& agent, const CallOptions& options = {});

  [[nodiscard]] Version version() const noexcept { return link_.version(); }
  [[nodiscard]] const ProtocolLink& link() const noexcept { return link_; }
  /// Machines have the numbers 0 to count()-1.
  [[nodiscard]] std::uint32_t count() const noexcept { return count_; }

  [[nodiscard]] Result<MachineInfo> describe(std::uint32_t machine, const CallOptions& options = {}) const;
  /// The caller's own machine.
  [[nodiscard]] Result<MachineInfo> own(const CallOptions& options = {}) const;
  /// All machines; those that answer an error status are left out.
  [[nodiscard]] Result<std::vector<MachineInfo>> list(const CallOptions& options = {}) const;
  /// Goes through list(). Errors: not_found, ambiguous.
  [[nodiscard]] Result<std::uint32_t> by_name(std::string_view name, const CallOptions& options = {}) const;

  // The platform answers INVALID_PARAMETERS to these for the caller's own machine.
  [[nodiscard]] Result<void> boot(std::uint32_t machine, const CallOptions& options = {}) const;
  /// `graceful`: the machine is asked, and SUCCESS means that it was told.
  [[nodiscard]] Result<void> reset(std::uint32_t machine, bool graceful, const CallOptions& options = {}) const;
  [[nodiscard]] Result<void> shutdown(std::uint32_t machine, bool graceful, const CallOptions& options = {}) const;
  [[nodiscard]] Result<void> suspend(std::uint32_t machine, const CallOptions& options = {}) const;
  [[nodiscard]] Result<void> wake(std::uint32_t machine, const CallOptions& options = {}) const;
  [[nodiscard]] Result<void> power_on(std::uint32_t machine, const CallOptions& options = {}) const;

  [[nodiscard]] Result<void> reset_vector_set(std::uint32_t machine, std::uint32_t cpu, std::uint64_t vector,
                                              const CallOptions& options = {}) const;
  [[nodiscard]] Result<ResetReason> reset_reason(std::uint32_t machine, const CallOptions& options = {}) const;

  /// LMM_NOTIFY: tells the platform; who receives is said below.
  [[nodiscard]] Result<void> notify(std::uint32_t machine, MachineEvents events, const CallOptions& options = {}) const;
  /// Receives what comes for any machine. Callbacks run in the agent's dispatcher.
  using EventCallback = lmm_protocol::MachineEvent::Callback;
  [[nodiscard]] Subscription on_event(EventCallback callback) const;
  /// For one machine. Where several watch it, the events that the newest wants are told. See Clocks::watch_rate.
  [[nodiscard]] Result<Subscription> watch(std::uint32_t machine, MachineEvents events, EventCallback callback,
                                           const CallOptions& options = {}) const;

 private:
  explicit Lmm(ProtocolLink link) : link_(std::move(link)) {}

  ProtocolLink link_;
  std::uint32_t count_ = 0;
};

}  // namespace scmi::imx
