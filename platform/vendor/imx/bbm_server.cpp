// SPDX-License-Identifier: Apache-2.0
//
// The battery-backed module (0x81). Its clocks go with the platform's time; the power button is pressed for a fifth of
// a second every five seconds, so that whoever waits for it need not wait long.
#include <map>
#include <optional>
#include <set>

#include "platform/vendor/imx/imx_servers.hpp"
#include "protocols/vendor/imx/bbm_messages.hpp"

namespace scmi::platform::imx {
namespace {

using namespace scmi::imx::bbm_protocol;
using std::chrono::nanoseconds;

constexpr std::uint64_t ticks_per_second = 32'768;
constexpr std::uint32_t seconds_width = 32;
constexpr std::uint32_t tick_width = 47;
constexpr std::int64_t second_ns = 1'000'000'000;
constexpr nanoseconds press_period = std::chrono::seconds(5);
constexpr nanoseconds press_length = std::chrono::milliseconds(200);

class BbmServer final : public VendorServer {
 public:
  explicit BbmServer(VendorHost& host) : host_(host), start_(host.now()) {
    for (Rtc& rtc : rtcs_) rtc.set_at = start_;
  }

  [[nodiscard]] Version version() const noexcept override { return newest; }
  [[nodiscard]] std::span<const VendorRow> rows() const noexcept override {
    using S = BbmServer;
    static constexpr std::array all = {
        vendor_row<S, ProtocolAttributes, &S::protocol_attributes>(),
        vendor_row<S, RegisterSet, &S::register_set>(),
        vendor_row<S, RegisterGet, &S::register_get>(),
        vendor_row<S, RtcAttributes, &S::rtc_attributes>(),
        vendor_row<S, RtcTimeSet, &S::rtc_time_set>(),
        vendor_row<S, RtcTimeGet, &S::rtc_time_get>(),
        vendor_row<S, RtcAlarmSet, &S::rtc_alarm_set>(),
        vendor_row<S, ButtonGet, &S::button_get>(),
        vendor_row<S, RtcNotify, &S::rtc_notify>(),
        vendor_row<S, ButtonNotify, &S::button_notify>(),
        vendor_row<S, RtcState, &S::rtc_state>(),
    };
    return all;
  }

  void forget(AgentId agent) override {
    for (Rtc& rtc : rtcs_) rtc.subscribers.erase(agent);
    button_.erase(agent);
  }
  [[nodiscard]] Instant next_event() const noexcept override {
    Instant next = button_.empty() ? never : button_changes_at_;
    for (const Rtc& rtc : rtcs_) next = std::min({next, rtc.alarm_at, rtc.rolls_over_at});
    return next;
  }
  void advance(Instant now) override {
    for (std::uint32_t i = 0; i < rtcs_.size(); ++i) {
      Rtc& rtc = rtcs_[i];
      if (rtc.alarm_at <= now) {
        rtc.alarm_ticks.reset();
        rtc.alarm_at = never;
        tell(i, RtcNotify::alarm);
      }
      if (rtc.rolls_over_at <= now) {
        set_time(i, 0, now);
        tell(i, RtcNotify::rollover);
      }
    }
    if (button_.empty() || button_changes_at_ > now) return;
    const bool down = pressed(now);
    for (const AgentId agent : button_) host_.notify(agent, ButtonEvent{ButtonEvent::pressed.put(down)}, newest);
    plan_button(now);
  }

 private:
  struct Rtc {
    Instant set_at{};
    std::uint64_t ticks = 0;  ///< At that time.
    std::optional<std::uint64_t> alarm_ticks;
    Instant alarm_at = never;  ///< When it stands at alarm_ticks.
    Instant rolls_over_at = never;
    std::map<AgentId, std::uint32_t> subscribers;  ///< With the events each wants.
  };

  [[nodiscard]] std::uint64_t ticks(std::uint32_t index, Instant now) const {
    const auto ns = static_cast<std::uint64_t>((now - rtcs_[index].set_at).count());
    // In two steps, so that nothing overflows while a second does not.
    return rtcs_[index].ticks + ns / second_ns * ticks_per_second + ns % second_ns * ticks_per_second / second_ns;
  }
  /// When the counter will stand at `ticks`; never if that is past, or beyond what time can say.
  [[nodiscard]] Instant when(std::uint32_t index, std::uint64_t wanted) const {
    const Rtc& rtc = rtcs_[index];
    if (wanted < rtc.ticks) return never;
    const std::uint64_t after = wanted - rtc.ticks;
    constexpr std::uint64_t year_ticks = 366ULL * 24 * 3600 * ticks_per_second;
    if (after > 100 * year_ticks) return never;
    const auto whole = static_cast<std::int64_t>(after / ticks_per_second) * second_ns;
    const auto rest =
        static_cast<std::int64_t>((after % ticks_per_second * second_ns + ticks_per_second - 1) / ticks_per_second);
    return rtc.set_at + nanoseconds(whole + rest);
  }
  void set_time(std::uint32_t index, std::uint64_t value, Instant now) {
    rtcs_[index].ticks = value;
    rtcs_[index].set_at = now;
    rtcs_[index].rolls_over_at = when(index, 1ULL << tick_width);
    if (rtcs_[index].alarm_ticks) rtcs_[index].alarm_at = when(index, *rtcs_[index].alarm_ticks);
  }
  void tell(std::uint32_t index, const BitField& event, AgentId except = AgentId(0)) {
    for (const auto& [agent, wanted] : rtcs_[index].subscribers) {
      if (!event.test(wanted) || agent == except) continue;
      host_.notify(agent, RtcEvent{RtcEvent::rtc.put(index) | event.mask()}, newest);
    }
  }
  [[nodiscard]] bool pressed(Instant now) const { return (now - start_) % press_period >= press_period - press_length; }
  void plan_button(Instant now) {
    const nanoseconds into = (now - start_) % press_period;
    const nanoseconds edge = press_period - press_length;
    button_changes_at_ = now + (into < edge ? edge - into : press_period - into);
  }

  Status protocol_attributes(VendorCall&, const ProtocolAttributes&, ProtocolAttributes::Reply& reply) {
    using R = ProtocolAttributes::Reply;
    reply.attributes = R::num_rtcs.put(static_cast<std::uint32_t>(rtcs_.size())) |
                       R::num_registers.put(static_cast<std::uint32_t>(registers_.size()));
    return Status::success;
  }
  Status register_set(VendorCall&, const RegisterSet& command, Empty&) {
    if (command.index >= registers_.size()) return Status::not_found;
    registers_[command.index] = command.value;
    return Status::success;
  }
  Status register_get(VendorCall&, const RegisterGet& command, RegisterGet::Reply& reply) {
    if (command.index >= registers_.size()) return Status::not_found;
    reply.value = registers_[command.index];
    return Status::success;
  }
  Status rtc_attributes(VendorCall&, const RtcAttributes& command, RtcAttributes::Reply& reply) {
    using R = RtcAttributes::Reply;
    if (command.index >= rtcs_.size()) return Status::not_found;
    reply.attributes =
        R::seconds_width.put(seconds_width) | R::tick_width.put(tick_width) | R::ticks_per_second.put(ticks_per_second);
    reply.name = command.index == 0 ? "bbnsm" : "external";
    return Status::success;
  }
  Status rtc_time_set(VendorCall& call, const RtcTimeSet& command, Empty&) {
    if (command.index >= rtcs_.size()) return Status::not_found;
    if ((command.flags & reserved_bits(RtcTimeSet::flags_bits, newest)) != 0) return Status::invalid_parameters;
    const bool as_ticks = RtcTimeSet::ticks.test(command.flags);
    if (command.value >= 1ULL << (as_ticks ? tick_width : seconds_width)) return Status::invalid_parameters;
    set_time(command.index, as_ticks ? command.value : command.value * ticks_per_second, call.now);
    tell(command.index, RtcNotify::updated, call.id);
    return Status::success;
  }
  Status rtc_time_get(VendorCall& call, const RtcTimeGet& command, RtcTimeGet::Reply& reply) {
    if (command.index >= rtcs_.size()) return Status::not_found;
    if ((command.flags & reserved_bits(RtcTimeGet::flags_bits, newest)) != 0) return Status::invalid_parameters;
    const std::uint64_t at = ticks(command.index, call.now);
    reply.value = RtcTimeGet::ticks.test(command.flags) ? at : at / ticks_per_second;
    return Status::success;
  }
  Status rtc_alarm_set(VendorCall& call, const RtcAlarmSet& command, Empty&) {
    if (command.index >= rtcs_.size()) return Status::not_found;
    if ((command.flags & reserved_bits(RtcAlarmSet::flags_bits, newest)) != 0) return Status::invalid_parameters;
    Rtc& rtc = rtcs_[command.index];
    if (!RtcAlarmSet::enable.test(command.flags)) {
      rtc.alarm_ticks.reset();
      rtc.alarm_at = never;
      return Status::success;
    }
    if (command.seconds >= 1ULL << seconds_width) return Status::invalid_parameters;
    const std::uint64_t wanted = command.seconds * ticks_per_second;
    if (wanted <= ticks(command.index, call.now)) return Status::invalid_parameters;
    rtc.alarm_ticks = wanted;
    rtc.alarm_at = when(command.index, wanted);
    return Status::success;
  }
  Status button_get(VendorCall& call, const ButtonGet&, ButtonGet::Reply& reply) {
    reply.state = pressed(call.now) ? 1 : 0;
    return Status::success;
  }
  Status rtc_notify(VendorCall& call, const RtcNotify& command, Empty&) {
    if (command.index >= rtcs_.size()) return Status::not_found;
    if ((command.flags & reserved_bits(RtcNotify::flags_bits, newest)) != 0) return Status::invalid_parameters;
    rtcs_[command.index].subscribers[call.id] = command.flags;
    return Status::success;
  }
  Status button_notify(VendorCall& call, const ButtonNotify& command, Empty&) {
    if ((command.flags & reserved_bits(ButtonNotify::flags_bits, newest)) != 0) return Status::invalid_parameters;
    if (ButtonNotify::enable.test(command.flags)) {
      if (button_.empty()) plan_button(call.now);
      button_.insert(call.id);
    } else {
      button_.erase(call.id);
    }
    return Status::success;
  }
  Status rtc_state(VendorCall&, const RtcState& command, RtcState::Reply&) {
    return command.index < rtcs_.size() ? Status::success : Status::not_found;
  }

  VendorHost& host_;
  Instant start_;
  std::array<std::uint32_t, 8> registers_{};
  std::array<Rtc, 2> rtcs_;
  std::set<AgentId> button_;  ///< Who hears of it.
  Instant button_changes_at_ = never;
};

}  // namespace

std::unique_ptr<VendorServer> make_bbm(VendorHost& host) { return std::make_unique<BbmServer>(host); }

}  // namespace scmi::platform::imx
