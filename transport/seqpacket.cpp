// SPDX-License-Identifier: Apache-2.0
#include "transport/seqpacket.hpp"

#include <poll.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>

namespace scmi::transport {

Result<sockaddr_un> unix_address(const std::string& path) noexcept {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.empty() || path.find('\0') != std::string::npos) return Error::system(EINVAL);
  if (path.size() >= sizeof address.sun_path) return Error::system(ENAMETOOLONG);
  std::memcpy(address.sun_path, path.data(), path.size());
  return address;
}

Result<Record> receive_record(int socket, std::span<std::byte> into, std::size_t fds_max) {
  iovec data{.iov_base = into.data(), .iov_len = into.size()};
  std::vector<std::byte> control(CMSG_SPACE(sizeof(int) * fds_max));
  msghdr message{};
  message.msg_iov = &data;
  message.msg_iovlen = 1;
  message.msg_control = control.data();
  message.msg_controllen = control.size();
  ssize_t got = 0;
  do {
    got = ::recvmsg(socket, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
  } while (got < 0 && errno == EINTR);
  if (got < 0) return Error::system(errno);
  Record record;
  record.size = static_cast<std::size_t>(got);
  record.truncated = (message.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) != 0;
  for (cmsghdr* part = CMSG_FIRSTHDR(&message); part != nullptr; part = CMSG_NXTHDR(&message, part)) {
    if (part->cmsg_level != SOL_SOCKET || part->cmsg_type != SCM_RIGHTS) continue;
    const std::size_t count = (part->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    for (std::size_t i = 0; i < count; ++i) {
      int fd = -1;
      std::memcpy(&fd, CMSG_DATA(part) + i * sizeof fd, sizeof fd);
      record.fds.emplace_back(fd);
    }
  }
  return record;
}

Result<void> send_record(int socket, std::span<const std::byte> bytes, std::span<const int> fds) {
  iovec data{.iov_base = const_cast<std::byte*>(bytes.data()), .iov_len = bytes.size()};
  std::vector<std::byte> control(CMSG_SPACE(fds.size_bytes()));
  msghdr message{};
  message.msg_iov = &data;
  message.msg_iovlen = 1;
  if (!fds.empty()) {
    message.msg_control = control.data();
    message.msg_controllen = control.size();
    cmsghdr* const part = CMSG_FIRSTHDR(&message);
    part->cmsg_level = SOL_SOCKET;
    part->cmsg_type = SCM_RIGHTS;
    part->cmsg_len = CMSG_LEN(fds.size_bytes());
    std::memcpy(CMSG_DATA(part), fds.data(), fds.size_bytes());
  }
  ssize_t sent = 0;
  do {
    sent = ::sendmsg(socket, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
  } while (sent < 0 && errno == EINTR);
  if (sent < 0) return Error::system(errno);
  return {};
}

bool socket_alive(int socket) noexcept {
  pollfd look{.fd = socket, .events = POLLIN | POLLRDHUP, .revents = 0};
  if (::poll(&look, 1, 0) <= 0) return true;
  if ((look.revents & (POLLHUP | POLLRDHUP | POLLERR | POLLNVAL)) != 0) return false;
  std::byte noise[64];
  const ssize_t got = ::recv(socket, noise, sizeof noise, MSG_DONTWAIT);
  return got != 0 && (got > 0 || errno == EAGAIN || errno == EINTR);
}

}  // namespace scmi::transport
