// SPDX-License-Identifier: Apache-2.0
//
// A real mailbox between two processes: server and service loop in a child, transports and channels here.
#pragma once

#include <unistd.h>

#include <filesystem>
#include <memory>
#include <string>

#include "bench/area_world.hpp"
#include "bench/harness.hpp"
#include "transport/mailbox.hpp"
#include "transport/mailbox_server.hpp"
#include "transport/service_loop.hpp"

namespace scmi::bench {

/// A child process that serves `agents` mailbox agents of one channel each. It spends `*service_ns` (shared memory) on
/// a request and answers status 0 and eight bytes.
class MailboxPlatform {
 public:
  MailboxPlatform(int cpu, std::uint32_t agents, Duration spin, const std::int64_t* service_ns) {
    std::string name = (std::filesystem::temp_directory_path() / "scmi-bench-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) die("mkdtemp");
    folder_ = name;
    child_ = start_child(cpu, [&] { run(agents, spin, service_ns); });
  }
  ~MailboxPlatform() {
    end_child(child_);
    std::filesystem::remove_all(folder_);
  }
  MailboxPlatform(const MailboxPlatform&) = delete;
  MailboxPlatform& operator=(const MailboxPlatform&) = delete;

  /// Connects as that agent, 1 being the first.
  [[nodiscard]] std::unique_ptr<transport::MailboxTransport> connect(std::uint32_t agent) const {
    for (int attempt = 0; attempt < 2000; ++attempt) {
      auto made = transport::MailboxTransport::connect(folder_ + "/socket", {.agent = AgentId(agent)});
      if (made) return std::move(*made);
      ::usleep(1000);  // The child may not be listening yet.
    }
    die("connecting to the mailbox");
  }

 private:
  void run(std::uint32_t agents, Duration spin, const std::int64_t* service_ns) const {
    transport::MailboxServerOptions options;
    options.path = folder_ + "/socket";
    for (std::uint32_t i = 1; i <= agents; ++i) {
      options.agents.push_back(
          {AgentId(i), "bench" + std::to_string(i), {{.protocols = {protocol::base, protocol::clock}, .p2a_size = 0}}});
    }
    auto server = transport::MailboxServer::listen(std::move(options));
    if (!server) die("listening");
    transport::SystemTime clock;
    transport::ServiceLoop loop(
        [&](transport::PlatformEndpoint& endpoint, const transport::Request& request) {
          if (const std::int64_t ns = std::atomic_ref(*const_cast<std::int64_t*>(service_ns)).load(); ns != 0) {
            const Instant until = clock.now() + Duration(ns);
            while (clock.now() < until) {
            }
          }
          const std::array<std::byte, 12> reply{};
          static_cast<void>(endpoint.respond(request, reply));
        },
        {.spin = spin});
    loop.add(**server);
    for (;;) loop.run_once(std::chrono::seconds(1));
  }

  std::string folder_;
  pid_t child_ = -1;
};

}  // namespace scmi::bench
