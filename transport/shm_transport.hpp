// SPDX-License-Identifier: Apache-2.0
//
// Agent's end of areas in a named file: polled only, no doorbells and no sleeping words, so that either side can be
// something that knows nothing but the areas. The platform's life is a lock that it holds; install a SigbusGuard in a
// program that uses this, since a file can be truncated.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "transport/sigbus_guard.hpp"
#include "transport/smt_transport.hpp"

namespace scmi::transport {

struct ShmOptions {
  std::optional<AgentId> agent;  ///< Neither id nor name: the first that nobody claims.
  std::string agent_name;
  /// The description (shm_describe.hpp); empty: read from the file beside (`FILE.json`).
  std::string description;
  /// For platforms that hold no lock: then their death cannot be seen.
  bool allow_unlocked = false;
};

class ShmTransport final : public SmtTransport {
 public:
  /// Opens `file` (a name without a slash is under /dev/shm). Touches no area. Errors: system, incompatible_peer
  /// (description), bad_memory (description, or the file's owner, mode, kind or size), platform_lost (nobody holds the
  /// file), not_found (no such agent), agent_claimed.
  [[nodiscard]] static Result<std::unique_ptr<ShmTransport>> connect(const std::string& file,
                                                                     const ShmOptions& options = {},
                                                                     std::string* why = nullptr);
  ~ShmTransport() override;

 private:
  ShmTransport() = default;
  [[nodiscard]] bool check_alive() noexcept override;

  UniqueFd fd_;
  bool locked_ = true;
  MemoryMap memory_;
  GuardedMapping guard_;
};

}  // namespace scmi::transport
