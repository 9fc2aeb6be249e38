// SPDX-License-Identifier: Apache-2.0
#include "tool/interrupt.hpp"

#include <unistd.h>

#include <array>
#include <csignal>

#include "tool/failure.hpp"

namespace scmi::tool {
namespace {

// Changed only with both signals blocked, so that the handler never sees half a text.
struct Prepared {
  std::string output;
  std::string line;
  std::string socket;
  std::string folder;
};

Prepared& prepared() {
  static Prepared texts;
  return texts;
}

constexpr std::array<int, 2> signals{SIGINT, SIGTERM};

class Blocked {
 public:
  Blocked() {
    sigset_t set;
    ::sigemptyset(&set);
    for (const int number : signals) ::sigaddset(&set, number);
    ::sigprocmask(SIG_BLOCK, &set, &before_);
  }
  ~Blocked() { ::sigprocmask(SIG_SETMASK, &before_, nullptr); }
  Blocked(const Blocked&) = delete;
  Blocked& operator=(const Blocked&) = delete;

 private:
  sigset_t before_{};
};

void say(int fd, const std::string& text) {
  // Nothing is left to be done about a failure here.
  [[maybe_unused]] const ssize_t written = ::write(fd, text.data(), text.size());
}

void handle(int) {
  const Prepared& texts = prepared();
  say(STDOUT_FILENO, texts.output);
  say(STDERR_FILENO, texts.line);
  if (!texts.socket.empty()) ::unlink(texts.socket.c_str());
  if (!texts.folder.empty()) ::rmdir(texts.folder.c_str());
  ::_exit(static_cast<int>(Exit::ended));
}

}  // namespace

void on_interrupt_say(const std::string& output, const std::string& line) {
  const Blocked blocked;
  prepared().output = output;
  prepared().line = line;
  struct sigaction action{};
  action.sa_handler = handle;
  ::sigfillset(&action.sa_mask);
  for (const int number : signals) ::sigaction(number, &action, nullptr);
}

void on_interrupt_remove(const std::string& socket, const std::string& folder) {
  const Blocked blocked;
  prepared().socket = socket;
  prepared().folder = folder;
}

void end_of_interrupts() {
  for (const int number : signals) ::signal(number, SIG_DFL);
}

}  // namespace scmi::tool
