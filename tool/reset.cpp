// SPDX-License-Identifier: Apache-2.0
//
// `reset`: reset domains.
#include <fmt/format.h>

#include "protocols/reset_domain.hpp"
#include "tool/choose.hpp"
#include "tool/command_line.hpp"
#include "tool/commands.hpp"

namespace scmi::tool {
namespace {

constexpr std::string_view kind = "reset domain";

struct Words {
  std::string domain;          ///< Name or id.
  std::string state = "cold";  ///< "cold" or a number.
  bool async = false;
};

/// What is done to a domain.
enum class Deed : std::uint8_t { assert_line, deassert_line, pulse };

[[nodiscard]] std::string_view name(Deed deed) {
  switch (deed) {
    case Deed::assert_line: return "assert";
    case Deed::deassert_line: return "deassert";
    case Deed::pulse: return "pulse";
  }
  return "";
}

[[nodiscard]] std::string_view spoken(Deed deed) {
  switch (deed) {
    case Deed::assert_line: return "Assert the reset of";
    case Deed::deassert_line: return "Deassert the reset of";
    case Deed::pulse: return "Reset";
  }
  return "";
}

[[nodiscard]] std::optional<std::uint32_t> parse_state(std::string_view word) {
  if (equal_but_case(word, "cold")) return reset_domain_protocol::cold_reset;
  return parse_number32(word);
}

[[nodiscard]] Record row_of(const ResetDomainInfo& info) {
  return {{"id", info.id.value},
          {"name", info.name},
          {"async", info.async_reset},
          {"notify", info.reset_notify},
          {"latency", info.latency_us ? Value(*info.latency_us) : Value(), Measure::microseconds}};
}

/// The client, and the domain a command is about.
struct Chosen {
  ResetDomains domains;
  ResetDomainInfo info;
};

[[nodiscard]] Outcome<Chosen> choose_domain(Context& context, const std::string& word) {
  auto domains = open_client<ResetDomains>(context.connection, kind);
  if (!domains) return tl::unexpected(domains.error());
  const auto id = find_entity<DomainId>(context.connection, *domains, kind, word);
  if (!id) return tl::unexpected(id.error());
  auto info = domains->describe(*id, context.connection.call());
  if (!info) return failed(fmt::format("describing {} {}", kind, id->value), info.error());
  return Chosen{std::move(*domains), std::move(*info)};
}

Outcome<void> list(Context& context) {
  const auto domains = open_client<ResetDomains>(context.connection, kind);
  if (!domains) return tl::unexpected(domains.error());
  const auto all = domains->list(context.connection.call());
  if (!all) return failed("listing the reset domains", all.error());
  std::vector<Record> rows;
  for (const ResetDomainInfo& info : *all) rows.push_back(row_of(info));
  context.report.add_table("reset_domains", std::move(rows));
  return {};
}

Outcome<void> get(Context& context, const Words& words) {
  const auto chosen = choose_domain(context, words.domain);
  if (!chosen) return tl::unexpected(chosen.error());
  for (Item& item : row_of(chosen->info)) {
    context.report.add(item.key, std::move(item.value), item.measure, item.style);
  }
  return {};
}

/// Returns when the domain has been through it.
[[nodiscard]] Result<void> perform(Context& context, const Chosen& chosen, Deed deed, std::uint32_t state, bool async) {
  const DomainId id = chosen.info.id;
  const CallOptions call = context.connection.call();
  switch (deed) {
    case Deed::assert_line: return chosen.domains.assert_reset(id, state, call);
    case Deed::deassert_line: return chosen.domains.deassert_reset(id, state, call);
    case Deed::pulse: break;
  }
  if (!async) return chosen.domains.reset(id, state, call);
  auto pending = chosen.domains.reset_async(id, state, context.connection.pending());
  if (!pending) return pending.error();
  return pending->wait();
}

Outcome<void> act(Context& context, const Words& words, Deed deed) {
  const auto state = parse_state(words.state);
  if (!state) return misused(fmt::format("'{}' is no reset state", printable(words.state)), "say cold or 0x...");
  const auto chosen = choose_domain(context, words.domain);
  if (!chosen) return tl::unexpected(chosen.error());
  const ResetDomainInfo& info = chosen->info;
  const std::string what = fmt::format("{} {} {} ({})", spoken(deed), kind, info.id.value, printable(info.name));
  if (deed != Deed::deassert_line) {
    if (auto sure = context.confirm.ask(what); !sure) return sure;
  }
  if (auto done = perform(context, *chosen, deed, *state, words.async); !done) {
    return failed(fmt::format("reset {} of {} {} ({})", name(deed), kind, info.id.value, info.name), done.error());
  }
  context.report.add("id", info.id.value);
  context.report.add("name", info.name);
  context.report.add("action", name(deed));
  context.report.add(
      "reset_state",
      Named{static_cast<std::int64_t>(*state), *state == reset_domain_protocol::cold_reset ? "COLD_RESET" : ""},
      Measure::none, Style::hex);
  if (deed == Deed::pulse) context.report.add("async", words.async);
  return {};
}

}  // namespace

void add_reset(CommandLine& line) {
  Words& words = line.keep<Words>();
  const auto doing = [&words](Deed deed) { return [&words, deed](Context& c) { return act(c, words, deed); }; };
  constexpr const char* which = "name or id";
  constexpr const char* state = "cold (default), or a state of the platform's own (0x8...)";
  Object reset = line.object("reset", "reset domains");
  reset.verb("list", "all domains", list);
  reset.verb("get", "one domain", [&words](Context& c) { return get(c, words); })
      .argument("domain", words.domain, which);
  reset.verb("assert", "put a domain into reset and leave it there", doing(Deed::assert_line), always)
      .argument("domain", words.domain, which)
      .option("--state", "STATE", words.state, state);
  reset.verb("deassert", "take a domain out of reset", doing(Deed::deassert_line))
      .argument("domain", words.domain, which)
      .option("--state", "STATE", words.state, state);
  reset.verb("pulse", "have the platform reset a domain: assert, wait, deassert", doing(Deed::pulse), always)
      .argument("domain", words.domain, which)
      .option("--state", "STATE", words.state, state)
      .flag("--async", words.async, "as an asynchronous command; waits for its delayed response");
}

}  // namespace scmi::tool
