// SPDX-License-Identifier: Apache-2.0
#include "transport/mailbox.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <climits>
#include <cstring>

#include "transport/hello.hpp"
#include "transport/seqpacket.hpp"

namespace scmi::transport {
namespace {

using SteadyClock = std::chrono::steady_clock;

int left_ms(SteadyClock::time_point deadline) {
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - SteadyClock::now()).count();
  return static_cast<int>(left < 0 ? 0 : left > INT_MAX ? INT_MAX : left);
}

Error silent(const std::string& path, std::string* why) {
  return fail(why, Error::local(LocalError::timed_out), "'" + path + "' is listened to, but nobody answers");
}

Result<UniqueFd> connect_socket(const std::string& path, SteadyClock::time_point deadline, std::string* why) {
  const auto address = unix_address(path);
  if (!address) return fail_errno(why, address.error().code, "'" + path + "'");
  struct stat status{};
  if (::stat(path.c_str(), &status) != 0) return fail_errno(why, errno, "'" + path + "'");
  if (!S_ISSOCK(status.st_mode)) {
    return fail(why, Error::local(LocalError::incompatible_peer), "'" + path + "' is not a socket");
  }
  UniqueFd fd(::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0));
  if (!fd) return fail_errno(why, errno, "socket");
  // A full backlog blocks connect, for at most the send timeout.
  const int wait_ms = std::max(left_ms(deadline), 1);
  const timeval wait{.tv_sec = wait_ms / 1000, .tv_usec = wait_ms % 1000 * 1000};
  if (::setsockopt(fd.get(), SOL_SOCKET, SO_SNDTIMEO, &wait, sizeof wait) != 0) {
    return fail_errno(why, errno, "SO_SNDTIMEO");
  }
  int result = 0;
  do {
    result = ::connect(fd.get(), reinterpret_cast<const sockaddr*>(&*address), sizeof *address);
  } while (result != 0 && errno == EINTR && left_ms(deadline) > 0);
  if (result != 0) {
    if (errno == EAGAIN || errno == EINTR) return silent(path, why);
    if (errno == EPROTOTYPE) {
      return fail(why, Error::local(LocalError::incompatible_peer), "'" + path + "' is a socket of another type");
    }
    return fail_errno(why, errno, "connect to '" + path + "'");
  }
  return fd;
}

/// Waits for the platform's answer and takes it.
Result<Record> await_welcome(int socket, const std::string& path, SteadyClock::time_point deadline,
                             std::span<std::byte> into, std::string* why) {
  for (;;) {
    auto record = receive_record(socket, into, welcome_fds_max);
    if (record) {
      if (record->size == 0) {
        return fail(why, Error::local(LocalError::platform_lost), "'" + path + "' hung up during the hello");
      }
      return record;
    }
    if (record.error().code == ECONNRESET) {
      return fail(why, Error::local(LocalError::platform_lost), "'" + path + "' hung up during the hello");
    }
    if (record.error().code != EAGAIN) return fail_errno(why, record.error().code, "hello from '" + path + "'");
    pollfd wait{.fd = socket, .events = POLLIN, .revents = 0};
    const int ms = left_ms(deadline);
    if (ms == 0) return silent(path, why);
    if (::poll(&wait, 1, ms) == 0) return silent(path, why);
  }
}

/// The memory must be what we were told and stay so: a mapping that can shrink is a mapping that can kill us.
Result<MemoryMap> map_sealed(int fd, std::uint32_t size, std::uint64_t* memory_id, std::string* why) {
  const auto bad = [&](std::string text) { return fail(why, Error::local(LocalError::bad_memory), std::move(text)); };
  constexpr int needed = F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL;
  const int seals = ::fcntl(fd, F_GET_SEALS);
  if (seals < 0) return bad("the platform's memory cannot be sealed");
  if ((seals & needed) != needed) return bad("the platform's memory is not sealed");
  struct stat status{};
  if (::fstat(fd, &status) != 0) return fail_errno(why, errno, "fstat of the platform's memory");
  if (!S_ISREG(status.st_mode) || status.st_size != static_cast<off_t>(size)) {
    return bad(fmt::format("the platform's memory has {} bytes, it said {}", status.st_size, size));
  }
  // The inode tells one memory from another; spaced so that offsets can be added.
  *memory_id = static_cast<std::uint64_t>(status.st_ino) << 32;
  auto map = MemoryMap::map(fd, size);
  if (!map) return fail_errno(why, map.error().code, "mapping the platform's memory");
  return map;
}

/// A bell must be an eventfd that cannot block us when it is full.
Result<void> check_bell(int fd, std::string* why) {
  const auto bad = [&](const char* text) { return fail(why, Error::local(LocalError::incompatible_peer), text); };
  const int flags = ::fcntl(fd, F_GETFL);
  if (flags < 0 || (flags & O_NONBLOCK) == 0) return bad("the platform's doorbell would block");
  std::array<char, 64> name{};
  const std::string link = fmt::format("/proc/self/fd/{}", fd);
  const ssize_t size = ::readlink(link.c_str(), name.data(), name.size() - 1);
  // Without /proc the kind stays unknown; a wrong one then only fails to ring.
  if (size > 0 && std::strcmp(name.data(), "anon_inode:[eventfd]") != 0) {
    return bad("the platform's doorbell is not an eventfd");
  }
  return {};
}

}  // namespace

MailboxTransport::~MailboxTransport() = default;

Result<std::unique_ptr<MailboxTransport>> MailboxTransport::connect(const std::string& path,
                                                                    const MailboxOptions& options, std::string* why) {
  const auto deadline = SteadyClock::now() + options.timeout;
  auto socket = connect_socket(path, deadline, why);
  if (!socket) return socket.error();

  Hello hello;
  hello.barriers = barrier_capabilities();
  hello.agent = options.agent;
  hello.name = options.agent_name;
  if (hello.name.size() > agent_name_size_max) {
    return fail(why, Error::local(LocalError::not_found), "no agent has a name as long as '" + hello.name + "'");
  }
  if (auto sent = send_record(socket->get(), encode(hello), {}); !sent) {
    if (sent.error().code == EAGAIN) return silent(path, why);
    if (sent.error().code != EPIPE) return fail_errno(why, sent.error().code, "hello to '" + path + "'");
    // Refused before it listened to us: it may have said why.
  }

  std::array<std::byte, welcome_size_max> bytes;
  auto record = await_welcome(socket->get(), path, deadline, bytes, why);
  if (!record) return record.error();
  if (record->truncated) {
    return fail(why, Error::local(LocalError::incompatible_peer), "the platform's welcome is too large");
  }
  auto welcome = decode_welcome(std::span(bytes).first(record->size), why);
  if (!welcome) return welcome.error();
  if (welcome->verdict != Verdict::accepted) return fail(why, to_error(welcome->verdict), welcome->text);
  if ((hello.barriers & 1U << static_cast<unsigned>(welcome->barrier)) == 0) {
    return fail(why, Error::local(LocalError::incompatible_peer), "the platform chose a barrier that we did not offer");
  }
  if (record->fds.size() != welcome->fd_count()) {
    return fail(
        why, Error::local(LocalError::incompatible_peer),
        fmt::format("the platform sent {} descriptors, its layout needs {}", record->fds.size(), welcome->fd_count()));
  }
  std::uint64_t memory_id = 0;
  auto memory = map_sealed(record->fds[0].get(), welcome->layout.memory_size, &memory_id, why);
  if (!memory) return memory.error();
  for (std::size_t i = 1; i < record->fds.size(); ++i) {
    if (auto ok = check_bell(record->fds[i].get(), why); !ok) return ok.error();
  }

  std::unique_ptr<MailboxTransport> made(new MailboxTransport());
  made->socket_fd_ = std::move(*socket);
  made->memory_ = std::move(*memory);
  made->platform_bell_ = std::move(record->fds[1]);
  MailboxLayout& layout = welcome->layout;
  const std::size_t count = layout.agent.channels.size();
  std::vector<Bells> bells(2 * count);
  std::size_t next_fd = 2;
  for (std::size_t i = 0; i < count; ++i) {
    const ChannelLayout& channel = layout.agent.channels[i];
    const auto connect_bells = [&](Bells& b, std::uint32_t sleeping) {
      b.peer_sleeping = SharedWord(made->memory_.data() + layout.platform_sleeping);
      b.own_sleeping = SharedWord(made->memory_.data() + sleeping);
      b.peer_bell = made->platform_bell_.get();
      b.own_bell = std::move(record->fds[next_fd++]);
    };
    connect_bells(bells[i], channel.a2p_sleeping);
    if (channel.p2a.size != 0) connect_bells(bells[count + i], channel.p2a_sleeping);
  }
  made->open("mailbox", made->memory_.data(), std::move(layout.agent), std::move(bells), welcome->barrier, memory_id,
             welcome->epoch, made->socket_fd_.get());
  return made;
}

bool MailboxTransport::check_alive() noexcept { return socket_alive(socket_fd_.get()); }

}  // namespace scmi::transport
