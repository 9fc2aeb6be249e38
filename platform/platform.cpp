// SPDX-License-Identifier: Apache-2.0
//
// Dispatch: the checks that come before any handler, in the order in which they are made. DEN0056 gives failures no
// priority; a caller who gets two things wrong hears of the first of these.
#include "platform/platform.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <iterator>

#include "platform/call.hpp"
#include "platform/defects.hpp"

namespace scmi::platform {
namespace {

const Server& server_of(ServedProtocol p) {
  switch (p) {
    case ServedProtocol::base: return base_server;
    case ServedProtocol::power_domain: return power_domain_server;
    case ServedProtocol::system_power: return system_power_server;
    case ServedProtocol::performance: return performance_server;
    case ServedProtocol::clock: return clock_server;
    case ServedProtocol::sensor: return sensor_server;
    case ServedProtocol::reset_domain: return reset_domain_server;
    case ServedProtocol::voltage: return voltage_server;
    case ServedProtocol::powercap: return powercap_server;
    case ServedProtocol::pin_control: return pin_control_server;
    case ServedProtocol::telemetry: return telemetry_server;
  }
  return base_server;
}

/// Writes a failure: the status word, and zeros up to the success layout for agents that insist on it.
std::size_t write_failure(Status status, std::size_t full_size, ErrorReply form, std::span<std::byte> reply) {
  const auto written = encode_status(status, reply);
  if (!written) return 0;
  if (form == ErrorReply::status || full_size <= *written || full_size > reply.size()) return *written;
  std::memset(reply.data() + *written, 0, full_size - *written);
  return full_size;
}

/// Finds the command's row and runs it. Answers its status; for SUCCESS `size` is set.
Status dispatch(Call& call, const MessageHeader& header, std::span<const std::byte> payload, std::span<std::byte> reply,
                std::size_t& size, const Row*& found) {
  const Behaviour& behaviour = call.behaviour();
  if (!call.agent.open(call.protocol)) return Status::denied;
  const Presence present = presence(call, header.message.value, &found);
  if (present == Presence::unknown) {
    return behaviour.unknown_message_not_found ? Status::not_found : Status::not_supported;
  }
  const PayloadFit fit = found->fit(payload, call.version);
  if (fit == PayloadFit::too_short || (fit == PayloadFit::too_long && !behaviour.accept_longer_payload)) {
    return Status::protocol_error;
  }
  switch (present) {
    case Presence::disabled: return behaviour.disabled_protocol_error ? Status::protocol_error : Status::not_supported;
    case Presence::no_p2a: return Status::not_supported;
    case Presence::not_trusted: return Status::denied;
    case Presence::unknown:
    case Presence::served: break;
  }
  return found->run(call, payload, reply, size);
}

}  // namespace

Presence presence(const Call& call, std::uint32_t message_id, const Row** row) {
  const auto rows = call.server.rows;
  const auto at = std::find_if(rows.begin(), rows.end(), [&](const Row& r) { return r.message.value == message_id; });
  if (at == rows.end()) return Presence::unknown;
  *row = &*at;
  // An agent that negotiated its way down may negotiate again, so this one command follows the platform's own version.
  const bool exists = at->message == NegotiateProtocolVersion::info.message
                          ? call.agent.config().versions[call.protocol] >= row_of(call.protocol).negotiate_since
                          : call.version >= at->since;
  if (!exists) return Presence::unknown;
  if (call.config().disabled[call.protocol].contains(at->message.value)) return Presence::disabled;
  if (at->need == Need::p2a && !call.limits.has_p2a) return Presence::no_p2a;
  if (at->need == Need::trusted && !call.agent.config().trusted) return Presence::not_trusted;
  return Presence::served;
}

Status protocol_version(Call& call, const ProtocolVersion&, ProtocolVersion::Reply& reply) {
  reply.version = call.agent.config().versions[call.protocol];
  return Status::success;
}

void statistics_place(const Call& call, std::uint64_t& address, std::uint32_t& size_bytes) {
  const WindowPlan* plan = call.platform.windows().plan(call.id);
  if (plan == nullptr || plan->statistics[call.protocol].size == 0) return;
  address = plan->address + plan->statistics[call.protocol].offset;
  size_bytes = plan->statistics[call.protocol].size;
}

Status negotiate(Call& call, const NegotiateProtocolVersion& command, Empty&) {
  const auto known = row_of(call.protocol).known;
  const bool can = std::find(known.begin(), known.end(), command.version) != known.end();
  if (!can || command.version > call.agent.config().versions[call.protocol]) return Status::not_supported;
  call.agent.negotiate(call.protocol, command.version);
  return Status::success;
}

Status message_attributes(Call& call, const ProtocolMessageAttributes& command, ProtocolMessageAttributes::Reply&) {
  const Row* row = nullptr;
  return presence(call, command.message_id, &row) == Presence::served ? Status::success : Status::not_found;
}

namespace {
/// What is planted, and the habits that are made like it.
std::vector<const Defect*> deviations(const SocConfig& config, std::vector<const Defect*> planted) {
  std::ranges::copy_if(config.habits, std::back_inserter(planted), [](const Defect* habit) {
    return habit->before != nullptr || habit->after != nullptr || habit->sending != nullptr;
  });
  return planted;
}
}  // namespace

Platform::Platform(SocConfig config, TimeSource& time, OutgoingSink& sink, const VendorServers& vendor_servers,
                   const std::vector<const Defect*>& planted)
    : defects_(deviations(config, planted).empty() ? nullptr
                                                   : std::make_unique<Defects>(sink, deviations(config, planted))),
      state_(std::make_unique<PlatformState>(std::move(config), time, defects_ ? *defects_ : sink, vendor_servers)) {}

Platform::~Platform() = default;

const SocConfig& Platform::config() const noexcept { return state_->config(); }

Handled Platform::handle(AgentId agent, const ChannelLimits& limits, std::uint32_t header,
                         std::span<const std::byte> payload, std::span<std::byte> reply) {
  reply = reply.first(std::min<std::size_t>(reply.size(), limits.max_payload));
  if (!defects_) return answer(agent, limits, header, payload, reply);
  return defects_->around(agent, header, payload, reply, [&](std::span<const std::byte> in, std::span<std::byte> out) {
    return answer(agent, limits, header, in, out);
  });
}

Handled Platform::answer(AgentId agent, const ChannelLimits& limits, std::uint32_t header,
                         std::span<const std::byte> payload, std::span<std::byte> reply) {
  advance();
  const Instant now = state_->soc().now();

  AgentState* caller = state_->agent(agent);
  if (caller == nullptr) return {write_failure(Status::denied, 0, ErrorReply::status, reply), now};
  const ErrorReply form = caller->config().error_reply;
  const MessageHeader fields = MessageHeader::unpack(header);
  const bool reserved = (header & ~header_defined_bits) != 0 && state_->config().behaviour.refuse_reserved_header;
  if (fields.type != MessageType::command || reserved) {
    return {write_failure(Status::protocol_error, 0, form, reply), now};
  }
  if (state_->vendor().serves(fields.protocol)) {
    VendorCall call{agent, limits, now, now};
    std::size_t size = 0;
    const Status status = state_->vendor().handle(call, fields, payload, reply, size);
    if (status == Status::success) return {size, call.not_before};
    return {write_failure(status, 0, ErrorReply::status, reply), now};
  }
  const auto protocol = served_protocol(fields.protocol);
  if (!protocol || !caller->offered(*protocol)) return {write_failure(Status::not_supported, 0, form, reply), now};

  Call call{*state_, server_of(*protocol),       *protocol, agent, *caller, limits,
            header,  caller->version(*protocol), now,       now};
  std::size_t size = 0;
  const Row* row = nullptr;
  const Status status = dispatch(call, fields, payload, reply, size, row);
  if (status == Status::success) return {size, call.not_before};
  const std::size_t full_size = row == nullptr ? 0 : row->reply_size(call.version);
  return {write_failure(status, full_size, form, reply), call.now};
}

void Platform::disconnect(AgentId agent) {
  advance();
  state_->disconnect(agent);
}

void Platform::share(AgentId agent, std::span<std::byte> memory) {
  if (state_->agent(agent) != nullptr) state_->windows().attach(*state_, agent, memory, state_->soc().now());
}

Instant Platform::next_event() const noexcept {
  const PlatformState& state = *state_;
  return std::min({state.soc().next_event(), state.vendor().next_event(), state_->windows().next_poll()});
}

void Platform::advance() {
  const Instant now = state_->soc().now();
  state_->soc().advance(now);
  state_->vendor().advance(now);
  if (state_->windows().next_poll() <= now) state_->windows().poll(*state_, now);
}

}  // namespace scmi::platform
