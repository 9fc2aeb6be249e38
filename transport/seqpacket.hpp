// SPDX-License-Identifier: Apache-2.0
//
// Unix sockets of records, with descriptors attached: the little that the mailbox needs of them, at both ends.
#pragma once

#include <sys/types.h>
#include <sys/un.h>

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "scmi/result.hpp"
#include "scmi/time.hpp"
#include "transport/unique_fd.hpp"

namespace scmi::transport {

/// One received record.
struct Record {
  std::size_t size = 0;       ///< 0: the other side hung up.
  bool truncated = false;     ///< The record or its descriptors did not fit.
  std::vector<UniqueFd> fds;  ///< Close-on-exec.
};

/// The socket address of `path`. Errors: system ENAMETOOLONG, EINVAL (empty).
[[nodiscard]] Result<sockaddr_un> unix_address(const std::string& path) noexcept;
/// Takes one record without blocking. Errors: system (EAGAIN: there is none).
[[nodiscard]] Result<Record> receive_record(int socket, std::span<std::byte> into, std::size_t fds_max);
/// Sends one record without blocking and without SIGPIPE. Errors: system.
[[nodiscard]] Result<void> send_record(int socket, std::span<const std::byte> bytes, std::span<const int> fds);
/// Whether the other end of a socket that should be silent is still there. What it sends nevertheless is thrown away,
/// a little at a time.
[[nodiscard]] bool socket_alive(int socket) noexcept;

}  // namespace scmi::transport
