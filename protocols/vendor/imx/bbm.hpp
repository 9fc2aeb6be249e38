// SPDX-License-Identifier: Apache-2.0
//
// The i.MX battery-backed module protocol (NXP vendor protocol 0x81) as methods.
#pragma once

#include <optional>

#include "protocols/vendor/imx/bbm_messages.hpp"
#include "protocols/vendor/imx/imx_client.hpp"

namespace scmi::imx {

/// Rows for watch() and listen().
namespace bbm_protocol {
using ButtonNews = Event<ButtonEvent, ButtonNotify>;
/// The notification has its source inside a word.
struct RtcNews {
  using Notification = RtcEvent;
  using Command = RtcNotify;
  using Callback = std::function<void(const RtcEvent&)>;
  using Source = std::uint32_t;
  [[nodiscard]] static RtcNotify command(Source rtc, bool on) noexcept { return {rtc, RtcNotify::alarm.put(on)}; }
  [[nodiscard]] static std::uint32_t word(Source rtc) noexcept { return rtc; }
  [[nodiscard]] static bool about(const RtcEvent& event, Source rtc) noexcept {
    return RtcEvent::rtc.get(event.flags) == rtc;
  }
};
}  // namespace bbm_protocol

/// What BBM_RTC_ATTRIBUTES says about a clock.
struct RtcInfo {
  std::uint32_t id = 0;
  std::string name;
  std::uint32_t ticks_per_second = 0;
  std::uint32_t seconds_width = 0;  ///< Bits of the counter.
  std::uint32_t tick_width = 0;
};

/// Which events of a real-time clock to hear of.
struct RtcEvents {
  bool alarm = false;
  bool rollover = false;
  bool updated = false;
};

/// See Lmm about threads, errors and lifetime.
class Bbm {
 public:
  /// See Lmm::open.
  static Result<Bbm> open(const Agent& agent, const CallOptions& options = {});

  [[nodiscard]] Version version() const noexcept { return link_.version(); }
  [[nodiscard]] const ProtocolLink& link() const noexcept { return link_; }
  [[nodiscard]] std::uint32_t register_count() const noexcept { return register_count_; }
  [[nodiscard]] std::uint32_t rtc_count() const noexcept { return rtc_count_; }

  [[nodiscard]] Result<void> register_set(std::uint32_t index, std::uint32_t value,
                                          const CallOptions& options = {}) const;
  [[nodiscard]] Result<std::uint32_t> register_get(std::uint32_t index, const CallOptions& options = {}) const;

  [[nodiscard]] Result<RtcInfo> rtc_describe(std::uint32_t rtc, const CallOptions& options = {}) const;
  [[nodiscard]] Result<std::uint64_t> rtc_seconds(std::uint32_t rtc, const CallOptions& options = {}) const;
  [[nodiscard]] Result<std::uint64_t> rtc_ticks(std::uint32_t rtc, const CallOptions& options = {}) const;
  [[nodiscard]] Result<void> rtc_set_seconds(std::uint32_t rtc, std::uint64_t seconds,
                                             const CallOptions& options = {}) const;
  [[nodiscard]] Result<void> rtc_set_ticks(std::uint32_t rtc, std::uint64_t ticks,
                                           const CallOptions& options = {}) const;
  /// The alarm at that second; nothing: no alarm.
  [[nodiscard]] Result<void> rtc_alarm(std::uint32_t rtc, std::optional<std::uint64_t> seconds,
                                       const CallOptions& options = {}) const;
  /// Newer system managers only; others answer NOT_FOUND or NOT_SUPPORTED.
  [[nodiscard]] Result<bool> rtc_battery_low(std::uint32_t rtc, const CallOptions& options = {}) const;
  [[nodiscard]] Result<bool> button_pressed(const CallOptions& options = {}) const;

  /// BBM_RTC_NOTIFY and BBM_BUTTON_NOTIFY: tell the platform; who receives is said below.
  [[nodiscard]] Result<void> rtc_notify(std::uint32_t rtc, RtcEvents events, const CallOptions& options = {}) const;
  [[nodiscard]] Result<void> button_notify(bool enable, const CallOptions& options = {}) const;
  using RtcCallback = std::function<void(std::uint32_t rtc, RtcEvents events)>;
  [[nodiscard]] Subscription on_rtc_event(RtcCallback callback) const;
  using ButtonCallback = std::function<void(bool pressed)>;
  [[nodiscard]] Subscription on_button_event(ButtonCallback callback) const;
  /// Where several watch a clock, the events that the newest wants are told. See Clocks::watch_rate.
  [[nodiscard]] Result<Subscription> watch_rtc(std::uint32_t rtc, RtcEvents events, RtcCallback callback,
                                               const CallOptions& options = {}) const;
  [[nodiscard]] Result<Subscription> watch_button(ButtonCallback callback, const CallOptions& options = {}) const;

 private:
  explicit Bbm(ProtocolLink link) : link_(std::move(link)) {}
  [[nodiscard]] Result<std::uint64_t> time_get(std::uint32_t rtc, std::uint32_t flags,
                                               const CallOptions& options) const;

  ProtocolLink link_;
  std::uint32_t register_count_ = 0;
  std::uint32_t rtc_count_ = 0;
};

}  // namespace scmi::imx
