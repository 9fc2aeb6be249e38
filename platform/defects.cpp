// SPDX-License-Identifier: Apache-2.0
#include "platform/defects.hpp"

#include <algorithm>
#include <utility>

#include "platform/defect_acts.hpp"

namespace scmi::platform {
namespace {

[[nodiscard]] std::uint32_t word_at(std::span<const std::byte> bytes, std::size_t word) noexcept {
  std::uint32_t value = 0;
  if (bytes.size() < word * 4 + 4) return value;
  for (unsigned i = 0; i < 4; ++i) value |= std::to_integer<std::uint32_t>(bytes[word * 4 + i]) << 8 * i;
  return value;
}

void put_word(std::vector<std::byte>& bytes, std::size_t word, std::uint32_t value) {
  if (bytes.size() < word * 4 + 4) bytes.resize(word * 4 + 4);
  for (unsigned i = 0; i < 4; ++i) bytes[word * 4 + i] = static_cast<std::byte>(value >> 8 * i);
}

}  // namespace

std::uint32_t Exchange::asked(std::size_t word) const noexcept { return word_at(request, word); }
void Exchange::ask(std::size_t word, std::uint32_t value) { put_word(request, word, value); }
std::uint32_t Exchange::told(std::size_t word) const noexcept { return word_at(reply, word); }
void Exchange::tell(std::size_t word, std::uint32_t value) { put_word(reply, word, value); }
void Exchange::answer(Status status, std::size_t words) {
  reply.assign(4 + words * 4, std::byte{0});
  tell(0, static_cast<std::uint32_t>(status));
  answered = true;
}

std::span<const Defect> defects() noexcept {
  static const std::vector<Defect> all = [] {
    std::vector<Defect> list;
    for (const auto part : {defect::of_domains(), defect::of_sensors_and_pins()}) {
      list.insert(list.end(), part.begin(), part.end());
    }
    return list;
  }();
  return all;
}

const Defect* find_defect(std::string_view name) noexcept {
  const auto all = defects();
  const auto at = std::ranges::find(all, name, &Defect::name);
  return at == all.end() ? nullptr : &*at;
}

Defects::Defects(OutgoingSink& sink, const std::vector<const Defect*>& planted) : sink_(sink) {
  for (const Defect* defect : planted) planted_.push_back({defect, 0, {}});
}

Handled Defects::around(AgentId agent, std::uint32_t header, std::span<const std::byte> payload,
                        std::span<std::byte> reply, const Serve& serve) {
  const MessageHeader fields = MessageHeader::unpack(header);
  std::vector<std::byte> request(payload.begin(), payload.end());
  std::vector<std::byte> answer;
  Handled handled;
  bool answered = false;
  std::uint32_t flaw = 0;
  const auto visit = [&](void (*Defect::*hook)(Exchange&)) {
    for (Planted& p : planted_) {
      const Defect& d = *p.defect;
      const bool meant = d.*hook != nullptr && (!d.protocol || *d.protocol == fields.protocol) &&
                         (!d.message || *d.message == fields.message.value);
      if (!meant) continue;
      const auto send = [&](std::uint32_t out, std::span<const std::uint32_t> words) {
        std::vector<std::byte> bytes;
        for (std::size_t i = 0; i < words.size(); ++i) put_word(bytes, i, words[i]);
        sink_.send(agent, MessageHeader::unpack(out).protocol, out, bytes);
      };
      Exchange exchange{agent, header, std::move(request), std::move(answer), answered,
                        flaw,  p.uses, p.memory,           handled,           send};
      (d.*hook)(exchange);
      ++p.uses;
      request = std::move(exchange.request);
      answer = std::move(exchange.reply);
      answered = exchange.answered;
      flaw = exchange.header_flaw;
    }
  };
  visit(&Defect::before);
  if (handled.silent || handled.fatal) return handled;
  if (!answered) {
    handled = serve(request, reply);
    answer.assign(reply.begin(), reply.begin() + static_cast<std::ptrdiff_t>(handled.size));
    visit(&Defect::after);
  }
  handled.size = std::min(answer.size(), reply.size());
  std::copy_n(answer.begin(), handled.size, reply.begin());
  handled.header_flaw = flaw;
  return handled;
}

void Defects::send(AgentId agent, ProtocolId protocol, std::uint32_t header, std::span<const std::byte> payload) {
  Message message{header, {payload.begin(), payload.end()}, false, 1};
  const MessageHeader fields = MessageHeader::unpack(header);
  for (Planted& p : planted_) {
    const Defect& d = *p.defect;
    const bool meant = d.sending != nullptr && (!d.protocol || *d.protocol == protocol) && d.sent == fields.type &&
                       (!d.message || *d.message == fields.message.value);
    if (!meant) continue;
    d.sending(message);
    ++p.uses;
  }
  for (std::uint32_t i = 0; i < message.copies && !message.dropped; ++i) {
    sink_.send(agent, protocol, message.header, message.payload);
  }
}

}  // namespace scmi::platform
