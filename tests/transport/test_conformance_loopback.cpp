// SPDX-License-Identifier: Apache-2.0
//
// The conformance suite over the loopback, with a doorbell by callback and by descriptor, and with a channel of its own
// for the protocol that the suite talks to.
#include <map>

#include "tests/transport/conformance.hpp"
#include "transport/loopback.hpp"

namespace {

using namespace scmi;
using conformance::Command;
using transport::Loopback;
using transport::LoopbackCommand;
using transport::LoopbackOptions;

class LoopbackFixture : public conformance::Fixture {
 public:
  explicit LoopbackFixture(LoopbackOptions options = {}) : loop_(std::move(options)) {}

  Transport transport() override { return loop_.transport(); }

  std::optional<Command> next_command() override {
    auto command = loop_.next_command();
    if (!command) return std::nullopt;
    Command taken{command->use, command->header, command->payload};
    taken_[taken.id] = std::move(*command);
    return taken;
  }

  void respond(const Command& command, std::uint32_t header, std::span<const std::byte> payload) override {
    loop_.deliver(loop_.complete(taken_[command.id], message(header, payload)));
  }
  void respond_bad_length(const Command& command, std::uint32_t length) override {
    loop_.deliver(loop_.complete(taken_[command.id], std::vector<std::byte>(length)));
  }
  void respond_error(const Command& command) override { loop_.deliver(loop_.channel_error(taken_[command.id])); }

  bool send_p2a(std::uint32_t header, std::span<const std::byte> payload) override {
    return deliver_or_drop(loop_.p2a(message(header, payload)));
  }
  bool send_p2a_bad_length(std::uint32_t length) override {
    return deliver_or_drop(loop_.p2a(std::vector<std::byte>(length)));
  }
  bool p2a_idle() override { return p2a_sent_ == loop_.counts().given_back; }
  void ring(Direction direction) override { loop_.ring(protocol::base, direction); }
  void hang_up() override { loop_.hang_up(); }
  std::uint64_t violations() override { return loop_.counts().violations; }

 private:
  static std::vector<std::byte> message(std::uint32_t header, std::span<const std::byte> payload) {
    const auto word = std::as_bytes(std::span(&header, 1));
    std::vector<std::byte> bytes(word.begin(), word.end());
    bytes.insert(bytes.end(), payload.begin(), payload.end());
    return bytes;
  }
  bool deliver_or_drop(Loopback::DeliveryId id) {
    if (loop_.deliver(id)) {
      ++p2a_sent_;
      return true;
    }
    loop_.discard(id);
    return false;
  }

  Loopback loop_;
  std::map<std::uint64_t, LoopbackCommand> taken_;
  std::uint64_t p2a_sent_ = 0;
};

struct OwnChannel : LoopbackFixture {
  OwnChannel() : LoopbackFixture({.own_a2p = {protocol::clock}}) {}
};
struct ByDescriptor : LoopbackFixture {
  ByDescriptor() : LoopbackFixture({.max_in_flight = 16, .doorbell_fd = true}) {}
};

SCMI_CONFORMANCE_SUITE("loopback", LoopbackFixture)
SCMI_CONFORMANCE_SUITE("loopback, own channel", OwnChannel)
SCMI_CONFORMANCE_SUITE("loopback, descriptors", ByDescriptor)

}  // namespace
