// SPDX-License-Identifier: Apache-2.0
//
// What peers that are not ours, or not honest, may put into the opening of a mailbox connection.
#include <fcntl.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <cstring>
#include <thread>

#include "tests/transport/mailbox_fixture.hpp"
#include "transport/hello.hpp"
#include "transport/seqpacket.hpp"

using namespace scmi;
using namespace scmi::transport;
using namespace scmi::transport::test;

namespace {

using Bytes = std::vector<std::byte>;

Bytes with_word(Bytes message, std::size_t offset, std::uint32_t value) {
  REQUIRE(offset + 4 <= message.size());
  std::memcpy(message.data() + offset, &value, sizeof value);
  return message;
}

Welcome good_welcome() {
  Welcome welcome;
  welcome.verdict = Verdict::accepted;
  welcome.barrier = BarrierMode::locked;
  welcome.epoch = 0x1234'5678'9ABC'DEF0;
  auto layout = plan_mailbox(two_agents()[0]);
  REQUIRE(layout);
  welcome.layout = *layout;
  return welcome;
}

// Offsets in a welcome, as the message is laid out.
constexpr std::size_t verdict_at = 16;
constexpr std::size_t barrier_at = 20;
constexpr std::size_t memory_size_at = 36;
constexpr std::size_t platform_sleeping_at = 40;
constexpr std::size_t channel_count_at = 44;
constexpr std::size_t entry_size_at = 48;
constexpr std::size_t window_at = 52;  // offset, size, address
constexpr std::size_t first_channel_at = window_at + 16 + 64 + 160;
constexpr std::size_t channel_size = 60;

/// Listens on a socket and plays the platform once, on a thread of its own.
class FakePlatform {
 public:
  explicit FakePlatform(std::function<void(int)> play, int type = SOCK_SEQPACKET) {
    listener_ = UniqueFd(::socket(AF_UNIX, type | SOCK_CLOEXEC, 0));
    const auto address = unix_address(path);
    REQUIRE(address);
    REQUIRE(::bind(listener_.get(), reinterpret_cast<const sockaddr*>(&*address), sizeof *address) == 0);
    REQUIRE(::listen(listener_.get(), 1) == 0);
    if (play) {
      thread_ = std::thread([this, play = std::move(play)] {
        const UniqueFd peer(::accept(listener_.get(), nullptr, nullptr));
        std::array<std::byte, hello_size_max> hello{};
        pollfd wait{.fd = peer.get(), .events = POLLIN, .revents = 0};
        ::poll(&wait, 1, -1);
        (void)receive_record(peer.get(), hello, 0);
        play(peer.get());
        ::poll(&wait, 1, -1);  // until the agent has hung up
      });
    }
  }
  ~FakePlatform() {
    if (thread_.joinable()) thread_.join();
  }
  FakePlatform(const FakePlatform&) = delete;
  FakePlatform& operator=(const FakePlatform&) = delete;

 private:
  TemporaryFolder folder_;

 public:
  std::string path = folder_ / "fake";

 private:
  UniqueFd listener_;
  std::thread thread_;
};

/// A complete set of descriptors for good_welcome(), each of which a test may spoil.
struct Descriptors {
  std::vector<UniqueFd> owned;
  static constexpr int all_seals = F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL;
  explicit Descriptors(const Welcome& welcome, int seals = all_seals, std::int64_t size_error = 0,
                       int bell_flags = EFD_NONBLOCK | EFD_CLOEXEC) {
    owned.emplace_back(::memfd_create("test", MFD_CLOEXEC | MFD_ALLOW_SEALING));
    REQUIRE(::ftruncate(owned[0].get(), static_cast<off_t>(welcome.layout.memory_size) + size_error) == 0);
    REQUIRE(::fcntl(owned[0].get(), F_ADD_SEALS, seals) == 0);
    while (owned.size() < welcome.fd_count()) owned.emplace_back(::eventfd(0, bell_flags));
  }
  [[nodiscard]] std::vector<int> numbers() const {
    std::vector<int> fds;
    for (const UniqueFd& fd : owned) fds.push_back(fd.get());
    return fds;
  }
};

/// Connects to a platform that answers with these bytes and descriptors, and hangs up.
Result<AgentLayout> connect_to(const Bytes& answer, const std::vector<int>& fds, std::string* why) {
  const FakePlatform fake([&](int peer) { (void)send_record(peer, answer, fds); });
  const auto agent = MailboxTransport::connect(fake.path, {}, why);
  if (!agent) return agent.error();
  return (*agent)->agent();
}

}  // namespace

TEST_CASE("hello: both messages come back as they went") {
  Hello hello;
  hello.barriers = 5;
  hello.agent = AgentId(0x0102'0304);
  hello.name = "somebody";
  const auto back = decode_hello(encode(hello));
  REQUIRE(back);
  CHECK(back->barriers == 5);
  CHECK(back->agent == AgentId(0x0102'0304));
  CHECK(back->name == "somebody");

  const Welcome welcome = good_welcome();
  const auto again = decode_welcome(encode(welcome));
  REQUIRE(again);
  CHECK(again->epoch == 0x1234'5678'9ABC'DEF0);
  CHECK(again->layout == welcome.layout);
  CHECK(again->fd_count() == 6);
}

TEST_CASE("hello: text from the other side is bounded and printable") {
  Welcome refusal;
  refusal.verdict = Verdict::denied;
  refusal.text = "no\x1B[31m\n" + std::string(500, 'x');
  const auto back = decode_welcome(encode(refusal));
  REQUIRE(back);
  CHECK(back->text.size() == 159);
  CHECK(back->text.substr(0, 8) == "no?[31m?");
}

TEST_CASE("hello: every truncation of either message is refused") {
  const Bytes hello = encode(Hello{});
  for (std::size_t size = 0; size < hello.size(); ++size) {
    CHECK(decode_hello(std::span(hello).first(size)).error().is(LocalError::incompatible_peer));
  }
  const Bytes welcome = encode(good_welcome());
  for (std::size_t size = 0; size < welcome.size(); ++size) {
    CHECK(decode_welcome(std::span(welcome).first(size)).error().is(LocalError::incompatible_peer));
  }
}

TEST_CASE("hello: no single changed word of a welcome is believed without being judged") {
  const Bytes good = encode(good_welcome());
  const auto judged = [&](std::size_t offset, std::uint32_t value) {
    const auto result = decode_welcome(with_word(good, offset, value));
    return result ? LocalError{} : static_cast<LocalError>(result.error().code);
  };
  constexpr auto incompatible = LocalError::incompatible_peer;
  constexpr auto bad_memory = LocalError::bad_memory;
  CHECK(judged(0, 0) == incompatible);
  CHECK(judged(4, 0x4F4C4548) == incompatible);  // a hello is not a welcome
  CHECK(judged(8, hello_version - 1) == incompatible);
  CHECK(judged(12, 7) == incompatible);
  CHECK(judged(verdict_at, 6) == incompatible);
  CHECK(judged(barrier_at, 2) == incompatible);
  CHECK(judged(memory_size_at, 0) == bad_memory);
  CHECK(judged(memory_size_at, 4096) == bad_memory);  // the areas are outside
  CHECK(judged(memory_size_at, 0xFFFF'FFFF) == bad_memory);
  CHECK(judged(platform_sleeping_at, 130) == bad_memory);
  CHECK(judged(platform_sleeping_at, 4096) == bad_memory);  // inside an area
  CHECK(judged(channel_count_at, 0) == incompatible);
  CHECK(judged(channel_count_at, 3) == incompatible);
  CHECK(judged(channel_count_at, 0xFFFF'FFFF) == incompatible);
  CHECK(judged(entry_size_at, 0) == incompatible);
  CHECK(judged(window_at, 4096) == bad_memory);         // on an area
  CHECK(judged(window_at, 0xFFFF'FFC0) == bad_memory);  // outside
  CHECK(judged(window_at + 4, 0x7FFF'FFF8) == bad_memory);
  CHECK(judged(window_at + 4, 4092) == bad_memory);
  CHECK(judged(window_at + 8, 4) == bad_memory);                    // the address is not aligned
  CHECK(judged(first_channel_at, 4100) == bad_memory);              // A2P offset, not aligned
  CHECK(judged(first_channel_at, 0xFFFF'FFC0) == bad_memory);       // outside; the sum would wrap in 32 bits
  CHECK(judged(first_channel_at + 4, 0) == bad_memory);             // A2P size
  CHECK(judged(first_channel_at + 4, 130) == bad_memory);           // not a multiple of 4
  CHECK(judged(first_channel_at + 4, 132) == bad_memory);           // overlaps the P2A area
  CHECK(judged(first_channel_at + 4, 0x8000'0000) == bad_memory);   // larger than any area
  CHECK(judged(first_channel_at + 8, 4096) == bad_memory);          // P2A on A2P
  CHECK(judged(first_channel_at + 16, 128) == bad_memory);          // A2P's word is the platform's
  CHECK(judged(first_channel_at + 20, 0x7FFF'FFC0) == bad_memory);  // P2A's word
  CHECK(judged(first_channel_at + 24, 0) == bad_memory);            // no protocol
  CHECK(judged(first_channel_at + 24, 33) == incompatible);
  CHECK(judged(first_channel_at + 28, 0x1414'1414) == bad_memory);          // Base gone, clock twice
  CHECK(judged(first_channel_at + channel_size + 28, 0x10) == bad_memory);  // Base twice
}

TEST_CASE("hello: a good answer is taken, so that the tests below fail for their reason") {
  const Welcome welcome = good_welcome();
  const Descriptors descriptors(welcome);
  std::string why;
  const auto agent = connect_to(encode(welcome), descriptors.numbers(), &why);
  CAPTURE(why);
  REQUIRE(agent);
  CHECK(*agent == welcome.layout.agent);
}

TEST_CASE("hello: memory that is unsealed, partly sealed, of the wrong size or no memory at all is refused") {
  const Welcome welcome = good_welcome();
  std::string why;
  SUBCASE("not sealed") {
    const Descriptors d(welcome, 0);
    CHECK(connect_to(encode(welcome), d.numbers(), &why).error().is(LocalError::bad_memory));
    CHECK(why == "the platform's memory is not sealed");
  }
  SUBCASE("may still shrink") {
    const Descriptors d(welcome, F_SEAL_GROW | F_SEAL_SEAL);
    CHECK(connect_to(encode(welcome), d.numbers(), &why).error().is(LocalError::bad_memory));
  }
  SUBCASE("too small") {
    const Descriptors d(welcome, Descriptors::all_seals, -4096);
    CHECK(connect_to(encode(welcome), d.numbers(), &why).error().is(LocalError::bad_memory));
    CHECK(why == "the platform's memory has 8192 bytes, it said 12288");
  }
  SUBCASE("too large") {
    const Descriptors d(welcome, Descriptors::all_seals, 4096);
    CHECK(connect_to(encode(welcome), d.numbers(), &why).error().is(LocalError::bad_memory));
  }
  SUBCASE("an eventfd in its place") {
    const Descriptors d(welcome);
    auto fds = d.numbers();
    fds[0] = fds[1];
    CHECK(connect_to(encode(welcome), fds, &why).error().is(LocalError::bad_memory));
    CHECK(why == "the platform's memory cannot be sealed");
  }
}

TEST_CASE("hello: doorbells that would block or are something else, and a wrong number of descriptors, are refused") {
  const Welcome welcome = good_welcome();
  std::string why;
  const auto refused = [&](const std::vector<int>& fds) {
    return connect_to(encode(welcome), fds, &why).error().is(LocalError::incompatible_peer);
  };
  const Descriptors d(welcome);
  auto fds = d.numbers();
  SUBCASE("blocking bell") {
    const Descriptors blocking(welcome, Descriptors::all_seals, 0, 0);
    CHECK(refused(blocking.numbers()));
    CHECK(why == "the platform's doorbell would block");
  }
  SUBCASE("a pipe for a bell") {
    int pipe[2];
    REQUIRE(::pipe2(pipe, O_NONBLOCK | O_CLOEXEC) == 0);
    const UniqueFd reader(pipe[0]);
    const UniqueFd writer(pipe[1]);
    fds[2] = writer.get();
    CHECK(refused(fds));
    CHECK(why == "the platform's doorbell is not an eventfd");
  }
  SUBCASE("one too few") {
    fds.pop_back();
    CHECK(refused(fds));
    CHECK(why == "the platform sent 5 descriptors, its layout needs 6");
  }
  SUBCASE("one too many") {
    fds.push_back(fds.back());
    CHECK(refused(fds));
  }
  SUBCASE("none at all") { CHECK(refused({})); }
}

TEST_CASE("hello: sockets that are not ours are told apart in words") {
  std::string why;
  const TemporaryFolder folder;
  const MailboxOptions hurry{.agent = {}, .agent_name = {}, .timeout = std::chrono::milliseconds(1)};
  SUBCASE("nothing there") {
    CHECK(MailboxTransport::connect(folder / "none", {}, &why).error() == Error::system(ENOENT));
    CHECK(why.find("none'") != std::string::npos);
  }
  SUBCASE("a path that no socket can have") {
    CHECK(MailboxTransport::connect(std::string(200, 'x'), {}, &why).error() == Error::system(ENAMETOOLONG));
    CHECK(MailboxTransport::connect("", {}, &why).error() == Error::system(EINVAL));
  }
  SUBCASE("a file") {
    {
      std::fclose(std::fopen((folder / "file").c_str(), "w"));
    }
    CHECK(MailboxTransport::connect(folder / "file", {}, &why).error().is(LocalError::incompatible_peer));
    CHECK(why.find("is not a socket") != std::string::npos);
  }
  SUBCASE("a stream socket") {
    const FakePlatform fake({}, SOCK_STREAM);
    CHECK(MailboxTransport::connect(fake.path, {}, &why).error().is(LocalError::incompatible_peer));
    CHECK(why.find("is a socket of another type") != std::string::npos);
  }
  SUBCASE("something else that speaks") {
    CHECK(connect_to(bytes(40), {}, &why).error().is(LocalError::incompatible_peer));
    CHECK(why == "the other side does not speak the SCMI mailbox hello");
  }
  SUBCASE("another version") {
    CHECK(connect_to(with_word(encode(good_welcome()), 8, 9), {}, &why).error().is(LocalError::incompatible_peer));
    CHECK(why == "the other side speaks mailbox hello version 9, we speak version 2");
  }
  SUBCASE("more than any welcome") {
    CHECK(connect_to(Bytes(welcome_size_max + 1), {}, &why).error().is(LocalError::incompatible_peer));
  }
  SUBCASE("hangs up during the hello") {
    const FakePlatform fake([](int peer) { ::shutdown(peer, SHUT_RDWR); });
    CHECK(MailboxTransport::connect(fake.path, {}, &why).error().is(LocalError::platform_lost));
  }
  SUBCASE("a listener that never accepts") {
    const FakePlatform fake({});
    CHECK(MailboxTransport::connect(fake.path, hurry, &why).error().is(LocalError::timed_out));
    CHECK(why == "'" + fake.path + "' is listened to, but nobody answers");
  }
  SUBCASE("a listener whose backlog is full") {
    const FakePlatform fake({});
    std::vector<std::unique_ptr<UniqueFd>> queue;
    const auto address = unix_address(fake.path);
    for (int i = 0; i < 8; ++i) {
      UniqueFd fd(::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
      (void)::connect(fd.get(), reinterpret_cast<const sockaddr*>(&*address), sizeof *address);
      queue.push_back(std::make_unique<UniqueFd>(std::move(fd)));
    }
    CHECK(MailboxTransport::connect(fake.path, hurry, &why).error().is(LocalError::timed_out));
  }
}

TEST_CASE("hello: a platform chooses no barrier that the agent did not offer") {
  // Which modes the kernel has is not ours to choose, so the rule itself is looked at.
  CHECK(choose_barrier(0b11, 0b11) == BarrierMode::expedited);
  CHECK(choose_barrier(0b11, 0b01) == BarrierMode::locked);
  CHECK(choose_barrier(0b01, 0b11) == BarrierMode::locked);
  CHECK(choose_barrier(0b11, 0) == BarrierMode::locked);
}

TEST_CASE("mailbox server: peers that say something wrong, too much or nothing are refused, and the next is served") {
  Platform platform;
  const auto address = unix_address(platform.socket);
  const auto stranger = [&] {
    UniqueFd fd(::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0));
    REQUIRE(::connect(fd.get(), reinterpret_cast<const sockaddr*>(&*address), sizeof *address) == 0);
    return fd;
  };
  const auto answer = [&](const UniqueFd& fd, const Bytes& hello) {
    REQUIRE(send_record(fd.get(), hello, {}));
    step(*platform.server);
    step(*platform.server);
    std::array<std::byte, welcome_size_max> reply{};
    const auto record = receive_record(fd.get(), reply, 0);
    REQUIRE(record);
    const auto welcome = decode_welcome(std::span(reply).first(record->size));
    REQUIRE(welcome);
    CHECK(welcome->verdict == Verdict::incompatible);
    return welcome->text;
  };
  CHECK(answer(stranger(), bytes(3)) == "the other side does not speak the SCMI mailbox hello");
  CHECK(answer(stranger(), with_word(encode(Hello{}), 8, 3)) ==
        "the other side speaks mailbox hello version 3, we speak version 2");
  CHECK(answer(stranger(), with_word(encode(Hello{}), 12, 5)).find("hello of 88 bytes") != std::string::npos);
  CHECK(answer(stranger(), Bytes(300)) == "the hello is too large");
  CHECK(platform.server->refused() == 4);

  std::vector<UniqueFd> silent;
  for (int i = 0; i < 40; ++i) {
    silent.push_back(stranger());
    step(*platform.server);
  }
  CHECK(platform.server->refused() == 4 + 40 - 16);  // the oldest go, sixteen may wait
  CHECK(platform.connected.empty());
  const auto agent = platform.agent(1);
  CHECK(platform.connected.size() == 1);
}

TEST_CASE("mailbox server: an agent that talks after its hello is dropped") {
  Platform platform;
  const auto agent = platform.agent(1);
  REQUIRE(send_record(agent->socket(), bytes(4), {}));
  step(*platform.server);
  CHECK(platform.gone.size() == 1);
  CHECK_FALSE(socket_alive(agent->socket()));
}
