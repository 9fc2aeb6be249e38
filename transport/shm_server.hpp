// SPDX-License-Identifier: Apache-2.0
//
// Platform's end of areas in a named file: every agent of the configuration has its areas in one file, always there and
// polled. Gives up isolation between agents: who may write the file may be any of them.
#pragma once

#include <sys/types.h>

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "transport/platform_endpoint.hpp"
#include "transport/sigbus_guard.hpp"

namespace scmi::transport {

class ShmServer final : public PlatformEndpoint {
 public:
  /// The serial of all its ports: none that a mailbox gives out.
  static constexpr std::uint32_t port_serial = 0xFFFF'FFFF;

  /// Makes the file (mode 0600, always a new one; a dead platform's file of that name is replaced), its areas (FREE),
  /// and the description beside it, and holds the platform's lock. A name without a slash is under /dev/shm.
  /// `connected` is called for every agent before it returns, with keys that find() knows only afterwards. Errors:
  /// system (EADDRINUSE: a living platform serves it; ...), bad_memory (what has the name is not ours to replace),
  /// invalid_argument (agents).
  [[nodiscard]] static Result<std::unique_ptr<ShmServer>> create(const std::string& file,
                                                                 std::span<const AgentConfig> agents,
                                                                 const PortEvents& events = {},
                                                                 std::string* why = nullptr);
  /// Removes the file and its description, if the name is still this file's.
  ~ShmServer() override;

  [[nodiscard]] const ShmLayout& layout() const noexcept { return layout_; }
  /// The file was truncated under us; only with a SigbusGuard in place. Nothing will be served any more.
  [[nodiscard]] bool lost() const noexcept { return lost_.load(std::memory_order_relaxed); }

  [[nodiscard]] AgentPort* find(const PortKey& key) noexcept override;
  [[nodiscard]] AgentPort* find(AgentId agent) noexcept override;
  [[nodiscard]] std::span<AgentPort* const> ports() noexcept override;
  void add_fds(std::vector<pollfd>&) override {}
  void dispatch(std::span<const pollfd>) override {}

 private:
  ShmServer() = default;

  ShmLayout layout_;
  ino_t inode_ = 0;
  UniqueFd fd_;
  MemoryMap memory_;
  std::atomic<bool> lost_{false};
  GuardedMapping guard_;
  std::vector<std::unique_ptr<AgentPort>> owned_;
  std::vector<AgentPort*> ports_;
};

}  // namespace scmi::transport
