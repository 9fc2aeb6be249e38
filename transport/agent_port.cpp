// SPDX-License-Identifier: Apache-2.0
#include "transport/agent_port.hpp"

#include <unistd.h>

#include "scmi/message_header.hpp"

namespace scmi::transport {
namespace {

void write_bell(int fd) noexcept {
  if (fd < 0) return;
  const std::uint64_t one = 1;
  // EAGAIN: the counter is full, so the bell rings already.
  [[maybe_unused]] const ssize_t written = ::write(fd, &one, sizeof one);
}

/// The CRC-32 of Ethernet, of the header and the payload.
std::uint32_t crc_of(std::uint32_t header, std::span<const std::byte> payload) noexcept {
  std::uint32_t crc = 0xFFFF'FFFF;
  const auto add = [&](std::uint32_t byte) {
    crc ^= byte;
    for (int bit = 0; bit < 8; ++bit) crc = crc >> 1U ^ ((crc & 1U) != 0 ? 0xEDB8'8320U : 0U);
  };
  for (unsigned i = 0; i < 4; ++i) add(header >> 8 * i & 0xFFU);
  for (const std::byte byte : payload) add(std::to_integer<std::uint32_t>(byte));
  return ~crc;
}
constexpr std::uint32_t check_kind_at = 0x08;
constexpr std::uint32_t check_value_at = 0x0C;
constexpr std::uint32_t check_kind_crc32 = 3;

}  // namespace

AgentPort::AgentPort(PortKey key, AgentLayout layout, std::byte* memory, Bells bells)
    : key_(key),
      layout_(std::move(layout)),
      memory_(memory),
      bells_(std::move(bells)),
      channels_(layout_.channels.size()) {
  for (std::size_t i = 0; i < channels_.size(); ++i) {
    const ChannelLayout& placed = layout_.channels[i];
    Channel& channel = channels_[i];
    channel.a2p = ShmArea(memory + placed.a2p.offset, placed.a2p.size);
    channel.a2p.initialise();
    channel.request.resize(channel.a2p.max_payload());
    if (placed.p2a.size == 0) continue;
    channel.p2a = ShmArea(memory + placed.p2a.offset, placed.p2a.size);
    channel.p2a.initialise();
    if (layout_.manners.p2a_starts_busy) SharedWord(memory + placed.p2a.offset + area_status_at).store(0);
  }
}

bool AgentPort::take(Request& request) noexcept {
  if (waiting_ != 0) {
    for (std::size_t i = 0; i < channels_.size(); ++i) pump(i);
  }
  const bool rang = std::exchange(doorbell_pending_, false);
  const std::size_t count = channels_.size();
  std::size_t index = next_;
  for (std::size_t looked = 0; looked < count; ++looked, index = index + 1 == count ? 0 : index + 1) {
    Channel& channel = channels_[index];
    if (channel.taken) continue;
    const RxMessage message = channel.a2p.fetch_message(channel.request);
    if (message.kind == RxMessage::Kind::none) continue;
    const bool interrupt = channel.a2p.wants_interrupt();
    if (message.kind != RxMessage::Kind::message) {
      ++counters_.malformed;
      channel.a2p.give_back_error();
      if (interrupt) ring(bells_.a2p, index);
      continue;
    }
    channel.taken = true;
    channel.interrupt = interrupt;
    ++counters_.requests;
    next_ = index + 1 == count ? 0 : index + 1;
    request = {.port = key_,
               .channel = static_cast<std::uint16_t>(index),
               .header = message.header,
               .payload = message.payload,
               .max_reply_payload = channel.a2p.max_payload()};
    return true;
  }
  if (rang) ++counters_.spurious_doorbells;
  return false;
}

Result<void> AgentPort::respond(std::uint16_t channel, std::uint32_t header,
                                std::span<const std::byte> payload) noexcept {
  if (channel >= channels_.size() || !channels_[channel].taken) return Error::local(LocalError::invalid_argument);
  Channel& c = channels_[channel];
  if (payload.size() > c.a2p.max_payload()) return Error::local(LocalError::message_too_large);
  c.taken = false;
  ++counters_.responses;
  if (layout_.manners.check_words) put_check_words(layout_.channels[channel].a2p, header, payload);
  c.a2p.reply(header, payload);
  if (c.interrupt) ring(bells_.a2p, channel);
  return {};
}

Result<void> AgentPort::respond_error(std::uint16_t channel) noexcept {
  if (channel >= channels_.size() || !channels_[channel].taken) return Error::local(LocalError::invalid_argument);
  Channel& c = channels_[channel];
  c.taken = false;
  c.a2p.give_back_error();
  if (c.interrupt) ring(bells_.a2p, channel);
  return {};
}

Result<void> AgentPort::post(std::uint32_t header, std::span<const std::byte> payload) {
  const MessageHeader unpacked = MessageHeader::unpack(header);
  const bool delayed = unpacked.type == MessageType::delayed_response;
  if (!delayed && unpacked.type != MessageType::notification) return Error::local(LocalError::invalid_argument);
  const int index = p2a_channel(unpacked.protocol);
  if (index < 0) return Error::local(LocalError::unsupported);
  Channel& c = channels_[static_cast<std::size_t>(index)];
  if (payload.size() > c.p2a.max_payload()) return Error::local(LocalError::message_too_large);
  std::deque<Message>& queue = delayed ? c.delayed : c.notifications;
  if (queue.size() >= queue_size_max) {
    ++(delayed ? counters_.delayed_dropped : counters_.notifications_dropped);
    return Error::local(LocalError::queue_full);
  }
  ++(delayed ? counters_.delayed_responses : counters_.notifications);
  if (c.delayed.empty() && c.notifications.empty() && c.p2a.is_free()) {
    hand_over(static_cast<std::size_t>(index), header, payload);
    return {};
  }
  if (layout_.manners.p2a_never_waits) {
    ++(delayed ? counters_.delayed_dropped : counters_.notifications_dropped);
    return Error::local(LocalError::channel_busy);
  }
  queue.push_back({header, {payload.begin(), payload.end()}});
  ++waiting_;
  pump(static_cast<std::size_t>(index));
  return {};
}

std::span<std::byte> AgentPort::area_bytes(std::uint16_t channel, Direction direction) const noexcept {
  if (channel >= layout_.channels.size()) return {};
  const ChannelLayout& placed = layout_.channels[channel];
  const AreaPlace area = direction == Direction::a2p ? placed.a2p : placed.p2a;
  return {memory_ + area.offset, area.size};
}

void AgentPort::ring_always(std::uint16_t channel, Direction direction) noexcept {
  const std::vector<Bell>& bells = direction == Direction::a2p ? bells_.a2p : bells_.p2a;
  if (channel < bells.size()) write_bell(bells[channel].fd);
}

bool AgentPort::has_work() const noexcept {
  for (const Channel& channel : channels_) {
    if (!channel.taken && channel.a2p.has_message()) return true;
    if (waiting_ != 0 && pump_ready(channel)) return true;
  }
  return false;
}

void AgentPort::set_sleeping(bool sleeping) noexcept {
  if (!bells_.platform_sleeping) return;
  if (sleeping) {
    say_asleep(bells_.platform_sleeping, bells_.barrier);
  } else {
    say_awake(bells_.platform_sleeping, bells_.barrier);
  }
}

int AgentPort::p2a_channel(ProtocolId protocol) const noexcept {
  const int own = find_channel(layout_.channels, protocol);
  if (own >= 0 && channels_[static_cast<std::size_t>(own)].p2a) return own;
  const int base = find_channel(layout_.channels, protocol::base);
  return base >= 0 && channels_[static_cast<std::size_t>(base)].p2a ? base : -1;
}

bool AgentPort::pump_ready(const Channel& channel) const noexcept {
  return (!channel.delayed.empty() || !channel.notifications.empty()) && channel.p2a.is_free();
}

void AgentPort::pump(std::size_t channel) noexcept {
  Channel& c = channels_[channel];
  if (!pump_ready(c)) return;
  std::deque<Message>& queue = c.delayed.empty() ? c.notifications : c.delayed;
  const Message message = std::move(queue.front());
  queue.pop_front();
  --waiting_;
  hand_over(channel, message.header, message.payload);
}

void AgentPort::put_check_words(AreaPlace area, std::uint32_t header, std::span<const std::byte> payload) noexcept {
  SharedWord(memory_ + area.offset + check_kind_at).store(check_kind_crc32);
  SharedWord(memory_ + area.offset + check_value_at).store(crc_of(header, payload));
}

void AgentPort::hand_over(std::size_t channel, std::uint32_t header, std::span<const std::byte> payload) noexcept {
  if (layout_.manners.check_words) put_check_words(layout_.channels[channel].p2a, header, payload);
  // We always want to hear when the area is free again, since more may come meanwhile; it costs the agent a bell only
  // if we sleep.
  // The area was FREE a moment ago and only we may take it; an agent that took it back harms its own message only.
  [[maybe_unused]] const bool sent = channels_[channel].p2a.try_send(header, payload, can_be_rung());
  ring(bells_.p2a, channel);
}

void AgentPort::ring(const std::vector<Bell>& bells, std::size_t channel) noexcept {
  if (channel >= bells.size() || !bells[channel].agent_sleeping) return;
  if (!peer_sleeps(bells[channel].agent_sleeping, bells_.barrier)) return;
  ++counters_.rings;
  write_bell(bells[channel].fd);
}

}  // namespace scmi::transport
