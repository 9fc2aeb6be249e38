// SPDX-License-Identifier: Apache-2.0
#include "platform/statistics.hpp"

namespace scmi::platform {
namespace {

// Bytes of the region's parts.
constexpr std::uint32_t header_size = 16;
constexpr std::uint32_t section_header_size = 16;
constexpr std::uint32_t entry_size = 24;
constexpr std::uint32_t signature_power = 0x504F5752;
constexpr std::uint32_t signature_performance = 0x50455246;

std::size_t state_count(const SocConfig& soc, ServedProtocol p, Index resource) noexcept {
  return p == ServedProtocol::power_domain ? soc.power_domains[resource].states.size()
                                           : soc.performance_domains[resource].levels.size();
}

std::uint32_t section_size(const SocConfig& soc, ServedProtocol p, Index resource) noexcept {
  return section_header_size + entry_size * static_cast<std::uint32_t>(state_count(soc, p, resource));
}

/// Sections start aligned for their 64-bit words, also behind an odd number of offsets.
std::uint32_t table_size(std::size_t count) noexcept {
  return (header_size + 4 * static_cast<std::uint32_t>(count) + 7) / 8 * 8;
}

}  // namespace

std::uint64_t statistics_size(const SocConfig& soc, ServedProtocol protocol,
                              const std::vector<Index>& visible) noexcept {
  if (visible.empty()) return 0;
  std::uint64_t size = table_size(visible.size());
  for (const Index i : visible) size += section_size(soc, protocol, i);
  return size;
}

Statistics::Statistics(const SocConfig& soc, Instant start) : soc_(soc), start_(start) {
  for (const ServedProtocol p : {ServedProtocol::power_domain, ServedProtocol::performance}) {
    records_[p].resize(resource_count(soc, p));
    for (Index i = 0; i < records_[p].size(); ++i) records_[p][i].states.resize(state_count(soc, p, i));
  }
}

void Statistics::enter(ServedProtocol protocol, Index resource, std::size_t state, Instant now) {
  Record& r = records_[protocol][resource];
  if (state >= r.states.size()) return;  // A word of an application processor that combines levels.
  const auto at =
      static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::microseconds>(now - start_).count());
  if (r.states[r.current].uses != 0) r.states[r.current].residency_us += at - r.changed_us;
  r.current = state;
  r.changed_us = at;
  ++r.states[state].uses;
}

void Statistics::write(const SharedWindow& window, const StatisticsPlace& place, ServedProtocol protocol,
                       const std::vector<Index>& visible) const {
  if (place.size == 0) return;
  const auto word = [&](std::uint32_t offset, std::uint32_t value) {
    window.at<std::uint32_t>(place.offset + offset).store(value, std::memory_order_relaxed);
  };
  word(0, protocol == ServedProtocol::power_domain ? signature_power : signature_performance);
  word(4, 0);  // Revision and attributes.
  word(8, static_cast<std::uint32_t>(visible.size()));
  word(12, 0);
  std::uint32_t section = table_size(visible.size());
  for (std::size_t id = 0; id < visible.size(); ++id) {
    word(header_size + 4 * static_cast<std::uint32_t>(id), section);
    write_section(window, place, protocol, visible, id);
    section += section_size(soc_, protocol, visible[id]);
  }
}

void Statistics::write_section(const SharedWindow& window, const StatisticsPlace& place, ServedProtocol protocol,
                               const std::vector<Index>& visible, std::size_t id) const {
  if (place.size == 0) return;
  std::uint32_t at = place.offset + table_size(visible.size());
  for (std::size_t i = 0; i < id; ++i) at += section_size(soc_, protocol, visible[i]);
  const Record& r = records_[protocol][visible[id]];
  const auto pair = [&](std::uint32_t offset, std::uint64_t value) {
    window.at<std::uint64_t>(at + offset).store(value, std::memory_order_relaxed);
  };
  pair(0, r.states.size() | r.current << 16);  // No extended statistics.
  pair(8, r.changed_us);
  for (std::uint32_t i = 0; i < r.states.size(); ++i) {
    const std::uint32_t entry = section_header_size + entry_size * i;
    pair(entry, i);
    pair(entry + 8, r.states[i].uses);
    pair(entry + 16, r.states[i].residency_us);
  }
}

}  // namespace scmi::platform
