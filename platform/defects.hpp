// SPDX-License-Identifier: Apache-2.0
//
// Deliberate mistakes, to be planted in the platform: they prove that a conformance run finds them, and let agents meet
// platforms that err. Every mistake is made on messages, before the servers see them, after they have answered, or on
// the way out, so the servers themselves know nothing of it.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "platform/platform.hpp"
#include "scmi/message_header.hpp"
#include "scmi/status.hpp"

namespace scmi::platform {

/// One command and its reply, as a defect sees and spoils it.
struct Exchange {
  AgentId agent;
  std::uint32_t header = 0;
  std::vector<std::byte> request;
  std::vector<std::byte> reply;    ///< With the status word; as long as the channel allows at most.
  bool answered = false;           ///< Set before the servers see the command: they never do.
  std::uint32_t header_flaw = 0;   ///< Bits by which the reply's header differs from the command's.
  std::uint32_t& uses;             ///< How often the defect was there before.
  std::vector<std::byte>& memory;  ///< For the defect to keep.
  Handled& handled;                ///< When it is answered, and whether at all.
  std::function<void(std::uint32_t header, std::span<const std::uint32_t> words)> send;  ///< To the agent, by itself.

  [[nodiscard]] MessageHeader fields() const noexcept { return MessageHeader::unpack(header); }
  [[nodiscard]] std::uint32_t asked(std::size_t word) const noexcept;
  void ask(std::size_t word, std::uint32_t value);
  [[nodiscard]] std::uint32_t told(std::size_t word) const noexcept;
  void tell(std::size_t word, std::uint32_t value);
  [[nodiscard]] Status status() const noexcept { return static_cast<Status>(static_cast<std::int32_t>(told(0))); }
  /// The reply is that status and `words` zeros.
  void answer(Status status, std::size_t words = 0);
};

/// A message that the platform sends by itself.
struct Message {
  std::uint32_t header = 0;
  std::vector<std::byte> payload;
  bool dropped = false;
  std::uint32_t copies = 1;
};

struct Defect {
  std::string_view name;      ///< "clock-rates-descending".
  std::string_view sentence;  ///< What the platform does wrong.
  std::optional<ProtocolId> protocol{};
  std::optional<std::uint8_t> message{};
  void (*before)(Exchange&) = nullptr;
  void (*after)(Exchange&) = nullptr;
  void (*sending)(Message&) = nullptr;  ///< `message` is a notification's number then, or that of a delayed response.
  MessageType sent = MessageType::notification;
  void (*settle)(SocConfig&) = nullptr;  ///< What of it is a matter of the description (habits, platform/habits.hpp).
};

/// Everything that can be planted.
[[nodiscard]] std::span<const Defect> defects() noexcept;
/// nullptr if there is none of that name.
[[nodiscard]] const Defect* find_defect(std::string_view name) noexcept;

/// The defects of one platform. Stands between it and its transports.
class Defects final : public OutgoingSink {
 public:
  /// Borrows the sink.
  Defects(OutgoingSink& sink, const std::vector<const Defect*>& planted);

  using Serve = std::function<Handled(std::span<const std::byte> payload, std::span<std::byte> reply)>;
  /// Lets `serve` answer a command, and spoils what it is given and what it answers.
  [[nodiscard]] Handled around(AgentId agent, std::uint32_t header, std::span<const std::byte> payload,
                               std::span<std::byte> reply, const Serve& serve);
  void send(AgentId agent, ProtocolId protocol, std::uint32_t header, std::span<const std::byte> payload) override;

 private:
  struct Planted {
    const Defect* defect;
    std::uint32_t uses = 0;
    std::vector<std::byte> memory;
  };

  OutgoingSink& sink_;
  std::vector<Planted> planted_;
};

}  // namespace scmi::platform
