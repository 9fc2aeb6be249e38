// SPDX-License-Identifier: Apache-2.0
#include "transport/shm_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

namespace scmi::transport {
namespace {

constexpr off_t platform_lock_at = 0;
// Behind everything a memory can have, so that no lock of an area or of the platform collides with it.
constexpr off_t agent_locks_at = off_t{1} << 40;
constexpr off_t text_size_max = 1 << 20;

struct flock lock_of(off_t start) noexcept {
  struct flock lock{};
  lock.l_type = F_WRLCK;
  lock.l_whence = SEEK_SET;
  lock.l_start = start;
  lock.l_len = 1;
  return lock;
}

Result<void> take(int fd, off_t start) noexcept {
  struct flock lock = lock_of(start);
  if (::fcntl(fd, F_OFD_SETLK, &lock) != 0) return Error::system(errno == EACCES ? EAGAIN : errno);
  return {};
}

}  // namespace

Result<UniqueFd> open_private_file(const std::string& path, bool write, std::string* why) {
  const auto bad = [&](const std::string& text) {
    return fail(why, Error::local(LocalError::bad_memory), "'" + path + "' " + text);
  };
  // O_NONBLOCK: a FIFO of that name must not hold us up before we can see what it is.
  UniqueFd fd(::open(path.c_str(), (write ? O_RDWR : O_RDONLY) | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  if (!fd && errno == ELOOP) return bad("is a symbolic link");
  if (!fd) return fail_errno(why, errno, "'" + path + "'");
  struct stat status{};
  if (::fstat(fd.get(), &status) != 0) return fail_errno(why, errno, "'" + path + "'");
  if (!S_ISREG(status.st_mode)) return bad("is not a regular file");
  if (status.st_uid != ::geteuid()) return bad(fmt::format("belongs to user {}, not to us", status.st_uid));
  if ((status.st_mode & 077) != 0) {
    return bad(fmt::format("is open to others (mode {:04o}, needed 0600)", status.st_mode & 07777));
  }
  if (status.st_nlink != 1) return bad("has more than one name");
  return fd;
}

Result<UniqueFd> make_private_file(const std::string& path, std::uint64_t size, std::string* temporary,
                                   std::string* why) {
  *temporary = fmt::format("{}.new.{}", path, ::getpid());
  ::unlink(temporary->c_str());  // of an earlier process with our number; the open below fails if it is still there
  UniqueFd fd(::open(temporary->c_str(), O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!fd) return fail_errno(why, errno, "making '" + *temporary + "'");
  const auto bytes = static_cast<off_t>(size);
  int error = 0;
  if (::fchmod(fd.get(), 0600) != 0 || ::ftruncate(fd.get(), bytes) != 0) {
    error = errno;
  } else if (bytes != 0) {
    // Allocated now, so that no later access can fail for want of memory.
    error = ::posix_fallocate(fd.get(), 0, bytes);
  }
  if (error != 0) {
    ::unlink(temporary->c_str());
    return fail_errno(why, error, "making '" + *temporary + "'");
  }
  return fd;
}

Result<void> publish_file(const std::string& temporary, const std::string& path, std::string* why) {
  if (::rename(temporary.c_str(), path.c_str()) == 0) return {};
  const int error = errno;
  ::unlink(temporary.c_str());
  return fail_errno(why, error, "naming '" + path + "'");
}

Result<std::string> read_private_file(const std::string& path, std::string* why) {
  const auto fd = open_private_file(path, false, why);
  if (!fd) return fd.error();
  std::string text;
  char part[4096];
  for (;;) {
    const ssize_t got = ::read(fd->get(), part, sizeof part);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return fail_errno(why, errno, "reading '" + path + "'");
    if (got == 0) return text;
    text.append(part, static_cast<std::size_t>(got));
    if (text.size() > static_cast<std::size_t>(text_size_max)) {
      return fail(why, Error::local(LocalError::bad_memory), "'" + path + "' is too large");
    }
  }
}

Result<void> lock_platform(int fd) noexcept { return take(fd, platform_lock_at); }

Result<void> lock_agent(int fd, AgentId agent) noexcept {
  return take(fd, agent_locks_at + static_cast<off_t>(agent.value));
}

bool platform_holds(int fd) noexcept {
  struct flock lock = lock_of(platform_lock_at);
  return ::fcntl(fd, F_OFD_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
}

}  // namespace scmi::transport
