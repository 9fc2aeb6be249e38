// SPDX-License-Identifier: Apache-2.0
//
// The mistakes that can be planted in the protocols of the whole system, of sensors, powercaps and pins.
#include "platform/defect_acts.hpp"

namespace scmi::platform::defect {
namespace {

using scmi::protocol::pin_control;
using scmi::protocol::powercap;
using scmi::protocol::sensor;
using scmi::protocol::system_power;

/// SUCCESS without effect of a command that asks for nothing reserved.
template <std::size_t Bytes>
void pretend(Exchange& e) {
  if (e.request.size() == Bytes) e.answer(Status::success);
}
template <std::size_t Word, std::uint32_t Value>
void say(Exchange& e) {
  if (worked(e)) e.tell(Word, Value);
}
template <std::size_t Word, std::uint32_t Value>
void add(Exchange& e) {
  if (worked(e)) e.tell(Word, e.told(Word) + Value);
}

constexpr std::array all{
    // --- System power ---
    Defect{"system-state-odd", "SYSTEM_POWER_STATE_GET tells a cold reset.", system_power, 0x4, nullptr, say<1, 1>},
    Defect{"system-state-any", "Reserved system states are accepted.", system_power, 0x3, nullptr, accept_bad},
    Defect{"system-flags-any", "Reserved flags of SYSTEM_POWER_STATE_SET are ignored.", system_power, 0x3,
           [](Exchange& e) {
             if (e.request.size() == 8) e.ask(0, e.asked(0) & 1);
           }},
    Defect{"system-up-twice", "A system that runs can be powered up.", system_power, 0x3, nullptr, accept_denied},
    Defect{"system-suspend-hidden", "MESSAGE_ATTRIBUTES does not announce that the system can be suspended.",
           system_power, discovery_id, nullptr, clear_bits<1, 1U << 30U>},
    Defect{"system-suspend-ignored", "Suspending the system succeeds without effect.", system_power, 0x3,
           [](Exchange& e) {
             if (e.asked(0) == 0 && e.asked(1) == 4) e.answer(Status::success);
           }},
    Defect{"system-reset-hangs",
           "After a cold reset the system is off.",
           system_power,
           {},
           nullptr,
           [](Exchange& e) {
             const std::uint8_t message = e.fields().message.value;
             if (message == 0x3 && worked(e) && e.asked(1) == 1) e.memory.assign(1, std::byte{1});
             if (message == 0x4 && worked(e) && !e.memory.empty()) e.tell(1, 0);
           }},
    Defect{"system-notify-any", "SYSTEM_POWER_STATE_NOTIFY takes any value.", system_power, 0x5, nullptr, accept_bad},

    // --- Sensors ---
    Defect{"sensor-count-high", "One sensor is announced that does not exist.", sensor, attributes_id, nullptr,
           add<1, 1>},
    Defect{"sensor-ids-shifted", "The first descriptor of a part tells the next sensor's id.", sensor, describe_id,
           nullptr, add<2, 1>},
    Defect{"sensor-name-unended", "Names of sensors have no end.", sensor, describe_id, nullptr, fill_name<5, 4>},
    Defect{"sensor-attributes-bits", "Sensor attributes have bits set that are reserved.", sensor, describe_id, nullptr,
           set_bits<3, 1U << 20U>},
    Defect{"sensor-list-past-end", "Asking for sensors behind the last one succeeds.", sensor, describe_id, nullptr,
           [](Exchange& e) {
             if (e.status() == Status::invalid_parameters) e.answer(Status::success, 1);
           }},
    Defect{"sensor-axes-inflated", "One axis remains that does not exist.", sensor, 0x7, nullptr, add<1, 1U << 26U>},
    Defect{"sensor-axes-everywhere", "Sensors without axes describe none of them.", sensor, 0x7, nullptr,
           [](Exchange& e) {
             if (e.status() == Status::not_supported) e.answer(Status::success, 1);
           }},
    Defect{"sensor-reading-short", "Readings have no time stamp.", sensor, 0x6, nullptr,
           [](Exchange& e) {
             if (worked(e) && e.reply.size() > 12) e.reply.resize(12);
           }},
    Defect{"sensor-reading-wild", "Readings lie outside the range of the sensor.", sensor, 0x6, nullptr,
           say<2, 0x7FFF'FFFF>},
    Defect{"sensor-off-reads", "A sensor that is off can be read.", sensor, 0x6, nullptr,
           [](Exchange& e) {
             if (e.status() == Status::protocol_error) e.answer(Status::success, 4);
           }},
    Defect{"sensor-async-any", "Asynchronous readings are accepted where they are not supported.", sensor, 0x6, nullptr,
           accept_unsupported},
    Defect{"sensor-delayed-missing", "SENSOR_READING_COMPLETE is never sent.", sensor, 0x6, nullptr, nullptr, drop,
           MessageType::delayed_response},
    Defect{"sensor-delayed-wrong-sensor", "SENSOR_READING_COMPLETE names another sensor.", sensor, 0x6, nullptr,
           nullptr, spoil<1>, MessageType::delayed_response},
    Defect{"sensor-stamps-unasked", "Readings have time stamps while those are off.", sensor, 0x6, nullptr,
           [](Exchange& e) {
             if (worked(e) && e.reply.size() == 20) e.tell(3, 7);
           }},
    Defect{"sensor-config-any", "SENSOR_CONFIG_SET takes reserved bits.", sensor, 0xA, nullptr, accept_bad},
    Defect{"sensor-config-ignored", "SENSOR_CONFIG_SET succeeds without effect.", sensor, 0xA, pretend<8>},
    Defect{"sensor-never-off", "A sensor cannot be switched off.", sensor, 0xA,
           [](Exchange& e) {
             if (e.request.size() == 8) e.ask(1, e.asked(1) | 1);
           }},
    Defect{"sensor-intervals-descending", "Update intervals do not ascend.", sensor, 0x8, nullptr, swap_entries<2, 1>},
    Defect{"sensor-trip-any", "Trip points that do not exist can be set.", sensor, 0x5, nullptr, accept_bad},
    Defect{"sensor-trip-missing", "SENSOR_TRIP_POINT_EVENT is never sent.", sensor, 0x0, nullptr, nullptr, drop},
    Defect{"sensor-trip-point", "SENSOR_TRIP_POINT_EVENT names another trip point.", sensor, 0x0, nullptr, nullptr,
           spoil<2>},
    Defect{"sensor-trip-everywhere", "Sensors without trip points take subscriptions to them.", sensor, 0x4, nullptr,
           accept_unsupported},
    Defect{"sensor-trip-notify-any", "SENSOR_TRIP_POINT_NOTIFY takes any value.", sensor, 0x4, nullptr, accept_bad},
    Defect{"sensor-update-missing", "SENSOR_UPDATE is never sent.", sensor, 0x1, nullptr, nullptr, drop},
    Defect{"sensor-update-short", "SENSOR_UPDATE lacks its last word.", sensor, 0x1, nullptr, nullptr, shorten},
    Defect{"sensor-update-everywhere", "Sensors that do not tell of themselves take subscriptions.", sensor, 0xB,
           nullptr, accept_unsupported},

    // --- Powercaps ---
    Defect{"powercap-step-zero", "Caps can be chosen, and lie no step apart.", powercap, describe_id, nullptr,
           say<11, 0>},
    Defect{"powercap-range-reversed", "The highest cap stands before the lowest.", powercap, describe_id, nullptr,
           swap_entries<9, 1>},
    Defect{"powercap-own-parent", "Every domain is its own parent.", powercap, describe_id, nullptr,
           [](Exchange& e) {
             if (worked(e)) e.tell(14, e.asked(0));
           }},
    Defect{"powercap-cap-outside", "POWERCAP_CAP_GET tells a cap that the domain cannot have.", powercap, 0x4, nullptr,
           add<1, 100'000>},
    Defect{"powercap-fixed-set", "A cap that is fixed can be set.", powercap, 0x5, nullptr, accept_unsupported},
    Defect{"powercap-flags-any", "Reserved flags of POWERCAP_CAP_SET are ignored.", powercap, 0x5,
           [](Exchange& e) {
             if (e.request.size() == 12) e.ask(1, e.asked(1) & 3);
           }},
    Defect{"powercap-cap-any", "POWERCAP_CAP_SET takes any cap.", powercap, 0x5, nullptr, accept_bad},
    Defect{"powercap-cap-ignored", "POWERCAP_CAP_SET succeeds without effect.", powercap, 0x5, pretend<12>},
    Defect{"powercap-disable-refused", "Capping cannot be ended.", powercap, 0x5,
           [](Exchange& e) {
             if (e.request.size() == 12 && e.asked(2) == 0) e.answer(Status::out_of_range);
           }},
    Defect{"powercap-notify-missing", "POWERCAP_CAP_CHANGED is never sent.", powercap, 0x0, nullptr, nullptr, drop},
    Defect{"powercap-notify-short", "POWERCAP_CAP_CHANGED lacks its last word.", powercap, 0x0, nullptr, nullptr,
           shorten},
    Defect{"powercap-delayed-missing", "POWERCAP_CAP_SET_COMPLETE is never sent.", powercap, 0x5, nullptr, nullptr,
           drop, MessageType::delayed_response},
    Defect{"powercap-delayed-wrong-cap", "POWERCAP_CAP_SET_COMPLETE tells another cap.", powercap, 0x5, nullptr,
           nullptr, spoil<2>, MessageType::delayed_response},
    Defect{"powercap-pai-any", "POWERCAP_PAI_SET takes any interval and any flags.", powercap, 0x7, nullptr,
           accept_bad},
    Defect{"powercap-pai-ignored", "POWERCAP_PAI_SET succeeds without effect.", powercap, 0x7, pretend<12>},
    Defect{"powercap-measured-over-nothing", "Measurements are averages over no time.", powercap, 0x9, nullptr,
           say<2, 0>},
    Defect{"powercap-thresholds-any", "POWERCAP_MEASUREMENTS_NOTIFY takes thresholds that cross.", powercap, 0xB,
           nullptr, accept_bad},
    Defect{"powercap-measurements-missing", "POWERCAP_MEASUREMENTS_CHANGED is never sent.", powercap, 0x1, nullptr,
           nullptr, drop},
    Defect{"powercap-fastchannel-invented", "Fast channels are described that are announced nowhere.", powercap, 0xC,
           nullptr,
           [](Exchange& e) {
             if (e.status() == Status::not_supported) e.answer(Status::success, 11);
             if (worked(e)) e.tell(5, 4);
           }},

    // --- Pins ---
    Defect{"pin-count-high", "One pin is announced that does not exist.", pin_control, attributes_id, nullptr,
           add<1, 1>},
    Defect{"pin-name-unended", "Names of pins have no end.", pin_control, describe_id, nullptr, fill_name<2, 4>},
    Defect{"pin-bits-of-functions", "Pins have attributes that only functions have.", pin_control, describe_id, nullptr,
           set_bits<1, 1U << 17U>},
    Defect{"pin-selector-any", "PINCTRL_SETTINGS_GET takes selectors that are reserved.", pin_control, 0x5, nullptr,
           [](Exchange& e) {
             if (e.status() == Status::invalid_parameters) e.answer(Status::success, 2);
           }},
    Defect{"pin-name-differs", "PINCTRL_NAME_GET tells another name than the attributes.", pin_control, 0x9, nullptr,
           say<2, 0x7878'7878>},
    Defect{"pin-associations-descending", "Elements of groups and functions do not ascend.", pin_control, 0x4, nullptr,
           [](Exchange& e) {
             if (worked(e) && (e.told(1) & 0xFFF) > 1) e.tell(2, e.told(2) << 16U | e.told(2) >> 16U);
           }},
    Defect{"pin-associations-inflated", "One element remains that does not exist.", pin_control, 0x4, nullptr,
           add<1, 1U << 16U>},
    Defect{"pin-settings-descending", "Settings do not ascend.", pin_control, 0x5, nullptr, swap_entries<3, 2>},
    Defect{"pin-settings-endless", "The list of settings always starts at its beginning.", pin_control, 0x5,
           [](Exchange& e) {
             if (e.request.size() == 8) e.ask(1, e.asked(1) & ~0xFF00U);
           }},
    Defect{"pin-setting-differs", "A setting asked for alone has another value.", pin_control, 0x5, nullptr,
           [](Exchange& e) {
             if (worked(e) && (e.asked(1) >> 18U & 3U) == 0) e.tell(4, e.told(4) ^ 1U);
           }},
    Defect{"pin-function-invented", "Pins have a function that does not exist.", pin_control, 0x5, nullptr, say<1, 99>},
    Defect{"pin-configure-any", "PINCTRL_SETTINGS_CONFIGURE takes settings that are reserved.", pin_control, 0x6,
           nullptr, accept_bad},
    Defect{"pin-configure-ignored", "PINCTRL_SETTINGS_CONFIGURE succeeds without effect.", pin_control, 0x6,
           pretend<20>},
    Defect{"pin-configure-short", "PINCTRL_SETTINGS_CONFIGURE does not miss settings that it was promised.",
           pin_control, 0x6, nullptr,
           [](Exchange& e) {
             if (e.status() == Status::protocol_error) e.answer(Status::success);
           }},
    Defect{"pin-request-any", "PINCTRL_REQUEST takes functions.", pin_control, 0x7, nullptr, accept_bad},
    Defect{"pin-release-refused", "A pin that was taken cannot be given back.", pin_control, 0x8,
           become<Status::denied>},
    Defect{"pin-permissions-open", "Any agent may set permissions of pins.", pin_control, 0xA, ignore},
};

}  // namespace

std::span<const Defect> of_sensors_and_pins() noexcept { return all; }

}  // namespace scmi::platform::defect
