// SPDX-License-Identifier: Apache-2.0
#include "transport/shm_server.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "transport/shm_describe.hpp"
#include "transport/shm_file.hpp"

namespace scmi::transport {
namespace {

/// Whether what has the name, if anything, is a dead platform's.
Result<void> may_replace(const std::string& path, std::string* why) {
  const auto old = open_private_file(path, true, why);
  if (!old) {
    if (old.error() == Error::system(ENOENT)) return {};
    return old.error();
  }
  if (platform_holds(old->get())) {
    return fail(why, Error::system(EADDRINUSE), "'" + path + "' is served by another platform");
  }
  return {};
}

Result<void> write_description(const ShmLayout& layout, std::string* why) {
  const std::string path = describe_path(layout.file);
  const std::string text = to_json(layout);
  std::string temporary;
  const auto fd = make_private_file(path, 0, &temporary, why);
  if (!fd) return fd.error();
  for (std::size_t at = 0; at < text.size();) {
    const ssize_t put = ::write(fd->get(), text.data() + at, text.size() - at);
    if (put < 0 && errno == EINTR) continue;
    if (put <= 0) {
      const int error = errno;
      ::unlink(temporary.c_str());
      return fail_errno(why, error, "writing '" + temporary + "'");
    }
    at += static_cast<std::size_t>(put);
  }
  return publish_file(temporary, path, why);
}

}  // namespace

Result<std::unique_ptr<ShmServer>> ShmServer::create(const std::string& file, std::span<const AgentConfig> agents,
                                                     const PortEvents& events, std::string* why) {
  const std::string path = shm_path(file);
  auto layout = plan_shm(path, agents, why);
  if (!layout) return layout.error();
  if (auto ok = may_replace(path, why); !ok) return ok.error();
  std::string temporary;
  auto fd = make_private_file(path, layout->size, &temporary, why);
  if (!fd) return fd.error();
  const auto undo = [&](Error error, const std::string& what) {
    ::unlink(temporary.c_str());
    return error.origin == Origin::system ? fail_errno(why, error.code, what) : error;
  };

  std::unique_ptr<ShmServer> made(new ShmServer());
  auto memory = MemoryMap::map(fd->get(), layout->size);
  if (!memory) return undo(memory.error(), "mapping '" + path + "'");
  if (auto ok = lock_platform(fd->get()); !ok) return undo(ok.error(), "locking '" + path + "'");
  struct stat status{};
  if (::fstat(fd->get(), &status) != 0) return undo(Error::system(errno), "'" + path + "'");
  made->memory_ = std::move(*memory);
  if (!made->guard_.watch({made->memory_.data(), made->memory_.size()}, made->lost_)) {
    return undo(Error::system(ENOSPC), "too many files are open");
  }
  for (const AgentLayout& agent : layout->agents) {
    made->owned_.push_back(
        std::make_unique<AgentPort>(PortKey{agent.id, port_serial}, agent, made->memory_.data(), AgentPort::Bells{}));
    made->ports_.push_back(made->owned_.back().get());
  }
  if (auto ok = write_description(*layout, why); !ok) {
    ::unlink(temporary.c_str());
    return ok.error();
  }
  // The name comes last: whoever finds it finds areas that are ready and a platform that holds them.
  if (auto ok = publish_file(temporary, path, why); !ok) return ok.error();
  made->layout_ = std::move(*layout);
  made->inode_ = status.st_ino;
  made->fd_ = std::move(*fd);
  if (events.connected) {
    for (const AgentPort* const port : made->ports_) events.connected(port->key());
  }
  return made;
}

ShmServer::~ShmServer() {
  struct stat status{};
  if (!fd_ || ::lstat(layout_.file.c_str(), &status) != 0 || status.st_ino != inode_) return;
  ::unlink(layout_.file.c_str());
  ::unlink(describe_path(layout_.file).c_str());
}

AgentPort* ShmServer::find(const PortKey& key) noexcept {
  return key.serial == port_serial ? find(key.agent) : nullptr;
}

AgentPort* ShmServer::find(AgentId agent) noexcept {
  for (AgentPort* const port : ports_) {
    if (port->key().agent == agent) return port;
  }
  return nullptr;
}

std::span<AgentPort* const> ShmServer::ports() noexcept {
  // What stands where the truncated file was is not shared with anybody.
  if (lost()) return {};
  return ports_;
}

}  // namespace scmi::transport
