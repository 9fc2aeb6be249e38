// SPDX-License-Identifier: Apache-2.0
#include "transport/mailbox_server.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "transport/seqpacket.hpp"

namespace scmi::transport {
namespace {

constexpr int backlog = 16;

/// Whether somebody listens on the socket at `address`.
bool answered(const sockaddr_un& address) {
  const UniqueFd probe(::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!probe) return true;  // cannot tell: do not take it away from anybody
  if (::connect(probe.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) return true;
  return errno != ECONNREFUSED;
}

/// A dead socket may be replaced; anything else that has the name is somebody's.
Result<void> make_room(const std::string& path, const sockaddr_un& address, std::string* why) {
  struct stat status{};
  if (::lstat(path.c_str(), &status) != 0) {
    if (errno == ENOENT) return {};
    return fail_errno(why, errno, "'" + path + "'");
  }
  if (!S_ISSOCK(status.st_mode)) {
    return fail(why, Error::system(EEXIST), "'" + path + "' exists and is not a socket");
  }
  if (answered(address)) {
    return fail(why, Error::system(EADDRINUSE), "'" + path + "' is in use by another platform");
  }
  if (::unlink(path.c_str()) != 0) return fail_errno(why, errno, "removing the dead socket '" + path + "'");
  return {};
}

Result<UniqueFd> make_memory(const MailboxLayout& layout) {
  UniqueFd fd(::memfd_create("scmi-mailbox", MFD_CLOEXEC | MFD_ALLOW_SEALING));
  if (!fd) return Error::system(errno);
  // Allocated now, so that no later access can fail for want of memory.
  if (::ftruncate(fd.get(), layout.memory_size) != 0 || ::fallocate(fd.get(), 0, 0, layout.memory_size) != 0 ||
      ::fcntl(fd.get(), F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) != 0) {
    return Error::system(errno);
  }
  return fd;
}

Result<UniqueFd> make_bell() {
  UniqueFd fd(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!fd) return Error::system(errno);
  return fd;
}

void drain(int bell) noexcept {
  std::uint64_t count = 0;
  [[maybe_unused]] const ssize_t got = ::read(bell, &count, sizeof count);
}

}  // namespace

/// One agent that was let in. Its members go in reverse order: the port before the memory it borrows.
struct MailboxServer::Connection {
  UniqueFd socket;
  UniqueFd memory_fd;
  UniqueFd doorbell;
  std::vector<UniqueFd> agent_bells;  // in the order of the hello
  MemoryMap memory;
  std::optional<AgentPort> port;

  /// Everything of a connection but its socket. Errors: system.
  [[nodiscard]] static Result<std::unique_ptr<Connection>> make(PortKey key, const MailboxLayout& layout,
                                                                BarrierMode barrier);
};

Result<std::unique_ptr<MailboxServer::Connection>> MailboxServer::Connection::make(PortKey key,
                                                                                   const MailboxLayout& layout,
                                                                                   BarrierMode barrier) {
  auto made = std::make_unique<Connection>();
  auto memory_fd = make_memory(layout);
  if (!memory_fd) return memory_fd.error();
  made->memory_fd = std::move(*memory_fd);
  auto memory = MemoryMap::map(made->memory_fd.get(), layout.memory_size);
  if (!memory) return memory.error();
  made->memory = std::move(*memory);
  auto doorbell = make_bell();
  if (!doorbell) return doorbell.error();
  made->doorbell = std::move(*doorbell);

  AgentPort::Bells bells;
  bells.platform_sleeping = SharedWord(made->memory.data() + layout.platform_sleeping);
  bells.barrier = barrier;
  for (const ChannelLayout& channel : layout.agent.channels) {
    const auto add = [&](std::vector<AgentPort::Bell>& list, const AreaPlace& area,
                         std::uint32_t word) -> Result<void> {
      AgentPort::Bell& bell = list.emplace_back();
      if (area.size == 0) return {};
      auto fd = make_bell();
      if (!fd) return fd.error();
      bell = {.agent_sleeping = SharedWord(made->memory.data() + word), .fd = fd->get()};
      made->agent_bells.push_back(std::move(*fd));
      return {};
    };
    if (auto ok = add(bells.a2p, channel.a2p, channel.a2p_sleeping); !ok) return ok.error();
    if (auto ok = add(bells.p2a, channel.p2a, channel.p2a_sleeping); !ok) return ok.error();
  }
  made->port.emplace(key, layout.agent, made->memory.data(), std::move(bells));
  return made;
}

MailboxServer::MailboxServer(MailboxServerOptions options, PortEvents events)
    : options_(std::move(options)), events_(std::move(events)) {
  if (!options_.may_be) {
    options_.may_be = [own = ::geteuid()](const PeerCredentials& peer, AgentId) { return peer.uid == own; };
  }
}

MailboxServer::~MailboxServer() {
  struct stat status{};
  if (listener_ && ::lstat(options_.path.c_str(), &status) == 0 && status.st_ino == socket_inode_) {
    ::unlink(options_.path.c_str());
  }
}

Result<std::unique_ptr<MailboxServer>> MailboxServer::listen(MailboxServerOptions options, PortEvents events,
                                                             std::string* why) {
  const std::string path = options.path;
  const auto address = unix_address(path);
  if (!address) return fail_errno(why, address.error().code, "'" + path + "'");
  std::unique_ptr<MailboxServer> made(new MailboxServer(std::move(options), std::move(events)));
  // One plan for all judges what each alone cannot show: ids that are used twice.
  if (auto all = plan_shm({}, made->options_.agents, why); !all) return all.error();
  for (const AgentConfig& agent : made->options_.agents) {
    auto layout = plan_mailbox(agent, why);
    if (!layout) return layout.error();
    made->layouts_.push_back(std::move(*layout));
  }
  if (auto ok = make_room(path, *address, why); !ok) return ok.error();
  UniqueFd listener(::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!listener) return fail_errno(why, errno, "socket");
  // The mode of the unbound socket limits the mode of its name: there is no moment in which others may connect.
  if (::fchmod(listener.get(), 0600) != 0) return fail_errno(why, errno, "fchmod");
  if (::bind(listener.get(), reinterpret_cast<const sockaddr*>(&*address), sizeof *address) != 0) {
    return fail_errno(why, errno, "bind to '" + path + "'");
  }
  struct stat status{};
  if (::chmod(path.c_str(), 0600) != 0 || ::lstat(path.c_str(), &status) != 0 ||
      ::listen(listener.get(), backlog) != 0) {
    const int error = errno;
    ::unlink(path.c_str());
    return fail_errno(why, error, "'" + path + "'");
  }
  made->socket_inode_ = status.st_ino;
  made->listener_ = std::move(listener);
  return made;
}

AgentPort* MailboxServer::find(const PortKey& key) noexcept {
  AgentPort* const port = find(key.agent);
  return port != nullptr && port->key() == key ? port : nullptr;
}

AgentPort* MailboxServer::find(AgentId agent) noexcept {
  for (AgentPort* const port : ports_) {
    if (port->key().agent == agent) return port;
  }
  return nullptr;
}

// Order: listener, strangers, then socket and doorbell of each connection. poll(2) looks in this order, so a hang-up
// that came before a stranger's hello is seen with it.
void MailboxServer::add_fds(std::vector<pollfd>& fds) {
  fds.push_back({.fd = listener_.get(), .events = POLLIN, .revents = 0});
  for (const UniqueFd& stranger : strangers_) fds.push_back({.fd = stranger.get(), .events = POLLIN, .revents = 0});
  for (const auto& connection : connections_) {
    fds.push_back({.fd = connection->socket.get(), .events = POLLIN | POLLRDHUP, .revents = 0});
    fds.push_back({.fd = connection->doorbell.get(), .events = POLLIN, .revents = 0});
  }
}

void MailboxServer::dispatch(std::span<const pollfd> fds) {
  const std::size_t strangers = strangers_.size();
  const std::size_t connections = connections_.size();
  if (fds.size() != 1 + strangers + 2 * connections) return;  // not the descriptors of this state
  // From the last to the first, so that dropping one leaves the places of those still to come.
  for (std::size_t i = connections; i-- > 0;) {
    const pollfd& socket = fds[1 + strangers + 2 * i];
    const pollfd& doorbell = fds[2 + strangers + 2 * i];
    if ((doorbell.revents & POLLIN) != 0) {
      drain(doorbell.fd);
      connections_[i]->port->doorbell_rang();
    }
    // An agent has nothing to say after its hello: hang-up and chatter both end the connection.
    if (socket.revents != 0) drop(i);
  }
  for (std::size_t i = strangers; i-- > 0;) {
    if (fds[1 + i].revents != 0 && greet(strangers_[i])) {
      strangers_.erase(strangers_.begin() + static_cast<std::ptrdiff_t>(i));
    }
  }
  if (fds[0].revents != 0) accept_all();
}

void MailboxServer::accept_all() {
  for (int i = 0; i < backlog; ++i) {
    UniqueFd socket(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
    if (!socket) return;
    if (strangers_.size() >= strangers_max) {
      refuse(strangers_.front(), Verdict::failed, "too many peers that say nothing");
      strangers_.erase(strangers_.begin());
    }
    strangers_.push_back(std::move(socket));
  }
}

bool MailboxServer::greet(UniqueFd& socket) {
  std::array<std::byte, hello_size_max> bytes;
  auto record = receive_record(socket.get(), bytes, 0);
  if (!record && (record.error().code == EAGAIN || record.error().code == EINTR)) return false;
  if (!record || record->size == 0) {
    ++refused_;
    return true;
  }
  std::string text;
  auto hello = record->truncated
                   ? Result<Hello>(fail(&text, Error::local(LocalError::incompatible_peer), "the hello is too large"))
                   : decode_hello(std::span(bytes).first(record->size), &text);
  if (!hello) {
    refuse(socket, Verdict::incompatible, text);
    return true;
  }
  ucred who{};
  socklen_t size = sizeof who;
  if (::getsockopt(socket.get(), SOL_SOCKET, SO_PEERCRED, &who, &size) != 0) {
    refuse(socket, Verdict::failed, "the kernel does not say who you are");
    return true;
  }
  Verdict verdict = Verdict::failed;
  const AgentConfig* const agent = choose(*hello, {.pid = who.pid, .uid = who.uid, .gid = who.gid}, &verdict, &text);
  if (agent == nullptr) {
    refuse(socket, verdict, text);
  } else {
    admit(std::move(socket), *agent, hello->barriers);
  }
  return true;
}

void MailboxServer::refuse(const UniqueFd& socket, Verdict verdict, std::string text) {
  ++refused_;
  Welcome answer;
  answer.verdict = verdict;
  answer.text = std::move(text);
  // A peer that does not take its refusal is closed all the same.
  [[maybe_unused]] const auto sent = send_record(socket.get(), encode(answer), {});
}

const AgentConfig* MailboxServer::choose(const Hello& hello, const PeerCredentials& peer, Verdict* verdict,
                                         std::string* text) {
  // A claimant that died a moment ago, whose hang-up was not dispatched yet, does not stand in the way.
  const auto claimed = [&](AgentId id) {
    for (std::size_t i = 0; i < connections_.size(); ++i) {
      if (connections_[i]->port->key().agent != id) continue;
      if (socket_alive(connections_[i]->socket.get())) return true;
      drop(i);
      return false;
    }
    return false;
  };
  bool known = false;
  bool taken = false;
  for (const AgentConfig& agent : options_.agents) {
    if (hello.agent && agent.id != *hello.agent) continue;
    if (!hello.name.empty() && agent.name != hello.name) continue;
    known = true;
    if (!options_.may_be(peer, agent.id)) continue;
    if (!claimed(agent.id)) return &agent;
    taken = true;
    *text = fmt::format("agent {} ('{}') is claimed by another process", agent.id.value, agent.name);
  }
  if (taken) {
    *verdict = Verdict::claimed;
  } else if (known) {
    *verdict = Verdict::denied;
    *text = fmt::format("user {} may not be {}", peer.uid,
                        hello.agent || !hello.name.empty() ? "that agent" : "any agent of this platform");
  } else {
    *verdict = Verdict::unknown_agent;
    *text = hello.agent ? fmt::format("this platform has no agent {}{}{}", hello.agent->value,
                                      hello.name.empty() ? "" : " named ", hello.name)
                        : fmt::format("this platform has no agent named '{}'", hello.name);
  }
  return nullptr;
}

void MailboxServer::admit(UniqueFd socket, const AgentConfig& agent, std::uint32_t barriers) {
  const MailboxLayout& layout = layouts_[static_cast<std::size_t>(&agent - options_.agents.data())];
  Welcome welcome;
  welcome.verdict = Verdict::accepted;
  welcome.barrier = choose_barrier(barrier_capabilities(), barriers);
  welcome.epoch = options_.epoch;
  welcome.layout = layout;
  const PortKey key{agent.id, next_serial_};
  next_serial_ = next_serial_ == UINT32_MAX ? 1 : next_serial_ + 1;
  auto made = Connection::make(key, layout, welcome.barrier);
  if (!made) {
    refuse(socket, Verdict::failed, "the platform cannot make the agent's memory: " + describe(made.error()));
    return;
  }
  Connection& connection = **made;
  std::vector<int> fds{connection.memory_fd.get(), connection.doorbell.get()};
  for (const UniqueFd& bell : connection.agent_bells) fds.push_back(bell.get());
  if (!send_record(socket.get(), encode(welcome), fds)) {
    ++refused_;
    return;
  }
  connection.memory_fd.reset();
  connection.socket = std::move(socket);
  ports_.push_back(&*connection.port);
  connections_.push_back(std::move(*made));
  if (events_.connected) events_.connected(key);
}

void MailboxServer::drop(std::size_t index) {
  const std::unique_ptr<Connection> gone = std::move(connections_[index]);
  connections_.erase(connections_.begin() + static_cast<std::ptrdiff_t>(index));
  ports_.erase(ports_.begin() + static_cast<std::ptrdiff_t>(index));
  if (events_.gone) events_.gone(gone->port->key());
}

}  // namespace scmi::transport
