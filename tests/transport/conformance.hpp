// SPDX-License-Identifier: Apache-2.0
//
// What every transport must do, as one suite. A transport's test writes a Fixture, its platform side, and instantiates
// all cases with SCMI_CONFORMANCE_SUITE. The agent is a whole Agent over the fixture's transport; time stands still
// unless somebody waits, and then the platform side moves first.
#pragma once

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "scmi/chan_ops.hpp"
#include "scmi/message_header.hpp"

namespace scmi::conformance {

/// A command as the platform side has it. A copy: stays valid.
struct Command {
  std::uint64_t id = 0;  ///< The fixture's own name for it.
  std::uint32_t header = 0;
  std::vector<std::byte> payload;
};

struct Capabilities {
  bool p2a = true;
  bool hang_up = true;     ///< The agent can learn that the platform is gone.
  bool error_bit = true;   ///< A command can be given back with a channel error.
  bool empty_bell = true;  ///< A doorbell can ring with nothing behind it.
  /// The platform side may be called from a thread of its own while the agent is at work.
  bool threads = true;
};

/// The platform side of one transport, for one agent. All of it is called on one thread, also from inside the agent's
/// waiting.
class Fixture {
 public:
  virtual ~Fixture() = default;
  [[nodiscard]] virtual Transport transport() = 0;
  [[nodiscard]] virtual Capabilities capabilities() const { return {}; }

  /// The oldest command not yet taken. Its area or buffer stays with the platform until one of the answers below.
  [[nodiscard]] virtual std::optional<Command> next_command() = 0;
  /// Gives the command's area or buffer back with this message and rings. Used again for the same command it must
  /// still try: change the message in the area, or send one more.
  virtual void respond(const Command& command, std::uint32_t header, std::span<const std::byte> payload) = 0;
  /// The same, with a message whose length (header included) is below 4 or above what the channel carries.
  virtual void respond_bad_length(const Command& command, std::uint32_t length) = 0;
  /// The same, with the channel error mark. Only with Capabilities::error_bit.
  virtual void respond_error(const Command&) {}
  /// Sends a message on the P2A channel of Base and rings. False: every P2A area or buffer is taken.
  virtual bool send_p2a(std::uint32_t, std::span<const std::byte>) { return false; }
  virtual bool send_p2a_bad_length(std::uint32_t) { return false; }
  /// Whether the agent has given back all that came on the P2A channel.
  [[nodiscard]] virtual bool p2a_idle() { return true; }
  /// Rings without a message. Only with Capabilities::empty_bell.
  virtual void ring(Direction) {}
  /// The platform dies. Only with Capabilities::hang_up.
  virtual void hang_up() {}
  /// How often the agent broke the contract of ChanOps, if the transport can tell.
  [[nodiscard]] virtual std::uint64_t violations() { return 0; }
};

void send_and_receive(Fixture&);
void largest_message(Fixture&);
void polled_call(Fixture&);
void many_calls(Fixture&);
void pending_calls(Fixture&);
void delayed_response(Fixture&);
void delayed_first(Fixture&);
void delayed_unrequested(Fixture&);
void notification(Fixture&);
void p2a_malformed(Fixture&);
void p2a_flood(Fixture&);
void timeout_then_late(Fixture&);
void token_in_quarantine(Fixture&);
void cancel(Fixture&);
void stuck(Fixture&);
void short_reply(Fixture&);
void impossible_length(Fixture&);
void wrong_header(Fixture&);
void channel_error(Fixture&);
void duplicate(Fixture&);
void empty_doorbell(Fixture&);
void close_with_calls_out(Fixture&);
void reopen(Fixture&);
void hang_up(Fixture&);
void teardown_during_traffic(Fixture&);
void failed_probe(Fixture&);

/// Instantiates every case for one fixture type, which is made anew for each.
#define SCMI_CONFORMANCE_CASE(text, label, FixtureType, function) \
  TEST_CASE(text " [" label "]") {                                \
    FixtureType fixture;                                          \
    ::scmi::conformance::function(fixture);                       \
  }
#define SCMI_CONFORMANCE_SUITE(label, F)                                                                             \
  SCMI_CONFORMANCE_CASE("conformance: a command goes out and its reply comes back", label, F, send_and_receive)      \
  SCMI_CONFORMANCE_CASE("conformance: the largest message fits, one byte more is refused unsent", label, F,          \
                        largest_message)                                                                             \
  SCMI_CONFORMANCE_CASE("conformance: a polled call needs no doorbell", label, F, polled_call)                       \
  SCMI_CONFORMANCE_CASE("conformance: tokens go round and every reply meets its command", label, F, many_calls)      \
  SCMI_CONFORMANCE_CASE("conformance: pending calls complete in whatever order they are answered", label, F,         \
                        pending_calls)                                                                               \
  SCMI_CONFORMANCE_CASE("conformance: a delayed response completes its command", label, F, delayed_response)         \
  SCMI_CONFORMANCE_CASE("S4.10 T15 conformance: a delayed response before the response", label, F, delayed_first)    \
  SCMI_CONFORMANCE_CASE("S4.10 conformance: an unrequested delayed response is counted", label, F,                   \
                        delayed_unrequested)                                                                         \
  SCMI_CONFORMANCE_CASE("conformance: a notification reaches its subscriber", label, F, notification)                \
  SCMI_CONFORMANCE_CASE("T8 T7 conformance: malformed P2A messages are counted and given back", label, F,            \
                        p2a_malformed)                                                                               \
  SCMI_CONFORMANCE_CASE("conformance: more notifications than the queue holds are dropped and counted", label, F,    \
                        p2a_flood)                                                                                   \
  SCMI_CONFORMANCE_CASE("conformance: a late reply is told from the next one", label, F, timeout_then_late)          \
  SCMI_CONFORMANCE_CASE("S4.8 conformance: a timed-out token is not given out again", label, F, token_in_quarantine) \
  SCMI_CONFORMANCE_CASE("conformance: a cancelled call ends at once, its reply is late", label, F, cancel)           \
  SCMI_CONFORMANCE_CASE("T2 T20 conformance: what the platform keeps is never written to", label, F, stuck)          \
  SCMI_CONFORMANCE_CASE("T4 conformance: a reply without a status is malformed", label, F, short_reply)              \
  SCMI_CONFORMANCE_CASE("T12 conformance: an impossible length is malformed", label, F, impossible_length)           \
  SCMI_CONFORMANCE_CASE("S4.9 conformance: a reply that differs in any field of the header is not ours", label, F,   \
                        wrong_header)                                                                                \
  SCMI_CONFORMANCE_CASE("T13 conformance: a channel error is reported as one", label, F, channel_error)              \
  SCMI_CONFORMANCE_CASE("S4.10 conformance: a duplicate response is counted", label, F, duplicate)                   \
  SCMI_CONFORMANCE_CASE("conformance: a doorbell with nothing behind it changes nothing", label, F, empty_doorbell)  \
  SCMI_CONFORMANCE_CASE("S4.6 conformance: closing ends the calls that are out, once each", label, F,                \
                        close_with_calls_out)                                                                        \
  SCMI_CONFORMANCE_CASE("S4.7 conformance: a reply to a call from before a re-open is late", label, F, reopen)       \
  SCMI_CONFORMANCE_CASE("conformance: a platform that dies ends every call at once", label, F, hang_up)              \
  SCMI_CONFORMANCE_CASE("conformance: shutdown in the middle of traffic", label, F, teardown_during_traffic)         \
  SCMI_CONFORMANCE_CASE("S4.11 conformance: a probe without answers leaves nothing behind", label, F, failed_probe)

}  // namespace scmi::conformance
