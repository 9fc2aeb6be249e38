// SPDX-License-Identifier: Apache-2.0
//
// What the programs share: the core over one shared-memory area made of the explorer's atomics, with the platform
// played by a thread of the program. The area has one word of payload; a reply is the request plus
// `Area::reply_offset`, so that a request read as a reply shows.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <span>

#include "fuzz/explore/explore.hpp"
#include "fuzz/explore/waiter.hpp"
#include "scmi/channel_registry.hpp"
#include "scmi/message_header.hpp"
#include "scmi/sync.hpp"

namespace explore::programs {

/// One area. `status`: 1 = FREE (ours), 0 = the platform's. It is written and polled seq_cst: between an area and a
/// sleep real transports have a system call or a seq_cst word on either side, which here nothing else stands for.
struct Area {
  static constexpr std::uint32_t reply_offset = 0x1000;
  static constexpr std::uint32_t max_payload = 8;

  scmi::sync::atomic<std::uint32_t> status{1};
  scmi::sync::atomic<std::uint32_t> header{0};
  scmi::sync::atomic<std::uint32_t> status_code{0};
  scmi::sync::atomic<std::uint32_t> word{0};

  // The transport's own state: plain, so that a use after free() or an unordered one is a data race.
  var<bool> freed{false};
  var<unsigned> use{0};  ///< Counts setups: which opening of the channel this is.
  bool stopped = false;
  unsigned frees = 0;

  // Planted: the transport looks at the area when it is asked whether something is there, and hands that out later.
  bool keeps_first_look = false;
  struct Look {
    scmi::RxMessage::Kind kind = scmi::RxMessage::Kind::none;
    std::uint32_t header = 0;
    std::array<std::uint32_t, 2> payload{};
  };
  Look first_look;

  [[nodiscard]] Look look() {
    Look seen;
    if (status.load(std::memory_order_seq_cst) == 0) return seen;
    seen.kind = scmi::RxMessage::Kind::message;
    seen.header = header.load(std::memory_order_relaxed);
    seen.payload[0] = status_code.load(std::memory_order_relaxed);
    seen.payload[1] = word.load(std::memory_order_relaxed);
    return seen;
  }
};

inline Area& area_of(scmi::ChannelState* state) { return *reinterpret_cast<Area*>(state); }
inline void touch(Area& area) { check(!area.freed.get(), "the transport is used after free()"); }

inline scmi::SendResult area_send(scmi::ChannelState* state, const scmi::TxMessage& message) {
  Area& area = area_of(state);
  touch(area);
  if (area.status.load(std::memory_order_acquire) == 0) return scmi::Error::local(scmi::LocalError::channel_busy);
  std::uint32_t word = 0;
  if (message.payload.size() >= sizeof word) std::memcpy(&word, message.payload.data(), sizeof word);
  area.header.store(message.header, std::memory_order_relaxed);
  area.status_code.store(0, std::memory_order_relaxed);
  area.word.store(word, std::memory_order_relaxed);
  area.status.store(0, std::memory_order_release);
  return {};
}

inline scmi::RxMessage area_fetch(scmi::ChannelState* state, std::span<std::byte> into) {
  Area& area = area_of(state);
  touch(area);
  const Area::Look seen = area.keeps_first_look ? area.first_look : area.look();
  scmi::RxMessage message;
  message.kind = seen.kind;
  if (seen.kind != scmi::RxMessage::Kind::message) return message;
  message.header = seen.header;
  plain_write(into.data(), sizeof seen.payload);
  std::memcpy(into.data(), seen.payload.data(), sizeof seen.payload);
  message.payload = into.first(sizeof seen.payload);
  return message;
}

/// On a P2A area a message lies there while the status is 0.
inline scmi::RxMessage area_fetch_notification(scmi::ChannelState* state, std::span<std::byte> into) {
  Area& area = area_of(state);
  touch(area);
  if (area.status.load(std::memory_order_acquire) != 0) return {};
  const std::uint32_t word = area.word.load(std::memory_order_relaxed);
  std::memcpy(into.data(), &word, sizeof word);
  return {.kind = scmi::RxMessage::Kind::message,
          .header = area.header.load(std::memory_order_relaxed),
          .payload = into.first(sizeof word)};
}

inline bool area_poll(scmi::ChannelState* state) {
  Area& area = area_of(state);
  touch(area);
  if (!area.keeps_first_look) return area.status.load(std::memory_order_seq_cst) != 0;
  area.first_look = area.look();
  return area.first_look.kind != scmi::RxMessage::Kind::none;
}

inline const scmi::ChanOps& area_ops() {
  static const scmi::ChanOps ops = [] {
    scmi::ChanOps o;
    o.available = [](scmi::TransportState*, scmi::ProtocolId, scmi::Direction) { return true; };
    o.setup = [](scmi::TransportState* state, const scmi::ChannelSetup&) -> scmi::Result<scmi::ChannelPort> {
      Area& area = *reinterpret_cast<Area*>(state);
      area.frees = 0;
      area.freed.set(false);
      area.use.set(area.use.get() + 1);
      return scmi::ChannelPort{reinterpret_cast<scmi::ChannelState*>(state), Area::max_payload, 1, 1};
    };
    o.stop = [](scmi::ChannelState* state) { area_of(state).stopped = true; };
    o.free = [](scmi::ChannelState* state) {
      Area& area = area_of(state);
      ++area.frees;
      check(area.frees == 1, "the transport is freed once");
      area.freed.set(true);
    };
    o.send = area_send;
    o.poll_done = area_poll;
    o.fetch_response = area_fetch;
    o.take_reply = [](scmi::ChannelState* state, std::uint32_t header, std::byte* into) {
      return scmi::reply_length(area_fetch(state, {into, Area::max_payload}), header);
    };
    o.fetch_notification = area_fetch_notification;
    o.clear = [](scmi::ChannelState* state) { area_of(state).status.store(1, std::memory_order_release); };
    o.wait_fds = [](scmi::ChannelState* state, std::span<int>, bool) -> std::size_t {
      touch(area_of(state));
      return 0;
    };
    o.liveness = [](scmi::ChannelState* state) {
      touch(area_of(state));
      return true;
    };
    return o;
  }();
  return ops;
}

inline constexpr scmi::TransportDescription area_description{.name = "explored area",
                                                             .max_message_size = 4 + Area::max_payload,
                                                             .max_in_flight = 1,
                                                             .default_timeout = scmi::Duration(100),
                                                             .polling = false,
                                                             .buffers = scmi::BufferModel::copied};

/// The core with one open channel over an area.
struct Core {
  Waiter waiter;
  TimeSource clock;
  Area area;
  scmi::Transport transport{&area_ops(), &area_description, reinterpret_cast<scmi::TransportState*>(&area)};
  std::shared_ptr<scmi::ChannelRegistry> registry;
  scmi::ChannelHandle handle;
  scmi::ChannelRef loop;  ///< For programs with an event loop, which delivers through a reference it holds.

  explicit Core(scmi::Direction direction = scmi::Direction::a2p) {
    scmi::RegistrySettings settings;
    settings.max_channels = 1;
    settings.pending_calls_max = 1;
    settings.notification_queue = 2;
    settings.spin_extra = {};
    settings.spin_max = {};
    registry = scmi::ChannelRegistry::create(clock, waiter, settings);
    const auto opened = registry->open(transport, scmi::protocol::base, direction);
    check(opened.has_value(), "the channel opens");
    if (opened) handle = *opened;
    name(&area.status, "area.status");
    name(&area.header, "area.header");
    name(&area.status_code, "area.code");
    name(&area.word, "area.word");
    name(&area.freed, "area.freed");
    name(&area.use, "area.use");
  }
  ~Core() { registry->close_all(); }
  Core(const Core&) = delete;
  Core& operator=(const Core&) = delete;

  /// The platform: puts a notification into a P2A area that is free.
  void notify(scmi::MessageId message, std::uint32_t word) {
    const scmi::MessageHeader header{
        .message = message, .type = scmi::MessageType::notification, .protocol = scmi::protocol::base};
    area.header.store(header.pack(), std::memory_order_relaxed);
    area.word.store(word, std::memory_order_relaxed);
    area.status.store(0, std::memory_order_release);
  }
  /// The platform: answers the next `count` requests, each as soon as it has seen it.
  void answer(unsigned count) {
    for (; count > 0; --count) {
      while (area.status.load(std::memory_order_acquire) != 0) scmi::sync::cpu_relax();
      area.word.store(area.word.load(std::memory_order_relaxed) + Area::reply_offset, std::memory_order_relaxed);
      area.status.store(1, std::memory_order_seq_cst);
    }
  }
};

/// The second word of a reply.
inline std::uint32_t reply_word(std::span<const std::byte> payload) {
  std::uint32_t word = 0;
  plain_read(payload.data(), payload.size());
  if (payload.size() >= 2 * sizeof word) std::memcpy(&word, payload.data() + sizeof word, sizeof word);
  return word;
}

}  // namespace explore::programs
