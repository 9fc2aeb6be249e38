// SPDX-License-Identifier: Apache-2.0
//
// Owners of the two things the transports get from the operating system, a descriptor and a mapping, and the way
// set-up functions explain a failure to people: the Error carries no string, so the text goes to a caller's string.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>

#include "scmi/result.hpp"

namespace scmi::transport {

/// Owns a file descriptor.
class UniqueFd {
 public:
  UniqueFd() = default;
  explicit UniqueFd(int fd) noexcept : fd_(fd) {}
  UniqueFd(UniqueFd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  UniqueFd& operator=(UniqueFd&& other) noexcept {
    if (this != &other) reset(std::exchange(other.fd_, -1));
    return *this;
  }
  UniqueFd(const UniqueFd&) = delete;
  UniqueFd& operator=(const UniqueFd&) = delete;
  ~UniqueFd() { reset(); }

  [[nodiscard]] int get() const noexcept { return fd_; }
  [[nodiscard]] explicit operator bool() const noexcept { return fd_ >= 0; }
  void reset(int fd = -1) noexcept;

 private:
  int fd_ = -1;
};

/// Owns a shared, writable mapping.
class MemoryMap {
 public:
  MemoryMap() = default;
  MemoryMap(MemoryMap&& other) noexcept
      : base_(std::exchange(other.base_, nullptr)), size_(std::exchange(other.size_, 0)) {}
  MemoryMap& operator=(MemoryMap&& other) noexcept;
  MemoryMap(const MemoryMap&) = delete;
  MemoryMap& operator=(const MemoryMap&) = delete;
  ~MemoryMap();

  /// Maps the first `size` bytes of `fd`. Errors: system.
  [[nodiscard]] static Result<MemoryMap> map(int fd, std::size_t size) noexcept;

  [[nodiscard]] std::byte* data() const noexcept { return base_; }
  [[nodiscard]] std::size_t size() const noexcept { return size_; }

 private:
  std::byte* base_ = nullptr;
  std::size_t size_ = 0;
};

/// Stores `text` where the caller asked for it and hands the error on.
[[nodiscard]] Error fail(std::string* why, Error error, std::string text);
/// The same for a failed system call: "`what`: <errno text>".
[[nodiscard]] Error fail_errno(std::string* why, int errno_value, const std::string& what);

}  // namespace scmi::transport
