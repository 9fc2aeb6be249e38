// SPDX-License-Identifier: Apache-2.0
//
// The pin control protocol (DEN0056 protocol 0x19) as methods.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "protocols/pin_control_messages.hpp"
#include "protocols/protocol_client.hpp"

namespace scmi {

/// What a number means: pins, groups and functions are numbered apart, each from 0.
enum class PinKind : std::uint32_t {
  pin = pin_control_protocol::select_pin,
  group = pin_control_protocol::select_group,
  function = pin_control_protocol::select_function,
};

/// A pin, group or function.
struct PinRef {
  PinKind kind = PinKind::pin;
  std::uint32_t id = 0;
  friend constexpr bool operator==(PinRef, PinRef) = default;
};

/// What PINCTRL_ATTRIBUTES and PINCTRL_NAME_GET say.
struct PinInfo {
  PinKind kind{};
  std::uint32_t id = 0;
  std::string name;                 ///< The extended name where there is one.
  std::string short_name;           ///< At most 16 bytes.
  std::uint32_t element_count = 0;  ///< Pins of a group; groups of a function, or its pins if `pin_only`; 1 for a pin.
  bool gpio = false;                ///< A function that makes a GPIO.
  bool pin_only = false;            ///< A function of pins, not of groups.
};

using PinSetting = pin_control_protocol::Setting;

/// All settings of a pin or group.
struct PinState {
  std::optional<std::uint32_t> function;  ///< Empty: none is selected.
  std::vector<PinSetting> settings;       ///< Ascending by type.
};

/// Every method blocks, may be called from any thread, and answers the errors of call(): the platform's status among
/// them. Must not outlive the transport.
class PinControl {
 public:
  /// See Clocks::open.
  static Result<PinControl> open(const Agent& agent, const CallOptions& options = {});

  [[nodiscard]] Version version() const noexcept { return link_.version(); }  ///< In force.
  [[nodiscard]] Version platform_version() const noexcept { return reported_; }
  [[nodiscard]] const ProtocolLink& link() const noexcept { return link_; }
  /// The numbers of that kind are 0 to count()-1.
  [[nodiscard]] std::uint32_t count(PinKind kind) const noexcept { return counts_[static_cast<std::size_t>(kind)]; }

  /// PINCTRL_ATTRIBUTES, and PINCTRL_NAME_GET where the name is longer.
  [[nodiscard]] Result<PinInfo> describe(PinRef what, const CallOptions& options = {}) const;
  /// All of a kind; those that answer an error status are left out.
  [[nodiscard]] Result<std::vector<PinInfo>> list(PinKind kind, const CallOptions& options = {}) const;
  /// Goes through list(). Errors: not_found, ambiguous.
  [[nodiscard]] Result<PinRef> by_name(PinKind kind, std::string_view name, const CallOptions& options = {}) const;
  /// PINCTRL_LIST_ASSOCIATIONS, all pages: a group's pins, a function's groups (its pins, if it is `pin_only`). Errors:
  /// invalid_argument for a pin; malformed_reply also when the platform does not keep to its own promises.
  [[nodiscard]] Result<std::vector<std::uint16_t>> associations(PinRef what, const CallOptions& options = {}) const;

  // Settings are a pin's or a group's; for a function these answer invalid_argument.

  /// PINCTRL_SETTINGS_GET of everything, all pages.
  [[nodiscard]] Result<PinState> state(PinRef what, const CallOptions& options = {}) const;
  /// The value of one type. Error: malformed_reply also when the platform answers another one.
  [[nodiscard]] Result<std::uint32_t> setting(PinRef what, std::uint32_t type, const CallOptions& options = {}) const;
  /// The function selected; empty: none.
  [[nodiscard]] Result<std::optional<std::uint32_t>> function(PinRef what, const CallOptions& options = {}) const;
  /// PINCTRL_SETTINGS_CONFIGURE of some types, in ascending order, whatever the order here. In one command where the
  /// channel carries them all; else in several, and what those did that came before a refused one stays. Errors:
  /// invalid_argument (no setting, or a type twice), message_too_large where not even one fits.
  [[nodiscard]] Result<void> configure(PinRef what, std::vector<PinSetting> settings,
                                       const CallOptions& options = {}) const;
  /// PINCTRL_SETTINGS_CONFIGURE of the function alone; nothing: none.
  [[nodiscard]] Result<void> select_function(PinRef what, std::optional<std::uint32_t> function,
                                             const CallOptions& options = {}) const;

  /// PINCTRL_REQUEST and _RELEASE: exclusive control. Platforms may have neither (NOT_SUPPORTED).
  [[nodiscard]] Result<void> request(PinRef what, const CallOptions& options = {}) const;
  [[nodiscard]] Result<void> release(PinRef what, const CallOptions& options = {}) const;
  /// PINCTRL_SET_PERMISSIONS, for trusted agents.
  [[nodiscard]] Result<void> set_permissions(AgentId agent, PinRef what, bool allow,
                                             const CallOptions& options = {}) const;

 private:
  PinControl(ProtocolLink link, Version reported) : link_(std::move(link)), reported_(reported) {}

  ProtocolLink link_;
  Version reported_;
  std::array<std::uint32_t, 3> counts_{};  ///< By kind.
};

}  // namespace scmi
