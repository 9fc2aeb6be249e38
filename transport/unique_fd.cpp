// SPDX-License-Identifier: Apache-2.0
#include "transport/unique_fd.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace scmi::transport {

void UniqueFd::reset(int fd) noexcept {
  if (fd_ >= 0) ::close(fd_);
  fd_ = fd;
}

MemoryMap& MemoryMap::operator=(MemoryMap&& other) noexcept {
  if (this != &other) {
    if (base_ != nullptr) ::munmap(base_, size_);
    base_ = std::exchange(other.base_, nullptr);
    size_ = std::exchange(other.size_, 0);
  }
  return *this;
}

MemoryMap::~MemoryMap() {
  if (base_ != nullptr) ::munmap(base_, size_);
}

Result<MemoryMap> MemoryMap::map(int fd, std::size_t size) noexcept {
  void* const at = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (at == MAP_FAILED) return Error::system(errno);
  MemoryMap made;
  made.base_ = static_cast<std::byte*>(at);
  made.size_ = size;
  return made;
}

Error fail(std::string* why, Error error, std::string text) {
  if (why != nullptr) *why = std::move(text);
  return error;
}

Error fail_errno(std::string* why, int errno_value, const std::string& what) {
  return fail(why, Error::system(errno_value), what + ": " + std::strerror(errno_value));
}

}  // namespace scmi::transport
