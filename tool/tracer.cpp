// SPDX-License-Identifier: Apache-2.0
#include "tool/tracer.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <string>
#include <string_view>

#include "protocols/catalogue.hpp"
#include "scmi/codec.hpp"
#include "scmi/common_messages.hpp"

namespace scmi::tool {
namespace {

struct Look {
  std::string_view mark;
  bool towards_agent;
  std::string_view note;
};

[[nodiscard]] Look look_of(TraceKind kind) {
  switch (kind) {
    case TraceKind::command: return {"->", false, ""};
    case TraceKind::response:
    case TraceKind::delayed:
    case TraceKind::notification: return {"<-", true, ""};
    case TraceKind::timed_out: return {"--", false, " timed out"};
    case TraceKind::cancelled: return {"--", false, " cancelled"};
    case TraceKind::late: return {"<-", true, " (late, dropped)"};
    case TraceKind::duplicate: return {"<-", true, " (duplicate, dropped)"};
    case TraceKind::unexpected: return {"<-", true, " (unexpected, dropped)"};
    case TraceKind::malformed: return {"<-", true, " (malformed, dropped)"};
    case TraceKind::dropped: return {"<-", true, " (queue full, dropped)"};
    case TraceKind::channel_error: return {"<-", true, " (channel error)"};
  }
  return {"??", true, ""};
}

/// Name of the command a message without payload is about.
[[nodiscard]] std::string subject(const catalogue::Catalogue& all, const MessageHeader& header) {
  const auto* entry = all.find(header.protocol, catalogue::Kind::command, header.message);
  return entry != nullptr ? entry->name()
                          : fmt::format("{}.{:#x}", all.protocol_name(header.protocol), header.message.value);
}

}  // namespace

void Tracer::event(const TraceEvent& event) noexcept {
  const std::int64_t at = event.at.time_since_epoch().count();
  std::int64_t start = -1;
  if (start_ns_.compare_exchange_strong(start, at, std::memory_order_relaxed)) start = at;

  const catalogue::Catalogue& all = *catalogue_.load(std::memory_order_acquire);
  const MessageHeader header = MessageHeader::unpack(event.header);
  std::atomic<std::uint32_t>& known = versions_[header.protocol.value];
  const auto* entry = all.find_protocol(header.protocol);
  if (event.kind == TraceKind::response && header.message == ProtocolVersion::info.message && entry != nullptr) {
    if (const auto reply = decode_reply<ProtocolVersion::Reply>(event.payload, Version(0x10000))) {
      known.store(std::min(reply->version, entry->newest).word, std::memory_order_relaxed);
    }
  }
  Version version(known.load(std::memory_order_relaxed));
  if (version.word == 0) version = entry != nullptr ? entry->newest : Version(0x10000);

  const Look look = look_of(event.kind);
  const auto kind = catalogue::kind_of(header.type, look.towards_agent);
  const bool empty = event.payload.empty() && !look.note.empty();
  const std::string text =
      empty || !kind ? subject(all, header) : all.print_message(header, *kind, event.payload, version);
  const std::string line = fmt::format("{:+12.6f} {} {:4} {}{}\n", static_cast<double>(at - start) * 1e-9, look.mark,
                                       fmt::format("#{}", header.token.value), text, look.note);
  // A trace that cannot be written must not disturb what it watches.
  [[maybe_unused]] const ssize_t written = ::write(STDERR_FILENO, line.data(), line.size());
}

}  // namespace scmi::tool
