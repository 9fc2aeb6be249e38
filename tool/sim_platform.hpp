// SPDX-License-Identifier: Apache-2.0
//
// The platform behind `--connect sim`: scmi-platform with the Juno model as a child process, on a socket in a folder
// that only we can enter. It cannot outlive the tool, however that ends: the kernel kills it, and the folder is gone as
// soon as the connection stands.
#pragma once

#include <sys/types.h>

#include <memory>
#include <string>

#include "tool/failure.hpp"
#include "transport/unique_fd.hpp"

namespace scmi::tool {

class SimPlatform {
 public:
  /// Starts it and waits until it is ready. Failures: transport, naming what was looked for where, or what the child
  /// said.
  [[nodiscard]] static Outcome<std::unique_ptr<SimPlatform>> start();
  /// Ends the child and waits for that.
  ~SimPlatform();
  SimPlatform(const SimPlatform&) = delete;
  SimPlatform& operator=(const SimPlatform&) = delete;

  [[nodiscard]] const std::string& socket() const noexcept { return socket_; }
  /// Removes socket and folder; the connection that exists goes on.
  void hide() noexcept;

 private:
  SimPlatform() = default;
  [[nodiscard]] Outcome<void> launch(const std::string& program, const std::string& soc);
  [[nodiscard]] Outcome<void> await_ready(const std::string& program);
  [[nodiscard]] tl::unexpected<Failure> child_failed(const std::string& program, const char* what);

  std::string folder_;
  std::string socket_;
  pid_t child_ = -1;
  transport::UniqueFd output_;  // kept open, so that the child can always write
  transport::UniqueFd complaints_;
};

}  // namespace scmi::tool
