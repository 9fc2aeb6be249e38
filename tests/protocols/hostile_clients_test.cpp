// SPDX-License-Identifier: Apache-2.0
//
// Every operation of every client against a platform that spoils each message it sends: cut at every length, 0 and
// 2^32-1 in every word, counts inflated, names without an end. An error or a clean result, and an end of it. Driven by
// the catalogue and by client_operations.hpp; sanitizers watch.
#include <doctest/doctest.h>

#include <memory>

#include "tests/protocols/client_operations.hpp"
#include "tests/protocols/obedient_platform.hpp"

using namespace scmi;
using catalogue::Entry;
using catalogue::Kind;
using obedient::Bytes;
using operations::Operation;

namespace {

using Mutation = std::function<void(Bytes&)>;

/// Every way to spoil a payload of that size.
[[nodiscard]] std::vector<Mutation> mutations(std::size_t size) {
  std::vector<Mutation> all;
  for (std::size_t length = 0; length < size; ++length) {
    all.emplace_back([length](Bytes& b) { b.resize(std::min(b.size(), length)); });
  }
  for (std::size_t offset = 0; offset + 4 <= size; offset += 4) {
    for (const std::uint32_t word : {0U, 0xFFFF'FFFFU, 0x0000'0FFFU, 0xFFFF'0001U, 0x0001'0000U}) {
      all.emplace_back([offset, word](Bytes& b) {
        if (b.size() >= offset + 4) obedient::put_word(b, offset, word);
      });
    }
  }
  all.emplace_back(
      [](Bytes& b) { std::fill(b.begin() + std::min<std::ptrdiff_t>(4, std::ssize(b)), b.end(), std::byte{'x'}); });
  all.emplace_back([](Bytes& b) { b.resize(std::min<std::size_t>(b.size() + 101, 1000), std::byte{0xFF}); });
  return all;
}

/// Operations that ask about as many things as the platform says there are: up to 65535.
[[nodiscard]] bool goes_through_all(const Operation& operation) {
  return operation.name == "list" || operation.name == "by_name";
}

}  // namespace

TEST_CASE("hostile platform: the obedient one satisfies every client, so that spoiling it means something") {
  for (const Operation& operation : operations::all()) {
    CAPTURE(catalogue::protocol_name(operation.protocol));
    CAPTURE(std::string(operation.name));
    obedient::Platform platform;
    const auto error = operation.run(*platform.agent);
    const bool not_there = operation.name == "by_name" && error && error->is(LocalError::ambiguous);
    CHECK_MESSAGE((!error || not_there), (error ? describe(*error) : std::string()));
    CHECK_FALSE(platform.sent.empty());
  }
}

TEST_CASE("T5 hostile platform: every client operation survives every message spoilt in every simple way, and ends") {
  std::size_t errors = 0;
  auto platform = std::make_unique<obedient::Platform>();
  for (const Operation& operation : operations::all()) {
    // What it is answered with, when all is well.
    std::vector<std::tuple<const Entry*, Kind, std::size_t>> said;
    obedient::Platform learning;
    learning.spoil = [&](const Entry& entry, Kind kind, Bytes& bytes) {
      said.emplace_back(&entry, kind, bytes.size());
    };
    static_cast<void>(operation.run(*learning.agent));
    std::ranges::sort(said);
    said.erase(std::unique(said.begin(), said.end()), said.end());

    for (const auto& [entry, kind, size] : said) {
      for (const Mutation& mutation : mutations(size)) {
        if (platform->gone) platform = std::make_unique<obedient::Platform>();
        platform->count = 0;
        platform->spoil = [&, e = entry, k = kind](const Entry& about, Kind what, Bytes& bytes) {
          if (&about == e && what == k) mutation(bytes);
        };
        const auto error = operation.run(*platform->agent);
        if (error) ++errors;
        // Only a count of things to go through may keep a client busy for so long, and the end of the platform ends it.
        if (!platform->gone) continue;
        const bool by_count = goes_through_all(operation) && entry->info->message == MessageId(0x1);
        CHECK_MESSAGE(by_count, operation.name, " asks without end after a spoilt ", entry->name());
      }
    }
  }
  CHECK(errors > 1000);
}

TEST_CASE("T7 hostile platform: every listener survives every notification spoilt, and hears the next sound one") {
  std::set<std::pair<ProtocolId, MessageId>> heard_of;
  for (const operations::Listener& listener : operations::listeners()) {
    CAPTURE(std::string(listener.name));
    CHECK(heard_of.insert({listener.protocol, listener.notification}).second);
    obedient::Platform platform;
    int heard = 0;
    const Subscription subscription = listener.subscribe(*platform.agent, heard);
    REQUIRE(subscription);
    const Entry* entry = catalogue::find(listener.protocol, Kind::notification, listener.notification);
    REQUIRE(entry != nullptr);
    const Version newest = catalogue::find_protocol(listener.protocol)->newest;
    const Bytes sound = obedient::well_formed(catalogue::describe(*entry, Kind::notification, newest));
    const auto deliver = [&](const Bytes& bytes) {
      REQUIRE(platform.loop.deliver(platform.loop.notify(listener.protocol, listener.notification, bytes)));
      platform.agent->poll();
    };
    for (const Mutation& mutation : mutations(sound.size())) {
      Bytes bytes = sound;
      mutation(bytes);
      deliver(bytes);
    }
    const int before = heard;
    deliver(sound);
    CHECK(heard == before + 1);
    CHECK(platform.agent->counters()[Count::malformed] > 0);
  }
}
