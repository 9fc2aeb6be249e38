// SPDX-License-Identifier: Apache-2.0
//
// Which notifications the platform has been told to send. Each source of each event has one row, however many want it:
// the first use sends one enable, the last to go one disable. Commands go out as pending calls, so nobody waits for the
// platform but who asks to (wait()); a use may end inside a callback, on the receive path or under a caller's deadline
// alike.
//
//              opened, wanted                 accepted
//   pending ───────────────────▶ telling ───────────────────▶ on ──┐ last use gone
//      ▲                            │ refused: until the next use,  │
//      └── new agent, renew() ──────┴─ renew() or a new agent       └▶ telling ─▶ gone
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <tuple>
#include <vector>

#include "scmi/pending_call.hpp"

namespace scmi {

/// One source of one event, as the platform is told of it.
struct EventSwitch {
  ProtocolId protocol;
  MessageId command;         ///< The event's `*_NOTIFY`.
  Version since{0x10000};    ///< Of that command.
  std::uint32_t source = 0;  ///< Domain, clock, sensor; 0 for events without one.
  /// Encodes the command that switches the event on or off, in the layout of that version.
  std::function<Result<std::size_t>(bool on, Version version, std::span<std::byte> into)> encode;
};

/// Thread-safe. Outlives agents: one agent at a time is attached.
class EventSwitches : public std::enable_shared_from_this<EventSwitches> {
 public:
  explicit EventSwitches(Waiter& waiter) : waiter_(waiter) {}

  /// From now on commands go out over that agent's channels. Every row is pending again until its protocol is opened.
  void attach(std::shared_ptr<ChannelRegistry> registry) SCMI_EXCLUDES(mutex_);
  /// The agent goes: nothing is sent any more. No-op if another one is attached.
  void detach(const ChannelRegistry& registry) noexcept SCMI_EXCLUDES(mutex_);
  /// The attached agent speaks that protocol in that version: rows that wait for it are told to the platform, those
  /// that are on already are not told again. No-op for another agent.
  void opened(const ChannelRegistry& registry, ProtocolId protocol, Version version) SCMI_EXCLUDES(mutex_);
  /// The platform has forgotten what it was told (an agent reset): tells it all again, once.
  void renew() SCMI_EXCLUDES(mutex_);
  [[nodiscard]] bool is_open(ProtocolId protocol) SCMI_EXCLUDES(mutex_);
  [[nodiscard]] bool attached_to(const ChannelRegistry& registry) const noexcept {
    return attached_.load(std::memory_order_acquire) == &registry;
  }
  /// Of a protocol that was opened; 1.0 until then.
  [[nodiscard]] Version version(ProtocolId protocol) const noexcept {
    const std::uint32_t word = versions_[protocol.value].load(std::memory_order_relaxed);
    return word == 0 ? Version(0x10000) : Version(word);
  }

  /// A notification of that protocol could not be decoded.
  void count_malformed(ProtocolId protocol) noexcept SCMI_EXCLUDES(mutex_);

  /// One more use; answers its number. Never waits. Where uses ask for different parameters the newest one's hold.
  [[nodiscard]] std::uint64_t add(EventSwitch event, Duration timeout = {}) SCMI_EXCLUDES(mutex_);
  /// One use less. Never waits. What a full channel refuses goes out at the next retry().
  void remove(std::uint64_t use) noexcept SCMI_EXCLUDES(mutex_);
  /// Waits until the platform has answered. Errors: the platform's status; those of PendingCall; unsupported (no P2A
  /// channel, or a version without that command); channel_closed (no agent, or the protocol is not open yet).
  [[nodiscard]] Result<void> wait(std::uint64_t use) SCMI_EXCLUDES(mutex_);
  /// Without waiting: true when the event is on, false while it is pending. Errors: as wait().
  [[nodiscard]] Result<bool> state(std::uint64_t use) SCMI_EXCLUDES(mutex_);
  /// Sends what found no room before. Cheap when there is nothing.
  void retry() SCMI_EXCLUDES(mutex_);
  /// Rows kept: those wanted, and those not yet switched off.
  [[nodiscard]] std::size_t rows() SCMI_EXCLUDES(mutex_);

 private:
  using Key = std::tuple<ProtocolId, MessageId, std::uint32_t>;
  static constexpr std::size_t command_max = 64;
  struct Command {
    std::array<std::byte, command_max> bytes{};
    std::size_t size = 0;
    friend bool operator==(const Command&, const Command&) = default;
  };
  struct Use {
    std::uint64_t number;
    EventSwitch event;
    Duration timeout;
  };
  struct Row {
    std::vector<Use> uses;
    EventSwitch event;             ///< Of the newest use there has been.
    bool maybe_on = false;         ///< The platform may be sending.
    std::optional<Command> on;     ///< The parameters it has accepted.
    std::uint64_t launch = 0;      ///< Number of the command that is out; 0 = none.
    bool enabling = false;         ///< What that command does.
    Command out;                   ///< That command.
    PendingCall call;              ///< Keeps it alive.
    bool no_room = false;          ///< The channel had no xfer for it.
    std::optional<Error> refused;  ///< Why the newest use was refused.
  };
  /// A command to be started, without the lock.
  struct Launch {
    std::shared_ptr<ChannelRegistry> registry;
    Key key;
    std::uint64_t number;
    Command command;
    Duration timeout;
  };
  using Launches = std::vector<Launch>;

  void next(const Key& key, Row& row, Launches& launches) SCMI_REQUIRES(mutex_);
  void next_of_all(std::optional<ProtocolId> protocol, Launches& launches) SCMI_REQUIRES(mutex_);
  void forget(std::vector<PendingCall>& calls) noexcept SCMI_REQUIRES(mutex_);
  [[nodiscard]] Result<bool> state_of(const Row& row) const SCMI_REQUIRES(mutex_);
  [[nodiscard]] Row* row_of(std::uint64_t use) noexcept SCMI_REQUIRES(mutex_);
  void tidy() noexcept SCMI_REQUIRES(mutex_);
  void wake_all() noexcept SCMI_REQUIRES(mutex_);
  void start(const Launches& launches) SCMI_EXCLUDES(mutex_);
  void finished(const Key& key, std::uint64_t number, const Result<std::span<const std::byte>>& answer)
      SCMI_EXCLUDES(mutex_);

  Waiter& waiter_;
  sync::atomic<const ChannelRegistry*> attached_{nullptr};
  std::array<sync::atomic<std::uint32_t>, 256> versions_{};
  sync::atomic<bool> retry_{false};

  sync::Mutex mutex_;
  std::shared_ptr<ChannelRegistry> registry_ SCMI_GUARDED_BY(mutex_);
  std::array<bool, 256> open_ SCMI_GUARDED_BY(mutex_){};
  std::map<Key, Row> rows_ SCMI_GUARDED_BY(mutex_);
  std::vector<WaitPoint*> sleepers_ SCMI_GUARDED_BY(mutex_);
  std::uint64_t next_number_ SCMI_GUARDED_BY(mutex_) = 1;
};

}  // namespace scmi
