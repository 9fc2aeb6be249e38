// SPDX-License-Identifier: Apache-2.0
#include "protocols/statistics.hpp"

#include <optional>

namespace scmi {
namespace {

constexpr std::size_t head_size = 16;
constexpr std::size_t section_head_size = 16;
constexpr std::size_t entry_size = 24;
constexpr int attempts = 4;

/// Words of the region; the first failure is kept and everything after it reads as zero.
class Reader {
 public:
  Reader(MappedRegion region, ProtocolId protocol) : region_(std::move(region)), protocol_(protocol) {}

  [[nodiscard]] std::size_t size() const noexcept { return region_.size(); }
  std::uint32_t word(std::size_t offset) {
    if (error_) return 0;
    const Result<std::uint32_t> word = region_.read<std::uint32_t>(offset);
    if (word) return *word;
    // Outside or not aligned is the platform's fault here.
    error_ = word.error().is(LocalError::invalid_argument) ? malformed(offset) : word.error();
    return 0;
  }
  /// Sections need not be aligned for it to be read at once.
  std::uint64_t pair(std::size_t offset) {
    const std::uint64_t low = word(offset);
    return std::uint64_t{word(offset + 4)} << 32 | low;
  }
  void refuse(std::size_t offset) {
    if (!error_) error_ = malformed(offset);
  }
  [[nodiscard]] const std::optional<Error>& error() const noexcept { return error_; }

 private:
  [[nodiscard]] Error malformed(std::size_t offset) const noexcept {
    return Error::local(LocalError::malformed_reply,
                        {protocol_.value, 0, Step::none, static_cast<std::uint32_t>(offset)});
  }
  const MappedRegion region_;
  const ProtocolId protocol_;
  std::optional<Error> error_;
};

DomainStatistics read_section(Reader& in, DomainId id, std::size_t section) {
  DomainStatistics domain;
  for (int attempt = 0; attempt < attempts && !in.error(); ++attempt) {
    domain = {id, 0, 0, {}};
    const std::uint32_t head = in.word(section);
    const std::size_t states = head & 0xFFFF;
    domain.current = head >> 16;
    domain.changed_us = in.pair(section + 8);
    if (in.error()) break;
    // The header was inside, so this does not wrap.
    if (states * entry_size > in.size() - section - section_head_size || (states != 0 && domain.current >= states)) {
      in.refuse(section);
      break;
    }
    for (std::size_t i = 0; i < states; ++i) {
      const std::size_t entry = section + section_head_size + i * entry_size;
      domain.states.push_back({in.word(entry), in.pair(entry + 8), in.pair(entry + 16)});
    }
    if (in.word(section) == head && in.pair(section + 8) == domain.changed_us) break;
  }
  return domain;
}

}  // namespace

Result<std::vector<DomainStatistics>> read_statistics(const ProtocolLink& link, const StatisticsRegion& region,
                                                      std::uint32_t signature) {
  if (region.size_bytes == 0) return Error::local(LocalError::unsupported, {link.protocol().value, 0, Step::none, 0});
  Result<MappedRegion> mapped = link.map(region.address, region.size_bytes);
  if (!mapped) {
    Error error = mapped.error();
    error.context.protocol = link.protocol().value;
    return error;
  }
  Reader in(std::move(*mapped), link.protocol());
  if (in.word(0) != signature) in.refuse(0);
  const std::size_t count = in.word(8) & 0xFFFF;
  std::vector<DomainStatistics> all;
  for (std::size_t i = 0; i < count && !in.error(); ++i) {
    const std::size_t section = in.word(head_size + 4 * i);
    if (section != 0) all.push_back(read_section(in, DomainId(static_cast<std::uint32_t>(i)), section));
  }
  if (in.error()) return *in.error();
  return Result<std::vector<DomainStatistics>>(std::move(all));
}

}  // namespace scmi
