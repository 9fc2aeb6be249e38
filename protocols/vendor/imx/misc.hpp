// SPDX-License-Identifier: Apache-2.0
//
// The i.MX miscellaneous protocol (NXP vendor protocol 0x84) as methods.
#pragma once

#include "protocols/vendor/imx/imx_client.hpp"
#include "protocols/vendor/imx/misc_messages.hpp"

namespace scmi::imx {

/// Row for watch() and listen().
namespace misc_protocol {
using ControlNews = Event<ControlEvent, ControlNotify, &ControlEvent::control_id>;
}  // namespace misc_protocol

/// See Lmm about threads, errors and lifetime. What a platform may leave out answers NOT_SUPPORTED.
class Misc {
 public:
  using Words = std::vector<std::uint32_t>;

  /// See Lmm::open.
  static Result<Misc> open(const Agent& agent, const CallOptions& options = {});

  [[nodiscard]] Version version() const noexcept { return link_.version(); }
  [[nodiscard]] const ProtocolLink& link() const noexcept { return link_; }
  /// Controls of the chip: 0 to device_control_count()-1; of the board: first_board_control and up.
  [[nodiscard]] std::uint32_t device_control_count() const noexcept { return device_control_count_; }
  [[nodiscard]] std::uint32_t board_control_count() const noexcept { return board_control_count_; }
  [[nodiscard]] std::uint32_t reason_count() const noexcept { return reason_count_; }

  [[nodiscard]] Result<Words> control_get(std::uint32_t control, const CallOptions& options = {}) const;
  [[nodiscard]] Result<void> control_set(std::uint32_t control, Words values, const CallOptions& options = {}) const;
  [[nodiscard]] Result<Words> control_action(std::uint32_t control, std::uint32_t action, Words arguments,
                                             const CallOptions& options = {}) const;
  /// MISC_CONTROL_EXT_GET and _SET, since 1.1: `length` bytes of a control's own address space.
  [[nodiscard]] Result<Words> control_extended_get(std::uint32_t control, std::uint32_t address, std::uint32_t length,
                                                   const CallOptions& options = {}) const;
  [[nodiscard]] Result<void> control_extended_set(std::uint32_t control, std::uint32_t address, std::uint32_t length,
                                                  Words values, const CallOptions& options = {}) const;

  [[nodiscard]] Result<misc_protocol::BuildInfo::Reply> build_info(const CallOptions& options = {}) const;
  [[nodiscard]] Result<misc_protocol::SiliconInfoGet::Reply> silicon_info(const CallOptions& options = {}) const;
  [[nodiscard]] Result<misc_protocol::ConfigurationInfoGet::Reply> configuration_info(
      const CallOptions& options = {}) const;
  [[nodiscard]] Result<misc_protocol::BoardInfo::Reply> board_info(const CallOptions& options = {}) const;
  [[nodiscard]] Result<misc_protocol::DdrInfoGet::Reply> ddr_info(std::uint32_t region,
                                                                  const CallOptions& options = {}) const;
  [[nodiscard]] Result<Words> rom_passover(const CallOptions& options = {}) const;
  [[nodiscard]] Result<std::string> reason_name(std::uint32_t reason, const CallOptions& options = {}) const;
  /// Of the system, or of the caller's own machine.
  [[nodiscard]] Result<ResetReason> reset_reason(bool of_system, const CallOptions& options = {}) const;
  /// The whole log, page by page. Errors: malformed_reply also when the platform does not keep to its own promises.
  [[nodiscard]] Result<Words> syslog(const CallOptions& options = {}) const;

  /// MISC_CONTROL_NOTIFY: tells the platform; who receives is said below.
  [[nodiscard]] Result<void> control_notify(std::uint32_t control, std::uint32_t flags,
                                            const CallOptions& options = {}) const;
  using ControlCallback = misc_protocol::ControlNews::Callback;
  [[nodiscard]] Subscription on_control_event(ControlCallback callback) const;
  /// For one control. Where several watch it, the newest flags are told. See Clocks::watch_rate.
  [[nodiscard]] Result<Subscription> watch_control(std::uint32_t control, std::uint32_t flags, ControlCallback callback,
                                                   const CallOptions& options = {}) const;

 private:
  explicit Misc(ProtocolLink link) : link_(std::move(link)) {}

  ProtocolLink link_;
  std::uint32_t device_control_count_ = 0;
  std::uint32_t board_control_count_ = 0;
  std::uint32_t reason_count_ = 0;
};

}  // namespace scmi::imx
