// SPDX-License-Identifier: Apache-2.0
//
// `agent`: who the platform serves, and what a trusted agent lets them do. Taking something from an agent that runs may
// bring it down, so that asks first.
#include <fmt/format.h>

#include <algorithm>

#include "protocols/base.hpp"
#include "protocols/catalogue.hpp"
#include "tool/choose.hpp"
#include "tool/command_line.hpp"
#include "tool/commands.hpp"

namespace scmi::tool {
namespace {

struct Words {
  std::string agent;     ///< Name or id.
  std::string device;    ///< Id: devices have no names.
  std::string protocol;  ///< Name or number.
  bool deny = false;
  bool permissions = false;
  std::string time = "1s";
};

[[nodiscard]] Outcome<AgentName> find_agent(Context& context, const std::string& word) {
  const BaseInfo& info = context.connection.agent().base();
  std::vector<Candidate> candidates;
  for (const AgentName& agent : info.agents) candidates.push_back({agent.id.value, agent.name});
  const auto id = choose("agent", word, candidates);
  if (!id) return tl::unexpected(id.error());
  const auto known = std::ranges::find(info.agents, AgentId(*id), &AgentName::id);
  return known != info.agents.end() ? *known : AgentName{AgentId(*id), "?"};
}

[[nodiscard]] Outcome<std::uint32_t> parse_device(const std::string& word) {
  if (const auto id = parse_number32(word)) return *id;
  return misused(fmt::format("'{}' is no device id", printable(word)), "devices are numbered by the platform's vendor");
}

[[nodiscard]] Outcome<ProtocolId> parse_protocol(const std::string& word) {
  if (const auto number = parse_number32(word); number && *number <= 0xFF) {
    return ProtocolId(static_cast<std::uint8_t>(*number));
  }
  for (unsigned id = 0; id <= 0xFF; ++id) {
    const ProtocolId protocol(static_cast<std::uint8_t>(id));
    if (catalogue::find_protocol(protocol) != nullptr && equal_but_case(catalogue::protocol_name(protocol), word)) {
      return protocol;
    }
  }
  return misused(fmt::format("there is no protocol '{}'", printable(word)), "'scmi-tool info' shows the protocols");
}

[[nodiscard]] Outcome<Base> open_base(Context& context) {
  auto base = Base::open(context.connection.agent());
  if (!base) return failed("opening the base protocol", base.error());
  return std::move(*base);
}

Outcome<void> list(Context& context) {
  const BaseInfo& info = context.connection.agent().base();
  std::vector<Record> rows;
  for (const AgentName& agent : info.agents) {
    rows.push_back({{"id", agent.id.value}, {"name", agent.name}, {"self", info.self && info.self->id == agent.id}});
  }
  context.report.add_table("agents", std::move(rows));
  return {};
}

void report_permission(Report& report, const AgentName& agent, std::uint32_t device, bool allowed) {
  report.add("agent_id", agent.id.value);
  report.add("agent_name", agent.name);
  report.add("device", device);
  report.add("allowed", allowed);
}

Outcome<void> permit_device(Context& context, const Words& words) {
  const auto device = parse_device(words.device);
  if (!device) return tl::unexpected(device.error());
  const auto agent = find_agent(context, words.agent);
  if (!agent) return tl::unexpected(agent.error());
  const std::string what = fmt::format("device {} to agent {} ({})", *device, agent->id.value, printable(agent->name));
  if (words.deny) {
    if (auto sure = context.confirm.ask("Deny " + what); !sure) return sure;
  }
  const auto base = open_base(context);
  if (!base) return tl::unexpected(base.error());
  if (auto set = base->set_device_permissions(agent->id, *device, !words.deny, context.connection.call()); !set) {
    return failed((words.deny ? "denying " : "permitting ") + what, set.error());
  }
  report_permission(context.report, *agent, *device, !words.deny);
  return {};
}

Outcome<void> permit_protocol(Context& context, const Words& words) {
  const auto device = parse_device(words.device);
  if (!device) return tl::unexpected(device.error());
  const auto protocol = parse_protocol(words.protocol);
  if (!protocol) return tl::unexpected(protocol.error());
  const auto agent = find_agent(context, words.agent);
  if (!agent) return tl::unexpected(agent.error());
  const std::string what = fmt::format("protocol {:#04x} on device {} to agent {} ({})", protocol->value, *device,
                                       agent->id.value, printable(agent->name));
  if (words.deny) {
    if (auto sure = context.confirm.ask("Deny " + what); !sure) return sure;
  }
  const auto base = open_base(context);
  if (!base) return tl::unexpected(base.error());
  const auto set =
      base->set_protocol_permissions(agent->id, *device, *protocol, !words.deny, context.connection.call());
  if (!set) return failed((words.deny ? "denying " : "permitting ") + what, set.error());
  report_permission(context.report, *agent, *device, !words.deny);
  context.report.add("protocol", protocol->value, Measure::none, Style::hex);
  return {};
}

Outcome<void> reset(Context& context, const Words& words) {
  const auto agent = find_agent(context, words.agent);
  if (!agent) return tl::unexpected(agent.error());
  const std::string what =
      fmt::format("{} of agent {} ({})", words.permissions ? "all settings and permissions" : "all settings",
                  agent->id.value, printable(agent->name));
  if (auto sure = context.confirm.ask("Reset " + what); !sure) return sure;
  const auto base = open_base(context);
  if (!base) return tl::unexpected(base.error());
  if (auto done = base->reset_agent_configuration(agent->id, words.permissions, context.connection.call()); !done) {
    return failed("resetting " + what, done.error());
  }
  context.report.add("agent_id", agent->id.value);
  context.report.add("agent_name", agent->name);
  context.report.add("permissions", words.permissions);
  return {};
}

/// Listens for a while, and tells what failed without anybody to answer.
Outcome<void> errors(Context& context, const Words& words) {
  const auto time = parse_duration(words.time);
  if (!time) return misused(fmt::format("'{}' is no time", printable(words.time)), "say 500ms, 10s or 2m");
  const auto base = open_base(context);
  if (!base) return tl::unexpected(base.error());
  std::vector<Record> rows;
  const auto watch = base->watch_errors(
      [&](const base_protocol::ErrorEvent& event) {
        const bool fatal = base_protocol::ErrorEvent::fatal.test(event.error_status);
        const auto add = [&](Value header, Value status) {
          rows.push_back({{"agent_id", event.agent_id.value},
                          {"fatal", fatal},
                          {"command_header", std::move(header), Measure::none, Style::hex},
                          {"status", std::move(status)}});
        };
        for (const auto& report : event.reports) {
          add(report.command_header,
              Named{static_cast<std::int64_t>(report.command_status), std::string(name(report.command_status))});
        }
        if (event.reports.empty()) add({}, {});
      },
      context.connection.call());
  if (!watch) return failed("asking for error notifications", watch.error());
  Agent& agent = context.connection.agent();
  TimeSource& clock = agent.registry()->services().clock;
  const Instant until = clock.now() + *time;
  while (clock.now() < until) static_cast<void>(agent.wait(until));
  context.report.add_table("errors", std::move(rows));
  return {};
}

}  // namespace

void add_agent(CommandLine& line) {
  Words& words = line.keep<Words>();
  const auto with = [&words](Outcome<void> (*run)(Context&, const Words&)) {
    return [&words, run](Context& c) { return run(c, words); };
  };
  const auto denying = [&words] { return words.deny; };
  Object agent = line.object("agent", "agents, and what they may do");
  constexpr const char* who = "name or id";
  agent.verb("list", "all agents", list);
  agent.verb("permit-device", "let an agent use a device, or with --deny no longer", with(permit_device), denying)
      .argument("agent", words.agent, who)
      .argument("device", words.device, "id")
      .flag("--deny", words.deny, "take it away");
  agent
      .verb("permit-protocol", "let an agent use one protocol on a device, or with --deny no longer",
            with(permit_protocol), denying)
      .argument("agent", words.agent, who)
      .argument("device", words.device, "id")
      .argument("protocol", words.protocol, "name or number")
      .flag("--deny", words.deny, "take it away");
  agent.verb("reset", "undo everything an agent has set", with(reset), always)
      .argument("agent", words.agent, who)
      .flag("--permissions", words.permissions, "and give back what was taken from it");
  agent.verb("errors", "listen for commands that failed without an answer", with(errors))
      .option("--for", "TIME", words.time, "how long; default 1s");
}

}  // namespace scmi::tool
