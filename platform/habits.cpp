// SPDX-License-Identifier: Apache-2.0
//
// The habits and who has them. Word 0 of a reply is its status; the words of a request start at 0.
#include "platform/habits.hpp"

#include <algorithm>
#include <array>
#include <cstring>

#include "protocols/clock_messages.hpp"
#include "protocols/performance_messages.hpp"
#include "protocols/power_domain_messages.hpp"
#include "protocols/powercap_messages.hpp"
#include "protocols/reset_domain_messages.hpp"
#include "protocols/sensor_messages.hpp"
#include "protocols/voltage_messages.hpp"
#include "scmi/base_messages.hpp"
#include "scmi/common_messages.hpp"

namespace scmi::platform {
namespace {

using std::chrono::milliseconds;

[[nodiscard]] bool worked(const Exchange& e) { return e.status() == Status::success; }
[[nodiscard]] std::uint8_t message(const Exchange& e) { return e.fields().message.value; }

template <class C>
[[nodiscard]] bool is(const Exchange& e) {
  return e.fields().protocol == C::info.protocol && e.fields().message == C::info.message;
}

/// Where the bit stands that makes a command asynchronous.
struct AsyncBit {
  ProtocolId protocol;
  MessageId message;
  std::size_t word;
  std::uint32_t mask;
};
template <class C>
[[nodiscard]] constexpr AsyncBit async_bit(std::size_t word) {
  return {C::info.protocol, C::info.message, word, C::async.mask()};
}
constexpr std::array async_bits{
    async_bit<clock_protocol::RateSet>(0),     async_bit<power_domain_protocol::StateSet>(0),
    async_bit<powercap_protocol::CapSet>(1),   async_bit<reset_domain_protocol::Reset>(1),
    async_bit<sensor_protocol::ReadingGet>(1), async_bit<voltage_protocol::LevelSet>(1),
};
[[nodiscard]] const AsyncBit* asked_async(const Exchange& e) {
  const auto at = std::ranges::find_if(async_bits, [&](const AsyncBit& b) {
    return b.protocol == e.fields().protocol && b.message == e.fields().message && (e.asked(b.word) & b.mask) != 0;
  });
  return at == async_bits.end() ? nullptr : &*at;
}

/// A number that a habit keeps.
template <class T>
[[nodiscard]] T kept(const Exchange& e, std::size_t place = 0) {
  T value{};
  if (e.memory.size() >= (place + 1) * sizeof value) {
    std::memcpy(&value, e.memory.data() + place * sizeof value, sizeof value);
  }
  return value;
}
template <class T>
void keep(Exchange& e, T value, std::size_t place = 0) {
  if (e.memory.size() < (place + 1) * sizeof value) e.memory.resize((place + 1) * sizeof value);
  std::memcpy(e.memory.data() + place * sizeof value, &value, sizeof value);
}

// --- Arm's reference firmware ----------------------------------------------------------------------------------------

/// The versions of release 2.0; of a protocol that it has not, the first.
void old_layouts(SocConfig& soc) {
  constexpr std::size_t release = 1;
  static_assert(releases[release] == "2.0");
  const auto lower = [](VersionSet& versions) {
    for (const ServedProtocol p : all_served) {
      const Version then = row_of(p).by_release[release];
      if (versions[p] != Version{})
        versions[p] = std::min(versions[p], then == Version{} ? row_of(p).known.front() : then);
    }
  };
  lower(soc.versions);
  for (AgentConfig& agent : soc.agents) lower(agent.versions);
}

void name_after_channel(Exchange& e) {
  using base_protocol::DiscoverAgent;
  constexpr std::size_t name_words = 4;
  if (!worked(e) || e.reply.size() < (1 + name_words) * 4) return;
  if (e.asked(0) != base_protocol::self.value && e.asked(0) != e.agent.value) return;
  constexpr std::array<char, 16> channel{"scmi-channel"};
  std::memcpy(e.reply.data() + e.reply.size() - channel.size(), channel.data(), channel.size());
}

/// Domains whose last state was bad, one bit each.
void stick_before(Exchange& e) {
  const std::uint32_t domain = e.asked(1);
  if (domain < 64 && (kept<std::uint64_t>(e) >> domain & 1U) != 0) e.answer(Status::busy);
}
void stick_after(Exchange& e) {
  const std::uint32_t domain = e.asked(1);
  if (domain < 64 && e.status() == Status::invalid_parameters) {
    keep(e, kept<std::uint64_t>(e) | std::uint64_t{1} << domain);
  }
}

void refuse_async(Exchange& e) {
  const bool concerned = is<clock_protocol::RateSet>(e) || is<sensor_protocol::ReadingGet>(e);
  if (concerned && asked_async(e) != nullptr) e.answer(Status::not_supported);
}
/// Done at once, and never told.
void forget_async(Exchange& e) {
  const bool concerned = is<reset_domain_protocol::Reset>(e) || is<power_domain_protocol::StateSet>(e);
  const AsyncBit* bit = asked_async(e);
  if (concerned && bit != nullptr) e.ask(bit->word, e.asked(bit->word) & ~bit->mask);
}

void delay_drivers(Exchange& e) {
  const bool driver =
      is<clock_protocol::RateSet>(e) || is<power_domain_protocol::StateSet>(e) || is<voltage_protocol::LevelSet>(e);
  if (driver && worked(e)) e.handled.not_before += milliseconds(20);
}

void die(Exchange& e) {
  constexpr std::uint8_t first_permission = base_protocol::SetDevicePermissions::info.message.value;
  const bool permissions = e.fields().protocol == protocol::base && message(e) >= first_permission &&
                           message(e) <= base_protocol::ResetAgentConfiguration::info.message.value;
  if ((permissions && e.request.empty()) || e.fields().type == MessageType::notification) e.handled.fatal = true;
}

// --- NXP's system manager --------------------------------------------------------------------------------------------

/// Each agent's next token, and one so that 0 is none. A command that is refused starts the row anew.
void check_token(Exchange& e) {
  const std::uint32_t token = e.fields().token.value;
  const auto expected = kept<std::uint32_t>(e, e.agent.value);
  keep(e, (token + 1) % token_count + 1, e.agent.value);
  if (expected != 0 && expected != token + 1) e.answer(Status::protocol_error);
}

// --- Boards ----------------------------------------------------------------------------------------------------------

/// Of sixteen replies the last four come together, long after the first of them was due. Getting acquainted works.
void hold_back(Exchange& e) {
  constexpr std::uint8_t acquainted = 0x4;
  if (e.fields().protocol == protocol::base || message(e) < acquainted) return;
  const std::uint64_t turn = kept<std::uint64_t>(e) % 16;
  keep(e, turn + 1);
  if (turn < 12) return;
  if (turn == 12) keep(e, (e.handled.not_before + milliseconds(100)).time_since_epoch().count(), 1);
  const Instant together{Duration(kept<Duration::rep>(e, 1))};
  e.handled.not_before = std::max(e.handled.not_before, together);
}

void hide_agents(Exchange& e) {
  constexpr MessageId hidden = base_protocol::DiscoverAgent::info.message;
  if (e.fields().message == hidden) e.answer(Status::not_supported);
  const bool asked = e.fields().message == ProtocolMessageAttributes::info.message && e.asked(0) == hidden.value;
  if (asked) e.answer(Status::not_found);
}

/// The first of the levels that are told takes the place of the second.
void repeat_level(Exchange& e) {
  const std::uint32_t count = e.told(1) & 0xFFF;
  if (!worked(e) || count < 2 || e.asked(1) != 0) return;
  const std::size_t size = (e.reply.size() - 8) / count;
  std::copy_n(e.reply.begin() + 8, size, e.reply.begin() + 8 + static_cast<std::ptrdiff_t>(size));
}

void lengthen(Exchange& e, std::size_t bytes) {
  if (worked(e)) e.reply.resize(e.reply.size() + bytes);
}

constexpr std::array all{
    Habit{.name = "agent-is-channel",
          .sentence = "An agent that asks who it is hears the name of its channel.",
          .protocol = protocol::base,
          .message = std::uint8_t{0x7},
          .after = name_after_channel},
    Habit{.name = "area-crc",
          .sentence = "Every message in an area comes with a CRC-32 in the words at 0x08 and 0x0C.",
          .settle = [](SocConfig& soc) { soc.behaviour.check_words = true; }},
    Habit{.name = "async-refused",
          .sentence = "Asynchronous rates and readings are NOT_SUPPORTED, whatever the attributes promise.",
          .before = refuse_async},
    Habit{.name = "async-unanswered",
          .sentence = "Asynchronous resets and power states succeed, and no delayed response comes.",
          .before = forget_async},
    Habit{.name = "bad-state-sticks",
          .sentence = "After one bad state word a power domain answers BUSY for ever.",
          .protocol = protocol::power_domain,
          .message = std::uint8_t{0x4},
          .before = stick_before,
          .after = stick_after},
    Habit{.name = "crashes",
          .sentence = "An empty permission command, or a command of type 3, ends the platform.",
          .before = die},
    Habit{.name = "delayed-first",
          .sentence = "Responses to asynchronous commands come 5 ms late, after quick delayed responses.",
          .after =
              [](Exchange& e) {
                if (worked(e) && asked_async(e) != nullptr) e.handled.not_before += milliseconds(5);
              }},
    Habit{.name = "duplicate-levels",
          .sentence = "A list of performance levels has its first level twice.",
          .protocol = protocol::performance,
          .message = std::uint8_t{0x4},
          .after = repeat_level},
    Habit{.name = "exact-sizes",
          .sentence = "A command longer than its layout is a PROTOCOL_ERROR.",
          .settle = [](SocConfig& soc) { soc.behaviour.accept_longer_payload = false; }},
    Habit{.name = "graceful-never",
          .sentence = "A graceful shutdown is announced, and never happens.",
          .settle =
              [](SocConfig& soc) {
                if (soc.system_power) soc.system_power->graceful_timeout_ms = 0;
              }},
    Habit{.name = "header-bits",
          .sentence = "Replies have the header's reserved bits 31:28 set.",
          .after = [](Exchange& e) { e.header_flaw |= ~header_defined_bits; }},
    Habit{.name = "implementation-zero",
          .sentence = "The implementation version is 0.",
          .settle = [](SocConfig& soc) { soc.implementation_version = 0; }},
    Habit{.name = "late-bursts",
          .sentence = "Now and then four replies come together, up to 100 ms late.",
          .after = hold_back},
    Habit{.name = "levels-clipped",
          .sentence = "A performance level beyond the limits is set to the nearest one, with SUCCESS.",
          .settle = [](SocConfig& soc) { soc.behaviour.clip_levels = true; }},
    Habit{.name = "long-error",
          .sentence = "PERFORMANCE_LEVEL_GET answers errors with eight bytes.",
          .protocol = protocol::performance,
          .message = std::uint8_t{0x8},
          .after =
              [](Exchange& e) {
                if (!worked(e)) e.reply.resize(8);
              }},
    Habit{.name = "long-protocol-list",
          .sentence = "Parts of the protocol list are longer than their count says.",
          .protocol = protocol::base,
          .message = std::uint8_t{0x6},
          .after = [](Exchange& e) { lengthen(e, 8); }},
    Habit{.name = "malformed-unanswered",
          .sentence = "A command of a wrong size gets no reply at all.",
          .after =
              [](Exchange& e) {
                if (e.status() == Status::protocol_error) e.handled.silent = true;
              }},
    Habit{.name = "no-discover-agent",
          .sentence = "BASE_DISCOVER_AGENT is missing, although agents are counted.",
          .protocol = protocol::base,
          .before = hide_agents},
    Habit{.name = "odd-rate-range",
          .sentence = "A range of clock rates counts as one entry, or none.",
          .protocol = protocol::clock,
          .message = std::uint8_t{0x4},
          .after =
              [](Exchange& e) {
                using R = clock_protocol::DescribeRates::Reply;
                if (worked(e) && R::format.test(e.told(1))) e.tell(1, (e.told(1) & ~R::count.mask()) | (e.uses & 1U));
              }},
    Habit{.name = "old-layouts",
          .sentence = "Protocols are of the versions of release 2.0: no negotiation, no extended names.",
          .settle = old_layouts},
    Habit{.name = "oversized-replies",
          .sentence = "Replies are eight bytes longer than their layouts.",
          .after = [](Exchange& e) { lengthen(e, 8); }},
    Habit{.name = "p2a-drops",
          .sentence = "What finds the P2A area busy is lost.",
          .settle = [](SocConfig& soc) { soc.behaviour.p2a_never_waits = true; }},
    Habit{.name = "p2a-starts-busy",
          .sentence = "P2A areas start busy: nothing comes until the agent has given them back.",
          .settle = [](SocConfig& soc) { soc.behaviour.p2a_starts_busy = true; }},
    Habit{.name = "power-version-21000",
          .sentence = "The power domain protocol says that it is of version 0x21000, and is of 0x20000.",
          .protocol = protocol::power_domain,
          .message = std::uint8_t{0x0},
          .after =
              [](Exchange& e) {
                if (worked(e)) e.tell(1, 0x21000);
              },
          .settle =
              [](SocConfig& soc) {
                constexpr ServedProtocol p = ServedProtocol::power_domain;
                soc.versions[p] = Version(0x20000);
                for (AgentConfig& agent : soc.agents) agent.versions[p] = Version(0x20000);
              }},
    Habit{.name = "short-used-length",
          .sentence = "Replies to CLOCK_RATE_GET are told to be four bytes shorter than they are.",
          .protocol = protocol::clock,
          .message = std::uint8_t{0x6},
          .after =
              [](Exchange& e) {
                if (worked(e)) e.reply.resize(e.reply.size() - 4);
              }},
    Habit{.name = "slow-drivers",
          .sentence = "Setting a rate, a voltage or a power state takes 20 ms, in which other channels go on.",
          .after = delay_drivers},
    Habit{.name = "slow-replies",
          .sentence = "Every reply takes 60 ms.",
          .after = [](Exchange& e) { e.handled.not_before += milliseconds(60); }},
    Habit{.name = "stale-fast-channels",
          .sentence = "What stands in a fast channel undoes what was set by message.",
          .settle = [](SocConfig& soc) { soc.behaviour.stale_fast_channels = true; }},
    Habit{.name = "token-order",
          .sentence = "Tokens must follow each other, or it is a PROTOCOL_ERROR.",
          .before = check_token},
    Habit{.name = "unfiltered-notifications",
          .sentence = "Who subscribed to one source hears of all of them.",
          .settle = [](SocConfig& soc) { soc.behaviour.unfiltered_events = true; }},
    Habit{.name = "unprovided-protocol-error",
          .sentence = "A command that is known and not provided is a PROTOCOL_ERROR.",
          .settle = [](SocConfig& soc) { soc.behaviour.disabled_protocol_error = true; }},
};
static_assert(std::ranges::is_sorted(all, {}, &Habit::name));

using Names = std::string_view;
constexpr Names scp_firmware[] = {
    "agent-is-channel",
    "async-refused",
    "async-unanswered",
    "bad-state-sticks",
    "exact-sizes",
    "graceful-never",
    "levels-clipped",
    "long-error",
    "old-layouts",
    "p2a-drops",
    "p2a-starts-busy",
    "slow-drivers",
    "stale-fast-channels",
    "unfiltered-notifications",
    "unprovided-protocol-error",
};
constexpr Names nxp_system_manager[] = {
    "area-crc",
    "token-order",
};
constexpr Names rust_virtio[] = {
    "exact-sizes",
    "malformed-unanswered",
    "short-used-length",
};
constexpr Names trusted_firmware[] = {
    "power-version-21000",
};
constexpr Names field_boards[] = {
    "delayed-first",      "duplicate-levels",  "header-bits",    "implementation-zero", "late-bursts",
    "long-protocol-list", "no-discover-agent", "odd-rate-range", "oversized-replies",   "slow-replies",
};
constexpr std::array everybody{
    Personality{"field-boards", "What agents met on boards, all of it at once.", field_boards},
    Personality{"nxp-system-manager", "NXP's firmware for i.MX.", nxp_system_manager},
    Personality{"rust-virtio", "The Rust virtio device.", rust_virtio},
    Personality{"scp-firmware", "Arm's reference firmware. That it crashes must be asked for by itself.", scp_firmware},
    Personality{"trusted-firmware", "TF-A's platform side.", trusted_firmware},
};
static_assert(std::ranges::all_of(everybody, [](const Personality& p) {
  return std::ranges::all_of(
      p.habits, [](std::string_view name) { return std::ranges::find(all, name, &Habit::name) != all.end(); });
}));

template <class T>
[[nodiscard]] const T* find_named(std::span<const T> those, std::string_view name) noexcept {
  const auto at = std::ranges::find(those, name, &T::name);
  return at == those.end() ? nullptr : &*at;
}

}  // namespace

std::span<const Habit> habits() noexcept { return all; }
const Habit* find_habit(std::string_view name) noexcept { return find_named(habits(), name); }
std::span<const Personality> personalities() noexcept { return everybody; }
const Personality* find_personality(std::string_view name) noexcept { return find_named(personalities(), name); }

void settle_habits(SocConfig& soc) {
  for (const Habit* habit : soc.habits) {
    if (habit->settle != nullptr) habit->settle(soc);
  }
}

}  // namespace scmi::platform
