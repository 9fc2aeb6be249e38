// SPDX-License-Identifier: Apache-2.0
//
// The platform's end of a simulated transport: what the agent published comes out, answers right and wrong go in, at
// the moment they are put in. Delays are the history's business.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "fuzz/sim/plan.hpp"
#include "fuzz/sim/scheduler.hpp"
#include "scmi/channel_registry.hpp"

namespace scmi::sim {

/// A command as the platform has it.
struct WireCommand {
  ProtocolId channel{};  ///< Whose channel it came on.
  std::uint32_t header = 0;
  std::vector<std::byte> payload;
  std::uint16_t loan = 0;
  std::uint64_t use = 0;  ///< Which use of that loan, or of the area.
};

/// Hears of what the agent does, inside the transport's functions.
class WireListener {
 public:
  virtual ~WireListener() = default;
  /// A command was published. Must not call the library.
  virtual void commanded(WireCommand command) = 0;
  /// A channel is being set up: the transport may call from now on, and the agent is not ready yet.
  virtual void opening(ProtocolId channel, Direction direction) = 0;
};

enum class Bell : std::uint8_t { ring, silent };

/// All but transport() are called inside a task, and may run the agent's callbacks.
class Wire {
 public:
  virtual ~Wire() = default;
  [[nodiscard]] virtual Transport transport() = 0;
  /// Whether what a command came in is still there to be answered into: not if an area holds a newer one.
  [[nodiscard]] virtual bool answerable(const WireCommand& command) const = 0;
  /// Returns a command's buffer or area with these bytes in it, header first. False: not answerable.
  virtual bool complete(const WireCommand& command, std::span<const std::byte> bytes, Bell bell) = 0;
  /// The same with the channel error mark.
  virtual bool channel_error(const WireCommand& command, Bell bell) = 0;
  /// A message on Base's A2P channel that returns nothing. False: the transport cannot carry such a thing.
  virtual bool stray(std::span<const std::byte> bytes) = 0;
  /// A P2A message; waits its turn.
  virtual void post(std::span<const std::byte> bytes) = 0;
  virtual void ring(ProtocolId channel, Direction direction) = 0;
  virtual void hang_up() = 0;
  /// A new epoch over the same memory.
  virtual void restart() = 0;
  /// Whether the platform has kept something so that no further command can be sent on the channel.
  [[nodiscard]] virtual bool blocked(ProtocolId channel) const = 0;
  /// Buffers of the channel that the platform has.
  [[nodiscard]] virtual std::size_t kept(ProtocolId channel) const = 0;
  /// Open channels, for stale bells.
  struct Callee {
    ChannelHandle handle;
    std::shared_ptr<ChannelRegistry> registry;
  };
  [[nodiscard]] virtual Callee callee(ProtocolId channel, Direction direction) const = 0;
  [[nodiscard]] virtual std::size_t open_channels() const = 0;
  /// How often the agent broke the contract of ChanOps.
  [[nodiscard]] virtual std::uint64_t violations() const = 0;
  /// P2A messages not yet taken.
  [[nodiscard]] virtual std::size_t waiting() const = 0;
};

/// Over transport::Loopback: lent buffers, many in flight.
[[nodiscard]] std::unique_ptr<Wire> make_ring(const Plan& plan, Scheduler& scheduler, WireListener& listener);
/// Over shared-memory areas (transport::ShmArea) with doorbells that call.
[[nodiscard]] std::unique_ptr<Wire> make_area(const Plan& plan, Scheduler& scheduler, WireListener& listener);

inline constexpr std::uint32_t wire_max_payload = 100;  ///< Bytes after the header.

}  // namespace scmi::sim
