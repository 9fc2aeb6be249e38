// SPDX-License-Identifier: Apache-2.0
//
// Cases of the Base protocol: who the platform and its agents are, which protocols there are, error notifications, and
// what only a trusted agent may do.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "scmi/base_messages.hpp"
#include "tool/check/layout.hpp"
#include "tool/check/trial.hpp"

namespace scmi::tool::check {
namespace {

using namespace base_protocol;

/// The probe met something that stops an ordinary agent.
void probe(Trial& t) {
  const auto& faults = t.subject().agent().base().faults;
  if (faults.empty()) return;
  t.fail(fmt::format("a platform that an agent can probe, but: {}", describe(faults.front())));
}

void unknown_protocol(Trial& t) {
  for (const std::uint8_t id : {std::uint8_t{0x00}, std::uint8_t{0x0F}, std::uint8_t{0x7F}}) {
    const Answer answer = t.subject().ask(ProtocolId(id), ProtocolVersion::info.message, {});
    if (!answer.is(Status::not_supported)) {
      return t.fail(fmt::format("NOT_SUPPORTED from protocol {:#04x}, not {}", id,
                                answer.came() ? name(answer.status()) : "silence"));
    }
  }
}

/// A standard protocol that the platform does not list does not answer.
void unlisted_protocol(Trial& t) {
  for (const catalogue::ProtocolEntry& entry : catalogue::protocols()) {
    if (t.subject().lists(entry.id)) continue;
    const Answer answer = t.subject().ask(entry.id, ProtocolVersion::info.message, {});
    if (answer.is(Status::not_supported) || answer.is(Status::denied)) continue;
    return t.fail(fmt::format("NOT_SUPPORTED or DENIED from {}, which is not listed", entry.name));
  }
}

[[nodiscard]] std::uint32_t announced(Trial& t) {
  const auto reply = t.read(ProtocolAttributes{});
  return reply ? ProtocolAttributes::Reply::num_protocols.get(reply->attributes) : 0;
}

void protocol_list(Trial& t) {
  const std::uint32_t total = announced(t);
  if (t.failed()) return;
  std::vector<std::uint8_t> ids;
  while (ids.size() < total) {
    const Answer answer = t.send(DiscoverListProtocols{static_cast<std::uint32_t>(ids.size())});
    const auto reply = t.decoded<DiscoverListProtocols::Reply>(answer);
    if (!reply) return;
    const std::size_t n = reply->protocols.size();
    if (!t.require(n != 0, fmt::format("{} protocols in all", total))) return;
    if (!t.require(answer.payload.size() == 8 + 4 * ((n + 3) / 4), "as many words as the count needs")) return;
    for (std::size_t i = 8 + n; i < answer.payload.size(); ++i) {
      if (!t.require(answer.payload[i] == std::byte{0}, "unused bytes of the last word to be zero")) return;
    }
    for (const ProtocolId id : reply->protocols) ids.push_back(id.value);
  }
  if (!t.require(ids.size() == total, fmt::format("{} protocols in all, as announced", total))) return;
  const std::set<std::uint8_t> unique(ids.begin(), ids.end());
  if (!t.require(unique.size() == ids.size(), "no protocol twice")) return;
  if (!t.require(!unique.contains(protocol::base.value), "no Base protocol in the list")) return;
  if (!std::ranges::is_sorted(ids)) t.warn("ascending ids");
  for (const std::uint8_t id : ids) {
    const Answer answer = t.subject().ask(ProtocolId(id), ProtocolVersion::info.message, {});
    if (!t.require(answer.is(Status::success), fmt::format("an answer of listed protocol {:#04x}", id))) return;
  }
}

void list_end(Trial& t) {
  const std::uint32_t total = announced(t);
  if (t.failed()) return;
  const Answer at_end = t.send(DiscoverListProtocols{total});
  if (!t.expect(at_end, {Status::success, Status::invalid_parameters})) return;
  if (!t.require(!at_end.is(Status::success) || at_end.word(1) == 0, "no protocols behind the last one")) return;
  for (const std::uint32_t skip : {total + 1, 0xFFFF'FFFFU}) {
    if (!t.expect(t.send(DiscoverListProtocols{skip}), Status::invalid_parameters)) return;
  }
}

void list_parts(Trial& t) {
  const auto whole = t.read(DiscoverListProtocols{0});
  if (!whole) return;
  for (std::uint32_t skip = 1; skip < whole->protocols.size(); ++skip) {
    const auto rest = t.read(DiscoverListProtocols{skip});
    if (!rest) return;
    if (!t.require(!rest->protocols.empty() && rest->protocols.front() == whole->protocols[skip],
                   "the list from where skip says")) {
      return;
    }
  }
}

void identity(Trial& t) {
  const auto vendor = t.read(DiscoverVendor{});
  if (!vendor) return;
  if (vendor->vendor_identifier.view().empty()) t.warn("a vendor that has a name");
  const auto again = t.read(DiscoverVendor{});
  if (again) t.require(*again == *vendor, "the same vendor when asked again");
}

void implementation_version(Trial& t) {
  const auto first = t.read(DiscoverImplementationVersion{});
  if (!first) return;
  const auto again = t.read(DiscoverImplementationVersion{});
  if (!again || !t.require(*again == *first, "the same version when asked again")) return;
  if (first->implementation_version == 0) t.warn("a version above 0, which every release raises");
}

void agents(Trial& t) {
  const auto attributes = t.read(ProtocolAttributes{});
  if (!attributes) return;
  const std::uint32_t count = ProtocolAttributes::Reply::num_agents.get(attributes->attributes);
  if (!t.require(count != 0, "num_agents above 0, since agents can be discovered")) return;
  const bool tells_id = t.version() >= version_2_0;
  for (const std::uint32_t id : some_entities(count + 1, 16)) {
    const auto agent = t.read(DiscoverAgent{AgentId(id)});
    if (!agent) return;
    if (!t.require(!tells_id || agent->agent_id.value == id, "the id that was asked about")) return;
    if (id == 0 && !t.require(agent->name.view().starts_with("platform"), "a name that begins with platform")) return;
  }
  t.expect(t.send(DiscoverAgent{AgentId(count + 1)}), Status::not_found);
}

void oneself(Trial& t) {
  const auto attributes = t.read(ProtocolAttributes{});
  if (!attributes) return;
  const std::uint32_t count = ProtocolAttributes::Reply::num_agents.get(attributes->attributes);
  const auto me = t.read(DiscoverAgent{self});
  if (!me) return;
  if (!t.require(me->agent_id.value >= 1 && me->agent_id.value <= count, "the caller's own id")) return;
  const auto same = t.read(DiscoverAgent{me->agent_id});
  if (same) t.require(*same == *me, "the same agent by its id");
}

void bad_enable(Trial& t) {
  for (const std::uint32_t value : {2U, 0xFU, 0xFFFF'FFFFU}) {
    if (!t.expect(t.send(NotifyErrors{value}), Status::invalid_parameters)) return;
  }
}

/// Where the caller is trusted these commands exist; everybody else is told so.
void permissions_of_strangers(Trial& t) {
  const std::uint32_t nobody = 0xFFFF'FFF0;
  const bool trusted = t.offers(SetDevicePermissions::info.message);
  const std::initializer_list<Status> refused = {Status::denied, Status::not_found, Status::not_supported};
  if (trusted) {
    if (!t.expect(t.send(SetDevicePermissions{AgentId(nobody), 0, 1}), Status::not_found)) return;
    if (!t.expect(t.send(SetDevicePermissions{AgentId(1), nobody, 1}), Status::not_found)) return;
    t.expect(t.send(ResetAgentConfiguration{AgentId(nobody), 0}), Status::not_found);
    return;
  }
  if (!t.expect(t.send(SetDevicePermissions{AgentId(1), 0, 1}), refused)) return;
  if (!t.expect(t.send(SetProtocolPermissions{AgentId(1), 0, protocol::clock.value, 1}), refused)) return;
  t.expect(t.send(ResetAgentConfiguration{AgentId(nobody), 0}), refused);
}

void permission_flags(Trial& t) {
  if (!t.expect(t.send(SetDevicePermissions{AgentId(1), 0, 0xF}), Status::invalid_parameters)) return;
  t.expect(t.send(ResetAgentConfiguration{AgentId(1), 0xF}), Status::invalid_parameters);
}

}  // namespace

void add_base_cases(Cases& cases) {
  const auto add = [&](const char* id, const char* section, void (*run)(Trial&)) -> Case& {
    return cases.emplace_back(Case{std::string("base.") + id, std::string("DEN0056 ") + section, protocol::base,
                                   version_1_0, std::nullopt, false, run});
  };
  add("probe", "agents, discovery", probe);
  add("unknown_protocol", "protocol identifiers", unknown_protocol);
  add("unlisted_protocol", "protocol identifiers", unlisted_protocol);
  add("identity", "BASE_DISCOVER_VENDOR", identity);
  add("implementation_version", "BASE_DISCOVER_IMPLEMENTATION_VERSION", implementation_version);
  add("protocol_list", "BASE_DISCOVER_LIST_PROTOCOLS", protocol_list);
  add("protocol_list.end", "BASE_DISCOVER_LIST_PROTOCOLS", list_end);
  add("protocol_list.skip", "BASE_DISCOVER_LIST_PROTOCOLS", list_parts);
  add("agents", "BASE_DISCOVER_AGENT", agents).command = DiscoverAgent::info.message;
  Case& own = add("agents.self", "BASE_DISCOVER_AGENT", oneself);
  own.command = DiscoverAgent::info.message;
  own.since = version_2_0;
  add("notify_errors.bad_enable", "BASE_NOTIFY_ERRORS", bad_enable).command = NotifyErrors::info.message;
  add("permissions", "BASE_SET_DEVICE_PERMISSIONS", permissions_of_strangers).since = version_2_0;
  Case& flags = add("permissions.flags", "BASE_SET_DEVICE_PERMISSIONS", permission_flags);
  flags.since = version_2_0;
  flags.command = SetDevicePermissions::info.message;
}

}  // namespace scmi::tool::check
