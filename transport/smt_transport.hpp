// SPDX-License-Identifier: Apache-2.0
//
// The agent's end of shared-memory channels, whoever handed the memory over: fills out the core's ChanOps table. The
// mailbox (sealed memory, doorbells, a socket) and the named file (polled only) differ in how they get their memory and
// learn of the peer's death, and in whether there is anything to ring.
//
// Who owns an area when is told in shm_area.hpp. This side makes no thread and calls nobody: the core polls, or waits
// on the descriptors that wait_fds gives, so no rx_callback ever starts here and `stop` has nothing to do.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "scmi/chan_ops.hpp"
#include "transport/channel_layout.hpp"
#include "transport/sleep_word.hpp"
#include "transport/unique_fd.hpp"

namespace scmi::transport {

/// Base of the shared-memory transports. Must outlive the agent that probes it.
class SmtTransport {
 public:
  SmtTransport(const SmtTransport&) = delete;
  SmtTransport& operator=(const SmtTransport&) = delete;
  virtual ~SmtTransport() = default;

  /// For Agent::probe. Borrows this object.
  [[nodiscard]] Transport transport() noexcept;
  [[nodiscard]] const AgentLayout& agent() const noexcept { return agent_; }
  /// The peer is known to be gone. Plain load.
  [[nodiscard]] bool lost() const noexcept { return lost_.load(std::memory_order_relaxed); }

 protected:
  /// How one direction of a channel rings and is rung. Default: not at all.
  struct Bells {
    SharedWord peer_sleeping;
    SharedWord own_sleeping;
    int peer_bell = -1;
    UniqueFd own_bell;
  };

  SmtTransport() = default;
  /// Called once by the derived class's factory. `memory` is borrowed and outlives this; `layout` was judged;
  /// `bells` has one entry for each A2P area followed by one for each channel's P2A (unused where it has none).
  void open(std::string_view name, std::byte* memory, AgentLayout layout, std::vector<Bells> bells, BarrierMode barrier,
            std::uint64_t memory_id, std::uint64_t epoch, int socket);
  /// Looks whether the peer is still there; no blocking. Any thread.
  [[nodiscard]] virtual bool check_alive() noexcept = 0;
  /// For whoever else can find the peer gone; it never becomes false again.
  [[nodiscard]] std::atomic<bool>& lost_flag() noexcept { return lost_; }

 private:
  struct Channel;
  struct Ops;
  struct ChannelsDeleter {
    void operator()(Channel* channels) const noexcept;
  };

  static const ChanOps ops_;

  AgentLayout agent_;
  std::byte* memory_ = nullptr;
  TransportDescription description_;
  std::unique_ptr<Channel[], ChannelsDeleter> channels_;  // A2P of all channels, then P2A of all
  int socket_ = -1;
  // A verdict that never changes back: read on every send, written once.
  alignas(sync::cache_line) std::atomic<bool> lost_{false};
};

}  // namespace scmi::transport
