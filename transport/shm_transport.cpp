// SPDX-License-Identifier: Apache-2.0
#include "transport/shm_transport.hpp"

#include <fmt/format.h>
#include <sys/stat.h>

#include <cerrno>

#include "transport/shm_describe.hpp"
#include "transport/shm_file.hpp"

namespace scmi::transport {
namespace {

/// Finds the agent that was asked for and claims it.
Result<AgentLayout> claim(int fd, const ShmLayout& layout, const ShmOptions& options, std::string* why) {
  bool known = false;
  for (const AgentLayout& agent : layout.agents) {
    if (options.agent && agent.id != *options.agent) continue;
    if (!options.agent_name.empty() && agent.name != options.agent_name) continue;
    known = true;
    const auto locked = lock_agent(fd, agent.id);
    if (locked) return agent;
    if (locked.error().code != EAGAIN) return fail_errno(why, locked.error().code, "locking the agent");
  }
  if (known) return fail(why, Error::local(LocalError::agent_claimed), "the agent is claimed by another process");
  return fail(why, Error::local(LocalError::not_found), "the file has no such agent");
}

}  // namespace

ShmTransport::~ShmTransport() = default;

Result<std::unique_ptr<ShmTransport>> ShmTransport::connect(const std::string& file, const ShmOptions& options,
                                                            std::string* why) {
  const std::string path = shm_path(file);
  auto fd = open_private_file(path, true, why);
  if (!fd) return fd.error();
  std::string text = options.description;
  if (text.empty()) {
    auto beside = read_private_file(describe_path(path), why);
    if (!beside) return beside.error();
    text = std::move(*beside);
  }
  auto layout = parse_describe(text, why);
  if (!layout) return layout.error();
  struct stat status{};
  if (::fstat(fd->get(), &status) != 0) return fail_errno(why, errno, "'" + path + "'");
  if (status.st_size != static_cast<off_t>(layout->size)) {
    return fail(why, Error::local(LocalError::bad_memory),
                fmt::format("'{}' has {} bytes, its description says {}", path, status.st_size, layout->size));
  }
  if (!options.allow_unlocked && !platform_holds(fd->get())) {
    return fail(why, Error::local(LocalError::platform_lost), "no platform serves '" + path + "'");
  }
  auto agent = claim(fd->get(), *layout, options, why);
  if (!agent) return agent.error();
  auto memory = MemoryMap::map(fd->get(), layout->size);
  if (!memory) return fail_errno(why, memory.error().code, "mapping '" + path + "'");

  std::unique_ptr<ShmTransport> made(new ShmTransport());
  made->fd_ = std::move(*fd);
  made->locked_ = !options.allow_unlocked;
  made->memory_ = std::move(*memory);
  if (!made->guard_.watch({made->memory_.data(), made->memory_.size()}, made->lost_flag())) {
    return fail(why, Error::system(ENOSPC), "too many files are open");
  }
  // A new platform makes a new file, so the inode is the peer's incarnation as well.
  const auto inode = static_cast<std::uint64_t>(status.st_ino);
  made->open("shm", made->memory_.data(), std::move(*agent), {}, BarrierMode::locked, inode << 32, inode, -1);
  return made;
}

bool ShmTransport::check_alive() noexcept {
  struct stat status{};
  if (::fstat(fd_.get(), &status) != 0 || status.st_size < static_cast<off_t>(memory_.size())) return false;
  return !locked_ || platform_holds(fd_.get());
}

}  // namespace scmi::transport
