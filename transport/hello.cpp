// SPDX-License-Identifier: Apache-2.0
#include "transport/hello.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "transport/unique_fd.hpp"

namespace scmi::transport {
namespace {

constexpr std::uint32_t magic = 0x494D4353;          // "SCMI"
constexpr std::uint32_t hello_magic = 0x4F4C4548;    // "HELO"
constexpr std::uint32_t welcome_magic = 0x434C4557;  // "WELC"
constexpr std::uint32_t any_agent = 0xFFFF'FFFF;
constexpr std::size_t name_field = agent_name_size_max + 1;
constexpr std::size_t text_field = 160;
constexpr std::size_t protocols_field = channel_protocols_max;
constexpr std::uint32_t hello_size = 4 * 6 + name_field;
static_assert(hello_size <= hello_size_max);
constexpr std::uint32_t channel_entry_size = 4 * 7 + protocols_field;
constexpr std::uint32_t welcome_head_size = 4 * 17 + name_field + text_field;
static_assert(welcome_head_size + channel_count_max * channel_entry_size <= welcome_size_max);

class Writer {
 public:
  void u32(std::uint32_t value) {
    for (int shift = 0; shift < 32; shift += 8) bytes_.push_back(static_cast<std::byte>(value >> shift));
  }
  /// A NUL-padded field; what does not fit with its NUL is cut.
  void text(const std::string& value, std::size_t size) {
    for (std::size_t i = 0; i < size; ++i) {
      bytes_.push_back(i + 1 < size && i < value.size() ? static_cast<std::byte>(value[i]) : std::byte{0});
    }
  }
  void raw(std::byte value) { bytes_.push_back(value); }
  [[nodiscard]] std::vector<std::byte> take() { return std::move(bytes_); }

 private:
  std::vector<std::byte> bytes_;
};

/// Reads past the end give zeros; the sizes are judged before anything is read.
class Reader {
 public:
  explicit Reader(std::span<const std::byte> bytes) : bytes_(bytes) {}
  std::uint32_t u32() {
    std::uint32_t value = 0;
    for (int shift = 0; shift < 32; shift += 8) value |= static_cast<std::uint32_t>(raw()) << shift;
    return value;
  }
  std::string text(std::size_t size) {
    std::string value;
    bool ended = false;
    for (std::size_t i = 0; i < size; ++i) {
      const char c = static_cast<char>(raw());
      ended = ended || c == '\0';
      if (!ended) value.push_back(c >= 0x20 && c < 0x7F ? c : '?');  // it will be printed on somebody's terminal
    }
    return value;
  }
  std::byte raw() { return at_ < bytes_.size() ? bytes_[at_++] : std::byte{0}; }

 private:
  std::span<const std::byte> bytes_;
  std::size_t at_ = 0;
};

Error incompatible(std::string* why, std::string text) {
  return fail(why, Error::local(LocalError::incompatible_peer), std::move(text));
}

/// Magic, version and size, the same in both messages.
Result<void> check_head(Reader& reader, std::uint32_t kind, std::size_t bytes, std::size_t size_min, std::string* why) {
  if (bytes < 16 || reader.u32() != magic || reader.u32() != kind) {
    return incompatible(why, "the other side does not speak the SCMI mailbox hello");
  }
  const std::uint32_t version = reader.u32();
  if (version != hello_version) {
    return incompatible(why, fmt::format("the other side speaks mailbox hello version {}, we speak version {}", version,
                                         hello_version));
  }
  const std::uint32_t size = reader.u32();
  if (size != bytes || size < size_min) {
    return incompatible(why,
                        fmt::format("a hello of {} bytes that says it has {} and needs {}", bytes, size, size_min));
  }
  return {};
}

}  // namespace

std::size_t Welcome::fd_count() const noexcept {
  if (verdict != Verdict::accepted) return 0;
  std::size_t count = 2;
  for (const ChannelLayout& channel : layout.agent.channels) count += channel.p2a.size != 0 ? 2U : 1U;
  return count;
}

std::vector<std::byte> encode(const Hello& hello) {
  Writer out;
  out.u32(magic);
  out.u32(hello_magic);
  out.u32(hello.version);
  out.u32(hello_size);
  out.u32(hello.barriers);
  out.u32(hello.agent ? hello.agent->value : any_agent);
  out.text(hello.name, name_field);
  return out.take();
}

Result<Hello> decode_hello(std::span<const std::byte> bytes, std::string* why) {
  Reader in(bytes);
  if (auto ok = check_head(in, hello_magic, bytes.size(), hello_size, why); !ok) return ok.error();
  Hello hello;
  hello.barriers = in.u32();
  if (const std::uint32_t id = in.u32(); id != any_agent) hello.agent = AgentId(id);
  hello.name = in.text(name_field);
  return hello;
}

std::vector<std::byte> encode(const Welcome& welcome) {
  const MailboxLayout& layout = welcome.layout;
  const std::size_t channels = welcome.verdict == Verdict::accepted ? layout.agent.channels.size() : 0;
  Writer out;
  out.u32(magic);
  out.u32(welcome_magic);
  out.u32(hello_version);
  out.u32(static_cast<std::uint32_t>(welcome_head_size + channels * channel_entry_size));
  out.u32(static_cast<std::uint32_t>(welcome.verdict));
  out.u32(static_cast<std::uint32_t>(welcome.barrier));
  out.u32(static_cast<std::uint32_t>(welcome.epoch));
  out.u32(static_cast<std::uint32_t>(welcome.epoch >> 32));
  out.u32(layout.agent.id.value);
  out.u32(layout.memory_size);
  out.u32(layout.platform_sleeping);
  out.u32(static_cast<std::uint32_t>(channels));
  out.u32(channel_entry_size);
  out.u32(layout.agent.window.place.offset);
  out.u32(layout.agent.window.place.size);
  out.u32(static_cast<std::uint32_t>(layout.agent.window.address));
  out.u32(static_cast<std::uint32_t>(layout.agent.window.address >> 32));
  out.text(layout.agent.name, name_field);
  out.text(welcome.text, text_field);
  for (std::size_t i = 0; i < channels; ++i) {
    const ChannelLayout& channel = layout.agent.channels[i];
    out.u32(channel.a2p.offset);
    out.u32(channel.a2p.size);
    out.u32(channel.p2a.offset);
    out.u32(channel.p2a.size);
    out.u32(channel.a2p_sleeping);
    out.u32(channel.p2a_sleeping);
    const std::size_t count = std::min(channel.protocols.size(), protocols_field);
    out.u32(static_cast<std::uint32_t>(count));
    for (std::size_t p = 0; p < protocols_field; ++p) {
      out.raw(p < count ? static_cast<std::byte>(channel.protocols[p].value) : std::byte{0});
    }
  }
  return out.take();
}

Result<Welcome> decode_welcome(std::span<const std::byte> bytes, std::string* why) {
  Reader in(bytes);
  if (auto ok = check_head(in, welcome_magic, bytes.size(), welcome_head_size, why); !ok) return ok.error();
  Welcome welcome;
  const std::uint32_t verdict = in.u32();
  if (verdict > static_cast<std::uint32_t>(Verdict::failed)) {
    return incompatible(why, fmt::format("unknown verdict {} in the platform's welcome", verdict));
  }
  welcome.verdict = static_cast<Verdict>(verdict);
  const std::uint32_t barrier = in.u32();
  if (barrier > static_cast<std::uint32_t>(BarrierMode::expedited)) {
    return incompatible(why, fmt::format("unknown barrier mode {} in the platform's welcome", barrier));
  }
  welcome.barrier = static_cast<BarrierMode>(barrier);
  welcome.epoch = in.u32();
  welcome.epoch |= static_cast<std::uint64_t>(in.u32()) << 32;
  MailboxLayout& layout = welcome.layout;
  layout.agent.id = AgentId(in.u32());
  layout.memory_size = in.u32();
  layout.platform_sleeping = in.u32();
  const std::uint32_t channels = in.u32();
  const std::uint32_t entry_size = in.u32();
  layout.agent.window.place.offset = in.u32();
  layout.agent.window.place.size = in.u32();
  layout.agent.window.address = in.u32();
  layout.agent.window.address |= static_cast<std::uint64_t>(in.u32()) << 32;
  layout.agent.name = in.text(name_field);
  welcome.text = in.text(text_field);
  if (entry_size != channel_entry_size || channels > channel_count_max ||
      bytes.size() != welcome_head_size + std::size_t{channels} * channel_entry_size) {
    return incompatible(why, fmt::format("a welcome of {} bytes with {} channels of {} bytes each", bytes.size(),
                                         channels, entry_size));
  }
  if (welcome.verdict != Verdict::accepted) return welcome;
  for (std::uint32_t i = 0; i < channels; ++i) {
    ChannelLayout& channel = layout.agent.channels.emplace_back();
    channel.a2p.offset = in.u32();
    channel.a2p.size = in.u32();
    channel.p2a.offset = in.u32();
    channel.p2a.size = in.u32();
    channel.a2p_sleeping = in.u32();
    channel.p2a_sleeping = in.u32();
    const std::uint32_t count = in.u32();
    if (count > protocols_field) return incompatible(why, fmt::format("channel {} lists {} protocols", i, count));
    for (std::uint32_t p = 0; p < protocols_field; ++p) {
      const auto value = std::to_integer<std::uint8_t>(in.raw());
      if (p < count) channel.protocols.emplace_back(value);
    }
  }
  if (auto ok = check_layout(layout, why); !ok) return ok.error();
  return welcome;
}

Error to_error(Verdict verdict) noexcept {
  switch (verdict) {
    case Verdict::accepted: break;
    case Verdict::incompatible: return Error::local(LocalError::incompatible_peer);
    case Verdict::unknown_agent: return Error::local(LocalError::not_found);
    case Verdict::claimed: return Error::local(LocalError::agent_claimed);
    case Verdict::denied: return Error::system(EACCES);
    case Verdict::failed: return Error::system(EIO);
  }
  return Error::system(EIO);
}

}  // namespace scmi::transport
