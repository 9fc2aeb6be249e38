// SPDX-License-Identifier: Apache-2.0
//
// How a command reaches its handler. Each protocol server is a table of rows {message, since which version, what it
// needs, how to run it}; the row is made from the message's description, so sizes and layouts come from the catalogue
// alone and a handler sees typed parameters and fills out a typed reply. Internal to the platform.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <tl/expected.hpp>

#include "platform/platform_state.hpp"
#include "scmi/codec.hpp"
#include "scmi/common_messages.hpp"
#include "scmi/status.hpp"

namespace scmi::platform {

struct Server;

/// One command on its way. Lives as long as Platform::handle().
struct Call {
  PlatformState& platform;
  const Server& server;
  ServedProtocol protocol;
  AgentId id;         ///< The caller.
  AgentState& agent;  ///< The caller.
  ChannelLimits limits;
  std::uint32_t header;
  Version version;  ///< In force for the caller and the protocol.
  Instant now;
  Instant not_before;          ///< A handler moves it when the operation takes time.
  bool accepted_only = false;  ///< Set by a handler whose answer follows later: the reply is the status alone.

  [[nodiscard]] const SocConfig& config() const noexcept { return platform.config(); }
  [[nodiscard]] const Behaviour& behaviour() const noexcept { return platform.config().behaviour; }
  /// The resource the caller means, whether or not its device was denied. NOT_FOUND.
  [[nodiscard]] tl::expected<Index, Status> visible(std::uint32_t entity) const {
    const auto index = agent.view(protocol).find(entity);
    if (!index) return tl::unexpected(Status::not_found);
    return *index;
  }
  /// The resource the caller means and may use. NOT_FOUND, DENIED.
  [[nodiscard]] tl::expected<Index, Status> resource(std::uint32_t entity) const {
    const auto index = visible(entity);
    if (index && !agent.granted(protocol, *index)) return tl::unexpected(Status::denied);
    return index;
  }
  /// How many list entries of `entry_size` bytes fit behind status and count word.
  [[nodiscard]] std::size_t room_for(std::size_t entry_size) const noexcept {
    constexpr std::size_t head = 8;
    return limits.max_payload < head ? 0 : (limits.max_payload - head) / entry_size;
  }
};

/// What a command needs besides its version. Where it is not given the command is hidden from MESSAGE_ATTRIBUTES.
enum class Need : std::uint8_t {
  nothing,
  p2a,      ///< A way back for notifications; else NOT_SUPPORTED.
  trusted,  ///< A trusted agent; else DENIED.
};

/// A row of a server's table.
struct Row {
  MessageId message{};
  Version since{};
  Need need = Need::nothing;
  /// Judges the payload's length, runs the handler and writes the reply. The second is called first.
  Status (*run)(Call&, std::span<const std::byte> payload, std::span<std::byte> reply, std::size_t& size) = nullptr;
  PayloadFit (*fit)(std::span<const std::byte> payload, Version version) = nullptr;
  /// Payload bytes of a reply without list entries, status included.
  std::size_t (*reply_size)(Version version) = nullptr;
};

/// A protocol's commands.
struct Server {
  ServedProtocol protocol;
  std::span<const Row> rows;
};

/// The row of command `C`, served by `F`.
template <Command C, Status (*F)(Call&, const C&, typename C::Reply&)>
[[nodiscard]] constexpr Row row(Need need = Need::nothing) {
  Row r;
  r.message = C::info.message;
  r.since = C::info.since;
  r.need = need;
  r.fit = [](std::span<const std::byte> payload, Version version) { return decode_command<C>(payload, version).fit; };
  r.run = [](Call& call, std::span<const std::byte> payload, std::span<std::byte> reply, std::size_t& size) {
    const DecodedCommand<C> command = decode_command<C>(payload, call.version);
    typename C::Reply answer{};
    const Status status = F(call, command.parameters, answer);
    if (status != Status::success) return status;
    const auto written = call.accepted_only ? encode_status(status, reply) : encode_reply(answer, call.version, reply);
    if (!written) return Status::generic_error;  // The channel cannot carry it.
    size = *written;
    return Status::success;
  };
  r.reply_size = [](Version version) { return 4 + encoded_size(typename C::Reply{}, version); };
  return r;
}

/// How a row stands towards a caller.
enum class Presence : std::uint8_t { served, unknown, disabled, no_p2a, not_trusted };
[[nodiscard]] Presence presence(const Call& call, std::uint32_t message_id, const Row** row);

// The commands that every protocol has.
[[nodiscard]] Status protocol_version(Call& call, const ProtocolVersion&, ProtocolVersion::Reply& reply);
[[nodiscard]] Status message_attributes(Call& call, const ProtocolMessageAttributes& command,
                                        ProtocolMessageAttributes::Reply& reply);
[[nodiscard]] Status negotiate(Call& call, const NegotiateProtocolVersion& command, Empty&);

/// The word of an attribute that exists in `version` and holds.
[[nodiscard]] constexpr std::uint32_t attribute(const BitField& field, Version version, bool holds) noexcept {
  return holds && version >= field.since ? field.mask() : 0;
}

/// SUCCESS, or INVALID_PARAMETERS for a notify_enable other than 0 and 1.
[[nodiscard]] constexpr Status check_enable(std::uint32_t notify_enable) noexcept {
  return notify_enable <= 1 ? Status::success : Status::invalid_parameters;
}

/// Takes entries until the reply is full. Answers how many were taken.
template <class Entry, class Make>
[[nodiscard]] std::size_t fill(const Call& call, std::size_t first, std::size_t total, std::size_t most,
                               std::vector<Entry>& into, Make make) {
  std::size_t room = call.room_for(1);
  while (first + into.size() < total && into.size() < most) {
    Entry entry = make(first + into.size());
    wire::Sizer sizer(call.version);
    Entry::fields(std::as_const(entry), sizer);
    if (sizer.size() > room) break;
    room -= sizer.size();
    into.push_back(std::move(entry));
  }
  return into.size();
}

/// Where the caller finds the statistics of the call's protocol; leaves zeros where there are none.
void statistics_place(const Call& call, std::uint64_t& address, std::uint32_t& size_bytes);

extern const Server base_server;
extern const Server power_domain_server;
extern const Server system_power_server;
extern const Server performance_server;
extern const Server clock_server;
extern const Server sensor_server;
extern const Server reset_domain_server;
extern const Server voltage_server;
extern const Server powercap_server;
extern const Server pin_control_server;
extern const Server telemetry_server;

}  // namespace scmi::platform
