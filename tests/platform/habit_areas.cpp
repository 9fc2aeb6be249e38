// SPDX-License-Identifier: Apache-2.0
//
// Habits that show in shared-memory areas only: a real named file, real areas, virtual time.
#include <memory>

#include "platform/platform_host.hpp"
#include "protocols/clock.hpp"
#include "tests/platform/child_process.hpp"
#include "tests/platform/habit_life.hpp"
#include "transport/shm_server.hpp"
#include "transport/shm_transport.hpp"

using namespace std::chrono_literals;

namespace scmi::platform::test {
namespace {

/// A platform behind a named file with real areas, on a clock that moves when somebody waits.
class Areas final : TimeSource, Waiter, platform::OutgoingSink {
 public:
  explicit Areas(std::string_view habit) : platform_(parse(habit), *this, *this) {
    std::string why;
    auto server =
        transport::ShmServer::create(folder_ / "areas", platform::transport_agents(platform_.config()), {}, &why);
    REQUIRE_MESSAGE(server.has_value(), why);
    server_ = std::move(*server);
    auto client = transport::ShmTransport::connect(folder_ / "areas", {.agent = AgentId(1)}, &why);
    REQUIRE_MESSAGE(client.has_value(), why);
    client_ = std::move(*client);
    scmi::AgentConfig config;
    config.registry.spin_max = Duration{};
    auto probed = Agent::probe(client_->transport(), *this, *this, config);
    REQUIRE_MESSAGE(probed.has_value(), (probed ? std::string() : describe(probed.error())));
    agent_ = std::move(*probed);
  }
  ~Areas() override { agent_.reset(); }

  Agent& agent() { return *agent_; }
  transport::AgentPort& port() { return *server_->find(AgentId(1)); }
  [[nodiscard]] std::uint32_t word(Direction direction, std::size_t offset) {
    std::uint32_t value = 0;
    std::memcpy(&value, port().area_bytes(0, direction).data() + offset, sizeof value);
    return value;
  }

 private:
  static platform::SocConfig parse(std::string_view habit) {
    auto config = platform::parse_soc_config(soc("habits = [\"" + std::string(habit) + "\"]"), "test.toml");
    REQUIRE(config);
    return std::move(*config);
  }
  Instant now() noexcept override { return at_; }
  void wake(WaitPoint&) noexcept override {}
  void wait(WaitPoint&, std::uint32_t, Instant deadline, std::span<const int>) noexcept override {
    if (!serve()) at_ = std::min(deadline, at_ + 100us);
    platform_.advance();
  }
  bool serve() {
    transport::Request request;
    if (!server_->take(request)) return false;
    std::vector<std::byte> reply(request.max_reply_payload);
    const auto handled =
        platform_.handle(AgentId(1), {request.max_reply_payload, true}, request.header, request.payload, reply);
    return server_->respond(request, std::span(reply).first(handled.size)).has_value();
  }
  void send(AgentId agent, ProtocolId, std::uint32_t header, std::span<const std::byte> payload) override {
    static_cast<void>(server_->find(agent)->post(header, payload));
  }

  Instant at_{1s};
  TemporaryFolder folder_;
  platform::Platform platform_;
  std::unique_ptr<transport::ShmServer> server_;
  std::unique_ptr<transport::ShmTransport> client_;
  std::unique_ptr<Agent> agent_;
};

[[nodiscard]] bool met(const Agent& agent, Tolerated kind) {
  const auto all = agent.tolerated();
  return std::ranges::find(all, kind, &Tolerance::kind) != all.end();
}

/// CRC-32 as everybody has it, over words.
std::uint32_t crc32(std::initializer_list<std::uint32_t> words) {
  std::uint32_t crc = 0xFFFF'FFFF;
  for (const std::uint32_t word : words) {
    for (unsigned bit = 0; bit < 32; ++bit) {
      const bool carry = ((crc ^ word >> bit) & 1U) != 0;
      crc = crc >> 1U ^ (carry ? 0xEDB8'8320U : 0U);
    }
  }
  return ~crc;
}

}  // namespace

void live_with_area_crc() {
  Areas t("area-crc");
  const auto clocks = Clocks::open(t.agent());
  REQUIRE(clocks);
  CHECK(clocks->rate_get(list_clock) == 1'000U);
  CHECK(t.word(Direction::a2p, 0x08) == 3);
  CHECK(t.word(Direction::a2p, 0x0C) == crc32({t.word(Direction::a2p, 0x18), 0, 1'000, 0}));
  int heard = 0;
  const auto watching = clocks->watch_rate(range_clock, [&](const auto&) { ++heard; });
  REQUIRE(watching);
  REQUIRE(clocks->rate_set(range_clock, 20));
  t.agent().poll();
  CHECK(heard == 1);
  CHECK(t.word(Direction::p2a, 0x0C) != 0);
}

void live_with_p2a_starts_busy() {
  Areas t("p2a-starts-busy");
  CHECK(met(t.agent(), Tolerated::busy_at_open));
  CHECK(t.word(Direction::p2a, 0x04) == 1);  // Given back.
  const auto clocks = Clocks::open(t.agent());
  REQUIRE(clocks);
  int heard = 0;
  const auto watching = clocks->watch_rate(range_clock, [&](const auto&) { ++heard; });
  REQUIRE(watching);
  REQUIRE(clocks->rate_set(range_clock, 20));
  t.agent().poll();
  CHECK(heard == 1);
}

void live_with_p2a_drops() {
  Areas t("p2a-drops");
  const auto clocks = Clocks::open(t.agent());
  REQUIRE(clocks);
  std::vector<std::uint64_t> heard;
  const auto watching = clocks->watch_rate(range_clock, [&](const auto& event) { heard.push_back(event.rate_hz); });
  REQUIRE(watching);
  constexpr std::array<std::uint32_t, 4> rate_20{0, 1, 20, 0};
  constexpr std::array<std::uint32_t, 4> rate_30{0, 1, 30, 0};
  constexpr std::array<std::uint32_t, 4> rate_40{0, 1, 40, 0};
  // Nobody looks at the area meanwhile: what comes second is lost, and only the present rate tells.
  CHECK(t.port().post(0x5300, std::as_bytes(std::span(rate_20))));
  CHECK_FALSE(t.port().post(0x5300, std::as_bytes(std::span(rate_30))));
  CHECK(t.port().counters().notifications_dropped == 1);
  t.agent().poll();
  CHECK(heard == std::vector<std::uint64_t>{20});
  CHECK(t.port().post(0x5300, std::as_bytes(std::span(rate_40))));
  t.agent().poll();
  CHECK(heard == std::vector<std::uint64_t>{20, 40});
}

}  // namespace scmi::platform::test
