// SPDX-License-Identifier: Apache-2.0
//
// The smallest transport there is: one area, and a function that answers in place while the command is being sent. It
// adds next to nothing to what the core costs, which is what benchmarks and simple tests want; for everything else
// there is Loopback.
//
//   send: area FREE ──▶ command in the area ──▶ responder writes the reply over it ──▶ area FREE
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "scmi/chan_ops.hpp"

namespace scmi::transport {

/// A Base A2P channel of the `copied` kind, polled, without doorbell. Outlives the agents that use transport().
class InlineLoopback {
 public:
  /// Reads the command's payload and writes the reply's, status first, to `reply` (a different place); returns the
  /// reply's size in bytes, at most reply.size(). Runs on the sender's thread.
  using Responder = std::size_t (*)(void* context, std::uint32_t header, std::span<const std::byte> command,
                                    std::span<std::byte> reply) noexcept;

  /// `context` is borrowed.
  explicit InlineLoopback(Responder responder, void* context = nullptr, std::uint32_t max_message_size = 132);
  InlineLoopback(const InlineLoopback&) = delete;
  InlineLoopback& operator=(const InlineLoopback&) = delete;

  [[nodiscard]] Transport transport() noexcept;

 private:
  struct Ops;

  const Responder responder_;
  void* const context_;
  const TransportDescription description_;
  bool open_ = false;
  std::unique_ptr<std::byte[]> reply_;
  std::uint32_t header_ = 0;
  std::size_t reply_size_ = 0;
  // Set (release) when the reply is in place, cleared by the sender; observers load it (acquire).
  alignas(64) std::atomic<std::uint32_t> free_{1};
};

}  // namespace scmi::transport
