// SPDX-License-Identifier: Apache-2.0
//
// What the benchmarks measure on: one shared-memory channel with the library on the agent's side, the same channel
// driven by a loop written by hand, and a responder that is as small as one can be.
#pragma once

#include <sys/mman.h>

#include <array>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <span>
#include <vector>

#include "scmi/channel_registry.hpp"
#include "scmi/transaction.hpp"
#include "transport/smt_transport.hpp"
#include "transport/system_time.hpp"
#include "transport/system_waiter.hpp"

namespace scmi::bench {

[[noreturn]] inline void die(const char* what) {
  std::perror(what);
  std::exit(1);
}

/// A page shared with the children of this process. Its parts lie on lines (and pairs of lines) of their own.
class SharedPage {
 public:
  static constexpr std::size_t size = 4096;
  static constexpr std::uint32_t sleeping_at = 0;
  static constexpr std::uint32_t ping_at = 256;
  static constexpr std::uint32_t mode_at = 512;
  static constexpr std::uint32_t mode_seen_at = 768;
  static constexpr std::uint32_t area_at = 1024;

  SharedPage() {
    void* const at = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (at == MAP_FAILED) die("mmap");
    base_ = static_cast<std::byte*>(at);
    area().initialise();
  }
  ~SharedPage() { ::munmap(base_, size); }
  SharedPage(const SharedPage&) = delete;
  SharedPage& operator=(const SharedPage&) = delete;

  [[nodiscard]] std::byte* base() const noexcept { return base_; }
  [[nodiscard]] transport::ShmArea area() const noexcept { return {base_ + area_at, transport::area_size_default}; }
  [[nodiscard]] transport::SharedWord word(std::uint32_t at) const noexcept {
    return transport::SharedWord(base_ + at);
  }

 private:
  std::byte* base_ = nullptr;
};

/// One transaction's payloads. A reply starts with the status word.
template <std::size_t Request, std::size_t Reply>
struct Payloads {
  static constexpr std::size_t request_size = Request;
  static constexpr std::size_t reply_size = Reply;
  std::array<std::byte, Request> request{};
  std::array<std::byte, Reply> reply{};
};
using Small = Payloads<4, 12>;     ///< As CLOCK_RATE_GET has them.
using Large = Payloads<100, 100>;  ///< All that the customary area carries.

inline constexpr std::uint32_t no_token_header =
    MessageHeader{MessageId(0x6), MessageType::command, protocol::clock, Token()}.pack();

/// Serves one request that is there: copies it, answers status 0 and whatever the request was.
inline void serve(const transport::ShmArea& area, std::size_t reply_size) noexcept {
  alignas(8) std::array<std::byte, 128> buffer{};
  const RxMessage request = area.fetch_message(buffer);
  std::memset(buffer.data(), 0, 4);
  area.reply(request.header, std::span(buffer).first(reply_size));
}

/// The agent's side by hand: what one would write with the area's layout before one and nothing else to care for. No
/// tokens, no timeout, nobody else on the channel.
class BareCaller {
 public:
  explicit BareCaller(std::byte* area) noexcept : words_(reinterpret_cast<std::uint32_t*>(area)) {}

  template <class P>
  void send(const P& payloads) noexcept {
    words_[4] = 0;
    words_[5] = 4 + P::request_size;
    words_[6] = no_token_header;
    std::memcpy(words_ + 7, payloads.request.data(), P::request_size);
    std::atomic_ref(words_[1]).store(0, std::memory_order_release);
  }
  /// Waits for the area to come back and takes the reply.
  template <class P>
  void receive(P& payloads) noexcept {
    while ((std::atomic_ref(words_[1]).load(std::memory_order_acquire) & 1U) == 0) {
    }
    if (words_[6] != no_token_header || words_[5] != 4 + P::reply_size) std::abort();
    std::memcpy(payloads.reply.data(), words_ + 7, P::reply_size);
  }

 private:
  std::uint32_t* words_;
};

/// The shared-memory transport over a page that both sides have already: the mailbox without its hand-shake. The agent
/// looks whether the platform sleeps, as over the mailbox; it never does.
class AreaTransport final : public transport::SmtTransport {
 public:
  explicit AreaTransport(const SharedPage& page) {
    transport::ChannelLayout channel;
    channel.protocols = {protocol::base, protocol::clock};
    channel.a2p = {SharedPage::area_at, transport::area_size_default};
    std::vector<Bells> bells(2);
    bells[0].peer_sleeping = page.word(SharedPage::sleeping_at);
    open("area", page.base(), {AgentId(1), "bench", {channel}}, std::move(bells), transport::BarrierMode::expedited,
         std::uint64_t{1} << 32, 1, -1);
  }

 private:
  [[nodiscard]] bool check_alive() noexcept override { return true; }
};

/// The library on one channel of a transport.
class Caller {
 public:
  Caller(const Transport& transport, const RegistrySettings& settings, bool poll)
      : registry_(ChannelRegistry::create(clock_, waiter_, settings)), options_{std::chrono::seconds(10), poll} {
    const auto opened = registry_->open(transport, protocol::base, Direction::a2p);
    if (!opened || !registry_->map(protocol::clock, Direction::a2p, *opened)) die("opening the channel");
    handle_ = *opened;
    channel_ = registry_->slot(handle_.slot);
  }
  ~Caller() { registry_->close_all(); }
  Caller(const Caller&) = delete;
  Caller& operator=(const Caller&) = delete;

  template <class P>
  void transact(P& payloads) noexcept {
    Transaction transaction(*channel_, handle_.generation, options_);
    if (!transaction.ok()) std::abort();
    std::memcpy(transaction.request().data(), payloads.request.data(), P::request_size);
    const auto reply =
        transaction.run({MessageId(0x6), MessageType::command, protocol::clock, Token()}, P::request_size);
    if (!reply || reply->size() != P::reply_size) std::abort();
    std::memcpy(payloads.reply.data(), reply->data(), P::reply_size);
  }
  [[nodiscard]] const std::shared_ptr<ChannelRegistry>& registry() const noexcept { return registry_; }
  [[nodiscard]] const CallOptions& options() const noexcept { return options_; }

 private:
  transport::SystemTime clock_;
  transport::SystemWaiter waiter_;
  std::shared_ptr<ChannelRegistry> registry_;
  CallOptions options_;
  ChannelHandle handle_;
  ChannelInfo* channel_ = nullptr;
};

/// The least that a platform can do to answer: the header is in place already.
class InPlaceResponder {
 public:
  InPlaceResponder() = default;
  InPlaceResponder(std::byte* area, std::size_t reply_size) noexcept
      : words_(reinterpret_cast<std::uint32_t*>(area)), length_(static_cast<std::uint32_t>(4 + reply_size)) {}
  void answer() const noexcept {
    words_[5] = length_;
    words_[7] = 0;
    std::atomic_ref(words_[1]).store(1, std::memory_order_release);
  }

 private:
  std::uint32_t* words_ = nullptr;
  std::uint32_t length_ = 0;
};

/// The library over a page, with a responder that answers when the area is polled: what is left is the library's own
/// cost. One at a time, since a table of functions has no place for more.
class InPlaceCaller {
 public:
  InPlaceCaller(const SharedPage& page, std::size_t reply_size)
      : transport_(page),
        caller_(wrapped(transport_.transport(), {page.base() + SharedPage::area_at, reply_size}), {}, true) {}
  [[nodiscard]] Caller& caller() noexcept { return caller_; }

 private:
  struct Wrap {
    ChanOps ops;
    bool (*poll_done)(ChannelState*);
    InPlaceResponder responder;
  };
  static inline Wrap wrap_;

  static Transport wrapped(Transport transport, const InPlaceResponder& responder) {
    wrap_ = {*transport.ops, transport.ops->poll_done, responder};
    wrap_.ops.poll_done = [](ChannelState* state) {
      wrap_.responder.answer();
      return wrap_.poll_done(state);
    };
    transport.ops = &wrap_.ops;
    return transport;
  }

  AreaTransport transport_;
  Caller caller_;
};

}  // namespace scmi::bench
