// SPDX-License-Identifier: Apache-2.0
//
// The i.MX functional safety protocol (NXP vendor protocol 0x83) as methods.
#pragma once

#include "protocols/vendor/imx/fusa_messages.hpp"
#include "protocols/vendor/imx/imx_client.hpp"

namespace scmi::imx {

/// Rows for watch() and listen(). The last two have no command that switches them on for one source.
namespace fusa_protocol {
using FaultEnvironmentNews = Event<FaultEnvironmentStateEvent, FaultEnvironmentStateNotify>;
using StateRequest = Event<SafetyEnvironmentStateRequest, void>;
using FaultNews = Event<FaultEvent, void>;
}  // namespace fusa_protocol

/// State of a safety environment of a machine.
struct SafetyEnvironment {
  std::uint32_t id = 0;
  std::uint32_t machine = 0;
  std::uint32_t state = 0;  ///< 0 disabled .. 4 terminal.
};

/// See Lmm about threads, errors and lifetime.
class Fusa {
 public:
  /// See Lmm::open.
  static Result<Fusa> open(const Agent& agent, const CallOptions& options = {});

  [[nodiscard]] Version version() const noexcept { return link_.version(); }
  [[nodiscard]] const ProtocolLink& link() const noexcept { return link_; }
  [[nodiscard]] std::uint32_t fault_count() const noexcept { return fault_count_; }
  [[nodiscard]] std::uint32_t environment_count() const noexcept { return environment_count_; }

  /// State and mode selector of the fault environment.
  [[nodiscard]] Result<fusa_protocol::FaultEnvironmentStateGet::Reply> fault_environment(
      const CallOptions& options = {}) const;
  [[nodiscard]] Result<SafetyEnvironment> safety_environment(std::uint32_t id, const CallOptions& options = {}) const;
  /// Tells the state of the caller's own environment; `ping_cookie` is that of the request it answers.
  [[nodiscard]] Result<void> safety_environment_set(std::uint32_t state, std::uint32_t ping_cookie,
                                                    const CallOptions& options = {}) const;
  [[nodiscard]] Result<bool> fault_get(std::uint32_t fault, const CallOptions& options = {}) const;
  [[nodiscard]] Result<void> fault_set(std::uint32_t fault, bool set, const CallOptions& options = {}) const;
  [[nodiscard]] Result<void> check_event_trigger(const CallOptions& options = {}) const;
  [[nodiscard]] Result<void> check_test_execute(std::uint32_t test, const CallOptions& options = {}) const;

  /// FUSA_FAULT_GROUP_NOTIFY: of the faults `first` + i with bit i in `mask`, those in `enable_mask`. Answers which
  /// are told now.
  [[nodiscard]] Result<std::uint32_t> fault_group_notify(std::uint32_t first, std::uint32_t mask,
                                                         std::uint32_t enable_mask,
                                                         const CallOptions& options = {}) const;
  [[nodiscard]] Result<void> fault_environment_notify(bool enable, const CallOptions& options = {}) const;
  using FaultCallback = fusa_protocol::FaultNews::Callback;
  [[nodiscard]] Subscription on_fault(FaultCallback callback) const;
  using StateCallback = fusa_protocol::FaultEnvironmentNews::Callback;
  [[nodiscard]] Subscription on_fault_environment(StateCallback callback) const;
  /// See Clocks::watch_rate.
  [[nodiscard]] Result<Subscription> watch_fault_environment(StateCallback callback,
                                                             const CallOptions& options = {}) const;
  using RequestCallback = fusa_protocol::StateRequest::Callback;
  [[nodiscard]] Subscription on_state_request(RequestCallback callback) const;

 private:
  explicit Fusa(ProtocolLink link) : link_(std::move(link)) {}

  ProtocolLink link_;
  std::uint32_t fault_count_ = 0;
  std::uint32_t environment_count_ = 0;
};

}  // namespace scmi::imx
