// SPDX-License-Identifier: Apache-2.0
//
// Protocol by version: every client works with every release of the platform, with every version of its protocol, and
// with every older version that was negotiated.
#include <doctest/doctest.h>

#include "platform/versions.hpp"
#include "protocols/catalogue.hpp"
#include "tests/protocols/client_operations.hpp"
#include "tests/protocols/real_platform.hpp"

using namespace scmi;
using platform::ProtocolRow;

namespace {

/// A client may be refused something, by the platform or by its version; it may not misunderstand.
void works(const operations::Operation& operation, Agent& agent) {
  CAPTURE(catalogue::protocol_name(operation.protocol));
  CAPTURE(std::string(operation.name));
  const auto error = operation.run(agent);
  if (operation.name == "list" || operation.name == "describe") {
    CHECK_MESSAGE(!error, (error ? describe(*error) : std::string()));
  }
  if (!error) return;
  const bool refused = error->origin == Origin::platform || error->is(LocalError::unsupported) ||
                       error->is(LocalError::not_found) || error->is(LocalError::ambiguous);
  CHECK_MESSAGE(refused, describe(*error));
}

[[nodiscard]] std::string with_version(const ProtocolRow& row, Version version) {
  return real::soc(real::juno) + "\n[versions]\n" + std::string(row.name) + " = " + std::to_string(version.word) + '\n';
}

}  // namespace

TEST_CASE("version matrix: every operation of every client, with each release") {
  for (std::size_t release = 0; release < platform::releases.size(); ++release) {
    CAPTURE(std::string(platform::releases[release]));
    const std::string profile = "profile = \"" + std::string(platform::releases[release]) + '"';
    const std::string text = real::soc(real::juno, "profile = \"3.2\"", profile);
    std::size_t tried = 0;
    for (const ProtocolRow& row : platform::served_protocols) {
      real::Bench bench(text);
      if (!bench.agent().has(row.id)) continue;
      const std::array known = {catalogue::find_protocol(row.id)->newest};
      const auto opened = open_protocol(bench.agent(), row.id, known);
      REQUIRE(opened);
      CHECK(opened->link.version() == row.by_release[release]);
      for (const operations::Operation& operation : operations::all()) {
        if (operation.protocol != row.id) continue;
        works(operation, bench.agent());
        ++tried;
      }
    }
    CHECK(tried > 40);
  }
}

TEST_CASE("version matrix: every operation of every client, with each version of its protocol") {
  for (const ProtocolRow& row : platform::served_protocols) {
    for (const Version version : row.known) {
      CAPTURE(version.word);
      real::Bench bench(with_version(row, version));
      if (!bench.agent().has(row.id)) continue;
      for (const operations::Operation& operation : operations::all()) {
        if (operation.protocol == row.id) works(operation, bench.agent());
      }
    }
  }
}

TEST_CASE("version matrix: each older version that is negotiated is spoken from then on") {
  std::size_t negotiated = 0;
  for (const ProtocolRow& row : platform::served_protocols) {
    for (const Version older : row.known) {
      real::Bench bench(real::soc(real::juno));
      if (!bench.agent().has(row.id) || older >= row.known.back()) continue;
      CAPTURE(std::string(row.name));
      CAPTURE(older.word);
      const std::array known = {older};
      const auto opened = open_protocol(bench.agent(), row.id, known);
      REQUIRE(opened);
      CHECK(opened->negotiated);
      CHECK(opened->link.version() == older);
      ++negotiated;
      for (const catalogue::Entry& entry : catalogue::entries()) {
        if (entry.protocol != row.id || entry.is_notification()) continue;
        const auto layout = catalogue::describe(entry, catalogue::Kind::command, older);
        std::size_t size = 0;
        for (const catalogue::FieldInfo& field : layout) size += field.size;
        const std::vector<std::byte> request(size);
        std::array<std::byte, 128> reply;
        const auto n = opened->link.transact(entry.info->message, request, reply);
        REQUIRE(n);
        CAPTURE(entry.name());
        const auto decoded = catalogue::decode(entry, catalogue::Kind::response, std::span(reply).first(*n), older);
        REQUIRE(decoded);
        CHECK(decoded->trailing_bytes == 0);
        const bool unknown = entry.info->since > older && entry.info->message != NegotiateProtocolVersion::info.message;
        if (unknown) CHECK(decoded->status == Status::not_found);
      }
    }
  }
  CHECK(negotiated > 8);
}
