// SPDX-License-Identifier: Apache-2.0
//
// The named file behind `--shm`: made by the platform, opened by agents, judged by both. It cannot be sealed and has no
// isolation between agents, so it is used only where asked for. Who is alive is told by advisory locks of open file
// descriptions, which the kernel drops with the process: byte 0 belongs to the platform, one byte far behind the end to
// each agent.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>

#include "scmi/ids.hpp"
#include "scmi/result.hpp"
#include "transport/unique_fd.hpp"

namespace scmi::transport {

/// Opens an existing file for sharing. Errors: system (ENOENT, EACCES, ...), bad_memory (a symbolic link, not a regular
/// file, not ours, open to others, linked twice).
[[nodiscard]] Result<UniqueFd> open_private_file(const std::string& path, bool write, std::string* why = nullptr);

/// Makes a file of `size` zero bytes, mode 0600, under a temporary name beside `path`. `publish_file` gives it its
/// name. Errors: system.
[[nodiscard]] Result<UniqueFd> make_private_file(const std::string& path, std::uint64_t size, std::string* temporary,
                                                 std::string* why = nullptr);
/// Renames the temporary file to `path`; removes it on failure. Errors: system.
[[nodiscard]] Result<void> publish_file(const std::string& temporary, const std::string& path,
                                        std::string* why = nullptr);
/// Reads a small private file as text, judged like open_private_file. Errors: its, and bad_memory (too large).
[[nodiscard]] Result<std::string> read_private_file(const std::string& path, std::string* why = nullptr);

/// Takes a lock for the life of `fd`'s open file description. Errors: system (EAGAIN: somebody holds it).
[[nodiscard]] Result<void> lock_platform(int fd) noexcept;
[[nodiscard]] Result<void> lock_agent(int fd, AgentId agent) noexcept;
/// Whether a platform other than `fd`'s own open file description holds the file.
[[nodiscard]] bool platform_holds(int fd) noexcept;

}  // namespace scmi::transport
