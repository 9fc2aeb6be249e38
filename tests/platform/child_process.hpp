// SPDX-License-Identifier: Apache-2.0
//
// A program under test as a child: its first line, its end, everything it wrote. No wait here is longer than a limit
// that a healthy program never comes near.
#pragma once

#include <doctest/doctest.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

namespace scmi::platform::test {

constexpr int patience_ms = 30'000;

/// A folder that goes with everything in it.
struct TemporaryFolder {
  std::string path;
  TemporaryFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "scmi-test-XXXXXX").string();
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    path = name;
  }
  ~TemporaryFolder() { std::filesystem::remove_all(path); }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  [[nodiscard]] std::string operator/(const std::string& name) const { return path + "/" + name; }
  std::string write(const std::string& name, const std::string& text) const {
    std::ofstream(*this / name) << text;
    return *this / name;
  }
};

/// One end of a pipe, read as text.
class Reader {
 public:
  explicit Reader(int fd = -1) : fd_(fd) {}
  ~Reader() { close(); }
  Reader(Reader&& other) noexcept : fd_(std::exchange(other.fd_, -1)), text_(std::move(other.text_)) {}
  Reader& operator=(Reader&& other) noexcept {
    close();
    fd_ = std::exchange(other.fd_, -1);
    text_ = std::move(other.text_);
    return *this;
  }
  /// Up to the next line's end, without it. Empty at the end of the stream.
  std::string line() {
    std::size_t end = 0;
    while ((end = text_.find('\n')) == std::string::npos && more()) {
    }
    std::string first = text_.substr(0, end);
    text_.erase(0, end == std::string::npos ? end : end + 1);
    return first;
  }
  /// Up to and with `mark`, or to the end of the stream.
  std::string until(const std::string& mark) {
    std::size_t at = 0;
    while ((at = text_.find(mark)) == std::string::npos && more()) {
    }
    const std::size_t end = at == std::string::npos ? text_.size() : at + mark.size();
    std::string first = text_.substr(0, end);
    text_.erase(0, end);
    return first;
  }
  /// Everything until the stream ends.
  std::string all() {
    while (more()) {
    }
    return std::exchange(text_, {});
  }
  /// The same of two streams, in the order in which they speak: neither fills up while the other is being read.
  static std::pair<std::string, std::string> all(Reader& one, Reader& other) {
    bool open[2] = {true, true};
    while (open[0] && open[1]) {
      pollfd look[2] = {{.fd = one.fd_, .events = POLLIN, .revents = 0},
                        {.fd = other.fd_, .events = POLLIN, .revents = 0}};
      REQUIRE_MESSAGE(::poll(look, 2, patience_ms) > 0, "the program says nothing");
      if (look[0].revents != 0) open[0] = one.more();
      if (look[1].revents != 0) open[1] = other.more();
    }
    std::string first = one.all();
    return {std::move(first), other.all()};
  }

 private:
  bool more() {
    pollfd look{.fd = fd_, .events = POLLIN, .revents = 0};
    REQUIRE_MESSAGE(::poll(&look, 1, patience_ms) == 1, "the program says nothing");
    char buffer[4096];
    const ssize_t count = ::read(fd_, buffer, sizeof buffer);
    if (count <= 0) return false;
    text_.append(buffer, static_cast<std::size_t>(count));
    return true;
  }
  void close() {
    if (fd_ >= 0) ::close(fd_);
    fd_ = -1;
  }
  int fd_;
  std::string text_;
};

class ChildProcess {
 public:
  /// `input` (borrowed) becomes its stdin; without one it has nothing to read.
  explicit ChildProcess(std::vector<std::string> arguments, int input = -1) {
    int out[2];
    int err[2];
    REQUIRE(::pipe2(out, O_CLOEXEC) == 0);
    REQUIRE(::pipe2(err, O_CLOEXEC) == 0);
    std::vector<char*> argv;
    for (std::string& a : arguments) argv.push_back(a.data());
    argv.push_back(nullptr);
    pid_ = ::fork();
    REQUIRE(pid_ >= 0);
    if (pid_ == 0) {
      ::dup2(input >= 0 ? input : ::open("/dev/null", O_RDONLY | O_CLOEXEC), STDIN_FILENO);
      ::dup2(out[1], STDOUT_FILENO);
      ::dup2(err[1], STDERR_FILENO);
      ::execv(argv[0], argv.data());
      ::_exit(127);
    }
    ::close(out[1]);
    ::close(err[1]);
    stdout_ = Reader(out[0]);
    stderr_ = Reader(err[0]);
  }
  ~ChildProcess() {
    if (pid_ > 0) {
      ::kill(pid_, SIGKILL);
      ::waitpid(pid_, nullptr, 0);
    }
  }
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  void signal(int number) const { REQUIRE(::kill(pid_, number) == 0); }
  [[nodiscard]] pid_t pid() const noexcept { return pid_; }
  /// Waits for the end; the exit code, or minus the signal.
  int wait() {
    const int fd = static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0));
    pollfd look{.fd = fd, .events = POLLIN, .revents = 0};
    REQUIRE_MESSAGE(::poll(&look, 1, patience_ms) == 1, "the program does not end");
    ::close(fd);
    int status = 0;
    REQUIRE(::waitpid(pid_, &status, 0) == pid_);
    pid_ = -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
  }
  Reader& out() { return stdout_; }
  Reader& err() { return stderr_; }

 private:
  pid_t pid_ = -1;
  Reader stdout_;
  Reader stderr_;
};

}  // namespace scmi::platform::test
