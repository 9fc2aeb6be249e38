// SPDX-License-Identifier: Apache-2.0
#include "tool/sim_platform.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <utility>
#include <vector>

#include "tool/interrupt.hpp"
#include "tool/text.hpp"

namespace scmi::tool {
namespace {

namespace fs = std::filesystem;
using transport::UniqueFd;

constexpr auto ready_within = std::chrono::seconds(20);
constexpr const char* program_name = "scmi-platform";
constexpr const char* soc_name = "juno-r2.toml";

[[nodiscard]] tl::unexpected<Failure> broken(std::string message, std::string advice = {}) {
  return tl::unexpected(Failure{Exit::transport, std::move(message), std::move(advice), {}});
}

[[nodiscard]] tl::unexpected<Failure> broken_errno(std::string_view what, int value) {
  return tl::unexpected(Failure{Exit::transport,
                                fmt::format("simulated platform: {}: {}", what, std::strerror(value)),
                                {},
                                Error::system(value)});
}

[[nodiscard]] fs::path own_folder() {
  std::error_code ignored;
  return fs::read_symlink("/proc/self/exe", ignored).parent_path();
}

/// The first of `places` that is there; a failure names them all.
[[nodiscard]] Outcome<std::string> first_of(const std::vector<fs::path>& places, int access, std::string_view what,
                                            std::string_view variable) {
  std::string looked;
  for (const fs::path& given : places) {
    const fs::path place = given.lexically_normal();
    std::error_code ignored;
    if (fs::is_regular_file(place, ignored) && ::access(place.c_str(), access) == 0) return place.string();
    looked += (looked.empty() ? "" : ", ") + place.string();
  }
  return broken(fmt::format("no {} for the simulated platform (looked for {})", what, looked),
                fmt::format("set {}, or use '--connect mailbox:SOCKET'", variable));
}

[[nodiscard]] Outcome<std::string> find_program() {
  std::vector<fs::path> places;
  if (const char* given = std::getenv("SCMI_PLATFORM")) {
    places.emplace_back(given);
  } else {
    const fs::path here = own_folder();
    places = {here / program_name, here / ".." / "platform" / program_name};
    std::string_view path = std::getenv("PATH") != nullptr ? std::getenv("PATH") : "";
    while (!path.empty()) {
      const std::size_t end = std::min(path.find(':'), path.size());
      if (end != 0) places.push_back(fs::path(path.substr(0, end)) / program_name);
      path.remove_prefix(std::min(end + 1, path.size()));
    }
  }
  return first_of(places, X_OK, program_name, "SCMI_PLATFORM");
}

[[nodiscard]] Outcome<std::string> find_soc() {
  std::vector<fs::path> places;
  if (const char* given = std::getenv("SCMI_SOC_DIR")) {
    places.push_back(fs::path(given) / soc_name);
  } else {
    // Installed, then the build tree, which has a copy.
    const fs::path here = own_folder();
    places = {here / ".." / "share" / "scmi" / "socs" / soc_name, here / soc_name};
  }
  return first_of(places, R_OK, soc_name, "SCMI_SOC_DIR");
}

/// In the child, between fork and exec: only what is safe there.
[[noreturn]] void become(const char* program, char* const* arguments, pid_t parent, int output, int complaints) {
  sigset_t none;
  ::sigemptyset(&none);
  ::signal(SIGINT, SIG_DFL);
  ::signal(SIGTERM, SIG_DFL);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  // A terminal's Ctrl-C is for the tool, whose end is the child's end.
  ::setpgid(0, 0);
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) ::_exit(127);  // the tool died before the kernel knew of the bond
  const int nothing = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  if (::dup2(nothing, STDIN_FILENO) < 0 || ::dup2(output, STDOUT_FILENO) < 0 || ::dup2(complaints, STDERR_FILENO) < 0) {
    ::_exit(127);
  }
  ::execv(program, arguments);
  ::_exit(127);
}

}  // namespace

Outcome<std::unique_ptr<SimPlatform>> SimPlatform::start() {
  const auto program = find_program();
  if (!program) return tl::unexpected(program.error());
  const auto soc = find_soc();
  if (!soc) return tl::unexpected(soc.error());

  std::unique_ptr<SimPlatform> sim(new SimPlatform());
  std::error_code error;
  std::string folder = (fs::temp_directory_path(error) / "scmi-tool-XXXXXX").string();
  if (error || ::mkdtemp(folder.data()) == nullptr) return broken_errno("a folder for its socket", errno);
  sim->folder_ = folder;
  sim->socket_ = folder + "/mailbox";
  on_interrupt_remove(sim->socket_, sim->folder_);
  if (auto launched = sim->launch(*program, *soc); !launched) return tl::unexpected(launched.error());
  if (auto ready = sim->await_ready(*program); !ready) return tl::unexpected(ready.error());
  return sim;
}

Outcome<void> SimPlatform::launch(const std::string& program, const std::string& soc) {
  std::array<int, 2> pipe{};
  if (::pipe2(pipe.data(), O_CLOEXEC) != 0) return broken_errno("pipe", errno);
  output_ = UniqueFd(pipe[0]);
  const UniqueFd write_end(pipe[1]);
  complaints_ = UniqueFd(::memfd_create("scmi-platform-stderr", MFD_CLOEXEC));
  if (!complaints_) return broken_errno("memfd_create", errno);

  std::array<std::string, 5> words{program, "--soc", soc, "--mailbox", socket_};
  std::array<char*, 6> arguments{};
  for (std::size_t i = 0; i < words.size(); ++i) arguments[i] = words[i].data();
  const pid_t parent = ::getpid();
  child_ = ::fork();
  if (child_ < 0) return broken_errno("fork", errno);
  if (child_ == 0) become(program.c_str(), arguments.data(), parent, write_end.get(), complaints_.get());
  return {};
}

Outcome<void> SimPlatform::await_ready(const std::string& program) {
  using Clock = std::chrono::steady_clock;
  const auto deadline = Clock::now() + ready_within;
  std::array<char, 256> text;
  for (;;) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now());
    pollfd wait{.fd = output_.get(), .events = POLLIN, .revents = 0};
    if (left.count() <= 0 || ::poll(&wait, 1, static_cast<int>(left.count())) == 0) {
      return child_failed(program, "did not become ready");
    }
    const ssize_t size = ::read(output_.get(), text.data(), text.size());
    if (size == 0) return child_failed(program, "ended before it was ready");
    // Its first line says that it is ready.
    if (size > 0 && std::memchr(text.data(), '\n', static_cast<std::size_t>(size)) != nullptr) return {};
    if (size < 0 && errno != EINTR) return broken_errno("reading its ready line", errno);
  }
}

tl::unexpected<Failure> SimPlatform::child_failed(const std::string& program, const char* what) {
  std::array<char, 512> text;
  const ssize_t size = ::pread(complaints_.get(), text.data(), text.size(), 0);
  std::string_view said(text.data(), size > 0 ? static_cast<std::size_t>(size) : 0);
  said = said.substr(0, said.find('\n'));
  return broken(
      said.empty() ? fmt::format("'{}' {}", program, what) : fmt::format("'{}' {}: {}", program, what, printable(said)),
      "start it by hand to see why");
}

void SimPlatform::hide() noexcept {
  if (folder_.empty()) return;
  ::unlink(socket_.c_str());
  ::rmdir(folder_.c_str());
  folder_.clear();
}

SimPlatform::~SimPlatform() {
  if (child_ > 0) {
    ::kill(child_, SIGKILL);
    while (::waitpid(child_, nullptr, 0) < 0 && errno == EINTR) {
    }
  }
  hide();
}

}  // namespace scmi::tool
