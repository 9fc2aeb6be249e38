// SPDX-License-Identifier: Apache-2.0
//
// Which clock or domain a word on the command line means.
#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "protocols/fast_channel.hpp"
#include "tool/connection.hpp"
#include "tool/failure.hpp"
#include "tool/text.hpp"

namespace scmi::tool {

struct Candidate {
  std::uint32_t id = 0;
  std::string name;
};

/// A number is an id. A name has to be the whole name; if nothing has exactly that one, capitals do not matter. `kind`
/// is "clock", "power domain", .... Failures: usage, for a name that nothing has (naming what comes close) or that more
/// than one has (naming their ids).
[[nodiscard]] Outcome<std::uint32_t> choose(std::string_view kind, std::string_view word,
                                            std::span<const Candidate> candidates);

/// The client of a protocol. Failures: transport when the platform has no such protocol, those of Client::open.
template <class Client>
[[nodiscard]] Outcome<Client> open_client(Connection& connection, std::string_view protocol) {
  auto client = Client::open(connection.agent(), connection.call());
  if (client) return std::move(*client);
  if (client.error().is(LocalError::not_found)) {
    return tl::unexpected(Failure{Exit::transport, fmt::format("the platform has no {} protocol", protocol),
                                  "'scmi-tool info' shows what it has", client.error()});
  }
  return failed(fmt::format("opening the {} protocol", protocol), client.error());
}

/// The entity that a word means: a client's list() is asked for names only if the word is one. Failures: those of
/// choose(), usage also for an id that the client does not count, and those of list().
template <class Id, class Client>
[[nodiscard]] Outcome<Id> find_entity(Connection& connection, const Client& client, std::string_view kind,
                                      std::string_view word) {
  std::vector<Candidate> candidates;
  if (!parse_number32(word)) {
    const auto all = client.list(connection.call());
    if (!all) return failed(fmt::format("listing every {}", kind), all.error());
    for (const auto& entity : *all) candidates.push_back({entity.id.value, entity.name});
  }
  const auto id = choose(kind, word, candidates);
  if (!id) return tl::unexpected(id.error());
  if (*id >= client.count()) {
    return misused(fmt::format("there is no {} {}: the platform has {}", kind, *id, client.count()),
                   "the object's 'list' shows the ids");
  }
  return Id(*id);
}

/// The way that --via names: "fast", "message" or "auto". Failure: usage.
[[nodiscard]] Outcome<Via> parse_via(std::string_view word);
inline constexpr const char* via_help = "fast (channel), message, or auto; default message";

/// What a list shows of one entity: an answer that the platform refuses is unknown, everything else ends the list.
template <class T>
[[nodiscard]] Outcome<std::optional<T>> if_answered(std::string_view doing, const Result<T>& result) {
  if (result) return std::optional<T>(*result);
  if (result.error().origin == Origin::platform || result.error().is(LocalError::unsupported)) return std::nullopt;
  return failed(doing, result.error());
}

}  // namespace scmi::tool
