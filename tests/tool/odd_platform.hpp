// SPDX-License-Identifier: Apache-2.0
//
// A platform inside the test that behaves as no real one should: it answers from a table of texts, says nothing, sends
// too little, or dies, message by message.
#pragma once

#include <doctest/doctest.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "protocols/catalogue.hpp"
#include "tests/platform/child_process.hpp"
#include "transport/mailbox_server.hpp"
#include "transport/service_loop.hpp"

namespace scmi::tool::test {

/// What to do about a request.
struct Odd {
  enum class Kind : std::uint8_t { answer, silent, bytes, die };
  Kind kind = Kind::answer;
  std::vector<std::string> fields;  ///< answer: "name=value", as raw takes them; "status=DENIED" for an error.
  std::size_t count = 0;            ///< bytes: so many zero bytes instead of a reply.
};

class OddPlatform {
 public:
  using Table = std::map<std::string, Odd>;

  /// `table` names messages ("clock.rate_get"); what it does not name is answered as a platform with two clocks would.
  explicit OddPlatform(Table table) : table_(std::move(table)), stop_(::eventfd(0, EFD_CLOEXEC)) {
    std::string why;
    auto server = transport::MailboxServer::listen(
        {.path = socket, .agents = {{.id = AgentId(1), .name = "odd", .channels = {{.protocols = {protocol::base}}}}}},
        {}, &why);
    CAPTURE(why);
    REQUIRE(server);
    server_ = std::move(*server);
    thread_ = std::thread([this] { serve(); });
  }
  ~OddPlatform() {
    const std::uint64_t one = 1;
    CHECK(::write(stop_.get(), &one, sizeof one) == sizeof one);
    thread_.join();
  }
  OddPlatform(const OddPlatform&) = delete;
  OddPlatform& operator=(const OddPlatform&) = delete;

  [[nodiscard]] std::string spec() const { return "mailbox:" + socket; }
  /// Waits until a request came that nobody answers.
  void await_silence() const { silenced_.wait(false); }

  platform::test::TemporaryFolder folder;
  std::string socket = folder / "mailbox";

 private:
  static Odd ordinary(const std::string& name) {
    static const Table answers{
        {"base.protocol_version", {.fields = {"version=0x20001"}}},
        {"base.protocol_attributes", {.fields = {"num_agents=0", "num_protocols=1"}}},
        {"base.discover_vendor", {.fields = {"vendor_identifier=odd"}}},
        {"base.discover_sub_vendor", {.fields = {"sub_vendor_identifier=odd"}}},
        {"base.discover_implementation_version", {.fields = {"implementation_version=7"}}},
        {"base.discover_list_protocols", {.fields = {"protocols=0x14"}}},
        {"clock.protocol_version", {.fields = {"version=0x30000"}}},
        {"clock.protocol_attributes", {.fields = {"num_clocks=2", "max_async_requests=0"}}},
        {"clock.attributes", {.fields = {"attributes=0", "name=TWIN", "clock_enable_delay=0"}}},
        {"clock.rate_get", {.fields = {"rate=1000"}}},
    };
    const auto found = answers.find(name);
    return found != answers.end() ? found->second : Odd{.fields = {"status=NOT_SUPPORTED"}};
  }

  void serve() {
    transport::ServiceLoop loop([this](transport::PlatformEndpoint& from, const transport::Request& request) {
      const MessageHeader header = MessageHeader::unpack(request.header);
      const auto* entry = catalogue::find(header.protocol, catalogue::Kind::command, header.message);
      const auto named = entry != nullptr ? table_.find(entry->name()) : table_.end();
      answer(from, request, entry, named != table_.end() ? named->second : ordinary(entry ? entry->name() : ""));
    });
    loop.add(*server_);
    bool running = true;
    loop.watch(stop_.get(), [&running] { running = false; });
    while (running && !dead_) loop.run_once(std::chrono::seconds(10));
    server_.reset();
  }

  void answer(transport::PlatformEndpoint& from, const transport::Request& request, const catalogue::Entry* entry,
              const Odd& odd) {
    std::vector<std::byte> payload(odd.count);
    switch (odd.kind) {
      case Odd::Kind::die: dead_ = true; return;
      case Odd::Kind::silent:
        silenced_ = true;
        silenced_.notify_all();
        return;
      case Odd::Kind::bytes: break;
      case Odd::Kind::answer: payload = encoded(entry, odd.fields);
    }
    static_cast<void>(from.respond(request, payload));
  }

  static std::vector<std::byte> encoded(const catalogue::Entry* entry, const std::vector<std::string>& fields) {
    std::vector<catalogue::Argument> arguments;
    for (const std::string& field : fields) arguments.push_back(*catalogue::parse_argument(field));
    if (entry == nullptr) return std::vector<std::byte>(4, std::byte{0xFF});  // NOT_SUPPORTED
    const auto made = catalogue::encode(*entry, catalogue::Kind::response, arguments,
                                        catalogue::find_protocol(entry->protocol)->newest);
    CHECK_MESSAGE(made, (made ? "" : made.error().text));
    return made.value_or(std::vector<std::byte>{});
  }

  Table table_;
  transport::UniqueFd stop_;
  std::unique_ptr<transport::MailboxServer> server_;
  bool dead_ = false;  // of the serving thread alone
  std::atomic<bool> silenced_{false};
  std::thread thread_;
};

}  // namespace scmi::tool::test
