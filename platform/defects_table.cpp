// SPDX-License-Identifier: Apache-2.0
//
// The mistakes that can be planted: in any protocol, and in those of domains and clocks.
#include "platform/defect_acts.hpp"

namespace scmi::platform::defect {
namespace {

using scmi::protocol::base;
using scmi::protocol::clock;
using scmi::protocol::performance;
using scmi::protocol::power_domain;
using scmi::protocol::reset_domain;
using scmi::protocol::telemetry;
using scmi::protocol::voltage;

constexpr std::array all{
    // --- Any protocol, shown on one ---
    Defect{"reply-token", "Replies to CLOCK_RATE_GET carry another token.", clock, 0x6, nullptr,
           [](Exchange& e) { e.header_flaw = 1U << header_token_shift; }},
    Defect{"reply-message-id", "Replies to POWER_STATE_GET carry another message id.", power_domain, 0x5, nullptr,
           [](Exchange& e) { e.header_flaw = 0x4; }},
    Defect{"reply-protocol-id", "Replies to PERFORMANCE_LEVEL_GET carry another protocol id.", performance, 0x8,
           nullptr, [](Exchange& e) { e.header_flaw = 0x7U << 10U; }},
    Defect{"reply-type", "Replies to PERFORMANCE_LIMITS_GET are of the type of notifications.", performance, 0x6,
           nullptr, [](Exchange& e) { e.header_flaw = 0x3U << 8U; }},
    Defect{"reply-empty", "Replies to CLOCK_CONFIG_GET have no status word.", clock, 0xB, nullptr,
           [](Exchange& e) { e.reply.clear(); }},
    Defect{"reply-short", "POWER_DOMAIN_ATTRIBUTES answers one word less.", power_domain, describe_id, nullptr, cut},
    Defect{"reply-long", "PERFORMANCE_DOMAIN_ATTRIBUTES answers one word more.", performance, describe_id, nullptr,
           lengthen},
    Defect{"status-positive", "Unknown clocks are answered with a positive status.", clock, 0x6, nullptr,
           [](Exchange& e) {
             if (!worked(e)) e.tell(0, 4);
           }},
    Defect{"unknown-command-success", "Unknown commands of the power protocol succeed.", power_domain, {}, nullptr,
           unknown_becomes_success},
    Defect{"unknown-command-denied", "Unknown commands of the clock protocol are DENIED.", clock, {}, nullptr,
           [](Exchange& e) {
             if (e.fields().message.value > negotiate_id) e.answer(Status::denied);
           }},
    Defect{"discovery-knows-all", "MESSAGE_ATTRIBUTES of the clock protocol knows every number.", clock, discovery_id,
           nullptr, accept_unknown<0, 1>},
    Defect{"discovery-hides", "MESSAGE_ATTRIBUTES denies that there is POWER_STATE_SET.", power_domain, discovery_id,
           nullptr,
           [](Exchange& e) {
             if (e.asked(0) == 0x4) e.answer(Status::not_found);
           }},
    Defect{"discovery-low-byte", "MESSAGE_ATTRIBUTES looks at the lowest byte of the number only.", base, discovery_id,
           [](Exchange& e) {
             if (e.request.size() == 4) e.ask(0, e.asked(0) & 0xFF);
           }},
    Defect{"discovery-bits", "MESSAGE_ATTRIBUTES sets bits that are reserved.", performance, discovery_id, nullptr,
           set_bits<1, 0x100>},
    Defect{"discovery-promises", "CLOCK_NAME_GET is announced, and NOT_FOUND when called.", clock, 0x8, nullptr,
           become<Status::not_found>},
    Defect{"short-accepted", "POWER_STATE_GET without its parameter is about domain 0.", power_domain, 0x5,
           pad_request<1>},
    Defect{"short-wrong-status", "Too short commands of the clock protocol are INVALID_PARAMETERS.", clock, {}, nullptr,
           [](Exchange& e) {
             if (e.status() == Status::protocol_error) e.answer(Status::invalid_parameters);
           }},
    Defect{"long-crashes-parser", "PERFORMANCE_LEVEL_GET with a surplus word answers BUSY and a word of it.",
           performance, 0x8, nullptr,
           [](Exchange& e) {
             if (e.request.size() > 4) e.answer(Status::busy, 1);
           }},
    Defect{"version-zero", "The power protocol's version is 0.", power_domain, version_id, nullptr,
           [](Exchange& e) { e.tell(1, 0); }},
    Defect{"version-wanders", "The clock protocol's version differs from call to call.", clock, version_id, nullptr,
           [](Exchange& e) { e.tell(1, e.told(1) - e.uses % 2); }},
    Defect{"attributes-wander", "The performance protocol's attributes differ from call to call.", performance,
           attributes_id, nullptr, [](Exchange& e) { e.tell(1, e.told(1) ^ (e.uses % 2) << 16U); }},
    Defect{"negotiate-accepts-all", "The power protocol agrees to any version.", power_domain, negotiate_id, nullptr,
           [](Exchange& e) {
             if (e.status() == Status::not_supported) e.answer(Status::success);
           }},
    Defect{"negotiate-refuses-own", "The clock protocol does not agree to its own version.", clock, negotiate_id,
           become<Status::not_supported>},
    Defect{"negotiate-ignored", "The performance protocol agrees to an older version and goes on with its own.",
           performance, negotiate_id,
           [](Exchange& e) {
             if (e.asked(0) >= 0x10000 && e.asked(0) < 0x40000) e.answer(Status::success);
           }},

    // --- Base ---
    Defect{"base-count-high", "Base announces one protocol more than it lists.", base, attributes_id, nullptr,
           [](Exchange& e) { e.tell(1, e.told(1) + 1); }},
    Defect{"base-agents-high", "Base announces one agent more than there are.", base, attributes_id, nullptr,
           [](Exchange& e) { e.tell(1, e.told(1) + 0x100); }},
    Defect{"base-agents-zero", "Base announces no agents, and describes them.", base, attributes_id, nullptr,
           clear_bits<1, 0xFF00>},
    Defect{"base-list-repeats", "The protocol list has its first protocol twice.", base, 0x6, nullptr,
           [](Exchange& e) {
             if (worked(e) && e.told(1) > 1) e.tell(2, (e.told(2) & ~0xFF00U) | (e.told(2) & 0xFF) << 8U);
           }},
    Defect{"base-list-has-base", "The protocol list has the Base protocol in it.", base, 0x6, nullptr,
           [](Exchange& e) {
             if (worked(e) && e.told(1) > 0) e.tell(2, (e.told(2) & ~0xFFU) | 0x10);
           }},
    Defect{"base-list-invents", "The protocol list has a protocol that does not answer.", base, 0x6, nullptr,
           [](Exchange& e) {
             if (worked(e) && e.told(1) > 0) e.tell(2, (e.told(2) & ~0xFFU) | 0x7E);
           }},
    Defect{"base-list-ignores-skip", "The protocol list always starts at its beginning.", base, 0x6,
           [](Exchange& e) { e.ask(0, 0); }},
    Defect{"base-list-inflated", "The protocol list says 4096 and has less.", base, 0x6, nullptr,
           [](Exchange& e) {
             if (worked(e)) e.tell(1, 4096);
           }},
    Defect{"base-list-past-end", "Skipping more protocols than there are succeeds.", base, 0x6, nullptr,
           [](Exchange& e) {
             if (!worked(e) && e.request.size() == 4) e.answer(Status::success, 1);
           }},
    Defect{"base-self-wrong", "The caller's own id, asked for as 0xFFFFFFFF, is 0.", base, 0x7, nullptr,
           [](Exchange& e) {
             if (worked(e) && e.asked(0) == 0xFFFF'FFFF) e.tell(1, 0);
           }},
    Defect{"base-platform-name", "Agent 0 is not called platform.", base, 0x7, nullptr,
           [](Exchange& e) {
             if (worked(e) && e.asked(0) == 0) e.tell(2, 0x7878'7878);
           }},
    Defect{"base-unknown-agent", "Agents that do not exist are described.", base, 0x7, nullptr, accept_unknown<0, 5>},
    Defect{"base-vendor-unended", "The vendor's name has no end.", base, 0x3, nullptr, fill_name<1, 4>},
    Defect{"base-implementation-wanders", "The implementation version differs from call to call.", base, 0x5, nullptr,
           [](Exchange& e) { e.tell(1, e.told(1) + e.uses); }},
    Defect{"base-notify-any", "BASE_NOTIFY_ERRORS takes any value.", base, 0x8, nullptr, accept_bad},
    Defect{"base-permissions-open", "Any agent may set device permissions.", base, 0x9, ignore},
    Defect{"base-unlisted-answers", "Protocols that are not listed answer.", {}, version_id, nullptr,
           [](Exchange& e) {
             if (e.status() != Status::not_supported) return;
             e.answer(Status::success, 1);
             e.tell(1, 0x10000);
           }},
    Defect{"base-vendor-missing", "BASE_DISCOVER_VENDOR is NOT_SUPPORTED.", base, 0x3, become<Status::not_supported>},

    // --- Power domains ---
    Defect{"power-count-high", "One domain is announced that does not exist.", power_domain, attributes_id, nullptr,
           [](Exchange& e) { e.tell(1, e.told(1) + 1); }},
    Defect{"power-hole", "Domain 1 does not exist.", power_domain, {},
           [](Exchange& e) {
             if (e.fields().message.value == describe_id && e.asked(0) == 1) e.answer(Status::not_found);
           }},
    Defect{"power-name-unended", "Domain names have no end.", power_domain, describe_id, nullptr, fill_name<2, 4>},
    Defect{"power-attributes-bits", "Domain attributes have bits set that are reserved.", power_domain, describe_id,
           nullptr, set_bits<1, 0x1>},
    Defect{"power-unknown-domain", "POWER_STATE_GET knows every domain.", power_domain, 0x5, nullptr,
           accept_unknown<0, 1>},
    Defect{"power-set-ignored", "POWER_STATE_SET succeeds without effect.", power_domain, 0x4,
           [](Exchange& e) {
             if (e.request.size() == 12) e.answer(Status::success);
           }},
    Defect{"power-get-stale", "POWER_STATE_GET tells the first state for ever.", power_domain, 0x5, nullptr, stale},
    Defect{"power-state-any", "Any state word is accepted.", power_domain, 0x4, nullptr, accept_bad},
    Defect{"power-flags-any", "Reserved flags of POWER_STATE_SET are accepted.", power_domain, 0x4,
           [](Exchange& e) { e.ask(0, e.asked(0) & 1); }},
    Defect{"power-async-any", "Asynchronous requests are accepted where they are not supported.", power_domain, 0x4,
           nullptr,
           [](Exchange& e) {
             if (e.status() == Status::not_supported) e.answer(Status::success);
           }},
    Defect{"power-notify-missing", "POWER_STATE_CHANGED is never sent.", power_domain, 0x0, nullptr, nullptr, drop},
    Defect{"power-notify-state", "POWER_STATE_CHANGED tells another state.", power_domain, 0x0, nullptr, nullptr,
           spoil<2>},
    Defect{"power-notify-short", "POWER_STATE_CHANGED lacks its last word.", power_domain, 0x0, nullptr, nullptr,
           shorten},
    Defect{"power-unsolicited", "POWER_STATE_CHANGED comes without a subscription.", power_domain, 0x4, nullptr,
           shout<0x11, 0x0>},
    Defect{"power-notify-any", "POWER_STATE_NOTIFY takes any value.", power_domain, 0x6, nullptr, accept_bad},
    Defect{"power-notify-everywhere", "Domains without notifications take subscriptions.", power_domain, 0x7, nullptr,
           [](Exchange& e) {
             if (e.status() == Status::not_supported) e.answer(Status::success);
           }},

    // --- Performance ---
    Defect{"perf-levels-descending", "Levels do not ascend.", performance, 0x4, nullptr, swap_entries<2, 5>},
    Defect{"perf-levels-endless", "There are always more levels to come.", performance, 0x4, nullptr,
           [](Exchange& e) {
             if (worked(e)) e.tell(1, e.told(1) | 5U << 16U);
           }},
    Defect{"perf-levels-inflated", "More levels are announced than the reply has.", performance, 0x4, nullptr,
           [](Exchange& e) {
             if (worked(e)) e.tell(1, e.told(1) | 0x100);
           }},
    Defect{"perf-levels-past-end", "Asking for levels behind the last one succeeds.", performance, 0x4, nullptr,
           [](Exchange& e) {
             if (e.status() == Status::out_of_range || e.status() == Status::invalid_parameters) {
               e.answer(Status::success, 1);
             }
           }},
    Defect{"perf-level-ignored", "PERFORMANCE_LEVEL_SET succeeds without effect.", performance, 0x7,
           [](Exchange& e) {
             if (e.request.size() == 8) e.answer(Status::success);
           }},
    Defect{"perf-level-any", "PERFORMANCE_LEVEL_SET takes any level.", performance, 0x7, nullptr, accept_bad},
    Defect{"perf-level-undescribed", "The level that is reported is not one of the described ones.", performance, 0x8,
           nullptr,
           [](Exchange& e) {
             if (worked(e)) e.tell(1, e.told(1) + 1);
           }},
    Defect{"perf-level-notify-missing", "PERFORMANCE_LEVEL_CHANGED is never sent.", performance, 0x1, nullptr, nullptr,
           drop},
    Defect{"perf-level-notify-domain", "PERFORMANCE_LEVEL_CHANGED names another domain.", performance, 0x1, nullptr,
           nullptr, spoil<1>},
    Defect{"perf-limits-swapped", "PERFORMANCE_LIMITS_GET has the lower limit first.", performance, 0x6, nullptr,
           swap_entries<1, 1>},
    Defect{"perf-limits-ignored", "PERFORMANCE_LIMITS_SET succeeds without effect.", performance, 0x5,
           [](Exchange& e) {
             if (e.request.size() == 12) e.answer(Status::success);
           }},
    Defect{"perf-limits-any", "PERFORMANCE_LIMITS_SET takes any limits.", performance, 0x5, nullptr, accept_bad},
    Defect{"perf-limits-notify-missing", "PERFORMANCE_LIMITS_CHANGED is never sent.", performance, 0x0, nullptr,
           nullptr, drop},
    Defect{"perf-rights-hidden", "Domains do not say that the caller may set their level.", performance, describe_id,
           nullptr, clear_bits<1, 1U << 30U>},
    Defect{"perf-rights-invented", "Domains say that the caller may set their limits, which is DENIED.", performance,
           0x5, become<Status::denied>},
    Defect{"perf-unsubscribe-ignored", "PERFORMANCE_NOTIFY_LEVEL never ends a subscription.", performance, 0xA,
           [](Exchange& e) {
             if (e.asked(1) == 0 && e.request.size() == 8) e.answer(Status::success);
           }},

    // --- Clocks ---
    Defect{"clock-rates-descending", "Discrete rates do not ascend.", clock, 0x4, nullptr,
           [](Exchange& e) {
             if ((e.told(1) & 0x1000) == 0) swap_entries<2, 2>(e);
           }},
    Defect{"clock-range-reversed", "Ranges have their highest rate first.", clock, 0x4, nullptr,
           [](Exchange& e) {
             if ((e.told(1) & 0x1000) != 0) swap_entries<2, 2>(e);
           }},
    Defect{"clock-rates-stuck", "Parts of the rate list are empty while rates remain.", clock, 0x4, nullptr,
           [](Exchange& e) {
             if (!worked(e)) return;
             e.reply.resize(8);
             e.tell(1, 5U << 16U);
           }},
    Defect{"clock-unknown-clock", "CLOCK_RATE_GET knows every clock.", clock, 0x6, nullptr, accept_unknown<0, 2>},
    Defect{"clock-unknown-status", "Unknown clocks are INVALID_PARAMETERS.", clock, 0x6, nullptr,
           [](Exchange& e) {
             if (e.status() == Status::not_found) e.answer(Status::invalid_parameters);
           }},
    Defect{"clock-rate-ignored", "CLOCK_RATE_SET succeeds without effect.", clock, 0x5,
           [](Exchange& e) {
             if (e.request.size() == 16 && (e.asked(0) & ~0xFU) == 0) e.answer(Status::success);
           }},
    Defect{"clock-rate-stale", "CLOCK_RATE_GET tells the first rate for ever.", clock, 0x6, nullptr, stale},
    Defect{"clock-rate-any", "CLOCK_RATE_SET takes any rate and any flags.", clock, 0x5, nullptr, accept_bad},
    Defect{"clock-rounding-ignored", "CLOCK_RATE_SET always rounds down.", clock, 0x5,
           [](Exchange& e) { e.ask(0, e.asked(0) & ~0xCU); }},
    Defect{"clock-delayed-missing", "CLOCK_RATE_SET_COMPLETE is never sent.", clock, 0x5, nullptr, nullptr, drop,
           MessageType::delayed_response},
    Defect{"clock-delayed-wrong-clock", "CLOCK_RATE_SET_COMPLETE names another clock.", clock, 0x5, nullptr, nullptr,
           spoil<1>, MessageType::delayed_response},
    Defect{"clock-delayed-twice", "CLOCK_RATE_SET_COMPLETE is sent twice.", clock, 0x5, nullptr, nullptr, twice,
           MessageType::delayed_response},
    Defect{"clock-delayed-unasked", "CLOCK_RATE_SET_COMPLETE is sent although the flags forbid it.", clock, 0x5,
           [](Exchange& e) { e.ask(0, e.asked(0) & ~0x2U); }},
    Defect{"clock-notify-missing", "CLOCK_RATE_CHANGED is never sent.", clock, 0x0, nullptr, nullptr, drop},
    Defect{"clock-notify-rate", "CLOCK_RATE_CHANGED tells another rate.", clock, 0x0, nullptr, nullptr, spoil<2>},
    Defect{"clock-config-lies", "CLOCK_CONFIG_GET tells the opposite.", clock, 0xB, nullptr,
           [](Exchange& e) {
             if (worked(e)) e.tell(2, e.told(2) ^ 1);
           }},
    Defect{"clock-config-any", "CLOCK_CONFIG_SET takes reserved values.", clock, 0x7, nullptr, accept_bad},
    Defect{"clock-config-ignored", "CLOCK_CONFIG_SET cannot disable a clock.", clock, 0x7,
           [](Exchange& e) {
             if (e.request.size() == 12 && e.asked(1) == 0) e.answer(Status::success);
           }},
    Defect{"clock-denied-open", "Clocks that the caller may not set take a rate.", clock, 0x5, nullptr, accept_denied},
    Defect{"clock-unrestricted", "Clocks do not say that the caller is restricted.", clock, describe_id, nullptr,
           clear_bits<1, 0x2>},
    Defect{"clock-parent-stranger", "A clock's parent is not one of the possible ones.", clock, 0xE, nullptr,
           [](Exchange& e) {
             if (worked(e)) e.tell(1, e.asked(0));
           }},
    Defect{"clock-parent-any", "Any clock can be a parent.", clock, 0xD, nullptr,
           [](Exchange& e) {
             if (!worked(e) && e.request.size() == 8) e.answer(Status::success);
           }},
    Defect{"clock-name-differs", "CLOCK_NAME_GET tells another name than the attributes.", clock, 0x8, nullptr,
           [](Exchange& e) {
             if (worked(e)) e.tell(2, 0x7878'7878);
           }},
    Defect{"clock-flags-word", "CLOCK_NAME_GET sets its reserved flags.", clock, 0x8, nullptr, set_bits<1, 0x1>},

    // --- Reset domains ---
    Defect{"reset-unknown-domain", "RESET accepts every domain.", reset_domain, 0x4, nullptr, accept_unknown<0, 0>},
    Defect{"reset-name-unended", "Names of reset domains have no end.", reset_domain, describe_id, nullptr,
           fill_name<3, 4>},
    Defect{"reset-flags-any", "RESET takes reserved flags.", reset_domain, 0x4, nullptr, accept_bad},
    Defect{"reset-async-any", "RESET is accepted asynchronously where that is not supported.", reset_domain, 0x4,
           nullptr,
           [](Exchange& e) {
             if (e.status() == Status::not_supported) e.answer(Status::success);
           }},
    Defect{"reset-delayed-missing", "RESET_COMPLETE is never sent.", reset_domain, 0x4, nullptr, nullptr, drop,
           MessageType::delayed_response},
    Defect{"reset-notify-missing", "RESET_ISSUED is never sent.", reset_domain, 0x0, nullptr, nullptr, drop},
    Defect{"reset-short-accepted", "RESET without its parameters is about domain 0.", reset_domain, 0x4,
           pad_request<3>},

    // --- Voltage domains ---
    Defect{"voltage-count-high", "One voltage domain is announced that does not exist.", voltage, attributes_id,
           nullptr, [](Exchange& e) { e.tell(1, e.told(1) + 1); }},
    Defect{"voltage-levels-descending", "Voltage levels do not ascend.", voltage, 0x4, nullptr, swap_entries<2, 1>},
    Defect{"voltage-levels-inflated", "More voltage levels are announced than the reply has.", voltage, 0x4, nullptr,
           [](Exchange& e) {
             if (worked(e)) e.tell(1, e.told(1) | 0x100);
           }},
    Defect{"voltage-level-ignored", "VOLTAGE_LEVEL_SET succeeds without effect.", voltage, 0x7,
           [](Exchange& e) {
             if (e.request.size() == 12 && e.asked(1) == 0) e.answer(Status::success);
           }},
    Defect{"voltage-level-any", "VOLTAGE_LEVEL_SET takes any level.", voltage, 0x7, nullptr, accept_bad},
    Defect{"voltage-mode-any", "VOLTAGE_CONFIG_SET takes any mode.", voltage, 0x5, nullptr, accept_bad},
    Defect{"voltage-delayed-wrong-domain", "VOLTAGE_LEVEL_SET_COMPLETE names another domain.", voltage, 0x7, nullptr,
           nullptr, spoil<1>, MessageType::delayed_response},
    Defect{"voltage-config-bits", "VOLTAGE_CONFIG_GET sets bits that are reserved.", voltage, 0x6, nullptr,
           set_bits<1, 0x100>},

    // --- Telemetry ---
    Defect{"telemetry-count-high", "One data event is announced that does not exist.", telemetry, attributes_id,
           nullptr, [](Exchange& e) { e.tell(1, e.told(1) + 1); }},
    Defect{"telemetry-group-stranger", "A data event is in a group that does not exist.", telemetry, 0x4, nullptr,
           [](Exchange& e) {
             if (worked(e)) e.tell(3, 0x1234);
           }},
    Defect{"telemetry-unknown-id", "TELEMETRY_DE_CONFIGURE enables what does not exist.", telemetry, 0x6, nullptr,
           [](Exchange& e) {
             if (e.status() == Status::invalid_parameters && e.request.size() == 8) e.answer(Status::success, 3);
           }},
    Defect{"telemetry-enable-ignored", "TELEMETRY_DE_CONFIGURE succeeds without effect.", telemetry, 0x6,
           [](Exchange& e) {
             if (e.request.size() == 8 && e.asked(1) == 1) e.answer(Status::success, 3);
           }},
    Defect{"telemetry-intervals-descending", "Update intervals do not ascend.", telemetry, 0x5, nullptr,
           swap_entries<2, 1>},
    Defect{"telemetry-rate-any", "TELEMETRY_CONFIG_SET takes any rate.", telemetry, 0x8, nullptr, accept_bad},
    Defect{"telemetry-reading-missing", "TELEMETRY_READING_COMPLETE is never sent.", telemetry, 0x8, nullptr, nullptr,
           drop, MessageType::delayed_response},
    Defect{"telemetry-reading-short", "TELEMETRY_READING_COMPLETE lacks its last word.", telemetry, 0x8, nullptr,
           nullptr, shorten, MessageType::delayed_response},
};

}  // namespace

std::span<const Defect> of_domains() noexcept { return all; }

}  // namespace scmi::platform::defect
